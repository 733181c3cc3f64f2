#include "rpc/blockchain/methods.h"

#include <daler/ledger/ledger.h>
#include <daler/rpc/values.h>

namespace daler::rpc {
namespace {

constexpr std::string_view not_in_mempool = "Transaction not in mempool";

Json txids_json(const std::vector<Txid>& txids) {
    Json out = Json::array();
    for (const auto& txid : txids)
        out.push(txid.to_hex());
    return out;
}

Json entry_json(const mempool::EntryDetails& entry) {
    Json out = Json::object();
    out.append("vsize", entry.vsize);
    out.append("weight", entry.weight);
    out.append("time", unix_seconds(entry.time));
    out.append("height", entry.height);
    out.append("descendantcount", entry.descendant_count);
    out.append("descendantsize", entry.descendant_vsize);
    out.append("ancestorcount", entry.ancestor_count);
    out.append("ancestorsize", entry.ancestor_vsize);
    out.append("wtxid", entry.wtxid.to_hex());
    Json fees = Json::object();
    fees.append("base", from_amount(entry.fee));
    fees.append("modified", from_amount(entry.modified_fee));
    fees.append("ancestor", from_amount(entry.ancestor_fees));
    fees.append("descendant", from_amount(entry.descendant_fees));
    out.append("fees", std::move(fees));
    out.append("depends", txids_json(entry.depends));
    out.append("spentby", txids_json(entry.spent_by));
    out.append("bip125-replaceable", entry.bip125_replaceable);
    out.append("unbroadcast", entry.unbroadcast);
    return out;
}

/// Entries by id, or only the ids.
Json list_json(const mempool::Mempool& mempool, const std::vector<Txid>& txids, bool verbose) {
    if (!verbose) return txids_json(txids);
    Json out = Json::object();
    for (const auto& txid : txids)
        if (const auto entry = mempool.entry(txid)) out.append(txid.to_hex(), entry_json(*entry));
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

Json getrawmempool(Call& call) {
    const bool verbose = call.boolean(0, false);
    const bool with_sequence = call.boolean(1, false);
    if (verbose && with_sequence) {
        throw Error{code::invalid_parameter,
                    "Verbose results cannot contain mempool sequence values."};
    }
    return call.node().ledger.call([&](ledger::State& state) {
        Json list = list_json(state.mempool, state.mempool.txids(), verbose);
        if (!with_sequence) return list;
        Json out = Json::object();
        out.append("txids", std::move(list));
        out.append("mempool_sequence", state.mempool.sequence());
        return out;
    });
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

Json getmempoolentry(Call& call) {
    const auto txid = call.hash<Txid>(0, "parameter 1");
    const auto entry =
        call.node().ledger.call([&](ledger::State& state) { return state.mempool.entry(txid); });
    if (!entry) throw Error{code::invalid_address_or_key, std::string(not_in_mempool)};
    return entry_json(*entry);
}

Json getmempoolancestors(Call& call) {
    const auto txid = call.hash<Txid>(0, "parameter 1");
    const bool verbose = call.boolean(1, false);
    return call.node().ledger.call([&](ledger::State& state) {
        require_in_mempool(state.mempool, txid);
        return list_json(state.mempool, state.mempool.ancestors(txid), verbose);
    });
}

Json getmempooldescendants(Call& call) {
    const auto txid = call.hash<Txid>(0, "parameter 1");
    const bool verbose = call.boolean(1, false);
    return call.node().ledger.call([&](ledger::State& state) {
        require_in_mempool(state.mempool, txid);
        return list_json(state.mempool, state.mempool.descendants(txid), verbose);
    });
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

Json savemempool(Call& call) {
    if (!call.node().save_mempool || call.node().loading())
        throw Error{code::misc, "The mempool was not loaded yet"};
    Json out = Json::object();
    out.append("filename", call.node().save_mempool());
    return out;
}

}  // namespace daler::rpc
