#include "core/thermal/energy_in.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/thermal/conservation.hpp"
#include "core/thermal/lost_rows.hpp"
#include "rlecouple/counted.hpp"

namespace rle {
namespace {

constexpr double kMatters = 0.002;    // of the energy: its 95 % interval, for a warning
constexpr double kQuantile95 = 1.96;  // of the normal law

}  // namespace

EnergyIn energy_in(std::span<const double> t_s, std::span<const double> power_w, double longest_s) {
    const LostRows lost(t_s, power_w, longest_s);
    EnergyIn out;
    double variance = 0.0;
    for (std::size_t i = 0; i + 1 < t_s.size(); ++i) {
        const double dt = t_s[i + 1] - t_s[i];
        if (dt > longest_s) continue;
        out.joules += held_watts(lost, t_s, power_w, i) * dt;
        out.seconds += dt;
        if (!lost.at(i)) continue;
        ++out.bridged;
        out.bridged_s += dt - lost.usual_s();
        variance += lost.variance(i) * dt * dt;
    }
    out.bridged_sd_j = std::sqrt(variance);
    return out;
}

void note_bridged(const EnergyIn& in, std::vector<std::string>& warnings) {
    const double half_j = kQuantile95 * in.bridged_sd_j;
    if (in.bridged == 0 || half_j <= kMatters * std::abs(in.joules)) return;
    warnings.push_back(fmt::format(
        "samples are missing in {}, and the power was bridged there for {:.3g} s: that alone leaves the "
        "energy in unsure by +-{:.3g} J ({:.2g} %), and with it the closure and the comparison with a "
        "counter",
        counted(in.bridged, "interval"), in.bridged_s, half_j, 100.0 * half_j / std::abs(in.joules)));
}

std::vector<double> energy_since_start(const std::vector<double>& t_s, const std::vector<double>& power_w) {
    std::vector<double> read_s, watts;
    for (std::size_t i = 0; i < t_s.size(); ++i) {
        if (!std::isfinite(power_w[i])) continue;
        read_s.push_back(t_s[i]);
        watts.push_back(power_w[i]);
    }
    const double longest_s = longest_interval(read_s);
    const LostRows lost(read_s, watts, longest_s);
    std::vector<double> out(t_s.size(), 0.0);
    double joules = 0.0;
    for (std::size_t i = 0, k = 0; i < t_s.size(); ++i) {  // k: readings up to row i
        if (std::isfinite(power_w[i])) {
            const double dt = k > 0 ? read_s[k] - read_s[k - 1] : 0.0;
            if (k > 0 && dt <= longest_s) joules += held_watts(lost, read_s, watts, k - 1) * dt;
            ++k;
        }
        out[i] = joules;
    }
    return out;
}

}  // namespace rle
