#include <daler/primitives/chain_params.h>
#include <daler/util/ensure.h>

#include "consensus/header_list.h"

namespace {

using namespace daler;

void check_bits(std::uint32_t bits) {
    const U256 target = consensus::expand_bits(bits);
    const auto work = consensus::work_of(bits);
    ensure(target.is_zero() == work.is_zero());
    // The compact form keeps the highest three bytes. The target has no others, so nothing is lost.
    ensure(consensus::expand_bits(consensus::bits_from_target(target)) == target);
    (void)consensus::difficulty(bits);
}

}  // namespace

// A chain of random headers: the rules do not crash, and the chain allows the next target.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // With a window of eight blocks, short inputs reach a retarget.
    static const auto all = [] {
        std::vector<ChainParams> out{main_params(), test_params(), testnet4_params(),
                                     regtest_params()};
        for (auto& params : out) {
            params.retarget.window = 8;
            params.retarget.never = false;
        }
        return out;
    }();
    if (size < 1) return 0;
    const ChainParams& params = all[data[0] % all.size()];
    ByteReader reader(ByteSpan(data, size).subspan(1));
    test::HeaderList chain(params.genesis->header);
    while (reader.remaining().size() >= BlockHeader::size) {
        auto header = read_header(reader);
        check_bits(header.bits);
        const auto bits = consensus::next_bits(chain, header.block_time(), params);
        const auto target = consensus::target_from_bits(bits, params.pow_limit);
        // A timespan of zero can make the target zero; otherwise the target is in range.
        if (target) ensure(*target <= params.pow_limit);
        (void)consensus::check_header(header, header.hash(), params);
        (void)consensus::check_header_in_chain(header, chain, from_unix(1'700'000'000), params);
        if (target && header.version % 2 == 0) header.bits = bits;
        chain.push(header);
    }
    return 0;
}
