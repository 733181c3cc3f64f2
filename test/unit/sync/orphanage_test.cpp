#include <daler/util/random.h>
#include <sync/orphanage.h>
#include <test.h>

#include "start.h"

using namespace daler;
using namespace daler::sync;
using namespace daler::sync::test;
using namespace std::chrono_literals;
namespace limits = wire::limits;

namespace {

Txid parent_id(std::uint32_t number) {
    Txid id;
    std::memcpy(id.bytes.data(), &number, sizeof number);
    return id;
}

/// A transaction that spends output 0 of each parent, with an output script of `padding` bytes.
TransactionRef spend(const std::vector<Txid>& parents, std::size_t padding = 0) {
    Transaction tx;
    for (const auto& parent : parents) {
        TxInput input;
        input.prevout = {parent, 0};
        tx.inputs.push_back(input);
    }
    tx.outputs.push_back({Amount{1}, Script(Bytes(padding))});
    return seal(std::move(tx));
}

/// A transaction of this weight.
TransactionRef heavy(std::uint32_t parent, std::int64_t weight) {
    // The witness has two bytes of its own and one item, whose count and length take a byte each.
    const auto in_witness = static_cast<std::size_t>(weight % 4);
    const auto without_witness = weight - 4 - weight % 4;
    // The length of a script from 65,536 bytes on takes five bytes, that of an empty one takes one.
    const auto empty = spend({parent_id(parent)})->weight();
    const auto padding = static_cast<std::size_t>((without_witness - empty) / 4 - 4);
    Transaction tx = *spend({parent_id(parent)}, padding);
    tx.inputs[0].witness = {Bytes(in_witness)};
    return seal(std::move(tx));
}

}  // namespace

TEST_CASE("the number of orphans is an option", "[sync]") {
    Orphanage none{0}, two{2};
    for (const std::uint32_t parent : {1u, 2u, 3u}) {
        const auto child = spend({parent_id(parent)});
        none.add(child, 3, start);
        CHECK_FALSE(none.contains(child->wtxid));
        two.add(child, 3, start);
        CHECK(two.contains(child->wtxid));
    }
    CHECK(none.size() == 0);
    CHECK(two.size() == 2);
    none.check();
    two.check();
}

TEST_CASE("an orphan is tried when its parent arrives", "[sync]") {
    Orphanage orphans;
    const auto parent = spend({parent_id(1)});
    const auto child = spend({parent->txid});
    CHECK(orphans.add(child, 3, start));
    CHECK(orphans.contains(child->wtxid));
    CHECK_FALSE(orphans.take_work());
    orphans.parent_arrived(*parent, parent->txid);
    orphans.parent_arrived(*parent, parent->txid);
    const auto work = orphans.take_work();
    REQUIRE(work);
    CHECK(work->tx == child);
    CHECK(work->peer == 3);
    CHECK_FALSE(orphans.take_work());
    orphans.erase(child->wtxid);
    CHECK(orphans.size() == 0);
    orphans.check();
}

TEST_CASE("the children of a transaction are found, the latest first", "[sync]") {
    Orphanage orphans;
    const auto parent = spend({parent_id(1)});
    const auto first = spend({parent->txid}), second = spend({parent->txid, parent_id(2)});
    orphans.add(spend({parent_id(3)}), 3, start);
    CHECK(orphans.children_of(*parent, 3).empty());
    orphans.add(first, 3, start);
    orphans.add(second, 4, start);
    orphans.add(second, 5, start);
    const auto children = orphans.children_of(*parent, 5);
    REQUIRE(children.size() == 2);
    CHECK(children[0].tx == second);
    CHECK(children[0].peer == 5);
    CHECK(children[1].tx == first);
    CHECK(children[1].peer == 3);
    CHECK(orphans.children_of(*parent, 6)[0].peer == 4);
}

TEST_CASE("the orphanage is bounded; the peer with the largest share loses its oldest",
          "[sync][limits]") {
    Orphanage orphans;
    const auto honest = spend({parent_id(1'000)});
    orphans.add(honest, 1, start);
    std::vector<TransactionRef> spam;
    for (std::uint32_t i = 0; i < limits::orphans - 1; ++i) {
        spam.push_back(spend({parent_id(i)}));
        orphans.add(spam.back(), 2, start);
    }
    CHECK(orphans.size() == limits::orphans);
    CHECK(orphans.contains(spam[0]->wtxid));
    orphans.add(spend({parent_id(limits::orphans)}), 2, start);
    CHECK(orphans.size() == limits::orphans);
    CHECK(orphans.contains(honest->wtxid));
    CHECK_FALSE(orphans.contains(spam[0]->wtxid));
    CHECK(orphans.contains(spam[1]->wtxid));
    orphans.check();
}

TEST_CASE("an orphan may weigh as much as its bound and not more", "[sync][limits]") {
    Orphanage orphans;
    const auto largest = heavy(1, limits::orphan_weight);
    REQUIRE(largest->weight() == limits::orphan_weight);
    CHECK(orphans.add(largest, 1, start));
    const auto too_large = heavy(2, limits::orphan_weight + 1);
    REQUIRE(too_large->weight() == limits::orphan_weight + 1);
    CHECK_FALSE(orphans.add(too_large, 1, start));
}

TEST_CASE("the heaviest orphans together weigh less than their bound", "[sync][limits]") {
    Orphanage orphans;
    std::int64_t weight = 0;
    for (std::uint32_t i = 0; i < limits::orphans; ++i) {
        const auto orphan = heavy(i, limits::orphan_weight);
        weight += orphan->weight();
        orphans.add(orphan, 1, start);
    }
    CHECK(orphans.size() == limits::orphans);
    CHECK(weight <= limits::orphans_weight);
    orphans.add(heavy(limits::orphans, limits::orphan_weight), 1, start);
    CHECK(orphans.size() == limits::orphans);
    orphans.check();
}

TEST_CASE("orphans expire", "[sync][limits]") {
    Orphanage orphans;
    orphans.add(spend({parent_id(1)}), 1, start);
    orphans.expire(start + limits::orphan_expiry - 1ms);
    CHECK(orphans.size() == 1);
    orphans.expire(start + limits::orphan_expiry);
    CHECK(orphans.size() == 0);
    orphans.check();
}

TEST_CASE("a removed orphan is not tried", "[sync]") {
    Orphanage orphans;
    const auto child = spend({parent_id(1)});
    orphans.add(child, 1, start);
    orphans.retry(child->wtxid);
    SECTION("its peer left") {
        orphans.peer_gone(1);
    }
    SECTION("it was too old") {
        orphans.expire(start + limits::orphan_expiry);
    }
    CHECK_FALSE(orphans.has_work());
    orphans.retry(child->wtxid);
    CHECK_FALSE(orphans.take_work());
}

TEST_CASE("orphans are removed with the only peer that sent them", "[sync]") {
    Orphanage orphans;
    const auto shared = spend({parent_id(1)});
    orphans.add(shared, 1, start);
    orphans.add(shared, 2, start);
    orphans.add(spend({parent_id(2)}), 1, start);
    orphans.peer_gone(1);
    CHECK(orphans.size() == 1);
    CHECK(orphans.contains(shared->wtxid));
    orphans.check();
    orphans.peer_gone(2);
    CHECK(orphans.size() == 0);
}

TEST_CASE("a block removes orphans that it contains or that spend the same coins", "[sync]") {
    Orphanage orphans;
    const auto included = spend({parent_id(1)});
    const auto conflicting = spend({parent_id(2), parent_id(3)});
    const auto other = spend({parent_id(4)});
    for (const auto& each : {included, conflicting, other})
        orphans.add(each, 1, start);
    Block block;
    block.transactions = {included, spend({parent_id(3)})};
    orphans.block_connected(block);
    CHECK(orphans.size() == 1);
    CHECK(orphans.contains(other->wtxid));
    orphans.check();
}

TEST_CASE("the orphanage's counts agree with its contents after random steps", "[sync]") {
    Orphanage orphans;
    Random random(5);
    std::vector<TransactionRef> pool;
    for (std::uint32_t i = 0; i < 150; ++i) {
        std::vector<Txid> parents{i % 3 == 0 ? parent_id(i)
                                             : pool[random.below(pool.size())]->txid};
        parents.push_back(parents[0]);  // spends the same coin twice
        pool.push_back(spend(parents, random.below(2'000)));
    }
    auto now = start;
    for (int step = 0; step < 5'000; ++step) {
        const auto& tx = pool[random.below(pool.size())];
        const auto peer = static_cast<PeerId>(random.below(5));
        now += std::chrono::milliseconds(random.below(1'000));
        switch (random.below(7)) {
            case 0:
            case 1:
            case 2:
                orphans.add(tx, peer, now);
                break;
            case 3:
                orphans.parent_arrived(*tx, tx->txid);
                break;
            case 4:
                (void)orphans.take_work();
                break;
            case 5:
                orphans.erase(tx->wtxid);
                break;
            case 6:
                if (random.below(20) == 0) orphans.peer_gone(peer);
                orphans.expire(now);
                break;
        }
        if (step % 50 == 0) orphans.check();
    }
    orphans.check();
}
