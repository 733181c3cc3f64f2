#include <test.h>

#include "forks.h"

#include <daler/util/random.h>

using namespace daler;
using namespace daler::chain;
using namespace daler::test;

//     a1 - a2 - a3
// 0 <
//     b1 - b2 - b3 - b4
TEST_CASE("of two branches the longer wins, whatever the order of their blocks", "[chain][forks]") {
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
TEST_CASE("of equal branches the first seen stays, also over a restart", "[chain][forks]") {
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
TEST_CASE("a bad block takes down all that wait above it, and nobody else", "[chain][forks]") {
    Node node;
    Forks forks(node);
    forks.grow("0", "a1 a2 a3 x4 x5 a6 a7").grow("a3", "c4 c5 c6");
    forks.submit("a1 a2 a3");
    forks.headers("x4 x5 a6 a7");
    CHECK(forks.best_header() == "a7");
    // What stands above comes first and waits.
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
TEST_CASE("when two better branches turn out bad, the node is back where it was",
          "[chain][forks]") {
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
TEST_CASE("invalid by hand and by rule: reconsidering heals only what the rules allow",
          "[chain][forks]") {
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
