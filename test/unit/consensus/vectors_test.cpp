#include <daler/consensus/check_block.h>
#include <daler/encoding/hex.h>
#include <daler/encoding/json.h>
#include <daler/primitives/chain_params.h>
#include <daler/script/flags.h>

#include "header_list.h"

#include <sstream>

#include <test.h>
#include <vectors.h>

using namespace daler;
using namespace daler::consensus;

namespace {

struct Row {
    Transaction tx;
    std::string flags;
};

std::vector<Row> transaction_rows(const std::string& text) {
    std::vector<Row> out;
    const auto json = Json::parse(text);
    REQUIRE(json);
    for (const auto& item : json->items()) {
        if (item.size() != 3) continue;
        const auto bytes = from_hex(item[1].as_string());
        REQUIRE(bytes);
        const auto tx = decode_transaction(*bytes);
        REQUIRE(tx);
        out.push_back({*tx, item[2].as_string()});
    }
    return out;
}

Block read_block_file(const std::string& text) {
    auto block = decode_block(as_bytes(text));
    REQUIRE(block);
    return *block;
}

}  // namespace

TEST_CASE("the transactions marked BADTX, and only those, are invalid alone",
          "[consensus][vectors]") {
    const auto text = test::read_vectors("core/tx_invalid.json");
    if (!text) return;
    int bad = 0;
    const auto rows = transaction_rows(*text);
    CHECK(rows.size() == 93);
    for (const auto& [tx, flags] : rows) {
        const bool marked = flags == "BADTX";
        CHECK(check_transaction(tx).has_value() == !marked);
        bad += marked ? 1 : 0;
    }
    CHECK(bad == 9);
}

TEST_CASE("all transactions of tx_valid are valid alone", "[consensus][vectors]") {
    const auto text = test::read_vectors("core/tx_valid.json");
    if (!text) return;
    const auto rows = transaction_rows(*text);
    CHECK(rows.size() == 120);
    for (const auto& row : rows)
        CHECK(check_transaction(row.tx));
}

TEST_CASE("the first headers of testnet3 follow each other", "[consensus][vectors]") {
    const auto text = test::read_vectors("core/blockheader_testnet3.hex");
    if (!text) return;
    const auto params = test_params();
    test::HeaderList chain(params.genesis->header);
    test::HeaderList fork(params.genesis->header);
    std::istringstream lines(*text);
    int count = 0;
    for (std::string line; std::getline(lines, line);) {
        constexpr std::string_view mark = "fork:";
        const bool on_fork = line.starts_with(mark);
        auto& parents = on_fork ? fork : chain;
        const auto bytes = from_hex(on_fork ? line.substr(mark.size()) : line);
        REQUIRE(bytes);
        const auto header = decode_header(*bytes);
        REQUIRE(header);
        CHECK(header->previous == parents.header(parents.height()).hash());
        CHECK(check_header(*header, header->hash(), params));
        CHECK(check_header_in_chain(*header, parents, header->block_time(), params));
        parents.push(*header);
        ++count;
    }
    CHECK(count == 548);
}

TEST_CASE("a full mainnet block before segwit passes", "[consensus][vectors]") {
    const auto text = test::read_vectors("mainnet/block-413567.blk");
    if (!text) return;
    const Block block = read_block_file(*text);
    CHECK(merkle_root(block) == block.header.merkle_root);
    CHECK(weight(block) == 4 * 999'887);
    CHECK(check_block(std::make_shared<Block>(block), block.header.hash(), main_params()));
    CHECK_FALSE(is_mutated(block, false));
}

TEST_CASE("a full mainnet block with witnesses passes and has the right commitment",
          "[consensus][vectors]") {
    const auto text = test::read_vectors("mainnet/block-segwit.blk");
    if (!text) return;
    Block block = read_block_file(*text);
    const auto params = main_params();
    CHECK(merkle_root(block) == block.header.merkle_root);
    CHECK(check_block(std::make_shared<Block>(block), block.header.hash(), params));
    CHECK_FALSE(is_mutated(block, true));
    CHECK(weight(block) <= max_block_weight);
    CHECK(weight(block) ==
          static_cast<std::int64_t>(3 * encode(block, WitnessMode::exclude).size() + text->size()));

    const auto index = witness_commitment_index(block);
    REQUIRE(index);
    const auto& coinbase = *block.transactions[0];
    Hash256 reserved;
    std::ranges::copy(coinbase.inputs[0].witness.at(0), reserved.bytes.begin());
    CHECK(coinbase.outputs[*index].script_pubkey ==
          witness_commitment_script(witness_commitment(block, reserved)));

    // With another witness it is a mutated copy.
    Transaction stripped = *block.transactions[1];
    for (auto& input : stripped.inputs)
        input.witness = {{1}};
    block.transactions[1] = seal(stripped);
    CHECK(is_mutated(block, true));
}

TEST_CASE("weight and legacy signature operations of real blocks have the published values",
          "[consensus][vectors]") {
    struct Example {
        std::string file;
        std::size_t transactions;
        std::int64_t weight;
        std::int64_t sigops;
    };
    const auto example = GENERATE(values<Example>({
        {"mainnet/block-413567.blk", 1557, 3'999'548, 2841},
        {"mainnet/block-segwit.blk", 3315, 3'993'106, 4073},
    }));
    const auto text = test::read_vectors(example.file);
    if (!text) return;
    const Block block = read_block_file(*text);
    CHECK(block.transactions.size() == example.transactions);
    CHECK(weight(block) == example.weight);
    std::int64_t cost = 0;
    for (const auto& tx : block.transactions)
        cost += legacy_sigop_cost(*tx);
    CHECK(cost == 4 * example.sigops);
}
