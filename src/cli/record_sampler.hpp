// The sampling thread: reads the sensors at absolute deadlines and appends each sample to telemetry.csv at
// once.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "cli/record_files.hpp"
#include "sensors/frozen.hpp"
#include "sensors/sensor_set.hpp"
#include "sensors/ticker.hpp"

namespace rle::cli {

/// What the other thread may know of the sampler.
struct SamplerStatus {
    std::uint64_t samples = 0;
    std::uint64_t missed_ticks = 0;
    double t_s = 0.0;            ///< of the last sample
    std::vector<double> values;  ///< device-major, as SensorSet::value
    std::vector<std::string>
        incidents;  ///< "t = 12.0 s to 15.0 s: no reading: /sys/...: no such device"; then what froze
    std::optional<std::string> failure;  ///< why it cannot go on
};

/// When samples are taken.
struct Pace {
    double sample_hz = 1.0;
    std::int64_t start_ns = 0;         ///< time 0 on the monotonic clock
    std::int64_t start_wall_us = 0;    ///< and in UTC
    std::optional<double> duration_s;  ///< missing: until it is ended
    double speed = 1.0;                ///< seconds of the session a second; infinite: as fast as can be

    bool real_time() const { return speed == 1.0; }
};

class Sampler {
  public:
    /// With a duration it ends by itself.
    Sampler(sensors::SensorSet& sensors, AppendFile& file, const Pace& pace);
    ~Sampler();
    Sampler(const Sampler&) = delete;
    Sampler& operator=(const Sampler&) = delete;

    void start();
    /// Ends it; with `last_sample`, after one more sample now, unless the last is hardly over and not before
    /// `reach_s`.
    void stop(bool last_sample, double reach_s = 0.0);
    /// Readable once the first sample is written, and again when it has ended by itself.
    int event_fd() const { return event_.get(); }
    bool over() const;
    SamplerStatus status() const;

  private:
    void loop();
    bool wants_last_sample() const;
    std::optional<std::uint64_t> next_tick();
    void sample(std::uint64_t tick);
    double session_s(std::int64_t mono_ns, std::uint64_t tick) const;
    void note_problems(double t_s);

    sensors::SensorSet& sensors_;
    AppendFile& file_;
    Pace pace_;
    std::uint64_t tick_ = 0;  // the next one, where nothing is waited for
    std::atomic<bool> stopping_ = false;
    sensors::Ticker ticker_;
    sensors::Fd event_;
    mutable std::mutex mutex_;
    SamplerStatus status_;
    // What could not be read, from when to when; without an end while that lasts.
    struct Incident {
        double from_s = 0.0;
        std::optional<double> to_s;
        std::string problem;
    };
    std::vector<Incident> incidents_;
    bool more_incidents_ = false;  // than are kept
    sensors::FrozenWatch frozen_;
    bool last_sample_ = false;
    double reach_s_ = 0.0;  // what the last sample must not lie before
    bool over_ = false;
    std::string line_;
    std::thread thread_;
};

/// From one moment of the monotonic clock to another, in whole microseconds.
double seconds_since(std::int64_t start_ns, std::int64_t ns);

/// "timestamp,t_s,device,temp_c,power_w,util_pct,...", with `modelled` last where anything is.
std::string telemetry_header(const sensors::SensorSet& sensors);

}  // namespace rle::cli
