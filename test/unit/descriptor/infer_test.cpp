#include <daler/descriptor/descriptor.h>
#include <daler/encoding/hex.h>
#include <daler/primitives/chain_params.h>

#include "keys.h"

#include <test.h>

using namespace daler;
using namespace daler::descriptor;
using namespace daler::test;

namespace {

const std::string tpub =
    "tpubD6NzVbkrYhZ4WaWSyoBvQwbpLkojyoTZPRsgXELWz3Popb3qkjcJyJUGLnL4qHHoQvao8ESaAstxYSnhyswJ76uZPS"
    "tJRJCTKvosUCJZL5B";

/// The text that is inferred from the first script of a descriptor and its keys and scripts.
std::string inferred(const std::string& text, std::uint32_t index = 0) {
    const auto format = regtest_params().address;
    const auto parsed = Descriptor::parse(text, format);
    REQUIRE(parsed);
    const auto out = infer(parsed->scripts(index)->front(),
                           *parsed->key_ring(index, Descriptor::Secrets::exclude), format);
    CHECK(Descriptor::parse(out, format, ChecksumRule::required));
    return out.substr(0, out.find('#'));
}

}  // namespace

TEST_CASE("the inferred descriptor names keys and their origins", "[descriptor]") {
    CHECK(inferred("pkh([01020304/1h]" + key + ")") == "pkh([01020304/1h]" + key + ")");
    CHECK(inferred("wpkh(" + key + ")") == "wpkh([9a1c78a5]" + key + ")");
    CHECK(inferred("sh(wpkh([01020304]" + key + "))") == "sh(wpkh([01020304]" + key + "))");
    CHECK(inferred("tr([01020304]" + key + ")") == "tr([01020304]" + x_key + ")");
    CHECK(inferred("tr([01020304]" + key + ",pk([01020304]" + key + "))") ==
          "tr([01020304]" + x_key + ",pk([01020304]" + x_key + "))");
    // The smallest script is on the left at every level.
    const std::string one = "pk([01020304]" + x_key + ")";
    const std::string two = "multi_a(1,[01020304]" + x_key + ")";
    CHECK(inferred("tr([01020304]" + key + ",{{" + two + "," + one + "}," + one + "})") ==
          "tr([01020304]" + x_key + ",{" + one + ",{" + one + "," + two + "}})");
    CHECK(inferred("rawtr([01020304]" + x_key + ")") == "rawtr([01020304]" + x_key + ")");
    CHECK(inferred("sh(wsh(multi(1,[01020304]" + key + ")))") ==
          "sh(wsh(multi(1,[01020304]" + key + ")))");
    CHECK(inferred("wpkh(" + tpub + "/0/*)", 5).find("/0/5]0") != std::string::npos);
}

TEST_CASE("without keys a script is its address, or raw", "[descriptor]") {
    const auto format = regtest_params().address;
    const auto describe = [&](const std::string& hex) {
        const auto out = infer(Script(*from_hex(hex)), {}, format);
        return out.substr(0, out.find('#'));
    };
    CHECK(describe("76a9149a1c78a507689f6f54b847ad1cef1e614ee23f1e88ac") ==
          "addr(muZpTpBYhxmRFuCjLc7C6BBDF32C8XVJUi)");
    CHECK(describe("6a00") == "raw(6a00)");
    CHECK(describe("5120" + x_key) == "rawtr(" + x_key + ")");
}
