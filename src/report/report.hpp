// The data sheet of the manual, filled in, as one HTML file, as Markdown, and as rows.
//
// Everything shown comes from the results handed in: the report computes means and extremes of recorded
// columns, gradient spikes and what the response does around them, and nothing else. A value that does not
// exist is named with its reason. The same input gives the same bytes: no clock, no random number, no locale.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rlecouple/align.hpp"
#include "rlecouple/balance.hpp"
#include "rlecouple/correlation.hpp"
#include "rlecouple/predict.hpp"
#include "rlecouple/session.hpp"
#include "rlecouple/telemetry.hpp"

namespace rle::report {

struct View;

/// Count, mean, SD and extremes of a column over its present values.
struct ColumnStats {
    std::size_t n = 0;
    std::optional<double> mean, sd, min, max, first, last;
};
using KnownStats = std::map<std::string, ColumnStats, std::less<>>;

/// Whatever is known of a session; a missing stage is named in the report with the command that would make
/// it.
struct ReportInput {
    std::string session_path;      ///< as it was typed, for commands
    std::string folder_name = {};  ///< what a session without a name is called; empty: its path
    std::optional<SessionInfo> session;
    std::optional<Alignment> alignment;  ///< the rows may be empty: they come from `aligned`
    std::optional<Frame> aligned;        ///< aligned.csv, its shown_columns() at least
    std::string first_timestamp = {};    ///< of aligned.csv, as it stands there; empty: not known
    KnownStats known = {};               ///< of columns that were summed up and are in `aligned` no more
    std::optional<Correlation> correlation;
    std::optional<Balance> balance;
    std::optional<Prediction> prediction;  ///< without it the report has no section on alarms
    std::vector<std::pair<std::string, std::string>> input_hashes;   ///< file name, SHA-256
    std::vector<std::pair<std::string, std::string>> unreadable;     ///< file name, why it could not be used
    std::vector<std::pair<std::string, std::string>> left_out = {};  ///< result not made, and why
    std::vector<std::string> stale = {};    ///< results that are not of the files that are there
    std::vector<std::string> notes = {};    ///< what the analysis chose by itself
    std::vector<std::string> command = {};  ///< the command line that made the report
};

/// A row of the manual's data sheet. `value` is empty where it does not exist.
struct DataSheetRow {
    std::string section;  ///< "Session information", "Thermal measurements", ...
    std::string key;      ///< machine name: "r_peak"
    std::string label;    ///< "Peak cross-correlation"
    std::string value;    ///< formatted, or empty
    std::string unit;
    std::string expected;               ///< the manual's expectation, where it has one
    std::string remark;                 ///< why it is missing, or what the manual's class is
    std::optional<double> number = {};  ///< the value unrounded, where it is a number
};

/// A stage without its result, and the command that makes it or the reason why there is none.
struct MissingStage {
    std::string stage;        ///< "align"
    std::string file;         ///< "aligned.csv"
    std::string command;      ///< "rlecouple align SESSION"; empty where none would make it
    std::string lost;         ///< what the report lacks for it
    std::string why;          ///< why the file that is there could not be used; empty where there is none
    std::string reason = {};  ///< why it was not made; empty where the command was not run
};

std::vector<MissingStage> missing_stages(const ReportInput& input);
/// Its reason, else "run rlecouple align SESSION".
std::string what_to_do(const MissingStage& stage);
/// Every warning of every stage, with the stage's name, why a result is not there, is not of the files that
/// are there or could not be read.
std::vector<std::string> all_warnings(const ReportInput& input);

/// What the session is called: its name, else its folder.
std::string session_name(const ReportInput& input);

/// The columns that were correlated.
struct Correlated {
    std::string driver = "grad_norm";
    std::string response = "rle";
};
Correlated correlated(const ReportInput& input);
/// The columns of aligned.csv that a report shows, then.
std::vector<std::string> shown_columns(const Correlated& correlated);
/// Takes out of a table those columns of which nothing but means and extremes is shown: a long session's are
/// large. Of a table of several devices none, for which one is shown is not known yet.
KnownStats sum_up(Frame& table, const Correlated& correlated);

/// From here on a session may be handed over as it was looked at once: see view.hpp.
std::vector<DataSheetRow> data_sheet(const View& view);
std::vector<DataSheetRow> data_sheet(const ReportInput& input);
/// The verdict in one plain sentence.
std::string verdict_sentence(const ReportInput& input);
/// Its short form: "Coupled", "Not detected", "Cannot tell", "Not tested", "No verdict".
std::string verdict_word(const ReportInput& input);
std::string html_report(const View& view);
std::string html_report(const ReportInput& input);
std::string markdown_report(const ReportInput& input);

/// Several sessions side by side: verdicts, the five numbers, the rows of the data sheet, RLE and lags of
/// each.
std::string html_comparison(const std::vector<ReportInput>& inputs);
std::string markdown_comparison(const std::vector<ReportInput>& inputs);

}  // namespace rle::report
