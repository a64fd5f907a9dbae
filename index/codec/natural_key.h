// Natural keys: what makes two submissions the same fact (domain: natural key).
//
//   licence    (1, agency, document number, licence number, party)
//   penalty    (2, agency, document number, party)
//   complaint  (3, platform, case number)
//   listing    (5, agency, list, name of the list, ground, day, party)
//   report     (6, year, party)
//   enterprise (authority code or name, else division; normalised name; day)
//
// Agency = valid code, else normalised name. Party = valid code, else old
// number with its kind, else HMAC of normalised name and ID number (which may
// be empty). A natural person is always name and ID number, both needed: a code
// beside them may be the employer's. Document, licence and case numbers,
// platforms, lists and grounds are normalised as names are, so that brackets,
// widths and blanks make no difference; codes and old numbers are taken as they
// are. Each part is written as u32 length and bytes behind a tag byte, and the
// whole is hashed with HMAC-SM3 under the ring's hmac key, since it may hold a
// person. A missing part gives no key, never a shared one; an empty licence
// number or ground is a value, as is the empty name of a list that needs none.
//
// DISK FORMAT: the bytes that are hashed never change (tests pin them).
//
// Thread safety: free functions without state.

#ifndef CREDITREG_INDEX_CODEC_NATURAL_KEY_H_
#define CREDITREG_INDEX_CODEC_NATURAL_KEY_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "creditreg/storage/v1/content.pb.h"
#include "index/codec/crypto.h"

namespace creditreg {

// 32 bytes.
//
// Errors:
//   InvalidArgument: a part is missing; the message is the path of the field:
//     "record.deciding_agency.name", "record.licence.document_number",
//     "record.penalty.document_number", "record.complaint.platform" (where it
//     is empty the submitting agency counts as platform),
//     "record.complaint.case_number", "record.listing.list",
//     "record.listing.list_name", "record.listing.listed_on",
//     "record.annual_report.year",
//     "record.party.name",
//     "personal.person_name", "personal.person_id_number", or "record.details"
//     where the record has none.
absl::StatusOr<std::string> RecordNaturalKey(
    const storage::v1::Record& record,
    const storage::v1::PersonalFields& personal, const Key256& hmac_key);

// 16 bytes. Nothing where authority and division, or the name, or the day of
// establishment is missing.
std::optional<std::string> EnterpriseNameKey(
    const storage::v1::Enterprise& enterprise, const Key256& hmac_key);

// What an old number is indexed under: the value itself, or for tax numbers
// that may hold a resident ID the first 16 bytes of its HMAC.
std::string OldNumberIndexValue(const storage::v1::OldNumber& number,
                                const Key256& hmac_key);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_CODEC_NATURAL_KEY_H_
