"""The ledger: its words, its sight, its filters, and that nothing in it is ever changed."""

import ast
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from perf import clock
from perf.core.permissions import Actor
from perf.core.terms import Role
from perf.extensions import db
from perf.models import Base, LedgerEntry, Plan, Snapshot, Unit
from perf.services import ledger as service
from perf.services import organisation
from perf.services.ledger import record_change
from perf.web.ledger_words import (
    ACTIONS,
    COLUMNS,
    COLUMNS_OF,
    HIDDEN,
    SUBJECTS,
    is_default,
    value_text,
)
from tests.factories import SYSTEM, make_plan, make_unit, make_user, make_year

SERVICES = Path(service.__file__).parent


@pytest.fixture
def world(app):
    with app.app_context():
        make_year(db.session, 2022)
        mine, other = make_unit(db.session, "甲局", "1"), make_unit(db.session, "乙局", "2")
        make_user(db.session, Role.SUPERVISOR, mine, username="supervisor")
        make_user(db.session, Role.AUDITOR, username="auditor")
        plans = [make_plan(db.session, unit, name=f"{unit.name}的项目") for unit in (mine, other)]
        for plan in plans:
            plan.objective = f"{plan.name}，新的目标"
            clerk = Actor(None, f"{plan.unit.name}的人", Role.STAFF, plan.unit_id)
            record_change(db.session(), clerk, "update_plan", plan, name=plan.name, plan_id=plan.id)
        organisation.create_unit(db.session(), SYSTEM, name="丙局")
        db.session.commit()
        return [plan.id for plan in plans]


def test_an_entry_reads_as_a_sentence_with_old_and_new(world, browse):
    page = browse("auditor").get("/ledger")
    assert "甲局的人" in page.text
    assert "修改绩效目标 “ 甲局的项目 ”" in page.text.replace("“", " “ ").replace(
        "”", " ” "
    ).replace("  ", " ")
    assert "完成年度任务。" in page.text
    assert "→ 甲局的项目，新的目标" in page.text
    assert "建立单位“丙局”" in page.text


def test_a_supervisor_reads_the_own_units_chain_and_never_the_systems(world, browse):
    page = browse("supervisor").get("/ledger")
    assert "甲局的项目" in page.text
    assert "乙局" not in page.text
    assert "丙局" not in page.text
    assert "乙局" not in browse("supervisor").get("/ledger?unit=乙局&person=乙局的人").text
    browse("supervisor").get(f"/ledger?plan={world[1]}", status=404)


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("unit=甲局", {"甲局的项目"}),
        ("unit=2", {"乙局的项目"}),
        ("unit=局", {"甲局的项目", "乙局的项目"}),
        ("person=乙局的人", {"乙局的项目"}),
        ("person=system:test", {"丙局"}),
        ("since=2022-03-02", set()),
        ("until=2022-02-28", set()),
        ("since=2022-03-01&until=2022-03-01", {"甲局的项目", "乙局的项目", "丙局"}),
        ("since=nonsense&until=9999-12-31", {"甲局的项目", "乙局的项目", "丙局"}),
        ("person=%00&before=0&plan=x", {"甲局的项目", "乙局的项目", "丙局"}),
    ],
)
def test_the_ledger_is_filtered(app, browse, query, seen, request):
    with clock.set_to(datetime(2022, 2, 28, 16, 0, tzinfo=UTC)):
        request.getfixturevalue("world")
    page = browse("auditor").get(f"/ledger?{query}")
    assert {name for name in ("甲局的项目", "乙局的项目", "丙局") if name in page.text} == seen
    assert seen or "没有符合条件的记录" in page.text


def test_a_plans_ledger_is_its_own(world, browse):
    page = browse("auditor").get(f"/ledger?plan={world[0]}")
    assert "甲局的人" in page.text
    assert "乙局的人" not in page.text


def test_older_entries_follow_by_keyset_each_once(app, world, browse):
    with app.app_context():
        unit = db.session.query(Unit).filter_by(name="丙局").one()
        for n in range(110):
            organisation.update_unit(
                db.session(), SYSTEM, unit, name=f"丙局{n}", code="", is_archived=False
            )
        db.session.commit()
    url, seen, pages = "/ledger", "", 0
    while url:
        page = browse("auditor").get(url)
        seen, pages = seen + page.text, pages + 1
        link = page.html.partition("更早的记录")[0].rpartition('href="')[2].partition('"')[0]
        url = link.replace("&amp;", "&") if "更早的记录" in page.html else ""
    assert pages == 3
    assert all(seen.count(f"→ 丙局{n} ") == 1 for n in range(110))


def actions_written() -> dict[str, str]:
    """Every action that a service hands to record_change, with the place where it stands."""
    found = {}
    for path in sorted(SERVICES.glob("**/*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        texts = {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record_change"):
                continue
            action = node.args[2]
            if isinstance(action, ast.Constant):
                found[action.value] = f"{path.name}:{node.lineno}"
            elif isinstance(action, ast.Name):
                # The word is chosen nearby: every text of the module that looks like one counts.
                found |= {one: path.name for one in texts if is_action_like(one)}
            else:
                assert ast.unparse(action) == "action.value", f"{path.name}:{node.lineno}"
    return found


def is_action_like(word: str) -> bool:
    return word.startswith(VERBS) and word.replace("_", "").isalpha()


VERBS = (
    "add_",
    "attach_",
    "create_",
    "decide_",
    "delete_",
    "import_",
    "remove_",
    "set_",
    "update_",
    "withdraw_",
)


def test_every_action_that_a_service_writes_has_a_chinese_word():
    written = actions_written()
    assert len(written) > 20
    missing = {word: place for word, place in written.items() if word not in ACTIONS}
    assert not missing, f"say these in ACTIONS of perf/web/ledger_words.py: {missing}"


# What the ledger never writes about.
SILENT = {"ledger_chain", "ledger_entry", "row_history", "snapshot"}


def test_every_column_and_table_has_a_chinese_word():
    missing = [
        f"{mapper.class_.__tablename__}.{attribute.key}"
        for mapper in Base.registry.mappers
        if mapper.class_.__tablename__ not in SILENT
        for attribute in mapper.column_attrs
        if attribute.key not in service._UNTOLD | HIDDEN
        and attribute.key not in COLUMNS
        and (mapper.class_.__tablename__, attribute.key) not in COLUMNS_OF
    ]
    assert not missing, f"say these in COLUMNS of perf/web/ledger_words.py: {missing}"
    tables = {mapper.class_.__tablename__ for mapper in Base.registry.mappers} - SILENT
    assert tables == set(SUBJECTS)


@pytest.mark.parametrize(
    ("subject", "key", "kept", "shown"),
    [
        ("plan", "status", "approved", "已通过"),
        ("plan", "status", "of old", "of old"),
        ("actual", "is_no_data", "True", "是"),
        ("period", "locked_at", "2022-10-15T16:30:00+00:00", "2022-10-16 00:30"),
        ("period", "due_on", "2022-10-15", "2022 年 10 月 15 日"),
        ("actual", "ratio", "0.884", "88.40%"),
        ("budget_line", "initial", "300000.5", "300000.5 元"),
        ("indicator", "weight", "7.5", "7.5"),
        ("unit", "name", None, "空"),
        ("period", "due_on", "no day", "no day"),
        ("gone", "gone", "x", "x"),
    ],
)
def test_a_value_reads_as_on_the_pages(subject, key, kept, shown):
    assert value_text(subject, key, kept) == shown


def test_an_entry_begins_with_the_figure_and_leaves_out_a_no_that_nobody_asked_for(app, browse):
    with app.app_context():
        make_year(db.session, 2022)
        plan = make_plan(db.session, make_unit(db.session, "甲局", "1"), name="项目")
        make_user(db.session, Role.AUDITOR, username="auditor")
        new = {"is_met": "True", "is_no_data": "False", "likelihood": "certainly", "value": "88.5"}
        db.session.add(
            LedgerEntry(
                unit_id=plan.unit_id,
                plan_id=plan.id,
                chain=plan.unit_id,
                seq=99,
                at=clock.now(),
                actor_name="某人",
                action="record_actual",
                subject="actual",
                subject_id=1,
                subject_name="办结率",
                changes={key: [None, text] for key, text in new.items()},
            )
        )
        db.session.commit()
    told = browse("auditor").get("/ledger").html.partition("办结率")[2].partition("</tr>")[0]
    assert re.findall(r"<b>([^<]+)</b>", told) == ["实际完成值", "是否达标", "完成目标可能性"]
    assert not is_default("actual", "is_no_data", "True", "False")


@pytest.mark.parametrize("table", ["ledger_entry", "snapshot"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET unit_id = unit_id", "DELETE FROM {}"])
def test_nothing_written_is_ever_changed(app, world, table, statement):
    with app.app_context():
        plan = db.session.get(Plan, world[0])
        db.session.add(
            Snapshot(
                unit_id=plan.unit_id,
                plan_id=plan.id,
                action="submit",
                taken_at=clock.now() - timedelta(days=1),
                content={},
            )
        )
        db.session.commit()
        with pytest.raises(DBAPIError, match="append-only"):
            db.session.execute(text(statement.format(table)))
        db.session.rollback()
        assert db.session.scalar(text(f"SELECT count(*) FROM {table}")) >= 1
