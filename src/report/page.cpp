#include "report/page.hpp"

#include <fmt/format.h>

#include "report/assets.hpp"
#include "report/figures.hpp"
#include "report/sha256.hpp"
#include "report/text.hpp"

namespace rle::report {
namespace {

// The title of a window in HTML, in at most 70 characters as they stand in the file.
std::string short_title(const std::string& title) {
    constexpr std::size_t kLongest = 70;
    std::string text = clean(title);
    if (escape_html(text).size() <= kLongest) return escape_html(text);
    while (!text.empty() && escape_html(text).size() + 3 > kLongest) {
        while ((static_cast<unsigned char>(text.back()) & 0xC0) == 0x80) text.pop_back();  // whole characters
        text.pop_back();
    }
    return escape_html(text) + "...";
}

// Nothing but this file's own styles and exactly these scripts may run; no request may leave the page.
std::string head(const std::string& title, const std::vector<std::string>& scripts) {
    std::string allowed;
    for (const std::string& script : scripts) allowed += " '" + csp_hash(script) + "'";
    if (allowed.empty()) allowed = " 'none'";
    return fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
        "'unsafe-inline'; img-src data:; script-src{}\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"generator\" content=\"rlecouple\">\n<title>{}</title>\n<style>\n{}{}</style>\n"
        "</head>\n",
        allowed, short_title(title), dygraphs_css(), style_css());
}

}  // namespace

std::string html_page(const Page& page) {
    std::vector<std::string> scripts;
    if (!page.charts.empty() && !dygraphs_js().empty())
        scripts = {std::string(dygraphs_js()), std::string(charts_js())};

    std::string out = head(page.title, scripts);
    out += "<body>\n<header>\n" + page.opening + "</header>\n<main>\n";
    if (!scripts.empty()) {
        out +=
            "<p class=\"hint script-only\">Drag across a chart to zoom: all charts over time follow. Shift "
            "and drag to pan. Double click, or <button type=\"button\" id=\"show-all\">show "
            "everything</button>.</p>\n";
    }
    out += page.body + "</main>\n";
    if (!scripts.empty()) {
        out += "<script type=\"application/json\" id=\"charts\">" + charts_json(page.charts) + "</script>\n";
        for (const std::string& script : scripts) out += "<script>" + script + "</script>\n";
    }
    return out + "</body>\n</html>\n";
}

std::string section(std::string_view id, std::string_view title, const std::string& body) {
    return fmt::format("<section id=\"{}\">\n<h2>{}</h2>\n{}</section>\n", id, title, body);
}

std::string draw(std::vector<ChartSlot> slots, std::vector<Chart>& charts) {
    std::string out;
    for (ChartSlot& slot : slots) {
        out += figure(slot);
        if (slot.missing.empty() && !slot.chart.empty()) charts.push_back(std::move(slot.chart));
    }
    return out;
}

std::string_view verdict_class(const std::string& word) {
    if (word == "Coupled") return "coupled";
    return word == "Not detected" ? "not-detected" : "open";
}

}  // namespace rle::report
