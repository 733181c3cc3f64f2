#include <test.h>
#include <vectors.h>

#include <daler/encoding/hex.h>
#include <daler/encoding/json.h>
#include <daler/index/block_filter.h>
#include <daler/primitives/chain_params.h>

using namespace daler;
using namespace daler::index;

namespace {

/// The vector file lists only the scripts of the spent coins, not which transaction spends them.
coins::BlockUndo undo_of(const Json& scripts) {
    coins::BlockUndo undo;
    auto& coins = undo.transactions.emplace_back();
    for (const Json& script : scripts.items())
        coins.push_back({{Amount{1}, Script(*from_hex(script.as_string()))}, 1, false});
    return undo;
}

}  // namespace

TEST_CASE("the published blocks have the published filters and headers", "[index][bip158]") {
    for (const auto* name : {"core/blockfilters.json", "bips/bip-0158_testnet-19.json"}) {
        const auto text = test::read_vectors(name);
        if (!text) return;
        const auto vectors = Json::parse(*text);
        REQUIRE(vectors);
        std::size_t ran = 0;
        for (const Json& row : vectors->items().subspan(1)) {
            CAPTURE(name, row[0].number_text());
            const auto block = decode_block(*from_hex(row[2].as_string()));
            REQUIRE(block);
            const auto hash = block->header.hash();
            CHECK(hash.to_hex() == row[1].as_string());
            const auto filter = basic_filter(*block, hash, undo_of(row[3]));
            CHECK(to_hex(filter) == row[5].as_string());
            const auto previous = Hash256::from_hex(row[4].as_string());
            REQUIRE(previous);
            CHECK(filter_header(filter, *previous).to_hex() == row[6].as_string());
            ++ran;
        }
        CHECK(ran == vectors->size() - 1);
        CHECK(ran >= 10);
    }
}

TEST_CASE("the filters of genesis blocks are the known ones", "[index][bip158]") {
    const auto params = test_params();
    const auto filter = basic_filter(*params.genesis, params.genesis_hash, {});
    CHECK(to_hex(filter) == "019dfca8");
    CHECK(filter_header(filter, {}).to_hex() ==
          "21584579b7eb08997773e5aeff3a7f932700042d0ed2a6129012b7d7ae81b750");
}

TEST_CASE("a set has all its elements and hardly any others", "[index][bip158]") {
    const BlockHash hash{{4, 5, 6}};
    std::vector<Bytes> texts;
    for (std::uint8_t i = 0; i < 200; ++i)
        texts.push_back({i, 1, 2, 3});
    const std::vector<ByteSpan> all(texts.begin(), texts.end());
    const auto set = golomb_set({all.begin(), all.begin() + 100}, hash);
    for (std::size_t i = 0; i < all.size(); ++i)
        CHECK(golomb_set_may_contain(set, hash, std::span(all).subspan(i, 1)) == (i < 100));
    CHECK(golomb_set_may_contain(set, hash, std::span(all).subspan(99)));
    CHECK_FALSE(golomb_set_may_contain(set, hash, std::span(all).subspan(100)));
    CHECK_FALSE(golomb_set_may_contain(set, hash, {}));
    CHECK_FALSE(golomb_set_may_contain(set, BlockHash{}, all));
    CHECK_FALSE(golomb_set_may_contain(golomb_set({}, hash), hash, all));
    CHECK_FALSE(golomb_set_may_contain(Bytes{}, hash, all));
    // Damaged: cut, or only ones, which would be a number without end.
    CHECK_FALSE(golomb_set_may_contain(ByteSpan(set).first(1), hash, all));
    CHECK_FALSE(golomb_set_may_contain(Bytes(50, 0xff), hash, all));
}

TEST_CASE("a filter leaves out empty scripts and OP_RETURN, and counts repeated ones once",
          "[index][bip158]") {
    const BlockHash hash{{1, 2, 3}};
    const Bytes one{0x51};
    Transaction tx;
    tx.inputs.emplace_back();
    for (const Bytes& script : {Bytes{}, Bytes{0x6a, 1, 2}, one, one})
        tx.outputs.push_back({Amount{1}, Script(script)});
    Block block;
    block.transactions = {seal(tx)};
    CHECK(basic_filter(block, hash, {}) == golomb_set({one}, hash));
    CHECK(golomb_set({}, hash) == Bytes{0});

    // An OP_RETURN output cannot be spent, but the rule for spent scripts leaves out only empty
    // ones.
    coins::BlockUndo undo;
    undo.transactions.push_back({{{Amount{1}, Script(Bytes{0x52})}, 1, false}, {{}, 1, false}});
    const Bytes two{0x52};
    CHECK(basic_filter(block, hash, undo) == golomb_set({two, one}, hash));
}
