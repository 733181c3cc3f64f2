#include "miniscript_parser.h"

namespace daler::descriptor {
namespace {

using miniscript::Flaw;

std::string_view explain(Flaw flaw) {
    switch (flaw) {
        case Flaw::invalid:
            return " is invalid";
        case Flaw::malleable:
            return " is not sane: malleable witnesses exist";
        case Flaw::no_signature:
            return " is not sane: witnesses without signature exist";
        case Flaw::mixed_time_locks:
            return " is not sane: contains mixes of timelocks expressed in blocks and seconds";
        case Flaw::duplicate_keys:
            return " is not sane: contains duplicate public keys";
        case Flaw::over_limits:
            return " is not sane: needs witnesses that may exceed resource limits";
        case Flaw::not_a_condition:
            return " is not sane";
        case Flaw::not_satisfiable:
            return " is not satisfiable";
    }
    return "";
}

/// The keys at index 0, or the texts of keys that need a private key which is not there: enough to
/// see which are the same.
std::vector<Bytes> identities(const std::vector<KeyExpression>& keys,
                              const std::vector<std::string>& texts) {
    std::vector<Bytes> out;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const auto derived = keys[i].derive(0);
        const ByteSpan bytes = derived ? derived->key.bytes() : as_bytes(texts[i]);
        out.emplace_back(bytes.begin(), bytes.end());
    }
    return out;
}

}  // namespace

std::optional<Result<DescriptorNode, std::string>> parse_miniscript(std::string_view text,
                                                                    ScriptContext context,
                                                                    const AddressFormat& format,
                                                                    Multipath& multipath) {
    const std::size_t first_choice = multipath.sizes.size();
    const bool in_wsh = context == ScriptContext::p2wsh;
    const auto key_context = in_wsh ? ScriptContext::p2wsh : ScriptContext::p2tr;
    DescriptorNode node{.function = Function::miniscript, .context = key_context};
    std::optional<std::string> key_error;
    const miniscript::KeyReader read_key = [&](std::string_view key) {
        auto parsed = parse_key(key, key_context, format, multipath);
        if (parsed)
            node.keys.push_back(std::move(*parsed));
        else
            key_error = parsed.error();
        return parsed.has_value();
    };
    auto expression = miniscript::parse(
        text, in_wsh ? miniscript::Context::p2wsh : miniscript::Context::tapscript, read_key);
    if (key_error) return fail(std::move(*key_error));
    if (!expression) return std::nullopt;
    if (!in_wsh && context != ScriptContext::p2tr)
        return fail(std::string("Miniscript expressions can only be used in wsh or tr."));
    std::vector<std::string> texts;
    for (const auto& key : node.keys)
        texts.push_back(*key.to_text(TextMode::public_keys, format));
    if (const auto flaw = miniscript::find_flaw(*expression, identities(node.keys, texts))) {
        auto reason = miniscript::to_text(*expression, texts, flaw->node);
        reason += explain(flaw->flaw);
        return fail(std::move(reason));
    }
    if (!multipath.is_even(first_choice))
        return fail(std::string("Miniscript: Multipath derivation paths have mismatched lengths"));
    node.expression = std::make_shared<const miniscript::Expression>(std::move(*expression));
    return node;
}

}  // namespace daler::descriptor
