#include <daler/consensus/unknown_rules.h>

#include <daler/primitives/chain_params.h>

#include <algorithm>

namespace daler::consensus {
namespace {

// BIP 9: versions with these three highest bits are bit fields.
constexpr std::uint32_t version_mask = 0xe0000000;
constexpr std::uint32_t bit_field = 0x20000000;

/// A chain without its blocks above a height.
class LowerPart final : public HeaderChain {
public:
    LowerPart(const HeaderChain& chain, Height height) : chain_(chain), height_(height) {}
    [[nodiscard]] Height height() const override { return height_; }
    [[nodiscard]] BlockHeader header(Height height) const override { return chain_.header(height); }
    [[nodiscard]] BlockTime median_time_past(Height height) const override {
        return chain_.median_time_past(height);
    }

private:
    const HeaderChain& chain_;
    const Height height_;
};

}  // namespace

UnknownRules::Votes UnknownRules::votes(const HeaderChain& chain, Height edge) {
    Votes out{};
    const Height window = params_.retarget.window;
    // Deployments change their states only between windows.
    const auto expected = static_cast<std::uint32_t>(
        block_version(LowerPart(chain, edge - window), params_, deployments_));
    const Height first = std::max(edge - window + 1, params_.unknown_rules_from);
    for (Height height = first; height <= edge; ++height) {
        const auto version = static_cast<std::uint32_t>(chain.header(height).version);
        if ((version & version_mask) != bit_field) continue;
        for (int bit = 0; bit < bit_count; ++bit)
            out[static_cast<std::size_t>(bit)] += (version & ~expected) >> bit & 1;
    }
    return out;
}

UnknownRules::States UnknownRules::next(const States& states, const HeaderChain& chain,
                                        Height edge) {
    // All bits leave the first state together, after the first window.
    const bool is_first = states.front() == DeploymentState::defined;
    const Votes counts = is_first ? Votes{} : votes(chain, edge);
    States out = states;
    for (std::size_t bit = 0; bit < out.size(); ++bit) {
        auto& state = out[bit];
        if (state == DeploymentState::defined)
            state = DeploymentState::started;
        else if (state == DeploymentState::locked_in)
            state = DeploymentState::active;
        else if (state == DeploymentState::started &&
                 counts[bit] >= std::max(params_.version_bits_threshold, 1))
            state = DeploymentState::locked_in;
    }
    return out;
}

std::optional<int> UnknownRules::first_active(const HeaderChain& parents) {
    const Height window = params_.retarget.window;
    Height edge = parents.height() - (parents.height() + 1) % window;
    States states{};
    std::vector<std::pair<Height, BlockHash>> unknown;
    for (; edge >= 0; edge -= window) {
        const BlockHash hash = parents.header(edge).hash();
        if (const auto found = known_.find(hash); found != known_.end()) {
            states = found->second;
            break;
        }
        unknown.emplace_back(edge, hash);
    }
    for (std::size_t i = unknown.size(); i-- > 0;) {
        states = next(states, parents, unknown[i].first);
        known_.emplace(unknown[i].second, states);
    }
    const auto active = std::ranges::find(states, DeploymentState::active);
    if (active == states.end()) return std::nullopt;
    return static_cast<int>(active - states.begin());
}

}  // namespace daler::consensus
