// The test compares the news of both series. A driver that acts by k adds b x(t - delay) to what the response
// makes of its own past, b = k dt (SDs of the series aside), and so puts into the response's news
//
//   b A(B) / ((1 - phi B) C(B)) e_x(t - delay),   e_x the news of the driver, C its autoregression,
//
// A the autoregression that a response of both, its own noise and this, would be whitened by: where the
// driver remembers, A takes up some of it. At the lags delay, delay + 1, ... r is expected to be the
// coefficients of that, over the SD of all news. The greatest |r| of the lags searched then passes the band
// with the probability that not all of them, each normal about what is expected, stay within it.
#include "core/lag/detectable.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "core/lag/permutation.hpp"
#include "core/maths/series.hpp"
#include "rlecouple/rle.hpp"

namespace rle {
namespace {

constexpr double kLeastKept = 0.3;     // of the response from one sample to the next, for k to be a rate
constexpr double kLeastPresent = 0.6;  // of the rows, for news to be those of one row
constexpr std::size_t kFrequencies = 1024;
constexpr std::size_t kMostTaps = 200;        // lags from the delay on at which a remembering driver shows
constexpr std::size_t kMostTakenOut = 32768;  // rows of a session whose coupling is taken out
constexpr std::size_t kFewestFitted = 30;
constexpr double kOneReading = 1.0 - 1e-9;

double normal_below(double z) {
    return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}

// log P(|N(mean, 1)| < z)
double log_within(double z, double mean) {
    return std::log(std::max(normal_below(z - mean) - normal_below(-z - mean), 1e-300));
}

// The z that the greatest of `lags` independent normal numbers of this mean passes with probability alpha
// (Sidak).
double sidak_z(double alpha, std::size_t lags, double mean) {
    double low = 0.0, high = 10.0 + std::abs(mean);
    for (int i = 0; i < 30; ++i) {
        const double z = 0.5 * (low + high);
        (static_cast<double>(lags) * log_within(z, mean) < std::log1p(-alpha) ? low : high) = z;
    }
    return high;
}

// |1 - a_1 e^-iw - a_2 e^-2iw - ...|^2 at kFrequencies between 0 and pi.
std::vector<double> gain(const std::vector<double>& ar) {
    std::vector<double> out(kFrequencies);
    for (std::size_t i = 0; i < kFrequencies; ++i) {
        const double w =
            (static_cast<double>(i) + 0.5) * std::numbers::pi / static_cast<double>(kFrequencies);
        double re = 1.0, im = 0.0;
        for (std::size_t j = 0; j < ar.size(); ++j) {
            re -= ar[j] * std::cos(w * static_cast<double>(j + 1));
            im += ar[j] * std::sin(w * static_cast<double>(j + 1));
        }
        out[i] = re * re + im * im;
    }
    return out;
}

// Of a spectrum, at the lags 0 ... `most`.
std::vector<double> autocovariance(const std::vector<double>& spectrum, std::size_t most) {
    std::vector<double> out(most + 1, 0.0);
    for (std::size_t i = 0; i < spectrum.size(); ++i) {
        const double w =
            (static_cast<double>(i) + 0.5) * std::numbers::pi / static_cast<double>(kFrequencies);
        double before = std::cos(w), now = 1.0;  // cos(-w), cos(0), ...
        for (std::size_t j = 0; j <= most; ++j) {
            out[j] += spectrum[i] * now / static_cast<double>(kFrequencies);
            const double next = 2.0 * std::cos(w) * now - before;
            before = now;
            now = next;
        }
    }
    return out;
}

struct Whitening {
    std::vector<double> ar;
    double error_variance = 0.0;
};

// The autoregression of an order from `least` on that BIC would choose on n samples of this autocovariance
// (Levinson's recursion).
Whitening whitening_of(const std::vector<double>& covariance, std::size_t least, double n) {
    Whitening best, now{{}, covariance[0]};
    double best_score = std::numeric_limits<double>::infinity();
    for (std::size_t p = 0; p < covariance.size(); ++p) {
        if (p > 0) {
            double top = covariance[p];
            for (std::size_t j = 0; j + 1 < p; ++j) top -= now.ar[j] * covariance[p - 1 - j];
            const double last = top / now.error_variance;
            std::vector<double> ar = now.ar;
            for (std::size_t j = 0; j + 1 < p; ++j) ar[j] -= last * now.ar[p - 2 - j];
            ar.push_back(last);
            now = {ar, now.error_variance * (1.0 - last * last)};
        }
        const double score =
            n * std::log(std::max(now.error_variance, 1e-300)) + static_cast<double>(p) * std::log(n);
        if (p < least || score >= best_score) continue;
        best_score = score;
        best = now;
    }
    return best;
}

// The first `count` coefficients of numerator / ((1 - phi B) denominator), each 1 - a_1 B - a_2 B^2 - ...
std::vector<double> quotient(const std::vector<double>& numerator, double phi,
                             const std::vector<double>& denominator, std::size_t count) {
    std::vector<double> out(count, 0.0);
    for (std::size_t j = 0; j < count; ++j) {
        out[j] = j == 0 ? 1.0 : j <= numerator.size() ? -numerator[j - 1] : 0.0;
        for (std::size_t i = 0; i < std::min(j, denominator.size()); ++i)
            out[j] += denominator[i] * out[j - 1 - i];
    }
    for (std::size_t j = 1; j < count; ++j) out[j] += phi * out[j - 1];
    return out;
}

std::size_t pairs_at_no_lag(const TestedCorrelation& tested) {
    return tested.ccf[tested.ccf.size() / 2].n;
}

// How much of a unit of the driver's news, in units of its SD, stands in the response's, where both have
// variances that drift.
double common_scale(const Whitened& driver, const Whitened& response) {
    if (driver.scale.empty() && response.scale.empty()) return 1.0;
    double sum = 0.0, n = 0.0;
    for (std::size_t t = 0; t < driver.residual.size(); ++t) {
        if (!std::isfinite(driver.residual[t]) || !std::isfinite(response.residual[t])) continue;
        const double x = driver.scale.empty() ? 1.0 : driver.scale[t];
        const double y = response.scale.empty() ? 1.0 : response.scale[t];
        sum += driver.residual[t] * driver.residual[t] * x / y;
        n += 1.0;
    }
    return n > 0.0 ? sum / n : 0.0;
}

// What the test's exchange within blocks leaves of a coupling: residuals of one block stay in it, so that the
// mean over a block's rows of what they share is in all that is drawn, and raises the band.
class LeftInBlocks {
  public:
    LeftInBlocks(std::size_t rows, std::size_t samples, std::size_t lags) {
        if (!can_permute(rows, lags)) return;
        const std::size_t blocks = std::max<std::size_t>(1, samples / block_for(lags));
        length_ = static_cast<double>(samples) / static_cast<double>(blocks);
    }

    std::size_t reach() const { return static_cast<std::size_t>(length_); }
    // Of r at this lag, in samples, in the mean over the draws, at lags about 0.
    double share(double lag) const {
        return length_ > 0.0 ? std::max(0.0, 1.0 - std::abs(lag) / length_) / length_ : 0.0;
    }

  private:
    double length_ = 0.0;  // of a block, rows; 0: nothing is exchanged in blocks
};

// The test's probability to find a coupling, in units of the two series' SDs and of samples.
class Power {
  public:
    // `explained`: r that a coupling in this session accounts for.
    Power(const Whitened& driver, const Whitened& response, const TestedCorrelation& tested, double explained,
          double dt_s)
        : driver_ar_(driver.ar),
          response_order_(response.ar.size()),
          lags_(tested.ccf.size()),
          delay_(tested.ccf.size() / 4),
          n_(static_cast<double>(pairs_at_no_lag(tested))),
          alpha_(tested.alpha),
          blocks_(driver.residual.size(), pairs_at_no_lag(tested), lags_) {
        spread_ = spread_without_coupling(tested);
        driver_sd_ = driver.error_sd * common_scale(driver, response);
        response_sd_ = response.error_sd * std::sqrt(1.0 - explained * explained);
        const WhitenOptions limits = whiten_options(pairs_at_no_lag(tested), dt_s);
        orders_ = std::max(static_cast<std::size_t>(limits.max_ar_order), response_order_);
        std::vector<double> own = gain(response.ar), driven = gain(driver_ar_);
        for (double& s : own) s = response_sd_ * response_sd_ / s;
        own_ = autocovariance(own, std::max<std::size_t>(orders_, 2));
        if (own_[1] > 0.0) kept_ = std::clamp(own_[2] / own_[1], 0.0, 0.999);
        const std::vector<double> relaxation = gain({kept_});
        for (std::size_t i = 0; i < driven.size(); ++i)
            driven[i] = driver_sd_ * driver_sd_ / (driven[i] * relaxation[i]);
        driven_ = autocovariance(driven, orders_);
    }

    double kept() const { return kept_; }  // of the response, from one sample to the next

    double of(double b) const {
        std::vector<double> both = driven_;
        for (std::size_t j = 0; j < both.size(); ++j) both[j] = own_[j] + b * b * driven_[j];
        const Whitening whitening = whitening_of(both, response_order_, n_);
        const double unit = b * driver_sd_ / std::sqrt(whitening.error_variance) / spread_;
        const std::size_t seen = std::min(lags_ / 2 - delay_ + 1, kMostTaps);
        const std::vector<double> taps =
            quotient(whitening.ar, kept_, driver_ar_, std::max(seen, blocks_.reach()));
        double left = 0.0;
        for (std::size_t j = 0; j < taps.size(); ++j)
            left += unit * taps[j] * blocks_.share(static_cast<double>(delay_ + j));
        const double z = sidak_z(alpha_, lags_, left);
        double log_none = static_cast<double>(lags_ - seen) * log_within(z, 0.0);
        for (std::size_t j = 0; j < seen; ++j) log_none += log_within(z, unit * taps[j]);
        return -std::expm1(log_none);
    }

    // The b that is found with this probability.
    std::optional<double> found_in(double probability) const {
        const double unit = response_sd_ / driver_sd_;
        double low = std::log(1e-5 * unit), high = std::log(1e4 * unit);
        if (!(of(std::exp(high)) > probability) || !std::isfinite(low)) return std::nullopt;
        for (int i = 0; i < 24; ++i) {
            const double middle = 0.5 * (low + high);
            (of(std::exp(middle)) < probability ? low : high) = middle;
        }
        return std::exp(0.5 * (low + high));
    }

  private:
    // SD of r, as the band has it; what a coupling in this session has raised that by is taken off.
    double spread_without_coupling(const TestedCorrelation& tested) const {
        double left = 0.0;
        for (std::size_t i = 0; i < tested.ccf.size(); ++i)
            left += tested.ccf[i].r.value_or(0.0) *
                    blocks_.share(static_cast<double>(i) - static_cast<double>(lags_ / 2));
        double spread = *tested.band / sidak_z(alpha_, lags_, 0.0);
        spread = *tested.band / sidak_z(alpha_, lags_, left / spread);
        return spread;
    }

    std::vector<double> driver_ar_;
    std::size_t response_order_, orders_ = 0, lags_, delay_;  // delay: half the longest lag searched
    double n_, alpha_;
    LeftInBlocks blocks_;
    double spread_ = 0.0;  // of r where nothing couples
    double driver_sd_ = 0.0, response_sd_ = 0.0, kept_ = 0.0;
    std::vector<double> own_, driven_;  // autocovariances of the response, and of what b = 1 adds to it
};

// Of the rows from the first to the last that has one.
double share_present(const Whitened& series) {
    const auto has = [](double e) { return std::isfinite(e); };
    const auto first = std::find_if(series.residual.begin(), series.residual.end(), has);
    const auto last = std::find_if(series.residual.rbegin(), series.residual.rend(), has).base();
    return first < last
               ? static_cast<double>(count_present(series.residual)) / static_cast<double>(last - first)
               : 0.0;
}

// A trailing mean depends on its past in turns of either sign; a relaxation read with noise on a sum of it.
bool is_smoothed(const std::vector<double>& ar) {
    constexpr std::size_t kSmoothedOrder = 4;
    constexpr double kTurn = -0.2;
    return ar.size() >= kSmoothedOrder && *std::min_element(ar.begin(), ar.end()) < kTurn;
}

// What enters a trailing mean leaves it again a window later: of RLE's own window, where the autoregression
// is too short to tell.
bool leaves_again(const std::vector<double>& news, double dt_s) {
    constexpr double kTurned = -0.35;  // of the mean square; -0.5 where all that is new enters a mean
    const auto window = static_cast<std::size_t>(std::lround(RleOptions{}.smoothing_s / dt_s));
    for (std::size_t lag = std::max<std::size_t>(window, 2) - 1; lag <= window + 1; ++lag) {
        double sum = 0.0, n = 0.0;
        for (std::size_t t = lag; t < news.size(); ++t) {
            const double product = news[t] * news[t - lag];
            if (!std::isfinite(product)) continue;
            sum += product;
            n += 1.0;
        }
        if (n >= static_cast<double>(kFewestFitted) && sum < kTurned * n) return true;
    }
    return false;
}

// The response as it would be without what the fit says that the driver did to it, whitened anew: a coupling
// that was found is no noise against which a lesser one would have to stand out.
Whitened without_coupling(const WhitenedPair& pair, const CouplingFit& fit, std::size_t delay, double dt_s) {
    const double b = -fit.k_per_s * dt_s * pair.driver_sd / pair.response_sd;
    const double phi = fit.relaxation_s ? 1.0 - dt_s / *fit.relaxation_s : 0.0;
    std::vector<double> rest = pair.response.filled;
    double driven = 0.0;
    for (std::size_t t = 0; t < rest.size(); ++t) {
        driven = phi * driven + (t >= delay ? b * pair.driver.filled[t - delay] : 0.0);
        const bool read = t < pair.response.ar.size() || std::isfinite(pair.response.residual[t]);
        rest[t] = read ? rest[t] - driven : std::numeric_limits<double>::quiet_NaN();
    }
    if (!varies(rest) || count_present(rest) < kFewestFitted) return pair.response;
    const double sd = standard_deviation(rest);
    Whitened own = whiten(rest, pair.response.trend, whiten_options(count_present(rest), dt_s));
    own.error_sd *= sd;  // in the units of the pair's response
    return own;
}

}  // namespace

Detectable detectable_coupling(const WhitenedPair& pair, const TestedCorrelation& tested,
                               const std::optional<CouplingFit>& found, double dt_s) {
    const auto missing = [](std::string why) { return Detectable{{}, {}, std::move(why)}; };
    if (!tested.band || !tested.r_peak) return missing("there is no test");
    if (std::abs(*tested.r_peak) > kOneReading) return missing("driver and response are one reading");
    if (tested.held)
        return missing("a series stands still between the readings of a clock slower than the grid");
    if (std::min(share_present(pair.driver), share_present(pair.response)) < kLeastPresent)
        return missing("too many rows lack a value");
    if (is_smoothed(pair.response.ar) || leaves_again(pair.response.residual, dt_s))
        return missing("the response depends on its past as a trailing mean does, whose k is another");
    const double lag = found ? std::round((found->delay_s + tested.sensor_delay_s) / dt_s) : -1.0;
    const bool take_out = lag >= 0.0 && pair.response.residual.size() <= kMostTakenOut;
    const Power power =
        take_out ? Power(pair.driver, without_coupling(pair, *found, static_cast<std::size_t>(lag), dt_s),
                         tested, 0.0, dt_s)
                 : Power(pair.driver, pair.response, tested, tested.significant ? *tested.r_peak : 0.0, dt_s);
    if (power.kept() < kLeastKept)
        return missing(
            "the response keeps little of itself from one sample to the next and integrates nothing");
    const double unit = pair.response_sd / pair.driver_sd / dt_s;
    Detectable told;
    if (const auto b = power.found_in(0.5)) told.half_per_s = *b * unit;
    if (const auto b = power.found_in(0.9)) told.nine_tenths_per_s = *b * unit;
    if (!told.half_per_s || !told.nine_tenths_per_s)
        return missing("of so few samples no coupling would be found, however strong");
    return told;
}

}  // namespace rle
