#include <test.h>

#include "networks/commands_list.h"

using namespace daler::networks;

TEST_CASE("the scripts of all shells have every command", "[networks]") {
    for (const auto* shell : {"bash", "zsh", "fish"}) {
        const auto script = completion_script(shell);
        for (const Command& command : commands()) {
            CAPTURE(shell, command.name);
            CHECK(script.find(command.name) != std::string::npos);
            for (const auto& action : command.actions)
                CHECK(script.find(action) != std::string::npos);
        }
    }
    CHECK(completion_script("csh").empty());
}
