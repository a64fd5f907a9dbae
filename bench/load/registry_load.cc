#include "bench/load/registry_load.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <numeric>
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
UnaryWorkload MakeLookupWorkload(const std::string& method, const DataSet& data,
                                 std::vector<std::uint32_t> order) {
  UnaryWorkload workload;
  workload.method = method;
  workload.order = std::move(order);
  workload.requests.reserve(data.enterprises.size());
  for (const KnownEnterprise& enterprise : data.enterprises) {
    Request request;
    request.mutable_item()->set_identifier(enterprise.uscc);
    workload.requests.push_back(request.SerializeAsString());
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
    const std::string& program, const std::string& folder,
    const std::vector<std::string>& flags) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return absl::InternalError(absl::StrCat(folder, ": ", error.message()));
  }
  std::vector<std::string> arguments = {
      program, "--listen=127.0.0.1:0", "--data_dir=" + folder + "/data",
      "--key_dir=" + folder + "/keys", "--log_level=warning"};
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  return ServerProcess::Start(std::move(arguments), folder);
}

UnaryWorkload LookupWorkload(LookupView view, const DataSet& data,
                             std::vector<std::uint32_t> order) {
  if (view == LookupView::kPublic) {
    return MakeLookupWorkload<v1::GetPublicEnterpriseRequest,
                              v1::GetPublicEnterpriseResponse>(
        "/creditreg.v1.PublicLookupService/GetPublicEnterprise", data,
        std::move(order));
  }
  return MakeLookupWorkload<v1::GetEnterpriseRequest,
                            v1::GetEnterpriseResponse>(
      "/creditreg.v1.RegistryReadService/GetEnterprise", data,
      std::move(order));
}

absl::StatusOr<std::vector<std::uint32_t>> MeasurePages(
    const std::string& target, const DataSet& data, std::size_t most) {
  const std::size_t count = std::min(most, data.enterprises.size());
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), std::uint32_t{0});
  UnaryWorkload workload =
      LookupWorkload(LookupView::kPublic, data, std::move(order));
  std::vector<std::atomic<std::uint32_t>> sizes(count);
  workload.check = [&sizes](std::size_t i, const grpc::ByteBuffer& answer) {
    sizes[i] = static_cast<std::uint32_t>(answer.Length());
    return absl::OkStatus();
  };
  LoadOptions load;
  load.target = target;
  load.warm_up = absl::ZeroDuration();
  load.duration = absl::Minutes(10);
  load.check_every = 1;
  // One connection, so that every page is asked for once.
  load.connections = 1;
  load.max_calls = static_cast<std::int64_t>(count);
  CREDITREG_RETURN_IF_ERROR(RunUnaryLoad(workload, load).status());
  std::vector<std::uint32_t> all(data.enterprises.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = sizes[i % count];
  return all;
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
