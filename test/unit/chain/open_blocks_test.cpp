#include <test.h>

#include <chain/open_blocks.h>

#include "fixture.h"

using namespace daler;
using namespace daler::chain;
using namespace daler::test;

namespace {

/// A caller that notes its answers: "ok", a reason, or "none".
WaitingCaller caller(std::vector<std::string>& answers) {
    return {[&answers](const Submitted* result) {
                if (!result)
                    answers.emplace_back("none");
                else
                    answers.push_back(result->verdict ? "ok" : reason(result->verdict));
            },
            {}};
}

}  // namespace

TEST_CASE("a caller that waits for a block gets one answer, also if there is no verdict",
          "[chain]") {
    Node node;
    node.extend(2);
    const auto& entry = *node.state->view()->at(2);
    std::vector<std::string> answers;

    PendingBlocks pending;
    pending.add(entry, node.state->read_block(entry));
    pending.waiting_for(&entry)->push_back(caller(answers));
    pending.waiting_for(&entry)->push_back(caller(answers));

    SECTION("with a verdict") {
        auto taken = pending.take(entry);
        taken.waiting[0].answer({});
        taken.waiting[1].answer(consensus::reject(consensus::Reason::script_failed));
        taken.waiting.clear();
        CHECK(answers == std::vector<std::string>{"ok", "mandatory-script-verify-flag-failed"});
    }
    SECTION("when an error ends the opening of the block") {
        const auto open = [&] {
            const auto taken = pending.take(entry);
            throw StorageError("the disk has failed");
        };
        CHECK_THROWS_AS(open(), StorageError);
        CHECK(answers == std::vector<std::string>{"none", "none"});
    }
    SECTION("when the block will not be opened") {
        CHECK(pending.take_unless([](const BlockEntry&) { return true; }).empty());
        CHECK(pending.take_unless([](const BlockEntry&) { return false; }).size() == 2);
        CHECK(pending.waiting_for(&entry) == nullptr);
        CHECK(answers == std::vector<std::string>{"none", "none"});
    }
}
