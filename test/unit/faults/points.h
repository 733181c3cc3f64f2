#pragma once

#include <simulated_disk.h>

#include <functional>

namespace daler::test {

/// What happened before a restart, and how closely to look after it.
struct Restart {
    bool power_cut = false;  ///< what was not synced is gone
    bool to_the_end = true;  ///< whether to let the node work on, which takes its time
};

/// Fails every operation of a life once.
class Points {
public:
    /// Lets a node live on a disk until it ends, well or because the disk fails.
    using Life = std::function<void(SimulatedDisk&)>;
    /// Starts a node on what is left and says what is wrong; a StorageError is wrong.
    using Check = std::function<std::string(SimulatedDisk&, const Restart&)>;

    /// Lives on copies of `start`, whose first, second, third ... operation of each kind fails,
    /// every second time with all that follow, until a life ends without a fault. After each there
    /// are three restarts: as after a kill; after a power cut on top of that, when all was flushed;
    /// and after a power cut instead, that took all that was not synced, or some of it.
    /// `check` must flush. Failures are told to Catch. `step`: only one of so many points; all of
    /// them if DALER_LONG is set.
    void try_all(const SimulatedDisk& start, const Life& life, const Check& check,
                 std::uint64_t step = 1);

    [[nodiscard]] std::size_t points() const { return points_; }
    [[nodiscard]] std::size_t restarts() const { return restarts_; }

    /// Not every point is tried where a sanitizer makes all slow: one of so many.
    [[nodiscard]] static std::uint64_t stride();

private:
    void try_point(const SimulatedDisk& disk, std::uint64_t seed, const Check& check);
    void restart(const std::string& what, SimulatedDisk& disk, const Restart& restart,
                 const Check& check);

    std::size_t points_ = 0;
    std::size_t restarts_ = 0;
};

}  // namespace daler::test
