// The gRPC services over their handlers. One .cc each, so that gRPC's
// headers (10 s a file) stay in few files.

#ifndef CREDITREG_SERVER_SERVICE_SERVICES_H_
#define CREDITREG_SERVER_SERVICE_SERVICES_H_

#include <memory>

#include "grpcpp/impl/codegen/service_type.h"
#include "server/service/environment.h"

namespace creditreg {

// `environment` outlives the service. A service is destroyed after the server
// has stopped.
std::unique_ptr<grpc::Service> MakeReadService(
    const ServiceEnvironment& environment);
std::unique_ptr<grpc::Service> MakeWriteService(
    const ServiceEnvironment& environment);
std::unique_ptr<grpc::Service> MakePublicService(
    const ServiceEnvironment& environment);
std::unique_ptr<grpc::Service> MakePublicationService(
    const ServiceEnvironment& environment);
std::unique_ptr<grpc::Service> MakeCaseService(
    const ServiceEnvironment& environment);
std::unique_ptr<grpc::Service> MakeIntakeService(
    const ServiceEnvironment& environment);
std::unique_ptr<grpc::Service> MakeAdminService(
    const ServiceEnvironment& environment);
std::unique_ptr<grpc::Service> MakeKeyService(
    const ServiceEnvironment& environment);
std::unique_ptr<grpc::Service> MakeAuditService(
    const ServiceEnvironment& environment);

// Their names in reflection and health.
inline constexpr char kReadServiceName[] = "creditreg.v1.RegistryReadService";
inline constexpr char kWriteServiceName[] = "creditreg.v1.RegistryWriteService";
inline constexpr char kPublicServiceName[] = "creditreg.v1.PublicLookupService";
inline constexpr char kPublicationServiceName[] =
    "creditreg.v1.PublicationService";
inline constexpr char kCaseServiceName[] = "creditreg.v1.CaseService";
inline constexpr char kIntakeServiceName[] = "creditreg.v1.IntakeService";
inline constexpr char kAdminServiceName[] = "creditreg.v1.AdminService";
inline constexpr char kKeyServiceName[] = "creditreg.v1.KeyService";
inline constexpr char kAuditServiceName[] = "creditreg.v1.AuditService";

}  // namespace creditreg

#endif  // CREDITREG_SERVER_SERVICE_SERVICES_H_
