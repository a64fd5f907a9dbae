// The public's copy of an enterprise and of a record: which fields it has, and
// what is masked in them. Whether a record is shown at all is decided elsewhere
// (decision.h).
//
// Each function copies, field by field, what is on its list; a field that is
// added to the messages later stays hidden until somebody puts it there (and
// PublicViewTest fails until somebody decides).
//
// Thread safety: free functions without state.

#ifndef CREDITREG_INDEX_PUBLICATION_PUBLIC_VIEW_H_
#define CREDITREG_INDEX_PUBLICATION_PUBLIC_VIEW_H_

#include <optional>

#include "creditreg/storage/v1/content.pb.h"

namespace creditreg {

// Registration facts. Left out, with the reason:
//   legal representative, remark, reasons of changes   name or may name people
//                                    (the first one's name may be shown by law;
//                                    no page needs it yet)
//   old numbers                      a tax number may be made from an ID
//   code as given                    a wrong code may be somebody's ID
//   capital's text                   a shifted column may hold anything; an
//                                    amount that could not be read is absent
//   supervising unit                 internal division of work
//   address of all but organisations  may be a home: division and street only
// Free texts are scanned for numbers of persons once more. Nothing where the
// subject is a natural person.
std::optional<storage::v1::Enterprise> PublicEnterprise(
    const storage::v1::Enterprise& enterprise);

// A licence, penalty, entry of a list or annual report, and of its party the
// name and code. Free texts are scanned for numbers of persons once more. Left
// out: the rest of the party, documents but redacted copies, where documents
// are kept, remarks, what the feed says of publicity, figures of a report that
// the enterprise did not choose to show (and corrections of them), and
// complaints. Nothing where the party is a natural person.
std::optional<storage::v1::Record> PublicRecord(
    const storage::v1::Record& record);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_PUBLICATION_PUBLIC_VIEW_H_
