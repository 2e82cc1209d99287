// Rows come out of their packing as they went in.
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "formats/telemetry/packed_telemetry.hpp"
#include "support/catch.hpp"

using rle::kMissing;
using rle::kNoTime;
using rle::Telemetry;

namespace {

constexpr std::size_t kRows = 4096;

std::vector<std::uint64_t> bits(const std::vector<double>& column) {
    std::vector<std::uint64_t> out;
    for (const double value : column) out.push_back(std::bit_cast<std::uint64_t>(value));
    return out;
}

void check_equal(const Telemetry& a, const Telemetry& b) {
    CHECK(a.wall_us == b.wall_us);
    CHECK(a.device == b.device);
    CHECK(a.devices == b.devices);
    CHECK(bits(a.t_s) == bits(b.t_s));
    CHECK(bits(a.temp_c) == bits(b.temp_c));
    CHECK(bits(a.power_w) == bits(b.power_w));
    CHECK(bits(a.util_pct) == bits(b.util_pct));
    REQUIRE(a.others.size() == b.others.size());
    for (std::size_t c = 0; c < a.others.size(); ++c) {
        CHECK(a.others[c].name() == b.others[c].name());
        REQUIRE(a.others[c].size() == b.others[c].size());
        std::size_t differ = 0;
        for (std::size_t row = 0; row < a.others[c].size(); ++row)
            differ += a.others[c][row] != b.others[c][row];
        CHECK(differ == 0);
    }
}

// As a sensor writes it: microseconds, hundredths, thousandths and whole per cent.
Telemetry sensible_rows() {
    std::mt19937_64 random(4);
    Telemetry rows;
    rows.devices = {"gpu0", "gpu1"};
    rows.others.emplace_back("fan_pct");
    for (std::size_t i = 0; i < kRows; ++i) {
        const auto us = static_cast<std::int64_t>(i * 100'000 + random() % 5000);
        rows.wall_us.push_back(1'790'596'800'000'000 + us);
        rows.t_s.push_back(static_cast<double>(us) / 1e6);
        rows.device.push_back(0);
        rows.temp_c.push_back(static_cast<double>(4000 + random() % 3000) / 100.0);
        rows.power_w.push_back(static_cast<double>(100'000 + random() % 300'000) / 1000.0);
        rows.util_pct.push_back(static_cast<double>(random() % 101));
        rows.others[0].push_back(std::to_string(random() % 100));
    }
    return rows;
}

std::size_t packed_bytes(const Telemetry& rows) {
    rle::formats::PackedTelemetry packed{Telemetry(rows)};
    const std::size_t bytes = packed.bytes();
    check_equal(std::move(packed).unpack(), rows);
    return bytes;
}

}  // namespace

TEST_CASE("what a sensor writes takes less than half of its memory") {
    const Telemetry rows = sensible_rows();
    // times and power 4 bytes each, temperature and load 2, the cell 1 or 2 and its length 1
    CHECK(packed_bytes(rows) <= kRows * (4 + 4 + 4 + 2 + 2 + 3));
}

TEST_CASE("what cannot be packed comes out as it went in") {
    Telemetry rows = sensible_rows();
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    const std::vector<double> odd{kMissing, -0.0, 0.0,   kInfinity, -kInfinity, 0.1 + 0.2, 1e300,      5e-324,
                                  0x1p52,   1e12, -1e12, 1e-7,      -32.768,    32.767,    2147.483648};
    const std::vector<std::int64_t> times{kNoTime, kNoTime + 1, std::numeric_limits<std::int64_t>::max(), 0,
                                          -1};
    SECTION("missing cells") {
        for (std::size_t i = 0; i < kRows; i += 3) {
            rows.temp_c[i] = rows.t_s[i] = rows.util_pct[i] = kMissing;
            rows.wall_us[i] = kNoTime;
        }
    }
    SECTION("nothing but missing cells") {
        rows.power_w.assign(kRows, kMissing);
        rows.wall_us.assign(kRows, kNoTime);
    }
    SECTION("odd numbers, one at a time") {
        for (std::size_t i = 0; i < odd.size(); ++i) {
            Telemetry changed = rows;
            changed.temp_c[i] = changed.power_w[kRows - 1 - i] = changed.t_s[i] = odd[i];
            changed.wall_us[i] = times[i % times.size()];
            packed_bytes(changed);
        }
    }
    SECTION("several devices, and a long cell") {
        for (std::size_t i = 0; i < kRows; i += 2) rows.device[i] = 1;
        rows.others.emplace_back("note");
        for (std::size_t i = 0; i < kRows; ++i) rows.others[1].push_back(i == 7 ? std::string(256, 'x') : "");
    }
    SECTION("a few rows") {
        rows = Telemetry();
    }
    packed_bytes(rows);
}

TEST_CASE("whole numbers are packed to the ends of what 16 and 32 bits hold") {
    for (const std::int64_t reach : std::vector<std::int64_t>{32'767, 32'768, 2'147'483'647}) {
        for (const std::int64_t base : std::vector<std::int64_t>{-5, kNoTime + 1, 1'790'596'800'000'000}) {
            rle::formats::PackedNumbers packed;
            const std::vector<std::int64_t> numbers{base + reach, kNoTime, base, base + 1};
            REQUIRE(packed.pack(numbers));
            CHECK(packed.bytes() == numbers.size() * (reach > 32'767 ? 4 : 2));
            for (std::size_t i = 0; i < numbers.size(); ++i) CHECK(packed[i] == numbers[i]);
        }
    }
    rle::formats::PackedNumbers packed;
    CHECK_FALSE(packed.pack({0, 2'147'483'648}));
    CHECK(packed.pack({7, 7}));
    CHECK(packed.bytes() == 0);
    CHECK(packed[1] == 7);
}
