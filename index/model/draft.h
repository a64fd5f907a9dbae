// What callers hand to the registry to be stored: content that has passed every
// rule that needs no look at the register. server/wire makes drafts from
// messages, server/intake makes the messages from files; the registry adds what
// only it knows (numbers, links, history) and stores.
//
// Invariants, kept by the makers:
//   - codes (party.uscc, enterprise.uscc, former codes) are valid or empty; a
//     bad one stands in code_as_given
//   - text is UTF-8 within the limits of conf/intake; dates are days
//   - no personal number is outside `personal`
//
// Thread safety: plain values.

#ifndef CREDITREG_INDEX_MODEL_DRAFT_H_
#define CREDITREG_INDEX_MODEL_DRAFT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/model/finding.h"

namespace creditreg {

struct EnterpriseDraft {
  storage::v1::Enterprise content;
  // Absent: the stored ones stay.
  std::optional<storage::v1::PersonalFields> personal;
  // `personal` holds only what was cut out of other fields: it is added to the
  // stored ones instead of replacing them.
  bool personal_is_partial = false;
  // Rules broken without being refused: sorted, unique, for example
  // "CODE_ORG_CHECK".
  std::vector<std::string> quality_flags;
  // Notes and warnings only.
  std::vector<Finding> findings;
  std::string source_id;
  // Former names, former codes and old numbers that are stored already stay
  // even where `content` lacks them (files often do).
  bool keep_history = false;
};

struct RecordDraft {
  storage::v1::Record content;
  storage::v1::PersonalFields personal;
  std::vector<std::string> quality_flags;
  std::vector<Finding> findings;
  std::string source_id;
};

// One row of a file, ready for the registry.
struct ImportRowDraft {
  // 1-based, header not counted.
  std::uint64_t row = 0;
  // Exactly one of the two, or neither where `findings` hold an error.
  std::optional<EnterpriseDraft> enterprise;
  std::optional<RecordDraft> record;
  // Why the row is rejected; otherwise empty (drafts carry their own).
  std::vector<Finding> findings;
  // The row as it came, for the case that it must be kept aside.
  storage::v1::RawRow raw;
};

}  // namespace creditreg

#endif  // CREDITREG_INDEX_MODEL_DRAFT_H_
