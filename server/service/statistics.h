// The registry's figures as GetStats tells them.
//
// Thread safety: free function.

#ifndef CREDITREG_SERVER_SERVICE_STATISTICS_H_
#define CREDITREG_SERVER_SERVICE_STATISTICS_H_

#include "creditreg/v1/admin_service.pb.h"
#include "server/service/environment.h"

namespace creditreg {

void FillStats(const ServiceEnvironment& environment,
               v1::GetStatsResponse* response);

}  // namespace creditreg

#endif  // CREDITREG_SERVER_SERVICE_STATISTICS_H_
