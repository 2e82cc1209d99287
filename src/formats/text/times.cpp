#include "formats/text/times.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstring>

#include "formats/text/month_names.hpp"
#include "formats/text/numbers.hpp"
#include "formats/text/time_cursor.hpp"

namespace rle::formats {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kMinute = 60 * kSecond;

struct Date {
    unsigned year = 0, month = 0, day = 0;
};

// The separator of "28.9.2026", "9/28/2026" or "28-9-2026", behind the first number; NUL: the year does not
// stand last.
char separator_of_year_last(std::string_view text) {
    const std::size_t at = text.find_first_of("./-");
    return at == 1 || at == 2 ? text[at] : '\0';
}

// Two numbers as they stand, and the year.
bool read_year_last(TimeCursor& cursor, unsigned (&numbers)[2], unsigned& year) {
    const char separator = separator_of_year_last(cursor.rest());
    return separator != '\0' && cursor.short_number(numbers[0]) && cursor.skip(separator) &&
           cursor.short_number(numbers[1]) && cursor.skip(separator) && cursor.digits(4, year);
}

// Dots have the day first wherever they are used. `compact`: 20260928.
bool read_date(TimeCursor& cursor, DateOrder order, Date& date, bool& compact) {
    if (const char last = separator_of_year_last(cursor.rest()); last != '\0') {
        if (last == '.') order = DateOrder::day_first;
        unsigned numbers[2];
        if (order == DateOrder::unknown || !read_year_last(cursor, numbers, date.year)) return false;
        const bool day_first = order == DateOrder::day_first;
        date.day = numbers[day_first ? 0 : 1];
        date.month = numbers[day_first ? 1 : 0];
        return true;
    }
    if (!cursor.digits(4, date.year)) return false;
    const char separator = cursor.rest().empty() ? '\0' : cursor.rest().front();
    compact = separator != '-' && separator != '/' && separator != '.';
    if (compact) {
        return cursor.digits(2, date.month) && cursor.digits(2, date.day);
    }
    return cursor.skip(separator) && cursor.short_number(date.month) && cursor.skip(separator) &&
           cursor.short_number(date.day);
}

// Takes "AM" or "PM" off the text's beginning, and makes the hour one of 24. False: there is no such hour.
bool read_half_of_day(std::string_view& text, unsigned& hour) {
    text = trim(text);
    const auto is = [&](std::size_t i, char upper) { return (text[i] & ~0x20) == upper; };
    if (text.size() < 2 || !is(1, 'M') || (!is(0, 'A') && !is(0, 'P'))) return true;
    if (hour < 1 || hour > 12) return false;
    hour = hour % 12 + (is(0, 'P') ? 12 : 0);
    text.remove_prefix(2);
    return true;
}

// "Z", "UTC", "+02:00", "+0200", "+02" -> minutes east of UTC. False: no zone, or none that we know.
bool read_zone(std::string_view text, bool& zoned, std::int64_t& east_us) {
    text = trim(text);
    zoned = !text.empty();
    east_us = 0;
    if (!zoned || text == "Z" || text == "z" || text == "UTC" || text == "GMT") return true;
    const bool west = text.front() == '-';
    if (!west && text.front() != '+') return false;
    TimeCursor cursor(text.substr(1));
    unsigned hours = 0;
    unsigned minutes = 0;
    if (!cursor.digits(2, hours) || hours > 18) return false;
    if (!cursor.rest().empty()) {
        cursor.skip(':');
        if (!cursor.digits(2, minutes) || minutes > 59 || !cursor.rest().empty()) return false;
    }
    east_us = (west ? -1 : 1) * static_cast<std::int64_t>(hours * 60 + minutes) * kMinute;
    return true;
}

ParsedTime calendar_time(std::string_view text, DateOrder order) {
    TimeCursor cursor(text);
    Date date;
    TimeOfDay time;
    bool compact = false;
    if (!read_date(cursor, order, date, compact)) return {};
    if (!cursor.skip('T') && !cursor.skip(' ') && !cursor.skip('t') && !cursor.skip('_')) return {};
    if (!read_time_of_day(cursor, compact, time)) return {};
    std::string_view behind = cursor.rest();
    bool zoned = false;
    std::int64_t east_us = 0;
    if (!read_half_of_day(behind, time.hour) || !read_zone(behind, zoned, east_us)) return {};
    const auto us = civil_us(static_cast<int>(date.year), date.month, date.day, time.hour, time.minute,
                             time.second, time.microsecond);
    if (!us) return {};
    return {zoned ? TimeClass::zoned : TimeClass::naive, *us - east_us};
}

// "20260928120000"; as an epoch in ms such numbers lie beyond the year 2286.
ParsedTime time_of_14_digits(std::int64_t number) {
    const auto part = [&](std::int64_t unit) { return static_cast<unsigned>(number / unit % 100); };
    const auto us = civil_us(static_cast<int>(number / 10'000'000'000), part(100'000'000), part(1'000'000),
                             part(10'000), part(100), part(1), 0);
    return us ? ParsedTime{TimeClass::naive, *us} : ParsedTime{};
}

// Two digits; anything above 99 where they are none.
unsigned two_digits(const char* at) {
    const auto high = static_cast<unsigned>(at[0] - '0'), low = static_cast<unsigned>(at[1] - '0');
    return high < 10 && low < 10 ? 10 * high + low : 1000;
}

constexpr std::string_view kOurShape = "0000-00-00T00:00:00.000000Z";

// "00.000165Z" of a time as we write them; negative where it is none.
std::int64_t our_seconds_us(std::string_view text) {
    constexpr std::size_t kSeconds = 17;
    const char* const at = text.data() + kSeconds;
    if (at[2] != '.' || at[9] != 'Z') return -1;
    const unsigned second = two_digits(at), a = two_digits(at + 3), b = two_digits(at + 5),
                   c = two_digits(at + 7);
    if (second > 60 || std::max({a, b, c}) > 99) return -1;
    return second * kSecond + 10'000 * a + 100 * b + c;
}

// "2026-09-28T12:00:", as we write it.
std::optional<std::int64_t> our_minute_us(std::string_view text) {
    for (const std::size_t i : {4U, 7U, 10U, 13U, 16U}) {
        if (text[i] != kOurShape[i]) return std::nullopt;
    }
    const auto two = [&](std::size_t i) { return two_digits(text.data() + i); };
    const unsigned century = two(0), year = two(2), month = two(5), day = two(8), hour = two(11),
                   minute = two(14);
    if (std::max({century, year, month, day, hour, minute}) > 99) return std::nullopt;
    return civil_us(static_cast<int>(100 * century + year), month, day, hour, minute, 0, 0);
}

}  // namespace

std::optional<std::int64_t> civil_us(int year, unsigned month, unsigned day, unsigned hour, unsigned minute,
                                     unsigned second, unsigned microsecond) {
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                           std::chrono::day(day)};
    if (!date.ok() || year < 1900 || hour > 23 || minute > 59 || second > 60) return std::nullopt;
    const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
    const std::int64_t seconds = ((days * 24 + hour) * 60 + minute) * 60 + second;
    return seconds * kSecond + microsecond;
}

std::optional<std::int64_t> epoch_us(double value) {
    constexpr double kSmallest = 1e8;  // 1973 in seconds
    if (!(value >= kSmallest) || value >= 1e20) return std::nullopt;
    if (value >= 1e13 && value < 1e14) return std::nullopt;  // ms beyond the year 2286: 20260928120000.5
    const double to_us = value < 1e11 ? 1e6 : value < 1e14 ? 1e3 : value < 1e17 ? 1.0 : 1e-3;
    return std::llround(value * to_us);
}

std::optional<DateOrder> order_shown_by(std::string_view text) {
    TimeCursor cursor(trim(text));
    unsigned numbers[2];
    unsigned year = 0;
    if (separator_of_year_last(cursor.rest()) == '.' || !read_year_last(cursor, numbers, year))
        return std::nullopt;
    if (numbers[0] > 12) return DateOrder::day_first;
    return numbers[1] > 12 ? DateOrder::month_first : DateOrder::unknown;
}

std::optional<std::int64_t> time_of_day_us(std::string_view text) {
    TimeCursor cursor(trim(text));
    TimeOfDay time;
    if (!read_time_of_day(cursor, false, time) || !cursor.rest().empty()) return std::nullopt;
    return civil_us(1970, 1, 1, time.hour, time.minute, time.second, time.microsecond);
}

ParsedTime TimeReader::read(std::string_view text, DateOrder order) {
    if (text.size() != kOurShape.size()) return parse_time(text, order);
    const std::int64_t seconds_us = our_seconds_us(text);
    if (seconds_us < 0) return parse_time(text, order);
    if (std::memcmp(text.data(), minute_.data(), kToMinute) != 0) {
        const std::optional<std::int64_t> minute_us = our_minute_us(text);
        if (!minute_us) return parse_time(text, order);
        minute_us_ = *minute_us;
        std::memcpy(minute_.data(), text.data(), kToMinute);
    }
    return {TimeClass::zoned, minute_us_ + seconds_us};
}

ParsedTime parse_time(std::string_view text, DateOrder order) {
    text = trim(text);
    constexpr std::size_t kShortest = 13;  // 1.9.2026 9:05
    if (text.size() >= kShortest) {
        if (const ParsedTime time = calendar_time(text, order); time.time_class != TimeClass::none)
            return time;
        std::size_t length = 0;  // of a name, where it begins with one
        const ParsedTime named = text.front() >= 'A' ? time_with_month_name(text, {}, length) : ParsedTime{};
        if (length == text.size()) return named;
    }
    std::int64_t whole = 0;  // a count of us or ns has more digits than a double holds
    const char* end = text.data() + text.size();
    if (const auto [stop, error] = std::from_chars(text.data(), end, whole);
        error == std::errc{} && stop == end) {
        if (whole >= 100'000'000'000'000'000) return {TimeClass::epoch, whole / 1000};
        if (whole >= 100'000'000'000'000) return {TimeClass::epoch, whole};
        if (whole >= 10'000'000'000'000) return time_of_14_digits(whole);
    }
    const auto number = parse_number(text);
    const auto us = number ? epoch_us(*number) : std::nullopt;
    return us ? ParsedTime{TimeClass::epoch, *us} : ParsedTime{};
}

}  // namespace rle::formats
