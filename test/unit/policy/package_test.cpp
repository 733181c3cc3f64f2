#include <daler/policy/package.h>

#include <daler/crypto/hash.h>

#include <test.h>

using namespace daler;
using namespace daler::policy;

namespace {

OutPoint coin(int number) {
    return {Txid{crypto::sha256d(as_bytes("coin " + std::to_string(number)))}, 0};
}

TransactionRef make(const std::vector<OutPoint>& from, std::uint32_t version = 2,
                    std::size_t padding = 0) {
    Transaction tx;
    tx.version = version;
    for (const auto& outpoint : from) {
        tx.inputs.emplace_back();
        tx.inputs.back().prevout = outpoint;
    }
    tx.outputs.push_back({Amount{1}, Script(Bytes(padding, 0x6a))});
    return seal(std::move(tx));
}

OutPoint output_of(const TransactionRef& tx) {
    return {tx->txid, 0};
}

using Package = std::vector<TransactionRef>;

std::string error_of(const Package& package) {
    return std::string(package_error(package).value_or("none"));
}

// BIP 431 for the whole package; no transaction has ancestors elsewhere.
std::string truc_error_of(const Package& package) {
    for (const auto& tx : package) {
        const auto verdict = check_package_truc(*tx, 100, package, {}, false);
        if (!verdict) return consensus::to_text(verdict.error());
    }
    return "none";
}

std::string id(const TransactionRef& tx) {
    return "tx " + tx->txid.to_hex() + " (wtxid=" + tx->wtxid.to_hex() + ")";
}

}  // namespace

TEST_CASE("a package has at most 25 transactions", "[policy][package][limits]") {
    Package package;
    for (int i = 0; i < 25; ++i)
        package.push_back(make({coin(i)}));
    CHECK(error_of(package) == "none");
    package.push_back(make({coin(25)}));
    CHECK(error_of(package) == "package-too-many-transactions");
}

TEST_CASE("two transactions or more weigh at most 404,000 together", "[policy][package][limits]") {
    const auto weight = [](std::size_t padding) { return make({coin(0)}, 2, padding)->weight(); };
    const auto half = static_cast<std::size_t>((202'000 - weight(50'000)) / 4 + 50'000);
    REQUIRE(weight(half) == 202'000);
    const auto a = make({coin(0)}, 2, half);
    CHECK(error_of({a, make({coin(1)}, 2, half)}) == "none");
    CHECK(error_of({a, make({coin(1)}, 2, half + 1)}) == "package-too-large");
    CHECK(error_of({make({coin(0)}, 2, 200'000)}) == "none");
}

TEST_CASE("a package is sorted, without repetitions and conflicts", "[policy][package]") {
    const auto a = make({coin(0)});
    const auto b = make({output_of(a)});
    CHECK(error_of({a}) == "none");
    CHECK(error_of({a, b}) == "none");
    CHECK(error_of({b, a}) == "package-not-sorted");
    CHECK(error_of({a, a}) == "package-contains-duplicates");
    CHECK(error_of({a, make({coin(1), coin(0)})}) == "conflict-in-package");
    // The same transaction with another witness.
    Transaction other = *a;
    other.inputs[0].witness = {Bytes{1}};
    CHECK(error_of({a, seal(std::move(other))}) == "package-contains-duplicates");
    // A fault of a single transaction is not a fault of the package.
    CHECK(error_of({a, make({coin(1), coin(1)})}) == "none");
    CHECK(error_of({a, make({})}) == "conflict-in-package");
}

TEST_CASE("in a package too, version 3 descends from version 3 only, one child of one parent",
          "[policy][package][bip431]") {
    const auto parent = make({coin(0)}, 3);
    const auto other = make({coin(1)}, 3);
    const auto plain = make({coin(2)});
    const auto child = make({output_of(parent)}, 3);
    CHECK(truc_error_of({parent, child, other, plain}) == "none");
    const auto mixed = make({output_of(plain)}, 3);
    CHECK(truc_error_of({plain, mixed}) == "TRUC-violation, version=3 " + id(mixed) +
                                               " cannot spend from non-version=3 " + id(plain));
    const auto open = make({output_of(parent)});
    CHECK(truc_error_of({parent, open}) == "TRUC-violation, non-version=3 " + id(open) +
                                               " cannot spend from version=3 " + id(parent));
    const auto both = make({output_of(parent), output_of(other)}, 3);
    CHECK(truc_error_of({parent, other, both}) ==
          "TRUC-violation, " + id(both) + " would have too many ancestors");
    const auto grandchild = make({output_of(child)}, 3);
    CHECK(truc_error_of({parent, child, grandchild}) ==
          "TRUC-violation, " + id(grandchild) + " would have too many ancestors");
    const auto sibling = make({{parent->txid, 1}}, 3);
    CHECK(truc_error_of({parent, child, sibling}) ==
          "TRUC-violation, " + id(parent) + " would exceed descendant count limit");
}

TEST_CASE("a version 3 child in a package counts the mempool's relatives of its parent",
          "[policy][package][bip431]") {
    const auto parent = make({coin(0)}, 3);
    const auto child = make({output_of(parent)}, 3);
    const Package ancestors{parent};
    const Package package{child};
    CHECK(check_package_truc(*child, 1000, package, ancestors, false));
    CHECK_FALSE(check_package_truc(*child, 1001, package, ancestors, false));
    CHECK_FALSE(check_package_truc(*child, 1000, package, ancestors, true));
}

TEST_CASE("a child with parents spends an output of each", "[policy]") {
    const auto a = make({coin(1)}), b = make({coin(2)});
    const auto child = make({output_of(a), output_of(b)});
    CHECK(is_child_with_parents(Package{a, b, child}));
    CHECK(is_child_with_parents(Package{a, child}));
    CHECK_FALSE(is_child_with_parents(Package{a}));
    CHECK_FALSE(is_child_with_parents(Package{}));
    CHECK_FALSE(is_child_with_parents(Package{a, b}));
    CHECK_FALSE(is_child_with_parents(Package{a, b, make({output_of(a)})}));

    const auto middle = make({output_of(a), coin(3)});
    const auto below = make({{a->txid, 1}, output_of(middle)});
    CHECK(is_child_with_parents(Package{a, middle, below}));
    CHECK_FALSE(is_child_with_parents_tree(Package{a, middle, below}));
    CHECK(is_child_with_parents_tree(Package{a, b, child}));
}
