#include <daler/consensus/merkle_proof.h>
#include <daler/util/ensure.h>

// A proof that can be read is written and read again without change, and shows no more transactions
// than it has hashes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace daler;
    const auto proof = consensus::decode_merkle_proof({data, size});
    if (!proof) return 0;
    const auto again = consensus::decode_merkle_proof(consensus::encode(*proof));
    ensure(again && *again == *proof);
    const auto shown = consensus::proved_transactions(*proof);
    ensure(!shown || shown->size() <= proof->hashes.size());
    return 0;
}
