#include <daler/crypto/secret_bytes.h>

#include <daler/util/ensure.h>
#include <daler/util/wipe.h>

#include <algorithm>
#include <utility>

#include "secret_pages.h"

namespace daler::crypto {

SecretBytes::SecretBytes(std::size_t size) : size_(size) {
    if (size == 0) return;
    const auto pages = map_secret_pages(size);
    data_ = pages.data();
    mapped_ = pages.size();
}

SecretBytes::SecretBytes(ByteSpan bytes) : SecretBytes(bytes.size()) {
    std::ranges::copy(bytes, data_);
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      mapped_(std::exchange(other.mapped_, 0)) {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
    if (this == &other) return *this;
    release();
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
    mapped_ = std::exchange(other.mapped_, 0);
    return *this;
}

SecretBytes::~SecretBytes() {
    release();
}

void SecretBytes::release() {
    if (!data_) return;
    unmap_secret_pages({data_, mapped_});
    data_ = nullptr;
    size_ = mapped_ = 0;
}

void SecretBytes::shorten(std::size_t size) {
    ensure(size <= size_);
    wipe(bytes().subspan(size));
    size_ = size;
}

}  // namespace daler::crypto
