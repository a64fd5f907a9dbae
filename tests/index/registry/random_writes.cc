#include "tests/index/registry/random_writes.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "creditreg/storage/v1/content.pb.h"
#include "index/model/draft.h"
#include "index/model/finding.h"
#include "index/registry/registry.h"
#include "index/registry/view.h"
#include "tests/index/registry/random_world.h"
#include "tests/oracle/registry_oracle.h"
#include "tests/oracle/state.h"
#include "tests/oracle/texts.h"

namespace creditreg {

WriteRequest RandomWrites::NewRequest() {
  WriteRequest request;
  request.actor = {"dev", "agency", "clerk", "test"};
  request.request_id = absl::StrCat("w", ++last_request_);
  request.payload = request.request_id;
  return request;
}

WriteRequest RandomWrites::AnyRequest() {
  WriteRequest request = NewRequest();
  if (world_->Chance(30)) request.actor.principal = "other";
  request.validate_only = world_->Chance(6);
  return request;
}

// Sometimes one that is not there.
std::uint64_t RandomWrites::AnyEnterprise() {
  return 1 + world_->Below(oracle_->state().enterprises.size() + 1);
}
std::uint64_t RandomWrites::AnyRecord() {
  return 1 + world_->Below(oracle_->state().records.size() + 1);
}

// Mostly now.
std::uint64_t RandomWrites::At() {
  const std::uint64_t last = oracle_->state().sequence;
  return last == 0 || world_->Chance(70) ? 0 : 1 + world_->Below(last);
}

// The etag of a version, mostly the newest; empty where there is none.
std::string RandomWrites::EnterpriseEtag(const View& view, std::uint64_t no) {
  const auto found = view.ReadEnterprise(no, At());
  if (!found.ok()) return "";
  const std::string etag = EtagOf(found->version);
  oracle_->LearnEnterpriseEtag(etag, {no, found->sequence});
  return etag;
}
std::string RandomWrites::RecordEtag(const View& view, std::uint64_t no) {
  const auto found = view.ReadRecord(no, At());
  if (!found.ok()) return "";
  const std::string etag = EtagOf(found->version);
  oracle_->LearnRecordEtag(etag, {no, found->sequence});
  return etag;
}

CorrectRecord RandomWrites::MakeCorrection(const View& view) {
  CorrectRecord write;
  write.request = AnyRequest();
  write.record_no = AnyRecord();
  write.etag = RecordEtag(view, write.record_no);
  write.draft = world_->MakeRecord();
  const auto found = oracle_->RecordAt(write.record_no, 0);
  // Mostly a small repair of what is there.
  if (found.has_value() && world_->Chance(70)) {
    const storage::v1::Record fresh = write.draft.content;
    storage::v1::Record& content = write.draft.content;
    content = oracle_->Record(*found).content;
    if (world_->Chance(50)) {
      *content.mutable_party() = fresh.party();
    } else {
      if (content.has_licence()) content.mutable_licence()->set_remark("改");
      if (content.has_penalty()) content.mutable_penalty()->set_remark("改");
      if (content.has_complaint()) {
        content.mutable_complaint()->set_remark("改");
      }
      if (content.has_listing()) content.mutable_listing()->set_remark("改");
      if (content.has_annual_report()) {
        content.mutable_annual_report()->set_email("a@b.cn");
      }
    }
  }
  write.has_personal = world_->Chance(40);
  write.reason = absl::StrCat("更正", world_->Below(2));
  return write;
}

PutEnterprise RandomWrites::MakePut(const View& view) {
  PutEnterprise write;
  write.request = AnyRequest();
  write.draft = world_->MakeEnterprise();
  if (world_->Chance(10)) write.etag = EnterpriseEtag(view, AnyEnterprise());
  return write;
}

SubmitRecords RandomWrites::MakeSubmit() {
  SubmitRecords write;
  write.request = AnyRequest();
  for (std::uint64_t n = 1 + world_->Below(3); n > 0; --n) {
    if (world_->Chance(5)) {
      write.records.emplace_back(std::vector<Finding>{
          {Severity::kError, "record", "DATE_FORM", "", ""}});
    } else if (world_->Chance(12)) {
      write.records.emplace_back(MakeOldRecord());
    } else {
      write.records.emplace_back(world_->MakeRecord());
    }
  }
  return write;
}

// What a record once said, as a source sends it again.
RecordDraft RandomWrites::MakeOldRecord() {
  RecordDraft draft = world_->MakeRecord();
  const auto found = oracle_->state().records.find(AnyRecord());
  if (found == oracle_->state().records.end()) return draft;
  const oracle::RecordVersion& old =
      *found->second.at(world_->Below(found->second.size()));
  draft.content = old.content;
  draft.personal = old.personal;
  return draft;
}

WithdrawRecord RandomWrites::MakeWithdrawal(const View& view) {
  WithdrawRecord write;
  write.request = AnyRequest();
  write.record_no = AnyRecord();
  if (world_->Chance(40)) write.etag = RecordEtag(view, write.record_no);
  write.reason = absl::StrCat("撤回", world_->Below(2));
  return write;
}

WithholdEnterprise RandomWrites::MakeWithhold() {
  WithholdEnterprise write;
  write.request = AnyRequest();
  write.enterprise_no = AnyEnterprise();
  write.withheld = world_->Chance(25);
  write.reason = absl::StrCat("依据", world_->Below(2));
  return write;
}

oracle::Write RandomWrites::MakeWrite(const View& view) {
  const std::uint64_t kind = world_->Below(100);
  if (kind < 38) return MakePut(view);
  if (kind < 76) return MakeSubmit();
  if (kind < 88) return MakeCorrection(view);
  if (kind < 93) return MakeWithdrawal(view);
  return MakeWithhold();
}

oracle::Write RandomWrites::Next(const View& view) {
  if (past_.empty() || !world_->Chance(8)) {
    oracle::Write write = MakeWrite(view);
    past_.push_back(write);
    return write;
  }
  oracle::Write write = world_->Pick(past_);
  if (world_->Chance(30)) oracle::RequestOf(write).payload = "other";
  return write;
}

}  // namespace creditreg
