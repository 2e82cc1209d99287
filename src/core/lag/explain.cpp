#include "core/lag/explain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "core/lag/bartlett.hpp"
#include "core/maths/series.hpp"
#include "rlecouple/quantities.hpp"

namespace rle {
namespace {

std::string seconds(double s) {
    return fmt::format("{:.3g}", std::abs(s));
}

std::string movement(const Correlation& c) {
    const TestedCorrelation& t = *c.tested;
    const bool opposite = *t.r_peak < 0.0;
    const double lag = *t.t_lag_s;
    const Interval ci = *t.t_lag_ci95_s;
    if (t.causal_order == CausalOrder::driver_leads) {
        return fmt::format(
            "A rise of {} is followed {} s later (95 % interval {:.3g} to {:.3g} s) by a {} of {}", c.driver,
            seconds(lag), -ci.high, -ci.low, opposite ? "fall" : "rise", c.response);
    }
    if (t.causal_order == CausalOrder::response_leads) {
        return fmt::format(
            "A rise of {} is followed {} s later (95 % interval {:.3g} to {:.3g} s) by a {} of {}: the "
            "response leads",
            c.response, seconds(lag), ci.low, ci.high, opposite ? "fall" : "rise", c.driver);
    }
    const std::string together = fmt::format("{} and {} move in {}", c.driver, c.response,
                                             opposite ? "opposite directions" : "the same direction");
    if (t.causal_order == CausalOrder::simultaneous) return together + " within one sample";
    return fmt::format(
        "{}, and the data do not tell which comes first (lag {:+.3g} s, 95 % interval {:+.3g} to {:+.3g} s)",
        together, lag, ci.low, ci.high);
}

// How far a quantity moved between its 5th and 95th percentile, the latter being `high`.
std::string moved(const char* name, const std::optional<double>& spread, const std::optional<double>& high,
                  const char* unit) {
    if (!spread) return fmt::format("{} was not recorded", name);
    if (*spread == 0.0) return fmt::format("{} stayed at {:.3g} {}", name, *high, unit);
    return fmt::format("{} moved by {:.3g} {}, from {:.3g} to {:.3g}", name, *spread, unit, *high - *spread,
                       *high);
}

std::string taken_out(const TestedCorrelation& t) {
    return t.beside_epochs ? "trend, autocorrelation and what both do with the epochs"
                           : "trend and autocorrelation";
}

std::string coupled(const Correlation& c) {
    const TestedCorrelation& t = *c.tested;
    std::string sentence = fmt::format("{}: r = {:+.2f} once {} are taken out, {} over all {} lags searched",
                                       movement(c), *t.r_peak, taken_out(t), p_words(t), t.ccf.size());
    if (*t.r_peak > 0.0 && is_of_the_manual(c)) {
        sentence += "; the sign is the opposite of the manual's coupling, in which a spike precedes a drop";
    }
    return sentence +
           "; a common cause of both, as a load that varies, is not told from coupling by these two alone";
}

// Decimals by which two numbers that differ are printed apart: two, or as many as it takes.
int digits_apart(double a, double b) {
    int digits = 2;
    while (digits < 6 && fmt::format("{:.{}f}", a, digits) == fmt::format("{:.{}f}", b, digits)) ++digits;
    return digits;
}

std::string not_detected(const Correlation& c, double independent) {
    const TestedCorrelation& t = *c.tested;
    // Where pairs differ from lag to lag, r may reach the band at one where it is told of less surely.
    const bool below = t.band && std::abs(*t.r_peak) < *t.band;
    const int digits = below ? digits_apart(std::abs(*t.r_peak), *t.band) : 2;
    std::string sentence = fmt::format(
        "No coupling is detected: once {} are taken out, the greatest correlation of "
        "the {} lags searched is {:+.{}f}, {} ({})",
        taken_out(t), t.ccf.size(), *t.r_peak, digits,
        below ? fmt::format("where {:.{}f} would be significant", *t.band, digits)
              : "which is not significant",
        p_words(*t.p_value));
    if (c.manual.r_peak && c.manual.strength && *c.manual.strength != Strength::weak) {
        sentence += fmt::format(
            "; the raw r = {:+.2f} that the manual calls {} rests on about {:.0f} independent samples of {}",
            *c.manual.r_peak, *c.manual.strength == Strength::strong ? "strong" : "moderate", independent,
            c.n_samples);
    }
    if (t.detectable_k_per_s && t.detectable_k90_per_s) {
        sentence += fmt::format(
            "; a coupling of k = {:.2g} /s would have been found in half of such sessions and one of {:.2g} "
            "/s in 90 %, so that absence is not proven",
            *t.detectable_k_per_s, *t.detectable_k90_per_s);
    }
    return sentence;
}

std::string nothing_to_say(const Correlation& c) {
    if (c.n_samples >= kFewestSamples)
        return fmt::format("Nothing can be said of a coupling: the {} aligned samples carry no test",
                           c.n_samples);
    return fmt::format(
        "Nothing can be said of a coupling: {} aligned sample{} both {} and {}, and {} is the least",
        c.n_samples, c.n_samples == 1 ? " has" : "s have", c.driver, c.response, kFewestSamples);
}

}  // namespace

std::string p_words(double p) {
    if (p < 1e-15) return "p < 1e-15";
    return p < 0.001 ? fmt::format("p = {:.1g}", p) : fmt::format("p = {:.3f}", p);
}

std::string p_words(const TestedCorrelation& tested) {
    const std::string words = p_words(*tested.p_value);
    return tested.p_at_most && words.starts_with("p = ") ? "p <= " + words.substr(4) : words;
}

bool is_of_the_manual(const Correlation& result) {
    return told_by_training(result.driver) && (result.response == "rle" || result.response == "rle_raw");
}

double independent_samples(const std::vector<double>& driver, const std::vector<double>& response) {
    const auto n = static_cast<double>(std::min(count_present(driver), count_present(response)));
    if (n < 3.0 || !varies(driver) || !varies(response)) return n;
    // Of a long session the middle: the memory of a series is the same throughout it.
    const std::size_t part = std::min<std::size_t>(driver.size(), 20000), from = (driver.size() - part) / 2;
    const std::span<const double> g = std::span(driver).subspan(from, part),
                                  r = std::span(response).subspan(from, part);
    if (!varies(g) || !varies(r)) return n;
    const std::size_t lags = std::min<std::size_t>(part / 5, 1000);
    return std::clamp(n / bartlett_sum(standardised(g), standardised(r), lags), 3.0, n);
}

std::string what_rested(const ThermalStress& stress) {
    return stress.temp_moved ? "the machine was never stressed: its power hardly moved"
                             : "the machine was never stressed";
}

std::string stillness(const ThermalStress& stress) {
    return moved("power", stress.power_spread_w, stress.power_high_w, "W") + "; " +
           moved("temperature", stress.temp_spread_c, stress.temp_high_c, "degC");
}

std::string explain(const Correlation& result, const ThermalStress& stress, double independent,
                    const std::string& constant) {
    std::string sentence;
    if (!constant.empty()) {
        sentence =
            fmt::format("Nothing can be said of a coupling: {} is constant over the session", constant);
    } else if (result.verdict == Verdict::insufficient_data) {
        sentence = nothing_to_say(result);
    } else if (result.verdict == Verdict::coupled) {
        sentence = coupled(result);
    } else {
        sentence = not_detected(result, independent);
    }
    if (result.tested && result.tested->beside_epochs) {
        sentence += fmt::format("; that {} and {} both change with the epochs is no evidence of coupling",
                                result.driver, result.response);
    }
    if (!stress.stressed) sentence += fmt::format("; {} ({})", what_rested(stress), stillness(stress));
    return sentence + ".";
}

}  // namespace rle
