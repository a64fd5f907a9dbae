// A second, independent reading of the publication rules (domain notes 2.3,
// 2.4, 4.1-4.5 and 9), written from their text alone as a test oracle. It is
// meant to be simple, not fast. Every decision about an ambiguous sentence is
// numbered in PUBLICATION.md; "R7" in a comment is number 7 there.
//
// Thread safety: free function without state.

#ifndef CREDITREG_TESTS_ORACLE_PUBLICATION_ORACLE_H_
#define CREDITREG_TESTS_ORACLE_PUBLICATION_ORACLE_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace creditreg::oracle {

enum class Channel { kCreditChina, kGsxt };
enum class Family { kPenalty, kLicence, kComplaint };
enum class PartyCategory {
  kUnknown,
  kOrganisation,
  kIndividualBusiness,
  kNaturalPerson
};
enum class Procedure { kUnknown, kSimple, kOrdinary };
enum class Severity { kNone, kMinor, kGeneral, kSerious };

// Days since 1970-01-01 (proleptic Gregorian); nullopt: not known.
using Day = std::optional<int>;

// Stands for "no end".
inline constexpr int kOpenEnded = 1000000000;

struct Record {
  Family family = Family::kPenalty;
  PartyCategory party = PartyCategory::kUnknown;
  // Date of the decision document.
  Day decided;
  // Values of the list of penalty kinds in 2.3, in simplified characters.
  std::vector<std::string> kinds;
  Procedure procedure = Procedure::kUnknown;
  // Severity declared by the agency; kNone: not declared.
  Severity declared = Severity::kNone;
  // Competent ministry; "": not known.
  std::string ministry;
  // Amount of the fine in 0.01 yuan.
  std::optional<long long> fine_fen;
  // Last day of a penalty that has a term (may be kOpenEnded).
  Day term_until;
  // Day on which the penalty was fully performed.
  Day performed;
  // Day on which gsxt first showed it; nullopt: gsxt has not shown it yet.
  Day shown_on_gsxt;
  // The feed says it was published on gsxt, but not since when.
  bool shown_on_gsxt_unknown_day = false;
};

// Limits of fines by ministry: (larger from, huge from), in 0.01 yuan. The key
// "" stands for every ministry without an entry. Empty: unset, as shipped.
struct Limits {
  std::map<std::string,
           std::pair<std::optional<long long>, std::optional<long long>>>
      by_ministry;
};

enum class State {
  kPublic,
  // Hidden for a reason that holds whatever the unknown inputs are.
  kNotPublic,
  // Hidden because an input needed for the decision is unknown.
  kUndecided
};

struct Answer {
  State state = State::kNotPublic;
  // Only with kPublic: the last day shown; kOpenEnded: without end.
  Day last_day_shown;
  // Only with kPublic: the first day on which repair may be applied for.
  Day earliest_repair;
  // Class under Order 36 (penalties on credit-china only, whatever the day);
  // kNone: none, or not decidable.
  Severity severity = Severity::kNone;
};

// Whether the public sees `record` on `channel` on the date `day`.
Answer Ask(const Record& record, Channel channel, int day,
           const Limits& limits);

}  // namespace creditreg::oracle

#endif  // CREDITREG_TESTS_ORACLE_PUBLICATION_ORACLE_H_
