#pragma once

#include <stdexcept>
#include <string>

namespace daler {

/// Our own disk (or what is on it) failed. Thrown by everything that touches files or databases,
/// caught at the edge of each thread; the node then stops cleanly. `what()` names the file and the
/// remedy. Never means that a block or transaction is invalid.
class StorageError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

}  // namespace daler
