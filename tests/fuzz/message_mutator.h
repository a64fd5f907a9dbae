// Changes one field of a protobuf message, so that inputs stay messages: a
// change of bytes alone mostly breaks a length before it reaches a rule.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_TESTS_FUZZ_MESSAGE_MUTATOR_H_
#define CREDITREG_TESTS_FUZZ_MESSAGE_MUTATOR_H_

#include <cstddef>
#include <cstdint>

#include "google/protobuf/message.h"

namespace creditreg {

// As libFuzzer hands it to a mutator: `size` bytes, room for `max_size`.
struct MutableInput {
  std::uint8_t* data;
  std::size_t size;
  std::size_t max_size;
};

// The first byte says which message it is and stays; `message`, empty and of
// that type, is read from the others, changed as `seed` says and written back.
// One input in four, and what is no such message, is changed by the fuzzer's
// own hand, byte by byte. Returns the new size.
std::size_t MutateMessage(const MutableInput& input, unsigned int seed,
                          google::protobuf::Message& message);

}  // namespace creditreg

#endif  // CREDITREG_TESTS_FUZZ_MESSAGE_MUTATOR_H_
