#include "server/service/validate.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "index/model/old_number.h"
#include "index/model/uscc.h"
#include "index/model/utf8.h"

namespace creditreg {

void CheckRequestId(absl::string_view request_id, FieldViolations* violations) {
  const bool well_formed =
      std::all_of(request_id.begin(), request_id.end(), [](char c) {
        return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' ||
               c == '.' || c == ':' || c == '-';
      });
  if (request_id.empty() || request_id.size() > 64 || !well_formed) {
    violations->Add(
        "request_id",
        absl::StrCat("got ", request_id.size(),
                     " bytes, want 1 to 64 characters of [A-Za-z0-9_.:-]"));
  }
}

void CheckText(absl::string_view field, absl::string_view text, std::size_t min,
               std::size_t max, FieldViolations* violations) {
  const std::size_t chars = CharCount(text);
  if (chars >= min && chars <= max) return;
  violations->Add(field, absl::StrCat("got ", chars, " characters, want ", min,
                                      " to ", max));
}

void CheckRecordId(absl::string_view record_id, FieldViolations* violations) {
  CheckText("record_id", record_id, kRecordIdChars, kRecordIdChars, violations);
}

void CheckRowId(absl::string_view row_id, FieldViolations* violations) {
  CheckText("row_id", row_id, kRecordIdChars, kRecordIdChars, violations);
}

void CheckCaseId(absl::string_view case_id, FieldViolations* violations) {
  CheckText("case_id", case_id, kRecordIdChars, kRecordIdChars, violations);
}

void CheckItem(const v1::LookupItem& item, absl::string_view path,
               FieldViolations* violations) {
  const std::string field = absl::StrCat(path, ".identifier");
  if (item.identifier().size() > kMaxIdentifierBytes) {
    violations->Add(field, absl::StrCat("got ", item.identifier().size(),
                                        " bytes, want at most 64 characters"));
  } else {
    const std::string normalised = NormaliseCode(item.identifier());
    CheckText(field, normalised, 1, kMaxIdentifierChars, violations);
  }
  CheckText(absl::StrCat(path, ".name"), item.name(), 0, kMaxNameChars,
            violations);
  CheckBatchItem(item, path, violations);
}

void CheckBatchItem(const v1::LookupItem& item, absl::string_view path,
                    FieldViolations* violations) {
  if (v1::OldNumberKind_IsValid(item.kind())) return;
  violations->Add(absl::StrCat(path, ".kind"),
                  absl::StrCat("got ", static_cast<int>(item.kind()),
                               ", want a kind of old number"));
}

void CheckPersonal(const v1::PersonalDataRequest& personal,
                   FieldViolations* violations) {
  CheckText("personal.purpose", absl::StripAsciiWhitespace(personal.purpose()),
            1, kMaxPurposeChars, violations);
}

void CheckChannel(v1::ChannelPublication::Channel channel,
                  FieldViolations* violations) {
  if (channel == v1::ChannelPublication::CHANNEL_CREDIT_CHINA ||
      channel == v1::ChannelPublication::CHANNEL_GSXT) {
    return;
  }
  violations->Add("channel", "want CHANNEL_CREDIT_CHINA or CHANNEL_GSXT");
}

void CheckFamilies(const google::protobuf::RepeatedField<int>& families,
                   FieldViolations* violations) {
  for (int i = 0; i < families.size(); ++i) {
    const int family = families.Get(i);
    if (v1::Family_IsValid(family) && family != v1::FAMILY_UNSPECIFIED) {
      continue;
    }
    violations->Add(absl::StrCat("families[", i, "]"),
                    absl::StrCat("got ", family, ", want a family of records"));
  }
}

void CheckPageSize(std::int32_t page_size, std::int32_t max,
                   FieldViolations* violations) {
  if (page_size >= 0 && page_size <= max) return;
  violations->Add("page_size",
                  absl::StrCat("got ", page_size, ", want 0 to ", max));
}

FindQuery QueryOf(const v1::LookupItem& item) {
  FindQuery query;
  query.identifier = item.identifier();
  if (item.kind() != v1::OLD_NUMBER_KIND_UNSPECIFIED) {
    query.kind = static_cast<OldNumberKind>(item.kind());
  }
  query.name = item.name();
  return query;
}

}  // namespace creditreg
