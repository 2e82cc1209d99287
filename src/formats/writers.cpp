#include "formats/writers.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <set>
#include <vector>

#include "formats/training_line.hpp"

namespace rle::formats {
namespace {

constexpr double kLargestWhole =
    9007199254740992.0;  // 2^53: every whole double below it is exact as an integer

void append_two(std::string& out, unsigned value) {
    out.push_back(static_cast<char>('0' + value / 10 % 10));
    out.push_back(static_cast<char>('0' + value % 10));
}

void append_date(std::string& out, std::chrono::sys_days day) {
    const std::chrono::year_month_day date(day);
    const int year = static_cast<int>(date.year());
    if (year < 0 || year > 9999) {  // outside RFC 3339; such a time was never measured
        out.append("0000-01-01");
        return;
    }
    append_two(out, static_cast<unsigned>(year) / 100);
    append_two(out, static_cast<unsigned>(year) % 100);
    out.push_back('-');
    append_two(out, static_cast<unsigned>(date.month()));
    out.push_back('-');
    append_two(out, static_cast<unsigned>(date.day()));
}

// The columns that aligned.csv has of its own; a carried one of the same name becomes recorded_NAME.
constexpr std::array kAlignedColumns{
    "t_s",      "timestamp",     "device", "temp_c",        "power_w", "util_pct",
    "eta_util", "eta_stability", "a_load", "tau_sustain_s", "rle_raw", "rle",
    "collapse", "grad_norm",     "loss",   "learning_rate", "step",    "epoch"};

std::string aligned_header(const Telemetry& telemetry) {
    std::set<std::string, std::less<>> taken;
    std::string header;
    for (const char* name : kAlignedColumns) {
        taken.insert(name);
        if (!header.empty()) header.push_back(',');
        header.append(name);
    }
    for (const TextColumn& column : telemetry.others) {
        std::string name = column.name();
        while (!taken.insert(name).second) name.insert(0, "recorded_");
        header.push_back(',');
        append_cell(header, name);
    }
    header.push_back('\n');
    return header;
}

void append_aligned_row(std::string& out, const AlignedRows& rows, std::size_t i) {
    const auto number = [&](const std::vector<double>& column) {
        out.push_back(',');
        append_number(out, column[i]);
    };
    append_number(out, rows.t_s[i]);
    out.push_back(',');
    append_timestamp(out, rows.wall_us[i]);
    out.push_back(',');
    append_cell(out, rows.devices[rows.device[i]]);
    for (const auto* column :
         {&rows.temp_c, &rows.power_w, &rows.util_pct, &rows.eta_util, &rows.eta_stability, &rows.a_load,
          &rows.tau_sustain_s, &rows.rle_raw, &rows.rle}) {
        number(*column);
    }
    out.push_back(',');
    if (rows.collapse[i] >= 0) out.push_back(rows.collapse[i] > 0 ? '1' : '0');
    for (const auto* column : {&rows.grad_norm, &rows.loss, &rows.learning_rate, &rows.step, &rows.epoch}) {
        number(*column);
    }
}

}  // namespace

void append_number(std::string& out, double value) {
    if (std::isnan(value)) return;
    std::array<char, 32> text;
    std::to_chars_result end{};
    if (std::abs(value) < kLargestWhole && value == std::trunc(value) &&
        !(value == 0.0 && std::signbit(value))) {
        end = std::to_chars(text.data(), text.data() + text.size(), static_cast<std::int64_t>(value));
    } else {
        end = std::to_chars(text.data(), text.data() + text.size(), value);
    }
    out.append(text.data(), end.ptr);
}

void append_cell(std::string& out, std::string_view cell) {
    const bool spaced = !cell.empty() && (cell.front() == ' ' || cell.back() == ' ');
    if (!spaced && cell.find_first_of("\",\r\n") == std::string_view::npos) {
        out.append(cell);
        return;
    }
    out.push_back('"');
    for (const char c : cell) {
        if (c == '"') out.push_back('"');
        out.push_back(c);
    }
    out.push_back('"');
}

void append_timestamp(std::string& out, std::int64_t wall_us) {
    if (wall_us == kNoTime) return;
    const std::chrono::sys_time<std::chrono::microseconds> time{std::chrono::microseconds(wall_us)};
    const auto day = std::chrono::floor<std::chrono::days>(time);
    append_date(out, day);
    auto rest = static_cast<std::uint64_t>((time - day).count());
    std::array<char, 6> fraction;
    for (std::size_t k = fraction.size(); k-- > 0; rest /= 10)
        fraction[k] = static_cast<char>('0' + rest % 10);
    out.push_back('T');
    append_two(out, static_cast<unsigned>(rest / 3600));
    out.push_back(':');
    append_two(out, static_cast<unsigned>(rest / 60 % 60));
    out.push_back(':');
    append_two(out, static_cast<unsigned>(rest % 60));
    out.push_back('.');
    out.append(fraction.data(), fraction.size());
    out.push_back('Z');
}

std::string aligned_csv(const AlignedRows& rows, const Telemetry& telemetry) {
    std::string out = aligned_header(telemetry);
    out.reserve(out.size() + rows.size() * (160 + 8 * telemetry.others.size()));
    for (std::size_t i = 0; i < rows.size(); ++i) {
        append_aligned_row(out, rows, i);
        const auto source = rows.telemetry_row[i];
        for (const TextColumn& column : telemetry.others) {
            out.push_back(',');
            if (source >= 0) append_cell(out, column[static_cast<std::size_t>(source)]);
        }
        out.push_back('\n');
    }
    return out;
}

void append_training_row(std::string& out, std::int64_t wall_us, double t_s, const TrainingStep& step) {
    append_timestamp(out, wall_us);
    for (const double value : {t_s, step.step, step.epoch, step.loss, step.grad_norm, step.learning_rate}) {
        out.push_back(',');
        append_number(out, value);
    }
    out.push_back('\n');
}

std::string training_csv(const Training& training) {
    std::string out(kTrainingHeader);
    out.push_back('\n');
    for (std::size_t i = 0; i < training.size(); ++i) {
        const TrainingStep step{training.wall_us[i], training.step[i],      training.epoch[i],
                                training.loss[i],    training.grad_norm[i], training.learning_rate[i]};
        append_training_row(out, training.wall_us[i], training.t_s[i], step);
    }
    return out;
}

}  // namespace rle::formats
