#pragma once

#include <tl/expected.hpp>

namespace daler {

/// A value of type T, or the reason E why there is none. Test it like a pointer, read it with `*`,
/// read the reason with `.error()`.
template <class T, class E>
using Result = tl::expected<T, E>;

/// Makes the failing side of a Result: `return fail(DecodeError::truncated);`
template <class E>
[[nodiscard]] constexpr tl::unexpected<E> fail(E reason) {
    return tl::unexpected<E>(std::move(reason));
}

}  // namespace daler
