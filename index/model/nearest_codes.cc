// NearestValidCodes() of uscc.h.

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/string_view.h"
#include "index/model/check_digits.h"
#include "index/model/uscc.h"
#include "index/model/utf8.h"

namespace creditreg {
namespace {

constexpr absl::string_view kAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";

struct Confusion {
  char given;
  absl::string_view meant;  // of the code alphabet, likeliest first
};

constexpr Confusion kConfusions[] = {
    {'O', "0DQ"}, {'I', "1LJ"}, {'Z', "27"},  {'S', "58"},  {'V', "UYW"},
    {'0', "DQU"}, {'D', "0Q"},  {'Q', "0D9"}, {'U', "0WY"}, {'1', "L7J"},
    {'L', "1"},   {'J', "1"},   {'7', "12T"}, {'T', "71"},  {'2', "7"},
    {'5', "68"},  {'6', "5G8"}, {'G', "6C"},  {'C', "G"},   {'8', "B36"},
    {'B', "83"},  {'3', "8B"},  {'9', "Q4"},  {'4', "9A"},  {'A', "4"},
    {'E', "F"},   {'F', "EP"},  {'P', "FR"},  {'R', "P"},   {'M', "NW"},
    {'N', "MH"},  {'H', "NK"},  {'K', "XH"},  {'X', "KY"},  {'Y', "XW"},
    {'W', "UM"}};

// What `c` may have been meant to be.
absl::string_view LookAlikes(char c) {
  for (const Confusion& confusion : kConfusions) {
    if (confusion.given == c) return confusion.meant;
  }
  return "";
}

bool BothChecksOk(absl::string_view code) {
  const CodeCheck check = CheckCode(code);
  return check.error == CodeError::kNone &&
         (check.warnings & kBadOrgCheck) == 0;
}

// Collects candidates in the order tried, each once, up to a limit.
class Candidates {
 public:
  explicit Candidates(std::size_t max) : max_(max) {}

  void Try(const std::string& code) {
    if (!full() && BothChecksOk(code) && !absl::c_linear_search(found_, code)) {
      found_.push_back(code);
    }
  }
  bool full() const { return found_.size() >= max_; }
  std::vector<std::string> Take() && { return std::move(found_); }

 private:
  const std::size_t max_;
  std::vector<std::string> found_;
};

// One byte per character; what is not ASCII becomes '?', which is in no code.
std::string OneByteEach(absl::string_view text) {
  std::string bytes;
  while (!text.empty()) {
    const Utf8Char c = FirstUtf8Char(text);
    bytes.push_back(c.code_point < 0x80 ? static_cast<char>(c.code_point)
                                        : '?');
    text.remove_prefix(c.size_bytes);
  }
  return bytes;
}

void TryAllLookAlikesAtOnce(std::string code, Candidates& candidates) {
  for (char& c : code) {
    if (UsccCharValue(c) < 0 && !LookAlikes(c).empty()) c = LookAlikes(c)[0];
  }
  candidates.Try(code);
}

void TrySubstitutions(std::string code, bool look_alikes_only,
                      Candidates& candidates) {
  for (char& c : code) {
    const char given = c;
    for (const char other : look_alikes_only ? LookAlikes(given) : kAlphabet) {
      if (other == given) continue;
      c = other;
      candidates.Try(code);
    }
    c = given;
  }
}

void TrySwaps(std::string code, Candidates& candidates) {
  for (std::size_t i = 0; i + 1 < code.size(); ++i) {
    if (code[i] == code[i + 1]) continue;
    std::swap(code[i], code[i + 1]);
    candidates.Try(code);
    std::swap(code[i], code[i + 1]);
  }
}

void TryInsertions(const std::string& code, Candidates& candidates) {
  for (std::size_t i = 0; i <= code.size(); ++i) {
    for (const char c : kAlphabet) {
      std::string longer = code;
      longer.insert(i, 1, c);
      candidates.Try(longer);
    }
  }
}

void TryDeletions(const std::string& code, Candidates& candidates) {
  for (std::size_t i = 0; i < code.size(); ++i) {
    std::string shorter = code;
    shorter.erase(i, 1);
    candidates.Try(shorter);
  }
}

}  // namespace

std::vector<std::string> NearestValidCodes(absl::string_view normalised,
                                           std::size_t max) {
  // Longest form that can have 19 characters: no need to look at more.
  if (normalised.size() > 19 * 4) return {};
  const std::string code = OneByteEach(normalised);
  if (BothChecksOk(code) || CheckCode(code).error == CodeError::kPlaceholder) {
    return {};
  }
  Candidates candidates(max);
  if (code.size() == Uscc::kLengthBytes) {
    TryAllLookAlikesAtOnce(code, candidates);
    TrySubstitutions(code, /*look_alikes_only=*/true, candidates);
    TrySubstitutions(code, /*look_alikes_only=*/false, candidates);
    TrySwaps(code, candidates);
  } else if (code.size() == Uscc::kLengthBytes - 1) {
    TryInsertions(code, candidates);
  } else if (code.size() == Uscc::kLengthBytes + 1) {
    TryDeletions(code, candidates);
  }
  return std::move(candidates).Take();
}

}  // namespace creditreg
