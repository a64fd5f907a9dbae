#include "tests/index/registry/oracle_comparison.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "gtest/gtest.h"
#include "index/model/finding.h"
#include "index/registry/registry.h"
#include "index/registry/view.h"
#include "tests/index/registry/random_world.h"
#include "tests/oracle/registry_oracle.h"
#include "tests/oracle/state.h"
#include "tests/oracle/texts.h"

namespace creditreg {
namespace {

using oracle::Place;

bool HasFailure() { return testing::Test::HasFailure(); }

// Compares what both kinds of version say of themselves.
void CompareInfo(const storage::v1::VersionInfo& info,
                 const oracle::VersionBase& ideal,
                 std::int64_t first_received_us) {
  EXPECT_EQ(info.recorded_us(), ideal.recorded_us);
  EXPECT_EQ(info.first_received_us(), first_received_us);
  EXPECT_EQ(info.source_id(), ideal.source_id);
  EXPECT_EQ(std::vector<std::string>(info.quality_flags().begin(),
                                     info.quality_flags().end()),
            ideal.quality_flags);
}

void CompareSuggestions(const std::vector<Finding>& real,
                        const std::vector<Finding>& ideal) {
  ASSERT_EQ(real.size(), ideal.size());
  for (std::size_t i = 0; i < real.size(); ++i) {
    EXPECT_EQ(real[i].suggestion, ideal[i].suggestion) << real[i].rule;
  }
}

}  // namespace

std::uint64_t OracleComparison::At() {
  const std::uint64_t last = oracle_->state().sequence;
  return last == 0 || world_->Chance(70) ? 0 : 1 + world_->Below(last);
}

void OracleComparison::CompareAnswers(
    const oracle::Write& write, const absl::StatusOr<WriteAnswer>& real,
    const absl::StatusOr<WriteAnswer>& ideal) {
  ASSERT_EQ(oracle::TextOf(real), oracle::TextOf(ideal))
      << oracle::TextOf(write);
  if (!real.ok()) {
    ++seen_[oracle::FirstWord(real.status())];
    return;
  }
  for (const WriteResult& result : real->results) {
    ++seen_[absl::StrCat("outcome ", static_cast<int>(result.outcome))];
    for (const Finding& finding : result.findings) ++seen_[finding.rule];
  }
  for (std::size_t i = 0; i < real->results.size(); ++i) {
    CompareSuggestions(real->results[i].findings, ideal->results[i].findings);
  }
}

void OracleComparison::CompareImportAnswers(
    const absl::StatusOr<ImportAnswer>& real,
    const absl::StatusOr<ImportAnswer>& ideal) {
  ASSERT_EQ(real.ok(), ideal.ok()) << real.status() << ideal.status();
  if (!real.ok()) {
    EXPECT_EQ(real.status().code(), ideal.status().code());
    return;
  }
  EXPECT_EQ(real->progress.ShortDebugString(),
            ideal->progress.ShortDebugString());
  ASSERT_EQ(real->results.size(), ideal->results.size());
  for (std::size_t i = 0; i < real->results.size(); ++i) {
    EXPECT_EQ(real->results[i].row, ideal->results[i].row);
    EXPECT_EQ(real->results[i].outcome, ideal->results[i].outcome);
    EXPECT_EQ(oracle::Rules(real->results[i].findings),
              oracle::Rules(ideal->results[i].findings));
    for (const Finding& finding : real->results[i].findings) {
      ++seen_[finding.rule];
    }
  }
}

void OracleComparison::CompareAll(Registry& registry,
                                  const oracle::RegistryOracle& oracle) {
  registry_ = &registry;
  oracle_ = &oracle;
  const std::shared_ptr<const View> view = registry.CurrentView();
  ASSERT_EQ(view->sequence(), oracle.state().sequence);
  CompareCounters();
  if (!HasFailure()) CompareEnterprises(*view);
  if (!HasFailure()) CompareRecords(*view);
  if (!HasFailure()) CompareFiles(*view);
  if (!HasFailure()) CompareFinds(*view);
  if (!HasFailure()) CompareHolders(*view);
  if (!HasFailure()) CompareQuarantine(*view);
  if (!HasFailure()) CompareImports();
  if (!HasFailure()) CheckVerify();
}

void OracleComparison::CompareEtag(const std::string& etag,
                                   const std::string& fingerprint) {
  const auto known = fingerprints_.try_emplace(etag, fingerprint);
  EXPECT_EQ(known.first->second, fingerprint) << "one etag for two states";
  const auto other = etags_.try_emplace(fingerprint, etag);
  EXPECT_EQ(other.first->second, etag) << "two etags for one state";
}

void OracleComparison::CompareEnterprise(const EnterpriseAt& real,
                                         const Place& place) {
  SCOPED_TRACE(absl::StrCat("enterprise ", place.no, " at ", place.sequence));
  ASSERT_EQ(real.sequence, place.sequence);
  const oracle::EnterpriseVersion& ideal = oracle_->Enterprise(place);
  EXPECT_EQ(real.version.content().ShortDebugString(),
            ideal.content.ShortDebugString());
  EXPECT_EQ(real.version.withheld(), ideal.withheld);
  EXPECT_EQ(real.version.withheld_reason(), ideal.withheld_reason);
  CompareInfo(real.version.info(), ideal,
              oracle_->state().enterprises.at(place.no).front()->recorded_us);
  const auto personal = registry_->CurrentView()->OpenPersonal(real);
  ASSERT_TRUE(personal.ok()) << personal.status();
  EXPECT_EQ(personal->ShortDebugString(), ideal.personal.ShortDebugString());
  CompareEtag(EtagOf(real.version), oracle::FingerprintOf(ideal));
}

void OracleComparison::CompareEnterprises(const View& view) {
  for (const auto& [no, versions] : oracle_->state().enterprises) {
    for (const std::uint64_t at : {std::uint64_t{0}, At(), At()}) {
      const std::optional<Place> ideal = oracle_->EnterpriseAt(no, at);
      const auto real = view.ReadEnterprise(no, at);
      ASSERT_EQ(real.ok(), ideal.has_value()) << no << " at " << at;
      if (real.ok()) CompareEnterprise(*real, *ideal);
      if (HasFailure()) return;
    }
    // Where it was merged into.
    const auto into = view.MergedInto(versions.back()->content);
    ASSERT_TRUE(into.ok()) << into.status();
    const std::string& code = versions.back()->content.uscc();
    FindQuery query;
    query.identifier = code;
    const bool merged = !code.empty() && oracle_->Find(query).matched_by ==
                                             MatchedBy::kMergedUscc;
    if (!merged) {
      EXPECT_EQ(*into, "");
    }
  }
  EXPECT_TRUE(absl::IsNotFound(
      view.ReadEnterprise(oracle_->state().enterprises.size() + 1).status()));
}

void OracleComparison::CompareRecord(const RecordAt& real, const Place& place) {
  SCOPED_TRACE(absl::StrCat("record ", place.no, " at ", place.sequence));
  ASSERT_EQ(real.record_no, place.no);
  ASSERT_EQ(real.sequence, place.sequence);
  const oracle::RecordVersion& ideal = oracle_->Record(place);
  EXPECT_EQ(real.version.content().ShortDebugString(),
            ideal.content.ShortDebugString());
  EXPECT_EQ(real.version.state() == storage::v1::RECORD_STATE_WITHDRAWN,
            ideal.withdrawn);
  EXPECT_EQ(real.version.withdrawn_reason(), ideal.withdrawn_reason);
  EXPECT_EQ(real.version.correction_reason(), ideal.correction_reason);
  EXPECT_EQ(real.version.enterprise_no(), ideal.enterprise_no);
  CompareInfo(real.version.info(), ideal,
              oracle_->state().records.at(place.no).front()->recorded_us);
  const auto personal = registry_->CurrentView()->OpenPersonal(real);
  ASSERT_TRUE(personal.ok()) << personal.status();
  EXPECT_EQ(personal->ShortDebugString(), ideal.personal.ShortDebugString());
  CompareEtag(EtagOf(real.version), oracle::FingerprintOf(ideal));
}

void OracleComparison::CompareRecords(const View& view) {
  for (const auto& [no, versions] : oracle_->state().records) {
    const std::uint64_t at = At();
    const std::optional<Place> ideal = oracle_->RecordAt(no, at);
    const auto real = view.ReadRecord(no, at);
    ASSERT_EQ(real.ok(), ideal.has_value()) << no << " at " << at;
    if (real.ok()) CompareRecord(*real, *ideal);
    if (HasFailure()) return;
    // All versions, page by page, newest first.
    std::uint64_t before = 0;
    const std::size_t limit = 1 + world_->Below(4);
    for (auto left = versions.rbegin(); left != versions.rend();) {
      const auto page = view.ListRecordVersions(no, before, limit);
      ASSERT_TRUE(page.ok()) << page.status();
      ASSERT_FALSE(page->empty()) << no << " before " << before;
      for (const RecordAt& version : *page) {
        ASSERT_NE(left, versions.rend());
        CompareRecord(version, {no, (*left)->sequence});
        if (HasFailure()) return;
        before = version.sequence;
        ++left;
      }
    }
    const auto end = view.ListRecordVersions(no, before, limit);
    ASSERT_TRUE(end.ok());
    EXPECT_TRUE(end->empty());
  }
  EXPECT_TRUE(absl::IsNotFound(
      view.ReadRecord(oracle_->state().records.size() + 1).status()));
}

void OracleComparison::CompareFiles(const View& view) {
  for (const auto& [no, versions] : oracle_->state().enterprises) {
    for (const std::uint64_t at : {std::uint64_t{0}, At(), At()}) {
      // The whole, or one family alone.
      RecordsQuery query;
      query.enterprise_no = no;
      query.at = at;
      query.limit = 1 + world_->Below(4);
      if (world_->Chance(30)) {
        query.families = {static_cast<std::uint8_t>(1 + world_->Below(3))};
      }
      if (!oracle_->EnterpriseAt(no, at).has_value()) {
        EXPECT_TRUE(absl::IsNotFound(view.ListRecords(query).status()));
        continue;
      }
      std::vector<Place> ideal = oracle_->ListRecords(no, at);
      if (!query.families.empty()) {
        std::erase_if(ideal, [&](const Place& place) {
          return oracle_->Record(place).content.family() != query.families[0];
        });
      }
      std::vector<Place> real;
      do {
        const auto page = view.ListRecords(query);
        ASSERT_TRUE(page.ok()) << page.status();
        ASSERT_LE(page->records.size(), query.limit);
        for (const RecordAt& record : page->records) {
          real.push_back({record.record_no, record.sequence});
        }
        query.cursor = page->cursor;
      } while (!query.cursor.empty());
      ASSERT_TRUE(real == ideal)
          << "file " << no << " at " << at << ": " << real.size()
          << " records, want " << ideal.size();
    }
    const auto head = view.ReadHead(no);
    ASSERT_TRUE(head.ok()) << head.status();
    const oracle::FileCounts counts = oracle_->Counts(no);
    EXPECT_EQ(head->licences(), counts.licences) << "file " << no;
    EXPECT_EQ(head->penalties(), counts.penalties) << "file " << no;
    EXPECT_EQ(head->complaints(), counts.complaints) << "file " << no;
    EXPECT_EQ(head->listings(), counts.listings) << "file " << no;
    EXPECT_EQ(head->annual_reports(), counts.annual_reports) << "file " << no;
    EXPECT_EQ(head->has_latest_day(), counts.latest_day.has_value());
    EXPECT_EQ(head->latest_day(), counts.latest_day.value_or(0))
        << "file " << no;
    EXPECT_EQ(head->version_sequence(), versions.back()->sequence);
    if (HasFailure()) return;
  }
}

void OracleComparison::CompareFind(const FindQuery& query,
                                   const FindAnswer& real, std::uint64_t at) {
  SCOPED_TRACE(
      absl::StrCat("find \"", query.identifier, "\" kind ",
                   query.kind.has_value() ? static_cast<int>(*query.kind) : 0,
                   " name \"", query.name, "\" at ", at));
  const oracle::Found ideal = oracle_->Find(query, at);
  ASSERT_EQ(static_cast<int>(real.verdict), static_cast<int>(ideal.verdict));
  ++seen_[absl::StrCat("verdict ", static_cast<int>(real.verdict))];
  EXPECT_EQ(real.identifier, ideal.identifier);
  EXPECT_TRUE(real.code_check == ideal.code_check);
  std::vector<Place> nearest;
  for (const EnterpriseAt& near : real.nearest) {
    nearest.push_back({near.enterprise_no, near.sequence});
  }
  EXPECT_TRUE(nearest == ideal.nearest);
  EXPECT_EQ(static_cast<int>(real.matched_by),
            static_cast<int>(ideal.matched_by));
  EXPECT_EQ(static_cast<int>(real.name_match),
            static_cast<int>(ideal.name_match));
  ASSERT_EQ(real.enterprise.has_value(), ideal.enterprise.has_value());
  if (real.enterprise.has_value()) {
    EXPECT_EQ(real.enterprise->enterprise_no, ideal.enterprise->no);
    EXPECT_EQ(real.enterprise->sequence, ideal.enterprise->sequence);
  }
  std::vector<Place> candidates;
  for (const EnterpriseAt& candidate : real.candidates) {
    candidates.push_back({candidate.enterprise_no, candidate.sequence});
  }
  EXPECT_TRUE(candidates == ideal.candidates);
}

void OracleComparison::CompareFinds(const View& view) {
  const std::vector<FindQuery> queries = world_->AllQueries();
  const auto many = view.FindMany(queries);
  ASSERT_TRUE(many.ok()) << many.status();
  ASSERT_EQ(many->size(), queries.size());
  for (std::size_t i = 0; i < queries.size(); ++i) {
    CompareFind(queries[i], (*many)[i], 0);
    for (const std::uint64_t at : {std::uint64_t{0}, At()}) {
      const auto real = view.Find(queries[i], at);
      ASSERT_TRUE(real.ok()) << real.status();
      CompareFind(queries[i], *real, at);
    }
    if (HasFailure()) return;
  }
}

// Against what the same view says at length, which was compared before.
void OracleComparison::CompareHolders(const View& view) {
  const std::vector<FindQuery> queries = world_->AllQueries();
  const auto whole = view.FindMany(queries);
  ASSERT_TRUE(whole.ok()) << whole.status();
  for (const bool with_heads : {false, true}) {
    const auto holders = view.FindHolders(queries, with_heads);
    ASSERT_TRUE(holders.ok()) << holders.status();
    ASSERT_EQ(holders->size(), queries.size());
    for (std::size_t i = 0; i < queries.size(); ++i) {
      const std::optional<CodeHolder>& holder = (*holders)[i];
      if (!holder.has_value()) continue;
      ++seen_["brief answers"];
      SCOPED_TRACE(absl::StrCat("brief \"", queries[i].identifier, "\""));
      const FindAnswer& answer = (*whole)[i];
      ASSERT_TRUE(answer.enterprise.has_value());
      EXPECT_EQ(static_cast<int>(answer.matched_by),
                static_cast<int>(MatchedBy::kUscc));
      EXPECT_EQ(static_cast<int>(holder->verdict),
                static_cast<int>(answer.verdict));
      EXPECT_EQ(holder->identifier, answer.identifier);
      EXPECT_TRUE(holder->code_check == answer.code_check);
      const storage::v1::EnterpriseVersion& version =
          answer.enterprise->version;
      EXPECT_EQ(holder->row.enterprise_no(), answer.enterprise->enterprise_no);
      EXPECT_EQ(holder->identifier, version.content().uscc());
      EXPECT_EQ(holder->row.name(), version.content().name());
      EXPECT_EQ(holder->row.status(), version.content().status());
      EXPECT_EQ(holder->row.category(), version.content().category());
      EXPECT_EQ(holder->row.withheld(), version.withheld());
      EXPECT_EQ(holder->head.has_value(), with_heads);
      if (!with_heads) continue;
      const auto head = view.ReadHead(answer.enterprise->enterprise_no);
      ASSERT_TRUE(head.ok()) << head.status();
      EXPECT_EQ(holder->head->SerializeAsString(), head->SerializeAsString());
    }
  }
}

void OracleComparison::CompareQuarantine(const View& view) {
  std::uint64_t number = 0;
  std::uint64_t next = 1;
  while (next != 0) {
    const auto page = view.ListQuarantined(next, 7, "");
    ASSERT_TRUE(page.ok()) << page.status();
    for (const QuarantinedRow& row : page->rows) {
      ASSERT_EQ(row.quarantine_no, ++number);
      ASSERT_LE(number, oracle_->state().quarantine.size());
      const oracle::Quarantined& ideal =
          oracle_->state().quarantine[number - 1];
      EXPECT_EQ(row.row.source_id(), ideal.source_id);
      EXPECT_EQ(row.row.format(), ideal.format);
      EXPECT_EQ(row.row.received_us(), ideal.received_us);
      EXPECT_EQ(row.row.request_id(), ideal.request_id);
      EXPECT_EQ(row.row.import_row(), ideal.import_row);
      ASSERT_EQ(static_cast<std::size_t>(row.row.findings_size()),
                ideal.findings.size());
      for (int i = 0; i < row.row.findings_size(); ++i) {
        EXPECT_EQ(row.row.findings(i).rule(),
                  ideal.findings[static_cast<std::size_t>(i)].rule);
      }
      const auto raw = view.OpenRaw(row);
      ASSERT_TRUE(raw.ok()) << raw.status();
      if (ideal.import_row != 0) {
        EXPECT_EQ(raw->SerializeAsString(), ideal.raw);
      }
    }
    next = page->next_no;
  }
  EXPECT_EQ(number, oracle_->state().quarantine.size());
}

void OracleComparison::CompareImports() {
  for (const auto& [name, import] : oracle_->state().imports) {
    const auto row = registry_->GetImport(name.first, name.second);
    ASSERT_TRUE(row.ok()) << row.status();
    EXPECT_EQ(row->row.ShortDebugString(), import.row.ShortDebugString());
    StartImport start;
    start.actor.principal = name.first;
    start.request_id = name.second;
    start.format = import.row.format();
    start.source_id = import.row.source_id();
    const auto session = registry_->BeginImport(start);
    ASSERT_TRUE(session.ok()) << session.status();
    const auto outcomes = (*session)->ReadOutcomes(1, 1000);
    ASSERT_TRUE(outcomes.ok()) << outcomes.status();
    ASSERT_EQ(outcomes->size(), import.outcomes.size());
    for (const ImportRowResult& outcome : *outcomes) {
      const auto ideal = import.outcomes.find(outcome.row);
      ASSERT_NE(ideal, import.outcomes.end());
      EXPECT_EQ(outcome.outcome, ideal->second.outcome);
      EXPECT_EQ(oracle::Rules(outcome.findings),
                oracle::Rules(ideal->second.findings));
    }
  }
}

void OracleComparison::CompareCounters() {
  storage::v1::Counters real = registry_->Figures().counters;
  real.clear_chain_hash();
  real.clear_publication_day();
  real.clear_data_key_slots();
  EXPECT_EQ(real.ShortDebugString(), oracle_->Counters().ShortDebugString());
  // Every change made one version or kept one row aside: no gaps.
  std::uint64_t changes = oracle_->state().quarantine.size();
  for (const auto& [no, versions] : oracle_->state().enterprises) {
    changes += versions.size();
  }
  for (const auto& [no, versions] : oracle_->state().records) {
    changes += versions.size();
  }
  EXPECT_EQ(real.sequence(), changes);
}

// The same from the other side: what is stored agrees with itself.
void OracleComparison::CheckVerify() {
  VerifyOptions options;
  options.open_sealed = true;
  const auto report =
      registry_->Verify(options, [](const VerifyProgress&) { return true; });
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->sequence, oracle_->state().sequence);
  for (const std::string& fault : report->fault_messages) {
    ADD_FAILURE() << fault;
  }
  EXPECT_EQ(report->faults, 0);
}

}  // namespace creditreg
