// RegistryReadService without the network: each call from checked request to
// answer. Errors are those the proto documents.
//
// Thread safety: may be used from many threads; calls share nothing.

#ifndef CREDITREG_SERVER_SERVICE_READ_HANDLERS_H_
#define CREDITREG_SERVER_SERVICE_READ_HANDLERS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "creditreg/v1/registry_read_service.pb.h"
#include "index/registry/view.h"
#include "server/service/caller.h"
#include "server/service/environment.h"

namespace creditreg {

class ReadHandlers {
 public:
  explicit ReadHandlers(const ServiceEnvironment& environment)
      : environment_(environment) {}

  absl::Status GetEnterprise(const Caller& caller,
                             const v1::GetEnterpriseRequest& request,
                             v1::GetEnterpriseResponse* response) const;
  // One message of the stream. `first_index` is the place of its first item in
  // the stream, 0-based; the whole stream reads one `view`.
  absl::Status BatchGetEnterprises(
      const Caller& caller, const View& view,
      const v1::BatchGetEnterprisesRequest& request, std::int64_t first_index,
      v1::BatchGetEnterprisesResponse* response) const;
  absl::Status GetRecord(const Caller& caller,
                         const v1::GetRecordRequest& request,
                         v1::GetRecordResponse* response) const;
  absl::Status ListRecords(const Caller& caller,
                           const v1::ListRecordsRequest& request,
                           v1::ListRecordsResponse* response) const;
  absl::Status ListRecordVersions(
      const Caller& caller, const v1::ListRecordVersionsRequest& request,
      v1::ListRecordVersionsResponse* response) const;
  absl::Status FindByPersonalNumber(
      const Caller& caller, const v1::FindByPersonalNumberRequest& request,
      v1::FindByPersonalNumberResponse* response) const;
  absl::Status ListQuarantinedRows(
      const Caller& caller, const v1::ListQuarantinedRowsRequest& request,
      v1::ListQuarantinedRowsResponse* response) const;

 private:
  const ServiceEnvironment& environment_;
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_SERVICE_READ_HANDLERS_H_
