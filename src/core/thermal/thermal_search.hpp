// One candidate model fitted: Levenberg-Marquardt on the weighted squares of the temperature errors
// (Marquardt 1963), in turn with the noise that the errors show.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "core/thermal/alike_steps.hpp"
#include "core/thermal/power_table.hpp"
#include "core/thermal/reading_steps.hpp"
#include "core/thermal/thermal_filter.hpp"
#include "core/thermal/thermal_parameters.hpp"

namespace rle::thermal {

/// The samples and what follows from them alone.
struct Problem {
    explicit Problem(const ThermalView& of);

    ThermalView samples;
    PowerTable power;
    ReadingSteps power_steps;
    ReadingSteps fan_steps;
    ReadingSteps room_steps;
    AlikeSteps by_time;  ///< for an hA that is constant
    AlikeSteps by_fan;   ///< for one that follows the fan; none without a fan
    Bounds bounds;       ///< within which the samples can tell anything at all
    double resolution;   ///< step in which the temperatures are given, degC; 0: none seen
    double interval_s;   ///< mean sampling interval
    double longest_s;    ///< a longer interval is a gap
    const AlikeSteps& alike(bool fan) const { return fan && !samples.fan.empty() ? by_fan : by_time; }
    const PowerTable& power_of(const Shape& shape) const { return shape.behind ? *shape.behind : power; }
    double rounding_sd() const;  ///< of the error that rounding makes, degC; never quite 0
};

/// The step in which the temperatures are given (1 where all are whole degrees), 0 where there is no such
/// step.
double resolution_of(std::span<const double> temp_c);

/// `room` in its own steps, from the lowest; needs a step.
std::vector<double> room_above_lowest(const ThermalView& samples);

/// Where a search ended.
struct Solution {
    Shape shape;
    Theta theta{};
    std::vector<Slot> free;       ///< slot of each row of `information`
    std::vector<bool> pinned;     ///< of each, whether it stands at a bound
    Eigen::MatrixXd information;  ///< J'WJ, J the derivatives of the predictions by the free parameters
    Noise noise;                  ///< temp_sd as the residuals show it, but no less than rounding makes
    Gains gains;
    double sse = 0.0;   ///< weighted, degC^2
    std::size_t n = 0;  ///< temperatures compared

    ThermalConstants constants() const { return constants_of(theta, shape); }
    /// -2 log likelihood of the temperatures that were read (prediction error form: Ljung 1999, ch. 7), but
    /// for n log(2 pi); and with the parameters' price.
    double deviance() const;
    double bic() const;
    /// Variance of the errors beside what was allowed for, degC^2.
    double residual_variance() const;
};

/// `shape` with readings that are trailing or fading means over `window_s`, or near that.
Shape behind_window(const Problem& problem, Shape shape, PowerReading reading, double window_s);

/// How far a search goes. A fall of the sum of squares by 1e-6 of itself is far below the sampling error.
struct Effort {
    int iterations = 40;
    double tolerance = 1e-6;
};
inline constexpr Effort kCoarse{12, 1e-3};
inline constexpr Effort kFine{40, 1e-13};

/// Descends from `start` with `noise` as it is.
Solution descend(const Problem& problem, const Shape& shape, const Theta& start, const Noise& noise,
                 const Effort& effort);

/// Descends and re-estimates the noise in turn.
Solution fit_shape(const Problem& problem, const Shape& shape, const Theta& start, const Effort& effort = {});

/// The sum of squares alone, without gains; behind a gap the model starts anew.
double sum_of_squares(const Problem& problem, const Shape& shape, const Theta& theta);

}  // namespace rle::thermal
