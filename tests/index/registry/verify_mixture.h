// A registry with something of everything, so that no table but the link
// backlog is empty; and its rows laid open, to be damaged.
//
// Thread safety: one thread at a time.

#ifndef CREDITREG_TESTS_INDEX_REGISTRY_VERIFY_MIXTURE_H_
#define CREDITREG_TESTS_INDEX_REGISTRY_VERIFY_MIXTURE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "gtest/gtest.h"
#include "index/base/random.h"
#include "index/codec/crypto.h"
#include "index/codec/keys.h"
#include "index/codec/value.h"
#include "index/registry/conf_tables.h"
#include "index/registry/registry.h"
#include "index/registry/rows.h"
#include "index/registry/snapshot_view.h"
#include "index/registry/verify.h"
#include "index/store/key_files.h"
#include "index/store/store.h"
#include "tests/index/registry/test_registry.h"
#include "tests/testing/shipped_tables.h"

namespace creditreg {

inline constexpr char kCodeE[] = "91440400192548256N";
inline constexpr char kCodeF[] = "91440606722473344C";
inline constexpr char kUnknownCode[] = "91440300192181490G";
// As a resident ID, with the division 449999 that was never given out.
inline constexpr char kPersonId[] = "44999919800101001X";

class VerifyTest : public RegistryTest {
 protected:
  // --- writing -------------------------------------------------------------

  void MakeMixture() {
    // What is there before is judged by the rules later.
    MakeEarlyRecords();
    MakeRules();
    MakeEnterprises();
    MakeRecords();
    MakeCorrections();
    MakeQuarantine();
    MakeImport();
    MakeErasures();
  }

  // Rules, and penalties that end, that wait and that nobody decides.
  void MakeRules() {
    for (const absl::string_view name : kTableNames) {
      ActivateTable write;
      write.request = NewRequest();
      write.table = {std::string(name), ShippedTable(name)};
      EXPECT_TRUE(Do(std::move(write)).ok());
    }
    MustPut(Firm(kAuthorityCode, "某局"));
    const std::vector<std::vector<std::string>> kinds = {
        {"责令关闭"}, {"罚款"}, {"警告"}};
    for (std::size_t i = 0; i < kinds.size(); ++i) {
      RecordDraft draft =
          PenaltyOf(kAuthorityCode, "某局", absl::StrCat("规", i, "号"), 20600);
      storage::v1::Penalty& penalty = *draft.content.mutable_penalty();
      penalty.set_procedure(storage::v1::Penalty::PROCEDURE_ORDINARY);
      for (const std::string& kind : kinds[i]) penalty.add_kinds(kind);
      const std::uint64_t record_no = MustAdd(draft, Outcome::kCreated);
      if (i == 0) MakeCases(record_no);
    }
  }

  // Of a record that is shown: disputed, and shielded, which receivers are told
  // of; and a step of the national platform that comes too soon.
  void MakeCases(std::uint64_t record_no) {
    MakeCase(storage::v1::CASE_KIND_OBJECTION, record_no, "EVIDENCE",
             {storage::v1::CASE_ACTION_ACCEPT});
    MakeCase(
        storage::v1::CASE_KIND_SHIELD, record_no, "COURT_RULING",
        {storage::v1::CASE_ACTION_ACCEPT, storage::v1::CASE_ACTION_APPROVE});
    ImportCaseSteps import;
    import.request = NewRequest();
    ImportCaseSteps::Step& step = import.steps.emplace_back();
    step.national_no = "GJ9";
    step.input.action = storage::v1::CASE_ACTION_ACCEPT;
    step.input.taken_on = ChinaDay(clock_.Now());
    step.input.national_step = 2;
    EXPECT_TRUE(Do(std::move(import)).ok());
    AcknowledgeWithdrawals done;
    done.request = NewRequest();
    done.up_to = 1;
    EXPECT_TRUE(Do(std::move(done)).ok());
  }

  void MakeCase(storage::v1::CaseKind kind, std::uint64_t record_no,
                absl::string_view paper,
                const std::vector<storage::v1::CaseAction>& steps) {
    OpenCase open;
    open.request = NewRequest();
    open.kind = kind;
    open.record_no = record_no;
    open.reason = "依法办理";
    open.national_no = absl::StrCat("GJ", static_cast<int>(kind));
    storage::v1::CaseMaterial& material = open.materials.emplace_back();
    material.set_material(std::string(paper));
    material.set_sm3(std::string(32, 'p'));
    const absl::StatusOr<WriteResult> opened = Only(Do(std::move(open)));
    EXPECT_TRUE(opened.ok()) << opened.status();
    for (const storage::v1::CaseAction action : steps) {
      AdvanceCase write;
      write.request = NewRequest();
      write.case_no = opened.ok() ? opened->case_no : 0;
      write.step.action = action;
      write.step.reason = "已核实";
      const absl::StatusOr<WriteAnswer> answer = Do(std::move(write));
      EXPECT_TRUE(answer.ok()) << answer.status();
    }
  }

  static void AddOldNumber(EnterpriseDraft* draft,
                           storage::v1::OldNumberKind kind,
                           absl::string_view value) {
    storage::v1::OldNumber* number = draft->content.add_old_numbers();
    number->set_kind(kind);
    number->set_value(std::string(value));
  }

  static void AddFormerCode(EnterpriseDraft* draft, absl::string_view code,
                            bool merged) {
    storage::v1::FormerCode* former = draft->content.add_former_codes();
    former->set_uscc(std::string(code));
    former->set_merged(merged);
    former->set_until(19000);
  }

  static RecordDraft ComplaintOf(absl::string_view code, absl::string_view name,
                                 absl::string_view case_number) {
    RecordDraft draft = LicenceOf(code, name, "");
    draft.content.set_family(storage::v1::FAMILY_COMPLAINT);
    storage::v1::Complaint& complaint = *draft.content.mutable_complaint();
    complaint.set_platform("12315");
    complaint.set_case_number(std::string(case_number));
    complaint.set_registered_on(20100);
    draft.personal.set_complainant_telephone("14000001234");
    return draft;
  }

  static RecordDraft PersonsPenalty(absl::string_view document) {
    RecordDraft draft = PenaltyOf("", "", document);
    draft.content.mutable_party()->set_category(
        storage::v1::PARTY_CATEGORY_NATURAL_PERSON);
    draft.personal.set_person_name("某人");
    draft.personal.set_person_id_number(kPersonId);
    return draft;
  }

  // A write that must not fail, and its number of the enterprise or record.
  std::uint64_t MustPut(EnterpriseDraft draft) {
    const absl::StatusOr<WriteResult> put = Put(std::move(draft));
    EXPECT_TRUE(put.ok()) << put.status();
    return put.ok() ? put->enterprise_no : 0;
  }
  std::uint64_t MustAdd(RecordDraft draft, Outcome outcome) {
    const absl::StatusOr<WriteResult> added = Add(std::move(draft));
    EXPECT_TRUE(added.ok()) << added.status();
    if (!added.ok()) return 0;
    EXPECT_EQ(added->outcome, outcome);
    return added->record_no;
  }
  void MustCorrect(std::uint64_t record_no, RecordDraft draft,
                   bool has_personal = true) {
    CorrectRecord write;
    write.request = NewRequest();
    write.record_no = record_no;
    write.draft = std::move(draft);
    write.has_personal = has_personal;
    write.reason = "更正";
    const absl::StatusOr<WriteAnswer> answer = Do(std::move(write));
    EXPECT_TRUE(answer.ok()) << answer.status();
    if (!answer.ok()) return;
    EXPECT_EQ(answer->results[0].outcome, Outcome::kUpdated);
  }
  void MustWithdraw(std::uint64_t record_no) {
    WithdrawRecord write;
    write.request = NewRequest();
    write.record_no = record_no;
    write.reason = "撤回";
    const absl::StatusOr<WriteAnswer> answer = Do(std::move(write));
    EXPECT_TRUE(answer.ok()) << answer.status();
  }
  void MustErase(SealedKind kind, std::uint64_t number) {
    ErasePersonal write;
    write.request = NewRequest();
    write.kind = kind;
    write.number = number;
    write.reason = "依申请";
    const absl::StatusOr<WriteAnswer> answer = Do(std::move(write));
    EXPECT_TRUE(answer.ok()) << answer.status();
    if (!answer.ok()) return;
    EXPECT_EQ(answer->results[0].outcome, Outcome::kUpdated);
  }
  void MustWithhold(std::uint64_t enterprise_no, bool withheld) {
    WithholdEnterprise write;
    write.request = NewRequest();
    write.enterprise_no = enterprise_no;
    write.withheld = withheld;
    write.reason = "依据某决定";
    const absl::StatusOr<WriteAnswer> answer = Do(std::move(write));
    EXPECT_TRUE(answer.ok()) << answer.status();
  }

  // --- the rows as they lie -------------------------------------------------

  // Closes the registry and opens what it wrote.
  void OpenRows() {
    registry_.reset();
    absl::StatusOr<std::unique_ptr<Store>> store = Store::Open(Options().store);
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
    KeyRingOptions ring;
    ring.key_dir = Options().key_dir;
    absl::StatusOr<LoadedKeyRing> keys = LoadKeyRing(ring, &random_);
    ASSERT_TRUE(keys.ok()) << keys.status();
    keys_ = keys->keys;
    DataKeyOptions slots;
    slots.key_dir = ring.key_dir;
    absl::StatusOr<std::unique_ptr<DataKeyStore>> data_keys =
        DataKeyStore::Open(slots, &random_);
    ASSERT_TRUE(data_keys.ok()) << data_keys.status();
    data_keys_ = *std::move(data_keys);
    counters_ = ReadMeta<storage::v1::Counters>("counters");
    layout_ = ReadMeta<storage::v1::Layout>("layout");
  }

  template <typename M>
  M ReadMeta(absl::string_view name) {
    const auto row = ReadRow<M>(*store_->TakeSnapshot(), MetaKey(name));
    EXPECT_TRUE(row.ok() && row->has_value());
    return row.ok() ? row->value_or(M()) : M();
  }

  // Verifies the rows as they are now, with counters_ as those of the view.
  VerifyReport Check(bool open_sealed = false) {
    absl::StatusOr<TablesPtr> tables = ReadTables(*store_->TakeSnapshot());
    if (!tables.ok()) tables = std::make_shared<PublicationTables>();
    const SnapshotView view(store_->TakeSnapshot(), counters_, *tables, &keys_,
                            data_keys_.get());
    VerifyOptions options;
    options.open_sealed = open_sealed;
    absl::StatusOr<VerifyReport> report =
        VerifyRegistry(view, layout_, keys_, *data_keys_, options, nullptr);
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *std::move(report) : VerifyReport();
  }

  using Row = std::pair<std::string, std::string>;
  std::vector<Row> RowsOf(Table table) {
    ScanRange range;
    range.begin = TablePrefix(table);
    range.end = PrefixEnd(range.begin);
    const absl::StatusOr<ScanPage> page = store_->TakeSnapshot()->Scan(range);
    EXPECT_TRUE(page.ok() && page->next.empty());
    return page.ok() ? page->rows : std::vector<Row>();
  }

  void PutRow(const std::string& key, const std::string& value) {
    WriteBatch batch;
    batch.Put(key, value);
    ASSERT_TRUE(store_->Write(batch).ok());
  }
  void DeleteRow(const std::string& key) {
    WriteBatch batch;
    batch.Delete(key);
    ASSERT_TRUE(store_->Write(batch).ok());
  }

  // Lets `change` edit the message of one row.
  template <typename M, typename Change>
  void EditRow(const std::string& key, const Change& change) {
    const auto row = ReadRow<M>(*store_->TakeSnapshot(), key);
    ASSERT_TRUE(row.ok() && row->has_value());
    M message = **row;
    change(message);
    PutRow(key, EncodeValue(message));
  }

  SystemRandom random_;
  KeyRing keys_;
  storage::v1::Counters counters_;
  storage::v1::Layout layout_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<DataKeyStore> data_keys_;
  // Of the mixture.
  std::uint64_t firm_a_ = 0;
  std::uint64_t moved_record_ = 0;
  std::uint64_t erased_record_ = 0;

 private:
  // Before their enterprises: linked later, still waiting, withdrawn.
  void MakeEarlyRecords() {
    MustAdd(LicenceOf(kCodeA, "甲公司", "早1号"), Outcome::kPending);
    RecordDraft by_number = PenaltyOf("", "甲公司", "早2号");
    by_number.content.mutable_party()->set_registration_number(
        "440301103097413");
    MustAdd(by_number, Outcome::kPending);
    MustAdd(LicenceOf(kUnknownCode, "未知公司", "早3号"), Outcome::kPending);
    RecordDraft unknown = LicenceOf("", "无号公司", "早4号");
    unknown.content.mutable_party()->set_organisation_code("192203821");
    unknown.personal.set_tax_number("44999919800101001X02");
    MustAdd(unknown, Outcome::kPending);
    MustWithdraw(
        MustAdd(LicenceOf(kCodeA, "甲公司", "早5号"), Outcome::kPending));
  }

  void MakeEnterprises() {
    EnterpriseDraft a = Firm(kCodeA, "甲公司");
    AddOldNumber(&a, storage::v1::OLD_NUMBER_KIND_REGISTRATION,
                 "440301103097413");
    a.content.mutable_registration_authority()->set_uscc(kAuthorityCode);
    a.personal.emplace().set_tax_number("44999919800101001X01");
    a.personal->set_telephone("14000001234");
    firm_a_ = MustPut(a);
    MustPut(Firm(kCodeC, "丙公司"));
    EnterpriseDraft b = Firm(kCodeB, "乙公司");
    AddFormerCode(&b, kCodeC, /*merged=*/true);
    b.content.mutable_registration_authority()->set_uscc(kAuthorityCode);
    MustPut(b);
    MustPut(Firm(kCodeD, "丁公司"));
    EnterpriseDraft recoded = Firm(kCodeE, "丁公司");
    AddFormerCode(&recoded, kCodeD, /*merged=*/false);
    MustPut(recoded);
    EnterpriseDraft closed = Firm(kCodeF, "己公司");
    closed.content.set_status(storage::v1::REGISTRATION_STATUS_DEREGISTERED);
    const std::uint64_t firm_f = MustPut(closed);
    MustWithhold(firm_f, true);
    MustPut(Firm(kCodeF, "己新公司"));
    MustWithhold(firm_f, false);
    MustWithhold(firm_f, true);
    // Other personal fields under the same data key, then none.
    a.personal->set_telephone("14000005678");
    MustPut(a);
    EnterpriseDraft renamed = Firm(kCodeA, "甲新公司");
    renamed.keep_history = true;
    MustPut(renamed);
  }

  void MakeRecords() {
    clock_.Advance(absl::Hours(30));
    RecordDraft licence = LicenceOf(kCodeA, "甲公司", "许1号", "A-1", 20300);
    licence.personal.set_legal_representative_id_number(kPersonId);
    MustAdd(licence, Outcome::kCreated);
    licence.content.mutable_licence()->set_remark("二");
    MustAdd(licence, Outcome::kUpdated);
    MustAdd(LicenceOf(kCodeC, "丙公司", "许2号"), Outcome::kCreated);
    MustAdd(PenaltyOf(kCodeB, "乙公司", "罚1号"), Outcome::kCreated);
    MustAdd(ComplaintOf(kCodeD, "丁公司", "诉1"), Outcome::kCreated);
    MustAdd(ListingOf(kCodeD, "丁公司", "1"), Outcome::kCreated);
    RecordDraft listing = ListingOf(kCodeD, "丁公司", "2");
    MustAdd(listing, Outcome::kCreated);
    listing.content.mutable_listing()->set_removed_on(20300);
    MustAdd(listing, Outcome::kUpdated);
    MustAdd(ReportOf(kCodeD, "丁公司", 2023), Outcome::kCreated);
    MustWithdraw(MustAdd(ReportOf(kCodeD, "丁公司", 2024), Outcome::kCreated));
    RecordDraft dayless = LicenceOf(kCodeB, "乙公司", "许3号");
    dayless.content.mutable_licence()->clear_decided_on();
    MustAdd(dayless, Outcome::kCreated);
    MustAdd(PersonsPenalty("罚2号"), Outcome::kCreated);
    // The newest of its file goes.
    MustWithdraw(MustAdd(PenaltyOf(kCodeB, "乙公司", "罚3号", 20500),
                         Outcome::kCreated));
    PutEnterprise dry;
    dry.request = NewRequest();
    dry.request.validate_only = true;
    dry.draft = Firm(kUnknownCode, "未知公司");
    EXPECT_TRUE(Do(dry).ok());
  }

  void MakeCorrections() {
    RecordDraft draft = PenaltyOf(kCodeA, "甲新公司", "罚4号", 20400);
    moved_record_ = MustAdd(draft, Outcome::kCreated);
    MustCorrect(moved_record_, PenaltyOf(kCodeA, "甲新公司", "罚4号", 20100));
    MustCorrect(moved_record_, PenaltyOf(kCodeB, "乙公司", "罚4号", 20100));
    MustCorrect(moved_record_,
                PenaltyOf(kUnknownCode, "未知公司", "罚4号", 20100));
    draft.content.mutable_penalty()->set_facts("回到原处");
    MustCorrect(moved_record_, draft);
    // A person's record under another key, and personal fields left alone.
    const std::uint64_t persons =
        MustAdd(PersonsPenalty("罚5号"), Outcome::kCreated);
    RecordDraft corrected = PersonsPenalty("罚6号");
    corrected.personal.set_telephone("14000009999");
    MustCorrect(persons, corrected);
    RecordDraft without = PersonsPenalty("罚7号");
    without.personal.Clear();
    MustCorrect(persons, without, /*has_personal=*/false);
  }

  void MakeQuarantine() {
    MustAdd(PenaltyOf(kCodeA, "从未有过的名称", "罚8号"),
            Outcome::kQuarantined);
    MustAdd(PenaltyOf(kCodeA, "从未有过的名称", "罚8号"),
            Outcome::kQuarantined);
    MustAdd(PenaltyOf(kCodeA, "甲公司", ""), Outcome::kQuarantined);
  }

  // One of each kind, and what comes after it.
  void MakeErasures() {
    EnterpriseDraft firm = Firm("91440300GDX00091XL", "删公司");
    firm.personal.emplace().set_telephone("14000002222");
    const std::uint64_t enterprise_no = MustPut(firm);
    MustErase(SealedKind::kEnterprise, enterprise_no);
    firm.personal->set_telephone("14000003333");
    MustPut(firm);
    erased_record_ = MustAdd(PersonsPenalty("删1号"), Outcome::kCreated);
    MustErase(SealedKind::kRecord, erased_record_);
    RecordDraft changed = PersonsPenalty("删1号");
    changed.content.mutable_penalty()->set_decided_on(20222);
    MustAdd(changed, Outcome::kUpdated);
    MustErase(SealedKind::kQuarantine, 1);
  }

  void MakeImport() {
    std::vector<ImportRowDraft> rows(6);
    for (std::uint64_t i = 0; i < rows.size(); ++i) {
      rows[i].row = i + 1;
      rows[i].raw.add_columns("行");
      rows[i].raw.add_cells(absl::StrCat(i));
    }
    rows[0].enterprise = Firm(kUnknownCode, "未知公司");
    rows[1].record = LicenceOf(kUnknownCode, "未知公司", "入1号");
    rows[2].record = LicenceOf("91440300100012316L", "他公司", "入2号");
    rows[3].record = PenaltyOf(kCodeA, "从未有过的名称", "入3号");
    rows[4].findings.push_back(
        {Severity::kError, "record.penalty", "BAD", "不能读", ""});
    rows[5].record = LicenceOf(kCodeA, "甲公司", "入4号");
    StartImport start;
    start.actor = {"dev", "agency", "clerk", "test"};
    start.request_id = "import-1";
    start.format = 1;
    start.source_id = "file";
    absl::StatusOr<std::unique_ptr<ImportSession>> session =
        registry_->BeginImport(start);
    ASSERT_TRUE(session.ok()) << session.status();
    absl::Notification answered;
    (*session)->AppendRows(std::move(rows), 100, Sm3("bytes"),
                           [&](const absl::StatusOr<ImportAnswer>& answer) {
                             EXPECT_TRUE(answer.ok()) << answer.status();
                             answered.Notify();
                           });
    answered.WaitForNotification();
    EXPECT_TRUE((*session)->Finish(100, Sm3("bytes")).ok());
  }
};

}  // namespace creditreg

#endif  // CREDITREG_TESTS_INDEX_REGISTRY_VERIFY_MIXTURE_H_
