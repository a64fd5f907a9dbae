#include "index/codec/value.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "index/base/check.h"

namespace creditreg {
namespace {

using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;
using ::google::protobuf::Reflection;

// What a field is in the canonical encoding. Hashed: numbers never change.
enum class CanonicalType : std::uint8_t {
  kInteger = 1,
  kBytes = 2,
  kMessage = 3,
  kList = 4,
};

CanonicalType TypeOfElement(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64:
    case FieldDescriptor::CPPTYPE_UINT32:
    case FieldDescriptor::CPPTYPE_UINT64:
    case FieldDescriptor::CPPTYPE_BOOL:
    case FieldDescriptor::CPPTYPE_ENUM:
      return CanonicalType::kInteger;
    case FieldDescriptor::CPPTYPE_STRING:
      return CanonicalType::kBytes;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      CREDITREG_CHECK(!field.is_map(), "stored messages have no maps");
      return CanonicalType::kMessage;
    case FieldDescriptor::CPPTYPE_FLOAT:
    case FieldDescriptor::CPPTYPE_DOUBLE:
      break;
  }
  CREDITREG_CHECK(false, "stored messages have no floating point");
}

// Both kinds of element access in one place: `index` is -1 for a field that is
// not repeated.
std::int64_t IntegerAt(const Message& message, const FieldDescriptor& field,
                       int index) {
  const Reflection& r = *message.GetReflection();
  const bool one = index < 0;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return one ? r.GetInt32(message, &field)
                 : r.GetRepeatedInt32(message, &field, index);
    case FieldDescriptor::CPPTYPE_INT64:
      return one ? r.GetInt64(message, &field)
                 : r.GetRepeatedInt64(message, &field, index);
    case FieldDescriptor::CPPTYPE_UINT32:
      return one ? r.GetUInt32(message, &field)
                 : r.GetRepeatedUInt32(message, &field, index);
    case FieldDescriptor::CPPTYPE_UINT64:
      return static_cast<std::int64_t>(
          one ? r.GetUInt64(message, &field)
              : r.GetRepeatedUInt64(message, &field, index));
    case FieldDescriptor::CPPTYPE_BOOL:
      return one ? r.GetBool(message, &field)
                 : r.GetRepeatedBool(message, &field, index);
    case FieldDescriptor::CPPTYPE_ENUM:
      return one ? r.GetEnumValue(message, &field)
                 : r.GetRepeatedEnumValue(message, &field, index);
    default:
      break;
  }
  CREDITREG_CHECK(false, "the caller asked for an integer field");
}

const std::string& BytesAt(const Message& message, const FieldDescriptor& field,
                           int index, std::string* scratch) {
  const Reflection& r = *message.GetReflection();
  return index < 0
             ? r.GetStringReference(message, &field, scratch)
             : r.GetRepeatedStringReference(message, &field, index, scratch);
}

const Message& MessageAt(const Message& message, const FieldDescriptor& field,
                         int index) {
  const Reflection& r = *message.GetReflection();
  return index < 0 ? r.GetMessage(message, &field)
                   : r.GetRepeatedMessage(message, &field, index);
}

class CanonicalWriter {
 public:
  void Fields(const Message& message) {
    std::vector<const FieldDescriptor*> fields;
    // Those that are present, in ascending number.
    message.GetReflection()->ListFields(message, &fields);
    for (const FieldDescriptor* field : fields) {
      U32(static_cast<std::size_t>(field->number()));
      if (field->is_repeated()) {
        List(message, *field);
      } else {
        Type(TypeOfElement(*field));
        Element(message, *field, -1);
      }
    }
  }

  void Reserve(std::size_t bytes) { out_.reserve(bytes); }
  std::string Finish() { return std::move(out_); }

 private:
  void List(const Message& message, const FieldDescriptor& field) {
    const int size = message.GetReflection()->FieldSize(message, &field);
    Type(CanonicalType::kList);
    U32(static_cast<std::size_t>(size));
    for (int i = 0; i < size; ++i) Element(message, field, i);
  }

  void Element(const Message& message, const FieldDescriptor& field,
               int index) {
    switch (TypeOfElement(field)) {
      case CanonicalType::kInteger:
        BigEndian(static_cast<std::uint64_t>(IntegerAt(message, field, index)),
                  8);
        return;
      case CanonicalType::kBytes: {
        std::string scratch;
        const std::string& bytes = BytesAt(message, field, index, &scratch);
        U32(bytes.size());
        out_.append(bytes);
        return;
      }
      case CanonicalType::kMessage:
        Nested(MessageAt(message, field, index));
        return;
      case CanonicalType::kList:
        break;
    }
    CREDITREG_CHECK(false, "an element is no list");
  }

  // The length is known only behind the message, so its place is kept free.
  void Nested(const Message& message) {
    const std::size_t start = out_.size();
    U32(0);
    Fields(message);
    CanonicalWriter length;
    length.U32(out_.size() - start - 4);
    length.out_.copy(&out_[start], 4);
  }

  void Type(CanonicalType type) {
    BigEndian(static_cast<std::uint64_t>(type), 1);
  }

  void U32(std::size_t value) {
    CREDITREG_CHECK(value <= std::numeric_limits<std::uint32_t>::max(),
                    "a stored message is shorter than 4 GiB");
    BigEndian(value, 4);
  }

  void BigEndian(std::uint64_t value, int bytes) {
    char big[8];
    for (int i = 7; i >= 0; --i, value >>= 8) {
      big[i] = static_cast<char>(value & 0xFF);
    }
    out_.append(big + 8 - bytes, static_cast<std::size_t>(bytes));
  }

  std::string out_;
};

}  // namespace

std::string EncodeValue(const google::protobuf::Message& message) {
  const std::size_t bytes = message.ByteSizeLong();
  CREDITREG_CHECK(bytes <= std::numeric_limits<int>::max(),
                  "a stored message is shorter than 2 GiB");
  std::string value(1 + bytes, kProtobufFormat);
  // Without maps, and unknown fields kept in order, there is one encoding.
  message.SerializeWithCachedSizesToArray(
      reinterpret_cast<std::uint8_t*>(value.data() + 1));
  return value;
}

absl::Status DecodeValueInto(absl::string_view value,
                             google::protobuf::Message* message) {
  const auto wrong = [message](absl::string_view what) {
    return absl::DataLossError(
        absl::StrCat(message->GetDescriptor()->name(), " value: ", what));
  };
  if (value.empty()) return wrong("empty, want a format byte");
  if (value.front() != kProtobufFormat) {
    return wrong("unknown format byte, want 0x01");
  }
  value.remove_prefix(1);
  if (value.size() > std::numeric_limits<int>::max() ||
      !message->ParseFromArray(value.data(), static_cast<int>(value.size()))) {
    return wrong("bytes of no such message, want protobuf");
  }
  return absl::OkStatus();
}

std::string CanonicalBytes(const google::protobuf::Message& message) {
  CanonicalWriter writer;
  constexpr std::size_t kUsualBytes = 1024;
  writer.Reserve(kUsualBytes);
  writer.Fields(message);
  return writer.Finish();
}

}  // namespace creditreg
