#include "index/publication/record_facts.h"

#include <cstdint>

#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/civil_day.h"

namespace creditreg {
namespace {

namespace sv = storage::v1;

CivilDay DayOf(bool present, std::int32_t days) {
  return present ? CivilDay::FromDays(days) : CivilDay::Unknown();
}

void AddPenalty(const sv::Penalty& penalty, RecordFacts* facts) {
  facts->decided = DayOf(penalty.has_decided_on(), penalty.decided_on());
  facts->ministry = penalty.ministry();
  facts->procedure = penalty.procedure();
  facts->declared = penalty.declared_severity();
  facts->kinds = &penalty.kinds();
  if (penalty.has_fine_fen()) facts->fine_fen = penalty.fine_fen();
  facts->restricted_until =
      DayOf(penalty.has_term_until(), penalty.term_until());
  facts->performed = DayOf(penalty.has_performed_on(), penalty.performed_on());
  facts->has_duty = true;
}

void AddListing(const sv::Listing& listing, RecordFacts* facts) {
  facts->decided = DayOf(listing.has_listed_on(), listing.listed_on());
  facts->ministry = listing.ministry();
  facts->restricted_until =
      DayOf(listing.has_restriction_until(), listing.restriction_until());
  facts->performed = DayOf(listing.has_performed_on(), listing.performed_on());
  facts->removed = DayOf(listing.has_removed_on(), listing.removed_on());
  facts->has_duty = true;
  facts->list = listing.list();
  facts->ground_code = listing.ground_code();
}

FirstShownDay TheFeedSays(
    const google::protobuf::RepeatedPtrField<sv::ChannelPublication>& given,
    sv::ChannelPublication::Channel channel) {
  FirstShownDay shown;
  for (const sv::ChannelPublication& publication : given) {
    if (publication.channel() != channel) continue;
    if (publication.has_published_on()) {
      return {CivilDay::FromDays(publication.published_on()), false};
    }
    shown.is_untold = true;
  }
  return shown;
}

}  // namespace

RecordFacts FactsOf(const sv::RecordVersion& record) {
  const sv::Record& content = record.content();
  RecordFacts facts;
  facts.family = content.family();
  facts.party = content.party().category();
  switch (content.details_case()) {
    case sv::Record::kLicence:
      facts.decided = DayOf(content.licence().has_decided_on(),
                            content.licence().decided_on());
      break;
    case sv::Record::kPenalty:
      AddPenalty(content.penalty(), &facts);
      break;
    case sv::Record::kComplaint:
      facts.decided = DayOf(content.complaint().has_registered_on(),
                            content.complaint().registered_on());
      break;
    case sv::Record::kListing:
      AddListing(content.listing(), &facts);
      break;
    case sv::Record::kAnnualReport:
      facts.decided = DayOf(content.annual_report().has_submitted_on(),
                            content.annual_report().submitted_on());
      break;
    case sv::Record::DETAILS_NOT_SET:
      break;
  }
  return facts;
}

FirstShownDay FirstShownOn(const sv::RecordVersion& record,
                           sv::ChannelPublication::Channel channel) {
  FirstShownDay shown;
  if (record.content().has_penalty()) {
    shown = TheFeedSays(record.content().penalty().publications(), channel);
  } else if (record.content().has_listing()) {
    shown = TheFeedSays(record.content().listing().publications(), channel);
  }
  if (shown.is_untold || !shown.day.is_unknown()) return shown;
  for (const sv::FirstShown& first : record.first_shown()) {
    if (first.channel() == channel) {
      return {CivilDay::FromDays(first.day()), false};
    }
  }
  return shown;
}

}  // namespace creditreg
