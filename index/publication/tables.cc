#include "index/publication/tables.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "creditreg/conf/v1/calendar.pb.h"
#include "creditreg/conf/v1/procedures.pb.h"
#include "creditreg/conf/v1/publication.pb.h"
#include "index/base/status_macros.h"
#include "index/codec/text_proto.h"
#include "index/publication/calendar_table.h"
#include "index/publication/procedures.h"
#include "index/publication/rules.h"

namespace creditreg {
namespace {

// Every line of `status` names the table.
absl::Status Named(absl::string_view name, const absl::Status& status) {
  return absl::Status(
      status.code(),
      absl::StrCat(
          name, ": ",
          absl::StrReplaceAll(status.message(),
                              {{"\n", absl::StrCat("\n", name, ": ")}})));
}

absl::StatusOr<std::shared_ptr<const PublicationTable>> ParseRules(
    const TableText& text, Channel channel) {
  conf::v1::PublicationRules rules;
  CREDITREG_RETURN_IF_ERROR(ParseTextProto(text.text, text.name, &rules));
  if (rules.channel() != channel) {
    return absl::InvalidArgumentError(
        absl::StrCat(text.name, ": channel: want that of the table's name"));
  }
  absl::StatusOr<std::shared_ptr<const PublicationTable>> table =
      PublicationTable::Build(rules);
  if (!table.ok()) return Named(text.name, table.status());
  return table;
}

absl::StatusOr<std::shared_ptr<const ProcedureTable>> ParseProcedures(
    const TableText& text) {
  conf::v1::Procedures procedures;
  CREDITREG_RETURN_IF_ERROR(ParseTextProto(text.text, text.name, &procedures));
  absl::StatusOr<std::shared_ptr<const ProcedureTable>> table =
      ProcedureTable::Build(procedures);
  if (!table.ok()) return Named(text.name, table.status());
  return table;
}

}  // namespace

Channel ChannelOfTable(absl::string_view name) {
  if (name == kCreditChinaTable) {
    return storage::v1::ChannelPublication::CHANNEL_CREDIT_CHINA;
  }
  if (name == kGsxtTable) return storage::v1::ChannelPublication::CHANNEL_GSXT;
  return storage::v1::ChannelPublication::CHANNEL_UNSPECIFIED;
}

absl::StatusOr<TablesPtr> PublicationTables::With(
    const TableText& text, std::uint64_t sequence) const {
  auto tables = std::make_shared<PublicationTables>(*this);
  if (text.name != std::string(kCalendarTable)) tables->sequence_ = sequence;
  if (text.name == std::string(kCalendarTable)) {
    conf::v1::Calendar calendar;
    CREDITREG_RETURN_IF_ERROR(ParseTextProto(text.text, text.name, &calendar));
    absl::StatusOr<WorkCalendar> built = WorkCalendarOf(calendar);
    if (!built.ok()) return Named(text.name, built.status());
    tables->calendar_ = std::make_shared<const WorkCalendar>(*std::move(built));
    tables->calendar_version_ = calendar.version();
  } else if (text.name == std::string(kCreditChinaTable)) {
    CREDITREG_ASSIGN_OR_RETURN(tables->credit_china_,
                               ParseRules(text, ChannelOfTable(text.name)));
  } else if (text.name == std::string(kGsxtTable)) {
    CREDITREG_ASSIGN_OR_RETURN(tables->gsxt_,
                               ParseRules(text, ChannelOfTable(text.name)));
  } else if (text.name == std::string(kProceduresTable)) {
    CREDITREG_ASSIGN_OR_RETURN(tables->procedures_, ParseProcedures(text));
  } else {
    return absl::InvalidArgumentError(
        absl::StrCat("table: got \"", text.name, "\", want one of ",
                     absl::StrJoin(kTableNames, ", ")));
  }
  return TablesPtr(std::move(tables));
}

const PublicationTable* PublicationTables::Of(Channel channel) const {
  switch (channel) {
    case storage::v1::ChannelPublication::CHANNEL_CREDIT_CHINA:
      return credit_china_.get();
    case storage::v1::ChannelPublication::CHANNEL_GSXT:
      return gsxt_.get();
    default:
      return nullptr;
  }
}

std::uint32_t PublicationTables::VersionOf(absl::string_view name) const {
  if (name == kCalendarTable) return calendar_version_;
  if (name == kProceduresTable) {
    return procedures_ == nullptr ? 0 : procedures_->version();
  }
  const PublicationTable* const table = Of(ChannelOfTable(name));
  return table == nullptr ? 0 : table->version();
}

}  // namespace creditreg
