// Claim: when the disk fails, the group in flight is answered Unknown and is
// there whole or not at all; the registry gets over it without a restart, and
// the same request id settles what happened. What can be read right is read,
// damaged data is DataLoss, and no answer is wrong.
//
// Method: the registry runs on a disk that fails on demand
// (tests/testing/fault_env.h), or over files with flipped bits.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/base/status_macros.h"
#include "index/registry/registry.h"
#include "index/registry/view.h"
#include "tests/index/registry/test_registry.h"
#include "tests/testing/fault_env.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {
namespace {

using ::testing::AnyOf;
using ::testing::StartsWith;
using Operation = FaultEnv::Operation;
using Reason = FaultEnv::Reason;

constexpr char kLog[] = ".log";
constexpr char kTable[] = ".sst";

FindQuery QueryOf(absl::string_view identifier) {
  FindQuery query;
  query.identifier = std::string(identifier);
  return query;
}

class RegistryFaultsTest : public RegistryTest {
 protected:
  RegistryFaultsTest() { OpenOnFaultyDisk(); }
  // The registry goes before its disk.
  ~RegistryFaultsTest() override { registry_.reset(); }

  RegistryOptions FaultyOptions() {
    RegistryOptions options = Options();
    options.store.env_for_test = disk_.env();
    options.store.reserve_free_bytes = kReserve;
    options.store.memtable_bytes = memtable_bytes_;
    options.store.block_cache_bytes = 1 << 20;
    options.least_reopen_wait = absl::Milliseconds(1);
    options.most_reopen_wait = absl::Milliseconds(4);
    return options;
  }

  void OpenOnFaultyDisk() {
    registry_.reset();
    absl::StatusOr<std::unique_ptr<Registry>> opened =
        Registry::Open(FaultyOptions());
    ASSERT_THAT(opened, IsOk());
    registry_ = *std::move(opened);
  }

  PutEnterprise PutOf(absl::string_view code, absl::string_view name) {
    PutEnterprise put;
    put.request = NewRequest();
    put.draft = Firm(code, name);
    return put;
  }

  // As a caller does who is told to retry: until it is answered otherwise. The
  // registry needs some milliseconds.
  template <typename Write>
  absl::StatusOr<WriteAnswer> Retry(const Write& write) {
    const absl::Time give_up = absl::Now() + absl::Seconds(30);
    while (true) {
      absl::StatusOr<WriteAnswer> answer = Do(write);
      const bool is_refused = absl::IsUnavailable(answer.status()) ||
                              absl::IsResourceExhausted(answer.status());
      if (!is_refused || absl::Now() > give_up) return answer;
    }
  }

  // Until the writer is over the last failure; stores nothing.
  void AwaitWrites() {
    PutEnterprise probe = PutOf(kCodeD, "丁公司");
    probe.request.validate_only = true;
    EXPECT_THAT(Retry(probe), IsOk());
  }

  void ExpectWhole() {
    VerifyOptions options;
    options.open_sealed = true;
    const absl::StatusOr<VerifyReport> report =
        registry_->Verify(options, nullptr);
    ASSERT_THAT(report, IsOk());
    EXPECT_EQ(report->faults, 0u)
        << (report->faults == 0 ? "" : report->fault_messages[0]);
  }

  static constexpr std::uint64_t kReserve = std::uint64_t{1} << 20;
  std::size_t memtable_bytes_ = std::size_t{4} << 20;
  FaultEnv disk_;
};

class RegistryWriteFaultTest
    : public RegistryFaultsTest,
      public testing::WithParamInterface<std::pair<Operation, Reason>> {};

TEST_P(RegistryWriteFaultTest, TheRequestIdSettlesAnUnknownOutcome) {
  ASSERT_THAT(Put(Firm(kCodeA, "甲公司")), IsOk());
  std::shared_ptr<const View> before = registry_->CurrentView();
  const PutEnterprise put = PutOf(kCodeB, "乙公司");
  disk_.FailNext(GetParam().first, GetParam().second, kLog);
  ASSERT_THAT(Do(put), StatusIs(absl::StatusCode::kUnknown));
  // Waits in the queue until the database is open again.
  const absl::StatusOr<WriteAnswer> first = Do(put);
  ASSERT_THAT(first, IsOk());
  EXPECT_EQ(first->results[0].outcome, Outcome::kCreated);
  EXPECT_EQ(first->sequence, 2u);
  const absl::StatusOr<WriteAnswer> second = Do(put);
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->results[0].version_sequence,
            first->results[0].version_sequence);
  EXPECT_EQ(registry_->CurrentView()->sequence(), 2u);
  EXPECT_EQ(Find(kCodeB).verdict, Verdict::kFound);
  EXPECT_THAT(before->Find(QueryOf(kCodeA)),
              StatusIs(absl::StatusCode::kUnavailable,
                       StartsWith("STORE_REOPENING: ")));
  before.reset();
  EXPECT_EQ(registry_->Figures().reopenings, 1u);
  EXPECT_TRUE(registry_->Healthy());
  EXPECT_THAT(registry_->WriteState(), IsOk());
  ExpectWhole();
  Reopen();
  EXPECT_EQ(Find(kCodeB).verdict, Verdict::kFound);
  ExpectWhole();
}

TEST_P(RegistryWriteFaultTest, TheWholeGroupIsThereOrNothingOfIt) {
  for (int round = 0; round < 5; ++round) {
    SubmitRecords submit;
    submit.request = NewRequest();
    for (int i = 0; i < 20; ++i) {
      submit.records.emplace_back(
          PenaltyOf(kCodeA, "甲公司", absl::StrCat("罚", round, "-", i)));
    }
    const std::uint64_t sequence = registry_->CurrentView()->sequence();
    disk_.FailNext(GetParam().first, GetParam().second, kLog);
    ASSERT_THAT(Do(submit), StatusIs(absl::StatusCode::kUnknown));
    // Whatever comes next sees all 20 or none.
    ASSERT_THAT(Retry(PutOf(kCodeB, absl::StrCat("乙", round, "公司"))),
                IsOk());
    const std::uint64_t grown =
        registry_->CurrentView()->sequence() - sequence - 1;
    EXPECT_TRUE(grown == 0 || grown == 20) << grown;
    ASSERT_THAT(Retry(submit), IsOk());
    EXPECT_EQ(registry_->CurrentView()->sequence(), sequence + 21);
  }
  ExpectWhole();
}

INSTANTIATE_TEST_SUITE_P(
    Log, RegistryWriteFaultTest,
    testing::Values(std::pair(Operation::kSync, Reason::kIoError),
                    std::pair(Operation::kSync, Reason::kNoSpace),
                    std::pair(Operation::kAppend, Reason::kIoError),
                    std::pair(Operation::kHalfAppend, Reason::kNoSpace)),
    [](const auto& parameter) {
      return absl::StrCat(
          parameter.param.first == Operation::kSync     ? "Sync"
          : parameter.param.first == Operation::kAppend ? "Append"
                                                        : "HalfAppend",
          parameter.param.second == Reason::kNoSpace ? "NoSpace" : "IoError");
    });

TEST_F(RegistryFaultsTest, BelowTheReserveWritesAreRefusedAndNothingReopens) {
  ASSERT_THAT(Put(Firm(kCodeA, "甲公司")), IsOk());
  disk_.SetFreeBytes(kReserve - 1);
  EXPECT_THAT(Put(Firm(kCodeB, "乙公司")),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       "DISK_FULL: writes: no room on the disk; nothing "
                       "stored"));
  // What the operator's log and statistics say.
  EXPECT_THAT(
      registry_->WriteState(),
      StatusIs(absl::StatusCode::kResourceExhausted,
               StartsWith("DISK_FULL: free disk space: 1048575 bytes, want ")));
  EXPECT_EQ(Find(kCodeA).verdict, Verdict::kFound);
  disk_.Heal();
  EXPECT_THAT(Put(Firm(kCodeB, "乙公司")), IsOk());
  EXPECT_THAT(registry_->WriteState(), IsOk());
  EXPECT_EQ(registry_->Figures().reopenings, 0u);
}

TEST_F(RegistryFaultsTest, AFullDiskIsReadOnAndWrittenAgainOnceThereIsRoom) {
  ASSERT_THAT(Put(Firm(kCodeA, "甲公司")), IsOk());
  const auto before = registry_->CurrentView();
  const PutEnterprise put = PutOf(kCodeB, "乙公司");
  disk_.FailAll(Operation::kHalfAppend, Reason::kNoSpace, "");
  // The group in flight; none is where the database's own work in the
  // background meets the full disk first.
  ASSERT_THAT(Do(put), AnyOf(StatusIs(absl::StatusCode::kUnknown),
                             StatusIs(absl::StatusCode::kResourceExhausted)))
      << registry_->WriteState();
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(Do(put), StatusIs(absl::StatusCode::kResourceExhausted,
                                  StartsWith("DISK_FULL: ")));
    StartImport start;
    start.actor.principal = "dev";
    start.request_id = "import";
    EXPECT_THAT(registry_->BeginImport(start).status(),
                StatusIs(absl::StatusCode::kResourceExhausted));
    // Also on views from before.
    EXPECT_THAT(before->Find(QueryOf(kCodeA)), IsOk());
    EXPECT_EQ(Find(kCodeA).verdict, Verdict::kFound);
  }
  EXPECT_TRUE(registry_->Healthy());
  EXPECT_FALSE(registry_->Figures().writer_ok);
  EXPECT_THAT(registry_->WriteState(),
              StatusIs(absl::StatusCode::kResourceExhausted));
  disk_.Heal();
  EXPECT_THAT(Retry(put), IsOk());
  EXPECT_EQ(registry_->CurrentView()->sequence(), 2u);
  EXPECT_TRUE(registry_->Figures().writer_ok);
  ExpectWhole();
}

TEST_F(RegistryFaultsTest, WhileItCannotBeOpenedEverythingIsUnavailable) {
  ASSERT_THAT(Put(Firm(kCodeA, "甲公司")), IsOk());
  const PutEnterprise put = PutOf(kCodeB, "乙公司");
  disk_.FailNext(Operation::kSync, Reason::kIoError, kLog);
  disk_.FailAll(Operation::kAppend, Reason::kIoError, kTable);
  // Where a compaction in the background met the fault first, no group is in
  // flight any more.
  ASSERT_THAT(Do(put), AnyOf(StatusIs(absl::StatusCode::kUnknown),
                             StatusIs(absl::StatusCode::kUnavailable)));
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(Do(put), StatusIs(absl::StatusCode::kUnavailable,
                                  StartsWith("STORE_REOPENING: ")));
    EXPECT_THAT(registry_->CurrentView()->Find(QueryOf(kCodeA)),
                StatusIs(absl::StatusCode::kUnavailable,
                         StartsWith("STORE_REOPENING: ")));
  }
  EXPECT_FALSE(registry_->Healthy());
  EXPECT_FALSE(registry_->Figures().writer_ok);
  disk_.Heal();
  EXPECT_THAT(Retry(put), IsOk());
  EXPECT_TRUE(registry_->Healthy());
  EXPECT_EQ(Find(kCodeA).verdict, Verdict::kFound);
  EXPECT_EQ(registry_->CurrentView()->sequence(), 2u);
  ExpectWhole();
}

// A stop does not wait for a disk.
TEST_F(RegistryFaultsTest, ItStopsWhileItCannotBeOpened) {
  const PutEnterprise put = PutOf(kCodeB, "乙公司");
  disk_.FailNext(Operation::kSync, Reason::kIoError, kLog);
  disk_.FailAll(Operation::kAppend, Reason::kIoError, kTable);
  // Where a compaction in the background met the fault first, no group is in
  // flight any more.
  ASSERT_THAT(Do(put), AnyOf(StatusIs(absl::StatusCode::kUnknown),
                             StatusIs(absl::StatusCode::kUnavailable)));
  EXPECT_THAT(Do(put), StatusIs(absl::StatusCode::kUnavailable))
      << registry_->WriteState();
  registry_.reset();
  disk_.Heal();
  OpenOnFaultyDisk();
  EXPECT_THAT(Do(put), IsOk());
  EXPECT_EQ(registry_->CurrentView()->sequence(), 1u);
  ExpectWhole();
}

// Tables are written, and put together, by RocksDB's own threads.
class RegistryBackgroundFaultTest : public RegistryWriteFaultTest {};

TEST_P(RegistryBackgroundFaultTest, IsGotOver) {
  memtable_bytes_ = 64 << 10;
  OpenOnFaultyDisk();
  disk_.FailAll(GetParam().first, GetParam().second, kTable);
  int stored = 0;
  bool was_refused = false;
  for (int i = 0; i < 3000 && !was_refused; ++i) {
    SubmitRecords submit;
    submit.request = NewRequest();
    for (int k = 0; k < 20; ++k) {
      submit.records.emplace_back(
          PenaltyOf(kCodeA, "甲公司", absl::StrCat("罚", stored, "-", k)));
    }
    absl::StatusOr<WriteAnswer> answer = Do(submit);
    // It may be the write that meets it, or one after it.
    if (!answer.ok()) {
      was_refused = true;
      const auto view = registry_->CurrentView();
      const absl::StatusOr<RecordAt> read = view->ReadRecord(1, 0);
      EXPECT_TRUE(read.ok() || absl::IsUnavailable(read.status()))
          << read.status();
      disk_.Heal();
      answer = Retry(submit);
    }
    ASSERT_THAT(answer, IsOk());
    ++stored;
  }
  EXPECT_TRUE(was_refused);
  EXPECT_EQ(registry_->CurrentView()->sequence(),
            static_cast<std::uint64_t>(stored) * 20);
  EXPECT_GE(registry_->Figures().reopenings, 1u);
  ExpectWhole();
}

INSTANTIATE_TEST_SUITE_P(
    Tables, RegistryBackgroundFaultTest,
    testing::Values(std::pair(Operation::kSync, Reason::kIoError),
                    std::pair(Operation::kHalfAppend, Reason::kNoSpace)),
    [](const auto& parameter) {
      return parameter.param.first == Operation::kSync ? "Sync" : "Full";
    });

TEST_F(RegistryFaultsTest, AnImportIsBrokenOffAndGoneOnWith) {
  StartImport start;
  start.actor.principal = "dev";
  start.request_id = "import";
  const auto rows_from = [](std::uint64_t first, std::uint64_t count) {
    std::vector<ImportRowDraft> rows(count);
    for (std::uint64_t i = 0; i < count; ++i) {
      rows[i].row = first + i;
      rows[i].record =
          PenaltyOf(kCodeA, "甲公司", absl::StrCat("罚", first + i));
    }
    return rows;
  };
  const auto append = [&](ImportSession& session, std::uint64_t first) {
    absl::StatusOr<ImportAnswer> answer = ImportAnswer();
    absl::Notification answered;
    session.AppendRows(rows_from(first, 10), first * 100, "sm3",
                       [&](absl::StatusOr<ImportAnswer> given) {
                         answer = std::move(given);
                         answered.Notify();
                       });
    answered.WaitForNotification();
    return answer;
  };
  int unknown = 0;
  std::uint64_t done = 0;
  while (done < 200) {
    auto session = registry_->BeginImport(start);
    ASSERT_THAT(session, IsOk());
    done = (*session)->start().rows_done();
    ASSERT_EQ(done % 10, 0u);
    for (int piece = 0; done < 200; ++piece) {
      if (piece == 3) {
        disk_.FailNext(done % 20 == 0 ? Operation::kSync : Operation::kAppend,
                       Reason::kIoError, kLog);
      }
      const absl::StatusOr<ImportAnswer> answer = append(**session, done + 1);
      if (!answer.ok()) {
        ASSERT_THAT(answer, StatusIs(absl::StatusCode::kUnknown));
        ++unknown;
        AwaitWrites();
        // Neither the same rows nor the next, nor the end.
        for (const std::uint64_t next : {done + 1, done + 11}) {
          EXPECT_THAT(append(**session, next),
                      StatusIs(absl::StatusCode::kAborted,
                               StartsWith("IMPORT_BROKEN_OFF: ")));
        }
        EXPECT_THAT((*session)->Finish(1, "sm3").status(),
                    StatusIs(absl::StatusCode::kAborted));
        break;
      }
      done += 10;
    }
  }
  EXPECT_GE(unknown, 4);
  auto session = registry_->BeginImport(start);
  ASSERT_THAT(session, IsOk());
  disk_.FailNext(Operation::kSync, Reason::kIoError, kLog);
  EXPECT_THAT((*session)->Finish(20000, "sm3").status(),
              StatusIs(absl::StatusCode::kUnknown));
  session->reset();
  AwaitWrites();
  session = registry_->BeginImport(start);
  ASSERT_THAT(session, IsOk());
  if ((*session)->start().finished_us() == 0) {
    EXPECT_THAT((*session)->Finish(20000, "sm3").status(), IsOk());
  }
  session->reset();
  const absl::StatusOr<StoredImport> progress =
      registry_->GetImport("dev", "import");
  ASSERT_THAT(progress, IsOk());
  EXPECT_EQ(progress->row.rows_done(), 200u);
  EXPECT_EQ(progress->row.pending(), 200u);
  EXPECT_GT(progress->row.finished_us(), 0);
  EXPECT_EQ(registry_->CurrentView()->sequence(), 200u);
  ExpectWhole();
}

TEST_F(RegistryFaultsTest, LinksThatWereUnderWayAreGoneOnWith) {
  constexpr int kRecords = 2300;
  for (int i = 0; i < kRecords; i += 100) {
    SubmitRecords submit;
    submit.request = NewRequest();
    for (int k = i; k < i + 100; ++k) {
      submit.records.emplace_back(
          PenaltyOf(kCodeA, "甲公司", absl::StrCat("罚", k)));
    }
    ASSERT_THAT(Do(submit), IsOk());
  }
  // The put itself, and pieces of its backlog.
  for (int i = 0; i < 2; ++i) {
    disk_.FailNext(Operation::kSync, Reason::kIoError, kLog);
    (void)Retry(PutOf(kCodeA, "甲公司"));
  }
  const absl::Time give_up = absl::Now() + absl::Seconds(30);
  while (registry_->Figures().counters.records_pending() > 0 &&
         absl::Now() < give_up) {
    ASSERT_THAT(Retry(PutOf(kCodeB, "乙公司")), IsOk());
  }
  EXPECT_EQ(registry_->Figures().counters.records_pending(), 0u);
  const std::optional<EnterpriseAt> found = Find(kCodeA).enterprise;
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(RecordsOf(found->enterprise_no, 0, 500).size(),
            static_cast<std::size_t>(kRecords));
  ExpectWhole();
}

TEST_F(RegistryFaultsTest, AViewThatOutlivesReopeningsNeverCrashes) {
  ASSERT_THAT(Put(Firm(kCodeA, "甲公司")), IsOk());
  std::vector<std::shared_ptr<const View>> views;
  for (int i = 0; i < 5; ++i) {
    views.push_back(registry_->CurrentView());
    disk_.FailNext(Operation::kSync, Reason::kIoError, kLog);
    const PutEnterprise put = PutOf(kCodeB, absl::StrCat("乙", i, "公司"));
    ASSERT_THAT(Do(put), StatusIs(absl::StatusCode::kUnknown));
    ASSERT_THAT(Retry(put), IsOk());
    for (const auto& view : views) {
      EXPECT_THAT(view->Find(QueryOf(kCodeA)),
                  StatusIs(absl::StatusCode::kUnavailable));
      EXPECT_THAT(view->ReadEnterprise(1, 0),
                  StatusIs(absl::StatusCode::kUnavailable));
      EXPECT_THAT(view->ListRecordVersions(1, 0, 10),
                  StatusIs(absl::StatusCode::kUnavailable));
    }
  }
  views.clear();
  ExpectWhole();
}

// Everything that can be asked of a small registry, with its answer.
class RegistryDamageTest : public RegistryTest {
 protected:
  struct Question {
    std::string name;
    // The answer as text, or why there is none.
    std::function<absl::StatusOr<std::string>(const View&)> ask;
  };

  RegistryDamageTest() {
    const std::vector<std::string> codes = {kCodeA, kCodeB, kCodeC, kCodeD};
    for (const std::string& code : codes) {
      EXPECT_THAT(Put(Firm(code, absl::StrCat(code, "公司"))), IsOk());
      for (int i = 0; i < 10; ++i) {
        EXPECT_THAT(Add(PenaltyOf(code, absl::StrCat(code, "公司"),
                                  absl::StrCat("罚", i))),
                    IsOk());
      }
    }
    registry_.reset();
  }

  RegistryOptions ReadOnly() {
    RegistryOptions options = Options();
    options.store.read_only = true;
    options.create_keys = false;
    options.store.block_cache_bytes = 1 << 20;
    return options;
  }

  static std::vector<Question> Questions() {
    std::vector<Question> questions;
    for (const char* code : {kCodeA, kCodeB, kCodeC, kCodeD, kAuthorityCode}) {
      questions.push_back(
          {absl::StrCat("find ", code),
           [code](const View& view) -> absl::StatusOr<std::string> {
             CREDITREG_ASSIGN_OR_RETURN(const FindAnswer found,
                                        view.Find(QueryOf(code)));
             std::string text =
                 absl::StrCat(static_cast<int>(found.verdict), " ");
             if (found.enterprise.has_value()) {
               absl::StrAppend(&text,
                               found.enterprise->version.SerializeAsString());
             }
             return text;
           }});
    }
    for (std::uint64_t no = 1; no <= 5; ++no) {
      questions.push_back(
          {absl::StrCat("list ", no),
           [no](const View& view) -> absl::StatusOr<std::string> {
             RecordsQuery query;
             query.enterprise_no = no;
             query.limit = 100;
             absl::StatusOr<RecordPage> page = view.ListRecords(query);
             // The fifth does not exist, and must not become so by damage.
             if (no == 5 && absl::IsNotFound(page.status())) return "absent";
             CREDITREG_RETURN_IF_ERROR(page.status());
             std::string text;
             for (const RecordAt& record : page->records) {
               absl::StrAppend(&text, record.record_no, " ",
                               record.version.SerializeAsString());
             }
             return text;
           }});
      questions.push_back(
          {absl::StrCat("head ", no),
           [no](const View& view) -> absl::StatusOr<std::string> {
             absl::StatusOr<storage::v1::EnterpriseHead> head =
                 view.ReadHead(no);
             if (no == 5 && absl::IsNotFound(head.status())) return "absent";
             CREDITREG_RETURN_IF_ERROR(head.status());
             return head->SerializeAsString();
           }});
    }
    return questions;
  }

  std::string FileLike(absl::string_view suffix) const {
    std::string found;
    for (const auto& entry :
         std::filesystem::directory_iterator(directory_ + "/data")) {
      if (!absl::EndsWith(entry.path().string(), suffix)) continue;
      if (found.empty() || std::filesystem::file_size(found) <
                               std::filesystem::file_size(entry.path())) {
        found = entry.path();
      }
    }
    return found;
  }

  // Flips a bit of each `step`th byte in turn and asks everything. Returns how
  // many answers were refused.
  int AskWithEachFlip(const std::string& path, std::size_t step) {
    const std::vector<Question> questions = Questions();
    std::vector<std::string> right;
    {
      const auto registry = Registry::Open(ReadOnly());
      EXPECT_THAT(registry, IsOk());
      for (const Question& question : questions) {
        const auto answer = question.ask(*(*registry)->CurrentView());
        EXPECT_THAT(answer, IsOk()) << question.name;
        right.push_back(answer.value_or(""));
      }
    }
    std::ostringstream bytes;
    bytes << std::ifstream(path, std::ios::binary).rdbuf();
    const std::string good = bytes.str();
    const auto write = [&path](const std::string& text) {
      std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
    };
    int refused = 0;
    for (std::size_t at = 0; at < good.size(); at += step) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ 1 << at % 8);
      write(bad);
      const auto registry = Registry::Open(ReadOnly());
      if (!registry.ok()) {
        EXPECT_THAT(registry.status(), StatusIs(absl::StatusCode::kDataLoss))
            << "byte " << at;
        ++refused;
        continue;
      }
      const auto view = (*registry)->CurrentView();
      for (std::size_t i = 0; i < questions.size(); ++i) {
        const absl::StatusOr<std::string> answer = questions[i].ask(*view);
        if (answer.ok()) {
          EXPECT_EQ(*answer, right[i]) << questions[i].name << ", byte " << at;
        } else {
          EXPECT_THAT(answer, StatusIs(absl::StatusCode::kDataLoss))
              << questions[i].name << ", byte " << at;
          ++refused;
        }
      }
      if (HasFailure()) break;
    }
    write(good);
    return refused;
  }
};

TEST_F(RegistryDamageTest, NoFlippedBitOfATableMakesAWrongAnswer) {
  // A clean opening moves the log into a table.
  Reopen();
  registry_.reset();
  EXPECT_GT(AskWithEachFlip(FileLike(".sst"), 31), 100);
}

TEST_F(RegistryDamageTest, NoFlippedBitOfTheLogMakesAWrongAnswer) {
  EXPECT_GT(AskWithEachFlip(FileLike(".log"), 101), 100);
}

}  // namespace
}  // namespace creditreg
