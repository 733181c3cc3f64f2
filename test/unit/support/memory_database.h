#pragma once

#include <daler/storage/database.h>

namespace daler::test {

/// Options of a database that exists only in memory, as long as its object.
inline storage::Database::Options database_in_memory() {
    storage::Database::Options options;
    options.folder = "/database";
    options.in_memory = true;
    return options;
}

}  // namespace daler::test
