"""不涉及 on the self-evaluation's page, before the reviewer and in the official form."""

import tomllib
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from perf import clock
from perf.core.actuals import Answer, Checked, Quotient, TierChoice
from perf.core.terms import Role, Status, Tier
from perf.extensions import db
from perf.models import Plan, SelfEvaluation, User
from perf.services.evaluations import begin_self_evaluation
from tests.reported import NO_DATA, YEAR, make_approved_quarter, make_people, make_reported_plan
from tests.test_cli_demo import seed

pytestmark = pytest.mark.slow

SAMPLES = Path(__file__).parents[2] / "perf" / "samples"
ANSWERS = {answer.value: answer for answer in Answer}
OUT = "政府采购执行率"
WHY = "批复的预算中没有政府采购，全年也没有采购。"
INDICATORS = [
    ("产出指标", "受理案件数", "≥100件", "40"),
    ("产出指标", OUT, "≥95%", "10"),
    ("效益指标", "及时受理率", "≥90%", "30"),
    ("满意度指标", "群众满意度", "≥80%", "10"),
]


class Case:
    """A reported plan of which one indicator has no figure all year; names and ids, no rows."""

    def __init__(self, app: Any) -> None:
        self.app = app
        with app.app_context():
            people = make_people(db.session)
            figures = YEAR | {OUT: (NO_DATA,) * 4}
            plan = make_reported_plan(db.session, people, figures, indicators=INDICATORS)
            begin_self_evaluation(db.session(), people[0].actor, plan)
            self.staff, self.supervisor = (user.username for user in people)
            self.ids = {row.name: row.id for row in plan.indicators}
            self.url = f"/plans/{plan.id}/self-evaluation"
            db.session.commit()
        self.box = f"out-{self.ids[OUT]}"

    def evaluation(self) -> SelfEvaluation:
        return db.session.scalars(select(SelfEvaluation)).one()

    def version(self) -> str:
        with self.app.app_context():
            return str(self.evaluation().version)

    def filled(self, **changes: str | None) -> dict[str, str]:
        form = {
            "version": self.version(),
            "objective_actual": "全年受理 110 件。",
            f"reason-{self.ids['及时受理率']}": "年末人手不足。",
            f"action-{self.ids['及时受理率']}": "增加值班。",
            f"reason-{self.ids[OUT]}": WHY,
            self.box: "不涉及",
            "action": "save",
        } | changes
        return {key: text for key, text in form.items() if text is not None}

    def step(self, browse: Any, action: str, status: int = 302, **form: str) -> Any:
        form = {"version": self.version()} | form
        return browse(self.supervisor).post(f"{self.url}/steps/{action}", form, status=status)


@pytest.fixture
def case(app: Any) -> Case:
    return Case(app)


def box_of(page: Any, name: str) -> str:
    _, found, rest = page.html.partition(f'<input type="checkbox" id="{name}"')
    assert found, page.text
    return rest.partition(">")[0]


def cells(response: Any, sheet: int = 0) -> list[list[Any]]:
    workbook = openpyxl.load_workbook(BytesIO(response.data), data_only=True)
    return [list(row) for row in workbook.worksheets[sheet].iter_rows(values_only=True)]


def test_the_box_stands_only_where_the_year_has_no_figure(case, browse):
    page = browse(case.staff).get(case.url)
    assert "checked" not in box_of(page, case.box)
    assert page.html.count('type="checkbox"') == 1
    assert "须说明理由，由审核人签署时确认" in page.text
    assert 'type="checkbox"' not in browse(case.supervisor).get(case.url).html


def test_chosen_and_saved_the_page_shows_who_carries_the_weight(case, browse):
    page = browse(case.staff).post(case.url, case.filled(), follow=True)
    assert "checked" in box_of(page, case.box)
    assert "96.51" in page.text
    assert "分值 50（原 40，加上不涉及指标分摊的分值）" in page.text
    assert "不计分，分值 10 由其余指标按比例分摊" in page.text
    assert "内容已填齐" in page.text
    taken_back = browse(case.staff).post(case.url, case.filled(**{case.box: None}), follow=True)
    assert "checked" not in box_of(taken_back, case.box)
    assert "96.51" not in taken_back.text


def test_without_a_reason_it_is_kept_but_not_submitted(case, browse):
    key = case.ids[OUT]
    form = case.filled(**{f"reason-{key}": " ", "action": "submit"})
    page = browse(case.staff).post(case.url, form, status=422)
    assert "checked" in box_of(page, case.box)
    assert f'id="reason-{key}-error"' in page.html
    assert "请说明全年没有发生的理由" in page.text


def test_a_box_that_somebody_forged_is_refused_beside_its_row(case, browse):
    form = case.filled(**{f"out-{case.ids['受理案件数']}": "不涉及", "reason-0": "x"})
    form[f"reason-{case.ids['受理案件数']}"] = WHY
    page = browse(case.staff).post(case.url, form, status=422)
    assert "全年已有填报数据，不能选择“不涉及”。" in page.text
    # What was chosen rightly is given back as it was.
    assert "checked" in box_of(page, case.box)


def test_two_windows_show_what_the_other_one_chose(case, browse):
    stale = case.filled(**{case.box: None, "objective_actual": "第二个窗口。"})
    browse(case.staff).post(case.url, case.filled())
    page = browse(case.staff).post(case.url, stale, status=409)
    assert "checked" not in box_of(page, case.box)
    assert "现已保存的内容：已选择“不涉及”" in page.text


def test_typed_into_a_page_submitted_meanwhile_it_is_named_among_the_unsaved(case, browse):
    late = case.filled()
    browse(case.staff).post(case.url, case.filled(action="submit"))
    with case.app.app_context():
        assert case.evaluation().status is Status.SUBMITTED
    late[f"reason-{case.ids['受理案件数']}"] = ""
    late[f"out-{case.ids['受理案件数']}"] = "不涉及"
    page = browse(case.staff).post(case.url, late, status=409)
    assert "受理案件数 · 选择 不涉及" in page.text


def test_the_reviewer_is_asked_to_confirm_it_and_may_send_it_back(case, browse):
    browse(case.staff).post(case.url, case.filled(action="submit"))
    page = browse(case.supervisor).get(case.url)
    confirm = page.html.partition('id="outside"')[2].partition("</div>")[0]
    assert "签署即为确认" in confirm
    assert f'href="#row-{case.ids[OUT]}">{OUT}</a>' in confirm
    assert WHY in confirm
    row = page.html.partition(f'id="row-{case.ids[OUT]}"')[2].partition("</tr>")[0]
    assert '<span class="tag none">不涉及</span>' in row
    assert "未填报" not in row
    assert "不涉及的理由" in page.text
    assert 'id="outside"' not in browse(case.staff).get(case.url).html
    case.step(browse, "return", **{f"remark-{case.ids[OUT]}": "请附依据。"})
    page = browse(case.staff).get(case.url)
    assert "请附依据。" in page.text
    assert "checked" in box_of(page, case.box)


def test_the_ledger_page_says_it_in_words(case, browse):
    browse(case.staff).post(case.url, case.filled())
    with case.app.app_context():
        plan_id = case.evaluation().plan_id
    page = browse(case.supervisor).get(f"/ledger?plan={plan_id}")
    assert "不涉及 ： 否 → 是" in page.text


def test_signed_it_is_printed_as_a_word_and_the_weights_still_add_up(case, browse):
    browse(case.staff).post(case.url, case.filled(action="submit"))
    case.step(browse, "approve")
    page = browse(case.supervisor).get(case.url)
    assert 'id="outside"' not in page.html
    response = browse(case.supervisor).get(f"{case.url}/form").response
    rows = cells(response)
    (out,) = [row for row in rows if row[3] and OUT in str(row[3])]
    assert (out[5], out[6], out[7]) == ("不涉及", 0, "不涉及")
    assert out[3] == f"{OUT}（不涉及）"
    assert WHY in out[8]
    (total,) = [row for row in rows if row[0] == "总分"]
    assert (total[6], Decimal(str(total[7]))) == (100, Decimal("96.51"))
    working = "\n".join(str(cell) for row in cells(response, 1) for cell in row if cell)
    assert "分值 50（原 40，加上不涉及指标分摊的分值）" in working
    assert "数据来源：全年没有数据，填报人选择“不涉及”" in working


# The department's plan of the sample, from its targets to the signed form.


PARTS = {
    "专项资金细化率": ("已细化到具体市县和承担单位的资金数", "部门参与分配资金总数"),
    "预算执行率": ("预算完成数", "预算数"),
    "预算调整率": ("预算调整数", "年初预算数"),
    "结转结余率": ("结转结余总额", "预算数"),
    "“三公经费”控制率": ("本年度“三公经费”实际支出数", "“三公经费”预算数"),
}


def sign_project(plan: Plan, people: tuple[User, User]) -> int:
    """A project with its year approved and a self-evaluation that only lacks its signature."""
    for number in range(1, 5):
        make_approved_quarter(db.session, plan, people, number, {}, "1")
    row = SelfEvaluation(
        unit_id=plan.unit_id,
        plan_id=plan.id,
        status=Status.SUBMITTED,
        submitted_by_id=people[0].id,
        submitted_at=clock.now(),
        decided_by_id=people[1].id,
        decided_at=clock.now(),
        updated_at=clock.now(),
        pack_id=plan.pack_id,
        pack_version=1,
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def figures_of_the_year() -> dict[str, Any]:
    """The sample's last figures; where it has none yet, the target is met."""
    results = tomllib.loads((SAMPLES / "results-2022.toml").read_text("utf-8"))["results"]
    (department,) = [one for one in results if one["plan"] == "department"]
    figures = {name: texts[-1] for name, texts in department["actuals"].items()}
    typed = {name: texts[-1] for name, texts in department["quantities"].items()}
    for name, (part, whole) in PARTS.items():
        figures[name] = f"{typed[part]} / {typed[whole]}"
    return figures | {OUT: "-", "绩效监控完成率": "100", "绩效自评完成率": "100"}


def as_value(name: str, text: str) -> Any:
    if name == OUT:
        return NO_DATA
    if text.startswith("achieved"):
        return TierChoice(Tier.ACHIEVED, Decimal(text.split()[1]))
    if text.strip("ynx") == "":
        return Checked(tuple(ANSWERS[letter] for letter in text))
    if "/" in text:
        part, whole = text.split(" / ")
        return Quotient(Decimal(part) * 100, Decimal(whole))
    return "100" if text == "-" else text


def attained(target: str, text: str) -> Fraction:
    """An independent reading of the sample's targets and figures, as a share from 0 to 1."""
    if text.startswith("achieved"):
        return Fraction(int(text.split()[1]), 100)
    if text.strip("ynx") == "":
        return Fraction(text.count("y"), text.count("y") + text.count("n"))
    if "/" in text:
        part, whole = text.split(" / ")
        actual = Fraction(part) / Fraction(whole) * 100
    else:
        actual = Fraction("100" if text == "-" else text)
    wanted = Fraction(target.strip("≥≤%"))
    if target.startswith("≤"):
        return Fraction(1) if actual <= wanted else wanted / actual
    return min(Fraction(1), actual / wanted)


def in_cents(amount: Fraction) -> Decimal:
    exact = Decimal(amount.numerator) / Decimal(amount.denominator)
    return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


@pytest.mark.slow
def test_the_departments_plan_is_completed_signed_and_printed(app, browse):
    seed(app, "--empty")
    last = figures_of_the_year()
    with app.app_context():
        staff, supervisor = (
            db.session.scalars(select(User).where(User.role == role)).one()
            for role in (Role.STAFF, Role.SUPERVISOR)
        )
        plan = db.session.scalars(select(Plan).where(Plan.project_id.is_(None))).one()
        figures = {name: as_value(name, text) for name, text in last.items()}
        for number in range(1, 5):
            make_approved_quarter(db.session, plan, (staff, supervisor), number, figures, "1000000")
        projects = db.session.scalars(select(Plan).where(Plan.project_id.is_not(None))).all()
        unsigned = [sign_project(one, (staff, supervisor)) for one in projects]
        url = f"/plans/{plan.id}/self-evaluation"
        targets = [
            (row.id, row.level1, row.name, row.target_text, row.weight) for row in plan.indicators
        ]
        names = staff.username, supervisor.username
        db.session.commit()
    assert len(targets) == 31

    browse(names[0]).post(f"{url}/begin")
    page = browse(names[0]).post(url, {"version": version_of(app), "action": "submit"}, status=409)
    assert "还有 3 个没有签署" in page.text
    with app.app_context():
        for row in db.session.scalars(
            select(SelfEvaluation).where(SelfEvaluation.id.in_(unsigned))
        ):
            row.status = Status.APPROVED
        db.session.commit()
    version = version_of(app)
    page = browse(names[0]).post(url, {"version": version, "action": "submit"}, status=422)
    assert "全年没有填报数据" in page.text
    form = {
        "objective_actual": "全年履职目标基本完成。",
        "action": "submit",
        "version": version_of(app),
    }
    for key, _, name, _, _ in targets:
        form[f"reason-{key}"] = WHY if name == OUT else "年末受疫情影响。"
        if name == OUT:
            form[f"out-{key}"] = "不涉及"
    browse(names[0]).post(url, form)
    browse(names[1]).post(f"{url}/steps/approve", {"version": version_of(app)})

    # 1.50 over the nineteen others of its class, each 1.50 too: 0.07 each, and 0.01 to the
    # first seventeen.
    others = [row for row in targets if row[1] == "投入管理指标" and row[2] != OUT]
    shared = {
        row[0]: Decimal("1.58") if at < 17 else Decimal("1.57") for at, row in enumerate(others)
    }
    expected = {}
    for key, _, name, target, weight in targets:
        if name != OUT:
            carried = shared.get(key, weight)
            expected[name] = carried, in_cents(Fraction(carried) * attained(target, last[name]))
    assert sum(weight for weight, _ in expected.values()) == 100

    rows = cells(browse(names[1]).get(f"{url}/form").response)
    (total,) = [row for row in rows if row[0] == "总分"]
    printed = {
        row[3]: (Decimal(str(row[6])), Decimal(str(row[7])))
        for row in rows
        if row[3] in expected and row[6] is not None
    }
    assert printed == expected
    assert total[6] == 100
    assert Decimal(str(total[7])) == sum(points for _, points in expected.values())
    (out,) = [row for row in rows if str(row[3]) == f"{OUT}（不涉及）"]
    assert (out[5], out[6], out[7]) == ("不涉及", 0, "不涉及")
    assert not any("草稿" in str(cell) for row in rows for cell in row)


def version_of(app: Any) -> str:
    with app.app_context():
        plan = select(Plan.id).where(Plan.project_id.is_(None)).scalar_subquery()
        query = select(SelfEvaluation).where(SelfEvaluation.plan_id == plan)
        return str(db.session.scalars(query).one().version)
