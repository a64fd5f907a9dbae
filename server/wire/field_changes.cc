#include "server/wire/field_changes.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"

namespace creditreg {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::TextFormat;
using google::protobuf::util::MessageDifferencer;

// What the registry says of a version rather than the source; numbers of
// record.proto.
constexpr int kFirstOutputField = 60;

// Gathers differences as they are found.
class Gatherer final : public MessageDifferencer::Reporter {
 public:
  using Path = std::vector<MessageDifferencer::SpecificField>;

  explicit Gatherer(v1::Record* into) : into_(into) {}

  void ReportAdded(const Message& /*before*/, const Message& after,
                   const Path& path) override {
    Add(path, std::string(), ValueAt(after, path, /*is_new=*/true));
  }
  void ReportDeleted(const Message& before, const Message& /*after*/,
                     const Path& path) override {
    Add(path, ValueAt(before, path, /*is_new=*/false), std::string());
  }
  void ReportModified(const Message& before, const Message& after,
                      const Path& path) override {
    // What is in it was reported by itself.
    if (path.back().field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      return;
    }
    Add(path, ValueAt(before, path, /*is_new=*/false),
        ValueAt(after, path, /*is_new=*/true));
  }

 private:
  static int IndexOf(const MessageDifferencer::SpecificField& part,
                     bool is_new) {
    return is_new && part.new_index >= 0 ? part.new_index : part.index;
  }

  void Add(const Path& path, std::string before, std::string after) {
    std::string name;
    for (const MessageDifferencer::SpecificField& part : path) {
      absl::StrAppend(&name, name.empty() ? "" : ".", part.field->name());
      if (part.field->is_repeated()) {
        absl::StrAppend(&name, "[",
                        part.index >= 0 ? part.index : part.new_index, "]");
      }
    }
    v1::FieldChange* const change = into_->add_changes();
    change->set_field(std::move(name));
    change->set_before(std::move(before));
    change->set_after(std::move(after));
  }

  // The value of the path's last part in the message that holds it.
  static std::string ValueAt(const Message& holder, const Path& path,
                             bool is_new) {
    const FieldDescriptor* const field = path.back().field;
    const int index = field->is_repeated() ? IndexOf(path.back(), is_new) : -1;
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING &&
        field->type() != FieldDescriptor::TYPE_BYTES) {
      const auto* const reflection = holder.GetReflection();
      return index >= 0 ? reflection->GetRepeatedString(holder, field, index)
                        : reflection->GetString(holder, field);
    }
    std::string text;
    TextFormat::Printer printer;
    printer.SetSingleLineMode(true);
    printer.SetUseUtf8StringEscaping(true);
    printer.PrintFieldValueToString(holder, field, index, &text);
    return text;
  }

  v1::Record* const into_;
};

}  // namespace

void AddFieldChanges(const v1::Record& before, v1::Record* after) {
  MessageDifferencer differencer;
  const auto* const descriptor = v1::Record::descriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    if (descriptor->field(i)->number() >= kFirstOutputField) {
      differencer.IgnoreField(descriptor->field(i));
    }
  }
  // Changes are added to a message that is not compared any more.
  v1::Record changes;
  Gatherer gatherer(&changes);
  differencer.ReportDifferencesTo(&gatherer);
  differencer.Compare(before, *after);
  *after->mutable_changes() = std::move(*changes.mutable_changes());
}

}  // namespace creditreg
