#include "formats/writers.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

#include "formats/text/decimal.hpp"
#include "formats/training/training_line.hpp"

namespace rle::formats {
namespace {

char* write_two(char* to, unsigned value) {
    *to++ = static_cast<char>('0' + value / 10 % 10);
    *to++ = static_cast<char>('0' + value % 10);
    return to;
}

char* write_date(char* to, std::chrono::sys_days day) {
    const std::chrono::year_month_day date(day);
    const int year = static_cast<int>(date.year());
    if (year < 0 || year > 9999) {  // outside RFC 3339; such a time was never measured
        constexpr std::string_view kNever = "0000-01-01";
        return std::copy(kNever.begin(), kNever.end(), to);
    }
    to = write_two(to, static_cast<unsigned>(year) / 100);
    to = write_two(to, static_cast<unsigned>(year) % 100);
    *to++ = '-';
    to = write_two(to, static_cast<unsigned>(date.month()));
    *to++ = '-';
    return write_two(to, static_cast<unsigned>(date.day()));
}

}  // namespace

void append_number(std::string& out, double value) {
    if (std::isnan(value)) return;
    std::array<char, kLongestNumber> text;
    out.append(text.data(), write_shortest(text.data(), value));
}

char* write_cell(char* to, std::string_view cell) {
    const bool spaced = !cell.empty() && (cell.front() == ' ' || cell.back() == ' ');
    const bool special = spaced || std::any_of(cell.begin(), cell.end(), [](char c) {
                             return c == '"' || c == ',' || c == '\r' || c == '\n';
                         });
    if (!special) return std::copy(cell.begin(), cell.end(), to);
    *to++ = '"';
    for (const char c : cell) {
        if (c == '"') *to++ = '"';
        *to++ = c;
    }
    *to++ = '"';
    return to;
}

void append_cell(std::string& out, std::string_view cell) {
    const std::size_t before = out.size();
    out.resize(before + 2 * cell.size() + 2);
    char* const begin = out.data() + before;
    out.resize(before + static_cast<std::size_t>(write_cell(begin, cell) - begin));
}

char* write_timestamp(char* to, std::int64_t wall_us) {
    if (wall_us == kNoTime) return to;
    const std::chrono::sys_time<std::chrono::microseconds> time{std::chrono::microseconds(wall_us)};
    const auto day = std::chrono::floor<std::chrono::days>(time);
    to = write_date(to, day);
    const auto rest = static_cast<std::uint64_t>((time - day).count());
    const auto seconds = static_cast<unsigned>(rest / 1'000'000);
    *to++ = 'T';
    to = write_two(to, seconds / 3600);
    *to++ = ':';
    to = write_two(to, seconds / 60 % 60);
    *to++ = ':';
    to = write_two(to, seconds % 60);
    *to++ = '.';
    return write_fraction(to, static_cast<unsigned>(rest % 1'000'000));
}

char* write_fraction(char* to, unsigned microseconds) {
    to = write_two(to, microseconds / 10'000);
    to = write_two(to, microseconds / 100 % 100);
    to = write_two(to, microseconds % 100);
    *to++ = 'Z';
    return to;
}

void append_timestamp(std::string& out, std::int64_t wall_us) {
    std::array<char, kLongestTimestamp> text;
    out.append(text.data(), write_timestamp(text.data(), wall_us));
}

void append_training_row(std::string& out, std::int64_t wall_us, double t_s, const TrainingStep& step) {
    append_timestamp(out, wall_us);
    out.push_back(',');
    for (const double value : {t_s, step.step, step.epoch, step.loss}) {
        append_number(out, value);
        out.push_back(',');
    }
    if (step.norm_was_nan) {
        out += "nan";
    } else {
        append_number(out, step.grad_norm);
    }
    out.push_back(',');
    append_number(out, step.learning_rate);
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
