#include <test.h>

#include "forks.h"

#include <daler/util/random.h>

using namespace daler;
using namespace daler::chain;
using namespace daler::test;

//     a1 - a2 - a3
// 0 <
//     b1 - b2 - b3 - b4
TEST_CASE("the longer of two branches wins, in any order of their blocks", "[chain][forks]") {
    const auto seed = GENERATE(range(1u, 9u));
    Node node;
    Forks forks(node);
    forks.grow("0", "a1 a2 a3").grow("0", "b1 b2 b3 b4");
    CHECK(forks.headers("a1 b1 a2 b2 b3 a3 b4") == "ok ok ok ok ok ok ok");
    auto names = Forks::words("a1 a2 a3 b1 b2 b3 b4");
    Random random(seed);
    for (std::size_t i = names.size(); i > 1; --i)
        std::swap(names[i - 1], names[random.below(i)]);
    for (const auto& name : names)
        CHECK(forks.submit(name) == "ok");
    CHECK(forks.tip() == "b4");
    CHECK(forks.coins_fit());
}

//     a1 - a2
// 0 <
//     b1 - b2 - b3
TEST_CASE("the branch seen first stays the best of two equal ones, also after a restart",
          "[chain][forks]") {
    Node node;
    Forks forks(node);
    forks.grow("0", "a1 a2").grow("0", "b1 b2 b3");
    forks.submit("a1 b1 b2 a2");
    CHECK(forks.tip() == "b2");
    forks.invalidate("b2");
    CHECK(forks.tip() == "a2");
    forks.reconsider("b2");
    CHECK(forks.tip() == "b2");
    forks.submit("b3");
    CHECK(forks.tip() == "b3");
    CHECK(forks.coins_fit());
}

//                  c4 - c5 - c6
//                /
// 0 - a1 - a2 - a3 - x4 - x5 - a6 - a7
TEST_CASE("an invalid block makes the blocks above it invalid, and no others", "[chain][forks]") {
    Node node;
    Forks forks(node);
    forks.grow("0", "a1 a2 a3 x4 x5 a6 a7").grow("a3", "c4 c5 c6");
    forks.submit("a1 a2 a3");
    forks.headers("x4 x5 a6 a7");
    CHECK(forks.best_header() == "a7");
    // The blocks above come first and wait.
    CHECK(forks.submit("x5 a6 a7") == "ok ok ok");
    CHECK(forks.tip() == "a3");
    CHECK(forks.submit("x4") == "bad-cb-amount");
    CHECK(forks.tip() == "a3");
    CHECK(forks.best_header() == "a3");
    for (const auto* name : {"x4", "x5", "a6", "a7"})
        CHECK(forks.is_failed(name));
    CHECK_FALSE(forks.is_failed("a3"));
    CHECK(forks.submit("a7 x5") == "duplicate-invalid duplicate-invalid");
    CHECK(forks.submit("c4 c5 c6") == "ok ok ok");
    CHECK(forks.tip() == "c6");
    CHECK(forks.coins_fit());
}

//     a1 - a2 - a3 - a4
// 0 <
//     b1 - b2 - b3 - x4 - b5
//            \.
//              c3 - x4' - c5
TEST_CASE("if two better branches are invalid, the node returns to its old tip", "[chain][forks]") {
    Node node;
    Forks forks(node);
    forks.grow("0", "a1 a2 a3 a4").grow("0", "b1 b2 b3 x4 b5").grow("b2", "c3 x4' c5");
    forks.submit("a1 a2 a3 a4");
    const auto coins = node.coins_hash();
    CHECK(forks.submit("b1 b2 b3 x4 c3 x4'") == "ok ok ok ok ok ok");
    CHECK(forks.tip() == "a4");
    CHECK(forks.submit("b5 c5") == "ok ok");
    CHECK(forks.tip() == "a4");
    CHECK(node.coins_hash() == coins);
    CHECK(forks.is_failed("x4"));
    CHECK(forks.is_failed("b5"));
    CHECK(forks.is_failed("x4'"));
    CHECK(forks.is_failed("c5"));
    CHECK_FALSE(forks.is_failed("b3"));
    CHECK_FALSE(forks.is_failed("c3"));
}

//     a1 - a2 - a3 - a4
// 0 <
//     b1 - b2 - b3
TEST_CASE("reconsidering a block does not help one that breaks a rule", "[chain][forks]") {
    Node node;
    Forks forks(node);
    forks.grow("0", "a1 a2 a3 a4").grow("0", "b1 b2 b3").grow("a4", "x5");
    forks.submit("a1 a2 a3 a4 b1 b2 b3 x5");
    CHECK(forks.tip() == "a4");
    forks.invalidate("a2");
    CHECK(forks.tip() == "b3");
    CHECK(forks.is_failed("a4"));
    forks.invalidate("b1");
    CHECK(forks.tip() == "a1");
    CHECK(forks.coins_fit());
    forks.reconsider("b1");
    CHECK(forks.tip() == "b3");
    forks.reconsider("x5");
    CHECK(forks.tip() == "a4");
    CHECK(forks.is_failed("x5"));
    CHECK_FALSE(forks.is_failed("a4"));
    CHECK(forks.coins_fit());
}

// 0 - a1 - a2 - a3 - a4
//         \.
//          b2 - b3
TEST_CASE("marks of invalid blocks survive a restart", "[chain][forks]") {
    const bool flush = GENERATE(true, false);
    const TemporaryFolder folder;
    Node node(Node::in_folder(folder.path()));
    Forks forks(node);
    forks.grow("0", "a1 a2 a3 a4").grow("a1", "b2 b3").grow("b3", "x4");
    forks.submit("a1 a2 a3 a4 b2 b3");
    forks.invalidate("a3");
    CHECK(forks.tip() == "b3");
    CHECK(forks.submit("x4") == "bad-cb-amount");
    node.reopen(flush);
    CHECK(forks.tip() == "b3");
    CHECK(forks.is_failed("a3"));
    CHECK(forks.is_failed("a4"));
    CHECK(forks.is_failed("x4"));
    CHECK(forks.coins_fit());
    forks.reconsider("a3");
    CHECK(forks.tip() == "a4");
    CHECK(forks.coins_fit());
}

//          a2 - a3 - ... - a301
// 0 - a1 <
//          b2 - b3 - ... - b302
TEST_CASE("301 blocks with transactions replace 300, and the 300 can come back", "[chain][forks]") {
    Node node;
    Forks forks(node);
    forks.grow("0", "a1").grow("a1", "a", 2, 301).grow("a1", "b", 2, 302);
    forks.start(Forks::range("a", 1, 301));
    forks.finish();
    CHECK(forks.tip() == "a301");
    const auto coins = node.coins_hash();
    forks.start(Forks::range("b", 2, 302));
    forks.finish();
    CHECK(forks.tip() == "b302");
    CHECK(forks.coins_fit());
    forks.invalidate("b2");
    CHECK(forks.tip() == "a301");
    CHECK(node.coins_hash() == coins);
    forks.reconsider("b2");
    CHECK(forks.tip() == "b302");
    CHECK(forks.coins_fit());
}

// 0 - a1 - a2 - a3 - a4 - a5        open when the others come
//         \.
//          b2 - b3 - ? - b5 - b6     ?: s4 or x4
TEST_CASE("a reorganisation of open blocks that fails returns to them", "[chain][forks][open]") {
    const std::string bad = GENERATE("s4", "x4");
    Node node;
    Forks forks(node);
    forks.grow("0", "a1 a2 a3 a4 a5").grow("a1", "b2 b3 " + bad + " b5 b6");
    forks.hold();
    forks.start("a1 a2 a3 a4 a5");
    CHECK(forks.tip() != "a5");
    forks.start("b2 b3 " + bad + " b5");
    CHECK(forks.failed_of("b2 b3 " + bad + " b5") == "");
    forks.start("b6");
    forks.finish();
    CHECK(forks.tip() == "a5");
    CHECK(forks.failed_of("a1 a2 a3 a4 a5 b2 b3 " + bad + " b5 b6") == bad + " b5 b6");
    CHECK(forks.best_header() == "a5");
    CHECK(forks.coins_fit());
}

//     a1 - a2 - a3      open when the others come
// 0 <
//     b1 - b2 - b3 - b4
TEST_CASE("the branch seen first wins among equal ones, also while it is open",
          "[chain][forks][open]") {
    Node node;
    Forks forks(node);
    forks.grow("0", "a1 a2 a3").grow("0", "b1 b2 b3 b4");
    forks.headers("b1 b2 b3");
    forks.hold();
    forks.start("a1 a2 a3");
    CHECK(forks.tip() != "a3");
    forks.start("b1 b2 b3");
    forks.finish();
    CHECK(forks.tip() == "a3");
    forks.hold();
    forks.start("b4");
    CHECK(forks.finish() == "b4:ok");
    CHECK(forks.tip() == "b4");
    CHECK(forks.coins_fit());
}

// 0 - a1 - a2 - a3 - ? - a5 - a6 - a7     ?: s4 or x4
//                 \.
//                  c4 - c5
TEST_CASE("an invalid block closes the open blocks above it, and none below",
          "[chain][forks][open]") {
    const std::string bad = GENERATE("s4", "x4");
    const std::string why = bad == "s4" ? "mandatory-script-verify-flag-failed" : "bad-cb-amount";
    Node node;
    Forks forks(node);
    forks.grow("0", "a1 a2 a3 " + bad + " a5 a6 a7").grow("a3", "c4 c5");
    forks.hold();
    forks.start("a1 a2 a3 " + bad);
    std::string told = forks.verdicts();
    forks.start("a5 a6 a7");
    told += " " + forks.verdicts() + " " + forks.finish();
    // In order. Blocks above that were stored before the verdict are not to blame.
    const auto words = Forks::words(told);
    const std::string a5 = bad == "s4" ? "a5:ok" : "a5:bad-prevblk";
    REQUIRE(words.size() == 7);
    CHECK(words[2] == "a3:ok");
    CHECK(words[3] == bad + ":" + why);
    CHECK(words[4] == a5);
    CHECK(forks.tip() == "a3");
    CHECK(forks.best_header() == "a3");
    CHECK(forks.failed_of("a1 a2 a3 " + bad) == bad);
    if (bad == "s4") CHECK(forks.failed_of("a5 a6 a7") == "a5 a6 a7");
    // The coins they spent can be spent by others.
    forks.hold();
    forks.start("c4 c5");
    CHECK(forks.finish() == "c4:ok c5:ok");
    CHECK(forks.tip() == "c5");
    CHECK(forks.coins_fit());
}

// 0 - a1 - a2 - a3 - s4 - a5 - a6 - a7 - a8      headers known, blocks in any order
TEST_CASE(
    "a chain of headers whose middle block is bad leads to that block, in whatever order "
    "the blocks come",
    "[chain][forks][open]") {
    const auto seed = GENERATE(range(1u, 13u));
    const std::string bad = seed % 2 == 0 ? "s4" : "x4";
    Node node;
    Forks forks(node);
    forks.grow("0", "a1 a2 a3 " + bad + " a5 a6 a7 a8");
    forks.headers("a1 a2 a3 " + bad + " a5 a6 a7 a8");
    CHECK(forks.best_header() == "a8");
    auto names = Forks::words("a1 a2 a3 " + bad + " a5 a6 a7");
    Random random(seed);
    for (std::size_t i = names.size(); i > 1; --i)
        std::swap(names[i - 1], names[random.below(i)]);
    if (seed > 6) forks.hold();
    for (const auto& name : names)
        forks.start(name);
    forks.finish();
    CHECK(forks.tip() == "a3");
    CHECK(forks.best_header() == "a3");
    CHECK(forks.failed_of("a1 a2 a3 " + bad + " a5 a6 a7 a8") == bad + " a5 a6 a7 a8");
    CHECK(forks.submit("a8") == "duplicate-invalid");
    CHECK(forks.coins_fit());
}

// 0 - a1 - a2 - a3 - a4      open
//         \.
//          b2 - b3
TEST_CASE("blocks that are open when the user invalidates one of them are confirmed first",
          "[chain][forks][open]") {
    Node node;
    Forks forks(node);
    forks.grow("0", "a1 a2 a3 a4").grow("a1", "b2 b3");
    forks.hold();
    forks.start("a1 a2 a3 a4 b2 b3");
    forks.invalidate("a3");
    CHECK(forks.failed_of("a1 a2 a3 a4") == "a3 a4");
    CHECK(forks.tip() == "b3");
    CHECK(forks.coins_fit());
    forks.reconsider("a3");
    CHECK(forks.tip() == "a4");
    forks.finish();
    CHECK(forks.coins_fit());
}

//          a2 - a3 - s4 - a5
// 0 - a1 <
//          b2 - b3 - b4 - x5 - b6 - b7
//                 \.
//                  c4 - c5 - c6
TEST_CASE("the same blocks lead to the same tip, in any order and with any number open",
          "[chain][forks][open]") {
    const auto seed = GENERATE(range(1u, 21u));
    const std::string all = "a1 a2 a3 s4 a5 b2 b3 b4 x5 b6 b7 c4 c5 c6";
    Node node;
    Forks forks(node);
    forks.grow("0", "a1 a2 a3 s4 a5").grow("a1", "b2 b3 b4 x5 b6 b7").grow("b3", "c4 c5 c6");
    forks.headers(all);
    auto names = Forks::words(all);
    Random random(seed);
    for (std::size_t i = names.size(); i > 1; --i)
        std::swap(names[i - 1], names[random.below(i)]);
    for (const auto& name : names) {
        if (random.below(4) == 0) forks.hold();
        forks.start(name);
        if (random.below(3) == 0) forks.release();
        if (random.below(5) == 0) node.state->maintain();
    }
    forks.finish();
    CHECK(forks.tip() == "c6");
    CHECK(forks.best_header() == "c6");
    CHECK(forks.failed_of("b2 b3 b4 x5 b6 b7 c4 c5 c6") == "x5 b6 b7");
    CHECK(forks.failed_of("a1 a2 a3") == "");
    CHECK(forks.coins_fit());
}
