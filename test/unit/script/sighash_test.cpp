#include "assembly.h"

#include <daler/crypto/key.h>
#include <daler/encoding/hex.h>
#include <daler/script/sighash.h>
#include <daler/script/taproot.h>
#include <test.h>
#include <vectors.h>

namespace daler::script {
namespace {

using test::unhex;

Hash256 plain_hash(std::string_view hex) {
    Hash256 out;
    std::ranges::copy(unhex(hex), out.bytes.begin());
    return out;
}

std::string plain_hex(const Hash256& hash) {
    return to_hex(hash.bytes);
}

TEST_CASE("legacy signature hashes agree with the published ones", "[script][sighash]") {
    const auto text = daler::test::read_vectors("core/sighash.json");
    if (!text) return;
    std::size_t count = 0;
    const auto json = test::parse_json(*text);
    for (const auto& row : json.items()) {
        if (row.size() < 5) continue;  // a comment
        ++count;
        INFO(row.write());
        const auto tx = decode_transaction(unhex(row[0].as_string())).value();
        const auto index = row[2].as_integer<std::uint32_t>().value();
        const auto type = static_cast<std::uint32_t>(row[3].as_integer<int>().value());
        const auto hash = legacy_sighash(tx, index, unhex(row[1].as_string()), type);
        CHECK(hash.to_hex() == row[4].as_string());
    }
    CHECK(count == 500);
}

TEST_CASE("segwit v0 signature hashes agree with the examples of BIP 143", "[script][sighash]") {
    struct Example {
        std::string_view name, tx;
        std::uint32_t index;
        std::string_view code;
        std::int64_t value;
        std::string_view hash;
    };
    const auto example = GENERATE(
        Example{"P2WPKH",
                "0100000002fff7f7881a8099afa6940d42d1e7f6362bec38171ea3edf433541db4e4ad969f00000000"
                "00eeffffffef51e1b804cc89d182d279655c3aa89e815b1b309fe287d9b2b55d57b90ec68a01000000"
                "00ffffffff02202cb206000000001976a9148280b37df378db99f66f85c95a783a76ac7a6d5988ac90"
                "93510d000000001976a9143bde42dbee7e4dbe6a21b2d50ce2f0167faa815988ac11000000",
                1, "76a9141d0f172a0ecb48aee1be1f2687d2963ae33f71a188ac", 600'000'000,
                "c37af31116d1b27caf68aae9e3ac82f1477929014d5b917657d0eb49478cb670"},
        Example{"P2SH-P2WPKH",
                "0100000001db6b1b20aa0fd7b23880be2ecbd4a98130974cf4748fb66092ac4d3ceb1a547701000000"
                "00feffffff02b8b4eb0b000000001976a914a457b684d7f0d539a46a45bbc043f35b59d0d96388ac00"
                "08af2f000000001976a914fd270b1ee6abcaea97fea7ad0402e8bd8ad6d77c88ac92040000",
                0, "76a91479091972186c449eb1ded22b78e40d009bdf008988ac", 1'000'000'000,
                "64f3b0f4dd2bb3aa1ce8566d220cc74dda9df97d8490cc81d89d735c92e59fb6"});
    INFO(example.name);
    const auto tx = decode_transaction(unhex(example.tx)).value();
    const PrecomputedHashes hashes(tx, std::vector<TxOutput>{});
    const auto hash = segwit_v0_sighash(tx, example.index, unhex(example.code),
                                        Amount{example.value}, sighash_all, hashes);
    CHECK(plain_hex(hash) == example.hash);
}

TEST_CASE("SIGHASH_SINGLE without a matching output signs the number one before segwit only",
          "[script][sighash]") {
    Transaction tx;
    tx.inputs.resize(2);
    tx.outputs.resize(1);
    Hash256 one;
    one.bytes[0] = 1;
    CHECK(legacy_sighash(tx, 1, {}, sighash_single) == one);
    CHECK(legacy_sighash(tx, 0, {}, sighash_single) != one);
    const PrecomputedHashes hashes(tx, std::vector<TxOutput>(2));
    CHECK(segwit_v0_sighash(tx, 1, {}, Amount{0}, sighash_single, hashes) != one);
    CHECK_FALSE(taproot_sighash(tx, 1, sighash_single, hashes, {}, {}));
    CHECK(taproot_sighash(tx, 0, sighash_single, hashes, {}, {}));
}

TEST_CASE("taproot has seven hash types", "[script][sighash][bip341]") {
    Transaction tx;
    tx.inputs.resize(1);
    tx.outputs.resize(1);
    const PrecomputedHashes hashes(tx, std::vector<TxOutput>(1));
    std::vector<int> defined;
    for (int type = 0; type < 256; ++type)
        if (taproot_sighash(tx, 0, static_cast<std::uint8_t>(type), hashes, {}, {}))
            defined.push_back(type);
    CHECK(defined == std::vector<int>{0, 1, 2, 3, 0x81, 0x82, 0x83});
}

TEST_CASE("taproot key path hashes and signatures agree with BIP 341", "[script][bip341]") {
    const auto text = daler::test::read_vectors("core/bip341_wallet_vectors.json");
    if (!text) return;
    const auto json = test::parse_json(*text);
    std::size_t count = 0;
    for (const auto& spending : json.find("keyPathSpending")->items()) {
        const auto& given = *spending.find("given");
        const auto tx = decode_transaction(unhex(given.find("rawUnsignedTx")->as_string())).value();
        std::vector<TxOutput> spent;
        for (const auto& utxo : given.find("utxosSpent")->items()) {
            spent.push_back({Amount{utxo.find("amountSats")->as_integer<long>().value()},
                             Script(unhex(utxo.find("scriptPubKey")->as_string()))});
        }
        const PrecomputedHashes hashes(tx, spent);
        const auto& shared = *spending.find("intermediary");
        CHECK(plain_hex(hashes.amounts) == shared.find("hashAmounts")->as_string());
        CHECK(plain_hex(hashes.outputs) == shared.find("hashOutputs")->as_string());
        CHECK(plain_hex(hashes.prevouts) == shared.find("hashPrevouts")->as_string());
        CHECK(plain_hex(hashes.scripts) == shared.find("hashScriptPubkeys")->as_string());
        CHECK(plain_hex(hashes.sequences) == shared.find("hashSequences")->as_string());

        for (const auto& input : spending.find("inputSpending")->items()) {
            ++count;
            const auto& in = *input.find("given");
            const auto& steps = *input.find("intermediary");
            const auto index = in.find("txinIndex")->as_integer<std::uint32_t>().value();
            const auto type = in.find("hashType")->as_integer<std::uint8_t>().value();
            const auto hash = taproot_sighash(tx, index, type, hashes, {}, {}).value();
            CHECK(plain_hex(hash) == steps.find("sigHash")->as_string());

            std::optional<Hash256> root;
            if (const auto* given_root = in.find("merkleRoot"); given_root->is_string())
                root = plain_hash(given_root->as_string());
            const auto secret =
                crypto::PrivateKey::from_bytes(unhex(in.find("internalPrivkey")->as_string()));
            const auto tweak = tap_tweak_hash(secret->x_only(), root);
            CHECK(plain_hex(tweak) == steps.find("tweak")->as_string());
            const auto output_secret = secret->tweak_x_only(tweak.bytes);
            auto signature = unhex((*input.find("expected")->find("witness"))[0].as_string());
            if (type != sighash_default) {
                CHECK(signature.back() == type);
                signature.pop_back();
            }
            CHECK(std::ranges::equal(output_secret->sign_schnorr(hash.bytes, {}), signature));
        }
    }
    CHECK(count == 7);
}

}  // namespace
}  // namespace daler::script
