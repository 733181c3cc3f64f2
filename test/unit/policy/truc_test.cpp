#include <daler/policy/policy.h>
#include <test.h>

namespace daler::policy {
namespace {

TransactionRef with_version(std::uint32_t version, std::uint32_t lock_time = 0) {
    Transaction tx;
    tx.version = version;
    tx.lock_time = lock_time;
    tx.inputs.resize(1);
    tx.outputs.resize(1);
    return seal(tx);
}

// "" or the text after the last id, which is different for each rule.
std::string refusal(std::uint32_t version, std::int64_t vsize,
                    const std::vector<TransactionRef>& ancestors = {}, bool sibling = false) {
    const auto verdict = check_truc(*with_version(version, 9), vsize, ancestors, sibling);
    if (verdict) return "";
    CHECK(code(verdict.error().reason) == "TRUC-violation");
    return verdict.error().detail;
}

bool says(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

TEST_CASE("version 3 descends from version 3 only, and other versions do not descend from it",
          "[policy][bip431]") {
    CHECK(refusal(3, 500, {with_version(3)}).empty());
    CHECK(refusal(2, 500, {with_version(2)}).empty());
    CHECK(says(refusal(3, 500, {with_version(2)}), "cannot spend from non-version=3"));
    CHECK(says(refusal(2, 500, {with_version(3)}), "cannot spend from version=3"));
    CHECK(says(refusal(1, 500, {with_version(1), with_version(3)}), "cannot spend from version=3"));
}

TEST_CASE("version 3 has at most 10,000 virtual bytes, 1,000 with a parent", "[policy][bip431]") {
    CHECK(refusal(3, 10'000).empty());
    CHECK(says(refusal(3, 10'001), "is too big: 10001 > 10000 virtual bytes"));
    CHECK(refusal(2, 10'001).empty());
    CHECK(refusal(3, 1'000, {with_version(3)}).empty());
    CHECK(says(refusal(3, 1'001, {with_version(3)}), "is too big: 1001 > 1000 virtual bytes"));
}

TEST_CASE("version 3 comes as one parent with one child", "[policy][bip431]") {
    CHECK(says(refusal(3, 500, {with_version(3, 1), with_version(3, 2)}), "too many ancestors"));
    CHECK(says(refusal(3, 500, {with_version(3)}, true), "descendant count limit"));
    CHECK(refusal(2, 500, {with_version(2)}, true).empty());
}

}  // namespace
}  // namespace daler::policy
