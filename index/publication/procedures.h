// The table of procedures that cases run by, checked and ready to be asked. The
// schema is creditreg/conf/v1/procedures.proto.
//
// Thread safety: immutable; may be shared between threads.

#ifndef CREDITREG_INDEX_PUBLICATION_PROCEDURES_H_
#define CREDITREG_INDEX_PUBLICATION_PROCEDURES_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "creditreg/conf/v1/procedures.pb.h"
#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/civil_day.h"
#include "index/publication/rules.h"

namespace creditreg {

class ProcedureTable {
 public:
  // Errors: InvalidArgument "FIELD: got VALUE, want RULE", one line for each
  // mistake.
  static absl::StatusOr<std::shared_ptr<const ProcedureTable>> Build(
      const conf::v1::Procedures& table);

  std::uint32_t version() const { return text_.version(); }
  const conf::v1::Procedures& text() const { return text_; }
  const conf::v1::ReceiverRules& receivers() const { return text_.receivers(); }
  const conf::v1::SourceRules& sources() const { return text_.sources(); }

  // The procedure of a case that is opened on `opened` about a record of
  // `family`; `list` is that of an entry of a list, and does not matter to
  // others. Unspecified channel: that of 信用中国 where it has one, else of
  // gsxt. Null: none. Lives as long as the table.
  const conf::v1::Procedure* FindFor(storage::v1::CaseKind kind,
                                     Channel channel,
                                     storage::v1::Family family,
                                     storage::v1::Listing::List list,
                                     CivilDay opened) const;

  // Null: none has the id.
  const conf::v1::Procedure* Find(absl::string_view id) const;

 private:
  ProcedureTable() = default;

  conf::v1::Procedures text_;
  // Of text_.procedures(), in the same order.
  std::vector<DayRange> opened_;
};

}  // namespace creditreg

#endif  // CREDITREG_INDEX_PUBLICATION_PROCEDURES_H_
