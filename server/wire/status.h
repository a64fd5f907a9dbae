// Errors at the door: absl::Status (everything below) to grpc::Status with
// google.rpc details (everything outside). The one place where the two meet.
//
// What a caller gets beside code and message, in grpc-status-details-bin:
//   ErrorInfo         reason (the capitals before the message's first colon,
//                     else by code), domain "creditreg"
//   LocalizedMessage  zh-CN, by reason
//   BadRequest        with INVALID_ARGUMENT: which field breaks which rule
//   RetryInfo         where trying again later helps
//
// Thread safety: free functions without state; FieldViolations is a plain
// value.

#ifndef CREDITREG_SERVER_WIRE_STATUS_H_
#define CREDITREG_SERVER_WIRE_STATUS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "grpcpp/support/status.h"
#include "index/model/finding.h"

namespace creditreg {

inline constexpr char kErrorDomain[] = "creditreg";

// Total. Texts of codes that tell of the inside (Internal, Unknown, DataLoss,
// Unimplemented, and Unavailable or ResourceExhausted without a reason) are
// replaced by fixed ones: log `status` itself.
grpc::Status ToGrpcStatus(const absl::Status& status);

// The capitals before the first colon of the message ("ETAG_MISMATCH"), else
// the code's name. Empty for OK.
std::string ReasonOf(const absl::Status& status);

// Collects what is wrong with a request, so that one answer names all of it.
class FieldViolations {
 public:
  // `field` is a path ("item.identifier"), `rule` "got X, want Y" without the
  // field's value where that may name a subject.
  void Add(absl::string_view field, absl::string_view rule);
  bool empty() const { return violations_.empty(); }

  // OK while empty, else InvalidArgument: message "<field>: <rule>" of the
  // first, BadRequest of all (at most 100).
  absl::Status ToStatus() const;

 private:
  friend absl::Status InvalidByFindings(const std::vector<Finding>& findings);
  struct Violation {
    std::string field;
    std::string rule;
    // Simplified Chinese; may be empty.
    std::string localized;
  };
  std::vector<Violation> violations_;
};

// The errors among `findings` as InvalidArgument; OK where there are none. The
// findings' texts go only into the BadRequest details, for the sender.
absl::Status InvalidByFindings(const std::vector<Finding>& findings);

}  // namespace creditreg

#endif  // CREDITREG_SERVER_WIRE_STATUS_H_
