// The report as one HTML file that loads nothing from anywhere.
#include <fmt/format.h>

#include "report/html_tables.hpp"
#include "report/page.hpp"
#include "report/text.hpp"

namespace rle::report {
namespace {

std::string opening(const ReportInput& input) {
    const std::string word = verdict_word(input);
    return fmt::format(
        "<h1>Thermal-optimization coupling: {}</h1>\n"
        "<p class=\"verdict {}\"><strong>{}</strong> {}</p>\n{}",
        escape_html(session_name(input)), verdict_class(word), escape_html(word),
        escape_html(verdict_sentence(input)), headline_section(input));
}

std::string sections(const View& view, std::vector<Chart>& charts) {
    const ReportInput& input = *view.input;
    std::string out;
    out += section("machine", "The machine", draw(thermal_charts(view), charts));
    out += section("coupling", "RLE and the gradient norm", draw(coupling_charts(view), charts));
    out += section("lag", "Lag and significance",
                   draw(correlation_charts(view), charts) + manual_and_tested_table(input));
    out += section("energy", "Thermal fit and energy balance",
                   draw(balance_charts(view), charts) + energy_table(input));
    if (input.prediction) out += section("alarms", "Do gradient spikes warn?", alarm_table(input));
    out += section("interpretation", "Interpretation", interpretation_table(input));
    out += section("ranges", "Range checks", range_check_table(input));
    out += section("alignment", "Alignment", alignment_table(input));
    out += section("warnings", "Warnings", warning_list(input));
    out += section("data-sheet", "Data sheet", data_sheet_tables(view) + sign_off());
    out += section("provenance", "Provenance", provenance(input));
    return out;
}

}  // namespace

std::string html_report(const ReportInput& input) {
    return html_report(view_of(input));
}

std::string html_report(const View& view) {
    const ReportInput& input = *view.input;
    Page page;
    page.title = verdict_word(input) + ": " + session_name(input);
    page.opening = opening(input);
    page.body = notices(view);
    page.body += sections(view, page.charts);
    return html_page(page);
}

}  // namespace rle::report
