#include <daler/psbt/psbt.h>

#include "support.h"

#include <test.h>

using namespace daler;
using namespace daler::psbt;
using namespace daler::psbt::test;

namespace {

/// The bytes of a PSBT: the unsigned transaction, more global fields, then the maps.
Bytes raw_psbt(const std::vector<Bytes>& global, const std::vector<Bytes>& input,
               const std::vector<Bytes>& output) {
    Transaction tx;
    tx.inputs.resize(1);
    tx.inputs[0].prevout = {Txid{{7}}, 1};
    tx.outputs.push_back({Amount{5}, Script(Bytes{0x51})});
    ByteWriter out;
    out.text("psbt\xff");
    out.sized_bytes(Bytes{0});
    out.sized_bytes(daler::encode(tx));
    for (const auto* fields : {&global, &input, &output}) {
        for (const auto& field : *fields)
            out.bytes(field);
        out.u8(0);
    }
    return out.take();
}

Bytes field(const Bytes& key, const Bytes& value) {
    ByteWriter out;
    out.sized_bytes(key);
    out.sized_bytes(value);
    return out.take();
}

std::string refusal(const Bytes& bytes) {
    const auto read = decode(bytes);
    return read ? "accepted" : read.error();
}

Bytes with_size(Bytes bytes, std::size_t size) {
    bytes.resize(size);
    return bytes;
}

}  // namespace

TEST_CASE("fields of unknown types and of other programs are kept", "[psbt]") {
    const Bytes unknown = field({0xe0, 1, 2}, {3, 4});
    const Bytes other = field({0xfc, 2, 'a', 'b', 9, 5}, {6});
    const auto bytes = raw_psbt({other, unknown}, {other, unknown}, {other, unknown});
    const auto psbt = decode(bytes);
    REQUIRE(psbt);
    CHECK(encode(*psbt) == bytes);
    const auto& read = psbt->inputs[0].proprietary.begin()->second;
    CHECK(read == ProprietaryField{{'a', 'b'}, 9, {6}});
    CHECK(psbt->outputs[0].unknown == UnknownFields{{{0xe0, 1, 2}, {3, 4}}});
}

TEST_CASE("an empty PSBT with trailing, missing or foreign bytes is refused", "[psbt]") {
    auto bytes = raw_psbt({}, {}, {});
    REQUIRE(decode(bytes));
    for (std::size_t size = 0; size < bytes.size(); ++size)
        CHECK_FALSE(decode(ByteSpan(bytes).first(size)));
    auto longer = bytes;
    longer.push_back(0);
    CHECK(refusal(longer) == "extra data after PSBT");
    bytes[0] = 'P';
    CHECK(refusal(bytes) == "Invalid PSBT magic bytes: iostream error");
    CHECK(from_base64("cHNidP8=\n").error() == "invalid base64");
}

TEST_CASE("malformed fields are refused with Bitcoin Core's words", "[psbt]") {
    const Bytes key = [] {
        const auto public_key = descriptor::decode_wif(wif_a, format())->public_key();
        const auto bytes = public_key.bytes();
        return Bytes(bytes.begin(), bytes.end());
    }();
    const auto with_key = [&key](std::uint8_t type) {
        Bytes out{type};
        out.insert(out.end(), key.begin(), key.end());
        return out;
    };
    struct Example {
        int map;
        std::vector<Bytes> fields;
        std::string reason;
    };
    const std::vector<Example> examples{
        {0, {field({0xfb}, {1, 0, 0, 0})}, "Unsupported version number"},
        {0, {field({0xfb}, {0, 0, 0})}, "Size of value was not the stated size"},
        {0,
         {field({0xfb}, {0, 0, 0, 0}), field({0xfb}, {0, 0, 0, 0})},
         "Duplicate Key, version already provided"},
        {0, {field({0x00}, {})}, "Duplicate Key, unsigned tx already provided"},
        {0, {field(with_size({1}, 79), {0, 0, 0, 0})}, "Invalid pubkey"},
        {0, {field({1, 2}, {})}, "Size of key was not the expected size for the type global xpub"},
        {0, {field({0xfc, 5}, {})}, "SpanReader::read(): end of data"},
        {1, {field({0x03}, {1, 0, 0})}, "Size of value was not the stated size"},
        {1, {field({0x03, 1}, {1, 0, 0, 0})}, "Sighash type key is more than one byte type"},
        {1, {field(with_size({2}, 34), {})}, "Invalid pubkey"},
        {1, {field(with_key(6), {1, 2, 3})}, "Invalid length for HD key path"},
        {1, {field(with_key(6), {})}, "Invalid length for HD key path"},
        {1,
         {field(with_key(2), {1}), field(with_key(2), {2})},
         "Duplicate Key, input partial signature for pubkey already provided"},
        {1,
         {field({0x13}, Bytes(63))},
         "Input Taproot key path signature is shorter than 64 bytes"},
        {1,
         {field(with_size({0x14}, 65), Bytes(66))},
         "Input Taproot script path signature is longer than 65 bytes"},
        {1,
         {field(with_size({0x15}, 35), {1})},
         "Input Taproot leaf script key's control block size is not valid"},
        {1,
         {field(with_size({0x16}, 33), {9, 1, 2, 3})},
         "Input Taproot BIP32 keypath has an invalid length"},
        {1,
         {field({0x0b, 1}, {})},
         "Size of key was not the expected size for the type sha256 preimage"},
        {1,
         {field({0xe0}, {1}), field({0xe0}, {2})},
         "Duplicate Key, key for unknown value already provided"},
        {2, {field({6}, {})}, "Output Taproot tree must not be empty"},
        {2, {field({6}, {1, 0xc0, 1, 0x51})}, "Output Taproot tree is malformed"},
        {2, {field({6}, {0, 0xc0, 0, 0, 0xc0, 0})}, "Output Taproot tree is malformed"},
        {2, {field({6}, {2, 0xc0, 0, 1, 0xc0, 0})}, "Output Taproot tree is malformed"},
        {2,
         {field({6}, {0, 0xc1, 0})},
         "Output Taproot tree has a leaf with an invalid leaf version"},
        {2,
         {field({6}, {129, 0xc0, 0})},
         "Output Taproot tree has as leaf greater than Taproot maximum depth"},
    };
    for (const auto& example : examples) {
        std::array<std::vector<Bytes>, 3> maps;
        maps.at(static_cast<std::size_t>(example.map)) = example.fields;
        CHECK(refusal(raw_psbt(maps[0], maps[1], maps[2])) == example.reason + ": iostream error");
    }
}

TEST_CASE("the previous transaction must be the one that is spent", "[psbt]") {
    const Spend spend({"wpkh(" + wif_a + ")"});
    auto other = spend.psbt;
    other.tx.inputs[0].prevout.txid = Txid{{1}};
    CHECK(refusal(encode(other)) ==
          "Non-witness UTXO does not match outpoint hash: iostream error");
    other = spend.psbt;
    other.tx.inputs[0].prevout.index = 1;
    CHECK(refusal(encode(other)) ==
          "Input specifies output index that does not exist: iostream error");
}
