#include "server/service/pinned_state.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "index/base/status_macros.h"
#include "server/wire/answers.h"

namespace creditreg {
namespace {

absl::StatusOr<std::uint64_t> OpenPosition(const Registry& registry,
                                           const v1::Position& position,
                                           absl::string_view field,
                                           std::uint64_t newest) {
  const absl::StatusOr<std::uint64_t> sequence =
      registry.tokens().DecodePosition(position.token());
  if (!sequence.ok() || *sequence > newest) {
    return absl::FailedPreconditionError(absl::StrCat(
        "POSITION_UNKNOWN: ", field,
        sequence.ok() ? ": ahead of the registry" : ": not of this registry",
        ", want a position that it gave"));
  }
  return *sequence;
}

}  // namespace

absl::StatusOr<PinnedState> PinState(const Registry& registry,
                                     const AskedPositions& asked) {
  PinnedState state;
  state.view = registry.CurrentView();
  state.sequence = state.view->sequence();
  std::uint64_t least = 0;
  if (asked.min_position != nullptr) {
    CREDITREG_ASSIGN_OR_RETURN(
        least, OpenPosition(registry, *asked.min_position, "min_position",
                            state.sequence));
  }
  if (asked.at_position != nullptr) {
    const std::uint64_t newest = state.sequence;
    CREDITREG_ASSIGN_OR_RETURN(
        state.sequence,
        OpenPosition(registry, *asked.at_position, "at_position", newest));
    state.is_past = state.sequence < newest;
  }
  if (state.sequence < least) {
    return absl::FailedPreconditionError(
        "POSITION_UNKNOWN: at_position: older than min_position, want one at "
        "or after it");
  }
  return state;
}

CivilDay Today(const View& view, Clock& clock) {
  return std::max(view.publication_day(), ChinaDay(clock.Now()));
}

absl::StatusOr<PageStart> StartPage(const ServiceEnvironment& environment,
                                    const Caller& caller,
                                    absl::string_view page_token,
                                    absl::string_view query,
                                    const AskedPositions& asked) {
  PageStart start;
  if (page_token.empty()) {
    CREDITREG_ASSIGN_OR_RETURN(start.state,
                               PinState(*environment.registry, asked));
    return start;
  }
  absl::StatusOr<PageState> page = environment.registry->tokens().DecodePage(
      page_token, query, caller.id(), environment.clock->Now());
  if (absl::IsFailedPrecondition(page.status())) {
    return absl::FailedPreconditionError(
        absl::StrCat("PAGE_TOKEN_EXPIRED: ", page.status().message()));
  }
  CREDITREG_RETURN_IF_ERROR(page.status());
  start.state.view = environment.registry->CurrentView();
  if (page->sequence > start.state.view->sequence()) {
    return absl::FailedPreconditionError(
        "POSITION_UNKNOWN: page_token: ahead of the registry, want a position "
        "that it gave");
  }
  start.state.sequence = page->sequence;
  start.state.is_past = page->sequence < start.state.view->sequence();
  start.cursor = std::move(page->cursor);
  return start;
}

absl::StatusOr<std::uint64_t> NumberOf(const PageStart& start,
                                       std::uint64_t first) {
  std::uint64_t number = first;
  if (!start.cursor.empty() && !absl::SimpleAtoi(start.cursor, &number)) {
    return absl::InvalidArgumentError("page_token: not of this query");
  }
  return number;
}

NextPage MakeNextPage(const ServiceEnvironment& environment,
                      const Caller& caller, const PinnedState& state,
                      absl::string_view query, std::string cursor) {
  PageState page;
  page.sequence = state.sequence;
  page.expires_at = environment.clock->Now() + kPageTokenLease;
  page.cursor = std::move(cursor);
  NextPage next;
  next.token = environment.registry->tokens().EncodePage(
      page, query, caller.id(), environment.random);
  next.expires_at = TimestampOf(absl::ToUnixMicros(page.expires_at));
  return next;
}

}  // namespace creditreg
