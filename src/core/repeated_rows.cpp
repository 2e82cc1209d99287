#include "core/repeated_rows.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/order_statistics.hpp"

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
    std::vector<std::size_t> begins;
    std::size_t with_power = 0;
    for (std::size_t i = 1; i < in.t_s.size(); ++i) {
        const bool power = changes(in.power_w, i);
        if (power) ++with_power;
        if (power || changes(in.temp_c, i) || changes(in.util_pct, i)) begins.push_back(i);
    }
    if (begins.size() <= kFewest) return std::nullopt;
    std::vector<double> lengths;
    std::size_t common = 0;
    for (std::size_t k = 1; k < begins.size(); ++k) {
        common = std::gcd(common, begins[k] - begins[k - 1]);
        lengths.push_back(static_cast<double>(begins[k] - begins[k - 1]));
    }
    const double row_s = (in.t_s.back() - in.t_s.front()) / static_cast<double>(in.t_s.size() - 1);
    if (common >= 2) return row_s * static_cast<double>(common);
    const double usual = median(lengths), least = *std::min_element(lengths.begin(), lengths.end());
    const bool blocks = least >= 2.0 && least >= kMuchTheSame * usual && 2 * with_power >= begins.size();
    return blocks ? std::optional(row_s * usual) : std::nullopt;
}

}  // namespace rle
