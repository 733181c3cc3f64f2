#include <test.h>

#include "networks/split.h"

using namespace daler::networks;

using Groups = std::vector<std::vector<std::string>>;

TEST_CASE("nodes that are not named are a group of their own", "[networks]") {
    const std::vector<std::string> all{"n1", "n2", "n3", "n4"};
    CHECK(parse_groups({"n1,n2", "n3"}, all).value() == Groups{{"n1", "n2"}, {"n3"}, {"n4"}});
    CHECK(parse_groups({"n3"}, all).value() == Groups{{"n3"}, {"n1", "n2", "n4"}});
}

TEST_CASE("groups that make no sense are errors", "[networks]") {
    const std::vector<std::string> all{"n1", "n2"};
    CHECK(parse_groups({"n1,n2"}, all).error().find("one group") != std::string::npos);
    CHECK(parse_groups({"n1", "n1,n2"}, all).error() == "The node n1 is named twice.");
    for (const auto* wrong : {"", "n1,", ",n1", "n9"}) {
        CAPTURE(wrong);
        CHECK(parse_groups({wrong}, all).error().starts_with("There is no node"));
    }
}
