// Our own CSV files: RFC 4180, "." decimal whatever the locale, empty cell = missing, numbers round-trip.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "rlecouple/telemetry.hpp"

namespace rle::formats {

/// Appends the shortest text that reads back as the same double; nothing for NaN; "inf"/"-inf" for
/// infinities.
void append_number(std::string& out, double value);
/// Appends `cell`, quoted where RFC 4180 asks for it.
void append_cell(std::string& out, std::string_view cell);
/// RFC 3339, UTC, six decimals, "Z"; nothing for kNoTime.
void append_timestamp(std::string& out, std::int64_t wall_us);

/// Likewise, at `to`; the end comes back. A cell takes at most twice its size and two.
char* write_cell(char* to, std::string_view cell);
inline constexpr std::size_t kLongestTimestamp = 32;
char* write_timestamp(char* to, std::int64_t wall_us);
/// A timestamp's end: six digits and "Z".
char* write_fraction(char* to, unsigned microseconds);

inline constexpr std::string_view kTrainingHeader = "timestamp,t_s,step,epoch,loss,grad_norm,learning_rate";
/// training.csv with its header, as the contract has it.
std::string training_csv(const Training& training);

}  // namespace rle::formats
