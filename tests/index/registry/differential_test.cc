// Claim: whatever is written, in whatever order and from whatever threads, the
// registry answers and stores what the oracle (tests/oracle) does.
//
// Method: random writes over a small world go to both; every answer is
// compared, and now and then everything that can be read, also as of earlier
// sequences. Writes from several threads are given to the oracle in the order
// in which they were answered, which is the order they were applied in.
//
// CREDITREG_SEED repeats a run; CREDITREG_ROUNDS sets how many registries are
// filled (default 3), CREDITREG_OPERATIONS how many writes each gets.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "gtest/gtest.h"
#include "index/registry/registry.h"
#include "index/registry/view.h"
#include "tests/index/registry/random_world.h"
#include "tests/index/registry/test_registry.h"
#include "tests/oracle/registry_oracle.h"
#include "tests/oracle/state.h"

namespace creditreg {
namespace {

using oracle::Place;
using Write = std::variant<PutEnterprise, SubmitRecords, CorrectRecord,
                           WithdrawRecord, WithholdEnterprise>;

std::uint64_t FromEnvironment(const char* name, std::uint64_t otherwise) {
  const char* const text = std::getenv(name);
  std::uint64_t value = otherwise;
  if (text != nullptr && !absl::SimpleAtoi(text, &value)) return otherwise;
  return value;
}

// The word a status begins with.
std::string FirstWord(const absl::Status& status) {
  const std::vector<std::string> words =
      absl::StrSplit(status.message(), absl::MaxSplits(':', 1));
  return words[0];
}

// Severity and rule of each finding, for messages and comparison.
std::string Rules(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    absl::StrAppend(&text, static_cast<int>(finding.severity), ":",
                    finding.rule, " ");
  }
  return text;
}

std::string TextOf(const WriteResult& result) {
  return absl::StrCat("outcome ", static_cast<int>(result.outcome),
                      " enterprise ", result.enterprise_no, " record ",
                      result.record_no, " version ", result.version_sequence,
                      " pending ", result.pending_records, " findings ",
                      Rules(result.findings));
}

std::string TextOf(const absl::StatusOr<WriteAnswer>& answer) {
  if (!answer.ok()) {
    return absl::StrCat(absl::StatusCodeToString(answer.status().code()), " ",
                        FirstWord(answer.status()));
  }
  std::string text = absl::StrCat("sequence ", answer->sequence);
  for (const WriteResult& result : answer->results) {
    absl::StrAppend(&text, "\n  ", TextOf(result));
  }
  return text;
}

std::string TextOf(const WriteRequest& request) {
  return absl::StrCat("id ", request.request_id,
                      request.validate_only ? " validate_only" : "");
}

std::string TextOf(const RecordDraft& draft) {
  return absl::StrCat(draft.content.ShortDebugString(), " personal ",
                      draft.personal.ShortDebugString());
}

std::string TextOf(const EnterpriseDraft& draft) {
  return absl::StrCat(
      draft.keep_history ? "keep_history " : "",
      draft.content.ShortDebugString(), " personal ",
      draft.personal.has_value() ? draft.personal->ShortDebugString() : "-");
}

std::string TextOf(const Write& write) {
  if (const auto* put = std::get_if<PutEnterprise>(&write)) {
    return absl::StrCat("put ", TextOf(put->request), " etag ", put->etag, " ",
                        TextOf(put->draft));
  }
  if (const auto* submit = std::get_if<SubmitRecords>(&write)) {
    std::string text = absl::StrCat("submit ", TextOf(submit->request));
    for (const auto& record : submit->records) {
      const auto* draft = std::get_if<RecordDraft>(&record);
      absl::StrAppend(&text, "\n  ",
                      draft == nullptr ? "refused" : TextOf(*draft));
    }
    return text;
  }
  if (const auto* correct = std::get_if<CorrectRecord>(&write)) {
    return absl::StrCat("correct ", TextOf(correct->request), " record ",
                        correct->record_no, " etag ", correct->etag,
                        correct->has_personal ? " has_personal " : " ",
                        TextOf(correct->draft));
  }
  if (const auto* withdraw = std::get_if<WithdrawRecord>(&write)) {
    return absl::StrCat("withdraw ", TextOf(withdraw->request), " record ",
                        withdraw->record_no, " etag ", withdraw->etag);
  }
  const auto& withhold = std::get<WithholdEnterprise>(write);
  return absl::StrCat("withhold ", TextOf(withhold.request), " enterprise ",
                      withhold.enterprise_no, " ", withhold.withheld);
}

WriteRequest& RequestOf(Write& write) {
  return std::visit([](auto& w) -> WriteRequest& { return w.request; }, write);
}

// A file under way, perhaps interrupted.
struct FileImport {
  StartImport start;
  std::vector<ImportRowDraft> rows;
};

class DifferentialTest : public RegistryTest {
 protected:
  void Begin(std::uint64_t seed) {
    world_ = std::make_unique<RandomWorld>(seed);
    oracle_.SetClock(absl::ToUnixMicros(clock_.Now()));
  }

  bool Failed() const { return HasFailure(); }

  WriteRequest Request() {
    WriteRequest request = NewRequest();
    if (world_->Chance(30)) request.actor.principal = "other";
    request.validate_only = world_->Chance(6);
    return request;
  }

  std::uint64_t AnyEnterprise() {
    // Sometimes one that is not there.
    return 1 + world_->Below(oracle_.state().enterprises.size() + 1);
  }
  std::uint64_t AnyRecord() {
    return 1 + world_->Below(oracle_.state().records.size() + 1);
  }

  // The etag of a version, mostly the newest; empty where there is none.
  std::string EnterpriseEtag(std::uint64_t no) {
    const auto found = registry_->CurrentView()->ReadEnterprise(no, At());
    if (!found.ok()) return "";
    const std::string etag = EtagOf(found->version);
    oracle_.LearnEnterpriseEtag(etag, {no, found->sequence});
    return etag;
  }
  std::string RecordEtag(std::uint64_t no) {
    const auto found = registry_->CurrentView()->ReadRecord(no, At());
    if (!found.ok()) return "";
    const std::string etag = EtagOf(found->version);
    oracle_.LearnRecordEtag(etag, {no, found->sequence});
    return etag;
  }
  // Mostly now.
  std::uint64_t At() {
    const std::uint64_t last = oracle_.state().sequence;
    return last == 0 || world_->Chance(70) ? 0 : 1 + world_->Below(last);
  }

  CorrectRecord MakeCorrection() {
    CorrectRecord write;
    write.request = Request();
    write.record_no = AnyRecord();
    write.etag = RecordEtag(write.record_no);
    write.draft = world_->MakeRecord();
    const auto found = oracle_.RecordAt(write.record_no, 0);
    // Mostly a small repair of what is there.
    if (found.has_value() && world_->Chance(70)) {
      const storage::v1::Record fresh = write.draft.content;
      write.draft.content = oracle_.Record(*found).content;
      if (world_->Chance(50)) {
        *write.draft.content.mutable_party() = fresh.party();
      } else {
        storage::v1::Record& content = write.draft.content;
        if (content.has_licence()) content.mutable_licence()->set_remark("改");
        if (content.has_penalty()) content.mutable_penalty()->set_remark("改");
        if (content.has_complaint()) {
          content.mutable_complaint()->set_remark("改");
        }
      }
    }
    write.has_personal = world_->Chance(40);
    write.reason = absl::StrCat("更正", world_->Below(2));
    return write;
  }

  Write MakeWrite() {
    const std::uint64_t kind = world_->Below(100);
    if (kind < 38) {
      PutEnterprise write;
      write.request = Request();
      write.draft = world_->MakeEnterprise();
      if (world_->Chance(10)) write.etag = EnterpriseEtag(AnyEnterprise());
      return write;
    }
    if (kind < 76) {
      SubmitRecords write;
      write.request = Request();
      for (std::uint64_t n = 1 + world_->Below(3); n > 0; --n) {
        if (world_->Chance(5)) {
          write.records.emplace_back(std::vector<Finding>{
              {Severity::kError, "record", "DATE_FORM", "", ""}});
        } else {
          write.records.emplace_back(world_->MakeRecord());
        }
      }
      return write;
    }
    if (kind < 88) return MakeCorrection();
    if (kind < 93) {
      WithdrawRecord write;
      write.request = Request();
      write.record_no = AnyRecord();
      if (world_->Chance(40)) write.etag = RecordEtag(write.record_no);
      write.reason = absl::StrCat("撤回", world_->Below(2));
      return write;
    }
    WithholdEnterprise write;
    write.request = Request();
    write.enterprise_no = AnyEnterprise();
    write.withheld = world_->Chance(25);
    write.reason = absl::StrCat("依据", world_->Below(2));
    return write;
  }

  // Sometimes an earlier request again, as it was or with other content.
  Write NextWrite() {
    if (past_.empty() || !world_->Chance(8)) {
      Write write = MakeWrite();
      past_.push_back(write);
      return write;
    }
    Write write = world_->Pick(past_);
    if (world_->Chance(30)) RequestOf(write).payload = "other";
    return write;
  }

  absl::StatusOr<WriteAnswer> ToRegistry(const Write& write) {
    return std::visit([this](const auto& w) { return Do(w); }, write);
  }
  absl::StatusOr<WriteAnswer> ToOracle(const Write& write) {
    return std::visit([this](const auto& w) { return oracle_.Apply(w); },
                      write);
  }

  void CompareAnswers(const Write& write,
                      const absl::StatusOr<WriteAnswer>& real,
                      const absl::StatusOr<WriteAnswer>& ideal) {
    ASSERT_EQ(TextOf(real), TextOf(ideal)) << TextOf(write);
    if (!real.ok()) {
      ++seen_[FirstWord(real.status())];
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

  void CompareSuggestions(const std::vector<Finding>& real,
                          const std::vector<Finding>& ideal) {
    ASSERT_EQ(real.size(), ideal.size());
    for (std::size_t i = 0; i < real.size(); ++i) {
      EXPECT_EQ(real[i].suggestion, ideal[i].suggestion) << real[i].rule;
    }
  }

  void OneWrite() {
    const Write write = NextWrite();
    const absl::StatusOr<WriteAnswer> real = ToRegistry(write);
    CompareAnswers(write, real, ToOracle(write));
  }

  void ManyWrites();
  void OneImport();
  void RunImport(FileImport file);
  void CompareImportAnswers(const absl::StatusOr<ImportAnswer>& real,
                            const absl::StatusOr<ImportAnswer>& ideal);
  void CompareAll();
  void CompareEnterprises(const View& view);
  void CompareEnterprise(const EnterpriseAt& real, const Place& place);
  void CompareRecords(const View& view);
  void CompareRecord(const RecordAt& real, const Place& place);
  void CompareFiles(const View& view);
  void CompareFinds(const View& view);
  void CompareFind(const FindQuery& query, const FindAnswer& real,
                   std::uint64_t at);
  void CompareQuarantine(const View& view);
  void CompareImports();
  void CompareCounters();
  void CheckVerify();
  void CompareEtag(const std::string& etag, const std::string& fingerprint);

  std::unique_ptr<RandomWorld> world_;
  oracle::RegistryOracle oracle_;
  std::vector<Write> past_;
  std::vector<FileImport> files_;
  // Both ways: an etag tells exactly as much as a fingerprint.
  std::map<std::string, std::string> fingerprints_;
  std::map<std::string, std::string> etags_;
  // How often each outcome, refusal, rule and verdict was seen.
  std::map<std::string, int> seen_;
};

// From several threads at once; the oracle follows in the order of answers.
void DifferentialTest::ManyWrites() {
  constexpr std::size_t kThreads = 4;
  constexpr std::size_t kWritesEach = 4;
  std::vector<Write> writes;
  for (std::size_t i = 0; i < kThreads * kWritesEach; ++i) {
    writes.push_back(NextWrite());
  }
  struct Answered {
    std::size_t index;
    absl::StatusOr<WriteAnswer> answer;
  };
  // Only the writer's thread answers.
  std::vector<Answered> answered;
  absl::BlockingCounter left(static_cast<int>(writes.size()));
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = t; i < writes.size(); i += kThreads) {
        std::visit(
            [&](const auto& write) {
              registry_->Submit(write, [&, i](absl::StatusOr<WriteAnswer> a) {
                answered.push_back({i, std::move(a)});
                left.DecrementCount();
              });
            },
            writes[i]);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  left.Wait();
  ASSERT_EQ(answered.size(), writes.size());
  for (const Answered& one : answered) {
    const Write& write = writes[one.index];
    CompareAnswers(write, one.answer, ToOracle(write));
    if (Failed()) return;
  }
}

void DifferentialTest::OneImport() {
  // Mostly a new file, sometimes one that was interrupted or finished before.
  if (!files_.empty() && world_->Chance(45)) {
    FileImport file = world_->Pick(files_);
    if (world_->Chance(15)) file.start.source_id = "another";
    // The same rows under another id.
    if (world_->Chance(25)) file.start.request_id = NewRequest().request_id;
    RunImport(std::move(file));
    return;
  }
  FileImport file;
  const bool enterprises = world_->Chance(40);
  file.start.actor = NewRequest().actor;
  file.start.request_id = absl::StrCat("i", files_.size());
  file.start.format = enterprises ? 1 : 2;
  file.start.encoding = 1;
  file.start.source_id = world_->Chance(50) ? "feed" : "default";
  file.rows = world_->MakeFile(enterprises, 1 + world_->Below(12));
  files_.push_back(file);
  RunImport(std::move(file));
}

void DifferentialTest::CompareImportAnswers(
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
    EXPECT_EQ(Rules(real->results[i].findings),
              Rules(ideal->results[i].findings));
    for (const Finding& finding : real->results[i].findings) {
      ++seen_[finding.rule];
    }
  }
}

void DifferentialTest::RunImport(FileImport file) {
  file.start.validate_only = world_->Chance(15);
  auto session = registry_->BeginImport(file.start);
  auto run = oracle_.BeginImport(file.start);
  ASSERT_EQ(session.ok(), run.ok()) << session.status() << run.status();
  if (!session.ok()) {
    EXPECT_EQ(session.status().code(), run.status().code());
    EXPECT_EQ(FirstWord(session.status()), FirstWord(run.status()));
    return;
  }
  ASSERT_EQ((*session)->start().ShortDebugString(),
            run->row.ShortDebugString());
  if (run->row.finished_us() != 0) return;
  struct Piece {
    std::vector<ImportRowDraft> rows;
    std::uint64_t bytes = 0;
    absl::StatusOr<ImportAnswer> real = absl::UnknownError("no answer");
    absl::Notification answered;
  };
  std::vector<std::unique_ptr<Piece>> pieces;
  const bool interrupted = world_->Chance(40);
  const std::size_t at_most = interrupted ? 1 + world_->Below(2) : 100;
  std::size_t next = run->row.rows_done();
  while (next < file.rows.size() && pieces.size() < at_most) {
    auto piece = std::make_unique<Piece>();
    const std::size_t end =
        std::min(file.rows.size(), next + 1 + world_->Below(5));
    for (; next < end; ++next) piece->rows.push_back(file.rows[next]);
    piece->bytes = next * 10;
    pieces.push_back(std::move(piece));
  }
  for (const auto& piece : pieces) {
    (*session)->AppendRows(piece->rows, piece->bytes,
                           absl::StrCat("p", piece->bytes),
                           [&piece](absl::StatusOr<ImportAnswer> answer) {
                             piece->real = std::move(answer);
                             piece->answered.Notify();
                           });
  }
  // A broken connection takes the session while pieces are still queued.
  if (interrupted && world_->Chance(50)) session->reset();
  for (const auto& piece : pieces) {
    piece->answered.WaitForNotification();
    CompareImportAnswers(piece->real, [&] {
      auto ideal = oracle_.AppendRows(*run, piece->rows, piece->bytes,
                                      absl::StrCat("p", piece->bytes));
      return ideal;
    }());
    if (Failed()) return;
  }
  if (interrupted) return;
  const auto finished = (*session)->Finish(file.rows.size() * 10, "sm3");
  CompareImportAnswers(finished,
                       oracle_.Finish(*run, file.rows.size() * 10, "sm3"));
}

void DifferentialTest::CompareEtag(const std::string& etag,
                                   const std::string& fingerprint) {
  const auto known = fingerprints_.try_emplace(etag, fingerprint);
  EXPECT_EQ(known.first->second, fingerprint) << "one etag for two states";
  const auto other = etags_.try_emplace(fingerprint, etag);
  EXPECT_EQ(other.first->second, etag) << "two etags for one state";
}

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

void DifferentialTest::CompareEnterprise(const EnterpriseAt& real,
                                         const Place& place) {
  SCOPED_TRACE(absl::StrCat("enterprise ", place.no, " at ", place.sequence));
  ASSERT_EQ(real.sequence, place.sequence);
  const oracle::EnterpriseVersion& ideal = oracle_.Enterprise(place);
  EXPECT_EQ(real.version.content().ShortDebugString(),
            ideal.content.ShortDebugString());
  EXPECT_EQ(real.version.withheld(), ideal.withheld);
  EXPECT_EQ(real.version.withheld_reason(), ideal.withheld_reason);
  CompareInfo(real.version.info(), ideal,
              oracle_.state().enterprises.at(place.no).front()->recorded_us);
  const auto personal = registry_->CurrentView()->OpenPersonal(real);
  ASSERT_TRUE(personal.ok()) << personal.status();
  EXPECT_EQ(personal->ShortDebugString(), ideal.personal.ShortDebugString());
  CompareEtag(EtagOf(real.version), oracle::FingerprintOf(ideal));
}

void DifferentialTest::CompareEnterprises(const View& view) {
  for (const auto& [no, versions] : oracle_.state().enterprises) {
    for (const std::uint64_t at : {std::uint64_t{0}, At(), At()}) {
      const std::optional<Place> ideal = oracle_.EnterpriseAt(no, at);
      const auto real = view.ReadEnterprise(no, at);
      ASSERT_EQ(real.ok(), ideal.has_value()) << no << " at " << at;
      if (real.ok()) CompareEnterprise(*real, *ideal);
      if (Failed()) return;
    }
    // Where it was merged into.
    const auto into = view.MergedInto(versions.back()->content);
    ASSERT_TRUE(into.ok()) << into.status();
    const std::string& code = versions.back()->content.uscc();
    FindQuery query;
    query.identifier = code;
    const bool merged = !code.empty() && oracle_.Find(query).matched_by ==
                                             MatchedBy::kMergedUscc;
    if (!merged) {
      EXPECT_EQ(*into, "");
    }
  }
  EXPECT_TRUE(absl::IsNotFound(
      view.ReadEnterprise(oracle_.state().enterprises.size() + 1).status()));
}

void DifferentialTest::CompareRecord(const RecordAt& real, const Place& place) {
  SCOPED_TRACE(absl::StrCat("record ", place.no, " at ", place.sequence));
  ASSERT_EQ(real.record_no, place.no);
  ASSERT_EQ(real.sequence, place.sequence);
  const oracle::RecordVersion& ideal = oracle_.Record(place);
  EXPECT_EQ(real.version.content().ShortDebugString(),
            ideal.content.ShortDebugString());
  EXPECT_EQ(real.version.state() == storage::v1::RECORD_STATE_WITHDRAWN,
            ideal.withdrawn);
  EXPECT_EQ(real.version.withdrawn_reason(), ideal.withdrawn_reason);
  EXPECT_EQ(real.version.correction_reason(), ideal.correction_reason);
  EXPECT_EQ(real.version.enterprise_no(), ideal.enterprise_no);
  CompareInfo(real.version.info(), ideal,
              oracle_.state().records.at(place.no).front()->recorded_us);
  const auto personal = registry_->CurrentView()->OpenPersonal(real);
  ASSERT_TRUE(personal.ok()) << personal.status();
  EXPECT_EQ(personal->ShortDebugString(), ideal.personal.ShortDebugString());
  CompareEtag(EtagOf(real.version), oracle::FingerprintOf(ideal));
}

void DifferentialTest::CompareRecords(const View& view) {
  for (const auto& [no, versions] : oracle_.state().records) {
    const std::uint64_t at = At();
    const std::optional<Place> ideal = oracle_.RecordAt(no, at);
    const auto real = view.ReadRecord(no, at);
    ASSERT_EQ(real.ok(), ideal.has_value()) << no << " at " << at;
    if (real.ok()) CompareRecord(*real, *ideal);
    if (Failed()) return;
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
        if (Failed()) return;
        before = version.sequence;
        ++left;
      }
    }
    const auto end = view.ListRecordVersions(no, before, limit);
    ASSERT_TRUE(end.ok());
    EXPECT_TRUE(end->empty());
  }
  EXPECT_TRUE(absl::IsNotFound(
      view.ReadRecord(oracle_.state().records.size() + 1).status()));
}

void DifferentialTest::CompareFiles(const View& view) {
  for (const auto& [no, versions] : oracle_.state().enterprises) {
    for (const std::uint64_t at : {std::uint64_t{0}, At(), At()}) {
      // The whole, or one family alone.
      RecordsQuery query;
      query.enterprise_no = no;
      query.at = at;
      query.limit = 1 + world_->Below(4);
      if (world_->Chance(30)) {
        query.families = {static_cast<std::uint8_t>(1 + world_->Below(3))};
      }
      if (!oracle_.EnterpriseAt(no, at).has_value()) {
        EXPECT_TRUE(absl::IsNotFound(view.ListRecords(query).status()));
        continue;
      }
      std::vector<Place> ideal = oracle_.ListRecords(no, at);
      if (!query.families.empty()) {
        std::erase_if(ideal, [&](const Place& place) {
          return oracle_.Record(place).content.family() != query.families[0];
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
    const oracle::FileCounts counts = oracle_.Counts(no);
    EXPECT_EQ(head->licences(), counts.licences) << "file " << no;
    EXPECT_EQ(head->penalties(), counts.penalties) << "file " << no;
    EXPECT_EQ(head->complaints(), counts.complaints) << "file " << no;
    EXPECT_EQ(head->has_latest_day(), counts.latest_day.has_value());
    EXPECT_EQ(head->latest_day(), counts.latest_day.value_or(0))
        << "file " << no;
    EXPECT_EQ(head->version_sequence(), versions.back()->sequence);
    if (Failed()) return;
  }
}

void DifferentialTest::CompareFind(const FindQuery& query,
                                   const FindAnswer& real, std::uint64_t at) {
  SCOPED_TRACE(
      absl::StrCat("find \"", query.identifier, "\" kind ",
                   query.kind.has_value() ? static_cast<int>(*query.kind) : 0,
                   " name \"", query.name, "\" at ", at));
  const oracle::Found ideal = oracle_.Find(query, at);
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

void DifferentialTest::CompareFinds(const View& view) {
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
    if (Failed()) return;
  }
}

void DifferentialTest::CompareQuarantine(const View& view) {
  std::uint64_t number = 0;
  std::uint64_t next = 1;
  while (next != 0) {
    const auto page = view.ListQuarantined(next, 7, "");
    ASSERT_TRUE(page.ok()) << page.status();
    for (const QuarantinedRow& row : page->rows) {
      ASSERT_EQ(row.quarantine_no, ++number);
      ASSERT_LE(number, oracle_.state().quarantine.size());
      const oracle::Quarantined& ideal = oracle_.state().quarantine[number - 1];
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
  EXPECT_EQ(number, oracle_.state().quarantine.size());
}

void DifferentialTest::CompareImports() {
  for (const auto& [name, import] : oracle_.state().imports) {
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
      EXPECT_EQ(Rules(outcome.findings), Rules(ideal->second.findings));
    }
  }
}

void DifferentialTest::CompareCounters() {
  storage::v1::Counters real = registry_->Figures().counters;
  real.clear_chain_hash();
  real.clear_publication_day();
  EXPECT_EQ(real.ShortDebugString(), oracle_.Counters().ShortDebugString());
  // Every change made one version or kept one row aside: no gaps.
  std::uint64_t changes = oracle_.state().quarantine.size();
  for (const auto& [no, versions] : oracle_.state().enterprises) {
    changes += versions.size();
  }
  for (const auto& [no, versions] : oracle_.state().records) {
    changes += versions.size();
  }
  EXPECT_EQ(real.sequence(), changes);
}

void DifferentialTest::CompareAll() {
  const std::shared_ptr<const View> view = registry_->CurrentView();
  ASSERT_EQ(view->sequence(), oracle_.state().sequence);
  CompareCounters();
  if (!Failed()) CompareEnterprises(*view);
  if (!Failed()) CompareRecords(*view);
  if (!Failed()) CompareFiles(*view);
  if (!Failed()) CompareFinds(*view);
  if (!Failed()) CompareQuarantine(*view);
  if (!Failed()) CompareImports();
  if (!Failed()) CheckVerify();
}

// The same from the other side: what is stored agrees with itself.
void DifferentialTest::CheckVerify() {
  VerifyOptions options;
  options.open_sealed = true;
  const auto report =
      registry_->Verify(options, [](const VerifyProgress&) { return true; });
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->sequence, oracle_.state().sequence);
  for (const std::string& fault : report->fault_messages) {
    ADD_FAILURE() << fault;
  }
  EXPECT_EQ(report->faults, 0);
}

TEST_F(DifferentialTest, TheRegistryAnswersAsTheOracle) {
  const std::uint64_t first_seed =
      FromEnvironment("CREDITREG_SEED", std::random_device()());
  const std::uint64_t rounds = FromEnvironment("CREDITREG_ROUNDS", 3);
  const std::uint64_t operations =
      FromEnvironment("CREDITREG_OPERATIONS", 1000);
  for (std::uint64_t round = 0; round < rounds; ++round) {
    const std::uint64_t seed = first_seed + round;
    std::cout << "CREDITREG_SEED=" << seed << std::endl;
    if (round > 0) {
      registry_.reset();
      std::filesystem::remove_all(Options().store.directory);
      std::filesystem::remove_all(Options().key_dir);
      Reopen();
      oracle_ = oracle::RegistryOracle();
      past_.clear();
      files_.clear();
      fingerprints_.clear();
      etags_.clear();
    }
    Begin(seed);
    for (std::uint64_t i = 0; i < operations && !Failed(); ++i) {
      SCOPED_TRACE(absl::StrCat("CREDITREG_SEED=", seed, " operation ", i));
      const std::uint64_t kind = world_->Below(100);
      if (kind < 80) {
        OneWrite();
      } else if (kind < 85) {
        ManyWrites();
      } else if (kind < 96) {
        OneImport();
      } else if (kind < 99) {
        // Also back, as a machine's clock can go.
        clock_.Advance(absl::Milliseconds(
            static_cast<std::int64_t>(world_->Below(5000)) - 500));
        oracle_.SetClock(absl::ToUnixMicros(clock_.Now()));
      } else {
        Reopen();
      }
      if (!Failed() && i % 150 == 149) CompareAll();
    }
    if (!Failed()) CompareAll();
    ASSERT_FALSE(Failed()) << "replay with CREDITREG_SEED=" << seed
                           << " CREDITREG_ROUNDS=1";
  }
  for (const auto& [what, times] : seen_) {
    std::cout << what << ": " << times << std::endl;
  }
  // A world in which nothing happens proves nothing.
  if (rounds * operations < 3000) return;
  for (int verdict = 1; verdict <= 10; ++verdict) {
    EXPECT_GT(seen_[absl::StrCat("verdict ", verdict)], 0) << verdict;
  }
  for (int outcome = 1; outcome <= 6; ++outcome) {
    EXPECT_GT(seen_[absl::StrCat("outcome ", outcome)], 0) << outcome;
  }
  for (const char* what :
       {"CODE_CONFLICT", "ETAG_MISMATCH", "REQUEST_ID_REUSED", "KEY_TAKEN",
        "WITHDRAWN", "NAME_NEVER_HELD", "NAME_FORMER", "NAME_DIFFERENT",
        "PARTY_AMBIGUOUS", "ENTERPRISE_UNKNOWN", "RECORD_WITHDRAWN",
        "CORRECTED", "KEY_CORRECTED", "MISSING_KEY_PART", "OLDER_THAN_STORED",
        "CODE_REPLACED", "FORMER_CODE_CONFLICT", "ENTERPRISE_AMBIGUOUS"}) {
    EXPECT_GT(seen_[what], 0) << what;
  }
}

}  // namespace
}  // namespace creditreg
