#include "index/codec/text_proto.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/text_format.h"

namespace creditreg {
namespace {

// Keeps the first place where a text cannot be read, which protobuf would print
// to standard error.
class FirstError final : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int column, const std::string& message) override {
    if (!text_.empty()) return;
    // Counted from 0; -1: the text as a whole.
    text_ = line < 0 ? message
                     : absl::StrCat("line ", line + 1, ", column ", column + 1,
                                    ": ", message);
  }
  void AddWarning(int /*line*/, int /*column*/,
                  const std::string& /*message*/) override {}

  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace

absl::Status ParseTextProto(const std::string& text, const std::string& name,
                            google::protobuf::Message* message) {
  google::protobuf::TextFormat::Parser parser;
  FirstError error;
  parser.RecordErrorsTo(&error);
  if (!parser.ParseFromString(text, message)) {
    return absl::InvalidArgumentError(absl::StrCat(
        name, ": no textproto of ", message->GetDescriptor()->full_name(), ": ",
        error.text()));
  }
  return absl::OkStatus();
}

}  // namespace creditreg
