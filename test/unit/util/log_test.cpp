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
