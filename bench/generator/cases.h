// What the made-up licences, penalties and complaints are about.
//
// In the texts: {g} goods, {n} a number, {u} a unit, {y} an amount in yuan,
// {d} a date shortly before, {b} a batch number, {m} a brand, {h} a time of
// day.

#ifndef CREDITREG_BENCH_GENERATOR_CASES_H_
#define CREDITREG_BENCH_GENERATOR_CASES_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "bench/generator/guangdong.h"
#include "bench/generator/industries.h"
#include "bench/generator/random.h"

namespace creditreg::generator {

struct LicenceCase {
  std::uint32_t weight;
  LicenceArea area;
  AgencyKind agency;
  // 普通, 特许, 认可, 核准, 登记 or 其他-…
  absl::string_view type;
  absl::string_view document;
  absl::string_view certificate;
  // Before the digits of the licence number.
  absl::string_view number_prefix;
  absl::string_view content;
  // 0: without an end.
  int years;
};

// kGeneral stands for every area.
inline constexpr LicenceCase kLicenceCases[] = {
    {30, LicenceArea::kFood, AgencyKind::kMarket, "普通", "准予行政许可决定书",
     "食品经营许可证", "JY1",
     "食品经营许可，经营项目：预包装食品（含冷藏冷冻食品）销售；散装食品销售；{"
     "g}销售，经营面积{n}平方米",
     5},
    {16, LicenceArea::kFood, AgencyKind::kMarket, "普通",
     "食品经营许可变更决定书", "食品经营许可证", "JY2",
     "食品经营许可变更，经营项目：热食类食品制售；冷食类食品制售；自制饮品制售"
     "，餐位{n}个",
     5},
    {8, LicenceArea::kFood, AgencyKind::kMarket, "普通", "食品生产许可决定书",
     "食品生产许可证", "SC1", "食品生产许可，食品类别：{g}；生产线{n}条", 5},
    {10, LicenceArea::kProduct, AgencyKind::kMarket, "普通",
     "工业产品生产许可决定书", "全国工业产品生产许可证", "XK06",
     "工业产品生产许可，产品名称：{g}，规格型号{n}种", 5},
    {12, LicenceArea::kProduct, AgencyKind::kEcology, "普通", "排污许可决定书",
     "排污许可证", "PW",
     "排污许可，废水排放量{n}吨/"
     "年，主要污染物执行广东省地方标准，行业类别与登记一致",
     5},
    {10, LicenceArea::kHealth, AgencyKind::kHealth, "普通",
     "卫生行政许可决定书", "公共场所卫生许可证", "粤卫公",
     "公共场所卫生许可，许可项目：住宿、理发、美容场所，经营面积{n}平方米", 4},
    {10, LicenceArea::kHealth, AgencyKind::kMarket, "普通",
     "药品经营许可决定书", "药品经营许可证", "粤DA",
     "药品零售经营许可，经营范围：处方药、非处方药、中药饮片，营业面积{n}"
     "平方米",
     5},
    {6, LicenceArea::kHealth, AgencyKind::kMarket, "登记",
     "第二类医疗器械经营备案", "医疗器械经营备案凭证", "粤械备",
     "第二类医疗器械零售备案，经营方式：零售，品种{n}个，包括{g}", 0},
    {14, LicenceArea::kTransport, AgencyKind::kTransport, "普通",
     "交通行政许可决定书", "道路运输经营许可证", "粤交运管许可",
     "道路普通货物运输经营许可，营运车辆{n}台，经营期限内有效", 4},
    {10, LicenceArea::kBuilding, AgencyKind::kHousing, "认可",
     "建筑业企业资质核准决定书", "建筑业企业资质证书", "D344",
     "建筑装修装饰工程专业承包二级资质，注册建造师{n}人", 5},
    {8, LicenceArea::kBuilding, AgencyKind::kHousing, "核准",
     "建筑工程施工许可决定书", "建筑工程施工许可证", "SG",
     "准予施工，建设规模{n}平方米，合同价格{y}元", 2},
    {8, LicenceArea::kCulture, AgencyKind::kCulture, "特许",
     "文化经营许可决定书", "娱乐经营许可证", "粤文娱",
     "歌舞娱乐场所经营许可，核定人数{n}人，营业面积以图纸为准", 2},
    {6, LicenceArea::kCulture, AgencyKind::kLabour, "普通",
     "人力资源服务许可决定书", "人力资源服务许可证", "粤人服",
     "职业中介活动许可，服务范围：为求职者介绍就业、推荐{n}个岗位类别", 5},
    {20, LicenceArea::kGeneral, AgencyKind::kMarket, "登记", "登记通知书",
     "营业执照", "登记", "准予变更登记，变更事项：经营范围、住所，受理序号{n}",
     0},
    {10, LicenceArea::kGeneral, AgencyKind::kFire, "核准",
     "公众聚集场所投入使用、营业消防安全检查意见书", "消防安全检查合格证",
     "消安检", "场所建筑面积{n}平方米，消防安全检查合格，准予投入使用、营业",
     0},
    {8, LicenceArea::kGeneral, AgencyKind::kUrban, "其他-设置许可",
     "城市管理行政许可决定书", "户外招牌设置许可", "招牌",
     "准予设置户外招牌{n}块，设置位置为经营场所正面，材质为{g}展示灯箱", 2},
    {6, LicenceArea::kGeneral, AgencyKind::kHousing, "普通", "排水许可决定书",
     "城镇污水排入排水管网许可证", "排水",
     "准予排水，排水量{n}立方米/日，排水口2个", 5},
    {6, LicenceArea::kGeneral, AgencyKind::kApproval, "普通", "行政许可决定书",
     "经营性事项许可证", "许可",
     "经审查，申请材料齐全，符合法定形式，准予许可，事项编号{n}", 3},
};

// How a penalty's kinds go together and how heavy they are.
enum class Weight { kLight, kGeneral, kSerious };

struct PenaltyKinds {
  std::uint32_t weight;
  Weight heaviness;
  // CF_CFLB.
  absl::string_view kinds;
};

inline constexpr PenaltyKinds kPenaltyKinds[] = {
    {180, Weight::kLight, "警告"},
    {20, Weight::kLight, "通报批评"},
    {90, Weight::kLight, "警告;罚款"},
    {330, Weight::kGeneral, "罚款"},
    {120, Weight::kGeneral, "罚款;没收违法所得"},
    {70, Weight::kGeneral, "罚款;没收非法财物"},
    {60, Weight::kGeneral, "没收违法所得;没收非法财物;罚款"},
    {20, Weight::kGeneral, "没收违法所得"},
    {24, Weight::kSerious, "责令停产停业;罚款"},
    {18, Weight::kSerious, "暂扣许可证件;罚款"},
    {22, Weight::kSerious, "吊销许可证件"},
    {12, Weight::kSerious, "限制开展生产经营活动"},
    {8, Weight::kSerious, "降低资质等级;罚款"},
    {8, Weight::kSerious, "限制从业;罚款"},
    {6, Weight::kSerious, "责令关闭"},
    {12, Weight::kLight, "其他-责令限期改正"},
};
inline constexpr std::uint32_t kPenaltyKindsWeight = TotalWeight(kPenaltyKinds);

struct ViolationCase {
  std::uint32_t weight;
  AgencyKind agency;
  absl::string_view ministry;
  // CF_WFXW, CF_YJ.
  absl::string_view type;
  absl::string_view basis;
  // Middles of CF_SY.
  absl::string_view acts[3];
  // Of the fine, in yuan.
  std::int32_t fine_low;
  std::int32_t fine_high;
};

inline constexpr ViolationCase kViolationCases[] = {
    {80,
     AgencyKind::kMarket,
     "国家市场监督管理总局",
     "经营超过保质期的食品",
     "《中华人民共和国食品安全法》第三十四条第十项、第一百二十四条第一款第五项",
     {"货架上待售的{g}（生产批号{b}）共{n}{u}已超过保质期，标价合计{y}元",
      "冷藏柜内存放超过保质期的{g}{n}{u}，已售出部分的销售额为{y}元，批号{b}",
      "{d}购进{g}一批，批号{b}，至检查时仍有{n}{u}超过保质期后继续销售"},
     2000,
     60000},
    {50,
     AgencyKind::kMarket,
     "国家市场监督管理总局",
     "经营农药残留超标的食用农产品",
     "《中华人民共和国食品安全法》第三十四条第二项、第一百三十六条",
     {"经抽样检验，所售批次{b}的{g}检出禁用成分，货值金额{y}元",
      "{d}购进的{n}{u}{g}检验不合格，检验报告编号{b}，违法所得{y}元",
      "抽检样品{g}（抽样单号{b}"
      "）判定为不合格，当事人未能提供完整的进货查验记录"},
     1000,
     50000},
    {45,
     AgencyKind::kMarket,
     "国家市场监督管理总局",
     "发布虚假广告",
     "《中华人民共和国广告法》第二十八条、第五十五条第一款",
     {"在店铺网页宣传{g}“销量第一”，无法提供证明，广告费用{y}元",
      "自{d}起在宣传册中使用“国家级”“最佳”等用语推销{m}牌{g}，印制{n}份",
      "通过直播推销{g}，宣称具有治疗功效，观看人数{n}人，成交{y}元"},
     3000,
     200000},
    {40,
     AgencyKind::kMarket,
     "国家市场监督管理总局",
     "销售侵犯注册商标专用权的商品",
     "《中华人民共和国商标法》第五十七条第三项、第六十条第二款",
     {"现场查获标有他人注册商标的{g}{n}{u}，货值{y}元，经鉴定为侵权商品",
      "在网店销售假冒{m}牌{g}，订单{n}笔，交易额{y}元",
      "{d}从流动商贩处购进{g}{n}{u}并陈列销售，经权利人辨认为侵权商品"},
     3000,
     150000},
    {40,
     AgencyKind::kMarket,
     "国家市场监督管理总局",
     "未按规定明码标价",
     "《中华人民共和国价格法》第十三条第一款、第四十二条",
     {"店内销售的{g}等{n}种商品未标明价格",
      "结算价格高于标示价格，多收{g}价款{y}元",
      "{d}促销活动中虚构原价，{g}标示原价为实际售价的数倍，涉及{n}单"},
     500,
     5000},
    {35,
     AgencyKind::kMarket,
     "国家市场监督管理总局",
     "销售不符合国家标准的产品",
     "《中华人民共和国产品质量法》第十三条、第四十九条",
     {"抽查的{m}牌{g}（批次{b}）经检验不符合强制性国家标准，库存{n}{u}",
      "生产的{g}电气强度项目不合格，已出厂{n}{u}，货值{y}元",
      "销售的{g}未取得强制性产品认证，销售额{y}元，批次{b}"},
     3000,
     120000},
    {30,
     AgencyKind::kMarket,
     "国家市场监督管理总局",
     "无证从事食品经营活动",
     "《中华人民共和国食品安全法》第三十五条第一款、第一百二十二条第一款",
     {"未取得食品经营许可从事{g}加工销售，自{d}开业以来营业额{y}元",
      "许可证有效期届满后继续经营{g}，涉及{n}{u}，货值{y}元",
      "超出许可范围制售冷食类食品，现场有{g}{n}{u}"},
     5000,
     100000},
    {24,
     AgencyKind::kMarket,
     "国家市场监督管理总局",
     "使用未经检验的特种设备",
     "《中华人民共和国特种设备安全法》第四十条、第八十四条第一项",
     {"使用的{n}号叉车未经定期检验，检验有效期至{d}",
      "厂区内一台压力容器（编号{b}）超期未检仍在使用",
      "电梯（注册代码尾号{b}）未经检验即投入使用"},
     30000,
     200000},
    {20,
     AgencyKind::kMarket,
     "国家市场监督管理总局",
     "未按期公示年度报告信息弄虚作假",
     "《企业信息公示暂行条例》第十八条",
     {"公示的从业人数{n}人与实际不符，资产总额与账簿相差{y}元",
      "年度报告中隐瞒真实情况，网店信息未公示，涉及金额{y}元",
      "登记的住所无法取得联系，{d}邮寄的专用信函被退回"},
     1000,
     30000},
    {45,
     AgencyKind::kFire,
     "应急管理部",
     "消防设施未保持完好有效",
     "《中华人民共和国消防法》第十六条第一款第二项、第六十条第一款第一项",
     {"{n}具灭火器失效，疏散指示标志损坏",
      "室内消火栓无水，自动报警主机处于故障状态已{n}日",
      "安全出口被{g}等杂物堵塞，占用疏散通道{n}平方米"},
     5000,
     50000},
    {30,
     AgencyKind::kEcology,
     "生态环境部",
     "未按排污许可证规定排放污染物",
     "《排污许可管理条例》第三十四条第一项",
     {"废水总排口化学需氧量超标{n}%，采样编号{b}",
      "废气处理设施未正常运行，车间有异味，活性炭自{d}未更换",
      "危险废物贮存间混放{g}包装物，超期贮存{n}公斤"},
     20000,
     400000},
    {24,
     AgencyKind::kEmergency,
     "应急管理部",
     "未如实记录安全生产教育和培训情况",
     "《中华人民共和国安全生产法》第二十八条第四款、第九十七条第四项",
     {"{n}名新入职员工未经安全培训即上岗作业",
      "培训档案签名系他人代签，涉及{n}人，培训日期记为{d}",
      "有限空间作业未审批，现场作业人员{n}名"},
     5000,
     90000},
    {36,
     AgencyKind::kUrban,
     "住房和城乡建设部",
     "擅自占用城市道路堆放物料",
     "《广东省城市市容和环境卫生管理条例》第二十条、第四十八条",
     {"在门前人行道摆放{g}等物品，占道面积{n}平方米",
      "夜间{h}施工噪声扰民，未取得夜间施工证明",
      "餐厨垃圾未交有资质单位收运，桶装垃圾{n}桶"},
     200,
     20000},
    {24,
     AgencyKind::kHealth,
     "国家卫生健康委员会",
     "未按规定对公共用品用具消毒",
     "《公共场所卫生管理条例实施细则》第三十六条第二项",
     {"抽检的{n}件毛巾菌落总数超标，报告编号{b}",
      "从业人员{n}名未取得有效健康合格证明",
      "未按规定公示卫生监测结果，{d}的检测报告已过期"},
     500,
     20000},
    {34,
     AgencyKind::kTransport,
     "交通运输部",
     "未取得道路运输经营许可擅自从事道路运输经营",
     "《中华人民共和国道路运输条例》第十条、第六十三条",
     {"{d}{h}使用自有货车为他人运输{g}，收取运费{y}元",
      "车辆超限运输，车货总重超过限定标准{n}%",
      "未按规定维护和检测运输车辆{n}台"},
     1000,
     30000},
    {22,
     AgencyKind::kTax,
     "国家税务总局",
     "未按照规定的期限办理纳税申报",
     "《中华人民共和国税收征收管理法》第六十二条",
     {"所属期{d}的增值税逾期未申报，应纳税额{y}元",
      "未按规定开具发票{n}份，金额{y}元", "账簿保管不善，缺失凭证{n}本"},
     50,
     10000},
    {20,
     AgencyKind::kLabour,
     "人力资源和社会保障部",
     "未按时足额支付劳动者工资",
     "《保障农民工工资支付条例》第五十三条、《广东省工资支付条例》第五十五条",
     {"拖欠{n}名员工工资合计{y}元，经责令逾期未支付",
      "未按规定开设农民工工资专用账户，项目编号{b}",
      "未依法为{n}名员工办理社会保险登记"},
     2000,
     100000},
    {14,
     AgencyKind::kCulture,
     "文化和旅游部",
     "接纳未成年人进入营业性娱乐场所",
     "《娱乐场所管理条例》第四十八条第一项",
     {"{d}{h}接纳{n}名未成年人消费", "播放的曲目含有禁止内容，曲库编号{b}",
      "从业人员名簿未登记{n}人"},
     5000,
     60000},
    {14,
     AgencyKind::kAgriculture,
     "农业农村部",
     "经营假劣农资产品",
     "《农药管理条例》第五十五条第一款第一项",
     {"经营的{g}有效成分含量不足，批号{b}，库存{n}{u}",
      "未建立采购台账，{d}购进的{g}来源不明",
      "销售的种子标签标注不全，涉及{n}{u}，货值{y}元"},
     500,
     40000},
    {18,
     AgencyKind::kHousing,
     "住房和城乡建设部",
     "未取得施工许可证擅自施工",
     "《建筑工程施工许可管理办法》第十二条",
     {"工程合同价款{y}元，已完成工程量{n}%",
      "将承包的工程转包给不具备资质的单位，合同编号{b}",
      "施工现场未采取扬尘防治措施，裸露土方{n}平方米"},
     5000,
     300000},
};
inline constexpr std::uint32_t kViolationWeight = TotalWeight(kViolationCases);

// Beginnings and ends of CF_SY.
inline constexpr absl::string_view kInspectionOpenings[] = {
    "执法人员{h}对当事人的经营场所进行检查，发现",
    "根据群众举报，执法人员于{d}到场核查，查明当事人",
    "接上级机关转来的线索（编号{b}），经调查，当事人",
    "在“双随机、一公开”抽查中发现，当事人",
    "{d}，执法人员在专项整治行动中查实，当事人",
    "经监督抽检并依法立案调查，当事人",
    "接消费者投诉后，本机关于{d}立案，查明",
    "执法人员回访复查时发现，当事人",
};
inline constexpr absl::string_view kInspectionEndings[] = {
    "。以上事实有现场笔录、询问笔录、照片等证据证实。",
    "。当事人对上述事实无异议，并主动配合调查。",
    "。案发后当事人已停止上述行为并完成整改。",
    "。当事人在规定期限内未提出陈述、申辩意见。",
    "，涉案物品已登记保存，清单编号{b}。",
    "。经复查，当事人已于规定期限内改正。",
    "，违法行为持续{n}日，货值金额合计{y}元。",
    "。当事人曾因同类行为受到处理，本次从重处罚。",
};

struct ComplaintCase {
  std::uint32_t weight;
  // TS_WTLB.
  absl::string_view issue;
  absl::string_view facts[3];
};

inline constexpr ComplaintCase kComplaintCases[] = {
    {150,
     "质量",
     {"购买的{m}牌{g}使用不到{n}日即出现故障，商家检测后称人为损坏",
      "收到的{g}与样品不符，外包装破损，批号{b}模糊不清",
      "{g}内有异物，食用后身体不适，就诊花费{y}元"}},
    {120,
     "售后服务",
     {"{g}送修{n}日仍未修复，客服多次推诿",
      "商家承诺七天无理由退货，退回{g}后拒绝退款{y}元",
      "保修期内要求更换{g}配件，被要求支付{y}元检测费"}},
    {110,
     "合同",
     {"预付{y}元办理{g}，门店于{d}关门停业，余额无法退回",
      "签订{g}服务协议后商家单方面变更内容，拒绝退还定金{y}元",
      "订购的{g}约定{d}送货，至今未送达，已逾期{n}日"}},
    {90,
     "广告",
     {"页面宣传{g}含有某成分，实际配料表中没有，涉嫌虚假宣传",
      "直播间称{m}牌{g}为厂家直销且假一赔十，收货后发现并非正品",
      "广告宣称{g}限时优惠，实际价格与平时相同，多付{y}元"}},
    {80,
     "价格",
     {"结账时{g}按每{u}{y}元收取，与货架标签不一致",
      "未事先告知收费标准，{g}收费{y}元，明显高于同行",
      "促销期间{g}先提价后打折，差价{y}元"}},
    {70,
     "食品安全",
     {"购买的{g}已过保质期{n}日，商家仍在销售",
      "餐厅提供的{g}未煮熟，用餐{n}人出现腹泻",
      "{g}标签无生产日期，散装存放无遮盖"}},
    {60,
     "人身权益",
     {"店员在{h}以查验为由拦阻顾客，态度恶劣",
      "{g}存在安全隐患，使用时造成轻微烫伤，要求赔偿{y}元",
      "因地面湿滑在店内摔倒，医疗费{y}元"}},
    {50,
     "假冒",
     {"在该店购得的{m}牌{g}经品牌方鉴定为假货，订单共{n}件",
      "{g}防伪码无法查询，怀疑为假冒商品",
      "商品序列号{b}已被他人注册，疑为翻新{g}"}},
    {40,
     "个人信息",
     {"注册会员后频繁收到{g}推销电话，每日{n}次",
      "未经同意收集人脸信息，要求删除",
      "订购{g}后信息被泄露，接到冒充客服的来电"}},
    {30,
     "其他",
     {"开具{g}发票被拒，金额{y}元", "停车{n}分钟被收取{y}元，无收费公示",
      "{h}营业噪声扰民，多次沟通无果"}},
};
inline constexpr std::uint32_t kComplaintWeight = TotalWeight(kComplaintCases);

inline constexpr absl::string_view kComplaintOpenings[] = {
    "消费者于{d}在该商家",           "投诉人反映，{d}通过网络在该店",
    "消费者来电称，{d}{h}到该门店",  "投诉人通过小程序反映，其在该单位",
    "消费者表示{d}经朋友介绍到该店", "来访人员反映，其于{d}在该单位",
    "投诉人称，近期在该商家处",      "消费者在直播间下单后，该商家",
};
inline constexpr absl::string_view kComplaintMiddles[] = {
    "消费{y}元。",           "下单，实付{y}元。",   "购买商品，支付{y}元。",
    "接受服务，费用{y}元。", "充值{y}元。",         "签订合同，已付{y}元。",
    "订购{n}{u}，共{y}元。", "交易，金额为{y}元。",
};
inline constexpr absl::string_view kComplaintEndings[] = {
    "。双方协商{n}次未果，请求有关部门依法处理。",
    "。商家拒绝沟通，消费者保留了付款凭证和聊天记录。",
    "。希望尽快调解并给予答复。",
    "。商家仅同意退还部分款项，投诉人不接受。",
    "。投诉人已提交照片{n}张作为证据。",
    "。经营者称需总部审批，至今没有结果。",
    "。要求商家公开道歉并整改。",
    "。投诉人认为其行为侵害了消费者的知情权。",
};

inline constexpr absl::string_view kRequests[] = {
    "退款",     "退货退款", "换货",       "赔偿损失",
    "退一赔三", "修理",     "退还预付款", "赔礼道歉",
    "补开发票", "履行合同", "停止侵权",   "退款;赔偿损失",
};
inline constexpr absl::string_view kGoodsCategories[] = {
    "食品",         "家用电器",         "服装鞋帽",       "通讯产品",
    "日用百货",     "化妆品",           "家具",           "交通工具",
    "装修建材",     "医药及医疗用品",   "餐饮和住宿服务", "美容美发服务",
    "教育培训服务", "文化娱乐体育服务", "互联网服务",     "销售服务",
    "房屋中介服务", "快递服务",
};

}  // namespace creditreg::generator

#endif  // CREDITREG_BENCH_GENERATOR_CASES_H_
