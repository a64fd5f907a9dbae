#include "server/auth/field_groups.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "creditreg/v1/enterprise.pb.h"
#include "creditreg/v1/lookup.pb.h"
#include "creditreg/v1/record.pb.h"
#include "creditreg/v1/registry_read_service.pb.h"
#include "index/base/check.h"
#include "index/base/status_macros.h"

namespace creditreg {
namespace {

namespace confpb = conf::v1;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

absl::Status Bad(absl::string_view name, absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("policy: fields: ", name, ": ", what));
}

}  // namespace

absl::StatusOr<FieldGroups> FieldGroups::Create(
    const confpb::AccessPolicy& table) {
  FieldGroups groups;
  for (const confpb::FieldRule& rule : table.fields()) {
    // Its fields would count as of the rest of their message.
    if (rule.fields().empty()) {
      return Bad(confpb::FieldGroup_Name(rule.group()), "holds no fields");
    }
    for (const std::string& name : rule.fields()) {
      CREDITREG_RETURN_IF_ERROR(groups.Add(name, rule.group()));
    }
  }
  // Handlers ask for these by name.
  const std::pair<const Descriptor*, confpb::FieldGroup> fixed[] = {
      {v1::EnterpriseBrief::descriptor(), confpb::FIELD_GROUP_REGISTER},
      {v1::Candidate::descriptor(), confpb::FIELD_GROUP_REGISTER},
      {v1::FileSummary::descriptor(), confpb::FIELD_GROUP_SUMMARY},
      {v1::PersonalFields::descriptor(), confpb::FIELD_GROUP_PERSONAL},
      {v1::QuarantinedRow::descriptor(), confpb::FIELD_GROUP_QUARANTINE}};
  for (const auto& [message, group] : fixed) {
    const auto rule = groups.rules_.find(message);
    if (rule == groups.rules_.end()) continue;  // told below
    if (rule->second.group != group) {
      return Bad(message->name(), "may be of no other group than shipped");
    }
  }
  const auto has_row = [&groups](const Descriptor* message) {
    const auto rule = groups.rules_.find(message);
    return rule != groups.rules_.end() &&
           rule->second.group != confpb::FIELD_GROUP_UNSPECIFIED;
  };
  // The messages in which answers hold what is known of somebody.
  for (const Descriptor* const message :
       {v1::Enterprise::descriptor(), v1::EnterpriseBrief::descriptor(),
        v1::Candidate::descriptor(), v1::FileSummary::descriptor(),
        v1::Record::descriptor(), v1::Party::descriptor(),
        v1::PersonalFields::descriptor(), v1::QuarantinedRow::descriptor()}) {
    if (!has_row(message)) return Bad(message->name(), "has no row");
  }
  // Every family of records too.
  const Descriptor& record = *v1::Record::descriptor();
  const auto* const details = record.FindOneofByName("details");
  for (int i = 0; i < details->field_count(); ++i) {
    const Descriptor* const message = details->field(i)->message_type();
    if (!has_row(message)) return Bad(message->name(), "has no row");
  }
  for (auto& [message, rule] : groups.rules_) {
    for (int i = 0; i < message->field_count(); ++i) {
      const FieldDescriptor* const field = message->field(i);
      if (field->message_type() != nullptr &&
          groups.rules_.contains(field->message_type())) {
        rule.below.push_back(field);
      }
    }
  }
  return groups;
}

absl::Status FieldGroups::Add(const std::string& name,
                              confpb::FieldGroup group) {
  const std::size_t dot = name.find('.');
  const std::string message_name = name.substr(0, dot);
  const Descriptor* const message =
      google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(
          absl::StrCat("creditreg.v1.", message_name));
  if (message == nullptr) return Bad(name, "no such message");
  Rule& rule = rules_[message];
  if (dot == std::string::npos) {
    if (rule.group != confpb::FIELD_GROUP_UNSPECIFIED) {
      return Bad(name, "comes twice");
    }
    rule.group = group;
    return absl::OkStatus();
  }
  const FieldDescriptor* const field =
      message->FindFieldByName(name.substr(dot + 1));
  if (field == nullptr) return Bad(name, "no such field");
  for (const auto& [known, unused] : rule.exceptions) {
    if (known == field) return Bad(name, "comes twice");
  }
  rule.exceptions.emplace_back(field, group);
  return absl::OkStatus();
}

confpb::FieldGroup FieldGroups::OfDetails(int number) const {
  const FieldDescriptor* const field =
      v1::Record::descriptor()->FindFieldByNumber(number);
  if (field == nullptr || field->message_type() == nullptr) {
    return confpb::FIELD_GROUP_UNSPECIFIED;
  }
  const auto rule = rules_.find(field->message_type());
  return rule == rules_.end() ? confpb::FIELD_GROUP_UNSPECIFIED
                              : rule->second.group;
}

GroupSet FieldGroups::Withhold(const GroupSet& shown, Message* message) const {
  const auto found = rules_.find(message->GetDescriptor());
  CREDITREG_CHECK(found != rules_.end(), "the message has a row");
  const Rule& rule = found->second;
  GroupSet withheld;
  if (!shown[rule.group]) {
    if (message->ByteSizeLong() > 0) withheld.set(rule.group);
    message->Clear();
    return withheld;
  }
  const Reflection& reflection = *message->GetReflection();
  for (const auto& [field, group] : rule.exceptions) {
    if (shown[group]) continue;
    const bool is_set = field->is_repeated()
                            ? reflection.FieldSize(*message, field) > 0
                            : reflection.HasField(*message, field);
    if (!is_set) continue;
    reflection.ClearField(message, field);
    withheld.set(group);
  }
  for (const FieldDescriptor* const field : rule.below) {
    if (field->is_repeated()) {
      for (int i = 0; i < reflection.FieldSize(*message, field); ++i) {
        withheld |= Withhold(
            shown, reflection.MutableRepeatedMessage(message, field, i));
      }
    } else if (reflection.HasField(*message, field)) {
      withheld |= Withhold(shown, reflection.MutableMessage(message, field));
    }
  }
  return withheld;
}

}  // namespace creditreg
