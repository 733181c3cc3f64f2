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

TEST_CASE("a random key hides what is in the files, and any key is honoured", "[chain]") {
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

TEST_CASE("a second state on the same folder is refused", "[chain]") {
    const TemporaryFolder folder;
    const Node node(Node::in_folder(folder.path()));
    CHECK(mentions(thrown([&] { const Node second(Node::in_folder(folder.path())); }),
                   {"lock", (folder.path() / "blocks").string()}));
}
