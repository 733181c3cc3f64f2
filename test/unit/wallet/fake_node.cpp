#include "fake_node.h"

#include <daler/primitives/chain_params.h>
#include <daler/util/random.h>

#include <test.h>

namespace daler::wallet::test {

namespace fs = std::filesystem;

TemporaryFolder::TemporaryFolder() {
    Random random;
    path_ = fs::temp_directory_path() / ("daler-wallet-test-" + std::to_string(random.next()));
    fs::create_directories(path_);
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

FakeNode::FakeNode() {
    tip_ = &index_.insert(params_.genesis->header, params_.genesis_hash);
    blocks_[params_.genesis_hash] = params_.genesis;
    clock_.set_mock_time(from_unix(1'700'000'000));
}

std::shared_ptr<const chain::ChainView> FakeNode::view() const {
    return std::make_shared<chain::ChainView>(*tip_, *tip_, false);
}

Bytes FakeNode::read_block(const chain::BlockEntry& entry) const {
    read.insert(entry.height);
    const auto found = block(entry);
    return found ? encode(*found) : Bytes{};
}

bool FakeNode::may_contain(const chain::BlockEntry& entry,
                           std::span<const ByteSpan> scripts) const {
    return !filter || filter(entry, scripts);
}

BlockRef FakeNode::block(const chain::BlockEntry& entry) const {
    const auto found = blocks_.find(entry.hash);
    return found == blocks_.end() ? nullptr : found->second;
}

bool FakeNode::in_mempool(const Txid& txid) const {
    return std::ranges::any_of(mempool, [&](const auto& tx) { return tx->txid == txid; });
}

consensus::Verdict FakeNode::broadcast(const TransactionRef& tx, Amount) {
    if (before_broadcast) before_broadcast();
    ++broadcasts;
    if (refuses) return consensus::reject(*refuses);
    mempool.push_back(tx);
    return {};
}

consensus::Verdict FakeNode::check(const TransactionRef&) const {
    if (refuses) return consensus::reject(*refuses);
    return {};
}

BumpFees FakeNode::bump_fees(std::span<const OutPoint> outputs, FeeRate) const {
    BumpFees out;
    std::set<Txid> parents;
    for (const auto& output : outputs) {
        const auto found = bump.find(output.txid);
        const Amount fee = found == bump.end() ? Amount{0} : found->second;
        out.each[output] = fee;
        if (parents.insert(output.txid).second) out.together += fee;
    }
    return out;
}

std::map<Txid, MempoolChain> FakeNode::mempool_chains(const std::set<Txid>& txids) const {
    std::map<Txid, MempoolChain> out;
    for (const auto& txid : txids) {
        const auto found = chains.find(txid);
        out[txid] = found == chains.end() ? MempoolChain{} : found->second;
    }
    return out;
}

std::optional<bool> FakeNode::is_replaceable(const Txid& txid) const {
    if (!in_mempool(txid)) return std::nullopt;
    return false;
}

const chain::BlockEntry& FakeNode::mine(const Script& script) {
    Block block;
    Transaction coinbase;
    coinbase.inputs.resize(1);
    // Gives each coinbase a different id.
    ByteWriter unique;
    unique.u32(++unique_);
    coinbase.inputs[0].script_sig = Script(unique.view());
    coinbase.outputs.push_back({coins(50), script});
    block.transactions.push_back(seal(std::move(coinbase)));
    for (const auto& tx : mempool)
        block.transactions.push_back(tx);
    block.header.previous = tip_->hash;
    block.header.time = static_cast<std::uint32_t>(unix_seconds(clock_.now()));
    block.header.nonce = unique_;
    const auto shared = std::make_shared<const Block>(std::move(block));
    const auto hash = shared->header.hash();
    blocks_[hash] = shared;
    auto& entry = index_.insert(shared->header, hash);
    entry.block_size = 4'000'000;  // as if it were so large that wallets ask for its filter
    tip_ = &entry;
    const auto confirmed = std::exchange(mempool, {});
    if (wallet) {
        for (const auto& tx : confirmed)
            wallet->transaction_removed(tx);
        wallet->block_connected(entry, shared);
    }
    return entry;
}

void FakeNode::mine_many(int count, const Script& script) {
    for (int i = 0; i < count; ++i)
        mine(script);
}

void FakeNode::rewind(Height height) {
    while (tip_->height > height) {
        const auto& gone = *tip_;
        tip_ = tip_->previous;
        if (wallet) wallet->block_disconnected(gone);
    }
}

void FakeNode::reconnect(const chain::BlockEntry& entry) {
    while (tip_ != &entry) {
        tip_ = entry.ancestor(tip_->height + 1);
        const auto& block = blocks_.at(tip_->hash);
        for (const auto& tx : block->transactions)
            std::erase(mempool, tx);
        if (wallet) wallet->block_connected(*tip_, block);
    }
}

TransactionRef FakeNode::pay(const Script& script, Amount amount) {
    Transaction tx;
    tx.inputs.resize(1);
    tx.inputs[0].prevout = {Txid{{0xee}}, ++unique_};
    tx.outputs.push_back({amount, script});
    return seal(std::move(tx));
}

void FakeNode::add_to_mempool(const TransactionRef& tx) {
    mempool.push_back(tx);
    if (wallet) wallet->transaction_added(tx);
}

void FakeNode::remove_from_mempool(const TransactionRef& tx) {
    std::erase(mempool, tx);
    if (wallet) wallet->transaction_removed(tx);
}

void FakeNode::advance_clock(std::int64_t seconds) {
    clock_.set_mock_time(clock_.now() + std::chrono::seconds{seconds});
}

Bench::Bench() {
    options.folder = folder.path();
    options.fallback_fee = {Amount{20'000}};
    options.keypool = 100;
}

std::unique_ptr<Wallet> Bench::create(const std::string& name, const WalletFlags& flags) {
    auto made = Wallet::create(context(), name, file(name), flags, options.choice_seed);
    REQUIRE(made);
    node.wallet = made->get();
    return std::move(*made);
}

std::unique_ptr<Wallet> Bench::load(const std::string& name) {
    node.wallet = nullptr;
    auto loaded = Wallet::open(context(), name, file(name));
    for (bool done = false; !done;) {
        const auto caught_up = loaded->catch_up();
        REQUIRE(caught_up);
        done = *caught_up;
    }
    node.wallet = loaded.get();
    return loaded;
}

Script address(Wallet& wallet, descriptor::AddressType type) {
    const auto script = wallet.new_address(type, "");
    REQUIRE(script);
    return *script;
}

TransactionRef send(Wallet& wallet, const Script& to, Amount amount) {
    const auto payment = wallet.prepare({.recipients = {{to, amount}}});
    INFO((payment ? "" : payment.error().message));
    REQUIRE(payment);
    REQUIRE(wallet.send(*payment, "", ""));
    return payment->tx;
}

}  // namespace daler::wallet::test
