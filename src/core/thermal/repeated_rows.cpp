#include "core/thermal/repeated_rows.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/maths/order_statistics.hpp"

namespace rle {
namespace {

constexpr std::size_t kFewest = 20;  // blocks; by chance as many begin at even rows once in a million
constexpr double kMuchTheSame =
    0.7;  // shortest block to the median one: a grid point beside a tie moves by one

bool changes(const std::vector<double>& column, std::size_t i) {
    if (column.empty()) return false;
    const bool before = std::isnan(column[i - 1]), after = std::isnan(column[i]);
    return before != after || (!after && column[i] != column[i - 1]);
}

}  // namespace

std::optional<double> repeated_every_s(const BalanceInput& in) {
    std::vector<double> lengths;
    std::size_t blocks = 0, with_power = 0, begin = 0, common = 0;
    for (std::size_t i = 1; i < in.t_s.size(); ++i) {
        const bool power = changes(in.power_w, i);
        if (power) ++with_power;
        if (!power && !changes(in.temp_c, i) && !changes(in.util_pct, i)) continue;
        const std::size_t length = i - begin;
        begin = i;
        if (++blocks == 1) continue;           // how long the first one lasted nobody knows
        if (length == 1) return std::nullopt;  // a row of its own
        common = std::gcd(common, length);
        lengths.push_back(static_cast<double>(length));
    }
    if (blocks <= kFewest) return std::nullopt;
    const double row_s = (in.t_s.back() - in.t_s.front()) / static_cast<double>(in.t_s.size() - 1);
    if (common >= 2) return row_s * static_cast<double>(common);
    const double least = *std::min_element(lengths.begin(), lengths.end()), usual = median(lengths);
    const bool alike = least >= kMuchTheSame * usual && 2 * with_power >= blocks;
    return alike ? std::optional(row_s * usual) : std::nullopt;
}

}  // namespace rle
