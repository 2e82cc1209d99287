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

Sampler::Sampler(sensors::SensorSet& sensors, AppendFile& file, const Pace& pace)
    : sensors_(sensors),
      file_(file),
      pace_(pace),
      ticker_(pace.sample_hz * (std::isinf(pace.speed) ? 1.0 : pace.speed), pace.start_ns),
      event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      frozen_(sensors) {
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
    stopping_ = true;
    ticker_.stop();
    thread_.join();
}

void Sampler::loop() {
    try {
        while (const auto tick = next_tick()) {
            // The last sample before the duration is over; the end itself is waited for.
            if (pace_.duration_s && static_cast<double>(*tick) / pace_.sample_hz >= *pace_.duration_s - 1e-9)
                break;
            sample(*tick);
            if (*tick == 0) eventfd_write(event_.get(), 1);
        }
        if (wants_last_sample()) sample(0);
    } catch (const std::exception& error) {
        const std::lock_guard lock(mutex_);
        status_.failure = error.what();
    }
    const std::lock_guard lock(mutex_);
    over_ = true;
    eventfd_write(event_.get(), 1);
}

bool Sampler::wants_last_sample() const {
    const std::lock_guard lock(mutex_);
    const double since_last = seconds_since(pace_.start_ns, sensors::monotonic_ns()) - status_.t_s;
    return last_sample_ && (since_last > 0.5 / pace_.sample_hz || status_.t_s < reach_s_);
}

std::optional<std::uint64_t> Sampler::next_tick() {
    if (!std::isinf(pace_.speed)) return ticker_.next();
    return stopping_ ? std::nullopt : std::optional(tick_++);
}

double Sampler::session_s(std::int64_t mono_ns, std::uint64_t tick) const {
    if (std::isinf(pace_.speed)) return static_cast<double>(tick) / pace_.sample_hz;
    const double elapsed = seconds_since(pace_.start_ns, mono_ns);
    return pace_.real_time() ? elapsed : std::round(elapsed * pace_.speed * 1e6) / 1e6;
}

void Sampler::sample(std::uint64_t tick) {
    const double t_s = session_s(sensors::monotonic_ns(), tick);
    const std::int64_t wall =
        pace_.real_time() ? sensors::wall_us() : pace_.start_wall_us + std::llround(t_s * 1e6);
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
    frozen_.take(sensors_, t_s);
}

void Sampler::note_problems(double t_s) {
    const std::vector<std::string> now = sensors_.problems();
    const auto lasts = [&](const Incident& incident) {
        return std::find(now.begin(), now.end(), incident.problem) != now.end();
    };
    for (Incident& incident : incidents_) {
        if (!incident.to_s && !lasts(incident)) incident.to_s = t_s;
    }
    for (const std::string& problem : now) {
        const bool known = std::any_of(incidents_.begin(), incidents_.end(),
                                       [&](const Incident& i) { return !i.to_s && i.problem == problem; });
        if (known) continue;
        more_incidents_ = incidents_.size() >= kMostIncidents;
        if (!more_incidents_) incidents_.push_back({t_s, std::nullopt, problem});
    }
}

bool Sampler::over() const {
    const std::lock_guard lock(mutex_);
    return over_;
}

SamplerStatus Sampler::status() const {
    const std::lock_guard lock(mutex_);
    SamplerStatus status = status_;
    for (const Incident& incident : incidents_) {
        status.incidents.push_back(
            fmt::format("t = {:.1f} s{}: no reading: {}", incident.from_s,
                        incident.to_s ? fmt::format(" to {:.1f} s", *incident.to_s) : "", incident.problem));
    }
    if (more_incidents_)
        status.incidents.emplace_back("readings failed later, too; only the first times are listed");
    for (const sensors::Frozen& frozen : frozen_.found()) status.incidents.push_back(sensors::words(frozen));
    return status;
}

}  // namespace rle::cli
