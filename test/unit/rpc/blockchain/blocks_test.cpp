#include <test.h>

#include "node_fixture.h"

#include <daler/encoding/hex.h>

#include <fmt/format.h>

#include <latch>
#include <thread>

using namespace daler;
using namespace daler::rpc;
using namespace daler::rpc::test;
using Refusal = std::pair<int, std::string>;

TEST_CASE_METHOD(NodeFixture, "a block is shown as hex, with ids, transactions or prevouts",
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

TEST_CASE_METHOD(NodeFixture, "a header is shown as an object or hex", "[rpc]") {
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

TEST_CASE_METHOD(NodeFixture, "blocks that are not known are refused", "[rpc]") {
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

TEST_CASE_METHOD(NodeFixture, "small requests for methods that never wait are answered at once",
                 "[rpc]") {
    const auto text = [&](std::string body) {
        const auto now = dispatcher.answer_now(body, {});
        const Reply later = dispatcher.answer(body, {});
        if (now) {
            CHECK(now->status == later.status);
            CHECK(now->body == later.body);
        }
        return now.has_value();
    };
    CHECK(text(R"({"method":"getblockcount","id":1})"));
    CHECK(text(R"({"jsonrpc":"2.0","method":"getblockcount"})"));
    CHECK(text(R"({"method":"getblockcount","params":[1],"id":1})"));
    CHECK(text(R"({"method":"getbestblockhash","id":1})"));
    CHECK(text(R"({"method":"getblockhash","params":[0],"id":1})"));
    CHECK(text(R"({"method":"getblockheader","params":["00"],"id":1})"));
    CHECK_FALSE(text(R"({"method":"getblock","params":[],"id":1})"));
    CHECK_FALSE(text(R"([{"method":"getblockcount"}])"));
    CHECK_FALSE(text(R"({"method":5})"));
    CHECK_FALSE(text("{"));
    CHECK_FALSE(text(R"({"method":"getblockcount","id":")" + std::string(2100, 'x') + "\"}"));
}

TEST_CASE_METHOD(NodeFixture, "small requests for the ledger are answered at once if it is idle",
                 "[rpc]") {
    const auto hash = R"("00000000000000000000000000000000000000000000000000000000000000aa")";
    const std::string body = fmt::format(R"({{"method":"gettxout","params":[{},0],"id":1}})", hash);
    std::optional<Reply> reply;
    while (!(reply = dispatcher.answer_now(body, {})))
        std::this_thread::yield();
    CHECK(reply->status == 200);
    CHECK(reply->body == dispatcher.answer(body, {}).body);

    std::latch begun{1};
    std::latch may_end{1};
    ledger->post([&](ledger::State&) {
        begun.count_down();
        may_end.wait();
    });
    begun.wait();
    CHECK_FALSE(dispatcher.answer_now(body, {}));
    may_end.count_down();
    CHECK(dispatcher.answer(body, {}).body == reply->body);
}
