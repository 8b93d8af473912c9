"""`perf export` and `perf rescore`: files as they were signed, refusals with their reasons."""

import json
import zipfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import Result
from docx import Document
from lxml import etree
from sqlalchemy import select

from perf.core.targets import parse_target
from perf.core.terms import Action, PlanKind, Sense, Status
from perf.documents.forms import FORMATS
from perf.documents.readers import read_document
from perf.documents.report import REPORT_FORMATS
from perf.extensions import db
from perf.models import Indicator, LedgerEntry, Plan, Score, SelfEvaluation, Submission
from perf.services.evaluations import (
    Reason,
    begin_self_evaluation,
    save_self_evaluation,
    step_self_evaluation,
)
from tests.reported import make_people, make_reported_plan

pytestmark = pytest.mark.slow

IATI = {"perf": "urn:perf:self-evaluation:1"}
DEPARTMENT: dict[str, Any] = {
    "kind": PlanKind.DEPARTMENT,
    "pack_id": "department-overall",
    "indicators": [("产出指标", "办结率", "≥80%", "70"), ("效益指标", "满意度", "≥90%", "30")],
    "figures": {"办结率": ("88",) * 4, "满意度": ("92",) * 4},
}


def sign(people: Any, plan: Plan) -> None:
    evaluation = begin_self_evaluation(db.session(), people[0].actor, plan)
    save_self_evaluation(
        db.session(),
        people[0].actor,
        evaluation,
        version=evaluation.version,
        objective_actual="完成。",
        execution_reason="",
        reasons={row.indicator_id: Reason("原因。") for row in evaluation.scores},
    )
    for user, action in [(people[0], Action.SUBMIT), (people[1], Action.APPROVE)]:
        step_self_evaluation(
            db.session(), user.actor, evaluation, action, version=evaluation.version
        )


@pytest.fixture
def bureau(app: Any) -> Any:
    """One unit: a signed project, a begun department plan, and a project that was not begun."""
    with app.app_context():
        people = make_people(db.session)
        signed = make_reported_plan(db.session, people, name="党建经费")
        sign(people, signed)
        department = make_reported_plan(db.session, people, **DEPARTMENT)
        begin_self_evaluation(db.session(), people[0].actor, department)
        make_reported_plan(db.session, people, name="未开始的项目")
        assert signed.project is not None
        app.config["CODES"] = (signed.unit.code, signed.project.code)
        db.session.commit()
    return app


def run(app: Any, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=["perf", *words])


def export(
    app: Any, *words: str, year: str = "2022", form: str = "self-evaluation", kind: str = "xlsx"
) -> Result:
    return run(app, "export", "--year", year, "--form", form, "--format", kind, *words)


def total_of(path: Any) -> Decimal:
    sheet = openpyxl.load_workbook(path, data_only=True).worksheets[0]
    (row,) = [row for row in sheet.iter_rows(values_only=True) if row[0] == "总分"]
    return Decimal(str(row[7]))


def test_a_signed_project_is_written_with_its_frozen_total(bureau, tmp_path):
    with bureau.app_context():
        for row in db.session.scalars(select(Score)):
            row.points = Decimal(1)
        db.session.commit()
    path = tmp_path / "new" / "form.xlsx"
    done = export(bureau, "--project", bureau.config["CODES"][1], "--output", str(path))
    assert (done.exit_code, done.stdout.strip()) == (0, str(path))
    assert total_of(path) == Decimal("96.51")
    assert [one.name for one in path.parent.iterdir()] == ["form.xlsx"]


def test_into_a_folder_the_form_goes_by_its_own_name(bureau, tmp_path):
    done = export(bureau, "--department", "--output", str(tmp_path), "--json")
    assert done.exit_code == 0
    (told,) = json.loads(done.stdout)["files"]
    assert Path(told["path"]).parent == tmp_path
    assert Path(told["path"]).name.endswith("部门整体绩效自评表-草稿.xlsx")
    assert (told["status"], told["total"], told["rating"]) == ("draft", "100.00", "优")
    assert total_of(told["path"]) == 100


@pytest.mark.parametrize("name", ["forms", "forms.zip"])
def test_all_go_into_a_folder_or_a_zip_and_what_was_not_begun_is_named(bureau, tmp_path, name):
    output = tmp_path / name
    done = export(bureau, "--all", "--output", str(output), "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert len(told["files"]) == 2
    assert len(told["skipped"]) == 1
    assert told["skipped"][0].endswith("未开始的项目")
    if output.suffix:
        with zipfile.ZipFile(output) as archive:
            names = archive.namelist()
    else:
        names = [one.name for one in output.iterdir()]
    assert "2022年度-党建经费-绩效自评表.xlsx" in names
    assert len(names) == 2


def test_the_same_export_gives_the_same_bytes(bureau, tmp_path):
    for name in ["a.zip", "b.zip"]:
        export(bureau, "--all", "--output", str(tmp_path / name))
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_several_units_get_a_folder_each_and_one_may_be_named(bureau, tmp_path):
    with bureau.app_context():
        people = make_people(db.session)
        for _ in range(2):
            begin_self_evaluation(
                db.session(), people[0].actor, make_reported_plan(db.session, people, name="同名")
            )
        department = make_reported_plan(db.session, people, **DEPARTMENT)
        begin_self_evaluation(db.session(), people[0].actor, department)
        code = department.unit.code or ""
        db.session.commit()
    done = export(bureau, "--all", "--output", str(tmp_path / "all"))
    assert done.exit_code == 0
    assert sorted(one.name for one in (tmp_path / "all").iterdir()) == sorted(
        [bureau.config["CODES"][0], code]
    )
    assert len(list((tmp_path / "all" / code).iterdir())) == 3
    done = export(bureau, "--department", "--output", str(tmp_path / "one.xlsx"))
    assert done.exit_code == 1
    assert "--unit" in done.stderr
    assert not (tmp_path / "one.xlsx").exists()
    done = export(bureau, "--department", "--unit", code, "--output", str(tmp_path / "one.xlsx"))
    assert done.exit_code == 0


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--project", "nowhere"], "没有符合条件"),
        (["--all", "--unit", "nowhere"], "没有符合条件"),
    ],
)
def test_what_is_not_there_is_refused_with_a_reason(bureau, tmp_path, words, reason):
    done = export(bureau, *words, "--output", str(tmp_path / "x"), "--json")
    assert done.exit_code == 1
    assert reason in done.stderr
    assert done.stdout == ""


def test_what_was_not_begun_and_what_cannot_be_written_is_refused(bureau, tmp_path):
    with bureau.app_context():
        plan = db.session.scalars(select(Plan).order_by(Plan.id.desc())).first()
        assert plan is not None
        assert plan.project is not None
        code = plan.project.code
    done = export(bureau, "--project", code or "", "--output", str(tmp_path / "x.xlsx"))
    assert done.exit_code == 1
    assert "还没有开始自评" in done.stderr
    (tmp_path / "file").write_text("no folder")
    done = export(bureau, "--department", "--output", str(tmp_path / "file" / "x.xlsx"))
    assert done.exit_code == 1
    assert "无法写入" in done.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--all", "--form", "opinion", "--format", "docx"], "report"),
        (["--all", "--form", "report", "--format", "xlsx"], "--format docx 或 --format pdf"),
        (["--all", "--form", "report", "--format", "csv"], "--format docx 或 --format pdf"),
        (["--all", "--form", "self-evaluation", "--format", "odt"], "xlsx、docx"),
        (["--all", "--form", "target", "--format", "xml"], "--form self-evaluation"),
        (["--all", "--form", "summary", "--format", "xml"], "xlsx、docx"),
        (["--form", "target", "--format", "docx"], "--project"),
        (["--form", "summary", "--format", "xlsx"], "--unit"),
        (["--department", "--form", "summary", "--format", "xlsx"], "--all"),
        (["--project", "1", "--unit", "1", "--form", "summary", "--format", "pdf"], "--project"),
        (["--form", "self-evaluation", "--format", "xlsx"], "--project"),
        (["--all", "--department", "--form", "self-evaluation", "--format", "xlsx"], "一个"),
        (["--all", "--format", "xlsx"], "--form"),
    ],
)
def test_wrong_usage_exits_with_two_and_says_what_there_is(app, tmp_path, words, told):
    done = run(app, "export", "--year", "2022", "--output", str(tmp_path / "x"), *words)
    assert done.exit_code == 2
    assert told in done.stderr
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("name", ["files", "files.zip"])
def test_self_evaluations_are_written_as_one_iati_file_a_plan(bureau, tmp_path, name):
    with bureau.app_context():
        row = db.session.scalars(select(Indicator).where(Indicator.name == "办结率")).one()
        row.target = replace(parse_target("80%"), sense=Sense.AT_MOST)
        db.session.commit()
    output = tmp_path / name
    done = export(bureau, "--all", "--output", str(output), kind="xml")
    assert done.exit_code == 0, done.output
    if output.suffix:
        with zipfile.ZipFile(output) as archive:
            found = {each: archive.read(each) for each in archive.namelist()}
    else:
        found = {one.name: one.read_bytes() for one in output.iterdir()}
    unit, project = bureau.config["CODES"]
    signed = etree.fromstring(found.pop("2022年度-党建经费-绩效自评表.xml"))
    ((draft_name, draft),) = found.items()
    assert draft_name.endswith("部门整体绩效自评表-草稿.xml")
    told = {
        root.findtext("iati-activity/iati-identifier"): [
            root.find("iati-activity/perf:evaluation", IATI).get(each)
            for each in ("status", "total", "rating")
        ]
        for root in (signed, etree.fromstring(draft))
    }
    assert told == {
        f"CN-UNIT-{unit}-2022-{project}": ["signed", "96.51", "excellent"],
        f"CN-UNIT-{unit}-2022-department": ["draft", "100", "excellent"],
    }
    chosen = etree.fromstring(draft).find(".//indicator")
    assert (chosen.findtext("title/narrative"), chosen.get("ascending")) == ("办结率", "false")
    values = [(each.tag, each.get("value")) for each in signed.iter("target", "actual")]
    assert values[:2] == [("target", "100"), ("actual", "110")]


STARTS = {"xlsx": b"PK", "docx": b"PK", "pdf": b"%PDF", "csv": b"\xef\xbb\xbf"}


@pytest.mark.parametrize(
    ("form", "names"),
    [
        (
            "target",
            ["党建经费-绩效目标申报表", "未开始的项目-绩效目标申报表", "部门整体绩效目标表"],
        ),
        (
            "monitoring",
            [
                "党建经费-绩效运行监控表（1—12月）",
                "未开始的项目-绩效运行监控表（1—12月）",
                "部门整体绩效运行监控表（1—12月）",
            ],
        ),
        ("self-evaluation", ["党建经费-绩效自评表", "部门整体绩效自评表-草稿"]),
    ],
)
def test_every_form_is_written_in_every_format(bureau, tmp_path, form, names):
    for kind in FORMATS:
        folder = tmp_path / kind
        done = export(bureau, "--all", "--output", str(folder), form=form, kind=kind)
        assert done.exit_code == 0, done.output
        found = sorted(folder.iterdir())
        assert len(found) == len(names)
        for name in names:
            (path,) = [one for one in found if one.name.endswith(f"{name}.{kind}")]
            assert path.read_bytes().startswith(STARTS[kind])


def test_reports_are_written_as_word_or_pdf_and_of_a_signed_one_with_its_total(bureau, tmp_path):
    with bureau.app_context():
        for row in db.session.scalars(select(Score)):
            row.points = Decimal(1)
        db.session.commit()
    for kind in REPORT_FORMATS:
        done = export(
            bureau, "--all", "--output", str(tmp_path / kind), "--json", form="report", kind=kind
        )
        assert done.exit_code == 0, done.output
        told = json.loads(done.stdout)
        assert [name.split()[-1] for name in told["skipped"]] == ["未开始的项目"]
        assert sorted(one.name.partition("-")[2] for one in (tmp_path / kind).iterdir()) == sorted(
            [
                f"党建经费-绩效自评报告.{kind}",
                f"{told['files'][0]['name']}-部门整体绩效自评报告-草稿.{kind}",
            ]
        )
    path = tmp_path / "one.docx"
    code = bureau.config["CODES"][1]
    done = export(bureau, "--project", code, "--output", str(path), form="report", kind="docx")
    assert done.exit_code == 0
    assert "自评总分 96.51 分，评级为“优”" in "".join(
        each.text for each in Document(path).paragraphs
    )


def test_a_report_of_what_was_not_begun_is_refused(bureau, tmp_path):
    with bureau.app_context():
        plan = db.session.scalars(select(Plan).order_by(Plan.id.desc())).first()
        assert plan is not None
        assert plan.project is not None
        code = plan.project.code or ""
    path = tmp_path / "x.docx"
    done = export(bureau, "--project", code, "--output", str(path), form="report", kind="docx")
    assert done.exit_code == 1
    assert "还没有开始自评" in done.stderr
    assert not path.exists()


def test_a_plan_that_was_never_evaluated_is_read_back_from_its_target_form(bureau, tmp_path):
    with bureau.app_context():
        plan = db.session.scalars(select(Plan).order_by(Plan.id.desc())).first()
        assert plan is not None
        assert plan.project is not None
        code, unit = plan.project.code or "", plan.unit.name
        wanted = [
            (row.level1, row.level2 or None, row.name, row.target_text) for row in plan.indicators
        ]
    path = tmp_path / "target.docx"
    done = export(
        bureau, "--project", code, "--output", str(path), "--json", form="target", kind="docx"
    )
    (told,) = json.loads(done.stdout)["files"]
    assert (told["code"], told["name"], told["status"]) == (code, "未开始的项目", "approved")
    draft = read_document(path.name, path.read_bytes())
    (read,) = draft.projects
    assert (draft.unit_name, draft.fiscal_year) == (unit, 2022)
    assert (read.name, read.code, read.budget_total) == ("未开始的项目", code, 100_000)
    assert [(row.level1, row.level2, row.name, row.target) for row in read.indicators] == wanted


def test_the_monitoring_form_holds_the_latest_quarter_handed_in(bureau, tmp_path):
    with bureau.app_context():
        fourth = [
            row
            for row in db.session.scalars(select(Submission))
            if row.plan.kind is PlanKind.DEPARTMENT and row.period.code == "2022-Q4"
        ]
        fourth[0].status = Status.DRAFT
        for row in db.session.scalars(select(Submission).where(Submission.plan_id == 1)):
            row.status = Status.RETURNED
        db.session.commit()
    done = export(bureau, "--all", "--output", str(tmp_path), "--json", form="monitoring")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert sorted(file["months"] for file in told["files"]) == [9, 12]
    assert [name.split()[-1] for name in told["skipped"]] == ["党建经费"]
    (path,) = tmp_path.glob("*部门整体*1—9月*")
    rows = list(openpyxl.load_workbook(path, data_only=True).worksheets[0].values)
    (reached,) = [row for row in rows if row[3] == "办结率"]
    assert (reached[4], reached[5]) == ("≥80%", "88%")
    (money,) = [row for row in rows if row[1] == "年度资金总额"]
    assert money[3:6] == (10, 10, 7)


def test_a_plan_that_handed_in_no_quarter_has_no_monitoring_form(bureau, tmp_path):
    with bureau.app_context():
        for row in db.session.scalars(select(Submission)):
            row.status = Status.DRAFT
        db.session.commit()
    done = export(bureau, "--department", "--output", str(tmp_path / "x"), form="monitoring")
    assert done.exit_code == 1
    assert "没有已提交的填报" in done.stderr


def summary_rows(path: Path) -> list[tuple[Any, ...]]:
    sheet = openpyxl.load_workbook(path, data_only=True).worksheets[0]
    return [row for row in sheet.iter_rows(values_only=True) if str(row[0]).isdigit()]


def test_the_summary_lists_what_was_signed_begun_and_not_begun(bureau, tmp_path):
    unit = bureau.config["CODES"][0]
    path = tmp_path / "summary.xlsx"
    done = export(bureau, "--unit", unit, "--output", str(path), "--json", form="summary")
    assert done.exit_code == 0, done.output
    (told,) = json.loads(done.stdout)["files"]
    assert told == {"path": str(path), "unit_code": unit, "rows": 3}
    signed, not_begun, department = summary_rows(path)
    assert signed[2].startswith("党建经费")
    assert (signed[3], signed[4], signed[7], signed[8]) == (10, 9.509, 96.51, "优")
    assert signed[9].startswith("已签署\n")
    assert not_begun[2].startswith("未开始的项目")
    assert not_begun[3:] == (10, None, None, None, None, None, "未开展自评")
    assert (department[2], department[7], department[9]) == ("部门整体", 100, "填写中")


def test_the_summary_prints_the_money_that_was_signed(bureau, tmp_path):
    with bureau.app_context():
        plan = db.session.scalars(select(Plan).order_by(Plan.id)).first()
        assert plan is not None
        plan.budget_lines[0].initial = Decimal(1)
        evaluation = db.session.scalars(
            select(SelfEvaluation).where(SelfEvaluation.plan_id == plan.id)
        ).one()
        evaluation.executed = Decimal(1)
        db.session.commit()
    export(bureau, "--all", "--output", str(tmp_path / "x.xlsx"), form="summary")
    assert summary_rows(tmp_path / "x.xlsx")[0][3:5] == (10, 9.509)


def test_the_summary_of_all_units_goes_by_its_own_name_into_a_folder(bureau, tmp_path):
    done = export(bureau, "--all", "--output", str(tmp_path), form="summary", kind="pdf")
    assert done.exit_code == 0
    assert [one.name for one in tmp_path.iterdir()] == ["2022年度-全部单位-绩效自评结果汇总表.pdf"]


def test_a_summary_of_nothing_is_refused(bureau, tmp_path):
    done = export(bureau, "--unit", "no", "--output", str(tmp_path / "x"), form="summary")
    assert done.exit_code == 1
    assert "没有符合条件" in done.stderr
    assert not (tmp_path / "x").exists()


def test_rescoring_changes_what_is_in_preparation_and_nothing_signed(bureau):
    with bureau.app_context():
        quarters = db.session.scalars(select(Submission)).all()
        for quarter in quarters:
            for row in quarter.actuals:
                row.actual = Decimal(40)
        db.session.commit()
        signed_before = db.session.scalars(
            select(SelfEvaluation.version).where(SelfEvaluation.status == "approved")
        ).one()
    done = run(bureau, "rescore", "--year", "2022", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["checked"], len(told["changed"])) == (1, 1)
    with bureau.app_context():
        totals = {row.status.value: row.total for row in db.session.scalars(select(SelfEvaluation))}
        assert totals == {"approved": Decimal("96.51"), "draft": Decimal("48.33")}
        assert (
            signed_before
            == db.session.scalars(
                select(SelfEvaluation.version).where(SelfEvaluation.status == "approved")
            ).one()
        )
        last = db.session.scalars(select(LedgerEntry).order_by(LedgerEntry.id.desc())).first()
        assert last is not None
        assert last.actor_name.startswith("system:")
    done = run(bureau, "rescore", "--year", "2022")
    assert "0 份有变化" in done.stdout


def test_one_that_cannot_be_rescored_is_named_and_does_not_stop_the_others(bureau):
    with bureau.app_context():
        people = make_people(db.session)
        plan = make_reported_plan(db.session, people, name="预算为零")
        begin_self_evaluation(db.session(), people[0].actor, plan)
        plan.budget_lines[0].initial = Decimal(0)
        db.session.commit()
    done = run(bureau, "rescore", "--year", "2022")
    assert done.exit_code == 1
    assert "预算为零" in done.stderr
    assert "重新计算 2 份自评" in done.stdout
