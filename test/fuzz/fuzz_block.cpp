#include <daler/consensus/check_block.h>
#include <daler/primitives/chain_params.h>
#include <daler/util/ensure.h>

namespace {

// Ten blocks, one minute apart: enough ancestors for the rules that need them.
class ShortChain : public daler::consensus::HeaderChain {
public:
    [[nodiscard]] daler::Height height() const override { return 10; }
    [[nodiscard]] daler::BlockHeader header(daler::Height height) const override {
        daler::BlockHeader header;
        header.bits = 0x207fffff;
        header.time = 1'600'000'000 + static_cast<std::uint32_t>(height) * 60;
        return header;
    }
    [[nodiscard]] daler::BlockTime median_time_past(daler::Height height) const override {
        return header(height).block_time();
    }
};

}  // namespace

// A block that decodes is encoded to the same bytes. The rules do not crash, and a block that they
// accept is not a mutated copy of another.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace daler;
    static const ChainParams regtest = regtest_params();
    static const ChainParams signet = signet_params(Bytes{0x51});
    const ByteSpan bytes(data, size);
    auto decoded = decode_block(bytes);
    if (!decoded) return 0;
    ensure(std::ranges::equal(encode(*decoded), bytes));
    ensure(serialized_size(*decoded, WitnessMode::include) == size);
    ensure(weight(*decoded) >= static_cast<std::int64_t>(size));

    auto block = std::make_shared<Block>(std::move(*decoded));
    (void)consensus::check_block(block, block->header.hash(), signet);
    // The fuzzer cannot find a proof of work or a merkle root.
    block->header.merkle_root = consensus::merkle_root(*block);
    const auto checked = consensus::check_block(block, block->header.hash(), regtest,
                                                {.proof_of_work = false, .merkle_root = true});
    (void)consensus::is_mutated(*block, true);
    if (checked && consensus::check_block_in_chain(*block, ShortChain{}, regtest))
        ensure(!consensus::is_mutated(*block, true));
    return 0;
}
