#include "index/publication/source_quality.h"

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/long_run.h"

namespace creditreg {
namespace {

using ::testing::Optional;

namespace sv = storage::v1;

// Of 双公示: within 7 working days of the decision.
constexpr int kLimit = 7;

CivilDay Day(absl::string_view iso) { return *CivilDay::ParseIso(iso); }

// 2026 by 国办发明电〔2025〕7号, as far as the cases need it.
WorkCalendar Calendar2026() {
  return *WorkCalendar::FromYears({{2026,
                                    {{Day("2026-01-01"), Day("2026-01-03")},
                                     {Day("2026-02-15"), Day("2026-02-23")},
                                     {Day("2026-10-01"), Day("2026-10-07")}},
                                    {Day("2026-01-04"), Day("2026-02-14"),
                                     Day("2026-02-28"), Day("2026-10-10")}}});
}

QualityRecord Record(absl::string_view decided, absl::string_view received) {
  QualityRecord record;
  record.family = sv::FAMILY_PENALTY;
  record.source_id = "credit-2016";
  record.region = "440100";
  record.first_received = Day(received);
  record.decided_on = Day(decided);
  record.compliant = true;
  return record;
}

struct TimeCase {
  const char* decided;
  const char* received;
  bool late;
  bool estimated = false;
};

TEST(SourceQualityTest, TheSeventhWorkingDayIsTimelyTheEighthLate) {
  const WorkCalendar calendar = Calendar2026();
  for (const TimeCase& c : {
           // A Monday: the seventh is Wednesday of the next week.
           TimeCase{"2026-03-02", "2026-03-02", false},
           TimeCase{"2026-03-02", "2026-03-03", false},
           TimeCase{"2026-03-02", "2026-03-11", false},
           TimeCase{"2026-03-02", "2026-03-12", true},
           // The seventh is a Friday: the days off after it are in time.
           TimeCase{"2026-03-04", "2026-03-13", false},
           TimeCase{"2026-03-04", "2026-03-15", false},
           TimeCase{"2026-03-04", "2026-03-16", true},
           // Decided on a day off.
           TimeCase{"2026-03-07", "2026-03-17", false},
           TimeCase{"2026-03-07", "2026-03-18", true},
           // Over Spring Festival: Saturdays 14 and 28 are worked.
           TimeCase{"2026-02-12", "2026-02-28", false},
           TimeCase{"2026-02-12", "2026-03-01", false},
           TimeCase{"2026-02-12", "2026-03-02", true},
           // Over National Day: Saturday 10 is worked.
           TimeCase{"2026-09-28", "2026-10-13", false},
           TimeCase{"2026-09-28", "2026-10-14", true},
           // Received before it was decided.
           TimeCase{"2026-03-12", "2026-03-02", false},
           TimeCase{"2027-03-12", "2026-03-02", false},
           // Years late.
           TimeCase{"2026-03-02", "2030-01-01", true},
       }) {
    const QualityCell got =
        QualityOf(Record(c.decided, c.received), calendar, kLimit);
    QualityCell want{.records = 1, .compliant = 1};
    (c.late ? want.late : want.timely) = 1;
    EXPECT_EQ(got, want) << c.decided << " received " << c.received;
    EXPECT_TRUE(got.is_sound());
  }
}

// Only where a day past the calendar can make the difference.
TEST(SourceQualityTest, WhatTheCalendarDoesNotDecideIsEstimated) {
  const WorkCalendar calendar = Calendar2026();
  for (const TimeCase& c : {
           // The last day covered is the seventh.
           TimeCase{"2026-12-22", "2026-12-31", false},
           // 1 January may be a holiday.
           TimeCase{"2026-12-22", "2027-01-01", true, true},
           TimeCase{"2026-12-28", "2027-01-06", false, true},
           TimeCase{"2026-12-28", "2027-01-08", true, true},
           // At most seven days of any kind.
           TimeCase{"2026-12-28", "2027-01-04", false},
           TimeCase{"2027-05-03", "2027-05-10", false},
           TimeCase{"2027-05-03", "2027-05-12", false, true},
           TimeCase{"2027-05-03", "2027-05-13", true, true},
           // Late before the calendar ended.
           TimeCase{"2026-12-18", "2027-01-20", true},
           // Decided before it begins.
           TimeCase{"2025-12-31", "2026-01-12", false},
           TimeCase{"2025-12-30", "2026-01-09", false, true},
           TimeCase{"2025-12-30", "2026-01-13", true, true},
       }) {
    const QualityCell got =
        QualityOf(Record(c.decided, c.received), calendar, kLimit);
    EXPECT_EQ(got.late, c.late ? 1 : 0) << c.decided << " " << c.received;
    EXPECT_EQ(got.timely, c.late ? 0 : 1) << c.decided << " " << c.received;
    EXPECT_EQ(got.estimated, c.estimated ? 1 : 0)
        << c.decided << " received " << c.received;
    EXPECT_TRUE(got.is_sound());
  }
}

TEST(SourceQualityTest, OtherLimitsCountTheSameWay) {
  const WorkCalendar calendar = Calendar2026();
  const auto late = [&](absl::string_view received, int limit) {
    return QualityOf(Record("2026-03-02", received), calendar, limit).late;
  };
  EXPECT_EQ(late("2026-03-02", 0), 0);
  EXPECT_EQ(late("2026-03-03", 0), 1);
  EXPECT_EQ(late("2026-03-30", 20), 0);
  EXPECT_EQ(late("2026-03-31", 20), 1);
}

TEST(SourceQualityTest, WithoutADayOfDecisionNeitherTimelyNorLate) {
  for (const CivilDay day : {CivilDay::Unknown(), CivilDay::OpenEnded()}) {
    QualityRecord record = Record("2026-03-02", "2026-03-02");
    record.decided_on = day;
    const QualityCell got = QualityOf(record, Calendar2026(), kLimit);
    EXPECT_EQ(got, (QualityCell{.records = 1, .compliant = 1, .undated = 1}));
    EXPECT_TRUE(got.is_sound());
    EXPECT_EQ(TimelinessRate(got), std::nullopt);
    EXPECT_THAT(ComplianceRate(got), Optional(Rate{1, 1}));
  }
}

TEST(SourceQualityTest, WhatIsNotCompliantIsOnlyReported) {
  QualityRecord record = Record("2026-03-02", "2026-03-30");
  record.compliant = false;
  const QualityCell got = QualityOf(record, Calendar2026(), kLimit);
  EXPECT_EQ(got, QualityCell{.records = 1});
  EXPECT_THAT(ComplianceRate(got), Optional(Rate{0, 1}));
  EXPECT_EQ(LatenessRate(got), std::nullopt);
}

// What the writer puts for a correction that comes much later: first receipt,
// and with it month and lateness, stay as they were.
TEST(SourceQualityTest, ACorrectionChangesComplianceAlone) {
  const WorkCalendar calendar = Calendar2026();
  for (const bool late : {false, true}) {
    QualityRecord first =
        Record("2026-03-02", late ? "2026-03-12" : "2026-03-11");
    first.compliant = false;
    QualityRecord corrected = first;
    corrected.compliant = true;
    EXPECT_EQ(QualityKeyOf(first), QualityKeyOf(corrected));

    QualityCell kept = QualityOf(first, calendar, kLimit);
    kept += QualityOf(corrected, calendar, kLimit) -
            QualityOf(first, calendar, kLimit);
    EXPECT_EQ(kept, (QualityCell{.records = 1,
                                 .compliant = 1,
                                 .timely = late ? 0 : 1,
                                 .late = late ? 1 : 0}));
    // Corrected once more: nothing to put.
    EXPECT_EQ(QualityOf(corrected, calendar, kLimit) -
                  QualityOf(corrected, calendar, kLimit),
              QualityCell());
  }
}

TEST(SourceQualityTest, KeysAreOfTheMonthOfReceipt) {
  QualityRecord record = Record("2026-02-27", "2026-03-31");
  const QualityKey key = QualityKeyOf(record);
  EXPECT_EQ(key.source_id, "credit-2016");
  EXPECT_EQ(key.region, "440100");
  EXPECT_EQ(key.month, Day("2026-03-01"));
  EXPECT_EQ(key.family, sv::FAMILY_PENALTY);
  // As for a row that became no record.
  EXPECT_EQ(QualityKeyOf(sv::FAMILY_PENALTY, "credit-2016", "440100",
                         Day("2026-03-01")),
            key);
  record.first_received = Day("2026-04-01");
  EXPECT_NE(QualityKeyOf(record), key);
  record = Record("2026-02-27", "2026-03-31");
  record.region = "";
  EXPECT_NE(QualityKeyOf(record), key);
}

TEST(SourceQualityTest, NothingToHaveAShareOfIsNotZero) {
  const QualityCell none;
  EXPECT_EQ(ComplianceRate(none), std::nullopt);
  EXPECT_EQ(TimelinessRate(none), std::nullopt);
  EXPECT_EQ(LatenessRate(none), std::nullopt);

  const QualityCell rejected{.rejected_rows = 3, .quarantined_rows = 2};
  EXPECT_TRUE(rejected.is_sound());
  EXPECT_EQ(rejected.reported(), 5);
  EXPECT_THAT(ComplianceRate(rejected), Optional(Rate{0, 5}));
  EXPECT_EQ(TimelinessRate(rejected), std::nullopt);

  const QualityCell all_late{.records = 2, .compliant = 2, .late = 2};
  EXPECT_THAT(TimelinessRate(all_late), Optional(Rate{0, 2}));
  EXPECT_THAT(LatenessRate(all_late), Optional(Rate{2, 2}));
}

TEST(SourceQualityTest, RatesOfAMixture) {
  const QualityCell cell{.records = 10,
                         .compliant = 8,
                         .timely = 5,
                         .late = 2,
                         .undated = 1,
                         .estimated = 3,
                         .rejected_rows = 4,
                         .quarantined_rows = 1};
  EXPECT_TRUE(cell.is_sound());
  EXPECT_THAT(ComplianceRate(cell), Optional(Rate{8, 15}));
  EXPECT_THAT(TimelinessRate(cell), Optional(Rate{5, 7}));
  EXPECT_THAT(LatenessRate(cell), Optional(Rate{2, 7}));
}

TEST(SourceQualityTest, CellsThatCannotBeAreNotSound) {
  for (const QualityCell& cell : {
           QualityCell{.records = -1},
           QualityCell{.rejected_rows = -1},
           QualityCell{.quarantined_rows = -1},
           QualityCell{.compliant = 1, .timely = 1},
           QualityCell{.records = 1, .compliant = 1},
           QualityCell{.records = 1, .timely = 1},
           QualityCell{.records = 1, .compliant = 1, .timely = 2, .late = -1},
           QualityCell{
               .records = 1, .compliant = 1, .undated = 1, .estimated = 1},
       }) {
    EXPECT_FALSE(cell.is_sound());
  }
}

// Whatever comes, changes and goes, cells kept by differences are those counted
// anew.
TEST(SourceQualityTest, RandomChangesKeepCellsAsCountedAnew) {
  const LongRun run;
  std::mt19937_64 random(run.seed());
  const WorkCalendar calendar = Calendar2026();
  const auto make = [&] {
    QualityRecord record = Record("2026-01-01", "2026-01-01");
    record.source_id = absl::StrCat("s", random() % 3);
    record.region = random() % 4 == 0 ? "" : "440300";
    record.first_received =
        Day("2025-11-01").PlusDays(static_cast<std::int32_t>(random() % 460));
    record.decided_on = random() % 5 == 0
                            ? CivilDay::Unknown()
                            : record.first_received.PlusDays(
                                  -static_cast<std::int32_t>(random() % 20));
    record.compliant = random() % 3 != 0;
    return record;
  };
  std::vector<QualityRecord> records;
  std::map<QualityKey, QualityCell> kept;
  const auto put = [&](const QualityRecord* before,
                       const QualityRecord* after) {
    if (before != nullptr) {
      kept[QualityKeyOf(*before)] -= QualityOf(*before, calendar, kLimit);
    }
    if (after != nullptr) {
      kept[QualityKeyOf(*after)] += QualityOf(*after, calendar, kLimit);
    }
  };
  for (int i = 0; i < 3000; ++i) {
    if (records.empty() || random() % 2 == 0) {
      records.push_back(make());
      put(nullptr, &records.back());
      continue;
    }
    QualityRecord& record = records[random() % records.size()];
    if (random() % 4 == 0) {
      put(&record, nullptr);
      std::swap(record, records.back());
      records.pop_back();
      continue;
    }
    QualityRecord changed = record;
    changed.compliant = !changed.compliant;
    if (random() % 2 == 0) changed.region = "440100";
    put(&record, &changed);
    record = changed;
  }
  std::map<QualityKey, QualityCell> counted;
  for (const QualityRecord& record : records) {
    counted[QualityKeyOf(record)] += QualityOf(record, calendar, kLimit);
  }
  for (const auto& [key, cell] : kept) {
    EXPECT_TRUE(cell.is_sound());
    EXPECT_EQ(cell, counted[key]) << key.source_id << " " << key.month;
  }
}

}  // namespace
}  // namespace creditreg
