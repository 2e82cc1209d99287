#include "cli/watch_machine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/session_paths.hpp"
#include "cli/ui.hpp"
#include "formats/text/numbers.hpp"
#include "rlecouple/error.hpp"

namespace rle::cli {
namespace {

double number(std::string_view cell) {
    return formats::parse_number(cell).value_or(kMissing);
}

}  // namespace

std::vector<std::string> WatchedMachine::columns() {
    return {"t_s", "device", "temp_c", "power_w", "util_pct"};
}

void WatchedMachine::know(const std::optional<SessionInfo>& info) {
    if (info) info_ = info;
}

// The one asked for, else what `correlate` would take, else the first that has a row.
bool WatchedMachine::is_ours(std::string_view device) {
    if (chosen_) return device == device_;
    device_ = options_.device();
    if (device_.empty() && info_) {
        std::vector<std::string> names;
        for (const DeviceInfo& known : info_->devices) names.push_back(known.name);
        try {
            device_ = choose_device(names, info_, "");
        } catch (const Error&) {  // the choice is open
        }
    }
    if (device_.empty()) device_ = device;
    chosen_ = true;
    begin();
    return device == device_;
}

void WatchedMachine::begin() {
    RleOptions rle;
    rle.ambient_c = options_.ambient_c.value_or(info_ ? info_->ambient_c : kDefaultAmbient);
    rle.temp_limit_c = device_.starts_with("cpu") ? 95.0 : 83.0;
    std::optional<double> rated = options_.rated_power_w, limit = options_.temp_limit_c;
    for (const DeviceInfo& known : info_ ? info_->devices : std::vector<DeviceInfo>()) {
        if (known.name != device_) continue;
        if (!rated) rated = known.rated_power_w;
        if (!limit) limit = known.temp_limit_c;
        last_.modelled = known.modelled;
    }
    if (limit) rle.temp_limit_c = *limit;
    last_.device = device_;
    if (!rated) {
        print_warning(
            fmt::format("{}: rated power unknown, so there is no RLE; give --rated-power", device_));
        return;
    }
    rle.rated_power_w = *rated;
    stream_.emplace(rle);
    collapse_stream_.emplace(rle.temp_limit_c);
}

void WatchedMachine::take(const std::vector<std::string_view>& cells) {
    if (is_ours(cells[1]))
        waiting_.push_back({number(cells[0]), number(cells[2]), number(cells[3]), number(cells[4])});
}

void WatchedMachine::take(const Telemetry& samples) {
    if (options_.device().empty() && !samples.devices.empty()) {
        try {
            options_.devices = {choose_device(samples.devices, info_, "")};
        } catch (const Error&) {  // the choice is open: the first that has a row
        }
    }
    for (std::size_t i = 0; i < samples.size(); ++i) {
        if (!std::isnan(samples.t_s[i]) && is_ours(samples.devices[samples.device[i]]))
            waiting_.push_back({samples.t_s[i], samples.temp_c[i], samples.power_w[i], samples.util_pct[i]});
    }
    std::stable_sort(waiting_.begin(), waiting_.end(),
                     [](const Sample& a, const Sample& b) { return a.t_s < b.t_s; });
}

void WatchedMachine::advance(double t_s) {
    for (; !waiting_.empty() && !(waiting_.front().t_s > t_s); waiting_.pop_front()) apply(waiting_.front());
}

void WatchedMachine::apply(const Sample& sample) {
    last_.temp_c = sample.temp_c;
    last_.power_w = sample.power_w;
    last_.util_pct = sample.util_pct;
    if (!stream_ || !(sample.t_s > last_s_)) return;
    last_s_ = sample.t_s;
    const RleTerms terms = stream_->push(sample.t_s, sample.temp_c, sample.power_w, sample.util_pct);
    const signed char flag = collapse_stream_->push(sample.t_s, sample.temp_c, terms);
    last_.rle = terms.rle;
    last_.collapse = flag < 0 ? std::nullopt : std::optional(flag == 1);
}

void WatchedMachine::tell(formats::AlarmFacts& facts) const {
    facts.device = last_.device;
    facts.temp_c = last_.temp_c;
    facts.power_w = last_.power_w;
    facts.util_pct = last_.util_pct;
    facts.rle = last_.rle;
    facts.collapse = last_.collapse;
    facts.modelled = last_.modelled;
}

}  // namespace rle::cli
