#include "rpc/psbt_arguments.h"

#include <daler/encoding/hex.h>
#include <daler/psbt/roles.h>
#include <daler/rpc/error.h>
#include <daler/rpc/values.h>

namespace daler::rpc {

psbt::Psbt to_psbt(const Json& value) {
    auto out = psbt::from_base64(to_text(value));
    if (!out) throw Error{code::deserialization, "TX decode failed " + out.error()};
    return std::move(*out);
}

Json processed_psbt_json(psbt::Psbt psbt, bool complete) {
    Json out = Json::object();
    out.append("psbt", psbt::to_base64(psbt));
    out.append("complete", complete);
    if (complete) {
        if (const auto tx = psbt::finalize_and_extract(psbt))
            out.append("hex", to_hex(encode(*tx)));
    }
    return out;
}

}  // namespace daler::rpc
