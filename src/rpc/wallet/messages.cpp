#include "rpc/signed_message.h"
#include "rpc/wallet/methods.h"
#include "rpc/wallet_call.h"

#include <daler/encoding/base64.h>
#include <daler/primitives/chain_params.h>
#include <daler/script/standard.h>

#include <algorithm>

namespace daler::rpc {

Json signmessage(Call& call) {
    const auto script = descriptor::decode_address(call.string(0), call.node().params.address);
    const auto hash = message_hash(call.string(1));
    return with_wallet(call, [&](const wallet::Wallet& wallet) -> Json {
        value_of(wallet.check_unlocked());
        if (!script) throw Error{code::invalid_address_or_key, "Invalid address"};
        const auto solution = script::solve(script->bytes());
        if (solution.type != script::OutputType::pubkey_hash)
            throw Error{code::type, "Address does not refer to key"};
        crypto::Digest160 id;
        std::ranges::copy(solution.data.at(0), id.begin());
        const auto ring = wallet.signing_keys({&*script, 1});
        const auto* secret = ring.find_secret(id);
        if (!secret) throw Error{code::wallet, "Private key not available"};
        return base64_encode(secret->key.sign_recoverable(hash, secret->compressed));
    });
}

}  // namespace daler::rpc
