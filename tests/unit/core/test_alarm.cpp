#include <cmath>
#include <limits>
#include <vector>

#include "core/maths/order_statistics.hpp"
#include "rlecouple/alarm.hpp"
#include "rlecouple/telemetry.hpp"
#include "support/catch.hpp"
#include "support/sessions.hpp"

using namespace rle;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

struct Series {
    std::vector<double> t_s, value;
};

// A norm about 2 whose steps come 0.2 to 0.4 s apart, with spikes and gaps.
Series steps(std::size_t n, unsigned long long seed) {
    rle::test::Noise noise(seed);
    Series series;
    double t = 0.0;
    for (std::size_t i = 0; i < n; ++i) {
        t += 0.3 + 0.1 * noise();
        double value = 2.0 + 0.5 * noise();
        if (noise() > 0.9) value += 6.0;
        if (noise() > 0.95) value = kNaN;
        series.t_s.push_back(t);
        series.value.push_back(value);
    }
    return series;
}

// The score by its definition, from scratch for every sample.
double score_by_definition(const Series& s, std::size_t i) {
    std::vector<double> before, deviations;
    for (std::size_t j = 0; j < i; ++j) {
        if (s.t_s[j] > s.t_s[i] - 30.0 && !std::isnan(s.value[j])) before.push_back(s.value[j]);
    }
    if (before.size() < 10 || std::isnan(s.value[i])) return kNaN;
    const double centre = median(before);
    for (const double value : before) deviations.push_back(std::abs(value - centre));
    return 0.6745 * (s.value[i] - centre) / median(deviations);
}

}  // namespace

TEST_CASE("the score is the definition's, sample by sample") {
    const Series series = steps(400, 3);
    const std::vector<double> z = spike_scores(series.t_s, series.value);
    std::size_t scored = 0;
    for (std::size_t i = 0; i < z.size(); ++i) {
        const double expected = score_by_definition(series, i);
        INFO("sample " << i);
        CHECK(std::isnan(z[i]) == std::isnan(expected));
        if (std::isnan(expected)) continue;
        CHECK(z[i] == Approx(expected).margin(1e-12));
        ++scored;
    }
    CHECK(scored > 300);
}

// 230 samples a window, most of them equal to others: what stands on either side of the median changes at
// every sample, and by many where the level leaps.
TEST_CASE("the score is the definition's in wide windows with ties and leaps, too") {
    rle::test::Noise noise(11);
    Series series;
    for (std::size_t i = 0; i < 1500; ++i) {
        series.t_s.push_back(0.13 * static_cast<double>(i) + (i > 900 ? 25.0 : 0.0));
        const double level = i % 400 < 250 ? 2.0 : 40.0;
        series.value.push_back(level + std::round(8.0 * noise()) / 4.0);
    }
    const std::vector<double> z = spike_scores(series.t_s, series.value);
    for (std::size_t i = 10; i < z.size(); ++i) {
        const double expected = score_by_definition(series, i);
        if (!std::isfinite(expected)) continue;  // MAD = 0, or too few since the gap
        INFO("sample " << i);
        CHECK(z[i] == Approx(expected).margin(1e-12));
    }
}

TEST_CASE("scores by two threads are those of one sample after the other") {
    const Series series = steps(120000, 13);
    const std::vector<double> z = spike_scores(series.t_s, series.value);
    SpikeScore score(AlarmOptions{});
    std::size_t differing = 0;
    for (std::size_t i = 0; i < z.size(); ++i) {
        const double expected = score.next(series.t_s[i], series.value[i]).value_or(kNaN);
        differing += z[i] == expected || (std::isnan(z[i]) && std::isnan(expected)) ? 0U : 1U;
    }
    CHECK(differing == 0);
}

TEST_CASE("law: cutting the data off after an alarm changes no alarm before the cut") {
    const Series series = steps(300, 5);
    const AlarmOptions options{};
    const auto all = alarm_rows(series.t_s, spike_scores(series.t_s, series.value), options);
    REQUIRE(all.size() > 5);
    for (std::size_t cut = 1; cut <= series.t_s.size(); ++cut) {
        const std::span t(series.t_s.data(), cut), value(series.value.data(), cut);
        std::vector<std::size_t> expected;
        for (const std::size_t row : all) {
            if (row < cut) expected.push_back(row);
        }
        REQUIRE(alarm_rows(t, spike_scores(t, value), options) == expected);
    }
}

TEST_CASE("law: a score does not know unit or zero of the norm") {
    const Series series = steps(200, 7);
    Series other = series;
    for (double& value : other.value) value = 1000.0 * value + 5.0;
    const auto z = spike_scores(series.t_s, series.value), same = spike_scores(other.t_s, other.value);
    for (std::size_t i = 0; i < z.size(); ++i) {
        if (!std::isnan(z[i])) CHECK(same[i] == Approx(z[i]).epsilon(1e-9));
    }
}

TEST_CASE("a norm that hardly moves: its leap is an alarm, rounding is none") {
    std::vector<double> t, steady, rounded;
    for (int i = 0; i < 60; ++i) {
        t.push_back(i);
        steady.push_back(i == 40 || i == 50 ? 8.0 : 1.0);
        rounded.push_back(i % 7 == 6 ? 1.001 : 1.0);
    }
    CHECK(alarm_rows(t, spike_scores(t, steady)) == std::vector<std::size_t>{40, 50});
    CHECK(alarm_rows(t, spike_scores(t, rounded)).empty());
    // Hand calculation: at 40 the window is 1.0 throughout, the scale 1 % of it.
    CHECK(spike_scores(t, steady)[40] == Approx(7.0 / 0.01));
    // At 50 it holds 28 times 1.0 and once 8.0: mean absolute deviation 7/29.
    CHECK(spike_scores(t, steady)[50] == Approx(7.0 / (1.2533 * 7.0 / 29.0)));
}

TEST_CASE("an overflow is no number: it neither alarms nor enters the window") {
    Series series = steps(100, 9);
    for (double& value : series.value) value = std::isnan(value) ? 2.0 : value;
    Series with = series;
    with.t_s.insert(with.t_s.begin() + 50, series.t_s[50] - 0.01);
    with.value.insert(with.value.begin() + 50, std::numeric_limits<double>::infinity());
    auto z = spike_scores(with.t_s, with.value);
    CHECK(std::isnan(z[50]));
    z.erase(z.begin() + 50);
    const auto expected = spike_scores(series.t_s, series.value);
    for (std::size_t i = 20; i < z.size(); ++i) CHECK(z[i] == expected[i]);
}

TEST_CASE("debounce, minimum interval and runs") {
    const std::vector<double> t{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    const std::vector<double> z{0, 5, 5, kNaN, 5, 0, 5, 5, 0, 5};
    CHECK(alarm_rows(t, z) == std::vector<std::size_t>{1, 6, 9});
    AlarmOptions options;
    options.debounce = 2;
    CHECK(alarm_rows(t, z, options) == std::vector<std::size_t>{2, 7});
    options.debounce = 1;
    options.min_interval_s = 6.0;  // 6 is too early, but the run still lasts at 7
    CHECK(alarm_rows(t, z, options) == std::vector<std::size_t>{1, 7});
    options.threshold = 5.0;  // above, not at
    CHECK(alarm_rows(t, z, options).empty());
}
