// Small helpers over a series with gaps: NaN is missing.
#pragma once

#include <span>
#include <vector>

namespace rle {

std::size_t count_present(std::span<const double> series);

/// Places at which both have a number; both have one length.
std::size_t count_pairs(std::span<const double> a, std::span<const double> b);

/// At least two different numbers.
bool varies(std::span<const double> series);

struct MeanAndSd {
    double mean = 0.0;
    double sd = 0.0;  ///< of the population
};

/// Of the samples present; without any a mean of NaN and an SD of 0.
MeanAndSd mean_and_sd(std::span<const double> series);

/// Population SD of the samples present; 0 without any.
double standard_deviation(std::span<const double> series);

/// Mean 0 and variance 1 over the samples present, which keeps cross-products well conditioned. Needs
/// varies(series).
std::vector<double> standardised(std::span<const double> series);

/// Gaps bridged by straight lines, the ends by the nearest sample. Needs one sample.
std::vector<double> interpolated(std::span<const double> series);
/// Missing values take the one before them, those in front of the first take it. Unlike on a line between two
/// values, nothing there foretells the value that comes next: where every second value is missing, that line
/// would let an autoregression find each value in the one "before" it.
std::vector<double> carried_forward(std::span<const double> series);

}  // namespace rle
