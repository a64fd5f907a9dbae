#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "index/codec/value.h"
#include "tests/index/codec/storage_messages.h"
#include "tests/index/codec/test_random.h"

namespace creditreg {
namespace {

using ::google::protobuf::Descriptor;
using ::google::protobuf::FieldDescriptor;
using ::google::protobuf::Message;
using ::google::protobuf::util::MessageDifferencer;

std::string HexOf(const Message& message) {
  return absl::BytesToHexString(CanonicalBytes(message));
}

// Blanks only help the reader.
std::string Hex(absl::string_view spaced) {
  return absl::StrReplaceAll(spaced, {{" ", ""}});
}

TEST(CanonicalBytesTest, AnEmptyMessageIsEmpty) {
  EXPECT_EQ(CanonicalBytes(storage::v1::Record()), "");
}

TEST(CanonicalBytesTest, TextAndBytesHaveALength) {
  storage::v1::Document document;
  document.set_title("AB");
  document.set_sm3(std::string("\0\xFF", 2));
  EXPECT_EQ(HexOf(document), Hex("00000002 02 00000002 4142"
                                 "00000004 02 00000002 00ff"));
}

TEST(CanonicalBytesTest, IntegersAreEightBytes) {
  storage::v1::FormerCode code;
  code.set_until(-2);
  code.set_merged(true);
  EXPECT_EQ(HexOf(code), Hex("00000002 01 fffffffffffffffe"
                             "00000004 01 0000000000000001"));
  storage::v1::OldNumber number;
  number.set_kind(storage::v1::OLD_NUMBER_KIND_OTHER);
  EXPECT_EQ(HexOf(number), Hex("00000001 01 0000000000000008"));
  storage::v1::CurrentCodeRow row;
  row.set_enterprise_no(~std::uint64_t{0});
  EXPECT_EQ(HexOf(row), Hex("00000001 01 ffffffffffffffff"));
  storage::v1::Layout layout;
  layout.set_min_reader(0xFFFFFFFF);
  EXPECT_EQ(HexOf(layout), Hex("00000001 01 00000000ffffffff"));
}

TEST(CanonicalBytesTest, MessagesAndListsNest) {
  storage::v1::FileListRow row;
  row.add_spans()->set_from(3);
  row.add_spans();
  EXPECT_EQ(HexOf(row), Hex("00000001 04 00000002"
                            "0000000d 00000001 01 0000000000000003"
                            "00000000"));
  storage::v1::RawRow raw;
  raw.add_columns("A");
  raw.add_columns("");
  EXPECT_EQ(HexOf(raw), Hex("00000001 04 00000002 00000001 41 00000000"));
}

TEST(CanonicalBytesTest, FieldsAreInAscendingNumberNotInOrderOfDeclaration) {
  storage::v1::Record record;
  record.mutable_complaint();
  record.add_documents();
  record.set_family(storage::v1::FAMILY_COMPLAINT);
  EXPECT_EQ(HexOf(record), Hex("00000002 01 0000000000000003"
                               "00000006 04 00000001 00000000"
                               "0000000c 03 00000000"));
}

TEST(CanonicalBytesTest, PresenceCounts) {
  storage::v1::Penalty absent;
  storage::v1::Penalty zero;
  zero.set_fine_fen(0);
  EXPECT_EQ(HexOf(absent), "");
  EXPECT_EQ(HexOf(zero), Hex("00000007 01 0000000000000000"));
}

TEST(CanonicalBytesTest, TheDefaultOfAFieldWithoutPresenceIsLeftOut) {
  storage::v1::Agency agency;
  agency.set_name("");
  EXPECT_EQ(CanonicalBytes(agency), "");
}

TEST(CanonicalBytesTest, AnUnknownEnumValueIsItsNumber) {
  storage::v1::OldNumber number;
  number.set_kind(static_cast<storage::v1::OldNumberKind>(99));
  EXPECT_EQ(HexOf(number), Hex("00000001 01 0000000000000063"));
}

TEST(CanonicalBytesTest, EveryFieldOfEveryMessageCounts) {
  for (const NamedMessage& filled : FilledStorageMessages()) {
    const std::string all = CanonicalBytes(*filled.message);
    std::vector<const FieldDescriptor*> fields;
    filled.message->GetReflection()->ListFields(*filled.message, &fields);
    for (const FieldDescriptor* field : fields) {
      const MessagePointer less(filled.message->New());
      less->CopyFrom(*filled.message);
      less->GetReflection()->ClearField(less.get(), field);
      EXPECT_NE(CanonicalBytes(*less), all) << field->full_name();
    }
  }
}

// Values come from so few that pairs are equal, nearly equal, and different.
TEST(CanonicalBytesTest, EqualMessagesAndOnlyTheyGiveEqualBytes) {
  TestRandom random;
  int equal = 0;
  int different = 0;
  for (const Descriptor* type : AllStorageMessages()) {
    std::vector<std::pair<MessagePointer, std::string>> seen;
    for (int i = 0; i < 60; ++i) {
      MessagePointer message = NewMessage(*type);
      FillRandomly(message.get(), &random);
      std::string bytes = CanonicalBytes(*message);
      for (const auto& [other, other_bytes] : seen) {
        const bool same = MessageDifferencer::Equals(*message, *other);
        ASSERT_EQ(bytes == other_bytes, same)
            << type->full_name() << "\n"
            << message->ShortDebugString() << "\n"
            << other->ShortDebugString();
        ASSERT_EQ(EncodeValue(*message) == EncodeValue(*other), same);
        ++(same ? equal : different);
      }
      seen.emplace_back(std::move(message), std::move(bytes));
    }
  }
  EXPECT_GT(equal, 1000);
  EXPECT_GT(different, 1000);
}

}  // namespace
}  // namespace creditreg
