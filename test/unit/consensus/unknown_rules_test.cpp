#include <daler/consensus/unknown_rules.h>
#include <daler/primitives/chain_params.h>

#include "header_list.h"

#include <test.h>

using namespace daler;
using namespace daler::consensus;

namespace {

constexpr std::int32_t no_votes = 0x20000000;
constexpr Height blocks_of_window = 144;
constexpr Height enough_votes = 108;

void add_votes(test::HeaderList& chain, std::int32_t version, Height count) {
    for (Height i = 0; i < blocks_of_window; ++i) {
        chain.grow(600);
        chain.back().version = i < count ? version : no_votes;
    }
}

// Rules are active two windows after the one with the votes.
test::HeaderList voted(std::int32_t version, Height count) {
    auto chain = test::steady_chain(blocks_of_window, 0x207fffff, no_votes);
    add_votes(chain, version, count);
    add_votes(chain, no_votes, 0);
    return chain;
}

}  // namespace

TEST_CASE("unknown rules are active one window after enough votes for them", "[consensus][bip9]") {
    const ChainParams params = regtest_params();
    UnknownRules rules(params);
    auto chain = test::steady_chain(blocks_of_window, 0x207fffff, no_votes);
    add_votes(chain, no_votes | 1 << 27 | 1 << 5, enough_votes);
    CHECK_FALSE(rules.first_active(chain));
    for (Height i = 1; i < blocks_of_window; ++i) {
        chain.grow(600);
        CHECK_FALSE(rules.first_active(chain));
    }
    chain.grow(600);
    CHECK(rules.first_active(chain) == 5);
    CHECK_FALSE(rules.first_active(voted(no_votes | 1 << 27, enough_votes - 1)));
    CHECK(rules.first_active(voted(no_votes | 1 << 27, enough_votes)) == 27);
}

TEST_CASE("votes in the first window, in other forms, or too early do not count",
          "[consensus][bip9]") {
    ChainParams params = regtest_params();
    auto first = test::steady_chain(blocks_of_window, 0x207fffff, no_votes | 1 << 3);
    add_votes(first, no_votes, 0);
    add_votes(first, no_votes, 0);
    CHECK_FALSE(UnknownRules(params).first_active(first));
    CHECK_FALSE(UnknownRules(params).first_active(voted(0x40000001, blocks_of_window)));
    const auto chain = voted(no_votes | 1, enough_votes);
    CHECK(UnknownRules(params).first_active(chain) == 0);
    params.unknown_rules_from = blocks_of_window + 1;
    CHECK_FALSE(UnknownRules(params).first_active(chain));
}

TEST_CASE("votes count unless a deployment asks for them", "[consensus][bip9]") {
    ChainParams params = regtest_params();
    const auto chain = voted(no_votes | 1 << 28, enough_votes);
    CHECK_FALSE(UnknownRules(params).first_active(chain));
    for (auto& deployment : params.version_bits)
        deployment.start_time = VersionBitsDeployment::never_active;
    CHECK(UnknownRules(params).first_active(chain) == 28);
}
