#pragma once

#include "networks/arguments.h"

/// The functions of the commands: print what the user asked for to standard output and return the
/// exit code. An error becomes a line on standard error, see `report`.
namespace daler::networks {

// up.cpp
[[nodiscard]] int up(const Arguments& arguments);

// logs.cpp
[[nodiscard]] int logs(const Arguments& arguments);

// node_commands.cpp
[[nodiscard]] int stop(const Arguments& arguments);
[[nodiscard]] int start(const Arguments& arguments);
[[nodiscard]] int restart(const Arguments& arguments);
[[nodiscard]] int kill(const Arguments& arguments);
[[nodiscard]] int add(const Arguments& arguments);

// end_commands.cpp
[[nodiscard]] int down(const Arguments& arguments);
[[nodiscard]] int rm(const Arguments& arguments);

// block_commands.cpp
[[nodiscard]] int mine(const Arguments& arguments);
[[nodiscard]] int faucet(const Arguments& arguments);
[[nodiscard]] int reorg(const Arguments& arguments);

// chain_time.cpp
[[nodiscard]] int time(const Arguments& arguments);

// split.cpp
[[nodiscard]] int split(const Arguments& arguments);
[[nodiscard]] int heal(const Arguments& arguments);

// snapshot_commands.cpp
[[nodiscard]] int snapshot(const Arguments& arguments);
[[nodiscard]] int revert(const Arguments& arguments);
[[nodiscard]] int snapshots(const Arguments& arguments);

// env.cpp
[[nodiscard]] int env(const Arguments& arguments);

// completion.cpp
[[nodiscard]] int completion(const Arguments& arguments);
/// The script for bash, zsh or fish; empty for another shell.
[[nodiscard]] std::string completion_script(std::string_view shell);

// status.cpp
[[nodiscard]] int ps(const Arguments& arguments);

// watch.cpp
[[nodiscard]] int watch(const Arguments& arguments);

/// Prints "daler: REASON" to standard error and returns the exit code of a failure.
[[nodiscard]] int report(const std::string& reason);

// help.cpp
/// What `daler` prints: the topics with their commands.
[[nodiscard]] std::string overview();
/// What `daler help COMMAND` prints.
[[nodiscard]] std::string help_of(const Command& command);
/// The error for a command that does not exist; it names the nearest one.
[[nodiscard]] std::string unknown_command(std::string_view name);

}  // namespace daler::networks
