#include "spending.h"

#include <daler/script/signature_cache.h>
#include <test.h>

#include <thread>

namespace daler::script {
namespace {

using test::key;

Hash256 numbered(std::uint32_t number) {
    ByteWriter writer;
    writer.u32(number);
    return {crypto::sha256(writer.view())};
}

// Counts the look-ups and insertions of the interpreter.
class CountingCache : public SignatureCache {
public:
    bool contains(const Hash256& asked) const override {
        ++questions;
        return std::ranges::find(known, asked) != known.end();
    }
    void insert(const Hash256& told) override { known.push_back(told); }

    mutable int questions = 0;
    std::vector<Hash256> known;
};

test::Spending signed_spending(const crypto::PrivateKey& signer) {
    const auto script = pay_to_pubkey(key(1).public_key());
    test::Spending spending(script);
    spending.tx.inputs[0].script_sig = test::Builder().data(spending.sign(signer, script)).done();
    return spending;
}

TEST_CASE("a signature that verified is remembered and not computed again", "[script]") {
    CountingCache cache;
    const auto spending = signed_spending(key(1));
    CHECK(spending.verify(mandatory_flags, &cache) == ScriptError::ok);
    CHECK(cache.known.size() == 1);
    CHECK(spending.verify(mandatory_flags, &cache) == ScriptError::ok);
    CHECK(cache.known.size() == 1);
    CHECK(cache.questions == 2);
}

TEST_CASE("a signature that fails is not remembered", "[script]") {
    CountingCache cache;
    CHECK(signed_spending(key(2)).verify(mandatory_flags, &cache) == ScriptError::eval_false);
    CHECK(cache.known.empty());
}

TEST_CASE("the key of a signature depends on every part of it", "[script]") {
    const Bytes public_key(33, 2);
    const Bytes signature(64, 3);
    const auto base = signature_key(SignatureKind::ecdsa, numbered(1), public_key, signature);
    CHECK(base == signature_key(SignatureKind::ecdsa, numbered(1), public_key, signature));
    CHECK(base != signature_key(SignatureKind::schnorr, numbered(1), public_key, signature));
    CHECK(base != signature_key(SignatureKind::ecdsa, numbered(2), public_key, signature));
    CHECK(base != signature_key(SignatureKind::ecdsa, numbered(1), Bytes(33, 3), signature));
    CHECK(base != signature_key(SignatureKind::ecdsa, numbered(1), public_key, Bytes(65, 3)));
    // A byte that moves from one part to the next makes another key.
    CHECK(signature_key(SignatureKind::ecdsa, numbered(1), Bytes(33, 2), Bytes(65, 2)) !=
          signature_key(SignatureKind::ecdsa, numbered(1), Bytes(65, 2), Bytes(33, 2)));
}

TEST_CASE("a bounded set keeps what fits and replaces old hashes by new ones", "[script]") {
    BoundedHashSet set(4096);
    CHECK(set.capacity() == 128);
    CHECK_FALSE(set.contains(numbered(0)));
    for (std::uint32_t i = 0; i < 2000; ++i) {
        set.insert(numbered(i));
        REQUIRE(set.contains(numbered(i)));
    }
    int kept = 0;
    for (std::uint32_t i = 0; i < 2000; ++i)
        kept += set.contains(numbered(i));
    CHECK(kept == 128);
}

TEST_CASE("a hash that is inserted twice takes one slot", "[script]") {
    BoundedHashSet set(1 << 16);
    for (int i = 0; i < 100; ++i)
        set.insert(numbered(1));
    for (std::uint32_t i = 2; i < 10; ++i)
        set.insert(numbered(i));
    for (std::uint32_t i = 1; i < 10; ++i)
        CHECK(set.contains(numbered(i)));
}

TEST_CASE("a bounded set that is not full keeps nearly all hashes while it grows", "[script]") {
    BoundedHashSet set(1 << 20);
    const auto count = static_cast<std::uint32_t>(set.capacity() * 3 / 4);
    for (std::uint32_t i = 0; i < count; ++i)
        set.insert(numbered(i));
    std::uint32_t kept = 0;
    for (std::uint32_t i = 0; i < count; ++i)
        kept += set.contains(numbered(i));
    CHECK(kept >= count - count / 100);
}

TEST_CASE("signatures of a transaction reach the cache only if they are kept", "[script]") {
    CountingCache cache;
    PendingSignatures pending(&cache);
    pending.insert(numbered(1));
    CHECK_FALSE(pending.contains(numbered(1)));
    CHECK(cache.known.empty());
    cache.insert(numbered(2));
    CHECK(pending.contains(numbered(2)));
    pending.keep();
    CHECK(pending.contains(numbered(1)));
    CHECK(cache.known.size() == 2);
}

TEST_CASE("a transaction is remembered with the flags it was checked under", "[script]") {
    BoundedSignatureCache cache(1 << 20);
    const Wtxid id{numbered(1).bytes};
    cache.insert_tx(id, mandatory_flags);
    CHECK(cache.contains_tx(id, mandatory_flags));
    CHECK_FALSE(cache.contains_tx(id, standard_flags));
    CHECK_FALSE(cache.contains_tx({numbered(2).bytes}, mandatory_flags));
    CHECK_FALSE(cache.contains(numbered(1)));
}

TEST_CASE("many threads may use one cache", "[script]") {
    BoundedSignatureCache cache(1 << 20);
    std::vector<std::thread> threads;
    for (std::uint32_t t = 0; t < 4; ++t) {
        threads.emplace_back([&cache, t] {
            for (std::uint32_t i = 0; i < 1000; ++i) {
                cache.insert(numbered(i % 300 + t));
                (void)cache.contains(numbered(i));
            }
        });
    }
    for (auto& thread : threads)
        thread.join();
    CHECK(cache.contains(numbered(5)));
}

}  // namespace
}  // namespace daler::script
