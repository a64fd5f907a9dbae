// Claim: no bytes on disk crash the reader of any row, and what is wrong with
// them is DataLoss. A value that is accepted is written again without loss,
// fields of a later program included. The canonical bytes, which hashes are
// made over, are the same for equal messages and differ for others.
//
// Method: the first byte chooses the message; then come a length and as many
// bytes, which are merged into a copy so that two messages differ in little or
// in nothing; then the value, taken with its format byte and without.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/stubs/logging.h"
#include "google/protobuf/util/message_differencer.h"
#include "index/base/check.h"
#include "index/codec/value.h"
#include "tests/fuzz/fuzz_input.h"

namespace creditreg {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::Message;
using google::protobuf::util::MessageDifferencer;
using MessagePointer = std::unique_ptr<Message>;

std::vector<const Descriptor*> StorageMessages() {
  std::vector<const Descriptor*> types;
  for (const auto* file : {storage::v1::EnterpriseVersion::descriptor()->file(),
                           storage::v1::Enterprise::descriptor()->file()}) {
    for (int i = 0; i < file->message_type_count(); ++i) {
      types.push_back(file->message_type(i));
    }
  }
  return types;
}

MessagePointer EmptyMessage(std::size_t which) {
  static const auto* const kTypes =
      new std::vector<const Descriptor*>(StorageMessages());
  return MessagePointer(google::protobuf::MessageFactory::generated_factory()
                            ->GetPrototype((*kTypes)[which % kTypes->size()])
                            ->New());
}

MessagePointer CopyOf(const Message& message) {
  MessagePointer copy(message.New());
  copy->CopyFrom(message);
  return copy;
}

// Nothing where the value is refused.
MessagePointer Decode(std::size_t which, absl::string_view value) {
  MessagePointer message = EmptyMessage(which);
  const absl::Status status = DecodeValueInto(value, message.get());
  if (status.ok()) return message;
  CREDITREG_CHECK(status.code() == absl::StatusCode::kDataLoss,
                  "a value that is not accepted is damage");
  return nullptr;
}

void CheckWrittenAgain(std::size_t which, const Message& message) {
  const std::string value = EncodeValue(message);
  CREDITREG_CHECK(EncodeValue(message) == value, "encoding is deterministic");
  const MessagePointer again = Decode(which, value);
  CREDITREG_CHECK(again != nullptr, "what is written can be read");
  CREDITREG_CHECK(EncodeValue(*again) == value, "nothing is lost on the way");
  CREDITREG_CHECK(CanonicalBytes(*again) == CanonicalBytes(message),
                  "equal messages have equal canonical bytes");
}

void CheckCanonical(const Message& a, const Message& b) {
  const MessagePointer known_a = CopyOf(a);
  const MessagePointer known_b = CopyOf(b);
  known_a->DiscardUnknownFields();
  known_b->DiscardUnknownFields();
  CREDITREG_CHECK(CanonicalBytes(*known_a) == CanonicalBytes(a),
                  "unknown fields do not count");
  CREDITREG_CHECK((CanonicalBytes(*known_a) == CanonicalBytes(*known_b)) ==
                      MessageDifferencer::Equals(*known_a, *known_b),
                  "canonical bytes are equal exactly where messages are");
}

}  // namespace
}  // namespace creditreg

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  // Its complaints of bad UTF-8 would be most of what is printed.
  static const auto* const kSilence = new google::protobuf::LogSilencer;
  (void)kSilence;
  creditreg::FuzzInput input(data, size);
  const std::size_t which = input.Choice(256);
  const std::string change(input.Text());
  const absl::string_view bytes = input.Rest();
  creditreg::Decode(which, bytes);
  const auto a = creditreg::Decode(
      which,
      absl::StrCat(absl::string_view(&creditreg::kProtobufFormat, 1), bytes));
  if (a == nullptr) return 0;
  creditreg::CheckWrittenAgain(which, *a);
  const auto b = creditreg::CopyOf(*a);
  if (!b->MergeFromString(change)) return 0;
  creditreg::CheckWrittenAgain(which, *b);
  creditreg::CheckCanonical(*a, *b);
  return 0;
}
