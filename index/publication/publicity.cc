#include "index/publication/publicity.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "creditreg/conf/v1/procedures.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "index/base/civil_day.h"
#include "index/base/working_days.h"
#include "index/publication/decision.h"
#include "index/publication/procedures.h"
#include "index/publication/tables.h"

namespace creditreg {
namespace {

using storage::v1::AnnouncedEnd;
using storage::v1::RecordPublicity;
using storage::v1::RecordVersion;
using storage::v1::Withdrawal;

constexpr std::uint32_t BitOf(Channel channel) {
  return std::uint32_t{1} << static_cast<int>(channel);
}

// Null: none.
const AnnouncedEnd* AnnouncedFor(Channel channel, const RecordVersion& record) {
  for (const AnnouncedEnd& end : record.announced_ends()) {
    if (end.channel() == channel) return &end;
  }
  return nullptr;
}

// Of an end that did not come: it was shown again.
void ForgetPast(Channel channel, CivilDay day, RecordVersion* record) {
  auto* const ends = record->mutable_announced_ends();
  ends->erase(std::remove_if(ends->begin(), ends->end(),
                             [channel, day](const AnnouncedEnd& end) {
                               return end.channel() == channel &&
                                      end.from() <= day.days();
                             }),
              ends->end());
}

void Announce(Channel channel, CivilDay from, RecordVersion* record) {
  for (AnnouncedEnd& end : *record->mutable_announced_ends()) {
    if (end.channel() == channel) {
      end.set_from(from.days());
      return;
    }
  }
  AnnouncedEnd* const end = record->add_announced_ends();
  end->set_channel(channel);
  end->set_from(from.days());
}

Withdrawal::Reason ReasonOf(Publicity publicity) {
  switch (publicity) {
    case Publicity::kExpired:
      return Withdrawal::REASON_EXPIRED;
    case Publicity::kRemoved:
      return Withdrawal::REASON_REMOVED;
    case Publicity::kWithdrawn:
      return Withdrawal::REASON_WITHDRAWN;
    case Publicity::kRepaired:
      return Withdrawal::REASON_REPAIRED;
    case Publicity::kAnnulled:
      return Withdrawal::REASON_ANNULLED;
    case Publicity::kShielded:
      return Withdrawal::REASON_SHIELDED;
    default:
      return Withdrawal::REASON_HIDDEN;
  }
}

void AddWithdrawal(Channel channel, Withdrawal::Reason reason,
                   const WorkingDayAnswer& due,
                   std::vector<Withdrawal>* withdrawals) {
  for (Withdrawal& known : *withdrawals) {
    if (known.reason() == reason && known.due_day() == due.day.days()) {
      known.add_channels(channel);
      return;
    }
  }
  Withdrawal withdrawal;
  withdrawal.set_reason(reason);
  withdrawal.set_due_day(due.day.days());
  withdrawal.set_estimated(due.estimated);
  withdrawal.add_channels(channel);
  withdrawals->push_back(std::move(withdrawal));
}

// What binds receivers; no table: nothing is announced.
conf::v1::ReceiverRules ReceiverRulesOf(const PublicationTables& tables) {
  const ProcedureTable* const procedures = tables.procedures();
  return procedures == nullptr ? conf::v1::ReceiverRules()
                               : procedures->receivers();
}

// The day by which what `day` hides has to be gone elsewhere.
WorkingDayAnswer DueAfter(const PublicationTables& tables, CivilDay day,
                          int days) {
  return (tables.calendar() == nullptr ? WorkCalendar() : *tables.calendar())
      .AddWorkingDays(day, days);
}

// Judges one channel, and gathers what all of them say.
class Judging {
 public:
  Judging(const PublicationTables& tables, CivilDay day,
          const RecordPublicity& before, int withdraw_within_days,
          RecordVersion* record)
      : tables_(tables),
        day_(day),
        before_(before),
        receivers_(ReceiverRulesOf(tables)),
        withdraw_within_days_(withdraw_within_days < 0
                                  ? receivers_.withdraw_within_days()
                                  : withdraw_within_days),
        record_(*record) {}

  void Ask(Channel channel, const PublicationTable& table) {
    Decision decision = Decide(record_, table, day_);
    if (decision.awaits_publication()) {
      Decision shown = DecideIfShownFrom(record_, table, day_);
      if (shown.is_public()) {
        storage::v1::FirstShown* const first = record_.add_first_shown();
        first->set_channel(channel);
        first->set_day(day_.days());
        decision = std::move(shown);
      } else {
        // Its decision is still to come.
        due_ = std::min(due_, shown.next_change);
      }
    }
    due_ = std::min(due_, decision.next_change);
    if (decision.publicity == Publicity::kPublic ||
        decision.publicity == Publicity::kNotYet) {
      record_.clear_unlisted();
    }
    if (decision.publicity == Publicity::kUndecided) {
      publicity_.set_undecided(true);
    }
    if (decision.is_public()) {
      publicity_.set_shown_channels(publicity_.shown_channels() |
                                    BitOf(channel));
      ForgetPast(channel, day_, &record_);
      AnnounceEnd(channel, decision.until);
    } else {
      WithdrawFrom(channel, ReasonOf(decision.publicity));
    }
  }

  void WithdrawFrom(Channel channel, Withdrawal::Reason reason) {
    if ((before_.shown_channels() & BitOf(channel)) == 0) return;
    const AnnouncedEnd* const announced = AnnouncedFor(channel, record_);
    if (announced != nullptr && announced->from() <= day_.days()) return;
    AddWithdrawal(channel, reason,
                  DueAfter(tables_, day_, withdraw_within_days_),
                  &withdrawals_);
  }

  RecordPublicity TakePublicity() {
    publicity_.set_judged_day(day_.days());
    publicity_.set_tables_sequence(tables_.sequence());
    if (!due_.is_open_ended()) publicity_.set_due_day(due_.days());
    return std::move(publicity_);
  }
  std::vector<Withdrawal> TakeWithdrawals() { return std::move(withdrawals_); }

 private:
  // Tells of an end that is near; else comes back when it is.
  void AnnounceEnd(Channel channel, CivilDay until) {
    if (!until.is_date() || receivers_.announced_days_before() == 0) return;
    const AnnouncedEnd* const announced = AnnouncedFor(channel, record_);
    if (announced != nullptr && announced->from() == until.days()) return;
    const CivilDay tell_on =
        until.PlusDays(-receivers_.announced_days_before());
    if (day_ < tell_on) {
      due_ = std::min(due_, tell_on);
      return;
    }
    Announce(channel, until, &record_);
    AddWithdrawal(channel, Withdrawal::REASON_EXPIRED, {until, false},
                  &withdrawals_);
  }

  const PublicationTables& tables_;
  const CivilDay day_;
  const RecordPublicity& before_;
  const conf::v1::ReceiverRules receivers_;
  const int withdraw_within_days_;
  RecordVersion& record_;
  CivilDay due_ = CivilDay::OpenEnded();
  RecordPublicity publicity_;
  std::vector<Withdrawal> withdrawals_;
};

}  // namespace

JudgedPublicity JudgePublicity(const PublicationTables& tables, CivilDay day,
                               const RecordPublicity& before,
                               int withdraw_within_days,
                               RecordVersion* record) {
  JudgedPublicity judged;
  record->clear_unlisted();
  Judging judging(tables, day, before, withdraw_within_days, record);
  const bool is_judged = record->enterprise_no() != 0 && tables.sequence() != 0;
  if (is_judged) record->set_unlisted(true);
  for (const Channel channel : kChannels) {
    const PublicationTable* const table = tables.Of(channel);
    if (is_judged && table != nullptr) {
      judging.Ask(channel, *table);
    } else {
      judging.WithdrawFrom(channel, Withdrawal::REASON_HIDDEN);
    }
  }
  if (is_judged) judged.publicity = judging.TakePublicity();
  judged.withdrawals = judging.TakeWithdrawals();
  return judged;
}

}  // namespace creditreg
