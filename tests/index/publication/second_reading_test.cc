// The shipped tables as Decide() reads them, against the same rules written
// plainly by somebody else (tests/oracle/publication_oracle.h): random records,
// days and channels, with and without limits of fines.
//
//   CREDITREG_SEED, CREDITREG_SECONDS as in long_run.h

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "creditreg/conf/v1/publication.pb.h"
#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "gtest/gtest.h"
#include "index/base/civil_day.h"
#include "index/codec/text_proto.h"
#include "index/publication/decision.h"
#include "index/publication/rules.h"
#include "tests/oracle/publication_oracle.h"
#include "tests/testing/long_run.h"
#include "tests/testing/shipped_tables.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {
namespace {

namespace sv = storage::v1;

// Of one run without time: enough for every row of the tables many times.
constexpr int kShortRun = 200000;
// With each seed.
constexpr int kLongRun = 1000000;

constexpr absl::string_view kMinistries[] = {"", "国家市场监督管理总局",
                                             "国家药品监督管理局", "应急管理部",
                                             "国家消防救援局"};
constexpr absl::string_view kKinds[] = {
    "警告",         "通报批评",     "罚款",          "没收违法所得",
    "没收非法财物", "暂扣许可证件", "降低资质等级",  "吊销许可证件",
    "责令停产停业", "责令关闭",     "限制从业",      "限制开展生产经营活动",
    "行政拘留",     "其他-某种",    "不在清单的种类"};
const std::string kUnlistedKind = "不在清单的种类";

conf::v1::PublicationRules ShippedRules(absl::string_view name) {
  conf::v1::PublicationRules rules;
  EXPECT_THAT(ParseTextProto(ShippedTable(name), std::string(name), &rules),
              IsOk());
  return rules;
}

// The rules of both channels, as shipped or with limits of fines.
struct Reading {
  std::shared_ptr<const PublicationTable> credit_china;
  std::shared_ptr<const PublicationTable> gsxt;
  oracle::Limits limits;
};

Reading ReadingWith(const oracle::Limits& limits) {
  conf::v1::PublicationRules credit_china = ShippedRules("credit_china");
  conf::v1::PublicationRules gsxt = ShippedRules("gsxt");
  for (conf::v1::PublicationRules* rules : {&credit_china, &gsxt}) {
    for (conf::v1::Regime& regime : *rules->mutable_regimes()) {
      for (const auto& [ministry, amounts] : limits.by_ministry) {
        conf::v1::FineLimits* added = regime.add_fine_limits();
        added->set_id(absl::StrCat("LIMITS/", regime.id(), "/", ministry));
        added->set_article("示例");
        if (!ministry.empty()) added->add_ministries(ministry);
        if (amounts.first.has_value()) added->set_larger_fen(*amounts.first);
        if (amounts.second.has_value()) added->set_huge_fen(*amounts.second);
      }
    }
  }
  Reading reading;
  const auto first = PublicationTable::Build(credit_china);
  const auto second = PublicationTable::Build(gsxt);
  EXPECT_THAT(first, IsOk());
  EXPECT_THAT(second, IsOk());
  reading.credit_china = *first;
  reading.gsxt = *second;
  reading.limits = limits;
  return reading;
}

class RandomRecord {
 public:
  explicit RandomRecord(std::uint64_t seed) : random_(seed) {}

  oracle::Record Next() {
    oracle::Record record;
    const int family = Below(12);
    record.family = family == 0   ? oracle::Family::kLicence
                    : family == 1 ? oracle::Family::kComplaint
                                  : oracle::Family::kPenalty;
    record.party = static_cast<oracle::PartyCategory>(
        Below(6) == 0 ? Below(4) : 1 + Below(2));
    // Half of them near the days on which laws change.
    static constexpr int kEdges[] = {19478, 20544, 18871};
    record.decided = Below(2) == 0 ? 17532 + Below(9000)
                                   : kEdges[Below(3)] - 1100 + Below(1200);
    for (int n = Below(4); n > 0; --n) {
      record.kinds.emplace_back(kKinds[Below(std::size(kKinds))]);
    }
    record.procedure = static_cast<oracle::Procedure>(Below(3));
    if (Below(4) == 0) {
      record.declared = static_cast<oracle::Severity>(Below(4));
    }
    record.ministry = std::string(kMinistries[Below(std::size(kMinistries))]);
    if (Below(5) != 0) {
      static constexpr long long kAmounts[] = {
          1,      299999,  300000,  300001,   499999,   500000,
          999999, 1000000, 4999999, 50000000, 50000001, 99999999};
      record.fine_fen = kAmounts[Below(std::size(kAmounts))];
    }
    // Of no kind, or of one of no list, it may be a restriction or not: who
    // knows how long.
    const bool known_kinds = !record.kinds.empty() &&
                             std::find(record.kinds.begin(), record.kinds.end(),
                                       kUnlistedKind) == record.kinds.end();
    if (known_kinds && Below(3) == 0) {
      record.term_until =
          Below(9) == 0 ? oracle::kOpenEnded : *record.decided + Below(3000);
    }
    if (Below(2) == 0) record.performed = *record.decided + Below(600);
    if (Below(4) != 0) record.shown_on_gsxt = *record.decided + Below(60);
    // What has no period is there from its decision on.
    if (record.family != oracle::Family::kPenalty) {
      record.shown_on_gsxt = record.decided;
    }
    record.shown_on_gsxt_unknown_day =
        !record.shown_on_gsxt.has_value() && Below(3) == 0;
    return record;
  }

  // A day to ask for: near the ends of its periods half of the time.
  int DayFor(const oracle::Record& record) {
    static constexpr int kPeriods[] = {0,   31,  61,   92,   181,
                                       365, 730, 1095, 1096, 1461};
    const int start = record.shown_on_gsxt.value_or(*record.decided);
    const int from = Below(2) == 0 ? start : *record.decided;
    if (Below(4) == 0) return 20544 - 2 + Below(4);
    return Below(2) == 0 ? from + kPeriods[Below(10)] - 3 + Below(6)
                         : from - 100 + Below(1600);
  }

  int Below(std::size_t n) { return static_cast<int>(random_() % n); }

 private:
  std::mt19937_64 random_;
};

std::int32_t StoredDay(int day) {
  return day == oracle::kOpenEnded ? CivilDay::OpenEnded().days() : day;
}

sv::RecordVersion Stored(const oracle::Record& record) {
  sv::RecordVersion version;
  version.set_state(sv::RECORD_STATE_ACTIVE);
  sv::Record& content = *version.mutable_content();
  content.mutable_party()->set_category(
      static_cast<sv::PartyCategory>(record.party));
  if (record.family == oracle::Family::kLicence) {
    content.set_family(sv::FAMILY_LICENCE);
    content.mutable_licence()->set_decided_on(*record.decided);
  } else if (record.family == oracle::Family::kComplaint) {
    content.set_family(sv::FAMILY_COMPLAINT);
    content.mutable_complaint()->set_registered_on(*record.decided);
  } else {
    content.set_family(sv::FAMILY_PENALTY);
    sv::Penalty& penalty = *content.mutable_penalty();
    penalty.set_decided_on(*record.decided);
    for (const std::string& kind : record.kinds) penalty.add_kinds(kind);
    penalty.set_procedure(
        static_cast<sv::Penalty::Procedure>(record.procedure));
    penalty.set_declared_severity(
        static_cast<sv::Penalty::DeclaredSeverity>(record.declared));
    penalty.set_ministry(record.ministry);
    if (record.fine_fen.has_value()) penalty.set_fine_fen(*record.fine_fen);
    if (record.term_until.has_value()) {
      penalty.set_term_until(StoredDay(*record.term_until));
    }
    if (record.performed.has_value()) {
      penalty.set_performed_on(*record.performed);
    }
    if (record.shown_on_gsxt_unknown_day) {
      penalty.add_publications()->set_channel(
          sv::ChannelPublication::CHANNEL_GSXT);
    }
  }
  if (record.shown_on_gsxt.has_value()) {
    sv::FirstShown* shown = version.add_first_shown();
    shown->set_channel(sv::ChannelPublication::CHANNEL_GSXT);
    shown->set_day(*record.shown_on_gsxt);
  }
  return version;
}

std::string Text(oracle::Day day) {
  if (!day.has_value()) return "none";
  return CivilDay::FromDays(StoredDay(*day)).ToIso();
}

std::string Text(const oracle::Answer& answer) {
  static constexpr absl::string_view kStates[] = {"public", "hidden",
                                                  "undecided"};
  return absl::StrCat(kStates[static_cast<int>(answer.state)], " until ",
                      Text(answer.last_day_shown), " repair ",
                      Text(answer.earliest_repair));
}

// 2026-04-01.
constexpr int kOrder36 = 20544;

// What Decide() says on `day`, in the oracle's terms. The oracle's first day of
// a repair also waits for the party to have performed, which is a condition of
// the application and not of its day here.
oracle::Answer Said(const oracle::Record& record, const PublicationTable& table,
                    int day, bool* is_over) {
  const sv::RecordVersion stored = Stored(record);
  const Decision decision = Decide(stored, table, CivilDay::FromDays(day));
  oracle::Answer answer;
  if (decision.publicity == Publicity::kUndecided) {
    // The oracle calls hidden what gsxt has not begun to show; here somebody
    // has to decide first whether it begins.
    const bool not_begun =
        table.channel() == sv::ChannelPublication::CHANNEL_GSXT &&
        !record.shown_on_gsxt.has_value() && !record.shown_on_gsxt_unknown_day;
    if (!not_begun) answer.state = oracle::State::kUndecided;
    return answer;
  }
  *is_over = decision.publicity == Publicity::kExpired;
  if (!decision.is_public()) return answer;
  answer.state = oracle::State::kPublic;
  answer.last_day_shown = decision.until.is_open_ended()
                              ? oracle::kOpenEnded
                              : decision.until.days() - 1;
  if (!record.performed.has_value()) return answer;
  CivilDay from = decision.repair_from;
  if (day < kOrder36 && kOrder36 <= *record.performed) {
    // They can apply under the later order only.
    from = Decide(stored, table, CivilDay::FromDays(kOrder36)).repair_from;
  }
  if (!from.is_date()) return answer;
  const int first = std::max(from.days(), *record.performed);
  if (first <= *answer.last_day_shown) answer.earliest_repair = first;
  return answer;
}

std::string Text(const oracle::Record& record, int day, bool on_gsxt) {
  return absl::StrCat(
      on_gsxt ? "gsxt" : "credit_china", " asked for ", Text(day), ": family ",
      static_cast<int>(record.family), " party ",
      static_cast<int>(record.party), " decided ", Text(record.decided),
      " kinds [", absl::StrJoin(record.kinds, " "), "] procedure ",
      static_cast<int>(record.procedure), " declared ",
      static_cast<int>(record.declared), " ministry \"", record.ministry,
      "\" fine ", record.fine_fen.value_or(-1), " term ",
      Text(record.term_until), " performed ", Text(record.performed), " shown ",
      Text(record.shown_on_gsxt),
      record.shown_on_gsxt_unknown_day ? " since an unknown day" : "");
}

// True: they agree on `count` records.
bool Agree(std::uint64_t seed, int count) {
  static const auto* const kReadings = new std::array<Reading, 3>{
      ReadingWith({}), ReadingWith({{{"", {500000, 50000000}}}}),
      ReadingWith({{{"", {500000, std::nullopt}},
                    {"应急管理部", {1000000, 100000000}},
                    {"国家药品监督管理局", {std::nullopt, 50000000}}}})};
  RandomRecord random(seed);
  for (int i = 0; i < count; ++i) {
    const Reading& reading = (*kReadings)[random.Below(3)];
    const oracle::Record record = random.Next();
    const int day = random.DayFor(record);
    const bool on_gsxt = random.Below(2) == 0;
    oracle::Answer want = oracle::Ask(
        record,
        on_gsxt ? oracle::Channel::kGsxt : oracle::Channel::kCreditChina, day,
        reading.limits);
    bool is_over = false;
    oracle::Answer got = Said(
        record, on_gsxt ? *reading.gsxt : *reading.credit_china, day, &is_over);
    // The tables call over what is over by every term that the record may have,
    // the oracle by the longest of the law; neither shows it.
    if (is_over && want.state == oracle::State::kUndecided) {
      want.state = oracle::State::kNotPublic;
    }
    // The oracle goes back to applications under the old order for a day that
    // is over; the tables say from when it can be applied for now.
    if (!on_gsxt && kOrder36 <= day && *record.decided < kOrder36) {
      got.earliest_repair.reset();
      want.earliest_repair.reset();
    }
    if (Text(got) != Text(want)) {
      ADD_FAILURE() << "seed " << seed << ", record " << i << "\n"
                    << Text(record, day, on_gsxt) << "\n limits of "
                    << reading.limits.by_ministry.size() << " ministries\n"
                    << "  tables: " << Text(got)
                    << "\n  oracle: " << Text(want);
      return false;
    }
  }
  return true;
}

TEST(SecondReadingTest, TheTablesSayWhatTheLawSays) {
  LongRun run;
  if (!run.has_time()) {
    Agree(run.seed(), kShortRun);
    return;
  }
  std::uint64_t seed = run.seed();
  std::int64_t records = 0;
  do {
    if (!Agree(seed, kLongRun)) {
      LongRun::Replay(absl::StrCat("CREDITREG_SEED=", seed));
      return;
    }
    records += kLongRun;
    ++seed;
    run.Progress(absl::StrCat(records, " records agree"));
  } while (!run.TimeIsUp());
  LongRun::Conclude(absl::StrCat(records, " records agree"));
}

}  // namespace
}  // namespace creditreg
