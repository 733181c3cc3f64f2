#include <test.h>

#include "fixture.h"

#include <daler/storage/database.h>

#include <daler/util/random.h>

#include <fstream>

using namespace daler;
using namespace daler::chain;
using namespace daler::test;
using namespace std::chrono_literals;

namespace {

/// A block that makes many coins out of an old coinbase, so that a flush has something to do.
BlockRef wide_block(Node& node, const BlockHash& parent, const BlockRef& funds) {
    std::vector<Amount> values(500, Amount{1000});
    const auto outpoint = first_output(funds->transactions[0]);
    const auto tx = spend({&outpoint, 1}, values);
    return node.builder.block(parent, {{tx}, {}, 0, anyone_can_spend()});
}

ChainOptions tiny_slices(const std::filesystem::path& folder) {
    auto options = Node::in_folder(folder);
    options.crash_ratio = 1'000'000'000;  // small slices, and no crash in our lifetime
    options.sync_interval = 0s;
    options.check_blocks = 0;
    return options;
}

/// Submits blocks from `back` below the tip on, one more than it takes to overtake it. Each spends
/// one of `funds`, while there are any, which may be spent already.
void submit_fork(Node& node, std::uint64_t back, std::span<const BlockRef> funds) {
    const auto view = node.state->view();
    auto parent = view->at(view->height() - static_cast<Height>(back))->hash;
    for (std::size_t i = 0; i <= back; ++i) {
        const auto block =
            i < funds.size() ? wide_block(node, parent, funds[i]) : node.builder.block(parent);
        const auto result = node.state->submit(block);
        if (!result.verdict || result.entry->is_failed()) return;
        parent = hash_of(block);
    }
}

bool flush_is_interrupted(const std::filesystem::path& folder) {
    storage::Database::Options options;
    options.folder = folder / "chainstate";
    const std::uint8_t marker = 'H';
    return storage::Database(options).get({&marker, 1}).has_value();
}

void cut(const std::filesystem::path& file, std::uintmax_t bytes) {
    std::filesystem::resize_file(file, std::filesystem::file_size(file) - bytes);
}

}  // namespace

TEST_CASE("after a crash every accepted block is still there", "[chain]") {
    const TemporaryFolder folder;
    Node node(Node::in_folder(folder.path()));
    node.extend(5);
    node.reopen(false);
    CHECK(node.height() == 5);
    node.extend(5);
    node.state->flush();
    const auto blocks = node.extend(10);
    const auto side = node.builder.chain(hash_of(blocks[2]), 3);
    for (const auto& block : side)
        CHECK(node.state->submit(block).verdict);
    const auto tip = node.tip();
    const auto coins = node.coins_hash();
    node.reopen(false);
    CHECK(node.tip() == tip);
    CHECK(node.coins_hash() == coins);
    for (const auto& block : side)
        CHECK(node.state->index().find(hash_of(block))->has(has_data));
    node.reopen(true);
    CHECK(node.tip() == tip);
}

TEST_CASE("blocks whose parents are still missing survive a crash", "[chain]") {
    const TemporaryFolder folder;
    Node node(Node::in_folder(folder.path()));
    node.extend(2);
    const auto blocks = node.builder.chain(node.tip(), 10);
    CHECK(node.state->submit(blocks[0]).verdict);
    for (const auto& block : blocks)
        CHECK(node.state->accept_header(block->header));
    for (const std::size_t i : {9u, 5u, 3u})
        CHECK(node.state->submit(blocks[i]).verdict);
    const auto late = node.builder.chain(hash_of(blocks[9]), 3);
    CHECK(node.state->accept_header(late[0]->header));
    CHECK(node.state->accept_header(late[1]->header));
    CHECK(node.state->submit(late[1]).verdict);
    node.reopen(false);
    for (const auto* block : {&blocks[0], &blocks[9], &blocks[5], &blocks[3], &late[1]})
        CHECK(node.state->index().find(hash_of(*block))->has(has_data));
    for (const std::size_t i : {1u, 2u, 4u, 6u, 7u, 8u})
        CHECK(node.state->submit(blocks[i]).is_new);
    CHECK(node.state->submit(late[0]).verdict);
    CHECK(node.tip() == hash_of(late[1]));
}

TEST_CASE("a crash at any moment of a flush leaves coins that equal a replay", "[chain]") {
    std::size_t interrupted = 0;
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        const TemporaryFolder folder;
        Node node(tiny_slices(folder.path()));
        Random random(seed);
        const auto blocks = node.extend(40);
        node.state->flush();
        std::size_t funds = 0;
        for (int round = 0; round < 6; ++round) {
            for (auto left = random.below(4) + 1; left > 0; --left) {
                // Mostly on the tip, sometimes a fork that overtakes it.
                const auto back = random.below(4) == 0 ? random.below(4) : 0;
                submit_fork(node, back, std::span(blocks).subspan(funds));
                funds = std::min(funds + back + 1, blocks.size());
                for (auto slices = random.below(5); slices > 0; --slices)
                    node.state->maintain();
            }
            const auto tip = node.tip();
            node.state.reset();
            interrupted += flush_is_interrupted(folder.path()) ? 1 : 0;
            node.open();
            REQUIRE(node.tip() == tip);
            REQUIRE(node.coins_hash() == replayed_hash(node));
        }
    }
    CHECK(interrupted >= 10);
}

TEST_CASE("the first damaged record behind the index is cut, with what follows", "[chain]") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "blocks/blk00000.dat";
    Node node(Node::in_folder(folder.path()));
    node.extend(3);
    node.state->flush();
    const auto flushed_size = std::filesystem::file_size(file);
    const auto blocks = node.extend(4);
    const auto record = encode(*blocks[0]).size() + 8;
    node.state.reset();

    SECTION("a record that is not whole") {
        cut(file, 1);
        node.open();
        CHECK(node.tip() == hash_of(blocks[2]));
        CHECK(std::filesystem::file_size(file) == flushed_size + 3 * record);
    }
    SECTION("a flipped bit in a transaction") {
        std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
        stream.seekp(static_cast<std::streamoff>(flushed_size + 2 * record + 120));
        stream.put('\x55');
        stream.close();
        node.open();
        CHECK(node.tip() == hash_of(blocks[1]));
        CHECK(std::filesystem::file_size(file) == flushed_size + 2 * record);
    }
    SECTION("zeros, as after a power cut") {
        std::filesystem::resize_file(file, flushed_size + record);
        std::filesystem::resize_file(file, flushed_size + 3 * record);
        node.open();
        CHECK(node.tip() == hash_of(blocks[0]));
    }
    SECTION("everything behind the last sync is lost") {
        std::filesystem::resize_file(file, flushed_size);
        std::filesystem::resize_file(folder.path() / "blocks/rev00000.dat", 3 * 41);
        node.open();
        CHECK(node.height() == 3);
    }
    node.extend(2);
    const auto tip = node.tip();
    node.reopen(false);
    CHECK(node.tip() == tip);
    CHECK(node.coins_hash() == replayed_hash(node));
}

TEST_CASE("blocks that the user invalidated stay so after a crash", "[chain]") {
    const TemporaryFolder folder;
    Node node(Node::in_folder(folder.path()));
    const auto blocks = node.extend(6);
    node.state->flush();
    node.state->invalidate(hash_of(blocks[3]));
    CHECK(node.height() == 3);
    node.reopen(false);
    CHECK(node.height() == 3);
    CHECK(node.coins_hash() == replayed_hash(node));
    CHECK(node.state->index().find(hash_of(blocks[5]))->has(failed_ancestor));
    node.state->reconsider(hash_of(blocks[3]));
    node.reopen(false);
    CHECK(node.height() == 6);
}

TEST_CASE("among blocks of equal work the tip is the same after a restart", "[chain]") {
    const TemporaryFolder folder;
    Node node(Node::in_folder(folder.path()));
    const auto a = node.extend(1);
    const auto b = node.builder.block(node.builder.genesis());
    CHECK(node.state->submit(b).verdict);
    const bool flush = GENERATE(false, true);
    node.reopen(flush);
    CHECK(node.tip() == hash_of(a[0]));
    node.state->prefer(hash_of(b));
    node.reopen(true);
    CHECK(node.tip() == hash_of(b));
}

TEST_CASE("everything is rebuilt from the block files alone", "[chain]") {
    const TemporaryFolder folder;
    Node node(Node::in_folder(folder.path()));
    const auto shared = node.extend(8);
    const auto wide = wide_block(node, node.tip(), shared[0]);
    node.extend({&wide, 1});
    const auto side = node.builder.chain(hash_of(shared[5]), 2);
    for (const auto& block : side)
        CHECK(node.state->submit(block).verdict);
    const auto tip = node.tip();
    const auto coins = node.coins_hash();
    node.state->flush();
    node.state.reset();
    const auto marker = folder.path() / "blocks/reindex";
    const auto check = [&] {
        CHECK(node.tip() == tip);
        CHECK(node.coins_hash() == coins);
        CHECK(node.state->index().find(hash_of(side[1]))->has(has_data));
        CHECK_FALSE(std::filesystem::exists(marker));
        node.options.reindex = node.options.reindex_chainstate = false;
        node.reopen(false);
        CHECK(node.tip() == tip);
        node.reopen(true);
        node.extend(1);
    };
    SECTION("with -reindex") {
        node.options.reindex = true;
        node.open();
        check();
    }
    SECTION("with -reindex-chainstate") {
        node.options.reindex_chainstate = true;
        node.open();
        check();
    }
    SECTION("although the index is gone") {
        std::filesystem::remove_all(folder.path() / "blocks/index");
        node.options.reindex = true;
        node.open();
        check();
    }
    SECTION("although the chainstate is gone, without being asked") {
        std::filesystem::remove_all(folder.path() / "chainstate");
        node.open();
        check();
    }
    SECTION("a rebuild that is stopped early continues at the next start") {
        const std::atomic<bool> stop{true};
        node.options.reindex = true;
        node.options.stop = &stop;
        node.open();
        CHECK(node.height() == 0);
        CHECK(std::filesystem::exists(marker));
        node.options.reindex = false;
        node.options.stop = nullptr;
        node.open();
        check();
    }
    SECTION("a rebuild that is killed while it removes files starts again") {
        std::ofstream(marker) << "wipe";
        std::filesystem::remove(folder.path() / "blocks/index/CURRENT");
        node.open();
        check();
    }
    SECTION("a rebuild of the coins that is killed starts again") {
        std::ofstream(marker) << "coins";
        std::filesystem::remove(folder.path() / "chainstate/CURRENT");
        node.open();
        check();
    }
}

TEST_CASE("the next start completes a first start that was interrupted", "[chain]") {
    const TemporaryFolder folder;
    { Node node(Node::in_folder(folder.path())); }
    // The index exists without a record, and only a part of the genesis block was written.
    storage::Database::Options options;
    options.folder = folder.path() / "blocks/index";
    {
        storage::Database index(options);
        Bytes key{'b'};
        const auto genesis = regtest_params().genesis_hash;
        key.insert(key.end(), genesis.bytes.begin(), genesis.bytes.end());
        REQUIRE(index.get(key).has_value());
        index.erase(key, true);
    }
    cut(folder.path() / "blocks/blk00000.dat", 100);
    Node node(Node::in_folder(folder.path()));
    node.extend(3);
    node.reopen(false);
    CHECK(node.height() == 3);
}
