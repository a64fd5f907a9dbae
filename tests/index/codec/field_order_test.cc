#include "index/signature/field_order.h"

#include <memory>
#include <string>

#include "creditreg/storage/v1/rows.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/codec/value.h"
#include "tests/index/codec/storage_messages.h"
#include "tests/index/codec/test_random.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {
namespace {

TEST(FieldOrderTest, EveryStorageMessageComesBack) {
  for (const NamedMessage& named : FilledStorageMessages()) {
    const std::string bytes = CanonicalBytes(*named.message);
    const MessagePointer read = NewMessage(*named.message->GetDescriptor());
    ASSERT_THAT(ReadFieldOrder(bytes, read.get()), IsOk()) << named.name;
    EXPECT_EQ(read->SerializeAsString(), named.message->SerializeAsString())
        << named.name;
  }
}

TEST(FieldOrderTest, WhatIsTakenIsWhatWouldBeWritten) {
  TestRandom random;
  for (const google::protobuf::Descriptor* type : AllStorageMessages()) {
    for (int round = 0; round < 20; ++round) {
      const MessagePointer message = NewMessage(*type);
      FillRandomly(message.get(), &random);
      const std::string bytes = CanonicalBytes(*message);
      const MessagePointer read = NewMessage(*type);
      ASSERT_THAT(ReadFieldOrder(bytes, read.get()), IsOk());
      ASSERT_EQ(read->SerializeAsString(), message->SerializeAsString());
      for (int flip = 0; flip < 20 && !bytes.empty(); ++flip) {
        std::string changed = bytes;
        changed[random.Below(changed.size())] = static_cast<char>(random.U64());
        if (random.Below(4) == 0) changed.resize(random.Below(changed.size()));
        // Refused, or another message that is written just so.
        if (ReadFieldOrder(changed, read.get()).ok()) {
          ASSERT_EQ(CanonicalBytes(*read), changed) << type->full_name();
        }
      }
    }
  }
}

TEST(FieldOrderTest, MistakesAreRefused) {
  storage::v1::RecordEnding ending;
  const auto expect = [&](const std::string& bytes, const std::string& why) {
    EXPECT_THAT(
        ReadFieldOrder(bytes, &ending),
        StatusIs(absl::StatusCode::kInvalidArgument, "content: " + why));
  };
  const auto field = [](char number, char type, char last) {
    return std::string({0, 0, 0, number, type, 0, 0, 0, 0, 0, 0, 0, last});
  };
  EXPECT_THAT(ReadFieldOrder(field(1, 1, 2) + field(2, 1, 9), &ending), IsOk());
  EXPECT_EQ(ending.kind(), storage::v1::RecordEnding::KIND_ANNULLED);
  EXPECT_EQ(ending.day(), 9);
  expect(field(2, 1, 2) + field(1, 1, 9), "fields are not in their order");
  expect(field(1, 1, 2) + field(1, 1, 2), "fields are not in their order");
  expect(field(1, 2, 2), "a field of another type");
  expect(field(1, 1, 0), "a field that says nothing");
  expect(field(99, 1, 1),
         "a field that this program does not know, want a newer program");
  expect(field(1, 1, 2).substr(0, 8), "cut off, want the whole file");
  std::string large = field(2, 1, 1);
  large[5] = 1;
  expect(large, "a number out of its range");
}

}  // namespace
}  // namespace creditreg
