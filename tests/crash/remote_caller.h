// One caller of a server that may die at any moment: random writes of a world
// that is its alone, one after the other, each given to an oracle as well.
//
// A write without an answer stays under way; it is the next one sent, under the
// same request id. Whether it was stored is seen in between (Settle()).
//
// Thread safety: one thread at a time.

#ifndef CREDITREG_TESTS_CRASH_REMOTE_CALLER_H_
#define CREDITREG_TESTS_CRASH_REMOTE_CALLER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/registry_client.h"
#include "creditreg/v1/registry_write_service.pb.h"
#include "index/registry/registry.h"
#include "server/wire/field_tables.h"
#include "tests/crash/state_lines.h"
#include "tests/index/registry/random_world.h"
#include "tests/oracle/registry_oracle.h"
#include "tests/oracle/texts.h"

namespace creditreg {

class RemoteCaller {
 public:
  // `number` tells callers of one registry apart: 1 .. 9. `tables` are the
  // server's, and know the source; they outlive this object.
  RemoteCaller(std::uint64_t seed, std::uint32_t number,
               const FieldTables& tables);

  // Every write of its carries this source.
  const std::string& source_id() const { return source_id_; }

  // Sends one write. False: no answer, the server is gone. What is answered
  // wrongly fails the running test.
  bool Step(RegistryClient& client);

  // Compares what the registry holds of its source with the oracle, the write
  // under way there or not. Empty: they agree.
  std::string Settle(const StateLines& real);

  std::uint64_t answered() const { return answered_; }

 private:
  using Request =
      std::variant<v1::PutEnterpriseRequest, v1::SubmitRecordsRequest,
                   v1::CorrectRecordRequest, v1::WithdrawRecordRequest,
                   v1::WithholdEnterpriseRequest>;
  using Response =
      std::variant<v1::PutEnterpriseResponse, v1::SubmitRecordsResponse,
                   v1::CorrectRecordResponse, v1::WithdrawRecordResponse,
                   v1::WithholdEnterpriseResponse>;
  // What the caller knows of a record it wrote: etags, oldest first.
  struct Known {
    std::uint64_t record_no = 0;
    std::vector<std::string> etags;
  };

  Request Next();
  Request MakeRequest();
  v1::PutEnterpriseRequest MakePut();
  v1::SubmitRecordsRequest MakeSubmit();
  v1::CorrectRecordRequest MakeCorrection();
  v1::WithdrawRecordRequest MakeWithdrawal();
  v1::WithholdEnterpriseRequest MakeWithhold();
  const std::string& AnyRecordId();
  std::string AnyEtag(const std::string& record_id);

  static absl::StatusOr<Response> Send(const Request& request,
                                       RegistryClient& client);
  // As the server hands it to its registry; or why it does not.
  absl::StatusOr<oracle::Write> WriteOf(const Request& request,
                                        const oracle::RegistryOracle& oracle);
  absl::StatusOr<WriteAnswer> Apply(const Request& request,
                                    oracle::RegistryOracle& oracle);
  void Compare(const Request& request, const absl::StatusOr<Response>& real,
               const absl::StatusOr<WriteAnswer>& ideal);
  void LearnRecord(const std::string& record_id, const std::string& etag,
                   const WriteResult& result);

  const FieldTables& tables_;
  const std::string source_id_;
  RandomWorld world_;
  oracle::RegistryOracle oracle_;
  std::optional<Request> under_way_;
  std::vector<Request> past_;
  std::map<std::string, Known> records_;
  std::vector<std::string> record_ids_;
  std::vector<std::string> enterprise_etags_;
  std::uint64_t last_request_ = 0;
  std::uint64_t answered_ = 0;
};

// Whether an error means that the server is gone.
bool IsGone(const absl::Status& status);

}  // namespace creditreg

#endif  // CREDITREG_TESTS_CRASH_REMOTE_CALLER_H_
