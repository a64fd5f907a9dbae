// Claim: no message of a caller's harms the server. A request becomes a draft
// that keeps the promises of index/model/draft.h, or findings with an error;
// what is stored, read and sent back unchanged is the same draft again (an
// inspector who saves a form without a change changes nothing). Whatever stands
// in a row, an answer can be made of it, sent and read; the public's answer
// shows no field it may not.
//
// Method: a letter for the message, then its bytes in protobuf. A mutator that
// knows the format changes one field at a time (message_mutator.h), beside the
// fuzzer's own changes of bytes.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "creditreg/storage/v1/content.pb.h"
#include "creditreg/storage/v1/rows.pb.h"
#include "creditreg/v1/enterprise.pb.h"
#include "creditreg/v1/lookup.pb.h"
#include "creditreg/v1/record.pb.h"
#include "creditreg/v1/registry_write_service.pb.h"
#include "google/protobuf/message.h"
#include "google/protobuf/stubs/logging.h"
#include "google/protobuf/util/message_differencer.h"
#include "index/base/check.h"
#include "index/base/civil_day.h"
#include "index/codec/tokens.h"
#include "index/codec/value.h"
#include "index/registry/view.h"
#include "server/service/validate.h"
#include "server/wire/answers.h"
#include "server/wire/drafts.h"
#include "server/wire/mirror.h"
#include "tests/fuzz/draft_checks.h"
#include "tests/fuzz/fuzz_input.h"
#include "tests/fuzz/message_mutator.h"
#include "tests/fuzz/shipped_tables.h"

namespace creditreg {
namespace {

using google::protobuf::Message;

// 2026-11-24; any day would do.
constexpr CivilDay kReceived = CivilDay::FromDays(20781);

// As server/service does where a request names no source.
constexpr absl::string_view kDirect = "direct";

const TokenCodec& Tokens() {
  static const TokenCodec* const kTokens =
      new TokenCodec(KeyRing{}, "0123456789abcdef");
  return *kTokens;
}

// Says where the two differ: findings are easier to read than their bytes.
void CheckSame(const Message& a, const Message& b, const char* what) {
  if (EncodeValue(a) == EncodeValue(b)) return;
  std::string difference;
  google::protobuf::util::MessageDifferencer differencer;
  differencer.ReportDifferencesToString(&difference);
  differencer.Compare(a, b);
  std::fprintf(stderr, "%s differs:\n%s", what, difference.c_str());
  CREDITREG_CHECK(false, "what is sent back is the same");
}

void PutEnterprise(const v1::PutEnterpriseRequest& request) {
  const absl::string_view source = request.source_id().empty()
                                       ? kDirect
                                       : absl::string_view(request.source_id());
  const EnterpriseCheck check =
      CheckEnterprise(request.enterprise(),
                      request.has_personal() ? &request.personal() : nullptr,
                      ShippedTables(), source, kReceived);
  if (!check.draft.has_value()) {
    return CheckFindings(check.findings, Errors::kSome);
  }
  CREDITREG_CHECK(check.findings.empty(), "a draft carries its findings");
  CheckDraft(*check.draft);

  v1::Enterprise read;
  StorageToWire(check.draft->content, read);
  const EnterpriseCheck again =
      CheckEnterprise(read, nullptr, ShippedTables(), source, kReceived);
  CREDITREG_CHECK(again.draft.has_value(), "what is stored is not refused");
  CheckSame(check.draft->content, again.draft->content, "enterprise");
}

void SubmitRecord(const v1::RecordInput& input) {
  const RecordCheck check =
      CheckRecord(input, ShippedTables(), kDirect, kReceived);
  if (!check.draft.has_value()) {
    return CheckFindings(check.findings, Errors::kSome);
  }
  CREDITREG_CHECK(check.findings.empty(), "a draft carries its findings");
  CheckDraft(*check.draft);

  v1::RecordInput read;
  StorageToWire(check.draft->content, *read.mutable_record());
  StorageToWire(check.draft->personal, *read.mutable_personal());
  const RecordCheck again =
      CheckRecord(read, ShippedTables(), kDirect, kReceived);
  CREDITREG_CHECK(again.draft.has_value(), "what is stored is not refused");
  CheckSame(check.draft->content, again.draft->content, "record");
  CheckSame(check.draft->personal, again.draft->personal, "personal");
}

void LookUp(const v1::LookupItem& item) {
  FieldViolations violations;
  CheckItem(item, "item", &violations);
  const FindQuery query = QueryOf(item);
  CREDITREG_CHECK(query.identifier == item.identifier(),
                  "what is looked for is what was asked for");
}

// What is stored, answered, stored again and answered again is the same answer.
// Rows that nobody writes (a day before 1900, an enum of a later program) have
// an answer too, but one that cannot be stored.
template <typename Wire, typename Stored>
void CheckMirror(const Stored& stored) {
  Wire answered;
  StorageToWire(stored, answered);
  CheckStorable(answered);
  Stored back;
  std::vector<Finding> findings;
  WireToStorage(answered, "message", back, findings);
  if (!findings.empty()) return;
  Wire again;
  StorageToWire(back, again);
  CheckSame(answered, again, "answer");
}

void AnswerEnterprise(const storage::v1::EnterpriseVersion& version) {
  FindAnswer answer;
  answer.verdict = Verdict::kFound;
  answer.enterprise = EnterpriseAt{7, 41, version, std::nullopt};
  answer.candidates.push_back(*answer.enterprise);
  CheckStorable(LookupMessage(answer, ""));
  CheckMirror<v1::Enterprise>(version.content());
  const bool hidden =
      version.withheld() || version.content().category() ==
                                storage::v1::PARTY_CATEGORY_NATURAL_PERSON;
  for (const Verdict verdict : {Verdict::kFound, Verdict::kAmbiguous}) {
    answer.verdict = verdict;
    const v1::LookupResult shown = PublicLookupMessage(answer);
    CheckStorable(shown);
    CREDITREG_CHECK(shown.has_enterprise() != hidden,
                    "the public sees what is not hidden");
    CREDITREG_CHECK(shown.enterprise().withheld_reason().empty() &&
                        shown.enterprise().code_as_given().empty() &&
                        shown.enterprise().quality_flags().empty(),
                    "the public sees registration facts alone");
  }
}

void AnswerRecord(const storage::v1::RecordVersion& version) {
  const RecordAt record{9, 41, version};
  CheckStorable(RecordMessage(record, Tokens(), ""));
  CheckMirror<v1::Record>(version.content());
  Decision decision;
  decision.publicity = Publicity::kPublic;
  const std::optional<v1::Record> shown =
      PublicRecordMessage(record, storage::v1::ChannelPublication::CHANNEL_GSXT,
                          decision, Tokens());
  if (!shown.has_value()) return;
  CheckStorable(*shown);
  CREDITREG_CHECK(
      !shown->has_complaint() &&
          shown->party().category() != v1::PARTY_CATEGORY_NATURAL_PERSON,
      "the public sees neither complaints nor persons");
}

void AnswerRows(const storage::v1::QuarantineRow& row) {
  storage::v1::RawRow raw;
  raw.add_columns("XK_XKWS");
  raw.add_cells(row.source_id());
  CheckStorable(QuarantinedRowMessage({9, row}, Tokens(), &raw));
}

// Bytes as `M`, handed to `use`; nothing where they are none, as gRPC does.
template <typename M, typename Use>
void With(absl::string_view bytes, Use use) {
  M message;
  if (message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    use(message);
  }
}

constexpr std::size_t kMessages = 9;

std::unique_ptr<Message> EmptyMessage(std::size_t which) {
  switch (which) {
    case 0:
      return std::make_unique<v1::PutEnterpriseRequest>();
    case 1:
      return std::make_unique<v1::RecordInput>();
    case 2:
      return std::make_unique<v1::LookupItem>();
    case 3:
      return std::make_unique<storage::v1::EnterpriseVersion>();
    case 4:
      return std::make_unique<storage::v1::RecordVersion>();
    case 5:
      return std::make_unique<storage::v1::QuarantineRow>();
    case 6:
      return std::make_unique<storage::v1::ImportRow>();
    case 7:
      return std::make_unique<storage::v1::EnterpriseHead>();
    default:
      return std::make_unique<storage::v1::PersonalFields>();
  }
}

void Use(std::size_t which, absl::string_view bytes) {
  switch (which) {
    case 0:
      return With<v1::PutEnterpriseRequest>(bytes, PutEnterprise);
    case 1:
      return With<v1::RecordInput>(bytes, SubmitRecord);
    case 2:
      return With<v1::LookupItem>(bytes, LookUp);
    case 3:
      return With<storage::v1::EnterpriseVersion>(bytes, AnswerEnterprise);
    case 4:
      return With<storage::v1::RecordVersion>(bytes, AnswerRecord);
    case 5:
      return With<storage::v1::QuarantineRow>(bytes, AnswerRows);
    case 6:
      return With<storage::v1::ImportRow>(
          bytes, [](const storage::v1::ImportRow& row) {
            CheckStorable(ReceiptMessage("request", row, Tokens()));
          });
    case 7:
      return With<storage::v1::EnterpriseHead>(
          bytes, [](const storage::v1::EnterpriseHead& head) {
            CheckStorable(SummaryMessage(head));
          });
    default:
      return With<storage::v1::PersonalFields>(
          bytes, [](const storage::v1::PersonalFields& fields) {
            CheckStorable(PersonalMessage(fields));
            CheckMirror<v1::PersonalFields>(fields);
          });
  }
}

}  // namespace
}  // namespace creditreg

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data,
                                               std::size_t size,
                                               std::size_t max_size,
                                               unsigned int seed) {
  creditreg::FuzzInput input(data, size);
  const auto message =
      creditreg::EmptyMessage(input.Choice(creditreg::kMessages));
  return creditreg::MutateMessage({data, size, max_size}, seed, *message);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  // Its complaints of bad UTF-8 would be most of what is printed.
  static const auto* const kSilence = new google::protobuf::LogSilencer;
  (void)kSilence;
  creditreg::FuzzInput input(data, size);
  const std::size_t which = input.Choice(creditreg::kMessages);
  creditreg::Use(which, input.Rest());
  return 0;
}
