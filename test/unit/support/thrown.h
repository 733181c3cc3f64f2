#pragma once

#include <daler/util/storage_error.h>

#include <initializer_list>
#include <string>
#include <string_view>

namespace daler::test {

/// The text of the StorageError that `action` throws; empty if it throws none.
template <class Action>
std::string thrown(const Action& action) {
    try {
        action();
    } catch (const StorageError& error) {
        return error.what();
    }
    return {};
}

/// True if `text` contains all `words`.
inline bool mentions(std::string_view text, std::initializer_list<std::string_view> words) {
    for (const auto word : words)
        if (text.find(word) == std::string_view::npos) return false;
    return true;
}

}  // namespace daler::test
