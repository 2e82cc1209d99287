#include "rlecouple/correlate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/align/copies.hpp"
#include "core/align/steps.hpp"
#include "core/column_length.hpp"
#include "core/lag/detectable.hpp"
#include "core/lag/epochs.hpp"
#include "core/lag/explain.hpp"
#include "core/lag/whitened_pair.hpp"
#include "core/maths/in_parallel.hpp"
#include "core/maths/order_statistics.hpp"
#include "core/maths/series.hpp"
#include "rlecouple/ccf.hpp"
#include "rlecouple/counted.hpp"
#include "rlecouple/error.hpp"
#include "rlecouple/lag_test.hpp"
#include "rlecouple/quantities.hpp"
#include "rlecouple/rle.hpp"

namespace rle {
namespace {

constexpr double kLeastTempSpread = 5.0;   // degC
constexpr double kLeastPowerSpread = 0.2;  // of the 95th percentile
constexpr std::size_t kLong = 32768;       // samples, from which a look at all of them is worth a thread
constexpr double kLeastRaw = 0.6;  // of the rows that have a mean, for what it is of to be tested instead
constexpr int kSmoothedOrder = 4;  // AR order of the response from which it looks like a trailing mean

std::vector<double> present(const std::vector<double>& values) {
    std::vector<double> kept;
    kept.reserve(values.size());
    std::copy_if(values.begin(), values.end(), std::back_inserter(kept),
                 [](double x) { return std::isfinite(x); });
    return kept;
}

struct Ends {
    double low = 0.0;   // 5th percentile
    double high = 0.0;  // 95th
};

Ends ends_of(std::vector<double> values) {
    const double low = quantile_reordering(values, 0.05);
    return {low, quantile_reordering(values, 0.95)};
}

// SD over mean; the SD with n - 1.
std::optional<double> relative_spread(const std::vector<double>& values) {
    const auto n = static_cast<double>(count_present(values));
    if (n < 2.0) return std::nullopt;
    const double first =
        *std::find_if(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
    double mean = first, squares = 0.0;  // from the first value on: equal values have no spread at all
    for (double v : values) mean += std::isfinite(v) ? (v - first) / n : 0.0;
    for (double v : values) squares += std::isfinite(v) ? (v - mean) * (v - mean) : 0.0;
    if (mean == 0.0) return std::nullopt;
    return std::sqrt(squares / (n - 1.0)) / mean;
}

void check(const CorrelateInput& input) {
    if (input.driver.size() != input.response.size()) {
        throw Error(ErrorKind::failed, "correlate", "driver and response differ in length");
    }
    check_length("correlate", "rle_raw", input.rle_raw.size(), input.driver.size());
    check_length("correlate", "step", input.step.size(), input.driver.size());
    check_length("correlate", "epoch", input.epoch.size(), input.driver.size());
    if (!(input.dt_s > 0.0) || !std::isfinite(input.dt_s)) {
        throw Error(ErrorKind::failed, "correlate", "the grid's step is not positive", "give --sample-hz");
    }
}

// The column that is tested.
struct Response {
    const std::vector<double>& values;
    std::string name;
    std::string instead = {};  // known to be a trailing mean: what would tell of what was averaged
};

// `raw` is missing, or the same: then nothing was averaged, as far as is known.
bool tells_no_more(const std::vector<double>& raw, const std::vector<double>& response) {
    return raw.empty() || std::equal(raw.begin(), raw.end(), response.begin(),
                                     [](double x, double y) { return !std::isfinite(x) || x == y; });
}

// The mean reaches over what is missing.
bool has_few(const std::vector<double>& raw, const std::vector<double>& mean) {
    return static_cast<double>(count_present(raw)) < kLeastRaw * static_cast<double>(count_present(mean));
}

Response tested_response(const CorrelateInput& input) {
    if (tells_no_more(input.rle_raw, input.response)) return {input.response, input.response_name};
    if (!is_trailing_mean_of(input.response, input.rle_raw, input.dt_s, RleOptions{}.smoothing_s))
        return {input.response, input.response_name,
                has_few(input.rle_raw, input.response)
                    ? "rle_raw has too few values to be tested instead"
                    : "align at the telemetry's own rate tells that of rle_raw"};
    return {input.rle_raw, "rle_raw"};
}

// Over the pairs, which alone are correlated.
bool is_constant(const std::vector<double>& values, const std::vector<double>& beside) {
    const double* first = nullptr;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!std::isfinite(values[i]) || !std::isfinite(beside[i])) continue;
        if (first == nullptr) first = &values[i];
        if (values[i] != *first) return false;
    }
    return true;
}

// The alignment's jitter moves single samples; of the mean lag it leaves its standard error.
double pairing_sd(const CorrelateInput& input, std::size_t n_samples) {
    if (!input.pairing_p95_s || n_samples == 0) return 0.0;
    return *input.pairing_p95_s / 1.96 / std::sqrt(static_cast<double>(n_samples));
}

LagTestOptions lag_options(const CorrelateInput& input, const CorrelateOptions& options,
                           std::size_t n_samples) {
    LagTestOptions lag;
    lag.max_lag_s = options.max_lag_s;
    lag.alpha = options.alpha;
    lag.seed = options.seed;
    lag.sensor_delay_s = input.sensor_delay_s;
    lag.sensor_delay_sd_s = input.sensor_delay_sd_s;
    lag.pairing_sd_s = pairing_sd(input, n_samples);
    return lag;
}

// The equation has the driver act on the response; where it was not detected, or leads nothing, there is no
// k.
void couple(const CorrelateInput& input, const Response& response, const WhitenedPair& pair,
            Correlation& result) {
    if (!result.tested->significant) {
        result.warnings.emplace_back(
            "coupling is missing: no coupling was detected, so there is no k to tell");
        return;
    }
    const double lag = *result.tested->t_lag_s;
    if (lag > 0.0 || result.tested->causal_order == CausalOrder::response_leads) {
        result.warnings.push_back(
            "the response leads: the manual's coupling equation does not apply, and there is no k");
        return;
    }
    const Interval likely = *result.tested->likely_lag_s;
    result.coupling = fit_coupling(pair, input.dt_s, input.sensor_delay_s - *result.tested->fine_lag_s,
                                   {-likely.high, -likely.low});
    if (result.coupling) {
        result.coupling->delay_s = 0.0 - lag;
    } else {
        result.warnings.emplace_back("coupling is missing: the samples do not carry a fit of k");
    }
    if (result.coupling && result.coupling->at_once) {
        result.warnings.push_back(fmt::format(
            "{} follows {} at once and integrates nothing: k is that of a grid step of {:g} s, no rate to "
            "hold against the manual's",
            response.name, result.driver, input.dt_s));
    }
    if (!response.instead.empty()) {
        result.warnings.push_back(
            fmt::format("{} is a trailing mean over {:g} s: k is that of the smoothed series, which is "
                        "smaller; {}",
                        response.name, RleOptions{}.smoothing_s, response.instead));
    } else if (result.tested->response_ar_order >= kSmoothedOrder) {
        result.warnings.push_back(
            fmt::format("{} depends on its last {} samples, as a trailing mean does: k is that of the "
                        "smoothed series, which is smaller",
                        response.name, result.tested->response_ar_order));
    }
}

// What the test could have found.
void tell_detectable(const Response& response, const WhitenedPair& pair, double dt_s, Correlation& result) {
    TestedCorrelation& tested = *result.tested;
    const Detectable found =
        response.instead.empty()
            ? detectable_coupling(pair, tested, result.coupling, dt_s)
            : Detectable{
                  {}, {}, response.name + " is a trailing mean, whose k is another; " + response.instead};
    tested.detectable_k_per_s = found.half_per_s;
    tested.detectable_k90_per_s = found.nine_tenths_per_s;
    if (found.half_per_s) return;
    result.warnings.push_back("tested.detectable_k_per_s and detectable_k90_per_s are missing: " +
                              found.missing);
}

// How long a step takes that tells the driver; 0 where that is no longer than a row, or nothing is known.
double step_length(const CorrelateInput& input, std::span<const std::size_t> at_rest) {
    const double rows = tells_of_steps(input.driver_name) ? rows_a_step(input.step, at_rest) : 1.0;
    return rows > 1.0 ? rows * input.dt_s : 0.0;
}

std::string left_out_at_rest(const CorrelateInput& input, std::span<const std::size_t> at_rest) {
    const auto n = static_cast<std::size_t>(std::count_if(
        at_rest.begin(), at_rest.end(), [&](std::size_t row) { return std::isfinite(input.driver[row]); }));
    if (n == 0) return {};
    return fmt::format(
        "{} in which the training made no step, or hardly one, {} left out of the test: what stands there "
        "for {} is a neighbour's",
        counted(n, "row"), was_or_were(n), input.driver_name);
}

std::string left_out(const OwnSamples& own, const std::string& name) {
    return fmt::format(
        "{} values of {} repeat their neighbour's, as where a lost sample is stood in for: lag and k rest on "
        "the others",
        own.left_out, name);
}

// A coupling that all samples show is located and measured on those that are no copies of a neighbour, where
// they show it too. To tell that there is one, all are used: copies cost power, not soundness.
void use_own_samples(const CorrelateInput& input, const std::vector<double>& tested_driver,
                     const Response& tested_on, const LagTestOptions& options, WhitenedPair& pair,
                     Correlation& result) {
    const OwnSamples driver = without_copies(tested_driver), response = without_copies(tested_on.values);
    if (driver.left_out + response.left_out == 0) return;
    std::optional<WhitenedPair> own =
        whiten_pair_beside(pair.epochs, driver.series, response.series, input.dt_s);
    std::optional<TestedCorrelation> tested = own ? test_lag(*own, input.dt_s, options) : std::nullopt;
    if (!tested || !tested->significant) return;
    if (driver.left_out > 0) result.warnings.push_back(left_out(driver, input.driver_name));
    if (response.left_out > 0) result.warnings.push_back(left_out(response, tested_on.name));
    pair = *std::move(own);
    result.tested = std::move(tested);
}

// What both series do as the epochs of the training come round is no evidence of coupling.
void take_out_epochs(const CorrelateInput& input, const std::vector<double>& driver,
                     const std::vector<double>& response, double max_lag_s, WhitenedPair& pair) {
    if (input.epoch.empty()) return;
    const EpochRows rows = rows_of_epochs(driver, response, input.dt_s, pair, epoch_starts(input.epoch),
                                          lags_each_way(max_lag_s, input.dt_s));
    if (rows.empty()) return;
    if (auto beside = whiten_pair_beside(rows, driver, response, input.dt_s)) pair = *std::move(beside);
}

void test(const CorrelateInput& input, const CorrelateOptions& options, Correlation& result) {
    const Response response = tested_response(input);
    // What the steps of a training tell is no news in rows that have none.
    const std::vector<std::size_t> at_rest =
        tells_of_steps(input.driver_name) ? rows_at_rest(input.step) : std::vector<std::size_t>();
    const std::vector<double> kept =
        at_rest.empty() ? std::vector<double>() : without_rows(input.driver, at_rest);
    const std::vector<double>& driver = at_rest.empty() ? input.driver : kept;
    auto [pair, granger] = in_parallel(
        worth_a_thread(input.driver.size()), [&] { return whiten_pair(driver, response.values, input.dt_s); },
        [&] { return granger_both(input.driver, input.response, input.dt_s); });
    result.granger = std::move(granger);
    if (!pair) return;
    take_out_epochs(input, driver, response.values, options.max_lag_s, *pair);
    LagTestOptions lag = lag_options(input, options, result.n_samples);
    lag.step_s = step_length(input, at_rest);
    result.tested = test_lag(*pair, input.dt_s, lag);
    if (!result.tested) return;
    if (result.tested->significant) use_own_samples(input, driver, response, lag, *pair, result);
    result.tested->response = response.name;
    if (std::string line = left_out_at_rest(input, at_rest); !line.empty())
        result.warnings.push_back(std::move(line));
    result.warnings.insert(result.warnings.end(), result.tested->warnings.begin(),
                           result.tested->warnings.end());
    result.verdict = result.tested->significant ? Verdict::coupled : Verdict::not_detected;
    couple(input, response, *pair, result);
    tell_detectable(response, *pair, input.dt_s, result);
}

}  // namespace

ThermalStress thermal_stress(const std::vector<double>& temp_c, const std::vector<double>& power_w) {
    ThermalStress stress;
    if (std::vector<double> temp = present(temp_c); !temp.empty()) {
        const Ends ends = ends_of(std::move(temp));
        stress.temp_high_c = ends.high;
        stress.temp_spread_c = ends.high - ends.low;
    }
    if (std::vector<double> power = present(power_w); !power.empty()) {
        const Ends ends = ends_of(std::move(power));
        stress.power_high_w = ends.high;
        stress.power_spread_w = ends.high - ends.low;
    }
    const bool temp_still = stress.temp_spread_c && *stress.temp_spread_c < kLeastTempSpread;
    const bool power_still =
        stress.power_spread_w &&
        (*stress.power_spread_w == 0.0 || *stress.power_spread_w < kLeastPowerSpread * *stress.power_high_w);
    stress.stressed = !temp_still && !power_still;
    stress.temp_moved = stress.temp_spread_c && !temp_still;
    return stress;
}

namespace {

// The manual's cross-correlation, over no more lags than the session tells of.
void search_lags(const CorrelateInput& input, double max_lag_s, Correlation& result) {
    const double length_s = static_cast<double>(input.driver.size()) * input.dt_s;
    result.max_lag_s = std::min(max_lag_s, length_s);
    result.manual = manual_correlation(input.driver, input.response, input.dt_s, result.max_lag_s);
    const std::vector<LagPoint>& ccf = result.manual.ccf;
    if (ccf.size() == 1 && max_lag_s > 0.0) {
        result.warnings.push_back(fmt::format(
            "samples lie {:g} s apart, so that of the lags up to {:g} s only 0 s is looked at; give a "
            "longer --max-lag",
            input.dt_s, max_lag_s));
    }
    const std::size_t told = longest_told(ccf, result.n_samples), asked = ccf.size() / 2;
    if (told == asked && max_lag_s <= length_s) return;
    result.max_lag_s = ccf[asked + told].lag_s;
    result.warnings.push_back(
        fmt::format("lags are searched up to {:g} s: at longer ones too few of the {} samples have a partner",
                    result.max_lag_s, result.n_samples));
    result.manual = manual_correlation(input.driver, input.response, input.dt_s, result.max_lag_s);
}

// A column that is computed from the other (A_load from power_w) correlates with it by its making.
void note_one_reading(Correlation& result) {
    constexpr double kOne = 1.0 - 1e-9;
    const std::vector<LagPoint>& ccf = result.manual.ccf;
    if (ccf.empty()) return;
    const LagPoint& at_no_lag = ccf[ccf.size() / 2];
    if (std::abs(at_no_lag.r.value_or(0.0)) < kOne) return;
    result.warnings.push_back(fmt::format(
        "{} and {} are one reading (r = {:g} at no lag): that they go together says nothing of coupling",
        result.driver, result.response, std::round(*at_no_lag.r)));
}

// One line for what is null and no warning tells of yet.
void note_missing(const std::string& constant, Correlation& result) {
    if (!result.tested) {
        std::string reason = "the samples carry no test";
        if (!constant.empty()) reason = constant + " is constant";
        if (result.n_samples < kFewestSamples) {
            reason =
                fmt::format("{} {} too few, {} is the least", counted(result.n_samples, "aligned sample"),
                            result.n_samples == 1 ? "is" : "are", kFewestSamples);
        }
        result.warnings.push_back("tested and coupling are missing: " + reason);
    }
    if (!result.manual.r_peak) {
        result.warnings.push_back(fmt::format(
            "manual has no r_peak, t_lag_s, strength and causal_order: {}",
            constant.empty() ? "at no lag are there two pairs that differ" : constant + " is constant"));
    }
    const GrangerPair& granger = result.granger;
    if (granger.driver_to_response && granger.response_to_driver) return;
    result.warnings.push_back(fmt::format(
        "granger is missing{}: the samples do not carry the regression",
        granger.driver_to_response   ? fmt::format(" for {} to {}", result.response, result.driver)
        : granger.response_to_driver ? fmt::format(" for {} to {}", result.driver, result.response)
                                     : ""));
}

}  // namespace

Correlation correlate(CorrelateInput input, const CorrelateOptions& asked) {
    check(input);
    Correlation result;
    result.driver = input.driver_name;
    result.response = input.response_name;
    result.device = input.device;
    result.n_samples = count_pairs(input.driver, input.response);
    result.sample_hz = 1.0 / input.dt_s;
    const auto [stress, max_lag_s] = in_parallel(
        input.driver.size() >= kLong, [&] { return thermal_stress(input.temp_c, input.power_w); },
        [&] {
            search_lags(input, asked.max_lag_s, result);
            return result.max_lag_s;
        });
    for (auto* column : {&input.temp_c, &input.power_w}) std::exchange(*column, {});  // and its memory
    note_one_reading(result);
    CorrelateOptions options = asked;
    options.max_lag_s = max_lag_s;
    result.sigma_opt = relative_spread(input.sigma_opt_of.empty() ? input.driver : input.sigma_opt_of);
    std::exchange(input.sigma_opt_of, {});
    std::string constant;
    if (is_constant(input.driver, input.response)) constant = input.driver_name;
    if (is_constant(input.response, input.driver)) constant = input.response_name;
    result.verdict = Verdict::insufficient_data;
    if (result.n_samples < kFewestSamples) {
        constant.clear();
    } else if (constant.empty()) {
        test(input, options, result);
    }
    note_missing(constant, result);
    result.explanation = explain(result, stress, independent_samples(input.driver, input.response), constant);
    if (!stress.stressed) result.warnings.push_back(what_rested(stress) + " (" + stillness(stress) + ")");
    return result;
}

}  // namespace rle
