#include <daler/consensus/header_rules.h>
#include <daler/primitives/chain_params.h>
#include <sync/header_presync.h>

#include <algorithm>
#include <array>
#include <cstdlib>

using namespace daler;
using namespace daler::sync;

namespace {

constexpr std::uint32_t chain_length = 200;
constexpr std::uint32_t required_length = 150;

void require(bool holds) {
    if (!holds) std::abort();
}

/// Two chains of headers on genesis. They have no proof of work: that is checked earlier.
struct Chains {
    Chains() : params(regtest_params()) {
        genesis = &index.insert(params.genesis->header, params.genesis_hash);
        for (std::uint32_t salt = 0; salt < 2; ++salt) {
            auto previous = params.genesis_hash;
            for (std::uint32_t i = 1; i <= chain_length; ++i) {
                BlockHeader header = params.genesis->header;
                header.previous = previous;
                header.time += i;
                header.nonce = salt;
                previous = header.hash();
                headers[salt].push_back(header);
            }
        }
        required_work =
            genesis->chainwork + consensus::work_of(genesis->header.bits) * required_length;
    }

    ChainParams params;
    chain::BlockIndex index;
    const chain::BlockEntry* genesis = nullptr;
    std::array<std::vector<BlockHeader>, 2> headers;
    U256 required_work;
};

}  // namespace

// Random sequences of headers: the headers are released in order, beginning with the first, and not
// before the peer has sent enough of them in one chain.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Chains chains;
    Random random(1);
    HeaderPresync presync(chains.params, *chains.genesis, chains.required_work,
                          from_unix(2'000'000'000), random);
    ByteReader reader({data, size});
    auto last_released = chains.genesis->hash;
    std::size_t sent = 0;
    while (reader.remaining().size() >= 4) {
        const auto& headers = chains.headers[reader.u8() % 2];
        const std::size_t from = reader.u8() % headers.size();
        const std::size_t count = std::min<std::size_t>(reader.u8(), headers.size() - from);
        const auto step = presync.process(std::span(headers).subspan(from, count), reader.u8() % 4);
        sent += count;
        for (const auto& header : step.release) {
            require(header.previous == last_released);
            last_released = header.hash();
        }
        require(step.release.empty() || sent >= required_length);
        require(!presync.locator().empty());
        if (!step.ok || step.finished || !step.ask_more) break;
    }
    return 0;
}
