// Key files and databases that do not belong together: what an operator gets
// who lost a file, restored an old one or mistyped a directory.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/codec/keys.h"
#include "index/codec/value.h"
#include "index/registry/registry.h"
#include "index/registry/rows.h"
#include "index/registry/view.h"
#include "index/store/store.h"
#include "tests/index/registry/test_registry.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {
namespace {

using ::testing::HasSubstr;

class OpenTest : public RegistryTest {
 protected:
  void PutWithTelephone(const char* code, const char* telephone) {
    EnterpriseDraft draft = Firm(code, "甲公司");
    draft.personal.emplace().set_telephone(telephone);
    ASSERT_THAT(Put(draft), IsOk());
  }

  std::string TelephoneOf(const char* code) {
    const absl::StatusOr<storage::v1::PersonalFields> personal =
        registry_->CurrentView()->OpenPersonal(*Find(code).enterprise);
    EXPECT_THAT(personal, IsOk());
    return personal.ok() ? personal->telephone() : "";
  }

  // Where the database and the keys lie, and copies of them.
  std::string data() { return Options().store.directory; }
  std::string keys() { return Options().key_dir; }
  std::string data_keys() { return absl::StrCat(keys(), "/data_keys"); }
  std::string Aside(const char* name) {
    return absl::StrCat(directory_, "/aside_", name);
  }

  void ExpectRefused(const char* why) {
    for (const bool read_only : {false, true}) {
      RegistryOptions options = Options();
      options.store.read_only = read_only;
      EXPECT_THAT(
          Registry::Open(options),
          StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr(why)));
    }
  }
};

TEST_F(OpenTest, MissingDataKeysAreWantedBackAndNotMadeAnew) {
  PutWithTelephone(kCodeA, "14000001234");
  registry_.reset();
  std::filesystem::rename(data_keys(), Aside("keys"));
  ExpectRefused("data_keys is missing");
  EXPECT_FALSE(std::filesystem::exists(data_keys()));
  std::filesystem::rename(Aside("keys"), data_keys());
  Reopen();
  EXPECT_EQ(TelephoneOf(kCodeA), "14000001234");
}

TEST_F(OpenTest, MissingDataKeysAreWantedBackWhereNoRowHasPersonalFields) {
  registry_.reset();
  std::filesystem::remove(data_keys());
  ExpectRefused("data_keys is missing");
}

TEST_F(OpenTest, DataKeysOfAnEarlierDayAreRefusedAndStayAsTheyAre) {
  PutWithTelephone(kCodeA, "14000001234");
  registry_.reset();
  std::filesystem::copy_file(data_keys(), Aside("keys"));
  Reopen();
  PutWithTelephone(kCodeB, "14000005678");
  registry_.reset();
  const std::uint64_t whole = std::filesystem::file_size(data_keys());
  std::filesystem::rename(data_keys(), Aside("newer"));
  std::filesystem::copy_file(Aside("keys"), data_keys());
  ExpectRefused("data_keys has 2 slots, the database refers to 3");
  // Cut within the slot that is missing.
  std::filesystem::copy_file(Aside("newer"), data_keys(),
                             std::filesystem::copy_options::overwrite_existing);
  std::filesystem::resize_file(data_keys(), whole - 1);
  ExpectRefused("data_keys has 2 slots, the database refers to 3");
  EXPECT_EQ(std::filesystem::file_size(data_keys()), whole - 1);
  std::filesystem::rename(Aside("newer"), data_keys());
  Reopen();
  EXPECT_EQ(TelephoneOf(kCodeB), "14000005678");
}

// A crash between the sync of the keys and the batch leaves as much, and so
// does a database that was restored beside newer keys.
TEST_F(OpenTest, DataKeysThatNoRowRefersToAreLeftUnused) {
  PutWithTelephone(kCodeA, "14000001234");
  registry_.reset();
  std::filesystem::copy(data(), Aside("data"),
                        std::filesystem::copy_options::recursive);
  Reopen();
  PutWithTelephone(kCodeB, "14000005678");
  registry_.reset();
  const std::uint64_t before = std::filesystem::file_size(data_keys());
  std::filesystem::remove_all(data());
  std::filesystem::rename(Aside("data"), data());
  Reopen();
  EXPECT_EQ(registry_->Figures().counters.data_key_slots(), 2);
  PutWithTelephone(kCodeC, "14000009012");
  EXPECT_EQ(registry_->Figures().counters.data_key_slots(), 4);
  EXPECT_GT(std::filesystem::file_size(data_keys()), before);
  EXPECT_EQ(TelephoneOf(kCodeA), "14000001234");
  EXPECT_EQ(TelephoneOf(kCodeC), "14000009012");
}

TEST_F(OpenTest, ADatabaseOfAnotherLayoutIsRefused) {
  ASSERT_THAT(Put(Firm(kCodeA, "甲公司")), IsOk());
  registry_.reset();
  const auto set_layout = [this](std::uint32_t version) {
    CREDITREG_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<Store> store,
                                   Store::Open(Options().store));
    CREDITREG_ASSERT_OK_AND_ASSIGN(
        std::optional<storage::v1::Layout> layout,
        ReadRow<storage::v1::Layout>(*store->TakeSnapshot(),
                                     MetaKey("layout")));
    layout->set_min_reader(version);
    layout->set_min_writer(version);
    WriteBatch batch;
    batch.Put(MetaKey("layout"), EncodeValue(*layout));
    ASSERT_THAT(store->Write(batch), IsOk());
  };
  set_layout(1);
  ExpectRefused("its layout is 1, want 5: the data must be loaded again");
  set_layout(6);
  ExpectRefused("written by a newer program");
  set_layout(5);
  Reopen();
  EXPECT_EQ(Find(kCodeA).verdict, Verdict::kFound);
}

TEST_F(OpenTest, ANewDatabaseBesideOldKeysIsTold) {
  EXPECT_FALSE(registry_->IsNewBesideOldKeys());
  Reopen();
  EXPECT_FALSE(registry_->IsNewBesideOldKeys());
  registry_.reset();
  RegistryOptions options = Options();
  options.store.directory = Aside("mistyped");
  CREDITREG_ASSERT_OK_AND_ASSIGN(registry_, Registry::Open(options));
  EXPECT_TRUE(registry_->IsNewBesideOldKeys());
}

TEST_F(OpenTest, AMistypedKeyDirectoryIsNotMade) {
  registry_.reset();
  RegistryOptions options = Options();
  options.key_dir = Aside("mistyped");
  EXPECT_THAT(Registry::Open(options),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("no key directory")));
  EXPECT_FALSE(std::filesystem::exists(options.key_dir));
  std::filesystem::create_directory(options.key_dir);
  std::filesystem::permissions(options.key_dir,
                               std::filesystem::perms::owner_all);
  EXPECT_THAT(Registry::Open(options),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("ring is missing")));
  EXPECT_TRUE(std::filesystem::is_empty(options.key_dir));
}

}  // namespace
}  // namespace creditreg
