// In which steps readings are given, and what error equal ones share.
//
// Invariant: a step is told from the readings alone. A level that rests is read the same each time, and its
// error with it; where it scatters between samples, rounding is dithered, and no error is shared
// (Widrow & Kollar 2008).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace rle::thermal {

/// A step that readings may come in. Fewer distinct ones than `fewest` are no evidence of it: by chance where
/// a finer one is the likelier, or levels that somebody `chose`, which are exact.
struct StepCandidate {
    double step = 1.0;
    std::size_t fewest = 0;
    bool chosen = false;
};
inline constexpr std::array<StepCandidate, 6> kPowerSteps{
    {{10.0, 8, true}, {5.0, 8, true}, {2.0, 8}, {1.0}, {0.5}, {0.1}}};  // W
inline constexpr std::array<StepCandidate, 4> kFanSteps{
    {{0.1, 6, true}, {0.05, 6, true}, {0.02, 6}, {0.01}}};  // shares of full speed

/// In the unit of the readings.
class ReadingSteps {
  public:
    ReadingSteps() = default;
    ReadingSteps(std::span<const double> readings, std::span<const StepCandidate> candidates);

    double step() const { return step_; }          ///< 0: none that matters
    double variance() const { return variance_; }  ///< of the error that equal readings share
    std::size_t distinct() const { return distinct_; }
    /// Of a reading its number among the distinct ones. Only where there is a step.
    std::size_t number_of(double reading) const {
        return number_[static_cast<std::size_t>(reading * per_unit_ - lowest_ + 0.5)];
    }

  private:
    void count(std::span<const double> readings, double highest);

    double step_ = 0.0;
    double per_unit_ = 0.0;
    double variance_ = 0.0;
    double lowest_ = 0.0;  // in steps
    std::size_t distinct_ = 0;
    std::vector<std::uint16_t> number_;  // of each step from the lowest reading up
};

}  // namespace rle::thermal
