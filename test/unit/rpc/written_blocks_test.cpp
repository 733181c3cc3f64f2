#include <daler/rpc/written_blocks.h>

#include <test.h>

using namespace daler;
using namespace daler::rpc;

namespace {

WrittenBlocks::Key key(std::string_view block, bool show_prevouts = false) {
    return {BlockHash{crypto::sha256d(as_bytes(block))}, show_prevouts, true};
}

}  // namespace

TEST_CASE("a text of a block is wanted when the same is asked for again", "[rpc]") {
    WrittenBlocks texts;
    CHECK_FALSE(texts.find(key("a")).is_wanted);
    CHECK_FALSE(texts.find(key("a", true)).is_wanted);
    CHECK_FALSE(texts.find(key("a")).is_wanted);
    CHECK(texts.find(key("a")).is_wanted);
    CHECK_FALSE(texts.find(key("a")).text);
    texts.keep(key("a"), "[]");
    REQUIRE(texts.find(key("a")).text);
    CHECK(*texts.find(key("a")).text == "[]");
    CHECK_FALSE(texts.find(key("a", true)).text);
    CHECK_FALSE(texts.find(key("b")).text);
}

TEST_CASE("texts of blocks are bounded, and the last used ones stay", "[rpc]") {
    constexpr auto limit = WrittenBlocks::max_written_blocks_memory;
    WrittenBlocks texts;
    texts.keep(key("too large"), std::string(limit + 1, 'x'));
    CHECK_FALSE(texts.find(key("too large")).text);
    texts.keep(key("a"), std::string(limit / 2, 'a'));
    texts.keep(key("b"), std::string(limit / 2, 'b'));
    CHECK(texts.find(key("a")).text);
    CHECK(texts.find(key("b")).text);
    CHECK(texts.find(key("a")).text);
    texts.keep(key("c"), "c");
    CHECK(texts.find(key("a")).text);
    CHECK_FALSE(texts.find(key("b")).text);
    CHECK(texts.find(key("c")).text);
}
