#include "client/cli/describe.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/strings/substitute.h"
#include "absl/time/time.h"
#include "creditreg/v1/enterprise.pb.h"
#include "creditreg/v1/intake_service.pb.h"
#include "creditreg/v1/lookup.pb.h"
#include "google/protobuf/descriptor.h"

namespace creditreg::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr absl::string_view kPackage = "creditreg.v1.";

absl::string_view WithoutPackage(absl::string_view full_name) {
  return absl::StartsWith(full_name, kPackage)
             ? full_name.substr(kPackage.size())
             : full_name;
}

std::string Yuan(Lang lang, std::int64_t fen) {
  const absl::string_view sign = fen < 0 ? "-" : "";
  const std::int64_t yuan = fen / 100 < 0 ? -(fen / 100) : fen / 100;
  const int rest = static_cast<int>(fen % 100 < 0 ? -(fen % 100) : fen % 100);
  return absl::Substitute(
      texts::kYuan.In(lang),
      absl::StrCat(sign, Grouped(yuan), absl::StrFormat(".%02d", rest)));
}

// "a（b，c）", leaving out what is empty.
std::string WithNotes(Lang lang, absl::string_view main,
                      std::initializer_list<std::string> notes) {
  std::string inner;
  for (const std::string& note : notes) {
    if (note.empty()) continue;
    if (!inner.empty()) absl::StrAppend(&inner, texts::kComma.In(lang));
    absl::StrAppend(&inner, note);
  }
  if (inner.empty()) return std::string(main);
  return absl::Substitute(texts::kWithNotes.In(lang), main, inner);
}

std::string Until(Lang lang, const std::string& date) {
  return date.empty() ? "" : absl::Substitute(texts::kUntil.In(lang), date);
}

template <typename T>
const T* As(const Message& message) {
  return google::protobuf::DynamicCastToGenerated<T>(&message);
}

// Messages that read best in one line; false for all others.
bool OneLiner(Lang lang, const Message& message, std::string& text) {
  if (const auto* time = As<google::protobuf::Timestamp>(message)) {
    text = ChinaTime(*time);
  } else if (const auto* position = As<v1::Position>(message)) {
    text = PositionText(*position);
  } else if (const auto* agency = As<v1::Agency>(message)) {
    text = WithNotes(lang, agency->name(), {agency->uscc()});
  } else if (const auto* capital = As<v1::Capital>(message)) {
    text = capital->text();
    if (text.empty()) {
      text = absl::StrCat(Grouped(capital->minor_units() / 100), " ",
                          capital->currency_code());
    }
  } else if (const auto* number = As<v1::OldNumber>(message)) {
    text = WithNotes(lang, number->value(), {LabelOf(lang, number->kind())});
  } else if (const auto* name = As<v1::FormerName>(message)) {
    text = WithNotes(lang, name->name(),
                     {Until(lang, name->until()), name->reason()});
  } else if (const auto* code = As<v1::FormerCode>(message)) {
    text = WithNotes(lang, code->uscc(),
                     {Until(lang, code->until()), code->reason()});
  } else if (const auto* candidate = As<v1::Candidate>(message)) {
    text = absl::StrCat(candidate->uscc(), candidate->uscc().empty() ? "" : " ",
                        candidate->name());
    text = WithNotes(lang, text, {LabelOf(lang, candidate->status())});
  } else if (const auto* count = As<v1::FileSummary::Count>(message)) {
    text = absl::StrCat(LabelOf(lang, count->family()), " ",
                        Grouped(count->records()));
  } else if (const auto* finding = As<v1::Finding>(message)) {
    text = FindingText(lang, *finding);
  } else {
    return false;
  }
  return true;
}

std::string NumberText(Lang lang, const FieldDescriptor& field,
                       std::int64_t number) {
  if (absl::EndsWith(field.name(), "_fen")) return Yuan(lang, number);
  if (absl::EndsWith(field.name(), "_bp")) {
    return absl::StrFormat("%d.%02d%%", number / 100, number % 100);
  }
  return field.name() == "year" ? absl::StrCat(number) : Grouped(number);
}

// Figures of annual reports, of which `field` says what they are; false for all
// other messages.
bool FigureText(Lang lang, const FieldDescriptor& field, const Message& message,
                std::string& text) {
  bool shown = false;
  if (const auto* figure = As<v1::Figure>(message)) {
    if (figure->has_value()) text = NumberText(lang, field, figure->value());
    shown = figure->shown();
  } else if (const auto* figure_text = As<v1::TextFigure>(message)) {
    text = figure_text->value();
    shown = figure_text->shown();
  } else {
    return false;
  }
  const Text& note = shown ? texts::kFigureShown : texts::kFigureNotShown;
  text = WithNotes(lang, text, {std::string(note.In(lang))});
  return true;
}

std::string StringText(const FieldDescriptor& field, const std::string& value) {
  return field.type() == FieldDescriptor::TYPE_BYTES
             ? absl::BytesToHexString(value)
             : value;
}

// The value at `index` of a repeated field, or (-1) of a single one; not for
// messages.
std::string ScalarText(Lang lang, const Message& message,
                       const FieldDescriptor& field, int index) {
  const Reflection& reflection = *message.GetReflection();
  const bool repeated = index >= 0;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return NumberText(
          lang, field,
          repeated ? reflection.GetRepeatedInt32(message, &field, index)
                   : reflection.GetInt32(message, &field));
    case FieldDescriptor::CPPTYPE_INT64:
      return NumberText(
          lang, field,
          repeated ? reflection.GetRepeatedInt64(message, &field, index)
                   : reflection.GetInt64(message, &field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return (repeated ? reflection.GetRepeatedBool(message, &field, index)
                       : reflection.GetBool(message, &field))
                 ? "true"
                 : "false";
    case FieldDescriptor::CPPTYPE_ENUM:
      return EnumValueLabel(
          lang, field.enum_type(),
          repeated ? reflection.GetRepeatedEnumValue(message, &field, index)
                   : reflection.GetEnumValue(message, &field));
    case FieldDescriptor::CPPTYPE_STRING:
      return StringText(
          field, repeated ? reflection.GetRepeatedString(message, &field, index)
                          : reflection.GetString(message, &field));
    default:
      return field.name();  // The contract has no other types.
  }
}

void AddValue(Lang lang, const Message& message, const FieldDescriptor& field,
              int index, int indent, std::vector<Field>& fields) {
  const std::string label = FieldLabel(lang, WithoutPackage(field.full_name()));
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
    fields.push_back({indent, label, ScalarText(lang, message, field, index)});
    return;
  }
  const Reflection& reflection = *message.GetReflection();
  const Message& inner =
      index >= 0 ? reflection.GetRepeatedMessage(message, &field, index)
                 : reflection.GetMessage(message, &field);
  std::string text;
  if (OneLiner(lang, inner, text) || FigureText(lang, field, inner, text)) {
    fields.push_back({indent, label, std::move(text)});
    return;
  }
  fields.push_back({indent, label, ""});
  for (Field& line : Describe(lang, inner, indent + 1)) {
    fields.push_back(std::move(line));
  }
}

}  // namespace

std::vector<Field> Describe(Lang lang, const Message& message, int indent) {
  std::vector<const FieldDescriptor*> set;
  if (As<v1::ImportCounts>(message) != nullptr) {
    // A count of zero is an answer.
    for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
      set.push_back(message.GetDescriptor()->field(i));
    }
  } else {
    message.GetReflection()->ListFields(message, &set);
  }
  std::vector<Field> fields;
  for (const FieldDescriptor* const field : set) {
    if (!field->is_repeated()) {
      AddValue(lang, message, *field, -1, indent, fields);
      continue;
    }
    const int size = message.GetReflection()->FieldSize(message, field);
    for (int i = 0; i < size; ++i) {
      AddValue(lang, message, *field, i, indent, fields);
    }
  }
  return fields;
}

std::string ChinaTime(const google::protobuf::Timestamp& time) {
  if (time.seconds() == 0 && time.nanos() == 0) return "";
  return absl::FormatTime("%Y-%m-%d %H:%M:%S",
                          absl::FromUnixSeconds(time.seconds()),
                          absl::FixedTimeZone(8 * 60 * 60));
}

std::string Grouped(std::int64_t number) {
  const std::string digits = absl::StrCat(number);
  std::string grouped;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const std::size_t left = digits.size() - i;
    const bool after_digit = i > 0 && digits[i - 1] != '-';
    if (after_digit && left % 3 == 0) grouped.push_back(',');
    grouped.push_back(digits[i]);
  }
  return grouped;
}

std::string PositionText(const v1::Position& position) {
  return absl::Base64Escape(position.token());
}

std::string EnumValueLabel(Lang lang,
                           const google::protobuf::EnumDescriptor* type,
                           int value) {
  const auto* const named = type->FindValueByNumber(value);
  if (named == nullptr) return absl::StrCat(value);
  const std::string label = EnumLabel(lang, WithoutPackage(named->full_name()));
  // "Unspecified" is how the wire says nothing.
  return absl::EndsWith(label, "_UNSPECIFIED") ? "" : label;
}

std::string FindingText(Lang lang, const v1::Finding& finding) {
  std::string text = LabelOf(lang, finding.severity());
  for (const std::string* const part : {&finding.field(), &finding.rule()}) {
    if (!part->empty()) absl::StrAppend(&text, " ", *part);
  }
  if (!finding.message().empty()) {
    absl::StrAppend(&text, texts::kColon.In(lang), finding.message());
  }
  if (finding.suggestion().empty()) return text;
  return WithNotes(lang, text, {absl::StrCat("→ ", finding.suggestion())});
}

RecordLine LineOf(const v1::Record& record) {
  switch (record.details_case()) {
    case v1::Record::kLicence:
      return {record.licence().decided_on(), record.licence().document_number(),
              record.licence().content()};
    case v1::Record::kPenalty:
      return {record.penalty().decided_on(), record.penalty().document_number(),
              record.penalty().content()};
    case v1::Record::kComplaint:
      return {record.complaint().registered_on(),
              record.complaint().case_number(), record.complaint().request()};
    case v1::Record::kListing:
      return {record.listing().listed_on(),
              record.listing().entry_document_number(),
              record.listing().ground()};
    case v1::Record::kAnnualReport:
      return {record.annual_report().submitted_on(), "",
              absl::StrCat(record.annual_report().year())};
    case v1::Record::DETAILS_NOT_SET:
      return {};
  }
  return {};
}

}  // namespace creditreg::cli
