// The tables that decide what is published: the rules of each channel, the
// working-day calendar, and the procedures of cases, as one state of the
// registry has them.
//
// Thread safety: immutable; may be shared between threads.

#ifndef CREDITREG_INDEX_PUBLICATION_TABLES_H_
#define CREDITREG_INDEX_PUBLICATION_TABLES_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "index/base/working_days.h"
#include "index/publication/procedures.h"
#include "index/publication/rules.h"

namespace creditreg {

// A table's name in conf/publication, in its change and in its key.
inline constexpr absl::string_view kCalendarTable = "calendar";
inline constexpr absl::string_view kCreditChinaTable = "credit_china";
inline constexpr absl::string_view kGsxtTable = "gsxt";
inline constexpr absl::string_view kProceduresTable = "procedures";
inline constexpr std::array<absl::string_view, 4> kTableNames = {
    kCalendarTable, kCreditChinaTable, kGsxtTable, kProceduresTable};

inline constexpr std::array<Channel, 2> kChannels = {
    storage::v1::ChannelPublication::CHANNEL_CREDIT_CHINA,
    storage::v1::ChannelPublication::CHANNEL_GSXT};

// Of a table of rules; unspecified for others.
Channel ChannelOfTable(absl::string_view name);

// The text of a table, as people write it.
struct TableText {
  std::string name;
  std::string text;
};

class PublicationTables {
 public:
  // No table: nothing that has rules is public.
  PublicationTables() = default;

  // The same with one table replaced by what `text` says. `sequence` is that of
  // the change that activates it.
  //
  // Errors: InvalidArgument "NAME: line 3, column 7: ...", or "NAME: FIELD: got
  // VALUE, want RULE" one line a mistake; an unknown name.
  absl::StatusOr<std::shared_ptr<const PublicationTables>> With(
      const TableText& text, std::uint64_t sequence) const;

  // Null: none is active.
  const PublicationTable* Of(Channel channel) const;
  const WorkCalendar* calendar() const { return calendar_.get(); }
  const ProcedureTable* procedures() const { return procedures_.get(); }
  // 0: no such table.
  std::uint32_t VersionOf(absl::string_view name) const;

  // Of the last change that activated what records are judged by, also by when
  // receivers are told of their ends: all but a calendar. 0: none did.
  std::uint64_t sequence() const { return sequence_; }

 private:
  std::shared_ptr<const PublicationTable> credit_china_;
  std::shared_ptr<const PublicationTable> gsxt_;
  std::shared_ptr<const WorkCalendar> calendar_;
  std::shared_ptr<const ProcedureTable> procedures_;
  std::uint32_t calendar_version_ = 0;
  std::uint64_t sequence_ = 0;
};

using TablesPtr = std::shared_ptr<const PublicationTables>;

}  // namespace creditreg

#endif  // CREDITREG_INDEX_PUBLICATION_TABLES_H_
