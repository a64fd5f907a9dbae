#include "client/cli/texts.h"

#include "absl/strings/string_view.h"

namespace creditreg::cli {
namespace {

struct Entry {
  absl::string_view key;
  Text text;
};

// Fields of creditreg.v1 by "Message.field". DescribeTest fails for a field of
// an answer that is not here.
constexpr Entry kFields[] = {
    {"Enterprise.uscc", {"统一社会信用代码", "Unified code"}},
    {"Enterprise.name", {"名称", "Name"}},
    {"Enterprise.category", {"主体类别", "Category"}},
    {"Enterprise.entity_type", {"主体类型", "Entity type"}},
    {"Enterprise.status", {"登记状态", "Status"}},
    {"Enterprise.established_on", {"成立日期", "Established on"}},
    {"Enterprise.approved_on", {"核准日期", "Approved on"}},
    {"Enterprise.term_from", {"经营期限自", "Term from"}},
    {"Enterprise.term_to", {"经营期限至", "Term to"}},
    {"Enterprise.revoked_on", {"吊销日期", "Revoked on"}},
    {"Enterprise.deregistered_on", {"注销日期", "Deregistered on"}},
    {"Enterprise.capital", {"注册资本", "Capital"}},
    {"Enterprise.industry_code", {"行业代码", "Industry code"}},
    {"Enterprise.business_scope", {"经营范围", "Business scope"}},
    {"Enterprise.legal_representative", {"法定代表人", "Representative"}},
    {"Enterprise.address", {"住所", "Address"}},
    {"Enterprise.registration_authority", {"登记机关", "Registered by"}},
    {"Enterprise.supervising_unit", {"监管单位", "Supervised by"}},
    {"Enterprise.old_numbers", {"原有号码", "Old number"}},
    {"Enterprise.former_names", {"曾用名称", "Former name"}},
    {"Enterprise.former_codes", {"曾用代码", "Former code"}},
    {"Enterprise.remark", {"备注", "Remark"}},
    {"Enterprise.code_as_given", {"原报代码", "Code as given"}},
    {"Enterprise.etag", {"版本标识", "Etag"}},
    {"Enterprise.recorded_at", {"本版入库时间", "Recorded at"}},
    {"Enterprise.first_received_at", {"首次收到时间", "First received at"}},
    {"Enterprise.quality_flags", {"质量标记", "Quality flag"}},
    {"Enterprise.merged_into_uscc", {"并入主体代码", "Merged into"}},
    {"Enterprise.withheld_reason", {"不予公开原因", "Withheld because"}},
    {"Address.division_code", {"行政区划代码", "Division code"}},
    {"Address.street_code", {"街道（镇）代码", "Street code"}},
    {"Address.text", {"地址", "Address"}},
    {"EnterpriseBrief.uscc", {"统一社会信用代码", "Unified code"}},
    {"EnterpriseBrief.name", {"名称", "Name"}},
    {"EnterpriseBrief.status", {"登记状态", "Status"}},
    {"EnterpriseBrief.summary", {"记录概况", "Records"}},
    {"FileSummary.counts", {"记录数", "Records"}},
    {"FileSummary.latest_record_on", {"最近记录日期", "Latest record on"}},

    {"LookupResult.index", {"序号", "Index"}},
    {"LookupResult.identifier", {"查询号码", "Identifier"}},
    {"LookupResult.verdict", {"结论", "Verdict"}},
    {"LookupResult.code_error", {"代码错误", "Code error"}},
    {"LookupResult.invalid_position", {"错误位置", "Invalid position"}},
    {"LookupResult.code_warnings", {"代码提示", "Code warning"}},
    {"LookupResult.nearest_codes", {"相近代码", "Nearest code"}},
    {"LookupResult.matched_by", {"匹配依据", "Matched by"}},
    {"LookupResult.name_match", {"名称比对", "Name match"}},
    {"LookupResult.enterprise", {"主体", "Enterprise"}},
    {"LookupResult.brief", {"主体简况", "Enterprise in brief"}},
    {"LookupResult.candidates", {"候选主体", "Candidate"}},

    {"Record.record_id", {"记录编号", "Record id"}},
    {"Record.family", {"记录种类", "Family"}},
    {"Record.party", {"行政相对人", "Party"}},
    {"Record.deciding_agency", {"决定（办理）机关", "Decided by"}},
    {"Record.submitting_agency", {"数据来源单位", "Submitted by"}},
    {"Record.licence", {"行政许可", "Licence"}},
    {"Record.penalty", {"行政处罚", "Penalty"}},
    {"Record.complaint", {"投诉", "Complaint"}},
    {"Record.listing", {"列入名单", "Listing"}},
    {"Record.annual_report", {"年度报告", "Annual report"}},
    {"Record.documents", {"文书", "Document"}},
    {"Record.state", {"记录状态", "Record state"}},
    {"Record.withdrawn_reason", {"撤回原因", "Withdrawn because"}},
    {"Record.etag", {"版本标识", "Etag"}},
    {"Record.first_received_at", {"首次收到时间", "First received at"}},
    {"Record.recorded_at", {"本版入库时间", "Recorded at"}},
    {"Record.quality_flags", {"质量标记", "Quality flag"}},
    {"Record.enterprise_uscc", {"关联主体代码", "Enterprise"}},
    {"Record.source_id", {"数据来源", "Source"}},
    {"Record.publicity", {"公示", "Publicity"}},
    {"Record.disputed", {"异议处理中", "Disputed"}},
    {"Record.changes", {"变更内容", "Changes"}},
    {"Publicity.channel", {"渠道", "Channel"}},
    {"Publicity.state", {"公示状态", "State"}},
    {"Publicity.severity", {"失信程度", "Severity"}},
    {"Publicity.shown_from", {"公示起始日", "Shown from"}},
    {"Publicity.shown_until", {"公示截止日", "Shown until"}},
    {"Publicity.repair_from", {"最早可申请修复日", "Repair from"}},
    {"Publicity.unperformed", {"未见履行", "Unperformed"}},
    {"Publicity.rules", {"适用规则", "Rule"}},
    {"Publicity.undecided_reasons", {"未能判定的原因", "Undecided because"}},
    {"Publicity.chosen_term", {"人工分类", "Chosen term"}},
    {"AppliedRule.rule_id", {"规则编号", "Rule"}},
    {"AppliedRule.article", {"依据", "Article"}},
    {"AppliedRule.unconfirmed", {"待确认", "Unconfirmed"}},
    {"AppliedRule.note", {"说明", "Note"}},
    {"OpenCaseResponse.outcome", {"处理结果", "Outcome"}},
    {"OpenCaseResponse.case", {"案件", "Case"}},
    {"OpenCaseResponse.position", {"状态位置", "Position"}},
    {"AdvanceCaseResponse.outcome", {"处理结果", "Outcome"}},
    {"AdvanceCaseResponse.case", {"案件", "Case"}},
    {"AdvanceCaseResponse.position", {"状态位置", "Position"}},
    {"Case.case_id", {"案件编号", "Case"}},
    {"Case.etag", {"版本标签", "Etag"}},
    {"Case.kind", {"种类", "Kind"}},
    {"Case.state", {"状态", "State"}},
    {"Case.procedure", {"程序", "Procedure"}},
    {"Case.record_id", {"记录编号", "Record"}},
    {"Case.enterprise_uscc", {"主体代码", "Enterprise"}},
    {"Case.national_no", {"国家平台编号", "National number"}},
    {"Case.materials", {"材料", "Papers"}},
    {"Case.missing_materials", {"尚缺材料", "Missing papers"}},
    {"Case.steps", {"办理步骤", "Steps"}},
    {"Case.clocks", {"期限", "Limits"}},
    {"Case.entry", {"拟列入信息", "Entry"}},
    {"CaseMaterial.material", {"材料种类", "Paper"}},
    {"CaseMaterial.sm3", {"SM3 摘要", "SM3"}},
    {"CaseMaterial.title", {"名称", "Title"}},
    {"CaseStep.action", {"操作", "Action"}},
    {"CaseStep.state", {"状态", "State"}},
    {"CaseStep.taken_on", {"日期", "Taken on"}},
    {"CaseStep.recorded_at", {"登记时间", "Recorded"}},
    {"CaseStep.agency", {"办理单位", "Agency"}},
    {"CaseStep.reason", {"理由", "Reason"}},
    {"CaseStep.missing", {"应补材料", "Missing"}},
    {"CaseStep.national_step", {"国家平台步骤号", "National step"}},
    {"CaseClock.clock", {"期限", "Limit"}},
    {"CaseClock.due_on", {"截止日", "Due"}},
    {"CaseClock.estimated", {"估计", "Estimated"}},
    {"CaseClock.overdue", {"已超期", "Overdue"}},
    {"FieldChange.field", {"字段", "Field"}},
    {"FieldChange.before", {"变更前", "Before"}},
    {"FieldChange.after", {"变更后", "After"}},
    {"ClassifyRecordResponse.outcome", {"处理结果", "Outcome"}},
    {"ClassifyRecordResponse.record", {"记录", "Record"}},
    {"ClassifyRecordResponse.position", {"状态位置", "Position"}},
    {"ActivateTableResponse.outcome", {"处理结果", "Outcome"}},
    {"ActivateTableResponse.position", {"状态位置", "Position"}},

    {"Party.name", {"相对人名称", "Party name"}},
    {"Party.category", {"相对人类别", "Category"}},
    {"Party.uscc", {"统一社会信用代码", "Unified code"}},
    {"Party.registration_number", {"工商注册号", "Registration number"}},
    {"Party.organisation_code", {"组织机构代码", "Organisation code"}},
    {"Party.tax_number", {"税务登记号", "Tax number"}},
    {"Party.institution_certificate", {"事业单位证书号", "Institution number"}},
    {"Party.social_organisation_certificate",
     {"社会组织登记证号", "Social organisation number"}},
    {"Party.legal_representative", {"法定代表人", "Representative"}},
    {"Party.code_as_given", {"原报代码", "Code as given"}},
    {"Party.address", {"地址", "Address"}},

    {"Licence.document_name", {"决定文书名称", "Document"}},
    {"Licence.document_number", {"决定文书号", "Document number"}},
    {"Licence.licence_type", {"许可类别", "Licence type"}},
    {"Licence.certificate_name", {"许可证书名称", "Certificate"}},
    {"Licence.licence_number", {"许可编号", "Licence number"}},
    {"Licence.content", {"许可内容", "Content"}},
    {"Licence.decided_on", {"许可决定日期", "Decided on"}},
    {"Licence.valid_from", {"有效期自", "Valid from"}},
    {"Licence.valid_to", {"有效期至", "Valid to"}},
    {"Licence.state", {"当前状态", "State"}},
    {"Licence.remark", {"备注", "Remark"}},

    {"Penalty.document_number", {"处罚决定书文号", "Document number"}},
    {"Penalty.violation_type", {"违法行为类型", "Violation type"}},
    {"Penalty.facts", {"违法事实", "Facts"}},
    {"Penalty.legal_basis", {"处罚依据", "Legal basis"}},
    {"Penalty.kinds", {"处罚类别", "Kind"}},
    {"Penalty.content", {"处罚内容", "Content"}},
    {"Penalty.fine_fen", {"罚款金额", "Fine"}},
    {"Penalty.confiscated_fen", {"没收金额", "Confiscated"}},
    {"Penalty.licences_withheld", {"暂扣或吊销证照", "Licences withheld"}},
    {"Penalty.decided_on", {"处罚决定日期", "Decided on"}},
    {"Penalty.effective_until", {"处罚有效期", "Effective until"}},
    {"Penalty.publicity_until_as_given",
     {"原报公示截止期", "Publicity until as given"}},
    {"Penalty.remark", {"备注", "Remark"}},
    {"Penalty.procedure", {"处罚程序", "Procedure"}},
    {"Penalty.declared_severity", {"严重程度", "Declared severity"}},
    {"Penalty.ministry", {"主管部委", "Ministry"}},
    {"Penalty.term_until", {"处罚期限至", "Term until"}},
    {"Penalty.performed_on", {"履行日期", "Performed on"}},
    {"Penalty.served_on", {"送达日期", "Served on"}},
    {"Penalty.publications", {"首次公示", "First published"}},
    {"ChannelPublication.channel", {"公示渠道", "Channel"}},
    {"ChannelPublication.published_on", {"公示日期", "Published on"}},

    {"Complaint.case_number", {"登记编号", "Case number"}},
    {"Complaint.platform", {"平台", "Platform"}},
    {"Complaint.channel", {"接收方式", "Channel"}},
    {"Complaint.registered_on", {"登记日期", "Registered on"}},
    {"Complaint.platform_id", {"平台编号", "Platform id"}},
    {"Complaint.shop_name", {"店铺名称", "Shop"}},
    {"Complaint.goods_category", {"商品服务类别", "Goods category"}},
    {"Complaint.brand", {"品牌", "Brand"}},
    {"Complaint.purchased_on", {"购买日期", "Purchased on"}},
    {"Complaint.amount_fen", {"涉案金额", "Amount"}},
    {"Complaint.order_number", {"订单号", "Order number"}},
    {"Complaint.issue_category", {"问题类别", "Issue category"}},
    {"Complaint.facts", {"投诉事实", "Facts"}},
    {"Complaint.request", {"诉求", "Request"}},
    {"Complaint.state", {"处理状态", "State"}},
    {"Complaint.accepted_on", {"受理日期", "Accepted on"}},
    {"Complaint.closed_on", {"办结日期", "Closed on"}},
    {"Complaint.result", {"处理结果", "Result"}},
    {"Complaint.recovered_fen", {"挽回损失", "Recovered"}},
    {"Complaint.satisfaction", {"满意度", "Satisfaction"}},
    {"Complaint.remark", {"备注", "Remark"}},

    {"Listing.list", {"名单", "List"}},
    {"Listing.list_name", {"名单名称", "Name of the list"}},
    {"Listing.ground_code", {"列入情形", "Ground code"}},
    {"Listing.ground", {"列入原因", "Ground"}},
    {"Listing.entry_document_number", {"列入决定文书号", "Document number"}},
    {"Listing.listed_on", {"列入日期", "Listed on"}},
    {"Listing.restriction_until", {"限制期限至", "Restricted until"}},
    {"Listing.performed_on", {"履行日期", "Performed on"}},
    {"Listing.removed_on", {"移出日期", "Removed on"}},
    {"Listing.removal_ground", {"移出原因", "Removed because"}},
    {"Listing.removal_document_number",
     {"移出决定文书号", "Removal document number"}},
    {"Listing.removing_agency", {"移出机关", "Removed by"}},
    {"Listing.ministry", {"主管部委", "Ministry"}},
    {"Listing.publications", {"首次公示", "First published"}},
    {"Listing.remark", {"备注", "Remark"}},

    {"AnnualReport.year", {"报告年度", "Year"}},
    {"AnnualReport.submitted_on", {"报送日期", "Submitted on"}},
    {"AnnualReport.address", {"通信地址", "Address"}},
    {"AnnualReport.postal_code", {"邮政编码", "Postal code"}},
    {"AnnualReport.telephone", {"联系电话", "Telephone"}},
    {"AnnualReport.email", {"电子邮箱", "E-mail"}},
    {"AnnualReport.operating_status", {"经营状态", "Operating status"}},
    {"AnnualReport.websites", {"网站或网店", "Website"}},
    {"AnnualReport.investments", {"对外投资", "Investment"}},
    {"AnnualReport.contributions", {"股东出资", "Contribution"}},
    {"AnnualReport.transfers", {"股权变更", "Equity transfer"}},
    {"AnnualReport.optional_figures", {"选择公示事项", "Optional figures"}},
    {"AnnualReport.social_insurance", {"社会保险", "Social insurance"}},
    {"AnnualReport.social_insurance_shown",
     {"社会保险金额选择公示", "Social insurance published"}},
    {"AnnualReport.withheld_by_party",
     {"当事人选择不公示", "Withheld by the party"}},
    {"AnnualReport.corrections", {"年报更正", "Correction"}},
    {"Website.name", {"网站名称", "Name"}},
    {"Website.url", {"网址", "Address"}},
    {"Investment.name", {"被投资企业名称", "Name"}},
    {"Investment.uscc", {"统一社会信用代码", "Unified code"}},
    {"Contribution.shareholder_name", {"股东名称", "Shareholder"}},
    {"Contribution.subscribed_fen", {"认缴出资额", "Subscribed"}},
    {"Contribution.subscribed_on", {"认缴出资时间", "To be paid by"}},
    {"Contribution.subscribed_form", {"认缴出资方式", "Subscribed in"}},
    {"Contribution.paid_fen", {"实缴出资额", "Paid"}},
    {"Contribution.paid_on", {"实缴出资时间", "Paid on"}},
    {"Contribution.paid_form", {"实缴出资方式", "Paid in"}},
    {"EquityTransfer.shareholder_name", {"股东名称", "Shareholder"}},
    {"EquityTransfer.before_bp", {"变更前股权比例", "Share before"}},
    {"EquityTransfer.after_bp", {"变更后股权比例", "Share after"}},
    {"EquityTransfer.transferred_on", {"股权变更日期", "Transferred on"}},
    {"OptionalFigures.employees", {"从业人数", "Employees"}},
    {"OptionalFigures.assets_fen", {"资产总额", "Assets"}},
    {"OptionalFigures.liabilities_fen", {"负债总额", "Liabilities"}},
    {"OptionalFigures.guarantees", {"对外担保", "Guarantees"}},
    {"OptionalFigures.owner_equity_fen", {"所有者权益合计", "Equity"}},
    {"OptionalFigures.revenue_fen", {"营业总收入", "Revenue"}},
    {"OptionalFigures.main_revenue_fen",
     {"主营业务收入", "Revenue of the main business"}},
    {"OptionalFigures.profit_fen", {"利润总额", "Profit"}},
    {"OptionalFigures.net_profit_fen", {"净利润", "Net profit"}},
    {"OptionalFigures.tax_fen", {"纳税总额", "Tax"}},
    {"SocialInsurance.kind", {"险种", "Kind"}},
    {"SocialInsurance.heads", {"参保人数", "Persons insured"}},
    {"SocialInsurance.base_fen", {"缴费基数", "Base"}},
    {"SocialInsurance.paid_fen", {"实际缴费金额", "Paid"}},
    {"SocialInsurance.owed_fen", {"累计欠缴金额", "Owed"}},
    {"ReportCorrection.field", {"更正事项", "Field"}},
    {"ReportCorrection.before", {"更正前", "Before"}},
    {"ReportCorrection.after", {"更正后", "After"}},
    {"ReportCorrection.corrected_on", {"更正日期", "Corrected on"}},

    {"Document.kind", {"文书种类", "Kind"}},
    {"Document.title", {"标题", "Title"}},
    {"Document.media_type", {"媒体类型", "Media type"}},
    {"Document.sm3", {"SM3 校验值", "SM3"}},
    {"Document.size_bytes", {"字节数", "Bytes"}},
    {"Document.source_uri", {"存放位置", "Kept at"}},

    {"PersonalFields.legal_representative_id_type",
     {"法定代表人证件类型", "Representative's document"}},
    {"PersonalFields.legal_representative_id_number",
     {"法定代表人证件号码", "Representative's number"}},
    {"PersonalFields.person_name", {"自然人姓名", "Person"}},
    {"PersonalFields.person_id_type", {"自然人证件类型", "Person's document"}},
    {"PersonalFields.person_id_number", {"自然人证件号码", "Person's number"}},
    {"PersonalFields.tax_number", {"税务登记号", "Tax number"}},
    {"PersonalFields.telephone", {"联系电话", "Telephone"}},
    {"PersonalFields.complainant_name", {"投诉人姓名", "Complainant"}},
    {"PersonalFields.complainant_telephone",
     {"投诉人电话", "Complainant's telephone"}},
    {"PersonalFields.complainant_address",
     {"投诉人地址", "Complainant's address"}},
    {"PersonalFields.complainant_id_number",
     {"投诉人证件号码", "Complainant's number"}},
    {"PersonalFields.originals", {"原文", "Original text"}},
    {"OriginalText.field", {"字段", "Field"}},
    {"OriginalText.text", {"内容", "Text"}},

    {"ImportReceipt.request_id", {"请求编号", "Request id"}},
    {"ImportReceipt.format", {"文件格式", "Format"}},
    {"ImportReceipt.source_id", {"数据来源", "Source"}},
    {"ImportReceipt.encoding", {"文件编码", "Encoding"}},
    {"ImportReceipt.counts", {"行数", "Rows"}},
    {"ImportReceipt.total_bytes", {"字节数", "Bytes"}},
    {"ImportReceipt.file_sm3", {"文件 SM3", "SM3 of the file"}},
    {"ImportReceipt.started_at", {"开始时间", "Started at"}},
    {"ImportReceipt.finished_at", {"完成时间", "Finished at"}},
    {"ImportReceipt.validate_only", {"仅校验", "Only checked"}},
    {"ImportReceipt.report_header", {"报告表头", "Report header"}},
    {"ImportReceipt.position", {"状态位置", "Position"}},
    {"ImportCounts.rows", {"总行数", "Rows"}},
    {"ImportCounts.created", {"新增", "Created"}},
    {"ImportCounts.updated", {"更新", "Updated"}},
    {"ImportCounts.unchanged", {"未变", "Unchanged"}},
    {"ImportCounts.pending", {"待关联", "Pending"}},
    {"ImportCounts.quarantined", {"隔离", "Quarantined"}},
    {"ImportCounts.rejected", {"拒绝", "Rejected"}},
    {"ImportCounts.flagged", {"有提示", "Flagged"}},

    {"PutEnterpriseResponse.outcome", {"处理结果", "Outcome"}},
    {"PutEnterpriseResponse.enterprise", {"主体", "Enterprise"}},
    {"PutEnterpriseResponse.pending_records",
     {"正在关联的记录", "Records being linked"}},
    {"PutEnterpriseResponse.findings", {"问题", "Finding"}},
    {"PutEnterpriseResponse.position", {"状态位置", "Position"}},
    {"CorrectRecordResponse.outcome", {"处理结果", "Outcome"}},
    {"CorrectRecordResponse.record", {"记录", "Record"}},
    {"CorrectRecordResponse.findings", {"问题", "Finding"}},
    {"CorrectRecordResponse.position", {"状态位置", "Position"}},
    {"WithdrawRecordResponse.outcome", {"处理结果", "Outcome"}},
    {"WithdrawRecordResponse.record", {"记录", "Record"}},
    {"WithdrawRecordResponse.position", {"状态位置", "Position"}},
    {"WithholdEnterpriseResponse.outcome", {"处理结果", "Outcome"}},
    {"WithholdEnterpriseResponse.enterprise", {"主体", "Enterprise"}},
    {"WithholdEnterpriseResponse.position", {"状态位置", "Position"}},
    {"ErasePersonalResponse.outcome", {"处理结果", "Outcome"}},
    {"ErasePersonalResponse.position", {"状态位置", "Position"}},
    {"GetKeyStateResponse.ring_master_version",
     {"密钥环的主密钥版本", "Master key of the ring"}},
    {"GetKeyStateResponse.data_keys_master_version",
     {"数据密钥的主密钥版本", "Master key of the data keys"}},
    {"GetKeyStateResponse.data_keys", {"数据密钥", "Data keys"}},
    {"GetKeyStateResponse.destroyed_again",
     {"启动时再次销毁", "Destroyed again at the start"}},
    {"GetKeyStateResponse.rotation", {"轮换", "Rotation"}},
    {"GetKeyStateResponse.Rotation.to_version", {"目标版本", "To version"}},
    {"GetKeyStateResponse.Rotation.running", {"进行中", "Running"}},
    {"GetKeyStateResponse.Rotation.done", {"已完成", "Done"}},
    {"GetKeyStateResponse.Rotation.total", {"总数", "In all"}},
    {"GetKeyStateResponse.Rotation.damaged", {"损坏", "Damaged"}},
    {"GetKeyStateResponse.Rotation.error", {"错误", "Error"}},
    {"GetEnterpriseResponse.position", {"状态位置", "Position"}},
};

constexpr Entry kEnumValues[] = {
    {"PERSON_ROLE_LEGAL_REPRESENTATIVE", {"法定代表人证件", "representative"}},
    {"PERSON_ROLE_PARTY", {"相对人证件", "party"}},
    {"PERSON_ROLE_TELEPHONE", {"电话", "telephone"}},
    {"PERSON_ROLE_COMPLAINANT", {"投诉人证件", "complainant"}},
    {"PERSON_ROLE_COMPLAINANT_TELEPHONE",
     {"投诉人电话", "complainant's telephone"}},
    {"LOOKUP_VERDICT_PLACEHOLDER", {"占位代码", "placeholder"}},
    {"LOOKUP_VERDICT_BAD_CODE", {"代码有误", "bad code"}},
    {"LOOKUP_VERDICT_NOT_FOUND", {"未找到", "not found"}},
    {"LOOKUP_VERDICT_WITHHELD", {"不予显示", "withheld"}},
    {"LOOKUP_VERDICT_AMBIGUOUS", {"对应多个主体", "ambiguous"}},
    {"LOOKUP_VERDICT_MERGED", {"已合并", "merged"}},
    {"LOOKUP_VERDICT_DEREGISTERED", {"已注销", "deregistered"}},
    {"LOOKUP_VERDICT_OLD_NUMBER", {"由旧号找到", "by old number"}},
    {"LOOKUP_VERDICT_RENAMED", {"已更名", "renamed"}},
    {"LOOKUP_VERDICT_FOUND", {"找到", "found"}},
    {"LOOKUP_VERDICT_OUT_OF_SCOPE", {"不在职权范围", "out of scope"}},
    {"FIELD_GROUP_REGISTER", {"登记信息", "registration"}},
    {"FIELD_GROUP_ADDRESS", {"地址", "address"}},
    {"FIELD_GROUP_REPRESENTATIVE", {"法定代表人", "representative"}},
    {"FIELD_GROUP_LICENCE", {"行政许可", "licences"}},
    {"FIELD_GROUP_PENALTY", {"行政处罚", "penalties"}},
    {"FIELD_GROUP_COMPLAINT", {"投诉", "complaints"}},
    {"FIELD_GROUP_LISTING", {"列入名单", "listings"}},
    {"FIELD_GROUP_ANNUAL_REPORT", {"年度报告", "annual reports"}},
    {"FIELD_GROUP_SUMMARY", {"各类记录数", "counts of records"}},
    {"FIELD_GROUP_INTAKE", {"数据来源与质量", "source and quality"}},
    {"FIELD_GROUP_QUARANTINE", {"隔离的行", "rows kept aside"}},
    {"FIELD_GROUP_PERSONAL", {"个人信息", "personal data"}},
    {"CODE_ERROR_BAD_LENGTH", {"长度不是 18 位", "not 18 characters"}},
    {"CODE_ERROR_INVALID_CHAR", {"含有不允许的字符", "invalid character"}},
    {"CODE_ERROR_BAD_FINAL_CHECK",
     {"第 18 位校验码不符", "wrong check character"}},
    {"CODE_WARNING_ORGANISATION_CHECK",
     {"第 9 至 17 位组织机构代码校验不符", "organisation code check fails"}},
    {"CODE_WARNING_UNKNOWN_DEPARTMENT",
     {"第 1 位登记管理部门不明", "unknown department"}},
    {"CODE_WARNING_UNKNOWN_CATEGORY",
     {"第 2 位机构类别不明", "unknown category"}},
    {"CODE_WARNING_UNKNOWN_DIVISION",
     {"第 3 至 8 位行政区划不明", "unknown division"}},
    {"MATCHED_BY_USCC", {"现用代码", "current code"}},
    {"MATCHED_BY_FORMER_USCC", {"曾用代码", "former code"}},
    {"MATCHED_BY_MERGED_USCC", {"被合并主体的代码", "code of a merged one"}},
    {"MATCHED_BY_OLD_NUMBER", {"旧号码", "old number"}},
    {"NAME_MATCH_CURRENT", {"与现用名称一致", "current name"}},
    {"NAME_MATCH_FORMER", {"为曾用名称", "former name"}},
    {"NAME_MATCH_DIFFERENT", {"不一致", "different"}},
    {"PARTY_CATEGORY_ORGANISATION", {"法人及非法人组织", "organisation"}},
    {"PARTY_CATEGORY_INDIVIDUAL_BUSINESS",
     {"个体工商户", "individual business"}},
    {"PARTY_CATEGORY_NATURAL_PERSON", {"自然人", "natural person"}},
    {"REGISTRATION_STATUS_ACTIVE", {"存续", "active"}},
    {"REGISTRATION_STATUS_DORMANT", {"歇业", "dormant"}},
    {"REGISTRATION_STATUS_REVOKED", {"吊销", "revoked"}},
    {"REGISTRATION_STATUS_DEREGISTERED", {"注销", "deregistered"}},
    {"REGISTRATION_STATUS_MOVED_OUT", {"迁出", "moved out"}},
    {"REGISTRATION_STATUS_ANNULLED", {"撤销", "annulled"}},
    {"OLD_NUMBER_KIND_REGISTRATION", {"工商注册号", "registration"}},
    {"OLD_NUMBER_KIND_ORGANISATION_CODE", {"组织机构代码", "organisation"}},
    {"OLD_NUMBER_KIND_TAX", {"税务登记证号", "tax"}},
    {"OLD_NUMBER_KIND_INSTITUTION_CERTIFICATE",
     {"事业单位证书号", "institution"}},
    {"OLD_NUMBER_KIND_SOCIAL_ORGANISATION_CERTIFICATE",
     {"社会组织登记证号", "social organisation"}},
    {"OLD_NUMBER_KIND_SOCIAL_INSURANCE", {"社会保险登记证号", "insurance"}},
    {"OLD_NUMBER_KIND_STATISTICS", {"统计登记证号", "statistics"}},
    {"OLD_NUMBER_KIND_OTHER", {"其他号码", "other"}},
    {"FAMILY_LICENCE", {"行政许可", "licence"}},
    {"FAMILY_PENALTY", {"行政处罚", "penalty"}},
    {"FAMILY_COMPLAINT", {"投诉", "complaint"}},
    {"FAMILY_LISTING", {"列入名单", "listing"}},
    {"FAMILY_ANNUAL_REPORT", {"年度报告", "annual report"}},
    // A quarantined row of no family is an enterprise's.
    {"FAMILY_UNSPECIFIED", {"主体", "enterprise"}},
    {"RECORD_STATE_ACTIVE", {"有效", "active"}},
    {"PUBLICITY_STATE_PUBLIC", {"公示中", "public"}},
    {"PUBLICITY_STATE_NOT_YET", {"尚未公示", "not yet"}},
    {"PUBLICITY_STATE_GOVERNMENT_ONLY", {"不予公示", "government only"}},
    {"PUBLICITY_STATE_UNDECIDED", {"待分类", "undecided"}},
    {"PUBLICITY_STATE_EXPIRED", {"公示期满", "expired"}},
    {"PUBLICITY_STATE_REMOVED", {"已移出", "removed"}},
    {"PUBLICITY_STATE_WITHDRAWN", {"已撤回", "withdrawn"}},
    {"PUBLICITY_STATE_REPAIRED", {"已修复", "repaired"}},
    {"PUBLICITY_STATE_ANNULLED", {"已撤销", "annulled"}},
    {"PUBLICITY_STATE_SHIELDED", {"暂时屏蔽", "shielded"}},
    {"CASE_KIND_REPAIR", {"信用修复", "repair"}},
    {"CASE_KIND_OBJECTION", {"异议", "objection"}},
    {"CASE_KIND_LIST_ENTRY", {"列入名单", "list entry"}},
    {"CASE_KIND_LIST_REMOVAL", {"移出名单", "list removal"}},
    {"CASE_KIND_ANNULMENT", {"撤销", "annulment"}},
    {"CASE_KIND_REPUBLICATION", {"恢复公示", "republication"}},
    {"CASE_KIND_SHIELD", {"暂时屏蔽", "shield"}},
    {"CASE_STATE_DRAFT", {"草稿", "draft"}},
    {"CASE_STATE_SUBMITTED", {"待受理", "submitted"}},
    {"CASE_STATE_RETURNED", {"退回补正", "returned"}},
    {"CASE_STATE_ACCEPTED", {"已受理", "accepted"}},
    {"CASE_STATE_NOT_ACCEPTED", {"不予受理", "not accepted"}},
    {"CASE_STATE_APPROVED", {"准予", "approved"}},
    {"CASE_STATE_REFUSED", {"不予", "refused"}},
    {"CASE_STATE_CANCELLED", {"已撤回", "cancelled"}},
    {"CASE_STATE_REVOKED", {"已撤销", "revoked"}},
    {"CASE_ACTION_OPEN", {"建立", "open"}},
    {"CASE_ACTION_SUBMIT", {"提交", "submit"}},
    {"CASE_ACTION_RETURN", {"退回补正", "return"}},
    {"CASE_ACTION_ACCEPT", {"受理", "accept"}},
    {"CASE_ACTION_NOT_ACCEPT", {"不予受理", "not accept"}},
    {"CASE_ACTION_EXTEND", {"延长期限", "extend"}},
    {"CASE_ACTION_APPROVE", {"准予", "approve"}},
    {"CASE_ACTION_REFUSE", {"不予", "refuse"}},
    {"CASE_ACTION_CANCEL", {"撤回申请", "cancel"}},
    {"CASE_ACTION_REVOKE", {"撤销决定", "revoke"}},
    {"CASE_ACTION_AMEND", {"补充", "amend"}},
    {"CaseStepResult.RESULT_TAKEN", {"已办理", "taken"}},
    {"CaseStepResult.RESULT_REPEATED", {"重复", "repeated"}},
    {"CaseStepResult.RESULT_HELD", {"待前序步骤", "held"}},
    {"CaseStepResult.RESULT_REFUSED", {"未办理", "refused"}},
    {"WithdrawalNotice.REASON_EXPIRED", {"公示期满", "expired"}},
    {"WithdrawalNotice.REASON_REPAIRED", {"已修复", "repaired"}},
    {"WithdrawalNotice.REASON_ANNULLED", {"已撤销", "annulled"}},
    {"WithdrawalNotice.REASON_WITHDRAWN", {"已撤回", "withdrawn"}},
    {"WithdrawalNotice.REASON_SHIELDED", {"暂时屏蔽", "shielded"}},
    {"WithdrawalNotice.REASON_REMOVED", {"已移出", "removed"}},
    {"WithdrawalNotice.REASON_HIDDEN", {"停止公示", "hidden"}},
    {"SEVERITY_CLASS_MINOR", {"轻微", "minor"}},
    {"SEVERITY_CLASS_GENERAL", {"一般", "general"}},
    {"SEVERITY_CLASS_SERIOUS", {"严重", "serious"}},
    {"RECORD_STATE_WITHDRAWN", {"已撤回", "withdrawn"}},
    {"Licence.STATE_VALID", {"有效", "valid"}},
    {"Licence.STATE_INVALID", {"无效", "invalid"}},
    {"Licence.STATE_REVOKED", {"撤销", "revoked"}},
    {"Licence.STATE_DISPUTED", {"异议", "disputed"}},
    {"Licence.STATE_OTHER", {"其他", "other"}},
    {"Penalty.PROCEDURE_SIMPLE", {"简易程序", "simple"}},
    {"Penalty.PROCEDURE_ORDINARY", {"普通程序", "ordinary"}},
    {"Penalty.DECLARED_SEVERITY_MINOR", {"轻微", "minor"}},
    {"Penalty.DECLARED_SEVERITY_GENERAL", {"一般", "general"}},
    {"Penalty.DECLARED_SEVERITY_SERIOUS", {"严重", "serious"}},
    {"ChannelPublication.CHANNEL_CREDIT_CHINA", {"信用中国", "Credit China"}},
    {"ChannelPublication.CHANNEL_GSXT", {"国家企业信用信息公示系统", "gsxt"}},
    {"Complaint.STATE_REGISTERED", {"已登记", "registered"}},
    {"Complaint.STATE_DISPATCHED", {"已分派", "dispatched"}},
    {"Complaint.STATE_AWAIT_IDENTITY", {"待提供身份证明", "await identity"}},
    {"Complaint.STATE_ACCEPTED", {"已受理", "accepted"}},
    {"Complaint.STATE_REJECTED", {"不予受理", "rejected"}},
    {"Complaint.STATE_MEDIATING", {"调解中", "mediating"}},
    {"Complaint.STATE_PAUSED", {"中止", "paused"}},
    {"Complaint.STATE_SETTLED", {"达成调解", "settled"}},
    {"Complaint.STATE_TERMINATED", {"终止调解", "terminated"}},
    {"Complaint.STATE_CLOSED", {"已办结", "closed"}},
    {"Listing.LIST_ABNORMAL_OPERATION", {"经营异常名录", "abnormal operation"}},
    {"Listing.LIST_SERIOUS_VIOLATION",
     {"严重违法失信名单", "serious violation"}},
    {"Listing.LIST_OTHER", {"其他名单", "another list"}},
    {"AnnualReport.OPERATING_STATUS_OPEN", {"开业", "open"}},
    {"AnnualReport.OPERATING_STATUS_CLOSED", {"歇业", "closed"}},
    {"AnnualReport.OPERATING_STATUS_LIQUIDATION", {"清算", "in liquidation"}},
    {"Document.KIND_ORIGINAL", {"原件", "original"}},
    {"Document.KIND_REDACTED_COPY", {"公开副本", "redacted copy"}},
    {"Document.KIND_ATTACHMENT", {"附件", "attachment"}},
    {"OUTCOME_CREATED", {"新增", "created"}},
    {"OUTCOME_UPDATED", {"更新", "updated"}},
    {"OUTCOME_UNCHANGED", {"未变", "unchanged"}},
    {"OUTCOME_PENDING", {"待关联", "pending"}},
    {"OUTCOME_QUARANTINED", {"隔离", "quarantined"}},
    {"OUTCOME_REJECTED", {"拒绝", "rejected"}},
    {"SEVERITY_NOTE", {"说明", "note"}},
    {"SEVERITY_WARNING", {"提示", "warning"}},
    {"SEVERITY_ERROR", {"错误", "error"}},
    {"IMPORT_FORMAT_ENTERPRISE_CSV", {"主体", "enterprise"}},
    {"IMPORT_FORMAT_LICENCE_CSV", {"行政许可", "licence"}},
    {"IMPORT_FORMAT_PENALTY_CSV", {"行政处罚", "penalty"}},
    {"IMPORT_FORMAT_COMPLAINT_CSV", {"投诉", "complaint"}},
    {"TEXT_ENCODING_UTF8", {"UTF-8", "UTF-8"}},
    {"TEXT_ENCODING_GB18030", {"GB18030", "GB18030"}},
};

constexpr Entry kSystemReasons[] = {
    {"No such file or directory", {"文件或目录不存在", ""}},
    {"Not a directory", {"不是目录", ""}},
    {"Is a directory", {"是目录而不是文件", ""}},
    {"Permission denied", {"没有权限", ""}},
    {"Operation not permitted", {"操作不被允许", ""}},
    {"Read-only file system", {"文件系统只读", ""}},
    {"No space left on device", {"磁盘空间不足", ""}},
    {"Disk quota exceeded", {"超出磁盘配额", ""}},
    {"Input/output error", {"读写错误", ""}},
    {"Broken pipe", {"管道已断开", ""}},
    {"Connection refused", {"连接被拒绝", ""}},
    {"Connection reset by peer", {"连接被对方重置", ""}},
    {"Connection timed out", {"连接超时", ""}},
    {"No route to host", {"无法到达主机", ""}},
    {"Domain name not found", {"找不到域名", ""}},
    {"not a regular file", {"不是普通文件", ""}},
    {"changed while it was being sent", {"发送期间文件发生了变化", ""}},
    {"the file to import, want another for the report",
     {"这是要导入的文件本身，报告应写到另一个文件", ""}},
};

constexpr Entry kUsageReasons[] = {
    {"RequiredError", {"缺少必需的参数或命令", "something is missing"}},
    {"ExtrasError", {"有多余或无法识别的参数", "not expected"}},
    {"ValidationError", {"取值不符合要求", "not a valid value"}},
    {"ConversionError", {"取值无法识别", "not a valid value"}},
    {"ArgumentMismatch", {"选项的参数个数不对", "wrong number of values"}},
    {"ExcludesError", {"选项不能同时使用", "options exclude each other"}},
    {"RequiresError", {"选项需要另一选项", "option needs another"}},
    {"InvalidError", {"参数无效", "invalid"}},
};

template <std::size_t kSize>
const Text* Find(const Entry (&entries)[kSize], absl::string_view key) {
  for (const Entry& entry : entries) {
    if (entry.key == key) return &entry.text;
  }
  return nullptr;
}

}  // namespace

absl::string_view LangCode(Lang lang) {
  return lang == Lang::kZh ? "zh" : "en";
}

std::string FieldLabel(Lang lang, absl::string_view message_and_field) {
  const Text* const text = Find(kFields, message_and_field);
  if (text != nullptr) return std::string(text->In(lang));
  return std::string(
      message_and_field.substr(message_and_field.rfind('.') + 1));
}

std::string EnumLabel(Lang lang, absl::string_view name) {
  const Text* const text = Find(kEnumValues, name);
  return std::string(text != nullptr ? text->In(lang) : name);
}

std::string SystemReason(Lang lang, absl::string_view english) {
  const Text* const text = Find(kSystemReasons, english);
  const bool chinese = text != nullptr && lang == Lang::kZh;
  return std::string(chinese ? text->zh : english);
}

std::string UsageReason(Lang lang, absl::string_view cli11_name) {
  const Text* const text = Find(kUsageReasons, cli11_name);
  return std::string(text != nullptr ? text->In(lang) : cli11_name);
}

namespace texts {

const Text kAbout = {"creditctl：查询和维护统一信用信息登记库的命令行工具",
                     "creditctl: looks up and keeps a credit registry"};
const Text kExitCodes = {
    "退出码：\n"
    "  0    成功\n"
    "  1    没有找到\n"
    "  2    命令用法错误\n"
    "  3    服务器拒绝了请求（原样重发仍会被拒绝）\n"
    "  4    无法连接、过载或超时（可稍后重试）\n"
    "  5    有行被拒绝或被隔离\n"
    "  6    校验发现错误\n"
    "  7    本地文件错误\n"
    "  8    内部错误或数据损坏\n"
    "  130  被 Ctrl-C 中断",
    "Exit codes:\n"
    "  0    done\n"
    "  1    nothing found\n"
    "  2    wrong usage\n"
    "  3    the server refused the request; again it would refuse it again\n"
    "  4    unreachable, overloaded or too late; try again later\n"
    "  5    rows were rejected or quarantined\n"
    "  6    verify found faults\n"
    "  7    local file error\n"
    "  8    internal error or damaged data\n"
    "  130  interrupted by Ctrl-C"};
const Text kHelpFlag = {"显示帮助", "Show this help"};
const Text kVersionFlag = {"显示版本", "Show the version"};
const Text kServer = {"服务器地址", "Server"};
const Text kCa = {"服务器证书的签发机构（PEM 文件）；给出即用 TLS",
                  "Authority of the server's certificate (PEM file); with it "
                  "TLS is spoken"};
const Text kCert = {"本方证书（PEM 文件）", "Your certificate (PEM file)"};
const Text kKey = {"本方证书的私钥（PEM 文件）",
                   "The certificate's private key (PEM file)"};
const Text kTokenFile = {"存放登录令牌的文件", "File that holds your token"};
const Text kPurpose = {"查询用途，随每次调用送出并留痕",
                       "What the data is needed for; sent with every call, and "
                       "kept"};
const Text kInvestigation = {
    "案件编号：所查属于调查，期限内不告知被查主体",
    "Number of the case that reads belong to: the enterprise is not told for a "
    "time"};
const Text kOutput = {"输出形式", "Output"};
const Text kTimeout = {"等待应答的最长秒数（流式调用：等待下一条消息）",
                       "Longest wait in seconds for an answer, or for the "
                       "next message of a stream"};
const Text kRetries = {
    "失败后最多重试的次数（默认 3，导入为 8）",
    "Further attempts after a failure (default 3, import 8)"};
const Text kLang = {"界面语言", "Language of texts"};
const Text kPublic = {"按公众可见范围查询", "Ask as the public may"};
const Text kQuiet = {"不显示进度、汇总和说明", "No progress, summaries, notes"};
const Text kWithheld = {"按您的角色不予显示：$0",
                        "not shown to your roles: $0"};
const Text kGet = {"按代码或旧号查询一个主体",
                   "Look one enterprise up by code or old number"};
const Text kBatchGet = {"批量查询，每行一个号码，可用制表符或逗号附名称",
                        "Look up one item per line: identifier, then a tab or "
                        "comma and a name if wanted"};
const Text kRecords = {"列出一个主体的记录", "List an enterprise's records"};
const Text kRecord = {"显示一条记录", "Show one record"};
const Text kImport = {"导入文件，可断点续传", "Import a file; can be resumed"};
const Text kTemplate = {"取得导入模板", "Get a template for imports"};
const Text kReceipt = {"查询导入回执", "Show an import's receipt"};
const Text kStats = {"显示运行指标", "Show the registry's figures"};
const Text kVerify = {"校验全部数据", "Check everything stored"};
const Text kExport = {"导出一个主体的完整档案（JSON）",
                      "Export one enterprise with all its records (JSON)"};
const Text kQuarantine = {"列出隔离的行", "List rows that were kept aside"};
const Text kPut = {"写入主体（PutEnterpriseRequest 的 JSON）",
                   "Put an enterprise (JSON of PutEnterpriseRequest)"};
const Text kSubmit = {"提交记录（SubmitRecordsRequest 的 JSON）",
                      "Submit records (JSON of SubmitRecordsRequest)"};
const Text kCorrect = {"更正记录（CorrectRecordRequest 的 JSON）",
                       "Correct a record (JSON of CorrectRecordRequest)"};
const Text kWithdraw = {"撤回记录（WithdrawRecordRequest 的 JSON）",
                        "Withdraw a record (JSON of WithdrawRecordRequest)"};
const Text kErase = {
    "删除一个主体、一条记录或一个隔离行的个人信息（不可恢复）",
    "Erase the personal data of an enterprise, a record or a row kept aside, "
    "for good"};
const Text kClassify = {
    "为规则无法判定的记录确定公示类别（ClassifyRecordRequest 的 JSON）",
    "Choose what follows for a record that no rule decides (JSON of "
    "ClassifyRecordRequest)"};
const Text kActivate = {
    "启用新版本的公示规则表（ActivateTableRequest 的 JSON）",
    "Activate a newer table of rules (JSON of ActivateTableRequest)"};
const Text kTables = {"查看现行的公示规则表和工作日历",
                      "Show the tables of rules in force"};
const Text kUndecided = {"列出规则无法判定的记录（待分类）",
                         "List records that no rule decides"};
const Text kQuality = {"查看数据来源的合规率、及时率和迟报率",
                       "Show how well sources report"};
const Text kAsOf = {"查看某一渠道在某日公示的内容（JSON）",
                    "Show what a channel showed on a day (JSON)"};
const Text kCases = {"列出某一记录的案件，或有期限的案件",
                     "List the cases of a record, or those with a time limit"};
const Text kCase = {"查看一个案件", "Show a case"};
const Text kWithdrawals = {"列出应当下架的记录，或接收方",
                           "List what has to be taken down, or who receives"};
const Text kOpenCase = {"建立案件（OpenCaseRequest 的 JSON）",
                        "Open a case (JSON of OpenCaseRequest)"};
const Text kAdvanceCase = {
    "办理案件的下一步（AdvanceCaseRequest 的 JSON）",
    "Take the next step of a case (JSON of AdvanceCaseRequest)"};
const Text kImportCaseSteps = {
    "导入国家平台的办理步骤（ImportCaseStepsRequest 的 JSON）",
    "Import steps of the national platform (JSON of ImportCaseStepsRequest)"};
const Text kArgFromMonth = {"起始月份，YYYY-MM", "First month, YYYY-MM"};
const Text kArgToMonth = {"截止月份；不填为起始月份",
                          "Last month; absent: the first"};
const Text kArgDate = {"日期，YYYY-MM-DD", "The day, YYYY-MM-DD"};
const Text kArgChannel = {"渠道；不填为信用中国",
                          "Channel; absent: credit-china"};
const Text kArgDueBy = {"期限在该日或之前的，YYYY-MM-DD",
                        "With a limit on this day or before, YYYY-MM-DD"};
const Text kArgCaseId = {"案件编号", "Id of the case"};
const Text kArgReceivers = {"列出接收方及其迟延",
                            "List receivers, and who is late"};
const Text kEstimated = {"（估计）", "(estimated)"};
const Text kOverdue = {"（已超期）", "(overdue)"};
const Text kColumnReceiver = {"接收方", "Receiver"};
const Text kColumnOpen = {"待下架", "Open"};
const Text kColumnLate = {"已迟延", "Late"};
const Text kColumnSince = {"自", "Since"};
const Text kColumnCaseId = {"案件编号", "Case"};
const Text kColumnCaseKind = {"种类", "Kind"};
const Text kColumnClocks = {"期限", "Limits"};
const Text kColumnDue = {"期限", "Due"};
const Text kNoCases = {"没有案件", "there are no cases"};
const Text kNoWithdrawals = {"没有应当下架的记录",
                             "nothing has to be taken down"};
const Text kColumnMonth = {"月份", "Month"};
const Text kColumnRegion = {"区划", "Region"};
const Text kColumnReported = {"报送数", "Reported"};
const Text kColumnCompliance = {"合规率", "Compliant"};
const Text kColumnTimeliness = {"及时率", "In time"};
const Text kColumnLateness = {"迟报率", "Late"};
const Text kTotal = {"合计", "total"};
const Text kColumnTable = {"规则表", "Table"};
const Text kColumnVersion = {"版本", "Version"};
const Text kColumnReason = {"原因", "Reason"};
const Text kColumnUnconfirmed = {"待确认的规则", "Unconfirmed rules"};
const Text kPublicationDate = {"公示日期：$0", "publication date: $0"};
const Text kRecordsToJudge = {"尚有 $0 条记录待按新规则重新判定",
                              "$0 records are still to be judged by new rules"};
const Text kNothingUndecided = {"没有待分类的记录", "nothing is undecided"};
const Text kPerson = {
    "按证件号码或电话查找涉及某人的主体和记录",
    "Find what holds a person's identity number or telephone"};
const Text kKeys = {"查看密钥状态，或轮换主密钥",
                    "Show how the keys stand, or rotate the master key"};
const Text kArgPersonKind = {"号码种类", "What number it is"};
const Text kArgPersonFile = {"含号码的文件；- 为标准输入",
                             "File with the number; - is standard input"};
const Text kArgRotate = {"开始轮换到下一版主密钥",
                         "Begin to rotate to the next master key"};
const Text kColumnPersonRole = {"身份", "Role"};
const Text kRotationBegun = {"已开始轮换到第 $0 版主密钥",
                             "rotation to master key $0 has begun"};
const Text kNoPerson = {"没有找到", "nothing holds it"};
const Text kPersonalErased = {"个人信息已依法删除",
                              "the personal data was erased"};
const Text kWithhold = {
    "对公众隐藏或恢复显示一个主体（WithholdEnterpriseRequest 的 JSON）",
    "Hide a file from the public or show it again (JSON of "
    "WithholdEnterpriseRequest)"};
const Text kHealth = {"检查服务是否可用", "Ask whether the server is serving"};
const Text kArgCode = {"统一社会信用代码或旧号码",
                       "Unified code or old number"};
const Text kArgName = {"用于比对的名称", "A name to compare with"};
const Text kArgKind = {"旧号码的种类", "Kind of the old number"};
const Text kArgAt = {"按此状态位置查询（输出中的“状态位置”）",
                     "Read at this position (as printed)"};
const Text kArgPersonal = {"同时取得个人信息；须写明用途",
                           "Also personal data; say what for"};
const Text kArgBatchFile = {"文件；- 为标准输入", "File; - is standard input"};
const Text kArgBrief = {"JSON 只含名称、状态和各类记录数（表格总是如此）",
                        "JSON with name, status and counts alone (a table "
                        "never has more)"};
const Text kArgFamily = {"记录种类，可用逗号分隔多个",
                         "Families, separated by commas"};
const Text kArgPageSize = {"每页条数", "Records per page"};
const Text kArgLimit = {"最多列出的条数", "At most this many"};
const Text kArgAll = {"全部列出", "All of them"};
const Text kArgRecordId = {"记录编号，26 位", "Record id, 26 characters"};
const Text kArgVersions = {"列出全部版本", "List all its versions"};
const Text kArgImportFile = {"CSV 文件", "CSV file"};
const Text kArgFormat = {"文件格式", "Format of the file"};
const Text kArgEncoding = {"文件编码；默认自动识别",
                           "Encoding; found from the bytes by default"};
const Text kArgSource = {"数据来源名称", "Name of the source"};
const Text kArgRequestId = {"请求编号；默认由文件内容算出，重发同一文件即续传",
                            "Request id; by default made from the file, so "
                            "that sending it again resumes"};
const Text kArgWriteRequestId = {"请求编号；默认随机",
                                 "Request id; random by default"};
const Text kArgValidateOnly = {"只校验，不入库", "Check only, store nothing"};
const Text kArgReport = {"把有问题的行写入此文件",
                         "Write the rows with findings to this file"};
const Text kArgNames = {"表头用中文名称", "Chinese names as header"};
const Text kArgTemplateOut = {"写入此文件；默认标准输出",
                              "Write to this file; default standard output"};
const Text kArgOpenSealed = {"同时解封每个加密行（慢）",
                             "Also open every sealed row (slow)"};
const Text kArgExportOut = {"写入此文件；- 为标准输出",
                            "Write to this file; - is standard output"};
const Text kArgJsonFile = {"JSON 文件；- 为标准输入",
                           "JSON file; - is standard input"};
const Text kArgService = {"服务名；默认整个服务器",
                          "Service; default the whole server"};
const Text kAudit = {"审计日志", "The audit log"};
const Text kAuditList = {
    "查询审计日志：谁、何时、以何用途、查了什么（审计管理员）",
    "Find rows of the audit log: who, when, what for, "
    "what (auditors)"};
const Text kAuditReads = {"谁查看过一个主体的档案",
                          "Who looked at an enterprise's file"};
const Text kArgFrom = {
    "起始时间（含），如 2026-11-24 或 \"2026-11-24 08:30:00\"，北京时间",
    "Not before: 2026-11-24, or \"2026-11-24 08:30:00\", in China time"};
const Text kArgUntil = {"截止时间（不含），写法同上", "Before, as above"};
const Text kArgPrincipal = {"调用者，须与日志中的完全一致",
                            "Who called, exactly as in the log"};
const Text kArgRpc = {"调用，如 RegistryReadService.GetEnterprise",
                      "Call, for example RegistryReadService.GetEnterprise"};
const Text kArgAuditAgency = {"调用者所在机关的统一社会信用代码",
                              "Unified code of the caller's agency"};
const Text kArgResult = {"结果，如 OK、PERMISSION_DENIED",
                         "Result, for example OK or PERMISSION_DENIED"};
const Text kArgRefused = {"只列被拒绝或失败的",
                          "Only what was refused or failed"};
const Text kAuditVerify = {"离线校验审计日志：行是否被改动、删除、移动",
                           "Check a copy of the audit log: rows altered, taken "
                           "out or moved"};
const Text kArgAuditDir = {"审计日志的目录", "Directory of the audit log"};
const Text kArgAuditSink = {"另存的副本（--audit_sink 的文件），用于比对",
                            "Copy kept elsewhere (file of --audit_sink), to "
                            "compare with"};
const Text kAuditClean = {"审计日志完好：第 $0 至 $1 行，末行哈希 $2",
                          "the audit log is whole: rows $0 to $1, last hash "
                          "$2"};
const Text kAuditFaults = {"审计日志有 $0 处问题（共 $1 行）",
                           "$0 faults in the audit log ($1 rows)"};
const Text kAuditNoRow = {"$0：第 $1 行处不是有效的行或文件已损坏",
                          "$0: no row where row $1 should be"};
const Text kAuditAltered = {"$0：第 $1 行或其前一行被改动",
                            "$0: row $1, or the one before it, was altered"};
const Text kAuditMissing = {"$0：缺第 $1 行，或行序被改动",
                            "$0: row $1 is missing, or rows were moved"};
const Text kAuditNotInLog = {"$0：副本有第 $1 行，日志没有",
                             "$0: holds row $1, which the log does not"};
const Text kAuditNotAsInSink = {"$0：第 $1 行与日志不同",
                                "$0: row $1 is not the log's"};
const Text kAuditRest = {"$0：重启时移出的残余，请核对是断电所致还是被改动",
                         "$0: put aside at a restart; look whether a power cut "
                         "or somebody left it"};
const Text kLabelUsage = {"用法", "Usage"};
const Text kLabelOptions = {"选项", "Options"};
const Text kLabelPositionals = {"参数", "Arguments"};
const Text kLabelCommands = {"命令", "Commands"};
const Text kLabelRequired = {"（必需）", "REQUIRED"};

const Text kErrorUsage = {"用法错误：$0（creditctl --help 查看用法）",
                          "usage: $0 (see creditctl --help)"};
const Text kErrorRefused = {"服务器拒绝了请求：$0",
                            "the server refused the request: $0"};
const Text kErrorUnavailable = {"服务器暂时不能应答：$0",
                                "the server cannot answer now: $0"};
const Text kErrorUnreachable = {"无法连接服务器 $0：$1",
                                "cannot reach the server $0: $1"};
const Text kErrorLocalFile = {"本地文件错误：$0：$1", "local file: $0: $1"};
const Text kErrorInternal = {"内部错误：$0", "internal error: $0"};
const Text kErrorInterrupted = {"已中断", "interrupted"};
const Text kErrorUnknownOutcome = {
    "写入结果未知，请用 --request-id $0 重发",
    "it may or may not be stored: send it again with --request-id $0"};
const Text kNotUtf8 = {"$0：不是有效的 UTF-8 文本", "$0: not UTF-8"};
const Text kNotPosition = {"--at：不是状态位置", "--at: not a position"};
const Text kNotTime = {"$0：不是日期或时间", "$0: no day or time"};
const Text kNotWithPublic = {"$0：不能与 --public 同用",
                             "$0: not with --public"};
const Text kNotJson = {"不是此请求的 JSON（$0）",
                       "not JSON of this request ($0)"};
const Text kLineNotUtf8 = {"第 $0 行不是 UTF-8 文本", "line $0: not UTF-8"};
const Text kLineTooLong = {"第 $0 行过长", "line $0: too long"};
const Text kStandardOutput = {"标准输出", "standard output"};
const Text kTokenExpired = {"翻页已过期，请重新列出",
                            "the page token has expired: list again"};

const Text kNearCode = {"相近：$0", "near: $0"};
const Text kMoreLicences = {"还有更多许可，用 records 命令查看",
                            "there are more licences: see the command records"};
const Text kBatchSummary = {"共 $0 项：$1", "$0 items: $1"};
const Text kBatchResumed = {
    "连接中断 $0 次后已续接，各段结果的状态位置可能不同",
    "went on after $0 breaks; the parts may be of different states"};
const Text kMoreRecords = {"还有更多记录，用 --limit 或 --all 继续",
                           "there are more: use --limit or --all"};
const Text kNoRecords = {"没有记录", "no records"};
const Text kNoQuarantined = {"没有隔离的行", "no rows are kept aside"};
const Text kNoAuditRows = {"没有符合条件的审计记录", "no such rows"};
const Text kNoFileReads = {"没有他人查看的记录",
                           "nobody else looked at the file"};
const Text kAuditDamagedRows = {
    "另有 $0 行被改动，未列出：请用 audit verify 校验日志",
    "$0 more rows were altered and are not shown: check the log with audit "
    "verify"};
const Text kImportRequest = {"请求编号 $0", "request id $0"};
const Text kImportContinues = {"先前已入库 $0 行，从其后继续",
                               "$0 rows were stored before; going on"};
const Text kImportRetry = {"连接中断（$0），$1 后续传",
                           "connection broken ($0), going on in $1"};
const Text kImportInterrupted = {"已中断，已入库 $0 行",
                                 "interrupted, $0 rows stored"};
const Text kImportResume = {"$0；再次运行同一命令即可续传（请求编号 $1）",
                            "$0; run the same command again to go on (request "
                            "id $1)"};
const Text kImportRowsRejected = {"拒绝 $0 行，隔离 $1 行",
                                  "$0 rows rejected, $1 quarantined"};
const Text kImportReported = {"有问题的行已写入 $0",
                              "rows with findings are in $0"};
const Text kImportNoReport = {"用 --report 文件 再次运行可得到有问题的行",
                              "run it again with --report FILE for the rows"};
const Text kImportUnfinished = {"导入尚未完成", "the import is not complete"};
const Text kWritten = {"已写入 $0", "written to $0"};
const Text kExported = {"已导出 $0 条记录到 $1", "$0 records exported to $1"};
const Text kExportRestart = {"翻页已过期，重新开始导出",
                             "the page token has expired: starting again"};
const Text kVerifyClean = {"校验通过：$0 行，没有错误",
                           "whole: $0 rows, no faults"};
const Text kVerifyFaults = {"校验发现 $0 处错误（共 $1 行）",
                            "$0 faults in $1 rows"};
const Text kWriteRequest = {"请求编号 $0", "request id $0"};

const Text kUploading = {"导入", "import"};
const Text kRowsAndRate = {"$0 行  $1 行/秒", "$0 rows  $1 rows/s"};
const Text kRemaining = {"剩余 $0", "$0 left"};
const Text kChecking = {"校验 $0", "verify $0"};

const Text kHeadResult = {"查询结果", "Result"};
const Text kHeadSummary = {"档案概况", "File"};
const Text kHeadPersonal = {"个人信息", "Personal data"};
const Text kHeadRecord = {"记录", "Record"};
const Text kHeadReceipt = {"回执", "Receipt"};
const Text kColumnIndex = {"序号", "No"};
const Text kColumnIdentifier = {"查询号码", "Identifier"};
const Text kColumnVerdict = {"结论", "Verdict"};
const Text kColumnStatus = {"登记状态", "Status"};
const Text kColumnName = {"名称", "Name"};
const Text kColumnFamily = {"种类", "Family"};
const Text kColumnDate = {"日期", "Date"};
const Text kColumnNumber = {"文号", "Number"};
const Text kColumnAgency = {"机关", "Agency"};
const Text kColumnRecordId = {"记录编号", "Record id"};
const Text kColumnState = {"状态", "State"};
const Text kColumnAbout = {"摘要", "About"};
const Text kColumnRecordedAt = {"入库时间", "Recorded at"};
const Text kColumnEtag = {"版本标识", "Etag"};
const Text kColumnRowId = {"行编号", "Row id"};
const Text kColumnReceivedAt = {"收到时间", "Received at"};
const Text kColumnSource = {"来源", "Source"};
const Text kColumnFindings = {"问题", "Findings"};
const Text kColumnFigure = {"指标", "Figure"};
const Text kColumnValue = {"数值", "Value"};
const Text kColumnUnit = {"单位", "Unit"};
const Text kColumnOutcome = {"处理结果", "Outcome"};
const Text kColumnTime = {"时间", "Time"};
const Text kColumnResult = {"结果", "Result"};
const Text kColumnPrincipal = {"调用者", "Who"};
const Text kColumnRoles = {"角色", "Roles"};
const Text kColumnCall = {"调用", "Call"};
const Text kColumnPurpose = {"用途", "What for"};
const Text kColumnRecords = {"记录数", "Records"};
const Text kColumnPersonal = {"个人信息", "Personal"};
const Text kYes = {"是", "yes"};
const Text kAuditCase = {"案件 $0", "case $0"};
const Text kAuditShown = {"$0 等 $1 个主体", "$0 and others, $1 in all"};
const Text kHealthServing = {"正常服务", "serving"};
const Text kHealthNotServing = {"未提供服务", "not serving"};
const Text kHealthUnknownService = {"没有此服务", "no such service"};
const Text kHealthUnknown = {"状态不明", "unknown"};
const Text kUnknownVerdict = {"未知结论", "unknown verdict"};
const Text kYuan = {"$0 元", "CNY $0"};
const Text kUntil = {"至 $0", "until $0"};
const Text kFigureShown = {"选择公示", "published"};
const Text kFigureNotShown = {"选择不公示", "not published"};

const Text kColon = {"：", ": "};
const Text kComma = {"，", ", "};
const Text kSemicolon = {"；", "; "};
const Text kWithNotes = {"$0（$1）", "$0 ($1)"};

}  // namespace texts
}  // namespace creditreg::cli
