#include "formats/training/training_record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "formats/text/encoding.hpp"
#include "rlecouple/counted.hpp"
#include "rlecouple/error.hpp"

namespace rle::formats {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Alias {
    std::string_view key;  ///< lower case, "-", "." and " " as "_", without "train/"
    StepField field;
};

// The place in this list is the rank.
constexpr Alias kAliases[] = {
    {"timestamp", StepField::time},
    {"timestamp_shared", StepField::time},
    {"wall_time", StepField::time},
    {"_timestamp", StepField::time},
    {"timestamp_utc", StepField::time},
    {"timestamp_ms", StepField::time},
    {"unix_time", StepField::time},
    {"time", StepField::time},
    {"ts", StepField::time},
    {"datetime", StepField::time},
    {"created_at", StepField::time},
    {"@timestamp", StepField::time},
    {"timestamp_iso", StepField::time},
    {"date", StepField::time},
    {"asctime", StepField::time},
    {"t_s", StepField::t_s},
    {"_runtime", StepField::relative},
    {"elapsed", StepField::relative},
    {"elapsed_s", StepField::relative},
    {"elapsed_time", StepField::relative},
    {"relative_time", StepField::relative},
    {"step", StepField::step},
    {"global_step", StepField::step},
    {"trainer/global_step", StepField::step},
    {"iteration", StepField::step},
    {"iter", StepField::step},
    {"_step", StepField::step},
    {"steps", StepField::step},
    {"num_updates", StepField::step},
    {"training_iteration", StepField::step},
    {"current_steps", StepField::step},
    {"epoch", StepField::epoch},
    {"grad_norm", StepField::grad_norm},
    {"gnorm", StepField::grad_norm},
    {"gradient_norm", StepField::grad_norm},
    {"grad_2_0_norm_total", StepField::grad_norm},
    {"total_grad_norm", StepField::grad_norm},
    {"global_grad_norm", StepField::grad_norm},
    {"train_grad_norm", StepField::grad_norm},
    {"grad_norm_total", StepField::grad_norm},
    {"optim/total_grad_norm", StepField::grad_norm},
    {"actor/grad_norm", StepField::grad_norm},
    {"l2_norm/grad/global", StepField::grad_norm},
    {"global_gradient_norm", StepField::grad_norm},
    {"grad/norm", StepField::grad_norm},
    {"total_norm", StepField::grad_norm},
    {"loss", StepField::loss},
    {"lm_loss", StepField::loss},
    {"train_loss_step", StepField::loss},
    {"train_loss", StepField::loss},
    {"training_loss", StepField::loss},
    {"loss_step", StepField::loss},
    {"global_avg_loss", StepField::loss},
    {"loss/train", StepField::loss},
    {"total_loss", StepField::loss},
    {"reduced_train_loss", StepField::loss},
    {"learning_rate", StepField::learning_rate},
    {"lr", StepField::learning_rate},
    {"split", StepField::split},
    {"phase", StepField::split},
    {"mode", StepField::split},
    {"stage", StepField::split},
    {"subset", StepField::split},
};
constexpr unsigned kLastRank = std::size(kAliases);

// `key` as the list above has it, in `buffer`; empty where it is too long to be in it.
std::string_view normal_key(std::string_view key, std::array<char, 64>& buffer) {
    constexpr std::size_t kLongest = 200;
    if (key.size() > kLongest) return {};
    // A chart exported from W&B heads its columns "name-of-the-run - key".
    if (const std::size_t run = key.rfind(" - "); run != std::string_view::npos) key.remove_prefix(run + 3);
    if (key.size() > buffer.size()) return {};
    std::size_t n = 0;
    for (const char c : key) {
        const char l = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        buffer[n++] = l == '-' || l == ' ' || l == '.' ? '_' : l;
    }
    std::string_view normal(buffer.data(), n);
    for (const std::string_view prefix : {"train/", "training/", "loss_metrics/"}) {
        if (normal.starts_with(prefix)) normal.remove_prefix(prefix.size());
    }
    return normal;
}

// "tensor(1.05, device='cuda:0')", "np.float64(1.05)" and "[1.05]": the number within. A comma elsewhere may
// be a decimal one: what stands before it is not the number.
std::string_view unwrap(std::string_view value) {
    if (!value.empty() && value.front() <= '9') return value;  // a number, as nearly all are
    if (value.starts_with('[') && value.ends_with(']') && value.find(',') == std::string_view::npos) {
        value = value.substr(1, value.size() - 2);
    }
    for (const std::string_view made : {"tensor(", "np.float64(", "np.float32(", "Array("}) {
        if (!value.starts_with(made)) continue;
        value.remove_prefix(made.size());
        return trim(value.substr(0, value.find_first_of(",)")));
    }
    return trim(value);
}

}  // namespace

KnownKey known_key(std::string_view key, std::string_view grad_key) {
    if (!grad_key.empty() && key == grad_key) return {StepField::grad_norm, 0};
    std::array<char, 64> buffer;
    const std::string_view normal = normal_key(key, buffer);
    if (normal.empty()) return {};
    if (key.starts_with("lr-")) return {StepField::learning_rate, kLastRank};  // Lightning's "lr-AdamW"
    const auto it =
        std::find_if(std::begin(kAliases), std::end(kAliases), [&](auto& a) { return a.key == normal; });
    if (it == std::end(kAliases) || (it->field == StepField::grad_norm && !grad_key.empty())) return {};
    return {it->field, static_cast<unsigned>(it - std::begin(kAliases))};
}

void RecordMaker::set(const KnownKey& key, std::string_view value) {
    if (key.field == StepField::none) return;
    if (key.field == StepField::grad_norm) record_.is_step = true;
    if (key.field == StepField::time) {
        set_time(key.rank, value);
        return;
    }
    unsigned& rank = ranks_[static_cast<std::size_t>(key.field)];
    if (key.rank >= rank) return;
    rank = key.rank;
    if (key.field == StepField::split) {
        record_.held_out = means_held_out(value);
    } else {
        set_number(key.field, value);
    }
}

// The most trustworthy class of time goes, whatever the rank: an epoch before a calendar time with a zone
// before one without.
void RecordMaker::set_time(unsigned rank, std::string_view value) {
    const ParsedTime time = times_.read(value, order_);
    if (time.time_class == TimeClass::none) {
        const auto seconds = parse_number(value);
        if (seconds && std::isnan(record_.relative_s)) record_.relative_s = *seconds;
        if (!seconds && !means_missing(trim(value))) unread_time_ = value;
        return;
    }
    unsigned& best = ranks_[static_cast<std::size_t>(StepField::time)];
    const bool better = time.time_class < record_.time.time_class;
    if (!better && (time.time_class != record_.time.time_class || rank >= best)) return;
    best = rank;
    record_.time = time;
}

bool means_held_out(std::string_view word) {
    std::array<char, 64> buffer;
    const std::string_view normal = normal_key(word, buffer);
    constexpr std::string_view kNames[] = {"val", "valid", "validation", "eval", "evaluation", "test", "dev"};
    return std::find(std::begin(kNames), std::end(kNames), normal) != std::end(kNames);
}

namespace {

// "1,000" and "10/600": a step's number is whole, and may name the last one beside it.
double number_of_step(std::string_view value) {
    value = trim(value.substr(0, value.find('/')));
    const std::optional<std::string> plain = without_thousands(value);
    return parse_number(plain ? std::string_view(*plain) : value).value_or(kMissing);
}

}  // namespace

void RecordMaker::set_norm(const Cell& cell, std::string_view value, double number) {
    record_.norm_was_nan = means_nan(value);
    if (cell.kind == CellKind::infinite || record_.norm_was_nan) number = kInfinity;
    // DeepSpeed's word for an overflow; under a key of the user's own it may be a logarithm.
    if (number == -1.0 && ranks_[static_cast<std::size_t>(StepField::grad_norm)] > 0) number = kInfinity;
    if (cell.kind == CellKind::text && !record_.norm_was_nan)
        text_for_norm_ = std::string(value.substr(0, 60));
    record_.grad_norm = number;
}

void RecordMaker::set_number(StepField field, std::string_view value) {
    value = unwrap(trim(value));
    const Cell cell = parse_cell(value);
    double number = cell.kind == CellKind::number ? cell.value : kMissing;
    if (cell.kind == CellKind::text && field == StepField::step) number = number_of_step(value);
    if (cell.kind == CellKind::text && std::isnan(number)) ++not_numbers_;
    if (means_no_reading(number)) {
        ++no_readings_;
        number = kMissing;
    }
    switch (field) {
        case StepField::grad_norm:
            set_norm(cell, value, number);
            break;
        case StepField::t_s:
            record_.t_s = number;
            break;
        case StepField::relative:
            record_.relative_s = number;
            break;
        case StepField::step:
            record_.step = number;
            break;
        case StepField::epoch:
            record_.epoch = number;
            break;
        case StepField::loss:
            record_.loss = number;
            if (cell.kind != CellKind::text) record_.is_step = true;  // "loss: mse" tells of a configuration
            break;
        case StepField::learning_rate:
            record_.learning_rate = number;
            break;
        case StepField::none:
        case StepField::time:
        case StepField::split:
            break;
    }
}

void TrainingBuilder::add(const TrainingRecord& record) {
    if (size() + taken_ == 0) {
        first_is_relative_ = !std::isnan(record.relative_s);
    }
    find_first_step(record);
    training_.wall_us.push_back(record.time.time_class == TimeClass::none ? kNoTime
                                                                          : clock_.to_utc(record.time));
    training_.t_s.push_back(record.t_s);
    training_.step.push_back(record.step);
    training_.epoch.push_back(record.epoch);
    training_.loss.push_back(record.loss);
    training_.grad_norm.push_back(record.grad_norm);
    training_.learning_rate.push_back(record.learning_rate);
    timed_ = timed_ || record.time.time_class != TimeClass::none || !std::isnan(record.t_s);
    made_years_ = made_years_ || record.time.year_made;
    any_norm_ = any_norm_ || !std::isnan(record.grad_norm);
    if (classes_.empty() || classes_.back() != record.time.time_class) {
        classes_seen_.insert(record.time.time_class);
    }
    classes_.push_back(record.time.time_class);
    relative_s_.push_back(record.relative_s);
}

// The step that --start is the time of: the smallest with a gradient norm, wherever it stands, so that no
// step lies before the start; else the first. ("Restored step: 100, loss: 2.5" tells of a training before.)
void TrainingBuilder::find_first_step(const TrainingRecord& record) {
    constexpr std::size_t kMostStrays = 16;  // rows without a number in front: of more, the log's rows count
    if (std::isnan(first_step_) && size() + taken_ > kMostStrays) return;
    const bool smaller = !std::isnan(record.grad_norm) && record.step < first_step_;
    if (!std::isnan(first_step_) && !smaller) return;
    moved_first_ = moved_first_ || taken_ > 0;
    first_step_ = last_step_ = record.step;
}

void TrainingBuilder::take(Training& piece) {
    if (!timed_ && can_make_times()) make_times();
    taken_ += training_.size();
    piece = Training{};
    std::swap(piece.wall_us, training_.wall_us);
    std::swap(piece.t_s, training_.t_s);
    std::swap(piece.step, training_.step);
    std::swap(piece.epoch, training_.epoch);
    std::swap(piece.loss, training_.loss);
    std::swap(piece.grad_norm, training_.grad_norm);
    std::swap(piece.learning_rate, training_.learning_rate);
    classes_.clear();
    relative_s_.clear();
}

void TrainingBuilder::note_texts(const RecordMaker& maker) {
    not_numbers_ += maker.not_numbers();
    no_readings_ += maker.no_readings();
    if (text_for_norm_.empty()) text_for_norm_ = maker.text_for_norm();
    if (!maker.unread_time().empty()) note_unread_time(maker.unread_time());
}

void TrainingBuilder::note_unread_time(std::string_view text) {
    constexpr std::size_t kShown = 40;
    if (unread_time_.empty()) unread_time_ = quotable(text.substr(0, kShown));
}

// Times of different kinds in one log disagree (a local clock beside an epoch): the best kind goes, for all
// rows.
void TrainingBuilder::drop_lesser_times() {
    const TimeClass best = *std::min_element(classes_.begin(), classes_.end());
    std::size_t lesser = 0;
    for (std::size_t i = 0; i < classes_.size(); ++i) {
        if (classes_[i] == best) continue;
        training_.wall_us[i] = kNoTime;
        if (std::isnan(training_.t_s[i])) ++lesser;
    }
    count("no_time", lesser);
    if (lesser > 0)
        warn(fmt::format("{} no time of the kind that the others have",
                         counted(lesser, "row has", "rows have")));
}

bool TrainingBuilder::can_make_times() const {
    const ReadOptions& options = source_.options;
    return options.start_us && (options.step_seconds || first_is_relative_);
}

void TrainingBuilder::make_times() {
    const ReadOptions& options = source_.options;
    for (std::size_t i = 0; i < training_.size(); ++i) {
        double seconds = relative_s_[i];
        if (options.step_seconds) {
            if (std::isfinite(training_.step[i])) last_step_ = training_.step[i];
            const double steps = last_step_ - first_step_;  // a row without a number stands beside the last
            seconds =
                *options.step_seconds * (std::isfinite(steps) ? steps : static_cast<double>(taken_ + i));
        }
        if (std::isfinite(seconds) && std::abs(seconds) < 1e11) {
            training_.wall_us[i] = *options.start_us + std::llround(seconds * 1e6);
        }
        made_times_ = true;
    }
}

void TrainingBuilder::refuse_without_times() const {
    if (!unread_time_.empty() && !first_is_relative_) {
        const bool doubtful =
            source_.options.date_order == DateOrder::unknown && unread_time_.find('/') != std::string::npos;
        throw Error(ErrorKind::insufficient_data, source_.where,
                    fmt::format("its times are of a form that is not understood: '{}'", unread_time_),
                    doubtful ? "--date-order mdy or dmy says which number is the day"
                             : "give --start TIME and --step-seconds S instead");
    }
    throw Error(
        ErrorKind::insufficient_data, source_.where,
        first_is_relative_ ? "the log counts seconds from a start that it does not name"
                           : "the log says nowhere when its steps happened",
        first_is_relative_
            ? "give --start TIME, or call the column t_s, in the telemetry too, where both count from one "
              "start"
            : "give --start TIME and --step-seconds S, or record it with rlecouple collect -- CMD");
}

void TrainingBuilder::judge_norms() {
    count("not_a_number", not_numbers_);
    if (not_numbers_ > 0)
        warn(fmt::format("{} no number; missing", counted(not_numbers_, "value is", "values are")));
    count("no_reading", no_readings_);
    if (no_readings_ > 0)
        warn(fmt::format("{} the largest number of 64 bits, which stands for no reading; missing",
                         counted(no_readings_, "value is", "values are")));
    if (any_norm_) return;
    if (!text_for_norm_.empty()) {
        throw Error(ErrorKind::failed, source_.where,
                    fmt::format("the gradient norm is never a number; found '{}'", text_for_norm_));
    }
    if (training_.size() + taken_ == 0) {
        throw Error(ErrorKind::insufficient_data, source_.where,
                    "not one step with a loss or a gradient norm in it");
    }
    warn("no gradient norm in it; --grad-key KEY names another key or column");
}

Training TrainingBuilder::finish() {
    judge_norms();
    if (taken_ == 0) drop_lesser_times();
    if (!timed_) {
        if (!can_make_times()) refuse_without_times();
        make_times();
        training_.times_made = true;
        warn("the log carries no times; they are made from --start" +
             std::string(source_.options.step_seconds ? " and --step-seconds" : ""));
    }
    if (made_years_)
        warn(source_.options.start_us ? "its times name no year; it is taken from --start"
                                      : "its times name no year; it is taken from when the file was last "
                                        "written; --start TIME says otherwise");
    if (clock_.assumed_utc()) warn("times without a zone are taken as UTC; --tz ZONE says otherwise");
    return std::move(training_);
}

}  // namespace rle::formats
