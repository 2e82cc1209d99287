#include "formats/text/decimal.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace rle::formats {
namespace {

__extension__ typedef unsigned __int128 Wide;  // 64 by 64 bits in full

constexpr double kLargestWhole = 9007199254740992.0;  // 2^53: every whole double below it is exact
constexpr std::size_t kMostDigits = 15;               // any decimal of so many is told from its neighbours

constexpr auto kPowersOfTen = [] {
    std::array<std::uint64_t, 20> powers{};
    std::uint64_t power = 1;
    for (std::uint64_t& p : powers) {
        p = power;
        power *= 10;
    }
    return powers;
}();

constexpr auto kPairs = [] {
    std::array<char, 200> digits{};
    for (std::size_t i = 0; i < 100; ++i) {
        digits[2 * i] = static_cast<char>('0' + i / 10);
        digits[2 * i + 1] = static_cast<char>('0' + i % 10);
    }
    return digits;
}();

// Eight digits by divisions that do not wait for one another.
void write_eight(char* to, std::uint32_t value) {
    const std::uint32_t high = value / 10000, low = value % 10000;
    std::memcpy(to, kPairs.data() + 2 * (high / 100), 2);
    std::memcpy(to + 2, kPairs.data() + 2 * (high % 100), 2);
    std::memcpy(to + 4, kPairs.data() + 2 * (low / 100), 2);
    std::memcpy(to + 6, kPairs.data() + 2 * (low % 100), 2);
}

// Exactly `count` digits of `value`, from the right.
void write_digits(char* to, std::uint64_t value, std::size_t count) {
    constexpr std::uint64_t kEight = 100'000'000;
    for (; count >= 8; value /= kEight) {
        count -= 8;
        write_eight(to + count, static_cast<std::uint32_t>(value % kEight));
    }
    for (; count >= 2; value /= 100) {
        count -= 2;
        std::memcpy(to + count, kPairs.data() + 2 * (value % 100), 2);
    }
    if (count == 1) *to = static_cast<char>('0' + value);
}

char* write_whole(char* to, std::uint64_t value) {
    std::size_t count = 1;
    while (count < kPowersOfTen.size() && value >= kPowersOfTen[count]) ++count;
    write_digits(to, value, count);
    return to + count;
}

// digits / 10^decimals, decimals > 0; `whole` is its whole part.
char* write_fixed(char* to, std::uint64_t digits, std::size_t decimals, std::uint64_t whole) {
    to = write_whole(to, whole);
    *to++ = '.';
    write_digits(to, digits - whole * kPowersOfTen[decimals], decimals);
    return to + decimals;
}

// The digits of a number below 10^8, one a byte, the first in the lowest: halves, quarters and eighths of the
// number are divided side by side in one word.
std::uint64_t eight_digits(std::uint64_t value) {
    constexpr std::uint64_t kHundredths = 10486,
                            kTenths = 103;  // of 2^20 and 2^10, exact for four and two digits
    const std::uint64_t high = value / 10000;
    const std::uint64_t fours = high | (value - high * 10000) << 32U;
    const std::uint64_t hundreds = (fours * kHundredths >> 20U) & 0x0000007F'0000007F;
    const std::uint64_t twos = hundreds | (fours - hundreds * 100) << 16U;
    const std::uint64_t tens = (twos * kTenths >> 10U) & 0x000F000F'000F000F;
    return tens | (twos - tens * 10) << 8U;
}

// Eight characters, of which the first stands in the lowest byte.
void put_eight(char* to, std::uint64_t digits) {
    constexpr std::uint64_t kZeros = 0x30303030'30303030;
    digits |= kZeros;
    if constexpr (std::endian::native == std::endian::little) {
        std::memcpy(to, &digits, sizeof digits);
    } else {
        for (unsigned i = 0; i < 8; ++i) to[i] = static_cast<char>(digits >> (8 * i) & 0xFFU);
    }
}

// Numbers with at most six decimals, as sensors and grids have them: found by trying. Not for whole ones.
char* try_six_decimals(char* to, double value) {
    constexpr double kRounding = 0x1p-51;
    const double scaled = value * 1e6;
    const auto millionths = static_cast<std::uint64_t>(scaled + 0.5);
    const auto nearest = static_cast<double>(millionths);
    if (std::abs(scaled - nearest) > kRounding * scaled || nearest / 1e6 != value) return nullptr;
    const std::uint64_t whole = millionths / 1'000'000;
    to = write_whole(to, whole);
    *to++ = '.';
    const std::uint64_t decimals = eight_digits((millionths - whole * 1'000'000) * 100);
    put_eight(to, decimals);
    return to + (8 - static_cast<unsigned>(std::countl_zero(decimals)) / 8);
}

// A stretch of the integers, in units of 10^-decimals.
struct Stretch {
    std::uint64_t low, high;
};

// For values in [1e-3, 1e9) that are no power of two. 2 m 10^p fits into 128 bits, so that the value, and the
// ends of the interval that rounds to it, are known exactly as fixed-point numbers of `point` binary places.
struct Scaled {
    Wide value;
    std::uint64_t reach;  // from the value to either end of its interval
    unsigned point;
    bool ends_belong;  // the ends round to an even mantissa, that is, to this value

    std::uint64_t whole() const { return static_cast<std::uint64_t>(value >> point); }
    std::uint64_t fraction() const {
        return static_cast<std::uint64_t>(value) & ((std::uint64_t{1} << point) - 1);
    }
    Stretch integers_within() const {
        const Wide low = value - reach, high = value + reach;
        const std::uint64_t mask = (std::uint64_t{1} << point) - 1;
        const bool low_exact = (static_cast<std::uint64_t>(low) & mask) == 0;
        const bool high_exact = (static_cast<std::uint64_t>(high) & mask) == 0;
        return {static_cast<std::uint64_t>(low >> point) + (low_exact && ends_belong ? 0 : 1),
                static_cast<std::uint64_t>(high >> point) - (high_exact && !ends_belong ? 1 : 0)};
    }
    // The multiple of 10^dropped nearest to the value, in those units; of two equally near the even one.
    std::uint64_t nearest(std::size_t dropped) const {
        const std::uint64_t unit = kPowersOfTen[dropped];
        const std::uint64_t quotient = dropped == 1 ? whole() / 10 : whole() / unit;
        const std::uint64_t rest = whole() - quotient * unit, part = fraction();
        // twice the remainder against the unit; the binary fraction decides where the whole part is even with
        // it
        std::uint64_t twice = 2 * rest, below = unit;
        bool sticky = part != 0;
        if (dropped == 0) {
            twice = part;
            below = std::uint64_t{1} << (point - 1);
            sticky = false;
        }
        if (twice > below || (twice == below && (sticky || quotient % 2 == 1))) return quotient + 1;
        return quotient;
    }
};

// Places behind the point that make 17 digits of `value`.
std::size_t decimals_of_seventeen(double value) {
    constexpr std::array kBounds{1e-2, 1e-1, 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8};
    std::size_t decimals = 19;
    for (std::size_t i = 0; i < kBounds.size() && value >= kBounds[i]; ++i) --decimals;
    return decimals;
}

char* write_seventeen(char* to, double value) {
    const std::size_t decimals = decimals_of_seventeen(value);
    const auto bits = std::bit_cast<std::uint64_t>(value);
    const auto exponent = static_cast<unsigned>(bits >> 52U) & 0x7FFU;
    const std::uint64_t mantissa = (bits & ((std::uint64_t{1} << 52U) - 1)) | (std::uint64_t{1} << 52U);
    const std::uint64_t scale = kPowersOfTen[decimals];
    // value = mantissa 2^(exponent - 1075); one more binary place holds the interval's ends
    const Scaled scaled{Wide{2 * mantissa} * scale, scale, 1076 - exponent, mantissa % 2 == 0};
    Stretch stretch = scaled.integers_within();
    std::size_t dropped = 0;
    for (; dropped < decimals; ++dropped) {
        const Stretch shorter{(stretch.low + 9) / 10, stretch.high / 10};
        if (shorter.low > shorter.high) break;
        stretch = shorter;
    }
    const std::uint64_t digits = stretch.low == stretch.high
                                     ? stretch.low
                                     : std::clamp(scaled.nearest(dropped), stretch.low, stretch.high);
    // Whole numbers are doubles of their own, so that none lies between a value and what stands for it.
    return write_fixed(to, digits, decimals - dropped, static_cast<std::uint64_t>(value));
}

bool is_power_of_two(double value) {
    return (std::bit_cast<std::uint64_t>(value) & ((std::uint64_t{1} << 52U) - 1)) == 0;
}

}  // namespace

char* write_shortest(char* to, double value) {
    double size = std::abs(value);
    if (size < kLargestWhole && size == std::trunc(size)) {
        if (size == 0.0 && std::signbit(value)) return std::to_chars(to, to + kLongestNumber, value).ptr;
        if (value < 0.0) *to++ = '-';
        return write_whole(to, static_cast<std::uint64_t>(size));
    }
    if (!(size >= 1e-3 && size < 1e9)) return std::to_chars(to, to + kLongestNumber, value).ptr;
    char* const begin = to;
    if (value < 0.0) *to++ = '-';
    if (char* const end = try_six_decimals(to, size)) return end;
    if (is_power_of_two(size)) return std::to_chars(begin, begin + kLongestNumber, value).ptr;
    return write_seventeen(to, size);
}

std::optional<double> read_plain(std::string_view text) {
    const char* at = text.data();
    const char* const end = at + text.size();
    const bool negative = at != end && *at == '-';
    if (negative) ++at;
    if (end - at > static_cast<std::ptrdiff_t>(kMostDigits) + 1) return std::nullopt;
    std::uint64_t digits = 0;
    std::size_t count = 0, decimals = 0;
    const char* point = nullptr;
    for (; at != end; ++at) {
        const auto digit = static_cast<unsigned>(*at - '0');
        if (digit < 10) {
            digits = digits * 10 + digit;
            ++count;
        } else if (*at == '.' && point == nullptr && count > 0) {
            point = at;
        } else {
            return std::nullopt;
        }
    }
    if (point != nullptr) decimals = static_cast<std::size_t>(end - point) - 1;
    if (count == 0 || count > kMostDigits || (point != nullptr && decimals == 0)) return std::nullopt;
    // Both are exact doubles, and one division rounds once (Clinger 1990).
    const double size = static_cast<double>(digits) / static_cast<double>(kPowersOfTen[decimals]);
    return negative ? -size : size;
}

}  // namespace rle::formats
