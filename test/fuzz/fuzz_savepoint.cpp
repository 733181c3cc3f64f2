#include <daler/chain/savepoint.h>
#include <daler/util/ensure.h>

#include <algorithm>

// A savepoint that decodes is encoded to the same bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace daler;
    const ByteSpan bytes{data, size};
    const auto savepoint = chain::decode_savepoint(bytes);
    if (savepoint) ensure(std::ranges::equal(encode(*savepoint), bytes));
    return 0;
}
