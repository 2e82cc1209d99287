// Rows in the order in which they came -> rows in the order of time; of equal times, the first to come first.
//
// Invariant: with a reach of k, a row may stand up to k rows behind where it belongs, and no more than k rows
// and what came since the last release are held. A row that comes later still makes too_late() true.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

namespace rle {

/// `Row` has a member t_s, which is finite.
template <class Row>
class TimeOrder {
  public:
    static constexpr std::size_t kEverything = std::numeric_limits<std::size_t>::max();

    explicit TimeOrder(std::size_t reach) : reach_(reach) {}

    void push(const Row& row) {
        if (row.t_s < latest_) {
            ++reordered_;
            sorted_ = false;
        }
        latest_ = std::max(latest_, row.t_s);
        held_.push_back(row);
    }
    /// Hands out, in the order of time, what nothing within reach can precede; at the `end`, everything.
    template <class Take>
    void release(Take take, bool end = false) {
        const std::size_t keep = end ? 0 : reach_;
        if (held_.size() <= keep) return;
        if (!sorted_) {
            std::stable_sort(held_.begin(), held_.end(),
                             [](const Row& a, const Row& b) { return a.t_s < b.t_s; });
            sorted_ = true;
        }
        const std::size_t out = held_.size() - keep;
        for (std::size_t i = 0; i < out; ++i) {
            too_late_ = too_late_ || held_[i].t_s < released_;
            released_ = held_[i].t_s;
            take(held_[i]);
        }
        held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(out));
    }

    const std::vector<Row>& held() const { return held_; }
    /// Rows that stood behind a later one.
    std::size_t reordered() const { return reordered_; }
    bool too_late() const { return too_late_; }

  private:
    std::size_t reach_;
    std::vector<Row> held_;
    double latest_ = -INFINITY;
    double released_ = -INFINITY;
    std::size_t reordered_ = 0;
    bool sorted_ = true;
    bool too_late_ = false;
};

}  // namespace rle
