#include <test.h>

#include "node_fixture.h"

using namespace daler;
using namespace daler::rpc;
using namespace daler::rpc::test;
using Refusal = std::pair<int, std::string>;

namespace {

/// The value of one number in an answer.
std::int64_t number(const Json& answer, std::string_view name) {
    return answer.find(name)->as_integer<std::int64_t>().value();
}

}  // namespace

TEST_CASE_METHOD(NodeFixture, "the statistics of a block are consistent", "[rpc]") {
    const auto block = pay();
    const Json all = call("getblockstats", "102");
    CHECK(all == call("getblockstats", quoted(block->header.hash().to_hex())));
    CHECK(all.size() == 31);
    CHECK(number(all, "txs") == 3);
    CHECK(number(all, "ins") == 2);
    CHECK(number(all, "outs") == 3);
    CHECK(number(all, "minfee") == 10'000);
    CHECK(number(all, "maxfee") == 30'000);
    CHECK(number(all, "medianfee") == 20'000);
    CHECK(number(all, "avgfee") == 20'000);
    CHECK(number(all, "totalfee") == 40'000);
    CHECK(number(all, "subsidy") == 5'000'000'000);
    CHECK(number(all, "total_out") == 9'999'950'000);
    CHECK(number(all, "utxo_increase") == 1);
    CHECK(number(all, "swtxs") == 0);
    const auto size = block->transactions[1]->total_size;
    CHECK(number(all, "avgtxsize") == size);
    CHECK(number(all, "total_weight") == 8 * std::int64_t{size});
    const auto rates = all.find("feerate_percentiles")->items();
    REQUIRE(rates.size() == 5);
    CHECK(rates[0] == Json(10'000 / size));
    CHECK(rates[2] == Json(10'000 / size));
    CHECK(rates[3] == Json(30'000 / size));

    CHECK(call("getblockstats", R"(102,["txs","avgfee"])").write() ==
          R"({"avgfee":20000,"txs":3})");
    CHECK(number(call("getblockstats", "0"), "utxo_increase_actual") == 0);
    CHECK(number(call("getblockstats", "0"), "utxo_increase") == 1);
    CHECK(refusal("getblockstats", "103") ==
          Refusal{-8, "Target block height 103 after current tip 102"});
    CHECK(refusal("getblockstats", "-1") == Refusal{-8, "Target block height -1 is negative"});
    CHECK(refusal("getblockstats", R"(1,["nosuch"])") ==
          Refusal{-8, "Invalid selected statistic 'nosuch'"});
}
