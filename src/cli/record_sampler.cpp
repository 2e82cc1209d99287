#include "cli/record_sampler.hpp"

#include <fmt/format.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <exception>
#include <system_error>

#include "formats/writers.hpp"

namespace rle::cli {
namespace {

constexpr std::size_t kMostIncidents = 50;

void append_row(std::string& out, const sensors::SensorSet& sensors, std::size_t device, std::int64_t wall,
                double t_s) {
    formats::append_timestamp(out, wall);
    out += ',';
    formats::append_number(out, t_s);
    out += ',';
    formats::append_cell(out, sensors.devices()[device].name);
    for (std::size_t column = 0; column < sensors.columns().size(); ++column) {
        out += ',';
        formats::append_number(out, sensors.value(device, column));
    }
    if (sensors.any_modelled()) {
        out += ',';
        formats::append_cell(out, fmt::format("{}", fmt::join(sensors.devices()[device].modelled, ";")));
    }
    out += '\n';
}

}  // namespace

double seconds_since(std::int64_t start_ns, std::int64_t ns) {
    return std::round(static_cast<double>(ns - start_ns) / 1e3) / 1e6;
}

std::string telemetry_header(const sensors::SensorSet& sensors) {
    return fmt::format("timestamp,t_s,device,{}{}\n", fmt::join(sensors.columns(), ","),
                       sensors.any_modelled() ? ",modelled" : "");
}

Sampler::Sampler(sensors::SensorSet& sensors, AppendFile& file, double sample_hz, std::int64_t start_ns,
                 std::optional<double> duration_s)
    : sensors_(sensors),
      file_(file),
      sample_hz_(sample_hz),
      start_ns_(start_ns),
      duration_s_(duration_s),
      ticker_(sample_hz, start_ns),
      event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!event_) throw std::system_error(errno, std::generic_category(), "eventfd");
}

Sampler::~Sampler() {
    stop(false);
}

void Sampler::start() {
    thread_ = std::thread(&Sampler::loop, this);
}

void Sampler::stop(bool last_sample, double reach_s) {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        last_sample_ = last_sample;
        reach_s_ = reach_s;
    }
    ticker_.stop();
    thread_.join();
}

void Sampler::loop() {
    try {
        while (const auto tick = ticker_.next()) {
            // The last sample before the duration is over; the end itself is waited for.
            if (duration_s_ && static_cast<double>(*tick) / sample_hz_ >= *duration_s_ - 1e-9) break;
            sample();
            if (*tick == 0) eventfd_write(event_.get(), 1);
        }
        const double since_last = seconds_since(start_ns_, sensors::monotonic_ns()) - status_.t_s;
        if (last_sample_ && (since_last > 0.5 / sample_hz_ || status_.t_s < reach_s_)) sample();
    } catch (const std::exception& error) {
        const std::lock_guard lock(mutex_);
        status_.failure = error.what();
    }
    const std::lock_guard lock(mutex_);
    over_ = true;
    eventfd_write(event_.get(), 1);
}

void Sampler::sample() {
    const std::int64_t mono = sensors::monotonic_ns();
    const std::int64_t wall = sensors::wall_us();
    const double t_s = seconds_since(start_ns_, mono);
    sensors_.read(t_s);
    line_.clear();
    for (std::size_t device = 0; device < sensors_.devices().size(); ++device) {
        append_row(line_, sensors_, device, wall, t_s);
    }
    file_.append(line_);
    const std::lock_guard lock(mutex_);
    ++status_.samples;
    status_.missed_ticks = ticker_.missed();
    status_.t_s = t_s;
    status_.values.clear();
    for (std::size_t device = 0; device < sensors_.devices().size(); ++device) {
        for (std::size_t column = 0; column < sensors_.columns().size(); ++column) {
            status_.values.push_back(sensors_.value(device, column));
        }
    }
    note_problems(t_s);
}

void Sampler::note_problems(double t_s) {
    std::vector<std::string> now = sensors_.problems();
    for (const std::string& problem : now) {
        const bool known = std::find(problems_.begin(), problems_.end(), problem) != problems_.end();
        if (!known && status_.incidents.size() < kMostIncidents) {
            status_.incidents.push_back(fmt::format("t = {:.1f} s: no reading: {}", t_s, problem));
        }
    }
    problems_ = std::move(now);
}

bool Sampler::over() const {
    const std::lock_guard lock(mutex_);
    return over_;
}

SamplerStatus Sampler::status() const {
    const std::lock_guard lock(mutex_);
    return status_;
}

}  // namespace rle::cli
