#include <test.h>

#include <daler/coins/undo.h>
#include <daler/encoding/hex.h>
#include <daler/util/random.h>

using namespace daler;
using namespace daler::coins;

namespace {

BlockUndo random_undo(Random& random) {
    BlockUndo undo;
    undo.transactions.resize(random.below(5));
    for (auto& coins : undo.transactions) {
        for (auto left = random.below(4); left > 0; --left) {
            Bytes script(random.below(80));
            for (auto& byte : script)
                byte = static_cast<std::uint8_t>(random.next());
            coins.push_back(
                {{Amount{static_cast<std::int64_t>(random.below(1'000'000'000))}, Script(script)},
                 static_cast<Height>(random.below(900'000)),
                 random.below(2) == 0});
        }
    }
    return undo;
}

}  // namespace

TEST_CASE("undo data come back as they were", "[coins]") {
    Random random(7);
    for (int i = 0; i < 200; ++i) {
        const auto undo = random_undo(random);
        const auto back = decode_undo(encode(undo));
        REQUIRE(back);
        CHECK(back->transactions == undo.transactions);
    }
}

TEST_CASE("an undo record has the published form", "[coins]") {
    BlockUndo undo;
    undo.transactions.push_back(
        {{{Amount{60'000'000'000},
           Script(*from_hex("76a914816115944e077fe7c803cfa57f29b36bf87c1d3588ac"))},
          203'998,
          false}});
    // One transaction, one coin: origin, a zero byte, amount, script.
    CHECK(to_hex(encode(undo)) == "010197f23c00835800816115944e077fe7c803cfa57f29b36bf87c1d35");
    undo.transactions = {{{{Amount{0}, {}}, 0, false}}};
    CHECK(to_hex(encode(undo)) == "0101000006");
}

TEST_CASE("no prefix of an undo record parses", "[coins]") {
    Random random(8);
    auto undo = random_undo(random);
    while (undo.transactions.empty())
        undo = random_undo(random);
    const Bytes bytes = encode(undo);
    for (std::size_t size = 0; size < bytes.size(); ++size)
        CHECK_FALSE(decode_undo(ByteSpan(bytes).first(size)));
    Bytes longer = bytes;
    longer.push_back(0);
    CHECK_FALSE(decode_undo(longer));
}
