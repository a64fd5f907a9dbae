// The master key is rotated while the registry works.

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/codec/crypto.h"
#include "index/registry/registry.h"
#include "index/registry/view.h"
#include "tests/index/registry/test_registry.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {
namespace {

using ::testing::HasSubstr;

class KeyRotationTest : public RegistryTest {
 protected:
  std::string KeyFile(const std::string& name) {
    return absl::StrCat(Options().key_dir, "/", name);
  }

  void PutFirm(const char* code, const char* telephone) {
    EnterpriseDraft draft = Firm(code, absl::StrCat("公司", telephone));
    draft.personal.emplace().set_telephone(telephone);
    ASSERT_THAT(Put(std::move(draft)), IsOk());
  }

  std::string Telephone(const char* code) {
    const auto personal =
        registry_->CurrentView()->OpenPersonal(*Find(code).enterprise);
    EXPECT_THAT(personal, IsOk());
    return personal.ok() ? personal->telephone() : std::string();
  }

  // Ends with the rotation that is under way.
  KeyState AwaitEnd() const {
    while (true) {
      const KeyState state = registry_->Keys();
      if (!state.rotating) return state;
      std::this_thread::yield();
    }
  }
};

TEST_F(KeyRotationTest, SealsEverythingUnderTheNextVersion) {
  PutFirm(kCodeA, "14000000001");
  const KeyState before = registry_->Keys();
  EXPECT_EQ(before.ring_version, 1u);
  EXPECT_EQ(before.data_keys_version, 1u);
  EXPECT_EQ(before.data_keys, 1u);
  EXPECT_EQ(before.target_version, 0u);
  EXPECT_THAT(registry_->RotateMasterKey(), IsOkAndHolds(2u));
  // Reading and writing go on.
  PutFirm(kCodeB, "14000000002");
  EXPECT_EQ(Telephone(kCodeA), "14000000001");
  const KeyState after = AwaitEnd();
  EXPECT_THAT(after.last, IsOk());
  EXPECT_EQ(after.ring_version, 2u);
  EXPECT_EQ(after.data_keys_version, 2u);
  EXPECT_EQ(after.target_version, 2u);
  EXPECT_EQ(after.done, after.total);
  EXPECT_EQ(after.damaged, 0u);
  PutFirm(kCodeC, "14000000003");
  // What the old one opened, the new one opens alone.
  std::filesystem::remove(KeyFile("master.1"));
  Reopen();
  EXPECT_EQ(Telephone(kCodeA), "14000000001");
  EXPECT_EQ(Telephone(kCodeB), "14000000002");
  EXPECT_EQ(Telephone(kCodeC), "14000000003");
  VerifyOptions options;
  options.open_sealed = true;
  const auto report =
      registry_->Verify(options, [](const VerifyProgress&) { return true; });
  ASSERT_THAT(report, IsOk());
  EXPECT_EQ(report->faults, 0u)
      << testing::PrintToString(report->fault_messages);
}

TEST_F(KeyRotationTest, OneThatWasBrokenOffGoesOnWithItsVersion) {
  PutFirm(kCodeA, "14000000001");
  ASSERT_THAT(registry_->RotateMasterKey(), IsOk());
  ASSERT_THAT(AwaitEnd().last, IsOk());
  const std::string ring = KeyFile("ring");
  std::filesystem::copy_file(ring, directory_ + "/ring.2");
  ASSERT_THAT(registry_->RotateMasterKey(), IsOkAndHolds(3u));
  ASSERT_THAT(AwaitEnd().last, IsOk());
  registry_.reset();
  // As a kill between the two files leaves them.
  std::filesystem::copy_file(directory_ + "/ring.2", ring,
                             std::filesystem::copy_options::overwrite_existing);
  Reopen();
  EXPECT_EQ(registry_->Keys().ring_version, 2u);
  EXPECT_EQ(registry_->Keys().data_keys_version, 3u);
  EXPECT_EQ(Telephone(kCodeA), "14000000001");
  EXPECT_THAT(registry_->RotateMasterKey(), IsOkAndHolds(3u));
  const KeyState after = AwaitEnd();
  EXPECT_THAT(after.last, IsOk());
  EXPECT_EQ(after.ring_version, 3u);
}

// What a key management system does that has versions 1 and 2.
TEST_F(KeyRotationTest, ACommandMustHaveTheNextVersion) {
  registry_.reset();
  std::filesystem::remove_all(Options().key_dir);
  std::filesystem::remove_all(Options().store.directory);
  RegistryOptions options = Options();
  const std::string digits(62, '0');
  options.master_keys = MasterKeyCommand(
      {"/bin/sh", "-c",
       absl::StrCat("[ $0 -le 2 ] || exit 3; echo ", digits, "a$0")});
  options.sealing_suite = SealingSuite::kSm4HmacSm3;
  for (int start = 0; start < 2; ++start) {
    auto opened = Registry::Open(options);
    ASSERT_THAT(opened, IsOk());
    registry_ = *std::move(opened);
    if (start == 0) {
      PutFirm(kCodeA, "14000000001");
      EXPECT_THAT(registry_->RotateMasterKey(), IsOkAndHolds(2u));
      ASSERT_THAT(AwaitEnd().last, IsOk());
    }
    EXPECT_THAT(registry_->RotateMasterKey(),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         "NO_MASTER_KEY: master key: version 3: its source has "
                         "none, want it made there first"));
    EXPECT_EQ(Telephone(kCodeA), "14000000001");
    registry_.reset();
  }
  EXPECT_FALSE(std::filesystem::exists(KeyFile("master.1")));
  // Without the command nothing opens.
  options.master_keys = nullptr;
  EXPECT_THAT(Registry::Open(options),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       "read master key: there is no version 2"));
}

TEST_F(KeyRotationTest, ARegistryAtRestRotatesNothing) {
  PutFirm(kCodeA, "14000000001");
  registry_.reset();
  RegistryOptions options = Options();
  options.store.read_only = true;
  options.create_keys = false;
  const auto opened = Registry::Open(options);
  ASSERT_THAT(opened, IsOk());
  EXPECT_THAT((*opened)->RotateMasterKey(),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("reading only")));
  EXPECT_EQ((*opened)->Keys().ring_version, 1u);
}

}  // namespace
}  // namespace creditreg
