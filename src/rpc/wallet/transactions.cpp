#include "rpc/transaction_json.h"
#include "rpc/wallet/methods.h"
#include "rpc/wallet_call.h"

#include <daler/encoding/hex.h>
#include <daler/policy/policy.h>
#include <daler/primitives/chain_params.h>
#include <daler/rpc/values.h>
#include <daler/script/standard.h>

namespace daler::rpc {
namespace {

constexpr Height any_depth = std::numeric_limits<Height>::min();

/// Which data of a transaction is listed.
struct ListOptions {
    Height min_depth = 0;          ///< of payments to us
    bool with_transaction = true;  ///< with block, times and conflicts
    bool include_change = false;
    std::optional<std::string> label{};  ///< only payments to addresses with this label
};

/// A transaction of the wallet, read whole.
struct Listed {
    const wallet::TxRecord& record;
    TransactionRef tx;

    Listed(const wallet::Wallet& wallet, const wallet::TxRecord& of)
        : record(of), tx(wallet.history().transaction(of)) {}
};

std::string_view replaceability(const wallet::Wallet& wallet, const Listed& listed) {
    using wallet::TxStatus;
    const auto& record = listed.record;
    if (record.status == TxStatus::confirmed) return "no";
    if (policy::signals_replacement(*listed.tx)) return "yes";
    if (record.status != TxStatus::in_mempool) return "unknown";
    const auto inherited = wallet.node().is_replaceable(record.txid);
    return !inherited ? "unknown" : *inherited ? "yes" : "no";
}

/// Adds the wallet's data about a whole transaction.
void append_transaction(Json& out, const wallet::Wallet& wallet, const Listed& listed) {
    const auto& record = listed.record;
    const auto& notes = record.notes();
    const auto& history = wallet.history();
    out.append("confirmations", history.depth(record));
    if (record.is_coinbase()) out.append("generated", true);
    if (record.status == wallet::TxStatus::confirmed) {
        const auto* block = wallet.tip().ancestor(record.height);
        out.append("blockhash", record.block.to_hex());
        out.append("blockheight", record.height);
        out.append("blockindex", record.position);
        out.append("blocktime", block ? block->header.time : 0);
    } else {
        out.append("trusted", history.is_trusted(record));
    }
    out.append("txid", record.txid.to_hex());
    out.append("wtxid", listed.tx->wtxid.to_hex());
    const auto ids = [](const std::set<Txid>& txids) {
        Json list = Json::array();
        for (const auto& txid : txids)
            list.push(txid.to_hex());
        return list;
    };
    out.append("walletconflicts", ids(history.conflicts(record)));
    out.append("mempoolconflicts", ids(notes.mempool_conflicts));
    out.append("time", record.time);
    out.append("timereceived", record.received);
    out.append("bip125-replaceable", replaceability(wallet, listed));
    if (!notes.comment.empty()) out.append("comment", notes.comment);
    if (notes.replaced_by) out.append("replaced_by_txid", notes.replaced_by->to_hex());
    if (notes.replaces) out.append("replaces_txid", notes.replaces->to_hex());
    if (!notes.comment_to.empty()) out.append("to", notes.comment_to);
}

std::string_view category(const wallet::History& history, const wallet::TxRecord& record) {
    if (!record.is_coinbase()) return "receive";
    if (history.depth(record) < 1) return "orphan";
    return history.blocks_to_maturity(record) > 0 ? "immature" : "generate";
}

/// Adds the payments that a transaction makes for the wallet: first what was sent, then what was
/// received.
void list_payments(Json& out, const wallet::Wallet& wallet, const Listed& listed,
                   const ListOptions& options) {
    const auto& history = wallet.history();
    const auto& record = listed.record;
    const Amount debit = history.debit(*listed.tx);
    const bool from_me = debit > Amount{0};
    const Amount fee = listed.tx->output_value() - debit;
    const auto& outputs = listed.tx->outputs;
    const auto is_hidden = [&](const TxOutput& output) {
        return from_me && !options.include_change && wallet.is_change(output);
    };

    for (std::uint32_t i = 0; from_me && !options.label && i < outputs.size(); ++i) {
        if (is_hidden(outputs[i])) continue;
        Json entry = Json::object();
        append_address(entry, wallet, outputs[i].script_pubkey);
        entry.append("category", "send");
        entry.append("amount", from_amount(-outputs[i].value));
        if (const auto* label = wallet.label_of(outputs[i].script_pubkey))
            entry.append("label", label->label);
        entry.append("vout", i);
        entry.append("fee", from_amount(fee));
        if (options.with_transaction) append_transaction(entry, wallet, listed);
        entry.append("abandoned", record.abandoned);
        out.push(std::move(entry));
    }
    if (history.depth(record) < options.min_depth) return;
    for (std::uint32_t i = 0; i < outputs.size(); ++i) {
        if (!history.owner(outputs[i]) || is_hidden(outputs[i])) continue;
        const auto* label = wallet.label_of(outputs[i].script_pubkey);
        if (options.label && (label ? label->label : "") != *options.label) continue;
        Json entry = Json::object();
        append_address(entry, wallet, outputs[i].script_pubkey);
        append_parent_descriptors(entry, wallet, outputs[i].script_pubkey);
        entry.append("category", category(history, record));
        entry.append("amount", from_amount(outputs[i].value));
        if (label) entry.append("label", label->label);
        entry.append("vout", i);
        entry.append("abandoned", record.abandoned);
        if (options.with_transaction) append_transaction(entry, wallet, listed);
        out.push(std::move(entry));
    }
}

std::size_t natural(const Call& call, std::size_t i, std::int32_t fallback, const char* error) {
    const auto number = call.integer(i, fallback);
    if (number < 0) throw Error{code::invalid_parameter, error};
    return static_cast<std::size_t>(number);
}

/// The block after which listsinceblock starts; null: from the beginning.
const chain::BlockEntry* since_block(const Call& call, const wallet::Wallet& wallet) {
    if (!call.has(0) || call.string(0).empty()) return nullptr;
    const auto* entry = wallet.node().index().find(call.hash<BlockHash>(0));
    if (!entry) throw Error{code::invalid_address_or_key, "Block not found"};
    return entry;
}

/// Payments in blocks that are not on the chain any more, from `entry` down to the chain.
Json removed_payments(const wallet::Wallet& wallet, const chain::BlockEntry* entry,
                      ListOptions options) {
    Json out = Json::array();
    options.min_depth = any_depth;
    for (; entry && !entry->is_ancestor_of(wallet.tip()); entry = entry->previous) {
        const auto block = decode_block(wallet.node().read_block(*entry));
        if (!block) throw Error{code::internal_error, "Can't read block from disk"};
        for (const auto& tx : block->transactions) {
            const auto* record = wallet.history().find(tx->txid);
            if (record) list_payments(out, wallet, {wallet, *record}, options);
        }
    }
    return out;
}

}  // namespace

Json gettransaction(Call& call) {
    const auto txid = call.hash<Txid>(0);
    const bool verbose = call.boolean(2, false);
    return with_wallet(call, [&](wallet::Wallet& wallet) {
        const auto& history = wallet.history();
        const auto* record = history.find(txid);
        if (!record)
            throw Error{code::invalid_address_or_key, "Invalid or non-wallet transaction id"};
        const Listed listed(wallet, *record);
        const auto& tx = *listed.tx;
        const Amount debit = history.debit(tx);
        const bool immature = history.blocks_to_maturity(*record) > 0;
        const Amount credit = immature ? Amount{0} : history.credit(tx);
        const bool from_me = debit > Amount{0};
        const Amount fee = from_me ? tx.output_value() - debit : Amount{0};
        Json out = Json::object();
        out.append("amount", from_amount(credit - debit - fee));
        if (from_me) out.append("fee", from_amount(fee));
        append_transaction(out, wallet, listed);
        Json details = Json::array();
        list_payments(details, wallet, listed, {.with_transaction = false});
        out.append("details", std::move(details));
        out.append("hex", to_hex(encode(tx)));
        if (verbose) {
            TransactionJsonOptions options;
            options.include_hex = false;
            out.append("decoded", transaction_json(tx, wallet.params().address, options));
        }
        append_last_block(out, wallet);
        return out;
    });
}

Json listtransactions(Call& call) {
    ListOptions options;
    if (call.has(0) && call.string(0) != "*") {
        options.label = label_of(call.json(0));
        if (options.label->empty()) {
            throw Error{code::invalid_parameter,
                        "Label argument must be a valid label name or \"*\"."};
        }
    }
    const auto count = natural(call, 1, 10, "Negative count");
    const auto skip = natural(call, 2, 0, "Negative from");
    return with_wallet(call, [&](wallet::Wallet& wallet) {
        const auto& records = wallet.history().records();
        // From the newest transaction to the oldest, as far as needed.
        Json newest_first = Json::array();
        for (auto record = records.rbegin();
             record != records.rend() && newest_first.size() < count + skip; ++record) {
            list_payments(newest_first, wallet, {wallet, *record}, options);
        }
        const std::size_t begin = std::min(skip, newest_first.size());
        const std::size_t end = std::min(skip + count, newest_first.size());
        Json out = Json::array();
        for (std::size_t i = end; i > begin; --i)
            out.push(std::move(newest_first[i - 1]));
        return out;
    });
}

Json listsinceblock(Call& call) {
    const auto target = call.integer(1, 1);
    if (target < 1) throw Error{code::invalid_parameter, "Invalid parameter"};
    const bool include_removed = call.boolean(3, true);
    ListOptions options;
    options.include_change = call.boolean(4, false);
    if (call.has(5)) options.label = label_of(call.json(5));
    return with_wallet(call, [&](wallet::Wallet& wallet) {
        const auto* since = since_block(call, wallet);
        const auto* fork = since ? chain::last_common_ancestor(since, &wallet.tip()) : nullptr;
        const auto& history = wallet.history();
        Json transactions = Json::array();
        for (const auto& record : history.records()) {
            // The number of confirmations of the first block above the fork.
            const Height limit = fork ? wallet.tip().height - fork->height : 0;
            if (fork && std::abs(history.depth(record)) > limit) continue;
            list_payments(transactions, wallet, {wallet, record}, options);
        }
        Json out = Json::object();
        out.append("transactions", std::move(transactions));
        if (include_removed) out.append("removed", removed_payments(wallet, since, options));
        const Height tip = wallet.tip().height;
        const auto back = std::min<std::int64_t>(target, std::int64_t{tip} + 1);
        const auto* last = wallet.tip().ancestor(static_cast<Height>(tip + 1 - back));
        out.append("lastblock", last ? last->hash.to_hex() : BlockHash{}.to_hex());
        return out;
    });
}

Json abandontransaction(Call& call) {
    const auto txid = call.hash<Txid>(0);
    return with_wallet(call, [&](wallet::Wallet& wallet) -> Json {
        value_of(wallet.abandon(txid));
        return nullptr;
    });
}

}  // namespace daler::rpc
