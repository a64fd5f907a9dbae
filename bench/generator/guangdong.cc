#include "bench/generator/guangdong.h"

#include <fstream>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "bench/generator/codes.h"
#include "index/base/status_macros.h"

namespace creditreg::generator {
namespace {

struct City {
  absl::string_view code;
  absl::string_view short_name;
  // In document numbers.
  absl::string_view mark;
  absl::string_view area_code;
  // Share of the province's enterprises, in per mille, roughly.
  std::uint32_t weight;
};

constexpr City kCities[] = {
    {"440100", "广州", "穗", "020", 200},  {"440200", "韶关", "韶", "0751", 14},
    {"440300", "深圳", "深", "0755", 222}, {"440400", "珠海", "珠", "0756", 24},
    {"440500", "汕头", "汕", "0754", 30},  {"440600", "佛山", "佛", "0757", 75},
    {"440700", "江门", "江", "0750", 38},  {"440800", "湛江", "湛", "0759", 32},
    {"440900", "茂名", "茂", "0668", 30},  {"441200", "肇庆", "肇", "0758", 22},
    {"441300", "惠州", "惠", "0752", 48},  {"441400", "梅州", "梅", "0753", 20},
    {"441500", "汕尾", "尾", "0660", 14},  {"441600", "河源", "河", "0762", 15},
    {"441700", "阳江", "阳", "0662", 14},  {"441800", "清远", "清", "0763", 18},
    {"441900", "东莞", "莞", "0769", 92},  {"442000", "中山", "中", "0760", 36},
    {"445100", "潮州", "潮", "0768", 15},  {"445200", "揭阳", "揭", "0663", 27},
    {"445300", "云浮", "云", "0766", 14},
};
constexpr std::uint32_t kCityWeight = TotalWeight(kCities);

struct AgencyForm {
  // Around the place's name.
  absl::string_view before;
  absl::string_view after;
  // In document numbers.
  absl::string_view mark;
};

// In the order of AgencyKind.
constexpr AgencyForm kAgencyForms[] = {
    {"", "市场监督管理局", "市监"},
    {"", "生态环境局", "环"},
    {"", "消防救援大队", "消"},
    {"", "应急管理局", "应急"},
    {"", "城市管理和综合执法局", "综执"},
    {"", "卫生健康局", "卫"},
    {"", "交通运输局", "交"},
    {"国家税务总局", "税务局", "税"},
    {"", "人力资源和社会保障局", "人社"},
    {"", "文化广电旅游体育局", "文综"},
    {"", "农业农村局", "农"},
    {"", "住房和城乡建设局", "建"},
    {"", "政务服务和数据管理局", "政数"},
    {"", "发展和改革局", "发改"},
};
static_assert(std::size(kAgencyForms) == kAgencyKinds);

// Calls `use` with the cells of each line after the header.
template <typename Use>
absl::Status ReadLines(const std::string& path, std::size_t columns, Use use) {
  std::ifstream file(path);
  if (!file) return absl::NotFoundError(absl::StrCat(path, ": cannot open"));
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    const std::vector<std::string> cells = absl::StrSplit(line, '\t');
    if (cells.size() != columns) {
      return absl::InvalidArgumentError(absl::StrCat(
          path, ": ", cells.size(), " columns in a line, want ", columns));
    }
    use(cells);
  }
  return absl::OkStatus();
}

// The first character of a name.
absl::string_view FirstCharacter(absl::string_view name) {
  return name.substr(0, 3);
}

}  // namespace

absl::StatusOr<Guangdong> Guangdong::Load(const std::string& directory) {
  std::vector<std::pair<std::string, std::string>> divisions;
  CREDITREG_RETURN_IF_ERROR(
      ReadLines(absl::StrCat(directory, "/divisions.tsv"), 3,
                [&](const std::vector<std::string>& cells) {
                  divisions.emplace_back(cells[0], cells[2]);
                }));
  std::vector<std::vector<std::string>> streets;
  CREDITREG_RETURN_IF_ERROR(
      ReadLines(absl::StrCat(directory, "/gd_streets.tsv"), 3,
                [&](const std::vector<std::string>& cells) {
                  streets.push_back(cells);
                }));

  Guangdong guangdong;
  std::uint64_t office = 0;
  for (std::size_t number = 0; number < std::size(kCities); ++number) {
    const City& city = kCities[number];
    Place at_city;
    at_city.code = std::string(city.code);
    at_city.city_name = absl::StrCat(city.short_name, "市");
    at_city.city_short = std::string(city.short_name);
    at_city.area_code = std::string(city.area_code);
    at_city.city_number = static_cast<int>(number);
    guangdong.AddAgencies(at_city);
    guangdong.first_place_.push_back(guangdong.places_.size());

    for (const auto& [code, name] : divisions) {
      if (code.substr(0, 4) != city.code.substr(0, 4)) continue;
      Place place = at_city;
      if (code != city.code) {
        place.code = code;
        place.county_name = name;
        guangdong.AddAgencies(place);
      }
      for (const std::vector<std::string>& cells : streets) {
        if (cells[2] != code) continue;
        Street street;
        street.code = cells[0];
        street.name = cells[1];
        street.office_name =
            absl::StrCat(place.agencies[0].name, street.name, "市场监督管理所");
        // Behind the codes of the agencies, which are few.
        street.office_code =
            MakeUscc("11", place.code, CodeUse::kAgency, 100000 + office++);
        place.streets.push_back(std::move(street));
      }
      // A city with counties has no streets of its own, and 市辖区 has none.
      if (!place.streets.empty()) guangdong.places_.push_back(std::move(place));
    }
    if (guangdong.places_.size() == guangdong.first_place_.back()) {
      return absl::InvalidArgumentError(
          absl::StrCat("division ", city.code, ": no streets in gd_streets"));
    }
    guangdong.cities_.push_back(std::move(at_city));
  }
  guangdong.first_place_.push_back(guangdong.places_.size());
  return guangdong;
}

const Place& Guangdong::PickPlace(Random& random) const {
  const City& city = random.PickWeighted(kCities, kCityWeight);
  const std::size_t number = static_cast<std::size_t>(&city - kCities);
  const std::size_t first = first_place_[number];
  const std::size_t places = first_place_[number + 1] - first;
  return places_[first + random.Below(static_cast<std::uint32_t>(places))];
}

void Guangdong::AddAgencies(Place& place) {
  const City& city = kCities[place.city_number];
  for (std::size_t kind = 0; kind < kAgencyKinds; ++kind) {
    const AgencyForm& form = kAgencyForms[kind];
    Agency& agency = place.agencies[kind];
    if (static_cast<AgencyKind>(kind) == AgencyKind::kEcology &&
        !place.county_name.empty()) {
      // Below the city the environment has branches, not bureaus.
      agency.name =
          absl::StrCat(place.city_name, form.after, place.county_name, "分局");
    } else {
      agency.name = absl::StrCat(form.before, place.full_name(), form.after);
    }
    agency.code = MakeUscc("11", place.code, CodeUse::kAgency, agency_count_);
    agency.mark = absl::StrCat("粤", city.mark,
                               place.county_name.empty()
                                   ? absl::string_view()
                                   : FirstCharacter(place.county_name),
                               form.mark);
    agency.index = agency_count_++;
  }
}

}  // namespace creditreg::generator
