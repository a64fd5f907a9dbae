#include "index/base/random.h"

#include <sys/random.h>

#include <cerrno>

#include "index/base/check.h"

namespace creditreg {

void SystemRandom::Fill(char* out, std::size_t n) {
  while (n > 0) {
    const ssize_t got = getrandom(out, n, /*flags=*/0);
    if (got < 0 && errno == EINTR) continue;
    CREDITREG_CHECK(got > 0, "the system gives random bytes");
    out += got;
    n -= static_cast<std::size_t>(got);
  }
}

void SeededRandom::Fill(char* out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) {
    if (bytes_left_ == 0) {
      state_ += 0x9E3779B97F4A7C15u;
      word_ = state_;
      word_ = (word_ ^ (word_ >> 30)) * 0xBF58476D1CE4E5B9u;
      word_ = (word_ ^ (word_ >> 27)) * 0x94D049BB133111EBu;
      word_ ^= word_ >> 31;
      bytes_left_ = 8;
    }
    out[i] = static_cast<char>(word_ & 0xFF);
    word_ >>= 8;
    --bytes_left_;
  }
}

}  // namespace creditreg
