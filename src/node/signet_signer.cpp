#include "node/signet_signer.h"

#include <daler/descriptor/descriptor.h>
#include <daler/storage/secret_file.h>

#include <fmt/format.h>

#include <sstream>

namespace daler::node {
namespace {

using descriptor::Descriptor;

/// Adds the key, or the keys of the descriptor, in `line`.
bool add_keys(const std::string& line, const AddressFormat& format, descriptor::KeyRing& ring) {
    if (const auto key = descriptor::decode_wif(line, format)) {
        ring.add_secret(*key);
        return true;
    }
    const auto parsed = Descriptor::parse(line, format);
    if (!parsed || parsed->is_range()) return false;
    const auto keys = parsed->key_ring(0, Descriptor::Secrets::include);
    if (keys) ring.merge(*keys);
    return keys.has_value();
}

}  // namespace

Result<std::shared_ptr<const mining::BlockSigner>, std::string> read_signet_signer(
    const config::Settings& settings, const ChainParams& params) {
    const auto option = settings.text("signetsigner");
    if (option.empty()) return nullptr;
    if (params.signet_challenge.empty()) {
        return fail(std::string(
            "-signetsigner is for chains with signed blocks: -signet with a -signetchallenge, or "
            "-rule=signet_challenge=HEX."));
    }
    descriptor::KeyRing ring;
    // Other users of the machine can read command lines.
    if (add_keys(option, params.address, ring)) {
        return fail(std::string(
            "-signetsigner takes the path of a file, not a key: the command line is no place for "
            "secrets. Write the key into a file of mode 0600."));
    }
    const auto path = settings.path("signetsigner");
    const auto text = storage::read_secret_file(path);
    if (!text) return fail("-signetsigner: " + text.error());
    std::istringstream lines(*text);
    int number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        if (line.empty() || add_keys(line, params.address, ring)) continue;
        return fail(fmt::format(
            "-signetsigner: line {} of {} is neither a private key in wallet import format nor a "
            "descriptor of this chain without a range.",
            number, path.string()));
    }
    auto signer =
        std::make_shared<const mining::BlockSigner>(params.signet_challenge, std::move(ring));
    if (!signer->can_sign()) {
        return fail(fmt::format(
            "-signetsigner: the keys in {} do not satisfy the challenge of this signet.",
            path.string()));
    }
    return signer;
}

}  // namespace daler::node
