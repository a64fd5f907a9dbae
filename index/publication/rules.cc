#include "index/publication/rules.h"

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "creditreg/conf/v1/publication.pb.h"
#include "index/base/civil_day.h"
#include "index/publication/table_check.h"

namespace creditreg {
namespace {

namespace cv = conf::v1;

void CheckMonths(const std::string& field, int months, Mistakes& mistakes) {
  CheckNumber(field, months, 0, kMostMonths, mistakes);
}

void CheckTerm(const std::string& field, const cv::Term& term,
               Mistakes& mistakes) {
  if (term.article().empty()) {
    mistakes.Add(field + ".article", "empty, want where the law says it");
  }
  if (term.unconfirmed() && term.note().empty()) {
    mistakes.Add(field + ".note", "empty, want what is unconfirmed");
  }
  CheckMonths(field + ".months", term.months(), mistakes);
  CheckMonths(field + ".repair_after_months", term.repair_after_months(),
              mistakes);
  if (!term.last_on().empty() &&
      (term.months() > 0 || !term.published() ||
       !CivilDay::ParseIso(absl::StrCat("2023-", term.last_on())).ok())) {
    mistakes.Add(field + ".last_on",
                 "want MM-DD, published, and no months beside it");
  }
  const bool runs = term.published() && term.months() > 0;
  if (runs && term.start() == cv::Term::START_UNSPECIFIED) {
    mistakes.Add(field + ".start", "missing, want when the months begin");
  }
  if (!runs && (term.lasts_for_restriction() || term.until_performed())) {
    mistakes.Add(field, "prolongs what has no end, want published and months");
  }
  if (!term.repairable() &&
      (term.repair_after_months() > 0 || !term.repair_exceptions().empty())) {
    mistakes.Add(field + ".repairable", "false, want no wait for a repair");
  }
  for (const cv::RepairException& exception : term.repair_exceptions()) {
    const std::string place = field + ".repair_exceptions";
    CheckMonths(place, exception.repair_after_months(), mistakes);
    if (exception.ministries().empty() || exception.article().empty()) {
      mistakes.Add(place, "want ministries and an article");
    }
  }
}

void CheckRow(const std::string& field, const cv::Row& row,
              Mistakes& mistakes) {
  if (row.article().empty()) {
    mistakes.Add(field + ".article", "empty, want where the law says it");
  }
  if (row.unconfirmed() && row.note().empty()) {
    mistakes.Add(field + ".note", "empty, want what is unconfirmed");
  }
  if (row.basis() == cv::Row::BASIS_PARTY && row.party_categories().empty()) {
    mistakes.Add(field + ".party_categories", "empty, want one with PARTY");
  }
  if (row.basis() == cv::Row::BASIS_RECORD && row.families().empty()) {
    mistakes.Add(field + ".families", "empty, want one with RECORD");
  }
  if (row.basis() == cv::Row::BASIS_MINISTRY && row.ministries().empty()) {
    mistakes.Add(field + ".ministries", "empty, want one with MINISTRY");
  }
  if (row.basis() == cv::Row::BASIS_DECLARED &&
      row.declared() == storage::v1::Penalty::DECLARED_SEVERITY_UNSPECIFIED) {
    mistakes.Add(field + ".declared", "missing, want one with DECLARED");
  }
}

std::vector<Row>* RowsOf(cv::Row::Basis basis, Regime& regime) {
  switch (basis) {
    case cv::Row::BASIS_PARTY:
      return &regime.party_rows;
    case cv::Row::BASIS_RECORD:
      return &regime.record_rows;
    case cv::Row::BASIS_MINISTRY:
      return &regime.ministry_rows;
    case cv::Row::BASIS_DECLARED:
      return &regime.declared_rows;
    case cv::Row::BASIS_KIND:
      return &regime.kind_rows;
    default:
      return nullptr;
  }
}

void BuildTerms(const std::string& field, Regime& regime, Ids& ids,
                Mistakes& mistakes) {
  for (const cv::Term& text : regime.text.terms()) {
    const std::string place =
        absl::StrCat(field, ".terms[", regime.terms.size(), "]");
    TakeId(place, text.id(), ids, mistakes);
    CheckTerm(place, text, mistakes);
    regime.terms.push_back({text, regime.terms.size()});
  }
}

void BuildRows(const std::string& field, Regime& regime, Ids& ids,
               Mistakes& mistakes) {
  int index = 0;
  for (const cv::Row& text : regime.text.rows()) {
    const std::string place = absl::StrCat(field, ".rows[", index++, "]");
    TakeId(place, text.id(), ids, mistakes);
    CheckRow(place, text, mistakes);
    Row row;
    row.text = text;
    row.effective = RangeOf(place + ".effective", text.effective_from(),
                            text.effective_to(), mistakes);
    row.term = regime.FindTerm(text.term());
    if (row.term == nullptr) {
      mistakes.Add(place + ".term", absl::StrCat("got \"", text.term(),
                                                 "\", want one of the terms"));
    }
    std::vector<Row>* const rows = RowsOf(text.basis(), regime);
    if (rows == nullptr) {
      mistakes.Add(place + ".basis", "missing, want one");
    } else {
      rows->push_back(std::move(row));
    }
  }
}

void BuildFineLimits(const std::string& field, Regime& regime, Ids& ids,
                     Mistakes& mistakes) {
  for (const cv::FineLimits& text : regime.text.fine_limits()) {
    const std::string place =
        absl::StrCat(field, ".fine_limits[", regime.fine_limits.size(), "]");
    TakeId(place, text.id(), ids, mistakes);
    if (text.article().empty()) {
      mistakes.Add(place + ".article", "empty, want where it is said");
    }
    if (text.has_larger_fen() && text.larger_fen() <= 0) {
      mistakes.Add(place + ".larger_fen", "want a positive amount");
    }
    if (text.has_larger_fen() && text.has_huge_fen() &&
        text.huge_fen() <= text.larger_fen()) {
      mistakes.Add(place + ".huge_fen", "want more than larger_fen");
    }
    FineLimits limits;
    limits.text = text;
    limits.effective = RangeOf(place + ".effective", text.effective_from(),
                               text.effective_to(), mistakes);
    regime.fine_limits.push_back(std::move(limits));
  }
}

}  // namespace

const Term* Regime::FindTerm(absl::string_view id) const {
  for (const Term& term : terms) {
    if (term.text.id() == std::string(id)) return &term;
  }
  return nullptr;
}

absl::StatusOr<std::shared_ptr<const PublicationTable>> PublicationTable::Build(
    const cv::PublicationRules& rules) {
  std::shared_ptr<PublicationTable> table(new PublicationTable());
  Mistakes mistakes;
  table->version_ = rules.version();
  table->channel_ = rules.channel();
  if (rules.version() == 0) mistakes.Add("version", "0, want 1 or more");
  if (rules.channel() !=
          storage::v1::ChannelPublication::CHANNEL_CREDIT_CHINA &&
      rules.channel() != storage::v1::ChannelPublication::CHANNEL_GSXT) {
    mistakes.Add("channel", "want CHANNEL_CREDIT_CHINA or CHANNEL_GSXT");
  }
  if (rules.regimes().empty()) mistakes.Add("regimes", "none, want one");
  Ids ids;
  // Rows point at the terms of their regime, so none moves from here on.
  table->regimes_.reserve(static_cast<std::size_t>(rules.regimes_size()));
  for (const cv::Regime& text : rules.regimes()) {
    const std::string field =
        absl::StrCat("regimes[", table->regimes_.size(), "]");
    Regime& regime = table->regimes_.emplace_back();
    regime.text = text;
    TakeId(field, text.id(), ids, mistakes);
    if (text.title().empty()) {
      mistakes.Add(field + ".title", "empty, want the law's name");
    }
    if (text.unconfirmed() && text.note().empty()) {
      mistakes.Add(field + ".note", "empty, want what is unconfirmed");
    }
    regime.decided = RangeOf(field + ".decided", text.decided_from(),
                             text.decided_to(), mistakes);
    regime.in_force = RangeOf(field + ".in_force", text.in_force_from(),
                              text.in_force_to(), mistakes);
    if (!table->regimes_.empty() && &regime != &table->regimes_.front() &&
        regime.decided.first <= (&regime - 1)->decided.first) {
      mistakes.Add(field + ".decided_from", "want a later one than before");
    }
    BuildTerms(field, regime, ids, mistakes);
    BuildRows(field, regime, ids, mistakes);
    BuildFineLimits(field, regime, ids, mistakes);
  }
  const absl::Status status = mistakes.ToStatus();
  if (!status.ok()) return status;
  return std::shared_ptr<const PublicationTable>(std::move(table));
}

}  // namespace creditreg
