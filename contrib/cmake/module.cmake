# daler_module(NAME SOURCES a.cpp ... [DEPENDS module ...] [LIBRARIES lib ...] [INTERNAL_LIBRARIES lib ...] [SEPARATE])
#
# Declares one module: a static library daler::NAME built from src/NAME. DEPENDS names the
# modules below it; a module that is not declared yet is refused, so src/CMakeLists.txt, which adds them
# bottom-up, is the picture of the layers. LIBRARIES are third-party headers that the module's own public
# headers include, INTERNAL_LIBRARIES those that only its sources see.
# contrib/check_layers.py reads the DEPENDS lists and compares every #include with them.
function(daler_module name)
  cmake_parse_arguments(M "SEPARATE" "" "SOURCES;DEPENDS;LIBRARIES;INTERNAL_LIBRARIES" ${ARGN})
  if(M_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "module ${name}: unknown arguments ${M_UNPARSED_ARGUMENTS}")
  endif()
  foreach(below IN LISTS M_DEPENDS)
    if(NOT TARGET daler_${below})
      message(FATAL_ERROR "module ${name} depends on ${below}, which is not declared below it in src/CMakeLists.txt")
    endif()
  endforeach()
  add_library(daler_${name} STATIC ${M_SOURCES})
  add_library(daler::${name} ALIAS daler_${name})
  target_include_directories(daler_${name} PUBLIC ${PROJECT_SOURCE_DIR}/include PRIVATE ${PROJECT_SOURCE_DIR}/src)
  list(TRANSFORM M_DEPENDS PREPEND daler_)
  list(TRANSFORM M_LIBRARIES PREPEND lib::)
  list(TRANSFORM M_INTERNAL_LIBRARIES PREPEND lib::)
  target_link_libraries(daler_${name}
    PUBLIC ${M_DEPENDS} ${M_LIBRARIES}
    PRIVATE daler_flags ${M_INTERNAL_LIBRARIES})
  daler_use_pch(daler_${name})
  if(DALER_SANITIZE AND NOT M_SEPARATE)
    daler_merge_sources(daler_${name})
  endif()
endfunction()

# A unity build: a few source files are compiled as one, which takes a third of the time. SEPARATE
# switches it off for a module whose files use the same names in their unnamed namespaces.
function(daler_merge_sources target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 6)
endfunction()

# The standard headers that nearly every file includes, compiled once for the whole tree.
function(daler_use_pch target)
  if(NOT TARGET daler_pch)
    add_library(daler_pch STATIC ${PROJECT_SOURCE_DIR}/contrib/cmake/pch.cpp)
    target_link_libraries(daler_pch PRIVATE daler_flags)
    # In angle brackets: a path in the precompiled header would keep clones from sharing a compiler cache.
    target_precompile_headers(daler_pch PRIVATE
      <algorithm> <array> <chrono> <compare> <cstdint> <functional> <map> <memory> <optional> <span> <string>
      <string_view> <unordered_map> <utility> <variant> <vector>)
  endif()
  target_precompile_headers(${target} REUSE_FROM daler_pch)
endfunction()

# daler_program(NAME SOURCES a.cpp ... DEPENDS module ...): an executable at the top of the build folder.
function(daler_program name)
  cmake_parse_arguments(P "" "" "SOURCES;DEPENDS;INTERNAL_LIBRARIES" ${ARGN})
  add_executable(${name} ${P_SOURCES})
  list(TRANSFORM P_DEPENDS PREPEND daler_)
  list(TRANSFORM P_INTERNAL_LIBRARIES PREPEND lib::)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${name} PRIVATE ${P_DEPENDS} ${P_INTERNAL_LIBRARIES} daler_flags)
  if(DALER_STATIC)
    target_link_options(${name} PRIVATE -static-libstdc++ -static-libgcc)
  endif()
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
  daler_use_pch(${name})
endfunction()
