# Everything comes from Debian packages; `./dev` installs them.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(prometheus-cpp REQUIRED COMPONENTS core)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(GTest REQUIRED)
pkg_check_modules(LIBPQ REQUIRED IMPORTED_TARGET libpq)
pkg_check_modules(SYSTEMD REQUIRED IMPORTED_TARGET libsystemd)
pkg_check_modules(PROTOBUF_C REQUIRED IMPORTED_TARGET libprotobuf-c)

# libpg-query-dev ships no pkg-config file; its protobuf header needs protobuf-c.
find_path(PG_QUERY_INCLUDE_DIR pg_query.h REQUIRED)
find_library(PG_QUERY_LIBRARY pg_query REQUIRED)
add_library(freshet_libpg_query INTERFACE)
target_include_directories(freshet_libpg_query SYSTEM INTERFACE
  ${PG_QUERY_INCLUDE_DIR} ${PG_QUERY_INCLUDE_DIR}/pg_query)
target_link_libraries(freshet_libpg_query INTERFACE ${PG_QUERY_LIBRARY} PkgConfig::PROTOBUF_C)

# Asio and Beast are compiled once, in daemon/async/asio_impl.cpp and daemon/http/beast_impl.cpp.
add_library(freshet_boost INTERFACE)
target_link_libraries(freshet_boost INTERFACE Boost::headers Threads::Threads OpenSSL::SSL OpenSSL::Crypto)
target_compile_definitions(freshet_boost INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)
