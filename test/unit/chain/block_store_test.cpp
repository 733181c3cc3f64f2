#include <test.h>

#include "fixture.h"

#include <chain/block_store.h>

using namespace daler;
using namespace daler::chain;
using namespace daler::test;

TEST_CASE("block and undo files have bitcoind's bytes", "[chain]") {
    const TemporaryFolder folder;
    Node node(Node::in_folder(folder.path()));
    const auto blocks = node.extend(2);
    auto& files = storage::real_file_system();
    const auto& magic = node.builder.params().magic;

    ByteWriter expected;
    for (const auto& block : {node.builder.params().genesis, blocks[0], blocks[1]}) {
        const auto bytes = encode(*block);
        expected.bytes(magic);
        expected.u32(static_cast<std::uint32_t>(bytes.size()));
        expected.bytes(bytes);
    }
    CHECK(*storage::read_file(files, folder.path() / "blocks/blk00000.dat") == expected.view());

    // Nothing was spent: an undo record without transactions, and its checksum.
    ByteWriter undo;
    for (const auto& block : blocks) {
        ByteWriter hashed;
        hashed.bytes(block->header.previous.bytes);
        hashed.u8(0);
        undo.bytes(magic);
        undo.u32(1);
        undo.u8(0);
        undo.bytes(crypto::sha256d(hashed.view()));
    }
    CHECK(*storage::read_file(files, folder.path() / "blocks/rev00000.dat") == undo.view());
    CHECK(*storage::read_file(files, folder.path() / "blocks/xor.dat") == Bytes(8, 0));
    CHECK(node.state->size_on_disk() == expected.size() + undo.size());
}

TEST_CASE("a random key obfuscates the files, and an existing key is used", "[chain]") {
    const TemporaryFolder folder;
    auto options = Node::in_folder(folder.path());
    options.random_xor_key = true;
    auto& files = storage::real_file_system();
    BlockHash tip;
    {
        Node node(options);
        node.extend(3);
        tip = node.tip();
    }
    const auto key = *storage::read_file(files, folder.path() / "blocks/xor.dat");
    CHECK(key.size() == 8);
    CHECK(key != Bytes(8, 0));
    const auto raw = *storage::read_file(files, folder.path() / "blocks/blk00000.dat");
    CHECK((raw[0] ^ key[0]) == 0xfa);
    CHECK((raw[3] ^ key[3]) == 0xda);

    options.random_xor_key = false;
    Node again(options);
    CHECK(again.tip() == tip);
    CHECK(*storage::read_file(files, folder.path() / "blocks/xor.dat") == key);
}

TEST_CASE("a key that is lost or damaged is found again in the first block file", "[chain]") {
    const TemporaryFolder folder;
    auto options = Node::in_folder(folder.path());
    options.random_xor_key = GENERATE(true, false);
    auto& files = storage::real_file_system();
    const auto path = folder.path() / "blocks/xor.dat";
    const auto first = folder.path() / "blocks/blk00000.dat";
    Node node(options);
    node.extend(3);
    const auto tip = node.tip();
    node.state->flush();
    node.state.reset();
    const auto key = *storage::read_file(files, path);
    auto damaged = key;
    damaged[2] ^= 1;

    SECTION("damaged") {
        storage::write_atomically(files, path, damaged);
    }
    SECTION("short") {
        storage::write_atomically(files, path, ByteSpan(damaged).first(5));
    }
    SECTION("missing") {
        files.remove(path);
    }
    SECTION("damaged, and asked to rebuild") {
        storage::write_atomically(files, path, damaged);
        node.options.reindex = true;
    }
    SECTION("whole, while the file is damaged at its beginning") {
        auto blocks = *storage::read_file(files, first);
        blocks[2] ^= 1;
        storage::write_atomically(files, first, blocks);
    }
    node.open();
    CHECK(node.tip() == tip);
    CHECK(*storage::read_file(files, path) == key);
    const auto* entry = node.state->view()->at(1);
    CHECK(node.state->read_block(*entry) != nullptr);
}

TEST_CASE("a second state on the same folder is refused", "[chain]") {
    const TemporaryFolder folder;
    const Node node(Node::in_folder(folder.path()));
    CHECK(mentions(thrown([&] { const Node second(Node::in_folder(folder.path())); }),
                   {"lock", (folder.path() / "blocks").string()}));
}
