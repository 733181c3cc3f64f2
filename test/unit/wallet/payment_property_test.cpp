// Random coins and random payments: what must hold for each of them.
#include <daler/primitives/chain_params.h>
#include <daler/script/standard.h>

#include <test.h>

#include "fake_node.h"

#include <cstdlib>

using namespace daler;
using namespace daler::wallet;
using namespace daler::wallet::test;
using descriptor::AddressType;

namespace {

constexpr int payments_of_a_wallet = 50;

/// A random amount: as often below 10,000 satoshis as above a whole coin.
Amount random_amount(Random& random) {
    std::int64_t limit = 1'000;
    for (auto i = random.below(7); i > 0; --i)
        limit *= 10;
    return Amount{600 + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(limit)))};
}

/// A wallet with up to 60 random coins on two addresses of each type.
std::unique_ptr<Wallet> random_wallet(Bench& bench, Random& random) {
    auto wallet = bench.create("w");
    std::vector<Script> addresses;
    for (int i = 0; i < 8; ++i)
        addresses.push_back(address(*wallet, static_cast<AddressType>(i % 4)));
    const auto types = random.below(8) + 1;
    for (auto i = random.below(60) + 1; i > 0; --i) {
        const auto& to = addresses[random.below(types)];
        bench.node.mempool.push_back(bench.node.pay(to, random_amount(random)));
    }
    bench.node.mine_many(static_cast<int>(random.below(8)) + 1);
    return wallet;
}

Script random_recipient(Random& random) {
    Bytes key(32);
    for (auto& byte : key)
        byte = static_cast<std::uint8_t>(random.below(256));
    switch (random.below(4)) {
        case 0:
            return script::pay_to_witness(0, ByteSpan(key).first(20));
        case 1:
            return script::pay_to_witness(1, key);
        case 2:
            return script::pay_to_witness(0, key);
        default: {
            crypto::Digest160 hash;
            std::ranges::copy(ByteSpan(key).first(20), hash.begin());
            return script::pay_to_pubkey_hash(hash);
        }
    }
}

/// Payments in the mempool, so that the wallet has unconfirmed change. Most pay less than others
/// want, and who spends their change pays for them, too.
void pay_some(Bench& bench, Wallet& wallet, Random& random) {
    for (auto i = random.below(4); i > 0; --i) {
        const Amount amount = std::min(random_amount(random), Amount{1'000'000});
        const auto payment = wallet.prepare({.recipients = {{random_recipient(random), amount}},
                                             .fee_rate = FeeRate{Amount{1000}}});
        if (!payment || !wallet.send(*payment, "", "")) continue;
        bench.node.bump[payment->tx->txid] =
            Amount{static_cast<std::int64_t>(random.below(4) * random.below(5'000))};
    }
}

PaymentRequest random_request(const Wallet& wallet, Random& random) {
    Amount total;
    for (const auto& coin : wallet.history().coins())
        total += coin.output.value;
    PaymentRequest out;
    const auto recipients = random.below(4) + 1;
    for (std::uint64_t i = 0; i < recipients; ++i) {
        const auto share = random.below(1200);  // thousandths of what there is, sometimes too much
        const Amount amount{static_cast<std::int64_t>(static_cast<std::uint64_t>(total.satoshis()) /
                                                      1000 * share / recipients)};
        out.recipients.push_back(
            {random_recipient(random), std::max(amount, Amount{600}), random.below(4) == 0});
    }
    out.fee_rate = FeeRate{Amount{1000 + static_cast<std::int64_t>(random.below(60'000))}};
    return out;
}

/// The type of an address, told by its length: P2PKH 25, P2SH 23, P2WPKH 22, P2TR 34.
using CoinType = std::size_t;

/// What a coin brings to a payment.
Amount effective(const Wallet& wallet, const OwnedCoin& coin, const PaymentRequest& request,
                 bool recipients_pay) {
    if (recipients_pay) return coin.output.value;
    const auto weight = *wallet.keys().input_weight(coin.output.script_pubkey);
    const auto parents = wallet.node().bump_fees({&coin.outpoint, 1}, *request.fee_rate).together;
    return coin.output.value - request.fee_rate->fee((weight + 3) / 4) - parents;
}

std::int64_t size_of(const TxOutput& output) {
    return static_cast<std::int64_t>(9 + output.script_pubkey.size());
}

struct Check {
    const Wallet& wallet;
    const PaymentRequest& request;
    const Payment& payment;
    bool recipients_pay = false;
    Amount sent{};

    Check(const Wallet& of, const PaymentRequest& asked, const Payment& made)
        : wallet(of), request(asked), payment(made) {
        for (const auto& recipient : request.recipients) {
            sent += recipient.amount;
            recipients_pay |= recipient.pays_fee;
        }
    }

    /// The outputs of the recipients, in their order.
    [[nodiscard]] std::vector<TxOutput> recipients() const {
        auto out = payment.tx->outputs;
        if (payment.change_position)
            out.erase(out.begin() + static_cast<std::ptrdiff_t>(*payment.change_position));
        return out;
    }

    void sums() const {
        REQUIRE(payment.fee == wallet.history().debit(*payment.tx) - payment.tx->output_value());
        const auto outputs = recipients();
        REQUIRE(outputs.size() == request.recipients.size());
        std::optional<Amount> share;
        bool is_first = true;
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            const auto& asked = request.recipients[i];
            REQUIRE(outputs[i].script_pubkey == asked.script);
            const Amount less = asked.amount - outputs[i].value;
            if (!asked.pays_fee) REQUIRE(less == Amount{0});
            // The first one pays the remainder of the division.
            if (asked.pays_fee && !std::exchange(is_first, false)) {
                REQUIRE((!share || *share == less));
                share = less;
            }
        }
    }

    /// What the payment owes for unconfirmed parents, each of them once; and coin by coin.
    [[nodiscard]] BumpFees for_parents() const {
        std::vector<OutPoint> spent;
        for (const auto& input : payment.tx->inputs)
            spent.push_back(input.prevout);
        return wallet.node().bump_fees(spent, *request.fee_rate);
    }

    void fee() const {
        const FeeRate rate = *request.fee_rate;
        const auto vsize = payment.tx->vsize();
        const auto parents = for_parents();
        REQUIRE(payment.fee >= rate.fee(vsize) + parents.together);
        REQUIRE(payment.fee >= wallet.node().min_fee_rate().fee(vsize));
        REQUIRE(payment.fee <= wallet.options().max_tx_fee);
        // A signature may be shorter than was assumed, by one byte in nearly all cases.
        const auto slack = static_cast<std::int64_t>(2 * payment.tx->inputs.size());
        Amount most = rate.fee(vsize + slack) + parents.together;
        // What was not worth a change output: its fee, and at most dust.
        if (!payment.change_position && !recipients_pay) {
            const FeeRate discard{std::max(wallet.options().discard_fee.per_kvb, Amount{3000})};
            most += rate.fee(43) + std::max(discard.fee(148), Amount{1000});
            // The coins are chosen as if each of them paid for its parents alone.
            for (const auto& [coin, amount] : parents.each)
                most += amount;
            most -= parents.together;
        }
        REQUIRE(payment.fee <= most);
    }

    void change() const {
        if (!payment.change_position) return;
        const auto& output = payment.tx->outputs[*payment.change_position];
        REQUIRE(wallet.is_change(output));
        REQUIRE_FALSE(policy::is_dust(output, wallet.node().relay_dust_fee_rate()));
    }

    [[nodiscard]] bool is_unconfirmed(const Txid& txid) const {
        return wallet.history().depth(*wallet.history().find(txid)) == 0;
    }

    /// If the inputs are of several types, no type was enough alone. Unconfirmed coins count only
    /// if some were needed: they are tried last.
    void types() const {
        std::set<CoinType> used;
        bool needs_unconfirmed = false;
        for (const auto& input : payment.tx->inputs) {
            used.insert(wallet.history().owned_prevout(input)->script_pubkey.size());
            needs_unconfirmed |= is_unconfirmed(input.prevout.txid);
        }
        if (used.size() == 1) return;
        std::map<CoinType, Amount> sums;
        for (const auto& coin : wallet.history().coins()) {
            if (coin.depth == 0 && !needs_unconfirmed) continue;
            const auto value = effective(wallet, coin, request, recipients_pay);
            if (value > Amount{0}) sums[coin.output.script_pubkey.size()] += value;
        }
        std::int64_t size = 11;
        for (const auto& output : recipients())
            size += size_of(output);
        const Amount target = sent + (recipients_pay ? Amount{0} : request.fee_rate->fee(size));
        for (const auto& [type, sum] : sums)
            REQUIRE(sum < target);
    }

    /// Whether it spends some and not all coins of a script that bring more than they cost.
    [[nodiscard]] bool splits_scripts() const {
        std::set<Script> scripts;
        std::set<OutPoint> spent;
        for (const auto& input : payment.tx->inputs) {
            scripts.insert(wallet.history().owned_prevout(input)->script_pubkey);
            spent.insert(input.prevout);
        }
        return std::ranges::any_of(wallet.history().coins(), [&](const OwnedCoin& coin) {
            return scripts.contains(coin.output.script_pubkey) && !spent.contains(coin.outpoint) &&
                   effective(wallet, coin, request, recipients_pay) > Amount{0};
        });
    }
};

crypto::Digest256 random_seed(Random& random) {
    crypto::Digest256 seed{};
    seed[0] = static_cast<std::uint8_t>(random.below(256));
    return seed;
}

/// -maxtxfee is the highest fee, and a rate that is not relayed is refused.
void check_limits(Bench& bench, Wallet& wallet, const PaymentRequest& request, Random& random) {
    auto& options = bench.options;
    options.choice_seed = random_seed(random);
    const Amount usual = options.max_tx_fee;
    const auto first = wallet.prepare(request);
    REQUIRE(first);
    options.max_tx_fee = first->fee;
    const auto same = wallet.prepare(request);
    REQUIRE(same);
    REQUIRE(same->fee == first->fee);
    options.max_tx_fee = first->fee - Amount{1};
    // Perhaps it is enough for the payment that does not spend all coins of an address.
    if (const auto less = wallet.prepare(request))
        REQUIRE(less->fee < first->fee);
    else
        REQUIRE(less.error().message.starts_with("Fee exceeds maximum"));
    options.max_tx_fee = usual;
    options.choice_seed.reset();
    auto low = request;
    low.fee_rate = FeeRate{Amount{static_cast<std::int64_t>(random.below(1000))}};
    const auto refused = wallet.prepare(low);
    REQUIRE_FALSE(refused);
    REQUIRE(refused.error().message.find("lower than the minimum") != std::string::npos);
}

/// The payments without an option about groups, with -maxapsfee, and with -avoidpartialspends.
/// True if -maxapsfee changes something.
bool check_groups(Bench& bench, Wallet& wallet, const PaymentRequest& request, Random& random) {
    auto& options = bench.options;
    options.choice_seed = random_seed(random);
    options.max_group_fee = std::nullopt;
    const auto single = wallet.prepare(request);
    REQUIRE(single);
    const Amount more{static_cast<std::int64_t>(random.below(3) * 10'000)};
    options.max_group_fee = more;
    const auto tried = wallet.prepare(request);
    REQUIRE(tried);
    const bool differs = tried->tx->txid != single->tx->txid;
    REQUIRE(tried->fee <= single->fee + more);
    if (differs) REQUIRE_FALSE(Check(wallet, request, *tried).splits_scripts());
    options.avoid_partial_spends = true;
    const auto grouped = wallet.prepare(request);
    options.avoid_partial_spends = false;
    options.choice_seed.reset();
    const Check asked(wallet, request, *single);
    if (!grouped) {
        // More inputs cost more, perhaps more than is left for a recipient who pays for them.
        REQUIRE(asked.recipients_pay);
        REQUIRE(grouped.error().message.find("too small to") != std::string::npos);
        return differs;
    }
    const Check check(wallet, request, *grouped);
    REQUIRE_FALSE(check.splits_scripts());
    check.sums();
    check.fee();
    check.change();
    check.types();
    return differs;
}

}  // namespace

TEST_CASE("random payments are right", "[wallet]") {
    const int wallets = std::getenv("DALER_LONG") ? 2'000 : 15;
    const char* given = std::getenv("DALER_SEED");
    const auto seed = given ? std::strtoull(given, nullptr, 10) : 1;
    int made = 0, mixed = 0, without_change = 0, grouped = 0, with_parents = 0;
    for (int number = 0; number < wallets; ++number) {
        Random random{seed * 100'000 + static_cast<std::uint64_t>(number)};
        Bench bench;
        const auto wallet = random_wallet(bench, random);
        pay_some(bench, *wallet, random);
        for (int i = 0; i < payments_of_a_wallet; ++i) {
            INFO("seed " << seed << ", wallet " << number << ", payment " << i);
            const auto request = random_request(*wallet, random);
            const auto payment = wallet->prepare(request);
            if (!payment) {
                // What was asked for is more than there is, or less than its own cost.
                REQUIRE(payment.error().kind != FailureKind::misc);
                continue;
            }
            const Check check(*wallet, request, *payment);
            check.sums();
            check.fee();
            check.change();
            check.types();
            grouped += check_groups(bench, *wallet, request, random) ? 1 : 0;
            if (i % 10 == 0) check_limits(bench, *wallet, request, random);
            with_parents += check.for_parents().together > Amount{0} ? 1 : 0;
            ++made;
            without_change += payment->change_position ? 0 : 1;
            std::set<CoinType> types;
            for (const auto& input : payment->tx->inputs)
                types.insert(wallet->history().owned_prevout(input)->script_pubkey.size());
            mixed += types.size() > 1 ? 1 : 0;
        }
    }
    // All kinds of payments have occurred.
    CHECK(made * 2 > wallets * payments_of_a_wallet);
    CHECK(mixed * 20 > made);
    CHECK(without_change * 100 > made);
    CHECK(grouped * 20 > made);
    CHECK(with_parents * 50 > made);
}
