#include <daler/primitives/chain_params.h>

#include <test.h>
#include <vectors.h>

using namespace daler;

TEST_CASE("a header has 80 bytes and is the same after encoding and decoding", "[primitives]") {
    const BlockHeader header = main_params().genesis->header;
    const Bytes bytes = encode(header);
    CHECK(bytes.size() == BlockHeader::size);
    CHECK(decode_header(bytes) == header);
    CHECK(decode_header(ByteSpan(bytes).first(79)).error() == DecodeError::truncated);
    Bytes longer = bytes;
    longer.push_back(0);
    CHECK(decode_header(longer).error() == DecodeError::trailing_bytes);
}

TEST_CASE("a block cut anywhere is truncated", "[primitives]") {
    const Bytes bytes = encode(*regtest_params().genesis);
    CHECK(bytes.size() == 285);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const auto block = decode_block(ByteSpan(bytes).first(size));
        REQUIRE_FALSE(block);
        CHECK(block.error() == DecodeError::truncated);
    }
    CHECK(decode_block(bytes));
}

TEST_CASE("a block may have no transactions but not fewer than its count", "[primitives]") {
    ByteWriter writer;
    write(writer, BlockHeader{});
    writer.compact_size(0);
    const auto empty = decode_block(writer.view());
    REQUIRE(empty);
    CHECK(weight(*empty) == 4 * 81);

    ByteWriter promising;
    write(promising, BlockHeader{});
    promising.compact_size(0x01ffffff);
    promising.bytes(Bytes(1000));
    CHECK(decode_block(promising.view()).error() == DecodeError::truncated);
}

TEST_CASE("real blocks are encoded to the same bytes", "[primitives][vectors]") {
    struct Example {
        std::string file;
        std::string hash;
        std::size_t size;
        bool has_witness;
    };
    const auto example = GENERATE(values<Example>({
        {"mainnet/block-413567.blk",
         "0000000000000000025aff8be8a55df8f89c77296db6198f272d6577325d4069", 999'887, false},
        {"mainnet/block-segwit.blk",
         "0000000000000000001602407ac49862a7bca9d00f7f402db20b7be2f5de59d2", 1'245'250, true},
    }));
    const auto text = test::read_vectors(example.file);
    if (!text) return;
    CHECK(text->size() == example.size);
    const auto block = decode_block(as_bytes(*text));
    REQUIRE(block);
    CHECK(as_text(encode(*block)) == *text);
    CHECK(serialized_size(*block, WitnessMode::include) == text->size());
    CHECK(encode(*block, WitnessMode::exclude).size() ==
          serialized_size(*block, WitnessMode::exclude));
    CHECK((serialized_size(*block, WitnessMode::exclude) < text->size()) == example.has_witness);
    CHECK(block->header.hash().to_hex() == example.hash);
    for (const auto& tx : block->transactions) {
        const auto again = decode_transaction(encode(*tx));
        REQUIRE(again);
        CHECK(*again == *tx);
    }
}
