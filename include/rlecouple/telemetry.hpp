// The two streams of a session as they stand behind the readers: our units, one row a sample, missing is
// missing.
//
// Invariants: every column of a stream has size() entries. NaN marks a missing number, kNoTime a missing
// time. Rows stand in the order of the file; sorting and removing duplicates is align's business, which
// counts what it does.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace rle {

inline constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
inline constexpr std::int64_t kNoTime = std::numeric_limits<std::int64_t>::min();

/// A column kept as the source wrote it, cell for cell, in one block of memory.
class TextColumn {
  public:
    TextColumn() = default;
    explicit TextColumn(std::string name) : name_(std::move(name)) {}

    const std::string& name() const { return name_; }
    std::size_t size() const { return ends_.size(); }
    /// Memory that it takes, about.
    std::size_t bytes() const { return bytes_.size() + ends_.size() * sizeof(std::size_t); }
    void push_back(std::string_view cell) {
        bytes_.append(cell);
        ends_.push_back(bytes_.size());
    }
    std::string_view operator[](std::size_t row) const {
        const std::size_t begin = row == 0 ? 0 : ends_[row - 1];
        return std::string_view(bytes_).substr(begin, ends_[row] - begin);
    }

    /// The column as numbers: NaN where a cell is not one.
    std::vector<double> numbers() const;

  private:
    std::string name_;
    std::string bytes_;
    std::vector<std::size_t> ends_;
};

/// What was left out or mended while a stream was read, by reason ("not_a_number", "torn_line", ...).
using Counts = std::map<std::string, std::size_t>;

/// Samples of the machine's sensors, of one device or of several interleaved.
struct Telemetry {
    std::vector<std::int64_t>
        wall_us;              ///< UTC, microseconds since 1970-01-01; kNoTime where the source has none
    std::vector<double> t_s;  ///< monotonic seconds since the session's start; NaN where the source has none
    std::vector<std::uint32_t> device;  ///< index into `devices`
    std::vector<std::string> devices;   ///< names, in the order of their first row ("gpu", "cpu", ...)
    std::vector<double> temp_c;         ///< degC
    std::vector<double> power_w;        ///< W
    std::vector<double> util_pct;       ///< %, 0 to 100
    std::vector<TextColumn> others;     ///< every other column of the source, carried through as text
    Counts dropped;
    std::vector<std::string> warnings;
    bool times_made = false;  ///< the source has no times; they were counted from its rows
    bool days_made = false;   ///< its times are times of day, whose days were counted from a given start

    std::size_t size() const { return t_s.size(); }
    /// The column of `others` called `name`, if there is one.
    const TextColumn* other(std::string_view name) const;
};

/// Steps of the training process.
struct Training {
    std::vector<std::int64_t>
        wall_us;                ///< UTC, microseconds since 1970-01-01; kNoTime where the log has none
    std::vector<double> t_s;    ///< seconds on the session's monotonic clock; NaN where the log has none
    std::vector<double> step;   ///< 1, 2, ...; NaN where the log has none
    std::vector<double> epoch;  ///< whole or with fractions, without a unit as all below
    std::vector<double> loss;
    std::vector<double>
        grad_norm;  ///< before clipping. NaN: the row has none. Infinity: printed as nan or inf.
    std::vector<double> learning_rate;
    Counts dropped;
    std::vector<std::string> warnings;
    bool times_made = false;  ///< the log has no times; they were counted from its steps

    std::size_t size() const { return t_s.size(); }
};

/// A table of numbers on one time axis, as `correlate` and `balance` take it: any CSV with a `t_s` column.
struct Frame {
    std::vector<double> t_s;                   ///< s
    std::vector<std::string> names;            ///< columns of numbers; one of empty cells alone counts, too
    std::vector<std::vector<double>> columns;  ///< as `names`; NaN is missing
    std::vector<std::string> unread;  ///< names of further columns of numbers, which nobody asked for
    std::vector<std::string> device;  ///< one a row; empty where the table names at most one
    std::string only_device;          ///< the one that it names, then
    std::map<std::string, std::set<std::string>>
        modelled;  ///< device ("" where none is named) -> columns that are estimates, not measurements
    std::vector<std::string> warnings;

    std::size_t size() const { return t_s.size(); }
    /// The column called `name`; nullptr where there is none.
    const std::vector<double>* find(std::string_view name) const;
    /// Only the rows of one device, in their order.
    Frame of_device(std::string_view name) const;
    /// Device names in the order of their first row.
    std::vector<std::string> device_names() const;
};

}  // namespace rle
