// creditctl get, batch-get.

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "client/batch_lookup.h"
#include "client/cli/commands.h"
#include "client/cli/describe.h"
#include "client/cli/display_text.h"
#include "client/cli/record_table.h"
#include "client/cli/table.h"
#include "client/local_file.h"

namespace creditreg::cli {
namespace {

// An identifier and a name take at most 264 characters.
constexpr std::size_t kMaxLineBytes = 4096;

bool IsFound(const v1::LookupResult& result) {
  switch (result.verdict()) {
    case v1::LOOKUP_VERDICT_FOUND:
    case v1::LOOKUP_VERDICT_RENAMED:
    case v1::LOOKUP_VERDICT_OLD_NUMBER:
    case v1::LOOKUP_VERDICT_DEREGISTERED:
    case v1::LOOKUP_VERDICT_MERGED:
      return true;
    case v1::LOOKUP_VERDICT_PLACEHOLDER:
    case v1::LOOKUP_VERDICT_BAD_CODE:
    case v1::LOOKUP_VERDICT_NOT_FOUND:
    case v1::LOOKUP_VERDICT_AMBIGUOUS:
      return false;
    case v1::LOOKUP_VERDICT_WITHHELD:  // Government may be shown it.
    default:                           // Newer than this program.
      return result.has_enterprise() || result.has_brief();
  }
}

void AddSection(const Text& heading, const google::protobuf::Message& message,
                const Session& session, std::vector<Field>& fields) {
  fields.push_back({0, session.Say(heading), ""});
  for (Field& field : Describe(session.lang(), message, 1)) {
    fields.push_back(std::move(field));
  }
}

// `answer` is the public or the government one.
template <typename Answer>
std::vector<Field> ResultFields(const Session& session, const Answer& answer) {
  v1::LookupResult result = answer.result();
  result.clear_enterprise();
  std::vector<Field> fields;
  AddSection(texts::kHeadResult, result, session, fields);
  if (answer.result().has_enterprise()) {
    fields.push_back(
        {0, FieldLabel(session.lang(), "LookupResult.enterprise"), ""});
    for (Field& field :
         Describe(session.lang(), answer.result().enterprise(), 1)) {
      fields.push_back(std::move(field));
    }
  }
  return fields;
}

template <typename Answer>
ExitCode ShowAnswer(Session& session, const Answer& answer,
                    std::vector<Field> fields) {
  if (session.json()) {
    const absl::Status status = session.PrintJson(answer);
    if (!status.ok()) return session.Fail(status);
  } else {
    fields.push_back(
        {0, FieldLabel(session.lang(), "GetEnterpriseResponse.position"),
         PositionText(answer.position())});
    session.Print(RenderFields(fields, session.width()));
  }
  return IsFound(answer.result()) ? ExitCode::kOk : ExitCode::kNothing;
}

ExitCode RunPublicGet(Session& session, const GetCommand& command) {
  v1::GetPublicEnterpriseRequest request;
  *request.mutable_item() = command.item;
  const auto answer = session.client().GetPublicEnterprise(request);
  if (!answer.ok()) return session.Fail(answer.status());
  const ExitCode code =
      ShowAnswer(session, *answer, ResultFields(session, *answer));
  if (session.json() || answer->licences().empty()) return code;
  const RowTable table = RecordTable(session);
  session.Print(table.Header());
  for (const v1::Record& licence : answer->licences()) {
    session.Print(table.Row(RecordCells(session, licence)));
  }
  if (answer->has_more_licences()) {
    session.Note(session.Say(texts::kMoreLicences));
  }
  return code;
}

// Reads items, one a line.
class ItemReader {
 public:
  ItemReader(const Session& session, std::string path)
      : session_(session), path_(std::move(path)) {}
  ~ItemReader() {
    if (file_ != nullptr && file_ != stdin) std::fclose(file_);
    std::free(line_);
  }
  ItemReader(const ItemReader&) = delete;
  ItemReader& operator=(const ItemReader&) = delete;

  absl::Status Open() {
    file_ = path_ == "-" ? stdin : std::fopen(path_.c_str(), "re");
    if (file_ == nullptr) return LocalFileError(path_, errno);
    return absl::OkStatus();
  }

  // The next item; empty lines are passed over.
  absl::StatusOr<std::optional<v1::LookupItem>> Next() {
    while (true) {
      errno = 0;
      const ssize_t size = getline(&line_, &capacity_, file_);
      if (size < 0) {
        if (std::ferror(file_) != 0) return LocalFileError(path_, errno);
        return std::nullopt;
      }
      ++line_number_;
      absl::string_view text(line_, static_cast<std::size_t>(size));
      if (line_number_ == 1) text = absl::StripPrefix(text, "\xEF\xBB\xBF");
      text = absl::StripSuffix(absl::StripSuffix(text, "\n"), "\r");
      if (absl::StripAsciiWhitespace(text).empty()) continue;
      const Text* const fault = FaultOf(text);
      if (fault != nullptr) {
        return LocalFileError(path_, session_.Say(*fault, line_number_));
      }
      return ItemOf(text);
    }
  }

 private:
  static const Text* FaultOf(absl::string_view text) {
    if (text.size() > kMaxLineBytes) return &texts::kLineTooLong;
    const bool broken = text.find("\uFFFD") == absl::string_view::npos &&
                        Neutralise(text).find("\uFFFD") != std::string::npos;
    return broken ? &texts::kLineNotUtf8 : nullptr;
  }

  static v1::LookupItem ItemOf(absl::string_view text) {
    v1::LookupItem item;
    const std::size_t gap = text.find_first_of("\t,");
    item.set_identifier(std::string(text.substr(0, gap)));
    if (gap != absl::string_view::npos) {
      item.set_name(
          std::string(absl::StripAsciiWhitespace(text.substr(gap + 1))));
    }
    return item;
  }

  const Session& session_;
  const std::string path_;
  std::FILE* file_ = nullptr;
  char* line_ = nullptr;
  std::size_t capacity_ = 0;
  std::int64_t line_number_ = 0;
};

RowTable BatchTable(const Session& session) {
  return RowTable({{session.Say(texts::kColumnIndex), Align::kRight, 6},
                   {session.Say(texts::kColumnIdentifier), Align::kLeft, 18},
                   {session.Say(texts::kColumnVerdict), Align::kLeft, 12},
                   {session.Say(texts::kColumnStatus), Align::kLeft, 12},
                   {session.Say(texts::kColumnName), Align::kLeft, 0}},
                  session.width());
}

std::string VerdictText(const Session& session, v1::LookupVerdict verdict) {
  const std::string label = LabelOf(session.lang(), verdict);
  return label.empty() ? session.Say(texts::kUnknownVerdict) : label;
}

// The name; for a bad code what was perhaps meant.
std::string NameCell(const Session& session, const v1::LookupResult& result) {
  if (result.nearest_codes().empty()) return result.brief().name();
  return session.Say(texts::kNearCode, result.nearest_codes(0));
}

Cells BatchCells(const Session& session, const v1::LookupResult& result) {
  return {absl::StrCat(result.index() + 1), result.identifier(),
          VerdictText(session, result.verdict()),
          LabelOf(session.lang(), result.brief().status()),
          NameCell(session, result)};
}

using VerdictCounts = std::map<v1::LookupVerdict, std::int64_t>;

void SummariseBatch(Session& session, const BatchOutcome& outcome,
                    const VerdictCounts& counts) {
  std::string parts;
  // Best first: FOUND has the highest number.
  for (auto it = counts.rbegin(); it != counts.rend(); ++it) {
    absl::StrAppend(&parts, parts.empty() ? "" : "  ",
                    VerdictText(session, it->first), " ", Grouped(it->second));
  }
  session.Note(
      session.Say(texts::kBatchSummary, Grouped(outcome.items), parts));
  if (outcome.resumed > 0) {
    session.Note(session.Say(texts::kBatchResumed, outcome.resumed));
  }
}

}  // namespace

ExitCode Run(Session& session, const GetCommand& command) {
  if (session.options().public_view) return RunPublicGet(session, command);
  v1::GetEnterpriseRequest request;
  *request.mutable_item() = command.item;
  if (command.at.has_value()) *request.mutable_at_position() = *command.at;
  if (!command.personal_purpose.empty()) {
    request.mutable_personal()->set_purpose(command.personal_purpose);
  }
  const auto answer = session.client().GetEnterprise(request);
  if (!answer.ok()) return session.Fail(answer.status());
  session.NoteWithheld(answer->withheld_groups());
  std::vector<Field> fields = ResultFields(session, *answer);
  if (answer->has_summary()) {
    AddSection(texts::kHeadSummary, answer->summary(), session, fields);
  }
  if (answer->has_personal()) {
    AddSection(texts::kHeadPersonal, answer->personal(), session, fields);
  }
  if (answer->personal_erased()) {
    session.Note(session.Say(texts::kPersonalErased));
  }
  return ShowAnswer(session, *answer, std::move(fields));
}

ExitCode Run(Session& session, const BatchGetCommand& command) {
  ItemReader reader(session, command.file);
  const absl::Status opened = reader.Open();
  if (!opened.ok()) return session.Fail(opened);
  const RowTable table = BatchTable(session);
  if (!session.json()) session.Print(table.Header());
  VerdictCounts counts;
  std::int64_t found = 0;
  const auto outcome = BatchLookUp(
      session.client(),
      session.options().public_view ? LookupView::kPublic
                                    : LookupView::kGovernment,
      // A line of the table shows no more.
      session.json() && !command.brief ? LookupForm::kWhole
                                       : LookupForm::kBrief,
      [&reader] { return reader.Next(); },
      [&](const v1::LookupResult& result) {
        ++counts[result.verdict()];
        if (IsFound(result)) ++found;
        if (session.json()) return session.PrintJson(result);
        session.Print(table.Row(BatchCells(session, result)));
        return absl::OkStatus();
      });
  if (!outcome.ok()) return session.Fail(outcome.status());
  SummariseBatch(session, *outcome, counts);
  return found > 0 ? ExitCode::kOk : ExitCode::kNothing;
}

}  // namespace creditreg::cli
