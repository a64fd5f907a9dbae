#include "server/intake/csv_reader.h"

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace creditreg {

bool operator==(const CsvRow& a, const CsvRow& b) {
  return a.cells == b.cells && a.line == b.line && a.end_offset == b.end_offset;
}
std::ostream& operator<<(std::ostream& os, const CsvRow& row) {
  os << row.line << "/" << row.end_offset;
  for (const std::string& cell : row.cells) os << " [" << cell << "]";
  return os;
}

namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// All rows of a file that is whole and right.
std::vector<CsvRow> Read(absl::string_view file) {
  CsvReader reader(0);
  EXPECT_THAT(reader.Append(file), IsOk());
  EXPECT_THAT(reader.Finish(), IsOk());
  return reader.TakeRows();
}

// What a wrong file ends with.
absl::Status ReadBad(absl::string_view file) {
  CsvReader reader(0);
  absl::Status status = reader.Append(file);
  return status.ok() ? reader.Finish() : status;
}

TEST(CsvReaderTest, EveryLineEndEndsARow) {
  EXPECT_THAT(
      Read("a,b\nc,d\r\ne,f\rg,h"),
      ElementsAre(CsvRow{{"a", "b"}, 1, 4}, CsvRow{{"c", "d"}, 2, 9},
                  CsvRow{{"e", "f"}, 3, 13}, CsvRow{{"g", "h"}, 4, 16}));
}

TEST(CsvReaderTest, QuotedCellsHoldCommasQuotesAndLines) {
  EXPECT_THAT(Read("\"a,b\",\"say \"\"x\"\"\",\"1\n2\r\n3\"\nz,,\n"),
              ElementsAre(CsvRow{{"a,b", "say \"x\"", "1\n2\r\n3"}, 1, 27},
                          CsvRow{{"z", "", ""}, 4, 31}));
}

TEST(CsvReaderTest, EmptyLinesAreNoRowsButCount) {
  EXPECT_THAT(Read("\n\r\n  \n,,\na\n\n\nb"),
              ElementsAre(CsvRow{{"a"}, 5, 11}, CsvRow{{"b"}, 8, 14}));
  EXPECT_THAT(Read(""), IsEmpty());
  EXPECT_THAT(Read("\n \n"), IsEmpty());
}

TEST(CsvReaderTest, BlanksAroundUnquotedCellsGo) {
  EXPECT_THAT(Read(" a b ,\t c,\" d \" \n"),
              ElementsAre(CsvRow{{"a b", "c", " d "}, 1, 17}));
}

TEST(CsvReaderTest, OffsetsCountTheMarkBeforeTheFirstByte) {
  CsvReader reader(3);
  ASSERT_THAT(reader.Append("a\nb\n"), IsOk());
  EXPECT_THAT(reader.TakeRows(),
              ElementsAre(CsvRow{{"a"}, 1, 5}, CsvRow{{"b"}, 2, 7}));
}

TEST(CsvReaderTest, BytesThatAreTrailBytesOfGb18030AreCellText) {
  // E3 5C, 95 32 90 31: 5C is a backslash, 32 and 31 are digits in ASCII.
  EXPECT_THAT(Read("\xE3\x5C,\x95\x32\x90\x31\n"),
              ElementsAre(CsvRow{{"\xE3\x5C", "\x95\x32\x90\x31"}, 1, 8}));
}

TEST(CsvReaderTest, AnyCutGivesTheSameRows) {
  const std::string file =
      "h1,h2\r\n\r\n\"q\r\n\"\"q\", x \r\rlast,\"end\"\n\n,\r\na,b\r\n";
  const std::vector<CsvRow> whole = Read(file);
  ASSERT_THAT(whole, SizeIs(4));
  for (std::size_t first = 0; first <= file.size(); ++first) {
    for (std::size_t second = first; second <= file.size(); ++second) {
      CsvReader reader(0);
      ASSERT_THAT(reader.Append(file.substr(0, first)), IsOk());
      ASSERT_THAT(reader.Append(file.substr(first, second - first)), IsOk());
      ASSERT_THAT(reader.Append(file.substr(second)), IsOk());
      ASSERT_THAT(reader.Finish(), IsOk());
      ASSERT_THAT(reader.TakeRows(), ElementsAreArray(whole))
          << first << ", " << second;
    }
  }
}

TEST(CsvReaderTest, WhatIsNoCsvIsRefusedWithItsLine) {
  struct Case {
    const char* file;
    const char* message;
  };
  const Case cases[] = {
      {"a\nb,\"c\n", "BAD_CSV: line 2: quotation mark not closed"},
      {"a\nb,c\"d\n", "BAD_CSV: line 2: quotation mark inside"},
      {"a\n\"b\"c\n", "BAD_CSV: line 2: quotation mark inside"},
  };
  for (const Case& a_case : cases) {
    EXPECT_THAT(ReadBad(a_case.file),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr(a_case.message)));
  }
}

TEST(CsvReaderTest, RowsBeforeTheErrorCanBeTaken) {
  CsvReader reader(0);
  EXPECT_THAT(reader.Append("a\nb\nc\"\nd\n"),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(reader.TakeRows(),
              ElementsAre(CsvRow{{"a"}, 1, 2}, CsvRow{{"b"}, 2, 4}));
}

TEST(CsvReaderTest, RowsHaveLimits) {
  const std::string commas(CsvReader::kMaxColumns - 1, ',');
  EXPECT_THAT(Read("x" + commas + "\n"), SizeIs(1));
  EXPECT_THAT(ReadBad("x" + commas + ",\n"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("too many cells, want at most 200")));
  const std::string longest(CsvReader::kMaxRowBytes - 1, 'x');
  EXPECT_THAT(Read(longest + "\n"), SizeIs(1));
  EXPECT_THAT(ReadBad("a\n\"" + longest + "\n"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("line 2: row longer than 1048576 bytes")));
}

}  // namespace
}  // namespace creditreg
