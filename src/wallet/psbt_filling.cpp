// What a wallet adds to a PSBT: previous transactions, scripts, origins of keys, signatures.

#include <daler/script/standard.h>
#include <daler/wallet/wallet.h>

#include <algorithm>

namespace daler::wallet {
namespace {

using descriptor::Descriptor;
using descriptor::KeyOrigin;
using descriptor::KeyRing;
using PublicKeyOrigins = std::vector<std::pair<crypto::PublicKey, KeyOrigin>>;

/// The keys that an input names, with their origins. A taproot key stands for two full ones.
PublicKeyOrigins named_keys(const psbt::Input& input) {
    PublicKeyOrigins out{input.origins.begin(), input.origins.end()};
    for (const auto& [key, origin] : input.taproot_origins)
        for (const bool odd : {false, true})
            out.emplace_back(descriptor::full_key(key, odd), origin.origin);
    return out;
}

/// The wallet's keys of a descriptor and an index, if `key` is one of them.
void add_if_it_has(KeyRing& ring, const DescriptorRecord& record, std::uint32_t index,
                   const crypto::PublicKey& key) {
    if (index < record.range_begin || index >= record.range_end) return;
    const auto found = record.descriptor.key_ring(index, Descriptor::Secrets::include);
    if (found && found->find_public_key(key.hash())) ring.merge(*found);
}

/// Adds what the wallet knows about a key that another's script has. The key book has no index of
/// keys: the last step of the path is the place in a range, and a script of the key alone shows
/// the place if the origin is wrong.
void add_key(KeyRing& ring, const KeyBook& book, const crypto::PublicKey& key,
             const KeyOrigin& origin) {
    const auto hash = key.hash();
    const Script witness = script::pay_to_witness(0, hash);
    for (const auto& script : {witness, script::pay_to_pubkey_hash(hash),
                               script::pay_to_script_hash(crypto::hash160(witness.bytes()))}) {
        if (const auto* place = book.find(script))
            ring.merge(book.key_ring(*place, Descriptor::Secrets::include));
    }
    const std::uint32_t last = origin.path.empty() ? 0 : origin.path.back();
    for (const auto& record : book.records())
        add_if_it_has(ring, record, record.descriptor.is_range() ? last & ~crypto::hardened : 0,
                      key);
}

/// What the wallet knows about an input that spends `script`.
KeyRing ring_of_input(const KeyBook& book, const psbt::Input& input, const Script& script,
                      const PsbtFilling& filling) {
    KeyRing ring;
    if (const auto* place = book.find(script)) {
        ring = book.key_ring(
            *place, filling.sign ? Descriptor::Secrets::include : Descriptor::Secrets::exclude);
    } else {
        for (const auto& [key, origin] : named_keys(input))
            add_key(ring, book, key, origin);
    }
    if (!filling.sign) ring.secrets.clear();
    if (!filling.origins) ring.origins.clear();
    return ring;
}

void add_previous_transactions(psbt::Psbt& psbt, const History& history) {
    for (std::size_t i = 0; i < psbt.inputs.size(); ++i) {
        auto& input = psbt.inputs[i];
        if (input.is_final() || input.non_witness_utxo) continue;
        if (const auto* record = history.find(psbt.tx.inputs[i].prevout.txid))
            input.non_witness_utxo = history.transaction(*record);
    }
}

Outcome<void> check_input(const psbt::Psbt& psbt, std::size_t index, const PsbtFilling& filling) {
    const auto& input = psbt.inputs[index];
    if (filling.sign && input.sighash_type && *input.sighash_type != filling.options.sighash_type) {
        return fail(FailureKind::sighash_mismatch,
                    "Specified sighash value does not match value stored in PSBT");
    }
    if (input.non_witness_utxo && !psbt.spent_output(index))
        return fail(FailureKind::missing_inputs, "Inputs missing or spent");
    return {};
}

void fill_outputs(psbt::Psbt& psbt, const KeyBook& book, bool origins) {
    for (std::size_t i = 0; i < psbt.outputs.size(); ++i) {
        const auto* place = book.find(psbt.tx.outputs[i].script_pubkey);
        if (!place) continue;
        auto ring = book.key_ring(*place, Descriptor::Secrets::exclude);
        if (!origins) ring.origins.clear();
        psbt::update_output(psbt, i, ring);
    }
}

}  // namespace

Outcome<bool> Wallet::fill_psbt(psbt::Psbt& psbt, const PsbtFilling& filling) const {
    add_previous_transactions(psbt, history_);
    const auto hashes = psbt::precompute(psbt);
    // A wallet without descriptors neither checks nor finalizes.
    const bool has_keys = !keys_.records().empty();
    for (std::uint32_t i = 0; has_keys && i < psbt.inputs.size(); ++i) {
        if (psbt.inputs[i].is_final()) continue;
        if (auto ok = check_input(psbt, i, filling); !ok) return daler::fail(ok.error());
        const auto* spent = psbt.spent_output(i);
        if (!spent) continue;
        const auto ring = ring_of_input(keys_, psbt.inputs[i], spent->script_pubkey, filling);
        psbt::process_input(psbt, i, hashes, ring, filling.options);
    }
    fill_outputs(psbt, keys_, filling.origins);
    psbt::drop_unneeded_transactions(psbt, filling.options.sighash_type);
    bool complete = true;
    for (std::uint32_t i = 0; complete && i < psbt.inputs.size(); ++i)
        complete = psbt::is_signed(psbt, i, hashes);
    return complete;
}

}  // namespace daler::wallet
