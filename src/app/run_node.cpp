#include "app/run_node.h"

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

namespace daler::app {
namespace {

using config::Settings;

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
Result<bool, std::string> create_data_folder(const std::filesystem::path& folder) {
    std::error_code error;
    if (std::filesystem::is_directory(folder, error)) return false;
    const bool is_new = std::filesystem::create_directories(folder, error);
    // Another process may have created it meanwhile.
    if (!error) return is_new;
    return fail(
        fmt::format("Cannot create the data folder \"{}\": {}", folder.string(), error.message()));
}

std::uint32_t debug_categories(const Settings& settings) {
    std::uint32_t mask = 0;
    for (const auto& name : settings.list("debug"))
        if (name == "0" || name == "none")
            mask = 0;
        else
            mask |= static_cast<std::uint32_t>(log::category(name));
    for (const auto& name : settings.list("debugexclude"))
        mask &= ~static_cast<std::uint32_t>(log::category(name));
    return mask;
}

void start_log(const Settings& settings, bool in_background) {
    log::Options options;
    if (!settings.negated("debuglogfile")) {
        const auto file = settings.path("debuglogfile");
        std::filesystem::create_directories(file.parent_path());
        options.file = file.string();
    }
    options.console = settings.flag_if_set("printtoconsole").value_or(!in_background);
    options.timestamps = settings.flag("logtimestamps");
    options.debug = debug_categories(settings);
    try {
        log::start(options);
    } catch (const std::exception& error) {
        const std::string_view what = error.what();
        throw std::runtime_error(fmt::format("Could not open debug log file {}: {}", options.file,
                                             what.substr(what.rfind(": ") + 2)));
    }
    log::info("daler {} starting, data in {}", version, settings.chain_folder().string());
    if (!settings.config_file().empty())
        log::info("Config file {}", settings.config_file().string());
    for (const auto& warning : settings.warnings())
        log::warning("{}", warning);
}

/// Runs a node until it stops. The error says why it did not start.
Result<bool, std::string> run(const Settings& settings, Daemon& daemon) {
    Signals signals;
    node::Node node(settings, [&signals] { signals.stop(); });
    // Signals must work during the start, because rebuilding the chain may take long.
    std::thread watcher([&] {
        signals.wait(log::reopen);
        node.interrupt();
    });
    const auto started = node.start();
    if (started)
        daemon.ready();
    else
        signals.stop();
    watcher.join();
    if (!started) return fail(started.error());
    log::info("Stopping");
    return node.healthy();
}

int main_with(const Settings& settings) {
    // Only the owner may read the files that the node writes.
    umask(S_IRWXG | S_IRWXO);
    const bool in_background = settings.flag("daemon") || settings.flag("daemonwait");
    const auto is_new = create_data_folder(settings.data_folder());
    if (!is_new) return fail_start(is_new.error());
    auto daemon = in_background ? Daemon::start() : Daemon();
    std::string reason;
    try {
        start_log(settings, in_background);
        if (*is_new) log::info("Created the data folder");
        const auto ended = run(settings, daemon);
        if (ended) {
            log::info("Stopped");
            log::stop();
            return *ended ? EXIT_SUCCESS : EXIT_FAILURE;
        }
        reason = ended.error();
        log::error("{}", reason);
    } catch (const std::exception& error) {
        reason = error.what();
    }
    log::stop();
    daemon.failed(reason);
    return in_background ? EXIT_FAILURE : fail_start(reason);
}

}  // namespace

int run_node(std::span<const std::string> arguments) {
    const char* home = std::getenv("HOME");
    const auto settings = Settings::load(config::node_options(), arguments, config::disk_files(),
                                         home ? home : "", config::client_options());
    if (!settings) return fail_start(settings.error());
    if (asks_for_help(*settings)) {
        const auto text = config::help_text(config::node_options(), settings->flag("help-debug"));
        fmt::print("daler {}\n\n{}{}", version, usage, text);
        return EXIT_SUCCESS;
    }
    if (settings->flag("version")) {
        fmt::print("daler version {}\n", version);
        return EXIT_SUCCESS;
    }
    if (!settings->rest().empty()) {
        return fail_start(fmt::format(
            "Command line contains unexpected token '{}', see dalerd -h for a list of options.",
            settings->rest().front()));
    }
    return main_with(*settings);
}

}  // namespace daler::app
