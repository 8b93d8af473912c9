"""What goes into an archive, in the order of the forms: each plan with its forms and evidence."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from sqlalchemy.orm import Session

from perf import clock
from perf.archives.items import Item
from perf.archives.names import Names, file_name, folder_name
from perf.archives.plan_forms import (
    evaluations_to_write,
    quarters_to_write,
    reports_to_write,
    targets_to_write,
)
from perf.archives.published import masked_form, published
from perf.core.permissions import Actor
from perf.core.terms import Status
from perf.documents.forms import (
    Form,
    form_file_name,
    results_from_records,
    summary_from_records,
    write_form,
)
from perf.documents.forms.results import RESULTS_TITLE
from perf.documents.forms.summary import MOST_ROWS
from perf.documents.report import REPORT_FORMATS, report_file_name, write_report
from perf.models import Evidence, Period, Plan, SelfEvaluation, Submission
from perf.queries.archives import evidence_count, evidence_of_plans, names_of_people
from perf.queries.evaluations import plans_to_export, whole_plans
from perf.queries.recommendations import RecommendationFilter, recommendations_to_print
from perf.queries.signed_copies import FiledCopy, signed_copies_of_plans, signed_copy_count
from perf.queries.summary import summary_records
from perf.services.evidence_files import path_of
from perf.services.monitoring_record import monitoring_records
from perf.services.result_records import result_records

_BATCH = 20
_TARGET = "绩效目标表"
_MONITORING = "绩效运行监控表"
_EVALUATION = "绩效自评表"
_REPORT = "绩效自评报告"
_NOT_BEGUN = "还没有开始自评"
_SUMMARY = "绩效自评结果汇总表"
_EVIDENCE = "佐证材料"
_SCAN = "盖章扫描件"
_ORDER = (_TARGET, _MONITORING, _EVALUATION, _REPORT)
_UNSIGNED = "未审核通过，不公开"
Filed = tuple[Evidence, Period, Submission, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """What an archive is asked to hold: a unit's year, or all units' where `unit_id` is None."""

    year: int
    unit_id: int | None
    formats: tuple[str, ...]
    is_public: bool = False
    is_masked: bool = False

    @property
    def report_formats(self) -> tuple[str, ...]:
        """The formats that a report comes in; it is a draft to be edited, and not made public."""
        return (
            ()
            if self.is_public
            else tuple(ending for ending in self.formats if ending in REPORT_FORMATS)
        )

    @property
    def steps_of_a_plan(self) -> int:
        """How many files each plan is to have beside its evidence."""
        forms = 2 if self.is_public else 3
        return forms * len(self.formats) + len(self.report_formats)


def count_steps(session: Session, asked: Asked) -> int:
    """How many steps `contents` takes."""
    plans = plans_to_export(session, year=asked.year, unit_id=asked.unit_id)
    files, forms = 0, 1
    if not asked.is_public:
        files = evidence_count(session, asked.year, asked.unit_id)
        files += signed_copy_count(session, asked.year, asked.unit_id)
        forms = 2
    return files + forms * len(asked.formats) + len(plans) * asked.steps_of_a_plan


def contents(session: Session, actor: Actor, asked: Asked, data_dir: Path) -> Iterator[Item]:
    """Every line of the index with its file: the summary, 结果应用, then plan after plan.

    A form that does not exist is a line with the reason. Plans are loaded and let go a batch at
    a time, each in a transaction of its own. The forms are written when their bytes are asked for.
    """
    forms = _Forms(session, asked)
    yield from _summary(session, actor, forms)
    if not asked.is_public:
        yield from _results(session, actor, forms)
    plans = plans_to_export(session, year=asked.year, unit_id=asked.unit_id)
    numbers: dict[int, int] = {}
    for first in range(0, len(plans), _BATCH):
        # A reading transaction kept open for long would hold up what the database tidies.
        session.rollback()
        part = whole_plans(session, [plan_id for plan_id, _ in plans[first : first + _BATCH]])
        every = [plan for plan, _ in part]
        targets = targets_to_write(session, every)
        quarters = monitoring_records(session, every) if not asked.is_public else [None] * len(part)
        keys = [] if asked.is_public else [plan.id for plan in every]
        filed, scans = evidence_of_plans(session, keys), signed_copies_of_plans(session, keys)
        for (plan, evaluation), target, quarter in zip(part, targets, quarters, strict=True):
            number = numbers[plan.unit_id] = numbers.get(plan.unit_id, 0) + 1
            folder = f"{number:02}-{folder_name(plan.name)}"
            if asked.unit_id is None:
                code = plan.unit.code or plan.unit.id
                folder = f"{folder_name(f'{code}-{plan.unit.name}')}/{folder}"
            of_plan = _OfPlan(forms, plan, folder)
            yield from of_plan.form(_TARGET, target.form, plan.status)
            if not asked.is_public:
                reports = quarters_to_write([(plan, quarter)]) if quarter is not None else ()
                monitoring = next(iter(reports), None)
                yield from of_plan.form(
                    _MONITORING,
                    monitoring.form if monitoring is not None else None,
                    quarter["status"] if quarter is not None else None,
                    lacking="没有已提交的填报",
                    quarter=f"1—{quarter['months']}月" if quarter else "",
                )
            yield from of_plan.evaluation(session, evaluation)
            if asked.report_formats:
                yield from of_plan.report(session, actor, evaluation)
            yield from of_plan.scans(scans.get(plan.id, []), data_dir)
            yield from of_plan.evidence(filed.get(plan.id, []), data_dir)
        session.expunge_all()


class _Forms:
    """Makes the files of a form in the formats that were asked for."""

    def __init__(self, session: Session, asked: Asked) -> None:
        self.asked = asked
        self._change: Callable[[Form], Form] = lambda form: form
        if asked.is_public:
            self._change = published
        if asked.is_masked and asked.unit_id is not None:
            names = names_of_people(session, asked.unit_id)
            self._change = lambda form: masked_form(published(form), names)

    def files(self, form: Form, line: Item, folder: str, names: Names) -> Iterator[Item]:
        """The form in each format, as lines like the one given."""
        form = self._change(form)
        for ending in self.asked.formats:
            path = names.told_apart(f"{folder}{form_file_name(form, ending)}")
            yield replace(line, path=path, content=partial(write_form, form, ending))


class _OfPlan:
    """The lines of one plan, whose files lie in one folder."""

    def __init__(self, forms: _Forms, plan: Plan, folder: str) -> None:
        self.forms = forms
        self.folder = folder
        self.names = Names()
        code = plan.project.code if plan.project else plan.unit.code
        self.line = Item("", unit=plan.unit.name, plan=plan.name, code=code or "")

    def form(
        self,
        what: str,
        form: Form | None,
        status: Status | None,
        *,
        lacking: str = "",
        quarter: str = "",
    ) -> Iterator[Item]:
        """A form in all formats, or the line that says why there is none."""
        line = replace(self.line, what=what, status=_word(what, status), quarter=quarter)
        if form is not None and self.forms.asked.is_public and status is not Status.APPROVED:
            form, lacking = None, _UNSIGNED
        if form is None:
            yield replace(line, note=lacking, steps=len(self.forms.asked.formats))
            return
        yield from self.forms.files(form, line, self._place(what), self.names)

    def evaluation(self, session: Session, row: SelfEvaluation | None) -> Iterator[Item]:
        """The self-evaluation form; what is signed as it was signed."""
        found = evaluations_to_write(session, [(row.plan, row)]) if row is not None else ()
        exported = next(iter(found), None)
        yield from self.form(
            _EVALUATION,
            exported.form if exported is not None else None,
            row.status if row is not None else None,
            lacking=_NOT_BEGUN,
        )

    def report(self, session: Session, actor: Actor, row: SelfEvaluation | None) -> Iterator[Item]:
        """The report of the self-evaluation, as a draft to be edited."""
        formats = self.forms.asked.report_formats
        line = replace(self.line, what=_REPORT, status=_word(_REPORT, row.status if row else None))
        if row is None:
            yield replace(line, note=_NOT_BEGUN, steps=len(formats))
            return
        (exported,) = reports_to_write(session, actor, [(row.plan, row)])
        report = exported.form
        for ending in formats:
            name = report_file_name(report, ending)
            path = self.names.told_apart(f"{self._place(_REPORT)}{name}")
            yield replace(line, path=path, content=partial(write_report, report, ending))

    def _place(self, what: str) -> str:
        """The folder with a number that keeps the files in the order of the forms."""
        return f"{self.folder}/{_ORDER.index(what) + 1}-"

    def scans(self, filed: Sequence[FiledCopy], data_dir: Path) -> Iterator[Item]:
        """The scans of what was signed and stamped, those of earlier signatures too."""
        for one in filed:
            copy, stem = one.copy, folder_name(one.name)
            ending = copy.name.rpartition(".")[2]
            path = self.names.told_apart(
                f"{self.folder}/{_SCAN}/{file_name(f'{stem}-{copy.signed_on}.{ending}')}"
            )
            note = f"{one.name}，{copy.signed_on.isoformat()} 签字盖章"
            yield replace(
                self.line,
                what=_SCAN,
                status="以前的签署" if one.is_outdated else "",
                by=copy.created_by.display_name if copy.created_by else "系统",
                at=copy.created_at,
                sha256=copy.sha256,
                note=note,
                path=path,
                content=path_of(data_dir, copy.sha256),
            )

    def evidence(self, filed: Sequence[Filed], data_dir: Path) -> Iterator[Item]:
        """The files of each quarter under their own names; the same content is there once."""
        places: dict[str, str] = {}
        for evidence, period, submission, indicator in filed:
            line = replace(
                self.line,
                what=_EVIDENCE,
                quarter=period.name,
                indicator=indicator or "预算执行",
                status=submission.status.label,
                by=evidence.created_by.display_name if evidence.created_by else "系统",
                at=evidence.created_at,
                sha256=evidence.sha256,
                note=evidence.pages,
            )
            if evidence.sha256 in places:
                there = places[evidence.sha256]
                note = "；".join(
                    filter(None, [f"{evidence.name}：内容相同，见 {there}", evidence.pages])
                )
                yield replace(line, path=there, note=note)
                continue
            folder = f"{self.folder}/{_EVIDENCE}/{folder_name(period.name)}"
            path = self.names.told_apart(f"{folder}/{file_name(evidence.name)}")
            places[evidence.sha256] = path
            yield replace(line, path=path, content=path_of(data_dir, evidence.sha256))


def _word(what: str, status: Status | None) -> str:
    """How a form stands: 已签署, 已通过, or a draft with where it is on its way."""
    if status is None:
        return ""
    if status is Status.APPROVED:
        return "已签署" if what in {_EVALUATION, _REPORT} else status.label
    return status.label if status is Status.DRAFT else f"草稿（{status.label}）"


def _results(session: Session, actor: Actor, forms: _Forms) -> Iterator[Item]:
    """The 评价结果应用情况表 of the year."""
    asked, line = forms.asked, Item(RESULTS_TITLE)
    wanted = RecommendationFilter(year=asked.year, unit_id=asked.unit_id)
    rows = recommendations_to_print(session, actor, wanted, clock.today())
    if not rows:
        yield replace(line, note="没有评价建议", steps=len(asked.formats))
        return
    unit = rows[0].unit.name if asked.unit_id is not None else ""
    form = results_from_records(unit, result_records(rows))
    yield from _within_bounds(forms, form, replace(line, unit=unit), len(rows))


def _within_bounds(forms: _Forms, form: Form, line: Item, count: int) -> Iterator[Item]:
    """A list's files; a format that takes too long for so many rows says so."""
    for one in forms.files(form, line, "", Names()):
        most = MOST_ROWS.get(one.path.rpartition(".")[2])
        if most is not None and count > most:
            note = f"共 {count} 项，这种格式最多 {most} 项，请看 Excel 或 CSV"
            yield replace(one, path="", content=None, note=note)
        else:
            yield one


def _summary(session: Session, actor: Actor, forms: _Forms) -> Iterator[Item]:
    """The 汇总表 of the year; public where every self-evaluation in it is signed."""
    asked = forms.asked
    records = summary_records(session, actor, asked.year, unit_id=asked.unit_id)
    line = Item(_SUMMARY)
    # Of a project that ended within the year no self-evaluation is waited for.
    waiting = sum(
        1
        for one in records
        if one.get("status") is not Status.APPROVED and (one.get("status") or not one.get("ending"))
    )
    if not records or (asked.is_public and waiting):
        note = f"还有 {waiting} 项自评没有签署，不公开" if records else "没有绩效目标"
        yield replace(line, note=note, steps=len(asked.formats))
        return
    unit = records[0]["unit"] if asked.unit_id is not None else ""
    form = summary_from_records(asked.year, unit, records)
    yield from _within_bounds(forms, form, replace(line, unit=unit), len(records))
