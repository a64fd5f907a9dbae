#include "server/service/audit_handlers.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/util/time_util.h"
#include "index/base/status_macros.h"
#include "server/audit/audit_index.h"
#include "server/service/page_limits.h"
#include "server/service/pinned_state.h"
#include "server/service/public_ids.h"
#include "server/service/request_bytes.h"
#include "server/service/validate.h"
#include "server/wire/answers.h"

namespace creditreg {
namespace {

constexpr std::size_t kMaxPrincipalChars = 500;
constexpr std::size_t kMaxRpcChars = 100;
constexpr std::size_t kMaxCodeChars = 30;
constexpr std::size_t kAgencyChars = 18;
// Rows of the log that a call looks at, as the proto says: some 20 ms where
// they are in memory.
constexpr std::size_t kMaxExaminedRows = 2000;
// A page ends when so many enterprises of its rows were read for their codes;
// one row of a stream has at most 1,000.
constexpr std::size_t kMaxCodesRead = 5000;

// Codes of the enterprises that rows name, each read once a call.
class CodeReader {
 public:
  explicit CodeReader(const View& view) : view_(view) {}

  std::size_t read() const { return codes_.size(); }

  // Empty: it has none. Errors: as View::ReadEnterprise(), but for NotFound.
  absl::StatusOr<std::string> CodeOf(std::uint64_t enterprise_no) {
    auto [entry, is_new] = codes_.try_emplace(enterprise_no);
    if (is_new) {
      absl::StatusOr<EnterpriseAt> enterprise =
          view_.ReadEnterprise(enterprise_no);
      if (enterprise.ok()) {
        entry->second = enterprise->version.content().uscc();
      } else if (!absl::IsNotFound(enterprise.status())) {
        return enterprise.status();
      }
    }
    return entry->second;
  }

 private:
  const View& view_;
  absl::flat_hash_map<std::uint64_t, std::string> codes_;
};

template <typename Message>
void AddRoles(const audit::v1::AuditRow& row, Message* message) {
  for (const absl::string_view role :
       absl::StrSplit(row.roles(), ',', absl::SkipEmpty())) {
    message->add_roles(std::string(role));
  }
}

absl::StatusOr<v1::AuditRow> RowMessage(const audit::v1::AuditRow& row,
                                        const TokenCodec& tokens,
                                        CodeReader* codes) {
  v1::AuditRow message;
  message.set_number(static_cast<std::int64_t>(row.number()));
  *message.mutable_time() = TimestampOf(row.time_us());
  message.set_principal(row.principal());
  AddRoles(row, &message);
  message.set_agency(row.agency());
  message.set_second_factor(row.second_factor());
  message.set_purpose(row.purpose());
  message.set_personal_purpose(row.personal_purpose());
  message.set_investigation(row.investigation());
  message.set_rpc(row.rpc());
  message.set_peer(row.peer());
  message.set_code(row.code());
  message.set_reason(row.reason());
  for (const std::uint64_t enterprise_no : row.enterprise_nos()) {
    CREDITREG_ASSIGN_OR_RETURN(std::string code, codes->CodeOf(enterprise_no));
    if (code.empty()) {
      message.set_unresolved(message.unresolved() + 1);
    } else {
      message.add_usccs(std::move(code));
    }
  }
  for (const std::uint64_t record_no : row.record_nos()) {
    message.add_record_ids(tokens.EncodeId(PublicIdKind::kRecord, record_no));
  }
  for (const std::uint64_t quarantine_no : row.quarantine_nos()) {
    message.add_quarantine_row_ids(
        tokens.EncodeId(PublicIdKind::kQuarantineRow, quarantine_no));
  }
  message.set_items(static_cast<std::int32_t>(row.items()));
  message.set_personal(row.personal());
  return message;
}

v1::FileRead ReadMessage(const audit::v1::AuditRow& row, bool for_auditor) {
  v1::FileRead message;
  *message.mutable_time() = TimestampOf(row.time_us());
  message.set_agency(row.agency());
  AddRoles(row, &message);
  message.set_purpose(row.purpose());
  message.set_personal(row.personal());
  message.set_personal_purpose(row.personal_purpose());
  message.set_rpc(row.rpc());
  // Of several files it is not known whose they are.
  if (row.enterprise_nos_size() == 1) {
    message.set_records(row.record_nos_size());
  }
  if (for_auditor) message.set_investigation(row.investigation());
  return message;
}

void CheckTime(absl::string_view field, const google::protobuf::Timestamp& time,
               FieldViolations* violations) {
  using google::protobuf::util::TimeUtil;
  if (time.seconds() >= TimeUtil::kTimestampMinSeconds &&
      time.seconds() <= TimeUtil::kTimestampMaxSeconds && time.nanos() >= 0 &&
      time.nanos() < 1000000000) {
    return;
  }
  violations->Add(field, "no such time, want one of the years 1 to 9999");
}

// Rounded up: rows have microseconds.
std::int64_t MicrosOf(const google::protobuf::Timestamp& time) {
  return time.seconds() * 1000000 + (time.nanos() + 999) / 1000;
}

// Errors: InvalidArgument a field is not as the proto says.
absl::Status Check(const v1::ListAuditRowsRequest& request) {
  FieldViolations violations;
  if (request.has_from()) CheckTime("from", request.from(), &violations);
  if (request.has_until()) CheckTime("until", request.until(), &violations);
  if (request.has_from() && request.has_until() &&
      !(request.from() < request.until())) {
    violations.Add("until", "not after from, want a later time");
  }
  CheckText("principal", request.principal(), 0, kMaxPrincipalChars,
            &violations);
  CheckText("rpc", request.rpc(), 0, kMaxRpcChars, &violations);
  CheckText("agency", request.agency(), 0, kAgencyChars, &violations);
  CheckText("code", request.code(), 0, kMaxCodeChars, &violations);
  if (request.has_item()) CheckItem(request.item(), "item", &violations);
  if (!request.record_id().empty()) {
    CheckRecordId(request.record_id(), &violations);
  }
  CheckPageSize(request.page_size(), kMaxAuditPage, &violations);
  return violations.ToStatus();
}

// Of one length, so that a token does not tell how long the log is.
std::string CursorOf(const AuditPage& page) {
  return absl::StrFormat("%020d", page.next_before);
}

template <typename Response>
void SetNextPage(NextPage next, Response* response) {
  response->set_next_page_token(std::move(next.token));
  *response->mutable_page_token_expires_at() = next.expires_at;
}

// Errors: FailedPrecondition "AUDIT_OFF: ...".
absl::StatusOr<const AuditIndex*> IndexOf(
    const ServiceEnvironment& environment) {
  if (environment.audit == nullptr) {
    return absl::FailedPreconditionError("AUDIT_OFF: no audit log is kept");
  }
  return &environment.audit->index();
}

absl::Status NobodyFound() {
  return absl::NotFoundError("item: leads to no single enterprise");
}

}  // namespace

absl::Status AuditHandlers::ListAuditRows(
    const Caller& caller, const v1::ListAuditRowsRequest& request,
    v1::ListAuditRowsResponse* response) const {
  CREDITREG_RETURN_IF_ERROR(Check(request));
  CREDITREG_ASSIGN_OR_RETURN(const AuditIndex* const index,
                             IndexOf(environment_));
  const TokenCodec& tokens = environment_.registry->tokens();
  const std::string query_bytes = QueryBytes(request);
  CREDITREG_ASSIGN_OR_RETURN(
      const PageStart start,
      StartPage(environment_, caller, request.page_token(), query_bytes, {}));
  const View& view = *start.state.view;
  caller.notes().position = start.state.sequence;

  AuditQuery query;
  CREDITREG_ASSIGN_OR_RETURN(
      query.before, NumberOf(start, std::numeric_limits<std::uint64_t>::max()));
  query.max_rows = PageRows(request.page_size(), kDefaultAuditPage);
  query.max_examined = kMaxExaminedRows;
  if (request.has_from()) query.from_us = MicrosOf(request.from());
  if (request.has_until()) query.until_us = MicrosOf(request.until());
  query.principal = request.principal();
  std::vector<std::uint64_t> files;
  if (request.has_item()) {
    CREDITREG_ASSIGN_OR_RETURN(const FindAnswer found,
                               view.Find(QueryOf(request.item())));
    if (!found.enterprise.has_value()) return NobodyFound();
    caller.notes().enterprise_nos.push_back(found.enterprise->enterprise_no);
    CREDITREG_ASSIGN_OR_RETURN(
        files, view.MergedFiles(found.enterprise->enterprise_no));
  }
  if (!request.record_id().empty()) {
    CREDITREG_ASSIGN_OR_RETURN(query.record_no,
                               RecordNoOf(tokens, request.record_id()));
    caller.notes().record_nos.push_back(query.record_no);
  } else {
    query.enterprise_nos = files;
  }
  query.wants = [&](const audit::v1::AuditRow& row) {
    const auto names_one_of = [&row](const std::vector<std::uint64_t>& of) {
      return std::any_of(of.begin(), of.end(), [&row](std::uint64_t no) {
        return absl::c_linear_search(row.enterprise_nos(), no);
      });
    };
    return (request.principal().empty() ||
            row.principal() == request.principal()) &&
           (request.rpc().empty() || row.rpc() == request.rpc()) &&
           (request.agency().empty() || row.agency() == request.agency()) &&
           (request.code().empty() || row.code() == request.code()) &&
           (!request.refused() || row.code() != "OK") &&
           (files.empty() || names_one_of(files));
  };
  CREDITREG_ASSIGN_OR_RETURN(AuditPage page, index->Read(query));

  CodeReader codes(view);
  std::size_t bytes = 0;
  for (const audit::v1::AuditRow& row : page.rows) {
    if (bytes >= kMaxPageBytes || codes.read() >= kMaxCodesRead) {
      page.next_before = row.number() + 1;
      break;
    }
    CREDITREG_ASSIGN_OR_RETURN(v1::AuditRow message,
                               RowMessage(row, tokens, &codes));
    bytes += message.ByteSizeLong();
    *response->add_rows() = std::move(message);
  }
  caller.notes().items = static_cast<std::uint32_t>(response->rows_size());
  response->set_damaged_rows(static_cast<std::int64_t>(page.damaged));
  if (page.next_before != 0) {
    SetNextPage(MakeNextPage(environment_, caller, start.state, query_bytes,
                             CursorOf(page)),
                response);
  }
  *response->mutable_position() = PositionMessage(tokens, start.state.sequence);
  return absl::OkStatus();
}

absl::Status AuditHandlers::ListFileReads(
    const Caller& caller, const v1::ListFileReadsRequest& request,
    v1::ListFileReadsResponse* response) const {
  FieldViolations violations;
  CheckItem(request.item(), "item", &violations);
  CheckPageSize(request.page_size(), kMaxAuditPage, &violations);
  CREDITREG_RETURN_IF_ERROR(violations.ToStatus());
  CREDITREG_ASSIGN_OR_RETURN(const AuditIndex* const index,
                             IndexOf(environment_));
  const std::string query_bytes = QueryBytes(request);
  CREDITREG_ASSIGN_OR_RETURN(
      const PageStart start,
      StartPage(environment_, caller, request.page_token(), query_bytes, {}));
  const View& view = *start.state.view;
  caller.notes().position = start.state.sequence;
  CREDITREG_ASSIGN_OR_RETURN(const FindAnswer found,
                             view.Find(QueryOf(request.item())));
  AccessSubject subject;
  if (found.enterprise.has_value()) {
    subject.enterprise = &found.enterprise->version.content();
  }
  // To others all files look like those that do not exist.
  CREDITREG_RETURN_IF_ERROR(caller.Check(subject));
  if (!found.enterprise.has_value()) return NobodyFound();
  caller.notes().enterprise_nos.push_back(found.enterprise->enterprise_no);

  FileReadQuery query;
  CREDITREG_ASSIGN_OR_RETURN(
      query.before, NumberOf(start, std::numeric_limits<std::uint64_t>::max()));
  CREDITREG_ASSIGN_OR_RETURN(query.enterprise_nos,
                             view.MergedFiles(found.enterprise->enterprise_no));
  query.max_rows = PageRows(request.page_size(), kDefaultAuditPage);
  const bool for_auditor = caller.reaches_all();
  query.investigated_until_us =
      for_auditor
          ? std::numeric_limits<std::int64_t>::max()
          : absl::ToUnixMicros(environment_.clock->Now() -
                               environment_.policy->investigation_withheld()) +
                1;
  CREDITREG_ASSIGN_OR_RETURN(const AuditPage page, index->ReadFileReads(query));
  for (const audit::v1::AuditRow& row : page.rows) {
    *response->add_reads() = ReadMessage(row, for_auditor);
  }
  caller.notes().items = static_cast<std::uint32_t>(response->reads_size());
  response->set_damaged_rows(static_cast<std::int64_t>(page.damaged));
  if (page.next_before != 0) {
    SetNextPage(MakeNextPage(environment_, caller, start.state, query_bytes,
                             CursorOf(page)),
                response);
  }
  *response->mutable_position() =
      PositionMessage(environment_.registry->tokens(), start.state.sequence);
  return absl::OkStatus();
}

}  // namespace creditreg
