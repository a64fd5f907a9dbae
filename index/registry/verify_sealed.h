// The sealed rows of one subject, against the versions that refer to them.
//
// Thread safety: one thread at a time.

#ifndef CREDITREG_INDEX_REGISTRY_VERIFY_SEALED_H_
#define CREDITREG_INDEX_REGISTRY_VERIFY_SEALED_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/codec/keys.h"
#include "index/registry/verify_run.h"
#include "index/store/key_files.h"

namespace creditreg {

// How a data key can be.
enum class DataKeyState : std::uint8_t { kThere, kDestroyed, kUnusable };

// Errors: Unavailable.
absl::StatusOr<DataKeyState> StateOfKey(const DataKeyStore& keys,
                                        std::uint64_t slot);

// The bytes sealed in a row. Nothing where its key was destroyed, which is no
// fault; a key that never was, and bytes that do not open, are.
//
// Errors: Unavailable.
absl::StatusOr<std::optional<std::string>> OpenSealedRow(
    VerifyRun& run, SealedKind kind, std::uint64_t number,
    std::uint64_t sequence, const storage::v1::SealedRow& row);

class SealedGroup {
 public:
  SealedGroup(VerifyRun& run, SealedKind kind, std::uint64_t number)
      : run_(run), kind_(kind), number_(number) {}

  // Rows in the order of their keys, oldest first.
  void Add(std::uint64_t sequence, absl::string_view value);

  // Checks what a version says of its personal fields. Returns them where it
  // has none (empty) or they could be opened; nothing where nobody can tell.
  //
  // Errors: Unavailable.
  absl::StatusOr<std::optional<storage::v1::PersonalFields>> Check(
      std::uint64_t version_sequence, const storage::v1::VersionInfo& info,
      absl::string_view personal_tax_mac);

  // After all versions: rows nobody refers to, and the head's data key
  // (nothing: there is no readable head).
  //
  // Errors: Unavailable.
  absl::Status Close(Table head_table,
                     const std::optional<std::uint64_t>& head_data_key);

 private:
  struct Entry {
    std::uint64_t sequence = 0;
    // Absent: damaged.
    std::optional<storage::v1::SealedRow> row;
    // A version made together with the row refers to it.
    bool used = false;
  };

  Entry* Find(std::uint64_t sequence);
  absl::Status OpenFields(const Entry& entry);
  void CheckMacs(const storage::v1::PersonalFields& personal,
                 const storage::v1::VersionInfo& info,
                 absl::string_view personal_tax_mac);

  VerifyRun& run_;
  const SealedKind kind_;
  const std::uint64_t number_;
  std::vector<Entry> entries_;
  // What was opened last: versions in a row mostly share their fields.
  std::uint64_t opened_sequence_ = 0;
  std::optional<storage::v1::PersonalFields> opened_;
};

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_VERIFY_SEALED_H_
