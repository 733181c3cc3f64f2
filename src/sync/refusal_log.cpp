#include "refusal_log.h"

namespace daler::sync {
namespace {

constexpr std::chrono::minutes interval{1};
constexpr std::size_t max_refused_addresses = 1000;

}  // namespace

bool RefusalLog::allow(const std::string& address, Time now) {
    std::erase_if(last_, [&](const auto& each) { return now - each.second >= interval; });
    return last_.size() < max_refused_addresses && last_.emplace(address, now).second;
}

}  // namespace daler::sync
