#include <daler/wire/address.h>
#include "hosts.h"

#include <test.h>

using namespace daler;
using namespace daler::wire;
using namespace daler::wire::test;

TEST_CASE("addresses print as they are written", "[wire]") {
    for (const auto* text : {"1.2.3.4", "::1", "2001:db8::8:800:200c:417a"})
        CHECK(host(text).to_text() == text);
    CHECK(Endpoint{host("1.2.3.4"), 8333}.to_text() == "1.2.3.4:8333");
    CHECK(Endpoint{host("::1"), 8333}.to_text() == "[::1]:8333");
    CHECK_FALSE(HostAddress::from_text("localhost"));
    CHECK_FALSE(HostAddress::from_text("1.2.3"));
}

TEST_CASE("IPv4 inside IPv6 is IPv4", "[wire]") {
    CHECK(host("::ffff:1.2.3.4") == host("1.2.3.4"));
    CHECK(HostAddress::from_ipv6_bytes(host("1.2.3.4").ipv6_bytes()) == host("1.2.3.4"));
    CHECK_FALSE(HostAddress::from_bytes(Network::ipv6, host("1.2.3.4").ipv6_bytes()));
}

TEST_CASE("an address must have the length of its network", "[wire]") {
    const Bytes bytes(33, 0x77);
    CHECK(HostAddress::from_bytes(Network::tor_v3, ByteSpan(bytes).first(32)));
    CHECK_FALSE(HostAddress::from_bytes(Network::tor_v3, bytes));
    CHECK(HostAddress::from_bytes(Network::ipv4, ByteSpan(bytes).first(4)));
    CHECK_FALSE(HostAddress::from_bytes(Network::ipv4, ByteSpan(bytes).first(5)));
    CHECK_FALSE(HostAddress::from_bytes(Network::none, {}));
}

TEST_CASE("private addresses are not routable", "[wire]") {
    for (const auto* text : {"127.0.0.1", "10.1.2.3", "192.168.0.1", "172.31.0.1", "169.254.1.1",
                             "0.0.0.0", "::1", "::", "fe80::1", "fd00::1", "2001:db8::1"}) {
        CAPTURE(text);
        CHECK_FALSE(host(text).is_routable());
    }
    for (const auto* text : {"1.2.3.4", "172.32.0.1", "2a00::1"}) {
        CAPTURE(text);
        CHECK(host(text).is_routable());
    }
    CHECK(host("127.8.8.8").is_loopback());
    CHECK(host("::1").is_loopback());
    CHECK_FALSE(host("128.0.0.1").is_loopback());
}

TEST_CASE("the group of an address is the range that one owner usually has", "[wire]") {
    CHECK(host("1.2.3.4").group() == host("1.2.9.9").group());
    CHECK(host("1.2.3.4").group() != host("1.3.3.4").group());
    CHECK(host("2a00:1::1").group() == host("2a00:1:2::1").group());
    CHECK(host("10.0.0.1").group() == host("192.168.0.1").group());
}

TEST_CASE("a subnet contains the addresses with its first bits", "[wire]") {
    const auto subnet = Subnet::from_text("10.32.0.0/11");
    REQUIRE(subnet);
    CHECK(subnet->contains(host("10.63.255.255")));
    CHECK_FALSE(subnet->contains(host("10.64.0.0")));
    CHECK_FALSE(subnet->contains(host("::1")));
    CHECK(Subnet::from_text("127.0.0.1")->contains(host("127.0.0.1")));
    CHECK_FALSE(Subnet::from_text("127.0.0.1")->contains(host("127.0.0.2")));
    CHECK(Subnet::from_text("::/0")->contains(host("2a00::1")));
    for (const auto* text :
         {"", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "host/8", "::1/129", "10.0.0.0/255.0.255.0",
          "10.0.0.0/255.1.0.0", "10.0.0.0/ff::", "10.0.0.0/8/8", "10.0.0.0/-1", "/8"}) {
        CAPTURE(text);
        CHECK_FALSE(Subnet::from_text(text));
    }
}

TEST_CASE("a subnet prints as its first address and the length of the prefix", "[wire]") {
    struct Example {
        const char* written;
        const char* printed;
    };
    for (const auto& [written, printed] : std::vector<Example>{
             {"10.63.1.2/11", "10.32.0.0/11"},
             {"10.63.1.2/255.255.0.0", "10.63.0.0/16"},
             {"1.2.3.4", "1.2.3.4/32"},
             {"1.2.3.4/0.0.0.0", "0.0.0.0/0"},
             {"2a00:1:2::1/32", "2a00:1::/32"},
             {"2a00::1/ffff:ffff::", "2a00::/32"},
             {"::1", "::1/128"},
             {"::/0", "::/0"},
         }) {
        CAPTURE(written);
        const auto subnet = Subnet::from_text(written);
        REQUIRE(subnet);
        CHECK(subnet->to_text() == printed);
        CHECK(Subnet::from_text(printed) == subnet);
    }
}
