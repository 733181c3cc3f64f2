#include "rpc/signed_message.h"
#include "rpc/util/methods.h"

#include <daler/crypto/key.h>
#include <daler/descriptor/addresses.h>
#include <daler/encoding/base64.h>
#include <daler/primitives/chain_params.h>
#include <daler/script/standard.h>

namespace daler::rpc {

Json signmessagewithprivkey(Call& call) {
    const auto key = descriptor::decode_wif(call.string(0), call.node().params.address);
    if (!key) throw Error{code::invalid_address_or_key, "Invalid private key"};
    return base64_encode(key->key.sign_recoverable(message_hash(call.string(1)), key->compressed));
}

Json verifymessage(Call& call) {
    const auto script = descriptor::decode_address(call.string(0), call.node().params.address);
    if (!script) throw Error{code::invalid_address_or_key, "Invalid address"};
    const auto solution = script::solve(script->bytes());
    if (solution.type != script::OutputType::pubkey_hash)
        throw Error{code::type, "Address does not refer to key"};
    const auto signature = base64_decode(call.string(1));
    if (!signature) throw Error{code::type, "Malformed base64 encoding"};
    const auto key = crypto::recover_public_key(message_hash(call.string(2)), *signature);
    return key && std::ranges::equal(key->hash(), solution.data.at(0));
}

}  // namespace daler::rpc
