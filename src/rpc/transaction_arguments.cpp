#include "rpc/transaction_arguments.h"
#include "rpc/additions.h"

#include <daler/descriptor/addresses.h>
#include <daler/encoding/hex.h>
#include <daler/policy/policy.h>
#include <daler/primitives/chain_params.h>
#include <daler/rpc/values.h>
#include <daler/script/limits.h>
#include <daler/script/opcodes.h>
#include <daler/script/script_reader.h>
#include <daler/script/sighash.h>
#include <daler/script/standard.h>

#include <fmt/format.h>

#include <array>
#include <set>

namespace daler::rpc {
namespace {

constexpr Amount fee_rate_ceiling{satoshis_per_coin};

TxInput construct_input(const Json& value, std::uint32_t default_sequence) {
    expect(value, Json::Kind::object);
    TxInput input;
    const auto* txid = value.find("txid");
    input.prevout.txid = Txid{to_hash(txid ? *txid : Json{}, "txid")};
    const auto* index = value.find("vout");
    if (!index || !index->is_number())
        throw Error{code::invalid_parameter, "Invalid parameter, missing vout key"};
    const auto number = to_int32(*index);
    if (number < 0)
        throw Error{code::invalid_parameter, "Invalid parameter, vout cannot be negative"};
    input.prevout.index = static_cast<std::uint32_t>(number);
    input.sequence = default_sequence;
    if (const auto* sequence = member(value, "sequence"); sequence && sequence->is_number()) {
        const auto wanted = to_integer(*sequence);
        if (wanted < 0 || wanted > TxInput::final_sequence) {
            throw Error{code::invalid_parameter,
                        "Invalid parameter, sequence number is out of range"};
        }
        input.sequence = static_cast<std::uint32_t>(wanted);
    }
    return input;
}

/// The text of a scalar, as Bitcoin Core reads the data of an output: digits of a number, 1 for
/// true.
std::string text_of(const Json& value) {
    if (value.is_string()) return value.as_string();
    if (value.is_number()) return std::string(value.number_text());
    return value.is_bool() && value.as_bool() ? "1" : "";
}

/// Collects outputs and refuses duplicates.
class OutputList {
public:
    explicit OutputList(const ChainParams& params) : params_(params) {}

    void add(const std::string& key, const Json& value) {
        if (key == "data") return add_data(value);
        const auto script = descriptor::decode_address(key, params_.address);
        const Amount amount = to_amount(value);
        if (!script) {
            throw Error{code::invalid_address_or_key,
                        refused_address("Invalid Bitcoin address: " + key, key, params_)};
        }
        if (!seen_.insert(*script).second)
            throw Error{code::invalid_parameter, "Invalid parameter, duplicated address: " + key};
        outputs_.push_back({amount, *script});
    }

    std::vector<TxOutput> take() { return std::move(outputs_); }

private:
    void add_data(const Json& value) {
        if (std::exchange(has_data_, true))
            throw Error{code::invalid_parameter, "Invalid parameter, duplicate key: data"};
        Script script;
        script.append(script::op_return);
        script::push(script, to_bytes(text_of(value), "Data"));
        outputs_.push_back({Amount{0}, std::move(script)});
    }

    const ChainParams& params_;
    std::vector<TxOutput> outputs_;
    std::set<Script> seen_;
    bool has_data_ = false;
};

std::uint32_t sequence_for(std::int64_t lock_time, std::optional<bool> replaceable) {
    if (replaceable.value_or(true)) return policy::max_replaceable_sequence;
    return lock_time != 0 ? TxInput::max_locking_sequence : TxInput::final_sequence;
}

}  // namespace

Transaction decode_hex_transaction(std::string_view hex, std::string_view message) {
    const auto bytes = from_hex(hex);
    if (bytes) {
        if (auto tx = decode_transaction(*bytes)) return *tx;
    }
    throw Error{code::deserialization, std::string(message)};
}

Transaction decode_hex_in_any_form(std::string_view hex, std::optional<bool> is_witness) {
    const auto bytes = from_hex(hex);
    if (!bytes) throw Error{code::deserialization, "TX decode failed"};
    const auto preferred = is_witness.value_or(true) ? WitnessMode::include : WitnessMode::exclude;
    auto decoded = decode_transaction(*bytes, preferred);
    // If the caller does not name the form, both are tried: a transaction without inputs is
    // ambiguous.
    if (!decoded && !is_witness) decoded = decode_transaction(*bytes, WitnessMode::exclude);
    if (!decoded) throw Error{code::deserialization, "TX decode failed"};
    return std::move(*decoded);
}

std::optional<FeeRate> max_fee_rate(const Call& call, std::size_t i) {
    if (!call.has(i)) return default_max_fee_rate;
    const Amount rate = to_amount(call.json(i));
    if (rate >= fee_rate_ceiling) {
        throw Error{code::invalid_parameter,
                    "Fee rates larger than or equal to 1BTC/kvB are not accepted"};
    }
    if (rate == Amount{0}) return std::nullopt;
    return FeeRate{rate};
}

void check_burned(const Transaction& tx, Amount limit) {
    for (const auto& output : tx.outputs) {
        const ByteSpan script = output.script_pubkey.bytes();
        if (output.value > limit && (script::is_unspendable(script) || !is_runnable(script))) {
            throw Error{code::verify,
                        "Unspendable output exceeds maximum configured by user (maxburnamount)"};
        }
    }
}

Script script_of_address(const std::string& address, const ChainParams& params) {
    const auto script = descriptor::decode_address(address, params.address);
    if (!script) {
        throw Error{code::invalid_address_or_key,
                    refused_address("Invalid address", address, params)};
    }
    return *script;
}

std::map<OutPoint, consensus::Coin> find_spent_coins(ledger::Ledger& ledger,
                                                     const Transaction& tx) {
    return ledger.call([&tx](ledger::State& state) {
        std::map<OutPoint, consensus::Coin> coins;
        for (const auto& input : tx.inputs)
            if (auto output = state.mempool.output(input.prevout))
                coins.emplace(input.prevout, consensus::Coin{std::move(*output)});
            else if (auto coin = state.chain.coin(input.prevout))
                coins.emplace(input.prevout, std::move(*coin));
        return coins;
    });
}

std::vector<TxOutput> construct_outputs(const Json& value, const ChainParams& params) {
    if (value.is_null())
        throw Error{code::invalid_parameter, "Invalid parameter, output argument must be non-null"};
    OutputList list(params);
    if (value.is_object()) {
        for (const auto& [key, amount] : value.members())
            list.add(key, amount);
        return list.take();
    }
    expect(value, Json::Kind::array);
    for (const auto& item : value.items()) {
        if (!item.is_object()) {
            throw Error{code::invalid_parameter,
                        "Invalid parameter, key-value pair not an object as expected"};
        }
        if (item.size() != 1) {
            throw Error{code::invalid_parameter,
                        "Invalid parameter, key-value pair must contain exactly one key"};
        }
        list.add(item.members()[0].key, item.members()[0].value);
    }
    return list.take();
}

Transaction construct_transaction(const Json& inputs, const Json& outputs, std::int64_t lock_time,
                                  std::optional<bool> replaceable, const ChainParams& params) {
    if (lock_time < 0 || lock_time > TxInput::final_sequence)
        throw Error{code::invalid_parameter, "Invalid parameter, locktime out of range"};
    Transaction tx;
    tx.lock_time = static_cast<std::uint32_t>(lock_time);
    if (!inputs.is_null())
        for (const auto& input : inputs.items())
            tx.inputs.push_back(construct_input(input, sequence_for(lock_time, replaceable)));
    tx.outputs = construct_outputs(outputs, params);
    if (replaceable == true && !tx.inputs.empty() && !policy::signals_replacement(tx)) {
        throw Error{
            code::invalid_parameter,
            "Invalid parameter combination: Sequence number(s) contradict replaceable option"};
    }
    return tx;
}

Transaction construct_transaction(const Call& call) {
    std::optional<bool> replaceable;
    if (call.has(3)) replaceable = call.boolean(3, true);
    return construct_transaction(call.json(0), call.json(1), call.has(2) ? call.long_integer(2) : 0,
                                 replaceable, call.node().params);
}

std::uint8_t sighash_by_name(const Json& name) {
    if (name.is_null()) return script::sighash_default;
    struct Named {
        std::string_view name;
        int type;
    };
    static constexpr std::array<Named, 7> types{{
        {"DEFAULT", script::sighash_default},
        {"ALL", script::sighash_all},
        {"ALL|ANYONECANPAY", script::sighash_all | script::sighash_anyonecanpay},
        {"NONE", script::sighash_none},
        {"NONE|ANYONECANPAY", script::sighash_none | script::sighash_anyonecanpay},
        {"SINGLE", script::sighash_single},
        {"SINGLE|ANYONECANPAY", script::sighash_single | script::sighash_anyonecanpay},
    }};
    for (const auto& [known, type] : types)
        if (known == to_text(name)) return static_cast<std::uint8_t>(type);
    throw Error{code::invalid_parameter,
                fmt::format("'{}' is not a valid sighash parameter.", to_text(name))};
}

bool is_runnable(ByteSpan script) {
    script::ScriptReader reader(script);
    while (const auto instruction = reader.next()) {
        if (instruction->opcode > script::op_nop10) return false;
        if (instruction->data.size() > script::max_element_size) return false;
    }
    return reader.at_end();
}

}  // namespace daler::rpc
