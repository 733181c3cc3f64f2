#include <daler/mempool/saved_mempool.h>
#include <daler/util/ensure.h>

#include <array>

// Any mempool.dat is read or refused. What is read is written, in both versions, and read again
// without change.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace daler;
    const auto saved = mempool::decode_saved({data, size});
    if (!saved) return 0;
    const auto plain = mempool::encode_saved_version_1(*saved);
    const std::array<std::uint8_t, 8> key{1, 2, 3, 4, 5, 6, 7, 8};
    for (const auto& bytes : {plain, mempool::encode_saved(*saved, key)}) {
        const auto again = mempool::decode_saved(bytes);
        ensure(again.has_value());
        ensure(mempool::encode_saved_version_1(*again) == plain);
    }
    return 0;
}
