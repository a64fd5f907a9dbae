// Verify: a whole registry has no fault, and no row can be lost, added or
// changed without one.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/codec/crypto.h"
#include "index/codec/keys.h"
#include "index/codec/value.h"
#include "index/registry/registry.h"
#include "index/registry/verify_relations.h"
#include "index/store/store.h"
#include "tests/index/registry/random_world.h"
#include "tests/index/registry/verify_mixture.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

// A message that names the table, as damaged or as what implies damage.
auto Names(Table table) {
  return Contains(HasSubstr(std::string(TableName(table))));
}

TEST_F(VerifyTest, AnEmptyRegistryIsWhole) {
  CREDITREG_ASSERT_OK_AND_ASSIGN(const VerifyReport report,
                                 registry_->Verify({}, nullptr));
  EXPECT_THAT(report.fault_messages, IsEmpty());
  EXPECT_EQ(report.faults, 0);
  EXPECT_EQ(report.sequence, 0);
}

TEST_F(VerifyTest, AMixtureIsWholeAlsoAfterARestart) {
  MakeMixture();
  for (const char* when : {"at once", "after a restart"}) {
    for (const bool open_sealed : {false, true}) {
      SCOPED_TRACE(absl::StrCat(when, ", open_sealed ", open_sealed));
      VerifyOptions options;
      options.open_sealed = open_sealed;
      CREDITREG_ASSERT_OK_AND_ASSIGN(const VerifyReport report,
                                     registry_->Verify(options, nullptr));
      EXPECT_THAT(report.fault_messages, IsEmpty());
      EXPECT_EQ(report.faults, 0);
      EXPECT_GT(report.rows_checked, 200);
      EXPECT_EQ(report.sequence, registry_->CurrentView()->sequence());
    }
    Reopen();
  }
}

TEST_F(VerifyTest, TheMixtureHasRowsInEveryTableButTheBacklog) {
  MakeMixture();
  OpenRows();
  for (int table = 1; table <= 0x4C; ++table) {
    const auto named = static_cast<Table>(table);
    if (TableName(named) == "unknown" || named == Table::kLinkBacklog) continue;
    EXPECT_THAT(RowsOf(named), Not(IsEmpty())) << TableName(named);
  }
}

TEST_F(VerifyTest, ABacklogUnderWayIsNoFaultAndWaitingWithoutItIs) {
  constexpr int kRecords = 1300;
  for (int i = 0; i < kRecords; i += 100) {
    SubmitRecords write;
    write.request = NewRequest();
    for (int k = i; k < i + 100; ++k) {
      write.records.emplace_back(
          LicenceOf(kCodeA, "甲公司", absl::StrCat(k, "号")));
    }
    ASSERT_THAT(Do(std::move(write)), IsOk());
  }
  ASSERT_THAT(Put(Firm(kCodeA, "甲公司")), IsOk());
  // Whether pieces of the backlog are done yet makes no difference.
  CREDITREG_ASSERT_OK_AND_ASSIGN(const VerifyReport report,
                                 registry_->Verify({}, nullptr));
  EXPECT_THAT(report.fault_messages, IsEmpty());
}

TEST_F(VerifyTest, ProgressNamesStagesAndCanStop) {
  MakeMixture();
  std::vector<std::string> stages;
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const VerifyReport report,
      registry_->Verify({}, [&](const VerifyProgress& progress) {
        if (stages.empty() || stages.back() != progress.stage) {
          stages.push_back(progress.stage);
        }
        return true;
      }));
  EXPECT_EQ(report.faults, 0);
  EXPECT_THAT(stages, ElementsAre("meta", "changes", "enterprises", "records",
                                  "cases", "indexes", "requests", "quarantine",
                                  "imports", "differences"));
  EXPECT_THAT(registry_->Verify({},
                                [](const VerifyProgress& progress) {
                                  return progress.stage != "records";
                                }),
              StatusIs(absl::StatusCode::kCancelled));
}

TEST_F(VerifyTest, ADestroyedKeyIsNoFaultAndOneThatNeverWasIs) {
  MakeMixture();
  OpenRows();
  storage::v1::SealedRow row;
  const Row stored = RowsOf(Table::kSealed).front();
  ASSERT_THAT(DecodeValueInto(stored.second, &row), IsOk());
  ASSERT_THAT(data_keys_->Destroy(row.data_key()), IsOk());
  EXPECT_THAT(Check(/*open_sealed=*/true).fault_messages, IsEmpty());
  row.set_data_key(1000000);
  PutRow(stored.first, EncodeValue(row));
  EXPECT_THAT(Check(/*open_sealed=*/true).fault_messages,
              Contains(HasSubstr("its data key is missing or damaged")));
}

TEST_F(VerifyTest, ANewKeyAfterADestroyedOneIsNoFault) {
  MakeMixture();
  OpenRows();
  storage::v1::SealedRow row;
  ASSERT_THAT(DecodeValueInto(RowsOf(Table::kSealed).front().second, &row),
              IsOk());
  ASSERT_THAT(data_keys_->Destroy(row.data_key()), IsOk());
  store_.reset();
  data_keys_.reset();
  Reopen();
  EnterpriseDraft a = Firm(kCodeA, "甲新公司");
  a.personal.emplace().set_telephone("14000007777");
  ASSERT_THAT(Put(a), IsOk());
  for (const bool open_sealed : {false, true}) {
    VerifyOptions options;
    options.open_sealed = open_sealed;
    CREDITREG_ASSERT_OK_AND_ASSIGN(const VerifyReport report,
                                   registry_->Verify(options, nullptr));
    EXPECT_THAT(report.fault_messages, IsEmpty());
  }
}

TEST_F(VerifyTest, FlippedCountersAreFaults) {
  MakeMixture();
  OpenRows();
  const storage::v1::Counters good = counters_;
  const auto* reflection = storage::v1::Counters::GetReflection();
  const auto* descriptor = storage::v1::Counters::descriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const auto* field = descriptor->field(i);
    for (const int by : {-1, 1}) {
      counters_ = good;
      switch (field->cpp_type()) {
        case google::protobuf::FieldDescriptor::CPPTYPE_UINT64: {
          // Numbers not given out yet are not counted.
          const bool may_be_larger = absl::StartsWith(field->name(), "next_")
                                         ? field->name() != "next_import_no"
                                         : field->name() == "data_key_slots";
          if (may_be_larger && by > 0) {
            continue;
          }
          reflection->SetUInt64(&counters_, field,
                                reflection->GetUInt64(good, field) +
                                    static_cast<std::uint64_t>(by));
          break;
        }
        case google::protobuf::FieldDescriptor::CPPTYPE_INT64:
          reflection->SetInt64(&counters_, field,
                               reflection->GetInt64(good, field) + by);
          break;
        case google::protobuf::FieldDescriptor::CPPTYPE_INT32:
          reflection->SetInt32(&counters_, field,
                               reflection->GetInt32(good, field) + by);
          break;
        default:
          reflection->SetString(&counters_, field, Sm3("other"));
      }
      PutRow(MetaKey("counters"), EncodeValue(counters_));
      EXPECT_GT(Check().faults, 0) << field->name() << " " << by;
    }
  }
}

TEST_F(VerifyTest, ABrokenChainIsToldOnce) {
  MakeMixture();
  OpenRows();
  EditRow<storage::v1::Change>(ChangeKey(5), [](storage::v1::Change& change) {
    change.set_purpose("another");
  });
  const VerifyReport report = Check();
  EXPECT_EQ(report.faults, 1);
  EXPECT_THAT(report.fault_messages,
              ElementsAre("change: chain_hash does not hold (1 times, first at "
                          "5)"));
}

TEST_F(VerifyTest, AChainBuiltAnewDoesNotEndAsCountersSay) {
  MakeMixture();
  OpenRows();
  const Row last = RowsOf(Table::kChange).back();
  DeleteRow(last.first);
  counters_.set_sequence(counters_.sequence() - 1);
  PutRow(MetaKey("counters"), EncodeValue(counters_));
  EXPECT_THAT(Check().fault_messages,
              Contains(HasSubstr("chain does not end as counters say")));
}

TEST_F(VerifyTest, HeadsThatSaySomethingElseAreFaults) {
  MakeMixture();
  OpenRows();
  const Row good = {EnterpriseHeadKey(firm_a_), ""};
  const std::vector<Row> heads = RowsOf(Table::kEnterpriseHead);
  using Head = storage::v1::EnterpriseHead;
  const std::vector<void (*)(Head&)> edits = {
      [](Head& head) { head.set_licences(head.licences() + 1); },
      [](Head& head) { head.set_penalties(head.penalties() - 1); },
      [](Head& head) { head.set_complaints(7); },
      [](Head& head) { head.set_listings(7); },
      [](Head& head) { head.set_annual_reports(7); },
      [](Head& head) { head.set_latest_day(head.latest_day() + 1); },
      [](Head& head) { head.clear_latest_day(); },
      [](Head& head) { head.set_data_key(head.data_key() + 1); },
      [](Head& head) { head.set_version_sequence(1); },
      [](Head& head) { head.set_file_sequence(1); },
      [](Head& head) { head.set_file_sequence(1000000); },
  };
  for (std::size_t i = 0; i < edits.size(); ++i) {
    EditRow<Head>(good.first, edits[i]);
    EXPECT_THAT(Check().fault_messages, Names(Table::kEnterpriseHead)) << i;
    for (const Row& head : heads) PutRow(head.first, head.second);
  }
  EXPECT_EQ(Check().faults, 0);
}

TEST_F(VerifyTest, VersionsThatSaySomethingElseAreFaults) {
  MakeMixture();
  OpenRows();
  using Version = storage::v1::RecordVersion;
  const std::vector<void (*)(Version&)> edits = {
      [](Version& v) {
        v.mutable_content()->mutable_penalty()->set_facts("x");
      },
      [](Version& v) { v.set_state(storage::v1::RECORD_STATE_WITHDRAWN); },
      [](Version& v) { v.set_enterprise_no(v.enterprise_no() + 1); },
      [](Version& v) { v.set_correction_reason("x"); },
      [](Version& v) { v.set_personal_tax_mac(std::string(16, 'x')); },
      [](Version& v) { v.mutable_info()->set_recorded_us(1); },
      [](Version& v) { v.mutable_info()->set_first_received_us(1); },
      [](Version& v) { v.mutable_info()->set_personal_sequence(1); },
      [](Version& v) { v.mutable_info()->set_personal_mac("x"); },
      [](Version& v) { v.mutable_info()->add_numbers()->set_role(1); },
  };
  for (const Row& row : RowsOf(Table::kRecordVersion)) {
    CREDITREG_ASSERT_OK_AND_ASSIGN(
        const NumberAndSequence key,
        DecodeVersionKey(Table::kRecordVersion, row.first));
    if (key.number != moved_record_) continue;
    for (std::size_t i = 0; i < edits.size(); ++i) {
      EditRow<Version>(row.first, edits[i]);
      EXPECT_THAT(Check().fault_messages, Names(Table::kRecordVersion))
          << i << " at " << key.sequence;
      PutRow(row.first, row.second);
    }
  }
  EXPECT_EQ(Check().faults, 0);
}

TEST_F(VerifyTest, KeysThatShouldBeGoneAreFaults) {
  MakeMixture();
  OpenRows();
  const std::vector<Row> erased = RowsOf(Table::kErasedKey);
  ASSERT_EQ(erased.size(), 3u);
  // The change still says that it was erased.
  DeleteRow(erased[0].first);
  EXPECT_THAT(Check().fault_messages,
              ElementsAre(StartsWith("erased key: missing for a row of change "
                                     "(1 times")));
  PutRow(erased[0].first, erased[0].second);
  // One that is there, and that nobody erased.
  CREDITREG_ASSERT_OK_AND_ASSIGN(const DataKeyStore::NewKey key,
                                 data_keys_->Add());
  counters_.set_data_key_slots(key.slot + 1);
  WriteBatch batch;
  batch.Put(MetaKey("counters"), EncodeValue(counters_));
  ASSERT_THAT(store_->Write(batch), IsOk());
  PutRow(ErasedKeyKey(key.slot), erased[0].second);
  EXPECT_THAT(Check().fault_messages,
              ElementsAre(StartsWith("erased key: its data key is not "
                                     "destroyed (1 times"),
                          StartsWith("erased key: extra, implied by no row of "
                                     "change (1 times")));
}

TEST_F(VerifyTest, OnlyOpeningShowsThatSealedFieldsAreOthers) {
  MakeMixture();
  OpenRows();
  // Two sealed rows, of one enterprise and with one key, change places: each
  // opens only where it was sealed.
  const std::vector<Row> rows = RowsOf(Table::kSealed);
  ASSERT_GE(rows.size(), 2);
  PutRow(rows[0].first, rows[1].second);
  PutRow(rows[1].first, rows[0].second);
  EXPECT_THAT(Check(true).fault_messages,
              Contains(StartsWith("sealed: does not open")));
  EXPECT_THAT(Check(false).fault_messages,
              ElementsAre(StartsWith("sealed: differs from what a row of "
                                     "change implies")));
}

TEST_F(VerifyTest, AMessageSaysWhichRuleAndHowOften) {
  MakeMixture();
  OpenRows();
  const std::vector<Row> codes = RowsOf(Table::kCurrentCode);
  ASSERT_GE(codes.size(), 3);
  DeleteRow(codes[0].first);
  DeleteRow(codes[1].first);
  storage::v1::CurrentCodeRow other;
  other.set_enterprise_no(1000);
  PutRow(codes[2].first, EncodeValue(other));
  PutRow(CurrentCodeKey("91110000802100433B"), EncodeValue(other));
  const VerifyReport report = Check();
  EXPECT_EQ(report.faults, 4);
  EXPECT_THAT(
      report.fault_messages,
      ElementsAre(StartsWith("current code: missing for a row of enterprise "
                             "version (2 times, first at "),
                  StartsWith("current code: differs from what a row of "
                             "enterprise version implies (1 times"),
                  "current code: extra, implied by no row of enterprise "
                  "version (1 times)"));
  for (const std::string& message : report.fault_messages) {
    EXPECT_THAT(message, Not(HasSubstr("9144")));
  }
}

TEST_F(VerifyTest, RowsOfNoTableAreFaults) {
  OpenRows();
  const std::vector<std::string> keys = {
      std::string("\0\1\x3Fx", 4), std::string("\0\1\x7Fx", 4),
      std::string("\0\2\1x", 4), std::string("\xFFx"),
      // Another generation of an index.
      std::string("\0\1\x41\0\2x", 6)};
  for (const std::string& key : keys) {
    PutRow(key, "x");
    EXPECT_THAT(Check().fault_messages,
                ElementsAre(StartsWith("meta: rows that belong to no table")));
    DeleteRow(key);
  }
  EXPECT_EQ(Check().faults, 0);
}

TEST_F(VerifyTest, ARecordThatWaitsForAKnownEnterpriseIsAFault) {
  MakeMixture();
  OpenRows();
  // As if linking had forgotten it: a code row appears without the linking.
  std::string code_key;
  for (const Row& row : RowsOf(Table::kPendingLink)) {
    if (row.first[5] != '\0') continue;
    code_key = CurrentCodeKey(row.first.substr(6, 18));
  }
  ASSERT_FALSE(code_key.empty());
  storage::v1::CurrentCodeRow row;
  row.set_enterprise_no(firm_a_);
  PutRow(code_key, EncodeValue(row));
  EXPECT_THAT(Check().fault_messages,
              Contains(HasSubstr("waits though its enterprise is known")));
  storage::v1::LinkBacklogRow backlog;
  backlog.set_started_sequence(1);
  PutRow(LinkBacklogKey(firm_a_), EncodeValue(backlog));
  EXPECT_THAT(Check().fault_messages,
              Not(Contains(HasSubstr("waits though its enterprise is known"))));
}

TEST_F(VerifyTest, RandomWritesLeaveAWholeRegistry) {
  for (const std::uint64_t seed : {1, 2, 3}) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    RandomWorld world(seed);
    std::uint64_t records = 1;
    for (int i = 0; i < 250; ++i) {
      clock_.Advance(absl::Minutes(world.Below(200)));
      const std::uint64_t kind = world.Below(11);
      // Refusals are part of it: they must leave nothing behind.
      if (kind < 3) {
        (void)Put(world.MakeEnterprise());
      } else if (kind < 7) {
        const absl::StatusOr<WriteResult> added = Add(world.MakeRecord());
        if (added.ok()) records = std::max(records, added->record_no);
      } else if (kind == 7) {
        CorrectRecord write;
        write.request = NewRequest();
        write.record_no = 1 + world.Below(records);
        write.draft = world.MakeRecord();
        write.has_personal = world.Chance(60);
        write.reason = "更正";
        (void)Do(std::move(write));
      } else if (kind == 8) {
        WithdrawRecord write;
        write.request = NewRequest();
        write.record_no = 1 + world.Below(records);
        write.reason = "撤回";
        (void)Do(std::move(write));
      } else if (kind == 9) {
        ErasePersonal write;
        write.request = NewRequest();
        write.kind = static_cast<SealedKind>(1 + world.Below(3));
        write.number =
            1 + world.Below(write.kind == SealedKind::kRecord ? records : 10);
        write.reason = "依申请";
        (void)Do(std::move(write));
      } else {
        WithholdEnterprise write;
        write.request = NewRequest();
        write.enterprise_no = 1 + world.Below(10);
        write.withheld = world.Chance(50);
        (void)Do(std::move(write));
      }
    }
    for (const bool open_sealed : {false, true}) {
      VerifyOptions options;
      options.open_sealed = open_sealed;
      CREDITREG_ASSERT_OK_AND_ASSIGN(const VerifyReport report,
                                     registry_->Verify(options, nullptr));
      EXPECT_THAT(report.fault_messages, IsEmpty());
      EXPECT_GT(report.sequence, 100);
    }
  }
}

TEST(SipHashTest, TheVectorsOfItsAuthorsHold) {
  // From the reference implementation: key and message 00 01 02 ...
  Key128 key;
  std::string message;
  for (std::size_t i = 0; i < 16; ++i) {
    key[i] = static_cast<unsigned char>(i);
    message.push_back(static_cast<char>(i));
  }
  EXPECT_EQ(SipHash(key, ""), 0x726fdb47dd0e0e31u);
  EXPECT_EQ(SipHash(key, message.substr(0, 1)), 0x74f839c593dc67fdu);
  EXPECT_EQ(SipHash(key, message.substr(0, 8)), 0x93f5f5799a932462u);
  EXPECT_EQ(SipHash(key, message.substr(0, 15)), 0xa129ca6149be45e5u);
}

std::int64_t TimeOf(absl::string_view request) {
  const auto row = DecodeValue<storage::v1::RequestRow>(request);
  return row.ok() ? row->recorded_us() : -1;
}

// Damage of every kind to every row of one table.
class VerifyTableTest : public VerifyTest,
                        public testing::WithParamInterface<Table> {};

TEST_P(VerifyTableTest, NoRowCanBeLost) {
  MakeMixture();
  OpenRows();
  for (const Row& row : RowsOf(GetParam())) {
    DeleteRow(row.first);
    EXPECT_THAT(Check(true).fault_messages, Names(GetParam()));
    // The keys a person's record had before are told by sealed fields only.
    if (GetParam() != Table::kNaturalKey) {
      EXPECT_THAT(Check(false).fault_messages, Names(GetParam()));
    }
    PutRow(row.first, row.second);
  }
  EXPECT_EQ(Check().faults, 0);
}

TEST_P(VerifyTableTest, NoRowCanBeSpoilt) {
  MakeMixture();
  OpenRows();
  for (const Row& row : RowsOf(GetParam())) {
    for (const char* value : {"", "\x02", "\x01\xFF\xFF"}) {
      PutRow(row.first, value);
      EXPECT_THAT(Check(true).fault_messages, Names(GetParam()));
    }
    PutRow(row.first, row.second);
  }
  EXPECT_EQ(Check().faults, 0);
}

TEST_P(VerifyTableTest, NoRowCanBeAdded) {
  MakeMixture();
  OpenRows();
  std::vector<Row> rows = RowsOf(GetParam());
  if (GetParam() == Table::kLinkBacklog) {
    storage::v1::LinkBacklogRow backlog;
    rows = {{LinkBacklogKey(firm_a_), EncodeValue(backlog)}};
  }
  for (const Row& row : rows) {
    // Which keys an erased person's record had, nobody can tell any more.
    storage::v1::NaturalKeyRow of_person;
    of_person.set_record_no(erased_record_);
    if (GetParam() == Table::kNaturalKey &&
        row.second == EncodeValue(of_person)) {
      continue;
    }
    // A likely place, far away, and a key that is none.
    std::string other = row.first;
    other[other.size() - 8] ^= 0x40;
    for (const std::string& key : {other, absl::StrCat(row.first, "x")}) {
      PutRow(key, row.second);
      EXPECT_THAT(Check(true).fault_messages, Names(GetParam()));
      DeleteRow(key);
    }
  }
  EXPECT_EQ(Check().faults, 0);
}

TEST_P(VerifyTableTest, NoRowCanTakeTheValueOfAnother) {
  MakeMixture();
  OpenRows();
  const std::vector<Row> rows = RowsOf(GetParam());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string& value = rows[(i + 1) % rows.size()].second;
    if (value == rows[i].second) continue;
    // Answers to requests are tied to their time only.
    if (GetParam() == Table::kRequest &&
        TimeOf(value) == TimeOf(rows[i].second)) {
      continue;
    }
    PutRow(rows[i].first, value);
    EXPECT_THAT(Check(true).fault_messages, Names(GetParam()));
    PutRow(rows[i].first, rows[i].second);
  }
  EXPECT_EQ(Check().faults, 0);
}

TEST_F(VerifyTest, AnOpaqueNaturalKeyIsStillCheckedAsFarAsItCanBe) {
  MakeMixture();
  OpenRows();
  // Without opening, a person's record must be reached by the key in its head.
  for (const Row& row : RowsOf(Table::kRecordHead)) {
    storage::v1::RecordHead head;
    ASSERT_THAT(DecodeValueInto(row.second, &head), IsOk());
    const std::string key = NaturalKeyKey(head.natural_key());
    storage::v1::NaturalKeyRow other;
    for (const std::uint64_t number : {1, 1000}) {
      CREDITREG_ASSERT_OK_AND_ASSIGN(
          const std::uint64_t own,
          DecodeNumberKey(Table::kRecordHead, row.first));
      if (own == number) continue;
      other.set_record_no(number);
      PutRow(key, EncodeValue(other));
      EXPECT_THAT(Check(false).fault_messages, Names(Table::kNaturalKey));
    }
    other.set_record_no(0);
    DeleteRow(key);
    EXPECT_THAT(Check(false).fault_messages, Names(Table::kNaturalKey));
    CREDITREG_ASSERT_OK_AND_ASSIGN(
        const std::uint64_t own,
        DecodeNumberKey(Table::kRecordHead, row.first));
    other.set_record_no(own);
    PutRow(key, EncodeValue(other));
  }
  EXPECT_EQ(Check(true).faults, 0);
}

INSTANTIATE_TEST_SUITE_P(
    AllTables, VerifyTableTest,
    testing::Values(Table::kMeta, Table::kEnterpriseHead,
                    Table::kEnterpriseVersion, Table::kRecordHead,
                    Table::kRecordVersion, Table::kSealed, Table::kChange,
                    Table::kRequest, Table::kRequestAge, Table::kNaturalKey,
                    Table::kQuarantine, Table::kQuarantineKey, Table::kImport,
                    Table::kImportOutcome, Table::kLinkBacklog,
                    Table::kCurrentCode, Table::kFormerCode, Table::kOldNumber,
                    Table::kNameKey, Table::kFileList, Table::kPendingLink),
    [](const testing::TestParamInfo<Table>& info) {
      return absl::StrReplaceAll(TableName(info.param), {{" ", ""}});
    });

}  // namespace
}  // namespace creditreg
