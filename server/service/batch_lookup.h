// What the two streams of look-ups have in common.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_SERVER_SERVICE_BATCH_LOOKUP_H_
#define CREDITREG_SERVER_SERVICE_BATCH_LOOKUP_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "creditreg/v1/lookup.pb.h"
#include "index/base/status_macros.h"
#include "index/registry/view.h"
#include "server/service/validate.h"

namespace creditreg {

// The items of one message as the registry asks for them.
//
// Errors: InvalidArgument.
template <typename Request>
absl::StatusOr<std::vector<FindQuery>> QueriesOf(const Request& request) {
  FieldViolations violations;
  std::vector<FindQuery> queries;
  queries.reserve(static_cast<std::size_t>(request.items_size()));
  for (int i = 0; i < request.items_size(); ++i) {
    CheckBatchItem(request.items(i), absl::StrCat("items[", i, "]"),
                   &violations);
    queries.push_back(QueryOf(request.items(i)));
  }
  CREDITREG_RETURN_IF_ERROR(violations.ToStatus());
  return queries;
}

// Gives the results of one message their places in the stream.
template <typename Response>
void NumberResults(std::int64_t first_index, Response* response) {
  for (v1::LookupResult& result : *response->mutable_results()) {
    result.set_index(first_index++);
  }
}

// Answers in order: `of_holder(holder)` what one row tells, and
// `of_answer(query, answer)`, which returns a status, all others.
//
// Errors: the view's, and those of `of_answer`.
template <typename OfHolder, typename OfAnswer>
absl::Status AnswerBriefly(const View& view,
                           absl::Span<const FindQuery> queries, bool with_heads,
                           const OfHolder& of_holder,
                           const OfAnswer& of_answer) {
  CREDITREG_ASSIGN_OR_RETURN(const auto holders,
                             view.FindHolders(queries, with_heads));
  std::vector<FindQuery> others;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    if (!holders[i].has_value()) others.push_back(queries[i]);
  }
  CREDITREG_ASSIGN_OR_RETURN(std::vector<FindAnswer> answers,
                             view.FindMany(others));
  std::size_t next = 0;
  for (const std::optional<CodeHolder>& holder : holders) {
    if (holder.has_value()) {
      of_holder(*holder);
      continue;
    }
    CREDITREG_RETURN_IF_ERROR(
        of_answer(others[next], std::move(answers[next])));
    ++next;
  }
  return absl::OkStatus();
}

}  // namespace creditreg

#endif  // CREDITREG_SERVER_SERVICE_BATCH_LOOKUP_H_
