#include "rpc/wallet/methods.h"
#include "rpc/wallet_call.h"

#include <daler/encoding/hex.h>
#include <daler/ledger/ledger.h>
#include <daler/primitives/chain_params.h>
#include <daler/rpc/services.h>
#include <daler/rpc/values.h>
#include <daler/script/standard.h>

#include <fmt/format.h>

namespace daler::rpc {
namespace {

constexpr std::int32_t any_depth = 9'999'999;

/// Whether coins of reused scripts are left out: the argument, or the flag of the wallet.
bool avoid_reuse(const Call& call, std::size_t i, const wallet::Wallet& wallet) {
    const bool can = wallet.flags().avoid_reuse;
    const bool wanted = call.boolean(i, can);
    if (wanted && !can)
        throw Error{code::wallet, "wallet does not have the \"avoid reuse\" feature enabled"};
    return wanted;
}

/// The filter of listunspent.
struct CoinFilter {
    std::int32_t min_depth = 1;
    std::int32_t max_depth = any_depth;
    std::set<Script> scripts;  ///< empty: any
    bool include_unsafe = true;
    bool include_immature = false;
    Amount min_amount{0};
    Amount max_amount = max_money;
    Amount min_sum = max_money;
    std::size_t max_count = std::numeric_limits<std::size_t>::max();
};

CoinFilter parse_filter(const Call& call) {
    CoinFilter out;
    out.min_depth = call.integer(0, out.min_depth);
    out.max_depth = call.integer(1, out.max_depth);
    const Json& addresses = call.json(2);
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        const auto& address = to_text(addresses[i]);
        const auto script = descriptor::decode_address(address, call.node().params.address);
        if (!script)
            throw Error{code::invalid_address_or_key, "Invalid Bitcoin address: " + address};
        if (!out.scripts.insert(*script).second) {
            throw Error{code::invalid_parameter,
                        "Invalid parameter, duplicated address: " + address};
        }
    }
    out.include_unsafe = call.boolean(3, true);
    const Json& options = call.options(4);
    if (const auto* value = options.find("minimumAmount")) out.min_amount = to_amount(*value);
    if (const auto* value = options.find("maximumAmount")) out.max_amount = to_amount(*value);
    if (const auto* value = options.find("minimumSumAmount")) out.min_sum = to_amount(*value);
    if (const auto* value = options.find("maximumCount")) {
        const auto count = to_integer(*value);
        if (count > 0) out.max_count = static_cast<std::size_t>(count);
    }
    if (const auto* value = options.find("include_immature_coinbase"))
        out.include_immature = to_bool(*value);
    return out;
}

/// One coin of listunspent, in two parts: the fields of the mempool are added between them.
struct CoinJson {
    Json head, tail;
    Txid txid;
    bool confirmed;
};

CoinJson coin_json(const wallet::Wallet& wallet, const wallet::OwnedCoin& coin) {
    const Script& script = coin.output.script_pubkey;
    const auto& record = wallet.keys().records()[coin.place.record];
    const auto ring = wallet.keys().key_ring(coin.place, descriptor::Descriptor::Secrets::exclude);
    Json head = Json::object();
    head.append("txid", coin.outpoint.txid.to_hex());
    head.append("vout", coin.outpoint.index);
    append_address(head, wallet, script);
    if (const auto* entry = wallet.label_of(script)) head.append("label", entry->label);
    const auto append_witness_script = [&](const Script& outer) {
        const auto solution = script::solve(outer.bytes());
        if (solution.type != script::OutputType::witness_v0_script_hash) return;
        if (const auto* inner = ring.find_witness_script(solution.data[0]))
            head.append("witnessScript", to_hex(inner->bytes()));
    };
    if (script::is_pay_to_script_hash(script.bytes())) {
        if (const auto* redeem = ring.find_script(script::solve(script.bytes()).data[0])) {
            head.append("redeemScript", to_hex(redeem->bytes()));
            append_witness_script(*redeem);
        }
    } else {
        append_witness_script(script);
    }
    head.append("scriptPubKey", to_hex(script.bytes()));
    head.append("amount", from_amount(coin.output.value));
    head.append("confirmations", coin.depth);

    const bool solvable = record.descriptor.is_solvable();
    Json tail = Json::object();
    tail.append("spendable", coin.spendable);
    tail.append("solvable", solvable);
    if (solvable) tail.append("desc", descriptor::infer(script, ring, wallet.params().address));
    append_parent_descriptors(tail, wallet, script);
    if (wallet.flags().avoid_reuse) tail.append("reused", coin.reused);
    tail.append("safe", coin.safe);
    return {std::move(head), std::move(tail), coin.outpoint.txid, coin.depth > 0};
}

std::vector<CoinJson> find_coins(const wallet::Wallet& wallet, const CoinFilter& filter) {
    std::vector<CoinJson> out;
    Amount sum;
    const auto immature = filter.include_immature ? wallet::History::Immature::include
                                                  : wallet::History::Immature::exclude;
    for (const auto& coin : wallet.history().coins(immature)) {
        const bool wanted =
            coin.depth >= filter.min_depth && coin.depth <= filter.max_depth &&
            (coin.safe || filter.include_unsafe) && coin.output.value >= filter.min_amount &&
            coin.output.value <= filter.max_amount &&
            (filter.scripts.empty() || filter.scripts.contains(coin.output.script_pubkey)) &&
            !wallet.locked_coins().contains(coin.outpoint);
        if (!wanted) continue;
        out.push_back(coin_json(wallet, coin));
        sum += coin.output.value;
        if (sum >= filter.min_sum || out.size() >= filter.max_count) break;
    }
    return out;
}

/// The mempool's entries of the unconfirmed coins.
std::map<Txid, mempool::EntryDetails> mempool_entries(const Call& call,
                                                      const std::vector<CoinJson>& coins) {
    std::set<Txid> unconfirmed;
    for (const auto& coin : coins)
        if (!coin.confirmed) unconfirmed.insert(coin.txid);
    if (unconfirmed.empty()) return {};
    return call.node().ledger.call([&](ledger::State& state) {
        std::map<Txid, mempool::EntryDetails> out;
        for (const auto& txid : unconfirmed)
            if (auto entry = state.mempool.entry(txid)) out.emplace(txid, std::move(*entry));
        return out;
    });
}

OutPoint parse_outpoint(const Json& item) {
    constexpr std::array<Field, 2> fields{
        {{"txid", Json::Kind::string, true}, {"vout", Json::Kind::number, true}}};
    check_object(item, fields, false);
    const Txid id{to_hash(*item.find("txid"), "txid")};
    const auto number = to_int32(*item.find("vout"));
    if (number < 0)
        throw Error{code::invalid_parameter, "Invalid parameter, vout cannot be negative"};
    return {id, static_cast<std::uint32_t>(number)};
}

/// Checks that a coin can be locked or unlocked.
void check_lock(const wallet::Wallet& wallet, const OutPoint& coin, bool unlock, bool persistent) {
    const auto refuse = [](const char* text) {
        throw Error{code::invalid_parameter, std::string("Invalid parameter, ") + text};
    };
    const auto* record = wallet.history().find(coin.txid);
    if (!record) refuse("unknown transaction");
    if (coin.index >= record->tx->outputs.size()) refuse("vout index out of bounds");
    if (wallet.history().is_spent(coin)) refuse("expected unspent output");
    const bool locked = wallet.locked_coins().contains(coin);
    if (unlock && !locked) refuse("expected locked output");
    // A coin may be locked again only to make the lock persistent.
    if (!unlock && locked && !persistent) refuse("output already locked");
}

}  // namespace

Json getbalance(Call& call) {
    if (call.has(0) && call.string(0) != "*") {
        throw Error{code::method_deprecated,
                    "dummy first argument must be excluded or set to \"*\"."};
    }
    const auto min_depth = static_cast<Height>(call.integer(1, 0));
    return with_wallet(call, [&](wallet::Wallet& wallet) {
        const bool avoid = avoid_reuse(call, 3, wallet);
        return from_amount(wallet.history().balances(min_depth, avoid).trusted);
    });
}

Json getbalances(Call& call) {
    return with_wallet(call, [](wallet::Wallet& wallet) {
        const bool avoid = wallet.flags().avoid_reuse;
        const auto balances = wallet.history().balances(0, avoid);
        Json mine = Json::object();
        mine.append("trusted", from_amount(balances.trusted));
        mine.append("untrusted_pending", from_amount(balances.pending));
        mine.append("immature", from_amount(balances.immature));
        if (avoid) {
            const auto all = wallet.history().balances();
            mine.append("used", from_amount(all.trusted + all.pending - balances.trusted -
                                            balances.pending));
        }
        Json out = Json::object();
        out.append("mine", std::move(mine));
        append_last_block(out, wallet);
        return out;
    });
}

Json getunconfirmedbalance(Call& call) {
    return with_wallet(call, [](wallet::Wallet& wallet) {
        return from_amount(wallet.history().balances().pending);
    });
}

Json listunspent(Call& call) {
    const auto filter = parse_filter(call);
    auto coins =
        with_wallet(call, [&](wallet::Wallet& wallet) { return find_coins(wallet, filter); });
    const auto entries = mempool_entries(call, coins);
    Json out = Json::array();
    for (auto& coin : coins) {
        if (const auto found = entries.find(coin.txid); found != entries.end()) {
            const auto& entry = found->second;
            coin.head.append("ancestorcount", entry.ancestor_count);
            coin.head.append("ancestorsize", entry.ancestor_vsize);
            coin.head.append("ancestorfees", entry.ancestor_fees.satoshis());
        }
        for (const auto& [key, value] : coin.tail.members())
            coin.head.append(key, value);
        out.push(std::move(coin.head));
    }
    return out;
}

Json lockunspent(Call& call) {
    const bool unlock = call.boolean(0, false);
    const bool persistent = call.boolean(2, false);
    return with_wallet(call, [&](wallet::Wallet& wallet) -> Json {
        if (!call.has(1)) {
            if (unlock) wallet.unlock_all_coins();
            return true;
        }
        std::vector<OutPoint> coins;
        for (const auto& item : call.json(1).items()) {
            coins.push_back(parse_outpoint(item));
            check_lock(wallet, coins.back(), unlock, persistent);
        }
        for (const auto& coin : coins)
            if (unlock)
                wallet.unlock_coin(coin);
            else
                wallet.lock_coin(coin, persistent);
        return true;
    });
}

Json listlockunspent(Call& call) {
    return with_wallet(call, [](wallet::Wallet& wallet) {
        Json out = Json::array();
        for (const auto& coin : wallet.locked_coins()) {
            Json entry = Json::object();
            entry.append("txid", coin.txid.to_hex());
            entry.append("vout", coin.index);
            out.push(std::move(entry));
        }
        return out;
    });
}

}  // namespace daler::rpc
