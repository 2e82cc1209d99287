#include "formats/text/month_names.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "formats/text/numbers.hpp"
#include "formats/text/time_cursor.hpp"

namespace rle::formats {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> kDays{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
constexpr std::int64_t kDay_us = 86'400'000'000;

struct DayOfYear {
    unsigned month = 0, day = 0;
};

std::optional<std::int64_t> us_of(int year, DayOfYear date, const TimeOfDay& time) {
    return civil_us(year, date.month, date.day, time.hour, time.minute, time.second, time.microsecond);
}

int year_at(std::int64_t us) {
    const std::chrono::sys_time<std::chrono::microseconds> time{std::chrono::microseconds(us)};
    const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(time)};
    return static_cast<int>(date.year());
}

// 29 February may be eight years away.
ParsedTime with_likely_year(DayOfYear date, const TimeOfDay& time, const YearBounds& years) {
    constexpr int kFarthest = 9;
    for (int i = 0; i <= kFarthest; ++i) {
        if (years.start_us) {
            const auto us = us_of(year_at(*years.start_us) - 1 + i, date, time);
            if (us && *us >= *years.start_us - kDay_us) return {TimeClass::naive, *us, true};
        } else if (years.written_us) {
            const auto us = us_of(year_at(*years.written_us) + 1 - i, date, time);
            if (us && *us <= *years.written_us + kDay_us) return {TimeClass::naive, *us, true};
        }
    }
    return {};
}

// Takes one of `names` and the blanks behind it off the text; its place in the list, else the list's size.
template <std::size_t n>
std::size_t take_name(std::string_view& text, const std::array<std::string_view, n>& names) {
    const auto it = std::find_if(names.begin(), names.end(),
                                 [&](std::string_view name) { return text.starts_with(name); });
    if (it == names.end() || text.size() <= it->size() || text[it->size()] != ' ') return n;
    text.remove_prefix(it->size());
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    return static_cast<std::size_t>(it - names.begin());
}

// " UTC 2026", " 2026": takes them off, and gives the year; 0: there is none.
unsigned take_year(std::string_view& text, bool& utc) {
    TimeCursor cursor(text);
    utc = false;
    if (text.starts_with(" UTC ") || text.starts_with(" GMT ")) {
        utc = true;
        cursor = TimeCursor(text.substr(4));
    }
    unsigned year = 0;
    const bool found = cursor.skip(' ') && cursor.digits(4, year);
    const bool ends =
        cursor.rest().empty() || (!is_digit(cursor.rest().front()) && cursor.rest().front() != '.');
    if (!found || !ends || year < 1900) return 0;
    text = cursor.rest();
    return year;
}

}  // namespace

ParsedTime time_with_month_name(std::string_view text, const YearBounds& years, std::size_t& length) {
    length = 0;
    std::string_view rest = text;
    take_name(rest, kDays);
    const std::size_t month = take_name(rest, kMonths);
    TimeCursor cursor(rest);
    DayOfYear date{static_cast<unsigned>(month + 1), 0};
    TimeOfDay time;
    if (month == kMonths.size() || !cursor.short_number(date.day) || !cursor.skip(' ')) return {};
    const std::string_view clock = cursor.rest();
    if (!read_time_of_day(cursor, false, time)) return {};
    rest = cursor.rest();
    bool utc = false;
    const unsigned year = take_year(rest, utc);
    ParsedTime parsed;
    if (year == 0) {
        // Logs print seconds; "May 5 12:00" may be a file's date, or prose.
        const std::string_view read = clock.substr(0, clock.size() - cursor.rest().size());
        if (std::count(read.begin(), read.end(), ':') < 2) return {};
        parsed = with_likely_year(date, time, years);
    } else if (const auto us = us_of(static_cast<int>(year), date, time)) {
        parsed = {utc ? TimeClass::zoned : TimeClass::naive, *us};
    }
    if (parsed.time_class != TimeClass::none) length = text.size() - rest.size();
    return parsed;
}

ParsedTime time_of_glog(std::string_view text, const YearBounds& years) {
    if (text.empty() || std::string_view("IWEFD").find(text.front()) == std::string_view::npos) return {};
    TimeCursor cursor(text.substr(1));
    const std::size_t digits = std::min(cursor.rest().find(' '), cursor.rest().size());
    unsigned year = 0;
    DayOfYear date;
    TimeOfDay time;
    if ((digits != 4 && digits != 8) || (digits == 8 && !cursor.digits(4, year))) return {};
    if (!cursor.digits(2, date.month) || !cursor.digits(2, date.day) || !cursor.skip(' ') ||
        !read_time_of_day(cursor, false, time))
        return {};
    if (year == 0) return with_likely_year(date, time, years);
    const auto us = us_of(static_cast<int>(year), date, time);
    return us ? ParsedTime{TimeClass::naive, *us} : ParsedTime{};
}

}  // namespace rle::formats
