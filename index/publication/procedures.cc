#include "index/publication/procedures.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "index/publication/table_check.h"

namespace creditreg {
namespace {

namespace cv = conf::v1;
namespace sv = storage::v1;

using CaseChannel = sv::ChannelPublication;

// No law has longer ones; more is a slip of the pen.
constexpr int kMostDays = 366;
constexpr int kMostWithdrawalDays = 60;

// What every part of the table says of its origin.
template <typename Part>
void CheckOrigin(const std::string& field, const Part& part,
                 Mistakes& mistakes) {
  if (part.article().empty()) {
    mistakes.Add(field + ".article", "empty, want where the law says it");
  }
  if (part.unconfirmed() && part.note().empty()) {
    mistakes.Add(field + ".note", "empty, want what is unconfirmed");
  }
}

void CheckTitle(const std::string& field, const std::string& title,
                Mistakes& mistakes) {
  if (title.empty()) mistakes.Add(field + ".title", "empty, want one");
}

void CheckMaterials(const std::string& field, const cv::Procedure& procedure,
                    Mistakes& mistakes) {
  Ids ids;
  for (int i = 0; i < procedure.materials_size(); ++i) {
    const cv::MaterialRule& material = procedure.materials(i);
    const std::string place = absl::StrCat(field, ".materials[", i, "]");
    TakeId(place, material.id(), ids, mistakes);
    CheckTitle(place, material.title(), mistakes);
    if (material.article().empty()) {
      mistakes.Add(place + ".article", "empty, want where the law says it");
    }
  }
}

void CheckClock(const std::string& field, const cv::ClockRule& clock,
                Mistakes& mistakes) {
  CheckTitle(field, clock.title(), mistakes);
  CheckOrigin(field, clock, mistakes);
  if (clock.state() != sv::CASE_STATE_SUBMITTED &&
      clock.state() != sv::CASE_STATE_RETURNED &&
      clock.state() != sv::CASE_STATE_ACCEPTED) {
    mistakes.Add(field + ".state", "want SUBMITTED, RETURNED or ACCEPTED");
  }
  if (clock.until_decided() && clock.state() != sv::CASE_STATE_SUBMITTED) {
    mistakes.Add(field + ".until_decided", "true, want it with SUBMITTED only");
  }
  CheckNumber(field + ".days", clock.days(), 1, kMostDays, mistakes);
  if (clock.unit() != cv::ClockRule::UNIT_WORKING_DAYS &&
      clock.unit() != cv::ClockRule::UNIT_DAYS) {
    mistakes.Add(field + ".unit", "want UNIT_WORKING_DAYS or UNIT_DAYS");
  }
  CheckNumber(field + ".extension_days", clock.extension_days(), 0, kMostDays,
              mistakes);
  // Nothing else is running when a case is extended.
  if (clock.extension_days() > 0 && !clock.until_decided() &&
      clock.state() != sv::CASE_STATE_ACCEPTED) {
    mistakes.Add(field + ".extension_days",
                 "want one only where it runs while ACCEPTED");
  }
}

void CheckClocks(const std::string& field, const cv::Procedure& procedure,
                 Mistakes& mistakes) {
  Ids ids;
  for (int i = 0; i < procedure.clocks_size(); ++i) {
    const std::string place = absl::StrCat(field, ".clocks[", i, "]");
    TakeId(place, procedure.clocks(i).id(), ids, mistakes);
    CheckClock(place, procedure.clocks(i), mistakes);
  }
}

bool ApprovalHides(sv::CaseKind kind) {
  return kind == sv::CASE_KIND_REPAIR || kind == sv::CASE_KIND_LIST_REMOVAL ||
         kind == sv::CASE_KIND_ANNULMENT || kind == sv::CASE_KIND_SHIELD;
}

bool IsChannel(Channel channel) {
  return channel == CaseChannel::CHANNEL_CREDIT_CHINA ||
         channel == CaseChannel::CHANNEL_GSXT;
}

void CheckScope(const std::string& field, const cv::Procedure& procedure,
                Mistakes& mistakes) {
  for (const int family : procedure.families()) {
    if (family == sv::FAMILY_UNSPECIFIED) {
      mistakes.Add(field + ".families", "one is unspecified, want a family");
    }
  }
  for (const int list : procedure.lists()) {
    if (list == sv::Listing::LIST_UNSPECIFIED) {
      mistakes.Add(field + ".lists", "one is unspecified, want a list");
    }
  }
}

void CheckProcedure(const std::string& field, const cv::Procedure& procedure,
                    Mistakes& mistakes) {
  CheckTitle(field, procedure.title(), mistakes);
  CheckOrigin(field, procedure, mistakes);
  if (procedure.kind() == sv::CASE_KIND_UNSPECIFIED) {
    mistakes.Add(field + ".kind", "missing, want one");
  }
  if (!IsChannel(procedure.channel())) {
    mistakes.Add(field + ".channel",
                 "want CHANNEL_CREDIT_CHINA or CHANNEL_GSXT");
  }
  CheckScope(field, procedure, mistakes);
  CheckMaterials(field, procedure, mistakes);
  CheckClocks(field, procedure, mistakes);
  const bool hides = ApprovalHides(procedure.kind());
  CheckNumber(field + ".withdraw_within_days", procedure.withdraw_within_days(),
              hides ? 1 : 0, hides ? kMostWithdrawalDays : 0, mistakes);
  CheckNumber(field + ".barred_months", procedure.barred_months(), 0,
              procedure.kind() == sv::CASE_KIND_REPAIR ? kMostMonths : 0,
              mistakes);
}

void CheckReceivers(const cv::Procedures& table, Mistakes& mistakes) {
  const std::string field = "receivers";
  if (!table.has_receivers()) {
    mistakes.Add(field, "missing, want them");
    return;
  }
  const cv::ReceiverRules& rules = table.receivers();
  CheckOrigin(field, rules, mistakes);
  CheckNumber(field + ".announced_days_before", rules.announced_days_before(),
              1, kMostDays, mistakes);
  CheckNumber(field + ".withdraw_within_days", rules.withdraw_within_days(), 1,
              kMostWithdrawalDays, mistakes);
}

void CheckSources(const cv::Procedures& table, Mistakes& mistakes) {
  const std::string field = "sources";
  if (!table.has_sources()) {
    mistakes.Add(field, "missing, want them");
    return;
  }
  CheckOrigin(field, table.sources(), mistakes);
  CheckNumber(field + ".report_within_days",
              table.sources().report_within_days(), 1, kMostDays, mistakes);
}

bool TakesRecord(const cv::Procedure& procedure, sv::Family family,
                 sv::Listing::List list) {
  const auto& families = procedure.families();
  const auto& lists = procedure.lists();
  if (!families.empty() &&
      std::find(families.begin(), families.end(), family) == families.end()) {
    return false;
  }
  return family != sv::FAMILY_LISTING || lists.empty() ||
         std::find(lists.begin(), lists.end(), list) != lists.end();
}

}  // namespace

absl::StatusOr<std::shared_ptr<const ProcedureTable>> ProcedureTable::Build(
    const cv::Procedures& table) {
  Mistakes mistakes;
  if (table.version() == 0) mistakes.Add("version", "0, want 1 or more");
  if (table.procedures().empty()) mistakes.Add("procedures", "none, want one");
  std::shared_ptr<ProcedureTable> built(new ProcedureTable());
  built->text_ = table;
  Ids ids;
  for (const cv::Procedure& procedure : table.procedures()) {
    const std::string field =
        absl::StrCat("procedures[", built->opened_.size(), "]");
    TakeId(field, procedure.id(), ids, mistakes);
    CheckProcedure(field, procedure, mistakes);
    built->opened_.push_back(RangeOf(field + ".opened", procedure.opened_from(),
                                     procedure.opened_to(), mistakes));
  }
  CheckReceivers(table, mistakes);
  CheckSources(table, mistakes);
  const absl::Status status = mistakes.ToStatus();
  if (!status.ok()) return status;
  return std::shared_ptr<const ProcedureTable>(std::move(built));
}

const cv::Procedure* ProcedureTable::FindFor(sv::CaseKind kind, Channel channel,
                                             sv::Family family,
                                             sv::Listing::List list,
                                             CivilDay opened) const {
  if (channel == CaseChannel::CHANNEL_UNSPECIFIED) {
    const cv::Procedure* const found =
        FindFor(kind, CaseChannel::CHANNEL_CREDIT_CHINA, family, list, opened);
    if (found != nullptr) return found;
    channel = CaseChannel::CHANNEL_GSXT;
  }
  for (std::size_t i = 0; i < opened_.size(); ++i) {
    const cv::Procedure& procedure = text_.procedures(static_cast<int>(i));
    if (procedure.kind() == kind && procedure.channel() == channel &&
        opened_[i].Contains(opened) && TakesRecord(procedure, family, list)) {
      return &procedure;
    }
  }
  return nullptr;
}

const cv::Procedure* ProcedureTable::Find(absl::string_view id) const {
  for (const cv::Procedure& procedure : text_.procedures()) {
    if (absl::string_view(procedure.id()) == id) return &procedure;
  }
  return nullptr;
}

}  // namespace creditreg
