// One thing found in what somebody handed in: where it is, which rule it
// breaks, and what would repair it.
//
// Thread safety: plain value.

#ifndef CREDITREG_INDEX_MODEL_FINDING_H_
#define CREDITREG_INDEX_MODEL_FINDING_H_

#include <cstdint>
#include <string>
#include <vector>

namespace creditreg {

// Numbers as in creditreg.v1.Severity; stored.
enum class Severity : std::uint8_t {
  kNote = 1,
  kWarning = 2,  // accepted; becomes a quality flag
  kError = 3,    // not accepted
};

struct Finding {
  Severity severity = Severity::kError;
  // Path in the message ("record.penalty.decided_on"); intake turns it into
  // the column's code. Empty: the whole.
  std::string field;
  // Stable, for example "DATE_FORM"; listed in docs/formats.md.
  std::string rule;
  // Simplified Chinese, for the sender. Holds no personal data.
  std::string message;
  // A value for the field that would be right; may be empty.
  std::string suggestion;

  friend bool operator==(const Finding&, const Finding&) = default;
};

inline bool HasError(const std::vector<Finding>& findings) {
  for (const Finding& finding : findings) {
    if (finding.severity == Severity::kError) return true;
  }
  return false;
}

}  // namespace creditreg

#endif  // CREDITREG_INDEX_MODEL_FINDING_H_
