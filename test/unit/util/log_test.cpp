#include <daler/util/log.h>

#include <unistd.h>

#include <test.h>
#include <filesystem>
#include <fstream>
#include <iterator>

using namespace daler;

namespace {

std::string lines_of(const std::filesystem::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("one place in the code can't fill the disk, and others still write", "[util][log]") {
    const auto file =
        std::filesystem::temp_directory_path() / ("daler_log_test_" + std::to_string(::getpid()));
    log::start({.file = file.string(), .console = log::Console::none});
    const std::string text(1000, 'x');
    for (int i = 0; i < 2000; ++i)
        log::warning("{}", text);
    log::info("another place");
    log::stop();
    const auto written = lines_of(file);
    CHECK(written.size() > 200'000);
    CHECK(written.size() < 400'000);
    CHECK(written.find("More lines of this kind are left out") != std::string::npos);
    CHECK(written.find("another place") != std::string::npos);
    std::filesystem::remove(file);
}

TEST_CASE("categories and levels decide which lines are written, and what is before them",
          "[util][log]") {
    const auto file =
        std::filesystem::temp_directory_path() / ("daler_log_levels_" + std::to_string(::getpid()));
    log::Options options{.file = file.string(), .console = log::Console::none};
    const auto lines = [&] {
        std::filesystem::remove(file);
        log::start(options);
        log::info("i");
        log::warning("w");
        log::debug(log::Category::net, "n");
        log::trace(log::Category::net, "nt");
        log::debug(log::Category::rpc, "r");
        log::trace(log::Category::rpc, "rt");
        log::stop();
        return lines_of(file);
    };
    options.timestamps = false;
    CHECK(lines() == "i\n[warning] w\n");
    options.debug = static_cast<std::uint32_t>(log::Category::net);
    CHECK(lines() == "i\n[warning] w\n[net] n\n");
    options.debug = ~0u;
    options.levels[log::Category::rpc] = log::Level::trace;
    CHECK(lines() == "i\n[warning] w\n[net] n\n[rpc] r\n[rpc:trace] rt\n");
    options.level = log::Level::info;
    CHECK(lines() == "i\n[warning] w\n[rpc] r\n[rpc:trace] rt\n");
    options.always_level = true;
    CHECK(lines() == "[all:info] i\n[all:warning] w\n[rpc:debug] r\n[rpc:trace] rt\n");
    options = {.file = file.string(), .console = log::Console::none, .timestamps = false};
    options.source_locations = options.thread_names = true;
    CHECK(lines().find("util/log_test.cpp:") != std::string::npos);
    CHECK(lines().starts_with("[init] ["));
    std::filesystem::remove(file);
}

TEST_CASE("categories have the names of Bitcoin Core", "[util][log]") {
    CHECK(log::category_names().size() == 28);
    CHECK(std::ranges::is_sorted(log::category_names()));
    CHECK(log::category("zmq") == log::Category::zmq);
    CHECK(log::category("net") == log::Category::net);
    for (const auto* all : {"all", "1", ""})
        CHECK(log::category(all) == log::Category::all);
    for (const auto* unknown : {"0", "none", "Net", "wallet", "lock"})
        CHECK_FALSE(log::category(unknown));
    CHECK(log::level("trace") == log::Level::trace);
    CHECK_FALSE(log::level("warning"));
}

TEST_CASE("a log with a limit has its older lines in a second file", "[util][log]") {
    const auto file = std::filesystem::temp_directory_path() /
                      ("daler_log_limit_" + std::to_string(::getpid()) + ".log");
    const auto older = std::filesystem::path(file).replace_extension("1.log");
    log::start({.file = file.string(), .max_file_size = 4000, .console = log::Console::none});
    for (int i = 0; i < 100; ++i)
        log::info("line {} {}", i, std::string(80, 'x'));
    log::stop();
    CHECK(std::filesystem::file_size(file) <= 2000);
    CHECK(std::filesystem::file_size(older) <= 2000);
    const auto both = lines_of(older) + lines_of(file);
    CHECK(both.size() > 2000);
    CHECK(both.ends_with("line 99 " + std::string(80, 'x') + "\n"));
    std::filesystem::remove(file);
    std::filesystem::remove(older);
}
