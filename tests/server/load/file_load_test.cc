// A first load against the ordinary import of the same files.

#include "server/load/file_load.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "bench/generator/generator.h"
#include "creditreg/v1/intake_service.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/base/civil_day.h"
#include "index/base/clock.h"
#include "index/base/random.h"
#include "index/codec/crypto.h"
#include "index/registry/first_load.h"
#include "index/registry/registry.h"
#include "server/intake/file_reader.h"
#include "server/intake/report.h"
#include "server/intake/row_mapper.h"
#include "server/load/load_config.h"
#include "server/load/request_id.h"
#include "server/wire/answers.h"
#include "server/wire/field_tables.h"
#include "tests/index/registry/registry_dump.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_directory.h"

namespace creditreg {
namespace {

constexpr std::uint64_t kSeed = 20261126;

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

void WriteFile(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// Time that goes on by itself; the process is killed at one of its readings.
class DeadlyClock final : public Clock {
 public:
  explicit DeadlyClock(std::uint64_t deadly_reading)
      : readings_left_(deadly_reading) {}
  absl::Time Now() override {
    if (--readings_left_ == 0) raise(SIGKILL);
    return absl::Now();
  }

 private:
  std::atomic<std::uint64_t> readings_left_;
};

class FileLoadTest : public testing::Test {
 protected:
  FileLoadTest() {
    absl::StatusOr<std::unique_ptr<const FieldTables>> tables =
        FieldTables::Load(CREDITREG_SOURCE_DIR "/conf/intake");
    tables_ = *std::move(tables);
  }

  // A province with every kind of dirty row; its files in loading order.
  void GenerateProvince(std::uint64_t seed, std::uint64_t enterprises) {
    std::cout << "seed " << seed << "\n";
    std::filesystem::create_directories(In(""));
    generator::GeneratorOptions options;
    options.seed = seed;
    options.enterprises = enterprises;
    options.records_per_thousand = 2000;
    options.codes_directory = CREDITREG_SOURCE_DIR "/conf/codes";
    ASSERT_THAT(generator::Generate(options, In("")), IsOk());
    files_ = {{In("enterprise.csv"), v1::IMPORT_FORMAT_ENTERPRISE_CSV},
              {In("enterprise_later.csv"), v1::IMPORT_FORMAT_ENTERPRISE_CSV},
              {In("licence.csv"), v1::IMPORT_FORMAT_LICENCE_CSV},
              {In("penalty.csv"), v1::IMPORT_FORMAT_PENALTY_CSV},
              {In("complaint.csv"), v1::IMPORT_FORMAT_COMPLAINT_CSV}};
  }

  std::string In(absl::string_view name) const {
    return directory_.Below(absl::StrCat("in/", name));
  }
  std::string Below(absl::string_view name) const {
    return directory_.Below(name);
  }

  // A registry of its own, with `who`'s directories.
  RegistryOptions OptionsFor(absl::string_view who) const {
    RegistryOptions options;
    options.store.directory = Below(absl::StrCat(who, "/data"));
    options.store.block_cache_bytes = std::size_t{8} << 20;
    options.key_dir = Below(absl::StrCat(who, "/keys"));
    return options;
  }
  absl::StatusOr<std::unique_ptr<FirstLoad>> BeginLoad(
      absl::string_view who, Clock* clock = RealClock()) const {
    FirstLoadOptions options;
    options.registry = OptionsFor(who);
    options.registry.clock = clock;
    // Several runs of index rows.
    options.sort_buffer_bytes = std::size_t{256} << 10;
    return FirstLoad::Begin(options);
  }
  FileLoadOptions LoadOptions(absl::string_view who) const {
    FileLoadOptions options;
    options.tables = tables_.get();
    options.files = files_;
    options.report_dir = Below(absl::StrCat(who, "/reports"));
    options.threads = 3;
    options.progress = [](absl::string_view) {};
    return options;
  }
  absl::StatusOr<std::vector<LoadedFileReceipt>> Load(
      absl::string_view who) const {
    absl::StatusOr<std::unique_ptr<FirstLoad>> load = BeginLoad(who);
    if (!load.ok()) return load.status();
    return LoadFiles(**load, LoadOptions(who));
  }

  // The keys that make content comparable.
  void ShareRing(absl::string_view from, absl::string_view to) const {
    const std::string keys = Below(absl::StrCat(to, "/keys"));
    std::filesystem::create_directories(keys);
    std::filesystem::permissions(keys, std::filesystem::perms::owner_all);
    for (const char* name : {"/ring", "/master.1"}) {
      std::filesystem::copy_file(Below(absl::StrCat(from, "/keys", name)),
                                 absl::StrCat(keys, name));
    }
  }

  // Imports the files one after the other; returns their reports.
  std::vector<std::string> Import(absl::string_view who) const {
    std::vector<std::string> reports;
    auto registry = Registry::Open(OptionsFor(who));
    EXPECT_THAT(registry.status(), IsOk());
    for (const FileToLoad& file : files_) {
      reports.push_back(ImportFile(**registry, file));
    }
    return reports;
  }

  std::string ImportFile(Registry& registry, const FileToLoad& file) const {
    const std::string bytes = ReadFile(file.path);
    FileReader reader(*tables_, TargetOfFormat(file.format), "default",
                      v1::TEXT_ENCODING_UNSPECIFIED, CivilDay::Unknown());
    EXPECT_THAT(reader.Append(bytes), IsOk());
    EXPECT_THAT(reader.Finish(), IsOk());
    StartImport start;
    start.actor.principal = "local";
    start.actor.role = "FIRST_LOAD";
    start.request_id = FileRequestId(Sm3(bytes), file.format, "");
    start.format = static_cast<std::uint32_t>(file.format);
    start.encoding = static_cast<std::uint32_t>(*reader.encoding());
    start.source_id = "default";
    auto session = registry.BeginImport(std::move(start));
    EXPECT_THAT(session.status(), IsOk());
    std::string report = ReportHeader(reader.header());
    std::vector<FileRow> rows = reader.TakeRows();
    constexpr std::size_t kPiece = 500;
    for (std::size_t first = 0; first < rows.size(); first += kPiece) {
      const std::size_t end = std::min(rows.size(), first + kPiece);
      std::vector<ImportRowDraft> drafts;
      for (std::size_t i = first; i < end; ++i) {
        drafts.push_back(std::move(rows[i].draft));
      }
      absl::Notification done;
      (*session)->AppendRows(
          std::move(drafts), rows[end - 1].end_offset, "",
          [&](const absl::StatusOr<ImportAnswer>& answer) {
            EXPECT_THAT(answer.status(), IsOk());
            for (const ImportRowResult& result : answer->results) {
              const FileRow& row = rows[result.row - 1];
              report +=
                  ReportLine({row.cells, reader.header().size(), row.line,
                              OutcomeMessage(result.outcome), result.findings},
                             *tables_, TargetOfFormat(file.format));
            }
            done.Notify();
          });
      done.WaitForNotification();
    }
    EXPECT_THAT((*session)->Finish(bytes.size(), Sm3(bytes)).status(), IsOk());
    return report;
  }

  void ExpectWhole(absl::string_view who) const {
    RegistryOptions options = OptionsFor(who);
    options.store.read_only = true;
    const auto registry = Registry::Open(options);
    ASSERT_THAT(registry.status(), IsOk());
    VerifyOptions verify;
    verify.open_sealed = true;
    const auto report =
        (*registry)->Verify(verify, [](const VerifyProgress&) { return true; });
    ASSERT_THAT(report.status(), IsOk());
    EXPECT_EQ(report->faults, 0) << report->fault_messages.front();
    EXPECT_GT(report->rows_checked, 1000);
  }

  std::vector<std::string> Dump(absl::string_view who) const {
    const RegistryOptions options = OptionsFor(who);
    const auto lines = DumpRegistry(options.store.directory, options.key_dir);
    EXPECT_THAT(lines.status(), IsOk());
    return lines.ok() ? *lines : std::vector<std::string>();
  }

  // Says what only one of them has; a few lines of it.
  static void ExpectSameLines(const std::vector<std::string>& imported,
                              const std::vector<std::string>& loaded) {
    constexpr std::size_t kShown = 8;
    std::vector<std::string> differences;
    std::set_difference(imported.begin(), imported.end(), loaded.begin(),
                        loaded.end(), std::back_inserter(differences));
    for (std::size_t i = 0; i < std::min(kShown, differences.size()); ++i) {
      ADD_FAILURE() << "imported only: " << differences[i];
    }
    differences.clear();
    std::set_difference(loaded.begin(), loaded.end(), imported.begin(),
                        imported.end(), std::back_inserter(differences));
    for (std::size_t i = 0; i < std::min(kShown, differences.size()); ++i) {
      ADD_FAILURE() << "loaded only: " << differences[i];
    }
    EXPECT_EQ(imported.size(), loaded.size());
  }

  TestDirectory directory_;
  std::unique_ptr<const FieldTables> tables_;
  std::vector<FileToLoad> files_;
};

// Before tests that leave threads behind, which a fork does not take along.
// Kills a child at a random reading of its clock: between batches, amid rows
// that were put off, before the last write.
TEST_F(FileLoadTest, KilledAnywhereItStartsOverWhole) {
  GenerateProvince(kSeed, 300);
  SeededRandom random(kSeed);
  constexpr int kRounds = 12;
  int killed = 0;
  for (int round = 0; round < kRounds; ++round) {
    std::uint8_t byte = 0;
    random.Fill(reinterpret_cast<char*>(&byte), 1);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      DeadlyClock clock(1 + byte % 64);
      const auto load = BeginLoad("loaded", &clock);
      const bool loaded =
          load.ok() && LoadFiles(**load, LoadOptions("loaded")).ok();
      _exit(loaded ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    if (!WIFSIGNALED(status)) {
      ASSERT_EQ(WEXITSTATUS(status), 0) << "round " << round;
      break;
    }
    ++killed;
  }
  std::cout << "killed " << killed << " times\n";
  EXPECT_GT(killed, 0);
  if (killed == kRounds) {
    EXPECT_THAT(Registry::Open(OptionsFor("loaded")).status(),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         testing::HasSubstr("first load did not finish")));
    ASSERT_THAT(Load("loaded").status(), IsOk());
  }
  ExpectWhole("loaded");
}

TEST_F(FileLoadTest, HoldsWhatTheOrdinaryImportOfTheSameFilesHolds) {
  for (const std::uint64_t seed : {kSeed, kSeed + 1}) {
    GenerateProvince(seed, 1200);
    const std::string imported = absl::StrCat("imported", seed);
    const std::string loaded = absl::StrCat("loaded", seed);
    const std::vector<std::string> reports = Import(imported);
    ShareRing(imported, loaded);
    const auto receipts = Load(loaded);
    ASSERT_THAT(receipts.status(), IsOk());
    ExpectWhole(loaded);
    ExpectSameLines(Dump(imported), Dump(loaded));
    ASSERT_EQ(receipts->size(), reports.size());
    for (std::size_t i = 0; i < reports.size(); ++i) {
      EXPECT_EQ(ReadFile((*receipts)[i].report_path), reports[i])
          << files_[i].path;
    }
  }
}

TEST_F(FileLoadTest, TellsWhatIsOfTheFuture) {
  GenerateProvince(kSeed, 300);
  FileLoadOptions options = LoadOptions("loaded");
  // The files go on for years after it.
  options.received = *CivilDay::FromYmd(2024, 1, 1);
  const auto load = BeginLoad("loaded");
  ASSERT_THAT(load.status(), IsOk());
  const auto receipts = LoadFiles(**load, options);
  ASSERT_THAT(receipts.status(), IsOk());
  for (std::size_t i = 0; i < files_.size(); ++i) {
    // One row, of an enterprise that may be older.
    if (files_[i].path == In("enterprise_later.csv")) continue;
    EXPECT_THAT(ReadFile((*receipts)[i].report_path),
                testing::HasSubstr("DATE_FUTURE"))
        << files_[i].path;
  }
}

TEST_F(FileLoadTest, ReportsAreReadableByTheirOwnerOnly) {
  using std::filesystem::perms;
  GenerateProvince(kSeed, 300);
  FileLoadOptions options = LoadOptions("loaded");
  absl::StrAppend(&options.report_dir, "/");
  // What an earlier load left behind, open to everybody.
  const std::string part =
      absl::StrCat(Below("earlier"), "/licence.report.csv.part");
  std::filesystem::create_directory(Below("earlier"));
  WriteFile(part, "");
  std::filesystem::permissions(part, perms::all);
  for (const std::string& directory : {options.report_dir, Below("earlier")}) {
    options.report_dir = directory;
    const std::string who = absl::StrCat("loaded", directory.size());
    const auto load = BeginLoad(who);
    ASSERT_THAT(load.status(), IsOk());
    const auto receipts = LoadFiles(**load, options);
    ASSERT_THAT(receipts.status(), IsOk());
    for (const LoadedFileReceipt& receipt : *receipts) {
      EXPECT_EQ(std::filesystem::status(receipt.report_path).permissions(),
                perms::owner_read | perms::owner_write)
          << receipt.report_path;
    }
  }
  EXPECT_EQ(std::filesystem::status(Below("loaded/reports")).permissions(),
            perms::owner_all);
}

TEST_F(FileLoadTest, GoesOnAsAnOrdinaryRegistry) {
  GenerateProvince(kSeed, 300);
  ASSERT_THAT(Load("loaded").status(), IsOk());
  {
    const auto registry = Registry::Open(OptionsFor("loaded"));
    ASSERT_THAT(registry.status(), IsOk());
    // The same file again is the same import, finished.
    const std::string bytes = ReadFile(files_[0].path);
    StartImport start;
    start.actor.principal = "local";
    start.actor.role = "FIRST_LOAD";
    start.request_id = FileRequestId(Sm3(bytes), files_[0].format, "");
    start.format = static_cast<std::uint32_t>(files_[0].format);
    start.source_id = "default";
    const auto session = (*registry)->BeginImport(std::move(start));
    ASSERT_THAT(session.status(), IsOk());
    EXPECT_GT((*session)->start().finished_us(), 0);
    EXPECT_EQ((*session)->start().file_sm3(), Sm3(bytes));
  }
  // Everything in a file that it does not know by name is there already.
  {
    const auto registry = Registry::Open(OptionsFor("loaded"));
    const std::uint64_t before = (*registry)->Figures().counters.sequence();
    WriteFile(In("again.csv"), ReadFile(In("licence.csv")) + "\r\n");
    ImportFile(**registry, {In("again.csv"), v1::IMPORT_FORMAT_LICENCE_CSV});
    // Only what was corrected within the file is put again.
    EXPECT_LT((*registry)->Figures().counters.sequence() - before, 40);
  }
  ExpectWhole("loaded");
}

TEST_F(FileLoadTest, RefusesADirectoryThatHoldsARegistry) {
  ASSERT_THAT(Registry::Open(OptionsFor("served")).status(), IsOk());
  EXPECT_THAT(BeginLoad("served").status(),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       testing::HasSubstr("holds a registry")));
  // It is as it was.
  EXPECT_THAT(Registry::Open(OptionsFor("served")).status(), IsOk());
}

TEST_F(FileLoadTest, NamesTheFileThatIsAtFaultAndLoadsNothing) {
  GenerateProvince(kSeed, 300);
  WriteFile(In("penalty.csv"), "this is no header,at all\r\n1,2\r\n");
  EXPECT_THAT(Load("loaded").status(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       testing::AllOf(testing::HasSubstr(In("penalty.csv")),
                                      testing::HasSubstr("UNKNOWN_COLUMN"))));
  EXPECT_FALSE(
      std::filesystem::exists(Below("loaded/reports/enterprise.report.csv")));
  EXPECT_THAT(Registry::Open(OptionsFor("loaded")).status(),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       testing::HasSubstr("first load did not finish")));
  // With the file mended the load starts over.
  GenerateProvince(kSeed, 300);
  ASSERT_THAT(Load("loaded").status(), IsOk());
  ExpectWhole("loaded");
}

TEST_F(FileLoadTest, EndsWhereItsMemoryEnds) {
  GenerateProvince(kSeed, 300);
  FirstLoadOptions options;
  options.registry = OptionsFor("loaded");
  options.max_index_bytes = 4096;
  auto load = FirstLoad::Begin(options);
  ASSERT_THAT(load.status(), IsOk());
  EXPECT_THAT(LoadFiles(**load, LoadOptions("loaded")).status(),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       testing::HasSubstr("want at most 4096")));
}

}  // namespace
}  // namespace creditreg
