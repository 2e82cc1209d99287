// Any CSV with a t_s column (or a timestamp to make one from) -> a table of numbers.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <future>
#include <optional>
#include <thread>
#include <utility>

#include "formats/io/files.hpp"
#include "formats/readers.hpp"
#include "formats/table.hpp"
#include "formats/text/numbers.hpp"
#include "formats/text/times.hpp"
#include "rlecouple/counted.hpp"
#include "rlecouple/error.hpp"
#include "rlecouple/quantities.hpp"

namespace rle::formats {
namespace {

constexpr double kMicro = 1e-6;
constexpr std::size_t kRowsAtOnce = 4096;
constexpr std::size_t kLeastStretch = std::size_t{1} << 20U;  // bytes that are worth a thread
constexpr unsigned kMostStretches = 8;
constexpr auto kThreadIfAny = std::launch::async | std::launch::deferred;  // deferred: the machine gives none
constexpr double kLeastKelvin = 250.0, kMostKelvin = 400.0;                // -23 to 127 degC

struct NumberColumn {
    std::size_t at = 0;
    const Quantity* quantity = nullptr;
    bool wanted = true;
    std::vector<double> values;
    std::size_t numbers = 0;
    std::size_t texts = 0;
    std::size_t not_readings = 0;
    std::size_t as_kelvin = 0;  // of those, temperatures that would be ones in kelvin

    void take(std::string_view cell) {
        if (!wanted) return glance(cell);
        const Cell parsed = parse_cell(cell);
        double value = kMissing;
        if (parsed.kind == CellKind::number) {
            const bool plausible = quantity == nullptr || (parsed.value >= quantity->physical_low &&
                                                           parsed.value <= quantity->physical_high);
            if (plausible && !means_no_reading(parsed.value)) value = parsed.value;
        }
        if (parsed.kind == CellKind::text) ++texts;
        if (parsed.kind == CellKind::infinite || (parsed.kind == CellKind::number && std::isnan(value)))
            ++not_readings;
        if (std::isnan(value) && quantity != nullptr && quantity->unit == "degC")
            as_kelvin += parsed.value >= kLeastKelvin && parsed.value <= kMostKelvin ? 1U : 0U;
        if (!std::isnan(value)) ++numbers;
        values.push_back(value);
    }

    void append(NumberColumn&& later) {
        values.insert(values.end(), later.values.begin(), later.values.end());
        std::exchange(later.values, {});  // two of a long column are too much
        numbers += later.numbers;
        texts += later.texts;
        not_readings += later.not_readings;
        as_kelvin += later.as_kelvin;
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
                taken_.push_back(columns_.size());
                columns_.push_back({c, find_quantity(header[c]), wanted, {}, 0, 0, 0, 0});
            }
        }
    }

    /// All rows; there will be room for those of `bytes` of text. `text` may be null; what was read of it,
    /// from `begin` on, is given back.
    void read(const MappedText* text, std::size_t begin, std::size_t bytes) {
        Record cells;
        std::size_t forgotten = begin;
        for (std::size_t row = 1; table_.next(cells, where_); ++row) {
            add(cells);
            if (row == kRowsAtOnce) make_room(bytes);
            if (row == kRowsAtOnce) pass_over_seen();
            if (text != nullptr && row % kRowsAtOnce == 0)
                forgotten = text->forget(forgotten, begin + table_.consumed());
        }
        skipped_ = table_.skipped();
        unended_ = table_.unended();
    }

    bool met_quotes() const { return table_.met_quotes(); }

    /// Takes in what follows.
    void append(FrameReader&& later) {
        if (device_) append_devices(later.frame_);
        frame_.t_s.insert(frame_.t_s.end(), later.frame_.t_s.begin(), later.frame_.t_s.end());
        for (const auto& [device, columns] : later.frame_.modelled)
            frame_.modelled[device].insert(columns.begin(), columns.end());
        for (std::size_t c = 0; c < columns_.size(); ++c) columns_[c].append(std::move(later.columns_[c]));
        for (const auto& [reason, count] : later.skipped_) skipped_[reason] += count;
        untimed_ += later.untimed_;
        if (later.unended_) unended_ = later.unended_;
    }

    Frame finish() {
        if (frame_.size() == 0) {
            throw Error(untimed_ > 0 ? ErrorKind::failed : ErrorKind::insufficient_data, where_,
                        untimed_ > 0 ? "no row has a number in t_s" : "a header but not one whole row");
        }
        describe_skipped(skipped_, where_, frame_.warnings);
        if (unended_) warn(describe_unended(*unended_));
        if (untimed_ > 0)
            warn(fmt::format("{} without a time {} left out", counted(untimed_, "row"),
                             was_or_were(untimed_)));
        if (!t_s_) warn("no column t_s: seconds are counted from the first timestamp");
        for (const std::string& line : describe_repeated(table_.header(), "the first is taken")) warn(line);
        if (clock_.assumed_utc() && t_s_) warn("times without a zone are taken as UTC");
        for (NumberColumn& column : columns_) keep(column);
        return std::move(frame_);
    }

  private:
    // As the rows so far are long; room that stays unused costs nothing.
    void make_room(std::size_t bytes) {
        constexpr double kSpare = 1.05;
        const double share = static_cast<double>(bytes) / static_cast<double>(table_.consumed());
        const auto rows = static_cast<std::size_t>(kSpare * share * static_cast<double>(frame_.size()));
        frame_.t_s.reserve(rows);
        for (NumberColumn& column : columns_) {
            if (column.wanted) column.values.reserve(rows);
        }
    }

    // Of a column that nobody asked for one number says all.
    void pass_over_seen() {
        std::erase_if(taken_, [&](std::size_t c) { return !columns_[c].wanted && columns_[c].numbers > 0; });
    }

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
        for (const std::size_t c : taken_) columns_[c].take(cells[columns_[c].at]);
    }

    // One device, as a rule, and then no row needs to say so.
    void take_device(std::string_view name) {
        const std::size_t rows = frame_.size();
        if (rows == 1) frame_.only_device = name;
        if (frame_.device.empty() && name == frame_.only_device) return;
        if (frame_.device.empty()) frame_.device.assign(rows - 1, std::exchange(frame_.only_device, {}));
        frame_.device.emplace_back(name);
    }

    // Before the rows themselves.
    void append_devices(const Frame& later) {
        if (later.size() == 0) return;
        if (frame_.size() == 0) frame_.only_device = later.only_device;
        if (frame_.device.empty() && later.device.empty() && frame_.only_device == later.only_device) return;
        if (frame_.device.empty()) frame_.device.assign(frame_.size(), frame_.only_device);
        frame_.only_device.clear();
        if (later.device.empty()) {
            frame_.device.insert(frame_.device.end(), later.size(), later.only_device);
        } else {
            frame_.device.insert(frame_.device.end(), later.device.begin(), later.device.end());
        }
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
            warn(fmt::format("column '{}': {} no number; missing", name,
                             counted(column.texts, "cell is", "cells are")));
        }
        if (column.not_readings > 0) {
            const bool kelvin = 2 * column.as_kelvin > column.not_readings;
            warn(fmt::format("column '{}': {} infinite or outside the physical range; missing{}", name,
                             counted(column.not_readings, "cell is", "cells are"),
                             kelvin ? "; are they in kelvin? degC is wanted" : ""));
        }
        frame_.names.push_back(name);
        frame_.columns.push_back(std::move(column.values));
    }

    Table table_;
    std::string where_;
    std::optional<std::size_t> t_s_, timestamp_, device_, modelled_;
    std::string last_marks_, last_marked_;
    std::vector<NumberColumn> columns_;
    std::vector<std::size_t> taken_;  // columns that rows are still looked at for
    std::size_t untimed_ = 0;
    Counts skipped_;
    std::optional<std::string> unended_;
    std::optional<std::int64_t> first_us_;
    Clock clock_{""};
    Frame frame_;
};

bool is_header(const std::vector<std::string>& header) {
    return std::any_of(header.begin(), header.end(),
                       [](auto& name) { return name == "t_s" || name == "timestamp"; });
}

// Where a text is cut into so many stretches of whole lines, about equally long: the beginnings, and the end.
std::vector<std::size_t> cuts(std::string_view text, std::size_t begin, std::size_t stretches) {
    std::vector<std::size_t> at{begin};
    for (std::size_t k = 1; k < stretches; ++k) {
        const std::size_t line_end = text.find('\n', begin + (text.size() - begin) * k / stretches);
        if (line_end != std::string_view::npos && line_end + 1 > at.back()) at.push_back(line_end + 1);
    }
    at.push_back(text.size());
    return at;
}

// A long table in stretches, each by a thread of its own. Missing where that may not be what one thread would
// have found: lines with quotes may go on in the next, errors say where they were met first, and without t_s
// a row's time depends on the first one's.
std::optional<Frame> read_stretches(const MappedText& text, const Table& table, const std::string& where,
                                    const FrameColumns& only) {
    const std::size_t cores = std::min(kMostStretches, std::max(1U, std::thread::hardware_concurrency()));
    const std::size_t stretches = std::min(cores, (text.text().size() - table.consumed()) / kLeastStretch);
    const auto& header = table.header();
    if (stretches < 2 || std::find(header.begin(), header.end(), "t_s") == header.end()) return std::nullopt;
    const std::vector<std::size_t> at = cuts(text.text(), table.consumed(), stretches);
    std::vector<std::future<FrameReader>> parts;
    for (std::size_t k = 0; k + 1 < at.size(); ++k) {
        parts.push_back(std::async(kThreadIfAny, [&, from = at[k], to = at[k + 1]] {
            FrameReader reader(table.over(text.text().substr(from, to - from)), where, only);
            reader.read(&text, from, (from == at.front() ? text.text().size() : to) - from);
            return reader;
        }));
    }
    std::optional<FrameReader> whole;
    bool holds = true;
    for (auto& part : parts) {
        try {
            FrameReader reader = part.get();
            holds = holds && !reader.met_quotes();
            if (!whole) {
                whole.emplace(std::move(reader));
            } else if (holds) {
                whole->append(std::move(reader));
            }
        } catch (const Error&) {
            holds = false;
        }
    }
    return holds ? std::optional(whole->finish()) : std::nullopt;
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
    std::optional<Frame> frame;
    if (mapped) frame = read_stretches(*mapped, *table, where, only);
    if (!frame) {
        FrameReader reader(std::move(*table), where, only);
        reader.read(mapped ? &*mapped : nullptr, 0, text.size());
        frame = reader.finish();
    }
    if (mapped) mapped->check_length();
    return std::move(*frame);
}

}  // namespace rle::formats
