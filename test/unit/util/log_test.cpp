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
