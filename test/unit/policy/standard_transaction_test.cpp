#include <daler/policy/policy.h>
#include <daler/script/opcodes.h>
#include <daler/script/standard.h>
#include <test.h>

namespace daler::policy {
namespace {

using consensus::Reason;

Transaction ordinary() {
    Transaction tx;
    tx.inputs.resize(1);
    tx.inputs[0].prevout.index = 0;
    tx.outputs.push_back({Amount{10'000}, script::pay_to_witness(0, Bytes(20))});
    return tx;
}

std::string verdict(Transaction tx, const PolicyOptions& options = {}) {
    const auto result = check_standard(*seal(std::move(tx)), options);
    return result ? "ok" : std::string(code(result.error().reason));
}

Script raw(std::initializer_list<std::uint8_t> bytes) {
    return Script(Bytes(bytes));
}

Script op_return(std::size_t script_size) {
    Script out = raw({script::op_return});
    script::push_bytes(out, Bytes(script_size - (script_size > 77 ? 3 : 2)));
    REQUIRE(out.size() == script_size);
    return out;
}

Script multisig(std::size_t keys) {
    return script::pay_to_multisig(
        1, std::vector(keys, crypto::PublicKey::from_bytes(Bytes(33, 2)).value()));
}

TEST_CASE("versions 1 to 3 are standard", "[policy]") {
    const auto with_version = [](std::uint32_t version) {
        auto tx = ordinary();
        tx.version = version;
        return verdict(tx);
    };
    CHECK(with_version(0) == "version");
    CHECK(with_version(1) == "ok");
    CHECK(with_version(3) == "ok");
    CHECK(with_version(4) == "version");
    CHECK(with_version(0xffffffff) == "version");
}

TEST_CASE("a transaction may weigh 400,000 units", "[policy]") {
    auto tx = ordinary();
    tx.inputs[0].witness = {Bytes(300'000)};
    const auto overhead = seal(tx)->weight() - 300'000;
    tx.inputs[0].witness = {Bytes(static_cast<std::size_t>(400'000 - overhead))};
    REQUIRE(seal(tx)->weight() == 400'000);
    CHECK(verdict(tx) == "ok");
    tx.inputs[0].witness[0].push_back(0);
    CHECK(verdict(tx) == "tx-size");
}

TEST_CASE("an input script has at most 1650 bytes and only pushes", "[policy]") {
    auto tx = ordinary();
    tx.inputs[0].script_sig = Script(Bytes(1650, script::op_0));
    CHECK(verdict(tx) == "ok");
    tx.inputs[0].script_sig = Script(Bytes(1651, script::op_0));
    CHECK(verdict(tx) == "scriptsig-size");
    tx.inputs[0].script_sig = raw({script::op_16});
    CHECK(verdict(tx) == "ok");
    tx.inputs[0].script_sig = raw({script::op_nop});
    CHECK(verdict(tx) == "scriptsig-not-pushonly");
    tx.inputs[0].script_sig = raw({2, 0});
    CHECK(verdict(tx) == "scriptsig-not-pushonly");
}

TEST_CASE("outputs have known types", "[policy]") {
    const auto with_output = [](const Script& script) {
        auto tx = ordinary();
        tx.outputs.push_back({Amount{10'000}, script});
        return verdict(tx);
    };
    CHECK(with_output(script::pay_to_pubkey_hash({})) == "ok");
    CHECK(with_output(script::pay_to_witness(16, Bytes(40))) == "ok");
    CHECK(with_output(script::pay_to_witness(0, Bytes(21))) == "scriptpubkey");
    CHECK(with_output(raw({script::op_1})) == "scriptpubkey");
    CHECK(with_output(raw({})) == "scriptpubkey");
    CHECK(with_output(multisig(3)) == "ok");
    CHECK(with_output(multisig(4)) == "scriptpubkey");
}

TEST_CASE("bare multisig can be refused", "[policy]") {
    auto tx = ordinary();
    tx.outputs.push_back({Amount{10'000}, multisig(2)});
    PolicyOptions options;
    CHECK(verdict(tx, options) == "ok");
    options.permit_bare_multisig = false;
    CHECK(verdict(tx, options) == "bare-multisig");
}

TEST_CASE("one OP_RETURN of at most 83 bytes is standard", "[policy]") {
    auto tx = ordinary();
    tx.outputs.push_back({Amount{0}, op_return(83)});
    CHECK(verdict(tx) == "ok");

    PolicyOptions none;
    none.max_datacarrier_bytes.reset();
    CHECK(verdict(tx, none) == "scriptpubkey");
    PolicyOptions less;
    less.max_datacarrier_bytes = 82;
    CHECK(verdict(tx, less) == "scriptpubkey");

    tx.outputs[1].script_pubkey = op_return(84);
    CHECK(verdict(tx) == "scriptpubkey");
    tx.outputs[1].script_pubkey = op_return(40);
    tx.outputs.push_back(tx.outputs[1]);
    CHECK(verdict(tx) == "multi-op-return");
}

TEST_CASE("dust is refused at the option's rate", "[policy]") {
    auto tx = ordinary();
    tx.outputs[0].value = Amount{294};
    CHECK(verdict(tx) == "ok");
    tx.outputs[0].value = Amount{293};
    CHECK(verdict(tx) == "dust");
    PolicyOptions options;
    options.dust_relay_fee = FeeRate{Amount{0}};
    tx.outputs[0].value = Amount{0};
    CHECK(verdict(tx, options) == "ok");
}

TEST_CASE("64 bytes without witness are too small even if nonstandard transactions are allowed",
          "[policy]") {
    auto tx = ordinary();
    PolicyOptions anything;
    anything.require_standard = false;
    tx.outputs[0].script_pubkey = Script(Bytes(4, script::op_nop));
    REQUIRE(seal(tx)->stripped_size == 64);
    CHECK(verdict(tx) == "scriptpubkey");
    CHECK(verdict(tx, anything) == "tx-size-small");
    tx.outputs[0].script_pubkey = Script(Bytes(5, script::op_nop));
    CHECK(verdict(tx, anything) == "ok");

    tx.outputs[0].script_pubkey = script::pay_to_witness(1, Bytes{0x4e, 0x73});
    CHECK(verdict(tx) == "tx-size-small");
}

TEST_CASE("a coinbase outside a block is refused with any options", "[policy]") {
    auto tx = ordinary();
    tx.inputs[0].prevout = {};
    PolicyOptions anything;
    anything.require_standard = false;
    CHECK(verdict(tx) == "coinbase");
    CHECK(verdict(tx, anything) == "coinbase");
}

}  // namespace
}  // namespace daler::policy
