#include "tests/oracle/registry_oracle.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/message.h"
#include "index/model/finding.h"
#include "index/registry/registry.h"
#include "tests/oracle/state.h"

namespace creditreg::oracle {

Finding MakeFinding(Severity severity, const std::string& rule,
                    const std::string& suggestion) {
  return {severity, "", rule, "", suggestion};
}

bool SameMessage(const google::protobuf::Message& a,
                 const google::protobuf::Message& b) {
  return a.SerializeAsString() == b.SerializeAsString();
}

std::string FingerprintOf(const EnterpriseVersion& version) {
  return absl::StrCat("enterprise\n", version.content.SerializeAsString(), "\n",
                      version.withheld ? 1 : 0, version.withheld_reason, "\n",
                      version.personal.SerializeAsString());
}

std::string FingerprintOf(const RecordVersion& version) {
  return absl::StrCat("record\n", version.content.SerializeAsString(), "\n",
                      version.withdrawn ? 1 : 0, version.withdrawn_reason, "\n",
                      version.personal.SerializeAsString());
}

void RegistryOracle::LearnEnterpriseEtag(const std::string& etag,
                                         const Place& version) {
  etags_[etag] = FingerprintOf(Enterprise(version));
}

void RegistryOracle::LearnRecordEtag(const std::string& etag,
                                     const Place& version) {
  etags_[etag] = FingerprintOf(Record(version));
}

void RegistryOracle::BeginChange(VersionBase& version) {
  version.sequence = ++state_.sequence;
  state_.record_time_us = std::max(now_us_, state_.record_time_us + 1);
  version.recorded_us = state_.record_time_us;
}

absl::StatusOr<WriteAnswer> RegistryOracle::Once(
    const WriteRequest& request,
    const std::function<absl::StatusOr<std::vector<WriteResult>>()>& write) {
  const RequestName name(request.actor.principal, request.request_id);
  const auto known = state_.requests.find(name);
  if (known != state_.requests.end()) {
    if (known->second.payload == request.payload) return known->second.answer;
    return absl::AlreadyExistsError("REQUEST_ID_REUSED");
  }
  State before;
  if (request.validate_only) before = state_;
  absl::StatusOr<std::vector<WriteResult>> results = write();
  if (request.validate_only) state_ = std::move(before);
  // Nothing refuses after it changed something.
  if (!results.ok()) return results.status();
  WriteAnswer answer;
  answer.results = *std::move(results);
  answer.sequence = state_.sequence;
  if (!request.validate_only) {
    state_.requests[name] = {request.payload, answer};
  }
  return answer;
}

}  // namespace creditreg::oracle
