#include "client/cli/command_line.h"

#include <map>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/substitute.h"
#include "absl/time/time.h"
#include "client/cli/display_text.h"
#include "client/remote_error.h"

namespace creditreg::cli {
namespace {

constexpr char kDefaultServer[] = "127.0.0.1:7420";
constexpr char kVersion[] = "creditctl 0.1.0";

// Names of values on the command line.
const std::map<std::string, v1::PersonalNumberKind>& PersonKinds() {
  static const auto* const kinds =
      new std::map<std::string, v1::PersonalNumberKind>{
          {"identity", v1::PERSONAL_NUMBER_KIND_IDENTITY},
          {"telephone", v1::PERSONAL_NUMBER_KIND_TELEPHONE}};
  return *kinds;
}

const std::map<std::string, v1::OldNumberKind>& Kinds() {
  static const auto* const kinds = new std::map<std::string, v1::OldNumberKind>{
      {"registration", v1::OLD_NUMBER_KIND_REGISTRATION},
      {"organisation", v1::OLD_NUMBER_KIND_ORGANISATION_CODE},
      {"tax", v1::OLD_NUMBER_KIND_TAX},
      {"institution", v1::OLD_NUMBER_KIND_INSTITUTION_CERTIFICATE},
      {"social-organisation",
       v1::OLD_NUMBER_KIND_SOCIAL_ORGANISATION_CERTIFICATE},
      {"social-insurance", v1::OLD_NUMBER_KIND_SOCIAL_INSURANCE},
      {"statistics", v1::OLD_NUMBER_KIND_STATISTICS},
      {"other", v1::OLD_NUMBER_KIND_OTHER}};
  return *kinds;
}

const std::map<std::string, v1::Family>& Families() {
  static const auto* const families = new std::map<std::string, v1::Family>{
      {"licence", v1::FAMILY_LICENCE},
      {"penalty", v1::FAMILY_PENALTY},
      {"complaint", v1::FAMILY_COMPLAINT},
      {"listing", v1::FAMILY_LISTING},
      {"annual-report", v1::FAMILY_ANNUAL_REPORT}};
  return *families;
}

const std::map<std::string, v1::ChannelPublication::Channel>& Channels() {
  static const auto* const channels =
      new std::map<std::string, v1::ChannelPublication::Channel>{
          {"credit-china", v1::ChannelPublication::CHANNEL_CREDIT_CHINA},
          {"gsxt", v1::ChannelPublication::CHANNEL_GSXT}};
  return *channels;
}

const std::map<std::string, v1::ImportFormat>& Formats() {
  static const auto* const formats =
      new std::map<std::string, v1::ImportFormat>{
          {"enterprise", v1::IMPORT_FORMAT_ENTERPRISE_CSV},
          {"licence", v1::IMPORT_FORMAT_LICENCE_CSV},
          {"penalty", v1::IMPORT_FORMAT_PENALTY_CSV},
          {"complaint", v1::IMPORT_FORMAT_COMPLAINT_CSV}};
  return *formats;
}

const std::map<std::string, v1::TextEncoding>& Encodings() {
  static const auto* const encodings =
      new std::map<std::string, v1::TextEncoding>{
          {"auto", v1::TEXT_ENCODING_UNSPECIFIED},
          {"utf8", v1::TEXT_ENCODING_UTF8},
          {"gb18030", v1::TEXT_ENCODING_GB18030}};
  return *encodings;
}

template <typename Value>
CLI::IsMember OneOf(const std::map<std::string, Value>& values) {
  std::vector<std::string> names;
  names.reserve(values.size());
  for (const auto& [name, value] : values) names.push_back(name);
  return CLI::IsMember(names);
}

// Whether `--lang en` stands anywhere: help and errors speak it too.
Lang FindLang(int argc, const char* const* argv) {
  Lang lang = Lang::kZh;
  for (int i = 1; i < argc; ++i) {
    const absl::string_view argument = argv[i];
    const absl::string_view next = i + 1 < argc ? argv[i + 1] : "";
    if (argument == "--lang=en" || (argument == "--lang" && next == "en")) {
      lang = Lang::kEn;
    }
  }
  return lang;
}

// A day or a time in China, or one with its zone as RFC 3339 has it.
std::optional<google::protobuf::Timestamp> ParseTime(const std::string& text) {
  const absl::TimeZone china = absl::FixedTimeZone(8 * 60 * 60);
  absl::Time time;
  std::string error;
  if (!absl::ParseTime("%Y-%m-%d", text, china, &time, &error) &&
      !absl::ParseTime("%Y-%m-%d %H:%M:%S", text, china, &time, &error) &&
      !absl::ParseTime(absl::RFC3339_full, text, &time, &error)) {
    return std::nullopt;
  }
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(absl::ToUnixSeconds(time));
  return timestamp;
}

// What CLI11 fills in, before it is made into messages.
struct Raw {
  std::string output = "table";
  double timeout_s = 30;
  int retries = -1;
  std::string lang = "zh";
  std::string code;
  std::string name;
  std::string kind;
  std::string at;
  std::string personal;
  std::string file = "-";
  bool brief = false;
  std::vector<std::string> families;
  int page_size = 50;
  std::int64_t limit = -1;
  bool all = false;
  std::string record_id;
  bool versions = false;
  std::string format;
  std::string encoding = "auto";
  std::string source;
  std::string request_id;
  bool validate_only = false;
  std::string report;
  bool names = false;
  std::string out;
  bool open_sealed = false;
  bool rotate = false;
  std::string service;
  std::string from;
  std::string until;
  std::string principal;
  std::string rpc;
  std::string agency;
  std::string result;
  bool refused = false;
  std::string from_month;
  std::string to_month;
  std::string date;
  std::string channel;
  std::string case_id;
  bool receivers = false;
};

class Parser {
 public:
  explicit Parser(Lang lang)
      : lang_(lang), app_(std::string(texts::kAbout.In(lang)), "creditctl") {
    global_.lang = lang;
    // Commands inherit it.
    app_.option_defaults()->group(Say(texts::kLabelOptions));
    AddGlobals();
    AddReads();
    AddFiles();
    AddWrites();
    AddOperations();
    // Global options may also stand after the command.
    for (CLI::App* const command : app_.get_subcommands(nullptr)) {
      command->fallthrough();
      command->group(Say(texts::kLabelCommands));
      command->set_help_flag("-h,--help", Say(texts::kHelpFlag));
    }
    app_.require_subcommand(1);
  }

  std::variant<CommandLine, NothingToRun> Parse(int argc,
                                                const char* const* argv) {
    try {  // CLI11 reports by exception; it ends here.
      app_.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
      return NothingToRun{ExitCode::kOk, HelpText()};
    } catch (const CLI::CallForAllHelp&) {
      return NothingToRun{ExitCode::kOk, HelpText()};
    } catch (const CLI::CallForVersion&) {
      return NothingToRun{ExitCode::kOk, absl::StrCat(kVersion, "\n")};
    } catch (const CLI::ParseError& error) {
      return Usage(absl::StrCat(UsageReason(lang_, error.get_name()),
                                texts::kColon.In(lang_),
                                OneLine(error.what())));
    }
    return Build();
  }

 private:
  std::string Say(const Text& text) const {
    return std::string(text.In(lang_));
  }

  NothingToRun Usage(absl::string_view what) const {
    return {ExitCode::kUsage,
            absl::StrCat("creditctl: ",
                         Neutralise(absl::Substitute(
                             texts::kErrorUsage.In(lang_), what)),
                         "\n")};
  }

  std::string HelpText() {
    const CLI::App* chosen = &app_;
    std::string before;
    while (!chosen->get_subcommands().empty()) {
      absl::StrAppend(&before, before.empty() ? "" : " ",
                      chosen == &app_ ? "creditctl" : chosen->get_name());
      chosen = chosen->get_subcommands().front();
    }
    return chosen->help(before);
  }

  CLI::App* Add(const std::string& name, const Text& about) {
    return app_.add_subcommand(name, Say(about));
  }

  void AddGlobals() {
    app_.get_formatter()->label("Usage", Say(texts::kLabelUsage));
    app_.get_formatter()->label("OPTIONS", Say(texts::kLabelOptions));
    app_.get_formatter()->label("Positionals", Say(texts::kLabelPositionals));
    app_.get_formatter()->label("SUBCOMMAND", Say(texts::kLabelCommands));
    app_.get_formatter()->label("REQUIRED", Say(texts::kLabelRequired));
    app_.get_formatter()->column_width(34);
    app_.set_help_flag("-h,--help", Say(texts::kHelpFlag));
    app_.set_version_flag("--version", kVersion, Say(texts::kVersionFlag));
    app_.footer(Say(texts::kExitCodes));
    global_.server = kDefaultServer;
    app_.add_option("--server", global_.server, Say(texts::kServer))
        ->envname("CREDITCTL_SERVER")
        ->capture_default_str();
    ClientCredentials& shown = global_.credentials;
    app_.add_option("--ca", shown.ca_file, Say(texts::kCa))
        ->envname("CREDITCTL_CA");
    app_.add_option("--cert", shown.certificate_file, Say(texts::kCert))
        ->envname("CREDITCTL_CERT");
    app_.add_option("--key", shown.key_file, Say(texts::kKey))
        ->envname("CREDITCTL_KEY");
    app_.add_option("--token-file", shown.token_file, Say(texts::kTokenFile))
        ->envname("CREDITCTL_TOKEN_FILE");
    app_.add_option("--purpose", shown.purpose, Say(texts::kPurpose))
        ->envname("CREDITCTL_PURPOSE");
    app_.add_option("--investigation", shown.investigation,
                    Say(texts::kInvestigation))
        ->envname("CREDITCTL_INVESTIGATION");
    app_.add_option("--output", raw_.output, Say(texts::kOutput))
        ->check(CLI::IsMember({"table", "json"}))
        ->capture_default_str();
    app_.add_option("--timeout", raw_.timeout_s, Say(texts::kTimeout))
        ->check(CLI::Range(0.01, 86400.0))
        ->capture_default_str();
    app_.add_option("--retries", raw_.retries, Say(texts::kRetries))
        ->check(CLI::Range(0, 1000));
    app_.add_option("--lang", raw_.lang, Say(texts::kLang))
        ->check(CLI::IsMember({"zh", "en"}))
        ->capture_default_str();
    app_.add_flag("--public", global_.public_view, Say(texts::kPublic));
    app_.add_flag("-q,--quiet", global_.quiet, Say(texts::kQuiet));
  }

  void AddItem(CLI::App* command) {
    command->add_option("code", raw_.code, Say(texts::kArgCode))->required();
    command->add_option("--kind", raw_.kind, Say(texts::kArgKind))
        ->check(OneOf(Kinds()));
  }

  void AddExtent(CLI::App* command) {
    command->add_option("--page-size", raw_.page_size, Say(texts::kArgPageSize))
        ->check(CLI::Range(1, 500))
        ->capture_default_str();
    CLI::Option* const limit =
        command->add_option("--limit", raw_.limit, Say(texts::kArgLimit));
    limit->check(CLI::Range(1, 1000000000));
    command->add_flag("--all", raw_.all, Say(texts::kArgAll))->excludes(limit);
  }

  void AddReads() {
    get_ = Add("get", texts::kGet);
    AddItem(get_);
    get_->add_option("--name", raw_.name, Say(texts::kArgName));
    get_->add_option("--at", raw_.at, Say(texts::kArgAt));
    get_->add_option("--personal", raw_.personal, Say(texts::kArgPersonal));
    batch_get_ = Add("batch-get", texts::kBatchGet);
    batch_get_->add_option("file", raw_.file, Say(texts::kArgBatchFile))
        ->capture_default_str();
    batch_get_->add_flag("--brief", raw_.brief, Say(texts::kArgBrief));
    records_ = Add("records", texts::kRecords);
    AddItem(records_);
    records_->add_option("--family", raw_.families, Say(texts::kArgFamily))
        ->delimiter(',')
        ->check(OneOf(Families()));
    AddExtent(records_);
    records_->add_option("--at", raw_.at, Say(texts::kArgAt));
    record_ = Add("record", texts::kRecord);
    record_->add_option("id", raw_.record_id, Say(texts::kArgRecordId))
        ->required();
    CLI::Option* const versions = record_->add_flag("--versions", raw_.versions,
                                                    Say(texts::kArgVersions));
    record_->add_option("--at", raw_.at, Say(texts::kArgAt))
        ->excludes(versions);
    record_->add_option("--personal", raw_.personal, Say(texts::kArgPersonal))
        ->excludes(versions);
    export_ = Add("export", texts::kExport);
    AddItem(export_);
    export_->add_option("--out", raw_.out, Say(texts::kArgExportOut))
        ->required();
    quarantine_ = Add("quarantine", texts::kQuarantine);
    quarantine_->add_option("--source", raw_.source, Say(texts::kArgSource));
    AddExtent(quarantine_);
    quarantine_->add_option("--personal", raw_.personal,
                            Say(texts::kArgPersonal));
    undecided_ = Add("undecided", texts::kUndecided);
    AddExtent(undecided_);
    tables_ = Add("tables", texts::kTables);
    quality_ = Add("quality", texts::kQuality);
    quality_->add_option("from", raw_.from_month, Say(texts::kArgFromMonth))
        ->required();
    quality_->add_option("to", raw_.to_month, Say(texts::kArgToMonth));
    quality_->add_option("--source", raw_.source, Say(texts::kArgSource));
    as_of_ = Add("as-of", texts::kAsOf);
    AddItem(as_of_);
    as_of_->add_option("--date", raw_.date, Say(texts::kArgDate))->required();
    as_of_->add_option("--channel", raw_.channel, Say(texts::kArgChannel))
        ->check(OneOf(Channels()));
    as_of_->add_option("--at", raw_.at, Say(texts::kArgAt));
    cases_ = Add("cases", texts::kCases);
    cases_->add_option("--record", raw_.record_id, Say(texts::kArgRecordId));
    cases_->add_option("--due-by", raw_.date, Say(texts::kArgDueBy));
    AddExtent(cases_);
    case_ = Add("case", texts::kCase);
    case_->add_option("case_id", raw_.case_id, Say(texts::kArgCaseId))
        ->required();
    withdrawals_ = Add("withdrawals", texts::kWithdrawals);
    withdrawals_->add_flag("--receivers", raw_.receivers,
                           Say(texts::kArgReceivers));
    person_ = Add("person", texts::kPerson);
    person_->add_option("kind", raw_.kind, Say(texts::kArgPersonKind))
        ->required()
        ->check(OneOf(PersonKinds()));
    person_->add_option("file", raw_.file, Say(texts::kArgPersonFile))
        ->required();
    person_->add_option("--personal", raw_.personal, Say(texts::kArgPersonal))
        ->required();
    AddExtent(person_);
  }

  void AddFiles() {
    import_ = Add("import", texts::kImport);
    import_->add_option("file", raw_.file, Say(texts::kArgImportFile))
        ->required();
    import_->add_option("--format", raw_.format, Say(texts::kArgFormat))
        ->required()
        ->check(OneOf(Formats()));
    import_->add_option("--encoding", raw_.encoding, Say(texts::kArgEncoding))
        ->check(OneOf(Encodings()))
        ->capture_default_str();
    import_->add_option("--source", raw_.source, Say(texts::kArgSource));
    import_->add_option("--request-id", raw_.request_id,
                        Say(texts::kArgRequestId));
    import_->add_flag("--validate-only", raw_.validate_only,
                      Say(texts::kArgValidateOnly));
    import_->add_option("--report", raw_.report, Say(texts::kArgReport));
    template_ = Add("template", texts::kTemplate);
    template_->add_option("format", raw_.format, Say(texts::kArgFormat))
        ->required()
        ->check(OneOf(Formats()));
    template_->add_flag("--names", raw_.names, Say(texts::kArgNames));
    template_->add_option("--out", raw_.out, Say(texts::kArgTemplateOut));
    receipt_ = Add("receipt", texts::kReceipt);
    receipt_
        ->add_option("request_id", raw_.request_id, Say(texts::kArgRequestId))
        ->required();
  }

  void AddWrite(const std::string& name, const Text& about, WriteKind kind) {
    CLI::App* const command = Add(name, about);
    command->add_option("file", raw_.file, Say(texts::kArgJsonFile))
        ->required();
    command->add_option("--request-id", raw_.request_id,
                        Say(texts::kArgWriteRequestId));
    if (kind != WriteKind::kWithdraw && kind != WriteKind::kWithhold &&
        kind != WriteKind::kImportCaseSteps) {
      command->add_flag("--validate-only", raw_.validate_only,
                        Say(texts::kArgValidateOnly));
    }
    writes_[command] = kind;
  }

  void AddWrites() {
    AddWrite("put", texts::kPut, WriteKind::kPut);
    AddWrite("submit", texts::kSubmit, WriteKind::kSubmit);
    AddWrite("correct", texts::kCorrect, WriteKind::kCorrect);
    AddWrite("withdraw", texts::kWithdraw, WriteKind::kWithdraw);
    AddWrite("erase", texts::kErase, WriteKind::kErase);
    AddWrite("withhold", texts::kWithhold, WriteKind::kWithhold);
    AddWrite("classify", texts::kClassify, WriteKind::kClassify);
    AddWrite("activate", texts::kActivate, WriteKind::kActivate);
    AddWrite("case-open", texts::kOpenCase, WriteKind::kOpenCase);
    AddWrite("case-step", texts::kAdvanceCase, WriteKind::kAdvanceCase);
    AddWrite("case-import", texts::kImportCaseSteps,
             WriteKind::kImportCaseSteps);
  }

  void AddOperations() {
    stats_ = Add("stats", texts::kStats);
    verify_ = Add("verify", texts::kVerify);
    verify_->add_flag("--open-sealed", raw_.open_sealed,
                      Say(texts::kArgOpenSealed));
    health_ = Add("health", texts::kHealth);
    health_->add_option("service", raw_.service, Say(texts::kArgService));
    keys_ = Add("keys", texts::kKeys);
    keys_->add_flag("--rotate", raw_.rotate, Say(texts::kArgRotate));
    audit_ = Add("audit", texts::kAudit);
    audit_->require_subcommand(1);
    AddAuditList();
    audit_reads_ = AddToAudit("reads", texts::kAuditReads);
    AddItem(audit_reads_);
    AddExtent(audit_reads_);
    audit_verify_ = AddToAudit("verify", texts::kAuditVerify);
    audit_verify_->add_option("directory", raw_.file, Say(texts::kArgAuditDir))
        ->required();
    audit_verify_->add_option("--sink", raw_.out, Say(texts::kArgAuditSink));
  }

  CLI::App* AddToAudit(const std::string& name, const Text& about) {
    CLI::App* const command = audit_->add_subcommand(name, Say(about));
    command->fallthrough();
    command->group(Say(texts::kLabelCommands));
    command->set_help_flag("-h,--help", Say(texts::kHelpFlag));
    return command;
  }

  void AddAuditList() {
    audit_list_ = AddToAudit("list", texts::kAuditList);
    const auto add = [this](const std::string& name, std::string* value,
                            const Text& about) {
      audit_list_->add_option(name, *value, Say(about));
    };
    add("--from", &raw_.from, texts::kArgFrom);
    add("--until", &raw_.until, texts::kArgUntil);
    add("--principal", &raw_.principal, texts::kArgPrincipal);
    add("--rpc", &raw_.rpc, texts::kArgRpc);
    add("--agency", &raw_.agency, texts::kArgAuditAgency);
    add("--code", &raw_.code, texts::kArgCode);
    add("--record", &raw_.record_id, texts::kArgRecordId);
    add("--result", &raw_.result, texts::kArgResult);
    audit_list_->add_flag("--refused", raw_.refused, Say(texts::kArgRefused));
    AddExtent(audit_list_);
  }

  v1::LookupItem Item() const {
    v1::LookupItem item;
    item.set_identifier(raw_.code);
    item.set_name(raw_.name);
    if (!raw_.kind.empty()) item.set_kind(Kinds().at(raw_.kind));
    return item;
  }

  ListExtent Extent() const {
    ListExtent extent;
    extent.page_size = raw_.page_size;
    extent.limit = raw_.page_size;
    if (raw_.limit > 0) extent.limit = raw_.limit;
    if (raw_.all) extent.limit.reset();
    return extent;
  }

  // Texts that go into proto strings, which are UTF-8.
  std::optional<NothingToRun> CheckTexts() const {
    for (const std::string* const text :
         {&raw_.code, &raw_.name, &raw_.personal, &raw_.record_id, &raw_.source,
          &raw_.request_id, &raw_.service, &raw_.principal, &raw_.rpc,
          &raw_.agency, &raw_.result, &global_.server,
          &global_.credentials.purpose, &global_.credentials.investigation}) {
      const std::string shown = Neutralise(*text);
      if (text->find("\uFFFD") == std::string::npos &&
          shown.find("\uFFFD") != std::string::npos) {
        return Usage(absl::Substitute(texts::kNotUtf8.In(lang_), shown));
      }
    }
    if (global_.server.empty()) return Usage("--server");
    return std::nullopt;
  }

  // Options and commands the public service does not have.
  std::optional<NothingToRun> CheckPublic(const CLI::App& command) const {
    if (!global_.public_view) return std::nullopt;
    const bool offered = &command == get_ || &command == batch_get_ ||
                         &command == records_ || &command == health_;
    absl::string_view refused;
    if (!offered) refused = command.get_name();
    if (!raw_.at.empty()) refused = "--at";
    if (!raw_.personal.empty()) refused = "--personal";
    for (const std::string& family : raw_.families) {
      if (family != "licence") refused = "--family";
    }
    if (refused.empty()) return std::nullopt;
    return Usage(absl::Substitute(texts::kNotWithPublic.In(lang_), refused));
  }

  std::variant<CommandLine, NothingToRun> Build() {
    const CLI::App& chosen = *app_.get_subcommands().front();
    global_.lang = raw_.lang == "en" ? Lang::kEn : Lang::kZh;
    global_.output =
        raw_.output == "json" ? OutputForm::kJson : OutputForm::kTable;
    global_.timeout = absl::Seconds(raw_.timeout_s);
    if (raw_.retries >= 0) global_.retries = raw_.retries;
    if (auto wrong = CheckTexts()) return *std::move(wrong);
    if (auto wrong = CheckPublic(chosen)) return *std::move(wrong);
    std::optional<v1::Position> at;
    if (!raw_.at.empty()) {
      std::string token;
      if (!absl::Base64Unescape(raw_.at, &token) || token.empty()) {
        return Usage(texts::kNotPosition.In(lang_));
      }
      at.emplace().set_token(token);
    }
    for (const std::string* const text : {&raw_.from, &raw_.until}) {
      if (text->empty() || ParseTime(*text).has_value()) continue;
      return Usage(
          absl::Substitute(texts::kNotTime.In(lang_), Neutralise(*text)));
    }
    return CommandLine{global_, BuildCommand(chosen, at)};
  }

  Command BuildCommand(const CLI::App& chosen,
                       const std::optional<v1::Position>& at) const {
    if (&chosen == get_) return GetCommand{Item(), at, raw_.personal};
    if (&chosen == batch_get_) return BatchGetCommand{raw_.file, raw_.brief};
    if (&chosen == records_) return BuildRecords(at);
    if (&chosen == record_) {
      return RecordCommand{raw_.record_id, raw_.versions, at, raw_.personal};
    }
    if (&chosen == import_) return BuildImport();
    if (&chosen == template_) return BuildTemplate();
    if (&chosen == receipt_) return ReceiptCommand{raw_.request_id};
    if (&chosen == stats_) return StatsCommand{};
    if (&chosen == verify_) return VerifyCommand{raw_.open_sealed};
    if (&chosen == export_) return ExportCommand{Item(), raw_.out};
    if (&chosen == quarantine_) {
      return QuarantineCommand{raw_.source, Extent(), raw_.personal};
    }
    if (&chosen == health_) return HealthCommand{raw_.service};
    if (&chosen == person_) {
      return PersonCommand{PersonKinds().at(raw_.kind), raw_.file,
                           raw_.personal, Extent()};
    }
    if (&chosen == keys_) return KeysCommand{raw_.rotate};
    if (&chosen == tables_) return TablesCommand{};
    if (&chosen == undecided_) return UndecidedCommand{Extent()};
    if (&chosen == quality_) return BuildQuality();
    if (&chosen == as_of_) return BuildAsOf(at);
    if (&chosen == cases_) {
      return CasesCommand{raw_.record_id, raw_.date, Extent()};
    }
    if (&chosen == case_) return CaseCommand{raw_.case_id};
    if (&chosen == withdrawals_) return WithdrawalsCommand{raw_.receivers};
    if (&chosen == audit_) return BuildAudit();
    return WriteCommand{writes_.at(&chosen), raw_.file, raw_.request_id,
                        raw_.validate_only};
  }

  Command BuildAudit() const {
    if (audit_verify_->parsed()) {
      return AuditVerifyCommand{raw_.file, raw_.out};
    }
    if (audit_reads_->parsed()) return AuditReadsCommand{Item(), Extent()};
    AuditListCommand command;
    command.extent = Extent();
    v1::ListAuditRowsRequest& request = command.request;
    if (!raw_.from.empty()) *request.mutable_from() = *ParseTime(raw_.from);
    if (!raw_.until.empty()) *request.mutable_until() = *ParseTime(raw_.until);
    request.set_principal(raw_.principal);
    request.set_rpc(raw_.rpc);
    request.set_agency(raw_.agency);
    request.set_code(raw_.result);
    request.set_refused(raw_.refused);
    request.set_record_id(raw_.record_id);
    if (!raw_.code.empty()) *request.mutable_item() = Item();
    return command;
  }

  QualityCommand BuildQuality() const {
    QualityCommand command;
    command.request.set_from_month(raw_.from_month);
    command.request.set_to_month(raw_.to_month.empty() ? raw_.from_month
                                                       : raw_.to_month);
    command.request.set_source_id(raw_.source);
    return command;
  }

  AsOfCommand BuildAsOf(const std::optional<v1::Position>& at) const {
    AsOfCommand command;
    *command.request.mutable_item() = Item();
    command.request.set_date(raw_.date);
    if (!raw_.channel.empty()) {
      command.request.set_channel(Channels().at(raw_.channel));
    }
    if (at.has_value()) *command.request.mutable_at_position() = *at;
    return command;
  }

  RecordsCommand BuildRecords(const std::optional<v1::Position>& at) const {
    RecordsCommand command;
    command.item = Item();
    command.extent = Extent();
    command.at = at;
    for (const std::string& family : raw_.families) {
      command.families.push_back(Families().at(family));
    }
    return command;
  }

  ImportCommand BuildImport() const {
    ImportCommand command;
    command.file = raw_.file;
    command.report = raw_.report;
    command.start.set_request_id(raw_.request_id);
    command.start.set_format(Formats().at(raw_.format));
    command.start.set_encoding(Encodings().at(raw_.encoding));
    command.start.set_source_id(raw_.source);
    command.start.set_validate_only(raw_.validate_only);
    return command;
  }

  TemplateCommand BuildTemplate() const {
    TemplateCommand command;
    command.out = raw_.out;
    command.request.set_format(Formats().at(raw_.format));
    command.request.set_header(raw_.names
                                   ? v1::GetTemplateRequest::HEADER_NAMES
                                   : v1::GetTemplateRequest::HEADER_CODES);
    return command;
  }

  const Lang lang_;
  GlobalOptions global_;
  Raw raw_;
  CLI::App app_;
  CLI::App* get_ = nullptr;
  CLI::App* batch_get_ = nullptr;
  CLI::App* records_ = nullptr;
  CLI::App* record_ = nullptr;
  CLI::App* import_ = nullptr;
  CLI::App* template_ = nullptr;
  CLI::App* receipt_ = nullptr;
  CLI::App* stats_ = nullptr;
  CLI::App* verify_ = nullptr;
  CLI::App* export_ = nullptr;
  CLI::App* quarantine_ = nullptr;
  CLI::App* health_ = nullptr;
  CLI::App* person_ = nullptr;
  CLI::App* keys_ = nullptr;
  CLI::App* tables_ = nullptr;
  CLI::App* undecided_ = nullptr;
  CLI::App* quality_ = nullptr;
  CLI::App* as_of_ = nullptr;
  CLI::App* cases_ = nullptr;
  CLI::App* case_ = nullptr;
  CLI::App* withdrawals_ = nullptr;
  CLI::App* audit_ = nullptr;
  CLI::App* audit_list_ = nullptr;
  CLI::App* audit_reads_ = nullptr;
  CLI::App* audit_verify_ = nullptr;
  std::map<const CLI::App*, WriteKind> writes_;
};

}  // namespace

std::variant<CommandLine, NothingToRun> ParseCommandLine(
    int argc, const char* const* argv) {
  return Parser(FindLang(argc, argv)).Parse(argc, argv);
}

}  // namespace creditreg::cli
