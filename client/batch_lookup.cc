#include "client/batch_lookup.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/cancellation.h"
#include "client/remote_error.h"
#include "client/retry.h"
#include "index/base/status_macros.h"

namespace creditreg {
namespace {

// 100,000 answers through a slow pipe.
constexpr absl::Duration kStreamDeadline = absl::Hours(1);

// Items of one stream and how many of them are answered.
struct Portion {
  std::vector<v1::LookupItem> items;
  std::size_t answered = 0;
  // Place of items[0] in the whole list.
  std::int64_t first_index = 0;
  LookupForm form = LookupForm::kWhole;
};

struct Government {
  using Request = v1::BatchGetEnterprisesRequest;
  using Response = v1::BatchGetEnterprisesResponse;
  static auto Open(RegistryClient& client, grpc::ClientContext* context) {
    return client.read_stub().BatchGetEnterprises(context);
  }
};

struct Public {
  using Request = v1::BatchGetPublicEnterprisesRequest;
  using Response = v1::BatchGetPublicEnterprisesResponse;
  static auto Open(RegistryClient& client, grpc::ClientContext* context) {
    return client.public_stub().BatchGetPublicEnterprises(context);
  }
};

// Sends the items from `first` on, then closes the sending side. Stops where
// the stream is over.
template <typename Request, typename Stream>
void SendItems(const Portion& portion, std::size_t first, Stream& stream,
               CallGuard& guard) {
  const std::vector<v1::LookupItem>& items = portion.items;
  while (first < items.size()) {
    const std::size_t end = std::min(items.size(), first + kMaxItemsPerMessage);
    Request request;
    request.set_brief(portion.form == LookupForm::kBrief);
    for (; first < end; ++first) *request.add_items() = items[first];
    if (!stream.Write(request)) return;
    guard.Touch();
  }
  stream.WritesDone();
}

absl::Status TakeResult(v1::LookupResult& result, std::size_t first,
                        Portion& portion, const ResultSink& sink) {
  // The stream counts from the first item sent on it.
  if (portion.answered >= portion.items.size() ||
      result.index() != static_cast<std::int64_t>(portion.answered - first)) {
    return absl::InternalError("batch: results do not follow the items");
  }
  result.set_index(portion.first_index +
                   static_cast<std::int64_t>(portion.answered));
  CREDITREG_RETURN_IF_ERROR(sink(result));
  ++portion.answered;
  return absl::OkStatus();
}

// One stream for what of `portion` is not answered yet.
template <typename Calls>
absl::Status RunStream(RegistryClient& client, Portion& portion,
                       const ResultSink& sink) {
  grpc::ClientContext context;
  CREDITREG_RETURN_IF_ERROR(client.AddCredentials(&context));
  // A stream without one gets the registry's default, which is for short ones.
  context.set_deadline(absl::ToChronoTime(absl::Now() + kStreamDeadline));
  CallGuard guard(&client.cancellation(), &context, client.options().timeout);
  const std::size_t first = portion.answered;
  const auto stream = Calls::Open(client, &context);
  // It reads the items and the form alone, which stay as they are.
  std::thread writer(
      [&portion = std::as_const(portion), first, &stream, &guard] {
        SendItems<typename Calls::Request>(portion, first, *stream, guard);
      });
  absl::Status own;
  typename Calls::Response response;
  while (own.ok() && stream->Read(&response)) {
    guard.Touch();
    for (v1::LookupResult& result : *response.mutable_results()) {
      own = TakeResult(result, first, portion, sink);
      if (!own.ok()) break;
    }
  }
  if (!own.ok()) context.TryCancel();
  writer.join();
  const absl::Status status = client.StreamStatus(stream->Finish(), guard);
  if (!own.ok()) return own;
  if (status.ok() && portion.answered < portion.items.size()) {
    return absl::InternalError("batch: fewer results than items");
  }
  return status;
}

// Attempts count from the last one that brought an answer.
template <typename Calls>
absl::Status RunPortion(RegistryClient& client, Portion& portion,
                        const ResultSink& sink, BatchOutcome& outcome) {
  const RetryPolicy& policy = client.options().retry;
  Retrier& retrier = client.retrier();
  retrier.BeginCall();
  for (int attempt = 1;; ++attempt) {
    const std::size_t before = portion.answered;
    ++outcome.streams;
    const absl::Status status = RunStream<Calls>(client, portion, sink);
    if (status.ok()) return status;
    const bool got_on = portion.answered > before;
    if (got_on) attempt = 1;
    CREDITREG_RETURN_IF_ERROR(
        retrier.AwaitRetry(got_on ? RetryKind::kRest : RetryKind::kAgain,
                           attempt, status, policy, absl::InfiniteFuture()));
    if (portion.answered > 0) ++outcome.resumed;
  }
}

// Empty at the end.
absl::StatusOr<std::vector<v1::LookupItem>> NextItems(
    const ItemSource& source) {
  std::vector<v1::LookupItem> items;
  while (items.size() < kMaxItemsPerStream) {
    CREDITREG_ASSIGN_OR_RETURN(std::optional<v1::LookupItem> item, source());
    if (!item.has_value()) break;
    items.push_back(*std::move(item));
  }
  return items;
}

}  // namespace

absl::StatusOr<BatchOutcome> BatchLookUp(RegistryClient& client,
                                         LookupView view, LookupForm form,
                                         const ItemSource& source,
                                         const ResultSink& sink) {
  BatchOutcome outcome;
  while (true) {
    Portion portion;
    portion.first_index = outcome.items;
    portion.form = form;
    CREDITREG_ASSIGN_OR_RETURN(portion.items, NextItems(source));
    if (portion.items.empty()) return outcome;
    const absl::Status status =
        view == LookupView::kGovernment
            ? RunPortion<Government>(client, portion, sink, outcome)
            : RunPortion<Public>(client, portion, sink, outcome);
    outcome.items += static_cast<std::int64_t>(portion.answered);
    if (!status.ok()) return status;
  }
}

}  // namespace creditreg
