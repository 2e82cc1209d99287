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

constexpr std::uint64_t kEightZeros = 0x30303030'30303030;

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
    if (value < 10) {
        *to = static_cast<char>('0' + value);
        return to + 1;
    }
    std::size_t count = 2;
    while (count < kPowersOfTen.size() && value >= kPowersOfTen[count]) ++count;
    write_digits(to, value, count);
    return to + count;
}

// The digits of a number below 10^8, one a byte, the first in the lowest: halves, quarters and eighths of the
// number are divided side by side in one word.
[[gnu::always_inline]] inline std::uint64_t eight_digits(std::uint64_t value) {
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
    digits |= kEightZeros;
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
    const auto rounded = static_cast<std::int64_t>(scaled + 0.5);  // below 2^63, which is converted sooner
    const auto nearest = static_cast<double>(rounded);
    if (std::abs(scaled - nearest) > kRounding * scaled || nearest / 1e6 != value) return nullptr;
    const auto millionths = static_cast<std::uint64_t>(rounded);
    const std::uint64_t whole = millionths / 1'000'000;
    to = write_whole(to, whole);
    *to++ = '.';
    const std::uint64_t decimals = eight_digits((millionths - whole * 1'000'000) * 100);
    put_eight(to, decimals);
    return to + (8 - static_cast<unsigned>(std::countl_zero(decimals)) / 8);
}

// Of a number in [2^exponent, 2^(exponent+1)): the least decimals in whose units its neighbours are one apart
// or more, and so less than ten.
constexpr int kLeastExponent = -10, kMostExponent = 29;  // of [1e-3, 1e9)
constexpr auto kDecimals = [] {
    std::array<std::uint8_t, kMostExponent - kLeastExponent + 1> decimals{};
    for (int exponent = kLeastExponent; exponent <= kMostExponent; ++exponent) {
        std::uint8_t& d = decimals[static_cast<std::size_t>(exponent - kLeastExponent)];
        while (kPowersOfTen[d] < std::uint64_t{1} << (52 - exponent)) ++d;
    }
    return decimals;
}();

// The shortest decimal that is read back as a value in [1e-3, 1e9), which is no whole number and no power of
// two: `digits` / 10^decimals.
//
// In units of 10^-decimals all that rounds to the value is an interval between one and ten wide around it.
// Fixed-point numbers of `point` binary places hold it exactly: the value is 2 m 10^decimals of their units,
// its ends lie 10^decimals away, and none is a whole number, since of 2 m +- 1 and 10^decimals only the
// latter has factors of two, and fewer than `point`. One multiple of ten at most lies in the interval. It is
// the shortest there is; else that is the whole number nearest to the value, of two equally near the even
// one.
std::uint64_t shortest_digits(double value, unsigned exponent, std::size_t decimals) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    const std::uint64_t mantissa = (bits & ((std::uint64_t{1} << 52U) - 1)) | (std::uint64_t{1} << 52U);
    const std::uint64_t reach = kPowersOfTen[decimals];
    const unsigned point = 1076 - exponent;  // value = mantissa 2^(exponent - 1075)
    const Wide scaled = Wide{2 * mantissa} * reach;
    const auto whole_of = [point](Wide number) {  // 0 < point < 64, which a shift of both words does not know
        return static_cast<std::uint64_t>(number >> 64U) << (64 - point) |
               static_cast<std::uint64_t>(number) >> point;
    };
    const std::uint64_t whole = whole_of(scaled), low = whole_of(scaled - reach);  // below the interval
    const std::uint64_t ten = whole_of(scaled + reach) / 10 * 10;
    const std::uint64_t part = static_cast<std::uint64_t>(scaled) & ((std::uint64_t{1} << point) - 1);
    const std::uint64_t half = std::uint64_t{1} << (point - 1);
    const std::uint64_t nearest = whole + (part + (whole & 1U) > half ? 1 : 0);
    // Either comes as often: no branch foretells which.
    return nearest ^ ((nearest ^ ten) & (ten > low ? ~std::uint64_t{0} : 0));
}

// Nineteen digits, without the zeros at their end.
char* write_nineteen(char* to, std::uint64_t digits) {
    constexpr std::uint64_t kEight = 100'000'000;
    const std::uint64_t above = digits / kEight, first = above / kEight;
    to[0] = static_cast<char>('0' + first / 100);
    std::memcpy(to + 1, kPairs.data() + 2 * (first % 100), 2);
    put_eight(to + 3, eight_digits(above - first * kEight));
    const std::uint64_t last = eight_digits(digits - above * kEight);
    put_eight(to + 11, last);
    char* end = to + 19 - static_cast<unsigned>(std::countl_zero(last)) / 8;
    while (end[-1] == '0') --end;  // hardly ever
    return end;
}

char* write_seventeen(char* to, double value) {
    const auto exponent = static_cast<unsigned>(std::bit_cast<std::uint64_t>(value) >> 52U);
    const std::size_t decimals = kDecimals[exponent - (1023 + kLeastExponent)];
    const std::uint64_t digits = shortest_digits(value, exponent, decimals);
    // Whole numbers are doubles of their own, so that none lies between a value and what stands for it.
    const auto whole = static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
    to = write_whole(to, whole);
    *to++ = '.';
    return write_nineteen(to, (digits - whole * kPowersOfTen[decimals]) * kPowersOfTen[19 - decimals]);
}

bool is_power_of_two(double value) {
    return (std::bit_cast<std::uint64_t>(value) & ((std::uint64_t{1} << 52U) - 1)) == 0;
}

// digits / 10^decimals
struct Plain {
    std::uint64_t digits;
    std::size_t decimals;
};

constexpr auto kExactPowers = [] {
    std::array<double, kMostDigits + 1> powers{};
    for (std::size_t i = 0; i < powers.size(); ++i) powers[i] = static_cast<double>(kPowersOfTen[i]);
    return powers;
}();

// What is too short for a word at a time.
bool take_characters(std::string_view text, Plain& plain) {
    plain.digits = 0;
    const std::size_t point = std::min(text.find('.'), text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i == point) continue;
        if (text[i] < '0' || text[i] > '9') return false;
        plain.digits = plain.digits * 10 + static_cast<unsigned>(text[i] - '0');
    }
    plain.decimals = point == text.size() ? 0 : text.size() - point - 1;
    return point > 0 && point + 1 != text.size();
}

// Up to sixteen characters less '0', the last in the highest byte of `low`, zeros in front of them.
struct Characters {
    std::uint64_t high, low;
};

// Of four characters or more, loaded from their beginning and from their end, so that nothing is read beyond.
Characters load(std::string_view text) {
    const auto word = [&](auto& to, std::size_t at) { std::memcpy(&to, text.data() + at, sizeof to); };
    const std::size_t n = text.size();
    if (n < 8) {
        std::uint32_t first = 0, last = 0;
        word(first, 0);
        word(last, n - 4);
        const std::uint64_t moved = std::uint64_t{first ^ 0x30303030U} << 8 * (8 - n) & 0xFFFFFFFFU;
        return {0, moved | std::uint64_t{last ^ 0x30303030U} << 32U};
    }
    std::uint64_t first = 0, last = 0;
    word(first, 0);
    word(last, n - 8);
    const std::size_t half = 4 * (16 - n);  // twice, since 64 at once are too many
    return {(first ^ kEightZeros) << half << half, last ^ kEightZeros};
}

// The number of eight digits, the first in the lowest byte: neighbours are joined to pairs, fours and all.
std::uint64_t number_of(std::uint64_t digits) {
    digits = digits * (10 * 0x100 + 1) >> 8U & 0x00FF00FF'00FF00FF;
    digits = digits * (100 * 0x10000 + 1) >> 16U & 0x0000FFFF'0000FFFF;
    return digits * (10000 * 0x1'0000'0000 + 1) >> 32U;
}

bool take_words(std::string_view text, Plain& plain) {
    constexpr std::uint64_t kTops = 0x80808080'80808080;
    const auto no_digits = [](std::uint64_t w) { return (((w & ~kTops) + 0x76767676'76767676) | w) & kTops; };
    auto [high, low] = load(text);
    const std::uint64_t above = no_digits(high), below = no_digits(low);
    plain.decimals = 0;
    if ((above | below) != 0) {
        // The only one that is no digit must be a point: what is in front of it moves up.
        const bool in_low = below != 0;
        const std::uint64_t others = in_low ? below : above;
        const unsigned bits = static_cast<unsigned>(std::countr_zero(others)) / 8 * 8;
        std::uint64_t& word = in_low ? low : high;
        const bool alone = (others & (others - 1)) == 0 && (above == 0 || below == 0);
        if (!alone || (word >> bits & 0xFFU) != ('.' ^ '0')) return false;
        const std::uint64_t front = (std::uint64_t{1} << bits) - 1;
        word = (word & ~front & ~(std::uint64_t{0xFF} << bits)) | (word & front) << 8U;
        if (in_low) {
            low |= high >> 56U;
            high <<= 8U;
        }
        plain.decimals = (in_low ? 7 : 15) - bits / 8;
        if (plain.decimals == 0 || plain.decimals + 1 == text.size()) return false;
    } else if (text.size() > kMostDigits) {
        return false;
    }
    plain.digits = number_of(high) * 100'000'000 + number_of(low);
    return true;
}

}  // namespace

char* write_shortest(char* to, double value) {
    const double size = std::abs(value);
    if (size < kLargestWhole) {
        const auto whole = static_cast<std::int64_t>(size);
        if (size == static_cast<double>(whole)) {
            if (std::signbit(value)) *to++ = '-';
            return write_whole(to, static_cast<std::uint64_t>(whole));
        }
    }
    if (!(size >= 1e-3 && size < 1e9)) return std::to_chars(to, to + kLongestNumber, value).ptr;
    char* const begin = to;
    if (value < 0.0) *to++ = '-';
    if (char* const end = try_six_decimals(to, size)) return end;
    if (is_power_of_two(size)) return std::to_chars(begin, begin + kLongestNumber, value).ptr;
    return write_seventeen(to, size);
}

bool read_plain(std::string_view text, double& value) {
    const bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    if (text.empty() || text.size() > kMostDigits + 1) return false;
    Plain plain;
    const bool by_words = text.size() >= 4 && std::endian::native == std::endian::little;
    if (!(by_words ? take_words(text, plain) : take_characters(text, plain))) return false;
    // Both are exact doubles, and one division rounds once (Clinger 1990).
    const double size =
        static_cast<double>(static_cast<std::int64_t>(plain.digits)) / kExactPowers[plain.decimals];
    value = negative ? -size : size;
    return true;
}

}  // namespace rle::formats
