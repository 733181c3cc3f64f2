#include <test.h>

#include "forks.h"

#include <fmt/format.h>

#include <thread>

using namespace daler;
using namespace daler::chain;
using namespace daler::test;

namespace {

enum class Restart : std::uint8_t { none, after_kill, in_order };

void restart(Node& node, Restart how) {
    if (how != Restart::none) node.reopen(how == Restart::in_order);
}

std::string text(FilePosition position) {
    return position.is_null() ? "-" : fmt::format("{}:{}", position.file, position.offset);
}

/// All that a chain knows, and the size of its files.
std::string state_of(const Node& node) {
    const auto view = node.state->view();
    auto entries = node.state->index().all();
    std::ranges::sort(entries, {}, [](const auto* entry) { return entry->hash.to_hex(); });
    std::string out = fmt::format("tip {} best header {} bytes {} headers {}\n",
                                  view->tip().hash.to_hex(), view->best_header().hash.to_hex(),
                                  node.state->size_on_disk(), node.state->headers_without_blocks());
    for (const auto* entry : entries) {
        out += fmt::format("{} height {} status {} txs {} {} data {} undo {}\n",
                           entry->hash.to_hex(), entry->height, entry->status.load(),
                           entry->tx_count.load(), entry->chain_tx_count.load(),
                           text(entry->data.load()), text(entry->undo.load()));
    }
    return out;
}

/// Records events by the names of heights, and the entries that were forgotten.
class Recorder final : public ChainObserver {
public:
    void block_connected(const BlockEntry& entry, const BlockRef&,
                         const std::shared_ptr<const coins::BlockUndo>&) override {
        events += fmt::format("+{} ", entry.height);
    }
    void block_disconnected(const BlockEntry& entry, const BlockRef&) override {
        events += fmt::format("-{} ", entry.height);
    }
    void tip_changed(const std::shared_ptr<const ChainView>& view) override {
        events += fmt::format("={} ", view->height());
    }
    void blocks_forgotten(const std::vector<const BlockEntry*>& entries) override {
        events += fmt::format("forgotten {}", entries.size());
    }
    std::string events;
};

/// Returns to `savepoint` and checks that all is as it was: now, after a second return, after a
/// kill, and after -reindex.
void check_return(Node& node, const Savepoint& savepoint, const std::string& before,
                  const Hash256& coins) {
    REQUIRE(node.state->can_return_to(savepoint));
    node.state->return_to(savepoint);
    CHECK(state_of(node) == before);
    CHECK(node.coins_hash() == coins);
    CHECK(node.coins_hash() == replayed_hash(node));
    CHECK(node.state->savepoint() == savepoint);
    node.state->return_to(savepoint);
    CHECK(state_of(node) == before);
    if (node.options.in_memory) return;
    node.reopen(false);
    CHECK(state_of(node) == before);
    CHECK(node.coins_hash() == coins);
}

}  // namespace

//  0 - a1 - a2 - a3 - a4 - a5 - a6
TEST_CASE("a chain returns to an earlier tip and forgets the later blocks", "[chain][savepoint]") {
    const bool on_disk = GENERATE(false, true);
    const bool flushed = GENERATE(false, true);
    const TemporaryFolder folder;
    Node node(on_disk ? Node::in_folder(folder.path()) : Node::in_memory());
    Forks forks(node);
    forks.grow("0", "a1 a2 a3 a4 a5 a6");
    forks.submit("a1 a2 a3");
    const auto before = state_of(node);
    const auto coins = node.coins_hash();
    const auto savepoint = node.state->savepoint();
    CHECK(state_of(node) == before);
    const auto* a5 = [&] {
        forks.submit("a4 a5 a6");
        return node.state->index().find(forks.hash("a5"));
    }();
    REQUIRE(a5);
    if (flushed) node.state->flush();

    Recorder recorder;
    node.state->add_observer(recorder);
    REQUIRE(node.state->can_return_to(savepoint));
    node.state->return_to(savepoint);
    CHECK(recorder.events == "-6 -5 -4 =3 forgotten 3");
    CHECK(a5->is_forgotten());
    CHECK(node.state->read_block(*a5) == nullptr);
    CHECK(node.state->index().find(forks.hash("a5")) == nullptr);
    CHECK(a5->still_known().hash == forks.hash("a3"));
    check_return(node, savepoint, before, coins);

    // The same blocks come again, as new ones.
    CHECK(forks.submit("a4 a5 a6") == "ok ok ok");
    CHECK(forks.tip() == "a6");
    const auto* again = node.state->index().find(forks.hash("a5"));
    REQUIRE(again);
    CHECK_FALSE(again->is_forgotten());
    CHECK(forks.coins_fit());
    check_return(node, savepoint, before, coins);
}

//            b3 - b4 - b5
//          /
//  0 - a1 - a2 - a3 - a4 - c5 - c6
TEST_CASE("a chain returns over reorganisations in both directions", "[chain][savepoint]") {
    const auto how = GENERATE(Restart::none, Restart::after_kill, Restart::in_order);
    const TemporaryFolder folder;
    Node node(Node::in_folder(folder.path()));
    Forks forks(node);
    forks.grow("0", "a1 a2 a3 a4 c5 c6").grow("a2", "b3 b4 b5");
    forks.submit("a1 a2 a3 b3 a4");
    const auto before = state_of(node);
    const auto coins = node.coins_hash();
    const auto savepoint = node.state->savepoint();

    SECTION("to the other branch, whose first block was known") {
        forks.submit("b4 b5");
        REQUIRE(forks.tip() == "b5");
        restart(node, how);
        check_return(node, savepoint, before, coins);
        // The tip comes first among those of equal work.
        forks.submit("b4");
        CHECK(forks.tip() == "a4");
    }
    SECTION("there and back") {
        forks.submit("b4 b5 c5 c6");
        REQUIRE(forks.tip() == "c6");
        node.state->flush();
        check_return(node, savepoint, before, coins);
    }
    SECTION("below the savepoint, by invalidating its blocks") {
        forks.invalidate("a2");
        REQUIRE(forks.tip() == "a1");
        check_return(node, savepoint, before, coins);
    }
    SECTION("after a rebuild") {
        forks.submit("b4 b5");
        node.options.reindex = true;
        node.reopen(true);
        REQUIRE(forks.tip() == "b5");
        node.options.reindex = false;
        REQUIRE(node.state->can_return_to(savepoint));
        node.state->return_to(savepoint);
        CHECK(forks.tip() == "a4");
        CHECK(node.coins_hash() == coins);
        CHECK(node.state->savepoint() == savepoint);
    }
}

//      a1 - a2 - a3          h4 - h5
//    /                     /
//  0 - b1 - b2 - b3 - b4 <
//    \ d1                  \ i4
TEST_CASE("side branches, marks and headers are as they were", "[chain][savepoint]") {
    const auto how = GENERATE(Restart::none, Restart::after_kill, Restart::in_order);
    const TemporaryFolder folder;
    Node node(Node::in_folder(folder.path()));
    Forks forks(node);
    forks.grow("0", "a1 a2 a3").grow("0", "b1 b2 b3 b4").grow("0", "d1");
    forks.grow("b3", "h4 h5").grow("b3", "i4").grow("b4", "s5");
    forks.submit("a1 a2 d1 b1 b2 b3 s5");
    forks.invalidate("d1");
    forks.headers("h4 h5");
    const auto before = state_of(node);
    const auto coins = node.coins_hash();
    const auto savepoint = node.state->savepoint();
    REQUIRE(forks.tip() == "b3");
    CHECK(forks.best_header() == "h5");

    SECTION("when blocks of known headers came") {
        forks.submit("h4 h5 a3");
        REQUIRE(forks.tip() == "h5");
    }
    SECTION("when headers came") {
        forks.headers("a3 i4 b4");
    }
    SECTION("when an invalid block came") {
        forks.submit("b4 s5");
        CHECK(forks.failed_of("b4 s5 d1") == "s5 d1");
    }
    SECTION("when blocks were marked") {
        forks.invalidate("b2");
        forks.reconsider("d1");
        REQUIRE(forks.tip() == "a2");
        CHECK(forks.failed_of("b2 b3 h5 d1") == "b2 b3 h5");
    }
    restart(node, how);
    check_return(node, savepoint, before, coins);
    CHECK(forks.best_header() == "h5");
    CHECK(forks.failed_of("b2 b3 h5 d1") == "d1");
}

//      a1 - a2
//    /
//  0 - b1 - b2
//    \ c1 - c2 - c3
TEST_CASE("a preference among blocks of equal work returns", "[chain][savepoint]") {
    Node node;
    Forks forks(node);
    forks.grow("0", "a1 a2").grow("0", "b1 b2").grow("0", "c1 c2 c3");
    forks.submit("a1 a2 b1 b2 c1 c2");
    node.state->prefer(forks.hash("b2"));
    REQUIRE(forks.tip() == "b2");
    const auto savepoint = node.state->savepoint();
    node.state->prefer(forks.hash("c2"));
    REQUIRE(forks.tip() == "c2");
    node.state->return_to(savepoint);
    CHECK(forks.tip() == "b2");
    CHECK(node.state->savepoint() == savepoint);
    forks.invalidate("b2");
    CHECK(forks.tip() == "a2");
    forks.reconsider("b2");
    CHECK(forks.tip() == "b2");
    forks.submit("c3");
    CHECK(forks.tip() == "c3");
    node.state->return_to(savepoint);
    CHECK(forks.tip() == "b2");
    node.state->prefer(forks.hash("a2"));
    CHECK(forks.tip() == "a2");
}

TEST_CASE("a chain returns over several block files", "[chain][savepoint]") {
    const TemporaryFolder folder;
    auto options = Node::in_folder(folder.path());
    options.small_files = true;
    options.random_xor_key = true;
    Node node(options);
    const auto fat = [&](std::size_t count) {
        ChainBuilder::Plan plan;
        plan.payout = Script(Bytes(9'000, 0x51));
        for (std::size_t i = 0; i < count; ++i) {
            const auto block = node.builder.block(node.tip(), plan);
            node.extend({&block, 1});
        }
    };
    fat(20);
    const auto before = state_of(node);
    const auto coins = node.coins_hash();
    const auto savepoint = node.state->savepoint();
    REQUIRE(savepoint.files_end.file > 1);
    fat(40);
    node.state->flush();
    fat(10);
    check_return(node, savepoint, before, coins);
    const auto last = fmt::format("blocks/blk{:05}.dat", savepoint.files_end.file + 1);
    CHECK_FALSE(std::filesystem::exists(folder.path() / last));
    fat(10);
    check_return(node, savepoint, before, coins);
    node.options.reindex = true;
    node.reopen(true);
    CHECK(node.state->savepoint() == savepoint);
    CHECK(node.coins_hash() == coins);
}

TEST_CASE("a rebuild does not bring back what was forgotten", "[chain][savepoint]") {
    const TemporaryFolder folder;
    Node node(Node::in_folder(folder.path()));
    Forks forks(node);
    forks.grow("0", "a1 a2 a3").grow("a1", "b2 b3 b4");
    forks.submit("a1 a2");
    const auto savepoint = node.state->savepoint();
    forks.submit("a3 b2 b3 b4");
    node.state->return_to(savepoint);
    node.options.reindex = true;
    node.reopen(false);
    CHECK(forks.tip() == "a2");
    CHECK(node.state->index().size() == 3);
    CHECK(forks.submit("a3 b2 b3 b4") == "ok ok ok ok");
    CHECK(forks.tip() == "b4");
    CHECK(forks.coins_fit());
}

TEST_CASE("a savepoint that cannot be reached is refused, and nothing changes",
          "[chain][savepoint]") {
    Node node;
    Forks forks(node);
    forks.grow("0", "a1 a2 a3");
    forks.submit("a1");
    const auto first = node.state->savepoint();
    forks.submit("a2");
    const auto later = node.state->savepoint();
    node.state->return_to(first);
    const auto before = state_of(node);
    const auto refused = node.state->can_return_to(later);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().find(forks.hash("a2").to_hex()) != std::string::npos);
    CHECK(state_of(node) == before);

    // The block has come again, but to another place.
    auto moved = first;
    moved.files_end.offset -= 1000;
    CHECK_FALSE(node.state->can_return_to(moved));
    moved.files_end.offset += 2000;
    CHECK_FALSE(node.state->can_return_to(moved));
}

TEST_CASE("a savepoint survives its bytes, and damaged bytes are refused", "[chain][savepoint]") {
    Savepoint savepoint;
    savepoint.tip.bytes[0] = 1;
    savepoint.files_end = {3, 77};
    savepoint.leaves.resize(2);
    savepoint.failed.resize(1);
    savepoint.preference.resize(300);
    savepoint.preference[7].bytes[31] = 9;
    const auto bytes = encode(savepoint);
    const auto again = decode_savepoint(bytes);
    REQUIRE(again);
    CHECK(*again == savepoint);
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, std::size_t{40}, bytes.size() - 1})
        CHECK_FALSE(decode_savepoint(ByteSpan(bytes).first(size)));
    auto longer = bytes;
    longer.push_back(0);
    CHECK_FALSE(decode_savepoint(longer));
    longer = bytes;
    longer[0] = 2;
    CHECK_FALSE(decode_savepoint(longer));
    // A count of more hashes than there are bytes takes no memory.
    Bytes huge(bytes.begin(), bytes.begin() + 41);
    const Bytes count{0xfe, 0xff, 0xff, 0xff, 0x01};
    huge.insert(huge.end(), count.begin(), count.end());
    CHECK_FALSE(decode_savepoint(huge));
}

TEST_CASE("other threads read blocks while these are forgotten", "[chain][savepoint]") {
    Node node;
    node.extend(5);
    const auto savepoint = node.state->savepoint();
    std::atomic<bool> stop{false};
    std::atomic<int> found{0};
    std::string trouble;
    std::thread reader([&] {
        try {
            while (!stop) {
                const auto view = node.state->view();
                const auto& entry = view->tip();
                const auto block = node.state->read_block(entry);
                if (block && hash_of(block) != entry.hash) trouble = "another block";
                (void)node.state->read_undo(entry);
                found += block ? 1 : 0;
            }
        } catch (const std::exception& error) {
            trouble = error.what();
        }
    });
    ChainBuilder::Plan plan;
    // Enough rounds for the reader to see some of them.
    for (int i = 0; i < 200 || (found < 200 && trouble.empty()); ++i) {
        plan.payout = Script(Bytes(static_cast<std::size_t>(i % 7) * 100 + 9, 0x51));
        for (int k = 0; k < 3; ++k) {
            const auto block = node.builder.block(node.tip(), plan);
            node.extend({&block, 1});
        }
        node.state->return_to(savepoint);
    }
    stop = true;
    reader.join();
    CHECK(trouble == "");
}
