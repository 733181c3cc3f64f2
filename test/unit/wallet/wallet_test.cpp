#include <daler/primitives/chain_params.h>
#include <daler/util/storage_error.h>

#include <test.h>

#include "fake_node.h"

using namespace daler;
using namespace daler::wallet;
using namespace daler::wallet::test;
using descriptor::AddressType;

namespace {

/// A wallet with one mature coinbase of 50 coins.
std::unique_ptr<Wallet> rich_wallet(Bench& bench) {
    auto wallet = bench.create("rich");
    bench.node.mine(address(*wallet));
    bench.node.mine_many(100);
    REQUIRE(wallet->history().balances().trusted == coins(50));
    return wallet;
}

}  // namespace

TEST_CASE("a new wallet has eight active descriptors and gives four kinds of addresses",
          "[wallet]") {
    Bench bench;
    const auto wallet = bench.create("w");
    CHECK(wallet->keys().active().size() == 8);
    const auto format = bench.node.params().address;
    const auto text = [&](AddressType type) {
        return *descriptor::encode_address(address(*wallet, type), format);
    };
    CHECK(text(AddressType::bech32).starts_with("bcrt1q"));
    CHECK(text(AddressType::bech32m).starts_with("bcrt1p"));
    CHECK(text(AddressType::p2sh_segwit).starts_with("2"));
    CHECK(text(AddressType::legacy).find_first_of("mn") == 0);
    CHECK(text(AddressType::bech32) != text(AddressType::bech32));
}

TEST_CASE("blank and watch-only wallets have no addresses", "[wallet]") {
    Bench bench;
    const auto flags =
        GENERATE(WalletFlags{.blank = true}, WalletFlags{.private_keys_disabled = true});
    const auto wallet = bench.create("w", flags);
    CHECK_FALSE(wallet->can_get_addresses(false));
    const auto refused = wallet->new_address(AddressType::bech32, "");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == FailureKind::keypool_ran_out);
    CHECK(refused.error().message == "Error: No bech32 addresses available.");
}

TEST_CASE("an address that was given out is not given out again after a crash", "[wallet]") {
    Bench bench;
    auto wallet = bench.create("w");
    const auto first = address(*wallet);
    // A crash leaves what is on the disk while the wallet is open.
    std::filesystem::copy_file(bench.file("w"), bench.file("crashed"));
    std::filesystem::copy_file(bench.file("w").string() + "-wal",
                               bench.file("crashed").string() + "-wal");
    const auto recovered = bench.load("crashed");
    CHECK(recovered->keys().find(first));
    CHECK(recovered->label_of(first));
    CHECK(address(*recovered) != first);
}

TEST_CASE("a coinbase may be spent 100 blocks later", "[wallet]") {
    Bench bench;
    const auto wallet = bench.create("w");
    bench.node.mine(address(*wallet));
    bench.node.mine_many(99);
    CHECK(wallet->history().balances().immature == coins(50));
    CHECK(wallet->history().balances().trusted == Amount{0});
    CHECK(wallet->history().coins().empty());
    bench.node.mine();
    CHECK(wallet->history().balances().immature == Amount{0});
    CHECK(wallet->history().balances().trusted == coins(50));
    CHECK(wallet->history().coins().size() == 1);
}

TEST_CASE("others' unconfirmed payments are pending, our own change is trusted", "[wallet]") {
    Bench bench;
    const auto wallet = rich_wallet(bench);
    bench.node.add_to_mempool(bench.node.pay(address(*wallet), coins(1)));
    CHECK(wallet->history().balances().pending == coins(1));
    CHECK(wallet->history().balances().trusted == coins(50));

    const auto tx = send(*wallet, elsewhere, coins(10));
    const Amount fee = coins(50) - tx->output_value();
    CHECK(wallet->history().balances().trusted == coins(40) - fee);
    CHECK(wallet->history().balances().pending == coins(1));
    bench.node.mine();
    CHECK(wallet->history().balances().trusted == coins(41) - fee);
    CHECK(wallet->history().balances().pending == Amount{0});
}

TEST_CASE("a reorganisation undoes the transactions of disconnected blocks", "[wallet]") {
    Bench bench;
    const auto wallet = rich_wallet(bench);
    const auto payment = bench.node.pay(address(*wallet), coins(3));
    bench.node.add_to_mempool(payment);
    bench.node.mine();
    CHECK(wallet->history().balances().trusted == coins(53));

    bench.node.rewind(bench.node.height() - 2);
    CHECK(wallet->history().balances().trusted == Amount{0});
    CHECK(wallet->history().balances().immature == coins(50));
    CHECK(wallet->history().find(payment->txid)->status == TxStatus::inactive);
    bench.node.add_to_mempool(payment);
    CHECK(wallet->history().balances().pending == coins(3));
    bench.node.mine_many(2);
    CHECK(wallet->history().balances().trusted == coins(53));
}

TEST_CASE("a coinbase whose block was disconnected is abandoned", "[wallet]") {
    Bench bench;
    const auto wallet = bench.create("w");
    bench.node.mine(address(*wallet));
    bench.node.rewind(0);
    REQUIRE(wallet->history().records().size() == 1);
    CHECK(wallet->history().records().front().abandoned);
    CHECK(wallet->history().balances().immature == Amount{0});
}

TEST_CASE("descendants of a coinbase are abandoned with it and restored with it", "[wallet]") {
    Bench bench;
    auto wallet = rich_wallet(bench);
    const auto other_coin = bench.node.pay(address(*wallet), coins(30));
    bench.node.mempool = {other_coin};
    const auto* tip = &bench.node.mine();
    // The first spends both coins, the second its change.
    const auto first = send(*wallet, elsewhere, coins(70));
    const auto second = send(*wallet, elsewhere, coins(1));
    const Amount after = wallet->history().balances().trusted;
    const auto abandoned = [&](const TransactionRef& tx) {
        return wallet->history().find(tx->txid)->abandoned;
    };
    bool user_gave_up = false;

    SECTION("the mempool drops them after the reorganisation, children first") {
        bench.node.rewind(0);
        CHECK_FALSE(abandoned(first));
        bench.node.remove_from_mempool(second);
        bench.node.remove_from_mempool(first);
    }
    SECTION("parents are dropped first") {
        bench.node.rewind(0);
        bench.node.remove_from_mempool(first);
        bench.node.remove_from_mempool(second);
    }
    SECTION("they left the mempool before") {
        bench.node.remove_from_mempool(first);
        bench.node.remove_from_mempool(second);
        bench.node.rewind(0);
    }
    SECTION("they were confirmed") {
        tip = &bench.node.mine();
        bench.node.rewind(0);
    }
    SECTION("the user abandoned them before") {
        bench.node.remove_from_mempool(first);
        bench.node.remove_from_mempool(second);
        user_gave_up = wallet->abandon(first->txid).has_value();
        bench.node.rewind(0);
    }
    CHECK(abandoned(first));
    CHECK(abandoned(second));
    CHECK(wallet->history().balances().trusted == Amount{0});
    // Another chain contains the other coin: it is not spent.
    bench.node.mempool = {other_coin};
    bench.node.mine();
    CHECK(wallet->history().balances().trusted == coins(30));

    wallet.reset();
    wallet = bench.load("rich");
    CHECK(abandoned(second));
    bench.node.rewind(0);
    bench.node.reconnect(*tip);
    CHECK(abandoned(first) == user_gave_up);
    CHECK(abandoned(second) == user_gave_up);
    CHECK(wallet->history().balances().trusted == (user_gave_up ? coins(80) : after));
    if (!user_gave_up && tip->height == 102) CHECK(bench.node.in_mempool(second->txid));
}

TEST_CASE("a wallet finds payments of blocks while its ranges are not derived", "[wallet]") {
    Bench bench;
    auto wallet = bench.create("w");
    wallet->backup(bench.file("old"));
    std::vector<Script> scripts;
    for (int i = 0; i < 400; ++i)
        scripts.push_back(address(*wallet));
    const auto old = bench.load("old");
    // Each pays the last address of the range that the one before it extended (the keypool is 100).
    // The last two come in one block, in reverse order.
    bench.node.add_to_mempool(bench.node.pay(scripts[99], coins(1)));
    CHECK(old->history().balances().pending == coins(1));
    bench.node.mine();
    bench.node.mine(scripts[199]);
    bench.node.mempool = {bench.node.pay(scripts[399], coins(4)),
                          bench.node.pay(scripts[299], coins(2))};
    bench.node.mine();
    CHECK(old->history().balances().trusted == coins(7));
    CHECK(old->history().balances().immature == coins(50));
    CHECK(address(*old) != scripts[399]);
}

TEST_CASE("a payment in the mempool becomes ours when a range is extended", "[wallet]") {
    Bench bench;
    auto wallet = bench.create("w");
    wallet->backup(bench.file("old"));
    std::vector<Script> scripts;
    for (int i = 0; i < 300; ++i)
        scripts.push_back(address(*wallet));
    const auto old = bench.load("old");
    bench.node.add_to_mempool(bench.node.pay(scripts[199], coins(2)));
    bench.node.add_to_mempool(bench.node.pay(scripts[299], coins(4)));
    CHECK(old->history().balances().pending == Amount{0});
    SECTION("by a block") {
        const auto waiting = std::exchange(bench.node.mempool, {});
        bench.node.mempool = {bench.node.pay(scripts[99], coins(1))};
        bench.node.wallet = nullptr;
        const auto& entry = bench.node.mine();
        bench.node.mempool = waiting;
        old->block_connected(entry, bench.node.block(entry));
    }
    SECTION("by another one there") {
        bench.node.add_to_mempool(bench.node.pay(scripts[99], coins(1)));
    }
    const auto balances = old->history().balances();
    CHECK(balances.pending + balances.trusted == coins(7));
}

TEST_CASE("a payment is conflicted while the active chain has a block that spends its coin",
          "[wallet]") {
    Bench bench;
    const auto wallet = rich_wallet(bench);
    const auto first = send(*wallet, elsewhere, coins(10));
    const auto child = send(*wallet, elsewhere, coins(5));
    bench.node.remove_from_mempool(child);
    bench.node.remove_from_mempool(first);
    REQUIRE(wallet->abandon(first->txid));
    // Another copy of the wallet spends the same coin.
    Transaction rival = *first;
    rival.outputs.resize(1);
    rival.outputs[0] = {coins(49), elsewhere};
    bench.node.mempool = {seal(rival)};
    bench.node.mine();
    CHECK(wallet->history().find(first->txid)->status == TxStatus::conflicted);
    CHECK(wallet->history().find(child->txid)->status == TxStatus::conflicted);
    CHECK_FALSE(wallet->history().find(first->txid)->abandoned);
    CHECK_FALSE(wallet->history().find(child->txid)->abandoned);
    CHECK(wallet->history().depth(*wallet->history().find(first->txid)) == -1);
    CHECK(wallet->history().balances().trusted == Amount{0});

    bench.node.rewind(bench.node.height() - 1);
    CHECK(wallet->history().find(first->txid)->status == TxStatus::inactive);
    CHECK(wallet->history().depth(*wallet->history().find(child->txid)) == 0);
}

TEST_CASE("a payment that left the mempool still holds its coins until it is abandoned",
          "[wallet]") {
    Bench bench;
    const auto wallet = rich_wallet(bench);
    const auto tx = send(*wallet, elsewhere, coins(10));
    CHECK_FALSE(wallet->abandon(tx->txid));
    bench.node.remove_from_mempool(tx);
    CHECK(wallet->history().balances().trusted == Amount{0});
    CHECK(wallet->abandon(tx->txid));
    CHECK(wallet->history().balances().trusted == coins(50));
    const auto unknown = wallet->abandon(Txid{{1}});
    REQUIRE_FALSE(unknown);
    CHECK(unknown.error().message == "Invalid or non-wallet transaction id");
}

TEST_CASE("a wallet that was closed catches up with changes of the chain", "[wallet]") {
    Bench bench;
    auto wallet = rich_wallet(bench);
    const auto tx = send(*wallet, elsewhere, coins(10));
    bench.node.mine();
    const auto receiving = address(*wallet);
    wallet.reset();
    bench.node.wallet = nullptr;

    SECTION("blocks were added") {
        bench.node.mempool = {bench.node.pay(receiving, coins(2))};
        bench.node.mine_many(3);
        wallet = bench.load("rich");
        CHECK(wallet->history().balances().trusted == tx->output_value() - coins(10) + coins(2));
    }
    SECTION("the last block was replaced by two without the payment") {
        bench.node.rewind(bench.node.height() - 1);
        bench.node.mine_many(2);
        bench.node.refuses = consensus::Reason::mempool_min_fee;
        wallet = bench.load("rich");
        CHECK(wallet->history().find(tx->txid)->status == TxStatus::inactive);
        CHECK(wallet->history().balances().trusted == Amount{0});
        CHECK(bench.node.broadcasts == 2);
    }
    SECTION("the last block was replaced, and the mempool takes the payment again") {
        bench.node.rewind(bench.node.height() - 1);
        bench.node.mine();
        wallet = bench.load("rich");
        CHECK(wallet->history().find(tx->txid)->status == TxStatus::in_mempool);
        CHECK(wallet->history().balances().trusted == tx->output_value() - coins(10));
    }
}

TEST_CASE("after a crash, results of calls are kept, and balances come from the chain",
          "[wallet]") {
    Bench bench;
    const auto wallet = rich_wallet(bench);
    const auto tx = send(*wallet, elsewhere, coins(10));
    bench.node.mine(address(*wallet));
    bench.node.mine_many(4);
    const auto before = wallet->history().balances();
    for (const auto* suffix : {"", "-wal"}) {
        std::filesystem::copy_file(bench.file("rich").string() + suffix,
                                   bench.file("crashed").string() + suffix);
    }
    const auto recovered = bench.load("crashed");
    CHECK(recovered->history().balances().trusted == before.trusted);
    CHECK(recovered->history().balances().immature == coins(50));
    CHECK(recovered->history().find(tx->txid)->status == TxStatus::confirmed);
}

TEST_CASE("an old copy finds payments to addresses that were given out later", "[wallet]") {
    Bench bench;
    auto wallet = bench.create("w");
    wallet->backup(bench.file("old"));
    Script far;
    for (int i = 0; i < 90; ++i)
        far = address(*wallet);
    Script farther;
    for (int i = 0; i < 90; ++i)
        farther = address(*wallet);
    bench.node.mempool = {bench.node.pay(far, coins(1)), bench.node.pay(farther, coins(2))};
    bench.node.mine();
    const auto old = bench.load("old");
    CHECK(old->history().balances().trusted == coins(3));
    CHECK(old->label_of(farther));
    CHECK_FALSE(old->keys().find(elsewhere));
    const auto fresh = address(*old);
    CHECK(fresh != far);
    CHECK(fresh != farther);
}

TEST_CASE("a wallet file can be opened only once", "[wallet]") {
    Bench bench;
    const auto wallet = bench.create("w");
    CHECK_THROWS_WITH(Wallet::open(bench.context(), "again", bench.file("w")),
                      Catch::Contains("Unable to obtain an exclusive lock"));
}

TEST_CASE("a damaged file is refused", "[wallet]") {
    Bench bench;
    { const auto wallet = bench.create("w"); }
    std::filesystem::resize_file(bench.file("w"), 100);
    CHECK_THROWS_AS(Wallet::open(bench.context(), "w", bench.file("w")), StorageError);
}

TEST_CASE("an imported key finds its old coins in a scan", "[wallet]") {
    Bench bench;
    const auto wallet = bench.create("w", {.blank = true});
    const auto format = bench.node.params().address;
    const std::string wif = "cMahea7zqjxrtgAbB7LSGbcQUr1uX1ojuat9jZodMN87JcbXMTcA";
    const auto combo = *descriptor::Descriptor::parse("combo(" + wif + ")", format);
    bench.node.mine(combo.scripts(0)->at(0));
    bench.node.mine(combo.scripts(0)->at(2));
    bench.node.mine_many(100);
    CHECK(wallet->history().balances().trusted == Amount{0});
    REQUIRE(wallet->import_descriptor({.descriptor = combo, .label = "old"}));
    auto range = wallet->scan_range(0, {});
    CHECK(range.first == 0);
    CHECK(range.last == 102);
    while (!wallet->scan_some(range).value())
        continue;
    CHECK(range.next == 103);
    CHECK(wallet->history().balances().trusted == coins(100));
    CHECK(wallet->label_of(combo.scripts(0)->at(2))->label == "old");
    // All forms of the coin can be spent.
    const auto payment = wallet->prepare({.recipients = {{elsewhere, coins(100), true}}});
    REQUIRE(payment);
    CHECK(payment->tx->inputs.size() == 2);
}

TEST_CASE("a scan reads the blocks that come meanwhile", "[wallet]") {
    Bench bench;
    const auto wallet = bench.create("w", {.blank = true});
    const std::string text = "wpkh(cMahea7zqjxrtgAbB7LSGbcQUr1uX1ojuat9jZodMN87JcbXMTcA)";
    const auto key = *descriptor::Descriptor::parse(text, bench.node.params().address);
    const auto& paid = bench.node.mine(key.scripts(0)->at(0));
    bench.node.mine_many(100);
    REQUIRE(wallet->import_descriptor({.descriptor = key}));
    auto range = wallet->scan_range(0, {});
    Transaction spend;  // the wallet does not know yet that this is its coin
    spend.inputs.resize(1);
    spend.inputs[0].prevout = {bench.node.block(paid)->transactions[0]->txid, 0};
    spend.outputs.push_back({coins(50), elsewhere});
    bench.node.mempool.push_back(seal(std::move(spend)));
    bench.node.mine();
    while (!wallet->scan_some(range).value())
        continue;
    CHECK(wallet->history().balances().trusted == Amount{0});
}

TEST_CASE("a scan does not read blocks whose filters rule out the wallet's scripts", "[wallet]") {
    Bench bench;
    const auto wallet = bench.create("w");
    const auto paid = address(*wallet);
    bench.node.wallet = nullptr;
    const auto* payment = &bench.node.mine(paid);
    bench.node.mine_many(20);
    std::set<Height> asked;
    bench.node.filter = [&](const chain::BlockEntry& entry, std::span<const ByteSpan> scripts) {
        asked.insert(entry.height);
        const bool knows_script = std::ranges::any_of(
            scripts, [&](ByteSpan script) { return std::ranges::equal(script, paid.bytes()); });
        return knows_script && &entry == payment;
    };
    while (!wallet->catch_up().value())
        continue;
    CHECK(asked.size() == 21);
    CHECK(bench.node.read == std::set{payment->height});
    CHECK(wallet->history().balances().immature == coins(50));
}

TEST_CASE("filters do not hide the conflicts of unconfirmed payments", "[wallet]") {
    Bench bench;
    auto wallet = rich_wallet(bench);
    const auto payment = bench.node.pay(address(*wallet), coins(2));
    bench.node.add_to_mempool(payment);
    wallet.reset();
    bench.node.wallet = nullptr;
    // A block spends the stranger's coin in another way. Its filter does not show that.
    Transaction rival = *payment;
    rival.outputs[0].script_pubkey = elsewhere;
    bench.node.mempool = {seal(rival)};
    bench.node.mine();
    bench.node.filter = [](const auto&, const auto&) { return false; };
    wallet = bench.load("rich");
    CHECK(wallet->history().find(payment->txid)->status == TxStatus::conflicted);
    CHECK(wallet->history().balances().pending == Amount{0});
}

TEST_CASE("an invalid import is refused", "[wallet]") {
    Bench bench;
    const auto format = bench.node.params().address;
    const auto parse = [&](const std::string& text) {
        return *descriptor::Descriptor::parse(text, format);
    };
    const auto message = [](const auto& outcome) {
        return outcome ? std::string() : outcome.error().message;
    };
    const std::string key =
        "wpkh(03a34b99f22c790c4e36b2b3c2c35a36db06226e41c692fc82b8b56ac1c540c5bd)";
    const std::string wif = "wpkh(cMahea7zqjxrtgAbB7LSGbcQUr1uX1ojuat9jZodMN87JcbXMTcA)";
    const auto normal = bench.create("normal");
    CHECK(message(normal->import_descriptor({.descriptor = parse(key)})) ==
          "Cannot import descriptor without private keys to a wallet with private keys enabled");
    CHECK(message(normal->import_descriptor({.descriptor = parse(wif)})).empty());
    const auto watching = bench.create("watching", {.private_keys_disabled = true});
    CHECK(message(watching->import_descriptor({.descriptor = parse(wif)})) ==
          "Cannot import private keys to a wallet with private keys disabled");
    CHECK(message(watching->import_descriptor({.descriptor = parse(key)})).empty());
}

TEST_CASE("persistent locks of coins are stored", "[wallet]") {
    Bench bench;
    auto wallet = rich_wallet(bench);
    const auto coin = wallet->history().coins().front().outpoint;
    wallet->lock_coin(coin, true);
    wallet->lock_coin({Txid{{9}}, 1}, false);
    CHECK_FALSE(wallet->prepare({.recipients = {{elsewhere, coins(1)}}}));
    wallet.reset();
    wallet = bench.load("rich");
    CHECK(wallet->locked_coins() == std::set<OutPoint>{coin});
    CHECK(wallet->unlock_coin(coin));
    CHECK(wallet->prepare({.recipients = {{elsewhere, coins(1)}}}));
}

TEST_CASE("spending a locked coin removes the lock", "[wallet]") {
    Bench bench;
    auto wallet = rich_wallet(bench);
    const auto coin = wallet->history().coins().front().outpoint;
    // Signed by another program with the same keys.
    const auto payment = wallet->prepare({.recipients = {{elsewhere, coins(1)}}});
    REQUIRE(payment);
    wallet->lock_coin(coin, true);
    SECTION("in the mempool") {
        bench.node.add_to_mempool(payment->tx);
    }
    SECTION("in a block") {
        bench.node.mempool = {payment->tx};
        bench.node.mine();
    }
    SECTION("while the wallet was closed") {
        wallet.reset();
        bench.node.wallet = nullptr;
        bench.node.mempool = {payment->tx};
        bench.node.mine();
        wallet = bench.load("rich");
    }
    CHECK(wallet->locked_coins().empty());
    wallet.reset();
    CHECK(bench.load("rich")->locked_coins().empty());
}

TEST_CASE("an import sets next_index back if the request says so", "[wallet]") {
    Bench bench;
    auto wallet = bench.create("w", {.blank = true});
    const auto parsed = *descriptor::Descriptor::parse(
        "wpkh("
        "tprv8ZgxMBicQKsPd7Uf69XL1XwhmjHopUGep8GuEiJDZmbQz6o58LninorQAfcKZWARbtRtfnLcJ5MQ2AtHcQJ"
        "CCRUcMRvmDUjyEmNUWwx8UbK/*)",
        bench.node.params().address);
    const auto import = [&](std::optional<std::uint32_t> next_index) {
        REQUIRE(wallet->import_descriptor(
            {.descriptor = parsed, .range = {{0, 200}}, .next_index = next_index, .active = true}));
        return wallet->keys().records()[0].next_index;
    };
    CHECK(import({}) == 0);
    std::vector<Script> scripts;
    for (int i = 0; i < 5; ++i)
        scripts.push_back(address(*wallet));
    bench.node.mine(scripts[1]);
    CHECK(import({}) == 5);
    CHECK(import(2) == 2);
    wallet.reset();
    wallet = bench.load("w");
    CHECK(address(*wallet) == scripts[2]);
    CHECK(import(9) == 9);
}

TEST_CASE("unconfirmed payments are offered again between 12 and 36 hours later", "[wallet]") {
    Bench bench;
    auto wallet = rich_wallet(bench);
    const auto tx = send(*wallet, elsewhere, coins(1));
    bench.node.remove_from_mempool(tx);
    bench.node.broadcasts = 0;
    constexpr std::int64_t hour = 3600;
    const auto wait = [&](std::int64_t seconds) {
        bench.node.advance_clock(seconds);
        wallet->resend_if_due();
        return bench.node.broadcasts;
    };
    // A block without it, more than five minutes later by the miner's clock.
    bench.node.advance_clock(301);
    bench.node.mine();
    bench.node.mempool.clear();
    CHECK(wait(12 * hour - 302) == 0);
    CHECK(wait(24 * hour + 2) == 1);
    CHECK(wallet->history().find(tx->txid)->status == TxStatus::in_mempool);
    // It is announced again while it is in the mempool, but not twice.
    CHECK(wait(12 * hour - 1) == 1);
    CHECK(wait(24 * hour + 2) == 2);
    // A transaction that came after the last block is not offered.
    bench.node.remove_from_mempool(tx);
    REQUIRE(wallet->abandon(tx->txid));
    send(*wallet, elsewhere, coins(1));
    bench.node.broadcasts = 0;
    CHECK(wait(48 * hour) == 0);
}

TEST_CASE("refill extends the ranges of active descriptors", "[wallet]") {
    Bench bench;
    auto wallet = bench.create("w");
    const auto refill = [&](std::uint32_t size) {
        while (!wallet->refill(size).value())
            continue;
        return wallet->keys().unused(false);
    };
    CHECK(refill(0) == 400);
    CHECK(refill(10) == 400);
    CHECK(refill(150) == 600);
    CHECK(wallet->keys().records()[0].derived_end == 150);
    wallet.reset();
    wallet = bench.load("w");
    CHECK(wallet->keys().unused(true) == 600);
}

TEST_CASE("notifications of blocks that the wallet knows are ignored", "[wallet]") {
    Bench bench;
    const auto wallet = rich_wallet(bench);
    const auto& tip = wallet->tip();
    const auto block = bench.node.block(tip);
    wallet->block_connected(tip, block);
    wallet->block_connected(*tip.previous, bench.node.block(*tip.previous));
    wallet->block_disconnected(*tip.previous);
    CHECK(&wallet->tip() == &tip);
    // A gap is filled by reading blocks.
    bench.node.wallet = nullptr;
    bench.node.mine();
    bench.node.mempool = {bench.node.pay(address(*wallet), coins(1))};
    bench.node.mine();
    const auto& last = bench.node.mine();
    wallet->block_connected(last, bench.node.block(last));
    CHECK(&wallet->tip() == &last);
    CHECK(wallet->history().balances().trusted == coins(51));
}
