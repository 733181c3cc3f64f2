#pragma once

#include <daler/descriptor/descriptor.h>
#include <daler/miniscript/expression.h>

#include "key_expression.h"

namespace daler::descriptor {

/// The functions of the descriptor language.
enum class Function : std::uint8_t {
    pk,
    pkh,
    wpkh,
    combo,
    multi,
    sortedmulti,
    multi_a,
    sortedmulti_a,
    sh,
    wsh,
    tr,
    rawtr,
    addr,
    raw,
    miniscript,  ///< an expression of that language in wsh or tr
};

[[nodiscard]] std::string_view name(Function function);

/// One function of a descriptor with its arguments.
struct DescriptorNode {
    Function function;
    ScriptContext context = ScriptContext::top;
    std::vector<KeyExpression> keys{};
    int threshold = 0;                       ///< of the multisig functions
    std::vector<DescriptorNode> children{};  ///< one for sh and wsh; the leaves of tr, depth first
    std::vector<std::size_t> depths{};       ///< of the leaves of tr
    Script script{};                         ///< of addr and raw
    std::shared_ptr<const miniscript::Expression> expression{};  ///< of miniscript; with `keys`
};

/// Parses a descriptor without its checksum; of multipath specifiers the chosen items.
[[nodiscard]] Result<DescriptorNode, std::string> parse_node(std::string_view text,
                                                             const AddressFormat& format,
                                                             Multipath& multipath);

/// The text of a descriptor without its checksum; nothing only for TextMode::normalized.
[[nodiscard]] std::optional<std::string> node_text(const DescriptorNode& node, TextMode mode,
                                                   const AddressFormat& format);

/// The output scripts at `index`. Fills `ring` (if there is one) with their keys and scripts.
[[nodiscard]] std::optional<std::vector<Script>> node_scripts(const DescriptorNode& node,
                                                              std::uint32_t index, KeyRing* ring,
                                                              Descriptor::Secrets secrets);

}  // namespace daler::descriptor
