// The sampling thread: reads the sensors at absolute deadlines and appends each sample to telemetry.csv at
// once.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "cli/record_files.hpp"
#include "sensors/sensor_set.hpp"
#include "sensors/ticker.hpp"

namespace rle::cli {

/// What the other thread may know of the sampler.
struct SamplerStatus {
    std::uint64_t samples = 0;
    std::uint64_t missed_ticks = 0;
    double t_s = 0.0;                    ///< of the last sample
    std::vector<double> values;          ///< device-major, as SensorSet::value
    std::vector<std::string> incidents;  ///< "t = 12.0 s: /sys/...: no such device", each once
    std::optional<std::string> failure;  ///< why it cannot go on
};

class Sampler {
  public:
    /// Time 0 is `start_ns` of the monotonic clock; with `duration_s` it ends by itself.
    Sampler(sensors::SensorSet& sensors, AppendFile& file, double sample_hz, std::int64_t start_ns,
            std::optional<double> duration_s);
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
    void sample();
    void note_problems(double t_s);

    sensors::SensorSet& sensors_;
    AppendFile& file_;
    double sample_hz_;
    std::int64_t start_ns_;
    std::optional<double> duration_s_;
    sensors::Ticker ticker_;
    sensors::Fd event_;
    mutable std::mutex mutex_;
    SamplerStatus status_;
    std::vector<std::string> problems_;
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
