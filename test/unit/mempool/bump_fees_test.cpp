#include "fixture.h"

#include <test.h>

using namespace daler;
using namespace daler::test;

namespace {

constexpr FeeRate ten{Amount{10'000}};  // satoshis for 1,000 vB

/// What is missing to ten satoshis for each byte.
std::int64_t missing(const std::vector<TransactionRef>& transactions, std::int64_t fees) {
    std::int64_t size = 0;
    for (const auto& tx : transactions)
        size += tx->vsize();
    return 10 * size - fees;
}

std::int64_t bump_of(const Fixture& f, const OutPoint& output) {
    const auto fees = f.pool.bump_fees(std::array{output}, ten);
    CHECK(fees.each.at(output) == fees.together);
    return fees.together.satoshis();
}

}  // namespace

TEST_CASE("a payment pays for a parent below its rate, and for nothing else", "[mempool]") {
    Fixture f;
    const auto low = f.add({.from = {f.coin()}, .fee = 300});
    const auto high = f.add({.from = {f.coin()}, .fee = 5000});
    CHECK(bump_of(f, output_of(low)) == missing({low}, 300));
    CHECK(bump_of(f, output_of(high)) == 0);
    CHECK(bump_of(f, f.coin()) == 0);
    CHECK(f.pool.bump_fees({}, ten).together == Amount{0});
}

TEST_CASE("all unconfirmed ancestors are paid for, less what they pay", "[mempool]") {
    Fixture f;
    const auto chain = f.add_chain(3, 300);
    CHECK(bump_of(f, output_of(chain[2])) == missing(chain, 900));
    // A rich ancestor is mined before, and does not help those after it.
    const auto rich = f.add({.from = {f.coin()}, .fee = 9000});
    const auto poor = f.add({.from = {output_of(rich)}, .in = value_of(rich), .fee = 300});
    CHECK(bump_of(f, output_of(poor)) == missing({poor}, 300));
}

TEST_CASE("what another child pays for is not paid again", "[mempool]") {
    Fixture f;
    const auto parent = f.add({.from = {f.coin()}, .fee = 300, .outputs = 2});
    CHECK(bump_of(f, output_of(parent)) == missing({parent}, 300));
    const auto child =
        f.add({.from = {output_of(parent, 1)}, .in = value_of(parent, 1), .fee = 9000});
    CHECK(bump_of(f, output_of(parent)) == 0);
    // A payment that spends the same output replaces the child.
    CHECK(bump_of(f, output_of(parent, 1)) == missing({parent}, 300));
    f.add({.from = {output_of(child)}, .in = value_of(child), .fee = 9000});
    CHECK(bump_of(f, output_of(parent, 1)) == missing({parent}, 300));
}

TEST_CASE("a common ancestor is paid for once", "[mempool]") {
    Fixture f;
    const auto parent = f.add({.from = {f.coin()}, .fee = 200, .outputs = 2});
    const auto left = f.add({.from = {output_of(parent)}, .in = value_of(parent), .fee = 300});
    const auto right =
        f.add({.from = {output_of(parent, 1)}, .in = value_of(parent, 1), .fee = 400});
    const auto fees = f.pool.bump_fees(std::array{output_of(left), output_of(right)}, ten);
    CHECK(fees.each.at(output_of(left)).satoshis() == missing({parent, left}, 500));
    CHECK(fees.each.at(output_of(right)).satoshis() == missing({parent, right}, 600));
    CHECK(fees.together.satoshis() == missing({parent, left, right}, 900));
}

TEST_CASE("modified fees count", "[mempool]") {
    Fixture f;
    const auto low = f.add({.from = {f.coin()}, .fee = 300});
    f.pool.prioritise(low->txid, Amount{200});
    CHECK(bump_of(f, output_of(low)) == missing({low}, 500));
    f.pool.prioritise(low->txid, Amount{100'000});
    CHECK(bump_of(f, output_of(low)) == 0);
}

TEST_CASE("of very many relatives only the ancestors count", "[mempool]") {
    mempool::Limits limits;
    limits.ancestor_count = limits.descendant_count = 1000;
    Fixture f(limits);
    const auto chain = f.add_chain(600, 130);
    CHECK(bump_of(f, output_of(chain[0])) == missing({chain[0]}, 130));
    CHECK(bump_of(f, output_of(chain[1])) == missing({chain[0], chain[1]}, 260));
}
