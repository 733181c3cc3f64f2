#include "fixture.h"

using namespace daler;
using namespace daler::chain;
using namespace daler::test;

namespace {

ChainParams strict_params() {
    auto params = Node::short_maturity();
    params.is_private = false;
    return params;
}

bool downloads(const Node& node) {
    return node.state->view()->initial_download();
}

/// The headers of `blocks` come from a peer, which has no more.
void show_headers(Node& node, std::span<const BlockRef> blocks, bool is_all = true) {
    for (const auto& block : blocks)
        REQUIRE(node.state->accept_header(block->header));
    node.state->note_peer_headers(is_all);
}

}  // namespace

TEST_CASE("initial download ends with a young tip and enough work, for good", "[chain]") {
    auto options = Node::in_memory();
    options.max_tip_age = std::chrono::hours(1);
    options.minimum_chain_work = U256{6};  // regtest: genesis and every block weigh 2
    Node node(options, strict_params());
    const auto genesis_time = node.builder.params().genesis->header.block_time();
    node.clock.set_mock_time(genesis_time + std::chrono::minutes(30));
    node.extend(1);
    CHECK(downloads(node));
    node.extend(1);
    CHECK_FALSE(downloads(node));
    node.clock.set_mock_time(genesis_time + std::chrono::hours(24));
    node.extend(1);
    CHECK_FALSE(downloads(node));

    Node old(Node::in_memory(), strict_params());
    old.extend(3);
    CHECK(downloads(old));
    old.state->note_peer_headers(true);
    CHECK(downloads(old));
}

TEST_CASE("a private chain is downloaded while a peer's headers are more than 144 blocks ahead",
          "[chain]") {
    Node node;
    CHECK_FALSE(downloads(node));
    const auto blocks = node.builder.chain(node.tip(), 147);
    const auto all = std::span(blocks);
    SECTION("145 ahead") {
        show_headers(node, all.first(145));
        CHECK(downloads(node));
        node.extend(all.first(1));
        CHECK_FALSE(downloads(node));
        // For good, also if the chain becomes longer or is left again.
        show_headers(node, all);
        CHECK_FALSE(downloads(node));
        node.state->invalidate(hash_of(blocks[0]));
        CHECK_FALSE(downloads(node));
    }
    SECTION("144 ahead") {
        show_headers(node, all.first(144));
        CHECK_FALSE(downloads(node));
        show_headers(node, all);
        CHECK_FALSE(downloads(node));
    }
    SECTION("144 ahead, and there is more") {
        show_headers(node, all.first(144), false);
        CHECK_FALSE(downloads(node));
        show_headers(node, all.last(3));
        CHECK(downloads(node));
    }
    SECTION("its own blocks decide nothing") {
        node.extend(all.first(1));
        show_headers(node, all);
        CHECK(downloads(node));
    }
}

TEST_CASE("a private chain with too little work is being downloaded", "[chain]") {
    auto options = Node::in_memory();
    options.minimum_chain_work = U256{6};
    Node node(options);
    CHECK(downloads(node));
    node.state->note_peer_headers(true);
    CHECK(downloads(node));
    node.extend(2);
    CHECK_FALSE(downloads(node));
}
