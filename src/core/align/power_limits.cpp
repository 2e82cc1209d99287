#include "core/align/power_limits.hpp"

#include <charconv>
#include <limits>

namespace rle {
namespace {

constexpr std::size_t kMostLimits = 4096;  // different ones; a column of more is no limit

double median_of(const std::map<double, std::size_t>& counts) {
    std::size_t all = 0, below = 0;
    for (const auto& [value, n] : counts) all += n;
    std::optional<double> lower;
    for (const auto& [value, n] : counts) {
        below += n;
        if (!lower && 2 * below >= all) lower = value;
        if (2 * below > all) return 0.5 * (*lower + value);
    }
    return *lower;
}

}  // namespace

void PowerLimits::add(std::string_view cell, Values& values) {
    if (cell != values.cell) {
        values.cell = cell;
        double value = 0.0;
        const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
        const bool limit = error == std::errc{} && end == cell.data() + cell.size() && value > 0.0 &&
                           value <= std::numeric_limits<double>::max();
        values.same = limit ? &values.count[value] : nullptr;
    }
    if (values.same != nullptr) ++*values.same;
}

void PowerLimits::add(const Telemetry& piece) {
    if (devices_.size() < piece.devices.size()) devices_.resize(piece.devices.size());
    for (std::size_t c = 0; c < kColumns.size(); ++c) {
        const TextColumn* const column = piece.other(kColumns[c]);
        if (column == nullptr) continue;
        for (std::size_t i = 0; i < piece.size(); ++i) {
            Values& values = devices_[piece.device[i]][c];
            if (values.count.size() <= kMostLimits) add((*column)[i], values);
        }
    }
}

std::optional<double> PowerLimits::of(std::size_t device) const {
    if (device >= devices_.size()) return std::nullopt;
    for (const Values& values : devices_[device]) {
        if (!values.count.empty() && values.count.size() <= kMostLimits) return median_of(values.count);
    }
    return std::nullopt;
}

}  // namespace rle
