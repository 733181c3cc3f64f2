#include "rpc/sign_transaction.h"

#include <daler/descriptor/signing.h>
#include <daler/encoding/hex.h>
#include <daler/rpc/method.h>
#include <daler/rpc/values.h>
#include <daler/script/interpreter.h>
#include <daler/script/standard.h>

#include <fmt/format.h>

namespace daler::rpc {
namespace {

Json sign_error_json(const TxInput& input, std::string_view message) {
    Json out = Json::object();
    out.append("txid", input.prevout.txid.to_hex());
    out.append("vout", input.prevout.index);
    Json witness = Json::array();
    for (const auto& item : input.witness)
        witness.push(to_hex(item));
    out.append("witness", std::move(witness));
    out.append("scriptSig", to_hex(input.script_sig.bytes()));
    out.append("sequence", input.sequence);
    out.append("error", message);
    return out;
}

std::vector<TxOutput> outputs_to_spend(const Transaction& tx,
                                       const std::map<OutPoint, consensus::Coin>& coins) {
    std::vector<TxOutput> spent;
    for (const auto& input : tx.inputs) {
        const auto coin = coins.find(input.prevout);
        if (coin == coins.end()) return {};
        spent.push_back(coin->second.output);
    }
    return spent;
}

/// What to tell somebody whose input is not signed well: mostly, a key is missing.
std::string_view describe_failure(script::ScriptError error) {
    if (error == script::ScriptError::invalid_stack_operation) {
        return "Unable to sign input, invalid stack size (possibly missing key)";
    }
    if (error == script::ScriptError::nullfail) {
        return "CHECK(MULTI)SIG failing with non-zero signature (possibly need more signatures)";
    }
    return script::describe(error);
}

}  // namespace

void add_given_coins(const Json& given, std::map<OutPoint, consensus::Coin>& coins,
                     descriptor::KeyRing& ring) {
    for (const auto& item : given.items()) {
        expect(item, Json::Kind::object);
        const auto required = [&item](std::string_view key) -> const Json& {
            const auto* value = item.find(key);
            if (!value) throw Error{code::type, fmt::format("Missing {}", key)};
            return *value;
        };
        const auto number = to_int32(required("vout"));
        if (number < 0) throw Error{code::deserialization, "vout cannot be negative"};
        const OutPoint outpoint{Txid{to_hash(required("txid"), "txid")},
                                static_cast<std::uint32_t>(number)};
        const Script script(to_bytes(required("scriptPubKey"), "scriptPubKey"));
        if (const auto known = coins.find(outpoint);
            known != coins.end() && known->second.output.script_pubkey != script) {
            throw Error{code::deserialization,
                        fmt::format("Previous output scriptPubKey mismatch:\n{}\nvs:\n{}",
                                    script::to_asm(known->second.output.script_pubkey.bytes()),
                                    script::to_asm(script.bytes()))};
        }
        consensus::Coin coin;
        coin.output.script_pubkey = script;
        coin.output.value = max_money;
        if (const auto* amount = member(item, "amount")) coin.output.value = to_amount(*amount);
        coin.height = 1;
        coins[outpoint] = coin;
        for (const auto* key : {"redeemScript", "witnessScript"}) {
            if (const auto* inner = member(item, key))
                ring.add_script(Script(to_bytes(*inner, key)));
        }
    }
}

Json sign_transaction(Transaction tx, const std::map<OutPoint, consensus::Coin>& coins,
                      const descriptor::KeyRing& ring, std::uint8_t hash_type) {
    const script::PrecomputedHashes hashes(tx, outputs_to_spend(tx, coins));
    Json errors = Json::array();
    for (std::uint32_t i = 0; i < tx.inputs.size(); ++i) {
        const auto coin = coins.find(tx.inputs[i].prevout);
        if (coin == coins.end()) {
            errors.push(sign_error_json(tx.inputs[i], "Input not found or already spent"));
            continue;
        }
        const auto& spent = coin->second.output;
        (void)descriptor::sign_input(tx, i, spent, hashes, ring, hash_type);
        const auto result = script::verify_input({tx, i, spent, hashes, script::standard_flags});
        if (result == script::ScriptError::ok) continue;
        errors.push(sign_error_json(tx.inputs[i], describe_failure(result)));
    }
    Json out = Json::object();
    out.append("hex", to_hex(encode(tx)));
    out.append("complete", errors.empty());
    if (!errors.empty()) out.append("errors", std::move(errors));
    return out;
}

}  // namespace daler::rpc
