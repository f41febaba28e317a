"""How people write the names of regions: the short forms, and the traps in them.

Everything here is about words alone; which region is meant is decided in ``place``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import IntEnum
from typing import Final

from services.domain.region import Region, RegionLevel


class Form(IntEnum):
    """How much of the name is written, the weakest first."""

    STEM = 1  # 益阳, 海淀: no word says that it is a region
    OTHER = 2  # 浏阳县 for 浏阳市: what it was long ago, or a slip
    SHORT = 3  # 恩施州, 威宁县, 长沙高新区: a short form with such a word
    FULL = 4  # 益阳市, 茅草街镇
    OWN = 5  # a place that the city itself has named


PEOPLES: Final = (
    "蒙古族|蒙古|回族|回|藏族|维吾尔族|维吾尔|苗族|彝族|壮族|布依族|朝鲜族|满族|侗族|瑶族|白族|土家族|哈尼族|哈萨克族|"
    "哈萨克|傣族|黎族|傈僳族|佤族|畲族|高山族|拉祜族|水族|东乡族|纳西族|景颇族|柯尔克孜|土族|达斡尔族|达斡尔|仫佬族|"
    "羌族|布朗族|撒拉族|毛南族|仡佬族|锡伯族|锡伯|阿昌族|普米族|塔吉克族|塔吉克|怒族|乌孜别克|俄罗斯族|俄罗斯|鄂温克族|"
    "鄂温克|德昂族|保安族|裕固族|京族|独龙族|鄂伦春|赫哲族|门巴族|珞巴族|基诺族|各族"
)
_PEOPLES_LAST: Final = re.compile(rf"(?<=..)(?:{PEOPLES})+$")

_GOVERNED: Final = {
    RegionLevel.PROVINCE: ("特别行政区", "自治区", "省", "市"),
    RegionLevel.PREFECTURE: ("自治州", "地区", "市", "盟"),
    RegionLevel.COUNTY: ("自治县", "自治旗", "新区", "林区", "特区", "县", "市", "区", "旗"),
    RegionLevel.TOWNSHIP: ("民族乡", "街道办事处", "街道", "镇", "乡"),
}
_AFTER_STEM: Final = {
    "自治区": "",
    "自治州": "州",
    "自治县": "县",
    "自治旗": "旗",
    "民族乡": "乡",
    "地区": "",
    "街道办事处": "街道",
}

_ZONE: Final = re.compile(
    r"(?P<where>.*?)(?:国家(?:级)?)?(?P<kind>经济技术开发区|经济开发区|高新技术产业(?:开发|园)区|高新技术开发区"
    r"|高技术产业开发区|新技术开发区|管理区|新区|示范区|工业园区|合作区)"
)
_ZONE_SHORT: Final = {
    "经济技术开发区": ("经开区", "经济开发区", "开发区"),
    "经济开发区": ("经开区", "开发区"),
    "高新技术产业开发区": ("高新区", "高新技术开发区"),
    "高新技术产业园区": ("高新区",),
    "高新技术开发区": ("高新区",),
    "高技术产业开发区": ("高新区",),
    "新技术开发区": ("高新区", "开发区"),
}


def _pairs(words: str) -> dict[str, str]:
    """«四平:方 …» → {四平: 方, …}."""
    return dict(pair.split(":", 1) for pair in words.split())


_ORDINARY_WORDS: Final = """
安全 安定 安康 安居 安顺 安乡 白山 白银 白云 宝山 城关 长寿 朝阳 大方 大庆 大同 德化 定安 东方 东风
东山 方正 丰满 富裕 富民 高明 高台 公安 共和 工农 光明 广安 海北 海东 海西 合作 和平 和田 红旗 互助
黄南 黄山 会同 建设 江口 解放 金山 来宾 老城 临江 龙山 马龙 民乐 民和 民主 南山 平安 平和 平原 前进
清河 青山 人民 日照 山南 上街 上林 胜利 石门 太平 泰来 团结 通道 通海 万年 文明 文山 文化 西山 仙居
向阳 新城 新建 新民 新华 新兴 新化 兴安 兴隆 延长 阳光 永安 永和 永定 友好 友谊 玉树 站前 正定 正安
中山 中原 资源 自贡 阿里 鼓楼 河口 河东 河西 江北 江南 城中 海港 南开 前锋 沙河 凤凰 龙门 平坝 新区
大安 大关 大余 常山 江山 河间 成安 曲江 平江 连江 比如
"""
ORDINARY: Final = frozenset(_ORDINARY_WORDS.split())
"""Words of everyday speech, also with context: 公安 is rarely the county, 合作 rarely the city."""

_BARE_DISTRICTS_WORDS: Final = """
城区 郊区 矿区 东区 西区 南区 北区 新区 市区 中区 老城区 新城区 新市区 南市区 北市区 南郊区 开发区
经开区 高新区 经济开发区 工业园区 工业园 管理区 新技术开发区 高新技术开发区 示范区 合作区
经济技术开发区 高新技术产业开发区 高新技术产业园区 火炬开发区
"""
BARE_DISTRICTS: Final = frozenset(_BARE_DISTRICTS_WORDS.split())
"""Names that every city uses of some part of itself; they say something only right after the city's name."""

_RISKY_COUNTIES_WORDS: Final = """
和县 代县 应县 费县 新县 道县 容县 高县 开县 户县 单县 理县 成县 达县 陕县 华县 新建县
"""
RISKY_COUNTIES: Final = frozenset(_RISKY_COUNTIES_WORDS.split())
"""Names that arise where two words meet (镇政府和县政府): taken only beside their superior's name."""

_CONTINUED_PAIRS: Final = """
四平:方 厦门:口前外 西安:置全装排静防 南通:行往道过知 东营:业运 长治:理疗安 天水:压费管电 广安:装全
大理:由石论 成都:是会要 南阳:台光 中卫:生星 重庆:祝 信阳:光台 资阳:台 开封:条 定西:侧
大连:锁续接夜通 上海:鲜 丽江:水 运城:管 长春:节季 内江:水 山南:水 巴中:途 保定:期 宜春:节 安阳:光
德阳:光 沈阳:光 衡阳:光 贵阳:光 洛阳:光 南平:均 江西:岸侧边面 河南:岸侧边面 河北:岸侧边面
山东:侧边面坡 山西:侧边面坡 湖南:岸侧边面 湖北:岸侧边面 海南:岸侧边面 云南:侧边 广西:侧边 广东:侧边
济南:侧 梅州:客 北海:道 金华:火 新疆:棉 海口:腔 南昌:盛 阳江:水 东海:岸 三明:治 吉安:利 泰安:装
台州:际 西宁:静 苏州:河
"""
CONTINUED: Final = _pairs(_CONTINUED_PAIRS)
"""Stems and the next characters that make another word of them: 四平方米, 大厦门口, 城西安置房, 推广安装."""

_PRECEDED_PAIRS: Final = """
海城市:沿近临靠滨 南山区:西东 东城区:浦河江 江北区:长 江南区:长 新建县:为在 任县:就现担新
"""
PRECEDED: Final = _pairs(_PRECEDED_PAIRS)
"""The other way round: 沿海城市, 西南山区."""
ENDING_CONTINUED: Final = {"市": "场", "区": "别间域块", "乡": "镇亲愁"}
"""东方市场, 新城区别, 建设乡镇企业: the last character belongs to the next word."""
NO_NAMES: Final = frozenset(["街道", "农场", "林场", "牧场"])
NO_TOWNS: Final = frozenset(["小城镇", "分乡镇"])
"""小城镇建设, 部分乡镇: everyday words, unless their county stands before them."""

_DIRECTION: Final = r"[东南西北中环外内上下前后新老大小一二三四五六七八九十0-9０-９]{0,3}"
_ROAD: Final = (
    r"(?:路(?![灯政面况网基])|大道|大街|街(?![道头坊区])|巷|弄|胡同"
    r"|高架|高速|立交|大桥|隧道|道(?=[0-9东南西北与和口交]))"
)
_ROAD_AFTER_STEM: Final = re.compile(_DIRECTION + _ROAD)
_ROAD_AFTER_NAME: Final = re.compile(r"(?:路(?![灯政面况网基段])|大道|街(?![道头坊区])|巷|弄|小吃)")
_ANOTHER_THING: Final = re.compile(
    r"大厦|广场|花园|花苑|家园|公馆|新村|小区|苑|大学|银行|酒店|宾馆|饭店|大酒店|宾舍|人寿|证券|保险|发展银行|商会|老乡会|同乡会|卫视"
    r"|牌|现代|大众|汽车(?!站|[东西南北客总路])|话|方言|籍|户口|人(?![民才社力大工口均行事防员群家])|时间|制药|药业"
    r"|(?:正宗|特色|老|大|小)?(?:拉面|小吃|烤鸭|火锅|热干面|米粉|菜|特产|白药|啤酒|白酒|黄酒|酱酒|酒(?!店)|茶叶|龙井|毛尖|螺蛳粉|炒饭|刀削面"
    r"|烩面|牛肉面|牛肉粉|小面|凉皮|肉夹馍|包子|馒头|煎饼|锅盔|榨菜|陈醋|老醋|香醋|板鸭|盐水鸭|烧鸡|扒鸡|火腿|大米|大枣|红枣|枸杞|哈密瓜"
    r"|大闸蟹|羊肉串|烤鱼|臭豆腐|豆瓣|麻花|麻辣烫|冒菜|肠粉|早茶|汤包|烧饼|羊肉汤|胡辣汤|米线|过桥米线|咸鸭|苹果|脐橙)"
)
"""Names of roads, houses, schools, firms and dishes that carry a region's name without lying there."""
_LOCAL_DISH: Final = re.compile(r"小吃|拌面|扁肉|豆瓣|板鸭|臭豆腐|牛肉面|羊肉粉")
AWAY: Final = re.compile(
    r"[省市]?(?:上访|打工|务工|出差|上学|读书|看病|就医|治病|治疗|旅游|当兵|经商|做生意|来的|工作)"
)
"""What people went to another place for; the matter did not arise there."""
VILLAGE: Final = re.compile(r"村(?!镇)|社区|屯|寨(?!镇)")
AFTER_STEM: Final = (_ROAD_AFTER_STEM, _ANOTHER_THING)
AFTER_NAME: Final = (_ROAD_AFTER_NAME, _LOCAL_DISH)
UNNAMED: Final = re.compile(r"(?:[A-ZＡ-Ｚ][0-9０-９]{0,3}|[某XxＸｘ×*＊□○]{1,3})[省市州县区镇乡][^\w]?$")
"""A place that was made unrecognisable: A市, A3区, 某县, ××市."""
FIRM: Final = re.compile(r"[^，。,;；\s]{0,14}?(?:公司|集团|事务所|大学|学院|银行)")
ADDRESS: Final = re.compile(r"[^，。,;；:：\s]{1,8}?(?:路|街|道|巷|号|小区|村|社区|楼|栋)")
ZONE_AFTER: Final = re.compile(
    r"[^，。,;；:：\s]{0,6}?(?:开发区|新区|港区|片区|示范区|投资区|产业园|工业园|园区|保税区|高新区|经开区)"
)
"""青岛开发区: a zone that the table does not have lies in the city, as surely as any address."""
TOWN_WORDS: Final = re.compile(r"街道办事处|街道办|街道|办事处|镇|民族乡|乡|苏木")
"""What a town is called besides its name, rightly or by a slip."""
BEFORE_TOWN: Final = re.compile(r"[^\w、。.!！?？;；]{0,4}[去曲]?")
"""Between a county and its town; 赫山去 is a slip for 赫山区."""
TOWN_ENDINGS: Final = ("镇", "乡", "街道", "街道办事处", "苏木")
SEPARATION: Final = re.compile(r"[^\w、。.!！?？;；]{0,4}(?:的|辖区|境内|下辖|所辖|辖|下属)?")
"""What may stand between a region and the next one beneath it."""

_LEFT: Final = frozenset("在到于是住从去由向我家来往对找被让请问给等及与跟为原回本省市县区州镇乡村和司")
_OPENING_WORDS: Final = """
来自 有关 相关 反映 反应 举报 投诉 检举 控告 揭发 告发 状告 控诉 申诉 上诉 起诉 请求 恳求 要求 诉求
咨询 询问 希望 期盼 盼望 呼吁 求助 建议 感谢 不满 质疑 督促 敦促 责令 责成 协调 查处 严查 彻查 查办 严惩
整治 制止 曝光 披露 批评 表扬 针对 我们 他们 她们 咱们 你们 人系 我系 现系 均系 作为 身为 原因 只因 皆因
现因 近日 日前 目前 现今 途经 位处 地处 坐落 隶属 属于 籍贯 户籍 户口 老家 现居 居住 租住 定居 落户
务农 任职 就职 供职 承包 承建 承接 租用 购买 路过 经过 通过 前往 返回 抵达 离开 调入 迁入 嫁入 依据 根据
按照 依照 以及 并且 而且 因为 由于
"""
_OPENINGS: Final = frozenset(_OPENING_WORDS.split())
"""Words after which a name may begin though their last character alone does not say so: 反映南县."""
_LEFT_OF_COUNTY: Final = frozenset("因就经望求称说知悉据告诉查即受将把系自至按但而赴驻距嫁")
"""After these only a whole name may begin: 经南县人民法院判决, but not 济南 in 经济南北."""
_AT: Final = frozenset("在到去从住")
_RIGHT: Final = frozenset("的地市县区省各境某本城乡有为是当及与和、这那全")


ROAD_ENDS: Final = "路街道巷里桥"
"""南京东路 is a road before it is the 街道 of that name; 茅草街 is a town."""


_NO_STEM_BEFORE: Final = {
    "县": "市区",
    "市": "城都门超夜菜街港",
    "区": "城山港矿林景校社小片园市郊辖新老战地厂湖库河灾",
}
"""东城市 and 西山区 are everyday words before they are slips for 东城区 and 西山县."""


def short_forms(region: Region, outer: Iterable[Region] = ()) -> list[tuple[str, Form]]:
    """The ways a region's name is written besides its full form, each of two characters or more.

    ``outer`` are its ancestors, nearest first: a zone's name often begins with theirs (湖南益阳高新区).
    """
    if region.is_management_district and _ZONE.fullmatch(region.name):
        return _zone_forms(region.name, outer)
    for ending in _GOVERNED[region.level]:
        if region.name.endswith(ending):
            return _governed_forms(region, ending)
    return []


def _governed_forms(region: Region, ending: str) -> list[tuple[str, Form]]:
    """恩施土家族苗族自治州 → 恩施州, 恩施; 麻河口镇 → 麻河口."""
    whole = region.name.removesuffix(ending)
    stem = "内蒙古" if whole.startswith("内蒙古") else _PEOPLES_LAST.sub("", whole)
    found: list[tuple[str, Form]] = []
    word = _AFTER_STEM.get(ending, ending if stem != whole else "")
    if word and region.level is not RegionLevel.PROVINCE:
        found.append((stem + word, Form.SHORT))
    if region.level is RegionLevel.COUNTY and stem == whole and len(stem) >= 2:
        kinds = "县" if stem in ORDINARY else "县市区"
        found += [(stem + kind, Form.OTHER) for kind in kinds if stem[-1] not in _NO_STEM_BEFORE[kind]]
    if region.level is RegionLevel.PREFECTURE and ending == "市":
        found.append((stem + "地区", Form.OTHER))
    if len(stem) >= 2 and not (ending.startswith("街道") and (len(stem) == 2 or stem[-1] in ROAD_ENDS)):
        found.append((stem, Form.STEM))
    return [(name, form) for name, form in found if name != region.name]


def town_stem(region: Region) -> str:
    """茅草街镇 → 茅草街, 鲊埠回族乡 → 鲊埠; empty where the name has no such last word."""
    for ending in _GOVERNED[RegionLevel.TOWNSHIP]:
        if region.name.endswith(ending):
            return _PEOPLES_LAST.sub("", region.name.removesuffix(ending))
    return ""


def _zone_forms(name: str, outer: Iterable[Region]) -> list[tuple[str, Form]]:
    """湖南益阳高新技术产业园区 → 益阳高新区, 高新区; 益阳市大通湖管理区 → 大通湖管理区, 大通湖区."""
    split = _ZONE.fullmatch(name)
    if split is None:
        return []
    kinds = (split["kind"], *_ZONE_SHORT.get(split["kind"], ()))
    where, starts = split["where"], [split["where"]]
    for region in sorted(outer, key=lambda region: region.level.rank):
        for written in (region.name, *(form for form, _ in short_forms(region))):
            if where.startswith(written):
                where = where.removeprefix(written)
                starts.append(where)
                break
    found = [(start + kind, Form.SHORT) for kind in kinds for start in dict.fromkeys((*starts, ""))]
    if split["kind"] == "管理区" and len(where) >= 2:
        found.append((where + "区", Form.SHORT))
    return [(form, how) for form, how in found if len(form) >= 3 and form != name]


def starts_word(text: str, start: int) -> bool:
    """May a name begin here, judged by the character before it, or the word of two that it ends?"""
    if start == 0 or not is_han(text[start - 1]) or text[start - 1] in _LEFT:
        return True
    return text[max(0, start - 2) : start] in _OPENINGS


def starts_short_county(text: str, start: int) -> bool:
    """The same of a whole county's name of two characters: 南县, 芒市."""
    return starts_word(text, start) or text[start - 1] in _LEFT_OF_COUNTY


def follows_where(text: str, start: int) -> bool:
    """在, 到, 去 … stand before it: what comes is a place."""
    return start > 0 and text[start - 1] in _AT


def ends_word(text: str, end: int) -> bool:
    """May a name end here, judged by the character after it?"""
    return end >= len(text) or not is_han(text[end]) or text[end] in _RIGHT


def is_han(char: str) -> bool:
    """A Han character, of the supplementary planes too."""
    return "\u3400" <= char <= "\u9fff" or char >= "\U00020000"
