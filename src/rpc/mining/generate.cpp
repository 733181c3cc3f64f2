#include "rpc/mining/templates.h"
#include "rpc/transaction_arguments.h"
#include "rpc/warnings.h"

#include <daler/descriptor/addresses.h>
#include <daler/descriptor/descriptor.h>
#include <daler/encoding/hex.h>
#include <daler/mining/mining.h>
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

/// bitcoind judges a block before it looks for the nonce; only the signature of a signet comes
/// later.
[[noreturn]] void refused(const consensus::Rejection& rejection) {
    if (rejection.reason == consensus::Reason::bad_signet_solution) {
        throw Error{code::internal_error, "ProcessNewBlock, block not accepted"};
    }
    throw Error{code::misc,
                "CreateNewBlock: TestBlockValidity failed: " + consensus::to_text(rejection)};
}

Json generate_to(Call& call, const Script& script) {
    const auto count = std::clamp(call.integer(0), 0, 1'000'000);
    const auto tries = static_cast<std::uint64_t>(std::max(call.integer(2, default_max_tries), 0));
    Services& node = call.node();
    const auto remember = [&node](const mining::Template& made) { remember_template(node, made); };
    const auto mined = mining::generate(node.ledger, count, template_options(node, script), tries,
                                        node.stopping, remember);
    if (!mined) refused(mined.error());
    return hashes_json(*mined);
}

Json generatetoaddress(Call& call) {
    const auto script = descriptor::decode_address(call.string(1), call.node().params.address);
    if (!script) throw Error{code::invalid_address_or_key, "Error: Invalid address"};
    return generate_to(call, *script);
}

/// The one script that a descriptor stands for; nothing if `text` is no descriptor.
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
    if (!scripts || scripts->empty()) {
        throw Error{code::invalid_address_or_key, "Cannot derive script without private keys"};
    }
    // combo() gives pk, pkh, wpkh and sh(wpkh), or the first two: bitcoind takes the third, or the
    // second.
    return (*scripts)[scripts->size() == 4 ? 2 : scripts->size() - 1];
}

Json generatetodescriptor(Call& call) {
    std::string error;
    const auto script = script_of_descriptor(call.string(1), call.node().params, error);
    if (!script) throw Error{code::invalid_address_or_key, error};
    return generate_to(call, *script);
}

TransactionRef block_transaction(ledger::State& state, const std::string& text) {
    if (const auto txid = Txid::from_hex(text)) {
        if (auto tx = state.mempool.find(*txid)) return tx;
        throw Error{code::invalid_address_or_key,
                    fmt::format("Transaction {} not in mempool.", text)};
    }
    return seal(decode_hex_transaction(
        text,
        fmt::format("Transaction decode failed for {}. Make sure the tx has at least one input.",
                    text)));
}

Json generateblock(Call& call) {
    const auto& params = call.node().params;
    auto options = template_options(call.node(), {});
    std::string error;
    if (const auto script = script_of_descriptor(call.string(0), params, error)) {
        options.coinbase_script = *script;
    } else if (const auto address = descriptor::decode_address(call.string(0), params.address)) {
        options.coinbase_script = *address;
    } else {
        throw Error{code::invalid_address_or_key, "Error: Invalid address or descriptor"};
    }
    auto& ledger = call.node().ledger;
    auto made = ledger.call([&](ledger::State& state) {
        std::vector<TransactionRef> transactions;
        for (const auto& item : call.json(1).items()) {
            transactions.push_back(block_transaction(state, to_text(item)));
        }
        auto result = mining::make_template(state, options, std::move(transactions));
        const auto verdict =
            state.chain.test_block(std::make_shared<const Block>(result.block), false);
        if (!verdict) {
            throw Error{code::verify,
                        "testBlockValidity failed: " + consensus::to_text(verdict.error())};
        }
        return result;
    });
    auto tries = static_cast<std::uint64_t>(default_max_tries);
    if (!mining::solve(made.block.header, params, tries, call.node().stopping)) {
        throw Error{code::misc, "Failed to make block."};
    }
    const auto block = std::make_shared<const Block>(std::move(made.block));
    Json out = Json::object();
    out.append("hash", block->header.hash().to_hex());
    if (!call.boolean(2, true)) {
        out.append("hex", to_hex(encode(*block)));
        return out;
    }
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

double network_hashes_per_second(const chain::ChainView& view, std::int64_t lookup,
                                 std::int64_t height, const ChainParams& params) {
    const auto* last =
        height >= 0 && height < view.height() ? view.at(static_cast<Height>(height)) : &view.tip();
    if (last->height == 0) return 0;
    if (lookup == -1) lookup = last->height % params.retarget.window + 1;
    lookup = std::min<std::int64_t>(lookup, last->height);
    const auto* first = last;
    auto [earliest, latest] = std::pair{last->header.time, last->header.time};
    for (std::int64_t i = 0; i < lookup; ++i) {
        first = first->previous;
        earliest = std::min(earliest, first->header.time);
        latest = std::max(latest, first->header.time);
    }
    if (earliest == latest) return 0;
    return (last->chainwork - first->chainwork).to_double() /
           static_cast<double>(latest - earliest);
}

Json getnetworkhashps(Call& call) {
    const auto lookup = call.integer(0, 120);
    const auto height = call.integer(1, -1);
    const auto view = call.node().ledger.view();
    if (lookup < -1 || lookup == 0) {
        throw Error{code::invalid_parameter, "Invalid nblocks. Must be a positive number or -1."};
    }
    if (height < -1 || height > view->height()) {
        throw Error{code::invalid_parameter, "Block does not exist at specified height"};
    }
    return network_hashes_per_second(*view, lookup, height, call.node().params);
}

Json getmininginfo(Call& call) {
    auto& node = call.node();
    const auto view = node.ledger.view();
    Json out = Json::object();
    out.append("blocks", view->height());
    if (const auto weight = node.last_template.weight.load(); weight >= 0) {
        out.append("currentblockweight", weight);
        out.append("currentblocktx", node.last_template.transactions.load());
    }
    out.append("difficulty", consensus::difficulty(view->tip().header.bits));
    out.append("networkhashps", network_hashes_per_second(*view, 120, -1, node.params));
    out.append("pooledtx",
               node.ledger.call([](ledger::State& state) { return state.mempool.size(); }));
    out.append("chain", node.params.name);
    out.append("warnings", warnings_json(node));
    return out;
}

std::vector<Method> make_mining_table() {
    std::vector<Method> methods{
        {"hidden",
         "generate",
         "Has been replaced by the -generate option of daler-cli.",
         {},
         "an error",
         generate},
        {"hidden",
         "generateblock",
         "Mines a block with exactly these transactions.",
         {{"output", Type::string, "", "Address or descriptor that gets the coins"},
          {"transactions", Type::array, "",
           "Transactions in hex, or ids of the mempool, in their order"},
          {"submit", Type::boolean, "true", "Submit the block; otherwise its hex is given back"}},
         "hash, and hex if it was not submitted",
         generateblock},
        {"hidden",
         "generatetoaddress",
         "Mines blocks that pay to an address.",
         {{"nblocks", Type::integer, "", "How many"},
          {"address", Type::string, "", "Who gets the coins"},
          {"maxtries", Type::integer, "1000000", "Nonces to try at most"}},
         "hashes of the blocks",
         generatetoaddress},
        {"hidden",
         "generatetodescriptor",
         "Mines blocks that pay to a descriptor.",
         {{"num_blocks", Type::integer, "", "How many"},
          {"descriptor", Type::string, "", "Who gets the coins"},
          {"maxtries", Type::integer, "1000000", "Nonces to try at most"}},
         "hashes of the blocks",
         generatetodescriptor},
        {"Mining",
         "getmininginfo",
         "Shows what there is to know about mining.",
         {},
         "height, difficulty, hash rate, transactions waiting",
         getmininginfo},
        {"Mining",
         "getnetworkhashps",
         "Estimates the hashes per second of all miners.",
         {{"nblocks", Type::integer, "120",
           "Look at so many blocks; -1: since the last change of difficulty"},
          {"height", Type::integer, "-1", "As of the time of this block; -1: now"}},
         "hashes per second",
         getnetworkhashps},
    };
    for (auto& method : template_methods())
        methods.push_back(std::move(method));
    return methods;
}

}  // namespace

std::span<const Method> mining_methods() {
    static const std::vector<Method> methods = make_mining_table();
    return methods;
}

}  // namespace daler::rpc
