#include <daler/encoding/hex.h>
#include <daler/script/taproot.h>

#include <fmt/format.h>

#include <charconv>

#include "miniscript_parser.h"
#include "node.h"

namespace daler::descriptor {
namespace {

constexpr std::size_t max_multisig_keys = 20;        // OP_CHECKMULTISIG
constexpr std::size_t max_tapscript_keys = 999;      // OP_CHECKSIGADD: bounded by the stack
constexpr std::size_t max_bare_multisig_keys = 3;    // what nodes relay
constexpr std::size_t max_redeem_script_size = 520;  // one push
constexpr std::size_t multisig_overhead = 3;         // two numbers and the opcode

using Parsed = Result<DescriptorNode, std::string>;

tl::unexpected<std::string> error(std::string text) {
    return fail(std::move(text));
}

/// Removes from `text`, and returns, the part up to the next comma or closing bracket on this
/// level.
std::string_view take_expression(std::string_view& text) {
    int level = 0;
    std::size_t end = 0;
    for (; end < text.size(); ++end) {
        const char c = text[end];
        if (c == '(' || c == '{')
            ++level;
        else if (level > 0 && (c == ')' || c == '}'))
            --level;
        else if (level == 0 && (c == ')' || c == '}' || c == ','))
            break;
    }
    const auto out = text.substr(0, end);
    text.remove_prefix(end);
    return out;
}

/// If `text` is NAME(...), leaves the part inside the brackets.
bool take_function(std::string_view& text, std::string_view name) {
    if (text.size() < name.size() + 2 || !text.starts_with(name) || text[name.size()] != '(' ||
        text.back() != ')') {
        return false;
    }
    text = text.substr(name.size() + 1, text.size() - name.size() - 2);
    return true;
}

bool take_character(std::string_view& text, char c) {
    if (text.empty() || text.front() != c) return false;
    text.remove_prefix(1);
    return true;
}

class Parser {
public:
    Parser(const AddressFormat& format, Multipath& multipath)
        : format_(format), multipath_(multipath) {}

    /// Parses one function at the start of `text` and removes it.
    Parsed script(std::string_view& text, ScriptContext context) const;

private:
    Parsed one_key(Function function, std::string_view inside, ScriptContext context,
                   ScriptContext key_context) const;
    Parsed multisig(Function function, std::string_view inside, ScriptContext context) const;
    Parsed wrapped(Function function, std::string_view inside, ScriptContext context,
                   ScriptContext inner) const;
    Parsed tree(std::string_view inside) const;
    /// A miniscript, or the error that the function is not known here.
    Parsed expression(std::string_view inside, ScriptContext context) const;
    /// The key of rawtr(), which is the output's own.
    Parsed output_key(std::string_view inside, ScriptContext context) const;
    Parsed address(std::string_view inside) const;
    Parsed raw(std::string_view inside) const;

    const AddressFormat& format_;
    Multipath& multipath_;
};

Parsed Parser::script(std::string_view& text, ScriptContext context) const {
    std::string_view inside = take_expression(text);
    const bool top = context == ScriptContext::top;
    const bool in_p2sh = context == ScriptContext::p2sh;
    const bool in_p2wsh = context == ScriptContext::p2wsh;
    const bool in_p2tr = context == ScriptContext::p2tr;
    if (take_function(inside, "pk")) return one_key(Function::pk, inside, context, context);
    // In a leaf it is a miniscript.
    if (!in_p2tr && take_function(inside, "pkh")) {
        if (!top && !in_p2sh && !in_p2wsh)
            return error("Can only have pkh at top level, in sh(), wsh(), or in tr()");
        return one_key(Function::pkh, inside, context, context);
    }
    if (take_function(inside, "combo")) {
        if (!top) return error("Can only have combo() at top level");
        return one_key(Function::combo, inside, context, context);
    }
    for (const auto function : {Function::multi, Function::sortedmulti}) {
        if (!take_function(inside, name(function))) continue;
        if (!top && !in_p2sh && !in_p2wsh)
            return error("Can only have multi/sortedmulti at top level, in sh(), or in wsh()");
        return multisig(function, inside, context);
    }
    for (const auto function : {Function::multi_a, Function::sortedmulti_a}) {
        if (!take_function(inside, name(function))) continue;
        if (context != ScriptContext::p2tr)
            return error("Can only have multi_a/sortedmulti_a inside tr()");
        return multisig(function, inside, context);
    }
    if (take_function(inside, "wpkh")) {
        if (!top && !in_p2sh) return error("Can only have wpkh() at top level or inside sh()");
        return one_key(Function::wpkh, inside, context, ScriptContext::p2wpkh);
    }
    if (take_function(inside, "sh")) {
        if (!top) return error("Can only have sh() at top level");
        return wrapped(Function::sh, inside, context, ScriptContext::p2sh);
    }
    if (take_function(inside, "wsh")) {
        if (!top && !in_p2sh) return error("Can only have wsh() at top level or inside sh()");
        return wrapped(Function::wsh, inside, context, ScriptContext::p2wsh);
    }
    if (take_function(inside, "addr")) {
        if (!top) return error("Can only have addr() at top level");
        return address(inside);
    }
    if (take_function(inside, "tr")) {
        if (!top) return error("Can only have tr at top level");
        return tree(inside);
    }
    if (take_function(inside, "rawtr")) {
        if (!top) return error("Can only have rawtr at top level");
        return output_key(inside, context);
    }
    if (take_function(inside, "raw")) {
        if (!top) return error("Can only have raw() at top level");
        return raw(inside);
    }
    return expression(inside, context);
}

Parsed Parser::expression(std::string_view inside, ScriptContext context) const {
    if (auto parsed = parse_miniscript(inside, context, format_, multipath_))
        return std::move(*parsed);
    if (context == ScriptContext::p2sh) return error("A function is needed within P2SH");
    if (context == ScriptContext::p2wsh) return error("A function is needed within P2WSH");
    return error(fmt::format("'{}' is not a valid descriptor function", inside));
}

Parsed Parser::output_key(std::string_view inside, ScriptContext context) const {
    std::string_view rest = inside;
    take_expression(rest);
    if (!rest.empty()) return error("rawtr(): only one key expected.");
    return one_key(Function::rawtr, inside, context, ScriptContext::p2tr);
}

Parsed Parser::one_key(Function function, std::string_view inside, ScriptContext context,
                       ScriptContext key_context) const {
    auto key = parse_key(inside, key_context, format_, multipath_);
    if (!key) return error(fmt::format("{}(): {}", name(function), key.error()));
    return DescriptorNode{.function = function, .context = context, .keys = {std::move(*key)}};
}

Parsed Parser::multisig(Function function, std::string_view inside, ScriptContext context) const {
    DescriptorNode node{.function = function, .context = context};
    const auto threshold = take_expression(inside);
    const auto end = threshold.data() + threshold.size();
    const auto [stop, trouble] = std::from_chars(threshold.data(), end, node.threshold);
    if (trouble != std::errc{} || stop != end || node.threshold < 0)
        return error(fmt::format("Multi threshold '{}' is not valid", threshold));
    const std::size_t first_choice = multipath_.sizes.size();
    std::size_t script_size = 0;
    while (!inside.empty()) {
        if (!take_character(inside, ','))
            return error(fmt::format("Multi: expected ',', got '{}'", inside.front()));
        auto key = parse_key(take_expression(inside), context, format_, multipath_);
        if (!key) return error(fmt::format("Multi: {}", key.error()));
        script_size += 1 + (key->is_compressed() ? crypto::PublicKey::compressed_size
                                                 : crypto::PublicKey::uncompressed_size);
        node.keys.push_back(std::move(*key));
    }
    if (!multipath_.is_even(first_choice))
        return error("multi(): Multipath derivation paths have mismatched lengths");
    const std::size_t limit =
        context == ScriptContext::p2tr ? max_tapscript_keys : max_multisig_keys;
    if (node.keys.empty() || node.keys.size() > limit) {
        return error(fmt::format(
            "Cannot have {} keys in multisig; must have between 1 and {} keys, inclusive",
            node.keys.size(), limit));
    }
    if (node.threshold < 1) {
        return error(
            fmt::format("Multisig threshold cannot be {}, must be at least 1", node.threshold));
    }
    if (static_cast<std::size_t>(node.threshold) > node.keys.size()) {
        return error(
            fmt::format("Multisig threshold cannot be larger than the number of keys; "
                        "threshold is {} but only {} keys specified",
                        node.threshold, node.keys.size()));
    }
    if (context == ScriptContext::top && node.keys.size() > max_bare_multisig_keys) {
        return error(fmt::format("Cannot have {} pubkeys in bare multisig; only at most 3 pubkeys",
                                 node.keys.size()));
    }
    script_size += multisig_overhead;
    if (context == ScriptContext::p2sh && script_size > max_redeem_script_size) {
        return error(fmt::format("P2SH script is too large, {} bytes is larger than {} bytes",
                                 script_size, max_redeem_script_size));
    }
    return node;
}

Parsed Parser::wrapped(Function function, std::string_view inside, ScriptContext context,
                       ScriptContext inner) const {
    auto child = script(inside, inner);
    if (!child) return child;
    if (!inside.empty())
        return error(fmt::format("{}(): only one script expected", name(function)));
    DescriptorNode node{.function = function, .context = context};
    node.children.push_back(std::move(*child));
    return node;
}

Parsed Parser::tree(std::string_view inside) const {
    auto key = parse_key(take_expression(inside), ScriptContext::p2tr, format_, multipath_);
    if (!key) return error("tr(): " + key.error());
    const std::size_t internal_choices = multipath_.sizes.size();
    DescriptorNode node{.function = Function::tr, .keys = {std::move(*key)}};
    if (inside.empty()) return node;
    if (!take_character(inside, ','))
        return error(fmt::format("tr: expected ',', got '{}'", inside.front()));
    // The open branches around the current position; true: the right side of its brace.
    std::vector<bool> branches;
    do {
        while (take_character(inside, '{')) {
            branches.push_back(false);
            if (branches.size() > script::max_taproot_depth) {
                return error(fmt::format("tr() supports at most {} nesting levels",
                                         script::max_taproot_depth));
            }
        }
        auto leaf = script(inside, ScriptContext::p2tr);
        if (!leaf) return leaf;
        node.children.push_back(std::move(*leaf));
        node.depths.push_back(branches.size());
        while (!branches.empty() && branches.back()) {
            if (!take_character(inside, '}'))
                return error("tr(): expected '}' after script expression");
            branches.pop_back();
        }
        if (!branches.empty()) {
            if (!take_character(inside, ','))
                return error("tr(): expected ',' after script expression");
            branches.back() = true;
        }
    } while (!branches.empty());
    if (!inside.empty()) return error("tr(): expected ')' after script expression");
    if (!multipath_.is_even(internal_choices))
        return error("tr(): Multipath subscripts have mismatched lengths");
    if (!multipath_.is_even())
        return error("tr(): Multipath internal key mismatches multipath subscripts lengths");
    return node;
}

Parsed Parser::address(std::string_view inside) const {
    auto decoded = decode_address(inside, format_);
    if (!decoded) return error("Address is not valid");
    return DescriptorNode{.function = Function::addr, .script = std::move(*decoded)};
}

Parsed Parser::raw(std::string_view inside) const {
    const auto bytes = from_hex(inside);
    if (!bytes) return error("Raw script is not hex");
    return DescriptorNode{.function = Function::raw, .script = Script(*bytes)};
}

}  // namespace

std::string_view name(Function function) {
    switch (function) {
        case Function::pk:
            return "pk";
        case Function::pkh:
            return "pkh";
        case Function::wpkh:
            return "wpkh";
        case Function::combo:
            return "combo";
        case Function::multi:
            return "multi";
        case Function::sortedmulti:
            return "sortedmulti";
        case Function::multi_a:
            return "multi_a";
        case Function::sortedmulti_a:
            return "sortedmulti_a";
        case Function::sh:
            return "sh";
        case Function::wsh:
            return "wsh";
        case Function::tr:
            return "tr";
        case Function::rawtr:
            return "rawtr";
        case Function::addr:
            return "addr";
        case Function::raw:
            return "raw";
        case Function::miniscript:
            break;
    }
    return "";
}

Result<DescriptorNode, std::string> parse_node(std::string_view text, const AddressFormat& format,
                                               Multipath& multipath) {
    auto node = Parser(format, multipath).script(text, ScriptContext::top);
    if (node && !text.empty())
        return error(fmt::format("'{}' after the end of the descriptor", text));
    return node;
}

}  // namespace daler::descriptor
