#pragma once

#include <daler/policy/block_limits.h>
#include <daler/primitives/transaction.h>
#include <daler/storage/file_system.h>
#include <daler/util/clock.h>
#include <daler/util/result.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace daler::ledger {
class Ledger;
}

namespace daler::mining {

class BlockSigner;

/// The events at which a node mines a block by itself. Several may hold at once.
struct AutoMineEvents {
    bool on_transaction = false;  ///< "tx": the mempool has a transaction
    bool with_cpu = false;        ///< "cpu": a block is found by searching all the time
    std::optional<std::chrono::seconds> interval{};  ///< "10s": the tip is that old
    /// "poisson:60s": after random intervals with this mean, as on the real network.
    std::optional<std::chrono::seconds> poisson_mean{};

    /// Reads a list with commas, or "off" for none. Units of time: s, m, h.
    [[nodiscard]] static Result<AutoMineEvents, std::string> parse(std::string_view text);
    /// The text that `parse` reads.
    [[nodiscard]] std::string to_text() const;
    [[nodiscard]] bool is_off() const { return *this == AutoMineEvents{}; }

    bool operator==(const AutoMineEvents&) const = default;
};

struct AutoMineSetting {
    AutoMineEvents when;
    std::string address;  ///< who gets the coins; empty: the wallet
    int threads = 1;      ///< that search with "cpu"

    bool operator==(const AutoMineSetting&) const = default;
};

/// What getautomine shows.
struct AutoMineStatus {
    AutoMineSetting setting;
    std::uint64_t blocks = 0;  ///< mined since the node started
    double hashes_per_second = 0;
    std::string error;  ///< of the last attempt; empty: there was none
};

/// Mines blocks by itself, on a thread of its own. The members may be called by any thread.
class AutoMiner {
public:
    static constexpr int max_threads = 256;

    struct Options {
        policy::BlockLimits limits{};
        /// Where the setting is kept; null: only in memory.
        storage::FileSystem* files = nullptr;
        std::filesystem::path file{};
        /// A script of the wallet; the error says why there is none. Called on the thread of this
        /// object.
        std::function<Result<Script, std::string>()> wallet_script;
        /// The signer of a signet's blocks; gives null on other chains. Called on that thread, too.
        std::function<std::shared_ptr<const BlockSigner>()> block_signer;
    };

    /// Reads the kept setting. Mines nothing before `start`. The references must outlive it.
    AutoMiner(ledger::Ledger& ledger, Clock& clock, Options options);
    ~AutoMiner();
    AutoMiner(const AutoMiner&) = delete;
    AutoMiner& operator=(const AutoMiner&) = delete;

    void start();

    [[nodiscard]] AutoMineSetting setting() const;
    [[nodiscard]] AutoMineStatus status() const;

    enum class Keep : std::uint8_t { in_file, this_run };
    /// From now on mines like this. The error says what is wrong: an address of another chain, too
    /// many threads, or an event that cannot be while chain time stands still or blocks need no
    /// work. Does not wait for a block that is being made. Throws StorageError.
    Result<void, std::string> set(const AutoMineSetting& setting, Keep keep = Keep::in_file);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace daler::mining
