#pragma once

#include "fixture.h"

#include <sstream>

namespace daler::test {

/// A language for scenarios of forks: blocks have names, a drawing becomes a few calls.
///
///     //     a1 - a2 - x3
///     // 0 <
///     //     b1
///     Forks forks(node);
///     forks.grow("0", "a1 a2 x3").grow("0", "b1");
///     forks.submit("b1 a1 a2 x3");
///
/// "0" is genesis. A name that begins with x is that of a block whose coinbase takes a satoshi too
/// much. All others spend the oldest mature coinbase of their branch, so that reorganisations move
/// coins.
class Forks {
public:
    explicit Forks(Node& node) : node_(node) {
        blocks_["0"] = {node.builder.params().genesis, {}, {}};
        names_[node.builder.genesis()] = "0";
    }

    /// Makes blocks, the first on `parent`, each on the one before. Nobody hears of them yet.
    Forks& grow(const std::string& parent, const std::string& names) {
        std::string below = parent;
        for (const auto& name : words(names)) {
            make(name, below);
            below = name;
        }
        return *this;
    }

    /// Submits blocks one by one: the reject reasons, "ok" for those that were accepted.
    std::string submit(const std::string& names) {
        return each(names, [this](const BlockRef& block) {
            return reason(node_.state->submit(block).verdict);
        });
    }
    /// The same with nothing but their headers.
    std::string headers(const std::string& names) {
        return each(names, [this](const BlockRef& block) {
            return reason(node_.state->accept_header(block->header));
        });
    }

    [[nodiscard]] BlockHash hash(const std::string& name) const {
        return hash_of(blocks_.at(name).block);
    }
    [[nodiscard]] std::string tip() const { return names_.at(node_.tip()); }
    [[nodiscard]] std::string best_header() const {
        return names_.at(node_.state->view()->best_header().hash);
    }
    /// Whether the node holds the block for invalid, itself or by an ancestor.
    [[nodiscard]] bool is_failed(const std::string& name) const {
        const auto* entry = node_.state->index().find(hash(name));
        return entry && entry->is_failed();
    }
    /// Whether the coins are those of the tip's chain, computed from nothing.
    [[nodiscard]] bool coins_fit() const { return node_.coins_hash() == replayed_hash(node_); }

    void invalidate(const std::string& name) { node_.state->invalidate(hash(name)); }
    void reconsider(const std::string& name) { node_.state->reconsider(hash(name)); }

    static std::vector<std::string> words(const std::string& text) {
        std::istringstream stream(text);
        std::vector<std::string> out;
        for (std::string word; stream >> word;)
            out.push_back(word);
        return out;
    }

private:
    struct Made {
        BlockRef block;
        std::vector<OutPoint> unspent;  ///< coinbases of its branch, oldest first
        std::string parent;
    };

    void make(const std::string& name, const std::string& parent) {
        Made made{{}, blocks_.at(parent).unspent, parent};
        const bool is_bad = name.starts_with('x');
        ChainBuilder::Plan plan;
        const auto maturity = static_cast<std::size_t>(node_.builder.params().coinbase_maturity);
        if (made.unspent.size() >= maturity) {
            plan.transactions.push_back(
                spend(made.unspent.front(), Amount{50 * satoshis_per_coin}));
            made.unspent.erase(made.unspent.begin());
        }
        if (is_bad) plan.fees = Amount{1};
        made.block = node_.builder.block(hash(parent), std::move(plan));
        made.unspent.push_back(first_output(made.block->transactions[0]));
        names_[hash_of(made.block)] = name;
        blocks_[name] = std::move(made);
    }

    template <class Action>
    std::string each(const std::string& names, Action action) {
        std::string out;
        for (const auto& name : words(names)) {
            const std::string why = action(blocks_.at(name).block);
            out += (out.empty() ? "" : " ") + (why.empty() ? "ok" : why);
        }
        return out;
    }

    Node& node_;
    std::map<std::string, Made> blocks_;
    std::map<BlockHash, std::string> names_;
};

}  // namespace daler::test
