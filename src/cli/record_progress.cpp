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

std::string bar(double share) {
    constexpr int kWidth = 20;
    const int full = static_cast<int>(std::clamp(share, 0.0, 1.0) * kWidth);
    return fmt::format("[{:#<{}}{:-<{}}]", "", full, "", kWidth - full);
}

std::string readings(const sensors::SensorSet& sensors, const SamplerStatus& status) {
    constexpr std::array<std::string_view, 3> kUnits{"degC", "W", "%"};
    std::string text;
    for (std::size_t device = 0; device < sensors.devices().size(); ++device) {
        text += fmt::format(" | {}", sensors.devices()[device].name);
        for (std::size_t column = 0; column < kUnits.size(); ++column) {
            const std::size_t cell = device * sensors.columns().size() + column;
            const double value = cell < status.values.size() ? status.values[cell] : kMissing;
            const sensors::Channel* channel = sensors.channel(device, column);
            if (std::isnan(value)) continue;
            text += fmt::format(" {:.{}f} {}{}", value, column == 0 ? 1 : 0, kUnits[column],
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

std::string progress_line(const ProgressState& state, const sensors::SensorSet& sensors,
                          const SamplerStatus& status) {
    std::string text = fmt::format("{:5.0f} s", state.elapsed_s);
    if (state.duration_s) {
        text += fmt::format(" {} {:.0f} s", bar(state.elapsed_s / *state.duration_s), *state.duration_s);
    }
    text += readings(sensors, status);
    if (state.steps > 0) text += fmt::format(" | {} steps", state.steps);
    if (state.grad_norm && !std::isnan(*state.grad_norm))
        text += fmt::format(", grad {:.3g}", *state.grad_norm);
    if (status.missed_ticks > 0) text += fmt::format(" | {} missed", status.missed_ticks);
    return text;
}

LiveLine::LiveLine() : wanted_(fancy(STDERR_FILENO)) {}

void LiveLine::draw(const std::string& text) {
    if (!wanted_) return;
    fmt::print(stderr, "\r\x1b[K{}", text.substr(0, terminal_width() - 1));
    std::fflush(stderr);
    drawn_ = true;
}

void LiveLine::clear() {
    if (!drawn_) return;
    fmt::print(stderr, "\r\x1b[K");
    std::fflush(stderr);
    drawn_ = false;
}

}  // namespace rle::cli
