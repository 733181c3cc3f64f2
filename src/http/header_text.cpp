#include "header_text.h"

namespace daler::http {

std::optional<std::size_t> header_size(std::string_view received) {
    for (auto at = received.find('\n'); at != std::string_view::npos;
         at = received.find('\n', at + 1)) {
        const auto next = received.substr(at + 1);
        if (next.starts_with('\n')) return at + 2;
        if (next.starts_with("\r\n")) return at + 3;
    }
    return std::nullopt;
}

std::string with_crlf(std::string_view headers) {
    std::string out;
    out.reserve(headers.size());
    for (const char c : headers) {
        if (c == '\n' && !out.ends_with('\r')) out += '\r';
        out += c;
    }
    return out;
}

}  // namespace daler::http
