#include <daler/crypto/hash.h>
#include <daler/encoding/base64.h>
#include <daler/encoding/hex.h>
#include <daler/rpc/credentials.h>
#include <daler/util/log.h>
#include <daler/util/random.h>
#include <daler/util/split.h>
#include <daler/util/storage_error.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

namespace daler::rpc {
namespace {

constexpr std::string_view cookie_user = "__cookie__";
constexpr std::string_view basic = "Basic ";

/// Its time depends only on the length of `given`.
bool equal_in_constant_time(std::string_view given, std::string_view expected) {
    if (expected.empty()) return given.empty();
    std::size_t difference = given.size() ^ expected.size();
    for (std::size_t i = 0; i < given.size(); ++i)
        difference |= static_cast<std::size_t>(given[i] ^ expected[i % expected.size()]);
    return difference == 0;
}

[[noreturn]] void cannot_write(const std::filesystem::path& path) {
    throw StorageError("cannot write the cookie file " + path.string() + ": " +
                       std::strerror(errno));
}

}  // namespace

Result<Credentials, std::string> Credentials::make(const Options& options) {
    Credentials made;
    if (!options.password.empty()) {
        made.name_ = options.user;
        made.password_ = options.password;
    } else {
        std::array<std::uint8_t, 32> secret;
        fill_secure_random(secret);
        made.name_ = cookie_user;
        made.password_ = to_hex(secret);
        made.cookie_ = options.cookie;
        made.cookie_permissions_ = options.cookie_permissions;
    }
    for (const auto& text : options.auth) {
        if (text.empty()) continue;  // start scripts may leave it empty
        const auto colon = text.find(':');
        const auto dollar = text.find('$', colon == std::string::npos ? 0 : colon);
        if (colon == std::string::npos || dollar == std::string::npos ||
            text.find(':', colon + 1) != std::string::npos ||
            text.find('$', dollar + 1) != std::string::npos) {
            return fail(std::string("Invalid -rpcauth argument."));
        }
        made.salted_.push_back({text.substr(0, colon), text.substr(colon + 1, dollar - colon - 1),
                                text.substr(dollar + 1)});
    }
    for (const auto& text : options.whitelist) {
        const auto colon = text.find(':');
        const auto user = text.substr(0, colon);
        std::set<std::string> methods;
        if (colon != std::string::npos) {
            for (const auto& part : split(text.substr(colon + 1), ',')) {
                for (const auto& word : split(part, ' '))
                    if (!word.empty()) methods.insert(word);
            }
        }
        const auto [entry, is_new] = made.whitelist_.emplace(user, methods);
        if (is_new) continue;
        // Several lists for one user: the methods that all of them have.
        std::erase_if(entry->second,
                      [&](const std::string& name) { return !methods.contains(name); });
    }
    made.whitelist_restricts_ = options.whitelist_restricts.value_or(!options.whitelist.empty());
    return made;
}

void Credentials::write_cookie() const {
    if (cookie_.empty()) return;
    const auto temporary = std::filesystem::path(cookie_.string() + ".tmp");
    ::unlink(temporary.c_str());
    const auto mode = static_cast<mode_t>(cookie_permissions_);
    const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) cannot_write(cookie_);
    const std::string text = name_ + ":" + password_;
    const bool written =
        ::write(fd, text.data(), text.size()) == std::ssize(text) && ::fchmod(fd, mode) == 0;
    ::close(fd);
    if (!written || ::rename(temporary.c_str(), cookie_.c_str()) != 0) {
        ::unlink(temporary.c_str());
        cannot_write(cookie_);
    }
}

void Credentials::remove_cookie() const noexcept {
    if (cookie_.empty()) return;
    std::ifstream file(cookie_);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    // Another node may have written the file since.
    if (text == name_ + ":" + password_) ::unlink(cookie_.c_str());
}

std::optional<std::string> Credentials::user(std::string_view authorization) const {
    if (!authorization.starts_with(basic)) return std::nullopt;
    authorization.remove_prefix(basic.size());
    while (authorization.starts_with(' '))
        authorization.remove_prefix(1);
    while (authorization.ends_with(' '))
        authorization.remove_suffix(1);
    const auto decoded = base64_decode(authorization);
    if (!decoded) return std::nullopt;
    const std::string_view given = as_text(*decoded);
    const auto colon = given.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const std::string_view name = given.substr(0, colon);
    const std::string_view password = given.substr(colon + 1);

    bool matches = !password_.empty() && equal_in_constant_time(given, name_ + ":" + password_);
    for (const Salted& salted : salted_) {
        if (!equal_in_constant_time(name, salted.user)) continue;
        const auto hash = to_hex(crypto::hmac_sha256(as_bytes(salted.salt), as_bytes(password)));
        if (equal_in_constant_time(hash, salted.hash)) matches = true;
    }
    if (!matches) return std::nullopt;
    return std::string(name);
}

const std::set<std::string>* Credentials::allowed(const std::string& user) const {
    static const std::set<std::string> nothing;
    const auto found = whitelist_.find(user);
    if (found != whitelist_.end()) return &found->second;
    return whitelist_restricts_ ? &nothing : nullptr;
}

}  // namespace daler::rpc
