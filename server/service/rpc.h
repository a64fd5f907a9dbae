// The calls the server offers, by the names they have in statistics and logs.
//
// Thread safety: constants.

#ifndef CREDITREG_SERVER_SERVICE_RPC_H_
#define CREDITREG_SERVER_SERVICE_RPC_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace creditreg {

enum class Rpc : std::uint8_t {
  kGetEnterprise,
  kBatchGetEnterprises,
  kGetRecord,
  kListRecords,
  kListRecordVersions,
  kListQuarantinedRows,
  kPutEnterprise,
  kSubmitRecords,
  kCorrectRecord,
  kWithdrawRecord,
  kWithholdEnterprise,
  kGetPublicEnterprise,
  kBatchGetPublicEnterprises,
  kListPublicLicences,
  kImport,
  kGetImport,
  kGetTemplate,
  kGetStats,
  kVerify,
};

// In the order of the enum; what CallStats is made with.
inline std::vector<std::string> RpcNames() {
  return {"GetEnterprise",
          "BatchGetEnterprises",
          "GetRecord",
          "ListRecords",
          "ListRecordVersions",
          "ListQuarantinedRows",
          "PutEnterprise",
          "SubmitRecords",
          "CorrectRecord",
          "WithdrawRecord",
          "WithholdEnterprise",
          "GetPublicEnterprise",
          "BatchGetPublicEnterprises",
          "ListPublicLicences",
          "Import",
          "GetImport",
          "GetTemplate",
          "GetStats",
          "Verify"};
}

}  // namespace creditreg

#endif  // CREDITREG_SERVER_SERVICE_RPC_H_
