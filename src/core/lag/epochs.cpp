#include "core/lag/epochs.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/align/steps.hpp"
#include "core/lag/held.hpp"
#include "core/maths/order_statistics.hpp"
#include "core/maths/series.hpp"

namespace rle {
namespace {

using Offset = std::ptrdiff_t;

constexpr double kFirstLevel = 0.02;  // family-wise, for the series that shows the epochs best
constexpr double kSecondLevel = 0.1;  // for the other, which need show them only where lags join the two
constexpr double kGrow = 0.0244;      // beside a place that stands out: 2.25 standard deviations
constexpr Offset kBeside = 2;         // rows, or readings
constexpr Offset kShortestEpoch = 8;  // rows
constexpr std::size_t kFewestStarts = 2;
constexpr std::size_t kMostRows = 1U << 18U;
constexpr double kLeastShare = 0.6;                // of the epochs have a row at a place
constexpr Offset kNearBefore = 4, kNearAfter = 5;  // rows about a beginning, where changes are most expected

// --- places

struct Place {
    int clock = 0;  // 0: rows from a beginning, negative before it; 1: shares of an epoch
    Offset at = 0;
    bool near = false;
    std::vector<std::size_t> rows;
};

Offset median_length(std::span<const std::size_t> starts) {
    std::vector<double> lengths;
    for (std::size_t i = 1; i < starts.size(); ++i)
        lengths.push_back(static_cast<double>(starts[i] - starts[i - 1]));
    return static_cast<Offset>(median(std::move(lengths)));
}

// Rows at each distance from a beginning, of the epochs on either side of it.
std::vector<Place> places_by_rows(const std::vector<Offset>& starts, Offset n, Offset length) {
    std::vector<Place> places;
    for (Offset at = -length; at < length; ++at) {
        Place place{0, at, -kNearBefore <= at && at < kNearAfter, {}};
        for (std::size_t i = 0; i < starts.size(); ++i) {
            const Offset low = i > 0 ? starts[i - 1] : 0, high = i + 1 < starts.size() ? starts[i + 1] : n;
            const Offset row = starts[i] + at;
            if (row >= low && row < high) place.rows.push_back(static_cast<std::size_t>(row));
        }
        places.push_back(std::move(place));
    }
    return places;
}

// Rows at each share of an epoch. Where the first began, and the last will end, follows from the others.
std::vector<Place> places_by_share(const std::vector<Offset>& starts, Offset n, Offset length) {
    std::vector<Place> places;
    for (Offset at = 0; at < length; ++at) places.push_back({1, at, false, {}});
    for (std::size_t i = 0; i <= starts.size(); ++i) {
        const Offset begin = i > 0 ? starts[i - 1] : starts.front() - length;
        const Offset end = i < starts.size() ? starts[i] : starts.back() + length;
        for (Offset row = std::max<Offset>(begin, 0); row < std::min(end, n); ++row) {
            const Offset at = (row - begin) * length / (end - begin);
            places[static_cast<std::size_t>(at)].rows.push_back(static_cast<std::size_t>(row));
        }
    }
    return places;
}

std::vector<Place> places_of(std::span<const std::size_t> starts, std::size_t rows) {
    const std::vector<Offset> begins(starts.begin(), starts.end());
    const auto n = static_cast<Offset>(rows);
    const Offset length = std::min(median_length(starts), n);
    std::vector<Place> places = places_by_rows(begins, n, length);
    for (Place& place : places_by_share(begins, n, length)) places.push_back(std::move(place));
    const double least = std::max(2.0, kLeastShare * static_cast<double>(starts.size()));
    std::erase_if(places, [&](const Place& p) { return static_cast<double>(p.rows.size()) < least; });
    return places;
}

// --- scores

// The value that a standard normal one is below with probability p; to 5e-4 (Abramowitz & Stegun 26.2.23).
double normal_quantile(double p) {
    const double t = std::sqrt(-2.0 * std::log(std::min(p, 1.0 - p)));
    const double z = t - (2.515517 + t * (0.802853 + t * 0.010328)) /
                             (1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
    return p < 0.5 ? -z : z;
}

// What a standard normal sample would have at each value's rank, equal values alike; 0 where there is none.
std::vector<double> normal_scores(const std::vector<double>& values) {
    std::vector<std::size_t> order;
    for (std::size_t t = 0; t < values.size(); ++t) {
        if (std::isfinite(values[t])) order.push_back(t);
    }
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    std::vector<double> scores(values.size());
    const auto n = static_cast<double>(order.size());
    for (std::size_t i = 0; i < order.size();) {
        std::size_t end = i;
        while (end < order.size() && values[order[end]] == values[order[i]]) ++end;
        const double score = normal_quantile(0.5 * static_cast<double>(i + end) / n);
        for (; i < end; ++i) scores[order[i]] = score;
    }
    return scores;
}

// A series' residuals, as far as they are news: of one that is held, those of its readings.
struct News {
    std::vector<double> residual;  // NaN: none
    Offset apart = 1;              // rows from one to the next
};

News news_of(const Whitened& series) {
    const std::vector<std::size_t> readings = clocked_moves({series.filled, series.residual});
    if (readings.size() < 2) return {series.residual, 1};
    const std::size_t apart = (readings.back() - readings.front()) / (readings.size() - 1);
    return {only_at(readings, series.residual), static_cast<Offset>(apart) + 1};
}

// The places at which a series stands out, found one after the other, each without the rows of those before.
class Search {
  public:
    explicit Search(const Whitened& series) : Search(news_of(series)) {}

    // Of the places that `open` tells, family-wise at `level`; `prefer_near`: half of which is for the places
    // near a beginning. False: none stands out.
    bool run(const std::vector<Place>& places, const std::vector<char>& open, double level,
             bool prefer_near) {
        left_out_.assign(signed_.size(), 0);
        std::vector<double> limit = limits(places, open, level, prefer_near);
        Best best = best_of(places, limit);
        clearest_ = best.share;
        for (; best.share <= 1.0; best = best_of(places, limit)) {
            const Place& place = places[best.place];
            for (const std::size_t row : place.rows) left_out_[row] = 1;
            allow_beside(places, place, limit);
            limit[best.place] = 0.0;
        }
        return clearest_ <= 1.0;
    }

    // Of the last run: the clearest place's p as a share of what it must not exceed.
    double clearest() const { return clearest_; }
    const std::vector<char>& left_out() const { return left_out_; }
    // A reading that is left out is so for as long as it is held.
    std::vector<std::size_t> rows() const {
        std::vector<std::size_t> rows;
        bool out = false;
        for (std::size_t t = 0; t < left_out_.size(); ++t) {
            if (!held_ || present_[t] != 0) out = left_out_[t] != 0;
            if (out) rows.push_back(t);
        }
        return rows;
    }

  private:
    explicit Search(News news)
        : signed_(normal_scores(news.residual)), beside_(kBeside * news.apart), held_(news.apart > 1) {
        present_.reserve(news.residual.size());
        for (double& e : news.residual) {
            present_.push_back(std::isfinite(e) ? 1 : 0);
            e = std::abs(e);
        }
        size_ = normal_scores(news.residual);
    }

    static std::vector<double> limits(const std::vector<Place>& places, const std::vector<char>& open,
                                      double level, bool prefer_near) {
        double all = 0.0, near = 0.0;
        for (std::size_t i = 0; i < places.size(); ++i) {
            all += open[i] != 0 ? 1.0 : 0.0;
            near += open[i] != 0 && places[i].near ? 1.0 : 0.0;
        }
        std::vector<double> limit(places.size());
        for (std::size_t i = 0; i < places.size(); ++i) {
            if (open[i] == 0) continue;
            const double share = level / (2.0 * (prefer_near ? 2.0 : 1.0));  // of a sign, and of a size
            limit[i] = share / (prefer_near && places[i].near ? std::min(near, all) : all);
        }
        return limit;
    }

    void allow_beside(const std::vector<Place>& places, const Place& found,
                      std::vector<double>& limit) const {
        for (std::size_t i = 0; i < places.size(); ++i) {
            const bool beside =
                places[i].clock == found.clock && std::abs(places[i].at - found.at) <= beside_;
            if (beside && limit[i] > 0.0) limit[i] = std::max(limit[i], kGrow);
        }
    }

    struct Best {
        std::size_t place = 0;
        double share = std::numeric_limits<double>::infinity();  // p, of what it must not exceed
    };

    Best best_of(const std::vector<Place>& places, const std::vector<double>& limit) const {
        Best best;
        for (std::size_t i = 0; i < places.size(); ++i) {
            const double share = limit[i] > 0.0 ? p_value(places[i]) / limit[i] : best.share;
            if (share < best.share) best = {i, share};
        }
        return best;
    }

    // Of the rows not left out yet: do they lean to one side, or are they large?
    double p_value(const Place& place) const {
        double sign = 0.0, size = 0.0, n = 0.0;
        for (const std::size_t row : place.rows) {
            if (left_out_[row] != 0 || present_[row] == 0) continue;
            sign += signed_[row];
            size += size_[row];
            n += 1.0;
        }
        if (n < 2.0) return 1.0;
        const double scale = 1.0 / std::sqrt(2.0 * n);
        return std::min(std::erfc(std::abs(sign) * scale), 0.5 * std::erfc(std::max(size, 0.0) * scale));
    }

    std::vector<double> signed_, size_;  // scores of the residuals, and of their magnitudes
    Offset beside_;                      // rows
    bool held_ = false;
    std::vector<char> present_;
    std::vector<char> left_out_;
    double clearest_ = std::numeric_limits<double>::infinity();
};

// The places of which most rows lie within `reach` of those found.
std::vector<char> places_near(const std::vector<Place>& places, const std::vector<char>& found,
                              std::size_t reach) {
    const std::size_t n = found.size();
    std::vector<std::size_t> before(n + 1);  // of the rows found
    for (std::size_t t = 0; t < n; ++t) before[t + 1] = before[t] + (found[t] != 0 ? 1U : 0U);
    std::vector<char> near;
    for (const Place& place : places) {
        std::size_t reached = 0;
        for (const std::size_t row : place.rows) {
            const std::size_t low = row - std::min(row, reach), high = std::min(n, row + reach + 1);
            reached += before[high] > before[low] ? 1U : 0U;
        }
        near.push_back(2 * reached >= place.rows.size() ? 1 : 0);
    }
    return near;
}

// The residuals of all other rows, of mean 0 and mean square 1 again: those left out lay far to one side.
void leave_out(std::span<const std::size_t> rows, Whitened& series) {
    series.residual = without_rows(series.residual, rows);
    if (!varies(series.residual)) return;
    series.error_sd *= standard_deviation(series.residual);
    series.residual = standardised(series.residual);
}

}  // namespace

std::vector<std::size_t> epoch_starts(std::span<const double> epoch) {
    constexpr double kRounding = 1e-6, kMostly = 2.0 / 3.0;
    double whole = 0.0;
    for (const double e : epoch)
        whole += std::isfinite(e) && std::abs(e - std::round(e)) < kRounding ? 1.0 : 0.0;
    const bool counted = whole >= kMostly * static_cast<double>(count_present(epoch));
    std::vector<std::size_t> starts;
    double last = std::numeric_limits<double>::infinity();
    for (std::size_t t = 0; t < epoch.size(); ++t) {
        if (!std::isfinite(epoch[t])) continue;
        const double now = counted ? std::ceil(epoch[t] - kRounding) : std::floor(epoch[t] + kRounding);
        if (now > last) starts.push_back(t);
        last = now;
    }
    return starts;
}

EpochRows rows_of_epochs(std::span<const double> driver, std::span<const double> response, double dt_s,
                         const WhitenedPair& pair, std::span<const std::size_t> starts, std::size_t max_lag) {
    if (starts.size() < kFewestStarts || driver.size() > kMostRows) return {};
    if (median_length(starts) < kShortestEpoch) return {};
    std::optional<WhitenedPair> sharp;
    if (!pair.shared_periods.empty()) sharp = whiten_pair(driver, response, dt_s, std::vector<double>());
    const WhitenedPair& whitened = sharp ? *sharp : pair;
    const std::vector<Place> places = places_of(starts, driver.size());
    const std::vector<char> all(places.size(), 1);
    Search of_driver(whitened.driver), of_response(whitened.response);
    of_driver.run(places, all, kFirstLevel, true);
    of_response.run(places, all, kFirstLevel, true);
    const bool driver_first = of_driver.clearest() <= of_response.clearest();
    Search &first = driver_first ? of_driver : of_response, &second = driver_first ? of_response : of_driver;
    if (first.clearest() > 1.0) return {};
    // Sines spread what is at one place over all.
    const std::size_t reach = sharp ? driver.size() : max_lag;
    const std::vector<char> near = places_near(places, first.left_out(), reach);
    if (!second.run(places, near, kSecondLevel, false)) return {};
    return {of_driver.rows(), of_response.rows()};
}

std::optional<WhitenedPair> whiten_pair_beside(const EpochRows& rows, std::span<const double> driver,
                                               std::span<const double> response, double dt_s) {
    if (rows.empty()) return whiten_pair(driver, response, dt_s);
    const std::optional<WhitenedPair> rest =
        whiten_pair(without_rows(driver, rows.driver), without_rows(response, rows.response), dt_s);
    const std::vector<double> periods =
        rest && rest->periods_removed ? rest->driver.trend.periods : std::vector<double>();
    std::optional<WhitenedPair> pair = whiten_pair(driver, response, dt_s, periods);
    if (!pair) return std::nullopt;
    if (!periods.empty()) pair->shared_periods = rest->shared_periods;
    leave_out(rows.driver, pair->driver);
    leave_out(rows.response, pair->response);
    pair->epochs = rows;
    return pair;
}

}  // namespace rle
