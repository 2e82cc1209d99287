// A watch from its first to its last moment: one thread that sleeps until a file grows, the command prints,
// or a signal comes.
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>

#include "cli/record_child.hpp"
#include "cli/record_signals.hpp"
#include "cli/screen.hpp"
#include "cli/session_paths.hpp"
#include "cli/ui.hpp"
#include "cli/watch.hpp"
#include "cli/watch_machine.hpp"
#include "cli/watch_replay.hpp"
#include "cli/watch_tail.hpp"
#include "formats/io/files.hpp"
#include "formats/text/numbers.hpp"
#include "formats/text/times.hpp"
#include "formats/training/training_line.hpp"
#include "rlecouple/counted.hpp"
#include "rlecouple/error.hpp"
#include "sensors/ticker.hpp"

namespace rle::cli {
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t kGrace = 8 * sensors::kSecondNs;    // for the command to end before it is killed
constexpr std::int64_t kSilent = 60 * sensors::kSecondNs;  // without a sample, it is worth a word
constexpr int kIdleMs = 200;
constexpr int kPollMs = 5;                        // where nothing wakes us
constexpr std::size_t kLongestPrinted = 1 << 20;  // a step is never this long

// With -o the command is recorded by `collect`, and the session is what is watched.
std::vector<std::string> command_of(const WatchOptions& options) {
    if (options.output.empty()) return options.process;
    std::vector<std::string> command{fs::read_symlink("/proc/self/exe").string(), "collect", "-o",
                                     options.output};
    for (const auto& [option, value] : {std::pair{"--grad-key", options.analysis.grad_key},
                                        std::pair{"--grad-pattern", options.analysis.grad_pattern}}) {
        if (!value.empty()) command.insert(command.end(), {option, value});
    }
    if (options.quiet) command.emplace_back("-q");
    // collect prints to a terminal that we made for it; what it shows there goes to wherever our words go.
    if (!fancy(STDERR_FILENO)) command.emplace_back("--no-live-line");
    command.emplace_back("--");
    command.insert(command.end(), options.process.begin(), options.process.end());
    return command;
}

class Watching {
  public:
    Watching(const WatchOptions& options, Screen& screen);
    int run();

  private:
    bool session_there() const;
    void find_session();
    void start();
    void replay();
    void wait();
    void on_signal(int signal);
    void read_files();
    void read_output();
    void take_printed(std::string_view bytes);
    void take_row(const std::vector<std::string_view>& cells);
    void take_step(double t_s, std::int64_t wall_us, double step, double norm);
    void raise();
    void look_after_session();
    void look_after_child();
    void write_textfile();
    void renew_textfile();
    bool session_finished();
    int finish();
    double now_s() const { return static_cast<double>(sensors::monotonic_ns() - start_ns_) * 1e-9; }

    const WatchOptions& options_;
    Screen& screen_;
    RecordingSignals signals_;
    std::string folder_;  // empty: no session
    std::optional<Child> child_;
    Actions actions_;
    formats::TrainingLineParser parser_;
    formats::Clock clock_{""};
    SpikeScore score_;
    AlarmGate gate_;
    WatchedMachine machine_;
    std::optional<FolderEvents> events_;
    std::optional<TailedTable> training_, telemetry_;
    std::optional<fs::file_time_type> session_seen_;
    formats::AlarmFacts last_;  // step and score of the last row
    std::string pending_;
    std::int64_t start_ns_ = sensors::monotonic_ns();
    std::int64_t last_sample_ns_ = start_ns_;
    std::int64_t last_textfile_ns_ = 0;
    std::int64_t kill_at_ns_ = 0;
    bool history_ = false;  // what is read now was there before
    bool silence_told_ = false;
    bool textfile_fails_ = false;
    bool over_ = false;
    int exit_code_ = 0;
};

Watching::Watching(const WatchOptions& options, Screen& screen)
    : options_(options),
      screen_(screen),
      folder_(options.session.empty() ? options.output : options.session),
      actions_(
          options.actions, options.process.empty() || !options.output.empty()
                               ? std::function<void(int)>()
                               : [this](int signal) { child_->send_alone(signal); }),
      parser_(options.analysis.grad_key, options.analysis.grad_pattern),
      score_(options.alarm.settled()),
      gate_(options.alarm.settled()),
      machine_(options.analysis) {
    last_.session = folder_;
    last_.threshold = options.alarm.settled().threshold;
}

bool Watching::session_there() const {
    const fs::path folder(folder_);
    return is_there(folder / kSessionJson) || is_there(folder / kTelemetryCsv) ||
           is_there(folder / kTrainingCsv);
}

void Watching::find_session() {
    while (!over_ && !session_there() && now_s() < options_.wait_s) wait();
    std::error_code ignored;
    if (over_ || session_there()) return;
    if (!fs::is_directory(folder_, ignored)) {
        throw Error(ErrorKind::failed, folder_,
                    is_there(folder_) ? "not a session folder" : "no such session folder",
                    fmt::format("start one with rlecouple collect -o {} -- CMD", folder_));
    }
    throw Error(ErrorKind::failed, folder_, "no session is recorded there",
                fmt::format("start one with rlecouple collect -o {} -- CMD", folder_));
}

void Watching::start() {
    if (!options_.session.empty()) find_session();
    if (over_) return;
    write_textfile();  // one that cannot be written is an error before anything is started
    if (!options_.process.empty()) child_.emplace(command_of(options_));
    if (!folder_.empty()) {
        training_.emplace(fs::path(folder_) / kTrainingCsv,
                          std::vector<std::string>{"t_s", "timestamp", "step", "grad_norm"});
        telemetry_.emplace(fs::path(folder_) / kTelemetryCsv, WatchedMachine::columns());
    }
    if (!options_.session.empty()) {
        events_.emplace(folder_);  // before the first look, so that nothing falls between
        const auto info = read_session(folder_);
        machine_.know(info);
        if (info && info->finished && !options_.from_start) {
            print_warning(fmt::format("{}: the session has ended; --from-start goes through it", folder_));
        }
        if (!info && options_.from_start) return replay();
        history_ = !options_.from_start;
        read_files();
        history_ = false;
    }
    print_status(fmt::format("watching {}: alarm where z exceeds {:g}; Ctrl-C ends it",
                             options_.session.empty() ? options_.process.front() : folder_, last_.threshold));
}

// Without a session.json nobody records there: the session is over when what is there has been gone through.
void Watching::replay() {
    const ReplayedSession session = replayed_session(folder_, options_.analysis);
    machine_.take(session.telemetry);
    for (const ReplayedSession::Step& step : session.steps)
        take_step(step.t_s, step.wall_us, step.step, step.grad_norm);
    machine_.advance(1e300);
    training_.reset();
    telemetry_.reset();
    over_ = true;
}

void Watching::wait() {
    const bool woken = folder_.empty() || (events_ && events_->watching());
    std::array<pollfd, 3> fds{pollfd{signals_.fd(), POLLIN, 0},
                              pollfd{events_ ? events_->fd() : -1, POLLIN, 0},
                              pollfd{child_ ? child_->output_fd() : -1, POLLIN, 0}};
    if (poll(fds.data(), fds.size(), woken ? kIdleMs : kPollMs) < 0 && errno != EINTR) {
        throw Error(ErrorKind::failed, "poll", "cannot wait");
    }
    if (events_) events_->drain();
    while (const auto signal = signals_.next()) on_signal(*signal);
    if (fds[2].revents != 0) read_output();
}

void Watching::on_signal(int signal) {
    if (signal == SIGCHLD) return actions_.look_after();
    const bool again = exit_code_ != 0;
    exit_code_ = signal == SIGINT ? 130 : 143;
    if (!child_ || child_->ended()) {
        over_ = true;
        return;
    }
    child_->send(again ? SIGKILL : signal == SIGINT ? SIGINT : SIGTERM);
    if (kill_at_ns_ == 0) kill_at_ns_ = sensors::monotonic_ns() + kGrace;
}

// The telemetry first: an alarm is told with the sample before it.
void Watching::read_files() {
    if (!telemetry_) return;
    telemetry_->read_new([&](const auto& cells) {
        machine_.take(cells);
        last_sample_ns_ = sensors::monotonic_ns();
        silence_told_ = false;
    });
    training_->read_new([&](const auto& cells) { take_row(cells); });
    machine_.advance(1e300);
}

void Watching::take_row(const std::vector<std::string_view>& cells) {
    const auto number = [&](std::size_t i) { return formats::parse_number(cells[i]).value_or(kMissing); };
    const formats::ParsedTime time = formats::parse_time(cells[1]);
    const std::int64_t wall = time.time_class == formats::TimeClass::none ? kNoTime : clock_.to_utc(time);
    const double t_s = number(0);
    take_step(std::isnan(t_s) ? now_s() : t_s, wall, number(2), number(3));
}

void Watching::read_output() {
    std::string bytes;
    child_->read_output(bytes);
    take_printed(bytes);
}

// A carriage return ends a line too: that is how progress bars write over themselves.
void Watching::take_printed(std::string_view bytes) {
    const std::int64_t wall = sensors::wall_us();
    const double t_s = now_s();
    const bool of_collect = !folder_.empty();  // which is quiet itself, and whose warnings are to be seen
    if (of_collect || !options_.quiet) screen_.show(STDERR_FILENO, bytes);
    if (of_collect) return;
    for (std::size_t end = bytes.find_first_of("\r\n"); end != std::string_view::npos;
         end = bytes.find_first_of("\r\n")) {
        pending_ += bytes.substr(0, end);
        if (const auto step = parser_.parse(pending_)) {
            take_step(t_s, step->wall_us == kNoTime ? wall : step->wall_us, step->step, step->grad_norm);
        }
        pending_.clear();
        bytes.remove_prefix(end + 1);
    }
    pending_ += bytes;
    if (pending_.size() > kLongestPrinted) pending_.clear();
}

void Watching::take_step(double t_s, std::int64_t wall_us, double step, double norm) {
    machine_.advance(t_s);
    const std::optional<double> z = score_.next(t_s, norm);
    const bool high = gate_.next(t_s, z);
    last_.t_s = t_s;
    last_.wall_us = wall_us;
    last_.step = step;
    last_.grad_norm = norm;
    last_.z = z.value_or(kMissing);
    last_.median = z ? score_.median() : kMissing;
    if (high && !history_) raise();
}

void Watching::raise() {
    ++last_.alarms;
    formats::AlarmFacts facts = last_;
    machine_.tell(facts);
    facts.action = actions_.announce();
    actions_.set_off(facts);  // before it is told: who reads slowly holds up no action
    put(formats::alarm_line(facts));
    renew_textfile();
}

void Watching::write_textfile() {
    if (options_.textfile.empty()) return;
    last_textfile_ns_ = sensors::monotonic_ns();
    formats::AlarmFacts facts = last_;
    machine_.tell(facts);
    formats::write_text(options_.textfile, formats::prometheus_text(facts));
}

// A full disk is no reason to end the watch, and the training with it.
void Watching::renew_textfile() {
    try {
        write_textfile();
        textfile_fails_ = false;
    } catch (const Error& error) {
        if (!textfile_fails_) print_warning(error.what());
        textfile_fails_ = true;
    }
}

bool Watching::session_finished() {
    const fs::path file = fs::path(folder_) / kSessionJson;
    std::error_code error;
    const auto written = fs::last_write_time(file, error);
    if (error || (session_seen_ && *session_seen_ == written)) return false;
    session_seen_ = written;
    const auto info = read_session(folder_);
    machine_.know(info);
    return info && info->finished;
}

void Watching::look_after_session() {
    if (folder_.empty()) return;
    if (!events_ && is_there(folder_)) events_.emplace(folder_);
    const bool finished = session_finished();  // asked first: what was written until then is still read
    read_files();
    if (finished && !child_) over_ = true;
    if (options_.session.empty() || over_) return;
    if (!is_there(folder_)) throw Error(ErrorKind::failed, folder_, "the session folder is gone");
    if (!silence_told_ && sensors::monotonic_ns() - last_sample_ns_ > kSilent) {
        silence_told_ = true;
        print_warning(fmt::format("{}: no sample for a minute; was the recording killed?", folder_));
    }
}

void Watching::look_after_child() {
    if (!child_) return;
    if (kill_at_ns_ != 0 && sensors::monotonic_ns() >= kill_at_ns_) {
        child_->send(SIGKILL);
        kill_at_ns_ = sensors::monotonic_ns() + kGrace;
    }
    if (!child_->ended()) return;
    std::string rest;
    for (std::size_t before = 0; child_->output_fd() >= 0; before = rest.size()) {
        if (!child_->read_output(rest) || rest.size() == before) break;
    }
    take_printed(rest);
    if (!pending_.empty()) take_printed("\n");
    read_files();
    over_ = true;
}

int Watching::finish() {
    renew_textfile();
    const std::string left_out =
        actions_.left_out() > 0 ? ", " + counted(actions_.left_out(), "program") + " left out" : "";
    screen_.show(STDERR_FILENO,  // behind what the command printed
                 fmt::format("rlecouple: {}{}\n", counted(last_.alarms, "alarm"), left_out));
    if (exit_code_ != 0 || !child_) return exit_code_;
    if (child_->exit_status().value_or(1) == 0) return 0;
    throw Error(ErrorKind::failed, options_.process.front(),
                child_->exit_status()
                    ? fmt::format("ended with exit status {}", *child_->exit_status())
                    : fmt::format("was ended by signal {}", child_->ended_by_signal().value_or(0)));
}

int Watching::run() {
    start();
    while (!over_) {
        look_after_session();
        look_after_child();
        if (sensors::monotonic_ns() - last_textfile_ns_ >= sensors::kSecondNs) renew_textfile();
        if (!over_) wait();
    }
    return finish();
}

}  // namespace

int watch(const WatchOptions& options) {
    Screen screen;
    return Watching(options, screen).run();
}

}  // namespace rle::cli
