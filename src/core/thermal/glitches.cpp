#include "core/thermal/glitches.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/maths/order_statistics.hpp"
#include "core/maths/series.hpp"
#include "core/thermal/thermal_search.hpp"

namespace rle {
namespace {

constexpr double kFar = 8.0;          // robust standard deviations
constexpr double kLeastJump = 1.0;    // degC
constexpr double kLeastSteps = 3.0;   // of the sensor's resolution
constexpr std::size_t kOneIn = 50;    // reading, as many are looked at
constexpr std::size_t kFewest = 3;    // at least
constexpr double kSdPerMad = 1.4826;  // of normal errors

double robust_sd(std::vector<double> errors) {
    if (errors.empty()) return 0.0;
    for (double& e : errors) e = std::abs(e);
    return kSdPerMad * quantile_reordering(errors, 0.5);
}

Jump jump_of(const ThermalView& s, std::size_t before, std::size_t at, std::size_t after) {
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
Jump jump_at_end(const ThermalView& s, std::size_t at, std::size_t beside, std::size_t beyond) {
    const double step = s.temp_c[at] - s.temp_c[beside], two = s.temp_c[at] - s.temp_c[beyond];
    Jump out{at, beside, beside};
    out.off_c = step;
    if (step * two <= 0.0) return out;
    out.size_c = std::min(std::abs(step), std::abs(two));
    out.rate_c_per_s = std::abs(step / (s.t_s[at] - s.t_s[beside]));
    return out;
}

// The first three rows with a reading, or the last three, from the end inwards.
template <class Rows>
std::vector<std::size_t> three_read(const ThermalView& s, Rows rows) {
    std::vector<std::size_t> out;
    for (std::size_t k = 0; k < s.size() && out.size() < 3; ++k) {
        if (!std::isnan(s.temp_c[rows(k)])) out.push_back(rows(k));
    }
    return out;
}

// Hands over the jumps of all readings: both ends', then the others' in order. One that is not handed on
// takes no place: a long session's would be many.
template <class Take>
void visit_jumps(const ThermalView& s, Take take) {
    const std::vector<std::size_t> first = three_read(s, [](std::size_t k) { return k; });
    if (first.size() < 3) return;
    const std::vector<std::size_t> last = three_read(s, [&](std::size_t k) { return s.size() - 1 - k; });
    take(jump_at_end(s, first[0], first[1], first[2]));
    take(jump_at_end(s, last[0], last[1], last[2]));
    std::size_t before = first[0], at = first[1];
    for (std::size_t i = at + 1; i < s.size(); ++i) {
        if (std::isnan(s.temp_c[i])) continue;
        take(jump_of(s, before, at, i));
        before = at;
        at = i;
    }
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

void leave_out(const std::vector<Jump>& jumps, std::vector<double>& temp_c) {
    for (const Jump& j : jumps) temp_c[j.at] = kMissing;
}

// degC/s, the fastest that all the power at once could move the node that the sensor reads.
double fastest(const ThermalView& samples, const ThermalConstants& constants) {
    return *std::max_element(samples.power_w.begin(), samples.power_w.end()) / constants.C_die;
}

// Those of `jumps`, which `samples` are without, that the model fitted without them rules out.
std::vector<Jump> ruled_out(const ThermalView& samples, const std::vector<Jump>& jumps,
                            const std::vector<double>& readings, const ThermalResult& fitted) {
    const std::vector<double>& model = fitted.fit.simulated_c;
    if (model.empty()) return {};
    std::vector<double> left;
    for (std::size_t i = 0; i < model.size(); ++i) {
        if (!std::isnan(samples.temp_c[i])) left.push_back(samples.temp_c[i] - model[i]);
    }
    const double sd = robust_sd(std::move(left)), limit = fastest(samples, fitted.constants);
    std::vector<Jump> out;
    for (std::size_t k = 0; k < jumps.size(); ++k) {
        const Jump& j = jumps[k];
        if (std::abs(readings[k] - model[j.at]) > kFar * sd && j.rate_c_per_s > limit) out.push_back(j);
    }
    return out;
}

std::string glitch_words(const ThermalView& s, const std::vector<Jump>& jumps, double limit) {
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

std::vector<Jump> lone_jumps(const ThermalView& s) {
    std::vector<double> off;
    off.reserve(s.size());
    visit_jumps(s, [&](const Jump& j) { off.push_back(j.off_c); });
    const std::size_t most = std::max(kFewest, off.size() / kOneIn);
    const double least = std::max(
        {kLeastJump, kLeastSteps * thermal::resolution_of(s.temp_c), kFar * robust_sd(std::move(off))});
    std::vector<Jump> jumps;
    visit_jumps(s, [&](const Jump& j) {
        if (!(j.size_c <= least)) jumps.push_back(j);
    });
    return greatest_of(std::move(jumps), most);
}

ThermalResult fit_without_glitches(const ThermalView& samples, std::vector<double>& temp_c,
                                   const std::vector<Jump>& jumps, const ThermalOptions& options) {
    if (jumps.empty()) return fit_thermal(samples, options);
    std::vector<double> readings;
    for (const Jump& j : jumps) readings.push_back(temp_c[j.at]);
    leave_out(jumps, temp_c);
    ThermalResult result = fit_thermal(samples, options);
    const std::vector<Jump> glitches = ruled_out(samples, jumps, readings, result);
    for (std::size_t k = 0; k < jumps.size(); ++k) temp_c[jumps[k].at] = readings[k];
    const std::string words =
        glitches.empty() ? "" : glitch_words(samples, glitches, fastest(samples, result.constants));
    leave_out(glitches, temp_c);
    if (glitches.size() < jumps.size()) result = fit_thermal(samples, options);
    if (!words.empty()) result.warnings.insert(result.warnings.begin(), words);
    return result;
}

}  // namespace rle
