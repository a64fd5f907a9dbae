// creditctl audit verify.

#include <string>

#include "absl/strings/str_cat.h"
#include "client/audit_check.h"
#include "client/cli/commands.h"
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

}  // namespace

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
