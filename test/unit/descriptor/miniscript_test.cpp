#include <daler/descriptor/descriptor.h>
#include <daler/descriptor/signing.h>
#include <daler/encoding/hex.h>
#include <daler/primitives/chain_params.h>

#include "keys.h"

#include <test.h>

using namespace daler;
using namespace daler::descriptor;

namespace {

const std::string secret_a = "cMahea7zqjxrtgAbB7LSGbcQUr1uX1ojuat9jZodMN87JcbXMTcA";  // secret 1
const std::string secret_b = "cMahea7zqjxrtgAbB7LSGbcQUr1uX1ojuat9jZodMN87K7XCyj5v";  // secret 2
const std::string secret_c = "cMahea7zqjxrtgAbB7LSGbcQUr1uX1ojuat9jZodMN87KcLPVfXz";  // secret 3
const Bytes known_preimage(32, 5);

AddressFormat test_format() {
    return regtest_params().address;
}

/// `text` with the keys A, B, C in wsh(...) or tr(..., ...).
std::string with_keys(std::string text) {
    for (const auto& [mark, key] :
         {std::pair{"<A>", secret_a}, std::pair{"<B>", secret_b}, std::pair{"<C>", secret_c}})
        for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark))
            text.replace(at, 3, key);
    const std::string hash = "<H>";
    if (const auto at = text.find(hash); at != std::string::npos)
        text.replace(at, hash.size(), "sha256(" + to_hex(crypto::sha256(known_preimage)) + ")");
    return text;
}

std::string refusal(const std::string& text) {
    const auto parsed = Descriptor::parse(with_keys(text), test_format());
    return parsed ? "" : parsed.error();
}

std::string public_text(const std::string& text) {
    const auto out = Descriptor::parse(with_keys(text), test_format())->to_text();
    return out.substr(0, out.find('#'));
}

/// What signing gives: the number of elements and the weight of the input, or "incomplete".
struct SigningOutcome {
    bool complete;
    std::size_t elements;
    std::int64_t weight, expected_weight;
};

SigningOutcome sign_miniscript(const std::string& text, std::string_view signers,
                               std::uint32_t sequence = 0, bool knows_preimage = false) {
    const auto descriptor = *Descriptor::parse(with_keys(text), test_format());
    const TxOutput coin{Amount{100'000}, descriptor.scripts(0)->front()};
    KeyRing ring = *descriptor.key_ring(0, Descriptor::Secrets::exclude);
    for (const auto& [name, wif] :
         {std::pair{'A', secret_a}, std::pair{'B', secret_b}, std::pair{'C', secret_c}})
        if (signers.find(name) != std::string_view::npos)
            ring.add_secret(*decode_wif(wif, test_format()));
    Transaction tx;
    tx.version = 2;
    tx.inputs.resize(1);
    tx.inputs[0].prevout = {Txid{{7}}, 0};
    tx.inputs[0].sequence = sequence;
    tx.outputs.push_back({Amount{90'000}, coin.script_pubkey});
    const script::PrecomputedHashes hashes(tx, std::vector{coin});
    const InputSignatures source(tx, 0, coin, hashes, script::sighash_default);
    SpendData data;
    if (knows_preimage) {
        const auto digest = crypto::sha256(known_preimage);
        data.preimages.sha256.emplace(digest, known_preimage);
    }
    const bool complete = make_spend(coin.script_pubkey, source, ring, data);
    // The same without preimages, as for raw transactions.
    if (!knows_preimage) CHECK(sign_input(tx, 0, coin, hashes, ring) == complete);
    std::size_t weight = compact_size_length(data.witness.size());
    for (const auto& item : data.witness)
        weight += compact_size_length(item.size()) + item.size();
    weight += 4 * (40 + 1 + data.script_sig.size());
    return {complete, data.witness.size(), static_cast<std::int64_t>(weight),
            signed_input_weight(coin.script_pubkey, ring).value_or(-1)};
}

}  // namespace

TEST_CASE("wsh and tr take miniscripts", "[descriptor][bip379]") {
    const std::string text = GENERATE(
        "wsh(and_v(v:pk(<A>),older(9)))", "sh(wsh(or_d(pk(<A>),and_v(v:pkh(<B>),after(100)))))",
        "wsh(thresh(2,pk(<A>),s:pk(<B>),sln:older(9)))", "tr(<A>,pkh(<B>))",
        "tr(<A>,{and_v(v:pk(<B>),<H>),and_v(v:multi_a(1,<A>,<C>),older(9))})",
        "wsh(andor(pk(<A>),<H>,pk(<B>)))");
    const auto parsed = Descriptor::parse(with_keys(text), test_format());
    REQUIRE(parsed);
    CHECK(parsed->has_all_private_keys());
    CHECK(parsed->is_solvable());
    const auto again = Descriptor::parse(parsed->to_text(), test_format(), ChecksumRule::required);
    REQUIRE(again);
    CHECK(again->scripts(0) == parsed->scripts(0));
    const auto secret = Descriptor::parse(parsed->to_private_text(), test_format());
    REQUIRE(secret);
    CHECK(secret->id() == parsed->id());
    CHECK(parsed->to_normalized_text() == parsed->to_text());
    const auto ring = *parsed->key_ring(0, Descriptor::Secrets::exclude);
    const auto inferred = infer(parsed->scripts(0)->front(), ring, test_format());
    const auto same = Descriptor::parse(inferred, test_format(), ChecksumRule::required);
    REQUIRE(same);
    CHECK(same->scripts(0) == parsed->scripts(0));
    CHECK(inferred.find(text.starts_with("tr") ? "tr(" : "wsh(") != std::string::npos);
}

TEST_CASE("extended keys in a miniscript are derived by index", "[descriptor][bip379]") {
    const std::string tpub =
        "tpubD6NzVbkrYhZ4WaWSyoBvQwbpLkojyoTZPRsgXELWz3Popb3qkjcJyJUGLnL4qHHoQvao8ESaAstxYSnhyswJ76"
        "uZPStJRJCTKvosUCJZL5B";
    const auto parsed =
        Descriptor::parse("wsh(and_v(v:pk(" + tpub + "/0/*),pk(" + tpub + "/1/*)))", test_format());
    REQUIRE(parsed);
    CHECK(parsed->is_range());
    CHECK(parsed->scripts(0) != parsed->scripts(1));
    CHECK(parsed->key_ring(0, Descriptor::Secrets::exclude)->public_keys.size() == 2);
}

TEST_CASE("errors of miniscripts are those of Bitcoin Core", "[descriptor][bip379]") {
    const auto public_key = public_text("pk(<A>)").substr(3, 66);
    const auto of_a = "pk(" + public_key + ")";
    CHECK(refusal("wsh(and_v(pk(<A>),older(9)))") == "and_v(" + of_a + ",older(9)) is invalid");
    CHECK(refusal("wsh(or_i(older(1),after(1)))") ==
          "or_i(older(1),after(1)) is not sane: malleable witnesses exist");
    CHECK(refusal("wsh(older(9))") == "older(9) is not sane: witnesses without signature exist");
    CHECK(refusal("wsh(and_b(pk(<A>),s:pk(<A>)))") ==
          "and_b(" + of_a + ",s:" + of_a + ") is not sane: contains duplicate public keys");
    CHECK(refusal("wsh(and_v(v:pk(<A>),and_v(v:older(1),older(4194305))))") ==
          "and_v(v:older(1),older(4194305)) is not sane: contains mixes of timelocks expressed in "
          "blocks and seconds");
    CHECK(refusal("wsh(" + std::string(201, 'n') + ":pk(<A>))")
              .ends_with(" is not sane: needs witnesses that may exceed resource limits"));
    CHECK(refusal("wsh(pk_k(<A>))") == "pk_k(" + public_key + ") is not sane");
    CHECK(refusal("wsh(and_v(v:pk(<A>),0))") == "and_v(v:" + of_a + ",0) is not satisfiable");
    CHECK(refusal("wsh(and_v(v:pk(aa),older(9)))") == "Pubkey 'aa' is invalid");
    CHECK(refusal("sh(and_v(v:pk(<A>),older(9)))") ==
          "Miniscript expressions can only be used in wsh or tr.");
    CHECK(refusal("and_v(v:pk(<A>),older(9))") ==
          "Miniscript expressions can only be used in wsh or tr.");
    CHECK(refusal("wsh(foo(<A>))") == "A function is needed within P2WSH");
    CHECK(refusal("tr(<A>,multi(1,<B>))") ==
          "Can only have multi/sortedmulti at top level, in sh(), or in wsh()");
}

TEST_CASE("miniscripts are signed when keys, locks and preimages are there", "[descriptor]") {
    struct Row {
        std::string text, signers;
        std::uint32_t sequence;
        bool knows_preimage, complete;
        std::size_t elements;
    };
    const auto row = GENERATE(values<Row>({
        {"wsh(and_v(v:pk(<A>),older(9)))", "A", 9, false, true, 2},
        {"wsh(and_v(v:pk(<A>),older(9)))", "A", 8, false, false, 1},
        {"wsh(and_v(v:pk(<A>),older(9)))", "B", 9, false, false, 1},
        {"sh(wsh(or_d(pk(<A>),and_v(v:pkh(<B>),older(9)))))", "B", 9, false, true, 4},
        {"sh(wsh(or_d(pk(<A>),and_v(v:pkh(<B>),older(9)))))", "AB", 9, false, true, 2},
        {"wsh(and_v(v:pk(<A>),<H>))", "A", 0, true, true, 3},
        {"wsh(and_v(v:pk(<A>),<H>))", "A", 0, false, false, 1},
        {"tr(<A>,{and_v(v:pk(<B>),older(9)),pkh(<C>)})", "A", 0, false, true, 1},
        {"tr(<A>,{and_v(v:pk(<B>),older(9)),pkh(<C>)})", "B", 9, false, true, 3},
        {"tr(<A>,{and_v(v:pk(<B>),older(9)),pkh(<C>)})", "C", 0, false, true, 4},
        {"tr(<A>,and_v(v:pk(<B>),<H>))", "B", 0, true, true, 4},
    }));
    CAPTURE(row.text, row.signers);
    const auto outcome = sign_miniscript(row.text, row.signers, row.sequence, row.knows_preimage);
    CHECK(outcome.complete == row.complete);
    if (row.complete) CHECK(outcome.elements == row.elements);
    if (row.complete && !row.knows_preimage) CHECK(outcome.weight <= outcome.expected_weight);
}

TEST_CASE("a text with several paths is a descriptor for each", "[descriptor][bip389]") {
    const std::string root =
        "tpubD6NzVbkrYhZ4WaWSyoBvQwbpLkojyoTZPRsgXELWz3Popb3qkjcJyJUGLnL4qHHoQvao8ESaAstxYSnhyswJ76"
        "uZPStJRJCTKvosUCJZL5B";
    const auto texts = [&](const std::string& path) {
        std::vector<std::string> out;
        const auto all = Descriptor::parse_all("wpkh(" + root + path + ")", test_format());
        if (!all) return std::vector{all.error()};
        for (const auto& one : *all) {
            const auto text = one.to_text();
            out.push_back(text.substr(5 + root.size(), text.find(')') - 5 - root.size()));
        }
        return out;
    };
    CHECK(texts("/0/*") == std::vector<std::string>{"/0/*"});
    CHECK(texts("/<0;1h;5>/*") == std::vector<std::string>{"/0/*", "/1h/*", "/5/*"});
    CHECK(texts("/<0>") ==
          std::vector<std::string>{
              "wpkh(): Multipath key path specifiers must have at least two items"});
    std::string most = "0";
    for (int i = 1; i < 100; ++i)
        most += ";" + std::to_string(i);
    CHECK(texts("/<" + most + ">").size() == 100);
    CHECK(texts("/<" + most + ";100>") ==
          std::vector<std::string>{
              "wpkh(): Multipath key path specifiers must have at most 100 items"});
    CHECK_FALSE(Descriptor::parse("wpkh(" + root + "/<0;1>)", test_format()));
}
