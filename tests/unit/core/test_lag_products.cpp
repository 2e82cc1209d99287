#include "core/lag/lag_products.hpp"

#include <Eigen/Core>
#include <cmath>
#include <limits>
#include <vector>

#include "core/calibrate/simulate.hpp"
#include "core/lag/trend_choice.hpp"
#include "core/lag/whiten.hpp"
#include "rlecouple/lag_test.hpp"
#include "support/catch.hpp"

using namespace rle;
using simulate::Series;

namespace {

// The table of all rows, and its cross-products.
Eigen::MatrixXd by_table(const TrendColumns& trend, const std::vector<Lags>& lags, const Rows& rows,
                         const Series& scale) {
    Eigen::Index width = trend.columns();
    for (const Lags& l : lags) width += l.count();
    Eigen::MatrixXd sums = Eigen::MatrixXd::Zero(width, width);
    for (const Rows::Stretch& s : rows.stretches()) {
        for (std::size_t t = s.begin; t < s.end; ++t) {
            Eigen::VectorXd row(width);
            row.head(trend.columns()) = trend.rows(t, 1).row(0).transpose();
            Eigen::Index at = trend.columns();
            for (const Lags& l : lags) {
                for (int k = l.first; k <= l.last; ++k) row(at++) = l.series[t - static_cast<std::size_t>(k)];
            }
            if (!scale.empty()) row /= scale[t];
            sums += row * row.transpose();
        }
    }
    return sums;
}

void check_equal(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) {
    REQUIRE(a.rows() == b.rows());
    CHECK((a - b).cwiseAbs().maxCoeff() <= 1e-11 * b.cwiseAbs().maxCoeff());
}

}  // namespace

TEST_CASE("cross-products equal those of the table, over long stretches, short ones and single rows") {
    Random random(1);
    const std::size_t n = 6000;
    const Series x = simulate::ar1(random, n, 0.9), y = simulate::ar1(random, n, 0.5);
    const TrendColumns trend(n, {2, {40.0}});
    const Rows rows = rows_where(12, n, [](std::size_t t) {
        if (t < 3000) return t != 1500;               // two long stretches
        return t % 7 != 0 && (t < 4000 || t > 4020);  // many short ones
    });
    for (const std::vector<Lags>& lags :
         {std::vector<Lags>{{x, 0, 5}}, {{x, 0, 5}, {y, 2, 12}}, {{y, 1, 1}, {x, 0, 0}}}) {
        check_equal(lag_products(trend, lags, rows), by_table(trend, lags, rows, {}));
    }
    Series scale(n);
    for (std::size_t t = 0; t < n; ++t) scale[t] = 1.0 + static_cast<double>(t) / 1e3;
    check_equal(lag_products(trend, {{x, 0, 3}, {y, 1, 4}}, rows, scale),
                by_table(trend, {{x, 0, 3}, {y, 1, 4}}, rows, scale));
}

TEST_CASE("a trend's rows are the same wherever they begin, also in a part of the session") {
    const Trend trend{4, {3.0, 700.0}};
    const TrendColumns whole(5000, trend), part(5000, trend, 1234);
    const Eigen::MatrixXd all = whole.rows(0, 5000);
    CHECK((part.rows(10, 50) - all.middleRows(1244, 50)).cwiseAbs().maxCoeff() < 1e-12);
    CHECK(all(4999, 1) == Approx(1.0));
    CHECK(all(0, 4) == Approx(1.0));                   // P4(-1)
    CHECK(all(700, 6) == Approx(std::exp(-1.0)));      // one time constant
    CHECK(all(2500, 2) == Approx(-0.5).margin(1e-6));  // P2(0)
}

TEST_CASE("spread rows reach from the first to the last, and are no more than asked for") {
    const Rows all = rows_where(5, 200000, [](std::size_t t) { return t % 1000 != 0; });
    const Rows some = all.spread(32768);
    CHECK(some.count() == 32768);
    CHECK(some.stretches().front().begin == 5);
    CHECK(some.stretches().back().end == 200000);
    std::size_t last = 0;
    for (const Rows::Stretch& s : some.stretches()) {
        CHECK(s.begin >= last);
        CHECK(s.end > s.begin);
        CHECK((s.end - 1) / 1000 == s.begin / 1000);  // none bridges a row that is not there
        last = s.end;
    }
    CHECK(all.spread(300000).count() == all.count());
}

TEST_CASE("whitening a long session with gaps leaves white noise, and knows where it cannot forecast") {
    Random random(2);
    Series y = simulate::ar1(random, 60000, 0.95);
    for (std::size_t t = 0; t < y.size(); ++t) {
        if (t % 50 == 7 || (t > 20000 && t < 20100)) y[t] = std::numeric_limits<double>::quiet_NaN();
    }
    const Whitened w =
        whiten(y, choose_trend(y, whiten_options(y.size(), 0.1)), whiten_options(y.size(), 0.1));
    REQUIRE(!w.ar.empty());
    CHECK(w.ar[0] == Approx(0.95).margin(0.03));
    double n = 0.0, square = 0.0, next = 0.0;
    for (std::size_t t = 1; t < y.size(); ++t) {
        if (std::isnan(w.residual[t])) continue;
        square += w.residual[t] * w.residual[t];
        n += 1.0;
        if (!std::isnan(w.residual[t - 1])) next += w.residual[t] * w.residual[t - 1];
    }
    CHECK(square / n == Approx(1.0).epsilon(1e-9));
    CHECK(std::abs(next / n) < 0.02);  // SD 0.004
    CHECK(n > 58000.0);
}

TEST_CASE("a long session whose middle is at rest or missing tells the lag by its ends") {
    for (double middle : {0.5, std::numeric_limits<double>::quiet_NaN()}) {
        Random random(4);
        Series x = simulate::ar1(random, 100000, 0.9);
        const Series y = simulate::coupled_response(
            random, x, 0.1, {.k_per_s = 0.05, .delay_samples = 5, .process_noise = 0.3});
        for (std::size_t t = 20000; t < 80000; ++t) x[t] = middle;
        const auto t = test_lag(x, y, 0.1, {});
        REQUIRE(t);
        CHECK(t->significant);
        CHECK(*t->t_lag_s == Approx(-0.5).margin(0.05));
        CHECK(t->t_lag_ci95_s->width() < 0.3);
    }
}

TEST_CASE("Granger's F by cross-products is that by QR") {
    // One row more than are regressed by QR: it moves F by about one part in the rows.
    Random random(3);
    const Series x = simulate::ar1(random, 32772, 0.8);
    const Series y = simulate::coupled_response(random, x, 1.0, {.k_per_s = 0.02, .process_noise = 0.3});
    const std::span<const double> cause(x), effect(y);
    const auto by_qr = granger_test(cause.first(32771), effect.first(32771), 3);
    const auto by_sums = granger_test(cause, effect, 3);
    REQUIRE(by_qr);
    REQUIRE(by_sums);
    CHECK(by_sums->df2 == by_qr->df2 + 1);
    CHECK(by_sums->f == Approx(by_qr->f).epsilon(2e-3));
    CHECK(by_qr->f > 100.0);
}
