#pragma once

#include <daler/encoding/bytes.h>
#include <daler/encoding/json.h>

namespace daler::rpc {

/// Adds the fields that the kind of an address determines: isscript, iswitness, witness_version and
/// witness_program (validateaddress, getaddressinfo).
void append_address_details(Json& object, ByteSpan script);

}  // namespace daler::rpc
