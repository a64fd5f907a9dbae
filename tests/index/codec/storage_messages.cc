#include "tests/index/codec/storage_messages.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/check.h"

namespace creditreg {
namespace {

using ::google::protobuf::Descriptor;
using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::FileDescriptor;
using ::google::protobuf::Message;
using ::google::protobuf::Reflection;

void AddWithNested(const Descriptor* type,
                   std::vector<const Descriptor*>* types) {
  types->push_back(type);
  for (int i = 0; i < type->nested_type_count(); ++i) {
    AddWithNested(type->nested_type(i), types);
  }
}

// The value of one element of a field; which members count depends on the
// field's type.
struct ElementValue {
  std::uint64_t number = 0;
  std::string text;
  int enum_number = 0;
};

// Sets a field that is not a message, or appends to it where it is a list.
void Put(Message* message, const FieldDescriptor& field,
         const ElementValue& value) {
  const Reflection& r = *message->GetReflection();
  const bool list = field.is_repeated();
  const auto i32 = static_cast<std::int32_t>(value.number);
  const auto i64 = static_cast<std::int64_t>(value.number);
  const auto u32 = static_cast<std::uint32_t>(value.number);
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return list ? r.AddInt32(message, &field, i32)
                  : r.SetInt32(message, &field, i32);
    case FieldDescriptor::CPPTYPE_INT64:
      return list ? r.AddInt64(message, &field, i64)
                  : r.SetInt64(message, &field, i64);
    case FieldDescriptor::CPPTYPE_UINT32:
      return list ? r.AddUInt32(message, &field, u32)
                  : r.SetUInt32(message, &field, u32);
    case FieldDescriptor::CPPTYPE_UINT64:
      return list ? r.AddUInt64(message, &field, value.number)
                  : r.SetUInt64(message, &field, value.number);
    case FieldDescriptor::CPPTYPE_BOOL:
      return list ? r.AddBool(message, &field, value.number % 2 == 1)
                  : r.SetBool(message, &field, value.number % 2 == 1);
    case FieldDescriptor::CPPTYPE_ENUM:
      return list ? r.AddEnumValue(message, &field, value.enum_number)
                  : r.SetEnumValue(message, &field, value.enum_number);
    case FieldDescriptor::CPPTYPE_STRING:
      return list ? r.AddString(message, &field, value.text)
                  : r.SetString(message, &field, value.text);
    default:
      CREDITREG_CHECK(false, "stored fields are integers, texts or messages");
  }
}

Message* PutMessage(Message* message, const FieldDescriptor& field) {
  const Reflection& r = *message->GetReflection();
  return field.is_repeated() ? r.AddMessage(message, &field)
                             : r.MutableMessage(message, &field);
}

bool IsMessage(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
}

// A value that tells the field's number, at the far end of the type's range.
ElementValue TellingValue(const FieldDescriptor& field) {
  ElementValue value;
  const auto number = static_cast<std::uint64_t>(field.number());
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_UINT32:
      value.number = 0x80000000u + number;
      break;
    case FieldDescriptor::CPPTYPE_INT64:
    case FieldDescriptor::CPPTYPE_UINT64:
      value.number = (std::uint64_t{1} << 63) + number;
      break;
    case FieldDescriptor::CPPTYPE_BOOL:
      value.number = 1;
      break;
    case FieldDescriptor::CPPTYPE_ENUM:
      value.enum_number = field.enum_type()
                              ->value(field.enum_type()->value_count() - 1)
                              ->number();
      break;
    default:
      value.text = field.type() == FieldDescriptor::TYPE_BYTES
                       ? absl::StrCat(absl::string_view("\0\xFF", 2), number)
                       : absl::StrCat("值", number);
  }
  return value;
}

// Members of the message's oneof, 1 where it has none. Real oneofs are declared
// before those that protobuf makes of optional fields.
int Choices(const Descriptor& type) {
  CREDITREG_CHECK(type.real_oneof_decl_count() <= 1,
                  "FillEveryField() chooses from one oneof");
  return type.real_oneof_decl_count() == 0 ? 1
                                           : type.oneof_decl(0)->field_count();
}

bool IsChosen(const FieldDescriptor& field, int choice) {
  return field.real_containing_oneof() == nullptr ||
         field.index_in_oneof() == choice;
}

ElementValue RandomValue(const FieldDescriptor& field, TestRandom* random) {
  ElementValue value;
  value.number = random->Below(3);
  value.text = random->TextOf("ab", 2);
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
    const auto count =
        static_cast<std::uint64_t>(field.enum_type()->value_count());
    value.enum_number = field.enum_type()
                            ->value(static_cast<int>(random->Below(
                                std::min<std::uint64_t>(count, 3))))
                            ->number();
  }
  return value;
}

}  // namespace

std::vector<const Descriptor*> AllStorageMessages() {
  std::vector<const Descriptor*> types;
  for (const FileDescriptor* file :
       {storage::v1::Record::descriptor()->file(),
        storage::v1::Change::descriptor()->file()}) {
    for (int i = 0; i < file->message_type_count(); ++i) {
      AddWithNested(file->message_type(i), &types);
    }
  }
  return types;
}

MessagePointer NewMessage(const Descriptor& type) {
  return MessagePointer(google::protobuf::MessageFactory::generated_factory()
                            ->GetPrototype(&type)
                            ->New());
}

void FillEveryField(Message* message, int choice) {
  const Descriptor& type = *message->GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (!IsChosen(field, choice)) continue;
    if (IsMessage(field)) {
      FillEveryField(PutMessage(message, field));
      if (field.is_repeated()) PutMessage(message, field);
    } else {
      Put(message, field, TellingValue(field));
      if (field.is_repeated()) Put(message, field, ElementValue{});
    }
  }
}

std::vector<NamedMessage> FilledStorageMessages() {
  std::vector<NamedMessage> filled;
  for (const Descriptor* type : AllStorageMessages()) {
    const std::string name =
        type->full_name().substr(type->file()->package().size() + 1);
    for (int choice = 0; choice < Choices(*type); ++choice) {
      NamedMessage& next = filled.emplace_back();
      next.name = name;
      if (type->real_oneof_decl_count() > 0) {
        absl::StrAppend(&next.name, "/",
                        type->oneof_decl(0)->field(choice)->name());
      }
      next.message = NewMessage(*type);
      FillEveryField(next.message.get(), choice);
    }
  }
  return filled;
}

void FillRandomly(Message* message, TestRandom* random) {
  const Descriptor& type = *message->GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const std::uint64_t elements =
        random->Below(4) != 0 ? 0 : 1 + random->Below(2);
    for (std::uint64_t n = 0; n < elements; ++n) {
      if (n > 0 && !field.is_repeated()) break;
      if (IsMessage(field)) {
        FillRandomly(PutMessage(message, field), random);
      } else {
        Put(message, field, RandomValue(field, random));
      }
    }
  }
}

}  // namespace creditreg
