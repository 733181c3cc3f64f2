#include <daler/crypto/key.h>
#include <daler/encoding/hex.h>
#include <daler/miniscript/satisfy.h>
#include <daler/script/interpreter.h>
#include <daler/script/lock_times.h>
#include <daler/script/standard.h>
#include <daler/script/taproot.h>

#include <test.h>

#include <set>

#include "random_text.h"

using namespace daler;
using namespace daler::miniscript;

namespace {

const Bytes preimage(32, 7);

template <class Digest>
Bytes as_vector(const Digest& digest) {
    return {digest.begin(), digest.end()};
}

std::array<std::string, 4> digests() {
    return {to_hex(crypto::sha256(preimage)), to_hex(crypto::sha256d(preimage)),
            to_hex(crypto::ripemd160(preimage)), to_hex(crypto::hash160(preimage))};
}

crypto::PrivateKey secret(std::size_t number) {
    Bytes bytes(32);
    bytes[31] = static_cast<std::uint8_t>(number + 1);
    return *crypto::PrivateKey::from_bytes(bytes);
}

/// An expression in the output of a transaction, and a transaction that spends it. Keys are named
/// K0, K1 and so on.
class Spend {
public:
    Spend(std::string_view text, Context context) : context_(context) {
        expression_ = parse(text, context, [&](std::string_view name) {
            numbers_.push_back(std::stoul(std::string(name.substr(1))));
            const auto key = secret(numbers_.back());
            keys_.push_back(context == Context::p2wsh ? as_vector(key.public_key().bytes())
                                                      : as_vector(key.x_only().bytes));
            return true;
        });
        REQUIRE(expression_);
        if (!expression_->facts.back().type.has("B"_type)) return;
        script_ = to_script(*expression_, keys_);
        leaf_ = script::tap_leaf_hash(script::tapscript_leaf_version, script_.bytes());
        internal_ = secret(99).x_only();
        output_ = *script::taproot_output_key(internal_, leaf_);
        coin = {Amount{100'000}, context == Context::p2wsh
                                     ? script::pay_to_witness(0, crypto::sha256(script_.bytes()))
                                     : script::pay_to_witness(1, output_.key.bytes)};
        tx.inputs.resize(1);
        tx.inputs[0].prevout = {Txid{{7}}, 0};
        tx.outputs.push_back({Amount{90'000}, coin.script_pubkey});
    }

    [[nodiscard]] const Expression& expression() const { return *expression_; }
    [[nodiscard]] bool is_sane() const { return !find_flaw(*expression_, keys_); }
    [[nodiscard]] const std::vector<Bytes>& keys() const { return keys_; }
    [[nodiscard]] std::size_t number_of(ByteSpan key) const {
        const auto found = std::ranges::find_if(
            keys_, [&](const Bytes& known) { return std::ranges::equal(known, key); });
        return numbers_[static_cast<std::size_t>(found - keys_.begin())];
    }

    [[nodiscard]] Bytes sign(ByteSpan key) const {
        const script::PrecomputedHashes hashes(tx, std::vector{coin});
        const auto own = secret(number_of(key));
        if (context_ == Context::tapscript) {
            const auto hash = script::taproot_sighash(tx, 0, script::sighash_default, hashes, {},
                                                      script::TapscriptContext{*leaf_});
            return as_vector(own.sign_schnorr(hash->bytes, {}));
        }
        const auto hash = script::segwit_v0_sighash(tx, 0, script_.bytes(), coin.value,
                                                    script::sighash_all, hashes);
        Bytes out = own.sign_ecdsa(hash.bytes);
        out.push_back(script::sighash_all);
        return out;
    }

    /// Runs the script with these elements.
    [[nodiscard]] script::ScriptError verify(std::vector<Bytes> stack) {
        stack.push_back(as_vector(script_.bytes()));
        if (context_ == Context::tapscript) {
            Bytes control{static_cast<std::uint8_t>(script::tapscript_leaf_version |
                                                    (output_.parity ? 1 : 0))};
            control.insert(control.end(), internal_.bytes.begin(), internal_.bytes.end());
            stack.push_back(std::move(control));
        }
        tx.inputs[0].witness = std::move(stack);
        const script::PrecomputedHashes hashes(tx, std::vector{coin});
        return script::verify_input({tx, 0, coin, hashes, script::standard_flags});
    }

    Transaction tx;
    TxOutput coin;

private:
    Context context_;
    std::optional<Expression> expression_;
    std::vector<std::size_t> numbers_;
    std::vector<Bytes> keys_;
    Script script_;
    std::optional<Hash256> leaf_;
    crypto::XOnlyKey internal_;
    crypto::XOnlyKey::Tweaked output_{};
};

/// Signs with the keys of `signers`.
class TestAssets : public Assets {
public:
    explicit TestAssets(const Spend& spend) : spend_(spend) {}

    [[nodiscard]] std::optional<Bytes> signature(ByteSpan key) const override {
        if (!signers.contains(spend_.number_of(key))) return std::nullopt;
        return spend_.sign(key);
    }
    [[nodiscard]] std::optional<Bytes> preimage(Fragment, ByteSpan) const override {
        return knows_preimage ? std::optional(::preimage) : std::nullopt;
    }
    [[nodiscard]] bool check_after(std::uint32_t lock) const override {
        return script::lock_time_holds(lock, spend_.tx, spend_.tx.inputs[0]);
    }
    [[nodiscard]] bool check_older(std::uint32_t lock) const override {
        return script::sequence_holds(lock, spend_.tx, spend_.tx.inputs[0]);
    }

    std::set<std::size_t> signers;
    bool knows_preimage = false;

private:
    const Spend& spend_;
};

std::size_t size_of(const std::vector<Bytes>& stack) {
    std::size_t out = 0;
    for (const auto& element : stack)
        out += compact_size_length(element.size()) + element.size();
    return out;
}

/// Which elements of a witness are what: "0" and "1", "sN" a signature of key N, "kN" the key, "p"
/// the preimage.
std::string shape(const Spend& spend, const std::vector<Bytes>& stack) {
    std::string out;
    for (const auto& element : stack) {
        if (!out.empty()) out += " ";
        std::string name = element.empty() ? "0" : element == Bytes{1} ? "1" : "?";
        if (element == preimage) name = "p";
        for (const auto& key : spend.keys()) {
            if (element == key) name = fmt::format("k{}", spend.number_of(key));
            if (element == spend.sign(key)) name = fmt::format("s{}", spend.number_of(key));
        }
        out += name;
    }
    return out;
}

}  // namespace

TEST_CASE("the smallest witness that others cannot change is found", "[miniscript]") {
    struct Row {
        std::string text;
        std::set<std::size_t> signers;
        bool knows_preimage;
        std::uint32_t sequence;
        std::string witness;
    };
    const auto hash = "sha256(" + digests()[0] + ")";
    const auto row = GENERATE_REF(values<Row>({
        {"pk(K0)", {0}, false, 0, "s0"},
        {"pk(K0)", {1}, false, 0, "none"},
        {"pkh(K0)", {0}, false, 0, "s0 k0"},
        {"multi(2,K0,K1,K2)", {0, 1, 2}, false, 0, "0 s0 s1"},
        {"multi(2,K0,K1,K2)", {0, 2}, false, 0, "0 s0 s2"},
        {"multi(2,K0,K1,K2)", {2}, false, 0, "none"},
        {"and_v(v:pk(K0)," + hash + ")", {0}, true, 0, "p s0"},
        {"and_v(v:pk(K0)," + hash + ")", {0}, false, 0, "none"},
        {"or_d(pk(K0),pkh(K1))", {1}, false, 0, "s1 k1 0"},
        {"or_d(pk(K0),pkh(K1))", {0, 1}, false, 0, "s0"},
        {"or_i(pkh(K0),pk(K1))", {0, 1}, false, 0, "s1 0"},
        {"or_i(pkh(K0),pk(K1))", {0}, false, 0, "s0 k0 1"},
        {"andor(pk(K0),older(9),pk(K1))", {0, 1}, false, 9, "s0"},
        {"andor(pk(K0),older(9),pk(K1))", {0, 1}, false, 8, "s1 0"},
        {"andor(pk(K0),older(9),pk(K1))", {0}, false, 8, "none"},
        {"thresh(2,pk(K0),s:pk(K1),sln:older(9))", {0, 1}, false, 9, "0 s1 0"},
        {"thresh(2,pk(K0),s:pk(K1),sln:older(9))", {0, 1}, false, 0, "1 s1 s0"},
        {"thresh(2,pk(K0),s:pk(K1),s:pk(K2))", {0, 1, 2}, false, 0, "s2 s1 0"},
        {"j:pkh(K0)", {0}, false, 0, "s0 k0"},
        // Whoever knows the preimage could take the other way: no witness is safe.
        {"or_b(" + hash + ",s:pk(K0))", {0}, false, 0, "none"},
        // A way without a signature must be taken if there is one.
        {"or_i(" + hash + ",pk(K0))", {0}, true, 0, "none"},
    }));
    CAPTURE(row.text, row.signers);
    Spend spend(row.text, Context::p2wsh);
    spend.tx.inputs[0].sequence = row.sequence;
    TestAssets assets(spend);
    assets.signers = row.signers;
    assets.knows_preimage = row.knows_preimage;
    const auto stack = satisfy(spend.expression(), spend.keys(), assets);
    CHECK((stack ? shape(spend, *stack) : "none") == row.witness);
    if (stack) CHECK(spend.verify(*stack) == script::ScriptError::ok);
}

TEST_CASE("multi_a has an element for each key, the first key's on top", "[miniscript]") {
    Spend spend("multi_a(2,K0,K1,K2)", Context::tapscript);
    TestAssets assets(spend);
    assets.signers = {0, 2};
    const auto stack = satisfy(spend.expression(), spend.keys(), assets);
    REQUIRE(stack);
    CHECK(shape(spend, *stack) == "s2 0 s0");
    CHECK(spend.verify(*stack) == script::ScriptError::ok);
}

TEST_CASE("the largest witness is known without signatures", "[miniscript]") {
    const auto size = [](std::string_view text, Context context) {
        const auto found = largest_witness(Spend(text, context).expression());
        return found ? fmt::format("{} {}", found->elements, found->bytes) : "none";
    };
    CHECK(size("pk(K0)", Context::p2wsh) == "1 73");
    CHECK(size("pk(K0)", Context::tapscript) == "1 66");
    CHECK(size("pkh(K0)", Context::p2wsh) == "2 107");
    CHECK(size("multi(2,K0,K1,K2)", Context::p2wsh) == "3 147");
    CHECK(size("multi_a(2,K0,K1,K2)", Context::tapscript) == "3 133");
    CHECK(size("or_d(pk(K0),pkh(K1))", Context::p2wsh) == "3 108");
    CHECK(size("and_v(v:pk(K0),0)", Context::p2wsh) == "none");
}

TEST_CASE("random sane expressions are satisfied as the interpreter wants it", "[miniscript]") {
    const auto context = GENERATE(Context::p2wsh, Context::tapscript);
    test::RandomText random(11, context, digests());
    int satisfied = 0;
    for (int i = 0; i < 6000; ++i) {
        const auto text = random.next();
        Spend spend(text, context);
        if (!spend.is_sane()) continue;
        CAPTURE(text);
        spend.tx.lock_time = random.below(2) == 0 ? 100 : 500'000'500;
        spend.tx.inputs[0].sequence = random.below(2) == 0 ? 20 : (1u << 22) + 20;
        TestAssets assets(spend);
        for (std::size_t key = 0; key < test::RandomText::key_count; ++key)
            if (random.below(4) != 0) assets.signers.insert(key);
        assets.knows_preimage = random.below(2) == 0;
        const auto stack = satisfy(spend.expression(), spend.keys(), assets);
        if (!stack) continue;
        ++satisfied;
        REQUIRE(spend.verify(*stack) == script::ScriptError::ok);
        const auto largest = largest_witness(spend.expression());
        REQUIRE(largest);
        REQUIRE(stack->size() <= largest->elements);
        REQUIRE(size_of(*stack) <= largest->bytes);
        // No element is there without need.
        for (std::size_t changed = 0; changed < stack->size(); ++changed) {
            auto other = *stack;
            other[changed] = other[changed].empty() ? Bytes{1} : Bytes{};
            REQUIRE(spend.verify(other) != script::ScriptError::ok);
        }
    }
    CHECK(satisfied > 200);
}
