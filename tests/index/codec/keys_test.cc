#include "index/codec/keys.h"

#include <fstream>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/base/civil_day.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kUscc[] = "914403001922038216";
constexpr char kUsccHex[] = "393134343033303031393232303338323136";

// What the keys below name.
constexpr std::uint64_t kNumber = 0x0102030405060708;
constexpr char kNumberHex[] = "0102030405060708";

std::string Repeat(char c, int times) {
  return std::string(static_cast<std::size_t>(times), c);
}

std::string HexOf(absl::string_view bytes) {
  return absl::BytesToHexString(bytes);
}

// Blanks only help the reader; $N is kNumber, $C is kUscc.
std::string Hex(absl::string_view spaced) {
  return absl::StrReplaceAll(spaced,
                             {{" ", ""}, {"$N", kNumberHex}, {"$C", kUsccHex}});
}

CivilDay January5() { return CivilDay::FromYmd(2026, 1, 5).value(); }

TEST(KeysTest, BytesOfStoredTables) {
  EXPECT_EQ(HexOf(MetaKey("layout")), Hex("0001 01 6c61796f7574"));
  EXPECT_EQ(HexOf(EnterpriseHeadKey(kNumber)), Hex("0001 02 $N"));
  EXPECT_EQ(HexOf(EnterpriseVersionPrefix(kNumber)), Hex("0001 03 $N"));
  EXPECT_EQ(HexOf(EnterpriseVersionKey(kNumber, 2)),
            Hex("0001 03 $N fffffffffffffffd"));
  EXPECT_EQ(HexOf(RecordHeadKey(kNumber)), Hex("0001 04 $N"));
  EXPECT_EQ(HexOf(RecordVersionPrefix(kNumber)), Hex("0001 05 $N"));
  EXPECT_EQ(HexOf(RecordVersionKey(kNumber, 0x1122)),
            Hex("0001 05 $N ffffffffffffeedd"));
  EXPECT_EQ(HexOf(SealedKey(SealedKind::kEnterprise, kNumber, 2)),
            Hex("0001 06 01 $N 0000000000000002"));
  EXPECT_EQ(HexOf(SealedKey(SealedKind::kRecord, kNumber, 2)),
            Hex("0001 06 02 $N 0000000000000002"));
  EXPECT_EQ(HexOf(SealedKey(SealedKind::kQuarantine, kNumber, 0)),
            Hex("0001 06 03 $N 0000000000000000"));
  EXPECT_EQ(HexOf(ChangeKey(kNumber)), Hex("0001 07 $N"));
  EXPECT_EQ(HexOf(RequestKey("me", "r1")), Hex("0001 08 6d65 0001 7231 0001"));
  EXPECT_EQ(HexOf(RequestAgeKey(kNumber, "me", "r1")),
            Hex("0001 09 $N 6d65 0001 7231 0001"));
  EXPECT_EQ(HexOf(NaturalKeyKey(Repeat('\xAB', 32))),
            Hex("0001 0a abababababababab abababababababab"
                "abababababababab abababababababab"));
  EXPECT_EQ(HexOf(QuarantineKey(kNumber)), Hex("0001 0b $N"));
  EXPECT_EQ(HexOf(QuarantineHashKey(Repeat('\xCD', 32))),
            Hex("0001 0c cdcdcdcdcdcdcdcd cdcdcdcdcdcdcdcd"
                "cdcdcdcdcdcdcdcd cdcdcdcdcdcdcdcd"));
  EXPECT_EQ(HexOf(ImportKey("me", "i1")), Hex("0001 0d 6d65 0001 6931 0001"));
  EXPECT_EQ(HexOf(ImportOutcomePrefix(kNumber)), Hex("0001 0e $N"));
  EXPECT_EQ(HexOf(ImportOutcomeKey(kNumber, 3)),
            Hex("0001 0e $N 0000000000000003"));
  EXPECT_EQ(HexOf(LinkBacklogKey(kNumber)), Hex("0001 0f $N"));
  EXPECT_EQ(HexOf(ConfTablePrefix("gsxt")), Hex("0001 11 67737874 0001"));
  EXPECT_EQ(HexOf(ConfTableKey("gsxt", 2)),
            Hex("0001 11 67737874 0001 fffffffffffffffd"));
  EXPECT_EQ(HexOf(QualityCellPrefix(January5())), Hex("0001 12 80004fea"));
  EXPECT_EQ(HexOf(QualityCellKey(January5(), "s", "440000", 2)),
            Hex("0001 12 80004fea 73 0001 343430303030 0001 02"));
  EXPECT_EQ(HexOf(CaseKey(kNumber)), Hex("0001 13 $N"));
  EXPECT_EQ(HexOf(NationalCaseKey("X1")), Hex("0001 14 5831 0001"));
  EXPECT_EQ(HexOf(HeldStepPrefix("X1")), Hex("0001 15 5831 0001"));
  EXPECT_EQ(HexOf(HeldStepKey("X1", 3)),
            Hex("0001 15 5831 0001 0000000000000003"));
  EXPECT_EQ(HexOf(ReceiverKey("me")), Hex("0001 16 6d65 0001"));
}

TEST(KeysTest, BytesOfIndexes) {
  EXPECT_EQ(HexOf(CurrentCodeKey(kUscc)), Hex("0001 40 0001 $C"));
  EXPECT_EQ(HexOf(FormerCodeKey(kUscc)), Hex("0001 41 0001 $C"));
  EXPECT_EQ(HexOf(OldNumberPrefix(3, "44X")),
            Hex("0001 42 0001 03 343458 0001"));
  EXPECT_EQ(HexOf(OldNumberKey(3, "44X", kNumber)),
            Hex("0001 42 0001 03 343458 0001 $N"));
  EXPECT_EQ(HexOf(NameKeyPrefix(Repeat('\xEE', 16))),
            Hex("0001 43 0001 eeeeeeeeeeeeeeee eeeeeeeeeeeeeeee"));
  EXPECT_EQ(HexOf(NameKeyKey(Repeat('\xEE', 16), kNumber)),
            Hex("0001 43 0001 eeeeeeeeeeeeeeee eeeeeeeeeeeeeeee $N"));
  EXPECT_EQ(HexOf(FileListPrefix(kNumber)), Hex("0001 44 0001 $N"));
  EXPECT_EQ(HexOf(FileListPrefix(kNumber, 2, Stretch::kListed)),
            Hex("0001 44 0001 $N 02"));
  EXPECT_EQ(HexOf(FileListPrefix(kNumber, 2, Stretch::kUnlisted)),
            Hex("0001 44 0001 $N 82"));
  // 2026-01-05 is day 20458, 0x4fea.
  EXPECT_EQ(HexOf(FileListKey({kNumber, 2, Stretch::kListed, January5(), 9})),
            Hex("0001 44 0001 $N 02 7fffb015 0000000000000009"));
  EXPECT_EQ(HexOf(FileListKey({kNumber, 2, Stretch::kUnlisted, January5(), 9})),
            Hex("0001 44 0001 $N 82 7fffb015 0000000000000009"));
  EXPECT_EQ(HexOf(FileListKey(
                {kNumber, 2, Stretch::kListed, CivilDay::Unknown(), 9})),
            Hex("0001 44 0001 $N 02 ffffffff 0000000000000009"));
  EXPECT_EQ(HexOf(FileListKey(
                {kNumber, 2, Stretch::kListed, CivilDay::OpenEnded(), 9})),
            Hex("0001 44 0001 $N 02 00000000 0000000000000009"));
  EXPECT_EQ(HexOf(PendingLinkPrefix(0, kUscc)), Hex("0001 45 0001 00 $C 0001"));
  EXPECT_EQ(HexOf(PendingLinkKey(0, kUscc, kNumber)),
            Hex("0001 45 0001 00 $C 0001 $N"));
  EXPECT_EQ(HexOf(PersonPrefix(Repeat('\xCC', 16))),
            Hex("0001 46 0001 cccccccccccccccc cccccccccccccccc"));
  EXPECT_EQ(
      HexOf(PersonKey(Repeat('\xCC', 16), SealedKind::kEnterprise, kNumber, 1)),
      Hex("0001 46 0001 cccccccccccccccc cccccccccccccccc 01 $N 01"));
  EXPECT_EQ(HexOf(DuePrefix(January5())), Hex("0001 47 0001 80004fea"));
  EXPECT_EQ(HexOf(DueKey(January5(), 9)),
            Hex("0001 47 0001 80004fea 0000000000000009"));
  EXPECT_EQ(HexOf(UndecidedKey(kNumber)), Hex("0001 48 0001 $N"));
  EXPECT_EQ(HexOf(RecordCasePrefix(kNumber)), Hex("0001 49 0001 $N"));
  EXPECT_EQ(HexOf(RecordCaseKey(kNumber, 9)),
            Hex("0001 49 0001 $N 0000000000000009"));
  EXPECT_EQ(HexOf(CaseClockKey(January5(), 9)),
            Hex("0001 4a 0001 80004fea 0000000000000009"));
  EXPECT_EQ(HexOf(WithdrawalKey(kNumber)), Hex("0001 4b 0001 $N"));
  EXPECT_EQ(HexOf(CaseStepKey(kNumber)), Hex("0001 4c 0001 $N"));
}

TEST(KeysTest, PersonKeysAreReadBackAndOthersRefused) {
  const std::string key =
      PersonKey(Repeat('\xCC', 16), SealedKind::kRecord, kNumber, 5);
  const absl::StatusOr<PersonEntry> entry = DecodePersonKey(key);
  ASSERT_THAT(entry, IsOk());
  EXPECT_EQ(entry->kind, SealedKind::kRecord);
  EXPECT_EQ(entry->number, kNumber);
  EXPECT_EQ(entry->role, 5);
  for (std::size_t n = 0; n < key.size(); ++n) {
    EXPECT_THAT(DecodePersonKey(key.substr(0, n)),
                StatusIs(absl::StatusCode::kDataLoss));
  }
  std::string other = key;
  other[21] = 3;
  EXPECT_THAT(DecodePersonKey(other), StatusIs(absl::StatusCode::kDataLoss));
}

// The examples of KEYS.md, one for each table.
TEST(KeysTest, ExamplesOfTheDocumentAreTrue) {
  const std::vector<std::string> keys = {
      MetaKey("layout"),
      EnterpriseHeadKey(7),
      EnterpriseVersionKey(7, 258),
      RecordHeadKey(9),
      RecordVersionKey(9, 258),
      SealedKey(SealedKind::kRecord, 9, 258),
      ChangeKey(258),
      RequestKey("me", "r1"),
      RequestAgeKey(258, "me", "r1"),
      NaturalKeyKey(Repeat('\xAB', 32)),
      QuarantineKey(5),
      QuarantineHashKey(Repeat('\xCD', 32)),
      ImportKey("me", "i1"),
      ImportOutcomeKey(4, 258),
      LinkBacklogKey(7),
      ErasedKeyKey(258),
      ConfTableKey("gsxt", 258),
      QualityCellKey(January5(), "s", "440000", 2),
      CaseKey(7),
      NationalCaseKey("X1"),
      HeldStepKey("X1", 3),
      ReceiverKey("me"),
      CurrentCodeKey(kUscc),
      FormerCodeKey(kUscc),
      OldNumberKey(1, "44X", 7),
      NameKeyKey(Repeat('\xEE', 16), 7),
      FileListKey({7, 2, Stretch::kListed, January5(), 9}),
      FileListKey({7, 2, Stretch::kUnlisted, January5(), 9}),
      PendingLinkKey(1, "44X", 9),
      PersonKey(Repeat('\xCC', 16), SealedKind::kRecord, 9, 4),
      DueKey(January5(), 9),
      UndecidedKey(9),
      RecordCaseKey(9, 4),
      CaseClockKey(January5(), 4),
      WithdrawalKey(258),
      CaseStepKey(258),
  };
  std::vector<std::string> examples;
  std::ifstream document(CREDITREG_SOURCE_DIR "/index/codec/KEYS.md");
  for (std::string line; std::getline(document, line);) {
    if (absl::StartsWith(line, "    00 01 ")) examples.push_back(Hex(line));
  }
  std::vector<std::string> expected;
  expected.reserve(keys.size());
  for (const std::string& key : keys) expected.push_back(HexOf(key));
  EXPECT_EQ(examples, expected);
}

TEST(KeysTest, ZeroBytesInTextsAreEscaped) {
  EXPECT_EQ(HexOf(RequestKey(absl::string_view("a\0b", 3), "")),
            Hex("0001 08 61 00ff 62 0001 0001"));
}

TEST(KeysTest, PrefixOfATable) {
  EXPECT_EQ(HexOf(TablePrefix(Table::kMeta)), "000101");
  EXPECT_EQ(HexOf(TablePrefix(Table::kLinkBacklog)), "00010f");
  EXPECT_EQ(HexOf(TablePrefix(Table::kCurrentCode)), "0001400001");
  EXPECT_EQ(HexOf(TablePrefix(Table::kPendingLink)), "0001450001");
}

TEST(KeysTest, EndOfAPrefix) {
  EXPECT_EQ(HexOf(PrefixEnd("a")), "62");
  EXPECT_EQ(HexOf(PrefixEnd("a\xFF\xFF")), "62");
  EXPECT_EQ(HexOf(PrefixEnd("\xFE")), "ff");
  EXPECT_EQ(HexOf(PrefixEnd(absl::string_view("\x01\x7F", 2))), "0180");
  EXPECT_LT(RecordVersionKey(7, 0), PrefixEnd(RecordVersionPrefix(7)));
  EXPECT_GT(RecordVersionKey(8, ~std::uint64_t{0}),
            PrefixEnd(RecordVersionPrefix(7)));
}

TEST(KeysTest, NewestVersionAtOrBeforeIsTheNextKey) {
  const std::string want = RecordVersionKey(7, 5);
  EXPECT_LT(RecordVersionKey(7, 6), want);
  EXPECT_GT(RecordVersionKey(7, 4), want);
}

// One function that decodes keys, and a key it accepts.
struct Decoder {
  std::string name;
  std::string key;
  std::function<absl::Status(absl::string_view)> decode;
};

std::vector<Decoder> Decoders() {
  std::vector<Decoder> decoders = {
      {"file list", FileListKey({7, 2, Stretch::kListed, January5(), 9}),
       [](absl::string_view key) { return DecodeFileListKey(key).status(); }},
      {"due", DueKey(January5(), 9),
       [](absl::string_view key) { return DecodeDueKey(key).status(); }},
      {"conf table", ConfTableKey("gsxt", 7),
       [](absl::string_view key) { return DecodeConfTableKey(key).status(); }},
      {"quality cell", QualityCellKey(January5(), "s", "44", 2),
       [](absl::string_view key) {
         return DecodeQualityCellKey(key).status();
       }},
      {"held step", HeldStepKey("X1", 3),
       [](absl::string_view key) { return DecodeHeldStepKey(key).status(); }},
      {"record case", RecordCaseKey(7, 3),
       [](absl::string_view key) { return DecodeRecordCaseKey(key).status(); }},
      {"case clock", CaseClockKey(January5(), 3),
       [](absl::string_view key) { return DecodeCaseClockKey(key).status(); }},
      {"sealed", SealedKey(SealedKind::kRecord, 7, 2),
       [](absl::string_view key) { return DecodeSealedKey(key).status(); }},
      {"request age", RequestAgeKey(7, "me", absl::string_view("r\0001", 3)),
       [](absl::string_view key) { return DecodeRequestAgeKey(key).status(); }},
      {"import outcome", ImportOutcomeKey(7, 3),
       [](absl::string_view key) {
         return DecodeImportOutcomeKey(key).status();
       }},
  };
  const auto add = [&](Table table, std::string key, auto decode) {
    decoders.push_back({std::string(TableName(table)), std::move(key),
                        [table, decode](absl::string_view bytes) {
                          return decode(table, bytes).status();
                        }});
  };
  add(Table::kEnterpriseHead, EnterpriseHeadKey(7), DecodeNumberKey);
  add(Table::kRecordHead, RecordHeadKey(7), DecodeNumberKey);
  add(Table::kChange, ChangeKey(7), DecodeNumberKey);
  add(Table::kQuarantine, QuarantineKey(7), DecodeNumberKey);
  add(Table::kLinkBacklog, LinkBacklogKey(7), DecodeNumberKey);
  add(Table::kUndecided, UndecidedKey(7), DecodeNumberKey);
  add(Table::kCase, CaseKey(7), DecodeNumberKey);
  add(Table::kWithdrawal, WithdrawalKey(7), DecodeNumberKey);
  add(Table::kCaseStep, CaseStepKey(7), DecodeNumberKey);
  add(Table::kNationalCase, NationalCaseKey("X1"), DecodeTextKey);
  add(Table::kReceiver, ReceiverKey("me"), DecodeTextKey);
  add(Table::kEnterpriseVersion, EnterpriseVersionKey(7, 2), DecodeVersionKey);
  add(Table::kRecordVersion, RecordVersionKey(7, 2), DecodeVersionKey);
  add(Table::kOldNumber, OldNumberKey(3, "44", 7), DecodeTrailingNumber);
  add(Table::kNameKey, NameKeyKey(Repeat('n', 16), 7), DecodeTrailingNumber);
  add(Table::kPendingLink, PendingLinkKey(0, kUscc, 7), DecodeTrailingNumber);
  return decoders;
}

TEST(KeysTest, EveryTruncationIsDataLoss) {
  for (const Decoder& decoder : Decoders()) {
    ASSERT_THAT(decoder.decode(decoder.key), IsOk()) << decoder.name;
    for (std::size_t size = 0; size < decoder.key.size(); ++size) {
      EXPECT_THAT(decoder.decode(decoder.key.substr(0, size)),
                  StatusIs(absl::StatusCode::kDataLoss,
                           HasSubstr(decoder.name + " key: ")))
          << decoder.name << " cut to " << size;
    }
  }
}

TEST(KeysTest, AByteTooManyIsDataLoss) {
  for (const Decoder& decoder : Decoders()) {
    EXPECT_THAT(decoder.decode(decoder.key + '\0'),
                StatusIs(absl::StatusCode::kDataLoss))
        << decoder.name;
  }
}

TEST(KeysTest, AnotherPartitionTableOrGenerationIsDataLoss) {
  for (const Decoder& decoder : Decoders()) {
    const bool is_index = decoder.key[2] >= 0x40;
    for (std::size_t at = 0; at < (is_index ? 5u : 3u); ++at) {
      std::string key = decoder.key;
      key[at] = static_cast<char>(key[at] ^ 0x10);
      EXPECT_THAT(decoder.decode(key), StatusIs(absl::StatusCode::kDataLoss,
                                                HasSubstr("not of this table")))
          << decoder.name << " byte " << at;
    }
  }
}

TEST(KeysTest, EveryKeyIsRefusedByTheOtherDecoders) {
  const std::vector<Decoder> decoders = Decoders();
  for (const Decoder& one : decoders) {
    for (const Decoder& other : decoders) {
      if (one.name == other.name) continue;
      EXPECT_THAT(one.decode(other.key), StatusIs(absl::StatusCode::kDataLoss))
          << one.name << " reads " << other.name;
    }
  }
}

TEST(KeysTest, BadEscapesAreDataLoss) {
  const std::string start = TablePrefix(Table::kOldNumber) +
                            "\x03"
                            "44";
  const std::string number(8, '\x07');
  for (int escape = 0; escape < 256; ++escape) {
    std::string key = start + '\0' + static_cast<char>(escape);
    // After an escaped zero the text still has to end.
    if (escape == 0xFF) key += std::string("\0\x01", 2);
    key += number;
    const absl::Status status =
        DecodeTrailingNumber(Table::kOldNumber, key).status();
    if (escape == 0x01 || escape == 0xFF) {
      EXPECT_THAT(status, IsOk()) << escape;
    } else {
      EXPECT_THAT(status, StatusIs(absl::StatusCode::kDataLoss,
                                   HasSubstr("bad escape")))
          << escape;
    }
  }
}

TEST(KeysTest, AnUnknownSealedKindIsDataLoss) {
  for (const int kind : {0, 4, 255}) {
    std::string key = SealedKey(SealedKind::kRecord, 7, 2);
    key[3] = static_cast<char>(kind);
    EXPECT_THAT(DecodeSealedKey(key), StatusIs(absl::StatusCode::kDataLoss));
  }
}

TEST(KeysTest, ATimeBefore1970IsDataLoss) {
  std::string key = RequestAgeKey(7, "me", "r1");
  key[3] = '\x80';
  EXPECT_THAT(DecodeRequestAgeKey(key), StatusIs(absl::StatusCode::kDataLoss));
}

TEST(KeysTest, MessagesDoNotRepeatTheKey) {
  const std::string key = RequestAgeKey(7, "SECRET", "SECRET") + "SECRET";
  EXPECT_THAT(DecodeRequestAgeKey(key),
              StatusIs(absl::StatusCode::kDataLoss,
                       AllOf(HasSubstr("request age key: too long"),
                             Not(HasSubstr("SECRET")))));
}

TEST(KeysDeathTest, WrongArgumentsStopTheProcess) {
  EXPECT_DEATH(CurrentCodeKey("91440300"), "a code has 18 bytes");
  EXPECT_DEATH(NaturalKeyKey("short"), "a natural key has 32 bytes");
  EXPECT_DEATH(NameKeyKey("short", 1), "a name key has 16 bytes");
  EXPECT_DEATH(RequestAgeKey(-1, "me", "r1"), "after 1970");
  EXPECT_DEATH(PrefixEnd("\xFF\xFF"), "not 0xFF");
  EXPECT_DEATH((void)DecodeNumberKey(Table::kMeta, ""), "one number");
}

}  // namespace
}  // namespace creditreg
