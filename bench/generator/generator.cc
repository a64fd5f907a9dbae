#include "bench/generator/generator.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <map>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "bench/generator/codes.h"
#include "bench/generator/columns.h"
#include "bench/generator/csv_file.h"
#include "bench/generator/enterprise.h"
#include "bench/generator/guangdong.h"
#include "bench/generator/random.h"
#include "bench/generator/record.h"
#include "bench/generator/words.h"
#include "index/base/status_macros.h"
#include "nlohmann/json.hpp"

namespace creditreg::generator {
namespace {

using Json = nlohmann::ordered_json;

// One dirty row after this many clean ones.
constexpr std::uint64_t kDirtyEvery = 100;

// Above this many records an enterprise is one of the large ones, whose records
// are spread over the whole file instead of standing together.
constexpr std::uint64_t kLargeRecords = 50;
constexpr std::uint64_t kMostRecords = 100000;

enum class Dirt {
  kBadCheck,
  kBadLength,
  kLowerCase,
  kFullWidth,
  kBadOrgCheck,
  kMissingRequired,
  kBadDate,
  kDuplicateRow,
  kOtherContent,
  kCodeConflict,
  kPeriodReversed,
  kFineMissing,
  kFormerName,
  kNameNeverHeld,
};

absl::string_view NameOf(Dirt dirt) {
  switch (dirt) {
    case Dirt::kBadCheck:
      return "bad_check";
    case Dirt::kBadLength:
      return "bad_length";
    case Dirt::kLowerCase:
      return "lower_case";
    case Dirt::kFullWidth:
      return "full_width";
    case Dirt::kBadOrgCheck:
      return "bad_org_check";
    case Dirt::kMissingRequired:
      return "missing_required";
    case Dirt::kBadDate:
      return "bad_date";
    case Dirt::kDuplicateRow:
      return "duplicate_row";
    case Dirt::kOtherContent:
      return "other_content";
    case Dirt::kCodeConflict:
      return "code_conflict";
    case Dirt::kPeriodReversed:
      return "period_reversed";
    case Dirt::kFineMissing:
      return "fine_missing";
    case Dirt::kFormerName:
      return "former_name";
    case Dirt::kNameNeverHeld:
      return "name_never_held";
  }
  return "";
}

constexpr Dirt kEnterpriseDirt[] = {Dirt::kBadCheck,        Dirt::kDuplicateRow,
                                    Dirt::kLowerCase,       Dirt::kOtherContent,
                                    Dirt::kFullWidth,       Dirt::kCodeConflict,
                                    Dirt::kBadOrgCheck,     Dirt::kBadDate,
                                    Dirt::kMissingRequired, Dirt::kBadLength};
constexpr Dirt kLicenceDirt[] = {
    Dirt::kBadCheck,       Dirt::kDuplicateRow,  Dirt::kFormerName,
    Dirt::kPeriodReversed, Dirt::kNameNeverHeld, Dirt::kMissingRequired,
    Dirt::kBadDate,        Dirt::kOtherContent,  Dirt::kLowerCase,
    Dirt::kFullWidth,      Dirt::kBadLength};
constexpr Dirt kPenaltyDirt[] = {
    Dirt::kFineMissing, Dirt::kBadCheck,      Dirt::kDuplicateRow,
    Dirt::kFormerName,  Dirt::kNameNeverHeld, Dirt::kOtherContent,
    Dirt::kBadDate,     Dirt::kLowerCase,     Dirt::kMissingRequired,
    Dirt::kFullWidth,   Dirt::kBadLength};
constexpr Dirt kComplaintDirt[] = {Dirt::kBadCheck,     Dirt::kDuplicateRow,
                                   Dirt::kFormerName,   Dirt::kNameNeverHeld,
                                   Dirt::kBadDate,      Dirt::kMissingRequired,
                                   Dirt::kOtherContent, Dirt::kLowerCase,
                                   Dirt::kFullWidth,    Dirt::kBadLength};

// The columns in which the records of a family get dirty.
struct FamilyForm {
  const char* file;
  const char* const* header;
  std::size_t columns;
  const Dirt* dirt;
  std::size_t dirt_kinds;
  std::size_t code;
  std::size_t name;
  std::size_t required;
  std::size_t date;
  // What other_content changes.
  std::size_t content;
  std::size_t remark;
};

constexpr FamilyForm kFamilyForms[kFamilies] = {
    {"licence.csv", kLicenceHeader, kXkColumns, kLicenceDirt,
     std::size(kLicenceDirt), kXkXdrShxym, kXkXdrMc, kXkWsh, kXkJdrq, kXkNr,
     kXkBz},
    {"penalty.csv", kPenaltyHeader, kCfColumns, kPenaltyDirt,
     std::size(kPenaltyDirt), kCfXdrShxym, kCfXdrMc, kCfWsh, kCfJdrq, kCfSy,
     kCfBz},
    {"complaint.csv", kComplaintHeader, kTsColumns, kComplaintDirt,
     std::size(kComplaintDirt), kTsBtsShxym, kTsBtsMc, kTsAjbh, kTsDjrq, kTsJg,
     kTsBz},
};

constexpr std::size_t kEnterpriseDateColumns[] = {
    kEntEstdate, kEntApprdate, kEntOpfrom, kEntOpto, kEntRevdate, kEntCandate};

// Breaks a code as `dirt` says; false if `dirt` is not about codes.
bool BreakCode(Dirt dirt, std::string* code) {
  switch (dirt) {
    case Dirt::kBadCheck:
      code->back() = code->back() == '7' ? '8' : '7';
      return true;
    case Dirt::kBadLength:
      code->pop_back();
      return true;
    case Dirt::kLowerCase:
      absl::AsciiStrToLower(code);
      return true;
    case Dirt::kFullWidth: {
      // U+FF01 to U+FF5E are ASCII's twins.
      std::string wide;
      for (const char c : *code) {
        const int point = 0xFF00 + (c - 0x20);
        wide.push_back(static_cast<char>(0xE0 | (point >> 12)));
        wide.push_back(static_cast<char>(0x80 | ((point >> 6) & 0x3F)));
        wide.push_back(static_cast<char>(0x80 | (point & 0x3F)));
      }
      *code = std::move(wide);
      return true;
    }
    case Dirt::kBadOrgCheck:
      // Position 17 another digit, position 18 right for it.
      (*code)[16] = (*code)[16] == '4' ? '5' : '4';
      (*code)[17] = UsccCheckCharacter(absl::string_view(*code).substr(0, 17));
      return true;
    default:
      return false;
  }
}

std::string Remark(Dirt dirt) { return absl::StrCat("造数：", NameOf(dirt)); }

// floor(sqrt(x)).
std::uint64_t IntegerRoot(std::uint64_t x) {
  std::uint64_t root = 0;
  for (std::uint64_t bit = std::uint64_t{1} << 31; bit != 0; bit >>= 1) {
    if ((root | bit) * (root | bit) <= x) root |= bit;
  }
  return root;
}

using Counts = std::array<std::uint64_t, kFamilies>;

// How many rows of each kind a file got; sorted, so that the manifest is.
using Tally = std::map<std::string, std::uint64_t>;

// One file with its dirty rows and what the manifest says about it.
struct Output {
  explicit Output(CsvFile file) : csv(std::move(file)) {}

  CsvFile csv;
  std::uint64_t clean_rows = 0;
  // A duplicate that waits for the next dirty row, so that it does not stand
  // right behind its twin.
  std::optional<Row> held;
  Tally dirty;
  std::uint64_t dirty_rows = 0;
  // Rows that are right but not ordinary.
  Tally special;
};

class Run {
 public:
  Run(const GeneratorOptions& options, const Guangdong& guangdong)
      : options_(options),
        maker_(options.seed, options.as_of, guangdong),
        records_(maker_) {}

  absl::Status Generate(const std::string& directory);

 private:
  // An enterprise with very many records, and how many are written.
  struct Large {
    Enterprise enterprise;
    Counts counts;
    Counts written{};
  };

  void PlanLarge();
  Counts CountsOf(const Enterprise& enterprise) const;
  void WriteEnterprises();
  void WriteDirtyEnterprise(Dirt dirt, const Row& clean, std::uint64_t at);
  void WriteRecords();
  void WriteLarge(std::uint64_t done, std::uint64_t total);
  void WriteRecord(Family family, const Enterprise& party, std::uint32_t index);
  void WriteDirtyRecord(Family family, const Row& clean,
                        const Enterprise& party);
  void Append(Output& output, absl::Span<const std::size_t> dates, Row* row);
  Json Manifest();
  Json Interesting(absl::string_view role, const Enterprise& enterprise) const;
  Json FileEntry(const Output& output) const;

  // Numbers [0, enterprises) are in enterprise.csv, the next in
  // enterprise_later.csv, the rest in no file.
  std::uint64_t later() const {
    return std::max<std::uint64_t>(2, options_.enterprises / 500);
  }
  std::uint64_t never() const {
    return std::max<std::uint64_t>(2, options_.enterprises / 300);
  }

  const GeneratorOptions options_;
  const EnterpriseMaker maker_;
  RecordMaker records_;
  std::vector<Output> outputs_;  // by Family, then the two of enterprises
  std::vector<Large> large_;
  std::map<std::uint64_t, std::size_t> large_by_number_;
  // Multiplies an ordinary enterprise's means, in milli.
  std::uint64_t factor_milli_ = 1000;
  std::array<std::uint64_t, 4> classes_{};
  Tally enterprise_facts_;
  Row row_;
};

constexpr std::size_t kEnterprises = kFamilies;
constexpr std::size_t kLater = kFamilies + 1;

absl::Status Run::Generate(const std::string& directory) {
  for (const FamilyForm& form : kFamilyForms) {
    CREDITREG_ASSIGN_OR_RETURN(
        CsvFile csv, CsvFile::Create(absl::StrCat(directory, "/", form.file),
                                     form.header, form.columns));
    outputs_.emplace_back(std::move(csv));
  }
  for (const char* name : {"enterprise.csv", "enterprise_later.csv"}) {
    CREDITREG_ASSIGN_OR_RETURN(
        CsvFile csv, CsvFile::Create(absl::StrCat(directory, "/", name),
                                     kEnterpriseHeader, kEntColumns));
    outputs_.emplace_back(std::move(csv));
  }
  PlanLarge();
  WriteEnterprises();
  WriteRecords();
  for (Output& output : outputs_) {
    if (output.held.has_value()) output.csv.Append(*output.held);
    CREDITREG_RETURN_IF_ERROR(output.csv.Finish());
  }
  std::ofstream manifest(absl::StrCat(directory, "/manifest.json"),
                         std::ios::binary);
  manifest << Manifest().dump(2) << "\n";
  manifest.close();
  if (!manifest) {
    return absl::InternalError("generator: cannot write manifest.json");
  }
  return absl::OkStatus();
}

// The r-th largest has 1 / r^1.5 as many records as the largest.
void Run::PlanLarge() {
  const std::uint64_t most = std::min(options_.enterprises, kMostRecords);
  std::uint64_t total = 0;
  for (std::uint64_t rank = 1;; ++rank) {
    const std::uint64_t records =
        most * 1000 / (rank * IntegerRoot(rank * 1000000));
    if (rank > 1 &&
        (records < kLargeRecords || rank > options_.enterprises / 40)) {
      break;
    }
    std::uint64_t number = kLarge;
    if (rank > 1) {
      const std::uint64_t room = options_.enterprises - kReservedNumbers;
      number = kReservedNumbers + Mix(options_.seed ^ (rank << 32)) % room;
      if (large_by_number_.contains(number)) continue;
    }
    Large large{maker_.Make(number), {}, {}};
    // Platforms and carriers draw complaints, chains licences, builders
    // penalties.
    constexpr std::uint64_t kMixes[][kFamilies] = {
        {10, 5, 85}, {60, 15, 25}, {15, 10, 75}, {25, 60, 15}};
    const std::uint64_t* mix = kMixes[(rank - 1) % std::size(kMixes)];
    large.counts = {records * mix[0] / 100, records * mix[1] / 100, 0};
    large.counts[2] = records - large.counts[0] - large.counts[1];
    total += records;
    large_by_number_[number] = large_.size();
    large_.push_back(std::move(large));
  }
  // The ordinary ones have what is left; their means are 2.88 records.
  const std::uint64_t wanted =
      options_.enterprises * options_.records_per_thousand / 1000;
  const std::uint64_t rest = wanted > total ? wanted - total : 0;
  factor_milli_ = std::max<std::uint64_t>(
      150, rest * 1000 * 1000 / (options_.enterprises * 2876));
}

Counts Run::CountsOf(const Enterprise& enterprise) const {
  const std::uint64_t number = enterprise.number;
  if (const auto it = large_by_number_.find(number);
      it != large_by_number_.end()) {
    return large_[it->second].counts;
  }
  switch (number) {
    case kTypical:
      return {3, 2, 3};
    case kWithoutRecords:
      return {0, 0, 0};
    default:
      break;
  }
  if (number < kReservedNumbers) return {2, 1, 1};
  // Those that come later or never are known by their records only.
  if (number >= options_.enterprises) return {2, 2, 1};
  constexpr std::uint64_t kMeansMilli[4][kFamilies] = {{1100, 60, 250},
                                                       {1500, 700, 1500},
                                                       {1800, 2500, 4500},
                                                       {1500, 6000, 9000}};
  const std::uint64_t* means =
      kMeansMilli[static_cast<std::size_t>(enterprise.hidden_class)];
  Random random(options_.seed, kCountStream, number);
  Counts counts;
  for (int i = 0; i < kFamilies; ++i) {
    counts[i] = static_cast<std::uint64_t>(random.Geometric(
        static_cast<std::uint32_t>(means[i] * factor_milli_ / 1000)));
  }
  return counts;
}

// Appends the row, now and then with its dates in another form.
void Run::Append(Output& output, absl::Span<const std::size_t> dates,
                 Row* row) {
  Random random(
      options_.seed, kFormStream,
      output.csv.rows() ^
          (static_cast<std::uint64_t>(&output - outputs_.data()) << 56));
  constexpr absl::string_view kForms[kDateForms] = {
      "date_short", "date_slashes", "date_chinese", "date_compact",
      "date_excel"};
  if (random.PerMille(25)) {
    const std::size_t form = random.Below(kDateForms);
    for (const std::size_t column : dates) {
      Rewrite(static_cast<DateForm>(form), &(*row)[column]);
    }
    ++output.special[std::string(kForms[form])];
  }
  output.csv.Append(*row);
}

void Run::WriteEnterprises() {
  for (std::uint64_t number = 0; number < options_.enterprises + later();
       ++number) {
    const bool is_later = number >= options_.enterprises;
    Output& output = outputs_[is_later ? kLater : kEnterprises];
    const Enterprise enterprise = maker_.Make(number);
    maker_.FillRow(enterprise, &row_);
    if (!is_later) {
      ++classes_[static_cast<std::size_t>(enterprise.hidden_class)];
      ++enterprise_facts_[absl::StrCat("status_", enterprise.status)];
      if (enterprise.is_individual()) ++enterprise_facts_["individual"];
      if (!enterprise.registration_number.empty()) {
        ++enterprise_facts_["with_old_numbers"];
      }
      for (const PastCode& past : enterprise.past_codes) {
        ++enterprise_facts_[past.merged ? "merged" : "recoded"];
      }
      if (!enterprise.past_names.empty() &&
          enterprise.past_names[0].reason != "合并") {
        ++enterprise_facts_["renamed"];
      }
    }
    if (enterprise.representative.marker) ++output.special["marker"];
    Append(output, kEnterpriseDateColumns, &row_);
    ++output.clean_rows;
    if (!is_later && number >= kReservedNumbers &&
        number % kDirtyEvery == kDirtyEvery / 2) {
      const std::uint64_t at = number / kDirtyEvery;
      WriteDirtyEnterprise(kEnterpriseDirt[at % std::size(kEnterpriseDirt)],
                           row_, at);
    }
  }
}

void Run::WriteDirtyEnterprise(Dirt dirt, const Row& clean, std::uint64_t at) {
  Output& output = outputs_[kEnterprises];
  if (output.held.has_value()) {
    output.csv.Append(*output.held);
    output.held.reset();
  }
  ++output.dirty[std::string(NameOf(dirt))];
  if (dirt == Dirt::kDuplicateRow) {
    output.held = clean;
    return;
  }
  Row row = clean;
  if (dirt == Dirt::kOtherContent) {
    row[kEntDom].append("（变更后住所）");
  } else {
    const Enterprise enterprise = maker_.Make(at, CodeUse::kDirty);
    maker_.FillRow(enterprise, &row);
    if (enterprise.representative.marker) ++output.special["marker"];
    if (dirt == Dirt::kCodeConflict) {
      row[kEntUniscid] = clean[kEntUniscid];
    } else if (dirt == Dirt::kMissingRequired) {
      row[kEntEntname].clear();
    } else if (dirt == Dirt::kBadDate) {
      row[kEntEstdate] = "2021-02-30";
    } else {
      BreakCode(dirt, &row[kEntUniscid]);
    }
  }
  row[kEntBz] = Remark(dirt);
  output.csv.Append(row);
}

void Run::WriteRecords() {
  const std::uint64_t total = options_.enterprises + later() + never();
  // Not in the order of enterprise.csv: feeds are not sorted by party.
  std::uint64_t step = total / 2 + total / 9 + 1;
  while (std::gcd(step, total) != 1) ++step;
  std::uint64_t number = Mix(options_.seed) % total;
  for (std::uint64_t i = 0; i < total; ++i, number = (number + step) % total) {
    if (!large_by_number_.contains(number)) {
      const Enterprise enterprise = maker_.Make(number);
      const Counts counts = CountsOf(enterprise);
      for (int family = 0; family < kFamilies; ++family) {
        for (std::uint32_t k = 0; k < counts[family]; ++k) {
          WriteRecord(static_cast<Family>(family), enterprise, k);
        }
      }
    }
    // Not at every step: there may be hundreds.
    if (i % 64 == 63 || i + 1 == total) WriteLarge(i + 1, total);
  }
}

// Brings every large one's share of records up to done / total.
void Run::WriteLarge(std::uint64_t done, std::uint64_t total) {
  for (Large& large : large_) {
    for (int family = 0; family < kFamilies; ++family) {
      const std::uint64_t due = large.counts[family] * done / total;
      for (; large.written[family] < due; ++large.written[family]) {
        WriteRecord(static_cast<Family>(family), large.enterprise,
                    static_cast<std::uint32_t>(large.written[family]));
      }
    }
  }
}

void Run::WriteRecord(Family family, const Enterprise& party,
                      std::uint32_t index) {
  Output& output = outputs_[static_cast<std::size_t>(family)];
  RecordRequest request;
  request.index = index;
  // What the manifest says of the codes worth looking at holds exactly.
  request.plain =
      party.number < kReservedNumbers || party.number >= options_.enterprises;
  request.code_of_the_time = party.number < kReservedNumbers;
  const RecordNotes notes = records_.Make(family, party, request, &row_);
  const auto count = [&](bool is, const char* what) {
    if (is) ++output.special[what];
  };
  count(notes.natural_person, "natural_person");
  count(notes.placeholder, "placeholder_code");
  count(notes.former_name, "name_of_the_time");
  count(notes.former_code, "former_code");
  count(notes.marker, "marker");
  count(party.number >= options_.enterprises &&
            party.number < options_.enterprises + later(),
        "enterprise_comes_later");
  count(party.number >= options_.enterprises + later(),
        "enterprise_never_comes");
  const absl::Span<const std::size_t> dates = DateColumns(family);
  Append(output, dates, &row_);
  ++output.clean_rows;
  const bool is_dirty_turn =
      output.dirty_rows * kDirtyEvery + kDirtyEvery / 2 <= output.clean_rows &&
      party.number >= kReservedNumbers && !notes.natural_person &&
      !notes.placeholder;
  Row clean;
  if (is_dirty_turn) clean = row_;
  if (notes.second) {
    if (family == Family::kLicence) {
      records_.MakeSecondLicence(&row_);
      count(true, "second_licence");
    } else if (index % 2 == 0) {
      records_.MakeSecondPerson(party, &row_);
      count(true, "second_party_person");
    } else {
      const std::uint64_t room = options_.enterprises - kReservedNumbers;
      Enterprise other =
          maker_.Make(kReservedNumbers + (party.number * 13 + index) % room);
      if (other.number == party.number) {
        other = maker_.Make(kReservedNumbers + (other.number + 1) % room);
      }
      records_.MakeSecondParty(other, notes.decided, &row_);
      count(true, "second_party");
    }
    output.csv.Append(row_);
    ++output.clean_rows;
  }
  if (is_dirty_turn) WriteDirtyRecord(family, clean, party);
}

void Run::WriteDirtyRecord(Family family, const Row& clean,
                           const Enterprise& party) {
  Output& output = outputs_[static_cast<std::size_t>(family)];
  const FamilyForm& form = kFamilyForms[static_cast<std::size_t>(family)];
  if (output.held.has_value()) {
    output.csv.Append(*output.held);
    output.held.reset();
  }
  const std::uint64_t turn = output.dirty_rows++;
  const Dirt dirt = form.dirt[turn % form.dirt_kinds];
  ++output.dirty[std::string(NameOf(dirt))];
  if (dirt == Dirt::kDuplicateRow) {
    output.held = clean;
    return;
  }
  if (dirt == Dirt::kOtherContent) {
    Row row = clean;
    row[form.content].append("（更正后内容）");
    row[form.remark] = Remark(dirt);
    output.csv.Append(row);
    return;
  }

  // A record of its own, about an ordinary enterprise that is in the files.
  Random random(options_.seed, kDirtyStream,
                turn ^ (static_cast<std::uint64_t>(family) << 56));
  const std::uint64_t room = options_.enterprises - kReservedNumbers;
  std::uint64_t number =
      kReservedNumbers + (party.number + random.Below(1000003)) % room;
  RecordRequest request;
  request.index =
      (std::uint32_t{1} << 19) | static_cast<std::uint32_t>(turn % (1 << 19));
  request.plain = true;
  request.fined = dirt == Dirt::kFineMissing;
  if (dirt == Dirt::kFormerName) {
    // Back to the nearest that was renamed, and has lived on since.
    number -= (number + 8 - kRenamed) % 8;
    for (std::uint64_t tries = 0; tries < room; ++tries, number -= 8) {
      if (number < kReservedNumbers) number += room - room % 8;
      const Enterprise candidate = maker_.Make(number);
      if (!candidate.past_names.empty() &&
          candidate.past_names[0].reason != "合并" &&
          candidate.past_names.back().until + 30 < candidate.last_active) {
        request.earliest = candidate.past_names.back().until + 1;
        break;
      }
    }
  }
  const Enterprise dirty_party = maker_.Make(number);
  Row row;
  const RecordNotes notes = records_.Make(family, dirty_party, request, &row);
  if (notes.marker) ++output.special["marker"];
  switch (dirt) {
    case Dirt::kMissingRequired:
      row[form.required].clear();
      break;
    case Dirt::kBadDate:
      row[form.date] = "2025-02-30";
      break;
    case Dirt::kPeriodReversed:
      row[kXkYxqzi] = Iso(notes.decided - 400);
      break;
    case Dirt::kFineMissing:
      row[kCfNrFk].clear();
      break;
    case Dirt::kFormerName:
      row[form.name] = dirty_party.past_names[0].name;
      break;
    case Dirt::kNameNeverHeld:
      row[form.name] =
          absl::StrCat("广东", maker_.TradeName(number, 9), "实业有限公司");
      break;
    default:
      BreakCode(dirt, &row[form.code]);
      break;
  }
  row[form.remark] = Remark(dirt);
  output.csv.Append(row);
}

Json Run::FileEntry(const Output& output) const {
  Json entry;
  entry["rows"] = output.csv.rows();
  entry["clean_rows"] = output.clean_rows;
  entry["bytes"] = output.csv.bytes();
  entry["sha256"] = output.csv.sha256();
  entry["dirty"] = output.dirty;
  entry["special"] = output.special;
  return entry;
}

Json Run::Interesting(absl::string_view role,
                      const Enterprise& enterprise) const {
  Json entry;
  entry["role"] = std::string(role);
  entry["uscc"] = enterprise.uscc;
  entry["name"] = enterprise.name;
  entry["status"] = std::string(enterprise.status);
  const Counts counts = CountsOf(enterprise);
  entry["licences"] = counts[0];
  entry["penalties"] = counts[1];
  entry["complaints"] = counts[2];
  if (!enterprise.registration_number.empty()) {
    entry["registration_number"] = enterprise.registration_number;
    entry["organisation_code"] = std::string(OrganisationCode(enterprise.uscc));
  }
  if (!enterprise.past_names.empty()) {
    entry["former_name"] = enterprise.past_names[0].name;
  }
  if (!enterprise.past_codes.empty()) {
    entry["former_uscc"] = enterprise.past_codes[0].uscc;
  }
  return entry;
}

Json Run::Manifest() {
  Json manifest;
  manifest["format"] = 1;
  manifest["seed"] = options_.seed;
  manifest["enterprises"] = options_.enterprises;
  manifest["records_per_thousand"] = options_.records_per_thousand;
  manifest["as_of"] = Iso(options_.as_of);
  Json files;
  files["enterprise.csv"] = FileEntry(outputs_[kEnterprises]);
  for (int i = 0; i < kFamilies; ++i) {
    files[kFamilyForms[i].file] = FileEntry(outputs_[i]);
  }
  files["enterprise_later.csv"] = FileEntry(outputs_[kLater]);
  manifest["files"] = std::move(files);
  manifest["classes"] = {{"A", classes_[0]},
                         {"B", classes_[1]},
                         {"C", classes_[2]},
                         {"D", classes_[3]}};
  manifest["enterprise_facts"] = enterprise_facts_;

  Json interesting = Json::array();
  constexpr std::pair<absl::string_view, std::uint64_t> kRoles[] = {
      {"typical", kTypical},           {"large", kLarge},
      {"renamed", kRenamed},           {"merged", kMerged},
      {"deregistered", kDeregistered}, {"revoked", kRevoked},
      {"old_numbers", kOldNumbers},    {"individual", kIndividual},
      {"recoded", kRecoded},           {"without_records", kWithoutRecords}};
  for (const auto& [role, number] : kRoles) {
    interesting.push_back(Interesting(role, maker_.Make(number)));
  }
  interesting.push_back(
      Interesting("later", maker_.Make(options_.enterprises)));
  interesting.push_back(
      Interesting("never", maker_.Make(options_.enterprises + later())));
  manifest["interesting"] = std::move(interesting);

  Json markers = Json::array();
  for (std::size_t i = 0; i < std::size(kMarkerNames); ++i) {
    const Person marker = EnterpriseMaker::MakeMarker(i);
    markers.push_back({{"name", marker.name},
                       {"id_number", marker.id},
                       {"mobile", marker.mobile}});
  }
  manifest["markers"] = std::move(markers);
  return manifest;
}

}  // namespace

absl::Status Generate(const GeneratorOptions& options,
                      const std::string& directory) {
  if (options.enterprises < 100 || options.enterprises > 25000000) {
    return absl::InvalidArgumentError(absl::StrCat(
        "enterprises: ", options.enterprises, ", want 100..25000000"));
  }
  if (options.records_per_thousand < 100 ||
      options.records_per_thousand > 100000) {
    return absl::InvalidArgumentError(
        absl::StrCat("records_per_thousand: ", options.records_per_thousand,
                     ", want 100..100000"));
  }
  if (options.as_of < DayOf(2020, 1, 1) || options.as_of > DayOf(2099, 1, 1)) {
    return absl::InvalidArgumentError("as_of: want 2020-01-01..2099-01-01");
  }
  CREDITREG_ASSIGN_OR_RETURN(const Guangdong guangdong,
                             Guangdong::Load(options.codes_directory));
  Run run(options, guangdong);
  return run.Generate(directory);
}

}  // namespace creditreg::generator
