"""校验码: the same for the same approval, another for anything else."""

from datetime import UTC, datetime, timedelta, timezone

from perf.core.check_code import check_code

AT = datetime(2023, 1, 12, 2, tzinfo=UTC)
CONTENT = {"fields": {"总分": "96.51"}, "rows": []}


def test_a_code_is_of_the_approvals_number_moment_and_content() -> None:
    code = check_code(7, AT, CONTENT)
    assert code == "0D6D-8E20-E305"
    assert check_code(7, AT.astimezone(timezone(timedelta(hours=8))), dict(CONTENT)) == code
    others = {
        check_code(8, AT, CONTENT),
        check_code(7, AT + timedelta(microseconds=1), CONTENT),
        check_code(7, AT, {**CONTENT, "fields": {"总分": "96.52"}}),
    }
    assert len(others | {code}) == 4


def test_the_order_of_the_content_does_not_matter() -> None:
    assert check_code(1, AT, {"b": 1, "a": 2}) == check_code(1, AT, {"a": 2, "b": 1})
