#include "cli/commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "cli/checks.hpp"

namespace rle::cli {
namespace {

// One entry a command; the order is that of the manual's steps, then of --help.
const std::vector<Command> kCommands{
    {"sensors", "What can be read on this machine, and what is missing",
     "rlecouple sensors --require temp,power,util", false, setup_sensors},
    {"collect", "Record telemetry, and a training process beside it",
     "rlecouple collect -o results/ -d 90 -- python3 train.py", true, setup_collect},
    {"align", "Put both streams of a session on one clock", "rlecouple align results/ --sample-hz 1", false,
     setup_align},
    {"correlate", "Cross-correlation, lag, direction and significance",
     "rlecouple correlate results/ --response temp_c", false, setup_correlate},
    {"balance", "Thermal constants and energy balance of a device", "rlecouple balance results/ --ambient 24",
     false, setup_balance},
    {"report", "Data sheet and plots of a session: report.html, report.md, summary.json",
     "rlecouple report results/", false, setup_report},
    {"run", "Record, align, correlate, balance and report in one go",
     "rlecouple run --model distilgpt2 --duration 90 --output results/", true, setup_run},
    {"analyze", "Align to report on a session already recorded", "rlecouple analyze results/ --ambient 24",
     false, setup_analyze},
    {"predict", "How well gradient-norm spikes warn of a collapse", "rlecouple predict results/ --horizon 3",
     false, setup_predict},
    {"watch", "The alarm of predict, live: on a session being recorded, or on a command",
     "rlecouple watch results/ --exec 'nvidia-smi -pl 250' --min-interval 60", true, setup_watch},
    {"reproduce", "Are several sessions consistent within +-20 %?", "rlecouple reproduce sessions/*", false,
     setup_reproduce},
    {"check", "CI: has a recorded session's result moved against a baseline?",
     "rlecouple check results/ --baseline baseline.json", false, setup_check},
    {"calibrate", "Make sessions with known truth, run the chain on them, score the recovery",
     "rlecouple calibrate -o calibration/ --sessions 500 --seed 1", false, setup_calibrate},
    {"formats", "List the formats of telemetry and training logs that are read", "rlecouple formats", false,
     setup_formats},
    {"completion", "Print the completion script of a shell",
     "rlecouple completion bash > /etc/bash_completion.d/rlecouple", false, setup_completion},
};

// Edits (insert, delete, replace, swap neighbours) that make `a` into `b`.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i) {
        for (std::size_t j = 0; j <= b.size(); ++j) {
            if (i == 0 || j == 0) {
                cost[i][j] = i + j;
                continue;
            }
            const std::size_t replaced = cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, replaced});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
            }
        }
    }
    return cost[a.size()][b.size()];
}

// The known word nearest to `word`; empty where none is near.
std::string nearest(std::string_view word, const std::vector<std::string>& known) {
    std::string best;
    std::size_t best_distance = 1 + std::min<std::size_t>(3, word.size() / 2);
    for (const std::string& candidate : known) {
        const std::size_t distance = edit_distance(word, candidate);
        if (distance < best_distance) {
            best_distance = distance;
            best = candidate;
        }
    }
    return best;
}

std::vector<std::string> option_names(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::Option* option : app.get_options()) {
        for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
    return names;
}

// An option that came without its value, or more often than it may; the parser counts what is missing.
std::string what_of_number(const CLI::App& command, const std::string& words) {
    const std::string name = words.substr(0, words.find(':'));
    const CLI::Option* const option = command.get_option_no_throw(name);
    if (option == nullptr) return words;
    const bool short_of =
        option->results().size() < static_cast<std::size_t>(option->get_items_expected_min());
    return short_of ? fmt::format("{}: takes {}, which is missing", name, option->get_type_name())
                    : fmt::format("{}: is given more than once", name);
}

// The parser's own words, but for arguments that nobody takes, which it lists from the last to the first, and
// for numbers of values.
std::string what_is_wrong(const CLI::App& command, const CLI::ParseError& error) {
    if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr)
        return what_of_number(command, error.what());
    const std::vector<std::string> extra = command.remaining();
    if (dynamic_cast<const CLI::ExtrasError*>(&error) == nullptr || extra.empty()) return error.what();
    return fmt::format("does not take {}", fmt::join(extra, " "));
}

// CLI11 does not know what stands behind "--": main takes it off before.
class ProcessFormatter final : public CLI::Formatter {
    std::string make_usage(const CLI::App* app, std::string name) const override {
        std::string usage = CLI::Formatter::make_usage(app, std::move(name));
        const std::size_t end = usage.find_last_not_of('\n') + 1;
        return usage.insert(end, " [-- CMD ARGS...]");
    }
};

}  // namespace

std::span<const Command> commands() {
    return kCommands;
}

const Command* find_command(std::string_view name) {
    const auto it =
        std::find_if(kCommands.begin(), kCommands.end(), [&](const Command& c) { return c.name == name; });
    return it == kCommands.end() ? nullptr : &*it;
}

void add_command(CLI::App& app, const Command& command, Runner& chosen) {
    CLI::App* sub = app.add_subcommand(std::string(command.name), std::string(command.summary));
    if (command.takes_process) sub->formatter(std::make_shared<ProcessFormatter>());
    sub->footer(fmt::format("\nExample:\n  {}", command.example));
    Runner runner = command.setup(*sub);
    sub->callback([&chosen, sub, runner = std::move(runner)] {
        refuse_empty_names(*sub);
        chosen = runner;
    });
}

std::string explain_usage(const CLI::App& app, const std::vector<std::string>& arguments,
                          const CLI::ParseError& error) {
    std::vector<std::string> names;
    for (const Command& command : commands()) names.emplace_back(command.name);
    const auto first_word =
        std::find_if(arguments.begin(), arguments.end(), [](const auto& a) { return a[0] != '-'; });
    if (first_word == arguments.end()) {
        const std::string option = arguments.empty() ? "" : fmt::format("no option '{}', and ", arguments[0]);
        return option +
               fmt::format("no command given; one of {}; see rlecouple --help", fmt::join(names, ", "));
    }
    if (std::find(names.begin(), names.end(), *first_word) == names.end()) {
        const std::string guess = nearest(*first_word, names);
        return guess.empty() ? fmt::format("no command '{}'; one of {}; see rlecouple --help", *first_word,
                                           fmt::join(names, ", "))
                             : fmt::format("no command '{}'; did you mean '{}'?", *first_word, guess);
    }
    const CLI::App& command = *app.get_subcommand(*first_word);
    std::string line = fmt::format("{}: {}", *first_word, what_is_wrong(command, error));
    const std::vector<std::string> known = option_names(command);
    for (const std::string& argument : arguments) {
        const std::string word = argument.substr(0, argument.find('='));
        if (word.rfind("--", 0) != 0 || std::find(known.begin(), known.end(), word) != known.end()) continue;
        if (line.find(word) == std::string::npos) line += fmt::format("; there is no option '{}'", word);
        const std::string guess = nearest(word, known);
        if (!guess.empty()) line += fmt::format("; did you mean '{}'?", guess);
    }
    std::replace(line.begin(), line.end(), '\n', ' ');
    return line + fmt::format("; see rlecouple {} --help", *first_word);
}

}  // namespace rle::cli
