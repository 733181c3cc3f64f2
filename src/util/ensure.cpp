#include <daler/util/ensure.h>

#include <cstdio>
#include <cstdlib>

namespace daler {

void ensure_failed(const std::source_location& where) {
    std::fprintf(stderr, "Error: internal error at %s:%u in %s. This is a bug in daler.\n",
                 where.file_name(), where.line(), where.function_name());
    std::abort();
}

}  // namespace daler
