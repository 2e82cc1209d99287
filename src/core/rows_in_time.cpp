#include "core/rows_in_time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace rle {
namespace {

bool in_order(const std::vector<double>& t_s) {
    const auto not_later = [](double a, double b) { return !(a < b); };  // nor where either is no number
    return std::adjacent_find(t_s.begin(), t_s.end(), not_later) == t_s.end() && !t_s.empty() &&
           std::isfinite(t_s.front()) && std::isfinite(t_s.back());
}

}  // namespace

std::optional<std::vector<std::size_t>> rows_in_time(const std::vector<double>& t_s,
                                                     std::vector<std::string>& warnings) {
    if (in_order(t_s)) return std::nullopt;
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < t_s.size(); ++i) {
        if (std::isfinite(t_s[i])) rows.push_back(i);
    }
    const auto earlier = [&](std::size_t a, std::size_t b) { return t_s[a] < t_s[b]; };
    const bool sorted = std::is_sorted(rows.begin(), rows.end(), earlier);
    if (!sorted) std::stable_sort(rows.begin(), rows.end(), earlier);
    const auto same = [&](std::size_t a, std::size_t b) { return t_s[a] == t_s[b]; };
    rows.erase(std::unique(rows.begin(), rows.end(), same), rows.end());
    if (!sorted) warnings.emplace_back("rows stood out of order in time and were sorted");
    if (rows.size() < t_s.size()) {
        warnings.push_back(
            fmt::format("{} rows without a time of their own were left out", t_s.size() - rows.size()));
    }
    return rows;
}

}  // namespace rle
