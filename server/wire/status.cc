#include "server/wire/status.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace creditreg {
namespace {

constexpr char kBadRequestUrl[] = "type.googleapis.com/google.rpc.BadRequest";
// A client takes 8 KiB of trailers by default, and details travel in base64
// beside their message: what is longer is cut, the first violations stay.
constexpr std::size_t kMaxViolations = 100;
constexpr std::size_t kMaxDetailBytes = 3500;

struct LocalizedReason {
  absl::string_view reason;
  absl::string_view text;
};

// What a person reads. Reasons first, then the codes' names.
constexpr LocalizedReason kTexts[] = {
    {"ACCOUNT_DISABLED", "该账号已停用，请联系安全管理员。"},
    {"ACCOUNT_EXPIRED", "该账号已过有效期，请联系安全管理员。"},
    {"AUDIT_INDEX_BEHIND", "审计日志的检索暂不可用，请稍后重试。"},
    {"AUDIT_OFF", "本服务器未启用审计日志。"},
    {"AUDIT_UNAVAILABLE", "审计日志暂不可写，非公开查询暂停，请稍后重试。"},
    {"BAD_CSV", "文件不是有效的CSV，请检查引号和分隔符。"},
    {"BAD_ENCODING", "文件字符编码有误，请使用UTF-8或GB18030。"},
    {"CERTIFICATE_REVOKED", "证书已被撤销，请联系安全管理员。"},
    {"CERTIFICATE_UNKNOWN", "证书未登记，请联系安全管理员。"},
    {"CODE_CONFLICT", "该统一社会信用代码已属于另一主体，请核对后重新提交。"},
    {"CREDENTIALS_REQUIRED", "该查询不对公众开放，请先登录或出示证书。"},
    {"DECIDED_BY_RULE", "该记录已由规则判定，无须人工分类。"},
    {"DISK_FULL", "服务器存储空间不足，数据未保存，请联系管理员。"},
    {"ETAG_MISMATCH", "数据已被他人修改，请重新读取后再提交。"},
    {"IMPORT_BROKEN_OFF",
     "导入因磁盘故障中断，请使用同一请求编号重新发送文件。"},
    {"IMPORT_RUNNING", "同一请求编号的导入正在进行，请稍后查询结果。"},
    {"INVESTIGATION_INVALID", "请写明一个案件编号（不超过100字）。"},
    {"INVESTIGATION_NOT_ALLOWED", "您的角色不能标注案件编号。"},
    {"KEY_TAKEN", "更正后的文书号等标识已属于另一条记录。"},
    {"LOCKED_OUT", "身份验证失败次数过多，请稍后重试。"},
    {"MISSING_COLUMN", "文件缺少必需的列，请对照模板检查表头。"},
    {"NAME_NEVER_HELD", "名称与该代码登记的名称不一致，请核对后重新提交。"},
    {"NO_RULES", "该渠道尚未启用公示规则。"},
    {"CASE_FULL", "该案件的步骤或材料已达上限。"},
    {"CASE_OPEN", "该记录已有同类案件正在办理。"},
    {"ENTRY_REFUSED", "拟列入的信息不能登记为记录，请核对当事人和文号。"},
    {"EXTENDED_BEFORE", "该案件已延长过一次期限。"},
    {"MATERIAL_MISSING", "申请材料不齐全，请一次补齐所列材料。"},
    {"NATIONAL_NO_TAKEN", "该国家平台编号已属于另一案件。"},
    {"NOTHING_TO_END", "该记录未在公示、已经终止公示，或者不能提前停止公示。"},
    {"NOT_CORRECTED", "异议成立须先更正或撤回该记录。"},
    {"NOT_EXTENDABLE", "该期限不能延长。"},
    {"NO_PROCEDURE", "该类记录没有适用的办理程序。"},
    {"RETURNED_BEFORE", "补正内容须一次告知，该案件已退回过。"},
    {"TOO_EARLY", "未满最短公示期，尚不能申请修复。"},
    {"WRONG_STATE", "案件当前状态不允许该操作。"},
    {"OUT_OF_SCOPE", "不属于您的职权范围。"},
    {"OVERLOADED", "服务繁忙，请稍后重试。"},
    {"PAGE_TOKEN_EXPIRED", "翻页已超过有效时间，请从第一页重新查询。"},
    {"PERSONAL_NOT_ALLOWED", "您的角色不能查看个人信息。"},
    {"POSITION_UNKNOWN", "数据位置无效或尚未到达，请重新查询。"},
    {"POSITION_TOO_NEW", "数据位置晚于所查询的日期。"},
    {"PURPOSE_REQUIRED", "请写明查询用途（不超过200字）。"},
    {"QUOTA_EXCEEDED", "请求过于频繁，请稍后重试。"},
    {"REQUEST_ID_REUSED", "请求编号已用于其他内容，请更换请求编号。"},
    {"ROLE_NOT_ALLOWED", "您的角色不能进行该操作。"},
    {"SCHEME_UNKNOWN", "身份凭证格式有误。"},
    {"SECOND_FACTOR_REQUIRED", "该操作需要双因素登录。"},
    {"SHUTTING_DOWN", "服务正在停止，请稍后重试。"},
    {"STORE_REOPENING", "磁盘故障，数据库正在重新打开，请稍后重试。"},
    {"TABLE_VERSION", "规则表版本号须高于现行版本。"},
    {"TOKEN_AUDIENCE", "登录凭证不是为本系统签发的，请重新登录。"},
    {"TOKEN_BINDING", "登录凭证与所用证书不符，请重新登录。"},
    {"TOKEN_EXPIRED", "登录已过期，请重新登录。"},
    {"TOKEN_INVALID", "登录凭证无效，请重新登录。"},
    {"TOKEN_ISSUER", "登录凭证的签发方不受信任。"},
    {"TOKEN_KEY", "登录凭证的签名密钥未知，请稍后重试或重新登录。"},
    {"TOKEN_NOT_YET_VALID", "登录凭证尚未生效，请检查设备时间。"},
    {"TOKEN_REVOKED", "登录凭证已被撤销，请重新登录。"},
    {"TOKEN_SIGNATURE", "登录凭证签名无效，请重新登录。"},
    {"TOO_LARGE", "请求超过大小限制，请分批提交。"},
    {"TOO_MANY_ITEMS", "请求条数超过上限，请分批提交。"},
    {"UNKNOWN_COLUMN", "文件中有无法识别的列，请对照模板检查表头。"},
    {"VERIFY_RUNNING", "校验正在进行，请等待其完成。"},
    {"WITHDRAWN", "该记录已撤回，不能更正。"},
    {"TOO_MANY_HOLDERS", "使用该号码的主体和记录过多，无法查找。"},
    {"MERGED", "该编号已因合并指向另一主体，请使用目标主体自己的代码。"},
    {"ABORTED", "操作被中止，请重试。"},
    {"ALREADY_EXISTS", "内容已存在。"},
    {"CANCELLED", "请求已取消。"},
    {"DATA_LOSS", "存储的数据损坏，请联系管理员。"},
    {"DEADLINE_EXCEEDED", "请求超时，请重试。"},
    {"FAILED_PRECONDITION", "当前状态不允许该操作。"},
    {"INTERNAL", "服务器内部错误，请联系管理员。"},
    {"INVALID_ARGUMENT", "请求内容有误，请按字段说明修改后重新提交。"},
    {"NOT_FOUND", "未找到所请求的内容。"},
    {"OUT_OF_RANGE", "请求超出有效范围。"},
    {"PERMISSION_DENIED", "没有权限。"},
    {"RESOURCE_EXHAUSTED", "资源不足，请稍后重试。"},
    {"UNAUTHENTICATED", "身份未通过验证。"},
    {"UNAVAILABLE", "服务暂不可用，请稍后重试。"},
    {"UNIMPLEMENTED", "服务器不提供该功能。"},
    {"UNKNOWN", "写入结果未知，请使用同一请求编号重试。"},
};

absl::string_view LocalizedText(absl::string_view reason) {
  for (const LocalizedReason& entry : kTexts) {
    if (entry.reason == reason) return entry.text;
  }
  return "请求未能完成。";
}

// The capitals that a message begins with, up to a colon; empty if none.
absl::string_view LeadingReason(absl::string_view message) {
  const std::size_t colon = message.find(':');
  if (colon == absl::string_view::npos || colon < 3) return "";
  const absl::string_view word = message.substr(0, colon);
  const bool is_reason = std::all_of(word.begin(), word.end(), [](char c) {
    return absl::ascii_isupper(c) || absl::ascii_isdigit(c) || c == '_';
  });
  return is_reason && absl::ascii_isupper(word[0]) ? word : "";
}

// The path that a message such as "item.identifier: got ..." begins with.
absl::string_view LeadingField(absl::string_view message) {
  const std::size_t colon = message.find(':');
  if (colon == absl::string_view::npos || colon == 0) return "";
  const absl::string_view word = message.substr(0, colon);
  const bool is_path = std::all_of(word.begin(), word.end(), [](char c) {
    return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_' ||
           c == '.' || c == '[' || c == ']';
  });
  return is_path ? word : "";
}

// What may be said of `status` outside.
std::string PublicMessage(const absl::Status& status) {
  const bool has_reason = !LeadingReason(status.message()).empty();
  switch (status.code()) {
    case absl::StatusCode::kUnknown:
      return "the outcome is not known: retry with the same request id";
    case absl::StatusCode::kInternal:
      return "internal error";
    case absl::StatusCode::kDataLoss:
      return "stored data is damaged: tell the operator";
    case absl::StatusCode::kUnimplemented:
      return "not offered by this server";
    case absl::StatusCode::kUnavailable:
      if (!has_reason) return "not available now: retry later";
      break;
    case absl::StatusCode::kResourceExhausted:
      if (!has_reason) return "a limit is reached: retry later";
      break;
    default:
      break;
  }
  return std::string(status.message());
}

// How long to wait before trying again, where that helps.
std::optional<int> RetrySeconds(const absl::Status& status,
                                absl::string_view reason) {
  if (status.code() == absl::StatusCode::kUnavailable) return 1;
  if (status.code() == absl::StatusCode::kResourceExhausted &&
      (reason == "OVERLOADED" || reason == "QUOTA_EXCEEDED")) {
    return 1;
  }
  // LockoutTable::kLockout.
  if (reason == "LOCKED_OUT") return 60;
  return std::nullopt;
}

google::rpc::BadRequest BadRequestOf(const absl::Status& status,
                                     absl::string_view message) {
  google::rpc::BadRequest bad;
  const auto payload = status.GetPayload(kBadRequestUrl);
  if (payload.has_value() && bad.ParseFromString(std::string(*payload))) {
    return bad;
  }
  bad.Clear();
  const absl::string_view field = LeadingField(message);
  if (!field.empty()) {
    auto* violation = bad.add_field_violations();
    violation->set_field(std::string(field));
    violation->set_description(std::string(
        absl::StripAsciiWhitespace(message.substr(field.size() + 1))));
  }
  return bad;
}

}  // namespace

std::string ReasonOf(const absl::Status& status) {
  if (status.ok()) return "";
  const absl::string_view reason = LeadingReason(status.message());
  if (!reason.empty()) return std::string(reason);
  return absl::StatusCodeToString(status.code());
}

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const std::string reason = ReasonOf(status);
  const std::string message = PublicMessage(status);

  google::rpc::Status details;
  details.set_code(static_cast<int>(status.code()));
  details.set_message(message);

  google::rpc::ErrorInfo info;
  info.set_reason(reason);
  info.set_domain(kErrorDomain);
  details.add_details()->PackFrom(info);

  google::rpc::LocalizedMessage localized;
  localized.set_locale("zh-CN");
  localized.set_message(std::string(LocalizedText(reason)));
  details.add_details()->PackFrom(localized);

  if (status.code() == absl::StatusCode::kInvalidArgument) {
    const google::rpc::BadRequest bad = BadRequestOf(status, message);
    if (bad.field_violations_size() > 0) details.add_details()->PackFrom(bad);
  }
  if (const auto seconds = RetrySeconds(status, reason)) {
    google::rpc::RetryInfo retry;
    retry.mutable_retry_delay()->set_seconds(*seconds);
    details.add_details()->PackFrom(retry);
  }
  // The codes of absl and gRPC have the same numbers (both are google.rpc's).
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), message,
                      details.SerializeAsString());
}

void FieldViolations::Add(absl::string_view field, absl::string_view rule) {
  violations_.push_back({std::string(field), std::string(rule), ""});
}

absl::Status FieldViolations::ToStatus() const {
  if (violations_.empty()) return absl::OkStatus();
  google::rpc::BadRequest bad;
  std::size_t bytes = 0;
  for (const Violation& violation : violations_) {
    bytes += violation.field.size() + violation.rule.size() +
             violation.localized.size() + 16;
    if (static_cast<std::size_t>(bad.field_violations_size()) ==
            kMaxViolations ||
        bytes > kMaxDetailBytes) {
      break;
    }
    auto* entry = bad.add_field_violations();
    entry->set_field(violation.field);
    entry->set_description(violation.rule);
    if (!violation.localized.empty()) {
      entry->mutable_localized_message()->set_locale("zh-CN");
      entry->mutable_localized_message()->set_message(violation.localized);
    }
  }
  absl::Status status = absl::InvalidArgumentError(
      absl::StrCat(violations_.front().field, ": ", violations_.front().rule));
  status.SetPayload(kBadRequestUrl, absl::Cord(bad.SerializeAsString()));
  return status;
}

absl::Status InvalidByFindings(const std::vector<Finding>& findings) {
  FieldViolations violations;
  for (const Finding& finding : findings) {
    if (finding.severity != Severity::kError) continue;
    const std::string field = finding.field.empty() ? "request" : finding.field;
    violations.violations_.push_back(
        {field, absl::StrCat("breaks rule ", finding.rule), finding.message});
  }
  return violations.ToStatus();
}

}  // namespace creditreg
