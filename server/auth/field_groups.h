// Which group each field of an answer belongs to (the `fields` of the access
// table), and leaving out what a caller is not shown.
//
// A message that an answer may hold and that has no row would be shown to
// everybody, so every one of them must have one: Create() asks for it.
//
// Thread safety: immutable; may be shared between threads.

#ifndef CREDITREG_SERVER_AUTH_FIELD_GROUPS_H_
#define CREDITREG_SERVER_AUTH_FIELD_GROUPS_H_

#include <bitset>
#include <cstddef>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "creditreg/conf/v1/access.pb.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace creditreg {

inline constexpr std::size_t kFieldGroups =
    static_cast<std::size_t>(conf::v1::FieldGroup_MAX) + 1;

// Groups that somebody is shown.
using GroupSet = std::bitset<kFieldGroups>;

class FieldGroups {
 public:
  // Errors: InvalidArgument, naming it: a message or field that is none or
  // comes twice; one without a row; a group without fields.
  static absl::StatusOr<FieldGroups> Create(
      const conf::v1::AccessPolicy& table);

  // Of what a record says, by the number of its `details`.
  conf::v1::FieldGroup OfDetails(int number) const;

  // Clears what is of other groups, in the message and below it; a message that
  // is itself of another group whole. Returns the groups of what was cleared.
  GroupSet Withhold(const GroupSet& shown,
                    google::protobuf::Message* message) const;

 private:
  struct Rule {
    conf::v1::FieldGroup group = conf::v1::FIELD_GROUP_UNSPECIFIED;
    std::vector<std::pair<const google::protobuf::FieldDescriptor*,
                          conf::v1::FieldGroup>>
        exceptions;
    // Fields that hold messages with rules.
    std::vector<const google::protobuf::FieldDescriptor*> below;
  };

  absl::Status Add(const std::string& name, conf::v1::FieldGroup group);

  absl::flat_hash_map<const google::protobuf::Descriptor*, Rule> rules_;
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_AUTH_FIELD_GROUPS_H_
