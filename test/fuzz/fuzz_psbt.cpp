#include <daler/psbt/roles.h>
#include <daler/util/ensure.h>

// A PSBT that is read is written in a form that is read back to the same bytes. Finalizing and the
// analysis take any PSBT, and what is finalized can be read, too.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace daler;
    constexpr std::int64_t bytes_per_sigop = 20;
    auto psbt = psbt::decode({data, size});
    if (!psbt) {
        ensure(!psbt.error().empty());
        return 0;
    }
    const auto bytes = psbt::encode(*psbt);
    const auto again = psbt::decode(bytes);
    ensure(again && psbt::encode(*again) == bytes);
    (void)psbt::analyze(*psbt, bytes_per_sigop);
    auto same = *psbt;
    ensure(same.merge(*psbt) && psbt::encode(same) == bytes);
    (void)psbt::finalize_and_extract(*psbt);
    ensure(psbt::decode(psbt::encode(*psbt)).has_value());
    return 0;
}
