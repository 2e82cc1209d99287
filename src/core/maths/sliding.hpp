// Sums over a trailing window that cost the same whatever its width, and do not drift however long they run.
//
// Invariant: total() is the merge of exactly the parts in the window, each merged with its neighbours, never
// taken out again by subtraction. Two stacks do it: the newer half is merged as it comes, and when the older
// half is used up the newer one is turned over into it, each part merged with all behind it (the queue of two
// stacks; Tangwongsan et al., "General incremental sliding-window aggregation", VLDB 2015).
#pragma once

#include <vector>

#include "core/time_resolution.hpp"

namespace rle {

/// Number, mean and sum of squared deviations. Merging is by Chan, Golub & LeVeque (1979).
struct Moments {
    double n = 0.0;
    double mean = 0.0;
    double m2 = 0.0;

    static Moments of(double value) { return {1.0, value, 0.0}; }
    static Moments merge(const Moments& a, const Moments& b) {
        if (a.n == 0.0) return b;
        if (b.n == 0.0) return a;
        const double n = a.n + b.n, share = b.n / n, apart = b.mean - a.mean;
        return {n, a.mean + share * apart, a.m2 + b.m2 + apart * apart * a.n * share};
    }
};

/// What a least-squares line needs, by the same merging.
struct LineSums {
    double n = 0.0;
    double mean_t = 0.0;
    double mean_y = 0.0;
    double tt = 0.0;  ///< sum of squared deviations of t
    double ty = 0.0;  ///< sum of products of deviations

    static LineSums of(double t, double y) { return {1.0, t, y, 0.0, 0.0}; }
    static LineSums merge(const LineSums& a, const LineSums& b) {
        if (a.n == 0.0) return b;
        if (b.n == 0.0) return a;
        const double n = a.n + b.n, share = b.n / n, weight = a.n * share;
        const double dt = b.mean_t - a.mean_t, dy = b.mean_y - a.mean_y;
        return {n, a.mean_t + share * dt, a.mean_y + share * dy, a.tt + b.tt + dt * dt * weight,
                a.ty + b.ty + dt * dy * weight};
    }
};

/// The parts in (t - width, t]. Times ascend strictly; they are whole microseconds, so two that differ by
/// less are one: 5.1 - 5 must not come out below 0.1.
template <class Part>
class SlidingWindow {
  public:
    explicit SlidingWindow(double width_s) : width_s_(width_s) {}

    /// Moves the window's end to `t_s`.
    void advance(double t_s) {
        const double gone = t_s - width_s_ + kTimeResolution;
        for (;;) {
            if (older_.empty()) {
                if (newer_.empty() || newer_.front().t_s > gone) return;
                turn_over();
            }
            if (older_.back().t_s > gone) return;
            older_.pop_back();
        }
    }
    /// Moves on to `t_s` and takes `part` in; however narrow the window, it is in.
    void push(double t_s, const Part& part) {
        advance(t_s);
        newer_.push_back({t_s, part});
        newer_total_ = Part::merge(newer_total_, part);
    }
    Part total() const {
        return older_.empty() ? newer_total_ : Part::merge(older_.back().part, newer_total_);
    }

  private:
    struct Entry {
        double t_s;
        Part part;
    };

    // The oldest comes to lie on top.
    void turn_over() {
        Part suffix{};
        for (auto entry = newer_.rbegin(); entry != newer_.rend(); ++entry) {
            suffix = Part::merge(entry->part, suffix);
            older_.push_back({entry->t_s, suffix});
        }
        newer_.clear();
        newer_total_ = Part{};
    }

    double width_s_;
    std::vector<Entry> older_;  ///< the oldest last; each holds the merge of itself and all newer ones here
    std::vector<Entry> newer_;  ///< in the order of time, each its own part
    Part newer_total_{};
};

}  // namespace rle
