#include "report/figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "report/text.hpp"

namespace rle::report {
namespace {

using Out = std::back_insert_iterator<std::string>;

constexpr std::size_t kLongestTable = 130;  // rows; a chart with more has a summary for its table

std::string cell(double value) {
    const std::string shown = number(value, 4);
    return shown.empty() ? "<td class=\"none\">none</td>" : fmt::format("<td>{}</td>", shown);
}

// Count, mean, extremes of every series.
std::string summary_table(const Chart& chart) {
    std::string out =
        "<table><thead><tr><th scope=\"col\">Series</th><th scope=\"col\">Values</th><th "
        "scope=\"col\">First</th><th scope=\"col\">Least</th><th scope=\"col\">Mean</th><th "
        "scope=\"col\">Greatest</th>"
        "<th scope=\"col\">Last</th></tr></thead><tbody>";
    for (const Series& series : chart.series) {
        const ColumnStats s = stats_of(&series.y);
        fmt::format_to(Out(out), "<tr><th scope=\"row\">{}</th><td>{}</td>", escape_html(series.name), s.n);
        for (const auto& value : {s.first, s.min, s.mean, s.max, s.last})
            out += cell(value.value_or(kMissing));
        out += "</tr>";
    }
    return out + "</tbody></table>";
}

// Every value.
std::string full_table(const Chart& chart) {
    std::string out = fmt::format("<table><thead><tr><th scope=\"col\">{}</th>", escape_html(chart.x_label));
    for (const Series& series : chart.series) {
        fmt::format_to(Out(out), "<th scope=\"col\">{}</th>", escape_html(series.name));
        if (!series.low.empty()) out += "<th scope=\"col\">95 % low</th><th scope=\"col\">95 % high</th>";
    }
    out += "</tr></thead><tbody>";
    for (std::size_t row = 0; row < chart.x.size(); ++row) {
        fmt::format_to(Out(out), "<tr><th scope=\"row\">{}</th>", number(chart.x[row], 4));
        for (const Series& series : chart.series) {
            out += cell(series.y[row]);
            if (!series.low.empty()) out += cell(series.low[row]) + cell(series.high[row]);
        }
        out += "</tr>";
    }
    return out + "</tbody></table>";
}

std::string span_list(const Chart& chart) {
    if (chart.spans.empty()) return {};
    std::string out = "<ul>";
    std::size_t listed = 0;
    for (const Span& span : chart.spans) {
        if (++listed > 50) break;
        fmt::format_to(Out(out), "<li>{}: {} to {} s</li>", escape_html(span.kind), number(span.from, 5),
                       number(span.to, 5));
    }
    out += "</ul>";
    if (chart.spans.size() > 50) fmt::format_to(Out(out), "<p>and {} more</p>", chart.spans.size() - 50);
    return out;
}

void append_values(std::string& out, std::string_view key, const std::vector<double>& values, int digits) {
    fmt::format_to(Out(out), ",\"{}\":[", key);
    bool first = true;
    for (const double value : values) {
        if (!first) out += ',';
        first = false;
        if (std::isfinite(value)) {
            append_general(out, value, digits);
        } else {
            out += "null";
        }
    }
    out += ']';
}

std::string_view draw_name(Draw draw) {
    switch (draw) {
        case Draw::line:
            return "line";
        case Draw::dashed:
            return "dashed";
        case Draw::points:
            return "points";
        case Draw::stems:
            break;
    }
    return "stems";
}

void append_series(std::string& out, const Series& series) {
    fmt::format_to(Out(out), "{{\"name\":{},\"colour\":{},\"draw\":\"{}\"", quote_json(series.name),
                   static_cast<int>(series.colour), draw_name(series.draw));
    append_values(out, "y", series.y, 6);
    if (!series.low.empty()) {
        append_values(out, "low", series.low, 6);
        append_values(out, "high", series.high, 6);
    }
    out += '}';
}

// What the legend says beside the series: named rules, and each kind of shaded stretch once.
void append_keys(std::string& out, const Chart& chart) {
    std::vector<std::string> keys;
    const auto add = [&](const std::string& name, Colour colour, std::string_view kind) {
        const std::string key = fmt::format("{{\"name\":{},\"colour\":{},\"kind\":\"{}\"}}", quote_json(name),
                                            static_cast<int>(colour), kind);
        if (!name.empty() && std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
    };
    for (const Rule& rule : chart.rules) add(rule.name, rule.colour, "rule");
    for (const Span& span : chart.spans) add(span.kind, span.colour, "span");
    out += ",\"keys\":[";
    for (std::size_t i = 0; i < keys.size(); ++i) out += (i > 0 ? "," : "") + keys[i];
    out += ']';
}

void append_chart(std::string& out, const Chart& chart) {
    fmt::format_to(
        Out(out),
        "{{\"id\":{},\"title\":{},\"description\":{},\"xLabel\":{},\"yLabel\":{},\"time\":{},\"zero\":{}",
        quote_json(chart.id), quote_json(chart.title), quote_json(chart.description),
        quote_json(chart.x_label), quote_json(chart.y_label), chart.on_session_time, chart.include_zero);
    append_values(out, "x", chart.x, 10);
    // Over the session's time a zoom fits y anew; elsewhere y shows the rules as well, as the drawing does.
    if (const Extent y = y_extent(chart); !chart.on_session_time)
        fmt::format_to(Out(out), ",\"yRange\":[{:.6g},{:.6g}]", y.low, y.high);
    out += ",\"series\":[";
    for (std::size_t i = 0; i < chart.series.size(); ++i) {
        if (i > 0) out += ',';
        append_series(out, chart.series[i]);
    }
    out += "],\"spans\":[";
    for (std::size_t i = 0; i < chart.spans.size(); ++i) {
        const Span& span = chart.spans[i];
        fmt::format_to(Out(out), "{}{{\"from\":{:.10g},\"to\":{:.10g},\"colour\":{}}}", i > 0 ? "," : "",
                       span.from, span.to, static_cast<int>(span.colour));
    }
    out += "],\"rules\":[";
    for (std::size_t i = 0; i < chart.rules.size(); ++i) {
        fmt::format_to(Out(out), "{}{{\"y\":{:.6g},\"colour\":{}}}", i > 0 ? "," : "", chart.rules[i].y,
                       static_cast<int>(chart.rules[i].colour));
    }
    out += ']';
    append_keys(out, chart);
    out += '}';
}

}  // namespace

std::string figure(const ChartSlot& slot) {
    const Chart& chart = slot.chart;
    if (!slot.missing.empty() || chart.empty()) {
        return fmt::format("<p class=\"absent\"><strong>{}</strong>: not available: {}.</p>\n",
                           escape_html(chart.title),
                           escape_html(slot.missing.empty() ? "no value is there" : slot.missing));
    }
    std::string out =
        fmt::format("<figure id=\"chart-{}\"><figcaption>{}</figcaption>\n<div class=\"static\">{}</div>\n",
                    chart.id, escape_html(chart.title), svg(chart));
    for (const std::string& note : chart.notes)
        fmt::format_to(Out(out), "<p class=\"note\">{}</p>\n", escape_html(note));
    const bool every = chart.x.size() <= kLongestTable && !chart.on_session_time;
    fmt::format_to(Out(out), "<details><summary>{}</summary><p>{}</p>{}{}</details></figure>\n",
                   every ? "Values as a table" : "Summary as a table", escape_html(chart.description),
                   every ? full_table(chart) : summary_table(chart), span_list(chart));
    return out;
}

std::string charts_json(const std::vector<Chart>& charts) {
    std::string out = "[";
    for (std::size_t i = 0; i < charts.size(); ++i) {
        if (i > 0) out += ',';
        append_chart(out, charts[i]);
    }
    return out + "]";
}

}  // namespace rle::report
