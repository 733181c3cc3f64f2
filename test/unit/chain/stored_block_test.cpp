#include <daler/chain/stored_block.h>

#include <test.h>

#include "fixture.h"

using namespace daler;
using namespace daler::chain;
using namespace daler::test;

namespace {

Transaction transaction(std::uint32_t number, bool with_witness) {
    Transaction tx;
    tx.inputs.resize(1);
    tx.inputs[0].prevout = {Txid{crypto::sha256d(as_bytes("parent"))}, number};
    if (with_witness) tx.inputs[0].witness = {{1, 2}};
    tx.outputs.resize(1 + number);
    return tx;
}

Block block_of(std::size_t count) {
    Block block;
    for (std::uint32_t i = 0; i < count; ++i)
        block.transactions.push_back(seal(transaction(i, i % 2 == 0)));
    return block;
}

std::shared_ptr<const StoredBlock> stored(std::size_t size) {
    Transaction large = transaction(0, false);
    large.inputs[0].script_sig = Script(Bytes(size));
    Block block;
    block.transactions = {seal(std::move(large))};
    return StoredBlock::make(encode(block));
}

BlockHash hash(std::uint8_t number) {
    return {crypto::sha256(Bytes{number})};
}

}  // namespace

TEST_CASE("a stored block knows the places and ids of its transactions", "[chain]") {
    const Block block = block_of(5);
    const auto stored = StoredBlock::make(encode(block));
    REQUIRE(stored);
    CHECK(stored->header() == block.header);
    CHECK(stored->bytes().size() == serialized_size(block, WitnessMode::include));
    CHECK(stored->stripped_size() == serialized_size(block, WitnessMode::exclude));
    REQUIRE(stored->size() == 5);
    // First one in the middle, then one before it, then one behind it.
    for (const std::size_t i : {2u, 0u, 4u, 1u, 3u}) {
        CHECK(stored->find(block.transactions[i]->txid) == i);
        CHECK(std::ranges::equal(stored->transaction(i), encode(*block.transactions[i])));
    }
    CHECK_FALSE(stored->find(Txid{}));
    for (std::size_t i = 0; i < 5; ++i)
        CHECK(stored->txids()[i] == block.transactions[i]->txid);
}

TEST_CASE("bytes that are not one block are no stored block", "[chain]") {
    const Bytes bytes = encode(block_of(3));
    for (std::size_t size = 0; size < bytes.size(); ++size)
        CHECK_FALSE(StoredBlock::make({bytes.begin(), bytes.begin() + static_cast<long>(size)}));
    Bytes longer = bytes;
    longer.push_back(0);
    CHECK_FALSE(StoredBlock::make(longer));
}

TEST_CASE("the blocks that were used last stay in memory", "[chain]") {
    StoredBlocks blocks;
    constexpr auto limit = StoredBlocks::max_stored_blocks_memory;
    blocks.add(hash(1), stored(limit / 4));
    blocks.add(hash(2), stored(limit / 4));
    blocks.add(hash(3), stored(limit / 4));
    CHECK(blocks.find(hash(1)));
    blocks.add(hash(4), stored(limit / 4));
    CHECK(blocks.find(hash(1)));
    CHECK_FALSE(blocks.find(hash(2)));
    CHECK(blocks.find(hash(3)));
    // One that is larger than the limit is kept alone.
    blocks.add(hash(5), stored(limit));
    CHECK(blocks.find(hash(5)));
    CHECK_FALSE(blocks.find(hash(1)));

    StoredBlocks many;
    for (std::uint8_t i = 0; i <= StoredBlocks::max_stored_blocks; ++i)
        many.add(hash(i), stored(0));
    CHECK_FALSE(many.find(hash(0)));
    CHECK(many.find(hash(1)));
}

TEST_CASE("a block is read from its file once", "[chain]") {
    const TemporaryFolder folder;
    Node node(Node::in_folder(folder.path()));
    const auto blocks = node.extend(2);
    const auto* entry = node.state->view()->at(1);
    const auto first = node.state->stored_block(*entry);
    REQUIRE(first);
    CHECK(first->header() == blocks[0]->header);
    CHECK(node.state->stored_block(*entry) == first);
}
