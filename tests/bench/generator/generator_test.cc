#include "bench/generator/generator.h"

#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "bench/generator/codes.h"
#include "bench/generator/columns.h"
#include "bench/generator/random.h"
#include "bench/generator/record.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/model/check_digits.h"
#include "index/model/date_forms.h"
#include "index/model/personal_numbers.h"
#include "index/model/uscc.h"
#include "nlohmann/json.hpp"
#include "tests/testing/status_matchers.h"

namespace creditreg::generator {
namespace {

using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kFiles[] = {"enterprise.csv", "enterprise_later.csv",
                                  "licence.csv",    "penalty.csv",
                                  "complaint.csv",  "manifest.json"};

// A directory of its own for each test case, gone afterwards.
class TempDirectory {
 public:
  TempDirectory() {
    std::string path = absl::StrCat(::testing::TempDir(), "/generator.XXXXXX");
    path_ = mkdtemp(path.data());
  }
  ~TempDirectory() { std::filesystem::remove_all(path_); }

  const std::string& path() const { return path_; }
  std::string operator/(absl::string_view file) const {
    return absl::StrCat(path_, "/", file);
  }

 private:
  std::string path_;
};

std::string Contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// RFC 4180, the header line left out.
std::vector<Row> ReadCsv(const std::string& path) {
  const std::string text = Contents(path);
  std::vector<Row> rows;
  Row row(1);
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c != '"') {
        row.back().push_back(c);
      } else if (i + 1 < text.size() && text[i + 1] == '"') {
        row.back().push_back('"');
        ++i;
      } else {
        quoted = false;
      }
    } else if (c == '"') {
      quoted = true;
    } else if (c == ',') {
      row.emplace_back();
    } else if (c == '\n') {
      rows.push_back(std::move(row));
      row.assign(1, "");
    } else {
      row.back().push_back(c);
    }
  }
  rows.erase(rows.begin());
  return rows;
}

GeneratorOptions Options(std::uint64_t enterprises, std::uint64_t seed = 1) {
  GeneratorOptions options;
  options.enterprises = enterprises;
  options.seed = seed;
  options.codes_directory = absl::StrCat(CREDITREG_SOURCE_DIR, "/conf/codes");
  return options;
}

nlohmann::json Manifest(const TempDirectory& directory) {
  return nlohmann::json::parse(Contents(directory / "manifest.json"));
}

nlohmann::json InRole(const nlohmann::json& manifest, absl::string_view role) {
  for (const nlohmann::json& entry : manifest["interesting"]) {
    if (entry["role"] == std::string(role)) return entry;
  }
  return {};
}

// Whether the generator itself says that a row is wrong.
bool IsDirty(const Row& row, std::size_t remark) {
  return absl::StartsWith(row[remark], "造数");
}

// The golden numbers hold for every compiler and machine.
TEST(RandomTest, GoldenNumbers) {
  Random random(1, 2, 3);
  EXPECT_EQ(random.Next(), 0x08e1ee966b56f596u);
  EXPECT_EQ(random.Next(), 0x4152a2a6b79acfd0u);
  EXPECT_EQ(random.Below(1000), 193u);
  EXPECT_EQ(random.Between(-5, 5), 4);
}

TEST(CodesTest, CheckCharactersOfKnownCodes) {
  EXPECT_EQ(UsccCheckCharacter("91440300192203821"), '6');
  EXPECT_EQ(UsccCheckCharacter("91350100M000100Y4"), '3');
  EXPECT_EQ(OrganisationCheckCharacter("19220382"), '1');
  EXPECT_EQ(OrganisationCheckCharacter("71526726"), 'X');
  EXPECT_EQ(OrganisationCheckCharacter("M000100Y"), '4');
}

TEST(DatesTest, EveryFormIsOneTheIntakeReads) {
  for (const Day day : {DayOf(1984, 2, 29), DayOf(1999, 12, 31),
                        DayOf(2000, 2, 29), DayOf(2026, 1, 5)}) {
    for (int form = 0; form < kDateForms; ++form) {
      std::string text = Iso(day);
      Rewrite(static_cast<DateForm>(form), &text);
      const auto read = ParseFeedDate(text);
      ASSERT_THAT(read, IsOk()) << text;
      EXPECT_EQ(read->days(), day) << text;
    }
  }
}

TEST(GeneratorTest, SameSeedAndSizeGiveTheSameBytes) {
  TempDirectory one, two;
  ASSERT_THAT(Generate(Options(500), one.path()), IsOk());
  ASSERT_THAT(Generate(Options(500), two.path()), IsOk());
  for (const char* file : kFiles) {
    EXPECT_TRUE(Contents(one / file) == Contents(two / file)) << file;
  }
}

TEST(GeneratorTest, AnotherSeedGivesOtherCodesAndNames) {
  TempDirectory one, two;
  ASSERT_THAT(Generate(Options(300, 1), one.path()), IsOk());
  ASSERT_THAT(Generate(Options(300, 2), two.path()), IsOk());
  absl::flat_hash_set<std::string> seen;
  for (const Row& row : ReadCsv(one / "enterprise.csv")) {
    seen.insert(row[kEntUniscid]);
    seen.insert(row[kEntEntname]);
  }
  for (const Row& row : ReadCsv(two / "enterprise.csv")) {
    if (IsDirty(row, kEntBz)) continue;
    EXPECT_FALSE(seen.contains(row[kEntUniscid])) << row[kEntUniscid];
    EXPECT_FALSE(seen.contains(row[kEntEntname])) << row[kEntEntname];
  }
}

// Pins the bytes across compilers and machines. A change of the generator, its
// words or conf/codes changes them: then say so in CHANGELOG.md and renew.
TEST(GeneratorTest, GoldenHashes) {
  TempDirectory directory;
  ASSERT_THAT(Generate(Options(200, 7), directory.path()), IsOk());
  const nlohmann::json files = Manifest(directory)["files"];
  EXPECT_EQ(files["enterprise.csv"]["sha256"],
            "0d032267e4aaf53a7c5c6cfd292333bb889139b27f75d2e03a7f629b0f3a1ba6");
  EXPECT_EQ(files["licence.csv"]["sha256"],
            "d391daa852ec152c3cd9ad8b9e8ab0af5fac30598fc1d2bc6369d9b94d45c462");
  EXPECT_EQ(files["penalty.csv"]["sha256"],
            "d56fedb8bcc9504c0ad250f36c0759a25e6e8b338202a5634452e3f390365948");
  EXPECT_EQ(files["complaint.csv"]["sha256"],
            "77151618b9274c408199830f9cb241d1bd76baa769b7935573fe7339e680961b");
}

TEST(GeneratorTest, EveryCleanCodeIsValidAndReserved) {
  TempDirectory directory;
  ASSERT_THAT(Generate(Options(2000), directory.path()), IsOk());
  const auto check = [](const std::string& code) {
    EXPECT_EQ(CheckCode(code), CodeCheck{}) << code;
    EXPECT_EQ(code.substr(8, 2), "GD") << code;
  };
  for (const Row& row : ReadCsv(directory / "enterprise.csv")) {
    ASSERT_EQ(row.size(), kEntColumns);
    check(row[kEntRegorgdm]);
    check(row[kEntSupunitdm]);
    if (IsDirty(row, kEntBz)) continue;
    check(row[kEntUniscid]);
    if (!row[kEntRegno].empty()) {
      EXPECT_TRUE(Registration15CheckOk(row[kEntRegno])) << row[kEntRegno];
      EXPECT_THAT(row[kEntRegno], StartsWith("4499"));
    }
    EXPECT_TRUE(ResidentIdOk(row[kEntLerepZjhm])) << row[kEntLerepZjhm];
    EXPECT_THAT(row[kEntLerepZjhm], StartsWith("449999"));
    for (const absl::string_view past :
         absl::StrSplit(row[kEntCydm], ';', absl::SkipEmpty())) {
      check(std::string(past.substr(0, 18)));
    }
  }
  for (const Row& row : ReadCsv(directory / "licence.csv")) {
    ASSERT_EQ(row.size(), kXkColumns);
    check(row[kXkXkjgdm]);
    check(row[kXkLydwdm]);
    if (IsDirty(row, kXkBz) || row[kXkXdrShxym].empty()) continue;
    if (row[kXkXdrShxym] != kNoCode) check(row[kXkXdrShxym]);
  }
  for (const Row& row : ReadCsv(directory / "penalty.csv")) {
    ASSERT_EQ(row.size(), kCfColumns);
    check(row[kCfCfjgdm]);
    check(row[kCfSjlydm]);
    if (IsDirty(row, kCfBz) || row[kCfXdrShxym].empty()) continue;
    if (row[kCfXdrShxym] != kNoCode) check(row[kCfXdrShxym]);
  }
  for (const Row& row : ReadCsv(directory / "complaint.csv")) {
    ASSERT_EQ(row.size(), kTsColumns);
    check(row[kTsCldwdm]);
    EXPECT_THAT(row[kTsTsrDh], StartsWith("140"));
    if (IsDirty(row, kTsBz) || row[kTsBtsShxym].empty()) continue;
    check(row[kTsBtsShxym]);
  }
}

TEST(GeneratorTest, ManifestCountsWhatIsInTheFiles) {
  TempDirectory directory;
  ASSERT_THAT(Generate(Options(2000), directory.path()), IsOk());
  const nlohmann::json files = Manifest(directory)["files"];
  const std::pair<const char*, std::size_t> kRemarks[] = {
      {"enterprise.csv", kEntBz},
      {"enterprise_later.csv", kEntBz},
      {"licence.csv", kXkBz},
      {"penalty.csv", kCfBz},
      {"complaint.csv", kTsBz}};
  for (const auto& [file, remark] : kRemarks) {
    SCOPED_TRACE(file);
    const nlohmann::json& entry = files[file];
    EXPECT_EQ(entry["bytes"], std::filesystem::file_size(directory / file));
    const std::vector<Row> rows = ReadCsv(directory / file);
    EXPECT_EQ(entry["rows"], rows.size());
    std::map<std::string, std::uint64_t> dirty;
    for (const Row& row : rows) {
      if (IsDirty(row, remark)) ++dirty[row[remark].substr(9)];
    }
    // Twins carry no remark: a remark would make them differ.
    if (entry["dirty"].contains("duplicate_row")) {
      dirty["duplicate_row"] = entry["dirty"]["duplicate_row"];
    }
    EXPECT_EQ(nlohmann::json(entry["dirty"]),
              dirty.empty() ? nlohmann::json::object() : nlohmann::json(dirty));
    std::uint64_t total = entry["clean_rows"];
    for (const auto& [kind, count] : dirty) total += count;
    EXPECT_EQ(total, rows.size());
  }
  EXPECT_EQ(files["enterprise.csv"]["clean_rows"], 2000);
}

TEST(GeneratorTest, EveryKindOfDirtIsThereAtTwoThousandEnterprises) {
  TempDirectory directory;
  ASSERT_THAT(Generate(Options(2000), directory.path()), IsOk());
  const nlohmann::json files = Manifest(directory)["files"];
  EXPECT_EQ(files["enterprise.csv"]["dirty"].size(), 10u);
  EXPECT_EQ(files["licence.csv"]["dirty"].size(), 11u);
  EXPECT_EQ(files["penalty.csv"]["dirty"].size(), 11u);
  EXPECT_EQ(files["complaint.csv"]["dirty"].size(), 10u);
}

TEST(GeneratorTest, InterestingEnterprisesHaveTheRecordsTheManifestSays) {
  TempDirectory directory;
  ASSERT_THAT(Generate(Options(2000), directory.path()), IsOk());
  const nlohmann::json manifest = Manifest(directory);
  // Replaced and merged codes lead to the enterprise.
  absl::flat_hash_map<std::string, std::string> role_of;
  for (const nlohmann::json& entry : manifest["interesting"]) {
    const std::string role = entry["role"];
    role_of[std::string(entry["uscc"])] = role;
    if (entry.contains("former_uscc")) {
      role_of[std::string(entry["former_uscc"])] = role;
    }
  }
  std::map<std::string, std::array<std::uint64_t, 3>> counts;
  for (const Row& row : ReadCsv(directory / "licence.csv")) {
    if (const auto it = role_of.find(row[kXkXdrShxym]); it != role_of.end()) {
      ++counts[it->second][0];
    }
  }
  for (const Row& row : ReadCsv(directory / "penalty.csv")) {
    if (const auto it = role_of.find(row[kCfXdrShxym]); it != role_of.end()) {
      ++counts[it->second][1];
    }
  }
  for (const Row& row : ReadCsv(directory / "complaint.csv")) {
    if (const auto it = role_of.find(row[kTsBtsShxym]); it != role_of.end()) {
      ++counts[it->second][2];
    }
  }
  for (const nlohmann::json& entry : manifest["interesting"]) {
    const std::string role = entry["role"];
    EXPECT_EQ(counts[role][0], entry["licences"]) << role;
    EXPECT_EQ(counts[role][1], entry["penalties"]) << role;
    EXPECT_EQ(counts[role][2], entry["complaints"]) << role;
  }
  const nlohmann::json large = InRole(manifest, "large");
  EXPECT_EQ(static_cast<int>(large["licences"]) +
                static_cast<int>(large["penalties"]) +
                static_cast<int>(large["complaints"]),
            2000);
}

TEST(GeneratorTest, RenamesAndMergesAreManyAndDated) {
  TempDirectory directory;
  ASSERT_THAT(Generate(Options(2000), directory.path()), IsOk());
  const nlohmann::json manifest = Manifest(directory);
  const nlohmann::json& facts = manifest["enterprise_facts"];
  EXPECT_THAT(static_cast<int>(facts["renamed"]), Ge(200));
  EXPECT_THAT(static_cast<int>(facts["merged"]), Ge(20));
  for (const Row& row : ReadCsv(directory / "enterprise.csv")) {
    for (const std::size_t column : {kEntCym, kEntCydm}) {
      for (const absl::string_view past :
           absl::StrSplit(row[column], ';', absl::SkipEmpty())) {
        const std::vector<std::string> parts = absl::StrSplit(past, '|');
        ASSERT_EQ(parts.size(), 3u) << row[column];
        EXPECT_THAT(ParseFeedDate(parts[1]), IsOk()) << row[column];
        EXPECT_THAT(parts[2], ::testing::AnyOf("名称变更", "合并", "换发代码"));
      }
    }
  }
  EXPECT_TRUE(InRole(manifest, "renamed").contains("former_name"));
  EXPECT_TRUE(InRole(manifest, "merged").contains("former_uscc"));
  EXPECT_TRUE(InRole(manifest, "recoded").contains("former_uscc"));
  EXPECT_EQ(InRole(manifest, "deregistered")["status"], "注销");
}

// (agency, document, licence number, party): what a registry keys records by.
TEST(GeneratorTest, NaturalKeysOfCleanRowsDiffer) {
  TempDirectory directory;
  ASSERT_THAT(Generate(Options(2000), directory.path()), IsOk());
  const nlohmann::json files = Manifest(directory)["files"];
  std::set<std::vector<std::string>> keys;
  std::uint64_t rows = 0;
  for (const Row& row : ReadCsv(directory / "licence.csv")) {
    if (IsDirty(row, kXkBz)) continue;
    ++rows;
    keys.insert({row[kXkXkjgdm], row[kXkWsh], row[kXkXkbh], row[kXkXdrMc],
                 row[kXkXdrShxym]});
  }
  EXPECT_EQ(keys.size() + static_cast<std::size_t>(
                              files["licence.csv"]["dirty"]["duplicate_row"]),
            rows);
  keys.clear();
  rows = 0;
  for (const Row& row : ReadCsv(directory / "penalty.csv")) {
    if (IsDirty(row, kCfBz)) continue;
    ++rows;
    keys.insert({row[kCfCfjgdm], row[kCfWsh], row[kCfXdrMc], row[kCfXdrShxym]});
  }
  EXPECT_EQ(keys.size() + static_cast<std::size_t>(
                              files["penalty.csv"]["dirty"]["duplicate_row"]),
            rows);
}

TEST(GeneratorTest, FinesAgreeWithTheirTexts) {
  TempDirectory directory;
  ASSERT_THAT(Generate(Options(2000), directory.path()), IsOk());
  int fines = 0;
  for (const Row& row : ReadCsv(directory / "penalty.csv")) {
    const bool fined = absl::StrContains(row[kCfCflb], "罚款");
    if (row[kCfBz] == "造数：fine_missing") {
      EXPECT_TRUE(fined);
      EXPECT_EQ(row[kCfNrFk], "");
      continue;
    }
    EXPECT_EQ(fined, !row[kCfNrFk].empty()) << row[kCfCflb];
    if (!fined) continue;
    ++fines;
    // 0.123456 万元 is 1234.56 yuan.
    std::string digits = row[kCfNrFk];
    const std::size_t point = digits.find('.');
    ASSERT_EQ(digits.size() - point, 7u) << digits;
    digits.erase(point, 1);
    const long long fen = std::stoll(digits);
    const std::string yuan = absl::StrCat(
        fen / 100, ".", absl::Dec(fen % 100, absl::kZeroPad2), "元");
    EXPECT_THAT(row[kCfNr], HasSubstr(absl::StrCat("处罚款人民币", yuan)));
  }
  EXPECT_GT(fines, 500);
}

TEST(GeneratorTest, MarkersStandInEveryPlaceThatMustBeSealed) {
  TempDirectory directory;
  ASSERT_THAT(Generate(Options(2000), directory.path()), IsOk());
  const nlohmann::json manifest = Manifest(directory);
  absl::flat_hash_set<std::string> ids, mobiles;
  for (const nlohmann::json& marker : manifest["markers"]) {
    ids.insert(std::string(marker["id_number"]));
    mobiles.insert(std::string(marker["mobile"]));
  }
  int representatives = 0, telephones = 0, complainants = 0, texts = 0;
  for (const Row& row : ReadCsv(directory / "enterprise.csv")) {
    representatives += ids.contains(row[kEntLerepZjhm]) ? 1 : 0;
    telephones += mobiles.contains(row[kEntTel]) ? 1 : 0;
  }
  for (const Row& row : ReadCsv(directory / "complaint.csv")) {
    complainants += ids.contains(row[kTsTsrZjhm]) ? 1 : 0;
    if (FindPersonalNumbers(row[kTsSs]).empty()) continue;
    // A marker's mobile and ID, and nobody else's.
    ++texts;
    EXPECT_EQ(FindPersonalNumbers(row[kTsSs]).size(), 2u) << row[kTsSs];
    EXPECT_THAT(row[kTsSs], HasSubstr("我的手机1400000"));
  }
  EXPECT_GT(representatives, 2);
  EXPECT_GT(telephones, 2);
  EXPECT_GT(complainants, 10);
  EXPECT_GT(texts, 10);
}

TEST(GeneratorTest, NoOtherTextHoldsAPersonalNumber) {
  TempDirectory directory;
  ASSERT_THAT(Generate(Options(2000), directory.path()), IsOk());
  for (const Row& row : ReadCsv(directory / "penalty.csv")) {
    for (const std::size_t column : {kCfSy, kCfNr, kCfWsh, kCfNrZkdx}) {
      EXPECT_TRUE(FindPersonalNumbers(row[column]).empty()) << row[column];
    }
  }
  for (const Row& row : ReadCsv(directory / "licence.csv")) {
    EXPECT_TRUE(FindPersonalNumbers(row[kXkNr]).empty()) << row[kXkNr];
  }
}

TEST(GeneratorTest, ClassesAreInTheirShares) {
  TempDirectory directory;
  GeneratorOptions options = Options(20000);
  options.records_per_thousand = 100;
  ASSERT_THAT(Generate(options, directory.path()), IsOk());
  const nlohmann::json classes = Manifest(directory)["classes"];
  EXPECT_NEAR(static_cast<double>(classes["A"]) / 20000, 0.65, 0.02);
  EXPECT_NEAR(static_cast<double>(classes["B"]) / 20000, 0.25, 0.02);
  EXPECT_NEAR(static_cast<double>(classes["C"]) / 20000, 0.08, 0.01);
  EXPECT_NEAR(static_cast<double>(classes["D"]) / 20000, 0.02, 0.005);
}

// Storage figures depend on it: text that compresses better or worse than the
// real one would flatter or shame.
TEST(GeneratorTest, CompressesAsRealFilesDo) {
  TempDirectory directory;
  ASSERT_THAT(Generate(Options(10000), directory.path()), IsOk());
  std::uint64_t raw = 0, packed = 0;
  for (const char* file :
       {"enterprise.csv", "licence.csv", "penalty.csv", "complaint.csv"}) {
    const std::string from = directory / file;
    const std::string to = from + ".zst";
    const std::string command =
        absl::StrCat("zstd -3 -q -f '", from, "' -o '", to, "'");
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
    const std::uint64_t one = std::filesystem::file_size(from);
    const std::uint64_t two = std::filesystem::file_size(to);
    EXPECT_GE(one * 10, two * 45) << file;
    EXPECT_LE(one * 10, two * 85) << file;
    raw += one;
    packed += two;
  }
  EXPECT_GE(raw, packed * 5);
  EXPECT_LE(raw, packed * 7);
}

TEST(GeneratorTest, RefusesOptionsOutOfRange) {
  TempDirectory directory;
  EXPECT_THAT(Generate(Options(99), directory.path()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("enterprises: 99, want 100..25000000")));
  GeneratorOptions options = Options(100);
  options.records_per_thousand = 99;
  EXPECT_THAT(Generate(options, directory.path()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("records_per_thousand")));
  options = Options(100);
  options.codes_directory = directory / "none";
  EXPECT_THAT(Generate(options, directory.path()),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("divisions")));
}

}  // namespace
}  // namespace creditreg::generator
