"""A made-up past of a city, with what each petition truly was about and where: to hold confidence against.

Every matter is spoken of in four phrases of our own, of which a lexicon knows some; some are vague, or a
place's own speech. The past knows three of them: a quarter of what is said today is in new words. Most went
to the organ that the powers name, some matters by custom to another.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

SPOKEN = {
    "0101": ("垃圾堆了一个星期没人清运", "绿皮箱满得溢出来了", "路面脏得下不去脚", "门口那堆东西臭得很"),
    "0102": ("夜市摊子占了整条人行道", "推车的天天堵在门口", "烧烤摊把油倒在地上", "卖菜的摆到路中间"),
    "0106": ("一下雨水就漫进屋里", "井盖下面堵死了往外冒", "涵洞积水过不去", "管道返水没人疏通"),
    "0201": ("物业收了钱不做事", "电梯坏了半个月不修", "小区门岗没有人", "公共收益从来不公布"),
    "0203": ("楼盘到期交不了房", "定金不退还", "合同写的绿地变成了车位", "开发商不给办手续"),
    "0301": ("征地补偿款没有发放", "丈量尾数账对不上", "青苗费少算了", "田被占了没有说法"),
    "0303": ("两家为山林权属争了多年", "地界石被人挪了", "证上的四至写错了", "界址说不清楚"),
    "0501": ("烟囱半夜冒黑烟", "厂里的味道呛得睡不着", "粉尘落满窗台", "焚烧秸秆烟雾很大"),
    "0503": ("隔壁厂的噪声吵得睡不着", "楼下机器嗡嗡响", "风机整夜响", "冷却塔的声音受不了"),
    "0601": ("工地拖欠工资半年", "老板跑了钱没结", "年底结账一分没有", "包工头说没钱发"),
    "0605": ("养老保险少算了五年", "退休金停发了", "认证过了还是没有到账", "断缴的年头不让补"),
    "0706": ("学校收了没有票据的钱", "资料费年年涨", "晚自习要交钱", "校服强制买高价的"),
    "0803": ("医院多收了检查费", "清单对不上账", "住院押金不退", "挂一次号收两次钱"),
    "0902": ("买到的东西过期了", "商家不肯退货", "缺斤少两", "充值卡的店关门了"),
    "1101": ("低保停了没有说原因", "家里困难没有评上", "五保户没有人管", "救助金没有下来"),
    "1602": ("三天两头停电", "电压低得灯都不亮", "电线杆歪在屋边", "电费突然多了一倍"),
}
CUSTOM = {"0106": "urban_management", "0503": "urban_management", "0303": "forestry"}
"""Matters that this city is used to give to another function, at the county."""
KEEPING_TO_CUSTOM = 0.85
OPENINGS = ("领导您好,", "我是本地居民,", "反映一个事,", "家里有老人,", "已经说过几回,", "打工回来发现,", "")
CLOSINGS = (
    "请派人来看看。",
    "希望有个说法。",
    "请尽快解决。",
    "盼回复。",
    "实在没有办法了。",
    "大家意见很大。",
)
TOWNS = {
    "430921000000": ("南县茅草街镇", "南县南洲镇", "南县明山头镇", "南县青树嘴镇", "南县厂窖镇"),
    "430903000000": ("赫山区泥江口镇", "赫山区沧水铺镇", "赫山区兰溪镇"),
    "430922000000": ("桃江县灰山港镇", "桃江县马迹塘镇", "桃江县武潭镇"),
    "430923000000": ("安化县梅城镇", "安化县平口镇", "安化县烟溪镇"),
}
TWO_MATTERS = 0.15
NO_PLACE = 0.1
MISREAD = 0.04
KNOWN_PHRASES = 3


@dataclass(frozen=True, slots=True)
class Told:
    """``category`` and ``county`` are true; ``function``: who by custom handled it, None: by the powers."""

    text: str
    category: str
    county: str
    function: str | None


def past(seed: int, count: int) -> Iterator[Told]:
    """What was decided; some categories a clerk wrote down wrongly. The same seed tells the same."""
    return _told(random.Random(seed), count, phrases=KNOWN_PHRASES, misread=MISREAD)


def present(seed: int, count: int) -> Iterator[Told]:
    """What is to be decided, with the truth."""
    return _told(random.Random(seed), count, phrases=None, misread=0.0)


def _told(chance: random.Random, count: int, *, phrases: int | None, misread: float) -> Iterator[Told]:
    for _ in range(count):
        category = chance.choice([*SPOKEN])
        county = chance.choice([*TOWNS])
        said = [chance.choice(SPOKEN[category][:phrases])]
        if chance.random() < TWO_MATTERS:
            said.append(f"另外{chance.choice(SPOKEN[chance.choice([*SPOKEN])][:phrases])}")
        town = "" if chance.random() < NO_PLACE else chance.choice(TOWNS[county])
        text = f"{chance.choice(OPENINGS)}{town}{','.join(said)},{chance.choice(CLOSINGS)}"
        custom = CUSTOM.get(category) if chance.random() < KEEPING_TO_CUSTOM else None
        taken_for = chance.choice([*SPOKEN]) if chance.random() < misread else category
        yield Told(text, taken_for, county, custom)
