#include "rpc/rawtransactions/methods.h"
#include "rpc/sign_transaction.h"
#include "rpc/transaction_arguments.h"
#include "rpc/transaction_json.h"

#include <daler/chain/stored_block.h>
#include <daler/descriptor/addresses.h>
#include <daler/descriptor/signing.h>
#include <daler/encoding/hex.h>
#include <daler/index/indexes.h>
#include <daler/ledger/ledger.h>
#include <daler/primitives/chain_params.h>
#include <daler/rpc/values.h>
#include <daler/util/ensure.h>

#include <fmt/format.h>

namespace daler::rpc {
namespace {

/// Where a transaction was found.
struct Found {
    ByteSpan bytes;  ///< of `stored` or `encoded`
    Txid txid;
    std::shared_ptr<const chain::StoredBlock> stored{};
    Bytes encoded{};
    const chain::BlockEntry* block = nullptr;  ///< null: in the mempool
    std::size_t number = 0;                    ///< its place in the block
};

std::optional<Found> find_in_block(const ledger::Ledger& ledger, const chain::BlockEntry& entry,
                                   const Txid& txid) {
    auto stored = ledger.chain().stored_block(entry);
    if (!stored) throw Error{code::misc, "Block not available"};
    const auto number = stored->find(txid);
    if (!number) return std::nullopt;
    const auto bytes = stored->transaction(*number);
    return Found{bytes, txid, std::move(stored), {}, &entry, *number};
}

Found found(const SealedTransaction& tx, const chain::BlockEntry* block, std::size_t number) {
    Found out{{}, tx.txid, {}, encode(tx), block, number};
    out.bytes = out.encoded;
    return out;
}

/// The coins that the transaction spent, if they are still known.
std::optional<coins::TxUndo> spent_coins(const ledger::Ledger& ledger, const Found& found) {
    if (!found.block || found.number == 0) return std::nullopt;
    const auto undo = ledger.chain().read_undo(*found.block);
    if (!undo) return std::nullopt;
    return undo->transactions.at(found.number - 1);
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
            return found(*tx, nullptr, 0);
        if (const auto indexed = index ? index->find(txid) : std::nullopt)
            return found(*indexed->tx, indexed->block, indexed->number);
        throw Error{code::invalid_address_or_key, not_found_text(index != nullptr, is_ready)};
    }
    const auto* entry = ledger.chain().index().find(call.hash<BlockHash>(2, "parameter 3"));
    if (!entry) throw Error{code::invalid_address_or_key, "Block hash not found"};
    if (!entry->has(chain::has_data)) throw Error{code::misc, "Block not available"};
    if (auto found = find_in_block(ledger, *entry, txid)) return std::move(*found);
    throw Error{code::invalid_address_or_key,
                "No such transaction found in the provided block. Use gettransaction for wallet "
                "transactions."};
}

std::int64_t verbosity(const Call& call, std::size_t i) {
    if (!call.has(i)) return 0;
    return call.json(i).is_bool() ? (call.json(i).as_bool() ? 1 : 0) : to_int32(call.json(i));
}

}  // namespace

void getrawtransaction(Call& call, JsonWriter& result) {
    const auto txid = call.hash<Txid>(0, "parameter 1");
    const auto detail = verbosity(call, 1);
    const auto found = find_transaction(call, txid);
    if (detail <= 0) return result.hex(found.bytes);

    const auto view = call.node().ledger.view();
    const bool active = found.block && view->contains(*found.block);
    std::optional<coins::TxUndo> spent;
    if (detail >= 2) spent = spent_coins(call.node().ledger, found);
    TransactionJsonOptions options;
    if (found.block) options.block_hash = found.block->hash;
    if (spent) {
        options.spent = &*spent;
        options.show_prevouts = true;
    }
    ByteReader reader(found.bytes);
    TransactionView tx;
    const bool is_read = tx.read(reader);
    ensure(is_read);
    result.begin_object();
    if (found.block && call.has(2)) result.boolean("in_active_chain", active);
    TransactionWriter(result, call.node().params.address).transaction(tx, txid, options);
    if (found.block) {
        result.number("confirmations", active ? view->height() - found.block->height + 1 : 0);
        if (active) {
            result.number("time", found.block->header.time);
            result.number("blocktime", found.block->header.time);
        }
    }
    result.end_object();
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
