// The calls the server offers, by the names they have in statistics and logs.
//
// Thread safety: constants.

#ifndef CREDITREG_SERVER_SERVICE_RPC_H_
#define CREDITREG_SERVER_SERVICE_RPC_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "server/auth/access_policy.h"

namespace creditreg {

enum class Rpc : std::uint8_t {
  kGetEnterprise,
  kBatchGetEnterprises,
  kGetRecord,
  kListRecords,
  kListRecordVersions,
  kFindByPersonalNumber,
  kListQuarantinedRows,
  kPutEnterprise,
  kSubmitRecords,
  kCorrectRecord,
  kWithdrawRecord,
  kErasePersonal,
  kWithholdEnterprise,
  kGetPublicEnterprise,
  kBatchGetPublicEnterprises,
  kListPublicRecords,
  kListTables,
  kActivateTable,
  kListUndecidedRecords,
  kClassifyRecord,
  kGetSourceQuality,
  kGetPublicPageAsOf,
  kOpenCase,
  kAdvanceCase,
  kGetCase,
  kListCases,
  kImportCaseSteps,
  kListCaseSteps,
  kReconcileCases,
  kListWithdrawals,
  kAcknowledgeWithdrawals,
  kListReceivers,
  kImport,
  kGetImport,
  kGetTemplate,
  kGetStats,
  kVerify,
  kListAuditRows,
  kListFileReads,
  kGetKeyState,
  kRotateMasterKey,
};

// In the order of the enum; what CallStats is made with.
inline std::vector<std::string> RpcNames() {
  return {"GetEnterprise",
          "BatchGetEnterprises",
          "GetRecord",
          "ListRecords",
          "ListRecordVersions",
          "FindByPersonalNumber",
          "ListQuarantinedRows",
          "PutEnterprise",
          "SubmitRecords",
          "CorrectRecord",
          "WithdrawRecord",
          "ErasePersonal",
          "WithholdEnterprise",
          "GetPublicEnterprise",
          "BatchGetPublicEnterprises",
          "ListPublicRecords",
          "ListTables",
          "ActivateTable",
          "ListUndecidedRecords",
          "ClassifyRecord",
          "GetSourceQuality",
          "GetPublicPageAsOf",
          "OpenCase",
          "AdvanceCase",
          "GetCase",
          "ListCases",
          "ImportCaseSteps",
          "ListCaseSteps",
          "ReconcileCases",
          "ListWithdrawals",
          "AcknowledgeWithdrawals",
          "ListReceivers",
          "Import",
          "GetImport",
          "GetTemplate",
          "GetStats",
          "Verify",
          "ListAuditRows",
          "ListFileReads",
          "GetKeyState",
          "RotateMasterKey"};
}

// The same as the access table names them: "Service.Method".
inline std::vector<std::string> RpcFullNames() {
  std::vector<std::string> names = RpcNames();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto rpc = static_cast<Rpc>(i);
    const char* service =
        rpc <= Rpc::kListQuarantinedRows  ? "RegistryReadService."
        : rpc <= Rpc::kWithholdEnterprise ? "RegistryWriteService."
        : rpc <= Rpc::kListPublicRecords  ? "PublicLookupService."
        : rpc <= Rpc::kGetPublicPageAsOf  ? "PublicationService."
        : rpc <= Rpc::kListReceivers      ? "CaseService."
        : rpc <= Rpc::kGetTemplate        ? "IntakeService."
        : rpc <= Rpc::kVerify             ? "AdminService."
        : rpc <= Rpc::kListFileReads      ? "AuditService."
                                          : "KeyService.";
    names[i] = service + names[i];
  }
  return names;
}

// The same with what their rows in the table may say.
inline std::vector<PolicyCall> PolicyCalls() {
  std::vector<PolicyCall> calls;
  const std::vector<std::string> names = RpcFullNames();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto rpc = static_cast<Rpc>(i);
    CallKind kind = CallKind::kWhole;
    if (rpc < Rpc::kListQuarantinedRows || rpc == Rpc::kListFileReads)
      kind = CallKind::kRead;
    if (rpc >= Rpc::kPutEnterprise && rpc <= Rpc::kWithholdEnterprise) {
      kind = CallKind::kWrite;
    }
    if (rpc == Rpc::kImport || rpc == Rpc::kOpenCase ||
        rpc == Rpc::kAdvanceCase) {
      kind = CallKind::kWrite;
    }
    if (rpc == Rpc::kGetCase || rpc == Rpc::kListCases) kind = CallKind::kRead;
    calls.push_back({names[i], kind});
  }
  return calls;
}

}  // namespace creditreg

#endif  // CREDITREG_SERVER_SERVICE_RPC_H_
