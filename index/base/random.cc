#include "index/base/random.h"

#include <sys/random.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

#include "index/base/check.h"

namespace creditreg {

namespace {

void AskSystem(char* out, std::size_t n) {
  while (n > 0) {
    const ssize_t got = getrandom(out, n, /*flags=*/0);
    if (got < 0 && errno == EINTR) continue;
    CREDITREG_CHECK(got > 0, "the system gives random bytes");
    out += got;
    n -= static_cast<std::size_t>(got);
  }
}

// Bytes asked for ahead: sealing a row wants 12 or 44, and a system call for
// each is a tenth of it. What was given out, and what is left when the thread
// ends, is overwritten. The process never forks.
class Reserve {
 public:
  Reserve() = default;
  ~Reserve() { explicit_bzero(bytes_, sizeof(bytes_)); }
  Reserve(const Reserve&) = delete;
  Reserve& operator=(const Reserve&) = delete;

  void Take(char* out, std::size_t n) {
    if (left_ < n) {
      AskSystem(bytes_, sizeof(bytes_));
      left_ = sizeof(bytes_);
    }
    left_ -= n;
    std::memcpy(out, bytes_ + left_, n);
    explicit_bzero(bytes_ + left_, n);
  }

  // As much as is asked of it at most.
  static constexpr std::size_t kMostTaken = 64;

 private:
  // The kernel gives so much without being interrupted.
  char bytes_[256] = {};
  std::size_t left_ = 0;
};

}  // namespace

void SystemRandom::Fill(char* out, std::size_t n) {
  // `out` may be null then.
  if (n == 0) return;
  if (n > Reserve::kMostTaken) return AskSystem(out, n);
  static thread_local Reserve reserve;
  reserve.Take(out, n);
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
