// Reads the field-ordered encoding (CanonicalBytes() in index/codec/value.h
// says what it is) back into a message.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_INDEX_SIGNATURE_FIELD_ORDER_H_
#define CREDITREG_INDEX_SIGNATURE_FIELD_ORDER_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace creditreg {

// Takes nothing but what CanonicalBytes() writes: of one type, other bytes give
// another message. What `message` holds after an error is unspecified.
//
// Errors: InvalidArgument "content: ..." bytes of no such message, or of a form
// that has fields which this program does not know.
absl::Status ReadFieldOrder(absl::string_view bytes,
                            google::protobuf::Message* message);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_SIGNATURE_FIELD_ORDER_H_
