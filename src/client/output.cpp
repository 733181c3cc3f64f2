#include <daler/client/output.h>

#include <cstdlib>

namespace daler::client {
namespace {

// Bitcoin Core's code for "several wallets are loaded".
constexpr int wallet_not_specified = -19;

Outcome error_outcome(const Json& error) {
    const Json* code = error.find("code");
    const Json* message = error.find("message");
    const int number = code ? code->as_integer<int>().value_or(1) : 1;
    Outcome out{std::abs(number), {}};
    if (out.exit_code == 0) out.exit_code = 1;
    if (!error.is_object()) {
        out.text = "error: " + error.write();
        return out;
    }
    if (code) out.text = "error code: " + code->write() + "\n";
    if (message && message->is_string()) out.text += "error message:\n" + message->as_string();
    if (number == wallet_not_specified) {
        out.text +=
            "\nWith daler-cli, put -rpcwallet=<name> before the command; \"daler-cli listwallets\" "
            "shows the names.";
    }
    return out;
}

}  // namespace

std::string result_text(const Json& result) {
    if (result.is_null()) return {};
    return result.is_string() ? result.as_string() : result.write(2);
}

Outcome outcome_of(const Json& reply) {
    if (const Json* error = reply.find("error"); error && !error->is_null())
        return error_outcome(*error);
    const Json* result = reply.find("result");
    return {0, result ? result_text(*result) : std::string{}};
}

Outcome failure(const std::string& reason) {
    return {EXIT_FAILURE, "error: " + reason};
}

}  // namespace daler::client
