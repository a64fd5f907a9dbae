// All that the oracle remembers: every version of everything, in plain maps.
//
// Thread safety: plain values.

#ifndef CREDITREG_TESTS_ORACLE_STATE_H_
#define CREDITREG_TESTS_ORACLE_STATE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/model/finding.h"
#include "index/registry/registry.h"

namespace creditreg::oracle {

// What both kinds of version have.
struct VersionBase {
  std::uint64_t sequence = 0;
  std::int64_t recorded_us = 0;
  // Empty message: none.
  storage::v1::PersonalFields personal;
  std::vector<std::string> quality_flags;
  std::string source_id;
};

struct EnterpriseVersion : VersionBase {
  storage::v1::Enterprise content;
  // Current names of earlier versions.
  std::vector<std::string> held_names;
  bool withheld = false;
  std::string withheld_reason;
};

struct RecordVersion : VersionBase {
  storage::v1::Record content;
  bool withdrawn = false;
  std::string withdrawn_reason;
  // Stays with later versions of the same content.
  std::string correction_reason;
  // 0: none yet.
  std::uint64_t enterprise_no = 0;
  std::string natural_key;
};

// Oldest first; never empty. Shared, so that a State is cheap to copy.
template <typename Version>
using History = std::vector<std::shared_ptr<const Version>>;

struct Quarantined {
  std::string source_id;
  std::uint32_t format = 0;
  // Tells the row's text from others.
  std::string raw;
  std::vector<Finding> findings;
  std::string request_id;
  std::uint64_t import_row = 0;
  std::int64_t received_us = 0;
};

struct AnsweredRequest {
  std::string payload;
  WriteAnswer answer;
};

struct Import {
  storage::v1::ImportRow row;
  // Rows with findings.
  std::map<std::uint64_t, ImportRowResult> outcomes;
};

// How far a pass over the records that wait for an enterprise got: place among
// its identifiers, last record tried there.
struct LinkPass {
  std::uint64_t enterprise_no = 0;
  std::size_t identifier = 0;
  std::uint64_t after_record = 0;
};

// Principal and request id.
using RequestName = std::pair<std::string, std::string>;

struct State {
  std::uint64_t sequence = 0;
  std::int64_t record_time_us = 0;
  // By enterprise_no and record_no.
  std::map<std::uint64_t, History<EnterpriseVersion>> enterprises;
  std::map<std::uint64_t, History<RecordVersion>> records;
  // Where a key leads, those that records had before included.
  std::map<std::string, std::uint64_t> natural_keys;
  // In order of quarantine_no, which starts at 1.
  std::vector<Quarantined> quarantine;
  std::map<RequestName, AnsweredRequest> requests;
  std::map<RequestName, Import> imports;
  std::uint64_t imports_begun = 0;
  // Links left to later pieces; the first has the next turn.
  std::deque<LinkPass> link_passes;
};

}  // namespace creditreg::oracle

#endif  // CREDITREG_TESTS_ORACLE_STATE_H_
