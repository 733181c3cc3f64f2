#pragma once

#include "fixture.h"

#include <daler/script/opcodes.h>

#include <latch>
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
/// much; with s, of one that has a script which fails. All others spend the oldest mature coinbase
/// of their branch, so that reorganisations move coins. Coinbases are locked by a script that has
/// to be run.
///
/// `submit` waits for each verdict. `start` does not: blocks are then open together, as when peers
/// send them, and `verdicts` returns their results in the order in which they were known. To
/// decide how many are open when something happens, keep the workers busy with `hold`.
class Forks {
public:
    explicit Forks(Node& node) : node_(node) {
        blocks_["0"] = {node.builder.params().genesis, {}, {}};
        names_[node.builder.genesis()] = "0";
    }
    ~Forks() { release(); }
    Forks(const Forks&) = delete;
    Forks& operator=(const Forks&) = delete;

    /// Makes blocks, the first on `parent`, each on the one before. They are not submitted yet.
    Forks& grow(const std::string& parent, const std::string& names) {
        std::string below = parent;
        for (const auto& name : words(names)) {
            make(name, below);
            below = name;
        }
        return *this;
    }
    /// The same for names with numbers: grow("a1", "b", 2, 300) makes b2 to b300.
    Forks& grow(const std::string& parent, const std::string& prefix, int first, int last) {
        return grow(parent, range(prefix, first, last));
    }
    /// "b2 b3 b4": a part of a drawing as a list of names.
    static std::string range(const std::string& prefix, int first, int last) {
        std::string out;
        for (int i = first; i <= last; ++i)
            out += (out.empty() ? "" : " ") + prefix + std::to_string(i);
        return out;
    }

    /// Submits blocks one by one: the reject reasons, "ok" for those that were accepted.
    std::string submit(const std::string& names) {
        return each(names, [this](const BlockRef& block) {
            return reason(node_.state->submit(block).verdict);
        });
    }
    /// The same with their headers only.
    std::string headers(const std::string& names) {
        return each(names, [this](const BlockRef& block) {
            return reason(node_.state->accept_header(block->header));
        });
    }

    /// Submits blocks one after the other without waiting for what becomes of them.
    Forks& start(const std::string& names) {
        for (const auto& name : words(names)) {
            const auto note = [verdicts = verdicts_, name](const chain::Submitted* result) {
                const auto why = result ? reason(result->verdict) : "lost";
                *verdicts +=
                    (verdicts->empty() ? "" : " ") + name + ":" + (why.empty() ? "ok" : why);
            };
            node_.state->submit(blocks_.at(name).block, note);
        }
        return *this;
    }
    /// What is known by now of started blocks that was not returned before: "a1:ok
    /// x2:bad-cb-amount".
    std::string verdicts() {
        node_.state->maintain();
        return std::exchange(*verdicts_, {});
    }
    /// Keeps all workers from checking scripts until `release`, so that blocks stay open. Only
    /// those who wait for a verdict check scripts then.
    void hold() {
        release();
        held_ = std::make_shared<std::latch>(1);
        for (std::size_t i = 0; i < node_.workers.size(); ++i)
            node_.workers.run([held = held_] { held->wait(); });
    }
    void release() {
        if (held_) held_->count_down();
        held_.reset();
    }
    /// Waits until no block is open and returns the verdicts not returned before.
    std::string finish() {
        release();
        node_.state->flush();
        return verdicts();
    }

    [[nodiscard]] BlockHash hash(const std::string& name) const {
        return hash_of(blocks_.at(name).block);
    }
    [[nodiscard]] std::string tip() const { return names_.at(node_.tip()); }
    [[nodiscard]] std::string best_header() const {
        return names_.at(node_.state->view()->best_header().hash);
    }
    /// Whether the node counts the block as invalid, by itself or by an ancestor.
    [[nodiscard]] bool is_failed(const std::string& name) const {
        const auto* entry = node_.state->index().find(hash(name));
        return entry && entry->is_failed();
    }
    /// Those of these blocks that count as invalid.
    [[nodiscard]] std::string failed_of(const std::string& names) const {
        std::string out;
        for (const auto& name : words(names))
            if (is_failed(name)) out += (out.empty() ? "" : " ") + name;
        return out;
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

    /// OP_5 OP_EQUAL: opened by pushing 5, or not by pushing 4.
    static Script lock() { return Script(Bytes{script::op_1 + 4, script::op_equal}); }

    void make(const std::string& name, const std::string& parent) {
        Made made{{}, blocks_.at(parent).unspent, parent};
        ChainBuilder::Plan plan;
        plan.payout = lock();
        const auto maturity = static_cast<std::size_t>(node_.builder.params().coinbase_maturity);
        if (made.unspent.size() >= maturity) {
            Transaction tx = *spend(made.unspent.front(), Amount{50 * satoshis_per_coin});
            const bool fails = name.starts_with('s');
            tx.inputs[0].script_sig.append(fails ? script::op_1 + 3 : script::op_1 + 4);
            plan.transactions.push_back(seal(std::move(tx)));
            made.unspent.erase(made.unspent.begin());
        }
        if (name.starts_with('x')) plan.fees = Amount{1};
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
    /// Shared with the handlers, which may be called when the scenario is over.
    std::shared_ptr<std::string> verdicts_ = std::make_shared<std::string>();
    std::shared_ptr<std::latch> held_;
};

}  // namespace daler::test
