// Small made-up sessions for tests of the real binary. Everything is deterministic.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace rle::test {

/// Reproducible noise, uniform in [-1, 1) (a linear congruential generator; Knuth's MMIX constants).
class Noise {
  public:
    explicit Noise(unsigned long long seed) : state_(seed) {}
    double operator()() {
        state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
        return static_cast<double>(state_ >> 11) / static_cast<double>(1ULL << 52) - 1.0;
    }

  private:
    unsigned long long state_;
};

struct MadeSession {
    std::string telemetry_csv;  ///< one device "gpu" at 1 Hz, with timestamp and t_s
    std::string training_csv;   ///< two steps a second
    std::vector<double> grad_norm_per_second;
};

/// `seconds` of a device between 60 and 160 W that follows C dT/dt = P - hA (T - 21), hA = 4 W/degC, C = 80
/// J/degC.
MadeSession make_session(int seconds, unsigned long long seed = 1);

/// Writes both files into `folder`.
void write_session(const std::filesystem::path& folder, const MadeSession& session);

/// A table t_s,grad_norm,rle in which rle falls by 0.1 a unit of the gradient norm `delay` samples later.
std::string coupled_table(int samples, int delay, unsigned long long seed = 7);

/// The lines of a text without their ends.
std::vector<std::string> lines_of(const std::string& text);

}  // namespace rle::test
