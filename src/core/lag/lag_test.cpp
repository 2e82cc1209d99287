#include "rlecouple/lag_test.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/lag/bartlett.hpp"
#include "core/lag/delay_profile.hpp"
#include "core/lag/held.hpp"
#include "core/lag/lag_products.hpp"
#include "core/lag/permutation.hpp"
#include "core/lag/whitened_pair.hpp"
#include "core/maths/series.hpp"
#include "core/maths/special_functions.hpp"
#include "rlecouple/ccf.hpp"
#include "rlecouple/counted.hpp"

namespace rle {

namespace {

constexpr double kLeastShare = 0.5;      // of the greatest |r|, at the likeliest lag, for the two to agree
constexpr double kNearlyGreatest = 0.9;  // below it, r at the likeliest lag is another number than that of p
constexpr std::size_t kMostLagsProfiled = 100;  // to either side, in samples
constexpr double kFewestFree = 10.0;  // residual degrees of freedom that an estimate of the lag wants
constexpr double kMemory_s = 8.0;     // looked at in the residuals, s, and bounds of it in samples
constexpr double kLeastMemory = 20.0, kMostMemory = 200.0;
constexpr double kNoTime_s = 1e-5;  // an interval that ends nearer to 0 ends at 0

std::string trend_words(const Trend& trend) {
    std::string words = trend.order == 0 ? "mean" : fmt::format("trend of degree {}", trend.order);
    if (!trend.settling.empty()) words += " and settling";
    if (!trend.changes.empty())
        words += " and " + counted(trend.changes.size(), "change of level", "changes of level");
    if (!trend.periods.empty()) words += " and " + counted(trend.periods.size(), "shared period");
    return words;
}

std::string law_words(NullLaw law) {
    if (law == NullLaw::permutation) return "permutation within blocks";
    return law == NullLaw::normal
               ? "the normal law with fourth moments, Sidak's correction"
               : "permutation of the large residuals within blocks and the normal law for the rest";
}

std::string method_line(const Whitened& driver, const Whitened& response, std::size_t lags, NullLaw law) {
    return fmt::format(
        "{} removed, AR({}) and AR({}) whitened{}, {} lags, max |r| by {}; lag by profile likelihood{}",
        trend_words(driver.trend), driver.ar.size(), response.ar.size(),
        driver.residual.size() > kMostFitted ? fmt::format(" (fitted to {} samples of all)", kMostFitted)
                                             : "",
        lags, law_words(law),
        driver.residual.size() > kMostProfiled ? fmt::format(" over {} samples of all", kMostProfiled) : "");
}

std::vector<std::string> common_causes(const WhitenedPair& pair, double dt_s) {
    std::vector<std::string> warnings;
    for (double period : pair.shared_periods) {
        warnings.push_back(fmt::format(
            "driver and response share a period of {:.3g} s, as under a load that comes round again; {}",
            period * dt_s,
            pair.periods_removed ? "it was taken out of both and is no evidence of coupling"
                                 : "in a session this long it was left in, and may be what is found"));
    }
    if (!pair.epochs.empty()) {
        warnings.push_back(
            fmt::format("driver and response both change with the epochs: that was taken out of both ({} of "
                        "the driver, {} of the response) and is no evidence of coupling",
                        counted(pair.epochs.driver.size(), "row"), pair.epochs.response.size()));
    }
    for (double at : pair.shared_changes) {
        warnings.push_back(
            fmt::format("driver and response both change their level, about {:.0f} s after the first sample: "
                        "one event is no "
                        "evidence of coupling, and was taken out of both",
                        at * dt_s));
    }
    return warnings;
}

// Adds a standard uncertainty to both arms of an interval about `centre`.
Interval widened(Interval interval, double centre, double sd) {
    const double arm = kNormal975 * sd;
    return {centre - std::hypot(centre - interval.low, arm),
            centre + std::hypot(interval.high - centre, arm)};
}

// On a grid of step D, a driver that acts throughout a step and one that acts at its end differ by D / 2 in
// the delay that the grid shows; the interval holds both readings, where both leave the cause before the
// effect.
Interval with_half_step(Interval interval, double lag, double half_step) {
    if (lag <= -half_step) interval.high += half_step;
    if (lag >= half_step) interval.low -= half_step;
    return interval;
}

double without_rounding(double s) {
    return std::abs(s) < kNoTime_s ? 0.0 : s;
}

// Where nothing is found the lag may be anywhere that was looked at, and nothing is said of elsewhere.
Interval within_searched(Interval interval, const std::vector<LagPoint>& ccf) {
    return {std::max(interval.low, ccf.front().lag_s), std::min(interval.high, ccf.back().lag_s)};
}

CausalOrder order_of(double lag_s, Interval interval, double dt_s) {
    if (interval.high < -kNoTime_s) return CausalOrder::driver_leads;
    if (interval.low > kNoTime_s) return CausalOrder::response_leads;
    return std::abs(lag_s) < 0.5 * dt_s ? CausalOrder::simultaneous : CausalOrder::undetermined;
}

// Index of the ccf's point nearest to a lag in samples.
std::size_t nearest_index(const std::vector<LagPoint>& ccf, double lag) {
    const auto middle = static_cast<std::ptrdiff_t>(ccf.size() / 2);
    const std::ptrdiff_t at = middle + static_cast<std::ptrdiff_t>(std::lround(lag));
    return static_cast<std::size_t>(
        std::clamp<std::ptrdiff_t>(at, 0, static_cast<std::ptrdiff_t>(ccf.size()) - 1));
}

// The lags, in samples, whose likelihood is asked for: all of them, unless they are so many that they would
// leave too little of the session or cost too much; then those about the peak.
std::pair<int, int> profiled_lags(int reach, int peak, std::size_t n) {
    const int most = static_cast<int>(std::min<std::size_t>(kMostLagsProfiled, n / 3));
    if (reach <= most) return {-reach, reach};
    return {std::max(-reach, peak - most), std::min(reach, peak + most)};
}

// A sample that stands there as a forecast draws the lag towards its neighbours. So where samples are
// missing, and the lag is known to a sample, it is estimated again on the rows that have what they need: a
// driver in every second row leaves none of these.
DelayEstimate likely_delay(const Whitened& driver, const Whitened& response, int low, int high) {
    const DelayEstimate first = estimate_delay(profile_delay(driver, response, low, high), 0.05);
    if (!driver.has_gaps() && !response.has_gaps()) return first;
    const int nearest = static_cast<int>(std::lround(first.lag));
    const int from = std::max(low, nearest - 1), to = std::min(high, nearest + 1);
    if (first.interval.low < from || first.interval.high > to) return first;
    const DelayProfile observed = profile_delay(driver, response, from, to, true);
    return observed.freedom < kFewestFree ? first : estimate_delay(observed, 0.05);
}

// A series that stands in every second row or fewer, as of a training whose steps are longer than the
// samples: the likelihood would compare lags by forecasts more than by values.
bool is_sparse(const Whitened& driver, const Whitened& response) {
    constexpr double kLeastPresent = 0.6;
    const auto present = std::min(count_present(driver.residual), count_present(response.residual));
    return static_cast<double>(present) < kLeastPresent * static_cast<double>(driver.residual.size());
}

OwnValues own_values(const Whitened& series) {
    return {series.filled, series.residual};
}

// The rows at which a series that a slower clock holds, or joins by lines, takes a new reading; empty where
// none does.
std::vector<std::size_t> readings_of(const Whitened& series) {
    std::vector<std::size_t> rows = clocked_moves(own_values(series));
    return rows.empty() ? clocked_bends(own_values(series)) : rows;
}

// For how many rows, in the mean, a response still tells a reading that was taken at the first of them.
double rows_held(const Whitened& response) {
    const std::vector<std::size_t> rows = clocked_moves(own_values(response));
    const bool stands = 3 * count_present(response.residual) >= 4 * rows.size();  // else values are missing
    if (!stands || rows.empty()) return 0.0;
    return static_cast<double>(rows.back() - rows.front()) / static_cast<double>(rows.size() - 1) - 1.0;
}

std::string stands_still(double interval_s) {
    return fmt::format(
        "the response takes a new value every {:.3g} s only: the lag is known to that, and a grid of {:.3g} "
        "Hz would find "
        "more, since it averages the driver over what one value tells of",
        interval_s, 1.0 / interval_s);
}

std::string takes_long(double step_s) {
    return fmt::format(
        "a training step takes {0:.3g} s, longer than a row: what it tells stands in the rows about its "
        "line, {1:.3g} s to "
        "either side, though it was not known before the line and may act until the next; the lag is known "
        "to {1:.3g} s",
        step_s, 0.5 * step_s);
}

// The likelihood's lag where there is coupling and a correlation at that lag; else that of the greatest |r|,
// which is what p_value speaks of.
void locate(TestedCorrelation& tested, const Whitened& driver, const Whitened& response, double dt_s,
            const LagTestOptions& options) {
    const int reach = static_cast<int>(tested.ccf.size() / 2);
    const int peak = peak_index(tested.ccf);
    const auto [low, high] = profiled_lags(reach, peak - reach, driver.residual.size());
    DelayEstimate delay = likely_delay(driver, response, low, high);
    if (!tested.significant && high - low < 2 * reach)
        delay.interval = {-static_cast<double>(reach), static_cast<double>(reach)};  // it may be anywhere
    const auto greatest = static_cast<std::size_t>(peak);
    const std::size_t likely = nearest_index(tested.ccf, delay.lag);
    const double r_likely = tested.ccf[likely].r.value_or(0.0),
                 r_greatest = tested.ccf[greatest].r.value_or(0.0);
    const bool agree =
        r_likely * r_greatest > 0.0 && std::abs(r_likely) >= kLeastShare * std::abs(r_greatest);
    const std::size_t at = tested.significant && agree && !is_sparse(driver, response) ? likely : greatest;
    const double lag = tested.ccf[at].lag_s;
    if (tested.significant && !agree)
        tested.warnings.emplace_back(
            "the likeliest lag is not that of the greatest correlation: the lag is uncertain");
    if (std::abs(*tested.ccf[at].r) < kNearlyGreatest * std::abs(*tested.ccf[greatest].r)) {
        tested.warnings.push_back(fmt::format(
            "r_peak is r at the likeliest lag; p_value is that of the greatest, {:+.2f} at {:g} s",
            *tested.ccf[greatest].r, tested.ccf[greatest].lag_s + options.sensor_delay_s));
    }
    Interval interval{std::min(lag, delay.interval.low * dt_s), std::max(lag, delay.interval.high * dt_s)};
    tested.likely_lag_s = interval;
    interval = with_half_step(interval, lag, 0.5 * dt_s);
    const double held = rows_held(response) * dt_s;
    if (tested.significant) interval.high += held;  // the response tells of what was up to so long ago
    if (held > 0.0) tested.warnings.push_back(stands_still(held + dt_s));
    if (tested.significant && options.step_s > dt_s) {
        interval.low -= 0.5 * options.step_s;
        interval.high += 0.5 * options.step_s;
        tested.warnings.push_back(takes_long(options.step_s));
    }
    interval = widened(interval, lag, std::hypot(options.sensor_delay_sd_s, options.pairing_sd_s));
    if (!tested.significant) interval = within_searched(interval, tested.ccf);
    const double late = options.sensor_delay_s;
    tested.sensor_delay_s = late;
    tested.r_peak = tested.ccf[at].r;
    tested.t_lag_s = lag + late;
    tested.fine_lag_s = (at == likely && tested.significant ? delay.fine_lag * dt_s : lag) + late;
    tested.t_lag_ci95_s =
        Interval{without_rounding(interval.low + late), without_rounding(interval.high + late)};
    if (tested.significant) tested.causal_order = order_of(*tested.t_lag_s, *tested.t_lag_ci95_s, dt_s);
}

// What an autoregression of the chosen order leaves of a memory (the zeros of a trailing mean, a remnant of
// trend) widens the spread of the correlations, if it is left in both series.
double left_memory(const Whitened& x, const Whitened& y, double dt_s) {
    const auto memory = static_cast<std::size_t>(std::clamp(kMemory_s / dt_s, kLeastMemory, kMostMemory));
    return bartlett_sum(x.residual, y.residual, std::min(memory, x.residual.size() / 5));
}

// The residuals that the test compares, and the readings of a held series among them, which are exchanged as
// such; of two held series those of the driver.
class Compared {
  public:
    Compared(const Whitened& x, const Whitened& y, std::size_t lags)
        : driver_(x.residual), response_(y.residual), readings_(readings_of(x)) {
        if (readings_.empty()) {
            readings_ = readings_of(y);
            of_response_ = true;
        }
        if (readings_.empty() || can_permute(driver_.size(), lags)) return;
        std::span<const double>& held = of_response_ ? response_ : driver_;
        news_ = only_at(readings_, held);
        held = news_;
    }
    Compared(const Compared&) = delete;
    Compared& operator=(const Compared&) = delete;

    std::span<const double> driver() const { return driver_; }
    std::span<const double> response() const { return response_; }
    const std::vector<std::size_t>& readings() const { return readings_; }
    bool of_response() const { return of_response_; }

  private:
    std::span<const double> driver_, response_;
    std::vector<std::size_t> readings_;
    std::vector<double> news_;
    bool of_response_ = false;
};

FamilyWise judge(const Compared& series, const std::vector<LagPoint>& ccf, const LagTestOptions& options,
                 double inflation) {
    const Exchange how{inflation, series.readings()};
    if (!series.of_response())
        return family_wise(series.driver(), series.response(), ccf, options.alpha, options.seed, how);
    const std::vector<LagPoint> reversed(ccf.rbegin(), ccf.rend());  // with the roles the lags' signs change
    return family_wise(series.response(), series.driver(), reversed, options.alpha, options.seed, how);
}

// The band on the scale of r at the peak: what reaches it has a p of alpha.
double band_of_r(const FamilyWise& test, const LagPoint& peak) {
    const double root = std::sqrt(static_cast<double>(peak.n));
    const double scale =
        test.observed && *test.observed > 0.0 ? std::abs(*peak.r) * root / *test.observed : 1.0;
    return std::min(1.0, scale * test.band / root);
}

}  // namespace

std::optional<TestedCorrelation> test_lag(const WhitenedPair& pair, double dt_s,
                                          const LagTestOptions& options) {
    const Whitened& x = pair.driver;
    const Whitened& y = pair.response;
    TestedCorrelation tested;
    tested.alpha = options.alpha;
    tested.trend_order = x.trend.order;
    tested.driver_ar_order = static_cast<int>(x.ar.size());
    tested.response_ar_order = static_cast<int>(y.ar.size());
    const std::size_t lags = 2 * lags_each_way(options.max_lag_s, dt_s) + 1;
    const Compared series(x, y, lags);
    tested.ccf = cross_correlation(series.driver(), series.response(), dt_s, options.max_lag_s);
    tested.warnings = common_causes(pair, dt_s);
    const int peak = peak_index(tested.ccf);
    if (peak < 0) return std::nullopt;
    const FamilyWise test = judge(series, tested.ccf, options, left_memory(x, y, dt_s));
    tested.method = method_line(x, y, tested.ccf.size(), test.law);
    tested.held = !series.readings().empty();
    if (tested.held) {
        tested.method +=
            fmt::format("; {} readings of the {}, with nothing new between them, {}",
                        series.readings().size(), series.of_response() ? "response" : "driver",
                        test.law == NullLaw::permutation ? "exchanged as such" : "and no other rows");
    }
    tested.beside_epochs = !pair.epochs.empty();
    if (tested.beside_epochs) tested.method += "; without the rows at which both change with the epochs";
    tested.p_value = test.p_value;
    tested.p_at_most = test.p_at_most;
    tested.significant = test.p_value <= options.alpha;
    tested.band = band_of_r(test, tested.ccf[static_cast<std::size_t>(peak)]);
    locate(tested, x, y, dt_s, options);
    return tested;
}

std::optional<TestedCorrelation> test_lag(std::span<const double> driver, std::span<const double> response,
                                          double dt_s, const LagTestOptions& options) {
    const std::optional<WhitenedPair> pair = whiten_pair(driver, response, dt_s);
    return pair ? test_lag(*pair, dt_s, options) : std::nullopt;
}

}  // namespace rle
