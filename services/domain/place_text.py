"""How a text is read before places are looked for, and what the words around a place say of it."""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

_TRADITIONAL: Final = (
    "亞來侖倉個們倫偉傘備傳傾僑儀億儉優儲兒內兩冊凍凱別則剛創劃劉劍勁動務勝勞勵勸匯區協卻厲參吳呂員問啓啞啟喚喬單嗎國圍園圓圖團堅堯報場塊塢塵塹墊墳墾壇壘壟壩壯壺壽夢夾奧奪奮婁媽孫學孿宮實寧審寬寶將"
    "尋對導層屬岀岡峯島峽崗嵐嶇嶗嶠嶧嶺嶼嶽巒巖帥師帳帶幫幹幾庫廈廟廠廣廬廳張強彈彌彎彙彥後徑從徠復恆悅惱愛態慶憑憲應懷戀戰戲戶拋掛揚換揮搖搶撥撫擁擔擴擺攔數斷時晉暉暢曆曉曬書會東條棗棟棧椏楊楓極榮"
    "構樂樅樑樓標樣樸樹樺橋機橫檢櫟櫻欄權欒歐歡歲歷歸殼氣汎沖況涇涼淨淵淶淸淺渙渦測渾湧湯溈溝溫滄滎滙滬滿漁漢漣漲漵漿潁潑潤潯澇澗澠澤澮濃濟濤濰濱濼瀋瀏瀘瀝瀟瀾灃灑灕灘灣灤為烏無煉煙煥煩熱燈燒營爐爛"
    "爲爺爾牆狀猶獄獅獨獲獵獻現瑤瑪璣環瓊甚產畝畢畫異畵當疇療發監盤盧眞眾硯確碼磚磯礎礦祿禦禪禮稅種稱積穩窪竈競筆節築篤簡簾糧紀約紅納純紙級細終組結絡統絲綏經綠維網綿緊線緣練縉縣縴總績織繩繼續罈羅羣"
    "義習聖聞聯聰聲職肅腦腳腸膠臘臨臺與興舊艷莊華萊萬葉葦蒼蓋蓮蔣蕩蕪蕭薊薌薩藍藝藥蘄蘆蘇蘊蘭蘿處號蝦螞蟻蠶衆術衛衝裏補裝裡視親覺覽觀計記訪設許試詩誇誠課調談論諸諾謀講謝議護讓豐豬貓貝財貢貧貨貫責貴"
    "買費賀資賈賓賜賢賣質賴贛趕趙躍車軍軟載輕輝輪轄轅轉辦農迴連週進遊運過達遙遜遞遠適遲遷選遼邁還邊郟鄆鄉鄒鄕鄖鄧鄭鄰鄲醫釀釋針釣鈴鉅鉛銀銅銘鋒鋪鋼錄錢錦錫鍋鍾鎖鎮鏡鐘鐵鑒鑪長門閃開閑間閔閣閤閩閬闊"
    "闖關陝陰陳陸陽隊際隨隱隴雋雙雜雞離雲電霧靈靑靜鞏鞦韋韓響頂項順須頌預頓頗頭題額顏類顧顯風飛飯飲飼養餘館饅饒馬馮馱駐駕駝駱騎騰騾驅驛驪體鬆鬍鬥鬧鬱魚魯鮮鯉鯨鱗鳥鳳鳴鴛鴦鴨鴻鵝鵡鵬鵲鶴鷄鷹鸚鹽麗麥"
    "麪麵麼麽黃點黨齊齋齒齡龍龐龕龜"
)
_SIMPLIFIED: Final = (
    "亚来仑仓个们伦伟伞备传倾侨仪亿俭优储儿内两册冻凯别则刚创划刘剑劲动务胜劳励劝汇区协却厉参吴吕员问启哑启唤乔单吗国围园圆图团坚尧报场块坞尘堑垫坟垦坛垒垄坝壮壶寿梦夹奥夺奋娄妈孙学孪宫实宁审宽宝将"
    "寻对导层属出冈峰岛峡岗岚岖崂峤峄岭屿岳峦岩帅师帐带帮干几库厦庙厂广庐厅张强弹弥弯汇彦后径从徕复恒悦恼爱态庆凭宪应怀恋战戏户抛挂扬换挥摇抢拨抚拥担扩摆拦数断时晋晖畅历晓晒书会东条枣栋栈桠杨枫极荣"
    "构乐枞梁楼标样朴树桦桥机横检栎樱栏权栾欧欢岁历归壳气泛冲况泾凉净渊涞清浅涣涡测浑涌汤沩沟温沧荥汇沪满渔汉涟涨溆浆颍泼润浔涝涧渑泽浍浓济涛潍滨泺沈浏泸沥潇澜沣洒漓滩湾滦为乌无炼烟焕烦热灯烧营炉烂"
    "为爷尔墙状犹狱狮独获猎献现瑶玛玑环琼什产亩毕画异画当畴疗发监盘卢真众砚确码砖矶础矿禄御禅礼税种称积稳洼灶竞笔节筑笃简帘粮纪约红纳纯纸级细终组结络统丝绥经绿维网绵紧线缘练缙县纤总绩织绳继续坛罗群"
    "义习圣闻联聪声职肃脑脚肠胶腊临台与兴旧艳庄华莱万叶苇苍盖莲蒋荡芜萧蓟芗萨蓝艺药蕲芦苏蕴兰萝处号虾蚂蚁蚕众术卫冲里补装里视亲觉览观计记访设许试诗夸诚课调谈论诸诺谋讲谢议护让丰猪猫贝财贡贫货贯责贵"
    "买费贺资贾宾赐贤卖质赖赣赶赵跃车军软载轻辉轮辖辕转办农回连周进游运过达遥逊递远适迟迁选辽迈还边郏郓乡邹乡郧邓郑邻郸医酿释针钓铃巨铅银铜铭锋铺钢录钱锦锡锅钟锁镇镜钟铁鉴炉长门闪开闲间闵阁阁闽阆阔"
    "闯关陕阴陈陆阳队际随隐陇隽双杂鸡离云电雾灵青静巩秋韦韩响顶项顺须颂预顿颇头题额颜类顾显风飞饭饮饲养余馆馒饶马冯驮驻驾驼骆骑腾骡驱驿骊体松胡斗闹郁鱼鲁鲜鲤鲸鳞鸟凤鸣鸳鸯鸭鸿鹅鹉鹏鹊鹤鸡鹰鹦盐丽麦"
    "面面么么黄点党齐斋齿龄龙庞龛龟"
)
"""Of the characters that occur in the names of regions, those that are no name's own spelling."""
_ONE_TO_ONE: Final = str.maketrans(_TRADITIONAL, _SIMPLIFIED)
_ANY_TRADITIONAL: Final = re.compile(f"[{_TRADITIONAL}]")
_SPACED: Final = re.compile("(?:[\u4e00-\u9fff][ \t\u3000\u200b]{1,3}){2,}(?=[\u4e00-\u9fff])")
_GAP: Final = re.compile("[ \t\u3000\u200b]+")

_BEFORE: Final = 14
"""So many characters before a place may say what it is to the matter."""
_ORIGIN_BEFORE: Final = re.compile(
    "(?:户籍|户口|籍贯|老家|祖籍|原籍|出生|身份证|来自|毕业)[^，。,;；!！?？]{0,6}$"
)
_ORIGIN_AFTER: Final = re.compile("(?:籍|户口|户籍|人(?![民才社大力工口均行事防员群家]))")
_MATTER_BEFORE: Final = re.compile(
    "(?:现住|现居|居住|暂住|租住|家住|住|发生|事发|事故|地点|位于|地处|坐落|工地|项目|在)[^，。,;；!！?？]{0,4}$"
)
_AWAY_AFTER: Final = re.compile("(?:上访|信访|出差|看病|就医|治病|治疗|旅游|来的)")


_WORK: Final = re.compile("[省市]?(?:打工|务工|工作|做生意|经商)")
_OF_WORK: Final = re.compile(
    "欠薪|讨薪|欠发|拖欠|工资|薪资|薪水|工钱|血汗钱|工伤|老板|包工头|雇主|用人单位|劳动合同|加班|辞退|开除"
)


class Role(Enum):
    """What a place is to the matter: where it arose, where people come from or went, or nothing is said."""

    MATTER = "matter"
    ORIGIN = "origin"
    UNSAID = "unsaid"


def role(text: str, start: int, end: int) -> Role:
    """户籍南县,现住长沙: the first is an origin; 在, 现住 and 发生 tell where the matter arose (22)."""
    if start == 0:
        return Role.ORIGIN if _ORIGIN_AFTER.match(text, end) or _AWAY_AFTER.match(text, end) else Role.UNSAID
    before = text[max(0, start - _BEFORE) : start]
    if _ORIGIN_BEFORE.search(before) or _ORIGIN_AFTER.match(text, end) or _AWAY_AFTER.match(text, end):
        return Role.ORIGIN
    return Role.MATTER if _MATTER_BEFORE.search(before) else Role.UNSAID


def tells_of_work(text: str, end: int) -> bool:
    """在温州务工: where people work is where the matter arose, if nothing else tells."""
    return _WORK.match(text, end) is not None


def is_of_work(text: str) -> bool:
    """在温州务工被欠薪: the matter arose at work. 在北京工作,咨询落户 is no matter of Beijing's."""
    return _OF_WORK.search(text) is not None


def readable(text: str) -> tuple[str, list[int] | None]:
    """The text in simplified characters, one for one, without the gaps of «益 阳 市»; and, where gaps were
    closed, the position in the text as it was sent of each character."""
    if _ANY_TRADITIONAL.search(text) is not None:
        text = text.translate(_ONE_TO_ONE)
    if _SPACED.search(text) is None:
        return text, None
    kept: list[str] = []
    positions: list[int] = []
    at = 0
    for run in _SPACED.finditer(text):
        for gap in _GAP.finditer(text, run.start(), run.end()):
            kept.append(text[at : gap.start()])
            positions += range(at, gap.start())
            at = gap.end()
    kept.append(text[at:])
    positions += range(at, len(text) + 1)
    return "".join(kept), positions
