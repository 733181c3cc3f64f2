// Private keys in the form of Bitcoin Core's wallet files.

#include <daler/encoding/hex.h>

#include "core_records.h"

namespace daler::wallet {
namespace {

// The tags of DER that are needed (X.690).
constexpr std::uint8_t integer_tag = 0x02, bit_string_tag = 0x03, octet_string_tag = 0x04,
                       object_tag = 0x06, sequence_tag = 0x30, first_context_tag = 0xa0,
                       second_context_tag = 0xa1;

Bytes joined(std::initializer_list<ByteSpan> parts) {
    Bytes out;
    for (const auto part : parts)
        out.insert(out.end(), part.begin(), part.end());
    return out;
}

/// A value of DER: tag, length, content.
Bytes der_value(std::uint8_t tag, ByteSpan content) {
    constexpr std::size_t long_form = 0x80;
    Bytes head{tag};
    if (content.size() > 0xff)
        head.insert(head.end(), {long_form | 2, static_cast<std::uint8_t>(content.size() >> 8)});
    else if (content.size() >= long_form)
        head.push_back(long_form | 1);
    head.push_back(static_cast<std::uint8_t>(content.size()));
    return joined({head, content});
}

Bytes der_sequence(std::initializer_list<ByteSpan> parts) {
    return der_value(sequence_tag, joined(parts));
}

/// The parameters of secp256k1 (SEC 2, 2.4.1), as ECParameters of RFC 3279.
Bytes curve_parameters(bool compressed) {
    const auto hex = [](std::string_view text) { return *from_hex(text); };
    // Of positive numbers with the highest bit, a zero byte comes first.
    const auto field = hex("00fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f");
    const auto order = hex("00fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
    const auto prime_field = hex("2a8648ce3d0101");
    const auto base = crypto::PublicKey::from_bytes(
        hex("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"));
    const auto generator = compressed ? *base : *base->uncompressed();
    const auto one = der_value(integer_tag, Bytes{1});
    return der_sequence(
        {one, der_sequence({der_value(object_tag, prime_field), der_value(integer_tag, field)}),
         der_sequence(
             {der_value(octet_string_tag, Bytes{0}), der_value(octet_string_tag, Bytes{7})}),
         der_value(octet_string_tag, generator.bytes()), der_value(integer_tag, order), one});
}

/// Reads tag and length of a value of DER. Its content follows.
std::size_t read_der_head(ByteReader& in, std::uint8_t tag) {
    constexpr std::uint8_t long_form = 0x80;
    if (in.u8() != tag) in.fail(DecodeError::invalid);
    const auto first = in.u8();
    if (first < long_form) return first;
    std::size_t size = 0;
    if (first > (long_form | 2)) in.fail(DecodeError::invalid);
    for (auto left = first & ~long_form; left > 0 && in.ok(); --left)
        size = size << 8 | in.u8();
    return size;
}

}  // namespace

Bytes private_key_to_der(const crypto::PrivateKey& key, bool compressed) {
    const auto public_key = key.public_key(compressed);
    constexpr std::uint8_t unused_bits = 0;
    return der_sequence({der_value(integer_tag, Bytes{1}), der_value(octet_string_tag, key.bytes()),
                         der_value(first_context_tag, curve_parameters(compressed)),
                         der_value(second_context_tag,
                                   der_value(bit_string_tag, joined({ByteSpan(Bytes{unused_bits}),
                                                                     public_key.bytes()})))});
}

std::optional<crypto::PrivateKey> private_key_from_der(ByteSpan der) {
    ByteReader in(der);
    if (read_der_head(in, sequence_tag) != in.remaining().size()) return std::nullopt;
    if (read_der_head(in, integer_tag) != 1 || in.u8() != 1) return std::nullopt;
    constexpr std::size_t secret_size = 32;
    if (read_der_head(in, octet_string_tag) != secret_size) return std::nullopt;
    const auto secret = in.bytes(secret_size);
    return in.ok() ? crypto::PrivateKey::from_bytes(secret) : std::nullopt;
}

}  // namespace daler::wallet
