// Completion for bash, zsh and fish, made from the table of commands and the options that they declare.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/record_workloads.hpp"
#include "cli/ui.hpp"
#include "formats/registry.hpp"

namespace rle::cli {
namespace {

struct KnownOption {
    std::string name;       // without the dashes
    std::string shortened;  // the letter that does the same; may be empty
    std::string description;
    bool takes_value = false;
    bool repeats = false;                  // comes as often as one likes
    bool list = false;                     // takes several values with commas between them
    std::vector<std::string> values = {};  // where it takes one of a few
};

struct KnownCommand {
    std::string name;
    std::string summary;
    std::vector<KnownOption> options;
    std::vector<std::string> values;  // of its argument, where that is one of a few
};

template <class Formats>
std::vector<std::string> names_of(const Formats& formats) {
    std::vector<std::string> names;
    for (const auto& format : formats) names.emplace_back(format.name);
    return names;
}

// What an option takes: the words of its check, which CLI11 tells as TYPE:{a,b}, or the names of a table.
std::vector<std::string> values_of(const CLI::Option& option) {
    if (option.check_lname("telemetry-format")) return names_of(formats::telemetry_formats());
    if (option.check_lname("training-format")) return names_of(formats::training_formats());
    if (option.check_lname("model")) return workload_names();
    if (option.check_lname("source")) return {"auto", "measured", "model", "exec:", "replay:"};
    const std::string type = option.get_type_name();
    const std::size_t open = type.find('{'), close = type.find('}');
    std::vector<std::string> values;
    if (open == std::string::npos || close == std::string::npos) return values;
    for (std::size_t at = open + 1; at < close;) {
        const std::size_t end = std::min(type.find(',', at), close);
        values.push_back(type.substr(at, end - at));
        at = end + 1;
    }
    return values;
}

// One entry a long name. Options without a group are ours alone.
std::vector<KnownOption> known_options(const CLI::App& app) {
    std::vector<KnownOption> known;
    for (const CLI::Option* option : app.get_options()) {
        if (option->get_group().empty()) continue;
        const auto& letters = option->get_snames();
        for (const std::string& name : option->get_lnames()) {
            known.push_back({name, letters.empty() ? "" : letters.front(), option->get_description(),
                             option->get_items_expected_max() > 0, option->get_items_expected_max() > 1,
                             option->get_delimiter() != '\0', values_of(*option)});
        }
    }
    return known;
}

std::vector<KnownCommand> known_commands() {
    std::vector<KnownCommand> known;
    std::vector<std::string> names;
    for (const Command& command : commands()) {
        CLI::App app;
        command.setup(app);
        KnownCommand entry{std::string(command.name), std::string(command.summary), known_options(app), {}};
        for (const CLI::Option* option : app.get_options()) {
            if (option->get_positional() && option->get_lnames().empty()) entry.values = values_of(*option);
        }
        names.push_back(entry.name);
        known.push_back(std::move(entry));
    }
    known.push_back({"help", "Show the help of a command", {}, names});
    return known;
}

// Puts `sign` before each of these characters.
std::string escaped(const std::string& text, std::string_view characters, std::string_view sign = "\\") {
    std::string out;
    for (const char c : text) {
        if (characters.find(c) != std::string_view::npos) out += sign;
        out += c;
    }
    return out;
}

// A single-quoted word of bash and zsh.
std::string in_single_quotes(const std::string& text) {
    return "'" + escaped(text, "'", "'\\'") + "'";
}

// A single-quoted word of fish.
std::string in_fish_quotes(const std::string& text) {
    return "'" + escaped(text, "'\\") + "'";
}

// The branch of a command: its words, the values of its argument, and those of its options.
std::string bash_case(const KnownCommand& command) {
    std::string words, values;
    for (const KnownOption& option : command.options) {
        const std::string shortened = option.shortened.empty() ? "" : "-" + option.shortened;
        words += (words.empty() ? "--" : " --") + option.name + (shortened.empty() ? "" : " " + shortened);
        if (option.values.empty() && !option.takes_value) continue;
        values += fmt::format("                --{}{}) values='{}'{} ;;\n", option.name,
                              shortened.empty() ? "" : "|" + shortened, fmt::join(option.values, " "),
                              option.list ? " list=yes" : "");
    }
    return fmt::format(
        "        {})\n            words='{}' values='{}'\n            case $previous in\n{}            esac\n"
        "            ;;\n",
        command.name, words, fmt::join(command.values, " "), values);
}

std::string bash_completion() {
    std::string cases;
    std::vector<std::string> names;
    for (const KnownCommand& command : known_commands()) {
        cases += bash_case(command);
        names.push_back(command.name);
    }
    return fmt::format(R"(# bash completion for rlecouple
_rlecouple() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} command='' word words='' values='' list='' before=''
    local previous=${{COMP_WORDS[COMP_CWORD-1]}}
    for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        case $word in
            --) return ;;
            -*) ;;
            *) command=${{command:-$word}} ;;
        esac
    done
    case $command in
        '') words='{} --help --version' ;;
{}    esac
    if [[ -z $command || $current == -* ]]; then
        COMPREPLY=($(compgen -W "$words" -- "$current"))
    elif [[ -n $values ]]; then
        if [[ -n $list && $current == *,* ]]; then before=${{current%,*}},; fi
        COMPREPLY=($(compgen -P "$before" -W "$values" -- "${{current#"$before"}}"))
        if [[ ${{COMPREPLY-}} == *: ]]; then compopt -o nospace 2> /dev/null; fi  # a name follows
    fi
}}
complete -o default -F _rlecouple rlecouple
)",
                       fmt::join(names, " "), cases);
}

// An option as _arguments takes it, once a spelling.
std::string zsh_option(const KnownOption& option) {
    std::string value;
    if (option.list) {
        value = fmt::format(":value:_values -s , value {}", fmt::join(option.values, " "));
    } else if (!option.values.empty()) {
        value = ":value:(" + escaped(fmt::format("{}", fmt::join(option.values, " ")), ":") + ")";
    } else if (option.takes_value) {
        value = ":value:_files";
    }
    const std::string description = "[" + escaped(option.description, "[]\\") + "]" + value;
    const std::string one = "--" + option.name, other = "-" + option.shortened;
    std::string before = option.repeats ? "*" : "";
    if (option.shortened.empty())
        return " \\\n                " + in_single_quotes(before + one + description);
    if (!option.repeats) before = "(" + one + " " + other + ")";
    return " \\\n                " + in_single_quotes(before + other + description) +
           " \\\n                " + in_single_quotes(before + one + description);
}

std::string zsh_completion() {
    std::string described, cases;
    for (const KnownCommand& command : known_commands()) {
        described += "        " + in_single_quotes(command.name + ":" + command.summary) + "\n";
        cases += fmt::format("        {})\n            _arguments", command.name);
        for (const KnownOption& option : command.options) cases += zsh_option(option);
        const std::string argument =
            command.values.empty() ? "_files" : fmt::format("({})", fmt::join(command.values, " "));
        cases += " \\\n                " + in_single_quotes("*:argument:" + argument) + "\n            ;;\n";
    }
    return fmt::format(R"(#compdef rlecouple
_rlecouple() {{
    local -a commands=(
{}    )
    if (( CURRENT == 2 )); then
        _describe command commands
        return
    fi
    local command=$words[2]
    shift words
    (( CURRENT-- ))
    case $command in
{}    esac
}}
_rlecouple "$@"
)",
                       described, cases);
}

std::string fish_option(const std::string& command, const KnownOption& option) {
    std::string values = option.takes_value ? " -r" : "";
    if (option.list) {
        values += fmt::format(" -xa '(__fish_complete_list , \"string split , {}\")'",
                              fmt::join(option.values, ","));
    } else if (!option.values.empty()) {
        values += fmt::format(" -xa '{}'", fmt::join(option.values, " "));
    }
    return fmt::format("complete -c rlecouple -n '__fish_seen_subcommand_from {}' -l {}{}{} -d {}\n", command,
                       option.name, option.shortened.empty() ? "" : " -s " + option.shortened, values,
                       in_fish_quotes(option.description));
}

std::string fish_completion() {
    std::string text = "# fish completion for rlecouple\n";
    for (const KnownCommand& command : known_commands()) {
        text += fmt::format("complete -c rlecouple -n __fish_use_subcommand -a {} -d {}\n", command.name,
                            in_fish_quotes(command.summary));
        if (!command.values.empty())
            text += fmt::format("complete -c rlecouple -n '__fish_seen_subcommand_from {}' -xa '{}'\n",
                                command.name, fmt::join(command.values, " "));
        for (const KnownOption& option : command.options) text += fish_option(command.name, option);
    }
    return text;
}

}  // namespace

Runner setup_completion(CLI::App& app) {
    auto shell = std::make_shared<std::string>();
    app.add_option("shell", *shell, "bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    return [shell] {
        put(*shell == "bash" ? bash_completion() : *shell == "zsh" ? zsh_completion() : fish_completion());
        return 0;
    };
}

}  // namespace rle::cli
