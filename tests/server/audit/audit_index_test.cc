// The audit log's index: it finds every synced row and no other, and what
// happens to it never shows in what it finds.

#include "server/audit/audit_index.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>
#include <memory>
#include <set>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "client/audit_check.h"
#include "gtest/gtest.h"
#include "index/store/store.h"
#include "server/audit/audit_format.h"
#include "server/audit/audit_log.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_directory.h"

namespace creditreg {
namespace {

namespace fs = std::filesystem;

using Numbers = std::vector<std::uint64_t>;

// Pins the bytes on disk: a change takes another version of the state.
TEST(AuditIndexFormatTest, GoldenBytes) {
  const auto hex = [](const std::string& bytes) {
    return absl::BytesToHexString(bytes);
  };
  EXPECT_EQ(hex(AuditIndexKey(AuditRowPrefix(), 258)), "02fffffffffffffefd");
  EXPECT_EQ(
      hex(AuditIndexKey(AuditEnterprisePrefix(7, AuditKind::kInvestigated), 1)),
      "03"
      "0000000000000007"
      "02"
      "fffffffffffffffe");
  EXPECT_EQ(hex(AuditIndexKey(AuditRecordPrefix(9), 1)),
            "04"
            "0000000000000009"
            "fffffffffffffffe");
  EXPECT_EQ(hex(AuditIndexKey(AuditPrincipalPrefix("ab"), 1)),
            "05"
            "0002"
            "6162"
            "fffffffffffffffe");
  EXPECT_EQ(hex(EncodeAuditPlace({1, 48, 200}, 5)),
            "0000000000000001"
            "0000000000000030"
            "000000c8"
            "0000000000000005");
  AuditIndexState state;
  state.last = 2;
  state.segment = 1;
  state.offset = 300;
  state.hash = std::string(32, 'h');
  EXPECT_EQ(hex(EncodeAuditIndexState(state)),
            absl::StrCat("01"
                         "0000000000000001"
                         "0000000000000002"
                         "0000000000000001"
                         "000000000000012c",
                         absl::BytesToHexString(state.hash)));
}

TEST(AuditIndexFormatTest, WhatIsNotOfThisFormatIsNothing) {
  AuditIndexState state;
  state.hash = std::string(32, 'h');
  const std::string bytes = EncodeAuditIndexState(state);
  EXPECT_TRUE(DecodeAuditIndexState(bytes).has_value());
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    EXPECT_FALSE(DecodeAuditIndexState(bytes.substr(0, n)).has_value()) << n;
  }
  EXPECT_FALSE(DecodeAuditIndexState("\x02" + bytes.substr(1)).has_value());
  EXPECT_FALSE(DecodeAuditPlace(std::string(19, 'x')).has_value());
  EXPECT_FALSE(DecodeAuditTime(std::string(20, 'x')).has_value());
}

TEST(AuditIndexFormatTest, WhatIsAReadOfAFile) {
  const auto kind = [](const std::string& code, const std::string& roles,
                       const std::string& rpc,
                       const std::string& investigation) {
    audit::v1::AuditRow row;
    row.set_code(code);
    row.set_roles(roles);
    row.set_rpc(rpc);
    row.set_investigation(investigation);
    return AuditKindOf(row);
  };
  const std::string get = "RegistryReadService.GetEnterprise";
  EXPECT_EQ(kind("OK", "INSPECTOR", get, ""), AuditKind::kRead);
  EXPECT_EQ(kind("OK", "INSPECTOR", get, "案1"), AuditKind::kInvestigated);
  EXPECT_EQ(kind("PERMISSION_DENIED", "INSPECTOR", get, "案1"),
            AuditKind::kOther);
  EXPECT_EQ(kind("OK", "ENTERPRISE", get, ""), AuditKind::kOther);
  EXPECT_EQ(kind("OK", "ENTERPRISE,ENTERPRISE_AGENT", get, ""),
            AuditKind::kOther);
  // It may have read as either.
  EXPECT_EQ(kind("OK", "ENTERPRISE,INSPECTOR", get, ""), AuditKind::kRead);
  EXPECT_EQ(kind("OK", "AUDITOR", "AuditService.ListFileReads", ""),
            AuditKind::kOther);
}

// RocksDB deletes files in the background, also after it was closed.
void RemoveAll(const fs::path& path) {
  std::error_code lost_a_race;
  while (fs::exists(path)) fs::remove_all(path, lost_a_race);
}

class AuditIndexTest : public testing::Test {
 protected:
  AuditIndexTest() {
    options_.directory = directory_.Below("audit");
    options_.clock = &clock_;
    options_.retry_after = absl::Milliseconds(1);
  }

  void Open() {
    log_.reset();
    auto log = AuditLog::Open(options_);
    ASSERT_TRUE(log.ok()) << log.status();
    log_ = *std::move(log);
  }
  void CloseAndChange(const std::function<void()>& change) {
    log_.reset();
    change();
    Open();
  }
  std::string IndexDirectory() const { return options_.directory + "/index"; }

  static audit::v1::AuditRow Row(const std::string& principal,
                                 std::uint64_t enterprise_no,
                                 std::uint64_t record_no = 0) {
    audit::v1::AuditRow row;
    row.set_principal(principal);
    row.set_roles("INSPECTOR");
    row.set_rpc("RegistryReadService.GetEnterprise");
    row.set_code("OK");
    if (enterprise_no != 0) row.add_enterprise_nos(enterprise_no);
    if (record_no != 0) row.add_record_nos(record_no);
    return row;
  }
  void Append(const std::vector<audit::v1::AuditRow>& rows) {
    absl::BlockingCounter left(static_cast<int>(rows.size()));
    for (const audit::v1::AuditRow& row : rows) {
      log_->Append(row, [&left](const absl::Status& status) {
        EXPECT_EQ(status, absl::OkStatus());
        left.DecrementCount();
      });
    }
    left.Wait();
  }
  // Rows 1 to `count`: principals "u0" to "u2", enterprises 10 to 13, each
  // fifth of record 5. A row of its own group each.
  void AppendMany(int count) {
    for (int i = 0; i < count; ++i) {
      Append({Row(absl::StrCat("u", i % 3),
                  10 + static_cast<std::uint64_t>(i % 4), i % 5 == 0 ? 5 : 0)});
      clock_.Advance(absl::Seconds(1));
    }
  }

  // Waits until everything is found.
  void CatchUp() {
    while (!log_->index().State().ok() ||
           log_->index().last() < log_->Head().number) {
      std::this_thread::yield();
    }
  }

  Numbers Found(AuditQuery query) {
    CatchUp();
    Numbers numbers;
    do {
      const auto page = log_->index().Read(query);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) return numbers;
      for (const audit::v1::AuditRow& row : page->rows) {
        numbers.push_back(row.number());
      }
      damaged_ += page->damaged;
      query.before = page->next_before;
    } while (query.before != 0);
    return numbers;
  }
  Numbers All(std::size_t page = 7) {
    AuditQuery query;
    query.max_rows = page;
    return Found(query);
  }
  Numbers OfEnterprise(std::uint64_t enterprise_no) {
    AuditQuery query;
    query.enterprise_nos = {enterprise_no};
    query.max_rows = 2;
    return Found(query);
  }
  Numbers FileReads(std::vector<std::uint64_t> enterprise_nos,
                    absl::Time investigated_until) {
    CatchUp();
    FileReadQuery query;
    query.enterprise_nos = std::move(enterprise_nos);
    query.investigated_until_us = absl::ToUnixMicros(investigated_until);
    query.max_rows = 2;
    Numbers numbers;
    do {
      const auto page = log_->index().ReadFileReads(query);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) return numbers;
      // Only the last may be shorter.
      EXPECT_TRUE(page->rows.size() == 2 || page->next_before == 0);
      for (const audit::v1::AuditRow& row : page->rows) {
        numbers.push_back(row.number());
      }
      query.before = page->next_before;
    } while (query.before != 0);
    return numbers;
  }
  static Numbers Down(std::uint64_t from, std::uint64_t to) {
    Numbers numbers;
    for (; from >= to; --from) numbers.push_back(from);
    return numbers;
  }
  // The same from the segments themselves, as if there were no index.
  void ExpectWhole(int rows) {
    EXPECT_EQ(All(), Down(static_cast<std::uint64_t>(rows), 1));
    Numbers expected;
    for (int i = rows; i >= 1; --i) {
      if ((i - 1) % 4 == 2) {
        expected.push_back(static_cast<std::uint64_t>(i));
      }
    }
    EXPECT_EQ(OfEnterprise(12), expected);
    EXPECT_EQ(damaged_, 0U);
  }

  // Numbers of the log's rows that the index has keys of, once it is closed.
  Numbers Indexed() {
    log_.reset();
    StoreOptions options;
    options.directory = IndexDirectory();
    auto store = Store::Open(options);
    EXPECT_TRUE(store.ok()) << store.status();
    ScanRange range;
    range.begin = AuditRowPrefix();
    range.end = AuditIndexEnd();
    range.max_rows = 100000;
    const auto page = (*store)->TakeSnapshot()->Scan(range);
    EXPECT_TRUE(page.ok()) << page.status();
    std::set<std::uint64_t> numbers;
    for (const auto& [key, value] : page->rows) {
      numbers.insert(AuditIndexNumber(key));
    }
    return Numbers(numbers.begin(), numbers.end());
  }

  TestDirectory directory_;
  FakeClock clock_;
  AuditLogOptions options_;
  std::unique_ptr<AuditLog> log_;
  std::uint64_t damaged_ = 0;
};

TEST_F(AuditIndexTest, FindsRowsByWhatTheyName) {
  Open();
  AppendMany(20);
  ExpectWhole(20);
  AuditQuery query;
  query.record_no = 5;
  EXPECT_EQ(Found(query), (Numbers{16, 11, 6, 1}));
  query = AuditQuery();
  query.principal = "u1";
  EXPECT_EQ(Found(query), (Numbers{20, 17, 14, 11, 8, 5, 2}));
  query.principal = "u";
  EXPECT_EQ(Found(query), Numbers());
  query = AuditQuery();
  query.enterprise_nos = {10, 12};
  query.max_rows = 3;
  EXPECT_EQ(Found(query), (Numbers{19, 17, 15, 13, 11, 9, 7, 5, 3, 1}));
  query.enterprise_nos = {99};
  EXPECT_EQ(Found(query), Numbers());
}

TEST_F(AuditIndexTest, FindsRowsByTime) {
  Open();
  const std::int64_t start = absl::ToUnixMicros(clock_.Now());
  constexpr std::int64_t kSecond = 1000000;
  AppendMany(20);  // row n at start + n - 1 seconds
  AuditQuery query;
  query.from_us = start + 4 * kSecond;
  query.until_us = start + 8 * kSecond;
  EXPECT_EQ(Found(query), (Numbers{8, 7, 6, 5}));
  query.from_us = start + 4 * kSecond + 1;
  query.until_us = start + 8 * kSecond + 1;
  EXPECT_EQ(Found(query), (Numbers{9, 8, 7, 6}));
  query.principal = "u0";
  EXPECT_EQ(Found(query), (Numbers{7}));
  query = AuditQuery();
  query.until_us = start;
  EXPECT_EQ(Found(query), Numbers());
  query = AuditQuery();
  query.from_us = start + 20 * kSecond;
  EXPECT_EQ(Found(query), Numbers());
  query.from_us = start;
  EXPECT_EQ(Found(query).size(), 20U);
}

TEST_F(AuditIndexTest, LooksAtSoManyRowsACall) {
  Open();
  AppendMany(20);
  CatchUp();
  AuditQuery query;
  query.max_examined = 5;
  query.wants = [](const audit::v1::AuditRow& row) {
    return row.number() == 2;
  };
  Numbers sizes;
  Numbers next;
  do {
    const auto page = log_->index().Read(query);
    ASSERT_TRUE(page.ok()) << page.status();
    sizes.push_back(page->rows.size());
    next.push_back(page->next_before);
    query.before = page->next_before;
  } while (query.before != 0);
  EXPECT_EQ(sizes, (Numbers{0, 0, 0, 1}));
  EXPECT_EQ(next, (Numbers{16, 11, 6, 0}));
}

TEST_F(AuditIndexTest, PagesHoldEachRowOnceWhileRowsAreAdded) {
  options_.segment_bytes = 500;
  Open();
  AppendMany(30);
  CatchUp();
  AuditQuery query;
  query.max_rows = 4;
  Numbers numbers;
  do {
    const auto page = log_->index().Read(query);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const auto& row : page->rows) numbers.push_back(row.number());
    query.before = page->next_before;
    AppendMany(2);
  } while (query.before != 0);
  EXPECT_EQ(numbers, Down(30, 1));
}

TEST_F(AuditIndexTest, InvestigationsLeaveNoTraceUntilTheirTime) {
  Open();
  std::vector<absl::Time> times;
  for (int i = 1; i <= 8; ++i) {
    audit::v1::AuditRow row = Row("u", i % 2 == 0 ? 10 : 11);
    if (i == 3 || i == 4 || i == 8) row.set_investigation("案1");
    if (i == 5) row.set_roles("ENTERPRISE");
    if (i == 6) row.set_code("PERMISSION_DENIED");
    Append({row});
    times.push_back(clock_.Now());
    clock_.Advance(absl::Seconds(1));
  }
  EXPECT_EQ(FileReads({10}, absl::UnixEpoch()), (Numbers{2}));
  EXPECT_EQ(FileReads({10}, times[3]), (Numbers{2}));
  EXPECT_EQ(FileReads({10}, times[4]), (Numbers{4, 2}));
  EXPECT_EQ(FileReads({10}, clock_.Now()), (Numbers{8, 4, 2}));
  EXPECT_EQ(FileReads({11}, clock_.Now()), (Numbers{7, 3, 1}));
  EXPECT_EQ(FileReads({10, 11}, times[3]), (Numbers{7, 3, 2, 1}));
  EXPECT_EQ(OfEnterprise(10), (Numbers{8, 6, 4, 2})) << "an auditor sees all";
}

TEST_F(AuditIndexTest, ARowOfTwoFilesIsFoundOnce) {
  Open();
  audit::v1::AuditRow row = Row("u", 10, 5);
  row.add_enterprise_nos(11);
  row.add_enterprise_nos(10);
  row.add_record_nos(5);
  Append({row, Row("u", 11)});
  AuditQuery query;
  query.enterprise_nos = {10, 11};
  EXPECT_EQ(Found(query), (Numbers{2, 1}));
  EXPECT_EQ(FileReads({10, 11}, clock_.Now()), (Numbers{2, 1}));
}

TEST_F(AuditIndexTest, ARestartGoesOn) {
  options_.segment_bytes = 500;
  Open();
  AppendMany(10);
  CatchUp();
  Open();
  ExpectWhole(10);
  Open();
  AppendMany(0);
  ExpectWhole(10);
}

TEST_F(AuditIndexTest, DeletedOrDamagedOrBehindItIsMadeAnew) {
  options_.segment_bytes = 500;
  Open();
  AppendMany(10);
  CatchUp();
  log_.reset();
  const std::string behind = directory_.Below("behind");
  fs::copy(IndexDirectory(), behind, fs::copy_options::recursive);
  Open();
  AppendMany(0);
  for (int i = 10; i < 20; ++i) {
    Append({Row("u", 10 + static_cast<std::uint64_t>(i % 4))});
  }
  ExpectWhole(20);
  CloseAndChange([&] { RemoveAll(IndexDirectory()); });
  ExpectWhole(20);
  CloseAndChange([&] {
    RemoveAll(IndexDirectory());
    fs::copy(behind, IndexDirectory(), fs::copy_options::recursive);
  });
  ExpectWhole(20);
  for (const char* const name : {"CURRENT", "MANIFEST", ".log", ".sst"}) {
    int files = 0;
    CloseAndChange([&] {
      for (const auto& entry : fs::directory_iterator(IndexDirectory())) {
        const std::string file = entry.path().filename().string();
        if (file.find(name) == std::string::npos) continue;
        ++files;
        std::ofstream(entry.path(), std::ios::binary) << std::string(5000, 'x');
      }
    });
    EXPECT_TRUE(files > 0 || name == std::string(".sst")) << name;
    ExpectWhole(20);
  }
}

// Files that RocksDB opens and finds damaged only when a reader needs them.
TEST_F(AuditIndexTest, DamageMetByAReaderIsMended) {
  Open();
  std::vector<audit::v1::AuditRow> rows;
  rows.reserve(2000);
  for (int i = 0; i < 2000; ++i) {
    rows.push_back(Row(absl::StrCat("u", i), 10));
  }
  // Tables are written from the log of the database at each opening.
  for (int i = 0; i < 3; ++i) Append(rows);
  CatchUp();
  Open();
  CatchUp();
  log_.reset();
  int files = 0;
  for (const auto& entry : fs::directory_iterator(IndexDirectory())) {
    if (entry.path().extension() != ".sst") continue;
    ++files;
    std::fstream file(entry.path(),
                      std::ios::in | std::ios::out | std::ios::binary);
    const std::streamoff size =
        static_cast<std::streamoff>(fs::file_size(entry.path()));
    file.seekp(size / 3);
    file << std::string(static_cast<std::size_t>(size / 3), 'x');
  }
  ASSERT_GT(files, 0);
  Open();
  AuditQuery query;
  query.max_rows = 10000;
  std::size_t found = 0;
  while (found != 6000) {
    query.before = std::numeric_limits<std::uint64_t>::max();
    query.max_examined = 10000;
    const auto page = log_->index().Read(query);
    if (page.ok() && page->next_before == 0) {
      found = page->rows.size();
      continue;
    }
    ASSERT_EQ(page.status().code(), absl::StatusCode::kUnavailable)
        << page.status();
    EXPECT_EQ(page.status().message().substr(0, 19), "AUDIT_INDEX_BEHIND:");
  }
}

TEST_F(AuditIndexTest, OfAnotherLogItIsMadeAnew) {
  Open();
  AppendMany(10);
  CatchUp();
  log_.reset();
  const std::string aside = directory_.Below("aside");
  fs::rename(IndexDirectory(), aside);
  // As many rows, other ones; then fewer.
  for (const int rows : {10, 4}) {
    RemoveAll(options_.directory);
    clock_.Advance(absl::Seconds(1));
    Open();
    AppendMany(rows);
    CloseAndChange([&] {
      RemoveAll(IndexDirectory());
      fs::copy(aside, IndexDirectory(), fs::copy_options::recursive);
    });
    ExpectWhole(rows);
  }
}

TEST_F(AuditIndexTest, RowsOfRemovedSegmentsGo) {
  options_.segment_bytes = 1;
  options_.keep = absl::Hours(24 * 1096);
  Open();
  AppendMany(6);
  CatchUp();
  clock_.Advance(absl::Hours(24 * 1200));
  AppendMany(3);
  // The last of the old ones is kept: its successor is younger.
  EXPECT_EQ(All(), Down(9, 6));
  const auto check = CheckAuditLog(options_.directory, "");
  ASSERT_TRUE(check.ok()) << check.status();
  EXPECT_EQ(Indexed(), (Numbers{6, 7, 8, 9}));
  EXPECT_EQ(check->first, 6U);
}

TEST_F(AuditIndexTest, RowsOfSegmentsRemovedMeanwhileGo) {
  options_.segment_bytes = 1;
  Open();
  AppendMany(6);
  CatchUp();
  CloseAndChange([&] {
    for (const int number : {1, 2, 3}) {
      fs::remove(AuditSegmentPath(options_.directory,
                                  static_cast<std::uint64_t>(number)));
    }
  });
  EXPECT_EQ(All(), Down(6, 4));
  EXPECT_EQ(Indexed(), (Numbers{4, 5, 6}));
}

TEST_F(AuditIndexTest, ARowThatWasAlteredIsCountedAndNotShown) {
  Open();
  AppendMany(5);
  CatchUp();
  log_.reset();
  const std::string path = AuditSegmentPath(options_.directory, 1);
  std::string bytes;
  {
    std::ifstream file(path, std::ios::binary);
    bytes.assign((std::istreambuf_iterator<char>(file)),
                 std::istreambuf_iterator<char>());
  }
  // Somebody else than it was.
  const std::size_t at = bytes.find("u2");
  ASSERT_NE(at, std::string::npos);
  Open();
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(at + 1));
    file << '9';
  }
  EXPECT_EQ(All(), (Numbers{5, 4, 2, 1}));
  EXPECT_EQ(damaged_, 1U);
}

TEST_F(AuditIndexTest, RowsOfASegmentThatWasTakenOutAreCounted) {
  options_.segment_bytes = 1;
  Open();
  AppendMany(5);
  CatchUp();
  fs::remove(AuditSegmentPath(options_.directory, 3));
  EXPECT_EQ(All(), (Numbers{5, 4, 2, 1}));
  EXPECT_EQ(damaged_, 1U);
  const std::string aside = directory_.Below("aside");
  fs::rename(options_.directory, aside);
  EXPECT_EQ(log_->index().Read(AuditQuery()).status().message(),
            "AUDIT_INDEX_BEHIND: rows cannot be found yet, want a retry");
  fs::rename(aside, options_.directory);
}

// Where a sync fails the file is cut and other rows get the numbers.
TEST_F(AuditIndexTest, OnlyWhatIsSyncedIsFound) {
  const std::string directory = directory_.Below("segments");
  fs::create_directories(directory);
  std::string bytes = AuditHeader(1, std::string(kAuditHashBytes, '\0'));
  const auto add = [&](const std::string& previous, std::uint64_t number,
                       const std::string& principal) {
    audit::v1::AuditRow row = Row(principal, 10);
    row.set_number(number);
    return AppendAuditRow(previous, row.SerializeAsString(), &bytes);
  };
  const auto write = [&] {
    std::ofstream(AuditSegmentPath(directory, 1), std::ios::binary) << bytes;
  };
  const std::string first = add(std::string(kAuditHashBytes, '\0'), 1, "u1");
  const std::string synced = bytes;
  add(first, 2, "cut off");
  write();
  AuditIndexOptions options;
  options.directory = directory;
  options.retry_after = absl::Milliseconds(1);
  AuditIndex index(options, {1, 1, synced.size()});
  const auto principals = [&](std::uint64_t last) {
    while (!index.State().ok() || index.last() < last) {
      std::this_thread::yield();
    }
    std::vector<std::string> names;
    const auto page = index.Read(AuditQuery());
    EXPECT_TRUE(page.ok()) << page.status();
    for (const auto& row : page->rows) names.push_back(row.principal());
    return names;
  };
  EXPECT_EQ(principals(1), std::vector<std::string>({"u1"}));
  bytes = synced;
  add(first, 2, "u2");
  write();
  index.Advance({2, 1, bytes.size()});
  EXPECT_EQ(principals(2), (std::vector<std::string>{"u2", "u1"}));
}

TEST_F(AuditIndexTest, WhereItCannotBeMadeTheLogGoesOn) {
  std::vector<absl::Status> told;
  absl::Mutex mutex;
  options_.on_state = [&](const absl::Status& status) {
    absl::MutexLock lock(&mutex);
    told.push_back(status);
  };
  fs::create_directories(options_.directory);
  std::ofstream(IndexDirectory()) << "no directory";
  Open();
  AppendMany(3);
  EXPECT_EQ(log_->State(), absl::OkStatus());
  const absl::Status status = log_->index().Read(AuditQuery()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(status.message().substr(0, 19), "AUDIT_INDEX_BEHIND:");
  fs::remove(IndexDirectory());
  EXPECT_EQ(All(), Down(3, 1));
  absl::MutexLock lock(&mutex);
  ASSERT_GE(told.size(), 2U);
  EXPECT_FALSE(told.front().ok());
  EXPECT_EQ(told.back(), absl::OkStatus());
}

TEST_F(AuditIndexTest, ManyAtOnce) {
  options_.segment_bytes = 20000;
  Open();
  constexpr int kThreads = 4;
  constexpr int kRows = 500;
  absl::BlockingCounter left(kThreads * kRows);
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      for (int j = 0; j < kRows; ++j) {
        log_->Append(Row(absl::StrCat("u", i), 10),
                     [&left](const absl::Status& status) {
                       EXPECT_EQ(status, absl::OkStatus());
                       left.DecrementCount();
                     });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  left.Wait();
  EXPECT_EQ(All(500), Down(kThreads * kRows, 1));
  AuditQuery query;
  query.principal = "u3";
  EXPECT_EQ(Found(query).size(), static_cast<std::size_t>(kRows));
}

}  // namespace
}  // namespace creditreg
