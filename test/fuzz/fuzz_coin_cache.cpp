#include <daler/coins/coin_cache.h>
#include <daler/util/ensure.h>
#include <support/memory_database.h>

#include <map>

namespace {

using namespace daler;
using namespace daler::coins;

constexpr std::uint8_t places = 48;
constexpr std::uint8_t max_flushes = 5;  // they take most of the time
constexpr std::size_t max_size = 400;    // bytes, two for each step; further bytes are not read

OutPoint outpoint(std::uint8_t number) {
    OutPoint out;
    out.txid.bytes[0] = number % 4;
    out.txid.bytes[7] = number;
    out.index = number % 3;
    return out;
}

using Model = std::map<OutPoint, consensus::Coin>;

Model stored(const CoinDatabase& database) {
    Model coins;
    database.for_each([&](const OutPoint& where, const consensus::Coin& coin) {
        coins[where] = coin;
        return true;
    });
    return coins;
}

/// The cache, and a plain map that should have the same content.
struct Pair {
    void add(std::uint8_t place, std::uint8_t kind) {
        const auto where = outpoint(place);
        consensus::Coin coin;
        coin.output = {Amount{kind * 1000}, Script(Bytes(kind % 64, kind))};
        coin.height = kind;
        coin.is_coinbase = kind % 2 == 0;
        const bool overwrite = model.contains(where) || kind % 5 == 0;
        cache.add(where, coin.output, coin.height, coin.is_coinbase, overwrite);
        model[where] = coin;
    }

    void start_flush() {
        if (cache.is_flushing() || blocks == max_flushes) return;
        BlockHash best;
        best.bytes[0] = ++blocks;
        best.bytes[1] = 1;
        cache.set_best_block(best);
        frozen = model;
        cache.start_flush();
    }

    void continue_flush(std::chrono::milliseconds limit) {
        if (!cache.is_flushing()) return;
        if (cache.write_slices(limit)) ensure(stored(database) == frozen);
    }

    void spend(OutPoint where) { ensure(cache.spend(where) == (model.erase(where) > 0)); }

    CoinDatabase database{test::database_in_memory(), 0};
    CoinCache cache{database, 32u << 10};
    Model model;
    Model frozen;
    std::uint8_t blocks = 0;
};

}  // namespace

// A random sequence of additions, spends and flushes: the cache has the same coins as a plain map,
// and a flush stores the map of the moment at which it started.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Pair pair;
    for (std::size_t i = 0; i + 1 < std::min(size, max_size); i += 2) {
        const std::uint8_t place = data[i + 1] % places;
        const auto where = outpoint(place);
        switch (data[i] % 8) {
            case 0:
                pair.start_flush();
                break;
            case 1:
                pair.continue_flush({});
                break;
            case 2:
            case 3:
                pair.spend(where);
                break;
            case 4:
            case 5:
                pair.add(place, data[i]);
                break;
            default: {
                const auto coin = pair.cache.find(where);
                const auto expected = pair.model.find(where);
                ensure(coin.has_value() == (expected != pair.model.end()));
                ensure(!coin || *coin == expected->second);
                ensure(pair.cache.has(where) == coin.has_value());
            }
        }
    }
    return 0;
}
