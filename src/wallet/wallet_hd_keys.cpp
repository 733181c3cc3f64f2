// The extended keys of a wallet, and new descriptors that derive from them.

#include <daler/primitives/chain_params.h>
#include <daler/wallet/wallet.h>

#include <fmt/format.h>

namespace daler::wallet {
namespace {

/// By public key, then by chain code.
auto order_of(const crypto::ExtendedPublicKey& key) {
    const auto bytes = key.key().bytes();
    return std::pair(Bytes(bytes.begin(), bytes.end()), key.origin().chain_code);
}

}  // namespace

std::vector<HdKey> Wallet::hd_keys(Which which) const {
    std::map<std::pair<Bytes, crypto::Digest256>, HdKey> found;
    for (std::size_t i = 0; i < keys_.records().size(); ++i) {
        if (which == Which::active && !keys_.active_internal(i)) continue;
        const auto& descriptor = keys_.records()[i].descriptor;
        const auto secrets = descriptor.private_keys();
        for (const auto& key : descriptor.extended_keys()) {
            auto& entry = found.try_emplace(order_of(key), HdKey{.key = key}).first->second;
            entry.records.push_back(i);
            const auto secret = secrets.find(key.key());
            if (secret != secrets.end())
                entry.secret = crypto::ExtendedPrivateKey(key.origin(), secret->second);
            if (secret != secrets.end() || (vault_ && vault_->sealed().contains({i, key.key()})))
                entry.has_private = true;
        }
    }
    std::vector<HdKey> out;
    for (auto& [order, entry] : found)
        out.push_back(std::move(entry));
    return out;
}

std::optional<crypto::ExtendedPrivateKey> Wallet::find_hd_secret(
    const crypto::ExtendedPublicKey& key) const {
    for (const auto& record : keys_.records()) {
        const auto secrets = record.descriptor.private_keys();
        const auto secret = secrets.find(key.key());
        if (secret != secrets.end())
            return crypto::ExtendedPrivateKey(key.origin(), secret->second);
    }
    return std::nullopt;
}

Outcome<std::vector<std::size_t>> Wallet::create_descriptors(
    descriptor::AddressType type, const std::vector<bool>& internal,
    const std::optional<crypto::ExtendedPublicKey>& key) {
    auto root = key;
    if (!root) {
        const auto active = hd_keys(Which::active);
        if (active.size() != 1) {
            return fail(FailureKind::invalid_address_or_key,
                        "Unable to determine which HD key to use from active descriptors. Please "
                        "specify with 'hdkey'");
        }
        root = active.front().key;
    }
    const auto secret = find_hd_secret(*root);
    if (!secret) {
        return fail(FailureKind::invalid_address_or_key,
                    fmt::format("Private key for {} is not known",
                                root->to_text(params().address.extended_public)));
    }
    std::vector<std::size_t> created;
    for (const bool is_internal : internal) {
        const ActiveKey purpose{type, is_internal};
        auto record = new_record(*secret, purpose, now());
        if (!keys_.find_record(record.descriptor.id()))
            created.push_back(add_active(purpose, std::move(record)));
    }
    if (created.empty()) return fail(FailureKind::wallet, "Descriptor already exists");
    keys_.top_up_all();
    history_.keys_changed();
    note_changes();
    flags_.blank = false;
    all_changed_ = true;
    commit();
    return created;
}

}  // namespace daler::wallet
