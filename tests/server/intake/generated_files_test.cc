// The files of bench/generator, which are what the registry is tested and
// measured with: every clean row must be read without an error, every dirty one
// must be found to be what it was made to be.

#include <cstdint>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "bench/generator/generator.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/server/intake/file_cases.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_directory.h"

namespace creditreg {
namespace {

using conf::v1::IntakeFormat;
using ::testing::AnyOf;
using ::testing::Contains;

constexpr std::uint64_t kSeed = 7;

struct Dataset {
  TestDirectory directory;
  nlohmann::json manifest;
};

std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return std::string((std::istreambuf_iterator<char>(file)),
                     std::istreambuf_iterator<char>());
}

// Made by the first case, removed after the last.
std::unique_ptr<const Dataset>& GeneratedSlot() {
  static std::unique_ptr<const Dataset> slot;
  return slot;
}

const Dataset& Generated() {
  if (GeneratedSlot() == nullptr) {
    auto dataset = std::make_unique<Dataset>();
    generator::GeneratorOptions options;
    options.seed = kSeed;
    options.enterprises = 3000;
    options.codes_directory = absl::StrCat(CREDITREG_SOURCE_DIR, "/conf/codes");
    EXPECT_THAT(generator::Generate(options, dataset->directory.path()),
                IsOk());
    dataset->manifest = nlohmann::json::parse(
        ReadAll(dataset->directory.Below("manifest.json")));
    GeneratedSlot() = std::move(dataset);
  }
  return *GeneratedSlot();
}

const std::vector<std::string>& FlagsOf(const FileRow& row) {
  if (row.draft.enterprise.has_value()) {
    return row.draft.enterprise->quality_flags;
  }
  return row.draft.record->quality_flags;
}

// Everything of a draft that is not sealed.
std::string OpenPartOf(const FileRow& row) {
  std::string open;
  if (row.draft.enterprise.has_value()) {
    open = row.draft.enterprise->content.SerializeAsString();
  } else if (row.draft.record.has_value()) {
    open = row.draft.record->content.SerializeAsString();
  }
  for (const Finding& finding : FindingsOf(row)) {
    absl::StrAppend(&open, finding.message, finding.suggestion);
  }
  return open;
}

// What a row of each kind of dirt must be found to be: a flag, an error's rule,
// or nothing (what only the register can see).
struct Expected {
  const char* flag;
  const char* error;
};
const std::map<std::string, Expected>& ExpectedOfDirt() {
  static const auto* const kExpected = new std::map<std::string, Expected>{
      {"bad_check", {"CODE_CHECK_FAILED", nullptr}},
      {"bad_length", {"CODE_CHECK_FAILED", nullptr}},
      {"lower_case", {"CODE_NORMALISED", nullptr}},
      {"full_width", {"CODE_NORMALISED", nullptr}},
      {"bad_org_check", {"CODE_ORG_CHECK", nullptr}},
      {"bad_date", {nullptr, "DATE_FORM"}},
      {"period_reversed", {"DATE_ORDER", nullptr}},
      {"fine_missing", {"AMOUNT_MISSING", nullptr}},
      {"other_content", {nullptr, nullptr}},
      {"code_conflict", {nullptr, nullptr}},
      {"former_name", {nullptr, nullptr}},
      {"name_never_held", {nullptr, nullptr}}};
  return *kExpected;
}

class GeneratedFiles : public ::testing::Test {
 public:
  static void TearDownTestSuite() { GeneratedSlot().reset(); }

 protected:
  // Checks one file. A missing required field is a missing name for
  // enterprises, which refuses the row, and a part of the key for records.
  void Check(const char* name, IntakeTarget target, bool has_dirt = true) {
    SCOPED_TRACE(absl::StrCat(name, " of seed ", kSeed));
    const ReadFile file =
        ReadWhole(target, ReadAll(Generated().directory.Below(name)));
    ASSERT_THAT(file.status, IsOk());
    const nlohmann::json& expected = Generated().manifest["files"][name];
    EXPECT_EQ(file.rows.size(), expected["rows"].get<std::size_t>());
    EXPECT_EQ(file.rows.back().end_offset,
              expected["bytes"].get<std::uint64_t>());
    std::map<std::string, int> dirt;
    for (const FileRow& row : file.rows) {
      CheckRow(row, target, dirt);
      for (const std::string& secret : Secrets()) {
        ASSERT_FALSE(absl::StrContains(OpenPartOf(row), secret)) << row.line;
      }
    }
    for (const auto& [kind, count] : expected["dirty"].items()) {
      // These are no different from their twins.
      if (kind == "duplicate_row") continue;
      EXPECT_EQ(dirt[kind], count.get<int>()) << kind;
    }
    EXPECT_EQ(dirt.empty(), !has_dirt);
  }

 private:
  // Numbers of the made-up persons, who may be seen nowhere.
  static const std::vector<std::string>& Secrets() {
    static const auto* const kSecrets = [] {
      auto* secrets = new std::vector<std::string>;
      for (const auto& marker : Generated().manifest["markers"]) {
        secrets->push_back(marker["id_number"]);
        secrets->push_back(marker["mobile"]);
      }
      return secrets;
    }();
    return *kSecrets;
  }

  static void CheckRow(const FileRow& row, IntakeTarget target,
                       std::map<std::string, int>& dirt) {
    absl::string_view kind = row.cells.back();
    if (target == IntakeFormat::TARGET_PENALTY) kind = row.cells[29];
    if (!absl::ConsumePrefix(&kind, "造数：")) {
      CheckCleanRow(row);
      return;
    }
    ++dirt[std::string(kind)];
    Expected expected;
    if (kind == "missing_required") {
      const bool refused = target == IntakeFormat::TARGET_ENTERPRISE;
      expected = refused ? Expected{nullptr, "REQUIRED"}
                         : Expected{"FIELD_MISSING", nullptr};
    } else {
      ASSERT_TRUE(ExpectedOfDirt().contains(std::string(kind))) << kind;
      expected = ExpectedOfDirt().at(std::string(kind));
    }
    ASSERT_EQ(IsDraft(row), expected.error == nullptr)
        << row.line << " " << kind;
    if (expected.error != nullptr) {
      ASSERT_EQ(FindingsOf(row)[0].rule, expected.error) << row.line;
    } else if (expected.flag != nullptr) {
      ASSERT_THAT(FlagsOf(row), Contains(expected.flag)) << row.line;
    } else {
      CheckCleanRow(row);
    }
  }

  static void CheckCleanRow(const FileRow& row) {
    ASSERT_TRUE(IsDraft(row)) << row.line << " " << FindingsOf(row)[0].field
                              << " " << FindingsOf(row)[0].rule;
    for (const std::string& flag : FlagsOf(row)) {
      // Individual businesses may write 17 zeros and X; complainants write
      // their numbers into the text.
      ASSERT_THAT(flag, AnyOf("CODE_PLACEHOLDER", "PERSONAL_NUMBER_MASKED"))
          << row.line;
    }
  }
};

TEST_F(GeneratedFiles, Enterprises) {
  Check("enterprise.csv", IntakeFormat::TARGET_ENTERPRISE);
}

TEST_F(GeneratedFiles, LaterEnterprises) {
  Check("enterprise_later.csv", IntakeFormat::TARGET_ENTERPRISE,
        /*has_dirt=*/false);
}

TEST_F(GeneratedFiles, Licences) {
  Check("licence.csv", IntakeFormat::TARGET_LICENCE);
}

TEST_F(GeneratedFiles, Penalties) {
  Check("penalty.csv", IntakeFormat::TARGET_PENALTY);
}

TEST_F(GeneratedFiles, Complaints) {
  Check("complaint.csv", IntakeFormat::TARGET_COMPLAINT);
}

}  // namespace
}  // namespace creditreg
