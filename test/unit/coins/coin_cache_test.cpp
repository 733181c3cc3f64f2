#include <test.h>

#include <daler/coins/coin_cache.h>
#include <memory_database.h>

#include <semaphore>

using namespace daler;
using namespace daler::coins;
using namespace std::chrono_literals;

namespace {

OutPoint outpoint(std::uint64_t number) {
    OutPoint out;
    out.txid.bytes[0] = static_cast<std::uint8_t>(number / 4);
    out.index = static_cast<std::uint32_t>(number % 4);
    return out;
}

BlockHash block(std::uint8_t number) {
    BlockHash hash;
    hash.bytes[31] = number;
    return hash;
}

consensus::Coin random_coin(Random& random) {
    consensus::Coin coin;
    coin.output.value = Amount{static_cast<std::int64_t>(random.below(2'100'000'000'000'001))};
    coin.output.script_pubkey = Script(Bytes(random.below(60), 0x51));
    coin.height = static_cast<Height>(random.below(1'000'000));
    coin.is_coinbase = random.below(2) == 0;
    return coin;
}

void add(CoinCache& cache, const OutPoint& where, const consensus::Coin& coin, bool overwrite) {
    cache.add(where, coin.output, coin.height, coin.is_coinbase, overwrite);
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

}  // namespace

TEST_CASE("the cache holds what a plain map holds, at any order of flushes", "[coins]") {
    const auto seed = GENERATE(range(1u, 9u));
    Random random(seed);
    CoinDatabase database(test::database_in_memory(), 0);
    auto cache = std::make_unique<CoinCache>(database, seed % 2 == 0 ? 1u << 20 : 8u << 10);
    Model model;
    Model flushed;  // the model when the flush under way was started
    std::uint8_t height = 0;
    constexpr std::uint64_t places = 400;
    for (int step = 0; step < 20'000; ++step) {
        const auto where = outpoint(random.below(places));
        switch (random.below(20)) {
            case 0:
                if (cache->is_flushing()) break;
                cache->set_best_block(block(++height));
                flushed = model;
                cache->start_flush();
                break;
            case 1:
                if (!cache->is_flushing() || random.below(8) != 0) break;
                while (!cache->write_slices(0ms))
                    continue;
                REQUIRE(stored(database) == flushed);
                break;
            case 2:
            case 3:
            case 4:
            case 5:
            case 6: {
                const auto coin = random_coin(random);
                const bool overwrite = model.contains(where) || random.below(4) == 0;
                add(*cache, where, coin, overwrite);
                model[where] = coin;
                break;
            }
            case 7:
            case 8:
            case 9:
            case 10:
                REQUIRE(cache->spend(where) == (model.erase(where) > 0));
                break;
            default: {
                const auto found = model.find(where);
                REQUIRE(cache->has(where) == (found != model.end()));
                const auto coin = cache->find(where);
                REQUIRE(coin.has_value() == (found != model.end()));
                if (coin) REQUIRE(*coin == found->second);
            }
        }
    }
    while (cache->is_flushing() && !cache->write_slices(1h))
        continue;
    cache->set_best_block(block(++height));
    cache->start_flush();
    while (!cache->write_slices(1h))
        continue;
    CHECK(stored(database) == model);
    CHECK(database.best_block() == block(height));
    CHECK_FALSE(database.head_blocks().has_value());
}

TEST_CASE("a coin made and spent between two flushes never reaches the disk", "[coins]") {
    CoinDatabase database(test::database_in_memory(), 0);
    CoinCache cache(database, 1u << 20);
    Random random(1);
    add(cache, outpoint(1), random_coin(random), false);
    add(cache, outpoint(2), random_coin(random), false);
    CHECK(cache.spend(outpoint(1)));
    CHECK_FALSE(cache.spend(outpoint(1)));
    cache.set_best_block(block(1));
    cache.start_flush();
    CHECK(cache.write_slices(1h));
    CHECK(stored(database).size() == 1);
}

TEST_CASE("during a flush the database names its old and its new block", "[coins]") {
    CoinDatabase database(test::database_in_memory(), 1'000'000'000);  // small slices
    CoinCache cache(database, 64u << 20);
    Random random(2);
    for (std::uint64_t i = 0; i < 1000; ++i) {
        OutPoint where = outpoint(0);
        where.index = static_cast<std::uint32_t>(i);
        add(cache, where, random_coin(random), false);
    }
    cache.set_best_block(block(1));
    std::counting_semaphore written(0);
    std::counting_semaphore resume(0);
    cache.set_wake([&] {
        written.release();
        resume.acquire();
    });
    cache.start_flush();
    // One slice is written, the next is not begun.
    REQUIRE_FALSE(cache.write_slices(0ms));
    written.acquire();
    const auto heads = database.head_blocks();
    REQUIRE(heads.has_value());
    CHECK(heads->to == block(1));
    CHECK(heads->from.is_zero());
    CHECK(database.best_block().is_zero());
    // The cache takes new changes meanwhile, which are not part of this flush.
    OutPoint later = outpoint(0);
    later.index = 5000;
    add(cache, later, random_coin(random), false);
    later.index = 3;
    CHECK(cache.spend(later));
    cache.set_best_block(block(2));
    resume.release(1000);
    while (!cache.write_slices(0ms))
        continue;
    CHECK(stored(database).size() == 1000);
    CHECK(database.best_block() == block(1));
    CHECK_FALSE(database.head_blocks().has_value());
    CHECK(cache.has_changes());
    CHECK_FALSE(cache.find(later).has_value());
}

TEST_CASE("a cache is full when its records and tables together reach the budget", "[coins]") {
    CoinDatabase database(test::database_in_memory(), 0);
    constexpr std::size_t budget = 1u << 20;
    CoinCache cache(database, budget);
    Random random(3);
    OutPoint where;
    std::uint32_t added = 0;
    while (!cache.is_full()) {
        where.index = added++;
        add(cache, where, {{Amount{1}, Script(Bytes(25, 1))}, 1, false}, false);
        constexpr std::size_t step = 64u << 10;  // a chunk of records, or a table that doubles
        REQUIRE(cache.memory_usage() <= budget + step);
    }
    CHECK(added > 2000);
    cache.set_best_block(block(1));
    cache.start_flush();
    CHECK(cache.write_slices(1h));
    CHECK_FALSE(cache.is_full());
}

TEST_CASE("coins that were read ahead are what the database has, and changes come first",
          "[coins]") {
    const auto threads = GENERATE(0u, 3u);
    ThreadPool workers(threads);
    CoinDatabase database(test::database_in_memory(), 0);
    Random random(5);
    std::vector<OutPoint> places;
    std::vector<consensus::Coin> coins;
    {
        CoinCache cache(database, 1u << 20);
        for (std::uint64_t i = 0; i < 100; ++i) {
            places.push_back(outpoint(i));
            coins.push_back(random_coin(random));
            add(cache, places.back(), coins.back(), false);
        }
        cache.set_best_block(block(1));
        cache.start_flush();
        CHECK(cache.write_slices(1h));
    }
    CoinCache cache(database, 1u << 20);
    CHECK(cache.spend(places[3]));
    places.push_back(outpoint(1000));  // is nowhere
    cache.prefetch(places, workers);
    cache.prefetch(places, workers);
    for (std::size_t i = 0; i < coins.size(); ++i) {
        const auto coin = cache.find(places[i]);
        REQUIRE(coin.has_value() == (i != 3));
        if (coin) CHECK(*coin == coins[i]);
    }
    CHECK_FALSE(cache.has(places.back()));
}

TEST_CASE("coins are listed by id and by index, not in the order of their keys", "[coins]") {
    CoinDatabase database(test::database_in_memory(), 0);
    CoinCache cache(database, 1u << 20);
    Random random(4);
    for (const std::uint32_t index : {16'512u, 256u, 128u, 127u, 0u}) {
        OutPoint where = outpoint(0);
        where.index = index;
        add(cache, where, random_coin(random), false);
    }
    cache.set_best_block(block(1));
    cache.start_flush();
    CHECK(cache.write_slices(1h));
    std::vector<std::uint32_t> indexes;
    database.for_each([&](const OutPoint& where, const consensus::Coin&) {
        indexes.push_back(where.index);
        return true;
    });
    CHECK(indexes == std::vector<std::uint32_t>{0, 127, 128, 256, 16'512});
}
