// The oracle of publication by itself: cases derived by hand from the text of
// the rules, then properties on random records.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/oracle/publication_oracle.h"

namespace creditreg::oracle {
namespace {

constexpr Channel kCc = Channel::kCreditChina;
constexpr Channel kGs = Channel::kGsxt;
constexpr State kPub = State::kPublic;
constexpr State kNot = State::kNotPublic;
constexpr State kUnd = State::kUndecided;
constexpr Severity kNone = Severity::kNone;
constexpr Severity kMinor = Severity::kMinor;
constexpr Severity kGeneral = Severity::kGeneral;
constexpr Severity kSerious = Severity::kSerious;

const char kSamr[] = "国家市场监督管理总局";
const char kDrugs[] = "国家药品监督管理局";
const char kSafety[] = "应急管理部";
const char kFire[] = "国家消防救援局";

// "YYYY-MM-DD" as days since 1970-01-01, counted without <chrono> so that the
// test does not share the arithmetic of the oracle. "": nullopt; "-": open end.
Day D(const std::string& text) {
  if (text.empty()) return std::nullopt;
  if (text == "-") return kOpenEnded;
  const int year = std::atoi(text.substr(0, 4).c_str());
  const int month = std::atoi(text.substr(5, 2).c_str());
  const int day = std::atoi(text.substr(8, 2).c_str());
  const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  auto leap = [](int y) {
    return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
  };
  int days = day - 1;
  for (int y = 1970; y < year; ++y) days += leap(y) ? 366 : 365;
  for (int m = 1; m < month; ++m) days += lengths[m - 1];
  if (month > 2 && leap(year)) ++days;
  return days;
}

int cases = 0;
int failures = 0;

std::string Text(Day day) {
  if (!day.has_value()) return "none";
  if (*day == kOpenEnded) return "open";
  const std::chrono::year_month_day date{
      std::chrono::sys_days(std::chrono::days(*day))};
  char buffer[32];
  std::snprintf(
      buffer, sizeof(buffer), "%04d-%02u-%02u", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return buffer;
}

// Builds a record: an organisation, ordinary procedure, ministry SAMR.
class R {
 public:
  R(const std::string& decided, std::vector<std::string> kinds) {
    r_.party = PartyCategory::kOrganisation;
    r_.decided = D(decided);
    r_.kinds = std::move(kinds);
    r_.procedure = Procedure::kOrdinary;
    r_.ministry = kSamr;
  }
  R& Licence() { return r_.family = Family::kLicence, *this; }
  R& Complaint() { return r_.family = Family::kComplaint, *this; }
  R& Simple() { return r_.procedure = Procedure::kSimple, *this; }
  R& AnyProcedure() { return r_.procedure = Procedure::kUnknown, *this; }
  R& Party(PartyCategory party) { return r_.party = party, *this; }
  R& Natural() { return Party(PartyCategory::kNaturalPerson); }
  R& Declared(Severity severity) { return r_.declared = severity, *this; }
  R& By(const std::string& ministry) { return r_.ministry = ministry, *this; }
  R& Yuan(long long yuan) { return r_.fine_fen = yuan * 100, *this; }
  R& Fen(long long fen) { return r_.fine_fen = fen, *this; }
  R& Until(const std::string& day) { return r_.term_until = D(day), *this; }
  R& Performed(const std::string& day) { return r_.performed = D(day), *this; }
  R& Shown(const std::string& day) { return r_.shown_on_gsxt = D(day), *this; }
  R& ShownSometime() { return r_.shown_on_gsxt_unknown_day = true, *this; }
  const Record& Get() const { return r_; }

 private:
  Record r_;
};

const Limits kUnset;
// SAMR: larger from 50,000 yuan, huge from 1,000,000; others 100,000 and
// 2,000,000.
const Limits kSet = {
    {{kSamr, {5000000, 100000000}}, {"", {10000000, 200000000}}}};

void ExpectAt(int line, const R& r, Channel channel, const std::string& day,
              const Limits& limits, State state, const std::string& last,
              const std::string& repair, Severity severity) {
  ++cases;
  const Answer a = Ask(r.Get(), channel, *D(day), limits);
  if (a.state == state && a.last_day_shown == D(last) &&
      a.earliest_repair == D(repair) && a.severity == severity) {
    return;
  }
  ++failures;
  std::printf(
      "line %d: got state %d last %s repair %s severity %d; "
      "want state %d last %s repair %s severity %d\n",
      line, static_cast<int>(a.state), Text(a.last_day_shown).c_str(),
      Text(a.earliest_repair).c_str(), static_cast<int>(a.severity),
      static_cast<int>(state), Text(D(last)).c_str(), Text(D(repair)).c_str(),
      static_cast<int>(severity));
}

#define EXPECT(...) ExpectAt(__LINE__, __VA_ARGS__)

void Order36Cases() {
  // General: 1 year; repair after 3 months, on the day after the last one.
  const R goods = R("2026-04-10", {"没收非法财物"}).Performed("2026-05-01");
  EXPECT(goods, kCc, "2026-04-09", kUnset, kNot, "", "", kGeneral);
  EXPECT(goods, kCc, "2026-04-10", kUnset, kPub, "2027-04-10", "2026-07-11",
         kGeneral);
  EXPECT(goods, kCc, "2027-04-10", kUnset, kPub, "2027-04-10", "2026-07-11",
         kGeneral);
  EXPECT(goods, kCc, "2027-04-11", kUnset, kNot, "", "", kGeneral);
  // Performance: none, late, on the last day, after it.
  EXPECT(R("2026-04-10", {"没收非法财物"}), kCc, "2026-08-01", kUnset, kPub,
         "2027-04-10", "", kGeneral);
  EXPECT(R("2026-04-10", {"没收非法财物"}).Performed("2026-12-01"), kCc,
         "2026-08-01", kUnset, kPub, "2027-04-10", "2026-12-01", kGeneral);
  EXPECT(R("2026-04-10", {"没收非法财物"}).Performed("2027-04-10"), kCc,
         "2026-08-01", kUnset, kPub, "2027-04-10", "2027-04-10", kGeneral);
  EXPECT(R("2026-04-10", {"没收非法财物"}).Performed("2027-04-11"), kCc,
         "2026-08-01", kUnset, kPub, "2027-04-10", "", kGeneral);
  // Maximum reached, unperformed: hidden.
  EXPECT(R("2026-04-10", {"没收非法财物"}), kCc, "2027-04-11", kUnset, kNot, "",
         "", kGeneral);
  // The first day of Order 36 itself.
  EXPECT(R("2026-04-01", {"行政拘留"}).Performed("2026-04-01"), kCc,
         "2026-04-01", kUnset, kPub, "2027-04-01", "2026-07-02", kGeneral);
  // Order 58 would not publish these; the first is not asked of it.
  EXPECT(R("2026-04-01", {"警告"}).Declared(kGeneral), kCc, "2026-04-01",
         kUnset, kPub, "2027-04-01", "", kGeneral);
  EXPECT(R("2026-03-31", {"警告"}).Declared(kGeneral), kCc, "2026-04-01",
         kUnset, kNot, "", "", kGeneral);
  EXPECT(R("2026-06-30", {"没收违法所得"}).Performed("2026-06-30"), kCc,
         "2026-07-01", kUnset, kPub, "2027-06-30", "2026-10-01", kGeneral);
  // Serious: 3 years; repair after 1 year.
  const R revoked = R("2026-05-31", {"吊销许可证件"}).Performed("2026-06-01");
  EXPECT(revoked, kCc, "2026-06-01", kUnset, kPub, "2029-05-31", "2027-06-01",
         kSerious);
  EXPECT(revoked, kCc, "2029-05-31", kUnset, kPub, "2029-05-31", "2027-06-01",
         kSerious);
  EXPECT(revoked, kCc, "2029-06-01", kUnset, kNot, "", "", kSerious);
  for (const char* kind :
       {"暂扣许可证件", "降低资质等级", "限制开展生产经营活动", "责令停产停业",
        "责令关闭", "限制从业"}) {
    EXPECT(R("2030-03-15", {kind}), kCc, "2033-03-15", kUnset, kPub,
           "2033-03-15", "", kSerious);
  }
  // Month ends and 29 February.
  EXPECT(R("2028-02-29", {"没收非法财物"}).Performed("2028-03-01"), kCc,
         "2028-03-01", kUnset, kPub, "2029-02-28", "2028-05-30", kGeneral);
  EXPECT(R("2028-02-29", {"没收非法财物"}), kCc, "2029-03-01", kUnset, kNot, "",
         "", kGeneral);
  EXPECT(R("2028-02-29", {"责令关闭"}).Performed("2028-03-01"), kCc,
         "2028-03-01", kUnset, kPub, "2031-02-28", "2029-03-01", kSerious);
  EXPECT(R("2027-02-28", {"没收非法财物"}), kCc, "2028-02-28", kUnset, kPub,
         "2028-02-28", "", kGeneral);
  EXPECT(R("2027-02-28", {"没收非法财物"}), kCc, "2028-02-29", kUnset, kNot, "",
         "", kGeneral);
  EXPECT(R("2026-11-30", {"没收非法财物"}).Performed("2026-12-01"), kCc,
         "2026-12-01", kUnset, kPub, "2027-11-30", "2027-03-01", kGeneral);
  EXPECT(R("2027-11-30", {"没收非法财物"}).Performed("2027-12-01"), kCc,
         "2027-12-01", kUnset, kPub, "2028-11-30", "2028-03-01", kGeneral);
  EXPECT(R("2026-08-31", {"没收非法财物"}).Performed("2026-09-01"), kCc,
         "2026-09-01", kUnset, kPub, "2027-08-31", "2026-12-01", kGeneral);
  // Several kinds: the longest period.
  EXPECT(R("2026-05-01", {"警告", "没收违法所得", "责令停产停业"}), kCc,
         "2026-05-02", kUnset, kPub, "2029-05-01", "", kSerious);
  EXPECT(R("2026-05-01", {"没收违法所得", "警告"}), kCc, "2026-05-02", kUnset,
         kPub, "2027-05-01", "", kGeneral);
  EXPECT(R("2026-05-01", {"警告", "通报批评"}), kCc, "2026-05-02", kUnset, kNot,
         "", "", kMinor);
  // A term defers repair; it does not move the automatic stop.
  EXPECT(
      R("2026-05-01", {"限制从业"}).Until("2028-04-30").Performed("2026-06-01"),
      kCc, "2026-05-02", kUnset, kPub, "2029-05-01", "2028-05-01", kSerious);
  EXPECT(
      R("2026-05-01", {"限制从业"}).Until("2031-04-30").Performed("2026-06-01"),
      kCc, "2026-05-02", kUnset, kPub, "2029-05-01", "", kSerious);
  EXPECT(R("2026-05-01", {"限制从业"}).Until("-").Performed("2026-06-01"), kCc,
         "2029-05-02", kUnset, kNot, "", "", kSerious);
  EXPECT(R("2026-05-01", {"暂扣许可证件"})
             .Until("2026-10-31")
             .Performed("2026-10-31"),
         kCc, "2026-05-02", kUnset, kPub, "2029-05-01", "2027-05-02", kSerious);
  // Minor, natural person, party not known, individual business.
  EXPECT(R("2026-05-01", {"警告"}), kCc, "2026-05-02", kUnset, kNot, "", "",
         kMinor);
  EXPECT(R("2026-05-01", {"罚款"}).Yuan(3000).Simple(), kCc, "2026-05-02",
         kUnset, kNot, "", "", kMinor);
  EXPECT(R("2026-05-01", {"吊销许可证件"}).Natural(), kCc, "2026-05-02", kUnset,
         kNot, "", "", kSerious);
  EXPECT(R("2026-05-01", {"其他-训诫"}).Natural(), kCc, "2026-05-02", kUnset,
         kNot, "", "", kNone);
  EXPECT(R("2026-05-01", {"吊销许可证件"}).Party(PartyCategory::kUnknown), kCc,
         "2026-05-02", kUnset, kUnd, "", "", kSerious);
  EXPECT(R("2026-05-01", {"警告"}).Party(PartyCategory::kUnknown), kCc,
         "2026-05-02", kUnset, kNot, "", "", kMinor);
  EXPECT(R("2026-05-01", {"吊销许可证件"})
             .Party(PartyCategory::kIndividualBusiness),
         kCc, "2026-05-02", kUnset, kPub, "2029-05-01", "", kSerious);
  // Declared severity comes before kinds and procedure.
  EXPECT(R("2026-05-01", {"吊销许可证件"}).Declared(kMinor), kCc, "2026-05-02",
         kUnset, kNot, "", "", kMinor);
  EXPECT(R("2026-05-01", {"警告"}).Simple().Declared(kGeneral), kCc,
         "2026-05-02", kUnset, kPub, "2027-05-01", "", kGeneral);
  EXPECT(R("2026-05-01", {}).Declared(kSerious), kCc, "2026-05-02", kUnset,
         kPub, "2029-05-01", "", kSerious);
  EXPECT(R("2026-05-01", {"罚款"}).Yuan(5000000).Declared(kGeneral), kCc,
         "2026-05-02", kSet, kPub, "2027-05-01", "", kGeneral);
  // No date of the decision: no period.
  EXPECT(R("", {"责令关闭"}), kCc, "2026-05-02", kUnset, kNot, "", "",
         kSerious);
}

void UndecidableCases() {
  // Fine limits unset, as shipped.
  const R fine = R("2026-05-01", {"罚款"}).Yuan(80000);
  EXPECT(fine, kCc, "2026-05-02", kUnset, kUnd, "", "", kNone);
  EXPECT(fine, kCc, "2029-05-01", kUnset, kUnd, "", "", kNone);
  EXPECT(fine, kCc, "2029-05-02", kUnset, kNot, "", "", kNone);
  EXPECT(fine, kCc, "2026-04-30", kUnset, kNot, "", "", kNone);
  EXPECT(fine, kCc, "2026-05-02", kSet, kPub, "2027-05-01", "", kGeneral);
  // On both sides of both limits.
  EXPECT(R("2026-05-01", {"罚款"}).Fen(4999999), kCc, "2026-05-02", kSet, kNot,
         "", "", kMinor);
  EXPECT(R("2026-05-01", {"罚款"}).Fen(5000000), kCc, "2026-05-02", kSet, kPub,
         "2027-05-01", "", kGeneral);
  EXPECT(R("2026-05-01", {"罚款"}).Fen(99999999), kCc, "2026-05-02", kSet, kPub,
         "2027-05-01", "", kGeneral);
  EXPECT(R("2026-05-01", {"罚款"}).Fen(100000000), kCc, "2026-05-02", kSet,
         kPub, "2029-05-01", "", kSerious);
  // Another ministry has the limits of "".
  EXPECT(R("2026-05-01", {"罚款"}).Yuan(80000).By(kFire), kCc, "2026-05-02",
         kSet, kNot, "", "", kMinor);
  // The ministry is not known: only what all limits say is known.
  EXPECT(R("2026-05-01", {"罚款"}).Yuan(80000).By(""), kCc, "2026-05-02", kSet,
         kUnd, "", "", kNone);
  EXPECT(R("2026-05-01", {"罚款"}).Yuan(200000).By(""), kCc, "2026-05-02", kSet,
         kPub, "2027-05-01", "", kGeneral);
  EXPECT(R("2026-05-01", {"罚款"}).Yuan(20000).By(""), kCc, "2026-05-02", kSet,
         kNot, "", "", kMinor);
  // Amount not known; half a pair of limits; no entry for the ministry.
  EXPECT(R("2026-05-01", {"罚款"}), kCc, "2026-05-02", kSet, kUnd, "", "",
         kNone);
  const Limits only_huge = {{{kSamr, {std::nullopt, 100000000}}}};
  const Limits only_larger = {{{kSamr, {5000000, std::nullopt}}}};
  EXPECT(fine, kCc, "2026-05-02", only_huge, kUnd, "", "", kNone);
  EXPECT(fine, kCc, "2026-05-02", only_larger, kUnd, "", "", kNone);
  EXPECT(R("2026-05-01", {"罚款"}).Yuan(1000000), kCc, "2026-05-02", only_huge,
         kPub, "2029-05-01", "", kSerious);
  EXPECT(R("2026-05-01", {"罚款"}).Yuan(49999), kCc, "2026-05-02", only_larger,
         kNot, "", "", kMinor);
  EXPECT(R("2026-05-01", {"罚款"}).Yuan(2000000).By(kFire), kCc, "2026-05-02",
         only_huge, kUnd, "", "", kNone);
  // An undecidable kind, unless another is already serious.
  EXPECT(R("2026-05-01", {"罚款", "没收违法所得"}).Yuan(80000), kCc,
         "2026-05-02", kUnset, kUnd, "", "", kNone);
  EXPECT(R("2026-05-01", {"罚款", "没收违法所得"}).Yuan(80000), kCc,
         "2026-05-02", only_huge, kUnd, "", "", kNone);
  EXPECT(R("2026-05-01", {"罚款", "责令停产停业"}).Yuan(80000), kCc,
         "2026-05-02", kUnset, kPub, "2029-05-01", "", kSerious);
  EXPECT(R("2026-05-01", {"其他-责令改正"}), kCc, "2026-05-02", kSet, kUnd, "",
         "", kNone);
  EXPECT(R("2026-05-01", {"其他-责令改正", "限制从业"}), kCc, "2026-05-02",
         kSet, kPub, "2029-05-01", "", kSerious);
  EXPECT(R("2026-05-01", {"其他-责令改正", "警告"}), kCc, "2026-05-02", kSet,
         kUnd, "", "", kNone);
  EXPECT(R("2026-05-01", {}), kCc, "2026-05-02", kSet, kUnd, "", "", kNone);
  EXPECT(R("2026-05-01", {}).Simple(), kCc, "2026-05-02", kSet, kNot, "", "",
         kMinor);
  EXPECT(R("2026-05-01", {"罚金"}), kCc, "2026-05-02", kSet, kUnd, "", "",
         kNone);
  // Procedure not known.
  EXPECT(R("2026-05-01", {"警告"}).AnyProcedure(), kCc, "2026-05-02", kUnset,
         kNot, "", "", kMinor);
  EXPECT(R("2026-05-01", {"没收非法财物"}).AnyProcedure(), kCc, "2026-05-02",
         kUnset, kPub, "2027-05-01", "", kGeneral);
  EXPECT(R("2026-05-01", {"罚款"}).Yuan(2000).AnyProcedure(), kCc, "2026-05-02",
         kSet, kNot, "", "", kMinor);
  EXPECT(R("2026-05-01", {"罚款"}).Yuan(80000).AnyProcedure(), kCc,
         "2026-05-02", kSet, kPub, "2027-05-01", "", kGeneral);
  const Limits low = {{{kSamr, {200000, 100000000}}}};
  EXPECT(R("2026-05-01", {"罚款"}).Fen(300000).AnyProcedure(), kCc,
         "2026-05-02", low, kUnd, "", "", kNone);
  EXPECT(R("2026-05-01", {"罚款"}).Fen(300001).AnyProcedure(), kCc,
         "2026-05-02", low, kPub, "2027-05-01", "", kGeneral);
  // Contradictions: the simple procedure cannot impose this.
  EXPECT(R("2026-05-01", {"吊销许可证件"}).Simple(), kCc, "2026-05-02", kUnset,
         kUnd, "", "", kNone);
  EXPECT(R("2026-05-01", {"罚款"}).Fen(300001).Simple(), kCc, "2026-05-02", low,
         kUnd, "", "", kNone);
  EXPECT(R("2026-05-01", {"罚款"}).Fen(300001).Simple(), kCc, "2026-05-02",
         kSet, kNot, "", "", kMinor);
  EXPECT(R("2026-05-01", {"通报批评"}).Simple(), kCc, "2026-05-02", kUnset,
         kNot, "", "", kMinor);
}

void Order58Cases() {
  // In force for viewing from 2023-05-01; 3 years from the decision.
  const R old = R("2022-06-15", {"罚款"}).Yuan(80000);
  EXPECT(old, kCc, "2023-04-30", kUnset, kNot, "", "", kNone);
  EXPECT(old, kCc, "2023-05-01", kUnset, kPub, "2025-06-15", "", kNone);
  EXPECT(old, kCc, "2025-06-15", kUnset, kPub, "2025-06-15", "", kNone);
  EXPECT(old, kCc, "2025-06-16", kUnset, kNot, "", "", kNone);
  EXPECT(R("2020-05-01", {"责令关闭"}), kCc, "2023-05-01", kUnset, kPub,
         "2023-05-01", "", kSerious);
  EXPECT(R("2020-04-30", {"责令关闭"}), kCc, "2023-05-01", kUnset, kNot, "", "",
         kSerious);
  // Not collected, not published, undecidable.
  EXPECT(R("2024-01-10", {"罚款"}).Yuan(2000).Simple(), kCc, "2024-02-01",
         kUnset, kNot, "", "", kMinor);
  EXPECT(R("2024-01-10", {"警告", "通报批评"}), kCc, "2024-02-01", kUnset, kNot,
         "", "", kMinor);
  EXPECT(R("2024-01-10", {"罚款"}).Yuan(2000).AnyProcedure(), kCc, "2024-02-01",
         kUnset, kUnd, "", "", kNone);
  EXPECT(R("2024-01-10", {"罚款"}).Fen(300001).AnyProcedure(), kCc,
         "2024-02-01", kUnset, kPub, "2026-03-31", "", kNone);
  EXPECT(R("2022-01-10", {"其他-责令改正"}).AnyProcedure(), kCc, "2024-02-01",
         kUnset, kPub, "2025-01-10", "", kNone);
  EXPECT(R("2024-01-10", {}), kCc, "2024-02-01", kUnset, kUnd, "", "", kNone);
  EXPECT(R("2024-01-10", {"罚金"}), kCc, "2024-02-01", kUnset, kUnd, "", "",
         kNone);
  EXPECT(R("2024-01-10", {"警告", "罚款"}).Yuan(100), kCc, "2024-02-01", kUnset,
         kPub, "2026-03-31", "", kNone);
  EXPECT(R("2024-01-10", {"责令关闭"}).Natural(), kCc, "2024-02-01", kUnset,
         kNot, "", "", kSerious);
  // Minimum for repair: 3 months, 1 year in the named fields.
  const R base = R("2022-08-31", {"罚款"}).Yuan(80000).Performed("2022-09-30");
  EXPECT(R(base), kCc, "2023-06-01", kUnset, kPub, "2025-08-31", "2022-12-01",
         kNone);
  for (const char* ministry : {kDrugs, kSafety, kFire, ""}) {
    EXPECT(R(base).By(ministry), kCc, "2023-06-01", kUnset, kPub, "2025-08-31",
           "2023-09-01", kNone);
  }
}

void BothOrdersCases() {
  // General: until 2026-03-31 by Order 58, then the earlier end.
  const R general = R("2025-01-20", {"没收非法财物"}).Performed("2025-02-01");
  EXPECT(general, kCc, "2026-03-31", kUnset, kPub, "2026-03-31", "2025-04-21",
         kGeneral);
  EXPECT(general, kCc, "2026-04-01", kUnset, kNot, "", "", kGeneral);
  const R later = R("2025-09-30", {"没收非法财物"}).Performed("2025-10-08");
  EXPECT(later, kCc, "2025-10-09", kUnset, kPub, "2026-09-30", "2025-12-31",
         kGeneral);
  EXPECT(later, kCc, "2026-04-01", kUnset, kPub, "2026-09-30", "2025-12-31",
         kGeneral);
  EXPECT(later, kCc, "2026-09-30", kUnset, kPub, "2026-09-30", "2025-12-31",
         kGeneral);
  EXPECT(later, kCc, "2026-10-01", kUnset, kNot, "", "", kGeneral);
  // Ends exactly on 2026-04-01 and on 2026-03-31 by Order 36.
  EXPECT(R("2025-04-01", {"没收非法财物"}), kCc, "2026-04-01", kUnset, kPub,
         "2026-04-01", "", kGeneral);
  EXPECT(R("2025-03-31", {"没收非法财物"}), kCc, "2026-04-01", kUnset, kNot, "",
         "", kGeneral);
  // Serious: both end on the same day.
  EXPECT(R("2023-04-01", {"责令关闭"}), kCc, "2026-04-01", kUnset, kPub,
         "2026-04-01", "", kSerious);
  EXPECT(R("2026-03-31", {"责令关闭"}), kCc, "2026-03-31", kUnset, kPub,
         "2029-03-31", "", kSerious);
  // A fine of unknown class is shown until Order 36 comes into force.
  const R fine = R("2024-05-05", {"罚款"}).Yuan(80000);
  EXPECT(fine, kCc, "2026-03-31", kUnset, kPub, "2026-03-31", "", kNone);
  EXPECT(fine, kCc, "2026-04-01", kUnset, kUnd, "", "", kNone);
  EXPECT(fine, kCc, "2027-05-05", kUnset, kUnd, "", "", kNone);
  EXPECT(fine, kCc, "2027-05-06", kUnset, kNot, "", "", kNone);
  EXPECT(fine, kCc, "2026-04-01", kSet, kNot, "", "", kGeneral);
  // A small fine: published by Order 58, minor by Order 36.
  EXPECT(R("2026-02-05", {"罚款"}).Yuan(10000), kCc, "2026-03-01", kSet, kPub,
         "2026-03-31", "", kMinor);
  EXPECT(R("2026-02-05", {"罚款"}).Yuan(10000), kCc, "2026-04-01", kSet, kNot,
         "", "", kMinor);
  // Not published by Order 58, so hidden whatever Order 36 says.
  EXPECT(R("2026-02-05", {"警告"}).Declared(kGeneral), kCc, "2026-05-01",
         kUnset, kNot, "", "", kGeneral);
  EXPECT(R("2026-02-05", {"罚款"}).Yuan(900).Simple().Declared(kGeneral), kCc,
         "2026-05-01", kUnset, kNot, "", "", kGeneral);
  EXPECT(R("2026-02-05", {"罚款"}).Yuan(900).AnyProcedure().Declared(kGeneral),
         kCc, "2026-05-01", kUnset, kUnd, "", "", kGeneral);
  // Repair: the order in force on the day of the application decides.
  const R serious = R("2025-12-15", {"责令关闭"}).Performed("2025-12-20");
  EXPECT(serious, kCc, "2026-03-01", kUnset, kPub, "2028-12-15", "2026-03-16",
         kSerious);
  EXPECT(serious, kCc, "2026-04-01", kUnset, kPub, "2028-12-15", "2026-12-16",
         kSerious);
  EXPECT(R("2026-01-15", {"责令关闭"}).Performed("2026-01-20"), kCc,
         "2026-03-01", kUnset, kPub, "2029-01-15", "2027-01-16", kSerious);
  EXPECT(R("2025-03-31", {"责令关闭"}).Performed("2025-04-20"), kCc,
         "2026-05-01", kUnset, kPub, "2028-03-31", "2025-07-01", kSerious);
  EXPECT(R("2025-12-31", {"责令关闭"}).Performed("2026-01-20"), kCc,
         "2026-03-01", kUnset, kPub, "2028-12-31", "2027-01-01", kSerious);
  EXPECT(R("2025-10-15", {"没收违法所得"}).Performed("2025-10-20").By(kDrugs),
         kCc, "2026-03-01", kUnset, kPub, "2026-10-15", "2026-04-01", kGeneral);
}

void GsxtCases() {
  // All else: 3 years from publication; repair after 6 months.
  const R shown = R("2022-08-20", {"没收违法所得"})
                      .Shown("2022-08-31")
                      .Performed("2022-09-01");
  EXPECT(shown, kGs, "2022-08-30", kUnset, kNot, "", "", kNone);
  EXPECT(shown, kGs, "2022-08-31", kUnset, kPub, "2025-08-31", "2023-03-01",
         kNone);
  EXPECT(shown, kGs, "2025-08-31", kUnset, kPub, "2025-08-31", "2023-03-01",
         kNone);
  EXPECT(shown, kGs, "2025-09-01", kUnset, kNot, "", "", kNone);
  EXPECT(R(shown).By(kDrugs), kGs, "2022-09-01", kUnset, kPub, "2025-08-31",
         "2023-09-01", kNone);
  EXPECT(R(shown).By(""), kGs, "2022-09-01", kUnset, kPub, "2025-08-31",
         "2023-09-01", kNone);
  EXPECT(R(shown).By(kFire), kGs, "2022-09-01", kUnset, kPub, "2025-08-31",
         "2023-03-01", kNone);
  EXPECT(R("2023-08-20", {"没收违法所得"})
             .Shown("2023-08-31")
             .Performed("2023-09-01"),
         kGs, "2026-04-01", kUnset, kPub, "2026-08-31", "2024-03-01", kNone);
  // Not before Order 45, though the period started earlier.
  const R early = R("2019-02-01", {"责令关闭"}).Shown("2019-03-01");
  EXPECT(early, kGs, "2021-08-31", kUnset, kNot, "", "", kNone);
  EXPECT(early, kGs, "2021-09-01", kUnset, kPub, "2022-03-01", "", kNone);
  // Not shown there yet; shown since an unknown day; no decision date.
  EXPECT(R("2022-08-20", {"责令关闭"}), kGs, "2023-01-01", kUnset, kNot, "", "",
         kNone);
  EXPECT(R("2022-08-20", {"责令关闭"}).ShownSometime(), kGs, "2023-01-01",
         kUnset, kUnd, "", "", kNone);
  EXPECT(R("2022-08-20", {"警告"}).ShownSometime(), kGs, "2023-01-01", kUnset,
         kNot, "", "", kNone);
  EXPECT(R("", {"责令关闭"}).Shown("2022-08-31"), kGs, "2023-01-01", kUnset,
         kPub, "2025-08-31", "", kNone);
  // Ordinary procedure only; 警告 alone; 通报批评 for 3 months.
  EXPECT(R("2022-08-20", {"罚款"}).Yuan(900).Simple().Shown("2022-08-31"), kGs,
         "2022-09-01", kUnset, kNot, "", "", kNone);
  EXPECT(R("2022-08-20", {"责令关闭"}).Simple().Shown("2022-08-31"), kGs,
         "2022-09-01", kUnset, kUnd, "", "", kNone);
  EXPECT(R("2022-08-20", {"警告"}).Shown("2022-08-31"), kGs, "2022-09-01",
         kUnset, kNot, "", "", kNone);
  const R criticised = R("2022-11-20", {"警告", "通报批评"})
                           .Shown("2022-11-30")
                           .Performed("2022-12-01");
  EXPECT(criticised, kGs, "2022-12-01", kUnset, kPub, "2023-02-28", "", kNone);
  EXPECT(criticised, kGs, "2023-03-01", kUnset, kNot, "", "", kNone);
  // Fines: limits unset, low, larger; with another kind.
  const R fine = R("2024-08-20", {"罚款"}).Yuan(20000).Shown("2024-08-31");
  EXPECT(fine, kGs, "2024-09-01", kUnset, kUnd, "", "", kNone);
  EXPECT(fine, kGs, "2027-09-01", kUnset, kNot, "", "", kNone);
  EXPECT(fine, kGs, "2024-11-30", kSet, kPub, "2024-11-30", "", kNone);
  EXPECT(fine, kGs, "2024-12-01", kSet, kNot, "", "", kNone);
  EXPECT(R(fine).Yuan(50000), kGs, "2024-12-01", kSet, kPub, "2027-08-31", "",
         kNone);
  EXPECT(R(fine).Yuan(2000).AnyProcedure(), kGs, "2024-09-01", kSet, kUnd, "",
         "", kNone);
  EXPECT(R(fine).Yuan(2000).AnyProcedure(), kGs, "2024-12-01", kSet, kNot, "",
         "", kNone);
  EXPECT(
      R("2024-08-20", {"罚款", "没收违法所得"}).Yuan(20000).Shown("2024-08-31"),
      kGs, "2024-09-01", kUnset, kPub, "2027-08-31", "", kNone);
  EXPECT(R("2024-08-20", {"其他-责令改正"}).Shown("2024-08-31"), kGs,
         "2024-09-01", kUnset, kPub, "2027-08-31", "", kNone);
  EXPECT(R("2024-08-20", {}).Shown("2024-08-31"), kGs, "2024-09-01", kSet, kUnd,
         "", "", kNone);
  const Limits only_huge = {{{kSamr, {std::nullopt, 100000000}}}};
  EXPECT(R(fine).Fen(100000000), kGs, "2024-09-01", only_huge, kPub,
         "2027-08-31", "", kNone);
  EXPECT(R(fine).Fen(99999999), kGs, "2024-09-01", only_huge, kUnd, "", "",
         kNone);
  // Performed on the last day shown, and on the day after it.
  EXPECT(R(fine).Yuan(50000).Performed("2027-08-31"), kGs, "2024-09-01", kSet,
         kPub, "2027-08-31", "2027-08-31", kNone);
  EXPECT(R(fine).Yuan(50000).Performed("2027-09-01"), kGs, "2024-09-01", kSet,
         kPub, "2027-08-31", "", kNone);
  // A restriction longer than 3 years; not another kind with a term.
  const R ban =
      R("2022-01-10", {"限制从业"}).Shown("2022-01-20").Performed("2022-02-01");
  EXPECT(R(ban).Until("2027-01-10"), kGs, "2027-01-10", kUnset, kPub,
         "2027-01-10", "", kNone);
  EXPECT(R(ban).Until("2027-01-10"), kGs, "2027-01-11", kUnset, kNot, "", "",
         kNone);
  EXPECT(R(ban).Until("2023-01-10"), kGs, "2025-01-20", kUnset, kPub,
         "2025-01-20", "", kNone);
  EXPECT(R(ban).Until("-"), kGs, "2045-01-01", kUnset, kPub, "-", "", kNone);
  EXPECT(
      R("2022-01-10", {"暂扣许可证件"}).Until("2027-01-10").Shown("2022-01-20"),
      kGs, "2025-01-21", kUnset, kNot, "", "", kNone);
  // No early stop for five kinds; possible for 责令关闭 and 暂扣.
  for (const char* kind : {"责令停产停业", "限制开展生产经营活动", "限制从业",
                           "降低资质等级", "吊销许可证件"}) {
    EXPECT(R("2022-01-10", {kind, "没收违法所得"})
               .Shown("2022-01-20")
               .Performed("2022-02-01"),
           kGs, "2022-02-02", kUnset, kPub, "2025-01-20", "", kNone);
  }
  for (const char* kind : {"责令关闭", "暂扣许可证件", "行政拘留"}) {
    EXPECT(R("2022-01-10", {kind}).Shown("2022-01-20").Performed("2022-09-01"),
           kGs, "2022-02-02", kUnset, kPub, "2025-01-20", "2022-09-01", kNone);
  }
  EXPECT(R("2022-01-10", {"责令关闭"}).Natural().Shown("2022-01-20"), kGs,
         "2022-02-02", kUnset, kNot, "", "", kNone);
  EXPECT(R("2022-01-10", {"责令关闭"})
             .Party(PartyCategory::kUnknown)
             .Shown("2022-01-20"),
         kGs, "2022-02-02", kUnset, kUnd, "", "", kNone);
}

void OtherFamilyCases() {
  const R licence = R("2022-03-01", {}).Licence().Shown("2022-03-10");
  EXPECT(licence, kCc, "2023-04-30", kUnset, kNot, "", "", kNone);
  EXPECT(licence, kCc, "2023-05-01", kUnset, kPub, "-", "", kNone);
  EXPECT(licence, kGs, "2022-03-09", kUnset, kNot, "", "", kNone);
  EXPECT(licence, kGs, "2022-03-10", kUnset, kPub, "-", "", kNone);
  EXPECT(R("2019-03-01", {}).Licence().Shown("2019-03-10"), kGs, "2021-08-31",
         kUnset, kNot, "", "", kNone);
  EXPECT(R("2024-03-01", {}).Licence(), kCc, "2024-02-29", kUnset, kNot, "", "",
         kNone);
  EXPECT(R("2024-03-01", {}).Licence(), kGs, "2024-03-05", kUnset, kNot, "", "",
         kNone);
  EXPECT(R("2024-03-01", {}).Licence().ShownSometime(), kGs, "2024-03-05",
         kUnset, kPub, "-", "", kNone);
  EXPECT(R("2024-03-01", {}).Licence().Natural(), kCc, "2024-03-05", kUnset,
         kNot, "", "", kNone);
  EXPECT(R("2024-03-01", {}).Licence().Party(PartyCategory::kUnknown), kCc,
         "2024-03-05", kUnset, kUnd, "", "", kNone);
  EXPECT(R("2026-05-01", {}).Complaint().Shown("2026-05-01"), kCc, "2026-05-05",
         kUnset, kNot, "", "", kNone);
  EXPECT(R("2026-05-01", {}).Complaint().Shown("2026-05-01"), kGs, "2026-05-05",
         kUnset, kNot, "", "", kNone);
}

class RandomRecords {
 public:
  Record Next() {
    Record r;
    r.family = Upto(10) == 0 ? Family::kLicence : Family::kPenalty;
    r.party = static_cast<PartyCategory>(Upto(8) == 0 ? Upto(4) : 1);
    r.decided = *D("2018-01-01") + Upto(9000);
    static const char* const kKinds[] = {
        "警告",         "通报批评",      "罚款",
        "没收违法所得", "没收非法财物",  "暂扣许可证件",
        "降低资质等级", "吊销许可证件",  "限制开展生产经营活动",
        "责令停产停业", "责令关闭",      "限制从业",
        "行政拘留",     "其他-责令改正", "罚款",
        "罚金"};
    for (int n = Upto(4); n > 0; --n) r.kinds.push_back(kKinds[Upto(16)]);
    r.procedure = static_cast<Procedure>(Upto(3));
    if (Upto(4) == 0) r.declared = static_cast<Severity>(Upto(4));
    static const char* const kMinistries[] = {"", kSamr, kDrugs, kSafety,
                                              kFire};
    r.ministry = kMinistries[Upto(5)];
    if (Upto(5) != 0) r.fine_fen = 1000LL << Upto(20);
    if (Upto(3) == 0) {
      r.term_until = Upto(9) == 0 ? kOpenEnded : *r.decided + Upto(3000);
    }
    if (Upto(2) == 0) r.performed = *r.decided + Upto(600);
    if (Upto(4) != 0) r.shown_on_gsxt = *r.decided + Upto(60);
    r.shown_on_gsxt_unknown_day = Upto(6) == 0;
    return r;
  }
  int Upto(int n) { return static_cast<int>(random_() % n); }

 private:
  std::mt19937 random_{20260401};
};

void Fail(const char* what) {
  ++failures;
  std::printf("property failed: %s\n", what);
}

// Answers on different days agree with each other: what is public stays so
// until the last day stated and is hidden on the day after it.
void Properties() {
  RandomRecords random;
  int publics = 0;
  for (int i = 0; i < 300000; ++i) {
    const Record r = random.Next();
    const Limits& limits = random.Upto(2) == 0 ? kUnset : kSet;
    const Channel channel = random.Upto(2) == 0 ? kCc : kGs;
    const int day = *r.decided + random.Upto(1500) - 20;
    const Answer a = Ask(r, channel, day, limits);
    if (a.state != kPub) {
      if (a.last_day_shown || a.earliest_repair) Fail("dates of a hidden one");
      continue;
    }
    ++publics;
    if (r.party == PartyCategory::kNaturalPerson) Fail("natural person");
    if (!a.last_day_shown || *a.last_day_shown < day) Fail("last day");
    if (a.earliest_repair && *a.earliest_repair > *a.last_day_shown) {
      Fail("repair after the end");
    }
    if (*a.last_day_shown == kOpenEnded) continue;
    const int last = *a.last_day_shown;
    for (int d : {last, day + random.Upto(last - day + 1)}) {
      const Answer b = Ask(r, channel, d, limits);
      if (b.state != kPub || b.last_day_shown != last) Fail("gap");
    }
    for (int d : {last + 1, last + 2 + random.Upto(2000)}) {
      if (Ask(r, channel, d, limits).state == kPub) Fail("shown again");
    }
  }
  std::printf("properties: 300000 records, %d public\n", publics);
}

TEST(PublicationOracleTest, CasesDerivedByHand) {
  Order36Cases();
  UndecidableCases();
  Order58Cases();
  BothOrdersCases();
  GsxtCases();
  OtherFamilyCases();
  EXPECT_GE(cases, 190);
  EXPECT_EQ(failures, 0);
}

TEST(PublicationOracleTest, ShownWithoutAGapUntilTheLastDay) {
  Properties();
  EXPECT_EQ(failures, 0);
}

}  // namespace
}  // namespace creditreg::oracle
