// What the public may see of an enterprise and of a licence, until the dated
// publication rules exist. Everything else: nothing.
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
#include "creditreg/storage/v1/rows.pb.h"

namespace creditreg {

// Registration facts. Left out, with the reason:
//   legal representative, remark, reasons of changes   name or may name people
//   old numbers                      a tax number may be made from an ID
//   code as given                    a wrong code may be somebody's ID
//   capital's text                   a shifted column may hold anything; an
//                                    amount that could not be read is absent
//   supervising unit                 internal division of work
//   address of all but organisations  may be a home: division and street only
// Nothing where the subject is a natural person.
std::optional<storage::v1::Enterprise> PublicEnterprise(
    const storage::v1::Enterprise& enterprise);

// A licence in force of an organisation that is linked to `holder`; nothing for
// any other record. Left out: party beyond name and code, documents but
// redacted copies, where documents are kept, remark.
std::optional<storage::v1::Record> PublicLicence(
    const storage::v1::RecordVersion& record,
    const storage::v1::Enterprise& holder);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_PUBLICATION_PUBLIC_VIEW_H_
