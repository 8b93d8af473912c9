"""A self-evaluation as an IATI activity: who, when, for how much, and how it came out."""

from datetime import date
from decimal import Decimal
from urllib.parse import quote
from xml.etree import ElementTree as ET

from perf.core.terms import PlanKind
from perf.documents.forms.rows import ExecutionRow, Money, SelfEvaluationForm
from perf.documents.forms.texts import form_mark, form_title, local_day
from perf.documents.iati.elements import (
    OWN,
    OWN_NAMESPACE,
    element,
    line,
    number,
    own_text,
    truth,
    worded,
    written,
)
from perf.documents.iati.results import results_of

# No registration agency of IATI's list numbers budget units of China: the prefix says that the
# number behind it is the unit's own code.
_AGENCY = "CN-UNIT"
# Codes of IATI's lists.
_LOCAL_GOVERNMENT = "11"
_ACCOUNTABLE, _IMPLEMENTING = "2", "4"
_GENERAL, _OBJECTIVES, _OTHER = "1", "2", "4"
_FINALISATION, _CLOSED = "3", "4"
_PLANNED_START, _PLANNED_END = "1", "3"
_INTERNAL_IDENTIFIER = "A1"
_OWN_SECTORS = "99"
_ORIGINAL, _REVISED, _COMMITTED = "1", "2", "2"
_EXPENDITURE = "4"


def iati_xml(form: SelfEvaluationForm, *, unit_key: str, plan_key: str) -> bytes:
    """The 绩效自评表 as an IATI 2.03 file of one activity; equal forms give equal bytes.

    `unit_key` and `plan_key` are the codes of the unit and of the project (else numbers that
    name them), of which the identifiers are made. Money is in 元 as CNY. What nobody reported
    is absent.
    """
    organisation = f"{_AGENCY}-{quote(unit_key, safe='')}"
    activity = element(
        "iati-activity",
        _identifier(form, organisation, plan_key),
        worded("reporting-org", form.department, ref=organisation, type=_LOCAL_GOVERNMENT),
        worded("title", form.name),
        *_descriptions(form),
        *_participants(form, organisation),
        _own_code(form),
        element("activity-status", code=_FINALISATION if form.is_draft else _CLOSED),
        element("activity-date", iso_date=_first_day(form), type=_PLANNED_START),
        element("activity-date", iso_date=_last_day(form), type=_PLANNED_END),
        element("recipient-country", code="CN"),
        worded("sector", form.kind.label, vocabulary=_OWN_SECTORS, code=form.kind.value),
        *_budgets(form),
        _expenditure(form),
        *results_of(form),
        _evaluation(form),
        default_currency="CNY",
        humanitarian=truth(value=False),
        last_updated_datetime=_last_update(form),
    )
    activity.set("xml:lang", "zh")
    root = element("iati-activities", activity, version="2.03")
    root.set(f"xmlns:{OWN}", OWN_NAMESPACE)
    return written(root)


def _identifier(form: SelfEvaluationForm, organisation: str, plan_key: str) -> ET.Element:
    """The organisation's identifier, the year, and the project's code or `department`."""
    made = element("iati-identifier")
    own = "department" if form.kind is PlanKind.DEPARTMENT else quote(plan_key, safe="")
    made.text = f"{organisation}-{form.year}-{own}"
    return made


def _descriptions(form: SelfEvaluationForm) -> list[ET.Element]:
    """What it is, with the marks of a draft and of invented figures; objectives; what was done."""
    mark = form_mark(form)
    general = f"{form.year}年度{form_title(form)}{f'　{mark}' if mark else ''}"
    said = [
        (_GENERAL, general),
        (_OBJECTIVES, form.objective_expected),
        (_OTHER, form.objective_actual),
    ]
    return [worded("description", text, type=code) for code, text in said if line(text)]


def _participants(form: SelfEvaluationForm, organisation: str) -> list[ET.Element]:
    accountable = worded(
        "participating-org",
        form.department,
        ref=organisation,
        type=_LOCAL_GOVERNMENT,
        role=_ACCOUNTABLE,
    )
    # What another implementer's code and type are, the form does not say.
    is_same = form.implementing_unit == form.department
    implementing = worded(
        "participating-org",
        form.implementing_unit,
        ref=organisation if is_same else None,
        type=_LOCAL_GOVERNMENT if is_same else None,
        role=_IMPLEMENTING,
    )
    return [accountable, implementing]


def _own_code(form: SelfEvaluationForm) -> ET.Element | None:
    code = line(form.code)
    return element("other-identifier", ref=code, type=_INTERNAL_IDENTIFIER) if code else None


def _first_day(form: SelfEvaluationForm) -> str:
    return date(form.year, 1, 1).isoformat()


def _last_day(form: SelfEvaluationForm) -> str:
    return date(form.year, 12, 31).isoformat()


def _budgets(form: SelfEvaluationForm) -> list[ET.Element]:
    """年初预算数 as the original budget, 全年预算数 as the revised one where it differs."""
    initial, adjusted = form.total_money.initial, form.total_money.adjusted
    found = []
    if initial is not None:
        found.append(_budget(form, _ORIGINAL, initial))
    if adjusted is not None and adjusted != initial:
        found.append(_budget(form, _REVISED, adjusted))
    return found


def _budget(form: SelfEvaluationForm, kind: str, amount: Decimal) -> ET.Element:
    return element(
        "budget",
        element("period-start", iso_date=_first_day(form)),
        element("period-end", iso_date=_last_day(form)),
        _value(amount, _first_day(form)),
        type=kind,
        status=_COMMITTED,
    )


def _expenditure(form: SelfEvaluationForm) -> ET.Element | None:
    """全年执行数 as one expenditure on the year's last day; nothing where it is not reported."""
    executed = form.total_money.executed
    if executed is None:
        return None
    return element(
        "transaction",
        element("transaction-type", code=_EXPENDITURE),
        element("transaction-date", iso_date=_last_day(form)),
        _value(executed, _last_day(form)),
        worded("description", f"{form.year}年全年执行数"),
    )


def _value(amount: Decimal, day: str) -> ET.Element:
    made = element("value", currency="CNY", value_date=day)
    made.text = number(amount)
    return made


def _last_update(form: SelfEvaluationForm) -> str | None:
    """When the form was signed, else submitted; a draft has no such moment."""
    moment = form.approved_at or form.submitted_at
    return moment.isoformat(timespec="seconds") if moment else None


def _evaluation(form: SelfEvaluationForm) -> ET.Element:
    """What IATI has no name for: signed or not, total, rating, rule pack, money by source."""
    sources = {"fiscal": form.fiscal, "carryover": form.carryover, "other": form.other}
    signed = local_day(form.approved_at).isoformat() if form.approved_at else None
    return element(
        f"{OWN}:evaluation",
        _execution(form.execution),
        *(_fund(source, money) for source, money in sources.items()),
        status="draft" if form.is_draft else "signed",
        signed_on=None if form.is_draft else signed,
        invented=truth(value=True) if form.is_demo else None,
        total=number(form.total),
        rating=form.rating.value if form.rating else None,
        rule_pack=line(form.pack_id),
        rule_pack_version=line(form.pack_version),
    )


def _execution(row: ExecutionRow) -> ET.Element | None:
    """The score of the budget execution; nothing where the form has no such line."""
    if not row.weight:
        return None
    return element(
        f"{OWN}:execution",
        own_text("deviation-reason", row.deviation_reason),
        own_text("corrective-action", row.corrective_action),
        weight=number(row.weight),
        points=number(row.points),
        status="not-applicable" if row.not_applicable else None,
    )


def _fund(source: str, money: Money) -> ET.Element | None:
    if money == Money():
        return None
    return element(
        f"{OWN}:fund",
        source=source,
        initial=number(money.initial),
        adjusted=number(money.adjusted),
        executed=number(money.executed),
    )
