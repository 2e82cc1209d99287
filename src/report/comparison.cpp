// Several sessions side by side: what differs is seen in a row, nothing is pooled (that is `reproduce`).
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "report/headline.hpp"
#include "report/page.hpp"
#include "report/sheet.hpp"
#include "report/text.hpp"
#include "report/view.hpp"

namespace rle::report {
namespace {

using Out = std::back_insert_iterator<std::string>;

constexpr std::size_t kMostDrawn = 12;  // sessions; a page of more is a list, not a comparison

// The sessions' names; the folder stands in where two bear the same.
std::vector<std::string> labels_of(const std::vector<ReportInput>& inputs) {
    std::vector<std::string> labels;
    for (const ReportInput& input : inputs) labels.push_back(session_name(input));
    std::vector<std::string> unique = labels;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (std::count(labels.begin(), labels.end(), labels[i]) > 1) unique[i] = inputs[i].session_path;
    }
    return unique;
}

std::string shown(const Headline& five) {
    if (five.value.empty()) return {};
    const std::string value = five.unit.empty() ? five.value : five.value + " " + five.unit;
    return five.told ? value : "none told (peak at " + value + ")";
}

std::string cell(const std::string& value) {
    return value.empty() ? "<td class=\"none\">not available</td>"
                         : fmt::format("<td>{}</td>", escape_html(value));
}

std::string header_cells(const std::vector<std::string>& titles) {
    std::string out;
    for (const std::string& title : titles)
        fmt::format_to(Out(out), "<th scope=\"col\">{}</th>", escape_html(title));
    return out;
}

std::string verdict_table(const std::vector<ReportInput>& inputs, const std::vector<std::string>& labels) {
    std::string out =
        "<div class=\"wide\"><table><caption>Verdicts, and the five numbers; tested values where there "
        "are any</caption><thead><tr><th scope=\"col\">Session</th><th scope=\"col\">Verdict</th>";
    for (const Headline& five : headlines(inputs.front()))
        fmt::format_to(Out(out), "<th scope=\"col\">{}</th>", escape_html(five.label));
    out += "</tr></thead><tbody>";
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        fmt::format_to(Out(out), "<tr><th scope=\"row\">{}</th><td>{}</td>", escape_html(labels[i]),
                       escape_html(verdict_word(inputs[i])));
        for (const Headline& five : headlines(inputs[i])) out += cell(shown(five));
        out += "</tr>\n";
    }
    return out + "</tbody></table></div>\n";
}

std::string sentences(const std::vector<ReportInput>& inputs, const std::vector<std::string>& labels) {
    std::string out = "<dl>";
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        fmt::format_to(Out(out), "<dt>{}</dt><dd>{}</dd>", escape_html(labels[i]),
                       escape_html(verdict_sentence(inputs[i])));
    }
    return out + "</dl>\n";
}

// Rows by key, in the order of the first session that has them; a session without the row has an empty cell.
struct SheetLine {
    DataSheetRow row;
    std::vector<std::string> values;  ///< one a session, with its unit
};

std::vector<SheetLine> sheet_lines(const std::vector<View>& views) {
    std::vector<SheetLine> lines;
    for (std::size_t i = 0; i < views.size(); ++i) {
        for (DataSheetRow& row : data_sheet(views[i])) {
            const auto same = [&](const SheetLine& line) { return line.row.key == row.key; };
            auto line = std::find_if(lines.begin(), lines.end(), same);
            if (line == lines.end()) {
                const auto behind = std::find_if(lines.rbegin(), lines.rend(), [&](const SheetLine& other) {
                                        return other.row.section == row.section;
                                    }).base();
                const bool known_section = behind != lines.begin();
                line = lines.insert(known_section ? behind : lines.end(),
                                    {row, std::vector<std::string>(views.size())});
            }
            line->values[i] = row.value.empty() || row.unit.empty() ? row.value : row.value + " " + row.unit;
            if (!row.value.empty() && row.remark.starts_with(kNoLagToTell))
                line->values[i] += ", not significant";
        }
    }
    return lines;
}

std::string sheet_table(const std::vector<View>& views, const std::vector<std::string>& labels) {
    std::string out, section;
    for (const SheetLine& line : sheet_lines(views)) {
        if (line.row.section != section) {
            if (!section.empty()) out += "</tbody></table></div>\n";
            section = line.row.section;
            fmt::format_to(Out(out),
                           "<div class=\"wide\"><table><caption>{}</caption><thead><tr><td></td>{}</tr>"
                           "</thead><tbody>\n",
                           escape_html(section), header_cells(labels));
        }
        fmt::format_to(Out(out), "<tr><th scope=\"row\">{}</th>", escape_html(line.row.label));
        for (const std::string& value : line.values) out += cell(value);
        out += "</tr>\n";
    }
    return section.empty() ? out : out + "</tbody></table></div>\n";
}

// The first of a group of charts, with an id and a title of its own.
ChartSlot first_of(std::vector<ChartSlot> slots, std::size_t session, const std::string& label) {
    ChartSlot slot = std::move(slots.front());
    slot.chart.id += fmt::format("-of-{}", session + 1);
    slot.chart.title = label + ": " + slot.chart.title;
    return slot;
}

std::string charts_of_all(const std::vector<View>& views, const std::vector<std::string>& labels,
                          std::vector<ChartSlot> (*group)(const View&), std::vector<Chart>& charts) {
    std::vector<ChartSlot> slots;
    const std::size_t drawn = std::min(views.size(), kMostDrawn);
    for (std::size_t i = 0; i < drawn; ++i) slots.push_back(first_of(group(views[i]), i, labels[i]));
    std::string out = draw(std::move(slots), charts);
    if (drawn < views.size())
        fmt::format_to(Out(out), "<p class=\"note\">The first {} of {} sessions are drawn.</p>\n", drawn,
                       views.size());
    return out;
}

std::string warnings_of_all(const std::vector<ReportInput>& inputs, const std::vector<std::string>& labels) {
    std::string out = "<dl>";
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const std::vector<std::string> warnings = all_warnings(inputs[i]);
        if (warnings.empty()) fmt::format_to(Out(out), "<dt>{}</dt><dd>None.</dd>", escape_html(labels[i]));
        for (const std::string& warning : warnings)
            fmt::format_to(Out(out), "<dt>{}</dt><dd>{}</dd>", escape_html(labels[i]), escape_html(warning));
    }
    return out + "</dl>\n";
}

std::string tally(const std::vector<ReportInput>& inputs) {
    std::vector<std::pair<std::string, std::size_t>> counts;
    for (const ReportInput& input : inputs) {
        const std::string word = verdict_word(input);
        const auto at =
            std::find_if(counts.begin(), counts.end(), [&](const auto& c) { return c.first == word; });
        if (at == counts.end())
            counts.emplace_back(word, 1);
        else
            ++at->second;
    }
    std::string out;
    for (const auto& [word, n] : counts)
        fmt::format_to(Out(out), "{}{}: {}", out.empty() ? "" : "; ", word, n);
    return out + ".";
}

}  // namespace

std::string html_comparison(const std::vector<ReportInput>& inputs) {
    const std::vector<std::string> labels = labels_of(inputs);
    std::vector<View> views;
    for (const ReportInput& input : inputs) views.push_back(view_of(input));
    Page page;
    page.title = fmt::format("{} sessions side by side", inputs.size());
    page.opening = fmt::format(
        "<h1>Thermal-optimization coupling: {} sessions side by side</h1>\n"
        "<p class=\"verdict open\">{} Each session is judged by itself; nothing is pooled here "
        "(<code>rlecouple reproduce</code> does that).</p>\n",
        inputs.size(), escape_html(tally(inputs)));
    page.body += section("verdicts", "Verdicts", verdict_table(inputs, labels) + sentences(inputs, labels));
    page.body += section("coupling", "RLE", charts_of_all(views, labels, coupling_charts, page.charts));
    page.body += section("lag", "Lag", charts_of_all(views, labels, correlation_charts, page.charts));
    page.body += section("data-sheet", "Data sheets", sheet_table(views, labels));
    page.body += section("warnings", "Warnings", warnings_of_all(inputs, labels));
    return html_page(page);
}

std::string markdown_comparison(const std::vector<ReportInput>& inputs) {
    const std::vector<std::string> labels = labels_of(inputs);
    std::string out =
        fmt::format("## Thermal-optimization coupling: {} sessions\n\n{}\n\n| session | verdict |",
                    inputs.size(), escape_markdown(tally(inputs)));
    const std::vector<Headline> titles = headlines(inputs.front());
    for (const Headline& five : titles) fmt::format_to(Out(out), " {} |", escape_markdown(five.label));
    out += "\n|---|---|";
    for (std::size_t i = 0; i < titles.size(); ++i) out += "---|";
    out += '\n';
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        fmt::format_to(Out(out), "| {} | {} |", escape_markdown(labels[i]),
                       escape_markdown(verdict_word(inputs[i])));
        for (const Headline& five : headlines(inputs[i])) {
            const std::string value = shown(five);
            fmt::format_to(Out(out), " {} |", value.empty() ? "not available" : escape_markdown(value));
        }
        out += '\n';
    }
    return out;
}

}  // namespace rle::report
