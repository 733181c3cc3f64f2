#pragma once

#include <stdexcept>
#include <string>

namespace daler {

/// Our own disk (or what is on it) failed. Thrown by code that uses files or databases, caught in
/// the outermost function of each thread; the node then stops in good order. `what()` names the
/// file and the remedy. It does not mean that a block or transaction is invalid.
class StorageError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

}  // namespace daler
