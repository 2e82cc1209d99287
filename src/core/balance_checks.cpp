#include "core/balance_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "rlecouple/quantities.hpp"

namespace rle {
namespace {

constexpr double kIdleUtil = 10.0;    // %, below which a device counts as idle
constexpr double kIdleSeconds = 3.0;  // for which a power must hold to count as one

std::optional<double> median(std::vector<double> v) {
    if (v.empty()) return std::nullopt;
    const auto middle = v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2);
    std::nth_element(v.begin(), middle, v.end());
    if (v.size() % 2 == 1) return *middle;
    return 0.5 * (*middle + *std::max_element(v.begin(), middle));
}

std::vector<double> present(const std::vector<double>& v) {
    std::vector<double> out;
    std::copy_if(v.begin(), v.end(), std::back_inserter(out), [](double x) { return std::isfinite(x); });
    return out;
}

// The lowest of the medians over windows of kIdleSeconds: one low reading is no idling.
std::optional<double> lowest_sustained(const BalanceInput& input) {
    std::optional<double> lowest;
    std::size_t first = 0;
    for (std::size_t i = 0; i < input.t_s.size(); ++i) {
        while (input.t_s[i] - input.t_s[first] >= kIdleSeconds) ++first;
        const bool whole = first > 0 || input.t_s[i] - input.t_s[0] >= kIdleSeconds;
        if (!whole && i + 1 < input.t_s.size()) continue;
        const auto from = input.power_w.begin() + static_cast<std::ptrdiff_t>(first);
        const auto to = input.power_w.begin() + static_cast<std::ptrdiff_t>(i + 1);
        const std::optional<double> here = median(present({from, to}));
        if (here && (!lowest || *here < *lowest)) lowest = here;
    }
    return lowest;
}

std::optional<double> idle_power_seen(const BalanceInput& input) {
    std::vector<double> idle;
    for (std::size_t i = 0; i < input.util_pct.size(); ++i) {
        if (input.util_pct[i] < kIdleUtil && !std::isnan(input.power_w[i])) idle.push_back(input.power_w[i]);
    }
    const std::size_t enough =
        std::max<std::size_t>(3, input.util_pct.size() / 20);  // moments between two steps do not count
    return idle.size() >= enough ? median(std::move(idle)) : std::nullopt;
}

std::size_t count_outside(const std::vector<double>& v, const ManualRange& range) {
    return static_cast<std::size_t>(
        std::count_if(v.begin(), v.end(), [&](double x) { return x < range.low || x > range.high; }));
}

}  // namespace

std::optional<double> manual_tau(const BalanceInput& input, double ambient_c) {
    std::vector<double> taus;
    std::optional<std::size_t> last;
    for (std::size_t i = 0; i < input.t_s.size(); ++i) {
        if (std::isnan(input.temp_c[i])) continue;
        if (last) {
            const double rate = (input.temp_c[i] - input.temp_c[*last]) / (input.t_s[i] - input.t_s[*last]);
            if (rate != 0.0 && std::isfinite(rate))
                taus.push_back(std::abs((input.temp_c[i] - ambient_c) / rate));
        }
        last = i;
    }
    return median(std::move(taus));
}

TauClass tau_class_of(double tau_s) {
    if (tau_s < 2.0) return TauClass::fast;
    return tau_s <= 5.0 ? TauClass::normal : TauClass::slow;
}

EtaP eta_p_of(const BalanceInput& input, std::optional<double> mean, std::optional<double> given,
              std::vector<std::string>& warnings) {
    EtaP out;
    if (!mean || *mean <= 0.0) {
        warnings.emplace_back("eta_p is missing: no power flowed");
        return out;
    }
    const std::optional<double> seen = idle_power_seen(input);
    const std::optional<double> idle = given ? given : seen ? seen : lowest_sustained(input);
    if (!given && (!idle || *mean - *idle < 0.05 * *mean)) {
        warnings.emplace_back(
            "eta_p is missing: the power hardly moved, so no idle power was seen; give --idle-power");
        return out;
    }
    if (!given && !seen) {
        warnings.push_back(fmt::format(
            "eta_p takes the lowest power that held for {:.0f} s, {:.1f} W, as idle: the device was not "
            "seen idle; --idle-power gives it",
            kIdleSeconds, *idle));
    }
    out.idle_power_w = idle;
    out.value = (*mean - *idle) / *mean;
    out.eta_class = *out.value > 0.8   ? EtaPClass::high
                    : *out.value > 0.6 ? EtaPClass::moderate
                                       : EtaPClass::low;
    return out;
}

RleRange rle_range(const std::vector<double>& rle) {
    const std::vector<double> there = present(rle);
    if (there.empty()) return {};
    const auto [low, high] = std::minmax_element(there.begin(), there.end());
    return {*high, *low, *high - *low};
}

std::vector<RangeCheck> check_ranges(const BalanceInput& input, double ambient_c,
                                     const std::vector<double>& q_w, std::optional<double> tau_s) {
    std::vector<RangeCheck> out;
    for (const ManualRange& range : manual_ranges()) {
        std::vector<double> values;
        if (range.variable == "rle") values = present(input.rle);
        if (range.variable == "grad_norm") values = input.grad_norm;
        if (range.variable == "q_w") values = q_w;
        if (range.variable == "temp_rise_c") {
            values = present(input.temp_c);
            for (double& t : values) t -= ambient_c;
        }
        if (range.variable == "tau_th_s" && tau_s) values = {*tau_s};
        if (std::all_of(values.begin(), values.end(), [](double x) { return std::isnan(x); })) continue;
        out.push_back({std::string(range.variable), range.low, range.high, count_outside(values, range)});
    }
    return out;
}

}  // namespace rle
