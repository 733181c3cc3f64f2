#include <daler/encoding/hex.h>
#include <daler/primitives/transaction_view.h>

#include <test.h>

using namespace daler;

namespace {

Transaction simple(bool with_witness) {
    Transaction tx;
    tx.version = 0xffffffff;
    TxInput input;
    input.prevout = {Txid{crypto::sha256d(as_bytes("parent"))}, 7};
    input.script_sig = Script(Bytes{1, 2, 3});
    input.sequence = 0xfffffffd;
    tx.inputs = {input, input};
    tx.inputs[1].prevout.index = 8;
    if (with_witness) tx.inputs[1].witness = {Bytes(300, 9), {}, {0x51}};
    tx.outputs = {{Amount{-5}, Script(Bytes(40, 0x6a))}, {Amount{1}, Script()}};
    tx.lock_time = 500'000'000;
    return tx;
}

DecodeError error_of(ByteSpan bytes) {
    const auto tx = decode_transaction(bytes);
    return tx ? DecodeError::none : tx.error();
}

Bytes bytes_of(std::string_view hex) {
    return from_hex(hex).value();
}

// Version 1, then what is given, lock time 0.
Bytes around(std::string_view middle) {
    return bytes_of("01000000" + std::string(middle) + "00000000");
}

const std::string input_hex = std::string(64, '1') + "00000000" + "00" + "ffffffff";
const std::string output_hex = "0100000000000000" + std::string("00");

}  // namespace

TEST_CASE("a transaction is the same after encoding and decoding, with and without witness",
          "[primitives]") {
    const bool with_witness = GENERATE(false, true);
    const Transaction tx = simple(with_witness);
    const Bytes bytes = encode(tx);
    CHECK(bytes.size() == serialized_size(tx, WitnessMode::include));
    const auto read = decode_transaction(bytes);
    REQUIRE(read);
    CHECK(*read == tx);
    CHECK(encode(*read) == bytes);
}

TEST_CASE("the witness changes the wtxid and the sizes but not the txid", "[primitives]") {
    const auto plain = seal(simple(false));
    const auto full = seal(simple(true));
    CHECK(plain->txid == full->txid);
    CHECK(plain->wtxid == plain->txid.as<Wtxid>());
    CHECK(full->wtxid != plain->wtxid);
    CHECK(full->wtxid == compute_wtxid(*full));
    CHECK(full->txid == compute_txid(*full));
    CHECK(full->stripped_size == plain->total_size);
    CHECK(full->total_size == encode(*full).size());
    CHECK(full->weight() == 3 * full->stripped_size + full->total_size);
    CHECK(full->vsize() == (full->weight() + 3) / 4);
}

TEST_CASE("a decoded transaction has the ids and sizes of a sealed one", "[primitives]") {
    const bool with_witness = GENERATE(false, true);
    const auto made = seal(simple(with_witness));
    Bytes bytes = encode(*made);
    bytes.push_back(0x51);  // part of the next object
    ByteReader reader(bytes);
    const auto read = read_sealed_transaction(reader);
    REQUIRE(read);
    CHECK(reader.remaining().size() == 1);
    CHECK(*read == *made);
    CHECK(read->txid == compute_txid(*made));
    CHECK(read->wtxid == compute_wtxid(*made));
    CHECK(read->stripped_size == serialized_size(*made, WitnessMode::exclude));
    CHECK(read->total_size == serialized_size(*made, WitnessMode::include));

    ByteReader cut(ByteSpan(bytes).first(bytes.size() - 2));
    CHECK_FALSE(read_sealed_transaction(cut));
    CHECK(cut.error() == DecodeError::truncated);
}

TEST_CASE("the example of BIP 143 has its published ids", "[primitives]") {
    const auto tx = decode_transaction(bytes_of(
        "01000000000102fff7f7881a8099afa6940d42d1e7f6362bec38171ea3edf433541db4e4ad969f0000"
        "0000494830450221008b9d1dc26ba6a9cb62127b02742fa9d754cd3bebf337f7a55d114c8e5cdd30be"
        "022040529b194ba3f9281a99f2b1c0a19c0489bc22ede944ccf4ecbab4cc618ef3ed01eeffffffef51"
        "e1b804cc89d182d279655c3aa89e815b1b309fe287d9b2b55d57b90ec68a0100000000ffffffff0220"
        "2cb206000000001976a9148280b37df378db99f66f85c95a783a76ac7a6d5988ac9093510d00000000"
        "1976a9143bde42dbee7e4dbe6a21b2d50ce2f0167faa815988ac000247304402203609e17b84f6a7d3"
        "0c80bfa610b5b4542f32a8a0d5447a12fb1366d7f01cc44a0220573a954c4518331561406f90300e8f"
        "3358f51928d43c212a8caed02de67eebee0121025476c2e83188368da1ff3e292e7acafcdb3566bb0a"
        "d253f62fc70f07aeee635711000000"));
    REQUIRE(tx);
    CHECK(compute_txid(*tx).to_hex() ==
          "e8151a2af31c368a35053ddd4bdb285a8595c769a3ad83e0fa02314a602d4609");
    CHECK(tx->inputs.size() == 2);
    CHECK(tx->inputs[1].witness.size() == 2);
    CHECK(tx->lock_time == 17);
}

TEST_CASE("a transaction cut anywhere is truncated, and one with more bytes has trailing bytes",
          "[primitives]") {
    for (const bool with_witness : {false, true}) {
        Bytes bytes = encode(simple(with_witness));
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            CAPTURE(with_witness, size);
            CHECK(error_of(ByteSpan(bytes).first(size)) == DecodeError::truncated);
        }
        bytes.push_back(0);
        CHECK(error_of(bytes) == DecodeError::trailing_bytes);
    }
}

TEST_CASE("the long form is only for transactions that have a witness", "[primitives]") {
    CHECK(error_of(around("0001"
                          "01" +
                          input_hex + "01" + output_hex + "00")) == DecodeError::invalid);
    CHECK(error_of(around("0001"
                          "01" +
                          input_hex + "01" + output_hex + "0100")) == DecodeError::none);
}

TEST_CASE("only flag 1 of BIP 144 is known", "[primitives]") {
    const std::string flag = GENERATE("02", "03", "80", "ff");
    CHECK(error_of(around("00" + flag + "01" + input_hex + "01" + output_hex + "0100")) ==
          DecodeError::invalid);
}

TEST_CASE("no inputs and no outputs parse in either mode", "[primitives]") {
    const Bytes bytes = around("0000");
    for (const auto mode : {WitnessMode::include, WitnessMode::exclude}) {
        const auto tx = decode_transaction(bytes, mode);
        REQUIRE(tx);
        CHECK(tx->inputs.empty());
        CHECK(tx->outputs.empty());
        CHECK(encode(*tx, mode) == bytes);
    }
}

TEST_CASE("an output without inputs can be read if the marker is not expected", "[primitives]") {
    const Bytes bytes = around(
        "00"
        "01" +
        output_hex);
    CHECK_FALSE(decode_transaction(bytes, WitnessMode::include));
    const auto tx = decode_transaction(bytes, WitnessMode::exclude);
    REQUIRE(tx);
    CHECK(tx->outputs.size() == 1);
}

TEST_CASE("a huge count is refused before memory is allocated", "[primitives]") {
    CHECK(error_of(around("fe00000002" + input_hex)) == DecodeError::truncated);
    CHECK(error_of(around("fe01000002" + input_hex)) == DecodeError::too_large);
    CHECK(error_of(around("01" + input_hex + "fd0001" + output_hex)) == DecodeError::truncated);
    CHECK(error_of(around("0001"
                          "01" +
                          input_hex + "01" + output_hex + "fe00000002")) == DecodeError::truncated);
    CHECK(error_of(around("fd0100" + input_hex + "01" + output_hex)) ==
          DecodeError::non_canonical_size);
}

TEST_CASE("a coinbase has one input, which spends no output", "[primitives]") {
    Transaction tx = simple(false);
    CHECK_FALSE(tx.is_coinbase());
    tx.inputs.resize(1);
    tx.inputs[0].prevout = {};
    CHECK(tx.is_coinbase());
    tx.inputs[0].prevout.index = 0;
    CHECK_FALSE(tx.is_coinbase());
    tx.inputs[0].prevout = {};
    tx.inputs.push_back(tx.inputs[0]);
    CHECK_FALSE(tx.is_coinbase());
    CHECK(tx.output_value() == Amount{-4});
}

TEST_CASE("a view of a transaction has the same parts, sizes and ids", "[primitives]") {
    TransactionView view;
    // One after the other: nothing of the one before may remain.
    for (const bool with_witness : {true, false, true}) {
        const auto tx = seal(simple(with_witness));
        Bytes bytes = encode(*tx);
        bytes.push_back(0x77);
        ByteReader reader(bytes);
        REQUIRE(view.read(reader));
        CHECK(reader.remaining().size() == 1);
        CHECK(view.version() == tx->version);
        CHECK(view.lock_time() == tx->lock_time);
        CHECK(view.has_witness() == with_witness);
        CHECK_FALSE(view.is_coinbase());
        CHECK(std::ranges::equal(view.bytes(), ByteSpan(bytes).first(tx->total_size)));
        CHECK(view.stripped_size() == tx->stripped_size);
        CHECK(view.weight() == tx->weight());
        CHECK(view.vsize() == tx->vsize());
        CHECK(view.txid() == tx->txid);
        CHECK(view.wtxid() == tx->wtxid);
        REQUIRE(view.inputs().size() == tx->inputs.size());
        for (std::size_t i = 0; i < tx->inputs.size(); ++i) {
            CHECK(view.inputs()[i].prevout == tx->inputs[i].prevout);
            CHECK(Script(view.inputs()[i].script_sig) == tx->inputs[i].script_sig);
            CHECK(view.inputs()[i].sequence == tx->inputs[i].sequence);
            CHECK(std::ranges::equal(view.witness(i), tx->inputs[i].witness,
                                     [](auto a, auto& b) { return std::ranges::equal(a, b); }));
        }
        REQUIRE(view.outputs().size() == tx->outputs.size());
        for (std::size_t i = 0; i < tx->outputs.size(); ++i) {
            CHECK(view.outputs()[i].value == tx->outputs[i].value);
            CHECK(Script(view.outputs()[i].script_pubkey) == tx->outputs[i].script_pubkey);
        }
    }
}

TEST_CASE("a view reads what the decoder reads and refuses the rest", "[primitives]") {
    for (const Bytes& bytes : {encode(simple(true)), encode(simple(false)), around("0000"),
                               around("00"
                                      "01" +
                                      output_hex),
                               around("0001"
                                      "00"
                                      "00"),
                               around("0002"
                                      "01" +
                                      input_hex),
                               around("fdffff"),
                               around("0001"
                                      "01" +
                                      input_hex +
                                      "00"
                                      "00")}) {
        for (const auto mode : {WitnessMode::include, WitnessMode::exclude}) {
            for (std::size_t size = 0; size <= bytes.size(); ++size) {
                ByteReader reader(ByteSpan(bytes).first(size));
                ByteReader other(ByteSpan(bytes).first(size));
                TransactionView view;
                (void)read_transaction(other, mode);
                CHECK(view.read(reader, mode) == other.ok());
                CHECK(reader.error() == other.error());
                CHECK(reader.remaining().size() == other.remaining().size());
            }
        }
    }
}
