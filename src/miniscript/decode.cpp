#include <daler/script/script_number.h>
#include <daler/script/script_reader.h>

#include <algorithm>

#include "builder.h"

namespace daler::miniscript {
namespace {

using script::Opcode;
using Position = std::optional<std::uint32_t>;

constexpr std::size_t key_size = 33;
constexpr std::size_t x_only_key_size = 32;

/// The instructions of a script, where each opcode of a VERIFY form is two: the opcode and VERIFY.
/// Nothing if an instruction could be shorter: then no miniscript has this script.
std::optional<std::vector<script::Instruction>> read_instructions(ByteSpan script) {
    static constexpr std::array<std::pair<Opcode, Opcode>, 4> verify_forms{
        {{script::op_checksigverify, script::op_checksig},
         {script::op_checkmultisigverify, script::op_checkmultisig},
         {script::op_equalverify, script::op_equal},
         {script::op_numequalverify, script::op_numequal}}};
    std::vector<script::Instruction> out;
    script::ScriptReader reader(script);
    while (const auto instruction = reader.next()) {
        const Opcode opcode = instruction->opcode;
        if (instruction->pushes_data() && !script::is_minimal_push(*instruction))
            return std::nullopt;
        const auto is_base = [&](const auto& form) {
            return !out.empty() && out.back().opcode == form.second;
        };
        if (opcode == script::op_verify && std::ranges::any_of(verify_forms, is_base))
            return std::nullopt;
        const auto form =
            std::ranges::find(verify_forms, opcode, &std::pair<Opcode, Opcode>::first);
        if (form == verify_forms.end()) {
            out.push_back(*instruction);
        } else {
            out.push_back({form->second, {}});
            out.push_back({script::op_verify, {}});
        }
    }
    if (!reader.at_end()) return std::nullopt;
    return out;
}

/// What is read next, or put together when its parts are there.
enum class Step : std::uint8_t {
    single,        // an expression of type B, K or V that is not and_v
    sequence,      // one that may be
    wrapped,       // of type W
    more,          // whether another part of an and_v is before what was read
    swap,          // the start of s:
    to_alt_stack,  // the start of a:
    after_endif,   // what IF or NOTIF began, when the last part is read
    after_else,    // the same, when the part after ELSE is read, too
    after_notif,   // or_c or or_d
    next_of_thresh,
    make,
};

struct Task {
    Step step;
    Fragment fragment{};       // of make
    std::uint32_t count = 0;   // thresh: how many parts were read
    std::uint32_t number = 0;  // thresh
};

/// Reads a script from its end to its start, where each opcode tells what it belongs to. Parts that
/// are read wait in a list until the opcode before them says what they are parts of.
class ScriptParser {
public:
    ScriptParser(std::span<const script::Instruction> instructions, Context context,
                 const KeyFinder& find_key)
        : rest_(instructions), find_key_(find_key), builder_(context) {}

    std::optional<Decoded> parse() {
        then({{Step::sequence}});
        while (!tasks_.empty()) {
            const Task task = tasks_.back();
            tasks_.pop_back();
            if (!run(task)) return std::nullopt;
        }
        if (!rest_.empty() || parts_.size() != 1) return std::nullopt;
        Expression out = std::move(builder_).finish();
        if (!out.facts.back().type.has("B"_type)) return std::nullopt;
        return Decoded{std::move(out), std::move(keys_)};
    }

private:
    bool run(const Task& task);
    bool read_single();
    std::optional<bool> read_leaf();
    bool read_key_hash();
    bool read_lock();
    bool read_hash_lock();
    bool read_multisig();
    bool read_tapscript_multisig();
    bool read_wrapped();
    bool read_conditional();
    bool read_alternatives();
    bool read_thresh(const Task& task);
    bool make(const Task& task);

    /// These tasks are next.
    bool then(std::initializer_list<Task> tasks) {
        tasks_.insert(tasks_.end(), std::rbegin(tasks), std::rend(tasks));
        return true;
    }
    static Task making(Fragment fragment) { return {.step = Step::make, .fragment = fragment}; }

    /// The instruction `back` places before the end of what is left.
    [[nodiscard]] const script::Instruction& last(std::size_t back = 0) const {
        return rest_[rest_.size() - 1 - back];
    }
    [[nodiscard]] bool ends_with(std::initializer_list<Opcode> opcodes) const {
        return rest_.size() >= opcodes.size() &&
               std::equal(opcodes.begin(), opcodes.end(),
                          rest_.end() - static_cast<std::ptrdiff_t>(opcodes.size()),
                          [](Opcode a, const script::Instruction& b) { return a == b.opcode; });
    }
    void drop(std::size_t count = 1) { rest_ = rest_.first(rest_.size() - count); }
    bool take(Opcode opcode) {
        if (rest_.empty() || last().opcode != opcode) return false;
        drop();
        return true;
    }
    [[nodiscard]] std::optional<std::uint32_t> number_at(std::size_t back) const;
    [[nodiscard]] bool is_key(const script::Instruction& push) const;
    bool add(const Leaf& leaf) { return add(builder_.add_leaf(leaf)); }
    bool add(Position node) {
        if (node) parts_.push_back(*node);
        return node.has_value();
    }

    std::span<const script::Instruction> rest_;
    const KeyFinder& find_key_;
    Builder builder_;
    std::vector<Bytes> keys_;
    std::vector<Task> tasks_;           // the next one is the last
    std::vector<std::uint32_t> parts_;  // the first in the script is the last
};

std::optional<std::uint32_t> ScriptParser::number_at(std::size_t back) const {
    if (back >= rest_.size()) return std::nullopt;
    const auto& push = last(back);
    if (const auto small = script::small_number(push.opcode))
        return static_cast<std::uint32_t>(*small);
    if (!push.pushes_data()) return std::nullopt;
    const auto number = script::decode_number(push.data, true, script::max_number_size);
    if (!number || *number < 0) return std::nullopt;
    return static_cast<std::uint32_t>(*number);
}

bool ScriptParser::is_key(const script::Instruction& push) const {
    if (!push.pushes_data()) return false;
    if (builder_.context() == Context::tapscript) return push.data.size() == x_only_key_size;
    return push.data.size() == key_size && (push.data[0] == 2 || push.data[0] == 3);
}

bool ScriptParser::read_key_hash() {
    const auto key = find_key_(last(2).data);
    if (!key) return false;
    drop(5);
    keys_.push_back(*key);
    return add(Leaf{.fragment = Fragment::pk_h, .keys = 1});
}

bool ScriptParser::read_lock() {
    const auto lock = number_at(1);
    if (!lock) return false;
    const auto fragment =
        last().opcode == script::op_checksequenceverify ? Fragment::older : Fragment::after;
    drop(2);
    return add(Leaf{.fragment = fragment, .number = *lock});
}

bool ScriptParser::read_hash_lock() {
    static constexpr std::array<std::pair<Opcode, Fragment>, 4> hashes{
        {{script::op_sha256, Fragment::sha256},
         {script::op_hash256, Fragment::hash256},
         {script::op_ripemd160, Fragment::ripemd160},
         {script::op_hash160, Fragment::hash160}}};
    const auto hash =
        std::ranges::find(hashes, last(2).opcode, &std::pair<Opcode, Fragment>::first);
    const bool is_long =
        last(2).opcode == script::op_sha256 || last(2).opcode == script::op_hash256;
    if (hash == hashes.end() || last(1).data.size() != (is_long ? 32 : 20)) return false;
    const ByteSpan digest = last(1).data;
    drop(7);
    return add(Leaf{.fragment = hash->second, .hash = digest});
}

bool ScriptParser::read_multisig() {
    const auto count = number_at(1);
    if (builder_.context() != Context::p2wsh || !count || rest_.size() < *count + std::size_t{3})
        return false;
    const auto threshold = number_at(*count + std::size_t{2});
    if (!threshold) return false;
    for (std::size_t i = *count + std::size_t{1}; i > 1; --i) {
        if (!is_key(last(i))) return false;
        keys_.emplace_back(last(i).data.begin(), last(i).data.end());
    }
    drop(*count + std::size_t{3});
    return add(Leaf{.fragment = Fragment::multi, .number = *threshold, .keys = *count});
}

bool ScriptParser::read_tapscript_multisig() {
    const auto threshold = number_at(1);
    if (builder_.context() != Context::tapscript || !threshold) return false;
    drop(2);
    std::vector<Bytes> keys;  // the last one first
    for (;;) {
        const bool is_first = ends_with({script::op_checksig});
        if ((!is_first && !ends_with({script::op_checksigadd})) || rest_.size() < 2 ||
            !is_key(last(1))) {
            return false;
        }
        keys.emplace_back(last(1).data.begin(), last(1).data.end());
        drop(2);
        if (is_first) break;
    }
    keys_.insert(keys_.end(), keys.rbegin(), keys.rend());
    return add(Leaf{.fragment = Fragment::multi_a,
                    .number = *threshold,
                    .keys = static_cast<std::uint32_t>(keys.size())});
}

/// Reads one without subexpressions. Nothing if it is not one.
std::optional<bool> ScriptParser::read_leaf() {
    using namespace script;  // NOLINT: opcodes
    if (take(op_0)) return add(Leaf{Fragment::just_0});
    if (take(op_1)) return add(Leaf{Fragment::just_1});
    if (is_key(last())) {
        keys_.emplace_back(last().data.begin(), last().data.end());
        drop();
        return add(Leaf{.fragment = Fragment::pk_k, .keys = 1});
    }
    constexpr auto push_20 = static_cast<Opcode>(20);
    if (ends_with({op_dup, op_hash160, push_20, op_equal, op_verify})) return read_key_hash();
    if (ends_with({op_checksequenceverify}) || ends_with({op_checklocktimeverify}))
        return read_lock();
    if (ends_with({op_equal}) && rest_.size() >= 7 && last(3).opcode == op_verify &&
        last(4).opcode == op_equal && number_at(5) == 32 && last(6).opcode == op_size) {
        return read_hash_lock();
    }
    if (ends_with({op_checkmultisig})) return read_multisig();
    if (ends_with({op_numequal})) return read_tapscript_multisig();
    return std::nullopt;
}

bool ScriptParser::read_single() {
    using namespace script;  // NOLINT: opcodes
    if (rest_.empty()) return false;
    if (const auto done = read_leaf()) return *done;
    // The scripts of c:and_v(X,Y) and and_v(X,c:Y) are the same, so the arguments are single.
    if (take(op_checksig)) return then({{Step::single}, making(Fragment::wrap_c)});
    if (take(op_verify)) return then({{Step::single}, making(Fragment::wrap_v)});
    if (take(op_0notequal)) return then({{Step::single}, making(Fragment::wrap_n)});
    if (take(op_booland)) return then({{Step::wrapped}, {Step::single}, making(Fragment::and_b)});
    if (take(op_boolor)) return then({{Step::wrapped}, {Step::single}, making(Fragment::or_b)});
    if (take(op_endif)) return then({{Step::sequence}, {Step::after_endif}});
    if (ends_with({op_equal})) {
        const auto threshold = number_at(1);
        if (!threshold) return false;
        drop(2);
        return then({{.step = Step::next_of_thresh, .number = *threshold}});
    }
    return false;
}

bool ScriptParser::read_wrapped() {
    if (take(script::op_fromaltstack)) return then({{Step::sequence}, {Step::to_alt_stack}});
    return then({{Step::sequence}, {Step::swap}});
}

bool ScriptParser::read_conditional() {
    using namespace script;  // NOLINT: opcodes
    if (take(op_else)) return then({{Step::sequence}, {Step::after_else}});
    if (take(op_notif)) return then({{Step::after_notif}});
    if (ends_with({op_dup, op_if})) {
        drop(2);
        return make(making(Fragment::wrap_d));
    }
    if (ends_with({op_size, op_0notequal, op_if})) {
        drop(3);
        return make(making(Fragment::wrap_j));
    }
    return false;
}

bool ScriptParser::read_alternatives() {
    if (take(script::op_if)) return make(making(Fragment::or_i));
    if (take(script::op_notif)) return then({{Step::single}, making(Fragment::andor)});
    return false;
}

bool ScriptParser::read_thresh(const Task& task) {
    if (task.count >= max_thresh_subs) return false;
    const std::uint32_t count = task.count + 1;
    // The parts have the property d, which and_v does not have.
    if (take(script::op_add))
        return then({{Step::wrapped},
                     {.step = Step::next_of_thresh, .count = count, .number = task.number}});
    return then({{Step::single},
                 {.step = Step::make,
                  .fragment = Fragment::thresh,
                  .count = count,
                  .number = task.number}});
}

bool ScriptParser::make(const Task& task) {
    std::size_t count = 2;
    if (task.fragment == Fragment::thresh)
        count = task.count;
    else if (task.fragment == Fragment::andor)
        count = 3;
    else if (task.fragment <= Fragment::wrap_n)
        count = 1;
    if (parts_.size() < count) return false;
    std::vector<std::uint32_t> subs(parts_.rbegin(),
                                    parts_.rbegin() + static_cast<std::ptrdiff_t>(count));
    // andor(X,Y,Z) has its Z before its Y.
    if (task.fragment == Fragment::andor) std::swap(subs[1], subs[2]);
    parts_.resize(parts_.size() - count);
    return add(builder_.add(task.fragment, subs, task.number));
}

bool ScriptParser::run(const Task& task) {
    switch (task.step) {
        case Step::single:
            return read_single();
        case Step::sequence:
            return then({{Step::single}, {Step::more}});
        case Step::wrapped:
            return read_wrapped();
        case Step::more: {
            // No expression ends with one of these.
            static constexpr std::array starts{script::op_if, script::op_else, script::op_notif,
                                               script::op_toaltstack, script::op_swap};
            if (rest_.empty() || std::ranges::find(starts, last().opcode) != starts.end())
                return true;
            return then({{Step::sequence}, making(Fragment::and_v)});
        }
        case Step::swap:
            return take(script::op_swap) && make(making(Fragment::wrap_s));
        case Step::to_alt_stack:
            return take(script::op_toaltstack) && make(making(Fragment::wrap_a));
        case Step::after_endif:
            return read_conditional();
        case Step::after_else:
            return read_alternatives();
        case Step::after_notif: {
            const bool is_or_d = take(script::op_ifdup);
            return then({{Step::single}, making(is_or_d ? Fragment::or_d : Fragment::or_c)});
        }
        case Step::next_of_thresh:
            return read_thresh(task);
        case Step::make:
            return make(task);
    }
    return false;
}

}  // namespace

std::optional<Decoded> decode(ByteSpan script, Context context, const KeyFinder& find_key) {
    if (script.size() > static_cast<std::size_t>(longest_script(context))) return std::nullopt;
    const auto instructions = read_instructions(script);
    if (!instructions) return std::nullopt;
    return ScriptParser(*instructions, context, find_key).parse();
}

}  // namespace daler::miniscript
