// The pieces of which calendar times are put together.
#pragma once

#include <cstddef>
#include <string_view>

namespace rle::formats {

/// Takes calendar times apart, from left to right: what it cannot take stays.
class TimeCursor {
  public:
    explicit TimeCursor(std::string_view text) : text_(text) {}

    bool digits(std::size_t count, unsigned& value) {
        if (text_.size() < count) return false;
        value = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (text_[i] < '0' || text_[i] > '9') return false;
            value = value * 10 + static_cast<unsigned>(text_[i] - '0');
        }
        text_.remove_prefix(count);
        return true;
    }
    /// One or two digits.
    bool short_number(unsigned& value) { return digits(2, value) || digits(1, value); }
    bool skip(char c) {
        if (text_.empty() || text_.front() != c) return false;
        text_.remove_prefix(1);
        return true;
    }
    /// Any number of digits behind a decimal sign, to whole microseconds (what lies beyond is cut off).
    unsigned fraction_us() {
        unsigned value = 0;
        unsigned scale = 100'000;
        while (!text_.empty() && text_.front() >= '0' && text_.front() <= '9') {
            value += scale * static_cast<unsigned>(text_.front() - '0');
            scale /= 10;
            text_.remove_prefix(1);
        }
        return value;
    }
    std::string_view rest() const { return text_; }

  private:
    std::string_view text_;
};

struct TimeOfDay {
    unsigned hour = 0, minute = 0, second = 0, microsecond = 0;
};

/// "12:00", "12:00:00.123"; behind a compact date also "120000".
inline bool read_time_of_day(TimeCursor& cursor, bool compact, TimeOfDay& time) {
    if (!cursor.short_number(time.hour)) return false;
    const bool colon = cursor.skip(':');
    if ((!colon && !compact) || !cursor.digits(2, time.minute)) return false;
    if (colon && !cursor.skip(':')) return true;
    if (!cursor.digits(2, time.second)) return false;
    if (cursor.skip('.') || cursor.skip(',')) time.microsecond = cursor.fraction_us();
    return true;
}

}  // namespace rle::formats
