#include <daler/descriptor/descriptor.h>

#include <daler/script/standard.h>

#include <fmt/format.h>

#include "node.h"

namespace daler::descriptor {
namespace {

constexpr std::size_t checksum_size = 8;
// Longer than useful descriptors: 999 extended keys with origins take 200 kB.
constexpr std::size_t max_text_size = 1'000'000;

template <class Predicate>
bool any_key(const DescriptorNode& node, Predicate predicate) {
    return std::ranges::any_of(node.keys, predicate) ||
           std::ranges::any_of(node.children, [&](const DescriptorNode& child) {
               return any_key(child, predicate);
           });
}

/// Removes the checksum, if it is right.
Result<std::string_view, std::string> without_checksum(std::string_view text, ChecksumRule rule) {
    if (text.size() > max_text_size) return fail(std::string("The descriptor is too long"));
    const auto hash = text.find('#');
    const std::string_view payload = text.substr(0, hash);
    if (hash == std::string_view::npos) {
        if (rule == ChecksumRule::required) return fail(std::string("Missing checksum"));
        if (!checksum(payload)) return fail(std::string("Invalid characters in payload"));
        return payload;
    }
    const std::string_view given = text.substr(hash + 1);
    if (given.find('#') != std::string_view::npos) return fail(std::string("Multiple '#' symbols"));
    if (given.size() != checksum_size)
        return fail(fmt::format("Expected 8 character checksum, not {} characters", given.size()));
    const auto expected = checksum(payload);
    if (!expected) return fail(std::string("Invalid characters in payload"));
    if (given != *expected) {
        return fail(fmt::format("Provided checksum '{}' does not match computed checksum '{}'",
                                given, *expected));
    }
    return payload;
}

std::string with_checksum(std::string text) {
    const auto sum = checksum(text);
    return std::move(text) + "#" + *sum;
}

std::optional<AddressType> type_of_script(const Script& script) {
    switch (script::solve(script.bytes()).type) {
        case script::OutputType::pubkey_hash:
        case script::OutputType::script_hash:
            return AddressType::legacy;
        case script::OutputType::witness_v0_key_hash:
        case script::OutputType::witness_v0_script_hash:
            return AddressType::bech32;
        case script::OutputType::witness_v1_taproot:
        case script::OutputType::witness_unknown:
        case script::OutputType::anchor:
            return AddressType::bech32m;
        case script::OutputType::nonstandard:
        case script::OutputType::pubkey:
        case script::OutputType::multisig:
        case script::OutputType::null_data:
            break;
    }
    return std::nullopt;
}

constexpr std::array<std::string_view, 4> address_type_names{"legacy", "p2sh-segwit", "bech32",
                                                             "bech32m"};

}  // namespace

std::optional<AddressType> address_type_by_name(std::string_view text) {
    const auto found = std::ranges::find(address_type_names, text);
    if (found == address_type_names.end()) return std::nullopt;
    return static_cast<AddressType>(found - address_type_names.begin());
}

std::string_view name(AddressType type) {
    return address_type_names[static_cast<std::size_t>(type)];
}

Descriptor::Descriptor(std::shared_ptr<const DescriptorNode> root, const AddressFormat& format)
    : root_(std::move(root)), format_(std::make_shared<const AddressFormat>(format)) {}

Result<Descriptor, std::string> Descriptor::parse(std::string_view text,
                                                  const AddressFormat& format, ChecksumRule rule) {
    const auto payload = without_checksum(text, rule);
    if (!payload) return fail(payload.error());
    Multipath multipath;
    auto node = parse_node(*payload, format, multipath);
    if (!node) return fail(node.error());
    if (!multipath.sizes.empty())
        return fail(std::string("A descriptor with several paths is not allowed here"));
    return Descriptor(std::make_shared<const DescriptorNode>(std::move(*node)), format);
}

Result<std::vector<Descriptor>, std::string> Descriptor::parse_all(std::string_view text,
                                                                   const AddressFormat& format,
                                                                   ChecksumRule rule) {
    const auto payload = without_checksum(text, rule);
    if (!payload) return fail(payload.error());
    std::vector<Descriptor> out;
    std::size_t count = 1;
    for (std::size_t i = 0; i < count; ++i) {
        Multipath multipath{.chosen = i};
        auto node = parse_node(*payload, format, multipath);
        if (!node) return fail(node.error());
        out.push_back(Descriptor(std::make_shared<const DescriptorNode>(std::move(*node)), format));
        if (!multipath.sizes.empty()) count = multipath.sizes.front();
    }
    return out;
}

bool Descriptor::is_range() const {
    return any_key(*root_, &KeyExpression::is_range);
}

bool Descriptor::is_solvable() const {
    return root_->function != Function::addr && root_->function != Function::raw;
}

bool Descriptor::is_single_script() const {
    return root_->function != Function::combo;
}

std::optional<AddressType> Descriptor::address_type() const {
    switch (root_->function) {
        case Function::pkh:
            return AddressType::legacy;
        case Function::sh: {
            const auto inner = root_->children[0].function;
            return inner == Function::wpkh || inner == Function::wsh ? AddressType::p2sh_segwit
                                                                     : AddressType::legacy;
        }
        case Function::wpkh:
        case Function::wsh:
            return AddressType::bech32;
        case Function::tr:
        case Function::rawtr:
            return AddressType::bech32m;
        case Function::addr:
        case Function::raw:
            return type_of_script(root_->script);
        case Function::pk:
        case Function::combo:
        case Function::multi:
        case Function::sortedmulti:
        case Function::multi_a:
        case Function::sortedmulti_a:
        case Function::miniscript:
            break;
    }
    return std::nullopt;
}

bool Descriptor::has_private_keys() const {
    return any_key(*root_, &KeyExpression::has_secret);
}

bool Descriptor::has_all_private_keys() const {
    return has_private_keys() &&
           !any_key(*root_, [](const KeyExpression& key) { return !key.has_secret(); });
}

std::string Descriptor::to_text() const {
    return with_checksum(*node_text(*root_, TextMode::public_keys, *format_));
}

std::string Descriptor::to_private_text() const {
    return with_checksum(*node_text(*root_, TextMode::private_keys, *format_));
}

std::optional<std::string> Descriptor::to_normalized_text() const {
    auto text = node_text(*root_, TextMode::normalized, *format_);
    if (!text) return std::nullopt;
    return with_checksum(std::move(*text));
}

Hash256 Descriptor::id() const {
    return {crypto::sha256(as_bytes(to_text()))};
}

Hash256 Descriptor::core_id() const {
    const auto text = with_checksum(*node_text(*root_, TextMode::apostrophes, *format_));
    return {crypto::sha256(as_bytes(text))};
}

std::optional<std::vector<Script>> Descriptor::scripts(std::uint32_t index) const {
    return node_scripts(*root_, index, nullptr, Secrets::exclude);
}

std::optional<KeyRing> Descriptor::key_ring(std::uint32_t index, Secrets secrets) const {
    KeyRing ring;
    if (!node_scripts(*root_, index, &ring, secrets)) return std::nullopt;
    return ring;
}

}  // namespace daler::descriptor
