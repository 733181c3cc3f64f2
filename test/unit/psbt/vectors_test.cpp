#include <daler/encoding/hex.h>
#include <daler/encoding/json.h>
#include <daler/psbt/roles.h>

#include "support.h"

#include <test.h>
#include <vectors.h>

using namespace daler;
using namespace daler::psbt;
using namespace daler::psbt::test;

namespace {

std::optional<Json> psbt_vectors() {
    const auto text = daler::test::read_vectors("core/rpc_psbt.json");
    if (!text) return std::nullopt;
    return *Json::parse(*text);
}

Psbt read(const Json& text) {
    auto out = from_base64(text.as_string());
    REQUIRE(out);
    return *out;
}

}  // namespace

TEST_CASE("the published PSBTs are read, or refused", "[psbt][bip174][bip371]") {
    const auto vectors = psbt_vectors();
    if (!vectors) return;
    const auto& valid = *vectors->find("valid");
    const auto& invalid = *vectors->find("invalid");
    const auto& explained = *vectors->find("invalid_with_msg");
    CHECK((valid.size() == 20 && invalid.size() == 41 && explained.size() == 2));
    for (const auto& text : valid.items()) {
        CAPTURE(text.as_string());
        const auto read_back = decode(encode(read(text)));
        REQUIRE(read_back);
        CHECK(encode(*read_back) == encode(read(text)));
    }
    for (const auto& text : invalid.items()) {
        CAPTURE(text.as_string());
        CHECK_FALSE(from_base64(text.as_string()));
    }
    for (const auto& row : explained.items()) {
        const auto refused = from_base64(row[0].as_string());
        REQUIRE_FALSE(refused);
        CHECK(refused.error().find(row[1].as_string()) != std::string::npos);
    }
}

TEST_CASE("the published steps of a signer give the published PSBTs", "[psbt][bip174]") {
    const auto vectors = psbt_vectors();
    if (!vectors) return;
    CHECK(vectors->find("signer")->size() == 6);
    for (const auto& row : vectors->find("signer")->items()) {
        std::vector<std::string> keys;
        for (const auto& key : row.find("privkeys")->items())
            keys.push_back(key.as_string());
        auto psbt = read(*row.find("psbt"));
        // Their keys are not in the PSBT as derivation paths, so the secrets are enough.
        Spend::sign(psbt, ring_with({}, keys));
        CHECK(to_base64(psbt) == row.find("result")->as_string());
    }
}

TEST_CASE("combiner, finalizer and extractor give the published results", "[psbt][bip174]") {
    const auto vectors = psbt_vectors();
    if (!vectors) return;
    for (const auto& row : vectors->find("combiner")->items()) {
        const auto& parts = *row.find("combine");
        auto psbt = read(parts[0]);
        for (const auto& part : parts.items())
            CHECK(psbt.merge(read(part)));
        CHECK(to_base64(psbt) == row.find("result")->as_string());
    }
    for (const auto& row : vectors->find("finalizer")->items()) {
        auto psbt = read(*row.find("finalize"));
        CHECK(finalize(psbt));
        CHECK(to_base64(psbt) == row.find("result")->as_string());
    }
    for (const auto& row : vectors->find("extractor")->items()) {
        auto psbt = read(*row.find("extract"));
        const auto tx = finalize_and_extract(psbt);
        REQUIRE(tx);
        CHECK(to_hex(encode(*tx)) == row.find("result")->as_string());
    }
}
