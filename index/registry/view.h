// One state of the registry, to read from. Every answer a caller gets is made
// from one View, so its parts fit together.
//
// Facts are versioned: `at` reads them as they were at an earlier sequence
// (0: this view's own). Where a code leads is read from this view.
//
// Errors of every call: DataLoss stored bytes are damaged; Unavailable the disk
// failed.
//
// Thread safety: immutable; may be shared between threads. Holding a View keeps
// deleted rows on disk: let it go after the call.

#ifndef CREDITREG_INDEX_REGISTRY_VIEW_H_
#define CREDITREG_INDEX_REGISTRY_VIEW_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/civil_day.h"
#include "index/lookup/personal_index.h"
#include "index/model/old_number.h"
#include "index/model/uscc.h"
#include "index/publication/source_quality.h"
#include "index/publication/tables.h"

namespace creditreg {

// Numbers as in creditreg.v1.LookupVerdict, whose order of precedence this is.
enum class Verdict : std::uint8_t {
  kPlaceholder = 1,
  kBadCode = 2,
  kNotFound = 3,
  kWithheld = 4,
  kAmbiguous = 5,
  kMerged = 6,
  kDeregistered = 7,
  kOldNumber = 8,
  kRenamed = 9,
  kFound = 10,
};
// As creditreg.v1.MatchedBy.
enum class MatchedBy : std::uint8_t {
  kNothing = 0,
  kUscc = 1,
  kFormerUscc = 2,
  kMergedUscc = 3,
  kOldNumber = 4,
};
// As creditreg.v1.NameMatch.
enum class NameMatch : std::uint8_t {
  kNoName = 0,
  kCurrent = 1,
  kFormer = 2,
  kDifferent = 3,
};

// Longest identifier that can name anybody, as normalised; and as typed, where
// blanks and full-width forms make it longer.
inline constexpr std::size_t kMaxIdentifierChars = 64;
inline constexpr std::size_t kMaxIdentifierBytes = 1000;

struct FindQuery {
  // As typed. One past the limits is a bad code of the wrong length.
  std::string identifier;
  // Absent: the view decides (a code, else any old number of that value).
  std::optional<OldNumberKind> kind;
  // Empty: none.
  std::string name;
};

// An enterprise at one sequence.
struct EnterpriseAt {
  std::uint64_t enterprise_no = 0;
  // Sequence of this version.
  std::uint64_t sequence = 0;
  storage::v1::EnterpriseVersion version;
  // Where this is its current version: counts of its own file, those absorbed
  // not included.
  std::optional<storage::v1::EnterpriseHead> head;
};

struct FindAnswer {
  Verdict verdict = Verdict::kNotFound;
  // As normalised.
  std::string identifier;
  CodeCheck code_check;
  // With kBadCode: at most 20 enterprises whose current code, both its checks
  // right, is one slip away, likeliest slip first. Who may not see one of them
  // must not be told of it.
  std::vector<EnterpriseAt> nearest;
  MatchedBy matched_by = MatchedBy::kNothing;
  NameMatch name_match = NameMatch::kNoName;
  // Present for kMerged and what follows it: the enterprise it leads to today.
  std::optional<EnterpriseAt> enterprise;
  // With kAmbiguous, at most 20.
  std::vector<EnterpriseAt> candidates;
};

// An enterprise as a long list of codes needs it, from the row of its code.
struct CodeHolder {
  // As normalised.
  std::string identifier;
  CodeCheck code_check;
  // kWithheld, kDeregistered or kFound.
  Verdict verdict = Verdict::kFound;
  storage::v1::CurrentCodeRow row;
  // Only on request.
  std::optional<storage::v1::EnterpriseHead> head;
};

struct RecordAt {
  std::uint64_t record_no = 0;
  std::uint64_t sequence = 0;
  storage::v1::RecordVersion version;
};

// A stretch of an enterprise's file.
struct RecordPage {
  std::vector<RecordAt> records;
  // Where to go on; empty at the end.
  std::string cursor;
};

struct QuarantinedRow {
  std::uint64_t quarantine_no = 0;
  storage::v1::QuarantineRow row;
};
struct QuarantinePage {
  std::vector<QuarantinedRow> rows;
  // Number to go on from; 0 at the end.
  std::uint64_t next_no = 0;
};

struct UndecidedPage {
  std::vector<RecordAt> records;
  // Number to go on from; 0 at the end.
  std::uint64_t next_no = 0;
};

// Source quality, by month, source, region and family.
struct QualityCells {
  std::vector<std::pair<QualityKey, QualityCell>> cells;
  // There are more.
  bool truncated = false;
};

struct CaseAt {
  std::uint64_t case_no = 0;
  storage::v1::CaseRow row;
};
struct CasePage {
  std::vector<CaseAt> cases;
  // Where to go on; empty at the end.
  std::string cursor;
};

// Changes of one kind of work, for those who follow it.
struct ChangeAt {
  std::uint64_t sequence = 0;
  storage::v1::Change change;
};

struct ReceiverAt {
  std::string principal;
  storage::v1::ReceiverRow row;
};

struct RecordsQuery {
  std::uint64_t enterprise_no = 0;
  // The enterprise as this view reads it at `at`, where the caller has it: it
  // is not read again. Null: it is read.
  const EnterpriseAt* enterprise = nullptr;
  // creditreg.storage.v1.Family numbers; empty: all.
  std::vector<std::uint8_t> families;
  std::size_t limit = 50;
  // Only what some channel may show today (RecordVersion.unlisted).
  bool listed_only = false;
  // From the page before; empty: from the start.
  std::string cursor;
  // Sequence to read at; 0: the view's.
  std::uint64_t at = 0;
};

// Etag of a version: 16 hex characters over content, state and personal fields;
// linking leaves it as it is.
std::string EtagOf(const storage::v1::EnterpriseVersion& version);
std::string EtagOf(const storage::v1::RecordVersion& version);
// Of a case: 16 hex characters over all of it.
std::string EtagOf(const storage::v1::CaseRow& row);

// Whether a version's personal fields were erased, and none came since.
inline bool IsErased(const storage::v1::VersionInfo& info) {
  return info.personal_mac().empty() && !info.erased_macs().empty();
}

class View {
 public:
  virtual ~View() = default;

  // Last change this view holds.
  virtual std::uint64_t sequence() const = 0;

  // The publication rules it was made with; nothing is public by none.
  virtual const PublicationTables& tables() const = 0;
  // The same as they were after the change `at`. Never null.
  virtual absl::StatusOr<TablesPtr> TablesAt(std::uint64_t at) const = 0;
  // The last change of `day` or before, by their publication dates; 0: none.
  virtual absl::StatusOr<std::uint64_t> LastOfDay(CivilDay day) const = 0;
  // Publication date of its last change: what is shown is never judged for an
  // earlier day. It may be later by now.
  virtual CivilDay publication_day() const = 0;

  // Looks an enterprise up; never NotFound (that is a verdict). `at` as above.
  virtual absl::StatusOr<FindAnswer> Find(const FindQuery& query,
                                          std::uint64_t at = 0) const = 0;
  // The same for many, in order; cheaper than one by one.
  virtual absl::StatusOr<std::vector<FindAnswer>> FindMany(
      absl::Span<const FindQuery> queries) const = 0;
  // The same in short, at a fraction of the cost, where one row tells it: for
  // queries by nothing but a valid code that is somebody's today. Nothing for
  // the others, which FindMany() answers, nor `with_heads` for who absorbed
  // others: ReadHead() has the sum.
  virtual absl::StatusOr<std::vector<std::optional<CodeHolder>>> FindHolders(
      absl::Span<const FindQuery> queries, bool with_heads) const = 0;

  // Newest version at or before `at`. NotFound: none.
  virtual absl::StatusOr<EnterpriseAt> ReadEnterprise(
      std::uint64_t enterprise_no, std::uint64_t at = 0) const = 0;
  virtual absl::StatusOr<RecordAt> ReadRecord(std::uint64_t record_no,
                                              std::uint64_t at = 0) const = 0;
  // Current counts of the file, absorbed enterprises included.
  virtual absl::StatusOr<storage::v1::EnterpriseHead> ReadHead(
      std::uint64_t enterprise_no) const = 0;
  // Code of the enterprise that this one was merged into; empty: none.
  virtual absl::StatusOr<std::string> MergedInto(
      const storage::v1::Enterprise& enterprise) const = 0;
  // The enterprise and all that were merged into it, also in steps, itself
  // first.
  virtual absl::StatusOr<std::vector<std::uint64_t>> MergedFiles(
      std::uint64_t enterprise_no) const = 0;
  // First version's `first_received_us` is in every version's info.

  // Records of a file and of those merged into it, by family, newest day first;
  // withdrawn ones included.
  virtual absl::StatusOr<RecordPage> ListRecords(
      const RecordsQuery& query) const = 0;
  // Versions older than `before` (0: from the newest), newest first.
  virtual absl::StatusOr<std::vector<RecordAt>> ListRecordVersions(
      std::uint64_t record_no, std::uint64_t before,
      std::size_t limit) const = 0;
  virtual absl::StatusOr<QuarantinePage> ListQuarantined(
      std::uint64_t from_no, std::size_t limit,
      absl::string_view source_id) const = 0;

  // Records from `from_no` on that some channel's rules leave undecided.
  virtual absl::StatusOr<UndecidedPage> ListUndecided(
      std::uint64_t from_no, std::size_t limit) const = 0;
  // Records that the newest rules have not judged yet.
  virtual absl::StatusOr<std::uint64_t> RecordsToJudge() const = 0;

  // Cases as they stand in this view. NotFound: no such case.
  virtual absl::StatusOr<CaseAt> ReadCase(std::uint64_t case_no) const = 0;
  // By number on the national platform; nothing: none has it.
  virtual absl::StatusOr<std::optional<CaseAt>> FindNationalCase(
      absl::string_view national_no) const = 0;
  // Whether steps of such a case are held.
  virtual absl::StatusOr<bool> HoldsSteps(
      absl::string_view national_no) const = 0;
  // Cases of a record, oldest first; of all records (0) those with a clock that
  // ends on `due_by` or before, the first one first, a case once for each
  // clock.
  virtual absl::StatusOr<CasePage> ListCases(std::uint64_t record_no,
                                             CivilDay due_by,
                                             absl::string_view cursor,
                                             std::size_t limit) const = 0;
  // Changes after `after` that tell receivers of something, or that are steps
  // of cases; at most `limit`, in their order.
  virtual absl::StatusOr<std::vector<ChangeAt>> ListWithdrawals(
      std::uint64_t after, std::size_t limit) const = 0;
  virtual absl::StatusOr<std::vector<ChangeAt>> ListCaseSteps(
      std::uint64_t after, std::size_t limit) const = 0;
  // All of them: as many as there are systems that receive.
  virtual absl::StatusOr<std::vector<ReceiverAt>> ListReceivers() const = 0;

  // Source quality of the months from `first` to `last` (first days of months):
  // at most `limit` cells.
  virtual absl::StatusOr<QualityCells> ReadQuality(CivilDay first,
                                                   CivilDay last,
                                                   std::size_t limit) const = 0;

  // The enterprise that has the code itself, whatever it was merged into;
  // nothing: none has. `uscc` is 18 bytes.
  virtual absl::StatusOr<std::optional<std::uint64_t>> HolderOfCode(
      absl::string_view uscc) const = 0;

  // What holds a number of somebody's (personal_index.h): at most `limit`
  // entries from `from` on (empty: from the first), as of this view.
  virtual absl::StatusOr<PersonEntries> FindPerson(PersonalNumberKind kind,
                                                   absl::string_view number,
                                                   absl::string_view from,
                                                   std::size_t limit) const = 0;

  // Unseals. Empty message where the version has none.
  // NotFound: the data key was destroyed.
  virtual absl::StatusOr<storage::v1::PersonalFields> OpenPersonal(
      const EnterpriseAt& enterprise) const = 0;
  virtual absl::StatusOr<storage::v1::PersonalFields> OpenPersonal(
      const RecordAt& record) const = 0;
  virtual absl::StatusOr<storage::v1::RawRow> OpenRaw(
      const QuarantinedRow& row) const = 0;
};

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_VIEW_H_
