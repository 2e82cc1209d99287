// Text or number of a time -> UTC microseconds since 1970-01-01.
//
// Epochs are told apart by magnitude (s, ms, us, ns); anything below 1e8 is no epoch but seconds since some
// start. A calendar time without a zone is taken in the zone of --tz, else as UTC, and counted so that a
// warning can say so.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "rlecouple/telemetry.hpp"

namespace rle::formats {

/// How far a time can be trusted, best first: where a record carries several, the best goes.
enum class TimeClass : std::uint8_t { epoch, zoned, naive, none };

struct ParsedTime {
    TimeClass time_class = TimeClass::none;
    std::int64_t us = kNoTime;  ///< of a naive time: as if its wall clock were UTC
    bool year_made = false;     ///< it was printed without a year
};

/// From what a time without a year takes one: the first year from `start_us` on, else the last one that does
/// not lie behind `written_us`, when its file was last written; a day of difference is forgiven (zones).
struct YearBounds {
    std::optional<std::int64_t> start_us, written_us;  ///< both missing: there is none
};

/// Which number of "9/10/2026" is the day.
enum class DateOrder : std::uint8_t { unknown, day_first, month_first };

/// An epoch or a calendar time: "1761699262.488", "2025-10-28T08:00:00.408Z", "2026/09/28 12:00:00.000",
/// "20260928 12:00:00", "20260928T120000Z", "20260928120000", "2026-01-05 12:00:00,123", "28.9.2026
/// 12:00:00", where the order is known "28/9/2026 12:00:00", of 24 hours or with "AM" or "PM", with "Z",
/// "+02:00", "+0200", " UTC" or nothing behind; "Mon Sep 28 12:00:00 2026".
ParsedTime parse_time(std::string_view text, DateOrder order = DateOrder::unknown);

/// parse_time of one text after another: within a minute, times as we write them are read quicker.
class TimeReader {
  public:
    ParsedTime read(std::string_view text, DateOrder order);

  private:
    static constexpr std::size_t kToMinute = std::string_view("0000-00-00T00:00:").size();
    std::array<char, kToMinute> minute_{};  ///< of the last such time
    std::int64_t minute_us_ = 0;
};

/// Of "12:00:00" or "12:00:00.123": microseconds since midnight; missing: it is no time of day alone.
std::optional<std::int64_t> time_of_day_us(std::string_view text);

/// Of a text that begins like "9/10/2026" or "9-10-2026": the order that it shows by a number above 12, else
/// unknown. Missing: it does not begin so.
std::optional<DateOrder> order_shown_by(std::string_view text);
/// `value` as an epoch; missing where it is too small or too large to be one.
std::optional<std::int64_t> epoch_us(double value);
/// Microseconds of a calendar time; missing where there is no such day or hour.
std::optional<std::int64_t> civil_us(int year, unsigned month, unsigned day, unsigned hour, unsigned minute,
                                     unsigned second, unsigned microsecond);

/// A zone of the system's database ("Europe/Berlin"), a fixed offset ("+02:00"), "UTC" or "local".
class TimeZone {
  public:
    /// Empty means UTC. Throws Error{usage} for a zone that the system does not know.
    explicit TimeZone(const std::string& name);
    ~TimeZone();
    TimeZone(TimeZone&&) noexcept;

    /// UTC of a wall clock reading. Where the clock shows an hour twice, the later one goes if the earlier
    /// one lies more than half an hour before `previous_us`; a reading that was skipped is moved on as the
    /// clock was.
    std::int64_t to_utc(std::int64_t wall_reading_us, std::int64_t previous_us) const;

  private:
    struct Table;
    std::unique_ptr<Table> table_;
};

/// Turns parsed times into UTC, and remembers what a warning must say.
class Clock {
  public:
    explicit Clock(const std::string& zone) : zone_(zone), zone_given_(!zone.empty()) {}

    std::int64_t to_utc(const ParsedTime& time) {
        if (time.time_class != TimeClass::naive) return time.us;
        ++naive_;
        previous_ = zone_.to_utc(time.us, previous_);
        return previous_;
    }
    /// Times without a zone were taken as UTC because nobody said otherwise.
    bool assumed_utc() const { return naive_ > 0 && !zone_given_; }

  private:
    TimeZone zone_;
    bool zone_given_;
    std::int64_t previous_ = kNoTime;
    std::size_t naive_ = 0;
};

}  // namespace rle::formats
