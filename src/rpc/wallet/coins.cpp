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

/// A coin of listunspent, with all that the wallet says about it.
struct ListedCoin {
    wallet::OwnedCoin coin;
    std::shared_ptr<const wallet::ScriptDescription> description;
    std::optional<std::string> label;
};

/// Coins of listunspent, and the descriptors that they come from.
struct ListedCoins {
    std::vector<ListedCoin> coins;
    std::map<std::size_t, std::string> parents;  ///< by the position of the descriptor
    bool shows_reuse = false;
};

const wallet::AddressLabel* label_at(const wallet::Wallet& wallet, const std::string& address) {
    const auto found = wallet.labels().find(address);
    return found == wallet.labels().end() ? nullptr : &found->second;
}

ListedCoins find_coins(const wallet::Wallet& wallet, const CoinFilter& filter) {
    ListedCoins out;
    out.shows_reuse = wallet.flags().avoid_reuse;
    const auto& keys = wallet.keys();
    Amount sum;
    const auto immature = filter.include_immature ? wallet::History::Immature::include
                                                  : wallet::History::Immature::exclude;
    for (auto& coin : wallet.history().coins(immature)) {
        const bool wanted =
            coin.depth >= filter.min_depth && coin.depth <= filter.max_depth &&
            (coin.safe || filter.include_unsafe) && coin.output.value >= filter.min_amount &&
            coin.output.value <= filter.max_amount &&
            (filter.scripts.empty() || filter.scripts.contains(coin.output.script_pubkey)) &&
            !wallet.locked_coins().contains(coin.outpoint);
        if (!wanted) continue;
        auto& parent = out.parents[coin.place.record];
        if (parent.empty()) parent = keys.records()[coin.place.record].descriptor.to_text();
        auto description = keys.describe(coin.output.script_pubkey, wallet.params().address);
        std::optional<std::string> label;
        if (const auto* entry = label_at(wallet, description->address)) label = entry->label;
        sum += coin.output.value;
        out.coins.push_back({std::move(coin), std::move(description), std::move(label)});
        if (sum >= filter.min_sum || out.coins.size() >= filter.max_count) break;
    }
    return out;
}

using MempoolEntries = std::map<Txid, mempool::EntryDetails>;

/// The mempool's entries of the unconfirmed coins.
MempoolEntries mempool_entries(const Call& call, const std::vector<ListedCoin>& coins) {
    std::set<Txid> unconfirmed;
    for (const auto& listed : coins)
        if (listed.coin.depth == 0) unconfirmed.insert(listed.coin.outpoint.txid);
    if (unconfirmed.empty()) return {};
    return call.node().ledger.call([&](ledger::State& state) {
        MempoolEntries out;
        for (const auto& txid : unconfirmed)
            if (auto entry = state.mempool.entry(txid)) out.emplace(txid, std::move(*entry));
        return out;
    });
}

void write_text(JsonWriter& out, std::string_view name, const std::string& text) {
    if (!text.empty()) out.string(name, text);
}

void write_coin(JsonWriter& out, const ListedCoins& all, const ListedCoin& listed,
                const MempoolEntries& entries) {
    const auto& [coin, description, label] = listed;
    out.begin_object();
    out.reversed_hex("txid", coin.outpoint.txid.bytes);
    out.number("vout", coin.outpoint.index);
    write_text(out, "address", description->address);
    if (label) out.string("label", *label);
    write_text(out, "redeemScript", description->redeem_script);
    write_text(out, "witnessScript", description->witness_script);
    out.hex("scriptPubKey", coin.output.script_pubkey.bytes());
    out.number_text("amount", coin.output.value.to_text());
    out.number("confirmations", coin.depth);
    if (const auto found = entries.find(coin.outpoint.txid); found != entries.end()) {
        out.number("ancestorcount", found->second.ancestor_count);
        out.number("ancestorsize", found->second.ancestor_vsize);
        out.number("ancestorfees", found->second.ancestor_fees.satoshis());
    }
    out.boolean("spendable", coin.spendable);
    out.boolean("solvable", !description->descriptor.empty());
    write_text(out, "desc", description->descriptor);
    out.begin_array("parent_descs");
    out.string(all.parents.at(coin.place.record));
    out.end_array();
    if (all.shows_reuse) out.boolean("reused", coin.reused);
    out.boolean("safe", coin.safe);
    out.end_object();
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
    if (coin.index >= record->body.output_count()) refuse("vout index out of bounds");
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
        return from_amount(wallet.history().balances(0, wallet.flags().avoid_reuse).pending);
    });
}

void listunspent(Call& call, JsonWriter& result) {
    const auto filter = parse_filter(call);
    const auto all =
        with_wallet(call, [&](wallet::Wallet& wallet) { return find_coins(wallet, filter); });
    const auto entries = mempool_entries(call, all.coins);
    constexpr std::size_t usual_size = 700;
    result.reserve(all.coins.size() * usual_size);
    result.begin_array();
    for (const auto& listed : all.coins)
        write_coin(result, all, listed, entries);
    result.end_array();
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
