#include <daler/crypto/hash.h>
#include <daler/snapshots/snapshot.h>
#include <daler/util/ensure.h>

// Any content with a right checksum is read or refused; what is read is written and read again
// without change.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace daler;
    ByteWriter writer;
    writer.bytes({data, size});
    writer.u32(crypto::crc32c(writer.view()));
    const auto snapshot = snapshots::decode_snapshot(writer.view());
    if (!snapshot) return 0;
    const auto bytes = snapshots::encode(*snapshot);
    const auto again = snapshots::decode_snapshot(bytes);
    ensure(again.has_value());
    ensure(snapshots::encode(*again) == bytes);
    return 0;
}
