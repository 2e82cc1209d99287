#include "core/lag/lag_kernel.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/lag/shifted_products.hpp"

namespace rle {
namespace {

std::size_t rounded_up(std::size_t n, std::size_t to) {
    return (n + to - 1) / to * to;
}

}  // namespace

LagKernel::LagKernel(std::span<const double> response, std::span<const double> weight)
    : reach_(weight.size() / 2),
      samples_(rounded_up(response.size(), kShiftLanes)),
      response_(samples_ + 2 * kShiftMargin),
      weight_(weight.begin(), weight.end()) {
    std::copy(response.begin(), response.end(), response_.begin() + kShiftMargin);
    weight_.resize(rounded_up(weight.size(), kShiftsAtATime), 0.0);
    driver_cells_ = samples_ + weight_.size() + kRoomBehind;
}

double LagKernel::greatest(const Driver& driver) const {
    double best = 0.0;
    std::array<double, 4 * kShiftsAtATime> all;
    for (std::size_t lag = 0; lag < weight_.size(); lag += all.size()) {
        const std::span<double> sums(all.data(), std::min(all.size(), weight_.size() - lag));
        sum_shifted_products(driver.cells_.data() + lag, response_.data() + kShiftMargin, samples_, sums);
        for (std::size_t k = 0; k < sums.size(); ++k)
            best = std::max(best, std::abs(sums[k]) * weight_[lag + k]);
    }
    return best;
}

}  // namespace rle
