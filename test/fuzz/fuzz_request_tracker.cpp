#include <sync/request_tracker.h>

// After a random sequence of events the tracker's counts agree with its items.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace daler;
    using namespace daler::sync;
    Random random(1);
    RequestTracker tracker(random);
    Time now{std::chrono::seconds(1'000'000)};
    ByteReader reader({data, size});
    while (!reader.remaining().empty()) {
        const auto event = reader.u8();
        const PeerId peer = reader.u8() % 8;
        const auto detail = reader.u8();
        TxIdentifier id;
        id.hash.bytes[0] = detail % 32;
        id.is_wtxid = detail >= 128;
        now += std::chrono::milliseconds(detail * 50);
        switch (event % 6) {
            case 0:
            case 1:
                tracker.announced(peer, id, event >= 128,
                                  now + std::chrono::milliseconds(event * 20));
                break;
            case 2:
                (void)tracker.take_requests(peer, now);
                break;
            case 3:
                tracker.answered(peer, id.hash, now);
                break;
            case 4:
                tracker.forget(id.hash);
                break;
            case 5:
                tracker.peer_gone(peer, now);
                break;
        }
    }
    tracker.check();
    return 0;
}
