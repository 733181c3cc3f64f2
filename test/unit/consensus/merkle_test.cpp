#include <daler/consensus/check_block.h>

#include <test.h>

using namespace daler;
using namespace daler::consensus;

namespace {

std::vector<Hash256> leaves(std::size_t count) {
    std::vector<Hash256> out;
    for (std::size_t i = 0; i < count; ++i)
        out.push_back({crypto::sha256d(Bytes{static_cast<std::uint8_t>(i)})});
    return out;
}

Hash256 join(const Hash256& a, const Hash256& b) {
    return {crypto::sha256d(a.bytes, b.bytes)};
}

}  // namespace

TEST_CASE("a merkle tree repeats the last of an odd row", "[consensus]") {
    const auto five = leaves(5);
    CHECK(merkle_root(leaves(0)).is_zero());
    CHECK(merkle_root(leaves(1)) == five[0].as<MerkleRoot>());
    CHECK(merkle_root(leaves(2)) == join(five[0], five[1]).as<MerkleRoot>());
    CHECK(merkle_root(leaves(3)) ==
          join(join(five[0], five[1]), join(five[2], five[2])).as<MerkleRoot>());
    const Hash256 end = join(five[4], five[4]);
    CHECK(merkle_root(five) ==
          join(join(join(five[0], five[1]), join(five[2], five[3])), join(end, end))
              .as<MerkleRoot>());
}

TEST_CASE("equal neighbours on any level show a mutation", "[consensus][CVE-2012-2459]") {
    bool mutated = true;
    const auto root = merkle_root(leaves(3), &mutated);
    CHECK_FALSE(mutated);
    auto repeated = leaves(3);
    repeated.push_back(repeated[2]);
    CHECK(merkle_root(repeated, &mutated) == root);
    CHECK(mutated);

    // Six leaves, the last two repeated: the equal pair is one level up.
    const auto six_root = merkle_root(leaves(6), &mutated);
    CHECK_FALSE(mutated);
    auto eight = leaves(6);
    eight.push_back(eight[4]);
    eight.push_back(eight[5]);
    CHECK(merkle_root(eight, &mutated) == six_root);
    CHECK(mutated);
}

TEST_CASE("the last fitting output holds the witness commitment", "[consensus][bip141]") {
    const Hash256 commitment{crypto::sha256d(as_bytes("c"))};
    const Script fitting = witness_commitment_script(commitment);
    CHECK(fitting.size() == 38);
    Script longer = fitting;
    longer.append(0x51);
    const Script shorter(fitting.bytes().first(37));
    Script other = fitting;
    Bytes changed(fitting.bytes().begin(), fitting.bytes().end());
    changed[5] ^= 1;

    const auto index_of = [](std::vector<Script> scripts) {
        Transaction tx;
        tx.inputs.resize(1);
        for (auto& script : scripts)
            tx.outputs.push_back({Amount{0}, std::move(script)});
        Block block;
        block.transactions.push_back(seal(tx));
        return witness_commitment_index(block);
    };
    CHECK(index_of({Script(), fitting, fitting, Script()}) == 2);
    CHECK(index_of({fitting, shorter, Script(changed)}) == 0);
    CHECK(index_of({fitting, longer}) == 1);
    CHECK_FALSE(index_of({shorter}));
    CHECK_FALSE(witness_commitment_index(Block{}));
}
