// PublicLookupService over gRPC.

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "creditreg/v1/public_lookup_service.grpc.pb.h"
#include "google/protobuf/message_lite.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/slice.h"
#include "index/base/status_macros.h"
#include "index/publication/page_cache.h"
#include "server/service/batch_reactor.h"
#include "server/service/call.h"
#include "server/service/public_handlers.h"
#include "server/service/services.h"

namespace creditreg {
namespace {

// Pages are sent as the bytes they are kept as, so that one call takes and
// gives bytes; the others messages.
using GeneratedService =
    v1::PublicLookupService::WithRawCallbackMethod_GetPublicEnterprise<
        v1::PublicLookupService::WithCallbackMethod_BatchGetPublicEnterprises<
            v1::PublicLookupService::WithCallbackMethod_ListPublicRecords<
                v1::PublicLookupService::Service>>>;

// A slice of the page's own bytes, which live as long as it.
grpc::Slice SliceOf(PageCache::PagePtr page) {
  auto* const owner = new PageCache::PagePtr(std::move(page));
  const std::string& bytes = (*owner)->bytes;
  return grpc::Slice(
      const_cast<char*>(bytes.data()), bytes.size(),
      [](void* kept) { delete static_cast<PageCache::PagePtr*>(kept); }, owner);
}

absl::Status Parse(const grpc::ByteBuffer& bytes,
                   google::protobuf::MessageLite* message) {
  grpc::Slice slice;
  if (!bytes.TrySingleSlice(&slice).ok() &&
      !bytes.DumpToSingleSlice(&slice).ok()) {
    return absl::InternalError("request: cannot be read");
  }
  if (!message->ParseFromArray(slice.begin(), static_cast<int>(slice.size()))) {
    return absl::InvalidArgumentError("request: not a message of this call");
  }
  return absl::OkStatus();
}

class PublicService final : public GeneratedService {
 public:
  explicit PublicService(const ServiceEnvironment& environment)
      : environment_(environment), handlers_(environment) {}

  grpc::ServerUnaryReactor* GetPublicEnterprise(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
      grpc::ByteBuffer* response) override {
    return ServeNow(
        environment_, Rpc::kGetPublicEnterprise, context, response,
        [&](const Caller& /*caller*/) { return GetPage(*request, response); });
  }

  grpc::ServerBidiReactor<v1::BatchGetPublicEnterprisesRequest,
                          v1::BatchGetPublicEnterprisesResponse>*
  BatchGetPublicEnterprises(grpc::CallbackServerContext* context) override {
    return new BatchReactor<v1::BatchGetPublicEnterprisesRequest,
                            v1::BatchGetPublicEnterprisesResponse>(
        environment_, Rpc::kBatchGetPublicEnterprises, context,
        [this](const Caller& /*caller*/, const View& view,
               const v1::BatchGetPublicEnterprisesRequest& request,
               std::int64_t first_index,
               v1::BatchGetPublicEnterprisesResponse* response) {
          return handlers_.BatchGetPublicEnterprises(view, request, first_index,
                                                     response);
        });
  }

  grpc::ServerUnaryReactor* ListPublicRecords(
      grpc::CallbackServerContext* context,
      const v1::ListPublicRecordsRequest* request,
      v1::ListPublicRecordsResponse* response) override {
    return ServeNow(environment_, Rpc::kListPublicRecords, context, response,
                    [&](const Caller& caller) {
                      return handlers_.ListPublicRecords(caller, *request,
                                                         response);
                    });
  }

 private:
  absl::Status GetPage(const grpc::ByteBuffer& request,
                       grpc::ByteBuffer* response) const {
    v1::GetPublicEnterpriseRequest message;
    CREDITREG_RETURN_IF_ERROR(Parse(request, &message));
    CREDITREG_ASSIGN_OR_RETURN(EncodedPage encoded,
                               handlers_.GetPublicEnterprise(message));
    const grpc::Slice slices[] = {SliceOf(std::move(encoded.page)),
                                  grpc::Slice(encoded.position)};
    *response = grpc::ByteBuffer(slices, 2);
    return absl::OkStatus();
  }

  const ServiceEnvironment& environment_;
  const PublicHandlers handlers_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakePublicService(
    const ServiceEnvironment& environment) {
  return std::make_unique<PublicService>(environment);
}

}  // namespace creditreg
