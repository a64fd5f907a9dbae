#include "bench/generator/record.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "bench/generator/columns.h"
#include "bench/generator/words.h"

namespace creditreg::generator {
namespace {

constexpr std::int32_t kFirstYear = 1980;
constexpr std::size_t kYears = 128;

// FillParty() relies on it.
static_assert(static_cast<std::size_t>(kXkXdrMc) ==
                  static_cast<std::size_t>(kCfXdrMc) &&
              static_cast<std::size_t>(kXkXdrZjhm) ==
                  static_cast<std::size_t>(kCfXdrZjhm));

// Licences of each area, and of all areas.
std::uint32_t LicenceWeight(LicenceArea area) {
  std::uint32_t total = 0;
  for (const LicenceCase& licence : kLicenceCases) {
    if (licence.area == area || licence.area == LicenceArea::kGeneral) {
      total += licence.weight;
    }
  }
  return total;
}

const LicenceCase& PickLicence(LicenceArea area, Random& random) {
  std::uint32_t left = random.Below(LicenceWeight(area));
  for (const LicenceCase& licence : kLicenceCases) {
    if (licence.area != area && licence.area != LicenceArea::kGeneral) continue;
    if (left < licence.weight) return licence;
    left -= licence.weight;
  }
  return kLicenceCases[0];
}

// "1234.56" from fen.
void AppendYuan(std::int64_t fen, std::string* text) {
  absl::StrAppend(text, fen / 100, ".", absl::Dec(fen % 100, absl::kZeroPad2));
}

// "0.123456" 万元 from fen: one millionth of 万元 is one fen.
void AppendTenThousands(std::int64_t fen, std::string* text) {
  absl::StrAppend(text, fen / 1000000, ".",
                  absl::Dec(fen % 1000000, absl::kZeroPad6));
}

// A sum in fen between two sums in yuan, the smaller the likelier; mostly
// round.
std::int64_t PickFen(std::int32_t low, std::int32_t high, Random& random) {
  const std::int32_t eighth = std::max((high - low) / 8, 1);
  std::int32_t yuan = std::min(low + random.Decaying(eighth), high);
  if (random.Percent(85)) {
    if (yuan >= 1000) yuan -= yuan % 100;
    return std::int64_t{yuan} * 100;
  }
  return std::int64_t{yuan} * 100 + random.Between(0, 99);
}

// Puts chance into the gaps of a template of cases.h. One goods, one day and
// one sum for all texts of a record, so that they tell one story.
class Story {
 public:
  Story(absl::Span<const absl::string_view> goods, Day day, Random& random)
      : random_(random),
        goods_(random.Pick(goods)),
        day_(day - random.Between(5, 120)),
        fen_(random.Percent(70) ? std::int64_t{random.Between(8, 6000)} * 100
                                : random.Between(500, 9000000)) {}

  absl::string_view goods() const { return goods_; }
  Day day() const { return day_; }
  std::int64_t fen() const { return fen_; }
  const std::string& brand() {
    if (brand_.empty()) {
      brand_ = absl::StrCat(kTradeMark, random_.Pick(kTradeCharacters));
      absl::StrAppend(&brand_, random_.Pick(kTradeCharacters));
    }
    return brand_;
  }

  void Append(absl::string_view form, std::string* text) {
    std::size_t from = 0;
    for (std::size_t gap = form.find('{'); gap != absl::string_view::npos;
         gap = form.find('{', from)) {
      text->append(form.data() + from, gap - from);
      AppendGap(form[gap + 1], text);
      from = gap + 3;
    }
    text->append(form.data() + from, form.size() - from);
  }

 private:
  void AppendGap(char gap, std::string* text) {
    switch (gap) {
      case 'g':
        text->append(goods_.data(), goods_.size());
        return;
      case 'n':
        absl::StrAppend(text, random_.Between(2, 98));
        return;
      case 'u':
        absl::StrAppend(text, random_.Pick(kUnits));
        return;
      case 'y':
        AppendYuan(fen_, text);
        return;
      case 'd': {
        const Ymd ymd = YmdOf(day_);
        absl::StrAppend(text, ymd.year, "年", ymd.month, "月", ymd.day, "日");
        return;
      }
      case 'b':
        // Digits and a letter in the middle, so that it is no passport number.
        absl::StrAppend(text, Compact(day_) % 1000000, "B",
                        absl::Dec(random_.Below(10000), absl::kZeroPad4));
        return;
      case 'm':
        absl::StrAppend(text, brand());
        return;
      case 'h':
        absl::StrAppend(text, random_.Between(6, 23), "时");
        absl::StrAppend(text, random_.Between(1, 59), "分许");
        return;
      default:
        return;
    }
  }

  Random& random_;
  const absl::string_view goods_;
  const Day day_;
  const std::int64_t fen_;
  std::string brand_;
};

void Clear(std::size_t columns, Row* row) {
  row->resize(columns);
  for (std::string& cell : *row) cell.clear();
}

void Set(absl::string_view value, std::string* cell) {
  cell->assign(value.data(), value.size());
}

const Agency& AgencyOf(const Place& place, AgencyKind kind) {
  return place.agencies[static_cast<std::size_t>(kind)];
}

bool Contains(absl::string_view text, absl::string_view part) {
  return text.find(part) != absl::string_view::npos;
}

}  // namespace

RecordMaker::RecordMaker(const EnterpriseMaker& enterprises)
    : enterprises_(enterprises),
      documents_(enterprises.guangdong().agency_count() * kYears * kFamilies) {}

RecordNotes RecordMaker::Make(Family family, const Enterprise& party,
                              const RecordRequest& request, Row* row) {
  switch (family) {
    case Family::kLicence:
      return MakeLicence(party, request, row);
    case Family::kPenalty:
      return MakePenalty(party, request, row);
    case Family::kComplaint:
      break;
  }
  return MakeComplaint(party, request, row);
}

RecordNotes RecordMaker::MakeLicence(const Enterprise& party,
                                     const RecordRequest& request, Row* row) {
  Random random(enterprises_.seed(), kLicenceStream,
                (party.number << 20) | request.index);
  Clear(kXkColumns, row);
  Row& cells = *row;
  RecordNotes notes;
  notes.decided = PickDay(party, request, 900, random);
  FillParty(party, request, random, &notes, row);

  const LicenceCase& licence = PickLicence(party.industry->area, random);
  const Agency& agency = AgencyOf(*party.place, licence.agency);
  const bool food = licence.area == LicenceArea::kFood;
  Story story(food ? absl::MakeConstSpan(kFoods) : kThings, notes.decided,
              random);
  Set(licence.document, &cells[kXkXkws]);
  cells[kXkWsh] = DocumentNumber(agency, Family::kLicence, notes.decided);
  Set(licence.type, &cells[kXkXklb]);
  Set(licence.certificate, &cells[kXkXkzs]);
  // Some have no number of their own: an empty one is a value.
  if (random.Percent(92)) {
    absl::StrAppend(&cells[kXkXkbh], licence.number_prefix, party.place->code,
                    absl::Dec(licences_++, absl::kZeroPad8));
  }
  story.Append(licence.content, &cells[kXkNr]);
  if (random.Percent(60)) {
    absl::StrAppend(&cells[kXkNr], "；地址：", party.address);
  }
  AppendIso(notes.decided, &cells[kXkJdrq]);
  const Day from =
      notes.decided + (random.Percent(80) ? 0 : random.Between(1, 20));
  AppendIso(from, &cells[kXkYxqz]);
  bool valid = true;
  if (licence.years == 0) {
    Set(kOpenEnded, &cells[kXkYxqzi]);
  } else {
    const Day to = from + licence.years * 365;
    AppendIso(to, &cells[kXkYxqzi]);
    valid = to >= enterprises_.as_of();
  }
  Set(agency.name, &cells[kXkXkjg]);
  Set(agency.code, &cells[kXkXkjgdm]);
  Set(valid && party.deregistered == 0 ? "1" : "2", &cells[kXkZt]);
  const Agency& submitter = SubmittingAgency(party, agency, random);
  Set(submitter.name, &cells[kXkLydw]);
  Set(submitter.code, &cells[kXkLydwdm]);
  notes.second =
      !request.plain && !cells[kXkXkbh].empty() && random.PerMille(40);
  return notes;
}

void RecordMaker::MakeSecondLicence(Row* row) {
  std::string& number = (*row)[kXkXkbh];
  number.resize(number.size() - 8);
  absl::StrAppend(&number, absl::Dec(licences_++, absl::kZeroPad8));
  (*row)[kXkNr].append("（同一决定书的第二项许可）");
}

RecordNotes RecordMaker::MakePenalty(const Enterprise& party,
                                     const RecordRequest& request, Row* row) {
  Random random(enterprises_.seed(), kPenaltyStream,
                (party.number << 20) | request.index);
  Clear(kCfColumns, row);
  Row& cells = *row;
  RecordNotes notes;
  notes.decided = PickDay(party, request, 700, random);
  FillParty(party, request, random, &notes, row);

  const ViolationCase& violation =
      random.PickWeighted(kViolationCases, kViolationWeight);
  const Agency& agency = AgencyOf(*party.place, violation.agency);
  const PenaltyKinds* kinds =
      &random.PickWeighted(kPenaltyKinds, kPenaltyKindsWeight);
  // The good are seldom hit hard, the bad seldom lightly.
  if ((party.hidden_class == HiddenClass::kA &&
       kinds->heaviness == Weight::kSerious) ||
      (party.hidden_class == HiddenClass::kD &&
       kinds->heaviness != Weight::kSerious && random.Percent(50))) {
    kinds = &random.PickWeighted(kPenaltyKinds, kPenaltyKindsWeight);
  }
  while (request.fined && !Contains(kinds->kinds, "罚款")) {
    kinds = &random.PickWeighted(kPenaltyKinds, kPenaltyKindsWeight);
  }
  const bool food = Contains(violation.type, "食");
  Story story(food ? absl::MakeConstSpan(kFoods) : kThings, notes.decided,
              random);
  cells[kCfWsh] = DocumentNumber(agency, Family::kPenalty, notes.decided);
  Set(violation.type, &cells[kCfWfxw]);
  story.Append(random.Pick(kInspectionOpenings), &cells[kCfSy]);
  if (random.Percent(5)) {
    // Quotes and line breaks, which CSV must carry.
    cells[kCfSy].append("\"现场记录\"：\n");
  }
  const std::size_t act = random.Below(std::size(violation.acts));
  story.Append(violation.acts[act], &cells[kCfSy]);
  if (random.Percent(35)) {
    cells[kCfSy].append("；同时");
    story.Append(violation.acts[(act + 1) % std::size(violation.acts)],
                 &cells[kCfSy]);
  }
  story.Append(random.Pick(kInspectionEndings), &cells[kCfSy]);
  Set(violation.basis, &cells[kCfYj]);
  Set(kinds->kinds, &cells[kCfCflb]);

  std::string& content = cells[kCfNr];
  bool has_term = false;
  int item = 0;
  for (const absl::string_view kind : absl::StrSplit(kinds->kinds, ';')) {
    if (item > 0) content.append("；");
    absl::StrAppend(&content, ++item, ".");
    if (kind == "罚款") {
      const std::int64_t fen =
          PickFen(violation.fine_low, violation.fine_high, random);
      AppendTenThousands(fen, &cells[kCfNrFk]);
      content.append("处罚款人民币");
      AppendYuan(fen, &content);
      content.append("元");
    } else if (kind == "没收违法所得") {
      const std::int64_t fen = PickFen(20, 40000, random);
      AppendTenThousands(fen, &cells[kCfNrWfff]);
      content.append("没收违法所得人民币");
      AppendYuan(fen, &content);
      content.append("元");
    } else if (kind == "没收非法财物") {
      // Where both are confiscated, the amount given is of the first.
      if (cells[kCfNrWfff].empty()) {
        AppendTenThousands(PickFen(20, 40000, random), &cells[kCfNrWfff]);
      }
      absl::StrAppend(&content, "没收涉案", story.goods(),
                      random.Between(1, 900));
      absl::StrAppend(&content, random.Pick(kUnits));
    } else if (Contains(kind, "许可证件")) {
      const LicenceCase& licence = PickLicence(party.industry->area, random);
      absl::StrAppend(&cells[kCfNrZkdx], licence.certificate, " ",
                      licence.number_prefix, party.place->code,
                      absl::Dec(random.Below(100000000), absl::kZeroPad8));
      absl::StrAppend(&content, kind, "：", licence.certificate);
      has_term = Contains(kind, "暂扣");
    } else if (Contains(kind, "限制")) {
      const int years = random.Between(1, 5);
      absl::StrAppend(&content, kind, "，期限", years, "年");
      has_term = true;
    } else {
      absl::StrAppend(&content, kind);
    }
  }
  content.append("。");

  AppendIso(notes.decided, &cells[kCfJdrq]);
  if (random.Percent(60)) {
    Set(kOpenEnded, &cells[kCfYxq]);
  } else {
    AppendIso(notes.decided + 365 * random.Between(1, 3), &cells[kCfYxq]);
  }
  // Often missing or wrong in real feeds: the registry computes its own.
  if (random.Percent(70)) {
    AppendIso(notes.decided + (random.Percent(70) ? 365 : 1095),
              &cells[kCfGsjzq]);
  }
  Set(agency.name, &cells[kCfCfjg]);
  Set(agency.code, &cells[kCfCfjgdm]);
  const Agency& submitter = SubmittingAgency(party, agency, random);
  Set(submitter.name, &cells[kCfSjly]);
  Set(submitter.code, &cells[kCfSjlydm]);

  // The extension: empty is unknown, not "no".
  const bool light = kinds->heaviness == Weight::kLight;
  const bool serious = kinds->heaviness == Weight::kSerious;
  const auto by = [&](Day days) {
    return std::min(notes.decided + days, enterprises_.as_of());
  };
  if (random.Percent(55)) {
    Set(light && random.Percent(60) ? "简易程序" : "普通程序", &cells[kCfCx]);
  }
  if (random.Percent(35)) {
    Set(light ? "轻微" : serious ? "严重" : "一般", &cells[kCfYzcd]);
  }
  if (random.Percent(60)) Set(violation.ministry, &cells[kCfZgbm]);
  if (has_term && random.Percent(80)) {
    AppendIso(notes.decided + 365 * random.Between(1, 3), &cells[kCfQxz]);
  }
  if (random.Percent(party.hidden_class == HiddenClass::kD ? 20 : 50)) {
    AppendIso(by(random.Between(1, 90)), &cells[kCfLxrq]);
  }
  if (random.Percent(45)) AppendIso(by(random.Between(0, 15)), &cells[kCfSdrq]);
  if (random.Percent(40)) {
    AppendIso(by(random.Between(5, 20)), &cells[kCfGsXyzg]);
  }
  if (random.Percent(40)) {
    AppendIso(by(random.Between(5, 30)), &cells[kCfGsGsxt]);
  }
  notes.second = !request.plain && random.PerMille(30);
  return notes;
}

void RecordMaker::MakeSecondParty(const Enterprise& party, Day decided,
                                  Row* row) {
  Random random(enterprises_.seed(), kFormStream, party.number);
  RecordNotes notes;
  notes.decided = decided;
  for (std::size_t i = 0; i <= kCfXdrZjhm; ++i) (*row)[i].clear();
  RecordRequest request;
  request.plain = true;
  FillParty(party, request, random, &notes, row);
}

void RecordMaker::MakeSecondPerson(const Enterprise& party, Row* row) {
  for (std::size_t i = 0; i <= kCfXdrZjhm; ++i) (*row)[i].clear();
  FillPerson(party.representative, row);
}

RecordNotes RecordMaker::MakeComplaint(const Enterprise& party,
                                       const RecordRequest& request, Row* row) {
  Random random(enterprises_.seed(), kComplaintStream,
                (party.number << 20) | request.index);
  Clear(kTsColumns, row);
  Row& cells = *row;
  RecordNotes notes;
  const bool in_burst = party.burst != 0 && random.Percent(70);
  Day day = PickDay(party, request, 400, random);
  const ComplaintCase* complaint =
      &random.PickWeighted(kComplaintCases, kComplaintWeight);
  if (in_burst && party.burst >= request.earliest) {
    day = std::min(party.burst + random.Between(0, 12), party.last_active);
    // A burst is about one thing.
    complaint = &kComplaintCases[party.number % std::size(kComplaintCases)];
  }
  notes.decided = day;
  const Agency& handler = AgencyOf(*party.place, AgencyKind::kMarket);
  const std::uint32_t case_number = complaints_++;
  absl::StrAppend(&cells[kTsAjbh], party.place->code, Compact(day),
                  absl::Dec(case_number, absl::kZeroPad8));
  const bool hotline = random.Percent(25);
  Set(hotline ? "12345政务服务便民热线" : "全国12315平台", &cells[kTsPt]);
  constexpr absl::string_view kChannels[] = {"互联网平台", "App",  "小程序",
                                             "12315电话",  "信函", "窗口"};
  Set(hotline ? "12345转办" : random.Pick(kChannels), &cells[kTsQd]);
  AppendIso(day, &cells[kTsDjrq]);
  const absl::string_view name = party.NameOn(day);
  notes.former_name = name != party.name;
  Set(name, &cells[kTsBtsMc]);
  // Consumers often do not know the code.
  if (request.plain || random.Percent(85)) {
    Set(party.uscc, &cells[kTsBtsShxym]);
  }
  Set(party.address, &cells[kTsBtsDz]);
  if (random.Percent(40)) {
    absl::StrAppend(&cells[kTsPtdm], "PT",
                    absl::Dec(random.Below(40) + 1, absl::kZeroPad4));
    absl::StrAppend(&cells[kTsDpmc], enterprises_.TradeName(party.number, 0),
                    random.Percent(50) ? "旗舰店" : "专营店");
    absl::StrAppend(&cells[kTsDdh], "D", Compact(day),
                    absl::Dec(random.Below(1000000000), absl::kZeroPad9));
  }
  const bool told = case_number % 89 == 7;
  const Person complainant =
      told ? EnterpriseMaker::MakeMarker(case_number / 89 %
                                         std::size(kMarkerNames))
           : EnterpriseMaker::MakePerson(random, 4);
  notes.marker = complainant.marker;
  cells[kTsTsrMc] = complainant.name;
  cells[kTsTsrDh] = complainant.mobile;
  if (random.Percent(60)) {
    const Place& home = enterprises_.guangdong().PickPlace(random);
    absl::StrAppend(&cells[kTsTsrDz], home.city_name, home.county_name,
                    random.Pick(home.streets).name);
    absl::StrAppend(&cells[kTsTsrDz], random.Pick(kRoads));
    absl::StrAppend(&cells[kTsTsrDz], random.Between(1, 300), "号");
  }
  if (random.Percent(30) || told) cells[kTsTsrZjhm] = complainant.id;

  const std::uint32_t bought = random.Below(100);
  Story story(bought < 35   ? absl::MakeConstSpan(kFoods)
              : bought < 80 ? absl::MakeConstSpan(kThings)
                            : absl::MakeConstSpan(kServices),
              day, random);
  Set(random.Pick(kGoodsCategories), &cells[kTsSplb]);
  if (random.Percent(50)) cells[kTsPp] = story.brand();
  if (random.Percent(80)) AppendIso(story.day(), &cells[kTsGmrq]);
  AppendYuan(story.fen(), &cells[kTsJe]);
  Set(complaint->issue, &cells[kTsWtlb]);
  std::string& facts = cells[kTsSs];
  story.Append(random.Pick(kComplaintOpenings), &facts);
  story.Append(random.Pick(kComplaintMiddles), &facts);
  story.Append(random.Pick(complaint->facts), &facts);
  story.Append(random.Pick(kComplaintEndings), &facts);
  if (told) {
    // People write their numbers into the text; they must not come out again.
    absl::StrAppend(&facts, "我的手机", complainant.mobile, "，身份证",
                    complainant.id, "，请尽快联系。");
  }
  if (random.Percent(4)) facts.append("\n补充：\"已留存录音,照片\"");
  Set(random.Pick(kRequests), &cells[kTsQq]);
  Set(handler.name, &cells[kTsCldw]);
  Set(handler.code, &cells[kTsCldwdm]);

  const Day age = enterprises_.as_of() - day;
  const Day accepted = day + random.Between(1, 9);
  const Day closed = accepted + random.Between(2, 58);
  absl::string_view state = "已登记";
  absl::string_view result;
  const std::uint32_t course = random.Below(100);
  if (age > 80) {
    state = course < 18   ? "不予受理"
            : course < 55 ? "达成调解"
            : course < 78 ? "终止调解"
                          : "已办结";
  } else if (age > 12) {
    state = course < 18   ? "不予受理"
            : course < 30 ? "已受理"
            : course < 95 ? "调解中"
                          : "中止";
  } else if (age > 2) {
    state = course < 80 ? "已分派" : "待提供身份证明";
  }
  if (state == "不予受理") {
    result = "不属于生活消费争议，不予受理，已告知其他途径";
    AppendIso(std::min(accepted, enterprises_.as_of()), &cells[kTsBjrq]);
  } else if (age > 12) {
    AppendIso(accepted, &cells[kTsSlrq]);
    if (age > 80) {
      AppendIso(closed, &cells[kTsBjrq]);
      const bool settled =
          state == "达成调解" || (state == "已办结" && random.Percent(70));
      result =
          settled ? "双方达成调解协议并当场履行" : "双方未能达成一致，终止调解";
      AppendYuan(settled ? std::min(story.fen(), PickFen(10, 6000, random)) : 0,
                 &cells[kTsWhss]);
      constexpr absl::string_view kSatisfaction[] = {"满意", "基本满意",
                                                     "不满意", "未评价"};
      Set(random.Pick(kSatisfaction), &cells[kTsMyd]);
    }
  }
  Set(state, &cells[kTsZt]);
  Set(result, &cells[kTsJg]);
  const Agency& source =
      AgencyOf(enterprises_.guangdong().CityOf(*party.place),
               hotline ? AgencyKind::kApproval : AgencyKind::kMarket);
  Set(source.name, &cells[kTsSjly]);
  Set(source.code, &cells[kTsSjlydm]);
  return notes;
}

Day RecordMaker::PickDay(const Enterprise& party, const RecordRequest& request,
                         std::int32_t half_life, Random& random) const {
  const Day first = std::max(party.established, request.earliest);
  const Day last = std::max(party.last_active, first);
  const Day day = last - random.Decaying(half_life);
  return day >= first ? day : random.Between(first, last);
}

void RecordMaker::FillParty(const Enterprise& party,
                            const RecordRequest& request, Random& random,
                            RecordNotes* notes, Row* row) const {
  Row& cells = *row;
  if (!request.plain && random.PerMille(25)) {
    const Person person = EnterpriseMaker::MakePerson(random, 60);
    FillPerson(person, row);
    notes->natural_person = true;
    notes->marker = person.marker;
    return;
  }
  absl::string_view name = party.NameOn(notes->decided);
  notes->former_name = name != party.name;
  absl::string_view code = party.uscc;
  const bool past_code =
      request.code_of_the_time || (!request.plain && random.Percent(60));
  if (past_code && !party.past_codes.empty()) {
    const PastCode& past = party.past_codes[0];
    if (notes->decided <= past.until) {
      code = past.uscc;
      notes->former_code = true;
      if (past.merged) {
        // It was the other firm's, under that firm's name.
        for (const PastName& other : party.past_names) {
          if (other.reason == past.reason) name = other.name;
        }
        notes->former_name = true;
      }
    }
  }
  Set(name, &cells[kCfXdrMc]);
  Set(party.is_individual() ? "个体工商户" : "法人及非法人组织",
      &cells[kCfXdrLb]);
  if (party.is_individual() && !request.plain && random.PerMille(15)) {
    code = kNoCode;
    notes->placeholder = true;
  } else if (notes->decided < DayOf(2019, 1, 1) &&
             !party.registration_number.empty()) {
    Set(party.registration_number, &cells[kCfXdrGszc]);
    if (!party.is_individual()) {
      Set(OrganisationCode(party.uscc), &cells[kCfXdrZzjg]);
      Set(party.tax_number, &cells[kCfXdrSwdj]);
    }
  }
  Set(code, &cells[kCfXdrShxym]);
  Set(party.representative.name, &cells[kCfFrdb]);
  if (random.Percent(40)) {
    Set("身份证", &cells[kCfFrZjlx]);
    Set(party.representative.id, &cells[kCfFrZjhm]);
    notes->marker = party.representative.marker;
  }
}

void RecordMaker::FillPerson(const Person& person, Row* row) const {
  Set(person.name, &(*row)[kCfXdrMc]);
  Set("自然人", &(*row)[kCfXdrLb]);
  Set("身份证", &(*row)[kCfXdrZjlx]);
  Set(person.id, &(*row)[kCfXdrZjhm]);
}

std::string RecordMaker::DocumentNumber(const Agency& agency, Family family,
                                        Day day) {
  const std::int32_t year = YmdOf(day).year;
  std::uint32_t& count =
      documents_[(agency.index * kYears +
                  static_cast<std::size_t>(year - kFirstYear)) *
                     kFamilies +
                 static_cast<std::size_t>(family)];
  return absl::StrCat(agency.mark, family == Family::kLicence ? "许" : "罚",
                      "〔", year, "〕", ++count, "号");
}

const Agency& RecordMaker::SubmittingAgency(const Enterprise& party,
                                            const Agency& decider,
                                            Random& random) const {
  // Cities often hand in for everybody below them.
  if (random.Percent(60)) return decider;
  return AgencyOf(enterprises_.guangdong().CityOf(*party.place),
                  AgencyKind::kDevelopment);
}

absl::Span<const std::size_t> DateColumns(Family family) {
  static constexpr std::size_t kLicence[] = {kXkJdrq, kXkYxqz, kXkYxqzi};
  static constexpr std::size_t kPenalty[] = {kCfJdrq,   kCfYxq,   kCfGsjzq,
                                             kCfQxz,    kCfLxrq,  kCfSdrq,
                                             kCfGsXyzg, kCfGsGsxt};
  static constexpr std::size_t kComplaint[] = {kTsDjrq, kTsGmrq, kTsSlrq,
                                               kTsBjrq};
  switch (family) {
    case Family::kLicence:
      return kLicence;
    case Family::kPenalty:
      return kPenalty;
    case Family::kComplaint:
      break;
  }
  return kComplaint;
}

}  // namespace creditreg::generator
