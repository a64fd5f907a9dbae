#include "index/model/uscc.h"

#include <algorithm>
#include <iterator>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "index/model/ascii_digits.h"
#include "index/model/character_forms.h"
#include "index/model/check_digits.h"
#include "index/model/provinces.h"
#include "index/model/utf8.h"

namespace creditreg {
namespace {

// Both of 18 characters or more.
bool IsPlaceholder(absl::string_view text) {
  return text.substr(0, 17) == "00000000000000000" ||
         text.find_first_not_of(text[0]) == absl::string_view::npos;
}

struct Department {
  char code;                     // position 1
  absl::string_view categories;  // that position 2 may be
};

constexpr Department kDepartments[] = {
    {'1', "1239"},    // staffing of public bodies
    {'2', "19"},      // foreign affairs
    {'3', "123459"},  // justice
    {'4', "19"},      // culture
    {'5', "1239"},    // civil affairs
    {'6', "129"},     // tourism
    {'7', "129"},     // religion
    {'8', "19"},      // trade unions
    {'9', "1239"},    // market supervision
    {'A', "19"},      // armed forces
    {'N', "1239"},    // agriculture
    {'Y', "1"},       // others
};

bool IsKnownDivision(absl::string_view division) {
  return division == "100000" ||
         (HasProvincePrefix(division) && AllDigits(division));
}

std::uint8_t WarningsOf(absl::string_view code) {
  std::uint8_t warnings = 0;
  if (!OrganisationCodeCheckOk(code.substr(8, 9))) warnings |= kBadOrgCheck;
  const auto* const department = absl::c_find_if(
      kDepartments,
      [&](const Department& candidate) { return candidate.code == code[0]; });
  if (department == std::end(kDepartments)) {
    warnings |= kUnknownDepartment;
  } else if (!absl::StrContains(department->categories, code[1])) {
    warnings |= kUnknownCategory;
  }
  if (!IsKnownDivision(code.substr(2, 6))) warnings |= kUnknownDivision;
  return warnings;
}

// 1-based position in characters of the first that is outside the alphabet, or
// 0. A character of several bytes is outside it from its first byte on.
int FirstBadPosition(absl::string_view text) {
  const auto bad =
      absl::c_find_if(text, [](char c) { return UsccCharValue(c) < 0; });
  return bad == text.end() ? 0 : static_cast<int>(bad - text.begin()) + 1;
}

}  // namespace

CodeCheck CheckCode(absl::string_view normalised) {
  if (CharCount(normalised) != Uscc::kLengthBytes) {
    return {CodeError::kBadLength, 0, 0};
  }
  if (IsPlaceholder(normalised)) return {CodeError::kPlaceholder, 0, 0};
  if (const int position = FirstBadPosition(normalised); position != 0) {
    return {CodeError::kInvalidChar, position, 0};
  }
  if (!UsccCheckOk(normalised)) return {CodeError::kBadFinalCheck, 0, 0};
  return {CodeError::kNone, 0, WarningsOf(normalised)};
}

absl::StatusOr<Uscc> Uscc::Parse(absl::string_view text) {
  const CodeCheck check = CheckCode(text);
  switch (check.error) {
    case CodeError::kNone:
      break;
    case CodeError::kBadLength:
      return absl::InvalidArgumentError(absl::StrCat(
          "uscc: ", CharCount(text), " characters, want ", kLengthBytes));
    case CodeError::kInvalidChar:
      return absl::InvalidArgumentError(absl::StrCat(
          "uscc: character ", check.position,
          " is outside the alphabet, want 0-9, A-Z without IOSVZ"));
    case CodeError::kBadFinalCheck:
      return absl::InvalidArgumentError("uscc: check character does not match");
    case CodeError::kPlaceholder:
      return absl::InvalidArgumentError("uscc: placeholder, want a code");
  }
  Uscc code;
  std::copy(text.begin(), text.end(), code.chars_.begin());
  return code;
}

std::string NormaliseCode(absl::string_view raw) {
  std::string code;
  while (!raw.empty()) {
    const Utf8Char c = FirstUtf8Char(raw);
    if (!c.valid) {
      code.push_back(raw[0]);
    } else if (!IsBlank(c.code_point) && !IsDash(c.code_point)) {
      AppendUtf8(UpperCaseLatin(HalfWidth(c.code_point)), code);
    }
    raw.remove_prefix(c.size_bytes);
  }
  return code;
}

}  // namespace creditreg
