#include "tests/crash/remote_caller.h"

#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/registry_client.h"
#include "client/remote_error.h"
#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/v1/common.pb.h"
#include "creditreg/v1/registry_write_service.pb.h"
#include "gtest/gtest.h"
#include "index/base/civil_day.h"
#include "index/base/status_macros.h"
#include "index/model/draft.h"
#include "index/registry/registry.h"
#include "index/registry/view.h"
#include "server/wire/drafts.h"
#include "server/wire/field_tables.h"
#include "server/wire/mirror.h"
#include "server/wire/status.h"
#include "tests/crash/state_lines.h"
#include "tests/index/registry/random_world.h"
#include "tests/oracle/registry_oracle.h"
#include "tests/oracle/state.h"
#include "tests/oracle/texts.h"

namespace creditreg {
namespace {

// The server's for calls that name none: corrections.
constexpr char kDirect[] = "direct";

template <typename Request>
WriteRequest WriteRequestOf(Request request) {
  WriteRequest write;
  write.actor.principal = "local";
  write.request_id = request.request_id();
  request.clear_request_id();
  write.payload = request.SerializeAsString();
  if constexpr (!std::is_same_v<Request, v1::WithdrawRecordRequest> &&
                !std::is_same_v<Request, v1::WithholdEnterpriseRequest>) {
    write.validate_only = request.validate_only();
  }
  return write;
}

v1::RecordInput InputOf(const RecordDraft& draft) {
  v1::RecordInput input;
  StorageToWire(draft.content, *input.mutable_record());
  if (draft.personal.ByteSizeLong() != 0) {
    StorageToWire(draft.personal, *input.mutable_personal());
  }
  return input;
}

template <typename Findings>
std::string Rules(const Findings& findings) {
  std::string text;
  for (const v1::Finding& finding : findings) {
    absl::StrAppend(&text, static_cast<int>(finding.severity()), ":",
                    finding.rule(), " ");
  }
  return text;
}

std::string Head(int outcome, const std::string& rules) {
  return absl::StrCat("outcome ", outcome, " findings ", rules);
}

std::string Head(const WriteResult& result) {
  return Head(static_cast<int>(result.outcome), oracle::Rules(result.findings));
}

// What the oracle's refusal looks like from afar.
std::string Refusal(const absl::Status& ideal) {
  return ReasonOf(absl::Status(
      ideal.code(), absl::StrCat(oracle::FirstWord(ideal), ": refused")));
}

}  // namespace

bool IsGone(const absl::Status& status) {
  // What the server itself refuses says why.
  if (!RemoteErrorOf(status).reason.empty()) return false;
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kCancelled:
      return true;
    default:
      return false;
  }
}

RemoteCaller::RemoteCaller(std::uint64_t seed, std::uint32_t number,
                           const FieldTables& tables)
    : tables_(tables),
      source_id_(absl::StrCat("w", number)),
      world_(seed, number) {}

const std::string& RemoteCaller::AnyRecordId() {
  static const std::string* const nobodys =
      new std::string("AAAAAAAAAAAAAAAAAAAAAAAAAA");
  if (record_ids_.empty() || world_.Chance(3)) return *nobodys;
  return world_.Pick(record_ids_);
}

// Mostly the newest; never empty.
std::string RemoteCaller::AnyEtag(const std::string& record_id) {
  const auto found = records_.find(record_id);
  if (found == records_.end()) return "0123456789abcdef";
  return world_.Chance(80) ? found->second.etags.back()
                           : world_.Pick(found->second.etags);
}

v1::PutEnterpriseRequest RemoteCaller::MakePut() {
  const EnterpriseDraft draft = world_.MakeEnterprise();
  v1::PutEnterpriseRequest request;
  StorageToWire(draft.content, *request.mutable_enterprise());
  if (draft.personal.has_value()) {
    StorageToWire(*draft.personal, *request.mutable_personal());
  }
  if (!enterprise_etags_.empty() && world_.Chance(10)) {
    request.set_etag(world_.Pick(enterprise_etags_));
  }
  request.set_validate_only(world_.Chance(6));
  request.set_source_id(source_id_);
  return request;
}

v1::SubmitRecordsRequest RemoteCaller::MakeSubmit() {
  v1::SubmitRecordsRequest request;
  for (std::uint64_t n = 1 + world_.Below(3); n > 0; --n) {
    *request.add_records() = InputOf(world_.MakeRecord());
    if (world_.Chance(4)) {
      v1::Record& record = *request.mutable_records(request.records_size() - 1)
                                ->mutable_record();
      record.set_family(v1::FAMILY_UNSPECIFIED);
    }
  }
  request.set_validate_only(world_.Chance(6));
  request.set_source_id(source_id_);
  return request;
}

v1::CorrectRecordRequest RemoteCaller::MakeCorrection() {
  v1::CorrectRecordRequest request;
  request.set_record_id(AnyRecordId());
  request.set_etag(AnyEtag(request.record_id()));
  RecordDraft draft = world_.MakeRecord();
  const auto known = records_.find(request.record_id());
  // Mostly another party for what is there.
  if (known != records_.end() && world_.Chance(70)) {
    const storage::v1::Party party = draft.content.party();
    draft.content =
        oracle_.Record(*oracle_.RecordAt(known->second.record_no, 0)).content;
    if (world_.Chance(50)) *draft.content.mutable_party() = party;
  }
  const v1::RecordInput input = InputOf(draft);
  *request.mutable_record() = input.record();
  if (world_.Chance(40)) *request.mutable_personal() = input.personal();
  request.set_reason(absl::StrCat("更正", world_.Below(2)));
  request.set_validate_only(world_.Chance(6));
  return request;
}

v1::WithdrawRecordRequest RemoteCaller::MakeWithdrawal() {
  v1::WithdrawRecordRequest request;
  request.set_record_id(AnyRecordId());
  if (world_.Chance(40)) request.set_etag(AnyEtag(request.record_id()));
  request.set_reason(absl::StrCat("撤回", world_.Below(2)));
  return request;
}

v1::WithholdEnterpriseRequest RemoteCaller::MakeWithhold() {
  v1::WithholdEnterpriseRequest request;
  const std::vector<FindQuery> queries = world_.AllQueries();
  // An empty one is refused at the door.
  while (request.item().identifier().empty()) {
    request.mutable_item()->set_identifier(world_.Pick(queries).identifier);
  }
  request.set_withheld(world_.Chance(40));
  request.set_reason(absl::StrCat("依据", world_.Below(2)));
  return request;
}

RemoteCaller::Request RemoteCaller::MakeRequest() {
  const std::uint64_t kind = world_.Below(100);
  if (kind < 35) return MakePut();
  if (kind < 70) return MakeSubmit();
  if (kind < 85) return MakeCorrection();
  if (kind < 92) return MakeWithdrawal();
  return MakeWithhold();
}

// Sometimes an earlier one again, as it was or with other content.
RemoteCaller::Request RemoteCaller::Next() {
  if (!past_.empty() && world_.Chance(8)) {
    Request request = world_.Pick(past_);
    if (!world_.Chance(30)) return request;
    if (auto* put = std::get_if<v1::PutEnterpriseRequest>(&request)) {
      put->mutable_enterprise()->set_remark("另一个");
      return request;
    }
  }
  Request request = MakeRequest();
  std::visit(
      [this](auto& r) {
        r.set_request_id(absl::StrCat(source_id_, "-", ++last_request_));
      },
      request);
  past_.push_back(request);
  return request;
}

absl::StatusOr<RemoteCaller::Response> RemoteCaller::Send(
    const Request& request, RegistryClient& client) {
  const auto as_response = [](auto answer) -> absl::StatusOr<Response> {
    if (!answer.ok()) return answer.status();
    return Response(*std::move(answer));
  };
  if (const auto* put = std::get_if<v1::PutEnterpriseRequest>(&request)) {
    return as_response(client.PutEnterprise(*put));
  }
  if (const auto* submit = std::get_if<v1::SubmitRecordsRequest>(&request)) {
    return as_response(client.SubmitRecords(*submit));
  }
  if (const auto* correct = std::get_if<v1::CorrectRecordRequest>(&request)) {
    return as_response(client.CorrectRecord(*correct));
  }
  if (const auto* withdraw = std::get_if<v1::WithdrawRecordRequest>(&request)) {
    return as_response(client.WithdrawRecord(*withdraw));
  }
  return as_response(client.WithholdEnterprise(
      std::get<v1::WithholdEnterpriseRequest>(request)));
}

absl::StatusOr<oracle::Write> RemoteCaller::WriteOf(
    const Request& request, const oracle::RegistryOracle& oracle) {
  if (const auto* put = std::get_if<v1::PutEnterpriseRequest>(&request)) {
    EnterpriseCheck check = CheckEnterprise(
        put->enterprise(), put->has_personal() ? &put->personal() : nullptr,
        tables_, source_id_, ChinaDay(absl::Now()));
    if (!check.draft.has_value()) return absl::InvalidArgumentError("findings");
    PutEnterprise write;
    write.request = WriteRequestOf(*put);
    write.draft = *std::move(check.draft);
    write.etag = put->etag();
    return write;
  }
  if (const auto* submit = std::get_if<v1::SubmitRecordsRequest>(&request)) {
    SubmitRecords write;
    write.request = WriteRequestOf(*submit);
    for (const v1::RecordInput& input : submit->records()) {
      RecordCheck check =
          CheckRecord(input, tables_, source_id_, ChinaDay(absl::Now()));
      if (check.draft.has_value()) {
        write.records.emplace_back(*std::move(check.draft));
      } else {
        write.records.emplace_back(std::move(check.findings));
      }
    }
    return write;
  }
  const auto record_no_of =
      [this](const std::string& id) -> absl::StatusOr<std::uint64_t> {
    const auto found = records_.find(id);
    if (found == records_.end()) return absl::NotFoundError("record_id");
    return found->second.record_no;
  };
  if (const auto* correct = std::get_if<v1::CorrectRecordRequest>(&request)) {
    CorrectRecord write;
    CREDITREG_ASSIGN_OR_RETURN(write.record_no,
                               record_no_of(correct->record_id()));
    v1::RecordInput input;
    *input.mutable_record() = correct->record();
    if (correct->has_personal()) {
      *input.mutable_personal() = correct->personal();
    }
    RecordCheck check =
        CheckRecord(input, tables_, kDirect, ChinaDay(absl::Now()));
    if (!check.draft.has_value()) return absl::InvalidArgumentError("findings");
    write.request = WriteRequestOf(*correct);
    write.etag = correct->etag();
    write.draft = *std::move(check.draft);
    write.has_personal = correct->has_personal();
    write.reason = correct->reason();
    return write;
  }
  if (const auto* withdraw = std::get_if<v1::WithdrawRecordRequest>(&request)) {
    WithdrawRecord write;
    CREDITREG_ASSIGN_OR_RETURN(write.record_no,
                               record_no_of(withdraw->record_id()));
    write.request = WriteRequestOf(*withdraw);
    write.etag = withdraw->etag();
    write.reason = withdraw->reason();
    return write;
  }
  const auto& withhold = std::get<v1::WithholdEnterpriseRequest>(request);
  FindQuery query;
  query.identifier = withhold.item().identifier();
  const oracle::Found found = oracle.Find(query);
  WithholdEnterprise write;
  write.request = WriteRequestOf(withhold);
  write.enterprise_no = found.enterprise.value_or(oracle::Place()).no;
  write.withheld = withhold.withheld();
  write.reason = withhold.reason();
  return write;
}

absl::StatusOr<WriteAnswer> RemoteCaller::Apply(
    const Request& request, oracle::RegistryOracle& oracle) {
  absl::StatusOr<oracle::Write> write = WriteOf(request, oracle);
  if (!write.ok()) return write.status();
  return std::visit([&oracle](const auto& w) { return oracle.Apply(w); },
                    *write);
}

void RemoteCaller::LearnRecord(const std::string& record_id,
                               const std::string& etag,
                               const WriteResult& result) {
  const auto [known, is_new] = records_.try_emplace(record_id);
  if (is_new) {
    known->second.record_no = result.record_no;
    record_ids_.push_back(record_id);
  }
  EXPECT_EQ(known->second.record_no, result.record_no) << record_id;
  known->second.etags.push_back(etag);
  oracle_.LearnRecordEtag(etag, {result.record_no, result.version_sequence});
}

void RemoteCaller::Compare(const Request& request,
                           const absl::StatusOr<Response>& real,
                           const absl::StatusOr<WriteAnswer>& ideal) {
  ASSERT_EQ(real.ok(), ideal.ok()) << real.status() << " " << ideal.status();
  if (!real.ok()) {
    EXPECT_EQ(real.status().code(), ideal.status().code()) << real.status();
    EXPECT_EQ(RemoteErrorOf(real.status()).reason, Refusal(ideal.status()));
    return;
  }
  const std::vector<WriteResult>& results = ideal->results;
  if (const auto* put = std::get_if<v1::PutEnterpriseResponse>(&*real)) {
    EXPECT_EQ(Head(put->outcome(), Rules(put->findings())), Head(results[0]));
    EXPECT_EQ(static_cast<std::uint64_t>(put->pending_records()),
              results[0].pending_records);
    if (std::get<v1::PutEnterpriseRequest>(request).validate_only()) return;
    enterprise_etags_.push_back(put->enterprise().etag());
    oracle_.LearnEnterpriseEtag(
        put->enterprise().etag(),
        {results[0].enterprise_no, results[0].version_sequence});
    return;
  }
  if (const auto* submit = std::get_if<v1::SubmitRecordsResponse>(&*real)) {
    ASSERT_EQ(static_cast<std::size_t>(submit->results_size()), results.size());
    for (std::size_t i = 0; i < results.size(); ++i) {
      const auto& result = submit->results(static_cast<int>(i));
      EXPECT_EQ(Head(result.outcome(), Rules(result.findings())),
                Head(results[i]));
      if (!result.record_id().empty()) {
        LearnRecord(result.record_id(), result.etag(), results[i]);
      }
    }
    return;
  }
  if (const auto* correct = std::get_if<v1::CorrectRecordResponse>(&*real)) {
    EXPECT_EQ(Head(correct->outcome(), Rules(correct->findings())),
              Head(results[0]));
    if (std::get<v1::CorrectRecordRequest>(request).validate_only()) return;
    LearnRecord(correct->record().record_id(), correct->record().etag(),
                results[0]);
    return;
  }
  if (const auto* withdraw = std::get_if<v1::WithdrawRecordResponse>(&*real)) {
    EXPECT_EQ(Head(withdraw->outcome(), ""), Head(results[0]));
    LearnRecord(withdraw->record().record_id(), withdraw->record().etag(),
                results[0]);
    return;
  }
  const auto& withhold = std::get<v1::WithholdEnterpriseResponse>(*real);
  EXPECT_EQ(Head(withhold.outcome(), ""), Head(results[0]));
}

bool RemoteCaller::Step(RegistryClient& client) {
  if (!under_way_.has_value()) under_way_ = Next();
  const absl::StatusOr<Response> real = Send(*under_way_, client);
  if (!real.ok() && IsGone(real.status())) return false;
  SCOPED_TRACE(std::visit(
      [](const auto& r) {
        return absl::StrCat(r.GetTypeName(), " ", r.ShortDebugString());
      },
      *under_way_));
  Compare(*under_way_, real, Apply(*under_way_, oracle_));
  under_way_.reset();
  ++answered_;
  return true;
}

std::string RemoteCaller::Settle(const StateLines& real) {
  const std::string without = FirstDifference(real, LinesOf(oracle_.state()));
  if (without.empty() || !under_way_.has_value()) return without;
  oracle::RegistryOracle ahead = oracle_;
  static_cast<void>(Apply(*under_way_, ahead));
  const std::string with = FirstDifference(real, LinesOf(ahead.state()));
  if (!with.empty()) {
    return absl::StrCat("without what is under way: ", without,
                        "\nwith it: ", with);
  }
  oracle_ = std::move(ahead);
  return "";
}

}  // namespace creditreg
