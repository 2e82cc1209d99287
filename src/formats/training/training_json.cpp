#include "formats/training/training_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "formats/text/encoding.hpp"
#include "formats/text/object_scanner.hpp"
#include "formats/training/training_record.hpp"
#include "rlecouple/counted.hpp"
#include "rlecouple/error.hpp"

namespace rle::formats {
namespace {

constexpr std::string_view kHistory = "log_history";
constexpr std::string_view kSummary = "train_runtime";
constexpr std::size_t kEverything = std::numeric_limits<std::size_t>::max();

std::size_t line_of(std::string_view text, std::size_t at) {
    return 1 + static_cast<std::size_t>(
                   std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
}

std::string_view value_of(const RecordField& field) {
    return field.kind == ValueKind::bare && field.value == "null" ? std::string_view() : field.value;
}

// Goes through the records that lie within a record, as far as they may tell of its step: those that are
// called by a name that means nothing else, and those on the way to what --grad-key A.B.C names.
class DeeperKeys {
  public:
    explicit DeeperKeys(std::string_view grad_key) : grad_key_(grad_key) {}

    /// Gives take(key, value) what stands in `field`, of {"metrics": {"grad_norm": 1}} and deeper.
    template <class Take>
    void each(const RecordField& field, Take take) {
        path_.clear();
        look(field, 0, true, take);
    }

  private:
    template <class Take>
    void look(const RecordField& field, std::size_t depth, bool plain, Take& take) {
        if (depth == inner_.size() || !field.value.starts_with('{')) return;
        const std::size_t length = path_.size();
        path_.append(field.key).push_back('.');
        plain = plain && means_nothing_else(field.key);
        std::vector<RecordField>& fields = inner_[depth];
        if ((plain || grad_key_.starts_with(path_)) &&
            scan_record(field.value, 0, fields).result == ScanResult::complete) {
            for (const RecordField& deeper : fields) {
                take(key_of(deeper.key, plain), value_of(deeper));
                if (deeper.kind == ValueKind::nested) look(deeper, depth + 1, plain, take);
            }
        }
        path_.resize(length);
    }

    static bool means_nothing_else(std::string_view key) {
        constexpr std::string_view kNames[] = {"metrics", "train", "training", "scalars", "logs", "stats"};
        return std::find(std::begin(kNames), std::end(kNames), key) != std::end(kNames);
    }

    // Beside the gradient norm that --grad-key names stand the loss and the others of its step.
    KnownKey key_of(std::string_view key, bool plain) const {
        const bool on_the_way = grad_key_.starts_with(path_);
        const std::string_view rest = on_the_way ? grad_key_.substr(path_.size()) : std::string_view();
        if (on_the_way && rest == key) return {StepField::grad_norm, 0};
        const bool beside = on_the_way && rest.find('.') == std::string_view::npos;
        return plain || beside ? known_key(key, grad_key_) : KnownKey{};
    }

    std::string_view grad_key_;
    std::string path_;                                 ///< "data.train."
    std::array<std::vector<RecordField>, 3> inner_{};  ///< by depth
};

// Where the first record begins.
struct Begin {
    std::size_t at = 0;  ///< of its brace; the text's size where there is none
    bool in_array = false;
};

// Records one after the other, with commas, white space or line ends between them.
class JsonLog : public TrainingPieces {
  public:
    JsonLog(const Source& source, const Begin& begin)
        : source_(source),
          builder_(source),
          maker_(source.options.date_order),
          deeper_(source.options.grad_key),
          at_(begin.at),
          in_array_(begin.in_array) {}

    /// Reads on until `most` steps wait, or to the end.
    void read(std::size_t most) {
        while (!ended_ && builder_.size() < most) read_record();
    }
    bool next(Training& piece, std::size_t most) override {
        read(most);
        builder_.take(piece);
        return piece.size() > 0;
    }
    Training finish() override {
        if (foreign_ > 0) {
            builder_.count("foreign_line", foreign_);
            builder_.warn(
                fmt::format("{} no JSON record; left out", counted(foreign_, "line holds", "lines hold")));
        }
        return builder_.finish();
    }
    bool holds() const override { return builder_.taken_hold(); }
    std::size_t consumed() const override { return std::min(at_, source_.text.size()); }

  private:
    void read_record() {
        const std::string_view text = source_.text;
        at_ = skip_space(text, at_);
        // The mark of a file that was appended to this one.
        if (text.substr(at_).starts_with(kUtf8Mark)) at_ = skip_space(text, at_ + kUtf8Mark.size());
        if (in_array_ && at_ < text.size() && text[at_] == ',') at_ = skip_space(text, at_ + 1);
        if (at_ >= text.size()) return in_array_ ? torn() : end();
        if (in_array_ && text[at_] == ']') return end();
        const Scan scan = scan_record(text, at_, fields_);
        if (scan.result == ScanResult::complete) {
            add();
            at_ = scan.end;
        } else if (!in_array_) {
            pass_over();
        } else if (scan.result == ScanResult::cut) {
            torn();
        } else {
            throw Error(ErrorKind::failed, fmt::format("{}:{}", source_.where, line_of(text, at_)),
                        "not a JSON record");
        }
    }

    void end() { ended_ = true; }

    void add() {
        maker_.clear();
        for (std::size_t i = 0; i < fields_.size(); ++i) {
            const RecordField& field = fields_[i];
            // HF's closing summary names a train_loss that is no step's.
            if (field.key == kSummary) return;
            if (field.kind == ValueKind::nested)
                deeper_.each(field,
                             [&](const KnownKey& key, std::string_view value) { maker_.set(key, value); });
            maker_.set(key_of(i), value_of(field));
        }
        builder_.note_texts(maker_);
        if (maker_.record().is_step && !maker_.record().is_evaluation()) builder_.add(maker_.record());
    }

    // Records of one log have the same keys in the same places, as a rule.
    const KnownKey& key_of(std::size_t place) {
        if (place >= last_keys_.size()) last_keys_.resize(place + 1);
        auto& [key, known] = last_keys_[place];
        if (key != fields_[place].key || key.empty()) {
            key = fields_[place].key;
            known = known_key(key, source_.options.grad_key);
        }
        return known;
    }

    void torn() {
        end();
        builder_.count("torn_line");
        builder_.warn("the file ends within its last record or list; what came before is used");
    }

    // A line that is no record; the last one may be torn.
    void pass_over() {
        const std::size_t line_end = source_.text.find('\n', at_);
        if (line_end == std::string_view::npos) return torn();
        source_.passed(line_end);
        ++foreign_;
        at_ = line_end + 1;
    }

    const Source& source_;
    TrainingBuilder builder_;
    RecordMaker maker_;
    DeeperKeys deeper_;
    std::vector<RecordField> fields_;
    std::vector<std::pair<std::string, KnownKey>> last_keys_;  ///< by place in the record
    std::size_t at_;
    bool in_array_;
    bool ended_ = false;
    std::size_t foreign_ = 0;
};

// Where the list of a document's `log_history` begins.
std::optional<std::size_t> history_begin(std::string_view text) {
    // A text that is no document, or opens with a record of its own as JSON lines do, is not searched to its
    // end.
    const std::size_t first = skip_space(text, 0);
    if (first >= text.size() || text[first] != '{') return std::nullopt;
    std::vector<RecordField> fields;
    if (scan_record(text, first, fields).result == ScanResult::complete &&
        std::none_of(fields.begin(), fields.end(), [](auto& field) { return field.key == kHistory; })) {
        return std::nullopt;
    }
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
    bool any = false;
    const auto look = [&](const KnownKey& key, std::string_view) {
        any = any || key.field == StepField::loss || key.field == StepField::grad_norm;
    };
    DeeperKeys deeper(grad_key);
    for (const RecordField& field : fields) {
        look(known_key(field.key, grad_key), {});
        if (field.kind == ValueKind::nested) deeper.each(field, look);
    }
    return any;
}

Begin first_of_history(const Source& source) {
    const auto begin = history_begin(source.text);
    if (!begin) throw Error(ErrorKind::failed, source.where, refuse_trainer_state(source));
    return {*begin, true};
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
    JsonLog log(source, first_record(source.text));
    log.read(kEverything);
    return log.finish();
}

std::unique_ptr<TrainingPieces> open_training_json(const Source& source) {
    return std::make_unique<JsonLog>(source, first_record(source.text));
}

std::string refuse_trainer_state(const Source& source) {
    return history_begin(source.text) ? "" : "no list called log_history";
}

Training read_trainer_state(const Source& source) {
    JsonLog log(source, first_of_history(source));
    log.read(kEverything);
    return log.finish();
}

std::unique_ptr<TrainingPieces> open_trainer_state(const Source& source) {
    return std::make_unique<JsonLog>(source, first_of_history(source));
}

}  // namespace rle::formats
