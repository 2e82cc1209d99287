#include "rlecouple/rle.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/maths/sliding.hpp"
#include "rlecouple/error.hpp"
#include "rlecouple/rle_stream.hpp"
#include "rlecouple/telemetry.hpp"

namespace rle {
namespace {

constexpr double kLongestSustain = 600.0;  // s
constexpr double kShortestSustain = 1.0;   // s
constexpr double kOneSecond = 1.0;         // the 1 in 1 / tau_sustain

double population_sd(const Moments& m) {
    return m.n > 0.0 ? std::sqrt(m.m2 / m.n) : kMissing;
}

// The trailing least-squares slope; a window that holds fewer than two readings reaches back to the one
// before.
class TrailingSlope {
  public:
    explicit TrailingSlope(double width_s) : window_(width_s) {}

    double push(double t_s, double y) {
        if (std::isnan(y)) return kMissing;
        window_.push(t_s, LineSums::of(t_s, y));
        const LineSums sums = window_.total();
        const double before_t = std::exchange(last_t_, t_s), before_y = std::exchange(last_y_, y);
        return sums.n >= 2.0 ? sums.ty / sums.tt : (y - before_y) / (t_s - before_t);
    }

  private:
    SlidingWindow<LineSums> window_;
    double last_t_ = kMissing, last_y_ = kMissing;  // of the newest reading
};

// Moments over the readings in a trailing window.
class TrailingMoments {
  public:
    explicit TrailingMoments(double width_s) : window_(width_s) {}

    Moments push(double t_s, double y) {
        if (std::isnan(y)) {
            window_.advance(t_s);
        } else {
            window_.push(t_s, Moments::of(y));
        }
        return window_.total();
    }

  private:
    SlidingWindow<Moments> window_;
};

double time_to_limit(double temp_c, double heating_c_per_s, double limit_c) {
    if (std::isnan(temp_c)) return kMissing;
    if (!(heating_c_per_s > 0.0)) return kLongestSustain;  // cooling, steady, or one reading alone
    return std::clamp((limit_c - temp_c) / heating_c_per_s, kShortestSustain, kLongestSustain);
}

}  // namespace

struct RleStream::State {
    RleOptions options;
    TrailingSlope heating;
    TrailingMoments ha, util, rle;

    explicit State(const RleOptions& given)
        : options(given),
          heating(given.slope_window_s),
          ha(given.ha_window_s),
          util(given.util_window_s),
          rle(given.smoothing_s) {}

    // A window tells the stability of a sample that is in it: one without a reading of its own has none,
    // whatever readings before it are left there.
    double stability(double t_s, double temp_c, double power_w, double util_pct) {
        switch (options.stability) {
            case StabilityTerm::util: {
                const Moments m = util.push(t_s, util_pct);
                return std::isnan(util_pct) ? kMissing : 1.0 / (1.0 + population_sd(m));
            }
            case StabilityTerm::headroom:
                return std::isnan(temp_c)
                           ? kMissing
                           : std::clamp((options.temp_limit_c - temp_c) / options.temp_limit_c, 0.0, 1.0);
            case StabilityTerm::ha:
                break;
        }
        const double rise = temp_c - options.ambient_c;
        const double own = rise > 0.0 ? power_w / rise : kMissing;
        const Moments m = ha.push(t_s, own);
        return !std::isnan(own) && m.mean > 0.0 ? 1.0 / (1.0 + population_sd(m) / m.mean) : kMissing;
    }
};

RleStream::RleStream(const RleOptions& options) : state_(std::make_unique<State>(options)) {
    if (!(options.rated_power_w > 0.0)) throw Error(ErrorKind::usage, "--rated-power", "must be above 0 W");
}
RleStream::~RleStream() = default;
RleStream::RleStream(RleStream&&) noexcept = default;
RleStream& RleStream::operator=(RleStream&&) noexcept = default;

RleTerms RleStream::push(double t_s, double temp_c, double power_w, double util_pct) {
    State& s = *state_;
    RleTerms out{};
    out.heating_c_per_s = s.heating.push(t_s, temp_c);
    out.eta_stability = s.stability(t_s, temp_c, power_w, util_pct);
    out.eta_util = std::isnan(util_pct) ? kMissing : std::clamp(util_pct / 100.0, 0.0, 1.0);
    out.a_load = power_w / s.options.rated_power_w;
    out.tau_sustain_s = s.options.sustain == SustainTerm::limit
                            ? time_to_limit(temp_c, out.heating_c_per_s, s.options.temp_limit_c)
                            : s.options.constant_tau_s;
    out.rle_raw = out.a_load > 0.0 ? out.eta_util * out.eta_stability /
                                         (out.a_load * (1.0 + kOneSecond / out.tau_sustain_s))
                                   : kMissing;
    const Moments recent = s.rle.push(t_s, out.rle_raw);
    out.rle = std::isnan(out.rle_raw) ? kMissing : recent.mean;
    return out;
}

void RleSeries::push_back(const RleTerms& terms) {
    eta_util.push_back(terms.eta_util);
    eta_stability.push_back(terms.eta_stability);
    a_load.push_back(terms.a_load);
    tau_sustain_s.push_back(terms.tau_sustain_s);
    rle_raw.push_back(terms.rle_raw);
    rle.push_back(terms.rle);
    heating_c_per_s.push_back(terms.heating_c_per_s);
}

RleSeries compute_rle(std::span<const double> t_s, std::span<const double> temp_c,
                      std::span<const double> power_w, std::span<const double> util_pct,
                      const RleOptions& options) {
    RleStream stream(options);
    RleSeries out;
    for (std::size_t i = 0; i < t_s.size(); ++i)
        out.push_back(stream.push(t_s[i], temp_c[i], power_w[i], util_pct[i]));
    return out;
}

}  // namespace rle
