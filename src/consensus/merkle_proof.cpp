#include <daler/consensus/check_block.h>
#include <daler/consensus/merkle_proof.h>
#include <daler/util/ensure.h>

#include <algorithm>

namespace daler::consensus {
namespace {

/// No block has more transactions: each has a weight of at least 240 (60 bytes without witness).
constexpr std::uint32_t block_transactions = 4'000'000 / 240;

Hash256 parent_of(const Hash256& left, const Hash256& right) {
    return {crypto::sha256d(left.bytes, right.bytes)};
}

/// The nodes of a merkle tree with `leaves` leaves at `level`; the leaves are level 0.
std::size_t width_at(std::size_t leaves, unsigned level) {
    return (leaves + (std::size_t{1} << level) - 1) >> level;
}

unsigned top_level(std::size_t leaves) {
    unsigned level = 0;
    while (width_at(leaves, level) > 1)
        ++level;
    return level;
}

/// A level of the tree of a block: the hash of each node, and whether it is opened.
struct TreeLevel {
    std::vector<Hash256> hashes;
    std::vector<bool> is_open;
};

TreeLevel level_above(const TreeLevel& below) {
    TreeLevel level;
    for (std::size_t i = 0; i < below.hashes.size(); i += 2) {
        // A node without a sibling is its own.
        const auto sibling = std::min(i + 1, below.hashes.size() - 1);
        level.hashes.push_back(parent_of(below.hashes[i], below.hashes[sibling]));
        level.is_open.push_back(below.is_open[i] || below.is_open[sibling]);
    }
    return level;
}

void add_node(MerkleProof& proof, std::span<const TreeLevel> levels, std::size_t level,
              std::size_t position) {
    const bool is_open = levels[level].is_open[position];
    proof.flags.push_back(is_open);
    if (level == 0 || !is_open) {
        proof.hashes.push_back(levels[level].hashes[position]);
        return;
    }
    add_node(proof, levels, level - 1, 2 * position);
    if (2 * position + 1 < levels[level - 1].hashes.size())
        add_node(proof, levels, level - 1, 2 * position + 1);
}

/// Walks the tree of a proof.
class ProofReader {
public:
    explicit ProofReader(const MerkleProof& proof) : proof_(proof) {}

    /// The hash of the node; anything if the proof does not hold.
    Hash256 read(unsigned level, std::size_t position) {
        if (flags_used_ >= proof_.flags.size()) return wrong();
        const bool is_open = proof_.flags[flags_used_++];
        if (level == 0 || !is_open) {
            if (hashes_used_ >= proof_.hashes.size()) return wrong();
            const auto& hash = proof_.hashes[hashes_used_++];
            if (is_open) {
                shown_.push_back(hash.as<Txid>());
                positions_.push_back(static_cast<std::uint32_t>(position));
            }
            return hash;
        }
        const auto left = read(level - 1, 2 * position);
        if (2 * position + 1 >= width_at(proof_.transactions, level - 1))
            return parent_of(left, left);
        const auto right = read(level - 1, 2 * position + 1);
        // Two equal nodes look like one without a sibling (CVE-2012-2459).
        if (left == right) return wrong();
        return parent_of(left, right);
    }

    /// True if all of the proof was read; flags are padded to whole bytes.
    [[nodiscard]] bool is_complete() const {
        return !is_wrong_ && hashes_used_ == proof_.hashes.size() &&
               (flags_used_ + 7) / 8 == (proof_.flags.size() + 7) / 8;
    }
    [[nodiscard]] const std::vector<Txid>& shown() const { return shown_; }
    /// Of the transactions in `shown`, which are leaves if the proof is true.
    [[nodiscard]] const std::vector<std::uint32_t>& positions() const { return positions_; }

private:
    Hash256 wrong() {
        is_wrong_ = true;
        return {};
    }

    const MerkleProof& proof_;
    std::size_t flags_used_ = 0;
    std::size_t hashes_used_ = 0;
    bool is_wrong_ = false;
    std::vector<Txid> shown_;
    std::vector<std::uint32_t> positions_;
};

/// The reader after the whole proof; nothing if it does not hold.
std::optional<ProofReader> read_proof(const MerkleProof& proof) {
    if (proof.transactions == 0 || proof.transactions > block_transactions) return {};
    if (proof.hashes.size() > proof.transactions || proof.flags.size() < proof.hashes.size())
        return {};
    ProofReader reader(proof);
    const auto root = reader.read(top_level(proof.transactions), 0);
    if (!reader.is_complete() || root.as<MerkleRoot>() != proof.header.merkle_root) return {};
    return reader;
}

}  // namespace

MerkleProof prove(const Block& block, const std::vector<bool>& shown) {
    ensure(!block.transactions.empty() && shown.size() == block.transactions.size());
    std::vector<TreeLevel> levels(1);
    levels[0].is_open = shown;
    for (const auto& tx : block.transactions)
        levels[0].hashes.push_back(tx->txid.as<Hash256>());
    while (levels.back().hashes.size() > 1)
        levels.push_back(level_above(levels.back()));
    MerkleProof proof;
    proof.header = block.header;
    proof.transactions = static_cast<std::uint32_t>(block.transactions.size());
    add_node(proof, levels, levels.size() - 1, 0);
    return proof;
}

std::optional<std::vector<Txid>> proved_transactions(const MerkleProof& proof) {
    const auto reader = read_proof(proof);
    if (!reader) return {};
    return reader->shown();
}

std::optional<std::uint32_t> proved_position(const MerkleProof& proof, const Txid& txid) {
    const auto reader = read_proof(proof);
    if (!reader) return {};
    const auto found = std::ranges::find(reader->shown(), txid);
    if (found == reader->shown().end()) return {};
    return reader->positions()[static_cast<std::size_t>(found - reader->shown().begin())];
}

Bytes encode(const MerkleProof& proof) {
    ByteWriter writer;
    write(writer, proof.header);
    writer.u32(proof.transactions);
    writer.compact_size(proof.hashes.size());
    for (const auto& hash : proof.hashes)
        writer.bytes(hash.bytes);
    Bytes packed((proof.flags.size() + 7) / 8);
    for (std::size_t i = 0; i < proof.flags.size(); ++i)
        packed[i / 8] |= static_cast<std::uint8_t>(proof.flags[i] ? 1u << i % 8 : 0u);
    writer.sized_bytes(packed);
    return writer.take();
}

Result<MerkleProof, DecodeError> decode_merkle_proof(ByteSpan bytes) {
    ByteReader reader(bytes);
    MerkleProof proof;
    proof.header = read_header(reader);
    proof.transactions = reader.u32();
    const auto hashes = reader.count(Hash256{}.bytes.size());
    for (std::size_t i = 0; i < hashes && reader.ok(); ++i)
        proof.hashes.push_back({reader.array<32>()});
    for (const auto byte : reader.sized_bytes())
        for (unsigned bit = 0; bit < 8; ++bit)
            proof.flags.push_back((byte >> bit & 1) != 0);
    if (!reader.ok()) return fail(reader.error());
    return proof;
}

}  // namespace daler::consensus
