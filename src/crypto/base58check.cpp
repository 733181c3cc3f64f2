#include <daler/crypto/base58check.h>

#include <daler/crypto/hash.h>
#include <daler/encoding/base58.h>

#include <algorithm>

namespace daler::crypto {
namespace {

constexpr std::size_t checksum_size = 4;

}  // namespace

std::string base58check_encode(ByteSpan payload) {
    const Digest256 hash = sha256d(payload);
    Bytes bytes(payload.begin(), payload.end());
    bytes.insert(bytes.end(), hash.begin(), hash.begin() + checksum_size);
    return base58_encode(bytes);
}

std::optional<Bytes> base58check_decode(std::string_view text, std::size_t max_size) {
    auto bytes = base58_decode(text, max_size + checksum_size);
    if (!bytes || bytes->size() < checksum_size) return std::nullopt;
    const std::size_t size = bytes->size() - checksum_size;
    const Digest256 hash = sha256d(ByteSpan(*bytes).first(size));
    if (!std::equal(hash.begin(), hash.begin() + checksum_size, bytes->data() + size))
        return std::nullopt;
    bytes->resize(size);
    return bytes;
}

}  // namespace daler::crypto
