// The rows of several files, in order, cut into batches for whoever asks next.
//
// Thread safety: Next() and Note() from many threads, the rest from one while
// no other call is under way.

#ifndef CREDITREG_SERVER_LOAD_ROW_SOURCE_H_
#define CREDITREG_SERVER_LOAD_ROW_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "index/registry/first_load.h"
#include "server/intake/file_reader.h"
#include "server/load/input_file.h"
#include "server/load/load_config.h"
#include "server/wire/field_tables.h"

namespace creditreg {

// A row to come back to, and where it stands in its file.
struct NotedRow {
  std::uint64_t row = 0;
  std::uint64_t line = 0;
  // Bytes [begin, end) hold the row as the last one; before it may be the
  // header or empty lines.
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  bool put_off = false;
};

// One of the files.
struct LoadInput {
  FileToLoad file;
  std::unique_ptr<InputFile> bytes;
  std::unique_ptr<FileCutter> cutter;
  // As FirstLoad knows it; once the first batch of it was given.
  std::size_t load_file = 0;
  std::string sm3;
  std::uint64_t rows = 0;
  // Of all batches, in any order.
  std::vector<NotedRow> noted;
};

// Rows of one file that follow each other.
struct CutBatch {
  std::uint64_t number = 0;
  LoadInput* input = nullptr;
  std::vector<CutRow> rows;
  // Where the first begins.
  std::uint64_t begin = 0;
};

class RowSource {
 public:
  // Few enough that every thread has some soon, enough that turns are rare: 64
  // took twice the switches and no less time.
  static constexpr std::size_t kBatchRows = 250;

  // Makes a file known to the load, when its header has been read.
  using Register = std::function<absl::Status(LoadInput&)>;
  // `inputs` outlive the source.
  RowSource(std::vector<LoadInput*> inputs, Register register_file,
            std::function<void(absl::string_view)> progress);

  // Nothing: all were given out.
  //
  // Errors: as FileCutter's and InputFile's, the path in front; the same for
  // every later call.
  absl::StatusOr<std::optional<CutBatch>> Next();

  // What became of a batch.
  void Note(const CutBatch& batch, const FirstLoad::Fates& fates);

 private:
  absl::StatusOr<std::optional<CutBatch>> Cut()
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status ReadMore(LoadInput& input) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  CutBatch Take(LoadInput& input) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::vector<LoadInput*> inputs_;
  const Register register_file_;
  const std::function<void(absl::string_view)> progress_;

  absl::Mutex mutex_;
  absl::Status failed_ ABSL_GUARDED_BY(mutex_);
  // Of the file being read.
  std::size_t current_ ABSL_GUARDED_BY(mutex_) = 0;
  bool registered_ ABSL_GUARDED_BY(mutex_) = false;
  bool at_end_ ABSL_GUARDED_BY(mutex_) = false;
  std::deque<CutRow> waiting_ ABSL_GUARDED_BY(mutex_);
  std::uint64_t begin_ ABSL_GUARDED_BY(mutex_) = 0;
  std::uint64_t next_number_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_LOAD_ROW_SOURCE_H_
