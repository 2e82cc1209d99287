#include "cli/balance.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/aligned_with.hpp"
#include "cli/checks.hpp"
#include "cli/commands.hpp"
#include "cli/estimates.hpp"
#include "cli/made_of.hpp"
#include "cli/session_paths.hpp"
#include "cli/table.hpp"
#include "cli/ui.hpp"
#include "formats/documents/documents.hpp"
#include "formats/io/files.hpp"
#include "formats/readers.hpp"
#include "rlecouple/counted.hpp"
#include "rlecouple/error.hpp"

namespace rle::cli {
namespace {

// The columns by which a logged ambient temperature goes; the first that there is counts.
constexpr std::array kAmbientColumns{"ambient_c", "inlet_c",        "t_ambient_c",
                                     "room_c",    "ambient_temp_c", "inlet_temp_c"};

// Where each column of the table goes.
struct Use {
    const char* column;
    std::vector<double> BalanceInput::*to;
};
constexpr std::array kUses{Use{"temp_c", &BalanceInput::temp_c},
                           Use{"power_w", &BalanceInput::power_w},
                           Use{"fan_pct", &BalanceInput::fan_pct},
                           Use{"energy_j", &BalanceInput::energy_j},
                           Use{"rle", &BalanceInput::rle},
                           Use{"grad_norm", &BalanceInput::grad_norm},
                           Use{"util_pct", &BalanceInput::util_pct},
                           Use{"coolant_flow_kg_s", &BalanceInput::coolant_flow_kg_s},
                           Use{"coolant_in_c", &BalanceInput::coolant_in_c},
                           Use{"coolant_out_c", &BalanceInput::coolant_out_c}};

void need(const Frame& frame, const char* name, const std::string& where) {
    if (frame.find(name) != nullptr) return;
    throw Error(
        ErrorKind::failed, where, fmt::format("no column '{}' with numbers in it", name),
        fmt::format("balance needs t_s, temp_c and power_w; there is {}", fmt::join(all_names(frame), ", ")));
}

std::string logged_ambient(const Frame& frame) {
    const auto found = std::find_if(kAmbientColumns.begin(), kAmbientColumns.end(), [&](const char* name) {
        const auto* column = frame.find(name);
        return column != nullptr &&
               std::any_of(column->begin(), column->end(), [](double t) { return std::isfinite(t); });
    });
    return found == kAmbientColumns.end() ? std::string() : *found;
}

// An ambient column is taken unless --ambient names one temperature for the whole session.
BalanceInput balance_input(Frame frame, const AnalysisOptions& given, const std::string& where,
                           std::vector<std::string>& warnings) {
    for (const char* name : {"temp_c", "power_w"}) need(frame, name, where);
    const std::string ambient = logged_ambient(frame);
    ColumnUses columns(std::move(frame), balance_columns());
    BalanceInput in;
    for (const Use& use : kUses) in.*use.to = columns.take(use.column).value_or(std::vector<double>());
    in.t_s = columns.take_times();
    if (!ambient.empty() && given.ambient_c) {
        warnings.push_back(fmt::format("column {} is not used: --ambient gives one temperature", ambient));
    } else if (!ambient.empty()) {
        in.ambient_c = *columns.take(ambient);
    }
    return in;
}

// A word where the results rest on an ambient temperature that nobody measured.
void note_assumed_ambient(const BalanceOptions& options, const ThermalFit& fit,
                          std::vector<std::string>& warnings) {
    if (!options.ambient_assumed || fit.ambient_fitted || options.fit_ambient) return;
    warnings.push_back(
        fmt::format("the ambient temperature was not given: {:g} degC is assumed, and hA and C lean on it; "
                    "give --ambient, or --fit-ambient to fit it",
                    options.ambient_c));
}

// A word where RLE, which the balance's range of RLE is of, rests on another ambient temperature.
void note_other_ambient(const AlignChoices& choices, const StageInput& input, const ThermalFit& fit,
                        std::vector<std::string>& warnings) {
    if (!fit.ambient_c) return;
    const bool measured = fit.ambient_fitted || fit.ambient_from == "logged";
    if (std::string why = other_ambient(*fit.ambient_c, measured, input, choices); !why.empty())
        warnings.push_back(std::move(why));
}

// "7.9 to 8.1", with as many digits as tell the ends apart; one number where nine do not.
std::string ends_of(const Interval& ci) {
    const auto shown = [](double end, int digits) { return fmt::format("{:.{}g}", end, digits); };
    for (int digits = 4; digits <= 9; ++digits) {
        const std::string low = shown(ci.low, digits), high = shown(ci.high, digits);
        if (low != high) return low + " to " + high;
    }
    return shown(ci.low, 4);
}

// A value that is left out may still have an interval that tells something.
std::string with_interval(const std::optional<double>& value, const ThermalFit& fit, const char* key,
                          const char* unit) {
    const auto found = fit.ci95.find(key);
    const bool bounded = found != fit.ci95.end();
    const std::string ends = bounded ? ends_of(found->second) : "";
    if (!value) return "not told by the data" + (bounded ? fmt::format("; 95 %: {} {}", ends, unit) : "");
    return fmt::format("{:.4g} {} (95 %: {})", *value, unit, bounded ? ends : "unbounded");
}

std::string thermal_words(const Balance& b) {
    const ThermalFit& fit = b.thermal;
    std::string text;
    const std::optional<double> tau = fit.tau_s.empty() ? std::nullopt : std::optional(fit.tau_s.front());
    text += fmt::format("  time constant   {}\n", with_interval(tau, fit, "tau_s", "s"));
    text += fmt::format("  hA              {}\n", with_interval(fit.hA_w_per_c, fit, "hA_w_per_c", "W/degC"));
    text += fmt::format("  C               {}\n", with_interval(fit.C_j_per_c, fit, "C_j_per_c", "J/degC"));
    if (fit.ambient_fitted) {
        text += fmt::format("  ambient         {}, fitted\n",
                            with_interval(fit.ambient_c, fit, "ambient_c", "degC"));
    }
    if (fit.ambient_moved_c && fit.ambient_c && !fit.ambient_fitted) {
        text += fmt::format("  ambient         {:.4g} degC in the mean, logged; it moved by {:.2g} degC\n",
                            *fit.ambient_c, *fit.ambient_moved_c);
    }
    if (fit.rmse_c) {
        const bool untold = !fit.hA_w_per_c && !fit.C_j_per_c && fit.tau_s.empty();
        text += fmt::format("  model           {}, RMSE {:.2f} degC, {}\n", fit.model, *fit.rmse_c,
                            fit.adequate ? "adequate"
                            : untold     ? "not adequate: it has no constants"
                                         : "not adequate: the residuals are not noise");
    }
    return text;
}

// What rounds to 0 has no sign.
std::string signed_share(double share) {
    return std::abs(share) < 0.0005 ? "0.0 %" : fmt::format("{:+.1f} %", 100.0 * share);
}

std::string energy_words(const Conservation& c) {
    if (!c.closure) return "  closure         not told by the data\n";
    std::string text =
        fmt::format("  energy          {:.4g} J in, {:.4g} J out, {:.4g} J stored: closure {}\n",
                    *c.energy_in_j, *c.energy_out_j, *c.energy_stored_j, signed_share(*c.closure));
    if (c.closure_holdout) {
        text += fmt::format("  held out        fitted on the first half, the second closes to {}\n",
                            bold(signed_share(*c.closure_holdout)));
    }
    return text;
}

std::string summary(const Balance& b, const std::set<std::string>& estimated) {
    std::string text = fmt::format("Energy balance{}: {}{}\n", b.device.empty() ? "" : " of " + b.device,
                                   counted(b.n_samples, "sample"), marked(estimated));
    text += thermal_words(b);
    text += energy_words(b.conservation);
    if (b.conservation.coolant_out_j)
        text += fmt::format("  coolant         carried off {:.4g} J\n", *b.conservation.coolant_out_j);
    if (b.energy_counter) {
        text += fmt::format("  energy counter  {:.4g} J, the integral of the power is off by {}\n",
                            b.energy_counter->counter_j, signed_share(b.energy_counter->relative_error));
    }
    if (b.eta_p.value) {
        text += fmt::format("  eta_p           {:.2f}, idle at {:.4g} W\n", *b.eta_p.value,
                            *b.eta_p.idle_power_w);
    }
    for (const RangeCheck& check : b.range_checks) {
        if (check.out_of_range == 0) continue;
        text += fmt::format("  out of range    {} of {} outside {:g} to {:g}\n", check.out_of_range,
                            check.variable, check.low, check.high);
    }
    return text;
}

// What the reader refused, where that may be why there is too little.
std::string refused_words(const std::vector<std::string>& warnings, const std::string& where) {
    std::string words;
    for (const std::string& warning : warnings) {
        if (warning.find("physical range") == std::string::npos) continue;
        words += "; " + (warning.rfind(where + ": ", 0) == 0 ? warning.substr(where.size() + 2) : warning);
    }
    return words;
}

Balance balanced(BalanceInput table, const BalanceOptions& options, const std::string& where,
                 const std::vector<std::string>& warnings) {
    try {
        return balance_energy(std::move(table), options);
    } catch (const Error& error) {
        throw Error(error.kind(), where, error.what() + refused_words(warnings, where));
    }
}

}  // namespace

void declare_balance_options(CLI::App& app, AnalysisOptions& options) {
    app.add_flag("--fit-ambient", options.fit_ambient, "Fit the ambient temperature, starting at --ambient");
    app.add_option("--idle-power", options.idle_power_w, "Power at rest, W, for eta_p [estimated]")
        ->check(not_negative())
        ->type_name("W");
}

std::vector<std::string> balance_columns() {
    std::vector<std::string> names(kAmbientColumns.begin(), kAmbientColumns.end());
    for (const Use& use : kUses) names.emplace_back(use.column);
    return names;
}

Balance balance_stage(const BalanceCommand& command) {
    const StageInput input = stage_input(command.input, kAlignedCsv, "align");
    std::string device;
    const std::vector<std::string> names = balance_columns();
    Frame table = command.table ? command.table->take(names) : formats::read_frame(input.file, names);
    Frame frame = select_device(std::move(table), input.info, command.analysis.device(), device);
    std::vector<std::string> warnings = frame.warnings;
    const auto estimated = estimated_columns(input, frame, device);
    BalanceOptions options;
    BalanceInput in = balance_input(std::move(frame), command.analysis, input.file, warnings);
    const bool logged = !in.ambient_c.empty();
    const std::optional<AlignChoices> choices = aligned_with(input);
    const AmbientChoice ambient = ambient_for(command.analysis.ambient_c, input, choices);
    if (!logged) options.ambient_c = ambient.ambient_c;
    options.ambient_assumed = !logged && ambient.from == "assumed";
    options.fit_ambient = command.analysis.fit_ambient;
    options.idle_power_w = command.analysis.idle_power_w;
    Balance result = balanced(std::move(in), options, input.file, warnings);
    note_assumed_ambient(options, result.thermal, warnings);
    result.device = device;
    result.modelled = listed(estimated);
    result.thermal.ambient_from = logged ? "logged" : ambient.from;
    if (choices) note_other_ambient(*choices, input, result.thermal, warnings);
    if (const std::string why = balance_of_estimates(estimated); !why.empty()) warnings.push_back(why);
    result.warnings.insert(result.warnings.begin(), warnings.begin(), warnings.end());

    const std::string output = stage_output(input, command.output, kBalanceJson);
    if (!output.empty()) write_result(output, formats::to_json(result), input);
    print_warnings(result.warnings);
    say(summary(result, estimated), output == "-");
    return result;
}

Runner setup_balance(CLI::App& app) {
    auto command = std::make_shared<BalanceCommand>();
    AnalysisOptions& analysis = command->analysis;
    app.add_option("input", command->input,
                   "Session folder, or a table with t_s, temp_c and power_w; - is stdin")
        ->required()
        ->type_name("SESSION|FILE");
    app.add_option("-o,--output", command->output,
                   "Write the result here, - for stdout [SESSION/balance.json]")
        ->type_name("FILE");
    declare_device(app, analysis, "Device to balance [the GPU where there is only one]");
    declare_ambient(app, analysis);
    app.get_option("--ambient")
        ->description(
            "Ambient temperature, degC [what is logged beside the device, else the session's, else 21]");
    declare_balance_options(app, analysis);
    return [command] {
        balance_stage(*command);
        return 0;
    };
}

}  // namespace rle::cli
