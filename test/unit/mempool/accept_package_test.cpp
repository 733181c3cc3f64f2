#include "fixture.h"
#include "mempool/package_check.h"

#include <test.h>

using namespace daler;
using namespace daler::test;
using mempool::Rate;

namespace {

using Package = std::vector<TransactionRef>;
using Texts = std::vector<std::string>;

std::string text_of(const mempool::PackageMember& member) {
    if (!member.result) return consensus::to_text(member.result.error().rejection);
    if (member.other_wtxid) return "other";
    return member.was_known ? "known" : "ok";
}

/// The package's error, then for each transaction "ok", "known", "other" or the reason.
Texts outcome(Fixture& f, const Package& package, std::optional<FeeRate> max_rate = {}) {
    auto options = f.options();
    options.max_fee_rate = max_rate;
    const auto accepted = f.pool.accept_package(package, options);
    Texts out{accepted.error};
    for (const auto& member : accepted.members)
        out.push_back(text_of(member));
    return out;
}

std::string error_of(Fixture& f, const Package& package) {
    return outcome(f, package)[0];
}

TransactionRef child_of(const Package& parents, std::int64_t fee, std::uint32_t version = 2,
                        std::vector<OutPoint> also = {}) {
    auto value = static_cast<std::int64_t>(also.size()) * coin_value;
    for (const auto& parent : parents) {
        also.push_back(output_of(parent));
        value += value_of(parent);
    }
    return make({.from = std::move(also), .in = value, .fee = fee, .version = version});
}

/// A parent of version 3 that pays nothing.
TransactionRef free_parent(Fixture& f) {
    return make({.from = {f.coin()}, .fee = 0, .version = 3});
}

TransactionRef with_witness(const TransactionRef& tx, const Bytes& first) {
    Transaction copy = *tx;
    copy.inputs[0].witness.insert(copy.inputs[0].witness.begin(), first);
    return seal(std::move(copy));
}

}  // namespace

TEST_CASE("a child pays for a parent without a fee", "[mempool][package]") {
    Fixture f;
    const auto parent = free_parent(f);
    const auto child = child_of({parent}, 2000, 3);
    CHECK(f.accept(parent).starts_with("min relay fee not met"));
    const auto accepted = f.pool.accept_package(Package{parent, child}, f.options());
    CHECK(accepted.error.empty());
    REQUIRE(accepted.members.size() == 2);
    for (const auto& member : accepted.members) {
        REQUIRE(member.result.has_value());
        const auto& group = member.result->fee_group;
        REQUIRE(group.has_value());
        CHECK(group->rate == FeeRate::of(Amount{2000}, parent->vsize() + child->vsize()));
        CHECK(group->wtxids == std::vector{parent->wtxid, child->wtxid});
    }
    CHECK(f.events == Texts{"+" + parent->txid.to_hex(), "+" + child->txid.to_hex()});
    CHECK(outcome(f, {parent, child}) == Texts{"", "known", "known"});
    CHECK(f.pool.entry(child->txid)->ancestor_count == 2);
}

TEST_CASE("a parent that can pay for itself is accepted alone", "[mempool][package]") {
    Fixture f;
    const auto parent = make({.from = {f.coin()}});
    const auto child = child_of({parent}, 1000);
    const auto accepted = f.pool.accept_package(Package{parent, child}, f.options());
    CHECK(accepted.error.empty());
    CHECK_FALSE(accepted.members[0].result->fee_group.has_value());

    // It stays, although its child is refused.
    const auto other = make({.from = {f.coin()}});
    const auto poor = child_of({other}, 1);
    const auto verdicts = outcome(f, {other, poor});
    CHECK(verdicts[0] == "transaction failed");
    CHECK(verdicts[1] == "ok");
    CHECK(verdicts[2].starts_with("min relay fee not met"));
    CHECK(f.pool.contains(other->txid));
}

TEST_CASE("a parent below the relay fee needs version 3", "[mempool][package]") {
    Fixture f;
    const auto parent = make({.from = {f.coin()}, .fee = 0});
    const auto verdicts = outcome(f, {parent, child_of({parent}, 5000)});
    CHECK(verdicts[0] == "transaction failed");
    CHECK(verdicts[1].starts_with("min relay fee not met"));
    CHECK(verdicts[2] == "bad-txns-inputs-missingorspent");
    CHECK(f.pool.size() == 0);

    // Together they pay too little.
    const auto free = free_parent(f);
    const auto together = outcome(f, {free, child_of({free}, 150, 3)});
    CHECK(together[0] == "transaction failed");
    CHECK(together[2].starts_with("min relay fee not met, 150 < "));
}

TEST_CASE("a full mempool takes a poor parent with a child that pays", "[mempool][package]") {
    mempool::Limits limits;
    limits.max_usage = 300'000;
    Fixture f(limits);
    while (f.pool.min_fee(f.now).per_kvb == Amount{0})
        f.add({.from = {f.coin()}, .fee = 20'000, .padding = 10'000});
    const auto parent = make({.from = {f.coin()}, .fee = 150});
    CHECK(f.accept(parent).starts_with("mempool min fee not met"));
    CHECK(outcome(f, {parent, child_of({parent}, 10'000)}) == Texts{"", "ok", "ok"});

    const auto poor = make({.from = {f.coin()}, .fee = 150});
    const auto refused = outcome(f, {poor, child_of({poor}, 200)});
    CHECK(refused[0] == "transaction failed");
    CHECK(refused[2].starts_with("mempool min fee not met, 350 < "));
}

TEST_CASE("a package is a child with all its unconfirmed parents", "[mempool][package]") {
    Fixture f;
    const auto a = make({.from = {f.coin()}});
    const auto b = make({.from = {f.coin()}});
    const auto child = child_of({a, b}, 1000);
    CHECK(outcome(f, {child, a, b}) == Texts{"package-not-sorted"});
    CHECK(outcome(f, {a, b}) == Texts{"package-not-child-with-parents"});
    CHECK(outcome(f, {a, child}) == Texts{"package-not-child-with-unconfirmed-parents"});
    CHECK(outcome(f, {a, a}) == Texts{"package-contains-duplicates"});
    const auto rival = make({.from = {a->inputs[0].prevout}, .fee = 2000});
    CHECK(outcome(f, {a, rival}) == Texts{"conflict-in-package"});
    CHECK(f.pool.size() == 0);
    CHECK(outcome(f, {a, b, child}) == Texts{"", "ok", "ok", "ok"});
}

TEST_CASE("what is known is not counted again, and another witness is ignored",
          "[mempool][package]") {
    Fixture f;
    const auto parent = f.add({.from = {f.coin()}});
    const auto child = child_of({parent}, 1000);
    CHECK(outcome(f, {with_witness(parent, {7}), child}) == Texts{"", "other", "ok"});
    const auto accepted =
        f.pool.accept_package(Package{with_witness(parent, {7}), child}, f.options());
    CHECK(accepted.members[0].other_wtxid == parent->wtxid);
}

TEST_CASE("a package may exceed the fee rate that its sender allows", "[mempool][package]") {
    Fixture f;
    const auto parent = free_parent(f);
    const auto child = child_of({parent}, 20'000, 3);
    const auto refused = outcome(f, {parent, child}, FeeRate{Amount{10'000}});
    CHECK(refused[0] == "transaction failed");
    CHECK(refused[2] == "max feerate exceeded");
    CHECK(f.pool.size() == 0);
    CHECK(outcome(f, {parent, child}, FeeRate{Amount{1'000'000}}) == Texts{"", "ok", "ok"});
}

TEST_CASE("a wrong script in a package leaves the mempool as it was", "[mempool][package]") {
    Fixture f;
    const auto parent = free_parent(f);
    const auto child = with_witness(child_of({parent}, 2000, 3), {1});
    const auto refused = outcome(f, {parent, child});
    CHECK(refused[0] == "transaction failed");
    CHECK(refused[1].starts_with("min relay fee not met"));
    CHECK(refused[2].find("script-verify-flag") != std::string::npos);
    CHECK(f.events.empty());
}

TEST_CASE("a parent and a child replace another pair", "[mempool][package][replacement]") {
    Fixture f;
    const auto coin = f.coin();
    const auto old_parent = f.add({.from = {coin}, .fee = 1000});
    const auto old_child = child_of({old_parent}, 3000);
    REQUIRE(f.accept(old_child) == "ok");
    f.events.clear();

    const auto parent = make({.from = {coin}, .fee = 900});
    CHECK(f.accept(parent).starts_with("insufficient fee"));
    const auto child = child_of({parent}, 9000);
    const auto accepted = f.pool.accept_package(Package{parent, child}, f.options());
    CHECK(accepted.error.empty());
    CHECK(accepted.members[0].result->replaced.size() == 2);
    CHECK(accepted.members[1].result->replaced.empty());
    CHECK(f.pool.size() == 2);
    CHECK(f.reasons[old_parent->txid] == "replaced");
    CHECK(f.reasons[old_child->txid] == "replaced");
}

TEST_CASE("why a package may not replace", "[mempool][package][replacement]") {
    Fixture f;
    const std::string failed = "package RBF failed: ";
    const auto coin = f.coin();
    const auto old = f.add({.from = {coin}, .fee = 5000});
    const auto parent = make({.from = {coin}, .fee = 900});
    CHECK(error_of(f, {parent, child_of({parent}, 1000)})
              .starts_with(failed + "insufficient anti-DoS fees, rejecting replacement "));
    CHECK(error_of(f, {parent, child_of({parent}, 4150)})
              .find("not enough additional fees to relay") != std::string::npos);

    const auto second_coin = f.coin();
    f.add({.from = {second_coin}, .fee = 5000});
    const auto second = make({.from = {second_coin}, .fee = 900});
    CHECK(error_of(f, {parent, second, child_of({parent, second}, 30'000)}) ==
          failed + "package must be 1-parent-1-child");

    // A parent that pays more for its size than the child.
    const auto rich = make({.from = {coin}, .fee = 4900});
    CHECK(error_of(f, {rich, child_of({rich}, 1000)})
              .starts_with(failed + "package feerate is less than or equal to parent feerate, "));

    // The package pays more than what it replaces, but for much more room.
    const auto small = make({.from = {second_coin}, .fee = 20'000});
    REQUIRE(f.accept(small) == "ok");
    const auto wide = make({.from = {second_coin}, .fee = 10'000, .padding = 9000});
    CHECK(error_of(f, {wide, child_of({wide}, 30'000)}) ==
          failed + "insufficient feerate: does not improve feerate diagram");
    CHECK(f.pool.contains(small->txid));
    CHECK(f.pool.contains(old->txid));
}

TEST_CASE("a package replaces only clusters of two", "[mempool][package][replacement]") {
    Fixture f;
    const std::string failed = "package RBF failed: ";
    const auto coin = f.coin();
    const auto old = f.add({.from = {coin}, .fee = 1000, .outputs = 3});
    const auto parent = make({.from = {coin}, .fee = 900});
    const auto child = child_of({parent}, 50'000);
    f.add({.from = {output_of(old, 0)}, .in = value_of(old, 0)});
    f.add({.from = {output_of(old, 1)}, .in = value_of(old, 1)});
    CHECK(error_of(f, {parent, child}) ==
          failed + old->txid.to_hex() + " has 2 descendants, max 1 allowed");

    // A new transaction with an unconfirmed ancestor.
    const auto here = f.add({.from = {f.coin()}});
    const auto both =
        make({.from = {coin, output_of(here)}, .in = coin_value + value_of(here), .fee = 300});
    CHECK(error_of(f, {both, child_of({both}, 50'000)}) ==
          failed + "new transaction cannot have mempool ancestors");

    const auto chain = f.add_chain(2);
    const auto side = f.coin();
    const auto deep =
        make({.from = {output_of(chain[1]), side}, .in = coin_value + value_of(chain[1])});
    REQUIRE(f.accept(deep) == "ok");
    const auto rival = make({.from = {side}, .fee = 900});
    CHECK(error_of(f, {rival, child_of({rival}, 50'000)}) ==
          failed + deep->txid.to_hex() + " has 2 ancestors, max 1 allowed");
}

TEST_CASE("the parent of what a package replaces stays", "[mempool][package][replacement]") {
    Fixture f;
    const auto side = f.coin();
    const auto kept = f.add({.from = {f.coin()}, .fee = 1000});
    const auto old =
        make({.from = {output_of(kept), side}, .in = coin_value + value_of(kept), .fee = 2000});
    REQUIRE(f.accept(old) == "ok");
    const auto parent = make({.from = {side}, .fee = 150});
    CHECK(outcome(f, {parent, child_of({parent}, 5000)}) == Texts{"", "ok", "ok"});
    CHECK(f.pool.contains(kept->txid));
    CHECK_FALSE(f.pool.contains(old->txid));
}

TEST_CASE("fee rates before and after a replacement are compared at each size",
          "[mempool][package][replacement]") {
    const auto rate = [](std::int64_t fee, std::int64_t vsize) { return Rate{Amount{fee}, vsize}; };
    using mempool::improves_fee_rates;
    CHECK(improves_fee_rates({rate(1000, 100)}, {rate(1001, 100)}));
    CHECK_FALSE(improves_fee_rates({rate(1000, 100)}, {rate(1000, 100)}));
    CHECK_FALSE(improves_fee_rates({rate(1000, 100)}, {rate(999, 99)}));
    // The same fees for less room.
    CHECK(improves_fee_rates({rate(1000, 100)}, {rate(1000, 99)}));
    // More in all, but less for a small block.
    CHECK_FALSE(improves_fee_rates({rate(1000, 100)}, {rate(2000, 300)}));
    CHECK(improves_fee_rates({rate(1000, 100)}, {rate(3000, 300)}));
    // Two chunks, in any order, against one.
    CHECK(improves_fee_rates({rate(100, 100), rate(900, 100)}, {rate(1900, 200)}));
    CHECK_FALSE(improves_fee_rates({rate(100, 100), rate(900, 100)}, {rate(1700, 200)}));
    CHECK(improves_fee_rates({rate(100, 100)}, {rate(100, 100), rate(1, 100)}));
}
