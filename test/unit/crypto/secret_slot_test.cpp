#include <daler/crypto/key.h>
#include <daler/crypto/secret_bytes.h>
#include <daler/crypto/secret_slot.h>
#include <daler/encoding/hex.h>
#include <daler/util/log.h>
#include <daler/util/random.h>

#include <test.h>

#include <linux/capability.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fstream>
#include <set>
#include <thread>

using namespace daler;
using namespace daler::crypto;

namespace {

/// The flags of the mapping that has this address, as /proc/self/smaps shows them.
std::set<std::string> flags_of(const std::uint8_t* place) {
    std::ifstream file("/proc/self/smaps");
    std::string line;
    bool is_here = false;
    while (std::getline(file, line)) {
        std::istringstream words(line);
        std::string word;
        words >> word;
        std::uintptr_t begin = 0, end = 0;
        if (std::sscanf(word.c_str(), "%lx-%lx", &begin, &end) == 2)
            is_here = std::bit_cast<std::uintptr_t>(place) >= begin &&
                      std::bit_cast<std::uintptr_t>(place) < end;
        if (!is_here || word != "VmFlags:") continue;
        std::set<std::string> flags;
        while (words >> word)
            flags.insert(word);
        return flags;
    }
    return {};
}

/// While one lives, its thread may lock no memory, also if it is root's.
class NoLocking {
public:
    NoLocking() {
        REQUIRE(::getrlimit(RLIMIT_MEMLOCK, &limit_) == 0);
        const rlimit none{0, limit_.rlim_max};
        REQUIRE(::setrlimit(RLIMIT_MEMLOCK, &none) == 0);
        REQUIRE(::syscall(SYS_capget, &header_, data_.data()) == 0);
        auto fewer = data_;
        fewer[0].effective &= ~(1U << CAP_IPC_LOCK);
        REQUIRE(::syscall(SYS_capset, &header_, fewer.data()) == 0);
    }
    ~NoLocking() {
        ::syscall(SYS_capset, &header_, data_.data());
        ::setrlimit(RLIMIT_MEMLOCK, &limit_);
    }
    NoLocking(const NoLocking&) = delete;
    NoLocking& operator=(const NoLocking&) = delete;

private:
    rlimit limit_{};
    __user_cap_header_struct header_{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, 2> data_{};
};

SecretSlot slot_of(std::uint8_t byte) {
    SecretSlot out;
    std::ranges::fill(out.bytes(), byte);
    return out;
}

bool has_only(ByteSpan bytes, std::uint8_t byte) {
    return std::ranges::all_of(bytes, [=](auto other) { return other == byte; });
}

}  // namespace

TEST_CASE("secrets are in pages that core dumps leave out", "[crypto]") {
    const SecretSlot slot;
    CHECK(flags_of(slot.bytes().data()).contains("dd"));
    const SecretBytes bytes(100);
    CHECK(flags_of(bytes.bytes().data()).contains("dd"));
    const auto key = PrivateKey::generate();
    CHECK(flags_of(key.bytes().data()).contains("dd"));
}

TEST_CASE("secrets may be in pages that cannot be locked", "[crypto]") {
    const NoLocking none;
    const SecretBytes bytes(as_bytes("a secret"));
    CHECK(as_text(bytes.bytes()) == "a secret");
    const auto flags = flags_of(bytes.bytes().data());
    CHECK(flags.contains("dd"));
    CHECK_FALSE(flags.contains("lo"));
}

TEST_CASE("a slot begins with zeros and is wiped at its end", "[crypto]") {
    const std::uint8_t* place = nullptr;
    {
        const auto slot = slot_of(7);
        place = slot.bytes().data();
    }
    // What is free begins with an address.
    CHECK(has_only(ByteSpan(place, SecretSlot::size).subspan(sizeof place), 0));
    const SecretSlot next;
    CHECK(next.bytes().data() == place);
    CHECK(has_only(next.bytes(), 0));
}

TEST_CASE("copies of a slot are independent, and a move takes the bytes along", "[crypto]") {
    auto slot = slot_of(1);
    auto copy = slot;
    std::ranges::fill(copy.bytes(), 2);
    CHECK(has_only(std::as_const(slot).bytes(), 1));

    const auto* place = slot.bytes().data();
    auto moved = std::move(slot);
    CHECK(std::as_const(moved).bytes().data() == place);
    slot = copy;
    CHECK(has_only(std::as_const(slot).bytes(), 2));
    const auto& same = copy;
    copy = same;
    CHECK(has_only(std::as_const(copy).bytes(), 2));
    copy = std::move(moved);
    CHECK(has_only(std::as_const(copy).bytes(), 1));
}

TEST_CASE("many slots of several threads do not overlap", "[crypto]") {
    constexpr std::size_t threads = 4, rounds = 2000;
    std::array<bool, threads> good{};
    {
        std::vector<std::jthread> running;
        for (std::size_t number = 0; number < threads; ++number) {
            running.emplace_back([&good, number] {
                Random random(number);
                std::vector<std::pair<std::uint8_t, SecretSlot>> mine;
                good[number] = true;
                for (std::size_t round = 0; round < rounds; ++round) {
                    const auto byte = static_cast<std::uint8_t>(random.below(256));
                    mine.emplace_back(byte, slot_of(byte));
                    if (random.below(3) == 0) mine.erase(mine.begin());
                }
                for (const auto& [byte, slot] : mine)
                    good[number] = good[number] && has_only(slot.bytes(), byte);
            });
        }
    }
    CHECK(std::ranges::all_of(good, std::identity()));
}

TEST_CASE("a thread learns whether it has used a slot", "[crypto]") {
    static_cast<void>(SecretSlot::take_used());
    CHECK_FALSE(SecretSlot::take_used());
    {
        const SecretSlot slot;
        CHECK(SecretSlot::take_used());
        CHECK_FALSE(SecretSlot::take_used());
    }
    CHECK(SecretSlot::take_used());
    std::jthread([] { CHECK_FALSE(SecretSlot::take_used()); }).join();
}
