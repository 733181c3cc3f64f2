#include "assembly.h"

#include <daler/encoding/hex.h>
#include <daler/script/standard.h>
#include <daler/script/taproot.h>
#include <test.h>
#include <vectors.h>

namespace daler::script {
namespace {

using test::unhex;

struct Leaf {
    Hash256 hash;
    std::uint8_t version;
    Bytes path;  ///< from the leaf up
};

// The root of a tree in the vectors' form; collects its leaves from left to right.
Hash256 build_tree(const Json& tree, std::vector<Leaf>& leaves) {
    if (tree.is_object()) {
        const auto version = tree.find("leafVersion")->as_integer<std::uint8_t>().value();
        const auto hash = tap_leaf_hash(version, unhex(tree.find("script")->as_string()));
        leaves.push_back({hash, version, {}});
        return hash;
    }
    std::vector<Leaf> left;
    std::vector<Leaf> right;
    const auto left_hash = build_tree(tree[0], left);
    const auto right_hash = build_tree(tree[1], right);
    for (auto& leaf : left)
        leaf.path.insert(leaf.path.end(), right_hash.bytes.begin(), right_hash.bytes.end());
    for (auto& leaf : right)
        leaf.path.insert(leaf.path.end(), left_hash.bytes.begin(), left_hash.bytes.end());
    leaves.insert(leaves.end(), left.begin(), left.end());
    leaves.insert(leaves.end(), right.begin(), right.end());
    return tap_branch_hash(left_hash, right_hash);
}

TEST_CASE("script trees, output keys and control blocks agree with BIP 341", "[script][bip341]") {
    const auto text = daler::test::read_vectors("core/bip341_wallet_vectors.json");
    if (!text) return;
    std::size_t count = 0;
    const auto json = test::parse_json(*text);
    for (const auto& row : json.find("scriptPubKey")->items()) {
        ++count;
        INFO(row.write());
        const auto& given = *row.find("given");
        const auto& steps = *row.find("intermediary");
        const auto& expected = *row.find("expected");
        const auto internal =
            crypto::XOnlyKey::from_bytes(unhex(given.find("internalPubkey")->as_string())).value();

        std::vector<Leaf> leaves;
        std::optional<Hash256> root;
        if (const auto& tree = *given.find("scriptTree"); !tree.is_null()) {
            root = build_tree(tree, leaves);
            CHECK(to_hex(root->bytes) == steps.find("merkleRoot")->as_string());
        }
        CHECK(to_hex(tap_tweak_hash(internal, root).bytes) == steps.find("tweak")->as_string());
        const auto output = taproot_output_key(internal, root).value();
        CHECK(to_hex(output.key.bytes) == steps.find("tweakedPubkey")->as_string());
        CHECK(to_hex(pay_to_witness(1, output.key.bytes).bytes()) ==
              expected.find("scriptPubKey")->as_string());

        for (std::size_t i = 0; i < leaves.size(); ++i) {
            CHECK(to_hex(leaves[i].hash.bytes) == (*steps.find("leafHashes"))[i].as_string());
            const auto bytes = unhex((*expected.find("scriptPathControlBlocks"))[i].as_string());
            const auto control = ControlBlock::parse(bytes).value();
            CHECK(control.leaf_version == leaves[i].version);
            CHECK(control.internal_key == internal);
            CHECK(control.parity == output.parity);
            CHECK(std::ranges::equal(control.path, leaves[i].path));
            CHECK(control.merkle_root(leaves[i].hash) == *root);
            CHECK(control.proves(leaves[i].hash, output.key));
            CHECK_FALSE(control.proves(Hash256{}, output.key));
        }
    }
    CHECK(count == 7);
}

TEST_CASE("a control block has 33 bytes and at most 128 nodes", "[script][bip341]") {
    const auto parses = [](std::size_t size) {
        return ControlBlock::parse(Bytes(size)).has_value();
    };
    CHECK_FALSE(parses(0));
    CHECK_FALSE(parses(32));
    CHECK(parses(33));
    CHECK_FALSE(parses(34));
    CHECK(parses(65));
    CHECK(parses(33 + 32 * 128));
    CHECK_FALSE(parses(33 + 32 * 129));
}

TEST_CASE("the two sides of a branch may be in any order", "[script][bip341]") {
    const Hash256 a = tap_leaf_hash(tapscript_leaf_version, as_bytes("a"));
    const Hash256 b = tap_leaf_hash(tapscript_leaf_version, as_bytes("b"));
    CHECK(tap_branch_hash(a, b) == tap_branch_hash(b, a));
    CHECK(tap_leaf_hash(0xc2, as_bytes("a")) != a);
}

}  // namespace
}  // namespace daler::script
