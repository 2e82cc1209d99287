#include "cli/record_training.hpp"

#include "formats/writers.hpp"

namespace rle::cli {
namespace {

// A progress bar may go on for hours without a line end; a step is never this long.
constexpr std::size_t kLongestLine = 1 << 20;

}  // namespace

TrainingRecord::TrainingRecord(std::filesystem::path folder, formats::TrainingLineParser parser)
    : folder_(std::move(folder)), parser_(std::move(parser)) {}

void TrainingRecord::learn(std::string_view lines) {
    for (std::size_t end = lines.find('\n'); end != std::string_view::npos; end = lines.find('\n')) {
        parser_.parse(lines.substr(0, end));
        lines.remove_prefix(end + 1);
    }
}

void TrainingRecord::keep(std::string_view bytes) {
    if (bytes.empty()) return;
    if (!printed_) printed_.emplace(folder_ / "train.out");
    printed_->append(bytes);
    at_line_start_ = bytes.back() == '\n';
}

void TrainingRecord::parse(std::string_view bytes, std::int64_t wall_us, double t_s) {
    // A carriage return ends a line too: that is how progress bars write over themselves.
    for (std::size_t end = bytes.find_first_of("\r\n"); end != std::string_view::npos;
         end = bytes.find_first_of("\r\n")) {
        pending_ += bytes.substr(0, end);
        take_line(pending_, wall_us, t_s);
        pending_.clear();
        bytes.remove_prefix(end + 1);
    }
    pending_ += bytes;
    if (pending_.size() > kLongestLine) pending_.clear();
    write_rows();
}

void TrainingRecord::write_rows() {
    if (rows_.empty()) return;
    if (!table_) {
        table_.emplace(folder_ / "training.csv");
        table_->append(std::string(formats::kTrainingHeader) + '\n');
    }
    table_->append(rows_);
    rows_.clear();
}

void TrainingRecord::take_line(std::string_view line, std::int64_t wall_us, double t_s) {
    if (line.empty()) return;
    const auto step = parser_.parse(line);
    if (!step) return;
    ++steps_;
    last_ = step;
    last_t_s_ = t_s;
    formats::append_training_row(rows_, wall_us, t_s, *step);
}

void TrainingRecord::finish(std::int64_t wall_us, double t_s) {
    take_line(pending_, wall_us, t_s);
    pending_.clear();
    write_rows();
}

void TrainingRecord::sync() {
    if (printed_) printed_->sync();
    if (table_) table_->sync();
}

}  // namespace rle::cli
