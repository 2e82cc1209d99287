// The one live line of a recording; only on a terminal, and not under NO_COLOR.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/record_sampler.hpp"
#include "cli/screen.hpp"
#include "rlecouple/rle.hpp"
#include "rlecouple/session.hpp"
#include "sensors/sensor_set.hpp"

namespace rle::cli {

struct ProgressState {
    double elapsed_s = 0.0;
    std::optional<double> duration_s;
    std::optional<double> grad_norm;
    std::uint64_t steps = 0;
    std::optional<double> rle;  ///< of the first device
};

/// "12/90 s [#-----] | cpu 45 degC* 31 W* 57 % | RLE 0.520 | step 12 grad 1.23 | 1 missed"; * is an estimate.
std::string progress_line(const ProgressState& state, const sensors::SensorSet& sensors,
                          const SamplerStatus& status);

/// RLE of the first device as it goes, from the samples of the last half minute.
class LiveRle {
  public:
    LiveRle(const DeviceInfo& device, double ambient_c);

    /// Takes the last sample, once; RLE at it, missing where it cannot be formed.
    std::optional<double> after(const SamplerStatus& status);

  private:
    RleOptions options_;
    std::vector<double> t_s_, temp_c_, power_w_, util_pct_;
    std::optional<double> last_;
};

class LiveLine {
  public:
    LiveLine(Screen& screen, bool refused);
    bool wanted() const { return wanted_; }
    /// Not where what was shown before is still to be taken.
    void draw(const std::string& text);
    /// Takes the line away before something else is printed.
    void clear();

  private:
    Screen& screen_;
    bool wanted_;
    bool drawn_ = false;
};

}  // namespace rle::cli
