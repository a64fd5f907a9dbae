# The project's build vocabulary: one function per kind of target.
#
#   creditreg_proto(NAME n SRCS a.proto ... [DEPS proto_libs] [GRPC])
#   creditreg_library(NAME n [SRCS ...] [HDRS ...] [DEPS ...] [PRIVATE_DEPS ...])
#   creditreg_binary(NAME n SRCS ... [DEPS ...])
#   creditreg_test(NAME n SRCS ... [DEPS ...] [DATA] [LABELS ...] [WHOLE]
#                  [PROGRAMS ...])
#   creditreg_fuzz(NAME n_fuzz SRCS ... [DEPS ...])
#   creditreg_benchmark(NAME n SRCS ... [DEPS ...])
#   creditreg_add_folders(folder ...)   add what has a CMakeLists.txt
#
# Every call is also recorded in ${CMAKE_BINARY_DIR}/targets.json, from which
# tools/bazel_sync.py writes the BUILD files. See cmake/README.md.

include_guard(GLOBAL)
include(${CMAKE_CURRENT_LIST_DIR}/settings.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/dependencies.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/record.cmake)
include(GoogleTest)

set(CREDITREG_GEN_DIR ${PROJECT_BINARY_DIR}/gen)
set(CREDITREG_PROTO_ROOTS
    ${PROJECT_SOURCE_DIR}/proto
    ${PROJECT_SOURCE_DIR}/third_party/googleapis)

# Parts of the build for `./x lint`, `./x asan`, `./x tsan` and `./x fuzz`, which
# do not need the rest.
add_custom_target(creditreg_protos)
add_custom_target(creditreg_unit_tests)
add_custom_target(creditreg_tsan_tests)
add_custom_target(creditreg_fuzz_targets)

# Adds each named folder that has a CMakeLists.txt, so that a room which is not
# written yet stops nobody.
function(creditreg_add_folders)
  foreach(folder IN LISTS ARGN)
    set(list_file ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/CMakeLists.txt)
    # The glob makes the build configure again when the file appears.
    file(GLOB found CONFIGURE_DEPENDS ${list_file})
    if(found)
      add_subdirectory(${folder})
    endif()
  endforeach()
endfunction()

# Adds every sub-folder that has a CMakeLists.txt, in alphabetical order.
function(creditreg_add_all_folders)
  file(GLOB found RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} CONFIGURE_DEPENDS
       ${CMAKE_CURRENT_SOURCE_DIR}/*/CMakeLists.txt)
  list(SORT found)
  foreach(list_file IN LISTS found)
    get_filename_component(folder ${list_file} DIRECTORY)
    add_subdirectory(${folder})
  endforeach()
endfunction()

# Flags of code that people wrote; generated code gets none of them.
function(_creditreg_own_code target)
  target_compile_options(${target} PRIVATE ${CREDITREG_WARNINGS}
                                           ${CREDITREG_SANITIZER_FLAGS})
endfunction()

function(_creditreg_check_arguments function)
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR
            "${function}(${ARG_NAME}): unknown: ${ARG_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT ARG_NAME)
    message(FATAL_ERROR "${function}: NAME is missing")
  endif()
endfunction()

function(creditreg_library)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" "NAME" "SRCS;HDRS;DEPS;PRIVATE_DEPS")
  _creditreg_check_arguments(creditreg_library)
  if(ARG_SRCS)
    add_library(${ARG_NAME} STATIC ${ARG_SRCS} ${ARG_HDRS})
    target_include_directories(${ARG_NAME} PUBLIC ${PROJECT_SOURCE_DIR})
    target_link_libraries(${ARG_NAME} PUBLIC ${ARG_DEPS} PRIVATE ${ARG_PRIVATE_DEPS})
    _creditreg_own_code(${ARG_NAME})
  else()
    if(ARG_PRIVATE_DEPS)
      message(FATAL_ERROR "${ARG_NAME}: PRIVATE_DEPS need SRCS")
    endif()
    add_library(${ARG_NAME} INTERFACE)
    target_include_directories(${ARG_NAME} INTERFACE ${PROJECT_SOURCE_DIR})
    target_link_libraries(${ARG_NAME} INTERFACE ${ARG_DEPS})
  endif()
  creditreg_record(library)
endfunction()

function(_creditreg_executable)
  add_executable(${ARG_NAME} ${ARG_SRCS} ${ARG_HDRS})
  target_include_directories(${ARG_NAME} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${ARG_NAME} PRIVATE ${ARG_DEPS})
  _creditreg_own_code(${ARG_NAME})
endfunction()

function(creditreg_binary)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" "NAME" "SRCS;HDRS;DEPS")
  _creditreg_check_arguments(creditreg_binary)
  _creditreg_executable()
  # Scripts find every binary at one place.
  set_target_properties(${ARG_NAME} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
  creditreg_record(binary)
endfunction()

function(creditreg_benchmark)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" "NAME" "SRCS;HDRS;DEPS")
  _creditreg_check_arguments(creditreg_benchmark)
  list(APPEND ARG_DEPS benchmark::benchmark)
  _creditreg_executable()
  set_target_properties(${ARG_NAME} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bench)
  creditreg_record(benchmark)
endfunction()

# DATA: some cases read $CREDITREG_TEST_DATA (they skip where it is absent).
# WHOLE: one ctest entry for the binary, where cases share a costly set-up;
# otherwise every case is an entry of its own.
# LABELS with a meaning: e2e (starts servers or foreign clients), tsan (also
# run under ThreadSanitizer; must not link gRPC), slow (more than 60 s).
# PROGRAMS: binaries it starts, as CREDITREG_BINARY_DIR "/bin/<name>".
function(creditreg_test)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "WHOLE" "NAME"
    "SRCS;HDRS;DEPS;LABELS;DATA;PROGRAMS")
  _creditreg_check_arguments(creditreg_test)
  if("DATA" IN_LIST ARG_KEYWORDS_MISSING_VALUES OR ARG_DATA)
    list(APPEND ARG_LABELS data)
  endif()
  _creditreg_folder(folder)
  if(folder MATCHES "^tests/(index|server)" AND NOT "e2e" IN_LIST ARG_LABELS)
    list(APPEND ARG_LABELS unit)
  endif()
  list(APPEND ARG_DEPS GTest::gmock GTest::gtest_main)
  _creditreg_executable()
  target_compile_definitions(${ARG_NAME} PRIVATE
    CREDITREG_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
    CREDITREG_BINARY_DIR="${PROJECT_BINARY_DIR}")
  if(ARG_PROGRAMS)
    add_dependencies(${ARG_NAME} ${ARG_PROGRAMS})
  endif()

  set(properties TIMEOUT 300)
  if("slow" IN_LIST ARG_LABELS)
    set(properties TIMEOUT 1500)
  endif()
  # CTest's labels are one list-valued property; an escaped list survives the
  # trip through gtest_discover_tests.
  string(REPLACE ";" "\\;" labels "${ARG_LABELS}")
  if(ARG_WHOLE)
    add_test(NAME ${ARG_NAME} COMMAND ${ARG_NAME})
    set_tests_properties(${ARG_NAME} PROPERTIES ${properties})
    if(ARG_LABELS)
      set_property(TEST ${ARG_NAME} PROPERTY LABELS ${ARG_LABELS})
    endif()
  else()
    if(ARG_LABELS)
      list(APPEND properties LABELS "${labels}")
    endif()
    gtest_discover_tests(${ARG_NAME} DISCOVERY_MODE PRE_TEST
      DISCOVERY_TIMEOUT 60 PROPERTIES ${properties})
  endif()
  if(CREDITREG_SANITIZE STREQUAL "thread" AND "tsan" IN_LIST ARG_LABELS)
    _creditreg_explain_locks(${ARG_NAME})
  endif()
  foreach(kind unit tsan)
    if(kind IN_LIST ARG_LABELS)
      add_dependencies(creditreg_${kind}_tests ${ARG_NAME})
    endif()
  endforeach()
  creditreg_record(test)
endfunction()

# A fuzz target: a source with LLVMFuzzerTestOneInput(), and its seed corpus in
# corpus/<name without _fuzz>. A test that replays the corpus and mutations of it
# (tests/fuzz/replay_main.cc); with CREDITREG_SANITIZE=fuzz a libFuzzer binary in
# bin/, which ctest leaves alone.
function(creditreg_fuzz)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" "NAME" "SRCS;HDRS;DEPS")
  _creditreg_check_arguments(creditreg_fuzz)
  string(REGEX REPLACE "_fuzz$" "" corpus ${ARG_NAME})
  set(corpus ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${corpus})
  if(NOT IS_DIRECTORY ${corpus})
    message(FATAL_ERROR "creditreg_fuzz(${ARG_NAME}): want seeds in ${corpus}")
  endif()
  _creditreg_executable()
  target_compile_definitions(${ARG_NAME} PRIVATE
    CREDITREG_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  if(CREDITREG_SANITIZE STREQUAL "fuzz")
    target_link_options(${ARG_NAME} PRIVATE -fsanitize=fuzzer)
    set_target_properties(${ARG_NAME} PROPERTIES
      RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
    add_dependencies(creditreg_fuzz_targets ${ARG_NAME})
  else()
    target_link_libraries(${ARG_NAME} PRIVATE fuzz_replay)
    add_test(NAME ${ARG_NAME} COMMAND ${ARG_NAME} ${corpus})
    set_tests_properties(${ARG_NAME} PROPERTIES TIMEOUT 300 LABELS "unit;fuzz")
    add_dependencies(creditreg_unit_tests ${ARG_NAME})
  endif()
  creditreg_record(fuzz)
endfunction()

# Sends the test's calls of Abseil's locks through tsan_abseil.cc.
function(_creditreg_explain_locks target)
  set(source ${PROJECT_SOURCE_DIR}/tests/testing/tsan_abseil.cc)
  file(READ ${source} text)
  string(REGEX MATCHALL "ABSEIL_WRAP(_CONST)?\\([ \n]*[0-9][0-9A-Za-z_]*" uses "${text}")
  string(REGEX REPLACE "ABSEIL_WRAP\\([ \n]*" "_ZN4absl7debian3" uses "${uses}")
  string(REGEX REPLACE "ABSEIL_WRAP_CONST\\([ \n]*" "_ZNK4absl7debian3" uses "${uses}")
  list(REMOVE_DUPLICATES uses)
  list(TRANSFORM uses PREPEND "LINKER:--wrap=")
  target_sources(${target} PRIVATE ${source})
  target_link_options(${target} PRIVATE ${uses})
endfunction()

# The files are named as protoc's roots see them or relative to the caller.
# With GRPC, files that declare a service also get stubs and mocks.
function(creditreg_proto)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "GRPC" "NAME" "SRCS;DEPS")
  _creditreg_check_arguments(creditreg_proto)
  set(generated)
  set(headers)
  foreach(src IN LISTS ARG_SRCS)
    _creditreg_proto_import_path(${src} root import)
    _creditreg_generate(${root} ${import} "${ARG_GRPC}" new_sources new_headers)
    list(APPEND generated ${new_sources})
    list(APPEND headers ${new_headers})
  endforeach()
  add_library(${ARG_NAME} STATIC ${generated} ${headers})
  target_include_directories(${ARG_NAME} SYSTEM PUBLIC ${CREDITREG_GEN_DIR})
  target_link_libraries(${ARG_NAME} PUBLIC ${ARG_DEPS} protobuf::libprotobuf)
  if(ARG_GRPC)
    target_link_libraries(${ARG_NAME} PUBLIC gRPC::grpc++)
  endif()
  target_compile_options(${ARG_NAME} PRIVATE -w)
  add_dependencies(creditreg_protos ${ARG_NAME})
  creditreg_record(proto)
endfunction()

# src, relative to the caller's folder -> its proto root and path below it.
function(_creditreg_proto_import_path src root_out import_out)
  get_filename_component(path ${src} ABSOLUTE BASE_DIR ${CMAKE_CURRENT_SOURCE_DIR})
  foreach(root IN LISTS CREDITREG_PROTO_ROOTS)
    cmake_path(IS_PREFIX root ${path} is_below)
    if(is_below)
      file(RELATIVE_PATH import ${root} ${path})
      set(${root_out} ${root} PARENT_SCOPE)
      set(${import_out} ${import} PARENT_SCOPE)
      return()
    endif()
  endforeach()
  message(FATAL_ERROR "${src}: not below one of ${CREDITREG_PROTO_ROOTS}")
endfunction()

# One command per .proto, so that an edit regenerates one file.
function(_creditreg_generate root import grpc sources_out headers_out)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${root}/${import})
  string(REGEX REPLACE "\\.proto$" "" stem ${import})
  set(base ${CREDITREG_GEN_DIR}/${stem})
  set(sources ${base}.pb.cc)
  set(headers ${base}.pb.h)
  set(arguments --cpp_out=${CREDITREG_GEN_DIR})
  file(STRINGS ${root}/${import} services REGEX "^service ")
  if(grpc AND services)
    list(APPEND sources ${base}.grpc.pb.cc)
    list(APPEND headers ${base}.grpc.pb.h ${base}_mock.grpc.pb.h)
    list(APPEND arguments
         --grpc_out=generate_mock_code=true:${CREDITREG_GEN_DIR}
         --plugin=protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin>)
  endif()
  list(TRANSFORM CREDITREG_PROTO_ROOTS PREPEND -I OUTPUT_VARIABLE roots)
  file(MAKE_DIRECTORY ${CREDITREG_GEN_DIR})
  add_custom_command(
    OUTPUT ${sources} ${headers}
    COMMAND protobuf::protoc ${roots} ${arguments} ${import}
    DEPENDS ${root}/${import} protobuf::protoc gRPC::grpc_cpp_plugin
    COMMENT "protoc ${import}"
    VERBATIM)
  set(${sources_out} ${sources} PARENT_SCOPE)
  set(${headers_out} ${headers} PARENT_SCOPE)
endfunction()

# Call once, after the last target.
function(creditreg_finish)
  creditreg_write_record(${PROJECT_BINARY_DIR}/targets.json)
  # Read by ctest before any test runs; a value of the caller's wins.
  configure_file(${PROJECT_SOURCE_DIR}/cmake/test_environment.cmake.in
                 ${PROJECT_BINARY_DIR}/test_environment.cmake @ONLY)
  set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY
    TEST_INCLUDE_FILES ${PROJECT_BINARY_DIR}/test_environment.cmake)
endfunction()
