#include "raw_peer.h"

#include <daler/script/opcodes.h>
#include <sync/refused_transactions.h>

using namespace daler;
using namespace daler::sync;
using namespace daler::sync::test;
using namespace std::chrono_literals;
using consensus::Reason;

namespace {

/// P2SH of `redeem`.
Script pay_to_script_hash(const Bytes& redeem) {
    const auto hash = crypto::hash160(redeem);
    Bytes script{script::op_hash160, 20};
    script.insert(script.end(), hash.begin(), hash.end());
    script.push_back(script::op_equal);
    return Script(script);
}

TransactionRef without_witness(const SealedTransaction& tx) {
    Transaction copy = tx;
    for (auto& input : copy.inputs)
        input.witness.clear();
    return seal(std::move(copy));
}

mempool::Refused refusal(Reason reason, bool stripped = false) {
    return {{reason, ""}, {}, stripped};
}

struct Refusals {
    Random random{1};
    RefusedTransactions refused{random};

    [[nodiscard]] bool by_wtxid(const SealedTransaction& tx) const {
        return refused.contains(TxIdentifier::of(tx.wtxid));
    }
    [[nodiscard]] bool by_txid(const SealedTransaction& tx) const {
        return refused.contains(TxIdentifier::of(tx.txid));
    }
};

TransactionRef some_transaction(bool with_witness) {
    Transaction tx;
    tx.inputs.emplace_back();
    if (with_witness) tx.inputs[0].witness = {Bytes{1}};
    tx.outputs.push_back({Amount{1}, Script{}});
    return seal(std::move(tx));
}

}  // namespace

TEST_CASE(
    "a refused transaction is remembered by wtxid, by txid only if its witness does not matter",
    "[sync]") {
    struct Example {
        Reason reason;
        bool with_witness;
        bool stripped;
        bool by_wtxid;
        bool by_txid;
    };
    const auto example = GENERATE(values<Example>({
        {Reason::script_failed, true, false, true, false},
        {Reason::nonstandard_witness, true, false, true, false},
        {Reason::min_relay_fee, true, false, true, false},
        {Reason::nonstandard_inputs, true, false, true, true},
        {Reason::script_failed, false, false, true, true},
        {Reason::min_relay_fee, false, false, true, true},
        {Reason::script_failed, false, true, true, false},
        {Reason::script_failed_policy, false, true, true, false},
        {Reason::same_non_witness_data, true, false, true, false},
        {Reason::same_non_witness_data, false, false, true, false},
        {Reason::already_in_mempool, false, false, false, false},
        {Reason::already_known, true, false, false, false},
    }));
    Refusals memory;
    const auto tx = some_transaction(example.with_witness);
    memory.refused.remember(*tx, refusal(example.reason, example.stripped));
    CAPTURE(code(example.reason), example.with_witness, example.stripped);
    CHECK(memory.by_wtxid(*tx) == example.by_wtxid);
    CHECK(memory.by_txid(*tx) == example.by_txid);
    memory.refused.clear();
    CHECK_FALSE(memory.by_wtxid(*tx));
    CHECK_FALSE(memory.by_txid(*tx));
}

TEST_CASE("a transaction that may become valid or is not standard does not end the connection",
          "[sync]") {
    Node node;
    node.mine(102);
    RawPeer peer(node);
    peer.shake_hands();
    Transaction tx = *node.spend_coinbase(1);
    Reason reason{};
    SECTION("an immature coinbase") {
        tx = *node.spend_coinbase(90);
        reason = Reason::coinbase_immature;
    }
    SECTION("a lock time") {
        tx.lock_time = 200;
        tx.inputs[0].sequence = 0;
        reason = Reason::not_final_yet;
    }
    SECTION("a relative lock time") {
        tx.version = 2;
        tx.inputs[0].sequence = 200;
        reason = Reason::not_final_bip68;
    }
    SECTION("an unused version") {
        tx.version = 4;
        reason = Reason::nonstandard_version;
    }
    SECTION("no fee") {
        tx.outputs[0].value += Amount{10'000};
        reason = Reason::min_relay_fee;
    }
    const auto sealed = seal(std::move(tx));
    const auto verdict = node.accept(sealed);
    REQUIRE_FALSE(verdict);
    CHECK(verdict.error().rejection.reason == reason);
    peer.send(wire::TransactionMessage{sealed});
    CHECK(peer.is_answered());
    CHECK_FALSE(node.has(sealed));
}

TEST_CASE("a transaction that can never be valid ends the connection", "[sync]") {
    Node node;
    node.mine(102);
    RawPeer peer(node);
    peer.shake_hands();
    Transaction tx = *node.spend_coinbase(1);
    SECTION("no outputs") {
        tx.outputs.clear();
    }
    SECTION("more out than in") {
        tx.outputs[0].value += Amount{20'000};
    }
    SECTION("a coinbase") {
        tx = *node.ledger().chain().read_block(*node.ledger().view()->at(1))->transactions[0];
        tx.inputs[0].script_sig = Script(Bytes{1, 2, 3});  // one that no block has
    }
    SECTION("a script that fails under the rules of blocks") {
        tx.inputs[0].witness = {Bytes{0x51}, Bytes{0x51}};
    }
    const auto sealed = seal(std::move(tx));
    const auto verdict = node.accept(sealed);
    REQUIRE_FALSE(verdict);
    CHECK(transaction_blame(verdict.error().rejection.reason) == consensus::Blame::invalid);
    peer.send(wire::TransactionMessage{sealed});
    CHECK(peer.is_disconnected());
}

TEST_CASE("a transaction without witness that fails without the witness rules too is punished",
          "[sync]") {
    Node node;
    const Bytes redeem{script::op_0};
    node.mine(1, pay_to_script_hash(redeem));
    node.mine(100);
    Transaction tx = *node.spend_coinbase(1);
    tx.inputs[0].witness.clear();
    tx.inputs[0].script_sig = Script(Bytes{1, script::op_0});
    RawPeer peer(node);
    peer.shake_hands();
    peer.send(wire::TransactionMessage{seal(std::move(tx))});
    CHECK(peer.is_disconnected());
}

TEST_CASE("a copy without witness does not keep the transaction out", "[sync]") {
    Node node;
    node.mine(101);
    const auto good = node.spend_coinbase(1);
    const auto stripped = without_witness(*good);
    RawPeer liar(node);
    liar.shake_hands();
    for (int copies = 0; copies < 3; ++copies)
        liar.send(wire::TransactionMessage{stripped});
    CHECK(liar.is_answered());
    CHECK_FALSE(node.has(good));
    // It is still requested by either id.
    RawPeer honest(node);
    honest.shake_hands();
    honest.send(wire::Inventory{{{wire::InventoryType::tx, good->txid.as<Hash256>()}}});
    REQUIRE(honest.wait_for<wire::GetData>());
    honest.send(wire::TransactionMessage{good});
    CHECK(honest.is_answered());
    CHECK(node.has(good));
}

TEST_CASE("an orphan is tried when its parent arrives, also if its sender is silent", "[sync]") {
    Node node;
    node.mine(101);
    const auto parent = node.spend_coinbase(1);
    const auto child = Node::spend(*parent);
    const auto grandchild = Node::spend(*child);
    RawPeer silent(node);
    silent.shake_hands();
    silent.send(wire::TransactionMessage{grandchild});
    silent.send(wire::TransactionMessage{child});
    REQUIRE(silent.wait_for<wire::GetData>());
    CHECK(silent.is_answered());
    SECTION("from another peer") {
        RawPeer other(node);
        other.shake_hands();
        other.send(wire::TransactionMessage{parent});
        CHECK(other.is_answered());
        CHECK(node.has(grandchild));
    }
    SECTION("from this node") {
        REQUIRE(node.accept(parent));
        eventually([&] { return node.has(grandchild); });
    }
    CHECK(node.has(child));
}

TEST_CASE("a transaction that a peer announces and does not send is requested from another",
          "[sync]") {
    Node node;
    node.mine(101);
    const auto now = node.clock.now();
    node.clock.set_mock_time(now);
    const auto tx = node.spend_coinbase(1);
    const wire::Inventory announcement{{{wire::InventoryType::tx, tx->txid.as<Hash256>()}}};
    RawPeer silent(node);
    silent.shake_hands();
    silent.send(announcement);
    REQUIRE(silent.wait_for<wire::GetData>());
    RawPeer honest(node);
    honest.shake_hands();
    honest.send(announcement);
    CHECK(honest.is_answered());
    node.clock.set_mock_time(now + wire::limits::request_timeout);
    REQUIRE(honest.wait_for<wire::GetData>());
    honest.send(wire::TransactionMessage{tx});
    CHECK(honest.is_answered());
    CHECK(node.has(tx));
}

TEST_CASE("the largest getdata, of unknown transactions, is answered in parts", "[sync][limits]") {
    Node node;
    RawPeer peer(node);
    peer.shake_hands();
    wire::GetData everything;
    everything.items.resize(wire::limits::inventory_items, {wire::InventoryType::wtx, {}});
    peer.send(everything);
    std::size_t missing = 0;
    while (missing < everything.items.size()) {
        const auto answer = peer.wait_for<wire::NotFound>();
        REQUIRE(answer);
        CHECK(answer->items.size() == wire::limits::transactions_per_job);
        missing += answer->items.size();
    }
    CHECK(missing == everything.items.size());
}

TEST_CASE("transactions of the last block are served, those of a disconnected one requested again",
          "[sync]") {
    Node node;
    node.mine(101);
    const auto tx = node.spend_coinbase(1);
    REQUIRE(node.accept(tx));
    const auto block = node.mine(1).at(0);
    RawPeer peer(node);
    peer.shake_hands();
    const wire::InventoryItem item{wire::InventoryType::witness_tx, tx->txid.as<Hash256>()};
    peer.send(wire::GetData{{item}});
    REQUIRE(peer.wait_for<wire::TransactionMessage>());
    peer.send(wire::Inventory{{{wire::InventoryType::tx, item.hash}}});
    REQUIRE(peer.is_answered());

    // It returns to the mempool and is replaced by one that pays more.
    node.ledger().call([&](ledger::State& state) {
        state.chain.invalidate(block);
        return true;
    });
    eventually([&] { return node.has(tx); });
    const auto dearer = node.spend_coinbase(1, 50'000);
    REQUIRE(node.accept(dearer));
    CHECK_FALSE(node.has(tx));
    RawPeer other(node);
    other.shake_hands();
    other.send(wire::Inventory{{{wire::InventoryType::tx, item.hash}}});
    CHECK(other.wait_for<wire::GetData>()->items.at(0).hash == item.hash);
    // It is no longer in the last block.
    other.send(wire::GetData{{item}});
    CHECK(other.wait_for<wire::NotFound>());
}

TEST_CASE("peers may send transactions as soon as the node has caught up", "[sync]") {
    Node node(strict_params(), {});
    RawPeer peer(node);
    peer.shake_hands();
    // The first fee filter means that no transactions are wanted.
    node.mine(1);
    const auto filter = peer.wait_for<wire::FeeFilter>();
    REQUIRE(filter);
    CHECK(filter->rate < max_money);
}
