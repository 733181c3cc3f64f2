#include "coin_codec.h"

#include <daler/crypto/key.h>

#include <limits>

namespace daler::coins {
namespace {

// Type numbers of compressed scripts; from `special_types` on the number is a length plus it.
// 2 to 5 are public keys: 2 and 3 compressed, 4 and 5 uncompressed, odd when y is odd.
constexpr std::uint64_t type_pubkey_hash = 0;
constexpr std::uint64_t type_script_hash = 1;
constexpr std::uint64_t type_compressed_key = 2;
constexpr std::uint64_t type_uncompressed_key = 4;
constexpr std::uint64_t special_types = 6;

constexpr std::size_t max_script_size = 10'000;  // larger ones never enter the coin set

constexpr std::uint8_t op_dup = 0x76;
constexpr std::uint8_t op_equal = 0x87;
constexpr std::uint8_t op_equalverify = 0x88;
constexpr std::uint8_t op_hash160 = 0xa9;
constexpr std::uint8_t op_checksig = 0xac;

bool is_pubkey_hash(ByteSpan s) {
    return s.size() == 25 && s[0] == op_dup && s[1] == op_hash160 && s[2] == 20 &&
           s[23] == op_equalverify && s[24] == op_checksig;
}

bool is_script_hash(ByteSpan s) {
    return s.size() == 23 && s[0] == op_hash160 && s[1] == 20 && s[22] == op_equal;
}

bool is_compressed_key(ByteSpan s) {
    return s.size() == 35 && s[0] == 33 && (s[1] == 2 || s[1] == 3) && s[34] == op_checksig;
}

/// Only keys on the curve: the others could not be computed back from x.
bool is_uncompressed_key(ByteSpan s) {
    if (s.size() != 67 || s[0] != 65 || s[1] != 4 || s[66] != op_checksig) return false;
    const auto key = crypto::PublicKey::from_bytes(s.subspan(1, 65));
    return key && key->is_on_curve();
}

Script key_script(ByteSpan key) {
    Script script;
    script.append(static_cast<std::uint8_t>(key.size()));
    script.append(key);
    script.append(op_checksig);
    return script;
}

Script read_key_script(ByteReader& reader, std::uint64_t type) {
    Bytes key(33);
    const bool compressed = type < type_uncompressed_key;
    key[0] = static_cast<std::uint8_t>(compressed ? type : type - 2);
    const auto x = reader.bytes(32);
    if (!reader.ok()) return {};
    std::ranges::copy(x, key.begin() + 1);
    if (compressed) return key_script(key);
    const auto parsed = crypto::PublicKey::from_bytes(key);
    const auto whole = parsed ? parsed->uncompressed() : std::nullopt;
    if (!whole) {
        reader.fail(DecodeError::invalid);
        return {};
    }
    return key_script(whole->bytes());
}

}  // namespace

void write_varint(ByteWriter& writer, std::uint64_t value) {
    std::array<std::uint8_t, 10> digits;
    std::size_t count = 0;
    for (;;) {
        digits[count] = static_cast<std::uint8_t>((value & 0x7f) | (count > 0 ? 0x80 : 0));
        ++count;
        if (value <= 0x7f) break;
        // Minus one: two-digit numbers start where one-digit numbers end.
        value = (value >> 7) - 1;
    }
    while (count > 0)
        writer.u8(digits[--count]);
}

std::uint64_t read_varint(ByteReader& reader) {
    std::uint64_t value = 0;
    for (;;) {
        const std::uint8_t digit = reader.u8();
        if (!reader.ok()) return 0;
        if (value > (std::numeric_limits<std::uint64_t>::max() >> 7)) {
            reader.fail(DecodeError::too_large);
            return 0;
        }
        value = value << 7 | (digit & 0x7f);
        if ((digit & 0x80) == 0) return value;
        if (value == std::numeric_limits<std::uint64_t>::max()) {
            reader.fail(DecodeError::too_large);
            return 0;
        }
        ++value;
    }
}

std::uint64_t compress_amount(std::uint64_t satoshis) {
    if (satoshis == 0) return 0;
    std::uint64_t zeros = 0;
    while (satoshis % 10 == 0 && zeros < 9) {
        satoshis /= 10;
        ++zeros;
    }
    if (zeros == 9) return 1 + (satoshis - 1) * 10 + 9;
    const std::uint64_t last_digit = satoshis % 10;
    return 1 + (satoshis / 10 * 9 + last_digit - 1) * 10 + zeros;
}

std::uint64_t decompress_amount(std::uint64_t compressed) {
    if (compressed == 0) return 0;
    --compressed;
    std::uint64_t zeros = compressed % 10;
    compressed /= 10;
    std::uint64_t satoshis = 0;
    if (zeros == 9)
        satoshis = compressed + 1;
    else
        satoshis = compressed / 9 * 10 + compressed % 9 + 1;
    for (; zeros > 0; --zeros)
        satoshis *= 10;
    return satoshis;
}

void write_compressed_script(ByteWriter& writer, ByteSpan script) {
    if (is_pubkey_hash(script)) {
        writer.u8(type_pubkey_hash);
        writer.bytes(script.subspan(3, 20));
    } else if (is_script_hash(script)) {
        writer.u8(type_script_hash);
        writer.bytes(script.subspan(2, 20));
    } else if (is_compressed_key(script)) {
        writer.bytes(script.subspan(1, 33));
    } else if (is_uncompressed_key(script)) {
        writer.u8(static_cast<std::uint8_t>(type_uncompressed_key | (script[65] & 1u)));
        writer.bytes(script.subspan(2, 32));
    } else {
        write_varint(writer, script.size() + special_types);
        writer.bytes(script);
    }
}

Script read_compressed_script(ByteReader& reader) {
    const std::uint64_t type = read_varint(reader);
    Script script;
    if (!reader.ok()) return script;
    if (type == type_pubkey_hash) {
        script.append(Bytes{op_dup, op_hash160, 20});
        script.append(reader.bytes(20));
        script.append(Bytes{op_equalverify, op_checksig});
    } else if (type == type_script_hash) {
        script.append(Bytes{op_hash160, 20});
        script.append(reader.bytes(20));
        script.append(op_equal);
    } else if (type >= type_compressed_key && type < special_types) {
        script = read_key_script(reader, type);
    } else if (type - special_types > max_script_size) {
        reader.fail(DecodeError::too_large);
    } else {
        script.append(reader.bytes(static_cast<std::size_t>(type - special_types)));
    }
    return script;
}

std::uint32_t origin_code(Height height, bool is_coinbase) {
    return static_cast<std::uint32_t>(height) * 2 + (is_coinbase ? 1 : 0);
}

namespace {

void read_origin(ByteReader& reader, consensus::Coin& coin) {
    const std::uint64_t code = read_varint(reader);
    if (code > std::numeric_limits<std::uint32_t>::max()) reader.fail(DecodeError::too_large);
    if (!reader.ok()) return;
    coin.height = static_cast<Height>(code >> 1);
    coin.is_coinbase = (code & 1) != 0;
}

void write_output(ByteWriter& writer, const TxOutput& output) {
    write_varint(writer, compress_amount(static_cast<std::uint64_t>(output.value.satoshis())));
    write_compressed_script(writer, output.script_pubkey.bytes());
}

void read_output(ByteReader& reader, TxOutput& output) {
    const auto value = decompress_amount(read_varint(reader));
    if (value > static_cast<std::uint64_t>(max_money.satoshis())) {
        reader.fail(DecodeError::too_large);
        return;
    }
    output.value = Amount{static_cast<std::int64_t>(value)};
    output.script_pubkey = read_compressed_script(reader);
}

}  // namespace

void write_coin(ByteWriter& writer, const TxOutput& output, Height height, bool is_coinbase) {
    write_varint(writer, origin_code(height, is_coinbase));
    write_output(writer, output);
}

Result<consensus::Coin, DecodeError> decode_coin(ByteSpan bytes) {
    ByteReader reader(bytes);
    consensus::Coin coin;
    read_origin(reader, coin);
    read_output(reader, coin.output);
    if (const auto error = reader.finish(); error != DecodeError::none) return fail(error);
    return coin;
}

void write_undo_coin(ByteWriter& writer, const consensus::Coin& coin) {
    write_varint(writer, origin_code(coin.height, coin.is_coinbase));
    if (coin.height > 0) writer.u8(0);
    write_output(writer, coin.output);
}

consensus::Coin read_undo_coin(ByteReader& reader) {
    consensus::Coin coin;
    read_origin(reader, coin);
    if (coin.height > 0) (void)read_varint(reader);
    read_output(reader, coin.output);
    return coin;
}

}  // namespace daler::coins
