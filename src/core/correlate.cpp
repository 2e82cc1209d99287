#include "rlecouple/correlate.hpp"

#include <algorithm>
#include <cmath>

#include "rlecouple/ccf.hpp"
#include "rlecouple/error.hpp"

namespace rle {
namespace {

constexpr double kLeastTempSpread = 5.0;   // degC
constexpr double kLeastPowerSpread = 0.2;  // of the 95th percentile

std::vector<double> present(const std::vector<double>& values) {
    std::vector<double> kept;
    std::copy_if(values.begin(), values.end(), std::back_inserter(kept),
                 [](double x) { return std::isfinite(x); });
    return kept;
}

// Linear between order statistics; `sorted` is not empty.
double quantile(const std::vector<double>& sorted, double p) {
    const double at = p * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

// SD over mean; the SD with n - 1.
std::optional<double> relative_spread(const std::vector<double>& values) {
    const std::vector<double> x = present(values);
    if (x.size() < 2) return std::nullopt;
    const auto n = static_cast<double>(x.size());
    double mean = 0.0, squares = 0.0;
    for (double v : x) mean += v / n;
    for (double v : x) squares += (v - mean) * (v - mean);
    if (mean == 0.0) return std::nullopt;
    return std::sqrt(squares / (n - 1.0)) / mean;
}

void check(const CorrelateInput& input) {
    if (input.driver.size() != input.response.size()) {
        throw Error(ErrorKind::failed, "correlate", "driver and response differ in length");
    }
    if (!(input.dt_s > 0.0) || !std::isfinite(input.dt_s)) {
        throw Error(ErrorKind::failed, "correlate", "the grid's step is not positive", "give --sample-hz");
    }
}

bool is_constant(const std::vector<double>& values, const std::vector<double>& beside) {
    const double* first = nullptr;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!std::isfinite(values[i]) || !std::isfinite(beside[i])) continue;
        if (first == nullptr) first = &values[i];
        if (values[i] != *first) return false;
    }
    return true;
}

std::size_t count_pairs(const CorrelateInput& input) {
    std::size_t n = 0;
    for (std::size_t i = 0; i < input.driver.size(); ++i) {
        n += std::isfinite(input.driver[i]) && std::isfinite(input.response[i]) ? 1U : 0U;
    }
    return n;
}

}  // namespace

ThermalStress thermal_stress(const std::vector<double>& temp_c, const std::vector<double>& power_w) {
    ThermalStress stress;
    std::vector<double> temp = present(temp_c), power = present(power_w);
    std::sort(temp.begin(), temp.end());
    std::sort(power.begin(), power.end());
    if (!temp.empty()) stress.temp_spread_c = quantile(temp, 0.95) - quantile(temp, 0.05);
    if (!power.empty()) {
        stress.power_high_w = quantile(power, 0.95);
        stress.power_spread_w = *stress.power_high_w - quantile(power, 0.05);
    }
    const bool temp_still = stress.temp_spread_c && *stress.temp_spread_c < kLeastTempSpread;
    const bool power_still =
        stress.power_spread_w && *stress.power_spread_w < kLeastPowerSpread * *stress.power_high_w;
    stress.stressed = !temp_still && !power_still;
    return stress;
}

Correlation correlate(const CorrelateInput& input, const CorrelateOptions& options) {
    check(input);
    Correlation result;
    result.driver = input.driver_name;
    result.response = input.response_name;
    result.device = input.device;
    result.n_samples = count_pairs(input);
    result.sample_hz = 1.0 / input.dt_s;
    result.max_lag_s = options.max_lag_s;
    result.manual = manual_correlation(input.driver, input.response, input.dt_s, options.max_lag_s);
    result.sigma_opt = relative_spread(input.sigma_opt_of.empty() ? input.driver : input.sigma_opt_of);
    if (result.n_samples < kFewestSamples || is_constant(input.driver, input.response) ||
        is_constant(input.response, input.driver)) {
        result.verdict = Verdict::insufficient_data;
    }
    return result;
}

}  // namespace rle
