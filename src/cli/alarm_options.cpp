#include "cli/alarm_options.hpp"

#include <string>

#include "cli/checks.hpp"

namespace rle::cli {

AlarmOptions AlarmChoice::settled() const {
    AlarmOptions out = alarm;
    out.threshold = threshold.value_or(alarm.threshold);
    return out;
}

void declare_alarm_options(CLI::App& app, AlarmChoice& choice, const char* threshold_default) {
    app.add_option("--threshold", choice.threshold,
                   std::string("Robust z-score above which the gradient norm is high ") + threshold_default)
        ->check(positive_number())
        ->type_name("Z");
    app.add_option("--window", choice.alarm.window_s, "Trailing window that the score is taken over, s")
        ->capture_default_str()
        ->check(positive_number())
        ->type_name("S");
    app.add_option("--debounce", choice.alarm.debounce, "High samples in a row that raise an alarm")
        ->capture_default_str()
        ->check(whole_number_in(1, 1000000))
        ->type_name("N");
    app.add_option("--min-interval", choice.alarm.min_interval_s,
                   "No alarm sooner than this after the last, s")
        ->capture_default_str()
        ->check(not_negative())
        ->type_name("S");
}

}  // namespace rle::cli
