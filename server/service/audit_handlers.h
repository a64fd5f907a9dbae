// AuditService without the network: each call from checked request to answer.
// Errors are those the proto documents.
//
// Thread safety: may be used from many threads; calls share nothing.

#ifndef CREDITREG_SERVER_SERVICE_AUDIT_HANDLERS_H_
#define CREDITREG_SERVER_SERVICE_AUDIT_HANDLERS_H_

#include "absl/status/status.h"
#include "creditreg/v1/audit_service.pb.h"
#include "server/service/caller.h"
#include "server/service/environment.h"

namespace creditreg {

class AuditHandlers {
 public:
  explicit AuditHandlers(const ServiceEnvironment& environment)
      : environment_(environment) {}

  absl::Status ListAuditRows(const Caller& caller,
                             const v1::ListAuditRowsRequest& request,
                             v1::ListAuditRowsResponse* response) const;
  absl::Status ListFileReads(const Caller& caller,
                             const v1::ListFileReadsRequest& request,
                             v1::ListFileReadsResponse* response) const;

 private:
  const ServiceEnvironment& environment_;
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_SERVICE_AUDIT_HANDLERS_H_
