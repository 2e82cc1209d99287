// A period that two series share: a load that comes round again (a data loader, a checkpoint, a fan's cycle)
// shows in both, at whatever phase, and looks like coupling at a lag. It is a common cause, and none of the
// evidence that the lag test asks for.
#pragma once

#include <optional>
#include <span>

namespace rle {

/// The period, in samples, of the line that stands out most of the periodograms of both series: of each by
/// itself higher than 0.03 ordinates of noise alone would be expected to be (Fisher, Proc. R. Soc. A 125,
/// 1929), so that one that drives the other does not pass its own chance lines on as shared. A candidate, to
/// be judged by a model of both. `a` and `b` are residuals of equal length, about white but for such a line;
/// NaN: none. At least three periods to the session.
std::optional<double> shared_period(std::span<const double> a, std::span<const double> b);

}  // namespace rle
