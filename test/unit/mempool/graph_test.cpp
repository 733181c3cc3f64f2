#include "fixture.h"

#include <random>
#include <set>

#include <test.h>

using namespace daler;
using namespace daler::test;

namespace {

using Transactions = std::map<Txid, TransactionRef>;

// Compares an entry with what all transactions give.
void check_entry(const Fixture& f, const Transactions& all, const Txid& txid) {
    const auto entry = f.pool.entry(txid);
    REQUIRE(entry);
    std::set<Txid> above{txid}, below{txid};
    for (bool grew = true; grew;) {
        grew = false;
        for (const auto& [id, tx] : all) {
            for (const auto& input : tx->inputs) {
                const auto& parent = input.prevout.txid;
                if (!all.contains(parent)) continue;
                if (above.contains(id)) grew = above.insert(parent).second || grew;
                if (below.contains(parent)) grew = below.insert(id).second || grew;
            }
        }
    }
    std::int64_t above_size = 0, below_size = 0;
    Amount above_fees, below_fees;
    for (const auto& id : above) {
        above_size += f.pool.entry(id)->vsize;
        above_fees += f.pool.entry(id)->modified_fee;
    }
    for (const auto& id : below) {
        below_size += f.pool.entry(id)->vsize;
        below_fees += f.pool.entry(id)->modified_fee;
    }
    CHECK(entry->ancestor_count == static_cast<std::int64_t>(above.size()));
    CHECK(entry->descendant_count == static_cast<std::int64_t>(below.size()));
    CHECK(entry->ancestor_vsize == above_size);
    CHECK(entry->descendant_vsize == below_size);
    CHECK(entry->ancestor_fees == above_fees);
    CHECK(entry->descendant_fees == below_fees);
}

// Random transactions, blocks and reorganisations; `seed` chooses them.
class RandomNode {
public:
    explicit RandomNode(unsigned seed) : random_(seed) {}

    void step() {
        const auto choice = random_() % 100;
        const auto all = f.pool.transactions();
        if (choice < 75 || all.empty()) {
            add();
        } else if (choice < 82) {
            f.pool.remove(all[random_() % all.size()]->txid, mempool::RemovalReason::conflict);
        } else if (choice < 90) {
            mine();
        } else if (choice < 94) {
            f.pool.prioritise(all[random_() % all.size()]->txid,
                              Amount{static_cast<std::int64_t>(random_() % 2000) - 1000});
        } else if (!blocks_.empty()) {
            for (auto count = 1 + random_() % 3; count > 0 && !blocks_.empty(); --count) {
                f.disconnect(blocks_.back());
                blocks_.pop_back();
            }
            f.pool.reorganised(f.now);
        }
    }

    Fixture f;

private:
    void add() {
        std::vector<OutPoint> from;
        std::int64_t in = 0;
        for (auto count = 1 + random_() % 3; count > 0; --count) {
            if (outputs_.size() < 4 || random_() % 3 == 0)
                outputs_.emplace_back(f.coin(), coin_value);
            const auto [outpoint, value] = outputs_[random_() % outputs_.size()];
            if (std::ranges::find(from, outpoint) != from.end()) continue;
            from.push_back(outpoint);
            in += value;
        }
        const auto fee = static_cast<std::int64_t>(300 + random_() % 3000);
        if (in < 2 * fee) return;
        const auto tx = make({.from = from, .in = in, .fee = fee, .outputs = 1 + random_() % 3});
        if (f.accept(tx) != "ok") return;
        for (std::uint32_t i = 0; i < tx->outputs.size(); ++i)
            outputs_.emplace_back(output_of(tx, i), value_of(tx, i));
    }

    void mine() {
        std::vector<TransactionRef> block;
        const mempool::BlockSpace space{
            .max_weight = static_cast<std::int64_t>(4000 + random_() % 20'000),
            .max_sigop_cost = 1000,
            .min_feerate = {},
            .height = f.chain.tip + 1,
            .time = f.chain.median_time_past(f.chain.tip)};
        for (const auto& selected : f.pool.select_for_block(space)) {
            // Parents are confirmed already or come before their children.
            for (const auto& input : selected.tx->inputs) {
                const bool known = f.chain.coin(input.prevout).has_value() ||
                                   std::ranges::any_of(block, [&](const TransactionRef& tx) {
                                       return tx->txid == input.prevout.txid;
                                   });
                REQUIRE(known);
            }
            block.push_back(selected.tx);
        }
        blocks_.push_back(f.confirm(block));
    }

    std::mt19937 random_;
    std::vector<std::pair<OutPoint, std::int64_t>> outputs_;
    std::vector<Block> blocks_;
};

}  // namespace

TEST_CASE("after random changes the sums agree with the graph", "[mempool]") {
    const auto seed = GENERATE(range(1, 13));
    RandomNode node(static_cast<unsigned>(seed));
    for (int i = 0; i < 300; ++i)
        node.step();
    const Fixture& f = node.f;
    Transactions all;
    for (const auto& tx : f.pool.transactions())
        all[tx->txid] = tx;
    CHECK(all.size() == f.pool.size());
    std::set<OutPoint> spent;
    for (const auto& [txid, tx] : all) {
        check_entry(f, all, txid);
        for (const auto& input : tx->inputs) {
            CHECK(spent.insert(input.prevout).second);
            CHECK(f.pool.spender(input.prevout)->txid == tx->txid);
            const bool known =
                all.contains(input.prevout.txid) || f.chain.coin(input.prevout).has_value();
            CHECK(known);
        }
    }
    // Nothing is left when all transactions are removed.
    for (const auto& [txid, tx] : all)
        node.f.pool.remove(txid, mempool::RemovalReason::conflict);
    const auto info = f.pool.info(f.now);
    CHECK(info.size == 0);
    CHECK(info.usage == 0);
    CHECK(info.bytes == 0);
    CHECK(info.total_fee == Amount{0});
}
