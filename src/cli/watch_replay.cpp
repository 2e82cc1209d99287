#include "cli/watch_replay.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "cli/reading.hpp"
#include "cli/session_paths.hpp"
#include "cli/ui.hpp"
#include "rlecouple/error.hpp"

namespace rle::cli {
namespace {

Telemetry telemetry_of(const std::string& folder, const AnalysisOptions& options) {
    const auto file = std::filesystem::path(folder) / kTelemetryCsv;
    if (!is_there(file)) return {};
    try {
        return read_telemetry_files({formats::Input::as_it_is(file.string())}, options);
    } catch (const Error& error) {
        print_warning(error.what());
        return {};
    }
}

bool has_all_times(const std::vector<double>& t_s) {
    return std::all_of(t_s.begin(), t_s.end(), [](double t) { return std::isfinite(t); });
}

std::int64_t first_time(const std::vector<std::int64_t>& wall_us, std::int64_t first) {
    for (const std::int64_t us : wall_us) {
        if (us != kNoTime && (first == kNoTime || us < first)) first = us;
    }
    return first;
}

void count_from(std::int64_t first, const std::vector<std::int64_t>& wall_us, std::vector<double>& t_s) {
    for (std::size_t i = 0; i < t_s.size(); ++i)
        t_s[i] = wall_us[i] == kNoTime ? kMissing : static_cast<double>(wall_us[i] - first) * 1e-6;
}

}  // namespace

ReplayedSession replayed_session(const std::string& folder, const AnalysisOptions& options) {
    const auto log = find_training(folder);
    if (!log) {
        throw Error(ErrorKind::failed, folder, "no training log, so there is nothing to raise an alarm on",
                    "rlecouple collect -o records one; a folder from elsewhere has a training.csv");
    }
    Training training = read_training_files({formats::Input::as_it_is(*log)}, options);
    ReplayedSession session{{}, telemetry_of(folder, options)};
    Telemetry& telemetry = session.telemetry;
    const std::int64_t first_step = first_time(training.wall_us, kNoTime);
    const bool shared_t_s = has_all_times(training.t_s) && has_all_times(telemetry.t_s);
    if (!shared_t_s && telemetry.size() > 0 &&
        (first_step == kNoTime || first_time(telemetry.wall_us, kNoTime) == kNoTime)) {
        print_warning(folder +
                      ": telemetry and training log have no clock in common; alarms are told "
                      "without the machine");
        telemetry = {};
    }
    if (!shared_t_s && first_step != kNoTime) {
        const std::int64_t first = first_time(telemetry.wall_us, first_step);
        count_from(first, training.wall_us, training.t_s);
        count_from(first, telemetry.wall_us, telemetry.t_s);
    }
    for (std::size_t i = 0; i < training.size(); ++i) {
        const double norm = training.grad_norm[i];
        if (std::isnan(training.t_s[i])) continue;
        session.steps.push_back(
            {training.t_s[i], training.wall_us[i], training.step[i], std::isfinite(norm) ? norm : kMissing});
    }
    std::stable_sort(session.steps.begin(), session.steps.end(),
                     [](const auto& a, const auto& b) { return a.t_s < b.t_s; });
    return session;
}

}  // namespace rle::cli
