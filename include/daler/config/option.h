#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>

namespace daler::config {

/// What an option's value must look like.
enum class Kind : std::uint8_t {
    flag,     ///< `-x`, `-x=1`, `-x=0`, `-nox`
    integer,  ///< a whole number between Option::min and Option::max
    amount,   ///< bitcoins, at most eight decimals
    text,     ///< anything
    path,     ///< a file or folder
    hash,     ///< 1 to 64 hex digits
    list,     ///< may be given more than once; the values add up
};

/// The heading under which `-help` shows an option. Only `-help-debug` shows `hidden` ones.
enum class Group : std::uint8_t {
    general,
    connection,
    rpc,
    wallet,
    relay,
    mining,
    chain,
    private_networks,  ///< refused on public chains
    notifications,
    debugging,
    client,
    commands,
    hidden,
};

/// One option of the command line (`-name=value`) or of a config file (`name=value`).
struct Option {
    std::string_view name;      ///< without dash
    std::string_view argument;  ///< how help shows the value: "<n>"; empty for a plain flag
    Kind kind;
    Group group;
    std::string_view fallback;  ///< the default, in the form a user would write; empty: none
    std::string_view help;
    /// At the top level of a file it holds for the main chain only (addresses, ports, wallets).
    bool network_only = false;
    std::int64_t min = std::numeric_limits<std::int64_t>::min();  ///< of an integer
    std::int64_t max = std::numeric_limits<std::int64_t>::max();
};

/// The options of dalerd.
[[nodiscard]] std::span<const Option> node_options();
/// The options of daler-cli. Its config files may also have those of dalerd.
[[nodiscard]] std::span<const Option> client_options();

/// The option called `name`, or null.
[[nodiscard]] const Option* find_option(std::span<const Option> options, std::string_view name);

/// The text of `-help`: options by group, wrapped at 79 columns. `with_hidden` adds the last group;
/// without it, the last line says how many options are left out.
[[nodiscard]] std::string help_text(std::span<const Option> options, bool with_hidden);

}  // namespace daler::config
