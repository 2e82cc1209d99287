// The options of the alarm, declared once and shared by predict and watch.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>

#include "rlecouple/alarm.hpp"

namespace rle::cli {

struct AlarmChoice {
    AlarmOptions alarm;
    std::optional<double> threshold;  ///< --threshold
    /// The alarm with the threshold as given, where it was.
    AlarmOptions settled() const;
};

/// --threshold, --window, --debounce, --min-interval
void declare_alarm_options(CLI::App& app, AlarmChoice& choice, const char* threshold_default);

}  // namespace rle::cli
