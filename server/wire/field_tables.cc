#include "server/wire/field_tables.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "creditreg/v1/enterprise.pb.h"
#include "creditreg/v1/record.pb.h"
#include "creditreg/v1/registry_write_service.pb.h"
#include "index/base/check.h"
#include "index/base/status_macros.h"
#include "index/model/name.h"
#include "index/model/uscc.h"
#include "server/config/text_proto.h"

namespace creditreg {
namespace {

namespace confpb = conf::v1;
using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

constexpr confpb::IntakeFormat::Target kTargets[] = {
    confpb::IntakeFormat::TARGET_ENTERPRISE,
    confpb::IntakeFormat::TARGET_LICENCE,
    confpb::IntakeFormat::TARGET_PENALTY,
    confpb::IntakeFormat::TARGET_COMPLAINT,
    confpb::IntakeFormat::TARGET_LISTING,
    confpb::IntakeFormat::TARGET_ANNUAL_REPORT};

// Whether files have the format.
bool HasFiles(const confpb::IntakeFormat& spec) {
  return !spec.template_name().empty();
}

const Descriptor& RootOf(IntakeTarget target) {
  return target == confpb::IntakeFormat::TARGET_ENTERPRISE
             ? *v1::PutEnterpriseRequest::descriptor()
             : *v1::RecordInput::descriptor();
}

// The fields that `path` names from `root`; empty where it names none. Of a
// file only the last may be repeated.
std::vector<const FieldDescriptor*> Resolve(const Descriptor& root,
                                            absl::string_view path,
                                            bool through_lists) {
  std::vector<const FieldDescriptor*> fields;
  const Descriptor* message = &root;
  for (const absl::string_view name : absl::StrSplit(path, '.')) {
    if (message == nullptr) return {};
    if (!through_lists && !fields.empty() && fields.back()->is_repeated()) {
      return {};
    }
    const FieldDescriptor* field = message->FindFieldByName(std::string(name));
    if (field == nullptr) return {};
    fields.push_back(field);
    message = field->message_type();
  }
  return fields;
}

bool IsRepeatedOf(const FieldDescriptor& field, const Descriptor& type) {
  return field.is_repeated() && field.message_type() == &type;
}

// Whether values of the kind can go into the field.
bool Fits(confpb::Column::Kind kind, const FieldDescriptor& field) {
  const bool text =
      !field.is_repeated() && field.type() == FieldDescriptor::TYPE_STRING;
  const bool number =
      !field.is_repeated() && field.type() == FieldDescriptor::TYPE_INT64;
  switch (kind) {
    case confpb::Column::KIND_UNSPECIFIED:
    case confpb::Column::KIND_FREE_TEXT:
    case confpb::Column::KIND_DATE:
    case confpb::Column::KIND_PARTY_CODE:
    case confpb::Column::KIND_AGENCY_CODE:
      return text;
    case confpb::Column::KIND_WAN_YUAN:
    case confpb::Column::KIND_YUAN:
      return number;
    case confpb::Column::KIND_CHOICE:
      return text || (!field.is_repeated() &&
                      field.type() == FieldDescriptor::TYPE_ENUM);
    case confpb::Column::KIND_TEXT_LIST:
      return field.is_repeated() &&
             field.type() == FieldDescriptor::TYPE_STRING;
    case confpb::Column::KIND_CAPITAL:
      return !field.is_repeated() &&
             field.message_type() == v1::Capital::descriptor();
    case confpb::Column::KIND_FORMER_NAMES:
      return IsRepeatedOf(field, *v1::FormerName::descriptor());
    case confpb::Column::KIND_FORMER_CODES:
      return IsRepeatedOf(field, *v1::FormerCode::descriptor());
    case confpb::Column::KIND_OLD_NUMBER:
    case confpb::Column::KIND_TAX_NUMBER:
      return text || IsRepeatedOf(field, *v1::OldNumber::descriptor());
    case confpb::Column::KIND_PUBLICATION_DATE:
      return IsRepeatedOf(field, *v1::ChannelPublication::descriptor());
    default:
      return false;
  }
}

absl::Status Bad(absl::string_view what, absl::string_view rule) {
  return absl::InvalidArgumentError(absl::StrCat(what, ": ", rule));
}

// Choices, old-number kind and channel against the field's type.
absl::Status CheckNumbers(absl::string_view what, const confpb::Column& spec,
                          const FieldDescriptor& field) {
  for (const confpb::Choice& choice : spec.choices()) {
    if (field.enum_type() != nullptr &&
        (choice.number() == 0 ||
         field.enum_type()->FindValueByNumber(choice.number()) == nullptr)) {
      return Bad(what, "choice is no value of the field's enum");
    }
  }
  if (spec.kind() == confpb::Column::KIND_CHOICE && spec.choices().empty()) {
    return Bad(what, "choices missing");
  }
  if (spec.open_choices() && field.enum_type() != nullptr) {
    return Bad(what, "open choices, want a text field");
  }
  if (spec.unlisted_is_missing() && field.enum_type() == nullptr) {
    return Bad(what, "unlisted_is_missing, want an enum");
  }
  const bool old_number =
      spec.kind() == confpb::Column::KIND_OLD_NUMBER ||
      (spec.kind() == confpb::Column::KIND_TAX_NUMBER && field.is_repeated());
  if (old_number && (spec.old_number_kind() == 0 ||
                     !v1::OldNumberKind_IsValid(spec.old_number_kind()))) {
    return Bad(what, "old_number_kind: unknown");
  }
  if (spec.kind() == confpb::Column::KIND_PUBLICATION_DATE &&
      (spec.channel() == 0 ||
       !v1::ChannelPublication::Channel_IsValid(spec.channel()))) {
    return Bad(what, "channel: unknown");
  }
  return absl::OkStatus();
}

// What a format says beside its columns.
absl::Status CheckHead(absl::string_view what,
                       const confpb::IntakeFormat& spec) {
  if (spec.target() == confpb::IntakeFormat::TARGET_UNSPECIFIED ||
      !confpb::IntakeFormat::Target_IsValid(spec.target())) {
    return Bad(what, "target: unknown");
  }
  if (spec.columns().empty()) return Bad(what, "columns missing");
  return absl::OkStatus();
}

std::string FindingPath(const confpb::Column& spec,
                        const FieldDescriptor& field) {
  if (spec.kind() == confpb::Column::KIND_PUBLICATION_DATE) {
    return KeyedPath(spec.path(), *v1::ChannelPublication::Channel_descriptor(),
                     spec.channel());
  }
  if (field.is_repeated() &&
      field.message_type() == v1::OldNumber::descriptor()) {
    return KeyedPath(spec.path(), *v1::OldNumberKind_descriptor(),
                     spec.old_number_kind());
  }
  return spec.path();
}

// Headers and choices are compared in this form.
std::string KeyOf(absl::string_view text) { return NormaliseName(text); }

std::string ChoiceKey(absl::string_view code, absl::string_view text) {
  return absl::StrCat(code, "\n", KeyOf(text));
}

bool IsSourceId(absl::string_view id) {
  if (id.empty() || id.size() > 32) return false;
  for (const char c : id) {
    if (!absl::ascii_islower(c) && !absl::ascii_isdigit(c) && c != '_' &&
        c != '-') {
      return false;
    }
  }
  return true;
}

// Fields that every family of records has.
bool IsSharedByRecords(absl::string_view path) {
  return absl::StartsWith(path, "record.party.") ||
         absl::StartsWith(path, "record.deciding_agency.") ||
         absl::StartsWith(path, "record.submitting_agency.") ||
         absl::StartsWith(path, "personal.");
}

// Without the last step or the last "[...]"; false where nothing is left.
bool Shorten(absl::string_view& path) {
  const std::size_t end = path.find_last_of(".[");
  if (end == absl::string_view::npos) return false;
  path = path.substr(0, end);
  return !path.empty();
}

}  // namespace

std::string KeyedPath(absl::string_view path, const EnumDescriptor& keys,
                      int key) {
  const auto* value = keys.FindValueByNumber(key);
  if (value == nullptr) return absl::StrCat(path, "[", key, "]");
  // The zero value is named PREFIX_UNSPECIFIED.
  const std::string& zero = keys.value(0)->name();
  const absl::string_view prefix = absl::StripSuffix(zero, "UNSPECIFIED");
  return absl::StrCat(path, "[", absl::StripPrefix(value->name(), prefix), "]");
}

absl::StatusOr<std::unique_ptr<const FieldTables>> FieldTables::Load(
    const std::string& directory) {
  std::vector<confpb::IntakeFormat> formats;
  for (const char* name : {"enterprise", "licence", "penalty", "complaint",
                           "listing", "annual_report"}) {
    const std::string path = absl::StrCat(directory, "/", name, ".textproto");
    CREDITREG_ASSIGN_OR_RETURN(formats.emplace_back(),
                               ReadTextProto<confpb::IntakeFormat>(path));
    // Later errors name the format.
    CREDITREG_RETURN_IF_ERROR(CheckHead(path, formats.back()));
  }
  CREDITREG_ASSIGN_OR_RETURN(const confpb::IntakeSources sources,
                             ReadTextProto<confpb::IntakeSources>(absl::StrCat(
                                 directory, "/sources.textproto")));
  return Create(formats, sources);
}

absl::StatusOr<std::unique_ptr<const FieldTables>> FieldTables::Create(
    const std::vector<confpb::IntakeFormat>& formats,
    const confpb::IntakeSources& sources) {
  std::unique_ptr<FieldTables> tables(new FieldTables());
  for (const confpb::IntakeFormat& format : formats) {
    CREDITREG_RETURN_IF_ERROR(tables->AddFormat(format));
  }
  for (const IntakeTarget target : kTargets) {
    if (!tables->formats_.contains(target)) {
      return Bad(confpb::IntakeFormat::Target_Name(target), "format missing");
    }
  }
  tables->ShareRecordFields();
  for (const confpb::IntakeSource& source : sources.sources()) {
    CREDITREG_RETURN_IF_ERROR(tables->AddSource(source));
  }
  for (const char* id : {"default", "direct"}) {
    if (!tables->HasSource(id)) {
      return Bad("sources", absl::StrCat(id, " missing"));
    }
  }
  return std::unique_ptr<const FieldTables>(std::move(tables));
}

absl::Status FieldTables::AddFormat(const confpb::IntakeFormat& spec) {
  CREDITREG_RETURN_IF_ERROR(CheckHead(
      HasFiles(spec) ? spec.template_name()
                     : confpb::IntakeFormat::Target_Name(spec.target()),
      spec));
  if (formats_.contains(spec.target())) {
    return Bad(spec.template_name(), "target comes twice");
  }
  Format& format = formats_[spec.target()];
  format.spec = spec;
  for (const confpb::Column& column : spec.columns()) {
    CREDITREG_RETURN_IF_ERROR(AddColumn(column, format));
  }
  return absl::OkStatus();
}

absl::Status FieldTables::AddColumn(const confpb::Column& spec,
                                    Format& format) {
  const bool has_files = HasFiles(format.spec);
  const std::string what =
      has_files ? absl::StrCat(format.spec.template_name(), " ", spec.code())
                : absl::StrCat(
                      confpb::IntakeFormat::Target_Name(format.spec.target()),
                      " ", spec.path());
  auto column = std::make_unique<FieldColumn>();
  column->spec = spec;
  column->index = static_cast<int>(format.columns.size());
  column->fields =
      Resolve(RootOf(format.spec.target()), spec.path(), !has_files);
  if (spec.label().empty() || (has_files && spec.code().empty())) {
    return Bad(what, "code or label missing");
  }
  if (!has_files && !(spec.code().empty() && spec.aliases().empty() &&
                      spec.choices().empty())) {
    return Bad(what, "code, alias or choices, but no template");
  }
  if (column->fields.empty()) return Bad(what, "path: no such field");
  const FieldDescriptor& field = *column->fields.back();
  if (!Fits(spec.kind(), field)) {
    return Bad(what, "kind does not fit the field's type");
  }
  if (spec.max_chars() < 0) return Bad(what, "max_chars: negative");
  CREDITREG_RETURN_IF_ERROR(CheckNumbers(what, spec, field));
  column->finding_path = FindingPath(spec, field);

  std::vector<std::string> headers(spec.aliases().begin(),
                                   spec.aliases().end());
  headers.push_back(spec.code());
  headers.push_back(spec.label());
  if (!has_files) headers.clear();
  for (const std::string& header : headers) {
    if (!format.by_header.emplace(KeyOf(header), column.get()).second) {
      return Bad(what, "code, label or alias comes twice");
    }
  }
  for (const confpb::Choice& choice : spec.choices()) {
    if (!format.choices
             .emplace(ChoiceKey(spec.code(), choice.text()), choice.number())
             .second) {
      return Bad(what, "choice comes twice");
    }
  }
  if (!format.by_finding_path.emplace(column->finding_path, column.get())
           .second) {
    return Bad(what, "path is another column's");
  }
  format.by_path.emplace(spec.path(), column.get());
  format.columns.push_back(std::move(column));
  return absl::OkStatus();
}

void FieldTables::ShareRecordFields() {
  for (const IntakeTarget target : kTargets) {
    if (target == confpb::IntakeFormat::TARGET_ENTERPRISE) continue;
    for (const IntakeTarget other : kTargets) {
      if (other == confpb::IntakeFormat::TARGET_ENTERPRISE) continue;
      for (const auto& column : formats_[other].columns) {
        if (IsSharedByRecords(column->spec.path())) {
          formats_[target].by_path.emplace(column->spec.path(), column.get());
        }
      }
    }
  }
}

absl::Status FieldTables::AddSource(const confpb::IntakeSource& spec) {
  const std::string what = absl::StrCat("source ", spec.id());
  if (!IsSourceId(spec.id())) return Bad(what, "id: want [a-z0-9_-]{1,32}");
  Source source;
  CREDITREG_RETURN_IF_ERROR(AddSourceAliases(spec, source));
  CREDITREG_RETURN_IF_ERROR(AddIgnored(spec, source));
  for (const confpb::AgencyAlias& agency : spec.agencies()) {
    if (!Uscc::Parse(agency.uscc()).ok()) {
      return Bad(what, "agency's code is not valid");
    }
    if (!source.agencies.emplace(KeyOf(agency.name()), agency.uscc()).second) {
      return Bad(what, "agency comes twice");
    }
  }
  if (!sources_.emplace(spec.id(), std::move(source)).second) {
    return Bad(what, "id comes twice");
  }
  return absl::OkStatus();
}

absl::Status FieldTables::AddSourceAliases(const confpb::IntakeSource& spec,
                                           Source& source) const {
  const std::string what = absl::StrCat("source ", spec.id());
  const auto find = [&](IntakeTarget target,
                        const std::string& code) -> const FieldColumn* {
    const auto format = formats_.find(target);
    if (format == formats_.end()) return nullptr;
    const auto column = format->second.by_header.find(KeyOf(code));
    if (column == format->second.by_header.end()) return nullptr;
    return column->second->spec.code() == code ? column->second : nullptr;
  };
  for (const confpb::ColumnAlias& alias : spec.aliases()) {
    if (find(alias.target(), alias.code()) == nullptr) {
      return Bad(what, "alias for no column");
    }
    if (!source.headers[alias.target()]
             .emplace(KeyOf(alias.header()), KeyOf(alias.code()))
             .second) {
      return Bad(what, "alias comes twice");
    }
  }
  for (const confpb::ChoiceAlias& choice : spec.choices()) {
    const FieldColumn* column = find(choice.target(), choice.code());
    if (column == nullptr) return Bad(what, "choice for no column");
    confpb::Column as_column = column->spec;
    confpb::Choice& added = *as_column.add_choices();
    added.set_text(choice.text());
    added.set_number(choice.number());
    CREDITREG_RETURN_IF_ERROR(
        CheckNumbers(what, as_column, *column->fields.back()));
    if (!source.choices[choice.target()]
             .emplace(ChoiceKey(choice.code(), choice.text()), choice.number())
             .second) {
      return Bad(what, "choice comes twice");
    }
  }
  return absl::OkStatus();
}

absl::Status FieldTables::AddIgnored(const confpb::IntakeSource& spec,
                                     Source& source) const {
  const std::string what = absl::StrCat("source ", spec.id());
  for (const confpb::IgnoredHeader& ignored : spec.ignored()) {
    const auto format = formats_.find(ignored.target());
    if (format == formats_.end()) return Bad(what, "ignored: no such target");
    const std::string key = KeyOf(ignored.header());
    if (key.empty()) return Bad(what, "ignored: header missing");
    if (format->second.by_header.contains(key) ||
        source.headers[ignored.target()].contains(key)) {
      return Bad(what, "ignored header is a column's");
    }
    if (!source.ignored[ignored.target()].emplace(key, ignored).second) {
      return Bad(what, "ignored header comes twice");
    }
  }
  return absl::OkStatus();
}

const FieldTables::Format& FieldTables::FormatOf(IntakeTarget target) const {
  const auto it = formats_.find(target);
  CREDITREG_CHECK(it != formats_.end(), "every target has a format");
  return it->second;
}

const FieldTables::Source* FieldTables::FindSource(
    absl::string_view source_id) const {
  const auto it = sources_.find(std::string(source_id));
  return it == sources_.end() ? nullptr : &it->second;
}

const confpb::IntakeFormat& FieldTables::format(IntakeTarget target) const {
  return FormatOf(target).spec;
}

const std::vector<std::unique_ptr<FieldColumn>>& FieldTables::columns(
    IntakeTarget target) const {
  return FormatOf(target).columns;
}

bool FieldTables::HasSource(absl::string_view source_id) const {
  return FindSource(source_id) != nullptr;
}

const FieldColumn* FieldTables::FindHeader(IntakeTarget target,
                                           absl::string_view source_id,
                                           absl::string_view header) const {
  const Format& format = FormatOf(target);
  std::string key = KeyOf(header);
  if (const Source* source = FindSource(source_id)) {
    const auto aliases = source->headers.find(target);
    if (aliases != source->headers.end()) {
      const auto alias = aliases->second.find(key);
      if (alias != aliases->second.end()) key = alias->second;
    }
  }
  const auto column = format.by_header.find(key);
  return column == format.by_header.end() ? nullptr : column->second;
}

const confpb::IgnoredHeader* FieldTables::FindIgnored(
    IntakeTarget target, absl::string_view source_id,
    absl::string_view header) const {
  const Source* source = FindSource(source_id);
  if (source == nullptr) return nullptr;
  const auto ignored = source->ignored.find(target);
  if (ignored == source->ignored.end()) return nullptr;
  const auto found = ignored->second.find(KeyOf(header));
  return found == ignored->second.end() ? nullptr : &found->second;
}

const FieldColumn* FieldTables::FindPath(IntakeTarget target,
                                         absl::string_view path) const {
  const Format& format = FormatOf(target);
  const auto column = format.by_path.find(path);
  return column == format.by_path.end() ? nullptr : column->second;
}

std::string FieldTables::CodeOfPath(IntakeTarget target,
                                    absl::string_view path) const {
  const Format& format = FormatOf(target);
  absl::string_view rest = path;
  do {
    const auto keyed = format.by_finding_path.find(rest);
    if (keyed != format.by_finding_path.end()) {
      return keyed->second->spec.code();
    }
    const auto column = format.by_path.find(rest);
    if (column != format.by_path.end()) {
      // A column lent by another family is not in this family's files.
      const auto index = static_cast<std::size_t>(column->second->index);
      if (index < format.columns.size() &&
          format.columns[index].get() == column->second) {
        return column->second->spec.code();
      }
    }
  } while (Shorten(rest));
  return std::string(path);
}

std::optional<int> FieldTables::FindChoice(IntakeTarget target,
                                           absl::string_view source_id,
                                           const FieldColumn& column,
                                           absl::string_view text) const {
  const std::string key = ChoiceKey(column.spec.code(), text);
  if (const Source* source = FindSource(source_id)) {
    const auto choices = source->choices.find(target);
    if (choices != source->choices.end()) {
      const auto choice = choices->second.find(key);
      if (choice != choices->second.end()) return choice->second;
    }
  }
  const Format& format = FormatOf(target);
  const auto choice = format.choices.find(key);
  if (choice == format.choices.end()) return std::nullopt;
  return choice->second;
}

absl::string_view FieldTables::FindAgency(absl::string_view source_id,
                                          absl::string_view name) const {
  const Source* source = FindSource(source_id);
  if (source == nullptr || source->agencies.empty()) return "";
  const auto agency = source->agencies.find(KeyOf(name));
  return agency == source->agencies.end() ? absl::string_view()
                                          : absl::string_view(agency->second);
}

}  // namespace creditreg
