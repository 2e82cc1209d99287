// The one live line of a recording; only on a terminal, and never under NO_COLOR.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/record_sampler.hpp"
#include "sensors/sensor_set.hpp"

namespace rle::cli {

struct ProgressState {
    double elapsed_s = 0.0;
    std::optional<double> duration_s;
    std::optional<double> grad_norm;
    std::uint64_t steps = 0;
};

/// "  12 s [####----] 90 s | 45.2 degC* 31 W* 57 % | step 812 grad 1.23 | missed 0"; * marks an estimate.
std::string progress_line(const ProgressState& state, const sensors::SensorSet& sensors,
                          const SamplerStatus& status);

class LiveLine {
  public:
    LiveLine();
    bool wanted() const { return wanted_; }
    void draw(const std::string& text);
    /// Takes the line away before something else is printed.
    void clear();

  private:
    bool wanted_;
    bool drawn_ = false;
};

}  // namespace rle::cli
