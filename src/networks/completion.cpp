#include "networks/commands_list.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <cstdlib>

namespace daler::networks {
namespace {

/// What may follow the command: its actions and options.
std::string next_words(const Command& command) {
    std::vector<std::string_view> words = command.actions;
    for (const CommandOption& option : command.options)
        words.push_back(option.name);
    return fmt::format("{}", fmt::join(words, " "));
}

/// `text` inside single quotes of bash and zsh.
std::string escaped(std::string_view text, std::string_view quote) {
    std::string out;
    for (const char c : text)
        out += c == '\'' ? std::string(quote) : std::string(1, c);
    return out;
}

std::string option_cases() {
    std::string out;
    for (const Command& command : commands())
        if (const auto words = next_words(command); !words.empty())
            out += fmt::format("    {}) options='{}' ;;\n", command.name, words);
    return out;
}

std::string bash_script() {
    std::string names;
    for (const Command& command : commands())
        names += (names.empty() ? "" : " ") + std::string(command.name);
    return fmt::format(
        "_daler() {{\n"
        "  local options=''\n"
        "  case \"$COMP_CWORD:${{COMP_WORDS[1]}}\" in 1:*) options='{}' ;; *)\n"
        "  case \"${{COMP_WORDS[1]}}\" in\n"
        "    help) options='{}' ;;\n"
        "{}  esac ;; esac\n"
        "  COMPREPLY=($(compgen -W \"$options\" -- \"${{COMP_WORDS[COMP_CWORD]}}\"))\n"
        "}}\n"
        "complete -o default -F _daler daler\n",
        names, names, option_cases());
}

std::string zsh_script() {
    std::string names;
    for (const Command& command : commands())
        names += fmt::format("    '{}:{}'\n", command.name, escaped(command.summary, "'\\''"));
    return fmt::format(
        "#compdef daler\n"
        "_daler() {{\n"
        "  local options=''\n"
        "  local -a names=(\n{}  )\n"
        "  if (( CURRENT == 2 )); then _describe command names; return; fi\n"
        "  case \"$words[2]\" in\n"
        "    help) _describe command names; return ;;\n"
        "{}  esac\n"
        "  if [[ \"$words[CURRENT]\" == -* ]]; then compadd -- ${{=options}}; return; fi\n"
        "  if (( CURRENT == 3 )) && [[ \"$options\" == [^-]* ]]; then compadd -- ${{=options}}\n"
        "  else _files; fi\n"
        "}}\n"
        "compdef _daler daler\n",
        names, option_cases());
}

std::string fish_script() {
    std::string out;
    for (const Command& command : commands()) {
        out += fmt::format("complete -c daler -n __fish_use_subcommand -a {} -d '{}'\n",
                           command.name, escaped(command.summary, "\\'"));
        for (const auto& action : command.actions)
            out += fmt::format("complete -c daler -n '__fish_seen_subcommand_from {}' -a {}\n",
                               command.name, action);
        for (const CommandOption& option : command.options) {
            const bool is_long = option.name.starts_with("--");
            out += fmt::format(
                "complete -c daler -n '__fish_seen_subcommand_from {}' -{} {}{} -d '{}'\n",
                command.name, is_long ? "l" : "s", option.name.substr(is_long ? 2 : 1),
                option.argument.empty() ? "" : " -r", escaped(option.help, "\\'"));
        }
    }
    return out;
}

}  // namespace

std::string completion_script(std::string_view shell) {
    if (shell == "bash") return bash_script();
    if (shell == "zsh") return zsh_script();
    return shell == "fish" ? fish_script() : "";
}

int completion(const Arguments& arguments) {
    const auto& shell = arguments.words()[0];
    const auto script = completion_script(shell);
    if (script.empty())
        return report(fmt::format("\"{}\" is no shell known here: bash, zsh or fish.", shell));
    std::fputs(script.c_str(), stdout);
    return EXIT_SUCCESS;
}

}  // namespace daler::networks
