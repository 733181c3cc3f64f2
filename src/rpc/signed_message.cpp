#include "rpc/signed_message.h"

namespace daler::rpc {

crypto::Digest256 message_hash(std::string_view message) {
    ByteWriter writer;
    writer.sized_bytes(as_bytes("Bitcoin Signed Message:\n"));
    writer.sized_bytes(as_bytes(message));
    return crypto::sha256d(writer.view());
}

}  // namespace daler::rpc
