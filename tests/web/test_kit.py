"""The page kit: what its macros promise to every page built on them."""

import re
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import html5lib
import pytest
from flask import Flask, render_template_string
from flask_wtf import CSRFProtect, FlaskForm
from jinja2 import StrictUndefined
from markupsafe import Markup
from wtforms import BooleanField, DateField, DecimalField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired

from perf.core.findings import Finding, Severity
from perf.web.desks import tone_of
from perf.web.presentation import file_size, moment, percent
from tests.pages import check_page

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
MACROS = sorted((ROOT / "templates" / "macros").glob("*.html"))
IMPORTS = "".join(f'{{% import "macros/{path.name}" as {path.stem} %}}' for path in MACROS)


@pytest.fixture
def kit() -> Flask:
    """An application that has the templates and nothing else."""
    app = Flask(
        "kit", root_path=str(ROOT), template_folder="templates", static_folder="perf/static"
    )
    app.config.update(SECRET_KEY="kit", TESTING=True, WTF_CSRF_ENABLED=False)
    app.jinja_env.undefined = StrictUndefined
    CSRFProtect(app)
    app.jinja_env.filters |= {"moment": moment, "thread_tone": tone_of}
    app.add_url_rule("/sign-out", "auth.sign_out", lambda: "", methods=["POST"])
    app.add_url_rule("/password", "auth.change_password", lambda: "")
    app.add_url_rule("/messages", "messages.index", lambda: "")
    return app


@pytest.fixture
def draw(kit):
    """Draw a piece of template with all macro files at hand; its white space is collapsed."""

    def drawn(source: str, **context: object) -> str:
        with kit.test_request_context():
            html = render_template_string(IMPORTS + source, **context)
        html5lib.HTMLParser(strict=True).parseFragment(html)
        return re.sub(r"\s+", " ", html)

    return drawn


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_carries_nothing_that_the_content_policy_forbids(path):
    text = re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.DOTALL)
    forbidden = {
        "a style attribute": r"\sstyle\s*=",
        "a style element": r"<style\b",
        "an inline script": r"<script\b(?![^>]*\bsrc=)",
        "an event handler": r"<[^>]*\son\w+\s*=",
        "a data: or foreign address": r"""(?:src|href|action)\s*=\s*["'](?:data:|https?:|//)""",
        "a javascript: address": r"javascript:",
    }
    found = [what for what, pattern in forbidden.items() if re.search(pattern, text, re.IGNORECASE)]
    assert not found, f"{path.name} holds {', '.join(found)}"


def test_the_stylesheet_asks_for_nothing_elsewhere():
    css = (ROOT / "perf" / "static" / "perf.css").read_text("utf-8")
    assert not re.search(r"url\(|@import|https?:", css)
    assert css.count("{") == css.count("}")


@pytest.mark.parametrize("path", MACROS, ids=lambda path: path.name)
def test_the_head_of_a_macro_file_lists_each_macro_with_its_arguments(path):
    text = path.read_text("utf-8")
    head = text[: text.index("-#}")]
    for name, arguments in re.findall(r"\{% macro ([a-z]\w*)\((.*?)\) -?%\}", text):
        assert f"{name}({arguments})" in head, f"{path.name} does not list {name}({arguments})"


def test_a_table_without_rows_says_so_over_its_whole_width(draw):
    source = """{% call tables.data_table("项目", ["名称", ("得分", true)], "没有项目。") %}
        {% for row in rows %}<tr>{{ tables.row_head(row) }}{{ tables.cell("得分", true, none) }}</tr>
        {% endfor %}{% endcall %}"""
    empty = draw(source, rows=[])
    assert '<tr class="empty"><td colspan="2">没有项目。</td></tr>' in empty
    assert '<caption class="hidden">项目</caption>' in empty
    full = draw(source, rows=["<甲>"])
    assert "没有项目" not in full
    assert '<th scope="row">&lt;甲&gt;</th>' in full
    assert '<th scope="col" class="num">得分</th>' in full
    assert re.search(r'<td data-label="得分" class="num"[^>]*><span class="muted">未填报', full)


def test_a_list_without_rows_says_so(draw):
    source = """{% call layout.list_rows("没有提示。") %}{{ status.finding_rows(findings) }}
        {% endcall %}"""
    assert "没有提示。" in draw(source, findings=[])
    one = draw(source, findings=[Finding(Severity.WARNING, "code", "请核对。", "第 3 行")])
    assert "没有提示。" not in one
    assert '<span class="tag warn">警告</span> 请核对。' in one


@pytest.mark.parametrize(
    ("share", "expected", "fill", "tick", "words"),
    [
        (Decimal("0.737"), Decimal("0.75"), 66, 68, "进度 73%，时序 75%"),
        (Decimal("0.999"), None, 90, None, "进度 99%"),
        (Decimal(3), Decimal(1), 90, 88, "进度 300%，时序 100%"),
        (Decimal("0.001"), None, 1, None, "进度 0%"),
        (Decimal(0), None, None, None, "进度 0%"),
        (Decimal("-0.2"), Decimal(0), None, 0, "进度 -20%，时序 0%"),
        (None, Decimal("0.25"), None, 22, "进度：未填报，时序 25%"),
    ],
)
def test_a_bar_is_drawn_in_whole_pixels_and_said_in_words(draw, share, expected, fill, tick, words):
    html = draw("{{ charts.bar(share, expected) }}", share=share, expected=expected)
    found_fill = re.search(r'class="fill" x="0" y="4" width="(\d+)"', html)
    found_tick = re.search(r'class="tick" x="(\d+)"', html)
    assert (int(found_fill[1]) if found_fill else None) == fill
    assert (int(found_tick[1]) if found_tick else None) == tick
    assert f'aria-label="{words}"' in html


FIELDS = {
    "text": "fields.text_field('f', '标签', value, '提示', error)",
    "number": "fields.number_field('f', '标签', value, '提示', error, unit='元')",
    "date": "fields.date_field('f', '标签', value, '提示', error)",
    "textarea": "fields.textarea_field('f', '标签', value, '提示', error)",
}


@pytest.mark.parametrize("kind", FIELDS)
def test_a_field_in_error_keeps_what_was_typed_and_is_tied_to_its_error(draw, kind):
    html = draw(f"{{{{ {FIELDS[kind]} }}}}", value='十二"<b>', error="不是数字")
    assert "十二&#34;&lt;b&gt;" in html
    assert 'aria-describedby="f-hint f-error" aria-invalid="true"' in html
    assert '<p class="error" id="f-error">不是数字</p>' in html
    assert '<label for="f">标签</label>' in html
    # A browser would empty a date or number control whose value it cannot read.
    assert 'type="date"' not in html
    assert 'type="number"' not in html


@pytest.mark.parametrize("kind", FIELDS)
def test_a_blank_field_without_error_is_plain(draw, kind):
    html = draw(f"{{{{ {FIELDS[kind]} }}}}", value=None, error="")
    assert "None" not in html
    assert "aria-invalid" not in html


def test_a_password_is_never_sent_back(draw):
    html = draw("{{ fields.text_field('password', '密码', 'secret', type='password') }}")
    assert "secret" not in html


def test_choices_select_the_value_as_typed_or_as_a_member(draw):
    source = "{{ fields.select_field('s', '级别', options, value, blank=none) }}"
    options = [(severity, severity.label) for severity in Severity]
    for value in ("warning", Severity.WARNING):
        html = draw(source, options=options, value=value)
        assert re.findall(r'<option value="(\w+)" selected>', html) == ["warning"]


class _Form(FlaskForm):
    name = StringField("名称", [InputRequired("请填写名称")], description="全称")
    amount = DecimalField("金额")
    on = DateField("日期")
    active = BooleanField("启用")
    role = SelectField("角色", choices={"a": "甲", "b": "乙"})
    likely = RadioField("可能性", choices={"a": "能", "b": "不能"})


def test_a_wtforms_field_keeps_what_was_typed_and_shows_its_error(kit, draw):
    data = {"amount": "十二", "on": "2022-02-31", "role": "b", "likely": "a", "active": "y"}
    with kit.test_request_context(method="POST", data=data):
        form = _Form()
        form.validate()
        html = draw("{% for field in form %}{{ fields.wtf_field(field) }}{% endfor %}", form=form)
    assert '<p class="error" id="name-error">请填写名称</p>' in html
    assert 'aria-describedby="name-hint name-error"' in html
    assert 'value="十二"' in html
    assert 'value="2022-02-31"' in html
    assert not re.search(r'type="(?:number|date)"| required[ >]', html)
    assert len(re.findall(r" (?:checked|selected)[ >]", html)) == 3


def test_the_footer_names_three_things_that_are_missing_and_counts_the_rest(draw):
    source = "{{ layout.progress_note(missing=missing, done=1, total=5, ready='可以提交。') }}"
    html = draw(source, missing=[("甲", "#a"), "乙", "丙", "丁"])
    assert '还差： <a href="#a">甲</a>，乙，丙 等 4 项' in html.replace("还差：<", "还差： <")
    assert "可以提交。" not in html
    assert "可以提交。" in draw(source, missing=[])


def test_the_pager_leads_both_ways_and_hides_for_one_page(draw):
    source = "{{ layout.pager(page, pages, '/projects?page={}'.format) }}"
    middle = draw(source, page=2, pages=3)
    assert re.findall(r'href="([^"]+)"', middle) == ["/projects?page=1", "/projects?page=3"]
    assert re.findall(r'href="([^"]+)"', draw(source, page=3, pages=3)) == ["/projects?page=2"]
    assert not draw(source, page=1, pages=1).strip()


PAGE = """{% extends "base.html" %}{% from "macros/layout.html" import fact %}
{% block title %}标题{% endblock %}{% block heading %}标题{% endblock %}
{% block facts %}{{ shown }}{% endblock %}{% block foot %}{{ shown }}{% endblock %}"""
ME = SimpleNamespace(display_name="张三", role_label="填报人", unit_name="", unread=2)
NAV = [SimpleNamespace(label="审核", url="/reviews", current=True, count=2)]


def test_the_base_page_is_valid_signed_in_or_not_and_after_a_failure(kit):
    for context in ({"me": ME, "nav": NAV}, {"me": None, "nav": []}, {}):
        with kit.test_request_context():
            html = render_template_string(PAGE, shown="", **context)
        check_page(html, "the base page")
        assert ("退出" in html) == ("审核" in html) == bool(context.get("me"))
        # What a page leaves out takes no room.
        assert 'class="facts"' not in html
        assert 'class="foot"' not in html


def test_facts_and_foot_are_shown_where_a_page_gives_them(kit):
    with kit.test_request_context():
        shown = Markup("<div><dt>总分</dt><dd>91.33</dd></div>")
        html = render_template_string(PAGE, shown=shown, me=ME, nav=NAV)
    assert '<dl class="facts"><div><dt>总分' in html
    assert 'class="foot"' in html


@pytest.mark.parametrize(
    ("share", "places", "shown"),
    [
        ("0.6567", 1, "65.7%"),
        ("0.9995", 1, "99.9%"),
        ("0.99996", 2, "99.99%"),
        ("0.999", 0, "99%"),
        ("1", 1, "100.0%"),
        ("1.0004", 1, "100.0%"),
        (None, 1, "—"),
    ],
)
def test_a_share_short_of_the_whole_never_reads_as_a_hundred_per_cent(share, places, shown) -> None:
    assert percent(None if share is None else Decimal(share), places) == shown


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, "0 字节"), (15, "15 字节"), (1024, "1 KB"), (1536, "1.5 KB"), (20 << 20, "20 MB")],
)
def test_the_size_of_a_file_reads_in_chinese(count, shown) -> None:
    assert file_size(count) == shown
