#include "server/wire/text_rules.h"

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "index/model/character_forms.h"
#include "index/model/name.h"
#include "index/model/personal_numbers.h"
#include "index/model/utf8.h"

namespace creditreg {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Of texts that no table names.
constexpr int kDefaultMaxChars = 512;
constexpr int kOriginalMaxChars = 8192;
// The shortest number of a person: a passport's seven digits and letters.
constexpr int kFewestDigits = 7;
// Nobody who is party to a record is younger.
constexpr std::int32_t kYoungestDays = 14 * 365;

// Which numbers are looked for in a text.
enum class Search {
  kNothing,
  // Numbers that are part of a key; many have the form of other numbers.
  kResidentIds,
  // Other numbers of things, where a long one may pass for a bank card.
  kIdsAndMobiles,
  // How an enterprise lets itself be reached, told by itself to everybody.
  kAllButMobiles,
  kEverything,
};

struct TextRule {
  const FieldColumn* column = nullptr;
  int max_chars = kDefaultMaxChars;
  bool many_lines = false;
  Search search = Search::kEverything;
  // Part of the natural key.
  bool is_key = false;
};

bool IsOneOf(absl::string_view text,
             std::initializer_list<absl::string_view> texts) {
  return absl::c_linear_search(texts, text);
}

bool IsKeyPath(absl::string_view path) {
  return IsOneOf(
      path, {"record.licence.document_number", "record.licence.licence_number",
             "record.penalty.document_number", "record.complaint.case_number",
             "record.listing.list_name", "record.listing.ground_code"});
}

Search SearchOf(absl::string_view path) {
  if (absl::StartsWith(path, "personal.") || absl::EndsWith(path, ".uscc") ||
      absl::EndsWith(path, ".media_type") ||
      absl::StartsWith(path, "enterprise.capital.")) {
    return Search::kNothing;
  }
  if (IsKeyPath(path)) return Search::kResidentIds;
  // Several numbers side by side may pass for a bank card.
  if (IsOneOf(path,
              {"record.annual_report.postal_code",
               "record.annual_report.telephone", "record.annual_report.email",
               "record.annual_report.websites.url"})) {
    return Search::kResidentIds;
  }
  // Also what they were before.
  if (IsOneOf(path, {"record.annual_report.address",
                     "record.annual_report.corrections.before",
                     "record.annual_report.corrections.after"})) {
    return Search::kAllButMobiles;
  }
  if (IsOneOf(
          path,
          {"record.complaint.order_number", "record.complaint.platform_id",
           "record.party.registration_number", "record.party.organisation_code",
           "record.party.institution_certificate",
           "record.party.social_organisation_certificate",
           "record.party.tax_number", "record.party.code_as_given",
           "record.penalty.licences_withheld",
           "record.listing.entry_document_number",
           "record.listing.removal_document_number",
           "record.documents.source_uri", "enterprise.code_as_given",
           "enterprise.old_numbers.value"})) {
    return Search::kIdsAndMobiles;
  }
  return Search::kEverything;
}

// Limits of texts that are in no column of any file.
int MaxCharsOf(absl::string_view path) {
  if (absl::EndsWith(path, ".text") && absl::StartsWith(path, "personal.")) {
    return kOriginalMaxChars;
  }
  if (absl::EndsWith(path, "_names.name") || absl::EndsWith(path, ".title") ||
      absl::EndsWith(path, ".reason")) {
    return 200;
  }
  if (absl::EndsWith(path, ".media_type") ||
      absl::EndsWith(path, ".old_numbers.value") ||
      absl::EndsWith(path, ".code_as_given") ||
      absl::EndsWith(path, "capital.text")) {
    return 100;
  }
  return kDefaultMaxChars;
}

TextRule RuleOf(const std::string& path, const RuleContext& context) {
  const std::string plain = WithoutKeys(path);
  TextRule rule;
  rule.column = context.tables.FindPath(context.target, plain);
  rule.max_chars = rule.column != nullptr && rule.column->spec.max_chars() > 0
                       ? rule.column->spec.max_chars()
                       : MaxCharsOf(plain);
  rule.many_lines =
      (rule.column != nullptr &&
       rule.column->spec.kind() == conf::v1::Column::KIND_FREE_TEXT) ||
      absl::StartsWith(plain, "personal.originals");
  rule.search = SearchOf(plain);
  rule.is_key = IsKeyPath(plain);
  return rule;
}

bool IsControl(char32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0); }

// Line breaks and tabs, which spreadsheets let into every cell.
bool IsLayout(char32_t c) { return c == '\n' || c == '\r' || c == '\t'; }

bool HasControl(absl::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7F) return true;
    // U+0080..U+009F are C2 80..C2 9F.
    if (byte == 0xC2 && i + 1 < text.size() &&
        static_cast<unsigned char>(text[i + 1]) < 0xA0) {
      return true;
    }
  }
  return false;
}

// Every run of line breaks and tabs one space.
std::string OneLine(absl::string_view text) {
  std::string line;
  bool in_run = false;
  for (const char c : text) {
    const bool layout = IsLayout(static_cast<unsigned char>(c));
    if (!layout) line.push_back(c);
    if (layout && !in_run) line.push_back(' ');
    in_run = layout;
  }
  return line;
}

bool HasOtherControl(absl::string_view text) {
  while (!text.empty()) {
    const Utf8Char c = FirstUtf8Char(text);
    if (IsControl(c.code_point) && !IsLayout(c.code_point)) return true;
    text.remove_prefix(c.size_bytes);
  }
  return false;
}

// Blanks, control characters and length.
void CheckCharacters(const TextRule& rule, const std::string& path,
                     const RuleContext& context, std::string& text) {
  if (!ValidUtf8(text)) {
    context.log.Error({path, "TEXT_ENCODING",
                       absl::StrCat(NameForMessage(context, path),
                                    "含有无法识别的字符（不是有效的UTF-8）")});
    return;
  }
  const absl::string_view trimmed = TrimBlanks(text);
  if (trimmed.size() != text.size()) text = std::string(trimmed);
  if (HasControl(text)) {
    if (HasOtherControl(text)) {
      context.log.Error({path, "TEXT_CONTROL",
                         absl::StrCat(NameForMessage(context, path),
                                      "含有不可见的控制字符，请删除")});
      return;
    }
    if (!rule.many_lines) {
      text = OneLine(text);
      context.log.Note({path, "TEXT_BLANKS",
                        absl::StrCat(NameForMessage(context, path),
                                     "中的换行或制表符已改为空格")});
    }
  }
  // No character is more than four bytes, so short texts need no counting.
  const auto max = static_cast<std::size_t>(rule.max_chars);
  if (text.size() > max) {
    const std::size_t size = CharCount(text);
    if (size > max) {
      context.log.Error({path, "TEXT_LENGTH",
                         absl::StrCat(NameForMessage(context, path), "有", size,
                                      "个字符，最多", max, "个")});
    }
  }
}

// The first text of the choice that `number` is.
const std::string* StandardText(const conf::v1::Column& column, int number) {
  for (const conf::v1::Choice& choice : column.choices()) {
    if (choice.number() == number) return &choice.text();
  }
  return nullptr;
}

// "其他-" and what it is.
bool IsOther(absl::string_view text) {
  constexpr absl::string_view kOther = "其他-";
  const std::string form = NormaliseName(text);
  return absl::StartsWith(form, kOther) && form.size() > kOther.size();
}

void CheckChoice(const TextRule& rule, const std::string& path,
                 const RuleContext& context, std::string& text) {
  if (text.empty() || rule.column == nullptr ||
      rule.column->spec.choices().empty()) {
    return;
  }
  const std::optional<int> number = context.tables.FindChoice(
      context.target, context.source_id, *rule.column, text);
  if (number.has_value()) {
    if (const std::string* standard =
            StandardText(rule.column->spec, *number)) {
      text = *standard;
    }
    return;
  }
  if (IsOther(text)) return;
  const std::string name = NameForMessage(context, path);
  if (rule.column->spec.open_choices()) {
    context.log.Warning(
        {path, "CHOICE_OPEN",
         absl::StrCat(
             name, "不是标准取值，标准以外的写“其他-”加说明；已按原文保存")});
  } else {
    context.log.Error(
        {path, "CHOICE", absl::StrCat(name, "不在允许的取值范围内")});
  }
}

// The day of birth that a resident ID of 18 characters holds.
std::optional<CivilDay> BirthOf(absl::string_view number) {
  std::string digits;
  while (!number.empty()) {
    const Utf8Char c = FirstUtf8Char(number);
    const char32_t half = HalfWidth(c.code_point);
    if (half >= '0' && half <= '9') digits.push_back(static_cast<char>(half));
    number.remove_prefix(c.size_bytes);
  }
  int date = 0;
  if (digits.size() < 14 ||
      !absl::SimpleAtoi(absl::string_view(digits).substr(6, 8), &date)) {
    return std::nullopt;
  }
  const absl::StatusOr<CivilDay> day =
      CivilDay::FromYmd(date / 10000, date / 100 % 100, date % 100);
  if (!day.ok()) return std::nullopt;
  return *day;
}

// Whether a span of a document number is a person's ID and not a number made
// from a division and a date.
bool IsResidentId(absl::string_view text, const PersonalSpan& span,
                  CivilDay day) {
  if (span.kind != PersonalKind::kResidentId) return false;
  const std::optional<CivilDay> birth =
      BirthOf(text.substr(span.begin, span.end - span.begin));
  if (!birth.has_value() || !day.is_date()) return true;
  return *birth <= day.PlusDays(-kYoungestDays);
}

bool Counts(Search search, absl::string_view text, const PersonalSpan& span,
            CivilDay day) {
  switch (search) {
    case Search::kNothing:
      return false;
    case Search::kResidentIds:
      return IsResidentId(text, span, day);
    case Search::kIdsAndMobiles:
      return span.kind == PersonalKind::kMobile ||
             IsResidentId(text, span, day);
    case Search::kAllButMobiles:
      return span.kind != PersonalKind::kMobile;
    case Search::kEverything:
      return true;
  }
  return true;
}

void MaskNumbers(const TextRule& rule, const std::string& path,
                 const RuleContext& context, std::string& text) {
  if (rule.search == Search::kNothing || !MayHoldPersonalNumber(text)) return;
  std::vector<PersonalSpan> spans = FindPersonalNumbers(text);
  const std::string& all = text;
  spans.erase(std::remove_if(spans.begin(), spans.end(),
                             [&](const PersonalSpan& span) {
                               return !Counts(rule.search, all, span,
                                              context.day);
                             }),
              spans.end());
  if (spans.empty()) return;
  if (rule.is_key) {
    for (const PersonalSpan& span : spans) {
      const absl::string_view number =
          absl::string_view(text).substr(span.begin, span.end - span.begin);
      if (NormaliseName(number) ==
          NormaliseName(context.personal.person_id_number())) {
        continue;
      }
      context.log.Error(
          {path, "PERSONAL_NUMBER_IN_KEY",
           absl::StrCat(NameForMessage(context, path),
                        "含有他人的公民身份号码，请改用文书或案件本身的编号")});
      return;
    }
  }
  std::string masked;
  std::size_t copied = 0;
  for (const PersonalSpan& span : spans) {
    absl::StrAppend(&masked,
                    absl::string_view(text).substr(copied, span.begin - copied),
                    kMaskText);
    copied = span.end;
  }
  absl::StrAppend(&masked, absl::string_view(text).substr(copied));
  KeepOriginal(path, text, context.personal);
  text = std::move(masked);
  context.log.Warning(
      {path, "PERSONAL_NUMBER_MASKED",
       absl::StrCat(NameForMessage(context, path),
                    "含有个人号码（身份证、手机、银行卡等），公开内容中已遮蔽，"
                    "原文另行加密保存")});
}

// `text` after all rules.
std::string Checked(const std::string& path, const RuleContext& context,
                    std::string text) {
  const TextRule rule = RuleOf(path, context);
  CheckCharacters(rule, path, context, text);
  CheckChoice(rule, path, context, text);
  MaskNumbers(rule, path, context, text);
  return text;
}

void CheckTextField(Message& message, const FieldDescriptor* field,
                    const std::string& path, const RuleContext& context) {
  const Reflection& reflection = *message.GetReflection();
  if (!field->is_repeated()) {
    std::string before = reflection.GetString(message, field);
    std::string after = Checked(path, context, before);
    if (after != before) {
      reflection.SetString(&message, field, std::move(after));
    }
    return;
  }
  for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
    reflection.SetRepeatedString(
        &message, field, i,
        Checked(absl::StrCat(path, "[", i, "]"), context,
                reflection.GetRepeatedString(message, field, i)));
  }
}

void CheckMessageField(Message& message, const FieldDescriptor* field,
                       const std::string& path, const RuleContext& context) {
  const Reflection& reflection = *message.GetReflection();
  if (!field->is_repeated()) {
    CheckTexts(*reflection.MutableMessage(&message, field), path, context);
    return;
  }
  for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
    CheckTexts(*reflection.MutableRepeatedMessage(&message, field, i),
               absl::StrCat(path, "[", i, "]"), context);
  }
}

}  // namespace

void CheckTexts(Message& message, const std::string& path,
                const RuleContext& context) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    std::string field_path = absl::StrCat(path, ".", field->name());
    if (field->message_type() != nullptr) {
      CheckMessageField(message, field, field_path, context);
    } else if (field->type() == FieldDescriptor::TYPE_STRING) {
      CheckTextField(message, field, field_path, context);
    }
  }
}

bool MayHoldPersonalNumber(absl::string_view text) {
  int digits = 0;
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    // Han characters, by far the most of a text, begin with E4-E9.
    if (byte >= 0xE4 && byte <= 0xE9) {
      digits = 0;
      i += 3;
      continue;
    }
    char32_t c = byte;
    std::size_t size = 1;
    if (byte >= 0x80) {
      const Utf8Char next = FirstUtf8Char(text.substr(i));
      c = HalfWidth(next.code_point);
      size = next.size_bytes;
    }
    if (c >= '0' && c <= '9') {
      if (++digits >= kFewestDigits) return true;
    } else if (!IsBlank(c) && !IsDash(c)) {
      digits = 0;
    }
    i += size;
  }
  return false;
}

bool HoldsIdOrMobile(absl::string_view text, const RuleContext& context) {
  if (!MayHoldPersonalNumber(text)) return false;
  return absl::c_any_of(
      FindPersonalNumbers(text), [&](const PersonalSpan& span) {
        return Counts(Search::kIdsAndMobiles, text, span, context.day);
      });
}

void KeepOriginal(absl::string_view path, absl::string_view text,
                  storage::v1::PersonalFields& personal) {
  const std::size_t root = path.find('.');
  const std::string field(
      root == absl::string_view::npos ? path : path.substr(root + 1));
  for (storage::v1::OriginalText& original : *personal.mutable_originals()) {
    if (original.field() == field) {
      original.set_text(std::string(text));
      return;
    }
  }
  storage::v1::OriginalText& original = *personal.add_originals();
  original.set_field(field);
  original.set_text(std::string(text));
}

absl::string_view TrimBlanks(absl::string_view text) {
  while (!text.empty()) {
    const Utf8Char c = FirstUtf8Char(text);
    if (!IsBlank(c.code_point)) break;
    text.remove_prefix(c.size_bytes);
  }
  while (!text.empty()) {
    std::size_t begin = text.size() - 1;
    while (begin > 0 &&
           (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80) {
      --begin;
    }
    if (!IsBlank(FirstUtf8Char(text.substr(begin)).code_point)) break;
    text.remove_suffix(text.size() - begin);
  }
  return text;
}

std::string WithoutKeys(absl::string_view path) {
  if (path.find('[') == absl::string_view::npos) return std::string(path);
  std::string plain;
  bool in_key = false;
  for (const char c : path) {
    if (c == '[') in_key = true;
    if (!in_key) plain.push_back(c);
    if (c == ']') in_key = false;
  }
  return plain;
}

std::string NameForMessage(const RuleContext& context, absl::string_view path) {
  const FieldColumn* column =
      context.tables.FindPath(context.target, WithoutKeys(path));
  if (column == nullptr) return "该字段";
  return absl::StrCat("“", column->spec.label(), "”");
}

}  // namespace creditreg
