#include <daler/crypto/secret_bytes.h>

#include <daler/util/ensure.h>
#include <daler/util/wipe.h>

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <new>
#include <utility>

namespace daler::crypto {

SecretBytes::SecretBytes(std::size_t size) : size_(size) {
    if (size == 0) return;
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    mapped_ = (size + page - 1) / page * page;
    void* pages =
        ::mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) throw std::bad_alloc();
    // Both may fail, for example beyond RLIMIT_MEMLOCK. The secret is needed all the same.
    (void)::mlock(pages, mapped_);
    (void)::madvise(pages, mapped_, MADV_DONTDUMP);
    data_ = static_cast<std::uint8_t*>(pages);
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
    wipe({data_, mapped_});
    ::munmap(data_, mapped_);
    data_ = nullptr;
    size_ = mapped_ = 0;
}

void SecretBytes::shorten(std::size_t size) {
    ensure(size <= size_);
    wipe(bytes().subspan(size));
    size_ = size;
}

}  // namespace daler::crypto
