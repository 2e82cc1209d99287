#include "formats/telemetry_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "formats/numbers.hpp"
#include "formats/writers.hpp"
#include "rlecouple/error.hpp"

namespace rle::formats {
namespace {

// The rows of one table on their way into a Telemetry.
class TableRows {
  public:
    TableRows(const Table& table, const TablePlan& plan, Clock& clock)
        : plan_(plan), clock_(clock), other_of_(plan.columns.size()) {
        for (std::size_t c = 0; c < plan.columns.size(); ++c) place(c, table.header()[c]);
    }

    void add(const Record& cells, std::size_t line) {
        std::int64_t wall = kNoTime;
        double t_s = t_s_ ? number_of(cells[*t_s_]) : kMissing;
        if (time_) read_time(cells[*time_], wall, t_s);
        if (wall == kNoTime && std::isnan(t_s)) {
            if (out_.dropped["no_time"]++ == 0) first_bad_time_ = cells[time_ ? *time_ : *t_s_];
            return;
        }
        out_.wall_us.push_back(wall);
        out_.t_s.push_back(t_s);
        out_.device.push_back(device_of(cells));
        out_.temp_c.push_back(temp_.take(cell_at(cells, temp_column_), plan_.units_in_cells, line));
        out_.power_w.push_back(power_.take(cell_at(cells, power_column_), plan_.units_in_cells, line));
        out_.util_pct.push_back(util_.take(cell_at(cells, util_column_), plan_.units_in_cells, line));
        for (const std::size_t c : others_) add_other(c, cells[c]);
    }

    Telemetry finish(const Table& table, const std::string& where) {
        for (const auto& [reason, count] : table.skipped()) out_.dropped[reason] += count;
        describe_skipped(table.skipped(), where, out_.warnings);
        if (out_.size() == 0) explain_no_rows(table, where);
        if (const auto lost = out_.dropped.find("no_time"); lost != out_.dropped.end()) {
            out_.warnings.push_back(
                fmt::format("{}: {} row(s) without a readable time were left out", where, lost->second));
        }
        for (const Reading* reading : {&temp_, &power_, &util_}) reading->finish(where, out_.size(), out_);
        warn_of_naive_times(clock_, where, out_.warnings);
        return std::move(out_);
    }

  private:
    void place(std::size_t c, const std::string& header) {
        const PlannedColumn& column = plan_.columns[c];
        switch (column.role) {
            case Role::ignored:
                break;
            case Role::time:
                time_ = c;
                break;
            case Role::t_s:
                t_s_ = c;
                break;
            case Role::device:
                device_ = c;
                break;
            case Role::temp:
                assign(temp_, temp_column_, "temp_c", c, header);
                break;
            case Role::power:
                assign(power_, power_column_, "power_w", c, header);
                break;
            case Role::util:
                assign(util_, util_column_, "util_pct", c, header);
                break;
            case Role::other:
                other_of_[c] = out_.others.size();
                out_.others.emplace_back(column.name);
                others_.push_back(c);
                break;
        }
    }

    void assign(Reading& reading, std::optional<std::size_t>& at, std::string_view quantity, std::size_t c,
                const std::string& header) {
        reading = Reading(quantity, &plan_.columns[c], header);
        at = c;
    }

    static std::string_view cell_at(const Record& cells, const std::optional<std::size_t>& column) {
        return column ? cells[*column] : std::string_view();
    }

    static double number_of(std::string_view cell) { return parse_number(cell).value_or(kMissing); }

    void read_time(std::string_view cell, std::int64_t& wall, double& t_s) {
        const ParsedTime time = parse_time(cell);
        if (time.time_class != TimeClass::none) {
            wall = clock_.to_utc(time);
        } else if (!t_s_) {
            t_s = number_of(cell);  // too small for an epoch: seconds since some start
        }
    }

    std::uint32_t device_of(const Record& cells) {
        const std::string_view cell = cell_at(cells, device_);
        if (!out_.devices.empty() && cell == last_device_cell_) return last_device_;
        last_device_cell_ = std::string(cell);
        last_device_ =
            device_index(out_, cell.empty() ? plan_.only_device : plan_.device_prefix + last_device_cell_);
        return last_device_;
    }

    void add_other(std::size_t c, std::string_view cell) {
        const PlannedColumn& column = plan_.columns[c];
        TextColumn& to = out_.others[other_of_[c]];
        if (!column.numeric) {
            to.push_back(cell);
            return;
        }
        const Cell parsed = plan_.units_in_cells ? parse_with_unit(cell) : parse_cell(cell);
        scratch_.clear();
        if (parsed.kind == CellKind::number) {
            const Quantity* quantity = find_quantity(column.name);
            const double value = parsed.value * column.scale + column.offset;
            const bool plausible =
                quantity == nullptr || (value >= quantity->physical_low && value <= quantity->physical_high);
            if (plausible) append_number(scratch_, value);
            if (!plausible) ++out_.dropped["unphysical"];
        } else if (parsed.kind == CellKind::text) {
            scratch_ = cell;
        }
        to.push_back(scratch_);
    }

    [[noreturn]] void explain_no_rows(const Table& table, const std::string& where) const {
        if (table.rows() > 0) {
            throw Error(ErrorKind::failed, where,
                        fmt::format("no row has a readable time; found '{}'", first_bad_time_.substr(0, 60)),
                        "times are RFC 3339, an epoch in s, ms, us or ns, or seconds in a column t_s");
        }
        const bool malformed = table.skipped().contains("malformed_line");
        throw Error(malformed ? ErrorKind::failed : ErrorKind::insufficient_data, where,
                    malformed ? "no line under the header has as many cells as it"
                              : "a header but not one whole row");
    }

    const TablePlan& plan_;
    Clock& clock_;
    Telemetry out_;
    std::optional<std::size_t> time_, t_s_, device_, temp_column_, power_column_, util_column_;
    std::vector<std::size_t> others_;    ///< columns of Role::other
    std::vector<std::size_t> other_of_;  ///< by column: index into out_.others
    Reading temp_{"temp_c"}, power_{"power_w"}, util_{"util_pct"};
    std::string last_device_cell_, first_bad_time_, scratch_;
    std::uint32_t last_device_ = 0;
};

}  // namespace

Reading::Reading(std::string_view quantity, const PlannedColumn* column, std::string header)
    : quantity_(find_quantity(quantity)), header_(std::move(header)) {
    if (column == nullptr) return;
    present_ = true;
    scale_ = column->scale;
    offset_ = column->offset;
}

double Reading::take(std::string_view cell, bool with_unit, std::size_t line) {
    const Cell parsed = with_unit ? parse_with_unit(cell) : parse_cell(cell);
    switch (parsed.kind) {
        case CellKind::number:
            return judge(parsed.value * scale_ + offset_);
        case CellKind::missing:
            return kMissing;
        case CellKind::infinite:
            ++unphysical_;
            return kMissing;
        case CellKind::text:
            break;
    }
    if (texts_++ == 0) {
        first_text_ = std::string(cell.substr(0, 60));
        first_text_line_ = line;
    }
    return kMissing;
}

double Reading::judge(double value) {
    if (!(value >= quantity_->physical_low && value <= quantity_->physical_high)) {
        ++unphysical_;
        return kMissing;
    }
    ++numbers_;
    return value;
}

void Reading::finish(const std::string& where, std::size_t rows, Telemetry& telemetry) const {
    const std::string name(quantity_->name);
    const std::string column = header_.empty() ? name : "column '" + header_ + "'";
    if (numbers_ == 0 && unphysical_ == 0 && texts_ > 0) {
        throw Error(
            ErrorKind::failed, where,
            fmt::format("{} holds no number; found '{}' in line {}", column, first_text_, first_text_line_));
    }
    if (texts_ > 0) {
        telemetry.dropped["not_a_number"] += texts_;
        telemetry.warnings.push_back(
            fmt::format("{}: {}: {} cell(s) are no number (first: '{}' in line {}); missing", where, column,
                        texts_, first_text_, first_text_line_));
    }
    if (unphysical_ > 0) {
        telemetry.dropped["unphysical"] += unphysical_;
        telemetry.warnings.push_back(
            fmt::format("{}: {}: {} reading(s) outside {} to {} {} are no readings; missing", where, column,
                        unphysical_, quantity_->physical_low, quantity_->physical_high, quantity_->unit));
    }
    if (numbers_ == 0 && rows > 0) {
        telemetry.warnings.push_back(present_ ? fmt::format("{}: {} is empty throughout", where, column)
                                              : fmt::format("{}: no column for {}", where, name));
    }
}

std::uint32_t device_index(Telemetry& telemetry, std::string_view name) {
    const auto it = std::find(telemetry.devices.begin(), telemetry.devices.end(), name);
    if (it != telemetry.devices.end()) return static_cast<std::uint32_t>(it - telemetry.devices.begin());
    telemetry.devices.emplace_back(name);
    return static_cast<std::uint32_t>(telemetry.devices.size() - 1);
}

Telemetry read_table(Table& table, const TablePlan& plan, Clock& clock, const std::string& where) {
    TableRows rows(table, plan, clock);
    Record cells;
    while (table.next(cells, where)) rows.add(cells, table.line());
    return rows.finish(table, where);
}

void apply_unit(std::string_view unit, PlannedColumn& column) {
    if (unit == "mw" || unit == "mj" || unit == "milliwatts") column.scale = 1e-3;
    if (unit == "kw") column.scale = 1e3;
    if (unit == "k" || unit == "kelvin") column.offset = -273.15;
    if (unit == "f" ||
        unit ==
            "\xc2\xb0"
            "f" ||
        unit == "fahrenheit") {
        column.scale = 5.0 / 9.0;
        column.offset = -32.0 * 5.0 / 9.0;
    }
}

void warn_of_naive_times(const Clock& clock, const std::string& where, std::vector<std::string>& warnings) {
    if (!clock.assumed_utc()) return;
    warnings.push_back(where + ": times without a zone are taken as UTC; --tz ZONE says otherwise");
}

}  // namespace rle::formats
