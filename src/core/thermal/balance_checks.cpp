#include "core/thermal/balance_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/maths/order_statistics.hpp"
#include "core/thermal/conservation.hpp"
#include "rlecouple/quantities.hpp"

namespace rle {
namespace {

constexpr double kIdleUtil = 10.0;    // %, below which a device counts as idle
constexpr double kLeastBelow = 0.05;  // of the mean power, by which an idle power must be below it
constexpr double kIdleSeconds = 3.0;  // for which a power must hold to count as one

// The median of a window that moves on.
class MovingMedian {
  public:
    void add(double x) {
        if (std::isfinite(x)) sorted_.insert(std::upper_bound(sorted_.begin(), sorted_.end(), x), x);
    }
    void remove(double x) {
        if (std::isfinite(x)) sorted_.erase(std::lower_bound(sorted_.begin(), sorted_.end(), x));
    }
    std::optional<double> value() const {
        const std::size_t n = sorted_.size();
        if (n == 0) return std::nullopt;
        return n % 2 == 1 ? sorted_[n / 2] : 0.5 * (sorted_[n / 2] + sorted_[n / 2 - 1]);
    }

  private:
    std::vector<double> sorted_;
};

// The lowest of the medians over windows of kIdleSeconds: one low reading is no idling.
std::optional<double> lowest_sustained(const BalanceInput& input) {
    std::optional<double> lowest;
    MovingMedian window;
    std::size_t first = 0;
    for (std::size_t i = 0; i < input.t_s.size(); ++i) {
        window.add(input.power_w[i]);
        for (; input.t_s[i] - input.t_s[first] >= kIdleSeconds; ++first) window.remove(input.power_w[first]);
        const bool whole = first > 0 || input.t_s[i] - input.t_s[0] >= kIdleSeconds;
        if (!whole && i + 1 < input.t_s.size()) continue;
        const std::optional<double> here = window.value();
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
    return idle.size() >= enough ? std::optional(median(std::move(idle))) : std::nullopt;
}

std::string no_idle_power(const IdlePower& known, double mean_w) {
    if (!known.watts) return "eta_p is missing: no idle power was seen; give --idle-power";
    const std::string low = known.seen
                                ? fmt::format("the median power at a utilisation below {:.0f} %", kIdleUtil)
                                : fmt::format("the lowest power that held for {:.0f} s", kIdleSeconds);
    return fmt::format(
        "eta_p is missing: {}, {:.1f} W, is not {:.0f} % below the mean power of {:.1f} W, and so is no idle "
        "power; give --idle-power",
        low, *known.watts, 100.0 * kLeastBelow, mean_w);
}

}  // namespace

void note_blind_stretches(const ThermalView& samples, std::vector<std::string>& warnings) {
    const double longest_s = longest_interval(samples.t_s);
    double last_s = samples.t_s.front(), longest_blind_s = 0.0, all_s = 0.0;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        if (std::isnan(samples.temp_c[i]) && i + 1 < samples.size()) continue;
        const double blind_s = samples.t_s[i] - last_s;
        last_s = samples.t_s[i];
        const bool unread = std::isnan(samples.temp_c[i]) || (i > 0 && std::isnan(samples.temp_c[i - 1]));
        if (!unread || blind_s <= longest_s) continue;
        longest_blind_s = std::max(longest_blind_s, blind_s);
        all_s += blind_s;
    }
    if (all_s == 0.0) return;
    warnings.push_back(fmt::format(
        "no temperature was read for {:.3g} s{} while the power was: the energies there are those of "
        "the model's own path, and the closure tells nothing of that time",
        longest_blind_s, all_s > longest_blind_s ? fmt::format(" ({:.3g} s in all)", all_s) : ""));
}

std::optional<double> manual_tau(const BalanceInput& input, double ambient_c) {
    std::vector<double> taus;
    taus.reserve(input.t_s.size());
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
    return taus.empty() ? std::nullopt : std::optional(median(std::move(taus)));
}

TauClass tau_class_of(double tau_s) {
    if (tau_s < 2.0) return TauClass::fast;
    return tau_s <= 5.0 ? TauClass::normal : TauClass::slow;
}

IdlePower idle_power_of(const BalanceInput& input) {
    const std::optional<double> seen = idle_power_seen(input);
    return {seen ? seen : lowest_sustained(input), seen.has_value()};
}

std::optional<double> mean_read(const std::vector<double>& values) {
    double sum = 0.0, n = 0.0;
    for (const double x : values) {
        if (!std::isfinite(x)) continue;
        sum += x;
        n += 1.0;
    }
    return n > 0.0 ? std::optional(sum / n) : std::nullopt;
}

EtaP eta_p_of(const IdlePower& known, std::optional<double> mean, std::optional<double> given,
              std::vector<std::string>& warnings) {
    EtaP out;
    if (!mean || *mean <= 0.0) {
        warnings.emplace_back("eta_p is missing: no power flowed");
        return out;
    }
    const std::optional<double> idle = given ? given : known.watts;
    if (!given && (!idle || *mean - *idle < kLeastBelow * *mean)) {
        warnings.push_back(no_idle_power(known, *mean));
        return out;
    }
    if (!given && !known.seen) {
        warnings.push_back(fmt::format(
            "eta_p takes the lowest power that held for {:.0f} s, {:.1f} W, as idle: the device was not "
            "seen idle; --idle-power gives it",
            kIdleSeconds, *idle));
    }
    if (given && *given > *mean) {
        warnings.push_back(
            fmt::format("eta_p is missing: the idle power given, {:g} W, is above the mean of {:.4g} W; is "
                        "--idle-power right?",
                        *given, *mean));
        return out;
    }
    out.idle_power_w = idle;
    out.value = (*mean - *idle) / *mean;
    out.eta_class = *out.value > 0.8   ? EtaPClass::high
                    : *out.value > 0.6 ? EtaPClass::moderate
                                       : EtaPClass::low;
    return out;
}

RleRange rle_range(const std::vector<double>& rle) {
    RleRange out;
    for (const double x : rle) {
        if (!std::isfinite(x)) continue;
        out.max = out.max ? std::max(*out.max, x) : x;
        out.min = out.min ? std::min(*out.min, x) : x;
    }
    if (out.max) out.delta = *out.max - *out.min;
    return out;
}

std::optional<std::size_t> count_outside(std::string_view variable, const std::vector<double>& values,
                                         double less) {
    const auto ranges = manual_ranges();
    const auto range = std::find_if(ranges.begin(), ranges.end(),
                                    [&](const ManualRange& r) { return r.variable == variable; });
    bool any = false;
    std::size_t count = 0;
    for (const double value : values) {
        const double x = value - less;
        any = any || !std::isnan(x);
        if (x < range->low || x > range->high) ++count;
    }
    return any ? std::optional(count) : std::nullopt;
}

std::vector<RangeCheck> check_ranges(const RangeCounts& counts) {
    std::vector<RangeCheck> out;
    for (const ManualRange& range : manual_ranges()) {
        std::optional<std::size_t> count;
        if (range.variable == "rle") count = counts.rle;
        if (range.variable == "grad_norm") count = counts.grad_norm;
        if (range.variable == "q_w") count = counts.q_w;
        if (range.variable == "temp_rise_c") count = counts.temp_rise;
        if (range.variable == "tau_th_s") count = counts.tau;
        if (count) out.push_back({std::string(range.variable), range.low, range.high, *count});
    }
    return out;
}

}  // namespace rle
