// The real creditctl against a registry that pretends: what it prints, what it
// returns, and that standard output holds the answer and nothing else.

#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/client/creditctl_process.h"
#include "tests/client/fake_registry.h"
#include "tests/client/temp_folder.h"

namespace creditreg {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kCode[] = "914403001922038216";

std::vector<std::string> LinesOf(const std::string& text) {
  return absl::StrSplit(text, '\n', absl::SkipEmpty());
}

// One line, safe for a terminal, that begins with the program's name.
MATCHER(IsOneErrorLine, "") {
  if (std::count(arg.begin(), arg.end(), '\n') != 1) return false;
  for (const char c : arg.substr(0, arg.size() - 1)) {
    if (static_cast<unsigned char>(c) < 0x20) return false;
  }
  return absl::StartsWith(arg, "creditctl: ") && absl::EndsWith(arg, "\n");
}

class CreditctlTest : public ::testing::Test {
 protected:
  std::vector<std::string> Arguments(std::vector<std::string> words) const {
    words.push_back("--server");
    words.push_back(fake_.target());
    return words;
  }

  ProcessResult Run(std::vector<std::string> words,
                    const std::string& input = "",
                    const std::vector<std::string>& environment = {}) const {
    return RunCreditctl(Arguments(std::move(words)), input, environment);
  }

  // Rows of which every 7th is rejected.
  std::string WriteCsv(int rows) {
    std::string bytes = "XK_XDR_MC\n";
    for (int i = 1; i <= rows; ++i) {
      absl::StrAppend(&bytes, "某公司", i, i % 7 == 0 ? "坏" : "", "\n");
    }
    return folder_.Write("in.csv", bytes);
  }

  FakeRegistry fake_;
  TempFolder folder_;
};

TEST_F(CreditctlTest, GetPrintsTheFile) {
  const ProcessResult result = Run({"get", kCode}, "", {"COLUMNS=60"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.out,
            "查询结果\n"
            "  查询号码          914403001922038216\n"
            "  结论              找到\n"
            "  匹配依据          现用代码\n"
            "主体\n"
            "  统一社会信用代码  914403001922038216\n"
            "  名称              深圳市914403001922038216有限公司\n"
            "  登记状态          存续\n"
            "  成立日期          1987-09-15\n"
            "  注册资本          4104113.182000万人民币元\n"
            "  登记机关          深圳市市场监督管理局\n"
            "档案概况\n"
            "  记录数            行政处罚 1,203\n"
            "状态位置            MDEyMzQ1Njc4OWFiY2RlZg==\n");
  EXPECT_THAT(result.err, IsEmpty());
}

TEST_F(CreditctlTest, GetAsksForWhatWasAsked) {
  const ProcessResult result =
      Run({"get", "440301103097413", "--kind", "registration", "--name", "华为",
           "--at", "MDEyMzQ1Njc4OWFiY2RlZg==", "--personal", "核查", "--lang",
           "en"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out,
              AllOf(HasSubstr("Personal data\n"), HasSubstr("13800000000")));
  const v1::GetEnterpriseRequest request = fake_.last_get();
  EXPECT_EQ(request.item().kind(), v1::OLD_NUMBER_KIND_REGISTRATION);
  EXPECT_EQ(request.item().name(), "华为");
  EXPECT_EQ(request.at_position().token(), "0123456789abcdef");
  EXPECT_EQ(request.personal().purpose(), "核查");
}

TEST_F(CreditctlTest, EscapesInDataNeverReachTheTerminal) {
  const ProcessResult result = Run({"get", "evil"});
  EXPECT_THAT(result.out, HasSubstr("深圳\\x1b[2J\\x1b]0;x\\x07公司\\u202e\n"));
  EXPECT_THAT(result.out, Not(HasSubstr("\x1b")));
  const ProcessResult json = Run({"get", "evil", "--output", "json"});
  EXPECT_THAT(json.out, Not(HasSubstr("\x1b")));
  EXPECT_EQ(nlohmann::json::parse(json.out)["result"]["enterprise"]["name"],
            "深圳\x1b[2J\x1b]0;x\x07公司\u202e")
      << "JSON keeps the text";
}

TEST_F(CreditctlTest, JsonIsProtobufsOwn) {
  const ProcessResult result = Run({"--output", "json", "get", kCode});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(LinesOf(result.out).size(), 1u);
  const auto json = nlohmann::json::parse(result.out);
  EXPECT_EQ(json["result"]["verdict"], "LOOKUP_VERDICT_FOUND");
  EXPECT_EQ(json["result"]["enterprise"]["establishedOn"], "1987-09-15");
  EXPECT_EQ(json["summary"]["counts"][0]["records"], "1203");
}

TEST_F(CreditctlTest, PublicUsesThePublicService) {
  EXPECT_THAT(Run({"get", kCode, "--public"}).out, HasSubstr("public"));
  EXPECT_EQ(Run({"records", kCode, "--public", "--all", "--page-size", "500"})
                .exit_code,
            0);
  EXPECT_EQ(Run({"batch-get", "--public"}, kCode).exit_code, 0);
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"record", "x", "--public"},
        {"get", kCode, "--public", "--personal", "核查"},
        {"records", kCode, "--public", "--family", "penalty"},
        {"stats", "--public"}}) {
    EXPECT_EQ(Run(words).exit_code, 2) << words[0];
  }
}

// --- Exit codes and error lines.

TEST_F(CreditctlTest, NothingFoundIsOne) {
  EXPECT_EQ(Run({"get", "missing1"}).exit_code, 1);
  const ProcessResult bad = Run({"get", "bad1"});
  EXPECT_EQ(bad.exit_code, 1);
  EXPECT_THAT(bad.out, AllOf(HasSubstr("代码有误"), HasSubstr(kCode)));
  EXPECT_EQ(Run({"batch-get"}, "missing1\nmissing2\n").exit_code, 1);
  fake_.plan.record_count = 0;
  EXPECT_EQ(Run({"records", kCode}).exit_code, 1);
}

TEST_F(CreditctlTest, WrongUsageIsTwo) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{},
        {"frobnicate"},
        {"get"},
        {"get", kCode, "--kind", "x"},
        {"get", kCode, "--output", "xml"},
        {"get", kCode, "--at", "!"},
        {"get", "\xff\xfe"},
        {"records", kCode, "--all", "--limit", "3"},
        {"records", kCode, "--family", "licence,nothing"},
        {"import", "f"},
        {"get", kCode, "--timeout", "soon"}}) {
    const ProcessResult result = Run(words);
    EXPECT_EQ(result.exit_code, 2) << ::testing::PrintToString(words);
    EXPECT_THAT(result.err, IsOneErrorLine());
    EXPECT_THAT(result.err, HasSubstr("用法错误"));
    EXPECT_THAT(result.out, IsEmpty());
  }
}

TEST_F(CreditctlTest, EveryRefusalIsThreeInOneLine) {
  for (const int code : {3, 5, 6, 9, 10}) {
    const ProcessResult result =
        Run({"get", absl::StrCat("error-", code, "-REASON_X")});
    EXPECT_EQ(result.exit_code, 3) << code;
    EXPECT_THAT(result.err, IsOneErrorLine());
    EXPECT_THAT(result.err,
                AllOf(HasSubstr("服务器拒绝了请求"), HasSubstr("REASON_X"),
                      HasSubstr("请求 不可接受")));
    EXPECT_THAT(result.out, IsEmpty());
  }
  EXPECT_EQ(Run({"withhold", "-"}, "{}").exit_code, 3) << "unimplemented";
}

TEST_F(CreditctlTest, ErrorsSpeakEnglishOnRequest) {
  const ProcessResult result = Run({"get", "error-3-BAD", "--lang", "en"});
  EXPECT_EQ(result.err,
            "creditctl: the server refused the request: INVALID_ARGUMENT "
            "(BAD): request: cannot be answered [31m; item.identifier: empty, "
            "want 1 to 64 characters\n");
}

TEST_F(CreditctlTest, AServerThatCannotAnswerIsFour) {
  for (const char* const id : {"error-14", "error-4", "error-8-OVERLOADED",
                               "error-8-DISK_FULL", "error-2"}) {
    const ProcessResult result = Run({"get", id, "--retries", "1"});
    EXPECT_EQ(result.exit_code, 4) << id;
    EXPECT_THAT(result.err, IsOneErrorLine());
  }
}

TEST_F(CreditctlTest, NoServerIsFourInPlainWords) {
  fake_.Stop();
  for (const std::string command : {"get", "batch-get"}) {
    const ProcessResult result = Run({command, command == "get" ? kCode : "-",
                                      "--retries", "0", "--output", "json"},
                                     kCode);
    EXPECT_EQ(result.exit_code, 4);
    EXPECT_EQ(result.err, absl::StrCat("creditctl: 无法连接服务器 ",
                                       fake_.target(), "：连接被拒绝\n"));
    EXPECT_THAT(result.out, IsEmpty());
  }
}

TEST_F(CreditctlTest, ReadsSurviveABusyMoment) {
  fake_.plan.unary_failures = 2;
  EXPECT_EQ(Run({"get", kCode}).exit_code, 0);
}

TEST_F(CreditctlTest, LocalFilesAreSeven) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"import", "/absent/f", "--format", "licence"},
        {"import", "/dev/null", "--format", "licence"},
        {"batch-get", "/absent/f"},
        {"put", "/absent/f"},
        {"export", kCode, "--out", "/absent/f"},
        {"template", "licence", "--out", "/absent/f"}}) {
    const ProcessResult result = Run(words);
    EXPECT_EQ(result.exit_code, 7) << words[0];
    EXPECT_THAT(result.err, IsOneErrorLine());
    EXPECT_THAT(result.err, HasSubstr("本地文件错误"));
  }
  EXPECT_EQ(Run({"put", "-"}, "{\"nonsense\":1}").exit_code, 7);
  EXPECT_EQ(Run({"batch-get"}, "\xd6\xd0\xb9\xfa\n").exit_code, 7) << "GBK";
}

TEST_F(CreditctlTest, WhatIsNoFileIsNotReplacedByOne) {
  const std::string pipe = folder_.File("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"export", kCode, "--out", pipe},
        {"template", "licence", "--out", pipe},
        {"import", WriteCsv(5), "--format", "licence", "--report", pipe}}) {
    const ProcessResult result = Run(words);
    EXPECT_EQ(result.exit_code, 7) << words[0];
    EXPECT_THAT(result.err, EndsWith("不是普通文件\n"));
    EXPECT_TRUE(std::filesystem::is_fifo(pipe)) << words[0];
  }
}

TEST_F(CreditctlTest, BrokenIsEight) {
  EXPECT_EQ(Run({"get", "error-13"}).exit_code, 8);
  const ProcessResult result = Run({"get", "error-15"});
  EXPECT_EQ(result.exit_code, 8);
  EXPECT_THAT(result.err, IsOneErrorLine());
}

TEST_F(CreditctlTest, HelpListsTheExitCodesInBothLanguages) {
  const ProcessResult zh = RunCreditctl({"--help"});
  EXPECT_EQ(zh.exit_code, 0);
  EXPECT_THAT(zh.out, AllOf(HasSubstr("退出码"), HasSubstr("batch-get")));
  const ProcessResult en = RunCreditctl({"--lang", "en", "--help"});
  EXPECT_THAT(en.out,
              AllOf(HasSubstr("Exit codes"), HasSubstr("130  interrupted")));
  for (const char* const command :
       {"get",        "batch-get", "records",  "record",   "import",
        "template",   "receipt",   "stats",    "verify",   "export",
        "quarantine", "put",       "submit",   "correct",  "withdraw",
        "withhold",   "erase",     "person",   "keys",     "health",
        "tables",     "undecided", "classify", "activate", "audit",
        "cases",      "case-open", "quality",  "as-of",    "withdrawals"}) {
    EXPECT_EQ(RunCreditctl({command, "--help"}).exit_code, 0) << command;
    EXPECT_THAT(en.out, HasSubstr(command));
  }
}

TEST_F(CreditctlTest, TheServerMayComeFromTheEnvironment) {
  EXPECT_EQ(RunCreditctl({"health"}, "",
                         {absl::StrCat("CREDITCTL_SERVER=", fake_.target())})
                .exit_code,
            0);
}

// --- Batches.

TEST_F(CreditctlTest, BatchKeepsOrderOverSeveralMessages) {
  std::string input = "\xEF\xBB\xBF";
  for (int i = 0; i < 2500; ++i) {
    absl::StrAppend(&input, i % 5 == 0 ? "missing" : "id", i,
                    i % 2 == 0 ? "\t某公司" : ", 某公司", "\r\n");
    if (i % 100 == 0) absl::StrAppend(&input, "\r\n");
  }
  fake_.plan.batch_break_after = 1111;
  const ProcessResult result = Run({"batch-get", "--output", "json"}, input);
  EXPECT_EQ(result.exit_code, 0);
  const std::vector<std::string> lines = LinesOf(result.out);
  ASSERT_EQ(lines.size(), 2500u);
  for (int i = 0; i < 2500; ++i) {
    const auto json = nlohmann::json::parse(lines[static_cast<std::size_t>(i)]);
    ASSERT_EQ(json.value("index", "0"), absl::StrCat(i));
    ASSERT_EQ(json["identifier"],
              absl::StrCat(i % 5 == 0 ? "missing" : "id", i));
  }
  EXPECT_THAT(LinesOf(result.err),
              ElementsAre("creditctl: 共 2,500 项：找到 2,000  未找到 500",
                          HasSubstr("连接中断 1 次后已续接")));
}

TEST_F(CreditctlTest, BatchPrintsWholeEnterprisesUnlessToBeBrief) {
  const std::vector<std::string> arguments = {"batch-get", "-q", "--output",
                                              "json"};
  const auto whole = nlohmann::json::parse(Run(arguments, "9144\n").out);
  EXPECT_EQ(whole["enterprise"]["establishedOn"], "1987-09-15");
  EXPECT_FALSE(whole.contains("brief"));
  std::vector<std::string> briefly = arguments;
  briefly.push_back("--brief");
  const auto brief = nlohmann::json::parse(Run(briefly, "9144\n").out);
  EXPECT_EQ(brief["brief"]["name"], "深圳市9144有限公司");
  EXPECT_FALSE(brief.contains("enterprise"));
}

TEST_F(CreditctlTest, BatchTableLinesUp) {
  const ProcessResult result =
      Run({"batch-get", "-q"}, "9144\nmissing\n", {"COLUMNS=64"});
  EXPECT_EQ(result.out,
            "  序号  查询号码            结论          登记状态      名称\n"
            "------  ------------------  ------------  ------------  ----\n"
            "     1  9144                找到          存续          深圳市9…\n"
            "     2  missing             未找到\n");
  EXPECT_THAT(result.err, IsEmpty());
}

TEST_F(CreditctlTest, ABadCodeIsShownWithANearOne) {
  EXPECT_THAT(
      Run({"batch-get", "-q"}, "bad1\n", {"COLUMNS=80"}).out,
      HasSubstr("     1  bad1                代码有误                    "
                "相近：914403001922038216\n"));
}

// --- Records, export.

TEST_F(CreditctlTest, RecordsPagesToTheLimit) {
  fake_.plan.record_count = 1203;
  const ProcessResult first =
      Run({"records", kCode, "--page-size", "100", "--output", "json"});
  EXPECT_EQ(LinesOf(first.out).size(), 1u);
  EXPECT_THAT(first.err, HasSubstr("还有更多记录"));
  const ProcessResult some =
      Run({"records", kCode, "--limit", "250", "--family", "licence,penalty"});
  EXPECT_EQ(LinesOf(some.out).size(), 252u) << "header and dashes";
  EXPECT_EQ(fake_.last_list().families_size(), 2);
  const ProcessResult all =
      Run({"records", kCode, "--all", "--page-size", "500"});
  EXPECT_EQ(LinesOf(all.out).size(), 1205u);
  EXPECT_THAT(all.err, IsEmpty());
}

TEST_F(CreditctlTest, EntriesOfListsAndAnnualReports) {
  fake_.plan.record_count = 1;
  EXPECT_THAT(Run({"records", kCode, "--family", "listing"}).out,
              AllOf(HasSubstr("列入名单"), HasSubstr("2025-07-01"),
                    HasSubstr("通过登记的住所无法联系")));
  EXPECT_EQ(fake_.last_list().families(0), v1::FAMILY_LISTING);
  EXPECT_THAT(
      Run({"records", kCode, "--family", "annual-report"}).out,
      AllOf(HasSubstr("年度报告"), HasSubstr("2025-05-06"), HasSubstr("2024")));
  EXPECT_EQ(fake_.last_list().families(0), v1::FAMILY_ANNUAL_REPORT);
  EXPECT_THAT(Run({"record", "LIST"}).out,
              AllOf(HasSubstr("经营异常名录"), HasSubstr("列入日期")));
  EXPECT_THAT(Run({"record", "REPORT"}).out,
              AllOf(HasSubstr("报告年度"), HasSubstr("2024"),
                    HasSubstr("12,345.67 元（选择不公示）")));
}

TEST_F(CreditctlTest, RecordAndItsVersions) {
  EXPECT_THAT(Run({"record", "REC"}).out,
              AllOf(HasSubstr("罚款金额"), HasSubstr("12,345.67 元"),
                    HasSubstr("罚款 12345.67元")));
  EXPECT_EQ(LinesOf(Run({"record", "REC", "--versions"}).out).size(), 4u);
}

TEST_F(CreditctlTest, ExportIsCompleteAlsoWhenTheTokenExpires) {
  fake_.plan.record_count = 1203;
  fake_.plan.expire_token = "1000";
  const ProcessResult result =
      Run({"export", kCode, "--out", folder_.File("file.json")});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.err, HasSubstr("已导出 1,203 条记录"));
  const auto json = nlohmann::json::parse(folder_.Read("file.json"));
  ASSERT_EQ(json["records"].size(), 1203u);
  EXPECT_EQ(json["recordCount"], "1203");
  EXPECT_EQ(json["records"][1202]["recordId"], "REC00000000000000000001202");
  EXPECT_EQ(json["position"]["token"], "MDEyMzQ1Njc4OWFiY2RlZg==");
  EXPECT_EQ(fake_.last_list().at_position().token(), "0123456789abcdef");
  EXPECT_EQ(folder_.Count(), 1) << "no temporary file stays";
}

TEST_F(CreditctlTest, ExportToStandardOutputIsJsonAlone) {
  const ProcessResult result = Run({"export", kCode, "--out", "-"});
  EXPECT_EQ(nlohmann::json::parse(result.out)["records"].size(), 3u);
}

TEST_F(CreditctlTest, AFailedExportLeavesNoFile) {
  EXPECT_EQ(Run({"export", "missing", "--out", folder_.File("f")}).exit_code,
            1);
  EXPECT_EQ(Run({"export", "error-9", "--out", folder_.File("f")}).exit_code,
            3);
  EXPECT_EQ(folder_.Count(), 0);
}

// --- Imports.

TEST_F(CreditctlTest, ImportReportsAndReturnsFive) {
  const ProcessResult result =
      Run({"import", WriteCsv(20), "--format", "licence", "--report",
           folder_.File("report.csv")});
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_THAT(result.out, AllOf(HasSubstr("回执\n"), HasSubstr("总行数"),
                                HasSubstr("拒绝"), HasSubstr("隔离")));
  EXPECT_THAT(result.err, HasSubstr("拒绝 2 行，隔离 0 行"));
  EXPECT_EQ(folder_.Read("report.csv"),
            "\xEF\xBB\xBFXK_XDR_MC,行号,结果\r\n"
            "某公司7坏,7,拒绝\r\n某公司14坏,14,拒绝\r\n");
}

TEST_F(CreditctlTest, ACleanImportIsZeroAndItsReceiptJson) {
  const ProcessResult result =
      Run({"import", WriteCsv(6), "--format", "licence", "--output", "json",
           "--validate-only", "--request-id", "my-id"});
  EXPECT_EQ(result.exit_code, 0);
  const auto json = nlohmann::json::parse(result.out);
  EXPECT_EQ(json["requestId"], "my-id");
  EXPECT_EQ(json["validateOnly"], true);
  EXPECT_EQ(json["counts"]["created"], "6");
  EXPECT_THAT(fake_.import_request_ids(), ElementsAre("my-id"));
}

TEST_F(CreditctlTest, ImportGoesOnWhenTheServerRestarts) {
  fake_.plan.import_hang_after = 700;
  CreditctlProcess process(
      Arguments({"import", WriteCsv(2000), "--format", "licence", "--report",
                 folder_.File("report.csv")}));
  fake_.AwaitHang();
  fake_.Stop();
  fake_.Start();
  const ProcessResult result = process.Wait();
  EXPECT_EQ(result.exit_code, 5) << result.err;
  EXPECT_THAT(result.err, HasSubstr("连接中断"));
  EXPECT_EQ(LinesOf(folder_.Read("report.csv")).size(), 1u + 2000 / 7);
  EXPECT_GE(fake_.import_streams(), 2);
}

TEST_F(CreditctlTest, CtrlCStopsCleanlyAndSaysHowToGoOn) {
  const std::string csv = WriteCsv(100);
  const std::vector<std::string> words = {
      "import", csv, "--format", "licence", "--report", folder_.File("report")};
  fake_.plan.import_hang_after = 50;
  CreditctlProcess process(Arguments(words));
  fake_.AwaitHang();
  process.Signal(SIGINT);
  const ProcessResult result = process.Wait();
  EXPECT_EQ(result.exit_code, 130);
  ASSERT_EQ(fake_.import_request_ids().size(), 1u);
  EXPECT_THAT(result.err,
              EndsWith(absl::StrCat("再次运行同一命令即可续传（请求编号 ",
                                    fake_.import_request_ids()[0], "）\n")));
  EXPECT_THAT(result.out, IsEmpty());
  EXPECT_EQ(folder_.Count(), 1) << "only the input";
  const ProcessResult again = Run(words);
  EXPECT_EQ(again.exit_code, 5);
  EXPECT_THAT(again.err, HasSubstr("先前已入库 50 行"));
  EXPECT_EQ(fake_.import_request_ids().size(), 1u) << "the same request id";
  EXPECT_EQ(LinesOf(folder_.Read("report")).size(), 15u);
}

TEST_F(CreditctlTest, AnImportThatFindsNoServerSaysHowToGoOn) {
  fake_.Stop();
  const ProcessResult result = Run({"import", WriteCsv(5), "--format",
                                    "licence", "--retries", "0", "--quiet"});
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_THAT(result.err, IsOneErrorLine());
  EXPECT_THAT(result.err, HasSubstr("再次运行同一命令即可续传"));
}

TEST_F(CreditctlTest, AnImportThatRunsElsewhereIsFour) {
  const ProcessResult result =
      Run({"import", WriteCsv(5), "--format", "licence", "--source",
           "error-9-IMPORT_RUNNING", "--retries", "1", "-q"});
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_THAT(result.err, IsOneErrorLine());
  EXPECT_THAT(result.err, HasSubstr("再次运行同一命令即可续传"));
  EXPECT_EQ(fake_.import_streams(), 2) << "waited for, then given up";
}

TEST_F(CreditctlTest, ImportRefusalsAreThree) {
  EXPECT_EQ(Run({"import", WriteCsv(5), "--format", "licence", "--source",
                 "error-3-BAD_CSV"})
                .exit_code,
            3);
  Run({"import", WriteCsv(5), "--format", "licence", "--request-id", "a"});
  EXPECT_EQ(
      Run({"import", WriteCsv(6), "--format", "licence", "--request-id", "a"})
          .exit_code,
      3)
      << "another file";
}

TEST_F(CreditctlTest, TemplateAndReceipt) {
  EXPECT_EQ(Run({"template", "licence"}).out, "\uFEFFXK_XDR_MC\r\n");
  EXPECT_EQ(
      Run({"template", "licence", "--names", "--out", folder_.File("t.csv")})
          .exit_code,
      0);
  EXPECT_EQ(folder_.Read("t.csv"), "\uFEFF行政相对人名称\r\n");
  EXPECT_EQ(Run({"receipt", "none"}).exit_code, 3);
  Run({"import", WriteCsv(5), "--format", "licence", "--request-id", "r"});
  const ProcessResult receipt = Run({"receipt", "r"});
  EXPECT_EQ(receipt.exit_code, 0);
  EXPECT_THAT(receipt.err, HasSubstr("导入尚未完成"));
}

// --- Writing, running.

TEST_F(CreditctlTest, WritesTakeJson) {
  const std::string file =
      folder_.Write("e.json", "\xEF\xBB\xBF{\"enterprise\":{\"name\":\"甲\"}}");
  const ProcessResult put = Run({"put", file, "--output", "json"});
  EXPECT_EQ(put.exit_code, 0);
  EXPECT_EQ(nlohmann::json::parse(put.out)["outcome"], "OUTCOME_CREATED");
  EXPECT_THAT(put.err, StartsWith("creditctl: 请求编号 ctl-"));
  EXPECT_EQ(Run({"put", file, "--request-id", "w"}).exit_code, 0);
  EXPECT_EQ(Run({"put", "-", "--request-id", "w"},
                "{\"enterprise\":{\"name\":\"乙\"}}")
                .exit_code,
            3);
  const ProcessResult submit =
      Run({"submit", "-"},
          "{\"records\":[{\"record\":{\"family\":\"FAMILY_LICENCE\"}},"
          "{\"record\":{}}]}");
  EXPECT_EQ(submit.exit_code, 5);
  EXPECT_THAT(submit.out, AllOf(HasSubstr("新增"), HasSubstr("没有种类")));
  EXPECT_THAT(
      Run({"withdraw", "-"}, "{\"recordId\":\"R\",\"reason\":\"误报\"}").out,
      HasSubstr("误报"));
}

TEST_F(CreditctlTest, ErasingCanBeTriedFirst) {
  const std::string json = "{\"recordId\":\"R\",\"reason\":\"依申请\"}";
  EXPECT_THAT(Run({"erase", "-", "--validate-only"}, json).out,
              HasSubstr("未变"));
  const ProcessResult erased = Run({"erase", "-"}, json);
  EXPECT_EQ(erased.exit_code, 0);
  EXPECT_THAT(erased.out, HasSubstr("更新"));
}

TEST_F(CreditctlTest, APersonsNumberComesFromAFile) {
  const std::string file = folder_.Write("number", "14000001234\n");
  const ProcessResult found =
      Run({"person", "telephone", file, "--personal", "核查"});
  EXPECT_EQ(found.exit_code, 0);
  EXPECT_THAT(found.out, AllOf(HasSubstr("投诉人电话"), HasSubstr("示例公司"),
                               Not(HasSubstr("14000001234"))));
  const ProcessResult none =
      Run({"person", "identity", "-", "--personal", "核查"}, "14000001234");
  EXPECT_EQ(none.exit_code, 0);
  EXPECT_EQ(none.err, "creditctl: 没有找到\n");
  // Without a reason, or as something else.
  EXPECT_EQ(Run({"person", "telephone", file}).exit_code, 2);
  EXPECT_EQ(Run({"person", "name", file, "--personal", "核查"}).exit_code, 2);
}

TEST_F(CreditctlTest, TablesAndWhatNoRuleDecidesAreShown) {
  const ProcessResult tables = Run({"tables"});
  EXPECT_EQ(tables.exit_code, 0);
  EXPECT_THAT(tables.out, HasSubstr("credit_china"));
  EXPECT_THAT(tables.err, HasSubstr("2026-11-24"));
  EXPECT_THAT(tables.err, HasSubstr("12,345"));
  const ProcessResult undecided = Run({"undecided"});
  EXPECT_EQ(undecided.exit_code, 0);
  EXPECT_THAT(undecided.out, HasSubstr("FINE_LIMITS_MISSING"));
}

TEST_F(CreditctlTest, CasesWithdrawalsAndQualityAreShown) {
  const ProcessResult cases = Run({"cases", "--due-by", "2026-11-30"});
  EXPECT_EQ(cases.exit_code, 0);
  EXPECT_THAT(cases.out, AllOf(HasSubstr("CASE"), HasSubstr("信用修复"),
                               HasSubstr("已超期")));
  EXPECT_THAT(Run({"case", "CASE"}).out, HasSubstr("ACCEPTANCE"));
  const ProcessResult opened = Run({"case-open", "-"}, "{}");
  EXPECT_EQ(opened.exit_code, 0);
  EXPECT_THAT(opened.out, HasSubstr("待受理"));
  // A step that was refused is no success.
  const ProcessResult imported = Run({"case-import", "-"}, "{}");
  EXPECT_EQ(imported.exit_code, 5);
  EXPECT_THAT(imported.out, HasSubstr("WRONG_STATE"));
  EXPECT_THAT(Run({"withdrawals"}).out,
              AllOf(HasSubstr("RECORD"), HasSubstr("已修复")));
  EXPECT_THAT(Run({"withdrawals", "--receivers"}).out,
              AllOf(HasSubstr("feed-a"), HasSubstr("1,234")));
  EXPECT_THAT(Run({"quality", "2026-11"}).out,
              AllOf(HasSubstr("source-a"), HasSubstr("98.76%")));
  EXPECT_THAT(Run({"as-of", kCode, "--date", "2026-11-01"}).out,
              HasSubstr("2026-11-01"));
}

TEST_F(CreditctlTest, KeysAreShownAndRotated) {
  EXPECT_THAT(Run({"keys"}).out, HasSubstr("1,234,567"));
  const ProcessResult rotated = Run({"keys", "--rotate"});
  EXPECT_EQ(rotated.exit_code, 0);
  EXPECT_EQ(rotated.err, "creditctl: 已开始轮换到第 2 版主密钥\n");
  EXPECT_THAT(rotated.out, HasSubstr("进行中"));
  EXPECT_EQ(Run({"keys", "--rotate"}).exit_code, 3);
}

TEST_F(CreditctlTest, AWriteOfUnknownOutcomeTellsItsRequestId) {
  const ProcessResult result =
      Run({"put", "-", "--request-id", "w1", "--retries", "1"},
          "{\"enterprise\":{\"name\":\"error-2\"}}");
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_THAT(result.err, IsOneErrorLine());
  EXPECT_THAT(result.err, HasSubstr("--request-id w1"));
}

TEST_F(CreditctlTest, VerifyTellsWholeFromFaulty) {
  const ProcessResult clean = Run({"verify"});
  EXPECT_EQ(clean.exit_code, 0);
  EXPECT_EQ(clean.out, "校验通过：2,345 行，没有错误\n");
  fake_.plan.verify_faults = 2;
  const ProcessResult faulty = Run({"verify", "--open-sealed"});
  EXPECT_EQ(faulty.exit_code, 6);
  EXPECT_THAT(faulty.out, HasSubstr("row without its enterprise\n"));
  EXPECT_EQ(LinesOf(Run({"verify", "--output", "json"}).out).size(), 2u);
  fake_.plan.verify_breaks = true;
  const ProcessResult broken = Run({"verify"});
  EXPECT_EQ(broken.exit_code, 8);
  EXPECT_THAT(broken.err, IsOneErrorLine());
}

TEST_F(CreditctlTest, StatsHealthAndQuarantine) {
  EXPECT_THAT(Run({"stats"}).out, HasSubstr("20,000,000"));
  EXPECT_EQ(Run({"health", "--output", "json"}).out,
            "{\"status\":\"SERVING\"}\n");
  EXPECT_EQ(Run({"health", "no.such"}).exit_code, 3);
  EXPECT_THAT(Run({"quarantine"}).out,
              HasSubstr("提示 XK_WSH NATURAL_KEY：没有文书号"));
  fake_.StopServing();
  const ProcessResult result = Run({"health"});
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_EQ(result.out, "未提供服务\n");
}

TEST_F(CreditctlTest, AuditListAsksForWhatItIsTold) {
  const ProcessResult result = Run({"audit",
                                    "list",
                                    "--all",
                                    "--from",
                                    "2026-11-24",
                                    "--until",
                                    "2026-11-24 08:30:00",
                                    "--principal",
                                    "u1",
                                    "--rpc",
                                    "R.Get",
                                    "--agency",
                                    "11440000006939748G",
                                    "--code",
                                    kCode,
                                    "--record",
                                    "rec",
                                    "--result",
                                    "OK",
                                    "--refused",
                                    "--page-size",
                                    "7",
                                    "--investigation",
                                    "案2"});
  EXPECT_EQ(result.exit_code, 0);
  const v1::ListAuditRowsRequest request = fake_.last_audit();
  EXPECT_EQ(request.from().seconds(), 1795449600);
  EXPECT_EQ(request.until().seconds(), 1795449600 + 8 * 3600 + 30 * 60);
  EXPECT_EQ(request.principal(), "u1");
  EXPECT_EQ(request.rpc(), "R.Get");
  EXPECT_EQ(request.agency(), "11440000006939748G");
  EXPECT_EQ(request.item().identifier(), kCode);
  EXPECT_EQ(request.record_id(), "rec");
  EXPECT_EQ(request.code(), "OK");
  EXPECT_TRUE(request.refused());
  EXPECT_EQ(request.page_size(), 7);
  EXPECT_EQ(request.page_token(), "more");
  EXPECT_EQ(fake_.last_investigation(), "案2");
  const std::vector<std::string> lines = LinesOf(result.out);
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_THAT(lines[0], AllOf(HasSubstr("序号"), HasSubstr("调用者")));
  EXPECT_THAT(lines[2],
              AllOf(HasSubstr("12"), HasSubstr("2025-11-25 00:00:00"),
                    HasSubstr("OUT_OF_SCOPE"), HasSubstr("检查人员、NEW_ROLE"),
                    HasSubstr("GetEnterprise"),
                    HasSubstr("双随机检查; 案件 案1; 914403001922038216 等 2 "
                              "个主体")));
  EXPECT_THAT(lines[3], HasSubstr(" OK "));
  EXPECT_THAT(result.err, HasSubstr("另有 1 行被改动"));
  EXPECT_EQ(
      LinesOf(Run({"audit", "list", "--limit", "2", "--output", "json"}).out)
          .size(),
      2u);
  const ProcessResult wrong = Run({"audit", "list", "--from", "yesterday"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("yesterday：不是日期或时间"));
}

TEST_F(CreditctlTest, AuditReadsTellsWhoLooked) {
  const ProcessResult result = Run({"audit", "reads", kCode});
  EXPECT_EQ(result.exit_code, 0);
  const std::vector<std::string> lines = LinesOf(result.out);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_THAT(lines[2],
              AllOf(HasSubstr("11440000006939748G"), HasSubstr("部门查询"),
                    HasSubstr("ListRecords"), HasSubstr("3"), HasSubstr("是"),
                    HasSubstr("双随机检查")));
  EXPECT_THAT(Run({"--lang", "en", "audit", "reads", kCode}).out,
              HasSubstr("AGENCY_READER"));
  const ProcessResult none = Run({"audit", "reads", "missing"});
  EXPECT_EQ(none.exit_code, 0);
  EXPECT_THAT(none.err, HasSubstr("没有他人查看的记录"));
}

TEST_F(CreditctlTest, AFullDiskBehindStandardOutputIsToldAndSeven) {
  const ProcessResult result =
      RunCreditctl(Arguments({"batch-get", "-q", "--output", "json"}), kCode,
                   {}, "/dev/full");
  EXPECT_EQ(result.exit_code, 7);
  EXPECT_THAT(result.err, IsOneErrorLine());
  EXPECT_THAT(result.err, HasSubstr("磁盘空间不足"));
}

}  // namespace
}  // namespace creditreg
