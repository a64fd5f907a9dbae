// Every key of the database: what it is made of, byte by byte. KEYS.md draws
// them. Pure functions; numbers are big-endian, so that key order is value
// order; "~" before a field means its bits are flipped, so that later sorts
// first.
//
// Every key begins with the partition (2 bytes) and the table (1 byte). Tables
// from 0x40 on are indexes: derived rows that can be dropped and built again;
// their keys go on with the index's generation (2 bytes).
//
// Decode functions return DataLoss for a key of another table, a wrong length
// or a bad escape; the message names the table, never the key.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_INDEX_CODEC_KEYS_H_
#define CREDITREG_INDEX_CODEC_KEYS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "index/base/civil_day.h"

namespace creditreg {

// Stored: numbers are never reused. Beside each: the fields of its key; KEYS.md
// says which message is the value.
enum class Table : std::uint8_t {
  kMeta = 0x01,               // name
  kEnterpriseHead = 0x02,     // enterprise_no
  kEnterpriseVersion = 0x03,  // enterprise_no, ~sequence
  kRecordHead = 0x04,         // record_no
  kRecordVersion = 0x05,      // record_no, ~sequence
  kSealed = 0x06,             // kind u8, number, sequence
  kChange = 0x07,             // sequence
  kRequest = 0x08,            // text principal, text id
  kRequestAge = 0x09,         // recorded_us, text principal, text id
  kNaturalKey = 0x0A,         // natural key (32 bytes)
  kQuarantine = 0x0B,         // quarantine_no
  kQuarantineKey = 0x0C,      // content hash (32 bytes)
  kImport = 0x0D,             // text principal, text id
  kImportOutcome = 0x0E,      // import_no, row
  kLinkBacklog = 0x0F,        // enterprise_no
  kErasedKey = 0x10,          // slot
  kConfTable = 0x11,          // text name, ~sequence
  kQualityCell = 0x12,        // month, text source, text region, family u8
  kCase = 0x13,               // case_no
  kNationalCase = 0x14,       // text national number
  kHeldStep = 0x15,           // text national number, step
  kReceiver = 0x16,           // text principal
  // Indexes.
  kCurrentCode = 0x40,  // USCC (18 bytes)
  kFormerCode = 0x41,   // USCC (18 bytes)
  kOldNumber = 0x42,    // kind u8, text value, enterprise_no
  kNameKey = 0x43,      // name key (16 bytes), enterprise_no
  kFileList = 0x44,     // enterprise_no, stretch u8, ~day, record_no
  kPendingLink = 0x45,  // kind u8 (0: USCC, else OldNumberKind), text value,
                        // record_no
  kPerson = 0x46,       // number's HMAC (16 bytes), kind u8, number, role u8
  kDue = 0x47,          // day, record_no
  kUndecided = 0x48,    // record_no
  kRecordCase = 0x49,   // record_no, case_no
  kCaseClock = 0x4A,    // last day, case_no
  kWithdrawal = 0x4B,   // sequence
  kCaseStep = 0x4C,     // sequence
};

// The one partition there is today.
inline constexpr std::uint16_t kPartition = 1;
// Generation of each index in use today.
inline constexpr std::uint16_t kGeneration = 1;

// What messages call the table, for example "record head".
absl::string_view TableName(Table table);

// Prefix of a whole table (indexes: with the generation). Every key of the
// table begins with it.
std::string TablePrefix(Table table);

// The first key after every key that begins with `prefix`; `prefix` is not
// empty and not all 0xFF.
std::string PrefixEnd(absl::string_view prefix);

// What kSealed and kPerson rows belong to. Stored.
enum class SealedKind : std::uint8_t {
  kEnterprise = 1,
  kRecord = 2,
  kQuarantine = 3,  // sequence is 0
};

// Each family of a file is listed in two stretches, so that a list for the
// public costs nothing for what it does not show. The second one's family has
// the high bit set.
enum class Stretch : std::uint8_t {
  // Some channel shows the record, or will without another change.
  kListed = 0,
  kUnlisted = 0x80,
};
struct FileListEntry {
  std::uint64_t enterprise_no = 0;
  std::uint8_t family = 0;
  Stretch stretch = Stretch::kListed;
  CivilDay day;
  std::uint64_t record_no = 0;
};

std::string MetaKey(absl::string_view name);
std::string EnterpriseHeadKey(std::uint64_t enterprise_no);
// Prefix of all versions, newest first.
std::string EnterpriseVersionPrefix(std::uint64_t enterprise_no);
// Also the place to seek to for "the newest version at or before `sequence`".
std::string EnterpriseVersionKey(std::uint64_t enterprise_no,
                                 std::uint64_t sequence);
std::string RecordHeadKey(std::uint64_t record_no);
std::string RecordVersionPrefix(std::uint64_t record_no);
std::string RecordVersionKey(std::uint64_t record_no, std::uint64_t sequence);
std::string SealedKey(SealedKind kind, std::uint64_t number,
                      std::uint64_t sequence);
std::string ChangeKey(std::uint64_t sequence);
std::string RequestKey(absl::string_view principal, absl::string_view id);
// `recorded_us` is not negative.
std::string RequestAgeKey(std::int64_t recorded_us, absl::string_view principal,
                          absl::string_view id);
// `natural_key` is 32 bytes.
std::string NaturalKeyKey(absl::string_view natural_key);
std::string QuarantineKey(std::uint64_t quarantine_no);
// `content_hash` is 32 bytes.
std::string QuarantineHashKey(absl::string_view content_hash);
std::string ImportKey(absl::string_view principal, absl::string_view id);
std::string ImportOutcomePrefix(std::uint64_t import_no);
std::string ImportOutcomeKey(std::uint64_t import_no, std::uint64_t row);
std::string LinkBacklogKey(std::uint64_t enterprise_no);
// A data key that was destroyed, or is to be where a copy of the key file
// brings it back.
std::string ErasedKeyKey(std::uint64_t slot);
// A table of conf/ by its name; newest first.
std::string ConfTablePrefix(absl::string_view name);
std::string ConfTableKey(absl::string_view name, std::uint64_t sequence);
// `month` is a date.
std::string QualityCellPrefix(CivilDay month);
std::string QualityCellKey(CivilDay month, absl::string_view source_id,
                           absl::string_view region, std::uint8_t family);
std::string CaseKey(std::uint64_t case_no);
std::string NationalCaseKey(absl::string_view national_no);
std::string HeldStepPrefix(absl::string_view national_no);
std::string HeldStepKey(absl::string_view national_no, std::uint64_t step);
std::string ReceiverKey(absl::string_view principal);

// `uscc` is 18 bytes.
std::string CurrentCodeKey(absl::string_view uscc);
std::string FormerCodeKey(absl::string_view uscc);
// `kind` is an OldNumberKind by number, or 0 for a USCC (pending links only).
std::string OldNumberPrefix(std::uint8_t kind, absl::string_view value);
std::string OldNumberKey(std::uint8_t kind, absl::string_view value,
                         std::uint64_t enterprise_no);
// `name_key` is 16 bytes.
std::string NameKeyPrefix(absl::string_view name_key);
std::string NameKeyKey(absl::string_view name_key, std::uint64_t enterprise_no);
std::string FileListPrefix(std::uint64_t enterprise_no);
// One stretch of a family: what the public may be shown of it, or the rest.
std::string FileListPrefix(std::uint64_t enterprise_no, std::uint8_t family,
                           Stretch stretch);
// Newest day first; Unknown sorts last.
std::string FileListKey(const FileListEntry& entry);
std::string PendingLinkPrefix(std::uint8_t kind, absl::string_view value);
std::string PendingLinkKey(std::uint8_t kind, absl::string_view value,
                           std::uint64_t record_no);

// `mac` is 16 bytes; `kind` is kEnterprise or kRecord, `role` a PersonRole.
std::string PersonPrefix(absl::string_view mac);
std::string PersonKey(absl::string_view mac, SealedKind kind,
                      std::uint64_t number, std::uint8_t role);

// `day` is a date.
std::string DuePrefix(CivilDay day);
std::string DueKey(CivilDay day, std::uint64_t record_no);
std::string UndecidedKey(std::uint64_t record_no);
std::string RecordCasePrefix(std::uint64_t record_no);
std::string RecordCaseKey(std::uint64_t record_no, std::uint64_t case_no);
// `day` is a date.
std::string CaseClockKey(CivilDay day, std::uint64_t case_no);
// Of the change that tells of it.
std::string WithdrawalKey(std::uint64_t sequence);
std::string CaseStepKey(std::uint64_t sequence);

struct NumberAndSequence {
  std::uint64_t number = 0;
  std::uint64_t sequence = 0;
};
struct PersonEntry {
  SealedKind kind = SealedKind::kRecord;
  std::uint64_t number = 0;
  std::uint8_t role = 0;
};
struct DueEntry {
  CivilDay day;
  std::uint64_t record_no = 0;
};
struct QualityCellEntry {
  CivilDay month;
  std::string source_id;
  std::string region;
  std::uint8_t family = 0;
};
struct HeldStepEntry {
  std::string national_no;
  std::uint64_t step = 0;
};
struct RecordCaseEntry {
  std::uint64_t record_no = 0;
  std::uint64_t case_no = 0;
};
struct CaseClockEntry {
  CivilDay day;
  std::uint64_t case_no = 0;
};
struct SealedEntry {
  SealedKind kind = SealedKind::kRecord;
  std::uint64_t number = 0;
  std::uint64_t sequence = 0;
};
struct RequestAgeEntry {
  std::int64_t recorded_us = 0;
  std::string principal;
  std::string id;
};

// For tables whose key is one number: heads, changes, quarantine, backlog,
// erased keys, undecided records, cases, withdrawals, case steps.
absl::StatusOr<std::uint64_t> DecodeNumberKey(Table table,
                                              absl::string_view key);
// For kEnterpriseVersion and kRecordVersion.
absl::StatusOr<NumberAndSequence> DecodeVersionKey(Table table,
                                                   absl::string_view key);
// For kOldNumber, kNameKey (enterprise_no) and kPendingLink (record_no): the
// number the key ends with.
absl::StatusOr<std::uint64_t> DecodeTrailingNumber(Table table,
                                                   absl::string_view key);
absl::StatusOr<FileListEntry> DecodeFileListKey(absl::string_view key);
absl::StatusOr<DueEntry> DecodeDueKey(absl::string_view key);
absl::StatusOr<QualityCellEntry> DecodeQualityCellKey(absl::string_view key);
absl::StatusOr<HeldStepEntry> DecodeHeldStepKey(absl::string_view key);
absl::StatusOr<RecordCaseEntry> DecodeRecordCaseKey(absl::string_view key);
absl::StatusOr<CaseClockEntry> DecodeCaseClockKey(absl::string_view key);
// For kNationalCase and kReceiver: the text it is.
absl::StatusOr<std::string> DecodeTextKey(Table table, absl::string_view key);
// `sequence` of a conf table's key; `number` is 0.
absl::StatusOr<NumberAndSequence> DecodeConfTableKey(absl::string_view key);
absl::StatusOr<SealedEntry> DecodeSealedKey(absl::string_view key);
absl::StatusOr<PersonEntry> DecodePersonKey(absl::string_view key);
absl::StatusOr<RequestAgeEntry> DecodeRequestAgeKey(absl::string_view key);
// (import_no, row)
absl::StatusOr<NumberAndSequence> DecodeImportOutcomeKey(absl::string_view key);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_CODEC_KEYS_H_
