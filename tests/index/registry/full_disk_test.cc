// Claim: on a disk that is really full, what was acknowledged stays and is
// read, writes say DISK_FULL, and both go on when there is room again.
//
// Method: a small tmpfs, mounted where nobody else sees it. Skipped where that
// is not allowed (it takes root).

#include <sched.h>
#include <sys/mount.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/registry/registry.h"
#include "tests/index/registry/test_registry.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {
namespace {

using ::testing::AnyOf;
using ::testing::StartsWith;

// Mounts of this process are its own, and end with it. Before any thread is
// started, as RocksDB's would stay behind in the world of all.
const bool kMayMount =
    unshare(CLONE_NEWNS) == 0 &&
    mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;

class RegistryFullDiskTest : public RegistryTest {
 protected:
  // Mounts on `folder` of the test's directory; false where it may not.
  bool MountSmallDisk(const std::string& folder, std::size_t mebibytes) {
    registry_.reset();
    // The key ring and the database it was made with belong together.
    std::filesystem::remove_all(directory_ + "/data");
    std::filesystem::remove_all(directory_ + "/keys");
    disk_ = directory_ + "/" + folder;
    std::filesystem::create_directories(disk_);
    std::filesystem::permissions(disk_, std::filesystem::perms::owner_all);
    if (!kMayMount) return false;
    const std::string options = absl::StrCat("mode=0700,size=", mebibytes, "m");
    mounted_ = mount("none", disk_.c_str(), "tmpfs", 0, options.c_str()) == 0;
    return mounted_;
  }
  ~RegistryFullDiskTest() override {
    registry_.reset();
    if (mounted_) umount2(disk_.c_str(), MNT_DETACH);
  }

  void OpenSmall() {
    RegistryOptions options = Options();
    options.store.reserve_free_bytes = 0;
    options.store.memtable_bytes = 256 << 10;
    options.store.block_cache_bytes = 1 << 20;
    options.least_reopen_wait = absl::Milliseconds(1);
    options.most_reopen_wait = absl::Milliseconds(4);
    absl::StatusOr<std::unique_ptr<Registry>> opened = Registry::Open(options);
    ASSERT_THAT(opened, IsOk());
    registry_ = *std::move(opened);
  }

  // Leaves about `bytes` free.
  void FillDisk(std::uint64_t bytes) {
    const std::uint64_t free_bytes = std::filesystem::space(disk_).available;
    ASSERT_GT(free_bytes, bytes);
    std::ofstream(disk_ + "/filler", std::ios::binary)
        << std::string(free_bytes - bytes, 'x');
  }
  void MakeRoom() { std::filesystem::remove(disk_ + "/filler"); }

  SubmitRecords TwentyRecords(int number) {
    SubmitRecords submit;
    submit.request = NewRequest();
    for (int i = 0; i < 20; ++i) {
      submit.records.emplace_back(
          PenaltyOf(kCodeA, "甲公司", absl::StrCat("罚", number, "-", i)));
    }
    return submit;
  }

  absl::StatusOr<WriteAnswer> Retry(const SubmitRecords& write) {
    const absl::Time give_up = absl::Now() + absl::Seconds(30);
    while (true) {
      absl::StatusOr<WriteAnswer> answer = Do(write);
      if (!absl::IsUnavailable(answer.status()) &&
          !absl::IsResourceExhausted(answer.status())) {
        return answer;
      }
      if (absl::Now() > give_up) return answer;
    }
  }

  std::string disk_;
  bool mounted_ = false;
};

TEST_F(RegistryFullDiskTest, OfTheDatabase) {
  if (!MountSmallDisk("data", 32)) GTEST_SKIP() << "may not mount";
  OpenSmall();
  int stored = 0;
  int unknown = 0;
  for (int round = 0; round < 3; ++round) {
    FillDisk(std::uint64_t{3} << 20);
    SubmitRecords submit = TwentyRecords(stored);
    absl::StatusOr<WriteAnswer> answer = Do(submit);
    for (int i = 0; i < 3000 && answer.ok(); ++i) {
      submit = TwentyRecords(++stored);
      answer = Do(submit);
    }
    ASSERT_THAT(answer, AnyOf(StatusIs(absl::StatusCode::kUnknown),
                              StatusIs(absl::StatusCode::kResourceExhausted,
                                       StartsWith("DISK_FULL: "))));
    if (absl::IsUnknown(answer.status())) ++unknown;
    for (int i = 0; i < 3; ++i) {
      EXPECT_THAT(Do(TwentyRecords(100000 + i)),
                  StatusIs(absl::StatusCode::kResourceExhausted,
                           StartsWith("DISK_FULL: ")));
    }
    // All that was acknowledged is read, to the last.
    const auto view = registry_->CurrentView();
    EXPECT_GE(view->sequence(), static_cast<std::uint64_t>(stored) * 20);
    for (int i = 1; i <= stored * 20; i += 97) {
      ASSERT_THAT(view->ReadRecord(static_cast<std::uint64_t>(i), 0), IsOk());
    }
    EXPECT_TRUE(registry_->Healthy());
    MakeRoom();
    ASSERT_THAT(Retry(submit), IsOk()) << registry_->WriteState();
    ++stored;
    EXPECT_EQ(registry_->CurrentView()->sequence(),
              static_cast<std::uint64_t>(stored) * 20);
  }
  RecordProperty("unknown", unknown);
  const absl::StatusOr<VerifyReport> report = registry_->Verify({}, nullptr);
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->faults, 0u);
}

// Nothing refers to keys that were not synced, so the outcome is known.
TEST_F(RegistryFullDiskTest, OfTheDataKeys) {
  if (!MountSmallDisk("keys", 1)) GTEST_SKIP() << "may not mount";
  OpenSmall();
  FillDisk(4096);
  PutEnterprise put;
  std::uint64_t stored = 0;
  absl::StatusOr<WriteAnswer> answer = WriteAnswer();
  for (int i = 0; i < 500 && answer.ok(); ++i) {
    put.request = NewRequest();
    put.draft = Firm(kCodeA, absl::StrCat("甲", i, "公司"));
    put.draft.personal.emplace();
    put.draft.personal->set_telephone(absl::StrCat("telephone ", i));
    put.draft.content.set_uscc("");
    put.draft.content.mutable_registration_authority()->set_name("某局");
    answer = Do(put);
    if (answer.ok()) ++stored;
  }
  ASSERT_THAT(answer, StatusIs(absl::StatusCode::kResourceExhausted,
                               StartsWith("DISK_FULL: ")));
  EXPECT_EQ(registry_->CurrentView()->sequence(), stored);
  EXPECT_THAT(registry_->CurrentView()->ReadEnterprise(1, 0), IsOk());
  MakeRoom();
  const absl::Time give_up = absl::Now() + absl::Seconds(30);
  while (!answer.ok() && absl::Now() < give_up) answer = Do(put);
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(registry_->CurrentView()->sequence(), stored + 1);
  VerifyOptions options;
  options.open_sealed = true;
  const absl::StatusOr<VerifyReport> report =
      registry_->Verify(options, nullptr);
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->faults, 0u);
}

}  // namespace
}  // namespace creditreg
