# Every library from outside, all of them Debian packages (deps/debian.txt).
# The order matters: gRPC's configuration expects absl and Protobuf targets.

find_package(Threads REQUIRED)
find_package(absl CONFIG REQUIRED)
# Debian ships no ProtobufConfig.cmake, hence the module.
find_package(Protobuf MODULE REQUIRED)
find_package(gRPC CONFIG REQUIRED)
find_package(RocksDB CONFIG REQUIRED)
find_package(ICU MODULE REQUIRED COMPONENTS uc i18n data)
find_package(OpenSSL MODULE REQUIRED)
find_package(nlohmann_json CONFIG REQUIRED)
find_package(CLI11 CONFIG REQUIRED)
find_package(GTest CONFIG REQUIRED)
find_package(benchmark CONFIG REQUIRED)

# libcsv has neither a CMake nor a pkg-config file.
find_path(CREDITREG_CSV_INCLUDE csv.h REQUIRED)
find_library(CREDITREG_CSV_LIBRARY csv REQUIRED)
add_library(csv::csv UNKNOWN IMPORTED GLOBAL)
set_target_properties(csv::csv PROPERTIES
  IMPORTED_LOCATION ${CREDITREG_CSV_LIBRARY}
  INTERFACE_INCLUDE_DIRECTORIES ${CREDITREG_CSV_INCLUDE})

# What the programs that hold a registry allocate with (decision 016). A
# sanitizer brings its own.
find_library(CREDITREG_JEMALLOC_LIBRARY jemalloc REQUIRED)
add_library(jemalloc::jemalloc INTERFACE IMPORTED GLOBAL)
if(NOT CREDITREG_SANITIZE)
  target_link_libraries(jemalloc::jemalloc INTERFACE ${CREDITREG_JEMALLOC_LIBRARY})
endif()

# Of PostgreSQL only the client, for the benches; CMake's module wants the
# server's headers too.
find_path(CREDITREG_PQ_INCLUDE postgresql/libpq-fe.h REQUIRED)
find_library(CREDITREG_PQ_LIBRARY pq REQUIRED)
add_library(pq::pq UNKNOWN IMPORTED GLOBAL)
set_target_properties(pq::pq PROPERTIES
  IMPORTED_LOCATION ${CREDITREG_PQ_LIBRARY}
  INTERFACE_INCLUDE_DIRECTORIES ${CREDITREG_PQ_INCLUDE})

# Tokens (libjose, over jansson and OpenSSL), and the keys they are judged by.
find_path(CREDITREG_JOSE_INCLUDE jose/jws.h REQUIRED)
find_library(CREDITREG_JOSE_LIBRARY jose REQUIRED)
find_library(CREDITREG_JANSSON_LIBRARY jansson REQUIRED)
add_library(jose::jose UNKNOWN IMPORTED GLOBAL)
set_target_properties(jose::jose PROPERTIES
  IMPORTED_LOCATION ${CREDITREG_JOSE_LIBRARY}
  INTERFACE_INCLUDE_DIRECTORIES ${CREDITREG_JOSE_INCLUDE}
  INTERFACE_LINK_LIBRARIES ${CREDITREG_JANSSON_LIBRARY})
find_path(CREDITREG_CURL_INCLUDE curl/curl.h REQUIRED)
find_library(CREDITREG_CURL_LIBRARY curl REQUIRED)
add_library(curl::curl UNKNOWN IMPORTED GLOBAL)
set_target_properties(curl::curl PROPERTIES
  IMPORTED_LOCATION ${CREDITREG_CURL_LIBRARY}
  INTERFACE_INCLUDE_DIRECTORIES ${CREDITREG_CURL_INCLUDE})
