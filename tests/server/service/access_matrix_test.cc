// Every call, by every role, on what is its own and what is not: the answer is
// the one that the access table gives. The table is read here by rules of its
// own, a few plain lines.

#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "creditreg/conf/v1/access.pb.h"
#include "gtest/gtest.h"
#include "server/config/text_proto.h"
#include "server/service/rpc.h"
#include "tests/server/service/test_server.h"
#include "tests/testing/identity_factory.h"
#include "tests/testing/shipped_tables.h"
#include "tests/testing/test_directory.h"

namespace creditreg {
namespace {

namespace confpb = conf::v1;
using nlohmann::json;

constexpr char kOwnAgency[] = "11440000006939748G";
constexpr char kOtherAgency[] = "114401000074825324";
constexpr char kCodeD[] = "91440101708390155B";
constexpr char kNoSuchEtag[] = "0123456789abcdef";

constexpr char kIdentities[] = R"(
  units { id: "own" }
  units { id: "114403000075310666" parent: "own" }
  issuers {
    issuer: "https://login.test" audiences: "creditreg" jwks_file: "keys.json"
    second_factor_amr: "otp"
    roles: [ROLE_ENTERPRISE, ROLE_ENTERPRISE_AGENT, ROLE_AGENCY_WRITER,
            ROLE_AGENCY_READER, ROLE_INSPECTOR, ROLE_SUPERVISOR,
            ROLE_CENTRE_REVIEWER, ROLE_DEPARTMENT_REVIEWER, ROLE_RISK_ANALYST,
            ROLE_SECURITY_ADMIN, ROLE_SYSTEM_ADMIN, ROLE_AUDITOR, ROLE_PUBLIC]
  }
)";

// An enterprise with one penalty.
struct Target {
  std::string code;
  std::string record_id;
  // Of an objection to the record.
  std::string case_id;
  bool own_agency = false;
  bool own_unit = false;
  // Whether the caller's token names it.
  bool own_file = false;

  std::string ToString() const {
    return absl::StrCat(own_agency ? "own" : "other", " agency, ",
                        own_unit ? "own" : "other", " unit, ",
                        own_file ? "own" : "other", " file");
  }
};

// What a caller shows.
struct Shown {
  std::string token;
  std::string purpose = "测试";

  void AddTo(grpc::ClientContext* context) const {
    if (!token.empty()) {
      context->AddMetadata("authorization", absl::StrCat("Bearer ", token));
    }
    if (!purpose.empty()) {
      context->AddMetadata("creditreg-purpose-bin", purpose);
    }
  }
};

class AccessMatrixTest : public testing::Test {
 protected:
  AccessMatrixTest() {
    Write("keys.json", issuer_.KeySetJson());
    Write("identities.textproto", kIdentities);
    TestServerOptions options;
    options.nobody = nullptr;
    options.identities = directory_.Below("identities.textproto");
    server_ = std::make_unique<TestServer>(CREDITREG_SOURCE_DIR "/conf/intake",
                                           options);
    centre_.token = Token("centre_reviewer", true, "");
    const char* const codes[] = {kCodeA, kCodeB, kCodeC, kCodeD};
    for (int i = 0; i < 4; ++i) {
      targets_.push_back(AddTarget(codes[i], i / 2 == 0, i % 2 == 0));
    }
    const auto table = ReadTextProto<confpb::AccessPolicy>(
        CREDITREG_SOURCE_DIR "/conf/access/policy.textproto");
    EXPECT_TRUE(table.ok()) << table.status();
    table_ = *table;
  }

  void Write(const std::string& name, const std::string& text) {
    std::ofstream(directory_.Below(name), std::ios::binary) << text;
  }

  std::string Token(const std::string& role, bool second_factor,
                    const std::string& uscc) {
    const std::int64_t now = absl::ToUnixSeconds(server_->clock().Now());
    json claims = {{"iss", "https://login.test"},
                   {"aud", "creditreg"},
                   {"sub", role},
                   {"jti", role},
                   {"iat", now},
                   {"exp", now + 3600},
                   {"roles", {role}},
                   {"agency", kOwnAgency},
                   {"units", {"own"}},
                   {"uscc", uscc.empty() ? kCodeA : uscc},
                   {"authorised_until", "2099-01-01"}};
    if (second_factor) claims["amr"] = {"pwd", "otp"};
    return issuer_.Sign(claims);
  }

  Target AddTarget(const std::string& code, bool own_agency, bool own_unit) {
    Target target;
    target.code = code;
    target.own_agency = own_agency;
    target.own_unit = own_unit;
    v1::PutEnterpriseRequest put;
    put.set_request_id(server_->NewRequestId());
    *put.mutable_enterprise() = Enterprise(target);
    put.mutable_personal()->set_telephone(Telephone(target));
    v1::PutEnterpriseResponse stored;
    grpc::ClientContext context;
    centre_.AddTo(&context);
    grpc::Status status =
        server_->write().PutEnterprise(&context, put, &stored);
    EXPECT_TRUE(status.ok()) << status.error_message();
    v1::SubmitRecordsRequest submit;
    submit.set_request_id(server_->NewRequestId());
    *submit.add_records()->mutable_record() = Record(target);
    v1::SubmitRecordsResponse submitted;
    grpc::ClientContext other_context;
    centre_.AddTo(&other_context);
    status = server_->write().SubmitRecords(&other_context, submit, &submitted);
    EXPECT_TRUE(status.ok()) << status.error_message();
    target.record_id = submitted.results(0).record_id();
    v1::OpenCaseRequest open;
    open.set_request_id(server_->NewRequestId());
    open.set_kind(v1::CASE_KIND_OBJECTION);
    open.set_record_id(target.record_id);
    open.set_reason("测试");
    v1::OpenCaseResponse opened;
    grpc::ClientContext case_context;
    centre_.AddTo(&case_context);
    status = server_->cases().OpenCase(&case_context, open, &opened);
    EXPECT_TRUE(status.ok()) << status.error_message();
    target.case_id = opened.case_().case_id();
    return target;
  }

  static v1::Enterprise Enterprise(const Target& target) {
    v1::Enterprise enterprise =
        SampleEnterprise(target.code, absl::StrCat("示例", target.code));
    enterprise.mutable_registration_authority()->set_uscc(
        target.own_agency ? kOwnAgency : kOtherAgency);
    enterprise.mutable_supervising_unit()->set_name("监管所");
    enterprise.mutable_supervising_unit()->set_uscc(
        target.own_unit ? "114403000075310666" : kOtherAgency);
    return enterprise;
  }
  // One of its own.
  static std::string Telephone(const Target& target) {
    return absl::StrCat("140", target.code.substr(9, 8));
  }
  static v1::Record Record(const Target& target) {
    v1::Record record =
        SamplePenalty(target.code, absl::StrCat("示例", target.code),
                      absl::StrCat("文号", target.code));
    record.mutable_deciding_agency()->set_uscc(
        target.own_agency ? kOwnAgency : kOtherAgency);
    return record;
  }

  // What came of a call: "OK", or the error's reason. An error that only who
  // was let in gets is OK.
  static std::string Said(const grpc::Status& status) {
    const std::string said = CodeAndReason(status);
    if (said == "OK" || said == "ABORTED ETAG_MISMATCH" ||
        said == "ALREADY_EXISTS CASE_OPEN" || said == "NOT_FOUND NOT_FOUND" ||
        said == "FAILED_PRECONDITION ROTATION_RUNNING") {
      return "OK";
    }
    return said;
  }

  template <typename Stub, typename Request, typename Response>
  std::string Call(Stub& stub,
                   grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                const Request&, Response*),
                   const Request& request, const Shown& shown,
                   Response* response = nullptr) {
    Response unused;
    grpc::ClientContext context;
    shown.AddTo(&context);
    return Said((stub.*method)(&context, request,
                               response == nullptr ? &unused : response));
  }

  template <typename Stream, typename Request, typename Response>
  static std::string FirstOf(Stream& stream, const Request& request,
                             Response* response) {
    stream->Write(request);
    stream->WritesDone();
    stream->Read(response);
    Response more;
    while (stream->Read(&more)) {
    }
    return Said(stream->Finish());
  }

  // Makes the call about `target`; what came of it.
  std::string Make(const std::string& rpc, const Target& target,
                   const Shown& shown);
  // What the table says of it.
  std::string Expected(const std::string& rpc, confpb::Role role,
                       bool second_factor, const Target& target) const;

  TestDirectory directory_;
  TestIssuer issuer_{"key-1"};
  std::unique_ptr<TestServer> server_;
  Shown centre_;
  std::vector<Target> targets_;
  confpb::AccessPolicy table_;
};

std::string AccessMatrixTest::Make(const std::string& rpc, const Target& target,
                                   const Shown& shown) {
  auto& read = server_->read();
  auto& write = server_->write();
  using Read = v1::RegistryReadService::Stub;
  using Write = v1::RegistryWriteService::Stub;
  using Lookup = v1::PublicLookupService::Stub;
  using Intake = v1::IntakeService::Stub;
  using Admin = v1::AdminService::Stub;
  using Audit = v1::AuditService::Stub;
  using Keys = v1::KeyService::Stub;
  using Publication = v1::PublicationService::Stub;
  using Cases = v1::CaseService::Stub;
  grpc::ClientContext context;
  shown.AddTo(&context);
  if (rpc == "RegistryReadService.GetEnterprise") {
    v1::GetEnterpriseRequest request;
    request.mutable_item()->set_identifier(target.code);
    v1::GetEnterpriseResponse response;
    const std::string said =
        Call(read, &Read::GetEnterprise, request, shown, &response);
    EXPECT_EQ(said == "OK", !response.result().enterprise().name().empty());
    return said;
  }
  if (rpc == "RegistryReadService.BatchGetEnterprises") {
    v1::BatchGetEnterprisesRequest request;
    request.add_items()->set_identifier(target.code);
    v1::BatchGetEnterprisesResponse response;
    auto stream = read.BatchGetEnterprises(&context);
    const std::string said = FirstOf(stream, request, &response);
    if (said != "OK") return said;
    return response.results(0).verdict() == v1::LOOKUP_VERDICT_OUT_OF_SCOPE
               ? "PERMISSION_DENIED OUT_OF_SCOPE"
               : "OK";
  }
  if (rpc == "RegistryReadService.GetRecord") {
    v1::GetRecordRequest request;
    request.set_record_id(target.record_id);
    return Call(read, &Read::GetRecord, request, shown);
  }
  if (rpc == "RegistryReadService.ListRecords") {
    v1::ListRecordsRequest request;
    request.mutable_item()->set_identifier(target.code);
    return Call(read, &Read::ListRecords, request, shown);
  }
  if (rpc == "RegistryReadService.ListRecordVersions") {
    v1::ListRecordVersionsRequest request;
    request.set_record_id(target.record_id);
    return Call(read, &Read::ListRecordVersions, request, shown);
  }
  if (rpc == "RegistryReadService.FindByPersonalNumber") {
    v1::FindByPersonalNumberRequest request;
    request.set_kind(v1::PERSONAL_NUMBER_KIND_TELEPHONE);
    request.set_number(Telephone(target));
    request.mutable_personal()->set_purpose("测试");
    v1::FindByPersonalNumberResponse response;
    const std::string said =
        Call(read, &Read::FindByPersonalNumber, request, shown, &response);
    if (said != "OK") return said;
    // What is beyond reach is not even told of.
    if (response.hits().empty()) return "PERMISSION_DENIED OUT_OF_SCOPE";
    EXPECT_EQ(response.hits_size(), 1);
    EXPECT_EQ(response.hits(0).enterprise().uscc(), target.code);
    return "OK";
  }
  if (rpc == "RegistryReadService.ListQuarantinedRows") {
    return Call(read, &Read::ListQuarantinedRows,
                v1::ListQuarantinedRowsRequest(), shown);
  }
  if (rpc == "RegistryWriteService.PutEnterprise") {
    v1::PutEnterpriseRequest request;
    request.set_request_id(server_->NewRequestId());
    request.set_validate_only(true);
    *request.mutable_enterprise() = Enterprise(target);
    return Call(write, &Write::PutEnterprise, request, shown);
  }
  if (rpc == "RegistryWriteService.SubmitRecords") {
    v1::SubmitRecordsRequest request;
    request.set_request_id(server_->NewRequestId());
    request.set_validate_only(true);
    *request.add_records()->mutable_record() = Record(target);
    v1::SubmitRecordsResponse response;
    const std::string said =
        Call(write, &Write::SubmitRecords, request, shown, &response);
    if (said != "OK") return said;
    const auto& result = response.results(0);
    if (result.outcome() != v1::OUTCOME_REJECTED) return "OK";
    return absl::StrCat("PERMISSION_DENIED ",
                        result.findings(result.findings_size() - 1).rule());
  }
  if (rpc == "RegistryWriteService.CorrectRecord") {
    v1::CorrectRecordRequest request;
    request.set_request_id(server_->NewRequestId());
    request.set_validate_only(true);
    request.set_record_id(target.record_id);
    request.set_etag(kNoSuchEtag);
    request.set_reason("测试");
    *request.mutable_record() = Record(target);
    return Call(write, &Write::CorrectRecord, request, shown);
  }
  if (rpc == "RegistryWriteService.WithdrawRecord") {
    v1::WithdrawRecordRequest request;
    request.set_request_id(server_->NewRequestId());
    request.set_record_id(target.record_id);
    request.set_etag(kNoSuchEtag);
    request.set_reason("测试");
    return Call(write, &Write::WithdrawRecord, request, shown);
  }
  if (rpc == "RegistryWriteService.ErasePersonal") {
    v1::ErasePersonalRequest request;
    request.set_request_id(server_->NewRequestId());
    request.mutable_item()->set_identifier(target.code);
    request.set_reason("测试");
    request.set_validate_only(true);
    return Call(write, &Write::ErasePersonal, request, shown);
  }
  if (rpc == "RegistryWriteService.WithholdEnterprise") {
    v1::WithholdEnterpriseRequest request;
    request.set_request_id(server_->NewRequestId());
    request.mutable_item()->set_identifier(target.code);
    request.set_reason("测试");
    return Call(write, &Write::WithholdEnterprise, request, shown);
  }
  if (rpc == "PublicLookupService.GetPublicEnterprise") {
    v1::GetPublicEnterpriseRequest request;
    request.mutable_item()->set_identifier(target.code);
    return Call(server_->lookup(), &Lookup::GetPublicEnterprise, request,
                shown);
  }
  if (rpc == "PublicLookupService.BatchGetPublicEnterprises") {
    v1::BatchGetPublicEnterprisesRequest request;
    request.add_items()->set_identifier(target.code);
    v1::BatchGetPublicEnterprisesResponse response;
    auto stream = server_->lookup().BatchGetPublicEnterprises(&context);
    return FirstOf(stream, request, &response);
  }
  if (rpc == "PublicLookupService.ListPublicRecords") {
    v1::ListPublicRecordsRequest request;
    request.mutable_item()->set_identifier(target.code);
    return Call(server_->lookup(), &Lookup::ListPublicRecords, request, shown);
  }
  if (rpc == "PublicationService.ListTables") {
    return Call(server_->publication(), &Publication::ListTables,
                v1::ListTablesRequest(), shown);
  }
  if (rpc == "PublicationService.ActivateTable") {
    v1::ActivateTableRequest request;
    request.set_request_id(server_->NewRequestId());
    request.set_name("calendar");
    request.set_text(absl::StrReplaceAll(
        ShippedTable("calendar"), {{"version: 1\n", "version: 1000\n"}}));
    request.set_validate_only(true);
    return Call(server_->publication(), &Publication::ActivateTable, request,
                shown);
  }
  if (rpc == "PublicationService.ListUndecidedRecords") {
    return Call(server_->publication(), &Publication::ListUndecidedRecords,
                v1::ListUndecidedRecordsRequest(), shown);
  }
  if (rpc == "PublicationService.ClassifyRecord") {
    v1::ClassifyRecordRequest request;
    request.set_request_id(server_->NewRequestId());
    request.set_record_id(target.record_id);
    request.set_etag(kNoSuchEtag);
    request.set_channel(v1::ChannelPublication::CHANNEL_GSXT);
    request.set_reason("测试");
    return Call(server_->publication(), &Publication::ClassifyRecord, request,
                shown);
  }
  if (rpc == "PublicationService.GetSourceQuality") {
    v1::GetSourceQualityRequest request;
    request.set_from_month("2026-01");
    request.set_to_month("2026-12");
    return Call(server_->publication(), &Publication::GetSourceQuality, request,
                shown);
  }
  if (rpc == "PublicationService.GetPublicPageAsOf") {
    v1::GetPublicPageAsOfRequest request;
    request.mutable_item()->set_identifier(target.code);
    request.set_date("2026-11-24");
    return Call(server_->publication(), &Publication::GetPublicPageAsOf,
                request, shown);
  }
  if (rpc == "CaseService.OpenCase") {
    v1::OpenCaseRequest request;
    request.set_request_id(server_->NewRequestId());
    request.set_kind(v1::CASE_KIND_OBJECTION);
    request.set_record_id(target.record_id);
    request.set_reason("测试");
    return Call(server_->cases(), &Cases::OpenCase, request, shown);
  }
  if (rpc == "CaseService.AdvanceCase") {
    v1::AdvanceCaseRequest request;
    request.set_request_id(server_->NewRequestId());
    request.set_case_id(target.case_id);
    request.set_etag(kNoSuchEtag);
    request.set_action(v1::CASE_ACTION_CANCEL);
    request.set_reason("测试");
    return Call(server_->cases(), &Cases::AdvanceCase, request, shown);
  }
  if (rpc == "CaseService.GetCase") {
    v1::GetCaseRequest request;
    request.set_case_id(target.case_id);
    return Call(server_->cases(), &Cases::GetCase, request, shown);
  }
  if (rpc == "CaseService.ListCases") {
    v1::ListCasesRequest request;
    request.set_record_id(target.record_id);
    return Call(server_->cases(), &Cases::ListCases, request, shown);
  }
  if (rpc == "CaseService.ImportCaseSteps") {
    v1::ImportCaseStepsRequest request;
    request.set_request_id(server_->NewRequestId());
    v1::NationalStep* step = request.add_steps();
    step->set_national_no("GJ1");
    step->set_step(2);
    step->set_action(v1::CASE_ACTION_ACCEPT);
    step->set_taken_on("2026-11-20");
    return Call(server_->cases(), &Cases::ImportCaseSteps, request, shown);
  }
  if (rpc == "CaseService.ListCaseSteps") {
    return Call(server_->cases(), &Cases::ListCaseSteps,
                v1::ListCaseStepsRequest(), shown);
  }
  if (rpc == "CaseService.ReconcileCases") {
    v1::ReconcileCasesRequest request;
    request.add_standings()->set_national_no("GJ1");
    return Call(server_->cases(), &Cases::ReconcileCases, request, shown);
  }
  if (rpc == "CaseService.ListWithdrawals") {
    return Call(server_->cases(), &Cases::ListWithdrawals,
                v1::ListWithdrawalsRequest(), shown);
  }
  if (rpc == "CaseService.AcknowledgeWithdrawals") {
    v1::AcknowledgeWithdrawalsRequest request;
    request.set_request_id(server_->NewRequestId());
    return Call(server_->cases(), &Cases::AcknowledgeWithdrawals, request,
                shown);
  }
  if (rpc == "CaseService.ListReceivers") {
    return Call(server_->cases(), &Cases::ListReceivers,
                v1::ListReceiversRequest(), shown);
  }
  if (rpc == "IntakeService.Import") {
    v1::ImportRequest request;
    request.mutable_start()->set_request_id(server_->NewRequestId());
    request.mutable_start()->set_format(v1::IMPORT_FORMAT_PENALTY_CSV);
    request.mutable_start()->set_validate_only(true);
    auto stream = server_->intake().Import(&context);
    stream->Write(request);
    stream->WritesDone();
    v1::ImportResponse response;
    while (stream->Read(&response)) {
    }
    // Who was let in hears that the file has no end.
    const std::string said = Said(stream->Finish());
    return said == "INVALID_ARGUMENT INVALID_ARGUMENT" ? "OK" : said;
  }
  if (rpc == "IntakeService.GetImport") {
    v1::GetImportRequest request;
    request.set_request_id("none");
    return Call(server_->intake(), &Intake::GetImport, request, shown);
  }
  if (rpc == "IntakeService.GetTemplate") {
    v1::GetTemplateRequest request;
    request.set_format(v1::IMPORT_FORMAT_PENALTY_CSV);
    return Call(server_->intake(), &Intake::GetTemplate, request, shown);
  }
  if (rpc == "AdminService.GetStats") {
    return Call(server_->admin(), &Admin::GetStats, v1::GetStatsRequest(),
                shown);
  }
  if (rpc == "AdminService.Verify") {
    auto stream = server_->admin().Verify(&context, v1::VerifyRequest());
    v1::VerifyResponse response;
    while (stream->Read(&response)) {
    }
    return Said(stream->Finish());
  }
  if (rpc == "AuditService.ListAuditRows") {
    server_->AwaitAuditIndex();
    v1::ListAuditRowsRequest request;
    request.mutable_item()->set_identifier(target.code);
    return Call(server_->audits(), &Audit::ListAuditRows, request, shown);
  }
  if (rpc == "AuditService.ListFileReads") {
    server_->AwaitAuditIndex();
    v1::ListFileReadsRequest request;
    request.mutable_item()->set_identifier(target.code);
    return Call(server_->audits(), &Audit::ListFileReads, request, shown);
  }
  if (rpc == "KeyService.GetKeyState") {
    return Call(server_->keys(), &Keys::GetKeyState, v1::GetKeyStateRequest(),
                shown);
  }
  if (rpc == "KeyService.RotateMasterKey") {
    return Call(server_->keys(), &Keys::RotateMasterKey,
                v1::RotateMasterKeyRequest(), shown);
  }
  return absl::StrCat("no such call here: ", rpc);
}

// The union of what grants say; whether one is missing for want of a factor.
struct Granted {
  bool some = false;
  bool covers = false;
  bool lacks_factor = false;
};

template <typename Grants>
Granted JudgeGrants(const Grants& grants, confpb::Role role, bool second_factor,
                    const Target& target) {
  Granted granted;
  for (const confpb::Grant& grant : grants) {
    bool is_for = false;
    for (const int of : grant.roles()) {
      is_for |= of == role || of == confpb::ROLE_PUBLIC;
    }
    if (!is_for) continue;
    if (grant.second_factor() && !second_factor) {
      granted.lacks_factor = true;
      continue;
    }
    granted.some = true;
    granted.covers |=
        grant.scope() == confpb::SCOPE_ANY ||
        (grant.scope() == confpb::SCOPE_OWN_AGENCY && target.own_agency) ||
        (grant.scope() == confpb::SCOPE_OWN_UNITS && target.own_unit) ||
        (grant.scope() == confpb::SCOPE_OWN_FILE && target.own_file);
  }
  return granted;
}

std::string AccessMatrixTest::Expected(const std::string& rpc,
                                       confpb::Role role, bool second_factor,
                                       const Target& target) const {
  Granted call;
  for (const confpb::CallRule& rule : table_.calls()) {
    if (rule.rpc() == rpc) {
      call = JudgeGrants(rule.grants(), role, second_factor, target);
    }
  }
  if (!call.some) {
    if (role == confpb::ROLE_UNSPECIFIED) {
      return "UNAUTHENTICATED CREDENTIALS_REQUIRED";
    }
    return call.lacks_factor ? "PERMISSION_DENIED SECOND_FACTOR_REQUIRED"
                             : "PERMISSION_DENIED ROLE_NOT_ALLOWED";
  }
  // These are about nobody in particular.
  if (rpc == "IntakeService.Import") return "OK";
  bool covers = call.covers;
  if (rpc == "RegistryReadService.GetRecord" ||
      rpc == "RegistryReadService.ListRecordVersions") {
    for (const confpb::FieldRule& rule : table_.fields()) {
      if (rule.group() != confpb::FIELD_GROUP_PENALTY) continue;
      covers &= JudgeGrants(rule.grants(), role, second_factor, target).covers;
    }
  }
  return covers ? "OK" : "PERMISSION_DENIED OUT_OF_SCOPE";
}

TEST_F(AccessMatrixTest, EveryCallByEveryRole) {
  int made = 0;
  int let_in = 0;
  for (const std::string& rpc : RpcFullNames()) {
    for (int number = 0; number <= confpb::Role_MAX; ++number) {
      const auto role = static_cast<confpb::Role>(number);
      const bool is_nobody = role == confpb::ROLE_UNSPECIFIED;
      const std::string name = absl::AsciiStrToLower(
          absl::StripPrefix(confpb::Role_Name(role), "ROLE_"));
      for (const bool second_factor : {false, true}) {
        for (const bool own_file : {false, true}) {
          if (is_nobody && (second_factor || own_file)) continue;
          for (Target target : targets_) {
            target.own_file = own_file;
            Shown shown;
            if (!is_nobody) {
              const std::string& another =
                  target.code == kCodeA ? targets_[1].code : targets_[0].code;
              shown.token =
                  Token(name, second_factor, own_file ? target.code : another);
            }
            const std::string expected =
                Expected(rpc, role, second_factor, target);
            EXPECT_EQ(Make(rpc, target, shown), expected)
                << rpc << " by " << name
                << (second_factor ? " (two factors)" : "") << ": "
                << target.ToString();
            ++made;
            if (expected == "OK") ++let_in;
          }
        }
      }
    }
  }
  // 41 calls, 13 roles and nobody, four targets.
  EXPECT_EQ(made, 41 * (13 * 4 + 1) * 4);
  EXPECT_GT(let_in, made / 10);
  EXPECT_LT(let_in, made / 2);
}

TEST_F(AccessMatrixTest, WithoutAPurpose) {
  Shown shown = centre_;
  shown.purpose.clear();
  const Shown auditor = {Token("auditor", false, ""), ""};
  for (const confpb::CallRule& rule : table_.calls()) {
    if (!rule.purpose_required()) continue;
    const bool is_of_audit = absl::StartsWith(rule.rpc(), "AuditService.");
    EXPECT_EQ(Make(rule.rpc(), targets_[0], is_of_audit ? auditor : shown),
              "INVALID_ARGUMENT PURPOSE_REQUIRED")
        << rule.rpc();
  }
  shown.purpose = std::string(201, 'x');
  EXPECT_EQ(Make("RegistryReadService.GetRecord", targets_[0], shown),
            "INVALID_ARGUMENT PURPOSE_REQUIRED");
  shown.purpose = "\xff";
  EXPECT_EQ(Make("RegistryReadService.GetRecord", targets_[0], shown),
            "INVALID_ARGUMENT PURPOSE_REQUIRED");
}

TEST_F(AccessMatrixTest, GroupsOfFieldsThatARoleIsNotShown) {
  v1::GetEnterpriseRequest request;
  request.mutable_item()->set_identifier(kCodeA);
  for (const auto& [role, address, summary] :
       {std::tuple("agency_reader", true, true),
        std::tuple("agency_writer", true, false),
        std::tuple("enterprise", true, false)}) {
    Shown shown;
    shown.token = Token(role, false, kCodeA);
    v1::GetEnterpriseResponse response;
    EXPECT_EQ(
        Call(server_->read(), &v1::RegistryReadService::Stub::GetEnterprise,
             request, shown, &response),
        "OK");
    EXPECT_EQ(response.result().enterprise().has_address(), address) << role;
    EXPECT_EQ(response.has_summary(), summary) << role;
    const auto& groups = response.withheld_groups();
    EXPECT_EQ(std::count(groups.begin(), groups.end(), "SUMMARY"),
              summary ? 0 : 1)
        << role;
  }
}

TEST_F(AccessMatrixTest, PersonalFieldsWantTwoFactors) {
  v1::GetEnterpriseRequest request;
  request.mutable_item()->set_identifier(kCodeA);
  request.mutable_personal()->set_purpose("核对");
  const auto said = [&](const std::string& role, bool second_factor) {
    Shown shown;
    shown.token = Token(role, second_factor, kCodeA);
    return Call(server_->read(), &v1::RegistryReadService::Stub::GetEnterprise,
                request, shown);
  };
  EXPECT_EQ(said("inspector", true), "OK");
  EXPECT_EQ(said("inspector", false),
            "PERMISSION_DENIED SECOND_FACTOR_REQUIRED");
  EXPECT_EQ(said("agency_reader", true),
            "PERMISSION_DENIED PERSONAL_NOT_ALLOWED");
  EXPECT_EQ(said("enterprise", true), "PERMISSION_DENIED PERSONAL_NOT_ALLOWED");
}

// Who reaches one file only learns nothing of whether another exists.
TEST_F(AccessMatrixTest, AnothersFileLooksLikeNone) {
  Shown shown;
  shown.token = Token("enterprise", false, kCodeA);
  const auto said = [&](const std::string& identifier) {
    v1::GetEnterpriseRequest request;
    request.mutable_item()->set_identifier(identifier);
    v1::GetEnterpriseResponse response;
    grpc::ClientContext context;
    shown.AddTo(&context);
    const grpc::Status status =
        server_->read().GetEnterprise(&context, request, &response);
    return absl::StrCat(CodeAndReason(status), " ", status.error_message());
  };
  EXPECT_EQ(said(kCodeB), said("91440300708461136T"));
  EXPECT_TRUE(absl::StartsWith(said(kCodeB), "PERMISSION_DENIED OUT_OF_SCOPE"));
}

// A number under which both are kept: a writer cannot take over what another
// agency wrote.
TEST_F(AccessMatrixTest, AWriterOverwritesNothingOfOthers) {
  Shown shown;
  shown.token = Token("agency_writer", false, kCodeA);
  // The enterprise is another authority's; the writer names its own.
  v1::PutEnterpriseRequest request;
  request.set_request_id(server_->NewRequestId());
  *request.mutable_enterprise() = Enterprise(targets_[2]);
  request.mutable_enterprise()->mutable_registration_authority()->set_uscc(
      kOwnAgency);
  EXPECT_EQ(
      Call(server_->write(), &v1::RegistryWriteService::Stub::PutEnterprise,
           request, shown),
      "PERMISSION_DENIED OUT_OF_SCOPE");
  // A correction that would make another's decision its own.
  v1::CorrectRecordRequest correction;
  correction.set_request_id(server_->NewRequestId());
  correction.set_record_id(targets_[2].record_id);
  correction.set_etag(kNoSuchEtag);
  correction.set_reason("测试");
  *correction.mutable_record() = Record(targets_[0]);
  EXPECT_EQ(
      Call(server_->write(), &v1::RegistryWriteService::Stub::CorrectRecord,
           correction, shown),
      "PERMISSION_DENIED OUT_OF_SCOPE");
}

// Nor by saying that another's file was merged into its own.
TEST_F(AccessMatrixTest, AWriterAbsorbsNobody) {
  Shown shown;
  shown.token = Token("agency_writer", false, kCodeA);
  Target own;
  own.code = "91440300708461136T";
  own.own_agency = true;
  v1::PutEnterpriseRequest request;
  *request.mutable_enterprise() = Enterprise(own);
  v1::FormerCode& former = *request.mutable_enterprise()->add_former_codes();
  former.set_uscc(targets_[2].code);
  former.set_merged(true);
  request.set_request_id(server_->NewRequestId());
  EXPECT_EQ(
      Call(server_->write(), &v1::RegistryWriteService::Stub::PutEnterprise,
           request, shown),
      "PERMISSION_DENIED OUT_OF_SCOPE");
  // Without the claim it is the agency's own to register.
  request.mutable_enterprise()->clear_former_codes();
  request.set_request_id(server_->NewRequestId());
  EXPECT_EQ(
      Call(server_->write(), &v1::RegistryWriteService::Stub::PutEnterprise,
           request, shown),
      "OK");
}

// Whose a record is today decides, also over what it said before.
TEST_F(AccessMatrixTest, AnOldStateOpensNothingThatIsClosedToday) {
  v1::GetEnterpriseRequest now;
  now.mutable_item()->set_identifier(kCodeA);
  v1::GetEnterpriseResponse before;
  ASSERT_EQ(Call(server_->read(), &v1::RegistryReadService::Stub::GetEnterprise,
                 now, centre_, &before),
            "OK");
  v1::GetRecordRequest read;
  read.set_record_id(targets_[0].record_id);
  v1::GetRecordResponse record;
  ASSERT_EQ(Call(server_->read(), &v1::RegistryReadService::Stub::GetRecord,
                 read, centre_, &record),
            "OK");
  // It was about somebody else all along.
  v1::CorrectRecordRequest correction;
  correction.set_request_id(server_->NewRequestId());
  correction.set_record_id(targets_[0].record_id);
  correction.set_etag(record.record().etag());
  correction.set_reason("当事人有误");
  *correction.mutable_record() = Record(targets_[3]);
  correction.mutable_record()->mutable_penalty()->set_document_number(
      "文号更正");
  ASSERT_EQ(
      Call(server_->write(), &v1::RegistryWriteService::Stub::CorrectRecord,
           correction, centre_),
      "OK");
  for (const char* role : {"inspector", "enterprise"}) {
    Shown shown;
    shown.token = Token(role, true, kCodeA);
    *read.mutable_at_position() = before.position();
    EXPECT_EQ(Call(server_->read(), &v1::RegistryReadService::Stub::GetRecord,
                   read, shown),
              "PERMISSION_DENIED OUT_OF_SCOPE")
        << role;
    v1::ListRecordsRequest list;
    list.mutable_item()->set_identifier(kCodeA);
    *list.mutable_at_position() = before.position();
    v1::ListRecordsResponse records;
    EXPECT_EQ(Call(server_->read(), &v1::RegistryReadService::Stub::ListRecords,
                   list, shown, &records),
              "OK");
    EXPECT_EQ(records.records_size(), 0) << role;
  }
}

// How many complaints there are about it is not for an enterprise to count.
TEST_F(AccessMatrixTest, WhatIsNotShownIsNotCounted) {
  Shown shown;
  shown.token = Token("enterprise", false, kCodeA);
  const auto list = [&] {
    v1::ListRecordsRequest request;
    request.mutable_item()->set_identifier(kCodeA);
    request.add_families(v1::FAMILY_COMPLAINT);
    request.set_page_size(1);
    v1::ListRecordsResponse response;
    EXPECT_EQ(Call(server_->read(), &v1::RegistryReadService::Stub::ListRecords,
                   request, shown, &response),
              "OK");
    response.clear_position();
    return response.ShortDebugString();
  };
  const std::string before = list();
  for (int i = 0; i < 3; ++i) {
    v1::SubmitRecordsRequest submit;
    submit.set_request_id(server_->NewRequestId());
    v1::Record& record = *submit.add_records()->mutable_record();
    record.set_family(v1::FAMILY_COMPLAINT);
    record.mutable_party()->set_name(absl::StrCat("示例", kCodeA));
    record.mutable_party()->set_uscc(kCodeA);
    record.mutable_deciding_agency()->set_uscc(kOwnAgency);
    record.mutable_deciding_agency()->set_name("省局");
    record.mutable_complaint()->set_case_number(absl::StrCat("登记", i));
    record.mutable_complaint()->set_platform("全国12315平台");
    record.mutable_complaint()->set_registered_on("2026-02-06");
    v1::SubmitRecordsResponse response;
    ASSERT_EQ(
        Call(server_->write(), &v1::RegistryWriteService::Stub::SubmitRecords,
             submit, centre_, &response),
        "OK");
    ASSERT_EQ(response.results(0).outcome(), v1::OUTCOME_CREATED)
        << response.ShortDebugString();
  }
  EXPECT_EQ(list(), before);
  EXPECT_EQ(before, "withheld_groups: \"COMPLAINT\"");
}

// In a file the rows of others are rejected, each with its reason.
TEST_F(AccessMatrixTest, AWritersFileHoldsItsOwnRows) {
  const std::string file = absl::StrCat(
      "XK_XDR_MC,XK_XDR_SHXYM,XK_WSH,XK_NR,XK_JDRQ,XK_XKJG,XK_XKJGDM\r\n",
      "示例", kCodeA, ",", kCodeA, ",许1号,食品销售,2026-01-05,省局,",
      kOwnAgency, "\r\n", "示例", kCodeA, ",", kCodeA,
      ",许2号,食品销售,2026-01-05,市局,", kOtherAgency, "\r\n", "示例", kCodeA,
      ",", kCodeA, ",许3号,食品销售,2026-01-05,省局,\r\n");
  grpc::ClientContext context;
  Shown shown;
  shown.token = Token("agency_writer", false, kCodeA);
  shown.AddTo(&context);
  auto stream = server_->intake().Import(&context);
  v1::ImportRequest request;
  request.mutable_start()->set_request_id("rows");
  request.mutable_start()->set_format(v1::IMPORT_FORMAT_LICENCE_CSV);
  stream->Write(request);
  request.set_chunk(file);
  stream->Write(request);
  request.mutable_end()->set_total_bytes(
      static_cast<std::int64_t>(file.size()));
  stream->Write(request);
  stream->WritesDone();
  v1::ImportResponse response;
  std::vector<std::string> verdicts;
  v1::ImportReceipt receipt;
  while (stream->Read(&response)) {
    for (const v1::RowVerdict& row : response.rows().rows()) {
      if (row.outcome() != v1::OUTCOME_REJECTED) continue;
      verdicts.push_back(absl::StrCat(
          row.row(), " ", row.findings(row.findings_size() - 1).rule()));
    }
    if (response.has_receipt()) receipt = response.receipt();
  }
  EXPECT_EQ(CodeAndReason(stream->Finish()), "OK");
  // The third names no code, so nobody can tell whose it is.
  EXPECT_EQ(verdicts,
            (std::vector<std::string>{"2 OUT_OF_SCOPE", "3 OUT_OF_SCOPE"}));
  EXPECT_EQ(receipt.counts().rejected(), 2);
  // Another's receipt is none.
  v1::GetImportRequest get;
  get.set_request_id("rows");
  grpc::ClientContext other;
  centre_.AddTo(&other);
  v1::GetImportResponse unused;
  EXPECT_EQ(CodeAndReason(server_->intake().GetImport(&other, get, &unused)),
            "NOT_FOUND NOT_FOUND");
}

// Neither pages nor tokens tell an inspector of who else holds a number.
TEST_F(AccessMatrixTest, HoldersBeyondReachMakeNoPages) {
  for (const Target& target : targets_) {
    v1::PutEnterpriseRequest put;
    put.set_request_id(server_->NewRequestId());
    *put.mutable_enterprise() = Enterprise(target);
    put.mutable_personal()->set_telephone("14000005678");
    ASSERT_EQ(
        Call(server_->write(), &v1::RegistryWriteService::Stub::PutEnterprise,
             put, centre_),
        "OK");
  }
  Shown inspector;
  inspector.token = Token("inspector", true, "");
  v1::FindByPersonalNumberRequest request;
  request.set_kind(v1::PERSONAL_NUMBER_KIND_TELEPHONE);
  request.set_number("14000005678");
  request.mutable_personal()->set_purpose("测试");
  request.set_page_size(1);
  std::vector<std::string> codes;
  int pages = 0;
  do {
    v1::FindByPersonalNumberResponse page;
    ASSERT_EQ(Call(server_->read(),
                   &v1::RegistryReadService::Stub::FindByPersonalNumber,
                   request, inspector, &page),
              "OK");
    ++pages;
    for (const auto& hit : page.hits()) {
      codes.push_back(hit.enterprise().uscc());
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(codes,
            (std::vector<std::string>{targets_[0].code, targets_[2].code}));
  EXPECT_EQ(pages, 2);
}

// One's request ids and imports are one's own.
TEST_F(AccessMatrixTest, PageTokensAreTheCallersOwn) {
  v1::ListRecordVersionsRequest request;
  request.set_record_id(targets_[0].record_id);
  request.set_page_token("AAAA");
  Shown shown;
  shown.token = Token("inspector", false, kCodeA);
  EXPECT_EQ(
      Call(server_->read(), &v1::RegistryReadService::Stub::ListRecordVersions,
           request, shown),
      "INVALID_ARGUMENT INVALID_ARGUMENT");
}

}  // namespace
}  // namespace creditreg
