#include "report/chart.hpp"

#include <algorithm>
#include <cmath>

#include "rlecouple/telemetry.hpp"
#include "support/catch.hpp"

using namespace rle;
using namespace rle::report;

namespace {

Chart noisy_chart(std::size_t rows) {
    Chart chart;
    chart.id = "test";
    Series a{"a", Colour::blue, Draw::line, {}};
    Series b{"b", Colour::orange, Draw::line, {}};
    for (std::size_t i = 0; i < rows; ++i) {
        chart.x.push_back(static_cast<double>(i));
        a.y.push_back(static_cast<double>(i * 7919 % 1000));
        b.y.push_back(std::sin(0.001 * static_cast<double>(i)));
    }
    chart.series = {a, b};
    return chart;
}

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t n = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
    return n;
}

}  // namespace

TEST_CASE("ticks are round and lie within the extent") {
    CHECK(ticks({0.0, 90.0}, 9) == std::vector<double>{0, 10, 20, 30, 40, 50, 60, 70, 80, 90});
    CHECK(ticks({-3.0, 3.0}, 6) == std::vector<double>{-3, -2, -1, 0, 1, 2, 3});
    const std::vector<double> small = ticks({0.1, 0.35}, 5);
    CHECK(small.size() == 6);
    CHECK(tick_decimals(small) == 2);
    CHECK(tick_decimals(ticks({0.0, 1e6}, 5)) == 0);
    CHECK(ticks({5.0, 5.0}, 5) == std::vector<double>{5.0});
    for (const double tick : ticks({-1e-7, 3.3e-6}, 5)) CHECK(std::abs(tick) < 3.4e-6);
}

TEST_CASE("an extent takes in intervals and rules, and a constant has a middle") {
    Chart chart;
    chart.x = {0.0, 1.0};
    chart.series = {{"a", Colour::blue, Draw::line, {2.0, kMissing}, {1.0, kMissing}, {3.0, kMissing}}};
    CHECK(y_extent(chart).low == 1.0);
    CHECK(y_extent(chart).high == 3.0);
    chart.rules = {{-4.0, "", Colour::ink}};
    CHECK(y_extent(chart).low == -4.0);
    Chart flat;
    flat.x = {0.0, 1.0};
    flat.series = {{"a", Colour::blue, Draw::line, {20.0, 20.0}}};
    CHECK(y_extent(flat).low < 20.0);
    CHECK(y_extent(flat).high > 20.0);
}

TEST_CASE("reducing loses no spike and makes up no row") {
    Chart chart = noisy_chart(100000);
    chart.series[0].y[54321] = 5000.0;
    chart.series[1].y[777] = -7.0;
    chart.series[1].y[50000] = kMissing;
    const Chart before = chart;
    reduce(chart, 500);
    CHECK(chart.rows_before == 100000);
    CHECK(chart.x.size() <= 500 * 3 * 2 + 2);
    CHECK(*std::max_element(chart.series[0].y.begin(), chart.series[0].y.end()) == 5000.0);
    CHECK(std::count(chart.series[1].y.begin(), chart.series[1].y.end(), -7.0) == 1);
    CHECK(std::count_if(chart.series[1].y.begin(), chart.series[1].y.end(),
                        [](double y) { return std::isnan(y); }) == 1);
    CHECK(chart.x.front() == 0.0);
    CHECK(chart.x.back() == 99999.0);
    CHECK(std::is_sorted(chart.x.begin(), chart.x.end()));
    for (std::size_t i = 0; i < chart.x.size(); ++i) {
        const auto row = static_cast<std::size_t>(chart.x[i]);
        CHECK(chart.series[0].y[i] == before.series[0].y[row]);
    }
}

TEST_CASE("columns are drawn as a chart of all their rows is reduced") {
    Chart whole = noisy_chart(30000);
    whole.series[1].y[20000] = kMissing;
    const Chart columns = whole;
    const std::vector<LongSeries> series{{"a", Colour::blue, Draw::line, columns.series[0].y},
                                         {"b", Colour::green, Draw::points, columns.series[1].y}};
    whole.series[1].draw = Draw::points;
    reduce(whole, 700);
    Chart drawn;
    draw_rows(drawn, columns.x, series, 700);
    CHECK(drawn.x == whole.x);
    CHECK(drawn.rows_before == 30000);
    CHECK(drawn.series[0].y == whole.series[0].y);
    CHECK(drawn.series[1].name == "b");
    CHECK(drawn.series[1].draw == Draw::points);

    const std::vector<std::size_t> rows{0, 5, 29999};
    Chart some, all;
    draw_rows(some, columns.x, series, 700, rows);
    CHECK(some.x == std::vector<double>{0.0, 5.0, 29999.0});
    CHECK(some.rows_before == 30000);
    draw_rows(all, std::span(columns.x).first(2800),
              {{"a", Colour::blue, Draw::line, std::span(columns.series[0].y).first(2800)}}, 700);
    CHECK(all.x.size() == 2800);
    CHECK(all.rows_before == 0);
}

TEST_CASE("a short chart is left as it is") {
    Chart chart = noisy_chart(900);
    reduce(chart, 1000);
    CHECK(chart.rows_before == 0);
    CHECK(chart.x.size() == 900);
}

TEST_CASE("the drawing has a title, a description, a legend, and breaks its line at a gap") {
    Chart chart;
    chart.id = "gap";
    chart.title = "A <title>";
    chart.description = "what is to be seen";
    chart.x = {0, 1, 2, 3, 4};
    chart.series = {{"line & more", Colour::blue, Draw::line, {1, 2, kMissing, 3, 4}}};
    chart.spans = {{1.0, 2.0, "collapse", Colour::vermillion}, {3.0, 3.5, "collapse", Colour::vermillion}};
    const std::string drawing = svg(chart);
    CHECK(drawing.find("role=\"img\"") != std::string::npos);
    CHECK(drawing.find("<title id=\"gap-title\">A &lt;title&gt;</title>") != std::string::npos);
    CHECK(drawing.find("<desc id=\"gap-desc\">what is to be seen</desc>") != std::string::npos);
    CHECK(drawing.find("line &amp; more") != std::string::npos);
    CHECK(count(drawing, ">collapse<") == 1);
    CHECK(count(drawing, "class=\"f2 span\"") == 3);  // two stretches and the legend
    const std::size_t line = drawing.find("class=\"s1 line\" d=\"");
    const std::string path = drawing.substr(line, drawing.find('>', line) - line);
    CHECK(count(path, "M") == 2);
    CHECK(count(path, "L") == 2);
    CHECK(drawing.find("nan") == std::string::npos);
}
