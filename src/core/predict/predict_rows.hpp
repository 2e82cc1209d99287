// The rows of a table in the order of time, and where in them events begin.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/predict/predict_score.hpp"
#include "rlecouple/predict.hpp"

namespace rle {

struct PredictRows {
    std::vector<double> t_s;      ///< ascends strictly: of rows of one time the first counts
    std::vector<double> driver;   ///< all vectors are as long; NaN is missing
    std::vector<double> trouble;  ///< 1: a flag stands; 0: none does; NaN: not known
    std::vector<double> rle;
    std::vector<double> temp_c;
    double step_s = 0.0;  ///< median distance of two rows, s

    std::size_t size() const { return t_s.size(); }
    std::span<const double> times(std::size_t begin, std::size_t end) const {
        return std::span(t_s).subspan(begin, end - begin);
    }
};

/// Takes the columns out of the input. Throws Error{insufficient_data} with fewer than two distinct times.
PredictRows predict_rows(PredictInput& input);

/// When the flags were known; a gap in them of up to a horizon, or of a row, is bridged.
KnownTime known_time(const PredictRows& rows, double horizon_s);

/// Times at which a flag begins to stand after a row where it was known not to.
std::vector<double> event_times(const PredictRows& rows);

}  // namespace rle
