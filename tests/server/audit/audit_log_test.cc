// The audit log: what it says is written is written, and whatever is done to it
// is found.

#include "server/audit/audit_log.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "client/audit_check.h"
#include "gtest/gtest.h"
#include "server/audit/audit_format.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_directory.h"

namespace creditreg {
namespace {

namespace fs = std::filesystem;

class AuditLogTest : public testing::Test {
 protected:
  AuditLogTest() {
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

  static audit::v1::AuditRow Row(const std::string& rpc) {
    audit::v1::AuditRow row;
    row.set_principal("https://login.test#u1");
    row.set_rpc(rpc);
    row.set_code("OK");
    row.add_enterprise_nos(7);
    return row;
  }

  // Appends one row and waits for what came of it.
  absl::Status Append(const std::string& rpc) {
    absl::Status result;
    absl::Notification done;
    log_->Append(Row(rpc), [&](const absl::Status& status) {
      result = status;
      done.Notify();
    });
    done.WaitForNotification();
    return result;
  }
  void AppendMany(int rows) {
    for (int i = 0; i < rows; ++i)
      EXPECT_EQ(Append(absl::StrCat("rpc-", i)), absl::OkStatus());
  }

  AuditCheck Check(const std::string& sink = "") {
    auto check = CheckAuditLog(options_.directory, sink);
    EXPECT_TRUE(check.ok()) << check.status();
    return check.ok() ? *std::move(check) : AuditCheck();
  }
  // "kind row" of each fault.
  static std::vector<std::string> Faults(const AuditCheck& check) {
    std::vector<std::string> faults;
    for (const AuditFault& fault : check.faults) {
      const char* const kinds[] = {"no row",     "altered",        "missing",
                                   "not in log", "not as in sink", "rest"};
      faults.push_back(
          absl::StrCat(kinds[static_cast<int>(fault.kind)], " ", fault.row));
    }
    return faults;
  }
  using Texts = std::vector<std::string>;

  std::string Read(const std::string& name) {
    std::ifstream file(absl::StrCat(options_.directory, "/", name),
                       std::ios::binary);
    return std::string((std::istreambuf_iterator<char>(file)),
                       std::istreambuf_iterator<char>());
  }
  void Write(const std::string& name, const std::string& bytes) {
    std::ofstream(absl::StrCat(options_.directory, "/", name), std::ios::binary)
        << bytes;
  }
  // Where each row begins, and the end.
  std::vector<std::size_t> Offsets(const std::string& bytes) {
    std::vector<std::size_t> offsets = {kAuditHeaderBytes};
    std::string previous =
        bytes.substr(kAuditHeaderBytes - kAuditHashBytes, kAuditHashBytes);
    std::size_t offset = kAuditHeaderBytes;
    absl::string_view row;
    absl::string_view hash;
    while (ReadAuditRow(bytes, previous, &offset, &row, &hash) ==
           AuditRead::kRow) {
      previous = std::string(hash);
      offsets.push_back(offset);
    }
    return offsets;
  }

  TestDirectory directory_;
  FakeClock clock_;
  AuditLogOptions options_;
  std::unique_ptr<AuditLog> log_;
  const std::string first_ = AuditSegmentName(1);
};

TEST_F(AuditLogTest, RowsAreThereAfterARestart) {
  Open();
  AppendMany(3);
  const AuditHead head = log_->Head();
  EXPECT_EQ(head.number, 3U);
  Open();
  EXPECT_EQ(log_->Head().number, 3U);
  EXPECT_EQ(log_->Head().hash, head.hash);
  AppendMany(2);
  log_.reset();
  const AuditCheck check = Check();
  EXPECT_EQ(Faults(check), Texts());
  EXPECT_EQ(check.first, 1U);
  EXPECT_EQ(check.last, 5U);
  EXPECT_EQ(check.rows, 5U);
}

TEST_F(AuditLogTest, ManyAtOnce) {
  options_.segment_bytes = 2000;
  Open();
  constexpr int kThreads = 8;
  constexpr int kRows = 200;
  absl::BlockingCounter left(kThreads * kRows);
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < kRows; ++j) {
        log_->Append(Row("rpc"), [&left](const absl::Status& status) {
          EXPECT_EQ(status, absl::OkStatus());
          left.DecrementCount();
        });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  left.Wait();
  log_.reset();
  const AuditCheck check = Check();
  EXPECT_EQ(Faults(check), Texts());
  EXPECT_EQ(check.rows, static_cast<std::uint64_t>(kThreads * kRows));
}

TEST_F(AuditLogTest, AnyRowThatIsChangedIsFound) {
  Open();
  AppendMany(5);
  log_.reset();
  const std::string whole = Read(first_);
  const std::vector<std::size_t> offsets = Offsets(whole);
  ASSERT_EQ(offsets.size(), 6U);
  // Every byte of the third row but its length and hash.
  for (std::size_t at = offsets[2] + 4; at < offsets[3] - kAuditHashBytes;
       ++at) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    Write(first_, bytes);
    const Texts faults = Faults(Check());
    ASSERT_FALSE(faults.empty()) << at;
    // Where its number was changed, that tells.
    EXPECT_TRUE(faults[0] == "altered 3" || faults[0] == "missing 3" ||
                faults[0] == "no row 3")
        << faults[0];
  }
  // With its hash made anew, the next one does not follow.
  std::string bytes = whole.substr(0, offsets[2]);
  audit::v1::AuditRow row;
  ASSERT_TRUE(row.ParseFromString(whole.substr(
      offsets[2] + 4, offsets[3] - offsets[2] - 4 - kAuditHashBytes)));
  row.set_principal("https://login.test#u2");
  AppendAuditRow(whole.substr(offsets[2] - kAuditHashBytes, kAuditHashBytes),
                 row.SerializeAsString(), &bytes);
  Write(first_, bytes + whole.substr(offsets[3]));
  EXPECT_EQ(Faults(Check()), Texts({"altered 4"}));
}

TEST_F(AuditLogTest, RowsTakenOutOrMovedAreFound) {
  Open();
  AppendMany(5);
  log_.reset();
  const std::string whole = Read(first_);
  const std::vector<std::size_t> at = Offsets(whole);
  const auto row = [&](int i) {
    return whole.substr(at[i - 1], at[i] - at[i - 1]);
  };
  const std::string header = whole.substr(0, at[0]);
  Write(first_, header + row(1) + row(2) + row(4) + row(5));
  EXPECT_EQ(Faults(Check()), Texts({"missing 3", "altered 4"}));
  Write(first_, header + row(1) + row(3) + row(2) + row(4) + row(5));
  EXPECT_EQ(Faults(Check())[0], "missing 2");
  Write(first_, header + row(2) + row(3) + row(4) + row(5));
  EXPECT_EQ(Faults(Check())[0], "missing 1");
  Write(first_, header + row(1) + row(1) + row(2));
  EXPECT_EQ(Faults(Check())[0], "missing 2");
  Write(first_, whole);
  EXPECT_EQ(Faults(Check()), Texts());
}

TEST_F(AuditLogTest, SegmentsTakenOutAreFound) {
  options_.segment_bytes = 300;
  Open();
  AppendMany(20);
  log_.reset();
  std::vector<std::string> segments;
  for (const auto& entry : fs::directory_iterator(options_.directory)) {
    const std::string name = entry.path().filename().string();
    if (AuditSegmentNumber(name) > 0) segments.push_back(name);
  }
  std::sort(segments.begin(), segments.end());
  ASSERT_GT(segments.size(), 3U);
  fs::rename(options_.directory + "/" + segments[1], directory_.Below("taken"));
  const Texts faults = Faults(Check());
  ASSERT_FALSE(faults.empty());
  EXPECT_EQ(faults[0],
            absl::StrCat("missing ", AuditSegmentNumber(segments[1])));
}

TEST_F(AuditLogTest, TheSinkTellsOfRowsThatAreGone) {
  options_.sink_file = directory_.Below("sink.jsonl");
  Open();
  AppendMany(5);
  log_.reset();
  EXPECT_EQ(Faults(Check(options_.sink_file)), Texts());
  const std::string whole = Read(first_);
  const std::vector<std::size_t> at = Offsets(whole);
  Write(first_, whole.substr(0, at[3]));
  EXPECT_EQ(Faults(Check()), Texts()) << "alone it cannot be seen";
  EXPECT_EQ(Faults(Check(options_.sink_file)),
            Texts({"not in log 4", "not in log 5"}));
  // Written anew from the third on: a chain that holds, of other rows.
  log_.reset();
  Write(first_, whole.substr(0, at[2]));
  const std::string sink = options_.sink_file;
  options_.sink_file.clear();
  Open();
  AppendMany(3);
  log_.reset();
  EXPECT_EQ(Faults(Check()), Texts());
  EXPECT_EQ(Faults(Check(sink)), Texts({"not as in sink 3", "not as in sink 4",
                                        "not as in sink 5"}));
}

TEST_F(AuditLogTest, ASinkCatchesUp) {
  Open();
  AppendMany(3);
  options_.sink_file = directory_.Below("sink.jsonl");
  Open();
  AppendMany(2);
  log_.reset();
  // Half a line, as a crash leaves it.
  std::string text;
  {
    std::ifstream file(options_.sink_file);
    text.assign((std::istreambuf_iterator<char>(file)),
                std::istreambuf_iterator<char>());
  }
  std::ofstream(options_.sink_file) << text.substr(0, text.size() - 30);
  Open();
  AppendMany(1);
  log_.reset();
  std::ifstream file(options_.sink_file);
  int lines = 0;
  for (std::string line; std::getline(file, line);) ++lines;
  EXPECT_EQ(lines, 6);
  EXPECT_EQ(Faults(Check(options_.sink_file)), Texts());
}

TEST_F(AuditLogTest, WhatAPowerCutLeftIsPutAside) {
  Open();
  AppendMany(3);
  log_.reset();
  const std::string whole = Read(first_);
  const std::vector<std::size_t> at = Offsets(whole);
  int cuts = 0;
  for (const std::size_t end : {at[2] + 1, at[2] + 7, at[3] - 1}) {
    Write(first_, whole.substr(0, end));
    Open();
    EXPECT_EQ(log_->Head().number, 2U);
    EXPECT_EQ(Append("next"), absl::OkStatus());
    log_.reset();
    const AuditCheck check = Check();
    EXPECT_EQ(check.rows, 3U);
    // Each is there for somebody to look at, until they take it away.
    EXPECT_EQ(Faults(check), Texts(static_cast<std::size_t>(++cuts), "rest 0"));
  }
  // Zeros, as of blocks that were never written.
  Write(first_, whole + std::string(4096, '\0'));
  Open();
  EXPECT_EQ(log_->Head().number, 3U);
}

// A restart must not make good rows disappear behind one that was altered.
TEST_F(AuditLogTest, AnAlteredRowThatOthersFollowStopsTheStart) {
  Open();
  AppendMany(5);
  log_.reset();
  std::string bytes = Read(first_);
  const std::size_t third = Offsets(bytes)[2];
  bytes[third + 10] = static_cast<char>(bytes[third + 10] ^ 1);
  Write(first_, bytes);
  const absl::Status status = AuditLog::Open(options_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_NE(status.message().find("row 3 is damaged or was altered"),
            absl::string_view::npos)
      << status;
  EXPECT_EQ(Read(first_), bytes) << "nothing was changed";
  EXPECT_FALSE(Faults(Check()).empty());
}

TEST_F(AuditLogTest, ALogShorterThanItsSinkStopsTheStart) {
  options_.sink_file = directory_.Below("sink.jsonl");
  Open();
  AppendMany(3);
  log_.reset();
  const std::string bytes = Read(first_);
  Write(first_, bytes.substr(0, Offsets(bytes)[2]));
  EXPECT_EQ(AuditLog::Open(options_).status().code(),
            absl::StatusCode::kDataLoss);
}

TEST_F(AuditLogTest, WhereItCannotBeWrittenRowsAreRefused) {
  options_.segment_bytes = 1;
  std::vector<absl::Status> told;
  absl::Mutex mutex;
  options_.on_state = [&](const absl::Status& status) {
    absl::MutexLock lock(&mutex);
    told.push_back(status);
  };
  Open();
  AppendMany(2);
  // The next segment has nowhere to go.
  const std::string aside = directory_.Below("aside");
  fs::rename(options_.directory, aside);
  const absl::Status refused = Append("lost");
  EXPECT_EQ(refused.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(refused.message().substr(0, 18), "AUDIT_UNAVAILABLE:");
  fs::rename(aside, options_.directory);
  // It tries again by itself.
  while (!log_->State().ok()) std::this_thread::yield();
  absl::Status again;
  do {
    again = Append("written");
  } while (!again.ok());
  log_.reset();
  const AuditCheck check = Check();
  EXPECT_EQ(Faults(check), Texts());
  EXPECT_EQ(check.rows, 3U) << "the refused one is not there";
  absl::MutexLock lock(&mutex);
  ASSERT_GE(told.size(), 2U);
  EXPECT_FALSE(told.front().ok());
  EXPECT_EQ(told.back(), absl::OkStatus());
}

TEST_F(AuditLogTest, OldSegmentsAreRemovedWhole) {
  options_.segment_bytes = 1;
  options_.keep = absl::Hours(24 * 1096);
  Open();
  AppendMany(3);
  clock_.Advance(absl::Hours(24 * 1000));
  AppendMany(2);
  EXPECT_EQ(Check().first, 1U);
  clock_.Advance(absl::Hours(24 * 200));
  AppendMany(2);
  log_.reset();
  const AuditCheck check = Check();
  EXPECT_EQ(Faults(check), Texts());
  // The third is kept: its successor is younger, so it may hold young rows.
  EXPECT_EQ(check.first, 3U);
  EXPECT_EQ(check.last, 7U);
}

TEST_F(AuditLogTest, OneAtATime) {
  Open();
  EXPECT_EQ(AuditLog::Open(options_).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace creditreg
