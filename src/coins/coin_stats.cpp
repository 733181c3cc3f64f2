#include <daler/coins/coin_stats.h>

#include "coin_codec.h"

#include <daler/coins/coin_database.h>
#include <daler/coins/muhash.h>

namespace daler::coins {

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

CoinSnapshot::CoinSnapshot(const CoinDatabase& database, Height height)
    : database_(&database),
      best_block_(database.best_block()),
      height_(height),
      snapshot_(database.snapshot()) {}

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
    stats.height = height_;
    stats.best_block = best_block_;
    stats.disk_size = database_->disk_size();
    if (kind == CoinsHash::serialized_3) stats.hash.bytes = serialized.finish_double();
    if (kind == CoinsHash::muhash) stats.hash.bytes = set_hash.finish();
    return stats;
}

}  // namespace daler::coins
