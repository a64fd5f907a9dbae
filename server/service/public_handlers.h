// PublicLookupService without the network. Everything an answer holds went
// through index/publication; what is hidden looks like what does not exist.
//
// Thread safety: may be used from many threads; calls share nothing.

#ifndef CREDITREG_SERVER_SERVICE_PUBLIC_HANDLERS_H_
#define CREDITREG_SERVER_SERVICE_PUBLIC_HANDLERS_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "creditreg/v1/public_lookup_service.pb.h"
#include "index/base/civil_day.h"
#include "index/publication/page_cache.h"
#include "index/publication/tables.h"
#include "index/registry/view.h"
#include "server/service/caller.h"
#include "server/service/environment.h"
#include "server/service/pinned_state.h"

namespace creditreg {

// A GetPublicEnterpriseResponse as bytes, in two parts that are sent one behind
// the other: what many calls share, and the position.
struct EncodedPage {
  PageCache::PagePtr page;
  std::string position;
};

class PublicHandlers {
 public:
  explicit PublicHandlers(const ServiceEnvironment& environment)
      : environment_(environment) {}

  // From the cache where it has the page of the code asked for, and it is no
  // newer than the state that answers.
  absl::StatusOr<EncodedPage> GetPublicEnterprise(
      const v1::GetPublicEnterpriseRequest& request) const;
  // One message of the stream, as ReadHandlers::BatchGetEnterprises().
  absl::Status BatchGetPublicEnterprises(
      const View& view, const v1::BatchGetPublicEnterprisesRequest& request,
      std::int64_t first_index,
      v1::BatchGetPublicEnterprisesResponse* response) const;
  absl::Status ListPublicRecords(const Caller& caller,
                                 const v1::ListPublicRecordsRequest& request,
                                 v1::ListPublicRecordsResponse* response) const;
  // What the page of GetPublicEnterprise() was on `day` by the facts of
  // `state`, judged by `tables`. Leaves out what a case ended since, where the
  // caller may not see it, and says so.
  absl::Status GetPageAsOf(const Caller& caller, const v1::LookupItem& item,
                           Channel channel, CivilDay day,
                           const PinnedState& state,
                           const PublicationTables& tables,
                           v1::GetPublicEnterpriseResponse* page,
                           bool* is_incomplete) const;

 private:
  const ServiceEnvironment& environment_;
};

}  // namespace creditreg

#endif  // CREDITREG_SERVER_SERVICE_PUBLIC_HANDLERS_H_
