#include <test.h>

#include "fixture.h"

#include <daler/util/random.h>

#include <fmt/format.h>

#include <cstdlib>

using namespace daler;
using namespace daler::chain;
using namespace daler::test;

namespace {

/// A node in a folder to which random things happen, and its savepoints with what the node knew.
class Walk {
public:
    explicit Walk(std::uint64_t seed) : random_(seed), node_(options(folder_.path())) {
        node_.extend(5);
    }

    void step() {
        switch (random_.below(12)) {
            case 0:
            case 1:
            case 2:
                return grow(node_.tip(), 1 + random_.below(4));
            case 3:
            case 4:
                return grow(any_block(), 1 + random_.below(5));
            case 5:
                return headers(any_block(), 1 + random_.below(3));
            case 6:
                return (void)node_.state->invalidate(any_block());
            case 7:
                return node_.state->reconsider(any_block());
            case 8:
                return node_.state->prefer(any_block());
            case 9:
                return restart();
            case 10:
                return save();
            default:
                return go_back();
        }
    }
    void check_coins() { CHECK(node_.coins_hash() == replayed_hash(node_)); }

private:
    struct Saved {
        Savepoint savepoint;
        std::string state;
    };

    static ChainOptions options(const std::filesystem::path& folder) {
        auto options = Node::in_folder(folder);
        options.small_files = true;
        options.check_blocks = 0;
        return options;
    }

    BlockHash any_block() {
        const auto all = node_.state->index().all();
        // One of the last, so that branches are short.
        const auto from = all.size() - std::min<std::size_t>(all.size(), 12);
        return all[from + random_.below(all.size() - from)]->hash;
    }
    /// A new block, sometimes large, sometimes invalid.
    BlockRef block(const BlockHash& parent) {
        ChainBuilder::Plan plan;
        const std::size_t size = random_.below(4) == 0 ? 8'000 : 9;
        Bytes script(size, 0x51);
        plan.payout = Script(std::move(script));
        if (random_.below(10) == 0) plan.fees = Amount{1};
        return node_.builder.block(parent, plan);
    }
    void grow(BlockHash parent, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            const auto added = block(parent);
            (void)node_.state->submit(added);
            parent = hash_of(added);
        }
    }
    void headers(BlockHash parent, std::size_t count) {
        std::vector<BlockRef> blocks;
        for (std::size_t i = 0; i < count; ++i) {
            blocks.push_back(block(parent));
            (void)node_.state->accept_header(blocks.back()->header);
            parent = hash_of(blocks.back());
        }
        // Some blocks come without those below them.
        if (random_.below(2) == 0) (void)node_.state->submit(blocks.back());
    }
    void restart() {
        node_.options.reindex = random_.below(4) == 0;
        node_.reopen(random_.below(2) == 0);
        rebuilt_ = rebuilt_ || node_.options.reindex;
        node_.options.reindex = false;
    }
    void save() {
        rebuilt_ = rebuilt_ && !saved_.empty();
        saved_.push_back({node_.state->savepoint(), state()});
    }
    void go_back() {
        if (saved_.empty()) return;
        saved_.resize(1 + random_.below(saved_.size()));
        const auto& to = saved_.back();
        REQUIRE(node_.state->can_return_to(to.savepoint));
        node_.state->return_to(to.savepoint);
        CHECK(node_.tip() == to.savepoint.tip);
        // A rebuild does not know headers and marks, and undo data lie elsewhere.
        if (rebuilt_) return check_coins();
        CHECK(sorted(node_.state->savepoint()) == sorted(to.savepoint));
        CHECK(state() == to.state);
        if (random_.below(3) == 0) {
            node_.reopen(false);
            CHECK(state() == to.state);
        }
    }
    /// With the lists that have no order in one.
    static Savepoint sorted(Savepoint savepoint) {
        for (auto* hashes : {&savepoint.leaves, &savepoint.failed, &savepoint.connected})
            std::ranges::sort(*hashes);
        return savepoint;
    }
    std::string state() const {
        const auto view = node_.state->view();
        auto entries = node_.state->index().all();
        std::ranges::sort(entries, {}, &BlockEntry::hash);
        auto out = fmt::format("{} {} {} {}\n", view->tip().hash.to_hex(),
                               view->best_header().chainwork.to_double(),
                               node_.state->size_on_disk(), node_.state->headers_without_blocks());
        for (const auto* entry : entries) {
            out += fmt::format("{} {} {} {} {}\n", entry->hash.to_hex(), entry->status.load(),
                               entry->tx_count.load(), entry->chain_tx_count.load(),
                               entry->has(has_data) ? entry->data.load().offset : 0);
        }
        return out;
    }

    Random random_;
    TemporaryFolder folder_;
    Node node_;
    std::vector<Saved> saved_;
    bool rebuilt_ = false;
};

}  // namespace

TEST_CASE("after any walk a chain is at its savepoint as it was", "[chain][savepoint]") {
    const bool is_long = std::getenv("DALER_LONG") != nullptr;
    const auto seed = GENERATE_COPY(range(std::uint64_t{1}, std::uint64_t{is_long ? 400u : 13u}));
    INFO("seed " << seed);
    Walk walk(seed);
    for (int i = 0; i < 60; ++i)
        walk.step();
    walk.check_coins();
}
