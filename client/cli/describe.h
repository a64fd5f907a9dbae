// Messages of creditreg.v1 as labelled lines, by reflection: a field that is
// added to a proto shows without a change here.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_CLIENT_CLI_DESCRIBE_H_
#define CREDITREG_CLIENT_CLI_DESCRIBE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "client/cli/table.h"
#include "client/cli/texts.h"
#include "creditreg/v1/common.pb.h"
#include "creditreg/v1/record.pb.h"
#include "google/protobuf/message.h"
#include "google/protobuf/timestamp.pb.h"

namespace creditreg::cli {

// The fields that are set, in the order of their numbers; nested messages are
// indented below their label. ImportCounts shows its zeros too. Bytes are hex,
// a Position base64, fen CNY, times those of China.
std::vector<Field> Describe(Lang lang, const google::protobuf::Message& message,
                            int indent = 0);

// "2026-01-05 09:30:00" in China; empty where `time` is not set.
std::string ChinaTime(const google::protobuf::Timestamp& time);

// 1234567 -> "1,234,567".
std::string Grouped(std::int64_t number);

// A position as people hand it on (--at).
std::string PositionText(const v1::Position& position);

// The label of an enum value. Not listed, or newer than this program: its name
// or number.
template <typename Enum>
std::string LabelOf(Lang lang, Enum value);
std::string EnumValueLabel(Lang lang,
                           const google::protobuf::EnumDescriptor* type,
                           int value);

template <typename Enum>
std::string LabelOf(Lang lang, Enum value) {
  return EnumValueLabel(lang, google::protobuf::GetEnumDescriptor<Enum>(),
                        static_cast<int>(value));
}

// "提示 CF_JDRQ DATE_FORM：日期写法不对（→ 2026-01-05）".
std::string FindingText(Lang lang, const v1::Finding& finding);

// What a table shows of a record whatever its family.
struct RecordLine {
  std::string date;
  std::string number;
  std::string about;
};
RecordLine LineOf(const v1::Record& record);

}  // namespace creditreg::cli

#endif  // CREDITREG_CLIENT_CLI_DESCRIBE_H_
