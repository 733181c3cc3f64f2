#include <daler/index/coin_stats_index.h>

#include <daler/consensus/header_rules.h>
#include <daler/primitives/chain_params.h>
#include <daler/script/standard.h>

#include <fmt/format.h>

namespace daler::index {
namespace {

constexpr std::uint8_t stats_prefix = 's';

// Heights on main whose coinbases two later blocks repeat: their coins were overwritten (BIP 30).
constexpr std::array<Height, 2> overwritten_coinbases{91'722, 91'812};

Bytes stats_key(const BlockHash& hash) {
    ByteWriter key(33);
    key.u8(stats_prefix);
    key.bytes(hash.bytes);
    return key.take();
}

Bytes encode(const BlockCoinStats& stats) {
    ByteWriter out(480);
    out.i32(stats.height);
    out.u64(stats.outputs);
    out.u64(stats.bogo_size);
    for (const auto amount : {stats.total, stats.total_unspendable, stats.spent, stats.coinbase,
                              stats.new_outputs, stats.unspendable_genesis, stats.unspendable_bip30,
                              stats.unspendable_scripts, stats.unclaimed}) {
        out.i64(amount.satoshis());
    }
    out.bytes(stats.set);
    return out.take();
}

std::optional<BlockCoinStats> decode(ByteSpan bytes) {
    ByteReader in(bytes);
    BlockCoinStats stats;
    stats.height = in.i32();
    stats.outputs = in.u64();
    stats.bogo_size = in.u64();
    for (auto* amount : {&stats.total, &stats.total_unspendable, &stats.spent, &stats.coinbase,
                         &stats.new_outputs, &stats.unspendable_genesis, &stats.unspendable_bip30,
                         &stats.unspendable_scripts, &stats.unclaimed}) {
        *amount = Amount{in.i64()};
    }
    stats.set = in.array<coins::MuHash::state_size>();
    if (in.finish() != DecodeError::none) return std::nullopt;
    return stats;
}

/// How a block changes the totals of its parent.
class Change {
public:
    Change(const BlockCoinStats& before, Height height) : stats_(before), set_(before.set) {
        stats_.height = height;
        stats_.spent = stats_.coinbase = stats_.new_outputs = {};
        stats_.unspendable_genesis = stats_.unspendable_bip30 = {};
        stats_.unspendable_scripts = stats_.unclaimed = {};
    }

    void genesis(Amount subsidy) { stats_.unspendable_genesis = subsidy; }
    void overwritten_coinbase(Amount subsidy) { stats_.unspendable_bip30 = subsidy; }
    void add_outputs(const SealedTransaction& tx, bool is_coinbase) {
        for (std::uint32_t i = 0; i < tx.outputs.size(); ++i) {
            const auto& output = tx.outputs[i];
            if (script::is_unspendable(output.script_pubkey.bytes())) {
                stats_.unspendable_scripts += output.value;
                continue;
            }
            set_.insert(coins::hashed_form({tx.txid, i}, {output, stats_.height, is_coinbase}));
            (is_coinbase ? stats_.coinbase : stats_.new_outputs) += output.value;
            ++stats_.outputs;
            stats_.total += output.value;
            stats_.bogo_size += coins::bogo_size(output);
        }
    }
    void spend(const SealedTransaction& tx, const coins::TxUndo& coins) {
        for (std::size_t i = 0; i < coins.size(); ++i) {
            set_.remove(coins::hashed_form(tx.inputs[i].prevout, coins[i]));
            stats_.spent += coins[i].output.value;
            --stats_.outputs;
            stats_.total -= coins[i].output.value;
            stats_.bogo_size -= coins::bogo_size(coins[i].output);
        }
    }
    BlockCoinStats finish(Amount subsidy) {
        // Inputs and subsidy minus outputs: fees and subsidy that the miner did not claim.
        stats_.unclaimed = stats_.spent + subsidy - stats_.new_outputs - stats_.coinbase -
                           stats_.unspendable_genesis - stats_.unspendable_bip30 -
                           stats_.unspendable_scripts;
        stats_.total_unspendable += stats_.unspendable();
        stats_.set = set_.state();
        return stats_;
    }

private:
    BlockCoinStats stats_;
    coins::MuHash set_;
};

BlockCoinStats before_genesis() {
    BlockCoinStats none;
    none.set = coins::MuHash().state();
    return none;
}

}  // namespace

CoinStatsIndex::CoinStatsIndex(const chain::Chainstate& chain, const IndexOptions& options)
    : params_(chain.params()),
      database_(open_database(options, "coinstatsindex", "coinstats")),
      follower_("coinstatsindex", chain, *database_, *this, options) {}

void CoinStatsIndex::record(const chain::BlockEntry& entry, const Block& block,
                            const coins::BlockUndo& undo, storage::Database::Batch& batch) {
    const auto subsidy = consensus::block_subsidy(entry.height, params_);
    Change change(last_, entry.height);
    if (!entry.previous) change.genesis(subsidy);
    for (std::size_t i = 0; entry.previous && i < block.transactions.size(); ++i) {
        const auto& tx = *block.transactions[i];
        const bool is_overwritten =
            i == 0 && !params_.bip30_exceptions.empty() &&
            std::ranges::find(overwritten_coinbases, entry.height) != overwritten_coinbases.end();
        if (is_overwritten) {
            change.overwritten_coinbase(subsidy);
            continue;
        }
        change.add_outputs(tx, i == 0);
        if (i > 0) change.spend(tx, undo.transactions.at(i - 1));
    }
    last_ = change.finish(subsidy);
    batch.put(stats_key(entry.hash), encode(last_));
}

void CoinStatsIndex::continue_after(const chain::BlockEntry* entry) {
    if (!entry) {
        last_ = before_genesis();
        return;
    }
    const auto found = find(entry->hash);
    if (!found) {
        throw StorageError(
            fmt::format("The coinstatsindex lacks block {} (height {}). Delete the folder "
                        "indexes/coinstats: the index is built again at the next start.",
                        entry->hash.to_hex(), entry->height));
    }
    last_ = *found;
}

std::optional<BlockCoinStats> CoinStatsIndex::find(const BlockHash& hash) const {
    const auto value = database_->get(stats_key(hash));
    return value ? decode(*value) : std::nullopt;
}

}  // namespace daler::index
