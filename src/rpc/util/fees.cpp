#include "rpc/util/methods.h"

#include <daler/policy/policy.h>
#include <daler/rpc/values.h>

#include <fmt/format.h>

namespace daler::rpc {

Json estimatesmartfee(Call& call) {
    const auto target = call.integer(0);
    if (target < 1 || target > policy::max_confirmation_target) {
        throw Error{code::invalid_parameter,
                    fmt::format("Invalid conf_target, must be between 1 and {}",
                                policy::max_confirmation_target)};
    }
    const std::string mode = lower_case(call.string(1, "economical"));
    if (mode != "unset" && mode != "economical" && mode != "conservative") {
        throw Error{code::invalid_parameter,
                    "Invalid estimate_mode parameter, must be one of: \"unset\", \"economical\", "
                    "\"conservative\""};
    }
    Json errors = Json::array();
    errors.push("Insufficient data or no feerate found");
    Json out = Json::object();
    out.append("errors", std::move(errors));
    out.append("blocks", 0);  // the longest target for which there is an estimate
    return out;
}

}  // namespace daler::rpc
