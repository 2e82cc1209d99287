// What a slow trend can look like: a polynomial, exponentials that settle after the session's start (a
// machine warming up, an optimizer leaving its first steps), and changes of level (another phase of the
// work). Columns of a regression, one row a sample; every time is in samples.
#pragma once

#include <Eigen/Core>
#include <vector>

namespace rle {

/// A move from one level to another: a logistic curve, or a step.
struct LevelChange {
    /// What choosing one costs: its height; its place, at the price of two for a search that leaps from
    /// maximum to maximum (Zhang & Siegmund, Biometrics 63, 2007); its width.
    static constexpr int kParameters = 4;

    double at = 0.0;     ///< its middle
    double width = 0.0;  ///< of the logistic; 0: a step, whose first sample at the new level is `at`
};

struct Trend {
    int order = 0;                      ///< degree of the polynomial
    std::vector<double> settling = {};  ///< time constants of exp(-t / tau), in samples
    std::vector<double> periods = {};   ///< of a sine and a cosine each, in samples

    std::vector<LevelChange> changes = {};

    int columns() const {
        return order + 1 + static_cast<int>(settling.size() + 2 * periods.size() + changes.size());
    }
    /// Columns, and what else of them was chosen by the data.
    int parameters() const {
        return columns() +
               static_cast<int>(settling.size() + (LevelChange::kParameters - 1) * changes.size());
    }
};

/// Changes of level of one width, wherever they lie.
class LevelShape {
  public:
    explicit LevelShape(double width);
    /// The column of a change at the samples `first`, `first` + 1, ...: from -1/2 before it to 1/2 behind it.
    void fill(double at, double first, Eigen::Ref<Eigen::VectorXd> column) const;

  private:
    static constexpr Eigen::Index kStretch = 64;
    double width_;
    Eigen::Array<double, kStretch, 1> powers_;  // of the factor from one sample to the next
};

/// The trend that contains both; periods are looked for once it is known, and neither has any.
Trend merged(const Trend& a, const Trend& b);

/// Time constants worth trying over n samples: 1.5 samples to a third of the session, a factor of 1.5 apart
/// (more in sessions above 1,300 samples, so that there are never more than 15).
std::vector<double> settling_candidates(std::size_t n);

/// The columns of a regression on a trend, made as they are asked for: Legendre polynomials over the session
/// (t in [-1, 1]), then the exponentials, then the sines and cosines, then the changes of level. Orthogonal
/// where that is free, so that the regressions on them are well conditioned.
class TrendColumns {
  public:
    /// For the samples from `begin` on, of a session of n.
    TrendColumns(std::size_t n, Trend trend, std::size_t begin = 0)
        : n_(n), begin_(begin), trend_(std::move(trend)) {}

    Eigen::Index columns() const { return trend_.columns(); }
    const Trend& trend() const { return trend_; }
    Eigen::MatrixXd rows(std::size_t begin, std::size_t count) const;

  private:
    std::size_t n_, begin_;
    Trend trend_;
};

}  // namespace rle
