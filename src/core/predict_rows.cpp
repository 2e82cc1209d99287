#include "core/predict_rows.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/order_statistics.hpp"
#include "rlecouple/error.hpp"
#include "rlecouple/telemetry.hpp"

namespace rle {
namespace {

// A row is in trouble where any flag stands, and free of it where one is known not to and none stands.
double trouble_at(const PredictInput& input, std::size_t row) {
    double known = kMissing;
    for (const std::vector<double>& flag : input.flags) {
        if (std::isnan(flag[row])) continue;
        if (flag[row] != 0.0) return 1.0;
        known = 0.0;
    }
    return known;
}

double value_at(const std::vector<double>& column, std::size_t row) {
    return column.empty() ? kMissing : column[row];
}

}  // namespace

PredictRows predict_rows(const PredictInput& input) {
    std::vector<std::size_t> order(input.t_s.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return input.t_s[a] < input.t_s[b]; });
    PredictRows rows;
    std::vector<double> steps;
    for (const std::size_t row : order) {
        if (!std::isfinite(input.t_s[row])) continue;
        if (!rows.t_s.empty()) {
            if (input.t_s[row] <= rows.t_s.back()) continue;
            steps.push_back(input.t_s[row] - rows.t_s.back());
        }
        rows.t_s.push_back(input.t_s[row]);
        rows.driver.push_back(value_at(input.driver, row));
        rows.trouble.push_back(trouble_at(input, row));
        rows.rle.push_back(value_at(input.rle, row));
        rows.temp_c.push_back(value_at(input.temp_c, row));
    }
    if (steps.empty()) {
        throw Error(ErrorKind::insufficient_data, "predict", "fewer than two rows of different times");
    }
    rows.step_s = median(steps);
    return rows;
}

std::vector<double> event_times(const PredictRows& rows) {
    std::vector<double> times;
    double last = kMissing;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (std::isnan(rows.trouble[i])) continue;
        if (rows.trouble[i] == 1.0 && last == 0.0) times.push_back(rows.t_s[i]);
        last = rows.trouble[i];
    }
    return times;
}

}  // namespace rle
