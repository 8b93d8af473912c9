"""Whose document it is and of which year: names, codes and years said all over it."""

import re
from collections import Counter
from itertools import pairwise

from perf.documents.readers.tables import Document, close_up, key

_LABELLED = re.compile(r"(?:预算)?(?:部门|单位|部门\(单位\))名称[:：](.{2,60})")
# 部门名称：某局　单位：万元 in one line.
_MONEY_UNIT_BEHIND = re.compile(r"(?:金额)?单位[:：](?:千|万|亿)?元.*$")
_TITLE = re.compile(r"\**(.{2,40}?)(?:20\d\d年?度?)?(?:年度)?(?:部门|单位)预算(?:公开)?.{0,6}")
_YEAR = re.compile(r"(?<!\d)(20\d\d)年?度?")
_TITLED = re.compile(r"预算|绩效|目标|决算|年度")
_CHINESE_YEAR = re.compile(r"[二２2][〇○零０0][〇○零一二三四五六七八九]{2}年")
_CHINESE_DIGITS = {
    **dict.fromkeys("〇○零０0", "0"),
    **dict(zip("一二三四五六七八九", "123456789", strict=True)),
}
_CHINESE_DIGITS |= {"2": "2", "２": "2"}


def find_unit_name(document: Document, said: str | None) -> str | None:
    """The department's name: as its form says, else the one most tables are headed with."""
    if said:
        return said
    names: Counter[str] = Counter()
    titles: Counter[str] = Counter()
    for line in document.lines():
        if len(line.text) > 100:
            continue
        text = _MONEY_UNIT_BEHIND.sub("", close_up(line.text)) or line.text
        labelled, title = _LABELLED.fullmatch(key(text)), _TITLE.fullmatch(text)
        if labelled:
            names[labelled[1]] += 1
        elif title and "部分" not in title[1]:
            titles[title[1].strip("*#-、:：")] += 1
    for counted in (names, titles):
        if counted:
            return counted.most_common(1)[0][0] or None
    return None


def find_unit_code(
    document: Document, unit_name: str | None, units: list[tuple[str, str]]
) -> str | None:
    """The department's code: the shortest above the projects, else the one beside its name."""
    codes = [code for code, _ in units]
    if not codes and unit_name:
        name = key(unit_name)
        for table in document.tables:
            for row in table.rows:
                filled = row.filled()
                for (_, first), (_, second) in pairwise(filled):
                    plain = key(first) if len(first) < 20 else ""
                    is_code = plain.isascii() and plain.isdigit() and 3 <= len(plain) < 10
                    if is_code and key(second) == name:
                        codes.append(plain)
    return min(codes, key=len) if codes else None


def find_year(document: Document) -> int | None:
    """The fiscal year: the one that most titles name, else the one most often written."""
    titled: Counter[int] = Counter()
    written: Counter[int] = Counter()
    texts = [line.text for line in document.lines()]
    texts += [cell for table in document.tables for row in table.rows[:2] for cell in row.cells]
    for text in texts:
        years = [int(year) for year in _YEAR.findall(key(text[:400]))]
        written.update(years)
        is_title = len(text) <= 40 and _TITLED.search(text)
        if is_title:
            titled.update(years)
            titled.update(
                int("".join(_CHINESE_DIGITS[char] for char in found[:4]))
                for found in _CHINESE_YEAR.findall(text)
            )
    for counted in (titled, written):
        if counted:
            return max(counted, key=lambda year: (counted[year], year))
    return None
