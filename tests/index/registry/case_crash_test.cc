// Claim: an approval that was acknowledged survives a kill -9; one that was not
// hides everything or nothing. The case, the record, its place in the public
// list, the counts of its file and what receivers are told agree always.
//
// Method: this program starts itself again as a child that repairs one record
// after the other, and kills it at a random moment. The next child goes on with
// what is there. CREDITREG_SEED repeats the moments, CREDITREG_ROUNDS sets how
// many children are killed (default 8).

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/base/civil_day.h"
#include "index/publication/tables.h"
#include "index/registry/registry.h"
#include "index/registry/view.h"
#include "tests/testing/environment.h"
#include "tests/testing/shipped_tables.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_directory.h"

namespace creditreg {
namespace {

namespace sv = storage::v1;
using ::testing::IsEmpty;

constexpr char kDirectory[] = "CREDITREG_CASE_CRASH_DIRECTORY";
constexpr char kCode[] = "914403001922038216";
constexpr std::uint64_t kRecords = 400;

RegistryOptions OptionsFor(const std::string& directory) {
  RegistryOptions options;
  options.store.directory = absl::StrCat(directory, "/data");
  options.key_dir = absl::StrCat(directory, "/keys");
  for (const absl::string_view name : kTableNames) {
    options.tables.push_back({std::string(name), ShippedTable(name)});
  }
  return options;
}

std::string NextRequestId() {
  static int requests = 0;
  return absl::StrCat(getpid(), "-", ++requests);
}

template <typename Write>
absl::StatusOr<WriteResult> Do(Registry& registry, Write write) {
  write.request.actor = {"dev", "agency", "clerk", "test"};
  write.request.request_id = NextRequestId();
  write.request.payload = write.request.request_id;
  absl::StatusOr<WriteAnswer> answer = absl::UnknownError("no answer");
  absl::Notification answered;
  registry.Submit(std::move(write), [&](absl::StatusOr<WriteAnswer> given) {
    answer = std::move(given);
    answered.Notify();
  });
  answered.WaitForNotification();
  if (!answer.ok()) return answer.status();
  return answer->results.at(0);
}

void MakeRecords(Registry& registry) {
  PutEnterprise put;
  put.draft.content.set_uscc(kCode);
  put.draft.content.set_name("甲公司");
  put.draft.content.set_category(sv::PARTY_CATEGORY_ORGANISATION);
  ASSERT_THAT(Do(registry, std::move(put)), IsOk());
  const CivilDay decided = ChinaDay(absl::Now()).PlusDays(-200);
  for (std::uint64_t i = 0; i < kRecords; ++i) {
    RecordDraft draft;
    sv::Record& record = draft.content;
    record.set_family(sv::FAMILY_PENALTY);
    record.mutable_party()->set_uscc(kCode);
    record.mutable_party()->set_name("甲公司");
    record.mutable_party()->set_category(sv::PARTY_CATEGORY_ORGANISATION);
    record.mutable_deciding_agency()->set_name("某某市市场监督管理局");
    sv::Penalty& penalty = *record.mutable_penalty();
    penalty.set_document_number(absl::StrCat(i, "号"));
    penalty.set_decided_on(decided.days());
    penalty.set_procedure(sv::Penalty::PROCEDURE_ORDINARY);
    penalty.add_kinds("没收违法所得");
    SubmitRecords submit;
    submit.records.emplace_back(std::move(draft));
    ASSERT_THAT(Do(registry, std::move(submit)), IsOk());
  }
}

// Takes a record's case to its approval, from wherever it stands.
absl::Status Repair(Registry& registry, std::uint64_t record_no) {
  const auto cases =
      registry.CurrentView()->ListCases(record_no, CivilDay::Unknown(), "", 1);
  if (!cases.ok()) return cases.status();
  std::uint64_t case_no = 0;
  sv::CaseState state = sv::CASE_STATE_SUBMITTED;
  if (cases->cases.empty()) {
    OpenCase open;
    open.kind = sv::CASE_KIND_REPAIR;
    open.record_no = record_no;
    open.reason = "已履行";
    open.submit = true;
    for (const char* paper : {"PROOF", "COMMITMENT"}) {
      sv::CaseMaterial& material = open.materials.emplace_back();
      material.set_material(paper);
      material.set_sm3(std::string(32, 'p'));
    }
    const auto opened = Do(registry, std::move(open));
    if (!opened.ok()) return opened.status();
    case_no = opened->case_no;
  } else {
    case_no = cases->cases[0].case_no;
    state = cases->cases[0].row.state();
  }
  for (const sv::CaseAction action :
       {sv::CASE_ACTION_ACCEPT, sv::CASE_ACTION_APPROVE}) {
    if (action == sv::CASE_ACTION_ACCEPT && state == sv::CASE_STATE_ACCEPTED) {
      continue;
    }
    AdvanceCase advance;
    advance.case_no = case_no;
    advance.step.action = action;
    advance.step.reason = "已核实";
    const auto advanced = Do(registry, std::move(advance));
    if (!advanced.ok()) return advanced.status();
  }
  return absl::OkStatus();
}

// What the child does until it is killed.
void RepairAll(const std::string& directory) {
  auto registry = Registry::Open(OptionsFor(directory));
  ASSERT_THAT(registry, IsOk());
  for (std::uint64_t no = 1; no <= kRecords; ++no) {
    const auto record = (*registry)->CurrentView()->ReadRecord(no);
    ASSERT_THAT(record, IsOk());
    if (record->version.has_ending()) continue;
    ASSERT_THAT(Repair(**registry, no), IsOk());
    const std::string line = absl::StrCat("approved ", no, "\n");
    ASSERT_EQ(write(STDOUT_FILENO, line.data(), line.size()),
              static_cast<ssize_t>(line.size()));
  }
  // Nothing is left: waits to be killed.
  pause();
}

// Runs a child for `time` after its first approval; the records that it said
// were approved.
std::set<std::uint64_t> KillAChild(const std::string& directory,
                                   absl::Duration time) {
  std::array<int, 2> ends{};
  EXPECT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  const std::string variable = absl::StrCat(kDirectory, "=", directory);
  const pid_t pid = fork();
  if (pid == 0) {
    dup2(ends[1], STDOUT_FILENO);
    putenv(const_cast<char*>(variable.c_str()));
    execl("/proc/self/exe", "case_crash_child", "--gtest_brief=1", nullptr);
    _exit(127);
  }
  close(ends[1]);
  std::string text;
  std::array<char, 1 << 12> buffer{};
  absl::Time end = absl::InfiniteFuture();
  while (absl::Now() < end) {
    const ssize_t got = read(ends[0], buffer.data(), buffer.size());
    if (got <= 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(got));
    if (end == absl::InfiniteFuture() &&
        text.find("approved") != std::string::npos) {
      end = absl::Now() + time;
    }
  }
  kill(pid, SIGKILL);
  int status = 0;
  waitpid(pid, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "it ended by itself: " << text;
  while (true) {
    const ssize_t got = read(ends[0], buffer.data(), buffer.size());
    if (got <= 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  close(ends[0]);
  std::set<std::uint64_t> approved;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    const std::vector<absl::string_view> words = absl::StrSplit(line, ' ');
    std::uint64_t no = 0;
    if (words.size() == 2 && words[0] == "approved" &&
        absl::SimpleAtoi(words[1], &no)) {
      approved.insert(no);
    }
  }
  return approved;
}

// That everything tells the same of every record; how many are ended.
std::uint64_t CheckAgreement(Registry& registry,
                             const std::set<std::uint64_t>& acknowledged) {
  const auto view = registry.CurrentView();
  RecordsQuery query;
  query.enterprise_no = 1;
  query.listed_only = true;
  query.limit = kRecords + 1;
  const auto listed = view->ListRecords(query);
  EXPECT_THAT(listed, IsOk());
  std::set<std::uint64_t> shown;
  for (const RecordAt& record : listed->records) shown.insert(record.record_no);
  std::set<std::uint64_t> told;
  const auto changes = view->ListWithdrawals(0, 2 * kRecords);
  EXPECT_THAT(changes, IsOk());
  for (const ChangeAt& change : *changes) {
    told.insert(change.change.record_no());
  }
  std::uint64_t ended = 0;
  for (std::uint64_t no = 1; no <= kRecords; ++no) {
    const auto record = view->ReadRecord(no);
    const auto cases = view->ListCases(no, CivilDay::Unknown(), "", 10);
    EXPECT_THAT(record, IsOk());
    EXPECT_THAT(cases, IsOk());
    const bool is_ended = record->version.has_ending();
    const bool is_approved =
        !cases->cases.empty() &&
        cases->cases[0].row.state() == sv::CASE_STATE_APPROVED;
    EXPECT_LE(cases->cases.size(), 1u) << no;
    EXPECT_EQ(is_approved, is_ended) << no;
    EXPECT_EQ(shown.count(no) == 0, is_ended) << no;
    EXPECT_EQ(told.count(no) != 0, is_ended) << no;
    EXPECT_TRUE(is_ended || acknowledged.count(no) == 0) << no;
    if (is_ended) ++ended;
  }
  const auto head = view->ReadHead(1);
  EXPECT_THAT(head, IsOk());
  EXPECT_EQ(head->penalties(), kRecords - ended);
  return ended;
}

TEST(CaseCrashTest, AnApprovalHidesEverythingOrNothing) {
  if (const char* const directory = std::getenv(kDirectory)) {
    return RepairAll(directory);
  }
  const std::uint64_t seed =
      FromEnvironment("CREDITREG_SEED", std::random_device()());
  std::cout << "CREDITREG_SEED=" << seed << std::endl;
  std::mt19937_64 random(seed);
  TestDirectory directory;
  {
    auto registry = Registry::Open(OptionsFor(directory.Below("r")));
    ASSERT_THAT(registry, IsOk());
    MakeRecords(**registry);
  }
  std::set<std::uint64_t> acknowledged;
  const std::uint64_t rounds = FromEnvironment("CREDITREG_ROUNDS", 8);
  for (std::uint64_t round = 0; round < rounds; ++round) {
    const auto approved =
        KillAChild(directory.Below("r"),
                   absl::Microseconds(
                       std::uniform_int_distribution<int>(0, 150000)(random)));
    acknowledged.insert(approved.begin(), approved.end());
    auto registry = Registry::Open(OptionsFor(directory.Below("r")));
    ASSERT_THAT(registry, IsOk());
    CheckAgreement(**registry, acknowledged);
    if (HasFailure()) break;
    if (acknowledged.size() == kRecords) break;
  }
  EXPECT_THAT(acknowledged, ::testing::Not(IsEmpty()));
  auto registry = Registry::Open(OptionsFor(directory.Below("r")));
  ASSERT_THAT(registry, IsOk());
  const auto report = (*registry)->Verify({}, nullptr);
  ASSERT_THAT(report, IsOk());
  EXPECT_THAT(report->fault_messages, IsEmpty());
}

}  // namespace
}  // namespace creditreg
