#include "bench/generator/codes.h"

#include <array>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "index/base/check.h"

namespace creditreg::generator {
namespace {

constexpr absl::string_view kAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";

// Value of a character in the check of the organisation code, where all 26
// letters count.
int OrganisationValue(char c) { return c <= '9' ? c - '0' : c - 'A' + 10; }

// Value of each ASCII character in the check of the unified code.
constexpr std::array<int, 128> MakeUsccValues() {
  std::array<int, 128> values{};
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<int>(i);
  }
  return values;
}

constexpr std::array<int, 128> kUsccValues = MakeUsccValues();

}  // namespace

char UsccCheckCharacter(absl::string_view first_17) {
  CREDITREG_CHECK(first_17.size() == 17, "a check is over 17 characters");
  int sum = 0;
  int weight = 1;
  for (const char c : first_17) {
    sum += kUsccValues[static_cast<unsigned char>(c) & 127] * weight;
    weight = weight * 3 % 31;
  }
  return kAlphabet[(31 - sum % 31) % 31];
}

char OrganisationCheckCharacter(absl::string_view first_8) {
  CREDITREG_CHECK(first_8.size() == 8, "a check is over 8 characters");
  constexpr int kWeights[8] = {3, 7, 9, 10, 5, 8, 4, 2};
  int sum = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    sum += OrganisationValue(first_8[i]) * kWeights[i];
  }
  const int rest = 11 - sum % 11;
  if (rest == 10) return 'X';
  return static_cast<char>('0' + rest % 11);
}

std::string MakeUscc(absl::string_view department, absl::string_view division,
                     CodeUse use, std::uint64_t serial) {
  CREDITREG_CHECK(serial < kCodesPerUse, "a use has 31^5 codes");
  std::string code;
  code.reserve(18);
  code.append(department.data(), department.size());
  code.append(division.data(), division.size());
  code.append("GD");
  code.push_back(static_cast<char>(use));
  char digits[5];
  for (int i = 4; i >= 0; --i) {
    digits[i] = kAlphabet[serial % 31];
    serial /= 31;
  }
  code.append(digits, 5);
  code.push_back(
      OrganisationCheckCharacter(absl::string_view(code).substr(8, 8)));
  code.push_back(UsccCheckCharacter(code));
  return code;
}

std::string MakeRegistrationNumber(int city, std::uint32_t sequence) {
  std::string number = absl::StrFormat("4499%02d%08d", city, sequence);
  // ISO 7064 MOD 11,10.
  int product = 10;
  for (const char c : number) {
    int sum = (product + (c - '0')) % 10;
    if (sum == 0) sum = 10;
    product = sum * 2 % 11;
  }
  number.push_back(static_cast<char>('0' + (11 - product) % 10));
  return number;
}

std::string MakeResidentId(std::uint32_t yyyymmdd, std::uint32_t sequence) {
  std::string id = "449999";
  absl::StrAppend(&id, absl::Dec(yyyymmdd, absl::kZeroPad8),
                  absl::Dec(sequence, absl::kZeroPad3));
  // ISO 7064 MOD 11-2.
  constexpr int kWeights[17] = {7, 9, 10, 5,  8, 4, 2, 1, 6,
                                3, 7, 9,  10, 5, 8, 4, 2};
  int sum = 0;
  for (std::size_t i = 0; i < 17; ++i) sum += (id[i] - '0') * kWeights[i];
  id.push_back(absl::string_view("10X98765432")[sum % 11]);
  return id;
}

}  // namespace creditreg::generator
