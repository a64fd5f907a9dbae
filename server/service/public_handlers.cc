#include "server/service/public_handlers.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "index/base/civil_day.h"
#include "index/base/status_macros.h"
#include "index/lookup/identifiers.h"
#include "index/model/old_number.h"
#include "index/model/uscc.h"
#include "index/publication/decision.h"
#include "index/publication/page_cache.h"
#include "index/publication/tables.h"
#include "server/service/batch_lookup.h"
#include "server/service/caller.h"
#include "server/service/ended_records.h"
#include "server/service/file_cursor.h"
#include "server/service/page_limits.h"
#include "server/service/pinned_state.h"
#include "server/service/request_bytes.h"
#include "server/service/validate.h"
#include "server/wire/answers.h"
#include "server/wire/status.h"

namespace creditreg {
namespace {

// Of the contract (public_lookup_service.proto).
constexpr int kRecordsOfAPage = 10;

// Kinds of old number that are never a person's.
constexpr OldNumberKind kPublicKinds[] = {
    OldNumberKind::kRegistration,
    OldNumberKind::kOrganisationCode,
    OldNumberKind::kInstitutionCertificate,
    OldNumberKind::kSocialOrganisationCertificate,
    OldNumberKind::kSocialInsurance,
    OldNumberKind::kStatistics,
    OldNumberKind::kOther,
};

FindAnswer NothingFound(const FindAnswer& answer) {
  FindAnswer nothing;
  nothing.verdict = Verdict::kNotFound;
  nothing.identifier = answer.identifier;
  nothing.code_check = answer.code_check;
  return nothing;
}

// `answer` was found by an old number that may be made from somebody's resident
// ID: an individual's tax number. The public must not get from an ID to a
// business, so the number counts only as one of another kind.
absl::StatusOr<FindAnswer> FindWithoutTaxNumbers(const View& view,
                                                 FindQuery query,
                                                 const FindAnswer& answer) {
  if (query.kind == OldNumberKind::kTax) return NothingFound(answer);
  for (const OldNumberKind kind : kPublicKinds) {
    query.kind = kind;
    CREDITREG_ASSIGN_OR_RETURN(FindAnswer found, view.Find(query));
    if (found.matched_by == MatchedBy::kOldNumber) {
      found.identifier = answer.identifier;
      found.code_check = answer.code_check;
      return found;
    }
  }
  return NothingFound(answer);
}

// Where all but one of those who share a number are hidden, the answer is as if
// that one had it alone.
absl::StatusOr<FindAnswer> FindOnlyVisible(const View& view,
                                           const FindQuery& query,
                                           FindAnswer answer) {
  if (answer.verdict != Verdict::kAmbiguous) return answer;
  const EnterpriseAt* visible = PubliclyFound(answer);
  if (visible == nullptr || visible->version.content().uscc().empty()) {
    return answer;
  }
  FindQuery by_code;
  by_code.identifier = visible->version.content().uscc();
  by_code.name = query.name;
  CREDITREG_ASSIGN_OR_RETURN(FindAnswer found, view.Find(by_code));
  found.identifier = answer.identifier;
  found.code_check = answer.code_check;
  found.matched_by = MatchedBy::kOldNumber;
  if (found.verdict == Verdict::kFound || found.verdict == Verdict::kRenamed) {
    found.verdict = Verdict::kOldNumber;
  }
  return found;
}

absl::StatusOr<FindAnswer> ForPublic(const View& view, const FindQuery& query,
                                     FindAnswer answer) {
  if (answer.matched_by == MatchedBy::kOldNumber &&
      query.kind.value_or(OldNumberKind::kTax) == OldNumberKind::kTax &&
      TaxNumberMayHoldPersonalId(answer.identifier)) {
    CREDITREG_ASSIGN_OR_RETURN(answer,
                               FindWithoutTaxNumbers(view, query, answer));
  }
  return FindOnlyVisible(view, query, std::move(answer));
}

absl::StatusOr<FindAnswer> FindForPublic(const View& view,
                                         const v1::LookupItem& item,
                                         std::uint64_t at = 0) {
  const FindQuery query = QueryOf(item);
  CREDITREG_ASSIGN_OR_RETURN(FindAnswer answer, view.Find(query, at));
  return ForPublic(view, query, std::move(answer));
}

// What a channel shows to the public on one day, for one answer.
class PublicReader {
 public:
  // All of it outlives the reader. `tables` judge.
  PublicReader(const PinnedState& state, const PublicationTables& tables,
               Channel channel, CivilDay day, const TokenCodec& tokens)
      : state_(state),
        table_(tables.Of(channel)),
        channel_(channel),
        day_(day),
        tokens_(tokens) {}

  // Nothing is shown by no rules.
  bool has_rules() const { return table_ != nullptr; }

  // What the public sees of `record`, a fact of the state; nothing where it is
  // hidden, or was hidden since.
  absl::StatusOr<std::optional<v1::Record>> Show(const RecordAt& record) {
    const Decision decision = Decide(record.version, *table_, day_);
    until_ = std::min(until_, decision.next_change);
    if (!decision.is_public()) return std::optional<v1::Record>();
    if (historian_ != nullptr) {
      CREDITREG_ASSIGN_OR_RETURN(const RecordAt now,
                                 state_.view->ReadRecord(record.record_no));
      if (IsEndedFor(*historian_, now.version)) {
        left_out_ = true;
        return std::optional<v1::Record>();
      }
    } else if (state_.is_past) {
      CREDITREG_ASSIGN_OR_RETURN(const RecordAt now,
                                 state_.view->ReadRecord(record.record_no));
      if (now.version.enterprise_no() == 0 ||
          !Decide(now.version, *table_, day_).is_public()) {
        return std::optional<v1::Record>();
      }
    }
    return PublicRecordMessage(record, channel_, decision, tokens_);
  }

  // From here on shows what was shown, whatever was hidden since: to `caller`,
  // who is not the public.
  void ShowAsItWas(const Caller& caller) { historian_ = &caller; }
  // Whether something was left out that the caller may not see.
  bool left_out() const { return left_out_; }

  // The first day on which something that was looked at may be another.
  CivilDay until() const { return until_; }

 private:
  const PinnedState& state_;
  const PublicationTable* const table_;
  const Channel channel_;
  const CivilDay day_;
  const TokenCodec& tokens_;
  CivilDay until_ = CivilDay::OpenEnded();
  const Caller* historian_ = nullptr;
  bool left_out_ = false;
};

// The code an item asks for, if that alone decides the answer; else empty.
std::string PlainCode(const v1::LookupItem& item) {
  if (item.kind() != v1::OLD_NUMBER_KIND_UNSPECIFIED || !item.name().empty()) {
    return std::string();
  }
  std::string code = NormaliseCode(item.identifier());
  if (CheckCode(code).error != CodeError::kNone) code.clear();
  return code;
}

// Whether nothing but the file found, and whose code it is, can change the
// page: no merger leads here.
bool DependsOnOneFile(const FindAnswer& answer) {
  return answer.matched_by == MatchedBy::kUscc &&
         !HasAbsorbed(answer.enterprise->version.content());
}

// Hands what the public sees from the query's cursor on to `take`, which says
// whether to go on. Returns whether it said no before the end.
absl::StatusOr<bool> StoppedAmongShown(
    const PinnedState& state, RecordsQuery query, PublicReader* reader,
    absl::FunctionRef<bool(v1::Record)> take) {
  do {
    CREDITREG_ASSIGN_OR_RETURN(RecordPage page, state.view->ListRecords(query));
    for (const RecordAt& record : page.records) {
      CREDITREG_ASSIGN_OR_RETURN(std::optional<v1::Record> message,
                                 reader->Show(record));
      if (message.has_value() && !take(*std::move(message))) return true;
    }
    query.cursor = std::move(page.cursor);
  } while (!query.cursor.empty());
  return false;
}

// The newest records of one family that the public may see; true: there are
// more. What the rules hide for good is not listed and costs nothing, so that a
// page waits for nothing that it does not show.
absl::StatusOr<bool> AddNewest(
    const PinnedState& state, const EnterpriseAt& holder,
    storage::v1::Family family, PublicReader* reader,
    google::protobuf::RepeatedPtrField<v1::Record>* shown) {
  RecordsQuery query;
  query.families = {static_cast<std::uint8_t>(family)};
  query.enterprise_no = holder.enterprise_no;
  query.enterprise = &holder;
  query.listed_only = true;
  query.limit = kRecordsOfAPage + 1;
  query.at = state.at();
  return StoppedAmongShown(state, std::move(query), reader,
                           [shown](v1::Record message) {
                             if (shown->size() == kRecordsOfAPage) return false;
                             *shown->Add() = std::move(message);
                             return true;
                           });
}

// Whether the public may see anything from the query's cursor on.
absl::StatusOr<bool> ShowsMore(const PinnedState& state, RecordsQuery query,
                               PublicReader* reader) {
  query.limit = kChunkRows;
  return StoppedAmongShown(state, std::move(query), reader,
                           [](const v1::Record& /*message*/) { return false; });
}

// Records of the page. As of many, there are none.
absl::Status AddRecords(const PinnedState& state, const EnterpriseAt& holder,
                        PublicReader* reader,
                        v1::GetPublicEnterpriseResponse* response) {
  if (!reader->has_rules()) return absl::OkStatus();
  // Counts are today's, also beside a version that is still the current one.
  const bool knows_counts = !state.is_past && holder.head.has_value() &&
                            !HasAbsorbed(holder.version.content());
  const storage::v1::EnterpriseHead counts =
      knows_counts ? *holder.head : storage::v1::EnterpriseHead();
  const auto add = [&](storage::v1::Family family, std::uint64_t count,
                       google::protobuf::RepeatedPtrField<v1::Record>* shown)
      -> absl::StatusOr<bool> {
    if (knows_counts && count == 0) return false;
    return AddNewest(state, holder, family, reader, shown);
  };
  CREDITREG_ASSIGN_OR_RETURN(bool more,
                             add(storage::v1::FAMILY_LICENCE, counts.licences(),
                                 response->mutable_licences()));
  response->set_has_more_licences(more);
  CREDITREG_ASSIGN_OR_RETURN(
      more, add(storage::v1::FAMILY_PENALTY, counts.penalties(),
                response->mutable_penalties()));
  response->set_has_more_penalties(more);
  CREDITREG_ASSIGN_OR_RETURN(more,
                             add(storage::v1::FAMILY_LISTING, counts.listings(),
                                 response->mutable_listings()));
  response->set_has_more_listings(more);
  CREDITREG_ASSIGN_OR_RETURN(
      more, add(storage::v1::FAMILY_ANNUAL_REPORT, counts.annual_reports(),
                response->mutable_annual_reports()));
  response->set_has_more_annual_reports(more);
  return absl::OkStatus();
}

// Unspecified: 信用中国.
Channel ChannelOf(v1::ChannelPublication::Channel channel) {
  return channel == v1::ChannelPublication::CHANNEL_UNSPECIFIED
             ? storage::v1::ChannelPublication::CHANNEL_CREDIT_CHINA
             : static_cast<Channel>(channel);
}

void CheckAskedChannel(v1::ChannelPublication::Channel channel,
                       FieldViolations* violations) {
  if (channel != v1::ChannelPublication::CHANNEL_UNSPECIFIED) {
    CheckChannel(channel, violations);
  }
}

template <typename Request>
AskedPositions PositionsOf(const Request& request) {
  AskedPositions asked;
  if (request.has_min_position()) asked.min_position = &request.min_position();
  return asked;
}

}  // namespace

absl::StatusOr<EncodedPage> PublicHandlers::GetPublicEnterprise(
    const v1::GetPublicEnterpriseRequest& request) const {
  FieldViolations violations;
  CheckItem(request.item(), "item", &violations);
  CheckAskedChannel(request.channel(), &violations);
  CREDITREG_RETURN_IF_ERROR(violations.ToStatus());
  CREDITREG_ASSIGN_OR_RETURN(
      const PinnedState state,
      PinState(*environment_.registry, PositionsOf(request)));
  const Channel channel = ChannelOf(request.channel());
  const CivilDay day = Today(*state.view, *environment_.clock);
  const TokenCodec& tokens = environment_.registry->tokens();
  EncodedPage encoded;
  v1::GetPublicEnterpriseResponse position;
  *position.mutable_position() = PositionMessage(tokens, state.sequence);
  encoded.position = position.SerializeAsString();

  const std::string code = environment_.page_cache == nullptr
                               ? std::string()
                               : PlainCode(request.item());
  if (!code.empty()) {
    encoded.page = environment_.page_cache->Find(code, channel, day);
    // One made from a newer state than this call's is no answer for it.
    if (encoded.page != nullptr && encoded.page->sequence <= state.sequence) {
      return encoded;
    }
  }
  CREDITREG_ASSIGN_OR_RETURN(const FindAnswer answer,
                             FindForPublic(*state.view, request.item()));
  v1::GetPublicEnterpriseResponse response;
  *response.mutable_result() = PublicLookupMessage(answer);
  auto page = std::make_shared<PageCache::Page>();
  const EnterpriseAt* holder = PubliclyFound(answer);
  if (holder != nullptr) {
    PublicReader reader(state, state.view->tables(), channel, day, tokens);
    CREDITREG_RETURN_IF_ERROR(AddRecords(state, *holder, &reader, &response));
    page->enterprise_no = holder->enterprise_no;
    page->until = reader.until();
  }
  page->day = day;
  page->bytes = response.SerializeAsString();
  page->sequence = state.sequence;
  encoded.page = page;
  if (!code.empty() && holder != nullptr && DependsOnOneFile(answer)) {
    environment_.page_cache->Insert(code, channel, std::move(page));
  }
  return encoded;
}

absl::Status PublicHandlers::GetPageAsOf(
    const Caller& caller, const v1::LookupItem& item, Channel channel,
    CivilDay day, const PinnedState& state, const PublicationTables& tables,
    v1::GetPublicEnterpriseResponse* page, bool* is_incomplete) const {
  CREDITREG_ASSIGN_OR_RETURN(const FindAnswer answer,
                             FindForPublic(*state.view, item, state.at()));
  *page->mutable_result() = PublicLookupMessage(answer);
  const EnterpriseAt* const holder = PubliclyFound(answer);
  if (holder == nullptr) return absl::OkStatus();
  caller.notes().enterprise_nos.push_back(holder->enterprise_no);
  PublicReader reader(state, tables, channel, day,
                      environment_.registry->tokens());
  reader.ShowAsItWas(caller);
  CREDITREG_RETURN_IF_ERROR(AddRecords(state, *holder, &reader, page));
  *is_incomplete = reader.left_out();
  return absl::OkStatus();
}

absl::Status PublicHandlers::BatchGetPublicEnterprises(
    const View& view, const v1::BatchGetPublicEnterprisesRequest& request,
    std::int64_t first_index,
    v1::BatchGetPublicEnterprisesResponse* response) const {
  CREDITREG_ASSIGN_OR_RETURN(const std::vector<FindQuery> queries,
                             QueriesOf(request));
  const auto add_whole =
      [&view, response](const FindQuery& query,
                        FindAnswer found) -> absl::StatusOr<v1::LookupResult*> {
    CREDITREG_ASSIGN_OR_RETURN(const FindAnswer answer,
                               ForPublic(view, query, std::move(found)));
    v1::LookupResult* const result = response->add_results();
    *result = PublicLookupMessage(answer);
    return result;
  };
  if (request.brief()) {
    CREDITREG_RETURN_IF_ERROR(AnswerBriefly(
        view, queries, /*with_heads=*/false,
        [response](const CodeHolder& holder) {
          SetPublicBrief(holder, response->add_results());
        },
        [&add_whole](const FindQuery& query, FindAnswer found) -> absl::Status {
          CREDITREG_ASSIGN_OR_RETURN(v1::LookupResult* const result,
                                     add_whole(query, std::move(found)));
          MakeBrief(result);
          return absl::OkStatus();
        }));
  } else {
    CREDITREG_ASSIGN_OR_RETURN(std::vector<FindAnswer> answers,
                               view.FindMany(queries));
    for (std::size_t i = 0; i < answers.size(); ++i) {
      CREDITREG_RETURN_IF_ERROR(
          add_whole(queries[i], std::move(answers[i])).status());
    }
  }
  NumberResults(first_index, response);
  *response->mutable_position() =
      PositionMessage(environment_.registry->tokens(), view.sequence());
  return absl::OkStatus();
}

absl::Status PublicHandlers::ListPublicRecords(
    const Caller& caller, const v1::ListPublicRecordsRequest& request,
    v1::ListPublicRecordsResponse* response) const {
  FieldViolations violations;
  CheckItem(request.item(), "item", &violations);
  CheckPageSize(request.page_size(), kMaxPublicPage, &violations);
  CheckAskedChannel(request.channel(), &violations);
  CheckFamilies(request.families(), &violations);
  CREDITREG_RETURN_IF_ERROR(violations.ToStatus());
  const std::string query_bytes = QueryBytes(request);
  CREDITREG_ASSIGN_OR_RETURN(
      const PageStart start,
      StartPage(environment_, caller, request.page_token(), query_bytes,
                PositionsOf(request)));
  const PinnedState& state = start.state;
  // Facts are pinned, visibility is not: a file hidden since is gone.
  CREDITREG_ASSIGN_OR_RETURN(const FindAnswer answer,
                             FindForPublic(*state.view, request.item()));
  const EnterpriseAt* holder = PubliclyFound(answer);
  if (holder == nullptr) {
    return absl::NotFoundError("item: leads to no single enterprise");
  }
  RecordsQuery query;
  for (const int family : request.families()) {
    query.families.push_back(static_cast<std::uint8_t>(family));
  }
  query.listed_only = true;
  query.at = state.at();
  query.enterprise_no = holder->enterprise_no;
  if (!start.cursor.empty()) {
    CREDITREG_ASSIGN_OR_RETURN(FileCursor cursor,
                               DecodeFileCursor(start.cursor));
    // Where the item leads elsewhere by now, going on would mix two files.
    if (cursor.enterprise_no != holder->enterprise_no) {
      return absl::FailedPreconditionError(
          "PAGE_TOKEN_EXPIRED: page_token: the item leads to another "
          "enterprise now, start again without it");
    }
    query.cursor = std::move(cursor.cursor);
  }

  const TokenCodec& tokens = environment_.registry->tokens();
  PublicReader reader(state, state.view->tables(), ChannelOf(request.channel()),
                      Today(*state.view, *environment_.clock), tokens);
  const std::size_t wanted = PageRows(request.page_size(), kDefaultPublicPage);
  std::size_t bytes = 0;
  std::size_t shown = 0;
  // Until the page is full: a short one that goes on would tell that there is
  // something between. What is hidden for good is not listed.
  while (reader.has_rules()) {
    query.limit = ChunkRows(wanted, shown);
    CREDITREG_ASSIGN_OR_RETURN(RecordPage page, state.view->ListRecords(query));
    for (const RecordAt& record : page.records) {
      CREDITREG_ASSIGN_OR_RETURN(std::optional<v1::Record> message,
                                 reader.Show(record));
      if (!message.has_value()) continue;
      bytes += message->ByteSizeLong();
      *response->add_records() = *std::move(message);
      ++shown;
    }
    query.cursor = std::move(page.cursor);
    if (query.cursor.empty() || shown >= wanted || bytes >= kMaxPageBytes)
      break;
  }
  // Nor does a token lead to a page of nothing.
  if (!query.cursor.empty()) {
    CREDITREG_ASSIGN_OR_RETURN(const bool more,
                               ShowsMore(state, query, &reader));
    if (!more) query.cursor.clear();
  }

  if (!query.cursor.empty()) {
    NextPage next =
        MakeNextPage(environment_, caller, state, query_bytes,
                     EncodeFileCursor({query.enterprise_no, query.cursor}));
    response->set_next_page_token(std::move(next.token));
    *response->mutable_page_token_expires_at() = next.expires_at;
  }
  *response->mutable_position() = PositionMessage(tokens, state.sequence);
  return absl::OkStatus();
}

}  // namespace creditreg
