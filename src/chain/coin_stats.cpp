#include <daler/chain/coin_stats.h>

#include "chainstate_impl.h"
#include "coin_codec.h"

#include <daler/chain/muhash.h>
#include <daler/util/ensure.h>

namespace daler::chain {

Bytes hashed_form(const OutPoint& outpoint, const consensus::Coin& coin) {
    ByteWriter writer(100);
    write(writer, outpoint);
    writer.u32(origin_code(coin.height, coin.is_coinbase));
    write(writer, coin.output);
    return writer.take();
}

std::uint64_t bogo_size(const TxOutput& output) {
    // Id, index, origin, value, script length, script.
    return 32 + 4 + 4 + 8 + 2 + output.script_pubkey.size();
}

CoinSnapshot::CoinSnapshot(const CoinDatabase& database, const BlockEntry& block)
    : database_(&database), block_(&block), snapshot_(database.snapshot()) {}

void CoinSnapshot::for_each(
    const std::function<bool(const OutPoint&, const consensus::Coin&)>& visit) const {
    database_->for_each(visit, snapshot_.get());
}

std::optional<CoinStats> CoinSnapshot::stats(CoinsHash kind, const std::atomic<bool>* stop) const {
    CoinStats stats;
    crypto::Sha256 serialized;
    MuHash set_hash;
    Txid last;
    bool stopped = false;
    for_each([&](const OutPoint& outpoint, const consensus::Coin& coin) {
        if (stats.outputs == 0 || outpoint.txid != last) ++stats.transactions;
        last = outpoint.txid;
        ++stats.outputs;
        stats.total += coin.output.value;
        stats.bogo_size += bogo_size(coin.output);
        if (kind == CoinsHash::serialized_3) serialized.add(hashed_form(outpoint, coin));
        if (kind == CoinsHash::muhash) set_hash.insert(hashed_form(outpoint, coin));
        stopped = stop && *stop;
        return !stopped;
    });
    if (stopped) return std::nullopt;
    stats.height = block_->height;
    stats.best_block = block_->hash;
    stats.disk_size = database_->disk_size();
    if (kind == CoinsHash::serialized_3) stats.hash.bytes = serialized.finish_double();
    if (kind == CoinsHash::muhash) stats.hash.bytes = set_hash.finish();
    return stats;
}

std::unique_ptr<CoinSnapshot> Chainstate::snapshot_coins(bool& begun) {
    auto& impl = *impl_;
    if (!impl.coins->is_flushing() && !begun && impl.coins->has_changes()) {
        impl.start_flush();
        begun = true;
    }
    if (impl.coins->is_flushing()) {
        if (!impl.continue_flush(a_while)) return nullptr;
        // Somebody else's flush may lack the latest blocks: ours comes next.
        if (!begun) return nullptr;
    }
    const auto* block = impl.index.find(impl.coin_database->best_block());
    ensure(block != nullptr);
    return std::make_unique<CoinSnapshot>(*impl.coin_database, *block);
}

CoinStats Chainstate::coin_stats(CoinsHash kind) {
    flush();
    return *CoinSnapshot(*impl_->coin_database, *impl_->tip).stats(kind);
}

}  // namespace daler::chain
