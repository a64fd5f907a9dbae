// A directory of ordinary files that a power cut can hit, beside RocksDB's own
// (fault_env.h): for key files, which are written with plain system calls.
//
//   WatchedFiles keys(directory, [&] { return disk.UsePower(); });
//   ... open, write, fsync, rename ...; the power goes; close ...
//   keys.LoseUnsynced(&random);
//
// fsync() of this process goes through here and remembers what it covered: the
// bytes of a file, the names of a directory. LoseUnsynced() puts back any part
// of the rest: of contents each sector of 512 bytes by itself, as a disk that
// writes out of order may; of names each by itself.
//
// Not covered: the name of the directory itself, and directories below it.
//
// Thread safety: fsync() from any thread; one object at a time; the methods
// while nobody writes.

#ifndef CREDITREG_TESTS_TESTING_WATCHED_FILES_H_
#define CREDITREG_TESTS_TESTING_WATCHED_FILES_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "index/base/random.h"

namespace creditreg {

class WatchedFiles {
 public:
  // `directory` exists and is empty; what it is called by links does not
  // matter. `use_power` is asked with each fsync(); false: the power is gone.
  WatchedFiles(const std::string& directory, std::function<bool()> use_power);
  ~WatchedFiles();
  WatchedFiles(const WatchedFiles&) = delete;
  WatchedFiles& operator=(const WatchedFiles&) = delete;

  // From now on fsync() answers OK and does nothing, until LoseUnsynced().
  void IgnoreSyncs();

  // As FaultEnv's. No file may be open.
  void LoseUnsynced(RandomSource* random);

  // What fsync() does; called by it alone. False: none of these files.
  bool Sync(int descriptor, int* result);

 private:
  void RememberNames() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string directory_;
  const std::function<bool()> use_power_;
  absl::Mutex mutex_;
  bool ignores_syncs_ ABSL_GUARDED_BY(mutex_) = false;
  // Bytes that a sync covered, by inode; names that one covered, with the inode
  // they stood for.
  std::map<std::uint64_t, std::string> bytes_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::uint64_t> names_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace creditreg

#endif  // CREDITREG_TESTS_TESTING_WATCHED_FILES_H_
