#include "tests/fuzz/message_mutator.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "index/base/random.h"

// The fuzzer's own mutator: libFuzzer's, or the replay driver's.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size,
                                        std::size_t max_size);

namespace creditreg {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Longer than any limit of a field, so that each can be passed.
constexpr std::size_t kMaxTextBytes = 2048;
constexpr int kMaxElements = 3;

// Texts that rules turn on, nobody's; no fuzzer guesses a check character soon.
constexpr absl::string_view kTexts[] = {"91440308GDXHUP5W52",
                                        "11440304GDY000CL40",
                                        "92441900GDXHQ18B50",
                                        "000000000000000000",
                                        "449901000000063",
                                        "44999919700101888X",
                                        "449999700101888",
                                        "14000001001",
                                        "+86 140-0000-1001",
                                        "4532015112830366",
                                        "E12345678",
                                        "H12345678",
                                        "GDXHUP5W5",
                                        "[已遮蔽]",
                                        "无",
                                        "2025-03-01",
                                        "2099-12-31",
                                        "2024-02-30",
                                        "其他-环保",
                                        "罚款",
                                        "示市监罚〔2025〕1号",
                                        "第",
                                        "号",
                                        "９１４４０３０８ＧＤＸＨＵＰ５Ｗ５２",
                                        "100(万人民币元)",
                                        "F5132",
                                        "440307",
                                        "\xE3\x80\x80",
                                        "\xE2\x80\x8B",
                                        "-"};

class Mutator {
 public:
  explicit Mutator(unsigned int seed) : random_(seed) {}

  // [0, bound); `bound` is not 0.
  std::size_t Below(std::size_t bound) {
    std::uint64_t value = 0;
    random_.Fill(reinterpret_cast<char*>(&value), sizeof value);
    return static_cast<std::size_t>(value % bound);
  }

  // Changes one field somewhere in `message`.
  void Change(Message& message) {
    const auto& type = *message.GetDescriptor();
    if (type.field_count() == 0) return;
    const auto* field = type.field(
        static_cast<int>(Below(static_cast<std::size_t>(type.field_count()))));
    const Reflection& r = *message.GetReflection();
    const bool there = field->is_repeated() ? r.FieldSize(message, field) > 0
                                            : r.HasField(message, field);
    if (there && Below(8) == 0) return r.ClearField(&message, field);
    if (field->is_repeated()) {
      ChangeList(message, *field);
    } else if (field->message_type() != nullptr) {
      Change(*r.MutableMessage(&message, field));
    } else {
      SetValue(message, *field);
    }
  }

 private:
  void ChangeList(Message& message, const FieldDescriptor& field) {
    const Reflection& r = *message.GetReflection();
    const int size = r.FieldSize(message, &field);
    if (size >= kMaxElements && Below(2) == 0) {
      return r.RemoveLast(&message, &field);
    }
    if (field.message_type() != nullptr) {
      Change(size > 0 && Below(3) > 0
                 ? *r.MutableRepeatedMessage(
                       &message, &field,
                       static_cast<int>(Below(static_cast<std::size_t>(size))))
                 : *r.AddMessage(&message, &field));
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      r.AddString(&message, &field, Text(""));
    }
  }

  void SetValue(Message& message, const FieldDescriptor& field) {
    const Reflection& r = *message.GetReflection();
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        return r.SetString(&message, &field,
                           Text(r.GetString(message, &field)));
      case FieldDescriptor::CPPTYPE_INT32:
        return r.SetInt32(&message, &field,
                          static_cast<std::int32_t>(Number()));
      case FieldDescriptor::CPPTYPE_UINT32:
        return r.SetUInt32(&message, &field,
                           static_cast<std::uint32_t>(Number()));
      case FieldDescriptor::CPPTYPE_INT64:
        return r.SetInt64(&message, &field,
                          static_cast<std::int64_t>(Number()));
      case FieldDescriptor::CPPTYPE_UINT64:
        return r.SetUInt64(&message, &field, Number());
      case FieldDescriptor::CPPTYPE_BOOL:
        return r.SetBool(&message, &field, Below(2) == 0);
      case FieldDescriptor::CPPTYPE_ENUM:
        return r.SetEnumValue(&message, &field, static_cast<int>(Below(14)));
      default:
        return;
    }
  }

  // Near 0, a day, or anything.
  std::uint64_t Number() {
    switch (Below(4)) {
      case 0:
        return Below(4) - 1;
      case 1:
        return 20000 + Below(1000);
      case 2:
        return (std::uint64_t{1} << Below(64)) - Below(2);
      default:
        return std::numeric_limits<std::int32_t>::max() - Below(2);
    }
  }

  std::string Text(std::string text) {
    switch (Below(4)) {
      case 0:
        return std::string(kTexts[Below(std::size(kTexts))]);
      case 1: {
        const absl::string_view other = kTexts[Below(std::size(kTexts))];
        text.insert(Below(text.size() + 1), other.data(), other.size());
        return text;
      }
      default:
        break;
    }
    const std::size_t size = std::min(text.size(), kMaxTextBytes);
    text.resize(kMaxTextBytes);
    text.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(text.data()),
                                 size, kMaxTextBytes));
    return text;
  }

  SeededRandom random_;
};

}  // namespace

std::size_t MutateMessage(const MutableInput& input, unsigned int seed,
                          Message& message) {
  Mutator mutator(seed);
  if (input.size == 0 || mutator.Below(4) == 0 ||
      !message.ParseFromArray(input.data + 1,
                              static_cast<int>(input.size) - 1)) {
    return LLVMFuzzerMutate(input.data, input.size, input.max_size);
  }
  for (std::size_t changes = 1 + mutator.Below(3); changes > 0; --changes) {
    mutator.Change(message);
  }
  const std::string bytes = message.SerializeAsString();
  if (bytes.size() + 1 > input.max_size) {
    return LLVMFuzzerMutate(input.data, input.size, input.max_size);
  }
  std::memcpy(input.data + 1, bytes.data(), bytes.size());
  return bytes.size() + 1;
}

}  // namespace creditreg
