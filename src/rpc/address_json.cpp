#include "rpc/address_json.h"

#include <daler/encoding/hex.h>
#include <daler/script/standard.h>

namespace daler::rpc {

void append_address_details(Json& object, ByteSpan script) {
    using enum script::OutputType;
    const auto type = script::solve(script).type;
    const auto witness = script::witness_program(script);
    if (type != witness_unknown) {
        object.append("isscript", type == script_hash || type == witness_v0_script_hash ||
                                      type == witness_v1_taproot || type == anchor);
    }
    object.append("iswitness", witness.has_value());
    if (!witness || type == anchor) return;
    object.append("witness_version", witness->version);
    object.append("witness_program", to_hex(witness->program));
}

}  // namespace daler::rpc
