// The report as one HTML file that loads nothing from anywhere.
#include <fmt/format.h>

#include <iterator>

#include "report/assets.hpp"
#include "report/figures.hpp"
#include "report/html_tables.hpp"
#include "report/sha256.hpp"
#include "report/text.hpp"

namespace rle::report {
namespace {

using Out = std::back_insert_iterator<std::string>;

std::string session_name(const ReportInput& input) {
    if (input.session && !input.session->name.empty()) return input.session->name;
    return input.session_path.empty() ? "session" : input.session_path;
}

// A title of a window holds some 70 characters.
std::string short_name(const ReportInput& input) {
    constexpr std::size_t kLongest = 48;
    std::string name = clean(session_name(input));
    if (name.size() <= kLongest) return name;
    std::size_t end = kLongest;
    while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0) == 0x80)
        --end;  // not inside a character
    return name.substr(0, end) + "...";
}

std::string_view verdict_class(const std::string& word) {
    if (word == "Coupled") return "coupled";
    return word == "Not detected" ? "not-detected" : "open";
}

// Draws the slots and keeps their charts for the script.
std::string figures(std::vector<ChartSlot> slots, std::vector<Chart>& charts) {
    std::string out;
    for (ChartSlot& slot : slots) {
        out += figure(slot);
        if (slot.missing.empty() && !slot.chart.empty()) charts.push_back(std::move(slot.chart));
    }
    return out;
}

std::string section(std::string_view id, std::string_view title, const std::string& body) {
    return fmt::format("<section id=\"{}\">\n<h2>{}</h2>\n{}</section>\n", id, title, body);
}

// Nothing but this file's own styles and exactly these scripts may run; no request may leave the page.
std::string head(const ReportInput& input, const std::vector<std::string>& scripts) {
    std::string allowed;
    for (const std::string& script : scripts) allowed += " '" + csp_hash(script) + "'";
    if (allowed.empty()) allowed = " 'none'";
    return fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
        "'unsafe-inline'; "
        "img-src data:; script-src{}\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"generator\" content=\"rlecouple\">\n<title>{}: "
        "{}</title>\n<style>\n{}{}</style>\n</head>\n",
        allowed, escape_html(verdict_word(input)), escape_html(short_name(input)), dygraphs_css(),
        style_css());
}

std::string opening(const ReportInput& input) {
    const std::string word = verdict_word(input);
    return fmt::format(
        "<header>\n<h1>Thermal-optimization coupling: {}</h1>\n"
        "<p class=\"verdict {}\"><strong>{}</strong> {}</p>\n{}</header>\n",
        escape_html(session_name(input)), verdict_class(word), escape_html(word),
        escape_html(verdict_sentence(input)), headline_section(input));
}

std::string sections(const View& view, std::vector<Chart>& charts) {
    const ReportInput& input = *view.input;
    std::string out;
    out += section("machine", "The machine", figures(thermal_charts(view), charts));
    out += section("coupling", "RLE and the gradient norm", figures(coupling_charts(view), charts));
    out += section("lag", "Lag and significance",
                   figures(correlation_charts(view), charts) + manual_and_tested_table(input));
    out += section("energy", "Thermal fit and energy balance",
                   figures(balance_charts(view), charts) + energy_table(input));
    out += section("interpretation", "Interpretation", interpretation_table(input));
    out += section("ranges", "Range checks", range_check_table(input));
    out += section("alignment", "Alignment", alignment_table(input));
    out += section("warnings", "Warnings", warning_list(input));
    out += section("data-sheet", "Data sheet", data_sheet_tables(input) + sign_off());
    out += section("provenance", "Provenance", provenance(input));
    return out;
}

}  // namespace

std::string html_report(const ReportInput& input) {
    const View view = view_of(input);
    std::vector<Chart> charts;
    const std::string body = sections(view, charts);
    std::vector<std::string> scripts;
    if (!charts.empty() && !dygraphs_js().empty())
        scripts = {std::string(dygraphs_js()), std::string(charts_js())};

    std::string out = head(input, scripts);
    out += "<body>\n" + opening(input) + "<main>\n" + notices(view);
    if (!scripts.empty()) {
        out +=
            "<p class=\"hint script-only\">Drag across a chart to zoom: all charts over time follow. Shift "
            "and drag to pan. "
            "Double click, or <button type=\"button\" id=\"show-all\">show everything</button>.</p>\n";
    }
    out += body + "</main>\n";
    if (!scripts.empty()) {
        out += "<script type=\"application/json\" id=\"charts\">" + charts_json(charts) + "</script>\n";
        for (const std::string& script : scripts) out += "<script>" + script + "</script>\n";
    }
    out += "</body>\n</html>\n";
    return out;
}

}  // namespace rle::report
