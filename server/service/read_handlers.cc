#include "server/service/read_handlers.h"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "index/base/status_macros.h"
#include "server/service/batch_lookup.h"
#include "server/service/caller.h"
#include "server/service/file_cursor.h"
#include "server/service/page_limits.h"
#include "server/service/pinned_state.h"
#include "server/service/record_reader.h"
#include "server/service/request_bytes.h"
#include "server/service/validate.h"
#include "server/wire/answers.h"
#include "server/wire/status.h"

namespace creditreg {
namespace {

template <typename Request>
AskedPositions PositionsOf(const Request& request) {
  AskedPositions asked;
  if (request.has_min_position()) asked.min_position = &request.min_position();
  if (request.has_at_position()) asked.at_position = &request.at_position();
  return asked;
}

// What a look-up before the registry's first change finds.
void ForgetEnterprise(FindAnswer* answer) {
  answer->enterprise.reset();
  answer->candidates.clear();
  answer->nearest.clear();
  answer->matched_by = MatchedBy::kNothing;
  answer->name_match = NameMatch::kNoName;
  if (answer->verdict != Verdict::kPlaceholder &&
      answer->verdict != Verdict::kBadCode) {
    answer->verdict = Verdict::kNotFound;
  }
}

absl::StatusOr<FindAnswer> FindAt(const PinnedState& state,
                                  const v1::LookupItem& item) {
  CREDITREG_ASSIGN_OR_RETURN(FindAnswer answer,
                             state.view->Find(QueryOf(item), state.at()));
  if (state.is_beginning()) ForgetEnterprise(&answer);
  return answer;
}

// Personal fields of `subject`; nothing where their key was destroyed.
template <typename Subject>
absl::StatusOr<std::optional<v1::PersonalFields>> ReadPersonal(
    const View& view, const Subject& subject) {
  const absl::StatusOr<storage::v1::PersonalFields> opened =
      view.OpenPersonal(subject);
  if (absl::IsNotFound(opened.status())) {
    return std::optional<v1::PersonalFields>();
  }
  CREDITREG_RETURN_IF_ERROR(opened.status());
  return std::optional<v1::PersonalFields>(PersonalMessage(*opened));
}

absl::StatusOr<std::uint64_t> RecordNoOf(const ServiceEnvironment& environment,
                                         const std::string& record_id) {
  absl::StatusOr<std::uint64_t> record_no =
      environment.registry->tokens().DecodeId(PublicIdKind::kRecord, record_id);
  if (absl::IsNotFound(record_no.status())) {
    return absl::NotFoundError("record_id: no such record");
  }
  return record_no;
}

}  // namespace

void ReadHandlers::NotePersonalRead(absl::string_view rpc) const {
  environment_.log->Write(LogLevel::kInfo, "personal_fields_read",
                          {{"rpc", std::string(rpc)},
                           {"principal", DevelopmentCaller().principal}});
}

absl::Status ReadHandlers::GetEnterprise(
    const v1::GetEnterpriseRequest& request,
    v1::GetEnterpriseResponse* response) const {
  FieldViolations violations;
  CheckItem(request.item(), "item", &violations);
  if (request.has_personal()) CheckPersonal(request.personal(), &violations);
  CREDITREG_RETURN_IF_ERROR(violations.ToStatus());
  CREDITREG_ASSIGN_OR_RETURN(
      const PinnedState state,
      PinState(*environment_.registry, PositionsOf(request)));
  CREDITREG_ASSIGN_OR_RETURN(const FindAnswer answer,
                             FindAt(state, request.item()));
  const TokenCodec& tokens = environment_.registry->tokens();
  *response->mutable_position() = PositionMessage(tokens, state.sequence);
  if (!answer.enterprise.has_value()) {
    *response->mutable_result() = LookupMessage(answer, "");
    return absl::OkStatus();
  }
  CREDITREG_ASSIGN_OR_RETURN(
      const std::string successor,
      state.view->MergedInto(answer.enterprise->version.content()));
  *response->mutable_result() = LookupMessage(answer, successor);
  if (!state.is_past) {
    CREDITREG_ASSIGN_OR_RETURN(
        const storage::v1::EnterpriseHead head,
        state.view->ReadHead(answer.enterprise->enterprise_no));
    *response->mutable_summary() = SummaryMessage(head);
  }
  if (request.has_personal()) {
    CREDITREG_ASSIGN_OR_RETURN(auto personal,
                               ReadPersonal(*state.view, *answer.enterprise));
    if (personal.has_value()) {
      *response->mutable_personal() = *std::move(personal);
    }
    NotePersonalRead("GetEnterprise");
  }
  return absl::OkStatus();
}

absl::Status ReadHandlers::BatchGetEnterprises(
    const View& view, const v1::BatchGetEnterprisesRequest& request,
    std::int64_t first_index, v1::BatchGetEnterprisesResponse* response) const {
  CREDITREG_ASSIGN_OR_RETURN(const std::vector<FindQuery> queries,
                             QueriesOf(request));
  // The enterprise shown is the last in its row of mergers, so none follows.
  const auto add_whole = [response](const FindAnswer& answer) {
    v1::LookupResult* const result = response->add_results();
    *result = LookupMessage(answer, "");
    return result;
  };
  if (request.brief()) {
    CREDITREG_RETURN_IF_ERROR(AnswerBriefly(
        view, queries, /*with_heads=*/true,
        [response](const CodeHolder& holder) {
          SetBrief(holder, response->add_results());
        },
        [&view, &add_whole](const FindQuery& /*query*/,
                            const FindAnswer& answer) -> absl::Status {
          v1::LookupResult* const result = add_whole(answer);
          MakeBrief(result);
          if (!answer.enterprise.has_value()) return absl::OkStatus();
          CREDITREG_ASSIGN_OR_RETURN(
              const storage::v1::EnterpriseHead head,
              view.ReadHead(answer.enterprise->enterprise_no));
          *result->mutable_brief()->mutable_summary() = SummaryMessage(head);
          return absl::OkStatus();
        }));
  } else {
    CREDITREG_ASSIGN_OR_RETURN(const std::vector<FindAnswer> answers,
                               view.FindMany(queries));
    for (const FindAnswer& answer : answers) add_whole(answer);
  }
  NumberResults(first_index, response);
  *response->mutable_position() =
      PositionMessage(environment_.registry->tokens(), view.sequence());
  return absl::OkStatus();
}

absl::Status ReadHandlers::GetRecord(const v1::GetRecordRequest& request,
                                     v1::GetRecordResponse* response) const {
  FieldViolations violations;
  CheckRecordId(request.record_id(), &violations);
  if (request.has_personal()) CheckPersonal(request.personal(), &violations);
  CREDITREG_RETURN_IF_ERROR(violations.ToStatus());
  CREDITREG_ASSIGN_OR_RETURN(
      const PinnedState state,
      PinState(*environment_.registry, PositionsOf(request)));
  CREDITREG_ASSIGN_OR_RETURN(const std::uint64_t record_no,
                             RecordNoOf(environment_, request.record_id()));
  if (state.is_beginning()) {
    return absl::NotFoundError("record_id: no such record");
  }
  CREDITREG_ASSIGN_OR_RETURN(const RecordAt record,
                             state.view->ReadRecord(record_no, state.at()));
  const TokenCodec& tokens = environment_.registry->tokens();
  RecordReader reader(*state.view, state.at(), tokens);
  CREDITREG_ASSIGN_OR_RETURN(*response->mutable_record(),
                             reader.Message(record));
  if (request.has_personal()) {
    CREDITREG_ASSIGN_OR_RETURN(auto personal,
                               ReadPersonal(*state.view, record));
    if (personal.has_value()) {
      *response->mutable_personal() = *std::move(personal);
    }
    NotePersonalRead("GetRecord");
  }
  *response->mutable_position() = PositionMessage(tokens, state.sequence);
  return absl::OkStatus();
}

absl::Status ReadHandlers::ListRecords(
    const v1::ListRecordsRequest& request,
    v1::ListRecordsResponse* response) const {
  FieldViolations violations;
  CheckItem(request.item(), "item", &violations);
  CheckPageSize(request.page_size(), kMaxPage, &violations);
  RecordsQuery query;
  for (int i = 0; i < request.families_size(); ++i) {
    const v1::Family family = request.families(i);
    if (!v1::Family_IsValid(family) || family == v1::FAMILY_UNSPECIFIED) {
      violations.Add(absl::StrCat("families[", i, "]"),
                     absl::StrCat("got ", static_cast<int>(family),
                                  ", want a family of records"));
      continue;
    }
    query.families.push_back(static_cast<std::uint8_t>(family));
  }
  CREDITREG_RETURN_IF_ERROR(violations.ToStatus());

  const std::string query_bytes = QueryBytes(request);
  CREDITREG_ASSIGN_OR_RETURN(const PageStart start,
                             StartPage(environment_, request.page_token(),
                                       query_bytes, PositionsOf(request)));
  const PinnedState& state = start.state;
  if (start.cursor.empty()) {
    CREDITREG_ASSIGN_OR_RETURN(const FindAnswer answer,
                               FindAt(state, request.item()));
    if (!answer.enterprise.has_value()) {
      return absl::NotFoundError("item: leads to no single enterprise");
    }
    query.enterprise_no = answer.enterprise->enterprise_no;
  } else {
    CREDITREG_ASSIGN_OR_RETURN(FileCursor cursor,
                               DecodeFileCursor(start.cursor));
    query.enterprise_no = cursor.enterprise_no;
    query.cursor = std::move(cursor.cursor);
  }

  query.at = state.at();
  RecordReader reader(*state.view, state.at(), environment_.registry->tokens());
  const std::size_t wanted = PageRows(request.page_size(), kDefaultPage);
  std::size_t rows = 0;
  std::size_t bytes = 0;
  do {
    query.limit = ChunkRows(wanted, rows);
    CREDITREG_ASSIGN_OR_RETURN(RecordPage page, state.view->ListRecords(query));
    for (const RecordAt& record : page.records) {
      CREDITREG_ASSIGN_OR_RETURN(v1::Record message, reader.Message(record));
      bytes += message.ByteSizeLong();
      *response->add_records() = std::move(message);
    }
    rows += page.records.size();
    query.cursor = std::move(page.cursor);
  } while (!query.cursor.empty() && rows < wanted && bytes < kMaxPageBytes);

  if (!query.cursor.empty()) {
    NextPage next =
        MakeNextPage(environment_, state, query_bytes,
                     EncodeFileCursor({query.enterprise_no, query.cursor}));
    response->set_next_page_token(std::move(next.token));
    *response->mutable_page_token_expires_at() = next.expires_at;
  }
  *response->mutable_position() =
      PositionMessage(environment_.registry->tokens(), state.sequence);
  return absl::OkStatus();
}

absl::Status ReadHandlers::ListRecordVersions(
    const v1::ListRecordVersionsRequest& request,
    v1::ListRecordVersionsResponse* response) const {
  FieldViolations violations;
  CheckRecordId(request.record_id(), &violations);
  CheckPageSize(request.page_size(), kMaxPage, &violations);
  CREDITREG_RETURN_IF_ERROR(violations.ToStatus());
  const std::string query_bytes = QueryBytes(request);
  CREDITREG_ASSIGN_OR_RETURN(
      const PageStart start,
      StartPage(environment_, request.page_token(), query_bytes, {}));
  const PinnedState& state = start.state;
  CREDITREG_ASSIGN_OR_RETURN(const std::uint64_t record_no,
                             RecordNoOf(environment_, request.record_id()));
  // The cursor is the sequence that the next version is older than.
  std::uint64_t before = state.sequence + 1;
  if (!start.cursor.empty() && !absl::SimpleAtoi(start.cursor, &before)) {
    return absl::InvalidArgumentError("page_token: not of this query");
  }
  RecordReader reader(*state.view, state.at(), environment_.registry->tokens());
  const std::size_t wanted = PageRows(request.page_size(), kDefaultPage);
  std::size_t rows = 0;
  std::size_t bytes = 0;
  bool is_last = false;
  while (!is_last && rows < wanted && bytes < kMaxPageBytes) {
    const std::size_t limit = ChunkRows(wanted, rows);
    // One more than shown tells whether a page follows.
    CREDITREG_ASSIGN_OR_RETURN(
        std::vector<RecordAt> versions,
        state.view->ListRecordVersions(record_no, before, limit + 1));
    is_last = versions.size() <= limit;
    if (!is_last) versions.pop_back();
    for (const RecordAt& version : versions) {
      CREDITREG_ASSIGN_OR_RETURN(v1::Record message, reader.Message(version));
      bytes += message.ByteSizeLong();
      *response->add_versions() = std::move(message);
      before = version.sequence;
    }
    rows += versions.size();
  }
  if (rows == 0 && start.cursor.empty()) {
    return absl::NotFoundError("record_id: no such record");
  }
  if (!is_last) {
    response->set_next_page_token(
        MakeNextPage(environment_, state, query_bytes, absl::StrCat(before))
            .token);
  }
  *response->mutable_position() =
      PositionMessage(environment_.registry->tokens(), state.sequence);
  return absl::OkStatus();
}

absl::Status ReadHandlers::ListQuarantinedRows(
    const v1::ListQuarantinedRowsRequest& request,
    v1::ListQuarantinedRowsResponse* response) const {
  FieldViolations violations;
  CheckText("source_id", request.source_id(), 0, 32, &violations);
  CheckPageSize(request.page_size(), kMaxPage, &violations);
  if (request.has_personal()) CheckPersonal(request.personal(), &violations);
  CREDITREG_RETURN_IF_ERROR(violations.ToStatus());
  const std::string query_bytes = QueryBytes(request);
  CREDITREG_ASSIGN_OR_RETURN(
      const PageStart start,
      StartPage(environment_, request.page_token(), query_bytes, {}));
  const PinnedState& state = start.state;
  std::uint64_t from = 0;
  if (!start.cursor.empty() && !absl::SimpleAtoi(start.cursor, &from)) {
    return absl::InvalidArgumentError("page_token: not of this query");
  }
  const TokenCodec& tokens = environment_.registry->tokens();
  const std::size_t wanted = PageRows(request.page_size(), kDefaultPage);
  std::size_t rows = 0;
  std::size_t bytes = 0;
  do {
    CREDITREG_ASSIGN_OR_RETURN(
        const QuarantinePage page,
        state.view->ListQuarantined(from, ChunkRows(wanted, rows),
                                    request.source_id()));
    for (const QuarantinedRow& row : page.rows) {
      std::optional<storage::v1::RawRow> raw;
      if (request.has_personal()) {
        absl::StatusOr<storage::v1::RawRow> opened = state.view->OpenRaw(row);
        // A destroyed key leaves the row without its text.
        if (opened.ok()) {
          raw = *std::move(opened);
        } else if (!absl::IsNotFound(opened.status())) {
          return opened.status();
        }
      }
      v1::QuarantinedRow message =
          QuarantinedRowMessage(row, tokens, raw.has_value() ? &*raw : nullptr);
      bytes += message.ByteSizeLong();
      *response->add_rows() = std::move(message);
    }
    rows += page.rows.size();
    from = page.next_no;
  } while (from != 0 && rows < wanted && bytes < kMaxPageBytes);
  if (request.has_personal()) NotePersonalRead("ListQuarantinedRows");
  if (from != 0) {
    response->set_next_page_token(
        MakeNextPage(environment_, state, query_bytes, absl::StrCat(from))
            .token);
  }
  *response->mutable_position() = PositionMessage(tokens, state.sequence);
  return absl::OkStatus();
}

}  // namespace creditreg
