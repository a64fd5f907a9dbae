#include "index/registry/verify_relations.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/status_macros.h"
#include "index/codec/crypto.h"
#include "index/codec/keys.h"
#include "index/codec/value.h"
#include "index/registry/verify_run.h"
#include "index/registry/write_context.h"

namespace creditreg {
namespace {

using storage::v1::Change;

// What of a row's value is compared; nothing where it is damaged.
using Project = std::optional<std::string> (*)(absl::string_view value);

std::optional<std::string> WholeValue(absl::string_view value) {
  return std::string(value);
}

std::optional<std::string> OfChange(absl::string_view value) {
  const absl::StatusOr<Change> change = DecodeValue<Change>(value);
  if (!change.ok()) return std::nullopt;
  return ProjectMade(*change);
}

std::optional<std::string> OfSealed(absl::string_view value) {
  const auto row = DecodeValue<storage::v1::SealedRow>(value);
  if (!row.ok()) return std::nullopt;
  return ContentHash(*row);
}

std::optional<std::string> OfQuarantine(absl::string_view value) {
  const auto row = DecodeValue<storage::v1::QuarantineRow>(value);
  if (!row.ok()) return std::nullopt;
  return ProjectQuarantine(row->received_us(), row->request_id(),
                           row->import_row());
}

std::optional<std::string> OfConfTable(absl::string_view value) {
  const auto row = DecodeValue<storage::v1::ConfTableRow>(value);
  if (!row.ok()) return std::nullopt;
  return row->sm3();
}

struct RelationParts {
  Table table;
  Table implied_by;
  Project project;
};

// In the order of Relation.
constexpr std::array<RelationParts, kRelations> kParts = {{
    {Table::kChange, Table::kEnterpriseVersion, &OfChange},
    {Table::kChange, Table::kRecordVersion, &OfChange},
    {Table::kSealed, Table::kChange, &OfSealed},
    {Table::kQuarantine, Table::kChange, &OfQuarantine},
    {Table::kErasedKey, Table::kChange, &WholeValue},
    {Table::kConfTable, Table::kChange, &OfConfTable},
    {Table::kCurrentCode, Table::kEnterpriseVersion, &WholeValue},
    {Table::kFormerCode, Table::kEnterpriseVersion, &WholeValue},
    {Table::kOldNumber, Table::kEnterpriseVersion, &WholeValue},
    {Table::kNameKey, Table::kEnterpriseVersion, &WholeValue},
    {Table::kPerson, Table::kEnterpriseVersion, &WholeValue},
    {Table::kNaturalKey, Table::kRecordVersion, &WholeValue},
    {Table::kFileList, Table::kRecordVersion, &WholeValue},
    {Table::kPendingLink, Table::kRecordVersion, &WholeValue},
    {Table::kPerson, Table::kRecordVersion, &WholeValue},
    {Table::kDue, Table::kRecordHead, &WholeValue},
    {Table::kUndecided, Table::kRecordHead, &WholeValue},
    {Table::kWithdrawal, Table::kChange, &WholeValue},
    {Table::kCaseStep, Table::kChange, &WholeValue},
    {Table::kRecordCase, Table::kCase, &WholeValue},
    {Table::kCaseClock, Table::kCase, &WholeValue},
    {Table::kNationalCase, Table::kCase, &WholeValue},
    {Table::kRequestAge, Table::kRequest, &WholeValue},
    {Table::kQuarantineKey, Table::kQuarantine, &WholeValue},
}};

const RelationParts& PartsOf(Relation relation) {
  return kParts[static_cast<std::size_t>(relation)];
}

// One key for each run is enough: the sums are never stored.
Key128 SumKey(const VerifyRun& run) {
  const std::string bytes =
      Hmac(run.keys().hmac, "verify", run.layout().registry_id());
  Key128 key;
  std::copy_n(bytes.begin(), key.size(), key.begin());
  return key;
}

constexpr std::uint64_t RotateLeft(std::uint64_t value, int bits) {
  return value << bits | value >> (64 - bits);
}

std::uint64_t LittleEndian(const unsigned char* bytes, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = size; i-- > 0;) value = value << 8 | bytes[i];
  return value;
}

struct SipState {
  std::uint64_t v0;
  std::uint64_t v1;
  std::uint64_t v2;
  std::uint64_t v3;

  void Rounds(int rounds) {
    for (int i = 0; i < rounds; ++i) {
      v0 += v1;
      v1 = RotateLeft(v1, 13) ^ v0;
      v0 = RotateLeft(v0, 32);
      v2 += v3;
      v3 = RotateLeft(v3, 16) ^ v2;
      v0 += v3;
      v3 = RotateLeft(v3, 21) ^ v0;
      v2 += v1;
      v1 = RotateLeft(v1, 17) ^ v2;
      v2 = RotateLeft(v2, 32);
    }
  }

  void Take(std::uint64_t word) {
    v3 ^= word;
    Rounds(2);
    v0 ^= word;
  }
};

}  // namespace

std::uint64_t SipHash(const Key128& key, absl::string_view bytes) {
  const std::uint64_t k0 = LittleEndian(key.data(), 8);
  const std::uint64_t k1 = LittleEndian(key.data() + 8, 8);
  SipState state = {k0 ^ 0x736f6d6570736575u, k1 ^ 0x646f72616e646f6du,
                    k0 ^ 0x6c7967656e657261u, k1 ^ 0x7465646279746573u};
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  const std::size_t tail = bytes.size() % 8;
  const std::size_t whole = bytes.size() - tail;
  for (std::size_t i = 0; i < whole; i += 8) {
    state.Take(LittleEndian(data + i, 8));
  }
  state.Take(LittleEndian(data + whole, tail) |
             static_cast<std::uint64_t>(bytes.size()) << 56);
  state.v2 ^= 0xff;
  state.Rounds(4);
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

MadeBy MadeByOf(Change::Kind kind) {
  switch (kind) {
    case Change::KIND_ENTERPRISE_PUT:
      return MadeBy::kPut;
    case Change::KIND_ENTERPRISE_WITHHELD:
      return MadeBy::kWithheld;
    case Change::KIND_RECORD_SUBMITTED:
    case Change::KIND_RECORD_CORRECTED:
      return MadeBy::kSubmitted;
    case Change::KIND_RECORD_WITHDRAWN:
      return MadeBy::kWithdrawn;
    case Change::KIND_RECORD_LINKED:
      return MadeBy::kLinked;
    case Change::KIND_PERSONAL_ERASED:
      return MadeBy::kErased;
    case Change::KIND_RECORD_CLASSIFIED:
      return MadeBy::kClassified;
    case Change::KIND_RECORD_JUDGED:
      return MadeBy::kJudged;
    case Change::KIND_RECORD_MARKED:
      return MadeBy::kMarked;
    default:
      return MadeBy::kNothing;
  }
}

bool MadeEnterpriseVersion(const Change& change) {
  switch (MadeByOf(change.kind())) {
    case MadeBy::kPut:
    case MadeBy::kWithheld:
      return true;
    case MadeBy::kErased:
      return change.record_no() == 0 && change.quarantine_no() == 0;
    default:
      return false;
  }
}

bool MadeRecordVersion(const Change& change) {
  switch (MadeByOf(change.kind())) {
    case MadeBy::kSubmitted:
    case MadeBy::kWithdrawn:
    case MadeBy::kLinked:
    case MadeBy::kClassified:
    case MadeBy::kJudged:
    case MadeBy::kMarked:
      return true;
    case MadeBy::kErased:
      return change.record_no() != 0;
    default:
      return false;
  }
}

std::string ProjectMade(const MadeVersion& made) {
  return absl::StrCat(static_cast<int>(made.made_by), "/", made.number, "/",
                      made.enterprise_no, "/", made.recorded_us, "/",
                      made.content_hash, made.reason);
}

std::string ProjectMade(const Change& change) {
  MadeVersion made;
  made.made_by = MadeByOf(change.kind());
  made.number = MadeEnterpriseVersion(change) ? change.enterprise_no()
                                              : change.record_no();
  made.enterprise_no = change.enterprise_no();
  made.recorded_us = change.record_time_us();
  made.content_hash = change.content_hash();
  // Versions keep no reason for showing a file again, nor for an erasure, nor
  // for taking a classification back, nor for what cases do.
  if (made.made_by != MadeBy::kWithheld && made.made_by != MadeBy::kErased &&
      made.made_by != MadeBy::kClassified && made.made_by != MadeBy::kMarked) {
    made.reason = change.reason();
  }
  return ProjectMade(made);
}

std::string ProjectQuarantine(std::int64_t received_us,
                              absl::string_view request_id,
                              std::uint64_t import_row) {
  return absl::StrCat(received_us, "/", import_row, "/", request_id);
}

Relations::Relations(VerifyRun& run) : run_(run), key_(SumKey(run)) {}

const Relations::State& Relations::StateOf(Relation relation) const {
  return states_[static_cast<std::size_t>(relation)];
}

Relations::State& Relations::StateOf(Relation relation) {
  return states_[static_cast<std::size_t>(relation)];
}

void Relations::Add(absl::string_view key, absl::string_view projected,
                    Sum* sum) const {
  sum->total += SipHash(key_, absl::StrCat(key.size(), ":", key, projected));
  ++sum->rows;
}

absl::Status Relations::Expect(Relation relation, const std::string& key,
                               absl::string_view projected,
                               std::uint64_t number) {
  if (run_.searching()) return LookUp(relation, key, projected, number);
  Add(key, projected, &StateOf(relation).expected);
  return absl::OkStatus();
}

void Relations::Found(Relation relation, absl::string_view key,
                      absl::string_view projected) {
  if (!run_.searching()) Add(key, projected, &StateOf(relation).found);
}

bool Relations::Holds(Relation relation) const {
  const State& state = StateOf(relation);
  return state.expected.total == state.found.total &&
         state.expected.rows == state.found.rows;
}

absl::Status Relations::LookUp(Relation relation, const std::string& key,
                               absl::string_view projected,
                               std::uint64_t number) {
  if (Holds(relation) || key.empty()) return absl::OkStatus();
  CREDITREG_ASSIGN_OR_RETURN(const std::optional<std::string> value,
                             GetUndamaged(run_.rows(), key));
  State& state = StateOf(relation);
  if (!value.has_value()) {
    if (state.missing++ == 0) state.first_missing = number;
    return absl::OkStatus();
  }
  if (PartsOf(relation).project(*value) != std::string(projected)) {
    if (state.differ++ == 0) state.first_differing = number;
  }
  return absl::OkStatus();
}

absl::Status Relations::Settle(
    const std::vector<Relation>& relations,
    const std::function<absl::Status()>& read_again) {
  const bool all_hold =
      std::all_of(relations.begin(), relations.end(),
                  [this](Relation relation) { return Holds(relation); });
  if (all_hold) return absl::OkStatus();
  run_.set_searching(true);
  const absl::Status read = read_again();
  run_.set_searching(false);
  CREDITREG_RETURN_IF_ERROR(read);
  for (const Relation relation : relations) {
    if (!Holds(relation)) Report(relation);
  }
  return absl::OkStatus();
}

void Relations::Report(Relation relation) {
  State& state = StateOf(relation);
  const RelationParts& parts = PartsOf(relation);
  const absl::string_view implied_by = TableName(parts.implied_by);
  // Rows whose keys cannot be known are only counted.
  if (state.missing == 0 && state.expected.rows > state.found.rows) {
    state.missing = state.expected.rows - state.found.rows;
  }
  // Every row that is there is as implied, differs, or is one too many.
  const std::uint64_t implied = state.expected.rows - state.missing;
  const std::uint64_t extra =
      state.found.rows > implied ? state.found.rows - implied : 0;
  if (state.missing > 0) {
    run_.Fault(parts.table, absl::StrCat("missing for a row of ", implied_by),
               state.first_missing, state.missing);
  }
  if (state.differ > 0) {
    run_.Fault(
        parts.table,
        absl::StrCat("differs from what a row of ", implied_by, " implies"),
        state.first_differing, state.differ);
  }
  if (extra > 0) {
    run_.Fault(parts.table,
               absl::StrCat("extra, implied by no row of ", implied_by), 0,
               extra);
  }
  if (state.missing == 0 && state.differ == 0 && extra == 0) {
    run_.Fault(parts.table,
               absl::StrCat("not what the rows of ", implied_by, " imply"));
  }
}

}  // namespace creditreg
