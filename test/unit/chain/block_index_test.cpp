#include <test.h>

#include <chain_builder.h>
#include <daler/chain/chain_view.h>
#include <daler/util/random.h>

using namespace daler;
using namespace daler::chain;

namespace {

// A random tree without proof of work: the index does not ask for any.
struct Tree {
    BlockIndex index;
    std::vector<const BlockEntry*> entries;

    Tree(std::size_t size, std::uint64_t seed, std::size_t window) {
        Random random(seed);
        BlockHeader header = regtest_params().genesis->header;
        entries.push_back(&index.insert(header, header.hash()));
        while (entries.size() < size) {
            const auto back = random.below(std::min(window, entries.size()));
            const auto& parent = *entries[entries.size() - 1 - back];
            header.previous = parent.hash;
            header.nonce = static_cast<std::uint32_t>(entries.size());
            header.time = parent.header.time + static_cast<std::uint32_t>(random.below(100));
            entries.push_back(&index.insert(header, header.hash()));
        }
    }
};

const BlockEntry* naive_ancestor(const BlockEntry* entry, Height height) {
    while (entry && entry->height > height)
        entry = entry->previous;
    return entry && entry->height == height ? entry : nullptr;
}

const BlockEntry* naive_common(const BlockEntry* a, const BlockEntry* b) {
    while (a != b)
        if (a->height >= b->height)
            a = a->previous;
        else
            b = b->previous;
    return a;
}

}  // namespace

TEST_CASE("ancestors and forks are those found step by step", "[chain]") {
    const auto window = GENERATE(1u, 3u, 50u);
    const Tree tree(2000, 5, window);
    Random random(6);
    for (int i = 0; i < 3000; ++i) {
        const auto* a = tree.entries[random.below(tree.entries.size())];
        const auto* b = tree.entries[random.below(tree.entries.size())];
        const auto height = static_cast<Height>(random.below(2000)) - 5;
        CHECK(a->ancestor(height) == naive_ancestor(a, height));
        CHECK(last_common_ancestor(a, b) == naive_common(a, b));
        CHECK(a->is_ancestor_of(*b) == (naive_common(a, b) == a));
    }
}

TEST_CASE("a walk to any ancestor takes few steps", "[chain]") {
    const Tree tree(20'000, 5, 1);
    const auto* tip = tree.entries.back();
    for (Height height = 0; height < tip->height; height += 37) {
        std::size_t steps = 0;
        const auto* at = tip;
        while (at->height != height) {
            at = at->skip && at->skip->height >= height ? at->skip : at->previous;
            ++steps;
        }
        CHECK(steps < 60);
    }
}

TEST_CASE("the median time is that of up to eleven blocks", "[chain]") {
    const Tree tree(40, 9, 1);
    for (const auto* entry : tree.entries) {
        std::vector<std::uint32_t> times;
        for (const auto* at = entry; at && times.size() < 11; at = at->previous)
            times.push_back(at->header.time);
        std::ranges::sort(times);
        CHECK(entry->median_time_past == from_unix(times[times.size() / 2]));
    }
}

TEST_CASE("a locator finds the last block that both sides share", "[chain]") {
    const Tree tree(3000, 11, 20);
    const auto* tip = tree.entries.back();
    const ChainView view(*tip, *tip, false);
    Random random(12);
    for (int i = 0; i < 200; ++i) {
        const auto* other = tree.entries[random.below(tree.entries.size())];
        const auto locator = ChainView::locator_from(*other);
        CHECK(locator.front() == other->hash);
        CHECK(locator.back() == tree.entries.front()->hash);
        CHECK(locator.size() < 40);
        const auto& fork = view.find_fork(tree.index, locator);
        CHECK(view.contains(fork));
        CHECK(fork.is_ancestor_of(*other));
    }
    // One that is ahead of us on our own chain: our tip.
    const ChainView behind(*tip->ancestor(10), *tip, false);
    CHECK(&behind.find_fork(tree.index, ChainView::locator_from(*tip)) == tip->ancestor(10));
    CHECK(&view.find_fork(tree.index, {}) == tree.entries.front());
}

TEST_CASE("a view knows its blocks and their successors", "[chain]") {
    const Tree tree(100, 13, 4);
    const auto* tip = tree.entries.back();
    const ChainView view(*tip, *tip, true);
    CHECK(view.at(-1) == nullptr);
    CHECK(view.at(tip->height + 1) == nullptr);
    CHECK(view.next(*tip) == nullptr);
    CHECK(view.next(*view.at(3)) == view.at(4));
    for (const auto* entry : tree.entries)
        CHECK(view.contains(*entry) == (view.at(entry->height) == entry));
}

TEST_CASE("a forgotten entry stays readable, and its header gets a new one", "[chain]") {
    Tree tree(20, 5, 1);
    auto& index = tree.index;
    std::vector<BlockEntry*> later;
    for (std::size_t i = 15; i < 20; ++i)
        later.push_back(index.find(tree.entries[i]->hash));
    const auto& old = *later.front();
    index.forget(later);
    CHECK(index.size() == 15);
    CHECK(index.last_sequence() == 20);
    CHECK(index.all() == std::vector(tree.entries.begin(), tree.entries.begin() + 15));
    CHECK(index.find(old.hash) == nullptr);
    CHECK(old.is_forgotten());
    CHECK(index.was_forgotten(old.hash));
    CHECK_FALSE(index.was_forgotten(tree.entries[14]->hash));
    CHECK_FALSE(index.was_forgotten(BlockHash{}));
    CHECK(old.height == 15);
    CHECK(&later.back()->still_known() == tree.entries[14]);
    CHECK(&tree.entries[3]->still_known() == tree.entries[3]);
    CHECK(last_common_ancestor(later.back(), tree.entries[7]) == tree.entries[7]);

    auto& again = index.insert(old.header, old.hash);
    CHECK(&again != &old);
    CHECK(again.previous == old.previous);
    CHECK(again.sequence == 21);
    CHECK_FALSE(again.is_forgotten());
    CHECK(index.find(old.hash) == &again);
    CHECK_FALSE(index.was_forgotten(old.hash));
}
