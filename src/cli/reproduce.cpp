// Are several sessions consistent within +-20 %?
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/session_results.hpp"
#include "cli/ui.hpp"
#include "formats/documents/documents.hpp"
#include "formats/documents/session_results.hpp"
#include "formats/io/files.hpp"
#include "rlecouple/error.hpp"
#include "rlecouple/reproduce.hpp"

namespace rle::cli {
namespace {

struct ReproduceCommand {
    std::vector<std::string> sessions;
    std::string output = "reproduce.json";
};

std::string shortly(const std::optional<double>& value) {
    return value ? fmt::format("{:.4g}", *value) : std::string("-");
}

std::string as_percent(const std::optional<double>& share) {
    return share ? fmt::format("{:.1f} %", 100.0 * *share) : std::string("-");
}

std::string yes_no(const std::optional<bool>& flag) {
    return !flag ? "-" : *flag ? "yes" : "no";
}

constexpr std::size_t kMostListed = 24;  // sessions; of more the document has them

std::size_t width_of(const Agreement& a) {
    return std::max<std::size_t>(10, session_metrics()[a.metric].name.size() + 2);
}

// A session is marked in what it is farthest off in, beyond 20 %.
std::string session_table(const Reproduction& r) {
    if (r.sessions.size() > kMostListed) return {};
    std::size_t names = 20;
    for (const SessionResult& session : r.sessions) names = std::max(names, one_line(session.name).size());
    std::string text = fmt::format("  {:<{}}", "session", names);
    for (const Agreement& a : r.metrics)
        text += fmt::format("{:>{}}", session_metrics()[a.metric].name, width_of(a));
    text += r.pooled.r ? "   r without     I2\n" : "\n";
    for (std::size_t i = 0; i < r.sessions.size(); ++i) {
        text += fmt::format("  {:<{}}", one_line(r.sessions[i].name), names);
        for (const Agreement& a : r.metrics) {
            const bool odd = a.within_20pct == false && a.farthest == i;
            text += fmt::format("{:>{}}", (odd ? "!" : "") + shortly(compared(r.sessions[i], a.metric)),
                                width_of(a));
        }
        const PooledCorrelation& without = r.without[i];
        if (r.pooled.r) text += fmt::format("{:>12}{:>7}", shortly(without.r), as_percent(without.i2));
        text += "\n";
    }
    return text;
}

// The manual's r and lag, and the tested lag beside them, are told apart.
std::string row_name(const Metric& metric) {
    const bool manual = metric.name == "r_peak" || metric.name == "t_lag_s";
    return fmt::format("{}{}{}", metric.name, metric.unit == "1" ? "" : fmt::format(", {}", metric.unit),
                       manual ? " (manual)" : "");
}

std::string agreement_table(const Reproduction& r) {
    std::string text =
        fmt::format("{} sessions\n  {:<22}{:>4}{:>12}{:>12}{:>10}{:>12}{:>12}{:>12}\n", r.sessions.size(), "",
                    "n", "mean", "SD", "CV", "farthest", "in 20 %", "equivalent");
    for (const Agreement& a : r.metrics) {
        const Metric& metric = session_metrics()[a.metric];
        text +=
            fmt::format("  {:<22}{:>4}{:>12}{:>12}{:>10}{:>12}{:>12}{:>12}\n", row_name(metric), a.n,
                        shortly(a.mean), shortly(a.sd), as_percent(a.cv),
                        as_percent(a.max_relative_deviation), yes_no(a.within_20pct), yes_no(a.equivalent));
    }
    if (r.pooled.r) {
        text += fmt::format("  pooled r = {:+.3f} (95 %: {:+.3f} to {:+.3f}), I2 = {:.0f} %\n", *r.pooled.r,
                            r.pooled.ci95->low, r.pooled.ci95->high, 100.0 * *r.pooled.i2);
    }
    return text + session_table(r) + fmt::format("  {}\n", bold(r.explanation));
}

int run_reproduce(const ReproduceCommand& command) {
    std::vector<SessionResult> sessions;
    for (const std::string& path : expand_sessions(command.sessions)) {
        sessions.push_back(read_session_result(path));
        read_norms(path, sessions.back());
        read_readings(path, sessions.back());
    }
    if (sessions.size() < 2) {
        throw Error(ErrorKind::usage, "reproduce", "one session cannot be compared with itself",
                    "give two or more");
    }
    const Reproduction result = reproduce(std::move(sessions));
    formats::write_text(command.output, formats::dump(formats::to_json(result)));
    print_warnings(result.warnings);
    say(agreement_table(result), command.output == "-");
    if (!result.independent) return static_cast<int>(ErrorKind::check_failed);
    if (!result.told) return static_cast<int>(ErrorKind::insufficient_data);
    return result.reproducible ? 0 : static_cast<int>(ErrorKind::check_failed);
}

}  // namespace

Runner setup_reproduce(CLI::App& app) {
    auto command = std::make_shared<ReproduceCommand>();
    app.add_option("sessions", command->sessions,
                   "Session folders, folders of sessions, patterns, or summary.json files")
        ->required()
        ->type_name("SESSION...");
    app.add_option("-o,--output", command->output, "Write the result here, - for stdout")
        ->capture_default_str()
        ->type_name("FILE");
    return [command] { return run_reproduce(*command); };
}

}  // namespace rle::cli
