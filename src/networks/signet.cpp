#include "networks/signet.h"

#include "networks/launcher.h"

#include <daler/descriptor/addresses.h>
#include <daler/descriptor/descriptor.h>
#include <daler/encoding/hex.h>
#include <daler/util/ensure.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace daler::networks {
namespace {

descriptor::WalletKey key_of(std::string_view seed) {
    constexpr std::string_view purpose = "key of the blocks of a signet";
    const auto secret = crypto::hkdf_sha256(as_bytes(seed), {}, as_bytes(purpose));
    auto key = crypto::PrivateKey::from_bytes(secret);
    ensure(key.has_value());  // fails for one seed of 2^128
    return {std::move(*key)};
}

/// Where others connect. An address of this machine that they know stands for "all addresses".
std::string meeting_point(const NetworkFile& file) {
    const NodeEntry& first = file.nodes.front();
    const bool is_wildcard = file.listen == "0.0.0.0" || file.listen == "::";
    return is_wildcard ? fmt::format("HOST:{}", first.port) : peer_address(file, first);
}

std::vector<std::string> rules_of(const NetworkFile& file) {
    constexpr std::string_view option = "-rule=";
    std::vector<std::string> out;
    for (const auto& text : file.chain_options)
        if (text.starts_with(option)) out.push_back(text.substr(option.size()));
    return out;
}

}  // namespace

std::string challenge_of(std::string_view seed) {
    const auto format = signet_params().address;
    const auto wif = descriptor::encode_wif(key_of(seed), format);
    const auto parsed = descriptor::Descriptor::parse(fmt::format("wpkh({})", wif), format);
    ensure(parsed.has_value());
    return to_hex(parsed->scripts(0)->front().bytes());
}

std::filesystem::path signet_key_path(const NetworkFile& file) {
    return file.folder / "signet.key";
}

Result<void, std::string> write_signet_key(const NetworkFile& file, const ChainParams& chain) {
    const auto wif = descriptor::encode_wif(key_of(file.seed), chain.address);
    return write_private_file(signet_key_path(file), wif + "\n", file.kept);
}

std::vector<std::string> signet_node_options(const NetworkFile& file, const NodeEntry& node) {
    if (file.challenge.empty()) return {};
    // Only the node with the key has the defaults of private chains, but all wallets are to pay.
    std::vector<std::string> out{"-fallbackfee=0.0002"};
    if (node.name == file.signer) out.push_back("-signetsigner=" + signet_key_path(file).string());
    return out;
}

std::string signet_notice(const NetworkFile& file) {
    if (file.challenge.empty()) return "";
    std::string out = file.signer.empty()
                          ? std::string("Only who has the key of this signet can mine.\n")
                          : fmt::format("{} signs the blocks with the key in {}\n", file.signer,
                                        signet_key_path(file).string());
    const auto rules = rules_of(file);
    const auto place = meeting_point(file);
    out += rules.empty() ? "To join:\n" : "To join, with daler only because of --rule:\n";
    if (rules.empty()) {
        out += fmt::format("  bitcoind -signet -signetchallenge={} -addnode={}\n", file.challenge,
                           place);
    }
    out += fmt::format("  daler up --challenge {}", file.challenge);
    for (const auto& rule : rules)
        out += fmt::format(" --rule {}", rule);
    out += fmt::format(" --join {}\n", place);
    if (file.listen.empty())
        out += "Other machines can join if it is started with --listen ADDR.\n";
    return out;
}

}  // namespace daler::networks
