#include "formats/text/times.hpp"
#include "rlecouple/error.hpp"
#include "support/catch.hpp"

using rle::formats::DateOrder;
using rle::formats::order_shown_by;
using rle::formats::parse_time;
using rle::formats::TimeClass;
using rle::formats::TimeZone;

namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kNoon = 1790596800 * kSecond;  // date -u -d "2026-09-28 12:00" +%s

}  // namespace

TEST_CASE("calendar times with a zone become UTC") {
    for (const char* text :
         {"2026-09-28T12:00:00Z", "2026-09-28 12:00:00+00:00", "2026-09-28T14:00:00+02:00",
          "2026-09-28T14:00+0200", "2026-09-28T08:30:00-03:30", "2026/09/28 12:00:00.000 UTC",
          "20260928 12:00:00Z", "2026-09-28t12:00:00.0000009Z"}) {
        INFO(text);
        CHECK(parse_time(text).time_class == TimeClass::zoned);
        CHECK(parse_time(text).us == kNoon);
    }
    CHECK(parse_time("2026-09-28T12:00:00.123456789Z").us == kNoon + 123456);
    CHECK(parse_time("2026-09-28T12:00:00.5Z").us == kNoon + 500000);
}

TEST_CASE("calendar times without a zone are said to have none") {
    for (const char* text : {"2026-09-28T12:00:00", "2026/09/28 12:00:00.000", "2026-09-28 12:00:00,000",
                             "20260928 12:00:00", "  2026-09-28 12:00:00  "}) {
        INFO(text);
        CHECK(parse_time(text).time_class == TimeClass::naive);
        CHECK(parse_time(text).us == kNoon);
    }
}

TEST_CASE("of dates such as 9/28/2026 the order must be known, and hours may be those of half a day") {
    const auto us = [](const char* text, DateOrder order) {
        const auto time = parse_time(text, order);
        return time.time_class == TimeClass::naive ? time.us : rle::kNoTime;
    };
    CHECK(us("9/28/2026 12:00:00", DateOrder::month_first) == kNoon);
    CHECK(us("28/9/2026 12:00", DateOrder::day_first) == kNoon);
    CHECK(us("28-09-2026 12:00:00.000", DateOrder::day_first) == kNoon);
    CHECK(us("28/9/2026 12:00", DateOrder::month_first) == rle::kNoTime);
    CHECK(us("9/10/2026 12:00", DateOrder::unknown) == rle::kNoTime);
    CHECK(us("28.9.2026 12:00", DateOrder::month_first) == kNoon);  // dots have the day first
    CHECK(us("2026.9.28 12:00", DateOrder::unknown) == kNoon);
    CHECK(us("2026/9/28 12:00", DateOrder::day_first) == kNoon);
    CHECK(parse_time("9/28/2026 14:00:00+02:00", DateOrder::month_first).us == kNoon);
    // 12 AM is midnight, 12 PM noon.
    CHECK(us("2026-09-28 12:00:00 PM", DateOrder::unknown) == kNoon);
    CHECK(us("2026-09-28 12:30:00.250 am", DateOrder::unknown) == kNoon - 41'399'750'000);
    CHECK(us("9/28/2026 1:00 PM", DateOrder::month_first) == kNoon + 3600 * kSecond);
    CHECK(us("2026-09-28 11:00:00PM", DateOrder::unknown) == kNoon + 11 * 3600 * kSecond);
    CHECK(parse_time("2026-09-28 02:00:00 PM +02:00").us == kNoon);
    CHECK(us("2026-09-28 13:00:00 PM", DateOrder::unknown) == rle::kNoTime);
    CHECK(us("2026-09-28 00:30:00 AM", DateOrder::unknown) == rle::kNoTime);
    CHECK(us("2026-09-28 12:00:00 M", DateOrder::unknown) == rle::kNoTime);
}

TEST_CASE("a number above 12 shows which one is the day") {
    CHECK(order_shown_by("9/28/2026 12:00") == DateOrder::month_first);
    CHECK(order_shown_by(" 28/09/2026") == DateOrder::day_first);
    CHECK(order_shown_by("28-9-2026") == DateOrder::day_first);
    CHECK(order_shown_by("9/10/2026 12:00") == DateOrder::unknown);
    for (const char* other :
         {"", "2026/09/28 12:00", "28.9.2026", "9/10", "9/10-2026", "1/2", "1790596800", "x/y/2026"})
        CHECK(!order_shown_by(other));
}

TEST_CASE("epochs are told apart by their magnitude") {
    for (const char* text : {"1790596800", "1790596800.0", "1790596800000", "1790596800000000",
                             "1790596800000000000", "1.7905968e9"}) {
        INFO(text);
        CHECK(parse_time(text).time_class == TimeClass::epoch);
        CHECK(parse_time(text).us == kNoon);
    }
    CHECK(parse_time("1790596800123456789").us == kNoon + 123456);
    CHECK(parse_time("1761699262.4882805").us == 1761699262488281);
}

TEST_CASE("times that are read one after the other are what each is by itself") {
    rle::formats::TimeReader reader;
    // The date of one lies before or behind that of the next, or is none at all; seconds and fractions are
    // cut short or carry letters.
    for (const char* text :
         {"2026-09-28T12:00:00.000165Z", "2026-09-28T12:00:59.999999Z", "2026-09-28T12:00:60.000000Z",
          "2026-09-28T12:00:61.000000Z", "2026-09-28T12:01:00.000000Z", "2026-09-28T12:00:30.500000Z",
          "2026-02-30T12:00:30.500000Z", "2026-09-28T24:00:30.500000Z", "2026-09-28T12:00:3x.500000Z",
          "2026-09-28T12:00:30,500000Z", "2026-09-28T12:00:30.500000z", "2026-09-28T12:00:30.50000 Z",
          "2026-09-28 12:00:30.500000Z", "2026-09-28T12:00:30.500000", "2026-09-28T14:00:30.5+02:00",
          "1790596800.5", "", "1969-12-31T23:59:59.999999Z", "2026-09-28T12:00:30.500001Z"}) {
        INFO(text);
        const rle::formats::ParsedTime read = reader.read(text, DateOrder::unknown), alone = parse_time(text);
        CHECK(read.time_class == alone.time_class);
        CHECK(read.us == alone.us);
    }
    CHECK(reader.read("2026-09-28T12:00:01.000165Z", DateOrder::unknown).us == kNoon + kSecond + 165);
}

TEST_CASE("what is no time is none") {
    for (const char* text :
         {"", "abc", "12.5", "0", "-1790596800", "nan", "inf", "1e300", "2026-13-01T00:00:00",
          "2026-02-29T00:00:00", "2026-09-28T24:00:00", "2026-09-28T12:61:00", "2026-09-28",
          "2026-09-28T12:00:00+99:00", "2026-09-28T12:00:00 Mars", "2026-09-28T12:00:00Zebra",
          "99999999999999999999999999"}) {
        INFO(text);
        CHECK(parse_time(text).time_class == TimeClass::none);
    }
}

TEST_CASE("zones of the system's database, across the changes to and from summer time") {
    const TimeZone berlin("Europe/Berlin");
    const auto at = [&](const char* wall, std::int64_t previous = rle::kNoTime) {
        return berlin.to_utc(parse_time(wall).us, previous);
    };
    const auto utc = [](const char* text) { return parse_time(text).us; };
    CHECK(at("2026-01-05 12:00:00") == utc("2026-01-05T11:00:00Z"));
    CHECK(at("2026-07-05 12:00:00") == utc("2026-07-05T10:00:00Z"));
    // 29 March 2026, 02:00 -> 03:00
    CHECK(at("2026-03-29 01:59:59") == utc("2026-03-29T00:59:59Z"));
    CHECK(at("2026-03-29 03:00:00") == utc("2026-03-29T01:00:00Z"));
    CHECK(at("2026-03-29 02:30:00") == utc("2026-03-29T01:30:00Z"));  // never shown; moved on with the clock
    // 25 October 2026, 03:00 -> 02:00: the hour from 2 to 3 comes twice
    CHECK(at("2026-10-25 02:30:00") == utc("2026-10-25T00:30:00Z"));
    CHECK(at("2026-10-25 02:00:00", utc("2026-10-25T00:59:59Z")) == utc("2026-10-25T01:00:00Z"));
    CHECK(at("2026-10-25 02:30:00", utc("2026-10-25T01:29:59Z")) == utc("2026-10-25T01:30:00Z"));
    CHECK(at("2026-10-25 03:00:00") == utc("2026-10-25T02:00:00Z"));
}

TEST_CASE("a recording through the change back from summer time keeps its order and its length") {
    const TimeZone berlin("Europe/Berlin");
    const std::int64_t begin = parse_time("2026-10-25T00:00:00Z").us;  // 02:00 summer time
    std::int64_t previous = rle::kNoTime;
    for (std::int64_t second = 0; second < 3 * 3600; second += 7) {
        const std::int64_t truth = begin + second * kSecond;
        const std::int64_t offset = second < 3600 ? 2 * 3600 : 3600;
        previous = berlin.to_utc(truth + offset * kSecond, previous);
        REQUIRE(previous == truth);
    }
}

TEST_CASE("fixed offsets, UTC, and names that nobody knows") {
    CHECK(TimeZone("+02:00").to_utc(kNoon, rle::kNoTime) == kNoon - 7200 * kSecond);
    CHECK(TimeZone("-0330").to_utc(kNoon, rle::kNoTime) == kNoon + 12600 * kSecond);
    CHECK(TimeZone("").to_utc(kNoon, rle::kNoTime) == kNoon);
    CHECK(TimeZone("UTC").to_utc(kNoon, rle::kNoTime) == kNoon);
    for (const char* name : {"Europe/Atlantis", "../../etc/passwd", "/etc/localtime", "Europe"}) {
        INFO(name);
        CHECK_THROWS_AS(TimeZone(name), rle::Error);
    }
}

TEST_CASE("asking for a zone leaves the zone of the process alone") {
    setenv("TZ", "Asia/Tokyo", 1);
    { const TimeZone berlin("Europe/Berlin"); }
    CHECK(std::string(std::getenv("TZ")) == "Asia/Tokyo");
    unsetenv("TZ");
    { const TimeZone berlin("Europe/Berlin"); }
    CHECK(std::getenv("TZ") == nullptr);
}
