// Between the messages that callers send (creditreg.v1) and those that are
// stored (creditreg.storage.v1). The two mirror each other field by field, so
// the copying is done once, by reflection: StorageMirrorTest proves that they
// agree.
//
//   wire                     storage
//   string "2026-01-05"      sint32 20458, absent for ""
//   string "2099-12-31"      sint32 2147483647 (open-ended)
//   enum, text, number       the same by number
//   field storage lacks      left out (what the registry itself computes)
//
// Thread safety: free functions without state.

#ifndef CREDITREG_SERVER_WIRE_MIRROR_H_
#define CREDITREG_SERVER_WIRE_MIRROR_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "index/model/finding.h"

namespace creditreg {

// Copies `wire` into `storage`, an empty message of the same name. What cannot
// be stored is left out and becomes a finding of severity error: a date that is
// not "YYYY-MM-DD" (rule DATE_FORM), an enum number this version does not know
// (CHOICE). `path` is what findings' fields begin with, for example "record".
void WireToStorage(const google::protobuf::Message& wire,
                   absl::string_view path, google::protobuf::Message& storage,
                   std::vector<Finding>& findings);

// The other way, into an empty `wire`. Total: every stored message has a wire
// form.
void StorageToWire(const google::protobuf::Message& storage,
                   google::protobuf::Message& wire);

// Whether a storage field is a civil date of the wire's.
bool IsMirroredDate(const google::protobuf::FieldDescriptor& wire,
                    const google::protobuf::FieldDescriptor& storage);

}  // namespace creditreg

#endif  // CREDITREG_SERVER_WIRE_MIRROR_H_
