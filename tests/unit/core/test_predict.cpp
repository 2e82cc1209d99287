#include <cmath>
#include <limits>

#include "core/maths/random.hpp"
#include "core/predict/predict_rivals.hpp"
#include "core/predict/predict_score.hpp"
#include "rlecouple/error.hpp"
#include "rlecouple/predict.hpp"
#include "support/catch.hpp"

using namespace rle;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// `n` rows at 1 Hz: a noisy norm that leaps at `spikes`, a flag that stands for three rows from `events` on.
PredictInput table(std::size_t n, const std::vector<std::size_t>& spikes,
                   const std::vector<std::size_t>& events) {
    Random random(1);
    PredictInput input;
    input.event_name = "collapse";
    input.flags.emplace_back(n, 0.0);
    for (std::size_t i = 0; i < n; ++i) {
        input.t_s.push_back(static_cast<double>(i));
        input.driver.push_back(2.0 + 0.2 * random.uniform());
        input.rle.push_back(0.5 + 0.05 * random.normal());
        input.temp_c.push_back(60.0);
    }
    for (const std::size_t row : spikes) input.driver[row] = 12.0;
    for (const std::size_t row : events) {
        for (std::size_t k = row; k < std::min(n, row + 3); ++k) input.flags[0][k] = 1.0;
    }
    input.temp_limit_c = 83.0;
    return input;
}

std::vector<std::size_t> every(std::size_t from, std::size_t to, std::size_t step) {
    std::vector<std::size_t> rows;
    for (std::size_t row = from; row < to; row += step) rows.push_back(row);
    return rows;
}

PredictOptions fixed() {
    PredictOptions options;
    options.choose_threshold = false;
    return options;
}

// Known from 0 to `end_s`, in one piece.
KnownTime known_until(double end_s) {
    return KnownTime(std::vector<double>{0.0, end_s}, end_s);
}

const Rival& rival(const Prediction& p, const std::string& name) {
    for (const Rival& r : p.rivals) {
        if (r.name == name) return r;
    }
    FAIL("no rival " << name);
    return p.rivals.front();
}

}  // namespace

TEST_CASE("right, wrong, warned: counted by hand") {
    const std::vector<double> alarms{10, 20, 30, 31, 50, 98}, events{12, 20, 33, 40};
    const JudgedAlarms judged = judge(alarms, events, 3.0, known_until(100.0));
    // 10 -> 12. 20 is no warning of 20. 30 and 31 -> 33, warned of from 30 on. 50 is wrong, 98 undecided.
    CHECK(judged.alarm_s == std::vector<double>{10, 20, 30, 31, 50});
    CHECK(judged.right() == 3);
    CHECK(judged.warned() == 2);
    CHECK(judged.undecided == 1);
    CHECK(*judged.warning_s[2] == 3.0);
    const WarningScore score = score_of(judged, 100.0);
    CHECK(*score.precision == Approx(0.6));
    CHECK(*score.recall == Approx(0.5));
    CHECK(*score.f1 == Approx(2 * 0.6 * 0.5 / 1.1));
    CHECK(*score.false_alarms_per_h == Approx(72.0));
    CHECK(*score.lead.median_s == Approx(2.5));
    CHECK(*score.lead.p10_s == Approx(2.1));
    CHECK(*score.lead.p90_s == Approx(2.9));
}

TEST_CASE("an alarm exactly a horizon ahead is right, tenths of seconds notwithstanding") {
    CHECK(judge(std::vector<double>{0.1}, std::vector<double>{0.1 + 3.0}, 3.0, known_until(9.0)).right() ==
          1);
    CHECK(judge(std::vector<double>{5.1}, std::vector<double>{8.1}, 3.0, known_until(9.0)).right() == 1);
    CHECK(judge(std::vector<double>{5.1}, std::vector<double>{8.2}, 3.0, known_until(9.0)).right() == 0);
}

TEST_CASE("an alarm whose horizon lies where the flag is unknown is neither right nor wrong") {
    // Known from 0 to 20 and from 40 to 60 s, each second.
    std::vector<double> known_s;
    for (int t = 0; t <= 60; ++t) {
        if (t <= 20 || t >= 40) known_s.push_back(t);
    }
    const KnownTime known(known_s, 3.0);
    CHECK(known.seconds(0.0, 60.0, 1.0) == 42.0);
    CHECK(known.seconds(10.0, 45.0, 1.0) == 17.0);
    const JudgedAlarms judged =
        judge(std::vector<double>{5, 17, 18, 30, 39, 41}, std::vector<double>{42}, 3.0, known);
    CHECK(judged.alarm_s == std::vector<double>{5, 17, 39, 41});  // 39 is right, known or not
    CHECK(judged.right() == 2);
    CHECK(judged.undecided == 2);
    CHECK(!KnownTime().covers(1.0, 2.0));
}

TEST_CASE("where the flag is known in no row, nothing is said of it") {
    PredictInput input = table(600, every(40, 600, 30), {});
    input.flags[0].assign(600, kNaN);
    const Prediction p = predict(input, {});
    CHECK(!p.flag_known);
    CHECK(p.verdict == WarningVerdict::cannot_tell);
    CHECK(p.explanation.find("not known in any row") != std::string::npos);
    CHECK(p.explanation.find("nothing happened") == std::string::npos);
    CHECK(!p.score.false_alarms_per_h);
    CHECK(!p.score.precision);
    CHECK(!p.score.recall);
    CHECK(p.alarms == 10);  // they were raised all the same
    REQUIRE(!p.warnings.empty());
    CHECK(p.warnings.back().find("collapse has no value") != std::string::npos);
}

TEST_CASE("a flag that is known behind the last norm alone leaves nothing to score") {
    PredictInput input = table(200, every(30, 190, 40), {196});
    for (std::size_t row = 0; row < 195; ++row) input.flags[0][row] = kNaN;
    for (std::size_t row = 195; row < 200; ++row) input.driver[row] = kNaN;
    const Prediction p = predict(input, fixed());
    CHECK(!p.flag_known);
    CHECK(*p.scored_s == 0.0);
    CHECK(p.events == 0);
    CHECK(!p.score.f1);
    for (const Rival& r : p.rivals) {
        CHECK(!r.score.precision);
        CHECK(!r.score.false_alarms_per_h);
    }
}

TEST_CASE("where the flag is known in some rows, these alone are scored") {
    PredictInput input = table(600, every(55, 600, 30), {});  // nothing happens: each alarm is wrong
    for (std::size_t row = 300; row < 600; ++row) input.flags[0][row] = kNaN;
    const Prediction p = predict(input, fixed());
    CHECK(p.flag_known);
    CHECK(p.events == 0);
    CHECK(*p.scored_s == 300.0);
    CHECK(p.alarms == 9);  // 55, 85, ..., 295
    CHECK(p.alarms_undecided == 10);
    CHECK(*p.score.false_alarms_per_h == Approx(9 * 3600.0 / 300.0));
}

TEST_CASE("Wilson's interval is the textbook's") {
    // Newcombe, Statistics in Medicine 17 (1998), table I, method 3: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    CHECK(wilson_interval(81, 263)->low == Approx(0.2553).margin(5e-5));
    CHECK(wilson_interval(81, 263)->high == Approx(0.3662).margin(5e-5));
    CHECK(wilson_interval(15, 148)->low == Approx(0.0624).margin(5e-5));
    CHECK(wilson_interval(15, 148)->high == Approx(0.1605).margin(5e-5));
    CHECK(wilson_interval(0, 20)->high == Approx(0.1611).margin(5e-5));
    CHECK(wilson_interval(1, 29)->low == Approx(0.0061).margin(5e-5));
    CHECK(!wilson_interval(0, 0));
}

TEST_CASE("spikes two seconds before every event warn of all, and beat every rival") {
    const Prediction p = predict(table(600, every(40, 600, 30), every(42, 600, 30)), {});
    CHECK(p.events == 10);  // of the second half, from 312 to 582
    CHECK(p.alarms == 10);
    CHECK(*p.score.precision == 1.0);
    CHECK(*p.score.recall == 1.0);
    CHECK(*p.score.lead.median_s == 2.0);
    CHECK(*p.score.false_alarms_per_h == 0.0);
    CHECK(p.threshold_chosen);
    CHECK(*p.scored_from_s >= 299.5);
    CHECK(p.manual_score.recall == 0.0);  // 2 s is beyond the manual's horizon of 1 s
    CHECK(p.beats_baselines);
    CHECK(p.verdict == WarningVerdict::better_than_baselines);
}

TEST_CASE("random alarms at our rate: precision is the share of time before an event, by hand") {
    const Prediction p = predict(table(600, every(40, 600, 30), every(42, 600, 30)), fixed());
    CHECK(*p.scored_from_s == 0.0);
    CHECK(p.events == 19);
    const WarningScore& random = rival(p, "random").score;
    // 19 events, each with three rows ahead; the last three rows cannot be judged.
    CHECK(*random.precision == Approx(57.0 / 597.0));
    CHECK(*random.recall == Approx(1.0 - std::pow(1.0 - 19.0 / 597.0, 3.0)));
    CHECK(*random.lead.median_s >= 1.0);
    CHECK(*random.lead.median_s <= 3.0);
}

TEST_CASE("unrelated spikes are called no better than chance") {
    const Prediction p = predict(table(600, every(55, 600, 30), every(42, 600, 30)), {});
    CHECK(p.alarms > 5);
    CHECK(p.score.precision == 0.0);
    CHECK(!p.beats_baselines);
    CHECK(p.verdict == WarningVerdict::no_better_than_chance);
    CHECK(p.explanation.find("no better than chance") != std::string::npos);
}

TEST_CASE("an alarm that may be better than chance is said not to be shown to be, not to be none") {
    // One alarm of ten comes two seconds before one of ten collapses, the others behind them.
    std::vector<std::size_t> alarms = every(57, 1200, 120);
    alarms[9] = 1136;  // of the five in the half that is scored one is right
    const Prediction p = predict(table(1200, alarms, every(40, 1200, 122)), {});
    INFO(p.explanation);
    REQUIRE(p.rivals.front().f1_difference);
    REQUIRE(*p.rivals.front().f1_difference > 0.0);
    REQUIRE(p.rivals.front().f1_difference_ci95->low <= 0.0);
    CHECK(p.verdict == WarningVerdict::no_better_than_chance);
    CHECK(p.explanation.find("not shown to be better than chance") != std::string::npos);
}

TEST_CASE("a rival that warns of everything is not beaten") {
    PredictInput input = table(600, every(40, 600, 30), every(42, 600, 30));
    for (const std::size_t row : every(39, 600, 30)) input.temp_c[row] = input.temp_c[row + 1] = 80.0;
    const Prediction p = predict(input, {});
    CHECK(*rival(p, "temperature").score.recall == 1.0);
    CHECK(*rival(p, "temperature").score.lead.median_s == 3.0);
    CHECK(!p.beats_baselines);
    CHECK(p.verdict == WarningVerdict::better_than_chance);
    CHECK(p.explanation.find("temperature") != std::string::npos);
}

TEST_CASE("a forecast of RLE that sinks before each collapse is an honest rival") {
    PredictInput input = table(600, every(100, 600, 100), every(42, 600, 30));
    for (std::size_t i = 0; i < 600; ++i) {
        const std::size_t phase = (i + 30 - 42 % 30) % 30;  // 0 at the event
        input.rle[i] = phase >= 25 ? 0.9 - 0.1 * static_cast<double>(phase - 24) : 0.9;
    }
    const Rival forecast = rival(predict(input, {}), "ar1_forecast");
    CHECK(*forecast.score.recall == 1.0);
    CHECK(*forecast.score.f1 > 0.6);
    CHECK(*forecast.f1_difference < 0.0);
}

TEST_CASE("nothing to warn of: missing values, a reason, no claim") {
    const Prediction quiet = predict(table(300, every(40, 300, 30), {}), {});
    CHECK(quiet.events == 0);
    CHECK(!quiet.score.recall);
    CHECK(!quiet.score.f1);
    CHECK(*quiet.score.precision == 0.0);
    CHECK(quiet.verdict == WarningVerdict::cannot_tell);
    CHECK(quiet.explanation.find("nothing happened") != std::string::npos);
    const Prediction silent = predict(table(300, {}, every(42, 300, 30)), {});
    CHECK(silent.alarms == 0);
    CHECK(!silent.score.precision);
    CHECK(*silent.score.recall == 0.0);
    CHECK(!silent.score.lead.median_s);
    CHECK(!silent.beats_baselines);
    const Prediction few = predict(table(300, {160, 220}, {162, 222}), {});
    CHECK(*few.score.recall == 1.0);
    CHECK(few.verdict == WarningVerdict::cannot_tell);
    CHECK(!few.beats_baselines);
    PredictInput untrained = table(300, {}, every(42, 300, 30));
    for (double& value : untrained.driver) value = kNaN;
    const Prediction none = predict(untrained, {});
    CHECK(none.verdict == WarningVerdict::cannot_tell);
    CHECK(!none.warnings.empty());
}

TEST_CASE("an event is an onset: what stands from the start, or behind a gap, began at no known time") {
    PredictInput input = table(60, {}, {});
    input.driver[5] = 12.0;
    std::vector<double>& flag = input.flags[0];
    flag[0] = flag[1] = 1.0;                          // from the start
    flag[10] = 1.0, flag[11] = kNaN, flag[12] = 1.0;  // one event with a gap
    input.flags.emplace_back(60, 0.0);
    input.flags[1][11] = input.flags[1][12] = input.flags[1][13] = 1.0;  // throttling within it
    input.flags[1][30] = 4.0;                                            // and on its own
    CHECK(predict(input, fixed()).event_times_s == std::vector<double>{10.0, 30.0});
}

TEST_CASE("law: with a given threshold, cutting the session off changes no earlier alarm") {
    const PredictInput whole = table(600, every(45, 600, 37), every(42, 600, 30));
    const Prediction all = predict(whole, fixed());
    for (const std::size_t cut : {100U, 231U, 232U, 400U, 599U}) {
        PredictInput part = whole;
        for (auto* column : {&part.t_s, &part.driver, &part.rle, &part.temp_c, part.flags.data()})
            column->resize(cut);
        const Prediction p = predict(part, fixed());
        REQUIRE(p.raised.size() <= all.raised.size());
        for (std::size_t i = 0; i < p.raised.size(); ++i) {
            CHECK(p.raised[i].t_s == all.raised[i].t_s);
            CHECK(p.raised[i].z == all.raised[i].z);
        }
    }
}

TEST_CASE("law: the order of the rows and a shift of the clock change nothing") {
    const PredictInput input = table(400, every(40, 400, 30), every(42, 400, 30));
    PredictInput other = input;
    for (auto* column : {&other.t_s, &other.driver, &other.rle, &other.temp_c, other.flags.data()})
        std::reverse(column->begin(), column->end());
    for (double& t : other.t_s) t += 1e6;
    const Prediction a = predict(input, {}), b = predict(other, {});
    CHECK(a.alarms == b.alarms);
    CHECK(*a.score.f1 == *b.score.f1);
    CHECK(a.rivals[0].f1_difference_ci95->low == b.rivals[0].f1_difference_ci95->low);
    CHECK(*b.scored_from_s == *a.scored_from_s + 1e6);
}

// Steps of 4 s at 1 Hz, lines at 2, 6, 10 and so on, each told in the rows about it: every tenth is a spike.
TEST_CASE("a norm that stands before its line in the table warns of nothing before it") {
    constexpr std::size_t kRows = 800;
    Random random(1);
    PredictInput input = table(kRows, {}, {});
    double norm = 0.0;
    for (std::size_t row = 0; row < kRows; ++row) {
        const std::size_t step = row / 4;
        if (row % 4 == 0) norm = step % 10 == 9 ? 12.0 : 2.0 + 0.2 * random.uniform();
        input.driver[row] = norm;
        input.step.push_back(static_cast<double>(step));
        input.flags[0][row] = step % 10 == 9 && row % 4 == 2 ? 1.0 : 0.0;  // in the row of the line
    }
    PredictOptions options = fixed();
    options.alarm.window_s = 60.0;
    const Prediction p = predict(input, options);
    CHECK(p.events >= 15);
    CHECK(p.alarms >= 15);
    CHECK(*p.score.precision == 0.0);

    for (std::size_t row = 0; row < kRows; ++row)
        input.flags[0][row] = input.step[row] > 10.0 && row % 40 == 39 ? 1.0 : 0.0;  // the row behind it
    CHECK(*predict(input, options).score.precision > 0.9);
    CHECK(*predict(input, options).score.lead.median_s == Approx(1.0));

    options.alarm.window_s = 30.0;  // of seven steps
    const Prediction none = predict(input, options);
    CHECK(none.verdict == WarningVerdict::cannot_tell);
    CHECK(none.explanation.find("never held 10") != std::string::npos);
}

TEST_CASE("alarms that know nothing of the events are seldom called better than chance") {
    // 150 sessions a kind; at a true rate of 2.5 %, more than 11 have a probability below 0.1 %. Clustered:
    // alarms and events each keep to their own minutes, so that they often meet or miss one another together.
    for (const std::size_t seconds : {200U, 900U}) {
        for (const bool clustered : {false, true}) {
            int claimed = 0;
            for (std::uint64_t s = 0; s < 150; ++s) {
                Random random(100 + s);
                std::vector<std::size_t> spikes, events;
                bool busy[2] = {true, true};
                for (std::size_t row = 30; row + 10 < seconds; ++row) {
                    for (bool& b : busy) b = row % 30 == 0 && clustered ? random.uniform() < 0.4 : b;
                    if (busy[0] && random.uniform() < 0.06) spikes.push_back(row);
                    if (busy[1] && random.uniform() < 0.06) events.push_back(row), row += 3;
                }
                claimed += predict(table(seconds, spikes, events), fixed())
                               .rivals[0]
                               .f1_difference_ci95.value_or(Interval{})
                               .low > 0.0;
            }
            INFO(seconds << " s, clustered " << clustered << ": " << claimed << " of 150 beat chance");
            CHECK(claimed <= 11);
        }
    }
}

TEST_CASE("fewer than two times are no session") {
    CHECK_THROWS_AS(predict(table(1, {}, {}), {}), Error);
}

TEST_CASE("columns of another length than the times are refused, a column that is not there is missing") {
    PredictInput short_rle = table(60, {}, {});
    short_rle.rle.assign(59, 0.5);
    CHECK_THROWS_AS(predict(short_rle, {}), Error);
    PredictInput no_flag = table(60, {}, {});
    no_flag.flags = {{}};
    CHECK_FALSE(predict(no_flag, {}).flag_known);
}
