// Makes sessions whose truth is known, runs the chain on them, and prints how often it was right.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <filesystem>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <system_error>
#include <thread>

#include "cli/calibrate_tables.hpp"
#include "cli/checks.hpp"
#include "cli/commands.hpp"
#include "cli/session_paths.hpp"
#include "cli/ui.hpp"
#include "formats/aligned_csv.hpp"
#include "formats/documents/calibration.hpp"
#include "formats/documents/documents.hpp"
#include "formats/io/files.hpp"
#include "formats/writers.hpp"
#include "rlecouple/calibrate.hpp"
#include "rlecouple/calibrate_thermal.hpp"
#include "rlecouple/error.hpp"
#include "rlecouple/version.hpp"

namespace rle::cli {
namespace fs = std::filesystem;
namespace {

constexpr const char* kCalibrationJson = "calibration.json";
constexpr const char* kTruthJson = "truth.json";

struct CalibrateCommand {
    std::string output;
    std::size_t sessions = 500;
    std::uint64_t seed = 1;
    std::size_t keep = 1;
    unsigned jobs = 0;
    std::vector<std::string> families;
};

// Runs work(0) ... work(n - 1) on that many threads, or as many as there can be; the first exception ends it
// and is thrown here.
template <typename Work>
void in_parallel(std::size_t n, unsigned jobs, Work work) {
    std::atomic<std::size_t> next{0};
    std::exception_ptr failure;
    std::mutex guard;
    const auto loop = [&] {
        for (std::size_t i = next++; i < n; i = next++) {
            try {
                work(i);
            } catch (...) {
                const std::lock_guard<std::mutex> lock(guard);
                if (!failure) failure = std::current_exception();
                next = n;
            }
        }
    };
    std::vector<std::thread> threads;
    try {
        for (std::size_t t = 1; t < std::min<std::size_t>(jobs, n); ++t) threads.emplace_back(loop);
    } catch (const std::system_error&) {  // those that there are do the work
    }
    loop();
    for (std::thread& thread : threads) thread.join();
    if (failure) std::rethrow_exception(failure);
}

fs::path session_folder(const CalibrateCommand& command, std::string_view family, std::size_t index) {
    const fs::path folder = fs::path(command.output) / std::string(family) / fmt::format("{:05}", index);
    std::error_code failed;
    fs::create_directories(folder, failed);
    if (failed) {
        throw Error(ErrorKind::failed, folder.string(), "cannot be made: " + failed.message(),
                    "choose another -o DIR");
    }
    return folder;
}

std::string telemetry_csv(const Telemetry& telemetry) {
    std::string out = "timestamp,t_s,device,temp_c,power_w,util_pct\n";
    for (std::size_t i = 0; i < telemetry.size(); ++i) {
        out += ',';
        formats::append_number(out, telemetry.t_s[i]);
        out += ',';
        formats::append_cell(out, telemetry.devices[telemetry.device[i]]);
        for (double value : {telemetry.temp_c[i], telemetry.power_w[i], telemetry.util_pct[i]}) {
            out += ',';
            formats::append_number(out, value);
        }
        out += '\n';
    }
    return out;
}

SessionInfo session_info(std::string_view family, std::size_t index, const SimulatedSession& session) {
    SessionInfo info;
    info.name = fmt::format("{} {}", family, index);
    info.sample_hz = session.sample_hz;
    info.rated_power_w = session.rated_power_w;
    info.samples = session.telemetry.size();
    info.finished = true;
    info.command = command_line();
    info.tool_version = kVersion;
    DeviceInfo device;
    device.name = session.telemetry.devices.front();
    device.kind = "gpu";
    device.model = "simulated";
    device.rated_power_w = session.rated_power_w;
    device.modelled = {"temp_c", "power_w", "util_pct"};
    info.devices.push_back(std::move(device));
    return info;
}

// A session folder that align and correlate take as any other.
void write_session(const fs::path& folder, std::string_view family, std::size_t index,
                   const KeptSession& kept) {
    const auto path = [&folder](const char* name) { return (folder / name).string(); };
    formats::write_text(path(kSessionJson),
                        formats::dump(formats::to_json(session_info(family, index, kept.session))));
    formats::write_text(path(kTelemetryCsv), telemetry_csv(kept.session.telemetry));
    formats::write_text(path(kTrainingCsv), formats::training_csv(kept.session.training));
    if (kept.alignment) {
        formats::write_text(path(kAlignedCsv),
                            formats::aligned_csv(kept.alignment->rows, kept.session.telemetry));
        formats::write_text(path(kAlignJson), formats::dump(formats::to_json(*kept.alignment)));
    }
    if (kept.correlation) {
        formats::write_text(path(kCorrelationJson), formats::dump(formats::to_json(*kept.correlation)));
    }
}

FamilyScore run_family(const CalibrateCommand& command, const Family& family) {
    std::vector<SessionOutcome> outcomes(command.sessions);
    in_parallel(command.sessions, command.jobs, [&](std::size_t i) {
        KeptSession kept;
        const bool keep = i < command.keep;
        outcomes[i] = family.run(command.seed, i, keep ? &kept : nullptr);
        const fs::path folder = session_folder(command, family.name, i);
        const auto truth = formats::truth_document(family.name, command.seed, i, outcomes[i].truth);
        formats::write_text((folder / kTruthJson).string(), formats::dump(truth));
        if (keep) write_session(folder, family.name, i, kept);
    });
    return score(family, outcomes);
}

ThermalScore run_family(const CalibrateCommand& command, const ThermalFamily& family) {
    for (std::size_t i = 0; i < command.sessions; ++i) {
        const fs::path folder = session_folder(command, family.name, i);
        const ThermalSession session = simulate_session(family, command.seed, i);
        const auto truth = formats::truth_document(family.name, command.seed, i, session.truth);
        formats::write_text((folder / kTruthJson).string(), formats::dump(truth));
    }
    return score_thermal_family(family, command.sessions, command.seed);
}

bool wanted(const CalibrateCommand& command, std::string_view name) {
    return command.families.empty() ||
           std::find(command.families.begin(), command.families.end(), name) != command.families.end();
}

void check_names(const CalibrateCommand& command) {
    std::vector<std::string> known;
    for (const Family& family : lag_families()) known.push_back(family.name);
    for (const ThermalFamily& family : thermal_families()) known.emplace_back(family.name);
    for (const std::string& name : command.families) {
        if (std::find(known.begin(), known.end(), name) != known.end()) continue;
        throw Error(ErrorKind::usage, "--family", fmt::format("no family '{}'", name),
                    fmt::format("one of {}", fmt::join(known, ", ")));
    }
}

formats::CalibrationInputs inputs_of(const CalibrateCommand& command) {
    return {command.seed, command.sessions, 0.05};
}

void refuse_no_folder(const std::string& output) {
    std::error_code ignored;
    if (is_there(output) && !fs::is_directory(output, ignored))
        throw Error(ErrorKind::failed, output, "is a file, not a folder", "choose another -o DIR");
}

int run(CalibrateCommand command) {
    check_names(command);
    refuse_no_folder(command.output);
    if (command.jobs == 0) command.jobs = std::max(1U, std::thread::hardware_concurrency());
    nlohmann::ordered_json documents = nlohmann::ordered_json::array();
    std::optional<FamilyKind> kind;
    for (const Family& family : lag_families()) {
        if (!wanted(command, family.name)) continue;
        const FamilyScore result = run_family(command, family);
        if (kind != family.kind) say(table_head(family.kind));
        kind = family.kind;
        say(table_row(result));
        documents.push_back(formats::to_json(result));
    }
    std::vector<ThermalFamily> thermal;
    for (const ThermalFamily& family : thermal_families()) {
        if (wanted(command, family.name)) thermal.push_back(family);
    }
    std::vector<ThermalScore> scores(thermal.size());
    in_parallel(thermal.size(), command.jobs,
                [&](std::size_t i) { scores[i] = run_family(command, thermal[i]); });
    if (!thermal.empty()) say(thermal_table_head());
    for (std::size_t i = 0; i < thermal.size(); ++i) {
        say(thermal_table_row(thermal[i], scores[i]));
        documents.push_back(formats::to_json(thermal[i], scores[i]));
    }
    const std::string path = (fs::path(command.output) / kCalibrationJson).string();
    formats::write_text(
        path, formats::dump(formats::calibration_document(inputs_of(command), std::move(documents))));
    say(fmt::format("\nWrote {}\n", path));
    return 0;
}

}  // namespace

Runner setup_calibrate(CLI::App& app) {
    auto command = std::make_shared<CalibrateCommand>();
    app.add_option("-o,--output", command->output, "Folder for calibration.json and the sessions")
        ->required()
        ->type_name("DIR");
    app.add_option("--sessions", command->sessions, "Sessions a family")
        ->capture_default_str()
        ->check(whole_number_in(1, 99999));
    app.add_option("--seed", command->seed, "Seed of everything random")
        ->capture_default_str()
        ->check(whole_number());
    app.add_option("--family", command->families, "Only this family; may be given several times")
        ->type_name("NAME");
    app.add_option("--keep", command->keep, "Sessions a family whose data is kept, not only truth.json")
        ->capture_default_str()
        ->check(whole_number());
    app.add_option("-j,--jobs", command->jobs, "Threads; 0: one a core")
        ->capture_default_str()
        ->check(whole_number_in(0, 256));
    return [command] { return run(*command); };
}

}  // namespace rle::cli
