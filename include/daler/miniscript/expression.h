#pragma once

#include <daler/encoding/bytes.h>
#include <daler/miniscript/facts.h>
#include <daler/primitives/script.h>

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace daler::miniscript {

/// Where a script is used. The rules of the two places differ.
enum class Context : std::uint8_t { p2wsh, tapscript };

/// The fragments of BIP 379. Its other names are short forms: pk(K) is c:pk_k(K), pkh(K) is
/// c:pk_h(K), and_n(X,Y) is andor(X,Y,0), t:X is and_v(X,1), l:X is or_i(0,X), u:X is or_i(X,0).
enum class Fragment : std::uint8_t {
    just_0,
    just_1,
    pk_k,
    pk_h,
    older,
    after,
    sha256,
    hash256,
    ripemd160,
    hash160,
    wrap_a,
    wrap_s,
    wrap_c,
    wrap_d,
    wrap_v,
    wrap_j,
    wrap_n,
    and_v,
    and_b,
    or_b,
    or_c,
    or_d,
    or_i,
    andor,
    thresh,
    multi,
    multi_a,
};

/// "pk_k", "older"; the letter of a wrapper.
[[nodiscard]] std::string_view name(Fragment fragment);

/// A part of a list: positions `first` to `end` - 1.
struct Range {
    std::uint32_t first = 0;
    std::uint32_t end = 0;

    [[nodiscard]] std::uint32_t size() const { return end - first; }
};

/// One fragment with its arguments.
struct Node {
    Fragment fragment;
    std::uint32_t number = 0;  ///< lock time, threshold, or which of Expression::hashes
    Range subs{};              ///< in Expression::subs
    Range keys{};              ///< numbers of all keys in the node and in what is below it
};

/// The most subexpressions of a thresh. Each of them takes at least one of the 1000 elements of the
/// stack, unless it is a constant.
inline constexpr std::size_t max_thresh_subs = 1000;

/// A miniscript (BIP 379): a script whose conditions can be computed with. Keys are numbers here,
/// from 0 to key_count - 1; the caller has what they stand for. Made by parse and decode.
struct Expression {
    Context context;
    std::vector<Node> nodes{};          ///< children before their parents; the root is the last one
    std::vector<Facts> facts{};         ///< of each node
    std::vector<std::uint32_t> subs{};  ///< positions of nodes
    std::vector<Bytes> hashes{};        ///< of hash locks
    std::uint32_t key_count = 0;

    [[nodiscard]] std::uint32_t root() const {
        return static_cast<std::uint32_t>(nodes.size() - 1);
    }
    [[nodiscard]] std::span<const std::uint32_t> subs_of(const Node& node) const {
        return std::span(subs).subspan(node.subs.first, node.subs.size());
    }
    [[nodiscard]] const Bytes& hash_of(const Node& node) const { return hashes[node.number]; }
};

/// Reads the text of a key and remembers it as the next one; false if it is not a key.
using KeyReader = std::function<bool(std::string_view)>;

/// Reads a miniscript. Nothing if the text is not one, its script would be too long for `context`,
/// or `read_key` returned false. The types may be wrong: see find_flaw.
[[nodiscard]] std::optional<Expression> parse(std::string_view text, Context context,
                                              const KeyReader& read_key);

/// A miniscript and the keys in its script, by number.
struct Decoded {
    Expression expression;
    std::vector<Bytes> keys;
};

/// The key with a HASH160, if it is known.
using KeyFinder = std::function<std::optional<Bytes>(ByteSpan hash160)>;

/// Reads the miniscript of a script. Nothing if there is none of type B. Keys are 33 bytes in P2WSH
/// and 32 bytes in tapscript; `find_key` gets what pk_h has.
[[nodiscard]] std::optional<Decoded> decode(ByteSpan script, Context context,
                                            const KeyFinder& find_key);

/// The text in Bitcoin Core's form: short where there is a short form. Requires a text per key.
[[nodiscard]] std::string to_text(const Expression& expression, std::span<const std::string> keys);
/// The text of the part below `node`.
[[nodiscard]] std::string to_text(const Expression& expression, std::span<const std::string> keys,
                                  std::uint32_t node);

/// The script. Requires for each key its 33 bytes in P2WSH, its 32 bytes in tapscript. Requires a
/// valid expression.
[[nodiscard]] Script to_script(const Expression& expression, std::span<const Bytes> keys);

/// Why an expression must not be used.
enum class Flaw : std::uint8_t {
    invalid,           ///< an argument has the wrong type, or the script is too long
    malleable,         ///< others can change witnesses
    no_signature,      ///< a witness needs no signature
    mixed_time_locks,  ///< a witness needs locks in blocks and in seconds
    duplicate_keys,
    over_limits,      ///< a witness may need too many opcodes or stack elements
    not_a_condition,  ///< not of type B
    not_satisfiable,
};

struct FlawedNode {
    std::uint32_t node;
    Flaw flaw;
};

/// The first part with a flaw, from the inside out and from left to right; else a flaw of the
/// whole; nothing if the expression is sane and can be satisfied. Keys are the same if they are
/// equal in `keys`.
[[nodiscard]] std::optional<FlawedNode> find_flaw(const Expression& expression,
                                                  std::span<const Bytes> keys);

}  // namespace daler::miniscript
