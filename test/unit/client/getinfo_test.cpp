#include <test.h>

#include <daler/client/commands.h>

using namespace daler;
using namespace daler::client;

TEST_CASE("the overview shows chain, network, wallet and warnings", "[client]") {
    Overview overview;
    overview.chain = *Json::parse(
        R"({"chain":"regtest","blocks":7,"headers":8,"verificationprogress":0.5,"difficulty":4.656542373906925e-10})");
    overview.network = *Json::parse(
        R"({"version":100,"timeoffset":0,"connections":3,"connections_in":1,"connections_out":2,)"
        R"("networks":[{"proxy":""}],"relayfee":0.00001000,"warnings":[]})");
    const std::string head =
        "Chain: regtest\nBlocks: 7\nHeaders: 8\nVerification progress: ▒▒▒▒▒▒▒▒▒▒░░░░░░░░░░ "
        "50.0000%\nDifficulty: "
        "4.656542373906925e-10\n\nNetwork: in 1, out 2, total 3\nVersion: 100\nTime offset (s): "
        "0\nProxies: n/a\nMin tx relay fee rate (BTC/kvB): 0.00001000\n\n";
    CHECK(overview_text(overview, false) == head + "Warnings: (none)");

    overview.wallet = *Json::parse(R"({"walletname":"","keypoolsize":4,"paytxfee":0.00000000})");
    overview.balances = *Json::parse(R"({"mine":{"trusted":50.00000000}})");
    CHECK(overview_text(overview, false) ==
          head +
              "Wallet: \"\"\nKeypool size: 4\nTransaction fee rate (-paytxfee) (BTC/kvB): "
              "0.00000000\n\nBalance: 50.00000000\n\nWarnings: (none)");

    overview.wallet = overview.balances = Json();
    overview.all_balances = {{"a", *Json::parse(R"({"mine":{"trusted":11.00000000}})")},
                             {"", *Json::parse(R"({"mine":{"trusted":0.50000000}})")}};
    CHECK(overview_text(overview, false) == head +
                                                "Balances\n11.00000000 a\n 0.50000000 \"\"\n\n"
                                                "Warnings: (none)");
}

TEST_CASE("the overview has colours for terminals", "[client]") {
    Overview overview;
    overview.chain = *Json::parse(R"({"chain":"regtest","verificationprogress":1})");
    overview.network = *Json::parse(R"({"connections":3,"connections_in":1,"connections_out":2})");
    overview.balances = *Json::parse(R"({"mine":{"trusted":50.00000000}})");
    const auto text = overview_text(overview, true);
    for (const auto* part :
         {"\x1b[34mChain: regtest\x1b[0m\n", "\nVerification progress: 100.0000%\n",
          "\x1b[32mNetwork: in 1, out 2, total 3\x1b[0m\n", "\x1b[36mBalance:\x1b[0m 50.00000000\n",
          "\x1b[33mWarnings:\x1b[0m (none)"}) {
        CAPTURE(part);
        CHECK(text.find(part) != std::string::npos);
    }
}
