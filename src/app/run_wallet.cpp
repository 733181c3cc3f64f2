#include "app/run_wallet.h"

#include <daler/config/option.h>
#include <daler/config/settings.h>
#include <daler/wallet/core_wallet.h>

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace daler::app {
namespace {

namespace fs = std::filesystem;
using config::Settings;

int refuse(const std::string& reason) {
    fmt::print(stderr, "daler: {}\n", reason);
    return EXIT_FAILURE;
}

/// The options first, as the settings need them.
std::vector<std::string> options_first(std::span<const std::string> arguments) {
    std::vector<std::string> out(arguments.begin(), arguments.end());
    std::ranges::stable_partition(
        out, [](const std::string& word) { return word.size() > 1 && word.starts_with('-'); });
    return out;
}

/// The file of the wallet with this name.
Result<fs::path, std::string> file_of(const Settings& settings, const std::string& name) {
    const fs::path given(name);
    const bool is_inside = std::ranges::none_of(given, [](const fs::path& p) { return p == ".."; });
    if (name.empty() || given.is_absolute() || !is_inside)
        return fail(fmt::format("\"{}\" cannot be the name of a wallet", name));
    return settings.path("walletdir") / given / "wallet.dat";
}

/// What the user is told after the move.
void print_summary(const wallet::ConvertedWallet& moved, const std::string& done) {
    fmt::print("{}: {} descriptors, {} transactions{}\n", done, moved.descriptors,
               moved.transactions, moved.is_encrypted ? ", encrypted" : "");
    for (const auto& what : moved.left_out)
        fmt::print("Left out, because daler does not keep it: {}\n", what);
}

int export_wallet(const Settings& settings, const ChainParams& params, const std::string& name,
                  const std::string& target) {
    auto from = file_of(settings, name);
    std::error_code ignored;
    // A backup has no name but a path.
    if (!from || !fs::exists(*from, ignored)) {
        if (fs::is_regular_file(name, ignored)) from = fs::path(name);
    }
    if (!from) return refuse(from.error());
    if (!fs::exists(*from, ignored))
        return refuse(
            fmt::format("There is no wallet \"{}\": {} does not exist", name, from->string()));
    const auto moved = wallet::export_core_wallet(*from, target, params);
    if (!moved) return refuse(moved.error());
    print_summary(*moved, "Wrote " + target);
    return EXIT_SUCCESS;
}

int import_wallet(const Settings& settings, const ChainParams& params, const std::string& source,
                  const std::string& name) {
    const auto to = file_of(settings, name);
    if (!to) return refuse(to.error());
    std::error_code ignored;
    if (fs::exists(to->parent_path(), ignored))
        return refuse(
            fmt::format("A wallet \"{}\" exists already: {}", name, to->parent_path().string()));
    const auto moved = wallet::import_core_wallet(source, *to, params);
    if (!moved) return refuse(moved.error());
    print_summary(*moved, "Wrote " + to->string());
    fmt::print("Load it with: loadwallet {}\n", name);
    return EXIT_SUCCESS;
}

int run(const Settings& settings) {
    const auto& words = settings.rest();
    const bool exports = !words.empty() && words[0] == "export";
    if (words.size() != 3 || (!exports && words[0] != "import")) {
        return refuse(
            "wallet: expected `export NAME FILE` or `import FILE NAME`; see `daler help wallet`");
    }
    if (settings.chain_file())
        return refuse("wallet: Bitcoin Core does not have the chain of a chain file");
    const auto params = settings.chain_params();
    if (!params) return refuse(params.error());
    // Only the owner may read the new file.
    umask(S_IRWXG | S_IRWXO);
    return exports ? export_wallet(settings, *params, words[1], words[2])
                   : import_wallet(settings, *params, words[1], words[2]);
}

}  // namespace

int run_wallet(std::span<const std::string> arguments) {
    const char* home = std::getenv("HOME");
    const auto settings =
        Settings::load(config::node_options(), options_first(arguments), config::disk_files(),
                       home ? home : "", config::client_options());
    if (!settings) return refuse(settings.error());
    try {
        return run(*settings);
    } catch (const std::exception& error) {
        return refuse(error.what());
    }
}

}  // namespace daler::app
