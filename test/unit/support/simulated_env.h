#pragma once

#include "simulated_disk.h"

#include <leveldb/env.h>

namespace daler::test {

/// A SimulatedDisk as a LevelDB environment. Background work runs on LevelDB's own thread.
class SimulatedDisk::Env final : public leveldb::EnvWrapper {
public:
    explicit Env(SimulatedDisk& disk) : EnvWrapper(leveldb::Env::Default()), disk_(disk) {}

    leveldb::Status NewSequentialFile(const std::string& name,
                                      leveldb::SequentialFile** file) override;
    leveldb::Status NewRandomAccessFile(const std::string& name,
                                        leveldb::RandomAccessFile** file) override;
    leveldb::Status NewWritableFile(const std::string& name, leveldb::WritableFile** file) override;
    leveldb::Status NewAppendableFile(const std::string& name,
                                      leveldb::WritableFile** file) override;
    bool FileExists(const std::string& name) override;
    leveldb::Status GetChildren(const std::string& folder,
                                std::vector<std::string>* names) override;
    leveldb::Status RemoveFile(const std::string& name) override;
    leveldb::Status CreateDir(const std::string&) override { return {}; }
    leveldb::Status RemoveDir(const std::string&) override { return {}; }
    leveldb::Status GetFileSize(const std::string& name, std::uint64_t* size) override;
    leveldb::Status RenameFile(const std::string& from, const std::string& to) override;
    leveldb::Status LockFile(const std::string& name, leveldb::FileLock** lock) override;
    leveldb::Status UnlockFile(leveldb::FileLock* lock) override;

private:
    class Reader;
    class Writer;
    class Lock;

    /// Runs `action` with the disk's mutex held. Returns a StorageError as a LevelDB status.
    template <class Action>
    leveldb::Status attempt(const std::string& name, const Action& action);
    leveldb::Status make_writer(const std::string& name, bool empty, leveldb::WritableFile** file);

    SimulatedDisk& disk_;
};

}  // namespace daler::test
