#include "scenario.h"

#include <fmt/format.h>

namespace daler::test {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t fork_height = 30;
constexpr std::size_t wide_outputs = 150;
constexpr std::size_t usual_outputs = 10;

/// Each call of maintain writes one small slice of a flush, or begins the next flush.
chain::ChainOptions always_flushing(SimulatedDisk& disk) {
    auto options = Scenario::options(disk);
    options.crash_ratio = 1'000'000'000;  // small slices, and practically no crash
    options.sync_interval = 0s;
    return options;
}

/// The node of a running scenario. Records its promises.
class Runner {
public:
    Runner(const ChainParams& params, Promises& promises) : params_(params), promises_(promises) {}

    void start(chain::ChainOptions options) {
        node_.reset();
        node_ = std::make_unique<Node>(std::move(options), params_);
    }
    void submit(std::span<const BlockRef> blocks, bool maintain = false) {
        for (const auto& block : blocks) {
            const auto result = node_->state->submit(block);
            if (!result.verdict) throw std::logic_error("a valid block was rejected");
            promises_.answered.push_back(hash_of(block));
            promises_.height = node_->height();
            if (maintain) node_->state->maintain();
        }
    }
    void headers(std::span<const BlockRef> blocks) {
        for (const auto& block : blocks)
            (void)node_->state->accept_header(block->header);
    }
    void flush() {
        node_->state->flush();
        note_sync();
    }
    /// During the call the height of the tip may be `lowest` or more.
    void invalidate(const BlockRef& block, Height lowest) {
        promises_.height = promises_.synced_height = lowest;
        promises_.marking = hash_of(block);
        node_->state->invalidate(hash_of(block));
        promises_.marked.insert(hash_of(block));
        promises_.marking.reset();
        note_sync();
    }
    void reconsider(const BlockRef& block) {
        promises_.marking = hash_of(block);
        promises_.marked.clear();
        node_->state->reconsider(hash_of(block));
        promises_.marking.reset();
        note_sync();
    }

private:
    void note_sync() {
        promises_.synced_answered = promises_.answered.size();
        promises_.height = promises_.synced_height = node_->height();
    }

    const ChainParams& params_;
    Promises& promises_;
    std::unique_ptr<Node> node_;
};

}  // namespace

Scenario::Scenario() {
    a_ = grow({}, 44);
    const std::vector below_b(a_.begin(), a_.begin() + fork_height);
    b_ = grow(below_b, 16);
    auto below_c = below_b;
    below_c.insert(below_c.end(), b_.begin(), b_.end() - 1);
    c_ = grow(below_c, 5);
    note_coins({}, a_);
    note_coins(below_b, b_);
    note_coins(below_c, c_);
}

std::vector<BlockRef> Scenario::grow(std::vector<BlockRef> below, std::size_t count) {
    std::vector<BlockRef> made;
    for (std::size_t i = 0; i < count; ++i) {
        ChainBuilder::Plan plan;
        const auto height = below.size() + 1;
        if (height > 4) {
            // The coinbase of the block four below the parent, and some outputs of the payment in
            // the block one below the parent.
            std::vector<OutPoint> inputs{first_output(below[height - 5]->transactions[0])};
            if (height > 5) {
                const auto& older = *below[height - 2]->transactions[1];
                for (std::uint32_t n = 0; n < usual_outputs / 2; ++n)
                    inputs.push_back({older.txid, n});
            }
            const std::size_t outputs = height % 4 == 0 ? wide_outputs : usual_outputs;
            plan.transactions = {spend(inputs, std::vector<Amount>(outputs, Amount{1000}))};
        }
        const auto parent = below.empty() ? builder_.genesis() : hash_of(below.back());
        below.push_back(builder_.block(parent, std::move(plan)));
        made.push_back(below.back());
    }
    return made;
}

void Scenario::note_coins(std::span<const BlockRef> below, std::span<const BlockRef> branch) {
    Node replay(Node::in_memory(), builder_.params());
    coins_[replay.tip()] = replay.coins_hash();
    replay.extend(below);
    for (const auto& block : branch) {
        replay.extend({&block, 1});
        coins_[hash_of(block)] = replay.coins_hash();
    }
}

Promises Scenario::run(SimulatedDisk& disk) const {
    Promises promises;
    Runner runner(builder_.params(), promises);
    const auto a = [this](std::size_t from, std::size_t to) {
        return std::span(a_).subspan(from - 1, to - from + 1);
    };
    const auto b = [this](std::size_t from, std::size_t to) {
        return std::span(b_).subspan(from - fork_height - 1, to - from + 1);
    };
    try {
        runner.start(options(disk));
        runner.submit(a(1, 10));
        runner.flush();
        runner.submit(a(11, 20));
        runner.start(always_flushing(disk));  // a kill, and a restart
        runner.submit(a(21, 40), true);
        runner.headers(b(31, 46));
        runner.submit(b(31, 40));
        runner.submit(a(41, 44), true);
        runner.start(options(disk));  // a kill during a flush
        runner.submit(b(41, 45));
        runner.flush();
        runner.start(always_flushing(disk));
        runner.submit(b(46, 46), true);
        runner.invalidate(b_[12], 42);
        runner.reconsider(b_[12]);
        runner.invalidate(b_.back(), 44);
        runner.start(options(disk));
        runner.submit(c_);
        runner.flush();
    } catch (const StorageError& error) {
        // The disk has failed. The error must name the file.
        if (!disk.has_failed() || !mentions(error.what(), {"/node/"}))
            throw std::logic_error(error.what());
    }
    return promises;
}

chain::ChainOptions Scenario::options(SimulatedDisk& disk) {
    chain::ChainOptions options;
    options.folder = "/node";
    options.cache_bytes = 1u << 20;
    options.file_system = &disk;
    options.database_env = &disk.env();
    return options;
}

std::unique_ptr<Node> Scenario::open(chain::ChainOptions options) const {
    return std::make_unique<Node>(std::move(options), builder_.params());
}

std::string Scenario::check(const Node& node, const Promises& promises, bool power_cut) const {
    const auto& index = node.state->index();
    const auto count = power_cut ? promises.synced_answered : promises.answered.size();
    for (std::size_t i = 0; i < count; ++i) {
        const auto* entry = index.find(promises.answered[i]);
        if (!entry || !entry->has(chain::has_data))
            return fmt::format("accepted block {} is missing", promises.answered[i].to_hex());
    }
    const auto height = power_cut ? promises.synced_height : promises.height;
    if (node.height() < height)
        return fmt::format("the tip is at {} instead of {}", node.height(), height);
    for (const auto& hash : promises.marked) {
        const auto* entry = index.find(hash);
        if (!entry || !entry->has(chain::failed))
            return "a block that the user invalidated is not marked";
    }
    for (const auto* entry : index.all()) {
        const bool may_be = !entry->has(chain::failed) || promises.marked.contains(entry->hash) ||
                            promises.marking == entry->hash;
        if (!may_be) return fmt::format("block {} was marked invalid", entry->hash.to_hex());
    }
    return {};
}

std::string Scenario::check_coins(Node& node) const {
    const auto tip = node.tip();
    const auto expected = coins_.find(tip);
    if (expected == coins_.end()) return "the tip is not a block of the scenario";
    if (node.coins_hash() == expected->second) return {};
    return fmt::format("the coins of block {} are not those of a replay", tip.to_hex());
}

std::string Scenario::finish(Node& node) const {
    for (const auto* marked : {&b_[12], &b_.back()})
        node.state->reconsider(hash_of(*marked));
    for (const auto branch : branches()) {
        for (const auto& block : branch)
            if (!node.state->submit(block).verdict) return "a valid block was rejected";
    }
    node.state->invalidate(hash_of(b_.back()));
    if (node.tip() != last_tip()) return "the scenario ends at another block";
    node.state->flush();
    return check_coins(node);
}

}  // namespace daler::test
