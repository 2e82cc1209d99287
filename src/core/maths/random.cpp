#include "core/maths/random.hpp"

#include <cmath>

namespace rle {
namespace {

std::uint64_t splitmix64(std::uint64_t& state) {
    std::uint64_t z = (state += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}

}  // namespace

Random::Random(std::uint64_t seed, std::uint64_t stream) {
    std::uint64_t mix = stream;
    std::uint64_t start = seed ^ splitmix64(mix);
    for (std::uint64_t& word : state_) word = splitmix64(start);
}

double Random::uniform() {
    return static_cast<double>(bits() >> 11) * 0x1.0p-53;
}

// Marsaglia's polar method, which gives two at a time.
double Random::normal() {
    if (has_spare_) {
        has_spare_ = false;
        return spare_;
    }
    double u = 0.0, v = 0.0, s = 0.0;
    do {
        u = uniform(-1.0, 1.0);
        v = uniform(-1.0, 1.0);
        s = u * u + v * v;
    } while (s >= 1.0 || s == 0.0);
    const double scale = std::sqrt(-2.0 * std::log(s) / s);
    spare_ = v * scale;
    has_spare_ = true;
    return u * scale;
}

double Random::student_t(int degrees) {
    double chi2 = 0.0;
    for (int i = 0; i < degrees; ++i) {
        const double z = normal();
        chi2 += z * z;
    }
    return normal() / std::sqrt(chi2 / degrees);
}

// Multiply-shift without rejection: the bias is below n / 2^32.
std::size_t Random::below(std::size_t n) {
    return static_cast<std::size_t>(((bits() >> 32) * static_cast<std::uint64_t>(n)) >> 32);
}

}  // namespace rle
