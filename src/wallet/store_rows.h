#pragma once

#include <daler/primitives/hash.h>

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace daler::wallet {

// 1 had no checksums; 2 had no sealed keys and did not know which payment replaces another.
inline constexpr std::int64_t schema_version = 3;

/// A table and its columns, without `checksum`. SQLite detects damage to a file's structure, but
/// not to the content of a row; the checksum does. It covers `columns`, then `added`.
struct Table {
    std::string_view name;
    std::string_view columns;  ///< those that it has since version 1
    std::string_view added{};  ///< blobs that version 3 added; empty in older rows

    [[nodiscard]] std::string columns_of(std::int64_t version) const {
        std::string out(columns);
        if (version >= 3 && !added.empty()) out += fmt::format(", {}", added);
        return out;
    }
};

inline constexpr Table transactions_table{
    "transactions",
    "place, bytes, status, abandoned, block, height, position, "
    "received, time, comment, comment_to",
    "replaces, replaced_by"};

/// The statement that writes a row of a table. Its parameters are the columns.
[[nodiscard]] inline std::string write_row(const Table& table) {
    const auto columns = table.columns_of(schema_version);
    std::string values = "?1";
    for (auto i = 1; i <= std::ranges::count(columns, ','); ++i)
        values += fmt::format(", ?{}", i + 1);
    return fmt::format("INSERT OR REPLACE INTO {} ({}, checksum) VALUES ({}, row_checksum({}))",
                       table.name, columns, values, values);
}

/// What is said of a damaged row.
[[nodiscard]] inline std::string wrong_row(const Table& table) {
    return fmt::format("a row of {} has a wrong checksum", table.name);
}

[[nodiscard]] inline BlockHash read_hash(ByteSpan bytes) {
    BlockHash out;
    if (bytes.size() == out.bytes.size()) std::ranges::copy(bytes, out.bytes.begin());
    return out;
}

/// A column of SQLite is a signed number of 64 bits.
template <class To>
[[nodiscard]] To to(std::int64_t value) {
    return static_cast<To>(value);
}

}  // namespace daler::wallet
