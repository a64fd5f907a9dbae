#include "bench/generator/enterprise.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "bench/generator/columns.h"
#include "bench/generator/words.h"

namespace creditreg::generator {
namespace {

struct KindForm {
  std::uint32_t weight;
  EntityKind kind;
  absl::string_view type;
  // Positions 1-2 of the code.
  absl::string_view department;
};

constexpr KindForm kKinds[] = {
    {550, EntityKind::kIndividual, "个体工商户", "92"},
    {210, EntityKind::kLimited, "有限责任公司(自然人投资或控股)", "91"},
    {110, EntityKind::kLimitedSole, "有限责任公司(自然人独资)", "91"},
    {25, EntityKind::kLimitedCorporate, "有限责任公司(法人独资)", "91"},
    {12, EntityKind::kJointStock, "股份有限公司(非上市)", "91"},
    {12, EntityKind::kForeign, "有限责任公司(外商投资企业法人独资)", "91"},
    {13, EntityKind::kHongKongMacaoTaiwan, "有限责任公司(港澳台法人独资)",
     "91"},
    {35, EntityKind::kBranch, "有限责任公司分公司", "91"},
    {12, EntityKind::kSoleProprietorship, "个人独资企业", "91"},
    {8, EntityKind::kPartnership, "有限合伙企业", "91"},
    {10, EntityKind::kCooperative, "农民专业合作社", "93"},
    {3, EntityKind::kStateOwned, "国有企业", "91"},
};
constexpr std::uint32_t kKindWeight = TotalWeight(kKinds);

const KindForm& FormOf(EntityKind kind) {
  return *std::find_if(std::begin(kKinds), std::end(kKinds),
                       [&](const KindForm& form) { return form.kind == kind; });
}

// Neither is a multiple of 31 or 101, so that consecutive numbers get all codes
// and all trade names before any comes again.
constexpr std::uint64_t kCodeStep = 7368787;
constexpr std::uint64_t kNameStep = 7919;

std::string Mobile(Random& random) {
  // 1400000xxxx is the markers'.
  return absl::StrCat("140", 10000000 + random.Below(90000000));
}

void AppendJoined(absl::string_view separator, absl::string_view item,
                  std::string* text) {
  if (!text->empty()) text->append(separator.data(), separator.size());
  text->append(item.data(), item.size());
}

// The forms of the real register, comma and all.
std::string CapitalText(EntityKind kind, Random& random) {
  constexpr int kTenThousands[] = {
      1,   3,   5,   10,  10,  20,  30,  50,   50,   50,   100,  100,
      100, 100, 200, 300, 500, 500, 800, 1000, 1000, 2000, 5000, 10000};
  const int amount = random.Pick(kTenThousands);
  if (kind == EntityKind::kBranch) return "";
  if (kind == EntityKind::kForeign && random.Percent(60)) {
    return absl::StrCat(amount, ".",
                        absl::Dec(random.Below(100), absl::kZeroPad2),
                        "00(万美元)");
  }
  if (kind == EntityKind::kHongKongMacaoTaiwan && random.Percent(60)) {
    return absl::StrCat(amount, "万港元");
  }
  if (kind == EntityKind::kIndividual && random.Percent(40)) return "";
  switch (random.Below(8)) {
    case 0:
      return absl::StrCat(amount, "万人民币");
    case 1:
      return absl::StrCat(amount, ".8000(万人民币元)");
    case 2:
      return absl::StrCat(amount, "（万元）");
    case 3:
      return amount >= 1000
                 ? absl::StrCat(amount / 1000, ",",
                                absl::Dec(amount % 1000, absl::kZeroPad3),
                                "(万元人民币)")
                 : absl::StrCat(amount, "(万元人民币)");
    case 4:
      return absl::StrCat(amount, "万元");
    default:
      return absl::StrCat(amount, "万元人民币");
  }
}

}  // namespace

absl::string_view Enterprise::NameOn(Day day) const {
  for (std::size_t i = 0; i < past_names.size(); ++i) {
    if (past_names[i].reason == "合并") continue;
    if (day <= past_names[i].until) return past_names[i].name;
  }
  return name;
}

EnterpriseMaker::EnterpriseMaker(std::uint64_t seed, Day as_of,
                                 const Guangdong& guangdong)
    : seed_(seed),
      as_of_(as_of),
      guangdong_(guangdong),
      shift_(Mix(seed ^ 0x6372656469747265u) % kCodesPerUse) {}

Enterprise EnterpriseMaker::Make(std::uint64_t number, CodeUse use) const {
  Random random(seed_, kEnterpriseStream,
                number ^ (static_cast<std::uint64_t>(use) << 48));
  Enterprise enterprise;
  enterprise.number = number;
  const bool has_role =
      number < kReservedNumbers && use == CodeUse::kEnterprise;

  const KindForm* form = &random.PickWeighted(kKinds, kKindWeight);
  if (has_role) {
    form = &FormOf(number == kIndividual ? EntityKind::kIndividual
                                         : EntityKind::kLimited);
  }
  enterprise.kind = form->kind;
  enterprise.place = &guangdong_.PickPlace(random);
  enterprise.street = &random.Pick(enterprise.place->streets);
  enterprise.industry = &random.PickWeighted(kIndustries, kIndustryWeight);

  const std::uint32_t share = random.Below(100);
  enterprise.hidden_class = share < 65   ? HiddenClass::kA
                            : share < 90 ? HiddenClass::kB
                            : share < 98 ? HiddenClass::kC
                                         : HiddenClass::kD;
  if (has_role && (number == kTypical || number == kLarge)) {
    enterprise.hidden_class = HiddenClass::kB;
  }

  // Ages fall off as a province's do: half of all are younger than five years.
  Day age = 20 + random.Decaying(enterprise.is_individual() ? 1300 : 1700);
  if (has_role) age = 2500 + static_cast<Day>(number) * 40;
  if (has_role && number == kOldNumbers) age = 6500;
  enterprise.established = std::max(as_of_ - age, DayOf(1984, 1, 2));
  enterprise.last_active = as_of_;
  enterprise.approved =
      random.Between(enterprise.established, enterprise.last_active);

  enterprise.status = "存续";
  const std::uint32_t fate = has_role ? 999 : random.Below(1000);
  const bool old = as_of_ - enterprise.established > 700;
  const auto ending = [&] {
    return random.Between(enterprise.established + 300, as_of_ - 10);
  };
  if ((old && fate < 130) || (has_role && number == kDeregistered)) {
    enterprise.status = "注销";
    enterprise.deregistered = ending();
    enterprise.approved = enterprise.deregistered;
    enterprise.last_active = enterprise.deregistered;
  } else if ((old && fate < 170) || (has_role && number == kRevoked)) {
    enterprise.status = "吊销";
    enterprise.revoked = ending();
  } else if (fate < 182) {
    enterprise.status = old ? "迁出" : "存续";
  } else if (fate < 192) {
    enterprise.status = old ? "歇业" : "存续";
  } else if (fate < 195) {
    enterprise.status = old ? "撤销" : "存续";
  }

  // Larger and foreign ones are registered by the city, and some have moved
  // since: the division in the code is where they began.
  const Place* first = enterprise.place;
  if (random.PerMille(30)) first = &guangdong_.PickPlace(random);
  const bool at_city = enterprise.kind == EntityKind::kJointStock ||
                       enterprise.kind == EntityKind::kForeign ||
                       enterprise.kind == EntityKind::kHongKongMacaoTaiwan;
  const Place* registrar = enterprise.place;
  if (at_city) {
    first = &guangdong_.CityOf(*first);
    registrar = &guangdong_.CityOf(*registrar);
  }
  enterprise.registrar =
      &registrar->agencies[static_cast<std::size_t>(AgencyKind::kMarket)];
  const std::uint64_t serial = (number * kCodeStep + shift_) % kCodesPerUse;
  enterprise.uscc = MakeUscc(form->department, first->code, use, serial);

  const Day unified =
      enterprise.is_individual() ? DayOf(2016, 12, 1) : DayOf(2015, 10, 1);
  enterprise.representative = MakePerson(random, 4);
  if (enterprise.established < unified && use == CodeUse::kEnterprise) {
    const std::uint32_t first_digit = enterprise.is_individual() ? 6
                                      : at_city                  ? 4
                                                                 : 0;
    enterprise.registration_number = MakeRegistrationNumber(
        enterprise.place->city_number + 1,
        first_digit * 10000000 + static_cast<std::uint32_t>(number % 30000000));
    enterprise.tax_number =
        enterprise.is_individual()
            ? absl::StrCat(enterprise.representative.id, "01")
            : absl::StrCat(first->code, OrganisationCode(enterprise.uscc));
  }

  enterprise.name = FullName(enterprise, 0, random);
  enterprise.capital = CapitalText(enterprise.kind, random);
  enterprise.address =
      absl::StrCat(enterprise.place->city_name, enterprise.place->county_name,
                   enterprise.street->name, random.Pick(kRoads));
  absl::StrAppend(&enterprise.address, random.Between(1, 399), "号");
  absl::StrAppend(&enterprise.address, random.Pick(kBuildings));
  if (random.Percent(70)) {
    const int floor = random.Between(1, 28);
    absl::StrAppend(&enterprise.address, floor * 100 + random.Between(1, 30),
                    "室");
  }
  if (use == CodeUse::kEnterprise) MakePast(enterprise, random);

  if (enterprise.hidden_class == HiddenClass::kD && random.Percent(40)) {
    enterprise.burst =
        std::max(as_of_ - random.Between(10, 360), enterprise.established);
  } else if (random.PerMille(6)) {
    enterprise.burst =
        std::max(as_of_ - random.Between(10, 90), enterprise.established);
  }
  return enterprise;
}

Person EnterpriseMaker::MakePerson(Random& random,
                                   std::uint32_t marker_per_mille) {
  if (random.PerMille(marker_per_mille)) {
    return MakeMarker(random.Below(std::size(kMarkerNames)));
  }
  Person person;
  person.name = std::string(random.Pick(kSurnames));
  const int given = random.Percent(70) ? 2 : 1;
  for (int i = 0; i < given; ++i) {
    absl::StrAppend(&person.name, random.Pick(kGivenCharacters));
  }
  const Day birth = random.Between(DayOf(1950, 1, 1), DayOf(2004, 12, 31));
  person.id = MakeResidentId(Compact(birth), random.Below(1000));
  person.mobile = Mobile(random);
  return person;
}

Person EnterpriseMaker::MakeMarker(std::size_t i) {
  Person person;
  person.name = std::string(kMarkerNames[i]);
  const std::uint32_t n = static_cast<std::uint32_t>(i);
  person.id = MakeResidentId(19700101 + n, 888);
  person.mobile =
      absl::StrCat("1400000", absl::Dec(1001 + 1111 * n, absl::kZeroPad4));
  person.marker = true;
  return person;
}

std::string EnterpriseMaker::TradeName(std::uint64_t number,
                                       std::uint64_t variant) const {
  const std::uint64_t count = kTradeCharacters.size();
  std::uint64_t pick = number;
  int characters = 3;
  // Some short ones, as long as there are enough to go round.
  if (variant == 0 && number % 64 == 1 && number / 64 < count) {
    characters = 1;
    pick = number / 64;
  } else if (variant == 0 && number % 4 == 0 && number / 4 < count * count) {
    characters = 2;
    pick = number / 4;
  }
  pick = pick * kNameStep + variant * 300007 + shift_;
  std::string name(kTradeMark);
  for (int i = 0; i < characters; ++i) {
    absl::StrAppend(&name, kTradeCharacters[pick % count]);
    pick /= count;
  }
  return name;
}

std::string EnterpriseMaker::FullName(const Enterprise& enterprise,
                                      std::uint64_t variant,
                                      Random& random) const {
  const Place& place = *enterprise.place;
  const Industry& industry = *enterprise.industry;
  const std::string trade = TradeName(enterprise.number, variant);
  const absl::string_view word = random.Pick(industry.company_words);
  std::string prefix = place.city_name;
  const std::uint32_t where = random.Below(100);
  if (where < 15) {
    prefix = place.city_short;
  } else if (where < 22 && (enterprise.kind == EntityKind::kLimited ||
                            enterprise.kind == EntityKind::kJointStock)) {
    prefix = "广东";
  } else if (where < 30) {
    prefix = place.full_name();
  }
  switch (enterprise.kind) {
    case EntityKind::kIndividual:
      return absl::StrCat(place.full_name(), trade,
                          random.Pick(industry.shop_words));
    case EntityKind::kLimited:
    case EntityKind::kLimitedSole:
    case EntityKind::kLimitedCorporate:
      return absl::StrCat(prefix, trade, word, "有限公司");
    case EntityKind::kJointStock:
      return absl::StrCat(prefix, trade, word, "股份有限公司");
    case EntityKind::kForeign:
      return absl::StrCat(trade, word, "（", place.city_short, "）有限公司");
    case EntityKind::kHongKongMacaoTaiwan:
      return absl::StrCat(prefix, trade, word, "有限公司");
    case EntityKind::kBranch:
      return absl::StrCat("广东", trade, word, "有限公司", place.city_short,
                          enterprise.street->name, "分公司");
    case EntityKind::kSoleProprietorship:
      return absl::StrCat(prefix, trade, word, "经营部");
    case EntityKind::kPartnership:
      return absl::StrCat(prefix, trade, word, "合伙企业（有限合伙）");
    case EntityKind::kCooperative:
      return absl::StrCat(place.full_name(), trade, "种养专业合作社");
    case EntityKind::kStateOwned:
      return absl::StrCat(prefix, trade, word, "总公司");
  }
  return trade;
}

// One in eight was renamed, two in 33 took another in or got a new code; by
// number and not by chance, so that small data sets have them too.
void EnterpriseMaker::MakePast(Enterprise& enterprise, Random& random) const {
  const Day room = enterprise.last_active - enterprise.established;
  const bool renamed = enterprise.number % 8 == kRenamed;
  // Individual businesses do not merge.
  const bool merged =
      enterprise.number % 33 == kMerged && !enterprise.is_individual();
  const bool recoded = !merged && (enterprise.number % 33 == kRecoded ||
                                   enterprise.number % 33 == kMerged);
  // Everything here needs a few days of its own.
  if (room < 8) return;
  if (renamed) {
    const int times = room > 400 && random.Percent(20) ? 2 : 1;
    Day since = enterprise.established;
    for (int i = 0; i < times; ++i) {
      PastName past;
      past.name =
          FullName(enterprise, 1 + static_cast<std::uint64_t>(i), random);
      past.until =
          random.Between(since + 1, i + 1 == times ? enterprise.last_active - 2
                                                   : since + room / 2);
      past.reason = "名称变更";
      since = past.until;
      enterprise.past_names.push_back(std::move(past));
    }
    enterprise.approved = std::max(enterprise.approved, since + 1);
  }
  if (!merged && !recoded) return;
  PastCode past;
  past.uscc = MakeUscc(enterprise.uscc.substr(0, 2), enterprise.place->code,
                       CodeUse::kFormer,
                       (enterprise.number * kCodeStep + shift_) % kCodesPerUse);
  past.until =
      random.Between(enterprise.established + 1, enterprise.last_active - 2);
  past.merged = merged;
  past.reason = merged ? "合并" : "换发代码";
  if (merged) {
    PastName name;
    name.name = FullName(enterprise, 5, random);
    name.until = past.until;
    name.reason = "合并";
    enterprise.past_names.push_back(std::move(name));
    std::stable_sort(
        enterprise.past_names.begin(), enterprise.past_names.end(),
        [](const PastName& a, const PastName& b) { return a.until < b.until; });
  }
  enterprise.past_codes.push_back(std::move(past));
}

void EnterpriseMaker::FillRow(const Enterprise& enterprise, Row* row) const {
  row->resize(kEntColumns);
  for (std::string& cell : *row) cell.clear();
  Row& cells = *row;
  Random random(seed_, kEnterpriseRowStream, enterprise.number);

  cells[kEntUniscid] = enterprise.uscc;
  cells[kEntRegno] = enterprise.registration_number;
  if (!enterprise.registration_number.empty() && !enterprise.is_individual()) {
    cells[kEntZzjgdm] = std::string(OrganisationCode(enterprise.uscc));
  }
  cells[kEntSwdjh] = enterprise.tax_number;
  cells[kEntEntname] = enterprise.name;
  cells[kEntEnttype] = std::string(FormOf(enterprise.kind).type);
  cells[kEntRegstate] = std::string(enterprise.status);
  AppendIso(enterprise.established, &cells[kEntEstdate]);
  AppendIso(enterprise.approved, &cells[kEntApprdate]);
  AppendIso(enterprise.established, &cells[kEntOpfrom]);
  if (random.Percent(70)) {
    cells[kEntOpto] = std::string(kOpenEnded);
  } else {
    AppendIso(enterprise.established + 7305, &cells[kEntOpto]);
  }
  if (enterprise.revoked != 0)
    AppendIso(enterprise.revoked, &cells[kEntRevdate]);
  if (enterprise.deregistered != 0) {
    AppendIso(enterprise.deregistered, &cells[kEntCandate]);
  }
  cells[kEntRegcap] = enterprise.capital;
  cells[kEntIndustry] = std::string(enterprise.industry->code);
  for (const absl::string_view item : enterprise.industry->scope) {
    if (random.Percent(75)) AppendJoined(";", item, &cells[kEntOpscope]);
  }
  // An item of another trade or two, as real scopes have.
  for (int extra = random.Between(1, 4); extra > 0; --extra) {
    AppendJoined(";", random.Pick(random.Pick(kIndustries).scope),
                 &cells[kEntOpscope]);
  }
  cells[kEntOpscope].append(
      "(依法须经批准的项目，经相关部门批准后方可开展经营活动)");
  cells[kEntLerep] = enterprise.representative.name;
  cells[kEntLerepZjlx] = "身份证";
  cells[kEntLerepZjhm] = enterprise.representative.id;
  cells[kEntTel] =
      enterprise.is_individual() || enterprise.representative.marker ||
              random.Percent(50)
          ? enterprise.representative.mobile
          : absl::StrCat(enterprise.place->area_code, "-0",
                         absl::Dec(random.Below(10000000), absl::kZeroPad7));
  cells[kEntDivision] = enterprise.place->code;
  cells[kEntStreet] = enterprise.street->code;
  cells[kEntDom] = enterprise.address;
  cells[kEntRegorg] = enterprise.registrar->name;
  cells[kEntRegorgdm] = enterprise.registrar->code;
  cells[kEntSupunit] = enterprise.street->office_name;
  cells[kEntSupunitdm] = enterprise.street->office_code;
  for (const PastName& past : enterprise.past_names) {
    AppendJoined(
        ";", absl::StrCat(past.name, "|", Iso(past.until), "|", past.reason),
        &cells[kEntCym]);
  }
  for (const PastCode& past : enterprise.past_codes) {
    AppendJoined(
        ";", absl::StrCat(past.uscc, "|", Iso(past.until), "|", past.reason),
        &cells[kEntCydm]);
  }
}

}  // namespace creditreg::generator
