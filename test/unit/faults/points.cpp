#include "points.h"

#include <test.h>

#include <cstdlib>

namespace daler::test {

using Loss = SimulatedDisk::Loss;

std::uint64_t Points::stride() {
    const char* factor = std::getenv("DALER_TIMEOUT_FACTOR");
    return factor && std::string_view(factor) != "1" ? 20 : 1;
}

void Points::try_all(const SimulatedDisk& start, const Run& run, const Check& check,
                     std::uint64_t step) {
    if (std::getenv("DALER_LONG")) step = 1;
    std::uint64_t tried = 0;
    for (const auto kind : SimulatedDisk::operations) {
        for (std::uint64_t number = 1;; number += step * stride()) {
            const SimulatedDisk::Fault fault{kind, number, ++tried % 2 == 0};
            const auto disk = start.after_crash();
            disk->set_fault(fault);
            run(*disk);
            if (!disk->has_failed()) break;
            INFO(SimulatedDisk::name_of(kind)
                 << " " << number << (fault.permanent ? " and all later ones" : "") << " failed");
            try_point(*disk, tried, check);
        }
    }
}

void Points::try_point(const SimulatedDisk& disk, std::uint64_t seed, const Check& check) {
    ++points_;
    const auto killed = disk.after_crash();
    restart("after a kill", *killed, {false, false}, check);
    const auto both = killed->after_power_cut(seed % 3 == 0 ? Loss::all : Loss::some, seed);
    restart("after a kill, a restart and a power cut", *both, {false, seed % 4 == 0}, check);
    const auto loss = seed % 4 < 2 ? Loss::all : Loss::some;
    const auto cut = disk.after_power_cut(loss, seed);
    restart(loss == Loss::all ? "after a power cut" : "after a power cut that lost some data", *cut,
            {true, seed % 4 == 1 || seed % 8 == 3}, check);
}

void Points::restart(const std::string& what, SimulatedDisk& disk, const Restart& restart,
                     const Check& check) {
    ++restarts_;
    std::string wrong;
    try {
        wrong = check(disk, restart);
    } catch (const StorageError& error) {
        wrong = error.what();
    }
    if (!wrong.empty()) FAIL_CHECK(what << ": " << wrong);
}

}  // namespace daler::test
