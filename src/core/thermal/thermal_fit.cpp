// From a chosen solution to what may be said: values that the data tell, intervals for all, and a reason for
// what is left out.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "core/maths/spread.hpp"
#include "core/thermal/thermal_interval.hpp"
#include "core/thermal/thermal_select.hpp"
#include "core/thermal/thermal_untold.hpp"
#include "rlecouple/thermal.hpp"

namespace rle {
namespace {

using namespace thermal;

constexpr std::size_t kFewest = 8;         // temperatures that a fit wants
constexpr double kAsGood = 6.0;            // of BIC: less is no "strong" evidence (Kass & Raftery 1995)
constexpr double kTellingDelay = 3.84;     // of the deviance: chi-squared of 1 degree, 5 %
constexpr std::size_t kMostRivals = 4000;  // samples; more tell the reading
constexpr double kTellingDrift = 0.5;      // degC, of the errors over the session, for a warning
constexpr double kSureDrift = 6.0;         // of its standard error
constexpr double kMostCapacity = 1e7;      // J/degC, where the search ends (thermal_search.cpp)
constexpr double kTellingAmbient =
    20.0;  // degC, likewise for the width of a fitted ambient temperature's interval

double mean_fan(const ThermalView& s) {
    return s.fan.empty()
               ? 0.0
               : std::accumulate(s.fan.begin(), s.fan.end(), 0.0) / static_cast<double>(s.fan.size());
}

// Fills a ThermalFit from a solution, entry by entry.
class Account {
  public:
    Account(const Problem& problem, const Choice& choice, const ThermalOptions& options)
        : problem_(problem),
          options_(options),
          s_(choice.solution),
          other_(choice.other),
          u_(uncertainty_of(problem, s_)),
          rivals_(other_readings()),
          c_(s_.constants()),
          fan_(mean_fan(problem.samples)) {}

    void fill(ThermalResult& out) {
        out.constants = c_;
        ThermalFit& fit = out.fit;
        fit.model = c_.two_nodes ? "two-node" : "one-node";
        note_reading(c_, fit);
        fill_errors(fit);
        fill_constants(fit);
        fill_ambient(out);
        note_other_ambient(out);
        note_drift(out);
        note_irregular(out);
        leave_out_untold(out);
        out.usable = fit.hA_w_per_c && fit.C_j_per_c;
    }

  private:
    using Of = std::function<double(const ThermalConstants&)>;

    struct Known {
        const Solution solution;
        const Uncertainty uncertainty;
    };

    // The same model under the readings of the power that the samples do not tell from the chosen one: under
    // a power that hardly steps they shift it by half an interval or a whole one, and the time constant with
    // it.
    std::vector<Known> other_readings() const {
        std::vector<Known> out;
        if (s_.n > kMostRivals || s_.shape.power_sd > 0.0) return out;
        for (const PowerReading reading :
             {PowerReading::held, PowerReading::sampled, PowerReading::averaged}) {
            if (reading == s_.shape.reading) continue;
            Shape shape = s_.shape;
            shape.read_as(reading, reading == PowerReading::sampled ? kAnywhere : 0.0);
            const Solution other = fit_shape(problem_, shape, s_.theta);
            if (other.bic() < s_.bic() + kAsGood) out.push_back({other, uncertainty_of(problem_, other)});
        }
        add_shifted(out);
        return out;
    }

    // A delay that BIC does not take, for the price of its parameter, may be there all the same.
    void add_shifted(std::vector<Known>& out) const {
        if (is_shifted(s_.shape.reading)) return;
        const auto add = [&](const Solution& other) {
            if (other.deviance() < s_.deviance() - kTellingDelay)
                out.push_back({other, uncertainty_of(problem_, other)});
        };
        for (const double share : {kAnywhere, 0.0}) {
            Shape shape = s_.shape;
            shape.read_as(PowerReading::late, share);
            Theta from = s_.theta;
            from[kShift] = 0.5 * problem_.interval_s;
            add(fit_shape(problem_, shape, from));
        }
        if (const auto trailing = with_long_mean(problem_, s_)) add(*trailing);
    }

    // The interval of a positive constant, on its logarithm.
    static Interval interval_of(const Known& known, const Of& of) {
        const Solution& s = known.solution;
        const auto log_of = [&](const Theta& t) { return std::log(of(constants_of(t, s.shape))); };
        const double half =
            std::min(known.uncertainty.quantile * standard_error(s, known.uncertainty, log_of),
                     50.0);  // e^50 is as good as unbounded, and still a number
        const double value = of(s.constants());
        return {value * std::exp(-half), value * std::exp(half)};
    }

    // The interval noted under `key`, wide enough for every reading of the power that fits as well. Missing
    // where the data do not tell the constant.
    std::optional<double> told(ThermalFit& fit, const char* key, const Of& of) const {
        Interval interval = interval_of({s_, u_}, of);
        for (const Known& rival : rivals_) {
            const Interval other = interval_of(rival, of);
            interval = {std::min(interval.low, other.low), std::max(interval.high, other.high)};
        }
        fit.ci95[key] = interval;
        return interval.high <= kTellingRatio * interval.low ? std::optional(of(c_)) : std::nullopt;
    }

    bool pinned(Slot slot) const {
        for (std::size_t i = 0; i < s_.free.size(); ++i) {
            if (s_.free[i] == slot) return s_.pinned[i];
        }
        return false;
    }

    // Judged without scatter of the power, which would explain away whatever the model lacks.
    bool adequate() const {
        if (s_.shape.power_sd == 0.0) return adequate(s_, u_);
        Shape shape = s_.shape;
        shape.power_sd = 0.0;
        const Solution exact = fit_shape(problem_, shape, s_.theta);
        return adequate(exact, uncertainty_of(problem_, exact));
    }

    bool adequate(const Solution& s, const Uncertainty& u) const {
        return u.ljung_box_p > 0.001 || explained_by_rounding(problem_, s, u.by_input_steps);
    }

    void fill_errors(ThermalFit& fit) const {
        fit.simulated_c = simulate_between_gaps(problem_.samples, c_, problem_.longest_s);
        double sse = 0.0;
        double sum = 0.0;
        double squares = 0.0;
        for (std::size_t i = 0; i < fit.simulated_c.size(); ++i) {
            const double t = problem_.samples.temp_c[i];
            if (std::isnan(t)) continue;
            sse += (t - fit.simulated_c[i]) * (t - fit.simulated_c[i]);
            sum += t;
            squares += t * t;
        }
        const auto n = static_cast<double>(s_.n);
        const double total = squares - sum * sum / n;
        fit.rmse_c = std::sqrt(sse / n);
        if (total > 1e-9 * squares) fit.r2 = 1.0 - sse / total;
        fit.adequate = adequate();
    }

    // A straight line through what the simulation leaves over: the room, or what else the model takes to
    // rest.
    void note_drift(ThermalResult& out) const {
        const Drift drift = drift_of(problem_.samples.t_s, problem_.samples.temp_c, out.fit.simulated_c);
        if (std::abs(drift.total_c) < kTellingDrift || std::abs(drift.total_c) < kSureDrift * drift.se_c)
            return;
        out.fit.adequate = false;
        out.warnings.push_back(fmt::format(
            "the temperatures drift by {:+.1f} degC against the model over the session: did the room {}? hA, "
            "C and "
            "the time constant lean on the ambient temperature at rest; log it beside the device as a column "
            "ambient_c",
            drift.total_c, drift.total_c > 0.0 ? "warm up" : "cool down"));
    }

    // Where an edge lies in a long interval moves both nodes, and is not as sure as two nodes take it to be.
    void note_irregular(ThermalResult& out) const {
        if (!c_.two_nodes || !is_irregular(problem_)) return;
        out.fit.adequate = false;
        out.warnings.emplace_back(
            "the samples come irregularly, and the intervals of two nodes are then too narrow; sample "
            "evenly");
    }

    void fill_constants(ThermalFit& fit) const {
        const double fan = fan_;
        const auto hA = [fan](const ThermalConstants& c) { return c.hA(fan); };
        fit.hA_w_per_c = told(fit, "hA_w_per_c", hA);
        fit.C_j_per_c = told(fit, "C_j_per_c", [](const ThermalConstants& c) { return c.C_die + c.C_sink; });
        const auto slow =
            told(fit, "tau_s", [=](const ThermalConstants& c) { return time_constants(c, hA(c))[0]; });
        if (slow) fit.tau_s.push_back(*slow);
        if (s_.shape.fan) {
            fit.hA_fan_w_per_c =
                told(fit, "hA_fan_w_per_c", [](const ThermalConstants& c) { return c.hA_fan; });
        }
        if (!c_.two_nodes) {
            if (fit.C_j_per_c) fit.node_C_j_per_c = {*fit.C_j_per_c};
            return;
        }
        const auto fast =
            told(fit, "tau_fast_s", [=](const ThermalConstants& c) { return time_constants(c, hA(c))[1]; });
        if (slow && fast && !pinned(kDie)) fit.tau_s.push_back(*fast);
        const auto die = told(fit, "C_die_j_per_c", [](const ThermalConstants& c) { return c.C_die; });
        const auto sink = told(fit, "C_sink_j_per_c", [](const ThermalConstants& c) { return c.C_sink; });
        fit.node_C_j_per_c = {pinned(kDie) ? kMissing : die.value_or(kMissing), sink.value_or(kMissing)};
        fit.coupling_w_per_c =
            told(fit, "coupling_w_per_c", [](const ThermalConstants& c) { return c.coupling; });
        if (pinned(kDie)) {  // a die without mass to speak of has no interval
            fit.ci95.erase("C_die_j_per_c");
            fit.ci95.erase("tau_fast_s");
        }
    }

    void fill_ambient(ThermalResult& out) const {
        ThermalFit& fit = out.fit;
        fit.ambient_c = c_.ambient_c;
        fit.ambient_fitted = s_.shape.ambient;
        if (!fit.ambient_fitted) return;
        const double se = standard_error(s_, u_, [](const Theta& t) { return t[kAmbient]; });
        const double half = std::min(u_.quantile * se, 1e6);
        fit.ci95["ambient_c"] = {c_.ambient_c - half, c_.ambient_c + half};
        if (!options_.fit_ambient) return;  // told by note_other_ambient
        if (2.0 * half <= kTellingAmbient && !pinned(kAmbient)) {
            out.warnings.push_back(
                fmt::format("the ambient temperature was fitted: {:.4g} degC, known to +-{:.2g} degC",
                            c_.ambient_c, half));
            return;
        }
        fit.ambient_c.reset();
        out.warnings.push_back(
            "the ambient temperature is missing: these samples cannot tell it from hA (a warmer room and a "
            "better cooler look alike); give --ambient, or record more levels of power");
    }

    // See choose_model().
    void note_other_ambient(ThermalResult& out) const {
        if (!other_) return;
        const std::string found = fmt::format("{:.4g} +- {:.2g} degC", other_->ambient_c, other_->half_c);
        if (s_.shape.ambient) {
            out.warnings.push_back(
                fmt::format("the ambient of {:.3g} degC, which was assumed, does not fit these temperatures, "
                            "{} does, and was "
                            "taken (a heatsink that rests there would look the same); give --ambient",
                            options_.ambient_c, found));
            return;
        }
        out.fit.adequate = false;
        out.warnings.push_back(
            fmt::format("the ambient of {:.3g} degC does not fit these temperatures: one node in a room of "
                        "{} explains them "
                        "better; is it right? --fit-ambient takes the one that fits",
                        options_.ambient_c, found));
    }

    // A heatsink that the samples do not tell can hang on a wrong ambient through any hA.
    void withhold_hidden_hA(ThermalResult& out) const {
        ThermalFit& fit = out.fit;
        if (!c_.two_nodes || (fit.C_j_per_c && !fit.tau_s.empty())) return;
        if (fit.hA_w_per_c) {
            out.warnings.push_back(
                fmt::format("hA is missing: two nodes fit best, but the samples do not tell the second one, "
                            "which may stand "
                            "for an ambient other than {:.3g} degC; give --ambient, or try --fit-ambient",
                            c_.ambient_c));
        }
        for (const char* key : {"hA_w_per_c", "hA_fan_w_per_c"}) fit.ci95.erase(key);
        fit.hA_w_per_c.reset();
        fit.hA_fan_w_per_c.reset();
    }

    // What a state of rest, or a session shorter than the model takes to settle, does not tell.
    void leave_out_unsettled(const Spread& temp, ThermalResult& out) const {
        ThermalFit& fit = out.fit;
        const Spread power = spread_of(problem_.samples.power_w);
        const double span = problem_.samples.t_s.back() - problem_.samples.t_s.front();
        const double tau = time_constants(c_, c_.hA(fan_))[0];
        const bool steady_power = power.width() < 0.03 * std::max(std::abs(power.high), 1e-9);
        const bool steady_temp = temp.width() <= std::max(3.0 * problem_.resolution, 0.5);
        if (at_rest_throughout(steady_temp)) {
            out.warnings.push_back(
                "hA, C and the time constant are missing: the temperature stands still whatever the power "
                "does; is its sensor stuck?");
            forget(fit, true);
            fit.ci95.clear();
            fit.adequate = false;
        } else if (steady_power && steady_temp) {
            out.warnings.push_back(
                "hA, C and the time constant are missing: power and temperature hardly moved, and a state of "
                "rest has no time constant");
            forget(fit, true);
        } else if (tau > span) {
            out.warnings.push_back(fmt::format(
                "hA and the time constant are missing: the session ({:.3g} s) is shorter than the "
                "time constant that fits it best ({:.3g} s){}",
                span, tau,
                c_.two_nodes ? "; a heatsink as slow looks like another room: is --ambient right?" : ""));
            forget(fit, false);
        } else if (steady_power) {
            out.warnings.push_back(
                "the power hardly moved: the time constant rests on the warm-up alone, and hA and C on the "
                "ambient temperature being right");
        }
    }

    void leave_out_untold(ThermalResult& out) const {
        ThermalFit& fit = out.fit;
        const Spread temp = spread_of(problem_.samples.temp_c);
        leave_out_unsettled(temp, out);
        if (pinned(kStill) || temp.high <= c_.ambient_c) {
            out.warnings.push_back(
                fmt::format("hA, C and the time constant are missing: the temperatures do not rise above the "
                            "ambient of {:.3g} degC as the power asks for; is --ambient right?",
                            c_.ambient_c));
            forget(fit, true);
        }
        note_missing(out);
        withhold_hidden_hA(out);
        if (!fit.hA_w_per_c && !fit.C_j_per_c && fit.tau_s.empty()) fit.adequate = false;
    }

    // The greatest capacity that is searched fits best: no finite one explains so little movement. A heatsink
    // of that size alone may stand for another room.
    bool at_rest_throughout(bool steady_temp) const {
        const double most = 0.99 * kMostCapacity;
        return c_.C_die >= most || (steady_temp && c_.C_die + c_.C_sink >= most);
    }

    static void forget(ThermalFit& fit, bool capacity_too) {
        fit.hA_w_per_c.reset();
        fit.hA_fan_w_per_c.reset();
        fit.tau_s.clear();
        if (!capacity_too) return;
        fit.C_j_per_c.reset();
        fit.node_C_j_per_c.clear();
    }

    // A reason for everything that told() left out and nothing else explained.
    static void note_missing(ThermalResult& out) {
        if (!out.warnings.empty() && out.warnings.back().find("are missing") != std::string::npos) return;
        const auto note = [&](bool there, const char* name, const char* key) {
            if (there) return;
            const Interval& ci = out.fit.ci95.at(key);
            out.warnings.push_back(
                is_bounded(ci)
                    ? fmt::format("{} is missing: the samples leave it anywhere from {:.3g} to {:.3g}", name,
                                  ci.low, ci.high)
                    : fmt::format("{} is missing: the samples do not bound it", name));
        };
        note(out.fit.hA_w_per_c.has_value(), "hA", "hA_w_per_c");
        note(out.fit.C_j_per_c.has_value(), "C", "C_j_per_c");
        note(!out.fit.tau_s.empty(), "the time constant", "tau_s");
    }

    const Problem& problem_;
    const ThermalOptions& options_;
    const Solution& s_;
    const std::optional<OtherAmbient> other_;
    const Uncertainty u_;
    const std::vector<Known> rivals_;
    const ThermalConstants c_;
    const double fan_;
};

std::size_t count_read(std::span<const double> temp_c) {
    return static_cast<std::size_t>(
        std::count_if(temp_c.begin(), temp_c.end(), [](double t) { return !std::isnan(t); }));
}

}  // namespace

ThermalResult fit_thermal(const ThermalView& samples, const ThermalOptions& options) {
    ThermalResult result;
    result.fit.ambient_c = options.fit_ambient ? std::nullopt : std::optional(options.ambient_c);
    const std::size_t read = count_read(samples.temp_c);
    if (read < kFewest || samples.size() < kFewest) {
        result.warnings.push_back(
            fmt::format("no thermal constants: {} samples are too few, a fit wants {}", read, kFewest));
        return result;
    }
    if (spread_of(samples.power_w).high <= 0.0) {
        result.warnings.push_back("no thermal constants: the power reads 0 W throughout");
        return result;
    }
    const Problem problem(samples);
    const Choice best = choose_model(problem, options);
    Account(problem, best, options).fill(result);
    return result;
}

}  // namespace rle
