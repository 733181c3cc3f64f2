#include "app/log_options.h"

#include <daler/node/node.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace daler::app {
namespace {

using config::Settings;
using Status = Result<void, std::string>;

constexpr std::string_view level_names = "info, debug, trace";

Result<std::uint32_t, std::string> categories(const Settings& settings, std::string_view option) {
    std::uint32_t mask = 0;
    for (const auto& name : settings.list(option)) {
        const auto category = log::category(name);
        if (!category)
            return fail(fmt::format("Unsupported logging category -{}={}.", option, name));
        mask |= static_cast<std::uint32_t>(*category);
    }
    return mask;
}

Result<std::uint32_t, std::string> wanted_categories(const Settings& settings) {
    for (const auto& name : settings.list("debug"))
        if (name == "0" || name == "none") return 0;
    return categories(settings, "debug");
}

/// -loglevel=LEVEL, or -loglevel=CATEGORY:LEVEL.
Status read_level(const std::string& text, log::Options& options) {
    const auto colon = text.find(':');
    const auto level =
        log::level(colon == std::string::npos ? text : std::string_view(text).substr(colon + 1));
    if (colon == std::string::npos) {
        if (!level) {
            return fail(
                fmt::format("Unsupported global logging level -loglevel={}. Valid values: {}.",
                            text, level_names));
        }
        options.level = *level;
        return {};
    }
    const auto category = log::category(std::string_view(text).substr(0, colon));
    if (!category || !level) {
        return fail(fmt::format(
            "Unsupported category-specific logging level -loglevel={}. Expected "
            "-loglevel=<category>:<loglevel>. Valid categories: {}. Valid loglevels: {}.",
            text, fmt::join(log::category_names(), ", "), level_names));
    }
    options.levels[*category] = *level;
    return {};
}

log::Console console(const Settings& settings, bool in_background) {
    if (!settings.flag_if_set("printtoconsole").value_or(!in_background)) return log::Console::none;
    // A program may read standard output, and looks for one line there.
    return settings.flag("inmemory") || wants_ready_line(settings) ? log::Console::standard_error
                                                                   : log::Console::standard_output;
}

}  // namespace

bool wants_ready_line(const Settings& settings) {
    return settings.has("ready") && !settings.negated("ready");
}

Result<log::Options, std::string> log_options(const Settings& settings, bool in_background) {
    log::Options options;
    options.file = node::log_file(settings).string();
    constexpr std::uint64_t megabyte = 1'000'000;
    options.max_file_size = static_cast<std::uint64_t>(settings.integer("debuglogsize")) * megabyte;
    options.console = console(settings, in_background);
    const auto wanted = wanted_categories(settings);
    if (!wanted) return fail(wanted.error());
    const auto left_out = categories(settings, "debugexclude");
    if (!left_out) return fail(left_out.error());
    options.debug = *wanted & ~*left_out;
    for (const auto& text : settings.list("loglevel"))
        if (auto read = read_level(text, options); !read) return fail(read.error());
    options.timestamps = settings.flag("logtimestamps");
    options.microseconds = settings.flag("logtimemicros");
    options.thread_names = settings.flag("logthreadnames");
    options.source_locations = settings.flag("logsourcelocations");
    options.always_level = settings.flag("loglevelalways");
    return options;
}

}  // namespace daler::app
