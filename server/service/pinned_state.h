// The state a call reads: a view of the registry and the sequence in it, from
// the positions and the page token of the request.
//
// Thread safety: plain values and free functions.

#ifndef CREDITREG_SERVER_SERVICE_PINNED_STATE_H_
#define CREDITREG_SERVER_SERVICE_PINNED_STATE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "creditreg/v1/common.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "index/base/civil_day.h"
#include "index/base/clock.h"
#include "index/registry/view.h"
#include "server/service/caller.h"
#include "server/service/environment.h"

namespace creditreg {

struct PinnedState {
  std::shared_ptr<const View> view;
  // Sequence to read facts at: the view's own or an earlier one.
  std::uint64_t sequence = 0;
  // Whether an earlier one was asked for.
  bool is_past = false;

  // What View's calls take as `at`.
  std::uint64_t at() const { return is_past ? sequence : 0; }
  // The registry as it was before its first change, which no `at` can say.
  bool is_beginning() const { return is_past && sequence == 0; }
};

// Null where the request has no such field.
struct AskedPositions {
  const v1::Position* min_position = nullptr;
  const v1::Position* at_position = nullptr;
};

// Errors:
//   FailedPrecondition "POSITION_UNKNOWN: ...": a position is not of this
//     registry or ahead of it; at_position is older than min_position.
absl::StatusOr<PinnedState> PinState(const Registry& registry,
                                     const AskedPositions& asked);

// The day that what is shown is judged for: the clock's, but never one before
// the publication date of the view.
CivilDay Today(const View& view, Clock& clock);

struct PageStart {
  PinnedState state;
  // Empty on the first page.
  std::string cursor;
};

// Opens `page_token`, or pins by `asked` where it is empty. `query` is the
// request's QueryBytes().
//
// Errors: as PinState(); InvalidArgument the token is not of this query and
// caller; FailedPrecondition "PAGE_TOKEN_EXPIRED: ...".
absl::StatusOr<PageStart> StartPage(const ServiceEnvironment& environment,
                                    const Caller& caller,
                                    absl::string_view page_token,
                                    absl::string_view query,
                                    const AskedPositions& asked);

// A cursor that is a number; `first` on the first page.
//
// Errors: InvalidArgument the token is not of this query.
absl::StatusOr<std::uint64_t> NumberOf(const PageStart& start,
                                       std::uint64_t first);

struct NextPage {
  std::string token;
  google::protobuf::Timestamp expires_at;
};

// A token that goes on at `cursor`, good for 10 minutes from now.
NextPage MakeNextPage(const ServiceEnvironment& environment,
                      const Caller& caller, const PinnedState& state,
                      absl::string_view query, std::string cursor);

}  // namespace creditreg

#endif  // CREDITREG_SERVER_SERVICE_PINNED_STATE_H_
