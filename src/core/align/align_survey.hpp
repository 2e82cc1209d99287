// What the alignment must know of the whole streams before it can place a row.
#pragma once

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "core/align/common_clock.hpp"
#include "core/align/microsecond_counts.hpp"
#include "core/align/power_limits.hpp"
#include "core/align/restarts.hpp"
#include "core/time_order.hpp"
#include "core/time_resolution.hpp"
#include "rlecouple/align_stream.hpp"

namespace rle {

struct Instant {
    std::int64_t wall_us = kNoTime;
    double t_s = kMissing;
};

/// One device's samples in time order, without duplicates.
struct DeviceFacts {
    std::size_t samples = 0;
    std::size_t reordered = 0;
    std::size_t without_time = 0;
    std::size_t duplicates = 0;
    std::size_t contradicting = 0;  ///< of these, with other readings than the row whose time they have
    Instant first, last;
    double largest_power_w = 0.0;
    std::optional<double> power_limit_w;  ///< as a column of the telemetry tells it
    bool any_temp = false, any_power = false, any_util = false;
    std::size_t cold = 0;  ///< samples not warmer than the ambient
};

/// One device's own samples, in time order.
struct DeviceSamples {
    std::vector<double> t_s, temp_c, power_w;
};

/// The steps that may be averaged, in time order, without duplicates and without overflowed ones.
struct TrainingFacts {
    std::size_t steps = 0;
    std::size_t reordered = 0;
    std::size_t without_time = 0;
    std::size_t duplicates = 0;
    std::size_t non_finite = 0;
    std::size_t missing = 0;
    Instant first, last;
};

struct SampleRow {
    double t_s;
    double temp_c, power_w, util_pct;
    std::ptrdiff_t row;  ///< of the input
};

struct StepRow {
    double t_s;
    double grad_norm, loss, learning_rate, step, epoch;
    double time_taken_s = kMissing;  ///< since the step before, divided by the steps between the two
};

/// What a row is to the one before it in time.
enum class Meeting {
    apart,          ///< another sample, another step
    completes,      ///< has what the other lacks and contradicts it in nothing; the other was completed
    duplicate,      ///< adds nothing
    contradiction,  ///< of the same time and device, with other readings
};
/// Samples of one time are one. Steps are, if they have one number too, and values that are no others.
Meeting meet(SampleRow& before, const SampleRow& row);
Meeting meet(StepRow& before, const StepRow& row);

/// Rows in time order, those of one time and kind as one, as they become certain.
template <class Row>
class CleanStream {
  public:
    explicit CleanStream(std::size_t reach) : order_(reach) {}

    void push(const Row& row) { order_.push(row); }
    template <class Take>
    void release(Take take, bool end = false) {
        const auto next = [&](const Row& row) {
            const Meeting met = last_ ? meet(*last_, row) : Meeting::apart;
            if (met == Meeting::completes) return;
            if (met == Meeting::apart) {
                if (last_) take(*last_);
                last_ = row;
                return;
            }
            ++duplicates_;
            contradicting_ += met == Meeting::contradiction ? 1 : 0;
        };
        order_.release(next, end);
        if (!end || !last_) return;
        take(*last_);
        last_.reset();
    }
    const TimeOrder<Row>& order() const { return order_; }
    /// Calls `look` with every row that was not handed out yet.
    template <class Look>
    void for_each_held(Look look) const {
        if (last_) look(*last_);
        for (const Row& row : order_.held()) look(row);
    }
    std::size_t duplicates() const { return duplicates_; }
    std::size_t contradicting() const { return contradicting_; }

  private:
    TimeOrder<Row> order_;
    std::optional<Row> last_;  ///< which a row to come may complete
    std::size_t duplicates_ = 0, contradicting_ = 0;
};

/// How far behind the latest row a row stands, over a stream.
struct Disorder {
    double latest_s = -INFINITY;
    double farthest_s = 0.0;

    void see(double t_s) {
        if (t_s > latest_s) latest_s = t_s;
        if (latest_s - t_s > farthest_s) farthest_s = latest_s - t_s;
    }
};

struct SurveyState {
    AlignOptions options;
    bool by_t_s;
    std::size_t reach;

    // telemetry
    std::vector<DeviceFacts> devices;    ///< by index; empty facts where the device is not wanted
    std::vector<DeviceSamples> samples;  ///< by index; filled where a time constant must be fitted to them
    ClockFacts telemetry_clock;
    PowerLimits limits;
    MicrosecondCounts intervals;                      ///< of all devices together
    std::vector<MicrosecondCounts> device_intervals;  ///< by index
    Disorder telemetry_disorder;
    // training
    bool has_training = false;
    TrainingFacts steps;
    ClockFacts training_clock;
    Disorder training_disorder;

    SurveyState(const AlignOptions& given, bool use_t_s, std::size_t within);
    void add(const Telemetry& piece);
    void add(const Training& piece);
    void finish();
    CommonClock clock() const;
    bool samples_late(std::size_t device) const { return samples_[device].order().too_late(); }
    /// RLE needs a constant that only a fit to the whole session tells.
    bool fits_tau() const { return options.rle.sustain == SustainTerm::constant && !options.constant_tau_s; }
    bool training_late() const { return training_.order().too_late(); }

  private:
    Instant instant(double t_s, std::int64_t origin_us) const;
    void keep(std::size_t device, const SampleRow& row);
    void keep_step(const StepRow& row);

    std::vector<CleanStream<SampleRow>> samples_;
    std::vector<double> last_s_;  ///< by device: of the last sample
    double last_step_s_ = kMissing;
    std::vector<RestartWatch> watches_;  ///< by device
    RestartWatch training_watch_;
    CleanStream<StepRow> training_;
    std::int64_t telemetry_origin_us_ = kNoTime, training_origin_us_ = kNoTime;  ///< for the time being
};

}  // namespace rle
