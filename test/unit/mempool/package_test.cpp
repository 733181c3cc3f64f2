#include "fixture.h"

#include <test.h>

using namespace daler;
using namespace daler::test;

namespace {

using Package = std::vector<TransactionRef>;
using Texts = std::vector<std::string>;

/// For each transaction "ok", the reason, or "" if there is no verdict; the package's error first.
Texts verdicts(Fixture& f, const Package& package) {
    const auto judged = f.pool.test_package(package, f.now);
    Texts out{judged.error};
    for (const auto& result : judged.results) {
        out.push_back(!result               ? ""
                      : result->has_value() ? "ok"
                                            : consensus::to_text(result->error().rejection));
    }
    return out;
}

TransactionRef child_of(const TransactionRef& parent, std::int64_t fee = 1000,
                        std::uint32_t version = 2) {
    return make(
        {.from = {output_of(parent)}, .in = value_of(parent), .fee = fee, .version = version});
}

Package chain_from(const OutPoint& coin, int length, std::int64_t value = coin_value) {
    Package out{make({.from = {coin}, .in = value})};
    while (static_cast<int>(out.size()) < length)
        out.push_back(child_of(out.back()));
    return out;
}

}  // namespace

TEST_CASE("children in a package may spend the outputs of their parents", "[mempool][package]") {
    Fixture f;
    const auto package = chain_from(f.coin(), 3);
    CHECK(verdicts(f, package) == Texts{"", "ok", "ok", "ok"});
    CHECK(f.pool.size() == 0);
    CHECK(f.events.empty());
    const auto judged = f.pool.test_package(package, f.now);
    CHECK(judged.results[2]->value().fee == Amount{1000});
    CHECK(judged.results[2]->value().vsize == package[2]->vsize());

    // An output that the parent does not have is missing.
    const auto missing = make({.from = {output_of(package[0], 1)}, .in = value_of(package[0])});
    CHECK(verdicts(f, {package[0], missing}) == Texts{"", "", "bad-txns-inputs-missingorspent"});
    // Parents may be in the mempool as well as in the package.
    const auto here = f.add({.from = {f.coin()}});
    const auto both = make({.from = {output_of(here), output_of(package[0])},
                            .in = value_of(here) + value_of(package[0])});
    CHECK(verdicts(f, {package[0], both}) == Texts{"", "ok", "ok"});
}

TEST_CASE("after a transaction of a package has failed, the others have no result",
          "[mempool][package]") {
    Fixture f;
    const auto good = make({.from = {f.coin()}});
    const auto poor = make({.from = {f.coin()}, .fee = 0});
    const auto last = make({.from = {f.coin()}});
    const auto answer = verdicts(f, {good, poor, last});
    CHECK(answer[0].empty());
    CHECK(answer[1].empty());
    CHECK(answer[2].starts_with("min relay fee not met"));
    CHECK(answer[3].empty());

    // Scripts are checked last: by then the transactions before have a result.
    Transaction broken = *make({.from = {f.coin()}});
    broken.inputs[0].witness = {{0x52}};
    const auto wrong = seal(std::move(broken));
    const auto scripts = verdicts(f, {good, wrong, last});
    CHECK(scripts[1] == "ok");
    CHECK(scripts[2].starts_with("mandatory-script-verify-flag-failed"));
    CHECK(scripts[3].empty());
    CHECK(verdicts(f, {wrong, poor})[1].empty());
}

TEST_CASE("an error of the package as a whole is reported for the package", "[mempool][package]") {
    Fixture f;
    const auto package = chain_from(f.coin(), 2);
    CHECK(verdicts(f, {package[1], package[0]}) == Texts{"package-not-sorted", "", ""});
    CHECK(verdicts(f, {package[0], package[0]}) == Texts{"package-contains-duplicates", "", ""});
}

TEST_CASE("a package replaces nothing and repeats nothing", "[mempool][package]") {
    Fixture f;
    const auto coin = f.coin();
    const auto old = f.add({.from = {coin}});
    const auto other = make({.from = {f.coin()}});
    const auto better = make({.from = {coin}, .fee = 50'000});
    CHECK(verdicts(f, {better, other}) == Texts{"", "bip125-replacement-disallowed", ""});
    CHECK(verdicts(f, {old, other}) == Texts{"", "txn-already-in-mempool", ""});
}

TEST_CASE("the transactions of a package count as relatives of each other",
          "[mempool][package][limits]") {
    const std::string limits = "package-mempool-limits, ";
    Fixture f;
    const auto above = f.add_chain(20);
    const auto with = [&](int length) {
        return verdicts(f, chain_from(output_of(above.back()), length, value_of(above.back())))[0];
    };
    CHECK(with(5).empty());
    CHECK(with(6) == limits + "possibly too many unconfirmed ancestors [limit: 25]");

    mempool::Limits few;
    few.ancestor_count = 3;
    few.descendant_count = 4;
    Fixture small(few);
    CHECK(verdicts(small, chain_from(small.coin(), 3))[0].empty());
    CHECK(verdicts(small, chain_from(small.coin(), 4))[0] ==
          limits + "package count 4 exceeds ancestor count limit [limit: 3]");
    // Unrelated transactions count, too.
    Package unrelated;
    for (int i = 0; i < 4; ++i)
        unrelated.push_back(make({.from = {small.coin()}}));
    CHECK(verdicts(small, unrelated)[0].starts_with(limits + "package count 4"));
    Package parents;
    for (int i = 0; i < 2; ++i)
        parents.push_back(small.add({.from = {small.coin()}}));
    CHECK(verdicts(small, {child_of(parents[0]), child_of(parents[1])})[0] ==
          limits + "too many unconfirmed parents [limit: 3]");
}

TEST_CASE("a package has no carve-out", "[mempool][package][limits]") {
    Fixture f;
    const auto root = f.add({.from = {f.coin()}, .fee = 5000, .outputs = 30});
    for (std::uint32_t i = 0; i < 24; ++i)
        f.add({.from = {output_of(root, i)}, .in = value_of(root, i), .fee = 200});
    const auto last = make({.from = {output_of(root, 25)}, .in = value_of(root, 25), .fee = 200});
    auto test = f.options();
    test.test_only = true;
    CHECK(f.accept(last, test) == "ok");
    const auto refused = verdicts(f, {last, make({.from = {f.coin()}})});
    CHECK(refused[0].empty());
    CHECK(refused[1].starts_with("too-long-mempool-chain"));
}

TEST_CASE("version 3 in a package has one parent, in the package or in the mempool",
          "[mempool][package][bip431]") {
    Fixture f;
    const auto parent = make({.from = {f.coin()}, .version = 3});
    const auto child = child_of(parent, 1000, 3);
    CHECK(verdicts(f, {parent, child}) == Texts{"", "ok", "ok"});
    CHECK(verdicts(f, {parent, child, child_of(child, 1000, 3)})[0].starts_with("TRUC-violation"));
    CHECK(verdicts(f, {parent, child_of(parent)})[0].starts_with("TRUC-violation"));
    const auto here = f.add({.from = {f.coin()}, .version = 3});
    const auto below = child_of(here, 1000, 3);
    CHECK(verdicts(f, {below, make({.from = {f.coin()}})}) == Texts{"", "ok", "ok"});
    CHECK(verdicts(f, {below, child_of(below, 1000, 3)})[0].starts_with("TRUC-violation"));
}
