// Claim: whatever is written, in whatever order and from whatever threads, the
// registry answers and stores what the oracle (tests/oracle) does.
//
// Method: random operations over a small world go to both; every answer is
// compared, and now and then everything that can be read, also as of earlier
// sequences: writes of every kind, repeated ones among them, files with broken
// rows, interrupted and sent again, crowds of records that wait for a later
// enterprise, restarts, a clock that jumps both ways. Writes from several
// threads, an import and readers beside them, are given to the oracle in the
// order in which they were answered, which is the order they were applied in.
//
// The oracle scans all it has, so the operations of one seed are spread over
// registries of some 1,500 each.
//
// Beside what tests/testing/long_run.h reads:
//   CREDITREG_OPERATIONS  of each seed: writes, pieces of files, restarts and
//                         steps of the clock (default 4000)
//   CREDITREG_REGISTRY    only this one of the seed's registries, from 0

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "index/registry/registry.h"
#include "index/registry/view.h"
#include "tests/index/registry/oracle_comparison.h"
#include "tests/index/registry/random_world.h"
#include "tests/index/registry/random_writes.h"
#include "tests/index/registry/test_registry.h"
#include "tests/oracle/registry_oracle.h"
#include "tests/oracle/state.h"
#include "tests/oracle/texts.h"
#include "tests/testing/environment.h"
#include "tests/testing/long_run.h"

namespace creditreg {
namespace {

using oracle::Place;
using oracle::Write;

// The oracle's scans take longer the more there is: past this, most of the
// time.
constexpr std::uint64_t kOperationsEach = 1500;
constexpr std::uint64_t kBetweenComparisons = 250;
constexpr std::uint64_t kEveryRegistry = ~std::uint64_t{0};

// A file under way, perhaps interrupted.
struct FileImport {
  StartImport start;
  std::vector<ImportRowDraft> rows;
};

// What a reader saw beside the writers.
struct Sight {
  std::uint64_t at = 0;
  std::uint64_t no = 0;
  // 0: not there.
  std::uint64_t enterprise_version = 0;
  std::uint64_t record_version = 0;
};

class DifferentialTest : public RegistryTest {
 protected:
  // An empty registry and oracle.
  void Begin(std::uint64_t seed, std::uint64_t registry);
  // Until both had `operations`.
  void Run(std::uint64_t operations);
  // Whether every case of WantedToSee() came up.
  bool SawEverything();
  void OneStep();
  void CompareAll() { comparison_->CompareAll(*registry_, *oracle_); }

  absl::StatusOr<WriteAnswer> ToRegistry(const Write& write) {
    return std::visit([this](const auto& w) { return Do(w); }, write);
  }
  absl::StatusOr<WriteAnswer> ToOracle(const Write& write) {
    return std::visit([this](const auto& w) { return oracle_->Apply(w); },
                      write);
  }

  Write NextWrite() { return writes_->Next(*registry_->CurrentView()); }
  void OneWrite(const Write& write);
  void ManyWrites();
  void OneImport();
  void RunImport(FileImport file);
  void OneCrowd();
  void AwaitLinks();
  void Look(std::vector<Sight>& sights, std::uint64_t seed) const;
  void CompareSights(const std::vector<Sight>& sights);
  void MoveClock();

  std::unique_ptr<RandomWorld> world_;
  std::unique_ptr<oracle::RegistryOracle> oracle_;
  std::unique_ptr<RandomWrites> writes_;
  std::unique_ptr<OracleComparison> comparison_;
  std::vector<FileImport> files_;
  std::uint64_t crowds_ = 0;
  std::uint64_t operations_ = 0;
  const absl::Time clock_start_ = clock_.Now();
  // How often each outcome, refusal, rule, verdict and kind of step was seen.
  std::map<std::string, int> seen_;
};

void DifferentialTest::Begin(std::uint64_t seed, std::uint64_t registry) {
  registry_.reset();
  std::filesystem::remove_all(Options().store.directory);
  std::filesystem::remove_all(Options().key_dir);
  clock_.Set(clock_start_);
  Reopen();
  world_ = std::make_unique<RandomWorld>(seed + (registry << 32));
  oracle_ = std::make_unique<oracle::RegistryOracle>();
  oracle_->SetClock(absl::ToUnixMicros(clock_.Now()));
  writes_ = std::make_unique<RandomWrites>(world_.get(), oracle_.get());
  comparison_ = std::make_unique<OracleComparison>(world_.get());
  files_.clear();
  crowds_ = 0;
  operations_ = 0;
}

void DifferentialTest::OneWrite(const Write& write) {
  ++operations_;
  const absl::StatusOr<WriteAnswer> real = ToRegistry(write);
  comparison_->CompareAnswers(write, real, ToOracle(write));
}

// On a thread of its own: what one sees while others write.
void DifferentialTest::Look(std::vector<Sight>& sights,
                            std::uint64_t seed) const {
  std::mt19937_64 random(seed);
  for (int i = 0; i < 20; ++i) {
    const std::shared_ptr<const View> view = registry_->CurrentView();
    Sight sight;
    sight.at = view->sequence();
    sight.no = 1 + random() % 200;
    const auto enterprise = view->ReadEnterprise(sight.no);
    if (enterprise.ok()) sight.enterprise_version = enterprise->sequence;
    const auto record = view->ReadRecord(sight.no);
    if (record.ok()) sight.record_version = record->sequence;
    sights.push_back(sight);
  }
}

void DifferentialTest::CompareSights(const std::vector<Sight>& sights) {
  std::uint64_t last = 0;
  for (const Sight& sight : sights) {
    EXPECT_GE(sight.at, last) << "the state went back";
    last = sight.at;
    if (sight.at == 0) continue;
    const Place none;
    EXPECT_EQ(sight.enterprise_version,
              oracle_->EnterpriseAt(sight.no, sight.at).value_or(none).sequence)
        << "enterprise " << sight.no << " at " << sight.at;
    EXPECT_EQ(sight.record_version,
              oracle_->RecordAt(sight.no, sight.at).value_or(none).sequence)
        << "record " << sight.no << " at " << sight.at;
  }
}

// From several threads at once, an import and a reader beside them; the oracle
// follows in the order of answers.
void DifferentialTest::ManyWrites() {
  constexpr std::size_t kThreads = 4;
  constexpr std::size_t kWritesEach = 4;
  constexpr std::size_t kPieces = 3;
  constexpr std::size_t kRowsOfPiece = 3;
  std::vector<Write> writes;
  for (std::size_t i = 0; i < kThreads * kWritesEach; ++i) {
    writes.push_back(NextWrite());
  }
  FileImport file;
  file.start.actor = writes_->NewRequest().actor;
  file.start.request_id = writes_->NewRequest().request_id;
  file.start.format = 2;
  file.start.encoding = 1;
  file.start.source_id = "beside";
  file.rows = world_->MakeFile(world_->Chance(40), kPieces * kRowsOfPiece);
  auto run = oracle_->BeginImport(file.start);
  ASSERT_TRUE(run.ok());
  const std::uint64_t reader_seed = world_->Below(1000000);
  operations_ += writes.size() + kPieces;

  const auto rows_of = [&file](std::size_t piece) {
    const auto begin =
        file.rows.begin() + static_cast<std::ptrdiff_t>(piece * kRowsOfPiece);
    return std::vector<ImportRowDraft>(begin, begin + kRowsOfPiece);
  };
  // Of a write or, behind those, of a piece of the import.
  struct Answered {
    std::size_t index;
    std::variant<absl::StatusOr<WriteAnswer>, absl::StatusOr<ImportAnswer>>
        answer;
  };
  // Only the writer's thread answers.
  std::vector<Answered> answered;
  absl::BlockingCounter left(static_cast<int>(writes.size() + kPieces));
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = t; i < writes.size(); i += kThreads) {
        std::visit(
            [&](const auto& write) {
              registry_->Submit(write, [&, i](absl::StatusOr<WriteAnswer> a) {
                answered.push_back({i, std::move(a)});
                left.DecrementCount();
              });
            },
            writes[i]);
      }
    });
  }
  std::vector<Sight> sights;
  threads.emplace_back([&] { Look(sights, reader_seed); });
  const auto session = registry_->BeginImport(file.start);
  ASSERT_TRUE(session.ok()) << session.status();
  for (std::size_t piece = 0; piece < kPieces; ++piece) {
    (*session)->AppendRows(
        rows_of(piece), piece + 1, absl::StrCat("p", piece),
        [&, piece](absl::StatusOr<ImportAnswer> answer) {
          answered.push_back({writes.size() + piece, std::move(answer)});
          left.DecrementCount();
        });
  }
  for (std::thread& thread : threads) thread.join();
  left.Wait();
  ASSERT_EQ(answered.size(), writes.size() + kPieces);
  for (const Answered& one : answered) {
    if (one.index < writes.size()) {
      const Write& write = writes[one.index];
      comparison_->CompareAnswers(
          write, std::get<absl::StatusOr<WriteAnswer>>(one.answer),
          ToOracle(write));
    } else {
      const std::size_t piece = one.index - writes.size();
      comparison_->CompareImportAnswers(
          std::get<absl::StatusOr<ImportAnswer>>(one.answer),
          oracle_->AppendRows(*run, rows_of(piece), piece + 1,
                              absl::StrCat("p", piece)));
    }
    if (HasFailure()) return;
  }
  CompareSights(sights);
}

void DifferentialTest::OneImport() {
  // Mostly a new file, sometimes one that was interrupted or finished before.
  if (!files_.empty() && world_->Chance(45)) {
    FileImport file = world_->Pick(files_);
    if (world_->Chance(15)) file.start.source_id = "another";
    // The same rows under another id.
    if (world_->Chance(25)) {
      file.start.request_id = writes_->NewRequest().request_id;
    }
    RunImport(std::move(file));
    return;
  }
  FileImport file;
  const bool enterprises = world_->Chance(40);
  file.start.actor = writes_->NewRequest().actor;
  file.start.request_id = absl::StrCat("i", files_.size());
  file.start.format = enterprises ? 1 : 2;
  file.start.encoding = 1;
  file.start.source_id = world_->Chance(50) ? "feed" : "default";
  file.rows = world_->MakeFile(enterprises, 1 + world_->Below(12));
  files_.push_back(file);
  RunImport(std::move(file));
}

void DifferentialTest::RunImport(FileImport file) {
  file.start.validate_only = world_->Chance(15);
  auto session = registry_->BeginImport(file.start);
  auto run = oracle_->BeginImport(file.start);
  ASSERT_EQ(session.ok(), run.ok()) << session.status() << run.status();
  if (!session.ok()) {
    EXPECT_EQ(session.status().code(), run.status().code());
    EXPECT_EQ(oracle::FirstWord(session.status()),
              oracle::FirstWord(run.status()));
    return;
  }
  ASSERT_EQ((*session)->start().ShortDebugString(),
            run->row.ShortDebugString());
  if (run->row.finished_us() != 0) return;
  struct Piece {
    std::vector<ImportRowDraft> rows;
    std::uint64_t bytes = 0;
    absl::StatusOr<ImportAnswer> real = absl::UnknownError("no answer");
    absl::Notification answered;
  };
  std::vector<std::unique_ptr<Piece>> pieces;
  const bool interrupted = world_->Chance(40);
  const std::size_t at_most = interrupted ? 1 + world_->Below(2) : 100;
  std::size_t next = run->row.rows_done();
  while (next < file.rows.size() && pieces.size() < at_most) {
    auto piece = std::make_unique<Piece>();
    const std::size_t end =
        std::min(file.rows.size(), next + 1 + world_->Below(5));
    for (; next < end; ++next) piece->rows.push_back(file.rows[next]);
    piece->bytes = next * 10;
    pieces.push_back(std::move(piece));
  }
  operations_ += pieces.size();
  for (const auto& piece : pieces) {
    (*session)->AppendRows(piece->rows, piece->bytes,
                           absl::StrCat("p", piece->bytes),
                           [&piece](absl::StatusOr<ImportAnswer> answer) {
                             piece->real = std::move(answer);
                             piece->answered.Notify();
                           });
  }
  // A broken connection takes the session while pieces are still queued.
  if (interrupted && world_->Chance(50)) session->reset();
  for (const auto& piece : pieces) {
    piece->answered.WaitForNotification();
    comparison_->CompareImportAnswers(
        piece->real, oracle_->AppendRows(*run, piece->rows, piece->bytes,
                                         absl::StrCat("p", piece->bytes)));
    if (HasFailure()) return;
  }
  if (interrupted) return;
  const auto finished = (*session)->Finish(file.rows.size() * 10, "sm3");
  comparison_->CompareImportAnswers(
      finished, oracle_->Finish(*run, file.rows.size() * 10, "sm3"));
}

// More records wait for an enterprise than its put links at once; sometimes a
// restart comes before the rest is linked.
void DifferentialTest::OneCrowd() {
  constexpr std::size_t kRecordsAtOnce = 200;
  RandomWorld::Crowd crowd =
      world_->MakeCrowd(crowds_++, 150 + world_->Below(900));
  for (std::size_t i = 0; i < crowd.records.size() && !HasFailure();) {
    SubmitRecords submit;
    submit.request = writes_->NewRequest();
    for (; i < crowd.records.size() && submit.records.size() < kRecordsAtOnce;
         ++i) {
      submit.records.emplace_back(crowd.records[i]);
    }
    OneWrite(submit);
  }
  if (HasFailure()) return;
  PutEnterprise put;
  put.request = writes_->NewRequest();
  put.draft = std::move(crowd.enterprise);
  OneWrite(put);
  if (oracle_->state().link_passes.empty()) return;
  ++seen_["links left to later pieces"];
  if (world_->Chance(40)) {
    Reopen();
    ++seen_["links gone on with after a restart"];
  }
  AwaitLinks();
}

// A piece is queued before its predecessor is answered, so a write that comes
// behind it is answered after it.
void DifferentialTest::AwaitLinks() {
  WithholdEnterprise nothing;
  nothing.enterprise_no = 1000000;
  do {
    nothing.request = writes_->NewRequest();
    EXPECT_TRUE(absl::IsNotFound(Do(nothing).status()));
  } while (oracle_->LinkPiece());
}

// Mostly a little, also back, as a machine's clock can; sometimes by days, yet
// never so far that request ids are forgotten.
void DifferentialTest::MoveClock() {
  ++operations_;
  if (world_->Chance(80)) {
    clock_.Advance(absl::Milliseconds(
        static_cast<std::int64_t>(world_->Below(5000)) - 500));
  } else {
    clock_.Set(clock_start_ +
               absl::Minutes(static_cast<std::int64_t>(
                                 world_->Below(std::uint64_t{6} * 24 * 60)) -
                             3 * 24 * 60));
  }
  oracle_->SetClock(absl::ToUnixMicros(clock_.Now()));
}

void DifferentialTest::OneStep() {
  const std::uint64_t kind = world_->Below(1000);
  if (kind < 800) {
    OneWrite(NextWrite());
  } else if (kind < 848) {
    ++seen_["writes from several threads"];
    ManyWrites();
  } else if (kind < 850) {
    OneCrowd();
  } else if (kind < 960) {
    OneImport();
  } else if (kind < 990) {
    ++seen_["clock moved"];
    MoveClock();
  } else {
    ++operations_;
    ++seen_["reopened"];
    Reopen();
  }
}

void DifferentialTest::Run(std::uint64_t operations) {
  std::uint64_t next_comparison = kBetweenComparisons;
  while (operations_ < operations && !HasFailure()) {
    SCOPED_TRACE(absl::StrCat("operation ", operations_));
    OneStep();
    if (operations_ < next_comparison || HasFailure()) continue;
    next_comparison = operations_ + kBetweenComparisons;
    CompareAll();
  }
  if (!HasFailure()) CompareAll();
  for (const auto& [what, times] : comparison_->seen()) seen_[what] += times;
}

// What a world has to show, or it proves nothing.
std::vector<std::string> WantedToSee() {
  std::vector<std::string> wanted = {"CODE_CONFLICT",
                                     "ETAG_MISMATCH",
                                     "REQUEST_ID_REUSED",
                                     "KEY_TAKEN",
                                     "WITHDRAWN",
                                     "NAME_NEVER_HELD",
                                     "NAME_FORMER",
                                     "NAME_DIFFERENT",
                                     "PARTY_AMBIGUOUS",
                                     "ENTERPRISE_UNKNOWN",
                                     "RECORD_WITHDRAWN",
                                     "CORRECTED",
                                     "KEY_CORRECTED",
                                     "MISSING_KEY_PART",
                                     "OLDER_THAN_STORED",
                                     "CODE_REPLACED",
                                     "FORMER_CODE_CONFLICT",
                                     "ENTERPRISE_AMBIGUOUS",
                                     "writes from several threads",
                                     "clock moved",
                                     "reopened",
                                     "links left to later pieces",
                                     "brief answers"};
  for (int verdict = 1; verdict <= 10; ++verdict) {
    wanted.push_back(absl::StrCat("verdict ", verdict));
  }
  for (int outcome = 1; outcome <= 6; ++outcome) {
    wanted.push_back(absl::StrCat("outcome ", outcome));
  }
  return wanted;
}

bool DifferentialTest::SawEverything() {
  for (const std::string& what : WantedToSee()) {
    if (seen_[what] == 0) return false;
  }
  return true;
}

TEST_F(DifferentialTest, TheRegistryAnswersAsTheOracle) {
  LongRun run;
  const std::uint64_t operations =
      FromEnvironment("CREDITREG_OPERATIONS", 4000);
  const std::uint64_t only =
      FromEnvironment("CREDITREG_REGISTRY", kEveryRegistry);
  // A short run of a random seed may miss a rare case: it then goes on.
  const bool demands_cases = only == kEveryRegistry && operations >= 4000;
  const std::uint64_t most = demands_cases ? operations * 8 : operations;
  std::uint64_t total = 0;
  std::uint64_t whole_seeds = 0;
  for (std::uint64_t seed = run.seed();; ++seed) {
    std::uint64_t planned = 0;
    for (std::uint64_t registry = 0;
         planned < operations || (planned < most && !SawEverything());
         ++registry) {
      const std::uint64_t now =
          planned < operations ? std::min(kOperationsEach, operations - planned)
                               : kOperationsEach;
      planned += now;
      if (only != kEveryRegistry && registry != only) continue;
      SCOPED_TRACE(absl::StrCat("seed ", seed, " registry ", registry));
      Begin(seed, registry);
      Run(now);
      total += operations_;
      if (HasFailure()) {
        LongRun::Replay(absl::StrCat("CREDITREG_SEED=", seed,
                                     " CREDITREG_REGISTRY=", registry,
                                     " CREDITREG_OPERATIONS=", planned));
        return;
      }
      run.Progress(absl::StrCat("seed ", seed, ": ", planned, " of ",
                                operations, " operations"));
    }
    ++whole_seeds;
    // A seed is gone through whole, so the first may take longer than the time
    // given, and another begins only where it fits.
    if (!run.HasTimeFor(run.elapsed() / static_cast<double>(whole_seeds))) {
      break;
    }
  }
  for (const auto& [what, times] : seen_) {
    std::cout << what << ": " << times << std::endl;
  }
  LongRun::Conclude(absl::StrCat(
      total, " operations, ", whole_seeds, " seeds of ", operations, ", in ",
      absl::FormatDuration(absl::Trunc(run.elapsed(), absl::Seconds(1)))));
  if (!demands_cases) return;
  for (const std::string& what : WantedToSee()) {
    EXPECT_GT(seen_[what], 0) << what;
  }
}

}  // namespace
}  // namespace creditreg
