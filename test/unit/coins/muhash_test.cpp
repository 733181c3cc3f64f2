#include <test.h>

#include <daler/coins/muhash.h>

using namespace daler;
using namespace daler::coins;

TEST_CASE("the set hash does not depend on order and has the published form", "[coins]") {
    const auto element = [](std::uint8_t i) {
        Bytes bytes(32, 0);
        bytes[0] = i;
        return bytes;
    };
    MuHash one;
    MuHash other;
    const std::array<std::uint8_t, 5> members{0, 1, 2, 3, 200};
    for (const auto i : members)
        one.insert(element(i));
    for (std::size_t i = members.size(); i-- > 0;)
        other.insert(element(members[i]));
    CHECK(one.finish() == other.finish());
    // Computed with big integers from the definition (the same program gives Bitcoin Core's
    // published value for 0 * 1 / 2).
    CHECK(Hash256{one.finish()}.to_hex() ==
          "fedcbc6fcfc5aade35878ab9d9c2e0692a31225aaacb75f5b5b78dbe630e6ebd");
    // SHA-256 of the number one.
    Bytes identity(384, 0);
    identity[0] = 1;
    CHECK(MuHash().finish() == crypto::sha256(identity));
}

TEST_CASE("a removed element leaves no trace in the hash of a set", "[coins]") {
    const auto element = [](std::uint8_t i) { return Bytes(40, i); };
    MuHash set;
    set.insert(element(1));
    set.insert(element(2));
    MuHash other = set;
    other.insert(element(3));
    CHECK(other.finish() != set.finish());
    other.remove(element(3));
    CHECK(other.finish() == set.finish());
    CHECK(other.state() == set.state());
    // The order and the elements in between do not matter.
    MuHash restored(other.state());
    restored.remove(element(1));
    MuHash two;
    two.remove(element(7));
    two.insert(element(2));
    two.insert(element(7));
    CHECK(restored.state() == two.state());
    restored.remove(element(2));
    CHECK(restored.finish() == MuHash().finish());
}

TEST_CASE("the published sequence of insertions and removals gives the published hash", "[coins]") {
    // Elements 0 and 1 put in, 2 taken away (the value is Bitcoin Core's).
    const auto element = [](std::uint8_t i) {
        Bytes bytes(32, 0);
        bytes[0] = i;
        return bytes;
    };
    MuHash set;
    set.insert(element(0));
    set.insert(element(1));
    set.remove(element(2));
    CHECK(Hash256{set.finish()}.to_hex() ==
          "10d312b100cbd32ada024a6646e40d3482fcff103668d2625f10002a607d5863");
}
