// What stands behind TrainingLineParser, with the line's own time as it was printed.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "formats/training/printed_line.hpp"
#include "formats/training/training_record.hpp"

namespace rle::formats {

class PrintedParser {
  public:
    PrintedParser(LineOptions options, const std::string& grad_pattern);
    ~PrintedParser();
    PrintedParser(PrintedParser&&) noexcept;
    /// Missing: the line is not a step.
    std::optional<TrainingRecord> parse(std::string_view line) const;
    /// The time and the step of a line that tells nothing else of it: what is printed below it, indented, is
    /// of that step. Missing: it lacks one of them.
    std::optional<TrainingRecord> parse_heading(std::string_view line) const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace rle::formats
