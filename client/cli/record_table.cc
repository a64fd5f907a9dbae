#include "client/cli/record_table.h"

#include "client/cli/describe.h"
#include "client/cli/texts.h"

namespace creditreg::cli {

RowTable RecordTable(const Session& session) {
  return RowTable({{session.Say(texts::kColumnFamily), Align::kLeft, 9},
                   {session.Say(texts::kColumnDate), Align::kLeft, 10},
                   {session.Say(texts::kColumnState), Align::kLeft, 9},
                   {session.Say(texts::kColumnRecordId), Align::kLeft, 26},
                   {session.Say(texts::kColumnNumber), Align::kLeft, 28},
                   {session.Say(texts::kColumnAgency), Align::kLeft, 26},
                   {session.Say(texts::kColumnAbout), Align::kLeft, 0}},
                  session.width());
}

Cells RecordCells(const Session& session, const v1::Record& record) {
  const RecordLine line = LineOf(record);
  return {LabelOf(session.lang(), record.family()),
          line.date,
          LabelOf(session.lang(), record.state()),
          record.record_id(),
          line.number,
          record.deciding_agency().name(),
          line.about};
}

}  // namespace creditreg::cli
