#pragma once

#include <daler/descriptor/descriptor.h>
#include <daler/script/standard.h>
#include <daler/wallet/script_description.h>

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <memory_resource>
#include <span>

namespace daler::wallet {

/// A descriptor of a wallet and its range.
struct DescriptorRecord {
    descriptor::Descriptor descriptor;
    std::int64_t created = 0;       ///< unix seconds; no payment to it is older
    std::uint32_t range_begin = 0;  ///< first index of the range
    std::uint32_t range_end = 1;    ///< one after the last index of the range
    std::uint32_t next_index = 0;   ///< first index neither given out nor seen in a transaction
    std::uint32_t derived_end = 0;  ///< scripts below this index are in the key book
    std::uint32_t stored_end = 0;   ///< scripts below this index are in the file
    std::string normalized_text{};  ///< with checksum; cached
    /// Its private keys, if it has any, suffice to spend from it; cached.
    bool is_spendable = true;
    /// The wallet is encrypted: `descriptor` has private keys only while the wallet is unlocked.
    bool is_sealed = false;
};

/// A kind of address for which one descriptor is active: it gives the new addresses.
struct ActiveKey {
    descriptor::AddressType type;
    bool internal;  ///< for change

    auto operator<=>(const ActiveKey&) const = default;
};

/// All descriptors of a wallet and their scripts. Decides whether a script is ours.
///
/// Scripts are derived ahead of use: a range has `keypool` unused scripts, so that a wallet
/// restored from an old copy finds payments to addresses that were given out later. Deriving one
/// script takes about 50 us; therefore `add` derives only a few. Call `top_up_all` before examining
/// a transaction.
class KeyBook {
public:
    /// The descriptor and the index of a script.
    struct Place {
        std::size_t record;  ///< position in records()
        std::uint32_t index;
    };

    /// The scripts of consecutive indices.
    using Scripts = std::vector<std::vector<Script>>;

    explicit KeyBook(std::uint32_t keypool)
        : keypool_(keypool), memory_(std::make_unique<std::pmr::monotonic_buffer_resource>()) {}

    /// Adds a descriptor, or replaces the one with the same id. Returns its position. `derived`:
    /// scripts from the first index of its range on, if they are derived already.
    std::size_t add(DescriptorRecord record, std::span<const std::vector<Script>> derived = {});
    /// Adds `records` to an empty key book. Takes what was derived of the same descriptors from
    /// `derived`, which is empty afterwards. `stored`: what the file has for each of them, from the
    /// first index of its range on.
    void add_all(std::vector<DescriptorRecord> records, KeyBook derived,
                 std::span<const Scripts> stored);
    [[nodiscard]] std::optional<std::size_t> find_record(const Hash256& id) const;
    [[nodiscard]] const std::deque<DescriptorRecord>& records() const { return records_; }

    /// Replaces the descriptor of a record by the same one with or without its private keys, and
    /// marks the record as sealed.
    void set_sealed(std::size_t record, descriptor::Descriptor descriptor);

    void set_active(ActiveKey key, std::size_t record) { active_[key] = record; }
    void clear_active(std::size_t record);
    void clear_active(ActiveKey key) { active_.erase(key); }
    [[nodiscard]] std::optional<std::size_t> active(ActiveKey key) const;
    [[nodiscard]] const std::map<ActiveKey, std::size_t>& active() const { return active_; }
    /// Whether an active record is for change; nothing if the record is not active.
    [[nodiscard]] std::optional<bool> active_internal(std::size_t record) const;

    /// Null if the script is not ours.
    [[nodiscard]] const Place* find(const Script& script) const { return find(script.bytes()); }
    [[nodiscard]] const Place* find(ByteSpan script) const;
    /// Notes a script that is not ours, but may be when more scripts are derived.
    void watch(ByteSpan script) { watched_.insert(Hasher{}(script)); }
    /// Whether such a script has become ours since the last call. May say so by mistake: only
    /// hashes are kept.
    [[nodiscard]] bool take_watched() { return std::exchange(watched_is_ours_, false); }

    /// The next unused script of a record. Does not mark it as used. Nothing if it cannot be
    /// derived.
    [[nodiscard]] std::optional<Script> peek(std::size_t record) const;
    /// Marks the indices up to this one as used and extends the range. True if that moved
    /// next_index. Derives a few scripts or, with Lookahead::whole, the whole range.
    enum class Lookahead : bool { few, whole };
    bool mark_used(const Place& place, Lookahead lookahead = Lookahead::few);

    /// Derives up to `budget` scripts; true if more are to be derived.
    bool top_up(std::size_t budget);
    /// Derives all scripts of the ranges.
    void top_up_all();
    /// Extends the range of a record to at least `size` unused scripts; true if the range grew.
    bool widen(std::size_t record, std::uint32_t size);
    [[nodiscard]] std::uint32_t keypool() const { return keypool_; }

    /// Keys and scripts that are needed to spend from a script of ours.
    [[nodiscard]] descriptor::KeyRing key_ring(const Place& place,
                                               descriptor::Descriptor::Secrets secrets) const;

    /// The weight of a signed input that spends from a script of ours, as
    /// descriptor::signed_input_weight. Nothing if the script is not ours.
    [[nodiscard]] std::optional<std::int64_t> input_weight(const Script& script) const;

    /// How a script of ours is shown; null if it is not ours. It takes some 30 us, because the keys
    /// of the script are derived; the next time it is remembered. All calls need the same `format`.
    [[nodiscard]] std::shared_ptr<const ScriptDescription> describe(
        const Script& script, const AddressFormat& format) const;

    /// The scripts of these indices, which are derived. Takes time for all scripts.
    [[nodiscard]] Scripts scripts_between(std::size_t record, std::uint32_t begin,
                                          std::uint32_t end) const;
    /// The file has the scripts below this index.
    void set_stored(std::size_t record, std::uint32_t end) { records_[record].stored_end = end; }

    /// How many indices of all ranges are not derived yet.
    [[nodiscard]] std::uint64_t underived() const;
    /// All derived scripts, in no order. Good until scripts are added.
    [[nodiscard]] std::vector<ByteSpan> scripts() const;
    /// The number of derived scripts.
    [[nodiscard]] std::size_t script_count() const { return scripts_.size(); }
    /// How many unused addresses the active ranges have, for change or for receiving.
    [[nodiscard]] std::uint32_t unused(bool internal) const;

private:
    /// A script of ours. Its bytes follow in memory.
    struct Entry {
        Place place;
        std::uint32_t size;
        [[nodiscard]] ByteSpan script() const {
            return {reinterpret_cast<const std::uint8_t*>(this + 1), size};
        }
    };
    static ByteSpan bytes_of(ByteSpan script) { return script; }
    static ByteSpan bytes_of(const Script& script) { return script.bytes(); }
    static ByteSpan bytes_of(const Entry* entry) { return entry->script(); }
    struct Hasher {
        using is_transparent = void;
        std::size_t operator()(const auto& script) const {
            return std::hash<std::string_view>{}(as_text(bytes_of(script)));
        }
    };
    struct Equal {
        using is_transparent = void;
        bool operator()(const auto& a, const auto& b) const {
            return std::ranges::equal(bytes_of(a), bytes_of(b));
        }
    };

    void extend(std::size_t position, std::uint32_t end);
    void insert(const Place& place, std::span<const Script> scripts);
    static bool widen_range(DescriptorRecord& record, std::uint32_t size);
    bool take_record(DescriptorRecord& record, const DescriptorRecord& derived);

    const std::uint32_t keypool_;
    std::deque<DescriptorRecord> records_;
    std::map<ActiveKey, std::size_t> active_;
    std::map<Hash256, std::size_t> by_id_;
    /// The entries of scripts_. What is erased is not used again.
    std::unique_ptr<std::pmr::monotonic_buffer_resource> memory_;
    boost::unordered_flat_set<const Entry*, Hasher, Equal> scripts_;
    boost::unordered_flat_set<std::size_t> watched_;  ///< hashes of scripts
    bool watched_is_ours_ = false;
    /// By record and kind of script: the keys of a descriptor have the same size at all indices.
    mutable std::map<std::pair<std::size_t, script::OutputType>, std::optional<std::int64_t>>
        input_weights_;
    mutable boost::unordered_flat_map<Script, std::shared_ptr<const ScriptDescription>, Hasher,
                                      Equal>
        descriptions_;
};

}  // namespace daler::wallet
