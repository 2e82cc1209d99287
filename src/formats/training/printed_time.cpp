#include "formats/training/printed_time.hpp"

#include <algorithm>

#include "formats/text/month_names.hpp"
#include "formats/text/numbers.hpp"

namespace rle::formats {
namespace {

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

constexpr std::size_t kTimeWithin = 100;  // characters of a line

constexpr std::size_t kShortest = 19;  // of a time: 2026-01-05 12:00:00

// Does a date such as "01/05/2026" begin at `i`?
bool has_year_last(std::string_view line, std::size_t i) {
    return line[i + 2] == '/' && line[i + 5] == '/';
}

// Does that or, where the order is not known, only one such as "2026-01-05" begin at `i`?
bool begins_date(std::string_view line, std::size_t i, DateOrder order) {
    if (!is_digit(line[i]) || (i > 0 && is_digit(line[i - 1]))) return false;
    return line[i + 4] == '-' || line[i + 4] == '/' ||
           (order != DateOrder::unknown && has_year_last(line, i));
}

// Characters of a " PM" that `text` begins with.
std::size_t half_of_day(std::string_view text) {
    constexpr std::size_t kLength = 3;
    if (text.size() > kLength && is_letter(text[kLength])) return 0;  // a word begins so
    for (const std::string_view half : {" AM", " PM", " am", " pm"}) {
        if (text.starts_with(half)) return kLength;
    }
    return 0;
}

// A calendar time near the line's beginning, as loggers print it.
ParsedTime calendar_in_front(std::string_view line, DateOrder order) {
    for (std::size_t i = 0; i < kTimeWithin && i + kShortest <= line.size(); ++i) {
        if (!begins_date(line, i, order)) continue;
        std::size_t end = i + kShortest;
        if (end < line.size() && (line[end] == '.' || line[end] == ',')) {
            ++end;
            while (end < line.size() && is_digit(line[end])) ++end;
        }
        end += half_of_day(line.substr(end));
        const std::size_t bare_end = end;
        if (end < line.size() && line[end] == 'Z') ++end;
        if (line.substr(end).starts_with(" UTC ")) end += 4;
        if (end < line.size() && (line[end] == '+' || line[end] == '-')) {
            ++end;
            while (end < line.size() && (is_digit(line[end]) || line[end] == ':')) ++end;
        }
        ParsedTime time = parse_time(line.substr(i, end - i), order);
        if (time.time_class == TimeClass::none) time = parse_time(line.substr(i, bare_end - i), order);
        if (time.time_class != TimeClass::none) return time;
    }
    return {};
}

// Without what stands in front of a system log's time: blanks, brackets, "[rank0]:" and the "<13>" of
// syslog.
std::string_view behind_marks(std::string_view line) {
    constexpr std::size_t kLongestMark = 16;
    if (const std::size_t end = line.substr(0, kLongestMark).find("]:"); end != std::string_view::npos)
        line.remove_prefix(end + 2);
    if (const std::size_t end = line.substr(0, kLongestMark).find('>');
        line.starts_with('<') && end != std::string_view::npos)
        line.remove_prefix(end + 1);
    line.remove_prefix(std::min(line.find_first_not_of(" \t[("), line.size()));
    return line;
}

ParsedTime system_time_in_front(std::string_view line, const YearBounds& years) {
    const std::string_view text = behind_marks(line);
    if (text.empty() || text.front() < 'A' || text.front() > 'Z') return {};
    std::size_t length = 0;
    const ParsedTime time = time_with_month_name(text, years, length);
    return length > 0 ? time : time_of_glog(text, years);
}

}  // namespace

DateOrder order_in_front(std::string_view line) {
    for (std::size_t i = 0; i < kTimeWithin && i + kShortest <= line.size(); ++i) {
        if (!is_digit(line[i]) || !has_year_last(line, i)) continue;
        return order_shown_by(line.substr(i)).value_or(DateOrder::unknown);
    }
    return DateOrder::unknown;
}

ParsedTime epoch_of(std::string_view text) {
    std::size_t end = 0;
    while (end < text.size() && is_digit(text[end])) ++end;
    const bool epoch = end == 10 || end == 13 || end == 16 || end == 19;  // s, ms, us, ns
    if (!epoch) return {};
    if (end < text.size() && text[end] == '.') ++end;
    while (end < text.size() && is_digit(text[end])) ++end;
    const bool whole =
        end == text.size() || std::string_view(" \t,;|:])").find(text[end]) != std::string_view::npos;
    return whole ? parse_time(text.substr(0, end)) : ParsedTime{};
}

ParsedTime time_in_front(std::string_view line, const DateReading& dates) {
    const std::size_t begin = line.find_first_not_of(" \t[(");
    if (begin == std::string_view::npos) return {};
    if (const ParsedTime epoch = epoch_of(line.substr(begin)); epoch.time_class != TimeClass::none)
        return epoch;
    const ParsedTime time = system_time_in_front(line, dates.years);
    return time.time_class != TimeClass::none ? time : calendar_in_front(line, dates.order);
}

std::string_view clock_in_front(std::string_view line) {
    constexpr std::size_t kWithin = 32;
    constexpr std::string_view kShape = "00:00:00";
    for (std::size_t i = 0; i < kWithin && i + kShape.size() <= line.size(); ++i) {
        bool clock = i == 0 || !is_digit(line[i - 1]);
        for (std::size_t k = 0; clock && k < kShape.size(); ++k)
            clock = kShape[k] == '0' ? is_digit(line[i + k]) : line[i + k] == ':';
        if (clock) return trim(line.substr(0, i + kShape.size()));
    }
    return {};
}

}  // namespace rle::formats
