// Any CSV with a t_s column (or a timestamp to make one from) -> a table of numbers.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "formats/files.hpp"
#include "formats/numbers.hpp"
#include "formats/readers.hpp"
#include "formats/table.hpp"
#include "formats/times.hpp"
#include "rlecouple/error.hpp"
#include "rlecouple/quantities.hpp"

namespace rle::formats {
namespace {

constexpr double kMicro = 1e-6;
constexpr std::size_t kRowsAtOnce = 4096;

struct NumberColumn {
    std::size_t at = 0;
    const Quantity* quantity = nullptr;
    bool wanted = true;
    std::vector<double> values;
    std::size_t numbers = 0;
    std::size_t texts = 0;
    std::size_t not_readings = 0;

    void take(std::string_view cell) {
        if (!wanted) return glance(cell);
        const Cell parsed = parse_cell(cell);
        double value = kMissing;
        if (parsed.kind == CellKind::number) {
            const bool plausible = quantity == nullptr || (parsed.value >= quantity->physical_low &&
                                                           parsed.value <= quantity->physical_high);
            if (plausible) value = parsed.value;
        }
        if (parsed.kind == CellKind::text) ++texts;
        if (parsed.kind == CellKind::infinite || (parsed.kind == CellKind::number && std::isnan(value)))
            ++not_readings;
        if (!std::isnan(value)) ++numbers;
        values.push_back(value);
    }

    // Of a column that nobody asked for: does it hold numbers?
    void glance(std::string_view cell) {
        if (numbers > 0 || cell.empty()) return;
        const CellKind kind = parse_cell(cell).kind;
        if (kind == CellKind::number) ++numbers;
        if (kind == CellKind::text) ++texts;
    }
};

class FrameReader {
  public:
    FrameReader(Table table, std::string where, const FrameColumns& only)
        : table_(std::move(table)), where_(std::move(where)) {
        const std::vector<std::string>& header = table_.header();
        for (std::size_t c = 0; c < header.size(); ++c) {
            if (header[c] == "t_s") {
                t_s_ = c;
            } else if (header[c] == "timestamp") {
                timestamp_ = c;
            } else if (header[c] == "device") {
                device_ = c;
            } else if (header[c] == "modelled") {
                modelled_ = c;
            } else if (!header[c].empty()) {
                const bool wanted =
                    only.empty() || std::find(only.begin(), only.end(), header[c]) != only.end();
                columns_.push_back({c, find_quantity(header[c]), wanted, {}, 0, 0, 0});
            }
        }
    }

    /// `text` may be null; what was read of it is given back.
    Frame read(MappedText* text) {
        Record cells;
        for (std::size_t row = 0; table_.next(cells, where_); ++row) {
            add(cells);
            if (text != nullptr && row % kRowsAtOnce == 0) text->forget_before(table_.consumed());
        }
        if (text != nullptr) text->check_length();
        if (frame_.size() == 0) {
            throw Error(untimed_ > 0 ? ErrorKind::failed : ErrorKind::insufficient_data, where_,
                        untimed_ > 0 ? "no row has a number in t_s" : "a header but not one whole row");
        }
        describe_skipped(table_.skipped(), where_, frame_.warnings);
        if (untimed_ > 0) warn(fmt::format("{} row(s) without a time were left out", untimed_));
        if (!t_s_) warn("no column t_s: seconds are counted from the first timestamp");
        if (clock_.assumed_utc() && t_s_) warn("times without a zone are taken as UTC");
        for (NumberColumn& column : columns_) keep(column);
        return std::move(frame_);
    }

  private:
    void warn(const std::string& what) { frame_.warnings.push_back(where_ + ": " + what); }

    void add(const Record& cells) {
        const std::optional<double> t_s = t_s_ ? parse_number(cells[*t_s_]) : from_timestamp(cells);
        if (!t_s) {
            ++untimed_;
            return;
        }
        frame_.t_s.push_back(*t_s);
        if (device_) take_device(cells[*device_]);
        if (modelled_) take_marks(device_ ? std::string_view(cells[*device_]) : "", cells[*modelled_]);
        for (NumberColumn& column : columns_) column.take(cells[column.at]);
    }

    // One device, as a rule, and then no row needs to say so.
    void take_device(std::string_view name) {
        const std::size_t rows = frame_.size();
        if (rows == 1) frame_.only_device = name;
        if (frame_.device.empty() && name == frame_.only_device) return;
        if (frame_.device.empty()) frame_.device.assign(rows - 1, std::exchange(frame_.only_device, {}));
        frame_.device.emplace_back(name);
    }

    // "power_w;temp_c", the same in nearly every row
    void take_marks(std::string_view device, std::string_view marks) {
        if (marks.empty() || (marks == last_marks_ && device == last_marked_)) return;
        last_marks_ = marks;
        last_marked_ = device;
        while (!marks.empty()) {
            const std::size_t end = std::min(marks.find(';'), marks.size());
            if (end > 0) frame_.modelled[last_marked_].emplace(marks.substr(0, end));
            marks.remove_prefix(std::min(end + 1, marks.size()));
        }
    }

    std::optional<double> from_timestamp(const Record& cells) {
        const ParsedTime time = parse_time(cells[*timestamp_]);
        if (time.time_class == TimeClass::none) return std::nullopt;
        const std::int64_t us = clock_.to_utc(time);
        if (!first_us_) first_us_ = us;
        return static_cast<double>(us - *first_us_) * kMicro;
    }

    void keep(NumberColumn& column) {
        const std::string& name = table_.header()[column.at];
        // An empty column is a column that the source has no readings for; one of words is none of numbers.
        if (column.numbers == 0 && column.texts > 0) return;
        if (!column.wanted) {
            frame_.unread.push_back(name);
            return;
        }
        if (column.texts > 0 && column.numbers > 0) {
            warn(fmt::format("column '{}': {} cell(s) are no number; missing", name, column.texts));
        }
        if (column.not_readings > 0) {
            warn(fmt::format("column '{}': {} cell(s) infinite or outside the physical range; missing", name,
                             column.not_readings));
        }
        frame_.names.push_back(name);
        frame_.columns.push_back(std::move(column.values));
    }

    Table table_;
    std::string where_;
    std::optional<std::size_t> t_s_, timestamp_, device_, modelled_;
    std::string last_marks_, last_marked_;
    std::vector<NumberColumn> columns_;
    std::size_t untimed_ = 0;
    std::optional<std::int64_t> first_us_;
    Clock clock_{""};
    Frame frame_;
};

bool is_header(const std::vector<std::string>& header) {
    return std::any_of(header.begin(), header.end(),
                       [](auto& name) { return name == "t_s" || name == "timestamp"; });
}

}  // namespace

Frame read_frame(const std::string& path, const FrameColumns& only) {
    const std::string where = path == "-" ? "stdin" : path;
    std::optional<MappedText> mapped = MappedText::open(path);
    const std::string whole = mapped ? std::string() : read_text(path);
    const std::string_view text = mapped ? mapped->text() : whole;
    std::optional<Table> table = Table::open(text, is_header);
    if (!table) {
        CsvScanner scanner(text, guess_separator(text));
        Record first;
        scanner.next(first);
        throw Error(ErrorKind::failed, where,
                    "no column t_s; found " + list_of(std::vector<std::string>(first.begin(), first.end())),
                    "a table that `rlecouple align` wrote has one");
    }
    return FrameReader(std::move(*table), where, only).read(mapped ? &*mapped : nullptr);
}

}  // namespace rle::formats
