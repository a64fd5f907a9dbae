// Values of rows: one format byte, then a storage message in protobuf's
// deterministic encoding (the storage package has no maps and no unknown
// fields, so equal messages give equal bytes).
//
//   byte 0    0x01 protobuf
//   byte 1-   the message
//
// Thread safety: free functions without state.

#ifndef CREDITREG_INDEX_CODEC_VALUE_H_
#define CREDITREG_INDEX_CODEC_VALUE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace creditreg {

inline constexpr char kProtobufFormat = 0x01;

// Text fields must be UTF-8: protobuf would write others but not read them
// back.
std::string EncodeValue(const google::protobuf::Message& message);

// Fields unknown to this program (a later one may add some) are kept.
//
// Errors; what `message` holds then is unspecified:
//   DataLoss: empty, another format byte, bytes that are no such message. The
//     message names the message type only.
absl::Status DecodeValueInto(absl::string_view value,
                             google::protobuf::Message* message);

template <typename M>
absl::StatusOr<M> DecodeValue(absl::string_view value) {
  M message;
  absl::Status status = DecodeValueInto(value, &message);
  if (!status.ok()) return status;
  return message;
}

// Our own field-ordered encoding, which hashes and chains are made over: it
// depends on field numbers and values alone, not on protobuf's wire format.
// Fields in ascending number; a field that is not present (or is the default
// of a field without presence) is left out; each is
//   u32 field number, u8 type (1 integer/bool/enum, 2 bytes/text, 3 message,
//   4 list), then: integer as i64; bytes as u32 length and bytes; message as
//   u32 length and its encoding; list as u32 count and its elements, each
//   without number and type as said here.
// Big-endian. Total; equal messages, and of one type only they, give equal
// bytes. Unknown fields do not count. Messages with maps or floating point are
// none of storage's and stop the process.
std::string CanonicalBytes(const google::protobuf::Message& message);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_CODEC_VALUE_H_
