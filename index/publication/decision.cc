#include "index/publication/decision.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "creditreg/conf/v1/publication.pb.h"
#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/civil_day.h"
#include "index/base/periods.h"
#include "index/publication/record_facts.h"
#include "index/publication/rules.h"

namespace creditreg {
namespace {

namespace cv = conf::v1;
namespace sv = storage::v1;

constexpr absl::string_view kFine = "罚款";
constexpr absl::string_view kOther = "其他";

// Whether a condition is met; kMaybe where something it asks for is not known.
enum class Holds : std::uint8_t { kNo, kMaybe, kYes };

Holds And(Holds a, Holds b) { return std::min(a, b); }

bool IsKind(absl::string_view kind, absl::string_view listed) {
  return kind == listed || (listed == kOther && absl::StartsWith(kind, kOther));
}

template <typename Values, typename Value>
bool IsOneOf(const Values& values, const Value& value) {
  return std::any_of(values.begin(), values.end(),
                     [&value](const auto& v) { return v == value; });
}

bool IsAmong(absl::string_view text,
             const google::protobuf::RepeatedPtrField<std::string>& texts) {
  return std::any_of(texts.begin(), texts.end(), [text](const std::string& t) {
    return absl::string_view(t) == text;
  });
}

bool NamesKind(const cv::Row& row, absl::string_view kind) {
  return std::any_of(
      row.kinds().begin(), row.kinds().end(),
      [kind](const std::string& listed) { return IsKind(kind, listed); });
}

// The first day on which nothing is shown any more: the day after the last.
CivilDay DayAfter(CivilDay last) { return last.PlusDays(1); }

// What one regime says of one record.
struct Judgement {
  // Null: undecided.
  const Term* term = nullptr;
  // Who the party is may change the term; it matters only where this one shows
  // the record.
  bool is_party_open = false;
  // Undecided: terms that it may have; empty: whichever rows can be about it.
  std::vector<const Term*> possible;
  absl::InlinedVector<AppliedRule, 4> rules;
  absl::InlinedVector<UndecidedReason, 2> reasons;
};

// Asks the rows of one regime about one record.
class Judge {
 public:
  Judge(const Regime& regime, const RecordFacts& facts)
      : regime_(regime), facts_(facts) {}

  Judgement Run() {
    const Ruling party = Ask(regime_.party_rows, absl::string_view());
    if (party.is_certain) {
      Apply(*party.row);
      return std::move(judgement_);
    }
    AskAboutRecord();
    if (party.may_hold) {
      judgement_.is_party_open = true;
      AddReasons(party);
    }
    return std::move(judgement_);
  }

  // What holds for families that a regime does not speak of.
  static const Term& Unlisted() {
    static const Term* const kUnlisted = new Term();
    return *kUnlisted;
  }

 private:
  void AskAboutRecord() {
    for (const std::vector<Row>* rows :
         {&regime_.record_rows, &regime_.ministry_rows,
          &regime_.declared_rows}) {
      const Ruling ruling = Ask(*rows, absl::string_view());
      if (ruling.is_certain) {
        Apply(*ruling.row);
        return;
      }
      if (ruling.row != nullptr || ruling.may_hold) {
        AddReasons(ruling);
        return;
      }
    }
    if (facts_.kinds == nullptr) {
      // No row speaks of the family: nobody said that it may be shown.
      judgement_.term = &Unlisted();
      return;
    }
    AskKinds();
  }

  struct Ruling {
    // The first that holds; null: none.
    const Row* row = nullptr;
    // False: one before it, with another term, may hold too.
    bool is_certain = true;
    bool may_hold = false;
    // Terms of those that hold or may hold.
    std::vector<const Term*> possible;
    absl::InlinedVector<UndecidedReason, 2> reasons;
  };

  Ruling Ask(const std::vector<Row>& rows, absl::string_view kind) {
    Ruling ruling;
    for (const Row& row : rows) {
      if (!row.effective.Contains(facts_.decided)) continue;
      why_.clear();
      const Holds holds = Test(row.text, kind);
      if (holds == Holds::kNo) continue;
      if (holds == Holds::kYes) {
        ruling.row = &row;
        ruling.possible.push_back(row.term);
        break;
      }
      ruling.may_hold = true;
      ruling.possible.push_back(row.term);
      ruling.reasons.insert(ruling.reasons.end(), why_.begin(), why_.end());
    }
    ruling.is_certain =
        ruling.row != nullptr &&
        std::all_of(ruling.possible.begin(), ruling.possible.end(),
                    [&ruling](const Term* t) { return t == ruling.row->term; });
    return ruling;
  }

  Holds Maybe(UndecidedReason reason) {
    why_.push_back(reason);
    return Holds::kMaybe;
  }

  Holds Test(const cv::Row& row, absl::string_view kind) {
    Holds all = Holds::kYes;
    if (!row.families().empty() && !IsOneOf(row.families(), facts_.family)) {
      return Holds::kNo;
    }
    if (!row.kinds().empty()) {
      if (!TestKinds(row, kind)) return Holds::kNo;
    }
    if (row.declared() != sv::Penalty::DECLARED_SEVERITY_UNSPECIFIED &&
        row.declared() != facts_.declared) {
      return Holds::kNo;
    }
    if (!row.lists().empty() && !IsOneOf(row.lists(), facts_.list)) {
      return Holds::kNo;
    }
    if (!row.ground_codes().empty() &&
        !IsAmong(facts_.ground_code, row.ground_codes())) {
      return Holds::kNo;
    }
    all = And(all, TestParty(row));
    if (all == Holds::kNo) return all;
    all = And(all, TestMinistry(row));
    if (all == Holds::kNo) return all;
    all = And(all, TestProcedure(row));
    if (all == Holds::kNo) return all;
    return And(all, TestFine(row));
  }

  bool TestKinds(const cv::Row& row, absl::string_view kind) const {
    if (!kind.empty()) return NamesKind(row, kind);
    return facts_.kinds != nullptr &&
           std::any_of(
               facts_.kinds->begin(), facts_.kinds->end(),
               [&row](const std::string& k) { return NamesKind(row, k); });
  }

  Holds TestParty(const cv::Row& row) {
    if (row.party_categories().empty()) return Holds::kYes;
    if (facts_.party == sv::PARTY_CATEGORY_UNSPECIFIED) {
      return Maybe(UndecidedReason::kPartyCategoryMissing);
    }
    return IsOneOf(row.party_categories(), facts_.party) ? Holds::kYes
                                                         : Holds::kNo;
  }

  Holds TestMinistry(const cv::Row& row) {
    if (row.ministries().empty()) return Holds::kYes;
    if (facts_.ministry.empty()) {
      return Maybe(UndecidedReason::kMinistryMissing);
    }
    return IsAmong(facts_.ministry, row.ministries()) ? Holds::kYes
                                                      : Holds::kNo;
  }

  // Whether a simple procedure can have imposed all of the record's kinds: they
  // came of one procedure. A kind that no table knows proves nothing.
  bool MayBeSimple() const {
    if (!regime_.text.has_simple_procedure() || facts_.kinds == nullptr) {
      return true;
    }
    const cv::SimpleProcedure& simple = regime_.text.simple_procedure();
    return std::none_of(facts_.kinds->begin(), facts_.kinds->end(),
                        [this, &simple](const std::string& kind) {
                          if (std::any_of(simple.never_kinds().begin(),
                                          simple.never_kinds().end(),
                                          [&kind](const std::string& listed) {
                                            return IsKind(kind, listed);
                                          })) {
                            return true;
                          }
                          return kind == std::string(kFine) &&
                                 simple.max_fine_fen() > 0 &&
                                 facts_.fine_fen.has_value() &&
                                 *facts_.fine_fen > simple.max_fine_fen();
                        });
  }

  Holds TestProcedure(const cv::Row& row) {
    if (row.procedure() == sv::Penalty::PROCEDURE_UNSPECIFIED) {
      return Holds::kYes;
    }
    sv::Penalty::Procedure procedure = facts_.procedure;
    if (procedure == sv::Penalty::PROCEDURE_UNSPECIFIED) {
      if (MayBeSimple()) return Maybe(UndecidedReason::kProcedureMissing);
      procedure = sv::Penalty::PROCEDURE_ORDINARY;
    } else if (procedure == sv::Penalty::PROCEDURE_SIMPLE && !MayBeSimple()) {
      // One of the two is wrong.
      return Maybe(UndecidedReason::kProcedureContradictsKind);
    }
    return row.procedure() == procedure ? Holds::kYes : Holds::kNo;
  }

  // The limits that may be the record's: one, or several where its ministry is
  // not known. Null: none are established.
  std::vector<const cv::FineLimits*> PossibleLimits() const {
    std::vector<const cv::FineLimits*> possible;
    const cv::FineLimits* general = nullptr;
    for (const FineLimits& limits : regime_.fine_limits) {
      if (!limits.effective.Contains(facts_.decided)) continue;
      if (limits.text.ministries().empty()) {
        if (general == nullptr) general = &limits.text;
      } else if (facts_.ministry.empty()) {
        possible.push_back(&limits.text);
      } else if (IsAmong(facts_.ministry, limits.text.ministries())) {
        return {&limits.text};
      }
    }
    possible.push_back(general);
    return possible;
  }

  // Whether a fine is of a band, by limits that may be null.
  static Holds IsOfBand(std::int64_t fine, cv::Row::FineBand band,
                        const cv::FineLimits* limits) {
    // Whether it reaches a limit; maybe where that is not established, but the
    // other one may settle it.
    const auto reaches = [fine](bool known, std::int64_t limit) {
      if (!known) return Holds::kMaybe;
      return fine >= limit ? Holds::kYes : Holds::kNo;
    };
    const auto is_not = [](Holds h) {
      return h == Holds::kMaybe ? h
             : h == Holds::kYes ? Holds::kNo
                                : Holds::kYes;
    };
    Holds larger = Holds::kMaybe;
    Holds huge = Holds::kMaybe;
    if (limits != nullptr) {
      larger = reaches(limits->has_larger_fen(), limits->larger_fen());
      huge = reaches(limits->has_huge_fen(), limits->huge_fen());
      if (huge == Holds::kYes) larger = Holds::kYes;
      if (larger == Holds::kNo) huge = Holds::kNo;
    }
    switch (band) {
      case cv::Row::FINE_BAND_SMALL:
        return is_not(larger);
      case cv::Row::FINE_BAND_LARGER:
        return And(larger, is_not(huge));
      default:
        return huge;
    }
  }

  Holds TestFine(const cv::Row& row) {
    if (row.fine_band() == cv::Row::FINE_BAND_UNSPECIFIED) return Holds::kYes;
    if (!facts_.fine_fen.has_value()) {
      return Maybe(UndecidedReason::kFineMissing);
    }
    const std::vector<const cv::FineLimits*> possible = PossibleLimits();
    const Holds first =
        IsOfBand(*facts_.fine_fen, row.fine_band(), possible.front());
    for (const cv::FineLimits* limits : possible) {
      if (IsOfBand(*facts_.fine_fen, row.fine_band(), limits) != first) {
        return Maybe(UndecidedReason::kMinistryMissing);
      }
    }
    if (first == Holds::kMaybe) {
      return Maybe(UndecidedReason::kFineLimitsMissing);
    }
    return first;
  }

  void AskKinds() {
    if (facts_.kinds->empty()) {
      const Ruling ruling = Ask(regime_.kind_rows, absl::string_view());
      if (ruling.is_certain) {
        Apply(*ruling.row);
      } else {
        judgement_.reasons.push_back(UndecidedReason::kKindsMissing);
      }
      return;
    }
    const Row* gravest = nullptr;
    bool all_decided = true;
    bool has_unruled = false;
    for (const std::string& kind : *facts_.kinds) {
      const Ruling ruling = Ask(regime_.kind_rows, kind);
      judgement_.possible.insert(judgement_.possible.end(),
                                 ruling.possible.begin(),
                                 ruling.possible.end());
      if (!ruling.is_certain) {
        all_decided = false;
        if (ruling.row == nullptr && !IsNamed(kind)) {
          has_unruled = true;
          judgement_.reasons.push_back(UndecidedReason::kKindWithoutRule);
        }
        AddReasons(ruling);
        continue;
      }
      if (gravest == nullptr || ruling.row->term->rank > gravest->term->rank) {
        gravest = ruling.row;
      }
    }
    if (gravest != nullptr && (all_decided || gravest->term->text.settles())) {
      judgement_.reasons.clear();
      Apply(*gravest);
    }
    // A kind that no row speaks of may have any term.
    if (has_unruled) judgement_.possible.clear();
  }

  bool IsNamed(absl::string_view kind) const {
    return std::any_of(
        regime_.kind_rows.begin(), regime_.kind_rows.end(),
        [kind](const Row& row) { return NamesKind(row.text, kind); });
  }

  void AddReasons(const Ruling& ruling) {
    judgement_.reasons.insert(judgement_.reasons.end(), ruling.reasons.begin(),
                              ruling.reasons.end());
  }

  void Apply(const Row& row) {
    judgement_.term = row.term;
    judgement_.rules.push_back({&row.text.id(), &row.text.article(),
                                row.text.unconfirmed(), &row.text.note()});
  }

  const Regime& regime_;
  const RecordFacts& facts_;
  Judgement judgement_;
  // Of the row that is being tested.
  absl::InlinedVector<UndecidedReason, 2> why_;
};

// What a clerk chose for the record, among the regime's terms; null: nothing.
const Term* ChosenTerm(const sv::RecordVersion& record, Channel channel,
                       const Regime& regime) {
  for (const sv::ChosenTerm& chosen : record.chosen_terms()) {
    if (chosen.channel() == channel) {
      if (const Term* term = regime.FindTerm(chosen.term())) return term;
    }
  }
  return nullptr;
}

CivilDay StartOf(const cv::Term& term, const RecordFacts& facts,
                 const FirstShownDay& shown) {
  return term.start() == cv::Term::START_PUBLICATION ? shown.day
                                                     : facts.decided;
}

// The next day "MM-DD" after `start`.
CivilDay NextDayOf(absl::string_view month_and_day, CivilDay start) {
  const std::optional<absl::CivilDay> from = start.civil();
  if (!from.has_value()) return CivilDay::OpenEnded();
  for (const auto year : {from->year(), from->year() + 1}) {
    const absl::StatusOr<CivilDay> day =
        CivilDay::ParseIso(absl::StrCat(year, "-", month_and_day));
    if (day.ok() && start < *day) return *day;
  }
  return CivilDay::OpenEnded();
}

// The first day on which `term` no longer shows the record.
CivilDay EndOf(const cv::Term& term, const RecordFacts& facts, CivilDay start) {
  CivilDay last = CivilDay::OpenEnded();
  if (!term.last_on().empty()) last = NextDayOf(term.last_on(), start);
  if (term.months() > 0) {
    last = LastDayOfPeriod(start, term.months());
    if (term.lasts_for_restriction()) {
      last = std::max(last, facts.restricted_until);
    }
    if (term.until_performed()) {
      last = facts.performed.is_unknown() ? CivilDay::OpenEnded()
                                          : std::max(last, facts.performed);
    }
  }
  const CivilDay end = HiddenFrom(last);
  return facts.removed.is_unknown() ? end : std::min(end, facts.removed);
}

// First day on which an earlier end may be applied for.
CivilDay RepairFrom(const cv::Term& term, const RecordFacts& facts,
                    CivilDay start) {
  if (!term.published() || !term.repairable() || start.is_unknown()) {
    return CivilDay::Unknown();
  }
  int months = term.repair_after_months();
  for (const cv::RepairException& exception : term.repair_exceptions()) {
    if (facts.ministry.empty() ||
        IsAmong(facts.ministry, exception.ministries())) {
      months = std::max(months, exception.repair_after_months());
    }
  }
  const CivilDay earliest =
      months == 0 ? start : HiddenFrom(LastDayOfPeriod(start, months));
  if (!term.repair_waits_for_restriction() ||
      facts.restricted_until.is_unknown()) {
    return earliest;
  }
  return std::max(earliest, HiddenFrom(facts.restricted_until));
}

// The first day after `day` on which another set of regimes judges.
CivilDay NextBoundary(const PublicationTable& table, CivilDay decided,
                      CivilDay day) {
  CivilDay next = CivilDay::OpenEnded();
  for (const Regime& regime : table.regimes()) {
    if (!regime.Judges(decided)) continue;
    for (const CivilDay edge :
         {regime.in_force.first, DayAfter(regime.in_force.last)}) {
      if (day < edge) next = std::min(next, edge);
    }
  }
  return next;
}

// How much a regime's answer stands in the way of showing a record; the worst
// counts.
int Weight(Publicity publicity) {
  switch (publicity) {
    case Publicity::kPublic:
      return 0;
    case Publicity::kNotYet:
      return 1;
    case Publicity::kUndecided:
      return 2;
    case Publicity::kExpired:
      return 3;
    case Publicity::kRemoved:
      return 4;
    case Publicity::kGovernmentOnly:
      return 5;
    case Publicity::kWithdrawn:
    case Publicity::kRepaired:
    case Publicity::kAnnulled:
    case Publicity::kShielded:
      return 6;
  }
  return 6;
}

// Whether a row can be about the record, as far as family and kinds say. A kind
// that no row names may be any.
bool IsAboutSuch(const cv::Row& row, const Regime& regime,
                 const RecordFacts& facts) {
  if (!row.families().empty() && !IsOneOf(row.families(), facts.family)) {
    return false;
  }
  // Rows of kinds speak of penalties alone.
  if (facts.kinds == nullptr) return row.basis() != cv::Row::BASIS_KIND;
  if (row.kinds().empty() || facts.kinds->empty()) return true;
  return std::any_of(
      facts.kinds->begin(), facts.kinds->end(), [&](const std::string& kind) {
        return NamesKind(row, kind) ||
               std::none_of(
                   regime.kind_rows.begin(), regime.kind_rows.end(),
                   [&kind](const Row& r) { return NamesKind(r.text, kind); });
      });
}

// The terms that an undecided record may have.
std::vector<const Term*> PossibleTerms(const Judgement& judgement,
                                       const Regime& regime,
                                       const RecordFacts& facts) {
  if (!judgement.possible.empty()) return judgement.possible;
  std::vector<const Term*> terms;
  for (const std::vector<Row>* rows :
       {&regime.ministry_rows, &regime.declared_rows, &regime.kind_rows}) {
    for (const Row& row : *rows) {
      if (IsAboutSuch(row.text, regime, facts)) terms.push_back(row.term);
    }
  }
  return terms;
}

// Where an undecided record stands: nobody needs to decide what is over
// whichever of its possible terms it has.
Publicity WhileUndecided(const Judgement& judgement, const Regime& regime,
                         const RecordFacts& facts, const FirstShownDay& shown,
                         CivilDay day, Decision* decision) {
  const auto may_change_on = [day, decision](CivilDay edge) {
    if (day < edge) {
      decision->next_change = std::min(decision->next_change, edge);
    }
  };
  may_change_on(facts.decided);
  if (day < facts.decided) return Publicity::kNotYet;
  CivilDay end;
  for (const Term* term : PossibleTerms(judgement, regime, facts)) {
    if (!term->text.published()) continue;
    const CivilDay start = StartOf(term->text, facts, shown);
    // It would begin when it is shown.
    if (start.is_unknown()) return Publicity::kUndecided;
    may_change_on(start);
    if (day < start) return Publicity::kNotYet;
    end = std::max(end, EndOf(term->text, facts, start));
  }
  if (end.is_unknown()) return Publicity::kUndecided;
  may_change_on(end);
  return end <= day ? Publicity::kExpired : Publicity::kUndecided;
}

// What the regimes in force on `day` say, as if they stayed for ever.
Decision DecideByThose(const sv::RecordVersion& record,
                       const RecordFacts& facts, const FirstShownDay& shown,
                       const PublicationTable& table, CivilDay day) {
  Decision decision;
  decision.publicity = Publicity::kPublic;
  decision.until = CivilDay::OpenEnded();
  bool is_judged = false;
  for (const Regime& regime : table.regimes()) {
    if (!regime.in_force.Contains(day) || !regime.Judges(facts.decided)) {
      continue;
    }
    is_judged = true;
    Judgement judgement = Judge(regime, facts).Run();
    if (judgement.term == nullptr) {
      judgement.term = ChosenTerm(record, table.channel(), regime);
    }
    decision.rules.insert(decision.rules.end(), judgement.rules.begin(),
                          judgement.rules.end());
    Publicity publicity = Publicity::kPublic;
    if (judgement.term == nullptr) {
      decision.reasons.insert(decision.reasons.end(), judgement.reasons.begin(),
                              judgement.reasons.end());
      publicity =
          WhileUndecided(judgement, regime, facts, shown, day, &decision);
    } else {
      const cv::Term& term = judgement.term->text;
      if (!term.id().empty()) {
        decision.rules.push_back(
            {&term.id(), &term.article(), term.unconfirmed(), &term.note()});
      }
      if (facts.decided < regime.decided.first || regime.text.unconfirmed()) {
        decision.rules.push_back({&regime.text.id(), &regime.text.title(),
                                  regime.text.unconfirmed(),
                                  &regime.text.note()});
      }
      // The newest regime's class and wait count.
      decision.severity = term.severity();
      const CivilDay start = StartOf(term, facts, shown);
      decision.repair_from = RepairFrom(term, facts, start);
      if (!term.published()) {
        publicity = Publicity::kGovernmentOnly;
      } else if (start.is_unknown()) {
        publicity = Publicity::kNotYet;
        if (shown.is_untold && facts.decided <= day) {
          publicity = Publicity::kUndecided;
          decision.reasons.push_back(UndecidedReason::kPublicationDayMissing);
        }
      } else {
        const CivilDay end = EndOf(term, facts, start);
        // Not before the decision itself, however its dates came about.
        const CivilDay begin = std::max(start, facts.decided);
        decision.from = std::max(decision.from, begin);
        decision.until = std::min(decision.until, end);
        if (end <= day) {
          publicity = !facts.removed.is_unknown() && facts.removed <= day
                          ? Publicity::kRemoved
                          : Publicity::kExpired;
        } else if (day < begin) {
          publicity = Publicity::kNotYet;
        }
      }
    }
    if (judgement.is_party_open && publicity == Publicity::kPublic) {
      decision.reasons.insert(decision.reasons.end(), judgement.reasons.begin(),
                              judgement.reasons.end());
      publicity = Publicity::kUndecided;
    }
    if (Weight(publicity) > Weight(decision.publicity)) {
      decision.publicity = publicity;
    }
  }
  if (!is_judged) decision.publicity = Publicity::kGovernmentOnly;
  return decision;
}

Decision DecideWith(const sv::RecordVersion& record, const RecordFacts& facts,
                    const FirstShownDay& shown, const PublicationTable& table,
                    CivilDay day) {
  Decision decision = DecideByThose(record, facts, shown, table, day);
  const CivilDay boundary = NextBoundary(table, facts.decided, day);
  decision.next_change = std::min(decision.next_change, boundary);
  for (const CivilDay edge : {decision.from, decision.until}) {
    if (day < edge) decision.next_change = std::min(decision.next_change, edge);
  }
  const bool is_shown = decision.publicity == Publicity::kPublic ||
                        decision.publicity == Publicity::kNotYet;
  if (is_shown && boundary < decision.until) {
    // Another regime joins in, or leaves, before the end.
    const Decision later = DecideWith(record, facts, shown, table, boundary);
    decision.until = later.is_public() ? later.until : boundary;
    // Whoever applies from the boundary on is judged by those in force then.
    if (decision.repair_from.is_unknown() || boundary <= decision.repair_from) {
      decision.repair_from = later.repair_from.is_unknown()
                                 ? later.repair_from
                                 : std::max(boundary, later.repair_from);
    }
  }
  if (decision.publicity == Publicity::kUndecided ||
      decision.publicity == Publicity::kGovernmentOnly) {
    decision.from = CivilDay::Unknown();
    decision.until = CivilDay::Unknown();
  }
  if (decision.publicity != Publicity::kUndecided) decision.reasons.clear();
  std::sort(decision.reasons.begin(), decision.reasons.end());
  decision.reasons.erase(
      std::unique(decision.reasons.begin(), decision.reasons.end()),
      decision.reasons.end());
  if (!decision.repair_from.is_unknown() && record.has_repair_barred_until()) {
    decision.repair_from = std::max(
        decision.repair_from, CivilDay::FromDays(record.repair_barred_until()));
  }
  if (!is_shown || (!decision.repair_from.is_unknown() &&
                    decision.until <= decision.repair_from)) {
    decision.repair_from = CivilDay::Unknown();
  }
  decision.unperformed = decision.publicity == Publicity::kExpired &&
                         facts.has_duty && facts.performed.is_unknown();
  return decision;
}

// What hides a record on every channel, whatever the rules say; nothing: they
// decide.
std::optional<Publicity> HiddenBy(const sv::RecordVersion& record) {
  if (record.state() != sv::RECORD_STATE_ACTIVE) return Publicity::kWithdrawn;
  switch (record.ending().kind()) {
    case sv::RecordEnding::KIND_REPAIRED:
      return Publicity::kRepaired;
    case sv::RecordEnding::KIND_ANNULLED:
      return Publicity::kAnnulled;
    default:
      break;
  }
  if (record.shield_case_no() != 0) return Publicity::kShielded;
  return std::nullopt;
}

Decision Hidden(Publicity publicity) {
  Decision decision;
  decision.publicity = publicity;
  return decision;
}

Decision Undated() {
  Decision decision;
  decision.publicity = Publicity::kUndecided;
  decision.reasons.push_back(UndecidedReason::kDecisionDayMissing);
  return decision;
}

}  // namespace

absl::string_view ReasonName(UndecidedReason reason) {
  switch (reason) {
    case UndecidedReason::kPartyCategoryMissing:
      return "PARTY_CATEGORY_MISSING";
    case UndecidedReason::kDecisionDayMissing:
      return "DECISION_DAY_MISSING";
    case UndecidedReason::kProcedureMissing:
      return "PROCEDURE_MISSING";
    case UndecidedReason::kProcedureContradictsKind:
      return "PROCEDURE_CONTRADICTS_KIND";
    case UndecidedReason::kKindsMissing:
      return "KINDS_MISSING";
    case UndecidedReason::kKindWithoutRule:
      return "KIND_WITHOUT_RULE";
    case UndecidedReason::kFineMissing:
      return "FINE_MISSING";
    case UndecidedReason::kFineLimitsMissing:
      return "FINE_LIMITS_MISSING";
    case UndecidedReason::kMinistryMissing:
      return "MINISTRY_MISSING";
    case UndecidedReason::kPublicationDayMissing:
      return "PUBLICATION_DAY_MISSING";
  }
  return "UNKNOWN";
}

Decision Decide(const sv::RecordVersion& record, const PublicationTable& table,
                CivilDay day) {
  if (const std::optional<Publicity> hidden = HiddenBy(record)) {
    return Hidden(*hidden);
  }
  const RecordFacts facts = FactsOf(record);
  if (!facts.decided.is_date()) return Undated();
  return DecideWith(record, facts, FirstShownOn(record, table.channel()), table,
                    day);
}

Decision DecideIfShownFrom(const sv::RecordVersion& record,
                           const PublicationTable& table, CivilDay day) {
  if (const std::optional<Publicity> hidden = HiddenBy(record)) {
    return Hidden(*hidden);
  }
  const RecordFacts facts = FactsOf(record);
  if (!facts.decided.is_date()) return Undated();
  return DecideWith(record, facts, {day, false}, table, day);
}

}  // namespace creditreg
