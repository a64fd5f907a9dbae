// View over one snapshot of the store.
//
// Thread safety: immutable; may be shared between threads.

#ifndef CREDITREG_INDEX_REGISTRY_SNAPSHOT_VIEW_H_
#define CREDITREG_INDEX_REGISTRY_SNAPSHOT_VIEW_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/codec/crypto.h"
#include "index/registry/view.h"
#include "index/store/key_files.h"
#include "index/store/store.h"

namespace creditreg {

class SnapshotView final : public View {
 public:
  // `keys` and `data_keys` are the registry's and outlive the view. `counters`
  // and `tables` are those stored with the snapshot.
  SnapshotView(std::shared_ptr<const Snapshot> rows,
               storage::v1::Counters counters, TablesPtr tables,
               const KeyRing* keys, const DataKeyStore* data_keys);

  const std::shared_ptr<const Snapshot>& rows() const { return rows_; }
  const storage::v1::Counters& counters() const { return counters_; }

  std::uint64_t sequence() const override { return counters_.sequence(); }
  const PublicationTables& tables() const override { return *tables_; }
  const TablesPtr& shared_tables() const { return tables_; }
  absl::StatusOr<TablesPtr> TablesAt(std::uint64_t at) const override;
  absl::StatusOr<std::uint64_t> LastOfDay(CivilDay day) const override;
  CivilDay publication_day() const override {
    return CivilDay::FromDays(counters_.publication_day());
  }
  absl::StatusOr<FindAnswer> Find(const FindQuery& query,
                                  std::uint64_t at) const override;
  absl::StatusOr<std::vector<FindAnswer>> FindMany(
      absl::Span<const FindQuery> queries) const override;
  absl::StatusOr<std::vector<std::optional<CodeHolder>>> FindHolders(
      absl::Span<const FindQuery> queries, bool with_heads) const override;
  absl::StatusOr<EnterpriseAt> ReadEnterprise(std::uint64_t enterprise_no,
                                              std::uint64_t at) const override;
  absl::StatusOr<RecordAt> ReadRecord(std::uint64_t record_no,
                                      std::uint64_t at) const override;
  absl::StatusOr<storage::v1::EnterpriseHead> ReadHead(
      std::uint64_t enterprise_no) const override;
  absl::StatusOr<std::string> MergedInto(
      const storage::v1::Enterprise& enterprise) const override;
  absl::StatusOr<std::vector<std::uint64_t>> MergedFiles(
      std::uint64_t enterprise_no) const override;
  absl::StatusOr<RecordPage> ListRecords(
      const RecordsQuery& query) const override;
  absl::StatusOr<std::vector<RecordAt>> ListRecordVersions(
      std::uint64_t record_no, std::uint64_t before,
      std::size_t limit) const override;
  absl::StatusOr<QuarantinePage> ListQuarantined(
      std::uint64_t from_no, std::size_t limit,
      absl::string_view source_id) const override;
  absl::StatusOr<UndecidedPage> ListUndecided(std::uint64_t from_no,
                                              std::size_t limit) const override;
  absl::StatusOr<std::uint64_t> RecordsToJudge() const override;
  absl::StatusOr<CaseAt> ReadCase(std::uint64_t case_no) const override;
  absl::StatusOr<std::optional<CaseAt>> FindNationalCase(
      absl::string_view national_no) const override;
  absl::StatusOr<bool> HoldsSteps(absl::string_view national_no) const override;
  absl::StatusOr<CasePage> ListCases(std::uint64_t record_no, CivilDay due_by,
                                     absl::string_view cursor,
                                     std::size_t limit) const override;
  absl::StatusOr<std::vector<ChangeAt>> ListWithdrawals(
      std::uint64_t after, std::size_t limit) const override;
  absl::StatusOr<std::vector<ChangeAt>> ListCaseSteps(
      std::uint64_t after, std::size_t limit) const override;
  absl::StatusOr<std::vector<ReceiverAt>> ListReceivers() const override;
  absl::StatusOr<QualityCells> ReadQuality(CivilDay first, CivilDay last,
                                           std::size_t limit) const override;
  absl::StatusOr<std::optional<std::uint64_t>> HolderOfCode(
      absl::string_view uscc) const override;
  absl::StatusOr<PersonEntries> FindPerson(PersonalNumberKind kind,
                                           absl::string_view number,
                                           absl::string_view from,
                                           std::size_t limit) const override;
  absl::StatusOr<storage::v1::PersonalFields> OpenPersonal(
      const EnterpriseAt& enterprise) const override;
  absl::StatusOr<storage::v1::PersonalFields> OpenPersonal(
      const RecordAt& record) const override;
  absl::StatusOr<storage::v1::RawRow> OpenRaw(
      const QuarantinedRow& row) const override;

 private:
  // `at` as callers give it: 0 or later than this view means its own state.
  std::uint64_t Clamp(std::uint64_t at) const;
  // The changes that `table` lists from the key `begin` on.
  absl::StatusOr<std::vector<ChangeAt>> ChangesOf(Table table,
                                                  const std::string& begin,
                                                  std::size_t limit) const;

  const std::shared_ptr<const Snapshot> rows_;
  const storage::v1::Counters counters_;
  const TablesPtr tables_;
  const KeyRing* const keys_;
  const DataKeyStore* const data_keys_;
};

}  // namespace creditreg

#endif  // CREDITREG_INDEX_REGISTRY_SNAPSHOT_VIEW_H_
