#include "simulated_env.h"

namespace daler::test {

using leveldb::Slice;
using leveldb::Status;

template <class Action>
Status SimulatedDisk::Env::attempt(const std::string& name, const Action& action) {
    try {
        const std::lock_guard lock(disk_.mutex_);
        return action();
    } catch (const StorageError& error) {
        return Status::IOError(name, error.what());
    }
}

class SimulatedDisk::Env::Reader final : public leveldb::SequentialFile,
                                         public leveldb::RandomAccessFile {
public:
    Reader(Env& env, std::string name, ContentRef content)
        : env_(env), name_(std::move(name)), content_(std::move(content)) {}

    Status Read(std::uint64_t offset, std::size_t size, Slice* result,
                char* scratch) const override {
        return env_.attempt(name_, [&] {
            env_.disk_.step(Operation::read, name_);
            const auto& bytes = content_->now;
            const auto from = std::min(static_cast<std::size_t>(offset), bytes.size());
            const auto read = std::min(size, bytes.size() - from);
            std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(from), read, scratch);
            *result = Slice(scratch, read);
            return Status::OK();
        });
    }
    Status Read(std::size_t size, Slice* result, char* scratch) override {
        const auto status = Read(at_, size, result, scratch);
        if (status.ok()) at_ += result->size();
        return status;
    }
    Status Skip(std::uint64_t size) override {
        at_ += size;
        return Status::OK();
    }

private:
    Env& env_;
    const std::string name_;
    const ContentRef content_;
    std::uint64_t at_ = 0;
};

/// Keeps appended data in a buffer until they are flushed, as LevelDB's own environment does.
class SimulatedDisk::Env::Writer final : public leveldb::WritableFile {
public:
    Writer(Env& env, std::string name, ContentRef content)
        : env_(env), name_(std::move(name)), content_(std::move(content)) {}
    ~Writer() override { (void)Flush(); }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    Status Append(const Slice& data) override {
        const auto bytes = as_bytes({data.data(), data.size()});
        buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
        return buffer_.size() < buffer_size ? Status::OK() : Flush();
    }
    Status Flush() override {
        if (buffer_.empty()) return Status::OK();
        return env_.attempt(name_, [&] {
            env_.disk_.write(*content_, name_,
                             {content_->now.size(), std::exchange(buffer_, Bytes())});
            return Status::OK();
        });
    }
    Status Close() override { return Flush(); }
    Status Sync() override {
        auto status = Flush();
        if (!status.ok()) return status;
        const std::filesystem::path path(name_);
        if (path.filename().string().starts_with("MANIFEST")) {
            // LevelDB's environment syncs the folder, with the names of the tables, before the
            // manifest, which lists them.
            status = env_.attempt(name_, [&] {
                env_.disk_.step(Operation::sync, path.parent_path());
                auto& folder = env_.disk_.folders_[path.parent_path()];
                env_.disk_.sync_names(folder, folder.unsynced.size());
                return Status::OK();
            });
            if (!status.ok()) return status;
        }
        return env_.attempt(name_, [&] {
            env_.disk_.sync(*content_, path);
            env_.disk_.sync_name(path, content_);
            return Status::OK();
        });
    }

private:
    static constexpr std::size_t buffer_size = 64u << 10;

    Env& env_;
    const std::string name_;
    const ContentRef content_;
    Bytes buffer_;
};

class SimulatedDisk::Env::Lock final : public leveldb::FileLock {
public:
    explicit Lock(std::string path) : name(std::move(path)) {}
    const std::string name;
};

Status SimulatedDisk::Env::NewSequentialFile(const std::string& name,
                                             leveldb::SequentialFile** file) {
    return attempt(name, [&] {
        const auto content = disk_.find(name);
        if (!content) return Status::NotFound(name, "no such file");
        *file = new Reader(*this, name, content);
        return Status::OK();
    });
}

Status SimulatedDisk::Env::NewRandomAccessFile(const std::string& name,
                                               leveldb::RandomAccessFile** file) {
    return attempt(name, [&] {
        const auto content = disk_.find(name);
        if (!content) return Status::NotFound(name, "no such file");
        *file = new Reader(*this, name, content);
        return Status::OK();
    });
}

Status SimulatedDisk::Env::make_writer(const std::string& name, bool empty,
                                       leveldb::WritableFile** file) {
    return attempt(name, [&] {
        auto content = disk_.find(name);
        if (!content)
            content = disk_.create(name);
        else if (empty)
            disk_.write(*content, name, {0, {}});
        *file = new Writer(*this, name, content);
        return Status::OK();
    });
}

Status SimulatedDisk::Env::NewWritableFile(const std::string& name, leveldb::WritableFile** file) {
    return make_writer(name, true, file);
}

Status SimulatedDisk::Env::NewAppendableFile(const std::string& name,
                                             leveldb::WritableFile** file) {
    return make_writer(name, false, file);
}

bool SimulatedDisk::Env::FileExists(const std::string& name) {
    return disk_.exists(name);
}

Status SimulatedDisk::Env::GetChildren(const std::string& folder, std::vector<std::string>* names) {
    return attempt(folder, [&] {
        names->clear();
        const auto found = disk_.folders_.find(folder);
        if (found == disk_.folders_.end()) return Status::NotFound(folder, "no such folder");
        disk_.step(Operation::read, folder);
        for (const auto& [name, content] : found->second.now)
            names->push_back(name);
        return Status::OK();
    });
}

Status SimulatedDisk::Env::RemoveFile(const std::string& name) {
    return attempt(name, [&] {
        const std::filesystem::path path(name);
        if (!disk_.find(path)) return Status::NotFound(name, "no such file");
        disk_.step(Operation::remove, path);
        disk_.change(path.parent_path(), {{path.filename().string(), nullptr}});
        return Status::OK();
    });
}

Status SimulatedDisk::Env::GetFileSize(const std::string& name, std::uint64_t* size) {
    return attempt(name, [&] {
        const auto content = disk_.find(name);
        if (!content) return Status::NotFound(name, "no such file");
        *size = content->now.size();
        return Status::OK();
    });
}

Status SimulatedDisk::Env::RenameFile(const std::string& from, const std::string& to) {
    try {
        disk_.rename(from, to);
        return Status::OK();
    } catch (const StorageError& error) {
        return Status::IOError(from, error.what());
    }
}

Status SimulatedDisk::Env::LockFile(const std::string& name, leveldb::FileLock** lock) {
    return attempt(name, [&] {
        if (!disk_.locks_.insert(name).second) return Status::IOError(name, "already locked");
        *lock = new Lock(name);
        return Status::OK();
    });
}

Status SimulatedDisk::Env::UnlockFile(leveldb::FileLock* lock) {
    const std::unique_ptr<Lock> owned(static_cast<Lock*>(lock));
    return attempt(owned->name, [&] {
        disk_.locks_.erase(owned->name);
        return Status::OK();
    });
}

}  // namespace daler::test
