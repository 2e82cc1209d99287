#include "support/sessions.hpp"

#include <fmt/format.h>

#include <cmath>
#include <sstream>

#include "support/process.hpp"

namespace rle::test {
namespace {

constexpr double kConductance = 4.0;    // W/degC
constexpr double kHeatCapacity = 80.0;  // J/degC
constexpr double kAmbient = 21.0;       // degC

std::string stamp(double t_s) {
    const int whole = static_cast<int>(t_s);
    return fmt::format("2026-03-01T12:{:02d}:{:02d}.{:06d}Z", whole / 60 % 60, whole % 60,
                       static_cast<int>((t_s - whole) * 1e6 + 0.5));
}

}  // namespace

MadeSession make_session(int seconds, unsigned long long seed) {
    MadeSession session;
    Noise noise(seed);
    session.telemetry_csv = "timestamp,t_s,device,temp_c,power_w,util_pct,fan_pct,note\n";
    session.training_csv = "timestamp,t_s,step,epoch,loss,grad_norm,learning_rate\n";
    double temp = 35.0;
    for (int t = 0; t < seconds; ++t) {
        const double power = t / 15 % 2 == 0 ? 160.0 + 3.0 * noise() : 60.0 + 3.0 * noise();
        session.telemetry_csv += fmt::format("{},{},gpu,{:.3f},{:.2f},{:.0f},40,\"a, b\"\n", stamp(t), t,
                                             temp, power, power > 100.0 ? 95.0 : 30.0);
        const double settled =
            kAmbient + power / kConductance;  // the power holds for a second: the exact solution
        temp = settled + (temp - settled) * std::exp(-kConductance / kHeatCapacity);
        double mean = 0.0;
        for (int half = 0; half < 2; ++half) {
            const double norm = 2.0 + noise();
            const double at = t + 0.25 * half;
            session.training_csv += fmt::format("{},{},{},{},{:.4f},{:.6f},0.001\n", stamp(at), at,
                                                2 * t + half + 1, 0.01 * t, 4.0 - 0.01 * t, norm);
            mean += norm / 2.0;
        }
        session.grad_norm_per_second.push_back(mean);
    }
    return session;
}

void write_session(const std::filesystem::path& folder, const MadeSession& session) {
    std::filesystem::create_directories(folder);
    write_file(folder / "telemetry.csv", session.telemetry_csv);
    write_file(folder / "training.csv", session.training_csv);
}

std::string coupled_table(int samples, int delay, unsigned long long seed) {
    Noise noise(seed);
    std::vector<double> g;
    for (int t = 0; t < samples; ++t) g.push_back(2.0 + noise());
    std::string text = "t_s,grad_norm,rle\n";
    for (int t = 0; t < samples; ++t) {
        const double past = t >= delay ? g[static_cast<std::size_t>(t - delay)] : 2.0;
        text += fmt::format("{},{},{}\n", t, g[static_cast<std::size_t>(t)],
                            0.6 - 0.1 * (past - 2.0) + 0.01 * noise());
    }
    return text;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

}  // namespace rle::test
