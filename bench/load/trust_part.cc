#include "bench/load/trust_part.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "bench/load/key_order.h"
#include "bench/load/registry_load.h"
#include "client/audit_check.h"
#include "index/base/status_macros.h"

namespace creditreg::bench {
namespace {

constexpr std::size_t kDraws = std::size_t{1} << 20;
// Further than the calls of one run, and no divisor of kDraws.
constexpr std::uint64_t kPlacesBetweenRuns = 333667;

// So many that some always ask while the rows of others are synced.
constexpr int kManyCallers = 256;

absl::Status CopyFolder(const std::string& from, const std::string& to) {
  std::error_code error;
  std::filesystem::copy(from, to, std::filesystem::copy_options::recursive,
                        error);
  if (!error) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(to, ": ", error.message()));
}

}  // namespace

TrustPart::TrustPart(const TrustOptions& options, const TrustSizes& sizes,
                     const DataSet& data)
    : options_(options),
      sizes_(sizes),
      data_(data),
      public_(LookupWorkload(LookupView::kPublic, data,
                             ZipfOrder(data.enterprises.size(), kDraws))),
      government_(LookupWorkload(LookupView::kGovernment, data,
                                 ZipfOrder(data.enterprises.size(), kDraws))) {}

absl::StatusOr<std::unique_ptr<ServerProcess>> TrustPart::StartServer(
    const std::string& name, std::vector<std::string> flags) const {
  flags.push_back("--conf_dir=" + options_.conf_dir);
  flags.push_back("--identities=" + options_.auth_dir +
                  "/identities.textproto");
  return StartGuardedRegistry(
      options_.server, absl::StrCat(options_.work_dir, "/", name), flags);
}

absl::Status TrustPart::Start() {
  CREDITREG_ASSIGN_OR_RETURN(tokens_,
                             ReadTokens(options_.auth_dir + "/tokens"));
  const std::string first = options_.work_dir + "/tls";
  CREDITREG_RETURN_IF_ERROR(
      LoadRegistry(options_.loader, first, data_.files).status());
  for (const char* const other : {"/open", "/silent"}) {
    CREDITREG_RETURN_IF_ERROR(CopyFolder(first, options_.work_dir + other));
  }
  const std::string& auth = options_.auth_dir;
  CREDITREG_ASSIGN_OR_RETURN(
      tls_, StartServer("tls", {"--tls_certificate=" + auth + "/server.pem",
                                "--tls_key=" + auth + "/server.key",
                                "--tls_client_ca=" + auth + "/ca.pem"}));
  CREDITREG_ASSIGN_OR_RETURN(open_, StartServer("open", {}));
  CREDITREG_ASSIGN_OR_RETURN(
      silent_,
      StartServer("silent", {"--no_audit", "--local_development_caller"}));
  for (const Side& side :
       {PlainLookups(), TlsLookups(), AuditedReads(), SilentReads()}) {
    CREDITREG_RETURN_IF_ERROR(AskAll(side));
  }
  for (const ServerProcess* server : {tls_.get(), open_.get(), silent_.get()}) {
    server->AwaitCalm();
  }
  return absl::OkStatus();
}

absl::Status TrustPart::Stop() {
  for (ServerProcess* server : {tls_.get(), open_.get(), silent_.get()}) {
    CREDITREG_RETURN_IF_ERROR(server->Stop());
  }
  CREDITREG_ASSIGN_OR_RETURN(
      const AuditCheck check,
      CheckAuditLog(options_.work_dir + "/open/data.audit", ""));
  if (check.faults.empty() &&
      check.rows == static_cast<std::uint64_t>(audited_calls_)) {
    return absl::OkStatus();
  }
  return absl::InternalError(absl::StrCat("audit: ", check.rows, " rows and ",
                                          check.faults.size(), " faults, want ",
                                          audited_calls_, " rows"));
}

std::string TrustPart::Loop(int callers) {
  return absl::StrCat("closed loop, ", callers,
                      " calls in flight on 2 kept connections; client on the "
                      "same machine");
}

TrustPart::Side TrustPart::PlainLookups() const {
  Side side;
  side.figure = "plain_lookups";
  side.note = absl::StrCat(
      "as tls_cost, and as auth_cost, in plain text; "
      "callers show nothing; ",
      Loop(side.callers));
  side.server = open_.get();
  side.workload = &public_;
  return side;
}

TrustPart::Side TrustPart::TlsLookups() const {
  Side side;
  side.figure = "tls_cost";
  side.note = absl::StrCat(
      "public pages, all kept from before, Zipf 0.99 over ",
      data_.enterprises.size(),
      " codes; TLS 1.3, each call of an account known by its certificate; both "
      "ends of the encryption share the processors; ",
      Loop(side.callers));
  side.server = tls_.get();
  side.workload = &public_;
  side.credentials.ca_file = options_.auth_dir + "/ca.pem";
  side.credentials.certificate_file = options_.auth_dir + "/website.pem";
  side.credentials.key_file = options_.auth_dir + "/website.key";
  return side;
}

TrustPart::Side TrustPart::TokenLookups() const {
  Side side = PlainLookups();
  side.figure = "auth_cost";
  side.note = absl::StrCat(
      "public pages, all kept from before, Zipf 0.99 over ",
      data_.enterprises.size(), " codes, in plain text; tokens of ",
      tokens_.size(), " people in turn, ES256, each judged once before; ",
      Loop(side.callers));
  side.shows_tokens = true;
  return side;
}

TrustPart::Side TrustPart::AuditedReads() const {
  Side side;
  side.figure = "audit_cost";
  side.note = absl::StrCat(
      "whole enterprises as government sees them, by agency readers with "
      "tokens and a purpose, in plain text, Zipf 0.99 over ",
      data_.enterprises.size(), " codes; a row of the audit log on ",
      options_.file_system, " synced before each answer, and counted after; ",
      Loop(side.callers));
  side.server = open_.get();
  side.workload = &government_;
  side.credentials.purpose = "行政检查";
  side.shows_tokens = true;
  return side;
}

TrustPart::Side TrustPart::SilentReads() const {
  Side side = AuditedReads();
  side.figure = "unaudited_reads";
  side.note = "as audit_cost, of a server without an audit log";
  side.server = silent_.get();
  return side;
}

Measurement TrustPart::ManyReads() {
  Side audited = AuditedReads();
  audited.figure = "audit_cost_many";
  audited.callers = kManyCallers;
  audited.note = absl::StrCat("as audit_cost; ", Loop(kManyCallers));
  Side silent = SilentReads();
  silent.figure = "unaudited_reads_many";
  silent.callers = kManyCallers;
  silent.note = "as audit_cost_many, of a server without an audit log";
  return Pair(audited, silent);
}

std::vector<Measurement> TrustPart::Measurements() {
  Side anonymous = PlainLookups();
  anonymous.figure = "anonymous_lookups";
  return {Pair(TlsLookups(), PlainLookups()),
          Pair(AuditedReads(), SilentReads()), ManyReads(),
          Pair(TokenLookups(), anonymous)};
}

LoadOptions TrustPart::LoadOf(const Side& side) const {
  LoadOptions load;
  load.target = side.server->address();
  load.credentials = side.credentials;
  if (side.shows_tokens) load.tokens = tokens_;
  load.in_flight = side.callers;
  load.warm_up = sizes_.warm_up;
  load.duration = sizes_.duration;
  return load;
}

absl::StatusOr<LoadResult> TrustPart::Run(const Side& side,
                                          const UnaryWorkload& workload,
                                          const LoadOptions& load) {
  CREDITREG_ASSIGN_OR_RETURN(LoadResult result, RunUnaryLoad(workload, load));
  if (side.workload == &government_ && side.server == open_.get()) {
    audited_calls_ += result.answers;
  }
  return result;
}

absl::Status TrustPart::AskAll(const Side& side) {
  UnaryWorkload all = *side.workload;
  all.order.resize(data_.enterprises.size());
  std::iota(all.order.begin(), all.order.end(), std::uint32_t{0});
  LoadOptions load = LoadOf(side);
  // So that each is asked for once.
  load.connections = 1;
  load.warm_up = absl::ZeroDuration();
  load.duration = absl::Minutes(10);
  load.max_calls = static_cast<std::int64_t>(all.order.size());
  return Run(side, all, load).status();
}

absl::Status TrustPart::AddRun(const Side& side, std::uint64_t first_place,
                               Sum* sum) {
  LoadOptions load = LoadOf(side);
  load.first_place = first_place;
  const absl::Duration before = side.server->CpuTime();
  CREDITREG_ASSIGN_OR_RETURN(const LoadResult result,
                             Run(side, *side.workload, load));
  sum->cpu += side.server->CpuTime() - before;
  sum->calls += result.calls;
  sum->duration += result.duration;
  sum->answers += result.answers;
  sum->answer_bytes = result.answer_bytes;
  return absl::OkStatus();
}

absl::StatusOr<Samples> TrustPart::RunPair(const Side& subject,
                                           const Side& peer) {
  Sum with;
  Sum without;
  for (int i = 0; i < sizes_.runs; ++i) {
    for (const bool is_first : {true, false}) {
      const bool is_subject = (i % 2 == 0) != is_first;
      // The same keys on both sides.
      CREDITREG_RETURN_IF_ERROR(AddRun(is_subject ? subject : peer, next_place_,
                                       is_subject ? &with : &without));
    }
    next_place_ += kPlacesBetweenRuns;
  }
  const auto sample = [](const Sum& sum) {
    return SampleOf(
        static_cast<double>(sum.calls) / absl::ToDoubleSeconds(sum.duration),
        sum.calls,
        absl::StrFormat("answers of %d bytes, server %.1f us/call",
                        std::llround(sum.answer_bytes), sum.CpuMicros()));
  };
  Sample measured = sample(with);
  absl::StrAppendFormat(&measured.detail, " beside %.1f", without.CpuMicros());
  return Samples{{subject.figure, std::move(measured)},
                 {peer.figure, sample(without)}};
}

Measurement TrustPart::Pair(const Side& subject, const Side& peer) {
  Measurement measurement;
  measurement.figures = {
      {peer.figure, "calls/s", "", peer.note},
      {subject.figure, "calls/s", peer.figure, subject.note}};
  measurement.run = [this, subject, peer] { return RunPair(subject, peer); };
  return measurement;
}

}  // namespace creditreg::bench
