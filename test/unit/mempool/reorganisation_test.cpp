// What the mempool holds after random reorganisations, compared with a slow and simple model.
// DALER_REORGANISATIONS=1000 tries as many seeds.
#include "fixture.h"

#include <cstdlib>
#include <random>
#include <set>

#include <test.h>

using namespace daler;
using namespace daler::test;

namespace {

using TransactionList = std::vector<TransactionRef>;

// Small, so that they are reached often.
mempool::Limits small_limits() {
    mempool::Limits limits;
    limits.ancestor_count = 6;
    limits.descendant_count = 5;
    return limits;
}

bool spends(const TransactionRef& child, const TransactionRef& parent) {
    return std::ranges::any_of(
        child->inputs, [&](const TxInput& input) { return input.prevout.txid == parent->txid; });
}

/// The ancestors of `tx` in `all`, itself excluded.
TransactionList above(const TransactionRef& tx, const TransactionList& all) {
    TransactionList out{tx};
    for (std::size_t i = 0; i < out.size(); ++i) {
        for (const auto& other : all)
            if (spends(out[i], other) && std::ranges::find(out, other) == out.end())
                out.push_back(other);
    }
    out.erase(out.begin());
    return out;
}

/// A model of the pool after a reorganisation to the chain that `chain` shows.
class Model {
public:
    Model(const FakeChain& chain, const mempool::Limits& limits) : chain_(chain), limits_(limits) {}

    /// `returned` has the transactions of each disconnected block that no new one confirms, the
    /// earliest block first; `waiting` is the pool before.
    TransactionList expected(const std::vector<TransactionList>& returned,
                             const TransactionList& waiting) {
        for (const auto& block : returned) {
            TransactionList same_block;
            for (const auto& tx : block) {
                if (!has_coins(tx) || !has_room(tx, same_block)) continue;
                pool_.push_back(tx);
                same_block.push_back(tx);
            }
            remove_long_chains();
        }
        // Parents before children, as `waiting` is in that order.
        for (const auto& tx : waiting)
            if (has_coins(tx)) pool_.push_back(tx);
        remove_long_chains();
        return pool_;
    }

private:
    void remove_long_chains() {
        std::erase_if(pool_, [this, all = pool_](const TransactionRef& tx) {
            return count(above(tx, all)) + 1 > limits_.ancestor_count;
        });
    }

    static std::int64_t count(const TransactionList& all) {
        return static_cast<std::int64_t>(all.size());
    }

    [[nodiscard]] bool has_coins(const TransactionRef& tx) const {
        return std::ranges::all_of(tx->inputs, [&](const TxInput& input) {
            return chain_.coins.contains(input.prevout) ||
                   std::ranges::any_of(pool_, [&](const TransactionRef& other) {
                       return other->txid == input.prevout.txid;
                   });
        });
    }

    [[nodiscard]] bool has_room(const TransactionRef& tx, const TransactionList& same_block) const {
        auto ancestors = above(tx, pool_);
        std::erase_if(ancestors, [&](const TransactionRef& ancestor) {
            return std::ranges::find(same_block, ancestor) == same_block.end();
        });
        std::int64_t most = 0;  // descendants of an ancestor, that ancestor included
        for (const auto& ancestor : ancestors) {
            const auto below = std::ranges::count_if(same_block, [&](const TransactionRef& other) {
                const auto all = above(other, pool_);
                return std::ranges::find(all, ancestor) != all.end();
            });
            most = std::max(most, below + 1);
        }
        const bool fits =
            count(ancestors) < limits_.ancestor_count && most < limits_.descendant_count;
        const bool carved_out = count(ancestors) < 2 && most < limits_.descendant_count + 1;
        return fits || carved_out;
    }

    const FakeChain& chain_;
    const mempool::Limits limits_;
    TransactionList pool_;
};

/// A node with random transactions, blocks and reorganisations; a seed chooses them.
class ChangingNode {
public:
    explicit ChangingNode(unsigned seed) : random_(seed) {}

    void step() {
        for (auto count = random_() % 30; count > 0; --count)
            send();
        for (auto count = 1 + random_() % 3; count > 0; --count)
            mine();
        for (auto count = random_() % 15; count > 0; --count)
            send();
        reorganise();
    }

private:
    void send() {
        if (outputs_.size() < 4 || random_() % 4 == 0) outputs_.emplace_back(f_.coin(), coin_value);
        Spend spend{.from = {}, .in = 0, .outputs = 1 + random_() % 3};
        for (auto count = 1 + random_() % 2; count > 0; --count) {
            // Most often one of the latest, so that chains grow.
            const auto back = std::min<std::size_t>(outputs_.size(), 1 + random_() % 12);
            const auto& [outpoint, value] = outputs_[outputs_.size() - back];
            if (std::ranges::find(spend.from, outpoint) != spend.from.end()) continue;
            spend.from.push_back(outpoint);
            spend.in += value;
        }
        if (spend.in < 10'000) return;
        // No replacements: returned and waiting transactions must not conflict.
        auto options = f_.options();
        options.allow_replacement = false;
        const auto tx = make(spend);
        if (f_.accept(tx, options) != "ok") return;
        for (std::uint32_t i = 0; i < tx->outputs.size(); ++i)
            outputs_.emplace_back(output_of(tx, i), value_of(tx, i));
    }

    /// Some of `from`, in its order, whose coins exist; sometimes a spend that conflicts.
    TransactionList choose(const TransactionList& from) {
        TransactionList out;
        const auto share = random_() % 101;
        std::set<OutPoint> made, spent;
        const auto is_there = [&](const TxInput& input) {
            return !spent.contains(input.prevout) &&
                   (f_.chain.coins.contains(input.prevout) || made.contains(input.prevout));
        };
        for (const auto& tx : from) {
            if (random_() % 100 >= share || !std::ranges::all_of(tx->inputs, is_there)) continue;
            auto confirmed = tx;
            if (random_() % 12 == 0) {
                Transaction other = *tx;
                other.outputs[0].value -= Amount{1};
                confirmed = seal(other);
            }
            for (const auto& input : tx->inputs)
                spent.insert(input.prevout);
            for (std::uint32_t i = 0; i < confirmed->outputs.size(); ++i)
                made.insert(output_of(confirmed, i));
            out.push_back(confirmed);
        }
        return out;
    }

    void mine() { blocks_.push_back(f_.confirm(choose(f_.pool.transactions()))); }

    void reorganise() {
        const auto depth = std::min<std::size_t>(blocks_.size(), 1 + random_() % 4);
        const auto waiting_before = f_.pool.transactions();
        std::vector<TransactionList> returned;
        TransactionList known;
        for (std::size_t i = 0; i < depth; ++i) {
            f_.disconnect(blocks_.back());
            returned.insert(returned.begin(), blocks_.back().transactions);
            blocks_.pop_back();
        }
        for (const auto& block : returned)
            known.insert(known.end(), block.begin(), block.end());
        known.insert(known.end(), waiting_before.begin(), waiting_before.end());
        std::set<Txid> confirmed;
        for (auto count = random_() % (depth + 2); count > 0; --count) {
            blocks_.push_back(f_.confirm(choose(known)));
            for (const auto& tx : blocks_.back().transactions)
                confirmed.insert(tx->txid);
        }
        for (auto& block : returned)
            std::erase_if(block, [&](const auto& tx) { return confirmed.contains(tx->txid); });
        const auto waiting = f_.pool.transactions();
        f_.pool.reorganised(f_.now);
        compare(Model(f_.chain, f_.pool.limits()).expected(returned, waiting));
    }

    void compare(const TransactionList& expected) {
        std::set<Txid> wanted, found;
        for (const auto& tx : expected)
            wanted.insert(tx->txid);
        for (const auto& tx : f_.pool.transactions())
            found.insert(tx->txid);
        REQUIRE(found == wanted);
        for (const auto& tx : expected) {
            const auto entry = f_.pool.entry(tx->txid);
            const auto ancestors = above(tx, expected);
            REQUIRE(entry->ancestor_count == static_cast<std::int64_t>(ancestors.size()) + 1);
            const auto below = std::ranges::count_if(expected, [&](const TransactionRef& other) {
                const auto all = above(other, expected);
                return std::ranges::find(all, tx) != all.end();
            });
            REQUIRE(entry->descendant_count == below + 1);
        }
    }

    Fixture f_{small_limits()};
    std::mt19937 random_;
    std::vector<std::pair<OutPoint, std::int64_t>> outputs_;
    std::vector<Block> blocks_;
};

}  // namespace

TEST_CASE("after random reorganisations the pool holds what a simple model says", "[mempool]") {
    const int rounds = std::getenv("DALER_LONG") ? 2'500 : 200;
    const char* given = std::getenv("DALER_SEED");
    const int first = given ? std::atoi(given) : 1;
    for (int seed = first; seed < first + rounds; ++seed) {
        CAPTURE(seed);
        ChangingNode node(static_cast<unsigned>(seed));
        for (int i = 0; i < 10; ++i)
            node.step();
    }
}
