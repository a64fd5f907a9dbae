// Every text creditctl shows, in Simplified Chinese and English. Nothing else
// in client/cli holds a text for users, but what proto and CLI11 say.
//
// Thread safety: constants and free functions without state.

#ifndef CREDITREG_CLIENT_CLI_TEXTS_H_
#define CREDITREG_CLIENT_CLI_TEXTS_H_

#include <string>

#include "absl/strings/string_view.h"

namespace creditreg::cli {

enum class Lang { kZh, kEn };

// "zh" or "en", as in --lang and in a LocalizedMessage's locale.
absl::string_view LangCode(Lang lang);

// $0, $1 … stand for what absl::Substitute puts in.
struct Text {
  absl::string_view zh;
  absl::string_view en;

  absl::string_view In(Lang lang) const { return lang == Lang::kZh ? zh : en; }
};

// The label of a proto field, for example "Enterprise.name". A field that is
// not listed is labelled by its own name.
std::string FieldLabel(Lang lang, absl::string_view message_and_field);

// The label of an enum value by its name, nested ones with their message:
// "FAMILY_LICENCE", "Licence.STATE_VALID". Not listed: the name itself.
std::string EnumLabel(Lang lang, absl::string_view name);

// Why a local file or a connection failed, as strerror(), gRPC or
// client/local_file.h said it. Not listed: as it is.
std::string SystemReason(Lang lang, absl::string_view english);

// What CLI11 calls an error, for example "RequiredError".
std::string UsageReason(Lang lang, absl::string_view cli11_name);

// Texts of one place each, in the order in which a user meets them.
namespace texts {

// Help.
extern const Text kAbout;
extern const Text kExitCodes;
extern const Text kHelpFlag;
extern const Text kVersionFlag;
extern const Text kServer;
extern const Text kCa;
extern const Text kCert;
extern const Text kKey;
extern const Text kTokenFile;
extern const Text kPurpose;
extern const Text kInvestigation;
extern const Text kWithheld;
extern const Text kOutput;
extern const Text kTimeout;
extern const Text kRetries;
extern const Text kLang;
extern const Text kPublic;
extern const Text kQuiet;
extern const Text kGet;
extern const Text kBatchGet;
extern const Text kRecords;
extern const Text kRecord;
extern const Text kImport;
extern const Text kTemplate;
extern const Text kReceipt;
extern const Text kStats;
extern const Text kVerify;
extern const Text kExport;
extern const Text kQuarantine;
extern const Text kPut;
extern const Text kSubmit;
extern const Text kCorrect;
extern const Text kWithdraw;
extern const Text kErase;
extern const Text kClassify;
extern const Text kActivate;
extern const Text kTables;
extern const Text kUndecided;
extern const Text kTotal;
extern const Text kColumnLateness;
extern const Text kColumnTimeliness;
extern const Text kColumnCompliance;
extern const Text kColumnReported;
extern const Text kColumnRegion;
extern const Text kColumnMonth;
extern const Text kNoWithdrawals;
extern const Text kNoCases;
extern const Text kColumnDue;
extern const Text kColumnClocks;
extern const Text kColumnCaseKind;
extern const Text kColumnCaseId;
extern const Text kColumnSince;
extern const Text kColumnLate;
extern const Text kColumnOpen;
extern const Text kColumnReceiver;
extern const Text kOverdue;
extern const Text kEstimated;
extern const Text kArgReceivers;
extern const Text kArgCaseId;
extern const Text kArgDueBy;
extern const Text kArgChannel;
extern const Text kArgDate;
extern const Text kArgToMonth;
extern const Text kArgFromMonth;
extern const Text kImportCaseSteps;
extern const Text kAdvanceCase;
extern const Text kOpenCase;
extern const Text kWithdrawals;
extern const Text kCase;
extern const Text kCases;
extern const Text kAsOf;
extern const Text kQuality;
extern const Text kColumnTable;
extern const Text kColumnVersion;
extern const Text kColumnReason;
extern const Text kColumnUnconfirmed;
extern const Text kPublicationDate;
extern const Text kRecordsToJudge;
extern const Text kNothingUndecided;
extern const Text kWithhold;
extern const Text kPerson;
extern const Text kKeys;
extern const Text kArgPersonKind;
extern const Text kArgPersonFile;
extern const Text kArgRotate;
extern const Text kColumnPersonRole;
extern const Text kRotationBegun;
extern const Text kNoPerson;
extern const Text kPersonalErased;
extern const Text kHealth;
extern const Text kArgCode;
extern const Text kArgName;
extern const Text kArgKind;
extern const Text kArgAt;
extern const Text kArgPersonal;
extern const Text kArgBatchFile;
extern const Text kArgBrief;
extern const Text kArgFamily;
extern const Text kArgPageSize;
extern const Text kArgLimit;
extern const Text kArgAll;
extern const Text kArgRecordId;
extern const Text kArgVersions;
extern const Text kArgImportFile;
extern const Text kArgFormat;
extern const Text kArgEncoding;
extern const Text kArgSource;
extern const Text kArgRequestId;
extern const Text kArgWriteRequestId;
extern const Text kArgValidateOnly;
extern const Text kArgReport;
extern const Text kArgNames;
extern const Text kArgTemplateOut;
extern const Text kArgOpenSealed;
extern const Text kArgExportOut;
extern const Text kArgJsonFile;
extern const Text kArgService;
extern const Text kAudit;
extern const Text kAuditList;
extern const Text kAuditReads;
extern const Text kArgFrom;
extern const Text kArgUntil;
extern const Text kArgPrincipal;
extern const Text kArgRpc;
extern const Text kArgAuditAgency;
extern const Text kArgResult;
extern const Text kArgRefused;
extern const Text kAuditVerify;
extern const Text kArgAuditDir;
extern const Text kArgAuditSink;
extern const Text kAuditClean;
extern const Text kAuditFaults;
extern const Text kAuditNoRow;
extern const Text kAuditAltered;
extern const Text kAuditMissing;
extern const Text kAuditNotInLog;
extern const Text kAuditNotAsInSink;
extern const Text kAuditRest;
extern const Text kLabelUsage;
extern const Text kLabelOptions;
extern const Text kLabelPositionals;
extern const Text kLabelCommands;
extern const Text kLabelRequired;

// Errors, one line each.
extern const Text kErrorUsage;
extern const Text kErrorRefused;
extern const Text kErrorUnavailable;
extern const Text kErrorUnreachable;
extern const Text kErrorLocalFile;
extern const Text kErrorInternal;
extern const Text kErrorInterrupted;
extern const Text kErrorUnknownOutcome;
extern const Text kNotUtf8;
extern const Text kNotPosition;
extern const Text kNotTime;
extern const Text kNotWithPublic;
extern const Text kNotJson;
extern const Text kLineNotUtf8;
extern const Text kLineTooLong;
extern const Text kStandardOutput;
extern const Text kTokenExpired;

// Notes and summaries.
extern const Text kBatchSummary;
extern const Text kNearCode;
extern const Text kMoreLicences;
extern const Text kBatchResumed;
extern const Text kMoreRecords;
extern const Text kNoRecords;
extern const Text kNoQuarantined;
extern const Text kNoAuditRows;
extern const Text kNoFileReads;
extern const Text kAuditDamagedRows;
extern const Text kImportRequest;
extern const Text kImportContinues;
extern const Text kImportRetry;
extern const Text kImportInterrupted;
extern const Text kImportResume;
extern const Text kImportRowsRejected;
extern const Text kImportReported;
extern const Text kImportNoReport;
extern const Text kImportUnfinished;
extern const Text kWritten;
extern const Text kExported;
extern const Text kExportRestart;
extern const Text kVerifyClean;
extern const Text kVerifyFaults;
extern const Text kWriteRequest;

// Progress.
extern const Text kUploading;
extern const Text kRowsAndRate;
extern const Text kRemaining;
extern const Text kChecking;

// Headings and columns.
extern const Text kHeadResult;
extern const Text kHeadSummary;
extern const Text kHeadPersonal;
extern const Text kHeadRecord;
extern const Text kHeadReceipt;
extern const Text kColumnIndex;
extern const Text kColumnIdentifier;
extern const Text kColumnVerdict;
extern const Text kColumnStatus;
extern const Text kColumnName;
extern const Text kColumnFamily;
extern const Text kColumnDate;
extern const Text kColumnNumber;
extern const Text kColumnAgency;
extern const Text kColumnRecordId;
extern const Text kColumnState;
extern const Text kColumnAbout;
extern const Text kColumnRecordedAt;
extern const Text kColumnEtag;
extern const Text kColumnRowId;
extern const Text kColumnReceivedAt;
extern const Text kColumnSource;
extern const Text kColumnFindings;
extern const Text kColumnFigure;
extern const Text kColumnValue;
extern const Text kColumnUnit;
extern const Text kColumnOutcome;
extern const Text kColumnTime;
extern const Text kColumnResult;
extern const Text kColumnPrincipal;
extern const Text kColumnRoles;
extern const Text kColumnCall;
extern const Text kColumnPurpose;
extern const Text kColumnRecords;
extern const Text kColumnPersonal;
extern const Text kYes;
extern const Text kAuditCase;
extern const Text kAuditShown;
extern const Text kHealthServing;
extern const Text kHealthNotServing;
extern const Text kHealthUnknownService;
extern const Text kHealthUnknown;
extern const Text kUnknownVerdict;
extern const Text kYuan;
extern const Text kUntil;
extern const Text kFigureShown;
extern const Text kFigureNotShown;

// Punctuation.
extern const Text kColon;
extern const Text kComma;
extern const Text kSemicolon;
extern const Text kWithNotes;

}  // namespace texts
}  // namespace creditreg::cli

#endif  // CREDITREG_CLIENT_CLI_TEXTS_H_
