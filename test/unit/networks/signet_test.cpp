#include <test.h>

#include "networks/signet.h"

namespace daler::networks {
namespace {

NetworkFile signet() {
    NetworkFile file;
    file.folder = "/folder";
    file.challenge = "0014ab";
    file.chain_options = {"-signet", "-signetchallenge=0014ab"};
    file.signer = "n1";
    file.nodes.resize(2);
    file.nodes[0].name = "n1";
    file.nodes[0].port = 38333;
    file.nodes[1].name = "n2";
    return file;
}

TEST_CASE("only the signer gets the key of a signet", "[networks]") {
    const auto file = signet();
    const std::string option = "-signetsigner=/folder/signet.key";
    CHECK(std::ranges::count(signet_node_options(file, file.nodes[0]), option) == 1);
    CHECK(std::ranges::count(signet_node_options(file, file.nodes[1]), option) == 0);
    CHECK(signet_node_options(NetworkFile{}, file.nodes[0]).empty());
}

TEST_CASE("others read how to join a signet", "[networks]") {
    auto file = signet();
    CHECK(signet_notice(file) ==
          "n1 signs the blocks with the key in /folder/signet.key\n"
          "To join:\n"
          "  bitcoind -signet -signetchallenge=0014ab -addnode=127.0.0.1:38333\n"
          "  daler up --challenge 0014ab --join 127.0.0.1:38333\n"
          "Other machines can join if it is started with --listen ADDR.\n");
    file.listen = "0.0.0.0";
    file.chain_options.emplace_back("-rule=retarget_rule=none");
    file.signer.clear();
    CHECK(signet_notice(file) ==
          "Only who has the key of this signet can mine.\n"
          "To join, with daler only because of --rule:\n"
          "  daler up --challenge 0014ab --rule retarget_rule=none --join HOST:38333\n");
    CHECK(signet_notice(NetworkFile{}).empty());
}

}  // namespace
}  // namespace daler::networks
