#include "server/service/caller.h"

namespace creditreg {

namespace confpb = conf::v1;

Caller::Caller(std::shared_ptr<const Principal> principal, Reach reach,
               std::string purpose, std::string origin,
               const AccessPolicy& policy, AccessNotes* notes)
    : principal_(std::move(principal)),
      reach_(reach),
      purpose_(std::move(purpose)),
      origin_(std::move(origin)),
      policy_(policy),
      notes_(notes) {
  // The public's answers have rules of their own (index/publication).
  if (principal_->is_anonymous()) return;
  for (std::size_t i = 1; i < kFieldGroups; ++i) {
    groups_[i] =
        policy_.ReachOf(static_cast<confpb::FieldGroup>(i), *principal_);
    shows_all_ = shows_all_ && groups_[i].any;
  }
}

Actor Caller::actor() const {
  Actor actor;
  actor.principal = principal_->id;
  actor.agency = principal_->agency;
  actor.role = principal_->roles.ToString();
  actor.purpose = purpose_;
  actor.origin = origin_;
  actor.own_agency_only = !reach_.any;
  return actor;
}

absl::Status Caller::Check(const AccessSubject& subject) const {
  return Sees(subject) ? absl::OkStatus() : OutOfScope();
}

absl::Status Caller::OutOfScope() {
  return absl::PermissionDeniedError(
      "OUT_OF_SCOPE: beyond what the caller's roles reach");
}

bool Caller::Shows(confpb::FieldGroup group,
                   const AccessSubject& subject) const {
  return Covers(groups_[static_cast<std::size_t>(group)], *principal_, subject);
}

GroupSet Caller::ShownOf(const AccessSubject& subject) const {
  GroupSet shown;
  for (std::size_t i = 1; i < kFieldGroups; ++i) {
    shown[i] = Covers(groups_[i], *principal_, subject);
  }
  return shown;
}

confpb::FieldGroup Caller::DetailsGroup(const AccessSubject& subject) const {
  return policy_.fields().OfDetails(subject.record->details_case());
}

confpb::FieldGroup Caller::DetailsGroup(storage::v1::Family family) const {
  switch (family) {
    case storage::v1::FAMILY_LICENCE:
      return policy_.fields().OfDetails(storage::v1::Record::kLicence);
    case storage::v1::FAMILY_PENALTY:
      return policy_.fields().OfDetails(storage::v1::Record::kPenalty);
    case storage::v1::FAMILY_COMPLAINT:
      return policy_.fields().OfDetails(storage::v1::Record::kComplaint);
    case storage::v1::FAMILY_LISTING:
      return policy_.fields().OfDetails(storage::v1::Record::kListing);
    case storage::v1::FAMILY_ANNUAL_REPORT:
      return policy_.fields().OfDetails(storage::v1::Record::kAnnualReport);
    default:
      return confpb::FIELD_GROUP_UNSPECIFIED;
  }
}

bool Caller::MayShowSome(confpb::FieldGroup group,
                         const AccessSubject& enterprise) const {
  const Reach& reach = groups_[static_cast<std::size_t>(group)];
  return reach.own_agency || Covers(reach, *principal_, enterprise);
}

GroupSet Caller::Withhold(const AccessSubject& subject,
                          google::protobuf::Message* message) const {
  if (shows_all_) return GroupSet();
  return policy_.fields().Withhold(ShownOf(subject), message);
}

absl::Status Caller::CheckPersonal(const AccessSubject& subject) const {
  if (Shows(confpb::FIELD_GROUP_PERSONAL, subject)) return absl::OkStatus();
  Principal with_factor = *principal_;
  with_factor.second_factor = true;
  if (Covers(policy_.ReachOf(confpb::FIELD_GROUP_PERSONAL, with_factor),
             with_factor, subject)) {
    return absl::PermissionDeniedError(
        "SECOND_FACTOR_REQUIRED: personal: want a token of two factors");
  }
  return absl::PermissionDeniedError(
      "PERSONAL_NOT_ALLOWED: personal: not for the caller's roles");
}

}  // namespace creditreg
