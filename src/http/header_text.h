#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace daler::http {

/// The size of the headers at the front of `received`, the empty line included; nothing if they
/// are not complete. Lines end in CR LF, or in LF alone, as some clients send them.
[[nodiscard]] std::optional<std::size_t> header_size(std::string_view received);

/// `headers` with each line ended by CR LF.
[[nodiscard]] std::string with_crlf(std::string_view headers);

}  // namespace daler::http
