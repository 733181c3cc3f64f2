#include <test.h>

#include <cstdlib>

#include "fake_node.h"

using namespace daler;
using namespace daler::wallet;
using namespace daler::wallet::test;

namespace {

/// Whether a transaction's outputs may be coins.
bool is_in_chain_or_mempool(const TxRecord& record) {
    return record.status == TxStatus::confirmed || record.status == TxStatus::in_mempool;
}

/// What History::coins must give, computed from all transactions.
std::string all_coins(const Wallet& wallet) {
    const auto& history = wallet.history();
    std::string out;
    for (const auto& record : history.records()) {
        const auto& txid = record.txid;
        if (!is_in_chain_or_mempool(record)) continue;
        for (std::uint32_t i = 0; i < record.body.output_count(); ++i) {
            const auto output = *history.output({txid, i});
            const auto* place = history.owner(output);
            if (!place || history.is_spent({txid, i})) continue;
            out += txid.to_hex() + ":" + std::to_string(i) + " " + output.value.to_text() + " at " +
                   std::to_string(place->record) + "/" + std::to_string(place->index) + " " +
                   std::to_string(history.depth(record)) + "," +
                   std::to_string(history.blocks_to_maturity(record)) +
                   (history.is_trusted(record) ? " safe" : "") +
                   (history.is_from_me(record.body) ? " mine" : "") +
                   (history.is_reused(output.script_pubkey) ? " reused" : "") +
                   (history.is_spendable(output) ? " spendable" : "") + "\n";
        }
    }
    return out;
}

std::string indexed_coins(const Wallet& wallet) {
    std::string out;
    for (const auto& coin : wallet.history().coins(History::Immature::include)) {
        out += coin.outpoint.txid.to_hex() + ":" + std::to_string(coin.outpoint.index) + " " +
               coin.output.value.to_text() + " at " + std::to_string(coin.place.record) + "/" +
               std::to_string(coin.place.index) + " " + std::to_string(coin.depth) + "," +
               std::to_string(coin.matures_in) + (coin.safe ? " safe" : "") +
               (coin.from_me ? " mine" : "") + (coin.reused ? " reused" : "") +
               (coin.spendable ? " spendable" : "") + "\n";
    }
    return out;
}

/// What History::balances must give, computed from all transactions.
Balances all_balances(const History& history, Height min_depth, bool avoid_reuse) {
    Balances out;
    for (const auto& record : history.records()) {
        if (!is_in_chain_or_mempool(record)) continue;
        const bool immature = history.blocks_to_maturity(record) > 0;
        const bool trusted = history.is_trusted(record);
        if (!immature && trusted && history.depth(record) < min_depth) continue;
        for (std::uint32_t i = 0; i < record.body.output_count(); ++i) {
            const auto output = *history.output({record.txid, i});
            if (!history.is_spendable(output) || history.is_spent({record.txid, i})) continue;
            if (avoid_reuse && history.is_reused(output.script_pubkey)) continue;
            (immature ? out.immature : trusted ? out.trusted : out.pending) += output.value;
        }
    }
    return out;
}

void check_index(const Wallet& wallet) {
    REQUIRE(indexed_coins(wallet) == all_coins(wallet));
    const auto& history = wallet.history();
    for (const bool avoid_reuse : {false, true}) {
        for (const Height min_depth : {0, 1, 2, 7, 120, std::numeric_limits<Height>::max()}) {
            CAPTURE(avoid_reuse, min_depth);
            const auto found = history.balances(min_depth, avoid_reuse);
            const auto expected = all_balances(history, min_depth, avoid_reuse);
            REQUIRE(found.trusted == expected.trusted);
            REQUIRE(found.pending == expected.pending);
            REQUIRE(found.immature == expected.immature);
        }
    }
}

/// A wallet to which things happen at random.
class Walk {
public:
    explicit Walk(std::uint64_t seed) : random_(seed), files_(storage::memory_file_system()) {
        bench_.options.files = files_.get();
        bench_.options.keypool = 30;
        bench_.options.choice_seed = crypto::Digest256{};
        bench_.options.choice_seed->front() = static_cast<std::uint8_t>(seed);
        wallet_ = bench_.create("w");
        for (int i = 0; i < 3; ++i)
            bench_.node.mine(address(*wallet_));
        bench_.node.mine_many(101);
    }

    [[nodiscard]] const Wallet& wallet() const { return *wallet_; }

    /// Does something and returns its name.
    std::string step() {
        switch (random_.below(17)) {
            case 0:
            case 1:
                mine();
                return "mine";
            case 2:
                reorganise();
                return "reorganise";
            case 3:
            case 4:
                bench_.node.add_to_mempool(payment_to_us());
                return "receive";
            case 5:
            case 6:
                pay();
                return "pay";
            case 7:
                lose();
                return "lose";
            case 8:
                double_spend();
                return "double_spend";
            case 9:
                abandon();
                return "abandon";
            case 10:
                import();
                return "import";
            case 11:
                lock();
                return "lock";
            case 12:
                (void)address(*wallet_);
                return "address";
            case 13:
                wallet_->refresh_mempool();
                return "refresh_mempool";
            case 14:
                remove();
                return "remove";
            case 15:
                rescan();
                return "rescan";
            default:
                reopen();
                return "reopen";
        }
    }

private:
    template <class Items>
    const auto& one_of(const Items& items) {
        return items[random_.below(items.size())];
    }

    /// A script of ours, or one that may be ours later: of a later index, or of a key that is
    /// imported later.
    Script some_script() {
        const auto& records = wallet_->keys().records();
        const auto& record = records[random_.below(records.size())];
        const auto kind = random_.below(4);
        if (kind == 0 || !record.descriptor.is_range())
            return key(random_.below(20)).scripts(0)->at(0);
        const auto index = random_.below(kind == 1 ? 100 : record.next_index + 1);
        return record.descriptor.scripts(static_cast<std::uint32_t>(index))->at(0);
    }

    /// A descriptor with one private key.
    descriptor::Descriptor key(std::uint64_t number) {
        const auto path = std::to_string(number);
        return *descriptor::Descriptor::parse(
            "wpkh("
            "tprv8ZgxMBicQKsPd7Uf69XL1XwhmjHopUGep8GuEiJDZmbQz6o58LninorQAfcKZWARbtRtfnLcJ5MQ2AtHcQ"
            "J"
            "CCRUcMRvmDUjyEmNUWwx8UbK/" +
                path + ")",
            bench_.node.params().address);
    }

    Transaction outputs_to_us() {
        Transaction tx;
        for (auto i = random_.below(3) + 1; i > 0; --i)
            tx.outputs.push_back(
                {Amount{static_cast<std::int64_t>(random_.below(90'000'000)) + 1'000},
                 random_.below(4) == 0 ? elsewhere : some_script()});
        return tx;
    }

    TransactionRef payment_to_us() {
        auto tx = outputs_to_us();
        tx.inputs.resize(1);
        tx.inputs[0].prevout = {Txid{{0xdd}}, ++unique_};
        return seal(std::move(tx));
    }

    void mine() {
        for (auto blocks = random_.below(3) + 1; blocks > 0; --blocks)
            bench_.node.mine(random_.below(3) == 0 ? some_script() : elsewhere);
    }

    void reorganise() {
        auto& node = bench_.node;
        const auto& old_tip = wallet_->tip();
        std::vector<TransactionRef> removed;
        const auto depth = static_cast<Height>(random_.below(5)) + 1;
        for (const auto* entry = &old_tip; entry->height > old_tip.height - depth;
             entry = entry->previous) {
            for (const auto& tx : node.block(*entry)->transactions)
                if (!tx->is_coinbase()) removed.push_back(tx);
        }
        node.rewind(old_tip.height - depth);
        check_index(*wallet_);
        if (random_.below(3) == 0) return node.reconnect(old_tip);
        for (const auto& tx : removed)
            if (random_.below(2) == 0 && !node.in_mempool(tx->txid)) node.add_to_mempool(tx);
        for (auto blocks = random_.below(7); blocks > 0; --blocks)
            node.mine(some_script());
    }

    void pay() {
        const auto payment =
            wallet_->prepare({.recipients = {{some_script(), coins(0.01)}}, .min_depth = 0});
        if (!payment) return;
        if (random_.below(4) == 0) bench_.node.refuses = consensus::Reason::inputs_missing_or_spent;
        CHECK(wallet_->send(*payment, "", ""));
        bench_.node.refuses.reset();
    }

    void lose() {
        if (bench_.node.mempool.empty()) return;
        const auto tx = one_of(bench_.node.mempool);
        if (random_.below(3) > 0) return bench_.node.remove_from_mempool(tx);
        std::erase(bench_.node.mempool, tx);
        wallet_->transaction_displaced(tx);
    }

    const TxRecord& some_record() {
        const auto& records = wallet_->history().records();
        return records[random_.below(records.size())];
    }

    /// Somebody with our keys spends a coin, which we may have spent too.
    void double_spend() {
        auto tx = outputs_to_us();
        for (auto inputs = random_.below(2) + 1; inputs > 0; --inputs) {
            const auto& parent = some_record();
            const auto output =
                static_cast<std::uint32_t>(random_.below(parent.body.output_count()));
            tx.inputs.emplace_back().prevout = {parent.txid, output};
        }
        const auto sealed = seal(std::move(tx));
        if (random_.below(2) == 0) return bench_.node.add_to_mempool(sealed);
        const auto rivals = std::exchange(bench_.node.mempool, {sealed});
        bench_.node.mine();
        for (const auto& rival : rivals)
            wallet_->transaction_removed(rival);
    }

    void abandon() {
        const auto txid = some_record().txid;
        (void)wallet_->abandon(txid);
    }

    void remove() {
        const auto txid = some_record().txid;
        CHECK(wallet_->remove_transaction(txid));
        CHECK_FALSE(wallet_->remove_transaction(txid));
    }

    void import() { CHECK(wallet_->import_descriptor({.descriptor = key(random_.below(20))})); }

    void lock() {
        const auto all = wallet_->history().coins();
        if (all.empty()) return;
        if (random_.below(2) == 0) return wallet_->unlock_all_coins();
        wallet_->lock_coin(one_of(all).outpoint, random_.below(2) == 0);
    }

    void rescan() {
        auto range = wallet_->scan_range(0, {});
        while (!wallet_->scan_some(range).value())
            continue;
    }

    void reopen() {
        wallet_.reset();
        wallet_ = bench_.load("w");
    }

    Random random_;
    std::unique_ptr<storage::FileSystem> files_;
    Bench bench_;
    std::unique_ptr<Wallet> wallet_;
    std::uint32_t unique_ = 0;
};

}  // namespace

TEST_CASE("coins and balances are those that all transactions give, whatever happens", "[wallet]") {
    const int walks = std::getenv("DALER_LONG") ? 400 : 20;
    const char* given = std::getenv("DALER_SEED");
    const int first = given ? std::atoi(given) : 1;
    for (int seed = first; seed < first + walks; ++seed) {
        CAPTURE(seed);
        Walk walk(static_cast<std::uint64_t>(seed));
        std::string done;
        for (int i = 0; i < 100; ++i) {
            done += walk.step() + " ";
            CAPTURE(done);
            check_index(walk.wallet());
        }
    }
}

TEST_CASE("an output that became ours by a longer range is a coin", "[wallet]") {
    Bench bench;
    const auto wallet = bench.create("w");
    const auto script = address(*wallet);
    const auto place = *wallet->keys().find(script);
    const auto& record = wallet->keys().records()[place.record];
    auto both = *bench.node.pay(script, coins(1));
    both.outputs.push_back({coins(2), record.descriptor.scripts(150)->front()});
    bench.node.add_to_mempool(seal(std::move(both)));
    bench.node.mine();
    CHECK(wallet->history().balances().trusted == coins(1));
    while (wallet->keys().records()[place.record].next_index <= 100)
        (void)address(*wallet);
    wallet->top_up(1000);
    CHECK(wallet->history().balances().trusted == coins(3));
}
