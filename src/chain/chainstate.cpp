#include "chainstate_impl.h"

// The public interface. The work is done in the files that chainstate_impl.h names.

namespace daler::chain {

Chainstate::Chainstate(const ChainParams& params, ChainOptions options, const Clock& clock,
                       ThreadPool& workers, script::BoundedSignatureCache* cache)
    : impl_(std::make_unique<Impl>(params, std::move(options), clock, workers, cache)) {}

Chainstate::~Chainstate() = default;

void Chainstate::add_observer(ChainObserver& observer) {
    impl_->observers.push_back(&observer);
}

consensus::Verdict Chainstate::accept_header(const BlockHeader& header, const BlockEntry** entry) {
    BlockEntry* found = nullptr;
    auto verdict = impl_->accept_header(header, header.hash(), impl_->clock.chain_now(), &found);
    if (entry) *entry = found;
    impl_->publish();
    return verdict;
}

void Chainstate::note_peer_headers(bool is_all) {
    impl_->note_peer_headers(is_all);
}

Submitted Chainstate::submit(const BlockRef& block) {
    return impl_->submit(block);
}

void Chainstate::submit(const BlockRef& block, SubmitHandler done) {
    impl_->submit(block, std::move(done));
}

bool Chainstate::help() {
    return impl_->open_blocks.help();
}

void Chainstate::set_wake(std::function<void()> wake) {
    impl_->coins->set_wake(wake);
    impl_->wake = std::move(wake);
}

void Chainstate::abandon() {
    impl_->abandon();
}

consensus::Verdict Chainstate::test_block(const BlockRef& block, bool check_proof_of_work) {
    return impl_->test_block(block, check_proof_of_work);
}

bool Chainstate::invalidate(const BlockHash& hash) {
    impl_->finish();
    auto* entry = impl_->index.find(hash);
    return !entry || impl_->invalidate(*entry);
}

void Chainstate::reconsider(const BlockHash& hash) {
    impl_->finish();
    if (auto* entry = impl_->index.find(hash)) impl_->reconsider(*entry);
}

void Chainstate::prefer(const BlockHash& hash) {
    impl_->finish();
    if (auto* entry = impl_->index.find(hash)) impl_->prefer(*entry);
}

std::optional<consensus::Coin> Chainstate::coin(const OutPoint& outpoint) {
    return impl_->coins->find(outpoint);
}

void Chainstate::flush(bool sync) {
    if (sync) {
        impl_->finish();
        impl_->flush();
    } else {
        impl_->changes.write_headers(*impl_->index_database);
    }
}

void Chainstate::maintain() {
    impl_->maintain();
}

bool Chainstate::needs_maintenance() const {
    return impl_->needs_maintenance();
}

std::shared_ptr<const ChainView> Chainstate::view() const {
    return impl_->view.load();
}

std::size_t Chainstate::headers_without_blocks() const {
    // Blocks are counted after their headers.
    const auto blocks = impl_->known_blocks.load();
    return impl_->index.size() - blocks;
}

const BlockIndex& Chainstate::index() const {
    return impl_->index;
}

const ChainParams& Chainstate::params() const {
    return impl_->params;
}

BlockRef Chainstate::read_block(const BlockEntry& entry) const {
    return impl_->store->read_block(entry);
}

std::shared_ptr<const StoredBlock> Chainstate::stored_block(const BlockEntry& entry) const {
    return impl_->store->stored_block(entry);
}

Bytes Chainstate::read_block_bytes(const BlockEntry& entry) const {
    return impl_->store->read_block_bytes(entry);
}

std::optional<coins::BlockUndo> Chainstate::read_undo(const BlockEntry& entry) const {
    return impl_->store->read_undo(entry);
}

std::uint64_t Chainstate::size_on_disk() const {
    return impl_->store->size_on_disk();
}

std::size_t Chainstate::cache_usage() const {
    return impl_->coins->memory_usage();
}

}  // namespace daler::chain
