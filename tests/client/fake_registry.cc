#include "tests/client/fake_registry.h"

#include <openssl/evp.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server_builder.h"
#include "index/base/check.h"

namespace creditreg {
namespace {

constexpr char kCode[] = "914403001922038216";

void SetPosition(v1::Position* position) {
  position->set_token("0123456789abcdef");
}

// "error-14-OVERLOADED" -> that error; OK for any other identifier.
grpc::Status ErrorOf(const std::string& identifier) {
  if (!absl::StartsWith(identifier, "error-")) return grpc::Status::OK;
  const std::vector<std::string> parts = absl::StrSplit(identifier, '-');
  int code = 0;
  CREDITREG_CHECK(absl::SimpleAtoi(parts[1], &code), "a test names a code");
  return FakeError(static_cast<grpc::StatusCode>(code),
                   parts.size() > 2 ? parts[2] : "");
}

v1::LookupResult ResultOf(const v1::LookupItem& item) {
  v1::LookupResult result;
  const std::string& id = item.identifier();
  result.set_identifier(id);
  if (absl::StartsWith(id, "missing")) {
    result.set_verdict(v1::LOOKUP_VERDICT_NOT_FOUND);
    return result;
  }
  if (absl::StartsWith(id, "bad")) {
    result.set_verdict(v1::LOOKUP_VERDICT_BAD_CODE);
    result.set_code_error(v1::CODE_ERROR_BAD_FINAL_CHECK);
    result.add_nearest_codes(kCode);
    return result;
  }
  result.set_verdict(v1::LOOKUP_VERDICT_FOUND);
  result.set_matched_by(v1::MATCHED_BY_USCC);
  v1::Enterprise& enterprise = *result.mutable_enterprise();
  enterprise.set_uscc(id);
  enterprise.set_name(id == "evil" ? "深圳\x1b[2J\x1b]0;x\x07公司\u202e"
                                   : absl::StrCat("深圳市", id, "有限公司"));
  enterprise.set_status(v1::REGISTRATION_STATUS_ACTIVE);
  enterprise.set_established_on("1987-09-15");
  enterprise.mutable_capital()->set_text("4104113.182000万人民币元");
  enterprise.mutable_registration_authority()->set_name("深圳市市场监督管理局");
  return result;
}

v1::Record ListingAt(int i) {
  v1::Record record;
  record.set_record_id(absl::StrFormat("LIST%022d", i));
  record.set_family(v1::FAMILY_LISTING);
  record.set_state(v1::RECORD_STATE_ACTIVE);
  record.mutable_deciding_agency()->set_name("广州市市场监督管理局");
  v1::Listing& listing = *record.mutable_listing();
  listing.set_list(v1::Listing::LIST_ABNORMAL_OPERATION);
  listing.set_ground_code("4");
  listing.set_ground("通过登记的住所无法联系");
  listing.set_listed_on("2025-07-01");
  return record;
}

v1::Record ReportAt(int i) {
  v1::Record record;
  record.set_record_id(absl::StrFormat("REPORT%020d", i));
  record.set_family(v1::FAMILY_ANNUAL_REPORT);
  record.set_state(v1::RECORD_STATE_ACTIVE);
  v1::AnnualReport& report = *record.mutable_annual_report();
  report.set_year(2024);
  report.set_submitted_on("2025-05-06");
  report.mutable_optional_figures()->mutable_assets_fen()->set_value(1234567);
  return record;
}

v1::Record RecordAt(int i) {
  v1::Record record;
  record.set_record_id(absl::StrFormat("REC%023d", i));
  record.set_state(v1::RECORD_STATE_ACTIVE);
  record.mutable_deciding_agency()->set_name("广州市市场监督管理局");
  record.set_etag(absl::StrCat("e", i));
  if (i % 3 == 0) {
    record.set_family(v1::FAMILY_PENALTY);
    record.mutable_penalty()->set_document_number(
        absl::StrCat("穗市监处罚〔2026〕", i, "号"));
    record.mutable_penalty()->set_decided_on("2026-03-01");
    record.mutable_penalty()->set_fine_fen(1234567);
    record.mutable_penalty()->set_content("罚款\n12345.67元");
  } else {
    record.set_family(v1::FAMILY_LICENCE);
    record.mutable_licence()->set_document_number(
        absl::StrCat("粤许〔2026〕", i, "号"));
    record.mutable_licence()->set_decided_on("2026-02-01");
    record.mutable_licence()->set_content("食品经营");
  }
  return record;
}

// One of those a list was asked for: licences and penalties, or one other
// family alone.
v1::Record RecordOf(const v1::ListRecordsRequest& request, int i) {
  const v1::Family family = request.families_size() == 1
                                ? request.families(0)
                                : v1::FAMILY_UNSPECIFIED;
  if (family == v1::FAMILY_LISTING) return ListingAt(i);
  if (family == v1::FAMILY_ANNUAL_REPORT) return ReportAt(i);
  return RecordAt(i);
}

std::string Sm3(const std::string& bytes) {
  std::string digest(32, '\0');
  unsigned int size = 0;
  CREDITREG_CHECK(EVP_Digest(bytes.data(), bytes.size(),
                             reinterpret_cast<unsigned char*>(digest.data()),
                             &size, EVP_sm3(), nullptr) == 1,
                  "OpenSSL offers SM3");
  return digest;
}

void MakeBrief(v1::LookupResult* result) {
  if (!result->has_enterprise()) return;
  result->mutable_brief()->set_uscc(result->enterprise().uscc());
  result->mutable_brief()->set_name(result->enterprise().name());
  result->mutable_brief()->set_status(result->enterprise().status());
  result->clear_enterprise();
}

// Answers the items of a batch stream, 250 results a message.
template <typename Request, typename Response>
grpc::Status AnswerBatch(grpc::ServerReaderWriter<Response, Request>* stream,
                         int& break_after) {
  Request request;
  std::int64_t index = 0;
  while (stream->Read(&request)) {
    Response response;
    for (const v1::LookupItem& item : request.items()) {
      const grpc::Status error = ErrorOf(item.identifier());
      if (!error.ok()) return error;
      v1::LookupResult result = ResultOf(item);
      result.set_index(index++);
      if (request.brief()) MakeBrief(&result);
      *response.add_results() = std::move(result);
      const bool breaks = break_after >= 0 && index >= break_after;
      if (breaks || response.results_size() == 250) {
        SetPosition(response.mutable_position());
        stream->Write(response);
        response.Clear();
      }
      if (breaks) {
        break_after = -1;
        return FakeError(grpc::StatusCode::UNAVAILABLE, "");
      }
    }
    SetPosition(response.mutable_position());
    if (response.results_size() > 0) stream->Write(response);
  }
  return grpc::Status::OK;
}

}  // namespace

grpc::Status FakeError(grpc::StatusCode code, const std::string& reason,
                       int retry_ms) {
  google::rpc::Status details;
  details.set_code(code);
  if (!reason.empty()) {
    google::rpc::ErrorInfo info;
    info.set_reason(reason);
    info.set_domain("creditreg");
    details.add_details()->PackFrom(info);
  }
  if (code == grpc::StatusCode::INVALID_ARGUMENT) {
    google::rpc::BadRequest bad_request;
    auto* const violation = bad_request.add_field_violations();
    violation->set_field("item.identifier");
    violation->set_description("empty, want 1 to 64 characters");
    details.add_details()->PackFrom(bad_request);
  }
  if (retry_ms >= 0) {
    google::rpc::RetryInfo retry;
    retry.mutable_retry_delay()->set_seconds(retry_ms / 1000);
    retry.mutable_retry_delay()->set_nanos(retry_ms % 1000 * 1000000);
    details.add_details()->PackFrom(retry);
  }
  google::rpc::LocalizedMessage localized;
  localized.set_locale("zh-CN");
  localized.set_message("请求\n不可接受\x1b[31m");
  details.add_details()->PackFrom(localized);
  return grpc::Status(code, "request: cannot be\nanswered\x1b[31m",
                      details.SerializeAsString());
}

class FakeRegistry::Read final : public v1::RegistryReadService::Service {
 public:
  explicit Read(FakeRegistry* fake) : fake_(fake) {}

  grpc::Status GetEnterprise(grpc::ServerContext*,
                             const v1::GetEnterpriseRequest* request,
                             v1::GetEnterpriseResponse* response) override {
    const grpc::Status planned = fake_->CountCall();
    if (!planned.ok()) return planned;
    const grpc::Status error = ErrorOf(request->item().identifier());
    if (!error.ok()) return error;
    {
      absl::MutexLock lock(&fake_->mutex_);
      fake_->last_get_ = *request;
    }
    *response->mutable_result() = ResultOf(request->item());
    SetPosition(response->mutable_position());
    if (request->has_personal()) {
      response->mutable_personal()->set_telephone("13800000000");
    }
    if (response->result().has_enterprise()) {
      auto* const count = response->mutable_summary()->add_counts();
      count->set_family(v1::FAMILY_PENALTY);
      count->set_records(1203);
    }
    return grpc::Status::OK;
  }

  grpc::Status BatchGetEnterprises(
      grpc::ServerContext*,
      grpc::ServerReaderWriter<v1::BatchGetEnterprisesResponse,
                               v1::BatchGetEnterprisesRequest>* stream)
      override {
    {
      absl::MutexLock lock(&fake_->mutex_);
      ++fake_->batch_streams_;
    }
    return AnswerBatch(stream, fake_->plan.batch_break_after);
  }

  grpc::Status GetRecord(grpc::ServerContext*,
                         const v1::GetRecordRequest* request,
                         v1::GetRecordResponse* response) override {
    const grpc::Status error = ErrorOf(request->record_id());
    if (!error.ok()) return error;
    *response->mutable_record() = request->record_id() == "LIST" ? ListingAt(0)
                                  : request->record_id() == "REPORT"
                                      ? ReportAt(0)
                                      : RecordAt(3);
    SetPosition(response->mutable_position());
    return grpc::Status::OK;
  }

  grpc::Status ListRecords(grpc::ServerContext*,
                           const v1::ListRecordsRequest* request,
                           v1::ListRecordsResponse* response) override {
    const grpc::Status planned = fake_->CountCall();
    if (!planned.ok()) return planned;
    const grpc::Status error = ErrorOf(request->item().identifier());
    if (!error.ok()) return error;
    {
      absl::MutexLock lock(&fake_->mutex_);
      fake_->last_list_ = *request;
    }
    if (!request->page_token().empty() &&
        request->page_token() == fake_->plan.expire_token) {
      fake_->plan.expire_token.clear();
      return FakeError(grpc::StatusCode::FAILED_PRECONDITION,
                       "PAGE_TOKEN_EXPIRED");
    }
    int first = 0;
    CREDITREG_CHECK(request->page_token().empty() ||
                        absl::SimpleAtoi(request->page_token(), &first),
                    "a page token is handed back as it came");
    const int size = request->page_size() == 0 ? 50 : request->page_size();
    const int end = std::min(first + size, fake_->plan.record_count);
    for (int i = first; i < end; ++i) {
      *response->add_records() = RecordOf(*request, i);
    }
    if (end < fake_->plan.record_count) {
      response->set_next_page_token(absl::StrCat(end));
    }
    SetPosition(response->mutable_position());
    return grpc::Status::OK;
  }

  grpc::Status ListRecordVersions(
      grpc::ServerContext*, const v1::ListRecordVersionsRequest*,
      v1::ListRecordVersionsResponse* response) override {
    *response->add_versions() = RecordAt(0);
    *response->add_versions() = RecordAt(0);
    return grpc::Status::OK;
  }

  // The complaint of one person; the number comes back to nobody.
  grpc::Status FindByPersonalNumber(
      grpc::ServerContext*, const v1::FindByPersonalNumberRequest* request,
      v1::FindByPersonalNumberResponse* response) override {
    if (request->kind() != v1::PERSONAL_NUMBER_KIND_TELEPHONE ||
        request->number() != "14000001234" ||
        request->personal().purpose() != "核查") {
      return grpc::Status::OK;
    }
    auto* const hit = response->add_hits();
    hit->set_role(v1::PERSON_ROLE_COMPLAINANT_TELEPHONE);
    *hit->mutable_record() = RecordAt(0);
    auto* const holder = response->add_hits();
    holder->set_role(v1::PERSON_ROLE_TELEPHONE);
    holder->mutable_enterprise()->set_uscc("914403001922038216");
    holder->mutable_enterprise()->set_name("示例公司");
    return grpc::Status::OK;
  }

  grpc::Status ListQuarantinedRows(
      grpc::ServerContext*, const v1::ListQuarantinedRowsRequest*,
      v1::ListQuarantinedRowsResponse* response) override {
    auto* const row = response->add_rows();
    row->set_row_id("ROW00000000000000000000001");
    row->set_source_id("default");
    auto* const finding = row->add_findings();
    finding->set_severity(v1::SEVERITY_WARNING);
    finding->set_field("XK_WSH");
    finding->set_rule("NATURAL_KEY");
    finding->set_message("没有文书号");
    return grpc::Status::OK;
  }

 private:
  FakeRegistry* const fake_;
};

class FakeRegistry::Public final : public v1::PublicLookupService::Service {
 public:
  explicit Public(FakeRegistry* fake) : fake_(fake) {}

  grpc::Status GetPublicEnterprise(
      grpc::ServerContext*, const v1::GetPublicEnterpriseRequest* request,
      v1::GetPublicEnterpriseResponse* response) override {
    const grpc::Status error = ErrorOf(request->item().identifier());
    if (!error.ok()) return error;
    *response->mutable_result() = ResultOf(request->item());
    response->mutable_result()->mutable_enterprise()->set_remark("public");
    SetPosition(response->mutable_position());
    return grpc::Status::OK;
  }

  grpc::Status BatchGetPublicEnterprises(
      grpc::ServerContext*,
      grpc::ServerReaderWriter<v1::BatchGetPublicEnterprisesResponse,
                               v1::BatchGetPublicEnterprisesRequest>* stream)
      override {
    return AnswerBatch(stream, fake_->plan.batch_break_after);
  }

  grpc::Status ListPublicRecords(
      grpc::ServerContext*, const v1::ListPublicRecordsRequest* request,
      v1::ListPublicRecordsResponse* response) override {
    if (request->page_size() > 100) {
      return FakeError(grpc::StatusCode::INVALID_ARGUMENT, "PAGE_SIZE");
    }
    *response->add_records() = RecordAt(1);
    return grpc::Status::OK;
  }

 private:
  FakeRegistry* const fake_;
};

class FakeRegistry::Write final : public v1::RegistryWriteService::Service {
 public:
  explicit Write(FakeRegistry* fake) : fake_(fake) {}

  grpc::Status PutEnterprise(grpc::ServerContext*,
                             const v1::PutEnterpriseRequest* request,
                             v1::PutEnterpriseResponse* response) override {
    const grpc::Status planned = fake_->CountCall();
    if (!planned.ok()) return planned;
    const grpc::Status error = ErrorOf(request->enterprise().name());
    if (!error.ok()) return error;
    {
      absl::MutexLock lock(&fake_->mutex_);
      const std::string content = request->enterprise().SerializeAsString();
      const auto [it, added] =
          fake_->writes_.emplace(request->request_id(), content);
      if (!added && it->second != content) {
        return FakeError(grpc::StatusCode::ALREADY_EXISTS, "REQUEST_ID_REUSED");
      }
    }
    response->set_outcome(v1::OUTCOME_CREATED);
    *response->mutable_enterprise() = request->enterprise();
    SetPosition(response->mutable_position());
    return grpc::Status::OK;
  }

  grpc::Status SubmitRecords(grpc::ServerContext*,
                             const v1::SubmitRecordsRequest* request,
                             v1::SubmitRecordsResponse* response) override {
    for (const v1::RecordInput& input : request->records()) {
      auto* const result = response->add_results();
      const bool bad = input.record().family() == v1::FAMILY_UNSPECIFIED;
      result->set_outcome(bad ? v1::OUTCOME_REJECTED : v1::OUTCOME_CREATED);
      if (!bad) continue;
      auto* const finding = result->add_findings();
      finding->set_severity(v1::SEVERITY_ERROR);
      finding->set_field("record.family");
      finding->set_rule("REQUIRED");
      finding->set_message("没有种类");
    }
    return grpc::Status::OK;
  }

  grpc::Status WithdrawRecord(grpc::ServerContext*,
                              const v1::WithdrawRecordRequest* request,
                              v1::WithdrawRecordResponse* response) override {
    response->set_outcome(v1::OUTCOME_UPDATED);
    *response->mutable_record() = RecordAt(0);
    response->mutable_record()->set_withdrawn_reason(request->reason());
    return grpc::Status::OK;
  }

  grpc::Status ErasePersonal(grpc::ServerContext*,
                             const v1::ErasePersonalRequest* request,
                             v1::ErasePersonalResponse* response) override {
    response->set_outcome(request->validate_only() ? v1::OUTCOME_UNCHANGED
                                                   : v1::OUTCOME_UPDATED);
    return grpc::Status::OK;
  }

 private:
  FakeRegistry* const fake_;
};

class FakeRegistry::Intake final : public v1::IntakeService::Service {
 public:
  using Stream =
      grpc::ServerReaderWriter<v1::ImportResponse, v1::ImportRequest>;

  explicit Intake(FakeRegistry* fake) : fake_(fake) {}

  grpc::Status Import(grpc::ServerContext* context, Stream* stream) override {
    v1::ImportRequest request;
    if (!stream->Read(&request) || !request.has_start()) {
      return FakeError(grpc::StatusCode::INVALID_ARGUMENT, "");
    }
    const v1::ImportRequest::Start start = request.start();
    std::int64_t stored = 0;
    {
      absl::MutexLock lock(&fake_->mutex_);
      ++fake_->import_streams_;
      const auto [it, added] =
          fake_->imports_.emplace(start.request_id(), StoredImport());
      if (added) fake_->import_ids_.push_back(start.request_id());
      stored = it->second.rows;
    }
    const grpc::Status error = ErrorOf(start.source_id());
    if (!error.ok()) return error;
    if (stored > 0 && std::exchange(fake_->plan.import_running_once, false)) {
      return FakeError(grpc::StatusCode::FAILED_PRECONDITION, "IMPORT_RUNNING");
    }
    v1::ImportResponse started;
    started.mutable_started()->set_encoding(v1::TEXT_ENCODING_UTF8);
    started.mutable_started()->set_rows_already_stored(stored);
    stream->Write(started);
    Run run;
    run.start = start;
    run.stored_before = stored;
    return Take(context, stream, run);
  }

  grpc::Status GetImport(grpc::ServerContext*,
                         const v1::GetImportRequest* request,
                         v1::GetImportResponse* response) override {
    absl::MutexLock lock(&fake_->mutex_);
    const auto it = fake_->imports_.find(request->request_id());
    if (it == fake_->imports_.end()) {
      return FakeError(grpc::StatusCode::NOT_FOUND, "");
    }
    response->mutable_receipt()->set_request_id(request->request_id());
    response->mutable_receipt()->mutable_counts()->set_rows(it->second.rows);
    return grpc::Status::OK;
  }

  grpc::Status GetTemplate(grpc::ServerContext*,
                           const v1::GetTemplateRequest* request,
                           v1::GetTemplateResponse* response) override {
    response->set_file_name("licence.csv");
    response->set_content(request->header() ==
                                  v1::GetTemplateRequest::HEADER_NAMES
                              ? "\uFEFF行政相对人名称\r\n"
                              : "\uFEFFXK_XDR_MC\r\n");
    return grpc::Status::OK;
  }

 private:
  // One stream.
  struct Run {
    v1::ImportRequest::Start start;
    // By earlier streams.
    std::int64_t stored_before = 0;
    std::string bytes;
    // Bytes that belong to finished rows, the header included.
    std::size_t taken = 0;
    std::int64_t row = 0;
    v1::ImportCounts counts;
    v1::ImportResponse answer;
  };

  grpc::Status Take(grpc::ServerContext* context, Stream* stream, Run& run) {
    v1::ImportRequest request;
    while (stream->Read(&request)) {
      if (request.has_end()) {
        Flush(stream, run);
        return Finish(stream, run);
      }
      if (request.chunk().size() > 256 * 1024) {
        return FakeError(grpc::StatusCode::INVALID_ARGUMENT, "CHUNK");
      }
      run.bytes += request.chunk();
      const grpc::Status status = TakeRows(context, stream, run);
      if (!status.ok()) return status;
    }
    if (context->IsCancelled()) return grpc::Status::CANCELLED;
    return FakeError(grpc::StatusCode::INVALID_ARGUMENT, "NO_END");
  }

  grpc::Status TakeRows(grpc::ServerContext* context, Stream* stream,
                        Run& run) {
    while (true) {
      const std::size_t end = run.bytes.find('\n', run.taken);
      if (end == std::string::npos) return grpc::Status::OK;
      const std::string line = run.bytes.substr(run.taken, end - run.taken);
      const bool header = run.taken == 0;
      run.taken = end + 1;
      if (header) continue;
      ++run.row;
      Judge(line, run);
      if (run.row % 10 == 0) Flush(stream, run);
      if (run.row <= run.stored_before) continue;
      {
        absl::MutexLock lock(&fake_->mutex_);
        fake_->imports_[run.start.request_id()].rows = run.row;
      }
      const grpc::Status status = MaybeFail(context, stream, run);
      if (!status.ok()) return status;
    }
  }

  static void Judge(const std::string& line, Run& run) {
    v1::ImportCounts& counts = run.counts;
    counts.set_rows(run.row);
    const bool rejected = absl::StrContains(line, "坏");
    const bool quarantined = absl::StrContains(line, "疑");
    if (!rejected && !quarantined) {
      counts.set_created(counts.created() + 1);
      return;
    }
    if (rejected) counts.set_rejected(counts.rejected() + 1);
    if (quarantined) counts.set_quarantined(counts.quarantined() + 1);
    v1::RowVerdict& verdict = *run.answer.mutable_rows()->add_rows();
    verdict.set_row(run.row);
    verdict.set_line(run.row + 1);
    verdict.set_outcome(rejected ? v1::OUTCOME_REJECTED
                                 : v1::OUTCOME_QUARANTINED);
    verdict.set_report_line(
        absl::StrCat(line, ",", run.row, rejected ? ",拒绝" : ",隔离", "\r\n"));
  }

  static void Flush(Stream* stream, Run& run) {
    v1::RowVerdicts& rows = *run.answer.mutable_rows();
    rows.set_rows_done(run.row);
    rows.set_bytes_done(static_cast<std::int64_t>(run.taken));
    *rows.mutable_counts() = run.counts;
    stream->Write(run.answer);
    run.answer.Clear();
  }

  // What the plan has for the row just stored.
  grpc::Status MaybeFail(grpc::ServerContext* context, Stream* stream,
                         Run& run) {
    FakePlan& plan = fake_->plan;
    const std::int64_t fresh = run.row - run.stored_before;
    if (plan.import_breaks > 0 && fresh >= plan.import_break_after) {
      --plan.import_breaks;
      Flush(stream, run);
      return FakeError(plan.import_break_code, "");
    }
    if (plan.import_hang_after >= 0 && run.row >= plan.import_hang_after) {
      plan.import_hang_after = -1;
      Flush(stream, run);
      Hang(context);
      return FakeError(grpc::StatusCode::UNAVAILABLE, "");
    }
    return grpc::Status::OK;
  }

  void Hang(grpc::ServerContext* context) {
    absl::MutexLock lock(&fake_->mutex_);
    fake_->hanging_ = true;
    // gRPC has no other way to learn of a cancelled synchronous call.
    while (!context->IsCancelled() &&
           !fake_->mutex_.AwaitWithTimeout(absl::Condition(&fake_->stopping_),
                                           absl::Milliseconds(20))) {
    }
    fake_->hanging_ = false;
  }

  grpc::Status Finish(Stream* stream, const Run& run) {
    const std::string sm3 = Sm3(run.bytes);
    {
      absl::MutexLock lock(&fake_->mutex_);
      StoredImport& stored = fake_->imports_[run.start.request_id()];
      if (!stored.sm3.empty() && stored.sm3 != sm3) {
        return FakeError(grpc::StatusCode::ALREADY_EXISTS, "REQUEST_ID_REUSED");
      }
      stored.sm3 = sm3;
    }
    v1::ImportResponse answer;
    v1::ImportReceipt& receipt = *answer.mutable_receipt();
    receipt.set_request_id(run.start.request_id());
    receipt.set_format(run.start.format());
    receipt.set_encoding(v1::TEXT_ENCODING_UTF8);
    receipt.set_validate_only(run.start.validate_only());
    *receipt.mutable_counts() = run.counts;
    receipt.set_total_bytes(static_cast<std::int64_t>(run.bytes.size()));
    receipt.set_file_sm3(sm3);
    receipt.mutable_finished_at()->set_seconds(1795478400);
    receipt.set_report_header("XK_XDR_MC,行号,结果\r\n");
    SetPosition(receipt.mutable_position());
    stream->Write(answer);
    return grpc::Status::OK;
  }

  FakeRegistry* const fake_;
};

class FakeRegistry::Keys final : public v1::KeyService::Service {
 public:
  grpc::Status GetKeyState(grpc::ServerContext*, const v1::GetKeyStateRequest*,
                           v1::GetKeyStateResponse* response) override {
    response->set_ring_master_version(1);
    response->set_data_keys_master_version(1);
    response->set_data_keys(1234567);
    if (rotations_ == 0) return grpc::Status::OK;
    response->mutable_rotation()->set_to_version(2);
    response->mutable_rotation()->set_running(true);
    return grpc::Status::OK;
  }

  grpc::Status RotateMasterKey(grpc::ServerContext*,
                               const v1::RotateMasterKeyRequest*,
                               v1::RotateMasterKeyResponse* response) override {
    if (rotations_++ > 0) {
      return FakeError(grpc::StatusCode::FAILED_PRECONDITION,
                       "ROTATION_RUNNING");
    }
    response->set_to_version(2);
    return grpc::Status::OK;
  }

 private:
  std::atomic<int> rotations_{0};
};

class FakeRegistry::Publication final : public v1::PublicationService::Service {
 public:
  grpc::Status ListTables(grpc::ServerContext*, const v1::ListTablesRequest*,
                          v1::ListTablesResponse* response) override {
    v1::ListTablesResponse::Table* table = response->add_tables();
    table->set_name("credit_china");
    table->set_version(3);
    table->add_unconfirmed_rules("CC36");
    response->set_records_to_judge(12345);
    response->set_publication_date("2026-11-24");
    return grpc::Status::OK;
  }

  grpc::Status ListUndecidedRecords(
      grpc::ServerContext*, const v1::ListUndecidedRecordsRequest*,
      v1::ListUndecidedRecordsResponse* response) override {
    v1::Record* record = response->add_records();
    *record = RecordAt(1);
    v1::Publicity* publicity = record->add_publicity();
    publicity->set_channel(v1::ChannelPublication::CHANNEL_GSXT);
    publicity->set_state(v1::PUBLICITY_STATE_UNDECIDED);
    publicity->add_undecided_reasons("FINE_LIMITS_MISSING");
    return grpc::Status::OK;
  }

  grpc::Status ClassifyRecord(grpc::ServerContext*,
                              const v1::ClassifyRecordRequest* request,
                              v1::ClassifyRecordResponse* response) override {
    if (request->term().empty()) {
      return FakeError(grpc::StatusCode::FAILED_PRECONDITION,
                       "DECIDED_BY_RULE");
    }
    response->set_outcome(v1::OUTCOME_UPDATED);
    return grpc::Status::OK;
  }

  grpc::Status GetSourceQuality(
      grpc::ServerContext*, const v1::GetSourceQualityRequest*,
      v1::GetSourceQualityResponse* response) override {
    auto* const cell = response->add_cells();
    cell->set_source_id("source-a");
    cell->set_month("2026-11");
    cell->set_family(v1::FAMILY_PENALTY);
    cell->set_reported(1200);
    cell->set_timeliness_bp(9876);
    *response->mutable_total() = *cell;
    return grpc::Status::OK;
  }

  grpc::Status GetPublicPageAsOf(
      grpc::ServerContext*, const v1::GetPublicPageAsOfRequest* request,
      v1::GetPublicPageAsOfResponse* response) override {
    response->mutable_page()->mutable_result()->set_identifier(request->date());
    return grpc::Status::OK;
  }

  grpc::Status ActivateTable(grpc::ServerContext*,
                             const v1::ActivateTableRequest*,
                             v1::ActivateTableResponse* response) override {
    response->set_outcome(v1::OUTCOME_UNCHANGED);
    return grpc::Status::OK;
  }
};

class FakeRegistry::Cases final : public v1::CaseService::Service {
 public:
  grpc::Status OpenCase(grpc::ServerContext*, const v1::OpenCaseRequest*,
                        v1::OpenCaseResponse* response) override {
    response->set_outcome(v1::OUTCOME_CREATED);
    *response->mutable_case_() = Sample();
    return grpc::Status::OK;
  }
  grpc::Status ImportCaseSteps(grpc::ServerContext*,
                               const v1::ImportCaseStepsRequest*,
                               v1::ImportCaseStepsResponse* response) override {
    v1::CaseStepResult* const result = response->add_results();
    result->set_result(v1::CaseStepResult::RESULT_REFUSED);
    result->set_error("WRONG_STATE: action: no step of this state");
    return grpc::Status::OK;
  }
  grpc::Status GetCase(grpc::ServerContext*, const v1::GetCaseRequest*,
                       v1::GetCaseResponse* response) override {
    *response->mutable_case_() = Sample();
    return grpc::Status::OK;
  }
  grpc::Status ListCases(grpc::ServerContext*, const v1::ListCasesRequest*,
                         v1::ListCasesResponse* response) override {
    *response->add_cases() = Sample();
    return grpc::Status::OK;
  }
  grpc::Status ListWithdrawals(grpc::ServerContext*,
                               const v1::ListWithdrawalsRequest*,
                               v1::ListWithdrawalsResponse* response) override {
    v1::WithdrawalNotice* const notice = response->add_withdrawals();
    notice->set_record_id("RECORD");
    notice->set_reason(v1::WithdrawalNotice::REASON_REPAIRED);
    notice->set_due_on("2026-11-27");
    return grpc::Status::OK;
  }
  grpc::Status ListReceivers(grpc::ServerContext*,
                             const v1::ListReceiversRequest*,
                             v1::ListReceiversResponse* response) override {
    auto* const receiver = response->add_receivers();
    receiver->set_receiver("feed-a");
    receiver->set_open(1234);
    receiver->set_late(2);
    receiver->set_late_since("2026-11-20");
    return grpc::Status::OK;
  }

 private:
  static v1::Case Sample() {
    v1::Case sample;
    sample.set_case_id("CASE");
    sample.set_kind(v1::CASE_KIND_REPAIR);
    sample.set_state(v1::CASE_STATE_SUBMITTED);
    v1::CaseClock* const clock = sample.add_clocks();
    clock->set_clock("ACCEPTANCE");
    clock->set_due_on("2026-11-27");
    clock->set_overdue(true);
    return sample;
  }
};

class FakeRegistry::Audit final : public v1::AuditService::Service {
 public:
  explicit Audit(FakeRegistry* fake) : fake_(fake) {}

  // Two pages of one row.
  grpc::Status ListAuditRows(grpc::ServerContext* context,
                             const v1::ListAuditRowsRequest* request,
                             v1::ListAuditRowsResponse* response) override {
    {
      absl::MutexLock lock(&fake_->mutex_);
      fake_->last_audit_ = *request;
      const auto& metadata = context->client_metadata();
      const auto named = metadata.find("creditreg-investigation-bin");
      fake_->last_investigation_ =
          named == metadata.end()
              ? ""
              : std::string(named->second.data(), named->second.size());
    }
    const bool is_first = request->page_token().empty();
    v1::AuditRow& row = *response->add_rows();
    row.set_number(is_first ? 12 : 11);
    row.mutable_time()->set_seconds(1764000000);
    row.set_principal("https://login.test#u1");
    row.add_roles("INSPECTOR");
    row.add_roles("NEW_ROLE");
    row.set_rpc("RegistryReadService.GetEnterprise");
    row.set_code(is_first ? "PERMISSION_DENIED" : "OK");
    if (is_first) row.set_reason("OUT_OF_SCOPE");
    row.set_purpose("双随机检查");
    row.set_investigation("案1");
    row.add_usccs("914403001922038216");
    row.add_usccs("91330100799655058B");
    if (is_first) response->set_next_page_token("more");
    response->set_damaged_rows(is_first ? 1 : 0);
    return grpc::Status::OK;
  }

  grpc::Status ListFileReads(grpc::ServerContext*,
                             const v1::ListFileReadsRequest* request,
                             v1::ListFileReadsResponse* response) override {
    if (request->item().identifier() == "missing") return grpc::Status::OK;
    v1::FileRead& read = *response->add_reads();
    read.mutable_time()->set_seconds(1764000000);
    read.set_agency("11440000006939748G");
    read.add_roles("AGENCY_READER");
    read.set_purpose("双随机检查");
    read.set_personal(true);
    read.set_rpc("RegistryReadService.ListRecords");
    read.set_records(3);
    return grpc::Status::OK;
  }

 private:
  FakeRegistry* const fake_;
};

class FakeRegistry::Admin final : public v1::AdminService::Service {
 public:
  explicit Admin(FakeRegistry* fake) : fake_(fake) {}

  grpc::Status GetStats(grpc::ServerContext*, const v1::GetStatsRequest*,
                        v1::GetStatsResponse* response) override {
    response->set_version("0.1.0");
    auto* const figure = response->add_figures();
    figure->set_name("enterprises");
    figure->set_value(20000000);
    figure->set_unit("rows");
    return grpc::Status::OK;
  }

  grpc::Status Verify(grpc::ServerContext*, const v1::VerifyRequest*,
                      grpc::ServerWriter<v1::VerifyResponse>* writer) override {
    v1::VerifyResponse response;
    response.set_stage("changes");
    response.set_rows_checked(1000);
    writer->Write(response);
    if (fake_->plan.verify_breaks) {
      return FakeError(grpc::StatusCode::DATA_LOSS, "");
    }
    response.set_rows_checked(2345);
    response.set_done(true);
    response.set_faults(fake_->plan.verify_faults);
    for (int i = 0; i < fake_->plan.verify_faults; ++i) {
      response.add_fault_messages("lookup: row without its enterprise");
    }
    writer->Write(response);
    return grpc::Status::OK;
  }

 private:
  FakeRegistry* const fake_;
};

FakeRegistry::FakeRegistry()
    : read_(std::make_unique<Read>(this)),
      public_(std::make_unique<Public>(this)),
      write_(std::make_unique<Write>(this)),
      intake_(std::make_unique<Intake>(this)),
      admin_(std::make_unique<Admin>(this)),
      audit_(std::make_unique<Audit>(this)),
      keys_(std::make_unique<Keys>()),
      publication_(std::make_unique<Publication>()),
      cases_(std::make_unique<Cases>()) {
  grpc::EnableDefaultHealthCheckService(true);
  Start();
}

FakeRegistry::~FakeRegistry() { Stop(); }

void FakeRegistry::Start() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = false;
  }
  grpc::ServerBuilder builder;
  int bound = 0;
  builder.AddListeningPort(absl::StrCat("127.0.0.1:", port_),
                           grpc::InsecureServerCredentials(), &bound);
  builder.RegisterService(read_.get());
  builder.RegisterService(public_.get());
  builder.RegisterService(write_.get());
  builder.RegisterService(intake_.get());
  builder.RegisterService(admin_.get());
  builder.RegisterService(audit_.get());
  builder.RegisterService(keys_.get());
  builder.RegisterService(publication_.get());
  builder.RegisterService(cases_.get());
  server_ = builder.BuildAndStart();
  CREDITREG_CHECK(server_ != nullptr && bound != 0,
                  "a loopback port can be bound");
  port_ = bound;
}

void FakeRegistry::Stop() {
  if (server_ == nullptr) return;
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  server_->Shutdown(std::chrono::system_clock::now());
  server_.reset();
}

void FakeRegistry::StopServing() {
  server_->GetHealthCheckService()->SetServingStatus(false);
}

void FakeRegistry::AwaitHang() {
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(&hanging_));
}

std::string FakeRegistry::target() const {
  return absl::StrCat("127.0.0.1:", port_);
}

grpc::Status FakeRegistry::CountCall() {
  absl::MutexLock lock(&mutex_);
  ++unary_calls_;
  if (plan.unary_failures <= 0) return grpc::Status::OK;
  --plan.unary_failures;
  return FakeError(grpc::StatusCode::UNAVAILABLE, "");
}

int FakeRegistry::import_streams() const {
  absl::MutexLock lock(&mutex_);
  return import_streams_;
}

int FakeRegistry::batch_streams() const {
  absl::MutexLock lock(&mutex_);
  return batch_streams_;
}

int FakeRegistry::unary_calls() const {
  absl::MutexLock lock(&mutex_);
  return unary_calls_;
}

std::vector<std::string> FakeRegistry::import_request_ids() const {
  absl::MutexLock lock(&mutex_);
  return import_ids_;
}

v1::ListRecordsRequest FakeRegistry::last_list() const {
  absl::MutexLock lock(&mutex_);
  return last_list_;
}

v1::ListAuditRowsRequest FakeRegistry::last_audit() const {
  absl::MutexLock lock(&mutex_);
  return last_audit_;
}

std::string FakeRegistry::last_investigation() const {
  absl::MutexLock lock(&mutex_);
  return last_investigation_;
}

v1::GetEnterpriseRequest FakeRegistry::last_get() const {
  absl::MutexLock lock(&mutex_);
  return last_get_;
}

}  // namespace creditreg
