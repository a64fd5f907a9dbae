#include "server/service/read_handlers.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "index/base/status_macros.h"
#include "index/model/old_number.h"
#include "index/model/personal_numbers.h"
#include "index/model/uscc.h"
#include "server/service/batch_lookup.h"
#include "server/service/ended_records.h"
#include "server/service/file_cursor.h"
#include "server/service/page_limits.h"
#include "server/service/pinned_state.h"
#include "server/service/public_ids.h"
#include "server/service/record_reader.h"
#include "server/service/request_bytes.h"
#include "server/service/validate.h"
#include "server/service/withheld_groups.h"
#include "server/wire/answers.h"
#include "server/wire/field_changes.h"
#include "server/wire/status.h"

namespace creditreg {
namespace {

template <typename Request>
AskedPositions PositionsOf(const Request& request) {
  AskedPositions asked;
  if (request.has_min_position()) asked.min_position = &request.min_position();
  if (request.has_at_position()) asked.at_position = &request.at_position();
  return asked;
}

// What a look-up before the registry's first change finds.
void ForgetEnterprise(FindAnswer* answer) {
  answer->enterprise.reset();
  answer->candidates.clear();
  answer->nearest.clear();
  answer->matched_by = MatchedBy::kNothing;
  answer->name_match = NameMatch::kNoName;
  if (answer->verdict != Verdict::kPlaceholder &&
      answer->verdict != Verdict::kBadCode) {
    answer->verdict = Verdict::kNotFound;
  }
}

absl::StatusOr<FindAnswer> FindAt(const PinnedState& state,
                                  const v1::LookupItem& item) {
  CREDITREG_ASSIGN_OR_RETURN(FindAnswer answer,
                             state.view->Find(QueryOf(item), state.at()));
  if (state.is_beginning()) ForgetEnterprise(&answer);
  return answer;
}

// Personal fields of `subject`, or that they were erased.
template <typename Subject, typename Response>
absl::Status FillPersonal(const View& view, const Subject& subject,
                          Response* response) {
  const absl::StatusOr<storage::v1::PersonalFields> opened =
      view.OpenPersonal(subject);
  // At an earlier position the version still refers to what was erased.
  if (absl::IsNotFound(opened.status()) || IsErased(subject.version.info())) {
    response->set_personal_erased(true);
    return absl::OkStatus();
  }
  CREDITREG_RETURN_IF_ERROR(opened.status());
  *response->mutable_personal() = PersonalMessage(*opened);
  return absl::OkStatus();
}

// The enterprise as it is today, whom scopes are judged by. `shown`: as it was
// at `state`.
absl::StatusOr<EnterpriseAt> Today(const PinnedState& state,
                                   const EnterpriseAt& shown) {
  if (!state.is_past) return shown;
  return state.view->ReadEnterprise(shown.enterprise_no);
}

// The enterprise that a record's file is part of today; nothing while it is
// linked to none.
absl::StatusOr<std::optional<EnterpriseAt>> HolderOf(const View& view,
                                                     const RecordAt& record) {
  if (record.version.enterprise_no() == 0) return std::optional<EnterpriseAt>();
  CREDITREG_ASSIGN_OR_RETURN(
      EnterpriseAt holder, view.ReadEnterprise(record.version.enterprise_no()));
  CREDITREG_ASSIGN_OR_RETURN(const std::string successor,
                             view.MergedInto(holder.version.content()));
  if (successor.empty()) return std::optional<EnterpriseAt>(std::move(holder));
  FindQuery query;
  query.identifier = successor;
  CREDITREG_ASSIGN_OR_RETURN(FindAnswer answer, view.Find(query));
  return std::move(answer.enterprise);
}

AccessSubject SubjectOf(const EnterpriseAt& enterprise) {
  AccessSubject subject;
  subject.enterprise = &enterprise.version.content();
  return subject;
}

AccessSubject SubjectOf(const RecordAt& record,
                        const std::optional<EnterpriseAt>& holder) {
  AccessSubject subject;
  subject.record = &record.version.content();
  if (holder.has_value()) subject.enterprise = &holder->version.content();
  return subject;
}

// What is found where nobody has the identifier: so that who may not know of a
// file cannot tell it from none.
void FindNobody(FindAnswer* answer) {
  ForgetEnterprise(answer);
  if (answer->code_check.error != CodeError::kNone &&
      answer->verdict == Verdict::kNotFound &&
      !GuessOldNumberKind(answer->identifier).has_value()) {
    answer->verdict = Verdict::kBadCode;
  }
}

// Whether the caller may have the answer; takes out of it whom else it names.
// `answer->enterprise` is as it is at the state read, `today` as it is now
// (null: none was found); an old state's others are not judged, but left out.
//
// A file hidden by order is not even told of, and to who reaches one file only
// all others look like those that do not exist.
bool KeepWithinReach(const Caller& caller, bool is_past,
                     const EnterpriseAt* today, FindAnswer* answer) {
  if (caller.reaches_all()) return true;
  const auto is_beyond = [&caller, is_past](const EnterpriseAt& enterprise) {
    return is_past || !caller.Sees(SubjectOf(enterprise));
  };
  const auto take_out = [&is_beyond](std::vector<EnterpriseAt>* others) {
    others->erase(std::remove_if(others->begin(), others->end(), is_beyond),
                  others->end());
  };
  take_out(&answer->nearest);
  take_out(&answer->candidates);
  if (today == nullptr) {
    if (answer->verdict == Verdict::kAmbiguous && answer->candidates.empty()) {
      FindNobody(answer);
    }
    // As if it had the number alone.
    if (answer->verdict == Verdict::kAmbiguous &&
        answer->candidates.size() == 1) {
      answer->enterprise = std::move(answer->candidates.front());
      answer->candidates.clear();
      answer->matched_by = MatchedBy::kOldNumber;
      answer->verdict = Verdict::kOldNumber;
    }
    return !caller.reaches_own_file_only();
  }
  if (caller.Sees(SubjectOf(*today))) return true;
  if (!today->version.withheld() || caller.reaches_own_file_only())
    return false;
  FindNobody(answer);
  return true;
}

// The message of an answer within reach, without what the caller is not shown.
v1::LookupResult ShownLookup(const Caller& caller, const FindAnswer& answer,
                             const EnterpriseAt* today,
                             absl::string_view successor, GroupSet* withheld) {
  v1::LookupResult result = LookupMessage(answer, successor);
  if (caller.shows_all()) return result;
  if (result.has_enterprise() && today != nullptr) {
    *withheld |=
        caller.Withhold(SubjectOf(*today), result.mutable_enterprise());
  }
  return result;
}

// Errors: PermissionDenied "OUT_OF_SCOPE: ...".
absl::Status CheckRecordAccess(const Caller& caller,
                               const AccessSubject& subject) {
  if (!caller.Sees(subject) ||
      !caller.Shows(caller.DetailsGroup(subject), subject)) {
    return Caller::OutOfScope();
  }
  return absl::OkStatus();
}

// Leaves out families of which the caller is shown nothing in this file, and
// names their groups whether or not it holds any: otherwise empty pages would
// count them. False where none is left. `families` empty: all.
bool KeepShownFamilies(const Caller& caller, const EnterpriseAt& holder,
                       std::vector<std::uint8_t>* families,
                       GroupSet* withheld) {
  if (caller.shows_all()) return true;
  if (families->empty()) {
    families->assign({storage::v1::FAMILY_LICENCE, storage::v1::FAMILY_PENALTY,
                      storage::v1::FAMILY_COMPLAINT,
                      storage::v1::FAMILY_LISTING,
                      storage::v1::FAMILY_ANNUAL_REPORT});
  }
  const auto is_hidden = [&](std::uint8_t family) {
    const conf::v1::FieldGroup group =
        caller.DetailsGroup(static_cast<storage::v1::Family>(family));
    if (caller.MayShowSome(group, SubjectOf(holder))) return false;
    withheld->set(group);
    return true;
  };
  families->erase(std::remove_if(families->begin(), families->end(), is_hidden),
                  families->end());
  return !families->empty();
}

void NoteRecord(const Caller& caller, const RecordAt& record) {
  caller.notes().record_nos.push_back(record.record_no);
}

// Whose file a record is read of.
void NoteHolder(const Caller& caller,
                const std::optional<EnterpriseAt>& holder) {
  if (!holder.has_value()) return;
  caller.notes().enterprise_nos.push_back(holder->enterprise_no);
}

// Whom an answer names.
void NoteShown(const Caller& caller, const FindAnswer& answer) {
  std::vector<std::uint64_t>& numbers = caller.notes().enterprise_nos;
  if (answer.enterprise.has_value()) {
    numbers.push_back(answer.enterprise->enterprise_no);
  }
  for (const EnterpriseAt& candidate : answer.candidates) {
    numbers.push_back(candidate.enterprise_no);
  }
  for (const EnterpriseAt& near : answer.nearest) {
    numbers.push_back(near.enterprise_no);
  }
}

void NotePersonal(const Caller& caller,
                  const v1::PersonalDataRequest& personal) {
  caller.notes().personal = true;
  caller.notes().personal_purpose = MaskPersonalNumbers(personal.purpose());
}

// Of an identity document or a telephone, with what stands between digits.
constexpr std::size_t kMaxNumberChars = 64;

// Entries of the person index that one call goes through: few have so many, and
// those beyond reach must cost, and tell, nothing.
constexpr std::size_t kMaxPersonEntries = 10000;

// Entries of the person index, as far as they are within the caller's reach.
class PersonHits {
 public:
  PersonHits(const Caller& caller, const View& view, CivilDay day,
             const TokenCodec& tokens,
             v1::FindByPersonalNumberResponse* response)
      : caller_(caller),
        view_(view),
        reader_(view, /*at=*/0, day, tokens),
        response_(*response) {}

  // Whether the entry is within reach; adds it then, unless `only_look`.
  absl::StatusOr<bool> Take(const PersonEntry& entry, bool only_look) {
    return entry.kind == SealedKind::kEnterprise
               ? TakeEnterprise(entry, only_look)
               : TakeRecord(entry, only_look);
  }

  std::size_t bytes() const { return bytes_; }
  const GroupSet& withheld() const { return withheld_; }

 private:
  absl::StatusOr<bool> TakeEnterprise(const PersonEntry& entry,
                                      bool only_look) {
    CREDITREG_ASSIGN_OR_RETURN(const EnterpriseAt enterprise,
                               view_.ReadEnterprise(entry.number));
    const AccessSubject subject = SubjectOf(enterprise);
    if (!caller_.Sees(subject) || !caller_.CheckPersonal(subject).ok()) {
      return false;
    }
    if (only_look) return true;
    caller_.notes().enterprise_nos.push_back(entry.number);
    CREDITREG_ASSIGN_OR_RETURN(const std::string successor,
                               view_.MergedInto(enterprise.version.content()));
    v1::Enterprise message = EnterpriseMessage(enterprise, successor);
    withheld_ |= caller_.Withhold(subject, &message);
    bytes_ += message.ByteSizeLong();
    *Next(entry).mutable_enterprise() = std::move(message);
    return true;
  }

  absl::StatusOr<bool> TakeRecord(const PersonEntry& entry, bool only_look) {
    CREDITREG_ASSIGN_OR_RETURN(const RecordAt record,
                               view_.ReadRecord(entry.number));
    if (IsEndedFor(caller_, record.version)) return false;
    CREDITREG_ASSIGN_OR_RETURN(const auto holder, HolderOf(view_, record));
    const AccessSubject subject = SubjectOf(record, holder);
    if (!CheckRecordAccess(caller_, subject).ok() ||
        !caller_.CheckPersonal(subject).ok()) {
      return false;
    }
    if (only_look) return true;
    NoteRecord(caller_, record);
    NoteHolder(caller_, holder);
    CREDITREG_ASSIGN_OR_RETURN(v1::Record message, reader_.Message(record));
    withheld_ |= caller_.Withhold(subject, &message);
    bytes_ += message.ByteSizeLong();
    *Next(entry).mutable_record() = std::move(message);
    return true;
  }

  v1::FindByPersonalNumberResponse::Hit& Next(const PersonEntry& entry) {
    v1::FindByPersonalNumberResponse::Hit& hit = *response_.add_hits();
    hit.set_role(static_cast<v1::PersonRole>(entry.role));
    return hit;
  }

  const Caller& caller_;
  const View& view_;
  RecordReader reader_;
  v1::FindByPersonalNumberResponse& response_;
  GroupSet withheld_;
  std::size_t bytes_ = 0;
};

}  // namespace

absl::Status ReadHandlers::GetEnterprise(
    const Caller& caller, const v1::GetEnterpriseRequest& request,
    v1::GetEnterpriseResponse* response) const {
  FieldViolations violations;
  CheckItem(request.item(), "item", &violations);
  if (request.has_personal()) CheckPersonal(request.personal(), &violations);
  CREDITREG_RETURN_IF_ERROR(violations.ToStatus());
  CREDITREG_ASSIGN_OR_RETURN(
      const PinnedState state,
      PinState(*environment_.registry, PositionsOf(request)));
  CREDITREG_ASSIGN_OR_RETURN(FindAnswer answer, FindAt(state, request.item()));
  std::optional<EnterpriseAt> today;
  if (answer.enterprise.has_value()) {
    CREDITREG_ASSIGN_OR_RETURN(today, Today(state, *answer.enterprise));
  }
  if (!KeepWithinReach(caller, state.is_past,
                       today.has_value() ? &*today : nullptr, &answer)) {
    return Caller::OutOfScope();
  }
  if (answer.enterprise.has_value() && !today.has_value()) {
    today = answer.enterprise;
  }
  const TokenCodec& tokens = environment_.registry->tokens();
  *response->mutable_position() = PositionMessage(tokens, state.sequence);
  NoteShown(caller, answer);
  caller.notes().position = state.sequence;
  if (!answer.enterprise.has_value()) {
    *response->mutable_result() = LookupMessage(answer, "");
    return absl::OkStatus();
  }
  const AccessSubject subject = SubjectOf(*today);
  if (request.has_personal()) {
    CREDITREG_RETURN_IF_ERROR(caller.CheckPersonal(subject));
  }
  CREDITREG_ASSIGN_OR_RETURN(
      const std::string successor,
      state.view->MergedInto(answer.enterprise->version.content()));
  GroupSet withheld;
  *response->mutable_result() =
      ShownLookup(caller, answer, &*today, successor, &withheld);
  if (!state.is_past) {
    if (caller.Shows(conf::v1::FIELD_GROUP_SUMMARY, subject)) {
      CREDITREG_ASSIGN_OR_RETURN(
          const storage::v1::EnterpriseHead head,
          state.view->ReadHead(answer.enterprise->enterprise_no));
      *response->mutable_summary() = SummaryMessage(head);
    } else {
      withheld.set(conf::v1::FIELD_GROUP_SUMMARY);
    }
  }
  SetWithheld(withheld, response);
  if (request.has_personal()) {
    CREDITREG_RETURN_IF_ERROR(
        FillPersonal(*state.view, *answer.enterprise, response));
    NotePersonal(caller, request.personal());
  }
  return absl::OkStatus();
}

absl::Status ReadHandlers::BatchGetEnterprises(
    const Caller& caller, const View& view,
    const v1::BatchGetEnterprisesRequest& request, std::int64_t first_index,
    v1::BatchGetEnterprisesResponse* response) const {
  CREDITREG_ASSIGN_OR_RETURN(const std::vector<FindQuery> queries,
                             QueriesOf(request));
  // The enterprise shown is the last in its row of mergers, so none follows.
  GroupSet withheld;
  const auto add_whole = [&](FindAnswer answer) {
    v1::LookupResult* const result = response->add_results();
    const EnterpriseAt* const today =
        answer.enterprise.has_value() ? &*answer.enterprise : nullptr;
    if (!KeepWithinReach(caller, /*is_past=*/false, today, &answer)) {
      result->set_identifier(answer.identifier);
      result->set_verdict(v1::LOOKUP_VERDICT_OUT_OF_SCOPE);
      return result;
    }
    NoteShown(caller, answer);
    *result = ShownLookup(
        caller, answer,
        answer.enterprise.has_value() ? &*answer.enterprise : nullptr, "",
        &withheld);
    return result;
  };
  const auto add_brief = [&](FindAnswer answer) -> absl::Status {
    const std::uint64_t enterprise_no =
        answer.enterprise.has_value() ? answer.enterprise->enterprise_no : 0;
    const bool with_summary =
        enterprise_no != 0 && caller.Shows(conf::v1::FIELD_GROUP_SUMMARY,
                                           SubjectOf(*answer.enterprise));
    v1::LookupResult* const result = add_whole(std::move(answer));
    MakeBrief(result);
    if (!result->has_brief()) return absl::OkStatus();
    if (!with_summary) {
      withheld.set(conf::v1::FIELD_GROUP_SUMMARY);
      return absl::OkStatus();
    }
    CREDITREG_ASSIGN_OR_RETURN(const storage::v1::EnterpriseHead head,
                               view.ReadHead(enterprise_no));
    *result->mutable_brief()->mutable_summary() = SummaryMessage(head);
    return absl::OkStatus();
  };
  if (!request.brief()) {
    CREDITREG_ASSIGN_OR_RETURN(std::vector<FindAnswer> answers,
                               view.FindMany(queries));
    for (FindAnswer& answer : answers) add_whole(std::move(answer));
  } else if (caller.reaches_all() &&
             caller.Shows(conf::v1::FIELD_GROUP_REGISTER, {}) &&
             caller.Shows(conf::v1::FIELD_GROUP_SUMMARY, {})) {
    // Whoever sees all of it needs no more than the row of the code.
    CREDITREG_RETURN_IF_ERROR(AnswerBriefly(
        view, queries, /*with_heads=*/true,
        [&caller, response](const CodeHolder& holder) {
          caller.notes().enterprise_nos.push_back(holder.row.enterprise_no());
          SetBrief(holder, response->add_results());
        },
        [&add_brief](const FindQuery& /*query*/, FindAnswer answer) {
          return add_brief(std::move(answer));
        }));
  } else {
    CREDITREG_ASSIGN_OR_RETURN(std::vector<FindAnswer> answers,
                               view.FindMany(queries));
    for (FindAnswer& answer : answers) {
      CREDITREG_RETURN_IF_ERROR(add_brief(std::move(answer)));
    }
  }
  SetWithheld(withheld, response);
  caller.notes().items = static_cast<std::uint32_t>(request.items_size());
  caller.notes().position = view.sequence();
  NumberResults(first_index, response);
  *response->mutable_position() =
      PositionMessage(environment_.registry->tokens(), view.sequence());
  return absl::OkStatus();
}

absl::Status ReadHandlers::GetRecord(const Caller& caller,
                                     const v1::GetRecordRequest& request,
                                     v1::GetRecordResponse* response) const {
  FieldViolations violations;
  CheckRecordId(request.record_id(), &violations);
  if (request.has_personal()) CheckPersonal(request.personal(), &violations);
  CREDITREG_RETURN_IF_ERROR(violations.ToStatus());
  CREDITREG_ASSIGN_OR_RETURN(
      const PinnedState state,
      PinState(*environment_.registry, PositionsOf(request)));
  CREDITREG_ASSIGN_OR_RETURN(
      const std::uint64_t record_no,
      RecordNoOf(environment_.registry->tokens(), request.record_id()));
  if (state.is_beginning()) {
    return absl::NotFoundError("record_id: no such record");
  }
  CREDITREG_ASSIGN_OR_RETURN(const RecordAt record,
                             state.view->ReadRecord(record_no, state.at()));
  // Whose it is today decides over all its versions, what each says over it.
  RecordAt newest = record;
  if (state.is_past) {
    CREDITREG_ASSIGN_OR_RETURN(newest, state.view->ReadRecord(record_no));
  }
  if (IsEndedFor(caller, newest.version)) {
    return absl::NotFoundError("record_id: no such record");
  }
  CREDITREG_ASSIGN_OR_RETURN(const auto holder, HolderOf(*state.view, newest));
  const AccessSubject today = SubjectOf(newest, holder);
  const AccessSubject subject = SubjectOf(record, holder);
  NoteRecord(caller, record);
  NoteHolder(caller, holder);
  caller.notes().position = state.sequence;
  CREDITREG_RETURN_IF_ERROR(CheckRecordAccess(caller, today));
  CREDITREG_RETURN_IF_ERROR(CheckRecordAccess(caller, subject));
  if (request.has_personal()) {
    CREDITREG_RETURN_IF_ERROR(caller.CheckPersonal(today));
    CREDITREG_RETURN_IF_ERROR(caller.CheckPersonal(subject));
  }
  const TokenCodec& tokens = environment_.registry->tokens();
  RecordReader reader(*state.view, state.at(),
                      Today(*state.view, *environment_.clock), tokens);
  CREDITREG_ASSIGN_OR_RETURN(*response->mutable_record(),
                             reader.Message(record));
  SetWithheld(caller.Withhold(subject, response->mutable_record()), response);
  if (request.has_personal()) {
    CREDITREG_RETURN_IF_ERROR(FillPersonal(*state.view, record, response));
    NotePersonal(caller, request.personal());
  }
  *response->mutable_position() = PositionMessage(tokens, state.sequence);
  return absl::OkStatus();
}

absl::Status ReadHandlers::ListRecords(
    const Caller& caller, const v1::ListRecordsRequest& request,
    v1::ListRecordsResponse* response) const {
  FieldViolations violations;
  CheckItem(request.item(), "item", &violations);
  CheckPageSize(request.page_size(), kMaxPage, &violations);
  CheckFamilies(request.families(), &violations);
  CREDITREG_RETURN_IF_ERROR(violations.ToStatus());
  RecordsQuery query;
  for (const int family : request.families()) {
    query.families.push_back(static_cast<std::uint8_t>(family));
  }

  const std::string query_bytes = QueryBytes(request);
  CREDITREG_ASSIGN_OR_RETURN(
      const PageStart start,
      StartPage(environment_, caller, request.page_token(), query_bytes,
                PositionsOf(request)));
  const PinnedState& state = start.state;
  std::optional<EnterpriseAt> holder;
  if (start.cursor.empty()) {
    CREDITREG_ASSIGN_OR_RETURN(FindAnswer answer,
                               FindAt(state, request.item()));
    if (answer.enterprise.has_value()) {
      CREDITREG_ASSIGN_OR_RETURN(holder, Today(state, *answer.enterprise));
    }
    if (!KeepWithinReach(caller, state.is_past,
                         holder.has_value() ? &*holder : nullptr, &answer)) {
      return Caller::OutOfScope();
    }
    if (!answer.enterprise.has_value()) {
      return absl::NotFoundError("item: leads to no single enterprise");
    }
    if (!holder.has_value()) holder = answer.enterprise;
    query.enterprise_no = answer.enterprise->enterprise_no;
  } else {
    CREDITREG_ASSIGN_OR_RETURN(FileCursor cursor,
                               DecodeFileCursor(start.cursor));
    query.enterprise_no = cursor.enterprise_no;
    query.cursor = std::move(cursor.cursor);
    // Facts are pinned, what a caller reaches is not.
    CREDITREG_ASSIGN_OR_RETURN(holder,
                               state.view->ReadEnterprise(query.enterprise_no));
    CREDITREG_RETURN_IF_ERROR(caller.Check(SubjectOf(*holder)));
  }

  query.at = state.at();
  caller.notes().enterprise_nos.push_back(query.enterprise_no);
  caller.notes().position = state.sequence;
  GroupSet withheld;
  RecordReader reader(*state.view, state.at(),
                      Today(*state.view, *environment_.clock),
                      environment_.registry->tokens());
  const std::size_t wanted = PageRows(request.page_size(), kDefaultPage);
  std::size_t rows = 0;
  std::size_t bytes = 0;
  if (!KeepShownFamilies(caller, *holder, &query.families, &withheld)) {
    SetWithheld(withheld, response);
    *response->mutable_position() =
        PositionMessage(environment_.registry->tokens(), state.sequence);
    return absl::OkStatus();
  }
  do {
    query.limit = ChunkRows(wanted, rows);
    CREDITREG_ASSIGN_OR_RETURN(RecordPage page, state.view->ListRecords(query));
    for (const RecordAt& record : page.records) {
      const AccessSubject subject = SubjectOf(record, holder);
      const conf::v1::FieldGroup details = caller.DetailsGroup(subject);
      bool is_shown = caller.Shows(details, subject);
      RecordAt newest = record;
      if (state.is_past) {
        CREDITREG_ASSIGN_OR_RETURN(newest,
                                   state.view->ReadRecord(record.record_no));
      }
      // That there is one is not told either.
      if (IsEndedFor(caller, newest.version)) continue;
      if (is_shown && state.is_past &&
          !(caller.reaches_all() && caller.shows_all())) {
        // It may be another's by now.
        CREDITREG_ASSIGN_OR_RETURN(const auto its_holder,
                                   HolderOf(*state.view, newest));
        is_shown =
            CheckRecordAccess(caller, SubjectOf(newest, its_holder)).ok();
      }
      if (!is_shown) {
        withheld.set(details);
        continue;
      }
      CREDITREG_ASSIGN_OR_RETURN(v1::Record message, reader.Message(record));
      withheld |= caller.Withhold(subject, &message);
      NoteRecord(caller, record);
      bytes += message.ByteSizeLong();
      *response->add_records() = std::move(message);
    }
    rows += page.records.size();
    query.cursor = std::move(page.cursor);
  } while (!query.cursor.empty() && rows < wanted && bytes < kMaxPageBytes);

  if (!query.cursor.empty()) {
    NextPage next =
        MakeNextPage(environment_, caller, state, query_bytes,
                     EncodeFileCursor({query.enterprise_no, query.cursor}));
    response->set_next_page_token(std::move(next.token));
    *response->mutable_page_token_expires_at() = next.expires_at;
  }
  SetWithheld(withheld, response);
  *response->mutable_position() =
      PositionMessage(environment_.registry->tokens(), state.sequence);
  return absl::OkStatus();
}

absl::Status ReadHandlers::ListRecordVersions(
    const Caller& caller, const v1::ListRecordVersionsRequest& request,
    v1::ListRecordVersionsResponse* response) const {
  FieldViolations violations;
  CheckRecordId(request.record_id(), &violations);
  CheckPageSize(request.page_size(), kMaxPage, &violations);
  CREDITREG_RETURN_IF_ERROR(violations.ToStatus());
  const std::string query_bytes = QueryBytes(request);
  CREDITREG_ASSIGN_OR_RETURN(
      const PageStart start,
      StartPage(environment_, caller, request.page_token(), query_bytes, {}));
  const PinnedState& state = start.state;
  CREDITREG_ASSIGN_OR_RETURN(
      const std::uint64_t record_no,
      RecordNoOf(environment_.registry->tokens(), request.record_id()));
  // The cursor is the sequence that the next version is older than.
  CREDITREG_ASSIGN_OR_RETURN(std::uint64_t before,
                             NumberOf(start, state.sequence + 1));
  // Whose it is today decides over all its versions, what each says over it.
  std::optional<EnterpriseAt> holder;
  absl::StatusOr<RecordAt> newest = state.view->ReadRecord(record_no);
  if (newest.ok()) {
    if (IsEndedFor(caller, newest->version)) {
      return absl::NotFoundError("record_id: no such record");
    }
    CREDITREG_ASSIGN_OR_RETURN(holder, HolderOf(*state.view, *newest));
    CREDITREG_RETURN_IF_ERROR(
        CheckRecordAccess(caller, SubjectOf(*newest, holder)));
  } else if (!absl::IsNotFound(newest.status())) {
    return newest.status();
  }
  caller.notes().record_nos.push_back(record_no);
  NoteHolder(caller, holder);
  caller.notes().position = state.sequence;
  GroupSet withheld;
  // Versions say what they were, not what today's rules make of them.
  RecordReader reader(*state.view, state.sequence, CivilDay(),
                      environment_.registry->tokens());
  const std::size_t wanted = PageRows(request.page_size(), kDefaultPage);
  std::size_t rows = 0;
  std::size_t bytes = 0;
  bool is_last = false;
  while (!is_last && rows < wanted && bytes < kMaxPageBytes) {
    const std::size_t limit = ChunkRows(wanted, rows);
    // One more than shown tells whether a page follows.
    CREDITREG_ASSIGN_OR_RETURN(
        std::vector<RecordAt> versions,
        state.view->ListRecordVersions(record_no, before, limit + 1));
    is_last = versions.size() <= limit;
    // What the last one shown is compared with.
    std::optional<RecordAt> below;
    if (!is_last) {
      below = std::move(versions.back());
      versions.pop_back();
    }
    for (std::size_t i = 0; i < versions.size(); ++i) {
      const RecordAt& version = versions[i];
      before = version.sequence;
      const AccessSubject subject = SubjectOf(version, holder);
      if (!CheckRecordAccess(caller, subject).ok()) {
        withheld.set(caller.DetailsGroup(subject));
        continue;
      }
      CREDITREG_ASSIGN_OR_RETURN(v1::Record message, reader.Message(version));
      withheld |= caller.Withhold(subject, &message);
      const RecordAt* const older = i + 1 < versions.size() ? &versions[i + 1]
                                    : below.has_value()     ? &*below
                                                            : nullptr;
      if (older != nullptr) {
        // Of what the caller is shown of both.
        CREDITREG_ASSIGN_OR_RETURN(v1::Record before_it,
                                   reader.Message(*older));
        caller.Withhold(SubjectOf(*older, holder), &before_it);
        AddFieldChanges(before_it, &message);
      }
      bytes += message.ByteSizeLong();
      *response->add_versions() = std::move(message);
    }
    rows += versions.size();
  }
  if (rows == 0 && start.cursor.empty()) {
    return absl::NotFoundError("record_id: no such record");
  }
  if (!is_last) {
    response->set_next_page_token(MakeNextPage(environment_, caller, state,
                                               query_bytes,
                                               absl::StrCat(before))
                                      .token);
  }
  SetWithheld(withheld, response);
  *response->mutable_position() =
      PositionMessage(environment_.registry->tokens(), state.sequence);
  return absl::OkStatus();
}

absl::Status ReadHandlers::FindByPersonalNumber(
    const Caller& caller, const v1::FindByPersonalNumberRequest& request,
    v1::FindByPersonalNumberResponse* response) const {
  FieldViolations violations;
  if (request.kind() != v1::PERSONAL_NUMBER_KIND_IDENTITY &&
      request.kind() != v1::PERSONAL_NUMBER_KIND_TELEPHONE) {
    violations.Add("kind", "want IDENTITY or TELEPHONE");
  }
  CheckText("number", request.number(), 1, kMaxNumberChars, &violations);
  CheckPersonal(request.personal(), &violations);
  CheckPageSize(request.page_size(), kMaxPage, &violations);
  CREDITREG_RETURN_IF_ERROR(violations.ToStatus());
  const std::string query_bytes = QueryBytes(request);
  CREDITREG_ASSIGN_OR_RETURN(
      const PageStart start,
      StartPage(environment_, caller, request.page_token(), query_bytes, {}));
  const PinnedState& state = start.state;
  // Nothing is opened.
  caller.notes().personal_purpose =
      MaskPersonalNumbers(request.personal().purpose());
  caller.notes().position = state.sequence;
  PersonHits hits(caller, *state.view, Today(*state.view, *environment_.clock),
                  environment_.registry->tokens(), response);
  const auto wanted =
      static_cast<int>(PageRows(request.page_size(), kDefaultPage));
  const auto read = [&](const std::string& from, std::size_t limit) {
    return state.view->FindPerson(
        static_cast<PersonalNumberKind>(request.kind()), request.number(), from,
        limit);
  };
  // A page ends before the next hit within reach, so that a token tells of no
  // other.
  std::string from = start.cursor;
  std::string next;
  std::size_t examined = 0;
  do {
    CREDITREG_ASSIGN_OR_RETURN(PersonEntries entries, read(from, kChunkRows));
    for (std::size_t i = 0; i < entries.entries.size() && next.empty(); ++i) {
      const bool is_full =
          response->hits_size() >= wanted || hits.bytes() >= kMaxPageBytes;
      CREDITREG_ASSIGN_OR_RETURN(const bool is_within,
                                 hits.Take(entries.entries[i], is_full));
      if (!is_full || !is_within) continue;
      if (i == 0) {
        next = from;
      } else {
        CREDITREG_ASSIGN_OR_RETURN(const PersonEntries before, read(from, i));
        next = before.next;
      }
    }
    examined += entries.entries.size();
    if (examined > kMaxPersonEntries && !caller.reaches_all()) {
      return absl::FailedPreconditionError(
          "TOO_MANY_HOLDERS: number: too many hold it to look for those within "
          "reach");
    }
    from = std::move(entries.next);
  } while (!from.empty() && next.empty());
  if (!next.empty()) {
    response->set_next_page_token(
        MakeNextPage(environment_, caller, state, query_bytes, next).token);
  }
  SetWithheld(hits.withheld(), response);
  *response->mutable_position() =
      PositionMessage(environment_.registry->tokens(), state.sequence);
  return absl::OkStatus();
}

absl::Status ReadHandlers::ListQuarantinedRows(
    const Caller& caller, const v1::ListQuarantinedRowsRequest& request,
    v1::ListQuarantinedRowsResponse* response) const {
  FieldViolations violations;
  CheckText("source_id", request.source_id(), 0, 32, &violations);
  CheckPageSize(request.page_size(), kMaxPage, &violations);
  if (request.has_personal()) CheckPersonal(request.personal(), &violations);
  CREDITREG_RETURN_IF_ERROR(violations.ToStatus());
  // Rows are of no file yet, so only who reaches everything reads them.
  CREDITREG_RETURN_IF_ERROR(caller.Check({}));
  if (request.has_personal()) {
    CREDITREG_RETURN_IF_ERROR(caller.CheckPersonal({}));
  }
  const std::string query_bytes = QueryBytes(request);
  CREDITREG_ASSIGN_OR_RETURN(
      const PageStart start,
      StartPage(environment_, caller, request.page_token(), query_bytes, {}));
  const PinnedState& state = start.state;
  CREDITREG_ASSIGN_OR_RETURN(std::uint64_t from, NumberOf(start, 0));
  const TokenCodec& tokens = environment_.registry->tokens();
  const std::size_t wanted = PageRows(request.page_size(), kDefaultPage);
  GroupSet withheld;
  std::size_t rows = 0;
  std::size_t bytes = 0;
  do {
    CREDITREG_ASSIGN_OR_RETURN(
        const QuarantinePage page,
        state.view->ListQuarantined(from, ChunkRows(wanted, rows),
                                    request.source_id()));
    for (const QuarantinedRow& row : page.rows) {
      std::optional<storage::v1::RawRow> raw;
      if (request.has_personal()) {
        absl::StatusOr<storage::v1::RawRow> opened = state.view->OpenRaw(row);
        // A destroyed key leaves the row without its text.
        if (opened.ok()) {
          raw = *std::move(opened);
        } else if (!absl::IsNotFound(opened.status())) {
          return opened.status();
        }
      }
      v1::QuarantinedRow message =
          QuarantinedRowMessage(row, tokens, raw.has_value() ? &*raw : nullptr);
      withheld |= caller.Withhold({}, &message);
      caller.notes().quarantine_nos.push_back(row.quarantine_no);
      bytes += message.ByteSizeLong();
      *response->add_rows() = std::move(message);
    }
    rows += page.rows.size();
    from = page.next_no;
  } while (from != 0 && rows < wanted && bytes < kMaxPageBytes);
  if (request.has_personal()) NotePersonal(caller, request.personal());
  SetWithheld(withheld, response);
  if (from != 0) {
    response->set_next_page_token(MakeNextPage(environment_, caller, state,
                                               query_bytes, absl::StrCat(from))
                                      .token);
  }
  *response->mutable_position() = PositionMessage(tokens, state.sequence);
  return absl::OkStatus();
}

}  // namespace creditreg
