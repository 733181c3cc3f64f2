#include <daler/net/peer_address.h>
#include <test.h>

using daler::net::PeerAddress;

TEST_CASE("a peer address is a host with or without a port", "[net]") {
    struct Example {
        std::string_view text;
        PeerAddress expected;
    };
    const auto example = GENERATE(values<Example>({
        {"localhost", {"localhost", 18444}},
        {"localhost:1", {"localhost", 1}},
        {"1.2.3.4:65535", {"1.2.3.4", 65535}},
        {"[::1]:8333", {"::1", 8333}},
        {"[::1]", {"::1", 18444}},
        {"::1", {"::1", 18444}},
    }));
    CAPTURE(example.text);
    const auto address = PeerAddress::from_text(example.text, 18444);
    REQUIRE(address);
    CHECK(*address == example.expected);
}

TEST_CASE("an invalid peer address is refused with a reason", "[net]") {
    for (const auto* text : {"", ":1", "a:", "a:0", "a:65536", "a:x", "[::1", "[::1]x",
                             "[::1]:", "a b", "[]:1", "a:-1"}) {
        CAPTURE(text);
        const auto address = PeerAddress::from_text(text, 1);
        REQUIRE_FALSE(address);
        CHECK_FALSE(address.error().empty());
    }
}

TEST_CASE("IPv6 addresses are printed in brackets", "[net]") {
    CHECK(PeerAddress{"::1", 1}.to_text() == "[::1]:1");
    CHECK(PeerAddress{"host", 1}.to_text() == "host:1");
}
