#include "rpc/blockchain/methods.h"

#include <daler/ledger/ledger.h>
#include <daler/rpc/values.h>

namespace daler::rpc {
namespace {

constexpr std::string_view not_in_mempool = "Transaction not in mempool";

void write_ids(JsonWriter& out, const std::vector<Txid>& txids) {
    out.begin_array();
    for (const auto& txid : txids)
        out.reversed_hex(txid.bytes);
    out.end_array();
}

void write_entry(JsonWriter& out, const mempool::EntryDetails& entry) {
    out.begin_object();
    out.number("vsize", entry.vsize);
    out.number("weight", entry.weight);
    out.number("time", unix_seconds(entry.time));
    out.number("height", entry.height);
    out.number("descendantcount", entry.descendant_count);
    out.number("descendantsize", entry.descendant_vsize);
    out.number("ancestorcount", entry.ancestor_count);
    out.number("ancestorsize", entry.ancestor_vsize);
    out.reversed_hex("wtxid", entry.wtxid.bytes);
    out.begin_object("fees");
    out.number_text("base", entry.fee.to_text());
    out.number_text("modified", entry.modified_fee.to_text());
    out.number_text("ancestor", entry.ancestor_fees.to_text());
    out.number_text("descendant", entry.descendant_fees.to_text());
    out.end_object();
    out.key("depends");
    write_ids(out, entry.depends);
    out.key("spentby");
    write_ids(out, entry.spent_by);
    out.boolean("bip125-replaceable", entry.bip125_replaceable);
    out.boolean("unbroadcast", entry.unbroadcast);
    out.end_object();
}

void write_entries(JsonWriter& out, const std::vector<mempool::EntryDetails>& entries) {
    out.begin_object();
    for (const auto& entry : entries) {
        out.key(entry.txid.to_hex());
        write_entry(out, entry);
    }
    out.end_object();
}

/// Which transactions a call lists: ids, or what is known of each.
struct Listed {
    std::vector<Txid> txids;
    std::vector<mempool::EntryDetails> entries;
    std::uint64_t sequence = 0;
};

Listed list(const mempool::Mempool& mempool, std::vector<Txid> txids, bool verbose) {
    Listed out;
    if (verbose) {
        for (const auto& txid : txids)
            if (auto entry = mempool.entry(txid)) out.entries.push_back(std::move(*entry));
    } else {
        out.txids = std::move(txids);
    }
    return out;
}

Listed list_all(const mempool::Mempool& mempool, bool verbose) {
    Listed out;
    out.sequence = mempool.sequence();
    if (!verbose) {
        out.txids = mempool.txids();
        return out;
    }
    out.entries.reserve(mempool.size());
    mempool.visit_entries(
        [&](mempool::EntryDetails&& entry) { out.entries.push_back(std::move(entry)); });
    return out;
}

void require_in_mempool(const mempool::Mempool& mempool, const Txid& txid) {
    if (!mempool.contains(txid))
        throw Error{code::invalid_address_or_key, std::string(not_in_mempool)};
}

OutPoint outpoint_of(const Json& value) {
    static constexpr std::array<Field, 2> fields{
        {{"txid", Json::Kind::string, true}, {"vout", Json::Kind::number, true}}};
    check_object(value, fields, true);
    const auto number = to_int32(*value.find("vout"));
    if (number < 0)
        throw Error{code::invalid_parameter, "Invalid parameter, vout cannot be negative"};
    return {Txid{to_hash(*value.find("txid"), "txid")}, static_cast<std::uint32_t>(number)};
}

}  // namespace

void getrawmempool(Call& call, JsonWriter& result) {
    const bool verbose = call.boolean(0, false);
    const bool with_sequence = call.boolean(1, false);
    if (verbose && with_sequence) {
        throw Error{code::invalid_parameter,
                    "Verbose results cannot contain mempool sequence values."};
    }
    // The text is written on this thread, because the ledger has other work.
    const Listed listed = call.node().ledger.call(
        [&](ledger::State& state) { return list_all(state.mempool, verbose); });
    if (verbose) return write_entries(result, listed.entries);
    if (!with_sequence) return write_ids(result, listed.txids);
    result.begin_object();
    result.key("txids");
    write_ids(result, listed.txids);
    result.number("mempool_sequence", listed.sequence);
    result.end_object();
}

Json getmempoolinfo(Call& call) {
    const auto info = call.node().ledger.call(
        [](ledger::State& state) { return state.mempool.info(state.clock.now()); });
    Json out = Json::object();
    out.append("loaded", !call.node().loading());
    out.append("size", info.size);
    out.append("bytes", info.bytes);
    out.append("usage", info.usage);
    out.append("total_fee", from_amount(info.total_fee));
    out.append("maxmempool", info.max_usage);
    out.append("mempoolminfee", from_rate(std::max(info.min_fee, info.min_relay_fee)));
    out.append("minrelaytxfee", from_rate(info.min_relay_fee));
    out.append("incrementalrelayfee", from_rate(info.incremental_relay_fee));
    out.append("unbroadcastcount", info.unbroadcast_count);
    out.append("fullrbf", info.full_rbf);
    return out;
}

void getmempoolentry(Call& call, JsonWriter& result) {
    const auto txid = call.hash<Txid>(0, "parameter 1");
    const auto entry =
        call.node().ledger.call([&](ledger::State& state) { return state.mempool.entry(txid); });
    if (!entry) throw Error{code::invalid_address_or_key, std::string(not_in_mempool)};
    write_entry(result, *entry);
}

namespace {

using Relatives = std::vector<Txid> (mempool::Mempool::*)(const Txid&) const;

void write_relatives(Call& call, JsonWriter& result, Relatives relatives) {
    const auto txid = call.hash<Txid>(0, "parameter 1");
    const bool verbose = call.boolean(1, false);
    const Listed listed = call.node().ledger.call([&](ledger::State& state) {
        require_in_mempool(state.mempool, txid);
        return list(state.mempool, (state.mempool.*relatives)(txid), verbose);
    });
    if (verbose)
        write_entries(result, listed.entries);
    else
        write_ids(result, listed.txids);
}

}  // namespace

void getmempoolancestors(Call& call, JsonWriter& result) {
    write_relatives(call, result, &mempool::Mempool::ancestors);
}

void getmempooldescendants(Call& call, JsonWriter& result) {
    write_relatives(call, result, &mempool::Mempool::descendants);
}

Json gettxspendingprevout(Call& call) {
    if (call.json(0).empty())
        throw Error{code::invalid_parameter, "Invalid parameter, outputs are missing"};
    std::vector<OutPoint> wanted;
    for (const auto& item : call.json(0).items())
        wanted.push_back(outpoint_of(item));
    return call.node().ledger.call([&](ledger::State& state) {
        Json out = Json::array();
        for (const auto& outpoint : wanted) {
            Json item = Json::object();
            item.append("txid", outpoint.txid.to_hex());
            item.append("vout", outpoint.index);
            if (const auto spender = state.mempool.spender(outpoint))
                item.append("spendingtxid", spender->txid.to_hex());
            out.push(std::move(item));
        }
        return out;
    });
}

}  // namespace daler::rpc
