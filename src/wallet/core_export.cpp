// A wallet of ours as the records of Bitcoin Core.

#include <daler/primitives/chain_params.h>
#include <daler/wallet/key_book.h>

#include <algorithm>

#include "core_conversion.h"

namespace daler::wallet {
namespace {

/// What stands for the block of an abandoned transaction: the number one.
constexpr BlockHash abandoned_block{{1}};

CoreKeyBytes key_bytes_of(const crypto::ExtendedPublicKey& key) {
    constexpr crypto::KeyVersion no_version{};
    const auto bytes = key.encode(no_version);
    CoreKeyBytes out;
    std::ranges::copy(ByteSpan(bytes).subspan(no_version.size()), out.begin());
    return out;
}

CoreDescriptor core_descriptor(const DescriptorRecord& record) {
    CoreDescriptor out{.text = record.descriptor.to_text(),
                       .created = static_cast<std::uint64_t>(record.created),
                       .next_index = static_cast<std::int32_t>(record.next_index),
                       .range_begin = static_cast<std::int32_t>(record.range_begin),
                       .range_end = static_cast<std::int32_t>(record.range_end)};
    if (!record.is_sealed) out.keys = record.descriptor.private_keys();
    const auto caches = record.descriptor.key_caches(record.range_begin, record.range_end);
    for (std::uint32_t i = 0; i < caches.size(); ++i) {
        const auto& cache = caches[i];
        if (cache.parent) out.parents[i] = key_bytes_of(*cache.parent);
        if (cache.last_hardened) out.last_hardened[i] = key_bytes_of(*cache.last_hardened);
        for (const auto& [index, key] : cache.derived)
            out.derived[{i, index}] = key_bytes_of(key);
    }
    return out;
}

void set_core_place(const TxRecord& record, CoreTransaction& out) {
    constexpr std::int32_t no_position = -1;
    switch (record.status) {
        case TxStatus::confirmed:
            out.block = record.block;
            out.position = static_cast<std::int32_t>(record.position);
            return;
        case TxStatus::conflicted:
            out.block = record.block;
            out.position = no_position;
            return;
        case TxStatus::in_mempool:
        case TxStatus::inactive:
            break;
    }
    if (!record.abandoned) return;
    out.block = abandoned_block;
    out.position = no_position;
}

CoreTransaction core_transaction(const TxRecord& record, const TransactionRef& tx) {
    CoreTransaction out{.tx = tx, .received = static_cast<std::uint32_t>(record.received)};
    set_core_place(record, out);
    out.values["fromaccount"] = "";  // always there
    out.values["n"] = std::to_string(record.order);
    if (record.time != 0) out.values["timesmart"] = std::to_string(record.time);
    if (!record.notes().comment.empty()) out.values["comment"] = record.notes().comment;
    if (!record.notes().comment_to.empty()) out.values["to"] = record.notes().comment_to;
    if (record.notes().replaces) out.values["replaces_txid"] = record.notes().replaces->to_hex();
    if (record.notes().replaced_by)
        out.values["replaced_by_txid"] = record.notes().replaced_by->to_hex();
    return out;
}

/// The addresses of the wallet that its transactions spend from.
std::set<std::string> spent_addresses(const WholeWallet& wallet, const ChainParams& params) {
    KeyBook keys(0);
    for (const auto& record : wallet.descriptors)
        keys.add(record);
    keys.top_up_all();
    std::map<Txid, const Transaction*> ours;
    for (const auto& entry : wallet.transactions)
        ours[entry.tx->txid] = entry.tx.get();
    std::set<std::string> out;
    for (const auto& [txid, tx] : ours) {
        for (const auto& input : tx->inputs) {
            const auto from = ours.find(input.prevout.txid);
            if (from == ours.end() || input.prevout.index >= from->second->outputs.size()) continue;
            const auto& script = from->second->outputs[input.prevout.index].script_pubkey;
            if (!keys.find(script)) continue;
            if (auto address = descriptor::encode_address(script, params.address))
                out.insert(std::move(*address));
        }
    }
    return out;
}

void add_descriptors(const WholeWallet& wallet, CoreWallet& out) {
    std::vector<Hash256> ids;
    for (const auto& record : wallet.descriptors) {
        ids.push_back(record.descriptor.core_id());
        out.descriptors[ids.back()] = core_descriptor(record);
    }
    for (const auto& [key, position] : wallet.active)
        out.active[{key.internal, static_cast<std::uint8_t>(key.type)}] = ids[position];
    for (const auto& [place, sealed] : wallet.sealed_keys)
        out.descriptors[ids[place.first]].sealed_keys[place.second] = sealed;
    for (const auto& [number, key] : wallet.master_keys) {
        out.master_keys[static_cast<std::uint32_t>(number)] = {
            .sealed = key.sealed, .salt = key.salt, .rounds = key.rounds};
    }
}

}  // namespace

WholeWallet load_whole(Store& store) {
    WholeWallet out{store.load()};
    store.load_transactions([&out](TxRecord record, const TransactionView& tx) {
        ByteReader bytes(tx.bytes());
        out.transactions.push_back({std::move(record), read_sealed_transaction(bytes)});
    });
    return out;
}

CoreWallet to_core(const WholeWallet& wallet, const ChainParams& params) {
    CoreWallet out{.min_version = core_wallet_version, .locator = wallet.locator};
    out.flags = std::uint64_t{core_descriptors} | core_last_hardened;
    if (wallet.flags.avoid_reuse) out.flags |= core_avoid_reuse;
    if (wallet.flags.private_keys_disabled) out.flags |= core_no_private_keys;
    if (wallet.flags.blank) out.flags |= core_blank;
    add_descriptors(wallet, out);
    for (const auto& [record, tx] : wallet.transactions)
        out.transactions.emplace(tx->txid, core_transaction(record, tx));
    for (const auto& [address, label] : wallet.labels) {
        out.labels[address] = label.label;
        if (!label.purpose.empty()) out.purposes[address] = label.purpose;
    }
    out.locked_coins = wallet.locked_coins;
    if (wallet.flags.avoid_reuse) out.used_addresses = spent_addresses(wallet, params);
    return out;
}

}  // namespace daler::wallet
