"""What a message (消息) says of one thing that waits for somebody, and its words as e-mail."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from perf.core.terms import Labelled

# How many days before it is due a thing is reminded of. Source: our own decision.
DAYS_AHEAD = 7
MAX_SAID = 200
RECTIFICATION = "rectification"
RECOMMENDATION = "recommendation"
# What one office owes of a quarter; its key is the period's code and the office's id (2022-Q3/7).
OFFICE = "office"


class Why(Labelled):
    """Why something stands in a message, the most urgent first."""

    RETURNED = "returned", "已退回"
    OVERDUE = "overdue", "已逾期"
    DUE = "due", "即将到期"
    WAITING = "waiting", "待您审核"


_ORDER = {why: number for number, why in enumerate(Why)}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing in a message, in the words of its day.

    `kind` is an item's (`plan`, `revision`, `ending`, `quarter`, `self_evaluation`),
    `rectification`, `recommendation` or `office`; with `plan_id` and `key` (a period's code, the id
    of one of the others, or blank) it says which. `reminded` names who sent a reminder of it that
    day, and when.
    """

    why: Why
    kind: str
    plan_id: int
    key: str
    title: str
    text: str
    reminded: tuple[str, ...] = ()

    @property
    def thing(self) -> tuple[str, int, str]:
        """What it is about, whatever is said of it."""
        return self.kind, self.plan_id, self.key

    def stored(self) -> dict[str, Any]:
        """The line as a message keeps it."""
        return asdict(self)


def line_of(stored: Mapping[str, Any]) -> Line:
    """The line that `stored` keeps."""
    return Line(**{**stored, "why": _WHYS[stored["why"]], "reminded": tuple(stored["reminded"])})


_WHYS = {why.value: why for why in Why}


def in_order(lines: Iterable[Line]) -> list[Line]:
    """The lines with the most urgent first, else as they came."""
    return sorted(lines, key=lambda line: _ORDER[line.why])


def merged(lines: Sequence[Line], more: Iterable[Line]) -> list[Line]:
    """The lines and more of them: one line a thing, with everybody who reminded of it.

    What is said of a thing twice is said in the later words.
    """
    found = {line.thing: line for line in lines}
    for line in more:
        before = found.get(line.thing)
        reminded = dict.fromkeys((*(before.reminded if before else ()), *line.reminded))
        found[line.thing] = replace(line, reminded=tuple(reminded))
    return in_order(found.values())


def said_day(day: date) -> str:
    """2022 年 10 月 15 日."""
    return f"{day.year} 年 {day.month} 月 {day.day} 日"


def why_due(due_on: date, today: date) -> Why | None:
    """Whether it is overdue or due within the days ahead; None for what has time."""
    left = (due_on - today).days
    if left < 0:
        return Why.OVERDUE
    return Why.DUE if left <= DAYS_AHEAD else None


def due_text(due_on: date, today: date) -> str:
    """A due day in words, itself included (截止 2022 年 4 月 15 日，还有 3 天)."""
    left = (due_on - today).days
    said = "今天到期" if left == 0 else f"还有 {left} 天"
    if left < 0:
        said = f"已逾期 {-left} 天"
    return f"截止 {said_day(due_on)}，{said}"


def shortened(text: str) -> str:
    """A typed text in one line, cut where it is long."""
    text = " ".join(text.split())
    return text if len(text) <= MAX_SAID else f"{text[: MAX_SAID - 1]}…"


def mail_subject(day: date, count: int) -> str:
    """The subject of one person's e-mail of one day."""
    return f"绩效目标跟踪：{count} 项待办（{day.isoformat()}）"


def mail_text(name: str, day: date, lines: Sequence[Line], address: str) -> str:
    """The e-mail of one message; `address` is where the pages are, blank where nobody said."""
    parts = [f"{name}，您好：", "", f"截至 {said_day(day)}，您有 {len(lines)} 项待办。"]
    for why in Why:
        of_kind = [line for line in lines if line.why is why]
        if of_kind:
            parts += ["", f"【{why.label}】"]
        for number, line in enumerate(of_kind, start=1):
            parts.append(f"{number}. {line.title}")
            parts.append(f"   {line.text}")
            if line.reminded:
                parts.append(f"   {'、'.join(line.reminded)} 提醒")
    parts += ["", f"请登录办理：{address}/messages" if address else "请登录系统，在“消息”中办理。"]
    parts.append("本邮件自动发送，请勿回复。不再需要时，可在“邮件和日历”中关闭。")
    return "\n".join(parts) + "\n"
