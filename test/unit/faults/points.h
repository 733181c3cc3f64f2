#pragma once

#include <simulated_disk.h>

#include <functional>

namespace daler::test {

/// What happened before a restart, and what to check after it.
struct Restart {
    bool power_cut = false;  ///< data that were not synced are lost
    bool to_the_end = true;  ///< also run the rest of the scenario, which is slow
};

/// Runs a scenario many times, with a different disk operation failing each time.
class Points {
public:
    /// Runs a node on a disk to the end of the scenario or until the disk fails.
    using Run = std::function<void(SimulatedDisk&)>;
    /// Starts a node on the disk that is left and returns what is wrong, or an empty string. A
    /// StorageError counts as wrong.
    using Check = std::function<std::string(SimulatedDisk&, const Restart&)>;

    /// Runs on copies of `start`, of which the first, second, third ... operation of each kind
    /// fails, until a run ends without a fault. In every second run all later operations fail too.
    /// After each run `check` is called three times: after a kill; after a power cut that follows
    /// this check; and after a power cut in place of the kill. A power cut loses all data that were
    /// not synced, or some of them. `check` must flush. Failures are reported to Catch.
    /// `step`: tries one of so many points; 1 if DALER_LONG is set.
    void try_all(const SimulatedDisk& start, const Run& run, const Check& check,
                 std::uint64_t step = 1);

    [[nodiscard]] std::size_t points() const { return points_; }
    [[nodiscard]] std::size_t restarts() const { return restarts_; }

    /// With a sanitizer, which is slow, only one of so many points is tried; else 1.
    [[nodiscard]] static std::uint64_t stride();

private:
    void try_point(const SimulatedDisk& disk, std::uint64_t seed, const Check& check);
    void restart(const std::string& what, SimulatedDisk& disk, const Restart& restart,
                 const Check& check);

    std::size_t points_ = 0;
    std::size_t restarts_ = 0;
};

}  // namespace daler::test
