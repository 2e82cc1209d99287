// Times as the C library, system logs and glog print them: with the month's name, or without a year.
#pragma once

#include <cstddef>
#include <string_view>

#include "formats/text/times.hpp"

namespace rle::formats {

/// "Mon Sep 28 12:00:00 2026", "Sep 28 12:00:00 UTC 2026", "Sep 28 12:00:00.123456" in front of a text;
/// `length`: characters of it; 0 where there is none.
ParsedTime time_with_month_name(std::string_view text, const YearBounds& years, std::size_t& length);

/// glog's and absl's "I0928 12:00:00.123456" or "I20260928 12:00:00.123456" in front of a text.
ParsedTime time_of_glog(std::string_view text, const YearBounds& years);

}  // namespace rle::formats
