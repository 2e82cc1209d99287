// Random numbers that are the same on every machine and every run: xoshiro256** seeded by splitmix64, and the
// transforms that the standard library leaves to each implementation. Blackman & Vigna, "Scrambled linear
// pseudorandom number generators", ACM TOMS 47 (2021).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace rle {

class Random {
  public:
    /// Different streams of one seed are unrelated sequences.
    explicit Random(std::uint64_t seed, std::uint64_t stream = 0);

    std::uint64_t bits();  ///< 64 random bits
    double uniform();      ///< in [0, 1)
    double uniform(double low, double high) { return low + (high - low) * uniform(); }
    double normal();                   ///< standard normal
    double student_t(int degrees);     ///< heavy-tailed; variance degrees / (degrees - 2)
    std::size_t below(std::size_t n);  ///< 0 to n - 1, each equally likely

  private:
    std::array<std::uint64_t, 4> state_{};
    double spare_ = 0.0;
    bool has_spare_ = false;
};

}  // namespace rle
