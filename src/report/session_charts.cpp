#include "report/session_charts.hpp"

#include <fmt/format.h>

#include <cmath>

#include "report/lag_chart.hpp"
#include "report/sheet.hpp"
#include "report/text.hpp"

namespace rle::report {
namespace {

std::string range_text(const ColumnStats& s, const std::string& unit) {
    if (s.n == 0) return "no value";
    const std::string of = unit.empty() ? "" : " " + unit;
    return fmt::format("from {} to {}{}, mean {}{}", number(s.min), number(s.max), of, number(s.mean), of);
}

std::string why_no_column(const View& view, const std::string& column) {
    return reason_for(*view.input, "aligned.csv", "aligned.csv has no number in the column " + column);
}

void note_reduction(Chart& chart) {
    if (chart.rows_before > 0) {
        chart.notes.push_back(
            fmt::format("Drawn from {} of {} rows: the lowest and the highest of each of {} stretches, so "
                        "that no spike is lost.",
                        chart.x.size(), chart.rows_before, kBuckets));
    }
}

// Of a long session balance.json holds the fit at the rows that a drawing needs: the chart is made of those.
std::span<const std::size_t> fitted_rows(const View& view) {
    if (!view.input->balance) return {};
    const std::vector<std::size_t>& rows = view.input->balance->thermal.simulated_rows;
    const bool of_this_table = !rows.empty() && rows.back() + 1 == view.rows.size();
    return of_this_table ? std::span<const std::size_t>(rows) : std::span<const std::size_t>();
}

// A recorded column over the session's time. `id` is ours: a column's name may be anything.
struct ColumnChart {
    std::string id, column, title, unit;
    Colour colour = Colour::blue;
    std::vector<LongSeries> beside = {};          // drawn with it
    std::span<const std::size_t> only_rows = {};  // empty: all
};

ChartSlot column_chart(const View& view, const ColumnChart& of) {
    ChartSlot slot;
    Chart& chart = slot.chart;
    chart.id = of.id;
    chart.title = of.title;
    const std::vector<double>* values = view.column(of.column);
    if (values == nullptr) {
        slot.missing = why_no_column(view, of.column);
        return slot;
    }
    const bool modelled = view.is_modelled(of.column);
    if (modelled) {
        chart.title += " (modelled)";
        chart.notes.push_back(of.column + " was estimated by a model, not measured.");
    }
    chart.description = fmt::format("{} over {} s: {}.", chart.title, number(x_extent(view.rows.t_s).high),
                                    range_text(view.stats(of.column), of.unit));
    chart.x_label = "time since the session's start (s)";
    chart.y_label = of.unit.empty() ? of.column : fmt::format("{} ({})", of.column, of.unit);
    chart.on_session_time = true;
    std::vector<LongSeries> series{
        {of.column + (modelled ? ", modelled" : ""), of.colour, Draw::line, *values}};
    series.insert(series.end(), of.beside.begin(), of.beside.end());
    draw_rows(chart, view.rows.t_s, series, kBuckets, of.only_rows);
    return slot;
}

// The driver at the rows where a spike begins; empty where there is none.
std::vector<double> values_at_spikes(const View& view) {
    const std::vector<double>* driver = view.column(view.driver);
    if (driver == nullptr || view.spikes.empty()) return {};
    std::vector<double> values(driver->size(), kMissing);
    for (const std::size_t row : view.spikes) values[row] = (*driver)[row];
    return values;
}

void add_spans(Chart& chart, const View& view) {
    for (Span& span : view.spans("collapse", "collapse", Colour::vermillion))
        chart.spans.push_back(std::move(span));
    for (Span& span : view.spans("throttle", "throttling", Colour::sky))
        chart.spans.push_back(std::move(span));
}

std::string spike_text(const View& view) {
    return fmt::format("{} spike{} (onset of a robust z-score above {} over the {} s before).",
                       view.spikes.size(), view.spikes.size() == 1 ? "" : "s", plain(kSpikeThreshold),
                       plain(kSpikeWindow_s));
}

ChartSlot spike_chart(const View& view) {
    ChartSlot slot;
    Chart& chart = slot.chart;
    chart.id = "around-spikes";
    chart.title = fmt::format("What {} does around a spike of {}", view.response, view.driver);
    const std::vector<double>* response = view.column(view.response);
    if (response == nullptr || view.column(view.driver) == nullptr) {
        slot.missing = why_no_column(view, response == nullptr ? view.response : view.driver);
        return slot;
    }
    const SpikeAverage average = average_around(view.spikes, *response, view.dt_s);
    if (average.spikes == 0) {
        slot.missing = fmt::format(
            "{} has no spike in this session (onset of a robust z-score above {} over the {} s before)",
            view.driver, plain(kSpikeThreshold), plain(kSpikeWindow_s));
        return slot;
    }
    chart.x_label = "time from the spike (s)";
    chart.y_label = "change of " + view.response;
    chart.x = average.offset_s;
    chart.include_zero = true;
    chart.series.push_back(
        {fmt::format("mean over {} spike{}", average.spikes, average.spikes == 1 ? "" : "s"), Colour::blue,
         Draw::line, average.mean, average.low, average.high});
    chart.rules = {{0.0, "", Colour::ink}};
    chart.description = fmt::format("Mean change of {} against the 5 s before each of {} spike{} of {}: {}.",
                                    view.response, average.spikes, average.spikes == 1 ? "" : "s",
                                    view.driver, range_text(stats_of(&average.mean), ""));
    chart.notes.push_back(
        average.spikes < 3
            ? "Fewer than three spikes carry no interval."
            : "Shaded: 95 % interval of the mean at each moment (Student's t over the spikes), not over all "
              "moments at once.");
    chart.notes.push_back(spike_text(view));
    return slot;
}

ChartSlot residual_chart(const View& view) {
    ChartSlot slot;
    Chart& chart = slot.chart;
    chart.id = "residuals";
    chart.title = "Residuals of the thermal fit";
    const std::vector<double> fit = fitted_temperature(view);
    const std::vector<double>* temp = view.column("temp_c");
    if (fit.empty() || temp == nullptr) {
        slot.missing = reason_for(*view.input, "balance.json",
                                  "balance.json holds no fitted temperature for these rows");
        return slot;
    }
    std::vector<double> left(fit.size());
    for (std::size_t i = 0; i < fit.size(); ++i) left[i] = (*temp)[i] - fit[i];
    chart.x_label = "time since the session's start (s)";
    chart.y_label = "recorded - fit (degC)";
    chart.on_session_time = true;
    chart.rules = {{0.0, "", Colour::ink}};
    const std::string where = fitted_rows(view).empty() ? "" : " at the rows drawn";
    chart.description =
        "Recorded minus fitted temperature" + where + ": " + range_text(stats_of(&left), "degC") + ".";
    draw_rows(chart, view.rows.t_s, {{"recorded - fit", Colour::vermillion, Draw::line, left}}, kBuckets,
              fitted_rows(view));
    chart.notes.push_back("The model: " + residual_words(view.input->balance->thermal) + ".");
    note_reduction(chart);
    return slot;
}

// Joules since the first row, by the trapezoid rule; a missing value adds nothing and is counted. `watts`
// gives those of a row.
template <class Watts>
std::vector<double> cumulated(const std::vector<double>& t_s, std::size_t& missing, Watts watts) {
    std::vector<double> joules(t_s.size(), 0.0);
    for (std::size_t i = 1; i < t_s.size(); ++i) {
        const double part = 0.5 * (watts(i) + watts(i - 1)) * (t_s[i] - t_s[i - 1]);
        missing += std::isfinite(part) ? 0U : 1U;
        joules[i] = joules[i - 1] + (std::isfinite(part) ? part : 0.0);
    }
    return joules;
}

void draw_energies(Chart& chart, const View& view, const ThermalFit& fit) {
    const std::vector<double>& t_s = view.rows.t_s;
    const std::vector<double>& power = *view.rows.find("power_w");
    const std::vector<double>& temp = *view.rows.find("temp_c");
    std::size_t missing = 0;
    const std::vector<double> in = energy_since_start(t_s, power);
    const std::vector<double> out =
        cumulated(t_s, missing, [&](std::size_t i) { return *fit.hA_w_per_c * (temp[i] - *fit.ambient_c); });
    std::vector<double> kept(in.size());
    for (std::size_t i = 0; i < kept.size(); ++i) kept[i] = in[i] - out[i];
    draw_rows(chart, t_s,
              {{"in: int P dt", Colour::vermillion, Draw::line, in},
               {"out: int hA (T - T_ambient) dt", Colour::blue, Draw::dashed, out},
               {"in - out: stored, or unaccounted for", Colour::green, Draw::line, kept}},
              kBuckets);
    chart.description = fmt::format("Energy since the start: {} J in, {} J out, {} J left.",
                                    number(in.back()), number(out.back()), number(kept.back()));
    chart.notes.push_back(
        "In: as the table below has it. Out: summed over the aligned rows with one hA for the whole session; "
        "the table has balance's own sum.");
    if (missing > 0)
        chart.notes.push_back(fmt::format("{} step{} without a temperature add{} nothing to it.", missing,
                                          missing == 1 ? "" : "s", missing == 1 ? "s" : ""));
}

ChartSlot energy_chart(const View& view) {
    ChartSlot slot;
    Chart& chart = slot.chart;
    chart.id = "energy-over-time";
    chart.title = "Energy in, out and stored";
    const std::vector<double>* power = view.column("power_w");
    const std::vector<double>* temp = view.column("temp_c");
    if (power == nullptr || temp == nullptr) {
        slot.missing = why_no_column(view, power == nullptr ? "power_w" : "temp_c");
        return slot;
    }
    const auto& balance = view.input->balance;
    if (!balance || !balance->thermal.hA_w_per_c || !balance->thermal.ambient_c) {
        slot.missing = reason_for(*view.input, "balance.json", "balance found no heat transfer coefficient");
        return slot;
    }
    const ThermalFit& fit = balance->thermal;
    if (fit.model == "two-node") {  // hA belongs to the heatsink
        slot.missing =
            "the heat leaves from a heatsink whose temperature nobody read; the table has the sums";
        return slot;
    }
    chart.x_label = "time since the session's start (s)";
    chart.y_label = "energy (J)";
    chart.on_session_time = true;
    chart.include_zero = true;
    draw_energies(chart, view, fit);
    note_reduction(chart);
    return slot;
}

}  // namespace

std::vector<double> fitted_temperature(const View& view) {
    if (!view.input->balance) return {};
    const std::vector<double>& simulated = view.input->balance->thermal.simulated_c;
    if (simulated.empty()) return {};
    const std::vector<std::size_t>& kept = view.input->balance->thermal.simulated_rows;
    if (kept.empty() && simulated.size() == view.rows.size()) return simulated;
    std::vector<double> out(view.rows.size(), kMissing);
    if (!kept.empty()) {
        if (kept.size() != simulated.size() || kept.back() + 1 != out.size()) return {};
        for (std::size_t k = 0; k < kept.size(); ++k) out[kept[k]] = simulated[k];
        return out;
    }
    const std::vector<double>* temp = view.column("temp_c");
    const std::vector<double>* power = view.column("power_w");
    if (temp == nullptr || power == nullptr) return {};
    // balance leaves out the rows that lack a reading
    std::size_t used = 0;
    for (std::size_t row = 0; row < out.size(); ++row) {
        if (!std::isfinite((*temp)[row]) || !std::isfinite((*power)[row])) continue;
        if (used < simulated.size()) out[row] = simulated[used];
        ++used;
    }
    return used == simulated.size() ? out : std::vector<double>{};
}

std::vector<ChartSlot> thermal_charts(const View& view) {
    ColumnChart recorded{"temperature", "temp_c", "Temperature", "degC", Colour::vermillion};
    const std::vector<double> fit = fitted_temperature(view);
    if (!fit.empty()) {
        const std::string& model = view.input->balance->thermal.model;
        recorded.beside = {{model + " fit", Colour::blue, Draw::dashed, fit}};
        recorded.only_rows = fitted_rows(view);
    }
    ChartSlot temperature = column_chart(view, recorded);
    if (temperature.missing.empty() && !fit.empty()) {
        const ThermalFit& thermal = view.input->balance->thermal;
        temperature.chart.description += fmt::format(" The {} fit errs by {} degC (root mean square).",
                                                     thermal.model, number(thermal.rmse_c));
    } else if (temperature.missing.empty()) {
        const std::string why =
            view.input->balance ? "balance.json holds no fitted temperature for these rows" : "";
        temperature.chart.notes.push_back(
            "No thermal fit is drawn: " + reason_for(*view.input, "balance.json", why) + ".");
    }
    std::vector<ChartSlot> slots;
    slots.push_back(std::move(temperature));
    slots.push_back(column_chart(view, {"power", "power_w", "Power", "W", Colour::orange}));
    slots.push_back(column_chart(view, {"utilisation", "util_pct", "Utilisation", "%", Colour::green}));
    for (ChartSlot& slot : slots) note_reduction(slot.chart);
    return slots;
}

std::vector<ChartSlot> coupling_charts(const View& view) {
    const bool rle = view.response == "rle";
    ChartSlot response =
        column_chart(view, {"response", view.response, rle ? "RLE" : view.response, "", Colour::blue});
    if (response.missing.empty()) {
        add_spans(response.chart, view);
        response.chart.description +=
            fmt::format(" {} shaded stretch{} (collapse, throttling).", response.chart.spans.size(),
                        response.chart.spans.size() == 1 ? "" : "es");
        const std::vector<std::string> modelled = view.modelled();
        if (rle && !modelled.empty()) {
            response.chart.notes.push_back(
                fmt::format("Computed from modelled columns: {}.", fmt::join(modelled, ", ")));
        }
    }
    const std::string title = view.driver == "grad_norm" ? "Gradient norm" : view.driver;
    ColumnChart recorded{"driver", view.driver, title, "", Colour::purple};
    const std::vector<double> spikes = values_at_spikes(view);
    if (!spikes.empty()) recorded.beside = {{"spike", Colour::ink, Draw::points, spikes}};
    ChartSlot driver = column_chart(view, recorded);
    if (driver.missing.empty()) {
        driver.chart.description += " " + spike_text(view);
        driver.chart.notes.push_back(spike_text(view));
    }
    std::vector<ChartSlot> slots;
    slots.push_back(std::move(response));
    slots.push_back(std::move(driver));
    for (ChartSlot& slot : slots) note_reduction(slot.chart);
    return slots;
}

std::vector<ChartSlot> correlation_charts(const View& view) {
    std::vector<ChartSlot> slots;
    slots.push_back(lag_chart(view));
    slots.push_back(spike_chart(view));
    return slots;
}

std::vector<ChartSlot> balance_charts(const View& view) {
    std::vector<ChartSlot> slots;
    slots.push_back(residual_chart(view));
    slots.push_back(energy_chart(view));
    return slots;
}

}  // namespace rle::report
