// Tables of telemetry: what each column is (the plan, made by a format's reader) and how its rows become
// ours.
//
// When a cell is a reading is told in telemetry_reading.hpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/table.hpp"
#include "formats/telemetry/telemetry_reading.hpp"
#include "formats/text/times.hpp"
#include "rlecouple/quantities.hpp"
#include "rlecouple/telemetry.hpp"

namespace rle::formats {

enum class Role { ignored, time, t_s, device, temp, power, util, other };
constexpr bool is_reading(Role role) {
    return role == Role::temp || role == Role::power || role == Role::util;
}

/// What a cell says of throttling: "1", "0", or nothing.
using FlagOf = std::string_view (*)(std::string_view cell);
/// Flags that are written as words: yes or no, true or false, active or not, throttled or not.
std::string_view flag_in_words(std::string_view cell);

struct PlannedColumn {
    Role role = Role::ignored;
    std::string name;    ///< for Role::other: what it is called behind the reader
    double scale = 1.0;  ///< ours = scale * theirs + offset
    double offset = 0.0;
    bool numeric = false;       ///< for Role::other: written by us as a bare number (unit off, scaled)
    FlagOf throttle = nullptr;  ///< makes the column `throttle`: 1 where any such column says so
};

struct TablePlan {
    std::vector<PlannedColumn> columns;  ///< one a header cell
    bool units_in_cells = false;         ///< "100.00 W"
    DateOrder date_order = DateOrder::unknown;
    std::string device_prefix;             ///< before the cell of the device column ("gpu" + "0")
    std::string only_device;               ///< where no column names the device, or its cell is empty
    std::optional<std::int64_t> start_us;  ///< for tables without a time column: of the first sample; for
                                           ///< times of day: within half a day of the first
    std::optional<double> step_s;          ///< likewise: from one sample to the next
    std::vector<std::string> warnings{};   ///< about the columns
};

/// Index of the device called `name`, which is added where it is new.
std::uint32_t device_index(Telemetry& telemetry, std::string_view name);

/// The rows of one table on their way into a Telemetry.
class TelemetryRows {
  public:
    /// `plan` and `clock` must outlive it. Throws Error{insufficient_data} where neither a column nor the
    /// plan gives times.
    TelemetryRows(const std::vector<std::string>& header, const TablePlan& plan, Clock& clock,
                  std::string where);

    /// One row, with a cell for every column of the plan.
    void add(const Record& cells, std::size_t line);
    std::size_t size() const { return out_.size(); }  ///< rows that wait to be taken
    /// The rows so far go to `piece`, with the names of the devices.
    void take(Telemetry& piece);
    /// `skipped`: what was passed over before it came here. Throws as read_rows does.
    Telemetry finish(const Counts& skipped);

  private:
    void place(std::size_t c, const std::string& header);
    void assign(Reading& reading, std::optional<std::size_t>& at, std::string_view quantity, std::size_t c,
                const std::string& header);
    void read_time(std::string_view cell, std::int64_t& wall, double& t_s);
    std::int64_t on_its_day(std::int64_t of_day_us);
    void count_time(std::uint32_t device, std::int64_t& wall, double& t_s);
    std::uint32_t device_of(const Record& cells);
    void add_other(std::size_t c, std::string_view cell);
    void add_throttle(const Record& cells);
    void decode_others();
    [[noreturn]] void explain_no_rows(const Counts& skipped) const;

    const TablePlan& plan_;
    Clock& clock_;
    TimeReader times_;
    std::string where_;
    Telemetry out_;
    std::size_t seen_ = 0, taken_ = 0;
    std::optional<std::size_t> time_, t_s_, device_, temp_column_, power_column_, util_column_;
    std::vector<std::size_t> others_;    ///< columns of Role::other
    std::vector<std::size_t> other_of_;  ///< by column: index into out_.others
    std::vector<std::size_t> flags_;     ///< columns that make `throttle`, the last of out_.others
    Reading temp_{"temp_c"}, power_{"power_w"}, util_{"util_pct"};
    bool not_ascii_ = false;  ///< among the carried cells that wait to be taken
    std::string last_device_cell_, first_bad_time_, scratch_;
    std::uint32_t last_device_ = 0;
    std::vector<bool> device_in_sample_;  ///< which devices the present sample has, where times are counted
    std::size_t sample_ = 0;
    std::optional<std::int64_t> last_reading_us_;  ///< of a clock that shows times of day: the last
};

/// The factor that makes `unit` (as in a header) into ours: "uw", "mw", "kw" -> W; "f", "k", "mc" -> degC;
/// "mj" -> J.
/// False: it is no unit that we know.
bool apply_unit(std::string_view unit, PlannedColumn& column);
/// Says that times without a zone were taken as UTC.
void warn_of_naive_times(const Clock& clock, const std::string& where, std::vector<std::string>& warnings);

}  // namespace rle::formats
