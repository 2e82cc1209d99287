#include "cli/correlate.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/checks.hpp"
#include "cli/commands.hpp"
#include "cli/estimates.hpp"
#include "cli/made_of.hpp"
#include "cli/memory.hpp"
#include "cli/session_paths.hpp"
#include "cli/table.hpp"
#include "cli/ui.hpp"
#include "formats/documents/documents.hpp"
#include "formats/io/files.hpp"
#include "formats/readers.hpp"
#include "rlecouple/correlate.hpp"
#include "rlecouple/error.hpp"
#include "rlecouple/quantities.hpp"
#include "rlecouple/uniform_grid.hpp"

namespace rle::cli {
namespace fs = std::filesystem;
namespace {

// A table's columns on a grid.
class ColumnsOnGrid {
  public:
    ColumnsOnGrid(Frame frame, UniformGrid grid, const std::vector<std::string>& uses)
        : columns_(std::move(frame), uses), grid_(std::move(grid)) {
        columns_.take_times();
    }

    std::vector<double> take(const std::string& name, const std::string& where, const char* option) {
        if (columns_.frame().find(name) != nullptr) return take_if_there(name);
        if (name == "step_time_s") {
            throw Error(ErrorKind::failed, where, "no column 'step_time_s'",
                        "rlecouple align --step-time makes it");
        }
        throw Error(ErrorKind::failed, where, fmt::format("no column '{}' with numbers in it", name),
                    fmt::format("{} takes one of {}", option, fmt::join(all_names(columns_.frame()), ", ")));
    }

    std::vector<double> take_if_there(const std::string& name) {
        auto column = columns_.take(name);
        return column ? grid_.place(std::move(*column)) : std::vector<double>();
    }

  private:
    ColumnUses columns_;
    UniformGrid grid_;
};

struct SensorDelay {
    double delay_s = 0.0;
    double sd_s = 0.0;
};

// How late a device's sensors report a column, as the recording knows it: 0 s for what a training log tells.
// RLE and its load follow the power reading.
SensorDelay sensor_delay(const DeviceInfo& device, const std::string& column) {
    const bool of_power = column.starts_with("rle") || column == "a_load";
    const std::string source = of_power ? "power_w" : column == "eta_util" ? "util_pct" : column;
    SensorDelay out;
    if (const auto known = device.sensor_delay_s.find(source); known != device.sensor_delay_s.end())
        out.delay_s = known->second;
    if (const auto known = device.sensor_delay_sd_s.find(source); known != device.sensor_delay_sd_s.end())
        out.sd_s = known->second;
    return out;
}

// Two readings that are equally late are none against each other.
void take_sensor_delay(const StageInput& input, const std::string& device, CorrelateInput& out) {
    if (!input.info) return;
    for (const DeviceInfo& known : input.info->devices) {
        if (known.name != device) continue;
        const SensorDelay response = sensor_delay(known, out.response_name);
        const SensorDelay driver = sensor_delay(known, out.driver_name);
        out.sensor_delay_s = response.delay_s - driver.delay_s;
        out.sensor_delay_sd_s = std::hypot(response.sd_s, driver.sd_s);
    }
}

void take_pairing(const StageInput& input, CorrelateInput& out) {
    if (!input.session) return;
    const fs::path file = fs::path(*input.session) / kAlignJson;
    if (!is_there(file)) return;
    out.pairing_p95_s =
        formats::alignment_from_json(formats::read_json(file.string()), file.string()).pairing.p95_abs_dt_s;
}

std::string lag_words(double lag_s, CausalOrder order, const Correlation& c) {
    const std::string at = lag_s == 0.0 ? "at no lag" : fmt::format("at {:+g} s", lag_s);
    if (order == CausalOrder::driver_leads) return at + fmt::format(" ({} leads)", c.driver);
    if (order == CausalOrder::response_leads) return at + fmt::format(" ({} leads)", c.response);
    return order == CausalOrder::undetermined ? at + " (order undetermined)" : at;
}

std::string words(Strength strength) {
    return strength == Strength::strong ? "strong" : strength == Strength::moderate ? "moderate" : "weak";
}

std::string words(Verdict verdict) {
    return verdict == Verdict::coupled        ? "coupled"
           : verdict == Verdict::not_detected ? "no coupling detected"
                                              : "cannot tell";
}

std::string summary(const Correlation& c) {
    std::string text = fmt::format("Correlation of {} with {}{}: {} samples at {:g} Hz, lags up to {:g} s\n",
                                   c.driver, c.response, c.device.empty() ? "" : " on " + c.device,
                                   c.n_samples, c.sample_hz, c.max_lag_s);
    if (c.manual.r_peak) {
        text +=
            fmt::format("  as the manual has it   r = {:+.3f} {}: {}\n", *c.manual.r_peak,
                        lag_words(*c.manual.t_lag_s, c.manual.causal_order, c), words(*c.manual.strength));
    }
    if (c.tested && c.tested->r_peak && c.tested->p_value) {
        const bool itself = c.tested->response == c.response;
        text += fmt::format("  {:<22} r = {:+.3f} {}: {}, {}\n",
                            itself ? "tested" : "tested on " + c.tested->response, *c.tested->r_peak,
                            lag_words(c.tested->t_lag_s.value_or(0.0), c.tested->causal_order, c),
                            p_words(*c.tested), c.tested->significant ? "significant" : "not significant");
    }
    if (c.tested && c.tested->sensor_delay_s != 0.0) {
        const double late = c.tested->sensor_delay_s;
        text += fmt::format(
            "                         {} is read {:.3g} s late; that is taken off the tested lag\n",
            late > 0.0 ? c.response : c.driver, std::abs(late));
    }
    if (c.verdict) text += fmt::format("  verdict                {}\n", bold(words(*c.verdict)));
    if (!c.explanation.empty()) text += fmt::format("  {}\n", c.explanation);
    return text;
}

// Unless it is what is correlated.
bool takes(const std::string& column, const AnalysisOptions& given) {
    return given.driver != column && given.response != column;
}

CorrelateInput correlate_input(const CorrelateCommand& command, const StageInput& input, Frame frame,
                               const std::string& device, std::vector<std::string>& warnings) {
    const AnalysisOptions& given = command.analysis;
    UniformGrid grid = uniform_grid(frame.t_s, given.sample_hz);
    warnings.insert(warnings.end(), grid.warnings.begin(), grid.warnings.end());
    CorrelateInput out;
    out.driver_name = given.driver;
    out.response_name = given.response;
    out.device = device;
    out.dt_s = grid.dt_s;
    ColumnsOnGrid columns(std::move(frame), std::move(grid), correlate_columns(given));
    out.driver = columns.take(given.driver, input.file, "--driver");
    out.response = columns.take(given.response, input.file, "--response");
    if (given.response == "rle" && given.driver != "rle_raw") out.rle_raw = columns.take_if_there("rle_raw");
    if (given.driver != "grad_norm") out.sigma_opt_of = columns.take_if_there("grad_norm");
    if (takes("step", given)) out.step = columns.take_if_there("step");
    if (takes("epoch", given)) out.epoch = columns.take_if_there("epoch");
    out.temp_c = columns.take_if_there("temp_c");
    out.power_w = columns.take_if_there("power_w");
    take_sensor_delay(input, device, out);
    take_pairing(input, out);
    return out;
}

// Long columns are worth an allocator set for them; in a short table's time its threads would only wait for
// each other there. Of a pipe nothing is known.
bool is_long(const std::string& file) {
    constexpr std::uintmax_t kLong = 4 << 20;  // bytes
    std::error_code unknown;
    const std::uintmax_t size = std::filesystem::file_size(file, unknown);
    return unknown || size > kLong;
}

bool is_empty(const std::vector<double>& column) {
    return std::none_of(column.begin(), column.end(), [](double x) { return std::isfinite(x); });
}

std::string no_value(const std::string& name) {
    return fmt::format(
        "{} has no value in any row{}", name,
        told_by_training(name) ? ": the session has no training log, or none that has it" : "");
}

}  // namespace

std::vector<std::string> correlate_columns(const AnalysisOptions& given) {
    std::vector<std::string> names{given.driver, given.response, "temp_c", "power_w"};
    if (given.driver != "grad_norm") names.emplace_back("grad_norm");
    if (given.response == "rle" && given.driver != "rle_raw") names.emplace_back("rle_raw");
    for (const char* column : {"step", "epoch"}) {
        if (takes(column, given)) names.emplace_back(column);
    }
    return names;
}

Correlation correlate_stage(const CorrelateCommand& command) {
    if (command.analysis.driver == command.analysis.response) {
        throw Error(ErrorKind::usage, "--response",
                    fmt::format("{} is the driver, too", command.analysis.response),
                    "a column correlates with itself: give another");
    }
    const StageInput input = stage_input(command.input, kAlignedCsv, "align");
    if (!command.table && is_long(input.file)) keep_freed_memory();
    std::string device;
    const std::vector<std::string> names = correlate_columns(command.analysis);
    Frame table = command.table ? command.table->take(names) : formats::read_frame(input.file, names);
    Frame frame = select_device(std::move(table), input.info, command.analysis.device(), device);
    std::vector<std::string> warnings = frame.warnings;
    const std::set<std::string> estimated = estimated_columns(input, frame, device);
    const std::string why =
        correlation_of_estimates(estimated, command.analysis.driver, command.analysis.response);
    CorrelateInput in = correlate_input(command, input, std::move(frame), device, warnings);
    if (!why.empty()) warnings.push_back(why);
    if (is_empty(in.driver)) warnings.push_back(no_value(command.analysis.driver));
    if (is_empty(in.response)) warnings.push_back(no_value(command.analysis.response));
    Correlation result =
        correlate(std::move(in), {command.analysis.max_lag_s, command.analysis.alpha, command.analysis.seed});
    result.warnings.insert(result.warnings.begin(), warnings.begin(), warnings.end());
    result.modelled = listed(estimated);

    const std::string output = stage_output(input, command.output, kCorrelationJson);
    if (!output.empty()) write_result(output, formats::to_json(result), input);
    print_warnings(result.warnings);
    say(summary(result), output == "-");
    return result;
}

Runner setup_correlate(CLI::App& app) {
    auto command = std::make_shared<CorrelateCommand>();
    app.add_option("input", command->input,
                   "Session folder, or a table with t_s, driver and response; - is stdin")
        ->required()
        ->type_name("SESSION|FILE");
    app.add_option("-o,--output", command->output,
                   "Write the result here, - for stdout [SESSION/correlation.json]")
        ->type_name("FILE");
    app.add_option("--sample-hz", command->analysis.sample_hz, "Rate of the table's grid, Hz [its own]")
        ->check(positive_number())
        ->type_name("HZ");
    declare_device(app, command->analysis, "Device to correlate [the GPU where there is only one]");
    declare_correlate_options(app, command->analysis);
    declare_seed(app, command->analysis);
    return [command] {
        const Correlation result = correlate_stage(*command);
        return result.verdict == Verdict::insufficient_data ? static_cast<int>(ErrorKind::insufficient_data)
                                                            : 0;
    };
}

}  // namespace rle::cli
