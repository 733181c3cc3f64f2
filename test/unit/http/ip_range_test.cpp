#include <http/ip_range.h>
#include <test.h>

using namespace daler::http;
using boost::asio::ip::make_address;

TEST_CASE("a subnet contains its addresses and no others", "[http]") {
    struct Example {
        std::string subnet, inside, outside;
    };
    const auto example = GENERATE(values<Example>({
        {"1.2.3.4", "1.2.3.4", "1.2.3.5"},
        {"10.0.0.0/8", "10.255.255.255", "11.0.0.0"},
        {"10.1.2.3/8", "10.9.9.9", "9.255.255.255"},
        {"192.168.0.0/255.255.255.128", "192.168.0.127", "192.168.0.128"},
        {"0.0.0.0/0", "8.8.8.8", "::1"},
        {"::/0", "2001:db8::1", "1.2.3.4"},
        {"2001:db8::/33", "2001:db8:7fff::", "2001:db8:8000::"},
        {"fe80::/ffc0::", "febf::1", "fec0::"},
        {"::1", "::1", "::2"},
        {"127.0.0.0/8", "::ffff:127.0.0.1", "::ffff:128.0.0.1"},
        {"::ffff:1.2.3.4", "1.2.3.4", "1.2.3.5"},
    }));
    CAPTURE(example.subnet);
    const auto subnet = IpRange::parse(example.subnet);
    REQUIRE(subnet);
    CHECK(subnet->contains(make_address(example.inside)));
    CHECK_FALSE(subnet->contains(make_address(example.outside)));
}

TEST_CASE("text that is not a subnet is refused", "[http]") {
    const auto text =
        GENERATE(as<std::string>{}, "", "/", "localhost", "1.2.3", "1.2.3.4/", "1.2.3.4/33",
                 "1.2.3.4/-1", "1.2.3.4/255.0.255.0", "1.2.3.4/ffff::", "::1/129", "1.2.3.4/8x",
                 "1.2.3.4/255.255.255.127", "::/255.0.0.0", " 1.2.3.4");
    CAPTURE(text);
    CHECK_FALSE(IpRange::parse(text));
}
