#include "core/predict/predict_explain.hpp"

#include <fmt/format.h>

#include "rlecouple/counted.hpp"

namespace rle {
namespace {

bool beaten(const Rival& rival) {
    return rival.f1_difference_ci95 && rival.f1_difference_ci95->low > 0.0;
}

std::string counts(const Prediction& p) {
    return fmt::format("{} and {} in {:.0f} s", counted(p.alarms, "alarm"), counted(p.events, "event"),
                       p.scored_s.value_or(0.0));
}

// Why no claim can be made; empty where one can.
std::string obstacle(const Prediction& p) {
    if (!p.scored_s) return fmt::format("no {} is recorded", p.driver);
    if (!p.flag_known) return fmt::format("{} is not known in any row that could be scored", p.event);
    if (p.scores == 0) {
        return fmt::format(
            "the {:g} s before a value of {} never held {} others, so that none could be told "
            "from its past; give a longer --window",
            p.alarm.window_s, p.driver, p.alarm.fewest_before);
    }
    if (p.events == 0)
        return fmt::format("nothing happened to warn of (no onset of {} in the {:.0f} s scored)", p.event,
                           *p.scored_s);
    if (p.events < kFewestEvents) {
        return fmt::format("{} {} too few to tell skill from luck (it takes {})", counted(p.events, "event"),
                           p.events == 1 ? "is" : "are", kFewestEvents);
    }
    if (p.score.f1 == 0.0) return {};  // an alarm that is never right beats nobody
    for (const Rival& rival : p.rivals) {
        if (rival.f1_difference && !rival.f1_difference_ci95)
            return "the part scored is too short for an interval";
    }
    return {};
}

void warn_of_missing(Prediction& p) {
    if (p.scored_s && !p.flag_known) {
        p.warnings.push_back(
            fmt::format("{} has no value in any row that could be scored: events, precision, recall, false "
                        "alarms, lead times and rivals are missing",
                        p.event));
        return;
    }
    if (p.scored_s && p.events == 0) {
        p.warnings.push_back(fmt::format("no onset of {} in the part scored: recall is missing", p.event));
    }
    if (p.scored_s && p.alarms == 0)
        p.warnings.push_back("no alarm in the part scored: precision is missing");
    if (p.alarms_undecided > 0) {
        p.warnings.push_back(
            fmt::format("{} not judged: whether an event followed within the horizon is not recorded",
                        counted(p.alarms_undecided, "alarm")));
    }
    for (const Rival& rival : p.rivals) {
        if (!rival.score.f1 && p.events > 0)
            p.warnings.push_back(fmt::format("rival '{}': {}", rival.name, rival.rule));
    }
}

std::string names_of_unbeaten(const Prediction& p) {
    std::string names;
    for (const Rival& rival : p.rivals) {
        if (!rival.score.f1 || beaten(rival)) continue;
        names += (names.empty() ? "" : ", ") + rival.name;
    }
    return names;
}

// What is not shown is not said not to be.
std::string not_better(const Prediction& p) {
    const Rival& chance = p.rivals.front();
    if (!chance.f1_difference || *chance.f1_difference <= 0.0 || !chance.f1_difference_ci95)
        return fmt::format("The alarm is no better than chance: {}.", counts(p));
    return fmt::format(
        "The alarm is not shown to be better than chance: its F1 is {:.2f} above that of alarms at random, "
        "95 % interval "
        "{:+.2f} to {:+.2f}, of {}.",
        *chance.f1_difference, chance.f1_difference_ci95->low, chance.f1_difference_ci95->high, counts(p));
}

}  // namespace

void decide(Prediction& p) {
    warn_of_missing(p);
    const std::string why = obstacle(p);
    if (!why.empty()) {
        p.verdict = WarningVerdict::cannot_tell;
        p.explanation = fmt::format("Whether the alarm is better than chance cannot be told: {}.", why);
        return;
    }
    const std::string unbeaten = names_of_unbeaten(p);
    const bool beats_chance = beaten(p.rivals.front());
    p.beats_baselines = beats_chance && unbeaten.empty();
    p.verdict = p.beats_baselines ? WarningVerdict::better_than_baselines
                : beats_chance    ? WarningVerdict::better_than_chance
                                  : WarningVerdict::no_better_than_chance;
    if (p.beats_baselines) {
        p.explanation =
            fmt::format("The alarm warns better than chance and than every rival: {}.", counts(p));
    } else if (beats_chance) {
        p.explanation =
            fmt::format("The alarm warns better than chance, but not shown to be better than {}: {}.",
                        unbeaten, counts(p));
    } else {
        p.explanation = not_better(p);
    }
}

}  // namespace rle
