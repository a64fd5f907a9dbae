// Claim: a first load ends in what imports of the same rows end in, however
// rows meet each other.
//
// Method: files over a small world in which codes, names, numbers and documents
// collide all the time go to a registry by import and to another by a first
// load, in small batches from several threads; outcomes of rows and whole
// databases are compared.
//
// CREDITREG_SEED repeats a run; CREDITREG_ROUNDS sets how many worlds.

#include "index/registry/first_load.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"
#include "index/model/draft.h"
#include "index/model/finding.h"
#include "index/registry/registry.h"
#include "tests/index/registry/random_world.h"
#include "tests/index/registry/registry_dump.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_directory.h"

namespace creditreg {
namespace {

std::uint64_t FromEnvironment(const char* name, std::uint64_t otherwise) {
  const char* const text = std::getenv(name);
  std::uint64_t value = otherwise;
  if (text != nullptr && !absl::SimpleAtoi(text, &value)) return otherwise;
  return value;
}

struct File {
  StartImport start;
  std::vector<ImportRowDraft> rows;
};

// The rows with findings, as text.
std::vector<std::string> TextOf(const std::vector<ImportRowResult>& results) {
  std::vector<std::string> lines;
  for (const ImportRowResult& result : results) {
    std::string line =
        absl::StrCat(result.row, " ", static_cast<int>(result.outcome));
    for (const Finding& finding : result.findings) {
      absl::StrAppend(&line, " ", finding.field, " ", finding.rule, " ",
                      finding.suggestion);
    }
    if (!result.findings.empty()) lines.push_back(std::move(line));
  }
  return lines;
}

class FirstLoadTest : public testing::Test {
 protected:
  // Outcomes by file.
  using Outcomes = std::vector<std::vector<std::string>>;

  RegistryOptions OptionsFor(const std::string& who) const {
    RegistryOptions options;
    options.store.directory = directory_.Below(who + "/data");
    options.store.block_cache_bytes = std::size_t{8} << 20;
    options.store.memtable_bytes = std::size_t{1} << 20;
    options.key_dir = directory_.Below(who + "/keys");
    return options;
  }

  static std::vector<File> MakeFiles(std::uint64_t seed) {
    RandomWorld world(seed);
    std::vector<File> files;
    for (int i = 0; i < 4; ++i) {
      const bool enterprises = i < 2;
      File file;
      file.start.actor = {"dev", "agency", "clerk", "test"};
      file.start.request_id = absl::StrCat("file-", i);
      file.start.format = enterprises ? 1 : 2;
      file.start.encoding = 1;
      file.start.source_id = "default";
      file.rows = world.MakeFile(enterprises, 20 + world.Below(80));
      files.push_back(std::move(file));
    }
    return files;
  }

  void Import(const std::string& who, const std::vector<File>& files,
              Outcomes* outcomes) const {
    CREDITREG_ASSERT_OK_AND_ASSIGN(const auto registry,
                                   Registry::Open(OptionsFor(who)));
    for (const File& file : files) {
      CREDITREG_ASSERT_OK_AND_ASSIGN(const auto session,
                                     registry->BeginImport(file.start));
      absl::Notification done;
      session->AppendRows(file.rows, 1, "", [&](const auto& answer) {
        EXPECT_THAT(answer, IsOk());
        outcomes->push_back(TextOf(answer->results));
        done.Notify();
      });
      done.WaitForNotification();
      ASSERT_THAT(session->Finish(1, ""), IsOk());
    }
  }

  void ShareRing(const std::string& from, const std::string& to) const {
    const std::string keys = directory_.Below(to + "/keys");
    std::filesystem::create_directories(keys);
    std::filesystem::permissions(keys, std::filesystem::perms::owner_all);
    for (const char* name : {"/ring", "/master.1"}) {
      std::filesystem::copy_file(
          directory_.Below(absl::StrCat(from, "/keys", name)), keys + name);
    }
  }

  // Loads files [first, end) in one pass.
  static void LoadPass(FirstLoad& load, FirstLoad::Pass pass,
                       const std::vector<File>& files, std::size_t first,
                       std::size_t end) {
    ASSERT_THAT(load.BeginPass(pass), IsOk());
    std::vector<FirstLoad::Batch> batches;
    constexpr std::size_t kBatchRows = 7;
    for (std::size_t i = first; i < end; ++i) {
      ASSERT_EQ(load.AddFile(files[i].start), i);
      const std::vector<ImportRowDraft>& rows = files[i].rows;
      for (std::size_t row = 0; row < rows.size(); row += kBatchRows) {
        const std::size_t count = std::min(kBatchRows, rows.size() - row);
        const auto begin = rows.begin() + static_cast<std::ptrdiff_t>(row);
        FirstLoad::Batch batch;
        batch.number = batches.size();
        batch.file = i;
        batch.rows.assign(begin, begin + static_cast<std::ptrdiff_t>(count));
        batches.push_back(std::move(batch));
      }
    }
    std::atomic<std::size_t> next{0};
    absl::Mutex mutex;
    std::vector<std::vector<std::uint64_t>> put_off(files.size());
    std::array<std::thread, 3> threads;
    for (std::thread& thread : threads) {
      thread = std::thread([&] {
        for (std::size_t k = next++; k < batches.size(); k = next++) {
          const std::size_t file = batches[k].file;
          const auto fates = load.AddRows(std::move(batches[k]));
          ASSERT_THAT(fates, IsOk());
          const absl::MutexLock lock(&mutex);
          put_off[file].insert(put_off[file].end(), fates->put_off.begin(),
                               fates->put_off.end());
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    ASSERT_THAT(load.EndPass(), IsOk());
    for (std::size_t i = first; i < end; ++i) {
      std::sort(put_off[i].begin(), put_off[i].end());
      std::vector<ImportRowDraft> rows;
      for (const std::uint64_t row : put_off[i]) {
        rows.push_back(files[i].rows[row - 1]);
      }
      ASSERT_THAT(load.ApplyPutOff(i, std::move(rows)), IsOk());
      FirstLoad::FileEnd file_end;
      file_end.rows = files[i].rows.size();
      file_end.total_bytes = 1;
      load.FinishFile(i, file_end);
    }
    ASSERT_THAT(load.EndPutOff(), IsOk());
  }

  void Load(const std::string& who, const std::vector<File>& files,
            Outcomes* outcomes) const {
    FirstLoadOptions options;
    options.registry = OptionsFor(who);
    options.sort_buffer_bytes = 4096;
    CREDITREG_ASSERT_OK_AND_ASSIGN(const auto load, FirstLoad::Begin(options));
    LoadPass(*load, FirstLoad::Pass::kEnterprises, files, 0, 2);
    LoadPass(*load, FirstLoad::Pass::kRecords, files, 2, 4);
    for (std::size_t i = 0; i < files.size(); ++i) {
      CREDITREG_ASSERT_OK_AND_ASSIGN(
          const std::vector<ImportRowResult> results,
          load->ReadOutcomes(i, 1, files[i].rows.size() + 1));
      outcomes->push_back(TextOf(results));
    }
    ASSERT_THAT(load->Commit(), IsOk());
  }

  void ExpectWhole(const std::string& who) const {
    RegistryOptions options = OptionsFor(who);
    options.store.read_only = true;
    CREDITREG_ASSERT_OK_AND_ASSIGN(const auto registry,
                                   Registry::Open(options));
    VerifyOptions verify;
    verify.open_sealed = true;
    CREDITREG_ASSERT_OK_AND_ASSIGN(
        const VerifyReport report,
        registry->Verify(verify, [](const VerifyProgress&) { return true; }));
    EXPECT_EQ(report.faults, 0) << report.fault_messages.front();
  }

  std::vector<std::string> Dump(const std::string& who) const {
    const RegistryOptions options = OptionsFor(who);
    const auto lines = DumpRegistry(options.store.directory, options.key_dir);
    EXPECT_THAT(lines, IsOk());
    return lines.ok() ? *lines : std::vector<std::string>();
  }

  // Loads, and leaves the folder that a load stopped after its last write
  // leaves.
  void LoadAndLeaveFolder(const std::string& who) const {
    Outcomes outcomes;
    Load(who, MakeFiles(1), &outcomes);
    ASSERT_TRUE(std::filesystem::create_directory(FolderOf(who)));
  }

  std::string FolderOf(const std::string& who) const {
    return directory_.Below(who + "/data/first_load");
  }

  absl::Status BeginAgain(const std::string& who) const {
    FirstLoadOptions options;
    options.registry = OptionsFor(who);
    return FirstLoad::Begin(options).status();
  }

  // Makes the database one that cannot be opened.
  void Damage(const std::string& who) const {
    std::filesystem::remove(directory_.Below(who + "/data/CURRENT"));
  }

  // Of its tables and logs.
  int FilesOf(const std::string& who) const {
    int files = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(directory_.Below(who + "/data"))) {
      const std::string extension = entry.path().extension().string();
      if (extension == ".sst" || extension == ".log") ++files;
    }
    return files;
  }

  TestDirectory directory_;
};

std::vector<std::string> OnlyIn(const std::vector<std::string>& a,
                                const std::vector<std::string>& b) {
  constexpr std::size_t kShown = 5;
  std::vector<std::string> only;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(),
                      std::back_inserter(only));
  only.resize(std::min(only.size(), kShown));
  return only;
}

TEST_F(FirstLoadTest, ALoadThatStoppedAfterItsLastWriteIsARegistry) {
  LoadAndLeaveFolder("a");
  EXPECT_THAT(BeginAgain("a"),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       "data_dir: holds a registry, want an empty directory"));
  EXPECT_THAT(Registry::Open(OptionsFor("a")), IsOk());
  EXPECT_FALSE(std::filesystem::exists(FolderOf("a")));
  ExpectWhole("a");
}

TEST_F(FirstLoadTest, ADamagedRegistryIsNotTakenForAnUnfinishedLoad) {
  LoadAndLeaveFolder("a");
  Damage("a");
  const int files = FilesOf("a");
  EXPECT_GT(files, 0);
  EXPECT_THAT(BeginAgain("a"), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_EQ(FilesOf("a"), files);
}

TEST_F(FirstLoadTest, ARemovalThatWasStoppedGoesOn) {
  FirstLoadOptions options;
  options.registry = OptionsFor("a");
  { ASSERT_THAT(FirstLoad::Begin(options), IsOk()); }
  // A crash in the middle of removing what that left.
  std::ofstream(FolderOf("a") + "/removing").close();
  Damage("a");
  EXPECT_THAT(BeginAgain("a"), IsOk());
  Outcomes outcomes;
  Load("a", MakeFiles(1), &outcomes);
  ExpectWhole("a");
}

TEST_F(FirstLoadTest, EndsInWhatImportsOfTheSameRowsEndIn) {
  const std::uint64_t seed = FromEnvironment("CREDITREG_SEED", 20261126);
  const std::uint64_t rounds = FromEnvironment("CREDITREG_ROUNDS", 12);
  for (std::uint64_t round = 0; round < rounds; ++round) {
    SCOPED_TRACE(
        absl::StrCat("CREDITREG_SEED=", seed + round, " CREDITREG_ROUNDS=1"));
    const std::vector<File> files = MakeFiles(seed + round);
    const std::string imported = absl::StrCat("imported", round);
    const std::string loaded = absl::StrCat("loaded", round);
    Outcomes of_import;
    Outcomes of_load;
    Import(imported, files, &of_import);
    ShareRing(imported, loaded);
    Load(loaded, files, &of_load);
    EXPECT_EQ(of_import, of_load);
    ExpectWhole(loaded);
    const std::vector<std::string> a = Dump(imported);
    const std::vector<std::string> b = Dump(loaded);
    EXPECT_EQ(OnlyIn(a, b), OnlyIn(b, a));
    EXPECT_EQ(a.size(), b.size());
    EXPECT_GT(a.size(), 100);
    if (HasFailure()) break;
  }
}

}  // namespace
}  // namespace creditreg
