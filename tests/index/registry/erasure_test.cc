// Personal fields are erased: for good, in every copy, and only they.

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "index/codec/keys.h"
#include "index/lookup/personal_index.h"
#include "index/registry/registry.h"
#include "index/registry/view.h"
#include "tests/index/registry/test_registry.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Nobody's: codes of region 449999 are not given out.
constexpr char kId[] = "449999198001010014";
constexpr char kPhone[] = "14000001234";

class ErasureTest : public RegistryTest {
 protected:
  static EnterpriseDraft FirmWithPerson() {
    EnterpriseDraft draft = Firm(kCodeA, "甲公司");
    draft.personal.emplace().set_legal_representative_id_number(kId);
    draft.personal->set_telephone(kPhone);
    return draft;
  }

  static RecordDraft ComplaintOf(const char* number) {
    RecordDraft draft = LicenceOf(kCodeA, "甲公司", "");
    draft.content.set_family(storage::v1::FAMILY_COMPLAINT);
    draft.content.mutable_complaint()->set_platform("12315");
    draft.content.mutable_complaint()->set_case_number(number);
    draft.content.mutable_complaint()->set_registered_on(20000);
    draft.personal.set_complainant_name("张三");
    draft.personal.set_complainant_id_number(kId);
    draft.personal.set_complainant_telephone("+86 140-0000-1234");
    return draft;
  }

  ErasePersonal NewErasure(SealedKind kind, std::uint64_t number) {
    ErasePersonal write;
    write.request = NewRequest();
    write.kind = kind;
    write.number = number;
    write.reason = "依当事人申请";
    return write;
  }
  absl::StatusOr<WriteResult> Erase(SealedKind kind, std::uint64_t number) {
    return Only(Do(NewErasure(kind, number)));
  }

  std::vector<std::string> Holders(PersonalNumberKind kind,
                                   absl::string_view number) {
    const auto found =
        registry_->CurrentView()->FindPerson(kind, number, "", 100);
    EXPECT_THAT(found, IsOk());
    std::vector<std::string> holders;
    for (const PersonEntry& entry : found->entries) {
      holders.push_back(absl::StrCat(
          entry.kind == SealedKind::kEnterprise ? "enterprise " : "record ",
          entry.number, " role ", static_cast<int>(entry.role)));
    }
    return holders;
  }

  RecordAt Record(std::uint64_t record_no, std::uint64_t at = 0) {
    const auto record = registry_->CurrentView()->ReadRecord(record_no, at);
    EXPECT_THAT(record, IsOk());
    return record.ok() ? *record : RecordAt();
  }

  void ExpectWhole() {
    VerifyOptions options;
    options.open_sealed = true;
    const auto report =
        registry_->Verify(options, [](const VerifyProgress&) { return true; });
    ASSERT_THAT(report, IsOk());
    EXPECT_EQ(report->faults, 0u)
        << testing::PrintToString(report->fault_messages);
  }
};

TEST_F(ErasureTest, PersonsAreFoundByTheirExactNumbersInEitherForm) {
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult firm, Put(FirmWithPerson()));
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult complaint,
                                 Add(ComplaintOf("C1")));
  for (const char* id : {kId, "449999 19800101 0014",
                         "４４９９９９198001010014", "449999800101001"}) {
    EXPECT_THAT(
        Holders(PersonalNumberKind::kIdentity, id),
        ElementsAre(absl::StrCat("enterprise ", firm.enterprise_no, " role 1"),
                    absl::StrCat("record ", complaint.record_no, " role 4")))
        << id;
  }
  for (const char* phone : {kPhone, "86 14000001234", "140-0000-1234"}) {
    EXPECT_THAT(
        Holders(PersonalNumberKind::kTelephone, phone),
        ElementsAre(absl::StrCat("enterprise ", firm.enterprise_no, " role 3"),
                    absl::StrCat("record ", complaint.record_no, " role 5")))
        << phone;
  }
  // Neither a part nor the other kind.
  EXPECT_THAT(Holders(PersonalNumberKind::kTelephone, "1400000123"), IsEmpty());
  EXPECT_THAT(Holders(PersonalNumberKind::kIdentity, kPhone), IsEmpty());
  EXPECT_THAT(Holders(PersonalNumberKind::kTelephone, "-"), IsEmpty());
  ExpectWhole();
}

TEST_F(ErasureTest, ThePersonIndexFollowsTheNewestVersion) {
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult firm, Put(FirmWithPerson()));
  EnterpriseDraft other = FirmWithPerson();
  other.personal->set_telephone("14000009999");
  ASSERT_THAT(Put(std::move(other)), IsOk());
  EXPECT_THAT(Holders(PersonalNumberKind::kTelephone, kPhone), IsEmpty());
  EXPECT_THAT(
      Holders(PersonalNumberKind::kTelephone, "14000009999"),
      ElementsAre(absl::StrCat("enterprise ", firm.enterprise_no, " role 3")));
  ExpectWhole();
}

TEST_F(ErasureTest, PagesOfAPersonAreWhole) {
  std::vector<std::uint64_t> numbers;
  for (int i = 0; i < 7; ++i) {
    CREDITREG_ASSERT_OK_AND_ASSIGN(
        const WriteResult added,
        Add(ComplaintOf(absl::StrCat("C", i).c_str())));
    numbers.push_back(added.record_no);
  }
  std::vector<std::uint64_t> seen;
  std::string from;
  do {
    CREDITREG_ASSERT_OK_AND_ASSIGN(
        const PersonEntries page,
        registry_->CurrentView()->FindPerson(PersonalNumberKind::kIdentity, kId,
                                             from, 3));
    EXPECT_LE(page.entries.size(), 3u);
    for (const PersonEntry& entry : page.entries) seen.push_back(entry.number);
    from = page.next;
  } while (!from.empty());
  EXPECT_EQ(seen, numbers);
}

TEST_F(ErasureTest, AnErasedRecordKeepsAllButItsPersonalFields) {
  ASSERT_THAT(Put(FirmWithPerson()), IsOk());
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult stored,
                                 Add(ComplaintOf("C1")));
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult other,
                                 Add(ComplaintOf("C2")));
  const std::uint64_t before = registry_->CurrentView()->sequence();
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult erased,
                                 Erase(SealedKind::kRecord, stored.record_no));
  EXPECT_EQ(erased.outcome, Outcome::kUpdated);
  EXPECT_EQ(erased.record_no, stored.record_no);
  EXPECT_EQ(erased.enterprise_no, stored.enterprise_no);
  for (int start = 0; start < 2; ++start) {
    const RecordAt now = Record(stored.record_no);
    EXPECT_EQ(now.version.content().complaint().case_number(), "C1");
    EXPECT_EQ(now.version.info().personal_sequence(), 0u);
    EXPECT_TRUE(now.version.info().numbers().empty());
    // Not at an earlier position either.
    EXPECT_THAT(registry_->CurrentView()->OpenPersonal(
                    Record(stored.record_no, before)),
                StatusIs(absl::StatusCode::kNotFound, HasSubstr("destroyed")));
    EXPECT_THAT(registry_->CurrentView()->OpenPersonal(Record(other.record_no)),
                IsOk());
    EXPECT_THAT(
        Holders(PersonalNumberKind::kTelephone, kPhone),
        ElementsAre(
            absl::StrCat("enterprise ", stored.enterprise_no, " role 3"),
            absl::StrCat("record ", other.record_no, " role 5")));
    ExpectWhole();
    Reopen();
  }
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult again,
                                 Erase(SealedKind::kRecord, stored.record_no));
  EXPECT_EQ(again.outcome, Outcome::kUnchanged);
  EXPECT_EQ(again.version_sequence, erased.version_sequence);
}

TEST_F(ErasureTest, AnErasedEnterpriseIsStillFoundByItsCode) {
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult firm, Put(FirmWithPerson()));
  ASSERT_THAT(Erase(SealedKind::kEnterprise, firm.enterprise_no), IsOk());
  EXPECT_EQ(Find(kCodeA).verdict, Verdict::kFound);
  EXPECT_THAT(Holders(PersonalNumberKind::kIdentity, kId), IsEmpty());
  ExpectWhole();
}

TEST_F(ErasureTest, ARetryIsAnsweredTheSame) {
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult firm, Put(FirmWithPerson()));
  const ErasePersonal write =
      NewErasure(SealedKind::kEnterprise, firm.enterprise_no);
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteAnswer first, Do(write));
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteAnswer second, Do(write));
  EXPECT_EQ(second.sequence, first.sequence);
  EXPECT_EQ(second.results[0].outcome, Outcome::kUpdated);
}

TEST_F(ErasureTest, ValidatingErasesNothing) {
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult firm, Put(FirmWithPerson()));
  ErasePersonal write = NewErasure(SealedKind::kEnterprise, firm.enterprise_no);
  write.request.validate_only = true;
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteAnswer answer, Do(write));
  EXPECT_EQ(answer.results[0].outcome, Outcome::kUpdated);
  Reopen();
  EXPECT_THAT(registry_->CurrentView()->OpenPersonal(*Find(kCodeA).enterprise),
              IsOk());
  ExpectWhole();
}

TEST_F(ErasureTest, WhatNobodyHasIsNotFound) {
  EXPECT_THAT(
      Erase(SealedKind::kEnterprise, 7),
      StatusIs(absl::StatusCode::kNotFound, "item: no such enterprise"));
  EXPECT_THAT(
      Erase(SealedKind::kRecord, 7),
      StatusIs(absl::StatusCode::kNotFound, "record_id: no such record"));
  EXPECT_THAT(Erase(SealedKind::kQuarantine, 7),
              StatusIs(absl::StatusCode::kNotFound, "row_id: no such row"));
}

TEST_F(ErasureTest, WhatASourceSendsAgainIsNotStoredAgain) {
  ASSERT_THAT(Put(FirmWithPerson()), IsOk());
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult stored,
                                 Add(ComplaintOf("C1")));
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult erased,
                                 Erase(SealedKind::kRecord, stored.record_no));
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult same,
                                 Add(ComplaintOf("C1")));
  EXPECT_EQ(same.outcome, Outcome::kUnchanged);
  EXPECT_EQ(same.version_sequence, erased.version_sequence);
  ASSERT_EQ(same.findings.size(), 1u);
  EXPECT_EQ(same.findings[0].rule, "PERSONAL_ERASED");
  // New content comes in without them.
  RecordDraft changed = ComplaintOf("C1");
  changed.content.mutable_complaint()->set_registered_on(20001);
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult updated,
                                 Add(std::move(changed)));
  EXPECT_EQ(updated.outcome, Outcome::kUpdated);
  EXPECT_EQ(Record(stored.record_no).version.info().personal_sequence(), 0u);
  // So does a row without any.
  RecordDraft bare = ComplaintOf("C1");
  bare.content.mutable_complaint()->set_registered_on(20001);
  bare.personal.Clear();
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult unchanged,
                                 Add(std::move(bare)));
  EXPECT_EQ(unchanged.outcome, Outcome::kUnchanged);
  // Somebody else's are new.
  RecordDraft other = ComplaintOf("C1");
  other.personal.set_complainant_name("李四");
  ASSERT_THAT(Add(std::move(other)), IsOk());
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const auto personal,
      registry_->CurrentView()->OpenPersonal(Record(stored.record_no)));
  EXPECT_EQ(personal.complainant_name(), "李四");
  // And the erased ones are still known.
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult once_more,
                                 Add(ComplaintOf("C1")));
  EXPECT_EQ(once_more.outcome, Outcome::kUnchanged);
  ExpectWhole();
}

TEST_F(ErasureTest, AnErasureUndoesNoCorrection) {
  ASSERT_THAT(Put(FirmWithPerson()), IsOk());
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult stored,
                                 Add(ComplaintOf("C1")));
  CorrectRecord correction;
  correction.request = NewRequest();
  correction.record_no = stored.record_no;
  correction.draft = ComplaintOf("C1");
  correction.draft.content.mutable_complaint()->set_registered_on(19999);
  correction.reason = "日期有误";
  ASSERT_THAT(Only(Do(std::move(correction))), IsOk());
  ASSERT_THAT(Erase(SealedKind::kRecord, stored.record_no), IsOk());
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult again,
                                 Add(ComplaintOf("C1")));
  EXPECT_EQ(again.outcome, Outcome::kUnchanged);
  EXPECT_EQ(
      Record(stored.record_no).version.content().complaint().registered_on(),
      19999);
  ExpectWhole();
}

TEST_F(ErasureTest, APersonsRecordKeepsItsKeyThroughErasureAndCorrection) {
  RecordDraft draft = PenaltyOf("", "张三", "罚1");
  draft.content.mutable_party()->set_category(
      storage::v1::PARTY_CATEGORY_NATURAL_PERSON);
  draft.personal.set_person_name("张三");
  draft.personal.set_person_id_number(kId);
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult stored, Add(draft));
  ASSERT_THAT(Erase(SealedKind::kRecord, stored.record_no), IsOk());
  ExpectWhole();
  CorrectRecord correction;
  correction.request = NewRequest();
  correction.record_no = stored.record_no;
  correction.draft = draft;
  correction.draft.personal.Clear();
  correction.draft.content.mutable_penalty()->set_decided_on(20007);
  correction.reason = "日期有误";
  EXPECT_THAT(Only(Do(std::move(correction))), IsOk());
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult again, Add(draft));
  EXPECT_EQ(again.record_no, stored.record_no);
  ExpectWhole();
}

// A put without them takes them out of the newest version only.
TEST_F(ErasureTest, FieldsOfFormerVersionsAreErasedToo) {
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult firm, Put(FirmWithPerson()));
  EnterpriseDraft cleared = FirmWithPerson();
  cleared.personal->Clear();
  ASSERT_THAT(Put(cleared), IsOk());
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult stored,
                                 Add(ComplaintOf("C1")));
  CorrectRecord correction;
  correction.request = NewRequest();
  correction.record_no = stored.record_no;
  correction.draft = ComplaintOf("C1");
  correction.draft.personal.Clear();
  correction.has_personal = true;
  correction.reason = "匿名";
  ASSERT_THAT(Only(Do(std::move(correction))), IsOk());
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const WriteResult of_firm,
      Erase(SealedKind::kEnterprise, firm.enterprise_no));
  EXPECT_EQ(of_firm.outcome, Outcome::kUpdated);
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult of_record,
                                 Erase(SealedKind::kRecord, stored.record_no));
  EXPECT_EQ(of_record.outcome, Outcome::kUpdated);
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const EnterpriseAt then, registry_->CurrentView()->ReadEnterprise(
                                   firm.enterprise_no, firm.version_sequence));
  EXPECT_THAT(registry_->CurrentView()->OpenPersonal(then),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(registry_->CurrentView()->OpenPersonal(
                  Record(stored.record_no, stored.version_sequence)),
              StatusIs(absl::StatusCode::kNotFound));
  // Sent again they are known.
  ASSERT_THAT(Put(FirmWithPerson()), IsOk());
  EXPECT_EQ(Find(kCodeA).enterprise->version.info().personal_sequence(), 0u);
  ExpectWhole();
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const WriteResult again,
      Erase(SealedKind::kEnterprise, firm.enterprise_no));
  EXPECT_EQ(again.outcome, Outcome::kUnchanged);
}

TEST_F(ErasureTest, EveryErasedPersonIsKnownAgain) {
  ASSERT_THAT(Put(FirmWithPerson()), IsOk());
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult stored,
                                 Add(ComplaintOf("C1")));
  RecordDraft other = ComplaintOf("C1");
  other.personal.set_complainant_name("李四");
  ASSERT_THAT(Add(other), IsOk());
  ASSERT_THAT(Erase(SealedKind::kRecord, stored.record_no), IsOk());
  for (const RecordDraft& draft : {ComplaintOf("C1"), other}) {
    CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult again, Add(draft));
    EXPECT_EQ(again.outcome, Outcome::kUnchanged);
  }
  // A third one, whom the first does not push out again.
  RecordDraft third = ComplaintOf("C1");
  third.personal.set_complainant_name("王五");
  ASSERT_THAT(Add(third), IsOk());
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult first,
                                 Add(ComplaintOf("C1")));
  EXPECT_EQ(first.outcome, Outcome::kUnchanged);
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const auto personal,
      registry_->CurrentView()->OpenPersonal(Record(stored.record_no)));
  EXPECT_EQ(personal.complainant_name(), "王五");
  ExpectWhole();
}

// Hashes that a number could be guessed by go from former versions too.
TEST_F(ErasureTest, NoVersionKeepsWhatANumberIsIndexedUnder) {
  EnterpriseDraft draft = FirmWithPerson();
  draft.personal->set_tax_number("44999919800101001401");
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult firm, Put(draft));
  draft.content.set_name("乙公司");
  ASSERT_THAT(Put(draft), IsOk());
  ASSERT_THAT(Erase(SealedKind::kEnterprise, firm.enterprise_no), IsOk());
  for (std::uint64_t at = firm.version_sequence;
       at <= registry_->CurrentView()->sequence(); ++at) {
    CREDITREG_ASSERT_OK_AND_ASSIGN(
        const EnterpriseAt then,
        registry_->CurrentView()->ReadEnterprise(firm.enterprise_no, at));
    EXPECT_TRUE(then.version.info().numbers().empty()) << at;
    EXPECT_EQ(then.version.personal_tax_mac(), "") << at;
  }
  ExpectWhole();
}

TEST_F(ErasureTest, ARowKeptAsideLosesItsText) {
  ASSERT_THAT(Put(FirmWithPerson()), IsOk());
  // A name that its code never had.
  RecordDraft wrong = PenaltyOf(kCodeA, "从未有过的名称", "罚1");
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult kept, Add(std::move(wrong)));
  ASSERT_EQ(kept.outcome, Outcome::kQuarantined);
  const auto first = [this] {
    const auto page = registry_->CurrentView()->ListQuarantined(0, 10, "");
    EXPECT_THAT(page, IsOk());
    return page->rows.at(0);
  };
  ASSERT_THAT(registry_->CurrentView()->OpenRaw(first()), IsOk());
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const WriteResult erased,
      Erase(SealedKind::kQuarantine, first().quarantine_no));
  EXPECT_EQ(erased.outcome, Outcome::kUpdated);
  EXPECT_TRUE(first().row.erased());
  EXPECT_THAT(registry_->CurrentView()->OpenRaw(first()),
              StatusIs(absl::StatusCode::kNotFound));
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const WriteResult again,
      Erase(SealedKind::kQuarantine, first().quarantine_no));
  EXPECT_EQ(again.outcome, Outcome::kUnchanged);
  ExpectWhole();
}

// A copy of the key file from before, put back, opens nothing.
TEST_F(ErasureTest, AnOlderKeyFileBringsNothingBack) {
  CREDITREG_ASSERT_OK_AND_ASSIGN(const WriteResult firm, Put(FirmWithPerson()));
  registry_.reset();
  const std::string file = Options().key_dir + "/data_keys";
  std::filesystem::copy_file(file, directory_ + "/old_keys");
  Reopen();
  ASSERT_THAT(Erase(SealedKind::kEnterprise, firm.enterprise_no), IsOk());
  EXPECT_EQ(registry_->Keys().destroyed_again, 0u);
  registry_.reset();
  std::filesystem::copy_file(directory_ + "/old_keys", file,
                             std::filesystem::copy_options::overwrite_existing);
  // At rest it is seen.
  RegistryOptions at_rest = Options();
  at_rest.store.read_only = true;
  at_rest.create_keys = false;
  {
    const auto opened = Registry::Open(at_rest);
    ASSERT_THAT(opened, IsOk());
    const auto report = (*opened)->Verify(
        VerifyOptions(), [](const VerifyProgress&) { return true; });
    ASSERT_THAT(report, IsOk());
    EXPECT_THAT(report->fault_messages,
                testing::Contains(HasSubstr("its data key is not destroyed")));
  }
  Reopen();
  EXPECT_EQ(registry_->Keys().destroyed_again, 1u);
  CREDITREG_ASSERT_OK_AND_ASSIGN(
      const EnterpriseAt then, registry_->CurrentView()->ReadEnterprise(
                                   firm.enterprise_no, firm.version_sequence));
  EXPECT_THAT(registry_->CurrentView()->OpenPersonal(then),
              StatusIs(absl::StatusCode::kNotFound));
  ExpectWhole();
}

}  // namespace
}  // namespace creditreg
