#include <coins/coin_codec.h>
#include <daler/util/ensure.h>

// A coin that can be read is written and read again without change, in both of its encodings.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace daler;
    const auto coin = coins::decode_coin({data, size});
    if (!coin) return 0;
    ensure(is_money(coin->output.value));
    ByteWriter record;
    coins::write_coin(record, coin->output, coin->height, coin->is_coinbase);
    ensure(coins::decode_coin(record.view()) == *coin);
    ByteWriter undo;
    coins::write_undo_coin(undo, *coin);
    ByteReader reader(undo.view());
    ensure(coins::read_undo_coin(reader) == *coin);
    ensure(reader.finish() == DecodeError::none);
    return 0;
}
