#include <daler/encoding/hex.h>

#include <charconv>

#include "builder.h"

namespace daler::miniscript {
namespace {

using Position = std::optional<std::uint32_t>;

/// A function whose arguments are read.
struct Open {
    std::string_view wrappers;  // before the function
    Fragment fragment;
    std::size_t arity;  // 0: any
    bool is_and_n = false;
    std::uint32_t threshold = 0;
    std::vector<std::uint32_t> subs{};
};

constexpr std::array combinations{Fragment::and_v, Fragment::and_b, Fragment::or_b,
                                  Fragment::or_c,  Fragment::or_d,  Fragment::or_i};
constexpr std::array hash_locks{Fragment::sha256, Fragment::hash256, Fragment::ripemd160,
                                Fragment::hash160};

/// Lock times and thresholds; the builder knows which are allowed.
std::optional<std::uint32_t> read_number(std::string_view text) {
    std::uint32_t out = 0;
    const auto end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, out);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return out;
}

class TextParser {
public:
    TextParser(std::string_view text, Context context, const KeyReader& read_key)
        : text_(text), read_key_(read_key), builder_(context) {}

    std::optional<Expression> parse() {
        do {
            if (!read_expression()) return std::nullopt;
        } while (!open_.empty());
        if (!text_.empty()) return std::nullopt;
        return std::move(builder_).finish();
    }

private:
    /// Reads an expression without arguments, and closes the functions that end with it; or opens a
    /// function.
    bool read_expression();
    /// Gives a finished expression to the function it belongs to.
    bool finish(Position node);
    std::optional<std::string_view> read_wrappers();
    Position wrap(Position node, std::string_view wrappers);
    Position wrap(std::uint32_t node, char wrapper);
    Position read_leaf(std::string_view function, std::string_view arguments);
    Position read_keys(Fragment fragment, std::string_view keys, std::uint32_t threshold);
    Position read_checked_key(Fragment fragment, std::string_view key);
    Position read_multisig(Fragment fragment, std::string_view arguments);
    Position read_hash_lock(Fragment fragment, std::string_view digest);
    bool open(std::string_view function, std::string_view wrappers);
    Position close(const Open& function);

    bool take(char c) {
        if (text_.empty() || text_.front() != c) return false;
        text_.remove_prefix(1);
        return true;
    }
    std::string_view take_until(std::size_t end) {
        const auto out = text_.substr(0, end);
        text_.remove_prefix(out.size());
        return out;
    }

    std::string_view text_;
    const KeyReader& read_key_;
    Builder builder_;
    std::vector<Open> open_;
};

std::optional<std::string_view> TextParser::read_wrappers() {
    const auto end = text_.find_first_not_of("abcdefghijklmnopqrstuvwxyz");
    if (end == 0 || end == std::string_view::npos || text_[end] != ':') return "";
    const auto out = take_until(end);
    take(':');
    // The only wrappers that make no script longer.
    if (out.find("vv") != std::string_view::npos) return std::nullopt;
    return out;
}

Position TextParser::wrap(std::uint32_t node, char wrapper) {
    constexpr std::string_view letters =
        "asc"
        "dvjn";
    constexpr std::array fragments{Fragment::wrap_a, Fragment::wrap_s, Fragment::wrap_c,
                                   Fragment::wrap_d, Fragment::wrap_v, Fragment::wrap_j,
                                   Fragment::wrap_n};
    if (const auto i = letters.find(wrapper); i != std::string_view::npos)
        return builder_.add(fragments[i], std::array{node});
    const bool is_and = wrapper == 't';
    if (!is_and && wrapper != 'l' && wrapper != 'u') return std::nullopt;
    const auto constant = builder_.add_leaf({is_and ? Fragment::just_1 : Fragment::just_0});
    if (!constant) return std::nullopt;
    auto subs = std::array{node, *constant};
    if (wrapper == 'l') std::swap(subs[0], subs[1]);
    return builder_.add(is_and ? Fragment::and_v : Fragment::or_i, subs);
}

Position TextParser::wrap(Position node, std::string_view wrappers) {
    for (std::size_t i = wrappers.size(); node && i-- > 0;)
        node = wrap(*node, wrappers[i]);
    return node;
}

Position TextParser::read_keys(Fragment fragment, std::string_view keys, std::uint32_t threshold) {
    Leaf leaf{.fragment = fragment, .number = threshold};
    for (;;) {
        const auto end = keys.find(',');
        const auto key = keys.substr(0, end);
        if (key.empty() || !read_key_(key)) return std::nullopt;
        ++leaf.keys;
        if (end == std::string_view::npos) return builder_.add_leaf(leaf);
        keys.remove_prefix(end + 1);
    }
}

Position TextParser::read_checked_key(Fragment fragment, std::string_view key) {
    if (key.empty() || !read_key_(key)) return std::nullopt;
    const auto node = builder_.add_leaf({.fragment = fragment, .keys = 1});
    return node ? builder_.add(Fragment::wrap_c, std::array{*node}) : std::nullopt;
}

Position TextParser::read_multisig(Fragment fragment, std::string_view arguments) {
    if ((fragment == Fragment::multi_a) != (builder_.context() == Context::tapscript))
        return std::nullopt;
    const auto comma = arguments.find(',');
    const auto threshold = read_number(arguments.substr(0, comma));
    if (!threshold || comma == std::string_view::npos) return std::nullopt;
    return read_keys(fragment, arguments.substr(comma + 1), *threshold);
}

Position TextParser::read_hash_lock(Fragment fragment, std::string_view digest) {
    const bool is_long = fragment == Fragment::sha256 || fragment == Fragment::hash256;
    const auto bytes = from_hex(digest);
    if (!bytes || bytes->size() != (is_long ? 32 : 20)) return std::nullopt;
    return builder_.add_leaf({.fragment = fragment, .hash = *bytes});
}

Position TextParser::read_leaf(std::string_view function, std::string_view arguments) {
    if (function == "pk") return read_checked_key(Fragment::pk_k, arguments);
    if (function == "pkh") return read_checked_key(Fragment::pk_h, arguments);
    for (const auto fragment : {Fragment::pk_k, Fragment::pk_h}) {
        if (function != name(fragment)) continue;
        if (arguments.empty() || !read_key_(arguments)) return std::nullopt;
        return builder_.add_leaf({.fragment = fragment, .keys = 1});
    }
    for (const auto fragment : {Fragment::older, Fragment::after}) {
        if (function != name(fragment)) continue;
        const auto lock = read_number(arguments);
        return lock ? builder_.add_leaf({.fragment = fragment, .number = *lock}) : std::nullopt;
    }
    for (const auto fragment : hash_locks)
        if (function == name(fragment)) return read_hash_lock(fragment, arguments);
    for (const auto fragment : {Fragment::multi, Fragment::multi_a})
        if (function == name(fragment)) return read_multisig(fragment, arguments);
    return std::nullopt;
}

bool TextParser::open(std::string_view function, std::string_view wrappers) {
    for (const auto fragment : combinations) {
        if (function != name(fragment)) continue;
        open_.push_back({.wrappers = wrappers, .fragment = fragment, .arity = 2});
        return true;
    }
    if (function == "and_n") {
        open_.push_back(
            {.wrappers = wrappers, .fragment = Fragment::andor, .arity = 2, .is_and_n = true});
    } else if (function == "andor") {
        open_.push_back({.wrappers = wrappers, .fragment = Fragment::andor, .arity = 3});
    } else if (function == "thresh") {
        const auto threshold = read_number(take_until(text_.find(',')));
        if (!threshold || !take(',')) return false;
        open_.push_back({.wrappers = wrappers,
                         .fragment = Fragment::thresh,
                         .arity = 0,
                         .threshold = *threshold});
    } else {
        return false;
    }
    return true;
}

Position TextParser::close(const Open& function) {
    auto subs = function.subs;
    if (function.arity != 0 && subs.size() != function.arity) return std::nullopt;
    if (function.is_and_n) {
        const auto zero = builder_.add_leaf({Fragment::just_0});
        if (!zero) return std::nullopt;
        subs.push_back(*zero);
    }
    return wrap(builder_.add(function.fragment, subs, function.threshold), function.wrappers);
}

bool TextParser::finish(Position node) {
    while (node && !open_.empty()) {
        Open& function = open_.back();
        function.subs.push_back(*node);
        const std::size_t most = function.arity != 0 ? function.arity : max_thresh_subs;
        if (take(',')) return function.subs.size() < most;
        if (!take(')')) return false;
        node = close(function);
        open_.pop_back();
    }
    return node.has_value();
}

bool TextParser::read_expression() {
    const auto wrappers = read_wrappers();
    if (!wrappers) return false;
    if (take('0')) return finish(wrap(builder_.add_leaf({Fragment::just_0}), *wrappers));
    if (take('1')) return finish(wrap(builder_.add_leaf({Fragment::just_1}), *wrappers));
    const auto bracket = text_.find('(');
    if (bracket == std::string_view::npos) return false;
    const auto function = take_until(bracket);
    take('(');
    if (open(function, *wrappers)) return true;
    const auto arguments = take_until(text_.find(')'));
    if (!take(')')) return false;
    return finish(wrap(read_leaf(function, arguments), *wrappers));
}

}  // namespace

std::optional<Expression> parse(std::string_view text, Context context, const KeyReader& read_key) {
    return TextParser(text, context, read_key).parse();
}

}  // namespace daler::miniscript
