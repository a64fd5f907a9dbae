// One channel's table of publication rules, checked and ready to be asked.
// The schema, and how rows are read, is creditreg/conf/v1/publication.proto.
//
// Thread safety: immutable; may be shared between threads.

#ifndef CREDITREG_INDEX_PUBLICATION_RULES_H_
#define CREDITREG_INDEX_PUBLICATION_RULES_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "creditreg/conf/v1/publication.pb.h"
#include "creditreg/storage/v1/content.pb.h"
#include "index/base/civil_day.h"

namespace creditreg {

using Channel = storage::v1::ChannelPublication::Channel;

// First and last day, both included. What has no limit is open on that side.
struct DayRange {
  CivilDay first;
  CivilDay last = CivilDay::OpenEnded();

  bool Contains(CivilDay day) const { return first <= day && day <= last; }
};

// A term with its place among the others of its regime: later ones last longer.
struct Term {
  conf::v1::Term text;
  std::size_t rank = 0;
};

struct Row {
  conf::v1::Row text;
  DayRange effective;
  const Term* term = nullptr;
};

struct FineLimits {
  conf::v1::FineLimits text;
  DayRange effective;
};

struct Regime {
  conf::v1::Regime text;
  DayRange decided;
  DayRange in_force;
  std::vector<Term> terms;
  // By basis, in the order in which they are asked.
  std::vector<Row> party_rows;
  std::vector<Row> record_rows;
  std::vector<Row> ministry_rows;
  std::vector<Row> declared_rows;
  std::vector<Row> kind_rows;
  std::vector<FineLimits> fine_limits;

  // The term with this id; null: none.
  const Term* FindTerm(absl::string_view id) const;
  // Whether it says anything about decisions of that day.
  bool Judges(CivilDay decided_on) const {
    return decided.Contains(decided_on) ||
           (text.also_earlier_decisions() && decided_on < decided.first);
  }
};

class PublicationTable {
 public:
  // Errors: InvalidArgument "FIELD: got VALUE, want RULE", one line for each
  // mistake.
  static absl::StatusOr<std::shared_ptr<const PublicationTable>> Build(
      const conf::v1::PublicationRules& rules);

  std::uint32_t version() const { return version_; }
  Channel channel() const { return channel_; }
  const std::vector<Regime>& regimes() const { return regimes_; }

 private:
  PublicationTable() = default;

  std::uint32_t version_ = 0;
  Channel channel_ = storage::v1::ChannelPublication::CHANNEL_UNSPECIFIED;
  std::vector<Regime> regimes_;
};

}  // namespace creditreg

#endif  // CREDITREG_INDEX_PUBLICATION_RULES_H_
