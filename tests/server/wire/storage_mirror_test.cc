// Proves that what callers send and what is stored are the same messages, but
// for dates and for what the registry itself computes.

#include <set>
#include <string>
#include <vector>

#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/v1/enterprise.pb.h"
#include "creditreg/v1/record.pb.h"
#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "server/wire/mirror.h"
#include "tests/server/wire/draft_cases.h"

namespace creditreg {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::util::MessageDifferencer;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Compares two messages and all below them.
class Comparison {
 public:
  void Compare(const Descriptor& wire, const Descriptor& storage) {
    if (!seen_.insert(storage.full_name()).second) return;
    SCOPED_TRACE(storage.full_name());
    EXPECT_EQ(wire.name(), storage.name());
    for (int i = 0; i < storage.field_count(); ++i) {
      const FieldDescriptor& field = *storage.field(i);
      const FieldDescriptor* twin = wire.FindFieldByName(field.name());
      ASSERT_NE(twin, nullptr) << field.name() << " is not on the wire";
      CompareFields(*twin, field);
    }
    for (int i = 0; i < wire.field_count(); ++i) {
      if (storage.FindFieldByNumber(wire.field(i)->number()) == nullptr) {
        wire_only_.insert(wire.field(i)->full_name());
      }
    }
  }

  const std::set<std::string>& wire_only() const { return wire_only_; }
  int dates() const { return dates_; }

 private:
  void CompareFields(const FieldDescriptor& wire,
                     const FieldDescriptor& storage) {
    SCOPED_TRACE(storage.name());
    EXPECT_EQ(wire.number(), storage.number());
    EXPECT_EQ(wire.is_repeated(), storage.is_repeated());
    EXPECT_EQ(wire.real_containing_oneof() != nullptr,
              storage.real_containing_oneof() != nullptr);
    if (IsMirroredDate(wire, storage)) {
      // Absent is unknown, which zero, 1970-01-01, is not.
      EXPECT_TRUE(storage.has_presence());
      ++dates_;
      return;
    }
    EXPECT_EQ(wire.type(), storage.type());
    EXPECT_EQ(wire.has_presence(), storage.has_presence());
    if (wire.message_type() != nullptr) {
      Compare(*wire.message_type(), *storage.message_type());
    }
    if (wire.enum_type() != nullptr) {
      CompareEnums(*wire.enum_type(), *storage.enum_type());
    }
  }

  static void CompareEnums(const EnumDescriptor& wire,
                           const EnumDescriptor& storage) {
    ASSERT_EQ(wire.value_count(), storage.value_count()) << wire.full_name();
    for (int i = 0; i < wire.value_count(); ++i) {
      EXPECT_EQ(wire.value(i)->name(), storage.value(i)->name());
      EXPECT_EQ(wire.value(i)->number(), storage.value(i)->number());
    }
  }

  std::set<std::string> seen_;
  std::set<std::string> wire_only_;
  int dates_ = 0;
};

TEST(StorageMirrorTest, TheTwoPackagesAgreeFieldByField) {
  Comparison comparison;
  comparison.Compare(*v1::Enterprise::descriptor(),
                     *storage::v1::Enterprise::descriptor());
  comparison.Compare(*v1::Record::descriptor(),
                     *storage::v1::Record::descriptor());
  comparison.Compare(*v1::PersonalFields::descriptor(),
                     *storage::v1::PersonalFields::descriptor());
  EXPECT_EQ(comparison.dates(), 31);
  // All of them OUTPUT ONLY: whoever adds one says here that it is not stored.
  EXPECT_THAT(
      comparison.wire_only(),
      ElementsAre(
          "creditreg.v1.Enterprise.etag",
          "creditreg.v1.Enterprise.first_received_at",
          "creditreg.v1.Enterprise.merged_into_uscc",
          "creditreg.v1.Enterprise.quality_flags",
          "creditreg.v1.Enterprise.recorded_at",
          "creditreg.v1.Enterprise.withheld_reason",
          "creditreg.v1.Record.changes", "creditreg.v1.Record.disputed",
          "creditreg.v1.Record.enterprise_uscc", "creditreg.v1.Record.etag",
          "creditreg.v1.Record.first_received_at",
          "creditreg.v1.Record.publicity", "creditreg.v1.Record.quality_flags",
          "creditreg.v1.Record.record_id", "creditreg.v1.Record.recorded_at",
          "creditreg.v1.Record.source_id", "creditreg.v1.Record.state",
          "creditreg.v1.Record.withdrawn_reason"));
}

TEST(StorageMirrorTest, DatesBecomeDays) {
  std::vector<Finding> findings;
  storage::v1::Record stored;
  WireToStorage(CleanPenalty().record(), "record", stored, findings);
  EXPECT_THAT(findings, IsEmpty());
  EXPECT_EQ(stored.penalty().decided_on(), 20148);
  EXPECT_EQ(stored.penalty().effective_until(), 2147483647);
  EXPECT_FALSE(stored.penalty().has_served_on());
  EXPECT_EQ(stored.penalty().fine_fen(), 200000);
  EXPECT_EQ(stored.party().category(),
            storage::v1::PARTY_CATEGORY_ORGANISATION);
}

TEST(StorageMirrorTest, WhatGoesInComesOut) {
  for (const v1::RecordInput& input :
       {CleanPenalty(), CleanLicence(), CleanComplaint(), CleanListing(),
        CleanReport()}) {
    std::vector<Finding> findings;
    storage::v1::Record stored;
    WireToStorage(input.record(), "record", stored, findings);
    v1::Record wire;
    StorageToWire(stored, wire);
    EXPECT_THAT(findings, IsEmpty());
    EXPECT_TRUE(MessageDifferencer::Equals(wire, input.record()))
        << wire.DebugString();
  }
}

TEST(StorageMirrorTest, ZeroAndAbsentStayApart) {
  v1::RecordInput input = CleanPenalty();
  input.mutable_record()->mutable_penalty()->set_fine_fen(0);
  input.mutable_record()->mutable_penalty()->set_decided_on("1970-01-01");
  std::vector<Finding> findings;
  storage::v1::Record stored;
  WireToStorage(input.record(), "record", stored, findings);
  EXPECT_TRUE(stored.penalty().has_fine_fen());
  EXPECT_FALSE(stored.penalty().has_confiscated_fen());
  EXPECT_TRUE(stored.penalty().has_decided_on());
  EXPECT_EQ(stored.penalty().decided_on(), 0);
}

TEST(StorageMirrorTest, AbsentFiguresAndThoseNotShownStayApart) {
  v1::RecordInput input = CleanReport();
  v1::OptionalFigures& given = *input.mutable_record()
                                    ->mutable_annual_report()
                                    ->mutable_optional_figures();
  given.mutable_assets_fen()->set_shown(true);
  given.mutable_tax_fen()->set_value(0);
  std::vector<Finding> findings;
  storage::v1::Record stored;
  WireToStorage(input.record(), "record", stored, findings);
  const storage::v1::OptionalFigures& figures =
      stored.annual_report().optional_figures();
  EXPECT_FALSE(figures.assets_fen().has_value());
  EXPECT_TRUE(figures.assets_fen().shown());
  EXPECT_TRUE(figures.tax_fen().has_value());
  EXPECT_FALSE(figures.tax_fen().shown());
  EXPECT_FALSE(figures.has_revenue_fen());
  EXPECT_EQ(figures.profit_fen().value(), -100);
  EXPECT_TRUE(stored.annual_report().transfers(0).has_after_bp());
  EXPECT_EQ(stored.annual_report().transfers(0).before_bp(), 10000);
  EXPECT_EQ(stored.annual_report().contributions(0).subscribed_on(),
            2147483647);
}

TEST(StorageMirrorTest, WhatTheRegistryComputesIsLeftOut) {
  v1::Enterprise enterprise = CleanEnterprise();
  enterprise.set_etag("0123456789abcdef");
  enterprise.add_quality_flags("X");
  std::vector<Finding> findings;
  storage::v1::Enterprise with;
  storage::v1::Enterprise without;
  WireToStorage(enterprise, "enterprise", with, findings);
  WireToStorage(CleanEnterprise(), "enterprise", without, findings);
  EXPECT_TRUE(MessageDifferencer::Equals(with, without));
}

TEST(StorageMirrorTest, WhatCannotBeStoredIsAFindingWithItsPath) {
  v1::RecordInput input = CleanPenalty();
  input.mutable_record()->mutable_penalty()->set_decided_on("2025/03/01");
  input.mutable_record()->mutable_penalty()->add_publications()->set_channel(
      static_cast<v1::ChannelPublication::Channel>(9));
  std::vector<Finding> findings;
  storage::v1::Record stored;
  WireToStorage(input.record(), "record", stored, findings);
  EXPECT_THAT(
      SaidOf(findings),
      ElementsAre(
          Said{Severity::kError, "record.penalty.decided_on", "DATE_FORM"},
          Said{Severity::kError, "record.penalty.publications[0].channel",
               "CHOICE"}));
  EXPECT_FALSE(stored.penalty().has_decided_on());
}

}  // namespace
}  // namespace creditreg
