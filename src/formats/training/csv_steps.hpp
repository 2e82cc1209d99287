// CSV training logs line by line, while they grow: a header, then a step a row.
//
// Only whole lines may be given: of a torn one nobody could tell whether its last number is whole.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/text/csv.hpp"
#include "formats/training/training_record.hpp"

namespace rle::formats {

class CsvSteps {
  public:
    /// `grad_key`, where not empty, is the one name of the gradient norm.
    explicit CsvSteps(std::string grad_key) : grad_key_(std::move(grad_key)) {}

    /// Missing: the line is a header, which counts from then on, or no row below one, or a row that lacks the
    /// gradient norm though there is a column for it. What such a row tells of the same step is kept for the
    /// one that has it.
    std::optional<TrainingRecord> parse(std::string_view line);

  private:
    bool take_header(const Record& cells, char separator);
    void fill_from_earlier(TrainingRecord& row) const;

    std::string grad_key_;
    std::vector<KnownKey> keys_;  // of the columns; empty before a header
    char separator_ = 0;
    bool has_norm_ = false;
    std::optional<TrainingRecord> earlier_;
};

}  // namespace rle::formats
