#include "secret_pages.h"

#include <daler/util/log.h>
#include <daler/util/wipe.h>

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <new>

namespace daler::crypto {
namespace {

void warn_once(int error) {
    static std::atomic_flag warned;
    if (warned.test_and_set()) return;
    log::warning(
        "memory for private keys and passphrases cannot be locked ({}), so the system may write "
        "them to its swap space; a higher limit (ulimit -l) helps",
        std::strerror(error));
}

}  // namespace

std::span<std::uint8_t> map_secret_pages(std::size_t size) {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const std::size_t mapped = (size + page - 1) / page * page;
    void* pages =
        ::mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) throw std::bad_alloc();
    // The secret is needed all the same if the pages cannot be locked.
    if (::mlock(pages, mapped) != 0) warn_once(errno);
    (void)::madvise(pages, mapped, MADV_DONTDUMP);
    return {static_cast<std::uint8_t*>(pages), mapped};
}

void unmap_secret_pages(std::span<std::uint8_t> pages) {
    wipe(pages);
    ::munmap(pages.data(), pages.size());
}

}  // namespace daler::crypto
