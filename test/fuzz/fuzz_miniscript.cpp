#include <daler/miniscript/expression.h>
#include <daler/util/ensure.h>

using namespace daler;
using namespace daler::miniscript;

namespace {

/// A text that parses is printed in a form that parses to the same.
void check_text(std::string_view text, Context context) {
    std::vector<std::string> names;
    const KeyReader read_key = [&](std::string_view key) {
        names.emplace_back(key);
        // No key has parentheses (BIP 380). With them the text of a key could be that of a
        // fragment.
        return key.find_first_of("()") == std::string_view::npos;
    };
    const auto parsed = parse(text, context, read_key);
    if (!parsed) return;
    ensure(names.size() == parsed->key_count);
    const auto printed = to_text(*parsed, names);
    const auto given = std::exchange(names, {});
    const auto again = parse(printed, context, read_key);
    ensure(again && names == given && to_text(*again, names) == printed);
    ensure(again->facts.back().type == parsed->facts.back().type);
    static_cast<void>(find_flaw(*parsed, std::vector<Bytes>(names.size())));
}

/// A script that is decoded is the script of its expression.
void check_script(ByteSpan script, Context context) {
    const std::size_t key_size = context == Context::p2wsh ? 33 : 32;
    // The hash of no key is known but that of zeros, which is enough to reach pk_h.
    const auto decoded =
        decode(script, context, [&](ByteSpan) { return std::optional(Bytes(key_size)); });
    if (!decoded) return;
    const auto& expression = decoded->expression;
    const bool has_hash = std::ranges::any_of(
        expression.nodes, [](const Node& node) { return node.fragment == Fragment::pk_h; });
    const auto written = to_script(expression, decoded->keys);
    ensure(has_hash || std::ranges::equal(written.bytes(), script));
    ensure(written.size() == script.size());
    static_cast<void>(find_flaw(expression, decoded->keys));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    for (const auto context : {Context::p2wsh, Context::tapscript}) {
        check_text(as_text({data, size}), context);
        check_script({data, size}, context);
    }
    return 0;
}
