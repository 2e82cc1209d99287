#include "core/lag/trend_choice.hpp"

#include <algorithm>
#include <limits>

#include "core/lag/autoregression.hpp"
#include "core/lag/level_change.hpp"
#include "core/maths/series.hpp"

namespace rle {
namespace {

using Eigen::Index;

constexpr std::size_t kMostChanges = 3;  // of level, in one series

struct Choice {
    Trend trend;
    int ar = 0;
    double score = std::numeric_limits<double>::infinity();
};

// In units of its SD, and beside it with its gaps bridged where it has any.
struct Series {
    explicit Series(std::span<const double> series) : values(standardised(series)) {
        if (count_present(values) < values.size()) bridged = carried_forward(values);
    }
    const std::vector<double>& filled() const { return bridged.empty() ? values : bridged; }

    std::vector<double> values, bridged;
};

// Every polynomial, alone and with every settling exponential, times every AR order up to max_ar.
Choice best_choice(const Series& y, int max_trend, int max_ar) {
    const std::size_t n = y.values.size();
    const std::vector<double> taus = settling_candidates(n);
    const NestedRegressions regressions(y.values, y.filled(), TrendColumns(n, {max_trend, taus}), max_ar);
    Choice best;
    const NestedRegressions::OfEach rss = regressions.rss_of_each(max_trend + 1);
    for (int order = 0; order <= max_trend; ++order) {
        for (std::size_t k = 0; k <= taus.size(); ++k) {
            const Trend trend{order, k > 0 ? std::vector{taus[k - 1]} : std::vector<double>()};
            const std::vector<double>& of_trend = rss[static_cast<std::size_t>(order)][k];
            for (int p = 0; p < static_cast<int>(of_trend.size()); ++p) {
                const double score =
                    regressions.bic(of_trend[static_cast<std::size_t>(p)], trend.parameters() + p);
                if (score < best.score) best = {trend, p, score};
            }
        }
    }
    return best;
}

// One change of level more, on top of the trend or in place of all of it but a straight line; as long as that
// is worth its price.
Trend with_level_changes(const Series& y, Trend best, int max_ar) {
    while (best.changes.size() < kMostChanges) {
        std::vector<Trend> bases{best};
        for (int order : {0, 1}) {
            if (best.order > order || !best.settling.empty()) bases.push_back({order, {}, {}, best.changes});
        }
        ScoredChange found{{}, std::numeric_limits<double>::infinity()};
        Trend with;
        double without = 0.0;
        for (const Trend& base : bases) {
            const LevelChangeSearch search(y.values, y.filled(), base, max_ar);
            if (&base == &bases.front()) without = search.score_without();
            const ScoredChange more = search.best();
            if (more.score >= found.score) continue;
            found = more;
            with = base;
        }
        if (found.score >= without) break;
        best = with;
        best.changes.push_back(found.change);
    }
    return best;
}

}  // namespace

Trend choose_trend(std::span<const double> series, const WhitenOptions& options) {
    const Series y(series);
    const Choice broad = best_choice(y, options.max_trend_order, options.max_ar_order);
    // Again with the samples that the highest order kept out: a fast settling lies wholly among them.
    return with_level_changes(y, best_choice(y, options.max_trend_order, broad.ar).trend, broad.ar);
}

double score_trend(std::span<const double> series, const Trend& trend, const WhitenOptions& options) {
    const Series y(series);
    const TrendColumns columns(series.size(), trend);
    const NestedRegressions regressions(y.values, y.filled(), columns, options.max_ar_order);
    double best = std::numeric_limits<double>::infinity();
    int p = 0;
    for (double rss : regressions.rss(first_columns(columns.columns()))) {
        best = std::min(best, regressions.bic(rss, trend.parameters() + p++));
    }
    return best;
}

}  // namespace rle
