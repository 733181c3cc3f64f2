#pragma once

#include <daler/encoding/bytes.h>
#include <daler/encoding/json.h>

namespace daler::rpc {

/// Adds what the kind of an address tells: isscript, iswitness, witness_version and
/// witness_program, as validateaddress and getaddressinfo show them.
void append_address_details(Json& object, ByteSpan script);

}  // namespace daler::rpc
