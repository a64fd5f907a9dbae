// Small word lists, made up for this generator: names of persons, trade names,
// streets, goods.

#ifndef CREDITREG_BENCH_GENERATOR_WORDS_H_
#define CREDITREG_BENCH_GENERATOR_WORDS_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace creditreg::generator {

// A string of Chinese characters, each three bytes in UTF-8, used as an array.
class Characters {
 public:
  explicit constexpr Characters(absl::string_view text) : text_(text) {}

  constexpr std::size_t size() const { return text_.size() / 3; }
  constexpr absl::string_view operator[](std::size_t i) const {
    return text_.substr(3 * i, 3);
  }

 private:
  absl::string_view text_;
};

// Every trade name (字号) begins with this character, for 示例 "example". The
// only real short names that begin with it go on with one of 好剑罗, and the
// only real firm's name with 月; none of those is in kTradeCharacters, so no
// trade name made here is a real firm's.
inline constexpr absl::string_view kTradeMark = "示";

// What follows. Prime in number, so that counting with any step meets all.
inline constexpr Characters kTradeCharacters(
    "禾丰源润泽盛达通恒瑞嘉宏创联华信诚安康宁乐悦美雅锦绣晨曦朗星"
    "辰海川江河湖岭峰岩松柏竹梅兰菊桂荷莲枫林森石金银铜铁玉珠瑶琪"
    "琳玲虹霞云雨露雪霜冰清洁新鲜甜香和平兴旺富强鼎元亨利贞凯翔腾"
    "飞鹏鹰骏驰祥瑾泉溪谷茂");
static_assert(kTradeCharacters.size() == 101);

inline constexpr Characters kSurnames(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林郑谢梁宋唐许邓冯韩曹曾"
    "彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金"
    "石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱"
    "严覃武戚莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷");

inline constexpr Characters kGivenCharacters(
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅建国志"
    "文海波辉鹏飞宇浩俊峰晓燕玲云莉萍琴珍凤洁琳雪倩婷欣怡佳子轩梓涵"
    "思雨嘉豪家恺泽楠晨曦诗瑶雅雯若彤锦程振东永康德福荣贵春生冬秋月"
    "庆祥忠义仁和礼智信少锋立新学勤启航远帆景行绍基汉良耀宗兆麟伯仲");

// Persons whose numbers must never be seen outside sealed rows. 示 is no
// surname, so they can be looked for by name as well.
inline constexpr absl::string_view kMarkerNames[] = {
    "示一鸣", "示二宁", "示三和", "示四喜",
    "示五常", "示六合", "示七贤", "示八方",
};

inline constexpr absl::string_view kRoads[] = {
    "人民路",   "解放路",     "中山路", "建设路",   "新华路",   "环城路",
    "文明路",   "和平路",     "东风路", "迎宾大道", "工业大道", "振兴路",
    "沿江路",   "滨河路",     "朝阳街", "光明路",   "育才路",   "学府路",
    "湖滨路",   "站前路",     "体育路", "科技路",   "创业路",   "兴业路",
    "发展大道", "友谊路",     "团结路", "胜利路",   "前进路",   "幸福街",
    "平安路",   "永安街",     "长安巷", "长兴街",   "康乐路",   "富民路",
    "裕民路",   "惠民街",     "广场路", "商业街",   "市场路",   "水口路",
    "石桥路",   "沙河路",     "北环路", "南环路",   "东环路",   "西环路",
    "金湖路",   "银河路",     "翠竹路", "红棉路",   "榕树头巷", "荔枝园路",
    "龙腾路",   "凤翔路",     "麒麟路", "白云路",   "青山路",   "绿景路",
    "桃园路",   "莲花路",     "桂花路", "紫荆路",   "木棉路",   "江湾路",
    "海景路",   "港口大道",   "机场路", "货场路",   "物流园路", "电商大道",
    "软件园路", "产业园一路",
};

inline constexpr absl::string_view kBuildings[] = {
    "首层",      "一楼商铺",  "二楼",         "三楼东侧", "铺位",
    "自编1栋",   "自编3号楼", "A座",          "B座",      "厂房一楼",
    "厂房二楼",  "仓库",      "商业广场首层", "综合楼",   "大厦主楼",
    "科技园1栋", "创业园C栋", "临街商铺",     "市场内",   "档口",
};

inline constexpr absl::string_view kFoods[] = {
    "纯牛奶", "婴幼儿配方奶粉", "食用植物油", "陈皮月饼",   "速冻水饺",
    "腊肠",   "散装茶叶",       "预包装饼干", "桶装饮用水", "罐装凉茶",
    "白酒",   "葡萄酒",         "鲜鸡蛋",     "冷冻虾仁",   "鲜活草鱼",
    "蜂蜜",   "酱油",           "湿米粉",     "面包糕点",   "即食海苔",
};

inline constexpr absl::string_view kThings[] = {
    "儿童玩具车", "毛绒玩具",     "电动自行车", "锂电池组",   "充电宝",
    "电热水壶",   "燃气灶具",     "燃气热水器", "空调挂机",   "LED灯具",
    "插座转换器", "手机壳",       "智能手表",   "蓝牙耳机",   "二手手机",
    "液晶电视",   "笔记本电脑",   "打印机硒鼓", "女装连衣裙", "男士皮鞋",
    "童装",       "运动鞋",       "真丝围巾",   "羽绒被",     "床垫",
    "布艺沙发",   "实木餐桌",     "瓷砖",       "内墙涂料",   "防水卷材",
    "水泥",       "电线电缆",     "钢筋",       "安全帽",     "一次性口罩",
    "医用退热贴", "血压计",       "隐形眼镜",   "美白面霜",   "染发膏",
    "洗发露",     "口红",         "足金项链",   "翡翠手镯",   "汽车轮胎",
    "车用机油",   "儿童安全座椅", "电动车头盔", "化肥",       "农药",
    "蔬菜种子",   "宠物饲料",
};

inline constexpr absl::string_view kServices[] = {
    "健身年卡", "美发储值卡",   "少儿英语课程", "驾驶培训",     "婚纱摄影套餐",
    "温泉门票", "旅游跟团服务", "酒店客房",     "家政保洁服务", "搬家服务",
    "快递服务", "停车服务",     "物业服务",     "宽带服务",     "网络游戏充值",
    "视频会员", "外卖套餐",     "自助餐券",
};

inline constexpr absl::string_view kUnits[] = {"盒", "件",   "箱", "瓶", "袋",
                                               "台", "公斤", "批", "套", "个"};

}  // namespace creditreg::generator

#endif  // CREDITREG_BENCH_GENERATOR_WORDS_H_
