// The fixture of the read and write services' tests: one server, and every call
// as a line.

#ifndef CREDITREG_TESTS_SERVER_SERVICE_SERVICE_FIXTURE_H_
#define CREDITREG_TESTS_SERVER_SERVICE_SERVICE_FIXTURE_H_

#include <string>

#include "gtest/gtest.h"
#include "tests/server/service/test_server.h"

namespace creditreg {

class ServiceTest : public ::testing::Test {
 protected:
  grpc::Status Read(const v1::GetEnterpriseRequest& request,
                    v1::GetEnterpriseResponse* response) {
    grpc::ClientContext context;
    return server_.read().GetEnterprise(&context, request, response);
  }
  grpc::Status Read(const v1::GetRecordRequest& request,
                    v1::GetRecordResponse* response) {
    grpc::ClientContext context;
    return server_.read().GetRecord(&context, request, response);
  }
  grpc::Status Read(const v1::ListRecordsRequest& request,
                    v1::ListRecordsResponse* response) {
    grpc::ClientContext context;
    return server_.read().ListRecords(&context, request, response);
  }
  grpc::Status Read(const v1::ListRecordVersionsRequest& request,
                    v1::ListRecordVersionsResponse* response) {
    grpc::ClientContext context;
    return server_.read().ListRecordVersions(&context, request, response);
  }
  grpc::Status Read(const v1::FindByPersonalNumberRequest& request,
                    v1::FindByPersonalNumberResponse* response) {
    grpc::ClientContext context;
    return server_.read().FindByPersonalNumber(&context, request, response);
  }
  grpc::Status Read(const v1::ListQuarantinedRowsRequest& request,
                    v1::ListQuarantinedRowsResponse* response) {
    grpc::ClientContext context;
    return server_.read().ListQuarantinedRows(&context, request, response);
  }
  grpc::Status Write(const v1::PutEnterpriseRequest& request,
                     v1::PutEnterpriseResponse* response) {
    grpc::ClientContext context;
    return server_.write().PutEnterprise(&context, request, response);
  }
  grpc::Status Write(const v1::SubmitRecordsRequest& request,
                     v1::SubmitRecordsResponse* response) {
    grpc::ClientContext context;
    return server_.write().SubmitRecords(&context, request, response);
  }
  grpc::Status Write(const v1::CorrectRecordRequest& request,
                     v1::CorrectRecordResponse* response) {
    grpc::ClientContext context;
    return server_.write().CorrectRecord(&context, request, response);
  }
  grpc::Status Write(const v1::WithdrawRecordRequest& request,
                     v1::WithdrawRecordResponse* response) {
    grpc::ClientContext context;
    return server_.write().WithdrawRecord(&context, request, response);
  }
  grpc::Status Write(const v1::ErasePersonalRequest& request,
                     v1::ErasePersonalResponse* response) {
    grpc::ClientContext context;
    return server_.write().ErasePersonal(&context, request, response);
  }
  grpc::Status Write(const v1::WithholdEnterpriseRequest& request,
                     v1::WithholdEnterpriseResponse* response) {
    grpc::ClientContext context;
    return server_.write().WithholdEnterprise(&context, request, response);
  }

  v1::Record GetRecord(const std::string& record_id) {
    v1::GetRecordRequest request;
    request.set_record_id(record_id);
    v1::GetRecordResponse response;
    const grpc::Status status = Read(request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.record();
  }

  v1::PutEnterpriseRequest PutRequest(const v1::Enterprise& enterprise) {
    v1::PutEnterpriseRequest request;
    request.set_request_id(server_.NewRequestId());
    *request.mutable_enterprise() = enterprise;
    return request;
  }

  TestServer server_{CREDITREG_SOURCE_DIR "/conf/intake"};
};

}  // namespace creditreg

#endif  // CREDITREG_TESTS_SERVER_SERVICE_SERVICE_FIXTURE_H_
