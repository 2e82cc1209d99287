// A recording from its first to its last moment: one thread samples (record_sampler), this one minds
// everything else, and sleeps in between: on a quiet machine it wakes only to sync.
//
// Files: session.json when it starts, now and then, and when it ends; the rest is appended to as it comes.
#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>

#include "cli/collect.hpp"
#include "cli/record_files.hpp"
#include "cli/record_info.hpp"
#include "cli/record_memory.hpp"
#include "cli/record_process.hpp"
#include "cli/record_progress.hpp"
#include "cli/record_sampler.hpp"
#include "cli/record_signals.hpp"
#include "cli/record_sources.hpp"
#include "cli/screen.hpp"
#include "cli/ui.hpp"
#include "rlecouple/counted.hpp"
#include "rlecouple/error.hpp"

namespace rle::cli {
namespace {

// Between the reading that counters count from and the first sample.
constexpr std::int64_t kSettle = sensors::kSecondNs / 5;
constexpr double kKeepEveryS = 30.0;  // session.json
constexpr double kLongestWaitS = 60.0;
constexpr double kDrawEveryS = 0.25;
constexpr double kBehindS = 0.02;    // the sync comes behind the sample of its moment
constexpr double kLogEveryS = 0.02;  // a followed log is looked at: what its steps may be late
constexpr std::int64_t kWallClockMovedUs = 10'000;

class Recording {
  public:
    Recording(const CollectOptions& options, Screen& screen);
    Recorded run();
    /// For people, when it is over: what is worth a warning, and what was recorded.
    std::vector<std::string> warnings() const;
    std::string summary() const;

  private:
    double elapsed_s() const { return seconds_since(start_ns_, sensors::monotonic_ns()); }
    double now_s() const;
    std::int64_t now_us() const;
    Moment now() const { return {now_s(), sensors::wall_us()}; }
    void start();
    void loop();
    double wait_s() const;
    void on_signal(int signal);
    void on_sampler();
    void look_after_training();
    void every_moment();
    void sync();
    void keep();
    void draw();
    void note_clock(bool always);
    void end_recording(bool last_sample);
    void write_session(bool finished);
    void give_up(const std::string& failure);
    std::string unfinished_words() const;
    void finish();

    CollectOptions options_;
    RecordingSignals signals_;
    LiveLine live_;
    sensors::SensorSet sensors_;
    RecordedTraining training_;
    std::filesystem::path folder_;
    SessionInfo info_;
    std::int64_t start_ns_ = 0;
    std::optional<AppendFile> telemetry_;
    std::optional<Sampler> sampler_;
    LiveRle live_rle_;
    bool sampling_ = false;
    int exit_code_ = 0;
    double recorded_s_ = 0.0;  // until now, or until sampling ended
    // When each is due, in real time.
    double next_sync_s_;
    double next_keep_s_ = kKeepEveryS;
    double next_draw_s_ = 0.0;
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

Recording::Recording(const CollectOptions& options, Screen& screen)
    : options_(options),
      live_(screen, options.no_live_line),
      sensors_(probe_sources(options), selection_of(options)),
      training_(options, screen, live_),
      folder_(options.output),
      info_(session_info(options, sensors_)),
      live_rle_(info_.devices.front(), info_.ambient_c),
      next_sync_s_(options.sync_every_s + kBehindS) {
    info_.training = training_.told();
    if (only_recordings(options_.sources) && !training_.any()) {
        const auto end_s = sensors_.ends_s();  // nothing comes after it
        if (end_s) options_.duration_s = std::min(options_.duration_s.value_or(*end_s), *end_s);
    }
    prepare_session_folder(folder_, options.force);
}

void Recording::start() {
    telemetry_.emplace(folder_ / "telemetry.csv");
    telemetry_->append(telemetry_header(sensors_));
    training_.open(folder_);
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
    give_back_memory_of_the_start();
    sampler_->start();
    sampling_ = true;
}

Recorded Recording::run() {
    start();
    try {
        loop();
    } catch (const std::exception& error) {
        give_up(error.what());
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

// Ends after a failure, which is the one to tell; but where session.json cannot be completed either, as on a
// full disk, that is told with it.
void Recording::give_up(const std::string& failure) {
    if (sampler_) sampler_->stop(false);
    training_.drop();
    live_.clear();
    try {
        write_session(true);
    } catch (const Error&) {
        throw Error(ErrorKind::failed, "", failure, unfinished_words());
    }
}

// Of a session.json that could not be completed.
std::string Recording::unfinished_words() const {
    return fmt::format(
        "{} could not be completed: it says finished: false, and of the time since it was last renewed "
        "neither the number of samples nor the warnings; rlecouple analyze {} takes the session as it is",
        (folder_ / "session.json").string(), folder_.string());
}

void Recording::loop() {
    while (sampling_ || training_.runs()) {
        std::array<pollfd, 4> fds{pollfd{signals_.fd(), POLLIN, 0}, pollfd{sampler_->event_fd(), POLLIN, 0},
                                  pollfd{training_.output_fd(), POLLIN, 0},
                                  pollfd{training_.followed_fd(), POLLIN, 0}};
        const double wait_ms = std::ceil(std::clamp(wait_s(), 0.0, kLongestWaitS) * 1000.0);
        if (poll(fds.data(), fds.size(), static_cast<int>(wait_ms)) < 0 && errno != EINTR) {
            throw Error(ErrorKind::failed, "poll", "cannot wait");
        }
        while (const auto signal = signals_.next()) on_signal(*signal);
        if (fds[1].revents != 0) on_sampler();
        if (fds[2].revents != 0) training_.take_output(now());
        look_after_training();
        every_moment();
    }
}

// Until the next thing that is due by the clock.
double Recording::wait_s() const {
    double until = std::min(next_sync_s_, next_keep_s_);
    if (live_.wanted()) until = std::min(until, next_draw_s_);
    double wait = until - elapsed_s();
    if (training_.polled()) wait = std::min(wait, kLogEveryS);
    if (sampling_ && options_.duration_s && !std::isinf(options_.speed))
        wait = std::min(wait, (*options_.duration_s - now_s()) / options_.speed);
    if (const auto kill_at_ns = training_.kill_at_ns())
        wait = std::min(wait, static_cast<double>(*kill_at_ns - sensors::monotonic_ns()) * 1e-9);
    return wait;
}

void Recording::on_signal(int signal) {
    if (signal == SIGCHLD) return;
    const bool again = exit_code_ != 0;
    exit_code_ = signal == SIGINT ? 130 : 143;
    info_.interrupted = true;
    end_recording(false);
    if (training_.runs()) training_.stop(again ? SIGKILL : signal == SIGINT ? SIGINT : SIGTERM);
}

void Recording::on_sampler() {
    eventfd_t ignored = 0;
    eventfd_read(sampler_->event_fd(), &ignored);
    const SamplerStatus status = sampler_->status();
    if (status.failure) throw Error(ErrorKind::failed, "", *status.failure);
    if (status.samples > 0 && exit_code_ == 0) training_.start();
    // Nobody waits for the end of a recording that is played back at once.
    if (sampling_ && std::isinf(options_.speed) && sampler_->over()) {
        end_recording(false);
        recorded_s_ = *options_.duration_s;
    }
}

void Recording::look_after_training() {
    if (training_.just_ended(now())) end_recording(true);
    training_.read_log(now());
    if (training_.followed_ended()) end_recording(true);
}

void Recording::every_moment() {
    if (sampling_ && options_.duration_s && now_s() >= *options_.duration_s) {
        end_recording(false);
        if (training_.runs()) training_.stop(SIGTERM);
    }
    const double at_s = elapsed_s();
    if (at_s >= next_sync_s_) sync();
    if (at_s >= next_keep_s_) keep();
    if (live_.wanted() && at_s >= next_draw_s_) draw();
}

void Recording::sync() {
    next_sync_s_ = std::max(next_sync_s_ + options_.sync_every_s, elapsed_s());
    telemetry_->sync();
    training_.sync();
    note_clock(false);
}

void Recording::keep() {
    next_keep_s_ = std::max(next_keep_s_ + kKeepEveryS, elapsed_s());
    write_session(false);
}

void Recording::draw() {
    next_draw_s_ = std::max(next_draw_s_ + kDrawEveryS, elapsed_s());
    if (training_.line_begun()) return;
    const SamplerStatus status = sampler_->status();
    ProgressState state{now_s(), options_.duration_s, {}, 0, live_rle_.after(status)};
    if (const TrainingRecord* steps = training_.record()) {
        state.steps = steps->steps();
        if (steps->last()) state.grad_norm = steps->last()->grad_norm;
    }
    live_.draw(progress_line(state, sensors_, status));
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
    sampler_->stop(last_sample, training_.record() != nullptr ? training_.record()->last_t_s() : 0.0);
    const SamplerStatus status = sampler_->status();
    if (status.failure) throw Error(ErrorKind::failed, "", *status.failure);
}

void Recording::write_session(bool finished) {
    if (sampler_) {
        const SamplerStatus status = sampler_->status();
        info_.samples = status.samples;
        info_.missed_ticks = status.missed_ticks;
        info_.training = training_.told();
        const TrainingRecord* record = training_.record();
        const bool missing = training_.log_never_appeared();
        const bool silent = missing || training_.never_started();
        const auto steps = record != nullptr && !silent ? std::optional(record->steps()) : std::nullopt;
        info_.warnings = session_warnings(info_, sensors_, status, steps, options_.train_log, finished);
        if (finished && training_.never_started())
            info_.warnings.emplace_back(
                "the training was not started: the recording ended before its first sample");
        if (finished && missing) info_.warnings.push_back(options_.train_log + " never appeared");
        if (sampling_) recorded_s_ = now_s();
        info_.duration_s = std::max(recorded_s_, 0.0);
    }
    info_.finished = finished;
    write_session_file(folder_, info_);
}

void Recording::finish() {
    live_.clear();
    training_.read_log(now());
    note_clock(true);
    telemetry_->sync();
    training_.sync();
    try {
        write_session(true);
    } catch (const Error& error) {
        throw Error(error.kind(), "", error.what(), unfinished_words());
    }
}

// Those of the sensors were told at the start.
std::vector<std::string> Recording::warnings() const {
    std::vector<std::string> lines = info_.warnings;
    const auto& told = sensors_.warnings();
    std::erase_if(lines, [&](const std::string& line) {
        return std::find(told.begin(), told.end(), line) != told.end();
    });
    return lines;
}

std::string Recording::summary() const {
    std::string text = fmt::format("{}: {} in {:.1f} s", folder_.string(), counted(info_.samples, "sample"),
                                   info_.duration_s.value_or(0.0));
    if (const TrainingRecord* steps = training_.record())
        text += ", " + counted(steps->steps(), "training step");
    return text + "\n";
}

}  // namespace

Recorded record_session(const CollectOptions& given) {
    CollectOptions options = given;
    settle_collect_options(options);
    if (!options.sample_hz_given && only_recordings(options.sources))
        options.sample_hz = recorded_rate(options).value_or(options.sample_hz);
    Screen screen;
    Recorded recorded;
    std::vector<std::string> warnings;
    std::string summary;
    {
        Recording recording(options, screen);
        recorded = recording.run();
        warnings = recording.warnings();
        summary = recording.summary();
    }
    // The session is complete, and signals end the program again: who does not read this holds nothing up.
    screen.finish();
    print_warnings(warnings);
    say(summary);
    return recorded;
}

}  // namespace rle::cli
