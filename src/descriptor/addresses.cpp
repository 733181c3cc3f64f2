#include <daler/descriptor/addresses.h>

#include <daler/crypto/base58check.h>
#include <daler/encoding/base58.h>
#include <daler/encoding/bech32.h>
#include <daler/script/standard.h>

#include <fmt/format.h>

namespace daler::descriptor {
namespace {

constexpr std::size_t hash_address_size = 21;  // prefix byte and 20-byte hash
constexpr std::size_t secret_size = 33;        // prefix byte and 32-byte secret
constexpr std::uint8_t compressed_mark = 1;    // follows the secret of a compressed key
constexpr std::size_t key_hash_program = 20;
constexpr std::size_t script_hash_program = 32;
constexpr std::size_t min_program = 2;
constexpr std::size_t max_program = 40;
constexpr std::uint8_t max_witness_version = 16;
// Longer base 58 gets the same error message as other text.
constexpr std::size_t max_base58_guess = 100;

tl::unexpected<AddressError> refuse(std::string message) {
    return fail(AddressError{std::move(message), {}});
}

bool starts_with_ignoring_case(std::string_view text, std::string_view lower_prefix) {
    if (text.size() < lower_prefix.size()) return false;
    return std::ranges::equal(
        text.substr(0, lower_prefix.size()), lower_prefix, [](char a, char b) {
            return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
        });
}

Result<Script, AddressError> decode_base58_address(std::string_view text,
                                                   const AddressFormat& format) {
    const auto payload = crypto::base58check_decode(text, hash_address_size);
    if (!payload) {
        if (!base58_decode(text, max_base58_guess))
            return refuse("Invalid or unsupported Segwit (Bech32) or Base58 encoding.");
        return refuse("Invalid checksum or length of Base58 address (P2PKH or P2SH)");
    }
    const bool is_key = !payload->empty() && payload->front() == format.pubkey_hash;
    const bool is_script = !payload->empty() && payload->front() == format.script_hash;
    if (!is_key && !is_script) return refuse("Invalid or unsupported Base58-encoded address.");
    if (payload->size() != hash_address_size)
        return refuse("Invalid length for Base58 address (P2PKH or P2SH)");
    crypto::Digest160 hash;
    std::copy(payload->begin() + 1, payload->end(), hash.begin());
    return is_key ? script::pay_to_pubkey_hash(hash) : script::pay_to_script_hash(hash);
}

Result<Script, AddressError> decode_witness_address(std::string_view text,
                                                    const AddressFormat& format) {
    const auto parts = bech32_decode(text);
    if (!parts) return fail(AddressError{parts.error().message, parts.error().positions});
    if (parts->values.empty()) return refuse("Empty Bech32 data section");
    if (parts->prefix != format.bech32_hrp) {
        return refuse(fmt::format(
            "Invalid or unsupported prefix for Segwit (Bech32) address (expected {}, got {}).",
            format.bech32_hrp, parts->prefix));
    }
    const std::uint8_t version = parts->values.front();
    if (version == 0 && parts->kind != Bech32Kind::bech32)
        return refuse("Version 0 witness address must use Bech32 checksum");
    if (version != 0 && parts->kind != Bech32Kind::bech32m)
        return refuse("Version 1+ witness address must use Bech32m checksum");
    const auto program = from_five_bits(ByteSpan(parts->values).subspan(1));
    if (!program) return refuse("Invalid padding in Bech32 data section");

    const std::size_t size = program->size();
    const std::string_view unit = size == 1 ? "byte" : "bytes";
    if (version == 0 && size != key_hash_program && size != script_hash_program) {
        return refuse(
            fmt::format("Invalid Bech32 v0 address program size ({} {}), per BIP141", size, unit));
    }
    if (version > max_witness_version) return refuse("Invalid Bech32 address witness version");
    if (size < min_program || size > max_program)
        return refuse(fmt::format("Invalid Bech32 address program size ({} {})", size, unit));
    return script::pay_to_witness(version, *program);
}

std::string hash_address(std::uint8_t prefix, ByteSpan hash) {
    Bytes payload{prefix};
    payload.insert(payload.end(), hash.begin(), hash.end());
    return crypto::base58check_encode(payload);
}

std::string witness_address(const script::WitnessProgram& witness, const AddressFormat& format) {
    Bytes values{witness.version};
    const Bytes program = to_five_bits(witness.program);
    values.insert(values.end(), program.begin(), program.end());
    const auto kind = witness.version == 0 ? Bech32Kind::bech32 : Bech32Kind::bech32m;
    return bech32_encode({kind, format.bech32_hrp, std::move(values)});
}

}  // namespace

Result<Script, AddressError> decode_address(std::string_view text, const AddressFormat& format) {
    auto base58 = decode_base58_address(text, format);
    // On a private chain a base 58 address may begin with the prefix of bech32.
    if (base58 || !starts_with_ignoring_case(text, format.bech32_hrp)) return base58;
    return decode_witness_address(text, format);
}

std::optional<std::string> encode_address(ByteSpan script, const AddressFormat& format) {
    const auto solution = script::solve(script);
    switch (solution.type) {
        case script::OutputType::pubkey_hash:
            return hash_address(format.pubkey_hash, solution.data[0]);
        case script::OutputType::script_hash:
            return hash_address(format.script_hash, solution.data[0]);
        case script::OutputType::anchor:
        case script::OutputType::witness_v0_key_hash:
        case script::OutputType::witness_v0_script_hash:
        case script::OutputType::witness_v1_taproot:
        case script::OutputType::witness_unknown:
            return witness_address(*script::witness_program(script), format);
        case script::OutputType::nonstandard:
        case script::OutputType::pubkey:
        case script::OutputType::multisig:
        case script::OutputType::null_data:
            break;
    }
    return std::nullopt;
}

std::optional<WalletKey> decode_wif(std::string_view text, const AddressFormat& format) {
    const auto payload = crypto::base58check_decode(text, secret_size + 1);
    if (!payload || payload->size() < secret_size || payload->front() != format.secret_key)
        return std::nullopt;
    const bool compressed = payload->size() == secret_size + 1;
    if (compressed && payload->back() != compressed_mark) return std::nullopt;
    const auto key = crypto::PrivateKey::from_bytes(ByteSpan(*payload).subspan(1, secret_size - 1));
    if (!key) return std::nullopt;
    return WalletKey{*key, compressed};
}

std::string encode_wif(const WalletKey& key, const AddressFormat& format) {
    Bytes payload{format.secret_key};
    payload.insert(payload.end(), key.key.bytes().begin(), key.key.bytes().end());
    if (key.compressed) payload.push_back(compressed_mark);
    return crypto::base58check_encode(payload);
}

}  // namespace daler::descriptor
