#include <daler/chain/branch.h>

#include "chainstate_impl.h"
#include "connect_block.h"
#include "recovery.h"

#include <daler/coins/disconnect_block.h>
#include <daler/script/signature_cache.h>
#include <daler/util/ensure.h>

#include <deque>

namespace daler::chain {

using consensus::Reason;
using consensus::Rejection;
using consensus::Verdict;

struct Branch::Impl {
    Impl(const ChainParams& params_, const Clock& clock_, script::BoundedSignatureCache* cache_,
         coins::CoinCache& confirmed, const BlockEntry& begin)
        : params(params_), clock(clock_), cache(cache_), coins(confirmed), tip(&begin) {
        coins.begin_layer();
    }

    [[nodiscard]] BlockPlace next_place() const { return {*tip, no_hash}; }
    [[nodiscard]] bool repeats_coins(const SealedTransaction& tx) const;
    [[nodiscard]] Result<coins::TxUndo, Rejection> find_coins(const Transaction& tx) const;
    [[nodiscard]] Verdict check_scripts(const SealedTransaction& tx,
                                        const coins::TxUndo& spent) const;
    [[nodiscard]] Verdict check_block(const BlockRef& block) const;

    static constexpr BlockHash no_hash{};  ///< the next block has none yet

    const ChainParams& params;
    const Clock& clock;
    script::BoundedSignatureCache* const cache;
    coins::CoinOverlay coins;
    std::deque<BlockEntry> own;
    const BlockEntry* tip;

    // The next block.
    std::vector<TransactionRef> added;
    Amount fees;
    std::int64_t sigops = 0;
    std::vector<BlockRef> blocks;  ///< of the branch: the coins refer to their transactions
};

/// BIP 30.
bool Branch::Impl::repeats_coins(const SealedTransaction& tx) const {
    if (!needs_bip30_check(next_place(), params)) return false;
    for (std::uint32_t i = 0; i < tx.outputs.size(); ++i)
        if (coins.has({tx.txid, i})) return true;
    return false;
}

Result<coins::TxUndo, Rejection> Branch::Impl::find_coins(const Transaction& tx) const {
    coins::TxUndo found;
    for (const auto& input : tx.inputs) {
        auto coin = coins.find(input.prevout);
        if (!coin) return consensus::reject(Reason::inputs_missing_or_spent);
        found.push_back(std::move(*coin));
    }
    return found;
}

Verdict Branch::Impl::check_scripts(const SealedTransaction& tx, const coins::TxUndo& spent) const {
    const auto flags =
        consensus::block_script_flags(next_place().height(), next_place().hash, params);
    // The mempool checks with more rules than blocks have.
    const bool may_be_known = cache && (flags & ~script::standard_flags) == 0;
    if (may_be_known && cache->contains_tx(tx.wtxid, script::standard_flags)) return {};
    std::vector<TxOutput> outputs;
    for (const auto& coin : spent)
        outputs.push_back(coin.output);
    const script::PrecomputedHashes hashes(tx, std::move(outputs));
    for (std::uint32_t i = 0; i < spent.size(); ++i) {
        const auto error = script::verify_input({tx, i, spent[i].output, hashes, flags, cache});
        if (error != script::ScriptError::ok)
            return consensus::reject(Reason::script_failed, std::string(script::describe(error)));
    }
    return {};
}

Verdict Branch::Impl::check_block(const BlockRef& block) const {
    if (block->header.previous != tip->hash) return consensus::reject(Reason::bad_previous);
    const EntryChain parents(*tip);
    if (auto verdict =
            consensus::check_header_in_chain(block->header, parents, clock.chain_now(), params);
        !verdict) {
        return verdict;
    }
    const auto checked = consensus::check_block(block, block->header.hash(), params, {false, true});
    if (!checked) return fail(checked.error());
    if (auto verdict = consensus::check_block_in_chain(*block, parents, params); !verdict)
        return verdict;
    const auto& coinbase = *block->transactions[0];
    if (repeats_coins(coinbase)) return consensus::reject(Reason::bip30);
    const auto flags =
        consensus::block_script_flags(next_place().height(), next_place().hash, params);
    if (sigops + consensus::sigop_cost(coinbase, {}, flags) > consensus::max_block_sigop_cost)
        return consensus::reject(Reason::bad_block_sigops);
    if (coinbase.output_value() > fees + consensus::block_subsidy(next_place().height(), params))
        return consensus::reject(Reason::bad_coinbase_amount);
    return {};
}

Branch::Branch(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Branch::~Branch() = default;

const BlockEntry& Branch::tip() const {
    return *impl_->tip;
}

std::optional<consensus::Coin> Branch::coin(const OutPoint& outpoint) const {
    return impl_->coins.find(outpoint);
}

Result<Branch::Added, Rejection> Branch::add(const TransactionRef& tx) {
    Impl& self = *impl_;
    if (tx->is_coinbase()) return consensus::reject(Reason::coinbase_multiple);
    if (auto verdict = consensus::check_transaction(*tx); !verdict) return fail(verdict.error());
    const auto place = self.next_place();
    // Lock times count from the median time on (BIP 113); an earlier time than the block's is safe.
    if (!consensus::is_final(*tx, place.height(), self.tip->median_time_past))
        return consensus::reject(Reason::not_final);
    if (self.repeats_coins(*tx)) return consensus::reject(Reason::bip30);
    const auto spent = self.find_coins(*tx);
    if (!spent) return fail(spent.error());
    const auto fee = check_spending(*tx, *spent, place, self.params);
    if (!fee) return fail(fee.error());
    const auto flags = consensus::block_script_flags(place.height(), place.hash, self.params);
    const auto sigops = consensus::sigop_cost(*tx, *spent, flags);
    if (self.sigops + sigops > consensus::max_block_sigop_cost)
        return consensus::reject(Reason::bad_block_sigops);
    if (auto verdict = self.check_scripts(*tx, *spent); !verdict) return fail(verdict.error());
    for (const auto& input : tx->inputs)
        ensure(self.coins.spend(input.prevout).has_value());
    self.coins.add(*tx, place.height());
    self.added.push_back(tx);
    self.fees += *fee;
    self.sigops += sigops;
    return Added{*fee, sigops};
}

Verdict Branch::append(const BlockRef& block) {
    Impl& self = *impl_;
    const auto& transactions = block->transactions;
    ensure(!transactions.empty() &&
           std::ranges::equal(std::span(transactions).subspan(1), self.added));
    if (auto verdict = self.check_block(block); !verdict) return verdict;
    self.coins.add(*transactions[0], self.next_place().height());
    self.blocks.push_back(block);
    auto& entry = self.own.emplace_back();
    entry.place(block->header, block->header.hash(), self.tip);
    self.tip = &entry;
    self.added.clear();
    self.fees = {};
    self.sigops = 0;
    return {};
}

std::unique_ptr<Branch> Chainstate::begin_branch(const BlockEntry& first) {
    Impl& self = *impl_;
    self.finish();
    ensure(first.is_ancestor_of(*self.tip));
    for (const auto* at = self.tip; at != &first; at = at->previous)
        if (at->is_pruned()) return nullptr;
    auto made =
        std::make_unique<Branch::Impl>(self.params, self.clock, self.cache, *self.coins, first);
    for (const auto* at = self.tip; at != &first; at = at->previous) {
        const auto [block, undo] = read_connected(*self.store, *at);
        const bool clean = coins::disconnect_block(made->coins, *block, undo, at->height);
        if (!clean && !may_be_overwritten(at->height, self.params)) coins_do_not_fit(*at);
    }
    return std::make_unique<Branch>(std::move(made));
}

}  // namespace daler::chain
