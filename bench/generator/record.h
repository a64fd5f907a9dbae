// Made-up licences, penalties and complaints. What a record says is a pure
// function of the seed, its party and its number; only document, licence and
// case numbers also depend on the records made before it, because authorities
// count, and with them which complaints come from a marker.

#ifndef CREDITREG_BENCH_GENERATOR_RECORD_H_
#define CREDITREG_BENCH_GENERATOR_RECORD_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "bench/generator/cases.h"
#include "bench/generator/csv_file.h"
#include "bench/generator/enterprise.h"

namespace creditreg::generator {

enum class Family { kLicence, kPenalty, kComplaint };
inline constexpr int kFamilies = 3;

// 17 zeros and X, for an individual business without a code.
inline constexpr absl::string_view kNoCode = "00000000000000000X";

struct RecordRequest {
  // Distinct for every record of one family and enterprise; below 2^20.
  std::uint32_t index = 0;
  // Nothing out of the ordinary: a named enterprise with its own code, one
  // party, one licence. For dirty rows, which break one thing at a time.
  bool plain = false;
  // The code that was in use on the day, even if plain.
  bool code_of_the_time = false;
  // Penalties: with a fine.
  bool fined = false;
  // Not decided before this day.
  Day earliest = 0;
};

// What a row turned out to be.
struct RecordNotes {
  Day decided = 0;
  bool natural_person = false;
  bool placeholder = false;
  bool former_name = false;
  bool former_code = false;
  // A marker's number stands in it.
  bool marker = false;
  // Wants a second row: another party of the same decision, or another licence
  // of the same document.
  bool second = false;
};

// Thread safety: one thread at a time.
class RecordMaker {
 public:
  // `enterprises` must outlive the maker.
  explicit RecordMaker(const EnterpriseMaker& enterprises);

  // Overwrites all cells of a row of licence.csv, penalty.csv or complaint.csv.
  RecordNotes Make(Family family, const Enterprise& party,
                   const RecordRequest& request, Row* row);

  // Turns a licence into another licence of the same document.
  void MakeSecondLicence(Row* row);

  // Turns a penalty into the same decision's row for `party`.
  void MakeSecondParty(const Enterprise& party, Day decided, Row* row);

  // Turns a penalty into the same decision's row for the representative of
  // `party`, a natural person.
  void MakeSecondPerson(const Enterprise& party, Row* row);

 private:
  RecordNotes MakeLicence(const Enterprise& party, const RecordRequest& request,
                          Row* row);
  RecordNotes MakePenalty(const Enterprise& party, const RecordRequest& request,
                          Row* row);
  RecordNotes MakeComplaint(const Enterprise& party,
                            const RecordRequest& request, Row* row);

  Day PickDay(const Enterprise& party, const RecordRequest& request,
              std::int32_t half_life, Random& random) const;
  // The first 13 columns, the same for licences and penalties.
  void FillParty(const Enterprise& party, const RecordRequest& request,
                 Random& random, RecordNotes* notes, Row* row) const;
  void FillPerson(const Person& person, Row* row) const;
  // 粤穗天市监罚〔2025〕123号
  std::string DocumentNumber(const Agency& agency, Family family, Day day);
  const Agency& SubmittingAgency(const Enterprise& party, const Agency& decider,
                                 Random& random) const;

  const EnterpriseMaker& enterprises_;
  // Documents so far, by agency, year and family.
  std::vector<std::uint32_t> documents_;
  std::uint32_t licences_ = 0;
  std::uint32_t complaints_ = 0;
};

// The columns that hold dates.
absl::Span<const std::size_t> DateColumns(Family family);

}  // namespace creditreg::generator

#endif  // CREDITREG_BENCH_GENERATOR_RECORD_H_
