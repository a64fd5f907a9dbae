#include "server/service/request_bytes.h"

#include <initializer_list>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace creditreg {
namespace {

// The message's name and its deterministic encoding without `left_out`. Unknown
// fields stay: they are part of what the caller said.
std::string BytesWithout(const google::protobuf::Message& request,
                         std::initializer_list<const char*> left_out) {
  const std::unique_ptr<google::protobuf::Message> copy(request.New());
  copy->CopyFrom(request);
  for (const char* name : left_out) {
    const auto* field = copy->GetDescriptor()->FindFieldByName(name);
    if (field != nullptr) copy->GetReflection()->ClearField(copy.get(), field);
  }
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream output(&stream);
    output.SetSerializationDeterministic(true);
    copy->SerializeToCodedStream(&output);
  }
  return absl::StrCat(copy->GetDescriptor()->full_name(), "|", bytes);
}

}  // namespace

std::string QueryBytes(const google::protobuf::Message& request) {
  return BytesWithout(
      request, {"page_size", "page_token", "at_position", "min_position"});
}

std::string PayloadBytes(const google::protobuf::Message& request) {
  return BytesWithout(request, {"request_id"});
}

}  // namespace creditreg
