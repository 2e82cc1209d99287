#include "core/thermal/rounding_scores.hpp"

#include <cmath>

#include "core/thermal/thermal_gaps.hpp"
#include "core/thermal/thermal_simulate.hpp"

namespace rle::thermal {
namespace {

constexpr double kFarOff = 4.0;  // of a reading's variance, that of the error with which it was expected

// The path is known from gap to gap, and where samples are missing, from where the power was lost to the
// next such place.
std::vector<std::size_t> restarts(const Problem& problem, const Solution& s) {
    const bool lacks = problem.power_of(s.shape).lacks_samples();
    std::vector<std::size_t> out;
    for (std::size_t i = 1; i < problem.samples.size(); ++i) {
        const bool gap = problem.samples.t_s[i] - problem.samples.t_s[i - 1] > problem.longest_s;
        if (gap || (lacks && s.gains.weight(i) * kFarOff < 1.0)) out.push_back(i);
    }
    return out;
}

// The waves of all harmonics along all paths, cosine and sine, and what the filter has made of each.
class Waves {
  public:
    Waves(const Problem& problem, const Solution& s, const std::vector<Harmonic>& harmonics,
          const Eigen::MatrixXd& offsets)
        : samples_(problem.samples),
          gains_(s.gains),
          two_nodes_(s.shape.two_nodes),
          harmonics_(harmonics),
          offsets_(offsets),
          parameters_(s.free.size()),
          waves_(harmonics.empty() ? 0 : 2 * harmonics.size() * static_cast<std::size_t>(offsets.cols())),
          steps_(problem.samples, problem.alike(s.shape.fan), network_of(s.constants())),
          state_(waves_, NodeState<double>{0.0, 0.0}),
          score_(waves_ * parameters_),
          gradient_(static_cast<Eigen::Index>(parameters_)) {
        if (waves_ == 0) return;
        model_ = simulate_anew(problem.samples, s.constants(), restarts(problem, s));
    }

    /// Sample i, whose prediction is t.
    template <std::size_t N>
    void add(std::size_t i, const Dual<N>& t) {
        for (Eigen::Index j = 0; j < gradient_.size(); ++j)
            gradient_[j] = t.derivative(static_cast<std::size_t>(j));
        std::size_t wave = 0;
        for (Eigen::Index path = 0; path < offsets_.cols(); ++path) {
            const double angle = harmonics_[0].turn * (model_[i] + offsets_.col(path).dot(gradient_));
            const double cosine = std::cos(angle), sine = std::sin(angle);
            double c = 1.0, s = 0.0;
            for (std::size_t k = 0; k < harmonics_.size(); ++k) {  // each turns once more than the one before
                const double turned = c * cosine - s * sine;
                s = s * cosine + c * sine;
                c = turned;
                take(i, wave++, c);
                take(i, wave++, s);
            }
        }
    }

    /// On to the next sample.
    void advance(std::size_t i) {
        if (gains_.die.empty() || i + 1 == samples_.size()) return;
        const Step<double>& step = steps_.step(i);
        for (NodeState<double>& state : state_) {
            const double die = step.dd * state.die;
            state = two_nodes_ ? NodeState<double>{die + step.ds * state.sink,
                                                   step.sd * state.die + step.ss * state.sink}
                               : NodeState<double>{die, 0.0};
        }
    }

    Eigen::MatrixXd covariance() const {
        const auto m = static_cast<Eigen::Index>(parameters_);
        Eigen::MatrixXd out = Eigen::MatrixXd::Zero(m, m);
        for (std::size_t wave = 0; wave < waves_; ++wave) {
            const Eigen::Map<const Eigen::VectorXd> score(&score_[wave * parameters_], m);
            const double share = harmonics_[wave / 2 % harmonics_.size()].share;
            for (Eigen::Index j = 0; j < m; ++j) out.col(j) += share * score[j] * score;
        }
        return out / static_cast<double>(offsets_.cols());
    }

  private:
    void take(std::size_t i, std::size_t wave, double value) {
        double seen = value;
        if (!gains_.die.empty()) {
            NodeState<double>& state = state_[wave];
            seen -= state.die;
            state.die += gains_.die[i] * seen;
            state.sink += gains_.sink[i] * seen;
        }
        const double weighted = gains_.weight(i) * seen;
        double* score = &score_[wave * parameters_];
        for (std::size_t j = 0; j < parameters_; ++j) score[j] += weighted * gradient_.data()[j];
    }

    const ThermalView& samples_;
    const Gains& gains_;
    bool two_nodes_;
    const std::vector<Harmonic>& harmonics_;
    const Eigen::MatrixXd& offsets_;
    std::size_t parameters_;
    std::size_t waves_;
    StepTable<double> steps_;
    std::vector<NodeState<double>> state_;
    std::vector<double> score_;  // the parameters' of each wave
    std::vector<double> model_;
    Eigen::VectorXd gradient_;
};

template <std::size_t N>
void add_unsure(double weight, const Dual<N>& t, Eigen::MatrixXd& sum) {
    const double share = weight * (1.0 - weight);
    for (Eigen::Index j = 0; j < sum.cols(); ++j) {
        for (Eigen::Index k = 0; k < sum.rows(); ++k)
            sum(k, j) +=
                share * t.derivative(static_cast<std::size_t>(j)) * t.derivative(static_cast<std::size_t>(k));
    }
}

template <bool kTwoNodes, std::size_t N>
PathScores scores(const Problem& problem, const Solution& s, const std::vector<Harmonic>& harmonics,
                  const Eigen::MatrixXd& offsets) {
    PathScores out;
    const auto m = static_cast<Eigen::Index>(s.free.size());
    out.unsure = Eigen::MatrixXd::Zero(m, m);
    const bool lacks = problem.power_of(s.shape).lacks_samples();
    Waves waves(problem, s, harmonics, offsets);
    simulate<kTwoNodes, N>(problem.samples, problem.power_of(s.shape), problem.alike(s.shape.fan), s.shape,
                           s.theta, s.free, s.gains, [&](std::size_t i, const Dual<N>& t) {
                               const double error = problem.samples.temp_c[i] - t.v;
                               if (!std::isnan(error)) {
                                   out.errors.add(error * std::sqrt(s.gains.weight(i)));
                                   if (lacks) add_unsure(s.gains.weight(i), t, out.unsure);
                                   if (!harmonics.empty()) waves.add(i, t);
                               }
                               if (!harmonics.empty()) waves.advance(i);
                           });
    out.covariance = waves.covariance();
    return out;
}

}  // namespace

PathScores path_scores(const Problem& problem, const Solution& s, const std::vector<Harmonic>& harmonics,
                       const Eigen::MatrixXd& offsets) {
    if (s.shape.two_nodes) return scores<true, 10>(problem, s, harmonics, offsets);
    return s.free.size() <= 4 ? scores<false, 4>(problem, s, harmonics, offsets)
                              : scores<false, 6>(problem, s, harmonics, offsets);
}

}  // namespace rle::thermal
