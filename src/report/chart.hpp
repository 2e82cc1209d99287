// A chart as data: what static SVG and the interactive script both draw.
//
// Invariant: every series, and every interval of a series, is as long as `x`; NaN is a gap, never 0.
// Colours are numbers into a palette that the colour-blind tell apart (Okabe & Ito 2008); the style sheet
// holds the values.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace rle::report {

/// Entries of the palette; the style sheet's variables --c1 to --c7.
enum class Colour { blue = 1, vermillion, green, orange, sky, purple, ink };

enum class Draw {
    line,
    dashed,
    points,  ///< a mark at each present value
    stems,   ///< a vertical line from 0 to each value, and a mark on it
};

struct Series {
    std::string name;
    Colour colour = Colour::blue;
    Draw draw = Draw::line;
    std::vector<double> y;
    std::vector<double> low = {}, high = {};  ///< an interval around y; both empty where there is none
};

/// A stretch of x that is shaded (a collapse, throttling).
struct Span {
    double from = 0.0;
    double to = 0.0;
    std::string kind;  ///< as the legend says
    Colour colour = Colour::orange;
};

/// A horizontal line across the chart.
struct Rule {
    double y = 0.0;
    std::string name;  ///< as the legend says; an empty one is not in the legend
    Colour colour = Colour::ink;
};

struct Chart {
    std::string id = {};  ///< unique in the document: [a-z-]+
    std::string title = {};
    std::string description = {};  ///< what is to be seen, for who cannot see it
    std::string x_label = {};
    std::string y_label = {};
    bool on_session_time = false;  ///< x is t_s: zooms together with the others
    bool include_zero = false;     ///< of y
    std::vector<double> x = {};
    std::vector<Series> series = {};
    std::vector<Span> spans = {};
    std::vector<Rule> rules = {};
    std::vector<std::string> notes = {};  ///< under the chart: what is modelled, reduced, left out
    std::size_t rows_before = 0;          ///< rows that `x` stands for, where it was reduced; else 0

    bool empty() const;  ///< no series has a present value
};

/// A chart, or why there is none.
struct ChartSlot {
    Chart chart;
    std::string missing;  ///< not empty: the chart cannot be drawn, and why
};

/// Lowest and highest of what is drawn.
struct Extent {
    double low = 0.0;
    double high = 1.0;
};

/// Of x; of a chart's y with intervals, rules and, where asked for, zero; a constant is widened so that it
/// has a middle.
Extent x_extent(std::span<const double> x);
Extent y_extent(const Chart& chart);

/// Round numbers (1, 2, 5 times a power of ten) in [low, high], about `wanted` of them.
std::vector<double> ticks(const Extent& extent, int wanted);
/// Decimals that tell neighbouring ticks apart.
int tick_decimals(const std::vector<double>& at);

/// Keeps these rows, which ascend, and no others.
void keep_rows(Chart& chart, const std::vector<std::size_t>& rows);

/// Keeps of every bucket of rows each series' lowest and highest value, and one row of each gap, so that no
/// spike is lost: at most three rows a series and a bucket. Rows are kept or left out as a whole, none is
/// made up.
void reduce(Chart& chart, std::size_t buckets);

/// A series whose values stay where they are until some of them are drawn.
struct LongSeries {
    std::string name;
    Colour colour = Colour::blue;
    Draw draw = Draw::line;
    std::span<const double> y;
};

/// Makes x and series of the chart from these, reduced as reduce() does; of `rows` alone, where any are
/// given. A long session's columns are not copied for it.
void draw_rows(Chart& chart, std::span<const double> x, const std::vector<LongSeries>& series,
               std::size_t buckets, std::span<const std::size_t> rows = {});

/// The chart as a self-contained <svg> element that a screen reader announces by title and description.
std::string svg(const Chart& chart);

}  // namespace rle::report
