#include <test.h>

#include "fixture.h"

using namespace daler;
using namespace daler::chain;
using namespace daler::test;

namespace {

constexpr Height kept = 288;

ChainOptions pruning(std::uint64_t target, const std::filesystem::path& folder) {
    auto options = Node::in_folder(folder);
    options.prune_target = target;
    options.small_files = true;
    options.prune_after = 0;
    return options;
}

/// A block of 10 kB or more, most of it in the coinbase's output.
BlockRef fat_block(Node& node, const BlockHash& parent) {
    ChainBuilder::Plan plan;
    plan.payout = Script(Bytes(9'000, 0x51));
    return node.builder.block(parent, plan);
}

void extend_fat(Node& node, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        const auto block = fat_block(node, node.tip());
        node.extend({&block, 1});
    }
}

/// Submits `count` such blocks on top of the tip.
std::vector<BlockRef> fat_branch(Node& node, int count) {
    std::vector<BlockRef> branch;
    for (int i = 0; i < count; ++i) {
        branch.push_back(fat_block(node, i == 0 ? node.tip() : hash_of(branch.back())));
        (void)node.state->submit(branch.back());
    }
    return branch;
}

/// The lowest height from which on all blocks and undo data are stored.
Height first_stored(const Node& node) {
    const auto* entry = &node.state->view()->tip();
    while (entry->previous && entry->previous->has(has_data))
        entry = entry->previous;
    return entry->height;
}

std::size_t file_count(const std::filesystem::path& folder, std::string_view prefix) {
    std::size_t count = 0;
    for (const auto& file : std::filesystem::directory_iterator(folder / "blocks"))
        count += file.path().filename().string().starts_with(prefix) ? 1 : 0;
    return count;
}

constexpr auto no_limit = [] { return std::numeric_limits<Height>::max(); };

}  // namespace

TEST_CASE("the last 288 blocks stay, and so do the files that hold one of them", "[chain][prune]") {
    const TemporaryFolder folder;
    Node node(pruning(0, folder.path()));
    node.state->allow_pruning(no_limit);
    extend_fat(node, 40);
    node.extend(kept);
    const auto files = file_count(folder.path(), "blk");
    REQUIRE(files > 5);

    node.state->prune(-1);
    CHECK(first_stored(node) == 0);
    node.state->prune(3);
    CHECK(first_stored(node) == 0);  // the first file has higher ones, too
    node.state->prune(20);
    const auto first = first_stored(node);
    CHECK(first > 10);
    CHECK(first <= 21);
    node.state->prune(node.height());
    CHECK(first_stored(node) <= node.height() - kept + 1);
    CHECK(first_stored(node) > node.height() - kept - 7);
    CHECK(file_count(folder.path(), "blk") < files);
    CHECK(file_count(folder.path(), "blk") == file_count(folder.path(), "rev"));
    CHECK_FALSE(std::filesystem::exists(folder.path() / "blocks/blk00000.dat"));
    const auto& gone = *node.state->view()->at(5);
    CHECK(gone.is_pruned());
    CHECK(gone.tx_count == 1);
    CHECK_FALSE(node.state->read_block(gone));
    CHECK_FALSE(node.state->read_undo(gone));
    CHECK(node.state->read_block_bytes(gone).empty());
}

TEST_CASE("files are removed when all of them exceed the target, and only then", "[chain][prune]") {
    const TemporaryFolder folder;
    Node node(pruning(1'000'000, folder.path()));
    node.state->allow_pruning(no_limit);
    extend_fat(node, 30);
    node.extend(kept);
    REQUIRE(node.state->size_on_disk() < 800'000);
    CHECK(first_stored(node) == 0);
    extend_fat(node, 60);
    node.state->flush();  // nothing goes before its coins are on disk, which takes its time
    node.state->maintain();
    CHECK(first_stored(node) > 0);
    CHECK(node.state->size_on_disk() > 600'000);
    CHECK(node.state->size_on_disk() < 1'100'000);
}

TEST_CASE("no block is pruned that is needed, or before pruning is allowed", "[chain][prune]") {
    const TemporaryFolder folder;
    Node node(pruning(1, folder.path()));
    extend_fat(node, 30);
    node.extend(kept);
    CHECK(first_stored(node) == 0);
    Height needed = 15;
    node.state->allow_pruning([&] { return needed; });
    node.state->prune(node.height());
    CHECK(first_stored(node) > 5);
    CHECK(first_stored(node) <= needed + 1);
    needed = 25;
    extend_fat(node, 10);
    node.state->flush();
    node.state->maintain();
    CHECK(first_stored(node) > 16);
    CHECK(first_stored(node) <= needed + 1);
}

TEST_CASE("a pruned chain opens again, with its counts, coins and what a crash left behind",
          "[chain][prune]") {
    const TemporaryFolder folder;
    Node node(pruning(0, folder.path()));
    node.state->allow_pruning(no_limit);
    extend_fat(node, 40);
    node.extend(kept);
    const auto before = node.coins_hash();
    const auto count = node.state->view()->tip().chain_tx_count.load();
    node.state->flush();
    std::filesystem::copy_file(folder.path() / "blocks/blk00001.dat", folder.path() / "left");
    node.state->prune(node.height());
    const auto first = first_stored(node);
    REQUIRE(first > 10);
    // As after a crash between index and files.
    std::filesystem::rename(folder.path() / "left", folder.path() / "blocks/blk00001.dat");

    node.reopen(false);
    CHECK_FALSE(std::filesystem::exists(folder.path() / "blocks/blk00001.dat"));
    CHECK(first_stored(node) == first);
    CHECK(node.height() == 40 + kept);
    CHECK(node.coins_hash() == before);
    CHECK(node.state->view()->tip().chain_tx_count == count);
    node.extend(3);
    CHECK_FALSE(node.state->verify(0, 0));
    CHECK(node.state->verify(4, kept));

    SECTION("not as a chain with all blocks") {
        node.state->flush();
        node.state.reset();
        node.options.prune_target.reset();
        CHECK(mentions(thrown([&] { node.open(); }), {"pruned", "-prune", "-reindex"}));
        node.options.prune_target = 0;
        node.options.reindex_chainstate = true;
        CHECK(mentions(thrown([&] { node.open(); }), {"pruned", "-reindex"}));
    }
    SECTION("a reindex begins at genesis") {
        node.options.reindex = true;
        node.reopen(true);
        CHECK(node.height() == 0);
        node.options.reindex = false;
        node.extend(4);
        node.reopen(true);
        CHECK(node.height() == 4);
    }
}

TEST_CASE("blocks that were pruned are known, cannot be taken back, and no branch starts on them",
          "[chain][prune]") {
    const TemporaryFolder folder;
    Node node(pruning(0, folder.path()));
    node.state->allow_pruning(no_limit);
    extend_fat(node, 10);
    // Blocks of a branch that lost are pruned, too.
    const auto branch = fat_branch(node, 8);
    REQUIRE(node.tip() == hash_of(branch.back()));
    REQUIRE(node.state->invalidate(hash_of(branch[0])));
    extend_fat(node, 20);
    node.extend(kept);
    const auto tip = node.tip();
    node.state->prune(node.height());
    const auto* stale = node.state->index().find(hash_of(branch.back()));
    REQUIRE(stale->is_pruned());

    const auto again = node.state->submit(branch[2]);
    CHECK_FALSE(again.is_new);
    const auto genesis = node.state->submit(node.builder.params().genesis);
    CHECK(genesis.verdict);
    CHECK_FALSE(genesis.is_new);
    node.state->reconsider(hash_of(branch[0]));
    CHECK(node.tip() == tip);
    CHECK_FALSE(node.state->invalidate(node.state->view()->at(2)->hash));
    CHECK(node.tip() == tip);
    // The branch with more work needs blocks that are gone.
    auto parent = hash_of(branch.back());
    for (const auto& block : node.builder.chain(parent, kept + 40))
        (void)node.state->submit(block);
    CHECK(node.tip() == tip);
    node.reopen(true);
    CHECK(node.tip() == tip);
    node.extend(2);
}

TEST_CASE("blocks of another branch that were pruned may come again, and the branch may win",
          "[chain][prune]") {
    const TemporaryFolder folder;
    Node node(pruning(0, folder.path()));
    node.state->allow_pruning(no_limit);
    extend_fat(node, 10);
    const auto fork = node.tip();
    const auto branch = fat_branch(node, 30);
    // Another branch wins. The files of the first hold no other block, and are removed.
    const auto other = node.builder.chain(fork, kept + 60);
    for (const auto& block : other)
        (void)node.state->submit(block);
    const auto tip = hash_of(other.back());
    REQUIRE(node.tip() == tip);
    node.state->prune(40);
    std::vector<BlockRef> gone;
    for (const auto& block : branch)
        if (node.state->index().find(hash_of(block))->is_pruned()) gone.push_back(block);
    REQUIRE(gone.size() > 10);
    REQUIRE(node.state->index().find(hash_of(other[0]))->has(has_data));

    // The first branch grows and has more work now.
    const auto top = node.builder.chain(hash_of(branch.back()), kept + 31);
    for (const auto& block : top)
        CHECK(node.state->submit(block).is_new);
    CHECK(node.tip() == tip);
    const bool restarted = GENERATE(false, true);
    if (restarted) {
        node.reopen(true);
        node.state->allow_pruning(no_limit);
        CHECK(node.tip() == tip);
    }
    for (const auto& block : gone) {
        CHECK(node.tip() == tip);
        const auto again = node.state->submit(block);
        CHECK(again.is_new);
        node.state->prune(node.height());  // they must not go before they are used
    }
    CHECK(node.tip() == hash_of(top.back()));
    node.reopen(true);
    CHECK(node.tip() == hash_of(top.back()));
}

TEST_CASE("a savepoint forbids no pruning, but one that lost its blocks is refused",
          "[chain][prune][savepoint]") {
    const TemporaryFolder folder;
    Node node(pruning(0, folder.path()));
    extend_fat(node, 40);
    node.extend(kept);
    const auto savepoint = node.state->savepoint();
    const auto coins = node.coins_hash();
    const auto height = node.height();
    extend_fat(node, 40);
    node.state->flush();
    auto limit = height - kept;
    node.state->allow_pruning([&] { return limit; });
    node.state->prune(node.height());
    REQUIRE(first_stored(node) > 10);
    REQUIRE(node.state->can_return_to(savepoint));
    node.state->return_to(savepoint);
    CHECK(node.coins_hash() == coins);
    node.reopen(false);
    CHECK(node.height() == height);
    CHECK(node.coins_hash() == coins);
    CHECK(first_stored(node) > 10);

    extend_fat(node, 40);
    node.extend(kept);
    limit = node.height();
    node.state->allow_pruning([&] { return limit; });
    node.state->prune(node.height());
    const auto refused = node.state->can_return_to(savepoint);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().find("is not stored any more") != std::string::npos);
}
