// The fast ways to and from text, held to the standard library's.
#include "formats/text/decimal.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "formats/io/block_writer.hpp"
#include "rlecouple/error.hpp"
#include "support/catch.hpp"
#include "support/process.hpp"

using rle::formats::write_shortest;

namespace {

std::string written(double value) {
    std::array<char, rle::formats::kLongestNumber> text;
    return {text.data(), write_shortest(text.data(), value)};
}

std::optional<double> read_plain(std::string_view text) {
    const std::vector<char> alone(text.begin(), text.end());  // sanitizers see what is read beyond it
    double value = 0.0;
    const bool plain = rle::formats::read_plain({alone.data(), alone.size()}, value);
    return plain ? std::optional(value) : std::nullopt;
}

// What the standard library writes; whole numbers without an exponent.
std::string standard(double value) {
    std::array<char, 64> text;
    const bool whole =
        std::abs(value) < 0x1p53 && value == std::trunc(value) && !(value == 0.0 && std::signbit(value));
    const auto end =
        whole ? std::to_chars(text.data(), text.data() + text.size(), static_cast<std::int64_t>(value))
              : std::to_chars(text.data(), text.data() + text.size(), value);
    return {text.data(), end.ptr};
}

}  // namespace

TEST_CASE("numbers are written as the standard library writes them") {
    for (const double value : {0.0,
                               -0.0,
                               1.0,
                               -1.0,
                               0.1,
                               0.3,
                               2.0 / 3.0,
                               100.0,
                               100000.0,
                               123456.5,
                               0.001,
                               9e-4,
                               1e-4,
                               1e-5,
                               5e-324,
                               1e9,
                               999999999.9,
                               1e15,
                               0x1p53,
                               0x1p53 - 1.0,
                               1e22,
                               1e300,
                               std::numeric_limits<double>::infinity(),
                               0.5,
                               0.25,
                               0.001953125,
                               1024.5,
                               123456789.001953125,
                               9.999999999999998,
                               0.9999999999999999,
                               61.25,
                               0.1 + 0.2}) {
        INFO(standard(value));
        CHECK(written(value) == standard(value));
        CHECK(written(-value) == standard(-value));
    }
}

TEST_CASE("a hundred thousand numbers of every kind are written as the standard library writes them") {
    std::mt19937_64 random(1);
    std::size_t wrong = 0;
    const auto check = [&](double value) {
        if (!std::isnan(value) && written(value) != standard(value)) ++wrong;
    };
    for (int i = 0; i < 20'000; ++i) {
        const std::uint64_t mantissa = random() & 0xFFFFFFFFFFFFFU;
        const std::uint64_t exponent = 1012 + random() % 44;  // 2^-11 to 2^32
        const std::uint64_t zeros = (std::uint64_t{1} << (random() % 52)) - 1;
        check(std::bit_cast<double>((exponent << 52U) | mantissa));
        check(std::bit_cast<double>((exponent << 52U) | (mantissa & ~zeros)));  // ties of the 17th digit
        const double millionths = static_cast<double>(random() % 2'000'000'000'000) / 1e6;
        check(millionths);
        check(std::nextafter(millionths, 0.0));
        check(std::bit_cast<double>(random()));
    }
    CHECK(wrong == 0);
}

TEST_CASE("what is read as plain is what the standard library reads") {
    std::mt19937_64 random(2);
    constexpr std::array<std::uint64_t, 4> kBelow{100, 10'000, 100'000'000, 10'000'000'000'000};
    for (int i = 0; i < 20'000; ++i) {
        std::string text = std::to_string(random() % kBelow[random() % kBelow.size()]);
        if (random() % 2 == 0) text.insert(1 + random() % text.size(), ".");
        if (random() % 2 == 0) text.insert(0, "-");
        double expected = 0.0;
        std::from_chars(text.data(), text.data() + text.size(), expected);
        const auto value = read_plain(text);
        if (!text.ends_with('.')) {
            REQUIRE(value);
            CHECK(std::bit_cast<std::uint64_t>(*value) == std::bit_cast<std::uint64_t>(expected));
        }
    }
    CHECK(std::signbit(*read_plain("-0")));
}

TEST_CASE("what is not plain is left to the careful reader") {
    for (const char* text : {"",
                             "-",
                             ".",
                             "-.",
                             ".5",
                             "5.",
                             "1e3",
                             "+1",
                             " 1",
                             "1 ",
                             "1,5",
                             "nan",
                             "inf",
                             "0x10",
                             "1.2.3",
                             "--1",
                             "1234567890123456",
                             "0.1234567890123456",
                             "1234:",
                             "12/45",
                             "1234.",
                             ".1234",
                             "12345678.",
                             ".12345678",
                             "1.345678901.3",
                             "12345678901a",
                             "a2345678901",
                             "1..4",
                             "12345..8",
                             "123.567.901"}) {
        INFO(text);
        CHECK(!read_plain(text));
    }
    CHECK(read_plain("123456789012345") == 123456789012345.0);
    CHECK(read_plain("007.50") == 7.5);
}

TEST_CASE("blocks are written in their order, whoever was ready first") {
    const rle::test::TempDir folder;
    const std::string path = folder / "blocks.txt";
    std::string expected;
    rle::formats::OutputFile file(path);
    rle::formats::BlockWriter writer(file);
    for (int block = 0; block < 200; ++block) {
        const std::string text(static_cast<std::size_t>(1 + (block * 7919) % 3000),
                               static_cast<char>('a' + block % 26));
        expected += text;
        writer.add([text](rle::formats::TextBuffer& out) {
            char* const to = out.room(text.size());
            out.end_at(std::copy(text.begin(), text.end(), to));
        });
    }
    writer.finish();
    file.commit();
    CHECK(rle::test::read_file(path) == expected);
}

TEST_CASE("what a block throws reaches the caller, and no file is left") {
    const rle::test::TempDir folder;
    const std::string path = folder / "blocks.txt";
    {
        rle::formats::OutputFile file(path);
        rle::formats::BlockWriter writer(file);
        const auto run = [&] {
            for (int block = 0; block < 100; ++block) {
                writer.add([block](rle::formats::TextBuffer&) {
                    if (block == 5) throw rle::Error(rle::ErrorKind::failed, "block", "spoilt");
                });
            }
            writer.finish();
        };
        CHECK_THROWS_AS(run(), rle::Error);
    }
    CHECK(std::filesystem::is_empty(folder.path()));
}
