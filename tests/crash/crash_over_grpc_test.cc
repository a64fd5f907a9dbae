// Claim: a server that is killed at any moment has, when it is looked at, every
// row and write it acknowledged, once; what it did not acknowledge is there
// whole or not at all; the changes are numbered without a gap, the chain of
// hashes holds, and everything agrees with itself and with the oracle.
//
// Method: a real creditregd is spoken to over gRPC and gets SIGKILL at a random
// moment, while it works or while it starts. Its files are read as they lie
// (verify, sealed rows opened, every version), then it is started again and the
// callers go on: each repeats what was not answered, under the same request id.
//
// An import alone ends in the state of an uninterrupted one, row by row and
// number by number (times, keys, nonces and hashes aside). With other callers
// beside it, each has a world of its own, so that the order of its writes is
// known and the oracle can be asked about it.
//
// Not covered: kill -9 keeps what the kernel holds, so syncs are the business
// of tests/index/registry/power_test.cc; records left to later pieces of
// linking.
//
// Beside what tests/testing/long_run.h reads: CREDITREG_LIFE (from 0) only this
// one of the seed's registries. A seed repeats inputs and delays, not how
// threads are scheduled.

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "bench/generator/generator.h"
#include "client/cancellation.h"
#include "client/registry_client.h"
#include "gtest/gtest.h"
#include "index/base/random.h"
#include "index/registry/registry.h"
#include "server/wire/field_tables.h"
#include "tests/crash/remote_caller.h"
#include "tests/crash/remote_import.h"
#include "tests/crash/server_process.h"
#include "tests/crash/state_lines.h"
#include "tests/testing/environment.h"
#include "tests/testing/long_run.h"
#include "tests/testing/test_directory.h"

namespace creditreg {
namespace {

constexpr std::uint64_t kShortRounds = 6;
constexpr std::uint64_t kEveryLife = ~std::uint64_t{0};
// Looking at everything takes longer the more there is.
constexpr std::uint64_t kRoundsOfLife = 15;
constexpr std::uint32_t kCallers = 3;

// One registry from its first start, its callers, and how often it was killed.
struct Life {
  std::string directory;
  std::unique_ptr<RemoteImport> import;
  std::vector<std::unique_ptr<RemoteCaller>> callers;
  std::uint64_t rounds = 0;
};

class CrashOverGrpcTest : public testing::Test {
 protected:
  CrashOverGrpcTest();

  void Draw(std::uint64_t seed) {
    random_ = std::make_unique<SeededRandom>(seed);
  }
  std::uint64_t Below(std::uint64_t limit) {
    std::uint64_t number = 0;
    random_->Fill(reinterpret_cast<char*>(&number), sizeof(number));
    return number % limit;
  }

  // Files of one data set, below the test's directory.
  std::string Generate(std::uint64_t seed, std::uint64_t enterprises);
  Life Begin(const std::string& files, std::uint32_t callers);
  // Starts the server, lets everybody work, kills it after `at_most`; an import
  // alone that is done has nothing to wait for.
  void Kill(Life& life, absl::Duration at_most);
  // Reads what it left. False: something is wrong.
  void Check(Life& life);
  void Round(Life& life, std::uint64_t at_most_ms);
  // Everything in the files, import and nothing else.
  StateLines ImportedLines(const Life& life);

  TestDirectory directory_;
  std::string conf_dir_;
  std::unique_ptr<const FieldTables> tables_;
  std::unique_ptr<SeededRandom> random_;
  int lives_ = 0;
};

// The shipped tables, and one source more for each caller.
CrashOverGrpcTest::CrashOverGrpcTest() : conf_dir_(directory_.Below("conf")) {
  std::filesystem::copy(CREDITREG_SOURCE_DIR "/conf", conf_dir_,
                        std::filesystem::copy_options::recursive);
  std::ofstream sources(absl::StrCat(conf_dir_, "/intake/sources.textproto"),
                        std::ios::app);
  for (std::uint32_t number = 1; number <= kCallers; ++number) {
    sources << "sources { id: \"w" << number << "\" label: \"w\" }\n";
  }
  sources.close();
  auto tables = FieldTables::Load(absl::StrCat(conf_dir_, "/intake"));
  EXPECT_TRUE(tables.ok()) << tables.status();
  tables_ = *std::move(tables);
}

std::string CrashOverGrpcTest::Generate(std::uint64_t seed,
                                        std::uint64_t enterprises) {
  const std::string files = directory_.Below("files");
  std::filesystem::create_directories(files);
  generator::GeneratorOptions options;
  options.seed = seed;
  options.enterprises = enterprises;
  options.codes_directory = absl::StrCat(conf_dir_, "/codes");
  const absl::Status generated = generator::Generate(options, files);
  EXPECT_TRUE(generated.ok()) << generated;
  return files;
}

Life CrashOverGrpcTest::Begin(const std::string& files, std::uint32_t callers) {
  Life life;
  life.directory = directory_.Below(absl::StrCat("life", ++lives_));
  std::filesystem::create_directory(life.directory);
  life.import = std::make_unique<RemoteImport>(files, *tables_);
  for (std::uint32_t number = 1; number <= callers; ++number) {
    life.callers.push_back(
        std::make_unique<RemoteCaller>(Below(1000000), number, *tables_));
  }
  return life;
}

void CrashOverGrpcTest::Kill(Life& life, absl::Duration at_most) {
  ServerProcess server(life.directory, conf_dir_);
  // Sometimes before it serves.
  const bool early = life.rounds > 0 && Below(100) < 15;
  const std::string address = server.AwaitAddress(
      early ? absl::Milliseconds(Below(150)) : absl::Seconds(60));
  if (address.empty()) {
    ASSERT_TRUE(server.Kill()) << server.Log();
    ASSERT_TRUE(early) << "it does not start: " << server.Log();
    return;
  }
  ClientOptions options;
  options.target = address;
  options.retry.max_attempts = 1;
  Cancellation cancellation;
  RegistryClient client(options, &cancellation);
  std::vector<std::thread> threads;
  absl::Notification all_done;
  threads.emplace_back([&] {
    while (!life.import->done()) {
      if (!life.import->Step(client.intake_stub())) return;
    }
    if (life.callers.empty()) all_done.Notify();
  });
  for (const auto& caller : life.callers) {
    threads.emplace_back([&client, &caller] {
      while (caller->Step(client) && !HasFailure()) {
      }
    });
  }
  all_done.WaitForNotificationWithTimeout(at_most);
  EXPECT_TRUE(server.Kill()) << "it ended by itself: " << server.Log();
  for (std::thread& thread : threads) thread.join();
}

void CrashOverGrpcTest::Check(Life& life) {
  RegistryOptions options;
  options.store.directory = absl::StrCat(life.directory, "/data");
  options.store.read_only = true;
  options.key_dir = absl::StrCat(life.directory, "/keys");
  options.create_keys = false;
  const auto registry = Registry::Open(options);
  ASSERT_TRUE(registry.ok()) << registry.status();
  VerifyOptions verify;
  verify.open_sealed = true;
  const auto report =
      (*registry)->Verify(verify, [](const VerifyProgress&) { return true; });
  ASSERT_TRUE(report.ok()) << report.status();
  for (const std::string& fault : report->fault_messages) {
    ADD_FAILURE() << fault;
  }
  auto lines = LinesBySource(**registry);
  ASSERT_TRUE(lines.ok()) << lines.status();
  EXPECT_EQ(life.import->Settle(**registry, (*lines)[RemoteImport::kSource]),
            "");
  lines->erase(RemoteImport::kSource);
  for (const auto& caller : life.callers) {
    EXPECT_EQ(caller->Settle((*lines)[caller->source_id()]), "")
        << caller->source_id();
    lines->erase(caller->source_id());
  }
  for (const auto& [source, of_source] : *lines) {
    ADD_FAILURE() << "nobody wrote: " << of_source.at(0);
  }
}

void CrashOverGrpcTest::Round(Life& life, std::uint64_t at_most_ms) {
  SCOPED_TRACE(absl::StrCat("round ", life.rounds));
  Kill(life, absl::Milliseconds(Below(at_most_ms)));
  ++life.rounds;
  if (!HasFailure()) Check(life);
}

StateLines CrashOverGrpcTest::ImportedLines(const Life& life) {
  RegistryOptions options;
  options.store.directory = absl::StrCat(life.directory, "/data");
  options.store.read_only = true;
  options.key_dir = absl::StrCat(life.directory, "/keys");
  options.create_keys = false;
  const auto registry = Registry::Open(options);
  EXPECT_TRUE(registry.ok()) << registry.status();
  auto lines = LinesBySource(**registry);
  EXPECT_TRUE(lines.ok()) << lines.status();
  EXPECT_EQ(lines->size(), 1);
  return std::move((*lines)[RemoteImport::kSource]);
}

TEST_F(CrashOverGrpcTest, AnImportAloneEndsAsIfUninterrupted) {
  LongRun run;
  const std::uint64_t only = FromEnvironment("CREDITREG_LIFE", kEveryLife);
  std::uint64_t rounds = 0;
  std::uint64_t whole = 0;
  for (std::uint64_t number = only == kEveryLife ? 0 : only;; ++number) {
    SCOPED_TRACE(absl::StrCat("seed ", run.seed(), " life ", number));
    const std::uint64_t seed = run.seed() + (number << 32);
    Draw(seed);
    const std::string files = Generate(seed, 400);
    Life uninterrupted = Begin(files, 0);
    Kill(uninterrupted, absl::Minutes(5));
    Life life = Begin(files, 0);
    while (!life.import->done() && !HasFailure() && life.rounds < 1000) {
      // Later and later, so that a slow build comes to the end too.
      Round(life, 150 + 5 * life.rounds);
    }
    rounds += life.rounds;
    if (!HasFailure()) {
      EXPECT_EQ(
          FirstDifference(ImportedLines(life), ImportedLines(uninterrupted)),
          "");
    }
    if (HasFailure()) {
      LongRun::Replay(absl::StrCat("CREDITREG_SEED=", run.seed(),
                                   " CREDITREG_LIFE=", number));
      return;
    }
    ++whole;
    std::filesystem::remove_all(uninterrupted.directory);
    std::filesystem::remove_all(life.directory);
    run.Progress(absl::StrCat(rounds, " kills, ", whole, " whole imports"));
    if (only != kEveryLife) break;
    if (run.has_time() ? run.TimeIsUp() : rounds >= kShortRounds) break;
  }
  LongRun::Conclude(absl::StrCat(rounds, " kills, ", whole, " whole imports"));
}

TEST_F(CrashOverGrpcTest, WithOtherCallersBesideItTheOracleAgrees) {
  LongRun run;
  const std::uint64_t only = FromEnvironment("CREDITREG_LIFE", kEveryLife);
  std::uint64_t rounds = 0;
  std::uint64_t rows = 0;
  std::uint64_t writes = 0;
  bool over = false;
  for (std::uint64_t number = only == kEveryLife ? 0 : only; !over; ++number) {
    SCOPED_TRACE(absl::StrCat("seed ", run.seed(), " life ", number));
    const std::uint64_t seed = run.seed() + (number << 32);
    Draw(seed);
    Life life = Begin(Generate(seed, 700), kCallers);
    while (life.rounds < kRoundsOfLife && !HasFailure() && !over) {
      Round(life, 400);
      ++rounds;
      run.Progress(absl::StrCat(rounds, " kills"));
      over = run.has_time() ? run.TimeIsUp() : rounds >= kShortRounds;
    }
    if (HasFailure()) {
      LongRun::Replay(absl::StrCat("CREDITREG_SEED=", run.seed(),
                                   " CREDITREG_LIFE=", number));
      return;
    }
    rows += life.import->acknowledged();
    for (const auto& caller : life.callers) writes += caller->answered();
    std::filesystem::remove_all(life.directory);
    over = over || only != kEveryLife;
  }
  LongRun::Conclude(absl::StrCat(rounds, " kills, ", rows, " rows and ", writes,
                                 " writes acknowledged"));
  EXPECT_GT(rows, 0);
  EXPECT_GT(writes, 0);
}

}  // namespace
}  // namespace creditreg
