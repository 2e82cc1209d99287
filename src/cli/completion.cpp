// Completion for bash, zsh and fish, made from the table of commands and the options that they declare.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/ui.hpp"
#include "formats/registry.hpp"

namespace rle::cli {
namespace {

struct KnownOption {
    std::string name;  // without the dashes
    std::string description;
    bool takes_value = false;
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

std::vector<KnownCommand> known_commands() {
    std::vector<KnownCommand> known;
    for (const Command& command : commands()) {
        CLI::App app;
        command.setup(app);
        KnownCommand entry{std::string(command.name), std::string(command.summary), {}, {}};
        for (const CLI::Option* option : app.get_options()) {
            if (option->get_positional() && option->get_lnames().empty()) entry.values = values_of(*option);
            for (const std::string& name : option->get_lnames()) {
                entry.options.push_back({name, option->get_description(),
                                         option->get_items_expected_max() > 0, values_of(*option)});
            }
        }
        known.push_back(std::move(entry));
    }
    return known;
}

// Quotes for a single-quoted word of bash and zsh.
std::string in_single_quotes(std::string text) {
    for (std::size_t at = 0; (at = text.find('\'', at)) != std::string::npos; at += 4)
        text.replace(at, 1, "'\\''");
    return "'" + text + "'";
}

std::string without(std::string text, std::string_view characters) {
    std::erase_if(text, [&](char c) { return characters.find(c) != std::string_view::npos; });
    return text;
}

std::string bash_completion() {
    std::string cases;
    std::vector<std::string> names;
    for (const KnownCommand& command : known_commands()) {
        std::vector<std::string> options;
        for (const KnownOption& option : command.options) options.push_back("--" + option.name);
        cases +=
            fmt::format("        {})\n            words='{}' values='{}'\n            case $previous in\n",
                        command.name, fmt::join(options, " "), fmt::join(command.values, " "));
        for (const KnownOption& option : command.options) {
            if (!option.values.empty())
                cases += fmt::format("                --{}) values='{}' ;;\n", option.name,
                                     fmt::join(option.values, " "));
        }
        cases += "            esac\n            ;;\n";
        names.push_back(command.name);
    }
    return fmt::format(R"(# bash completion for rlecouple
_rlecouple() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} command='' word words='' values=''
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
        COMPREPLY=($(compgen -W "$values" -- "$current"))
    fi
}}
complete -o default -F _rlecouple rlecouple
)",
                       fmt::join(names, " "), cases);
}

std::string zsh_completion() {
    std::string described, cases;
    for (const KnownCommand& command : known_commands()) {
        described += "        " + in_single_quotes(command.name + ":" + without(command.summary, ":")) + "\n";
        cases += fmt::format("        {})\n            _arguments", command.name);
        for (const KnownOption& option : command.options) {
            const std::string known = fmt::format(":value:({})", fmt::join(option.values, " "));
            const std::string value = !option.values.empty() ? known
                                      : option.takes_value   ? ":value:_files"
                                                             : "";
            cases +=
                " \\\n                " +
                in_single_quotes("--" + option.name + "[" + without(option.description, "[]:") + "]" + value);
        }
        cases += " \\\n                '*:file:_files'\n            ;;\n";
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

std::string fish_completion() {
    std::string text = "# fish completion for rlecouple\n";
    for (const KnownCommand& command : known_commands()) {
        text += fmt::format("complete -c rlecouple -n __fish_use_subcommand -a {} -d {}\n", command.name,
                            in_single_quotes(without(command.summary, "'")));
        for (const KnownOption& option : command.options) {
            const std::string values =
                option.values.empty() ? "" : fmt::format(" -xa '{}'", fmt::join(option.values, " "));
            text += fmt::format("complete -c rlecouple -n '__fish_seen_subcommand_from {}' -l {}{}{} -d {}\n",
                                command.name, option.name, option.takes_value ? " -r" : "", values,
                                in_single_quotes(without(option.description, "'")));
        }
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
        say(*shell == "bash" ? bash_completion() : *shell == "zsh" ? zsh_completion() : fish_completion());
        return 0;
    };
}

}  // namespace rle::cli
