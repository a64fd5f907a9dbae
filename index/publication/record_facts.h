// What the publication rules ask of a record, whatever its family.
//
// Thread safety: value type; RecordFacts points into the record it was made of.

#ifndef CREDITREG_INDEX_PUBLICATION_RECORD_FACTS_H_
#define CREDITREG_INDEX_PUBLICATION_RECORD_FACTS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "google/protobuf/repeated_field.h"
#include "index/base/civil_day.h"

namespace creditreg {

struct RecordFacts {
  storage::v1::Family family = storage::v1::FAMILY_UNSPECIFIED;
  storage::v1::PartyCategory party = storage::v1::PARTY_CATEGORY_UNSPECIFIED;
  // Of the decision, listing or submission.
  CivilDay decided;
  // Empty: not known.
  absl::string_view ministry;
  storage::v1::Penalty::Procedure procedure =
      storage::v1::Penalty::PROCEDURE_UNSPECIFIED;
  storage::v1::Penalty::DeclaredSeverity declared =
      storage::v1::Penalty::DECLARED_SEVERITY_UNSPECIFIED;
  // Null: the family has none.
  const google::protobuf::RepeatedPtrField<std::string>* kinds = nullptr;
  std::optional<std::int64_t> fine_fen;
  // Last day of the penalty or restriction itself; Unknown: not given.
  CivilDay restricted_until;
  CivilDay performed;
  // Family penalty or listing: somebody has to perform something.
  bool has_duty = false;
  // Of a listing.
  storage::v1::Listing::List list = storage::v1::Listing::LIST_UNSPECIFIED;
  absl::string_view ground_code;
  // Off its list since this day; Unknown: not.
  CivilDay removed;
};

RecordFacts FactsOf(const storage::v1::RecordVersion& record);

// Day on which `channel` first showed the record. Unknown: nobody said, or it
// did not yet.
struct FirstShownDay {
  CivilDay day;
  // The feed says that it is shown there, and not since when.
  bool is_untold = false;
};
FirstShownDay FirstShownOn(const storage::v1::RecordVersion& record,
                           storage::v1::ChannelPublication::Channel channel);

}  // namespace creditreg

#endif  // CREDITREG_INDEX_PUBLICATION_RECORD_FACTS_H_
