// A registry in memory, simple enough to be right: every rule is a scan over
// everything. Answers what the real one should answer.
//
// Statuses carry the code and, up to the first colon, the word the real
// registry's message begins with; nothing else of the message is promised.
// Findings carry severity and rule, and suggestion where one is due; fields
// and texts stay empty.
//
// Of more than 200 records that wait for one enterprise, those left to
// later pieces are linked by LinkPiece(): the caller says when.
//
// Not here: what takes days to forget (request ids), queues, disks.
//
// Thread safety: one thread at a time.

#ifndef CREDITREG_TESTS_ORACLE_REGISTRY_ORACLE_H_
#define CREDITREG_TESTS_ORACLE_REGISTRY_ORACLE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "google/protobuf/message.h"
#include "index/model/draft.h"
#include "index/model/finding.h"
#include "index/model/old_number.h"
#include "index/model/uscc.h"
#include "index/registry/registry.h"
#include "index/registry/view.h"
#include "tests/oracle/state.h"

namespace creditreg::oracle {

// An enterprise or a record at one version.
struct Place {
  std::uint64_t no = 0;
  std::uint64_t sequence = 0;
  friend bool operator==(const Place&, const Place&) = default;
};

struct Found {
  Verdict verdict = Verdict::kNotFound;
  std::string identifier;
  CodeCheck code_check;
  std::vector<Place> nearest;
  MatchedBy matched_by = MatchedBy::kNothing;
  NameMatch name_match = NameMatch::kNoName;
  std::optional<Place> enterprise;
  std::vector<Place> candidates;
};

struct FileCounts {
  std::uint64_t licences = 0;
  std::uint64_t penalties = 0;
  std::uint64_t complaints = 0;
  std::uint64_t listings = 0;
  std::uint64_t annual_reports = 0;
  std::optional<std::int32_t> latest_day;
  friend bool operator==(const FileCounts&, const FileCounts&) = default;
};

// One run of an import, as ImportSession is.
struct ImportRun {
  StartImport start;
  storage::v1::ImportRow row;
};

class RegistryOracle {
 public:
  // What the registry's clock says from now on.
  void SetClock(std::int64_t now_us) { now_us_ = now_us; }

  // --- writes (enterprises.cc, records.cc) ---
  absl::StatusOr<WriteAnswer> Apply(const PutEnterprise& write);
  absl::StatusOr<WriteAnswer> Apply(const SubmitRecords& write);
  absl::StatusOr<WriteAnswer> Apply(const CorrectRecord& write);
  absl::StatusOr<WriteAnswer> Apply(const WithdrawRecord& write);
  absl::StatusOr<WriteAnswer> Apply(const WithholdEnterprise& write);

  // An etag the real registry gave for a version. Etags are opaque here: this
  // tells what they stand for.
  void LearnEnterpriseEtag(const std::string& etag, const Place& version);
  void LearnRecordEtag(const std::string& etag, const Place& version);

  // Links the next piece of what a put left over (records.cc); false where
  // nothing is left.
  bool LinkPiece();

  // --- imports (imports.cc) ---
  absl::StatusOr<ImportRun> BeginImport(const StartImport& start) const;
  absl::StatusOr<ImportAnswer> AppendRows(
      ImportRun& run, const std::vector<ImportRowDraft>& rows,
      std::uint64_t bytes_done, const std::string& prefix_sm3);
  ImportAnswer Finish(ImportRun& run, std::uint64_t total_bytes,
                      const std::string& file_sm3);

  // --- reads (reads.cc); `at` as in view.h ---
  const State& state() const { return state_; }
  Found Find(const FindQuery& query, std::uint64_t at = 0) const;
  // Nothing where there is no version that old.
  std::optional<Place> EnterpriseAt(std::uint64_t enterprise_no,
                                    std::uint64_t at) const;
  std::optional<Place> RecordAt(std::uint64_t record_no,
                                std::uint64_t at) const;
  const EnterpriseVersion& Enterprise(const Place& place) const;
  const RecordVersion& Record(const Place& place) const;
  // A file with those merged into it: by family, newest day first.
  std::vector<Place> ListRecords(std::uint64_t enterprise_no,
                                 std::uint64_t at) const;
  FileCounts Counts(std::uint64_t enterprise_no) const;
  // The figures among the counters, and the numbers given out.
  storage::v1::Counters Counters() const;

 private:
  struct Identified {
    // 0: a new one.
    std::uint64_t enterprise_no = 0;
    // Rule of the conflict; empty: none.
    std::string conflict;
    std::string suggestion;
  };
  struct Link {
    std::uint64_t enterprise_no = 0;
    std::optional<Finding> finding;
  };
  struct FormerHolder {
    std::uint64_t enterprise_no = 0;
    bool merged = false;
  };

  // Answers a known request id as before, else does `write` and remembers.
  absl::StatusOr<WriteAnswer> Once(
      const WriteRequest& request,
      const std::function<absl::StatusOr<std::vector<WriteResult>>()>& write);
  // Numbers and dates the next change.
  void BeginChange(VersionBase& version);

  // Current state, by scanning.
  const EnterpriseVersion& Newest(std::uint64_t enterprise_no) const {
    return *state_.enterprises.at(enterprise_no).back();
  }
  const RecordVersion& NewestRecord(std::uint64_t record_no) const {
    return *state_.records.at(record_no).back();
  }
  std::uint64_t HolderOf(const std::string& code) const;
  std::optional<FormerHolder> FormerHolderOf(const std::string& code) const;
  std::vector<std::uint64_t> HoldersOf(storage::v1::OldNumberKind kind,
                                       const std::string& value) const;
  // Where the enterprise's code was merged into, to the last; itself if not.
  std::uint64_t EndOfMergers(std::uint64_t enterprise_no) const;
  // The enterprise and what was merged into it, also in steps.
  std::vector<std::uint64_t> FilesOf(std::uint64_t enterprise_no,
                                     std::uint64_t at) const;

  Identified Identify(const storage::v1::Enterprise& content) const;
  std::uint64_t OnlyMatch(const std::vector<std::uint64_t>& candidates,
                          const storage::v1::Enterprise& content,
                          bool* several) const;
  std::string FormerCodeConflict(const storage::v1::Enterprise& content,
                                 std::uint64_t self) const;
  bool ClosesCircle(const storage::v1::Enterprise& content,
                    std::uint64_t self) const;
  absl::StatusOr<WriteResult> StoreEnterprise(const EnterpriseDraft& draft,
                                              const std::string& etag);
  // What a waiting record may name of it; kind 0 is a code.
  using Identifier = std::pair<int, std::string>;
  std::vector<Identifier> IdentifiersOf(std::uint64_t enterprise_no) const;
  // Records that wait under it, from the one behind `after` on.
  std::vector<std::uint64_t> WaitingUnder(const Identifier& identifier,
                                          std::uint64_t after) const;
  // Tries at most `limit` records from where the pass stands; false: some were
  // not tried. Adds those that found their enterprise to `linked`.
  bool LinkSome(std::size_t limit, LinkPass& pass, std::uint64_t& linked);
  // After a put: returns its `pending_records`.
  std::uint64_t LinkInline(std::uint64_t enterprise_no);

  Link LinkParty(const RecordVersion& version) const;
  Link LinkByCode(const storage::v1::Record& record) const;
  Link LinkByNumbers(const RecordVersion& version) const;
  WriteResult StoreRecord(const RecordDraft& draft);
  std::uint64_t PushRecord(std::uint64_t record_no, RecordVersion version);
  void Quarantine(Quarantined row);
  absl::StatusOr<WriteResult> Correct(const CorrectRecord& write);

  void FindCode(Found& found, const FindQuery& query, std::uint64_t at) const;
  void FindNumber(const std::vector<OldNumberKind>& kinds,
                  const FindQuery& query, std::uint64_t at, Found& found) const;
  void Conclude(std::uint64_t enterprise_no, const FindQuery& query,
                std::uint64_t at, Found& found) const;

  State state_;
  std::int64_t now_us_ = 0;
  // What an etag stands for.
  std::map<std::string, std::string> etags_;
};

// What an etag must tell apart.
std::string FingerprintOf(const EnterpriseVersion& version);
std::string FingerprintOf(const RecordVersion& version);

Finding MakeFinding(Severity severity, const std::string& rule,
                    const std::string& suggestion = "");
bool SameMessage(const google::protobuf::Message& a,
                 const google::protobuf::Message& b);

}  // namespace creditreg::oracle

#endif  // CREDITREG_TESTS_ORACLE_REGISTRY_ORACLE_H_
