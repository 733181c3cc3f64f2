#include "rpc/rawtransactions/methods.h"
#include "rpc/transaction_arguments.h"
#include "rpc/transaction_json.h"

#include <daler/descriptor/addresses.h>
#include <daler/descriptor/descriptor.h>
#include <daler/primitives/chain_params.h>
#include <daler/rpc/values.h>
#include <daler/script/opcodes.h>
#include <daler/script/script_reader.h>
#include <daler/script/standard.h>

namespace daler::rpc {
namespace {

/// True if the script has an opcode that only tapscript has, or that makes a tapscript succeed.
bool is_for_tapscript(ByteSpan script) {
    script::ScriptReader reader(script);
    while (const auto instruction = reader.next())
        if (script::is_op_success(instruction->opcode)) return true;
    return false;
}

bool may_be_wrapped_in_p2sh(script::OutputType type, ByteSpan bytes) {
    using enum script::OutputType;
    switch (type) {
        case script_hash:
        case null_data:
        case witness_v1_taproot:
        case anchor:
        case witness_unknown:
            return false;
        case nonstandard:
        case pubkey:
        case pubkey_hash:
        case multisig:
        case witness_v0_key_hash:
        case witness_v0_script_hash:
            break;
    }
    return is_runnable(bytes) && !script::is_unspendable(bytes) && !is_for_tapscript(bytes);
}

bool has_uncompressed_key(const script::Solution& solution) {
    return std::ranges::any_of(solution.data, [](const Bytes& item) {
        return item.size() == crypto::PublicKey::uncompressed_size;
    });
}

bool may_be_segwit(const script::Solution& solution) {
    using enum script::OutputType;
    const auto type = solution.type;
    if (type == witness_v0_key_hash || type == witness_v0_script_hash) return false;
    return !((type == pubkey || type == multisig) && has_uncompressed_key(solution));
}

/// The witness program that replaces this script.
Script segwit_form(ByteSpan bytes, const script::Solution& solution) {
    if (solution.type == script::OutputType::pubkey)
        return script::pay_to_witness(0, crypto::hash160(solution.data.at(0)));
    if (solution.type == script::OutputType::pubkey_hash)
        return script::pay_to_witness(0, solution.data.at(0));
    return script::pay_to_witness(0, crypto::sha256(bytes));
}

std::string p2sh_address(ByteSpan script, const AddressFormat& format) {
    return *descriptor::encode_address(script::pay_to_script_hash(crypto::hash160(script)), format);
}

}  // namespace

Json decodescript(Call& call) {
    const auto& format = call.node().params.address;
    const Bytes bytes = call.string(0).empty() ? Bytes{} : to_bytes(call.json(0), "argument");
    const auto solution = script::solve(bytes);
    const Json shown = script_pubkey_json(bytes, format);
    Json out = Json::object();
    for (const auto& [key, value] : shown.members())
        if (key != "hex") out.append(key, value);
    if (!may_be_wrapped_in_p2sh(solution.type, bytes)) return out;
    out.append("p2sh", p2sh_address(bytes, format));
    if (!may_be_segwit(solution)) return out;

    const Script wrapped = segwit_form(bytes, solution);
    descriptor::KeyRing ring;
    ring.add_script(Script(bytes));
    Json segwit = Json::object();
    const Json inner = script_pubkey_json(wrapped.bytes(), format);
    for (const auto& [key, value] : inner.members())
        segwit.append(key, key == "desc" ? Json(descriptor::infer(wrapped, ring, format)) : value);
    segwit.append("p2sh-segwit", p2sh_address(wrapped.bytes(), format));
    out.append("segwit", std::move(segwit));
    return out;
}

}  // namespace daler::rpc
