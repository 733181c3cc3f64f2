#include <daler/sync/permissions.h>
#include <test.h>

using namespace daler;
using namespace daler::sync;

TEST_CASE("a whitelist entry gives permissions to a range of addresses", "[sync]") {
    const auto entry = WhitelistEntry::from_text("noban,in,out@127.0.0.1");
    REQUIRE(entry);
    CHECK(entry->permissions == permission_noban);
    CHECK(entry->inbound);
    CHECK(entry->outbound);
    CHECK(entry->subnet.contains(wire::HostAddress::from_text("127.0.0.1").value()));
    CHECK_FALSE(entry->subnet.contains(wire::HostAddress::from_text("127.0.0.2").value()));
    CHECK(permission_names(entry->permissions) == std::vector<std::string>{"noban", "download"});
}

TEST_CASE("without names a whitelist entry means noban, mempool and relay", "[sync]") {
    const auto entry = WhitelistEntry::from_text("10.0.0.0/8");
    REQUIRE(entry);
    CHECK(permission_names(entry->permissions) ==
          std::vector<std::string>{"noban", "relay", "mempool", "download"});
    CHECK(entry->inbound);
    CHECK_FALSE(entry->outbound);
}

TEST_CASE("forcerelay implies relay, all means all", "[sync]") {
    CHECK(permission_names(WhitelistEntry::from_text("forcerelay@::1")->permissions) ==
          std::vector<std::string>{"forcerelay", "relay"});
    CHECK(permission_names(WhitelistEntry::from_text("all@::1")->permissions).size() == 7);
    CHECK_FALSE(WhitelistEntry::from_text("out@::1")->inbound);
}

TEST_CASE("an invalid whitelist entry is refused with a reason", "[sync]") {
    CHECK(WhitelistEntry::from_text("nobann@127.0.0.1").error() ==
          "Invalid P2P permission: 'nobann'");
    CHECK(WhitelistEntry::from_text("noban@host").error() ==
          "Invalid netmask specified in -whitelist: 'host'");
    CHECK_FALSE(WhitelistEntry::from_text("127.0.0.1/33"));
}
