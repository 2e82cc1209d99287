#include "cli/busiest.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace rle::cli {
namespace {

// Mean of a column's readings of one device; below every reading where there is none.
double mean_of(const Frame& table, const char* column, const std::string& device) {
    const std::vector<double>* const values = table.find(column);
    double sum = 0.0, n = 0.0;
    for (std::size_t i = 0; values != nullptr && i < values->size() && i < table.device.size(); ++i) {
        if (!std::isfinite((*values)[i]) || table.device[i] != device) continue;
        sum += (*values)[i];
        n += 1.0;
    }
    return n > 0.0 ? sum / n : std::numeric_limits<double>::lowest();
}

}  // namespace

std::string busiest_device(const Frame& table, const std::vector<std::string>& devices) {
    const auto work = [&](const std::string& device) {
        return std::pair(mean_of(table, "util_pct", device), mean_of(table, "power_w", device));
    };
    return *std::max_element(devices.begin(), devices.end(),
                             [&](const auto& a, const auto& b) { return work(a) < work(b); });
}

}  // namespace rle::cli
