// Tables of telemetry: what each column is (the plan, made by a format's reader) and how its rows become
// ours.
//
// A cell is missing where it is empty, where it says so, or where its number lies outside the physical range
// of its quantity (which is how drivers print "no reading"); the latter and text in the place of a number are
// counted.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "formats/table.hpp"
#include "formats/times.hpp"
#include "rlecouple/quantities.hpp"
#include "rlecouple/telemetry.hpp"

namespace rle::formats {

enum class Role { ignored, time, t_s, device, temp, power, util, other };

struct PlannedColumn {
    Role role = Role::ignored;
    std::string name;    ///< for Role::other: what it is called behind the reader
    double scale = 1.0;  ///< ours = scale * theirs + offset
    double offset = 0.0;
    bool numeric = false;  ///< for Role::other: written by us as a bare number (unit off, scaled)
};

struct TablePlan {
    std::vector<PlannedColumn> columns;  ///< one a header cell
    bool units_in_cells = false;         ///< "100.00 W"
    std::string device_prefix;           ///< before the cell of the device column ("gpu" + "0")
    std::string only_device;             ///< where no column names the device, or its cell is empty
};

/// A quantity of the telemetry as it is being read: judges each cell and remembers what was wrong.
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
    std::size_t unphysical_ = 0;
    std::size_t texts_ = 0;
    std::string first_text_;
    std::size_t first_text_line_ = 0;
};

/// Index of the device called `name`, which is added where it is new.
std::uint32_t device_index(Telemetry& telemetry, std::string_view name);

/// Throws Error{insufficient_data} where there is no row, Error{failed} where no row or no needed column can
/// be read.
Telemetry read_table(Table& table, const TablePlan& plan, Clock& clock, const std::string& where);

/// The factor that makes `unit` (as in a header) into ours: "mw", "kw" -> W; "f", "k" -> degC; "j", "mj" ->
/// J.
void apply_unit(std::string_view unit, PlannedColumn& column);
/// Says that times without a zone were taken as UTC.
void warn_of_naive_times(const Clock& clock, const std::string& where, std::vector<std::string>& warnings);

}  // namespace rle::formats
