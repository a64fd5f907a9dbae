# Compiler, warnings, optimisation and sanitizers.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

set(CREDITREG_SANITIZE "" CACHE STRING "Empty, address, thread or fuzz")
set_property(CACHE CREDITREG_SANITIZE PROPERTY STRINGS "" address thread fuzz)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()
# Line tables only: full debug information doubles build time and disk use.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1")
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g1")

set(CREDITREG_WARNINGS -Wall -Wextra -Werror -Wswitch -Wunused-result)
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  list(APPEND CREDITREG_WARNINGS -Wthread-safety)
endif()

# Applied to our own code only: generated code triples in build time under
# ASan and cannot be mended here. The runtime is linked into everything.
set(CREDITREG_SANITIZER_FLAGS)
set(CREDITREG_SANITIZER_RUNTIME)
if(CREDITREG_SANITIZE STREQUAL "address")
  set(CREDITREG_SANITIZER_FLAGS -fsanitize=address,undefined
      -fno-sanitize-recover=all -fno-omit-frame-pointer)
  set(CREDITREG_SANITIZER_RUNTIME ${CREDITREG_SANITIZER_FLAGS})
elseif(CREDITREG_SANITIZE STREQUAL "thread")
  set(CREDITREG_SANITIZER_FLAGS -fsanitize=thread -fno-omit-frame-pointer)
  set(CREDITREG_SANITIZER_RUNTIME ${CREDITREG_SANITIZER_FLAGS})
elseif(CREDITREG_SANITIZE STREQUAL "fuzz")
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES Clang)
    message(FATAL_ERROR "CREDITREG_SANITIZE=fuzz: want clang, which has libFuzzer")
  endif()
  # Coverage is counted where the sanitizers look; libFuzzer's main function is
  # linked by creditreg_fuzz alone.
  set(CREDITREG_SANITIZER_FLAGS -fsanitize=fuzzer-no-link,address,undefined
      -fno-sanitize-recover=all -fno-omit-frame-pointer)
  set(CREDITREG_SANITIZER_RUNTIME -fsanitize=address,undefined)
elseif(CREDITREG_SANITIZE)
  message(FATAL_ERROR
          "CREDITREG_SANITIZE=${CREDITREG_SANITIZE}: want address, thread or fuzz")
endif()
if(CREDITREG_SANITIZER_FLAGS)
  # Half the build time of -O2, and stacks that read like the source.
  string(REPLACE -O2 -O1 CMAKE_CXX_FLAGS_RELWITHDEBINFO
         "${CMAKE_CXX_FLAGS_RELWITHDEBINFO}")
  add_link_options(${CREDITREG_SANITIZER_RUNTIME})
endif()

find_program(CREDITREG_CCACHE ccache)
if(CREDITREG_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CREDITREG_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${CREDITREG_CCACHE})
endif()

find_program(CREDITREG_LLD ld.lld)
if(CREDITREG_LLD)
  add_link_options(-fuse-ld=lld)
endif()
