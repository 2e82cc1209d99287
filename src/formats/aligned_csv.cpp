#include "formats/aligned_csv.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <set>

#include "formats/text/decimal.hpp"
#include "formats/writers.hpp"

namespace rle::formats {
namespace {

constexpr std::size_t kRowsInBlock = 4096;
constexpr const char* kStepTime = "step_time_s";

// The columns that aligned.csv has of its own; a carried one of the same name becomes recorded_NAME.
constexpr std::array kAlignedColumns{
    "t_s",      "timestamp",     "device", "temp_c",        "power_w", "util_pct",
    "eta_util", "eta_stability", "a_load", "tau_sustain_s", "rle_raw", "rle",
    "collapse", "grad_norm",     "loss",   "learning_rate", "step",    "epoch"};

// Readings and steps often come again, and then so does their text, from where it was written last.
class NumberColumn {
  public:
    // Writes the cell at `to`, its comma in front; `text` is where everything before it was written to.
    char* write(const char* text, char* to, double value) {
        const auto bits = std::bit_cast<std::uint64_t>(value);
        if (bits == bits_ && size_ > 0) {
            std::memmove(to, text + at_, kRoom);  // of a fixed size, and within the row's room
            return to + size_;
        }
        *to = ',';
        char* const end = std::isnan(value) ? to + 1 : write_shortest(to + 1, value);
        bits_ = bits;
        at_ = to - text;
        size_ = end - to;
        return end;
    }
    static constexpr std::size_t kRoom = kLongestNumber + 8;

  private:
    static_assert(kLongestNumber + 1 <= kRoom);
    std::uint64_t bits_ = 0;
    std::ptrdiff_t at_ = 0, size_ = 0;
};

// Of one second and the next, all but the fraction is the same.
class TimestampColumn {
  public:
    char* write(char* to, std::int64_t wall_us) {
        if (wall_us == kNoTime) return to;
        const std::int64_t second = wall_us / kSecond - (wall_us % kSecond < 0 ? 1 : 0);
        if (second != second_) write_timestamp(text_.data(), second * kSecond);
        second_ = second;
        std::memcpy(to, text_.data(), text_.size());
        return write_fraction(to + kBeforeFraction, static_cast<unsigned>(wall_us - second * kSecond));
    }

  private:
    static constexpr std::int64_t kSecond = 1'000'000;
    static constexpr std::size_t kBeforeFraction = std::string_view("0000-00-00T00:00:00.").size();
    std::array<char, kLongestTimestamp> text_{};
    std::int64_t second_ = kNoTime;
};

char* write_text_at(char* to, std::string_view text) {
    std::memcpy(to, text.data(), text.size());
    return to + text.size();
}

std::vector<std::string> device_cells(const AlignedRows& rows) {
    std::vector<std::string> cells;
    for (const std::string& name : rows.devices) {
        cells.emplace_back(",");
        append_cell(cells.back(), name);
    }
    return cells;
}

class RowFormatter {
  public:
    RowFormatter(const AlignedRows& rows, const std::vector<TextColumn>& others)
        : rows_(rows), others_(others), devices_(device_cells(rows)) {}

    void append(TextBuffer& out, std::size_t i) {
        const std::string& device = devices_[rows_.device[i]];
        char* const begin = out.room(kNumbers * NumberColumn::kRoom + kLongestTimestamp + device.size() + 8);
        const char* const text = out.text().data();
        char* to = write_shortest(begin, rows_.t_s[i]);
        *to++ = ',';
        to = timestamp_.write(to, rows_.wall_us[i]);
        to = write_text_at(to, device);
        std::size_t column = 0;
        for (const auto* values :
             {&rows_.temp_c, &rows_.power_w, &rows_.util_pct, &rows_.eta_util, &rows_.eta_stability,
              &rows_.a_load, &rows_.tau_sustain_s, &rows_.rle_raw, &rows_.rle}) {
            to = columns_[column++].write(text, to, (*values)[i]);
        }
        *to++ = ',';
        if (rows_.collapse[i] >= 0) *to++ = rows_.collapse[i] > 0 ? '1' : '0';
        for (const auto* values :
             {&rows_.grad_norm, &rows_.loss, &rows_.learning_rate, &rows_.step, &rows_.epoch}) {
            to = columns_[column++].write(text, to, (*values)[i]);
        }
        out.end_at(to);
        append_others(out, rows_.telemetry_row[i]);
        to = out.room(NumberColumn::kRoom + 1);
        if (!rows_.step_time_s.empty()) to = step_time_.write(out.text().data(), to, rows_.step_time_s[i]);
        *to++ = '\n';
        out.end_at(to);
    }

  private:
    static constexpr std::size_t kNumbers = 14;

    void append_others(TextBuffer& out, std::ptrdiff_t row) {
        for (const TextColumn& column : others_) {
            const std::string_view cell =
                row >= 0 ? column[static_cast<std::size_t>(row)] : std::string_view();
            char* to = out.room(2 * cell.size() + 4);
            *to++ = ',';
            out.end_at(write_cell(to, cell));
        }
    }

    const AlignedRows& rows_;
    const std::vector<TextColumn>& others_;
    std::vector<std::string> devices_;
    std::array<NumberColumn, kNumbers> columns_;
    NumberColumn step_time_;
    TimestampColumn timestamp_;
};

}  // namespace

std::string aligned_header(const std::vector<TextColumn>& others, bool step_time) {
    std::set<std::string, std::less<>> taken;
    if (step_time) taken.insert(kStepTime);
    std::string header;
    for (const char* name : kAlignedColumns) {
        taken.insert(name);
        if (!header.empty()) header.push_back(',');
        header.append(name);
    }
    for (const TextColumn& column : others) {
        std::string name = column.name();
        while (!taken.insert(name).second) name.insert(0, "recorded_");
        header.push_back(',');
        append_cell(header, name);
    }
    if (step_time) header.append(",").append(kStepTime);
    header.push_back('\n');
    return header;
}

void append_aligned_rows(TextBuffer& out, const AlignedRows& rows, const std::vector<TextColumn>& others,
                         std::size_t begin, std::size_t end) {
    constexpr std::size_t kUsualRow = 240;  // characters
    out.room((end - begin) * kUsualRow);
    RowFormatter formatter(rows, others);
    for (std::size_t i = begin; i < end; ++i) formatter.append(out, i);
}

std::string aligned_csv(const AlignedRows& rows, const Telemetry& telemetry) {
    TextBuffer out;
    append_aligned_rows(out, rows, telemetry.others, 0, rows.size());
    return aligned_header(telemetry.others, !rows.step_time_s.empty()).append(out.text());
}

AlignedTable::AlignedTable(const std::string& path, const std::vector<TextColumn>& others, bool step_time)
    : file_(path), writer_(file_) {
    file_.write(aligned_header(others, step_time));
}

void AlignedTable::add(AlignedRows rows, std::vector<TextColumn> others) {
    struct Block {
        AlignedRows rows;
        std::vector<TextColumn> others;
    };
    const auto block = std::make_shared<const Block>(Block{std::move(rows), std::move(others)});
    writer_.add([block](TextBuffer& out) {
        append_aligned_rows(out, block->rows, block->others, 0, block->rows.size());
    });
}

void AlignedTable::finish() {
    writer_.finish();
    file_.commit();
}

void write_aligned_csv(const std::string& path, const AlignedRows& rows, const Telemetry& telemetry) {
    OutputFile file(path);
    file.write(aligned_header(telemetry.others, !rows.step_time_s.empty()));
    if (rows.size() <= kRowsInBlock) {
        TextBuffer out;
        append_aligned_rows(out, rows, telemetry.others, 0, rows.size());
        file.write(out.text());
        file.commit();
        return;
    }
    BlockWriter writer(file);
    for (std::size_t begin = 0; begin < rows.size(); begin += kRowsInBlock) {
        const std::size_t end = std::min(rows.size(), begin + kRowsInBlock);
        writer.add([&, begin, end](TextBuffer& out) {
            append_aligned_rows(out, rows, telemetry.others, begin, end);
        });
    }
    writer.finish();
    file.commit();
}

}  // namespace rle::formats
