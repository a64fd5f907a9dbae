#include "tests/crash/state_lines.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "google/protobuf/message.h"
#include "index/base/status_macros.h"
#include "index/model/finding.h"
#include "index/registry/registry.h"
#include "index/registry/view.h"
#include "tests/oracle/state.h"

namespace creditreg {
namespace {

// One version or row, ready but for its numbers.
struct Line {
  // Record time, of which no two changes have the same.
  std::int64_t recorded_us = 0;
  // 0 where the row does not say.
  std::uint64_t sequence = 0;
  // 'e' enterprise, 'r' record, 'q' kept aside.
  char kind = 'q';
  std::uint64_t no = 0;
  // Of a record: the enterprise it is linked to.
  std::uint64_t linked_to = 0;
  std::string text;
};

using BySource = std::map<std::string, std::vector<Line>>;

// From numbers given out to 1, 2, 3 ...
class Ranks {
 public:
  void Add(std::uint64_t no) { ranks_[no] = 0; }
  void Number() {
    std::uint64_t next = 0;
    for (auto& [no, rank] : ranks_) rank = ++next;
  }
  // 0 stays; what is not among them is shown as it is.
  std::string Of(std::uint64_t no) const {
    if (no == 0) return "-";
    const auto found = ranks_.find(no);
    return found == ranks_.end() ? absl::StrCat("#", no)
                                 : absl::StrCat(found->second);
  }

 private:
  std::map<std::uint64_t, std::uint64_t> ranks_;
};

void Sort(std::vector<Line>& lines) {
  std::sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) {
    return a.recorded_us < b.recorded_us;
  });
}

// Every change made one line, in the order of record time, without a gap; but
// for those that activated the tables of the start, `before` of them.
absl::Status CheckOrder(const BySource& by_source, std::uint64_t before,
                        std::uint64_t sequence) {
  std::vector<Line> all;
  for (const auto& [source, lines] : by_source) {
    all.insert(all.end(), lines.begin(), lines.end());
  }
  if (all.size() + before != sequence) {
    return absl::DataLossError(absl::StrCat(all.size(), " versions and rows, ",
                                            sequence - before, " changes"));
  }
  Sort(all);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::uint64_t want = before + i + 1;
    if (all[i].sequence != 0 && all[i].sequence != want) {
      return absl::DataLossError(
          absl::StrCat("change ", want, " has sequence ", all[i].sequence));
    }
  }
  return absl::OkStatus();
}

StateLines Number(std::vector<Line> lines) {
  Sort(lines);
  Ranks enterprises;
  Ranks records;
  for (const Line& line : lines) {
    if (line.kind == 'e') enterprises.Add(line.no);
    if (line.kind == 'r') records.Add(line.no);
  }
  enterprises.Number();
  records.Number();
  StateLines numbered;
  numbered.reserve(lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Line& line = lines[i];
    numbered.push_back(absl::StrCat(
        i + 1, " ", std::string(1, line.kind), " ",
        line.kind == 'e' ? enterprises.Of(line.no) : records.Of(line.no),
        line.kind == 'r' ? absl::StrCat(" of ", enterprises.Of(line.linked_to))
                         : "",
        " ", line.text));
  }
  return numbered;
}

template <typename Flags>
std::string Common(const Flags& quality_flags, const std::string& source_id,
                   const google::protobuf::Message& content,
                   const storage::v1::PersonalFields& personal) {
  return absl::StrCat("flags [", absl::StrJoin(quality_flags, ","), "] source ",
                      source_id, " content {", content.ShortDebugString(),
                      "} personal {", personal.ShortDebugString(), "}");
}

std::string EnterpriseText(bool withheld, const std::string& reason,
                           const std::string& common) {
  return absl::StrCat(withheld ? "withheld " : "", reason, " ", common);
}

std::string RecordText(bool withdrawn, const std::string& withdrawn_reason,
                       const std::string& correction_reason,
                       const std::string& common) {
  return absl::StrCat(withdrawn ? "withdrawn " : "", withdrawn_reason, " ",
                      correction_reason, " ", common);
}

// The row's text is compared only where it came from a file: a submitted
// record's has a form of its own.
std::string KeptAsideText(const std::string& request_id,
                          std::uint64_t import_row, std::uint32_t format,
                          const std::string& source_id,
                          const std::vector<std::string>& rules,
                          const std::string& raw) {
  return absl::StrCat("request ", request_id, " row ", import_row, " format ",
                      format, " source ", source_id, " rules ",
                      absl::StrJoin(rules, ","), " raw ",
                      import_row == 0 ? "" : raw);
}

absl::Status ReadEnterprise(const View& view, std::uint64_t no,
                            BySource& lines) {
  std::vector<Line> versions;
  std::string source;
  for (std::uint64_t at = view.sequence(); at > 0;) {
    const auto found = view.ReadEnterprise(no, at);
    if (absl::IsNotFound(found.status())) break;
    CREDITREG_RETURN_IF_ERROR(found.status());
    CREDITREG_ASSIGN_OR_RETURN(const auto personal, view.OpenPersonal(*found));
    const storage::v1::EnterpriseVersion& version = found->version;
    source = version.info().source_id();
    Line& line = versions.emplace_back();
    line.recorded_us = version.info().recorded_us();
    line.sequence = found->sequence;
    line.kind = 'e';
    line.no = no;
    line.text = EnterpriseText(version.withheld(), version.withheld_reason(),
                               Common(version.info().quality_flags(), source,
                                      version.content(), personal));
    at = found->sequence - 1;
  }
  if (versions.empty()) return absl::DataLossError("enterprise: no version");
  std::vector<Line>& all = lines[source];
  all.insert(all.end(), versions.begin(), versions.end());
  return absl::OkStatus();
}

absl::Status ReadRecord(const View& view, std::uint64_t no, BySource& lines) {
  constexpr std::size_t kPage = 100;
  std::vector<Line> versions;
  std::string source;
  std::uint64_t before = 0;
  while (true) {
    CREDITREG_ASSIGN_OR_RETURN(const auto page,
                               view.ListRecordVersions(no, before, kPage));
    if (page.empty()) break;
    for (const RecordAt& found : page) {
      CREDITREG_ASSIGN_OR_RETURN(const auto personal, view.OpenPersonal(found));
      const storage::v1::RecordVersion& version = found.version;
      source = version.info().source_id();
      Line& line = versions.emplace_back();
      line.recorded_us = version.info().recorded_us();
      line.sequence = found.sequence;
      line.kind = 'r';
      line.no = no;
      line.linked_to = version.enterprise_no();
      line.text =
          RecordText(version.state() == storage::v1::RECORD_STATE_WITHDRAWN,
                     version.withdrawn_reason(), version.correction_reason(),
                     Common(version.info().quality_flags(), source,
                            version.content(), personal));
      before = found.sequence;
    }
  }
  if (versions.empty()) return absl::DataLossError("record: no version");
  std::vector<Line>& all = lines[source];
  all.insert(all.end(), versions.begin(), versions.end());
  return absl::OkStatus();
}

absl::Status ReadKeptAside(const View& view, BySource& lines) {
  constexpr std::size_t kPage = 500;
  for (std::uint64_t next = 1; next != 0;) {
    CREDITREG_ASSIGN_OR_RETURN(const auto page,
                               view.ListQuarantined(next, kPage, ""));
    for (const QuarantinedRow& row : page.rows) {
      CREDITREG_ASSIGN_OR_RETURN(const auto raw, view.OpenRaw(row));
      std::vector<std::string> rules;
      for (const auto& finding : row.row.findings()) {
        rules.push_back(finding.rule());
      }
      Line& line = lines[row.row.source_id()].emplace_back();
      line.recorded_us = row.row.received_us();
      line.text = KeptAsideText(row.row.request_id(), row.row.import_row(),
                                row.row.format(), row.row.source_id(), rules,
                                raw.SerializeAsString());
    }
    next = page.next_no;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::map<std::string, StateLines>> LinesBySource(
    const Registry& registry) {
  const std::shared_ptr<const View> view = registry.CurrentView();
  const storage::v1::Counters counters = registry.Figures().counters;
  BySource lines;
  for (std::uint64_t no = 1; no < counters.next_enterprise_no(); ++no) {
    CREDITREG_RETURN_IF_ERROR(ReadEnterprise(*view, no, lines));
  }
  for (std::uint64_t no = 1; no < counters.next_record_no(); ++no) {
    CREDITREG_RETURN_IF_ERROR(ReadRecord(*view, no, lines));
  }
  CREDITREG_RETURN_IF_ERROR(ReadKeptAside(*view, lines));
  CREDITREG_RETURN_IF_ERROR(
      CheckOrder(lines, view->tables().sequence(), counters.sequence()));
  std::map<std::string, StateLines> numbered;
  for (auto& [source, of_source] : lines) {
    numbered[source] = Number(std::move(of_source));
  }
  return numbered;
}

StateLines LinesOf(const oracle::State& state) {
  std::vector<Line> lines;
  for (const auto& [no, versions] : state.enterprises) {
    for (const auto& version : versions) {
      Line& line = lines.emplace_back();
      line.recorded_us = version->recorded_us;
      line.kind = 'e';
      line.no = no;
      line.text =
          EnterpriseText(version->withheld, version->withheld_reason,
                         Common(version->quality_flags, version->source_id,
                                version->content, version->personal));
    }
  }
  for (const auto& [no, versions] : state.records) {
    for (const auto& version : versions) {
      Line& line = lines.emplace_back();
      line.recorded_us = version->recorded_us;
      line.kind = 'r';
      line.no = no;
      line.linked_to = version->enterprise_no;
      line.text = RecordText(version->withdrawn, version->withdrawn_reason,
                             version->correction_reason,
                             Common(version->quality_flags, version->source_id,
                                    version->content, version->personal));
    }
  }
  for (const oracle::Quarantined& row : state.quarantine) {
    std::vector<std::string> rules;
    for (const Finding& finding : row.findings) rules.push_back(finding.rule);
    Line& line = lines.emplace_back();
    line.recorded_us = row.received_us;
    line.text = KeptAsideText(row.request_id, row.import_row, row.format,
                              row.source_id, rules, row.raw);
  }
  return Number(std::move(lines));
}

std::string FirstDifference(const StateLines& real, const StateLines& ideal) {
  for (std::size_t i = 0; i < std::max(real.size(), ideal.size()); ++i) {
    const std::string left = i < real.size() ? real[i] : "nothing";
    const std::string right = i < ideal.size() ? ideal[i] : "nothing";
    if (left != right) return absl::StrCat(left, "\nwant ", right);
  }
  return "";
}

}  // namespace creditreg
