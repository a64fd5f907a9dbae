// Enterprises and records share their shape: a head, versions, sealed rows, all
// in the order of one number. This reads the three tables side by side and
// checks what holds for both; what is each one's own is left to a visitor.
//
// Memory: the sealed rows of one subject, and two of its versions.
//
// Thread safety: one thread at a time.

#ifndef CREDITREG_INDEX_REGISTRY_VERIFY_SUBJECTS_H_
#define CREDITREG_INDEX_REGISTRY_VERIFY_SUBJECTS_H_

#include <cstdint>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/status_macros.h"
#include "index/codec/keys.h"
#include "index/registry/verify_relations.h"
#include "index/registry/verify_run.h"
#include "index/registry/verify_sealed.h"
#include "index/registry/write_context.h"

namespace creditreg {

// Whether a version says what the one before it said, without its personal
// fields.
inline bool Erases(const storage::v1::VersionInfo& version,
                   const storage::v1::VersionInfo& before) {
  return IsErased(version) && SameContent(version, before) &&
         version.erased_macs_size() > before.erased_macs_size();
}

template <typename Version>
struct SeenVersion {
  std::uint64_t sequence = 0;
  Version version;
  // Absent: there are some that were not opened, or some were erased.
  std::optional<storage::v1::PersonalFields> personal;
};

// A Visitor has
//   types Head, Version; constants kHeadTable, kVersionTable, kSealedKind,
//   kChangeRelation
//   void Enter(number)
//   absl::Status Visit(number, const SeenVersion<Version>&, bool newest)
//     for each readable version, newest first
//   MadeBy Made(const Version& version, const Version* before)
//     what must have made it, over the one before (null: it is the first)
//   absl::string_view Reason(MadeBy, const Version&)
//     as the change must give it
//   std::uint64_t EnterpriseNo(number, const Version&)
//   absl::Status Leave(number, const Head* head)   null: missing or damaged
template <typename Visitor>
class SubjectWalk {
 public:
  using Head = typename Visitor::Head;
  using Version = typename Visitor::Version;

  SubjectWalk(VerifyRun& run, Relations& relations, Visitor& visitor)
      : run_(run),
        relations_(relations),
        visitor_(visitor),
        heads_(run, Visitor::kHeadTable),
        versions_(run, Visitor::kVersionTable),
        sealed_(run, Visitor::kSealedKind) {}

  // Errors: Cancelled, Unavailable.
  absl::Status Run() {
    while (true) {
      CREDITREG_ASSIGN_OR_RETURN(const std::optional<std::uint64_t> number,
                                 NextNumber());
      if (!number.has_value()) return absl::OkStatus();
      CREDITREG_RETURN_IF_ERROR(WalkSubject(*number));
    }
  }

 private:
  using Seen = SeenVersion<Version>;

  // The smallest number any of the tables goes on with.
  absl::StatusOr<std::optional<std::uint64_t>> NextNumber() {
    std::optional<std::uint64_t> next;
    for (NumberedCursor* cursor : {&heads_, &versions_, &sealed_}) {
      CREDITREG_ASSIGN_OR_RETURN(const NumberedCursor::Row* const row,
                                 cursor->Peek());
      if (row == nullptr) continue;
      if (!next.has_value() || row->number < *next) next = row->number;
    }
    return next;
  }

  // The cursor's row where it is one of `number`.
  static absl::StatusOr<const NumberedCursor::Row*> PeekOf(
      NumberedCursor& cursor, std::uint64_t number) {
    CREDITREG_ASSIGN_OR_RETURN(const NumberedCursor::Row* const row,
                               cursor.Peek());
    return row != nullptr && row->number == number ? row : nullptr;
  }

  absl::Status WalkSubject(std::uint64_t number) {
    visitor_.Enter(number);
    SealedGroup sealed(run_, Visitor::kSealedKind, number);
    while (true) {
      CREDITREG_ASSIGN_OR_RETURN(const NumberedCursor::Row* const row,
                                 PeekOf(sealed_, number));
      if (row == nullptr) break;
      sealed.Add(row->sequence, row->value);
      sealed_.Pop();
    }
    CREDITREG_ASSIGN_OR_RETURN(const NumberedCursor::Row* const head_row,
                               PeekOf(heads_, number));
    std::optional<Head> head;
    if (head_row == nullptr) {
      run_.Fault(Visitor::kHeadTable, "missing where there are other rows",
                 number);
    } else {
      head = run_.Decode<Head>(Visitor::kHeadTable, head_row->value, number);
      heads_.Pop();
    }
    CREDITREG_RETURN_IF_ERROR(WalkVersions(number, head, sealed));
    CREDITREG_RETURN_IF_ERROR(sealed.Close(
        Visitor::kHeadTable,
        head.has_value() ? std::optional<std::uint64_t>(head->data_key())
                         : std::nullopt));
    return visitor_.Leave(number, head.has_value() ? &*head : nullptr);
  }

  absl::Status WalkVersions(std::uint64_t number,
                            const std::optional<Head>& head,
                            SealedGroup& sealed) {
    bool newest = true;
    std::optional<Seen> later;
    while (true) {
      CREDITREG_ASSIGN_OR_RETURN(const NumberedCursor::Row* const row,
                                 PeekOf(versions_, number));
      if (row == nullptr) break;
      if (newest && head.has_value() &&
          head->version_sequence() != row->sequence) {
        run_.Fault(Visitor::kHeadTable, "does not name the newest version",
                   number);
      }
      std::optional<Seen> seen;
      CREDITREG_ASSIGN_OR_RETURN(seen, ReadVersion(number, *row, sealed));
      versions_.Pop();
      if (seen.has_value()) {
        CREDITREG_RETURN_IF_ERROR(visitor_.Visit(number, *seen, newest));
        if (later.has_value()) {
          CREDITREG_RETURN_IF_ERROR(CheckMade(number, *later, &*seen));
        }
        later = std::move(seen);
      }
      newest = false;
    }
    if (newest && head.has_value()) {
      run_.Fault(
          Visitor::kVersionTable,
          absl::StrCat("missing for a row of ", TableName(Visitor::kHeadTable)),
          number);
    }
    if (!later.has_value()) return absl::OkStatus();
    return CheckMade(number, *later, nullptr);
  }

  absl::StatusOr<std::optional<Seen>> ReadVersion(
      std::uint64_t number, const NumberedCursor::Row& row,
      SealedGroup& sealed) {
    std::optional<Version> version =
        run_.Decode<Version>(Visitor::kVersionTable, row.value, number);
    if (!version.has_value()) return std::optional<Seen>();
    if (version->info().content_hash() != ContentHash(version->content())) {
      run_.Fault(Visitor::kVersionTable, "content_hash does not hold", number);
    }
    Seen seen;
    seen.sequence = row.sequence;
    seen.version = *std::move(version);
    CREDITREG_ASSIGN_OR_RETURN(seen.personal,
                               sealed.Check(row.sequence, seen.version.info(),
                                            seen.version.personal_tax_mac()));
    return std::optional<Seen>(std::move(seen));
  }

  // A version against the change that must have made it, as far as the one
  // before it (null: it is the first) tells which that was.
  absl::Status CheckMade(std::uint64_t number, const Seen& seen,
                         const Seen* before) {
    const storage::v1::VersionInfo& info = seen.version.info();
    const std::int64_t first_received_us =
        before == nullptr ? info.recorded_us()
                          : before->version.info().first_received_us();
    if (info.first_received_us() != first_received_us) {
      run_.Fault(Visitor::kVersionTable, "first_received_us changes", number);
    }
    MadeVersion made;
    made.made_by = visitor_.Made(
        seen.version, before == nullptr ? nullptr : &before->version);
    made.number = number;
    made.enterprise_no = visitor_.EnterpriseNo(number, seen.version);
    made.recorded_us = info.recorded_us();
    made.content_hash = info.content_hash();
    made.reason = visitor_.Reason(made.made_by, seen.version);
    return relations_.Expect(Visitor::kChangeRelation, ChangeKey(seen.sequence),
                             ProjectMade(made), number);
  }

  VerifyRun& run_;
  Relations& relations_;
  Visitor& visitor_;
  NumberedCursor heads_;
  NumberedCursor versions_;
  NumberedCursor sealed_;
};

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_VERIFY_SUBJECTS_H_
