// Writes to a registry as fast as it can until it is killed; the test that
// starts it reads from its standard output what was acknowledged.
//
//   registry_crash_writer DIRECTORY FIRST_OPERATION
//
// Each acknowledgement is one line "n rows", written by one write() before the
// next thing happens, so that what is in the pipe was acknowledged.

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "index/registry/registry.h"
#include "tests/index/registry/crash_writes.h"

namespace creditreg {
namespace {

// Writes under way at most: groups of several, but not all of a round.
constexpr int kUnderWay = 24;

// The test reads nothing from a child that stops by itself.
[[noreturn]] void Fail(const absl::Status& status) {
  std::fprintf(stderr, "crash writer: %s\n", status.ToString().c_str());
  std::_Exit(3);
}

void Acknowledge(std::uint64_t n, std::uint64_t rows) {
  const std::string line = absl::StrCat(n, " ", rows, "\n");
  // Shorter than PIPE_BUF: whole or not at all.
  if (write(STDOUT_FILENO, line.data(), line.size()) !=
      static_cast<ssize_t>(line.size())) {
    std::_Exit(4);
  }
}

class CrashWriter {
 public:
  explicit CrashWriter(std::unique_ptr<Registry> registry)
      : registry_(std::move(registry)) {}

  [[noreturn]] void Run(std::uint64_t first) {
    for (std::uint64_t n = first;; ++n) {
      switch (crash::KindOf(n)) {
        case crash::Kind::kEnterprise:
        case crash::Kind::kRename:
          Submit(n, crash::MakePut(n));
          break;
        case crash::Kind::kRecords:
          Submit(n, crash::MakeSubmit(n));
          break;
        case crash::Kind::kImport:
          Import(n);
          break;
      }
    }
  }

 private:
  bool HasRoom() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return under_way_ < kUnderWay;
  }

  template <typename Write>
  void Submit(std::uint64_t n, Write write) {
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(this, &CrashWriter::HasRoom));
      ++under_way_;
    }
    registry_->Submit(std::move(write),
                      [this, n](const absl::StatusOr<WriteAnswer>& answer) {
                        if (!answer.ok()) Fail(answer.status());
                        Acknowledge(n, 0);
                        absl::MutexLock lock(&mutex_);
                        --under_way_;
                      });
  }

  void Import(std::uint64_t n) {
    auto session = registry_->BeginImport(crash::MakeStart(n));
    if (!session.ok()) Fail(session.status());
    absl::Notification last;
    for (std::uint64_t i = 0; i < crash::kPiecesPerImport; ++i) {
      (*session)->AppendRows(
          crash::MakeRows(n, i), (i + 1) * crash::kRowsPerPiece, "sm3",
          [&last, n, i](const absl::StatusOr<ImportAnswer>& answer) {
            if (!answer.ok()) Fail(answer.status());
            Acknowledge(n, answer->progress.rows_done());
            if (i + 1 == crash::kPiecesPerImport) last.Notify();
          });
    }
    last.WaitForNotification();
    const auto finished = (*session)->Finish(
        crash::kPiecesPerImport * crash::kRowsPerPiece, "sm3");
    if (!finished.ok()) Fail(finished.status());
  }

  const std::unique_ptr<Registry> registry_;
  absl::Mutex mutex_;
  int under_way_ ABSL_GUARDED_BY(mutex_) = 0;
};

int Main(int argc, char** argv) {
  std::uint64_t first = 0;
  if (argc != 3 || !absl::SimpleAtoi(argv[2], &first)) return 2;
  RegistryOptions options;
  options.store.directory = absl::StrCat(argv[1], "/data");
  // Small, so that flushes and compactions are under way too.
  options.store.memtable_bytes = std::size_t{256} << 10;
  options.key_dir = absl::StrCat(argv[1], "/keys");
  auto registry = Registry::Open(options);
  if (!registry.ok()) Fail(registry.status());
  CrashWriter(*std::move(registry)).Run(first);
}

}  // namespace
}  // namespace creditreg

int main(int argc, char** argv) { return creditreg::Main(argc, argv); }
