// The columns of the four files, in file order; headers are the field codes of
// the import formats.

#ifndef CREDITREG_BENCH_GENERATOR_COLUMNS_H_
#define CREDITREG_BENCH_GENERATOR_COLUMNS_H_

#include <cstddef>
#include <iterator>

namespace creditreg::generator {

// enterprise.csv and enterprise_later.csv
enum EnterpriseColumn : std::size_t {
  kEntUniscid,
  kEntRegno,
  kEntZzjgdm,
  kEntSwdjh,
  kEntEntname,
  kEntEnttype,
  kEntRegstate,
  kEntEstdate,
  kEntApprdate,
  kEntOpfrom,
  kEntOpto,
  kEntRevdate,
  kEntCandate,
  kEntRegcap,
  kEntIndustry,
  kEntOpscope,
  kEntLerep,
  kEntLerepZjlx,
  kEntLerepZjhm,
  kEntTel,
  kEntDivision,
  kEntStreet,
  kEntDom,
  kEntRegorg,
  kEntRegorgdm,
  kEntSupunit,
  kEntSupunitdm,
  kEntCym,
  kEntCydm,
  kEntBz,
  kEntColumns,
};
inline constexpr const char* kEnterpriseHeader[] = {
    "UNISCID",    "REGNO",   "ZZJGDM",    "SWDJH",   "ENTNAME", "ENTTYPE",
    "REGSTATE",   "ESTDATE", "APPRDATE",  "OPFROM",  "OPTO",    "REVDATE",
    "CANDATE",    "REGCAP",  "INDUSTRY",  "OPSCOPE", "LEREP",   "LEREP_ZJLX",
    "LEREP_ZJHM", "TEL",     "DIVISION",  "STREET",  "DOM",     "REGORG",
    "REGORGDM",   "SUPUNIT", "SUPUNITDM", "CYM",     "CYDM",    "BZ",
};
static_assert(std::size(kEnterpriseHeader) == kEntColumns);

// licence.csv
enum LicenceColumn : std::size_t {
  kXkXdrMc,
  kXkXdrLb,
  kXkXdrShxym,
  kXkXdrGszc,
  kXkXdrZzjg,
  kXkXdrSwdj,
  kXkXdrSydw,
  kXkXdrShzz,
  kXkFrdb,
  kXkFrZjlx,
  kXkFrZjhm,
  kXkXdrZjlx,
  kXkXdrZjhm,
  kXkXkws,
  kXkWsh,
  kXkXklb,
  kXkXkzs,
  kXkXkbh,
  kXkNr,
  kXkJdrq,
  kXkYxqz,
  kXkYxqzi,
  kXkXkjg,
  kXkXkjgdm,
  kXkZt,
  kXkLydw,
  kXkLydwdm,
  kXkBz,
  kXkColumns,
};
inline constexpr const char* kLicenceHeader[] = {
    "XK_XDR_MC",   "XK_XDR_LB",   "XK_XDR_SHXYM", "XK_XDR_GSZC", "XK_XDR_ZZJG",
    "XK_XDR_SWDJ", "XK_XDR_SYDW", "XK_XDR_SHZZ",  "XK_FRDB",     "XK_FR_ZJLX",
    "XK_FR_ZJHM",  "XK_XDR_ZJLX", "XK_XDR_ZJHM",  "XK_XKWS",     "XK_WSH",
    "XK_XKLB",     "XK_XKZS",     "XK_XKBH",      "XK_NR",       "XK_JDRQ",
    "XK_YXQZ",     "XK_YXQZI",    "XK_XKJG",      "XK_XKJGDM",   "XK_ZT",
    "XK_LYDW",     "XK_LYDWDM",   "BZ",
};
static_assert(std::size(kLicenceHeader) == kXkColumns);

// penalty.csv
enum PenaltyColumn : std::size_t {
  kCfXdrMc,
  kCfXdrLb,
  kCfXdrShxym,
  kCfXdrGszc,
  kCfXdrZzjg,
  kCfXdrSwdj,
  kCfXdrSydw,
  kCfXdrShzz,
  kCfFrdb,
  kCfFrZjlx,
  kCfFrZjhm,
  kCfXdrZjlx,
  kCfXdrZjhm,
  kCfWsh,
  kCfWfxw,
  kCfSy,
  kCfYj,
  kCfCflb,
  kCfNr,
  kCfNrFk,
  kCfNrWfff,
  kCfNrZkdx,
  kCfJdrq,
  kCfYxq,
  kCfGsjzq,
  kCfCfjg,
  kCfCfjgdm,
  kCfSjly,
  kCfSjlydm,
  kCfBz,
  kCfCx,
  kCfYzcd,
  kCfZgbm,
  kCfQxz,
  kCfLxrq,
  kCfSdrq,
  kCfGsXyzg,
  kCfGsGsxt,
  kCfColumns,
};
inline constexpr const char* kPenaltyHeader[] = {
    "CF_XDR_MC",   "CF_XDR_LB",   "CF_XDR_SHXYM", "CF_XDR_GSZC", "CF_XDR_ZZJG",
    "CF_XDR_SWDJ", "CF_XDR_SYDW", "CF_XDR_SHZZ",  "CF_FRDB",     "CF_FR_ZJLX",
    "CF_FR_ZJHM",  "CF_XDR_ZJLX", "CF_XDR_ZJHM",  "CF_WSH",      "CF_WFXW",
    "CF_SY",       "CF_YJ",       "CF_CFLB",      "CF_NR",       "CF_NR_FK",
    "CF_NR_WFFF",  "CF_NR_ZKDX",  "CF_JDRQ",      "CF_YXQ",      "CF_GSJZQ",
    "CF_CFJG",     "CF_CFJGDM",   "CF_SJLY",      "CF_SJLYDM",   "BZ",
    "CF_CX",       "CF_YZCD",     "CF_ZGBM",      "CF_QXZ",      "CF_LXRQ",
    "CF_SDRQ",     "CF_GS_XYZG",  "CF_GS_GSXT",
};
static_assert(std::size(kPenaltyHeader) == kCfColumns);

// complaint.csv
enum ComplaintColumn : std::size_t {
  kTsAjbh,
  kTsPt,
  kTsQd,
  kTsDjrq,
  kTsBtsMc,
  kTsBtsShxym,
  kTsBtsDz,
  kTsPtdm,
  kTsDpmc,
  kTsTsrMc,
  kTsTsrDh,
  kTsTsrDz,
  kTsTsrZjhm,
  kTsSplb,
  kTsPp,
  kTsGmrq,
  kTsJe,
  kTsDdh,
  kTsWtlb,
  kTsSs,
  kTsQq,
  kTsCldw,
  kTsCldwdm,
  kTsZt,
  kTsSlrq,
  kTsBjrq,
  kTsJg,
  kTsWhss,
  kTsMyd,
  kTsSjly,
  kTsSjlydm,
  kTsBz,
  kTsColumns,
};
inline constexpr const char* kComplaintHeader[] = {
    "TS_AJBH",      "TS_PT",     "TS_QD",       "TS_DJRQ", "TS_BTS_MC",
    "TS_BTS_SHXYM", "TS_BTS_DZ", "TS_PTDM",     "TS_DPMC", "TS_TSR_MC",
    "TS_TSR_DH",    "TS_TSR_DZ", "TS_TSR_ZJHM", "TS_SPLB", "TS_PP",
    "TS_GMRQ",      "TS_JE",     "TS_DDH",      "TS_WTLB", "TS_SS",
    "TS_QQ",        "TS_CLDW",   "TS_CLDWDM",   "TS_ZT",   "TS_SLRQ",
    "TS_BJRQ",      "TS_JG",     "TS_WHSS",     "TS_MYD",  "TS_SJLY",
    "TS_SJLYDM",    "BZ",
};
static_assert(std::size(kComplaintHeader) == kTsColumns);

}  // namespace creditreg::generator

#endif  // CREDITREG_BENCH_GENERATOR_COLUMNS_H_
