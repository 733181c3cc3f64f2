#include <daler/descriptor/descriptor.h>
#include <daler/primitives/chain_params.h>

#include "keys.h"

#include <test.h>

using namespace daler;
using namespace daler::descriptor;
using namespace daler::test;

namespace {

const std::string uncompressed =
    "04a34b99f22c790c4e36b2b3c2c35a36db06226e41c692fc82b8b56ac1c540c5bd5b8dec5235a0fa8722476c7709c0"
    "2559e3aa73aa03918ba2d492eea75abea235";

std::string error(const std::string& text, ChecksumRule rule = ChecksumRule::optional) {
    const auto parsed = Descriptor::parse(text, main_params().address, rule);
    return parsed ? "" : parsed.error();
}

std::string keys(int count) {
    std::string out;
    for (int i = 0; i < count; ++i)
        out += "," + key;
    return out;
}

}  // namespace

TEST_CASE("the error for a bad checksum says what is wrong", "[descriptor][bip380]") {
    CHECK(error("raw(deadbeef)") == "");
    CHECK(error("raw(deadbeef)", ChecksumRule::required) == "Missing checksum");
    CHECK(error("raw(deadbeef)#") == "Expected 8 character checksum, not 0 characters");
    CHECK(error("raw(deadbeef)#89f8spxmx") == "Expected 8 character checksum, not 9 characters");
    CHECK(error("raw(deadbeef)##9f8spxm") == "Multiple '#' symbols");
    CHECK(error("raw(deedbeef)#89f8spxm") ==
          "Provided checksum '89f8spxm' does not match computed checksum '" +
              *checksum("raw(deedbeef)") + "'");
    CHECK(error("raw(\xc3\x9c)#00000000") == "Invalid characters in payload");
}

TEST_CASE("the error for an invalid descriptor says what is wrong", "[descriptor]") {
    const std::vector<std::pair<std::string, std::string>> examples{
        {"", "'' is not a valid descriptor function"},
        {"foo(" + key + ")", "'foo(" + key + ")' is not a valid descriptor function"},
        {"pk()", "pk(): No key provided"},
        {"pkh(" + key.substr(2) + ")", "pkh(): Pubkey '" + key.substr(2) + "' is invalid"},
        {"pkh(06" + uncompressed.substr(2) + ")", "pkh(): Hybrid public keys are not allowed"},
        {"wpkh(" + uncompressed + ")", "wpkh(): Uncompressed keys are not allowed"},
        {"wsh(pk(" + uncompressed + "))", "pk(): Uncompressed keys are not allowed"},
        {"pkh(nonsense)", "pkh(): key 'nonsense' is not valid"},
        {"pkh(" + xpub + "/2147483648)", "pkh(): Key path value 2147483648 is out of range"},
        {"pkh(" + xpub + "/1a)", "pkh(): Key path value '1a' is not a valid uint32"},
        {"pkh(" + xpub + "/*/0)", "pkh(): Key path value '*' is not a valid uint32"},
        {"pkh([dead]" + key + ")",
         "pkh(): Fingerprint is not 4 bytes (4 characters instead of 8 characters)"},
        {"pkh([zzzzzzzz]" + key + ")", "pkh(): Fingerprint 'zzzzzzzz' is not hex"},
        {"pkh(deadbeef]" + key + ")",
         "pkh(): Key origin start '[ character expected but not found, got 'd' instead"},
        {"pkh([deadbeef]]" + key + ")", "pkh(): Multiple ']' characters found for a single pubkey"},
        {"sh(" + key + ")", "A function is needed within P2SH"},
        {"wsh(" + key + ")", "A function is needed within P2WSH"},
        {"sh(sh(pk(" + key + ")))", "Can only have sh() at top level"},
        {"wsh(wsh(pk(" + key + ")))", "Can only have wsh() at top level or inside sh()"},
        {"wsh(wpkh(" + key + "))", "Can only have wpkh() at top level or inside sh()"},
        {"sh(combo(" + key + "))", "Can only have combo() at top level"},
        {"sh(tr(" + key + "))", "Can only have tr at top level"},
        {"sh(addr(x))", "Can only have addr() at top level"},
        {"wsh(raw(00))", "Can only have raw() at top level"},
        {"addr(x)", "Address is not valid"},
        {"raw(x)", "Raw script is not hex"},
        {"multi(x," + key + ")", "Multi threshold 'x' is not valid"},
        {"multi(0," + key + ")", "Multisig threshold cannot be 0, must be at least 1"},
        {"multi(2," + key + ")",
         "Multisig threshold cannot be larger than the number of keys; threshold is 2 but only 1 "
         "keys specified"},
        {"multi(1)", "Cannot have 0 keys in multisig; must have between 1 and 20 keys, inclusive"},
        {"multi(1" + keys(4) + ")",
         "Cannot have 4 pubkeys in bare multisig; only at most 3 pubkeys"},
        {"sh(multi(1" + keys(16) + "))",
         "P2SH script is too large, 547 bytes is larger than 520 bytes"},
        {"wsh(multi(1" + keys(21) + "))",
         "Cannot have 21 keys in multisig; must have between 1 and 20 keys, inclusive"},
        {"tr(" + key + ",pk(" + key + ")", "'pk(" + key + "' is not a valid descriptor function"},
        {"tr(" + key + ",{pk(" + key + ")})", "tr(): expected ',' after script expression"},
        {"multi_a(1," + key + ")", "Can only have multi_a/sortedmulti_a inside tr()"},
        {"rawtr(" + key + "," + key + ")", "rawtr(): only one key expected."},
    };
    for (const auto& [text, expected] : examples) {
        CAPTURE(text);
        CHECK(error(text) == expected);
    }
}

TEST_CASE("multisig takes as many keys as its place allows", "[descriptor]") {
    CHECK(error("multi(1" + keys(3) + ")") == "");
    CHECK(error("sh(multi(1" + keys(15) + "))") == "");
    CHECK(error("wsh(multi(1" + keys(20) + "))") == "");
}

TEST_CASE("a script tree is at most 128 levels deep", "[descriptor][bip341]") {
    const auto deep = [](std::size_t levels) {
        std::string text = "pk(" + key + ")";
        for (std::size_t i = 0; i < levels; ++i)
            text = "{" + text + ",pk(" + key + ")}";
        return "tr(" + key + "," + text + ")";
    };
    CHECK(error(deep(128)) == "");
    CHECK(error(deep(129)) == "tr() supports at most 128 nesting levels");
}
