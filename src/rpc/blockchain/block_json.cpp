#include "rpc/blockchain/block_json.h"
#include "rpc/transaction_json.h"

#include <daler/consensus/header_rules.h>
#include <daler/encoding/hex.h>

#include <fmt/format.h>

namespace daler::rpc {
namespace {

// A block that is not in the active chain.
constexpr int not_in_chain = -1;

}  // namespace

Json header_json(const chain::BlockEntry& entry, const chain::ChainView& view) {
    const auto& header = entry.header;
    const bool active = view.contains(entry);
    const auto* next = view.next(entry);

    Json out = Json::object();
    out.append("hash", entry.hash.to_hex());
    out.append("confirmations", active ? view.height() - entry.height + 1 : not_in_chain);
    out.append("height", entry.height);
    out.append("version", header.version);
    out.append("versionHex", fmt::format("{:08x}", static_cast<std::uint32_t>(header.version)));
    out.append("merkleroot", header.merkle_root.to_hex());
    out.append("time", header.time);
    out.append("mediantime", unix_seconds(entry.median_time_past));
    out.append("nonce", header.nonce);
    out.append("bits", fmt::format("{:08x}", header.bits));
    out.append("difficulty", consensus::difficulty(header.bits));
    out.append("chainwork", entry.chainwork.to_hex());
    out.append("nTx", entry.tx_count.load());
    if (entry.previous) out.append("previousblockhash", entry.previous->hash.to_hex());
    if (next) out.append("nextblockhash", next->hash.to_hex());
    return out;
}

Json block_json(const chain::BlockEntry& entry, const chain::ChainView& view, const Block& block,
                const coins::BlockUndo* undo, BlockDetail detail, const AddressFormat& format) {
    Json out = header_json(entry, view);
    out.append("strippedsize", serialized_size(block, WitnessMode::exclude));
    out.append("size", serialized_size(block, WitnessMode::include));
    out.append("weight", weight(block));

    Json transactions = Json::array();
    for (std::size_t i = 0; i < block.transactions.size(); ++i) {
        const auto& tx = *block.transactions[i];
        if (detail == BlockDetail::txids) {
            transactions.push(tx.txid.to_hex());
            continue;
        }
        TransactionJsonOptions options;
        if (undo && i > 0 && i <= undo->transactions.size())
            options.spent = &undo->transactions[i - 1];
        options.show_prevouts = detail == BlockDetail::prevouts;
        transactions.push(transaction_json(tx, format, options));
    }
    out.append("tx", std::move(transactions));
    return out;
}

}  // namespace daler::rpc
