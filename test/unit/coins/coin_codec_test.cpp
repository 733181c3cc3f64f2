#include <test.h>

#include <coins/coin_codec.h>
#include <daler/crypto/key.h>
#include <daler/encoding/hex.h>
#include <daler/util/random.h>

#include <limits>

using namespace daler;
using namespace daler::coins;

namespace {

Bytes varint(std::uint64_t value) {
    ByteWriter writer;
    write_varint(writer, value);
    return writer.take();
}

std::string coin_hex(const consensus::Coin& coin) {
    ByteWriter writer;
    write_coin(writer, coin.output, coin.height, coin.is_coinbase);
    return to_hex(writer.view());
}

Script script_of(std::string_view hex) {
    return Script(*from_hex(hex));
}

consensus::Coin coin(Height height, bool is_coinbase, std::int64_t value, Script script_pubkey) {
    return {{Amount{value}, std::move(script_pubkey)}, height, is_coinbase};
}

}  // namespace

TEST_CASE("numbers of base 128 are those of Bitcoin's serialization tests", "[coins]") {
    const std::vector<std::pair<std::uint64_t, std::string>> examples{
        {0, "00"},
        {0x7f, "7f"},
        {0x80, "8000"},
        {0x1234, "a334"},
        {0xffff, "82fe7f"},
        {0x123456, "c7e756"},
        {0x80123456, "86ffc7e756"},
        {0xffffffff, "8efefefe7f"},
        {0x7fffffffffffffff, "fefefefefefefefe7f"},
        {0xffffffffffffffff, "80fefefefefefefefe7f"},
    };
    for (const auto& [value, hex] : examples) {
        CHECK(to_hex(varint(value)) == hex);
        const auto bytes = *from_hex(hex);
        ByteReader reader(bytes);
        CHECK(read_varint(reader) == value);
        CHECK(reader.finish() == DecodeError::none);
    }
}

TEST_CASE("a number beyond 64 bits or cut short does not parse", "[coins]") {
    for (const auto* hex : {"80fefefefefefefeff00", "ffffffffffffffffffff7f", "80", ""}) {
        const auto bytes = *from_hex(hex);
        ByteReader reader(bytes);
        (void)read_varint(reader);
        CHECK_FALSE(reader.ok());
    }
}

TEST_CASE("amounts compress to the published numbers and back", "[coins]") {
    const std::vector<std::pair<std::uint64_t, std::uint64_t>> examples{
        {0, 0x0},
        {1, 0x1},
        {1'000'000, 0x7},
        {100'000'000, 0x9},
        {5'000'000'000, 0x32},
        {2'100'000'000'000'000, 0x1406f40},
    };
    for (const auto& [amount, compressed] : examples) {
        CHECK(compress_amount(amount) == compressed);
        CHECK(decompress_amount(compressed) == amount);
    }
    Random random(1);
    for (int i = 0; i < 10'000; ++i) {
        const auto amount = random.below(std::uint64_t{1} << (1 + random.below(50)));
        CHECK(decompress_amount(compress_amount(amount)) == amount);
    }
    for (std::uint64_t i = 0; i < 100'000; ++i)
        CHECK(compress_amount(decompress_amount(i)) == i);
}

TEST_CASE("coins have the form of Bitcoin's coin database", "[coins]") {
    // From Bitcoin Core's tests.
    CHECK(coin_hex(coin(203'998, false, 60'000'000'000,
                        script_of("76a914816115944e077fe7c803cfa57f29b36bf87c1d3588ac"))) ==
          "97f23c835800816115944e077fe7c803cfa57f29b36bf87c1d35");
    CHECK(coin_hex(coin(120'891, true, 110'397,
                        script_of("76a9148c988f1a4a4de2161e0f50aac7f17e7f9555caa488ac"))) ==
          "8ddf77bbd123008c988f1a4a4de2161e0f50aac7f17e7f9555caa4");
    CHECK(coin_hex(coin(0, false, 0, {})) == "000006");
}

TEST_CASE("every kind of script comes back as it was", "[coins]") {
    const auto key = crypto::PrivateKey::from_bytes(Bytes(32, 7))->public_key(false);
    const auto key_script = [](ByteSpan bytes) {
        Script out;
        out.append(static_cast<std::uint8_t>(bytes.size()));
        out.append(bytes);
        out.append(0xac);
        return out;
    };
    auto off_curve = Bytes(key.bytes().begin(), key.bytes().end());
    off_curve[64] ^= 1;
    struct Example {
        Script script;
        std::size_t compressed_size;
    };
    const std::vector<Example> examples{
        {script_of("76a914816115944e077fe7c803cfa57f29b36bf87c1d3588ac"), 21},
        {script_of("a914816115944e077fe7c803cfa57f29b36bf87c1d3587"), 21},
        {key_script(key.bytes()), 33},
        {key_script(off_curve), 68},
        {key_script(crypto::PrivateKey::from_bytes(Bytes(32, 7))->public_key().bytes()), 33},
        {script_of("0014816115944e077fe7c803cfa57f29b36bf87c1d35"), 23},
        {{}, 1},
        {Script(Bytes(121, 0x51)), 122},
        {Script(Bytes(122, 0x51)), 124},
        {Script(Bytes(10'000, 0x51)), 10'002},
    };
    for (const auto& example : examples) {
        ByteWriter writer;
        write_compressed_script(writer, example.script.bytes());
        CHECK(writer.size() == example.compressed_size);
        ByteReader reader(writer.view());
        CHECK(read_compressed_script(reader) == example.script);
        CHECK(reader.finish() == DecodeError::none);
    }
}

TEST_CASE("coin records that are damaged do not parse", "[coins]") {
    for (const auto* hex : {
             "000007",                // announces one byte of script too many
             "00008a95c0bb00",        // a script of 3 GB
             "",                      //
             "0000",                  // no script
             "00000600",              // something left over
             "8efefefe80000006",      // height beyond 31 bits
             "00ffffffffffffff0006",  // more than all money
             "000004"
             "0000000000000000000000000000000000000000000000000000000000000005",  // no point
         }) {
        CAPTURE(hex);
        CHECK_FALSE(decode_coin(*from_hex(hex)));
    }
    CHECK(decode_coin(*from_hex("000006")));
}
