#include "chainstate_impl.h"
#include "coin_codec.h"
#include "muhash.h"

namespace daler::chain {
namespace {

/// A coin as both hashes see it: outpoint, origin, output.
Bytes hashed_form(const OutPoint& outpoint, const consensus::Coin& coin) {
    ByteWriter writer(100);
    write(writer, outpoint);
    writer.u32(origin_code(coin.height, coin.is_coinbase));
    write(writer, coin.output);
    return writer.take();
}

/// The size of a coin in a database that nobody has: txid, index, origin, value, script length,
/// script.
std::uint64_t bogo_size(const consensus::Coin& coin) {
    return 32 + 4 + 4 + 8 + 2 + coin.output.script_pubkey.size();
}

}  // namespace

void Chainstate::for_each_coin(
    const std::function<bool(const OutPoint&, const consensus::Coin&)>& visit) {
    flush();
    impl_->coin_database->for_each(visit);
}

Chainstate::CoinStats Chainstate::coin_stats(CoinsHash kind) {
    CoinStats stats;
    crypto::Sha256 serialized;
    MuHash set_hash;
    Txid last;
    for_each_coin([&](const OutPoint& outpoint, const consensus::Coin& coin) {
        if (stats.outputs == 0 || outpoint.txid != last) ++stats.transactions;
        last = outpoint.txid;
        ++stats.outputs;
        stats.total += coin.output.value;
        stats.bogo_size += bogo_size(coin);
        if (kind == CoinsHash::serialized_3) serialized.add(hashed_form(outpoint, coin));
        if (kind == CoinsHash::muhash) set_hash.insert(hashed_form(outpoint, coin));
        return true;
    });
    stats.height = impl_->tip->height;
    stats.best_block = impl_->tip->hash;
    stats.disk_size = impl_->coin_database->disk_size();
    if (kind == CoinsHash::serialized_3) stats.hash.bytes = serialized.finish_double();
    if (kind == CoinsHash::muhash) stats.hash.bytes = set_hash.finish();
    return stats;
}

}  // namespace daler::chain
