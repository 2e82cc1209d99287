// Steps 1 to 5 of the manual and the report, in one go.
#include <filesystem>
#include <memory>

#include "cli/analyze.hpp"
#include "cli/collect.hpp"
#include "cli/commands.hpp"
#include "cli/session_paths.hpp"
#include "cli/ui.hpp"
#include "rlecouple/error.hpp"

namespace rle::cli {
namespace {

struct RunCommand {
    CollectOptions collect;
    AnalysisOptions analysis;
};

// What the recording was told holds for its analysis, too.
void share_options(const CollectOptions& collect, AnalysisOptions& analysis) {
    if (collect.sample_hz_given) analysis.sample_hz = collect.sample_hz;  // else the session's
    analysis.ambient_c = collect.ambient_c;
    analysis.rated_power_w = collect.rated_power_w;
    analysis.idle_power_w = collect.idle_power_w;
    analysis.temp_limit_c = collect.temp_limit_c;
    analysis.grad_key = collect.grad_key;
    analysis.grad_pattern = collect.grad_pattern;
    if (collect.seed) analysis.seed = *collect.seed;
}

int run_all(RunCommand& command) {
    settle_collect_options(command.collect);
    const Recorded recorded = record_session(command.collect);
    share_options(command.collect, command.analysis);
    command.analysis.take_busiest = true;  // nobody is there to be asked when the recording is over
    const int analysed = analyze_session(recorded.folder, command.analysis);
    if (recorded.exit_code != 0) return recorded.exit_code;
    if (recorded.training_failed) {
        throw Error(ErrorKind::failed, recorded.folder,
                    "the training process failed; what it printed until then was analysed",
                    is_there(std::filesystem::path(recorded.folder) / kTrainOut) ? "see train.out there"
                                                                                 : "it printed nothing");
    }
    return analysed;
}

}  // namespace

Runner setup_run(CLI::App& app) {
    auto command = std::make_shared<RunCommand>();
    declare_collect_options(app, command->collect);
    declare_stage_options(app, command->analysis);
    app.get_option("--seed")->description("Seed of the bundled workload, and of the analysis's tests");
    app.add_flag("--fit-ambient", command->analysis.fit_ambient,
                 "Fit the ambient temperature, starting at --ambient");
    return [command] { return run_all(*command); };
}

}  // namespace rle::cli
