#include "core/thermal/input_scores.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "core/maths/random.hpp"
#include "core/thermal/thermal_simulate.hpp"

namespace rle::thermal {
namespace {

constexpr std::size_t kMost = 24;  // errors that are followed, so many in one pass:
constexpr std::size_t kAtOnce = 8;
constexpr std::size_t kLong = 5000;  // samples; beyond, so many are followed as go in one pass

// A column that is rounded.
struct Input {
    const ReadingSteps& steps;
    std::span<const double> readings;
    /// Of a column that is no power: by how many degC its error of 1 is as if the room were warmer, at each
    /// sample.
    std::vector<double> degrees = {};
    bool holds = true;  ///< until the next sample
};

template <std::size_t W>
using Row = std::array<double, W>;

template <std::size_t W>
RLE_ALWAYS_INLINE void add_times(Row<W>& sum, double factor, const Row<W>& row) {
    for (std::size_t e = 0; e < W; ++e) sum[e] += factor * row[e];
}

// The errors that one pass follows, W: a row a distinct reading. Of errors that are drawn signs suffice, for
// only products of two readings' errors matter, and those average to 0.
template <std::size_t W>
std::vector<Row<W>> errors_of_pass(std::size_t readings, std::size_t pass, bool drawn) {
    std::vector<Row<W>> out(readings, Row<W>{});
    Random random(1, pass);
    for (std::size_t k = 0; k < readings; ++k) {
        for (std::size_t e = 0; e < W; ++e) {
            const bool own = k == pass * W + e;
            const bool up = drawn && random.bits() >> 63 == 0;
            out[k][e] = drawn ? (up ? 1.0 : -1.0) : (own ? 1.0 : 0.0);
        }
    }
    return out;
}

// The path of each error, as the filter leaves it, and its scores.
template <bool kTwoNodes, std::size_t N, std::size_t W>
class Paths {
  public:
    Paths(const Problem& problem, const Solution& s, const Input& input, const std::vector<Row<W>>& errors)
        : problem_(problem),
          s_(s),
          input_(input),
          errors_(errors),
          free_(s.free.size()),
          steps_(problem.samples, problem.alike(s.shape.fan), network_of(s.constants())),
          shift_s_(s.constants().power_shift_s) {}

    /// Sample i, whose prediction is t, has a temperature.
    RLE_ALWAYS_INLINE void add(std::size_t i, const Dual<N>& t) {
        const double weight = s_.gains.weight(i);
        const Row<W> seen = die_;
        for (std::size_t e = 0; e < W; ++e) square_[e] += weight * seen[e] * seen[e];
        for (std::size_t j = 0; j < free_; ++j) add_times(score_[j], weight * t.derivative(j), seen);
        if (s_.gains.die.empty()) return;
        add_times(die_, -s_.gains.die[i], seen);
        if constexpr (kTwoNodes) add_times(sink_, -s_.gains.sink[i], seen);
    }

    /// On to the next sample.
    RLE_ALWAYS_INLINE void advance(std::size_t i) {
        if (i + 1 == problem_.samples.size()) return;
        const bool heats = input_.degrees.empty();
        const Row<W> push = heats ? mean_error(i) : room_error(i);
        const Step<double>& step = steps_.step(i);
        const double to_die = heats ? step.die_per_w : step.die_room;
        const double to_sink = heats ? step.sink_per_w : step.sink_room;
        const Row<W> die = die_;
        for (std::size_t e = 0; e < W; ++e) die_[e] = step.dd * die[e] + to_die * push[e];
        if constexpr (kTwoNodes) {
            add_times(die_, step.ds, sink_);
            for (std::size_t e = 0; e < W; ++e)
                sink_[e] = step.ss * sink_[e] + step.sd * die[e] + to_sink * push[e];
        }
    }

    /// Adds `share` of what each error's variance of 1 W^2 does.
    void add_to(InputScores& out, double share, const Eigen::MatrixXd& inverse) const {
        Eigen::VectorXd score(inverse.rows());
        for (std::size_t e = 0; e < W; ++e) {
            for (Eigen::Index j = 0; j < score.size(); ++j) score[j] = score_[static_cast<std::size_t>(j)][e];
            double fitted = 0.0;  // of the sum of squares, by parameters that are off
            for (Eigen::Index j = 0; j < score.size(); ++j) {
                out.covariance.col(j) += share * score[j] * score;
                fitted += score[j] * inverse.col(j).dot(score);
            }
            out.left += share * std::max(square_[e] - fitted, 0.0);
        }
    }

  private:
    const Row<W>& error_of(std::size_t i) const {
        return errors_[input_.steps.number_of(input_.readings[i])];
    }

    // As the ambient holds: the mean of both ends. A fan's speed holds until the next sample.
    RLE_ALWAYS_INLINE Row<W> room_error(std::size_t i) const {
        Row<W> out{};
        add_times(out, (input_.holds ? 1.0 : 0.5) * input_.degrees[i], error_of(i));
        if (!input_.holds) add_times(out, 0.5 * input_.degrees[i], error_of(i + 1));
        return out;
    }

    // The mean error of the power over the interval behind sample i, as PowerTable reads it.
    RLE_ALWAYS_INLINE Row<W> mean_error(std::size_t i) {
        switch (s_.shape.reading) {
            case PowerReading::held:
                return error_of(i);
            case PowerReading::averaged:
            case PowerReading::trailing:
            case PowerReading::fading:  // over the window, their effects are the same
                return error_of(i + 1);
            case PowerReading::sampled: {
                Row<W> out{};
                add_times(out, 0.5, error_of(i));
                add_times(out, 0.5, error_of(i + 1));
                return out;
            }
            case PowerReading::late:
            case PowerReading::late_sampled:
                break;
        }
        return late_error(i);
    }

    Row<W> late_error(std::size_t i) {
        const std::span<const double> t = problem_.samples.t_s;
        const double dt = t[i + 1] - t[i], to = t[i + 1] + shift_s_;
        double from = t[i] + shift_s_;
        Row<W> out{};
        while (at_ > 0 && t[at_] > from) --at_;
        for (;; ++at_) {
            const double end = at_ + 1 < t.size() ? std::min(t[at_ + 1], to) : to;
            if (end > from) {
                const double share = (end - from) / dt, next = share_of_next(0.5 * (from + end));
                add_times(out, share * (1.0 - next), error_of(at_));
                if (next > 0.0) add_times(out, share * next, error_of(at_ + 1));
            }
            from = std::max(from, end);
            if (end >= to) return out;
        }
    }

    // Of the power at t behind the reading at_, what the next reading tells.
    double share_of_next(double t) const {
        const std::span<const double> times = problem_.samples.t_s;
        if (s_.shape.reading == PowerReading::late || at_ + 1 == times.size()) return 0.0;
        return std::max(t - times[at_], 0.0) / (times[at_ + 1] - times[at_]);
    }

    const Problem& problem_;
    const Solution& s_;
    const Input& input_;
    const std::vector<Row<W>>& errors_;
    std::size_t free_;
    StepTable<double> steps_;
    double shift_s_;
    std::size_t at_ = 0;  // the reading that a late meter gives now
    Row<W> die_{};
    Row<W> sink_{};
    Row<W> square_{};
    Row<W> score_[N]{};  // of each parameter
};

template <bool kTwoNodes, std::size_t N, std::size_t W>
InputScores followed(const Problem& problem, const Solution& s, const Input& input,
                     const Eigen::MatrixXd& inverse) {
    const std::size_t readings = input.steps.distinct();
    const std::size_t most = problem.samples.size() > kLong ? kAtOnce : kMost;
    const std::size_t passes = (std::min(readings, most) + W - 1) / W;
    const bool drawn = readings > most;
    const double share = input.steps.variance() / (drawn ? static_cast<double>(passes * W) : 1.0);
    InputScores out{Eigen::MatrixXd::Zero(inverse.rows(), inverse.cols())};
    for (std::size_t pass = 0; pass < passes; ++pass) {
        const std::vector<Row<W>> errors = errors_of_pass<W>(readings, pass, drawn);
        Paths<kTwoNodes, N, W> paths(problem, s, input, errors);
        simulate<kTwoNodes, N>(problem.samples, problem.power_of(s.shape), problem.alike(s.shape.fan),
                               s.shape, s.theta, s.free, s.gains, [&](std::size_t i, const Dual<N>& t) {
                                   if (!std::isnan(problem.samples.temp_c[i])) paths.add(i, t);
                                   paths.advance(i);
                               });
        paths.add_to(out, share, inverse);
    }
    return out;
}

template <bool kTwoNodes, std::size_t N>
InputScores followed(const Problem& problem, const Solution& s, const Input& input,
                     const Eigen::MatrixXd& inverse) {
    return input.steps.distinct() <= 2 ? followed<kTwoNodes, N, 2>(problem, s, input, inverse)
                                       : followed<kTwoNodes, N, kAtOnce>(problem, s, input, inverse);
}

void add_scores(const Problem& problem, const Solution& s, const Input& input, const Eigen::MatrixXd& inverse,
                InputScores& out) {
    const InputScores more = s.shape.two_nodes    ? followed<true, 10>(problem, s, input, inverse)
                             : s.free.size() <= 4 ? followed<false, 4>(problem, s, input, inverse)
                                                  : followed<false, 6>(problem, s, input, inverse);
    out.covariance += more.covariance;
    out.left += more.left;
}

// An hA that is too great by a share cools as a room does that is colder by this share of what the node that
// it cools is above the room.
std::vector<double> degrees_per_fan(const ThermalView& samples, const ThermalConstants& c, double longest_s) {
    constexpr double kSlowest = 0.05;  // of full speed, below which the slope of fan^0.8 is taken as there
    std::vector<double> out;
    (void)simulate_between_gaps(samples, c, longest_s, &out);
    for (std::size_t i = 0; i < out.size(); ++i) {
        const double fan = std::max(samples.fan[i], kSlowest);
        const double slope = c.hA_fan * c.fan_exponent * std::pow(fan, c.fan_exponent - 1.0);
        const double room = samples.room.empty() ? 0.0 : samples.room[i];
        out[i] = -slope / c.hA(samples.fan[i]) * (out[i] - c.ambient_c - room);
    }
    return out;
}

}  // namespace

InputScores input_scores(const Problem& problem, const Solution& s, const Eigen::MatrixXd& inverse) {
    const ThermalView& samples = problem.samples;
    InputScores out{Eigen::MatrixXd::Zero(inverse.rows(), inverse.cols())};
    if (problem.power_steps.variance() > 0.0)
        add_scores(problem, s, {problem.power_steps, samples.power_w}, inverse, out);
    if (problem.room_steps.variance() > 0.0) {
        const std::vector<double> room = room_above_lowest(samples);
        const std::vector<double> degrees(samples.size(), 1.0);
        add_scores(problem, s, {problem.room_steps, room, degrees, false}, inverse, out);
    }
    if (s.shape.fan && problem.fan_steps.variance() > 0.0) {
        const std::vector<double> degrees = degrees_per_fan(samples, s.constants(), problem.longest_s);
        add_scores(problem, s, {problem.fan_steps, samples.fan, degrees}, inverse, out);
    }
    return out;
}

}  // namespace rle::thermal
