// Takes a fuzzer's bytes apart: choices and numbers from the front, then text
// or what is left. Total: past the end numbers are zero and texts empty, so
// that every input means something.
//
// Thread safety: one thread at a time.

#ifndef CREDITREG_TESTS_FUZZ_FUZZ_INPUT_H_
#define CREDITREG_TESTS_FUZZ_FUZZ_INPUT_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace creditreg {

class FuzzInput {
 public:
  // `data` must outlive the object and the views it gives.
  FuzzInput(const std::uint8_t* data, std::size_t size)
      : rest_(reinterpret_cast<const char*>(data), size) {}

  std::uint8_t Byte() {
    if (rest_.empty()) return 0;
    const auto byte = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return byte;
  }

  // [0, bound); `bound` is 1..256. Seeds write choices as letters, which is why
  // "A" is 0.
  std::size_t Choice(std::size_t bound) {
    return static_cast<std::uint8_t>(Byte() - 'A') % bound;
  }

  // Big-endian.
  std::uint64_t U64() {
    std::uint64_t value = 0;
    for (int i = 0; i < 8; ++i) value = value << 8 | Byte();
    return value;
  }

  // A length byte and as many bytes, or what is there of them.
  absl::string_view Text() {
    const std::size_t wanted = Byte();
    const std::size_t size = std::min(wanted, rest_.size());
    const absl::string_view text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return text;
  }

  // All that has not been taken.
  absl::string_view Rest() const { return rest_; }

 private:
  absl::string_view rest_;
};

}  // namespace creditreg

#endif  // CREDITREG_TESTS_FUZZ_FUZZ_INPUT_H_
