#include "tests/index/registry/registry_dump.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "google/protobuf/message.h"
#include "index/base/random.h"
#include "index/base/status_macros.h"
#include "index/codec/keys.h"
#include "index/codec/value.h"
#include "index/lookup/file_list.h"
#include "index/registry/rows.h"
#include "index/store/key_files.h"
#include "index/store/store.h"

namespace creditreg {
namespace {

using google::protobuf::Message;
using storage::v1::Change;

class Dumper {
 public:
  Dumper(std::shared_ptr<const Snapshot> rows, const DataKeyStore& keys)
      : rows_(std::move(rows)), keys_(keys) {}

  absl::StatusOr<std::vector<std::string>> Run() {
    CREDITREG_RETURN_IF_ERROR(NameNumbers());
    CREDITREG_RETURN_IF_ERROR(
        ForEach(std::string(1, '\0'), "\xff\xff",
                [this](absl::string_view key, absl::string_view value) {
                  return Line(key, value);
                }));
    std::sort(lines_.begin(), lines_.end());
    return std::move(lines_);
  }

 private:
  using Take = std::function<absl::Status(absl::string_view key,
                                          absl::string_view value)>;

  absl::Status ForEach(std::string begin, std::string end, const Take& take) {
    ScanRange range;
    range.begin = std::move(begin);
    range.end = std::move(end);
    while (!range.begin.empty()) {
      CREDITREG_ASSIGN_OR_RETURN(ScanPage page, rows_->Scan(range));
      for (const auto& [key, value] : page.rows) {
        CREDITREG_RETURN_IF_ERROR(take(key, value));
      }
      range.begin = std::move(page.next);
    }
    return absl::OkStatus();
  }
  absl::Status ForEach(Table table, const Take& take) {
    return ForEach(TablePrefix(table), PrefixEnd(TablePrefix(table)), take);
  }

  // Enterprises by their current code, or where they have none by content;
  // records by natural key; changes by request, row and kind.
  absl::Status NameNumbers() {
    CREDITREG_RETURN_IF_ERROR(ForEach(
        Table::kEnterpriseVersion,
        [this](absl::string_view key, absl::string_view value) -> absl::Status {
          CREDITREG_ASSIGN_OR_RETURN(
              const NumberAndSequence number,
              DecodeVersionKey(Table::kEnterpriseVersion, key));
          CREDITREG_ASSIGN_OR_RETURN(
              const auto version,
              DecodeValue<storage::v1::EnterpriseVersion>(value));
          // The newest comes first.
          enterprises_.emplace(
              number.number,
              version.content().uscc().empty()
                  ? absl::StrCat("content ", absl::BytesToHexString(
                                                 version.info().content_hash()))
                  : version.content().uscc());
          return absl::OkStatus();
        }));
    CREDITREG_RETURN_IF_ERROR(ForEach(
        Table::kRecordHead,
        [this](absl::string_view key, absl::string_view value) -> absl::Status {
          CREDITREG_ASSIGN_OR_RETURN(const std::uint64_t number,
                                     DecodeNumberKey(Table::kRecordHead, key));
          CREDITREG_ASSIGN_OR_RETURN(
              const auto head, DecodeValue<storage::v1::RecordHead>(value));
          records_[number] = absl::BytesToHexString(head.natural_key());
          return absl::OkStatus();
        }));
    CREDITREG_RETURN_IF_ERROR(ForEach(
        Table::kQuarantineKey,
        [this](absl::string_view key, absl::string_view value) -> absl::Status {
          CREDITREG_ASSIGN_OR_RETURN(
              const auto row,
              DecodeValue<storage::v1::QuarantineKeyRow>(value));
          quarantined_[row.quarantine_no()] = absl::BytesToHexString(key);
          return absl::OkStatus();
        }));
    return ForEach(
        Table::kChange,
        [this](absl::string_view key, absl::string_view value) -> absl::Status {
          CREDITREG_ASSIGN_OR_RETURN(const std::uint64_t number,
                                     DecodeNumberKey(Table::kChange, key));
          CREDITREG_ASSIGN_OR_RETURN(const auto change,
                                     DecodeValue<Change>(value));
          changes_[number] =
              absl::StrCat(change.request_id(), "#", change.import_row(), "/",
                           change.kind(), "/", Record(change.record_no()));
          return absl::OkStatus();
        });
  }

  static std::string NameIn(const std::map<std::uint64_t, std::string>& names,
                            std::uint64_t number) {
    if (number == 0) return "none";
    const auto name = names.find(number);
    return name == names.end() ? "unknown" : name->second;
  }
  std::string Enterprise(std::uint64_t number) const {
    return NameIn(enterprises_, number);
  }
  std::string Record(std::uint64_t number) const {
    return NameIn(records_, number);
  }
  std::string Kept(std::uint64_t number) const {
    return NameIn(quarantined_, number);
  }
  std::string Sequence(std::uint64_t number) const {
    return NameIn(changes_, number);
  }

  template <typename... Parts>
  absl::Status Add(Table table, const Parts&... parts) {
    lines_.push_back(absl::StrCat(TableName(table), ": ", parts...));
    return absl::OkStatus();
  }

  static std::string Text(const Message& message) {
    return message.ShortDebugString();
  }

  static void ForgetTimes(storage::v1::VersionInfo& info) {
    info.clear_recorded_us();
    info.clear_first_received_us();
    info.clear_personal_sequence();
  }

  absl::Status Line(absl::string_view key, absl::string_view value);
  absl::Status VersionLine(Table table, absl::string_view key,
                           absl::string_view value);
  absl::Status SealedLine(absl::string_view key);
  absl::Status ChangeLine(absl::string_view key, absl::string_view value);
  absl::Status MetaLine(absl::string_view key, absl::string_view value);
  absl::Status HeadLine(Table table, absl::string_view key,
                        absl::string_view value);
  absl::Status FileListLine(absl::string_view key, absl::string_view value);

  const std::shared_ptr<const Snapshot> rows_;
  const DataKeyStore& keys_;
  std::map<std::uint64_t, std::string> enterprises_;
  std::map<std::uint64_t, std::string> records_;
  std::map<std::uint64_t, std::string> quarantined_;
  std::map<std::uint64_t, std::string> changes_;
  std::vector<std::string> lines_;
};

absl::Status Dumper::MetaLine(absl::string_view key, absl::string_view value) {
  if (key == MetaKey("layout")) {
    CREDITREG_ASSIGN_OR_RETURN(auto row,
                               DecodeValue<storage::v1::Layout>(value));
    row.clear_registry_id();
    row.clear_key_check();
    return Add(Table::kMeta, "layout ", Text(row));
  }
  if (key != MetaKey("counters")) return absl::InternalError("meta: unknown");
  CREDITREG_ASSIGN_OR_RETURN(auto row,
                             DecodeValue<storage::v1::Counters>(value));
  row.clear_record_time_us();
  row.clear_chain_hash();
  row.clear_publication_day();
  // Keys that no row came to use count as well.
  row.clear_data_key_slots();
  return Add(Table::kMeta, "counters ", Text(row));
}

absl::Status Dumper::HeadLine(Table table, absl::string_view key,
                              absl::string_view value) {
  CREDITREG_ASSIGN_OR_RETURN(const std::uint64_t number,
                             DecodeNumberKey(table, key));
  if (table == Table::kEnterpriseHead) {
    CREDITREG_ASSIGN_OR_RETURN(auto row,
                               DecodeValue<storage::v1::EnterpriseHead>(value));
    const std::string version = Sequence(row.version_sequence());
    row.clear_version_sequence();
    row.clear_file_sequence();
    row.set_data_key(row.data_key() == 0 ? 0 : 1);
    return Add(table, Enterprise(number), " ", version, " ", Text(row));
  }
  CREDITREG_ASSIGN_OR_RETURN(auto row,
                             DecodeValue<storage::v1::RecordHead>(value));
  const std::string version = Sequence(row.version_sequence());
  row.clear_version_sequence();
  row.set_data_key(row.data_key() == 0 ? 0 : 1);
  return Add(table, Record(number), " ", version, " ", Text(row));
}

absl::Status Dumper::VersionLine(Table table, absl::string_view key,
                                 absl::string_view value) {
  CREDITREG_ASSIGN_OR_RETURN(const NumberAndSequence number,
                             DecodeVersionKey(table, key));
  if (table == Table::kEnterpriseVersion) {
    CREDITREG_ASSIGN_OR_RETURN(
        auto row, DecodeValue<storage::v1::EnterpriseVersion>(value));
    const std::string sealed = Sequence(row.info().personal_sequence());
    ForgetTimes(*row.mutable_info());
    return Add(table, Enterprise(number.number), " ", Sequence(number.sequence),
               " sealed ", sealed, " ", Text(row));
  }
  CREDITREG_ASSIGN_OR_RETURN(auto row,
                             DecodeValue<storage::v1::RecordVersion>(value));
  const std::string sealed = Sequence(row.info().personal_sequence());
  const std::string enterprise = Enterprise(row.enterprise_no());
  row.clear_enterprise_no();
  ForgetTimes(*row.mutable_info());
  return Add(table, Record(number.number), " ", Sequence(number.sequence),
             " of ", enterprise, " sealed ", sealed, " ", Text(row));
}

absl::Status Dumper::SealedLine(absl::string_view key) {
  CREDITREG_ASSIGN_OR_RETURN(const SealedEntry entry, DecodeSealedKey(key));
  CREDITREG_ASSIGN_OR_RETURN(
      const std::string plain,
      OpenSealed(*rows_, keys_, entry.kind, entry.number, entry.sequence));
  std::string owner;
  switch (entry.kind) {
    case SealedKind::kEnterprise:
      owner = Enterprise(entry.number);
      break;
    case SealedKind::kRecord:
      owner = Record(entry.number);
      break;
    case SealedKind::kQuarantine:
      owner = Kept(entry.number);
      break;
  }
  return Add(Table::kSealed, owner, " ", Sequence(entry.sequence), " ",
             absl::BytesToHexString(plain));
}

absl::Status Dumper::ChangeLine(absl::string_view key,
                                absl::string_view value) {
  CREDITREG_ASSIGN_OR_RETURN(const std::uint64_t sequence,
                             DecodeNumberKey(Table::kChange, key));
  CREDITREG_ASSIGN_OR_RETURN(auto row, DecodeValue<Change>(value));
  const std::string touched =
      absl::StrCat(Enterprise(row.enterprise_no()), " ",
                   Record(row.record_no()), " ", Kept(row.quarantine_no()));
  row.clear_enterprise_no();
  row.clear_record_no();
  row.clear_quarantine_no();
  row.clear_record_time_us();
  row.clear_publication_day();
  row.set_sealed_hash(row.sealed_hash().empty() ? "" : "sealed");
  row.clear_chain_hash();
  return Add(Table::kChange, Sequence(sequence), " ", touched, " ", Text(row));
}

absl::Status Dumper::FileListLine(absl::string_view key,
                                  absl::string_view value) {
  CREDITREG_ASSIGN_OR_RETURN(const FileListEntry entry, DecodeFileListKey(key));
  CREDITREG_ASSIGN_OR_RETURN(const auto row,
                             DecodeValue<storage::v1::FileListRow>(value));
  std::string spans;
  for (const auto& span : row.spans()) {
    absl::StrAppend(&spans, " from ", Sequence(span.from()), " until ",
                    Sequence(span.until()));
  }
  absl::StrAppend(&spans, " version ", Sequence(CurrentVersion(row)));
  return Add(Table::kFileList, Enterprise(entry.enterprise_no), " ",
             static_cast<int>(entry.family), " ",
             static_cast<int>(entry.stretch), " ", entry.day.days(), " ",
             Record(entry.record_no), spans);
}

absl::Status Dumper::Line(absl::string_view key, absl::string_view value) {
  const auto table = static_cast<Table>(key.at(2));
  // All of the key but the number it ends with.
  const std::string prefix =
      absl::BytesToHexString(key.substr(0, key.size() - 8));
  switch (table) {
    case Table::kMeta:
      return MetaLine(key, value);
    case Table::kEnterpriseHead:
    case Table::kRecordHead:
      return HeadLine(table, key, value);
    case Table::kEnterpriseVersion:
    case Table::kRecordVersion:
      return VersionLine(table, key, value);
    case Table::kSealed:
      return SealedLine(key);
    case Table::kChange:
      return ChangeLine(key, value);
    case Table::kFileList:
      return FileListLine(key, value);
    case Table::kErasedKey:
      return Add(table, "one");
    case Table::kQualityCell:
      return Add(table, absl::BytesToHexString(key), " ",
                 absl::BytesToHexString(value));
    case Table::kWithdrawal:
    case Table::kCaseStep:
    case Table::kCase:
    case Table::kNationalCase:
    case Table::kHeldStep:
    case Table::kReceiver:
    case Table::kRecordCase:
    case Table::kCaseClock:
      return Add(table, "one");
    case Table::kConfTable:
      return Add(table, absl::BytesToHexString(key));
    case Table::kDue: {
      CREDITREG_ASSIGN_OR_RETURN(const DueEntry entry, DecodeDueKey(key));
      return Add(table, entry.day.days(), " ", Record(entry.record_no));
    }
    case Table::kUndecided: {
      CREDITREG_ASSIGN_OR_RETURN(const std::uint64_t number,
                                 DecodeNumberKey(table, key));
      return Add(table, Record(number));
    }
    case Table::kPerson: {
      CREDITREG_ASSIGN_OR_RETURN(const PersonEntry entry, DecodePersonKey(key));
      return Add(table, absl::BytesToHexString(key.substr(5, 16)), " ",
                 entry.kind == SealedKind::kEnterprise
                     ? Enterprise(entry.number)
                     : Record(entry.number),
                 " ", static_cast<int>(entry.role));
    }
    case Table::kNaturalKey: {
      CREDITREG_ASSIGN_OR_RETURN(
          const auto row, DecodeValue<storage::v1::NaturalKeyRow>(value));
      return Add(table, absl::BytesToHexString(key), " ",
                 Record(row.record_no()));
    }
    case Table::kQuarantine: {
      CREDITREG_ASSIGN_OR_RETURN(const std::uint64_t number,
                                 DecodeNumberKey(table, key));
      CREDITREG_ASSIGN_OR_RETURN(
          auto row, DecodeValue<storage::v1::QuarantineRow>(value));
      row.clear_received_us();
      row.set_data_key(row.data_key() == 0 ? 0 : 1);
      return Add(table, Kept(number), " ", Text(row));
    }
    case Table::kQuarantineKey:
      return Add(table, absl::BytesToHexString(key));
    case Table::kImport: {
      CREDITREG_ASSIGN_OR_RETURN(auto row,
                                 DecodeValue<storage::v1::ImportRow>(value));
      row.clear_started_us();
      row.clear_finished_us();
      row.clear_sequence();
      return Add(table, absl::BytesToHexString(key), " ", Text(row));
    }
    case Table::kImportOutcome: {
      CREDITREG_ASSIGN_OR_RETURN(
          const auto row, DecodeValue<storage::v1::ImportRowOutcome>(value));
      return Add(table, absl::BytesToHexString(key), " ", Text(row));
    }
    case Table::kCurrentCode: {
      CREDITREG_ASSIGN_OR_RETURN(
          const auto row, DecodeValue<storage::v1::CurrentCodeRow>(value));
      return Add(table, absl::BytesToHexString(key), " ",
                 Enterprise(row.enterprise_no()));
    }
    case Table::kFormerCode: {
      CREDITREG_ASSIGN_OR_RETURN(
          auto row, DecodeValue<storage::v1::FormerCodeRow>(value));
      const std::string enterprise = Enterprise(row.enterprise_no());
      row.clear_enterprise_no();
      return Add(table, absl::BytesToHexString(key), " ", enterprise, " ",
                 Text(row));
    }
    case Table::kOldNumber:
    case Table::kNameKey: {
      CREDITREG_ASSIGN_OR_RETURN(const std::uint64_t number,
                                 DecodeTrailingNumber(table, key));
      return Add(table, prefix, " ", Enterprise(number));
    }
    case Table::kPendingLink: {
      CREDITREG_ASSIGN_OR_RETURN(const std::uint64_t number,
                                 DecodeTrailingNumber(table, key));
      return Add(table, prefix, " ", Record(number));
    }
    case Table::kRequest:
    case Table::kRequestAge:
    case Table::kLinkBacklog:
      break;
  }
  return absl::InternalError("a row that imports do not leave");
}

}  // namespace

absl::StatusOr<std::vector<std::string>> DumpRegistry(
    const std::string& data_dir, const std::string& key_dir) {
  SystemRandom random;
  DataKeyOptions data_key_options;
  data_key_options.key_dir = key_dir;
  data_key_options.read_only = true;
  CREDITREG_ASSIGN_OR_RETURN(const auto data_keys,
                             DataKeyStore::Open(data_key_options, &random));
  StoreOptions options;
  options.directory = data_dir;
  options.read_only = true;
  CREDITREG_ASSIGN_OR_RETURN(const auto store, Store::Open(options));
  return Dumper(store->TakeSnapshot(), *data_keys).Run();
}

}  // namespace creditreg
