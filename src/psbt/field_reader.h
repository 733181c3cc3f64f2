#pragma once

#include <daler/psbt/psbt.h>

#include <set>

namespace daler::psbt {

/// One field of a map. The spans are views of the PSBT.
struct Field {
    std::uint64_t type;
    ByteSpan key;       ///< with the type
    ByteSpan key_data;  ///< without the type
    ByteSpan value;
    bool is_new;  ///< false: the map has had this key already
};

/// A reason in Bitcoin Core's words, with the end that its exceptions have.
[[nodiscard]] tl::unexpected<std::string> malformed(std::string_view reason);

/// Nothing, or why a field is refused.
using FieldResult = Result<void, std::string>;

/// Reads the fields of one map.
class FieldReader {
public:
    explicit FieldReader(ByteReader& reader) : reader_(reader) {}

    /// The next field; nothing at the end of the map. `missing_separator`: the reason if the bytes
    /// end before the map.
    [[nodiscard]] Result<std::optional<Field>, std::string> next(
        std::string_view missing_separator);

private:
    ByteReader& reader_;
    std::set<Bytes> seen_;
};

// What the maps have in common. Each function refuses malformed fields.

[[nodiscard]] Result<KeyOrigin, std::string> read_origin(ByteSpan value);
[[nodiscard]] FieldResult add_origin(const Field& field,
                                     std::map<crypto::PublicKey, KeyOrigin>& origins);
/// `what`: "input" or "output", for the reason of a failure.
[[nodiscard]] FieldResult add_taproot_origin(const Field& field, std::string_view what,
                                             std::map<crypto::XOnlyKey, TaprootOrigin>& origins);
[[nodiscard]] FieldResult add_proprietary(const Field& field, ProprietaryFields& fields);
[[nodiscard]] FieldResult add_unknown(const Field& field, UnknownFields& fields);

/// Refuses a duplicate ("Duplicate Key, NAME already provided") and a key with data ("LONG_NAME is
/// more than one byte type").
[[nodiscard]] FieldResult expect_single(const Field& field, std::string_view name,
                                        std::string_view long_name);

/// expect_single, then the value as a script.
[[nodiscard]] FieldResult read_script(const Field& field, std::string_view name,
                                      std::string_view long_name, Script& script);

/// expect_single, then a value of 32 bytes.
[[nodiscard]] FieldResult read_digest(const Field& field, std::string_view name,
                                      std::string_view long_name, crypto::Digest256& digest);

/// For a value that is not what its type needs.
[[nodiscard]] tl::unexpected<std::string> wrong_size();

}  // namespace daler::psbt
