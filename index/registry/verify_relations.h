// What the rows of one table imply of another's: for example, each version of
// an enterprise implies rows of the indexes.
//
// While tables are read from end to end, both sides are added up as keyed
// 64-bit sums, whose order does not matter, so that nothing is kept in memory.
// Only where the sums differ the implying table is read again, and each row it
// implies is looked up.
//
// Thread safety: one thread at a time.

#ifndef CREDITREG_INDEX_REGISTRY_VERIFY_RELATIONS_H_
#define CREDITREG_INDEX_REGISTRY_VERIFY_RELATIONS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/codec/crypto.h"
#include "index/registry/verify_run.h"

namespace creditreg {

// SipHash-2-4: 64 bits that nobody can aim at without the key.
std::uint64_t SipHash(const Key128& key, absl::string_view bytes);

// One table implied by another.
enum class Relation : std::uint8_t {
  kChangeOfEnterprise,  // change, by enterprise versions
  kChangeOfRecord,      // change, by record versions
  kSealed,              // sealed, by changes
  kQuarantine,          // quarantine, by changes
  kErasedKey,           // erased key, by changes
  kConfTable,           // conf table, by changes
  kCurrentCode,         // by enterprise versions, as the next four
  kFormerCode,
  kOldNumber,
  kNameKey,
  kPersonOfEnterprise,
  kNaturalKey,  // by record versions, as the next three
  kFileList,
  kPendingLink,
  kPersonOfRecord,
  kDue,  // by record heads, as the next one
  kUndecided,
  kWithdrawal,  // by changes, as the next one
  kCaseStep,
  kRecordCase,  // by cases, as the next two
  kCaseClock,
  kNationalCase,
  kRequestAge,     // by requests
  kQuarantineKey,  // by quarantine rows
};
inline constexpr std::size_t kRelations = 24;

// What made a version, as far as it shows from the versions of its subject.
enum class MadeBy : std::uint8_t {
  kNothing = 0,
  kPut = 1,
  kWithheld = 2,
  kSubmitted = 3,  // or corrected
  kWithdrawn = 4,
  kLinked = 5,
  kErased = 6,
  kClassified = 7,
  kJudged = 8,
  kMarked = 9,
};
MadeBy MadeByOf(storage::v1::Change::Kind kind);
// Whether a change makes a version of an enterprise, or of a record.
bool MadeEnterpriseVersion(const storage::v1::Change& change);
bool MadeRecordVersion(const storage::v1::Change& change);

// What a version and its change have in common.
struct MadeVersion {
  MadeBy made_by = MadeBy::kNothing;
  // Of the enterprise or record, and of the enterprise it belongs to.
  std::uint64_t number = 0;
  std::uint64_t enterprise_no = 0;
  std::int64_t recorded_us = 0;
  absl::string_view content_hash;
  // Of withdrawals and corrections.
  absl::string_view reason;
};
std::string ProjectMade(const MadeVersion& made);
// The same of a change that makes a version.
std::string ProjectMade(const storage::v1::Change& change);
// What a row kept aside and its change have in common.
std::string ProjectQuarantine(std::int64_t received_us,
                              absl::string_view request_id,
                              std::uint64_t import_row);

class Relations {
 public:
  explicit Relations(VerifyRun& run);

  // A row that must be there. `projected` is what of it is compared; for
  // indexes its value. An empty `key`: it cannot be known, only counted.
  // `number` goes into the fault. Errors: Unavailable, while searching.
  absl::Status Expect(Relation relation, const std::string& key,
                      absl::string_view projected, std::uint64_t number);
  // A row that is there.
  void Found(Relation relation, absl::string_view key,
             absl::string_view projected);

  // Whether both sides are the same. Meaningful once both were read.
  bool Holds(Relation relation) const;

  // Where one of `relations` does not hold: calls `read_again`, which must
  // call Expect() as it did before, and reports what is missing, differs, or
  // is there without being implied.
  absl::Status Settle(const std::vector<Relation>& relations,
                      const std::function<absl::Status()>& read_again);

 private:
  struct Sum {
    std::uint64_t total = 0;
    std::uint64_t rows = 0;
  };
  struct State {
    Sum expected;
    Sum found;
    // Of the search.
    std::uint64_t missing = 0;
    std::uint64_t first_missing = 0;
    std::uint64_t differ = 0;
    std::uint64_t first_differing = 0;
  };

  const State& StateOf(Relation relation) const;
  State& StateOf(Relation relation);
  void Add(absl::string_view key, absl::string_view projected, Sum* sum) const;
  absl::Status LookUp(Relation relation, const std::string& key,
                      absl::string_view projected, std::uint64_t number);
  void Report(Relation relation);

  VerifyRun& run_;
  const Key128 key_;
  std::array<State, kRelations> states_;
};

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_VERIFY_RELATIONS_H_
