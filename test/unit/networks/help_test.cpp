#include <test.h>

#include "networks/commands_list.h"

#include <sstream>

namespace daler::networks {
namespace {

TEST_CASE("the overview has all commands in at most twelve lines of 80 columns", "[networks]") {
    const auto text = overview();
    for (const Command& command : commands()) {
        CAPTURE(command.name);
        CHECK(text.find(command.name) != std::string::npos);
    }
    CHECK(std::ranges::count(text, '\n') <= 12);
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        CHECK(line.size() <= 80);
}

TEST_CASE("the help of each command fits 80 columns", "[networks]") {
    for (const Command& command : commands()) {
        std::istringstream lines(help_of(command));
        for (std::string line; std::getline(lines, line);) {
            CAPTURE(command.name, line);
            CHECK(line.size() <= 80);
        }
    }
}

TEST_CASE("an unknown command gets the nearest one", "[networks]") {
    CHECK(unknown_command("pss").ends_with("Did you mean `daler ps`?"));
    CHECK(unknown_command("nodes").ends_with("Did you mean `daler node`?"));
    CHECK(unknown_command("xyzzy").ends_with("`daler help` lists the commands."));
}

}  // namespace
}  // namespace daler::networks
