#include "cli/analyze.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <memory>

#include "cli/align.hpp"
#include "cli/balance.hpp"
#include "cli/busiest.hpp"
#include "cli/checks.hpp"
#include "cli/commands.hpp"
#include "cli/correlate.hpp"
#include "cli/memory.hpp"
#include "cli/predict.hpp"
#include "cli/report.hpp"
#include "cli/session_paths.hpp"
#include "cli/table.hpp"
#include "cli/ui.hpp"
#include "formats/readers.hpp"
#include "report/report.hpp"
#include "report/text.hpp"
#include "rlecouple/error.hpp"

namespace rle::cli {
namespace {

constexpr int kCannotTell = static_cast<int>(ErrorKind::insufficient_data);

// The stages on one session. A stage that cannot be made has no result: what an earlier analysis left of it
// is removed, for beside this one's results it would be taken for one of them.
class Analysis {
  public:
    Analysis(const std::string& session, const AnalysisOptions& options)
        : session_(session), options_(options) {}

    int run() {
        if (attempt({kAlignedCsv, kAlignJson}, [this] { align(); })) {
            give_back_freed_memory();
            read_aligned();
            correlate();
            predict();
            attempt({kBalanceJson}, [this] { balance_stage({session_, "", options_, table_}); });
        } else {
            for (const char* file : {kCorrelationJson, kPredictJson, kBalanceJson})
                leave_out(file, "the streams were not aligned");
        }
        const ReportFiles report = report_session(session_, report_options());
        const std::string verdict = explained_ ? report.word : report.sentence;
        say(fmt::format("{}\n  {}\n", bold(verdict), report.html));
        return status_;
    }

  private:
    // Runs a stage; what the data cannot carry is a warning and 4, everything else is thrown on.
    template <class Stage>
    bool attempt(std::initializer_list<const char*> files, Stage stage) {
        try {
            stage();
            return true;
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::insufficient_data) throw;
            print_warning(error.what());
            for (const char* file : files) leave_out(file, error.what());
            status_ = kCannotTell;
            return false;
        }
    }

    void leave_out(const char* file, const std::string& why) {
        std::error_code error;
        std::filesystem::remove(std::filesystem::path(session_) / file, error);
        if (error)
            throw Error(ErrorKind::failed, session_,
                        fmt::format("cannot remove the old {}: {}", file, error.message()));
        left_out_.emplace_back(file, why);
    }

    void align() {
        AlignedStage stage = align_whatever_pairs({session_, {}, {}, "", "", options_});
        has_training_ = stage.alignment.n_training > 0;
        const bool only_no_norm = stage.alignment.n_without_norm > 0 && options_.driver != "grad_norm";
        if (!stage.unpaired || only_no_norm) return;
        unpaired_ = stage.unpaired->what();
        print_warning(unpaired_);
        status_ = kCannotTell;
    }

    // aligned.csv, once for all the stages that use it; nothing where it cannot be read, which they will find
    // themselves.
    void read_aligned() {
        const auto file = std::filesystem::path(session_) / kAlignedCsv;
        const report::Correlated correlated{options_.driver, options_.response};
        const std::vector<StagesTable::Names> stages{correlate_columns(options_),
                                                     predict_columns(predict_command()), balance_columns(),
                                                     report::shown_columns(correlated)};
        std::optional<Frame> table = whole_table(file.string(), StagesTable::all_of(stages));
        if (!table) return;
        settle_device(*table);
        known_ = report::sum_up(*table, correlated);
        table_ = std::make_shared<StagesTable>(std::move(*table), stages);
    }

    static std::optional<Frame> whole_table(const std::string& file, const StagesTable::Names& columns) {
        try {
            return formats::read_frame(file, columns);
        } catch (const Error&) {
            return std::nullopt;
        }
    }

    // All stages from here on are of one device.
    void settle_device(const Frame& table) {
        const std::vector<std::string> eligible =
            eligible_devices(table.device_names(), read_session(session_));
        if (!options_.devices.empty() || eligible.size() < 2) return;
        const std::string command = "rlecouple analyze " + report::shell_word(session_) + " --device ";
        if (!options_.take_busiest) {
            throw Error(ErrorKind::usage, session_,
                        fmt::format("has {} devices, and an analysis is of one", eligible.size()),
                        fmt::format("{}{}; or {}", command, eligible.front(),
                                    fmt::join(eligible.begin() + 1, eligible.end(), ", ")));
        }
        options_.devices = {busiest_device(table, eligible)};
        std::vector<std::string> others = eligible;
        std::erase(others, options_.devices.front());
        notes_.push_back(
            fmt::format("of several devices {} worked most, and the analysis is of it; the others ({}) have "
                        "theirs with {}{}",
                        options_.devices.front(), fmt::join(others, ", "), command, others.front()));
        print_warnings(notes_);
    }

    void correlate() {
        const bool of_the_norm = options_.driver == "grad_norm";
        if (of_the_norm && !unpaired_.empty()) return leave_out(kCorrelationJson, unpaired_);
        if (of_the_norm && !has_training_) {
            const std::string why =
                "no training log, so there is nothing to correlate with the gradient norm";
            print_warning(why);
            return leave_out(kCorrelationJson, why);
        }
        attempt({kCorrelationJson}, [this] {
            const Correlation result = correlate_stage({session_, "", options_, table_});
            explained_ = !result.explanation.empty();
            if (result.verdict == Verdict::insufficient_data) status_ = kCannotTell;
        });
    }

    // Few sessions hold anything to warn of: that is no reason to call the analysis incomplete.
    void predict() {
        if (!unpaired_.empty()) return leave_out(kPredictJson, unpaired_);
        if (!has_training_) return leave_out(kPredictJson, "no training log, so there is no alarm to score");
        const int status = status_;
        attempt({kPredictJson}, [this] { predict_stage(predict_command()); });
        status_ = status;
    }

    PredictCommand predict_command() const {
        PredictCommand command{session_, "", options_};
        command.brief = true;
        command.table = table_;
        return command;
    }

    ReportOptions report_options() {
        ReportOptions options{"", std::nullopt, known_, left_out_, notes_};
        if (table_)
            options.aligned = table_->take(report::shown_columns({options_.driver, options_.response}));
        return options;
    }

    std::string session_;
    AnalysisOptions options_;
    std::shared_ptr<StagesTable> table_;
    report::KnownStats known_;  // of columns that only the report wanted, and only their means and extremes
    bool has_training_ = false;
    bool explained_ = false;  // correlate has printed the sentence that the report opens with
    std::string unpaired_;    // why no row has both streams
    std::vector<std::pair<std::string, std::string>> left_out_;  // file, why
    std::vector<std::string> notes_;                             // what was chosen here
    int status_ = 0;
};

// The files of a session go by their names.
void refuse_file(const std::string& session) {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(session, ignored)) return;
    throw Error(ErrorKind::usage, session, "a session folder is wanted, and this is a file",
                "name its folder; rlecouple align takes files by themselves");
}

}  // namespace

void declare_stage_options(CLI::App& app, AnalysisOptions& options) {
    declare_rle_options(app, options);
    declare_correlate_options(app, options);
}

int analyze_session(const std::string& session, const AnalysisOptions& options) {
    refuse_stdin(session);
    refuse_file(session);
    return Analysis(session, options).run();
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
