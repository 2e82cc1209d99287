#include "core/device_rle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "rlecouple/balance.hpp"
#include "rlecouple/error.hpp"

namespace rle {
namespace {

constexpr double kUsualGpuLimit = 83.0;  // degC; where desktop GPUs begin to throttle
constexpr double kUsualCpuLimit = 95.0;  // degC

double largest(const std::vector<double>& values) {
    double top = 0.0;
    for (const double v : values) {
        if (std::isfinite(v)) top = std::max(top, v);
    }
    return top;
}

bool any_finite(const std::vector<double>& values) {
    return std::any_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

double rated_power(const DeviceSamples& samples, const AlignOptions& options, const DeviceLimits& limits,
                   std::vector<std::string>& warnings) {
    if (options.rated_power_w) return *options.rated_power_w;
    if (limits.rated_power_w) return *limits.rated_power_w;
    const double top = largest(samples.power_w);
    if (top > 0.0) {
        warnings.push_back(fmt::format(
            "{}: rated power unknown, its largest power of {:g} W stands for it; give --rated-power",
            samples.name, top));
    }
    return top > 0.0 ? top : 1.0;  // without any power there is no RLE, whatever the rating
}

double temp_limit(const DeviceSamples& samples, const AlignOptions& options, const DeviceLimits& limits,
                  std::vector<std::string>& warnings) {
    if (options.temp_limit_c) return *options.temp_limit_c;
    if (limits.temp_limit_c) return *limits.temp_limit_c;
    const double usual = samples.name.starts_with("cpu") ? kUsualCpuLimit : kUsualGpuLimit;
    warnings.push_back(fmt::format("{}: temperature limit unknown, {:g} degC assumed; give --temp-limit",
                                   samples.name, usual));
    return usual;
}

double fitted_tau(const DeviceSamples& samples, const RleOptions& rle) {
    BalanceInput input;
    input.t_s = samples.t_s;
    input.temp_c = samples.temp_c;
    input.power_w = samples.power_w;
    BalanceOptions options;
    options.ambient_c = rle.ambient_c;
    const Balance balance = balance_energy(input, options);
    if (!balance.tau_th.value_s) {
        throw Error(ErrorKind::insufficient_data, samples.name,
                    "its thermal time constant cannot be fitted to this session",
                    "give --tau-sustain SECONDS");
    }
    return *balance.tau_th.value_s;
}

void warn_where_rle_is_missing(const DeviceSamples& samples, const RleSeries& series, const RleOptions& rle,
                               std::vector<std::string>& warnings) {
    for (const auto& [column, values] : {std::pair{"temp_c", &samples.temp_c},
                                         {"power_w", &samples.power_w},
                                         {"util_pct", &samples.util_pct}}) {
        if (!any_finite(*values)) {
            warnings.push_back(fmt::format("{}: no reading of {}, so there is no RLE", samples.name, column));
            return;
        }
    }
    if (rle.stability != StabilityTerm::ha) return;
    const auto cold = std::count_if(samples.temp_c.begin(), samples.temp_c.end(),
                                    [&](double t) { return t <= rle.ambient_c; });
    if (cold > 0) {
        warnings.push_back(
            fmt::format("{}: {} of {} samples are not warmer than the ambient of {:g} degC; give --ambient",
                        samples.name, cold, series.rle.size(), rle.ambient_c));
    }
}

}  // namespace

DeviceRle rle_of_device(const DeviceSamples& samples, const AlignOptions& options,
                        std::vector<std::string>& warnings) {
    const auto known = options.limits.find(samples.name);
    const DeviceLimits limits = known == options.limits.end() ? DeviceLimits{} : known->second;
    RleOptions rle = options.rle;
    rle.rated_power_w = rated_power(samples, options, limits, warnings);
    rle.temp_limit_c = temp_limit(samples, options, limits, warnings);
    if (rle.sustain == SustainTerm::constant) rle.constant_tau_s = options.constant_tau_s.value_or(0.0);
    if (rle.sustain == SustainTerm::constant && !options.constant_tau_s)
        rle.constant_tau_s = fitted_tau(samples, rle);

    DeviceRle out;
    out.series = compute_rle(samples.t_s, samples.temp_c, samples.power_w, samples.util_pct, rle);
    out.collapse = collapse_flags(samples.t_s, samples.temp_c, out.series, rle.temp_limit_c);
    warn_where_rle_is_missing(samples, out.series, rle, warnings);
    return out;
}

}  // namespace rle
