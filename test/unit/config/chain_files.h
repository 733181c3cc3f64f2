#pragma once

#include <daler/config/chain_file.h>

#include <test.h>

namespace daler::config::test {

inline ChainFile parsed(const std::string& text) {
    auto file = parse_chain_file(text);
    INFO((file ? std::string{} : file.error()));
    REQUIRE(file.has_value());
    return *file;
}

inline std::string refusal_of(const std::string& text) {
    const auto file = parse_chain_file(text);
    return file ? "(accepted)" : file.error();
}

}  // namespace daler::config::test
