// One step of a training log from its named values, whatever the names: keys and their aliases live here
// alone.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "formats/registry.hpp"
#include "formats/text/numbers.hpp"
#include "formats/text/times.hpp"
#include "rlecouple/telemetry.hpp"

namespace rle::formats {

enum class StepField { none, time, t_s, relative, step, epoch, loss, grad_norm, learning_rate, split };

/// What a key or column holds; of several keys for one field the lowest rank goes.
struct KnownKey {
    StepField field = StepField::none;
    unsigned rank = 0;
};
/// `grad_key`, where not empty, is the one name of the gradient norm.
KnownKey known_key(std::string_view key, std::string_view grad_key);
/// Does this word name data that nobody trains on: "val", "eval", "test", ...?
bool means_held_out(std::string_view word);

/// A step as its record says it. Every number may be missing.
struct TrainingRecord {
    ParsedTime time;               ///< the most trustworthy of the record's times
    double t_s = kMissing;         ///< on the session's monotonic clock
    double relative_s = kMissing;  ///< seconds since the log's start
    double step = kMissing;
    double epoch = kMissing;
    double loss = kMissing;
    double grad_norm = kMissing;  ///< infinity: printed as nan, inf or -1
    bool norm_was_nan = false;    ///< it was printed as nan
    double learning_rate = kMissing;
    bool is_step = false;   ///< it names a loss or a gradient norm
    bool held_out = false;  ///< its loss was taken on data that nobody trains on

    bool is_evaluation() const { return held_out && std::isnan(grad_norm); }
};

/// Puts a record together from keys and values.
class RecordMaker {
  public:
    explicit RecordMaker(DateOrder order = DateOrder::unknown) : order_(order) { ranks_.fill(kUnset); }

    void set(const KnownKey& key, std::string_view value);
    const TrainingRecord& record() const { return record_; }
    void clear() {
        record_ = TrainingRecord{};
        ranks_.fill(kUnset);
        not_numbers_ = no_readings_ = 0;
        text_for_norm_.clear();
        unread_time_ = {};
    }
    /// Values of a known field that were text, and the first one that stood for a gradient norm.
    std::size_t not_numbers() const { return not_numbers_; }
    /// Values that means_no_reading().
    std::size_t no_readings() const { return no_readings_; }
    const std::string& text_for_norm() const { return text_for_norm_; }
    /// A value that stood for a time and is none that we know, as long as the values that were set live.
    std::string_view unread_time() const { return unread_time_; }

  private:
    void set_time(unsigned rank, std::string_view value);
    void set_number(StepField field, std::string_view value);
    void set_norm(const Cell& cell, std::string_view value, double number);

    static constexpr unsigned kUnset = std::numeric_limits<unsigned>::max();
    DateOrder order_;
    TimeReader times_;
    TrainingRecord record_;
    std::array<unsigned, 10> ranks_;  ///< by field
    std::size_t not_numbers_ = 0, no_readings_ = 0;
    std::string text_for_norm_;
    std::string_view unread_time_;
};

/// Collects records into a Training, in the order of the file.
class TrainingBuilder {
  public:
    explicit TrainingBuilder(const Source& source) : source_(source), clock_(source.options.time_zone) {}

    void add(const TrainingRecord& record);
    /// Remembers what the values of one record were that are no numbers.
    void note_texts(const RecordMaker& maker);
    /// Remembers the first of the times that cannot be read, for the case that there are no others.
    void note_unread_time(std::string_view text);
    void count(const std::string& reason, std::size_t n = 1) {
        if (n > 0) training_.dropped[reason] += n;
    }
    void warn(const std::string& what) { training_.warnings.push_back(source_.where + ": " + what); }
    std::size_t size() const { return training_.size(); }  ///< rows that wait to be taken

    /// The rows so far go to `piece`; as long as none has a time, with times by the options.
    void take(Training& piece);
    /// Rows that were taken are as finish() would have left them: their times are of one kind, and none was
    /// made before the log turned out to have some.
    bool taken_hold() const {
        return classes_seen_.size() == 1 && !(timed_ && made_times_) && !(made_times_ && moved_first_);
    }

    /// Gives times by --start and --step-seconds where the log has none. Throws Error{insufficient_data}
    /// where there is no step, or no time at all.
    Training finish();

  private:
    void find_first_step(const TrainingRecord& record);
    void drop_lesser_times();
    bool can_make_times() const;
    void make_times();
    [[noreturn]] void refuse_without_times() const;
    void judge_norms();

    const Source& source_;
    Clock clock_;
    Training training_;
    std::vector<TimeClass> classes_;  ///< by row
    std::set<TimeClass> classes_seen_;
    std::size_t taken_ = 0;
    bool timed_ = false;
    bool made_years_ = false;  ///< some times were printed without a year
    bool made_times_ = false;
    bool any_norm_ = false;
    double first_step_ = kMissing, last_step_ = kMissing;  ///< numbers of steps
    bool moved_first_ = false;                             ///< the first was another one when rows were taken
    bool first_is_relative_ = false;  ///< the log's first row counts seconds since a start
    std::vector<double> relative_s_;  ///< by row
    std::size_t not_numbers_ = 0, no_readings_ = 0;
    std::string text_for_norm_, unread_time_;
};

}  // namespace rle::formats
