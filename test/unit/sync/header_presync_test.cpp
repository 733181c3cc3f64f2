#include <daler/consensus/header_rules.h>
#include <daler/primitives/chain_params.h>
#include <sync/header_presync.h>
#include <test.h>

using namespace daler;
using namespace daler::sync;
namespace limits = wire::limits;

namespace {

/// A chain of headers on top of regtest's genesis, without proof of work (which is checked
/// elsewhere).
struct Chain {
    explicit Chain(std::size_t length, std::uint32_t salt = 0) : params(regtest_params()) {
        genesis = &index.insert(params.genesis->header, params.genesis_hash);
        auto previous = params.genesis_hash;
        for (std::uint32_t i = 0; i < length; ++i) {
            BlockHeader header = params.genesis->header;
            header.previous = previous;
            header.time += i + 1;
            header.nonce = salt;
            previous = header.hash();
            headers.push_back(header);
        }
    }
    [[nodiscard]] std::span<const BlockHeader> part(std::size_t from, std::size_t count) const {
        return std::span(headers).subspan(from, std::min(count, headers.size() - from));
    }
    [[nodiscard]] U256 work(std::size_t blocks) const {
        return genesis->chainwork + consensus::work_of(genesis->header.bits) * blocks;
    }

    ChainParams params;
    chain::BlockIndex index;
    const chain::BlockEntry* genesis = nullptr;
    std::vector<BlockHeader> headers;
};

const auto today = from_unix(2'000'000'000);

/// Passes the whole chain to `presync` in messages of 2,000 headers. Returns the last step.
HeaderPresync::Step feed(HeaderPresync& presync, const Chain& chain,
                         std::vector<BlockHeader>& released) {
    HeaderPresync::Step step;
    std::size_t from = 0;
    do {
        const auto part = chain.part(from, 2'000);
        step = presync.process(part, part.size() == 2'000);
        released.insert(released.end(), step.release.begin(), step.release.end());
        from += part.size();
    } while (step.ok && step.ask_more && from < chain.headers.size());
    return step;
}

}  // namespace

TEST_CASE("headers are released after the whole chain has shown enough work", "[sync]") {
    const Chain chain(5'000);
    Random random(1);
    HeaderPresync presync(chain.params, *chain.genesis, chain.work(4'500), today, random);
    std::vector<BlockHeader> released;
    auto step = presync.process(chain.part(0, 2'000), true);
    CHECK((step.ok && step.ask_more && step.release.empty()));
    CHECK(presync.locator().front() == chain.headers[1'999].hash());
    step = presync.process(chain.part(2'000, 2'000), true);
    step = presync.process(chain.part(4'000, 2'000), false);
    CHECK((step.ok && step.ask_more && step.release.empty()));
    // Now again from the start.
    CHECK(presync.locator().front() == chain.params.genesis_hash);
    step = feed(presync, chain, released);
    CHECK((step.ok && step.finished));
    CHECK(released == chain.headers);
}

TEST_CASE("a chain with too little work is rejected and no header is released", "[sync]") {
    const Chain chain(5'000);
    Random random(1);
    HeaderPresync presync(chain.params, *chain.genesis, chain.work(5'001), today, random);
    std::vector<BlockHeader> released;
    const auto step = feed(presync, chain, released);
    CHECK((step.ok && step.finished));
    CHECK(released.empty());
}

TEST_CASE("another chain in the second pass is detected before a header is released", "[sync]") {
    const Chain good(17'000);
    const Chain other(17'000, 1);
    Random random(3);
    HeaderPresync presync(good.params, *good.genesis, good.work(17'000), today, random);
    std::vector<BlockHeader> released;
    REQUIRE(feed(presync, good, released).ask_more);
    CHECK_FALSE(feed(presync, other, released).ok);
    CHECK(released.empty());
}

TEST_CASE("headers that do not follow each other end the presync", "[sync]") {
    const Chain chain(100);
    Random random(1);
    HeaderPresync presync(chain.params, *chain.genesis, chain.work(1'000), today, random);
    CHECK_FALSE(presync.process(chain.part(1, 10), true).ok);
}

TEST_CASE("a header is released in the second pass when enough headers after it were checked",
          "[sync][limits]") {
    const Chain chain(limits::presync_lookahead + 2);
    Random random(3);
    HeaderPresync presync(chain.params, *chain.genesis, chain.work(chain.headers.size()), today,
                          random);
    REQUIRE(presync.process(chain.part(0, chain.headers.size()), false).ask_more);
    CHECK(presync.process(chain.part(0, limits::presync_lookahead), true).release.empty());
    const auto step = presync.process(chain.part(limits::presync_lookahead, 1), true);
    REQUIRE(step.release.size() == 1);
    CHECK(step.release[0] == chain.headers[0]);
}

TEST_CASE("a chain longer than its time allows is rejected", "[sync][limits]") {
    // The time for two bits, at six blocks per second.
    const Chain fits(2 * limits::presync_commitment_period);
    const std::chrono::seconds time{2 * limits::presync_commitment_period / 6};
    const auto soon = fits.genesis->median_time_past + time - consensus::max_future_block_time;
    const auto feed_at = [&](const Chain& chain) {
        Random random(1);
        HeaderPresync presync(chain.params, *chain.genesis, chain.work(1'000'000), soon, random);
        std::vector<BlockHeader> released;
        return feed(presync, chain, released).ok;
    };
    CHECK(feed_at(fits));
    CHECK_FALSE(feed_at(Chain(3 * limits::presync_commitment_period)));
}

TEST_CASE("targets that the rules cannot produce end the presync", "[sync]") {
    Chain chain(10);
    chain.params.retarget.never = false;
    chain.params.retarget.min_difficulty_blocks = false;
    Random random(1);
    chain.headers[0].bits = 0x1f7fffff;
    HeaderPresync presync(chain.params, *chain.genesis, chain.work(1'000), today, random);
    CHECK_FALSE(presync.process(chain.part(0, 1), false).ok);
}
