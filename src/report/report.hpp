// The data sheet of the manual, filled in, as one HTML file, as Markdown, and as rows.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rlecouple/align.hpp"
#include "rlecouple/balance.hpp"
#include "rlecouple/correlation.hpp"
#include "rlecouple/session.hpp"
#include "rlecouple/telemetry.hpp"

namespace rle::report {

/// Whatever is known of a session; a missing stage is named in the report with the command that would make it.
struct ReportInput {
    std::string session_path;
    std::optional<SessionInfo> session;
    std::optional<Alignment> alignment;      ///< the rows may be empty: they come from `aligned`
    std::optional<Frame> aligned;            ///< aligned.csv
    std::optional<Correlation> correlation;
    std::optional<Balance> balance;
    std::vector<std::pair<std::string, std::string>> input_hashes;  ///< file name, SHA-256
    std::vector<std::string> command;
};

/// A row of the manual's data sheet. `value` is empty where it does not exist.
struct DataSheetRow {
    std::string section;    ///< "Session information", "Thermal measurements", ...
    std::string key;        ///< machine name: "r_peak"
    std::string label;      ///< "Peak cross-correlation"
    std::string value;      ///< formatted, or empty
    std::string unit;
    std::string expected;   ///< the manual's expectation, where it has one
    std::string remark;     ///< why it is missing, or what the manual's class is
};

std::vector<DataSheetRow> data_sheet(const ReportInput& input);
/// The verdict in one plain sentence.
std::string verdict_sentence(const ReportInput& input);
std::string html_report(const ReportInput& input);
std::string markdown_report(const ReportInput& input);

}  // namespace rle::report
