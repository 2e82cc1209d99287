// Times are whole microseconds.
#pragma once

namespace rle {

/// s; two times that differ by less are one.
inline constexpr double kTimeResolution = 5e-7;

}  // namespace rle
