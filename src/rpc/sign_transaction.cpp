#include "rpc/sign_transaction.h"

#include <daler/descriptor/signing.h>
#include <daler/encoding/hex.h>
#include <daler/rpc/method.h>
#include <daler/rpc/values.h>
#include <daler/script/interpreter.h>
#include <daler/script/standard.h>

#include <fmt/format.h>

#include <array>

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

/// The message for an input that is not fully signed; usually a key is missing.
std::string_view describe_failure(script::ScriptError error) {
    if (error == script::ScriptError::invalid_stack_operation)
        return "Unable to sign input, invalid stack size (possibly missing key)";
    if (error == script::ScriptError::nullfail)
        return "CHECK(MULTI)SIG failing with non-zero signature (possibly need more signatures)";
    return script::describe(error);
}

// Marks an amount that is not known.
constexpr Amount unknown_amount = max_money;

/// Throws -3 with the coin, for an input whose signatures need an amount that was not given.
[[noreturn]] void refuse_without_amount(const TxOutput& coin) {
    constexpr std::size_t shown_digits = 30;
    throw Error{
        code::type,
        fmt::format("Missing amount for CTxOut(nValue={}, scriptPubKey={})", coin.value.to_text(),
                    to_hex(coin.script_pubkey.bytes()).substr(0, shown_digits))};
}

void check_given_coin(const Json& item) {
    if (!item.is_object()) {
        throw Error{code::deserialization,
                    "expected object with {\"txid'\",\"vout\",\"scriptPubKey\"}"};
    }
    static constexpr std::array<Field, 3> fields{{{"scriptPubKey", Json::Kind::string, true},
                                                  {"txid", Json::Kind::string, true},
                                                  {"vout", Json::Kind::number, true}}};
    check_object(item, fields, false);
}

/// Adds redeemScript and witnessScript to `ring`. At least one must be given and match `output`. A
/// witness script may be given in place of the redeem script.
void add_given_scripts(const Json& item, const Script& output, descriptor::KeyRing& ring) {
    const bool is_p2sh = script::is_pay_to_script_hash(output.bytes());
    const bool is_p2wsh =
        script::solve(output.bytes()).type == script::OutputType::witness_v0_script_hash;
    if (!is_p2sh && !is_p2wsh) return;
    static constexpr std::array<Field, 2> fields{
        {{"redeemScript", Json::Kind::string}, {"witnessScript", Json::Kind::string}}};
    check_object(item, fields, false);
    const auto* redeem = member(item, "redeemScript");
    const auto* witness = member(item, "witnessScript");
    if (!redeem && !witness)
        throw Error{code::invalid_parameter, "Missing redeemScript/witnessScript"};

    const Script inner(witness ? to_bytes(*witness, "witnessScript")
                               : to_bytes(*redeem, "redeemScript"));
    const Script program = script::pay_to_witness(0, crypto::sha256(inner.bytes()));
    if (redeem && witness && to_text(*redeem) != to_text(*witness) &&
        Script(to_bytes(*redeem, "redeemScript")) != program) {
        throw Error{code::invalid_parameter, "redeemScript does not correspond to witnessScript"};
    }
    const auto in_p2sh = [](const Script& script) {
        return script::pay_to_script_hash(crypto::hash160(script.bytes()));
    };
    const bool leads_there =
        is_p2wsh ? output == program : output == in_p2sh(inner) || output == in_p2sh(program);
    if (!leads_there) {
        throw Error{code::invalid_parameter,
                    "redeemScript/witnessScript does not match scriptPubKey"};
    }
    ring.add_script(inner);
    ring.add_script(program);
}

}  // namespace

void add_given_coins(const Json& given, std::map<OutPoint, consensus::Coin>& coins,
                     descriptor::KeyRing* ring) {
    for (const auto& item : given.items()) {
        check_given_coin(item);
        const auto number = to_int32(*item.find("vout"));
        if (number < 0) throw Error{code::deserialization, "vout cannot be negative"};
        const OutPoint outpoint{Txid{to_hash(*item.find("txid"), "txid")},
                                static_cast<std::uint32_t>(number)};
        const Script script(to_bytes(*item.find("scriptPubKey"), "scriptPubKey"));
        if (const auto known = coins.find(outpoint);
            known != coins.end() && known->second.output.script_pubkey != script) {
            throw Error{code::deserialization,
                        fmt::format("Previous output scriptPubKey mismatch:\n{}\nvs:\n{}",
                                    script::to_asm(known->second.output.script_pubkey.bytes()),
                                    script::to_asm(script.bytes()))};
        }
        consensus::Coin coin;
        coin.output.script_pubkey = script;
        coin.output.value = unknown_amount;
        if (const auto* amount = item.find("amount")) coin.output.value = to_amount(*amount);
        coin.height = 1;
        coins[outpoint] = coin;
        if (ring) add_given_scripts(item, script, *ring);
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
        const bool complete = descriptor::sign_input(tx, i, spent, hashes, ring, hash_type);
        if (spent.value == unknown_amount && !tx.inputs[i].witness.empty())
            refuse_without_amount(spent);
        if (complete) continue;
        const auto result = script::verify_input({tx, i, spent, hashes, script::standard_flags});
        errors.push(sign_error_json(tx.inputs[i], describe_failure(result)));
    }
    Json out = Json::object();
    out.append("hex", to_hex(encode(tx)));
    out.append("complete", errors.empty());
    if (!errors.empty()) out.append("errors", std::move(errors));
    return out;
}

}  // namespace daler::rpc
