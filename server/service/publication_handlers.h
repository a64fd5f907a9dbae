// The reading calls of PublicationService, without the network.
//
// Thread safety: may be used from many threads; calls share nothing.

#ifndef CREDITREG_SERVER_SERVICE_PUBLICATION_HANDLERS_H_
#define CREDITREG_SERVER_SERVICE_PUBLICATION_HANDLERS_H_

#include "absl/status/status.h"
#include "creditreg/v1/publication_service.pb.h"
#include "server/service/caller.h"
#include "server/service/environment.h"

namespace creditreg {

class PublicationHandlers {
 public:
  explicit PublicationHandlers(const ServiceEnvironment& environment)
      : environment_(environment) {}

  absl::Status ListTables(v1::ListTablesResponse* response) const;
  absl::Status ListUndecidedRecords(
      const Caller& caller, const v1::ListUndecidedRecordsRequest& request,
      v1::ListUndecidedRecordsResponse* response) const;
  absl::Status GetSourceQuality(const v1::GetSourceQualityRequest& request,
                                v1::GetSourceQualityResponse* response) const;
  absl::Status GetPublicPageAsOf(const Caller& caller,
                                 const v1::GetPublicPageAsOfRequest& request,
                                 v1::GetPublicPageAsOfResponse* response) const;

 private:
  const ServiceEnvironment& environment_;
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_SERVICE_PUBLICATION_HANDLERS_H_
