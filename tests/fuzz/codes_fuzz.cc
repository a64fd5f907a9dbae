// Claim: every text is taken for a code, an old number, a date, an amount, a
// capital, a name and a text with personal numbers in it, without harm. What a
// parser accepts has the form that its header promises: it is normalised (doing
// it again changes nothing), it is written and read back as the same value, and
// a masked text holds no number any more.
//
// Method: each parser gets the same text. An input that begins with a byte no
// text begins with is no text: a valid code is built from it, from that one
// slip, and the valid code must be among the nearest codes.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "index/base/check.h"
#include "index/base/civil_day.h"
#include "index/model/check_digits.h"
#include "index/model/date_forms.h"
#include "index/model/money.h"
#include "index/model/name.h"
#include "index/model/old_number.h"
#include "index/model/personal_numbers.h"
#include "index/model/uscc.h"
#include "index/model/utf8.h"
#include "server/wire/text_rules.h"
#include "tests/fuzz/fuzz_input.h"

namespace creditreg {
namespace {

constexpr char kSlipInput = '\x01';
constexpr absl::string_view kAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";

bool BothChecksOk(absl::string_view code) {
  const CodeCheck check = CheckCode(code);
  return check.error == CodeError::kNone &&
         (check.warnings & kBadOrgCheck) == 0;
}

void CheckNearest(absl::string_view text) {
  const std::vector<std::string> nearest = NearestValidCodes(text);
  CREDITREG_CHECK(nearest.size() <= 5, "no more codes than asked for");
  for (std::size_t i = 0; i < nearest.size(); ++i) {
    CREDITREG_CHECK(BothChecksOk(nearest[i]) && nearest[i] != text,
                    "a suggestion is a code, and another");
    CREDITREG_CHECK(absl::c_count(nearest, nearest[i]) == 1,
                    "no suggestion comes twice");
  }
  if (nearest.empty()) return;
  const std::vector<std::string> two = NearestValidCodes(text, 2);
  CREDITREG_CHECK(two.size() == std::min<std::size_t>(2, nearest.size()) &&
                      std::equal(two.begin(), two.end(), nearest.begin()),
                  "fewer codes are the first of more");
  CREDITREG_CHECK(!BothChecksOk(text), "a code has no other meaning");
}

void CheckCodeOf(absl::string_view text) {
  const std::string code = NormaliseCode(text);
  const CodeCheck check = CheckCode(code);
  const auto parsed = Uscc::Parse(code);
  CREDITREG_CHECK(parsed.ok() == (check.error == CodeError::kNone),
                  "a code is what has no error");
  CREDITREG_CHECK(!parsed.ok() || parsed->view() == code,
                  "a code is its characters");
  CREDITREG_CHECK(check.error == CodeError::kNone || check.warnings == 0,
                  "warnings are of codes");
  CREDITREG_CHECK(
      (check.error == CodeError::kInvalidChar) == (check.position != 0) &&
          check.position >= 0 && check.position <= 18,
      "a bad character has a place among the 18");
  if (ValidUtf8(text)) {
    CREDITREG_CHECK(NormaliseCode(code) == code, "a normal form stays");
  }
  CheckNearest(code);
  if (text != code) CheckNearest(text);
}

// The only character that makes `ok` true at the end of `text`.
template <typename Ok>
std::string WithCheck(std::string text, Ok ok) {
  text.push_back('0');
  for (const char c : kAlphabet) {
    text.back() = c;
    if (ok(text)) return text;
  }
  CREDITREG_CHECK(false, "every text has a check character");
}

// A valid code from the first bytes of the input.
std::string MadeCode(FuzzInput& input) {
  const auto take = [&input](std::size_t size) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i) {
      text.push_back(kAlphabet[input.Byte() % kAlphabet.size()]);
    }
    return text;
  };
  const std::string head = take(8);
  const std::string organisation = WithCheck(
      take(8),
      [](const std::string& text) { return OrganisationCodeCheckOk(text); });
  return WithCheck(head + organisation,
                   [](const std::string& text) { return UsccCheckOk(text); });
}

void CheckSlip(FuzzInput input) {
  const std::string code = MadeCode(input);
  if (!BothChecksOk(code)) return;  // a filler
  std::string slip = code;
  const std::size_t at = input.Byte() % slip.size();
  const char other = kAlphabet[input.Byte() % kAlphabet.size()];
  switch (input.Choice(4)) {
    case 0:
      slip[at] = other;
      break;
    case 1:
      slip.erase(at, 1);
      break;
    case 2:
      slip.insert(at, 1, other);
      break;
    default:
      std::swap(slip[at], slip[at == 0 ? 1 : at - 1]);
  }
  const auto nearest = NearestValidCodes(slip, 1000);
  CREDITREG_CHECK(BothChecksOk(slip) ||
                      CheckCode(slip).error == CodeError::kPlaceholder ||
                      absl::c_linear_search(nearest, code),
                  "one slip away from a code is near it");
}

void CheckOldNumber(absl::string_view text) {
  for (int kind = 1; kind <= 8; ++kind) {
    const auto number =
        NormaliseOldNumber(static_cast<OldNumberKind>(kind), text);
    if (!number.ok()) continue;
    const std::size_t chars = CharCount(number->value);
    CREDITREG_CHECK(chars >= 1 && chars <= kMaxOldNumberChars,
                    "an old number has 1 to 64 characters");
    CREDITREG_CHECK(number->check_applies || !number->check_ok,
                    "a check that does not apply is not right");
    if (ValidUtf8(text)) {
      const auto again = NormaliseOldNumber(number->kind, number->value);
      CREDITREG_CHECK(again.ok() && *again == *number,
                      "an old number is its own normal form");
    }
    TaxNumberMayHoldPersonalId(number->value);
    const auto guess = GuessOldNumberKind(number->value);
    CREDITREG_CHECK(
        !guess.has_value() || NormaliseOldNumber(*guess, number->value).ok(),
        "a number is one of the kind its form tells");
  }
}

void CheckDate(absl::string_view text) {
  const auto day = ParseFeedDate(text);
  if (day.ok()) {
    const std::string iso = day->ToIso();
    const auto parsed = CivilDay::ParseIso(iso);
    CREDITREG_CHECK(parsed.ok() && *parsed == *day, "a day is its text");
    const auto again = ParseFeedDate(iso);
    CREDITREG_CHECK(again.ok() && *again == *day,
                    "files may hold what we write");
    CREDITREG_CHECK(
        !day->is_date() || (day->days() >= -25567 && day->days() <= 47480),
        "a day is of the years 1900 to 2099");
  }
  const auto iso_day = CivilDay::ParseIso(text);
  CREDITREG_CHECK(!iso_day.ok() || (iso_day->ToIso() == text && day.ok() &&
                                    *day == *iso_day),
                  "a day in our form is the same in files");
}

void CheckMoney(absl::string_view text) {
  const auto yuan = FenFromYuan(text);
  if (yuan.ok()) {
    CREDITREG_CHECK(*yuan >= 0 && *yuan <= kMaxAmountFen,
                    "an amount is within its range");
    const auto again = FenFromYuan(YuanFromFen(*yuan));
    CREDITREG_CHECK(again.ok() && *again == *yuan, "yuan come back");
  }
  const auto wan = FenFromWanYuan(text);
  if (wan.ok()) {
    CREDITREG_CHECK(*wan >= 0 && *wan <= kMaxAmountFen,
                    "an amount is within its range");
    const auto again = FenFromWanYuan(WanYuanFromFen(*wan));
    CREDITREG_CHECK(again.ok() && *again == *wan, "10,000 yuan come back");
  }
  CREDITREG_CHECK(!yuan.ok() || !wan.ok() || *wan == *yuan * 10000,
                  "a unit of 10,000 yuan is 10,000 yuan");

  const Capital capital = ParseCapital(text);
  CREDITREG_CHECK(capital.text == text, "a capital keeps its text");
  CREDITREG_CHECK(
      capital.minor_units >= 0 && capital.minor_units <= kMaxAmountFen,
      "a capital is within its range");
  CREDITREG_CHECK(capital.currency.size() == 3 ||
                      (capital.currency.empty() && capital.minor_units == 0),
                  "a capital that is not understood is text alone");
  CREDITREG_CHECK(
      !yuan.ok() || (capital.currency == "CNY" && capital.minor_units == *yuan),
      "a bare amount is one of yuan");
}

void CheckAnyFen(std::int64_t fen) {
  const std::string yuan = YuanFromFen(fen);
  const std::string wan = WanYuanFromFen(fen);
  if (fen < 0) {
    CREDITREG_CHECK(yuan[0] == '-' && wan[0] == '-', "a debt has its sign");
    return;
  }
  if (fen > kMaxAmountFen) return;
  CREDITREG_CHECK(
      FenFromYuan(yuan).value() == fen && FenFromWanYuan(wan).value() == fen,
      "what is written can be read");
}

void CheckName(absl::string_view text) {
  const absl::string_view trimmed = TrimBlanks(text);
  CREDITREG_CHECK(TrimBlanks(trimmed) == trimmed,
                  "a trimmed text has no blanks at its ends");
  const std::string name = NormaliseName(text);
  if (!ValidUtf8(text)) return;
  CREDITREG_CHECK(NormaliseName(trimmed) == name, "blanks make no name");
  CREDITREG_CHECK(ValidUtf8(name), "text stays text");
  CREDITREG_CHECK(NormaliseName(name) == name, "a normal form stays");
}

void CheckUtf8(absl::string_view text) {
  std::size_t chars = 0;
  bool valid = true;
  std::string again;
  for (absl::string_view rest = text; !rest.empty(); ++chars) {
    const Utf8Char c = FirstUtf8Char(rest);
    CREDITREG_CHECK(
        c.size_bytes >= 1 && c.size_bytes <= 4 && c.size_bytes <= rest.size(),
        "a character is within its text");
    valid = valid && c.valid;
    if (c.valid) {
      AppendUtf8(c.code_point, again);
    } else {
      again.push_back(rest.front());
    }
    rest.remove_prefix(c.size_bytes);
  }
  CREDITREG_CHECK(again == text, "characters make up their text");
  CREDITREG_CHECK(chars == CharCount(text), "every character counts as one");
  CREDITREG_CHECK(valid == ValidUtf8(text),
                  "a text is valid where its characters are");
}

// Whether a character begins at byte `at`.
bool IsBorder(absl::string_view text, std::size_t at) {
  while (at > 0 && !text.empty()) {
    const std::size_t size = FirstUtf8Char(text).size_bytes;
    if (size > at) return false;
    at -= size;
    text.remove_prefix(size);
  }
  return true;
}

void CheckPersonalNumbers(absl::string_view text) {
  const std::vector<PersonalSpan> spans = FindPersonalNumbers(text);
  std::size_t end = 0;
  for (const PersonalSpan& span : spans) {
    CREDITREG_CHECK(
        span.begin >= end && span.begin < span.end && span.end <= text.size(),
        "numbers stand in order and apart");
    CREDITREG_CHECK(IsBorder(text, span.begin) && IsBorder(text, span.end),
                    "a number is of whole characters");
    end = span.end;
  }
  CREDITREG_CHECK(spans.empty() || MayHoldPersonalNumber(text),
                  "the cheap test is never wrongly false");
  const std::string masked = MaskPersonalNumbers(text);
  CREDITREG_CHECK(FindPersonalNumbers(masked).empty(),
                  "a masked text holds no number");
  CREDITREG_CHECK(spans.empty() == (masked == text),
                  "nothing but numbers is masked");
}

}  // namespace
}  // namespace creditreg

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  creditreg::FuzzInput input(data, size);
  const absl::string_view text = input.Rest();
  if (!text.empty() && text.front() == creditreg::kSlipInput) {
    input.Byte();
    creditreg::CheckAnyFen(
        static_cast<std::int64_t>(creditreg::FuzzInput(input).U64()));
    creditreg::CheckSlip(input);
    return 0;
  }
  creditreg::CheckUtf8(text);
  creditreg::CheckCodeOf(text);
  creditreg::CheckOldNumber(text);
  creditreg::CheckDate(text);
  creditreg::CheckMoney(text);
  creditreg::CheckName(text);
  creditreg::CheckPersonalNumbers(text);
  return 0;
}
