#include <test.h>

#include <daler/policy/policy.h>

using namespace daler;

TEST_CASE("one input with a low sequence signals replaceability for all", "[policy][bip125]") {
    Transaction tx;
    CHECK_FALSE(policy::signals_replacement(tx));
    tx.inputs.resize(2);
    CHECK_FALSE(policy::signals_replacement(tx));
    tx.inputs[1].sequence = 0xfffffffe;
    CHECK_FALSE(policy::signals_replacement(tx));
    tx.inputs[1].sequence = 0xfffffffd;
    CHECK(policy::signals_replacement(tx));
    tx.inputs[1].sequence = 0;
    CHECK(policy::signals_replacement(tx));
}
