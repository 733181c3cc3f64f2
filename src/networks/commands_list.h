#pragma once

#include "networks/arguments.h"

/// The functions of the commands: print what the user asked for to standard output and return the
/// exit code. An error becomes a line on standard error, see `report`.
namespace daler::networks {

// status.cpp
[[nodiscard]] int ps(const Arguments& arguments);

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
