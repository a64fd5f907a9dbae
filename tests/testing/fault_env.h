// A disk for RocksDB that loses and fails on demand. kill -9 keeps the page
// cache, so that a missing sync shows only on a disk that really forgets what
// was not synced.
//
//   FaultEnv disk;
//   auto store = Store::Open({.directory = d, .env_for_test = disk.env()});
//   ... store->Write(...) ...
//   disk.CutPower();     // the closing database cannot mend anything
//   store->reset();
//   disk.LoseUnsynced();
//   store = Store::Open(...);
//
// The files lie in the real directory. Known to be durable: bytes that Sync()
// or Fsync() covered, in files whose directory was synced after they got their
// name; a deletion once its directory was synced after it.
//
// Not covered: what does not go through RocksDB (key files: watched_files.h,
// RocksDB's own LOG), the name of the database's directory itself, and sectors
// that go bad or change on their own.
//
// Thread safety: may be used from many threads at once.

#ifndef CREDITREG_TESTS_TESTING_FAULT_ENV_H_
#define CREDITREG_TESTS_TESTING_FAULT_ENV_H_

#include <cstdint>
#include <memory>
#include <string>

#include "index/base/random.h"

namespace rocksdb {
class Env;
}  // namespace rocksdb

namespace creditreg {

class FaultEnv {
 public:
  enum class Operation {
    kAppend,
    // Appends half of the bytes, then fails, as a disk does that fills up.
    kHalfAppend,
    kSync,
    kRead,
    // Makes a file.
    kCreate,
  };
  enum class Reason { kIoError, kNoSpace };
  // What a power cut leaves of bytes that were not synced.
  enum class Tear {
    // Some from the front.
    kEnd,
    // Some sectors of 512 bytes, zeros between them: a disk writes in any
    // order.
    kSectors,
  };

  FaultEnv();
  ~FaultEnv();
  FaultEnv(const FaultEnv&) = delete;
  FaultEnv& operator=(const FaultEnv&) = delete;

  // For StoreOptions::env_for_test; lives as long as this object.
  rocksdb::Env* env();

  // The next operation on a file whose name ends in `suffix` (".log" is
  // RocksDB's write-ahead log) does nothing and fails; those after it work.
  void FailNext(Operation operation, Reason reason, std::string suffix);
  // All of them fail until Heal(). Several kinds may fail at once.
  void FailAll(Operation operation, Reason reason, std::string suffix);
  // Ends every fault; free space is the machine's again.
  void Heal();
  // What the disk says is free; appends do not count against it.
  void SetFreeBytes(std::uint64_t bytes);
  // Failures answered since the last LoseUnsynced().
  int failures() const;

  // From now on nothing that changes the disk works.
  void CutPower();
  // The same once `operations` more changes of the disk were asked for.
  void CutPowerAfter(std::uint64_t operations);
  // Counts as a change, of other files on the same machine; false: no power.
  bool UsePower();

  // From now on the disk answers OK to a sync and does nothing: as if nobody
  // had asked for it. Shows that a test finds a missing sync.
  void IgnoreLogSyncs();
  void IgnoreDirectorySyncs();

  // Puts the disk into a state it may have after a power cut, and gives power
  // and no faults from then on: without `random` nothing unsynced is left, with
  // it any part may be: bytes as `tear` says, new names, old ones. No database
  // may be open.
  void LoseUnsynced(RandomSource* random = nullptr, Tear tear = Tear::kEnd);

 private:
  class Disk;
  class DiskFile;
  class DiskRandomFile;
  class DiskSequentialFile;
  class DiskDirectory;

  const std::shared_ptr<Disk> disk_;
  const std::unique_ptr<rocksdb::Env> env_;
};

}  // namespace creditreg

#endif  // CREDITREG_TESTS_TESTING_FAULT_ENV_H_
