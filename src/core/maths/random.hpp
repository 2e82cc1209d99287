// Random numbers that are the same on every machine and every run: xoshiro256** seeded by splitmix64, and the
// transforms that the standard library leaves to each implementation. Blackman & Vigna, "Scrambled linear
// pseudorandom number generators", ACM TOMS 47 (2021).
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace rle {

class Random {
  public:
    /// Different streams of one seed are unrelated sequences.
    explicit Random(std::uint64_t seed, std::uint64_t stream = 0);

    /// 64 random bits. Here, since shuffles ask for millions.
    std::uint64_t bits() {
        const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
        const std::uint64_t t = state_[1] << 17;
        state_[2] ^= state_[0];
        state_[3] ^= state_[1];
        state_[1] ^= state_[2];
        state_[0] ^= state_[3];
        state_[2] ^= t;
        state_[3] = std::rotl(state_[3], 45);
        return result;
    }
    double uniform();  ///< in [0, 1)
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
