// How often each whole number of microseconds came: exact medians and quantiles of durations without keeping
// them all.
//
// Invariant: quantiles are those of the values rounded to a microsecond, whatever the order in which they
// came. A few are kept one by one. Of more, those that crowd together, as sampling intervals do, take little
// memory as a table of counts; where they do not, they stay one by one, and crowded() says so.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace rle {

/// `seconds` in whole microseconds; to the last one below 2^52 us, and no more than 2^62.
inline std::int64_t nearest_us(double seconds) {
    const double us = std::clamp(seconds * 1e6, -0x1p62, 0x1p62);
    return static_cast<std::int64_t>(us + std::copysign(0.5, us));
}

class MicrosecondCounts {
  public:
    void add(double seconds);  ///< a finite duration below 2^63 us
    void add_us(std::int64_t us);

    std::size_t size() const { return size_; }
    /// The value with `rank` others below it; rank < size().
    std::int64_t at_rank(std::size_t rank) const;
    std::int64_t lowest() const { return at_rank(0); }
    std::int64_t highest() const { return at_rank(size_ - 1); }
    /// The q-quantile in s (Hyndman & Fan 1996, type 7); NaN where nothing came.
    double quantile(double q) const;
    /// Memory does not grow with the number of values.
    bool crowded() const;

  private:
    static constexpr std::int64_t kPage = 1024;
    static constexpr std::size_t kMostPages = 4096;  // 16 MiB
    static constexpr std::size_t kFew = 8192;        // values, up to which no table is worth its pages
    static constexpr std::size_t kAtOnce = 1024;     // of more, so many wait to be counted
    using Page = std::array<std::uint32_t, kPage>;

    void settle() const;
    void count_loose() const;
    void count(std::int64_t us) const;
    void loosen() const;

    struct Found {
        std::int64_t number = 0;
        Page* page = nullptr;
    };

    // What waits is counted where somebody asks, which changes nothing that can be told from outside.
    mutable std::map<std::int64_t, std::unique_ptr<Page>> pages_;
    mutable std::array<Found, 256> found_{};   ///< pages by the last digits of their numbers
    mutable std::vector<std::int64_t> loose_;  ///< what waits; every value once there were too many pages
    mutable bool scattered_ = false;           ///< there were
    std::size_t size_ = 0;
};

}  // namespace rle
