#pragma once

#include <daler/storage/file_system.h>
#include <daler/util/clock.h>
#include <daler/util/result.h>

#include <mutex>

namespace daler::node {

/// Keeps chain time over restarts: how far it is ahead of the clock of timers, or where it stands
/// still. There is no file while chain time was never moved. Throws StorageError.
class ChainTimeFile {
public:
    /// The references must outlive the object.
    ChainTimeFile(storage::FileSystem& files, std::filesystem::path path, Clock& clock)
        : files_(files), path_(std::move(path)), clock_(clock) {}

    /// Sets the clock to the chain time that the file has. With `stop_at`, chain time stands still
    /// there, or at the file's time if that is later. Without it, chain time runs on from the
    /// file's. The error says that the file is damaged.
    [[nodiscard]] Result<void, std::string> load(std::optional<BlockTime> stop_at);

    /// Writes the file if chain time was moved since the last call. Any thread.
    void save();

private:
    struct State {
        std::chrono::seconds offset{0};    ///< while chain time runs
        std::optional<BlockTime> stopped;  ///< where it stands still

        bool operator==(const State&) const = default;
    };

    [[nodiscard]] State state() const;
    [[nodiscard]] static std::optional<State> parse(ByteSpan bytes);

    storage::FileSystem& files_;
    const std::filesystem::path path_;
    Clock& clock_;
    std::mutex mutex_;  ///< guards the file and `saved_`
    State saved_;
};

}  // namespace daler::node
