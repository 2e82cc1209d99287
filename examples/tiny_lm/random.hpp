// Random numbers that are the same on every machine: std::mt19937_64 is specified to the bit, the
// distributions are not.
#pragma once

#include <cstdint>
#include <random>

namespace tiny_lm {

class Random {
  public:
    explicit Random(std::uint64_t seed) : engine_(seed) {}

    /// Uniform in [0, 1), 53 bits.
    double uniform() { return static_cast<double>(engine_() >> 11) * 0x1.0p-53; }
    /// Uniform in {0, ..., n - 1}; n > 0.
    int below(int n) { return static_cast<int>(uniform() * n); }

  private:
    std::mt19937_64 engine_;
};

}  // namespace tiny_lm
