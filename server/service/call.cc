#include "server/service/call.h"

#include <arpa/inet.h>

#include <atomic>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "grpc/grpc_security_constants.h"
#include "grpcpp/security/auth_context.h"
#include "index/base/check.h"
#include "index/base/status_macros.h"
#include "index/model/personal_numbers.h"
#include "index/model/utf8.h"
#include "server/service/validate.h"
#include "server/wire/status.h"

namespace creditreg {
namespace {

// Whether this successful call is one of those that are logged.
bool IsSampled(std::int64_t every) {
  if (every == 0) return false;
  static std::atomic<std::int64_t> calls{0};
  return calls.fetch_add(1, std::memory_order_relaxed) % every == 0;
}

// What the call's data is needed for, as UTF-8.
constexpr char kPurposeMetadata[] = "creditreg-purpose-bin";
// The case that it belongs to, as UTF-8.
constexpr char kInvestigationMetadata[] = "creditreg-investigation-bin";

// Who investigates, and so may keep a read from the enterprise for a time.
RoleSet Investigators() {
  RoleSet roles;
  roles.Add(conf::v1::ROLE_INSPECTOR);
  roles.Add(conf::v1::ROLE_SUPERVISOR);
  roles.Add(conf::v1::ROLE_DEPARTMENT_REVIEWER);
  return roles;
}

absl::string_view TextOfRef(grpc::string_ref text) {
  return absl::string_view(text.data(), text.size());
}

// "ipv4:10.0.0.7:52114" without the port, which is another for each connection.
// Of IPv6 the network of 64 bits, for each household has one to itself.
std::string AddressOf(const std::string& peer) {
  std::string address = peer.substr(0, peer.rfind(':'));
  constexpr absl::string_view kIpv6 = "ipv6:";
  if (!absl::StartsWith(address, kIpv6)) return address;
  const std::string text =
      absl::StrReplaceAll(address.substr(kIpv6.size()),
                          {{"[", ""}, {"]", ""}, {"%5B", ""}, {"%5D", ""}});
  in6_addr parsed{};
  if (inet_pton(AF_INET6, text.c_str(), &parsed) != 1) return address;
  return absl::StrCat(kIpv6, absl::BytesToHexString(absl::string_view(
                                 reinterpret_cast<const char*>(&parsed), 8)));
}

bool IsPublic(Rpc rpc) {
  return rpc >= Rpc::kGetPublicEnterprise && rpc <= Rpc::kListPublicRecords;
}

bool IsChange(Rpc rpc) {
  return (rpc >= Rpc::kPutEnterprise && rpc <= Rpc::kWithholdEnterprise) ||
         rpc == Rpc::kActivateTable || rpc == Rpc::kClassifyRecord ||
         rpc == Rpc::kOpenCase || rpc == Rpc::kAdvanceCase ||
         rpc == Rpc::kImportCaseSteps || rpc == Rpc::kAcknowledgeWithdrawals ||
         rpc == Rpc::kImport;
}

const std::string& FullNameOf(Rpc rpc) {
  static const auto* const names = new std::vector<std::string>(RpcFullNames());
  return (*names)[static_cast<std::size_t>(rpc)];
}

// Whose fault it is decides how loud the line is.
LogLevel LevelOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kDataLoss:
      return LogLevel::kError;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kResourceExhausted:
      return LogLevel::kWarning;
    default:
      return LogLevel::kInfo;
  }
}

}  // namespace

Call::Call(const ServiceEnvironment& environment, Rpc rpc,
           grpc::CallbackServerContext* context, std::function<void()> cancel)
    : environment_(environment),
      rpc_(rpc),
      context_(context),
      start_(std::chrono::steady_clock::now()),
      guest_(std::move(cancel)) {}

Call::~Call() {
  if (!ended_) {
    (void)End(absl::InternalError("call: was not ended, want an end"), 0);
  }
  if (is_within_quota_) quota_table_->Leave(quota_name_, quota_bucket_);
  if (counted_) environment_.anonymous_calls->fetch_sub(1);
  if (admitted_) environment_.gate->Leave(&guest_);
}

absl::Status Call::Admit() {
  absl::Status status = environment_.gate->Enter(&guest_);
  admitted_ = status.ok();
  if (status.ok()) status = Identify();
  // Refused calls count too, where it is known whose they are.
  if (principal_ != nullptr) {
    const absl::Status within = CheckQuota(/*again=*/false);
    // What is past its quota costs no audit row either.
    if (!within.ok()) status = within;
  }
  // Whoever shows nothing can be anybody, as often as they like.
  if (status.ok() && caller_->principal().is_anonymous() &&
      environment_.anonymous_calls != nullptr) {
    counted_ = true;
    if (environment_.anonymous_calls->fetch_add(1) >=
        environment_.max_anonymous_calls) {
      status = absl::ResourceExhaustedError(
          absl::StrCat("OVERLOADED: ", environment_.max_anonymous_calls,
                       " calls without credentials are under way"));
    }
  }
  return status;
}

absl::Status Call::Renew() {
  CREDITREG_RETURN_IF_ERROR(Identify());
  return CheckQuota(/*again=*/true);
}

absl::Status Call::CheckQuota(bool again) {
  if (environment_.quotas == nullptr || principal_->no_quota) {
    return absl::OkStatus();
  }
  const absl::Time now = environment_.clock->Now();
  const QuotaLimits limits = environment_.policy->QuotaOf(*principal_);
  QuotaState state;
  if (again) return quota_table_->Take(quota_name_, limits, now, &state);
  quota_table_ = principal_->is_anonymous() ? environment_.address_quotas
                                            : environment_.quotas;
  std::string name =
      principal_->is_anonymous() ? AddressOf(context_->peer()) : principal_->id;
  absl::Status status = quota_table_->Enter(name, limits, now, &state);
  if (status.ok()) {
    quota_name_ = std::move(name);
    quota_bucket_ = state.bucket;
    is_within_quota_ = true;
  }
  // As the IETF's draft of RateLimit fields names them.
  context_->AddTrailingMetadata("ratelimit-limit", absl::StrCat(state.limit));
  context_->AddTrailingMetadata("ratelimit-remaining",
                                absl::StrCat(state.remaining));
  return status;
}

absl::Status Call::Identify() {
  Proof proof;
  const auto& metadata = context_->client_metadata();
  // A name that comes twice has no meaning: which of the two would count?
  const auto [authorization, behind] = metadata.equal_range("authorization");
  if (authorization != behind) {
    if (std::next(authorization) != behind) {
      return absl::UnauthenticatedError(
          "TOKEN_INVALID: authorization: comes twice, want it once");
    }
    proof.authorization = TextOfRef(authorization->second);
  }
  std::shared_ptr<const grpc::AuthContext> connection;
  if (environment_.has_certificates) {
    connection = context_->auth_context();
    const auto pem =
        connection->FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
    proof.has_certificate = !pem.empty();
    if (proof.has_certificate) proof.certificate_pem = TextOfRef(pem.front());
    // By kind: an e-mail address must not pass for anything else.
    for (const grpc::string_ref& uri :
         connection->FindPropertyValues(GRPC_PEER_URI_PROPERTY_NAME)) {
      proof.certificate_uris.push_back(TextOfRef(uri));
    }
    for (const grpc::string_ref& name :
         connection->FindPropertyValues(GRPC_PEER_DNS_PROPERTY_NAME)) {
      proof.certificate_dns_names.push_back(TextOfRef(name));
    }
  }
  shows_something_ = proof.has_certificate || !proof.authorization.empty();
  // A certificate of a known authority is accountable by itself, and may be a
  // gateway's, behind which many people share one address.
  const bool may_be_locked_out = shows_something_ && !proof.has_certificate &&
                                 environment_.lockouts != nullptr;
  if (may_be_locked_out) {
    CREDITREG_RETURN_IF_ERROR(environment_.lockouts->Check(
        AddressOf(context_->peer()), environment_.clock->Now()));
  }
  absl::StatusOr<std::shared_ptr<const Principal>> known =
      environment_.authenticator->Authenticate(proof);
  if (!known.ok()) {
    // A token that is over was good once: its owner forgot to sign in again.
    if (may_be_locked_out && ReasonOf(known.status()) != "TOKEN_EXPIRED") {
      environment_.lockouts->NoteFailure(AddressOf(context_->peer()),
                                         environment_.clock->Now());
    }
    return known.status();
  }
  std::shared_ptr<const Principal> principal = *std::move(known);
  principal_ = principal;
  const auto rpc = static_cast<std::size_t>(rpc_);
  CREDITREG_ASSIGN_OR_RETURN(const Reach reach,
                             environment_.policy->ReachOf(rpc, *principal));
  CREDITREG_ASSIGN_OR_RETURN(std::string purpose,
                             ReadPurpose(principal->purpose));
  if (purpose.empty() && environment_.policy->PurposeRequired(rpc)) {
    return absl::InvalidArgumentError(
        absl::StrCat("PURPOSE_REQUIRED: metadata ", kPurposeMetadata,
                     ": absent, want what the data is needed for"));
  }
  CREDITREG_ASSIGN_OR_RETURN(investigation_, ReadInvestigation(*principal));
  caller_.emplace(std::move(principal), reach, std::move(purpose),
                  IsChange(rpc_) ? context_->peer() : std::string(),
                  *environment_.policy, &notes_);
  return absl::OkStatus();
}

absl::StatusOr<std::string> Call::ReadPurpose(std::string purpose) const {
  const auto [named, after] =
      context_->client_metadata().equal_range(kPurposeMetadata);
  if (named != after) {
    if (std::next(named) != after) {
      return absl::InvalidArgumentError(
          absl::StrCat("PURPOSE_REQUIRED: metadata ", kPurposeMetadata,
                       ": comes twice, want it once"));
    }
    purpose = std::string(absl::StripAsciiWhitespace(TextOfRef(named->second)));
  }
  if (!ValidUtf8(purpose) || CharCount(purpose) > kMaxPurposeChars) {
    return absl::InvalidArgumentError(
        absl::StrCat("PURPOSE_REQUIRED: metadata ", kPurposeMetadata,
                     ": want at most 200 characters of UTF-8"));
  }
  // It is stored in clear, for years.
  return MaskPersonalNumbers(purpose);
}

absl::StatusOr<std::string> Call::ReadInvestigation(
    const Principal& principal) const {
  const auto [named, after] =
      context_->client_metadata().equal_range(kInvestigationMetadata);
  if (named == after) return std::string();
  if (!principal.roles.HasAnyOf(Investigators())) {
    return absl::PermissionDeniedError(
        absl::StrCat("INVESTIGATION_NOT_ALLOWED: metadata ",
                     kInvestigationMetadata, ": not for the caller's roles"));
  }
  std::string investigation(
      absl::StripAsciiWhitespace(TextOfRef(named->second)));
  if (std::next(named) != after || investigation.empty() ||
      !ValidUtf8(investigation) ||
      CharCount(investigation) > kMaxInvestigationChars) {
    return absl::InvalidArgumentError(
        absl::StrCat("INVESTIGATION_INVALID: metadata ", kInvestigationMetadata,
                     ": want it once, 1 to 100 characters of UTF-8"));
  }
  return MaskPersonalNumbers(investigation);
}

void Call::Record(const absl::Status& status,
                  std::function<void(const absl::Status&)> then) {
  const AccessNotes notes = std::exchange(notes_, AccessNotes());
  // What was never let in has no caller. Who is past a limit is refused without
  // a row, or a flood would fill the disk.
  const bool is_past_limit = absl::IsResourceExhausted(status);
  // Public calls with credentials that are none are told too.
  const bool is_public = IsPublic(rpc_) && (status.ok() || !shows_something_);
  const bool is_change = status.ok() && IsChange(rpc_) && notes.stored;
  if (environment_.audit == nullptr || !admitted_ || is_past_limit ||
      is_public || is_change) {
    then(status);
    return;
  }
  Append(notes, status, status.ok() ? "" : ReasonOf(status), std::move(then));
}

void Call::RecordBegin(std::function<void(const absl::Status&)> then) {
  if (environment_.audit == nullptr) {
    then(absl::OkStatus());
    return;
  }
  Append(AccessNotes(), absl::OkStatus(), "BEGUN", std::move(then));
}

void Call::Append(const AccessNotes& notes, const absl::Status& status,
                  std::string reason,
                  std::function<void(const absl::Status&)> then) {
  audit::v1::AuditRow row;
  // Known before it is known whether it may, so there whenever a caller is.
  if (principal_ != nullptr) {
    row.set_principal(principal_->id);
    row.set_roles(principal_->roles.ToString());
    row.set_agency(principal_->agency);
    row.set_second_factor(principal_->second_factor);
  }
  if (caller_.has_value()) row.set_purpose(caller_->purpose());
  row.set_rpc(FullNameOf(rpc_));
  row.set_peer(context_->peer());
  row.set_code(absl::StatusCodeToString(status.code()));
  row.set_reason(std::move(reason));
  row.set_investigation(investigation_);
  row.mutable_enterprise_nos()->Add(notes.enterprise_nos.begin(),
                                    notes.enterprise_nos.end());
  row.mutable_record_nos()->Add(notes.record_nos.begin(),
                                notes.record_nos.end());
  row.mutable_quarantine_nos()->Add(notes.quarantine_nos.begin(),
                                    notes.quarantine_nos.end());
  row.set_items(notes.items);
  row.set_personal(notes.personal);
  row.set_personal_purpose(notes.personal_purpose);
  row.set_position(notes.position);
  environment_.audit->Append(
      std::move(row),
      // On the log's thread: only passes on.
      [workers = environment_.answer_workers, status,
       // What became of a change must be told whatever became of its row.
       must_tell = IsChange(rpc_) && caller_.has_value() && !status.ok(),
       then = std::move(then)](const absl::Status& written) {
        workers->Post([told = written.ok() || must_tell ? status : written,
                       then] { then(told); });
      });
}

void Call::Hold(std::size_t bytes) {
  if (!admitted_) return;
  environment_.gate->Hold(&guest_, static_cast<std::int64_t>(bytes));
}

grpc::Status Call::End(const absl::Status& status, std::size_t bytes) {
  CREDITREG_CHECK(!ended_, "a call ends once");
  ended_ = true;
  const auto took = std::chrono::steady_clock::now() - start_;
  environment_.stats->Count(static_cast<std::size_t>(rpc_), status.code(),
                            absl::FromChrono(took));
  if (!status.ok() || IsSampled(environment_.log_calls_every)) {
    Log(status,
        std::chrono::duration_cast<std::chrono::microseconds>(took).count(),
        bytes);
  }
  return ToGrpcStatus(status);
}

void Call::Log(const absl::Status& status, std::int64_t us,
               std::size_t bytes) const {
  // Messages hold fields and rules, never what a caller sent (style), so the
  // inside of an error may be logged where the caller sees a fixed text.
  environment_.log->Write(
      LevelOf(status.code()), "call",
      {{"rpc", environment_.stats->name(static_cast<std::size_t>(rpc_))},
       {"code", absl::StatusCodeToString(status.code())},
       {"us", us},
       {"bytes", static_cast<std::int64_t>(bytes)},
       {"error", std::string(status.message())}});
}

}  // namespace creditreg
