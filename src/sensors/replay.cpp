#include "sensors/replay.hpp"

#include <algorithm>
#include <cmath>

#include "rlecouple/error.hpp"

namespace rle::sensors {
namespace {

// A sample holds until the next one, but not across a gap in the recording.
constexpr double kHoldPauses = 3.0;

struct Sample {
    double t_s = 0.0;
    double value = kMissing;
};

double time_of(const Telemetry& recording, std::size_t row) {
    if (!std::isnan(recording.t_s[row])) return recording.t_s[row];
    if (recording.wall_us[row] != kNoTime) return static_cast<double>(recording.wall_us[row]) * 1e-6;
    return kMissing;
}

double median_pause(const std::vector<Sample>& samples) {
    std::vector<double> pauses;
    for (std::size_t i = 1; i < samples.size(); ++i) pauses.push_back(samples[i].t_s - samples[i - 1].t_s);
    if (pauses.empty()) return 1.0;
    const auto middle = pauses.begin() + static_cast<std::ptrdiff_t>(pauses.size() / 2);
    std::nth_element(pauses.begin(), middle, pauses.end());
    return *middle;
}

// An estimate stays one, however often it is played back.
bool was_modelled(const Telemetry& recording, std::uint32_t device, const std::string& column) {
    const TextColumn* marks = recording.other("modelled");
    for (std::size_t row = 0; marks != nullptr && row < recording.size(); ++row) {
        const std::string names = ";" + std::string((*marks)[row]) + ";";
        if (recording.device[row] == device && names.find(";" + column + ";") != std::string::npos)
            return true;
    }
    return false;
}

class Replay final : public Source {
  public:
    Replay(const Telemetry& recording, const std::string& name) {
        for (const std::string& device : recording.devices) {
            DeviceInfo info;
            info.name = device;
            info.kind = device.rfind("gpu", 0) == 0 ? "gpu" : "cpu";
            devices_.push_back(info);
        }
        add_column(recording, "temp_c", recording.temp_c, name);
        add_column(recording, "power_w", recording.power_w, name);
        add_column(recording, "util_pct", recording.util_pct, name);
        for (const TextColumn& column : recording.others) {
            const bool own = column.name() == "modelled" || column.name() == "timestamp";
            if (!own) add_column(recording, column.name(), column.numbers(), name);
        }
        if (channels_.empty()) {
            throw Error(ErrorKind::failed, "--source replay:" + name, "holds no readings with times");
        }
        for (auto& samples : samples_) first_s_ = std::min(first_s_, samples.front().t_s);
        for (std::size_t i = 0; i < samples_.size(); ++i)
            end_s_ = std::max(end_s_, samples_[i].back().t_s + *channels_[i].update_period_s - first_s_);
    }

    void read(const Instant& now, std::span<double> values) override {
        if (std::isnan(start_s_)) start_s_ = std::max(now.t_s, 0.0);
        const double t_s = first_s_ + std::max(now.t_s, 0.0) - start_s_;
        for (std::size_t i = 0; i < samples_.size(); ++i) values[i] = at(i, t_s);
    }

    std::optional<double> ends_s() const override { return end_s_; }

  private:
    void add_column(const Telemetry& recording, const std::string& column, const std::vector<double>& values,
                    const std::string& name) {
        for (std::uint32_t device = 0; device < recording.devices.size(); ++device) {
            std::vector<Sample> samples;
            for (std::size_t row = 0; row < recording.size(); ++row) {
                const double t_s = time_of(recording, row);
                if (recording.device[row] == device && !std::isnan(t_s))
                    samples.push_back({t_s, values[row]});
            }
            const bool any = std::any_of(samples.begin(), samples.end(),
                                         [](const Sample& s) { return !std::isnan(s.value); });
            if (!any) continue;
            std::stable_sort(samples.begin(), samples.end(),
                             [](const Sample& a, const Sample& b) { return a.t_s < b.t_s; });
            Channel channel;
            channel.device = recording.devices[device];
            channel.column = column;
            channel.source = "replay:" + name;
            channel.update_period_s = median_pause(samples);
            channel.modelled = was_modelled(recording, device, column);
            channels_.push_back(channel);
            samples_.push_back(std::move(samples));
        }
    }

    double at(std::size_t channel, double t_s) const {
        const std::vector<Sample>& samples = samples_[channel];
        auto after = std::upper_bound(samples.begin(), samples.end(), t_s + 1e-6,
                                      [](double t, const Sample& s) { return t < s.t_s; });
        if (after == samples.begin()) return kMissing;
        --after;
        return t_s - after->t_s <= kHoldPauses * *channels_[channel].update_period_s ? after->value
                                                                                     : kMissing;
    }

    std::vector<std::vector<Sample>> samples_;  // one list a channel
    double first_s_ = 1e300;
    double start_s_ = kMissing;
    double end_s_ = 0.0;  // after the first reading, the last one's usual time included
};

}  // namespace

std::unique_ptr<Source> make_replay(Telemetry recording, const std::string& name) {
    return std::make_unique<Replay>(recording, name);
}

}  // namespace rle::sensors
