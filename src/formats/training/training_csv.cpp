// Also Lightning's metrics.csv and W&B's export, whose rows are sparse: rows of the same step are one step.
#include "formats/training/training_csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "formats/source_table.hpp"
#include "formats/text/date_order.hpp"
#include "formats/training/training_record.hpp"
#include "formats/writers.hpp"
#include "rlecouple/error.hpp"

namespace rle::formats {
namespace {

using Keys = std::vector<KnownKey>;

Keys keys_of(const std::vector<std::string>& header, const std::string& grad_key) {
    Keys keys;
    for (const std::string& name : header) keys.push_back(known_key(name, grad_key));
    return keys;
}

std::optional<Table> open_log(const Source& source) {
    return open_table(source, [&](const std::vector<std::string>& header) {
        const Keys keys = keys_of(header, source.options.grad_key);
        return header.size() > 1 && std::any_of(keys.begin(), keys.end(), [](const KnownKey& key) {
                   return key.field == StepField::loss || key.field == StepField::grad_norm;
               });
    });
}

// Fills what `into` lacks; false where both say something, so that they are two steps.
bool merge(TrainingRecord& into, const TrainingRecord& row) {
    if (into.step != row.step) return false;
    double* const own[] = {&into.epoch, &into.loss, &into.grad_norm, &into.learning_rate};
    const double other[] = {row.epoch, row.loss, row.grad_norm, row.learning_rate};
    for (std::size_t i = 1; i < std::size(own); ++i) {  // the epoch may stand in both
        if (!std::isnan(*own[i]) && !std::isnan(other[i])) return false;
    }
    for (std::size_t i = 0; i < std::size(own); ++i) {
        if (std::isnan(*own[i])) *own[i] = other[i];
    }
    if (row.time.time_class < into.time.time_class) into.time = row.time;
    if (std::isnan(into.t_s)) into.t_s = row.t_s;
    return true;
}

bool says_nothing(const TrainingRecord& row) {
    return std::isnan(row.loss) && std::isnan(row.grad_norm) && std::isnan(row.learning_rate) &&
           std::isnan(row.step);
}

class Rows {
  public:
    Rows(const Source& source, bool sparse) : builder_(source), sparse_(sparse) {}

    void add(const TrainingRecord& row) {
        if (!sparse_) return builder_.add(row);
        if (says_nothing(row)) return builder_.count("empty_row");
        if (pending_ && merge(*pending_, row)) return;
        flush();
        pending_ = row;
    }

    void flush() {
        if (pending_) builder_.add(*pending_);
        pending_.reset();
    }

    TrainingBuilder& builder() { return builder_; }
    const TrainingBuilder& builder() const { return builder_; }

  private:
    TrainingBuilder builder_;
    bool sparse_;
    std::optional<TrainingRecord> pending_;
};

// In our own file every row is a step.
bool is_sparse(const Table& table) {
    return fmt::format("{}", fmt::join(table.header(), ",")) != kTrainingHeader;
}

// Where every column of times leaves it in doubt, nothing tells when the steps happened.
DateOrder date_order_of(const Table& table, const Keys& keys, const Source& source) {
    std::optional<FoundDates> doubtful;
    bool plain = false;
    for (std::size_t c = 0; c < keys.size(); ++c) {
        if (keys[c].field == StepField::t_s) plain = true;
        if (keys[c].field != StepField::time) continue;
        FoundDates dates = find_dates(table, c, source);
        if (dates.order != DateOrder::unknown) return dates.order;
        if (dates.doubtful.empty()) plain = true;
        if (!dates.doubtful.empty() && !doubtful) doubtful = std::move(dates);
    }
    if (doubtful && !plain) refuse_doubtful_dates(*doubtful, source);
    return DateOrder::unknown;
}

class CsvLog : public TrainingPieces {
  public:
    CsvLog(const Source& source, Table table)
        : source_(source),
          table_(std::move(table)),
          keys_(keys_of(table_.header(), source.options.grad_key)),
          rows_(source, is_sparse(table_)),
          maker_(date_order_of(table_, keys_, source)) {}

    /// Reads on until `most` steps wait, or to the end.
    void read(std::size_t most) {
        while (rows_.builder().size() < most) {
            if (!table_.next(cells_, source_.where)) {
                rows_.flush();
                return;
            }
            maker_.clear();
            for (std::size_t c = 0; c < keys_.size(); ++c) maker_.set(keys_[c], cells_[c]);
            rows_.builder().note_texts(maker_);
            if (maker_.record().is_evaluation()) {
                rows_.builder().count("evaluation");
            } else {
                rows_.add(maker_.record());
            }
        }
    }
    bool next(Training& piece, std::size_t most) override {
        read(most);
        rows_.builder().take(piece);
        return piece.size() > 0;
    }
    Training finish() override {
        TrainingBuilder& builder = rows_.builder();
        for (const auto& [reason, count] : table_.skipped()) builder.count(reason, count);
        std::vector<std::string> warnings;
        describe_skipped(table_.skipped(), source_.where, warnings);
        if (table_.unended()) warnings.push_back(source_.where + ": " + describe_unended(*table_.unended()));
        describe_twins(warnings);
        Training training = builder.finish();
        training.warnings.insert(training.warnings.begin(), warnings.begin(), warnings.end());
        return training;
    }
    bool holds() const override { return rows_.builder().taken_hold(); }
    std::size_t consumed() const override { return table_.consumed(); }

  private:
    // A chart of several runs has a column of one key for each of them.
    void describe_twins(std::vector<std::string>& warnings) const {
        std::map<std::pair<StepField, unsigned>, std::size_t> first;
        for (std::size_t c = 0; c < keys_.size(); ++c) {
            if (keys_[c].field != StepField::loss && keys_[c].field != StepField::grad_norm) continue;
            const auto [at, added] = first.try_emplace({keys_[c].field, keys_[c].rank}, c);
            if (added) continue;
            const auto& header = table_.header();
            warnings.push_back(
                fmt::format("{}: of the columns '{}' and '{}' the first is read; --grad-key names another",
                            source_.where, header[at->second], header[c]));
        }
    }

    const Source& source_;
    Table table_;
    Keys keys_;
    Rows rows_;
    RecordMaker maker_;
    Record cells_;
};

}  // namespace

std::string refuse_training_csv(const Source& source) {
    if (open_log(source)) return {};
    const std::string& key = source.options.grad_key;
    return describe_missing(key.empty() ? "loss or grad_norm" : key, source, "--training-columns");
}

Training read_training_csv(const Source& source) {
    std::optional<Table> table = open_log(source);
    if (!table) throw Error(ErrorKind::failed, source.where, refuse_training_csv(source));
    CsvLog log(source, std::move(*table));
    log.read(std::numeric_limits<std::size_t>::max());
    return log.finish();
}

std::unique_ptr<TrainingPieces> open_training_csv(const Source& source) {
    std::optional<Table> table = open_log(source);
    return table ? std::make_unique<CsvLog>(source, std::move(*table)) : nullptr;
}

}  // namespace rle::formats
