#include "bench/load/registry_load.h"

#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "bench/load/wire_bytes.h"
#include "client/cancellation.h"
#include "client/import_upload.h"
#include "client/registry_client.h"
#include "creditreg/v1/public_lookup_service.pb.h"
#include "creditreg/v1/registry_read_service.pb.h"
#include "index/base/status_macros.h"

namespace creditreg::bench {
namespace {

// Longer than any pause of a loaded machine.
constexpr absl::Duration kTimeout = absl::Minutes(2);

absl::Status CheckResult(const KnownEnterprise& expected,
                         const v1::LookupResult& result) {
  if (result.verdict() != expected.verdict) {
    return absl::InternalError(absl::StrCat(
        "look-up: verdict ", v1::LookupVerdict_Name(result.verdict()),
        ", want ", v1::LookupVerdict_Name(expected.verdict)));
  }
  if (result.enterprise().uscc() != expected.uscc) {
    return absl::InternalError("look-up: another enterprise's code");
  }
  return absl::OkStatus();
}

template <typename Request, typename Response>
UnaryWorkload MakeLookupWorkload(const std::string& method,
                                 const DataSet& data) {
  UnaryWorkload workload;
  workload.method = method;
  for (const KnownEnterprise& enterprise : data.enterprises) {
    Request request;
    request.mutable_item()->set_identifier(enterprise.uscc);
    workload.requests.push_back(ToWire(request));
  }
  workload.check = [&data](std::size_t i, const grpc::ByteBuffer& answer) {
    CREDITREG_ASSIGN_OR_RETURN(const Response response,
                               FromWire<Response>(answer));
    return CheckResult(data.enterprises[i], response.result());
  };
  return workload;
}

ClientOptions OptionsFor(const std::string& target) {
  ClientOptions options;
  options.target = target;
  options.timeout = kTimeout;
  // A call that must be repeated would spoil the figure.
  options.retry.max_attempts = 1;
  return options;
}

absl::Status CheckReceipt(const ImportFile& file,
                          const v1::ImportReceipt& receipt) {
  const v1::ImportCounts& counts = receipt.counts();
  const std::int64_t sum = counts.created() + counts.updated() +
                           counts.unchanged() + counts.pending() +
                           counts.quarantined() + counts.rejected();
  if (counts.rows() != file.rows || sum != file.rows) {
    return absl::InternalError(
        absl::StrCat("import ", file.name, ": ", counts.rows(), " rows with ",
                     sum, " outcomes, want ", file.rows, " of both"));
  }
  if (counts.rejected() > file.rows - file.clean_rows) {
    return absl::InternalError(absl::StrCat(
        "import ", file.name, ": ", counts.rejected(), " rows rejected of ",
        file.rows - file.clean_rows, " with a fault"));
  }
  return absl::OkStatus();
}

absl::StatusOr<ImportTime> ImportOne(RegistryClient& client,
                                     const ImportFile& file) {
  ImportUpload upload;
  upload.path = file.path;
  upload.start.set_format(file.format);
  upload.retry.max_attempts = 1;
  CREDITREG_ASSIGN_OR_RETURN(upload.digest, DigestFile(file.path));
  upload.start.set_request_id(DefaultRequestId(upload.digest, upload.start));
  const absl::Time start = absl::Now();
  CREDITREG_ASSIGN_OR_RETURN(const v1::ImportReceipt receipt,
                             UploadImport(client, upload, ImportObserver()));
  const absl::Duration duration = absl::Now() - start;
  CREDITREG_RETURN_IF_ERROR(CheckReceipt(file, receipt));
  return ImportTime{file.rows, duration};
}

}  // namespace

absl::StatusOr<std::unique_ptr<ServerProcess>> StartRegistry(
    const std::string& program, const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return absl::InternalError(absl::StrCat(folder, ": ", error.message()));
  }
  return ServerProcess::Start(
      {program, "--listen=127.0.0.1:0", "--data_dir=" + folder + "/data",
       "--key_dir=" + folder + "/keys", "--log_level=warning"},
      folder);
}

UnaryWorkload LookupWorkload(LookupView view, const DataSet& data) {
  if (view == LookupView::kPublic) {
    return MakeLookupWorkload<v1::GetPublicEnterpriseRequest,
                              v1::GetPublicEnterpriseResponse>(
        "/creditreg.v1.PublicLookupService/GetPublicEnterprise", data);
  }
  return MakeLookupWorkload<v1::GetEnterpriseRequest,
                            v1::GetEnterpriseResponse>(
      "/creditreg.v1.RegistryReadService/GetEnterprise", data);
}

absl::StatusOr<absl::Duration> RunBatchLookup(const std::string& target,
                                              LookupView view,
                                              const DataSet& data,
                                              std::size_t items) {
  Cancellation cancellation;
  RegistryClient client(OptionsFor(target), &cancellation);
  std::size_t sent = 0;
  const auto source = [&]() -> absl::StatusOr<std::optional<v1::LookupItem>> {
    if (sent == items) return std::nullopt;
    v1::LookupItem item;
    item.set_identifier(
        data.enterprises[sent++ % data.enterprises.size()].uscc);
    return item;
  };
  std::size_t taken = 0;
  const auto sink = [&](const v1::LookupResult& result) {
    return CheckResult(data.enterprises[taken++ % data.enterprises.size()],
                       result);
  };
  const absl::Time start = absl::Now();
  const auto outcome = BatchLookUp(client, view, source, sink);
  const absl::Duration duration = absl::Now() - start;
  if (!outcome.ok()) return outcome.status();
  if (taken != items) {
    return absl::InternalError(
        absl::StrCat("batch: ", taken, " results, want ", items));
  }
  return duration;
}

absl::StatusOr<std::map<std::string, ImportTime>> RunImports(
    const std::string& target, const DataSet& data) {
  Cancellation cancellation;
  RegistryClient client(OptionsFor(target), &cancellation);
  std::map<std::string, ImportTime> times;
  for (const ImportFile& file : data.files) {
    CREDITREG_ASSIGN_OR_RETURN(times[file.name], ImportOne(client, file));
  }
  return times;
}

}  // namespace creditreg::bench
