#include "bench/load/registry_load.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <numeric>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "bench/load/child_process.h"
#include "bench/load/wire_bytes.h"
#include "client/cancellation.h"
#include "client/import_upload.h"
#include "client/registry_client.h"
#include "creditreg/v1/public_lookup_service.pb.h"
#include "creditreg/v1/registry_read_service.pb.h"
#include "creditreg/v1/registry_write_service.pb.h"
#include "google/protobuf/util/json_util.h"
#include "index/base/status_macros.h"
#include "nlohmann/json.hpp"

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
  const std::string& uscc =
      result.has_brief() ? result.brief().uscc() : result.enterprise().uscc();
  if (uscc != expected.uscc) {
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

absl::Status MakeFolder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(folder, ": ", error.message()));
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

// Adds what the receipt says of the file to `time`, its duration aside.
absl::Status AddReceipt(const ImportFile& file,
                        const v1::ImportReceipt& receipt, ImportTime* time) {
  CREDITREG_RETURN_IF_ERROR(CheckReceipt(file, receipt));
  const v1::ImportCounts& counts = receipt.counts();
  time->rows += file.rows;
  time->stored += counts.created() + counts.updated() + counts.pending();
  time->input_bytes += receipt.total_bytes();
  return absl::OkStatus();
}

absl::StatusOr<ImportTime> ImportOne(RegistryClient& client,
                                     const ImportFile& file) {
  ImportUpload upload;
  upload.path = file.path;
  upload.start.set_format(file.format);
  upload.retry.max_attempts = 1;
  const absl::Time start = absl::Now();
  CREDITREG_ASSIGN_OR_RETURN(upload.digest, DigestFile(file.path));
  upload.start.set_request_id(DefaultRequestId(upload.digest, upload.start));
  CREDITREG_ASSIGN_OR_RETURN(const v1::ImportReceipt receipt,
                             UploadImport(client, upload, ImportObserver()));
  const absl::Duration duration = absl::Now() - start;
  ImportTime time;
  CREDITREG_RETURN_IF_ERROR(AddReceipt(file, receipt, &time));
  time.duration = duration;
  return time;
}

const char* LoaderFlag(v1::ImportFormat format) {
  switch (format) {
    case v1::IMPORT_FORMAT_LICENCE_CSV:
      return "--licence";
    case v1::IMPORT_FORMAT_PENALTY_CSV:
      return "--penalty";
    case v1::IMPORT_FORMAT_COMPLAINT_CSV:
      return "--complaint";
    default:
      return "--enterprise";
  }
}

// One line of creditreg_load's output for each file.
absl::Status AddLoaded(const std::string& output,
                       const std::vector<ImportFile>& files, ImportTime* time) {
  std::size_t found = 0;
  for (const absl::string_view line :
       absl::StrSplit(output, '\n', absl::SkipEmpty())) {
    const auto json = nlohmann::json::parse(line, nullptr, false);
    v1::ImportReceipt receipt;
    if (json.is_discarded() || !json.contains("receipt") ||
        !google::protobuf::util::JsonStringToMessage(json["receipt"].dump(),
                                                     &receipt)
             .ok()) {
      return absl::InternalError("creditreg_load: not a line of receipts");
    }
    for (const ImportFile& file : files) {
      if (json.value("file", "") != file.path) continue;
      CREDITREG_RETURN_IF_ERROR(AddReceipt(file, receipt, time));
      ++found;
    }
  }
  if (found == files.size()) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("creditreg_load: ", found,
                                          " receipts, want ", files.size()));
}

}  // namespace

absl::StatusOr<std::unique_ptr<ServerProcess>> StartRegistry(
    const std::string& program, const std::string& folder,
    const std::vector<std::string>& flags) {
  std::vector<std::string> all = flags;
  all.push_back("--local_development_caller");
  return StartGuardedRegistry(program, folder, all);
}

absl::StatusOr<std::unique_ptr<ServerProcess>> StartGuardedRegistry(
    const std::string& program, const std::string& folder,
    const std::vector<std::string>& flags) {
  CREDITREG_RETURN_IF_ERROR(MakeFolder(folder));
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

absl::StatusOr<std::vector<PageText>> ReadPublicPages(
    const std::string& target, absl::Span<const std::string> codes) {
  Cancellation cancellation;
  RegistryClient client(OptionsFor(target), &cancellation);
  std::vector<PageText> pages;
  pages.reserve(codes.size());
  for (const std::string& code : codes) {
    v1::GetPublicEnterpriseRequest request;
    request.mutable_item()->set_identifier(code);
    CREDITREG_ASSIGN_OR_RETURN(const v1::GetPublicEnterpriseResponse response,
                               client.GetPublicEnterprise(request));
    PageText& page = pages.emplace_back();
    page.name = response.result().enterprise().name();
    for (const v1::Record& record : response.licences()) {
      const v1::Licence& licence = record.licence();
      page.licences.push_back(absl::StrCat(licence.document_number(), "|",
                                           licence.licence_number(), "|",
                                           licence.decided_on()));
    }
  }
  return pages;
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
  const auto outcome =
      BatchLookUp(client, view, LookupForm::kBrief, source, sink);
  const absl::Duration duration = absl::Now() - start;
  if (!outcome.ok()) return outcome.status();
  if (taken != items) {
    return absl::InternalError(
        absl::StrCat("batch: ", taken, " results, want ", items));
  }
  return duration;
}

absl::StatusOr<ImportTime> RunImports(const std::string& target,
                                      const std::vector<ImportFile>& files) {
  Cancellation cancellation;
  RegistryClient client(OptionsFor(target), &cancellation);
  ImportTime all;
  for (const ImportFile& file : files) {
    CREDITREG_ASSIGN_OR_RETURN(const ImportTime time, ImportOne(client, file));
    all.rows += time.rows;
    all.stored += time.stored;
    all.input_bytes += time.input_bytes;
    all.duration += time.duration;
  }
  return all;
}

absl::StatusOr<ImportTime> LoadRegistry(const std::string& loader,
                                        const std::string& folder,
                                        const std::vector<ImportFile>& files) {
  CREDITREG_RETURN_IF_ERROR(MakeFolder(folder));
  std::vector<std::string> arguments = {loader,
                                        "--data_dir=" + folder + "/data",
                                        "--key_dir=" + folder + "/keys"};
  for (const ImportFile& file : files) {
    arguments.push_back(LoaderFlag(file.format));
    arguments.push_back(file.path);
  }
  const std::string receipts = folder + "/receipts";
  const std::string log = folder + "/load_log";
  const absl::Time start = absl::Now();
  CREDITREG_ASSIGN_OR_RETURN(const int code,
                             RunChild(std::move(arguments), receipts, log));
  ImportTime time;
  time.duration = absl::Now() - start;
  // 5: rows with a fault were rejected, as they should be.
  if (code != 0 && code != 5) {
    return absl::InternalError(
        absl::StrCat("creditreg_load: ended with ", code, "\n", LogTail(log)));
  }
  CREDITREG_RETURN_IF_ERROR(AddLoaded(ReadAll(receipts), files, &time));
  return time;
}

absl::StatusOr<std::int64_t> VerifyRegistry(const std::string& target) {
  Cancellation cancellation;
  ClientOptions options = OptionsFor(target);
  options.timeout = absl::Minutes(30);
  RegistryClient client(options, &cancellation);
  v1::VerifyResponse last;
  CREDITREG_RETURN_IF_ERROR(client.Verify(
      v1::VerifyRequest(),
      [&last](const v1::VerifyResponse& response) { last = response; }));
  if (!last.done() || last.faults() != 0) {
    return absl::InternalError(
        absl::StrCat("verify: ", last.faults(), " faults, want none"));
  }
  return last.rows_checked();
}

absl::StatusOr<std::int64_t> ReadStatistic(const std::string& target,
                                           const std::string& name) {
  Cancellation cancellation;
  RegistryClient client(OptionsFor(target), &cancellation);
  CREDITREG_ASSIGN_OR_RETURN(const v1::GetStatsResponse stats,
                             client.GetStats(v1::GetStatsRequest()));
  for (const auto& figure : stats.figures()) {
    if (figure.name() == name) return figure.value();
  }
  return absl::InternalError(absl::StrCat("statistics: no ", name));
}

UnaryWorkload SubmitWorkload(const DataSet& data, int series,
                             std::size_t count) {
  UnaryWorkload workload;
  workload.method = "/creditreg.v1.RegistryWriteService/SubmitRecords";
  workload.requests.reserve(count);
  const std::size_t holders =
      std::min(kNamedEnterprises, data.enterprises.size());
  for (std::size_t i = 0; i < count; ++i) {
    const KnownEnterprise& holder = data.enterprises[i % holders];
    v1::SubmitRecordsRequest request;
    request.set_request_id(absl::StrCat("bench-", series, "-", i));
    v1::Record* const record = request.add_records()->mutable_record();
    record->set_family(v1::FAMILY_LICENCE);
    record->mutable_party()->set_name(holder.name);
    record->mutable_party()->set_category(v1::PARTY_CATEGORY_ORGANISATION);
    record->mutable_party()->set_uscc(holder.uscc);
    record->mutable_party()->set_legal_representative("示某");
    record->mutable_deciding_agency()->set_name("广州市市场监督管理局");
    record->mutable_submitting_agency()->set_name("广州市市场监督管理局");
    v1::Licence* const licence = record->mutable_licence();
    licence->set_document_name("食品经营许可证核发决定书");
    licence->set_document_number(
        absl::StrCat("粤穗市监许〔2026〕", series, "-", i, "号"));
    licence->set_licence_type("普通");
    licence->set_certificate_name("食品经营许可证");
    licence->set_licence_number(absl::StrCat("JY", series, "-", i));
    licence->set_content("预包装食品销售，散装食品销售，热食类食品制售。");
    licence->set_decided_on("2026-03-02");
    licence->set_valid_from("2026-03-02");
    licence->set_valid_to("2031-03-01");
    licence->set_state(v1::Licence::STATE_VALID);
    workload.requests.push_back(request.SerializeAsString());
  }
  workload.check = [](std::size_t /*i*/, const grpc::ByteBuffer& answer) {
    CREDITREG_ASSIGN_OR_RETURN(const auto response,
                               FromWire<v1::SubmitRecordsResponse>(answer));
    if (response.results_size() == 1 &&
        response.results(0).outcome() == v1::OUTCOME_CREATED) {
      return absl::OkStatus();
    }
    return absl::InternalError("submit: the record was not created");
  };
  return workload;
}

}  // namespace creditreg::bench
