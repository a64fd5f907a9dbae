// The shipped tables, and that tables which contradict themselves are refused.

#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "creditreg/conf/v1/intake_format.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/wire/field_tables.h"
#include "tests/server/wire/draft_cases.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_directory.h"

namespace creditreg {
namespace {

using conf::v1::Column;
using conf::v1::IntakeFormat;
using conf::v1::IntakeSources;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsNull;
using ::testing::Optional;
using ::testing::StartsWith;

constexpr IntakeTarget kTargets[] = {
    IntakeFormat::TARGET_ENTERPRISE, IntakeFormat::TARGET_LICENCE,
    IntakeFormat::TARGET_PENALTY, IntakeFormat::TARGET_COMPLAINT};

// Those that no file has.
constexpr IntakeTarget kMessageTargets[] = {IntakeFormat::TARGET_LISTING,
                                            IntakeFormat::TARGET_ANNUAL_REPORT};

// The shipped tables as data, to break one thing of.
struct Tables {
  std::vector<IntakeFormat> formats;
  IntakeSources sources;
};

Tables ShippedData() {
  Tables data;
  for (const IntakeTarget target : kTargets) {
    data.formats.push_back(ShippedTables().format(target));
  }
  for (const IntakeTarget target : kMessageTargets) {
    data.formats.push_back(ShippedTables().format(target));
  }
  for (const char* id : {"default", "direct"}) {
    data.sources.add_sources()->set_id(id);
  }
  return data;
}

Column& ColumnOf(IntakeFormat& format, const std::string& code) {
  for (Column& column : *format.mutable_columns()) {
    if (column.code() == code) return column;
  }
  ADD_FAILURE() << code;
  return *format.mutable_columns(0);
}

TEST(FieldTablesTest, EveryCodeLabelAndAliasLeadsToItsColumn) {
  for (const IntakeTarget target : kTargets) {
    for (const auto& column : ShippedTables().columns(target)) {
      std::vector<std::string> headers(column->spec.aliases().begin(),
                                       column->spec.aliases().end());
      headers.push_back(column->spec.code());
      headers.push_back(column->spec.label());
      for (const std::string& header : headers) {
        EXPECT_EQ(ShippedTables().FindHeader(target, "default", header),
                  column.get())
            << header;
      }
    }
  }
}

TEST(FieldTablesTest, EveryColumnIsInTheDocs) {
  if (FormatsDoc().empty()) GTEST_SKIP() << "runs without the docs";
  for (const IntakeTarget target : kTargets) {
    for (const auto& column : ShippedTables().columns(target)) {
      EXPECT_THAT(FormatsDoc(),
                  HasSubstr(absl::StrCat("| `", column->spec.code(), "` | ",
                                         column->spec.label(), " |")));
    }
  }
}

TEST(FieldTablesTest, HeadersMayDifferInWidthCaseAndBlanks) {
  for (const char* header :
       {"cf_nr_fk", " CF_NR_FK ", "ＣＦ_ＮＲ_ＦＫ", "罚款金额（万元）",
        "罚款金额(万元)", "罚款 金额"}) {
    const FieldColumn* column = ShippedTables().FindHeader(
        IntakeFormat::TARGET_PENALTY, "default", header);
    ASSERT_NE(column, nullptr) << header;
    EXPECT_EQ(column->spec.code(), "CF_NR_FK");
  }
  EXPECT_THAT(ShippedTables().FindHeader(IntakeFormat::TARGET_PENALTY,
                                         "default", "CF_NR_FKX"),
              IsNull());
}

TEST(FieldTablesTest, AliasesOfOneSourceAreNoOthers) {
  const auto find = [](const char* source) {
    return ShippedTables().FindHeader(IntakeFormat::TARGET_PENALTY, source,
                                      "CF_CFMC");
  };
  ASSERT_NE(find("credit-2016"), nullptr);
  EXPECT_EQ(find("credit-2016")->spec.code(), "CF_WFXW");
  EXPECT_THAT(find("default"), IsNull());
}

TEST(FieldTablesTest, HeadersPassedOverOfOneSourceAreNoOthers) {
  const auto find = [](IntakeTarget target, const char* source) {
    return ShippedTables().FindIgnored(target, source, "ｃｆ_ZT ");
  };
  EXPECT_NE(find(IntakeFormat::TARGET_PENALTY, "credit-2016"), nullptr);
  EXPECT_THAT(find(IntakeFormat::TARGET_LICENCE, "credit-2016"), IsNull());
  EXPECT_THAT(find(IntakeFormat::TARGET_PENALTY, "default"), IsNull());
}

TEST(FieldTablesTest, ASourcesChoicesComeBeforeTheFormats) {
  const FieldColumn& state =
      *ShippedTables().FindHeader(IntakeFormat::TARGET_LICENCE, "", "XK_ZT");
  const auto find = [&](const char* source, const char* text) {
    return ShippedTables().FindChoice(IntakeFormat::TARGET_LICENCE, source,
                                      state, text);
  };
  // 1 is 有效 today and was 撤销 in 2016.
  EXPECT_THAT(find("default", "1"), Optional(v1::Licence::STATE_VALID));
  EXPECT_THAT(find("default", "１"), Optional(v1::Licence::STATE_VALID));
  EXPECT_THAT(find("credit-2016", "1"), Optional(v1::Licence::STATE_REVOKED));
  EXPECT_THAT(find("credit-2016", "0"), Optional(v1::Licence::STATE_VALID));
  EXPECT_EQ(find("default", "0"), std::nullopt);
}

TEST(FieldTablesTest, AgenciesOfASource) {
  EXPECT_EQ(ShippedTables().FindAgency("gd-sample", "市监总局"),
            "11100000MB0143028R");
  EXPECT_EQ(ShippedTables().FindAgency("default", "市监总局"), "");
  EXPECT_EQ(ShippedTables().FindAgency("nobody", "市监总局"), "");
}

TEST(FieldTablesTest, FieldsOfFindingsHaveColumnCodes) {
  const auto code = [](IntakeTarget target, const char* path) {
    return ShippedTables().CodeOfPath(target, path);
  };
  const IntakeTarget penalty = IntakeFormat::TARGET_PENALTY;
  EXPECT_EQ(code(penalty, "record.penalty.decided_on"), "CF_JDRQ");
  EXPECT_EQ(code(penalty, "record.penalty.kinds[2]"), "CF_CFLB");
  EXPECT_EQ(code(penalty, "record.penalty.publications[GSXT]"), "CF_GS_GSXT");
  EXPECT_EQ(code(penalty, "personal.person_id_number"), "CF_XDR_ZJHM");
  EXPECT_EQ(code(penalty, "CF_JDRQ"), "CF_JDRQ");
  // No column says it.
  EXPECT_EQ(code(penalty, "record.documents[0].sm3"),
            "record.documents[0].sm3");
  EXPECT_EQ(code(penalty, ""), "");
  const IntakeTarget enterprise = IntakeFormat::TARGET_ENTERPRISE;
  EXPECT_EQ(code(enterprise, "enterprise.old_numbers[TAX]"), "SWDJH");
  EXPECT_EQ(code(enterprise, "enterprise.old_numbers[REGISTRATION]"), "REGNO");
  EXPECT_EQ(code(enterprise, "enterprise.former_codes"), "CYDM");
  EXPECT_EQ(code(enterprise, "enterprise.capital.text"), "REGCAP");
  // Complaints have no such column, though the field has a rule.
  EXPECT_NE(ShippedTables().FindPath(IntakeFormat::TARGET_COMPLAINT,
                                     "record.party.registration_number"),
            nullptr);
  EXPECT_EQ(
      code(IntakeFormat::TARGET_COMPLAINT, "record.party.registration_number"),
      "record.party.registration_number");
}

TEST(FieldTablesTest, FormatsOfMessagesHaveFieldsAndNoHeaders) {
  for (const IntakeTarget target : kMessageTargets) {
    EXPECT_EQ(ShippedTables().format(target).template_name(), "");
    for (const auto& column : ShippedTables().columns(target)) {
      EXPECT_EQ(
          ShippedTables().FindPath(target, column->spec.path())->spec.label(),
          column->finding_path == "record.listing.publications[GSXT]"
              ? "信用中国公示日期"  // the first of its path
              : column->spec.label());
      EXPECT_THAT(
          ShippedTables().FindHeader(target, "default", column->spec.label()),
          IsNull());
    }
    // As of every record.
    EXPECT_NE(ShippedTables().FindPath(target, "record.party.tax_number"),
              nullptr);
  }
  // Fields of messages in lists too.
  EXPECT_NE(ShippedTables().FindPath(
                IntakeFormat::TARGET_ANNUAL_REPORT,
                "record.annual_report.contributions.shareholder_name"),
            nullptr);
}

TEST(FieldTablesTest, TheShippedDataAreAccepted) {
  const Tables data = ShippedData();
  EXPECT_THAT(FieldTables::Create(data.formats, data.sources), IsOk());
}

TEST(FieldTablesTest, TablesThatContradictThemselvesAreRefused) {
  struct Case {
    const char* message;
    std::function<void(Tables&)> damage;
  };
  const std::vector<Case> cases = {
      {"format missing", [](Tables& t) { t.formats.pop_back(); }},
      {"TARGET_LISTING record.listing.ground_code: code, alias or choices",
       [](Tables& t) {
         Column& column = *t.formats[4].mutable_columns(8);
         ASSERT_EQ(column.path(), "record.listing.ground_code");
         column.set_code("MD_QX");
       }},
      {"code or label missing",
       [](Tables& t) { t.formats[2].mutable_columns(0)->clear_code(); }},
      {"columns missing", [](Tables& t) { t.formats[4].clear_columns(); }},
      {"target comes twice",
       [](Tables& t) { t.formats.push_back(t.formats[0]); }},
      {"target: unknown",
       [](Tables& t) {
         t.formats[0].set_target(IntakeFormat::TARGET_UNSPECIFIED);
       }},
      {"no such field",
       [](Tables& t) {
         ColumnOf(t.formats[2], "CF_WSH").set_path("record.penalty.number");
       }},
      {"no such field",
       [](Tables& t) {
         ColumnOf(t.formats[2], "CF_WSH")
             .set_path("record.penalty.publications.channel");
       }},
      {"kind does not fit",
       [](Tables& t) {
         ColumnOf(t.formats[2], "CF_NR_FK").set_kind(Column::KIND_FREE_TEXT);
       }},
      {"path is another column's",
       [](Tables& t) {
         ColumnOf(t.formats[2], "CF_SY").set_path("record.penalty.content");
       }},
      {"comes twice",
       [](Tables& t) { ColumnOf(t.formats[2], "CF_SY").add_aliases("备注"); }},
      {"no value of the field's enum",
       [](Tables& t) {
         ColumnOf(t.formats[1], "XK_ZT").mutable_choices(0)->set_number(77);
       }},
      {"choice comes twice",
       [](Tables& t) {
         ColumnOf(t.formats[1], "XK_ZT")
             .add_choices()
             ->CopyFrom(ColumnOf(t.formats[1], "XK_ZT").choices(0));
       }},
      {"want a text field",
       [](Tables& t) {
         ColumnOf(t.formats[1], "XK_ZT").set_open_choices(true);
       }},
      {"want an enum",
       [](Tables& t) {
         ColumnOf(t.formats[0], "ENTTYPE").set_unlisted_is_missing(true);
       }},
      {"old_number_kind: unknown",
       [](Tables& t) {
         ColumnOf(t.formats[0], "REGNO").clear_old_number_kind();
       }},
      {"channel: unknown",
       [](Tables& t) { ColumnOf(t.formats[2], "CF_GS_GSXT").set_channel(9); }},
      {"default missing",
       [](Tables& t) { t.sources.mutable_sources(0)->set_id("other"); }},
      {"id: want", [](Tables& t) { t.sources.add_sources()->set_id("Upper"); }},
      {"id comes twice",
       [](Tables& t) { t.sources.add_sources()->set_id("direct"); }},
      {"alias for no column",
       [](Tables& t) {
         auto& alias = *t.sources.mutable_sources(0)->add_aliases();
         alias.set_target(IntakeFormat::TARGET_PENALTY);
         alias.set_header("X");
         alias.set_code("CF_NONE");
       }},
      {"ignored header is a column's",
       [](Tables& t) {
         auto& ignored = *t.sources.mutable_sources(0)->add_ignored();
         ignored.set_target(IntakeFormat::TARGET_PENALTY);
         ignored.set_header("备注");
       }},
      {"ignored: no such target",
       [](Tables& t) {
         t.sources.mutable_sources(0)->add_ignored()->set_header("X");
       }},
      {"agency's code is not valid",
       [](Tables& t) {
         auto& agency = *t.sources.mutable_sources(0)->add_agencies();
         agency.set_name("某局");
         agency.set_uscc("914403001922038217");
       }},
  };
  for (const Case& a_case : cases) {
    Tables data = ShippedData();
    a_case.damage(data);
    EXPECT_THAT(FieldTables::Create(data.formats, data.sources),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr(a_case.message)));
  }
}

TEST(FieldTablesTest, AMissingFileIsNotFound) {
  EXPECT_THAT(FieldTables::Load("/nowhere"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("cannot be")));
}

TEST(FieldTablesTest, AFileThatIsNoTableIsNamedWithThePlace) {
  const TestDirectory directory;
  const std::string file = directory.Below("enterprise.textproto");
  testing::internal::CaptureStderr();
  std::ofstream(file) << "# one\ntarget: TARGET_ENTERPRISE\nno_field: 1\n";
  EXPECT_THAT(FieldTables::Load(directory.path()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(StartsWith(file), HasSubstr("line 3, column 9"),
                             HasSubstr("no_field"))));
  for (const char* text : {"", "target: TARGET_ENTERPRISE\n"}) {
    std::ofstream(file) << text;
    EXPECT_THAT(FieldTables::Load(directory.path()),
                StatusIs(absl::StatusCode::kInvalidArgument, StartsWith(file)));
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(FieldTablesTest, KeyedPathsNameTheKey) {
  EXPECT_EQ(KeyedPath("a.b", *v1::OldNumberKind_descriptor(), 2),
            "a.b[ORGANISATION_CODE]");
  EXPECT_EQ(KeyedPath("a.b", *v1::OldNumberKind_descriptor(), 99), "a.b[99]");
}

}  // namespace
}  // namespace creditreg
