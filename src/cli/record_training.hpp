// What the training process prints: kept verbatim in train.out, and each step that a line tells of appended
// to training.csv.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "cli/record_files.hpp"
#include "formats/training/training_line.hpp"

namespace rle::cli {

class TrainingRecord {
  public:
    /// train.out and training.csv are made in `folder` with the first byte and the first step.
    TrainingRecord(std::filesystem::path folder, formats::TrainingLineParser parser);

    /// Takes what was written before the recording: its steps are nobody's, but a header counts.
    void learn(std::string_view lines);
    /// Forgets a line that has no end yet.
    void drop_begun_line() { pending_.clear(); }
    /// Keeps what was printed, as it is.
    void keep(std::string_view bytes);
    /// Takes what arrived at one moment: every line that it completes is a step of that moment.
    void parse(std::string_view bytes, std::int64_t wall_us, double t_s);
    /// Takes what stands behind the last line end as a line.
    void finish(std::int64_t wall_us, double t_s);
    void sync();

    std::uint64_t steps() const { return steps_; }
    const std::optional<formats::TrainingStep>& last() const { return last_; }
    /// When the last step came; 0 before the first.
    double last_t_s() const { return last_t_s_; }
    bool at_line_start() const { return at_line_start_; }

  private:
    void write_rows();
    void take_line(std::string_view line, std::int64_t wall_us, double t_s);

    std::filesystem::path folder_;
    formats::TrainingLineParser parser_;
    std::optional<AppendFile> printed_;
    std::optional<AppendFile> table_;
    std::string pending_;
    std::string rows_;
    std::uint64_t steps_ = 0;
    std::optional<formats::TrainingStep> last_;
    double last_t_s_ = 0.0;
    bool at_line_start_ = true;
};

}  // namespace rle::cli
