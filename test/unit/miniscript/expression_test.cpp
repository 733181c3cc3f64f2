#include <daler/crypto/key.h>
#include <daler/encoding/hex.h>
#include <daler/miniscript/satisfy.h>
#include <daler/script/standard.h>

#include <test.h>

#include "random_text.h"

using namespace daler;
using namespace daler::miniscript;

namespace {

const std::string digest_32(64, 'a');
const std::string digest_20(40, 'b');

/// An expression whose keys are words; the same word is the same key.
struct Example {
    std::optional<Expression> expression;
    std::vector<std::string> names;
    std::vector<Bytes> keys;
};

Bytes key_of(const std::string& word, Context context) {
    const auto digest = crypto::sha256(as_bytes(word));
    Bytes out(digest.begin(), digest.end());
    if (context == Context::p2wsh) out.insert(out.begin(), 2);
    return out;
}

Example read(std::string_view text, Context context = Context::p2wsh) {
    Example out;
    out.expression = parse(text, context, [&](std::string_view key) {
        out.names.emplace_back(key);
        out.keys.push_back(key_of(std::string(key), context));
        return key != "bad";
    });
    return out;
}

/// "sane", the flaw and where it is, or "no miniscript".
std::string verdict(std::string_view text, Context context = Context::p2wsh) {
    static constexpr std::array flaws{"invalid",          "malleable",      "no signature",
                                      "mixed time locks", "duplicate keys", "over limits",
                                      "not a condition",  "not satisfiable"};
    const auto example = read(text, context);
    if (!example.expression) return "no miniscript";
    const auto flaw = find_flaw(*example.expression, example.keys);
    if (!flaw) return "sane";
    const std::string reason = flaws[static_cast<std::size_t>(flaw->flaw)];
    if (flaw->node == example.expression->root()) return reason;
    return reason + " in " + to_text(*example.expression, example.names, flaw->node);
}

std::string asm_of(std::string_view text, Context context = Context::p2wsh) {
    const auto example = read(text, context);
    REQUIRE(example.expression);
    return script::to_asm(to_script(*example.expression, example.keys).bytes());
}

std::string with_digests(std::string text) {
    for (const auto& [mark, digest] : {std::pair{"H32", digest_32}, std::pair{"H20", digest_20}})
        for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark))
            text.replace(at, 3, digest);
    return text;
}

std::string nested(const std::string& start, std::size_t times, const std::string& middle,
                   const std::string& end) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i)
        out += start;
    out += middle;
    for (std::size_t i = 0; i < times; ++i)
        out += end;
    return out;
}

}  // namespace

TEST_CASE("a text is a miniscript only with known functions and numbers in range", "[miniscript]") {
    const std::string text =
        GENERATE("", "pk", "pk(", "pk()", "pk(A", "pk(A))", "pk(A),", "pk(bad)", "foo(A)", "2",
                 "01", ":pk(A)", "q:pk(A)", "A:pk(A)", "s:s:pk(A)", "vv:pk(A)", "older(0)",
                 "older(2147483648)", "older(-1)", "older(+1)", "older()", "older(1,2)", "after(0)",
                 "after(2147483648)", "after(x)", "sha256(H20)", "hash160(H32)", "sha256(zz)",
                 "sha256()", "thresh(0,pk(A))", "thresh(2,pk(A))", "thresh(pk(A))", "thresh(1)",
                 "multi(0,A)", "multi(2,A)", "multi(1)", "multi(1,)", "multi(1,A,)", "multi_a(1,A)",
                 "multi(1,A,B,C,D,E,F,G,H,I,J,K,L,M,N,O,P,Q,R,S,T,U)", "and_v(v:pk(A))",
                 "and_v(v:pk(A),pk(B),pk(C))", "andor(pk(A),pk(B))", "and_n(pk(A))",
                 "and_v(v:pk(A) ,pk(B))", "PK(A)", "pk (A)", "wsh(pk(A))");
    CAPTURE(text);
    CHECK(verdict(with_digests(text)) == "no miniscript");
}

TEST_CASE("an expression is sane, or the first flaw is named", "[miniscript]") {
    struct Row {
        std::string text, verdict;
    };
    const auto row = GENERATE(values<Row>({
        {"pk(A)", "sane"},
        {"pkh(A)", "sane"},
        {"multi(2,A,B,C)", "sane"},
        {"and_v(v:pk(A),older(144))", "sane"},
        {"or_d(pk(A),and_v(v:pkh(B),older(144)))", "sane"},
        {"andor(pk(A),older(9),pk(B))", "sane"},
        {"and_n(pk(A),sha256(H32))", "sane"},
        {"thresh(2,pk(A),s:pk(B),sln:older(9))", "sane"},
        {"or_i(and_v(v:pkh(A),hash160(H20)),pk(B))", "sane"},
        {"tv:pk(A)", "sane"},
        {"jc:pk_k(A)", "sane"},
        {"pk_k(A)", "not a condition"},
        {"v:pk(A)", "not a condition"},
        {"a:pk(A)", "not a condition"},
        {"0", "not satisfiable"},
        {"and_v(v:pk(A),0)", "not satisfiable"},
        {"1", "no signature"},
        {"older(1)", "no signature"},
        {"sha256(H32)", "no signature"},
        {"and_v(pk(A),pk(B))", "invalid"},
        {"and_b(pk(A),pk(B))", "invalid"},
        {"or_b(pk(A),s:pkh(B))", "invalid in s:pkh(B)"},
        {"or_d(older(1),pk(A))", "invalid"},
        {"thresh(1,older(1))", "invalid"},
        {"c:pk(A)", "invalid"},
        {"d:pk(A)", "invalid"},
        {"dv:older(1)", "no signature"},
        {"thresh(1,dv:older(1))", "invalid"},
        {"j:pkh(A)", "sane"},
        {"or_i(older(1),pk(A))", "no signature"},
        {"or_i(older(1),after(1))", "malleable"},
        {"or_b(sha256(H32),s:pk(A))", "malleable"},
        {"or_d(sha256(H32),pk(A))", "malleable"},
        {"and_v(v:pk(A),or_d(sha256(H32),pk(B)))", "malleable in or_d(sha256(H32),pk(B))"},
        {"and_v(v:pk(A),and_v(v:older(1),older(4194305)))",
         "mixed time locks in and_v(v:older(1),older(4194305))"},
        {"and_v(v:pk(A),and_v(v:after(1),after(500000000)))",
         "mixed time locks in and_v(v:after(1),after(500000000))"},
        {"and_v(v:pk(A),and_v(v:older(1),after(500000000)))", "sane"},
        {"andor(pk(A),older(1),and_v(v:pk(B),older(4194305)))", "sane"},
        {"thresh(3,pk(A),sln:older(1),sln:older(4194305))", "mixed time locks"},
        {"and_b(pk(A),s:pk(A))", "duplicate keys"},
        {"and_b(pk(A),a:and_b(pk(B),s:pk(B)))", "duplicate keys in and_b(pk(B),s:pk(B))"},
        {"multi(1,A,A)", "duplicate keys in multi(1,A,A)"},
    }));
    CAPTURE(row.text);
    const auto expected = with_digests(row.verdict);
    const auto found = verdict(with_digests(row.text));
    // The whole is not named.
    CHECK((found == expected || found + " in " + with_digests(row.text) == expected));
}

TEST_CASE("tapscript has other rules than P2WSH", "[miniscript]") {
    const auto tapscript = Context::tapscript;
    CHECK(verdict("multi_a(2,A,B,C)", tapscript) == "sane");
    CHECK(verdict("multi(2,A,B,C)", tapscript) == "no miniscript");
    // IF takes only 1 and nothing there, which makes d: have the property u.
    CHECK(verdict("thresh(2,pk(A),s:pk(B),adv:older(42))", tapscript) == "sane");
    CHECK(verdict("thresh(2,pk(A),s:pk(B),adv:older(42))") == "invalid");
}

TEST_CASE("the limits of scripts hold on both sides", "[miniscript]") {
    const auto ops = [](std::size_t n_wrappers) {
        return verdict(std::string(n_wrappers, 'n') + ":pk(A)");
    };
    CHECK(ops(200) == "sane");
    CHECK(ops(201) == "over limits");
    const auto elements = [](std::size_t keys) {
        std::string text = fmt::format("multi(1,M0)");
        for (std::size_t i = 0; i < keys; ++i)
            text = fmt::format("and_v(v:pk(K{}),{})", i, text);
        return verdict(text, Context::p2wsh);
    };
    CHECK(elements(98) == "sane");  // 98 signatures and two for multi
    CHECK(elements(99).starts_with("over limits"));
    std::string keys;
    for (int i = 0; i < 999; ++i)
        keys += fmt::format(",K{}", i);
    CHECK(verdict("multi_a(999" + keys + ")", Context::tapscript) == "sane");
    CHECK(verdict("multi_a(999" + keys + ",X)", Context::tapscript) == "no miniscript");
    CHECK(verdict("and_v(v:pk(X),multi_a(999" + keys + "))", Context::tapscript) == "over limits");
    // 3600 bytes of P2WSH: 35 bytes for pk(A), one for each wrapper.
    CHECK(read(std::string(3565, 'n') + ":pk(A)").expression);
    CHECK_FALSE(read(std::string(3566, 'n') + ":pk(A)").expression);
    CHECK_FALSE(read(std::string(900'000, 'v') + ":pk(A)").expression);
    CHECK(read(std::string(329'448, 'n') + ":pk(A)", Context::tapscript).expression);
    CHECK_FALSE(read(std::string(329'449, 'n') + ":pk(A)", Context::tapscript).expression);
    std::string zeros = "thresh(1,pk(A)";
    for (int i = 1; i < 1000; ++i)
        zeros += ",a:0";
    CHECK(read(zeros + ")", Context::tapscript).expression);
    CHECK_FALSE(read(zeros + ",a:0)", Context::tapscript).expression);
}

TEST_CASE("deep expressions need no deep stack", "[miniscript]") {
    const auto text = nested("and_v(v:older(9),", 100'000, "pk(A)", ")");
    const auto example = read(text, Context::tapscript);
    REQUIRE(example.expression);
    CHECK(to_text(*example.expression, example.names) == text);
    const auto script = to_script(*example.expression, example.keys);
    const auto again =
        decode(script.bytes(), Context::tapscript, [](ByteSpan) { return std::nullopt; });
    REQUIRE(again);
    CHECK(to_script(again->expression, again->keys) == script);
}

TEST_CASE("fragments have the scripts of BIP 379", "[miniscript]") {
    const std::string a = to_hex(key_of("A", Context::p2wsh));
    const std::string b = to_hex(key_of("B", Context::p2wsh));
    const std::string x = to_hex(key_of("A", Context::tapscript));
    const std::string h = to_hex(crypto::hash160(key_of("A", Context::p2wsh)));
    CHECK(asm_of("pk(A)") == a + " OP_CHECKSIG");
    CHECK(asm_of("pkh(A)") == "OP_DUP OP_HASH160 " + h + " OP_EQUALVERIFY OP_CHECKSIG");
    CHECK(asm_of("older(16)") == "16 OP_CHECKSEQUENCEVERIFY");
    CHECK(asm_of("after(500000000)") == "500000000 OP_CHECKLOCKTIMEVERIFY");
    CHECK(asm_of("sha256(" + digest_32 + ")") ==
          "OP_SIZE 32 OP_EQUALVERIFY OP_SHA256 " + digest_32 + " OP_EQUAL");
    CHECK(asm_of("v:hash160(" + digest_20 + ")") ==
          "OP_SIZE 32 OP_EQUALVERIFY OP_HASH160 " + digest_20 + " OP_EQUALVERIFY");
    CHECK(asm_of("multi(1,A,B)") == "1 " + a + " " + b + " 2 OP_CHECKMULTISIG");
    CHECK(asm_of("v:multi(1,A)") == "1 " + a + " 1 OP_CHECKMULTISIGVERIFY");
    CHECK(asm_of("v:multi_a(1,A)", Context::tapscript) == x + " OP_CHECKSIG 1 OP_NUMEQUALVERIFY");
    CHECK(asm_of("and_v(vn:pk(A),1)") == a + " OP_CHECKSIG OP_0NOTEQUAL OP_VERIFY 1");
    CHECK(asm_of("vs:pk(A)") == "OP_SWAP " + a + " OP_CHECKSIGVERIFY");
    CHECK(asm_of("vt:and_v(v:older(1),v:pk(A))") ==
          "1 OP_CHECKSEQUENCEVERIFY OP_VERIFY " + a + " OP_CHECKSIGVERIFY 1 OP_VERIFY");
    CHECK(asm_of("and_b(pk(A),a:pk(B))") ==
          a + " OP_CHECKSIG OP_TOALTSTACK " + b + " OP_CHECKSIG OP_FROMALTSTACK OP_BOOLAND");
    CHECK(asm_of("or_b(pk(A),s:pk(B))") ==
          a + " OP_CHECKSIG OP_SWAP " + b + " OP_CHECKSIG OP_BOOLOR");
    CHECK(asm_of("t:or_c(pk(A),v:pk(B))") ==
          a + " OP_CHECKSIG OP_NOTIF " + b + " OP_CHECKSIGVERIFY OP_ENDIF 1");
    CHECK(asm_of("or_d(pk(A),pk(B))") ==
          a + " OP_CHECKSIG OP_IFDUP OP_NOTIF " + b + " OP_CHECKSIG OP_ENDIF");
    CHECK(asm_of("or_i(pk(A),0)") == "OP_IF " + a + " OP_CHECKSIG OP_ELSE 0 OP_ENDIF");
    CHECK(asm_of("andor(pk(A),1,pk(B))") ==
          a + " OP_CHECKSIG OP_NOTIF " + b + " OP_CHECKSIG OP_ELSE 1 OP_ENDIF");
    CHECK(asm_of("dv:older(1)") == "OP_DUP OP_IF 1 OP_CHECKSEQUENCEVERIFY OP_VERIFY OP_ENDIF");
    CHECK(asm_of("j:pk(A)") == "OP_SIZE OP_0NOTEQUAL OP_IF " + a + " OP_CHECKSIG OP_ENDIF");
    CHECK(asm_of("v:thresh(2,pk(A),s:pk(B))") ==
          a + " OP_CHECKSIG OP_SWAP " + b + " OP_CHECKSIG OP_ADD 2 OP_EQUALVERIFY");
}

TEST_CASE("texts are printed in their short forms", "[miniscript]") {
    struct Row {
        std::string text, printed;
    };
    const auto row = GENERATE(values<Row>({
        {"c:pk_k(A)", "pk(A)"},
        {"vc:pk_h(A)", "v:pkh(A)"},
        {"pk_k(A)", "pk_k(A)"},
        {"and_v(v:pk(A),1)", "tv:pk(A)"},
        {"or_i(0,pk(A))", "l:pk(A)"},
        {"or_i(pk(A),0)", "u:pk(A)"},
        {"or_i(0,0)", "l:0"},
        {"andor(pk(A),pk(B),0)", "and_n(pk(A),pk(B))"},
        {"and_v(v:pk(A),or_i(0,n:older(01)))", "and_v(v:pk(A),ln:older(1))"},
        {"c:or_i(pk_k(A),pk_k(B))", "c:or_i(pk_k(A),pk_k(B))"},
        {"thresh(1,pk(A),s:pk(B))", "thresh(1,pk(A),s:pk(B))"},
    }));
    const auto example = read(row.text);
    REQUIRE(example.expression);
    CHECK(to_text(*example.expression, example.names) == row.printed);
}

TEST_CASE("a script is decoded only if it is that of a miniscript", "[miniscript]") {
    const auto finds_nothing = [](ByteSpan) { return std::optional<Bytes>{}; };
    const std::string a = "21" + to_hex(key_of("A", Context::p2wsh));
    const std::string x = "20" + to_hex(key_of("A", Context::tapscript));
    const auto is_known = [&](const std::string& hex, Context context = Context::p2wsh) {
        return decode(*from_hex(hex), context, finds_nothing).has_value();
    };
    CHECK(is_known(a + "ac"));
    CHECK(is_known(x + "ac", Context::tapscript));
    CHECK_FALSE(is_known(x + "ac"));
    CHECK_FALSE(is_known(a + "ac", Context::tapscript));
    CHECK_FALSE(is_known(""));
    CHECK_FALSE(is_known(a));
    CHECK_FALSE(is_known(a + "ad"));         // type V
    CHECK_FALSE(is_known(a + "ac6951"));     // CHECKSIG VERIFY in place of CHECKSIGVERIFY
    CHECK_FALSE(is_known("4c" + a + "ac"));  // a longer push
    CHECK_FALSE(is_known("0110b2"));         // 16 in two bytes
    CHECK(is_known("60b2"));
    CHECK_FALSE(is_known("00b2"));
    CHECK_FALSE(is_known(a + "ac21"));                     // a push without its data
    CHECK_FALSE(is_known("51" + a + "52ae"));              // one key, but two are announced
    CHECK_FALSE(is_known("76a914" + digest_20 + "88ac"));  // the key is not known
    CHECK_FALSE(is_known("53" + a + "51ae"));
}

TEST_CASE("random expressions survive text and script", "[miniscript]") {
    const auto context = GENERATE(Context::p2wsh, Context::tapscript);
    test::RandomText random(7, context, {digest_32, digest_32, digest_20, digest_20});
    std::map<Bytes, Bytes> by_hash;
    for (std::size_t i = 0; i < test::RandomText::key_count; ++i) {
        const auto key = key_of(fmt::format("K{}", i), context);
        const auto hash = crypto::hash160(key);
        by_hash[Bytes(hash.begin(), hash.end())] = key;
    }
    const auto find_key = [&](ByteSpan hash) {
        return std::optional(by_hash.at(Bytes(hash.begin(), hash.end())));
    };
    int valid = 0, sane = 0;
    for (int i = 0; i < 3000; ++i) {
        const auto example = read(random.next(), context);
        REQUIRE(example.expression);
        const auto& expression = *example.expression;
        const auto text = to_text(expression, example.names);
        CAPTURE(text);
        const auto again = read(text, context);
        REQUIRE(again.expression);
        REQUIRE(to_text(*again.expression, again.names) == text);
        REQUIRE(again.keys == example.keys);
        if (!expression.facts.back().type.has("B"_type)) continue;
        ++valid;
        if (!find_flaw(expression, example.keys)) ++sane;
        const auto script = to_script(expression, example.keys);
        REQUIRE(script.size() == static_cast<std::size_t>(expression.facts.back().script_size));
        const auto decoded = decode(script.bytes(), context, find_key);
        REQUIRE(decoded);
        REQUIRE(to_script(decoded->expression, decoded->keys) == script);
        REQUIRE(decoded->expression.facts.back().type == expression.facts.back().type);
    }
    CHECK(valid > 500);
    CHECK(sane > 100);
}
