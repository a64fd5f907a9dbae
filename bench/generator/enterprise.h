// Made-up enterprises: each a pure function of the seed and its number, so that
// any of them can be made again wherever one of its records is due.

#ifndef CREDITREG_BENCH_GENERATOR_ENTERPRISE_H_
#define CREDITREG_BENCH_GENERATOR_ENTERPRISE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "bench/generator/codes.h"
#include "bench/generator/csv_file.h"
#include "bench/generator/dates.h"
#include "bench/generator/guangdong.h"
#include "bench/generator/industries.h"
#include "bench/generator/random.h"

namespace creditreg::generator {

// Streams of chance, so that changing one part does not shift another.
enum Stream : std::uint64_t {
  kEnterpriseStream = 1,
  kCountStream = 2,
  kLicenceStream = 3,
  kPenaltyStream = 4,
  kComplaintStream = 5,
  kDirtyStream = 6,
  kFormStream = 7,
  kEnterpriseRowStream = 8,
};

// Enterprises that every data set has, at these numbers; the rest of the first
// kReservedNumbers is ordinary, but never the party of a dirty row.
enum Role : std::uint64_t {
  kTypical = 0,       // a few licences, penalties and complaints
  kLarge = 1,         // the most records of all
  kRenamed = 2,       // former names
  kMerged = 3,        // took another enterprise in, whose code leads here
  kDeregistered = 4,  // 注销
  kRevoked = 5,       // 吊销
  kOldNumbers = 6,    // registration number, organisation code, tax number
  kIndividual = 7,    // 个体工商户
  kRecoded = 8,       // its own code was replaced
  kWithoutRecords = 9,
  kReservedNumbers = 16,
};

// What drives an enterprise's records: about 65, 25, 8 and 2 of a hundred. In
// no file; the manifest has the totals.
enum class HiddenClass { kA, kB, kC, kD };

enum class EntityKind {
  kIndividual,
  kLimited,
  kLimitedSole,
  kLimitedCorporate,
  kJointStock,
  kForeign,
  kHongKongMacaoTaiwan,
  kBranch,
  kSoleProprietorship,
  kPartnership,
  kCooperative,
  kStateOwned,
};

struct Person {
  std::string name;
  std::string id;
  std::string mobile;
  bool marker = false;
};

struct PastName {
  std::string name;
  // Last day it was in use.
  Day until = 0;
  absl::string_view reason;
};

struct PastCode {
  std::string uscc;
  Day until = 0;
  absl::string_view reason;
  // True: it was another enterprise's.
  bool merged = false;
};

struct Enterprise {
  std::uint64_t number = 0;
  HiddenClass hidden_class = HiddenClass::kA;
  EntityKind kind = EntityKind::kLimited;
  const Place* place = nullptr;
  const Street* street = nullptr;
  const Agency* registrar = nullptr;
  const Industry* industry = nullptr;
  std::string uscc;
  std::string name;
  // Empty for those that came after the codes were unified.
  std::string registration_number;
  std::string tax_number;
  // 登记状态.
  absl::string_view status;
  Day established = 0;
  // Last day on which something can have happened.
  Day last_active = 0;
  Day approved = 0;
  Day revoked = 0;       // 0: never
  Day deregistered = 0;  // 0: never
  std::string capital;
  std::string address;
  Person representative;
  // Oldest first.
  std::vector<PastName> past_names;
  std::vector<PastCode> past_codes;
  // First day of a burst of complaints; 0: none.
  Day burst = 0;

  bool is_individual() const { return kind == EntityKind::kIndividual; }

  // What it was called on `day`. A name that came with a merger was another's.
  absl::string_view NameOn(Day day) const;
};

// Thread safety: immutable; safe to share.
class EnterpriseMaker {
 public:
  // `guangdong` must outlive the maker. Nothing happens after `as_of`.
  EnterpriseMaker(std::uint64_t seed, Day as_of, const Guangdong& guangdong);

  // `use` is kEnterprise, or kDirty for one that stands in a dirty row only.
  Enterprise Make(std::uint64_t number,
                  CodeUse use = CodeUse::kEnterprise) const;

  // A person by chance; one of the markers in `marker_per_mille` of 1000.
  static Person MakePerson(Random& random, std::uint32_t marker_per_mille);

  // The `i`-th marker, 0 <= i < std::size(kMarkerNames).
  static Person MakeMarker(std::size_t i);

  // 字号; the same for the same number and variant.
  std::string TradeName(std::uint64_t number, std::uint64_t variant) const;

  // Overwrites all cells of a row of enterprise.csv.
  void FillRow(const Enterprise& enterprise, Row* row) const;

  Day as_of() const { return as_of_; }
  std::uint64_t seed() const { return seed_; }
  const Guangdong& guangdong() const { return guangdong_; }

 private:
  std::string FullName(const Enterprise& enterprise, std::uint64_t variant,
                       Random& random) const;
  void MakePast(Enterprise& enterprise, Random& random) const;

  const std::uint64_t seed_;
  const Day as_of_;
  const Guangdong& guangdong_;
  // Added to serial numbers, so that another seed has other codes and names.
  const std::uint64_t shift_;
};

}  // namespace creditreg::generator

#endif  // CREDITREG_BENCH_GENERATOR_ENTERPRISE_H_
