// One quantity of the telemetry as it is being read, cell by cell.
//
// A cell is missing where it is empty, where it says so, or where its number lies outside the physical range
// of its quantity (which is how drivers print "no reading"); the latter and text in the place of a number are
// counted.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "rlecouple/quantities.hpp"
#include "rlecouple/telemetry.hpp"

namespace rle::formats {

struct PlannedColumn;  // telemetry_table.hpp

/// Judges each cell and remembers what was wrong.
class Reading {
  public:
    explicit Reading(std::string_view quantity, const PlannedColumn* column = nullptr,
                     std::string header = {});

    double take(std::string_view cell, bool with_unit, std::size_t line);
    double judge(double value);  ///< NaN where outside the physical range
    /// Throws Error{failed} where every cell is text; otherwise adds counts and warnings.
    void finish(const std::string& where, std::size_t rows, Telemetry& telemetry) const;

  private:
    const Quantity* quantity_;
    double scale_ = 1.0;
    double offset_ = 0.0;
    bool present_ = false;
    std::string header_;
    std::size_t numbers_ = 0;
    double largest_ = 0.0;
    bool fractions_ = false;  ///< between 0 and 1
    std::size_t unphysical_ = 0;
    std::size_t texts_ = 0;
    std::string first_text_;
    std::size_t first_text_line_ = 0;
};

}  // namespace rle::formats
