#include "core/glitches.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/order_statistics.hpp"
#include "core/series.hpp"
#include "core/thermal_search.hpp"

namespace rle {
namespace {

constexpr double kFar = 8.0;          // robust standard deviations
constexpr double kLeastJump = 1.0;    // degC
constexpr double kLeastSteps = 3.0;   // of the sensor's resolution
constexpr std::size_t kOneIn = 50;    // reading, as many are looked at
constexpr std::size_t kFewest = 3;    // at least
constexpr double kSdPerMad = 1.4826;  // of normal errors

// A reading between the ones before and after it.
struct Jump {
    std::size_t at = 0, before = 0, after = 0;
    double size_c = 0.0;        // the smaller of the two steps, degC; 0 where both do not point one way
    double rate_c_per_s = 0.0;  // the smaller of both
    double off_c = 0.0;         // from the straight line between the neighbours
};

double robust_sd(std::vector<double> errors) {
    if (errors.empty()) return 0.0;
    for (double& e : errors) e = std::abs(e);
    return kSdPerMad * quantile(errors, 0.5);
}

Jump jump_of(const ThermalSamples& s, std::size_t before, std::size_t at, std::size_t after) {
    const double up = s.temp_c[at] - s.temp_c[before], down = s.temp_c[at] - s.temp_c[after];
    const double dt_up = s.t_s[at] - s.t_s[before], dt_down = s.t_s[after] - s.t_s[at];
    Jump out{at, before, after};
    out.off_c = (up * dt_down + down * dt_up) / (dt_up + dt_down);
    if (up * down <= 0.0) return out;
    out.size_c = std::min(std::abs(up), std::abs(down));
    out.rate_c_per_s = std::min(std::abs(up) / dt_up, std::abs(down) / dt_down);
    return out;
}

// Of the first or last reading, from the next two: where the next one is the glitch, these two agree.
Jump jump_at_end(const ThermalSamples& s, std::size_t at, std::size_t beside, std::size_t beyond) {
    const double step = s.temp_c[at] - s.temp_c[beside], two = s.temp_c[at] - s.temp_c[beyond];
    Jump out{at, beside, beside};
    out.off_c = step;
    if (step * two <= 0.0) return out;
    out.size_c = std::min(std::abs(step), std::abs(two));
    out.rate_c_per_s = std::abs(step / (s.t_s[at] - s.t_s[beside]));
    return out;
}

std::vector<Jump> all_jumps(const ThermalSamples& s) {
    std::vector<std::size_t> read;
    for (std::size_t i = 0; i < s.size(); ++i) {
        if (!std::isnan(s.temp_c[i])) read.push_back(i);
    }
    std::vector<Jump> out;
    if (read.size() < 3) return out;
    out.push_back(jump_at_end(s, read[0], read[1], read[2]));
    const std::size_t n = read.size();
    out.push_back(jump_at_end(s, read[n - 1], read[n - 2], read[n - 3]));
    for (std::size_t k = 1; k + 1 < read.size(); ++k) {
        out.push_back(jump_of(s, read[k - 1], read[k], read[k + 1]));
    }
    return out;
}

// A reading beside a glitch jumps too, by less: of neighbours the greatest jump stays, and of all the `most`
// greatest.
std::vector<Jump> greatest_of(std::vector<Jump> jumps, std::size_t most) {
    const auto greater = [](const Jump& a, const Jump& b) { return a.size_c > b.size_c; };
    std::stable_sort(jumps.begin(), jumps.end(), greater);
    std::set<std::size_t> taken;
    std::vector<Jump> out;
    for (const Jump& j : jumps) {
        if (taken.count(j.before) + taken.count(j.after) > 0) continue;
        if (out.size() == most) break;
        taken.insert(j.at);
        out.push_back(j);
    }
    std::sort(out.begin(), out.end(), [](const Jump& a, const Jump& b) { return a.at < b.at; });
    return out;
}

// The readings that jump away and back by far more than readings do here: glitches, and where the power turns
// sharply.
std::vector<Jump> lone_jumps(const ThermalSamples& s) {
    std::vector<Jump> jumps = all_jumps(s);
    std::vector<double> off;
    for (const Jump& j : jumps) off.push_back(j.off_c);
    const double least = std::max(
        {kLeastJump, kLeastSteps * thermal::resolution_of(s.temp_c), kFar * robust_sd(std::move(off))});
    const std::size_t most = std::max(kFewest, jumps.size() / kOneIn);
    jumps.erase(std::remove_if(jumps.begin(), jumps.end(), [=](const Jump& j) { return j.size_c <= least; }),
                jumps.end());
    return greatest_of(std::move(jumps), most);
}

ThermalSamples without(ThermalSamples samples, const std::vector<Jump>& jumps) {
    for (const Jump& j : jumps) samples.temp_c[j.at] = kMissing;
    return samples;
}

// degC/s, the fastest that all the power at once could move the node that the sensor reads.
double fastest(const ThermalSamples& samples, const ThermalConstants& constants) {
    return *std::max_element(samples.power_w.begin(), samples.power_w.end()) / constants.C_die;
}

// Those of `jumps` that the model, fitted without them, rules out.
std::vector<Jump> ruled_out(const ThermalSamples& samples, const std::vector<Jump>& jumps,
                            const ThermalResult& fitted) {
    const std::vector<double>& model = fitted.fit.simulated_c;
    if (model.empty()) return {};
    const ThermalSamples others = without(samples, jumps);
    std::vector<double> left;
    for (std::size_t i = 0; i < model.size(); ++i) {
        if (!std::isnan(others.temp_c[i])) left.push_back(others.temp_c[i] - model[i]);
    }
    const double sd = robust_sd(std::move(left)), limit = fastest(samples, fitted.constants);
    std::vector<Jump> out;
    std::copy_if(jumps.begin(), jumps.end(), std::back_inserter(out), [&](const Jump& j) {
        return std::abs(samples.temp_c[j.at] - model[j.at]) > kFar * sd && j.rate_c_per_s > limit;
    });
    return out;
}

std::string glitch_words(const ThermalSamples& s, const std::vector<Jump>& jumps, double limit) {
    const Jump& first = jumps.front();
    const std::string count =
        jumps.size() == 1
            ? "1 temperature reading was left out of the fit as a glitch"
            : fmt::format("{} temperature readings were left out of the fit as glitches", jumps.size());
    return fmt::format(
        "{}: {:.4g} degC at {:.6g} s{}, between readings of {:.4g} and {:.4g} degC, where the power moves it "
        "by at most {:.3g} degC a second",
        count, s.temp_c[first.at], s.t_s[first.at], jumps.size() == 1 ? "" : " is the first",
        s.temp_c[first.before], s.temp_c[first.after], limit);
}

}  // namespace

ThermalResult fit_without_glitches(ThermalSamples& samples, const ThermalOptions& options) {
    const std::vector<Jump> jumps = lone_jumps(samples);
    if (jumps.empty()) return fit_thermal(samples, options);
    ThermalResult result = fit_thermal(without(samples, jumps), options);
    const std::vector<Jump> glitches = ruled_out(samples, jumps, result);
    const double limit = fastest(samples, result.constants);
    const std::string words = glitches.empty() ? "" : glitch_words(samples, glitches, limit);
    samples = without(std::move(samples), glitches);
    if (glitches.size() < jumps.size()) result = fit_thermal(samples, options);
    if (!words.empty()) result.warnings.insert(result.warnings.begin(), words);
    return result;
}

}  // namespace rle
