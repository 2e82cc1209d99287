#include "report/report.hpp"

#include <algorithm>

#include "report/figures.hpp"
#include "report/guidelines.hpp"
#include "report/headline.hpp"
#include "report/session_charts.hpp"
#include "sample_input.hpp"
#include "support/catch.hpp"

using namespace rle;
using namespace rle::report;

namespace {

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t n = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
    return n;
}

const DataSheetRow& row(const std::vector<DataSheetRow>& sheet, const std::string& key) {
    const auto it = std::find_if(sheet.begin(), sheet.end(), [&](const auto& r) { return r.key == key; });
    REQUIRE(it != sheet.end());
    return *it;
}

}  // namespace

TEST_CASE("the verdict is the explanation, where the test gave one") {
    ReportInput input = test::sample_input();
    CHECK(verdict_word(input) == "Coupled");
    CHECK(verdict_sentence(input) == input.correlation->explanation);
    input.correlation->verdict = Verdict::not_detected;
    input.correlation->explanation.clear();
    CHECK(has(verdict_sentence(input), "No coupling of grad_norm and rle was detected"));
}

TEST_CASE("without a test there is no verdict, and the manual's reading is called untested") {
    ReportInput input = test::sample_input();
    input.correlation->tested.reset();
    input.correlation->verdict.reset();
    input.correlation->explanation.clear();
    CHECK(verdict_word(input) == "Not tested");
    CHECK(has(verdict_sentence(input), "r = -0.800 (strong) at a lag of -1.00 s (grad_norm leads)"));
    CHECK(has(headlines(input)[0].source, "untested"));
    CHECK(headlines(input)[2].value.empty());
    CHECK(has(headlines(input)[2].missing, "no test"));
}

TEST_CASE("the five numbers are the tested ones, with the manual's beside them") {
    const std::vector<Headline> five = headlines(test::sample_input());
    REQUIRE(five.size() == 5);
    CHECK(five[0].value == "-0.710");
    CHECK(has(five[0].source, "manual -0.800"));
    CHECK(five[1].value == "-1.05");
    CHECK(has(five[1].note, "grad_norm leads"));
    CHECK(has(five[1].note, "delay 1.05 s"));
    CHECK(five[2].value == "< 0.0001");
    CHECK(five[3].value == "10.0");
    CHECK(five[4].value == "-6.1 %");
    CHECK(has(five[4].note, "not within 5 %"));
}

TEST_CASE("the data sheet holds the values, and their classes and expectations") {
    const std::vector<DataSheetRow> sheet = data_sheet(test::sample_input());
    CHECK(row(sheet, "session").value == "sample");
    CHECK(row(sheet, "hA_w_per_c").number == 4.0);
    CHECK(has(row(sheet, "hA_w_per_c").remark, "[3.90, 4.10]"));
    CHECK(row(sheet, "power_w_mean").number.value() == Approx((60 * 180.0 + 30 * 60.0) / 90.0));
    CHECK(row(sheet, "power_w_max").number == 180.0);
    CHECK(has(row(sheet, "tau_th_s").remark, "slow"));
    CHECK(row(sheet, "closure").expected == "within 0.05");
    CHECK(row(sheet, "r_peak").number == -0.8);
    CHECK(row(sheet, "tested_r_peak").number == -0.71);
    CHECK(row(sheet, "rle_delta").number.value() == Approx(0.2));
    CHECK(row(sheet, "granger_driver_p").number == 3e-8);  // the number, and how it is shown
    CHECK(row(sheet, "granger_driver_p").value == "< 0.0001");
    CHECK(has(row(sheet, "ambient_c").remark, "nobody measured"));
    for (const DataSheetRow& r : sheet) {
        INFO(r.key);
        CHECK((!r.value.empty() || !r.remark.empty()));  // a missing value says why
        CHECK(!has(r.value, "nan"));
    }
}

TEST_CASE(
    "the data sheet shows what the analysis used, and where it is from, with or without a session.json") {
    ReportInput input = test::sample_input();
    input.balance->thermal.ambient_c = 27.0;
    input.balance->thermal.ambient_from = "option";
    CHECK(row(data_sheet(input), "ambient_c").number == 27.0);
    CHECK(has(row(data_sheet(input), "ambient_c").remark, "--ambient"));
    input.session.reset();
    input.alignment->sample_hz = 2.0;
    const std::vector<DataSheetRow> sheet = data_sheet(input);
    CHECK(row(sheet, "ambient_c").number == 27.0);
    CHECK(row(sheet, "sample_hz").number == 2.0);
    CHECK(has(row(sheet, "sample_hz").remark, "aligned"));
    const std::vector<double>& t_s = input.aligned->t_s;
    CHECK(row(sheet, "duration_s").number == t_s.back() - t_s.front());
    CHECK(has(row(sheet, "duration_s").remark, "aligned row"));
    input.balance->thermal.ambient_fitted = true;
    CHECK(has(row(data_sheet(input), "ambient_c").remark, "fitted"));
}

TEST_CASE("where nothing is significant no direction is told") {
    ReportInput input = test::sample_input();
    for (const double r : {-0.2, 0.2}) {
        input.correlation->tested->r_peak = r;
        input.correlation->tested->significant = false;
        const std::string note = headlines(input)[0].note;
        CHECK(!has(note, "rises"));
        CHECK(!has(note, "falls"));
        CHECK(has(note, "not significant"));
        const std::string lag = headlines(input)[1].note;
        CHECK(has(lag, "there is no lag to tell"));
        CHECK(!has(lag, "leads"));
        CHECK(!has(lag, "delay"));
        input.correlation->tested->significant = true;
        CHECK(has(headlines(input)[0].note, r < 0 ? "falls as" : "rises with"));
    }
}

TEST_CASE("a guideline is met by the number, and not told where its interval reaches across a bound") {
    const auto met = [](const ReportInput& input, const std::string& quantity) {
        for (const Guideline& row : guidelines(input)) {
            if (row.quantity == quantity) return row.met;
        }
        FAIL(quantity);
        return Met::not_judged;
    };
    ReportInput input = test::sample_input();
    TestedCorrelation& t = *input.correlation->tested;
    CHECK(met(input, "Strength") == Met::yes);  // -0.71
    CHECK(met(input, "Lag") == Met::yes);       // -1.05, [-1.3, -0.8]
    t.r_peak = -0.277;
    CHECK(met(input, "Strength") == Met::no);  // significant, and still not above 0.3
    t.t_lag_ci95_s = Interval{-1.42, 1.54};
    CHECK(met(input, "Lag") == Met::cannot_tell);
    t.t_lag_ci95_s = Interval{-2.3, -1.6};
    t.t_lag_s = -2.0;
    CHECK(met(input, "Lag") == Met::no);
    t.significant = false;
    CHECK(met(input, "Strength") == Met::no);
    CHECK(met(input, "Lag") == Met::not_judged);  // nothing that could have a lag
    t.r_peak = 0.4;
    CHECK(met(input, "Strength") == Met::cannot_tell);
    CHECK(met(input, "Coupling constant k") == Met::yes);  // 0.08, [0.05, 0.11]
    input.correlation->coupling->k_ci95_per_s = Interval{-0.02, 0.18};
    CHECK(met(input, "Coupling constant k") == Met::cannot_tell);
    CHECK(met(input, "Thermal time constant") == Met::no);  // 10 s, [9.5, 10.5]
    CHECK(has(html_report(input), ">cannot tell</span>"));
}

TEST_CASE("what was not tested tells no order") {
    ReportInput input = test::sample_input();
    input.correlation->tested.reset();
    input.correlation->verdict = Verdict::insufficient_data;
    const Headline lag = headlines(input)[1];
    CHECK(lag.value == "-1.00");
    CHECK(!lag.told);
    CHECK(!has(lag.note, "leads"));
    CHECK(has(lag.note, "untested"));
}

TEST_CASE("no lag is told as a finding where nothing is significant, in one session and side by side") {
    ReportInput input = test::sample_input();
    input.correlation->verdict = Verdict::not_detected;
    input.correlation->tested->significant = false;
    input.correlation->tested->t_lag_s = -2.0;
    const std::string page = html_report(input);
    CHECK(!has(page, "<td>2.00 s</td>"));  // a delay in the coupling equation
    CHECK(has(page, "none to tell: not significant"));
    CHECK(has(row(data_sheet(input), "tested_t_lag_s").remark, "there is no lag to tell"));
    CHECK(has(row(data_sheet(input), "delay_s").remark, "there is no lag to tell"));
    const ReportInput coupled = test::sample_input();
    const std::string text = markdown_comparison({input, coupled});
    CHECK(has(text, "none told (peak at -2.00 s)"));
    CHECK(has(text, "| -1.05 s |"));
    const std::string both = html_comparison({input, coupled});
    CHECK(has(both, "<td>none told (peak at -2.00 s)</td>"));
    CHECK(has(both, "-2.000 s, not significant"));
    CHECK(!has(both, "<td>-2.00 s</td>"));
}

TEST_CASE("a p that no draw reached is the most that it can be") {
    ReportInput input = test::sample_input();
    input.correlation->tested->p_value = 0.001;
    CHECK(headlines(input)[2].value == "0.001");
    input.correlation->tested->p_at_most = true;
    CHECK(headlines(input)[2].value == "<= 0.001");
    CHECK(row(data_sheet(input), "p_value").value == "<= 0.001");
    CHECK(row(data_sheet(input), "p_value").number == 0.001);
    CHECK(has(html_report(input), "p &lt;= 0.001"));
}

TEST_CASE("which sign is the manual's is told of the manual's pair alone") {
    ReportInput input = test::sample_input();
    input.correlation->tested->r_peak = 0.7;
    CHECK(has(headlines(input)[0].note, "opposite to the manual's"));
    input.correlation->driver = "power_w";
    input.correlation->response = "temp_c";
    CHECK(headlines(input)[0].note == "temp_c rises with power_w");
}

TEST_CASE("without a session.json the first row's time is when the session started") {
    ReportInput input = test::sample_input();
    input.first_timestamp = "2026-01-02T03:04:05.000000Z";
    CHECK(row(data_sheet(input), "started").remark.empty());
    input.session.reset();
    CHECK(row(data_sheet(input), "started").value == input.first_timestamp);
    CHECK(has(row(data_sheet(input), "started").remark, "first aligned row"));
}

TEST_CASE("a report is never refused for lack of a stage: what is missing is named with its command") {
    const ReportInput full = test::sample_input();
    ReportInput empty;
    empty.session_path = "my results";
    for (const std::string& page : {html_report(empty), markdown_report(empty)}) {
        CHECK(has(page, "No verdict"));
        for (const char* command : {"align", "correlate", "balance"}) {
            CHECK(has(page, std::string("rlecouple ") + command));
        }
    }
    CHECK(has(html_report(empty), "rlecouple align &#39;my results&#39;"));
    for (const DataSheetRow& r : data_sheet(empty)) {
        INFO(r.key);
        CHECK((!r.value.empty() || !r.remark.empty()));
    }
    ReportInput no_balance = full;
    no_balance.balance.reset();
    CHECK(missing_stages(no_balance).size() == 1);
    CHECK(has(row(data_sheet(no_balance), "hA_w_per_c").remark, "no balance.json (rlecouple balance)"));
    ReportInput no_rows = full;
    no_rows.aligned.reset();
    CHECK(has(html_report(no_rows), "not available: no aligned.csv; run rlecouple align results/sample"));
    ReportInput broken = no_balance;
    broken.unreadable = {{"balance.json", "line 3: no JSON"}};
    CHECK(has(html_report(broken), "line 3: no JSON"));
}

TEST_CASE("every warning of every stage is listed, with its stage") {
    const ReportInput input = test::sample_input();
    const std::string page = html_report(input);
    const std::string text = markdown_report(input);
    for (const char* warning :
         {"collect: one tick was missed", "align: a warning of align", "correlate: a warning of correlate",
          "correlate: a warning of the test", "balance: a warning of balance"}) {
        CHECK(has(page, warning));
        CHECK(has(text, warning));
    }
}

TEST_CASE("modelled columns are marked wherever they are shown") {
    ReportInput input = test::sample_input();
    input.session->devices.front().modelled = {"temp_c"};
    const std::string page = html_report(input);
    CHECK(has(page, "Modelled, not measured:"));
    CHECK(has(page, "Temperature (modelled)"));
    CHECK(has(page, "temp_c, modelled"));
    CHECK(!has(page, "Power (modelled)"));
    CHECK(has(markdown_report(input), "Modelled, not measured"));
    CHECK(has(headlines(input)[3].note, "of modelled columns"));
    CHECK(has(headlines(input)[0].note, "of modelled columns"));  // RLE rests on them
    CHECK(has(page, "Not judged: power or temperature are modelled"));
    CHECK(row(data_sheet(input), "temp_c_mean").remark == "modelled, not measured");
    CHECK(row(data_sheet(input), "power_w_mean").remark.empty());
}

TEST_CASE("the heat that leaves a heatsink is not drawn from the die's temperature") {
    ReportInput input = test::sample_input();
    const std::string missing = "the heat leaves from a heatsink";
    const std::string one = html_report(input);
    CHECK(one.find(missing) == std::string::npos);
    CHECK(one.find("J left.") != std::string::npos);
    input.balance->thermal.model = "two-node";
    const std::string two = html_report(input);
    CHECK(two.find(missing) != std::string::npos);
    CHECK(two.find("J left.") == std::string::npos);
}

TEST_CASE("hostile text stays text") {
    const std::string attack =
        "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'\x1b\xff`|[a](javascript:1)";
    const ReportInput plain = test::sample_input();
    ReportInput input = plain;
    test::make_hostile(input, attack);
    const std::string page = html_report(input);
    CHECK(!has(page, "<script>alert"));
    CHECK(!has(page, "<img"));
    CHECK(count(page, "<script") == count(html_report(plain), "<script"));
    CHECK(count(page, "</script") == count(html_report(plain), "</script"));
    CHECK(!has(page, "\x1b"));
    CHECK(!has(page, "\xff"));
    const std::string text = markdown_report(input);
    CHECK(!has(text, "<script>"));
    CHECK(!has(text, "[a]("));
}

TEST_CASE("the page loads nothing, is small, and the same input gives the same bytes") {
    const std::string page = html_report(test::sample_input());
    CHECK(page == html_report(test::sample_input()));
    CHECK(page.size() < 1000000);
    CHECK(!has(page, " src="));
    CHECK(!has(page, "<link"));
    CHECK(!has(page, "@import"));
    CHECK(!has(page, "url("));
    CHECK(!has(page, "sourceMappingURL"));
    CHECK(has(page, "default-src 'none'"));
}

TEST_CASE("the page shows every chart, and the signs and lines that an engineer looks for") {
    const std::string page = html_report(test::sample_input());
    CHECK(count(page, "<svg ") == 9);
    CHECK(count(page, "<figure ") == count(page, "<details>"));
    for (const char* role : {"Prepared", "Reviewed", "Approved"}) CHECK(has(page, role));
    CHECK(has(page, "delay = -t_lag"));
    CHECK(has(page, ">collapse<"));
    CHECK(has(page, "3 spikes"));
    CHECK(has(page, std::string(64, 'a')));
}

TEST_CASE("the average around spikes shows the drop that is there") {
    const ReportInput input = test::sample_input();
    const View view = view_of(input);
    CHECK(view.spikes == std::vector<std::size_t>{40, 55, 70});
    const Chart chart = correlation_charts(view)[1].chart;
    const auto one =
        static_cast<std::size_t>(std::find(chart.x.begin(), chart.x.end(), 1.0) - chart.x.begin());
    CHECK(chart.series[0].y[one] == Approx(-0.2));
    CHECK(chart.series[0].y[one + 1] == Approx(0.0).margin(1e-12));
}

TEST_CASE("of several devices the one that was correlated is shown") {
    ReportInput input = test::sample_input();
    Frame& frame = *input.aligned;
    const std::size_t rows = frame.size();
    for (std::size_t i = 0; i < rows; ++i) {
        frame.t_s.push_back(frame.t_s[i]);
        frame.device.emplace_back("cpu");
        for (std::vector<double>& column : frame.columns) column.push_back(77.0);
    }
    const View view = view_of(input);
    CHECK(view.device == "gpu");
    CHECK(view.rows.size() == rows);
    CHECK(stats_of(view.column("power_w")).max == 180.0);
}

TEST_CASE("a fit that leaves out rows is put back on the rows that it used") {
    ReportInput input = test::sample_input();
    input.aligned->columns[1][5] = kMissing;  // power
    std::vector<double>& simulated = input.balance->thermal.simulated_c;
    simulated.erase(simulated.begin() + 5);
    simulated[5] = 123.0;  // of row 6
    const View view = view_of(input);
    const std::vector<double> fit = fitted_temperature(view);
    REQUIRE(fit.size() == 90);
    CHECK(std::isnan(fit[5]));
    CHECK(fit[6] == 123.0);
    simulated.pop_back();
    CHECK(fitted_temperature(view_of(input)).empty());  // of other rows: not drawn
}

TEST_CASE("a fit told at some rows is drawn by these rows, unbroken") {
    ReportInput input = test::sample_input();
    const std::vector<double> temp = input.aligned->columns[0];
    ThermalFit& thermal = input.balance->thermal;
    thermal.simulated_rows = {0, 7, 40, 89};
    thermal.simulated_c = {50.0, 51.0, 52.0, 53.0};
    const Chart temperature = thermal_charts(view_of(input))[0].chart;
    CHECK(temperature.x == std::vector<double>{0.0, 7.0, 40.0, 89.0});
    CHECK(temperature.series[0].y == std::vector<double>{temp[0], temp[7], temp[40], temp[89]});
    CHECK(temperature.series[1].y == thermal.simulated_c);
    CHECK(temperature.rows_before == 90);
    const Chart residuals = balance_charts(view_of(input))[0].chart;
    CHECK(residuals.series[0].y ==
          std::vector<double>{temp[0] - 50, temp[7] - 51, temp[40] - 52, temp[89] - 53});
    thermal.simulated_rows.back() = 88;
    CHECK(fitted_temperature(view_of(input)).empty());  // of another table
    // One of as many rows as the fit is told at.
    thermal.simulated_rows.back() = 1'000'000'000'000;
    thermal.simulated_c.assign(90, 50.0);
    CHECK(fitted_temperature(view_of(input)).empty());
    CHECK(thermal_charts(view_of(input))[0].chart.x.size() == 90);
}

TEST_CASE("a million rows give a page under 5 MB in which the one spike is drawn") {
    ReportInput input = test::sample_input();
    const Frame short_frame = *input.aligned;
    Frame& frame = *input.aligned;
    constexpr std::size_t kRows = 1000000;
    frame.t_s.resize(kRows);
    frame.device.assign(kRows, "gpu");
    for (std::size_t i = 0; i < kRows; ++i) frame.t_s[i] = static_cast<double>(i);
    for (std::size_t c = 0; c < frame.columns.size(); ++c) {
        frame.columns[c].resize(kRows);
        for (std::size_t i = 90; i < kRows; ++i) frame.columns[c][i] = short_frame.columns[c][i % 90];
    }
    frame.columns[5][543210] = 4321.0;  // grad_norm
    input.balance->thermal.simulated_c = frame.columns[0];
    const std::string page = html_report(input);
    CHECK(page.size() < 5000000);
    CHECK(has(page, "of 1000000 rows"));
    const Chart driver = coupling_charts(view_of(input))[1].chart;
    CHECK(std::count(driver.series[0].y.begin(), driver.series[0].y.end(), 4321.0) == 1);
    CHECK(has(page, "4321"));
}

TEST_CASE("side by side, each session has its column, whatever rows the others have") {
    ReportInput first = test::sample_input(), second = test::sample_input(), bare;
    first.session->name = "first";
    second.session->name = "second <b>";
    second.balance->tau_th.value_s = 12.5;
    bare.session_path = "bare";
    const std::string page = html_comparison({first, second, bare});
    CHECK(has(page, "<th scope=\"col\">first</th><th scope=\"col\">second &lt;b&gt;</th>"));
    CHECK(has(page, "12.5 s"));
    CHECK(!has(page, "second <b>"));
    CHECK(has(page, "bare"));
    CHECK(count(page, "<svg") == 4);  // RLE and lags of two; the third has none
    const std::string text = markdown_comparison({first, second, bare});
    CHECK(has(text, "Coupled: 2; No verdict: 1."));
}

TEST_CASE("sessions of the same name are told apart by their folders") {
    ReportInput one = test::sample_input(), two = test::sample_input();
    one.session_path = "runs/a";
    two.session_path = "runs/b";
    const std::string text = markdown_comparison({one, two});
    CHECK(has(text, "| runs/a |"));
    CHECK(has(text, "| runs/b |"));
}
