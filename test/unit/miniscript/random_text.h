#pragma once

#include <daler/miniscript/expression.h>

#include <fmt/format.h>

#include <random>

namespace daler::test {

/// Makes texts of miniscripts. Keys are K0 to K<key_count - 1>, each used once as far as they last;
/// hashes are those of `digests`. Most results have the right types.
class RandomText {
public:
    static constexpr std::size_t key_count = 40;

    RandomText(std::uint32_t seed, miniscript::Context context, std::array<std::string, 4> digests)
        : random_(seed), context_(context), digests_(std::move(digests)) {}

    /// A text of type B.
    std::string next() {
        next_key_ = 0;
        return base(static_cast<int>(below(5)));
    }

    std::uint32_t below(std::uint32_t limit) {
        return static_cast<std::uint32_t>(random_()) % limit;
    }

private:
    std::string key() { return fmt::format("K{}", next_key_++ % key_count); }
    std::string hash() {
        static constexpr std::array names{"sha256", "hash256", "ripemd160", "hash160"};
        const auto i = below(4);
        return fmt::format("{}({})", names[i], digests_[i]);
    }
    std::string lock() {
        switch (below(4)) {
            case 0:
                return fmt::format("after({})", 1 + below(200));
            case 1:
                return fmt::format("after({})", 500'000'000 + below(2) * 1000);
            case 2:
                return fmt::format("older({})", 1 + below(40));
            default:
                return fmt::format("older({})", (1u << 22) + 1 + below(40));
        }
    }
    std::string multisig() {
        const std::uint32_t count = 1 + below(4);
        std::string out =
            fmt::format("{}({}", context_ == miniscript::Context::p2wsh ? "multi" : "multi_a",
                        1 + below(count));
        for (std::uint32_t i = 0; i < count; ++i)
            out += "," + key();
        return out + ")";
    }
    std::string base_leaf() {
        switch (below(8)) {
            case 0:
                return hash();
            case 1:
                return lock();
            case 2:
                return multisig();
            case 3:
                return below(4) == 0 ? (below(2) == 0 ? "0" : "1") : "pkh(" + key() + ")";
            default:
                return "pk(" + key() + ")";
        }
    }
    /// Puts a wrapper before an expression that may have wrappers already.
    static std::string wrapped(char letter, const std::string& text) {
        const auto end = text.find_first_of(":(");
        const bool has_wrapper = end != std::string::npos && text[end] == ':';
        return letter + (has_wrapper ? "" : std::string(":")) + text;
    }
    std::string base(int depth) {
        if (depth <= 0) return base_leaf();
        const int d = depth - 1;
        switch (below(14)) {
            case 0:
                return fmt::format("and_v({},{})", verify(d), base(d));
            case 1:
                return fmt::format("and_b({},{})", base(d), wrapped_base(d));
            case 2:
                return fmt::format("or_b({},{})", failing(d), wrapped_base(d));
            case 3:
                return fmt::format("or_d({},{})", failing(d), base(d));
            case 4:
                return fmt::format("or_i({},{})", base(d), base(d));
            case 5:
                return fmt::format("andor({},{},{})", failing(d), base(d), base(d));
            case 6:
                return fmt::format("and_n({},{})", failing(d), base(d));
            case 7:
            case 8: {
                const std::uint32_t count = 1 + below(4);
                std::string out = fmt::format("thresh({},{}", 1 + below(count), failing(d));
                for (std::uint32_t i = 1; i < count; ++i)
                    out += "," + wrapped_base(d);
                return out + ")";
            }
            case 9:
                return wrapped("jnlu"[below(4)], base(d));
            case 10:
                return wrapped('t', verify(d));
            case 11:
                return wrapped('d', verify(0));
            default:
                return base_leaf();
        }
    }
    std::string failing(int depth) { return below(2) == 0 ? "pk(" + key() + ")" : base(depth); }
    std::string verify(int depth) {
        if (depth > 0 && below(4) == 0)
            return fmt::format("or_c({},{})", failing(depth - 1), verify(depth - 1));
        if (below(6) == 0) return "v:" + lock();
        return wrapped('v', base(depth));
    }
    std::string wrapped_base(int depth) {
        return below(2) == 0 ? "s:pk(" + key() + ")" : wrapped('a', base(depth));
    }

    std::mt19937 random_;
    miniscript::Context context_;
    std::array<std::string, 4> digests_;
    std::size_t next_key_ = 0;
};

}  // namespace daler::test
