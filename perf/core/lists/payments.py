"""Payments: what was executed from the year's first day to the quarter's last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from perf.core.findings import Finding
from perf.core.lists.kinds import ListValue, MoneyUnit, is_refused, refuse, warn
from perf.core.numbers import format_number, round_half_up

_TOO_MUCH = Decimal(10) ** 14


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment in 元, negative for what came back, with payee or purpose."""

    row: int
    on: date
    yuan: Decimal
    summary: str = ""


def payments_value(
    payments: Sequence[Payment],
    starts_on: date,
    until: date,
    *,
    unit: MoneyUnit = MoneyUnit.YUAN,
    before: Sequence[Finding] = (),
) -> ListValue:
    """The sum in `unit` of the payments from `starts_on` to `until`, both included.

    Exact to 分; refunds are negative amounts. A payment outside those days is refused at its
    row, two rows that say the same are pointed out and both count.
    120000.00 and −3000.50 → 116999.50 元.
    """
    total = sum((one.yuan for one in payments), Decimal(0))
    findings = [*before, *_wrong(payments, starts_on, until, total)]
    if is_refused(findings):
        return ListValue(None, "", tuple(findings), (), ())
    back = [one.yuan for one in payments if one.yuan < 0]
    refunds = f"，其中退回 {len(back)} 笔共 {_wan(-sum(back, Decimal(0)))} 万元" if back else ""
    return ListValue(
        total / unit.yuan,
        f"由 {len(payments)} 笔支付明细计算：{starts_on} 至 {until} "
        f"累计 {_wan(total)} 万元{refunds}",
        tuple(findings),
        ("行号", "日期", "金额（元）", "摘要"),
        tuple(
            (str(one.row), one.on.isoformat(), format_number(one.yuan), one.summary)
            for one in payments
        ),
    )


def _wan(yuan: Decimal) -> str:
    return format_number(yuan / MoneyUnit.WAN.yuan)


def _wrong(
    payments: Sequence[Payment], starts_on: date, until: date, total: Decimal
) -> list[Finding]:
    findings = []
    seen: dict[tuple[date, Decimal, str], int] = {}
    for one in payments:
        if not starts_on <= one.on <= until:
            message = f"{one.on} 不在 {starts_on} 至 {until} 之间，不能计入本期，请改正或删去。"
            findings.append(refuse("payment-outside", message, one.row))
        if one.yuan != round_half_up(one.yuan):
            message = f"金额 {format_number(one.yuan)} 元不足一分，请核对单位。"
            findings.append(refuse("payment-not-exact", message, one.row))
        key = (one.on, one.yuan, one.summary)
        first = seen.setdefault(key, one.row)
        if first != one.row:
            message = f"与第 {first} 行的日期、金额和摘要都相同，请核对是否重复；现在两笔都计入。"
            findings.append(warn("payment-twice", message, one.row))
    if not payments:
        findings.append(refuse("list-empty", "清单里没有可以计算的行。"))
    if total < 0:
        message = f"合计 {format_number(total)} 元是负数，请核对退回的金额。"
        findings.append(refuse("total-negative", message))
    if total >= _TOO_MUCH:
        findings.append(refuse("total-too-large", "合计太大，请核对金额的单位。"))
    return findings
