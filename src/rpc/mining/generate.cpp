#include "rpc/additions.h"
#include "rpc/block_templates.h"
#include "rpc/mining/methods.h"
#include "rpc/transaction_arguments.h"

#include <daler/descriptor/addresses.h>
#include <daler/descriptor/descriptor.h>
#include <daler/encoding/hex.h>
#include <daler/mining/mining.h>
#include <daler/primitives/chain_params.h>
#include <daler/rpc/values.h>

#include <fmt/format.h>

namespace daler::rpc {
namespace {

constexpr std::int32_t default_max_tries = 1'000'000;

Json hashes_json(const std::vector<BlockHash>& hashes) {
    Json out = Json::array();
    for (const auto& hash : hashes)
        out.push(hash.to_hex());
    return out;
}

/// Bitcoin Core checks a block before it searches the nonce; only the solution of a signet is
/// checked later.
[[noreturn]] void refused(const consensus::Rejection& rejection) {
    if (rejection.reason == consensus::Reason::bad_signet_solution)
        throw Error{code::internal_error, "ProcessNewBlock, block not accepted"};
    throw Error{code::misc,
                "CreateNewBlock: TestBlockValidity failed: " + consensus::to_text(rejection)};
}

Json generate_to(Call& call, const Script& script) {
    const auto count = std::clamp(call.integer(0), 0, 1'000'000);
    const auto tries = static_cast<std::uint64_t>(std::max(call.integer(2, default_max_tries), 0));
    Services& node = call.node();
    mining::GenerateOptions options;
    options.count = count;
    options.block = mining_options(node, script);
    options.max_tries = tries;
    options.made = [&node](const mining::Template& made) { remember_template(node, made); };
    const auto mined = mining::generate(node.ledger, node.clock, std::move(options), node.stopping);
    if (!mined) refused(mined.error());
    return hashes_json(*mined);
}

/// The script of a descriptor; nothing if `text` is not a descriptor.
std::optional<Script> script_of_descriptor(const std::string& text, const ChainParams& params,
                                           std::string& error) {
    const auto parsed = descriptor::Descriptor::parse(text, params.address);
    if (!parsed) {
        error = parsed.error();
        return std::nullopt;
    }
    if (parsed->is_range()) {
        throw Error{code::invalid_parameter,
                    "Ranged descriptor not accepted. Maybe pass through deriveaddresses first?"};
    }
    const auto scripts = parsed->scripts(0);
    if (!scripts || scripts->empty())
        throw Error{code::invalid_address_or_key, "Cannot derive script without private keys"};
    // combo() gives pk, pkh, wpkh and sh(wpkh), or the first two: Bitcoin Core uses the third, or
    // the second.
    return (*scripts)[scripts->size() == 4 ? 2 : scripts->size() - 1];
}

}  // namespace

Json generatetoaddress(Call& call) {
    const auto script = descriptor::decode_address(call.string(1), call.node().params.address);
    if (!script) {
        throw Error{code::invalid_address_or_key,
                    refused_address("Error: Invalid address", call.string(1), call.node().params)};
    }
    return generate_to(call, *script);
}

Json generatetodescriptor(Call& call) {
    std::string error;
    const auto script = script_of_descriptor(call.string(1), call.node().params, error);
    if (!script) throw Error{code::invalid_address_or_key, error};
    return generate_to(call, *script);
}

Json generateblock(Call& call) {
    const auto& params = call.node().params;
    auto options = mining_options(call.node(), {});
    std::string error;
    if (const auto script = script_of_descriptor(call.string(0), params, error))
        options.coinbase_script = *script;
    else if (const auto address = descriptor::decode_address(call.string(0), params.address))
        options.coinbase_script = *address;
    else
        throw Error{code::invalid_address_or_key, "Error: Invalid address or descriptor"};
    auto& ledger = call.node().ledger;
    mining::BlockPace pace(call.node().clock, std::nullopt);
    auto made = ledger.call([&](ledger::State& state) {
        options.time = pace.next();
        auto result =
            mining::make_template(state, options, block_transactions(state, call.json(1)));
        const auto verdict =
            state.chain.test_block(std::make_shared<const Block>(result.block), false);
        if (!verdict) {
            throw Error{code::verify,
                        "testBlockValidity failed: " + consensus::to_text(verdict.error())};
        }
        return result;
    });
    auto tries = static_cast<std::uint64_t>(default_max_tries);
    if (!mining::solve(made.block.header, params, tries, call.node().stopping))
        throw Error{code::misc, "Failed to make block."};
    const auto block = std::make_shared<const Block>(std::move(made.block));
    Json out = Json::object();
    out.append("hash", block->header.hash().to_hex());
    if (!call.boolean(2, true)) {
        out.append("hex", to_hex(encode(*block)));
        return out;
    }
    pace.reach(block->header.block_time());
    const auto result =
        ledger.call([&](ledger::State& state) { return state.chain.submit(block); });
    if (!result.verdict) throw Error{code::internal_error, "ProcessNewBlock, block not accepted"};
    return out;
}

Json generate(Call&) {
    throw Error{code::method_not_found,
                "generate\n\nhas been replaced by the -generate cli option. Refer to -help for "
                "more information.\n"};
}

}  // namespace daler::rpc
