// Claim: a key is its fields and nothing else. No bytes crash a decoder, what
// one accepts is written again byte for byte, fields come back, keys sort as
// their fields do, and the key of one text is never the beginning of another's.
//
// Method: the same input is taken as a key of every table, as it is and behind
// the table's own prefix; and as the fields of two entries, whose keys are
// compared.

#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "index/base/check.h"
#include "index/base/civil_day.h"
#include "index/codec/keys.h"
#include "tests/fuzz/fuzz_input.h"

namespace creditreg {
namespace {

constexpr Table kNumberTables[] = {Table::kEnterpriseHead, Table::kRecordHead,
                                   Table::kChange, Table::kQuarantine,
                                   Table::kLinkBacklog};

std::string NumberKeyOf(Table table, std::uint64_t number) {
  switch (table) {
    case Table::kEnterpriseHead:
      return EnterpriseHeadKey(number);
    case Table::kRecordHead:
      return RecordHeadKey(number);
    case Table::kChange:
      return ChangeKey(number);
    case Table::kQuarantine:
      return QuarantineKey(number);
    case Table::kLinkBacklog:
      return LinkBacklogKey(number);
    default:
      CREDITREG_CHECK(false, "only these tables' keys are one number");
  }
}

std::string VersionKeyOf(Table table, const NumberAndSequence& version) {
  return table == Table::kEnterpriseVersion
             ? EnterpriseVersionKey(version.number, version.sequence)
             : RecordVersionKey(version.number, version.sequence);
}

// What a decoder said of `key`: where it accepts, `encode` gives the same
// bytes; otherwise the bytes are wrong and nothing else is.
template <typename T, typename Encode>
void CheckDecoded(absl::string_view key, const absl::StatusOr<T>& decoded,
                  Encode encode) {
  if (decoded.ok()) {
    CREDITREG_CHECK(encode(*decoded) == key,
                    "a key that is accepted is written again as it was");
  } else {
    CREDITREG_CHECK(decoded.status().code() == absl::StatusCode::kDataLoss,
                    "a key that is not accepted is damage");
  }
}

void DecodeAs(Table table, absl::string_view key) {
  for (const Table one : kNumberTables) {
    if (one != table) continue;
    CheckDecoded(key, DecodeNumberKey(table, key),
                 [table](std::uint64_t n) { return NumberKeyOf(table, n); });
  }
  switch (table) {
    case Table::kEnterpriseVersion:
    case Table::kRecordVersion:
      return CheckDecoded(key, DecodeVersionKey(table, key),
                          [table](const NumberAndSequence& version) {
                            return VersionKeyOf(table, version);
                          });
    case Table::kOldNumber:
    case Table::kNameKey:
    case Table::kPendingLink:
      return CheckDecoded(
          key, DecodeTrailingNumber(table, key), [key](std::uint64_t number) {
            std::string end;
            for (int i = 7; i >= 0; --i) {
              end.push_back(static_cast<char>(number >> (8 * i)));
            }
            return absl::StrCat(key.substr(0, key.size() - 8), end);
          });
    case Table::kFileList:
      return CheckDecoded(
          key, DecodeFileListKey(key),
          [](const FileListEntry& e) { return FileListKey(e); });
    case Table::kDue:
      return CheckDecoded(key, DecodeDueKey(key), [](const DueEntry& e) {
        return DueKey(e.day, e.record_no);
      });
    case Table::kQualityCell:
      return CheckDecoded(
          key, DecodeQualityCellKey(key), [](const QualityCellEntry& e) {
            return QualityCellKey(e.month, e.source_id, e.region, e.family);
          });
    case Table::kHeldStep:
      return CheckDecoded(key, DecodeHeldStepKey(key),
                          [](const HeldStepEntry& e) {
                            return HeldStepKey(e.national_no, e.step);
                          });
    case Table::kRecordCase:
      return CheckDecoded(key, DecodeRecordCaseKey(key),
                          [](const RecordCaseEntry& e) {
                            return RecordCaseKey(e.record_no, e.case_no);
                          });
    case Table::kCaseClock:
      return CheckDecoded(key, DecodeCaseClockKey(key),
                          [](const CaseClockEntry& e) {
                            return CaseClockKey(e.day, e.case_no);
                          });
    case Table::kSealed:
      return CheckDecoded(key, DecodeSealedKey(key), [](const SealedEntry& e) {
        return SealedKey(e.kind, e.number, e.sequence);
      });
    case Table::kRequestAge:
      return CheckDecoded(
          key, DecodeRequestAgeKey(key), [](const RequestAgeEntry& e) {
            return RequestAgeKey(e.recorded_us, e.principal, e.id);
          });
    case Table::kImportOutcome:
      return CheckDecoded(key, DecodeImportOutcomeKey(key),
                          [](const NumberAndSequence& e) {
                            return ImportOutcomeKey(e.number, e.sequence);
                          });
    default:
      return;
  }
}

void DecodeEverywhere(absl::string_view bytes) {
  constexpr Table kDecoded[] = {Table::kEnterpriseHead,
                                Table::kEnterpriseVersion,
                                Table::kRecordHead,
                                Table::kRecordVersion,
                                Table::kSealed,
                                Table::kChange,
                                Table::kRequestAge,
                                Table::kQuarantine,
                                Table::kImportOutcome,
                                Table::kLinkBacklog,
                                Table::kOldNumber,
                                Table::kNameKey,
                                Table::kFileList,
                                Table::kPendingLink,
                                Table::kDue,
                                Table::kQualityCell,
                                Table::kHeldStep,
                                Table::kRecordCase,
                                Table::kCaseClock};
  for (const Table table : kDecoded) {
    DecodeAs(table, bytes);
    DecodeAs(table, absl::StrCat(TablePrefix(table), bytes));
  }
}

// The fields of one entry, as many as the widest key has.
struct Fields {
  explicit Fields(FuzzInput& input)
      : a(input.U64()),
        b(input.U64()),
        day(CivilDay::FromDays(static_cast<std::int32_t>(input.U64()))),
        kind(input.Byte()),
        text(input.Text()),
        text2(input.Text()) {}

  std::uint64_t a;
  std::uint64_t b;
  CivilDay day;
  std::uint8_t kind;
  std::string text;
  std::string text2;
};

FileListEntry PlaceOf(const Fields& f) {
  return {f.a, static_cast<std::uint8_t>(f.kind & 0x7F),
          static_cast<Stretch>(f.kind & 0x80), f.day, f.b};
}

// `encode` gives a key, `order` a tuple that sorts as keys must.
template <typename Encode, typename Order>
void CheckOrder(const Fields& x, const Fields& y, Encode encode, Order order) {
  const std::string key_x = encode(x);
  const std::string key_y = encode(y);
  CREDITREG_CHECK((key_x < key_y) == (order(x) < order(y)),
                  "keys sort as their fields do");
  CREDITREG_CHECK((key_x == key_y) == (order(x) == order(y)),
                  "equal keys are of equal fields");
  CREDITREG_CHECK(key_x == key_y || (!absl::StartsWith(key_x, key_y) &&
                                     !absl::StartsWith(key_y, key_x)),
                  "no key is the beginning of another of its table");
}

std::int64_t TimeOf(const Fields& fields) {
  return static_cast<std::int64_t>(fields.a >> 1);
}

void CheckOrders(const Fields& x, const Fields& y) {
  const auto later_first = [](std::uint64_t value) { return ~value; };
  CheckOrder(
      x, y, [](const Fields& f) { return EnterpriseVersionKey(f.a, f.b); },
      [&](const Fields& f) { return std::tuple(f.a, later_first(f.b)); });
  CheckOrder(
      x, y, [](const Fields& f) { return ImportOutcomeKey(f.a, f.b); },
      [](const Fields& f) { return std::tuple(f.a, f.b); });
  CheckOrder(
      x, y, [](const Fields& f) { return RequestKey(f.text, f.text2); },
      [](const Fields& f) { return std::tuple(f.text, f.text2); });
  CheckOrder(
      x, y, [](const Fields& f) { return ImportKey(f.text, f.text2); },
      [](const Fields& f) { return std::tuple(f.text, f.text2); });
  CheckOrder(
      x, y,
      [](const Fields& f) { return RequestAgeKey(TimeOf(f), f.text, f.text2); },
      [](const Fields& f) { return std::tuple(TimeOf(f), f.text, f.text2); });
  CheckOrder(
      x, y, [](const Fields& f) { return OldNumberKey(f.kind, f.text, f.a); },
      [](const Fields& f) { return std::tuple(f.kind, f.text, f.a); });
  CheckOrder(
      x, y, [](const Fields& f) { return PendingLinkKey(f.kind, f.text, f.a); },
      [](const Fields& f) { return std::tuple(f.kind, f.text, f.a); });
  CheckOrder(
      x, y, [](const Fields& f) { return FileListKey(PlaceOf(f)); },
      [](const Fields& f) {
        return std::tuple(f.a, f.kind, -std::int64_t{f.day.days()}, f.b);
      });
  CheckOrder(
      x, y, [](const Fields& f) { return DueKey(f.day, f.a); },
      [](const Fields& f) { return std::tuple(f.day.days(), f.a); });
}

void CheckFieldsComeBack(const Fields& f) {
  const auto versions =
      DecodeVersionKey(Table::kRecordVersion, RecordVersionKey(f.a, f.b));
  CREDITREG_CHECK(
      versions.ok() && versions->number == f.a && versions->sequence == f.b,
      "a version's key gives its fields");
  const FileListEntry place = PlaceOf(f);
  const auto listed = DecodeFileListKey(FileListKey(place));
  CREDITREG_CHECK(listed.ok() && listed->enterprise_no == f.a &&
                      listed->family == place.family &&
                      listed->stretch == place.stretch &&
                      listed->day == f.day && listed->record_no == f.b,
                  "a list entry's key gives its fields");
  const auto age =
      DecodeRequestAgeKey(RequestAgeKey(TimeOf(f), f.text, f.text2));
  CREDITREG_CHECK(age.ok() && age->recorded_us == TimeOf(f) &&
                      age->principal == f.text && age->id == f.text2,
                  "a request age's key gives its fields");
  for (const Table table : {Table::kOldNumber, Table::kPendingLink}) {
    const std::string key = table == Table::kOldNumber
                                ? OldNumberKey(f.kind, f.text, f.a)
                                : PendingLinkKey(f.kind, f.text, f.a);
    const std::string prefix = table == Table::kOldNumber
                                   ? OldNumberPrefix(f.kind, f.text)
                                   : PendingLinkPrefix(f.kind, f.text);
    const auto number = DecodeTrailingNumber(table, key);
    CREDITREG_CHECK(number.ok() && *number == f.a, "the number comes back");
    CREDITREG_CHECK(absl::StartsWith(key, prefix), "a key has its prefix");
  }
}

// `key` lies between `prefix` and its end exactly if it begins with it.
void CheckPrefixEnd(absl::string_view prefix, absl::string_view key) {
  if (prefix.find_first_not_of('\xFF') == absl::string_view::npos) return;
  const std::string end = PrefixEnd(prefix);
  CREDITREG_CHECK((key >= prefix && key < end) == absl::StartsWith(key, prefix),
                  "a prefix's keys are those before its end");
}

}  // namespace
}  // namespace creditreg

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  creditreg::FuzzInput input(data, size);
  creditreg::DecodeEverywhere(input.Rest());
  const creditreg::Fields x(input);
  const creditreg::Fields y(input);
  creditreg::CheckOrders(x, y);
  creditreg::CheckFieldsComeBack(x);
  creditreg::CheckPrefixEnd(x.text, y.text);
  return 0;
}
