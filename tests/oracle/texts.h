// Writes of any kind, and what they and their answers look like as text: for
// comparison and for messages of tests.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_TESTS_ORACLE_TEXTS_H_
#define CREDITREG_TESTS_ORACLE_TEXTS_H_

#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "index/model/finding.h"
#include "index/registry/registry.h"

namespace creditreg::oracle {

using Write = std::variant<PutEnterprise, SubmitRecords, CorrectRecord,
                           WithdrawRecord, WithholdEnterprise>;

WriteRequest& RequestOf(Write& write);

// The word a status begins with.
std::string FirstWord(const absl::Status& status);

// Severity and rule of each finding.
std::string Rules(const std::vector<Finding>& findings);

// All of an answer that is compared, suggestions aside.
std::string TextOf(const absl::StatusOr<WriteAnswer>& answer);

// For messages.
std::string TextOf(const Write& write);

}  // namespace creditreg::oracle

#endif  // CREDITREG_TESTS_ORACLE_TEXTS_H_
