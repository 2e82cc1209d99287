// RLE and the collapse flag sample by sample, as a recording goes on: every window is a trailing one, so a
// sample's terms depend on what came before it alone.
//
// Invariants: samples come in strictly ascending time; what has left every window is forgotten, so that
// memory is bounded by the windows' widths; a sample costs the same whatever the sampling rate. compute_rle
// and collapse_flags are these streams run over a whole session.
#pragma once

#include <memory>

#include "rlecouple/rle.hpp"

namespace rle {

/// The terms of one sample, as RleSeries has them column by column; NaN where a term cannot be formed.
struct RleTerms {
    double eta_util;
    double eta_stability;
    double a_load;
    double tau_sustain_s;
    double rle_raw;
    double rle;
    double heating_c_per_s;
};

class RleStream {
  public:
    /// Throws Error{usage} where the rated power is not positive.
    explicit RleStream(const RleOptions& options);
    ~RleStream();
    RleStream(RleStream&&) noexcept;
    RleStream& operator=(RleStream&&) noexcept;

    RleTerms push(double t_s, double temp_c, double power_w, double util_pct);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

class CollapseStream {
  public:
    explicit CollapseStream(double temp_limit_c) : temp_limit_c_(temp_limit_c) {}

    /// 1 collapse, 0 none, -1 unknown; `terms` are those of the same sample.
    signed char push(double t_s, double temp_c, const RleTerms& terms);

  private:
    bool evidence(double temp_c, const RleTerms& terms) const;

    double temp_limit_c_;
    double peak_ = 0.0;
    double last_s_ = kNever;
    double interval_s_ = 0.0;  ///< between the two samples before
    double quiet_since_s_ =
        kNever;             ///< the last moment at which the conditions did not hold, as far as known
    bool failing_ = false;  ///< they held at the last sample

    static constexpr double kNever = -1e300;
};

}  // namespace rle
