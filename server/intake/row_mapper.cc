#include "server/intake/row_mapper.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "creditreg/v1/enterprise.pb.h"
#include "creditreg/v1/record.pb.h"
#include "creditreg/v1/registry_write_service.pb.h"
#include "google/protobuf/message.h"
#include "index/base/civil_day.h"
#include "index/base/status_macros.h"
#include "index/model/date_forms.h"
#include "index/model/money.h"
#include "server/intake/report.h"
#include "server/wire/drafts.h"
#include "server/wire/text_rules.h"

namespace creditreg {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Reasons of former codes that say another enterprise's code was taken over.
constexpr absl::string_view kMergerWords[] = {"合并", "吸收", "兼并"};

// The message that holds the column's last field.
Message& HolderOf(const FieldColumn& column, Message& root) {
  Message* holder = &root;
  for (std::size_t i = 0; i + 1 < column.fields.size(); ++i) {
    holder = holder->GetReflection()->MutableMessage(holder, column.fields[i]);
  }
  return *holder;
}

// The entries between separators, which are one character; blanks around them
// go, and so do empty ones.
std::vector<std::string> SplitAt(char separator, absl::string_view text) {
  std::vector<std::string> entries;
  for (absl::string_view entry : absl::StrSplit(text, separator)) {
    entry = TrimBlanks(entry);
    if (!entry.empty()) entries.emplace_back(entry);
  }
  return entries;
}

// Entries joined by ";" in either width.
std::vector<std::string> SplitList(absl::string_view text) {
  return SplitAt(';', absl::StrReplaceAll(text, {{"；", ";"}}));
}

// What people write into a cell that has no date, amount or choice.
bool MeansNone(absl::string_view text) {
  constexpr absl::string_view kWords[] = {"/",  "\\", "-",  "--",   "—",
                                          "——", "无", "空", "NULL", "null"};
  return std::find(std::begin(kWords), std::end(kWords), text) !=
         std::end(kWords);
}

// Puts one cell into a message.
class CellReader {
 public:
  CellReader(const FieldTables& tables, IntakeTarget target,
             absl::string_view source_id, Message& root,
             std::vector<Finding>& findings)
      : tables_(tables),
        target_(target),
        source_id_(source_id),
        root_(root),
        findings_(findings) {}

  void Read(const FieldColumn& column, absl::string_view cell) {
    const absl::string_view text = TrimBlanks(cell);
    if (text.empty()) return;
    using conf::v1::Column;
    switch (column.spec.kind()) {
      case Column::KIND_DATE:
        return ReadDate(column, text);
      case Column::KIND_WAN_YUAN:
        return ReadAmount(column, text, &FenFromWanYuan, "万元，最多6位小数");
      case Column::KIND_YUAN:
        return ReadAmount(column, text, &FenFromYuan, "元，最多2位小数");
      case Column::KIND_CHOICE:
        return ReadChoice(column, text);
      case Column::KIND_TEXT_LIST:
        return ReadList(column, text);
      case Column::KIND_CAPITAL:
        Child<v1::Capital>(column).set_text(std::string(text));
        return;
      case Column::KIND_FORMER_NAMES:
        return ReadFormerNames(column, text);
      case Column::KIND_FORMER_CODES:
        return ReadFormerCodes(column, text);
      case Column::KIND_OLD_NUMBER:
      case Column::KIND_TAX_NUMBER:
        return ReadOldNumber(column, text);
      case Column::KIND_PUBLICATION_DATE:
        return ReadPublication(column, text);
      default:
        SetText(column, text);
    }
  }

 private:
  void Error(const FieldColumn& column, absl::string_view rule,
             std::string message, std::string suggestion = "") {
    findings_.push_back({Severity::kError, column.finding_path,
                         std::string(rule), std::move(message),
                         std::move(suggestion)});
  }

  void SetText(const FieldColumn& column, absl::string_view text) {
    Message& holder = HolderOf(column, root_);
    holder.GetReflection()->SetString(&holder, column.fields.back(),
                                      std::string(text));
  }

  template <typename M>
  M& Child(const FieldColumn& column) {
    Message& holder = HolderOf(column, root_);
    const Reflection& reflection = *holder.GetReflection();
    Message* child =
        column.fields.back()->is_repeated()
            ? reflection.AddMessage(&holder, column.fields.back())
            : reflection.MutableMessage(&holder, column.fields.back());
    return static_cast<M&>(*child);
  }

  // The date as the wire writes it; empty, and a finding, where it is none.
  std::string DateOf(const FieldColumn& column, absl::string_view text) {
    const absl::StatusOr<CivilDay> day = ParseFeedDate(text);
    if (day.ok()) return day->ToIso();
    Error(column, "DATE_FORM",
          absl::StrCat("“", column.spec.label(),
                       "”不是可识别的日期，应为2026-01-05等形式"));
    return std::string();
  }

  void ReadDate(const FieldColumn& column, absl::string_view text) {
    if (MeansNone(text)) return;
    const std::string day = DateOf(column, text);
    if (!day.empty()) SetText(column, day);
  }

  // `unit` is for the finding. Suggests the amount without thousands separators
  // where that is one.
  void ReadAmount(const FieldColumn& column, absl::string_view text,
                  absl::StatusOr<std::int64_t> (*parse)(absl::string_view),
                  absl::string_view unit) {
    if (MeansNone(text)) return;
    const absl::StatusOr<std::int64_t> fen = parse(text);
    if (!fen.ok()) {
      std::string bare = absl::StrReplaceAll(text, {{",", ""}, {"，", ""}});
      if (!parse(bare).ok()) bare.clear();
      return Error(column, "AMOUNT_FORM",
                   absl::StrCat("“", column.spec.label(),
                                "”不是可识别的金额，单位为", unit),
                   std::move(bare));
    }
    Message& holder = HolderOf(column, root_);
    holder.GetReflection()->SetInt64(&holder, column.fields.back(), *fen);
  }

  void ReadChoice(const FieldColumn& column, absl::string_view text) {
    if (column.fields.back()->type() != FieldDescriptor::TYPE_ENUM) {
      return SetText(column, text);
    }
    if (MeansNone(text)) return;
    const std::optional<int> number =
        tables_.FindChoice(target_, source_id_, column, text);
    if (!number.has_value() && column.spec.unlisted_is_missing()) {
      findings_.push_back(
          {Severity::kWarning, column.finding_path, "CHOICE_UNLISTED",
           absl::StrCat("“", column.spec.label(),
                        "”不在取值范围内，未采用，该项按空处理"),
           ""});
      return;
    }
    if (!number.has_value()) {
      return Error(
          column, "CHOICE",
          absl::StrCat("“", column.spec.label(), "”不在允许的取值范围内"));
    }
    Message& holder = HolderOf(column, root_);
    holder.GetReflection()->SetEnumValue(&holder, column.fields.back(),
                                         *number);
  }

  void ReadList(const FieldColumn& column, absl::string_view text) {
    Message& holder = HolderOf(column, root_);
    for (const std::string& entry : SplitList(text)) {
      for (std::string& choice : SplitChoices(column, entry)) {
        holder.GetReflection()->AddString(&holder, column.fields.back(),
                                          std::move(choice));
      }
    }
  }

  // Some feeds join choices by "、" or a comma. Where every piece is a choice,
  // that is what it was; otherwise it belongs to the text.
  std::vector<std::string> SplitChoices(const FieldColumn& column,
                                        const std::string& entry) {
    const std::vector<std::string> pieces =
        SplitAt(',', absl::StrReplaceAll(entry, {{"、", ","}, {"，", ","}}));
    const bool choices = std::all_of(
        pieces.begin(), pieces.end(), [&](const std::string& piece) {
          return tables_.FindChoice(target_, source_id_, column, piece)
              .has_value();
        });
    return choices ? pieces : std::vector<std::string>{entry};
  }

  // "value|date|reason": what is missing at the end is empty.
  struct FormerEntry {
    std::string value;
    std::string until;
    std::string reason;
  };
  FormerEntry SplitFormer(const FieldColumn& column, absl::string_view text) {
    const std::string half = absl::StrReplaceAll(text, {{"｜", "|"}});
    const std::vector<std::string> parts =
        absl::StrSplit(half, absl::MaxSplits('|', 2));
    FormerEntry entry;
    entry.value = std::string(TrimBlanks(parts[0]));
    if (parts.size() > 1 && !TrimBlanks(parts[1]).empty()) {
      entry.until = DateOf(column, parts[1]);
    }
    if (parts.size() > 2) entry.reason = std::string(TrimBlanks(parts[2]));
    return entry;
  }

  void ReadFormerNames(const FieldColumn& column, absl::string_view text) {
    for (const std::string& part : SplitList(text)) {
      FormerEntry entry = SplitFormer(column, part);
      auto& former = Child<v1::FormerName>(column);
      former.set_name(std::move(entry.value));
      former.set_until(std::move(entry.until));
      former.set_reason(std::move(entry.reason));
    }
  }

  void ReadFormerCodes(const FieldColumn& column, absl::string_view text) {
    for (const std::string& part : SplitList(text)) {
      FormerEntry entry = SplitFormer(column, part);
      auto& former = Child<v1::FormerCode>(column);
      former.set_uscc(std::move(entry.value));
      former.set_until(std::move(entry.until));
      former.set_merged(
          std::any_of(std::begin(kMergerWords), std::end(kMergerWords),
                      [&entry](absl::string_view word) {
                        return absl::StrContains(entry.reason, word);
                      }));
      former.set_reason(std::move(entry.reason));
    }
  }

  void ReadOldNumber(const FieldColumn& column, absl::string_view text) {
    // Records have a field of their own for each kind.
    if (!column.fields.back()->is_repeated()) return SetText(column, text);
    auto& number = Child<v1::OldNumber>(column);
    number.set_kind(
        static_cast<v1::OldNumberKind>(column.spec.old_number_kind()));
    number.set_value(std::string(text));
  }

  void ReadPublication(const FieldColumn& column, absl::string_view text) {
    if (MeansNone(text)) return;
    const std::string day = DateOf(column, text);
    if (day.empty()) return;
    auto& publication = Child<v1::ChannelPublication>(column);
    publication.set_channel(
        static_cast<v1::ChannelPublication::Channel>(column.spec.channel()));
    publication.set_published_on(day);
  }

  const FieldTables& tables_;
  const IntakeTarget target_;
  const absl::string_view source_id_;
  Message& root_;
  std::vector<Finding>& findings_;
};

v1::Family FamilyOfTarget(IntakeTarget target) {
  switch (target) {
    case conf::v1::IntakeFormat::TARGET_LICENCE:
      return v1::FAMILY_LICENCE;
    case conf::v1::IntakeFormat::TARGET_PENALTY:
      return v1::FAMILY_PENALTY;
    case conf::v1::IntakeFormat::TARGET_COMPLAINT:
      return v1::FAMILY_COMPLAINT;
    default:
      return v1::FAMILY_UNSPECIFIED;
  }
}

// Gives the record the details its family has, if only empty ones.
void SetFamily(v1::Family family, v1::Record& record) {
  record.set_family(family);
  if (family == v1::FAMILY_LICENCE) record.mutable_licence();
  if (family == v1::FAMILY_PENALTY) record.mutable_penalty();
  if (family == v1::FAMILY_COMPLAINT) record.mutable_complaint();
}

// Warnings about cells leave flags, as those of rules do.
void AddFlags(const std::vector<Finding>& of_cells,
              std::vector<std::string>& flags) {
  std::set<std::string> all(flags.begin(), flags.end());
  for (const Finding& finding : of_cells) {
    if (finding.severity == Severity::kWarning) all.insert(finding.rule);
  }
  flags.assign(all.begin(), all.end());
}

// The findings of cells first, then those of the rules that speak of another
// field: a cell that could not be read is not also said to be missing.
std::vector<Finding> Join(std::vector<Finding> of_cells,
                          std::vector<Finding> of_rules) {
  const std::size_t cells = of_cells.size();
  for (Finding& finding : of_rules) {
    const bool said = std::any_of(
        of_cells.begin(), of_cells.begin() + static_cast<std::ptrdiff_t>(cells),
        [&finding](const Finding& cell) {
          return cell.field == finding.field;
        });
    if (!said) of_cells.push_back(std::move(finding));
  }
  return of_cells;
}

}  // namespace

IntakeTarget TargetOfFormat(v1::ImportFormat format) {
  switch (format) {
    case v1::IMPORT_FORMAT_ENTERPRISE_CSV:
      return conf::v1::IntakeFormat::TARGET_ENTERPRISE;
    case v1::IMPORT_FORMAT_LICENCE_CSV:
      return conf::v1::IntakeFormat::TARGET_LICENCE;
    case v1::IMPORT_FORMAT_PENALTY_CSV:
      return conf::v1::IntakeFormat::TARGET_PENALTY;
    case v1::IMPORT_FORMAT_COMPLAINT_CSV:
      return conf::v1::IntakeFormat::TARGET_COMPLAINT;
    default:
      return conf::v1::IntakeFormat::TARGET_UNSPECIFIED;
  }
}

absl::StatusOr<std::unique_ptr<const RowMapper>> RowMapper::Create(
    const FieldTables& tables, IntakeTarget target, std::string source_id,
    CivilDay received, const std::vector<std::string>& header) {
  auto mapper = absl::WrapUnique(
      new RowMapper(tables, target, std::move(source_id), received));
  CREDITREG_RETURN_IF_ERROR(mapper->ReadHeader(header));
  CREDITREG_RETURN_IF_ERROR(mapper->CheckColumns(header));
  return std::unique_ptr<const RowMapper>(std::move(mapper));
}

absl::Status RowMapper::ReadHeader(const std::vector<std::string>& header) {
  std::size_t count = header.size();
  while (count > 0 && TrimBlanks(header[count - 1]).empty()) --count;
  for (std::size_t i = 0; i < count; ++i) {
    const absl::string_view name = TrimBlanks(header[i]);
    if (IsReportColumn(name)) {
      columns_.push_back(nullptr);
      continue;
    }
    if (const auto* ignored = tables_.FindIgnored(target_, source_id_, name)) {
      if (ignored->harmless_size() > 0) ignored_.push_back({i, ignored});
      columns_.push_back(nullptr);
      continue;
    }
    const FieldColumn* column = tables_.FindHeader(target_, source_id_, name);
    if (column == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat(
          "UNKNOWN_COLUMN: column ", i + 1,
          ": not a column of this format, want a field code or its name"));
    }
    columns_.push_back(column);
    if (absl::StartsWith(column->spec.path(), "personal.")) {
      has_personal_ = true;
    }
  }
  return absl::OkStatus();
}

absl::Status RowMapper::CheckColumns(
    const std::vector<std::string>& header) const {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      if (columns_[i] == nullptr || columns_[i] != columns_[k]) continue;
      // Older feeds spread a list over several columns, CF_CFLB1 and CF_CFLB2.
      if (columns_[i]->spec.kind() == conf::v1::Column::KIND_TEXT_LIST &&
          header[i] != header[k]) {
        continue;
      }
      return absl::InvalidArgumentError(
          absl::StrCat("DUPLICATE_COLUMN: columns ", k + 1, " and ", i + 1,
                       ": the same field, want each once"));
    }
  }
  for (const auto& column : tables_.columns(target_)) {
    const auto required = column->spec.required();
    if (required != conf::v1::Column::REQUIRED_ALWAYS &&
        required != conf::v1::Column::REQUIRED_KEY_PART) {
      continue;
    }
    const bool there = std::find(columns_.begin(), columns_.end(),
                                 column.get()) != columns_.end();
    if (there) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "MISSING_COLUMN: ", column->spec.code(), ": absent from the header of ",
        header.size(), " columns, want it"));
  }
  return absl::OkStatus();
}

storage::v1::RawRow RowMapper::RawOf(
    const std::vector<std::string>& cells) const {
  storage::v1::RawRow raw;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i] == nullptr) continue;
    raw.add_columns(columns_[i]->spec.code());
    raw.add_cells(i < cells.size() ? cells[i] : "");
  }
  return raw;
}

void RowMapper::CheckIgnored(const std::vector<std::string>& cells,
                             std::vector<Finding>& findings) const {
  for (const IgnoredCell& ignored : ignored_) {
    if (ignored.index >= cells.size()) continue;
    const absl::string_view text = TrimBlanks(cells[ignored.index]);
    const auto& harmless = ignored.spec->harmless();
    if (text.empty() || MeansNone(text) ||
        std::find(harmless.begin(), harmless.end(), text) != harmless.end()) {
      continue;
    }
    findings.push_back(
        {Severity::kError, "", "IGNORED_VALUE",
         absl::StrCat("“", ignored.spec->header(), "”列不入库，取值只能是",
                      absl::StrJoin(harmless, "、"),
                      "；其他取值会改变整行的含义"),
         ""});
  }
}

void RowMapper::ReadCells(const std::vector<std::string>& cells,
                          google::protobuf::Message& root,
                          std::vector<Finding>& findings) const {
  CellReader reader(tables_, target_, source_id_, root, findings);
  const std::size_t count = std::min(cells.size(), columns_.size());
  for (std::size_t i = 0; i < count; ++i) {
    if (columns_[i] != nullptr) reader.Read(*columns_[i], cells[i]);
  }
  CheckIgnored(cells, findings);
  // Spreadsheets leave out empty cells at the end of a row, and add some.
  const bool extra = std::any_of(
      cells.begin() + static_cast<std::ptrdiff_t>(count), cells.end(),
      [](const std::string& cell) { return !TrimBlanks(cell).empty(); });
  if (extra) {
    findings.push_back(
        {Severity::kError, "", "CELL_COUNT",
         absl::StrCat("该行有", cells.size(), "个单元格，表头只有",
                      columns_.size(), "列"),
         ""});
  }
}

void RowMapper::MapEnterprise(const std::vector<std::string>& cells,
                              ImportRowDraft& draft) const {
  v1::PutEnterpriseRequest request;
  std::vector<Finding> findings;
  request.mutable_enterprise();
  ReadCells(cells, request, findings);
  if (has_personal_) request.mutable_personal();
  EnterpriseCheck check =
      CheckEnterprise(request.enterprise(),
                      request.has_personal() ? &request.personal() : nullptr,
                      tables_, source_id_, received_);
  if (!check.draft.has_value() || HasError(findings)) {
    std::vector<Finding> rules = check.draft.has_value()
                                     ? std::move(check.draft->findings)
                                     : std::move(check.findings);
    draft.findings = Join(std::move(findings), std::move(rules));
    return;
  }
  check.draft->keep_history = true;
  AddFlags(findings, check.draft->quality_flags);
  check.draft->findings =
      Join(std::move(findings), std::move(check.draft->findings));
  draft.enterprise = *std::move(check.draft);
}

void RowMapper::MapRecord(const std::vector<std::string>& cells,
                          ImportRowDraft& draft) const {
  v1::RecordInput input;
  std::vector<Finding> findings;
  SetFamily(FamilyOfTarget(target_), *input.mutable_record());
  ReadCells(cells, input, findings);
  RecordCheck check = CheckRecord(input, tables_, source_id_, received_);
  if (!check.draft.has_value() || HasError(findings)) {
    std::vector<Finding> rules = check.draft.has_value()
                                     ? std::move(check.draft->findings)
                                     : std::move(check.findings);
    draft.findings = Join(std::move(findings), std::move(rules));
    return;
  }
  AddFlags(findings, check.draft->quality_flags);
  check.draft->findings =
      Join(std::move(findings), std::move(check.draft->findings));
  draft.record = *std::move(check.draft);
}

ImportRowDraft RowMapper::Map(std::uint64_t row,
                              const std::vector<std::string>& cells) const {
  ImportRowDraft draft = MapContent(row, cells);
  draft.raw = RawOf(cells);
  return draft;
}

ImportRowDraft RowMapper::MapContent(
    std::uint64_t row, const std::vector<std::string>& cells) const {
  ImportRowDraft draft;
  draft.row = row;
  if (target_ == conf::v1::IntakeFormat::TARGET_ENTERPRISE) {
    MapEnterprise(cells, draft);
  } else {
    MapRecord(cells, draft);
  }
  return draft;
}

}  // namespace creditreg
