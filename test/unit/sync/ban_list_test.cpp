#include "node.h"

#include <sync/ban_list.h>

using namespace daler;
using namespace daler::sync;
using namespace daler::sync::test;
using namespace std::chrono_literals;

namespace {

const BlockTime ban_start = from_unix(1'700'000'000);

wire::Subnet banned_range(const char* text) {
    return wire::Subnet::from_text(text).value();
}

wire::HostAddress banned_host(const char* text) {
    return wire::HostAddress::from_text(text).value();
}

}  // namespace

TEST_CASE("a ban holds for its range until it ends", "[sync]") {
    BanList bans;
    bans.add(banned_range("10.1.0.0/16"), ban_start, ban_start + 10s);
    bans.add(banned_range("::1"), ban_start, ban_start + 20s);
    CHECK(bans.is_banned(banned_host("10.1.255.1"), ban_start));
    CHECK(bans.is_banned(banned_host("::1"), ban_start + 19s));
    CHECK_FALSE(bans.is_banned(banned_host("10.2.0.1"), ban_start));
    CHECK_FALSE(bans.is_banned(banned_host("10.1.0.1"), ban_start + 10s));
    CHECK(bans.list(ban_start).size() == 2);
    CHECK(bans.list(ban_start + 11s) ==
          std::vector<Ban>{{banned_range("::1"), ban_start, ban_start + 20s}});
    CHECK_FALSE(bans.remove(banned_range("::1/127")));
    CHECK(bans.remove(banned_range("::1")));
    CHECK_FALSE(bans.remove(banned_range("::1")));
    CHECK_FALSE(bans.is_banned(banned_host("::1"), ban_start));
}

TEST_CASE("a shorter ban does not replace a longer one", "[sync]") {
    BanList bans;
    bans.add(banned_range("1.2.3.4"), ban_start, ban_start + 10s);
    bans.add(banned_range("1.2.3.4"), ban_start + 1s, ban_start + 9s);
    CHECK(bans.list(ban_start) ==
          std::vector<Ban>{{banned_range("1.2.3.4"), ban_start, ban_start + 10s}});
    bans.add(banned_range("1.2.3.4"), ban_start + 1s, ban_start + 11s);
    CHECK(bans.list(ban_start) ==
          std::vector<Ban>{{banned_range("1.2.3.4"), ban_start + 1s, ban_start + 11s}});
}

TEST_CASE("a list of bans is written and read", "[sync]") {
    BanList bans;
    bans.add(banned_range("10.1.0.0/16"), ban_start, ban_start + 10s);
    bans.add(banned_range("2a00::/32"), ban_start, ban_start + 20s);
    const auto written = bans.encode(ban_start);
    BanList read;
    REQUIRE(read.decode(written, ban_start));
    CHECK(read.list(ban_start) == bans.list(ban_start));
    REQUIRE(read.decode(written, ban_start + 15s));
    CHECK(read.list(ban_start) ==
          std::vector<Ban>{{banned_range("2a00::/32"), ban_start, ban_start + 20s}});
}

TEST_CASE("a file of bans that is malformed changes nothing", "[sync]") {
    BanList bans;
    bans.add(banned_range("::1"), ban_start, ban_start + 10s);
    for (
        const auto* text : {
            "",
            "{}",
            "[]",
            R"({"banned_nets": {}})",
            R"({"banned_nets": [5]})",
            R"({"banned_nets": [{"version": 1}]})",
            R"({"banned_nets": [{"version": 1, "ban_created": 1, "banned_until": -1, "address": "::1"}]})",
            R"({"banned_nets": [{"version": 1, "ban_created": 1, "banned_until": 1e9, "address": "::1"}]})",
            R"({"banned_nets": [{"version": 1, "ban_created": 1, "banned_until": 2, "address": 5}]})",
        }) {
        CAPTURE(text);
        CHECK_FALSE(bans.decode(as_bytes(text), ban_start));
        CHECK(bans.list(ban_start).size() == 1);
    }
}

TEST_CASE("entries of a later version, and ranges that are not known, are left out", "[sync]") {
    BanList bans;
    REQUIRE(bans.decode(as_bytes(R"({"_warning_": "x", "banned_nets": [
        {"version": 2, "by": "x"},
        {"version": 1, "ban_created": 1, "banned_until": 4000000000, "address": "x.onion"},
        {"version": 1, "ban_created": 1, "banned_until": 4000000000, "address": "1.2.3.4/32"}]})"),
                        ban_start));
    CHECK(bans.list(ban_start) ==
          std::vector<Ban>{{banned_range("1.2.3.4"), from_unix(1), from_unix(4'000'000'000)}});
}

TEST_CASE("a ban ends connections and refuses new ones", "[sync]") {
    Node node;
    Node inbound;
    Node outbound;
    inbound.connect_to(node);
    node.connect_to(outbound);
    node.peers().ban(banned_range("127.0.0.0/8"), {});
    eventually([&] { return inbound.peers().peers().empty() && node.peers().peers().empty(); });
    // The nodes try again, but do not come to the handshake.
    const auto failures = node.peers().totals().bytes_received;
    inbound.peers().try_node(node.address());
    node.peers().try_node(outbound.address());
    CHECK(node.peers().peers().empty());
    CHECK(node.peers().totals().bytes_received == failures);
    CHECK(node.peers().unban(banned_range("127.0.0.0/8")));
    eventually([&] { return node.ready_peers() == 2; });
}

TEST_CASE("a peer with the permission noban connects in spite of a ban", "[sync]") {
    SyncOptions options;
    options.whitelist = {WhitelistEntry::from_text("noban@127.0.0.1").value()};
    Node node(options);
    node.peers().ban(banned_range("127.0.0.1"), {});
    Node other;
    other.connect_to(node);
    CHECK(node.ready_peers() == 1);
}

TEST_CASE("without a time a ban lasts as long as -bantime says", "[sync]") {
    SyncOptions options;
    options.ban_time = 50s;
    Node node(options);
    node.clock.set_mock_time(ban_start);
    node.peers().ban(banned_range("1.2.3.4"), {});
    node.peers().ban(banned_range("1.2.3.5"), ban_start + 7s);
    CHECK(node.peers().bans() ==
          std::vector<Ban>{{banned_range("1.2.3.4"), ban_start, ban_start + 50s},
                           {banned_range("1.2.3.5"), ban_start, ban_start + 7s}});
    SyncOptions saved;
    saved.ban_list = node.peers().ban_list();
    Node restarted(saved);
    restarted.clock.set_mock_time(ban_start + 8s);
    CHECK(restarted.peers().bans().empty());  // real time is later than that of the bans
}
