// Guangdong's 21 cities, their counties and streets, and the authorities there.

#ifndef CREDITREG_BENCH_GENERATOR_GUANGDONG_H_
#define CREDITREG_BENCH_GENERATOR_GUANGDONG_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "bench/generator/random.h"

namespace creditreg::generator {

struct Street {
  std::string code;  // 9 digits
  std::string name;
  // Its market-supervision office, which supervises the firms there.
  std::string office_name;
  std::string office_code;
};

// Who decides. One office of each kind in every county.
enum class AgencyKind : std::size_t {
  kMarket,
  kEcology,
  kFire,
  kEmergency,
  kUrban,
  kHealth,
  kTransport,
  kTax,
  kLabour,
  kCulture,
  kAgriculture,
  kHousing,
  kApproval,
  kDevelopment,
};
inline constexpr std::size_t kAgencyKinds = 14;

struct Agency {
  std::string name;
  // Unified code in the reserved range.
  std::string code;
  // The beginning of its document numbers, for example "粤穗天".
  std::string mark;
  // Position among all agencies.
  std::size_t index;
};

// A county, or a city that has none (东莞, 中山): where firms are registered.
struct Place {
  std::string code;         // 6 digits
  std::string city_name;    // 广州市
  std::string city_short;   // 广州
  std::string county_name;  // 天河区; empty where the city has no counties
  std::string area_code;    // 020
  int city_number;          // 0-20
  std::vector<Street> streets;
  Agency agencies[kAgencyKinds];

  // As names begin: 广州市天河区, 东莞市, but 博罗县 and 四会市.
  std::string full_name() const {
    const bool is_district =
        county_name.empty() || absl::EndsWith(county_name, "区");
    return is_district ? city_name + county_name : county_name;
  }
};

// Thread safety: immutable once loaded.
class Guangdong {
 public:
  // Reads divisions.tsv and gd_streets.tsv of `directory`.
  //
  // Errors:
  //   NotFound: a file is not there.
  //   InvalidArgument: a line is not as conf/codes/README.md says, or a city
  //     has no place with streets.
  static absl::StatusOr<Guangdong> Load(const std::string& directory);

  // A place, more often in the large cities.
  const Place& PickPlace(Random& random) const;

  // The city bureau above a place; `place` itself where there are no counties.
  const Place& CityOf(const Place& place) const {
    return cities_[static_cast<std::size_t>(place.city_number)];
  }

  // 1 + the largest Agency::index.
  std::size_t agency_count() const { return agency_count_; }

  const std::vector<Place>& places() const { return places_; }

 private:
  Guangdong() = default;

  void AddAgencies(Place& place);

  // Counties of all cities, those of one city together.
  std::vector<Place> places_;
  // The city level, one for each city.
  std::vector<Place> cities_;
  // By city number: first place and one past the last.
  std::vector<std::size_t> first_place_;
  std::size_t agency_count_ = 0;
};

}  // namespace creditreg::generator

#endif  // CREDITREG_BENCH_GENERATOR_GUANGDONG_H_
