#include <daler/encoding/bytes.h>

#include <test.h>

using namespace daler;

TEST_CASE("a compact size is read as it was written", "[encoding]") {
    const auto value =
        GENERATE(as<std::uint64_t>{}, 0, 0xfc, 0xfd, 0xffff, 0x10000, 0xffffffff, 0x100000000);
    ByteWriter writer;
    writer.compact_size(value);
    CHECK(writer.size() == compact_size_length(value));
    ByteReader reader(writer.view());
    CHECK(reader.compact_size_value() == value);
    CHECK(reader.finish() == DecodeError::none);
}

TEST_CASE("a compact size must be in its shortest form", "[encoding]") {
    const auto bytes = GENERATE(Bytes{0xfd, 0xfc, 0x00}, Bytes{0xfe, 0xff, 0xff, 0, 0},
                                Bytes{0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0});
    ByteReader reader(bytes);
    CHECK(reader.compact_size_value() == 0);
    CHECK(reader.error() == DecodeError::non_canonical_size);
}

TEST_CASE("a length may be 32 MiB and not one byte more", "[encoding]") {
    ByteWriter fits;
    fits.compact_size(max_compact_size);
    CHECK(ByteReader(fits.view()).compact_size() == max_compact_size);

    ByteWriter above;
    above.compact_size(max_compact_size + 1);
    ByteReader reader(above.view());
    CHECK(reader.compact_size() == 0);
    CHECK(reader.error() == DecodeError::too_large);
}

TEST_CASE("a count that cannot fit into the remaining bytes is refused", "[encoding]") {
    ByteWriter writer;
    writer.compact_size(3);
    for (int i = 0; i < 8; ++i)
        writer.u8(0);
    CHECK(ByteReader(writer.view()).count(2) == 3);
    ByteReader reader(writer.view());
    CHECK(reader.count(4) == 0);
    CHECK(reader.error() == DecodeError::truncated);
}

TEST_CASE("the first error stays and later reads give nothing", "[encoding]") {
    const Bytes bytes{1, 2};
    ByteReader reader(bytes);
    CHECK(reader.u32() == 0);
    CHECK(reader.u8() == 0);
    CHECK(reader.bytes(1).empty());
    CHECK(reader.finish() == DecodeError::truncated);
}

TEST_CASE("bytes after the end are an error", "[encoding]") {
    const Bytes bytes{1, 2};
    ByteReader reader(bytes);
    CHECK(reader.u8() == 1);
    CHECK(reader.finish() == DecodeError::trailing_bytes);
}

TEST_CASE("numbers are little-endian, ports big-endian", "[encoding]") {
    ByteWriter writer;
    writer.u32(0x01020304);
    writer.u16_big_endian(8333);
    writer.i64(-2);
    CHECK(writer.view()[0] == 4);
    ByteReader reader(writer.view());
    CHECK(reader.u32() == 0x01020304);
    CHECK(reader.u16_big_endian() == 8333);
    CHECK(reader.i64() == -2);
}
