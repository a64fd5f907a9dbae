// Keys of random values: they sort as their values do, they come back, and
// random bytes crash no decoder.

#include <cstdint>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "index/base/civil_day.h"
#include "index/codec/keys.h"
#include "tests/index/codec/test_random.h"

namespace creditreg {
namespace {

constexpr int kRounds = 20000;

// A field whose later values sort first.
template <typename T>
struct LaterFirst {
  T value;
  friend bool operator<(const LaterFirst& a, const LaterFirst& b) {
    return b.value < a.value;
  }
  friend bool operator==(const LaterFirst& a, const LaterFirst& b) {
    return a.value == b.value;
  }
};

// The characters on which the escape turns.
std::string RandomText(TestRandom* random) {
  return random->TextOf(absl::string_view("\0\x01\x02\xFE\xFF"
                                          "a",
                                          6),
                        4);
}

CivilDay RandomDay(TestRandom* random) {
  switch (random->Below(4)) {
    case 0:
      return CivilDay::Unknown();
    case 1:
      return CivilDay::OpenEnded();
    default:
      return CivilDay::FromDays(
          static_cast<std::int32_t>(random->Below(73047)) - 25567);
  }
}

// `make` gives a tuple of random fields, `encode` their key.
template <typename Make, typename Encode>
void ExpectKeysSortAsValues(const char* name, Make make, Encode encode) {
  using Value = decltype(make());
  std::vector<std::pair<Value, std::string>> kept;
  for (int i = 0; i < 300; ++i) {
    Value value = make();
    std::string key = encode(value);
    for (const auto& [other, other_key] : kept) {
      ASSERT_EQ(value < other, key < other_key)
          << name << " " << absl::BytesToHexString(key) << " "
          << absl::BytesToHexString(other_key);
      ASSERT_EQ(value == other, key == other_key)
          << name << " " << absl::BytesToHexString(key);
    }
    kept.emplace_back(std::move(value), std::move(key));
  }
}

TEST(KeysRandomTest, KeysOfNumbersSortAsTheirValues) {
  TestRandom random;
  const auto number = [&] { return std::make_tuple(random.Number()); };
  for (const auto encode : {EnterpriseHeadKey, RecordHeadKey, ChangeKey,
                            QuarantineKey, LinkBacklogKey}) {
    ExpectKeysSortAsValues("number", number, [encode](const auto& value) {
      return encode(std::get<0>(value));
    });
  }
}

TEST(KeysRandomTest, NewerVersionsSortFirst) {
  TestRandom random;
  const auto version = [&] {
    return std::make_tuple(random.Below(3),
                           LaterFirst<std::uint64_t>{random.Number()});
  };
  for (const auto encode : {EnterpriseVersionKey, RecordVersionKey}) {
    ExpectKeysSortAsValues("version", version, [encode](const auto& value) {
      return encode(std::get<0>(value), std::get<1>(value).value);
    });
  }
}

TEST(KeysRandomTest, KeysOfSeveralNumbersSortAsTheirValues) {
  TestRandom random;
  ExpectKeysSortAsValues(
      "sealed",
      [&] {
        return std::make_tuple(1 + random.Below(3), random.Below(3),
                               random.Number());
      },
      [](const auto& value) {
        return SealedKey(static_cast<SealedKind>(std::get<0>(value)),
                         std::get<1>(value), std::get<2>(value));
      });
  ExpectKeysSortAsValues(
      "import outcome",
      [&] { return std::make_tuple(random.Below(3), random.Number()); },
      [](const auto& value) {
        return ImportOutcomeKey(std::get<0>(value), std::get<1>(value));
      });
}

TEST(KeysRandomTest, KeysWithTextsSortAsTheirValues) {
  TestRandom random;
  const auto two_texts = [&] {
    return std::make_tuple(RandomText(&random), RandomText(&random));
  };
  for (const auto encode : {RequestKey, ImportKey}) {
    ExpectKeysSortAsValues("two texts", two_texts, [encode](const auto& value) {
      return encode(std::get<0>(value), std::get<1>(value));
    });
  }
  ExpectKeysSortAsValues(
      "request age",
      [&] {
        return std::make_tuple(random.Number() >> 1, RandomText(&random),
                               RandomText(&random));
      },
      [](const auto& value) {
        return RequestAgeKey(static_cast<std::int64_t>(std::get<0>(value)),
                             std::get<1>(value), std::get<2>(value));
      });
  const auto kind_text_number = [&] {
    return std::make_tuple(static_cast<std::uint8_t>(random.Below(3)),
                           RandomText(&random), random.Number());
  };
  for (const auto encode : {OldNumberKey, PendingLinkKey}) {
    ExpectKeysSortAsValues(
        "old number", kind_text_number, [encode](const auto& value) {
          return encode(std::get<0>(value), std::get<1>(value),
                        std::get<2>(value));
        });
  }
}

TEST(KeysRandomTest, KeysOfFixedBytesSortAsTheirValues) {
  TestRandom random;
  const auto bytes = [&](std::size_t size) {
    return random.Bytes(1) + std::string(size - 2, 'x') + random.Bytes(1);
  };
  ExpectKeysSortAsValues(
      "name key", [&] { return std::make_tuple(bytes(16), random.Number()); },
      [](const auto& value) {
        return NameKeyKey(std::get<0>(value), std::get<1>(value));
      });
  const auto hash = [&] { return std::make_tuple(bytes(32)); };
  for (const auto encode : {NaturalKeyKey, QuarantineHashKey}) {
    ExpectKeysSortAsValues("hash", hash, [encode](const auto& value) {
      return encode(std::get<0>(value));
    });
  }
  const auto code = [&] { return std::make_tuple(bytes(18)); };
  for (const auto encode : {CurrentCodeKey, FormerCodeKey}) {
    ExpectKeysSortAsValues("code", code, [encode](const auto& value) {
      return encode(std::get<0>(value));
    });
  }
  ExpectKeysSortAsValues(
      "meta", [&] { return std::make_tuple(random.Bytes(random.Below(3))); },
      [](const auto& value) { return MetaKey(std::get<0>(value)); });
}

TEST(KeysRandomTest, NewerDaysOfAFileSortFirst) {
  TestRandom random;
  ExpectKeysSortAsValues(
      "file list",
      [&] {
        return std::make_tuple(
            random.Below(3), static_cast<std::uint8_t>(random.Below(3)),
            LaterFirst<CivilDay>{RandomDay(&random)}, random.Number());
      },
      [](const auto& value) {
        return FileListKey({std::get<0>(value), std::get<1>(value),
                            Stretch::kUnlisted, std::get<2>(value).value,
                            std::get<3>(value)});
      });
}

TEST(KeysRandomTest, ValuesComeBack) {
  TestRandom random;
  for (int i = 0; i < kRounds; ++i) {
    const std::uint64_t a = random.Number();
    const std::uint64_t b = random.Number();
    const std::string text = RandomText(&random);
    ASSERT_EQ(DecodeNumberKey(Table::kChange, ChangeKey(a)).value(), a);
    const auto version =
        DecodeVersionKey(Table::kRecordVersion, RecordVersionKey(a, b)).value();
    ASSERT_EQ(version.number, a);
    ASSERT_EQ(version.sequence, b);
    ASSERT_EQ(DecodeTrailingNumber(Table::kOldNumber, OldNumberKey(3, text, a))
                  .value(),
              a);
    const auto age =
        DecodeRequestAgeKey(
            RequestAgeKey(static_cast<std::int64_t>(b >> 1), text, "me"))
            .value();
    ASSERT_EQ(age.recorded_us, static_cast<std::int64_t>(b >> 1));
    ASSERT_EQ(age.principal, text);
    ASSERT_EQ(age.id, "me");
    const CivilDay day = RandomDay(&random);
    const auto entry =
        DecodeFileListKey(FileListKey({a, 3, Stretch::kUnlisted, day, b}))
            .value();
    ASSERT_EQ(entry.enterprise_no, a);
    ASSERT_EQ(entry.family, 3);
    ASSERT_EQ(entry.stretch, Stretch::kUnlisted);
    ASSERT_EQ(entry.day, day);
    ASSERT_EQ(entry.record_no, b);
  }
}

// Whatever decodes must be the key that its fields make, so no two keys mean
// the same row.
void ExpectRefusedOrCanonical(const std::string& key) {
  const auto expect_same = [&](const std::string& again) {
    ASSERT_EQ(absl::BytesToHexString(again), absl::BytesToHexString(key));
  };
  const auto number = DecodeNumberKey(Table::kQuarantine, key);
  if (number.ok()) expect_same(QuarantineKey(*number));
  const auto version = DecodeVersionKey(Table::kEnterpriseVersion, key);
  if (version.ok()) {
    expect_same(EnterpriseVersionKey(version->number, version->sequence));
  }
  const auto file = DecodeFileListKey(key);
  if (file.ok()) {
    expect_same(FileListKey(*file));
  }
  const auto sealed = DecodeSealedKey(key);
  if (sealed.ok()) {
    expect_same(SealedKey(sealed->kind, sealed->number, sealed->sequence));
  }
  const auto age = DecodeRequestAgeKey(key);
  if (age.ok()) {
    expect_same(RequestAgeKey(age->recorded_us, age->principal, age->id));
  }
  const auto outcome = DecodeImportOutcomeKey(key);
  if (outcome.ok()) {
    expect_same(ImportOutcomeKey(outcome->number, outcome->sequence));
  }
  for (const Table table :
       {Table::kOldNumber, Table::kNameKey, Table::kPendingLink}) {
    const auto trailing = DecodeTrailingNumber(table, key);
    if (!trailing.ok()) {
      ASSERT_EQ(trailing.status().code(), absl::StatusCode::kDataLoss);
    }
  }
}

TEST(KeysRandomTest, RandomBytesAreRefusedOrAreTheirKey) {
  TestRandom random;
  const std::vector<std::string> prefixes = {
      "",
      TablePrefix(Table::kQuarantine),
      TablePrefix(Table::kEnterpriseVersion),
      TablePrefix(Table::kFileList),
      TablePrefix(Table::kSealed),
      TablePrefix(Table::kRequestAge) + std::string(8, '\0'),
      TablePrefix(Table::kImportOutcome),
      TablePrefix(Table::kOldNumber),
      TablePrefix(Table::kNameKey),
      TablePrefix(Table::kPendingLink),
  };
  for (int i = 0; i < kRounds; ++i) {
    const std::string& prefix = prefixes[random.Below(prefixes.size())];
    const std::size_t size = random.Below(32);
    ExpectRefusedOrCanonical(prefix + random.Bytes(size));
    // Mostly escapes.
    ExpectRefusedOrCanonical(
        prefix + random.TextOf(absl::string_view("\0\x01\xFF", 3), size));
  }
}

}  // namespace
}  // namespace creditreg
