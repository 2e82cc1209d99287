#include "cli/record_progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>

#include "cli/ui.hpp"

namespace rle::cli {
namespace {

constexpr double kLiveWindowS = 30.0;

std::string bar(double share) {
    constexpr int kWidth = 6;
    const int full = static_cast<int>(std::clamp(share, 0.0, 1.0) * kWidth);
    return fmt::format("[{:#<{}}{:-<{}}]", "", full, "", kWidth - full);
}

std::string readings(const sensors::SensorSet& sensors, const SamplerStatus& status) {
    constexpr std::array<std::string_view, 3> kUnits{"degC", "W", "%"};
    std::string text;
    for (std::size_t device = 0; device < sensors.devices().size(); ++device) {
        text += " | " + one_line(sensors.devices()[device].name);
        for (std::size_t column = 0; column < kUnits.size(); ++column) {
            const std::size_t cell = device * sensors.columns().size() + column;
            const double value = cell < status.values.size() ? status.values[cell] : kMissing;
            const sensors::Channel* channel = sensors.channel(device, column);
            if (std::isnan(value)) continue;
            text += fmt::format(" {:.0f} {}{}", value, kUnits[column],
                                channel != nullptr && channel->modelled ? "*" : "");
        }
    }
    return text;
}

std::size_t terminal_width() {
    winsize size{};
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col : 80;
}

}  // namespace

// Of one device and a session of the manual's it fits 80 columns.
std::string progress_line(const ProgressState& state, const sensors::SensorSet& sensors,
                          const SamplerStatus& status) {
    std::string text = fmt::format("{:.0f}", state.elapsed_s);
    if (state.duration_s) {
        text += fmt::format("/{:.0f} s {}", *state.duration_s, bar(state.elapsed_s / *state.duration_s));
    } else {
        text += " s";
    }
    text += readings(sensors, status);
    if (state.rle) text += fmt::format(" | RLE {:.3f}", *state.rle);
    if (state.steps > 0) text += fmt::format(" | step {}", state.steps);
    if (state.grad_norm && !std::isnan(*state.grad_norm))
        text += fmt::format(" grad {:.3g}", *state.grad_norm);
    if (status.missed_ticks > 0) text += fmt::format(" | {} missed", status.missed_ticks);
    return text;
}

LiveRle::LiveRle(const DeviceInfo& device, double ambient_c) {
    options_.ambient_c = ambient_c;
    options_.rated_power_w = device.rated_power_w.value_or(0.0);
    if (device.temp_limit_c) options_.temp_limit_c = *device.temp_limit_c;
}

std::optional<double> LiveRle::after(const SamplerStatus& status) {
    const bool rated = options_.rated_power_w > 0.0;
    if (!rated || status.values.size() < 3 || (!t_s_.empty() && status.t_s <= t_s_.back())) return last_;
    const auto first = std::lower_bound(t_s_.begin(), t_s_.end(), status.t_s - kLiveWindowS) - t_s_.begin();
    for (std::vector<double>* column : {&t_s_, &temp_c_, &power_w_, &util_pct_}) {
        column->erase(column->begin(), column->begin() + first);
    }
    t_s_.push_back(status.t_s);
    temp_c_.push_back(status.values[0]);
    power_w_.push_back(status.values[1]);
    util_pct_.push_back(status.values[2]);
    const double rle = compute_rle(t_s_, temp_c_, power_w_, util_pct_, options_).rle.back();
    last_ = std::isnan(rle) ? std::nullopt : std::optional(rle);
    return last_;
}

LiveLine::LiveLine(Screen& screen, bool refused)
    : screen_(screen), wanted_(!refused && fancy(STDERR_FILENO)) {}

void LiveLine::draw(const std::string& text) {
    if (!wanted_ || !screen_.idle()) return;
    screen_.show(STDERR_FILENO, fmt::format("\r\x1b[K{}", text.substr(0, terminal_width() - 1)));
    drawn_ = true;
}

void LiveLine::clear() {
    if (!drawn_) return;
    screen_.show(STDERR_FILENO, "\r\x1b[K");
    drawn_ = false;
}

}  // namespace rle::cli
