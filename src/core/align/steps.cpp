#include "core/align/steps.hpp"

#include <algorithm>
#include <cmath>

#include "core/maths/order_statistics.hpp"
#include "rlecouple/telemetry.hpp"

namespace rle {
namespace {

constexpr double kFewSteps = 0.5;    // of the median, that leave a row at rest
constexpr double kSlower = 0.75;     // of the median, about such rows: else the steps were made, but not told
constexpr double kMostAtRest = 0.5;  // of the rows

// Steps made since the row before. NaN: unknown, as in the first row and where they count anew.
double steps_made(std::span<const double> step, std::size_t t) {
    const double made = t > 0 ? step[t] - step[t - 1] : kMissing;
    return made >= 0.0 ? made : kMissing;
}

double usual_steps(std::span<const double> step) {
    std::vector<double> known;
    known.reserve(step.size());
    for (std::size_t t = 1; t < step.size(); ++t) {
        if (const double made = steps_made(step, t); !std::isnan(made)) known.push_back(made);
    }
    return quantile_reordering(known, 0.5);
}

// Steps a row from the one that precedes the stretch [begin, end) to the one behind it: where the nearest
// step stands in for one that is lost, one of these has two rows' steps.
double steps_about(std::span<const double> step, std::size_t begin, std::size_t end) {
    double sum = 0.0, n = 0.0;
    for (std::size_t t = begin > 0 ? begin - 1 : 0; t < std::min(end + 1, step.size()); ++t) {
        const double made = steps_made(step, t);
        if (std::isnan(made)) continue;
        sum += made;
        n += 1.0;
    }
    return sum / n;
}

// Steps made in a row, in the mean over those in which the training does not stand still.
double pace(std::span<const double> step, std::span<const std::size_t> at_rest) {
    auto next = at_rest.begin();
    double sum = 0.0, n = 0.0;
    for (std::size_t t = 0; t < step.size(); ++t) {
        const double made = steps_made(step, t);
        if (next != at_rest.end() && *next == t) {
            ++next;
        } else if (!std::isnan(made)) {
            sum += made;
            n += 1.0;
        }
    }
    return sum / n;
}

}  // namespace

std::vector<std::size_t> rows_at_rest(std::span<const double> step) {
    const double usual = usual_steps(step);
    std::vector<std::size_t> rows;
    if (!(usual >= 1.0)) return rows;
    for (std::size_t begin = 0, end = 0; begin < step.size(); begin = end + 1) {
        for (end = begin; end < step.size() && steps_made(step, end) < kFewSteps * usual; ++end) {
        }
        // Of steps that take somewhat longer than a row, now and then a row has none.
        if (end - begin < (usual < 2.0 ? 2U : 1U)) continue;
        if (!(steps_about(step, begin, end) < kSlower * usual)) continue;
        for (std::size_t t = begin; t < end; ++t) rows.push_back(t);
    }
    if (static_cast<double>(rows.size()) > kMostAtRest * static_cast<double>(step.size())) rows.clear();
    return rows;
}

double rows_a_step(std::span<const double> step, std::span<const std::size_t> at_rest) {
    constexpr double kOneARow = 0.95;  // steps, from which on a row that has none is one whose steps are lost
    if (!(pace(step, at_rest) < kOneARow)) return 1.0;
    constexpr std::size_t kFewest = 3;  // steps that are seen whole
    constexpr double kPause = 2.0;      // times the median, beyond which a step is one that a pause is behind
    std::vector<double> rows;
    std::size_t begin = 0;
    for (std::size_t t = 1; t < step.size(); ++t) {
        if (step[t] == step[t - 1]) continue;
        // The first is cut; one beside a row without a step may be.
        if (begin > 0 && std::isfinite(step[t]) && std::isfinite(step[begin - 1]) &&
            std::isfinite(step[begin]))
            rows.push_back(static_cast<double>(t - begin));
        begin = t;
    }
    if (rows.size() < kFewest) return 1.0;
    const double usual = median(rows);
    double sum = 0.0, n = 0.0;
    for (const double r : rows) {
        if (r > kPause * usual) continue;
        sum += r;
        n += 1.0;
    }
    return sum / n;
}

void keep_at_lines(std::span<double> series, std::span<const double> step) {
    constexpr double kPause = 1.5;  // times the usual rows of a step, beyond which a pause is beside it
    const double usual = rows_a_step(step, rows_at_rest(step));
    if (!(usual > 1.0)) return;
    const auto from_begin = static_cast<std::size_t>(0.5 * usual);
    const auto from_end = static_cast<std::size_t>(std::ceil(0.5 * usual));
    bool pause_before = false;  // the step before reaches into a pause
    for (std::size_t begin = 0, end = 0; begin < series.size(); begin = end) {
        for (end = begin + 1; end < series.size() && step[end] == step[begin];) ++end;
        const bool beside_pause = static_cast<double>(end - begin) > kPause * usual;
        std::size_t line = begin + (end - begin) / 2;
        if (beside_pause) line = pause_before || begin == 0 ? end - from_end : begin + from_begin;
        pause_before = std::isnan(step[begin]) || (beside_pause && !pause_before);
        for (std::size_t t = begin; t < end; ++t) {
            if (t != line) series[t] = kMissing;
        }
    }
}

std::vector<double> without_rows(std::span<const double> series, std::span<const std::size_t> rows) {
    std::vector<double> rest(series.begin(), series.end());
    for (const std::size_t row : rows) rest[row] = kMissing;
    return rest;
}

}  // namespace rle
