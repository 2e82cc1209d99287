// Printed steps without colons, and lines that a container's log has wrapped.
#include <algorithm>
#include <cmath>

#include "formats/text/numbers.hpp"
#include "formats/training/printed_line.hpp"
#include "formats/training/printed_time.hpp"

namespace rle::formats {
namespace {

// Takes the next part off `rest`: up to "|", ", " or ": ".
std::string_view take_part(std::string_view& rest) {
    std::size_t end = 0;
    while (end < rest.size()) {
        const bool before_space = end + 1 == rest.size() || rest[end + 1] == ' ';
        if (rest[end] == '|' || ((rest[end] == ',' || rest[end] == ':') && before_space)) break;
        ++end;
    }
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return trim(part);
}

// A key and its number, "loss 10.9 (+nanz)"; an empty key: the part is something else.
struct BarePair {
    std::string_view key, value;
};

BarePair split(std::string_view part) {
    if (part.ends_with(')')) part = trim(part.substr(0, part.rfind('(')));
    const std::size_t space = part.rfind(' ');
    if (space == std::string_view::npos || space + 1 == part.size()) return {};
    BarePair pair{trim(part.substr(0, space)), part.substr(space + 1)};
    const char first = pair.value.front();
    const bool number = is_digit(first) || first == '-' || first == '.' || first == 'n' || first == 'i';
    return number ? pair : BarePair{};
}

// "2026-01-05 12:00:00 INFO step 5" is a step, "restored step 5" prose.
BarePair step_of(BarePair pair) {
    const std::size_t space = pair.key.rfind(' ');
    if (space == std::string_view::npos) return pair;
    const char last = trim(pair.key.substr(0, space)).back();
    pair.key = pair.key.substr(space + 1);
    return last >= 'a' && last <= 'z' ? BarePair{} : pair;
}

void set_pair(BarePair pair, const LineOptions& options, RecordMaker& maker) {
    KnownKey key = key_of_part(pair.key, options.grad_key);
    if (key.field == StepField::none) {
        pair = step_of(pair);
        key = known_key(pair.key, options.grad_key);
        if (key.field != StepField::step) return;
    }
    maker.set(key, pair.value);
}

// `quoted` with the escapes of JSON that programs print: line ends, quotes, colours.
void unescape(std::string_view quoted, std::string& out) {
    out.clear();
    for (std::size_t i = 0; i < quoted.size(); ++i) {
        if (quoted[i] != '\\' || i + 1 == quoted.size()) {
            out.push_back(quoted[i]);
        } else if (quoted.substr(i).starts_with("\\u001b")) {
            out.push_back('\x1b');
            i += 5;
        } else {
            const char c = quoted[++i];
            out.push_back(c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c);
        }
    }
}

}  // namespace

std::optional<WrappedLine> wrapped_line(std::string_view line, std::vector<RecordField>& fields,
                                        std::string& scratch) {
    const bool container = line.starts_with("{\"log\":");
    if (!container && (!line.starts_with('{') || line.find("\"MESSAGE\"") == std::string_view::npos))
        return std::nullopt;
    if (scan_record(line, 0, fields).result != ScanResult::complete) return std::nullopt;
    const auto value = [&](std::string_view key) -> std::optional<std::string_view> {
        const auto it = std::find_if(fields.begin(), fields.end(),
                                     [&](const RecordField& field) { return field.key == key; });
        return it == fields.end() ? std::nullopt : std::optional(it->value);
    };
    const auto inner = value(container ? "log" : "MESSAGE");
    const auto time = value(container ? "time" : "__REALTIME_TIMESTAMP");
    // All containers' logs have a stream; without, the record may be a program's own.
    if (!inner || (container ? !value("stream") : !time)) return std::nullopt;
    unescape(*inner, scratch);
    return WrappedLine{scratch, time ? parse_time(*time) : ParsedTime{}};
}

std::optional<TrainingRecord> bare_pairs_in_line(std::string_view line, const LineOptions& options) {
    RecordMaker maker;
    std::string_view rest = line;
    while (!rest.empty()) {
        const BarePair pair = split(take_part(rest));
        if (!pair.key.empty()) set_pair(pair, options, maker);
        const bool loss = !std::isnan(maker.record().loss);
        if (loss && std::isnan(maker.record().step)) return std::nullopt;  // the step goes first
    }
    TrainingRecord record = maker.record();
    const bool norm = !std::isnan(record.grad_norm);
    if (std::isnan(record.step) || (!norm && std::isnan(record.loss))) return std::nullopt;
    // nanoGPT's "step 250: train loss 2.1, val loss 2.2" tells of an evaluation of both.
    if (!norm && speaks_of_evaluation(line)) return std::nullopt;
    record.time = time_in_front(line, options.dates);
    return record;
}

}  // namespace rle::formats
