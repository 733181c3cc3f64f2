#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace daler::networks {

class Arguments;

/// An option of a command, as a row of its table.
struct CommandOption {
    std::string_view name;      ///< "-n", "--name"
    std::string_view argument;  ///< how help shows the value, "NAME"; empty: it has none
    std::string_view help;
    bool repeats = false;  ///< may be given more than once
};

/// The heading under which the overview lists a command.
enum class Topic : std::uint8_t { network, nodes, blocks, time_travel, links, wallets, programs };

/// One command of the program `daler`. Parsing, help and completion come from it.
struct Command {
    std::string_view name;
    std::string_view arguments;  ///< how help shows the words after the name: "[NODE...]"
    Topic topic;
    std::string_view summary;  ///< one line
    std::string_view details;  ///< what else help says; lines of at most 79 columns
    std::vector<CommandOption> options{};
    std::size_t min_words = 0, max_words = 0;  ///< that are no options
    bool takes_rest = false;                   ///< words after "--" belong to the command
    /// Runs it and returns the exit code. Null: the program itself has the command.
    int (*run)(const Arguments&) = nullptr;
    std::vector<std::string_view> actions{};  ///< what the first word may be, if that is one of few
};

/// All commands of the program, in the order of the help.
[[nodiscard]] std::span<const Command> commands();
/// The command called `name`, or null.
[[nodiscard]] const Command* find_command(std::string_view name);

/// Runs the command that `words` begin with and returns the exit code of the program: 0, or 1
/// after an error, which is printed to standard error. No words, and `help`, print help; an unknown
/// command is an error that names the nearest known one. `words` has no program name.
[[nodiscard]] int run(std::span<const std::string> words);

/// What the client needs for `daler cli WORDS`, if the words mean a node of a network: `[NODE]
/// METHOD [ARGUMENTS]` without options, while a network runs. Nothing: the words are meant for the
/// client as they are.
[[nodiscard]] std::optional<std::vector<std::string>> client_arguments(
    std::span<const std::string> words);

}  // namespace daler::networks
