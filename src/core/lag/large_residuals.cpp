#include "core/lag/large_residuals.hpp"

#include <algorithm>
#include <cmath>

#include "core/maths/random.hpp"
#include "core/maths/series.hpp"

namespace rle {
namespace {

constexpr double kMostExcess = 0.03;     // kurtosis of the sum of all products but those of two large ones
constexpr std::size_t kFewestLarge = 8;  // of each series, where the law does not do
constexpr std::size_t kMostLarge = 8;    // one in so many
constexpr double kMostWork = 5e8;        // products, to sum the response's squares at each lag by itself

// The absolute values of a series with mean square 1, the largest eighth of them in order, and the parts of
// its second and fourth moment that the first k have.
class Tail {
  public:
    explicit Tail(std::span<const double> series) {
        for (double x : series) {
            if (std::isfinite(x)) sizes_.push_back(std::abs(x));
        }
        count_ = static_cast<double>(sizes_.size());
        for (double x : sizes_) fourth_ += x * x * x * x / count_;
    }

    double fourth() const { return fourth_; }

    void sort() {
        const auto most = static_cast<std::ptrdiff_t>(sizes_.size() / kMostLarge);
        std::partial_sort(sizes_.begin(), sizes_.begin() + most, sizes_.end(), std::greater<>());
        sizes_.resize(static_cast<std::size_t>(most));
    }
    /// As many as one draws the line at, at most.
    std::size_t most() const { return sizes_.size(); }
    double least_of(std::size_t k) const { return sizes_[k - 1]; }
    void take(std::size_t k) {
        for (; taken_ < k; ++taken_) {
            const double square = sizes_[taken_] * sizes_[taken_];
            second_taken_ += square / count_;
            fourth_taken_ += square * square / count_;
        }
    }
    double second_taken() const { return second_taken_; }
    double fourth_taken() const { return fourth_taken_; }

  private:
    std::vector<double> sizes_;
    double count_ = 0.0;  // of all, before the smaller ones were dropped
    double fourth_ = 0.0;
    std::size_t taken_ = 0;
    double second_taken_ = 0.0, fourth_taken_ = 0.0;
};

// How many of each are large: twice as many again and again, until the fourth moments of all products but
// those of two large ones make the excess kurtosis of their sum small.
std::size_t how_many_large(Tail& x, Tail& y, double n) {
    const std::size_t most = std::min(x.most(), y.most());
    for (std::size_t k = std::min(kFewestLarge, most);; k = std::min(2 * k, most)) {
        x.take(k);
        y.take(k);
        const double rest_variance = 1.0 - x.second_taken() * y.second_taken();
        const double rest_fourth = (x.fourth() * y.fourth() - x.fourth_taken() * y.fourth_taken()) / n;
        if (k == most || rest_fourth <= kMostExcess * rest_variance * rest_variance) return k;
    }
}

}  // namespace

LargeResiduals::LargeResiduals(std::span<const double> driver, std::span<const double> response,
                               std::size_t lags, std::size_t block)
    : reach_(lags / 2), block_(block) {
    Tail x(driver), y(response);
    for (std::size_t t = 0; t < driver.size(); ++t) {
        if (std::isfinite(driver[t])) rows_.push_back(t);
    }
    const auto n = static_cast<double>(rows_.size());
    if (std::min(rows_.size(), count_present(response)) < kMostLarge * kFewestLarge) {
        find_scales(response);  // none is large
        return;
    }
    x.sort();
    y.sort();
    const std::size_t large = how_many_large(x, y, n);
    const double least_x = x.least_of(large), least_y = y.least_of(large);
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        if (std::abs(driver[rows_[i]]) >= least_x) of_driver_.push_back({i, driver[rows_[i]]});
    }
    for (std::size_t t = 0; t < response.size(); ++t) {
        if (std::abs(response[t]) >= least_y) of_response_.push_back({t, response[t]});
    }
    find_rest(driver, response, least_x, least_y);
    find_scales(response);
}

// The variance that exchanges within blocks give to the products of all samples, less that of the large ones.
void LargeResiduals::find_rest(std::span<const double> driver, std::span<const double> response,
                               double least_x, double least_y) {
    double all = 0.0, of_large = 0.0, squares = 0.0;
    for (std::size_t begin = 0; begin < rows_.size(); begin += block_) {
        const std::size_t end = std::min(rows_.size(), begin + block_);
        double x2 = 0.0, y2 = 0.0, large_x2 = 0.0, large_y2 = 0.0;
        for (std::size_t i = begin; i < end; ++i) {
            const double x = driver[rows_[i]] * driver[rows_[i]];
            const double y =
                std::isfinite(response[rows_[i]]) ? response[rows_[i]] * response[rows_[i]] : 0.0;
            x2 += x;
            y2 += y;
            large_x2 += x >= least_x * least_x ? x : 0.0;
            large_y2 += y >= least_y * least_y ? y : 0.0;
        }
        all += x2 * y2 / static_cast<double>(end - begin);
        of_large += large_x2 * large_y2 / static_cast<double>(end - begin);
        squares += y2;
    }
    rest_sd_ = squares > 0.0 ? std::sqrt(std::max(0.0, all - of_large) / squares) : 1.0;
}

void LargeResiduals::find_scales(std::span<const double> response) {
    const auto n = static_cast<std::ptrdiff_t>(response.size()), reach = static_cast<std::ptrdiff_t>(reach_);
    const auto sum_at = [&](std::ptrdiff_t lag) {
        double squares = 0.0;
        for (std::size_t row : rows_) {
            const std::ptrdiff_t t = static_cast<std::ptrdiff_t>(row) - lag;
            if (t >= 0 && t < n && std::isfinite(response[static_cast<std::size_t>(t)]))
                squares += response[static_cast<std::size_t>(t)] * response[static_cast<std::size_t>(t)];
        }
        return squares;
    };
    const bool each = rows_.size() < response.size() &&
                      static_cast<double>(rows_.size()) * static_cast<double>(2 * reach_ + 1) <= kMostWork;
    const double at_no_lag = sum_at(0);
    for (std::ptrdiff_t lag = -reach; lag <= reach; ++lag) {
        const double squares = each ? sum_at(lag) : at_no_lag;
        scale_.push_back(squares > 0.0 ? 1.0 / std::sqrt(squares) : 0.0);
    }
}

double LargeResiduals::work() const {
    const double meet = static_cast<double>(of_response_.size()) * static_cast<double>(2 * reach_ + 1) /
                        static_cast<double>(rows_.size());
    constexpr double kNormal = 10.0;  // a normal number costs as much as so many products
    return kNormal * static_cast<double>(2 * reach_ + 1) +
           static_cast<double>(of_driver_.size()) * (kNormal + meet);
}

double LargeResiduals::draw_one(Random random, std::vector<double>& sums) const {
    std::fill(sums.begin(), sums.end(), 0.0);
    const std::size_t blocks = std::max<std::size_t>(1, rows_.size() / block_);
    const std::size_t length = (rows_.size() + blocks - 1) / blocks;
    const std::size_t ahead =
        blocks > 1 ? random.below(length) : 0;  // of the first block, before the first residual
    for (const Large& x : of_driver_) {
        const std::size_t edge = (x.at + ahead) / length * length;
        const std::size_t begin = edge > ahead ? edge - ahead : 0;
        const std::size_t end = std::min(rows_.size(), edge + length - ahead);
        const std::size_t row = rows_[begin + random.below(end - begin)];
        auto y = std::lower_bound(of_response_.begin(), of_response_.end(), row > reach_ ? row - reach_ : 0,
                                  [](const Large& large, std::size_t t) { return large.at < t; });
        for (; y != of_response_.end() && y->at <= row + reach_; ++y)
            sums[row + reach_ - y->at] += x.value * y->value;
    }
    double greatest = 0.0;
    for (std::size_t l = 0; l < sums.size(); ++l)
        greatest = std::max(greatest, std::abs(sums[l] * scale_[l] + rest_sd_ * random.normal()));
    return greatest;
}

std::vector<double> LargeResiduals::draw(std::uint64_t seed, std::size_t first, std::size_t count) const {
    std::vector<double> drawn(count), sums(2 * reach_ + 1);
    for (std::size_t i = 0; i < count; ++i) drawn[i] = draw_one(Random(seed, first + i), sums);
    return drawn;
}

}  // namespace rle
