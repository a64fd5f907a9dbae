// Messages as the bytes that gRPC sends.

#ifndef CREDITREG_BENCH_LOAD_WIRE_BYTES_H_
#define CREDITREG_BENCH_LOAD_WIRE_BYTES_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "grpcpp/impl/codegen/proto_utils.h"
#include "grpcpp/support/byte_buffer.h"
#include "index/base/check.h"

namespace creditreg::bench {

template <typename Message>
grpc::ByteBuffer ToWire(const Message& message) {
  grpc::ByteBuffer bytes;
  bool is_own = false;
  const grpc::Status status =
      grpc::SerializationTraits<Message>::Serialize(message, &bytes, &is_own);
  CREDITREG_CHECK(status.ok(), "a message of ours can be serialised");
  return bytes;
}

// Errors: Internal, the bytes are no such message.
template <typename Message>
absl::StatusOr<Message> FromWire(const grpc::ByteBuffer& bytes) {
  // Reading consumes the buffer; a copy shares the bytes.
  grpc::ByteBuffer copy = bytes;
  Message message;
  if (!grpc::SerializationTraits<Message>::Deserialize(&copy, &message).ok()) {
    return absl::InternalError("answer: not the message that was asked for");
  }
  return message;
}

}  // namespace creditreg::bench

#endif  // CREDITREG_BENCH_LOAD_WIRE_BYTES_H_
