// PublicLookupService without the network. Everything an answer holds went
// through index/publication; what is hidden looks like what does not exist.
//
// Thread safety: may be used from many threads; calls share nothing.

#ifndef CREDITREG_SERVER_SERVICE_PUBLIC_HANDLERS_H_
#define CREDITREG_SERVER_SERVICE_PUBLIC_HANDLERS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "creditreg/v1/public_lookup_service.pb.h"
#include "index/registry/view.h"
#include "server/service/environment.h"

namespace creditreg {

class PublicHandlers {
 public:
  explicit PublicHandlers(const ServiceEnvironment& environment)
      : environment_(environment) {}

  absl::Status GetPublicEnterprise(
      const v1::GetPublicEnterpriseRequest& request,
      v1::GetPublicEnterpriseResponse* response) const;
  // One message of the stream, as ReadHandlers::BatchGetEnterprises().
  absl::Status BatchGetPublicEnterprises(
      const View& view, const v1::BatchGetPublicEnterprisesRequest& request,
      std::int64_t first_index,
      v1::BatchGetPublicEnterprisesResponse* response) const;
  absl::Status ListPublicLicences(
      const v1::ListPublicLicencesRequest& request,
      v1::ListPublicLicencesResponse* response) const;

 private:
  const ServiceEnvironment& environment_;
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_SERVICE_PUBLIC_HANDLERS_H_
