"""The quarter's grid as the lines of its sheet, filled with what is stored."""

from collections.abc import Iterator
from datetime import datetime

from perf import clock
from perf.core.numbers import format_number
from perf.core.terms import Comparator, QuantityKind, Tier
from perf.documents.quarter_sheets import (
    Column,
    Input,
    QuarterSheet,
    SheetCell,
    SheetHead,
    SheetRow,
)
from perf.models import Actual, Indicator
from perf.queries.packs import pack_of
from perf.queries.submissions import Quarter
from perf.services.entry_figures import bands_of, figures_of
from perf.services.money import write_wan
from perf.services.outcome import Outcome
from perf.web.grid_form import shown_entry, shown_executed
from perf.web.grid_parts import QuantityCell, formula_cells, point_cells
from perf.web.grid_values import SHORT_TIERS, shown_figures, with_unit
from perf.web.quarter_sheets.words import (
    ANSWER_WORDS,
    KIND_WORDS,
    LIKELIHOOD_WORDS,
    TIER_WORDS,
    YES,
    answer_words,
    is_tiered,
    texts_of,
)

MONEY = "预算执行"
_DAY_HINT = "填日期，如 2022-09-30。"


def sheet_of(quarter: Quarter, now: datetime) -> QuarterSheet:
    """The whole sheet; `now` is told in it as the time of the download."""
    plan, submission = quarter.plan, quarter.submission
    is_demo = plan.is_demo or (submission is not None and submission.is_demo)
    taken = clock.local(now).strftime("%Y-%m-%d %H:%M")
    return QuarterSheet(
        head_of(quarter),
        f"{plan.unit.name} · {taken} 下载。白色的格可以填写，灰色的格已锁定；数字都是年初至今累计。"
        f"填好保存后，在系统中本期的页面点“上传填报表”，逐格核对后再确认，确认之前什么也不保存。",
        "演示数据" if is_demo else "",
        list(rows_of(quarter)),
    )


def head_of(quarter: Quarter) -> SheetHead:
    """Which plan and quarter it is."""
    plan, period = quarter.plan, quarter.period
    return SheetHead(plan.id, period.code, plan.year, plan.name, period.name)


def rows_of(quarter: Quarter) -> Iterator[SheetRow]:
    """The lines in form order: each indicator, its quantities or points, then the money."""
    indicators = quarter.plan.indicators
    cells = formula_cells(indicators, quarter, None, Outcome())
    bands = "，".join(
        f"{SHORT_TIERS[tier]} {format_number(low)}–{format_number(high)}%"
        for tier, (low, high) in bands_of(pack_of(quarter.plan)).items()
    )
    for indicator in indicators:
        yield _indicator(quarter, indicator, bands)
        own = [one for one in cells.get(indicator.id, []) if not one.shared_with]
        yield from (_quantity(indicator, one) for one in own)
        yield from _points(indicator, quarter.actuals.get(indicator.id))
    yield from _money(quarter)


def _indicator(quarter: Quarter, indicator: Indicator, bands: str) -> SheetRow:
    stored = quarter.actuals.get(indicator.id)
    entry = shown_entry(indicator, stored)
    texts, unit = texts_of(entry), indicator.target_unit or ""
    before = quarter.previous.get(indicator.id)
    remarks = [f"审核意见：{one.text}" for one in quarter.remarks.get(indicator.id, [])]
    hint = _hint(indicator, unit, bands)
    cells = {
        Column.NO_DATA: SheetCell(texts[Column.NO_DATA], Input.CHOICE, (YES,)),
        Column.EXPECTED: _value_cell(indicator, texts[Column.EXPECTED], "预计年底累计达到的值。"),
        Column.LIKELIHOOD: SheetCell(texts[Column.LIKELIHOOD], Input.CHOICE, LIKELIHOOD_WORDS),
        Column.KIND: SheetCell(texts[Column.KIND], Input.CHOICE, KIND_WORDS),
        Column.REASON: SheetCell(texts[Column.REASON], Input.TEXT),
    }
    if indicator.is_computed or indicator.is_check_list:
        shown = shown_figures(figures_of(stored), unit)
        cells[Column.ACTUAL] = SheetCell(shown, Input.LOCKED)
    else:
        cells[Column.ACTUAL] = _value_cell(indicator, texts[Column.ACTUAL], hint)
        if is_tiered(indicator):
            cells[Column.RATE] = SheetCell(texts[Column.RATE], Input.NUMBER, hint=bands)
    return SheetRow(
        key=f"indicator-{indicator.id}",
        version=stored.version if stored else 0,
        level1=indicator.level1,
        level2=indicator.level2,
        name=indicator.name,
        target=indicator.target_text,
        unit=unit,
        before=with_unit(before.actual if before else None, unit),
        note="\n".join([hint, *remarks]),
        cells=cells,
    )


def _value_cell(indicator: Indicator, text: str, hint: str) -> SheetCell:
    """A cell for a value of the indicator's own kind."""
    match indicator.comparator:
        case Comparator.QUALITATIVE:
            return SheetCell(text, Input.CHOICE, TIER_WORDS, hint)
        case Comparator.BY_DATE:
            return SheetCell(text, Input.DAY, hint=hint)
        case Comparator.PERIOD:
            return SheetCell(text, Input.TEXT, hint=hint)
        case _:
            return SheetCell(text, Input.NUMBER, hint=hint)


def _hint(indicator: Indicator, unit: str, bands: str) -> str:
    if indicator.source is not None:
        return "取自系统记录，不用填。"
    if indicator.formula:
        return f"由下面的数据计算：{indicator.formula}"
    if indicator.is_check_list:
        return "在下面逐项核对。"
    match indicator.comparator:
        case Comparator.QUALITATIVE:
            return f"选等级并填完成率：{bands}。"
        case Comparator.BY_DATE:
            return _DAY_HINT
        case Comparator.PERIOD:
            example = f"{Tier.ACHIEVED.label}（95%）"
            return f"填日期，或写等级和完成率，如“{example}”。"
        case _:
            return f"填数字，单位 {unit}。" if unit else "填数字。"


def _quantity(indicator: Indicator, one: QuantityCell) -> SheetRow:
    quantity = one.quantity
    is_flow = quantity.kind is QuantityKind.FLOW
    hint = "年初至今累计，填数字。" if is_flow else "最新数，填数字。"
    return SheetRow(
        key=f"quantity-{quantity.id}",
        version=one.version,
        level1=indicator.level1,
        level2=indicator.level2,
        name=quantity.name,
        target="",
        unit=quantity.unit,
        before=one.told,
        note=hint,
        cells={Column.ACTUAL: SheetCell(one.text, Input.NUMBER, hint=hint)},
        is_part=True,
    )


def _points(indicator: Indicator, stored: Actual | None) -> Iterator[SheetRow]:
    letters = shown_entry(indicator, stored).answers
    words = answer_words(letters)
    for number, (point, word) in enumerate(
        zip(point_cells(indicator, letters), words, strict=True)
    ):
        yield SheetRow(
            key=f"point-{indicator.id}-{number}",
            version=stored.version if stored else 0,
            level1=indicator.level1,
            level2=indicator.level2,
            name=point.text,
            target="",
            unit="",
            before="",
            note="不存在为符合。" if point.is_absence else "",
            cells={Column.ACTUAL: SheetCell(word, Input.CHOICE, ANSWER_WORDS)},
            is_part=True,
        )


def _money(quarter: Quarter) -> Iterator[SheetRow]:
    executions = quarter.executions
    for line in quarter.plan.budget_lines:
        shown = shown_executed(line.source, executions.get(line.source))
        hint = "年初至今累计执行数，单位万元，精确到分。"
        yield SheetRow(
            key=f"executed-{line.source.value}",
            version=shown.version,
            level1=MONEY,
            level2="",
            name=executed_label(line.source.label),
            target=f"全年预算 {write_wan(line.adjusted)}",
            unit="万元",
            before=write_wan(quarter.executed_before.get(line.source)),
            note=hint,
            cells={Column.ACTUAL: SheetCell(shown.text, Input.NUMBER, hint=hint)},
        )


def executed_label(source: str) -> str:
    """What the executed amount of a source is called in the sheet."""
    return f"{source}累计执行数"
