#include <array>
#include <clocale>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <locale>
#include <random>

#include "formats/text/numbers.hpp"
#include "formats/writers.hpp"
#include "support/catch.hpp"
#include "support/process.hpp"

using rle::formats::Cell;
using rle::formats::CellKind;
using rle::formats::parse_cell;
using rle::formats::parse_with_unit;

namespace {

std::string text_of(double value) {
    std::string out;
    rle::formats::append_number(out, value);
    return out;
}

double read_back(const std::string& text) {
    const Cell cell = parse_cell(text);
    return cell.kind == CellKind::missing ? rle::kMissing : cell.value;
}

// Doubles of every size, by their bits.
double any_double(std::mt19937_64& random) {
    const std::uint64_t bits = random();
    double value = 0.0;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

void check_round_trip() {
    std::mt19937_64 random(7);
    for (int i = 0; i < 20000; ++i) {
        const double value = any_double(random);
        if (std::isnan(value)) continue;
        const std::string text = text_of(value);
        REQUIRE(text.find(',') == std::string::npos);
        REQUIRE(read_back(text) == value);
    }
}

}  // namespace

TEST_CASE("a number is written as the shortest text that reads back") {
    CHECK(text_of(0.1) == "0.1");
    CHECK(text_of(100000.0) == "100000");  // steps and counts stay readable
    CHECK(text_of(-3.0) == "-3");
    CHECK(text_of(5e-05) == "5e-05");
    CHECK(text_of(1e300) == "1e+300");
    CHECK(text_of(-0.0) == "-0");
    CHECK(text_of(rle::kMissing).empty());
    CHECK(text_of(std::numeric_limits<double>::infinity()) == "inf");
    CHECK(text_of(-std::numeric_limits<double>::infinity()) == "-inf");
}

TEST_CASE("every double survives writing and reading") {
    check_round_trip();
}

TEST_CASE("cells are told apart: number, missing, infinite, text") {
    struct Row {
        const char* text;
        CellKind kind;
        double value;
    };
    const Row rows[] = {
        {"1.5", CellKind::number, 1.5},      {"+2", CellKind::number, 2.0},
        {"-1e-3", CellKind::number, -0.001}, {"1e-400", CellKind::number, 0.0},
        {"", CellKind::missing, 0.0},        {"N/A", CellKind::missing, 0.0},
        {"[N/A]", CellKind::missing, 0.0},   {"[Not Supported]", CellKind::missing, 0.0},
        {"-", CellKind::missing, 0.0},       {"nan", CellKind::missing, 0.0},
        {"NULL", CellKind::missing, 0.0},    {"None", CellKind::missing, 0.0},
        {"abc", CellKind::text, 0.0},        {"1,5", CellKind::text, 0.0},
        {"0x10", CellKind::text, 0.0},       {"12 W", CellKind::text, 0.0},
        {"1.2.3", CellKind::text, 0.0},      {"++1", CellKind::text, 0.0},
    };
    for (const Row& row : rows) {
        INFO(row.text);
        const Cell cell = parse_cell(row.text);
        CHECK(cell.kind == row.kind);
        CHECK(cell.value == row.value);
    }
    CHECK(parse_cell("inf").kind == CellKind::infinite);
    CHECK(parse_cell("-Infinity").value == -std::numeric_limits<double>::infinity());
    CHECK(parse_cell("1e400").kind == CellKind::infinite);
}

TEST_CASE("units behind a number are taken off only where a format has them") {
    CHECK(parse_with_unit("100.25 W").value == 100.25);
    CHECK(parse_with_unit("50 %").value == 50.0);
    CHECK(parse_with_unit("1410 MHz").value == 1410.0);
    CHECK(parse_with_unit("[N/A]").kind == CellKind::missing);
    CHECK(parse_with_unit("1,5 W").kind == CellKind::text);
    CHECK(parse_with_unit("12:00").kind == CellKind::text);
}

TEST_CASE("timestamps are RFC 3339 in UTC with microseconds") {
    std::string out;
    rle::formats::append_timestamp(out, 1761638400408689);  // date -u -d @1761638400 says 2025-10-28 08:00:00
    CHECK(out == "2025-10-28T08:00:00.408689Z");
    out.clear();
    rle::formats::append_timestamp(out, -1);
    CHECK(out == "1969-12-31T23:59:59.999999Z");
    out.clear();
    rle::formats::append_timestamp(out, rle::kNoTime);
    CHECK(out.empty());
}

TEST_CASE("numbers do not depend on the locale of C++ streams") {
    struct Comma : std::numpunct<char> {
        char do_decimal_point() const override { return ','; }
        char do_thousands_sep() const override { return '.'; }
        std::string do_grouping() const override { return "\3"; }
    };
    const std::locale before = std::locale::global(std::locale(std::locale::classic(), new Comma));
    CHECK(text_of(1234.5) == "1234.5");
    CHECK(read_back("1234.5") == 1234.5);
    std::locale::global(before);
}

TEST_CASE("numbers do not depend on the locale of the C library") {
    const rle::test::TempDir folder;
    const auto made = rle::test::run({"localedef", "-i", "de_DE", "-f", "UTF-8", folder / "de_DE.UTF-8"});
    setenv("LOCPATH", folder.path().c_str(), 1);
    if (std::setlocale(LC_ALL, "de_DE.UTF-8") == nullptr) {
        WARN("skipped: no comma-decimal locale, and localedef cannot make one: " << made.err);
        return;
    }
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "%.1f", 1.5);
    CHECK(std::string(text.data()) == "1,5");  // the locale is really in force
    check_round_trip();
    std::setlocale(LC_ALL, "C");
    unsetenv("LOCPATH");
}
