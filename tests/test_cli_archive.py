"""`perf archive`: the same zip from the command line, and a public one only when it was checked."""

import json

import pytest

from perf.extensions import db
from tests.archived import make_archived_year, read_zip

pytestmark = pytest.mark.slow


@pytest.fixture
def bureau(app):
    with app.app_context():
        make_archived_year(db.session, app.config["DATA_DIR"])
        db.session.commit()
    return app


def archive(app, *words, year="2022"):
    words = ("archive", "--year", year, "--format", "csv", *words)
    return app.test_cli_runner().invoke(args=["perf", *words])


def test_a_year_is_written_as_one_zip(bureau, tmp_path):
    path = tmp_path / "out" / "a.zip"
    done = archive(bureau, "--output", str(path), "--json")
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["size"] == path.stat().st_size
    assert told["files"] == len(read_zip(path).files) - 2
    assert [one.name for one in path.parent.iterdir()] == ["a.zip"]


def test_a_public_one_names_the_places_and_is_made_when_they_are_checked_or_masked(
    bureau, tmp_path
):
    path = tmp_path / "public.zip"
    words = ("--unit", "024", "--public", "--output", str(path))
    refused = archive(bureau, *words)
    assert refused.exit_code == 1
    assert "【13912345678】" in refused.stderr
    assert "有 3 处疑似个人信息" in refused.stderr
    assert not path.exists()
    for way, is_shown in [("--checked", True), ("--mask", False)]:
        assert archive(bureau, *words, way).exit_code == 0
        content = b"".join(read_zip(path).files.values())
        assert (b"13912345678" in content) is is_shown


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["--public", "--output", "a.zip"], 2, "--unit CODE"),
        (["--mask", "--output", "a.zip"], 2, "只用于 --public"),
        (["--output", "a.tar"], 2, ".zip"),
        (["--unit", "没有", "--output", "a.zip"], 1, "没有编码或名称为"),
    ],
)
def test_what_makes_no_sense_is_refused(bureau, words, code, sentence):
    done = archive(bureau, *words)
    assert (done.exit_code, sentence in done.stderr) == (code, True)


def test_a_year_without_plans_is_refused(bureau, tmp_path):
    done = archive(bureau, "--output", str(tmp_path / "a.zip"), year="2030")
    assert (done.exit_code, "没有绩效目标" in done.stderr) == (1, True)
