#include "tests/fuzz/draft_checks.h"

#include <algorithm>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "creditreg/storage/v1/content.pb.h"
#include "index/base/check.h"
#include "index/codec/natural_key.h"
#include "index/codec/value.h"
#include "index/model/personal_numbers.h"
#include "index/model/uscc.h"
#include "server/wire/answers.h"
#include "server/wire/status.h"

namespace creditreg {
namespace {

namespace spb = storage::v1;

void CheckStoredCode(absl::string_view code) {
  CREDITREG_CHECK(code.empty() || Uscc::Parse(code).ok(),
                  "a stored code is valid or empty");
}

// Texts in which every number of a person is cut out.
void CheckOpenText(absl::string_view text) {
  CREDITREG_CHECK(FindPersonalNumbers(text).empty(),
                  "no personal number stands openly");
}

void CheckFlags(const std::vector<std::string>& flags) {
  CREDITREG_CHECK(
      std::is_sorted(flags.begin(), flags.end()) &&
          std::adjacent_find(flags.begin(), flags.end()) == flags.end(),
      "flags are sorted and unique");
}

void CheckOpenTexts(const spb::Record& record) {
  CheckOpenText(record.party().name());
  CheckOpenText(record.party().address());
  CheckOpenText(record.deciding_agency().name());
  CheckOpenText(record.licence().content());
  CheckOpenText(record.licence().remark());
  CheckOpenText(record.penalty().facts());
  CheckOpenText(record.penalty().content());
  CheckOpenText(record.penalty().legal_basis());
  CheckOpenText(record.complaint().facts());
  CheckOpenText(record.complaint().request());
  CheckOpenText(record.listing().ground());
  CheckOpenText(record.listing().removal_ground());
  CheckOpenText(record.annual_report().optional_figures().guarantees().value());
}

}  // namespace

Key256 FixedKey() {
  Key256 key;
  unsigned char next = 1;
  for (auto& byte : key) byte = next++;
  return key;
}

void CheckStorable(const google::protobuf::Message& message) {
  const std::string value = EncodeValue(message);
  const std::unique_ptr<google::protobuf::Message> again(message.New());
  CREDITREG_CHECK(DecodeValueInto(value, again.get()).ok(),
                  "what is written can be read");
  CREDITREG_CHECK(EncodeValue(*again) == value, "nothing is lost on the way");
}

void CheckFindings(const std::vector<Finding>& findings, Errors errors) {
  CREDITREG_CHECK(HasError(findings) == (errors == Errors::kSome),
                  "content is refused exactly where a finding is an error");
  for (const Finding& finding : findings) {
    CREDITREG_CHECK(!finding.rule.empty() && !finding.message.empty(),
                    "a finding says its rule and what is wrong");
    CheckStorable(FindingMessage(finding));
    CREDITREG_CHECK(FindPersonalNumbers(finding.message).empty(),
                    "a finding's message holds no personal number");
  }
  const absl::Status status = InvalidByFindings(findings);
  CREDITREG_CHECK(status.ok() == (errors == Errors::kNone),
                  "a caller is told of errors");
  ToGrpcStatus(status);
}

void CheckDraft(const EnterpriseDraft& draft) {
  const spb::Enterprise& enterprise = draft.content;
  CheckFindings(draft.findings, Errors::kNone);
  CheckFlags(draft.quality_flags);
  CheckStorable(enterprise);
  if (draft.personal.has_value()) CheckStorable(*draft.personal);
  CheckStoredCode(enterprise.uscc());
  CheckStoredCode(enterprise.registration_authority().uscc());
  CheckStoredCode(enterprise.supervising_unit().uscc());
  for (const spb::FormerCode& former : enterprise.former_codes()) {
    CheckStoredCode(former.uscc());
  }
  CheckOpenText(enterprise.name());
  CheckOpenText(enterprise.business_scope());
  CheckOpenText(enterprise.address().text());
  CheckOpenText(enterprise.remark());
  const auto key = EnterpriseNameKey(enterprise, FixedKey());
  CREDITREG_CHECK(!key.has_value() || key->size() == 16,
                  "a name key has 16 bytes");
  for (const spb::OldNumber& number : enterprise.old_numbers()) {
    CREDITREG_CHECK(!OldNumberIndexValue(number, FixedKey()).empty(),
                    "an old number can be looked up");
  }
}

void CheckDraft(const RecordDraft& draft) {
  const spb::Record& record = draft.content;
  CheckFindings(draft.findings, Errors::kNone);
  CheckFlags(draft.quality_flags);
  CheckStorable(record);
  CheckStorable(draft.personal);
  CheckStoredCode(record.party().uscc());
  CheckStoredCode(record.deciding_agency().uscc());
  CheckStoredCode(record.submitting_agency().uscc());
  CheckOpenTexts(record);
  const auto key = RecordNaturalKey(record, draft.personal, FixedKey());
  CREDITREG_CHECK(
      key.ok() ? key->size() == 32
               : key.status().code() == absl::StatusCode::kInvalidArgument,
      "a natural key has 32 bytes, or a part is missing");
}

}  // namespace creditreg
