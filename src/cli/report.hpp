// The report of a session: report.html, report.md and summary.json from whatever stages were run.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "report/report.hpp"

namespace rle::cli {

struct ReportOptions {
    std::string output;  ///< -o: folder that the files go to, "-" prints report.md; empty: into the session
    std::optional<Frame> aligned = {};  ///< the session's aligned.csv, where it is at hand already: at least
                                        ///< the columns that are shown
    report::KnownStats known = {};      ///< of columns that it has no more
    std::vector<std::pair<std::string, std::string>> left_out = {};  ///< results that were not made, and why
    std::vector<std::string> notes = {};                             ///< what the analysis chose by itself
};

/// What was written, for the caller's last words.
struct ReportFiles {
    std::string html;                ///< path; empty where report.md was printed
    std::string word;                ///< verdict in a word
    std::string sentence;            ///< and in a sentence
    std::vector<std::string> stale;  ///< results that are not of the files that are there
};

/// Reads what the session has, writes the three files, prints nothing. Throws Error{failed} where `session`
/// is no session or the files cannot be written; never for lack of a stage.
ReportFiles report_session(const std::string& session, ReportOptions options = {});

}  // namespace rle::cli
