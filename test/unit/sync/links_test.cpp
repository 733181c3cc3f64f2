#include <sync/links.h>
#include <sync/refusal_log.h>
#include <test.h>

using namespace daler;
using namespace daler::sync;
using namespace std::chrono_literals;

namespace {

constexpr std::uint16_t default_port = 18444;

LinkEnd outbound(const std::string& name, const std::string& address, std::uint64_t nonce) {
    return {name, {address}, address, nonce, true, false};
}
LinkEnd inbound(const std::string& name, const std::string& socket, std::uint64_t nonce,
                std::vector<std::string> listens_at = {}) {
    return {name, std::move(listens_at), socket, nonce, true, true};
}
LinkEnd target(const std::string& name, const std::string& address) {
    return {name, {address}, {}, 0, false, false};
}

}  // namespace

TEST_CASE("connections to one node are put together", "[sync]") {
    const auto one = [](std::vector<LinkEnd> ends) { return linked_nodes(ends).size() == 1; };
    const auto out = outbound("n1", "1.1.1.1:1", 5);
    CHECK(one({out, inbound("n1", "1.1.1.1:50000", 5)}));
    CHECK(one({out, inbound("", "2.2.2.2:50000", 5)}));
    CHECK(one({out, inbound("n1", "1.1.1.1:50000", 0, {"1.1.1.1:1"})}));
    CHECK(one({inbound("n1", "1.1.1.1:50000", 5), target("n1", "1.1.1.1:1")}));
    CHECK(one({target("", "1.1.1.1:1"), out}));
    CHECK(one({inbound("", "a:1", 5), inbound("", "b:1", 6, {"b:2"}),
               outbound("", "b:2", 5)}));  // the last one belongs to both
    CHECK_FALSE(one({out, inbound("n1", "1.1.1.1:50000", 6)}));
    CHECK_FALSE(one({inbound("", "1.1.1.1:1", 0), inbound("", "1.1.1.1:2", 0)}));
    CHECK_FALSE(one({target("", "1.1.1.1:1"), target("", "1.1.1.1:2")}));

    const auto both = linked_nodes(std::vector{inbound("n1", "1.1.1.1:50000", 5), out}).at(0);
    CHECK((both.is_inbound && both.is_outbound && both.is_connected));
    CHECK(both.address() == "1.1.1.1:1");
    CHECK(linked_nodes(std::vector{inbound("", "x:1", 0)}).at(0).address() == "x:1");
}

TEST_CASE("a node is found by its name and by each of its addresses", "[sync]") {
    const auto nodes = linked_nodes(
        std::vector{outbound("n1", "1.1.1.1:18444", 5), inbound("n1", "1.1.1.1:50000", 5),
                    target("", "2.2.2.2:7"), target("", "host:18444"),
                    inbound("twin", "3.3.3.3:1", 7), inbound("twin", "3.3.3.3:2", 8)});
    for (const auto* text : {"n1", "1.1.1.1", "1.1.1.1:18444", "1.1.1.1:50000"})
        CHECK(find_node(nodes, text, default_port).value().name == "n1");
    CHECK(find_node(nodes, "2.2.2.2:7", default_port));
    CHECK(find_node(nodes, "host", default_port));
    CHECK(find_node(nodes, "3.3.3.3:2", default_port)->sockets ==
          std::set<std::string>{"3.3.3.3:2"});
    CHECK(find_node(nodes, "twin", default_port).error() ==
          "2 nodes are called twin: 3.3.3.3:1, 3.3.3.3:2. Name one by its address.");
    for (const auto* text : {"n2", "2.2.2.2", "", "1.1.1.1:1", ":::"}) {
        CHECK(find_node(nodes, text, default_port)
                  .error()
                  .starts_with("No peer has the name or address '" + std::string(text) + "'."));
    }
}

TEST_CASE("a cut node is recognised by its name and its addresses until it is restored", "[sync]") {
    const auto nodes =
        linked_nodes(std::vector{outbound("n1", "1.1.1.1:1", 5), outbound("n2", "2.2.2.2:2", 6)});
    Links links;
    CHECK_FALSE(links.is_cut(nodes.empty() ? LinkEnd{} : outbound("n1", "1.1.1.1:1", 5)));
    REQUIRE(links.cut(*find_node(nodes, "n1", default_port), nodes));
    CHECK(links.is_cut(outbound("n1", "1.1.1.1:1", 5)));
    CHECK(links.is_cut(outbound("n1", "9.9.9.9:1", 9)));
    CHECK(links.is_cut(inbound("n1", "1.1.1.1:50000", 5)));
    CHECK(links.is_cut(inbound("", "1.1.1.1:50000", 9, {"1.1.1.1:1"})));
    CHECK(links.is_cut(target("", "1.1.1.1:1")));
    CHECK_FALSE(links.is_cut(outbound("n2", "2.2.2.2:2", 6)));
    CHECK_FALSE(links.is_cut(inbound("", "1.1.1.1:1", 0)));

    CHECK(links.cut_nodes().size() == 1);
    CHECK_FALSE(links.cut_nodes()[0].is_connected);
    CHECK(links.find("n2", default_port) == nullptr);
    CHECK(links.find("1.1.1.1:1", default_port) == links.find("n1", default_port));
    CHECK(links.restore(*links.find("n1", default_port)).name == "n1");
    CHECK_FALSE(links.is_cut(outbound("n1", "1.1.1.1:1", 5)));
    CHECK(links.find("n1", default_port) == nullptr);
}

TEST_CASE("of two nodes with one name, one is cut by its address", "[sync]") {
    const auto nodes = linked_nodes(
        std::vector{outbound("n1", "1.1.1.1:1", 5), inbound("n1", "2.2.2.2:3", 6, {"2.2.2.2:2"})});
    Links links;
    REQUIRE(links.cut(*find_node(nodes, "2.2.2.2:2", default_port), nodes));
    CHECK_FALSE(links.is_cut(outbound("n1", "1.1.1.1:1", 5)));
    CHECK(links.is_cut(inbound("n1", "2.2.2.2:4", 6, {"2.2.2.2:2"})));
}

TEST_CASE("a link that could not be recognised later is not cut", "[sync]") {
    const auto nodes = linked_nodes(std::vector{inbound("", "1.1.1.1:50000", 0)});
    Links links;
    const auto done = links.cut(nodes[0], nodes);
    REQUIRE_FALSE(done);
    CHECK(done.error().starts_with("The peer at 1.1.1.1:50000 has connected to this node"));
    CHECK(links.cut_nodes().empty());
}

TEST_CASE("there is one line about a refused address in a minute", "[sync][limits]") {
    RefusalLog log;
    const RefusalLog::Time start{};
    CHECK(log.allow("a", start));
    CHECK_FALSE(log.allow("a", start + 59s));
    CHECK(log.allow("b", start + 59s));
    CHECK(log.allow("a", start + 60s));
    for (int i = 0; i < 998; ++i)
        CHECK(log.allow(std::to_string(i), start + 61s));
    CHECK_FALSE(log.allow("one more", start + 61s));
    CHECK(log.allow("one more", start + 122s));
}
