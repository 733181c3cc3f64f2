#include "field_reader.h"

#include <fmt/format.h>

namespace daler::psbt {
namespace {

/// Why `reader` failed; Bitcoin Core names the class that read: that of a PSBT, or of a key in it.
tl::unexpected<std::string> unreadable(const ByteReader& reader, std::string_view stream) {
    if (reader.error() == DecodeError::non_canonical_size)
        return malformed("non-canonical ReadCompactSize()");
    if (reader.error() == DecodeError::too_large)
        return malformed("ReadCompactSize(): size too large");
    return malformed(fmt::format("{}::read(): end of data", stream));
}

Bytes copy(ByteSpan bytes) {
    return {bytes.begin(), bytes.end()};
}

}  // namespace

tl::unexpected<std::string> malformed(std::string_view reason) {
    return fail(fmt::format("{}: iostream error", reason));
}

tl::unexpected<std::string> wrong_size() {
    return malformed("Size of value was not the stated size");
}

Result<std::optional<Field>, std::string> FieldReader::next(std::string_view missing_separator) {
    if (reader_.remaining().empty()) return malformed(missing_separator);
    Field out{};
    out.key = reader_.sized_bytes();
    if (!reader_.ok()) return unreadable(reader_, "DataStream");
    if (out.key.empty()) return std::nullopt;
    ByteReader key(out.key);
    out.type = key.compact_size();
    if (!key.ok()) return unreadable(key, "SpanReader");
    out.key_data = key.remaining();
    out.value = reader_.sized_bytes();
    if (!reader_.ok()) return unreadable(reader_, "DataStream");
    out.is_new = seen_.insert(copy(out.key)).second;
    return out;
}

Result<KeyOrigin, std::string> read_origin(ByteSpan value) {
    constexpr std::size_t step_size = sizeof(std::uint32_t);
    if (value.empty() || value.size() % step_size != 0)
        return malformed("Invalid length for HD key path");
    ByteReader reader(value);
    KeyOrigin out;
    out.fingerprint = reader.array<std::tuple_size_v<crypto::KeyFingerprint>>();
    out.path.reserve(reader.remaining().size() / step_size);
    while (!reader.remaining().empty())
        out.path.push_back(reader.u32());
    return out;
}

FieldResult add_origin(const Field& field, std::map<crypto::PublicKey, KeyOrigin>& origins) {
    const std::size_t size = field.key_data.size();
    if (size != crypto::PublicKey::compressed_size && size != crypto::PublicKey::uncompressed_size)
        return malformed("Size of key was not the expected size for the type BIP32 keypath");
    const auto key = crypto::PublicKey::from_bytes(field.key_data);
    if (!key || !key->is_on_curve()) return malformed("Invalid pubkey");
    if (!field.is_new) return malformed("Duplicate Key, pubkey derivation path already provided");
    auto origin = read_origin(field.value);
    if (!origin) return fail(std::move(origin.error()));
    origins.emplace(*key, std::move(*origin));
    return {};
}

FieldResult add_taproot_origin(const Field& field, std::string_view what,
                               std::map<crypto::XOnlyKey, TaprootOrigin>& origins) {
    if (!field.is_new) {
        return malformed(
            fmt::format("Duplicate Key, {} Taproot BIP32 keypath already provided", what));
    }
    const std::string_view title = what == "input" ? "Input" : "Output";
    const auto key = crypto::XOnlyKey::from_bytes(field.key_data);
    if (!key)
        return malformed(fmt::format("{} Taproot BIP32 keypath key is not at 33 bytes", title));
    ByteReader reader(field.value);
    TaprootOrigin out;
    for (std::size_t left = reader.count(sizeof(Hash256)); left > 0; --left)
        out.leaf_hashes.insert(Hash256{reader.array<sizeof(Hash256)>()});
    if (!reader.ok())
        return malformed(fmt::format("{} Taproot BIP32 keypath has an invalid length", title));
    auto origin = read_origin(reader.remaining());
    if (!origin) return fail(std::move(origin.error()));
    out.origin = std::move(*origin);
    origins.emplace(*key, std::move(out));
    return {};
}

FieldResult add_proprietary(const Field& field, ProprietaryFields& fields) {
    ByteReader reader(field.key_data);
    const ByteSpan identifier = reader.sized_bytes();
    const std::uint64_t subtype = reader.compact_size();
    if (!reader.ok()) return unreadable(reader, "SpanReader");
    if (!field.is_new) return malformed("Duplicate Key, proprietary key already found");
    fields.emplace(copy(field.key), ProprietaryField{copy(identifier), subtype, copy(field.value)});
    return {};
}

FieldResult add_unknown(const Field& field, UnknownFields& fields) {
    if (!field.is_new) return malformed("Duplicate Key, key for unknown value already provided");
    fields.emplace(copy(field.key), copy(field.value));
    return {};
}

FieldResult expect_single(const Field& field, std::string_view name, std::string_view long_name) {
    if (!field.is_new) return malformed(fmt::format("Duplicate Key, {} already provided", name));
    if (!field.key_data.empty())
        return malformed(fmt::format("{} is more than one byte type", long_name));
    return {};
}

FieldResult read_script(const Field& field, std::string_view name, std::string_view long_name,
                        Script& script) {
    if (auto single = expect_single(field, name, long_name); !single) return single;
    script = Script(field.value);
    return {};
}

FieldResult read_digest(const Field& field, std::string_view name, std::string_view long_name,
                        crypto::Digest256& digest) {
    if (auto single = expect_single(field, name, long_name); !single) return single;
    if (field.value.size() != digest.size()) return wrong_size();
    std::ranges::copy(field.value, digest.begin());
    return {};
}

}  // namespace daler::psbt
