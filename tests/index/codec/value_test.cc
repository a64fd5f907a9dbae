#include "index/codec/value.h"

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "gmock/gmock.h"
#include "google/protobuf/stubs/logging.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "index/codec/crypto.h"
#include "tests/index/codec/storage_messages.h"
#include "tests/index/codec/test_random.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {
namespace {

using ::google::protobuf::util::MessageDifferencer;
using ::testing::HasSubstr;
using ::testing::Not;

// Each line: message, value in hex, SM3 of its canonical bytes in hex.
constexpr char kGoldenFile[] =
    CREDITREG_SOURCE_DIR "/tests/golden/storage_values.txt";
constexpr char kHowToRenew[] =
    "The disk format has changed. If that is meant (a new message, or a new "
    "field before the first release), renew the file by\n"
    "  CREDITREG_RENEW_GOLDEN=1 "
    "build/tests/index/codec/value_test "
    "--gtest_filter=StorageValuesTest.*\n"
    "and say in the commit why old databases can still be read.";

std::string GoldenLine(const NamedMessage& filled) {
  return absl::StrCat(
      filled.name, " ", absl::BytesToHexString(EncodeValue(*filled.message)),
      " ", absl::BytesToHexString(Sm3(CanonicalBytes(*filled.message))));
}

void RenewGoldenFile() {
  std::ofstream file(kGoldenFile);
  file << "# Every storage message with all fields set: name, value in hex,\n"
          "# SM3 of its canonical bytes. Written by value_test.\n";
  for (const NamedMessage& filled : FilledStorageMessages()) {
    file << GoldenLine(filled) << "\n";
  }
}

// Lines by message name.
std::map<std::string, std::string> ReadGoldenFile() {
  std::map<std::string, std::string> lines;
  std::ifstream file(kGoldenFile);
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    const std::string name = line.substr(0, line.find(' '));
    EXPECT_TRUE(lines.emplace(name, line).second) << name << " stands twice";
  }
  return lines;
}

class StorageValuesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::getenv("CREDITREG_RENEW_GOLDEN") != nullptr) RenewGoldenFile();
    golden_ = ReadGoldenFile();
    ASSERT_FALSE(golden_.empty()) << kGoldenFile << " is missing or empty";
  }

  std::map<std::string, std::string> golden_;
};

TEST_F(StorageValuesTest, EveryMessageHasItsGoldenBytes) {
  for (const NamedMessage& filled : FilledStorageMessages()) {
    const auto found = golden_.find(filled.name);
    ASSERT_NE(found, golden_.end())
        << filled.name << " has no line. " << kHowToRenew;
    EXPECT_EQ(found->second, GoldenLine(filled)) << kHowToRenew;
  }
}

TEST_F(StorageValuesTest, EveryGoldenLineHasItsMessage) {
  std::set<std::string> names;
  for (const NamedMessage& filled : FilledStorageMessages()) {
    names.insert(filled.name);
  }
  for (const auto& [name, line] : golden_) {
    EXPECT_EQ(names.count(name), 1u)
        << name << " is no storage message any more. " << kHowToRenew;
  }
}

TEST_F(StorageValuesTest, GoldenBytesAreRead) {
  for (const NamedMessage& filled : FilledStorageMessages()) {
    const std::vector<std::string> columns =
        absl::StrSplit(golden_[filled.name], ' ');
    ASSERT_EQ(columns.size(), 3u) << filled.name;
    const MessagePointer read = NewMessage(*filled.message->GetDescriptor());
    ASSERT_THAT(DecodeValueInto(absl::HexStringToBytes(columns[1]), read.get()),
                IsOk())
        << filled.name;
    EXPECT_TRUE(MessageDifferencer::Equals(*read, *filled.message))
        << filled.name;
  }
}

TEST(FilledStorageMessagesTest, LeaveNoFieldOut) {
  std::map<std::string, std::set<int>> set;
  for (const NamedMessage& filled : FilledStorageMessages()) {
    std::vector<const google::protobuf::FieldDescriptor*> fields;
    filled.message->GetReflection()->ListFields(*filled.message, &fields);
    for (const auto* field : fields) {
      set[field->containing_type()->full_name()].insert(field->number());
    }
  }
  for (const google::protobuf::Descriptor* type : AllStorageMessages()) {
    EXPECT_EQ(set[type->full_name()].size(),
              static_cast<std::size_t>(type->field_count()))
        << type->full_name();
  }
}

TEST(ValueTest, IsAFormatByteAndProtobuf) {
  storage::v1::Agency agency;
  agency.set_name("A");
  agency.set_uscc("91");
  EXPECT_EQ(absl::BytesToHexString(EncodeValue(agency)),
            "01"  // format
            "0a01"
            "41"  // field 1, one byte
            "12023931");
}

TEST(ValueTest, AnEmptyMessageIsTheFormatByte) {
  EXPECT_EQ(EncodeValue(storage::v1::EmptyRow()), "\x01");
  EXPECT_THAT(DecodeValue<storage::v1::EmptyRow>("\x01"), IsOk());
}

TEST(ValueTest, EmptyIsDataLoss) {
  EXPECT_THAT(DecodeValue<storage::v1::Agency>(""),
              StatusIs(absl::StatusCode::kDataLoss,
                       "Agency value: empty, want a format byte"));
}

TEST(ValueTest, AnotherFormatByteIsDataLoss) {
  for (int byte = 0; byte < 256; ++byte) {
    if (byte == kProtobufFormat) continue;
    EXPECT_THAT(DecodeValue<storage::v1::Agency>(
                    std::string(1, static_cast<char>(byte))),
                StatusIs(absl::StatusCode::kDataLoss,
                         "Agency value: unknown format byte, want 0x01"));
  }
}

TEST(ValueTest, BytesOfNoMessageAreDataLossAndAreNotRepeated) {
  EXPECT_THAT(
      DecodeValue<storage::v1::Agency>("\x01\x0A\x10SECRET"),
      StatusIs(absl::StatusCode::kDataLoss,
               AllOf(HasSubstr("Agency value"), Not(HasSubstr("SECRET")))));
}

TEST(ValueTest, FieldsOfALaterProgramAreKept) {
  storage::v1::OldNumber later;
  later.set_kind(storage::v1::OLD_NUMBER_KIND_TAX);
  later.set_value("1");
  // Field 2 is known to both; field 1 is a varint here and unknown there.
  const std::string value = EncodeValue(later);
  CREDITREG_ASSERT_OK_AND_ASSIGN(const auto row,
                                 DecodeValue<storage::v1::EmptyRow>(value));
  EXPECT_EQ(EncodeValue(row), value);
}

TEST(ValueTest, RandomMessagesComeBack) {
  TestRandom random;
  for (const google::protobuf::Descriptor* type : AllStorageMessages()) {
    for (int i = 0; i < 100; ++i) {
      const MessagePointer message = NewMessage(*type);
      FillRandomly(message.get(), &random);
      const MessagePointer read = NewMessage(*type);
      ASSERT_THAT(DecodeValueInto(EncodeValue(*message), read.get()), IsOk());
      ASSERT_TRUE(MessageDifferencer::Equals(*read, *message))
          << type->full_name();
    }
  }
}

TEST(ValueTest, RandomBytesAreRefusedOrReadButNeverCrash) {
  const google::protobuf::LogSilencer no_utf8_complaints;
  TestRandom random;
  const std::vector<NamedMessage> filled = FilledStorageMessages();
  for (int i = 0; i < 20000; ++i) {
    const NamedMessage& original = filled[random.Below(filled.size())];
    std::string value = EncodeValue(*original.message);
    if (random.Below(2) == 0) {
      value = absl::StrCat("\x01", random.Bytes(random.Below(40)));
    } else {
      value[random.Below(value.size())] = static_cast<char>(random.U64());
    }
    const MessagePointer read = NewMessage(*original.message->GetDescriptor());
    const absl::Status status = DecodeValueInto(value, read.get());
    if (status.ok()) {
      CanonicalBytes(*read);
    } else {
      ASSERT_THAT(status, StatusIs(absl::StatusCode::kDataLoss));
    }
  }
}

}  // namespace
}  // namespace creditreg
