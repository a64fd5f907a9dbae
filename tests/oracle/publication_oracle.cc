#include "tests/oracle/publication_oracle.h"

#include <algorithm>
#include <chrono>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace creditreg::oracle {
namespace {

// 4.5 "unknown != no": every question has three answers.
enum class Tri { kNo, kYes, kUnknown };

constexpr int DayNumber(int year, unsigned month, unsigned day) {
  return std::chrono::sys_days(std::chrono::year(year) /
                               std::chrono::month(month) /
                               std::chrono::day(day))
      .time_since_epoch()
      .count();
}

// First days on which a rule is in force for viewing.
constexpr int kOrder45From = DayNumber(2021, 9, 1);
constexpr int kOrder58From = DayNumber(2023, 5, 1);
constexpr int kOrder36From = DayNumber(2026, 4, 1);

// 行政处罚法 art. 51: at most 3,000 yuan by the simple procedure.
constexpr long long kSimpleFineMaxFen = 300000;

// 4.1 "Period arithmetic": the start day is excluded, the last day is the
// same-numbered day; add calendar months, clip to the last day of the month.
int LastDayOfPeriod(int start, int months) {
  using std::chrono::year_month_day;
  const year_month_day from{std::chrono::sys_days(std::chrono::days(start))};
  const year_month_day same = from + std::chrono::months(months);
  const year_month_day clipped =
      same.ok()
          ? same
          : year_month_day(same.year() / same.month() / std::chrono::last);
  return std::chrono::sys_days(clipped).time_since_epoch().count();
}

// ---------------------------------------------------------------- 2.3 kinds

bool OneOf(std::string_view kind,
           std::initializer_list<std::string_view> list) {
  return std::find(list.begin(), list.end(), kind) != list.end();
}

bool HasKind(const Record& record,
             std::initializer_list<std::string_view> list) {
  return std::any_of(
      record.kinds.begin(), record.kinds.end(),
      [&](const std::string& kind) { return OneOf(kind, list); });
}

// "其他-…".
bool IsOther(std::string_view kind) { return kind.starts_with("其他"); }

// The kinds 4.1 calls 严重 (暂扣/降低资质/吊销许可证件, 限制生产经营,
// 责令停产停业/关闭, 限制从业).
bool IsSeriousKind(std::string_view kind) {
  return OneOf(
      kind, {"暂扣许可证件", "降低资质等级", "吊销许可证件",
             "限制开展生产经营活动", "责令停产停业", "责令关闭", "限制从业"});
}

// 没收非法财物 is 一般 by the table of 4.1; 没收违法所得 and 行政拘留 are 一般
// by its last sentence and by 4.5.
bool IsGeneralKind(std::string_view kind) {
  return OneOf(kind, {"没收非法财物", "没收违法所得", "行政拘留"});
}

// A kind that is certainly neither 警告, 通报批评 nor 罚款. A text that is not
// in the list of 2.3 at all may mean anything, so it is not one (R12).
bool IsWeightierKind(std::string_view kind) {
  return IsSeriousKind(kind) || IsGeneralKind(kind) || IsOther(kind);
}

// ---------------------------------------------------------------- procedure

enum class ProcedureIs { kSimple, kOrdinary, kEither };

// R8-R10: the simple procedure can impose 警告 and 罚款 up to 3,000 yuan only.
ProcedureIs ProcedureOf(const Record& record) {
  bool beyond_simple = false;
  for (const std::string& kind : record.kinds) {
    if (kind == "通报批评" || IsWeightierKind(kind)) beyond_simple = true;
    if (kind == "罚款" && record.fine_fen.has_value() &&
        *record.fine_fen > kSimpleFineMaxFen) {
      beyond_simple = true;
    }
  }
  switch (record.procedure) {
    case Procedure::kOrdinary:
      return ProcedureIs::kOrdinary;
    case Procedure::kSimple:
      // A contradiction: one of the two statements is wrong.
      return beyond_simple ? ProcedureIs::kEither : ProcedureIs::kSimple;
    case Procedure::kUnknown:
      return beyond_simple ? ProcedureIs::kOrdinary : ProcedureIs::kEither;
  }
  return ProcedureIs::kEither;
}

// -------------------------------------------------------------------- fines

using LimitPair = std::pair<std::optional<long long>, std::optional<long long>>;

Tri ReachesLarger(const LimitPair& limit, long long fine) {
  if (limit.second.has_value() && fine >= *limit.second) return Tri::kYes;
  if (!limit.first.has_value()) return Tri::kUnknown;
  return fine >= *limit.first ? Tri::kYes : Tri::kNo;
}

Tri ReachesHuge(const LimitPair& limit, long long fine) {
  if (limit.second.has_value()) {
    return fine >= *limit.second ? Tri::kYes : Tri::kNo;
  }
  if (limit.first.has_value() && fine < *limit.first) return Tri::kNo;
  return Tri::kUnknown;
}

// Asks `reaches` with the limits of the ministry of `record`. 9.2 "fine limits:
// unset -> 待分类". If the ministry is not known, each limit may be the right
// one, and only what all of them say is known (R14).
Tri FineReaches(const Record& record, const Limits& limits,
                Tri (*reaches)(const LimitPair&, long long)) {
  if (!record.fine_fen.has_value()) return Tri::kUnknown;
  const auto& table = limits.by_ministry;
  const auto rest = table.find("");
  if (!record.ministry.empty()) {
    const auto own = table.find(record.ministry);
    if (own != table.end()) return reaches(own->second, *record.fine_fen);
    if (rest != table.end()) return reaches(rest->second, *record.fine_fen);
    return Tri::kUnknown;
  }
  // Without an entry "" there are ministries whose limits are unset.
  if (rest == table.end()) return Tri::kUnknown;
  const Tri first = reaches(rest->second, *record.fine_fen);
  for (const auto& [ministry, limit] : table) {
    if (reaches(limit, *record.fine_fen) != first) return Tri::kUnknown;
  }
  return first;
}

// 4.1: 轻微 "fines the ministry calls small", 一般 "larger fines", 严重 "huge
// fines".
std::optional<Severity> FineClass(const Record& record, const Limits& limits) {
  const Tri larger = FineReaches(record, limits, ReachesLarger);
  const Tri huge = FineReaches(record, limits, ReachesHuge);
  if (huge == Tri::kYes) return Severity::kSerious;
  if (larger == Tri::kNo) return Severity::kMinor;
  if (larger == Tri::kYes && huge == Tri::kNo) return Severity::kGeneral;
  return std::nullopt;
}

// ----------------------------------------------------------------- Order 36

// Class of one kind imposed by the ordinary procedure; nullopt: undecidable.
std::optional<Severity> KindClass(const std::string& kind, const Record& record,
                                  const Limits& limits) {
  if (kind == "警告" || kind == "通报批评") return Severity::kMinor;
  if (kind == "罚款") return FineClass(record, limits);
  if (IsGeneralKind(kind)) return Severity::kGeneral;
  if (IsSeriousKind(kind)) return Severity::kSerious;
  return std::nullopt;  // "其他-…" and what 2.3 does not know
}

// 4.5: "an undecidable kind makes the record undecidable unless another kind
// is already serious"; 4.1: "several penalty kinds in one record -> the longest
// period", hence the highest class.
std::optional<Severity> KindsClass(const Record& record, const Limits& limits) {
  if (record.kinds.empty()) return std::nullopt;
  bool undecidable = false;
  Severity highest = Severity::kNone;
  for (const std::string& kind : record.kinds) {
    const std::optional<Severity> one = KindClass(kind, record, limits);
    if (!one.has_value()) {
      undecidable = true;
    } else {
      highest = std::max(highest, *one);
    }
  }
  if (highest == Severity::kSerious) return highest;
  if (undecidable) return std::nullopt;
  return highest;
}

// 4.5: "Order: ministry table, then severity declared by the agency, then kinds
// of penalty". There are no ministry tables here; fine limits belong to the
// kinds (R5).
std::optional<Severity> ClassOf(const Record& record, const Limits& limits) {
  if (record.declared != Severity::kNone) return record.declared;
  const std::optional<Severity> ordinary = KindsClass(record, limits);
  switch (ProcedureOf(record)) {
    case ProcedureIs::kSimple:
      return Severity::kMinor;  // 4.1 "simple-procedure penalties"
    case ProcedureIs::kOrdinary:
      return ordinary;
    case ProcedureIs::kEither:
      // Decided only if both procedures lead to the same class.
      if (ordinary == Severity::kMinor) return Severity::kMinor;
      return std::nullopt;
  }
  return std::nullopt;
}

// What one rule says of a record: whether it is published at all and the last
// day of it. With kUnknown, the last day is the latest that is possible.
struct Ruling {
  Tri published = Tri::kNo;
  int last_day = 0;
};

// 4.1 table: 轻微 not published, 一般 stops after 1 year, 严重 after 3 years;
// "clock starts on the date of the document".
Ruling Order36(std::optional<Severity> severity, int decided) {
  if (!severity.has_value()) {
    return {Tri::kUnknown, LastDayOfPeriod(decided, 36)};
  }
  if (*severity == Severity::kSerious) {
    return {Tri::kYes, LastDayOfPeriod(decided, 36)};
  }
  if (*severity == Severity::kGeneral) {
    return {Tri::kYes, LastDayOfPeriod(decided, 12)};
  }
  return {Tri::kNo, 0};
}

// 4.1 table, "earliest repair": 3 months for 一般, 1 year for 严重.
int Order36MinimumMonths(Severity severity) {
  return severity == Severity::kSerious ? 12 : 3;
}

// ----------------------------------------------------------------- Order 58

// "警告/通报批评 not published; others ...": asked of the ordinary procedure.
Tri Order58PublishesKinds(const Record& record) {
  bool unclear = record.kinds.empty();
  for (const std::string& kind : record.kinds) {
    if (kind == "警告" || kind == "通报批评") continue;
    if (kind == "罚款" || IsWeightierKind(kind)) return Tri::kYes;
    unclear = true;
  }
  return unclear ? Tri::kUnknown : Tri::kNo;
}

// 4.1 "simple procedure not collected; ... max 3 years" (R3).
Ruling Order58(const Record& record, int decided) {
  const int last_day = LastDayOfPeriod(decided, 36);
  const Tri kinds = Order58PublishesKinds(record);
  switch (ProcedureOf(record)) {
    case ProcedureIs::kSimple:
      return {Tri::kNo, 0};
    case ProcedureIs::kOrdinary:
      return {kinds, last_day};
    case ProcedureIs::kEither:
      if (kinds == Tri::kNo) return {Tri::kNo, 0};
      return {Tri::kUnknown, last_day};
  }
  return {Tri::kUnknown, last_day};
}

// "others min 3 months (食品、药品、特种设备、安全生产、消防 min 1 year)"; an
// unknown ministry has the longer minimum.
int Order58MinimumMonths(const Record& record) {
  const bool longer = OneOf(record.ministry, {"", "国家药品监督管理局",
                                              "应急管理部", "国家消防救援局"});
  return longer ? 12 : 3;
}

// ------------------------------------------------------------ credit-china

// 9.3 "Decisions before 2026-04-01: the earlier of both rules' end dates". A
// rule that does not publish has ended before it began (R2).
Ruling EarlierOf(const Ruling& a, const Ruling& b) {
  if (a.published == Tri::kNo || b.published == Tri::kNo) {
    return {Tri::kNo, 0};
  }
  const bool both = a.published == Tri::kYes && b.published == Tri::kYes;
  return {both ? Tri::kYes : Tri::kUnknown, std::min(a.last_day, b.last_day)};
}

// 4.3 "minimum period reached; corrected and fully performed"; 4.1 "a penalty
// with a term may not stop early before its term ends". A period has ended at
// the end of its last day, so the first day is the day after (R17).
Day RepairFrom(const Record& record, int decided, int minimum_months) {
  if (!record.performed.has_value()) return std::nullopt;
  int first = LastDayOfPeriod(decided, minimum_months) + 1;
  if (record.term_until.has_value()) {
    first = std::max(first, *record.term_until + 1);
  }
  return std::max(first, *record.performed);
}

// Repair is judged by the order in force on the day of the application (R18).
Day CreditChinaRepair(const Record& record, int decided, int day,
                      std::optional<Severity> severity) {
  Day by36;
  if (severity.has_value() && *severity != Severity::kMinor) {
    by36 = RepairFrom(record, decided, Order36MinimumMonths(*severity));
  }
  if (decided >= kOrder36From) return by36;
  const Day by58 = RepairFrom(record, decided, Order58MinimumMonths(record));
  const bool allowed_under_order58 = by58.has_value() && *by58 < kOrder36From;
  if (by36.has_value() && *by36 <= kOrder36From) {
    return allowed_under_order58 ? by58 : Day(kOrder36From);
  }
  // Order 36 does not allow it on its first day. Before that day it may still
  // be applied for under Order 58.
  if (day < kOrder36From && allowed_under_order58) return by58;
  return by36;
}

Answer AskCreditChinaPenalty(const Record& record, int day,
                             const Limits& limits) {
  Answer answer;
  const std::optional<Severity> severity = ClassOf(record, limits);
  answer.severity = severity.value_or(Severity::kNone);
  // 4.1 "information on natural persons is in principle not published".
  if (record.party == PartyCategory::kNaturalPerson) return answer;
  // Without a date of the document there is no period (R20).
  if (!record.decided.has_value()) return answer;
  const int decided = *record.decided;
  if (day < decided || day < kOrder58From) return answer;

  const Ruling by58 = Order58(record, decided);
  const Ruling by36 = Order36(severity, decided);
  const Ruling by_both = EarlierOf(by58, by36);
  Ruling now;
  if (decided >= kOrder36From) {
    now = by36;
  } else if (day >= kOrder36From) {
    now = by_both;
  } else {
    now = by58;
  }
  // 4.5 "Maximum reached, unperformed, no ministry row: hidden from the
  // public": so performance does not matter here.
  if (now.published == Tri::kNo || day > now.last_day) return answer;
  if (now.published == Tri::kUnknown ||
      record.party == PartyCategory::kUnknown) {
    answer.state = State::kUndecided;
    return answer;
  }

  answer.state = State::kPublic;
  int last_day = now.last_day;
  if (day < kOrder36From && last_day >= kOrder36From) {
    // From its first day on, Order 36 may end it earlier.
    last_day = kOrder36From - 1;
    if (by_both.published == Tri::kYes) {
      last_day = std::max(last_day, by_both.last_day);
    }
  }
  answer.last_day_shown = last_day;
  const Day repair = CreditChinaRepair(record, decided, day, severity);
  if (repair.has_value() && *repair <= last_day) {
    answer.earliest_repair = repair;
  }
  return answer;
}

// --------------------------------------------------------------------- gsxt

// Months Order 45 publishes the kinds for: 0, 3 or 36; nullopt: undecidable.
// "only-警告 not published; 通报批评 or 较低数额罚款 stop at 3 months; all else
// 3 years"; of several kinds the longest (R15, R16).
std::optional<int> Order45Months(const Record& record, const Limits& limits) {
  bool undecidable = record.kinds.empty();
  int longest = 0;
  for (const std::string& kind : record.kinds) {
    if (kind == "警告") continue;
    if (kind == "通报批评") {
      longest = std::max(longest, 3);
    } else if (kind == "罚款") {
      const Tri larger = FineReaches(record, limits, ReachesLarger);
      if (larger == Tri::kYes) longest = 36;
      if (larger == Tri::kNo) longest = std::max(longest, 3);
      if (larger == Tri::kUnknown) undecidable = true;
    } else if (IsWeightierKind(kind)) {
      longest = 36;
    } else {
      undecidable = true;
    }
  }
  if (longest == 36) return longest;
  if (undecidable) return std::nullopt;
  return longest;
}

// "restriction longer than 3 years -> its real length".
int Order45LastDay(const Record& record, int shown, int months) {
  int last_day = LastDayOfPeriod(shown, months);
  if (record.term_until.has_value() &&
      HasKind(record, {"限制开展生产经营活动", "限制从业"})) {
    last_day = std::max(last_day, *record.term_until);
  }
  return last_day;
}

// "Early stop on application if performed ...; not possible for 责令停产停业,
// 限制开展生产经营, 限制从业, 降低资质, 吊销许可证/执照"; "Minimum before
// applying: 6 months, 1 year for 食品/药品/特种设备".
Day GsxtRepair(const Record& record, int shown) {
  if (!record.performed.has_value()) return std::nullopt;
  if (HasKind(record, {"责令停产停业", "限制开展生产经营活动", "限制从业",
                       "降低资质等级", "吊销许可证件"})) {
    return std::nullopt;
  }
  const bool longer = OneOf(record.ministry, {"", "国家药品监督管理局"});
  return std::max(LastDayOfPeriod(shown, longer ? 12 : 6) + 1,
                  *record.performed);
}

// True if gsxt certainly does not show the record on `day` yet. The rules for
// gsxt start with Order 45; "nullopt: gsxt has not shown it yet".
bool NotYetOnGsxt(const Record& record, int day) {
  if (day < kOrder45From) return true;
  if (record.decided.has_value() && day < *record.decided) return true;
  if (record.shown_on_gsxt.has_value()) return day < *record.shown_on_gsxt;
  return !record.shown_on_gsxt_unknown_day;
}

Answer AskGsxtPenalty(const Record& record, int day, const Limits& limits) {
  Answer answer;
  // 4.2 "ACTIVE_GOV_ONLY (minor, natural person ...)" names no channel (R6).
  if (record.party == PartyCategory::kNaturalPerson) return answer;
  if (NotYetOnGsxt(record, day)) return answer;
  // "ordinary procedure only".
  const ProcedureIs procedure = ProcedureOf(record);
  if (procedure == ProcedureIs::kSimple) return answer;
  const std::optional<int> months = Order45Months(record, limits);
  if (months == 0) return answer;
  // "Period starts at publication": 9.10 knows an unknown day; then the end is
  // not known either (R19).
  if (!record.shown_on_gsxt.has_value()) {
    answer.state = State::kUndecided;
    return answer;
  }
  const int shown = *record.shown_on_gsxt;
  const int last_day = Order45LastDay(record, shown, months.value_or(36));
  if (day > last_day) return answer;
  if (!months.has_value() || procedure == ProcedureIs::kEither ||
      record.party == PartyCategory::kUnknown) {
    answer.state = State::kUndecided;
    return answer;
  }
  answer.state = State::kPublic;
  answer.last_day_shown = last_day;
  const Day repair = GsxtRepair(record, shown);
  if (repair.has_value() && *repair <= last_day) {
    answer.earliest_repair = repair;
  }
  return answer;
}

// ----------------------------------------------------------------- licences

// No sentence ends the publication of a licence or repairs it (R21).
Answer AskLicence(const Record& record, Channel channel, int day) {
  Answer answer;
  if (record.party == PartyCategory::kNaturalPerson) return answer;
  if (channel == Channel::kGsxt) {
    if (NotYetOnGsxt(record, day)) return answer;
  } else {
    if (!record.decided.has_value()) return answer;
    if (day < *record.decided || day < kOrder58From) return answer;
  }
  if (record.party == PartyCategory::kUnknown) {
    answer.state = State::kUndecided;
    return answer;
  }
  answer.state = State::kPublic;
  answer.last_day_shown = kOpenEnded;
  return answer;
}

}  // namespace

Answer Ask(const Record& record, Channel channel, int day,
           const Limits& limits) {
  switch (record.family) {
    case Family::kLicence:
      return AskLicence(record, channel, day);
    case Family::kPenalty:
      return channel == Channel::kGsxt
                 ? AskGsxtPenalty(record, day, limits)
                 : AskCreditChinaPenalty(record, day, limits);
    case Family::kComplaint:
      // 9.6 "Complaint publicity: off until a rule row turns it on".
      return Answer();
  }
  return Answer();
}

}  // namespace creditreg::oracle
