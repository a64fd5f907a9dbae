// A registry that only pretends: the services of creditreg.v1 over real gRPC on
// a loopback port, with canned answers, errors with google.rpc details, broken
// streams, and a stop and start on the same port.
//
// What it answers follows from the request:
//   identifier "error-N" or "error-N-REASON"   gRPC code N with details
//   identifier "missing..."                    NOT_FOUND
//   identifier "bad..."                        BAD_CODE with nearest codes
//   identifier "evil"                          a name with terminal escapes
//   any other identifier                       FOUND
//   import row with 坏 / 疑                    rejected / quarantined
//
// Thread safety: Plan is set while no call runs; all else from any thread.

#ifndef CREDITREG_TESTS_CLIENT_FAKE_REGISTRY_H_
#define CREDITREG_TESTS_CLIENT_FAKE_REGISTRY_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "creditreg/v1/admin_service.grpc.pb.h"
#include "creditreg/v1/audit_service.grpc.pb.h"
#include "creditreg/v1/case_service.grpc.pb.h"
#include "creditreg/v1/intake_service.grpc.pb.h"
#include "creditreg/v1/key_service.grpc.pb.h"
#include "creditreg/v1/public_lookup_service.grpc.pb.h"
#include "creditreg/v1/publication_service.grpc.pb.h"
#include "creditreg/v1/registry_read_service.grpc.pb.h"
#include "creditreg/v1/registry_write_service.grpc.pb.h"
#include "grpcpp/server.h"

namespace creditreg {

// What goes wrong, how often.
struct FakePlan {
  // This many unary calls fail with UNAVAILABLE before one succeeds.
  int unary_failures = 0;
  // The batch stream breaks once, after this many results; -1: never.
  int batch_break_after = -1;
  // Import streams break after this many rows were newly stored ...
  int import_break_after = -1;
  // ... this many times, with this code.
  int import_breaks = 0;
  grpc::StatusCode import_break_code = grpc::StatusCode::UNAVAILABLE;
  // An import stream answers nothing more after this many rows, until its
  // caller or the server ends it; -1: never. Once.
  int import_hang_after = -1;
  // The first try after a break finds the earlier import still running.
  bool import_running_once = false;
  int record_count = 3;
  // ListRecords forgets this page token once.
  std::string expire_token;
  std::int64_t verify_faults = 0;
  // Verify ends without its last message.
  bool verify_breaks = false;
};

class FakeRegistry {
 public:
  FakeRegistry();
  ~FakeRegistry();

  FakeRegistry(const FakeRegistry&) = delete;
  FakeRegistry& operator=(const FakeRegistry&) = delete;

  // "127.0.0.1:PORT", the same after every Start().
  std::string target() const;

  // Ends every call and stops listening. What was imported stays.
  void Stop();
  void Start();

  // Waits until an import hangs (import_hang_after).
  void AwaitHang();

  // Makes health say NOT_SERVING.
  void StopServing();

  FakePlan plan;

  // Streams of Import and of batches that were opened.
  int import_streams() const;
  int batch_streams() const;
  // Calls of unary methods, the failed ones included.
  int unary_calls() const;
  // Rows stored for the request ids seen, in the order of first coming.
  std::vector<std::string> import_request_ids() const;
  // The last request of ListRecords and of GetEnterprise.
  v1::ListRecordsRequest last_list() const;
  v1::GetEnterpriseRequest last_get() const;
  // Of ListAuditRows, and the investigation that came with it.
  v1::ListAuditRowsRequest last_audit() const;
  std::string last_investigation() const;

 private:
  class Read;
  class Public;
  class Write;
  class Intake;
  class Admin;
  class Audit;
  class Keys;
  class Publication;
  class Cases;

  struct StoredImport {
    std::int64_t rows = 0;
    // Of the whole file; empty until it was whole.
    std::string sm3;
  };

  // Counts a unary call; what the plan wants it to fail with.
  grpc::Status CountCall();

  int port_ = 0;
  mutable absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool hanging_ ABSL_GUARDED_BY(mutex_) = false;
  int unary_calls_ ABSL_GUARDED_BY(mutex_) = 0;
  int import_streams_ ABSL_GUARDED_BY(mutex_) = 0;
  int batch_streams_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, StoredImport> imports_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> import_ids_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::string> writes_ ABSL_GUARDED_BY(mutex_);
  v1::ListRecordsRequest last_list_ ABSL_GUARDED_BY(mutex_);
  v1::GetEnterpriseRequest last_get_ ABSL_GUARDED_BY(mutex_);
  v1::ListAuditRowsRequest last_audit_ ABSL_GUARDED_BY(mutex_);
  std::string last_investigation_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<Read> read_;
  std::unique_ptr<Public> public_;
  std::unique_ptr<Write> write_;
  std::unique_ptr<Intake> intake_;
  std::unique_ptr<Admin> admin_;
  std::unique_ptr<Audit> audit_;
  std::unique_ptr<Keys> keys_;
  std::unique_ptr<Publication> publication_;
  std::unique_ptr<Cases> cases_;
  std::unique_ptr<grpc::Server> server_;
};

// A status as the registry makes it: ErrorInfo where `reason` is given,
// BadRequest with code INVALID_ARGUMENT, LocalizedMessage in Chinese, RetryInfo
// where `retry_ms` is not negative.
grpc::Status FakeError(grpc::StatusCode code, const std::string& reason,
                       int retry_ms = -1);

}  // namespace creditreg

#endif  // CREDITREG_TESTS_CLIENT_FAKE_REGISTRY_H_
