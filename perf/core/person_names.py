"""Where personal names may stand in a Chinese text, by their surroundings."""

import re
from collections.abc import Iterable, Iterator

_HAN = "[一-鿿]"
# The surnames of nine in ten people, less those that are most often part of another word.
_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁"
    "魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎"
    "易常武乔贺赖龚文庞樊兰殷施陶洪翟颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂焦向柳邢岳齐梅莫庄辛祝左涂"
    "谷耿牟卜詹肖闫覃甘苗仇阮褚隋裴宁路关柯"
)
_SURNAME = (
    f"(?:欧阳|上官|司马|诸葛|司徒|东方|皇甫|尉迟|公孙|慕容|令狐|宇文|长孙|夏侯|[{_SURNAMES}])"
)
_CUES = (
    "姓名|联系人|经办人|负责人|当事人|信访人|上访人|申请人|投诉人|受助人|填报人|填表人|审核人|"
    "复核人|责任人|收款人|领款人|户主|法定代表人|法人代表|证人|代理人|签字|签名"
)
_TITLES = (
    "先生|女士|小姐|同志|同学|老师|医生|律师|法官|"
    "(?:副|代|原)?(?:局长|主任|科长|处长|书记|县长|市长|区长|镇长|乡长|村长|院长|校长|主席|部长|"
    "所长|队长|站长|股长|厅长|司长|会长|巡视员|调研员|科员|会计|出纳)"
)
_AFTER = re.compile(
    rf"(?:{_CUES})(?:为|是)?\s*[:：]\s*({_SURNAME}{_HAN}{{1,2}}?)"
    r"(?=[^一-鿿]|$|电话|手机|身份|联系|同志|等)"
)
_BEFORE = re.compile(rf"({_SURNAME}{_HAN}{{0,2}}?)(?:{_TITLES})")
# A surname that ends one of these words begins no name.
_WORD_LIST = """
公安 治安 资金 现金 基金 奖金 租金 税金 本金 提高 较高 最高 不高 关于 对于 由于
基于 属于 低于 高于 大于 小于 少于 多于 等于 位于 至于 用于 限于 工程 过程 流程
全程 课程 日程 机关 有关 相关 海关 公文 发文 中文 作文 任何 如何 几何 正常 日常
经常 异常 每周 一周 本周 上周 下周 阶段 路段 手段 时段 责任 主任 担任 兼任 信任
方向 面向 导向 去向 地方 双方 对方 各方 甲方 乙方 官方 道路 公路 铁路 线路 简易
容易 贸易 交易 不易 上万 千万 百万 十万 几万 数万 领田 农田 良田 长江 钻石 文章
规章 印章 成熟 安宁 允许 也许 盖章 图章 其余 剩余 多余 业余 清白 明白 空白 历史
四季 一季 二季 三季 本季 每季 草莓 树苗 育苗 种苗 疫苗 拥有 辛苦 山林 森林 园林
造林 水田 支柱 恩施 措施 实施 设施 庄严 从严 尊严 威武 街道 康复 健康 小康 江河
乡村 夏季 山谷 稻谷 五谷
"""
_WORDS = frozenset(_WORD_LIST.split())
# Signs of offices, bodies and counts: no given name, though 纪委书记 and 高级会计 begin like one.
_NO_GIVEN_NAME = frozenset("委组部级务办局科处室站队院校所会村镇乡县市区省员工位个名任副代原各总等")
_NEVER_ALONE = frozenset("于任方万文常高向关路程何易段白金宁章石")
_ROLES = frozenset(["填报人", "审核人", "财政", "管理员", "审计", "系统"])
_NAME = re.compile(rf"{_HAN}{{2,4}}|{_HAN}{{1,8}}·{_HAN}{{1,8}}")


def names_in(text: str, known: Iterable[str] = ()) -> Iterator[tuple[int, int]]:
    """The places (from, up to) of what may be a name; those of `known` names first.

    A known name that is none (管理员, 填报人1) is passed over. 张三同志 → 张三; 公安局长 → nothing.
    """
    for name in sorted({each.strip() for each in known}, key=lambda each: (-len(each), each)):
        if name not in _ROLES and _NAME.fullmatch(name):
            for found in re.finditer(re.escape(name), text):
                if not _is_in_a_word(text, found.start()):
                    yield found.span()
    for found in _AFTER.finditer(text):
        if "某" not in found[1]:
            yield found.span(1)
    for found in _BEFORE.finditer(text):
        name, at = found[1], found.start()
        given = name[2:] if len(name) > 2 and name[0] not in _SURNAMES else name[1:]
        is_word = _is_in_a_word(text, at) or bool(_NO_GIVEN_NAME & set(given)) or "某" in name
        if not is_word and (given or name not in _NEVER_ALONE):
            yield found.span(1)


def _is_in_a_word(text: str, at: int) -> bool:
    return text[at : at + 2] in _WORDS or (at > 0 and text[at - 1 : at + 1] in _WORDS)
