// Who makes this call, and what of the answer is theirs to see.
//
// A handler asks in the order in which it learns: may the caller have this
// enterprise or record at all (Check, Sees), and if so which groups of its
// fields (ShownOf, Withhold)?
//
// Thread safety: immutable; used by one call. What it points to outlives it.

#ifndef CREDITREG_SERVER_SERVICE_CALLER_H_
#define CREDITREG_SERVER_SERVICE_CALLER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/message.h"
#include "index/registry/registry.h"
#include "server/auth/access_policy.h"
#include "server/auth/field_groups.h"
#include "server/auth/principal.h"

namespace creditreg {

// What a call showed, for the audit log.
struct AccessNotes {
  std::vector<std::uint64_t> enterprise_nos;
  std::vector<std::uint64_t> record_nos;
  std::vector<std::uint64_t> quarantine_nos;
  std::uint32_t items = 0;
  std::uint64_t position = 0;
  bool personal = false;
  std::string personal_purpose;
  // Whether the chain of changes tells of the call.
  bool stored = false;
};

class Caller {
 public:
  // `reach`: of the call; `origin`: the caller's address. `policy` and `notes`
  // outlive the caller.
  Caller(std::shared_ptr<const Principal> principal, Reach reach,
         std::string purpose, std::string origin, const AccessPolicy& policy,
         AccessNotes* notes);

  // Where a handler writes down what it shows.
  AccessNotes& notes() const { return *notes_; }

  const Principal& principal() const { return *principal_; }
  const std::string& purpose() const { return purpose_; }
  // Request ids, imports and page tokens belong to it.
  const std::string& id() const { return principal_->id; }
  // Who writes. `own_agency_only` where the call reaches no further.
  Actor actor() const;

  // Whether this is of all files, so that nothing need be looked at.
  bool reaches_all() const { return reach_.any; }
  bool Sees(const AccessSubject& subject) const {
    return Covers(reach_, *principal_, subject);
  }
  bool reaches_own_file_only() const {
    return !reach_.any && !reach_.own_agency && !reach_.own_units;
  }
  // Errors: PermissionDenied "OUT_OF_SCOPE: ...".
  absl::Status Check(const AccessSubject& subject) const;
  static absl::Status OutOfScope();

  // Groups of what may be seen of it.
  GroupSet ShownOf(const AccessSubject& subject) const;
  // Whether it is every group of everything.
  bool shows_all() const { return shows_all_; }
  bool Shows(conf::v1::FieldGroup group, const AccessSubject& subject) const;
  // Of what the record says.
  conf::v1::FieldGroup DetailsGroup(const AccessSubject& subject) const;
  conf::v1::FieldGroup DetailsGroup(storage::v1::Family family) const;
  // Whether some records of that group may be shown in the file of this
  // enterprise: all, or such as name the caller's agency.
  bool MayShowSome(conf::v1::FieldGroup group,
                   const AccessSubject& enterprise) const;
  // Clears the rest. Returns the groups of what was cleared.
  GroupSet Withhold(const AccessSubject& subject,
                    google::protobuf::Message* message) const;

  // Errors: PermissionDenied "PERSONAL_NOT_ALLOWED: ...", or
  // "SECOND_FACTOR_REQUIRED: ..." where that is all that is missing.
  absl::Status CheckPersonal(const AccessSubject& subject) const;

 private:
  const std::shared_ptr<const Principal> principal_;
  const Reach reach_;
  const std::string purpose_;
  const std::string origin_;
  const AccessPolicy& policy_;
  AccessNotes* const notes_;
  std::array<Reach, kFieldGroups> groups_;
  bool shows_all_ = true;
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_SERVICE_CALLER_H_
