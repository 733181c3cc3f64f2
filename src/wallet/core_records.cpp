#include "core_records.h"

#include <daler/crypto/hash.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>

namespace daler::wallet {
namespace {

/// The version in a locator (CBlockLocator); Bitcoin Core writes this one and reads any.
constexpr std::int32_t locator_version = 70'016;
/// The version of Bitcoin Core that is named as the last one that wrote the file: 28.1.
constexpr std::int32_t client_version = 280'100;
constexpr std::string_view locked_mark = "1";
/// Of an address that was spent from, in "destdata".
constexpr std::string_view used_name = "used", used_mark = "1";

std::string read_text(ByteReader& in) {
    return std::string(as_text(in.sized_bytes()));
}

void write_text(ByteWriter& out, std::string_view text) {
    out.sized_bytes(as_bytes(text));
}

template <class Hash>
Hash read_core_hash(ByteReader& in) {
    return Hash{in.array<32>()};
}

CoreKeyBytes read_key_bytes(ByteReader& in) {
    CoreKeyBytes out{};
    const auto bytes = in.sized_bytes();
    if (bytes.size() == out.size())
        std::ranges::copy(bytes, out.begin());
    else
        in.fail(DecodeError::invalid);
    return out;
}

std::optional<crypto::PublicKey> read_public_key(ByteReader& in) {
    const auto key = crypto::PublicKey::from_bytes(in.sized_bytes());
    if (!key || !key->is_on_curve()) return std::nullopt;
    return key;
}

// The readers of the kinds of records: the key after the kind, and the value. False if they are
// damaged; what is left over in one of them is found by the caller.

bool read_flags(CoreWallet& wallet, ByteReader&, ByteReader& value) {
    wallet.flags = value.u64();
    return true;
}

bool read_min_version(CoreWallet& wallet, ByteReader&, ByteReader& value) {
    wallet.min_version = value.i32();
    return true;
}

/// A record whose content follows from the others, or does not matter.
bool skip(CoreWallet&, ByteReader& key, ByteReader& value) {
    key.bytes(key.remaining().size());
    value.bytes(value.remaining().size());
    return true;
}

bool read_locator(CoreWallet& wallet, ByteReader&, ByteReader& value) {
    static_cast<void>(value.i32());
    std::vector<BlockHash> hashes;
    for (auto left = value.count(32); left > 0; --left)
        hashes.push_back(read_core_hash<BlockHash>(value));
    // One of the two records is empty.
    if (!hashes.empty()) wallet.locator = std::move(hashes);
    return true;
}

bool read_descriptor(CoreWallet& wallet, ByteReader& key, ByteReader& value) {
    auto& out = wallet.descriptors[read_core_hash<Hash256>(key)];
    out.text = read_text(value);
    out.created = value.u64();
    out.next_index = value.i32();
    out.range_begin = value.i32();
    out.range_end = value.i32();
    return !out.text.empty();
}

crypto::Digest256 key_checksum(const crypto::PublicKey& key, ByteSpan der) {
    Bytes both(key.bytes().begin(), key.bytes().end());
    both.insert(both.end(), der.begin(), der.end());
    return crypto::sha256d(both);
}

bool read_key(CoreWallet& wallet, ByteReader& key, ByteReader& value) {
    auto& out = wallet.descriptors[read_core_hash<Hash256>(key)];
    const auto public_key = read_public_key(key);
    const auto der = value.sized_bytes();
    const auto checksum = value.array<32>();
    if (!public_key || key_checksum(*public_key, der) != checksum) return false;
    const auto secret = private_key_from_der(der);
    if (!secret || secret->public_key(public_key->is_compressed()) != *public_key) return false;
    out.keys.emplace(*public_key, *secret);
    return true;
}

bool read_sealed_key(CoreWallet& wallet, ByteReader& key, ByteReader& value) {
    auto& out = wallet.descriptors[read_core_hash<Hash256>(key)];
    const auto public_key = read_public_key(key);
    const auto sealed = value.sized_bytes();
    if (!public_key) return false;
    out.sealed_keys.emplace(*public_key, Bytes(sealed.begin(), sealed.end()));
    return true;
}

bool read_key_cache(CoreWallet& wallet, ByteReader& key, ByteReader& value) {
    auto& out = wallet.descriptors[read_core_hash<Hash256>(key)];
    const auto expression = key.u32();
    const auto bytes = read_key_bytes(value);
    if (key.remaining().empty())
        out.parents[expression] = bytes;
    else
        out.derived[{expression, key.u32()}] = bytes;
    return true;
}

bool read_last_hardened(CoreWallet& wallet, ByteReader& key, ByteReader& value) {
    auto& out = wallet.descriptors[read_core_hash<Hash256>(key)];
    out.last_hardened[key.u32()] = read_key_bytes(value);
    return true;
}

template <bool internal>
bool read_active(CoreWallet& wallet, ByteReader& key, ByteReader& value) {
    const auto type = key.u8();
    wallet.active[{internal, type}] = read_core_hash<Hash256>(value);
    return true;
}

bool read_label(CoreWallet& wallet, ByteReader& key, ByteReader& value) {
    auto address = read_text(key);
    wallet.labels[std::move(address)] = read_text(value);
    return true;
}

bool read_purpose(CoreWallet& wallet, ByteReader& key, ByteReader& value) {
    auto address = read_text(key);
    wallet.purposes[std::move(address)] = read_text(value);
    return true;
}

bool read_address_data(CoreWallet& wallet, ByteReader& key, ByteReader& value) {
    auto address = read_text(key);
    const auto name = read_text(key);
    static_cast<void>(read_text(value));
    if (name == used_name)
        wallet.used_addresses.insert(std::move(address));
    else
        ++wallet.others["destdata"];
    return true;
}

bool read_locked_coin(CoreWallet& wallet, ByteReader& key, ByteReader& value) {
    wallet.locked_coins.insert(read_outpoint(key));
    static_cast<void>(value.u8());
    return true;
}

bool read_master_key(CoreWallet& wallet, ByteReader& key, ByteReader& value) {
    auto& out = wallet.master_keys[key.u32()];
    const auto bytes = [&] {
        const auto read = value.sized_bytes();
        return Bytes(read.begin(), read.end());
    };
    out.sealed = bytes();
    out.salt = bytes();
    out.method = value.u32();
    out.rounds = value.u32();
    out.parameters = bytes();
    return true;
}

bool read_core_transaction(CoreWallet& wallet, ByteReader& key, ByteReader& value) {
    const auto txid = read_core_hash<Txid>(key);
    CoreTransaction out;
    out.tx = read_sealed_transaction(value);
    if (!out.tx || out.tx->txid != txid) return false;
    out.block = read_core_hash<BlockHash>(value);
    // Two lists that only very old versions filled.
    for (auto left = value.count(32); left > 0; --left)
        static_cast<void>(value.array<32>());
    out.position = value.i32();
    if (value.count(1) != 0) return false;
    for (auto left = value.count(2); left > 0; --left) {
        auto name = read_text(value);
        out.values[std::move(name)] = read_text(value);
    }
    for (auto left = value.count(2); left > 0; --left) {
        auto name = read_text(value);
        out.order_form.emplace_back(std::move(name), read_text(value));
    }
    out.received_is_time = value.u32();
    out.received = value.u32();
    // Two flags that are not used any more.
    static_cast<void>(value.u8());
    static_cast<void>(value.u8());
    wallet.transactions.insert_or_assign(txid, std::move(out));
    return true;
}

struct RecordKind {
    std::string_view name;
    bool (*read)(CoreWallet&, ByteReader& key, ByteReader& value);
};

constexpr std::array record_kinds{
    RecordKind{"flags", read_flags},
    RecordKind{"minversion", read_min_version},
    RecordKind{"version", skip},
    RecordKind{"orderposnext", skip},
    RecordKind{"bestblock", read_locator},
    RecordKind{"bestblock_nomerkle", read_locator},
    RecordKind{"walletdescriptor", read_descriptor},
    RecordKind{"walletdescriptorkey", read_key},
    RecordKind{"walletdescriptorckey", read_sealed_key},
    RecordKind{"walletdescriptorcache", read_key_cache},
    RecordKind{"walletdescriptorlhcache", read_last_hardened},
    RecordKind{"activeexternalspk", read_active<false>},
    RecordKind{"activeinternalspk", read_active<true>},
    RecordKind{"name", read_label},
    RecordKind{"purpose", read_purpose},
    RecordKind{"destdata", read_address_data},
    RecordKind{"lockedutxo", read_locked_coin},
    RecordKind{"mkey", read_master_key},
    RecordKind{"tx", read_core_transaction},
};

/// Collects the rows of a wallet.
class RowWriter {
public:
    template <class WriteKey, class WriteValue>
    void add(std::string_view kind, const WriteKey& write_key, const WriteValue& write_value) {
        ByteWriter key, value;
        write_text(key, kind);
        write_key(key);
        write_value(value);
        rows_.push_back({key.take(), value.take()});
    }
    /// A kind that has one record.
    template <class WriteValue>
    void add(std::string_view kind, const WriteValue& write_value) {
        add(
            kind, [](ByteWriter&) {}, write_value);
    }
    /// Texts by address.
    void add_texts(std::string_view kind, const std::map<std::string, std::string>& texts) {
        for (const auto& [address, text] : texts) {
            add(
                kind, [&](ByteWriter& key) { write_text(key, address); },
                [&](ByteWriter& value) { write_text(value, text); });
        }
    }
    [[nodiscard]] std::vector<CoreRow> take() {
        std::ranges::sort(rows_);
        return std::move(rows_);
    }

private:
    std::vector<CoreRow> rows_;
};

void write_general(RowWriter& rows, const CoreWallet& wallet) {
    rows.add("flags", [&](ByteWriter& value) { value.u64(wallet.flags); });
    rows.add("minversion", [&](ByteWriter& value) { value.i32(wallet.min_version); });
    rows.add("version", [&](ByteWriter& value) { value.i32(client_version); });
    const auto locator = [](std::span<const BlockHash> hashes) {
        return [=](ByteWriter& value) {
            value.i32(locator_version);
            value.compact_size(hashes.size());
            for (const auto& hash : hashes)
                value.bytes(hash.bytes);
        };
    };
    rows.add("bestblock", locator({}));
    rows.add("bestblock_nomerkle", locator(wallet.locator));
    for (const auto& [place, id] : wallet.active) {
        rows.add(
            place.first ? "activeinternalspk" : "activeexternalspk",
            [&](ByteWriter& key) { key.u8(place.second); },
            [&](ByteWriter& value) { value.bytes(id.bytes); });
    }
}

void write_caches(RowWriter& rows, const Hash256& id, const CoreDescriptor& descriptor) {
    const auto add = [&](std::string_view kind, std::uint32_t expression,
                         std::optional<std::uint32_t> index, const CoreKeyBytes& bytes) {
        rows.add(
            kind,
            [&](ByteWriter& key) {
                key.bytes(id.bytes);
                key.u32(expression);
                if (index) key.u32(*index);
            },
            [&](ByteWriter& value) { value.sized_bytes(bytes); });
    };
    for (const auto& [expression, bytes] : descriptor.parents)
        add("walletdescriptorcache", expression, std::nullopt, bytes);
    for (const auto& [place, bytes] : descriptor.derived)
        add("walletdescriptorcache", place.first, place.second, bytes);
    for (const auto& [expression, bytes] : descriptor.last_hardened)
        add("walletdescriptorlhcache", expression, std::nullopt, bytes);
}

void write_descriptor(RowWriter& rows, const Hash256& id, const CoreDescriptor& descriptor) {
    rows.add(
        "walletdescriptor", [&](ByteWriter& key) { key.bytes(id.bytes); },
        [&](ByteWriter& value) {
            write_text(value, descriptor.text);
            value.u64(descriptor.created);
            value.i32(descriptor.next_index);
            value.i32(descriptor.range_begin);
            value.i32(descriptor.range_end);
        });
    const auto place = [&](const crypto::PublicKey& public_key) {
        return [&](ByteWriter& key) {
            key.bytes(id.bytes);
            key.sized_bytes(public_key.bytes());
        };
    };
    for (const auto& [public_key, secret] : descriptor.keys) {
        rows.add("walletdescriptorkey", place(public_key), [&](ByteWriter& value) {
            const auto der = private_key_to_der(secret, public_key.is_compressed());
            value.sized_bytes(der);
            value.bytes(key_checksum(public_key, der));
        });
    }
    for (const auto& [public_key, sealed] : descriptor.sealed_keys) {
        rows.add("walletdescriptorckey", place(public_key),
                 [&](ByteWriter& value) { value.sized_bytes(sealed); });
    }
    write_caches(rows, id, descriptor);
}

void write_master_keys(RowWriter& rows, const CoreWallet& wallet) {
    for (const auto& [number, master] : wallet.master_keys) {
        rows.add(
            "mkey", [&](ByteWriter& key) { key.u32(number); },
            [&](ByteWriter& value) {
                value.sized_bytes(master.sealed);
                value.sized_bytes(master.salt);
                value.u32(master.method);
                value.u32(master.rounds);
                value.sized_bytes(master.parameters);
            });
    }
}

void write_core_transaction(ByteWriter& out, const CoreTransaction& record) {
    write(out, *record.tx);
    out.bytes(record.block.bytes);
    out.compact_size(0);
    out.i32(record.position);
    out.compact_size(0);
    const auto pairs = [&](const auto& texts) {
        out.compact_size(texts.size());
        for (const auto& [name, text] : texts) {
            write_text(out, name);
            write_text(out, text);
        }
    };
    pairs(record.values);
    pairs(record.order_form);
    out.u32(record.received_is_time);
    out.u32(record.received);
    out.u8(0);
    out.u8(0);
}

/// The number after the highest place of a transaction.
std::int64_t next_place(const CoreWallet& wallet) {
    std::int64_t out = 0;
    for (const auto& [txid, record] : wallet.transactions) {
        const auto place = record.values.find("n");
        if (place == record.values.end()) continue;
        const std::int64_t number = std::strtoll(place->second.c_str(), nullptr, 10);
        if (number < std::numeric_limits<std::int64_t>::max()) out = std::max(out, number + 1);
    }
    return out;
}

void write_history(RowWriter& rows, const CoreWallet& wallet) {
    for (const auto& [txid, record] : wallet.transactions) {
        rows.add(
            "tx", [&](ByteWriter& key) { key.bytes(txid.bytes); },
            [&](ByteWriter& value) { write_core_transaction(value, record); });
    }
    if (!wallet.transactions.empty())
        rows.add("orderposnext", [&](ByteWriter& value) { value.i64(next_place(wallet)); });
    for (const auto& coin : wallet.locked_coins) {
        rows.add(
            "lockedutxo", [&](ByteWriter& key) { write(key, coin); },
            [](ByteWriter& value) { value.text(locked_mark); });
    }
    rows.add_texts("name", wallet.labels);
    rows.add_texts("purpose", wallet.purposes);
    for (const auto& address : wallet.used_addresses) {
        rows.add(
            "destdata",
            [&](ByteWriter& key) {
                write_text(key, address);
                write_text(key, used_name);
            },
            [](ByteWriter& value) { write_text(value, used_mark); });
    }
}

}  // namespace

Result<CoreWallet, std::string> read_core_records(std::span<const CoreRow> rows) {
    CoreWallet out;
    for (const auto& row : rows) {
        ByteReader key(row.key), value(row.value);
        const auto kind = read_text(key);
        const auto known = std::ranges::find(record_kinds, kind, &RecordKind::name);
        if (!key.ok()) return daler::fail(std::string("it has a record without a kind"));
        if (known == record_kinds.end()) {
            const bool is_name = std::ranges::all_of(kind, [](char c) {
                return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
            });
            ++out.others[is_name ? kind : "unknown"];
            continue;
        }
        if (!known->read(out, key, value) || key.finish() != DecodeError::none ||
            value.finish() != DecodeError::none) {
            return daler::fail(fmt::format("a record of the kind \"{}\" is damaged", kind));
        }
    }
    return out;
}

std::vector<CoreRow> write_core_records(const CoreWallet& wallet) {
    RowWriter rows;
    write_general(rows, wallet);
    for (const auto& [id, descriptor] : wallet.descriptors)
        write_descriptor(rows, id, descriptor);
    write_master_keys(rows, wallet);
    write_history(rows, wallet);
    return rows.take();
}

}  // namespace daler::wallet
