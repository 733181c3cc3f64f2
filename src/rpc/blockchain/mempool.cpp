#include "rpc/rawtransactions/broadcast.h"
#include "rpc/transaction_arguments.h"

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
    out.append("weight", entry.tx->weight());
    out.append("time", unix_seconds(entry.time));
    out.append("height", entry.height);
    out.append("descendantcount", entry.descendant_count);
    out.append("descendantsize", entry.descendant_vsize);
    out.append("ancestorcount", entry.ancestor_count);
    out.append("ancestorsize", entry.ancestor_vsize);
    out.append("wtxid", entry.tx->wtxid.to_hex());
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

/// Many entries by id, or only their ids.
Json list_json(const mempool::Mempool& mempool, const std::vector<Txid>& txids, bool verbose) {
    if (!verbose) return txids_json(txids);
    Json out = Json::object();
    for (const auto& txid : txids) {
        if (const auto entry = mempool.entry(txid)) out.append(txid.to_hex(), entry_json(*entry));
    }
    return out;
}

std::vector<Txid> all_txids(const mempool::Mempool& mempool) {
    std::vector<Txid> txids;
    for (const auto& tx : mempool.transactions())
        txids.push_back(tx->txid);
    return txids;
}

Json getrawmempool(Call& call) {
    const bool verbose = call.boolean(0, false);
    const bool with_sequence = call.boolean(1, false);
    if (verbose && with_sequence) {
        throw Error{code::invalid_parameter,
                    "Verbose results cannot contain mempool sequence values."};
    }
    return call.node().ledger.call([&](ledger::State& state) {
        Json list = list_json(state.mempool, all_txids(state.mempool), verbose);
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

void require_in_mempool(const mempool::Mempool& mempool, const Txid& txid) {
    if (!mempool.contains(txid))
        throw Error{code::invalid_address_or_key, std::string(not_in_mempool)};
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

OutPoint outpoint_of(const Json& value) {
    static constexpr std::array<Field, 2> fields{
        {{"txid", Json::Kind::string, true}, {"vout", Json::Kind::number, true}}};
    check_object(value, fields, true);
    const auto number = to_int32(*value.find("vout"));
    if (number < 0)
        throw Error{code::invalid_parameter, "Invalid parameter, vout cannot be negative"};
    return {Txid{to_hash(*value.find("txid"), "txid")}, static_cast<std::uint32_t>(number)};
}

Json gettxspendingprevout(Call& call) {
    if (call.json(0).empty()) {
        throw Error{code::invalid_parameter, "Invalid parameter, outputs are missing"};
    }
    std::vector<OutPoint> wanted;
    for (const auto& item : call.json(0).items())
        wanted.push_back(outpoint_of(item));
    return call.node().ledger.call([&](ledger::State& state) {
        Json out = Json::array();
        for (const auto& outpoint : wanted) {
            Json item = Json::object();
            item.append("txid", outpoint.txid.to_hex());
            item.append("vout", outpoint.index);
            if (const auto spender = state.mempool.spender(outpoint)) {
                item.append("spendingtxid", spender->txid.to_hex());
            }
            out.push(std::move(item));
        }
        return out;
    });
}

Json savemempool(Call& call) {
    if (!call.node().save_mempool || call.node().loading()) {
        throw Error{code::misc, "The mempool was not loaded yet"};
    }
    Json out = Json::object();
    out.append("filename", call.node().save_mempool());
    return out;
}

Json prioritisetransaction(Call& call) {
    const auto txid = call.hash<Txid>(0, "txid");
    if (call.has(1) && call.number(1) != 0) {
        throw Error{
            code::invalid_parameter,
            "Priority is no longer supported, dummy argument to prioritisetransaction must be 0."};
    }
    const Amount delta{call.long_integer(2)};
    call.node().ledger.call([&](ledger::State& state) { state.mempool.prioritise(txid, delta); });
    return true;
}

Json getprioritisedtransactions(Call& call) {
    return call.node().ledger.call([](ledger::State& state) {
        Json out = Json::object();
        for (const auto& [txid, delta] : state.mempool.deltas()) {
            Json item = Json::object();
            item.append("fee_delta", delta.satoshis());
            const auto entry = state.mempool.entry(txid);
            item.append("in_mempool", entry.has_value());
            if (entry) item.append("modified_fee", entry->modified_fee.satoshis());
            out.append(txid.to_hex(), std::move(item));
        }
        return out;
    });
}

std::vector<Method> make_mempool_table() {
    std::vector<Method> methods{
        {"Blockchain",
         "getmempoolancestors",
         "Lists the unconfirmed transactions that this one depends on.",
         {{"txid", Type::hex, "", "A transaction of the mempool"},
          {"verbose", Type::boolean, "false", "Objects by id instead of ids"}},
         "ids, or objects as getmempoolentry",
         getmempoolancestors},
        {"Blockchain",
         "getmempooldescendants",
         "Lists the unconfirmed transactions that depend on this one.",
         {{"txid", Type::hex, "", "A transaction of the mempool"},
          {"verbose", Type::boolean, "false", "Objects by id instead of ids"}},
         "ids, or objects as getmempoolentry",
         getmempooldescendants},
        {"Blockchain",
         "getmempoolentry",
         "Shows sizes, fees and relations of an unconfirmed transaction.",
         {{"txid", Type::hex, "", "A transaction of the mempool"}},
         "sizes in vbytes, fees in BTC",
         getmempoolentry},
        {"Blockchain",
         "getmempoolinfo",
         "Shows how full the mempool is and what it asks for.",
         {},
         "counts, sizes and fee rates",
         getmempoolinfo},
        {"Blockchain",
         "getrawmempool",
         "Lists the transactions of the mempool.",
         {{"verbose", Type::boolean, "false", "Objects by id instead of ids"},
          {"mempool_sequence", Type::boolean, "false", "Give the number of changes so far, too"}},
         "ids, or objects as getmempoolentry",
         getrawmempool},
        {"Blockchain",
         "gettxspendingprevout",
         "Finds the unconfirmed transactions that spend these outputs.",
         {{"outputs", Type::array, "", "Objects with txid and vout"}},
         "for each output txid, vout and, if it is spent, spendingtxid",
         gettxspendingprevout},
        {"Blockchain",
         "savemempool",
         "Writes the mempool to mempool.dat.",
         {},
         "the file's name",
         savemempool},
        {"Mining",
         "prioritisetransaction",
         "Treats a transaction as if it paid more or less than it does.",
         {{"txid", Type::hex, "", "The transaction; it need not be known yet"},
          {"dummy", Type::number, "null", "Must be zero or null"},
          {"fee_delta", Type::integer, "", "Satoshis to add to its fee; may be negative"}},
         "true",
         prioritisetransaction},
        {"Mining",
         "getprioritisedtransactions",
         "Lists what prioritisetransaction changed.",
         {},
         "objects by txid with fee_delta, in_mempool and modified_fee",
         getprioritisedtransactions},
    };
    for (auto& method : broadcast_methods())
        methods.push_back(std::move(method));
    return methods;
}

}  // namespace

std::span<const Method> mempool_methods() {
    static const std::vector<Method> methods = make_mempool_table();
    return methods;
}

}  // namespace daler::rpc
