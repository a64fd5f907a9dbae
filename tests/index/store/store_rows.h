// Rows as the store's tests make and read them.

#ifndef CREDITREG_TESTS_INDEX_STORE_STORE_ROWS_H_
#define CREDITREG_TESTS_INDEX_STORE_STORE_ROWS_H_

#include <cstdint>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "index/base/random.h"
#include "index/base/status_macros.h"
#include "index/store/store.h"

namespace creditreg {

using Rows = std::map<std::string, std::string>;

// Uniform enough for choices in tests; `limit` > 0.
inline std::uint64_t Below(RandomSource& random, std::uint64_t limit) {
  std::uint64_t number = 0;
  random.Fill(reinterpret_cast<char*>(&number), sizeof(number));
  return number % limit;
}

// Bytes that no codec shrinks, so that files grow as the test expects.
inline std::string RandomBytes(RandomSource& random, std::size_t n) {
  std::string bytes(n, '\0');
  random.Fill(bytes.data(), n);
  return bytes;
}

// Every row, read in pages.
inline absl::StatusOr<Rows> ReadAll(const Snapshot& snapshot,
                                    std::size_t max_rows = 1000) {
  Rows rows;
  ScanRange range;
  range.end = std::string(64, '\xFF');
  range.max_rows = max_rows;
  while (true) {
    CREDITREG_ASSIGN_OR_RETURN(const ScanPage page, snapshot.Scan(range));
    rows.insert(page.rows.begin(), page.rows.end());
    if (page.next.empty()) return rows;
    range.begin = page.next;
  }
}

inline absl::StatusOr<Rows> ReadAll(Store& store) {
  return ReadAll(*store.TakeSnapshot());
}

// A batch of 1-8 edits of 60 keys, put into `rows` too.
inline WriteBatch RandomBatch(RandomSource& random, std::size_t value_bytes,
                              Rows* rows) {
  WriteBatch batch;
  for (std::uint64_t edits = 1 + Below(random, 8); edits > 0; --edits) {
    const std::string key = absl::StrCat("key", Below(random, 60));
    if (Below(random, 4) == 0) {
      batch.Delete(key);
      rows->erase(key);
    } else {
      const std::string value =
          RandomBytes(random, Below(random, value_bytes + 1));
      batch.Put(key, value);
      (*rows)[key] = value;
    }
  }
  return batch;
}

inline std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

inline void WriteFile(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

}  // namespace creditreg

#endif  // CREDITREG_TESTS_INDEX_STORE_STORE_ROWS_H_
