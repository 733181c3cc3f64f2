#include <test.h>

#include <set>

#include "fake_methods.h"

using namespace daler;
using namespace daler::rpc;
using namespace daler::rpc::test;

namespace {

/// Names of arguments and of parts of results that are or may have a secret.
const std::set<std::string_view> secret_arguments{
    "passphrase", "oldpassphrase", "newpassphrase", "privkey",
    "privatekey", "seed",          "descriptor",    "desc",
};
const std::set<std::string_view> secret_results{"xprv", "privkey", "wif", "seed", "passphrase"};

template <class Fields, class Visit>
void visit_all(const Fields& fields, const Visit& visit) {
    for (const auto& field : fields) {
        visit(field);
        // Descriptors that explain inputs of others need no private keys.
        if constexpr (requires { field.names; })
            if (field.names == "solving_data") continue;
        visit_all(field.fields, visit);
    }
}

const ResultFields told = {{"word", secret(Type::string)}};

/// A method that is told a secret, one that tells one, and one that does neither.
std::span<const Method> telling_methods() {
    static const Method all[] = {
        {"Testing",
         "take",
         "",
         {{"options", Type::object, "null", "", {{"word", secret(Type::string), "", ""}}}},
         nothing,
         [](Call&) { return Json(); }},
        {"Testing",
         "tell",
         "",
         {},
         told,
         [](Call&) {
             Json out = Json::object();
             out.append("word", "hush");
             return out;
         }},
        {"Testing", "talk", "", {}, nothing, [](Call&) { return Json(); }},
    };
    return all;
}

}  // namespace

TEST_CASE("what is called as secrets are is declared as secret", "[rpc]") {
    for (const auto table : method_tables()) {
        for (const Method& method : table) {
            CAPTURE(method.name);
            bool shows_private_keys = false;
            visit_all(method.arguments, [&](const Argument& argument) {
                const auto name = argument.names.substr(0, argument.names.find('|'));
                CAPTURE(name);
                if (secret_arguments.contains(name)) CHECK(argument.type.is_secret);
                shows_private_keys = shows_private_keys || name == "private";
            });
            visit_all(std::span(&method.result.field(), 1), [](const ResultField& field) {
                CAPTURE(field.name);
                if (secret_results.contains(field.key())) CHECK(field.type.is_secret);
            });
            if (shows_private_keys) CHECK(has_secrets(method));
        }
    }
}

TEST_CASE("these methods have secrets", "[rpc]") {
    std::set<std::string_view> found;
    for (const auto table : method_tables())
        for (const Method& method : table)
            if (has_secrets(method)) found.insert(method.name);
    CHECK(found == std::set<std::string_view>{"createwallet",           "deriveaddresses",
                                              "descriptorprocesspsbt",  "encryptwallet",
                                              "generateblock",          "generatetodescriptor",
                                              "getdescriptorinfo",      "gethdkeys",
                                              "importdescriptors",      "importmulti",
                                              "importprivkey",          "listdescriptors",
                                              "migratewallet",          "scanblocks",
                                              "scantxoutset",           "sethdseed",
                                              "signmessagewithprivkey", "signrawtransactionwithkey",
                                              "utxoupdatepsbt",         "walletpassphrase",
                                              "walletpassphrasechange"});
}

TEST_CASE("an answer to a call with secrets says so, also in a batch", "[rpc]") {
    NoServices none;
    const std::array<std::span<const Method>, 1> tables{telling_methods()};
    Dispatcher dispatcher{tables};
    dispatcher.open(none.get());
    const auto is_secret = [&](std::string_view body) {
        return dispatcher.answer(body, {}).is_secret;
    };
    CHECK(is_secret(R"({"method":"take","params":[{"word":"hush"}]})"));
    CHECK(is_secret(R"({"method":"tell"})"));
    CHECK_FALSE(is_secret(R"({"method":"talk"})"));
    CHECK(is_secret(R"([{"method":"talk"},{"method":"tell"}])"));
    CHECK_FALSE(is_secret(R"([{"method":"talk"},{"method":"talk"}])"));
    CHECK_FALSE(is_secret(R"({"method":5})"));
}
