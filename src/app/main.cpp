// daler: the name by which it is called says what it does; without such a name, the first word.
#include "app/commands.h"
#include "app/run_client.h"
#include "app/run_node.h"

#include <vector>

int main(int argc, char** argv) {
    const std::string_view path = argc > 0 ? argv[0] : "";
    const auto name = path.substr(path.rfind('/') + 1);
    const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
    if (name == "dalerd") return daler::app::run_node(words);
    if (name == "daler-cli") return daler::app::run_client(words);
    return daler::app::run_command(words);
}
