// Claim: a write that was acknowledged survives a kill -9, whole; one that was
// not is there whole or not at all; and what is left agrees with itself.
//
// Method: a child process (crash_writer.cc) writes as fast as it can and says
// on a pipe what was acknowledged. It is killed at a random moment, the same
// registry is opened here and compared with what the pipe holds, then the next
// child goes on with it.
//
// CREDITREG_SEED repeats the moments (not how threads are scheduled);
// CREDITREG_ROUNDS sets how many children are killed (default 10). kill -9
// keeps the page cache: that everything is synced is shown in the store's
// tests.

#include <fcntl.h>
#include <signal.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "gtest/gtest.h"
#include "index/registry/registry.h"
#include "index/registry/view.h"
#include "tests/index/registry/crash_writes.h"
#include "tests/testing/environment.h"
#include "tests/testing/test_directory.h"

namespace creditreg {
namespace {

using crash::Acknowledgement;
using crash::Kind;

// A child that writes, and the end of its pipe.
class Child {
 public:
  Child(const std::string& directory, std::uint64_t first) {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) std::abort();
    read_end_ = ends[0];
    std::string binary = CREDITREG_BINARY_DIR "/bin/registry_crash_writer";
    std::string folder = directory;
    std::string operation = absl::StrCat(first);
    std::array<char*, 4> arguments = {binary.data(), folder.data(),
                                      operation.data(), nullptr};
    pid_ = fork();
    if (pid_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      execv(binary.c_str(), arguments.data());
      _exit(127);
    }
    close(ends[1]);
  }
  ~Child() {
    if (pid_ > 0) Kill();
    close(read_end_);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Waits for the first acknowledgement, reads for `time` more, kills, and
  // returns all that was acknowledged.
  std::vector<Acknowledgement> KillAfter(absl::Duration time) {
    std::string text;
    absl::Time end = absl::InfiniteFuture();
    std::array<char, 1 << 14> buffer{};
    while (absl::Now() < end) {
      const ssize_t got = read(read_end_, buffer.data(), buffer.size());
      if (got <= 0) break;
      text.append(buffer.data(), static_cast<std::size_t>(got));
      if (end == absl::InfiniteFuture()) end = absl::Now() + time;
    }
    Kill();
    // What it said before it died is still in the pipe.
    while (true) {
      const ssize_t got = read(read_end_, buffer.data(), buffer.size());
      if (got <= 0) break;
      text.append(buffer.data(), static_cast<std::size_t>(got));
    }
    std::vector<Acknowledgement> all;
    for (const absl::string_view line :
         absl::StrSplit(text, '\n', absl::SkipEmpty())) {
      const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
      Acknowledgement one;
      EXPECT_TRUE(words.size() == 2 && absl::SimpleAtoi(words[0], &one.n) &&
                  absl::SimpleAtoi(words[1], &one.rows))
          << line;
      all.push_back(one);
    }
    return all;
  }

 private:
  void Kill() {
    kill(pid_, SIGKILL);
    int status = 0;
    waitpid(pid_, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status)) << "it ended by itself: " << status;
    pid_ = -1;
  }

  pid_t pid_ = -1;
  int read_end_ = -1;
};

class CrashTest : public testing::Test {
 protected:
  std::unique_ptr<Registry> Open() {
    RegistryOptions options;
    options.store.directory = directory_.Below("data");
    options.key_dir = directory_.Below("keys");
    auto registry = Registry::Open(options);
    EXPECT_TRUE(registry.ok()) << registry.status();
    return registry.ok() ? *std::move(registry) : nullptr;
  }

  void CheckRound(Registry& registry, std::uint64_t first, std::uint64_t last,
                  const std::map<std::uint64_t, std::uint64_t>& acknowledged);
  void CheckEnterprise(const View& view, std::uint64_t n, bool must_be);
  void CheckRename(const View& view, std::uint64_t n, bool must_be);
  void CheckImport(Registry& registry, std::uint64_t n,
                   std::uint64_t acknowledged);
  void CheckVersions(const Registry& registry);
  void CheckVerify(Registry& registry);

  TestDirectory directory_;
};

// Records wait, without a file, until their enterprise is there: numbers are
// read from all records, once a round.
std::set<std::string> AllDocuments(const View& view,
                                   const storage::v1::Counters& counters) {
  std::set<std::string> documents;
  for (std::uint64_t no = 1; no < counters.next_record_no(); ++no) {
    const auto record = view.ReadRecord(no);
    EXPECT_TRUE(record.ok()) << record.status();
    if (!record.ok()) break;
    const auto personal = view.OpenPersonal(*record);
    EXPECT_TRUE(personal.ok()) << personal.status();
    const std::string& number =
        record->version.content().penalty().document_number();
    EXPECT_TRUE(documents.insert(number).second) << "twice: record " << no;
  }
  return documents;
}

void CrashTest::CheckEnterprise(const View& view, std::uint64_t n,
                                bool must_be) {
  FindQuery query;
  query.identifier = crash::CodeOf(n);
  query.name = crash::NameOf(n, false);
  const auto found = view.Find(query);
  ASSERT_TRUE(found.ok()) << found.status();
  const bool is_there = found->enterprise.has_value();
  EXPECT_TRUE(is_there || !must_be) << "enterprise of operation " << n;
  // Its other index rows came with it, or did not.
  FindQuery by_number;
  by_number.identifier = absl::StrCat("TJ", n / 4);
  const auto numbered = view.Find(by_number);
  ASSERT_TRUE(numbered.ok()) << numbered.status();
  EXPECT_EQ(numbered->enterprise.has_value(), is_there);
  if (!is_there) return;
  EXPECT_NE(found->name_match, NameMatch::kDifferent);
}

void CrashTest::CheckRename(const View& view, std::uint64_t n, bool must_be) {
  FindQuery query;
  query.identifier = crash::CodeOf(n);
  query.name = crash::NameOf(n, true);
  const auto found = view.Find(query);
  ASSERT_TRUE(found.ok()) << found.status();
  if (!must_be) return;
  ASSERT_TRUE(found->enterprise.has_value());
  EXPECT_EQ(found->name_match, NameMatch::kCurrent);
  // The personal fields of the first put stayed, and open.
  const auto personal = view.OpenPersonal(*found->enterprise);
  ASSERT_TRUE(personal.ok()) << personal.status();
  EXPECT_EQ(personal->telephone(), crash::TelephoneOf(n));
}

void CrashTest::CheckImport(Registry& registry, std::uint64_t n,
                            std::uint64_t acknowledged) {
  const auto progress =
      registry.GetImport(crash::Writer().principal, crash::RequestIdOf(n));
  if (absl::IsNotFound(progress.status())) {
    EXPECT_EQ(acknowledged, 0) << "import " << n;
    return;
  }
  ASSERT_TRUE(progress.ok()) << progress.status();
  const storage::v1::ImportRow& row = progress->row;
  EXPECT_GE(row.rows_done(), acknowledged) << "import " << n;
  // Whole pieces: one broken row each, kept aside.
  EXPECT_EQ(row.rows_done() % crash::kRowsPerPiece, 0);
  EXPECT_EQ(row.quarantined(), row.rows_done() / crash::kRowsPerPiece);
  EXPECT_EQ(row.created() + row.pending() + row.quarantined(), row.rows_done());
  const auto session = registry.BeginImport(crash::MakeStart(n));
  ASSERT_TRUE(session.ok()) << session.status();
  EXPECT_EQ((*session)->start().rows_done(), row.rows_done());
  const auto outcomes = (*session)->ReadOutcomes(
      1, crash::kPiecesPerImport * crash::kRowsPerPiece);
  ASSERT_TRUE(outcomes.ok()) << outcomes.status();
  EXPECT_EQ(std::count_if(outcomes->begin(), outcomes->end(),
                          [](const ImportRowResult& result) {
                            return result.outcome == Outcome::kQuarantined;
                          }),
            static_cast<std::ptrdiff_t>(row.quarantined()));
}

// Every change made one version or kept one row aside, so versions and kept
// rows add up to the sequence.
void CrashTest::CheckVersions(const Registry& registry) {
  const auto view = registry.CurrentView();
  const storage::v1::Counters counters = registry.Figures().counters;
  std::set<std::uint64_t> sequences;
  for (std::uint64_t no = 1; no < counters.next_enterprise_no(); ++no) {
    std::uint64_t at = 0;
    while (true) {
      const auto version = view->ReadEnterprise(no, at);
      if (absl::IsNotFound(version.status())) break;
      ASSERT_TRUE(version.ok()) << version.status();
      EXPECT_TRUE(sequences.insert(version->sequence).second);
      if (version->sequence == 1) break;
      at = version->sequence - 1;
    }
  }
  for (std::uint64_t no = 1; no < counters.next_record_no(); ++no) {
    const auto versions = view->ListRecordVersions(no, 0, 100);
    ASSERT_TRUE(versions.ok()) << versions.status();
    for (const RecordAt& version : *versions) {
      EXPECT_TRUE(sequences.insert(version.sequence).second);
    }
  }
  EXPECT_EQ(sequences.size() + counters.quarantined(), counters.sequence());
  EXPECT_LE(sequences.empty() ? 0 : *sequences.rbegin(), counters.sequence());
}

void CrashTest::CheckVerify(Registry& registry) {
  VerifyOptions options;
  options.open_sealed = true;
  const auto report =
      registry.Verify(options, [](const VerifyProgress&) { return true; });
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_GT(report->rows_checked, 0);
  EXPECT_EQ(report->faults, 0)
      << (report->fault_messages.empty() ? "" : report->fault_messages[0]);
}

void CrashTest::CheckRound(
    Registry& registry, std::uint64_t first, std::uint64_t last,
    const std::map<std::uint64_t, std::uint64_t>& acknowledged) {
  const auto view = registry.CurrentView();
  const std::set<std::string> documents =
      AllDocuments(*view, registry.Figures().counters);
  for (std::uint64_t n = first; n <= last && !HasFailure(); ++n) {
    SCOPED_TRACE(absl::StrCat("operation ", n));
    const auto found = acknowledged.find(n);
    const bool must_be = found != acknowledged.end();
    switch (crash::KindOf(n)) {
      case Kind::kEnterprise:
        CheckEnterprise(*view, n, must_be);
        break;
      case Kind::kRename:
        CheckRename(*view, n, must_be);
        break;
      case Kind::kRecords: {
        // One request: all or none.
        std::uint64_t there = 0;
        for (std::uint64_t i = 0; i < crash::kRecordsPerRequest; ++i) {
          there += documents.count(crash::DocumentOf(n, i));
        }
        EXPECT_TRUE(there == crash::kRecordsPerRequest ||
                    (there == 0 && !must_be))
            << there << " of " << crash::kRecordsPerRequest;
        break;
      }
      case Kind::kImport: {
        CheckImport(registry, n, must_be ? found->second : 0);
        const auto progress = registry.GetImport(crash::Writer().principal,
                                                 crash::RequestIdOf(n));
        const std::uint64_t rows =
            progress.ok() ? progress->row.rows_done() : 0;
        for (std::uint64_t row = 1;
             row <= crash::kPiecesPerImport * crash::kRowsPerPiece; ++row) {
          const bool kept_aside = row % crash::kRowsPerPiece == 0;
          EXPECT_EQ(documents.count(crash::DocumentOf(n, row)),
                    row <= rows && !kept_aside ? 1 : 0)
              << "row " << row << " of " << rows << " done";
        }
        break;
      }
    }
  }
}

TEST_F(CrashTest, WhatWasAcknowledgedIsThereAndNothingIsHalf) {
  const std::uint64_t seed =
      FromEnvironment("CREDITREG_SEED", std::random_device()());
  const std::uint64_t rounds = FromEnvironment("CREDITREG_ROUNDS", 10);
  std::cout << "CREDITREG_SEED=" << seed << std::endl;
  std::mt19937_64 random(seed);
  std::uint64_t first = 0;
  std::size_t total = 0;
  for (std::uint64_t round = 0; round < rounds; ++round) {
    SCOPED_TRACE(absl::StrCat("CREDITREG_SEED=", seed, " round ", round));
    const std::uint64_t milliseconds = 5 + random() % 800;
    std::map<std::uint64_t, std::uint64_t> acknowledged;
    std::uint64_t last = first;
    {
      Child child(directory_.path(), first);
      for (const Acknowledgement& one : child.KillAfter(
               absl::Milliseconds(static_cast<std::int64_t>(milliseconds)))) {
        std::uint64_t& rows = acknowledged[one.n];
        rows = std::max(rows, one.rows);
        last = std::max(last, one.n);
      }
    }
    ASSERT_FALSE(acknowledged.empty());
    total += acknowledged.size();
    // Those under way at the end may be there as well.
    last += 64;
    std::unique_ptr<Registry> registry = Open();
    ASSERT_NE(registry, nullptr);
    CheckRound(*registry, first, last, acknowledged);
    if (!HasFailure()) CheckVersions(*registry);
    if (!HasFailure()) CheckVerify(*registry);
    ASSERT_FALSE(HasFailure());
    // A multiple of 4, so that a round begins with its own enterprises.
    first = (last / 4 + 1) * 4;
  }
  std::cout << total << " acknowledged operations" << std::endl;
}

}  // namespace
}  // namespace creditreg
