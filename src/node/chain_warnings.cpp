#include "node/chain_warnings.h"

#include <daler/chain/chain_view.h>
#include <daler/util/log.h>

#include <fmt/format.h>

namespace daler::node {

std::vector<std::string> ChainWarnings::list() const {
    const auto warning = warning_.load();
    return warning ? std::vector{*warning} : std::vector<std::string>{};
}

void ChainWarnings::tip_changed(const std::shared_ptr<const chain::ChainView>& view) {
    if (view->initial_download() || warning_.load()) return;
    const auto bit = unknown_rules_.first_active(chain::EntryChain(view->tip()));
    if (!bit) return;
    auto text = fmt::format("Unknown new rules activated (versionbit {})", *bit);
    log::warning("{}", text);
    warning_.store(std::make_shared<const std::string>(text));
    alert_(text);
}

}  // namespace daler::node
