#include "index/model/check_digits.h"

#include <array>
#include <cstddef>

#include "index/model/ascii_digits.h"

namespace creditreg {
namespace {

constexpr std::array<int, 256> MakeUsccValues() {
  std::array<int, 256> values{};
  for (int& value : values) value = -1;
  constexpr char kAlphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
  static_assert(sizeof(kAlphabet) == 31 + 1);
  for (int i = 0; i < 31; ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = i;
  }
  return values;
}

constexpr std::array<int, 256> kUsccValues = MakeUsccValues();

// GB 11714 counts in base 36. -1 for what is neither digit nor capital.
int Base36Value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
  return -1;
}

}  // namespace

int UsccCharValue(char c) { return kUsccValues[static_cast<unsigned char>(c)]; }

bool UsccCheckOk(absl::string_view code) {
  if (code.size() != 18) return false;
  int sum = 0;
  int weight = 1;
  for (std::size_t i = 0; i < 17; ++i) {
    const int value = UsccCharValue(code[i]);
    if (value < 0) return false;
    sum += value * weight;
    weight = weight * 3 % 31;
  }
  // The check character makes the whole sum divisible by 31, its own weight
  // being 1. The same as (31 - sum mod 31) mod 31, without the outer mod that
  // is so easily forgotten.
  const int check = UsccCharValue(code[17]);
  return check >= 0 && (sum + check) % 31 == 0;
}

bool OrganisationCodeCheckOk(absl::string_view code) {
  constexpr int kWeights[] = {3, 7, 9, 10, 5, 8, 4, 2};
  if (code.size() != 9) return false;
  int sum = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    const int value = Base36Value(code[i]);
    if (value < 0) return false;
    sum += value * kWeights[i];
  }
  constexpr char kChecks[] = "0X987654321";  // by sum mod 11
  return code[8] == kChecks[sum % 11];
}

bool Registration15CheckOk(absl::string_view digits) {
  if (digits.size() != 15 || !AllDigits(digits)) return false;
  int product = 10;
  for (const char c : digits.substr(0, 14)) {
    int sum = (product + (c - '0')) % 10;
    if (sum == 0) sum = 10;
    product = sum * 2 % 11;
  }
  return digits[14] - '0' == (11 - product) % 10;
}

bool ResidentIdCheckOk(absl::string_view number) {
  constexpr int kWeights[] = {7, 9, 10, 5,  8, 4, 2, 1, 6,
                              3, 7, 9,  10, 5, 8, 4, 2};
  if (number.size() != 18 || !AllDigits(number.substr(0, 17))) return false;
  int sum = 0;
  for (std::size_t i = 0; i < 17; ++i) {
    sum += (number[i] - '0') * kWeights[i];
  }
  constexpr char kChecks[] = "10X98765432";  // by sum mod 11
  return number[17] == kChecks[sum % 11];
}

bool LuhnOk(absl::string_view digits) {
  if (digits.empty() || !AllDigits(digits)) return false;
  int sum = 0;
  bool doubled = false;
  for (std::size_t i = digits.size(); i > 0; --i) {
    int value = digits[i - 1] - '0';
    if (doubled) {
      value *= 2;
      if (value > 9) value -= 9;
    }
    sum += value;
    doubled = !doubled;
  }
  return sum % 10 == 0;
}

}  // namespace creditreg
