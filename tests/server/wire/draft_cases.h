// What the tests of the rules start from: the shipped tables, and a record of
// each family and one enterprise that break no rule.

#ifndef CREDITREG_TESTS_SERVER_WIRE_DRAFT_CASES_H_
#define CREDITREG_TESTS_SERVER_WIRE_DRAFT_CASES_H_

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "creditreg/v1/enterprise.pb.h"
#include "creditreg/v1/record.pb.h"
#include "creditreg/v1/registry_write_service.pb.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "index/base/civil_day.h"
#include "index/model/finding.h"
#include "server/wire/field_tables.h"

namespace creditreg {

// The day on which the tests' drafts come: 2026-11-24.
inline constexpr CivilDay kReceived = CivilDay::FromDays(20781);

// Loaded once; the process stops where the shipped tables are wrong.
inline const FieldTables& ShippedTables() {
  static const FieldTables* const kTables = [] {
    auto tables =
        FieldTables::Load(absl::StrCat(CREDITREG_SOURCE_DIR, "/conf/intake"));
    if (!tables.ok()) {
      ADD_FAILURE() << tables.status();
      std::abort();
    }
    return tables->release();
  }();
  return *kTables;
}

template <typename Message>
Message FromText(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message))
      << text;
  return message;
}

// 914403001922038216 is a real code; what is said of it here is made up.
inline v1::RecordInput CleanPenalty() {
  return FromText<v1::RecordInput>(R"(
    record {
      family: FAMILY_PENALTY
      party {
        name: "示例一有限公司" category: PARTY_CATEGORY_ORGANISATION
        uscc: "914403001922038216" legal_representative: "示甲"
      }
      deciding_agency { name: "示例市市场监督管理局" uscc: "11100000MB0143028R" }
      submitting_agency { name: "示例市发改局" uscc: "11100000MB0143028R" }
      penalty {
        document_number: "示市监罚〔2025〕1号" violation_type: "虚假广告"
        facts: "当事人发布虚假广告。" legal_basis: "《广告法》第五十五条"
        kinds: "罚款" content: "罚款2000元" fine_fen: 200000
        decided_on: "2025-03-01" effective_until: "2099-12-31"
      }
    })");
}

inline v1::RecordInput CleanLicence() {
  v1::RecordInput input = CleanPenalty();
  input.mutable_record()->set_family(v1::FAMILY_LICENCE);
  *input.mutable_record()->mutable_licence() = FromText<v1::Licence>(R"(
    document_name: "准予许可决定书" document_number: "示许〔2025〕1号"
    licence_type: "普通" licence_number: "JY14401060000001"
    content: "食品经营" decided_on: "2025-01-02" valid_from: "2025-01-02"
    valid_to: "2030-01-01" state: STATE_VALID)");
  return input;
}

inline v1::RecordInput CleanComplaint() {
  v1::RecordInput input = CleanPenalty();
  input.mutable_record()->set_family(v1::FAMILY_COMPLAINT);
  input.mutable_record()->mutable_party()->clear_category();
  input.mutable_record()->mutable_party()->clear_legal_representative();
  *input.mutable_record()->mutable_complaint() = FromText<v1::Complaint>(R"(
    case_number: "4401062025010100000001" platform: "全国12315平台"
    channel: "小程序" registered_on: "2025-01-01" facts: "商品质量不合格"
    state: STATE_ACCEPTED accepted_on: "2025-01-05")");
  return input;
}

inline v1::RecordInput CleanListing() {
  v1::RecordInput input = CleanPenalty();
  input.mutable_record()->set_family(v1::FAMILY_LISTING);
  *input.mutable_record()->mutable_listing() = FromText<v1::Listing>(R"(
    list: LIST_ABNORMAL_OPERATION ground_code: "4"
    ground: "通过登记的住所无法联系" entry_document_number: "示市监列〔2025〕1号"
    listed_on: "2025-07-01")");
  return input;
}

inline v1::RecordInput CleanReport() {
  v1::RecordInput input = CleanPenalty();
  input.mutable_record()->set_family(v1::FAMILY_ANNUAL_REPORT);
  // The party itself reports.
  input.mutable_record()->clear_deciding_agency();
  *input.mutable_record()->mutable_annual_report() =
      FromText<v1::AnnualReport>(R"(
    year: 2024 submitted_on: "2025-05-06" address: "示例路1号"
    postal_code: "518000" telephone: "0755-00000000" email: "a@example.cn"
    operating_status: OPERATING_STATUS_OPEN
    websites { name: "示例商城" url: "https://www.example.cn" }
    investments { name: "示例二有限公司" uscc: "9144030071526726XG" }
    contributions {
      shareholder_name: "示甲" subscribed_fen: 100000000
      subscribed_on: "2099-12-31" subscribed_form: "货币" paid_fen: 0
    }
    transfers {
      shareholder_name: "示乙" before_bp: 10000 after_bp: 0
      transferred_on: "2024-03-04"
    }
    optional_figures {
      employees { value: 12 shown: true }
      guarantees { value: "无" shown: true }
      profit_fen { value: -100 }
    }
    social_insurance { kind: "城镇职工基本养老保险" heads: 12 owed_fen: 0 }
    corrections {
      field: "联系电话" before: "0755-00000001" after: "0755-00000000"
      corrected_on: "2025-06-30"
    })");
  return input;
}

inline v1::Enterprise CleanEnterprise() {
  return FromText<v1::Enterprise>(R"pb(
    uscc: "914403001922038216"
    name: "示例一有限公司"
    entity_type: "有限责任公司"
    status: REGISTRATION_STATUS_ACTIVE
    established_on: "1987-09-15"
    capital { text: "100(万人民币元)" }
    address { division_code: "440307" street_code: "440307006" text: "示例路" }
  )pb");
}

// What a finding says but for its words.
struct Said {
  Severity severity;
  std::string field;
  std::string rule;
  std::string suggestion = "";

  friend bool operator==(const Said&, const Said&) = default;
  friend std::ostream& operator<<(std::ostream& os, const Said& said) {
    return os << static_cast<int>(said.severity) << " " << said.field << " "
              << said.rule << " [" << said.suggestion << "]";
  }
};

// docs/formats.md; empty where the tests run without the docs.
inline const std::string& FormatsDoc() {
  static const std::string* const kDoc = [] {
    std::ifstream file(absl::StrCat(CREDITREG_SOURCE_DIR, "/docs/formats.md"));
    return new std::string((std::istreambuf_iterator<char>(file)),
                           std::istreambuf_iterator<char>());
  }();
  return *kDoc;
}

// Also checks that senders can look the rules up.
inline std::vector<Said> SaidOf(const std::vector<Finding>& findings) {
  std::vector<Said> said;
  for (const Finding& finding : findings) {
    EXPECT_FALSE(finding.message.empty()) << finding.rule;
    if (!FormatsDoc().empty()) {
      EXPECT_TRUE(
          absl::StrContains(FormatsDoc(), absl::StrCat("`", finding.rule, "`")))
          << finding.rule << " is not in docs/formats.md";
    }
    said.push_back(
        {finding.severity, finding.field, finding.rule, finding.suggestion});
  }
  return said;
}

}  // namespace creditreg

#endif  // CREDITREG_TESTS_SERVER_WIRE_DRAFT_CASES_H_
