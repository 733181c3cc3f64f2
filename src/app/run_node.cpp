#include "app/run_node.h"

#include "app/daemon.h"
#include "app/log_options.h"
#include "app/process_watch.h"
#include "app/signals.h"

#include <daler/config/option.h>
#include <daler/config/settings.h>
#include <daler/node/node.h>
#include <daler/util/log.h>
#include <daler/util/thread_name.h>
#include <daler/util/version.h>

#include <fmt/format.h>
#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
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

void start_log(const Settings& settings, bool in_background) {
    const auto read = log_options(settings, in_background);
    if (!read) throw std::runtime_error(read.error());
    const auto& options = *read;
    if (!options.file.empty())
        std::filesystem::create_directories(std::filesystem::path(options.file).parent_path());
    try {
        log::start(options);
    } catch (const std::exception& error) {
        const std::string_view what = error.what();
        throw std::runtime_error(fmt::format("Could not open debug log file {}: {}", options.file,
                                             what.substr(what.rfind(": ") + 2)));
    }
    log::info("daler {} starting, data in {}", version,
              settings.flag("inmemory") ? "memory" : settings.chain_folder().string());
    if (!settings.config_file().empty())
        log::info("Config file {}", settings.config_file().string());
    for (const auto& warning : settings.warnings())
        log::warning("{}", warning);
}

void print_line(const std::string& line) {
    std::puts(line.c_str());
    std::fflush(stdout);
}

/// The process with which the node ends. The error is for the user.
Result<ProcessWatch, std::string> watched_parent(const Settings& settings, bool in_background) {
    if (!settings.has("withparent") || settings.negated("withparent")) return ProcessWatch{};
    if (in_background) {
        return fail(std::string(
            "-withparent cannot be combined with -daemon: the parent of a node in the background "
            "ends at once. Remove one of the two."));
    }
    return ProcessWatch::open(settings.text("withparent"));
}

/// Runs a node until it stops. The error says why it did not start.
Result<bool, std::string> run(const Settings& settings, Daemon& daemon,
                              const ProcessWatch& parent) {
    Signals signals;
    node::Node node(settings, [&signals] { signals.stop(); });
    // Signals must work during the start, because rebuilding the chain may take long.
    std::thread watcher([&] {
        set_thread_name("signals");
        if (signals.wait(log::reopen, parent.descriptor()) == Signals::End::process)
            log::info("The process that -withparent names has ended");
        node.interrupt();
    });
    const auto started = node.start();
    if (started) {
        if (wants_ready_line(settings)) print_line(node.ready_report().write());
        daemon.ready();
    } else {
        signals.stop();
    }
    watcher.join();
    if (!started) return fail(started.error());
    log::info("Stopping");
    return node.healthy();
}

int main_with(const Settings& settings) {
    // Only the owner may read the files that the node writes.
    umask(S_IRWXG | S_IRWXO);
    const bool in_background = settings.flag("daemon") || settings.flag("daemonwait");
    const auto parent = watched_parent(settings, in_background);
    if (!parent) return fail_start(parent.error());
    if (wants_ready_line(settings) && settings.text("ready") != "json") {
        return fail_start(fmt::format("-ready={} is not known; the only form is -ready=json",
                                      settings.text("ready")));
    }
    const bool in_memory = settings.flag("inmemory");
    const auto is_new =
        in_memory ? Result<bool, std::string>(false) : create_data_folder(settings.data_folder());
    if (!is_new) return fail_start(is_new.error());
    auto daemon = in_background ? Daemon::start() : Daemon();
    std::string reason;
    try {
        start_log(settings, in_background);
        if (*is_new) log::info("Created the data folder");
        const auto ended = run(settings, daemon, *parent);
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
    for (const auto& notice : settings->notices())
        std::cerr << notice << std::endl;
    return main_with(*settings);
}

}  // namespace daler::app
