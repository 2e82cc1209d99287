// What one pastes into a pull request: the verdict, the five numbers, the warnings, a link.
#include <fmt/format.h>

#include <iterator>

#include "report/headline.hpp"
#include "report/text.hpp"
#include "report/view.hpp"

namespace rle::report {

std::string markdown_report(const ReportInput& input) {
    using Out = std::back_insert_iterator<std::string>;
    std::string out = fmt::format("## Thermal-optimization coupling: {}\n\n**{}.** {}\n\n",
                                  escape_markdown(session_name(input)), escape_markdown(verdict_word(input)),
                                  escape_markdown(verdict_sentence(input)));
    out += "| | value | reading |\n|---|---|---|\n";
    for (const Headline& five : headlines(input)) {
        const std::string value = five.unit.empty() ? five.value : five.value + " " + five.unit;
        const std::string reading = five.note + (five.source.empty() ? "" : " (" + five.source + ")");
        fmt::format_to(Out(out), "| {} | {} | {} |\n", escape_markdown(five.label),
                       five.value.empty() ? "not available" : escape_markdown(value),
                       escape_markdown(five.value.empty() ? five.missing : reading));
    }
    if (const std::vector<std::string> modelled = modelled_columns(input); !modelled.empty()) {
        std::string columns;
        for (const std::string& column : modelled) columns += (columns.empty() ? "" : ", ") + column;
        fmt::format_to(Out(out), "\nModelled, not measured: {} of {}, and all that rests on them.\n",
                       escape_markdown(columns), escape_markdown(device_of(input)));
    }
    for (const std::string& line : input.stale)
        fmt::format_to(Out(out), "\n**Not of one recording:** {}.\n", escape_markdown(line));
    for (const MissingStage& stage : missing_stages(input)) {
        if (stage.stage == "collect") continue;  // was recorded elsewhere: nothing to be done
        fmt::format_to(Out(out), "\nMissing: {} (lacks {}); {}.\n", escape_markdown(stage.file),
                       escape_markdown(stage.lost), escape_markdown(what_to_do(stage)));
    }
    const std::vector<std::string> warnings = all_warnings(input);
    if (!warnings.empty())
        fmt::format_to(Out(out), "\n{} warning{}:\n\n", warnings.size(), warnings.size() == 1 ? "" : "s");
    for (const std::string& warning : warnings) fmt::format_to(Out(out), "- {}\n", escape_markdown(warning));
    return out + "\n[Full report](report.html)\n";
}

}  // namespace rle::report
