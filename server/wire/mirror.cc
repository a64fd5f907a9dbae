#include "server/wire/mirror.h"

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "index/base/check.h"
#include "index/base/civil_day.h"

namespace creditreg {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// One field on both sides.
struct Pair {
  const Message& from;
  const FieldDescriptor& source;
  Message& to;
  const FieldDescriptor& target;

  const Reflection& reader() const { return *from.GetReflection(); }
  const Reflection& writer() const { return *to.GetReflection(); }
};

// Values that are the same on both sides; not messages, not enums.
void CopyPlain(const Pair& pair) {
  const FieldDescriptor* const source = &pair.source;
  const FieldDescriptor* const target = &pair.target;
  switch (source->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING: {
      std::string scratch;
      if (!source->is_repeated()) {
        pair.writer().SetString(
            &pair.to, target,
            pair.reader().GetStringReference(pair.from, source, &scratch));
        return;
      }
      for (int i = 0; i < pair.reader().FieldSize(pair.from, source); ++i) {
        pair.writer().AddString(&pair.to, target,
                                pair.reader().GetRepeatedStringReference(
                                    pair.from, source, i, &scratch));
      }
      return;
    }
    case FieldDescriptor::CPPTYPE_INT32:
      pair.writer().SetInt32(&pair.to, target,
                             pair.reader().GetInt32(pair.from, source));
      return;
    case FieldDescriptor::CPPTYPE_INT64:
      pair.writer().SetInt64(&pair.to, target,
                             pair.reader().GetInt64(pair.from, source));
      return;
    case FieldDescriptor::CPPTYPE_BOOL:
      pair.writer().SetBool(&pair.to, target,
                            pair.reader().GetBool(pair.from, source));
      return;
    default:
      CREDITREG_CHECK(false, "the mirrored messages use no other field types");
  }
}

Finding Error(std::string path, absl::string_view rule,
              absl::string_view message) {
  return {Severity::kError, std::move(path), std::string(rule),
          std::string(message), ""};
}

void CopyDate(const Pair& pair, std::string path,
              std::vector<Finding>& findings) {
  std::string scratch;
  const absl::StatusOr<CivilDay> day = CivilDay::ParseIso(
      pair.reader().GetStringReference(pair.from, &pair.source, &scratch));
  if (!day.ok()) {
    findings.push_back(Error(std::move(path), "DATE_FORM",
                             "日期无法识别，应为YYYY-MM-DD格式的真实日期"));
    return;
  }
  if (day->is_unknown()) return;
  pair.writer().SetInt32(&pair.to, &pair.target, day->days());
}

void CopyEnum(const Pair& pair, std::string path,
              std::vector<Finding>& findings) {
  const int number = pair.reader().GetEnumValue(pair.from, &pair.source);
  if (pair.target.enum_type()->FindValueByNumber(number) == nullptr) {
    findings.push_back(
        Error(std::move(path), "CHOICE", "取值不在允许的范围内"));
    return;
  }
  pair.writer().SetEnumValue(&pair.to, &pair.target, number);
}

void CopyMessages(const Pair& pair, const std::string& path,
                  std::vector<Finding>& findings) {
  if (!pair.source.is_repeated()) {
    WireToStorage(pair.reader().GetMessage(pair.from, &pair.source), path,
                  *pair.writer().MutableMessage(&pair.to, &pair.target),
                  findings);
    return;
  }
  const int size = pair.reader().FieldSize(pair.from, &pair.source);
  for (int i = 0; i < size; ++i) {
    WireToStorage(pair.reader().GetRepeatedMessage(pair.from, &pair.source, i),
                  absl::StrCat(path, "[", i, "]"),
                  *pair.writer().AddMessage(&pair.to, &pair.target), findings);
  }
}

void CopyMessagesBack(const Pair& pair) {
  if (!pair.source.is_repeated()) {
    StorageToWire(pair.reader().GetMessage(pair.from, &pair.source),
                  *pair.writer().MutableMessage(&pair.to, &pair.target));
    return;
  }
  const int size = pair.reader().FieldSize(pair.from, &pair.source);
  for (int i = 0; i < size; ++i) {
    StorageToWire(pair.reader().GetRepeatedMessage(pair.from, &pair.source, i),
                  *pair.writer().AddMessage(&pair.to, &pair.target));
  }
}

std::vector<const FieldDescriptor*> SetFields(const Message& message) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  return fields;
}

}  // namespace

bool IsMirroredDate(const FieldDescriptor& wire,
                    const FieldDescriptor& storage) {
  return wire.type() == FieldDescriptor::TYPE_STRING &&
         storage.type() == FieldDescriptor::TYPE_SINT32;
}

void WireToStorage(const Message& wire, absl::string_view path,
                   Message& storage, std::vector<Finding>& findings) {
  for (const FieldDescriptor* source : SetFields(wire)) {
    const FieldDescriptor* target =
        storage.GetDescriptor()->FindFieldByNumber(source->number());
    if (target == nullptr) continue;  // the registry computes it
    const Pair pair{wire, *source, storage, *target};
    std::string field_path = absl::StrCat(path, ".", source->name());
    if (source->message_type() != nullptr) {
      CopyMessages(pair, field_path, findings);
    } else if (IsMirroredDate(*source, *target)) {
      CopyDate(pair, std::move(field_path), findings);
    } else if (source->enum_type() != nullptr) {
      CopyEnum(pair, std::move(field_path), findings);
    } else {
      CopyPlain(pair);
    }
  }
}

void StorageToWire(const Message& storage, Message& wire) {
  for (const FieldDescriptor* source : SetFields(storage)) {
    const FieldDescriptor* target =
        wire.GetDescriptor()->FindFieldByNumber(source->number());
    CREDITREG_CHECK(target != nullptr, "every stored field is on the wire");
    const Pair pair{storage, *source, wire, *target};
    if (source->message_type() != nullptr) {
      CopyMessagesBack(pair);
    } else if (IsMirroredDate(*target, *source)) {
      pair.writer().SetString(
          &wire, target,
          CivilDay::FromDays(pair.reader().GetInt32(storage, source)).ToIso());
    } else if (source->enum_type() != nullptr) {
      pair.writer().SetEnumValue(&wire, target,
                                 pair.reader().GetEnumValue(storage, source));
    } else {
      CopyPlain(pair);
    }
  }
}

}  // namespace creditreg
