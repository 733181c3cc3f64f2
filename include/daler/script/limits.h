#pragma once

#include <cstddef>

namespace daler::script {

inline constexpr std::size_t max_script_size = 10'000;  ///< bytes; not in tapscript
inline constexpr std::size_t max_element_size = 520;    ///< bytes of one stack element
inline constexpr std::size_t max_stack_size = 1000;     ///< elements, both stacks together
inline constexpr int max_operations = 201;    ///< that do more than push; not in tapscript
inline constexpr int max_multisig_keys = 20;  ///< of CHECKMULTISIG

}  // namespace daler::script
