#pragma once

#include <daler/encoding/bytes.h>
#include <daler/primitives/address_format.h>
#include <daler/storage/file_system.h>

#include <filesystem>
#include <set>
#include <string>

namespace daler::wallet {

/// Keeps `content`, that of a wallet file of this version, beside the file: as FILE.vN.bak, or with
/// a number if there is a copy of other content, which may be of another wallet.
void keep_old_copy(storage::FileSystem& files, const std::filesystem::path& file,
                   std::int64_t version, ByteSpan content);

/// Overwrites and removes the copies that `keep_old_copy` has made, if this wallet has all of their
/// descriptors. `own`: its descriptors as public texts. What cannot be removed, or is of another
/// wallet that had the name of the file before, stays; the log names it.
void remove_old_copies(storage::FileSystem& files, const std::filesystem::path& file,
                       const std::set<std::string>& own, const AddressFormat& format);

}  // namespace daler::wallet
