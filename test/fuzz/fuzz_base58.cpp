#include <daler/crypto/base58check.h>
#include <daler/encoding/base58.h>
#include <daler/util/ensure.h>

// Encoded bytes decode to the same bytes. The bytes of a text that decodes are at most as many as
// allowed.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace daler;
    const ByteSpan bytes(data, size);
    if (const auto decoded = base58_decode(as_text(bytes), 100)) {
        ensure(decoded->size() <= 100);
        ensure(base58_decode(base58_encode(*decoded), 100) == decoded);
    }
    if (const auto decoded = crypto::base58check_decode(as_text(bytes)))
        ensure(decoded->size() <= 78);
    if (size <= 200) {
        const Bytes original(bytes.begin(), bytes.end());
        ensure(base58_decode(base58_encode(bytes), size) == original);
        ensure(crypto::base58check_decode(crypto::base58check_encode(bytes), size) == original);
    }
    return 0;
}
