// Completion for bash, zsh and fish, made from the table of commands and the options that they declare.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/ui.hpp"

namespace rle::cli {
namespace {

struct KnownOption {
    std::string name;  // without the dashes
    std::string description;
    bool takes_value = false;
};

struct KnownCommand {
    std::string name;
    std::string summary;
    std::vector<KnownOption> options;
};

std::vector<KnownCommand> known_commands() {
    std::vector<KnownCommand> known;
    for (const Command& command : commands()) {
        CLI::App app;
        command.setup(app);
        KnownCommand entry{std::string(command.name), std::string(command.summary), {}};
        for (const CLI::Option* option : app.get_options()) {
            for (const std::string& name : option->get_lnames()) {
                entry.options.push_back(
                    {name, option->get_description(), option->get_items_expected_max() > 0});
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
        cases += fmt::format("        {}) words='{}' ;;\n", command.name, fmt::join(options, " "));
        names.push_back(command.name);
    }
    return fmt::format(R"(# bash completion for rlecouple
_rlecouple() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} command='' word words=''
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
            const std::string value = option.takes_value ? ":value:_files" : "";
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
            text += fmt::format("complete -c rlecouple -n '__fish_seen_subcommand_from {}' -l {}{} -d {}\n",
                                command.name, option.name, option.takes_value ? " -r" : "",
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
