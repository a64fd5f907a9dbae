// Checks of requests that need no look at the register: lengths, forms,
// required fields. Pure; messages name the field and the rule, never the value.
//
// Thread safety: free functions without state.

#ifndef CREDITREG_SERVER_SERVICE_VALIDATE_H_
#define CREDITREG_SERVER_SERVICE_VALIDATE_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "creditreg/v1/lookup.pb.h"
#include "creditreg/v1/registry_read_service.pb.h"
#include "google/protobuf/repeated_field.h"
#include "index/registry/view.h"
#include "server/wire/status.h"

namespace creditreg {

// Limits of requests, as the protos say them.
inline constexpr std::size_t kMaxBatchItems = 1000;
inline constexpr std::int64_t kMaxStreamItems = 100000;
inline constexpr std::size_t kMaxSubmittedRecords = 200;
inline constexpr std::size_t kMaxPurposeChars = 200;
inline constexpr std::size_t kMaxInvestigationChars = 100;
inline constexpr std::size_t kMaxReasonChars = 500;
inline constexpr std::size_t kMaxNameChars = 200;
inline constexpr std::size_t kRecordIdChars = 26;
inline constexpr std::size_t kMaxTermChars = 64;
inline constexpr std::size_t kMaxTableBytes = std::size_t{1} << 20;
inline constexpr std::size_t kMaxChunkBytes = std::size_t{1} << 20;

// 1 to 64 characters of [A-Za-z0-9_.:-].
void CheckRequestId(absl::string_view request_id, FieldViolations* violations);

// `min` to `max` characters.
void CheckText(absl::string_view field, absl::string_view text, std::size_t min,
               std::size_t max, FieldViolations* violations);

// 26 characters; whether the id exists is another question.
void CheckRecordId(absl::string_view record_id, FieldViolations* violations);
void CheckRowId(absl::string_view row_id, FieldViolations* violations);

void CheckCaseId(absl::string_view case_id, FieldViolations* violations);

// `path` is the item's own, for example "items[3]".
void CheckItem(const v1::LookupItem& item, absl::string_view path,
               FieldViolations* violations);

// What would be wrong of any item; an identifier or a name that cannot be one
// gets a verdict, so that one bad row does not refuse its whole batch.
void CheckBatchItem(const v1::LookupItem& item, absl::string_view path,
                    FieldViolations* violations);

void CheckPersonal(const v1::PersonalDataRequest& personal,
                   FieldViolations* violations);

// One that decisions are published on.
void CheckChannel(v1::ChannelPublication::Channel channel,
                  FieldViolations* violations);

// Each of `families` is one.
void CheckFamilies(const google::protobuf::RepeatedField<int>& families,
                   FieldViolations* violations);

// 0 to `max`.
void CheckPageSize(std::int32_t page_size, std::int32_t max,
                   FieldViolations* violations);

// A checked item as the registry asks for it.
FindQuery QueryOf(const v1::LookupItem& item);

}  // namespace creditreg

#endif  // CREDITREG_SERVER_SERVICE_VALIDATE_H_
