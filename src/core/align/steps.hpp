// What the numbers of the training steps tell of a table's rows: where the training stood still, and where a
// step takes longer than a row. On the grid the nearest step stands in for those that were not made, within
// the tolerance, as the manual has it.
//
// What stands still while the hardware idles and RLE falls tells nothing of the optimizer, but it differs
// from the rest just where RLE does: a single step's norm scatters more than the mean over a row's steps. A
// test takes such a coincidence of two scatters for coupling.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace rle {

/// The rows, ascending, with less than half of the steps that a row has in the median, by the number of the
/// last step (NaN: missing). A row whose neighbours make up for it is none: there a part of the log is lost.
/// Nor is a single one where a row has one step in the median: steps that take somewhat longer leave such
/// rows. Empty where a row has less than one step in the median, or where half of the rows would be such.
std::vector<std::size_t> rows_at_rest(std::span<const double> step);

/// Rows that a step lasts in the mean, the rows at rest and other pauses left aside; 1 where a step takes no
/// longer than a row, or nothing is known of the steps. Its line, and so the moment at which its norm was
/// known, lies in the middle of them.
double rows_a_step(std::span<const double> step, std::span<const std::size_t> at_rest);

/// Leaves a series that each step tells its values in the rows of the lines that told them, one a step: the
/// middle row of a step's, or the one behind the middle. Of a step beside a pause the middle is taken to lie
/// half a usual step from its other end. Nothing changes where a step takes no longer than a row.
void keep_at_lines(std::span<double> series, std::span<const double> step);

/// `series` without its values at these rows.
std::vector<double> without_rows(std::span<const double> series, std::span<const std::size_t> rows);

}  // namespace rle
