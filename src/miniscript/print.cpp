#include <daler/crypto/hash.h>
#include <daler/encoding/hex.h>
#include <daler/miniscript/expression.h>
#include <daler/script/opcodes.h>
#include <daler/script/standard.h>

#include <variant>

namespace daler::miniscript {
namespace {

/// The form of a node that is written with a letter before its argument.
struct Prefix {
    std::string_view letter;
    std::uint32_t sub;
};

std::optional<Prefix> prefix_of(const Expression& expression, const Node& node) {
    const auto subs = expression.subs_of(node);
    const auto is = [&](std::size_t i, Fragment fragment) {
        return expression.nodes[subs[i]].fragment == fragment;
    };
    switch (node.fragment) {
        case Fragment::wrap_c:
            if (is(0, Fragment::pk_k) || is(0, Fragment::pk_h)) return std::nullopt;
            [[fallthrough]];
        case Fragment::wrap_a:
        case Fragment::wrap_s:
        case Fragment::wrap_d:
        case Fragment::wrap_v:
        case Fragment::wrap_j:
        case Fragment::wrap_n:
            return Prefix{name(node.fragment), subs[0]};
        case Fragment::and_v:
            if (is(1, Fragment::just_1)) return Prefix{"t", subs[0]};
            break;
        case Fragment::or_i:
            if (is(0, Fragment::just_0)) return Prefix{"l", subs[1]};
            if (is(1, Fragment::just_0)) return Prefix{"u", subs[0]};
            break;
        default:
            break;
    }
    return std::nullopt;
}

class TextWriter {
public:
    TextWriter(const Expression& expression, std::span<const std::string> keys)
        : expression_(expression), keys_(keys) {}

    std::string write(std::uint32_t root) {
        to_do_.emplace_back(Part{root, false});
        while (!to_do_.empty()) {
            const auto next = to_do_.back();
            to_do_.pop_back();
            if (const auto* text = std::get_if<std::string_view>(&next))
                out_ += *text;
            else
                write_node(std::get<Part>(next));
        }
        return std::move(out_);
    }

private:
    struct Part {
        std::uint32_t node;
        bool has_prefix;
    };

    void write_node(const Part& part) {
        const Node& node = expression_.nodes[part.node];
        if (const auto prefix = prefix_of(expression_, node)) {
            out_ += prefix->letter;
            to_do_.emplace_back(Part{prefix->sub, true});
            return;
        }
        if (part.has_prefix) out_.push_back(':');
        const auto subs = expression_.subs_of(node);
        if (node.fragment == Fragment::wrap_c) {
            const Node& key = expression_.nodes[subs[0]];
            write_leaf(key.fragment == Fragment::pk_k ? "pk" : "pkh", key);
        } else if (subs.empty()) {
            write_leaf(name(node.fragment), node);
        } else {
            write_function(node, subs);
        }
    }

    void write_leaf(std::string_view function, const Node& node) {
        out_ += function;
        if (node.fragment == Fragment::just_0 || node.fragment == Fragment::just_1) return;
        out_.push_back('(');
        switch (node.fragment) {
            case Fragment::older:
            case Fragment::after:
            case Fragment::multi:
            case Fragment::multi_a:
                out_ += std::to_string(node.number);
                break;
            case Fragment::sha256:
            case Fragment::hash256:
            case Fragment::ripemd160:
            case Fragment::hash160:
                out_ += to_hex(expression_.hash_of(node));
                break;
            default:
                break;
        }
        for (std::uint32_t key = node.keys.first; key < node.keys.end; ++key) {
            if (out_.back() != '(') out_.push_back(',');
            out_ += keys_[key];
        }
        out_.push_back(')');
    }

    void write_function(const Node& node, std::span<const std::uint32_t> subs) {
        const bool is_and_n = node.fragment == Fragment::andor &&
                              expression_.nodes[subs[2]].fragment == Fragment::just_0;
        if (is_and_n) subs = subs.first(2);
        out_ += is_and_n ? "and_n" : name(node.fragment);
        out_.push_back('(');
        if (node.fragment == Fragment::thresh) out_ += std::to_string(node.number) + ",";
        to_do_.emplace_back(std::string_view(")"));
        for (std::size_t i = subs.size(); i-- > 0;) {
            to_do_.emplace_back(Part{subs[i], false});
            if (i > 0) to_do_.emplace_back(std::string_view(","));
        }
    }

    const Expression& expression_;
    std::span<const std::string> keys_;
    std::vector<std::variant<std::string_view, Part>> to_do_;  // the next one is the last
    std::string out_;
};

class ScriptWriter {
public:
    ScriptWriter(const Expression& expression, std::span<const Bytes> keys)
        : expression_(expression), keys_(keys) {}

    Script write() {
        to_do_.emplace_back(Part{expression_.root(), false});
        while (!to_do_.empty()) {
            const auto next = to_do_.back();
            to_do_.pop_back();
            if (const auto* opcode = std::get_if<script::Opcode>(&next))
                out_.append(*opcode);
            else if (const auto* part = std::get_if<Part>(&next))
                write_node(*part);
            else
                script::push_number(out_, std::get<std::uint32_t>(next));
        }
        return std::move(out_);
    }

private:
    struct Part {
        std::uint32_t node;
        bool verify;  ///< the last opcode is to become its VERIFY form
    };
    using Step = std::variant<script::Opcode, Part, std::uint32_t>;

    /// These steps are next.
    void then(std::initializer_list<Step> steps) {
        to_do_.insert(to_do_.end(), std::rbegin(steps), std::rend(steps));
    }

    void write_node(const Part& part) {
        const Node& node = expression_.nodes[part.node];
        const auto subs = expression_.subs_of(node);
        if (subs.empty())
            write_leaf(node, part.verify);
        else if (node.fragment == Fragment::thresh)
            write_thresh(node, subs, part.verify);
        else if (subs.size() == 1)
            write_wrapper(node.fragment, subs[0], part.verify);
        else
            write_combination(node.fragment, subs, part.verify);
    }

    void write_leaf(const Node& node, bool verify);
    void write_multisig(const Node& node, bool verify);
    void write_hash_lock(const Node& node, script::Opcode hash, bool verify);
    void write_wrapper(Fragment wrapper, std::uint32_t sub, bool verify);
    void write_combination(Fragment fragment, std::span<const std::uint32_t> subs, bool verify);
    void write_thresh(const Node& node, std::span<const std::uint32_t> subs, bool verify);

    const Expression& expression_;
    std::span<const Bytes> keys_;
    std::vector<Step> to_do_;  // the next one is the last
    Script out_;
};

void ScriptWriter::write_hash_lock(const Node& node, script::Opcode hash, bool verify) {
    constexpr int preimage_size = 32;
    out_.append(script::op_size);
    script::push_number(out_, preimage_size);
    out_.append(script::op_equalverify);
    out_.append(hash);
    script::push(out_, expression_.hash_of(node));
    out_.append(verify ? script::op_equalverify : script::op_equal);
}

void ScriptWriter::write_multisig(const Node& node, bool verify) {
    const bool in_tapscript = node.fragment == Fragment::multi_a;
    if (!in_tapscript) script::push_number(out_, node.number);
    for (std::uint32_t key = node.keys.first; key < node.keys.end; ++key) {
        script::push(out_, keys_[key]);
        if (in_tapscript)
            out_.append(key == node.keys.first ? script::op_checksig : script::op_checksigadd);
    }
    if (in_tapscript) {
        script::push_number(out_, node.number);
        out_.append(verify ? script::op_numequalverify : script::op_numequal);
    } else {
        script::push_number(out_, node.keys.size());
        out_.append(verify ? script::op_checkmultisigverify : script::op_checkmultisig);
    }
}

void ScriptWriter::write_leaf(const Node& node, bool verify) {
    switch (node.fragment) {
        case Fragment::just_0:
            return out_.append(script::op_0);
        case Fragment::just_1:
            return out_.append(script::op_1);
        case Fragment::pk_k:
            return script::push(out_, keys_[node.keys.first]);
        case Fragment::pk_h:
            out_.append(script::op_dup);
            out_.append(script::op_hash160);
            script::push(out_, crypto::hash160(keys_[node.keys.first]));
            return out_.append(script::op_equalverify);
        case Fragment::older:
        case Fragment::after:
            script::push_number(out_, node.number);
            return out_.append(node.fragment == Fragment::older ? script::op_checksequenceverify
                                                                : script::op_checklocktimeverify);
        case Fragment::sha256:
            return write_hash_lock(node, script::op_sha256, verify);
        case Fragment::hash256:
            return write_hash_lock(node, script::op_hash256, verify);
        case Fragment::ripemd160:
            return write_hash_lock(node, script::op_ripemd160, verify);
        case Fragment::hash160:
            return write_hash_lock(node, script::op_hash160, verify);
        default:
            return write_multisig(node, verify);
    }
}

void ScriptWriter::write_wrapper(Fragment wrapper, std::uint32_t sub, bool verify) {
    using namespace script;  // NOLINT: opcodes
    const Part x{sub, false};
    switch (wrapper) {
        case Fragment::wrap_a:
            return then({op_toaltstack, x, op_fromaltstack});
        case Fragment::wrap_s:
            return then({op_swap, Part{sub, verify}});
        case Fragment::wrap_c:
            return then({x, verify ? op_checksigverify : op_checksig});
        case Fragment::wrap_d:
            return then({op_dup, op_if, x, op_endif});
        case Fragment::wrap_v:
            if (expression_.facts[sub].type.has("x"_type)) return then({x, op_verify});
            return then({Part{sub, true}});
        case Fragment::wrap_j:
            return then({op_size, op_0notequal, op_if, x, op_endif});
        default:
            return then({x, op_0notequal});
    }
}

void ScriptWriter::write_combination(Fragment fragment, std::span<const std::uint32_t> subs,
                                     bool verify) {
    using namespace script;  // NOLINT: opcodes
    const Part x{subs[0], false};
    const Part y{subs[1], false};
    switch (fragment) {
        case Fragment::and_v:
            return then({x, Part{subs[1], verify}});
        case Fragment::and_b:
            return then({x, y, op_booland});
        case Fragment::or_b:
            return then({x, y, op_boolor});
        case Fragment::or_c:
            return then({x, op_notif, y, op_endif});
        case Fragment::or_d:
            return then({x, op_ifdup, op_notif, y, op_endif});
        case Fragment::or_i:
            return then({op_if, x, op_else, y, op_endif});
        default:
            return then({x, op_notif, Part{subs[2], false}, op_else, y, op_endif});
    }
}

void ScriptWriter::write_thresh(const Node& node, std::span<const std::uint32_t> subs,
                                bool verify) {
    then({Step(node.number), verify ? script::op_equalverify : script::op_equal});
    for (std::size_t i = subs.size(); i-- > 0;) {
        if (i > 0) then({script::op_add});
        then({Part{subs[i], false}});
    }
}

}  // namespace

std::string_view name(Fragment fragment) {
    static constexpr std::array<std::string_view, 27> names{
        "0",       "1",    "pk_k", "pk_h", "older", "after", "sha256", "hash256", "ripemd160",
        "hash160", "a",    "s",    "c",    "d",     "v",     "j",      "n",       "and_v",
        "and_b",   "or_b", "or_c", "or_d", "or_i",  "andor", "thresh", "multi",   "multi_a"};
    static_assert(names.size() == static_cast<std::size_t>(Fragment::multi_a) + 1);
    return names[static_cast<std::size_t>(fragment)];
}

std::string to_text(const Expression& expression, std::span<const std::string> keys,
                    std::uint32_t node) {
    return TextWriter(expression, keys).write(node);
}

std::string to_text(const Expression& expression, std::span<const std::string> keys) {
    return to_text(expression, keys, expression.root());
}

Script to_script(const Expression& expression, std::span<const Bytes> keys) {
    return ScriptWriter(expression, keys).write();
}

}  // namespace daler::miniscript
