#include <daler/wallet/key_book.h>

#include <daler/descriptor/signing.h>
#include <daler/util/ensure.h>

namespace daler::wallet {
namespace {

// Number of unused scripts of a descriptor that are derived at once.
constexpr std::uint32_t eager_lookahead = 20;

/// Whether the private keys of a descriptor suffice to sign for its scripts. Tries it with one of
/// them.
bool signs_alone(const descriptor::Descriptor& descriptor, std::uint32_t index) {
    const auto scripts = descriptor.scripts(index);
    const auto ring = descriptor.key_ring(index, descriptor::Descriptor::Secrets::include);
    if (!scripts || !ring) return false;
    return std::ranges::all_of(*scripts, [&](const Script& script) {
        Transaction tx;
        tx.inputs.resize(1);
        tx.outputs.push_back({Amount{1}, script});
        const std::vector<TxOutput> spent{{Amount{1}, script}};
        const script::PrecomputedHashes hashes(tx, spent);
        return descriptor::sign_input(tx, 0, spent[0], hashes, *ring);
    });
}

}  // namespace

bool KeyBook::widen_range(DescriptorRecord& record, std::uint32_t size) {
    if (!record.descriptor.is_range()) return false;
    // Saturates at the last index that is not hardened.
    const auto wanted = static_cast<std::uint32_t>(
        std::min<std::uint64_t>(std::uint64_t{record.next_index} + size, crypto::hardened));
    if (wanted <= record.range_end) return false;
    // Hardened steps for each index wait until the wallet is unlocked.
    if (record.is_sealed && !record.descriptor.has_private_keys() &&
        !record.descriptor.scripts(wanted - 1)) {
        return false;
    }
    record.range_end = wanted;
    return true;
}

bool KeyBook::widen(std::size_t record, std::uint32_t size) {
    return widen_range(records_[record], size);
}

void KeyBook::insert(const Place& place, std::span<const Script> scripts) {
    for (const auto& script : scripts) {
        watched_is_ours_ |= watched_.erase(Hasher{}(script)) > 0;
        if (scripts_.contains(script)) continue;
        void* memory = memory_->allocate(sizeof(Entry) + script.size(), alignof(Entry));
        const auto* entry = new (memory) Entry{place, static_cast<std::uint32_t>(script.size())};
        std::ranges::copy(script.bytes(), static_cast<std::uint8_t*>(memory) + sizeof(Entry));
        scripts_.insert(entry);
    }
}

void KeyBook::extend(std::size_t position, std::uint32_t end) {
    auto& record = records_[position];
    end = std::min(end, record.range_end);
    for (; record.derived_end < end; ++record.derived_end) {
        const auto scripts = record.descriptor.scripts(record.derived_end);
        if (scripts) insert({position, record.derived_end}, *scripts);
    }
}

std::size_t KeyBook::add(DescriptorRecord record, std::span<const std::vector<Script>> derived) {
    if (!record.descriptor.is_range()) {
        record.range_begin = 0;
        record.range_end = 1;
    }
    record.derived_end = record.stored_end = record.range_begin;
    widen_range(record, keypool_);
    if (auto text = record.descriptor.to_normalized_text()) record.normalized_text = *text;
    if (record.normalized_text.empty()) record.normalized_text = record.descriptor.to_text();
    // A descriptor without private keys is watch-only: other programs sign for it.
    const bool is_locked = record.is_sealed && !record.descriptor.has_private_keys();
    if (!is_locked) {
        record.is_spendable = !record.descriptor.has_private_keys() ||
                              signs_alone(record.descriptor, record.range_begin);
    }
    input_weights_.clear();
    descriptions_.clear();
    const auto [known, is_new] = by_id_.emplace(record.descriptor.id(), records_.size());
    const std::size_t position = known->second;
    if (is_new)
        records_.push_back(std::move(record));
    else
        records_[position] = std::move(record);
    for (const auto& scripts : derived) {
        // A smaller key pool may have made the range shorter.
        if (records_[position].derived_end >= records_[position].range_end) break;
        insert({position, records_[position].derived_end++}, scripts);
    }
    extend(position, std::max(records_[position].range_begin, records_[position].next_index) +
                         eager_lookahead);
    return position;
}

// Adds the record if `derived` has the same descriptor.
bool KeyBook::take_record(DescriptorRecord& record, const DescriptorRecord& derived) {
    if (record.range_begin != derived.range_begin) return false;
    const auto id = record.descriptor.id();
    if (id != derived.descriptor.id()) return false;
    if (!record.descriptor.is_range()) record.range_end = 1;
    widen_range(record, keypool_);
    record.derived_end = std::min(derived.derived_end, record.range_end);
    record.normalized_text = derived.normalized_text;
    record.is_spendable = derived.is_spendable;
    by_id_.emplace(id, records_.size());
    records_.push_back(std::move(record));
    return true;
}

void KeyBook::add_all(std::vector<DescriptorRecord> records, KeyBook derived,
                      std::span<const Scripts> stored) {
    scripts_ = std::move(derived.scripts_);
    memory_ = std::move(derived.memory_);
    std::size_t taken = 0;
    while (taken < std::min(records.size(), derived.records_.size()) &&
           take_record(records[taken], derived.records_[taken])) {
        ++taken;
    }
    boost::unordered::erase_if(scripts_, [&](const Entry* entry) {
        const Place& place = entry->place;
        return place.record >= taken || place.index >= records_[place.record].derived_end;
    });
    for (; taken < records.size(); ++taken)
        add(std::move(records[taken]), stored[taken]);
    for (std::size_t i = 0; i < records_.size(); ++i) {
        auto& record = records_[i];
        const auto count = static_cast<std::uint32_t>(stored[i].size());
        record.stored_end = std::min(record.range_begin + count, record.derived_end);
    }
}

void KeyBook::set_sealed(std::size_t position, descriptor::Descriptor descriptor) {
    auto& record = records_[position];
    record.descriptor = std::move(descriptor);
    record.is_sealed = true;
    input_weights_.clear();
    widen_range(record, keypool_);
}

std::optional<std::size_t> KeyBook::find_record(const Hash256& id) const {
    const auto found = by_id_.find(id);
    if (found == by_id_.end()) return std::nullopt;
    return found->second;
}

void KeyBook::clear_active(std::size_t record) {
    std::erase_if(active_, [record](const auto& entry) { return entry.second == record; });
}

std::optional<std::size_t> KeyBook::active(ActiveKey key) const {
    const auto found = active_.find(key);
    if (found == active_.end()) return std::nullopt;
    return found->second;
}

std::optional<bool> KeyBook::active_internal(std::size_t record) const {
    for (const auto& [key, position] : active_)
        if (position == record) return key.internal;
    return std::nullopt;
}

const KeyBook::Place* KeyBook::find(ByteSpan script) const {
    const auto found = scripts_.find(script);
    return found == scripts_.end() ? nullptr : &(*found)->place;
}

std::vector<ByteSpan> KeyBook::scripts() const {
    std::vector<ByteSpan> out;
    out.reserve(scripts_.size());
    for (const auto* entry : scripts_)
        out.push_back(entry->script());
    return out;
}

KeyBook::Scripts KeyBook::scripts_between(std::size_t record, std::uint32_t begin,
                                          std::uint32_t end) const {
    Scripts out(end - begin);
    for (const auto* entry : scripts_) {
        const auto& place = entry->place;
        if (place.record == record && place.index >= begin && place.index < end)
            out[place.index - begin].emplace_back(entry->script());
    }
    return out;
}

std::optional<Script> KeyBook::peek(std::size_t position) const {
    const auto& record = records_[position];
    if (record.next_index >= record.range_end) return std::nullopt;
    const auto scripts = record.descriptor.scripts(record.next_index);
    if (!scripts) return std::nullopt;
    return scripts->front();
}

bool KeyBook::mark_used(const Place& place, Lookahead lookahead) {
    auto& record = records_[place.record];
    if (!record.descriptor.is_range() || place.index < record.next_index) return false;
    record.next_index = place.index + 1;
    widen_range(record, keypool_);
    extend(place.record,
           lookahead == Lookahead::whole ? record.range_end : record.next_index + eager_lookahead);
    return true;
}

bool KeyBook::top_up(std::size_t budget) {
    for (std::size_t i = 0; i < records_.size(); ++i) {
        const auto& record = records_[i];
        const std::size_t missing = record.range_end - record.derived_end;
        if (missing == 0) continue;
        if (missing > budget) {
            extend(i, record.derived_end + static_cast<std::uint32_t>(budget));
            return true;
        }
        extend(i, record.range_end);
        budget -= missing;
    }
    return false;
}

std::uint64_t KeyBook::underived() const {
    std::uint64_t out = 0;
    for (const auto& record : records_)
        out += record.range_end - record.derived_end;
    return out;
}

void KeyBook::top_up_all() {
    for (std::size_t i = 0; i < records_.size(); ++i)
        extend(i, records_[i].range_end);
}

descriptor::KeyRing KeyBook::key_ring(const Place& place,
                                      descriptor::Descriptor::Secrets secrets) const {
    auto ring = records_[place.record].descriptor.key_ring(place.index, secrets);
    // Its script was derived before.
    ensure(ring.has_value());
    return std::move(*ring);
}

std::optional<std::int64_t> KeyBook::input_weight(const Script& script) const {
    const auto* place = find(script);
    if (!place) return std::nullopt;
    const auto [cached, is_new] =
        input_weights_.try_emplace({place->record, script::solve(script.bytes()).type});
    if (is_new) {
        // With a script tree, the available private keys decide which path spends the coin.
        using enum descriptor::Descriptor::Secrets;
        const bool may_have_tree =
            records_[place->record].descriptor.address_type() == descriptor::AddressType::bech32m;
        const auto ring = key_ring(*place, may_have_tree ? include : exclude);
        cached->second = descriptor::signed_input_weight(script, ring);
    }
    return cached->second;
}

std::uint32_t KeyBook::unused(bool internal) const {
    std::uint32_t out = 0;
    for (const auto& [key, position] : active_) {
        if (key.internal != internal) continue;
        out += records_[position].range_end - records_[position].next_index;
    }
    return out;
}

}  // namespace daler::wallet
