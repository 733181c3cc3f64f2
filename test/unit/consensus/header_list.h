#pragma once

#include <daler/consensus/header_rules.h>

#include <algorithm>
#include <vector>

namespace daler::test {

/// A chain of headers in a vector.
class HeaderList : public consensus::HeaderChain {
public:
    HeaderList() = default;
    explicit HeaderList(const BlockHeader& genesis) : headers_{genesis} {}

    void push(const BlockHeader& header) { headers_.push_back(header); }
    /// Adds a header like the last one, `spacing` seconds later.
    void grow(std::uint32_t spacing) {
        BlockHeader header = headers_.back();
        header.previous = header.hash();
        header.time += spacing;
        headers_.push_back(header);
    }
    BlockHeader& back() { return headers_.back(); }

    [[nodiscard]] Height height() const override {
        return static_cast<Height>(headers_.size()) - 1;
    }
    [[nodiscard]] BlockHeader header(Height height) const override {
        return headers_.at(static_cast<std::size_t>(height));
    }
    [[nodiscard]] BlockTime median_time_past(Height height) const override {
        std::vector<BlockTime> times;
        for (Height i = std::max(0, height - 10); i <= height; ++i)
            times.push_back(header(i).block_time());
        std::ranges::sort(times);
        return times[times.size() / 2];
    }

private:
    std::vector<BlockHeader> headers_;
};

/// `count` headers from 600'000 on, ten minutes apart.
inline HeaderList steady_chain(Height count, std::uint32_t bits, std::int32_t version = 4) {
    BlockHeader header;
    header.version = version;
    header.bits = bits;
    header.time = 600'000;
    HeaderList chain(header);
    while (chain.height() + 1 < count)
        chain.grow(600);
    return chain;
}

}  // namespace daler::test
