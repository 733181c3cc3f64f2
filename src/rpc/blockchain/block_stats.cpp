#include "rpc/block_access.h"
#include "rpc/blockchain/methods.h"

#include <daler/consensus/header_rules.h>
#include <daler/primitives/chain_params.h>
#include <daler/rpc/values.h>
#include <daler/script/standard.h>

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>

namespace daler::rpc {
namespace {

// Bytes of an unspent output besides its own: outpoint, height, coinbase flag.
constexpr std::int64_t coin_overhead = 36 + 4 + 1;
constexpr std::array percentiles{10.0, 25.0, 50.0, 75.0, 90.0};

std::int64_t coin_size(const TxOutput& output) {
    const auto script = output.script_pubkey.size();
    return static_cast<std::int64_t>(8 + compact_size_length(script) + script) + coin_overhead;
}

/// Numbers with their minimum, maximum, sum and median. These are zero if there are no numbers.
struct Series {
    std::vector<std::int64_t> values{};

    void add(std::int64_t value) { values.push_back(value); }
    [[nodiscard]] std::int64_t sum() const {
        return std::accumulate(values.begin(), values.end(), std::int64_t{0});
    }
    [[nodiscard]] std::int64_t least() const {
        return values.empty() ? 0 : *std::ranges::min_element(values);
    }
    [[nodiscard]] std::int64_t greatest() const {
        return values.empty() ? 0 : *std::ranges::max_element(values);
    }
    [[nodiscard]] std::int64_t average() const {
        return values.empty() ? 0 : sum() / static_cast<std::int64_t>(values.size());
    }
    [[nodiscard]] std::int64_t median() const {
        if (values.empty()) return 0;
        auto sorted = values;
        std::ranges::sort(sorted);
        const auto middle = sorted.size() / 2;
        return sorted.size() % 2 != 0 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
};

/// Totals of the transactions of a block. The coinbase counts for outputs only.
struct BlockSums {
    Series fees{}, fee_rates{}, sizes{};
    std::vector<std::pair<std::int64_t, std::int64_t>> weighted_rates{};  ///< fee rate, weight
    std::int64_t inputs = 0, outputs = 0, total_out = 0, total_weight = 0;
    std::int64_t witness_count = 0, witness_size = 0, witness_weight = 0;
    std::int64_t coins = 0;  ///< outputs that entered the coin set
    std::int64_t size_change = 0, real_size_change = 0;

    /// `makes_coins`: its outputs enter the coin set, except unspendable ones.
    void add_outputs(const SealedTransaction& tx, bool makes_coins) {
        outputs += static_cast<std::int64_t>(tx.outputs.size());
        for (const auto& output : tx.outputs) {
            size_change += coin_size(output);
            if (!makes_coins || script::is_unspendable(output.script_pubkey.bytes())) continue;
            ++coins;
            real_size_change += coin_size(output);
        }
    }
    void add_payment(const SealedTransaction& tx, const coins::TxUndo& spent) {
        Amount in;
        for (const auto& coin : spent) {
            in += coin.output.value;
            size_change -= coin_size(coin.output);
            real_size_change -= coin_size(coin.output);
        }
        inputs += static_cast<std::int64_t>(tx.inputs.size());
        total_out += tx.output_value().satoshis();
        sizes.add(tx.total_size);
        total_weight += tx.weight();
        if (tx.has_witness()) {
            ++witness_count;
            witness_size += tx.total_size;
            witness_weight += tx.weight();
        }
        const auto fee = (in - tx.output_value()).satoshis();
        const auto rate = fee * 4 / tx.weight();
        fees.add(fee);
        fee_rates.add(rate);
        weighted_rates.emplace_back(rate, tx.weight());
    }
    /// Percentiles of the fee rates (10, 25 ... percent), weighted by transaction weight.
    [[nodiscard]] Json rate_percentiles() const {
        auto sorted = weighted_rates;
        std::ranges::sort(sorted);
        Json out = Json::array();
        std::int64_t weight = 0;
        for (const auto& [rate, share] : sorted) {
            weight += share;
            while (out.size() < percentiles.size() &&
                   static_cast<double>(weight) >=
                       static_cast<double>(total_weight) * percentiles[out.size()] / 100.0) {
                out.push(rate);
            }
        }
        while (out.size() < percentiles.size())
            out.push(sorted.empty() ? std::int64_t{0} : sorted.back().first);
        return out;
    }
};

BlockSums add_up(const chain::BlockEntry& entry, const Block& block, const coins::BlockUndo& undo,
                 const ChainParams& params) {
    const auto repeat = params.bip30_exceptions.find(entry.height);
    const bool repeats_coinbase =
        repeat != params.bip30_exceptions.end() && repeat->second == entry.hash;
    BlockSums sums;
    for (std::size_t i = 0; i < block.transactions.size(); ++i) {
        const auto& tx = *block.transactions[i];
        sums.add_outputs(tx, entry.previous && !(i == 0 && repeats_coinbase));
        if (i > 0) sums.add_payment(tx, undo.transactions.at(i - 1));
    }
    return sums;
}

Json all_stats(const chain::BlockEntry& entry, const Block& block, const BlockSums& sums,
               const ChainParams& params) {
    const auto fee = sums.fees.sum();
    Json out = Json::object();
    out.append("avgfee", sums.fees.average());
    out.append("avgfeerate", sums.total_weight != 0 ? fee * 4 / sums.total_weight : 0);
    out.append("avgtxsize", sums.sizes.average());
    out.append("blockhash", entry.hash.to_hex());
    out.append("feerate_percentiles", sums.rate_percentiles());
    out.append("height", entry.height);
    out.append("ins", sums.inputs);
    out.append("maxfee", sums.fees.greatest());
    out.append("maxfeerate", sums.fee_rates.greatest());
    out.append("maxtxsize", sums.sizes.greatest());
    out.append("medianfee", sums.fees.median());
    out.append("mediantime", unix_seconds(entry.median_time_past));
    out.append("mediantxsize", sums.sizes.median());
    out.append("minfee", sums.fees.least());
    out.append("minfeerate", sums.fee_rates.least());
    out.append("mintxsize", sums.sizes.least());
    out.append("outs", sums.outputs);
    out.append("subsidy", consensus::block_subsidy(entry.height, params).satoshis());
    out.append("swtotal_size", sums.witness_size);
    out.append("swtotal_weight", sums.witness_weight);
    out.append("swtxs", sums.witness_count);
    out.append("time", entry.header.time);
    out.append("total_out", sums.total_out);
    out.append("total_size", sums.sizes.sum());
    out.append("total_weight", sums.total_weight);
    out.append("totalfee", fee);
    out.append("txs", block.transactions.size());
    out.append("utxo_increase", sums.outputs - sums.inputs);
    out.append("utxo_size_inc", sums.size_change);
    out.append("utxo_increase_actual", sums.coins - sums.inputs);
    out.append("utxo_size_inc_actual", sums.real_size_change);
    return out;
}

}  // namespace

Json getblockstats(Call& call) {
    const auto& ledger = call.node().ledger;
    const auto& entry = block_by_hash_or_height(call, 0);
    std::set<std::string> wanted;
    for (const Json& name : call.json(1).items())
        wanted.insert(to_text(name));

    const auto block = read_available_block(ledger, entry);
    coins::BlockUndo undo;
    if (entry.previous) undo = read_available_undo(ledger, entry);
    const auto& params = call.node().params;
    Json all = all_stats(entry, *block, add_up(entry, *block, undo, params), params);
    if (wanted.empty()) return all;
    Json out = Json::object();
    for (const auto& name : wanted) {
        const Json* value = all.find(name);
        if (!value) {
            throw Error{code::invalid_parameter,
                        fmt::format("Invalid selected statistic '{}'", name)};
        }
        out.append(name, *value);
    }
    return out;
}

}  // namespace daler::rpc
