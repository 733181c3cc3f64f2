#pragma once

#include <daler/storage/file_system.h>
#include <daler/util/random.h>

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>

namespace leveldb {
class Env;
}

namespace daler::test {

/// A disk in memory that can simulate a power cut and failing operations. Files and databases can
/// be on the same disk: it is a FileSystem, and `env` is its LevelDB environment.
///
/// As on ext4 and XFS: written bytes are safe once their file is synced. Changes of names (create,
/// rename, remove) are safe once their folder is synced; until then a power cut keeps the first few
/// of them and loses the rest. Files of databases need one more guarantee, which those file systems
/// give and POSIX does not: syncing a file also makes its own name safe, and the changes of names
/// before it.
///
/// Thread-safe. Folders need not be created.
class SimulatedDisk final : public storage::FileSystem {
public:
    enum class Operation : std::uint8_t { read, write, sync, create, rename, remove };
    static constexpr std::array operations{Operation::read,   Operation::write,  Operation::sync,
                                           Operation::create, Operation::rename, Operation::remove};
    [[nodiscard]] static std::string_view name_of(Operation operation);

    /// Which operation fails. A write that fails may leave the first bytes of its data.
    struct Fault {
        Operation kind{};
        std::uint64_t number = 0;  ///< counts the operations of that kind, from 1
        bool permanent = false;    ///< all later operations of all kinds fail too
    };

    /// What a power cut does to bytes and names that were not synced.
    enum class Loss : std::uint8_t {
        all,   ///< all are lost
        some,  ///< the last changes of each file and folder are lost, a random number of them
    };

    explicit SimulatedDisk(std::uint64_t seed = 1);
    ~SimulatedDisk() override;

    /// Counts operations from now on and lets those of `fault` fail. Without a fault, none fails.
    void set_fault(std::optional<Fault> fault);
    [[nodiscard]] bool has_failed() const;

    /// The disk after the process has crashed: with all written data. Nothing may use this disk
    /// during the call.
    [[nodiscard]] std::unique_ptr<SimulatedDisk> after_crash() const;
    /// The disk after a power cut.
    [[nodiscard]] std::unique_ptr<SimulatedDisk> after_power_cut(Loss loss,
                                                                 std::uint64_t seed) const;

    /// For tests that damage files.
    [[nodiscard]] std::vector<std::filesystem::path> paths() const;
    [[nodiscard]] Bytes content(const std::filesystem::path& path) const;
    void damage(const std::filesystem::path& path, Bytes content);

    /// The LevelDB environment of this disk; valid as long as the disk.
    [[nodiscard]] leveldb::Env& env() { return *env_; }

    // FileSystem
    [[nodiscard]] std::unique_ptr<storage::File> open(const std::filesystem::path& path,
                                                      storage::OpenMode mode) override;
    void rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
    void remove(const std::filesystem::path& path) override;
    [[nodiscard]] bool exists(const std::filesystem::path& path) const override;
    [[nodiscard]] std::vector<std::string> list(const std::filesystem::path& folder) const override;
    void create_folders(const std::filesystem::path&) override {}
    void sync_folder(const std::filesystem::path& folder) override;
    [[nodiscard]] std::uint64_t free_space(const std::filesystem::path&) const override;

private:
    class Env;
    class OpenFile;

    /// A write or, if `bytes` is empty, a new size.
    struct Change {
        std::uint64_t offset;
        Bytes bytes;
        void apply_to(Bytes& content) const;
    };
    struct Content {
        Bytes now;
        Bytes synced;
        std::deque<Change> unsynced;  ///< changes from `synced` to `now`
    };
    using ContentRef = std::shared_ptr<Content>;

    /// Names and their contents; null removes the name. One such change is atomic.
    using Rename = std::vector<std::pair<std::string, ContentRef>>;
    struct Folder {
        std::map<std::string, ContentRef> now;
        std::map<std::string, ContentRef> synced;
        std::deque<Rename> unsynced;
        static void apply(const Rename& change, std::map<std::string, ContentRef>& names);
    };

    // The caller of these functions holds mutex_.
    void step(Operation operation, const std::filesystem::path& path) const;
    void change(const std::filesystem::path& folder, Rename change);
    [[nodiscard]] ContentRef find(const std::filesystem::path& path) const;
    ContentRef create(const std::filesystem::path& path);
    void change(Content& content, Change change);
    void write(Content& content, const std::filesystem::path& path, Change change);
    void sync(Content& content, const std::filesystem::path& path);
    void sync_names(Folder& folder, std::size_t count);
    /// Syncs the names of the file at `path` and the earlier changes of its folder.
    void sync_name(const std::filesystem::path& path, const ContentRef& content);
    [[nodiscard]] static Bytes left_of(const Content& content, Random& dice);

    mutable std::mutex mutex_;  ///< guards the members below
    std::map<std::filesystem::path, Folder> folders_;
    std::set<std::string> locks_;  ///< names of locked databases
    std::optional<Fault> fault_;
    mutable std::map<Operation, std::uint64_t> counts_;
    mutable bool has_failed_ = false;
    mutable Random random_;
    std::unique_ptr<leveldb::Env> env_;
};

}  // namespace daler::test
