#include "core/align/restarts.hpp"

#include <algorithm>
#include <cmath>

#include "rlecouple/uniform_grid.hpp"

namespace rle {
namespace {

constexpr double kFall = 1.0;        // s; rows of one sample come in any order, and clocks are read in turn
constexpr double kNearStart = 5.0;   // s; a recording begins to count near 0
constexpr std::size_t kEnough = 10;  // rows, by which a stretch is known

bool same(double a, double b) {
    return a == b || (std::isnan(a) && std::isnan(b));
}

bool same_readings(const RestartWatch::Readings& a, const RestartWatch::Readings& b) {
    return std::equal(a.begin(), a.end(), b.begin(), same);
}

}  // namespace

void RestartWatch::add(std::int64_t wall_us, double t_s, const Readings& readings) {
    if (restarted_ || !std::isfinite(t_s)) return;
    if (std::isnan(start_s_)) start_s_ = t_s;
    const bool falls = t_s < last_t_s_ - kFall;
    const bool both_told = wall_us != kNoTime && last_wall_us_ != kNoTime;
    if (falls && both_told && wall_us > last_wall_us_) restarted_ = true;
    if (falls) {
        before_ = std::move(now_);
        now_ = {};
    }
    last_t_s_ = t_s;
    last_wall_us_ = wall_us;
    if (now_.rows++ == 0) now_.first_s = t_s;
    now_.last_s = t_s;
    if (now_.head.size() < kEnough) now_.head.push_back(readings);
    if (wall_us != kNoTime || before_.rows < kEnough) return;
    if (t_s >= before_.first_s && t_s <= before_.last_s) ++now_.told_before;
    const bool copy = std::equal(now_.head.begin(), now_.head.end(), before_.head.begin(), same_readings);
    if (now_.told_before >= kEnough && now_.first_s <= start_s_ + kNearStart && !copy) restarted_ = true;
}

bool starts_again(std::span<const double> t_s) {
    RestartWatch watch;
    for (std::size_t i = 0; i < t_s.size(); ++i)
        watch.add(kNoTime, t_s[i], {static_cast<double>(i), 0.0, 0.0});
    return watch.restarted();
}

}  // namespace rle
