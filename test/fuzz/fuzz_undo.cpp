#include <daler/coins/undo.h>
#include <daler/util/ensure.h>

// Undo data that decode are encoded and decoded again without change.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace daler;
    const auto undo = coins::decode_undo({data, size});
    if (!undo) return 0;
    const auto again = coins::decode_undo(encode(*undo));
    ensure(again.has_value());
    ensure(again->transactions == undo->transactions);
    return 0;
}
