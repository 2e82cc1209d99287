#include "core/align/device_rle.hpp"

#include <fmt/format.h>

#include "rlecouple/balance.hpp"
#include "rlecouple/error.hpp"

namespace rle {
namespace {

constexpr double kUsualGpuLimit = 83.0;  // degC; where desktop GPUs begin to throttle
constexpr double kUsualCpuLimit = 95.0;  // degC
constexpr double kAnyRating = 1.0;       // W; without any power there is no RLE, whatever the rating

using Chosen = Choice<double>;

// Missing where there is no power either.
std::optional<Chosen> rated_power(const std::string& name, const DeviceFacts& facts,
                                  const AlignOptions& options, const DeviceLimits& limits,
                                  std::vector<std::string>& warnings) {
    if (options.rated_power_w) return Chosen{*options.rated_power_w, ChoiceFrom::given};
    if (limits.rated_power_w) return Chosen{*limits.rated_power_w, ChoiceFrom::session};
    if (facts.power_limit_w) return Chosen{*facts.power_limit_w, ChoiceFrom::telemetry};
    const double top = facts.largest_power_w;
    if (!(top > 0.0)) return std::nullopt;
    warnings.push_back(fmt::format(
        "{}: rated power unknown, its largest power of {:g} W stands for it; give --rated-power", name, top));
    return Chosen{top, ChoiceFrom::assumed};
}

Chosen temp_limit(const std::string& name, const AlignOptions& options, const DeviceLimits& limits,
                  std::vector<std::string>& warnings) {
    if (options.temp_limit_c) return {*options.temp_limit_c, ChoiceFrom::given};
    if (limits.temp_limit_c) return {*limits.temp_limit_c, ChoiceFrom::session};
    const double usual = name.starts_with("cpu") ? kUsualCpuLimit : kUsualGpuLimit;
    warnings.push_back(
        fmt::format("{}: temperature limit unknown, {:g} degC assumed; give --temp-limit", name, usual));
    return {usual, ChoiceFrom::assumed};
}

void warn_where_rle_is_missing(const std::string& name, const DeviceFacts& facts, const RleOptions& rle,
                               std::vector<std::string>& warnings) {
    for (const auto& [column, any] :
         {std::pair{"temp_c", facts.any_temp}, {"power_w", facts.any_power}, {"util_pct", facts.any_util}}) {
        if (!any) {
            warnings.push_back(fmt::format("{}: no reading of {}, so there is no RLE", name, column));
            return;
        }
    }
    if (rle.stability != StabilityTerm::ha || facts.cold == 0) return;
    warnings.push_back(
        fmt::format("{}: {} of {} samples are not warmer than the ambient of {:g} degC; give --ambient", name,
                    facts.cold, facts.samples, rle.ambient_c));
}

double fitted_tau(const std::string& name, const DeviceSamples& samples, double ambient_c) {
    BalanceInput input;
    input.t_s = samples.t_s;
    input.temp_c = samples.temp_c;
    input.power_w = samples.power_w;
    BalanceOptions options;
    options.ambient_c = ambient_c;
    const Balance balance = balance_energy(input, options);
    if (!balance.tau_th.value_s) {
        throw Error(ErrorKind::insufficient_data, name,
                    "its thermal time constant cannot be fitted to this session",
                    "give --tau-sustain SECONDS");
    }
    return *balance.tau_th.value_s;
}

// What is told of the device itself goes before what is told of all.
DeviceLimits limits_of(const std::string& name, const AlignOptions& options) {
    const auto known = options.limits.find(name);
    DeviceLimits limits = known == options.limits.end() ? DeviceLimits{} : known->second;
    if (!limits.rated_power_w) limits.rated_power_w = options.other_limits.rated_power_w;
    if (!limits.temp_limit_c) limits.temp_limit_c = options.other_limits.temp_limit_c;
    return limits;
}

}  // namespace

DeviceRle rle_of_device(const std::string& name, const DeviceFacts& facts, const DeviceSamples& samples,
                        const AlignOptions& options, std::vector<std::string>& warnings) {
    const DeviceLimits limits = limits_of(name, options);
    DeviceRle device;
    device.options = options.rle;
    device.choices.device = name;
    RleOptions& rle = device.options;
    DeviceChoices& choices = device.choices;
    choices.rated_power_w = rated_power(name, facts, options, limits, warnings);
    choices.temp_limit_c = temp_limit(name, options, limits, warnings);
    rle.rated_power_w = choices.rated_power_w ? choices.rated_power_w->value : kAnyRating;
    rle.temp_limit_c = choices.temp_limit_c.value;
    if (rle.sustain == SustainTerm::constant) {
        choices.tau_sustain_s = options.constant_tau_s
                                    ? Chosen{*options.constant_tau_s, ChoiceFrom::given}
                                    : Chosen{fitted_tau(name, samples, rle.ambient_c), ChoiceFrom::fitted};
        rle.constant_tau_s = choices.tau_sustain_s->value;
    }
    warn_where_rle_is_missing(name, facts, rle, warnings);
    return device;
}

}  // namespace rle
