// What lies near the grid points that are next: samples with their RLE, and steps.
//
// Invariant: rows are pushed in time order and dropped from the front; a block's cells depend only on what
// lies within reach of its points, so that it does not matter how the grid is cut into blocks.
#pragma once

#include <cstddef>
#include <vector>

#include "core/align/align_grid.hpp"
#include "core/align/align_survey.hpp"
#include "rlecouple/align.hpp"
#include "rlecouple/rle_stream.hpp"

namespace rle {

/// One device's samples.
class SampleWindow {
  public:
    explicit SampleWindow(const RleOptions& options) : rle_(options), collapse_(options.temp_limit_c) {}

    void push(const SampleRow& sample);
    void drop_before(double t_s);
    /// Puts the device's cells of a block in place: its row of grid point g is row g * stride + slot.
    /// sample_s becomes the time of each row's sample.
    void place(const Grid& grid, double tolerance_s, std::size_t slot, std::size_t stride, AlignedRows& rows,
               std::vector<double>& sample_s) const;
    const std::vector<std::ptrdiff_t>& rows() const { return row_; }

  private:
    RleStream rle_;
    CollapseStream collapse_;
    std::vector<double> t_s_, temp_c_, power_w_, util_pct_;
    std::vector<std::ptrdiff_t> row_;
    RleSeries series_;
    std::vector<signed char> flags_;
};

class StepWindow {
  public:
    void push(const StepRow& step);
    void drop_before(double t_s);
    /// Puts the training cells of a block in place; the mean time of the steps with a norm at each grid point
    /// comes back.
    std::vector<double> place(const Grid& grid, double tolerance_s, AlignedRows& rows) const;

  private:
    std::vector<double> t_s_, grad_norm_, loss_, learning_rate_, step_, epoch_, time_taken_s_;
};

/// Makes a block's columns: times, devices, and everything else missing.
void open_block(AlignedRows& rows, const Grid& grid, std::int64_t origin_wall_us);

}  // namespace rle
