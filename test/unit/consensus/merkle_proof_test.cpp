#include <daler/consensus/check_block.h>
#include <daler/consensus/merkle_proof.h>

#include <test.h>

using namespace daler;
using namespace daler::consensus;

namespace {

Block block_with_transactions(std::size_t count) {
    Block block;
    for (std::size_t i = 0; i < count; ++i) {
        Transaction tx;
        tx.inputs.resize(1);
        tx.outputs.push_back({Amount{static_cast<std::int64_t>(i)}, Script()});
        block.transactions.push_back(seal(tx));
    }
    block.header.merkle_root = merkle_root(block);
    return block;
}

}  // namespace

TEST_CASE("a merkle proof shows the chosen transactions of a block", "[consensus]") {
    for (const std::size_t count : {1U, 2U, 3U, 4U, 5U, 6U, 7U, 8U, 9U, 16U, 17U, 31U}) {
        const auto block = block_with_transactions(count);
        for (std::uint32_t choice = 0; choice < 64; ++choice) {
            CAPTURE(count, choice);
            std::vector<bool> shown;
            std::vector<Txid> expected;
            for (std::size_t i = 0; i < count; ++i) {
                shown.push_back((choice >> i % 6 & 1) != 0);
                if (shown.back()) expected.push_back(block.transactions[i]->txid);
            }
            const auto proof = decode_merkle_proof(encode(prove(block, shown)));
            REQUIRE(proof);
            CHECK(proof->transactions == count);
            const auto proved = proved_transactions(*proof);
            REQUIRE(proved);
            CHECK(*proved == expected);
        }
    }
}

TEST_CASE("a merkle proof that was changed does not hold", "[consensus]") {
    const auto block = block_with_transactions(7);
    const auto good = prove(block, {false, true, false, false, false, true, false});
    REQUIRE(proved_transactions(good));
    auto changed = good;
    SECTION("no transactions") {
        changed.transactions = 0;
    }
    SECTION("more transactions than fit into a block") {
        changed.transactions = 16'667;
    }
    SECTION("another root") {
        changed.header.merkle_root.bytes[0] ^= 1;
    }
    SECTION("another hash") {
        changed.hashes[1].bytes[5] ^= 1;
    }
    SECTION("a hash too many") {
        changed.hashes.push_back({});
    }
    SECTION("a hash too few") {
        changed.hashes.pop_back();
    }
    SECTION("a byte of flags too many") {
        changed.flags.resize(changed.flags.size() + 8);
    }
    SECTION("too few flags") {
        changed.flags.resize(changed.flags.size() / 2);
    }
    SECTION("more hashes than flags") {
        changed.flags.clear();
    }
    CHECK_FALSE(proved_transactions(changed));
}

TEST_CASE("a node of a merkle proof has no twin beside it", "[consensus][CVE-2012-2459]") {
    auto block = block_with_transactions(3);
    block.transactions.push_back(block.transactions[2]);
    CHECK(merkle_root(block) == block.header.merkle_root);
    CHECK_FALSE(proved_transactions(prove(block, {false, false, false, true})));
}

TEST_CASE("a merkle proof that ends too early cannot be read", "[consensus]") {
    const auto bytes = encode(prove(block_with_transactions(5), {true, false, false, false, true}));
    for (std::size_t size = 0; size < bytes.size(); ++size)
        CHECK_FALSE(decode_merkle_proof(ByteSpan(bytes).first(size)));
    auto longer = bytes;
    longer.push_back(7);
    REQUIRE(decode_merkle_proof(longer));
    CHECK(*decode_merkle_proof(longer) == *decode_merkle_proof(bytes));
}
