// Where the master keys come from that wrap the data keys and seal the key
// ring: files, or a command that asks a key management system. A master key has
// a version, 1, 2, 3 ...; the files it wraps name theirs.
//
// Thread safety: may be used from many threads.

#ifndef CREDITREG_INDEX_STORE_MASTER_KEYS_H_
#define CREDITREG_INDEX_STORE_MASTER_KEYS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "index/base/random.h"
#include "index/codec/crypto.h"

namespace creditreg {

class MasterKeySource {
 public:
  virtual ~MasterKeySource() = default;

  // Errors:
  //   NotFound: there is no such version.
  //   FailedPrecondition: a file that others may read.
  //   DataLoss: what it says is no key.
  //   Unavailable: the disk or the command failed.
  virtual absl::StatusOr<Key256> Get(std::uint32_t version) const = 0;

  // Makes sure that there is such a version, which may be there already. What
  // only hands keys out must have it.
  //
  // Errors: as Get(); ResourceExhausted "DISK_FULL: ...".
  virtual absl::Status Ensure(std::uint32_t version,
                              RandomSource* random) const = 0;
};

// <directory>/master.<version>, mode 0600: 64 hexadecimal digits and a line
// feed. Ensure() makes a missing one.
std::unique_ptr<MasterKeySource> MasterKeyFiles(std::string directory);

// Runs `command` with the version as its last argument, without a shell; it
// prints 64 hexadecimal digits within `timeout`, and ends with 0. Its standard
// error is not read. Exit code 3: there is no such version.
std::unique_ptr<MasterKeySource> MasterKeyCommand(
    std::vector<std::string> command,
    absl::Duration timeout = absl::Seconds(30));

// The command's words, which stand between blanks.
std::vector<std::string> CommandWords(absl::string_view line);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_STORE_MASTER_KEYS_H_
