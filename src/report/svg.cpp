// Charts as static SVG: what a report shows on paper, without JavaScript, and to a screen reader.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "report/chart.hpp"
#include "report/text.hpp"

namespace rle::report {
namespace {

constexpr double kWidth = 760.0;
constexpr double kHeight = 232.0;
constexpr double kLeft = 62.0;
constexpr double kRight = 14.0;
constexpr double kTop = 30.0;     // the legend's line
constexpr double kBottom = 42.0;  // tick labels and the axis' name
constexpr double kAverageGlyph = 6.6;

// Maps data to the drawing.
struct Frame2d {
    Extent x, y;

    double px(double value) const {
        return kLeft + (value - x.low) / (x.high - x.low) * (kWidth - kLeft - kRight);
    }
    double py(double value) const {
        return kHeight - kBottom - (value - y.low) / (y.high - y.low) * (kHeight - kTop - kBottom);
    }
};

using Out = std::back_insert_iterator<std::string>;

Frame2d frame_of(const Chart& chart) {
    Frame2d frame{x_extent(chart.x), y_extent(chart)};
    const double air = 0.04 * (frame.y.high - frame.y.low);
    const bool from_zero = chart.include_zero && frame.y.low == 0.0;
    frame.y = {from_zero ? 0.0 : frame.y.low - air, frame.y.high + air};
    const bool stems = std::any_of(chart.series.begin(), chart.series.end(),
                                   [](const Series& s) { return s.draw == Draw::stems; });
    const double side = stems ? 0.04 * (frame.x.high - frame.x.low) : 0.0;
    frame.x = {frame.x.low - side, frame.x.high + side};
    return frame;
}

void draw_axes(std::string& out, const Chart& chart, const Frame2d& frame) {
    const std::vector<double> across = ticks(frame.x, 9);
    const std::vector<double> up = ticks(frame.y, 5);
    const double base = kHeight - kBottom;
    out += "<g class=\"grid\">";
    for (const double y : up) {
        fmt::format_to(Out(out), "<path d=\"M{} {:.1f}H{}\"/>", kLeft, frame.py(y), kWidth - kRight);
    }
    for (const double x : across)
        fmt::format_to(Out(out), "<path d=\"M{:.1f} {}V{}\"/>", frame.px(x), kTop, base);
    out += "</g><g class=\"tick\">";
    for (const double y : up) {
        fmt::format_to(Out(out), "<text x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{:.{}f}</text>", kLeft - 6,
                       frame.py(y) + 4, y, tick_decimals(up));
    }
    for (const double x : across) {
        fmt::format_to(Out(out), "<text x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{:.{}f}</text>",
                       frame.px(x), base + 16, x, tick_decimals(across));
    }
    fmt::format_to(Out(out), "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                   (kLeft + kWidth - kRight) / 2, kHeight - 8, escape_html(chart.x_label));
    fmt::format_to(Out(out),
                   "<text transform=\"translate(14 {}) rotate(-90)\" text-anchor=\"middle\">{}</text></g>",
                   (kTop + base) / 2, escape_html(chart.y_label));
    fmt::format_to(Out(out), "<path class=\"axis\" d=\"M{} {}V{}H{}\"/>", kLeft, kTop, base, kWidth - kRight);
}

void draw_spans(std::string& out, const Chart& chart, const Frame2d& frame) {
    for (const Span& span : chart.spans) {
        const double from = frame.px(std::max(span.from, frame.x.low));
        const double to = frame.px(std::min(span.to, frame.x.high));
        if (!(to >= from)) continue;
        fmt::format_to(
            Out(out), "<rect class=\"f{} span\" x=\"{:.1f}\" y=\"{}\" width=\"{:.1f}\" height=\"{}\"/>",
            static_cast<int>(span.colour), from, kTop, std::max(1.0, to - from), kHeight - kTop - kBottom);
    }
}

void draw_rules(std::string& out, const Chart& chart, const Frame2d& frame) {
    for (const Rule& rule : chart.rules) {
        fmt::format_to(Out(out), "<path class=\"s{} rule\" d=\"M{} {:.1f}H{}\"/>",
                       static_cast<int>(rule.colour), kLeft, frame.py(rule.y), kWidth - kRight);
    }
}

// A point of a path, behind the letter that says how it is gone to.
void append_point(std::string& path, char letter, double x, double y) {
    path += letter;
    append_fixed(path, x, 1);
    path += ' ';
    append_fixed(path, y, 1);
}

// The path of a line; a value between two gaps becomes a dot (round line caps).
std::string line_path(const std::vector<double>& x, const std::vector<double>& y, const Frame2d& frame) {
    std::string path;
    bool pen_down = false;
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (!std::isfinite(y[i])) {
            pen_down = false;
            continue;
        }
        append_point(path, pen_down ? 'L' : 'M', frame.px(x[i]), frame.py(y[i]));
        const bool alone = !pen_down && (i + 1 == x.size() || !std::isfinite(y[i + 1]));
        if (alone) path += "h0";
        pen_down = true;
    }
    return path;
}

void draw_interval(std::string& out, const Chart& chart, const Series& series, const Frame2d& frame) {
    if (series.low.empty()) return;
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < chart.x.size(); ++i) {
        if (std::isfinite(series.low[i]) && std::isfinite(series.high[i])) rows.push_back(i);
    }
    if (rows.empty()) return;
    std::string path;
    const auto to = [&](std::size_t row, double y) {
        append_point(path, path.empty() ? 'M' : 'L', frame.px(chart.x[row]), frame.py(y));
    };
    for (const std::size_t row : rows) to(row, series.high[row]);
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) to(*row, series.low[*row]);
    fmt::format_to(Out(out), "<path class=\"f{} band\" d=\"{}Z\"/>", static_cast<int>(series.colour), path);
}

void draw_marks(std::string& out, const Chart& chart, const Series& series, const Frame2d& frame) {
    const int colour = static_cast<int>(series.colour);
    const double base = frame.py(std::clamp(0.0, frame.y.low, frame.y.high));
    std::string stems;
    std::string marks;
    for (std::size_t i = 0; i < chart.x.size(); ++i) {
        if (!std::isfinite(series.y[i])) continue;
        const double x = frame.px(chart.x[i]);
        const double y = frame.py(series.y[i]);
        if (series.draw == Draw::stems) {
            append_point(stems, 'M', x, base);
            stems += 'V';
            append_fixed(stems, y, 1);
        }
        append_point(marks, 'M', x, y);
        marks += "h0";
    }
    if (!stems.empty()) fmt::format_to(Out(out), "<path class=\"s{} stem\" d=\"{}\"/>", colour, stems);
    fmt::format_to(Out(out), "<path class=\"s{} mark\" d=\"{}\"/>", colour, marks);
}

void draw_series(std::string& out, const Chart& chart, const Frame2d& frame) {
    for (const Series& series : chart.series) draw_interval(out, chart, series, frame);
    for (const Series& series : chart.series) {
        if (series.draw == Draw::points || series.draw == Draw::stems) {
            draw_marks(out, chart, series, frame);
        } else {
            fmt::format_to(Out(out), "<path class=\"s{} line{}\" d=\"{}\"/>", static_cast<int>(series.colour),
                           series.draw == Draw::dashed ? " dashed" : "", line_path(chart.x, series.y, frame));
        }
    }
}

struct LegendEntry {
    std::string text;
    std::string sample;  // the element that stands before it, drawn at the origin
};

std::vector<LegendEntry> legend_of(const Chart& chart) {
    std::vector<LegendEntry> entries;
    for (const Series& series : chart.series) {
        const int colour = static_cast<int>(series.colour);
        const bool mark = series.draw == Draw::points || series.draw == Draw::stems;
        entries.push_back(
            {series.name, mark ? fmt::format("<path class=\"s{} mark\" d=\"M9 0h0\"/>", colour)
                               : fmt::format("<path class=\"s{} line{}\" d=\"M0 0h18\"/>", colour,
                                             series.draw == Draw::dashed ? " dashed" : "")});
    }
    for (const Rule& rule : chart.rules) {
        if (rule.name.empty()) continue;
        entries.push_back({rule.name, fmt::format("<path class=\"s{} rule\" d=\"M0 0h18\"/>",
                                                  static_cast<int>(rule.colour))});
    }
    for (const Span& span : chart.spans) {
        const auto same = [&](const LegendEntry& e) { return e.text == span.kind; };
        if (span.kind.empty() || std::any_of(entries.begin(), entries.end(), same)) continue;
        entries.push_back(
            {span.kind, fmt::format("<rect class=\"f{} span\" x=\"0\" y=\"-6\" width=\"18\" height=\"12\"/>",
                                    static_cast<int>(span.colour))});
    }
    return entries;
}

void draw_legend(std::string& out, const Chart& chart) {
    double x = kLeft;
    for (const LegendEntry& entry : legend_of(chart)) {
        fmt::format_to(
            Out(out),
            "<g transform=\"translate({:.0f} 14)\">{}<text class=\"tick\" x=\"24\" y=\"4\">{}</text></g>", x,
            entry.sample, escape_html(entry.text));
        x += 42.0 + kAverageGlyph * static_cast<double>(entry.text.size());
    }
}

}  // namespace

std::string svg(const Chart& chart) {
    const Frame2d frame = frame_of(chart);
    std::string out = fmt::format(
        "<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-labelledby=\"{}-title {}-desc\">"
        "<title id=\"{}-title\">{}</title><desc id=\"{}-desc\">{}</desc>",
        kWidth, kHeight, chart.id, chart.id, chart.id, escape_html(chart.title), chart.id,
        escape_html(chart.description));
    draw_spans(out, chart, frame);
    draw_axes(out, chart, frame);
    draw_rules(out, chart, frame);
    draw_series(out, chart, frame);
    draw_legend(out, chart);
    out += "</svg>";
    return out;
}

}  // namespace rle::report
