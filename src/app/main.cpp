// daler: the name by which it is called says what it does; without such a name, the first word.
#include "app/run_client.h"
#include "app/run_node.h"
#include "app/run_wallet.h"

#include <daler/networks/commands.h>
#include <daler/util/version.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

namespace {

using Words = std::span<const std::string>;

const std::array<std::string, 1> help{"-help"};

int show_version() {
    fmt::print("daler version {}\n", daler::version);
    return EXIT_SUCCESS;
}

/// `daler WORDS...`: a node, its client, or a command for networks.
int run_command(Words words) {
    const std::string_view first = words.empty() ? std::string_view() : words[0];
    // The two have long helps of their own.
    const bool asks_for_help = first == "help" && words.size() == 2;
    if (asks_for_help && words[1] == "node") return daler::app::run_node(help);
    if (asks_for_help && words[1] == "cli") return daler::app::run_client(help);
    if (first == "node") return daler::app::run_node(words.subspan(1));
    if (first == "cli") {
        const auto instead = daler::networks::client_arguments(words.subspan(1));
        return daler::app::run_client(instead ? Words(*instead) : words.subspan(1));
    }
    const bool wants_help = std::ranges::any_of(
        words, [](const std::string& word) { return word == "--help" || word == "-h"; });
    if (first == "wallet" && words.size() > 1 && !wants_help)
        return daler::app::run_wallet(words.subspan(1));
    if (first == "wallet")
        return daler::networks::run(std::array<std::string, 2>{"help", "wallet"});
    if (first == "version" || first == "-version" || first == "--version") return show_version();
    return daler::networks::run(words);
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view path = argc > 0 ? argv[0] : "";
    const auto name = path.substr(path.rfind('/') + 1);
    const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
    if (name == "dalerd") return daler::app::run_node(words);
    if (name == "daler-cli") return daler::app::run_client(words);
    return run_command(words);
}
