#include "formats/training_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "formats/object_scanner.hpp"
#include "formats/training_record.hpp"
#include "rlecouple/error.hpp"

namespace rle::formats {
namespace {

constexpr std::string_view kHistory = "log_history";
constexpr std::string_view kSummary = "train_runtime";

std::size_t line_of(std::string_view text, std::size_t at) {
    return 1 + static_cast<std::size_t>(
                   std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
}

class JsonLog {
  public:
    explicit JsonLog(const Source& source) : source_(source), builder_(source) {}

    // Records one after the other, with commas, white space or line ends between them; `at` is the first one.
    void read_records(std::size_t at, bool in_array) {
        const std::string_view text = source_.text;
        for (;;) {
            at = skip_space(text, at);
            if (in_array && at < text.size() && text[at] == ',') at = skip_space(text, at + 1);
            if (at >= text.size()) {
                if (in_array) torn();
                return;
            }
            if (in_array && text[at] == ']') return;
            const Scan scan = scan_record(text, at, fields_);
            if (scan.result == ScanResult::complete) {
                add();
                at = scan.end;
            } else if (in_array && scan.result == ScanResult::cut) {
                torn();
                return;
            } else if (in_array) {
                throw Error(ErrorKind::failed, fmt::format("{}:{}", source_.where, line_of(text, at)),
                            "not a JSON record");
            } else {
                at = pass_over(at);
                if (at == std::string_view::npos) return;
            }
        }
    }

    Training finish() {
        if (foreign_ > 0) {
            builder_.count("foreign_line", foreign_);
            builder_.warn(fmt::format("{} line(s) hold no JSON record; left out", foreign_));
        }
        return builder_.finish();
    }

  private:
    void add() {
        maker_.clear();
        for (const RecordField& field : fields_) {
            // HF's closing summary names a train_loss that is no step's.
            if (field.key == kSummary) return;
            maker_.set(
                known_key(field.key, source_.options.grad_key),
                field.kind == ValueKind::bare && field.value == "null" ? std::string_view() : field.value);
        }
        builder_.note_texts(maker_);
        if (maker_.record().is_step) builder_.add(maker_.record());
    }

    void torn() {
        builder_.count("torn_line");
        builder_.warn("the file ends within its last record or list; what came before is used");
    }

    // Lines that are no record: the position of the next line, or npos where the file ends in a torn one.
    std::size_t pass_over(std::size_t at) {
        const std::size_t end = source_.text.find('\n', at);
        if (end == std::string_view::npos) {
            torn();
            return end;
        }
        ++foreign_;
        return end + 1;
    }

    const Source& source_;
    TrainingBuilder builder_;
    RecordMaker maker_;
    std::vector<RecordField> fields_;
    std::size_t foreign_ = 0;
};

// Where the list of a document's `log_history` begins.
std::optional<std::size_t> history_begin(std::string_view text) {
    const std::size_t key = text.find("\"log_history\"");
    if (key == std::string_view::npos) return std::nullopt;
    std::size_t at = skip_space(text, key + kHistory.size() + 2);
    if (at >= text.size() || text[at] != ':') return std::nullopt;
    at = skip_space(text, at + 1);
    if (at >= text.size() || text[at] != '[') return std::nullopt;
    return at + 1;
}

std::size_t next_line(std::string_view text, std::size_t at) {
    const std::size_t end = text.find('\n', at);
    return end == std::string_view::npos ? text.size() : end + 1;
}

// A dict of Python's, {'loss': 2.1}, is left to the reader of printed lines.
bool opens_json(std::string_view text, std::size_t at) {
    if (at >= text.size() || text[at] != '{') return false;
    const std::size_t key = skip_space(text, at + 1);
    return key < text.size() && text[key] == '"';
}

struct Begin {
    std::size_t at = 0;  ///< of the first record's brace; the text's size where there is none
    bool in_array = false;
};

// An array begins the text; lines may stand below what a program printed first.
Begin first_record(std::string_view text) {
    constexpr int kLines = 2000;
    std::size_t at = skip_space(text, 0);
    if (at < text.size() && text[at] == '[') {
        const std::size_t inside = skip_space(text, at + 1);
        if (opens_json(text, inside)) return {inside, true};
    }
    for (int line = 0; line < kLines && at < text.size(); ++line) {
        if (opens_json(text, at)) return {at, false};
        at = skip_space(text, next_line(text, at));
    }
    return {text.size(), false};
}

bool is_step_record(const std::vector<RecordField>& fields, const std::string& grad_key) {
    if (std::any_of(fields.begin(), fields.end(), [](auto& field) { return field.key == kSummary; }))
        return false;
    return std::any_of(fields.begin(), fields.end(), [&](const RecordField& field) {
        const StepField known = known_key(field.key, grad_key).field;
        return known == StepField::loss || known == StepField::grad_norm;
    });
}

}  // namespace

std::string refuse_training_json(const Source& source) {
    const Begin begin = first_record(source.text);
    std::size_t at = begin.at;
    if (at >= source.text.size()) return "no line begins with a JSON record";
    std::vector<RecordField> fields;
    constexpr int kTries = 100;
    for (int i = 0; i < kTries && at < source.text.size(); ++i) {
        const Scan scan = scan_record(source.text, at, fields);
        if (scan.result == ScanResult::cut) return "a record that is not closed";
        if (scan.result == ScanResult::complete && opens_json(source.text, at) &&
            is_step_record(fields, source.options.grad_key))
            return {};
        at = scan.result == ScanResult::complete ? scan.end : next_line(source.text, at);
        at = skip_space(source.text, at);
        if (at < source.text.size() && source.text[at] == ',') at = skip_space(source.text, at + 1);
    }
    return "none of its first records names a loss or a grad_norm";
}

Training read_training_json(const Source& source) {
    const Begin begin = first_record(source.text);
    JsonLog log(source);
    log.read_records(begin.at, begin.in_array);
    return log.finish();
}

std::string refuse_trainer_state(const Source& source) {
    return history_begin(source.text) ? "" : "no list called log_history";
}

Training read_trainer_state(const Source& source) {
    const auto begin = history_begin(source.text);
    if (!begin) throw Error(ErrorKind::failed, source.where, refuse_trainer_state(source));
    JsonLog log(source);
    log.read_records(*begin, true);
    return log.finish();
}

}  // namespace rle::formats
