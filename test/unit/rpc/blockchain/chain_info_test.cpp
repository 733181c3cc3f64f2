#include <test.h>

#include "node_fixture.h"

#include <daler/encoding/hex.h>

#include <thread>

using namespace daler;
using namespace daler::rpc;
using namespace daler::rpc::test;
using Refusal = std::pair<int, std::string>;

namespace {

struct ChainFixture : NodeFixture {
    ChainFixture() : NodeFixture({blockchain_methods(), control_methods()}) {}
};

const std::string unknown_hash = quoted(std::string(64, '1'));

}  // namespace

TEST_CASE_METHOD(ChainFixture, "the state of the chain is shown with bitcoind's fields", "[rpc]") {
    const auto blocks = mine(3);
    const auto tip = blocks.back()->header.hash().to_hex();
    CHECK(call("getblockcount") == Json(3));
    CHECK(call("getbestblockhash") == Json(tip));
    CHECK(call("getdifficulty").write() == "4.656542373906925e-10");
    CHECK(call("getblockhash", "0") == Json(builder.genesis().to_hex()));
    CHECK(call("getblockhash", "3") == Json(tip));
    CHECK(refusal("getblockhash", "4") == Refusal{-8, "Block height out of range"});
    CHECK(refusal("getblockhash", "-1") == Refusal{-8, "Block height out of range"});

    const Json info = call("getblockchaininfo");
    CHECK(keys(info) ==
          "chain blocks headers bestblockhash difficulty time mediantime verificationprogress "
          "initialblockdownload chainwork size_on_disk pruned warnings");
    CHECK(*info.find("chain") == Json("regtest"));
    CHECK(*info.find("headers") == Json(3));
    CHECK(*info.find("chainwork") == Json(std::string(63, '0') + "8"));
    CHECK(info.find("verificationprogress")->as_double() == 1.0);
    CHECK(*info.find("warnings") == Json::array());
}

TEST_CASE_METHOD(ChainFixture, "a block is shown as hex, with ids, transactions or prevouts",
                 "[rpc]") {
    const auto funding = mine(101);
    daler::test::ChainBuilder::Plan plan;
    plan.transactions = {daler::test::spend(daler::test::first_output(funding[0]->transactions[0]),
                                            Amount{4'999'990'000})};
    plan.fees = Amount{10'000};
    const auto block = builder.block(funding.back()->header.hash(), plan);
    submit(block);
    const auto hash = quoted(block->header.hash().to_hex());

    CHECK(call("getblock", hash + ",0") == Json(to_hex(encode(*block))));
    CHECK(call("getblock", hash + ",false") == Json(to_hex(encode(*block))));
    const Json ids = call("getblock", hash);
    CHECK(ids == call("getblock", hash + ",1"));
    CHECK(ids == call("getblock", hash + ",true"));
    CHECK(keys(ids) ==
          "hash confirmations height version versionHex merkleroot time mediantime nonce bits "
          "difficulty chainwork nTx previousblockhash strippedsize size weight tx");
    CHECK(ids.find("tx")->items()[1] == Json(plan.transactions[0]->txid.to_hex()));
    CHECK(*ids.find("confirmations") == Json(1));

    const Json whole = call("getblock", hash + ",2");
    const Json& payment = whole.find("tx")->items()[1];
    CHECK(keys(payment) == "txid hash version size vsize weight locktime vin vout fee hex");
    CHECK(payment.find("fee")->write() == "0.00010000");
    CHECK_FALSE(payment.find("vin")->items()[0].find("prevout"));
    CHECK_FALSE(whole.find("tx")->items()[0].find("fee"));

    const Json deep = call("getblock", hash + ",3");
    const Json* prevout = deep.find("tx")->items()[1].find("vin")->items()[0].find("prevout");
    REQUIRE(prevout);
    CHECK(keys(*prevout) == "generated height value scriptPubKey");
    CHECK(*prevout->find("generated") == Json(true));
    CHECK(*prevout->find("height") == Json(1));
    CHECK(prevout->find("value")->write() == "50.00000000");
}

TEST_CASE_METHOD(ChainFixture, "a header is shown as an object or hex", "[rpc]") {
    const auto blocks = mine(2);
    const auto hash = quoted(blocks[0]->header.hash().to_hex());
    CHECK(call("getblockheader", hash + ",false") == Json(to_hex(encode(blocks[0]->header))));
    const Json header = call("getblockheader", hash);
    CHECK(keys(header) ==
          "hash confirmations height version versionHex merkleroot time mediantime nonce bits "
          "difficulty chainwork nTx previousblockhash nextblockhash");
    CHECK(*header.find("confirmations") == Json(2));
    CHECK(*header.find("nextblockhash") == Json(blocks[1]->header.hash().to_hex()));
    CHECK(*header.find("bits") == Json("207fffff"));
}

TEST_CASE_METHOD(ChainFixture, "blocks that are not known are refused", "[rpc]") {
    for (const auto* method : {"getblock", "getblockheader", "invalidateblock", "reconsiderblock",
                               "preciousblock", "getdeploymentinfo"}) {
        CAPTURE(method);
        CHECK(refusal(method, unknown_hash) == Refusal{-5, "Block not found"});
    }
    CHECK(refusal("getblockheader", "\"00\"") ==
          Refusal{-8, "hash must be of length 64 (not 2, for '00')"});
    CHECK(refusal("getblock", "\"00\"") ==
          Refusal{-8, "blockhash must be of length 64 (not 2, for '00')"});
}

TEST_CASE_METHOD(ChainFixture, "branches end in tips with a status", "[rpc]") {
    const auto main = mine(3);
    const auto side = builder.chain(builder.genesis(), 2);
    for (const auto& block : side)
        submit(block);
    const Json ends = call("getchaintips");
    REQUIRE(ends.size() == 2);
    CHECK(keys(ends[0]) == "height hash branchlen status");
    CHECK(*ends[0].find("status") == Json("active"));
    CHECK(*ends[0].find("branchlen") == Json(0));
    CHECK(*ends[1].find("hash") == Json(side[1]->header.hash().to_hex()));
    CHECK(*ends[1].find("branchlen") == Json(2));
    CHECK(*ends[1].find("status") == Json("valid-headers"));

    CHECK(call("invalidateblock", quoted(main[1]->header.hash().to_hex())).is_null());
    CHECK(call("getbestblockhash") == Json(side[1]->header.hash().to_hex()));
    CHECK(*call("getchaintips")[0].find("status") == Json("invalid"));
    CHECK(call("reconsiderblock", quoted(main[1]->header.hash().to_hex())).is_null());
    CHECK(call("getbestblockhash") == Json(main[2]->header.hash().to_hex()));
    CHECK(*call("getchaintips")[1].find("status") == Json("valid-fork"));
}

TEST_CASE_METHOD(ChainFixture, "an unspent output is shown, a spent or unknown one is null",
                 "[rpc]") {
    const auto block = mine(1)[0];
    const auto id = quoted(block->transactions[0]->txid.to_hex());
    const Json coin = call("gettxout", id + ",0");
    CHECK(keys(coin) == "bestblock confirmations value scriptPubKey coinbase");
    CHECK(*coin.find("confirmations") == Json(1));
    CHECK(coin.find("value")->write() == "50.00000000");
    CHECK(*coin.find("coinbase") == Json(true));
    CHECK(*coin.find("scriptPubKey")->find("hex") == Json("51"));
    CHECK(call("gettxout", id + ",9").is_null());
    CHECK(call("gettxout", unknown_hash + ",0").is_null());
    CHECK(refusal("gettxout", id + ",-1").first == -1);
    CHECK(refusal("gettxout", "\"00\",0") ==
          Refusal{-8, "txid must be of length 64 (not 2, for '00')"});
}

TEST_CASE_METHOD(ChainFixture, "the coin set has totals and a hash", "[rpc]") {
    mine(2);
    const Json info = call("gettxoutsetinfo");
    CHECK(keys(info) ==
          "height bestblock txouts bogosize hash_serialized_3 total_amount transactions disk_size");
    CHECK(*info.find("txouts") == Json(2));
    CHECK(info.find("total_amount")->write() == "100.00000000");
    CHECK_FALSE(call("gettxoutsetinfo", "\"none\"").find("hash_serialized_3"));
    CHECK(call("gettxoutsetinfo", "\"muhash\"").find("muhash"));
    CHECK(refusal("gettxoutsetinfo", "\"x\"") == Refusal{-8, "'x' is not a valid hash_type"});
    CHECK(refusal("gettxoutsetinfo", "\"none\",1") ==
          Refusal{-8, "Querying specific block heights requires coinstatsindex"});
}

TEST_CASE_METHOD(ChainFixture, "scantxoutset finds what descriptors describe", "[rpc]") {
    mine(3);
    const Json found = call("scantxoutset", R"x("start",["raw(51)"])x");
    CHECK(keys(found) == "success txouts height bestblock unspents total_amount");
    CHECK(found.find("unspents")->size() == 3);
    CHECK(found.find("total_amount")->write() == "150.00000000");
    CHECK(keys(found.find("unspents")->items()[0]) ==
          "txid vout scriptPubKey desc amount coinbase height blockhash confirmations");
    CHECK(call("scantxoutset", R"x("start",[{"desc":"raw(52)"}])x").find("unspents")->empty());
    CHECK(call("scantxoutset", "\"status\"").is_null());
    CHECK(call("scantxoutset", "\"abort\"") == Json(false));
    CHECK(refusal("scantxoutset", "\"go\"") == Refusal{-8, "Invalid action 'go'"});
    CHECK(refusal("scantxoutset", "\"start\"").first == -1);
    CHECK(refusal("scantxoutset", R"("start",["nonsense"])").first == -5);
}

TEST_CASE_METHOD(ChainFixture, "waiting ends with the block, or with the time", "[rpc]") {
    const auto blocks = mine(2);
    const auto tip = blocks[1]->header.hash().to_hex();
    const std::string expected = R"({"hash":")" + tip + R"(","height":2})";
    CHECK(call("waitforblockheight", "2").write() == expected);
    CHECK(call("waitforblock", quoted(tip)).write() == expected);
    CHECK(call("waitforblockheight", "3,1").write() == expected);
    CHECK(call("waitfornewblock", "1").write() == expected);
    CHECK(refusal("waitfornewblock", "-1") == Refusal{-1, "Negative timeout"});

    std::thread miner([this] { mine(1); });
    CHECK(*call("waitforblockheight", "3").find("height") == Json(3));
    miner.join();
    tips.interrupt();
    CHECK(*call("waitforblockheight", "9").find("height") == Json(3));
}

TEST_CASE_METHOD(ChainFixture, "statistics count transactions in a window of blocks", "[rpc]") {
    mine(4);
    const Json stats = call("getchaintxstats");
    CHECK(*stats.find("txcount") == Json(5));
    CHECK(*stats.find("window_block_count") == Json(3));
    CHECK(*stats.find("window_tx_count") == Json(3));
    CHECK(*call("getchaintxstats", "2").find("window_tx_count") == Json(2));
    CHECK_FALSE(call("getchaintxstats", "0").find("window_interval"));
    const Refusal invalid{-8,
                          "Invalid block count: should be between 0 and the block's height - 1"};
    CHECK(refusal("getchaintxstats", "4") == invalid);
    CHECK(refusal("getchaintxstats", "-1") == invalid);
    CHECK(refusal("getchaintxstats", "1," + unknown_hash) == Refusal{-5, "Block not found"});
}

TEST_CASE_METHOD(ChainFixture, "deployments are shown as of the next block", "[rpc]") {
    mine(1);
    const Json info = call("getdeploymentinfo");
    CHECK(keys(info) == "hash height deployments");
    const Json* segwit = info.find("deployments")->find("segwit");
    REQUIRE(segwit);
    CHECK(segwit->write() == R"({"type":"buried","active":true,"height":0})");
}

TEST_CASE_METHOD(ChainFixture, "a deployment that blocks vote on is shown with its votes",
                 "[rpc][bip9]") {
    const auto testdummy = [this] {
        return *call("getdeploymentinfo").find("deployments")->find("testdummy");
    };
    CHECK(testdummy().write() ==
          R"({"type":"bip9","active":false,"bip9":{"start_time":0,"timeout":9223372036854775807,)"
          R"("min_activation_height":0,"status":"defined","since":0,"status_next":"defined"}})");
    mine(143);
    const Json last = testdummy();
    CHECK(*last.find("bip9")->find("status") == Json("defined"));
    CHECK(*last.find("bip9")->find("status_next") == Json("started"));
    mine(2);
    CHECK(testdummy().write() ==
          R"({"type":"bip9","active":false,"bip9":{"bit":28,"start_time":0,)"
          R"("timeout":9223372036854775807,"min_activation_height":0,"status":"started",)"
          R"("since":144,"status_next":"started","statistics":{"period":144,"elapsed":2,"count":0,)"
          R"("threshold":108,"possible":true},"signalling":"--"}})");
}

TEST_CASE_METHOD(ChainFixture, "control methods answer", "[rpc]") {
    CHECK(call("help").as_string().starts_with("== Blockchain ==\n"));
    CHECK(call("help", "\"getblockcount\"").as_string().starts_with("getblockcount\n\n"));
    CHECK(call("help", "\"nothing\"") == Json("help: unknown command: nothing"));
    CHECK(call("stop") == Json("daler stopping"));
    CHECK(stop_asked);
    CHECK(call("uptime").as_integer<int>().value() >= 0);
    CHECK(call("echo", R"(1,"a",[2])").write() == R"([1,"a",[2]])");
    CHECK(keys(call("getrpcinfo")) == "active_commands logpath");
    CHECK(*call("getrpcinfo").find("active_commands")->items()[0].find("method") ==
          Json("getrpcinfo"));
    CHECK(keys(call("getmemoryinfo")) == "locked");
    CHECK(refusal("getmemoryinfo", "\"x\"") == Refusal{-8, "unknown mode x"});
    CHECK(refusal("logging", R"(["nonsense"])") ==
          Refusal{-8, "unknown logging category nonsense"});
    CHECK(*call("logging", R"(["net"],[])").find("net") == Json(true));
    CHECK(*call("logging", R"([],["net","tor"])").find("net") == Json(false));
    CHECK(call("syncwithvalidationinterfacequeue").is_null());
}

TEST_CASE_METHOD(ChainFixture, "mock time freezes the clock on regtest only", "[rpc]") {
    CHECK(call("setmocktime", "1700000000").is_null());
    CHECK(unix_seconds(clock.now()) == 1700000000);
    CHECK(call("setmocktime", "0").is_null());
    CHECK(clock.mock_time() == BlockTime{});
    CHECK(refusal("setmocktime", "-1") ==
          Refusal{-8, "Mocktime must be in the range [0, 9223372036], not -1."});
    CHECK(call("mockscheduler", "3600").is_null());
    CHECK(peers.timers_ahead == std::chrono::hours(1));
    const auto seconds = GENERATE(as<std::string>(), "0", "3601");
    CHECK(refusal("mockscheduler", seconds) ==
          Refusal{-1, "delta_time must be between 1 and 3600 seconds (1 hr)"});
}
