// dalerd: reads the settings, runs a node until a signal or the RPC `stop`, returns an exit code.
#include "app/daemon.h"
#include "app/signals.h"

#include <daler/config/option.h>
#include <daler/config/settings.h>
#include <daler/node/node.h>
#include <daler/util/log.h>
#include <daler/util/version.h>

#include <fmt/format.h>
#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <thread>

namespace {

using daler::config::Settings;

constexpr std::string_view usage =
    "Usage: dalerd [options]\n\n"
    "Runs a Bitcoin full node in the foreground. `dalerd -regtest` starts a private test "
    "chain.\n\n";

int fail_start(const std::string& reason) {
    std::fprintf(stderr, "Error: %s\n", reason.c_str());
    return EXIT_FAILURE;
}

bool asks_for_help(const Settings& settings) {
    return settings.flag("?") || settings.flag("h") || settings.flag("help") ||
           settings.flag("help-debug");
}

/// Creates the folder if it is missing, but no parent folders. True if it was missing.
daler::Result<bool, std::string> create_data_folder(const std::filesystem::path& folder) {
    std::error_code error;
    if (std::filesystem::is_directory(folder, error)) return false;
    const bool is_new = std::filesystem::create_directories(folder, error);
    // Another process may have created it meanwhile.
    if (!error) return is_new;
    return daler::fail(
        fmt::format("Cannot create the data folder \"{}\": {}", folder.string(), error.message()));
}

std::uint32_t debug_categories(const Settings& settings) {
    std::uint32_t mask = 0;
    for (const auto& name : settings.list("debug"))
        if (name == "0" || name == "none")
            mask = 0;
        else
            mask |= static_cast<std::uint32_t>(daler::log::category(name));
    for (const auto& name : settings.list("debugexclude"))
        mask &= ~static_cast<std::uint32_t>(daler::log::category(name));
    return mask;
}

void start_log(const Settings& settings, bool in_background) {
    daler::log::Options options;
    if (!settings.negated("debuglogfile")) {
        const auto file = settings.path("debuglogfile");
        std::filesystem::create_directories(file.parent_path());
        options.file = file.string();
    }
    options.console = settings.flag_if_set("printtoconsole").value_or(!in_background);
    options.timestamps = settings.flag("logtimestamps");
    options.debug = debug_categories(settings);
    try {
        daler::log::start(options);
    } catch (const std::exception& error) {
        const std::string_view what = error.what();
        throw std::runtime_error(fmt::format("Could not open debug log file {}: {}", options.file,
                                             what.substr(what.rfind(": ") + 2)));
    }
    daler::log::info("daler {} starting, data in {}", daler::version,
                     settings.chain_folder().string());
    if (!settings.config_file().empty())
        daler::log::info("Config file {}", settings.config_file().string());
    for (const auto& warning : settings.warnings())
        daler::log::warning("{}", warning);
}

/// Runs a node until it stops. The error says why it did not start.
daler::Result<bool, std::string> run(const Settings& settings, daler::app::Daemon& daemon) {
    daler::app::Signals signals;
    daler::node::Node node(settings, [&signals] { signals.stop(); });
    // Signals must work during the start, because rebuilding the chain may take long.
    std::thread watcher([&] {
        signals.wait(daler::log::reopen);
        node.interrupt();
    });
    const auto started = node.start();
    if (started)
        daemon.ready();
    else
        signals.stop();
    watcher.join();
    if (!started) return daler::fail(started.error());
    daler::log::info("Stopping");
    return node.healthy();
}

int main_with(const Settings& settings) {
    // Only the owner may read the files that the node writes.
    umask(S_IRWXG | S_IRWXO);
    const bool in_background = settings.flag("daemon") || settings.flag("daemonwait");
    const auto is_new = create_data_folder(settings.data_folder());
    if (!is_new) return fail_start(is_new.error());
    auto daemon = in_background ? daler::app::Daemon::start() : daler::app::Daemon();
    std::string reason;
    try {
        start_log(settings, in_background);
        if (*is_new) daler::log::info("Created the data folder");
        const auto ended = run(settings, daemon);
        if (ended) {
            daler::log::info("Stopped");
            daler::log::stop();
            return *ended ? EXIT_SUCCESS : EXIT_FAILURE;
        }
        reason = ended.error();
        daler::log::error("{}", reason);
    } catch (const std::exception& error) {
        reason = error.what();
    }
    daler::log::stop();
    daemon.failed(reason);
    return in_background ? EXIT_FAILURE : fail_start(reason);
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    const char* home = std::getenv("HOME");
    const auto settings =
        Settings::load(daler::config::node_options(), arguments, daler::config::disk_files(),
                       home ? home : "", daler::config::client_options());
    if (!settings) return fail_start(settings.error());
    if (asks_for_help(*settings)) {
        const auto text =
            daler::config::help_text(daler::config::node_options(), settings->flag("help-debug"));
        fmt::print("daler {}\n\n{}{}", daler::version, usage, text);
        return EXIT_SUCCESS;
    }
    if (settings->flag("version")) {
        fmt::print("daler version {}\n", daler::version);
        return EXIT_SUCCESS;
    }
    if (!settings->rest().empty()) {
        return fail_start(fmt::format(
            "Command line contains unexpected token '{}', see dalerd -h for a list of options.",
            settings->rest().front()));
    }
    return main_with(*settings);
}
