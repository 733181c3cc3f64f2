#include <test.h>

#include "fake_methods.h"

using namespace daler;
using namespace daler::rpc;
using namespace daler::rpc::test;

namespace {

/// Checks what the meta-schema of JSON Schema (draft 7) says about the keywords that are used.
void check_schema(const Json& schema) {
    REQUIRE(schema.is_object());
    for (const auto& [key, value] : schema.members()) {
        CAPTURE(key);
        if (key == "type") {
            CHECK((value.is_string() || value.is_array()));
        } else if (key == "description" || key == "pattern") {
            CHECK(value.is_string());
        } else if (key == "properties") {
            for (const auto& property : value.members())
                check_schema(property.value);
        } else if (key == "anyOf" || (key == "items" && value.is_array())) {
            CHECK_FALSE(value.items().empty());
            for (const Json& part : value.items())
                check_schema(part);
        } else if (key == "items" || (key == "additionalProperties" && value.is_object())) {
            check_schema(value);
        } else {
            CHECK((key == "required" || key == "default" || key == "minItems" ||
                   key == "maxItems" || key == "additionalProperties"));
        }
    }
}

}  // namespace

TEST_CASE("the OpenRPC document has all methods and what its meta-schema requires", "[rpc]") {
    const Dispatcher dispatcher(method_tables());
    const Json document = openrpc_document(dispatcher.methods());
    CHECK(document.find("openrpc")->as_string() == "1.3.2");
    CHECK(document.find("info")->find("title")->is_string());
    CHECK(document.find("info")->find("version")->is_string());
    const Json& methods = *document.find("methods");
    CHECK(methods.size() == dispatcher.methods().size());
    for (const Json& method : methods.items()) {
        CAPTURE(method.find("name")->as_string());
        CHECK(method.find("paramStructure")->as_string() == "either");
        for (const Json& parameter : method.find("params")->items()) {
            CAPTURE(parameter.find("name")->as_string());
            CHECK(parameter.find("required")->is_bool());
            check_schema(*parameter.find("schema"));
        }
        CHECK(method.find("result")->find("name")->is_string());
        check_schema(*method.find("result")->find("schema"));
    }
}

TEST_CASE("the OpenRPC document shows types, defaults and fields", "[rpc]") {
    const Fixture fixture;
    const std::array one{fixture.dispatcher.find("choose")};
    const Json document = openrpc_document(one);
    const Json& method = (*document.find("methods"))[0];
    CHECK((*method.find("params"))[1] == *Json::parse(R"json({
        "name": "options", "description": "How", "required": false, "schema": {
            "type": "object", "description": "How", "default": {}, "properties": {
                "speed": {"type": "integer", "description": "How fast (vbytes)", "default": 1},
                "names": {"type": "array", "description": "For whom", "items": {"type": "string"}}},
            "additionalProperties": false}})json"));
    CHECK(*method.find("result") == *Json::parse(R"json({
        "name": "result", "schema": {"anyOf": [
            {"type": "integer", "description": "one"},
            {"type": "object", "description": "The options", "properties": {
                "speed": {"type": "integer", "description": "How fast (vbytes)"},
                "names": {"type": "array", "items": {"type": "string", "description": "A name"}}},
             "additionalProperties": false}]}})json"));
}
