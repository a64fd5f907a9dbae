// Claim: whatever fails, wherever, a caller who repeats what was not answered
// gets the answers of the oracle (tests/oracle), each write counts once, reads
// are the oracle's or Unavailable, and the registry gets over it by itself.
//
// Method: random writes over a small world, one after the other; before many of
// them the disk begins to fail in a random way (tests/testing/fault_env.h):
// once or until the writer has been refused some times. Now and then the power
// goes.
//
// CREDITREG_SEED repeats a run; CREDITREG_ROUNDS sets how many registries are
// filled at least (default 4), CREDITREG_OPERATIONS how many writes each gets
// (120), CREDITREG_SECONDS how long to go on.

#include <cstdint>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/base/random.h"
#include "index/registry/registry.h"
#include "index/registry/view.h"
#include "tests/index/registry/random_world.h"
#include "tests/oracle/registry_oracle.h"
#include "tests/testing/environment.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/fault_env.h"
#include "tests/testing/long_run.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_directory.h"

namespace creditreg {
namespace {

using Write = std::variant<PutEnterprise, SubmitRecords, WithdrawRecord,
                           WithholdEnterprise>;
using Operation = FaultEnv::Operation;
using Reason = FaultEnv::Reason;

std::string TextOf(const absl::StatusOr<WriteAnswer>& answer) {
  if (!answer.ok()) {
    return absl::StatusCodeToString(answer.status().code());
  }
  std::string text = absl::StrCat("sequence ", answer->sequence);
  for (const WriteResult& result : answer->results) {
    absl::StrAppend(&text, "\n  outcome ", static_cast<int>(result.outcome),
                    " enterprise ", result.enterprise_no, " record ",
                    result.record_no, " version ", result.version_sequence,
                    " pending ", result.pending_records);
  }
  return text;
}

class RandomFaults {
 public:
  explicit RandomFaults(std::uint64_t seed) : world_(seed), reads_(seed) {
    oracle_.SetClock(absl::ToUnixMicros(clock_.Now()));
    Open();
  }
  ~RandomFaults() { registry_.reset(); }
  RandomFaults(const RandomFaults&) = delete;
  RandomFaults& operator=(const RandomFaults&) = delete;

  void Run(std::uint64_t operations) {
    for (std::uint64_t i = 0; i < operations; ++i) {
      SCOPED_TRACE(absl::StrCat("operation ", i, ", faults: ", faults_));
      if (world_.Chance(40)) BeginFault();
      WriteOnce();
      if (world_.Chance(50)) ReadSome();
      if (world_.Chance(30)) EndFaults();
      if (world_.Chance(3)) CutPower();
      if (testing::Test::HasFailure()) return;
    }
    EndFaults();
    // The last fault may not have been met, or not been got over.
    WriteOnce();
    CompareAll();
  }

  std::uint64_t refusals() const { return refusals_; }
  std::uint64_t unknown() const { return unknown_; }
  std::uint64_t unreadable() const { return unreadable_; }

 private:
  void Open() {
    RegistryOptions options;
    options.store.directory = directory_.Below("data");
    options.store.env_for_test = disk_.env();
    options.store.memtable_bytes = 32 << 10;
    options.store.block_cache_bytes = 64 << 10;
    options.store.reserve_free_bytes = 1 << 20;
    options.key_dir = directory_.Below("keys");
    options.clock = &clock_;
    options.least_reopen_wait = absl::Milliseconds(1);
    options.most_reopen_wait = absl::Milliseconds(2);
    absl::StatusOr<std::unique_ptr<Registry>> opened = Registry::Open(options);
    ASSERT_THAT(opened, IsOk());
    registry_ = *std::move(opened);
  }

  void BeginFault() {
    static constexpr Operation kOperations[] = {
        Operation::kAppend, Operation::kHalfAppend, Operation::kSync,
        Operation::kRead, Operation::kCreate};
    static constexpr const char* kSuffixes[] = {".log", ".log", ".sst", ""};
    const Operation operation =
        kOperations[world_.Below(std::size(kOperations))];
    const char* const suffix = kSuffixes[world_.Below(std::size(kSuffixes))];
    const Reason reason =
        world_.Chance(50) ? Reason::kIoError : Reason::kNoSpace;
    // Reading never meets a full disk.
    const Reason met =
        operation == Operation::kRead ? Reason::kIoError : reason;
    const bool stays = world_.Chance(50);
    absl::StrAppend(&faults_, static_cast<int>(operation), suffix,
                    stays ? "* " : " ");
    if (stays) {
      disk_.FailAll(operation, met, suffix);
    } else {
      disk_.FailNext(operation, met, suffix);
    }
    if (world_.Chance(10)) disk_.SetFreeBytes(0);
    refusals_to_come_ = static_cast<int>(world_.Below(5));
  }

  void EndFaults() {
    disk_.Heal();
    if (!absl::EndsWith(faults_, "healed ")) faults_ += "healed ";
  }

  void CutPower() {
    faults_ += "power ";
    disk_.CutPower();
    registry_.reset();
    SeededRandom random(world_.Below(1000000));
    disk_.LoseUnsynced(world_.Chance(50) ? nullptr : &random);
    Open();
  }

  WriteRequest NewRequest() {
    WriteRequest request;
    request.actor = {"dev", "agency", "clerk", "test"};
    request.request_id = absl::StrCat("r", ++requests_);
    request.payload = request.request_id;
    return request;
  }

  Write RandomWrite() {
    const std::uint64_t choice = world_.Below(100);
    const auto& state = oracle_.state();
    if (choice < 40) {
      PutEnterprise put;
      put.request = NewRequest();
      put.draft = world_.MakeEnterprise();
      return put;
    }
    if (choice < 85) {
      SubmitRecords submit;
      submit.request = NewRequest();
      const std::uint64_t count = 1 + world_.Below(8);
      for (std::uint64_t i = 0; i < count; ++i) {
        submit.records.emplace_back(world_.MakeRecord());
      }
      return submit;
    }
    if (choice < 95) {
      WithdrawRecord withdraw;
      withdraw.request = NewRequest();
      withdraw.record_no = 1 + world_.Below(state.records.size() + 1);
      withdraw.reason = "reason";
      return withdraw;
    }
    WithholdEnterprise withhold;
    withhold.request = NewRequest();
    withhold.enterprise_no = 1 + world_.Below(state.enterprises.size() + 1);
    withhold.withheld = world_.Chance(50);
    withhold.reason = "reason";
    return withhold;
  }

  absl::StatusOr<WriteAnswer> Do(const Write& write) {
    absl::StatusOr<WriteAnswer> answer = absl::InternalError("no answer");
    absl::Notification answered;
    std::visit(
        [&](const auto& w) {
          registry_->Submit(w, [&](absl::StatusOr<WriteAnswer> given) {
            answer = std::move(given);
            answered.Notify();
          });
        },
        write);
    answered.WaitForNotification();
    return answer;
  }

  // Until it is answered for good; the fault goes after some refusals.
  void WriteOnce() {
    const Write write = RandomWrite();
    const absl::Time give_up = absl::Now() + absl::Seconds(60);
    absl::StatusOr<WriteAnswer> answer = Do(write);
    // How often it is refused depends on time: nothing is drawn here from what
    // decides the run.
    for (int i = 1; absl::IsUnknown(answer.status()) ||
                    absl::IsUnavailable(answer.status()) ||
                    absl::IsResourceExhausted(answer.status());
         ++i) {
      ++(absl::IsUnknown(answer.status()) ? unknown_ : refusals_);
      if (i > refusals_to_come_) EndFaults();
      ASSERT_LT(absl::Now(), give_up) << answer.status();
      if (i % 20 == 0) ReadSome();
      answer = Do(write);
    }
    const absl::StatusOr<WriteAnswer> ideal =
        std::visit([this](const auto& w) { return oracle_.Apply(w); }, write);
    ASSERT_EQ(TextOf(answer), TextOf(ideal)) << answer.status();
  }

  void CompareFind(const View& view, const FindQuery& query) {
    const absl::StatusOr<FindAnswer> real = view.Find(query);
    if (!real.ok()) {
      ASSERT_THAT(real, StatusIs(absl::StatusCode::kUnavailable));
      ++unreadable_;
      return;
    }
    const oracle::Found ideal = oracle_.Find(query);
    ASSERT_EQ(real->verdict, ideal.verdict);
    ASSERT_EQ(real->enterprise.has_value(), ideal.enterprise.has_value());
    if (!ideal.enterprise.has_value()) return;
    ASSERT_EQ(real->enterprise->enterprise_no, ideal.enterprise->no);
    ASSERT_EQ(real->enterprise->sequence, ideal.enterprise->sequence);
  }

  void CompareFile(const View& view, std::uint64_t enterprise_no) {
    RecordsQuery query;
    query.enterprise_no = enterprise_no;
    query.limit = 500;
    const absl::StatusOr<RecordPage> page = view.ListRecords(query);
    if (!page.ok()) {
      ASSERT_THAT(page, StatusIs(absl::StatusCode::kUnavailable));
      ++unreadable_;
      return;
    }
    const std::vector<oracle::Place> ideal =
        oracle_.ListRecords(enterprise_no, 0);
    ASSERT_EQ(page->records.size(), ideal.size());
    for (std::size_t i = 0; i < ideal.size(); ++i) {
      ASSERT_EQ(page->records[i].record_no, ideal[i].no);
      ASSERT_EQ(page->records[i].sequence, ideal[i].sequence);
    }
  }

  void ReadSome() {
    const auto view = registry_->CurrentView();
    const std::vector<FindQuery> queries = world_.AllQueries();
    for (int i = 0; i < 3; ++i) {
      // While a write is not settled it may be seen or not: only those reads
      // are compared that come after.
      if (view->sequence() != oracle_.state().sequence) return;
      CompareFind(*view, queries[reads_() % queries.size()]);
      const std::uint64_t enterprises = oracle_.state().enterprises.size();
      if (enterprises > 0) CompareFile(*view, 1 + reads_() % enterprises);
    }
  }

  // RocksDB's threads may have met the last fault just before it was healed, so
  // that the database is reopened once more meanwhile.
  void CompareAll() {
    const absl::Time give_up = absl::Now() + absl::Seconds(60);
    while (!CompareAllOnce()) {
      ASSERT_LT(absl::Now(), give_up)
          << registry_->WriteState() << ", reopened "
          << registry_->Figures().reopenings << " times";
    }
  }

  // False where something could not be read.
  bool CompareAllOnce() {
    const auto view = registry_->CurrentView();
    EXPECT_EQ(view->sequence(), oracle_.state().sequence);
    const std::uint64_t before = unreadable_;
    for (const FindQuery& query : world_.AllQueries()) {
      CompareFind(*view, query);
    }
    for (std::uint64_t no = 1; no <= oracle_.state().enterprises.size(); ++no) {
      CompareFile(*view, no);
    }
    VerifyOptions options;
    options.open_sealed = true;
    const absl::StatusOr<VerifyReport> report =
        registry_->Verify(options, nullptr);
    if (unreadable_ != before || absl::IsUnavailable(report.status())) {
      return false;
    }
    EXPECT_THAT(report, IsOk());
    if (report.ok()) {
      EXPECT_EQ(report->faults, 0u)
          << (report->faults == 0 ? "" : report->fault_messages[0]);
    }
    return true;
  }

  const TestDirectory directory_;
  FakeClock clock_;
  FaultEnv disk_;
  RandomWorld world_;
  // What is read, apart from what is done.
  std::mt19937_64 reads_;
  oracle::RegistryOracle oracle_;
  std::unique_ptr<Registry> registry_;
  int requests_ = 0;
  // What was done to the disk, for the message of a failure.
  std::string faults_;
  int refusals_to_come_ = 0;
  std::uint64_t refusals_ = 0;
  std::uint64_t unknown_ = 0;
  std::uint64_t unreadable_ = 0;
};

TEST(RandomFaultsTest, EveryWriteCountsOnceAndEveryReadIsRight) {
  LongRun run;
  const std::uint64_t rounds = FromEnvironment("CREDITREG_ROUNDS", 4);
  const std::uint64_t operations = FromEnvironment("CREDITREG_OPERATIONS", 120);
  std::uint64_t unknown = 0;
  std::uint64_t refusals = 0;
  std::uint64_t unreadable = 0;
  std::uint64_t round = 0;
  const auto sum = [&] {
    return absl::StrCat(round, " registries, ", unknown, " unknown outcomes, ",
                        refusals, " refusals, ", unreadable, " reads refused");
  };
  for (; round < rounds || !run.TimeIsUp(); ++round) {
    const std::uint64_t seed = run.seed() + round;
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    RandomFaults faults(seed);
    faults.Run(operations);
    if (HasFailure()) {
      LongRun::Replay(absl::StrCat(
          "CREDITREG_SEED=", seed,
          " CREDITREG_ROUNDS=1 CREDITREG_OPERATIONS=", operations));
      return;
    }
    unknown += faults.unknown();
    refusals += faults.refusals();
    unreadable += faults.unreadable();
    run.Progress(sum());
  }
  LongRun::Conclude(sum());
  EXPECT_GT(unknown, 0u);
  EXPECT_GT(refusals, 0u);
}

}  // namespace
}  // namespace creditreg
