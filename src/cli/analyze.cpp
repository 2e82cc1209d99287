#include "cli/analyze.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "cli/align.hpp"
#include "cli/balance.hpp"
#include "cli/checks.hpp"
#include "cli/commands.hpp"
#include "cli/correlate.hpp"
#include "cli/predict.hpp"
#include "cli/report.hpp"
#include "cli/session_paths.hpp"
#include "cli/ui.hpp"
#include "formats/readers.hpp"
#include "rlecouple/error.hpp"

namespace rle::cli {
namespace {

constexpr int kCannotTell = static_cast<int>(ErrorKind::insufficient_data);

// Runs one stage; what the data cannot carry is a warning and 4, everything else is thrown on.
template <class Stage>
int attempt(Stage stage) {
    try {
        return stage();
    } catch (const Error& error) {
        if (error.kind() != ErrorKind::insufficient_data) throw;
        print_warning(error.what());
        return kCannotTell;
    }
}

using Table = std::shared_ptr<const Frame>;

// aligned.csv, once for all the stages that use it; null where it cannot be read, which they will find
// themselves.
Table read_aligned(const std::string& session) {
    try {
        const auto file = std::filesystem::path(session) / kAlignedCsv;
        return std::make_shared<const Frame>(formats::read_frame(file.string()));
    } catch (const Error&) {
        return nullptr;
    }
}

int correlate_if_trained(const std::string& session, const Table& table, const AnalysisOptions& options,
                         bool has_training) {
    if (!has_training && options.driver == "grad_norm") {
        print_warning("no training log, so there is nothing to correlate with the gradient norm");
        return 0;
    }
    const Correlation result = correlate_stage({session, "", options, table});
    return result.verdict == Verdict::insufficient_data ? kCannotTell : 0;
}

// Few sessions hold anything to warn of: that is no reason to call the analysis incomplete.
int predict_in_passing(const std::string& session, const Table& table, const AnalysisOptions& options) {
    PredictCommand command{session, "", options};
    command.brief = true;
    command.table = table;
    predict_stage(command);
    return 0;
}

}  // namespace

void declare_stage_options(CLI::App& app, AnalysisOptions& options) {
    declare_rle_options(app, options);
    declare_correlate_options(app, options);
}

int analyze_session(const std::string& session, const AnalysisOptions& options) {
    bool has_training = false;
    int status = attempt([&] {
        has_training = align_stage({session, {}, {}, "", "", options}).n_training > 0;
        return 0;
    });
    const Table table = status == 0 ? read_aligned(session) : nullptr;
    if (status == 0)
        status = attempt([&] { return correlate_if_trained(session, table, options, has_training); });
    if (has_training) attempt([&] { return predict_in_passing(session, table, options); });
    const int balanced = attempt([&] {
        balance_stage({session, "", options, table});
        return 0;
    });
    const ReportFiles report = report_session(session, {"", table});
    say(fmt::format("{}\n  {}\n", bold(report.sentence), report.html));
    return status != 0 ? status : balanced;
}

Runner setup_analyze(CLI::App& app) {
    auto session = std::make_shared<std::string>();
    auto options = std::make_shared<AnalysisOptions>();
    app.add_option("session", *session, "Session folder")->required()->type_name("SESSION");
    app.add_option("--sample-hz", options->sample_hz,
                   "Rate of the grid, Hz [the session's, else the telemetry's own]")
        ->check(positive_number())
        ->type_name("HZ");
    declare_ambient(app, *options);
    declare_device(app, *options, "Device to analyse [all aligned, the GPU correlated]");
    declare_limits(app, *options);
    declare_stage_options(app, *options);
    declare_balance_options(app, *options);
    declare_seed(app, *options);
    declare_reading_options(app, *options);
    return [session, options] { return analyze_session(*session, *options); };
}

}  // namespace rle::cli
