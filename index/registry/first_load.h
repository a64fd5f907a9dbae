// The first load of an empty registry: the same content as importing the same
// files one after the other, without log, memtable and compaction.
//
//   rows of files  -> plain ones are numbered, turned into rows by the writer's
//                     own functions, and go to sorted files
//                  -> the others (they touch something that is there already,
//                     or are kept aside) are put off
//   EndPass()         the files are ingested
//   ApplyPutOff()     the writer's functions decide what was put off, in order
//   Commit()          one write makes all of it a registry
//
// Two passes: all enterprises, then all records. Enterprises are fixed while
// records come, so a record's party is found the same whenever it is looked up,
// and records depend on each other by their natural keys only. An enterprise
// that shares a code, number or name key with one put off is put off as well,
// so that rows which may meet are decided in the order of the files. (Numbers
// shared by more than 100 enterprises, past which the writer reads no further,
// are the exception: who is among the first 100 may differ.)
//
// Until Commit() the directory is no registry: Registry::Open() refuses it, and
// Begin() starts over.
//
// Held in memory, beside batches and a sort buffer: about 90 bytes an
// enterprise with 20 for each old number, its head of 100 bytes, and 20 bytes a
// record; past max_index_bytes the load ends with ResourceExhausted.
//
// Thread safety: AddRows() and Fail() from many threads, the rest from one,
// while no other call is under way.

#ifndef CREDITREG_INDEX_REGISTRY_FIRST_LOAD_H_
#define CREDITREG_INDEX_REGISTRY_FIRST_LOAD_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/codec/tokens.h"
#include "index/model/draft.h"
#include "index/registry/registry.h"

namespace creditreg {

struct FirstLoadOptions {
  // As for Registry::Open(); its random source may be used from many threads.
  RegistryOptions registry;
  // For what tells rows apart.
  std::size_t max_index_bytes = std::size_t{4} << 30;
  // Of index rows, before they are sorted and written aside.
  std::size_t sort_buffer_bytes = std::size_t{64} << 20;
};

class FirstLoad {
 public:
  enum class Pass { kEnterprises, kRecords };

  // Rows that follow each other in one file.
  struct Batch {
    // 0, 1, 2 ... over all files of a pass, in their order.
    std::uint64_t number = 0;
    // From AddFile().
    std::size_t file = 0;
    // Rows that are put off come again, so `raw` may be empty here.
    std::vector<ImportRowDraft> rows;
  };
  // Rows of a batch to come back to, ascending.
  struct Fates {
    // For ApplyPutOff().
    std::vector<std::uint64_t> put_off;
    // Decided, with findings that ReadOutcomes() gives.
    std::vector<std::uint64_t> with_findings;
  };

  // Takes the directory, which holds no registry; what an unfinished load left
  // there is removed.
  //
  // Errors: FailedPrecondition there is a registry, or another process has it;
  // those of the key files and of Store::Open().
  static absl::StatusOr<std::unique_ptr<FirstLoad>> Begin(
      const FirstLoadOptions& options);
  virtual ~FirstLoad() = default;

  // The enterprises come first; each pass once.
  virtual absl::Status BeginPass(Pass pass) = 0;
  // The next file of the pass. `start` as for an import; validate_only is not
  // looked at.
  virtual std::size_t AddFile(StartImport start) = 0;
  // Waits until the batches before it are numbered. After an error every call
  // gives it: nothing can be committed any more.
  //
  // Errors: ResourceExhausted max_index_bytes, or "DISK_FULL: ..."; DataLoss,
  // Unavailable.
  virtual absl::StatusOr<Fates> AddRows(Batch batch) = 0;
  // A batch will not come: lets those that wait for it go.
  virtual void Fail(const absl::Status& status) = 0;
  virtual absl::Status EndPass() = 0;

  // Decides rows that were put off, in the order of files and rows; results as
  // an import's, those without findings too.
  virtual absl::StatusOr<std::vector<ImportRowResult>> ApplyPutOff(
      std::size_t file, std::vector<ImportRowDraft> rows) = 0;
  // All that were put off in this pass have been decided.
  virtual absl::Status EndPutOff() = 0;

  // What was found in rows [first, end) of a file: only rows with findings.
  virtual absl::StatusOr<std::vector<ImportRowResult>> ReadOutcomes(
      std::size_t file, std::uint64_t first, std::uint64_t end) const = 0;

  // A file is done: how many rows, bytes and which SM3 it had.
  struct FileEnd {
    std::uint64_t rows = 0;
    std::uint64_t total_bytes = 0;
    std::string file_sm3;
  };
  virtual void FinishFile(std::size_t file, const FileEnd& end) = 0;

  // Makes everything a registry, durably, all or nothing.
  virtual absl::Status Commit() = 0;

  // As stored by Commit().
  virtual const storage::v1::ImportRow& import(std::size_t file) const = 0;
  virtual const TokenCodec& tokens() const = 0;
};

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_FIRST_LOAD_H_
