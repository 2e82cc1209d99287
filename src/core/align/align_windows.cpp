#include "core/align/align_windows.hpp"

#include <algorithm>
#include <cmath>

namespace rle {
namespace {

template <class T>
void drop_front(std::vector<T>& column, std::size_t n) {
    column.erase(column.begin(), column.begin() + static_cast<std::ptrdiff_t>(n));
}

std::size_t rows_before(const std::vector<double>& t_s, double limit_s) {
    return static_cast<std::size_t>(std::lower_bound(t_s.begin(), t_s.end(), limit_s) - t_s.begin());
}

// Column `of` at the rows of a grid: source position by grid point, NaN where there is none.
void scatter(const std::vector<double>& of, const std::vector<std::ptrdiff_t>& source, std::size_t slot,
             std::size_t stride, std::vector<double>& into) {
    for (std::size_t g = 0; g < source.size(); ++g) {
        if (source[g] >= 0) into[g * stride + slot] = of[static_cast<std::size_t>(source[g])];
    }
}

// Whole microseconds without the noise of the last bits (0.3, not 0.30000000000000004).
double told_time(double t_s, std::int64_t t_us) {
    constexpr double kNoise = 1e-9;  // s
    const double whole_s = static_cast<double>(t_us) / 1e6;
    return std::abs(t_s - whole_s) < kNoise ? whole_s : t_s;
}

}  // namespace

void SampleWindow::push(const SampleRow& sample) {
    const RleTerms terms = rle_.push(sample.t_s, sample.temp_c, sample.power_w, sample.util_pct);
    t_s_.push_back(sample.t_s);
    temp_c_.push_back(sample.temp_c);
    power_w_.push_back(sample.power_w);
    util_pct_.push_back(sample.util_pct);
    row_.push_back(sample.row);
    series_.push_back(terms);
    flags_.push_back(collapse_.push(sample.t_s, sample.temp_c, terms));
}

void SampleWindow::drop_before(double t_s) {
    const std::size_t n = rows_before(t_s_, t_s);
    if (n == 0) return;
    for (auto* column :
         {&t_s_, &temp_c_, &power_w_, &util_pct_, &series_.eta_util, &series_.eta_stability, &series_.a_load,
          &series_.tau_sustain_s, &series_.rle_raw, &series_.rle, &series_.heating_c_per_s}) {
        drop_front(*column, n);
    }
    drop_front(row_, n);
    drop_front(flags_, n);
}

void SampleWindow::place(const Grid& grid, double tolerance_s, std::size_t slot, std::size_t stride,
                         AlignedRows& rows, std::vector<double>& sample_s) const {
    const std::vector<std::ptrdiff_t> source = nearest_rows(t_s_, grid, tolerance_s);
    const auto put = [&](const std::vector<double>& from, std::vector<double>& into) {
        scatter(from, source, slot, stride, into);
    };
    put(t_s_, sample_s);
    put(temp_c_, rows.temp_c);
    put(power_w_, rows.power_w);
    put(util_pct_, rows.util_pct);
    put(series_.eta_util, rows.eta_util);
    put(series_.eta_stability, rows.eta_stability);
    put(series_.a_load, rows.a_load);
    put(series_.tau_sustain_s, rows.tau_sustain_s);
    put(series_.rle_raw, rows.rle_raw);
    put(series_.rle, rows.rle);
    for (std::size_t g = 0; g < grid.size; ++g) {
        if (source[g] < 0) continue;
        const auto i = static_cast<std::size_t>(source[g]);
        rows.collapse[g * stride + slot] = flags_[i];
        rows.telemetry_row[g * stride + slot] = row_[i];
    }
}

void StepWindow::push(const StepRow& step) {
    t_s_.push_back(step.t_s);
    grad_norm_.push_back(step.grad_norm);
    loss_.push_back(step.loss);
    learning_rate_.push_back(step.learning_rate);
    step_.push_back(step.step);
    epoch_.push_back(step.epoch);
    time_taken_s_.push_back(step.time_taken_s);
}

void StepWindow::drop_before(double t_s) {
    const std::size_t n = rows_before(t_s_, t_s);
    if (n == 0) return;
    for (auto* column : {&t_s_, &grad_norm_, &loss_, &learning_rate_, &step_, &epoch_, &time_taken_s_})
        drop_front(*column, n);
}

std::vector<double> StepWindow::place(const Grid& grid, double tolerance_s, AlignedRows& rows) const {
    const std::size_t stride = rows.devices.size();
    Aggregator aggregator(t_s_, grid, tolerance_s);
    const auto put = [&](std::string_view quantity, const std::vector<double>& from,
                         std::vector<double>& into) {
        const std::vector<double> cells = aggregator.of(from, find_quantity(quantity)->aggregate);
        for (std::size_t g = 0; g < grid.size; ++g) {
            for (std::size_t slot = 0; slot < stride; ++slot) into[g * stride + slot] = cells[g];
        }
    };
    put("grad_norm", grad_norm_, rows.grad_norm);
    put("loss", loss_, rows.loss);
    put("learning_rate", learning_rate_, rows.learning_rate);
    put("step", step_, rows.step);
    put("epoch", epoch_, rows.epoch);
    if (!rows.step_time_s.empty()) put("step_time_s", time_taken_s_, rows.step_time_s);
    std::vector<double> time_with_norm = t_s_;
    for (std::size_t i = 0; i < t_s_.size(); ++i) {
        if (std::isnan(grad_norm_[i])) time_with_norm[i] = kMissing;
    }
    return aggregator.of(time_with_norm, Aggregate::mean);
}

void open_block(AlignedRows& rows, const Grid& grid, std::int64_t origin_wall_us) {
    const std::size_t stride = rows.devices.size(), n = grid.size * stride;
    rows.t_s.resize(n);
    rows.wall_us.resize(n);
    rows.device.resize(n);
    rows.telemetry_row.assign(n, -1);
    rows.collapse.assign(n, -1);
    for (auto* column : {&rows.temp_c, &rows.power_w, &rows.util_pct, &rows.eta_util, &rows.eta_stability,
                         &rows.a_load, &rows.tau_sustain_s, &rows.rle_raw, &rows.rle, &rows.grad_norm,
                         &rows.loss, &rows.learning_rate, &rows.step, &rows.epoch}) {
        column->assign(n, kMissing);
    }
    for (std::size_t i = 0; i < n; ++i) {
        const double t_s = grid.at(i / stride);
        const std::int64_t t_us = nearest_us(t_s);
        rows.t_s[i] = told_time(t_s, t_us);
        rows.device[i] = static_cast<std::uint32_t>(i % stride);
        rows.wall_us[i] = origin_wall_us == kNoTime ? kNoTime : origin_wall_us + t_us;
    }
}

}  // namespace rle
