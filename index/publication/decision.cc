#include "index/publication/decision.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
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

bool NamesMinistry(
    const google::protobuf::RepeatedPtrField<std::string>& ministries,
    absl::string_view ministry) {
  return std::any_of(ministries.begin(), ministries.end(),
                     [ministry](const std::string& m) {
                       return absl::string_view(m) == ministry;
                     });
}

// The first day on which nothing is shown any more: the day after the last.
CivilDay DayAfter(CivilDay last) { return last.PlusDays(1); }

// What one regime says of one record.
struct Judgement {
  // Null: undecided.
  const Term* term = nullptr;
  absl::InlinedVector<AppliedRule, 4> rules;
  absl::InlinedVector<UndecidedReason, 2> reasons;
};

// Asks the rows of one regime about one record.
class Judge {
 public:
  Judge(const Regime& regime, const RecordFacts& facts)
      : regime_(regime), facts_(facts) {}

  Judgement Run() {
    for (const std::vector<Row>* rows :
         {&regime_.party_rows, &regime_.record_rows, &regime_.ministry_rows,
          &regime_.declared_rows}) {
      const Ruling ruling = Ask(*rows, absl::string_view());
      if (ruling.row != nullptr && ruling.is_certain) {
        Apply(*ruling.row);
        return std::move(judgement_);
      }
      if (ruling.row != nullptr || ruling.may_hold) {
        AddReasons(ruling);
        return std::move(judgement_);
      }
    }
    if (facts_.kinds == nullptr) {
      // No row speaks of the family: nobody said that it may be shown.
      judgement_.term = &Unlisted();
      return std::move(judgement_);
    }
    AskKinds();
    return std::move(judgement_);
  }

  // What holds for families that a regime does not speak of.
  static const Term& Unlisted() {
    static const Term* const kUnlisted = new Term();
    return *kUnlisted;
  }

 private:
  struct Ruling {
    // The first that holds; null: none.
    const Row* row = nullptr;
    // False: one before it, with another term, may hold too.
    bool is_certain = true;
    bool may_hold = false;
    absl::InlinedVector<UndecidedReason, 2> reasons;
  };

  Ruling Ask(const std::vector<Row>& rows, absl::string_view kind) {
    Ruling ruling;
    std::vector<const Term*> possible;
    for (const Row& row : rows) {
      if (!row.effective.Contains(facts_.decided)) continue;
      why_.clear();
      const Holds holds = Test(row.text, kind);
      if (holds == Holds::kNo) continue;
      if (holds == Holds::kYes) {
        ruling.row = &row;
        break;
      }
      ruling.may_hold = true;
      possible.push_back(row.term);
      ruling.reasons.insert(ruling.reasons.end(), why_.begin(), why_.end());
    }
    ruling.is_certain =
        ruling.row != nullptr &&
        std::all_of(possible.begin(), possible.end(),
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
    all = And(all, TestParty(row));
    if (all == Holds::kNo) return all;
    all = And(all, TestMinistry(row));
    if (all == Holds::kNo) return all;
    all = And(all, TestProcedure(row, kind));
    if (all == Holds::kNo) return all;
    return And(all, TestFine(row));
  }

  bool TestKinds(const cv::Row& row, absl::string_view kind) const {
    const auto is_listed = [&row](absl::string_view k) {
      return std::any_of(
          row.kinds().begin(), row.kinds().end(),
          [k](const std::string& listed) { return IsKind(k, listed); });
    };
    if (!kind.empty()) return is_listed(kind);
    return facts_.kinds != nullptr &&
           std::any_of(facts_.kinds->begin(), facts_.kinds->end(), is_listed);
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
    return NamesMinistry(row.ministries(), facts_.ministry) ? Holds::kYes
                                                            : Holds::kNo;
  }

  // Whether a simple procedure can have imposed this kind, or all of the
  // record's where `kind` is empty.
  bool MayBeSimple(absl::string_view kind) const {
    if (!regime_.text.has_simple_procedure()) return true;
    const cv::SimpleProcedure& simple = regime_.text.simple_procedure();
    const auto may_be = [this, &simple](absl::string_view k) {
      if (!std::any_of(
              simple.kinds().begin(), simple.kinds().end(),
              [k](const std::string& listed) { return IsKind(k, listed); })) {
        return false;
      }
      return k != kFine || simple.max_fine_fen() == 0 ||
             !facts_.fine_fen.has_value() ||
             *facts_.fine_fen <= simple.max_fine_fen();
    };
    if (!kind.empty()) return may_be(kind);
    return facts_.kinds == nullptr ||
           std::all_of(facts_.kinds->begin(), facts_.kinds->end(), may_be);
  }

  Holds TestProcedure(const cv::Row& row, absl::string_view kind) {
    if (row.procedure() == sv::Penalty::PROCEDURE_UNSPECIFIED) {
      return Holds::kYes;
    }
    sv::Penalty::Procedure procedure = facts_.procedure;
    if (procedure == sv::Penalty::PROCEDURE_UNSPECIFIED) {
      if (MayBeSimple(kind)) return Maybe(UndecidedReason::kProcedureMissing);
      procedure = sv::Penalty::PROCEDURE_ORDINARY;
    }
    return row.procedure() == procedure ? Holds::kYes : Holds::kNo;
  }

  // Null: none are established.
  const cv::FineLimits* LimitsOf(bool* ministry_missing) const {
    const cv::FineLimits* general = nullptr;
    for (const FineLimits& limits : regime_.fine_limits) {
      if (!limits.effective.Contains(facts_.decided)) continue;
      if (limits.text.ministries().empty()) {
        if (general == nullptr) general = &limits.text;
      } else if (facts_.ministry.empty()) {
        *ministry_missing = true;
      } else if (NamesMinistry(limits.text.ministries(), facts_.ministry)) {
        return &limits.text;
      }
    }
    return general;
  }

  Holds TestFine(const cv::Row& row) {
    if (row.fine_band() == cv::Row::FINE_BAND_UNSPECIFIED) return Holds::kYes;
    if (!facts_.fine_fen.has_value()) {
      return Maybe(UndecidedReason::kFineMissing);
    }
    bool ministry_missing = false;
    const cv::FineLimits* const limits = LimitsOf(&ministry_missing);
    if (ministry_missing) return Maybe(UndecidedReason::kMinistryMissing);
    const std::int64_t fine = *facts_.fine_fen;
    // Below, at or above one limit; maybe where it is not established, but the
    // other one settles it.
    const auto reaches = [fine](bool known, std::int64_t limit) {
      if (!known) return Holds::kMaybe;
      return fine >= limit ? Holds::kYes : Holds::kNo;
    };
    Holds larger = Holds::kMaybe;
    Holds huge = Holds::kMaybe;
    if (limits != nullptr) {
      larger = reaches(limits->has_larger_fen(), limits->larger_fen());
      huge = reaches(limits->has_huge_fen(), limits->huge_fen());
      if (huge == Holds::kYes) larger = Holds::kYes;
      if (larger == Holds::kNo) huge = Holds::kNo;
    }
    const auto is_not = [](Holds h) {
      return h == Holds::kMaybe ? h
             : h == Holds::kYes ? Holds::kNo
                                : Holds::kYes;
    };
    Holds band = Holds::kNo;
    if (row.fine_band() == cv::Row::FINE_BAND_SMALL) band = is_not(larger);
    if (row.fine_band() == cv::Row::FINE_BAND_LARGER) {
      band = And(larger, is_not(huge));
    }
    if (row.fine_band() == cv::Row::FINE_BAND_HUGE) band = huge;
    if (band == Holds::kMaybe) why_.push_back(UndecidedReason::kFineLimitsMissing);
    return band;
  }

  void AskKinds() {
    if (facts_.kinds->empty()) {
      judgement_.reasons.push_back(UndecidedReason::kKindsMissing);
      return;
    }
    const Row* gravest = nullptr;
    bool all_decided = true;
    for (const std::string& kind : *facts_.kinds) {
      if (facts_.procedure == sv::Penalty::PROCEDURE_SIMPLE &&
          !MayBeSimple(kind)) {
        judgement_.reasons.push_back(
            UndecidedReason::kProcedureContradictsKind);
        all_decided = false;
        continue;
      }
      const Ruling ruling = Ask(regime_.kind_rows, kind);
      if (!ruling.is_certain) {
        all_decided = false;
        if (ruling.row == nullptr && !ruling.may_hold) {
          judgement_.reasons.push_back(UndecidedReason::kKindWithoutRule);
        }
        AddReasons(ruling);
        continue;
      }
      if (gravest == nullptr || ruling.row->term->rank > gravest->term->rank) {
        gravest = ruling.row;
      }
    }
    if (gravest != nullptr &&
        (all_decided || gravest->term->text.settles())) {
      judgement_.reasons.clear();
      Apply(*gravest);
    }
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

// The first day on which `term` no longer shows the record.
CivilDay EndOf(const cv::Term& term, const RecordFacts& facts, CivilDay start) {
  CivilDay last = CivilDay::OpenEnded();
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
        NamesMinistry(exception.ministries(), facts.ministry)) {
      months = std::max(months, exception.repair_after_months());
    }
  }
  const CivilDay earliest =
      months == 0 ? start : HiddenFrom(LastDayOfPeriod(start, months));
  if (facts.restricted_until.is_unknown()) return earliest;
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
      return 6;
  }
  return 6;
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
      decision.reasons.insert(decision.reasons.end(),
                              judgement.reasons.begin(),
                              judgement.reasons.end());
      publicity = Publicity::kUndecided;
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
        publicity = shown.is_untold ? Publicity::kUndecided : Publicity::kNotYet;
        if (shown.is_untold) {
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
  decision.next_change = boundary;
  for (const CivilDay edge : {decision.from, decision.until}) {
    if (day < edge) decision.next_change = std::min(decision.next_change, edge);
  }
  const bool is_shown = decision.publicity == Publicity::kPublic ||
                        decision.publicity == Publicity::kNotYet;
  if (is_shown && boundary < decision.until) {
    // Another regime joins in, or leaves, before the end.
    const Decision later = DecideWith(record, facts, shown, table, boundary);
    decision.until = later.is_public() ? later.until : boundary;
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
  if (!is_shown ||
      (!decision.repair_from.is_unknown() &&
       decision.until <= decision.repair_from)) {
    decision.repair_from = CivilDay::Unknown();
  }
  decision.unperformed = decision.publicity == Publicity::kExpired &&
                         facts.has_duty && facts.performed.is_unknown();
  return decision;
}

Decision NotInForce() {
  Decision decision;
  decision.publicity = Publicity::kWithdrawn;
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
  if (record.state() != sv::RECORD_STATE_ACTIVE) return NotInForce();
  const RecordFacts facts = FactsOf(record);
  if (!facts.decided.is_date()) return Undated();
  return DecideWith(record, facts, FirstShownOn(record, table.channel()), table,
                    day);
}

Decision DecideIfShownFrom(const sv::RecordVersion& record,
                           const PublicationTable& table, CivilDay day) {
  if (record.state() != sv::RECORD_STATE_ACTIVE) return NotInForce();
  const RecordFacts facts = FactsOf(record);
  if (!facts.decided.is_date()) return Undated();
  return DecideWith(record, facts, {day, false}, table, day);
}

}  // namespace creditreg
