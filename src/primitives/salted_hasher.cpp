#include <daler/primitives/salted_hasher.h>
#include <daler/util/random.h>

namespace daler {

SaltedHasher::SaltedHasher() {
    std::array<std::uint8_t, 16> secret;
    fill_secure_random(secret);
    std::memcpy(&k0_, secret.data(), sizeof k0_);
    std::memcpy(&k1_, secret.data() + sizeof k0_, sizeof k1_);
}

}  // namespace daler
