#pragma once

#include <string>

namespace daler {

/// Names the calling thread, for the system's tools and the log (-logthreadnames). Linux cuts names
/// after 15 characters.
void set_thread_name(const std::string& name);

/// The name of the calling thread; of the first one of the process "init", because its real name is
/// that of the process.
[[nodiscard]] std::string thread_name();

}  // namespace daler
