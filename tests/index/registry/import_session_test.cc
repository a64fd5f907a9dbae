// Imports: what is durable when, where an interrupted one goes on, and that
// the same rows never do anything twice.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/registry/registry.h"
#include "index/registry/view.h"
#include "tests/index/registry/test_registry.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

class ImportSessionTest : public RegistryTest {
 protected:
  using Session = std::unique_ptr<ImportSession>;

  static StartImport Start(std::string request_id) {
    StartImport start;
    start.actor = {"dev", "agency", "clerk", "test"};
    start.request_id = std::move(request_id);
    start.format = 2;
    start.encoding = 1;
    start.source_id = "default";
    return start;
  }

  Session Begin(const StartImport& start) {
    absl::StatusOr<Session> session = registry_->BeginImport(start);
    EXPECT_TRUE(session.ok()) << session.status();
    return session.ok() ? *std::move(session) : nullptr;
  }

  static ImportRowDraft RowOf(std::uint64_t row, RecordDraft record) {
    ImportRowDraft draft;
    draft.row = row;
    draft.raw.add_columns("文书号");
    draft.raw.add_cells(record.content.ShortDebugString());
    draft.record = std::move(record);
    return draft;
  }
  static ImportRowDraft RowOf(std::uint64_t row, EnterpriseDraft enterprise) {
    ImportRowDraft draft;
    draft.row = row;
    draft.raw.add_columns("名称");
    draft.raw.add_cells(enterprise.content.ShortDebugString());
    enterprise.keep_history = true;
    draft.enterprise = std::move(enterprise);
    return draft;
  }

  // Rows `from` to `to`: licences of an enterprise that is not known.
  static std::vector<ImportRowDraft> Licences(std::uint64_t from,
                                              std::uint64_t to) {
    std::vector<ImportRowDraft> rows;
    for (std::uint64_t row = from; row <= to; ++row) {
      rows.push_back(
          RowOf(row, LicenceOf(kCodeA, "甲公司", absl::StrCat(row, "号"))));
    }
    return rows;
  }

  // Appends and waits.
  static absl::StatusOr<ImportAnswer> Append(ImportSession& session,
                                             std::vector<ImportRowDraft> rows) {
    const std::uint64_t last = rows.empty() ? 0 : rows.back().row;
    absl::StatusOr<ImportAnswer> answer = absl::UnknownError("no answer");
    absl::Notification answered;
    session.AppendRows(std::move(rows), last * 10, absl::StrCat("sm3-", last),
                       [&](absl::StatusOr<ImportAnswer> given) {
                         answer = std::move(given);
                         answered.Notify();
                       });
    answered.WaitForNotification();
    return answer;
  }

  std::uint64_t Sequence() { return registry_->CurrentView()->sequence(); }
};

TEST_F(ImportSessionTest, RowsAreDurablePieceByPiece) {
  Session session = Begin(Start("i1"));
  EXPECT_EQ(session->start().rows_done(), 0);
  CREDITREG_ASSERT_OK_AND_ASSIGN(const ImportAnswer answer,
                                 Append(*session, Licences(1, 3)));
  EXPECT_EQ(answer.progress.rows_done(), 3);
  EXPECT_EQ(answer.progress.pending(), 3);
  EXPECT_EQ(answer.sequence, Sequence());
  session.reset();
  Reopen();
  EXPECT_EQ(registry_->Figures().counters.licences(), 3);
  CREDITREG_ASSERT_OK_AND_ASSIGN(const StoredImport progress,
                                 registry_->GetImport("dev", "i1"));
  EXPECT_EQ(progress.row.rows_done(), 3);
  EXPECT_EQ(progress.row.bytes_done(), 30);
  EXPECT_EQ(progress.row.prefix_sm3(), "sm3-3");
  EXPECT_EQ(progress.row.finished_us(), 0);
}

TEST_F(ImportSessionTest, AnInterruptedImportGoesOnAfterItsLastRow) {
  Session session = Begin(Start("i1"));
  ASSERT_THAT(Append(*session, Licences(1, 3)), IsOk());
  session.reset();
  clock_.Advance(absl::Minutes(5));
  Reopen();
  session = Begin(Start("i1"));
  EXPECT_EQ(session->start().rows_done(), 3);
  EXPECT_EQ(session->start().prefix_sm3(), "sm3-3");
  ASSERT_THAT(Append(*session, Licences(4, 5)), IsOk());
  CREDITREG_ASSERT_OK_AND_ASSIGN(const ImportAnswer finished,
                                 session->Finish(50, "sm3"));
  EXPECT_EQ(finished.progress.rows_done(), 5);
  EXPECT_EQ(finished.progress.pending(), 5);
  EXPECT_EQ(finished.progress.total_bytes(), 50);
  EXPECT_EQ(finished.progress.file_sm3(), "sm3");
  EXPECT_LT(finished.progress.started_us(), finished.progress.finished_us());
  EXPECT_EQ(registry_->Figures().counters.licences(), 5);
}

// The connection breaks while rows are still queued, and the sender is back at
// once: the new run must know of them.
TEST_F(ImportSessionTest, ARunBehindQueuedPiecesGoesOnAfterThem) {
  for (int turn = 0; turn < 20; ++turn) {
    const StartImport start = Start(absl::StrCat("i", turn));
    Session session = Begin(start);
    ASSERT_NE(session, nullptr);
    // Holds the writer until the first run is gone.
    absl::Notification held;
    absl::Notification hold;
    PutEnterprise blocker;
    blocker.request = NewRequest();
    blocker.draft = Firm(kCodeB, absl::StrCat("公司", turn));
    registry_->Submit(std::move(blocker), [&](absl::StatusOr<WriteAnswer>) {
      held.Notify();
      hold.WaitForNotification();
    });
    held.WaitForNotification();
    session->AppendRows(Licences(1, 50), 500, "a",
                        [](const absl::StatusOr<ImportAnswer>&) {});
    session->AppendRows(Licences(51, 100), 1000, "b",
                        [](const absl::StatusOr<ImportAnswer>&) {});
    session.reset();
    hold.Notify();
    session = Begin(start);
    ASSERT_NE(session, nullptr);
    EXPECT_EQ(session->start().rows_done(), 100);
    CREDITREG_ASSERT_OK_AND_ASSIGN(const ImportAnswer finished,
                                   session->Finish(1000, "b"));
    EXPECT_EQ(finished.progress.rows_done(), 100);
    EXPECT_EQ(finished.progress.import_no(),
              static_cast<std::uint64_t>(turn) + 1);
  }
}

TEST_F(ImportSessionTest, TwoRunsOfOneImportAreRefused) {
  Session session = Begin(Start("i1"));
  EXPECT_THAT(registry_->BeginImport(Start("i1")),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       StartsWith("IMPORT_RUNNING: ")));
  // Ids are each principal's own.
  StartImport other = Start("i1");
  other.actor.principal = "somebody else";
  EXPECT_THAT(registry_->BeginImport(other), IsOk());
  EXPECT_THAT(registry_->BeginImport(Start("i2")), IsOk());
  session.reset();
  EXPECT_THAT(registry_->BeginImport(Start("i1")), IsOk());
}

TEST_F(ImportSessionTest, AFinishedImportIsAnsweredAgainAsTheFirstTime) {
  ASSERT_THAT(Put(Firm(kCodeA, "甲公司")), IsOk());
  std::vector<ImportRowDraft> rows = {
      RowOf(1, LicenceOf(kCodeA, "甲公司", "1号")),
      RowOf(2, LicenceOf(kCodeA, "从未有过公司", "2号")),
      RowOf(3, LicenceOf(kCodeB, "乙公司", "3号")),
      RowOf(4, LicenceOf(kCodeA, "甲公司", ""))};
  ImportRowDraft broken;
  broken.row = 5;
  broken.findings = {
      {Severity::kError, "record.licence.decided_on", "DATE_FORM", "", ""}};
  rows.push_back(broken);
  Session session = Begin(Start("i1"));
  CREDITREG_ASSERT_OK_AND_ASSIGN(const ImportAnswer first,
                                 Append(*session, rows));
  CREDITREG_ASSERT_OK_AND_ASSIGN(const ImportAnswer finished,
                                 session->Finish(50, "sm3"));
  session.reset();
  Reopen();

  session = Begin(Start("i1"));
  EXPECT_GT(session->start().finished_us(), 0);
  EXPECT_EQ(session->start().SerializeAsString(),
            finished.progress.SerializeAsString());
  CREDITREG_ASSERT_OK_AND_ASSIGN(const std::vector<ImportRowResult> again,
                                 session->ReadOutcomes(1, 5));
  ASSERT_EQ(again.size(), first.results.size());
  for (std::size_t i = 0; i < again.size(); ++i) {
    EXPECT_EQ(again[i].row, first.results[i].row);
    EXPECT_EQ(again[i].outcome, first.results[i].outcome);
    EXPECT_EQ(again[i].findings, first.results[i].findings);
  }
  // A stretch of it: rows 3 and 4.
  CREDITREG_ASSERT_OK_AND_ASSIGN(const std::vector<ImportRowResult> some,
                                 session->ReadOutcomes(3, 2));
  ASSERT_THAT(some, SizeIs(2));
  EXPECT_EQ(some[0].outcome, Outcome::kPending);
  EXPECT_EQ(some[1].outcome, Outcome::kQuarantined);
  // It is complete: nothing can be added to the receipt.
  const std::uint64_t before = Sequence();
  EXPECT_THAT(Append(*session, Licences(6, 7)),
              StatusIs(absl::StatusCode::kAborted, StartsWith("rows: ")));
  EXPECT_EQ(Sequence(), before);
}

TEST_F(ImportSessionTest, AnIdThatCameWithAnotherFormatOrSourceIsRefused) {
  Session session = Begin(Start("i1"));
  ASSERT_THAT(Append(*session, Licences(1, 1)), IsOk());
  session.reset();
  StartImport format = Start("i1");
  format.format = 3;
  EXPECT_THAT(registry_->BeginImport(format),
              StatusIs(absl::StatusCode::kAlreadyExists,
                       StartsWith("REQUEST_ID_REUSED: ")));
  StartImport source = Start("i1");
  source.source_id = "another";
  EXPECT_THAT(registry_->BeginImport(source),
              StatusIs(absl::StatusCode::kAlreadyExists,
                       StartsWith("REQUEST_ID_REUSED: ")));
  // A refusal does not leave the id running.
  EXPECT_THAT(registry_->BeginImport(Start("i1")), IsOk());
}

TEST_F(ImportSessionTest, RowsOutOfOrderAreRefusedAndLeaveNoHole) {
  Session session = Begin(Start("i1"));
  const auto out_of_order =
      StatusIs(absl::StatusCode::kAborted, StartsWith("rows: "));
  EXPECT_THAT(Append(*session, Licences(2, 3)), out_of_order);
  ASSERT_THAT(Append(*session, Licences(1, 2)), IsOk());
  EXPECT_THAT(Append(*session, Licences(1, 2)), out_of_order);
  EXPECT_THAT(Append(*session, Licences(4, 5)), out_of_order);
  std::vector<ImportRowDraft> holed = Licences(3, 5);
  holed.erase(holed.begin() + 1);
  EXPECT_THAT(Append(*session, holed), out_of_order);
  EXPECT_EQ(registry_->Figures().counters.licences(), 2);
  CREDITREG_ASSERT_OK_AND_ASSIGN(const ImportAnswer right,
                                 Append(*session, Licences(3, 4)));
  EXPECT_EQ(right.progress.rows_done(), 4);
}

TEST_F(ImportSessionTest, RowsThatFindNoSpaceCanBeSentAgain) {
  registry_.reset();
  RegistryOptions options = Options();
  options.store.reserve_free_bytes = std::numeric_limits<std::int64_t>::max();
  CREDITREG_ASSERT_OK_AND_ASSIGN(registry_, Registry::Open(options));
  const auto full =
      StatusIs(absl::StatusCode::kResourceExhausted, StartsWith("DISK_FULL: "));
  Session session = Begin(Start("i1"));
  EXPECT_THAT(Append(*session, Licences(1, 3)), full);
  // They were not stored: they are still the next ones, and no others.
  EXPECT_THAT(Append(*session, Licences(1, 3)), full);
  EXPECT_THAT(Append(*session, Licences(4, 6)),
              StatusIs(absl::StatusCode::kAborted, StartsWith("rows: ")));
  EXPECT_THAT(session->Finish(60, "sm3"), full);
  EXPECT_THAT(Append(*session, Licences(1, 3)), full);
  session.reset();
  Reopen();
  session = Begin(Start("i1"));
  EXPECT_EQ(session->start().rows_done(), 0);
}

TEST_F(ImportSessionTest, ValidateOnlyStoresNothingAndTakesNoKeys) {
  const std::string keys = absl::StrCat(Options().key_dir, "/data_keys");
  const auto bytes = std::filesystem::file_size(keys);
  StartImport start = Start("i1");
  start.validate_only = true;
  EnterpriseDraft firm = Firm(kCodeA, "甲公司");
  firm.personal.emplace().set_telephone("14000001234");
  Session session = Begin(start);
  // The second row sees the first, the third is kept aside.
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const ImportAnswer answer,
      Append(*session,
             {RowOf(1, firm), RowOf(2, LicenceOf(kCodeA, "甲公司", "1号")),
              RowOf(3, LicenceOf(kCodeA, "从未有过", "2号"))}));
  EXPECT_EQ(answer.progress.created(), 2);
  EXPECT_EQ(answer.progress.quarantined(), 1);
  CREDITREG_ASSERT_OK_AND_ASSIGN(const ImportAnswer finished,
                                 session->Finish(30, "sm3"));
  EXPECT_EQ(finished.progress.rows_done(), 3);
  session.reset();
  EXPECT_EQ(Sequence(), 0);
  EXPECT_EQ(registry_->Figures().counters.next_import_no(), 1);
  EXPECT_THAT(registry_->GetImport("dev", "i1"),
              StatusIs(absl::StatusCode::kNotFound));
  registry_.reset();
  EXPECT_EQ(std::filesystem::file_size(keys), bytes);
  Reopen();
  // The id is still free.
  session = Begin(Start("i1"));
  EXPECT_EQ(session->start().rows_done(), 0);
  EXPECT_THAT(session->ReadOutcomes(1, 10), IsOkAndHolds(IsEmpty()));
}

TEST_F(ImportSessionTest, WhenARecordFirstCameNeverChanges) {
  std::vector<ImportRowDraft> rows = Licences(1, 1);
  Session session = Begin(Start("i1"));
  ASSERT_THAT(Append(*session, rows), IsOk());
  const std::int64_t first_us = absl::ToUnixMicros(clock_.Now());
  clock_.Advance(absl::Hours(24 * 30));
  session = Begin(Start("i2"));
  rows[0].record->content.mutable_licence()->set_content("改过的内容");
  CREDITREG_ASSERT_OK_AND_ASSIGN(const ImportAnswer answer,
                                 Append(*session, rows));
  EXPECT_EQ(answer.progress.pending(), 1);
  CREDITREG_ASSERT_OK_AND_ASSIGN(const RecordAt record,
                                 registry_->CurrentView()->ReadRecord(1));
  EXPECT_EQ(record.version.content().licence().content(), "改过的内容");
  EXPECT_EQ(record.version.info().first_received_us(), first_us);
  EXPECT_GT(record.version.info().recorded_us(), first_us);
}

TEST_F(ImportSessionTest, TheSameRowsUnderAnotherIdChangeNothing) {
  EnterpriseDraft renamed = Firm(kCodeA, "甲新公司");
  EnterpriseDraft codeless = Firm("", "丙公司");
  storage::v1::OldNumber* number = codeless.content.add_old_numbers();
  number->set_kind(storage::v1::OLD_NUMBER_KIND_STATISTICS);
  number->set_value("S1");
  // Two more that have its number and name: nobody can say which is meant.
  EnterpriseDraft first = Firm(kCodeC, "丙公司");
  *first.content.add_old_numbers() = *number;
  EnterpriseDraft second = Firm(kCodeD, "丙公司");
  *second.content.add_old_numbers() = *number;
  const std::vector<ImportRowDraft> rows = {
      RowOf(1, LicenceOf(kCodeA, "甲公司", "1号")),
      RowOf(2, Firm(kCodeA, "甲公司")),
      RowOf(3, renamed),
      RowOf(4, LicenceOf(kCodeA, "从未有过公司", "2号")),
      RowOf(5, LicenceOf(kCodeA, "甲公司", "")),
      RowOf(6, first),
      RowOf(7, second),
      RowOf(8, codeless),
      RowOf(9, Firm("", "丁公司")),
      RowOf(10, LicenceOf(kCodeB, "乙公司", "3号"))};
  Session session = Begin(Start("i1"));
  ASSERT_THAT(Append(*session, rows), IsOk());
  ASSERT_THAT(session->Finish(100, "sm3"), IsOk());
  const storage::v1::Counters before = registry_->Figures().counters;
  EXPECT_EQ(before.enterprises(), 3);
  EXPECT_EQ(before.quarantined(), 4);

  for (const char* id : {"i2", "i3"}) {
    session = Begin(Start(id));
    // Row 2 says the old name: that is another state. The newest row wins, so
    // leave it out here, as a file of one day does.
    std::vector<ImportRowDraft> again;
    for (const ImportRowDraft& row : rows) {
      if (row.row == 2) continue;
      again.push_back(row);
      again.back().row = again.size();
    }
    CREDITREG_ASSERT_OK_AND_ASSIGN(const ImportAnswer answer,
                                   Append(*session, again));
    EXPECT_EQ(answer.progress.unchanged(), 5);
    EXPECT_EQ(answer.progress.quarantined(), 4);
    ASSERT_THAT(session->Finish(100, "sm3"), IsOk());
    storage::v1::Counters after = registry_->Figures().counters;
    after.set_next_import_no(before.next_import_no());
    EXPECT_EQ(after.SerializeAsString(), before.SerializeAsString());
  }
}

}  // namespace
}  // namespace creditreg
