// A recording from its first to its last moment: one thread samples (record_sampler), this one minds
// everything else.
//
// Files: session.json when it starts, every few seconds and when it ends; the rest is appended to as it
// comes.
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstdlib>

#include "cli/collect.hpp"
#include "cli/record_child.hpp"
#include "cli/record_files.hpp"
#include "cli/record_followed.hpp"
#include "cli/record_info.hpp"
#include "cli/record_progress.hpp"
#include "cli/record_sampler.hpp"
#include "cli/record_signals.hpp"
#include "cli/record_sources.hpp"
#include "cli/record_training.hpp"
#include "cli/record_workloads.hpp"
#include "cli/ui.hpp"
#include "rlecouple/error.hpp"

namespace rle::cli {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kSettle =
    kSecond / 5;  // between the reading that counters count from and the first sample
constexpr std::int64_t kGrace = 5 * kSecond;  // for the training to end before it is killed
constexpr double kSyncEveryS = 1.0;           // what a power failure may cost
constexpr double kKeepEveryS = 5.0;           // session.json, and a look at the wall clock
constexpr double kDrawEveryS = 0.25;
constexpr double kLogEveryS = 0.02;  // a followed log is looked at: what its steps may be late
constexpr std::int64_t kWallClockMovedUs = 10'000;

std::vector<std::string> training_command(const CollectOptions& options) {
    if (options.model.empty()) return options.process;
    std::vector<std::string> command = workload_command(options.model, options.duration_s, options.seed);
    command.insert(command.end(), options.process.begin(), options.process.end());
    return command;
}

class Recording {
  public:
    explicit Recording(const CollectOptions& options);
    Recorded run();

  private:
    double elapsed_s() const { return seconds_since(start_ns_, sensors::monotonic_ns()); }
    double now_s() const;
    std::int64_t now_us() const;
    void start();
    void start_training();
    void loop();
    int wait_ms() const;
    void on_signal(int signal);
    void on_sampler();
    void on_output();
    void take_output(const std::string& bytes);
    void look_after_followed();
    void show(std::string_view bytes);
    void look_after_child();
    void every_moment();
    void sync();
    void keep();
    void note_clock(bool always);
    void end_recording(bool last_sample);
    void stop_training(int signal);
    void write_session(bool finished);
    void finish();
    void summarise() const;
    bool child_runs() const { return child_ && !child_gone_; }

    CollectOptions options_;
    RecordingSignals signals_;
    sensors::SensorSet sensors_;
    std::filesystem::path folder_;
    SessionInfo info_;
    std::vector<std::string> command_;
    std::int64_t start_ns_ = 0;
    std::optional<AppendFile> telemetry_;
    std::optional<TrainingRecord> training_;
    std::optional<Sampler> sampler_;
    std::optional<Child> child_;
    std::optional<FollowedLog> log_;
    std::optional<FollowedProcess> followed_;
    LiveLine live_;
    LiveRle live_rle_;
    bool child_gone_ = false;
    bool sampling_ = false;
    bool show_output_ = true;
    int exit_code_ = 0;
    std::int64_t kill_at_ns_ = 0;  // 0: nobody waits for the training to end
    double recorded_s_ = 0.0;      // until now, or until sampling ended
    double next_look_s_ = 0.0;     // of real time, as the next
    double next_sync_s_ = kSyncEveryS;
    double next_keep_s_ = kKeepEveryS;
};

// What the session's clock shows; that of a recording played back at another speed is not the machine's.
double Recording::now_s() const {
    if (std::isinf(options_.speed)) return sampler_ ? sampler_->status().t_s : 0.0;
    return elapsed_s() * options_.speed;
}

std::int64_t Recording::now_us() const {
    if (options_.speed == 1.0) return sensors::wall_us();
    return *info_.start_wall_us + std::llround(now_s() * 1e6);
}

Recording::Recording(const CollectOptions& options)
    : options_(options),
      sensors_(probe_sources(options), selection_of(options)),
      folder_(options.output),
      info_(session_info(options, sensors_)),
      command_(training_command(options)),
      live_rle_(info_.devices.front(), info_.ambient_c),
      show_output_(!options.quiet) {
    info_.training.command = command_;
    if (!command_.empty()) find_program(command_.front());
    if (!options.train_log.empty()) log_.emplace(options.train_log);
    if (options.pid) {
        followed_.emplace(*options.pid);
        info_.training.command = followed_->command();
    }
    if (only_recordings(options_.sources) && !options_.pid && !log_ && command_.empty()) {
        const auto end_s = sensors_.ends_s();  // nothing comes after it
        if (end_s) options_.duration_s = std::min(options_.duration_s.value_or(*end_s), *end_s);
    }
    // A pattern that is none is told before anything is made.
    formats::TrainingLineParser(options.grad_key, options.grad_pattern);
    prepare_session_folder(folder_, options.force);
}

void Recording::start() {
    telemetry_.emplace(folder_ / "telemetry.csv");
    telemetry_->append(telemetry_header(sensors_));
    if (!command_.empty() || log_) {
        training_.emplace(folder_, formats::TrainingLineParser(options_.grad_key, options_.grad_pattern));
    }
    if (log_) training_->learn(log_->beginning());
    start_ns_ = sensors::monotonic_ns() + kSettle;
    sensors_.read(now_s());
    set_start(info_, sensors::wall_us() + (start_ns_ - sensors::monotonic_ns()) / 1000);
    info_.clock_offsets.push_back({0.0, *info_.start_wall_us});
    write_session(false);
    print_warnings(sensors_.warnings());
    print_status(fmt::format("recording to {}{}", folder_.string(),
                             options_.duration_s ? fmt::format(" for {:g} s", *options_.duration_s)
                                                 : std::string("; Ctrl-C ends it")));
    sampler_.emplace(
        sensors_, *telemetry_,
        Pace{options_.sample_hz, start_ns_, *info_.start_wall_us, options_.duration_s, options_.speed});
    sampler_->start();
    sampling_ = true;
}

void Recording::start_training() {
    if (command_.empty() || child_ || exit_code_ != 0) return;
    child_.emplace(command_);
}

Recorded Recording::run() {
    start();
    try {
        loop();
    } catch (...) {
        if (sampler_) sampler_->stop(false);
        child_.reset();
        live_.clear();
        try {
            write_session(true);
        } catch (const Error&) {  // the first failure is the one to tell
        }
        throw;
    }
    finish();
    Recorded recorded;
    recorded.folder = folder_.string();
    recorded.exit_code = exit_code_;
    const TrainingProcess& training = info_.training;
    recorded.training_failed =
        !training.stopped_by_us && (training.signal || training.exit_status.value_or(0) != 0);
    return recorded;
}

void Recording::loop() {
    while (sampling_ || child_runs()) {
        std::array<pollfd, 4> fds{pollfd{signals_.fd(), POLLIN, 0}, pollfd{sampler_->event_fd(), POLLIN, 0},
                                  pollfd{child_ ? child_->output_fd() : -1, POLLIN, 0},
                                  pollfd{followed_ ? followed_->fd() : -1, POLLIN, 0}};
        if (poll(fds.data(), fds.size(), wait_ms()) < 0 && errno != EINTR) {
            throw Error(ErrorKind::failed, "poll", "cannot wait");
        }
        while (const auto signal = signals_.next()) on_signal(*signal);
        if (fds[1].revents != 0) on_sampler();
        if (fds[2].revents != 0) on_output();
        look_after_child();
        look_after_followed();
        every_moment();
    }
}

// Until the next thing that is due by the clock.
int Recording::wait_ms() const {
    double wait = next_look_s_ - elapsed_s();
    if (log_) wait = std::min(wait, kLogEveryS);
    if (sampling_ && options_.duration_s && !std::isinf(options_.speed))
        wait = std::min(wait, (*options_.duration_s - now_s()) / options_.speed);
    if (kill_at_ns_ != 0)
        wait = std::min(wait, static_cast<double>(kill_at_ns_ - sensors::monotonic_ns()) * 1e-9);
    return static_cast<int>(std::ceil(std::clamp(wait, 0.0, kSyncEveryS) * 1000.0));
}

void Recording::on_signal(int signal) {
    if (signal == SIGCHLD) return;
    const bool again = exit_code_ != 0;
    exit_code_ = signal == SIGINT ? 130 : 143;
    info_.interrupted = true;
    end_recording(false);
    if (child_runs()) stop_training(again ? SIGKILL : signal == SIGINT ? SIGINT : SIGTERM);
}

void Recording::on_sampler() {
    eventfd_t ignored = 0;
    eventfd_read(sampler_->event_fd(), &ignored);
    const SamplerStatus status = sampler_->status();
    if (status.failure) throw Error(ErrorKind::failed, "", *status.failure);
    if (status.samples > 0) start_training();
    // Nobody waits for the end of a recording that is played back at once.
    if (sampling_ && std::isinf(options_.speed) && sampler_->over()) {
        end_recording(false);
        recorded_s_ = *options_.duration_s;
    }
}

void Recording::on_output() {
    std::string bytes;
    child_->read_output(bytes);
    take_output(bytes);
}

// With --train-log the steps come from the log; what is printed is kept and shown all the same.
void Recording::take_output(const std::string& bytes) {
    training_->keep(bytes);
    if (!log_) training_->parse(bytes, sensors::wall_us(), now_s());
    show(bytes);
}

void Recording::look_after_followed() {
    std::string bytes;
    do {
        bytes.clear();
        if (!log_) break;
        if (log_->read_new(bytes)) training_->drop_begun_line();
        training_->parse(bytes, sensors::wall_us(), now_s());
    } while (!bytes.empty());
    if (followed_ && followed_->ended()) end_recording(true);
}

void Recording::show(std::string_view bytes) {
    if (!show_output_ || bytes.empty()) return;
    live_.clear();
    while (!bytes.empty()) {
        const ssize_t written = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
        if (written < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (written <= 0) {
            show_output_ = false;  // nobody reads it any more; it is kept all the same
            return;
        }
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

void Recording::look_after_child() {
    if (!child_runs()) return;
    if (kill_at_ns_ != 0 && sensors::monotonic_ns() >= kill_at_ns_) {
        child_->send(SIGKILL);
        kill_at_ns_ = sensors::monotonic_ns() + kGrace;
    }
    if (!child_->ended()) return;
    child_gone_ = true;
    kill_at_ns_ = 0;
    std::string rest;
    for (std::size_t before = 0; child_->output_fd() >= 0; before = rest.size()) {
        if (!child_->read_output(rest) || rest.size() == before) break;
    }
    take_output(rest);
    if (!log_) training_->finish(sensors::wall_us(), now_s());
    info_.training.exit_status = child_->exit_status();
    info_.training.signal = child_->ended_by_signal();
    child_->send(SIGTERM);  // to what it left behind
    end_recording(true);
}

void Recording::every_moment() {
    if (sampling_ && options_.duration_s && now_s() >= *options_.duration_s) {
        end_recording(false);
        if (child_runs()) stop_training(SIGTERM);
    }
    if (elapsed_s() < next_look_s_) return;
    next_look_s_ = std::max(next_look_s_ + (live_.wanted() ? kDrawEveryS : kSyncEveryS), elapsed_s());
    if (elapsed_s() >= next_sync_s_) sync();
    if (elapsed_s() >= next_keep_s_) keep();
    if (!live_.wanted() || (training_ && show_output_ && !training_->at_line_start())) return;
    const SamplerStatus status = sampler_->status();
    ProgressState state{now_s(), options_.duration_s, {}, 0, live_rle_.after(status)};
    if (training_) state.steps = training_->steps();
    if (training_ && training_->last()) state.grad_norm = training_->last()->grad_norm;
    live_.draw(progress_line(state, sensors_, status));
}

void Recording::sync() {
    next_sync_s_ = std::max(next_sync_s_ + kSyncEveryS, elapsed_s());
    telemetry_->sync();
    if (training_) training_->sync();
}

void Recording::keep() {
    next_keep_s_ = std::max(next_keep_s_ + kKeepEveryS, elapsed_s());
    note_clock(false);
    write_session(false);
}

void Recording::note_clock(bool always) {
    const std::int64_t wall = now_us();
    const double t_s = now_s();
    if (!always && !info_.clock_offsets.empty()) {
        const ClockOffset& last = info_.clock_offsets.back();
        const std::int64_t expected = last.wall_us + std::llround((t_s - last.t_s) * 1e6);
        if (std::abs(wall - expected) <= kWallClockMovedUs) return;
    }
    info_.clock_offsets.push_back({t_s, wall});
}

void Recording::end_recording(bool last_sample) {
    if (!sampling_) return;
    sampling_ = false;
    recorded_s_ = now_s();
    sampler_->stop(last_sample, training_ ? training_->last_t_s() : 0.0);
    const SamplerStatus status = sampler_->status();
    if (status.failure) throw Error(ErrorKind::failed, "", *status.failure);
}

void Recording::stop_training(int signal) {
    info_.training.stopped_by_us = true;
    child_->send(signal);
    if (kill_at_ns_ == 0) kill_at_ns_ = sensors::monotonic_ns() + kGrace;
}

void Recording::write_session(bool finished) {
    if (sampler_) {
        const SamplerStatus status = sampler_->status();
        info_.samples = status.samples;
        info_.missed_ticks = status.missed_ticks;
        const auto steps = training_ ? std::optional(training_->steps()) : std::nullopt;
        info_.warnings = session_warnings(info_, sensors_, status, steps, finished);
        if (sampling_) recorded_s_ = now_s();
        info_.duration_s = std::max(recorded_s_, 0.0);
    }
    info_.finished = finished;
    write_session_file(folder_, info_);
}

void Recording::finish() {
    live_.clear();
    look_after_followed();
    note_clock(true);
    telemetry_->sync();
    if (training_) training_->sync();
    write_session(true);
    summarise();
}

void Recording::summarise() const {
    for (const std::string& warning : info_.warnings) {
        const auto& told = sensors_.warnings();
        if (std::find(told.begin(), told.end(), warning) == told.end()) print_warning(warning);
    }
    std::string text = fmt::format("{}: {} samples in {:.1f} s", folder_.string(), info_.samples,
                                   info_.duration_s.value_or(0.0));
    if (training_) text += fmt::format(", {} training steps", training_->steps());
    say(text + "\n");
}

}  // namespace

Recorded record_session(const CollectOptions& given) {
    CollectOptions options = given;
    settle_collect_options(options);
    return Recording(options).run();
}

}  // namespace rle::cli
