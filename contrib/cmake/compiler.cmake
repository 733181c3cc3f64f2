# How every target of the project is compiled: language, warnings, hardening, sanitizers, caches.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_LINK_DEPENDS_NO_SHARED ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

# One name for flags shared by all our targets; third-party headers are SYSTEM and stay silent.
add_library(daler_flags INTERFACE)
target_compile_options(daler_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wnon-virtual-dtor -Wold-style-cast
  # In a unity build, a name of one file may hide a name of another.
  $<$<NOT:$<BOOL:$<TARGET_PROPERTY:UNITY_BUILD>>>:-Wshadow>
  -Werror -fno-strict-aliasing -fPIE)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # gcc 12 reports these two on correct code (its own library, coroutine frames).
  target_compile_options(daler_flags INTERFACE
    -Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-array-bounds -Wno-restrict
    -Wno-stringop-overread -Wno-dangling-pointer -Wno-mismatched-new-delete
    # In a unity build it takes the source files for headers and warns about their unnamed
    # namespaces.
    $<$<BOOL:$<TARGET_PROPERTY:UNITY_BUILD>>:-Wno-subobject-linkage>)
endif()
target_compile_definitions(daler_flags INTERFACE
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION)

# Test code is optimised less, so that it compiles faster: the targets with the property
# DALER_QUICK.
set(quick $<BOOL:$<TARGET_PROPERTY:DALER_QUICK>>)
if(DALER_SANITIZE)
  target_compile_options(daler_flags INTERFACE
    -fsanitize=${DALER_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all $<IF:${quick},-O0,-O1> -g1)
  target_link_options(daler_flags INTERFACE -fsanitize=${DALER_SANITIZE})
  if(DALER_FUZZ)
    # libFuzzer needs the coverage of all code, not only of the fuzz programs.
    target_compile_options(daler_flags INTERFACE $<$<NOT:${quick}>:-fsanitize=fuzzer-no-link>)
  endif()
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_definitions(daler_flags INTERFACE _GLIBCXX_ASSERTIONS)
  target_compile_options(daler_flags INTERFACE
    $<IF:${quick},-O1,-O2> -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong -ffunction-sections
    -fdata-sections)
  target_link_options(daler_flags INTERFACE -Wl,-z,relro,-z,now -Wl,--gc-sections)
endif()
# Not CMake's -O3 -DNDEBUG: -O2 is enough (the hot loops are in libsecp256k1 and OpenSSL), and
# ensure() replaces assert.
set(CMAKE_CXX_FLAGS_RELEASE "")

find_program(DALER_CCACHE ccache)
if(DALER_CCACHE)
  # Precompiled headers need the first two relaxations (ccache manual, "Precompiled headers").
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
    ${DALER_CCACHE})
endif()
find_program(DALER_MOLD mold)
if(DALER_MOLD AND NOT DALER_SANITIZE)
  target_link_options(daler_flags INTERFACE -fuse-ld=mold)
endif()
target_link_options(daler_flags INTERFACE -pie)
