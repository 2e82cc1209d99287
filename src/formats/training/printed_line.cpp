#include "formats/training/printed_line.hpp"

#include <algorithm>
#include <cmath>

#include "formats/text/numbers.hpp"
#include "formats/training/printed_time.hpp"

namespace rle::formats {
namespace {

bool in_key(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '/' || c == '-' || c == '.';
}

// The number behind "iteration", "step" or "iter" (Megatron-LM: "iteration       10/     500", torchtune:
// "Step 10
// |").
void set_iteration(std::string_view line, RecordMaker& maker) {
    for (const std::string_view word : {"iteration ", "step ", "Step ", "iter "}) {
        const std::size_t at = line.find(word);
        if (at == std::string_view::npos || (at > 0 && in_key(line[at - 1]))) continue;
        const std::size_t begin = line.find_first_not_of(' ', at + word.size());
        if (begin == std::string_view::npos || !is_digit(line[begin])) continue;
        std::size_t end = begin;
        while (end < line.size() && is_digit(line[end])) ++end;
        maker.set(known_key("iteration", {}), line.substr(begin, end - begin));
        return;
    }
}

// A record's own time goes before that of the line that it stands in.
TrainingRecord timed(TrainingRecord record, std::string_view in_front, const DateReading& dates) {
    if (record.time.time_class == TimeClass::none) record.time = time_in_front(in_front, dates);
    return record;
}

// The key in front of `at`: all that stands in its part of the line ("lm loss: 9.1"), else the last word. The
// latter is not for the first ":" of a part, whose words belong together ("aux loss: 0.1" is no loss).
KnownKey key_before(std::string_view line, std::size_t segment, std::size_t at, bool last_word,
                    std::string_view grad_key) {
    const KnownKey whole = key_of_part(trim(line.substr(segment, at - segment)), grad_key);
    if (whole.field != StepField::none || (line[at] == ':' && !last_word)) return whole;
    std::size_t word = at;
    while (word > segment && in_key(line[word - 1])) --word;
    return known_key(line.substr(word, at - word), grad_key);
}

// "2.5, lr: ..." -> "2.5"; "[0.001]" -> "0.001"; "2,5" stays whole, for 2 is not the number that was meant.
std::string_view value_behind(std::string_view text) {
    text = trim(text);
    if (text.starts_with('[')) text.remove_prefix(1);
    std::size_t end = text.find_first_of(" \t,|;)]}");
    if (end != std::string_view::npos && text[end] == ',' && end > 0 && is_digit(text[end - 1]) &&
        end + 1 < text.size() && is_digit(text[end + 1])) {
        end = text.find_first_of(" \t|;)]}", end);
    }
    return text.substr(0, end);
}

// All keys of a line with what stands behind them.
struct Pairs {
    RecordMaker maker;
    std::size_t loss_at = 0;  ///< where the loss that is taken stands
    ParsedTime time;          ///< "time=1780315200.1"; a smaller number may be how long the step took
};

Pairs pairs_of(std::string_view line, const LineOptions& options) {
    Pairs out;
    std::size_t segment = 0;  // begin of the part between two "|"
    std::size_t pairs = 0;    // seen in that part
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '|') {
            segment = i + 1;
            pairs = 0;
        }
        if (line[i] != ':' && line[i] != '=') continue;
        const KnownKey key = key_before(line, segment, i, segment == 0 || pairs > 0, options.grad_key);
        ++pairs;
        if (key.field == StepField::none) continue;
        const std::string_view value = value_behind(line.substr(i + 1));
        if (key.field == StepField::time) {
            if (out.time.time_class == TimeClass::none) out.time = epoch_of(value);
        } else {
            out.maker.set(key, value);
            if (key.field == StepField::loss && out.loss_at == 0) out.loss_at = i;
        }
    }
    set_iteration(line, out.maker);
    return out;
}

}  // namespace

KnownKey key_of_part(std::string_view key, std::string_view grad_key) {
    constexpr unsigned kWorstRank = 1000;
    if (key == "norm" && grad_key.empty()) return {StepField::grad_norm, kWorstRank};
    return known_key(key, grad_key);
}

bool speaks_of_evaluation(std::string_view words) {
    std::size_t begin = 0;
    for (std::size_t i = 0; i <= words.size(); ++i) {
        if (i < words.size() && in_key(words[i])) continue;
        if (i > begin && means_held_out(words.substr(begin, i - begin))) return true;
        begin = i + 1;
    }
    return false;
}

std::string_view visible_text(std::string_view line, std::string& scratch) {
    while (line.ends_with('\r') || line.ends_with('\n')) line.remove_suffix(1);
    if (line.find_first_of("\x1b\r") == std::string_view::npos) return line;
    scratch.clear();
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '\r') {
            scratch.push_back(
                ' ');  // a bar in front of the record, or what it overwrites: a word boundary is enough
        } else if (line[i] == '\x1b' && i + 1 < line.size() && line[i + 1] == '[') {
            i += 2;
            while (i < line.size() && !(line[i] >= '@' && line[i] <= '~')) ++i;
        } else if (line[i] != '\x1b') {
            scratch.push_back(line[i]);
        }
    }
    return scratch;
}

std::optional<TrainingRecord> record_in_line(std::string_view line, const LineOptions& options,
                                             std::vector<RecordField>& scratch) {
    constexpr int kBraces = 8;  // a line of braces is no log
    std::size_t at = 0;
    for (int tries = 0; tries < kBraces; ++tries) {
        at = line.find('{', at);
        if (at == std::string_view::npos) return std::nullopt;
        const Scan scan = scan_record(line, at, scratch);
        if (scan.result == ScanResult::complete) {
            RecordMaker maker(options.dates.order);
            bool summary = false;
            for (const RecordField& field : scratch) {
                summary = summary || field.key == "train_runtime";
                maker.set(known_key(field.key, options.grad_key), field.value);
            }
            const TrainingRecord& record = maker.record();
            const bool evaluation = record.is_evaluation() || (std::isnan(record.grad_norm) &&
                                                               speaks_of_evaluation(line.substr(0, at)));
            if (record.is_step && !summary && !evaluation)
                return timed(record, line.substr(0, at), options.dates);
            at = scan.end;
        } else {
            ++at;
        }
    }
    return std::nullopt;
}

TrainingRecord step_and_time_of(std::string_view line, const LineOptions& options) {
    RecordMaker maker;
    set_iteration(line, maker);
    return timed(maker.record(), line, options.dates);
}

std::optional<TrainingRecord> pairs_in_line(std::string_view line, const LineOptions& options) {
    const Pairs pairs = pairs_of(line, options);
    TrainingRecord record = pairs.maker.record();
    const bool norm = !std::isnan(record.grad_norm);
    if (!norm && (std::isnan(record.loss) || std::isnan(record.step))) return std::nullopt;
    if (!norm && (record.held_out || speaks_of_evaluation(line.substr(0, pairs.loss_at))))
        return std::nullopt;
    record.time = pairs.time;
    return timed(record, line, options.dates);
}

std::optional<TrainingRecord> heading_in_line(std::string_view line, const LineOptions& options) {
    if (line.find("step") == std::string_view::npos && line.find("iter") == std::string_view::npos)
        return std::nullopt;
    if (speaks_of_evaluation(line)) return std::nullopt;
    const Pairs pairs = pairs_of(line, options);
    TrainingRecord heading;
    heading.step = pairs.maker.record().step;
    heading.time = pairs.time;
    heading = timed(heading, line, options.dates);
    const bool whole = !std::isnan(heading.step) && heading.time.time_class != TimeClass::none;
    return whole ? std::optional(heading) : std::nullopt;
}

}  // namespace rle::formats
