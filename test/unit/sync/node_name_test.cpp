#include <daler/sync/node_name.h>
#include <daler/sync/options.h>
#include <daler/wire/limits.h>
#include <test.h>

using namespace daler;
using namespace daler::sync;

TEST_CASE("a node name has 1 to 32 letters, digits, dashes and underscores", "[sync]") {
    for (const auto* good : {"n1", "A", "0", "bob-2_b"})
        CHECK(is_node_name(good));
    for (const auto* bad : {"", "n 1", "n=1", "n.1", "1:2", "(n)", "n;", "\xc3\xbc"})
        CHECK_FALSE(is_node_name(bad));
    const std::string longest(wire::limits::node_name_bytes, 'x');
    CHECK(is_node_name(longest));
    CHECK_FALSE(is_node_name(longest + 'x'));
}

TEST_CASE("a node name is found in the comments of a user agent", "[sync]") {
    struct Example {
        std::string agent, name;
    };
    const auto& [agent, name] = GENERATE(values<Example>({
        {"/Satoshi:28.1.0/daler:0.1.0(node=n1)/", "n1"},
        {"/Satoshi:28.1.0/daler:0.1.0(node=n1; lab 3)/", "n1"},
        {"/a:1(lab 3; node=bob-2)/", "bob-2"},
        {"/a:1(mynode=x; node=y)/", "y"},
        {"/a:1(node=not good)/", ""},
        {"/a:1(node=)/", ""},
        {"/a:1(node=open", "open"},
        {"node=n1", ""},
        {"/Satoshi:28.1.0/", ""},
        {"", ""},
    }));
    CAPTURE(agent);
    CHECK(node_name_in(agent) == name);
}

TEST_CASE("the comment with the name comes back from the user agent", "[sync]") {
    CHECK(node_name_in(make_user_agent({node_name_comment("n1"), "x"})) == "n1");
}
