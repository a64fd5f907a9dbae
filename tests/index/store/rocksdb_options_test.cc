#include "index/store/rocksdb_options.h"

#include <filesystem>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rocksdb/env.h"
#include "rocksdb/options.h"
#include "tests/index/store/store_rows.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_directory.h"

namespace creditreg {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(RocksDbOptionsTest, TheLogHoldsSentencesWithoutTheirArguments) {
  const TestDirectory directory;
  StoreOptions store;
  store.directory = directory.Below("db");
  const absl::StatusOr<rocksdb::Options> options = MakeRocksDbOptions(store);
  ASSERT_THAT(options, IsOk());
  rocksdb::Warn(options->info_log, "out of order key %s", "914403001922038216");
  rocksdb::Info(options->info_log, "not worth a line");
  rocksdb::Header(options->info_log, "option %d", 12345);
  options->info_log->Flush();
  EXPECT_THAT(ReadFile(directory.Below("db/LOG")),
              AllOf(HasSubstr("out of order key %s"), HasSubstr("option 12345"),
                    Not(HasSubstr("914403001922038216")),
                    Not(HasSubstr("not worth a line"))));
}

TEST(RocksDbOptionsTest, ReadOnlyMakesNoLog) {
  const TestDirectory directory;
  StoreOptions store;
  store.directory = directory.Below("db");
  store.read_only = true;
  const absl::StatusOr<rocksdb::Options> options = MakeRocksDbOptions(store);
  ASSERT_THAT(options, IsOk());
  EXPECT_EQ(options->info_log, nullptr);
  EXPECT_FALSE(std::filesystem::exists(store.directory));
}

}  // namespace
}  // namespace creditreg
