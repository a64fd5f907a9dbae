#include "index/signature/field_order.h"

#include <cstdint>
#include <limits>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "index/base/status_macros.h"

namespace creditreg {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Far deeper than any message of ours.
constexpr int kMaxDepth = 32;

enum class Type : std::uint8_t {
  kInteger = 1,
  kBytes = 2,
  kMessage = 3,
  kList = 4,
};

Type TypeOf(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return Type::kBytes;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return Type::kMessage;
    default:
      return Type::kInteger;
  }
}

absl::Status Wrong(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("content: ", what));
}

absl::Status CutOff() { return Wrong("cut off, want the whole file"); }

class Reader {
 public:
  explicit Reader(absl::string_view bytes) : bytes_(bytes) {}

  absl::Status Fields(int depth, Message* message) {
    if (depth > kMaxDepth) return Wrong("nested too deep");
    const google::protobuf::Descriptor& type = *message->GetDescriptor();
    std::uint64_t last = 0;
    while (!bytes_.empty()) {
      CREDITREG_ASSIGN_OR_RETURN(const std::uint64_t number, Number(4));
      if (number <= last) return Wrong("fields are not in their order");
      last = number;
      const FieldDescriptor* const field =
          number > std::numeric_limits<std::int32_t>::max()
              ? nullptr
              : type.FindFieldByNumber(static_cast<int>(number));
      if (field == nullptr) {
        return Wrong(
            "a field that this program does not know, want a newer "
            "program");
      }
      CREDITREG_RETURN_IF_ERROR(Field(depth, *field, message));
    }
    return absl::OkStatus();
  }

 private:
  absl::Status Field(int depth, const FieldDescriptor& field,
                     Message* message) {
    CREDITREG_ASSIGN_OR_RETURN(const std::uint64_t type, Number(1));
    const Type wanted = field.is_repeated() ? Type::kList : TypeOf(field);
    if (type != static_cast<std::uint64_t>(wanted)) {
      return Wrong("a field of another type");
    }
    if (!field.is_repeated()) {
      CREDITREG_RETURN_IF_ERROR(Element(depth, field, message));
      // One that would not be written must not be there.
      const Reflection& reflection = *message->GetReflection();
      return reflection.HasField(*message, &field)
                 ? absl::OkStatus()
                 : Wrong("a field that says nothing");
    }
    CREDITREG_ASSIGN_OR_RETURN(const std::uint64_t count, Number(4));
    if (count == 0) return Wrong("a field that says nothing");
    for (std::uint64_t i = 0; i < count; ++i) {
      CREDITREG_RETURN_IF_ERROR(Element(depth, field, message));
    }
    return absl::OkStatus();
  }

  absl::Status Element(int depth, const FieldDescriptor& field,
                       Message* message) {
    const Reflection& reflection = *message->GetReflection();
    switch (TypeOf(field)) {
      case Type::kInteger: {
        CREDITREG_ASSIGN_OR_RETURN(const std::uint64_t value, Number(8));
        return Integer(static_cast<std::int64_t>(value), field, message);
      }
      case Type::kBytes: {
        CREDITREG_ASSIGN_OR_RETURN(const absl::string_view value, Sized());
        if (field.is_repeated()) {
          reflection.AddString(message, &field, std::string(value));
        } else {
          reflection.SetString(message, &field, std::string(value));
        }
        return absl::OkStatus();
      }
      default: {
        CREDITREG_ASSIGN_OR_RETURN(const absl::string_view value, Sized());
        Reader inner(value);
        return inner.Fields(depth + 1,
                            field.is_repeated()
                                ? reflection.AddMessage(message, &field)
                                : reflection.MutableMessage(message, &field));
      }
    }
  }

  template <typename T>
  static bool Fits(std::int64_t value) {
    return value >= std::int64_t{std::numeric_limits<T>::min()} &&
           value <= std::int64_t{std::numeric_limits<T>::max()};
  }

  static absl::Status Integer(std::int64_t value, const FieldDescriptor& field,
                              Message* message) {
    const Reflection& r = *message->GetReflection();
    const bool many = field.is_repeated();
    bool fits = true;
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
        fits = Fits<std::int32_t>(value);
        if (!fits) break;
        many ? r.AddInt32(message, &field, static_cast<std::int32_t>(value))
             : r.SetInt32(message, &field, static_cast<std::int32_t>(value));
        break;
      case FieldDescriptor::CPPTYPE_UINT32:
        fits = Fits<std::uint32_t>(value);
        if (!fits) break;
        many ? r.AddUInt32(message, &field, static_cast<std::uint32_t>(value))
             : r.SetUInt32(message, &field, static_cast<std::uint32_t>(value));
        break;
      case FieldDescriptor::CPPTYPE_INT64:
        many ? r.AddInt64(message, &field, value)
             : r.SetInt64(message, &field, value);
        break;
      case FieldDescriptor::CPPTYPE_UINT64:
        many ? r.AddUInt64(message, &field, static_cast<std::uint64_t>(value))
             : r.SetUInt64(message, &field, static_cast<std::uint64_t>(value));
        break;
      case FieldDescriptor::CPPTYPE_BOOL:
        fits = value == 0 || value == 1;
        if (!fits) break;
        many ? r.AddBool(message, &field, value == 1)
             : r.SetBool(message, &field, value == 1);
        break;
      case FieldDescriptor::CPPTYPE_ENUM:
        fits = Fits<std::int32_t>(value);
        if (!fits) break;
        many ? r.AddEnumValue(message, &field, static_cast<int>(value))
             : r.SetEnumValue(message, &field, static_cast<int>(value));
        break;
      default:
        return Wrong("a field of a type that is never written");
    }
    return fits ? absl::OkStatus() : Wrong("a number out of its range");
  }

  absl::StatusOr<std::uint64_t> Number(std::size_t size) {
    if (bytes_.size() < size) return CutOff();
    std::uint64_t number = 0;
    for (const char byte : bytes_.substr(0, size)) {
      number = number << 8 | static_cast<unsigned char>(byte);
    }
    bytes_.remove_prefix(size);
    return number;
  }

  absl::StatusOr<absl::string_view> Sized() {
    CREDITREG_ASSIGN_OR_RETURN(const std::uint64_t size, Number(4));
    if (bytes_.size() < size) return CutOff();
    const absl::string_view value = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return value;
  }

  absl::string_view bytes_;
};

}  // namespace

absl::Status ReadFieldOrder(absl::string_view bytes, Message* message) {
  message->Clear();
  return Reader(bytes).Fields(0, message);
}

}  // namespace creditreg
