#include "app/run_client.h"

#include "app/argument_types.h"

#include <daler/client/commands.h>
#include <daler/client/conversion.h>
#include <daler/util/version.h>

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>

namespace daler::app {
namespace {

using client::failure;
using client::Outcome;
using client::RpcConnection;

constexpr std::string_view usage =
    "Usage: daler-cli [options] <command> [arguments]    send a command to the node\n"
    "   or: daler-cli [options] -named <command> [name=value ...]\n"
    "   or: daler-cli [options] help [command]           list commands, or explain one\n\n";

/// Reads a line of standard input, after a prompt if it is a terminal.
std::string read_line(const char* prompt) {
    if (::isatty(STDIN_FILENO)) std::cerr << prompt << std::flush;
    std::string line;
    std::getline(std::cin, line);
    return line;
}

/// Reads the values that options take from standard input. The error is for the user.
Result<void, std::string> read_input(const config::Settings& settings, client::Access& access,
                                     std::vector<std::string>& words) {
    if (settings.flag("stdinrpcpass")) {
        access.password = read_line("RPC password> ");
        if (access.password.empty()) {
            return fail(
                std::string("-stdinrpcpass specified but failed to read from standard "
                            "input"));
        }
    }
    if (settings.flag("stdinwalletpassphrase")) {
        if (words.empty() || !words[0].starts_with("walletpassphrase")) {
            return fail(std::string(
                "-stdinwalletpassphrase is only applicable for walletpassphrase(change)"));
        }
        words.insert(words.begin() + 1, read_line("Wallet passphrase> "));
    }
    if (settings.flag("stdin"))
        for (std::string line; std::getline(std::cin, line);)
            words.push_back(line);
    return {};
}

Outcome call(RpcConnection& connection, const config::Settings& settings,
             const std::vector<std::string>& words) {
    if (words.empty()) return failure("too few parameters (need at least command)");
    const std::span arguments = std::span(words).subspan(1);
    const auto table = argument_types();
    const auto params = settings.flag("named")
                            ? client::named_params(table, words[0], arguments)
                            : client::positional_params(table, words[0], arguments);
    if (!params) return failure(params.error());
    const auto reply = connection.call(words[0], *params);
    if (!reply) return failure(reply.error());
    return client::outcome_of(*reply);
}

/// The command of the program itself that was given: the name of its option, or nothing. The error
/// is for the user.
Result<std::string_view, std::string> own_command(const config::Settings& settings,
                                                  const std::vector<std::string>& words) {
    std::string_view found;
    std::string names;
    for (const std::string_view name : {"generate", "getinfo", "netinfo", "addrinfo"}) {
        if (!settings.flag(name)) continue;
        names += fmt::format("{}-{}", names.empty() ? "" : ", ", name);
        if (!found.empty()) return fail(fmt::format("Only one of {} may be specified.", names));
        found = name;
    }
    if (!found.empty() && found != "generate" && !words.empty())
        return fail(fmt::format("-{} takes no arguments", found));
    return found;
}

/// Whether to print with colours. The error is for the user.
Result<bool, std::string> coloured(const config::Settings& settings) {
    const auto when = settings.text("color");
    if (when == "always") return true;
    if (when == "never") return false;
    if (when == "auto") return ::isatty(STDOUT_FILENO) != 0;
    return fail(std::string("Invalid value for -color option. Valid values: always, auto, never."));
}

Outcome run(const config::Settings& settings) {
    auto found = client::access(settings);
    if (!found) return failure(found.error());
    std::vector<std::string> words = settings.rest();
    if (auto read = read_input(settings, *found, words); !read) return failure(read.error());
    RpcConnection connection(std::move(*found));

    const auto own = own_command(settings, words);
    if (!own) return failure(own.error());
    if (*own == "generate") return client::generate(connection, words);
    if (*own == "getinfo") {
        const auto colours = coloured(settings);
        return colours ? client::getinfo(connection, *colours) : failure(colours.error());
    }
    if (*own == "netinfo") return client::netinfo(connection);
    if (*own == "addrinfo") return client::addrinfo(connection);
    return call(connection, settings, words);
}

int main_of(std::span<const std::string> arguments) {
    const char* home = std::getenv("HOME");
    const auto settings =
        config::Settings::load(config::client_options(), arguments, config::disk_files(),
                               home ? home : "", config::node_options());
    if (!settings) {
        std::cerr << settings.error() << std::endl;
        return EXIT_FAILURE;
    }
    if (settings->has("version")) {
        std::cout << fmt::format("daler-cli version {}\n", version);
        return EXIT_SUCCESS;
    }
    for (const auto* name : {"?", "h", "help", "help-debug"}) {
        if (!settings->has(name)) continue;
        std::cout << fmt::format("daler-cli version {}\n\n{}", version, usage)
                  << config::help_text(config::client_options(), settings->has("help-debug"));
        return EXIT_SUCCESS;
    }
    if (arguments.empty()) {
        std::cerr << "error: too few parameters (need at least command)\n\n" << usage;
        return EXIT_FAILURE;
    }
    if (settings->has("datadir") && !std::filesystem::is_directory(settings->data_folder())) {
        std::cerr << fmt::format("Error: Specified data directory \"{}\" does not exist.\n",
                                 settings->data_folder().string());
        return EXIT_FAILURE;
    }
    const Outcome outcome = run(*settings);
    if (!outcome.text.empty())
        (outcome.exit_code == 0 ? std::cout : std::cerr) << outcome.text << std::endl;
    return outcome.exit_code;
}

}  // namespace

int run_client(std::span<const std::string> arguments) {
    try {
        return main_of(arguments);
    } catch (const std::exception& e) {
        std::cerr << "error: " << e.what() << std::endl;
        return EXIT_FAILURE;
    }
}

}  // namespace daler::app
