#include "tests/index/registry/crash_writes.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/generator/codes.h"
#include "creditreg/storage/v1/content.pb.h"
#include "index/model/draft.h"
#include "index/registry/registry.h"

namespace creditreg::crash {
namespace {

WriteRequest RequestOf(std::uint64_t n) {
  WriteRequest request;
  request.actor = Writer();
  request.request_id = RequestIdOf(n);
  request.payload = request.request_id;
  return request;
}

RecordDraft MakeRecord(std::uint64_t n, std::uint64_t record) {
  RecordDraft draft;
  draft.content.set_family(storage::v1::FAMILY_PENALTY);
  storage::v1::Party& party = *draft.content.mutable_party();
  party.set_uscc(CodeOf(n));
  party.set_category(storage::v1::PARTY_CATEGORY_ORGANISATION);
  draft.content.mutable_deciding_agency()->set_name("某市市场监督管理局");
  storage::v1::Penalty& penalty = *draft.content.mutable_penalty();
  penalty.set_document_number(DocumentOf(n, record));
  penalty.set_decided_on(20000 + static_cast<std::int32_t>(record));
  if (record % 2 == 0) draft.personal.set_complainant_name("张三");
  draft.source_id = "direct";
  return draft;
}

}  // namespace

std::string CodeOf(std::uint64_t n) {
  return generator::MakeUscc("91", "440300", generator::CodeUse::kEnterprise,
                             n / 4);
}

std::string RequestIdOf(std::uint64_t n) { return absl::StrCat("r", n); }

Actor Writer() { return {"writer", "agency", "clerk", "crash test"}; }

std::string NameOf(std::uint64_t n, bool renamed) {
  return absl::StrCat(renamed ? "新" : "旧", n / 4, "公司");
}

std::string TelephoneOf(std::uint64_t n) {
  return absl::StrCat(14000000000 + n / 4);
}

std::string DocumentOf(std::uint64_t n, std::uint64_t record) {
  return absl::StrCat("粤罚〔", n, "〕", record, "号");
}

PutEnterprise MakePut(std::uint64_t n) {
  const bool renamed = KindOf(n) == Kind::kRename;
  PutEnterprise write;
  write.request = RequestOf(n);
  storage::v1::Enterprise& content = write.draft.content;
  content.set_uscc(CodeOf(n));
  content.set_name(NameOf(n, renamed));
  content.set_category(storage::v1::PARTY_CATEGORY_ORGANISATION);
  content.set_status(storage::v1::REGISTRATION_STATUS_ACTIVE);
  content.set_established_on(10000);
  storage::v1::OldNumber* number = content.add_old_numbers();
  number->set_kind(storage::v1::OLD_NUMBER_KIND_STATISTICS);
  number->set_value(absl::StrCat("TJ", n / 4));
  if (!renamed) {
    write.draft.personal.emplace().set_telephone(TelephoneOf(n));
  }
  write.draft.source_id = "direct";
  return write;
}

SubmitRecords MakeSubmit(std::uint64_t n) {
  SubmitRecords write;
  write.request = RequestOf(n);
  for (std::uint64_t i = 0; i < kRecordsPerRequest; ++i) {
    write.records.emplace_back(MakeRecord(n, i));
  }
  return write;
}

StartImport MakeStart(std::uint64_t n) {
  StartImport start;
  start.actor = Writer();
  start.request_id = RequestIdOf(n);
  start.format = 3;
  start.encoding = 1;
  start.source_id = "default";
  return start;
}

std::vector<ImportRowDraft> MakeRows(std::uint64_t n, std::uint64_t piece) {
  std::vector<ImportRowDraft> rows;
  for (std::uint64_t i = 1; i <= kRowsPerPiece; ++i) {
    ImportRowDraft row;
    row.row = piece * kRowsPerPiece + i;
    row.record = MakeRecord(n, row.row);
    // A row that must be kept aside.
    if (i == kRowsPerPiece) {
      row.record->content.mutable_penalty()->clear_document_number();
    }
    row.raw.add_columns("文书号");
    row.raw.add_cells(DocumentOf(n, row.row));
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace creditreg::crash
