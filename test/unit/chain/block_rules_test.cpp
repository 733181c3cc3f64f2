// Breaks each rule of headers and blocks once, on a real chain.
#include <test.h>

#include "fixture.h"

#include <daler/script/standard.h>

#include <functional>
#include <set>

using namespace daler;
using namespace daler::chain;
using namespace daler::test;
using consensus::Blame;
using consensus::Reason;

namespace {

constexpr Height chain_length = 12;

/// A chain of twelve blocks whose coinbases anybody can spend after two more, and ways to make the
/// thirteenth.
struct Scene {
    explicit Scene(ChainParams params) : node(Node::in_memory(), std::move(params)) {
        for (Height i = 0; i < chain_length; ++i) {
            blocks.push_back(next());
            node.extend({&blocks.back(), 1});
        }
    }

    /// A good next block.
    BlockRef next() {
        if (node.builder.params().signet_challenge.empty()) return with({});
        // The solution of a signet is part of the witness commitment, so there must be one.
        return changed([](Block& block) {
            const auto commitment = consensus::witness_commitment(block, Hash256{});
            reseal(block, 0, [&](Transaction& tx) {
                tx.inputs[0].witness = {Bytes(32, 0)};
                tx.outputs.push_back({Amount{}, consensus::witness_commitment_script(commitment)});
            });
        });
    }

    /// The output of the coinbase of block `height`.
    OutPoint coin(std::size_t height) const {
        return first_output(blocks.at(height - 1)->transactions[0]);
    }
    BlockRef with(std::vector<TransactionRef> transactions, Amount fees = {}) {
        return node.builder.block(node.tip(),
                                  {std::move(transactions), fees, 0, anyone_can_spend()});
    }
    /// A good next block, changed; merkle root and proof of work follow.
    BlockRef changed(const std::function<void(Block&)>& change) {
        Block block = *with({});
        change(block);
        return node.builder.finish(std::move(block));
    }
    /// A good next block with its coinbase changed.
    BlockRef with_coinbase(const std::function<void(Transaction&)>& change) {
        return changed([&](Block& block) { reseal(block, 0, change); });
    }
    /// A good next block with a header that was changed, and solved again.
    BlockRef with_header(const std::function<void(BlockHeader&)>& change) {
        Block block = *with({});
        change(block.header);
        node.builder.solve(block.header);
        return std::make_shared<const Block>(std::move(block));
    }
    /// A good next block whose second transaction has a witness (which its script ignores until the
    /// scripts are run).
    Block with_witness(std::size_t size) {
        Transaction tx = *spend(coin(1), subsidy);
        tx.inputs[0].witness = {Bytes(size, 1)};
        return *with({seal(std::move(tx))});
    }
    static void reseal(Block& block, std::size_t index,
                       const std::function<void(Transaction&)>& change) {
        Transaction tx = *block.transactions.at(index);
        change(tx);
        block.transactions[index] = seal(std::move(tx));
    }

    Node node;
    std::vector<BlockRef> blocks;
};

TransactionRef changed_spend(const OutPoint& coin,
                             const std::function<void(Transaction&)>& change) {
    Transaction tx = *spend(coin, subsidy);
    change(tx);
    return seal(std::move(tx));
}

struct Row {
    Reason reason;
    std::function<BlockRef(Scene&)> break_it;
    std::function<void(ChainParams&)> rules = [](ChainParams&) {};
};

// Coinbases so large that two are more than there can be.
void rich(ChainParams& params) {
    params.initial_subsidy = max_money;
}

std::vector<Row> transaction_rows() {
    const auto change = [](std::function<void(Transaction&)> what) {
        return [what](Scene& scene) { return scene.with({changed_spend(scene.coin(1), what)}); };
    };
    return {
        {Reason::no_inputs, change([](Transaction& tx) { tx.inputs.clear(); })},
        {Reason::no_outputs, change([](Transaction& tx) { tx.outputs.clear(); })},
        {Reason::output_negative,
         change([](Transaction& tx) { tx.outputs[0].value = Amount{-1}; })},
        {Reason::output_too_large,
         change([](Transaction& tx) { tx.outputs[0].value = max_money + Amount{1}; })},
        {Reason::output_total_too_large, change([](Transaction& tx) {
             tx.outputs[0].value = max_money;
             tx.outputs.push_back({Amount{1}, anyone_can_spend()});
         })},
        {Reason::inputs_duplicate,
         change([](Transaction& tx) { tx.inputs.push_back(tx.inputs[0]); })},
        {Reason::prevout_null, change([](Transaction& tx) { tx.inputs.emplace_back(); })},
        {Reason::inputs_missing_or_spent,
         change([](Transaction& tx) { tx.inputs[0].prevout.index = 1; })},
        {Reason::inputs_below_outputs,
         change([](Transaction& tx) { tx.outputs[0].value = subsidy + Amount{1}; })},
        {Reason::not_final, change([](Transaction& tx) {
             tx.inputs[0].sequence = 0;
             tx.lock_time = chain_length + 1;
         })},
        {Reason::coinbase_immature,
         [](Scene& scene) { return scene.with({spend(scene.coin(chain_length), subsidy)}); }},
        {Reason::input_values_out_of_range,
         [](Scene& scene) {
             const std::array inputs{scene.coin(1), scene.coin(2)};
             const std::array values{Amount{1}};
             return scene.with({spend(inputs, values)});
         },
         rich},
        {Reason::block_fees_out_of_range,
         [](Scene& scene) {
             return scene.with({spend(scene.coin(1), Amount{1}), spend(scene.coin(2), Amount{1})});
         },
         rich},
        {Reason::bip30,
         [](Scene& scene) {
             return scene.changed(
                 [&](Block& block) { block.transactions[0] = scene.blocks[4]->transactions[0]; });
         },
         [](ChainParams& params) { params.activation.bip34 = 1000; }},
        {Reason::script_failed, [](Scene& scene) {
             const Script nobody(Bytes{0x00});
             const auto block = scene.node.builder.block(scene.node.tip(), {{}, {}, 0, nobody});
             scene.node.extend({&block, 1});
             scene.node.extend(2);
             return scene.with({spend(first_output(block->transactions[0]), subsidy)});
         }}};
}

std::vector<Row> header_rows() {
    return {
        {Reason::high_hash,
         [](Scene& scene) {
             Block block = *scene.with({});
             const auto& params = scene.node.builder.params();
             while (consensus::has_proof_of_work(block.header.hash(), block.header.bits, params))
                 ++block.header.nonce;
             return std::make_shared<const Block>(std::move(block));
         }},
        {Reason::bad_diffbits,
         [](Scene& scene) {
             return scene.with_header([](BlockHeader& header) { header.bits = 0x207ffffe; });
         }},
        {Reason::time_too_old,
         [](Scene& scene) {
             const auto median = scene.node.state->view()->tip().median_time_past;
             return scene.with_header([&](BlockHeader& header) {
                 header.time = static_cast<std::uint32_t>(unix_seconds(median));
             });
         }},
        {Reason::time_too_new,
         [](Scene& scene) {
             const auto last = scene.blocks.back()->header;
             scene.node.clock.set_mock_time(last.block_time());
             return scene.with_header(
                 [&](BlockHeader& header) { header.time = last.time + 2 * 60 * 60 + 1; });
         }},
        {Reason::timewarp,
         [](Scene& scene) {
             // The last block of a window is late, the next one claims that it was not.
             const auto time = scene.blocks.back()->header.time;
             const auto late = scene.node.builder.block(scene.node.tip(),
                                                        {{}, {}, time + 602, anyone_can_spend()});
             scene.node.extend({&late, 1});
             return scene.with_header([&](BlockHeader& header) { header.time = time + 1; });
         },
         [](ChainParams& params) {
             params.retarget.timewarp_protection = true;
             params.retarget.window = chain_length + 2;
         }},
        {Reason::bad_version,
         [](Scene& scene) {
             return scene.with_header([](BlockHeader& header) { header.version = 3; });
         }},
        {Reason::previous_not_found,
         [](Scene& scene) {
             return scene.with_header([](BlockHeader& header) { header.previous.bytes.fill(1); });
         }},
        {Reason::bad_previous,
         [](Scene& scene) {
             const auto bad = scene.with({}, Amount{1});
             CHECK_FALSE(scene.node.state->submit(bad).verdict);
             return scene.node.builder.block(hash_of(bad));
         }},
        {Reason::duplicate_invalid, [](Scene& scene) {
             const auto bad = scene.with({}, Amount{1});
             CHECK_FALSE(scene.node.state->submit(bad).verdict);
             return bad;
         }}};
}

std::vector<Row> block_rows() {
    return {
        {Reason::bad_merkle_root,
         [](Scene& scene) {
             return scene.with_header(
                 [](BlockHeader& header) { header.merkle_root.bytes.fill(1); });
         }},
        {Reason::duplicate_transaction,
         [](Scene& scene) {
             Block block =
                 *scene.with({spend(scene.coin(1), subsidy), spend(scene.coin(2), subsidy)});
             block.transactions.push_back(block.transactions.back());
             return std::make_shared<const Block>(std::move(block));
         }},
        {Reason::bad_block_length,
         [](Scene& scene) {
             return scene.with_coinbase([](Transaction& tx) {
                 tx.outputs.push_back({Amount{}, Script(Bytes(1'000'000, 0x6a))});
             });
         }},
        {Reason::coinbase_length,
         [](Scene& scene) {
             return scene.with_coinbase(
                 [](Transaction& tx) { tx.inputs[0].script_sig = Script(Bytes{0x5d}); });
         }},
        {Reason::coinbase_missing,
         [](Scene& scene) {
             return scene.changed(
                 [&](Block& block) { block.transactions[0] = spend(scene.coin(1), subsidy); });
         }},
        {Reason::coinbase_multiple,
         [](Scene& scene) {
             return scene.changed([&](Block& block) {
                 block.transactions.push_back(scene.blocks[0]->transactions[0]);
             });
         }},
        {Reason::bad_block_sigops,
         [](Scene& scene) {
             return scene.with_coinbase([](Transaction& tx) {
                 tx.outputs.push_back({Amount{}, Script(Bytes(20'001, 0xac))});
             });
         }},
        {Reason::bad_coinbase_height,
         [](Scene& scene) {
             return scene.with_coinbase([](Transaction& tx) {
                 Script script;
                 script::push_number(script, chain_length);
                 script.append(0x00);
                 tx.inputs[0].script_sig = script;
             });
         }},
        {Reason::bad_witness_nonce_size,
         [](Scene& scene) {
             Block block = scene.with_witness(1);
             Scene::reseal(block, 0, [](Transaction& tx) { tx.inputs[0].witness[0].push_back(0); });
             return std::make_shared<const Block>(std::move(block));
         }},
        {Reason::bad_witness_merkle_match,
         [](Scene& scene) {
             Block block = scene.with_witness(1);
             Scene::reseal(block, 1, [](Transaction& tx) { tx.inputs[0].witness[0][0] ^= 1; });
             return std::make_shared<const Block>(std::move(block));
         }},
        {Reason::unexpected_witness,
         [](Scene& scene) {
             Block block = *scene.with({spend(scene.coin(1), subsidy)});
             Scene::reseal(block, 1, [](Transaction& tx) { tx.inputs[0].witness = {Bytes{1}}; });
             return std::make_shared<const Block>(std::move(block));
         }},
        {Reason::bad_block_weight,
         [](Scene& scene) { return std::make_shared<const Block>(scene.with_witness(4'000'000)); }},
        {Reason::bad_coinbase_amount, [](Scene& scene) { return scene.with({}, Amount{1}); }},
        {Reason::bad_signet_solution,
         [](Scene& scene) {
             // The challenge needs no solution, but a solution that is present must parse.
             Block block = *scene.next();
             Scene::reseal(block, 0, [](Transaction& tx) {
                 script::push(tx.outputs.back().script_pubkey, Bytes{0xec, 0xc7, 0xda, 0xa2, 0x01});
             });
             return scene.node.builder.finish(std::move(block));
         },
         [](ChainParams& params) { params.signet_challenge = Bytes{0x51}; }}};
}

std::vector<Row> all_rows() {
    std::vector<Row> rows = transaction_rows();
    for (const auto& more : {header_rows(), block_rows()})
        rows.insert(rows.end(), more.begin(), more.end());
    return rows;
}

/// Reasons that no block can give, because another rule is checked before.
const std::set<Reason> unreachable{
    Reason::tx_oversize,       // its block is too long
    Reason::fee_out_of_range,  // what goes in is money, what comes out is not negative
};

}  // namespace

TEST_CASE("each rule of blocks, broken alone on a real chain, gives its reason", "[chain][rules]") {
    const auto rows = all_rows();
    for (const auto& row : rows) {
        const std::string name(consensus::code(row.reason));
        CAPTURE(name);
        auto params = Node::short_maturity();
        row.rules(params);
        Scene scene(params);
        auto& node = scene.node;
        const auto bad = row.break_it(scene);
        const auto tip = node.tip();
        const auto coins = node.coins_hash();

        CHECK(reason(node.state->submit(bad).verdict) == name);
        CHECK(node.tip() == tip);
        CHECK(node.coins_hash() == coins);
        const auto* entry = node.state->index().find(hash_of(bad));
        if (consensus::blame(row.reason) == Blame::invalid) {
            CHECK_FALSE(node.state->submit(bad).verdict);
        } else {
            // Another copy of the block may be valid, or this one at another time.
            CHECK((!entry || !entry->is_failed()));
        }
        node.clock.set_mock_time(scene.blocks.back()->header.block_time() + std::chrono::hours(1));
        const auto good = scene.next();
        node.extend({&good, 1});
    }
}

TEST_CASE("every reason that a block can give has a row", "[chain][rules]") {
    std::set<Reason> covered;
    for (const auto& row : all_rows()) {
        CAPTURE(consensus::code(row.reason));
        CHECK(covered.insert(row.reason).second);
    }
    for (auto i = std::uint8_t{0}; i <= static_cast<std::uint8_t>(Reason::script_failed); ++i) {
        const auto reason = static_cast<Reason>(i);
        CAPTURE(consensus::code(reason));
        CHECK(covered.contains(reason) != unreachable.contains(reason));
    }
}
