// creditctl audit list, audit reads, audit verify.

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "client/audit_check.h"
#include "client/cli/commands.h"
#include "client/cli/describe.h"
#include "client/cli/pages.h"
#include "client/cli/table.h"
#include "nlohmann/json.hpp"

namespace creditreg::cli {
namespace {

const Text& TextOf(AuditFault::Kind kind) {
  switch (kind) {
    case AuditFault::Kind::kAltered:
      return texts::kAuditAltered;
    case AuditFault::Kind::kMissing:
      return texts::kAuditMissing;
    case AuditFault::Kind::kNotInLog:
      return texts::kAuditNotInLog;
    case AuditFault::Kind::kNotAsInSink:
      return texts::kAuditNotAsInSink;
    case AuditFault::Kind::kRest:
      return texts::kAuditRest;
    case AuditFault::Kind::kNoRow:
      break;
  }
  return texts::kAuditNoRow;
}

const char* NameOf(AuditFault::Kind kind) {
  switch (kind) {
    case AuditFault::Kind::kAltered:
      return "ALTERED";
    case AuditFault::Kind::kMissing:
      return "MISSING";
    case AuditFault::Kind::kNotInLog:
      return "NOT_IN_LOG";
    case AuditFault::Kind::kNotAsInSink:
      return "NOT_AS_IN_SINK";
    case AuditFault::Kind::kRest:
      return "REST";
    case AuditFault::Kind::kNoRow:
      break;
  }
  return "NO_ROW";
}

std::string JsonOf(const AuditCheck& check) {
  nlohmann::ordered_json json;
  json["first"] = check.first;
  json["last"] = check.last;
  json["rows"] = check.rows;
  json["hash"] = check.hash;
  json["faults"] = nlohmann::ordered_json::array();
  for (const AuditFault& fault : check.faults) {
    json["faults"].push_back({{"kind", NameOf(fault.kind)},
                              {"file", fault.file},
                              {"row", fault.row}});
  }

  return absl::StrCat(json.dump(), "\n");
}

// Roles as a person reads them; those of a newer server stand as they are.
std::string RolesText(
    const Session& session,
    const google::protobuf::RepeatedPtrField<std::string>& roles) {
  static const auto* const names = new std::map<std::string, std::string>{
      {"ENTERPRISE", "主体"},
      {"ENTERPRISE_AGENT", "主体代理人"},
      {"AGENCY_WRITER", "部门报送"},
      {"AGENCY_READER", "部门查询"},
      {"INSPECTOR", "检查人员"},
      {"SUPERVISOR", "检查负责人"},
      {"CENTRE_REVIEWER", "信用中心审核"},
      {"DEPARTMENT_REVIEWER", "部门审核"},
      {"RISK_ANALYST", "风险分析"},
      {"SECURITY_ADMIN", "安全管理员"},
      {"SYSTEM_ADMIN", "系统管理员"},
      {"AUDITOR", "审计管理员"}};
  if (session.lang() == Lang::kEn) return absl::StrJoin(roles, ",");
  return absl::StrJoin(roles, "、", [](std::string* out, const auto& role) {
    const auto name = names->find(role);
    absl::StrAppend(out, name == names->end() ? role : name->second);
  });
}

// "GetEnterprise" of "RegistryReadService.GetEnterprise".
std::string CallText(const std::string& rpc) {
  return rpc.substr(rpc.rfind('.') + 1);
}

std::string ResultText(const v1::AuditRow& row) {
  if (row.reason().empty() || row.reason() == row.code()) return row.code();
  // The reason says more, and is of one code.
  return row.code() == "OK" ? absl::StrCat("OK ", row.reason()) : row.reason();
}

// What for, and of whom.
std::string AboutText(const Session& session, const v1::AuditRow& row) {
  std::string text = row.purpose();
  const auto add = [&text](const std::string& part) {
    if (part.empty()) return;
    absl::StrAppend(&text, text.empty() ? "" : "; ", part);
  };
  add(row.personal_purpose());
  if (!row.investigation().empty()) {
    add(session.Say(texts::kAuditCase, row.investigation()));
  }
  if (row.usccs_size() == 1) add(row.usccs(0));
  if (row.usccs_size() > 1) {
    add(session.Say(texts::kAuditShown, row.usccs(0), row.usccs_size()));
  }
  if (row.record_ids_size() == 1) add(row.record_ids(0));
  return text;
}

// Prints all pages of a list: `rows(page)` with `cells(row)`.
template <typename Response, typename Row>
ExitCode ShowPages(
    Session& session, const ListExtent& extent, const RowTable& table,
    const Text& nothing,
    const std::function<absl::StatusOr<Response>(int, const std::string&)>&
        next,
    const google::protobuf::RepeatedPtrField<Row>& (*rows)(const Response&),
    const std::function<Cells(const Row&)>& cells) {
  std::int64_t shown = 0;
  std::int64_t damaged = 0;
  const auto more = ForEachPage<Response>(
      extent, extent.page_size, next,
      [&](const Response& page) -> absl::StatusOr<std::int64_t> {
        const auto& list = rows(page);
        damaged += page.damaged_rows();
        if (session.json()) {
          const absl::Status status = session.PrintJson(page);
          if (!status.ok()) return status;
        } else {
          if (shown == 0 && !list.empty()) session.Print(table.Header());
          for (const Row& row : list) session.Print(table.Row(cells(row)));
        }
        shown += list.size();
        return list.size();
      });
  if (!more.ok()) return session.Fail(more.status());
  if (*more) session.Note(session.Say(texts::kMoreRecords));
  if (damaged > 0) session.Note(session.Say(texts::kAuditDamagedRows, damaged));
  if (shown == 0) session.Note(session.Say(nothing));
  return ExitCode::kOk;
}

}  // namespace

ExitCode Run(Session& session, const AuditListCommand& command) {
  const RowTable table(
      {{session.Say(texts::kColumnIndex), Align::kRight, 10},
       {session.Say(texts::kColumnTime), Align::kLeft, 19},
       {session.Say(texts::kColumnResult), Align::kLeft, 20},
       {session.Say(texts::kColumnPrincipal), Align::kLeft, 30},
       {session.Say(texts::kColumnRoles), Align::kLeft, 16},
       {session.Say(texts::kColumnCall), Align::kLeft, 20},
       {session.Say(texts::kColumnAbout), Align::kLeft, 0}},
      session.width());
  v1::ListAuditRowsRequest request = command.request;
  return ShowPages<v1::ListAuditRowsResponse, v1::AuditRow>(
      session, command.extent, table, texts::kNoAuditRows,
      [&](int page_size, const std::string& token) {
        request.set_page_size(page_size);
        request.set_page_token(token);
        return session.client().ListAuditRows(request);
      },
      [](const v1::ListAuditRowsResponse& page)
          -> const google::protobuf::RepeatedPtrField<v1::AuditRow>& {
        return page.rows();
      },
      [&session](const v1::AuditRow& row) -> Cells {
        return {absl::StrCat(row.number()),
                ChinaTime(row.time()),
                ResultText(row),
                row.principal(),
                RolesText(session, row.roles()),
                CallText(row.rpc()),
                AboutText(session, row)};
      });
}

ExitCode Run(Session& session, const AuditReadsCommand& command) {
  const RowTable table({{session.Say(texts::kColumnTime), Align::kLeft, 19},
                        {session.Say(texts::kColumnAgency), Align::kLeft, 18},
                        {session.Say(texts::kColumnRoles), Align::kLeft, 16},
                        {session.Say(texts::kColumnCall), Align::kLeft, 20},
                        {session.Say(texts::kColumnRecords), Align::kRight, 8},
                        {session.Say(texts::kColumnPersonal), Align::kLeft, 8},
                        {session.Say(texts::kColumnPurpose), Align::kLeft, 0}},
                       session.width());
  v1::ListFileReadsRequest request;
  *request.mutable_item() = command.item;
  return ShowPages<v1::ListFileReadsResponse, v1::FileRead>(
      session, command.extent, table, texts::kNoFileReads,
      [&](int page_size, const std::string& token) {
        request.set_page_size(page_size);
        request.set_page_token(token);
        return session.client().ListFileReads(request);
      },
      [](const v1::ListFileReadsResponse& page)
          -> const google::protobuf::RepeatedPtrField<v1::FileRead>& {
        return page.reads();
      },
      [&session](const v1::FileRead& read) -> Cells {
        std::string purpose = read.purpose();
        if (!read.personal_purpose().empty()) {
          absl::StrAppend(&purpose, "; ", read.personal_purpose());
        }
        if (!read.investigation().empty()) {
          absl::StrAppend(&purpose, "; ",
                          session.Say(texts::kAuditCase, read.investigation()));
        }
        return {ChinaTime(read.time()),
                read.agency(),
                RolesText(session, read.roles()),
                CallText(read.rpc()),
                absl::StrCat(read.records()),
                read.personal() ? session.Say(texts::kYes) : "",
                purpose};
      });
}

ExitCode Run(Session& session, const AuditVerifyCommand& command) {
  const absl::StatusOr<AuditCheck> check =
      CheckAuditLog(command.directory, command.sink);
  if (!check.ok()) return session.Fail(check.status());

  const ExitCode code =
      check->faults.empty() ? ExitCode::kOk : ExitCode::kFaults;
  if (session.json()) {
    session.Print(JsonOf(*check));
    return code;
  }
  for (const AuditFault& fault : check->faults) {
    session.Print(absl::StrCat(
        session.Say(TextOf(fault.kind), fault.file, fault.row), "\n"));
  }
  session.Print(absl::StrCat(
      check->faults.empty()
          ? session.Say(texts::kAuditClean, check->first, check->last,
                        check->hash)
          : session.Say(texts::kAuditFaults, check->faults.size(), check->rows),
      "\n"));
  return code;
}

}  // namespace creditreg::cli
