#include "index/model/personal_numbers.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "index/base/civil_day.h"
#include "index/model/ascii_digits.h"
#include "index/model/character_forms.h"
#include "index/model/check_digits.h"
#include "index/model/provinces.h"
#include "index/model/uscc.h"
#include "index/model/utf8.h"

namespace creditreg {
namespace {

constexpr char kMask[] = "[已遮蔽]";
// A card printed in fours with three left over has five groups.
constexpr std::size_t kMaxGroups = 5;
// Passports and permits have no more.
constexpr std::size_t kMaxTokenChars = 11;
// What a character of a number that has been found counts as from then on.
constexpr char32_t kCutOut = U'\uFFFD';

// One character of the text in its plain form: half-width, upper case, every
// blank a space, every dash "-".
struct Char {
  char32_t c;
  std::size_t begin;  // bytes of the text, [begin, end)
  std::size_t end;
  // Belongs to a code or document number, or to a number found already.
  bool taken;
};

// Characters [first, last) of the text.
struct Run {
  std::size_t first;
  std::size_t last;
};

bool IsDigit(char32_t c) { return c >= U'0' && c <= U'9'; }
bool IsAlnum(char32_t c) { return IsDigit(c) || (c >= U'A' && c <= U'Z'); }

std::vector<Char> PlainChars(absl::string_view text) {
  std::vector<Char> chars;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const Utf8Char next = FirstUtf8Char(text.substr(begin));
    char32_t c = UpperCaseLatin(HalfWidth(next.code_point));
    if (IsBlank(c)) c = U' ';
    if (IsDash(c)) c = U'-';
    chars.push_back({c, begin, begin + next.size_bytes, /*taken=*/false});
    begin += next.size_bytes;
  }
  return chars;
}

// The longest runs of characters for which `belongs` holds.
template <typename Predicate>
std::vector<Run> RunsOf(const std::vector<Char>& chars, Predicate belongs) {
  std::vector<Run> runs;
  for (std::size_t i = 0; i < chars.size(); ++i) {
    if (!belongs(chars[i].c)) continue;
    const std::size_t first = i;
    while (i < chars.size() && belongs(chars[i].c)) ++i;
    runs.push_back({first, i});
  }
  return runs;
}

// The text of a run of ASCII characters.
std::string AsciiText(const std::vector<Char>& chars, const Run& run) {
  std::string text;
  for (std::size_t i = run.first; i < run.last; ++i) {
    text.push_back(static_cast<char>(chars[i].c));
  }
  return text;
}

void Take(std::vector<Char>& chars, const Run& run) {
  for (std::size_t i = run.first; i < run.last; ++i) chars[i].taken = true;
}

bool IsTaken(const std::vector<Char>& chars, const Run& run) {
  return std::any_of(chars.begin() + run.first, chars.begin() + run.last,
                     [](const Char& c) { return c.taken; });
}

// 第 and what follows up to 号, if only letters, digits, dashes, spaces and
// brackets stand between.
void TakeNumbersBetweenDiAndHao(std::vector<Char>& chars) {
  constexpr absl::string_view kBrackets = "()[]";
  for (std::size_t i = 0; i < chars.size(); ++i) {
    if (chars[i].c != U'第') continue;
    std::size_t end = i + 1;
    while (
        end < chars.size() &&
        (IsAlnum(chars[end].c) || chars[end].c == U'-' ||
         chars[end].c == U' ' || chars[end].c == U'〔' ||
         chars[end].c == U'〕' ||
         (chars[end].c < 0x80 &&
          absl::c_linear_search(kBrackets, static_cast<char>(chars[end].c))))) {
      ++end;
    }
    if (end < chars.size() && chars[end].c == U'号') Take(chars, {i, end});
    i = end - 1;
  }
}

// Whether what stands right before `at` says that an ID document's number
// follows, as in "身份证号码：" and "证件号(身份证) ".
bool IsLabelledAsId(const std::vector<Char>& chars, std::size_t at) {
  constexpr std::u32string_view kBetween = U" :=()[],、\"'是为為号號码碼";
  constexpr std::size_t kMaxBetween = 8;
  constexpr std::u32string_view kLabels[] = {U"身份证", U"身份證", U"证件",
                                             U"證件"};
  std::size_t end = at;
  while (end > 0 && at - end < kMaxBetween &&
         absl::c_linear_search(kBetween, chars[end - 1].c)) {
    --end;
  }
  return absl::c_any_of(kLabels, [&](std::u32string_view label) {
    return label.size() <= end &&
           std::equal(
               label.begin(), label.end(),
               chars.begin() + static_cast<std::ptrdiff_t>(end - label.size()),
               [](char32_t a, const Char& b) { return a == b.c; });
  });
}

bool IsYearBetweenBrackets(const std::vector<Char>& chars,
                           std::size_t opening) {
  if (opening + 6 > chars.size()) return false;
  const char32_t open = chars[opening].c;
  const char32_t close = chars[opening + 5].c;
  const bool brackets =
      (open == U'〔' && close == U'〕') || (open == U'[' && close == U']') ||
      (open == U'(' && close == U')') || (open == U'【' && close == U'】');
  const Run year{opening + 1, opening + 5};
  if (!brackets ||
      !std::all_of(chars.begin() + year.first, chars.begin() + year.last,
                   [](const Char& c) { return IsDigit(c.c); })) {
    return false;
  }
  const std::string digits = AsciiText(chars, year);
  return digits.substr(0, 2) == "19" || digits.substr(0, 2) == "20";
}

// The digits of 粤市监〔2025〕123号, 粤市监〔2025〕第123号.
void TakeNumbersAfterBracketedYears(std::vector<Char>& chars) {
  for (std::size_t i = 0; i < chars.size(); ++i) {
    if (!IsYearBetweenBrackets(chars, i)) continue;
    std::size_t first = i + 6;
    if (first < chars.size() && chars[first].c == U'第') ++first;
    std::size_t last = first;
    while (last < chars.size() && IsDigit(chars[last].c)) ++last;
    Take(chars, {first, last});
  }
}

// Whether `token` is surely a code. One ID in 31 passes the code's check by
// chance, but hardly any has a known category and division and the inner check
// too. Real codes that fail the inner check begin with 9, which no ID does.
bool IsSoundCode(absl::string_view token) {
  const CodeCheck check = CheckCode(token);
  return check.error == CodeError::kNone &&
         (check.warnings == 0 ||
          (check.warnings == kBadOrgCheck && token[0] == '9'));
}

bool IsPassport(absl::string_view token) {
  if (token.size() != 9 || !AllDigits(token.substr(2))) return false;
  const bool digit_second = absl::ascii_isdigit(token[1]);
  return digit_second ? absl::string_view("EGDPS").find(token[0]) !=
                            absl::string_view::npos
                      : token[0] == 'E';
}

bool IsTravelPermit(absl::string_view token) {
  return token.size() >= 9 && token.size() <= 11 &&
         absl::string_view("HMC").find(token[0]) != absl::string_view::npos &&
         AllDigits(token.substr(1));
}

bool IsMobile(absl::string_view digits) {
  return digits.size() == 11 && digits[0] == '1' && digits[1] >= '3';
}

using Sizes = std::vector<std::size_t>;

// Digits in groups, as people write a mobile number, with or without 86.
bool IsMobileInGroups(absl::string_view digits, Sizes sizes) {
  for (const absl::string_view country : {"86", "0086"}) {
    if (digits.size() != 11 + country.size() ||
        digits.substr(0, country.size()) != country ||
        sizes[0] < country.size()) {
      continue;
    }
    digits.remove_prefix(country.size());
    sizes[0] -= country.size();
    if (sizes[0] == 0) sizes.erase(sizes.begin());
    break;
  }
  const bool usual_groups = sizes == Sizes{11} || sizes == Sizes{3, 4, 4} ||
                            sizes == Sizes{3, 8} || sizes == Sizes{7, 4} ||
                            sizes == Sizes{4, 3, 4};
  return usual_groups && IsMobile(digits);
}

bool IsBankCardInGroups(absl::string_view digits, const Sizes& sizes) {
  // All zeros have the right Luhn sum; they are fillers.
  if (digits.size() < 16 || digits.size() > 19 || digits[0] == '0') {
    return false;
  }
  const bool fours = std::all_of(sizes.begin(), sizes.end() - 1,
                                 [](std::size_t size) { return size == 4; }) &&
                     sizes.back() <= 4;
  const bool six_and_rest = sizes.size() == 2 && sizes[0] == 6;
  return (sizes.size() == 1 || fours || six_and_rest) && LuhnOk(digits);
}

class Finder {
 public:
  explicit Finder(absl::string_view text) : chars_(PlainChars(text)) {}

  std::vector<PersonalSpan> Find() && {
    TakeNumbersBetweenDiAndHao(chars_);
    TakeNumbersAfterBracketedYears(chars_);
    FindInTokens();
    FindInDigits();
    FindBesideFound();
    absl::c_sort(found_, [](const PersonalSpan& a, const PersonalSpan& b) {
      return a.begin < b.begin;
    });
    return std::move(found_);
  }

 private:
  // Codes, passports and permits: letters and digits in one piece.
  void FindInTokens() {
    for (const Run& run : RunsOf(chars_, IsAlnum)) {
      if (IsTaken(chars_, run)) continue;
      const std::string token = AsciiText(chars_, run);
      if (IsSoundCode(token)) Take(chars_, run);
      AddIfToken(run, token);
    }
  }

  void AddIfToken(const Run& run, absl::string_view token) {
    if (IsPassport(token)) Add(run, PersonalKind::kPassport);
    if (IsTravelPermit(token)) Add(run, PersonalKind::kTravelPermit);
  }

  // Everything else: runs of digits, one alone or several parted by one blank
  // or dash each, the most that make a number together.
  void FindInDigits() {
    const std::vector<Run> runs = RunsOf(chars_, IsDigit);
    for (std::size_t i = 0; i < runs.size(); ++i) {
      std::size_t count = 1;
      while (count < kMaxGroups && i + count < runs.size() &&
             AreJoined(runs[i + count - 1], runs[i + count])) {
        ++count;
      }
      while (count > 0 &&
             !AddIfPersonal(absl::MakeSpan(runs).subspan(i, count)))
        --count;
      if (count > 0) i += count - 1;
    }
  }

  // What stood beside a number in one piece stands alone once the number is cut
  // out, and may be a number then: a masked text must hold none. Looks no
  // farther than a number is long, so it stays linear.
  void FindBesideFound() {
    for (std::size_t i = 0; i < runs_found_.size(); ++i) {
      const Run found = runs_found_[i];
      Run left{found.first, found.first};
      while (left.first > 0 && left.last - left.first <= kMaxTokenChars &&
             IsAlnum(chars_[left.first - 1].c)) {
        --left.first;
      }
      AddIfPiece(left);
      Run right{found.last, found.last};
      while (right.last < chars_.size() &&
             right.last - right.first <= kMaxTokenChars &&
             IsAlnum(chars_[right.last].c)) {
        ++right.last;
      }
      AddIfPiece(right);
      if (found.first > 0 && IsLoneX(found.first - 1)) {
        AddIfIdEndsAt(found.first - 1);
      }
    }
  }

  void AddIfPiece(const Run& run) {
    if (run.first < run.last && !IsTaken(chars_, run)) {
      AddIfToken(run, AsciiText(chars_, run));
    }
  }

  // Whether the 17 digits before the X at `x`, in one group or several, make it
  // a resident ID.
  void AddIfIdEndsAt(std::size_t x) {
    constexpr std::size_t kDigits = 17;
    std::string digits;
    std::size_t first = x;
    for (std::size_t groups = 0; groups < kMaxGroups; ++groups) {
      while (first > 0 && digits.size() <= kDigits &&
             IsDigit(chars_[first - 1].c)) {
        digits.insert(digits.begin(), static_cast<char>(chars_[--first].c));
      }
      if (digits.size() >= kDigits || first < 2 ||
          !IsSeparator(chars_[first - 1].c) || !IsDigit(chars_[first - 2].c)) {
        break;
      }
      --first;
    }
    const Run all{first, x + 1};
    digits.push_back('X');
    if (ResidentIdOk(digits) && !IsTaken(chars_, all)) {
      Add(all, PersonalKind::kResidentId);
    }
  }

  static bool IsSeparator(char32_t c) { return c == U' ' || c == U'-'; }

  bool AreJoined(const Run& a, const Run& b) const {
    return a.last + 1 == b.first && IsSeparator(chars_[a.last].c);
  }

  bool AddIfPersonal(absl::Span<const Run> groups) {
    Run all{groups.front().first, groups.back().last};
    if (IsTaken(chars_, all)) return false;
    std::string digits;
    Sizes sizes;
    for (const Run& group : groups) {
      digits += AsciiText(chars_, group);
      sizes.push_back(group.last - group.first);
    }
    if (digits.size() == 17 && IsLoneX(all.last)) {
      digits.push_back('X');
      ++all.last;
    }
    std::optional<PersonalKind> kind = KindOf(digits, sizes);
    // One in ten also passes the check of registration numbers, as a label
    // tells.
    if (!kind.has_value() && sizes.size() == 1 && ResidentId15Ok(digits) &&
        IsLabelledAsId(chars_, all.first)) {
      kind = PersonalKind::kResidentId15;
    }
    if (!kind.has_value()) return false;
    const bool plus = *kind == PersonalKind::kMobile && digits.size() > 11 &&
                      all.first > 0 && chars_[all.first - 1].c == U'+';
    if (plus) --all.first;
    Add(all, *kind);
    return true;
  }

  // Whether an X stands at `i` and ends its token.
  bool IsLoneX(std::size_t i) const {
    return i < chars_.size() && chars_[i].c == U'X' &&
           (i + 1 == chars_.size() || !IsAlnum(chars_[i + 1].c));
  }

  static std::optional<PersonalKind> KindOf(absl::string_view digits,
                                            const Sizes& sizes) {
    if (ResidentIdOk(digits)) return PersonalKind::kResidentId;
    if (!AllDigits(digits)) return std::nullopt;
    if (sizes.size() == 1 && ResidentId15Ok(digits) &&
        !Registration15CheckOk(digits)) {
      return PersonalKind::kResidentId15;
    }
    if (IsMobileInGroups(digits, sizes)) return PersonalKind::kMobile;
    if (IsBankCardInGroups(digits, sizes)) return PersonalKind::kBankCard;
    return std::nullopt;
  }

  void Add(const Run& run, PersonalKind kind) {
    Take(chars_, run);
    for (std::size_t i = run.first; i < run.last; ++i) chars_[i].c = kCutOut;
    runs_found_.push_back(run);
    found_.push_back({chars_[run.first].begin, chars_[run.last - 1].end, kind});
  }

  std::vector<Char> chars_;
  // In the order in which they were found.
  std::vector<Run> runs_found_;
  std::vector<PersonalSpan> found_;
};

// Whether `yyyymmdd`, eight digits, is a day of the calendar.
bool IsRealDay(absl::string_view yyyymmdd) {
  int year = 0, month = 0, day = 0;
  return absl::SimpleAtoi(yyyymmdd.substr(0, 4), &year) &&
         absl::SimpleAtoi(yyyymmdd.substr(4, 2), &month) &&
         absl::SimpleAtoi(yyyymmdd.substr(6, 2), &day) &&
         CivilDay::FromYmd(year, month, day).ok();
}

}  // namespace

std::vector<PersonalSpan> FindPersonalNumbers(absl::string_view text) {
  return Finder(text).Find();
}

std::string MaskPersonalNumbers(absl::string_view text) {
  std::string masked;
  std::size_t copied = 0;
  for (const PersonalSpan& span : FindPersonalNumbers(text)) {
    absl::StrAppend(&masked, text.substr(copied, span.begin - copied), kMask);
    copied = span.end;
  }
  absl::StrAppend(&masked, text.substr(copied));
  return masked;
}

bool ResidentIdOk(absl::string_view number) {
  const std::string upper = absl::AsciiStrToUpper(number);
  // 83: residence permits of people from Taiwan; 71, 81, 82 are provinces.
  const bool place = HasProvincePrefix(upper) || upper.substr(0, 2) == "83";
  return place && ResidentIdCheckOk(upper) &&
         IsRealDay(absl::string_view(upper).substr(6, 8));
}

bool ResidentId15Ok(absl::string_view digits) {
  return digits.size() == 15 && AllDigits(digits) &&
         HasProvincePrefix(digits) &&
         IsRealDay(absl::StrCat("19", digits.substr(6, 6)));
}

std::string NormalIdentityNumber(absl::string_view number) {
  std::string normal;
  // Pieces must not be left behind where it grows.
  normal.reserve(number.size() + 3);
  for (const Char& c : PlainChars(number)) {
    if (c.c == U' ' || c.c == U'-') continue;
    if (IsAlnum(c.c)) {
      normal += static_cast<char>(c.c);
    } else {
      absl::StrAppend(&normal, number.substr(c.begin, c.end - c.begin));
    }
  }
  if (!ResidentId15Ok(normal)) return normal;
  normal.insert(6, "19");
  normal += '0';
  for (const char check :
       {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'X'}) {
    normal.back() = check;
    if (ResidentIdCheckOk(normal)) break;
  }
  return normal;
}

std::string NormalTelephone(absl::string_view number) {
  constexpr std::size_t kNationalDigits = 11;
  std::string digits;
  digits.reserve(number.size());
  for (const Char& c : PlainChars(number)) {
    if (IsDigit(c.c)) digits += static_cast<char>(c.c);
  }
  for (const absl::string_view prefix : {"0086", "86"}) {
    if (digits.size() == prefix.size() + kNationalDigits &&
        absl::StartsWith(digits, prefix)) {
      return digits.substr(prefix.size());
    }
  }
  return digits;
}

}  // namespace creditreg
