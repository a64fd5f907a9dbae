// What the registry answers, as the messages callers get: content copied by
// mirror.h, and beside it what the registry itself knows (etag, times, ids).
//
// The functions named Public... give what the public may see and nothing else;
// the others are for government callers.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_SERVER_WIRE_ANSWERS_H_
#define CREDITREG_SERVER_WIRE_ANSWERS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "creditreg/v1/common.pb.h"
#include "creditreg/v1/enterprise.pb.h"
#include "creditreg/v1/intake_service.pb.h"
#include "creditreg/v1/lookup.pb.h"
#include "creditreg/v1/record.pb.h"
#include "creditreg/v1/registry_read_service.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "index/base/civil_day.h"
#include "index/codec/tokens.h"
#include "index/model/finding.h"
#include "index/publication/decision.h"
#include "index/publication/tables.h"
#include "index/registry/registry.h"
#include "index/registry/view.h"

namespace creditreg {

google::protobuf::Timestamp TimestampOf(std::int64_t unix_us);

v1::Position PositionMessage(const TokenCodec& tokens, std::uint64_t sequence);

v1::Finding FindingMessage(const Finding& finding);
v1::Finding FindingMessage(const storage::v1::StoredFinding& finding);

v1::Outcome OutcomeMessage(Outcome outcome);

// `merged_into_uscc`: the successor's code; empty: none.
v1::Enterprise EnterpriseMessage(const EnterpriseAt& enterprise,
                                 absl::string_view merged_into_uscc);

// `enterprise_uscc`: code of the enterprise it is linked to; empty: none.
v1::Record RecordMessage(const RecordAt& record, const TokenCodec& tokens,
                         absl::string_view enterprise_uscc);

v1::PersonalFields PersonalMessage(const storage::v1::PersonalFields& fields);

v1::FileSummary SummaryMessage(const storage::v1::EnterpriseHead& head);

// `raw`: null leaves columns and cells out.
v1::QuarantinedRow QuarantinedRowMessage(const QuarantinedRow& row,
                                         const TokenCodec& tokens,
                                         const storage::v1::RawRow* raw);

// Everything but `index`. `merged_into_uscc` as above.
v1::LookupResult LookupMessage(const FindAnswer& answer,
                               absl::string_view merged_into_uscc);

// As LookupMessage(), for the public: what is hidden by order looks like what
// does not exist, also among candidates; of enterprises only
// PublicEnterprise().
v1::LookupResult PublicLookupMessage(const FindAnswer& answer);

// Everything but `index` of a brief answer.
void SetBrief(const CodeHolder& holder, v1::LookupResult* result);
void SetPublicBrief(const CodeHolder& holder, v1::LookupResult* result);

// Makes a whole answer a brief one, without counts.
void MakeBrief(v1::LookupResult* result);

// The enterprise that the public is shown for an answer; null: none. Points
// into `answer`.
const EnterpriseAt* PubliclyFound(const FindAnswer& answer);

// What the public sees of a record that a channel shows by `decision`; nothing
// where its family has no public fields.
std::optional<v1::Record> PublicRecordMessage(const RecordAt& record,
                                              Channel channel,
                                              const Decision& decision,
                                              const TokenCodec& tokens);

// What each channel that has a table shows of a record, and why: for the
// government.
void AddPublicity(const storage::v1::RecordVersion& record,
                  const PublicationTables& tables, CivilDay day,
                  v1::Record* message);

v1::ImportCounts ImportCountsMessage(const storage::v1::ImportRow& row);

// Everything but validate_only and report_header.
v1::ImportReceipt ReceiptMessage(absl::string_view request_id,
                                 const storage::v1::ImportRow& row,
                                 const TokenCodec& tokens);

}  // namespace creditreg

#endif  // CREDITREG_SERVER_WIRE_ANSWERS_H_
