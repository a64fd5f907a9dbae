// A real registry in a directory of its own, and short ways to write to it.
//
// Thread safety: one thread at a time.

#ifndef CREDITREG_TESTS_INDEX_REGISTRY_TEST_REGISTRY_H_
#define CREDITREG_TESTS_INDEX_REGISTRY_TEST_REGISTRY_H_

#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "index/model/draft.h"
#include "index/publication/tables.h"
#include "index/registry/registry.h"
#include "tests/testing/fake_clock.h"

namespace creditreg {

// Real codes of domain §1.1.1, for tests only.
inline constexpr char kCodeA[] = "914403001922038216";
inline constexpr char kCodeB[] = "9144030071526726XG";
inline constexpr char kCodeC[] = "91440300708461136T";
inline constexpr char kCodeD[] = "91440300192317458F";
inline constexpr char kAuthorityCode[] = "11100000MB0143028R";

class RegistryTest : public testing::Test {
 protected:
  RegistryTest() {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    directory_ = absl::StrCat(testing::TempDir(), "/registry_", getpid(), "_",
                              info->test_suite_name(), "_", info->name());
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
    Reopen();
  }
  ~RegistryTest() override {
    registry_.reset();
    std::filesystem::remove_all(directory_);
  }

  RegistryOptions Options() {
    RegistryOptions options;
    options.store.directory = absl::StrCat(directory_, "/data");
    options.key_dir = absl::StrCat(directory_, "/keys");
    options.clock = &clock_;
    options.tables = tables_;
    return options;
  }

  // Closes and opens again, as a restart does.
  void Reopen() {
    registry_.reset();
    absl::StatusOr<std::unique_ptr<Registry>> opened =
        Registry::Open(Options());
    ASSERT_TRUE(opened.ok()) << opened.status();
    registry_ = *std::move(opened);
  }

  // A request with an id of its own.
  WriteRequest NewRequest() {
    WriteRequest request;
    request.actor = {"dev", "agency", "clerk", "test"};
    request.request_id = absl::StrCat("r", ++last_request_);
    request.payload = request.request_id;
    return request;
  }

  // Submits and waits.
  template <typename Write>
  absl::StatusOr<WriteAnswer> Do(Write write) {
    absl::StatusOr<WriteAnswer> answer = absl::UnknownError("no answer");
    absl::Notification answered;
    registry_->Submit(std::move(write), [&](absl::StatusOr<WriteAnswer> given) {
      answer = std::move(given);
      answered.Notify();
    });
    answered.WaitForNotification();
    return answer;
  }

  static EnterpriseDraft Firm(absl::string_view code, absl::string_view name,
                              std::int32_t established_on = 10000) {
    EnterpriseDraft draft;
    draft.content.set_uscc(std::string(code));
    draft.content.set_name(std::string(name));
    draft.content.set_category(storage::v1::PARTY_CATEGORY_ORGANISATION);
    draft.content.set_status(storage::v1::REGISTRATION_STATUS_ACTIVE);
    draft.content.set_established_on(established_on);
    draft.source_id = "direct";
    return draft;
  }

  static RecordDraft LicenceOf(absl::string_view code, absl::string_view name,
                               absl::string_view document,
                               absl::string_view licence_number = "",
                               std::int32_t decided_on = 20000) {
    RecordDraft draft;
    draft.content.set_family(storage::v1::FAMILY_LICENCE);
    draft.content.mutable_party()->set_uscc(std::string(code));
    draft.content.mutable_party()->set_name(std::string(name));
    draft.content.mutable_party()->set_category(
        storage::v1::PARTY_CATEGORY_ORGANISATION);
    draft.content.mutable_deciding_agency()->set_name("某某市市场监督管理局");
    draft.content.mutable_deciding_agency()->set_uscc(kAuthorityCode);
    storage::v1::Licence& licence = *draft.content.mutable_licence();
    licence.set_document_number(std::string(document));
    licence.set_licence_number(std::string(licence_number));
    licence.set_decided_on(decided_on);
    draft.source_id = "direct";
    return draft;
  }

  static RecordDraft PenaltyOf(absl::string_view code, absl::string_view name,
                               absl::string_view document,
                               std::int32_t decided_on = 20000) {
    RecordDraft draft = LicenceOf(code, name, document);
    draft.content.set_family(storage::v1::FAMILY_PENALTY);
    storage::v1::Penalty& penalty = *draft.content.mutable_penalty();
    penalty.set_document_number(std::string(document));
    penalty.set_decided_on(decided_on);
    return draft;
  }

  static RecordDraft ListingOf(absl::string_view code, absl::string_view name,
                               absl::string_view ground_code) {
    RecordDraft draft = LicenceOf(code, name, "");
    draft.content.set_family(storage::v1::FAMILY_LISTING);
    storage::v1::Listing& listing = *draft.content.mutable_listing();
    listing.set_list(storage::v1::Listing::LIST_ABNORMAL_OPERATION);
    listing.set_ground_code(std::string(ground_code));
    listing.set_listed_on(20200);
    return draft;
  }

  static RecordDraft ReportOf(absl::string_view code, absl::string_view name,
                              int year) {
    RecordDraft draft = LicenceOf(code, name, "");
    draft.content.set_family(storage::v1::FAMILY_ANNUAL_REPORT);
    draft.content.clear_deciding_agency();
    draft.content.mutable_annual_report()->set_year(year);
    draft.content.mutable_annual_report()->set_submitted_on(20210);
    return draft;
  }

  absl::StatusOr<WriteResult> Put(EnterpriseDraft draft,
                                  std::string etag = "") {
    PutEnterprise write;
    write.request = NewRequest();
    write.draft = std::move(draft);
    write.etag = std::move(etag);
    return Only(Do(std::move(write)));
  }

  absl::StatusOr<WriteResult> Add(RecordDraft draft) {
    SubmitRecords write;
    write.request = NewRequest();
    write.records.emplace_back(std::move(draft));
    return Only(Do(std::move(write)));
  }

  static absl::StatusOr<WriteResult> Only(absl::StatusOr<WriteAnswer> answer) {
    if (!answer.ok()) return answer.status();
    return answer->results.at(0);
  }

  // The verdict for an identifier, with an optional name.
  FindAnswer Find(absl::string_view identifier, absl::string_view name = "") {
    FindQuery query;
    query.identifier = std::string(identifier);
    query.name = std::string(name);
    absl::StatusOr<FindAnswer> answer = registry_->CurrentView()->Find(query);
    EXPECT_TRUE(answer.ok()) << answer.status();
    return answer.ok() ? *std::move(answer) : FindAnswer();
  }

  // All records of a file, page by page.
  std::vector<RecordAt> RecordsOf(std::uint64_t enterprise_no,
                                  std::uint64_t at = 0,
                                  std::size_t page_size = 2) {
    std::vector<RecordAt> all;
    RecordsQuery query;
    query.enterprise_no = enterprise_no;
    query.limit = page_size;
    query.at = at;
    do {
      absl::StatusOr<RecordPage> page =
          registry_->CurrentView()->ListRecords(query);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) break;
      EXPECT_LE(page->records.size(), page_size);
      for (RecordAt& record : page->records) all.push_back(std::move(record));
      query.cursor = page->cursor;
    } while (!query.cursor.empty());
    return all;
  }

  // Publication rules activated when the registry is opened; none: nothing of
  // records is public.
  std::vector<TableText> tables_;
  FakeClock clock_;
  std::string directory_;
  std::unique_ptr<Registry> registry_;
  int last_request_ = 0;
};

}  // namespace creditreg

#endif  // CREDITREG_TESTS_INDEX_REGISTRY_TEST_REGISTRY_H_
