#include <test.h>

#include "node_fixture.h"

#include <daler/index/indexes.h>

using namespace daler;
using namespace daler::rpc;
using namespace daler::rpc::test;
using Refusal = std::pair<int, std::string>;

namespace {

struct BlockFixture : NodeFixture {
    BlockFixture()
        : NodeFixture({blockchain_methods(), rawtransaction_methods(), util_methods()}) {}

    /// A block with two payments, one of them of the other's change.
    BlockRef pay() {
        const auto funding = mine(101);
        const auto first = daler::test::spend(
            daler::test::first_output(funding[0]->transactions[0]), Amount{4'999'990'000});
        const auto second =
            daler::test::spend(daler::test::first_output(first), Amount{4'999'960'000});
        daler::test::ChainBuilder::Plan plan;
        plan.transactions = {first, second};
        plan.fees = Amount{40'000};
        const auto block = builder.block(funding.back()->header.hash(), plan);
        submit(block);
        return block;
    }
};

/// The value of one number in an answer.
std::int64_t number(const Json& answer, std::string_view name) {
    return answer.find(name)->as_integer<std::int64_t>().value();
}

}  // namespace

TEST_CASE_METHOD(BlockFixture, "the statistics of a block add up", "[rpc]") {
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

TEST_CASE_METHOD(BlockFixture, "blocks are verified, and not pruned unless that was asked for",
                 "[rpc]") {
    pay();
    CHECK(call("verifychain") == Json(true));
    CHECK(call("verifychain", "4,0") == Json(true));
    CHECK(refusal("pruneblockchain", "1") ==
          Refusal{-1, "Cannot prune blocks because node is not in prune mode."});
    services->prune_target = 0;
    services->prune_after = 103;
    CHECK(refusal("pruneblockchain", "-1") == Refusal{-8, "Negative block height."});
    CHECK(refusal("pruneblockchain", "1") == Refusal{-1, "Blockchain is too short for pruning."});
    const Json info = call("getblockchaininfo");
    CHECK(*info.find("pruned") == Json(true));
    CHECK(*info.find("pruneheight") == Json(0));
    CHECK(*info.find("automatic_pruning") == Json(false));
    CHECK_FALSE(info.find("prune_target_size"));
}

TEST_CASE_METHOD(BlockFixture, "what needs an index says so, and works with one", "[rpc]") {
    const auto block = pay();
    const auto hash = quoted(block->header.hash().to_hex());
    const auto txid = quoted(block->transactions[2]->txid.to_hex());
    CHECK(call("getindexinfo").write() == "{}");
    CHECK(refusal("getblockfilter", hash) ==
          Refusal{-1, "Index is not enabled for filtertype basic"});
    CHECK(refusal("gettxoutsetinfo", "\"none\",1").second ==
          "Querying specific block heights requires coinstatsindex");
    CHECK(refusal("getrawtransaction", txid).second.find("Use -txindex") != std::string::npos);

    index::IndexOptions options;
    options.in_memory = true;
    index::Indexes indexes(ledger->chain(), {true, true, true}, options);
    services->indexes = &indexes;
    CHECK(refusal("getrawtransaction", txid).second.find("process of being indexed") !=
          std::string::npos);
    CHECK(
        refusal("getblockfilter", hash) ==
        Refusal{-1, "Filter not found. Block filters are still in the process of being indexed."});
    CHECK(refusal("gettxoutsetinfo", "\"muhash\",5") ==
          Refusal{-32603,
                  "Unable to get data because coinstatsindex is still syncing. Current "
                  "height: 0"});
    indexes.start();
    REQUIRE(indexes.transactions()->follower().wait_for_tip());
    REQUIRE(indexes.filters()->follower().wait_for_tip());
    REQUIRE(indexes.coin_stats()->follower().wait_for_tip());
    const Json info = call("getindexinfo");
    CHECK(keys(info) == "txindex coinstatsindex basic block filter index");
    CHECK(info.find("txindex")->write() == R"({"synced":true,"best_block_height":102})");
    CHECK(keys(call("getindexinfo", "\"coinstatsindex\"")) == "coinstatsindex");
    CHECK(*call("getrawtransaction", txid + ",1").find("confirmations") == Json(1));
    CHECK(call("getrawtransaction", txid + ",2").find("fee")->write() == "0.00030000");
    CHECK(keys(call("getblockfilter", hash)) == "filter header");
    CHECK(keys(call("gettxoutsetinfo", "\"muhash\"," + hash)) ==
          "height bestblock txouts bogosize muhash total_amount total_unspendable_amount "
          "block_info");
}

TEST_CASE_METHOD(BlockFixture, "one scan of the coins may go on at a time", "[rpc]") {
    mine(5);
    const std::string start = R"x("start",["raw(51)"])x";
    CHECK(call("scantxoutset", "\"status\"").is_null());
    CHECK(call("scantxoutset", "\"abort\"") == Json(false));
    const Json found = call("scantxoutset", start);
    CHECK(*found.find("success") == Json(true));
    CHECK(*found.find("txouts") == Json(5));
    CHECK(*found.find("height") == Json(5));
    CHECK(found.find("unspents")->size() == 5);

    services->coin_scan.is_running = true;
    services->coin_scan.progress = 42;
    CHECK(refusal("scantxoutset", start) ==
          Refusal{-8, "Scan already in progress, use action \"abort\" or \"status\""});
    CHECK(call("scantxoutset", "\"status\"").write() == R"({"progress":42})");
    CHECK(call("scantxoutset", "\"abort\"") == Json(true));
    CHECK(services->coin_scan.is_aborted);
}
