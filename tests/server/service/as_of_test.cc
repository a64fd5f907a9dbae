// What a channel showed on a day, asked for later: after any number of changes
// every page is the one that was sent then, byte for byte.
//
// Long form: ./x stress --part as_of

#include <algorithm>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/message_differencer.h"
#include "grpcpp/client_context.h"
#include "gtest/gtest.h"
#include "index/base/civil_day.h"
#include "tests/server/service/test_server.h"
#include "tests/testing/long_run.h"
#include "tests/testing/shipped_tables.h"

namespace creditreg {
namespace {

constexpr char kTables[] = CREDITREG_SOURCE_DIR "/conf/intake";
constexpr const char* kCodes[] = {kCodeA, kCodeB, kCodeC};
constexpr const char* kNames[] = {"甲公司", "乙公司", "丙公司"};

using Channel = v1::ChannelPublication::Channel;

// A page as it was sent: without its position.
struct Sent {
  std::string code;
  Channel channel = v1::ChannelPublication::CHANNEL_CREDIT_CHINA;
  std::string date;
  v1::Position position;
  std::string page;
};

// Who sees also what ended since.
TestServerOptions AsAuditor() {
  TestServerOptions options;
  auto principal = std::make_shared<Principal>(*options.nobody);
  principal->roles.Add(conf::v1::ROLE_AUDITOR);
  options.nobody = std::move(principal);
  return options;
}

class World {
 public:
  explicit World(std::uint64_t seed) : random_(seed) {
    for (int i = 0; i < 3; ++i) {
      server_.Put(SampleEnterprise(kCodes[i], kNames[i]));
    }
  }

  std::uint64_t Below(std::uint64_t n) {
    return std::uniform_int_distribution<std::uint64_t>(0, n - 1)(random_);
  }

  // One change, or a refusal of one.
  void Change() {
    switch (Below(12)) {
      case 0:
      case 1:
        server_.clock().Advance(
            absl::Hours(static_cast<std::int64_t>(1 + Below(24 * 20))));
        server_.registry().BeginDay();
        break;
      case 2:
        Withdraw();
        break;
      case 3:
      case 4:
        RunCase();
        break;
      case 5:
        Classify();
        break;
      case 6:
        if (Below(6) == 0) Activate();
        break;
      default:
        Submit();
    }
  }

  // Asks for a page as the public does, and keeps it.
  void Look() {
    Sent sent;
    sent.code = kCodes[Below(3)];
    sent.channel = Below(2) == 0 ? v1::ChannelPublication::CHANNEL_CREDIT_CHINA
                                 : v1::ChannelPublication::CHANNEL_GSXT;
    sent.date = ChinaDay(server_.clock().Now()).ToIso();
    v1::GetPublicEnterpriseRequest request;
    request.mutable_item()->set_identifier(sent.code);
    request.set_channel(sent.channel);
    v1::GetPublicEnterpriseResponse response;
    grpc::ClientContext context;
    ASSERT_EQ(CodeAndReason(server_.lookup().GetPublicEnterprise(
                  &context, request, &response)),
              "OK");
    sent.position = response.position();
    response.clear_position();
    records_shown_ += response.penalties_size() + response.listings_size();
    sent.page = response.SerializeAsString();
    sent_.push_back(std::move(sent));
  }

  // Every page once more, at its position and day.
  void CompareAll() {
    for (const Sent& sent : sent_) {
      v1::GetPublicPageAsOfRequest request;
      request.mutable_item()->set_identifier(sent.code);
      request.set_channel(sent.channel);
      request.set_date(sent.date);
      *request.mutable_at_position() = sent.position;
      v1::GetPublicPageAsOfResponse response;
      grpc::ClientContext context;
      ASSERT_EQ(CodeAndReason(server_.publication().GetPublicPageAsOf(
                    &context, request, &response)),
                "OK");
      EXPECT_FALSE(response.is_incomplete());
      if (response.page().SerializeAsString() == sent.page) continue;
      v1::GetPublicEnterpriseResponse then;
      ASSERT_TRUE(then.ParseFromString(sent.page));
      std::string difference;
      google::protobuf::util::MessageDifferencer differencer;
      differencer.ReportDifferencesToString(&difference);
      differencer.Compare(then, response.page());
      FAIL() << sent.date << " "
             << v1::ChannelPublication::Channel_Name(sent.channel) << ": "
             << difference;
    }
  }

  std::uint64_t pages() const { return sent_.size(); }
  std::int64_t records_shown() const { return records_shown_; }
  std::uint64_t changes() {
    return server_.registry().CurrentView()->sequence();
  }

 private:
  const char* AnyKind() {
    constexpr const char* kKinds[] = {
        "责令关闭", "没收违法所得", "警告", "罚款", "通报批评", "吊销许可证件"};
    return kKinds[Below(6)];
  }

  void Submit() {
    const std::uint64_t firm = Below(3);
    // Few numbers, so that most come again as versions.
    const std::string number = absl::StrCat(firm, "-", Below(30), "号");
    v1::Record record = SamplePenalty(kCodes[firm], kNames[firm], number);
    v1::Penalty& penalty = *record.mutable_penalty();
    penalty.clear_kinds();
    penalty.clear_fine_fen();
    penalty.add_kinds(AnyKind());
    if (penalty.kinds(0) == "罚款") {
      penalty.set_fine_fen(static_cast<std::int64_t>(Below(4)) * 1000000 + 100);
    }
    penalty.set_procedure(Below(5) == 0 ? v1::Penalty::PROCEDURE_SIMPLE
                                        : v1::Penalty::PROCEDURE_ORDINARY);
    penalty.set_facts(absl::StrCat("事实", Below(5)));
    const CivilDay today = ChinaDay(server_.clock().Now());
    penalty.set_decided_on(
        today.PlusDays(-static_cast<int>(Below(1200))).ToIso());
    v1::SubmitRecordsRequest request;
    request.set_request_id(server_.NewRequestId());
    *request.add_records()->mutable_record() = record;
    v1::SubmitRecordsResponse response;
    grpc::ClientContext context;
    ASSERT_EQ(CodeAndReason(
                  server_.write().SubmitRecords(&context, request, &response)),
              "OK");
    const std::string& id = response.results(0).record_id();
    if (!id.empty()) ids_.push_back(id);
  }

  const std::string& AnyRecord() { return ids_[Below(ids_.size())]; }

  void Withdraw() {
    if (ids_.empty() || Below(3) != 0) return;
    v1::WithdrawRecordRequest request;
    request.set_request_id(server_.NewRequestId());
    request.set_record_id(AnyRecord());
    request.set_reason("有误");
    v1::WithdrawRecordResponse response;
    grpc::ClientContext context;
    (void)server_.write().WithdrawRecord(&context, request, &response);
  }

  void Classify() {
    if (ids_.empty()) return;
    v1::ClassifyRecordRequest request;
    request.set_request_id(server_.NewRequestId());
    request.set_record_id(AnyRecord());
    request.set_channel(v1::ChannelPublication::CHANNEL_CREDIT_CHINA);
    request.set_term(Below(2) == 0 ? "CC36-GENERAL" : "CC36-SERIOUS");
    request.set_reason("核定");
    v1::ClassifyRecordResponse response;
    grpc::ClientContext context;
    (void)server_.publication().ClassifyRecord(&context, request, &response);
  }

  // All the way, or as far as it goes.
  void RunCase() {
    if (ids_.empty()) return;
    struct Kind {
      v1::CaseKind kind;
      std::vector<const char*> papers;
    };
    const Kind kinds[] = {
        {v1::CASE_KIND_REPAIR, {"PROOF", "COMMITMENT"}},
        {v1::CASE_KIND_OBJECTION, {"EVIDENCE"}},
        {v1::CASE_KIND_SHIELD, {"COURT_RULING"}},
        {v1::CASE_KIND_ANNULMENT, {"DECISION"}},
        {v1::CASE_KIND_REPUBLICATION, {"DECISION"}},
    };
    const Kind& kind = kinds[Below(5)];
    v1::OpenCaseRequest open;
    open.set_request_id(server_.NewRequestId());
    open.set_kind(kind.kind);
    open.set_record_id(AnyRecord());
    open.set_reason("依法办理");
    open.set_submit(true);
    for (const char* paper : kind.papers) {
      v1::CaseMaterial* material = open.add_materials();
      material->set_material(paper);
      material->set_sm3(std::string(32, 'p'));
    }
    v1::OpenCaseResponse opened;
    grpc::ClientContext context;
    if (!server_.cases().OpenCase(&context, open, &opened).ok()) return;
    for (const v1::CaseAction action :
         {v1::CASE_ACTION_ACCEPT, v1::CASE_ACTION_APPROVE,
          v1::CASE_ACTION_REVOKE}) {
      if (Below(4) == 0) return;
      v1::AdvanceCaseRequest request;
      request.set_request_id(server_.NewRequestId());
      request.set_case_id(opened.case_().case_id());
      request.set_action(action);
      request.set_reason("已核实");
      v1::AdvanceCaseResponse response;
      grpc::ClientContext step_context;
      if (!server_.cases()
               .AdvanceCase(&step_context, request, &response)
               .ok()) {
        return;
      }
      ++steps_;
    }
  }

  // Rules with other limits of fines, in the next version.
  void Activate() {
    ++version_;
    v1::ActivateTableRequest request;
    request.set_request_id(server_.NewRequestId());
    request.set_name("credit_china");
    request.set_text(absl::StrReplaceAll(
        ShippedTable("credit_china"),
        {{"version: 1\n", absl::StrCat("version: ", version_, "\n")},
         {"  id: \"CC36\"\n",
          absl::StrCat("  id: \"CC36\"\n  fine_limits { id: \"L\" article: "
                       "\"示例\" larger_fen: ",
                       (1 + Below(4)) * 1000000,
                       " huge_fen: 400000000 }\n")}}));
    v1::ActivateTableResponse response;
    grpc::ClientContext context;
    ASSERT_EQ(CodeAndReason(server_.publication().ActivateTable(
                  &context, request, &response)),
              "OK");
  }

  std::mt19937_64 random_;
  TestServer server_{kTables, AsAuditor()};
  std::vector<std::string> ids_;
  std::vector<Sent> sent_;
  std::int64_t records_shown_ = 0;
  std::int64_t steps_ = 0;
  std::uint32_t version_ = 1;
};

TEST(AsOfTest, EveryPageIsFoundAgainAsItWasSent) {
  LongRun run;
  std::uint64_t seed = run.seed();
  do {
    World world(seed);
    const int rounds = run.has_time() ? 16000 : 500;
    for (int i = 0; i < rounds && !::testing::Test::HasFailure(); ++i) {
      world.Change();
      world.Look();
    }
    world.CompareAll();
    if (::testing::Test::HasFailure()) {
      LongRun::Replay(absl::StrCat("CREDITREG_SEED=", seed));
      return;
    }
    // It was about something.
    EXPECT_GT(world.records_shown(), 100);
    run.Progress(absl::StrCat(world.pages(), " pages after ", world.changes(),
                              " changes"));
    ++seed;
  } while (run.has_time() && !run.TimeIsUp());
}

}  // namespace
}  // namespace creditreg
