#include "formats/telemetry/telemetry_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "formats/text/encoding.hpp"
#include "formats/text/numbers.hpp"
#include "formats/writers.hpp"
#include "rlecouple/counted.hpp"
#include "rlecouple/error.hpp"

namespace rle::formats {
namespace {

constexpr std::uint32_t kMostDevices = 10'000;  // of a cluster; they are looked for one by one

std::string_view cell_at(const Record& cells, const std::optional<std::size_t>& column) {
    return column ? cells[*column] : std::string_view();
}

void make_utf8(std::vector<TextColumn>& columns) {
    for (TextColumn& column : columns) {
        TextColumn decoded(column.name());
        for (std::size_t i = 0; i < column.size(); ++i) decoded.push_back(from_cp1252(column[i]));
        column = std::move(decoded);
    }
}

double number_of(std::string_view cell) {
    return parse_number(cell).value_or(kMissing);
}

// What a value in such a unit is, times the scale and plus the offset, in degC, W, % or J.
struct Unit {
    std::string_view name;
    double scale;
    double offset = 0.0;
};
constexpr double kPerF = 5.0 / 9.0;
constexpr Unit kUnits[] = {
    {"", 1},
    {"c", 1},
    {"\u00b0c", 1},
    {"degc", 1},
    {"celsius", 1},
    {"celsius degree", 1},
    {"w", 1},
    {"watt", 1},
    {"watts", 1},
    {"%", 1},
    {"pct", 1},
    {"percent", 1},
    {"j", 1},
    {"mw", 1e-3},
    {"mj", 1e-3},
    {"milliwatts", 1e-3},
    {"mc", 1e-3},
    {"uw", 1e-6},
    {"kw", 1e3},
    {"k", 1, -273.15},
    {"kelvin", 1, -273.15},
    {"f", kPerF, -32 * kPerF},
    {"\u00b0f", kPerF, -32 * kPerF},
    {"degf", kPerF, -32 * kPerF},
    {"fahrenheit", kPerF, -32 * kPerF},
};

}  // namespace

TelemetryRows::TelemetryRows(const std::vector<std::string>& header, const TablePlan& plan, Clock& clock,
                             std::string where)
    : plan_(plan), clock_(clock), where_(std::move(where)), other_of_(plan.columns.size()) {
    for (std::size_t c = 0; c < plan.columns.size(); ++c) place(c, header[c]);
    for (std::size_t c = 0; c < plan.columns.size(); ++c) {
        if (plan.columns[c].throttle != nullptr) flags_.push_back(c);
    }
    if (!flags_.empty()) out_.others.emplace_back("throttle");
    if (!time_ && !t_s_ && !plan.step_s) {
        throw Error(ErrorKind::insufficient_data, where_, "the file says nowhere when its samples were taken",
                    "give --sample-seconds S (and --start TIME), or record it with times");
    }
}

void TelemetryRows::add(const Record& cells, std::size_t line) {
    ++seen_;
    std::int64_t wall = kNoTime;
    double t_s = t_s_ ? number_of(cells[*t_s_]) : kMissing;
    const std::uint32_t device = device_of(cells);
    if (time_) {
        read_time(cells[*time_], wall, t_s);
    } else if (!t_s_) {
        count_time(device, wall, t_s);
    }
    if (wall == kNoTime && std::isnan(t_s)) {
        if (out_.dropped["no_time"]++ == 0) first_bad_time_ = cells[time_ ? *time_ : *t_s_];
        return;
    }
    out_.wall_us.push_back(wall);
    out_.t_s.push_back(t_s);
    out_.device.push_back(device);
    out_.temp_c.push_back(temp_.take(cell_at(cells, temp_column_), plan_.units_in_cells, line));
    out_.power_w.push_back(power_.take(cell_at(cells, power_column_), plan_.units_in_cells, line));
    out_.util_pct.push_back(util_.take(cell_at(cells, util_column_), plan_.units_in_cells, line));
    for (const std::size_t c : others_) add_other(c, cells[c]);
    if (!flags_.empty()) add_throttle(cells);
}

void TelemetryRows::take(Telemetry& piece) {
    taken_ += out_.size();
    decode_others();
    piece = Telemetry{};
    piece.devices = out_.devices;
    piece.days_made = out_.days_made;
    std::swap(piece.wall_us, out_.wall_us);
    std::swap(piece.t_s, out_.t_s);
    std::swap(piece.device, out_.device);
    std::swap(piece.temp_c, out_.temp_c);
    std::swap(piece.power_w, out_.power_w);
    std::swap(piece.util_pct, out_.util_pct);
    for (const TextColumn& column : out_.others) piece.others.emplace_back(column.name());
    std::swap(piece.others, out_.others);
}

Telemetry TelemetryRows::finish(const Counts& skipped) {
    decode_others();
    for (const auto& [reason, count] : skipped) out_.dropped[reason] += count;
    describe_skipped(skipped, where_, out_.warnings);
    const std::size_t rows = out_.size() + taken_;
    if (rows == 0) explain_no_rows(skipped);
    if (const auto lost = out_.dropped.find("no_time"); lost != out_.dropped.end()) {
        out_.warnings.push_back(fmt::format("{}: {} without a readable time {} left out", where_,
                                            counted(lost->second, "row"), was_or_were(lost->second)));
    }
    for (const std::string& warning : plan_.warnings) out_.warnings.push_back(where_ + ": " + warning);
    for (const Reading* reading : {&temp_, &power_, &util_}) reading->finish(where_, rows, out_);
    warn_of_naive_times(clock_, where_, out_.warnings);
    out_.times_made = !time_ && !t_s_;
    if (!time_ && !t_s_)
        out_.warnings.push_back(
            where_ + ": it has no times; they are counted from its rows, --sample-seconds S apart");
    return std::move(out_);
}

void TelemetryRows::place(std::size_t c, const std::string& header) {
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
            out_.others.emplace_back(from_cp1252(column.name));
            others_.push_back(c);
            break;
    }
}

void TelemetryRows::assign(Reading& reading, std::optional<std::size_t>& at, std::string_view quantity,
                           std::size_t c, const std::string& header) {
    reading = Reading(quantity, &plan_.columns[c], header);
    at = c;
}

void TelemetryRows::read_time(std::string_view cell, std::int64_t& wall, double& t_s) {
    const ParsedTime time = times_.read(cell, plan_.date_order);
    if (time.time_class != TimeClass::none) {
        wall = clock_.to_utc(time);
    } else if (!t_s_) {
        const auto of_day_us = plan_.start_us ? time_of_day_us(cell) : std::nullopt;
        if (of_day_us) wall = clock_.to_utc({TimeClass::naive, on_its_day(*of_day_us)});
        out_.days_made = out_.days_made || of_day_us.has_value();
        t_s = number_of(cell);  // too small for an epoch: seconds since some start
    }
}

// The reading of a wall clock that shows no date: the first within half a day of --start, each later one
// within half a day of the one before.
std::int64_t TelemetryRows::on_its_day(std::int64_t of_day_us) {
    constexpr std::int64_t kDay_us = 86'400'000'000;
    if (!last_reading_us_) {  // what the wall clock showed at the start
        const std::int64_t start_us = *plan_.start_us;
        last_reading_us_ = 2 * start_us - clock_.to_utc({TimeClass::naive, start_us});
    }
    const double days = static_cast<double>(*last_reading_us_ - of_day_us) / static_cast<double>(kDay_us);
    last_reading_us_ = of_day_us + kDay_us * std::llround(days);
    return *last_reading_us_;
}

// Without times a sample ends where a device comes again.
void TelemetryRows::count_time(std::uint32_t device, std::int64_t& wall, double& t_s) {
    if (device_in_sample_.size() <= device) device_in_sample_.resize(device + 1, false);
    if (device_in_sample_[device]) {
        device_in_sample_.assign(device_in_sample_.size(), false);
        ++sample_;
    }
    device_in_sample_[device] = true;
    t_s = static_cast<double>(sample_) * *plan_.step_s;
    if (plan_.start_us && t_s < 1e11) wall = *plan_.start_us + std::llround(t_s * 1e6);
}

std::uint32_t TelemetryRows::device_of(const Record& cells) {
    const std::string_view cell = cell_at(cells, device_);
    if (!out_.devices.empty() && cell == last_device_cell_) return last_device_;
    last_device_cell_ = std::string(cell);
    last_device_ =
        device_index(out_, cell.empty() ? plan_.only_device : plan_.device_prefix + from_cp1252(cell));
    if (last_device_ >= kMostDevices)
        throw Error(
            ErrorKind::failed, where_,
            fmt::format("its rows name more than {} devices, '{}' the last", kMostDevices, quotable(cell)),
            "does that column name something else? call it so");
    return last_device_;
}

void TelemetryRows::add_other(std::size_t c, std::string_view cell) {
    const PlannedColumn& column = plan_.columns[c];
    TextColumn& to = out_.others[other_of_[c]];
    if (!column.numeric) {
        not_ascii_ = not_ascii_ || !is_ascii(cell);
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
        not_ascii_ = not_ascii_ || !is_ascii(cell);
        scratch_ = cell;
    }
    to.push_back(scratch_);
}

void TelemetryRows::add_throttle(const Record& cells) {
    std::string_view flag;
    for (const std::size_t c : flags_) {
        const std::string_view one = plan_.columns[c].throttle(cells[c]);
        if (one > flag) flag = one;  // nothing, "0", "1"
    }
    out_.others.back().push_back(flag);
}

// Some loggers of Windows write code page 1252, which must not get into files of UTF-8.
void TelemetryRows::decode_others() {
    if (not_ascii_) make_utf8(out_.others);
    not_ascii_ = false;
}

void TelemetryRows::explain_no_rows(const Counts& skipped) const {
    if (seen_ > 0) {
        throw Error(ErrorKind::failed, where_,
                    fmt::format("no row has a readable time; found '{}'", quotable(first_bad_time_)),
                    time_of_day_us(first_bad_time_) ? "of times of day --start says the day"
                                                    : "times are RFC 3339, 28.9.2026 12:00:00, an epoch in "
                                                      "s, ms, us or ns, or seconds in a column "
                                                      "t_s");
    }
    if (!skipped.contains("malformed_line"))
        throw Error(ErrorKind::insufficient_data, where_, "a header but not one whole row");
    throw Error(ErrorKind::failed, where_, "no line under the header has as many cells as it",
                "decimal commas between commas must be quoted");
}

std::uint32_t device_index(Telemetry& telemetry, std::string_view name) {
    const auto it = std::find(telemetry.devices.begin(), telemetry.devices.end(), name);
    if (it != telemetry.devices.end()) return static_cast<std::uint32_t>(it - telemetry.devices.begin());
    telemetry.devices.emplace_back(name);
    return static_cast<std::uint32_t>(telemetry.devices.size() - 1);
}

bool apply_unit(std::string_view unit, PlannedColumn& column) {
    const auto it =
        std::find_if(std::begin(kUnits), std::end(kUnits), [&](const Unit& u) { return u.name == unit; });
    if (it == std::end(kUnits)) return false;
    column.scale = it->scale;
    column.offset = it->offset;
    return true;
}

std::string_view flag_in_words(std::string_view cell) {
    std::string word;
    for (const char c : trim(cell))
        word.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    for (const std::string_view set : {"true", "yes", "active", "throttled", "1"}) {
        if (word == set) return "1";
    }
    for (const std::string_view clear : {"false", "no", "not active", "inactive", "unthrottled", "0"}) {
        if (word == clear) return "0";
    }
    return {};
}

void warn_of_naive_times(const Clock& clock, const std::string& where, std::vector<std::string>& warnings) {
    if (!clock.assumed_utc()) return;
    warnings.push_back(where + ": times without a zone are taken as UTC; --tz ZONE says otherwise");
}

}  // namespace rle::formats
