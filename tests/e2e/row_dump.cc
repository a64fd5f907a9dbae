// row_dump DATA_DIR: every key and value of a registry at rest, as they are,
// one after the other to standard output; how many rows to standard error.
//
// RocksDB compresses its files, so that a search of their bytes alone would
// find nothing whatever they held.

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "index/base/status_macros.h"
#include "index/store/store.h"

namespace creditreg {
namespace {

bool PutLine(const std::string& bytes) {
  return std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size() &&
         std::fputc('\n', stdout) != EOF;
}

absl::StatusOr<std::uint64_t> DumpRows(const std::string& directory) {
  StoreOptions options;
  options.directory = directory;
  options.read_only = true;
  CREDITREG_ASSIGN_OR_RETURN(const std::unique_ptr<Store> store,
                             Store::Open(options));
  const std::shared_ptr<const Snapshot> snapshot = store->TakeSnapshot();
  ScanRange range;
  // Every key begins with its partition, two bytes that are never ff ff.
  range.begin = std::string(1, '\0');
  range.end = "\xff\xff";
  range.fill_cache = false;
  std::uint64_t rows = 0;
  while (!range.begin.empty()) {
    CREDITREG_ASSIGN_OR_RETURN(ScanPage page, snapshot->Scan(range));
    for (const auto& [key, value] : page.rows) {
      if (!PutLine(key) || !PutLine(value)) {
        return absl::InternalError("standard output: cannot be written");
      }
      ++rows;
    }
    range.begin = std::move(page.next);
  }
  return rows;
}

int Main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: row_dump DATA_DIR\n");
    return 2;
  }
  const absl::StatusOr<std::uint64_t> rows = DumpRows(argv[1]);
  if (!rows.ok() || std::fflush(stdout) != 0) {
    std::fprintf(stderr, "row_dump: %s\n", rows.status().ToString().c_str());
    return 1;
  }
  std::fprintf(stderr, "%llu\n", static_cast<unsigned long long>(*rows));
  return 0;
}

}  // namespace
}  // namespace creditreg

int main(int argc, char** argv) { return creditreg::Main(argc, argv); }
