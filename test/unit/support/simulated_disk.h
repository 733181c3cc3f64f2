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

/// A disk that knows what a power cut would leave of it, and that fails when it is told to. Files
/// and databases live on the same one: it is a FileSystem, and `env` is its face for LevelDB.
///
/// As on ext4 and XFS: written bytes are safe once their file is synced. Changes of names (create,
/// rename, remove) are safe once their folder is synced; until then a power cut keeps the first few
/// of them and loses the rest. Files of databases rely on one thing more, which those file systems
/// give and POSIX does not: syncing a file makes its own name safe, and the changes before it.
///
/// Thread-safe. Folders exist as soon as somebody names them.
class SimulatedDisk final : public storage::FileSystem {
public:
    enum class Operation : std::uint8_t { read, write, sync, create, rename, remove };
    static constexpr std::array operations{Operation::read,   Operation::write,  Operation::sync,
                                           Operation::create, Operation::rename, Operation::remove};
    [[nodiscard]] static std::string_view name_of(Operation operation);

    /// Which operation fails. A write that fails may leave the first bytes of its data.
    struct Fault {
        Operation kind{};
        std::uint64_t number = 0;  ///< of that kind, from 1 on
        bool for_good = false;     ///< and all that follow, of any kind: the disk is gone
    };

    /// What a power cut does to bytes and names that were not synced.
    enum class Loss : std::uint8_t {
        all,   ///< all are gone
        some,  ///< for each file and folder the dice decide how many of its last changes are
    };

    explicit SimulatedDisk(std::uint64_t seed = 1);
    ~SimulatedDisk() override;

    /// Counts from now on, and fails when `fault` says so. Without one it works well again.
    void set_fault(std::optional<Fault> fault);
    [[nodiscard]] bool has_failed() const;

    /// What the next process finds: with everything the kernel was given. Nobody may use this disk.
    [[nodiscard]] std::unique_ptr<SimulatedDisk> after_crash() const;
    /// What it finds if the power failed now.
    [[nodiscard]] std::unique_ptr<SimulatedDisk> after_power_cut(Loss loss,
                                                                 std::uint64_t seed) const;

    /// For tests that damage files.
    [[nodiscard]] std::vector<std::filesystem::path> paths() const;
    [[nodiscard]] Bytes content(const std::filesystem::path& path) const;
    void damage(const std::filesystem::path& path, Bytes content);

    /// LevelDB's view of this disk; lives as long as it.
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

    /// A write, or, if there are no bytes, a new size.
    struct Change {
        std::uint64_t offset;
        Bytes bytes;
        void apply_to(Bytes& content) const;
    };
    struct Content {
        Bytes now;
        Bytes synced;
        std::deque<Change> unsynced;  ///< what makes `now` of `synced`
    };
    using ContentRef = std::shared_ptr<Content>;

    /// Names and what they stand for; null: they are gone. One change is atomic.
    using Rename = std::vector<std::pair<std::string, ContentRef>>;
    struct Folder {
        std::map<std::string, ContentRef> now;
        std::map<std::string, ContentRef> synced;
        std::deque<Rename> unsynced;
        static void apply(const Rename& change, std::map<std::string, ContentRef>& names);
    };

    // All with mutex_ held.
    void step(Operation operation, const std::filesystem::path& path) const;
    void change(const std::filesystem::path& folder, Rename change);
    [[nodiscard]] ContentRef find(const std::filesystem::path& path) const;
    ContentRef create(const std::filesystem::path& path);
    void change(Content& content, Change change);
    void write(Content& content, const std::filesystem::path& path, Change change);
    void sync(Content& content, const std::filesystem::path& path);
    void sync_names(Folder& folder, std::size_t count);
    /// Those of the file at `path`, and all changes before.
    void sync_name(const std::filesystem::path& path, const ContentRef& content);
    [[nodiscard]] static Bytes left_of(const Content& content, Random& dice);

    mutable std::mutex mutex_;  ///< guards all below
    std::map<std::filesystem::path, Folder> folders_;
    std::set<std::string> locks_;  ///< of databases
    std::optional<Fault> fault_;
    mutable std::map<Operation, std::uint64_t> counts_;
    mutable bool has_failed_ = false;
    mutable Random random_;
    std::unique_ptr<leveldb::Env> env_;
};

}  // namespace daler::test
