# Libraries from the distribution, as imported targets named lib::X, so that a module's build file
# reads the same whether the library ships a CMake package, a pkg-config file or neither.
find_package(Threads REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(PkgConfig REQUIRED)

# A newer libsecp256k1 than the distribution's can be taken from another prefix.
set(DALER_SECP256K1_PREFIX "" CACHE PATH "Prefix of the libsecp256k1 to use instead of the system's")
find_path(SECP256K1_INCLUDE secp256k1_schnorrsig.h REQUIRED HINTS ${DALER_SECP256K1_PREFIX}/include)
find_library(SECP256K1_LIBRARY secp256k1 REQUIRED HINTS ${DALER_SECP256K1_PREFIX}/lib)
find_path(LEVELDB_INCLUDE leveldb/db.h REQUIRED)
find_library(LEVELDB_LIBRARY leveldb REQUIRED)
find_path(EXPECTED_INCLUDE tl/expected.hpp REQUIRED)
find_path(BOOST_INCLUDE boost/version.hpp REQUIRED)
find_library(BOOST_JSON_LIBRARY NAMES libboost_json.so.1.81.0 boost_json REQUIRED)

function(daler_library name include)
  add_library(lib_${name} INTERFACE)
  add_library(lib::${name} ALIAS lib_${name})
  target_include_directories(lib_${name} SYSTEM INTERFACE ${include})
  target_link_libraries(lib_${name} INTERFACE ${ARGN})
endfunction()

daler_library(secp256k1 ${SECP256K1_INCLUDE} ${SECP256K1_LIBRARY})
daler_library(leveldb ${LEVELDB_INCLUDE} ${LEVELDB_LIBRARY})
daler_library(expected ${EXPECTED_INCLUDE})
daler_library(boost ${BOOST_INCLUDE})
daler_library(boost_json ${BOOST_INCLUDE} ${BOOST_JSON_LIBRARY})
daler_library(crypto "${OPENSSL_INCLUDE_DIR}" OpenSSL::Crypto)
daler_library(ssl "${OPENSSL_INCLUDE_DIR}" OpenSSL::SSL OpenSSL::Crypto)
daler_library(sqlite "${SQLite3_INCLUDE_DIRS}" ${SQLite3_LIBRARIES})
daler_library(fmt "" fmt::fmt)
daler_library(spdlog "" spdlog::spdlog fmt::fmt)
daler_library(threads "" Threads::Threads)

# Asio and Beast, compiled once.
add_library(daler_asio STATIC ${CMAKE_CURRENT_LIST_DIR}/asio.cpp)
target_link_libraries(daler_asio PRIVATE daler_flags PUBLIC lib::boost lib::threads)
target_compile_definitions(daler_asio PUBLIC BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION)
daler_library(asio ${BOOST_INCLUDE} daler_asio)
