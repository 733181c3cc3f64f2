#include "rpc/rawtransactions/methods.h"
#include "rpc/sign_transaction.h"
#include "rpc/transaction_arguments.h"
#include "rpc/transaction_json.h"

#include <daler/descriptor/addresses.h>
#include <daler/descriptor/signing.h>
#include <daler/encoding/hex.h>
#include <daler/index/indexes.h>
#include <daler/ledger/ledger.h>
#include <daler/primitives/chain_params.h>
#include <daler/rpc/values.h>

#include <fmt/format.h>

namespace daler::rpc {
namespace {

/// Where a transaction was found.
struct Found {
    TransactionRef tx;
    const chain::BlockEntry* block = nullptr;  ///< null: in the mempool
    std::optional<coins::TxUndo> spent{};
};

std::optional<Found> find_in_block(const ledger::Ledger& ledger, const chain::BlockEntry& entry,
                                   const Txid& txid) {
    const auto block = ledger.chain().read_block(entry);
    if (!block) throw Error{code::misc, "Block not available"};
    for (std::size_t i = 0; i < block->transactions.size(); ++i) {
        if (block->transactions[i]->txid != txid) continue;
        Found found{block->transactions[i], &entry};
        if (i > 0) {
            if (const auto undo = ledger.chain().read_undo(entry))
                found.spent = undo->transactions.at(i - 1);
        }
        return found;
    }
    return std::nullopt;
}

/// With the coins that it spent, if they are still known.
Found found_by_index(const ledger::Ledger& ledger, index::TxIndex::Found& indexed) {
    Found found{std::move(indexed.tx), indexed.block};
    if (indexed.number == 0) return found;
    if (const auto undo = ledger.chain().read_undo(*indexed.block))
        found.spent = undo->transactions.at(indexed.number - 1);
    return found;
}

std::string not_found_text(bool has_index, bool is_ready) {
    std::string text =
        "No such mempool transaction. Use -txindex or provide a block hash to "
        "enable blockchain transaction queries";
    if (has_index) {
        text = is_ready ? "No such mempool or blockchain transaction"
                        : "No such mempool transaction. Blockchain transactions are still in the "
                          "process of being indexed";
    }
    return text + ". Use gettransaction for wallet transactions.";
}

Found find_transaction(Call& call, const Txid& txid) {
    auto& ledger = call.node().ledger;
    if (txid.as<MerkleRoot>() == call.node().params.genesis->header.merkle_root) {
        throw Error{code::invalid_address_or_key,
                    "The genesis block coinbase is not considered an ordinary transaction and "
                    "cannot be retrieved"};
    }
    if (!call.has(2)) {
        auto* index = call.node().indexes ? call.node().indexes->transactions() : nullptr;
        const bool is_ready = index && index->follower().wait_if_synced();
        if (auto tx = ledger.call([&](ledger::State& state) { return state.mempool.find(txid); }))
            return {tx};
        if (auto found = index ? index->find(txid) : std::nullopt)
            return found_by_index(ledger, *found);
        throw Error{code::invalid_address_or_key, not_found_text(index != nullptr, is_ready)};
    }
    const auto* entry = ledger.chain().index().find(call.hash<BlockHash>(2, "parameter 3"));
    if (!entry) throw Error{code::invalid_address_or_key, "Block hash not found"};
    if (!entry->has(chain::has_data)) throw Error{code::misc, "Block not available"};
    if (auto found = find_in_block(ledger, *entry, txid)) return *found;
    throw Error{code::invalid_address_or_key,
                "No such transaction found in the provided block. Use gettransaction for wallet "
                "transactions."};
}

std::int64_t verbosity(const Call& call, std::size_t i) {
    if (!call.has(i)) return 0;
    return call.json(i).is_bool() ? (call.json(i).as_bool() ? 1 : 0) : to_int32(call.json(i));
}

}  // namespace

Json getrawtransaction(Call& call) {
    const auto txid = call.hash<Txid>(0, "parameter 1");
    const auto detail = verbosity(call, 1);
    const auto found = find_transaction(call, txid);
    if (detail <= 0) return to_hex(encode(*found.tx));

    const auto view = call.node().ledger.view();
    Json out = Json::object();
    if (found.block && call.has(2)) out.append("in_active_chain", view->contains(*found.block));
    TransactionJsonOptions options;
    if (found.block) options.block_hash = found.block->hash;
    if (detail >= 2 && found.spent) {
        options.spent = &*found.spent;
        options.show_prevouts = true;
    }
    const Json shown = transaction_json(*found.tx, call.node().params.address, options);
    for (const auto& [key, value] : shown.members())
        out.append(key, value);
    if (found.block) {
        const bool active = view->contains(*found.block);
        out.append("confirmations", active ? view->height() - found.block->height + 1 : 0);
        if (active) {
            out.append("time", found.block->header.time);
            out.append("blocktime", found.block->header.time);
        }
    }
    return out;
}

Json decoderawtransaction(Call& call) {
    auto tx = decode_hex_in_any_form(
        call.string(0), call.has(1) ? std::optional(call.boolean(1, true)) : std::nullopt);
    TransactionJsonOptions options;
    options.include_hex = false;
    return transaction_json(*seal(std::move(tx)), call.node().params.address, options);
}

Json createrawtransaction(Call& call) {
    return to_hex(encode(construct_transaction(call)));
}

Json combinerawtransaction(Call& call) {
    std::vector<Transaction> variants;
    for (const auto& hex : call.json(0).items()) {
        variants.push_back(decode_hex_transaction(
            to_text(hex),
            fmt::format("TX decode failed for tx {}. Make sure the tx has at least one input.",
                        variants.size())));
    }
    if (variants.empty()) throw Error{code::deserialization, "Missing transactions"};
    Transaction tx = variants.front();
    const auto coins = find_spent_coins(call.node().ledger, tx);
    std::vector<TxOutput> spent;
    for (const auto& input : tx.inputs) {
        const auto coin = coins.find(input.prevout);
        if (coin == coins.end()) throw Error{code::verify, "Input not found or already spent"};
        spent.push_back(coin->second.output);
    }
    const script::PrecomputedHashes hashes(tx, spent);
    for (std::uint32_t i = 0; i < tx.inputs.size(); ++i)
        descriptor::combine_input(tx, i, spent[i], hashes, variants);
    return to_hex(encode(tx));
}

Json signrawtransactionwithkey(Call& call) {
    auto tx = decode_hex_transaction(call.string(0),
                                     "TX decode failed. Make sure the tx has at least one input.");
    descriptor::KeyRing ring;
    for (const auto& text : call.json(1).items()) {
        const auto key = descriptor::decode_wif(to_text(text), call.node().params.address);
        if (!key) throw Error{code::invalid_address_or_key, "Invalid private key"};
        ring.add_secret(*key);
    }
    auto coins = find_spent_coins(call.node().ledger, tx);
    if (call.has(2)) add_given_coins(call.json(2), coins, &ring);
    return sign_transaction(std::move(tx), coins, ring, sighash_by_name(call.json(3)));
}

}  // namespace daler::rpc
