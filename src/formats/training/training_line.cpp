#include "formats/training/training_line.hpp"

#include <regex>

#include "formats/training/csv_steps.hpp"
#include "formats/training/printed_line.hpp"
#include "formats/training/training_parser.hpp"
#include "rlecouple/error.hpp"

namespace rle::formats {
namespace {

// std::regex recurses with the text; longer lines are no step of anybody.
constexpr std::size_t kLongestForPattern = 4096;

}  // namespace

struct PrintedParser::State {
    LineOptions options;
    std::optional<std::regex> pattern;
    mutable std::string scratch, inner;
    mutable std::vector<RecordField> fields;

    std::optional<TrainingRecord> parse(std::string_view line) const;
};

PrintedParser::PrintedParser(LineOptions options, const std::string& grad_pattern)
    : state_(std::make_unique<State>()) {
    state_->options = std::move(options);
    if (grad_pattern.empty()) return;
    try {
        state_->pattern.emplace(grad_pattern, std::regex::ECMAScript | std::regex::optimize);
    } catch (const std::regex_error& error) {
        throw Error(ErrorKind::usage, "--grad-pattern",
                    std::string("not a regular expression: ") + error.what());
    }
    if (state_->pattern->mark_count() == 0) {
        throw Error(ErrorKind::usage, "--grad-pattern", "the regular expression has no group",
                    "put the number in parentheses: 'norm=(\\S+)'");
    }
}

PrintedParser::~PrintedParser() = default;
PrintedParser::PrintedParser(PrintedParser&&) noexcept = default;

std::optional<TrainingRecord> PrintedParser::parse(std::string_view line) const {
    const std::optional<WrappedLine> wrapped = wrapped_line(line, state_->fields, state_->inner);
    std::optional<TrainingRecord> record = state_->parse(wrapped ? wrapped->line : line);
    if (record && wrapped && wrapped->time.time_class < record->time.time_class) record->time = wrapped->time;
    return record;
}

std::optional<TrainingRecord> PrintedParser::parse_heading(std::string_view line) const {
    return heading_in_line(visible_text(line, state_->scratch), state_->options);
}

std::optional<TrainingRecord> PrintedParser::State::parse(std::string_view raw) const {
    const std::string_view line = visible_text(raw, scratch);
    std::optional<TrainingRecord> record = record_in_line(line, options, fields);
    if (!record) record = pairs_in_line(line, options);
    if (!record) record = bare_pairs_in_line(line, options);
    if (!pattern) return record;
    std::cmatch match;
    if (line.size() > kLongestForPattern ||
        !std::regex_search(line.data(), line.data() + line.size(), match, *pattern)) {
        return std::nullopt;
    }
    RecordMaker maker;
    maker.set({StepField::grad_norm, 0},
              std::string_view(match[1].first, static_cast<std::size_t>(match[1].length())));
    if (!record) record = step_and_time_of(line, options);
    record->grad_norm = maker.record().grad_norm;
    record->norm_was_nan = maker.record().norm_was_nan;
    return record;
}

struct TrainingLineParser::State {
    PrintedParser parser;
    CsvSteps csv;
    bool pattern = false;  // which then is all that counts
    std::string scratch{};
};

TrainingLineParser::TrainingLineParser(std::string grad_key, std::string grad_pattern)
    : state_(new State{PrintedParser({grad_key}, grad_pattern), CsvSteps(grad_key), !grad_pattern.empty()}) {}

TrainingLineParser::~TrainingLineParser() = default;
TrainingLineParser::TrainingLineParser(TrainingLineParser&&) noexcept = default;

std::optional<TrainingStep> TrainingLineParser::parse(std::string_view line) {
    std::optional<TrainingRecord> record = state_->parser.parse(line);
    if (!record && !state_->pattern) record = state_->csv.parse(visible_text(line, state_->scratch));
    if (!record) return std::nullopt;
    const TimeClass time_class = record->time.time_class;
    const bool certain = time_class == TimeClass::epoch || time_class == TimeClass::zoned;
    return TrainingStep{certain ? record->time.us : kNoTime,
                        record->step,
                        record->epoch,
                        record->loss,
                        record->grad_norm,
                        record->learning_rate,
                        record->norm_was_nan};
}

}  // namespace rle::formats
