"""What was typed into a grid that can no longer be taken, so that nobody loses it."""

from perf.queries.submissions import Quarter
from perf.services.entry_figures import Entry
from perf.services.submissions import NO_DATA
from perf.web.grid_form import Posted, digest_of, shown_entry, shown_executed, shown_quantity
from perf.web.grid_uploads import Uploads
from perf.web.grid_values import LABELS


def unsaved_texts(
    quarter: Quarter, posted: Posted, uploads: Uploads | None
) -> list[tuple[str, str]]:
    """What was typed and can no longer be taken, as (name, text), for people to copy.

    A row that is stored as typed, as after the same form came twice, is not among it.
    """
    stored = quarter.actuals
    found = []
    for indicator in quarter.plan.indicators:
        entry = posted.entries.get(indicator.id)
        shown = shown_entry(indicator, stored.get(indicator.id))
        if entry and entry.is_touched and digest_of(entry) != digest_of(shown):
            found.append((indicator.name, _words_of(entry)))
    executions = quarter.executions
    for source, executed in posted.executed.items():
        if (
            executed.is_touched
            and executed.text != shown_executed(source, executions.get(source)).text
        ):
            found.append((f"{source.label}累计执行数（万元）", executed.text or "（清空）"))
    named = {row.id: row.label for row in quarter.plan.quantities}
    rows = quarter.submission.quantities if quarter.submission else []
    values = {row.quantity_id: row for row in rows}
    for key, quantity in posted.quantities.items():
        if quantity.is_touched and quantity.text != shown_quantity(key, values.get(key)).text:
            found.append((named[key], quantity.text or "（清空）"))
    if uploads and uploads.files:
        found.append(("佐证材料（未添加）", "、".join(name for _, _, name in uploads.files)))
    return found


def _words_of(entry: Entry) -> str:
    outlook = [LABELS.get(entry.expected, entry.expected), LABELS.get(entry.likelihood, "")]
    texts = [
        entry.value,
        LABELS.get(entry.tier, entry.tier),
        f"{entry.rate}%" if entry.rate else "",
        "、".join(LABELS.get(letter, "未核对") for letter in entry.answers),
        NO_DATA if entry.is_no_data else "",
        f"预计全年 {' '.join(filter(None, outlook))}" if any(outlook) else "",
        LABELS.get(entry.deviation_kind, entry.deviation_kind),
        entry.deviation_reason,
    ]
    return " · ".join(filter(None, texts)) or "（清空）"
