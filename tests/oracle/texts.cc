#include "tests/oracle/texts.h"

#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "index/model/draft.h"
#include "index/model/finding.h"
#include "index/registry/registry.h"

namespace creditreg::oracle {
namespace {

std::string TextOf(const WriteResult& result) {
  return absl::StrCat("outcome ", static_cast<int>(result.outcome),
                      " enterprise ", result.enterprise_no, " record ",
                      result.record_no, " version ", result.version_sequence,
                      " pending ", result.pending_records, " findings ",
                      Rules(result.findings));
}

std::string TextOf(const WriteRequest& request) {
  return absl::StrCat("id ", request.request_id,
                      request.validate_only ? " validate_only" : "");
}

std::string TextOf(const RecordDraft& draft) {
  return absl::StrCat(draft.content.ShortDebugString(), " personal ",
                      draft.personal.ShortDebugString());
}

std::string TextOf(const EnterpriseDraft& draft) {
  return absl::StrCat(
      draft.keep_history ? "keep_history " : "",
      draft.content.ShortDebugString(), " personal ",
      draft.personal.has_value() ? draft.personal->ShortDebugString() : "-");
}

}  // namespace

std::string FirstWord(const absl::Status& status) {
  const std::vector<std::string> words =
      absl::StrSplit(status.message(), absl::MaxSplits(':', 1));
  return words[0];
}

std::string Rules(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    absl::StrAppend(&text, static_cast<int>(finding.severity), ":",
                    finding.rule, " ");
  }
  return text;
}

std::string TextOf(const absl::StatusOr<WriteAnswer>& answer) {
  if (!answer.ok()) {
    return absl::StrCat(absl::StatusCodeToString(answer.status().code()), " ",
                        FirstWord(answer.status()));
  }
  std::string text = absl::StrCat("sequence ", answer->sequence);
  for (const WriteResult& result : answer->results) {
    absl::StrAppend(&text, "\n  ", TextOf(result));
  }
  return text;
}

std::string TextOf(const Write& write) {
  if (const auto* put = std::get_if<PutEnterprise>(&write)) {
    return absl::StrCat("put ", TextOf(put->request), " etag ", put->etag, " ",
                        TextOf(put->draft));
  }
  if (const auto* submit = std::get_if<SubmitRecords>(&write)) {
    std::string text = absl::StrCat("submit ", TextOf(submit->request));
    for (const auto& record : submit->records) {
      const auto* draft = std::get_if<RecordDraft>(&record);
      absl::StrAppend(&text, "\n  ",
                      draft == nullptr ? "refused" : TextOf(*draft));
    }
    return text;
  }
  if (const auto* correct = std::get_if<CorrectRecord>(&write)) {
    return absl::StrCat("correct ", TextOf(correct->request), " record ",
                        correct->record_no, " etag ", correct->etag,
                        correct->has_personal ? " has_personal " : " ",
                        TextOf(correct->draft));
  }
  if (const auto* withdraw = std::get_if<WithdrawRecord>(&write)) {
    return absl::StrCat("withdraw ", TextOf(withdraw->request), " record ",
                        withdraw->record_no, " etag ", withdraw->etag);
  }
  const auto& withhold = std::get<WithholdEnterprise>(write);
  return absl::StrCat("withhold ", TextOf(withhold.request), " enterprise ",
                      withhold.enterprise_no, " ", withhold.withheld);
}

WriteRequest& RequestOf(Write& write) {
  return std::visit([](auto& w) -> WriteRequest& { return w.request; }, write);
}

}  // namespace creditreg::oracle
