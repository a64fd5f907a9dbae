#include "index/codec/keys.h"

#include <cstddef>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "index/base/check.h"
#include "index/base/status_macros.h"

namespace creditreg {
namespace {

constexpr std::size_t kUsccBytes = 18;
constexpr std::size_t kNaturalKeyBytes = 32;
constexpr std::size_t kContentHashBytes = 32;
constexpr std::size_t kNameKeyBytes = 16;
constexpr std::size_t kMacBytes = 16;

// In a text a zero byte is followed by one of these.
constexpr char kZeroByte = '\xFF';
constexpr char kEndOfText = '\x01';

constexpr bool IsIndex(Table table) {
  return static_cast<std::uint8_t>(table) >= 0x40;
}

// Appends fields to a key, first the table's prefix.
class KeyWriter {
 public:
  explicit KeyWriter(Table table) {
    // Longer than most keys, so that they are allocated once.
    key_.reserve(48);
    U16(kPartition).U8(static_cast<std::uint8_t>(table));
    if (IsIndex(table)) U16(kGeneration);
  }

  KeyWriter& U8(std::uint8_t value) { return BigEndian<1>(value); }
  KeyWriter& U16(std::uint16_t value) { return BigEndian<2>(value); }
  KeyWriter& U64(std::uint64_t value) { return BigEndian<8>(value); }

  KeyWriter& FlippedU64(std::uint64_t value) { return U64(~value); }

  KeyWriter& Day(CivilDay day) { return BigEndian<4>(OrderedDay(day)); }

  KeyWriter& FlippedDay(CivilDay day) {
    return BigEndian<4>(~OrderedDay(day) & 0xFFFFFFFF);
  }

  KeyWriter& Raw(absl::string_view bytes) {
    key_.append(bytes.data(), bytes.size());
    return *this;
  }

  KeyWriter& Text(absl::string_view text) {
    for (const char c : text) {
      key_.push_back(c);
      if (c == '\0') key_.push_back(kZeroByte);
    }
    key_.push_back('\0');
    key_.push_back(kEndOfText);
    return *this;
  }

  std::string Finish() { return std::move(key_); }

 private:
  // Unsigned numbers in the order of the days.
  static std::uint64_t OrderedDay(CivilDay day) {
    return static_cast<std::uint32_t>(day.days()) ^ 0x80000000u;
  }

  template <int kBytes>
  KeyWriter& BigEndian(std::uint64_t value) {
    for (int i = kBytes - 1; i >= 0; --i) {
      key_.push_back(static_cast<char>((value >> (8 * i)) & 0xFF));
    }
    return *this;
  }

  std::string key_;
};

// Takes fields from a key. The first error stays; after it every field is zero
// or empty, so that callers check once, in Finish().
class KeyReader {
 public:
  KeyReader(Table table, absl::string_view key) : table_(table), rest_(key) {
    const std::string prefix = TablePrefix(table);
    if (Raw(prefix.size()) != prefix) Fail("not of this table");
  }

  std::uint8_t U8() { return static_cast<std::uint8_t>(BigEndian<1>()); }
  std::uint64_t U64() { return BigEndian<8>(); }
  std::uint64_t FlippedU64() { return ~U64(); }

  CivilDay Day() { return DayOf(static_cast<std::uint32_t>(BigEndian<4>())); }
  CivilDay FlippedDay() {
    return DayOf(static_cast<std::uint32_t>(~BigEndian<4>()));
  }

  absl::string_view Raw(std::size_t size) {
    if (rest_.size() < size) {
      Fail("too short");
      return {};
    }
    const absl::string_view bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return bytes;
  }

  std::string Text() {
    std::string text;
    while (true) {
      const std::size_t zero = rest_.find('\0');
      if (zero == absl::string_view::npos || zero + 1 == rest_.size()) {
        Fail("has a text without an end");
        return {};
      }
      text.append(rest_.data(), zero);
      const char next = rest_[zero + 1];
      rest_.remove_prefix(zero + 2);
      if (next == kEndOfText) return text;
      if (next != kZeroByte) {
        Fail("has a bad escape");
        return {};
      }
      text.push_back('\0');
    }
  }

  void Fail(absl::string_view what) {
    if (status_.ok()) {
      status_ = absl::DataLossError(
          absl::StrCat(TableName(table_), " key: ", what, ", want KEYS.md"));
    }
    rest_ = {};
  }

  // OK if every field was there and nothing is left.
  absl::Status Finish() {
    if (!rest_.empty()) Fail("too long");
    return status_;
  }

 private:
  static CivilDay DayOf(std::uint32_t ordered) {
    return CivilDay::FromDays(static_cast<std::int32_t>(ordered ^ 0x80000000u));
  }

  template <int kBytes>
  std::uint64_t BigEndian() {
    std::uint64_t value = 0;
    for (const char c : Raw(kBytes)) {
      value = value << 8 | static_cast<unsigned char>(c);
    }
    return value;
  }

  const Table table_;
  absl::string_view rest_;
  absl::Status status_;
};

std::string NumberKey(Table table, std::uint64_t number) {
  return KeyWriter(table).U64(number).Finish();
}

std::string VersionKey(Table table, std::uint64_t number,
                       std::uint64_t sequence) {
  return KeyWriter(table).U64(number).FlippedU64(sequence).Finish();
}

KeyWriter KindAndText(Table table, std::uint8_t kind, absl::string_view value) {
  KeyWriter writer(table);
  writer.U8(kind).Text(value);
  return writer;
}

std::string CodeKey(Table table, absl::string_view uscc) {
  CREDITREG_CHECK(uscc.size() == kUsccBytes, "a code has 18 bytes");
  return KeyWriter(table).Raw(uscc).Finish();
}

std::string HashKey(Table table, absl::string_view hash) {
  return KeyWriter(table).Raw(hash).Finish();
}

constexpr std::uint8_t kUnlistedBit =
    static_cast<std::uint8_t>(Stretch::kUnlisted);

std::uint8_t StretchByte(std::uint8_t family, Stretch stretch) {
  CREDITREG_CHECK(family < kUnlistedBit, "a family has 7 bits");
  return family | static_cast<std::uint8_t>(stretch);
}

}  // namespace

absl::string_view TableName(Table table) {
  switch (table) {
    case Table::kMeta:
      return "meta";
    case Table::kEnterpriseHead:
      return "enterprise head";
    case Table::kEnterpriseVersion:
      return "enterprise version";
    case Table::kRecordHead:
      return "record head";
    case Table::kRecordVersion:
      return "record version";
    case Table::kSealed:
      return "sealed";
    case Table::kChange:
      return "change";
    case Table::kRequest:
      return "request";
    case Table::kRequestAge:
      return "request age";
    case Table::kNaturalKey:
      return "natural key";
    case Table::kQuarantine:
      return "quarantine";
    case Table::kQuarantineKey:
      return "quarantine key";
    case Table::kImport:
      return "import";
    case Table::kImportOutcome:
      return "import outcome";
    case Table::kLinkBacklog:
      return "link backlog";
    case Table::kErasedKey:
      return "erased key";
    case Table::kConfTable:
      return "conf table";
    case Table::kQualityCell:
      return "quality cell";
    case Table::kCase:
      return "case";
    case Table::kNationalCase:
      return "national case";
    case Table::kHeldStep:
      return "held step";
    case Table::kReceiver:
      return "receiver";
    case Table::kCurrentCode:
      return "current code";
    case Table::kFormerCode:
      return "former code";
    case Table::kOldNumber:
      return "old number";
    case Table::kNameKey:
      return "name key";
    case Table::kFileList:
      return "file list";
    case Table::kPendingLink:
      return "pending link";
    case Table::kPerson:
      return "person";
    case Table::kDue:
      return "due";
    case Table::kUndecided:
      return "undecided";
    case Table::kRecordCase:
      return "record case";
    case Table::kCaseClock:
      return "case clock";
    case Table::kWithdrawal:
      return "withdrawal";
    case Table::kCaseStep:
      return "case step";
  }
  return "unknown";
}

std::string TablePrefix(Table table) { return KeyWriter(table).Finish(); }

std::string PrefixEnd(absl::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && end.back() == '\xFF') end.pop_back();
  CREDITREG_CHECK(!end.empty(), "a prefix has a byte that is not 0xFF");
  end.back() = static_cast<char>(static_cast<unsigned char>(end.back()) + 1);
  return end;
}

std::string MetaKey(absl::string_view name) {
  return KeyWriter(Table::kMeta).Raw(name).Finish();
}

std::string EnterpriseHeadKey(std::uint64_t enterprise_no) {
  return NumberKey(Table::kEnterpriseHead, enterprise_no);
}

std::string EnterpriseVersionPrefix(std::uint64_t enterprise_no) {
  return NumberKey(Table::kEnterpriseVersion, enterprise_no);
}

std::string EnterpriseVersionKey(std::uint64_t enterprise_no,
                                 std::uint64_t sequence) {
  return VersionKey(Table::kEnterpriseVersion, enterprise_no, sequence);
}

std::string RecordHeadKey(std::uint64_t record_no) {
  return NumberKey(Table::kRecordHead, record_no);
}

std::string RecordVersionPrefix(std::uint64_t record_no) {
  return NumberKey(Table::kRecordVersion, record_no);
}

std::string RecordVersionKey(std::uint64_t record_no, std::uint64_t sequence) {
  return VersionKey(Table::kRecordVersion, record_no, sequence);
}

std::string SealedKey(SealedKind kind, std::uint64_t number,
                      std::uint64_t sequence) {
  return KeyWriter(Table::kSealed)
      .U8(static_cast<std::uint8_t>(kind))
      .U64(number)
      .U64(sequence)
      .Finish();
}

std::string ChangeKey(std::uint64_t sequence) {
  return NumberKey(Table::kChange, sequence);
}

std::string RequestKey(absl::string_view principal, absl::string_view id) {
  return KeyWriter(Table::kRequest).Text(principal).Text(id).Finish();
}

std::string RequestAgeKey(std::int64_t recorded_us, absl::string_view principal,
                          absl::string_view id) {
  CREDITREG_CHECK(recorded_us >= 0, "record times are after 1970");
  return KeyWriter(Table::kRequestAge)
      .U64(static_cast<std::uint64_t>(recorded_us))
      .Text(principal)
      .Text(id)
      .Finish();
}

std::string NaturalKeyKey(absl::string_view natural_key) {
  CREDITREG_CHECK(natural_key.size() == kNaturalKeyBytes,
                  "a natural key has 32 bytes");
  return HashKey(Table::kNaturalKey, natural_key);
}

std::string QuarantineKey(std::uint64_t quarantine_no) {
  return NumberKey(Table::kQuarantine, quarantine_no);
}

std::string QuarantineHashKey(absl::string_view content_hash) {
  CREDITREG_CHECK(content_hash.size() == kContentHashBytes,
                  "a content hash has 32 bytes");
  return HashKey(Table::kQuarantineKey, content_hash);
}

std::string ImportKey(absl::string_view principal, absl::string_view id) {
  return KeyWriter(Table::kImport).Text(principal).Text(id).Finish();
}

std::string ImportOutcomePrefix(std::uint64_t import_no) {
  return NumberKey(Table::kImportOutcome, import_no);
}

std::string ImportOutcomeKey(std::uint64_t import_no, std::uint64_t row) {
  return KeyWriter(Table::kImportOutcome).U64(import_no).U64(row).Finish();
}

std::string LinkBacklogKey(std::uint64_t enterprise_no) {
  return NumberKey(Table::kLinkBacklog, enterprise_no);
}

std::string CurrentCodeKey(absl::string_view uscc) {
  return CodeKey(Table::kCurrentCode, uscc);
}

std::string FormerCodeKey(absl::string_view uscc) {
  return CodeKey(Table::kFormerCode, uscc);
}

std::string OldNumberPrefix(std::uint8_t kind, absl::string_view value) {
  return KindAndText(Table::kOldNumber, kind, value).Finish();
}

std::string OldNumberKey(std::uint8_t kind, absl::string_view value,
                         std::uint64_t enterprise_no) {
  return KindAndText(Table::kOldNumber, kind, value)
      .U64(enterprise_no)
      .Finish();
}

std::string NameKeyPrefix(absl::string_view name_key) {
  CREDITREG_CHECK(name_key.size() == kNameKeyBytes, "a name key has 16 bytes");
  return HashKey(Table::kNameKey, name_key);
}

std::string NameKeyKey(absl::string_view name_key,
                       std::uint64_t enterprise_no) {
  CREDITREG_CHECK(name_key.size() == kNameKeyBytes, "a name key has 16 bytes");
  return KeyWriter(Table::kNameKey).Raw(name_key).U64(enterprise_no).Finish();
}

std::string FileListPrefix(std::uint64_t enterprise_no) {
  return NumberKey(Table::kFileList, enterprise_no);
}

std::string FileListPrefix(std::uint64_t enterprise_no, std::uint8_t family,
                           Stretch stretch) {
  return KeyWriter(Table::kFileList)
      .U64(enterprise_no)
      .U8(StretchByte(family, stretch))
      .Finish();
}

std::string FileListKey(const FileListEntry& entry) {
  return KeyWriter(Table::kFileList)
      .U64(entry.enterprise_no)
      .U8(StretchByte(entry.family, entry.stretch))
      .FlippedDay(entry.day)
      .U64(entry.record_no)
      .Finish();
}

std::string PendingLinkPrefix(std::uint8_t kind, absl::string_view value) {
  return KindAndText(Table::kPendingLink, kind, value).Finish();
}

std::string PendingLinkKey(std::uint8_t kind, absl::string_view value,
                           std::uint64_t record_no) {
  return KindAndText(Table::kPendingLink, kind, value).U64(record_no).Finish();
}

std::string ErasedKeyKey(std::uint64_t slot) {
  return NumberKey(Table::kErasedKey, slot);
}

std::string ConfTablePrefix(absl::string_view name) {
  return KeyWriter(Table::kConfTable).Text(name).Finish();
}

std::string ConfTableKey(absl::string_view name, std::uint64_t sequence) {
  return KeyWriter(Table::kConfTable).Text(name).FlippedU64(sequence).Finish();
}

std::string QualityCellPrefix(CivilDay month) {
  return KeyWriter(Table::kQualityCell).Day(month).Finish();
}

std::string QualityCellKey(CivilDay month, absl::string_view source_id,
                           absl::string_view region, std::uint8_t family) {
  return KeyWriter(Table::kQualityCell)
      .Day(month)
      .Text(source_id)
      .Text(region)
      .U8(family)
      .Finish();
}

std::string CaseKey(std::uint64_t case_no) {
  return NumberKey(Table::kCase, case_no);
}

std::string NationalCaseKey(absl::string_view national_no) {
  return KeyWriter(Table::kNationalCase).Text(national_no).Finish();
}

std::string HeldStepPrefix(absl::string_view national_no) {
  return KeyWriter(Table::kHeldStep).Text(national_no).Finish();
}

std::string HeldStepKey(absl::string_view national_no, std::uint64_t step) {
  return KeyWriter(Table::kHeldStep).Text(national_no).U64(step).Finish();
}

std::string ReceiverKey(absl::string_view principal) {
  return KeyWriter(Table::kReceiver).Text(principal).Finish();
}

std::string DuePrefix(CivilDay day) {
  return KeyWriter(Table::kDue).Day(day).Finish();
}

std::string DueKey(CivilDay day, std::uint64_t record_no) {
  return KeyWriter(Table::kDue).Day(day).U64(record_no).Finish();
}

std::string UndecidedKey(std::uint64_t record_no) {
  return NumberKey(Table::kUndecided, record_no);
}

std::string RecordCasePrefix(std::uint64_t record_no) {
  return NumberKey(Table::kRecordCase, record_no);
}

std::string RecordCaseKey(std::uint64_t record_no, std::uint64_t case_no) {
  return KeyWriter(Table::kRecordCase).U64(record_no).U64(case_no).Finish();
}

std::string CaseClockKey(CivilDay day, std::uint64_t case_no) {
  return KeyWriter(Table::kCaseClock).Day(day).U64(case_no).Finish();
}

std::string WithdrawalKey(std::uint64_t sequence) {
  return NumberKey(Table::kWithdrawal, sequence);
}

std::string CaseStepKey(std::uint64_t sequence) {
  return NumberKey(Table::kCaseStep, sequence);
}

std::string PersonPrefix(absl::string_view mac) {
  CREDITREG_CHECK(mac.size() == kMacBytes, "a number's HMAC has 16 bytes");
  return HashKey(Table::kPerson, mac);
}

std::string PersonKey(absl::string_view mac, SealedKind kind,
                      std::uint64_t number, std::uint8_t role) {
  CREDITREG_CHECK(mac.size() == kMacBytes, "a number's HMAC has 16 bytes");
  return KeyWriter(Table::kPerson)
      .Raw(mac)
      .U8(static_cast<std::uint8_t>(kind))
      .U64(number)
      .U8(role)
      .Finish();
}

absl::StatusOr<std::uint64_t> DecodeNumberKey(Table table,
                                              absl::string_view key) {
  CREDITREG_CHECK(
      table == Table::kEnterpriseHead || table == Table::kRecordHead ||
          table == Table::kChange || table == Table::kQuarantine ||
          table == Table::kLinkBacklog || table == Table::kErasedKey ||
          table == Table::kUndecided || table == Table::kCase ||
          table == Table::kWithdrawal || table == Table::kCaseStep,
      "only these tables' keys are one number");
  KeyReader reader(table, key);
  const std::uint64_t number = reader.U64();
  CREDITREG_RETURN_IF_ERROR(reader.Finish());
  return number;
}

absl::StatusOr<NumberAndSequence> DecodeVersionKey(Table table,
                                                   absl::string_view key) {
  CREDITREG_CHECK(
      table == Table::kEnterpriseVersion || table == Table::kRecordVersion,
      "only these tables have versions");
  KeyReader reader(table, key);
  NumberAndSequence version;
  version.number = reader.U64();
  version.sequence = reader.FlippedU64();
  CREDITREG_RETURN_IF_ERROR(reader.Finish());
  return version;
}

absl::StatusOr<std::uint64_t> DecodeTrailingNumber(Table table,
                                                   absl::string_view key) {
  CREDITREG_CHECK(table == Table::kOldNumber || table == Table::kNameKey ||
                      table == Table::kPendingLink,
                  "only these tables' keys end with a number");
  KeyReader reader(table, key);
  if (table == Table::kNameKey) {
    reader.Raw(kNameKeyBytes);
  } else {
    reader.U8();
    reader.Text();
  }
  const std::uint64_t number = reader.U64();
  CREDITREG_RETURN_IF_ERROR(reader.Finish());
  return number;
}

absl::StatusOr<FileListEntry> DecodeFileListKey(absl::string_view key) {
  KeyReader reader(Table::kFileList, key);
  FileListEntry entry;
  entry.enterprise_no = reader.U64();
  const std::uint8_t stretch = reader.U8();
  entry.family = stretch & ~kUnlistedBit;
  entry.stretch = static_cast<Stretch>(stretch & kUnlistedBit);
  entry.day = reader.FlippedDay();
  entry.record_no = reader.U64();
  CREDITREG_RETURN_IF_ERROR(reader.Finish());
  return entry;
}

absl::StatusOr<NumberAndSequence> DecodeConfTableKey(absl::string_view key) {
  KeyReader reader(Table::kConfTable, key);
  NumberAndSequence decoded;
  reader.Text();
  decoded.sequence = reader.FlippedU64();
  CREDITREG_RETURN_IF_ERROR(reader.Finish());
  return decoded;
}

absl::StatusOr<DueEntry> DecodeDueKey(absl::string_view key) {
  KeyReader reader(Table::kDue, key);
  DueEntry entry;
  entry.day = reader.Day();
  entry.record_no = reader.U64();
  CREDITREG_RETURN_IF_ERROR(reader.Finish());
  return entry;
}

absl::StatusOr<QualityCellEntry> DecodeQualityCellKey(absl::string_view key) {
  KeyReader reader(Table::kQualityCell, key);
  QualityCellEntry entry;
  entry.month = reader.Day();
  entry.source_id = reader.Text();
  entry.region = reader.Text();
  entry.family = reader.U8();
  CREDITREG_RETURN_IF_ERROR(reader.Finish());
  return entry;
}

absl::StatusOr<HeldStepEntry> DecodeHeldStepKey(absl::string_view key) {
  KeyReader reader(Table::kHeldStep, key);
  HeldStepEntry entry;
  entry.national_no = reader.Text();
  entry.step = reader.U64();
  CREDITREG_RETURN_IF_ERROR(reader.Finish());
  return entry;
}

absl::StatusOr<RecordCaseEntry> DecodeRecordCaseKey(absl::string_view key) {
  KeyReader reader(Table::kRecordCase, key);
  RecordCaseEntry entry;
  entry.record_no = reader.U64();
  entry.case_no = reader.U64();
  CREDITREG_RETURN_IF_ERROR(reader.Finish());
  return entry;
}

absl::StatusOr<CaseClockEntry> DecodeCaseClockKey(absl::string_view key) {
  KeyReader reader(Table::kCaseClock, key);
  CaseClockEntry entry;
  entry.day = reader.Day();
  entry.case_no = reader.U64();
  CREDITREG_RETURN_IF_ERROR(reader.Finish());
  return entry;
}

absl::StatusOr<std::string> DecodeTextKey(Table table, absl::string_view key) {
  CREDITREG_CHECK(table == Table::kNationalCase || table == Table::kReceiver,
                  "only these tables' keys are one text");
  KeyReader reader(table, key);
  std::string text = reader.Text();
  CREDITREG_RETURN_IF_ERROR(reader.Finish());
  return text;
}

absl::StatusOr<SealedEntry> DecodeSealedKey(absl::string_view key) {
  KeyReader reader(Table::kSealed, key);
  SealedEntry entry;
  const std::uint8_t kind = reader.U8();
  if (kind < 1 || kind > 3) reader.Fail("has an unknown kind");
  entry.kind = static_cast<SealedKind>(kind);
  entry.number = reader.U64();
  entry.sequence = reader.U64();
  CREDITREG_RETURN_IF_ERROR(reader.Finish());
  return entry;
}

absl::StatusOr<RequestAgeEntry> DecodeRequestAgeKey(absl::string_view key) {
  KeyReader reader(Table::kRequestAge, key);
  RequestAgeEntry entry;
  entry.recorded_us = static_cast<std::int64_t>(reader.U64());
  if (entry.recorded_us < 0) reader.Fail("has a time before 1970");
  entry.principal = reader.Text();
  entry.id = reader.Text();
  CREDITREG_RETURN_IF_ERROR(reader.Finish());
  return entry;
}

absl::StatusOr<NumberAndSequence> DecodeImportOutcomeKey(
    absl::string_view key) {
  KeyReader reader(Table::kImportOutcome, key);
  NumberAndSequence entry;
  entry.number = reader.U64();
  entry.sequence = reader.U64();
  CREDITREG_RETURN_IF_ERROR(reader.Finish());
  return entry;
}

absl::StatusOr<PersonEntry> DecodePersonKey(absl::string_view key) {
  KeyReader reader(Table::kPerson, key);
  reader.Raw(kMacBytes);
  PersonEntry entry;
  const std::uint8_t kind = reader.U8();
  if (kind < 1 || kind > 2) reader.Fail("has an unknown kind");
  entry.kind = static_cast<SealedKind>(kind);
  entry.number = reader.U64();
  entry.role = reader.U8();
  CREDITREG_RETURN_IF_ERROR(reader.Finish());
  return entry;
}

}  // namespace creditreg
