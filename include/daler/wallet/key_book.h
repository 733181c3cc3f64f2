#pragma once

#include <daler/descriptor/descriptor.h>

#include <boost/unordered/unordered_flat_map.hpp>

#include <deque>
#include <span>

namespace daler::wallet {

/// A descriptor of a wallet and how far it is used.
struct DescriptorRecord {
    descriptor::Descriptor descriptor;
    std::int64_t created = 0;       ///< unix seconds; no payment to it is older
    std::uint32_t range_begin = 0;  ///< first index that counts
    std::uint32_t range_end = 1;    ///< one behind the last index that is looked out for
    std::uint32_t next_index = 0;   ///< the first that was never given away nor seen used
    std::uint32_t derived_end = 0;  ///< scripts up to here are in the book
    std::string normalized_text{};  ///< with checksum; cached
    /// Its private keys, if it has any, suffice to spend from it; cached.
    bool is_spendable = true;
};

/// Which descriptor gives out new addresses of a kind.
struct ActiveKey {
    descriptor::AddressType type;
    bool internal;  ///< for change

    auto operator<=>(const ActiveKey&) const = default;
};

/// All descriptors of a wallet, and the scripts that they stand for: the answer to "is it mine?".
///
/// Scripts are derived ahead of use: `keypool` of them are looked out for, so that a wallet
/// restored from an old copy finds what its newer self received. Deriving costs about 50 us each;
/// so `add` derives only a few of them. Call `top_up_all` before a transaction is looked at.
class KeyBook {
public:
    /// Where a script comes from.
    struct Place {
        std::size_t record;  ///< position in records()
        std::uint32_t index;
    };

    explicit KeyBook(std::uint32_t keypool) : keypool_(keypool) {}

    /// Adds a descriptor, or replaces the one with the same id. Gives its position. `derived`:
    /// scripts from the first index of its range on, if somebody derived them before.
    std::size_t add(DescriptorRecord record, std::span<const std::vector<Script>> derived = {});
    [[nodiscard]] std::optional<std::size_t> find_record(const Hash256& id) const;
    [[nodiscard]] const std::deque<DescriptorRecord>& records() const { return records_; }

    void set_active(ActiveKey key, std::size_t record) { active_[key] = record; }
    void clear_active(std::size_t record);
    [[nodiscard]] std::optional<std::size_t> active(ActiveKey key) const;
    [[nodiscard]] const std::map<ActiveKey, std::size_t>& active() const { return active_; }
    /// True and whether it is for change, if the record is active.
    [[nodiscard]] std::optional<bool> active_internal(std::size_t record) const;

    /// Nothing: not ours.
    [[nodiscard]] const Place* find(const Script& script) const;

    /// The next unused script of a record, without taking it. Nothing if it cannot be derived.
    [[nodiscard]] std::optional<Script> peek(std::size_t record) const;
    /// Takes every index up to the script's. True if that moved next_index. A few scripts are
    /// derived, or, with Lookahead::whole, the whole range, which has moved on as well.
    enum class Lookahead : bool { few, whole };
    bool mark_used(const Place& place, Lookahead lookahead = Lookahead::few);

    /// Derives up to `budget` scripts; true if some are left to do.
    bool top_up(std::size_t budget);
    /// Derives all that should be looked out for.
    void top_up_all();
    /// Looks out for at least `size` unused scripts of a record; true if that is more than before.
    bool widen(std::size_t record, std::uint32_t size);
    [[nodiscard]] std::uint32_t keypool() const { return keypool_; }

    /// Keys and scripts behind a script of ours.
    [[nodiscard]] descriptor::KeyRing key_ring(const Place& place,
                                               descriptor::Descriptor::Secrets secrets) const;

    /// How many indices of all ranges are not derived yet.
    [[nodiscard]] std::uint64_t underived() const;
    /// Grows whenever a script is derived.
    [[nodiscard]] std::size_t script_count() const { return scripts_.size(); }
    /// How many addresses are ready, for change or for receiving.
    [[nodiscard]] std::uint32_t unused(bool internal) const;

private:
    struct Hasher {
        std::size_t operator()(const Script& script) const {
            return std::hash<std::string_view>{}(as_text(script.bytes()));
        }
    };

    void extend(std::size_t position, std::uint32_t end);
    void insert(const Place& place, std::span<const Script> scripts);
    static bool widen_range(DescriptorRecord& record, std::uint32_t size);

    const std::uint32_t keypool_;
    std::deque<DescriptorRecord> records_;
    std::map<ActiveKey, std::size_t> active_;
    std::map<Hash256, std::size_t> by_id_;
    boost::unordered_flat_map<Script, Place, Hasher> scripts_;
};

}  // namespace daler::wallet
