#include "rpc/blockchain/block_json.h"
#include "rpc/transaction_json.h"

#include <daler/consensus/header_rules.h>
#include <daler/util/ensure.h>

namespace daler::rpc {
namespace {

// A block that is not in the active chain.
constexpr int not_in_chain = -1;

/// Writes the eight digits of a number.
void hex_number(JsonWriter& out, std::string_view name, std::uint32_t number) {
    std::array<std::uint8_t, sizeof number> bytes;
    std::memcpy(bytes.data(), &number, sizeof number);
    out.reversed_hex(name, bytes);
}

}  // namespace

void write_header(JsonWriter& out, const chain::BlockEntry& entry, const chain::ChainView& view) {
    const auto& header = entry.header;
    const bool active = view.contains(entry);
    const auto* next = view.next(entry);

    out.reversed_hex("hash", entry.hash.bytes);
    out.number("confirmations", active ? view.height() - entry.height + 1 : not_in_chain);
    out.number("height", entry.height);
    out.number("version", header.version);
    hex_number(out, "versionHex", static_cast<std::uint32_t>(header.version));
    out.reversed_hex("merkleroot", header.merkle_root.bytes);
    out.number("time", header.time);
    out.number("mediantime", unix_seconds(entry.median_time_past));
    out.number("nonce", header.nonce);
    hex_number(out, "bits", header.bits);
    out.value("difficulty", consensus::difficulty(header.bits));
    out.string("chainwork", entry.chainwork.to_hex());
    out.number("nTx", entry.tx_count.load());
    if (entry.previous) out.reversed_hex("previousblockhash", entry.previous->hash.bytes);
    if (next) out.reversed_hex("nextblockhash", next->hash.bytes);
}

void write_sizes(JsonWriter& out, const chain::StoredBlock& block) {
    const std::size_t size = block.bytes().size();
    out.number("strippedsize", block.stripped_size());
    out.number("size", size);
    out.number("weight", 3 * block.stripped_size() + size);
}

void write_txids(JsonWriter& out, const chain::StoredBlock& block) {
    out.begin_array();
    for (const Txid& txid : block.txids())
        out.reversed_hex(txid.bytes);
    out.end_array();
}

void write_transactions(JsonWriter& out, const chain::StoredBlock& block,
                        const coins::BlockUndo* undo, bool show_prevouts,
                        const AddressFormat& format) {
    const auto txids = block.txids();
    TransactionWriter writer(out, format);
    TransactionView tx;
    out.begin_array();
    for (std::size_t i = 0; i < block.size(); ++i) {
        TransactionJsonOptions options;
        if (undo && i > 0 && i <= undo->transactions.size())
            options.spent = &undo->transactions[i - 1];
        options.show_prevouts = show_prevouts;
        ByteReader reader(block.transaction(i));
        const bool is_read = tx.read(reader);
        ensure(is_read);
        out.begin_object();
        writer.transaction(tx, txids[i], options);
        out.end_object();
    }
    out.end_array();
}

}  // namespace daler::rpc
